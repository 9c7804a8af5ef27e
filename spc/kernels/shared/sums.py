"""Sums in two parts, the second of which carries what rounding took from the first."""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import row


@row
def add(high, low, term):
    """Two-sum (Knuth): `high + low` is the exact running sum as long as `low` itself does not round."""
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
def mean_of_observed(values, first, last):
    """Return the mean of the observed months (NaN for none) and how many there are."""
    high, low, count = 0.0, 0.0, 0
    for t in range(first, last):
        if not np.isnan(values[t]):
            high, low = add(high, low, values[t])
            count += 1
    if count == 0:
        return np.nan, 0
    return divide(high, low, count), count


@row
def mean_range(values, first, last):
    """Return the mean of |x_t - x_(t-1)| over neighbours both observed; NaN where there are none."""
    high, low, count = 0.0, 0.0, 0
    for t in range(first + 1, last):
        step = abs(values[t] - values[t - 1])
        if not np.isnan(step):
            high, low = add(high, low, step)
            count += 1
    if count == 0:
        return np.nan
    return divide(high, low, count)


@row
def mean_in_two_parts(numbers, count):
    """Return the rounded mean of the `count` observed numbers, and what it leaves over."""
    high, low = 0.0, 0.0
    for i in range(numbers.size):
        if not np.isnan(numbers[i]):
            high, low = add(high, low, numbers[i])
    mean = (high + low) / count
    rest, fine = 0.0, 0.0
    for i in range(numbers.size):  # from the numbers themselves
        if not np.isnan(numbers[i]):
            rest, fine = add(rest, fine, numbers[i] - mean)
    return mean, (rest + fine) / count
