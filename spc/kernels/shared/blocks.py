"""Windows of months put together from blocks of 1, 2, 4 ... months, which all of them share."""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import row


@row
def mark(values, s, seen):
    """Mark with 1 where something is observed."""
    for t in range(seen.size):
        seen[t] = values[s, t] == values[s, t]


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
def clear(counts, least, s, out):
    """Leave no answer where too few months are observed."""
    for t in range(out.shape[1]):
        out[s, t] = out[s, t] if counts[t] >= least else np.nan
