"""Means and moving ranges of baselines, right to the last bit and after any outlier.

Sums carry their rounding error along (Knuth's two-sum), so a huge value leaves its neighbours whole and
a mean is the correctly rounded one.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: Up to 15 digits a decimal and its nearest float determine each other.
DIGITS = 1e15
#: Six decimals: the printed figures have one.
MOST_DECIMALS = 1e6


@row
def add(high, low, term):
    """Two-sum: `high + low` is the exact running sum as long as `low` itself does not round."""
    total = high + term
    back = total - high
    return total, low + ((high - (total - back)) + (term - back))


@row
def divide(high, low, count):
    """Quotient of a two-part sum by a whole number, with a remainder step (Dekker's exact product)."""
    quotient = (high + low) / count
    split = 134217729.0 * quotient
    top = split - (split - quotient)
    bottom = quotient - top
    remainder = ((high - top * count) - bottom * count) + low
    return quotient + remainder / count


@row
def centre_of(values, first, last):
    """Return the mean of the observed months and how many there are."""
    high, low, count = 0.0, 0.0, 0
    for t in range(first, last):
        if not np.isnan(values[t]):
            high, low = add(high, low, values[t])
            count += 1
    if count == 0:
        return np.nan, 0
    return divide(high, low, count), count


@row
def decimal_total(values, first, last):
    """Return the power of ten that makes the months whole, and the exact sum of those whole numbers.

    A float that is the nearest to k / 10**d, |k| < 1e15, is the decimal which it prints as, so ties are
    settled on k (SPEC 9). The scale is 0 where more than six decimals would be needed.
    """
    scale, size = 1.0, 0.0
    for t in range(first, last):
        if not np.isnan(values[t]):
            while scale <= MOST_DECIMALS and np.rint(values[t] * scale) / scale != values[t]:
                scale *= 10.0
            size += abs(values[t])
    if scale > MOST_DECIMALS or size * scale >= DIGITS:
        return 0.0, 0.0
    total = 0.0
    for t in range(first, last):
        if not np.isnan(values[t]):
            total += np.rint(values[t] * scale)
    return scale, total


@row
def mean_range_of(values, first, last):
    """Return the mean of |x_t - x_(t-1)| over neighbours both observed, and how many there are."""
    high, low, count = 0.0, 0.0, 0
    for t in range(first + 1, last):
        step = abs(values[t] - values[t - 1])
        if not np.isnan(step):
            high, low = add(high, low, step)
            count += 1
    if count == 0:
        return np.nan, 0
    return divide(high, low, count), count


@kernel
def baseline(
    first,
    last,
    values,
    offsets,
    base_first,
    base_last,
    out_centre,
    out_range,
    out_count,
    out_total,
    out_scale,
    out_least,
):
    """Fill, for every phase, the mean, mean moving range, number observed and exact sum of its baseline.

    `out_least` is the smallest month; `out_total` is the sum of the months times `out_scale`, in whole
    numbers; a scale of 0 says that there is no such sum.

    `offsets` (n + 1) says which phases are a series' own; the baseline of phase p is the half-open
    stretch `base_first[p] .. base_last[p]` of month positions.
    """
    for s in range(first, last):
        for p in range(offsets[s], offsets[s + 1]):
            out_centre[p], out_count[p] = centre_of(values[s], base_first[p], base_last[p])
            out_scale[p], out_total[p] = decimal_total(values[s], base_first[p], base_last[p])
            out_least[p] = np.inf
            for t in range(base_first[p], base_last[p]):
                if values[s, t] < out_least[p]:
                    out_least[p] = values[s, t]
            out_range[p] = mean_range_of(values[s], base_first[p], base_last[p])[0]
