"""Rates of rare counts: demands and the months between them, smoothed apart or in buckets of months.

A month that is not observed adds nothing: it is no month without demand, and no bucket counts it.
The share is the variance of the estimated rate in variances of one observed month. Of several constants
the first is kept, unless another has lower squares by so much that it pays for having been chosen.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: Buckets are no longer than a year.
LONGEST = 12


@row
def open_with(values, opening):
    """Count the observed months, the demands and their total up to month `opening`, or the first demand.

    The months are counted in order of observation; the first of all is `begin`.
    """
    begin, seen, demands, total = values.size, 0, 0, 0.0
    for t in range(values.size):
        if not np.isnan(values[t]):
            if begin == values.size:
                begin = t
            if seen >= opening and demands > 0:
                break
            seen += 1
            if values[t] != 0.0:
                demands += 1
                total += values[t]
    return begin, seen, demands, total


@row
def hurdle(values):
    """Return by what to multiply the squares of the first constant before others are compared.

    Akaike's 2 for one fitted number: n log squares must fall by 2, which is 1 - 2 / n to first order.
    """
    seen = 0
    for t in range(values.size):
        if not np.isnan(values[t]):
            seen += 1
    return 1.0 - 2.0 / seen if seen > 2 else 0.0


@row
def follow_intervals(values, start, alpha, shrink, fitted):
    """Croston (1972): move size and interval at each demand; return squares, rate and its share."""
    begin, seen, demands, total = start
    fitted[:] = np.nan
    if demands == 0:
        fitted[begin:] = 0.0
        return 0.0, 0.0, 1.0 / max(seen, 1)
    size, interval, since, squares = total / demands, seen / demands, 1, 0.0
    share = 1.0 / demands
    for t in range(begin, values.size):
        fitted[t] = shrink * size / interval
        if not np.isnan(values[t]):
            error = values[t] - fitted[t]
            squares += error * error
            if values[t] != 0.0:
                size += alpha * (values[t] - size)
                interval += alpha * (since - interval)
                share = (1.0 - alpha) * (1.0 - alpha) * share + alpha * alpha
                since = 0
            since += 1
    # Only one month in `interval` moves the rate, and averages over all of them.
    return squares, shrink * size / interval, share / interval


@kernel
def croston(first, last, values, alphas, opening, unbiased, out_fitted, out_rate, out_share):
    """Fill one-step rates and the last rate by the constant with the least squared one-step errors.

    z += alpha (x - z) and q += alpha (months since the last demand - q), at demands x alone; rate z / q,
    times 1 - alpha / 2 where `unbiased` is set (Syntetos and Boylan 2005, equation 1).
    """
    for s in range(first, last):
        start = open_with(values[s], opening)
        best, chosen, easier = np.inf, 0, hurdle(values[s])
        for a in range(alphas.size):
            shrink = 1.0 - 0.5 * alphas[a] if unbiased else 1.0
            squares, rate, share = follow_intervals(values[s], start, alphas[a], shrink, out_fitted[s])
            if squares < best:
                best, chosen = easier * squares if a == 0 else squares, a
        shrink = 1.0 - 0.5 * alphas[chosen] if unbiased else 1.0
        squares, rate, share = follow_intervals(values[s], start, alphas[chosen], shrink, out_fitted[s])
        out_rate[s], out_share[s] = rate, share


@row
def follow_chances(values, start, alpha, beta, fitted):
    """Teunter, Syntetos and Babai (2011): move the size at demands, their chance every month."""
    begin, seen, demands, total = start
    fitted[:] = np.nan
    if demands == 0:
        fitted[begin:] = 0.0
        return 0.0, 0.0, 1.0 / max(seen, 1)
    size, chance, squares = total / demands, demands / seen, 0.0
    share = 1.0 / seen
    for t in range(begin, values.size):
        fitted[t] = chance * size
        if not np.isnan(values[t]):
            error = values[t] - fitted[t]
            squares += error * error
            if values[t] != 0.0:
                size += alpha * (values[t] - size)
                chance += beta * (1.0 - chance)
            else:
                chance -= beta * chance
            share = (1.0 - beta) * (1.0 - beta) * share + beta * beta
    return squares, chance * size, share


@kernel
def tsb(first, last, values, alphas, betas, opening, out_fitted, out_rate, out_share):
    """Fill one-step rates and the last rate by the pair of constants with the least squared errors."""
    for s in range(first, last):
        start = open_with(values[s], opening)
        easier = hurdle(values[s])
        best, alpha, beta = np.inf, alphas[0], betas[0]
        for b in range(betas.size):
            for a in range(alphas.size):
                squares, rate, share = follow_chances(values[s], start, alphas[a], betas[b], out_fitted[s])
                if squares < best:
                    best, alpha, beta = easier * squares if a + b == 0 else squares, alphas[a], betas[b]
        squares, rate, share = follow_chances(values[s], start, alpha, beta, out_fitted[s])
        out_rate[s], out_share[s] = rate, share


@row
def mean_interval(values):
    """Return the observed months from one demand to the next, on average and to the nearest whole."""
    seen, until, demands = 0, 0, 0
    for t in range(values.size):
        if not np.isnan(values[t]):
            seen += 1
            if values[t] != 0.0:
                demands += 1
                until = seen
    return int(until / demands + 0.5) if demands > 0 else 1


@row
def fill_buckets(values, begin, length, mean, count):
    """Fill mean and number of the observed months among the `length` before each month."""
    for t in range(values.size + 1):
        total, seen = 0.0, 0
        if t - begin >= length:
            for u in range(t - length, t):
                if not np.isnan(values[u]):
                    total += values[u]
                    seen += 1
        count[t] = seen
        mean[t] = total / seen if seen > 0 else np.nan


@row
def follow_buckets(values, begin, length, level, share, alpha, mean, count, levels, shares):
    """Smooth buckets that end one month before t, `length` before that ...; return squared monthly errors."""
    squares = 0.0
    for t in range(begin, values.size + 1):
        if t - begin < length:
            levels[t], shares[t] = level, share
        else:
            levels[t], shares[t] = levels[t - length], shares[t - length]
            if count[t] > 0:
                levels[t] += alpha * (mean[t] - levels[t])
                # A bucket's mean over n months has 1 / n of a month's variance.
                shares[t] = (1.0 - alpha) * (1.0 - alpha) * shares[t] + alpha * alpha / count[t]
        if t < values.size and not np.isnan(values[t]):
            error = values[t] - levels[t]
            squares += error * error
    return squares


@kernel
def buckets(first, last, values, alphas, opening, longest, alone, out_fitted, out_rate, out_share):
    """Fill one-step rates and the last rate from months added up in buckets that end at the last month.

    Buckets of the mean interval between demands (`alone`: Nikolopoulos et al. 2011), or the mean over all
    lengths from 1 to that (Petropoulos and Kourentzes 2015), each smoothed by the constant with the least
    squared monthly errors; `longest` above 0 stands for the mean interval.
    """
    width = values.shape[1]
    mean, count = np.empty(width + 1), np.empty(width + 1, np.int64)
    levels, shares = np.empty(width + 1), np.empty(width + 1)
    for s in range(first, last):
        begin, seen, _, total = open_with(values[s], opening)
        most = longest if longest > 0 else min(mean_interval(values[s]), LONGEST)
        least = most if alone else 1
        out_fitted[s, :] = np.nan
        out_fitted[s, begin:] = 0.0
        out_rate[s], out_share[s] = 0.0, 0.0
        level, share = total / max(seen, 1), 1.0 / max(seen, 1)
        weight = 1.0 / (most - least + 1)
        for length in range(least, most + 1):
            fill_buckets(values[s], begin, length, mean, count)
            easier = hurdle(values[s])
            best, alpha = np.inf, alphas[0]
            for a in range(alphas.size):
                squares = follow_buckets(
                    values[s], begin, length, level, share, alphas[a], mean, count, levels, shares
                )
                if squares < best:
                    best, alpha = easier * squares if a == 0 else squares, alphas[a]
            follow_buckets(values[s], begin, length, level, share, alpha, mean, count, levels, shares)
            for t in range(begin, width):
                out_fitted[s, t] += weight * levels[t]
            out_rate[s] += weight * levels[width]
            out_share[s] += weight * shares[width]
