"""Near-ties settled exactly, on the decimals that the numbers print as (SPEC 9).

Floating point puts the mean of 0.1, 0.1, 0.1 beside 0.1 and not on it. The kernels decide in float and
report every month that lies within 1e-9 of a line; only those months come here, as exact fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["CONTROL", "PI", "TIE", "ExactLines", "exact_row", "exact_value", "settle", "varies"]

TIE = 1e-9
#: pi to 50 decimals: sigma = mean range * sqrt(pi) / 2, so lines at a rational number of sigma are
#: compared as squares.
PI = Fraction(314159265358979323846264338327950288419716939937510, 10**50)
#: Rules that ask for three sigma ask for the control limits, wherever `width` has put them.
CONTROL = 3.0


@dataclass(frozen=True)
class ExactLines:
    """Some months of a phase of one series on paper: their columns, points, centres and squared sigmas.

    One entry a month; None where there is nothing to judge.
    """

    months: Sequence[int]
    points: Sequence[Fraction | None]
    centre: Sequence[Fraction | None]
    sigma_squared: Sequence[Fraction | None]


def exact_value(value: float, of: float | None) -> Fraction | None:
    """Return the plotted value as a fraction of the decimals typed in; None where not observed."""
    if np.isnan(value) or (of is not None and (np.isnan(of) or of == 0.0)):
        return None
    top = Fraction(repr(float(value)))
    return top if of is None else top / Fraction(repr(float(of)))


def exact_row(values: Any, of: Any | None) -> list[Fraction | None]:
    """Return a series exactly; `of` is its denominators, or None where it is no ratio."""
    below = [None] * len(values) if of is None else of
    return [exact_value(value, base) for value, base in zip(values, below, strict=True)]


def varies(values: list[Fraction | None]) -> bool:
    """Whether any month differs from its neighbour: 0.1 of 0.3 is 0.2 of 0.6, whatever the floats say."""
    return any(a is not None and b is not None and a != b for a, b in pairwise(values))


def settle(zones: np.ndarray[Any, Any], lines: ExactLines, levels: tuple[float, ...], width: float) -> None:
    """Set the zone bits of one phase of one series again, exactly.

    Parameters
    ----------
    zones : (n_periods,) uint16
        Changed in place.
    lines : ExactLines
    levels : tuple of float
        Zones in sigma; `CONTROL` stands for the control limits.
    width : float
        Where these lie, in sigma.
    """
    reach = [Fraction(repr(width if level == CONTROL else level)) ** 2 for level in levels]
    told = zip(lines.months, lines.points, lines.centre, lines.sigma_squared, strict=True)
    for t, value, centre, unit in told:
        if value is not None and centre is not None and unit is not None:
            for i, square in enumerate(reach):
                _set(zones, t, i, value - centre, square * unit)


def _set(zones: np.ndarray[Any, Any], t: int, i: int, distance: Fraction, reach_squared: Fraction) -> None:
    beyond = distance**2 > reach_squared
    high, low = np.uint16(1 << i), np.uint16(1 << (i + 8))
    zones[t] &= ~(high | low)
    if beyond:
        zones[t] |= high if distance > 0 else low
