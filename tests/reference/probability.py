"""Exact limits of counts: the whole numbers that hardly anything lies beyond, by adding probabilities up.

With a the chance that a normal month lies beyond `width` sigma on one side: the upper limit is the smallest
number with P(X > upper) <= a, the lower the largest with P(X < lower) <= a.
"""

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction

from scipy.stats import norm

from tests.reference.exact import SIXTY, decimal

ONE = Decimal(1)
# Probability of 0, and the ratio of that of k + 1 to that of k.
Law = tuple[Decimal, Callable[[int], Decimal]]


def poisson(mean: Fraction) -> Law:
    """Counts of a mean."""
    m = decimal(mean)
    return SIXTY.exp(-m), lambda k: SIXTY.divide(m, Decimal(k + 1))


def binomial(n: Fraction, share: Fraction) -> Law:
    """Successes among n."""
    odds = share / (1 - share)
    start = SIXTY.power(decimal(1 - share), decimal(n))
    return start, lambda k: decimal((n - k) * odds / (k + 1))


def geometric(mean: Fraction) -> Law:
    """Failures before a success, of a mean."""
    return decimal(1 / (1 + mean)), lambda _: decimal(mean / (1 + mean))


def negative_binomial(mean: Fraction, variance: Fraction) -> Law:
    """Counts of a mean and a larger variance; Poisson's where it is not larger."""
    if variance <= mean:
        return poisson(mean)
    size, success = mean * mean / (variance - mean), mean / variance
    start = SIXTY.power(decimal(success), decimal(size))
    return start, lambda k: decimal((k + size) * (1 - success) / (k + 1))


def exact_limits(law: Law, width: float) -> tuple[Decimal, Decimal]:
    """Give the lower and the upper limit."""
    chance = Decimal(float(norm.sf(width)))
    at, ratio = law
    lower = upto = Decimal(0)
    k = 0
    with localcontext(SIXTY):
        while True:
            if upto <= chance:
                lower = Decimal(k)
            upto += at
            if ONE - upto <= chance:
                return lower, Decimal(k)
            at *= ratio(k)
            k += 1
