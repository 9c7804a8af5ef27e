"""The measures of the M4 and M5 competitions, one series at a time, from their definitions.

Makridakis, Spiliotis and Assimakopoulos (2020), International Journal of Forecasting 36, 54-74; (2022), 38,
1346-1364. None is a month that was not observed, and the answer where a measure is not defined.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

Number = float | None
Row = Sequence[Number]


def pairs(first: Row, second: Row) -> list[tuple[float, float]]:
    """Give the months that both have."""
    return [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]


def smape(actual: Row, forecast: Row) -> Number:
    """Average 2 |y - f| / (|y| + |f|), in per cent."""
    both = pairs(actual, forecast)
    each = [0.0 if y == f == 0 else 200.0 * abs(y - f) / (abs(y) + abs(f)) for y, f in both]
    return fmean(each) if each else None


def year_scale(history: Row) -> Number:
    """Average |y(t) - y(t - 12)|; None where there is none, or it is 0."""
    changes = [abs(now - then) for then, now in pairs(history[:-12], history[12:])]
    return fmean(changes) if any(changes) else None


def month_scale(history: Row) -> Number:
    """Average (y(t) - y(t - 1))^2 from the first month other than 0."""
    begun = list(history)
    while begun and begun[0] in (None, 0.0):
        begun.pop(0)
    steps = [(now - then) ** 2 for then, now in pairs(begun[:-1], begun[1:])]
    return fmean(steps) if any(steps) else None


def mase(actual: Row, forecast: Row, history: Row) -> Number:
    """Average absolute error in units of the yearly change of the history."""
    errors, scale = [abs(y - f) for y, f in pairs(actual, forecast)], year_scale(history)
    return fmean(errors) / scale if errors and scale is not None else None


def rmsse(actual: Row, forecast: Row, history: Row) -> Number:
    """Root of the average squared error in units of the squared monthly step of the history."""
    errors, scale = [(y - f) ** 2 for y, f in pairs(actual, forecast)], month_scale(history)
    return math.sqrt(fmean(errors) / scale) if errors and scale is not None else None


def msis(actual: Row, lower: Row, upper: Row, history: Row, level: float) -> Number:
    """Average width of the interval and 2/a of what lies beyond it, in units of the yearly change."""
    scale, scores = year_scale(history), []
    for y, low, high in zip(actual, lower, upper, strict=True):
        if y is not None and low is not None and high is not None:
            score = high - low
            if y < low:
                score += 2.0 / (1.0 - level / 100.0) * (low - y)
            if y > high:
                score += 2.0 / (1.0 - level / 100.0) * (y - high)
            scores.append(score)
    return fmean(scores) / scale if scores and scale is not None else None


def coverage(actual: Row, lower: Row, upper: Row) -> Number:
    """Share of months within their limits, in per cent."""
    within = [
        low <= y <= high
        for y, low, high in zip(actual, lower, upper, strict=True)
        if y is not None and low is not None and high is not None
    ]
    return 100.0 * sum(within) / len(within) if within else None


def owa(smapes: Row, mases: Row, naive2_smapes: Row, naive2_mases: Row) -> Number:
    """Average of two ratios of averages over series."""
    ratios = []
    for mine, other in ((smapes, naive2_smapes), (mases, naive2_mases)):
        both = pairs(mine, other)
        below = sum(b for _, b in both)
        if not below:
            return None
        ratios.append(sum(a for a, _ in both) / below)
    return fmean(ratios)
