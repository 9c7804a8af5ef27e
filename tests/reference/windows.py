"""Spread and order of rolling windows, from exact fractions of the floats that are there."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isqrt

from tests.reference.rolling import windows
from tests.reference.series import Number

#: Bits kept of a square root: far more than the 53 of a float.
ROOT_BITS = 400


def half_an_ulp(found: float, exact: Fraction) -> bool:
    """Say whether no float lies closer to an exact number than the one found."""
    from math import inf, nextafter

    off = abs(Fraction(found) - exact)
    return all(off <= abs(Fraction(nextafter(found, side)) - exact) for side in (-inf, inf))


def exact_total(inside: Sequence[float]) -> Fraction:
    """Add up without rounding."""
    return sum((Fraction(number) for number in inside), Fraction(0))


def exact_windows(
    numbers: Sequence[Number], window: int, min_count: int, answer: Callable[[list[float]], Fraction]
) -> list[Fraction | None]:
    """Ask each window for an exact answer."""
    found: list[Fraction | None] = []
    for t in range(len(numbers)):
        inside = [number for number in numbers[max(0, t - window + 1) : t + 1] if number is not None]
        found.append(answer(inside) if inside and len(inside) >= min_count else None)
    return found


def root(square: Fraction) -> Fraction:
    """Take a square root to some 400 bits, through whole numbers."""
    shift = max(0, ROOT_BITS - square.numerator.bit_length() + square.denominator.bit_length())
    shift += shift % 2
    return Fraction(isqrt((square.numerator << shift) // square.denominator), 1 << (shift // 2))


def exact_sd(inside: Sequence[float]) -> Fraction:
    """Take the root of the mean square round the exact mean, divisor n - 1."""
    centre = exact_total(inside) / len(inside)
    squares = sum(((Fraction(number) - centre) ** 2 for number in inside), Fraction(0))
    return root(squares / (len(inside) - 1))


def sd(numbers: Sequence[Number], window: int, min_count: int) -> list[Fraction | None]:
    """Give rolling standard deviations; one month has none."""
    return exact_windows(numbers, window, max(min_count, 2), exact_sd)


def smallest(numbers: Sequence[Number], window: int, min_count: int) -> list[Number]:
    """Give rolling minima."""
    return windows(numbers, window, min_count, min)


def largest(numbers: Sequence[Number], window: int, min_count: int) -> list[Number]:
    """Give rolling maxima."""
    return windows(numbers, window, min_count, max)


def exact_quantile(inside: Sequence[float], q: float) -> Fraction:
    """Walk along the broken line through the sorted months."""
    ordered = sorted(Fraction(number) for number in inside)
    place = Fraction(q) * (len(ordered) - 1)
    lower = place.numerator // place.denominator
    if lower == len(ordered) - 1:
        return ordered[lower]
    return ordered[lower] + (place - lower) * (ordered[lower + 1] - ordered[lower])


def median(numbers: Sequence[Number], window: int, min_count: int) -> list[Number]:
    """Give rolling medians, each rounded once."""
    return windows(numbers, window, min_count, lambda inside: float(exact_quantile(inside, 0.5)))


def quantile(numbers: Sequence[Number], window: int, min_count: int, q: float) -> list[Fraction | None]:
    """Give rolling quantiles, exactly."""
    return exact_windows(numbers, window, min_count, lambda inside: exact_quantile(inside, q))
