"""Order statistics of rolling windows: smallest and largest, quantiles.

The smallest of a window is the smallest of three or six overlapping blocks of 1, 2, 4 ... months, many series
at a time where all months are wanted. Quantiles keep the window sorted by insertion; medians of 3 and 12
months have a file of their own.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.blocks import clear, mark, plan
from spc.kernels.shared.pairs import small

#: Months in hand at a time, whole series: 16 KB, and their blocks as much again.
IN_HAND = 2048


@row
def open_row(values, s, sign, missing, months):
    """Copy sign * months, and `missing` where nothing is observed. A view, `values[s]`, takes 10 ns."""
    for t in range(months.size):
        months[t] = sign * values[s, t] if values[s, t] == values[s, t] else missing


@row
def tally(marks, window, top, three, counts):
    """Add up the marks of each window from blocks of 1, 2 ... 2**top months.

    In one row: `double` and `join` one after the other cost 15% of a window of 3 months.
    """
    for k in range(top):
        size = max(1 << k, 0)  # said for LLVM: no index counts from the end, so the loop vectorises
        for t in range(marks.shape[1] + 1 - 2 * size):
            marks[k + 1, t] = marks[k, t] + marks[k, t + size]
    size, top, offset = max(1 << top, 0), max(top, 0), 0
    if three:
        for t in range(counts.size):
            counts[t] = (marks[top, t] + marks[top, t + size]) + marks[top, t + 2 * size]
        return
    counts[:] = 0
    for k in range(top + 1):
        if window >> k & 1:
            for t in range(counts.size):
                counts[t] += marks[k, t + offset]
            offset = max(offset + (1 << k), 0)


@row
def least_blocks(blocks, start, k):
    """Fill the smallest of every 2**(start + 1) ... 2**k months."""
    for i in range(start, k):
        step = max(1 << i, 0)
        for t in range(blocks.shape[1] + 1 - 2 * step):
            blocks[i + 1, t] = small(blocks[i, t], blocks[i, t + step])


@row
def least_of_three(blocks, k, window, sign, s, out):
    """Fill the smallest of each window from three blocks that cover it; NaN where infinite."""
    k, far = max(k, 0), max(window - (1 << k), 0)
    near = max(min(1 << k, far), 0)
    for t in range(out.shape[1]):
        answer = small(small(blocks[k, t], blocks[k, t + near]), blocks[k, t + far])
        out[s, t] = sign * answer if abs(answer) < np.inf else np.nan


@row
def known(month, sign):
    """Return sign * month, and -inf, smaller than all, where nothing is observed."""
    return sign * month if month == month else -np.inf


@row
def least_of_months(months, window, sign, out):
    """Fill the smallest of each window of 1, 2 or 3 months; NaN where one is missing."""
    near, far = max((window - 1) // 2, 0), max(window - 1, 0)
    for t in range(out.size):
        answer = small(known(months[t], sign), known(months[t + near], sign))
        answer = small(answer, known(months[t + far], sign))
        out[t] = sign * answer if answer > -np.inf else np.nan


@row
def least_pairs(months, sign, pairs):
    """Fill the smallest of every two months."""
    for t in range(months.size - 1):
        pairs[t] = small(known(months[t], sign), known(months[t + 1], sign))


@row
def least_of_six(blocks, size, window, sign, out):
    """Fill the smallest of each window from six blocks that cover it; NaN where a month is missing."""
    size, last = max(size, 0), max(window - size, 0)
    b, c = max(min(size, last), 0), max(min(2 * size, last), 0)
    d, e = max(min(3 * size, last), 0), max(min(4 * size, last), 0)
    for t in range(out.size):
        answer = small(small(blocks[t], blocks[t + b]), small(blocks[t + c], blocks[t + d]))
        answer = small(answer, small(blocks[t + e], blocks[t + last]))
        out[t] = sign * answer if answer > -np.inf else np.nan


@row
def extremes_of_all(first, last, values, window, sign, out):
    """Fill `out` where all months of a window are wanted: series stand end to end as if they were one.

    The windows that begin in the series before are then left without an answer.
    """
    n, front, k = values.shape[1], window - 1, 0 if window <= 3 else 1
    while 6 << k < window:
        k += 1
    at_once = max(IN_HAND // max(n, 1), 1)
    months, found, blocks = (
        values.reshape(values.size),
        out.reshape(out.size),
        np.full((k + 1, at_once * n), -np.inf),
    )
    for s in range(first, last, at_once):
        stop = min(s + at_once, last)
        inside, answers = months[s * n : stop * n], found[s * n + front : stop * n]
        if k == 0:
            least_of_months(inside, window, sign, answers)
        else:
            least_pairs(inside, sign, blocks[1])
            least_blocks(blocks, 1, k)
            least_of_six(blocks[k], 1 << k, window, sign, answers)
        for i in range(s, stop):
            for t in range(min(front, n)):
                out[i, t] = np.nan


@row
def extremes_of_some(first, last, values, window, least, sign, out):
    """Fill `out` where fewer months will do: a missing one is +inf, which wins only alone."""
    n, k = values.shape[1], 0
    top, three = plan(window)
    while 3 << k < window:
        k += 1
    width = n + window - 1
    blocks, marks = np.full((k + 1, width), np.inf), np.zeros((top + 1, width), np.uint16)
    months, seen, counts = blocks[0, window - 1 :], marks[0, window - 1 :], np.empty(n, np.uint16)
    for s in range(first, last):
        open_row(values, s, sign, np.inf, months)
        least_blocks(blocks, 0, k)
        least_of_three(blocks, k, window, sign, s, out)
        if least > 1:
            mark(values, s, seen)
            tally(marks, window, top, three, counts)
            clear(counts, least, s, out)


@kernel
def extremes(first, last, values, window, min_count, sign, out):
    """Fill `out` with the smallest (`sign` 1.0) or largest (-1.0) of the last `window` months.

    NaN below `min_count` observed.
    """
    length, least = min(window, values.shape[1] + 1), max(min_count, 1)
    if least >= window:
        extremes_of_all(first, last, values, length, sign, out)
    else:
        extremes_of_some(first, last, values, length, least, sign, out)


@row
def put_in(kept, count, month):
    """Insert a month into a sorted window."""
    i = count
    while i > 0 and kept[i - 1] > month:
        kept[i] = kept[i - 1]
        i -= 1
    kept[i] = month


@row
def take_out(kept, count, month):
    """Take a month out of a sorted window of `count`, in which it is."""
    i = 0
    while kept[i] != month:
        i += 1
    while i < count - 1:
        kept[i] = kept[i + 1]
        i += 1


@row
def between(kept, count, q):
    """Interpolate between the months next to place q * (count - 1), from the nearer, as numpy does."""
    place = q * (count - 1)
    lower = int(place)
    share = place - lower
    a, b = kept[lower], kept[min(lower + 1, count - 1)]
    if share == 0.5:
        return 0.5 * a + 0.5 * b
    return a + (b - a) * share if share < 0.5 else b - (b - a) * (1.0 - share)


@kernel
def quantiles(first, last, values, window, min_count, q, out):
    """Fill `out` with the `q` quantile of the last `window` months, NaN below `min_count` observed."""
    n = values.shape[1]
    least, kept = max(min_count, 1), np.empty(min(window, n))
    for s in range(first, last):
        count = 0
        for t in range(n):
            if t >= window and not np.isnan(values[s, t - window]):
                take_out(kept, count, values[s, t - window])
                count -= 1
            if not np.isnan(values[s, t]):
                put_in(kept, count, values[s, t] + 0.0)  # -0.0 and 0.0 are one number: it is 0.0
                count += 1
            out[s, t] = between(kept, count, q) if count >= least else np.nan
