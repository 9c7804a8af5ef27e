"""Subgroups: mean, range and sd of the observations of each month, and weighted means over a baseline.

Source: Montgomery (2013), Introduction to Statistical Quality Control, 7th ed., sections 6.2 and 6.3.
"""

from __future__ import annotations

import math

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.sums import add


@row
def describe(members):
    """Return count, mean, range and sd of one subgroup in rising order, NaN last.

    Everything is taken from the smallest member, so that equal members have exactly their value as the mean
    and exactly 0 as the sd.
    """
    count = 0
    while count < members.size and not np.isnan(members[count]):
        count += 1
    if count == 0:
        return 0, np.nan, np.nan, np.nan
    least = members[0]
    high, low = 0.0, 0.0
    for i in range(count):
        high, low = add(high, low, members[i] - least)
    above = (high + low) / count
    if count == 1:
        return 1, least, np.nan, np.nan
    high, low = 0.0, 0.0
    for i in range(count):
        off = (members[i] - least) - above
        high, low = add(high, low, off * off)
    return count, least + above, members[count - 1] - least, math.sqrt((high + low) / (count - 1))


@kernel
def summarise(first, last, begins, members, out_mean, out_count, out_range, out_sd):
    """Fill what is kept of each subgroup.

    `begins` (n_series, n_periods + 1) says where in `members` each month's observations begin; they stand in
    rising order, NaN last.
    """
    for s in range(first, last):
        for t in range(begins.shape[1] - 1):
            count, mean, spread, sd = describe(members[begins[s, t] : begins[s, t + 1]])
            out_count[s, t], out_mean[s, t] = count, mean
            out_range[s, t], out_sd[s, t] = spread, sd


@kernel
def weighted(first, last, cells, weights, offsets, base_first, base_last, out_mean, out_weight, out_count):
    """Fill, for every phase, the weighted mean of its baseline's cells, their weight and their number.

    A cell that is NaN, or has no weight, is left out. Sums are taken from the phase's first cell, so that
    the mean of equal cells is exactly theirs.
    """
    for s in range(first, last):
        for p in range(offsets[s], offsets[s + 1]):
            start, count = 0.0, 0
            high, low, whole, part = 0.0, 0.0, 0.0, 0.0
            for t in range(base_first[p], base_last[p]):
                if np.isnan(cells[s, t]) or not weights[s, t] > 0.0:
                    continue
                if count == 0:
                    start = cells[s, t]
                high, low = add(high, low, weights[s, t] * (cells[s, t] - start))
                whole, part = add(whole, part, weights[s, t])
                count += 1
            out_count[p], out_weight[p] = count, whole + part
            out_mean[p] = start + (high + low) / (whole + part) if count > 0 else np.nan
