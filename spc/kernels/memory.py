"""Points that remember the months before them: weighted means, sums about a target, moving means.

A missing month has no point and changes nothing that is remembered; every phase begins afresh.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.sums import add, divide

#: SPEC 9: closer than this to a line, relative to the largest of value, line and sigma, is on the line.
TIE = 1e-9


@row
def smooth(values, start, lam, points, shares):
    """Move by `lam` of the way to each month; the share is the point's variance in months' variances."""
    at, share = start, 0.0
    for t in range(values.size):
        if not np.isnan(values[t]):
            at += lam * (values[t] - at)  # in this form a constant series stays exactly where it is
            share = (1.0 - lam) * (1.0 - lam) * share + lam * lam
            points[t] = at
        shares[t] = share


@kernel
def ewma(first, last, values, offsets, phase_first, phase_last, start, lam, out_points, out_shares):
    """Fill the exponentially weighted moving average of every phase, and its variance's share.

    z_i = lam x_i + (1 - lam) z_(i-1), z_0 = `start`; the share of sigma^2 is
    lam / (2 - lam) (1 - (1 - lam)^(2 i)), here as the sum of the squared weights. NaN where `start` is NaN.
    """
    for s in range(first, last):
        out_points[s, :] = np.nan
        out_shares[s, :] = np.nan
        for p in range(offsets[s], offsets[s + 1]):
            if not np.isnan(start[p]):
                low, high = phase_first[p], phase_last[p]
                smooth(values[s, low:high], start[p], lam, out_points[s, low:high], out_shares[s, low:high])


@row
def beyond(value, line, sigma):
    """Whether a sum is beyond its limit, and not so close to it that float arithmetic must not decide."""
    return value > line and value - line > TIE * max(value, line, sigma)


@row
def accumulate(values, centre, sigma, slack, reach, head_start, reset, above, below):
    """Add up what exceeds the slack on either side; never below 0."""
    head = head_start * reach * sigma
    high, low = head, head
    for t in range(values.size):
        if not np.isnan(values[t]):
            off = values[t] - centre
            high = max(0.0, high + (off - slack * sigma))
            low = max(0.0, low - (off + slack * sigma))
            above[t] = high
            below[t] = 0.0 - low  # and not -low, which would plot a zero as -0
            if reset and (beyond(high, reach * sigma, sigma) or beyond(low, reach * sigma, sigma)):
                high, low = head, head


@kernel
def cusum(
    first,
    last,
    values,
    offsets,
    phase_first,
    phase_last,
    centre,
    sigma,
    slack,
    reach,
    head_start,
    reset,
    out_above,
    out_below,
):
    """Fill both sums of a tabular CUSUM in the unit of the values, the lower one as it is plotted, below 0.

    C+ = max(0, C+ + x - centre - k sigma), C- = max(0, C- - (x - centre) - k sigma); k is `slack`, h `reach`;
    both begin at `head_start` h sigma, and again after a signal where `reset` is 1.
    """
    for s in range(first, last):
        out_above[s, :] = np.nan
        out_below[s, :] = np.nan
        for p in range(offsets[s], offsets[s + 1]):
            if not (np.isnan(centre[p]) or np.isnan(sigma[p])):
                low, high = phase_first[p], phase_last[p]
                accumulate(
                    values[s, low:high],
                    centre[p],
                    sigma[p],
                    slack,
                    reach,
                    head_start,
                    reset,
                    out_above[s, low:high],
                    out_below[s, low:high],
                )


@kernel
def moving_average(first, last, values, offsets, phase_first, phase_last, span, out_points, out_number):
    """Fill the mean of the last `span` months of the phase at every observed month; of how many, at all.

    Each window is added up afresh: nothing is subtracted from a running sum.
    """
    for s in range(first, last):
        out_points[s, :] = np.nan
        out_number[s, :] = 0
        for p in range(offsets[s], offsets[s + 1]):
            for t in range(phase_first[p], phase_last[p]):
                high, low, number = 0.0, 0.0, 0
                for back in range(max(phase_first[p], t + 1 - span), t + 1):
                    if not np.isnan(values[s, back]):
                        high, low = add(high, low, values[s, back])
                        number += 1
                out_number[s, t] = number
                if not np.isnan(values[s, t]):
                    out_points[s, t] = divide(high, low, number)
