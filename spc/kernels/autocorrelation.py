"""How much a month resembles the month before it, within each baseline."""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.decimals import scale_of
from spc.kernels.shared.sums import add, mean_in_two_parts


@row
def gather(values, first, last, months):
    """Copy the months, as whole numbers where they are decimals; return how many are observed."""
    scale = scale_of(values, first, last)
    count = 0
    for t in range(first, last):
        months[t - first] = np.rint(values[t] * scale) if scale > 0.0 else values[t]
        count += not np.isnan(values[t])
    return count


@row
def take_mean(months, count):
    """Turn the months into what they lie off their mean, which is found in two parts."""
    mean, left = mean_in_two_parts(months, count)
    for t in range(months.size):
        months[t] = (months[t] - mean) - left


@row
def lag_one(offs):
    """Return sum of products of neighbours over sum of squares; NaN where nothing varies."""
    products, part = 0.0, 0.0
    squares, rest = 0.0, 0.0
    for t in range(offs.size):
        if not np.isnan(offs[t]):
            squares, rest = add(squares, rest, offs[t] * offs[t])
            if t > 0 and not np.isnan(offs[t - 1]):
                products, part = add(products, part, offs[t] * offs[t - 1])
    below = squares + rest
    return (products + part) / below if 0.0 < below < np.inf else np.nan


@kernel
def autocorrelations(first, last, values, offsets, base_first, base_last, out_r1, out_count):
    """Fill the lag-1 autocorrelation of every phase's baseline; NaN below 3 months, or where nothing varies.

    r1 = sum (x_t - m)(x_(t-1) - m) / sum (x_t - m)^2; a gap leaves out the products on both sides of it.
    Source: NIST/SEMATECH e-Handbook 1.3.5.12.
    """
    scratch = np.empty(values.shape[1])
    for s in range(first, last):
        for p in range(offsets[s], offsets[s + 1]):
            months = scratch[: max(base_last[p] - base_first[p], 0)]
            count = gather(values[s], base_first[p], base_last[p], months)
            out_count[p], out_r1[p] = count, np.nan
            if count >= 3:
                take_mean(months, count)
                out_r1[p] = lag_one(months)
