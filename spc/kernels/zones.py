"""In which zone each month lies: two bytes a month.

The code: bits 0-7 say that the month lies above the line at level 0-7 (levels in sigma from the centre,
level 0.0 being the centre line itself); bits 8-15 the same below. A month on the centre line is 0; a month
that is missing, and one without limits, have codes of their own.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: SPEC 9: closer than this to a line, relative to the largest of value, line and sigma, is a near-tie.
TIE = 1e-9
#: Whole numbers below 2**53 are exact.
EXACT = 9007199254740992.0
#: Not observed, and without limits. No point lies above and below one line, but for the two sums of a CUSUM
#: at the levels 0 and 3, so these codes are free.
MISSING = np.uint16(0xFFFF)
UNJUDGED = np.uint16(0xFEFE)


@row
def near(value, line, sigma):
    """Whether a month lies so close to a line that float arithmetic must not decide; a line may be at 0."""
    size = max(abs(value), abs(line))
    if sigma > size:  # sigma is NaN on charts without one
        size = sigma
    return abs(value - line) <= TIE * size


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
def put_on_lines(values, zones, upper, lower, sigma, bit):
    """Take the months that are as good as on a line for on it, until they are settled."""
    high, low = np.uint16(1 << bit), np.uint16(1 << (bit + 8))
    for t in range(values.size):
        if near(values[t], upper, sigma):
            zones[t] &= ~high
        if near(values[t], lower, sigma):
            zones[t] &= ~low


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
    """Fill the zone code of every month and the number of open near-ties of every series.

    Where `scale` is not 0, the centre is the mean `total / count` of decimals, and ties with it are settled.
    """
    for s in range(first, last):
        zones = out_zones[s]
        held = 0
        for p in range(offsets[s], offsets[s + 1]):
            held += phase_last[p] - phase_first[p] if sigma[p] > 0.0 else 0
        bare = np.uint16(0) if held == values.shape[1] else UNJUDGED
        for t in range(values.shape[1]):
            zones[t] = MISSING if np.isnan(values[s, t]) else bare
        ties = 0
        for p in range(offsets[s], offsets[s + 1]):
            if not sigma[p] > 0.0:  # no limits, or no variation: no zone rule can fire
                continue
            months = values[s, phase_first[p] : phase_last[p]]
            codes = zones[phase_first[p] : phase_last[p]]
            if bare != 0:
                for t in range(codes.size):
                    codes[t] = MISSING if codes[t] == MISSING else np.uint16(0)
            for i in range(levels.size):
                reach = levels[i] * sigma[p]
                upper, lower = centre[p] + reach, centre[p] - reach
                close = mark(months, codes, upper, lower, sigma[p], i)
                if close > 0:
                    put_on_lines(months, codes, upper, lower, sigma[p], i)
                    if levels[i] == 0.0 and scale[p] > 0.0:
                        close = settle_decimals(
                            months, codes, centre[p], sigma[p], total[p], count[p], scale[p], i
                        )
                ties += close
        out_ties[s] = ties


@row
def mark_lines(points, beneath, centre, sigma, upper, lower, zones, level, bit):
    """Set the bits of one level where each month has its own lines; return how many lie close to either."""
    high, low = np.uint16(1 << bit), np.uint16(1 << (bit + 8))
    control, middle = np.isinf(level), level == 0.0
    close, times = 0, 0.0 if control or middle else level
    for t in range(points.size):
        reach = 0.0 if middle else times * sigma[t]
        line = upper[t] if control else centre[t] + reach
        other = lower[t] if control else centre[t] - reach
        gone = (zones[t] == MISSING) | (zones[t] == UNJUDGED)
        on_line = near(points[t], line, sigma[t]) & (not gone)
        on_other = near(beneath[t], other, sigma[t]) & (not gone)
        above = high if (points[t] > line) & (not on_line) & (not gone) else np.uint16(0)
        below = low if (beneath[t] < other) & (not on_other) & (not gone) else np.uint16(0)
        zones[t] |= above | below
        close += on_line | on_other
    return close


@kernel
def zone_lines(first, last, points, below, centre, sigma, upper, lower, usable, levels, out_zones, out_ties):
    """Fill the same for series whose months have lines of their own; level inf means the control limits.

    `below` holds the second statistic of a two-sided CUSUM, judged by the lower lines alone; NaN where there
    is none. Months where `usable` is false are as if without limits. Near-ties are as good as on the line,
    and stay open.
    """
    beneath = np.empty(points.shape[1])
    for s in range(first, last):
        zones = out_zones[s]
        for t in range(points.shape[1]):
            bare = np.isnan(centre[s, t]) & np.isnan(upper[s, t]) & np.isnan(lower[s, t])
            missing = np.isnan(points[s, t]) & np.isnan(below[s, t])
            zones[t] = MISSING if missing else UNJUDGED if bare | (not usable[s, t]) else np.uint16(0)
            beneath[t] = points[s, t] if np.isnan(below[s, t]) else below[s, t]
        ties = 0
        for i in range(levels.size):
            ties += mark_lines(
                points[s], beneath, centre[s], sigma[s], upper[s], lower[s], zones, levels[i], i
            )
        out_ties[s] = ties


@kernel
def settle_centres(
    first, last, points, centre, top, below, phase_of, numerator, denominator, scale, bit, out_zones, out_ties
):
    """Settle near-ties with the centre where points and centre are ratios of whole numbers.

    The point is `top / below`, the centre `numerator / (denominator scale)`; `top` is made whole by `scale`,
    and both are compared by products below 2**53. Where `scale` is inf, equal floats are equal ratios. What
    is settled is taken off `out_ties`; scale NaN leaves all as it is.
    """
    high, low = np.uint16(1 << bit), np.uint16(1 << (bit + 8))
    for s in range(first, last):
        for t in range(points.shape[1]):
            p = phase_of[s, t]
            gone = (out_zones[s, t] == MISSING) | (out_zones[s, t] == UNJUDGED)
            if p < 0 or gone or np.isnan(scale[p]) or not near(points[s, t], centre[s, t], 0.0):
                continue
            one = other = 0.0
            told = points[s, t] == centre[s, t]
            if not np.isinf(scale[p]):
                whole = np.rint(top[s, t] * scale[p])
                one, other = whole * denominator[p], numerator[p] * below[s, t]
                told = whole / scale[p] == top[s, t] and below[s, t] == np.floor(below[s, t])
                told = told and abs(one) < EXACT and abs(other) < EXACT
            if told:
                out_zones[s, t] &= ~(high | low)
                out_zones[s, t] |= high if one > other else low if one < other else np.uint16(0)
                out_ties[s] -= 1
