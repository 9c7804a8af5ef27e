"""Months that are decimals, as whole numbers: what floats cannot decide, they do (SPEC 9)."""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import row

#: Up to 15 digits a decimal and its nearest float determine each other.
DIGITS = 1e15
#: Six decimals: the printed figures have one.
MOST_DECIMALS = 1e6


@row
def scale_of(values, first, last):
    """Return the power of ten that makes the months whole, so that their sums are exact; 0 where none does.

    A float that is the nearest to k / 10**d, |k| < 1e15, is the decimal which it prints as, so ties are
    settled on k. None does where more than six decimals would be needed, or all k together reach 1e15.
    """
    scale, size = 1.0, 0.0
    for t in range(first, last):
        if not np.isnan(values[t]):
            while scale <= MOST_DECIMALS and np.rint(values[t] * scale) / scale != values[t]:
                scale *= 10.0
            size += abs(values[t])
    return 0.0 if scale > MOST_DECIMALS or size * scale >= DIGITS else scale


@row
def total_of(values, first, last):
    """Return the scale of the months, and their exact sum in units of 1 / scale; 0 and 0 where none is."""
    scale, total = scale_of(values, first, last), 0.0
    if scale > 0.0:
        for t in range(first, last):
            if not np.isnan(values[t]):
                total += np.rint(values[t] * scale)
    return scale, total
