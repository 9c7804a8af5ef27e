"""Which rules each month completes, and which months belong to a completed pattern: one mask out.

A series becomes rows of bits, 64 months to a word: one row for each line and side, one for the months that
are there. A rule puts rows together to the months that answer its question, looks at the answers of the last m
months by shifting the row, and counts them in bits that carry (all m: an AND). Each month that answers itself
and whose count reaches k completes the rule. Gaps need no search: looking back ends where a month is not there.

Steps and swings are asked of codes too: `steps` makes them, with up for above and down for below. Turned over
at every other place, what goes up and down in turn goes one way, so a swing is a run of steps.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: Codes of months that are not observed, and of those without limits (a point without a step before it).
MISSING = np.uint16(0x0101)
UNJUDGED = np.uint16(0x8080)
UP, DOWN = np.uint16(1), np.uint16(256)
#: Columns of the table of rules.
SOURCE, GAPS, TIES, ASKS, SIDE, LEVEL, UPTO, CENTRE, NEEDED, SPAN, BIT, SIDED = range(12)
#: What stands in them.
ZONES, STEPS, BRIDGED = range(3)
BREAK, SKIP, BRIDGE = range(3)
COUNT = 2
BEYOND, WITHIN, SWING = range(3)
SAME, CONFINED, ANY, BOTH = range(4)

NONE, ALL, ONE = np.uint64(0), np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(1)
ODD, BYTE = np.uint64(0xAAAAAAAAAAAAAAAA), np.uint64(0xFF)
WORD = 64
#: Rows of bits: each source has 16 for its levels and sides, and one for the months that are there.
EACH = 17
THERE = 16
#: Rows that a rule works on: the phase, nothing; answers, what is completed; how far one may look back; the months
#: closed up.
PHASE, EMPTY, HIGH, LOW, DONE_HIGH, DONE_LOW, ROOM, REACH, PACKED = range(51, 60)
#: The rows that a rule reads: its lines, those of `upto` and of the centre; months there, months that count.
LINES = 6
READS = LINES + 2
ROWS = PACKED + READS


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
def clear(mask):
    """Begin with no month flagged; a loop, since assigning to a slice takes 100 ns."""
    for t in range(mask.size):
        mask[t] = np.uint32(0)


@row
def clear(mask):
    """Begin with no month flagged; a loop, since assigning to a slice takes 100 ns."""
    for t in range(mask.size):
        mask[t] = np.uint32(0)


@row
def bit_rows(codes, used, bits, base):
    """Fill the rows of one source: the bits that are used, and where a month is there at all.

    One function with slices from 0: loops over them become vectors (3 ns a row of 64), and each array handed
    to another function costs its counts of references (100 ns a rule).
    """
    for k in range(bits.shape[1]):
        part = codes[WORD * k : WORD * (k + 1)]
        word = NONE
        for t in range(part.size):
            there = (part[t] != MISSING) & (part[t] != UNJUDGED)
            word |= np.uint64(there) << np.uint64(t)
        bits[base + THERE, k] = word
        for i in range(16):
            if (used >> (i & 7)) & 1:
                word = NONE
                for t in range(part.size):
                    word |= np.uint64((part[t] >> np.uint16(i)) & np.uint16(1)) << np.uint64(t)
                bits[base + i, k] = word


@row
def phase_word(begin, end):
    """Return the word of months begin .. end (half open), counted from its first."""
    word = ALL
    if begin > 0:
        word = word << np.uint64(begin) if begin < WORD else NONE
    if end < WORD:
        word &= (ONE << np.uint64(end)) - ONE if end > 0 else NONE
    return word


@row
def back(now, before, months):
    """Return a word as it was so many months (under 64) before; `before` is the word in front of it."""
    return (now << np.uint64(months)) | (before >> ONE) >> np.uint64(WORD - 1 - months)


@row
def all_of(now, before, span):
    """Return where all of the last `span` months are set; what is not there is not set."""
    found = now
    for months in range(1, span):
        if found == NONE:
            break
        found &= back(now, before, months)
    return found


@row
def any_of(now, before, room, room_before, span):
    """Return where any of the last `span` months is set, as far back as there is room."""
    found, reach = NONE, ALL
    for months in range(span):
        reach &= back(room, room_before, months)
        found |= back(now, before, months) & reach
    return found


@row
def enough_of(now, before, room, room_before, span, needed):
    """Return where `needed` of the last `span` months are set: counts of four bits, one bit in each word."""
    ones, twos, fours, eights, reach = NONE, NONE, NONE, NONE, ALL
    for months in range(span):
        reach &= back(room, room_before, months)
        carry = back(now, before, months) & reach
        ones, carry = ones ^ carry, ones & carry
        twos, carry = twos ^ carry, twos & carry
        fours, carry = fours ^ carry, fours & carry
        eights ^= carry
    more, equal = NONE, ALL
    for i in range(3, -1, -1):
        digit = eights if i == 3 else fours if i == 2 else twos if i == 1 else ones
        if (needed >> i) & 1:
            equal &= digit
        else:
            more |= equal & digit
            equal &= ~digit
    return more | equal


@row
def count(now, before, room, room_before, span, needed):
    """Return where a month is set itself, and with it `needed` of the last `span`."""
    if now == NONE:
        return now
    if needed == span:
        return all_of(now, before, span)
    return now & enough_of(now, before, room, room_before, span, needed)


@row
def answer(asks, side, ties, there, high, low, far_high, far_low, centre_high, centre_low):
    """Return which months answer the question on each side, and what decides about the sides.

    The latter are the months truly on each side of the line, or under CONFINED those astray from it.
    """
    tie = there & ~(high | low)
    high, low = high & ~far_high, low & ~far_low
    if asks == SWING:
        high, low = (high & ~ODD) | (low & ODD), (low & ~ODD) | (high & ODD)
    true_high, true_low = high, low
    if side == CONFINED:
        true_high, true_low = there & ~centre_high, there & ~centre_low
    if asks == WITHIN:
        high, low = tie, NONE
    elif side == ANY or side == BOTH:
        high, low = high | low, NONE
    if ties == COUNT:
        high = high | tie
        low = low if side == ANY or side == BOTH else low | tie
    return high, low, true_high, true_low


@row
def decide(found, side, ties, own, own_before, other, other_before, room, room_before, span):
    """Leave of what was completed on one side what meets the rule's wish about sides."""
    if found == NONE or (side != CONFINED and side != BOTH and ties != COUNT):
        return found
    mine = any_of(own, own_before, room, room_before, span)
    if side == CONFINED:
        return found & ~mine
    if side == BOTH:
        return found & mine & any_of(other, other_before, room, room_before, span)
    if side == ANY:
        mine |= any_of(other, other_before, room, room_before, span)
    return found & mine


@row
def judge(bits, reads, i, table, r):
    """Fill the months that answer a rule and those that complete it; return whether any does."""
    asks, side, ties = table[r, ASKS], table[r, SIDE], table[r, TIES]
    span, needed, keeps_gaps = table[r, SPAN], table[r, NEEDED], table[r, GAPS] == SKIP
    plain = asks == BEYOND and side == SAME and ties != COUNT and table[r, UPTO] < 0
    high_before = low_before = true_high_before = true_low_before = room_before = NONE
    completed = NONE
    for k in range(bits.shape[1]):
        phase = bits[reads[i, LINES + 1], k]
        there = bits[reads[i, LINES], k] & phase
        room = phase if keeps_gaps else there
        high, low = bits[reads[i, 0], k] & there, bits[reads[i, 1], k] & there
        true_high = true_low = NONE
        if not plain:
            high, low, true_high, true_low = answer(
                asks,
                side,
                ties,
                there,
                high,
                low,
                bits[reads[i, 2], k],
                bits[reads[i, 3], k],
                bits[reads[i, 4], k],
                bits[reads[i, 5], k],
            )
        above, below = high, low
        if span > 1:
            above = count(high, high_before, room, room_before, span, needed)
            below = count(low, low_before, room, room_before, span, needed)
        if not plain and above | below != NONE:
            own, own_before, other, before = true_high, true_high_before, true_low, true_low_before
            above = decide(above, side, ties, own, own_before, other, before, room, room_before, span)
            below = decide(below, side, ties, other, before, own, own_before, room, room_before, span)
        bits[HIGH, k], bits[LOW, k], bits[ROOM, k] = high, low, room
        bits[DONE_HIGH, k], bits[DONE_LOW, k] = above, below
        completed |= above | below
        high_before, low_before, room_before = high, low, room
        true_high_before, true_low_before = true_high, true_low
    return completed != NONE


@row
def belong(bits, answers, done, span):
    """Put the months whose answers completed the rule in the place of those that completed it."""
    n_words = bits.shape[1]
    for k in range(n_words):
        bits[REACH, k] = bits[done, k]
        bits[done, k] = NONE
    for months in range(span):
        for k in range(n_words):
            bits[REACH, k] &= back(bits[ROOM, k], bits[ROOM, k - 1] if k > 0 else NONE, months)
        for k in range(n_words):
            word = bits[REACH, k] >> np.uint64(months)
            if months > 0 and k + 1 < n_words:
                word |= bits[REACH, k + 1] << np.uint64(WORD - months)
            bits[done, k] |= word & bits[answers, k]


@row
def flag(bits, done, places, mask, bit, both_ends):
    """Set the bit at the months of a row, and at those that the steps lead from."""
    for k in range(bits.shape[1]):
        word, i = bits[done, k], WORD * k
        while word != NONE:
            if word & ONE:
                mask[places[0, i]] |= bit
                if both_ends:
                    mask[places[1, i]] |= bit
            word >>= ONE
            i += 1
            if word & BYTE == NONE:  # most months complete nothing
                word >>= np.uint64(8)
                i += 8


@row
def read_rows(rule, reads):
    """Fill which rows of bits a rule reads."""
    base = EACH * rule[SOURCE]
    for i in range(LINES // 2):
        level = rule[LEVEL] if i == 0 else rule[UPTO] if i == 1 else rule[CENTRE]
        reads[2 * i] = base + level if level >= 0 else EMPTY
        reads[2 * i + 1] = base + level + 8 if level >= 0 else EMPTY
    reads[LINES], reads[LINES + 1] = base + THERE, PHASE


@row
def is_in(bits, r, t):
    """Whether month t is in a row."""
    return (bits[r, t // WORD] >> np.uint64(t % WORD)) & ONE != NONE


@row
def pack(bits, codes, reads, rule, begin, end, places):
    """Close up gaps and ties where the rule says so; remember which month each place is,
    and from which point its step leads.
    """
    n, point = 0, begin
    for i in range(READS):
        for k in range(bits.shape[1]):
            bits[PACKED + i, k] = NONE
    for t in range(begin, end):
        gone = not is_in(bits, reads[LINES], t)
        tied = not gone and not is_in(bits, reads[0], t) and not is_in(bits, reads[1], t)
        if (gone and rule[GAPS] == BRIDGE) or (tied and rule[TIES] == SKIP):
            point = t if gone and codes[t] == UNJUDGED else point
            continue
        for i in range(READS):
            if is_in(bits, reads[i], t):
                bits[PACKED + i, n // WORD] |= ONE << np.uint64(n % WORD)
        places[0, n], places[1, n] = t, point
        n, point = n + 1, t


@row
def flag_all(bits, rule, places, marking, mask):
    """Flag the months that complete a rule, or those that belong to it."""
    if marking:
        belong(bits, HIGH, DONE_HIGH, rule[SPAN])
        belong(bits, LOW, DONE_LOW, rule[SPAN])
    both_ends = marking and rule[SOURCE] != ZONES
    high = np.uint32(1) << np.uint32(rule[BIT])
    low = high << np.uint32(1) if rule[SIDED] else high
    flag(bits, DONE_HIGH, places, mask, high, both_ends)
    flag(bits, DONE_LOW, places, mask, low, both_ends)


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
    used,
    marking,
    out_mask,
):
    """Fill the rules that each month completes, or with `marking` those to whose patterns it belongs.

    Row r of `table` says what is asked of which codes; `used` the levels that are asked of each of the three
    codes, one bit each. `asked[p]` has bit 2i set where phase p can answer rule i.
    """
    n = zones.shape[1]
    bits = np.zeros((ROWS, (n + WORD - 1) // WORD), np.uint64)
    reads = np.empty((table.shape[0] + 1, READS), np.int64)
    reads[-1] = np.arange(PACKED, ROWS)
    for r in range(table.shape[0]):
        read_rows(table[r], reads[r])
    order, places = np.empty((2, n), np.int64), np.empty((2, n), np.int64)
    for t in range(n):
        order[0, t], order[1, t] = t, t - 1
    for s in range(first, last):
        clear(out_mask[s])
        for source in range(3):
            if used[source] != 0:
                codes = zones[s]
                if source != ZONES:
                    codes = steps_up[s] if source == STEPS else steps_bridged[s]
                bit_rows(codes, used[source], bits, EACH * source)
        for p in range(offsets[s], offsets[s + 1]):
            begin, end = phase_first[p], phase_last[p]
            for k in range(bits.shape[1]):
                bits[PHASE, k] = phase_word(begin - WORD * k, end - WORD * k)
            for r in range(table.shape[0]):
                if (asked[p] >> table[r, BIT]) & 1 == 0:
                    continue
                if table[r, GAPS] == BRIDGE or table[r, TIES] == SKIP:
                    codes = steps_bridged[s]  # tells points without a step, where gaps are bridged
                    pack(bits, codes, reads[r], table[r], begin, end, places)
                    if judge(bits, reads, table.shape[0], table, r):
                        flag_all(bits, table[r], places, marking, out_mask[s])
                elif judge(bits, reads, r, table, r):
                    flag_all(bits, table[r], order, marking, out_mask[s])
