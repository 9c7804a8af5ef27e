"""Event rows to months: totals, and quantiles of windows from the records themselves.

Records stand in one long array, cell by cell (series by series, month by month), in rising order within each,
so that no order of rows in the source matters.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.sums import add


@row
def renew(held, ages, size, old, fresh, month, out_held, out_ages):
    """Merge one month's records with those held, leave out months up to `old`, and return how many stay.

    Both are in rising order, so a window of w months costs w reads a record, whatever the records are.
    """
    i, j, count = 0, 0, 0
    while i < size or j < fresh.size:
        if i < size and ages[i] <= old:
            i += 1
        elif j == fresh.size or (i < size and held[i] <= fresh[j]):
            out_held[count], out_ages[count] = held[i], ages[i]
            i += 1
            count += 1
        else:
            out_held[count], out_ages[count] = fresh[j], month
            j += 1
            count += 1
    return count


@row
def quantile(held, size, numerator, denominator):
    """Return the quantile numerator / denominator of records in rising order.

    Its place (size - 1) q is worked out in whole numbers, so that 0.9 of 11 records is the tenth and nothing
    beside it.
    """
    place = (size - 1) * numerator
    whole, part = place // denominator, place % denominator
    low = held[whole]
    if part == 0 or held[whole + 1] == low:
        return low
    return (low * (denominator - part) + held[whole + 1] * part) / denominator


@kernel
def quantiles(first, last, begins, records, window, numerator, denominator, out):
    """Fill `out` with the quantile of all records of the last `window` months, NaN where there is none.

    `begins` (n_series, n_periods + 1) says where each month's records begin. Windows that begin before the
    calendar are NaN too.
    """
    longest = 1
    for s in range(first, last):
        longest = max(longest, begins[s, -1] - begins[s, 0])
    held, spare = np.empty(longest), np.empty(longest)
    ages, spare_ages = np.empty(longest, np.int64), np.empty(longest, np.int64)
    for s in range(first, last):
        size = 0
        for t in range(out.shape[1]):
            fresh = records[begins[s, t] : begins[s, t + 1]]
            size = renew(held, ages, size, t - window, fresh, t, spare, spare_ages)
            held, spare = spare, held
            ages, spare_ages = spare_ages, ages
            full = size > 0 and t >= window - 1
            out[s, t] = quantile(held, size, numerator, denominator) if full else np.nan


@kernel
def totals(first, last, begins, records, out):
    """Fill `out` with the sum of each month's records, 0 where there is none."""
    for s in range(first, last):
        for t in range(out.shape[1]):
            high, low = 0.0, 0.0
            for i in range(begins[s, t], begins[s, t + 1]):
                high, low = add(high, low, records[i])
            out[s, t] = high + low
