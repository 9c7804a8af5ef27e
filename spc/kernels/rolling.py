"""Rolling totals and means: every total and mean is the correctly rounded one.

A window is put together from blocks of 1, 2, 4 ... months that all windows share, so it costs the logarithm
of its length, and nothing is ever subtracted. Sums carry their rounding error along (Knuth's two-sum). Where
the months of a series differ so much in size that the error would itself be rounded (1e16 beside 0.1), the
windows are added up again with as many floats as it takes (Shewchuk 1997). No window knows of another.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: A float64 as an integer: the sign, 11 bits of exponent (1023 for 1.0), 52 of fraction.
UNSIGNED = 0x7FFFFFFFFFFFFFFF
FRACTION = 52
ONE = 1023
#: The bits of infinity: all above are NaN.
INFINITE = 0x7FF0000000000000


@row
def add(high, low, term):
    """Two-sum: `high + low` is the exact running sum as long as `low` itself does not round."""
    total = high + term
    back = total - high
    return total, low + ((high - (total - back)) + (term - back))


@row
def copy(values, months):
    """Copy the months as they are; `months[:] = values` takes 100 ns."""
    for t in range(values.size):
        months[t] = values[t]


@row
def open_row(values, months, seen):
    """Copy the months, 0 where nothing is observed, and mark with 1 where something is."""
    for t in range(values.size):
        there = values[t] == values[t]
        months[t] = values[t] if there else 0.0
        seen[t] = there


@row
def survey(months, bits):
    """Return the exponents of the largest month and of the smallest but 0, and how many are not whole.

    Missing months, 0 or NaN, are passed over.

    Sizes are compared as integers: maxima of floats do not vectorise.
    """
    largest, smallest, broken = 0, UNSIGNED, 0
    for t in range(bits.size):
        size = bits[t] & UNSIGNED
        largest = max(largest, size if size <= INFINITE else 0)
        smallest = min(smallest, size if size > 0 else UNSIGNED)
        broken += abs(months[t] - np.floor(months[t])) > 0.0
    return largest >> FRACTION, smallest >> FRACTION, broken


@row
def length_in_bits(window):
    """Return the least k with 2**k > window."""
    k = 0
    while window >> k:
        k += 1
    return k


@row
def plan(window):
    """Return the k of the largest block of 2**k months to build, and whether three of those are the window.

    Windows of 3, 6, 12 ... months are three blocks; any other is put together by its binary digits.
    """
    third = window // 3
    three = 3 * third == window and third & (third - 1) == 0
    return length_in_bits(third if three else window) - 1, three


@row
def double_twice(blocks):
    """Build blocks of 4 months from single ones in one go, for windows of 12: row 1 is left out."""
    for t in range(blocks.shape[1] - 3):
        blocks[2, t] = (blocks[0, t] + blocks[0, t + 1]) + (blocks[0, t + 2] + blocks[0, t + 3])


@row
def double(blocks, top):
    """Build blocks of 2, 4 ... 2**top months, exactly; `blocks[0]` has window - 1 zeros in front."""
    for k in range(top):
        size = max(1 << k, 0)  # said for LLVM: no index counts from the end, so the loop vectorises
        for t in range(blocks.shape[1] + 1 - 2 * size):
            blocks[k + 1, t] = blocks[k, t] + blocks[k, t + size]


@row
def double_exactly(highs, lows, top):
    """Do the same with the errors. Two loops each: LLVM looks for 8 overlaps at most."""
    for k in range(top):
        size = max(1 << k, 0)
        n = highs.shape[1] + 1 - 2 * size
        for t in range(n):
            highs[k + 1, t], lows[k + 1, t] = add(highs[k, t], 0.0, highs[k, t + size])
        if k > 0:  # months have no errors
            for t in range(n):
                lows[k + 1, t] += lows[k, t] + lows[k, t + size]


@row
def count_seen(tallies, window, top, three, counts):
    """Fill how many months of each window are observed."""
    double(tallies, top)
    size, top, offset = max(1 << top, 0), max(top, 0), 0
    if three:
        for t in range(counts.size):
            counts[t] = (tallies[top, t] + tallies[top, t + size]) + tallies[top, t + 2 * size]
        return
    counts[:] = 0
    for k in range(top + 1):
        if window >> k & 1:
            for t in range(counts.size):
                counts[t] += tallies[k, t + offset]
            offset = max(offset + (1 << k), 0)


@row
def join(highs, lows, window, top, high, low):
    """Put windows together by binary digits: a block for each, side by side."""
    high[:] = 0.0
    low[:] = 0.0
    offset = 0
    for k in range(top + 1):
        if window >> k & 1:
            for t in range(high.size):
                high[t], error = add(high[t], 0.0, highs[k, t + offset])
                low[t] += error + lows[k, t + offset]
            offset = max(offset + (1 << k), 0)


@row
def divide(high, low, count):
    """Quotient of a two-part sum by a whole number, with a remainder step."""
    total, rest = add(high, 0.0, low)
    quotient = total / count
    return quotient + remainder(total, rest, quotient, count) / count


@row
def divide_by_three(total, rest, window, inverse):
    """Quotient by 3, 6, 12 ... without a division, the slowest step of all.

    1/3 is rounded downwards by 2**-54 of itself, so a remainder that makes a tie, an odd number of halves,
    still comes out exactly.
    """
    quotient = total * inverse
    return quotient + remainder(total, rest, quotient, window) * inverse


@row
def remainder(total, rest, quotient, count):
    """Return (total + rest) - quotient * count, exactly (Dekker's product)."""
    split = 134217729.0 * quotient
    top = split - (split - quotient)
    bottom = quotient - top
    return ((total - top * count) - bottom * count) + rest


@row
def finish(high, low, counts, mean, out):
    """Round each sum, or mean, once."""
    for t in range(out.size):
        out[t] = divide(high[t], low[t], max(counts[t], 1)) if mean else high[t] + low[t]


@row
def three_whole(blocks, top, out):
    """Put windows of whole numbers together from three blocks. One loop a function: LLVM does them better."""
    size, top = max(1 << top, 0), max(top, 0)
    for t in range(out.size):
        out[t] = (blocks[top, t] + blocks[top, t + size]) + blocks[top, t + 2 * size]


@row
def mean_whole(blocks, top, out):
    """Fill the means of such windows, every month observed."""
    size, top = max(1 << top, 0), max(top, 0)
    window, inverse = 3 * size, 1.0 / (3 * size)
    for t in range(out.size):
        total = (blocks[top, t] + blocks[top, t + size]) + blocks[top, t + 2 * size]
        out[t] = divide_by_three(total, 0.0, window, inverse)


@row
def share(counts, out):
    """Divide exact sums of whole numbers by the number of months observed."""
    for t in range(out.size):
        out[t] /= max(counts[t], 1)


@row
def add_three(highs, lows, top, t, size):
    """Add three blocks and their errors."""
    high, low = add(highs[top, t], 0.0, highs[top, t + size])
    high, low = add(high, low, highs[top, t + 2 * size])
    return high, low + ((lows[top, t] + lows[top, t + size]) + lows[top, t + 2 * size])


@row
def three_sums(highs, lows, top, out):
    """Put windows together from three blocks and their errors, and round once."""
    size, top = max(1 << top, 0), max(top, 0)
    for t in range(out.size):
        high, low = add_three(highs, lows, top, t, size)
        out[t] = high + low


@row
def three_means(highs, lows, top, out):
    """Fill the means of such windows, every month observed."""
    size, top = max(1 << top, 0), max(top, 0)
    window, inverse = 3 * size, 1.0 / (3 * size)
    for t in range(out.size):
        high, low = add_three(highs, lows, top, t, size)
        total, rest = add(high, 0.0, low)
        out[t] = divide_by_three(total, rest, window, inverse)


@row
def three_shares(highs, lows, top, counts, out):
    """Fill the means of such windows, some months missing."""
    size, top = max(1 << top, 0), max(top, 0)
    for t in range(out.size):
        high, low = add_three(highs, lows, top, t, size)
        out[t] = divide(high, low, max(counts[t], 1))


@row
def clear(counts, least, out):
    """Leave no answer where too few months are observed."""
    for t in range(out.size):
        out[t] = out[t] if counts[t] >= least else np.nan


@row
def put_in(parts, n, term):
    """Add a float to an exact sum, held as floats that do not overlap; return how many there are."""
    kept = 0
    for i in range(n):
        term, error = add(term, 0.0, parts[i])
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
def settle(padded, bits, counts, window, widest, mean, parts, out):
    """Add up those windows exactly whose months differ by more than 2**widest in size."""
    for t in range(out.size):
        largest, smallest = 0, UNSIGNED
        for i in range(t, t + window):
            size = bits[i] & UNSIGNED
            largest = max(largest, size)
            smallest = min(smallest, size if size > 0 else UNSIGNED)
        if largest <= INFINITE and (largest >> FRACTION) - (smallest >> FRACTION) > widest:
            parts[0] = 0.0
            n = 1
            for i in range(t, t + window):
                if padded[i] != 0.0:
                    n = put_in(parts, n, padded[i])
            out[t] = rounded(parts, n, max(counts[t], 1) if mean else 1)


@kernel
def rolling(first, last, values, window, min_count, mean, out):
    """Fill `out` with the sum (or `mean`) of the last `window` months, NaN below `min_count` observed.

    Where all months are wanted the missing ones stay NaN, and nothing has to be counted.
    """
    n = values.shape[1]
    length, least, every = min(window, n + 1), max(min_count, 1), min_count >= window
    top, three = plan(length)
    # the rows are for blocks of 1, 2, 4 ... months, their errors, and how many are observed
    shape = (top + 1, n + length - 1)
    highs, lows, tallies = (
        np.full(shape, np.nan if every else 0.0),
        np.zeros(shape),
        np.zeros(shape, np.uint16),
    )
    months, seen = highs[0, length - 1 :], tallies[0, length - 1 :]
    padded, padded_bits, bits = highs[0], highs[0].view(np.int64), months.view(np.int64)
    high, low, counts = np.empty(n), np.empty(n), np.full(n, length, np.uint16)
    parts, widest = np.empty(length + 16), FRACTION - 2 * length_in_bits(length)
    for s in range(first, last):
        if every:
            copy(values[s], months)
        else:
            open_row(values[s], months, seen)
            count_seen(tallies, length, top, three, counts)
        largest, smallest, broken = survey(months, bits)
        if three and broken == 0 and largest < ONE + FRACTION - length_in_bits(length):
            if top == 2:
                double_twice(highs)
            else:
                double(highs, top)
            if mean and every:
                mean_whole(highs, top, out[s])
            else:
                three_whole(highs, top, out[s])
                if mean:
                    share(counts, out[s])
        else:
            double_exactly(highs, lows, top)
            if three and not mean:
                three_sums(highs, lows, top, out[s])
            elif three and every:
                three_means(highs, lows, top, out[s])
            elif three:
                three_shares(highs, lows, top, counts, out[s])
            else:
                join(highs, lows, length, top, high, low)
                finish(high, low, counts, mean, out[s])
            if largest - smallest > widest:
                settle(padded, padded_bits, counts, length, widest, mean, parts, out[s])
        if not every:
            clear(counts, least, out[s])
