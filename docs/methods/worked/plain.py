"""Arithmetic without the library, and the comparison with it: beyond 1e-12 the build stops."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import spc

Number = float | Fraction
CLOSE = 1e-12
#: 1 / d2 = sqrt(pi) / 2: sigma is the mean step of two normal values times this.
INVERSE_D2 = math.sqrt(math.pi) / 2.0
BEYOND = (spc.Rule("Beyond", zone=3.0),)


def same(mine: Number, theirs: Any) -> float:
    """Return my number, which the library must have too, to 1e-12 of it (of 1 where it is smaller)."""
    number, other = float(mine), float(theirs)
    if not abs(number - other) <= CLOSE * max(1.0, abs(number)):
        raise ArithmeticError(f"The page has {number!r} and the library {other!r}.")
    return number


def equal(mine: Any, theirs: Any) -> Any:
    """Return mine, which the library must have exactly: words, flags, whole numbers."""
    if mine != theirs:
        raise ArithmeticError(f"The page has {mine!r} and the library {theirs!r}.")
    return mine


def mean(values: Sequence[Number]) -> float:
    """Return the mean."""
    return float(sum(map(_exact, values), Fraction(0)) / len(values))


def _exact(value: Number) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(repr(value))


def median(values: Iterable[float]) -> float:
    """Return the middle value, or the mean of the middle two."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2.0


def steps(values: Sequence[float]) -> list[float]:
    """Return the moving ranges of typed decimals, without the noise of the floats."""
    return [float(abs(_exact(b) - _exact(a))) for a, b in pairwise(values)]


def sd(values: Sequence[float]) -> float:
    """Return the sample standard deviation."""
    centre = mean(values)
    return math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))


def c4(n: float) -> float:
    """Return the mean of the sd of n normal values, in sigma."""
    return math.sqrt(2.0 / (n - 1.0)) * math.exp(math.lgamma(n / 2.0) - math.lgamma((n - 1.0) / 2.0))


def tail(width: float) -> float:
    """Return the chance that a normal value lies above so many sigma."""
    return 0.5 * math.erfc(width / math.sqrt(2.0))


def bisected(rises: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """Return where a rising function takes a value."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        if rises(middle) < wanted:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def plain_panel(values: Any, of: Any = None, start: str | None = None) -> spc.Panel:
    """Make a panel of one series."""
    return spc.Panel.from_numpy([values], start=start, of=None if of is None else [of])


def beyond(
    points: Sequence[float], lower: Sequence[float], upper: Sequence[float], limits: spc.Limits
) -> Any:
    """Number the points beyond their limits from 1, as the library must."""
    out = [
        i + 1
        for i, (x, low, high) in enumerate(zip(points, lower, upper, strict=True))
        if not low <= x <= high
    ]
    return equal(out, bits(limits, BEYOND))


def bits(limits: spc.Limits, rules: Any) -> list[int]:
    """Number the months, from 1, in which a rule is completed."""
    mask = spc.exceptions(limits, rules=rules).mask[0]
    return [i + 1 for i, bit in enumerate(mask) if bit]


def commas(values: Iterable[Any], form: str = "g") -> str:
    """Write numbers one after the other."""
    return ", ".join(format(value, form) for value in values)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    lines = [f"| {' | '.join(headings)} |", "|" + "---|" * len(headings)]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])
