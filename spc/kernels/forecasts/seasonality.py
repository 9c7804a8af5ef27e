"""Whether a series has a season, by its autocorrelation, and its classical decomposition by months."""

from __future__ import annotations

import math

import numpy as np

from spc.kernels._compile import kernel, row

YEAR = 12
NONE, RATIOS, DIFFERENCES = 0, 1, 2
#: Two-sided 90% point of the normal distribution, as the test of the M competitions has it.
CRITICAL = 1.645
#: A centred year stands with so many of its 12 months' weights: fewer lean to one season.
LEAST_WEIGHT = 10.0


@row
def mean_of(values, first):
    """Return the mean of the observed months, and how many there are."""
    total, count = 0.0, 0
    for t in range(first, len(values)):
        if not np.isnan(values[t]):
            total += values[t]
            count += 1
    return total / max(count, 1), count


@row
def is_seasonal(values, first):
    """Tell whether the autocorrelation a year apart is beyond Bartlett's limits for those of shorter lags.

    Products with a missing month are left out; sums are over that of squares, so the estimator is the usual
    biased one.
    """
    mean, count = mean_of(values, first)
    below = 0.0
    for t in range(first, len(values)):
        off = values[t] - mean
        if not np.isnan(off):
            below += off * off
    if not below > 0.0:
        return False
    squares, r = 0.0, 0.0
    for lag in range(1, YEAR + 1):
        squares += r * r
        top = 0.0
        for t in range(first + lag, len(values)):
            product = (values[t] - mean) * (values[t - lag] - mean)
            if not np.isnan(product):
                top += product
        r = top / below
    squares = 1.0 + 2.0 * squares
    return abs(r) > CRITICAL * math.sqrt(squares / count)


@row
def centred_year(values, first, t):
    """Return the 2 x 12 moving average about month t; NaN at the ends and where too much is missing."""
    half = YEAR // 2
    if t - half < first or t + half >= len(values):
        return np.nan
    total, weight = 0.0, 0.0
    for k in range(t - half, t + half + 1):
        if not np.isnan(values[k]):
            share = 0.5 if k == t - half or k == t + half else 1.0
            total += share * values[k]
            weight += share
    return total / weight if weight >= LEAST_WEIGHT else np.nan


@row
def take_indices(values, first, january, kind, indices):
    """Fill the indices, January first, whose mean is 1 (0 for differences); tell whether they can be used.

    A calendar month without a single ratio has the index of no season.
    """
    number, none = np.zeros(YEAR, np.int64), 1.0 if kind == RATIOS else 0.0
    indices[:] = 0.0
    for t in range(first, len(values)):
        trend = centred_year(values, first, t)
        if np.isnan(values[t]) or np.isnan(trend) or (kind == RATIOS and trend == 0.0):
            continue
        m = (january + t) % YEAR
        indices[m] += values[t] / trend if kind == RATIOS else values[t] - trend
        number[m] += 1
    total, seen = 0.0, 0
    for m in range(YEAR):
        if number[m] > 0:
            indices[m] /= number[m]
            total += indices[m]
            seen += 1
    mean = total / max(seen, 1)
    usable = seen > 1 and (kind == DIFFERENCES or mean > 0.0)
    for m in range(YEAR):
        if number[m] == 0 or not usable:
            indices[m] = none
        elif kind == RATIOS:
            indices[m] /= mean
            usable = indices[m] > 0.0
        else:
            indices[m] -= mean
    return usable


@row
def kind_of(values, first, january, mixed, indices):
    """Fill the indices of a seasonal series; return which kind they are."""
    beneath = 0
    for t in range(first, len(values)):
        beneath += values[t] <= 0.0
    if (beneath == 0 or not mixed) and take_indices(values, first, january, RATIOS, indices):
        return RATIOS
    if mixed and take_indices(values, first, january, DIFFERENCES, indices):
        return DIFFERENCES
    return NONE


@kernel
def seasonality(first, last, values, january, least, mixed, out_kind, out_indices, out_adjusted):
    """Fill which kind of season each series has, its 12 indices, and the months without them.

    `january` (n,) is the calendar month of the first column, -1 without a calendar: then there is no season,
    nor in fewer than `least` calendar months from the first observed one. `mixed` 0 knows ratios alone, 1
    takes differences where a value is not above 0.
    """
    for s in range(first, last):
        begin = 0
        while begin < values.shape[1] and np.isnan(values[s, begin]):
            begin += 1
        kind = NONE
        long = january[s] >= 0 and values.shape[1] - begin >= least
        if long and is_seasonal(values[s], begin):
            kind = kind_of(values[s], begin, january[s], mixed, out_indices[s])
        if kind == NONE:
            out_indices[s, :] = 1.0
        out_kind[s] = kind
        for t in range(values.shape[1]):
            index = out_indices[s, (max(january[s], 0) + t) % YEAR]
            out_adjusted[s, t] = values[s, t] - index if kind == DIFFERENCES else values[s, t] / index
