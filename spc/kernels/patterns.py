"""Which rules each month completes, and which months belong to a completed pattern: one mask out.

A series becomes rows of bits, 64 months to a word: one row for each line and side, one for the months that
are there. A rule puts rows together to the months that answer its question, looks at the answers of the last
m months by shifting the row, and counts them in bits that carry (all m: an AND). Each month that answers
itself and whose count reaches k completes the rule. Gaps need no search: looking back ends where a month is
not there.

Steps and swings are asked of codes too, with up for above and down for below (steps.py). Turned over at
every other place, what goes up and down in turn goes one way, so a swing is a run of steps.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: Codes of months that are not observed, and of those without limits (or without a point before them).
MISSING = np.uint16(0xFFFF)
UNJUDGED = np.uint16(0xFEFE)
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
#: Rows of bits: each source has 16 for its levels and sides, one for the months that can be judged, one for
#: those with a point.
EACH = 18
THERE, POINT = 16, 17
#: Rows that a rule reads: its lines, those of `upto` and of the centre; months there, months that count.
LINES = 6
READS = LINES + 2
#: Rows that a rule works on: the phase, nothing, answers, how far one may look back; the months closed up;
#: and for each rule what is completed, high and low.
PHASE, EMPTY, HIGH, LOW, ROOM, REACH, PACKED = range(3 * EACH, 3 * EACH + 7)
DONE = PACKED + READS
#: Columns added to the table: the rows that a rule reads, and those that are packed into them.
READ, FROM = SIDED + 1, SIDED + 1 + READS


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
        there, point = NONE, NONE
        for t in range(part.size):
            observed = part[t] != MISSING
            point |= np.uint64(observed) << np.uint64(t)
            there |= np.uint64(observed & (part[t] != UNJUDGED)) << np.uint64(t)
        bits[base + THERE, k], bits[base + POINT, k] = there, point
        for i in range(8):
            if (used >> i) & 1:
                above, below = NONE, NONE
                for t in range(part.size):
                    code = np.uint64(part[t] >> np.uint16(i))
                    above |= (code & ONE) << np.uint64(t)
                    below |= ((code >> np.uint64(8)) & ONE) << np.uint64(t)
                bits[base + i, k], bits[base + i + 8, k] = above, below


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
    """Return where `needed` of the last `span` months are set, by counts of four bits; none if none is."""
    ones, twos, fours, eights, reach = NONE, NONE, NONE, NONE, ALL
    if now == NONE:
        return NONE
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
def answer(asks, side, ties, there, high, low, far_high, far_low, off_centre):
    """Return which months answer the question on each side, and which truly lie there.

    Of the months within a zone the latter are those off the centre line: months that are all on it say
    nothing about their spread.
    """
    tie = there & ~(high | low)
    if asks == WITHIN:
        return tie, NONE, off_centre, NONE
    high, low = high & ~far_high, low & ~far_low
    if asks == SWING:
        high, low = (high & ~ODD) | (low & ODD), (low & ~ODD) | (high & ODD)
    true_high, true_low = high, low
    joined = side in (ANY, BOTH)
    if joined:
        high, low = high | low, NONE
    if ties == COUNT:
        high, low = high | tie, low if joined else low | tie
    return high, low, true_high, true_low


@row
def decide(found, side, own, own_before, other, other_before, room, room_before, span):
    """Leave of what was completed on one side that with a month truly there: BOTH, one on either side."""
    if found == NONE:
        return found
    mine = any_of(own, own_before, room, room_before, span)
    if side == BOTH:
        return found & mine & any_of(other, other_before, room, room_before, span)
    if side == ANY:
        mine |= any_of(other, other_before, room, room_before, span)
    return found & mine


@row
def strays(bits, rules, r, line, k):
    """Return the months that do not lie on the side of the centre whose row is `line`."""
    if k < 0:
        return NONE
    there = bits[rules[r, READ + LINES], k] & bits[rules[r, READ + LINES + 1], k]
    found = there & ~bits[rules[r, line], k]
    if rules[r, TIES] == COUNT:  # a month on the centre counts for either side
        found &= bits[rules[r, READ + 4], k] | bits[rules[r, READ + 5], k]
    return found


@row
def confine(bits, rules, r, line, k, found, room, room_before):
    """Leave of what was completed on one side that without a month astray from it."""
    if found == NONE:
        return found
    now, before = strays(bits, rules, r, line, k), strays(bits, rules, r, line, k - 1)
    return found & ~any_of(now, before, room, room_before, rules[r, SPAN])


@row
def belong(bits, answers, done, span, both_ends):
    """Put the months whose answers completed the rule in the place of those that completed it.

    With `both_ends` also the months from which their steps lead.
    """
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
    if both_ends:
        for k in range(n_words):
            ahead = bits[done, k + 1] << np.uint64(WORD - 1) if k + 1 < n_words else NONE
            bits[done, k] |= bits[done, k] >> ONE | ahead


@row
def is_in(bits, r, t):
    """Whether month t is in a row."""
    return (bits[r, t // WORD] >> np.uint64(t % WORD)) & ONE != NONE


@row
def put_in(bits, r, t):
    """Put month t into a row."""
    bits[r, t // WORD] |= ONE << np.uint64(t % WORD)


@row
def pack(bits, rules, r, begin, end, places):
    """Close up gaps and ties as the rule says; remember each place's month, and where its step starts."""
    n, point = 0, begin
    source = EACH * rules[r, SOURCE]
    for i in range(READS):
        for k in range(bits.shape[1]):
            bits[PACKED + i, k] = NONE
    for t in range(begin, end):
        gone = not is_in(bits, source + THERE, t)
        level = source + rules[r, LEVEL]
        tied = not gone and not is_in(bits, level, t) and not is_in(bits, level + 8, t)
        if (gone and rules[r, GAPS] == BRIDGE) or (tied and rules[r, TIES] == SKIP):
            point = t if gone and is_in(bits, source + POINT, t) else point
            continue
        for i in range(READS):
            if is_in(bits, rules[r, FROM + i], t):
                put_in(bits, PACKED + i, n)
        places[0, n], places[1, n] = t, point
        n, point = n + 1, t


@row
def unpack(bits, done, places, both_ends):
    """Turn a row of places into one of months; with `both_ends` add the months from which steps lead."""
    for k in range(bits.shape[1]):
        bits[REACH, k] = bits[done, k]
        bits[done, k] = NONE
    for i in range(WORD * bits.shape[1]):
        if is_in(bits, REACH, i):
            put_in(bits, done, places[0, i])
            if both_ends:
                put_in(bits, done, places[1, i])


@row
def finish(bits, rules, r, places, marking):
    """Find the members, where they are wanted, and put what was packed back in order."""
    both_ends = bool(marking) and rules[r, SOURCE] != ZONES
    packs = rules[r, READ] == PACKED
    for side in range(2):
        done = DONE + 2 * r + side
        if marking:
            belong(bits, HIGH + side, done, rules[r, SPAN], both_ends and not packs)
        if packs:
            unpack(bits, done, places, both_ends)


@row
def ask(bits, rules, r):
    """Fill the months that complete a rule, high and low, in a phase; return whether there are any."""
    asks, side, ties, gaps = rules[r, ASKS], rules[r, SIDE], rules[r, TIES], rules[r, GAPS]
    span, needed = rules[r, SPAN], rules[r, NEEDED]
    plain = asks == BEYOND and side == SAME and ties != COUNT and rules[r, UPTO] < 0
    high_before = low_before = own_before = other_before = room_before = completed = NONE
    for k in range(bits.shape[1]):
        phase = bits[rules[r, READ + LINES + 1], k]
        there = bits[rules[r, READ + LINES], k] & phase
        room = phase if gaps == SKIP else there
        high, low = bits[rules[r, READ], k] & there, bits[rules[r, READ + 1], k] & there
        own = other = NONE
        if not plain:
            far_high, far_low = bits[rules[r, READ + 2], k], bits[rules[r, READ + 3], k]
            off_centre = there & (bits[rules[r, READ + 4], k] | bits[rules[r, READ + 5], k])
            high, low, own, other = answer(asks, side, ties, there, high, low, far_high, far_low, off_centre)
        above, below = high, low
        if needed < span:
            above &= enough_of(high, high_before, room, room_before, span, needed)
            below &= enough_of(low, low_before, room, room_before, span, needed)
        elif span > 1:
            above, below = all_of(high, high_before, span), all_of(low, low_before, span)
        if (side == BOTH or ties == COUNT) and above | below != NONE:
            above = decide(above, side, own, own_before, other, other_before, room, room_before, span)
            below = decide(below, side, other, other_before, own, own_before, room, room_before, span)
        if side == CONFINED:
            above = confine(bits, rules, r, READ + 4, k, above, room, room_before)
            below = confine(bits, rules, r, READ + 5, k, below, room, room_before)
        bits[HIGH, k], bits[LOW, k], bits[ROOM, k] = high, low, room
        bits[DONE + 2 * r, k], bits[DONE + 2 * r + 1, k] = above, below
        completed |= above | below
        high_before, low_before, room_before = high, low, room
        own_before, other_before = own, other
    return completed != NONE


@row
def ask_all(bits, rules, asked, begin, end, places, marking):
    """Ask all rules of one phase; return whether any month completes one."""
    for k in range(bits.shape[1]):
        bits[PHASE, k] = phase_word(begin - WORD * k, end - WORD * k)
    completed = False
    for r in range(rules.shape[0]):
        if (asked >> rules[r, BIT]) & 1:
            packs = rules[r, READ] == PACKED
            if packs:
                pack(bits, rules, r, begin, end, places)
            if ask(bits, rules, r):
                completed = True
                if packs or marking:
                    finish(bits, rules, r, places, marking)
    return completed


@row
def flag(bits, rules, asked, mask):
    """Set the bits of the rules at the months found, high and low."""
    for r in range(rules.shape[0]):
        if (asked >> rules[r, BIT]) & 1 == 0:
            continue
        for side in range(2):
            bit = np.uint32(1) << np.uint32(rules[r, BIT] + (side if rules[r, SIDED] else 0))
            for k in range(bits.shape[1]):
                word, t = bits[DONE + 2 * r + side, k], WORD * k
                while word != NONE:
                    if word & ONE:
                        mask[t] |= bit
                    step = 8 if word & BYTE == NONE else 1  # most months complete nothing
                    word >>= np.uint64(step)
                    t += step


@row
def read_rows(table):
    """Return the table with the rows of bits that each rule reads, and packs if it closes up gaps or ties."""
    rules = np.empty((table.shape[0], FROM + READS), np.int64)
    for r in range(table.shape[0]):
        for column in range(READ):
            rules[r, column] = table[r, column]
        base = EACH * table[r, SOURCE]
        for i in range(LINES // 2):
            level = table[r, LEVEL + i]  # then UPTO and CENTRE
            for side in range(2):
                rules[r, FROM + 2 * i + side] = base + level + 8 * side if level >= 0 else EMPTY
        rules[r, FROM + LINES], rules[r, FROM + LINES + 1] = base + THERE, PHASE
        packs = table[r, GAPS] == BRIDGE or table[r, TIES] == SKIP
        for i in range(READS):
            rules[r, READ + i] = PACKED + i if packs else rules[r, FROM + i]
    return rules


@kernel
def patterns(
    first, last, zones, steps, bridged, offsets, starts, stops, asked, table, used, marking, out_mask
):
    """Fill the rules that each month completes, or with `marking` those to whose patterns it belongs.

    Row r of `table` says what is asked of which codes; `used` the levels that are asked of each of the three
    codes, one bit each. Phase p holds the months starts[p] .. stops[p]; bit 2i of `asked[p]` says that it can
    answer rule i.
    """
    n = zones.shape[1]
    rules = read_rows(table)
    bits = np.zeros((DONE + 2 * table.shape[0], (n + WORD - 1) // WORD), np.uint64)
    places = np.empty((2, n), np.int64)
    for s in range(first, last):
        clear(out_mask[s])
        for source in range(3):
            if used[source] != 0:
                codes = zones[s]
                if source != ZONES:
                    codes = steps[s] if source == STEPS else bridged[s]
                bit_rows(codes, used[source], bits, EACH * source)
        for p in range(offsets[s], offsets[s + 1]):
            if ask_all(bits, rules, asked[p], starts[p], stops[p], places, marking):
                flag(bits, rules, asked[p], out_mask[s])
