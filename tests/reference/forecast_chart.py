"""Forecast charts in plain Python: the last month, or the mean of all, and how far off they were before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import ndtr
from scipy.stats import t as student

Row = Sequence[float | None]


@dataclass(frozen=True)
class Told:
    """What was expected of a month, and its limits; None where nothing tells how wide they are."""

    centre: float
    lower: float | None
    upper: float | None


def by_last(known: Row, ahead: int, width: float) -> Told:
    """Expect the last observed month; errors of one month add up over the months since."""
    ahead += next(late for late, value in enumerate(reversed(known)) if value is not None)
    seen: list[float] = []
    errors: list[float] = []
    for value in known:
        if value is not None:
            errors += [value - seen[-1]] if seen else []
            seen.append(value)
    spread = math.sqrt(math.fsum(e * e for e in errors) / len(errors)) if errors else None
    floor = 0.0 if min(seen) >= 0.0 else -math.inf
    if not spread:
        return Told(seen[-1], None, None)
    reach = -student.ppf(ndtr(-width), len(errors)) * spread * math.sqrt(ahead)
    return Told(seen[-1], max(seen[-1] - reach, floor), max(seen[-1] + reach, floor))


def forecast_chart(
    row: Row, known: str, base: tuple[int, int], least: int, width: float
) -> list[Told | None]:
    """Return what a chart of one phase has of every month, by the method "naive"."""
    first = next((t for t, value in enumerate(row) if value is not None), len(row))
    found: list[Told | None] = []
    for t in range(len(row)):
        begin, origin = (first, t) if known == "month_before" else base
        months = row[begin:origin]
        enough = sum(value is not None for value in months) >= least
        found.append(by_last(months, t - origin + 1, width) if enough and t >= origin else None)
    return found
