"""The theta method and the dynamic optimised theta model: a smoothed level and a share of a straight line.

In Fiorucci et al. (2016), with l the level and A + B t the line through the months,

    expected(t + 1) = l(t) + w (q(t) A(t) + d(t) B(t)),    w = 1 - 1 / theta,
    q(t) = (1 - alpha)^t,    d(t) = (1 - (1 - alpha)^(t + 1)) / alpha.

The dynamic model draws the line anew every month; the theta method has one line and w = 1/2. Where nothing is
missing q and d are as printed. Generally q is the share of the first level that is left in l, and d how far
the month to come lies from the smoothed number of the month: a missing month leaves l, A, B and q as they are
and adds 1 to d. For one alpha the expectations are linear in the first level and in w, which are then those
of least squares, w between 0 (theta 1) and 1 (theta infinite); alpha alone is searched for.
"""

from __future__ import annotations

import math

import numpy as np

from spc.kernels._compile import kernel, row

#: Smallest and largest alpha. From 0.02 to 1 the sMAPE of the dynamic model is 14.97 on the months of the M1
#: competition and 13.82 on those of M3; so it is 14.91 and 13.72.
LOW, HIGH = 0.1, 0.99
#: How many parts the grid has, and how often its step is halved about the best: to 0.00001.
GRID, HALVINGS = 24, 12


@row
def bounds_of(values):
    """Return the first observed month, and the month after the last one."""
    begin, end = 0, len(values)
    while begin < end and np.isnan(values[begin]):
        begin += 1
    while end > begin and np.isnan(values[end - 1]):
        end -= 1
    return begin, end


@row
def take_month(month, value, line):
    """Move the line on by one month.

    `line` holds how many months it goes through, their means of month and value, the sums of squares of the
    months and of products about them, and the line's intercept and slope.
    """
    line[0] += 1.0
    aside, off = month - line[1], value - line[2]
    line[1] += aside / line[0]
    line[2] += off / line[0]
    line[3] += aside * (month - line[1])
    line[4] += aside * (value - line[2])
    line[6] = line[4] / line[3] if line[0] > 1.0 else 0.0
    line[5] = line[2] - line[6] * line[1]


@row
def draw_lines(values, begin, end, line, dynamic, intercepts, slopes):
    """Fill the line as it stands before each month, with months counted from 1 and values from the first.

    The theta method's one line is as steep as that through all months, and 0 in month 1: what its intercept
    would add is part of the first level.
    """
    line[:] = 0.0
    for t in range(begin, end):
        intercepts[t], slopes[t] = line[5], line[6]
        if not np.isnan(values[t]):
            take_month(t - begin + 1.0, values[t] - values[begin], line)
    if not dynamic:
        line[5] = -line[6]
        intercepts[begin:end], slopes[begin:end] = line[5], line[6]


@row
def errors_of(values, begin, end, intercepts, slopes, dynamic, alpha):
    """Return the least sum of squared one-step errors at alpha, and the first level and w that give it.

    An error is `off`, less the first level times `left`, less w times `pull`.
    """
    level, left, ahead = 0.0, 1.0, 1.0
    lefts, pulls, across, left_off, pull_off, squares = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    origin = values[begin]
    for t in range(begin, end):
        off = values[t] - origin - level
        if np.isnan(off):
            ahead += 1.0
            continue
        pull = left * intercepts[t] + ahead * slopes[t]
        lefts += left * left
        pulls += pull * pull
        across += left * pull
        left_off += left * off
        pull_off += pull * off
        squares += off * off
        level += alpha * off
        left *= 1.0 - alpha
        ahead = 1.0 + (1.0 - alpha) * ahead
    share = 0.5
    if dynamic:
        free = lefts * pulls - across * across
        told = free > 1e-12 * lefts * pulls
        share = min(max((lefts * pull_off - across * left_off) / free, 0.0), 1.0) if told else 0.0
    start = (left_off - share * across) / lefts
    gained = start * left_off + share * pull_off
    total = squares - 2.0 * gained + start * (start * lefts + 2.0 * share * across) + share * share * pulls
    return max(total, 0.0), start, share


@row
def best_alpha(values, begin, end, intercepts, slopes, dynamic):
    """Return the alpha of least squared one-step errors; of equals the one that was tried first."""
    step = (HIGH - LOW) / GRID
    alpha, least = LOW, np.inf
    for i in range(GRID + 1):
        tried = LOW + i * step
        squares = errors_of(values, begin, end, intercepts, slopes, dynamic, tried)[0]
        if squares < least:
            alpha, least = tried, squares
    for _ in range(HALVINGS):
        step *= 0.5
        middle = alpha
        for tried in (middle - step, middle + step):
            if LOW <= tried <= HIGH:
                squares = errors_of(values, begin, end, intercepts, slopes, dynamic, tried)[0]
                if squares < least:
                    alpha, least = tried, squares
    return alpha


@row
def follow(values, begin, end, intercepts, slopes, alpha, start, share, fitted, state):
    """Fill the expectations of the past; return the squared errors. `state` becomes level, left and ahead."""
    level, left, ahead, squares = start, 1.0, 1.0, 0.0
    for t in range(begin, end):
        expected = level + share * (left * intercepts[t] + ahead * slopes[t])
        fitted[t] = values[begin] + expected
        off = values[t] - values[begin] - expected
        if np.isnan(off):
            ahead += 1.0
            continue
        squares += off * off
        level += alpha * (values[t] - values[begin] - level)
        left *= 1.0 - alpha
        ahead = 1.0 + (1.0 - alpha) * ahead
    state[0], state[1], state[2] = level, left, ahead
    return squares


@row
def look_ahead(month, line, state, dynamic, alpha, share, mean, road):
    """Fill the expectations of the months to come, each of them taken as if it had been observed.

    `road` keeps, for every step, what weighs the line and how it moved: `left`, `ahead`, the number of its
    months, their mean and squares before the step, and how far the step lies from that mean.
    """
    level, left, ahead = state[0], state[1], state[2]
    for h in range(len(mean)):
        mean[h] = level + share * (left * line[5] + ahead * line[6])
        road[h, 0], road[h, 1], road[h, 2] = left, ahead, line[0]
        road[h, 3], road[h, 4], road[h, 5] = line[1], line[3], month + h - line[1]
        if dynamic:
            take_month(month + h, mean[h], line)
        level += alpha * (mean[h] - level)
        left *= 1.0 - alpha
        ahead = 1.0 + (1.0 - alpha) * ahead


@row
def spread_ahead(alpha, share, road, spread):
    """Fill the sd of each step in sigma: squares of what an error of 1 at each earlier step becomes."""
    spread[:] = 1.0
    for source in range(len(spread) - 1):
        level, middle, products, moved = 0.0, 0.0, 0.0, 1.0
        for h in range(source, len(spread)):
            left, ahead, count = road[h, 0], road[h, 1], road[h, 2]
            if h > source:
                slope = products / road[h, 4] if count > 1.0 else 0.0
                moved = level + share * (left * (middle - slope * road[h, 3]) + ahead * slope)
                spread[h] += moved * moved
            off = moved - middle
            middle += off / (count + 1.0)
            products += road[h, 5] * (moved - middle)
            level += alpha * (moved - level)
    for h in range(len(spread)):
        spread[h] = math.sqrt(spread[h])


@kernel
def thetas(first, last, values, dynamic, out_mean, out_fitted, out_spread, out_squares, out_states):
    """Fill forecasts, one-step expectations, spreads in sigma, and the sum of squared one-step errors.

    `dynamic` 1 is the dynamic optimised theta model, 0 the theta method. `out_states` (n, 3) holds alpha, the
    first level and w. Months after the last observed one are forecast as those to come.
    """
    width, horizon = values.shape[1], out_mean.shape[1]
    intercepts, slopes, line, state = np.empty(width), np.empty(width), np.empty(7), np.empty(3)
    mean, spread, road = np.empty(width + horizon), np.empty(width + horizon), np.empty((width + horizon, 6))
    for s in range(first, last):
        for out in (out_mean, out_fitted, out_spread, out_states):
            out[s, :] = np.nan
        out_squares[s] = np.nan
        begin, end = bounds_of(values[s])
        if begin == end:
            continue
        draw_lines(values[s], begin, end, line, dynamic, intercepts, slopes)
        alpha = best_alpha(values[s], begin, end, intercepts, slopes, dynamic)
        _, start, share = errors_of(values[s], begin, end, intercepts, slopes, dynamic, alpha)
        out_squares[s] = follow(
            values[s], begin, end, intercepts, slopes, alpha, start, share, out_fitted[s], state
        )
        out_states[s, 0], out_states[s, 1], out_states[s, 2] = alpha, values[s, begin] + start, share
        unseen = width - end
        steps = unseen + horizon
        look_ahead(end - begin + 1.0, line, state, dynamic, alpha, share, mean[:steps], road)
        if dynamic:
            spread_ahead(alpha, share, road, spread[:steps])
        for h in range(steps):
            if h < unseen:
                out_fitted[s, end + h] = values[s, begin] + mean[h]
            else:
                out_mean[s, h - unseen] = values[s, begin] + mean[h]
                out_spread[s, h - unseen] = spread[h] if dynamic else math.sqrt(1.0 + h * (alpha * alpha))
