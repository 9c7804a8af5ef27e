"""Rare counts, from the papers: smoothed values as sums of weights, no recursion over states, in fractions.

A series is a list of whole numbers and None. Forecasts of month t use the months before t alone, given the
opening mean and the constants, which are chosen once by the squared errors of all months.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial

Series = Sequence[int | None]
GRID = tuple(Fraction(text) for text in ("0.1", "0.05", "0.15", "0.2", "0.3"))
LONGEST_BUCKET = 12


def smoothed(points: Sequence[Fraction], start: Fraction, constant: Fraction) -> Fraction:
    """Brown (1959): sum of a (1 - a)^j x_(n-j), and what is left of the weight on the start."""
    found = (1 - constant) ** len(points) * start
    for age, point in enumerate(reversed(points)):
        found += constant * (1 - constant) ** age * point
    return found


def opening(series: Series, months: int) -> tuple[int, int, int]:
    """Count observed months, demands and events in the first `months`, or up to the first demand."""
    seen = [value for value in series if value is not None]
    until = next((i + 1 for i, value in enumerate(seen) if value), len(seen))
    part = seen[: max(months, until)]
    return len(part), sum(1 for value in part if value), sum(part)


def demands(series: Series) -> tuple[list[Fraction], list[Fraction]]:
    """List sizes, and for each the observed months since the demand before."""
    sizes, intervals, since = [], [], 0
    for value in series:
        since += value is not None
        if value:
            sizes.append(Fraction(value))
            intervals.append(Fraction(since))
            since = 0
    return sizes, intervals


def croston(series: Series, start: Series, months: int, alpha: Fraction, factor: Fraction) -> Fraction:
    """Croston (1972), equations 5 and 6; Syntetos and Boylan's (2005) factor."""
    seen, number, total = opening(start, months)
    if not number:
        return Fraction(0)
    sizes, intervals = demands(series)
    size = smoothed(sizes, Fraction(total, number), alpha)
    return factor * size / smoothed(intervals, Fraction(seen, number), alpha)


def tsb(series: Series, start: Series, months: int, alpha: Fraction, beta: Fraction) -> Fraction:
    """Teunter, Syntetos and Babai (2011), equation 2: size times chance."""
    seen, number, total = opening(start, months)
    if not number:
        return Fraction(0)
    chances = [Fraction(value > 0) for value in series if value is not None]
    size = smoothed(demands(series)[0], Fraction(total, number), alpha)
    return size * smoothed(chances, Fraction(number, seen), beta)


def bucketed(series: Series, start: Series, months: int, alpha: Fraction, length: int) -> Fraction:
    """Nikolopoulos et al. (2011): means of blocks of `length` that end with the series, oldest first."""
    seen, _, total = opening(start, months)
    own = list(series)
    while own and own[0] is None:
        own.pop(0)
    blocks = [own[i : i + length] for i in range(len(own) % length, len(own), length)]
    heard = [[value for value in block if value is not None] for block in blocks]
    return smoothed([Fraction(sum(h), len(h)) for h in heard if h], Fraction(total, seen), alpha)


def longest(series: Series) -> int:
    """Round the mean interval between demands to whole months, halves up."""
    _, intervals = demands(series)
    return min(int(sum(intervals) / len(intervals) + Fraction(1, 2)), LONGEST_BUCKET) if intervals else 1


def chosen(
    series: Series, forecasts: Sequence[Callable[[Series], Fraction]]
) -> tuple[list[Fraction | None], Fraction]:
    """Take the least squared errors; the first pays 2 / n less."""
    first = next(t for t, value in enumerate(series) if value is not None)
    n = sum(value is not None for value in series)
    best = None
    for number, forecast in enumerate(forecasts):
        fitted = [None if t < first else forecast(series[:t]) for t in range(len(series))]
        errors = [
            value - expected
            for value, expected in zip(series, fitted, strict=True)
            if value is not None and expected is not None
        ]
        squares = sum((error**2 for error in errors), Fraction(0))
        if number == 0:
            squares *= max(Fraction(0), 1 - Fraction(2, n))
        if best is None or squares < best[0]:
            best = squares, fitted, forecast(series)
    assert best is not None
    return best[1], best[2]


def answer(
    method: str, series: Series, months: int = 12, alphas: Sequence[Fraction] = GRID
) -> tuple[list[Fraction | None], Fraction]:
    """Return what was expected of each month, and of the months to come."""
    if method in ("croston", "sba"):
        half = Fraction(1 if method == "sba" else 0, 2)
        return chosen(
            series,
            [partial(croston, start=series, months=months, alpha=a, factor=1 - half * a) for a in alphas],
        )
    if method == "tsb":
        own = partial(tsb, start=series, months=months)
        return chosen(series, [partial(own, alpha=a, beta=b) for b in alphas for a in alphas])
    most = longest(series)
    parts = [
        chosen(series, [partial(bucketed, start=series, months=months, alpha=a, length=k) for a in alphas])
        for k in ([most] if method == "adida" else range(1, most + 1))
    ]
    mixed: list[Fraction | None] = []
    for t in range(len(series)):
        known = [fitted[t] or Fraction(0) for fitted, _ in parts]
        mixed.append(None if parts[0][0][t] is None else sum(known, Fraction(0)) / len(parts))
    return mixed, sum((rate for _, rate in parts), Fraction(0)) / len(parts)
