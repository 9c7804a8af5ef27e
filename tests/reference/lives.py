"""Parts that open, end and are late, one whole and one window at a time, on fractions.

A part is 0 in the months before its first observed one, and after its last where it has been silent for
three months and more; only in months in which the whole (or, without one, any part) is observed. Nothing
after the later of the two months compared is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.reference.series import Number, Series

Sums = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Change:
    """The change of the whole, what each part contributes, rate and mix of it, and what is left."""

    whole: Fraction | None
    parts: list[Fraction | None]
    effects: list[tuple[Fraction, Fraction] | None]
    rest: Fraction | None


def seen(series: Series, t: int) -> bool:
    """Tell whether a month is observed in full."""
    return series.values[t] is not None and (series.of is None or series.of[t] is not None)


def filled(series: Series, away: Sequence[bool]) -> Series:
    """Put 0 where a part is away."""
    values = [0.0 if gone else x for x, gone in zip(series.values, away, strict=True)]
    of = None if series.of is None else [0.0 if gone else x for x, gone in zip(series.of, away, strict=True)]
    return Series(values, of)


def away(series: Series, heard: Sequence[bool], missing: str, now: int, limit: int) -> list[bool]:
    """Tell the months in which a part counts 0."""
    months = range(len(heard))
    there = [t for t in months if t <= limit and seen(series, t)]
    if missing == "leave out":
        return [heard[t] and t not in there for t in months]
    if missing == "missing" or not there:
        return [False] * len(heard)
    by_now = [t for t in there if t <= now]
    end = by_now[-1] if by_now and now - by_now[-1] >= 3 else max(months)
    return [heard[t] and (t < there[0] or t > end) for t in months]


def window(series: Series, first: int, last: int, mean: bool) -> Sums | None:
    """Add a stretch up: None where a month is not heard of, or no month is observed in full."""
    if first < 0:
        return None
    total, base, count = Fraction(0), Fraction(0), 0
    for t in range(first, last + 1):
        top, below = series.values[t], None if series.of is None else series.of[t]
        if top is None and below is None:
            return None
        if not seen(series, t):
            continue
        assert top is not None
        total, base, count = total + Fraction(top), base + Fraction(below or 0.0), count + 1
    return None if not count else (total / count if mean else total, base)


def quotient(sums: Sums | None, ratio: bool) -> Fraction | None:
    """Divide, None where there is nothing to divide by."""
    if sums is None or (ratio and not sums[1]):
        return None
    return sums[0] / sums[1] if ratio else sums[0]


def change(
    parts: Sequence[Series], whole: Series | None, missing: str, stretches: tuple[int, int, int], mean: bool
) -> Change:
    """Set the stretches of `stretches[2]` months that end in its first and second beside each other."""
    now, then, length = stretches
    ratio, limit = parts[0].of is not None, max(now, then)
    months = range(len(parts[0].values))
    own = [whole] if whole is not None else parts
    heard = [any(seen(one, t) and (whole is not None or t <= limit) for one in own) for t in months]
    lived = [filled(one, away(one, heard, missing, now, limit)) for one in parts]
    begun = [missing != "gaps" or any(seen(one, t) for t in months if t <= limit) for one in parts]
    sums = [[window(one, at - length + 1, at, mean) for one in lived] for at in (now, then)]
    if whole is not None:
        wholes = [window(whole, at - length + 1, at, mean) for at in (now, then)]
    else:
        wholes = [_together(each, begun) for each in sums]
    late, early = (quotient(one, ratio) for one in wholes)
    total = None if late is None or early is None else late - early
    found: list[tuple[Fraction, Fraction] | None] = []
    for a, b in zip(*sums, strict=True):
        if a is None or b is None or (ratio and total is None):
            found.append(None)
        elif not ratio:
            found.append((a[0] - b[0], Fraction(0)))
        else:
            found.append(_effects(a, b, wholes[0], wholes[1]))
    known = [None if one is None else one[0] + one[1] for one in found]
    left = None if total is None else total - sum((one for one in known if one is not None), Fraction(0))
    return Change(total, known, found, left)


def _together(sums: Sequence[Sums | None], begun: Sequence[bool]) -> Sums | None:
    if any(one is None and waited for one, waited in zip(sums, begun, strict=True)):
        return None
    known = [one for one in sums if one is not None]
    zero = Fraction(0)
    return (sum((a for a, _ in known), zero), sum((b for _, b in known), zero)) if known else None


def _effects(a: Sums, b: Sums, late: Sums | None, early: Sums | None) -> tuple[Fraction, Fraction]:
    """Give rate and mix effect; what is left of a numerator without a denominator is its rate effect."""
    assert late is not None and early is not None
    average = (late[0] / late[1] + early[0] / early[1]) / 2
    moved = a[1] / late[1] - b[1] / early[1]
    rates = [one for one in (quotient(a, True), quotient(b, True)) if one is not None]
    middle = sum(rates, Fraction(0)) / len(rates) if rates else average
    mix = (middle - average) * moved
    return a[0] / late[1] - b[0] / early[1] - average * moved - mix, mix


def as_numbers(cells: Sequence[Fraction | None]) -> list[Number]:
    """Give floats, None where a figure is not known."""
    return [None if cell is None else float(cell) for cell in cells]
