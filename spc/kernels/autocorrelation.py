"""How much a month resembles the month before it, within each baseline."""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row


@row
def lag_one(values, first, last):
    """Return sum of products of neighbours over sum of squares, about the mean, and how many months."""
    total, count = 0.0, 0
    for t in range(first, last):
        if not np.isnan(values[t]):
            total += values[t]
            count += 1
    if count < 3:
        return np.nan, count
    mean = total / count
    products, squares = 0.0, 0.0
    for t in range(first, last):
        off = values[t] - mean
        if not np.isnan(off):
            squares += off * off
            if t > first and not np.isnan(values[t - 1]):
                products += off * (values[t - 1] - mean)
    if not squares > 0.0:
        return np.nan, count
    return products / squares, count


@kernel
def autocorrelations(first, last, values, offsets, base_first, base_last, out_r1, out_count):
    """Fill the lag-1 autocorrelation of every phase's baseline; NaN where nothing varies.

    r1 = sum (x_t - m)(x_(t-1) - m) / sum (x_t - m)^2; a gap leaves out the products on both sides of it.
    Source: NIST/SEMATECH e-Handbook 1.3.5.12.
    """
    for s in range(first, last):
        for p in range(offsets[s], offsets[s + 1]):
            out_r1[p], out_count[p] = lag_one(values[s], base_first[p], base_last[p])
