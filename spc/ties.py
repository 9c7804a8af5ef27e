"""Near-ties settled exactly, on the decimals that the numbers print as (SPEC 9).

Floating point puts the mean of 0.1, 0.1, 0.1 beside 0.1 and not on it. The kernels decide in float and
report every month that lies within 1e-9 of a line; only those months come here, as exact fractions.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["TIE", "exact_row", "settle", "varies"]

TIE = 1e-9
#: pi to 50 decimals: sigma = mean range * sqrt(pi) / 2, so lines at a rational number of sigma are
#: compared as squares.
PI = Fraction(314159265358979323846264338327950288419716939937510, 10**50)
#: (1 / d2) squared.
INVERSE_D2_SQUARED = {"exact": PI / 4, "textbook": 1 / Fraction(1128, 1000) ** 2}


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


def settle(
    zones: np.ndarray[Any, Any],
    values: list[Fraction | None],
    phase: tuple[int, int],
    base: tuple[int, int],
    levels: tuple[float, ...],
    constants: str,
) -> None:
    """Set the zone bits of one phase of one series again, exactly.

    Parameters
    ----------
    zones : (n_periods,) uint16
        Changed in place.
    values : list of Fraction or None
        The months of the series, exactly.
    phase, base : (first, last)
        Half-open month positions.
    levels : tuple of float
        Zones in sigma.
    constants : {"exact", "textbook"}
    """
    known = [value for value in values[base[0] : base[1]] if value is not None]
    pairs = pairwise(values[base[0] : base[1]])
    ranges = [abs(b - a) for a, b in pairs if a is not None and b is not None]
    if not known or not ranges or not any(ranges):
        return
    centre = sum(known, Fraction(0)) / len(known)
    unit_squared = (sum(ranges, Fraction(0)) / len(ranges)) ** 2 * INVERSE_D2_SQUARED[constants]
    for t in range(*phase):
        value = values[t]
        if value is not None:
            for i, level in enumerate(levels):
                _set(zones, t, i, value - centre, Fraction(repr(level)) ** 2 * unit_squared)


def _set(zones: np.ndarray[Any, Any], t: int, i: int, distance: Fraction, reach_squared: Fraction) -> None:
    beyond = distance**2 > reach_squared
    high, low = np.uint16(1 << i), np.uint16(1 << (i + 8))
    zones[t] &= ~(high | low)
    if beyond:
        zones[t] |= high if distance > 0 else low
