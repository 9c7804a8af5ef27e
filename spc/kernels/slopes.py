"""The straight line through the rolling windows, and how strong it is (SPEC 4, closed form)."""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel, row

#: Ratios that are one on paper (0.1 of 0.3, 0.2 of 0.6) differ by 2e-16 in floating point.
SAME = 1e-13


@row
def find_windows(top, below, window, bases):
    """Fill the denominator of each complete window (NaN if incomplete); return how many."""
    complete = 0
    for end in range(window - 1, top.size):
        n, d = 0.0, 0.0
        for t in range(end - window + 1, end + 1):
            n += top[t]
            d += below[t]
        k = end - window + 1
        if np.isnan(n) or np.isnan(d) or d == 0.0:
            bases[k] = np.nan
        else:
            bases[k] = d
            complete += 1
    return complete


@row
def line_weights(bases, window, complete, weights, used):
    """Fill w_j = sum over the complete windows k holding month j of c_k / D_k, and which months are held."""
    weights[:] = 0.0
    used[:] = False
    middle, n_windows = 0.0, bases.size
    for k in range(n_windows):
        middle += k if not np.isnan(bases[k]) else 0.0
    middle /= complete
    spread = 0.0
    for k in range(n_windows):
        if not np.isnan(bases[k]):
            spread += (k - middle) ** 2
    for k in range(n_windows):
        if not np.isnan(bases[k]):
            lean = (k - middle) / spread / bases[k] if spread > 0.0 else 0.0
            for t in range(k, k + window):
                weights[t] += lean
                used[t] = True


@row
def strength(top, below, weights, used):
    """Return slope, r, and the number of months behind r.

    A month without denominator moves the line by its numerator; no variance is known for it, so it is not
    in the test.
    """
    n, d, months = 0.0, 0.0, 0
    ratio, varies, bare = np.nan, False, 0.0
    for t in range(top.size):
        if used[t] and below[t] == 0.0:
            bare += weights[t] * top[t]
        elif used[t]:
            n += top[t]
            d += below[t]
            months += 1
            this = top[t] / below[t]
            varies = varies or (months > 1 and abs(this - ratio) > SAME * abs(ratio))
            ratio = this
    slope, lean, spread = 0.0, 0.0, 0.0
    for t in range(top.size):
        if used[t] and below[t] != 0.0:
            residual = top[t] - n / d * below[t]
            slope += weights[t] * residual
            lean += weights[t] * weights[t] * below[t]
            spread += residual * residual / below[t]
    if not varies:
        return bare, 0.0, months
    scale = np.sqrt(lean) * np.sqrt(spread)
    return slope + bare, slope / scale if scale > 0.0 else np.nan, months


@kernel
def slopes(first, last, top, below, window, out_slope, out_r, out_months):
    """Fill slope, r and months for each series of aligned months (`below` is 1 where there is no ratio).

    `out_months` counts the months with a denominator that stand in a complete window; slope and r are NaN
    where there is none.
    """
    n_periods = top.shape[1]
    n_windows = max(n_periods - window + 1, 0)
    bases = np.empty(n_windows)
    weights = np.empty(n_periods)
    used = np.empty(n_periods, np.bool_)
    for s in range(first, last):
        complete = find_windows(top[s], below[s], window, bases)
        out_slope[s] = out_r[s] = np.nan
        out_months[s] = 0
        if complete > 0:
            line_weights(bases, window, complete, weights, used)
            out_slope[s], out_r[s], out_months[s] = strength(top[s], below[s], weights, used)


@kernel
def line_signs(first, last, values, out_sign, out_count):
    """Fill the sign of the least-squares line through the observed values and how many there are.

    Deviations are multiplied by the count, so that whole numbers give an exact 0 for a level line.
    """
    for s in range(first, last):
        places, total, count = 0.0, 0.0, 0
        for t in range(values.shape[1]):
            if not np.isnan(values[s, t]):
                places += t
                total += values[s, t]
                count += 1
        lean, low, high = 0.0, np.inf, -np.inf
        for t in range(values.shape[1]):
            value = values[s, t]
            if not np.isnan(value):
                lean += (count * t - places) * (count * value - total)
                low, high = min(low, value), max(high, value)
        level = low >= high
        out_sign[s] = 0 if level else int(lean > 0.0) - int(lean < 0.0)
        out_count[s] = count
