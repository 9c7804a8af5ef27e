"""Numbers as they print: the float 0.1 is one tenth, and sums of tenths are exact."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
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
