"""A straight line and the effects of calendar months."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import fdtri

from spc.array_types import Floats
from spc.forecast.history import YEAR, Answer, History
from spc.forecast.scaling import scaled
from spc.kernels.forecasts.month_effects import month_effects

__all__ = ["seasonal_regression"]

#: Season is what exceeds the upper quartile of F, as in seasonal limits.
QUARTILE = 0.75


def seasonal_regression(history: History) -> Answer:
    """Expect a straight line through all months, and of each calendar month its effect, shrunk towards none.

    With F the variance between calendar months over that within them, both about straight lines, and k
    months of each, the effect is w = max(0, 1 - F75 / F) of what the calendar month's mean is off the line;
    F75 is the upper quartile of F in noise. Where calendar months were not observed equally often each has a
    w of its own, and the line weighs them accordingly; one never observed has the effect 0. Months without a
    calendar have no effects. The variance of an error is that of a month, of its effect and of the line.

    Source: Henderson (1975), Biometrics 31, 423-447 (line, effects and variances); Efron and Morris (1973),
    Journal of the American Statistical Association 68, 117-130 (shrinkage with a positive part); the
    quartile and what it brings: docs/decisions/0011-seasonal-limits.md.
    """
    values, power = scaled(history.values)
    n, width = values.shape
    mean, spread = np.empty((n, history.horizon)), np.empty((n, history.horizon))
    fitted, freedom, effects = np.empty_like(values), np.empty(n), np.empty((n, YEAR))
    month_effects(values, history.january, _cautions(width), mean, fitted, spread, freedom, effects)
    with np.errstate(over="ignore"):
        mean, fitted, spread = (np.ldexp(each, power[:, None]) for each in (mean, fitted, spread))
    return Answer(mean, fitted, spread, freedom)


@cache
def _cautions(longest: int) -> Floats:
    """Return the upper quartile of F by calendar months seen (to 12) and months observed (to `longest`)."""
    seen, count = np.ogrid[: YEAR + 1, : longest + 1]
    table = np.full((YEAR + 1, longest + 1), np.nan)
    real = (seen >= 2) & (count > seen + 1)
    table[real] = fdtri(
        *(np.broadcast_to(each, table.shape)[real] for each in (seen - 1, count - seen - 1)), QUARTILE
    )
    table.flags.writeable = False
    return table
