"""Windows of months from blocks of 1, 2, 4 ... months: the plan, the months observed, too few of them."""

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
def clear(counts, least, s, out):
    """Leave no answer where too few months are observed."""
    for t in range(out.shape[1]):
        out[s, t] = out[s, t] if counts[t] >= least else np.nan
