"""The theta method by its two theta lines, and the dynamic optimised theta model by its printed recursions.

Assimakopoulos and Nikolopoulos (2000), International Journal of Forecasting 16, 521-530; Fiorucci et al.
(2016), International Journal of Forecasting 32, 1151-1161. Whole series without a season; parameters are
given.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import linear_regression


def theta(values: Sequence[float], horizon: int, alpha: float, first: float) -> list[float]:
    """Average the straight line and the smoothed line of theta 2; `first` is expected of the first month.

    Returns the expectations of all months and of those to come.
    """
    n = len(values)
    slope, intercept = linear_regression(range(1, n + 1), values)
    line = [intercept + slope * t for t in range(1, n + horizon + 1)]
    smoothed = 2.0 * first - line[0]
    expected = []
    for t in range(n + horizon):
        expected.append((line[t] + smoothed) / 2.0)
        if t < n:
            smoothed = alpha * (2.0 * values[t] - line[t]) + (1.0 - alpha) * smoothed
    return expected


def dynamic_theta(
    values: Sequence[float], horizon: int, alpha: float, first: float, theta: float, shock: int = -1
) -> list[float]:
    """Follow the state equations, with expectations in the place of months to come.

    `shock` is a month to come that falls 1 above its expectation.
    """
    level, intercept, slope, mean = first, 0.0, 0.0, 0.0
    expected = []
    for t in range(1, len(values) + horizon + 1):
        left = (1.0 - alpha) ** (t - 1)
        pull = left * intercept + (1.0 - (1.0 - alpha) ** t) / alpha * slope
        expected.append(level + (1.0 - 1.0 / theta) * pull)
        y = values[t - 1] if t <= len(values) else expected[-1] + (t - 1 - len(values) == shock)
        level = alpha * y + (1.0 - alpha) * level
        slope = ((t - 2) * slope + 6.0 / t * (y - mean)) / (t + 1) if t > 1 else 0.0
        mean = ((t - 1) * mean + y) / t
        intercept = mean - (t + 1) / 2.0 * slope
    return expected
