"""A straight line and the effects of calendar months, shrunk towards none, by least squares.

With k months seen of one calendar month, g the variance of the effects over that of a month and
c = k / (1 + k g), the mixed model (Henderson 1975, Biometrics 31, 423-447) gives the line through the
calendar months' means that weighs them by c and the months within them as they are; the effect of a calendar
month is w = k g / (1 + k g) times how far its mean is off the line. At g = 0 that is the plain line, at
infinity the line with 12 effects in full.
"""

from __future__ import annotations

import math

import numpy as np

from spc.kernels._compile import kernel, row

YEAR = 12
#: As in seasonal limits: what a calendar month is worth cannot be told from one year of it.
SPAN, LEAST = 24, 21
#: Beyond this nothing is shrunk that could be seen: where months differ from their line by nothing.
LARGEST = 1e9

NUMBER, MONTH, VALUE, SQUARES, PRODUCTS = range(5)


@row
def take_month(months, m, t, value):
    """Add one month, counted from the first, to the sums of its calendar month: number, means, about them."""
    months[m, NUMBER] += 1.0
    aside, off = t - months[m, MONTH], value - months[m, VALUE]
    months[m, MONTH] += aside / months[m, NUMBER]
    months[m, VALUE] += off / months[m, NUMBER]
    months[m, SQUARES] += aside * (t - months[m, MONTH])
    months[m, PRODUCTS] += aside * (value - months[m, VALUE])
    months[m, PRODUCTS + 1] += off * (value - months[m, VALUE])


@row
def draw_line(months, g, line):
    """Fill the weights' sum, the line's mean month and value, the sum of squares below its slope, its slope.

    The last is the sum of squares that is left about the line, calendar months weighed by c.
    """
    line[:] = 0.0
    for m in range(YEAR):
        weight = months[m, NUMBER] / (1.0 + months[m, NUMBER] * g)
        if weight > 0.0:
            line[0] += weight
            line[1] += weight * months[m, MONTH]
            line[2] += weight * months[m, VALUE]
    line[1] /= line[0]
    line[2] /= line[0]
    products, squares = 0.0, 0.0
    for m in range(YEAR):
        weight = months[m, NUMBER] / (1.0 + months[m, NUMBER] * g)
        aside, off = months[m, MONTH] - line[1], months[m, VALUE] - line[2]
        line[3] += months[m, SQUARES] + weight * (aside * aside)
        products += months[m, PRODUCTS] + weight * (aside * off)
        squares += months[m, PRODUCTS + 1] + weight * (off * off)
    line[4] = products / line[3] if line[3] > 0.0 else 0.0
    line[5] = max(squares - line[4] * products, 0.0)


@row
def ratio_of(months, cautions, line):
    """Return g by the analysis of variance between and within calendar months, both about straight lines.

    Only what exceeds `cautions` times the variation within calendar months counts as season.
    """
    draw_line(months, 0.0, line)
    count, seen, shared = 0.0, 0, 0.0
    squares, products, within = 0.0, 0.0, 0.0
    for m in range(YEAR):
        k = months[m, NUMBER]
        if k > 0.0:
            aside = k * (months[m, MONTH] - line[1])
            shared += k * k / line[0] + (aside * aside / line[3] if line[3] > 0.0 else 0.0)
            count += k
            seen += 1
        squares += months[m, SQUARES]
        products += months[m, PRODUCTS]
        within += months[m, PRODUCTS + 1]
    free = count - seen - 1.0
    if free < 1.0 or seen < 2 or not squares > 0.0:
        return 0.0
    within = max(within - products * products / squares, 0.0)
    between = line[5] - within
    if not between > 0.0:
        return 0.0
    caution = within / free * cautions[seen, int(count)]
    mean = between / (seen - 1)
    if mean - caution > LARGEST * caution:
        return LARGEST
    return min(max(0.0, mean / caution - 1.0) * (seen - 1) / (count - shared), LARGEST)


@row
def fit(months, cautions, seasonal, line, effects, weights):
    """Fill the line, the effects and their weights; return g."""
    g = ratio_of(months, cautions, line) if seasonal else 0.0
    draw_line(months, g, line)
    for m in range(YEAR):
        k = months[m, NUMBER]
        weights[m] = k * g / (1.0 + k * g)
        off = months[m, VALUE] - line[2] - line[4] * (months[m, MONTH] - line[1])
        effects[m] = weights[m] * off if k > 0.0 else 0.0
    return g


@row
def sigma_of(values, begin, origin, january, months, line, effects, weights):
    """Return the sd of a month about its line and effect, and the degrees of freedom behind it."""
    squares, count, taken, seen = 0.0, 0, 0.0, 0
    for t in range(begin, len(values)):
        m = (january + t) % YEAR
        off = values[t] - origin - line[2] - line[4] * (t - begin - line[1]) - effects[m]
        if not np.isnan(off):
            squares += off * off
            count += 1
    for m in range(YEAR):
        taken += weights[m]
        seen += months[m, NUMBER] > 0.0
    freedom = max(count - 2.0 - taken * (seen - 1) / max(seen, 1), 0.0)
    return math.sqrt(squares / freedom) if freedom > 0.0 else np.nan, freedom


@row
def spread_of(months, g, line, weights, m, t):
    """Return the sd of a new month's error in sigma: its own, its effect's, and the line's."""
    k, w = months[m, NUMBER], weights[m]
    effect = w / k if k > 0.0 else g
    aside = t - w * months[m, MONTH] - (1.0 - w) * line[1]
    slope = aside * aside / line[3] if line[3] > 0.0 else 0.0
    return math.sqrt(1.0 + effect + (1.0 - w) * (1.0 - w) / line[0] + slope)


@kernel
def month_effects(
    first, last, values, january, cautions, out_mean, out_fitted, out_spread, out_freedom, out_effects
):
    """Fill forecasts, one-step expectations, the sd of each error and its freedom, and the effects (n, 12).

    `january` (n,) is the calendar month of the first column; -1, without a calendar, has no effects.
    `cautions` (13, n_periods + 1) holds, by calendar months seen and months observed, the ratio of variation
    between to within calendar months that noise is allowed. Expectations come from the months before alone;
    before there are two years of them, 21 months observed, there are none.
    """
    months, line, weights = np.empty((YEAR, PRODUCTS + 2)), np.empty(6), np.empty(YEAR)
    for s in range(first, last):
        for out in (out_mean, out_fitted, out_spread, out_effects):
            out[s, :] = np.nan
        out_freedom[s] = 0.0
        begin = 0
        while begin < values.shape[1] and np.isnan(values[s, begin]):
            begin += 1
        if begin == values.shape[1]:
            continue
        origin, start, seasonal = values[s, begin], max(january[s], 0), january[s] >= 0
        months[:] = 0.0
        count = 0
        for t in range(begin, values.shape[1]):
            m = (start + t) % YEAR
            if count >= LEAST and t - begin >= SPAN:
                fit(months, cautions, seasonal, line, out_effects[s], weights)
                out_fitted[s, t] = origin + line[2] + line[4] * (t - begin - line[1]) + out_effects[s, m]
            if not np.isnan(values[s, t]):
                take_month(months, m, t - begin, values[s, t] - origin)
                count += 1
        g = fit(months, cautions, seasonal, line, out_effects[s], weights)
        sigma, out_freedom[s] = sigma_of(
            values[s], begin, origin, start, months, line, out_effects[s], weights
        )
        for h in range(out_mean.shape[1]):
            m = (start + values.shape[1] + h) % YEAR
            t = values.shape[1] + h - begin
            out_mean[s, h] = origin + line[2] + line[4] * (t - line[1]) + out_effects[s, m]
            out_spread[s, h] = sigma * spread_of(months, g, line, weights, m, t)
