"""Numbers as they print: the float 0.1 is one tenth, and sums of tenths are exact."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import lcm

# Pi to 70 decimals: enough to compare any two quantities of this suite, whose squares have < 40 digits apart.
PI = Fraction("3.1415926535897932384626433832795028841971693993751058209749445923078164")
SIXTY = Context(prec=60, rounding=ROUND_HALF_EVEN)


@lru_cache(maxsize=200_000)
def exact(value: float) -> Fraction:
    """Give the decimal that a float prints as, as a fraction."""
    return Fraction(repr(float(value)))


def total(parts: Iterable[Fraction]) -> Fraction:
    """Add fractions over one common denominator (many times faster than one by one)."""
    terms = list(parts)
    if not terms:
        return Fraction(0)
    common = lcm(*(term.denominator for term in terms))
    return Fraction(sum(term.numerator * (common // term.denominator) for term in terms), common)


def mean(parts: Sequence[Fraction]) -> Fraction:
    """Give the plain mean; the caller promises at least one part."""
    return total(parts) / len(parts)


def decimal(value: Fraction) -> Decimal:
    """Give a fraction to 60 significant digits."""
    return SIXTY.divide(Decimal(value.numerator), Decimal(value.denominator))


def sign(value: Fraction | Decimal | float | int) -> int:
    """Give -1, 0 or 1."""
    return (value > 0) - (value < 0)


def root(value: Decimal) -> Decimal:
    """Give a square root to 60 digits."""
    return SIXTY.sqrt(value)


def median(parts: Sequence[Fraction]) -> Fraction:
    """Give the middle one, or the mean of the two in the middle."""
    ordered, half = sorted(parts), len(parts) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def error_function(x: Decimal) -> Decimal:
    """Sum the power series of erf (Abramowitz and Stegun 7.1.5); good for small x."""
    with localcontext(SIXTY):
        term = found = x
        n = 0
        while abs(term) > Decimal("1e-62"):
            n += 1
            term = -term * x * x / n
            found += term / (2 * n + 1)
        return 2 * found / root(decimal(PI))


@lru_cache(maxsize=1)
def median_of_a_range() -> Decimal:
    """Give the median of |x - y| for two standard normal numbers: 2 erf^-1(1/2) = 0.953874, by bisection."""
    with localcontext(SIXTY):
        low, high = Decimal("0.47"), Decimal("0.48")
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if error_function(middle) < Decimal("0.5") else (low, middle)
        return 2 * middle


@lru_cache(maxsize=1000)
def c4(n: int) -> Decimal:
    """Give the mean of the sd of n standard normal numbers, sqrt(2 / (n - 1)) G(n / 2) / G((n - 1) / 2)."""
    above, roots_above = gamma_of_half(n)
    below, roots_below = gamma_of_half(n - 1)
    with localcontext(SIXTY):
        turned = root(decimal(PI)) ** (roots_above - roots_below)
        return root(Decimal(2) / (n - 1)) * decimal(above / below) * turned


def gamma_of_half(n: int) -> tuple[Fraction, int]:
    """Give gamma(n / 2) as a fraction, and whether it is to be multiplied by the root of pi."""
    found, x = Fraction(1), Fraction(n, 2)
    while x > 1:
        x -= 1
        found *= x
    return found, int(x == Fraction(1, 2))
