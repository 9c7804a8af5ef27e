"""Medians of rolling windows of 3 and 12 months: sorting networks that work on every window at once.

Where all months are wanted, series stand end to end as if they were one, and a missing month is -inf: the
smallest month of a window, which the network knows, tells that there is one. Where fewer will do, missing
months are numbers beyond all others, in turn at the top and at the bottom, so that the middle stays where it
is, or half a place beside it.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.pairs import large, small

#: Beyond every month, and finite: half of it and half of its opposite make 0 without a warning.
BEYOND = 1e308
#: What a missing month at the top adds to a tally, in which every observed month is 1.
TOP_BITS = 8
TOP = 1 << TOP_BITS
#: Months in hand at a time, whole series: their sorted fours are 48 KB.
IN_HAND = 1024


@row
def known(month):
    """Return the month, and -inf, smaller than all, where nothing is observed."""
    return month if month == month else -np.inf


@row
def sort_three(a, b, c):
    """Sort three months by three comparisons."""
    low, high = small(a, b), large(a, b)
    rest = large(low, c)
    return small(low, c), small(high, rest), large(high, rest)


@row
def sort_pairs(months, fours):
    """Sort every two neighbours, into rows 4 and 5. One loop a function: LLVM does them better."""
    for t in range(months.size - 1):
        a, b = known(months[t]), known(months[t + 1])
        fours[4, t], fours[5, t] = small(a, b), large(a, b)


@row
def sort_outer(fours):
    """Merge every two sorted pairs: the smallest and the largest of the four."""
    for t in range(fours.shape[1] - 3):
        fours[0, t] = small(fours[4, t], fours[4, t + 2])
        fours[3, t] = large(fours[5, t], fours[5, t + 2])


@row
def sort_inner(fours):
    """Merge every two sorted pairs: the two in the middle."""
    for t in range(fours.shape[1] - 3):
        p, q = large(fours[4, t], fours[4, t + 2]), small(fours[5, t], fours[5, t + 2])
        fours[1, t], fours[2, t] = small(p, q), large(p, q)


@row
def middle_of_12(fours, t):
    """Return the smallest, the 6th and the 7th of the twelve months from t, of which fours are sorted.

    Two fours are merged (Batcher's odd-even merge) as far as the middle goes; of two sorted lists the k-th of
    all is the smallest, over all i + j = k, of the larger of the i-th of one and the j-th of the other.
    """
    a1, a2, a3, a4 = fours[0, t], fours[1, t], fours[2, t], fours[3, t]
    b1, b2, b3, b4 = fours[0, t + 4], fours[1, t + 4], fours[2, t + 4], fours[3, t + 4]
    c1, c2, c3, c4 = fours[0, t + 8], fours[1, t + 8], fours[2, t + 8], fours[3, t + 8]
    p, q = large(a1, b1), small(a3, b3)
    odd2, odd3, odd4 = small(p, q), large(p, q), large(a3, b3)
    p, q = large(a2, b2), small(a4, b4)
    even1, even2, even3 = small(a2, b2), small(p, q), large(p, q)
    m2, m3 = small(odd2, even1), large(odd2, even1)
    m4, m5 = small(odd3, even2), large(odd3, even2)
    m6, m7 = small(odd4, even3), large(odd4, even3)
    sixth = small(small(small(m6, large(m5, c1)), small(large(m4, c2), large(m3, c3))), large(m2, c4))
    seventh = small(small(small(m7, large(m6, c1)), small(large(m5, c2), large(m4, c3))), large(m3, c4))
    return small(small(a1, b1), c1), sixth, seventh


@row
def all_of_3(months, out):
    """Fill the median of every three months; NaN where one is missing."""
    for t in range(out.size):
        first, second, _ = sort_three(known(months[t]), known(months[t + 1]), known(months[t + 2]))
        out[t] = second if first > -np.inf else np.nan


@row
def all_of_12(fours, out):
    """Fill the median of every twelve months; NaN where one is missing."""
    for t in range(out.size):
        first, sixth, seventh = middle_of_12(fours, t)
        out[t] = 0.5 * sixth + 0.5 * seventh if first > -np.inf else np.nan


@row
def medians_of_all(first, last, values, window, out):
    """Fill `out` where all months of a window are wanted: series stand end to end as if they were one.

    The windows that begin in the series before are then left without an answer.
    """
    n, front = values.shape[1], window - 1
    at_once = max(IN_HAND // max(n, 1), 1)
    months, found = values.reshape(values.size), out.reshape(out.size)
    fours = np.full((6, at_once * n), -np.inf)
    for s in range(first, last, at_once):
        stop = min(s + at_once, last)
        inside, answers = months[s * n : stop * n], found[s * n + front : stop * n]
        if window == 3:
            all_of_3(inside, answers)
        else:
            sort_pairs(inside, fours)
            sort_outer(fours)
            sort_inner(fours)
            all_of_12(fours, answers)
        for i in range(s, stop):
            for t in range(min(front, n)):
                out[i, t] = np.nan


@row
def take_turns(values, s, top, months, marks):
    """Copy the months; missing ones go to the top and to the bottom in turn, balanced in any window."""
    for t in range(months.size):
        months[t] = values[s, t]
        marks[t] = 1
    for t in range(months.size):
        if values[s, t] != values[s, t]:
            months[t] = BEYOND if top else -BEYOND
            marks[t] = TOP if top else 0
            top = not top


@row
def tally(marks, window, counts):
    """Add up the marks of each window: three single months, or three blocks of four."""
    if window == 3:
        for t in range(counts.size):
            counts[t] = (marks[0, t] + marks[0, t + 1]) + marks[0, t + 2]
        return
    for t in range(marks.shape[1] - 3):
        marks[1, t] = (marks[0, t] + marks[0, t + 1]) + (marks[0, t + 2] + marks[0, t + 3])
    for t in range(counts.size):
        counts[t] = (marks[1, t] + marks[1, t + 4]) + marks[1, t + 8]


@row
def choose(below, centre, above, mark, window, least):
    """Choose the middle by the balance of missing months: one more at the top moves it half a place down."""
    seen = np.int64(mark) & (TOP - 1)
    lean = 2 * (np.int64(mark) >> TOP_BITS) + seen - window
    answer = centre if lean == 0 else (below if lean > 0 else above)
    return answer if seen >= least else np.nan


@row
def some_of_3(months, marks, least, s, out):
    """Fill the median of every three months, of which `least` are there."""
    for t in range(out.shape[1]):
        first, second, third = sort_three(months[t], months[t + 1], months[t + 2])
        below, above = 0.5 * first + 0.5 * second, 0.5 * second + 0.5 * third
        out[s, t] = choose(below, second, above, marks[t], 3, least)


@row
def some_of_12(fours, marks, least, s, out):
    """Fill the median of every twelve months, of which `least` are there."""
    for t in range(out.shape[1]):
        _, sixth, seventh = middle_of_12(fours, t)
        out[s, t] = choose(sixth, 0.5 * sixth + 0.5 * seventh, seventh, marks[t], 12, least)


@row
def medians_of_some(first, last, values, window, least, out):
    """Fill `out` where fewer months will do; in front of each series stand months that are missing."""
    n, front = values.shape[1], window - 1
    width = front + n
    months, marks, fours = np.empty(width), np.empty((2, width), np.uint16), np.empty((6, width))
    counts = np.empty(n, np.uint16)
    take_turns(np.full((1, front), np.nan), 0, True, months[:front], marks[0, :front])
    for s in range(first, last):
        take_turns(values, s, front % 2 == 0, months[front:], marks[0, front:])
        tally(marks, window, counts)
        if window == 3:
            some_of_3(months, counts, least, s, out)
        else:
            sort_pairs(months, fours)
            sort_outer(fours)
            sort_inner(fours)
            some_of_12(fours, counts, least, s, out)


@kernel
def medians(first, last, values, window, min_count, out):
    """Fill `out` with the median of the last `window` months, 3 or 12; NaN below `min_count` observed."""
    if min_count >= window:
        medians_of_all(first, last, values, window, out)
    else:
        medians_of_some(first, last, values, window, max(min_count, 1), out)
