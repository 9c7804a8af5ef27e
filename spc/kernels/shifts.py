"""Stable shifts: runs that open a candidate, the months that fit it, and what becomes of it.

The definition stands in docs/phases.md; `walk` follows it step by step for one series.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.decimals import total_of
from spc.kernels.shared.sums import mean_of_observed, mean_range

#: What a step is, why, and why a series has none; spc/results/proposals.py has the words in this order.
OPENED, ACCEPTED, REJECTED, PENDING = range(4)
HELD, FEW, FLAT, BACK, LEVEL = range(5)
JUDGED, EMPTY, SHORT, STILL, UNJUDGED = range(5)
#: SPEC 9: closer than this to the centre, relative to the largest of value, centre and sigma, is a near-tie.
TIE = 1e-9
#: Whole numbers below 2**53 are exact.
EXACT = 9007199254740992.0


@row
def fit_of(values, first, last, d2):
    """Return centre, sigma, months observed, exact total and scale; sigma is 0 where ranges only round."""
    centre, count = mean_of_observed(values, first, last)
    step = mean_range(values, first, last)
    scale, total = total_of(values, first, last)
    if scale == 0.0 and step <= TIE * abs(centre):
        step = 0.0
    return centre, step / d2, count, total, scale


@row
def side_of(value, fitted):
    """Return 1 above the centre, -1 below, 0 on it or not observed; decimals compare as whole numbers."""
    centre, sigma, count, total, scale = fitted
    if np.isnan(value):
        return 0
    if abs(value - centre) <= TIE * max(abs(value), abs(centre), sigma):
        whole = np.rint(value * scale)
        if scale == 0.0 or whole / scale != value or abs(whole * count) >= EXACT:
            return 0
        return int(whole * count > total) - int(whole * count < total)
    return 1 if value > centre else -1


@row
def find_run(values, first, last, wanted, run, fitted):
    """Return the first month and the side of the first `run` months on one side (0: any); -1 for none."""
    length, held = 0, 0
    for t in range(first, last):
        side = side_of(values[t], fitted)
        if side == 0 or (wanted != 0 and side != wanted):
            length, held = 0, 0
        elif side == held:
            length += 1
        else:
            length, held = 1, side
        if length == run:
            return t - run + 1, held
    return -1, 0


@row
def crossing_end(values, first, whole, last, wanted, fitted):
    """Return the month that ends a run across the month `whole`: `last` if none has yet, -1 without a run.

    Only the months from `first` on count.
    """
    if whole <= first or side_of(values[whole - 1], fitted) != wanted:
        return -1
    t = whole
    while t < last and side_of(values[t], fitted) == wanted:
        t += 1
    return t


@row
def judge(values, begin, last, side, old, fitted, months, least, run, smallest):
    """Return what becomes of the candidate that begins at `begin`.

    The answer is kind, cause, the month at whose end that is known, whether it is settled, and the month in
    which a way back begins (-1 for none).
    """
    whole = begin + months <= last
    known = min(begin + months, last) - 1
    if fitted[2] < least:
        return (REJECTED if whole else PENDING), FEW, known, whole, -1
    if fitted[1] == 0.0:
        return REJECTED, FLAT, known, whole, -1
    after = begin + run  # the months that opened the candidate are no way back
    back, _ = find_run(values, after, min(begin + months + run - 1, last), -side, run, fitted)
    if back >= 0:
        return REJECTED, BACK, (max(known, back + run - 1) if whole else known), whole, back
    if whole:
        # a run of the other side that crosses the end of the fitting months is waited for
        end = crossing_end(values, after, begin + months, last, -side, fitted)
        if end >= 0:
            known, whole = min(end, last - 1), end < last
    if (fitted[0] - old[0]) * side > smallest * old[1]:
        return ACCEPTED, HELD, known, whole, -1
    return REJECTED, LEVEL, known, whole, -1


@row
def run_end(values, first, last, side, fitted):
    """Return the first month from `first` on that is not on this side, `last` at most."""
    t = first
    while t < last and side_of(values[t], fitted) == side:
        t += 1
    return t


@row
def search_again(values, begin, last, side, cause, back, months, fitted):
    """Return where the search for runs goes on after a candidate that was accepted or rejected."""
    if cause == BACK:
        return back
    if cause == LEVEL:
        return run_end(values, begin, min(begin + months, last), side, fitted)
    return begin + months


@row
def write(codes, lines, n, step, old, new):
    """Write one step into its row, where there is room for it: the counting pass has none."""
    if n < codes.shape[0]:
        for i in range(codes.shape[1]):
            codes[n, i] = step[i]
        lines[n, 0], lines[n, 1] = old[0], old[1]
        lines[n, 2], lines[n, 3] = new[0], new[1]


@row
def walk(values, first, last, months, least, run, smallest, d2, codes, lines):
    """Write the steps of one series, months first .. last; return why there are none, and how many."""
    if first >= last:
        return EMPTY, 0
    start, fitted = first, fit_of(values, first, min(first + months, last), d2)
    if fitted[2] < least or np.isnan(fitted[1]):
        return SHORT, 0
    if fitted[1] == 0.0:
        return STILL, 0
    if first + months >= last:
        return UNJUDGED, 0
    none = (np.nan, np.nan, 0, 0.0, 0.0)
    search, n, told, settled = first + months, 0, 0, True
    while True:
        begin, side = find_run(values, search, last, 0, run, fitted)
        if begin < 0:
            return JUDGED, n
        told = max(told, begin + run - 1)
        until = min(start + months, last)
        step = (OPENED, HELD, begin, side, told, int(settled), start, until, -1, 0, -1)
        write(codes, lines, n, step, fitted, none)
        new = fit_of(values, begin, min(begin + months, last), d2)
        kind, cause, known, sure, back = judge(
            values, begin, last, side, fitted, new, months, least, run, smallest
        )
        settled = settled and sure
        told = max(told, known)
        stop = min(begin + months, last)
        step = (kind, cause, begin, side, told, int(settled), start, until, stop, new[2], back)
        write(codes, lines, n + 1, step, fitted, none if cause == FEW else new)
        n += 2
        if kind == PENDING:
            return JUDGED, n
        search = search_again(values, begin, last, side, cause, back, months, fitted)
        if kind == ACCEPTED:
            start, fitted = begin, new


@kernel
def count_steps(first, last, values, begins, ends, months, least, run, smallest, d2, out_status, out_steps):
    """Fill why each series has no steps (`JUDGED` where it may) and how many it has.

    `begins` and `ends` are the first observed month and the month after the last one known, one a series.
    """
    codes, lines = np.empty((0, 11), np.int64), np.empty((0, 4))
    for s in range(first, last):
        out_status[s], out_steps[s] = walk(
            values[s], begins[s], ends[s], months, least, run, smallest, d2, codes, lines
        )


@kernel
def list_steps(
    first, last, values, begins, ends, offsets, months, least, run, smallest, d2, out_codes, out_lines
):
    """Fill the steps of every series, rows offsets[s] .. offsets[s + 1].

    Codes are kind, cause, first month, side, month known, settled, the old fitting months (half open), the
    end of the new ones, months observed in them, first month of the way back; lines the old centre and
    sigma, the new centre and sigma.
    """
    for s in range(first, last):
        codes, lines = out_codes[offsets[s] : offsets[s + 1]], out_lines[offsets[s] : offsets[s + 1]]
        walk(values[s], begins[s], ends[s], months, least, run, smallest, d2, codes, lines)
