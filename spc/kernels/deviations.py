"""Rolling standard deviations: a second pass round the rounded mean of each window, and compensation.

Deviations are within half a unit in their last place, and so are their squares; three are added plainly, and
those sums with what they round off. That keeps the root within 1e-15 of the exact one for any window.
"""

from __future__ import annotations

from math import ldexp

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.sums import add

#: A float64 as an integer: the sign, 11 bits of exponent (1023 for 1.0), 52 of fraction.
UNSIGNED = 0x7FFFFFFFFFFFFFFF
FRACTION = 52
ONE = 1023
#: The bits of infinity: all above are NaN.
INFINITE = 0x7FF0000000000000
#: Numbers between 2**-400 and 2**400 can be squared as they are.
SQUARES = 400
#: A mean is off by 2**-53 of itself, n squares by n 2**-106: 2**-50 of that is less than they are rounded by.
SHOWS = 2.0**-50


@row
def square(month, centre):
    """Return the squared deviation of a month from its window's mean, 0 where nothing is observed."""
    deviation = month - centre if month == month else 0.0
    return deviation * deviation


@row
def add_squares(padded, centres, length, high, low):
    """Add the squared deviations of each window: plainly by three months, then with compensation."""
    high[:] = 0.0
    low[:] = 0.0
    for i in range(0, length - 2, 3):
        lag = max(i, 0)
        for t in range(centres.size):
            two = square(padded[t + lag], centres[t]) + square(padded[t + lag + 1], centres[t])
            high[t], low[t] = add(high[t], low[t], two + square(padded[t + lag + 2], centres[t]))
    for i in range(length - length % 3, length):
        lag = max(i, 0)
        for t in range(centres.size):
            high[t], low[t] = add(high[t], low[t], square(padded[t + lag], centres[t]))


@row
def take_remainder(padded, centre, t, length, count):
    """Return what the squares round a rounded mean are too large by: n times its error squared."""
    rest = 0.0
    for i in range(t, t + length):
        if not np.isnan(padded[i]):
            rest += padded[i] - centre
    return rest * rest / count


@row
def largest_exponent(bits):
    """Return the exponent of the largest month, -1023 where there is none."""
    largest = 0
    for t in range(bits.size):
        size = bits[t] & UNSIGNED
        largest = max(largest, size if size <= INFINITE else 0)
    return (largest >> FRACTION) - ONE


@row
def count_back(padded, window, counts):
    """Fill how many months of each window are observed; `padded` has window - 1 NaN in front."""
    count = 0
    for t in range(counts.size):
        count += not np.isnan(padded[t + window - 1])
        counts[t] = count
        count -= not np.isnan(padded[t])


@kernel
def rolling_sd(first, last, values, means, window, min_count, out):
    """Fill `out` with the standard deviation (divisor n - 1) of the last `window` months round their `means`.

    `means` are NaN where too few months are observed, and so is `out`, and where there is but one. A mean is
    off by half a unit in the last place; where the spread is so small that this shows, it is taken out.
    """
    n = values.shape[1]
    length = min(window, n + 1)
    padded, counts = np.full(n + length - 1, np.nan), np.full(n, length, np.int64)
    months = padded[length - 1 :]
    bits, centres, high, low = months.view(np.int64), np.empty(n), np.empty(n), np.empty(n)
    for s in range(first, last):
        for t in range(n):
            months[t] = values[s, t]
        exponent = largest_exponent(bits)
        scale = ldexp(1.0, -int(exponent)) if abs(exponent) > SQUARES else 1.0
        for t in range(n):
            months[t] *= scale
            centres[t] = means[s, t] * scale
        if min_count < window:
            count_back(padded, length, counts)
        add_squares(padded, centres, length, high, low)
        close = 0
        for t in range(n):
            squares = high[t] + low[t]
            close += squares < counts[t] * (centres[t] * centres[t]) * SHOWS
            root = np.sqrt(squares / max(counts[t] - 1, 1)) / scale
            out[s, t] = root if counts[t] > 1 and centres[t] == centres[t] else np.nan
        for t in range(n if close else 0):
            squares = high[t] + low[t]
            if counts[t] > 1 and squares < counts[t] * (centres[t] * centres[t]) * SHOWS:
                squares -= take_remainder(padded, centres[t], t, length, counts[t])
                out[s, t] = np.sqrt(max(squares, 0.0) / (counts[t] - 1)) / scale
