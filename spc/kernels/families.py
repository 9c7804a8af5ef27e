"""Sums over the parts of a whole, rounded once: the order of the parts cannot matter.

Whole numbers are added as they are, which is exact below 2**53. Every other sum keeps all that additions
leave behind (Shewchuk 1997, Discrete and Computational Geometry 18, 305-363) and is rounded at the end, so
that it is the float nearest to the true sum of the floats whatever stands first.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: Beyond 2**53 neighbouring floats are more than 1 apart, and whole-number sums stop being exact.
EXACT = 9007199254740992.0
#: Remainders that do not overlap: sums of 1e-100 .. 1e100 have 750 bits, and neighbours share none.
MOST_LEFT = 512


@row
def take_in(term, left, count):
    """Add one number to the remainders, smallest first, and return how many there are now."""
    kept = 0
    for i in range(count):
        other = left[i]
        if abs(term) < abs(other):
            term, other = other, term
        total = term + other
        lost = other - (total - term)
        if lost != 0.0:
            left[kept] = lost
            kept += 1
        term = total
    left[kept] = term
    return kept + 1


@row
def round_once(left, count):
    """Round the sum of the remainders, half to even: what lies below decides a tie of the two largest."""
    if count == 0:
        return 0.0
    k = count - 1
    total, lost = left[k], 0.0
    while k > 0 and lost == 0.0:
        k -= 1
        term = left[k]
        larger = total + term
        lost = term - (larger - total)
        total = larger
    if k > 0 and lost != 0.0 and (left[k - 1] > 0.0) == (lost > 0.0):
        doubled = 2.0 * lost
        beyond = total + doubled
        if beyond - total == doubled:
            return beyond
    return total


@row
def exact_sum(values, rows, begin, stop, t, left):
    """Return the sum of month t over some rows, rounded once."""
    count = 0
    for i in range(begin, stop):
        term = values[rows[i], t]
        if not np.isnan(term):
            count = take_in(term, left, count)
    return round_once(left, count)


@kernel
def add_parts(first, last, begins, stops, rows, values, out_sum, out_count):
    """Fill, for every whole, the sum of its parts that are observed, month by month, and their number.

    Whole p has the parts `rows[begins[p]:stops[p]]`, which are rows of `values`; without an observed part the
    sum is 0.
    """
    n_periods = values.shape[1]
    size, broken = np.empty(n_periods), np.empty(n_periods, np.int64)
    left = np.empty(MOST_LEFT)
    for p in range(first, last):
        out_sum[p, :] = 0.0
        out_count[p, :] = 0
        size[:] = 0.0
        broken[:] = 0
        for i in range(begins[p], stops[p]):
            r = rows[i]
            for t in range(n_periods):
                seen = not np.isnan(values[r, t])
                term = values[r, t] if seen else 0.0
                out_sum[p, t] += term
                out_count[p, t] += seen
                size[t] += abs(term)
                broken[t] += term != np.floor(term)
        for t in range(n_periods):
            if broken[t] > 0 or not size[t] < EXACT:
                out_sum[p, t] = exact_sum(values, rows, begins[p], stops[p], t, left)
