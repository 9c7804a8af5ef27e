"""States of exponential smoothing: where they may begin, and where known numbers take them.

The recursion and its 18 numbers are those of `spc.kernels.forecasts.smoothing`.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

YEAR = 12
ALPHA, BETA, PHI, LEVEL, SLOPE, GAMMA, SEASON, NUMBERS = 0, 1, 2, 3, 4, 5, 6, 18
#: A line that falls below this share of the mean is no divisor.
SHARE = 0.1


@row
def line_of(values, begin):
    """Return the middle month, the mean less the first observed month, the slope of the least squares.

    The first observed month is taken off before anything is added up, so that a constant stays what it is.
    """
    n, middle, mean = 0, 0.0, 0.0
    for t in range(begin, values.size):
        if not np.isnan(values[t]):
            n += 1
            middle += t - begin
            mean += values[t] - values[begin]
    middle, mean = middle / n, mean / n
    across, along = 0.0, 0.0
    for t in range(begin, values.size):
        if not np.isnan(values[t]):
            away = t - begin - middle
            across += away * (values[t] - values[begin] - mean)
            along += away * away
    return middle, mean, across / along if along > 0.0 else 0.0


@kernel
def guess(first, last, values, form, out_start):
    """Fill the states before the first observed month: those of one line, and its mean misses.

    `form` tells whether mu is divided by, whether the season multiplies, and whether there is a slope and a
    season. Alpha, beta, phi and gamma are NaN.
    """
    for s in range(first, last):
        y, out = values[s], out_start[s]
        divides, times, sloped, seasonal = form[s, 0], form[s, 1], form[s, 2], form[s, 3]
        begin = 0
        while begin < y.size and np.isnan(y[begin]):
            begin += 1
        for j in range(NUMBERS):
            out[j] = np.nan
        if begin == y.size:
            continue
        middle, mean, slope = line_of(y, begin)
        base = y[begin]
        if divides:
            ends = min(slope * (-1.0 - middle), slope * (y.size - begin - middle))
            slope = slope if mean + ends + base > SHARE * (mean + base) else 0.0
        out[SLOPE] = slope if sloped else 0.0
        out[LEVEL] = mean + out[SLOPE] * (-1.0 - middle) + base
        for m in range(YEAR):
            total, number = 0.0, 0
            for t in range(begin + m, y.size, YEAR):
                if seasonal and not np.isnan(y[t]):
                    line = mean + slope * (t - begin - middle) + base
                    total += (y[t] - line) / line if times else y[t] - line
                    number += 1
            out[SEASON + m] = (total / number if number > 0 else 0.0) + times


@kernel
def carry(first, last, values, form, numbers, out_fitted, out_states):
    """Fill what known numbers expect of each month, and the states after the last one.

    `out_states` has level, slope and the seasons of the 12 months to come, in their order. NaN before the
    first observed month, and throughout where numbers are NaN.
    """
    for s in range(first, last):
        y, times, out, fitted = values[s], form[s, 1], out_states[s], out_fitted[s]
        alpha, beta, phi, gamma = numbers[s, ALPHA], numbers[s, BETA], numbers[s, PHI], numbers[s, GAMMA]
        level, slope, m, begun = numbers[s, LEVEL], numbers[s, SLOPE], 0, False
        for j in range(YEAR):
            out[2 + j] = numbers[s, SEASON + j]
        for t in range(y.size):
            begun = begun or not np.isnan(y[t])
            fitted[t] = np.nan
            if not begun:
                continue
            p, season = level + phi * slope, out[2 + m]
            fitted[t] = p * season if times else p + season
            level, slope = p, phi * slope
            if not np.isnan(y[t]):
                d = y[t] - fitted[t]
                level += alpha * d / season if times else alpha * d
                slope += beta * d / season if times else beta * d
                out[2 + m] = season + (gamma * d / p if times else gamma * d)
            m = m + 1 if m + 1 < YEAR else 0
        turn_to(m, out)
        out[0], out[1] = level, slope


@row
def turn_to(m, states):
    """Turn the seasons until the one at `m` is the first."""
    for _ in range(m):
        held = states[2]
        for j in range(2, 1 + YEAR):
            states[j] = states[j + 1]
        states[1 + YEAR] = held
