"""How far back one must look for a month as high or as low as the last, and how long a run lasts."""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row


@row
def look_back(values, end, sign, slack, above, ties, missing):
    """Walk back from the as-at month; return the last tie, how many were higher, and how many stay open.

    `above[r]` is the column of the month that was higher, `r` others between; -1 where there are not so
    many. `ties` and `missing` count the equal and the empty months after it, or on the whole record.
    """
    own = sign * values[end]
    higher, equal, empty, gaps, tied, close = 0, 0, 0, 0, -1, 0
    for back in range(1, end + 1):
        t = end - back
        if np.isnan(values[t]):
            gaps += 1
            continue
        empty = gaps
        gap = sign * values[t] - own
        if gap > slack:
            if higher < above.size:
                above[higher], ties[higher], missing[higher] = t, equal, empty
            higher += 1
        elif gap >= -slack:
            equal += 1
            tied = max(tied, t)
            close += slack > 0.0
        elif slack > 0.0:
            close += np.isnan(gap)
    for r in range(higher, above.size):
        above[r], ties[r], missing[r] = -1, equal, empty
    return tied, higher, close


@kernel
def records(
    first, last, values, ends, slack, out_above, out_ties, out_missing, out_tied, out_higher, out_open
):
    """Fill, for highs (0) and lows (1), where the months stand that surpass the as-at month.

    `out_above`, `out_ties` and `out_missing` are (n, 2, ranks); `out_tied` (n, 2) is the last equal month,
    `out_higher` (n, 2) how many surpass it on the whole record. Months within `slack` count as equal;
    `out_open` says how many of them, where it is above 0, floats cannot tell. Without a value in the as-at
    month everything is -1 or 0.
    """
    for s in range(first, last):
        out_above[s, :, :] = -1
        out_ties[s, :, :] = 0
        out_missing[s, :, :] = 0
        out_tied[s, :] = -1
        out_higher[s, :] = 0
        out_open[s] = 0
        end = ends[s]
        if end < 0 or np.isnan(values[s, end]):
            continue
        for side in range(2):
            sign = 1.0 - 2.0 * side
            above, ties, missing = out_above[s, side], out_ties[s, side], out_missing[s, side]
            tied, higher, close = look_back(values[s], end, sign, slack[s], above, ties, missing)
            out_tied[s, side], out_higher[s, side] = tied, higher
            out_open[s] += close


@row
def side_of(code, bit):
    """Return 1 above the centre, -1 below it, 0 on it or where nothing can be judged (codes of zones)."""
    if code == 0xFFFF or code == 0xFEFE:
        return 0
    return int(code >> bit & 1) - int(code >> (bit + 8) & 1)


@kernel
def runs(first, last, zones, phase_of, ends, bit, out_run, out_before):
    """Fill how many months in a row, up to the as-at month, lie above (+) or below (-) the centre.

    `out_before` is the run on the other side that it ended, 0 where none. A missing month, one on the centre
    and the start of a phase break a run.
    """
    for s in range(first, last):
        out_run[s] = out_before[s] = 0
        t = ends[s]
        if t < 0:
            continue
        side, phase = side_of(zones[s, t], bit), phase_of[s, t]
        while side != 0 and t >= 0 and phase_of[s, t] == phase and side_of(zones[s, t], bit) == side:
            out_run[s] += side
            t -= 1
        while side != 0 and t >= 0 and phase_of[s, t] == phase and side_of(zones[s, t], bit) == -side:
            out_before[s] -= side
            t -= 1
