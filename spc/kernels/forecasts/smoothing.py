"""The numbers of exponential smoothing that leave least unexplained, for any model with additive trend.

With p = level + phi slope, what is expected of a month is mu = p + season, or p season where the season
multiplies; d = y - mu moves the states on (Hyndman, Koehler, Ord, Snyder 2008, Forecasting with Exponential
Smoothing, tables 2.2 and 2.3):

    level = p + alpha d / a,  slope = phi slope + beta d / a,  season = season + gamma d / c

where a = c = 1, or a = season and c = p where the season multiplies. That holds for additive and for relative
errors (d and d / mu); they differ in what is made small alone: n log(sum e^2), and for relative errors
2 sum log mu more (their 5.1). A missing month has d = 0.

A model has 18 numbers: alpha, beta, phi, level, slope, gamma and 12 seasons, where level, slope and seasons
are the states before the first observed month, whose season is the first. Descent is in alpha, beta / alpha,
phi, gamma / (1 - alpha) and the states. A number whose bounds are equal is known, and is no share. The first
season stays as it is, since the level may take what all seasons share.
"""

from __future__ import annotations

import math

import numpy as np

from spc.kernels._compile import kernel, row

YEAR = 12
ALPHA, BETA, PHI, LEVEL, SLOPE, GAMMA, SEASON, NUMBERS = 0, 1, 2, 3, 4, 5, 6, 18
#: The grid: alpha, beta / alpha and gamma / (1 - alpha); phi begins in the middle. Its first four begin near
#: one line for all months, the next four near a line that turns slowly, then eight near the latest months,
#: the last four near the latest season: -2 log L often has a least place in each. Loops over lanes
#: ask arrays for their number: one that the compiler knows is unrolled, 20 s of compilation for 2.
GRID = (
    *((0.01, 0.02, 0.02), (0.05, 0.02, 0.02), (0.01, 0.02, 0.3), (0.05, 0.02, 0.3)),
    *((0.02, 0.8, 0.02), (0.05, 0.8, 0.02), (0.2, 0.8, 0.02), (0.05, 0.8, 0.3)),
    *((0.15, 0.05, 0.02), (0.3, 0.05, 0.02), (0.3, 0.05, 0.3), (0.5, 0.05, 0.02)),
    *((0.5, 0.3, 0.02), (0.5, 0.3, 0.3), (0.8, 0.05, 0.02), (0.95, 0.1, 0.02)),
    *((0.02, 0.02, 0.8), (0.1, 0.05, 0.8), (0.3, 0.05, 0.8), (0.6, 0.05, 0.8)),
)
#: How much of a step is tried, and what one must promise to be tried, of -2 log L.
STEPS, ENOUGH = (1.0, 1.6, 0.7, 0.4, 0.2, 0.07, 0.02, 0.003), 1e-4
#: Where the largest value is about 1, mu must stay between these to be divided by, so that the product of 16
#: of them stays within float64; a mean square below the third is nothing, since errors are about 1e-15.
FLOOR, CEILING, NOTHING, OFTEN = 1e-9, 1e9, 1e-30, 16
#: A pivot below this share of its diagonal belongs to a number that the months do not tell.
PIVOT = 1e-10


@row
def judge(values, begin, form, trial, lanes, out_lack):
    """Fill -2 log L of each lane's numbers, less its constants; infinite where mu is no divisor."""
    relative, times = form[0], form[1]
    level, slope, squares, product, logs, off = lanes[0], lanes[1], lanes[2], lanes[3], lanes[4], lanes[5]
    alpha, beta, phi, gamma = trial[ALPHA], trial[BETA], trial[PHI], trial[GAMMA]
    width = level.size
    for g in range(width):
        level[g], slope[g] = trial[LEVEL, g], trial[SLOPE, g]
        squares[g], product[g], logs[g], off[g] = 0.0, 1.0, 0.0, 0.0
    for m in range(SEASON, NUMBERS):
        for g in range(width):
            lanes[m, g] = trial[m, g]
    n, m = 0, -1
    for t in range(begin, values.size):
        y = values[t]
        m = m + 1 if m + 1 < YEAR else 0
        season = lanes[SEASON + m]
        if np.isnan(y):
            for g in range(width):
                slope[g] *= phi[g]
                level[g] += slope[g]
        elif times:
            move(y, alpha, beta, phi, gamma, level, slope, season, squares, product, off)
        else:
            for g in range(width):
                p = level[g] + phi[g] * slope[g]
                mu = p + season[g]
                d = y - mu
                level[g] = p + alpha[g] * d
                slope[g] = phi[g] * slope[g] + beta[g] * d
                season[g] += gamma[g] * d
                if relative:
                    q = min(max(mu, FLOOR), CEILING)
                    off[g] += abs(mu - q)
                    product[g] *= q
                    d /= q
                squares[g] += d * d
        n += 0 if np.isnan(y) else 1
        if relative and (t - begin) % OFTEN == 0:
            take_logs(product, logs)
    take_logs(product, logs)
    for g in range(width):
        lack = n * math.log(max(squares[g], n * NOTHING)) + 2.0 * logs[g]
        out_lack[g] = lack if off[g] == 0.0 else np.inf


@row
def move(y, alpha, beta, phi, gamma, level, slope, season, squares, product, off):
    """Move all lanes on by a month where the season multiplies; `off` is above 0 where something was cut."""
    for g in range(level.size):
        p, s = level[g] + phi[g] * slope[g], season[g]
        q, s = min(max(p, FLOOR), CEILING), min(max(s, FLOOR), CEILING)
        off[g] += abs(p - q) + abs(season[g] - s)
        mu = q * s
        e = (y - mu) / mu
        level[g] = q + alpha[g] * e * q
        slope[g] = phi[g] * slope[g] + beta[g] * e * q
        season[g] = s + gamma[g] * e * s
        squares[g] += e * e
        product[g] *= mu


@row
def take_logs(product, logs):
    """Add the logarithm of each product to its sum, and begin the products afresh."""
    for g in range(logs.size):
        logs[g] += math.log(product[g])
        product[g] = 1.0


@row
def to_numbers(low, high, at):
    """Turn shares into beta and gamma."""
    if low[BETA] < high[BETA]:
        at[BETA] *= at[ALPHA]
    if low[GAMMA] < high[GAMMA]:
        at[GAMMA] *= 1.0 - at[ALPHA]


@row
def to_shares(low, high, at):
    """Turn beta and gamma into shares."""
    if low[BETA] < high[BETA]:
        at[BETA] /= at[ALPHA]
    if low[GAMMA] < high[GAMMA]:
        at[GAMMA] /= 1.0 - at[ALPHA]


@row
def lowest(lack, first, last):
    """Return the first lane, of some, that lacks least."""
    best = first
    for g in range(first, last):
        best = g if lack[g] < lack[best] else best
    return best


@row
def put(g, low, high, at, trial):
    """Make numbers of shares, between their bounds, and a lane of them."""
    for j in range(NUMBERS):
        at[j] = min(max(at[j], low[j]), high[j])
    to_numbers(low, high, at)
    for j in range(NUMBERS):
        trial[j, g] = at[j]


@row
def outset(values, begin, form, low, high, start, at, trial, lanes, out_lack):
    """Judge the grid from the states of `start`; where mu is nowhere a divisor, without slope and seasons.

    Where alpha is in `start`, the first lane is `start` as it is.
    """
    for bare in range(2):
        for g in range(trial.shape[1]):
            for j in range(NUMBERS):
                at[j] = start[j]
            if g > 0 or np.isnan(start[ALPHA]):
                at[ALPHA], at[BETA], at[GAMMA] = GRID[g]
                at[PHI] = 0.5 * (low[PHI] + high[PHI])
            else:
                to_shares(low, high, at)
            if bare:
                at[SLOPE] = 0.0
                for j in range(SEASON, NUMBERS):
                    at[j] = form[1]
            put(g, low, high, at, trial)
        judge(values, begin, form, trial, lanes, out_lack)
        if out_lack[lowest(out_lack, 0, out_lack.size)] < np.inf:
            break


@row
def sense(values, begin, times, low, high, at, numbers, width, tangents, out_mu, out_slopes):
    """Fill each month's mu and its slope in alpha, the shares, phi and the states, by the recursion's slope.

    `tangents` has those of the states; d / a and d / c are r and q. Alpha takes beta and gamma along.
    """
    by_beta = at[BETA] if low[BETA] < high[BETA] else 0.0
    by_gamma = at[GAMMA] if low[GAMMA] < high[GAMMA] else 0.0
    alpha, beta, phi, gamma = numbers[ALPHA], numbers[BETA], numbers[PHI], numbers[GAMMA]
    level, slope = numbers[LEVEL], numbers[SLOPE]
    for i in range(2 + YEAR):
        for j in range(NUMBERS):
            tangents[i, j] = 0.0
        tangents[i, LEVEL + i if i < 2 else SEASON + i - 2] = 1.0
    of_level, of_slope = tangents[0], tangents[1]
    m = -1
    for t in range(begin, values.size):
        m = m + 1 if m + 1 < YEAR else 0
        of_season, out = tangents[2 + m], out_slopes[t]
        p, s = level + phi * slope, numbers[SEASON + m]
        mu, a, c = (p * s, s, p) if times else (p + s, 1.0, 1.0)
        out_mu[t] = mu
        per_a, per_c, r, q = 0.0, 0.0, 0.0, 0.0
        if not np.isnan(values[t]):
            per_a, per_c = 1.0 / a, 1.0 / c
            r, q = (values[t] - mu) * per_a, (values[t] - mu) * per_c
        bent_a, bent_c = (r * per_a, q * per_c) if times else (0.0, 0.0)
        of_level[PHI] += slope
        for j in range(width):
            of_p, of_s = of_level[j] + phi * of_slope[j], of_season[j]
            of_mu = a * of_p + c * of_s
            out[j] = of_mu
            of_r = of_mu * per_a + bent_a * of_s
            of_level[j] = of_p - alpha * of_r
            of_slope[j] = phi * of_slope[j] - beta * of_r
            of_season[j] = of_s - gamma * (of_mu * per_c + bent_c * of_p)
        of_level[ALPHA] += r
        of_slope[ALPHA] += by_beta * r
        of_slope[BETA] += alpha * r
        of_slope[PHI] += slope
        of_season[ALPHA] -= by_gamma * q
        of_season[GAMMA] += (1.0 - alpha) * q
        level, slope, numbers[SEASON + m] = p + alpha * r, phi * slope + beta * r, s + gamma * q


@row
def to_errors(values, begin, relative, width, common, mu, slopes):
    """Turn `mu` into errors and its slopes into how much less they become; 0 where nothing is observed.

    Relative errors are multiplied by the geometric mean of mu, whose logarithm has the slope `common`: then
    their sum of squares is the likelihood. The mean itself is left out.
    """
    n = 0
    for j in range(width):
        common[j] = 0.0
    for t in range(begin, values.size):
        if np.isnan(values[t]):
            mu[t] = 0.0
            for j in range(width):
                slopes[t, j] = 0.0
        elif relative:
            n += 1
            by = 1.0 / mu[t]
            mu[t] = values[t] * by - 1.0
            for j in range(width):
                slopes[t, j] *= by
                common[j] += slopes[t, j]
        else:
            mu[t] = values[t] - mu[t]
    if relative:
        for t in range(begin, values.size):
            kept, e = mu[t] + 1.0, mu[t] / n
            for j in range(width):
                slopes[t, j] = kept * slopes[t, j] - e * common[j]


@row
def weigh_up(begin, end, width, errors, slopes, normal):
    """Fill the normal equations' upper half, and their right side in the last column.

    Four months at a time: `slopes` has three rows of 0 after the last month, and `errors` three 0.
    """
    for i in range(width):
        for j in range(NUMBERS + 1):
            normal[i, j] = 0.0
    for t in range(begin, end, 4):
        one, two, three, four = slopes[t], slopes[t + 1], slopes[t + 2], slopes[t + 3]
        for i in range(width):
            a, b, c, d, out = one[i], two[i], three[i], four[i], normal[i]
            for j in range(i, width):
                out[j] += (a * one[j] + b * two[j]) + (c * three[j] + d * four[j])
            out[NUMBERS] += (a * errors[t] + b * errors[t + 1]) + (c * errors[t + 2] + d * errors[t + 3])


@row
def solve(normal, width, free, damping, upper, out_step):
    """Fill the step that solves the normal equations of the free numbers by elimination; 0 for the others."""
    for i in range(width):
        for j in range(i, NUMBERS + 1):
            upper[i, j] = normal[i, j] * (1.0 + damping) if j == i else normal[i, j]
    for k in range(width):
        if free[k] and upper[k, k] > PIVOT * normal[k, k]:
            for i in range(k + 1, width):
                by = upper[k, i] / upper[k, k]
                if by != 0.0:
                    for j in range(i, NUMBERS + 1):
                        upper[i, j] -= by * upper[k, j]
        else:
            upper[k, k] = 0.0
    for k in range(width - 1, -1, -1):
        out_step[k] = 0.0
        if upper[k, k] > 0.0:
            total = upper[k, NUMBERS]
            for j in range(k + 1, width):
                total -= upper[k, j] * out_step[j]
            out_step[k] = total / upper[k, k]


@row
def aim(normal, width, low, high, at, damping, able, upper, out_step):
    """Fill the step; a number that would leave its bounds stays, and the others are solved for without it."""
    for j in range(width):
        pull = normal[j, NUMBERS]
        stays = (at[j] <= low[j] and pull <= 0.0) or (at[j] >= high[j] and pull >= 0.0)
        able[j] = 0 if stays or low[j] == high[j] or j == SEASON else 1
    again = True
    while again:
        again = False
        solve(normal, width, able, damping, upper, out_step)
        for j in (ALPHA, BETA, PHI, GAMMA):
            if (at[j] <= low[j] and out_step[j] < 0.0) or (at[j] >= high[j] and out_step[j] > 0.0):
                able[j] = 0
                again = True


@row
def descend(y, begin, form, low, high, at, here, rounds, able, rows, trial, lanes, lack, slopes, errors):
    """Move `at` by damped Gauss-Newton steps to where -2 log L is least; return it."""
    width = NUMBERS if low[NUMBERS - 1] < high[NUMBERS - 1] else GAMMA
    tangents, normal, upper = rows[:14], rows[14:32], rows[32:50]
    numbers, step, common = rows[50], rows[51], rows[52]
    damping = 0.0
    for j in range(NUMBERS):
        step[j] = 0.0
    for _ in range(rounds):
        for j in range(NUMBERS):
            numbers[j] = at[j]
        to_numbers(low, high, numbers)
        sense(y, begin, form[1], low, high, at, numbers, width, tangents, errors, slopes)
        to_errors(y, begin, form[0], width, common, errors, slopes)
        weigh_up(begin, y.size, width, errors, slopes, normal)
        aim(normal, width, low, high, at, damping, able, upper, step)
        squares, promised = NOTHING, 0.0
        for t in range(begin, y.size):
            squares += errors[t] * errors[t]
        for j in range(width):
            promised += normal[j, NUMBERS] * step[j]
        if (y.size - begin) * promised < ENOUGH * squares:
            break
        for g in range(lack.size):
            for j in range(NUMBERS):
                numbers[j] = at[j] + STEPS[g] * step[j]
            put(g, low, high, numbers, trial)
        judge(y, begin, form, trial, lanes, lack)
        best = lowest(lack, 0, lack.size)
        gain = here - lack[best]
        if gain > 0.0:
            here = lack[best]
            for j in range(NUMBERS):
                at[j] = min(max(at[j] + STEPS[best] * step[j], low[j]), high[j])
        if gain < ENOUGH:
            damping = max(10.0 * damping, 0.01)
    return here


@kernel
def fit(first, last, values, form, low, high, start, lane, end, rounds, out_numbers, out_lack):
    """Fill each series' 18 numbers, and the -2 log L less its constants that they reach, or infinity.

    `form` tells whether errors are relative and whether the season multiplies; `low` and `high` bound alpha,
    the shares and the states; `start` has states at which to begin, and all numbers or NaN for the others.
    The descent, of `rounds` steps at most, begins at the best of the grid from `lane` to `end`.
    """
    length, wide, width = values.shape[1], len(GRID), len(STEPS)
    grid, grid_lanes, grid_lack = np.empty((NUMBERS, wide)), np.empty((NUMBERS, wide)), np.empty(wide)
    trial, lanes, lack = np.empty((NUMBERS, width)), np.empty((NUMBERS, width)), np.empty(width)
    slopes, errors, rows = np.zeros((length + 3, NUMBERS)), np.zeros(length + 3), np.empty((53, NUMBERS + 1))
    able = np.empty(NUMBERS, np.int64)
    for s in range(first, last):
        y, kind, by, to, at = values[s], form[s], low[s], high[s], out_numbers[s]
        begin, out_lack[s] = 0, np.inf
        while begin < length and np.isnan(y[begin]):
            begin += 1
        if begin < length:
            outset(y, begin, kind, by, to, start[s], at, grid, grid_lanes, grid_lack)
            best = lowest(grid_lack, lane, end)
            here = grid_lack[best]
            for j in range(NUMBERS):
                at[j] = grid[j, best]
            if here < np.inf:
                to_shares(by, to, at)
                parts = (able, rows, trial, lanes, lack, slopes, errors)
                out_lack[s] = descend(y, begin, kind, by, to, at, here, rounds, *parts)
                to_numbers(by, to, at)
        if out_lack[s] == np.inf:
            for j in range(NUMBERS):
                at[j] = np.nan
