"""Exact limits for rare counts: the total of the last m months against the total of the baseline.

With no change the S events of m judged months and the B events of n baseline months are thrown at random
over m + n months, so that S given S + B is Binomial(S + B, m / (n + m)), whatever the rate (Przyborowski
and Wilenski 1940, Biometrika 31, 313-323). Summed over S this is the negative binomial:

    P(Binomial(S + B, q) >= S) = P(N >= S),  N ~ NB(B + 1, 1 - q)
    P(Binomial(S + B, q) <= S) = P(N <= S),  N ~ NB(B, 1 - q)

both monotone in S, so each rule has one smallest total that fires high and one largest that fires low.

Where months vary more than chance, as negative binomial ones of mean c and shape r do (variance c + c^2 / r),
S given S + B is beta-binomial with the parameters m r and n r, and N beta negative binomial; its terms follow

    P(N = x + 1) / P(N = x) = (x + F)(x + m r) / ((x + 1)(x + F + (m + n) r))

with F = B + 1, or B on the low side,

which for r = infinity is the negative binomial's (x + F) q / (x + 1), q = m / (m + n).
"""

from __future__ import annotations

import math

import numpy as np

from spc.kernels._compile import kernel, row

#: No total fires: no limit on that side.
NEVER_HIGH = np.iinfo(np.int64).max
NEVER_LOW = -1
#: The lower tail of a negative binomial beyond 12 standard deviations is under 1e-30.
FAR = 12.0
#: Terms below this part of the sum no longer change it.
NEGLIGIBLE = 1e-18
#: Tails of strongly overdispersed counts fall as a power; beyond this many terms nothing is an exception.
MOST_TERMS = 1_000_000


@row
def first_total(failures, q, shape):
    """Return where the totals begin to matter: 0, but for large counts without overdispersion."""
    if shape < np.inf:
        return 0
    mean = failures * q / (1.0 - q)
    return max(0, int(mean - FAR * math.sqrt(mean / (1.0 - q))))


@row
def ratio(failures, judged, both, shape, total):
    """Return the next term over this one: `judged` of `both` months, the baseline's and the judged."""
    if shape < np.inf:
        share = (judged * shape + total) / (failures + both * shape + total)
        return share * (failures + total) / (total + 1.0)
    return judged / both * (failures + total) / (total + 1.0)


@row
def mass(failures, judged, both, shape, total):
    """Add up the terms from `total` on, the first taken as 1: what they are parts of."""
    term, whole, last = 1.0, 0.0, total + MOST_TERMS
    while term > NEGLIGIBLE * whole and total < last:
        whole += term
        term *= ratio(failures, judged, both, shape, total)
        total += 1
    return whole


@row
def smallest_high(events, judged, both, shape, chance):
    """Return the smallest total with P(N >= total) <= chance."""
    failures = events + 1.0
    total = first_total(failures, judged / both, shape)
    whole = mass(failures, judged, both, shape, total)
    last = total + MOST_TERMS
    term, below = 1.0, 0.0
    while whole - below > chance * whole:
        if total >= last or (term <= NEGLIGIBLE * whole and below > 0.5 * whole):
            return NEVER_HIGH
        below += term
        term *= ratio(failures, judged, both, shape, total)
        total += 1
    return total


@row
def largest_low(events, judged, both, shape, chance):
    """Return the largest total with P(N <= total) <= chance, or -1."""
    if events == 0.0:
        return NEVER_LOW
    total = first_total(events, judged / both, shape)
    whole = mass(events, judged, both, shape, total)
    term, below = 1.0, 0.0
    while below + term <= chance * whole:
        below += term
        term *= ratio(events, judged, both, shape, total)
        total += 1
    return total - 1


@kernel
def critical_totals(first, last, events, months, shape, span, chance, out_high, out_low):
    """Fill, for each phase and rule, the smallest total of `span` months to fire high, and the largest low.

    `events` and `months` are the baseline's total and number of observed months, `shape` is infinite where
    months vary by chance alone; `chance` is the rule's own on one side. Without a baseline (NaN) nothing
    fires.
    """
    for p in range(first, last):
        for r in range(span.size):
            out_high[p, r], out_low[p, r] = NEVER_HIGH, NEVER_LOW
            if events[p] >= 0.0 and months[p] > 0:
                judged, both = float(span[r]), float(span[r] + months[p])
                out_high[p, r] = smallest_high(events[p], judged, both, shape[p], chance[r])
                out_low[p, r] = largest_low(events[p], judged, both, shape[p], chance[r])


@row
def judge_month(values, t, begin, high, low, span, bit):
    """Return the rules that the totals up to month t complete; months before `begin` do not count."""
    found, total, months = np.uint32(0), 0.0, 0
    for r in range(span.size):
        while months < span[r]:  # rules ask longer and longer windows: the total grows
            value = values[t - months] if t - months >= begin else np.nan
            if not (value >= 0.0 and value == np.floor(value)):
                return found
            total += value
            months += 1
        if total >= high[r]:
            found |= np.uint32(1) << np.uint32(bit[r])
        if total <= low[r]:
            found |= np.uint32(2) << np.uint32(bit[r])
    return found


@kernel
def judge_totals(
    first, last, values, offsets, judged_first, judged_last, events, months, high, low, span, bit, out_mask
):
    """Add the rules that the totals complete to `out_mask`, in the judged months of each phase alone.

    Rules stand in ascending order of `span`. A month that is missing, or is no count, breaks every window
    that holds it. Where totals of different length are high and low at once (a spike, then nothing), the
    month's own side of the baseline's mean decides, so that High and Low never mix in one label (SPEC 2).
    """
    highs = np.uint32(0x55555555)
    for s in range(first, last):
        for p in range(offsets[s], offsets[s + 1]):
            if not events[p] >= 0.0:
                continue
            for t in range(judged_first[p], judged_last[p]):
                found = judge_month(values[s], t, judged_first[p], high[p], low[p], span, bit)
                if found & highs and found & ~highs:
                    found &= highs if values[s, t] * months[p] > events[p] else ~highs
                out_mask[s, t] |= found
