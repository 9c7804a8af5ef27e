"""Which rules each month completes, and which months belong to a completed pattern: one mask out.

Every rule goes the same way. A stretch of months is cut at gaps, or keeps them, or closes them up; each of
its places answers the rule's question with a byte, the high side in the low nibble and the low side above it;
the last m bytes are added up; and a place whose own answer is yes completes the rule where the sum reaches k.
Steps and swings are asked of codes too: `steps` makes them, with up for above and down for below.

Loops run over slices from 0: with any other start numba guards each index against being negative, which keeps
LLVM from using vectors (22 M cells/s became 380 M).
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: Codes of months that are not observed, and of those without limits (a point without a step before it).
MISSING = np.uint16(0x0101)
UNJUDGED = np.uint16(0x8080)
UP, DOWN = np.uint16(1), np.uint16(256)
NIBBLE = np.uint8(15)
HIGH, LOW = np.uint8(1), np.uint8(16)
EITHER = np.uint8(17)
#: Columns of the table of rules.
SOURCE, GAPS, TIES, ASKS, SIDE, LEVEL, UPTO, CENTRE, NEEDED, SPAN, BIT, SIDED = range(12)
#: What stands in them.
ZONES, STEPS, BRIDGED = range(3)
BREAK, SKIP, BRIDGE = range(3)
COUNT = 2
BEYOND, WITHIN, SWING = range(3)
SAME, CONFINED, ANY, BOTH = range(4)


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


@row
def next_stretch(codes, begin, last):
    """Return the first and last month (half open) of the next stretch without a gap."""
    while begin < last and (codes[begin] == MISSING or codes[begin] == UNJUDGED):
        begin += 1
    end = begin
    while end < last and codes[end] != MISSING and codes[end] != UNJUDGED:
        end += 1
    return begin, end


@row
def pack(codes, rule, packed, places, before):
    """Take out ties and gaps where the rule says so; return how many places are left.

    `before` is the point that a step leads from; that of the first step of a stretch stands before it.
    """
    n, point = 0, -1
    tie = np.uint16(1 << rule[LEVEL]) | np.uint16(1 << (rule[LEVEL] + 8))
    for t in range(codes.size):
        gone = codes[t] == MISSING or codes[t] == UNJUDGED
        if not (gone and rule[GAPS] == BRIDGE) and not (
            not gone and rule[TIES] == SKIP and (codes[t] & tie) == 0
        ):
            packed[n], places[n], before[n] = codes[t], t, point
            n += 1
            point = t
        elif codes[t] == UNJUDGED:
            point = t
    return n


@row
def pick(codes, level, upto, hits):
    """Put one level's hits into a byte: the high side into its low nibble, the low side above it."""
    high, low = np.uint16(1 << level), np.uint16(1 << (level + 8))
    far_high = np.uint16(1 << upto) if upto >= 0 else np.uint16(0)
    far_low = np.uint16(1 << (upto + 8)) if upto >= 0 else np.uint16(0)
    for t in range(codes.size):
        code = codes[t]
        above = HIGH if ((code & high) != 0) & ((code & far_high) == 0) else np.uint8(0)
        below = LOW if ((code & low) != 0) & ((code & far_low) == 0) else np.uint8(0)
        hits[t] = above | below


@row
def turn_odd(hits):
    """Swap up and down at every other place: what went up and down in turn now goes one way."""
    for t in range(hits.size):
        turned = np.uint8(((hits[t] & NIBBLE) << np.uint8(4)) | (hits[t] >> np.uint8(4)))
        hits[t] = turned if t & 1 else hits[t]


@row
def join_sides(hits):
    """Make one answer of both sides."""
    for t in range(hits.size):
        hits[t] = HIGH if hits[t] != 0 else np.uint8(0)


@row
def turn_about(hits):
    """Make a yes of no."""
    for t in range(hits.size):
        hits[t] = HIGH if hits[t] == 0 else np.uint8(0)


@row
def add_ties(codes, level, answer, hits):
    """Let a point on the line, or equal to its neighbour, answer yes."""
    both = np.uint16(1 << level) | np.uint16(1 << (level + 8))
    for t in range(codes.size):
        hits[t] |= answer if (codes[t] & both) == 0 else np.uint8(0)


@row
def pick_strays(codes, level, hits):
    """Mark, for each side, the points that do not lie on that side of the centre."""
    high, low = np.uint16(1 << level), np.uint16(1 << (level + 8))
    for t in range(codes.size):
        above = HIGH if (codes[t] & high) == 0 else np.uint8(0)
        below = LOW if (codes[t] & low) == 0 else np.uint8(0)
        hits[t] = above | below


@row
def blank_gaps(codes, hits):
    """Let months that are not there answer no."""
    for t in range(codes.size):
        gone = (codes[t] == MISSING) | (codes[t] == UNJUDGED)
        hits[t] = np.uint8(0) if gone else hits[t]


@row
def copy(numbers, out):
    """Copy bytes; a loop, since a slice assigned costs 100 ns."""
    for t in range(out.size):
        out[t] = numbers[t]


@row
def add(sums, hits):
    """Add bytes; their nibbles hold counts up to 15."""
    for t in range(sums.size):
        sums[t] = np.uint8(sums[t] + hits[t])


@row
def add_both(late, early, out):
    """Fill the sums of two rows of bytes."""
    for t in range(out.size):
        out[t] = np.uint8(late[t] + early[t])


@row
def add_window(hits, span, sums, even, odd):
    """Fill the sum of the last `span` bytes: sums of 1, 2, 4, 8 of them, put together as `span` asks."""
    n = hits.size
    if span & 1:
        copy(hits, sums)
    part, width, held = hits, 1, span & 1
    while 2 * width <= span:
        longer, spare = even, odd
        head = min(width, n)
        copy(part[:head], longer[:head])
        add_both(part[head:], part[: n - head], longer[head:])
        even, odd = spare, longer
        part = longer
        width *= 2
        if span & width:
            if held == 0:
                copy(part, sums)
            else:
                ahead = min(held, n)
                add(sums[ahead:], part[: n - ahead])
            held += width


@row
def complete(hits, sums, needed, done):
    """Mark the places where the count is reached and which are hits themselves; return whether any is."""
    few, few_low = np.uint8(needed - 1), np.uint8((needed << 4) - 1)
    found = np.uint8(0)
    for t in range(hits.size):
        above = HIGH if ((hits[t] & NIBBLE) != 0) & ((sums[t] & NIBBLE) > few) else np.uint8(0)
        below = LOW if (hits[t] > NIBBLE) & (sums[t] > few_low) else np.uint8(0)
        done[t] = above | below
        found |= above | below
    return found != 0


@row
def keep(done, sums, side):
    """Leave what meets the rule's wish about sides; return whether anything is left.

    The sums are of points truly on each side (BOTH: one of each must be there; else one on the side that
    completes), or of points that stray from it (CONFINED: there must be none).
    """
    found = np.uint8(0)
    for t in range(done.size):
        high, low = (sums[t] & NIBBLE) != 0, sums[t] > NIBBLE
        if side == CONFINED:
            high, low = not high, not low
        elif side == BOTH:
            high = high & low
        elif side == ANY:
            high = high | low
        allowed = np.uint8((HIGH if high else np.uint8(0)) | (LOW if low else np.uint8(0)))
        done[t] &= allowed
        found |= done[t]
    return found != 0


@row
def answer(codes, rule, hits):
    """Let every place answer the question of the rule."""
    pick(codes, rule[LEVEL], rule[UPTO], hits)
    if rule[ASKS] == SWING:
        turn_odd(hits)
    elif rule[ASKS] == WITHIN:
        turn_about(hits)
    elif rule[SIDE] == ANY or rule[SIDE] == BOTH:
        join_sides(hits)
    if rule[TIES] == COUNT:
        add_ties(codes, rule[LEVEL], HIGH if rule[SIDE] == ANY or rule[SIDE] == BOTH else EITHER, hits)
    if rule[GAPS] == SKIP:
        blank_gaps(codes, hits)


@row
def judge(codes, rule, work):
    """Fill which places are hits (row 0) and which complete the rule (row 1); return whether any does."""
    n = codes.size
    hits, done, sums, other = work[0, :n], work[1, :n], work[2, :n], work[3, :n]
    even, odd = work[4, :n], work[5, :n]
    answer(codes, rule, hits)
    add_window(hits, rule[SPAN], sums, even, odd)
    found = complete(hits, sums, rule[NEEDED], done)
    if not found or (rule[SIDE] != CONFINED and rule[SIDE] != BOTH and rule[TIES] != COUNT):
        return found
    if rule[SIDE] == CONFINED:
        pick_strays(codes, rule[CENTRE], other)
    else:
        pick(codes, rule[LEVEL], rule[UPTO], other)
    if rule[ASKS] == SWING:
        turn_odd(other)
    if rule[GAPS] == SKIP:
        blank_gaps(codes, other)
    add_window(other, rule[SPAN], sums, even, odd)
    return keep(done, sums, rule[SIDE])


@row
def flag(done, mask, bit, sided):
    """Set the rule's bits at the places that complete it."""
    high = np.uint32(1) << np.uint32(bit)
    low = np.uint32(2) << np.uint32(bit) if sided else high
    for t in range(done.size):
        above = high if (done[t] & NIBBLE) != 0 else np.uint32(0)
        below = low if done[t] > NIBBLE else np.uint32(0)
        mask[t] |= above | below


@row
def flag_places(done, places, mask, bit, sided):
    """Set them where places are not the months in order."""
    for i in range(done.size):
        if done[i] != 0:
            flag(done[i : i + 1], mask[places[i] : places[i] + 1], bit, sided)


@row
def flag_members(hits, done, places, before, begin, mask, rule):
    """Set the rule's bits at the months whose answers completed it, and at both ends of steps."""
    for i in range(done.size):
        for side in range(2):
            yes = HIGH if side == 0 else LOW
            if done[i] & yes == 0:
                continue
            bit = np.uint32(1 << (rule[BIT] + (side if rule[SIDED] else 0)))
            for k in range(max(0, i - rule[SPAN] + 1), i + 1):
                if hits[k] & yes:
                    mask[begin + places[k]] |= bit
                    if rule[SOURCE] != ZONES:
                        mask[begin + before[k]] |= bit


@kernel
def patterns(
    first,
    last,
    zones,
    steps_up,
    steps_bridged,
    offsets,
    phase_first,
    phase_last,
    asked,
    table,
    groups,
    marking,
    out_mask,
):
    """Fill the rules that each month completes, or with `marking` those to whose patterns it belongs.

    Row r of `table` says what is asked of which codes; the rows of a group (`groups[g]`, half open) share
    codes and gap policy. `asked[p]` has bit 2i set where phase p can answer rule i.
    """
    n_periods = zones.shape[1]
    work = np.empty((6, n_periods), np.uint8)
    packed = np.empty(n_periods, np.uint16)
    places, before = np.empty(n_periods, np.int64), np.empty(n_periods, np.int64)
    in_order = np.arange(n_periods)
    one_before = in_order - 1
    for s in range(first, last):
        out_mask[s, :] = 0
        for p in range(offsets[s], offsets[s + 1]):
            for g in range(groups.shape[0] if asked[p] != 0 else 0):
                lead = table[groups[g, 0]]
                codes = zones[s]
                if lead[SOURCE] != ZONES:
                    codes = steps_up[s] if lead[SOURCE] == STEPS else steps_bridged[s]
                begin = phase_first[p]
                while begin < phase_last[p]:
                    end = phase_last[p]
                    if lead[GAPS] == BREAK:
                        begin, end = next_stretch(codes, begin, end)
                    for r in range(groups[g, 0], groups[g, 1]):
                        rule = table[r]
                        if (asked[p] >> rule[BIT]) & 1 == 0:
                            continue
                        part, n = codes[begin:end], end - begin
                        closed = rule[GAPS] == BRIDGE or rule[TIES] == SKIP
                        if closed:
                            n = pack(part, rule, packed, places, before)
                            part = packed[:n]
                        if n == 0 or not judge(part, rule, work):
                            continue
                        done, mask = work[1, :n], out_mask[s, begin:end]
                        if marking:
                            where, earlier = (places, before) if closed else (in_order, one_before)
                            flag_members(work[0, :n], done, where, earlier, begin, out_mask[s], rule)
                        elif closed:
                            flag_places(done, places, mask, rule[BIT], rule[SIDED])
                        else:
                            flag(done, mask, rule[BIT], rule[SIDED])
                    begin = end
