"""In which zone each month lies, and which rules it completes: two bytes a month, one mask out.

The code: bits 0-7 say that the month lies above the line at level 0-7 (levels in sigma from the centre,
level 0.0 being the centre line itself); bits 8-15 the same below. A month on the centre line and a month
without limits are 0; a missing month has a code of its own.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: SPEC 9: closer than this to a line, relative to the largest of value, line and sigma, is a near-tie.
TIE = 1e-9
#: Whole numbers below 2**53 are exact.
EXACT = 9007199254740992.0
#: No month lies above and below one line, so this code is free for months that are not observed.
MISSING = np.uint16(0x0101)


@row
def near(value, line, sigma):
    """Whether a month lies so close to a line that float arithmetic must not decide; a line may be at 0."""
    return abs(value - line) <= TIE * max(abs(value), abs(line), sigma)


@row
def mark(values, zones, upper, lower, sigma, bit):
    """Set the bits of the two lines at one level; return how many months lie close to either."""
    high, low = np.uint16(1 << bit), np.uint16(1 << (bit + 8))
    close = 0
    for t in range(values.size):
        value = values[t]
        above = high if value > upper else np.uint16(0)
        below = low if value < lower else np.uint16(0)
        zones[t] |= above | below
        close += near(value, upper, sigma) | near(value, lower, sigma)
    return close


@row
def settle_decimals(values, zones, centre, sigma, total, count, scale, bit):
    """Compare decimals with their mean, as whole numbers: value x count with sum; return what stays open."""
    high, low = np.uint16(1 << bit), np.uint16(1 << (bit + 8))
    left = 0
    for t in range(values.size):
        value = values[t]
        if near(value, centre, sigma):
            whole = np.rint(value * scale)
            if whole / scale != value or abs(whole * count) >= EXACT:
                left += 1
                continue
            zones[t] &= ~(high | low)
            if whole * count > total:
                zones[t] |= high
            elif whole * count < total:
                zones[t] |= low
    return left


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
    count,
    total,
    scale,
    levels,
    out_zones,
    out_ties,
):
    """Fill the zone code of every month and the number of open near-ties of every series."""
    for s in range(first, last):
        zones = out_zones[s]
        for t in range(values.shape[1]):
            zones[t] = MISSING if np.isnan(values[s, t]) else np.uint16(0)
        ties = 0
        for p in range(offsets[s], offsets[s + 1]):
            if not sigma[p] > 0.0:  # no limits, or no variation: no zone rule can fire
                continue
            months = values[s, phase_first[p] : phase_last[p]]
            codes = zones[phase_first[p] : phase_last[p]]
            for i in range(levels.size):
                reach = levels[i] * sigma[p]
                close = mark(months, codes, centre[p] + reach, centre[p] - reach, sigma[p], i)
                if close > 0 and levels[i] == 0.0 and scale[p] > 0.0:
                    close = settle_decimals(
                        months, codes, centre[p], sigma[p], total[p], count[p], scale[p], i
                    )
                ties += close
        out_ties[s] = ties


@row
def next_stretch(zones, begin, last):
    """Return the first and last month (half open) of the next stretch without a gap."""
    while begin < last and zones[begin] == MISSING:
        begin += 1
    end = begin
    while end < last and zones[end] != MISSING:
        end += 1
    return begin, end


@row
def pick(zones, hits, level):
    """Put one level's hits into a byte: the high side into its low nibble, the low side above it."""
    high, low = np.uint16(1 << level), np.uint16(1 << (level + 8))
    for t in range(zones.size):
        above = np.uint8(1) if zones[t] & high else np.uint8(0)
        below = np.uint8(16) if zones[t] & low else np.uint8(0)
        hits[t] = above | below


@row
def accumulate(sums, hits):
    """Add the hits of an earlier month; the nibbles hold counts up to 15."""
    for t in range(sums.size):
        sums[t] = np.uint8(sums[t] + hits[t])


@row
def complete(hits, sums, mask, needed, bit):
    """Set the rule's bits where the count is reached and the month itself is a hit."""
    high, low = np.uint32(1) << np.uint32(bit), np.uint32(2) << np.uint32(bit)
    few, few_low = np.uint8(needed - 1), np.uint8((needed << 4) - 1)
    nibble = np.uint8(15)
    for t in range(hits.size):
        above = ((hits[t] & nibble) != 0) & ((sums[t] & nibble) > few)
        below = (hits[t] > nibble) & (sums[t] > few_low)
        mask[t] |= (high if above else np.uint32(0)) | (low if below else np.uint32(0))


@kernel
def k_of_m(first, last, zones, offsets, phase_first, phase_last, level, needed, span, bit, out_mask):
    """Fill the rules that each month completes: k of the last m months beyond a level, same side.

    Rule r asks bit `level[r]` of the zone code, `needed[r]` of the last `span[r]` (at most 15) months,
    the completing month among them, and sets bit `bit[r]` (High) or `bit[r] + 1` (Low). Counting does
    not reach across a missing month or the start of a phase. Loops run over slices from 0: with any other
    start numba guards each index against being negative, which keeps LLVM from using vectors (22 M cells/s
    became 380 M).
    """
    hit_scratch = np.zeros(zones.shape[1], np.uint8)
    sum_scratch = np.zeros(zones.shape[1], np.uint8)
    for s in range(first, last):
        out_mask[s, :] = 0
        for p in range(offsets[s], offsets[s + 1]):
            begin = phase_first[p]
            while begin < phase_last[p]:
                begin, end = next_stretch(zones[s], begin, phase_last[p])
                codes, mask = zones[s, begin:end], out_mask[s, begin:end]
                hits, sums = hit_scratch[: codes.size], sum_scratch[: codes.size]
                for r in range(level.size):
                    pick(codes, hits, level[r])
                    sums[:] = hits
                    for back in range(1, min(span[r], codes.size)):
                        accumulate(sums[back:], hits[: codes.size - back])
                    complete(hits, sums, mask, needed[r], bit[r])
                begin = end
