"""Rolling totals and means: every total and mean is the correctly rounded one.

A window is put together from blocks of 1, 2, 4 ... months that all windows share, so it costs the logarithm
of its length, and nothing is ever subtracted. Months that are not whole are split into a multiple of a power
of two, coarse enough that no sum of such multiples is rounded, and what is left (the extraction of Rump,
Ogita and Oishi, 2008, SIAM J. Sci. Comput. 31). Where the months of a series differ so much in size that the
sums of what is left would be rounded too (1e16 beside 0.1), each window is split by itself, and where that
does not do either it is added up with as many floats as it takes (Shewchuk 1997). No window knows of another.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.blocks import clear, length_in_bits, mark, plan

#: A float64 as an integer: the sign, 11 bits of exponent (1023 for 1.0), 52 of fraction.
UNSIGNED = 0x7FFFFFFFFFFFFFFF
FRACTION = 52
ONE = 1023
#: The bits of infinity: all above are NaN.
INFINITE = 0x7FF0000000000000
#: 1.5 times every power of two, by the exponent in its bits.
ROUNDERS = np.ldexp(1.5, np.arange(INFINITE >> FRACTION) - ONE)


@row
def add(high, term):
    """Two-sum: the rounded sum, and what rounding took away (Knuth)."""
    total = high + term
    back = total - high
    return total, (high - (total - back)) + (term - back)


@row
def open_row(values, s, missing, months):
    """Copy the months, and `missing` where nothing is observed; `months[:] = values` takes 100 ns."""
    for t in range(months.size):
        months[t] = values[s, t] if values[s, t] == values[s, t] else missing


@row
def survey(values, bits, s):
    """Return the exponents of the largest month and of the smallest but 0, and how many are not whole.

    Missing months are passed over. Sizes are compared as integers: maxima of floats do not vectorise.
    """
    largest, smallest, broken = 0, UNSIGNED, 0
    for t in range(bits.shape[1]):
        size = bits[s, t] & UNSIGNED
        largest = max(largest, size if size <= INFINITE else 0)
        smallest = min(smallest, size if size > 0 else UNSIGNED)
        broken += values[s, t] - np.floor(values[s, t]) > 0.0
    return largest >> FRACTION, smallest >> FRACTION, broken


@row
def rounder(largest, room):
    """Return what rounds a month to the grid when it is added and taken away again.

    With E and e the exponents of the largest and the smallest month and the window below 2**room, months are
    below 2**(E + 1) and the grid is 2**(E + room - 52), so sums of the coarse parts, multiples of it below
    2**(E + 1 + room), have 53 bits. The rests are at most half the grid and multiples of 2**(e - 52): their
    sums have 53 bits too as long as E - e <= 54 - 2 * room.
    """
    return ROUNDERS[min(largest + max(room, 2), ROUNDERS.size - 1)]


@row
def widest(room):
    """Return how many powers of two the months of a window may differ in size for that."""
    return 54 - 2 * max(room, 2)


@row
def split(values, s, missing, grid, coarse, rest):
    """Split months, and `missing` where nothing is observed, into multiples of the grid and the rest."""
    for t in range(coarse.size):
        month = values[s, t] if values[s, t] == values[s, t] else missing
        part = (month + grid) - grid
        coarse[t] = part
        rest[t] = month - part


@row
def double_twice(blocks):
    """Build blocks of 4 months from single ones in one go, for windows of 12: row 1 is left out."""
    for t in range(blocks.shape[1] - 3):
        blocks[2, t] = (blocks[0, t] + blocks[0, t + 1]) + (blocks[0, t + 2] + blocks[0, t + 3])


@row
def double(blocks, top, three):
    """Build blocks of 2, 4 ... 2**top months, exactly; `blocks[0]` has window - 1 months in front."""
    if three and top == 2:
        double_twice(blocks)
        return
    for k in range(top):
        size = max(1 << k, 0)  # said for LLVM: no index counts from the end, so the loop vectorises
        for t in range(blocks.shape[1] + 1 - 2 * size):
            blocks[k + 1, t] = blocks[k, t] + blocks[k, t + size]


@row
def join(blocks, window, top, three, sums):
    """Put windows together: three blocks side by side, or one for each binary digit of the window."""
    size, top, offset = max(1 << top, 0), max(top, 0), 0
    if three:
        for t in range(sums.size):
            sums[t] = (blocks[top, t] + blocks[top, t + size]) + blocks[top, t + 2 * size]
        return
    sums[:] = 0
    for k in range(top + 1):
        if window >> k & 1:
            for t in range(sums.size):
                sums[t] += blocks[k, t + offset]
            offset = max(offset + (1 << k), 0)


@row
def divide(coarse, rest, count):
    """Divide the sum of two floats by a whole number, with a remainder step (Dekker's product)."""
    total, rest = add(coarse, rest)
    quotient = total / count
    leap = 134217729.0 * quotient
    top = leap - (leap - quotient)
    bottom = quotient - top
    return quotient + (((total - top * count) - bottom * count) + rest) / count


@row
def divide_by_three(total, rest, size, inverse):
    """Divide by 3, 6, 12 ..., three times the size of a block, without a division, the slowest step of all.

    Sizes are powers of two, so the remainder comes of two differences that are not rounded. 1/3 is rounded
    downwards by 2**-54 of itself, so a remainder that makes a tie, an odd number of halves, still comes out
    exactly.
    """
    quotient = total * inverse
    third = quotient * size
    return quotient + (((total - (third + third)) - third) + rest) * inverse


@row
def whole_sums(blocks, top, s, out):
    """Fill the sums of three blocks of whole numbers. One loop a function: LLVM does them better."""
    size, top = max(1 << top, 0), max(top, 0)
    for t in range(out.shape[1]):
        out[s, t] = (blocks[top, t] + blocks[top, t + size]) + blocks[top, t + 2 * size]


@row
def whole_means(blocks, top, s, out):
    """Fill the means of three blocks of whole numbers, every month observed."""
    size, top = max(1 << top, 0), max(top, 0)
    span, inverse = float(size), 1.0 / (3 * size)
    for t in range(out.shape[1]):
        total = (blocks[top, t] + blocks[top, t + size]) + blocks[top, t + 2 * size]
        out[s, t] = divide_by_three(total, 0.0, span, inverse)


@row
def three_sums(coarse, rest, top, s, out):
    """Fill the sums of three blocks, rounded once."""
    size, top = max(1 << top, 0), max(top, 0)
    for t in range(out.shape[1]):
        high = (coarse[top, t] + coarse[top, t + size]) + coarse[top, t + 2 * size]
        out[s, t] = high + ((rest[top, t] + rest[top, t + size]) + rest[top, t + 2 * size])


@row
def three_means(coarse, rest, top, s, out):
    """Fill the means of three blocks, every month observed."""
    size, top = max(1 << top, 0), max(top, 0)
    span, inverse = float(size), 1.0 / (3 * size)
    for t in range(out.shape[1]):
        high = (coarse[top, t] + coarse[top, t + size]) + coarse[top, t + 2 * size]
        low = (rest[top, t] + rest[top, t + size]) + rest[top, t + 2 * size]
        total, error = add(high, low)
        out[s, t] = divide_by_three(total, error, span, inverse)


@row
def three_shares(coarse, rest, top, counts, s, out):
    """Fill the means of three blocks, some months missing."""
    size, top = max(1 << top, 0), max(top, 0)
    for t in range(out.shape[1]):
        high = (coarse[top, t] + coarse[top, t + size]) + coarse[top, t + 2 * size]
        low = (rest[top, t] + rest[top, t + size]) + rest[top, t + 2 * size]
        out[s, t] = divide(high, low, max(counts[t], 1))


@row
def finish(high, low, counts, mean, s, out):
    """Round each sum, or mean, once."""
    for t in range(out.shape[1]):
        out[s, t] = divide(high[t], low[t], max(counts[t], 1)) if mean else high[t] + low[t]


@row
def share(counts, s, out):
    """Divide exact sums of whole numbers by the number of months observed."""
    for t in range(out.shape[1]):
        out[s, t] /= max(counts[t], 1)


@row
def put_in(parts, n, term):
    """Add a float to an exact sum, held as floats that do not overlap; return how many there are."""
    kept = 0
    for i in range(n):
        term, error = add(term, parts[i])
        if error != 0.0:
            parts[kept] = error
            kept += 1
    if term != 0.0 or kept == 0:
        parts[kept] = term
        kept += 1
    return kept


@row
def take_product(parts, n, factor, count):
    """Take factor * count away from an exact sum: two products of 26 bits by at most 20, both exact."""
    split = 134217729.0 * factor
    top = split - (split - factor)
    return put_in(parts, put_in(parts, n, -top * count), -(factor - top) * count)


@row
def rounded(parts, n, count):
    """Divide an exact sum by a whole number and round once: ties to even, as every float operation does."""
    answer = 0.0
    for _ in range(2):  # a float close by, then the last bit but for the decision
        about = 0.0
        for i in range(n):
            about += parts[i]
        better = answer + about / count
        n = take_product(parts, n, better - answer, count)
        answer = better
    above = parts[n - 1] > 0.0
    half = 0.5 * (np.nextafter(answer, np.inf if above else -np.inf) - answer)
    if parts[n - 1] == 0.0:
        return answer
    n = take_product(parts, n, half, count)
    if parts[n - 1] == 0.0:
        return answer + half
    return answer + 2.0 * half if (parts[n - 1] > 0.0) == above else answer


@row
def settle(months, bits, counts, window, room, mean, parts, s, out):
    """Split each window by itself, or where its months differ too much in size add it up exactly."""
    for t in range(out.shape[1]):
        largest, smallest = 0, UNSIGNED
        for i in range(t, t + window):
            size = bits[i] & UNSIGNED
            largest = max(largest, size)
            smallest = min(smallest, size if size > 0 else UNSIGNED)
        count = max(counts[t], 1) if mean else 1
        largest, smallest = largest >> FRACTION, smallest >> FRACTION
        if largest == INFINITE >> FRACTION:
            out[s, t] = np.nan
        elif largest - smallest > widest(room):
            parts[0] = 0.0
            n = 1
            for i in range(t, t + window):
                if months[i] != 0.0:
                    n = put_in(parts, n, months[i])
            out[s, t] = rounded(parts, n, count)
        else:
            grid, high, low = rounder(largest, room), 0.0, 0.0
            for i in range(t, t + window):
                part = (months[i] + grid) - grid
                high += part
                low += months[i] - part
            out[s, t] = divide(high, low, count) if mean else high + low


@kernel
def rolling(first, last, values, window, min_count, mean, out):
    """Fill `out` with the sum (or `mean`) of the last `window` months, NaN below `min_count` observed.

    Where all months are wanted the missing ones stay NaN, and nothing has to be counted.
    """
    n = values.shape[1]
    length, least, every = min(window, n + 1), max(min_count, 1), min_count >= window
    top, three = plan(length)
    room, missing = length_in_bits(length), np.nan if every else 0.0
    # the rows are for blocks of 1, 2, 4 ... months, what is left of them, and how many are observed
    shape, front = (top + 1, n + length - 1), length - 1
    coarse, rest, tallies = np.full(shape, missing), np.full(shape, missing), np.zeros(shape, np.uint16)
    months, left, seen = coarse[0, front:], rest[0, front:], tallies[0, front:]
    high, low, counts = np.empty(n), np.empty(n), np.full(n, length, np.uint16)
    bits, padded, parts = values.view(np.int64), coarse[0].view(np.int64), np.empty(length + 16)
    for s in range(first, last):
        if not every:
            mark(values, s, seen)
            double(tallies, top, three)
            join(tallies, length, top, three, counts)
        largest, smallest, broken = survey(values, bits, s)
        if broken == 0 and largest < ONE + FRACTION - room:
            open_row(values, s, missing, months)
            double(coarse, top, three)
            if three and mean and every:
                whole_means(coarse, top, s, out)
            else:
                if three:
                    whole_sums(coarse, top, s, out)
                else:
                    join(coarse, length, top, three, out[s])
                if mean:
                    share(counts, s, out)
        elif largest - smallest > widest(room):
            open_row(values, s, missing, months)
            settle(coarse[0], padded, counts, length, room, mean, parts, s, out)
        else:
            split(values, s, missing, rounder(largest, room), months, left)
            double(coarse, top, three)
            double(rest, top, three)
            if three and not mean:
                three_sums(coarse, rest, top, s, out)
            elif three and every:
                three_means(coarse, rest, top, s, out)
            elif three:
                three_shares(coarse, rest, top, counts, s, out)
            else:
                join(coarse, length, top, three, high)
                join(rest, length, top, three, low)
                finish(high, low, counts, mean, s, out)
        if not every:
            clear(counts, least, s, out)
