"""Centre and spread of a baseline by every estimator but the plain one: medians, screened ranges, sd.

Source: Wheeler (1993), Understanding Variation, appendix (median range); NIST/SEMATECH e-Handbook 1.3.5.6
(sd); Nelson (1982), Journal of Quality Technology 14, 172-173 (screening).
"""

from __future__ import annotations

import math

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.decimals import scale_of
from spc.kernels.shared.sums import add, mean_in_two_parts

#: SPEC 9: closer than this to a line, relative to it, is on it.
NEAR = 1e-9


@row
def gather(values, first, last, months):
    """Copy the observed months; return how many there are."""
    count = 0
    for t in range(first, last):
        if not np.isnan(values[t]):
            months[count] = values[t]
            count += 1
    return count


@row
def gather_ranges(values, first, last, bridge, ranges):
    """Copy the moving ranges; a gap breaks one, or is bridged to the month before it."""
    count, before = 0, np.nan
    for t in range(first, last):
        step = abs(values[t] - before)
        if not np.isnan(step):
            ranges[count] = step
            count += 1
        if not (bridge and np.isnan(values[t])):
            before = values[t]
    return count


@row
def middle(numbers, count):
    """Return the median of the first `count` numbers, which it sorts."""
    if count == 0:
        return np.nan
    numbers[:count].sort()
    half = count // 2
    if count % 2:
        return numbers[half]
    return 0.5 * numbers[half - 1] + 0.5 * numbers[half]


@row
def make_whole(numbers, count, wholes):
    """Copy the numbers as whole numbers of units 1 / scale, and return the scale: 10 for 0.1, 1 if none does.

    The decimal 10000000.2 and its float differ by 2e-9, which spoils the sd of small steps about it at the
    8th digit; its tenths are exact.
    """
    scale = scale_of(numbers, 0, count)
    if scale == 0.0:
        wholes[:count] = numbers[:count]
        return 1.0
    for i in range(count):
        wholes[i] = np.rint(numbers[i] * scale)
    return scale


@row
def deviation(numbers, count, wholes):
    """Return the sample sd of the first `count` numbers, by two passes about a mean in two parts."""
    if count < 2:
        return np.nan
    scale = make_whole(numbers, count, wholes)
    mean, fine = mean_in_two_parts(wholes[:count], count)
    high, low = 0.0, 0.0
    for i in range(count):
        off = (wholes[i] - mean) - fine
        high, low = add(high, low, off * off)
    return math.sqrt((high + low) / (count - 1)) / scale


@row
def leave_out(ranges, count, screen):
    """Move the ranges up to `screen` times their mean to the front; return how many these are.

    All stay where nothing but zeros would be left: on rare counts and single steps four public tools then
    have sigma 0 and flag 24 of 24 months (SPEC 7). Over a third can never go: fewer than 1 / 3.26 of numbers
    from 0 lie beyond 3.26 times their mean. A range on the limit (within 1e-9) is not beyond it.
    """
    mean, fine = mean_in_two_parts(ranges[:count], count)
    limit = screen * (mean + fine) * (1.0 + NEAR)
    largest = 0.0
    for i in range(count):
        if ranges[i] <= limit:
            largest = max(largest, ranges[i])
    if largest == 0.0:
        return count
    kept = 0
    for i in range(count):
        if ranges[i] <= limit:
            ranges[kept] = ranges[i]
            kept += 1
    return kept


@kernel
def spread(
    first,
    last,
    values,
    offsets,
    base_first,
    base_last,
    bridge,
    screen,
    out_median,
    out_range,
    out_median_range,
    out_sd,
    out_screened,
):
    """Fill, for every phase, the median, mean and median moving range and the sd of its baseline.

    `bridge` (0 or 1) takes moving ranges across gaps; `screen` leaves out ranges beyond so many times their
    mean (0: none), of the mean and of the median, and `out_screened` says how many.
    """
    months, wholes = np.empty(values.shape[1]), np.empty(values.shape[1])
    for s in range(first, last):
        for p in range(offsets[s], offsets[s + 1]):
            count = gather(values[s], base_first[p], base_last[p], months)
            out_sd[p] = deviation(months, count, wholes)
            out_median[p] = middle(months, count)
            count = gather_ranges(values[s], base_first[p], base_last[p], bridge, months)
            out_range[p], out_screened[p] = np.nan, 0
            if count > 0:
                kept = leave_out(months, count, screen) if screen > 0.0 else count
                out_screened[p] = count - kept
                mean, fine = mean_in_two_parts(months[:kept], kept)
                out_range[p], count = mean + fine, kept
            out_median_range[p] = middle(months, count)
