"""In which zone each month lies, and which rules it completes: two bytes a month, one mask out.

The code: bits 0-7 say that the month lies above the line at level 0-7 (levels in sigma from the centre,
level 0.0 being the centre line itself); bits 8-15 the same below. A missing month, a month on the
centre line, a month without limits are 0 and so break every run.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: SPEC 9: closer than this to a line, relative to the larger of the two, is a near-tie.
TIE = 1e-9


@row
def near(value, line):
    return abs(value - line) <= TIE * max(abs(value), abs(line))


@row
def side(values, zones, first, last, centre, total, count, exact, bit):
    """Set the bit of the centre line; return how many near-ties whole-number arithmetic left open."""
    ties = 0
    for t in range(first, last):
        value = values[t]
        if np.isnan(value):
            continue
        above, below = value > centre, value < centre
        if near(value, centre):
            scaled = value * count
            if exact and value == np.floor(value) and abs(scaled) < 9007199254740992.0:
                above, below = scaled > total, scaled < total  # both exact: the tie is settled here
            else:
                ties += 1
        zones[t] |= (np.uint16(above) << bit) | (np.uint16(below) << (bit + 8))
    return ties


@row
def beyond(values, zones, first, last, upper, lower, bit):
    """Set the bit of the lines at one level; return the near-ties."""
    ties = 0
    for t in range(first, last):
        value = values[t]
        zones[t] |= (np.uint16(value > upper) << bit) | (np.uint16(value < lower) << (bit + 8))
        ties += near(value, upper) or near(value, lower)
    return ties


@kernel
def zone(
    first,
    last,
    values,
    offsets,
    phase_first,
    phase_last,
    centre,
    sigma,
    total,
    count,
    exact,
    levels,
    out_zones,
    out_ties,
):
    """Fill the zone code of every month and the number of open near-ties of every series."""
    for s in range(first, last):
        zones = out_zones[s]
        zones[:] = 0
        ties = 0
        for p in range(offsets[s], offsets[s + 1]):
            if not sigma[p] > 0.0:  # no limits, or no variation: no zone rule can fire
                continue
            a, b = phase_first[p], phase_last[p]
            for i in range(levels.size):
                if levels[i] == 0.0:
                    ties += side(values[s], zones, a, b, centre[p], total[p], count[p], exact[p], i)
                else:
                    reach = levels[i] * sigma[p]
                    ties += beyond(values[s], zones, a, b, centre[p] + reach, centre[p] - reach, i)
        out_ties[s] = ties


@row
def count_hits(zones, hits, sums, first, last, level, span):
    """Count, high side in the low nibble and low side in the high nibble, the hits of the last `span` months."""
    for t in range(first, last):
        hits[t] = ((zones[t] >> level) & 1) | (((zones[t] >> (level + 8)) & 1) << 4)
        sums[t] = hits[t]
    for back in range(1, span):
        for t in range(first + back, last):
            sums[t] += hits[t - back]


@kernel
def k_of_m(first, last, zones, offsets, phase_first, phase_last, level, needed, span, bit, out_mask):
    """Fill the rules that each month completes: k of the last m months beyond a level, same side.

    Rule r asks bit `level[r]` of the zone code, `needed[r]` of the last `span[r]` (at most 15) months,
    the completing month among them, and sets bit `bit[r]` (High) or `bit[r] + 1` (Low). Counting does
    not reach across the start of a phase.
    """
    n_periods = zones.shape[1]
    hits = np.zeros(n_periods, np.uint8)
    sums = np.zeros(n_periods, np.uint8)
    for s in range(first, last):
        mask = out_mask[s]
        mask[:] = 0
        for p in range(offsets[s], offsets[s + 1]):
            a, b = phase_first[p], phase_last[p]
            for r in range(level.size):
                count_hits(zones[s], hits, sums, a, b, level[r], span[r])
                for t in range(a, b):
                    high = (hits[t] & 15) * ((sums[t] & 15) >= needed[r])
                    low = (hits[t] >> 4) * ((sums[t] >> 4) >= needed[r])
                    mask[t] |= np.uint32(high) << bit[r] | np.uint32(low) << (bit[r] + 1)
