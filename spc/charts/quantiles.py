"""Limits of a single count at the tail that the normal distribution has beyond `width` sigma.

The upper limit is the smallest count that is exceeded at most that often, the lower one the largest that is
fallen short of at most that often: beyond is strict, so the chance on either side is at most the tail.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from spc.array_types import Floats

__all__ = ["binomial", "geometric", "negative_binomial", "poisson"]

Places = np.ndarray[Any, np.dtype[np.int64]]
#: Chance of a count, at some of the places.
Law = Callable[[Floats, Places], Floats]
Test = Callable[[Floats, Places], Any]
#: Beyond this neighbouring floats are no longer neighbouring counts.
MOST = 2.0**50


def binomial(n: Floats, p: Floats, width: float) -> tuple[Floats, Floats]:
    """Return the lower and upper limit of Binomial(n, p), elementwise; NaN where n is not whole.

    Examples
    --------
    >>> import numpy as np
    >>> low, high = binomial(np.array([50.0]), np.array([0.2313]), 3.0)
    >>> print(low, high)
    [4.] [21.]
    """
    from scipy.special import betainc

    with np.errstate(invalid="ignore"):
        fits = (n == np.floor(n)) & (n < MOST) & (p >= 0.0) & (p <= 1.0)
    n, p = n[fits], p[fits]

    def above(k: Floats, at: Places) -> Floats:
        left = n[at] - k
        return np.where(left <= 0.0, 0.0, betainc(k + 1.0, np.maximum(left, 1.0), p[at]))

    def up_to(k: Floats, at: Places) -> Floats:
        left = n[at] - k
        return np.where(left <= 0.0, 1.0, betainc(np.maximum(left, 1.0), k + 1.0, 1.0 - p[at]))

    return _limits(fits, above, up_to, n * p, n * p * (1.0 - p), 1.0 - 2.0 * p, width)


def poisson(mean: Floats, width: float) -> tuple[Floats, Floats]:
    """Return the lower and upper limit of a Poisson count, elementwise.

    Examples
    --------
    >>> import numpy as np
    >>> low, high = poisson(np.array([16.0]), 3.0)
    >>> print(low, high)
    [5.] [29.]
    """
    from scipy.special import gammainc, gammaincc

    with np.errstate(invalid="ignore"):
        fits = mean < MOST
    mu = mean[fits]

    def above(k: Floats, at: Places) -> Floats:
        return np.asarray(gammainc(k + 1.0, mu[at]))

    def up_to(k: Floats, at: Places) -> Floats:
        return np.asarray(gammaincc(k + 1.0, mu[at]))

    return _limits(fits, above, up_to, mu, mu, np.ones_like(mu), width)


def negative_binomial(mean: Floats, k: Floats, width: float) -> tuple[Floats, Floats]:
    """Return the limits of counts with variance mean + k mean^2, elementwise; Poisson where k is 0."""
    from scipy.special import betainc

    lower, upper = poisson(np.where(k > 0.0, np.nan, mean), width)
    fits = (k > 0.0) & (mean > 0.0) & (mean < MOST)
    r, mu = 1.0 / k[fits], mean[fits]
    share = mu / (r + mu)

    def above(x: Floats, at: Places) -> Floats:
        return np.asarray(betainc(x + 1.0, r[at], share[at]))

    def up_to(x: Floats, at: Places) -> Floats:
        return np.asarray(betainc(r[at], x + 1.0, 1.0 - share[at]))

    low, high = _limits(fits, above, up_to, mu, mu + mu * mu / r, 1.0 + 2.0 * mu / r, width)
    return np.where(fits, low, lower), np.where(fits, high, upper)


def geometric(mean: Floats, width: float) -> tuple[Floats, Floats]:
    """Return the limits of the cases before an event, P(X > x) = (mean / (1 + mean)) ** (x + 1)."""
    fits = (mean > 0.0) & (mean < MOST)
    mu = mean[fits]
    log = np.log1p(-1.0 / (1.0 + mu))

    def above(x: Floats, at: Places) -> Floats:
        return np.exp(log[at] * (x + 1.0))

    def up_to(x: Floats, at: Places) -> Floats:
        return -np.expm1(log[at] * (x + 1.0))

    return _limits(fits, above, up_to, mu, mu * (mu + 1.0), 2.0 * mu + 1.0, width)


def _limits(
    fits: Any, above: Law, up_to: Law, mean: Floats, variance: Floats, skew: Floats, width: float
) -> tuple[Floats, Floats]:
    """Find both limits, beginning at a Cornish-Fisher guess; `skew` is the third central moment / variance.

    No limit lies so near that the mean itself is beyond it, which at a width far below 1 it would.
    """
    tail = 0.5 * math.erfc(width / math.sqrt(2.0))
    lower, upper = np.full(fits.shape, np.nan), np.full(fits.shape, np.nan)
    if len(mean):
        reach, shift = width * np.sqrt(variance), mean + (width * width - 1.0) / 6.0 * skew
        high = _first(lambda k, at: above(k, at) <= tail, np.floor(shift + reach))
        low = _first(lambda k, at: up_to(k, at) > tail, np.floor(shift - reach))
        upper[fits], lower[fits] = np.maximum(high, mean), np.minimum(low, mean)
    return lower, upper


def _first(holds: Test, guess: Floats) -> Floats:
    """Return the smallest whole number from 0 from which on a condition holds.

    Leaps upward from the guess until it holds and downward until it does not, then halves what is between.
    """
    high = np.maximum(guess, 0.0)
    low = np.full_like(high, -1.0)  # the condition does not hold here
    at, step = np.arange(len(high)), 1.0
    while len(at := at[~holds(high[at], at)]):
        low[at] = high[at]
        high[at] += step
        step *= 2.0
    at, step = np.flatnonzero(high - low > 1.0), 1.0
    while len(at):
        below = np.maximum(high[at] - step, low[at] + 1.0)
        still = holds(below, at)
        high[at[still]], low[at[~still]] = below[still], below[~still]
        at, step = at[still], step * 2.0
        at = at[high[at] - low[at] > 1.0]
    while len(at := np.flatnonzero(high - low > 1.0)):
        middle = np.floor(0.5 * (low[at] + high[at]))
        right = holds(middle, at)
        high[at[right]], low[at[~right]] = middle[right], middle[~right]
    return high
