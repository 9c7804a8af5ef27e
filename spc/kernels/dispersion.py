"""How far units vary beyond chance: the factor phi, and the spread tau between units.

The residuals of a funnel are y - target, each with its standard error s. With z = residual / s, the largest
and smallest share cut down to the quantiles (winsorised) or left out (trimmed),

    phi = mean(z^2) / constant

Moments (DerSimonian and Laird 1986, as Spiegelhalter 2005 has it for a target), w = 1 / s^2:

    tau^2 = (m phi - (m - 1)) / (sum w - sum w^2 / sum w)

Iterated (after Paule and Mandel 1982): the tau^2 at which the cut mean of residual^2 / (s^2 + tau^2) is
`constant`.
"""

from __future__ import annotations

import math

import numpy as np

from spc.kernels._compile import kernel, row

#: Halvings of the bracket of tau^2: 2**-70 of the largest residual squared is nothing.
HALVINGS = 70
#: How the tails are treated.
NOTHING, WINSORISED, TRIMMED = 0, 1, 2


@row
def quantile(ordered, share):
    """Return the quantile between neighbours on a straight line (type 7 of Hyndman and Fan)."""
    place = share * (ordered.size - 1)
    below = int(place)
    above = min(below + 1, ordered.size - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


@row
def cut_mean(residual, error, spread, share, way):
    """Return the mean of the squared residuals in units of sqrt(error^2 + spread), tails cut; their number.

    They are added in ascending order, so that the order of the units does not matter.
    """
    z = np.sort(residual / np.sqrt(error * error + spread))
    low, high = z[0], z[-1]
    if way != NOTHING:
        low, high = quantile(z, share), quantile(z, 1.0 - share)
    total, count = 0.0, 0
    for i in range(z.size):
        if way == TRIMMED and not low <= z[i] <= high:
            continue
        kept = min(max(z[i], low), high)
        total += kept * kept
        count += 1
    return total / max(count, 1), count


@row
def by_moments(residual, error, phi, share, way, count):
    """Return tau^2 by moments; trimmed units lend no weight either."""
    z = np.sort(residual / error)
    low, high = z[0], z[-1]
    if way == TRIMMED:
        low, high = quantile(z, share), quantile(z, 1.0 - share)
    weights = np.empty(residual.size)
    m = 0
    for i in range(residual.size):
        if low <= residual[i] / error[i] <= high:
            weights[m] = 1.0 / (error[i] * error[i])
            m += 1
    ordered = np.sort(weights[:m])
    # sum w - sum w^2 / sum w, as products of pairs: one weight far above all others leaves nothing of the
    # difference, but all of the products
    first, pairs = 0.0, 0.0
    for weight in ordered:
        pairs += weight * first
        first += weight
    return max(0.0, (count * phi - (count - 1.0)) / (2.0 * pairs / first))


@row
def by_halving(residual, error, share, way, constant):
    """Return the tau^2 at which the cut mean square is `constant`; 0 where it is below it already."""
    if cut_mean(residual, error, 0.0, share, way)[0] <= constant:
        return 0.0
    low, high = 0.0, 0.0
    for i in range(residual.size):
        high = max(high, residual[i] * residual[i] / constant)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if cut_mean(residual, error, middle, share, way)[0] > constant:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel
def dispersions(
    first, last, counts, offsets, residuals, errors, share, way, constant, iterated, out_phi, out_tau
):
    """Fill phi (not below 0, not raised to 1) and tau of each funnel; NaN if fewer than two units are left.

    Funnel g has the units `offsets[g]` to `offsets[g] + counts[g]` of `residuals` and `errors`.
    """
    for g in range(first, last):
        out_phi[g] = out_tau[g] = np.nan
        if counts[g] < 2:
            continue
        begin, end = offsets[g], offsets[g] + counts[g]
        residual, error = residuals[begin:end], errors[begin:end]
        mean, count = cut_mean(residual, error, 0.0, share, way)
        if count < 2:
            continue
        out_phi[g] = mean / constant
        if iterated:
            out_tau[g] = math.sqrt(by_halving(residual, error, share, way, constant))
        else:
            out_tau[g] = math.sqrt(by_moments(residual, error, mean / constant, share, way, count))
