"""Calendar-month effects of a baseline, shrunk towards none, and lines that follow them.

A phase has 12 numbers of each kind, January first. With g the variance of the effects over that of a month,
k months seen of one calendar month and w = k g / (1 + k g), the mixed model (Henderson 1975, Biometrics 31,
423-447) gives effect = w (month's mean - level), variance of what is left over 1 - w / k and of a new month
1 + w / k, which becomes 1 + g where k = 0.
"""

from __future__ import annotations

import math

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.sums import add

YEAR = 12
#: Two years: what a calendar month is worth cannot be told from one year of it.
SPAN = 24
#: So many of them observed: with three missing One-Month fires in 1.47% of noise, with four in 1.60%.
LEAST = 21


@row
def means_of(values, first, last, january, number, means, low):
    """Fill how often each calendar month is observed, and its mean; return the plain mean of all months.

    `means` and `low` hold the two parts of each sum on the way.
    """
    for m in range(YEAR):
        number[m], means[m], low[m] = 0, 0.0, 0.0
    m = (january + first) % YEAR
    for t in range(first, last):
        if not np.isnan(values[t]):
            means[m], low[m] = add(means[m], low[m], values[t])
            number[m] += 1
        m = m + 1 if m + 1 < YEAR else 0
    top, rest, count = 0.0, 0.0, 0
    for m in range(YEAR):
        top, rest = add(top, rest, means[m])
        rest += low[m]
        means[m] = (means[m] + low[m]) / number[m] if number[m] > 0 else np.nan
        count += number[m]
    return (top + rest) / count if count > 0 else np.nan, count


@row
def within_of(values, first, last, january, means):
    """Return the sum of squares of months about the mean of their calendar month."""
    total = 0.0
    m = (january + first) % YEAR
    for t in range(first, last):
        off = values[t] - means[m]
        if not np.isnan(off):
            total += off * off
        m = m + 1 if m + 1 < YEAR else 0
    return total


@row
def ratio_of(within, number, means, mean, cautions):
    """Return g by the analysis of variance between and within calendar months.

    Only what exceeds `cautions` times the variation within months counts as season; none within is infinity.
    """
    between, squares, count, seen = 0.0, 0.0, 0, 0
    for m in range(YEAR):
        if number[m] > 0:
            off = means[m] - mean
            between += number[m] * (off * off)
            squares += number[m] * number[m]
            count += number[m]
            seen += 1
    if between == 0.0 or seen < 2:
        return 0.0
    if within == 0.0:
        return np.inf
    ratio = (between / (seen - 1)) / (within / (count - seen))
    mean_number = (count - squares / count) / (seen - 1)
    return max(0.0, ratio / cautions[seen, count] - 1.0) / mean_number


@row
def weights_of(ratio, number, shrink, weights, wide):
    """Fill w of each calendar month, and the sd of a new month in sigma."""
    for m in range(YEAR):
        k = number[m]
        if k == 0:
            weights[m] = 0.0
            wide[m] = math.sqrt(1.0 + ratio) if ratio < np.inf else np.nan
        else:
            full = shrink == 0 or ratio == np.inf
            weights[m] = 1.0 if full else k * ratio / (1.0 + k * ratio)
            wide[m] = math.sqrt(1.0 + weights[m] / k)


@row
def level_of(mean, number, means, weights):
    """Return the level: the weighted mean of the calendar months' means, or the plain mean if no season.

    With the same number of every calendar month the two are the same.
    """
    top, total, differ = 0.0, 0.0, 0
    for m in range(YEAR):
        if weights[m] > 0.0:
            top += weights[m] * (means[m] - mean)
            total += weights[m]
        differ += number[m] != number[0]
    return mean + top / total if differ and total > 0.0 else mean


@row
def take_effects(number, means, weights, level, effects):
    """Fill the effects, which add up to 0; return the degrees of freedom that they took."""
    total, seen = 0.0, 0
    for m in range(YEAR):
        effects[m] = 0.0
        if number[m] > 0:
            effects[m] = weights[m] * (means[m] - level)
            total += weights[m]
            seen += 1
    return total * (seen - 1) / seen


@row
def leave_out(values, first, last, january, number, weights, level, effects, plain, even):
    """Fill a baseline less its effects, and that about the level in the sd that is left to each month."""
    scale = np.empty(YEAR)
    for m in range(YEAR):
        left = 1.0 - weights[m] / max(number[m], 1)
        scale[m] = 1.0 / math.sqrt(left) if left > 0.0 else np.nan
    m = (january + first) % YEAR
    for t in range(first, last):
        plain[t] = values[t] - effects[m]
        even[t] = (plain[t] - level) * scale[m]
        m = m + 1 if m + 1 < YEAR else 0


@kernel
def seasons(
    first,
    last,
    values,
    offsets,
    base_first,
    base_last,
    cautions,
    january,
    shrink,
    out_level,
    out_used,
    out_effects,
    out_wide,
    out_plain,
    out_even,
):
    """Fill, for every phase, level, month effects and the sd of new months; and the baseline without effects.

    `cautions` (13, longest baseline + 1) holds, by calendar months seen and months observed, the ratio of
    variation between to within calendar months that noise is allowed; `january` is the calendar month of the
    first column, January 0; `shrink` 0 takes the effects in full. `out_used` is how many of the baseline's
    degrees of freedom the effects took, NaN where it is too short for effects (then they are 0). `out_plain`
    (n, n_periods) is the baseline less its effects, `out_even` the same about the level, each month over the
    sd that is left to it; both NaN elsewhere.
    """
    number = np.empty(YEAR, np.int64)
    means, weights, low = np.empty(YEAR), np.empty(YEAR), np.empty(YEAR)
    for s in range(first, last):
        out_plain[s, :] = np.nan
        out_even[s, :] = np.nan
        for p in range(offsets[s], offsets[s + 1]):
            begin, end = base_first[p], base_last[p]
            mean, count = means_of(values[s], begin, end, january, number, means, low)
            out_level[p], out_used[p] = mean, np.nan
            out_effects[p, :] = 0.0
            out_wide[p, :] = 1.0
            if count < LEAST or end - begin < SPAN:
                continue
            within = within_of(values[s], begin, end, january, means)
            ratio = ratio_of(within, number, means, mean, cautions)
            weights_of(ratio, number, shrink, weights, out_wide[p])
            level = level_of(mean, number, means, weights)
            out_level[p] = level
            out_used[p] = take_effects(number, means, weights, level, out_effects[p])
            effects, plain, even = out_effects[p], out_plain[s], out_even[s]
            leave_out(values[s], begin, end, january, number, weights, level, effects, plain, even)


@kernel
def seasonal_lines(
    first,
    last,
    values,
    settles,
    offsets,
    phase_first,
    phase_last,
    base_first,
    base_last,
    centre,
    sigma,
    effects,
    wide,
    january,
    width,
    out_centre,
    out_sigma,
    out_upper,
    out_lower,
):
    """Fill the lines of every month: level and effect, and sigma, wider in months that set no limits.

    `settles` are the values that set limits: a month with a value that is blank there was left out.
    """
    for s in range(first, last):
        for out in (out_centre, out_sigma, out_upper, out_lower):
            out[s, :] = np.nan
        for p in range(offsets[s], offsets[s + 1]):
            m = (january + phase_first[p]) % YEAR
            for t in range(phase_first[p], phase_last[p]):
                spread = sigma[p]
                left_out = np.isnan(settles[s, t]) and not np.isnan(values[s, t])
                if left_out or t < base_first[p] or t >= base_last[p]:
                    spread = sigma[p] * wide[p, m]
                out_centre[s, t] = centre[p] + effects[p, m]
                out_sigma[s, t] = spread
                out_upper[s, t] = out_centre[s, t] + width * spread
                out_lower[s, t] = out_centre[s, t] - width * spread
                m = m + 1 if m + 1 < YEAR else 0
