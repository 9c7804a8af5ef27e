"""Several series judged together: their means and covariances, and how far each month lies from the means.

Source: Montgomery (2013), Introduction to Statistical Quality Control, 7th ed., chapter 11; Holmes and Mergen
(1993), Quality Engineering 5, 619-625 (successive differences); Lowry, Woodall, Champ and Rigdon (1992),
Technometrics 34, 46-53 (MEWMA); Runger, Alt and Montgomery (1996), Communications in Statistics: Simulation
and Computation 25, 203-213 (the part of each variable).
"""

from __future__ import annotations

import math

import numpy as np

from spc.kernels._compile import kernel, row
from spc.kernels.shared.sums import add

#: A variable of which the others leave less than this share unexplained adds nothing of its own.
COLLINEAR = 1e-9
#: Deviations below this share of the values are rounding.
FAINT = 1e-9


@row
def is_complete(values, low, high, t):
    """Whether every series of the group is observed."""
    missing = 0
    for i in range(low, high):
        missing += np.isnan(values[i, t])
    return missing == 0


@row
def mean_of(months, complete, first, last):
    """Return the mean of the complete months, taken from the first of them, and the largest size."""
    start, high, low, count, size = 0.0, 0.0, 0.0, 0, 0.0
    for t in range(first, last):
        if complete[t]:
            if count == 0:
                start = months[t]
            high, low = add(high, low, months[t] - start)
            size = max(size, abs(months[t]))
            count += 1
    return start + (high + low) / count, size


@row
def product_sum(one, two, complete, first, last, mean_one, mean_two, steps):
    """Return the sum of products of deviations from the means, or of steps from month to month."""
    high, low = 0.0, 0.0
    for t in range(first, last):
        if steps:
            if t > first and complete[t] and complete[t - 1]:
                high, low = add(high, low, (one[t] - one[t - 1]) * (two[t] - two[t - 1]))
        elif complete[t]:
            high, low = add(high, low, (one[t] - mean_one) * (two[t] - mean_two))
    return high + low


@row
def count_months(complete, first, last):
    """Return how many months are complete, how many steps between neighbours, how many pairs of steps."""
    months, steps, pairs, run = 0, 0, 0, 0
    for t in range(first, last):
        run = run + 1 if complete[t] else 0
        months += run > 0
        steps += run > 1
        pairs += run > 2
    return months, steps, pairs


@kernel
def covariances(
    first,
    last,
    begin,
    end,
    place,
    values,
    base_first,
    base_last,
    by_steps,
    out_count,
    out_freedom,
    out_mean,
    out_size,
    out_cov,
):
    """Fill, for every group, what its baseline says of its series.

    `values[begin[g] : end[g]]` are the series of group g; its p x p covariance is written to `out_cov` from
    `place[g]` on, row by row. With `by_steps` (0 or 1) it is half the mean product of steps. `out_freedom`
    are its degrees of freedom: k steps of which j pairs overlap have 2 k**2 / (2 k + j), by their first two
    moments (Scholz and Tosch 1994, who give it without gaps); `out_size` is the largest absolute value.
    """
    complete = np.empty(values.shape[1], np.bool_)
    for g in range(first, last):
        low, high = begin[g], end[g]
        for t in range(values.shape[1]):
            complete[t] = is_complete(values, low, high, t)
        months, steps, pairs = count_months(complete, base_first[g], base_last[g])
        out_count[g] = months
        n = 2.0 * steps if by_steps else months - 1.0
        out_freedom[g] = n
        if by_steps and steps > 0:
            out_freedom[g] = 2.0 * steps * steps / (2.0 * steps + pairs)
        for i in range(low, high):
            out_mean[i], out_size[i] = np.nan, np.nan
            if months > 0:
                out_mean[i], out_size[i] = mean_of(values[i], complete, base_first[g], base_last[g])
        at = place[g]
        for i in range(low, high):
            for j in range(low, high):
                out_cov[at] = np.nan
                if n > 0.0:
                    total = product_sum(
                        values[i],
                        values[j],
                        complete,
                        base_first[g],
                        base_last[g],
                        out_mean[i],
                        out_mean[j],
                        by_steps,
                    )
                    out_cov[at] = total / n
                at += 1


@row
def inverse_correlation(cov, at, p, scale, inverse):
    """Fill the inverse of the correlation matrix; return 1, or 0 where it has none."""
    root = np.zeros((p, p))
    for i in range(p):
        for j in range(i + 1):
            rest = 1.0 if i == j else cov[at + i * p + j] / (scale[i] * scale[j])
            for k in range(j):
                rest -= root[i, k] * root[j, k]
            if i == j:
                if not rest > COLLINEAR:
                    return 0
                root[i, i] = math.sqrt(rest)
            else:
                root[i, j] = rest / root[j, j]
    back = np.zeros((p, p))  # the inverse of the triangular root
    for j in range(p):
        back[j, j] = 1.0 / root[j, j]
        for i in range(j + 1, p):
            rest = 0.0
            for k in range(j, i):
                rest -= root[i, k] * back[k, j]
            back[i, j] = rest / root[i, i]
    for i in range(p):
        for j in range(p):
            rest = 0.0
            for k in range(max(i, j), p):
                rest += back[k, i] * back[k, j]
            inverse[i, j] = rest
    return 1


@kernel
def distances(
    first,
    last,
    begin,
    end,
    place,
    values,
    mean,
    size,
    cov,
    from_month,
    to_month,
    weight,
    out_usable,
    out_points,
    out_parts,
    out_apart,
):
    """Fill the squared distance of every complete month, or of the weighted mean up to it, from the means.

    A month's weight is `weight`, that of the months before 1 - weight; 1 is Hotelling's T squared. A month
    that is not complete has no point, and the weighted mean stays as it is. `out_parts` is what the distance
    would lose without one series; `out_apart` its signed distance in sigma; `out_usable` 1, 0 for a
    covariance without inverse, -1 for a series without variation.
    """
    for g in range(first, last):
        low, high = begin[g], end[g]
        p = high - low
        out_points[g, :] = np.nan
        out_parts[low:high, :] = np.nan
        out_apart[low:high, :] = np.nan
        scale, inverse = np.empty(p), np.empty((p, p))
        out_usable[g] = 1
        for i in range(p):
            scale[i] = math.sqrt(cov[place[g] + i * p + i])
            if not scale[i] > FAINT * size[low + i]:
                out_usable[g] = -1
        if out_usable[g] == 1:
            out_usable[g] = inverse_correlation(cov, place[g], p, scale, inverse)
        if out_usable[g] != 1:
            continue
        z = np.zeros(p)
        grown = (2.0 - weight) / weight
        for t in range(from_month[g], to_month[g]):
            if not is_complete(values, low, high, t):
                continue
            for i in range(p):
                off = (values[low + i, t] - mean[low + i]) / scale[i]
                z[i] = weight * off + (1.0 - weight) * z[i]
            point = 0.0
            for i in range(p):
                pull = 0.0
                for j in range(p):
                    pull += inverse[i, j] * z[j]
                point += pull * z[i]
                out_parts[low + i, t] = grown * pull * pull / inverse[i, i]
                out_apart[low + i, t] = math.sqrt(grown) * z[i]
            out_points[g, t] = grown * max(point, 0.0)
