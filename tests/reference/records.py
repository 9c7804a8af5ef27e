"""Records and runs from their definitions: how long a stretch may be until others surpass the last month."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.reference.series import Series

Exact = Fraction | None


def windows(series: Series, way: str, length: int) -> list[Exact]:
    """Add up every window exactly: "sum", "mean" or "ratio"; a month with one part missing leaves both."""
    if length == 1:
        return list(series.observed)
    found: list[Exact] = []
    tops, bottoms = series.values, series.of or series.values
    for t in range(len(tops)):
        inside = range(t - length + 1, t + 1)
        if inside[0] < 0 or any(tops[i] is None and bottoms[i] is None for i in inside):
            found.append(None)
            continue
        pairs = [pair for pair in (series.parts[i] for i in inside) if pair is not None]
        total = sum((top for top, _ in pairs), Fraction(0))
        base = sum((bottom for _, bottom in pairs), Fraction(0)) if way == "ratio" else Fraction(1)
        divisor = length if way == "mean" else base
        found.append(None if not pairs or divisor == 0 else total / divisor)
    return found


@dataclass(frozen=True)
class Record:
    """One side and rank: the month before the stretch that surpasses the last, and what the stretch holds."""

    since: int
    stretch: int
    missing: int
    ties: int


def record(numbers: Sequence[Exact], end: int, side: int, rank: int) -> Record:
    """Try every stretch that ends at `end`, and keep the longest that fewer than `rank` months surpass."""
    own = numbers[end] if end >= 0 else None
    if own is None:
        return Record(-1, 0, 0, 0)
    begin = next(t for t, number in enumerate(numbers) if number is not None)
    for first in range(begin, end + 1):
        inside = [number for number in numbers[first : end + 1] if number is not None]
        if sum(side * (number - own) > 0 for number in inside) < rank:
            missing = end + 1 - first - len(inside)
            since = first - 1 if first > begin else -1
            return Record(since, end + 1 - first, missing, sum(number == own for number in inside) - 1)
    raise AssertionError("the month itself is never surpassed by itself")


def place(numbers: Sequence[Exact], end: int, side: int) -> int:
    """Rank on the whole record; 0 where there is no number."""
    own = numbers[end] if end >= 0 else None
    if own is None:
        return 0
    return 1 + sum(side * (number - own) > 0 for number in numbers[: end + 1] if number is not None)


def run(sides: Sequence[int], end: int) -> tuple[int, int]:
    """Count the months on the side of the last (signed), and those on the other side before them."""
    text = "".join({1: "+", -1: "-", 0: "0"}[side] for side in sides[: end + 1])
    last = text[-1:]
    if last not in ("+", "-"):
        return 0, 0
    other = "-" if last == "+" else "+"
    rest = text.rstrip(last)
    now, before = len(text) - len(rest), len(rest) - len(rest.rstrip(other))
    sign = 1 if last == "+" else -1
    return sign * now, -sign * before
