"""Rolling windows: the correctly rounded total, mean or ratio of the months that are there."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import fsum

from tests.reference.series import Number, Series


def windows(
    numbers: Sequence[Number], window: int, min_count: int, answer: Callable[[list[float]], float]
) -> list[Number]:
    """Ask each window for its answer, None where fewer than min_count months are observed."""
    found: list[Number] = []
    for t in range(len(numbers)):
        inside = [number for number in numbers[max(0, t - window + 1) : t + 1] if number is not None]
        found.append(answer(inside) if len(inside) >= min_count and inside else None)
    return found


def total(numbers: Sequence[Number], window: int, min_count: int) -> list[Number]:
    """Give rolling totals, each rounded once."""
    return windows(numbers, window, min_count, fsum)


def rounded_mean(inside: list[float]) -> float:
    """Divide the exact sum of the floats and round once."""
    return float(sum((Fraction(number) for number in inside), Fraction(0)) / len(inside))


def mean(numbers: Sequence[Number], window: int, min_count: int) -> list[Number]:
    """Give rolling means, each rounded once."""
    return windows(numbers, window, min_count, rounded_mean)


def ratio_parts(series: Series, window: int, min_count: int) -> tuple[list[Number], list[Number]]:
    """Give rolling parts; a month with one part missing leaves both sums and still counts."""
    assert series.of is not None
    pairs = list(zip(series.values, series.of, strict=True))
    both = [None not in pair for pair in pairs]
    tops = [top if there else None for (top, _), there in zip(pairs, both, strict=True)]
    bottoms = [bottom if there else None for (_, bottom), there in zip(pairs, both, strict=True)]
    heard = [None if pair == (None, None) else 0.0 for pair in pairs]
    counts = total(heard, window, min_count)
    sums = [total(parts, window, 1) for parts in (tops, bottoms)]
    top, bottom = ([None if n is None else part for part, n in zip(one, counts, strict=True)] for one in sums)
    return top, bottom
