"""Runs and crossings of the centre line among the useful points, those that do not lie on it."""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: Codes of months that are not observed, and of those without limits.
MISSING = np.uint16(0xFFFF)
UNJUDGED = np.uint16(0xFEFE)
#: Columns of the table of rules.
ASKS_CROSSINGS, BRIDGES, BIT = range(3)


@row
def is_signal(asks_crossings, useful, run, crossed, longest, fewest):
    """Whether a run is longer, or crossings are fewer, than so many useful points allow."""
    if asks_crossings:
        return crossed < fewest[useful]
    return run > longest[useful]


@row
def walk(codes, level, rule, longest, fewest, marking, mask, found):
    """Ask one rule month by month; `found` becomes useful points, longest run and crossings at the end.

    With `marking`, the months that belong to what is completed are marked: of a run its own, of crossings all
    useful ones so far.
    """
    high, low = np.uint16(1 << level), np.uint16(1 << (level + 8))
    useful, run, crossed, best, side = 0, 0, 0, 0, 0
    start, run_start, marked = 0, 0, 0
    for t in range(codes.size):
        code = codes[t]
        gone = (code == MISSING) | (code == UNJUDGED)
        if gone:
            if not rule[BRIDGES]:
                useful, run, crossed, best, side, start = 0, 0, 0, 0, 0, t + 1
            continue
        now = 1 if code & high else -1 if code & low else 0
        if now == 0:
            continue
        if now != side:
            crossed += side != 0
            run, run_start, side = 0, t, now
        useful, run = useful + 1, run + 1
        best = max(best, run)
        if not is_signal(rule[ASKS_CROSSINGS], useful, run, crossed, longest, fewest):
            continue
        bit = np.uint32(1 << (rule[BIT] + (now < 0 and not rule[ASKS_CROSSINGS])))
        if not marking:
            mask[t] |= bit
            continue
        for k in range(max(marked, start if rule[ASKS_CROSSINGS] else run_start), t + 1):
            if codes[k] not in (MISSING, UNJUDGED) and codes[k] & (high | low) != 0:
                mask[k] |= bit
        marked = t + 1
    found[0], found[1], found[2] = useful, best, crossed


@kernel
def crossings(
    first,
    last,
    zones,
    offsets,
    phase_first,
    phase_last,
    asked,
    level,
    table,
    longest,
    fewest,
    marking,
    out_mask,
    out_found,
):
    """Add the rules on runs and crossings to `out_mask`, and fill what each phase's last month would count.

    `longest[n]` and `fewest[n]` are what n useful points allow; `level` is the bit of the centre line;
    `out_found` (n_phases, 3) the useful points, longest run and crossings that the last row of `table` saw.
    """
    for s in range(first, last):
        for p in range(offsets[s], offsets[s + 1]):
            out_found[p, :] = 0
            for r in range(table.shape[0]):
                if (asked[p] >> table[r, BIT]) & 1:
                    codes = zones[s, phase_first[p] : phase_last[p]]
                    mask = out_mask[s, phase_first[p] : phase_last[p]]
                    walk(codes, level, table[r], longest, fewest, marking, mask, out_found[p])
