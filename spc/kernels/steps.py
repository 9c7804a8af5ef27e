"""Whether each month is a step up or down from the one before: codes as zones have them."""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: Codes of months without a point, and of points without one before them; no step is up and down.
MISSING = np.uint16(0xFFFF)
UNJUDGED = np.uint16(0xFEFE)
#: Up and down are above and below at level 0.
UP, DOWN = np.uint16(1), np.uint16(256)


@row
def step_codes(points, codes, tolerance):
    """Fill the step of each month from the one before; return how many are too small to be told in floats."""
    codes[:1] = MISSING if np.isnan(points[0]) else UNJUDGED
    before, after, found = points[:-1], points[1:], codes[1:]
    close = 0
    for t in range(after.size):
        a, b = before[t], after[t]
        size = tolerance * max(abs(a), abs(b))
        up = UP if b - a > size else np.uint16(0)
        down = DOWN if a - b > size else np.uint16(0)
        alone = UNJUDGED if np.isnan(a) else up | down
        found[t] = MISSING if np.isnan(b) else alone
        close += (a != b) & (abs(b - a) <= size)
    return close


@row
def close_gaps(points, codes, tolerance, packed, places):
    """Fill the step of each month from the last one observed."""
    n = 0
    for t in range(points.size):
        codes[t] = MISSING
        if not np.isnan(points[t]):
            packed[n], places[n] = points[t], t
            n += 1
    if n == 0:
        return 0
    found = np.empty(n, np.uint16)
    close = step_codes(packed[:n], found, tolerance)
    for i in range(n):
        codes[places[i]] = found[i]
    return close


@kernel
def steps(first, last, points, tolerance, offsets, phase_first, phase_last, bridge, out_steps, out_open):
    """Fill whether each month is a step up or down, and how many steps of a series stay open.

    Neighbours closer than `tolerance` of the larger are equal; `bridge` compares with the last month observed
    instead of the one before. No step leads from one phase into another.
    """
    packed = np.empty(points.shape[1])
    places = np.empty(points.shape[1], np.int64)
    for s in range(first, last):
        out_steps[s, :] = MISSING
        left = 0
        for p in range(offsets[s], offsets[s + 1]):
            if phase_first[p] >= phase_last[p]:
                continue
            months = points[s, phase_first[p] : phase_last[p]]
            codes = out_steps[s, phase_first[p] : phase_last[p]]
            if bridge:
                left += close_gaps(months, codes, tolerance[s], packed, places)
            else:
                left += step_codes(months, codes, tolerance[s])
        out_open[s] = left
