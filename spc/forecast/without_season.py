"""Naive2, the yardstick of the M competitions."""

from __future__ import annotations

from spc.forecast.deseasonalising import deseasonalised
from spc.forecast.history import Answer, History
from spc.forecast.simple import naive

__all__ = ["naive2"]

#: Three years, as the competition asks of monthly series before it looks for a season.
LEAST = 36


def naive2(history: History) -> Answer:
    """Expect the last month without its season, with the season of the month to come.

    There is a season where the autocorrelation a year apart passes the test at 90%,
    |r12| > 1.645 sqrt((1 + 2 (r1^2 + ... + r11^2)) / n), in three years or more; it is then taken out by
    classical decomposition into ratios to a centred year. A series whose indices are not all above 0 has
    no ratios, and its last month goes on as in `naive`.

    Source: Makridakis, Spiliotis and Assimakopoulos (2020), International Journal of Forecasting 36, 54-74,
    and the benchmarks published with that competition.
    """
    without = deseasonalised(history, least=LEAST, mixed=False)
    return without.restored(naive(without.history))
