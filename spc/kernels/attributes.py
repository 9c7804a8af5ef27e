"""Charts of counts and ratios: sums of numerators and denominators, and lines that follow the denominators.

A month takes part where its numerator is observed and its denominator is above 0. On all these charts the
sigma of a month is that of a denominator of 1 over the root of its own denominator.
"""

from __future__ import annotations

import math

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.sums import add

#: What a baseline may have against it: a numerator that is no count, and parts that are no share of a whole.
NO_COUNT, NO_SHARE = 1, 2
#: How the normalised steps become one spread.
MEAN, MEDIAN, SD = 0, 1, 2
#: A step on the limit of screening is not beyond it (SPEC 9).
NEAR = 1e-9


@row
def sums(top, of, first, last):
    """Return the sums of both parts, how many months have them, and what speaks against counting them."""
    high, low, base, rest = 0.0, 0.0, 0.0, 0.0
    count, flaw = 0, 0
    for t in range(first, last):
        n, x = of[t], top[t]
        if n > 0.0 and not np.isnan(x):
            high, low = add(high, low, x)
            base, rest = add(base, rest, n)
            count += 1
            if x < 0.0 or x != np.floor(x):
                flaw |= NO_COUNT
            if x > n or n != np.floor(n):
                flaw |= NO_SHARE
    return high + low, base + rest, count, flaw


@row
def dispersion_of(top, of, first, last, total, base, count):
    """Return k of the variance mu + k mu^2 that makes the sum of squares about the mean rate as expected.

    With weights w = n / mean n and m months E sum (x - n u)^2 = u' (m - Q/m) + k u'^2 (Q - 2 C/m + Q^2/m^2),
    where u' = mean count, Q = sum w^2 and C = sum w^3. With equal denominators this is (s^2 - mean) / mean^2.
    """
    if count < 2 or not total > 0.0:
        return np.nan
    unit, mean = base / count, total / count
    square, squares, cubes = 0.0, 0.0, 0.0
    for t in range(first, last):
        if of[t] > 0.0 and not np.isnan(top[t]):
            w = of[t] / unit
            off = top[t] - w * mean
            square += off * off
            squares += w * w
            cubes += w * w * w
    expected = mean * (count - squares / count)
    slope = mean * mean * (squares - 2.0 * cubes / count + squares * squares / (count * count))
    return max((square - expected) / slope, 0.0) if slope > 0.0 else np.nan


@kernel
def ratios(first, last, top, of, offsets, base_first, base_last, dispersed, out_rate, out_flaw, out_k):
    """Fill, for every phase, the sum of numerators over the sum of denominators of its baseline.

    `out_flaw` holds the bits NO_COUNT and NO_SHARE, `out_k` the dispersion where `dispersed` is 1.
    """
    for s in range(first, last):
        for p in range(offsets[s], offsets[s + 1]):
            low, high = base_first[p], base_last[p]
            total, base, count, flaw = sums(top[s], of[s], low, high)
            out_rate[p] = total / base if count > 0 else np.nan
            out_flaw[p], out_k[p] = flaw, np.nan
            if dispersed == 1:
                out_k[p] = dispersion_of(top[s], of[s], low, high, total, base, count)


@kernel
def scores(first, last, values, of, offsets, phase_first, phase_last, centre, unit, out_scores):
    """Fill how many of its own sigma each month lies from the centre: (x - centre) / (unit / sqrt(n)).

    NaN where the unit is 0, in missing months and outside all phases.
    """
    for s in range(first, last):
        out_scores[s, :] = np.nan
        for p in range(offsets[s], offsets[s + 1]):
            if unit[p] > 0.0:
                for t in range(phase_first[p], phase_last[p]):
                    n = of[s, t]
                    if n > 0.0:
                        out_scores[s, t] = (values[s, t] - centre[p]) * math.sqrt(n) / unit[p]


@kernel
def lines(
    first,
    last,
    of,
    offsets,
    phase_first,
    phase_last,
    centre,
    unit,
    width,
    counted,
    out_centre,
    out_sigma,
    out_upper,
    out_lower,
):
    """Fill the lines of every month: sigma = unit / sqrt(n); with `counted` 1 all of it times n (np).

    NaN where a month has no denominator and outside all phases.
    """
    for s in range(first, last):
        out_centre[s, :] = np.nan
        out_sigma[s, :] = np.nan
        out_upper[s, :] = np.nan
        out_lower[s, :] = np.nan
        for p in range(offsets[s], offsets[s + 1]):
            for t in range(phase_first[p], phase_last[p]):
                n = of[s, t]
                if n > 0.0:
                    root = math.sqrt(n)
                    middle = centre[p] * n if counted == 1 else centre[p]
                    sigma = unit[p] * root if counted == 1 else unit[p] / root
                    out_centre[s, t] = middle
                    out_sigma[s, t] = sigma
                    out_upper[s, t] = middle + width * sigma
                    out_lower[s, t] = middle - width * sigma


@kernel
def held(
    first,
    last,
    values,
    offsets,
    phase_first,
    phase_last,
    centre,
    sigma,
    upper,
    lower,
    out_centre,
    out_sigma,
    out_upper,
    out_lower,
):
    """Fill lines that hold for whole phases; NaN outside all phases. Of `values` only the shape is asked."""
    for s in range(first, last):
        out_centre[s, :] = np.nan
        out_sigma[s, :] = np.nan
        out_upper[s, :] = np.nan
        out_lower[s, :] = np.nan
        for p in range(offsets[s], offsets[s + 1]):
            low, high = phase_first[p], phase_last[p]
            out_centre[s, low:high] = centre[p]
            out_sigma[s, low:high] = sigma[p]
            out_upper[s, low:high] = upper[p]
            out_lower[s, low:high] = lower[p]


@row
def gather_steps(values, of, first, last, bridge, steps):
    """Copy the steps between neighbours over the root of 1/n + 1/n'; a gap breaks one, or is bridged."""
    count, before = 0, -1
    for t in range(first, last):
        if np.isnan(values[t]) or not of[t] > 0.0:
            if bridge == 0:
                before = -1
            continue
        if before >= 0:
            steps[count] = abs(values[t] - values[before]) / math.sqrt(1.0 / of[t] + 1.0 / of[before])
            count += 1
        before = t
    return count


@row
def middle_of(numbers, count):
    """Return the median of the first `count` numbers, which it sorts."""
    numbers[:count].sort()
    half = count // 2
    if count % 2:
        return numbers[half]
    return 0.5 * numbers[half - 1] + 0.5 * numbers[half]


@row
def mean_of(numbers, count):
    """Return the mean of the first `count` numbers."""
    high, low = 0.0, 0.0
    for i in range(count):
        high, low = add(high, low, numbers[i])
    return (high + low) / count


@row
def leave_out(steps, count, screen):
    """Move the steps up to `screen` times their mean (0: all) to the front; return how many these are.

    As for moving ranges (kernels/spread.py): a step on the limit is not beyond it, and all stay where nothing
    but zeros would be left.
    """
    if not screen > 0.0:
        return count
    limit = screen * mean_of(steps, count) * (1.0 + NEAR)
    kept, largest = 0, 0.0
    for i in range(count):
        if steps[i] <= limit:
            largest = max(largest, steps[i])
    for i in range(count):
        if steps[i] <= limit or largest == 0.0:
            steps[kept] = steps[i]
            kept += 1
    return kept


@row
def weighted_sd(values, of, first, last, centre):
    """Return the sd that a month with a denominator of 1 would have, about the ratio of sums."""
    high, low, count = 0.0, 0.0, 0
    for t in range(first, last):
        if of[t] > 0.0 and not np.isnan(values[t]):
            off = values[t] - centre
            high, low = add(high, low, of[t] * off * off)
            count += 1
    return math.sqrt((high + low) / (count - 1)) if count > 1 else np.nan


@kernel
def normalised(
    first,
    last,
    values,
    of,
    offsets,
    base_first,
    base_last,
    centre,
    bridge,
    screen,
    how,
    out_spread,
    out_screened,
):
    """Fill the mean (or median) normalised step of every baseline, or its sd; `how` is MEAN, MEDIAN or SD.

    `out_screened` is the number of steps that were left out.
    """
    steps = np.empty(values.shape[1])
    for s in range(first, last):
        for p in range(offsets[s], offsets[s + 1]):
            low, high = base_first[p], base_last[p]
            out_spread[p], out_screened[p] = np.nan, 0
            if how == SD:
                out_spread[p] = weighted_sd(values[s], of[s], low, high, centre[p])
                continue
            count = gather_steps(values[s], of[s], low, high, bridge, steps)
            if count > 0:
                kept = leave_out(steps, count, screen)
                out_screened[p] = count - kept
                out_spread[p] = middle_of(steps, kept) if how == MEDIAN else mean_of(steps, kept)


@kernel
def powers(first, last, values, exponent, out):
    """Fill `values ** exponent`; NaN below 0."""
    for s in range(first, last):
        for t in range(values.shape[1]):
            out[s, t] = values[s, t] ** exponent if values[s, t] >= 0.0 else np.nan
