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


@row
def clear_gaps(values, clean):
    """Copy the months with 0 where nothing is observed."""
    for t in range(values.size):
        clean[t] = 0.0 if np.isnan(values[t]) else values[t]


@row
def is_whole(clean):
    """Whether every sum of these months is exact: whole numbers whose sizes add up to less than 2**53."""
    size, broken = 0.0, 0
    for t in range(clean.size):
        broken += clean[t] != np.floor(clean[t])
        size += abs(clean[t])
    return broken == 0 and size < EXACT


@row
def count_back(values, window, counts):
    """Fill how many of the last `window` months are observed."""
    count = 0
    for t in range(values.size):
        count += not np.isnan(values[t])
        if t >= window:
            count -= not np.isnan(values[t - window])
        counts[t] = count


@row
def slide(clean, window, sums):
    """Slide a window over whole numbers: adding and taking away are exact, so the sum never drifts."""
    total = 0.0
    for t in range(clean.size):
        total += clean[t]
        if t >= window:
            total -= clean[t - window]
        sums[t] = total


@row
def add_month(high, low, terms):
    """Two-sum of a whole row at once: one month is added to every window that holds it."""
    for t in range(high.size):
        high[t], low[t] = add(high[t], low[t], terms[t])


@row
def add_four(high, low, one, two, three, four):
    """The same for four months: their sums stay in registers (12 months: 270 M cells/s in place of 180)."""
    for t in range(high.size):
        h, r = add(high[t], low[t], one[t])
        h, r = add(h, r, two[t])
        h, r = add(h, r, three[t])
        high[t], low[t] = add(h, r, four[t])


@row
def add_up(padded, window, high, low):
    """Add up every window afresh, oldest month first; `padded` has window - 1 zeros in front."""
    n = high.size
    high[:] = padded[:n]
    low[:] = 0.0
    done = 1
    while done + 4 <= window:
        a, b, c, d = padded[done:], padded[done + 1 :], padded[done + 2 :], padded[done + 3 :]
        add_four(high, low, a[:n], b[:n], c[:n], d[:n])
        done += 4
    while done < window:
        add_month(high, low, padded[done : done + n])
        done += 1


@row
def finish_sums(high, low, counts, least, out):
    """Round each sum once; NaN where too few months are observed."""
    for t in range(out.size):
        out[t] = high[t] + low[t] if counts[t] >= least else np.nan


@row
def finish_means(high, low, counts, least, out):
    """The same for means."""
    for t in range(out.size):
        out[t] = divide(high[t], low[t], counts[t]) if counts[t] >= least else np.nan


@kernel
def rolling(first, last, values, window, min_count, mean, out):
    """Fill `out` with the sum (or `mean`) of the last `window` months, NaN below `min_count` observed."""
    n_periods = values.shape[1]
    padded = np.zeros(window - 1 + n_periods)
    clean = padded[window - 1 :]
    high, low = np.empty(n_periods), np.empty(n_periods)
    counts = np.empty(n_periods, np.int64)
    least = max(min_count, 1)
    for s in range(first, last):
        count_back(values[s], window, counts)
        clear_gaps(values[s], clean)
        if is_whole(clean):
            slide(clean, window, high)
            low[:] = 0.0
        else:
            add_up(padded, window, high, low)
        if mean:
            finish_means(high, low, counts, least, out[s])
        else:
            finish_sums(high, low, counts, least, out[s])
