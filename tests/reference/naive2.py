"""The season test, the classical decomposition and Naive2 of the M4 competition, one whole series at a time.

Makridakis, Spiliotis and Assimakopoulos (2020), International Journal of Forecasting 36, 54-74. Series start
in January.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

YEAR = 12


def autocorrelation(values: Sequence[float], lag: int) -> float:
    """Give the biased estimate."""
    mean = fmean(values)
    off = [value - mean for value in values]
    below = math.fsum(x * x for x in off)
    return math.fsum(a * b for a, b in zip(off[lag:], off[:-lag], strict=True)) / below


def is_seasonal(values: Sequence[float], least: int = 36) -> bool:
    """Ask whether |r12| is beyond 1.645 of Bartlett's standard errors."""
    if len(values) < least or len(set(values)) == 1:
        return False
    shorter = math.fsum(autocorrelation(values, lag) ** 2 for lag in range(1, YEAR))
    limit = 1.645 * math.sqrt((1 + 2 * shorter) / len(values))
    return abs(autocorrelation(values, YEAR)) > limit


def trend(values: Sequence[float]) -> dict[int, float]:
    """Average two neighbouring averages of 12 months."""
    twelve = [fmean(values[k : k + YEAR]) for k in range(len(values) - YEAR + 1)]
    return {k + 6: (twelve[k] + twelve[k + 1]) / 2 for k in range(len(twelve) - 1)}


def indices(values: Sequence[float], ratios: bool) -> list[float]:
    """Average ratios or differences by calendar month; make their mean 1 or 0."""
    level = trend(values)
    season = [
        fmean([values[t] / level[t] if ratios else values[t] - level[t] for t in level if t % YEAR == m])
        for m in range(YEAR)
    ]
    middle = fmean(season)
    return [s / middle if ratios else s - middle for s in season]


def naive2(values: Sequence[float], horizon: int) -> list[float]:
    """Repeat the last month without its season, with the season of the month to come."""
    season = [1.0] * YEAR
    if is_seasonal(values):
        found = indices(values, ratios=True)
        season = found if min(found) > 0 else season
    last = len(values) - 1
    return [values[last] / season[last % YEAR] * season[(last + h) % YEAR] for h in range(1, horizon + 1)]
