"""Means, moving ranges and rolling windows, right to the last bit and after any outlier.

Sums carry their rounding error along (Knuth's two-sum), so a huge value leaves its neighbours whole and
a mean is the correctly rounded one. Nothing is subtracted from a running sum, but for whole numbers,
where it is exact.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: Beyond 2**53 neighbouring floats are more than 1 apart, and whole-number sums stop being exact.
EXACT = 9007199254740992.0


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
    """Return mean, sum, count and whether the sum is exact (whole numbers below 2**53)."""
    high, low, size, count, whole = 0.0, 0.0, 0.0, 0, True
    for t in range(first, last):
        value = values[t]
        if not np.isnan(value):
            high, low = add(high, low, value)
            count += 1
            size += abs(value)
            whole = whole and value == np.floor(value)
    if count == 0:
        return np.nan, np.nan, 0, False
    return divide(high, low, count), high + low, count, whole and size < EXACT


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
    out_total,
    out_count,
    out_exact,
):
    """Fill, for every phase, the mean, mean moving range, sum, count and exactness of its baseline.

    `offsets` (n + 1) says which phases are a series' own; the baseline of phase p is the half-open
    stretch `base_first[p] .. base_last[p]` of month positions.
    """
    for s in range(first, last):
        for p in range(offsets[s], offsets[s + 1]):
            mean, total, count, exact = centre_of(values[s], base_first[p], base_last[p])
            out_centre[p] = mean
            out_total[p] = total
            out_count[p] = count
            out_exact[p] = exact
            out_range[p] = mean_range_of(values[s], base_first[p], base_last[p])[0]


@row
def is_whole(values):
    """Whether every sum of these values is exact: whole numbers whose sizes add up to less than 2**53."""
    size = 0.0
    for value in values:
        if not np.isnan(value):
            if value != np.floor(value):
                return False
            size += abs(value)
    return size < EXACT


@row
def slide(values, window, out_sum, out_count):
    """Slide a window over whole numbers: adding and taking away are exact, so the sum never drifts."""
    total, count = 0.0, 0
    for t in range(values.size):
        if not np.isnan(values[t]):
            total += values[t]
            count += 1
        if t >= window and not np.isnan(values[t - window]):
            total -= values[t - window]
            count -= 1
        out_sum[t] = total
        out_count[t] = count


@kernel
def rolling(first, last, values, window, min_count, mean, out):
    """Fill `out` with the sum (or `mean`) of the last `window` months, NaN below `min_count` observed."""
    n_periods = values.shape[1]
    sums = np.empty(n_periods)
    counts = np.empty(n_periods, np.int64)
    for s in range(first, last):
        if is_whole(values[s]):
            slide(values[s], window, sums, counts)
            for t in range(n_periods):
                enough = counts[t] >= min_count and counts[t] > 0
                value = sums[t] / counts[t] if mean and enough else sums[t]
                out[s, t] = value if enough else np.nan
        else:
            for t in range(n_periods):
                high, low, count = 0.0, 0.0, 0
                for u in range(max(0, t - window + 1), t + 1):
                    if not np.isnan(values[s, u]):
                        high, low = add(high, low, values[s, u])
                        count += 1
                if count < min_count or count == 0:
                    out[s, t] = np.nan
                else:
                    out[s, t] = divide(high, low, count) if mean else high + low
