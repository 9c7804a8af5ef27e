"""Exact limits of counts: binomial and Poisson tails, and the interpolated figures where they cross.

With R the count of a unit on target, a count r is above at the one-sided chance a where

    high(r) = P(R > r) + h P(R = r) < a,   below where   low(r) = P(R < r) + l P(R = r) < a,

with (h, l) = (1, 1) for whole tails, (1/2, 1/2) for mid-P (Lancaster 1961), and (0, 1) for the limits of
Spiegelhalter (2005), appendix A.1.1: his (r_p - alpha) / n with alpha = (F(r_p) - p) / f(r_p) is where the
straight line between high(r_p - 1) and high(r_p) crosses a. Limits are interpolated so here for every row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from spc.array_types import Floats

__all__ = ["TAILS", "limits_of_counts", "one_sided"]

#: How much of P(R = r) belongs to the upper and to the lower tail.
TAILS = {"tail": (1.0, 1.0), "midp": (0.5, 0.5), "spiegelhalter": (0.0, 1.0)}
#: Tails beyond this many standard deviations, and this many events, are under 1e-15.
FAR, MORE = 12.0, 60.0


def at_least(law: str, count: Floats, of: Floats, target: Floats) -> Floats:
    """Return P(R >= count)."""
    from scipy.special import betainc, gammainc

    some = np.maximum(count, 1.0)
    if law == "poisson":
        chance = gammainc(some, target * of)
    else:
        chance = np.where(count > of, 0.0, betainc(some, np.maximum(of - some + 1.0, 1.0), target))
    return np.where(count <= 0.0, 1.0, chance)


def at_most(law: str, count: Floats, of: Floats, target: Floats) -> Floats:
    """Return P(R <= count)."""
    from scipy.special import betaincc, gammaincc

    some = np.maximum(count, 0.0)
    if law == "poisson":
        chance = gammaincc(some + 1.0, target * of)
    else:
        chance = np.where(count >= of, 1.0, betaincc(some + 1.0, np.maximum(of - some, 1.0), target))
    return np.where(count < 0.0, 0.0, chance)


def high(law: str, tail: str, count: Floats, of: Floats, target: Floats) -> Floats:
    """Return P(R > count) + h P(R = count)."""
    own = TAILS[tail][0]
    return (1.0 - own) * at_least(law, count + 1.0, of, target) + own * at_least(law, count, of, target)


def low(law: str, tail: str, count: Floats, of: Floats, target: Floats) -> Floats:
    """Return P(R < count) + l P(R = count)."""
    own = TAILS[tail][1]
    return (1.0 - own) * at_most(law, count - 1.0, of, target) + own * at_most(law, count, of, target)


def one_sided(law: str, tail: str, count: Floats, of: Floats, target: Floats) -> Floats:
    """Return the tail on the side of the target on which the count lies."""
    above = count > target * of
    return np.where(above, high(law, tail, count, of, target), low(law, tail, count, of, target))


def limits_of_counts(law: str, tail: str, of: Floats, target: Floats, chance: float) -> tuple[Floats, Floats]:
    """Return the lower and upper limit of total / of at one-sided `chance`; NaN where none can be crossed.

    Parameters
    ----------
    law : {"poisson", "binomial"}
    tail : {"tail", "midp", "spiegelhalter"}
    of, target : (n,) float64
        Sizes (whole for binomial), and the chance of one event a size of 1.
    chance : float
        On one side.
    """
    mean = target * of
    spread = np.sqrt(mean)
    bottom = np.maximum(np.floor(mean - FAR * spread - MORE), -1.0)
    top = np.ceil(mean + FAR * spread + MORE)
    if law == "binomial":
        top = np.minimum(top, of + 1.0)

    def rises(count: Floats) -> Floats:
        return high(law, tail, count, of, target)

    def falls(count: Floats) -> Floats:
        return low(law, tail, count, of, target)

    first = _first(lambda count: rises(count) < chance, bottom, top)
    last = _first(lambda count: falls(count) >= chance, bottom, top) - 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        over = first - (chance - rises(first)) / (rises(first - 1.0) - rises(first))
        under = last + (chance - falls(last)) / (falls(last + 1.0) - falls(last))
        uncrossed = over >= of if law == "binomial" else np.zeros(len(of), bool)
        upper = np.where(uncrossed, np.nan, np.maximum(over, 0.0) / of)
        return np.where(under <= 0.0, np.nan, under / of), upper


def _first(holds: Callable[[Floats], Any], bottom: Floats, top: Floats) -> Floats:
    """Return the smallest whole number in (bottom, top] from which `holds`, by halving."""
    bottom, top = bottom.copy(), top.copy()
    while (top - bottom > 1.0).any():
        middle = np.floor(0.5 * (bottom + top))
        true = holds(middle)
        top, bottom = np.where(true, middle, top), np.where(true, bottom, middle)
    return top
