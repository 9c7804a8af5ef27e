"""Two families in place of one: units in two clusters, or one that stands apart from the others.

One family (spc/comparators/shrinking.py) takes the gap between two clusters for a spread of all units, holds
no unit to its like, and knows places within a cluster better than anyone can. Here a unit is of the first
family with chance 1 - share, of the second with chance share; their means are `mu` and `other`, their `size`
is one. Beforehand share is uniform; size is as for one family; so is mu, for the middle of both means; their
gap, in standard deviations of a unit of mean size about its family, is half-Cauchy with scale 3.

The best of each size is looked for by expectation and maximisation (Dempster, Laird and Rubin 1977, JRSS B
39, 1-38) with normal laws of the same mean and variance, and the exact likelihood is then weighed around it.
Two families are as likely as one beforehand; draws come from each as often as the evidence says (Hoeting and
others 1999, Statistical Science 14, 382-417). Mixtures in comparisons of institutions: Ohlssen, Sharples and
Spiegelhalter (2007), Statistics in Medicine 26, 2088-2112.
"""

from __future__ import annotations

import numpy as np

from spc.array_types import Floats
from spc.comparators.shrinking import (
    HIGHEST,
    Families,
    around,
    closer,
    half_more,
    in_parts,
    log_chance,
    log_prior,
    variance,
)

__all__ = ["FEWEST", "chance_of_other", "two_families"]

#: Fewer units are held in their places by one family in over 98% as it is.
FEWEST = 6
#: Sizes of a round, rounds before the last, and cycles of expectation and maximisation.
POINTS, ROUNDS, CYCLES = 15, 2, 20
#: Where means and share are looked at, in standard errors; before the last round at their best alone.
BEST, STEPS = np.zeros(1), np.array([-1.7, 0.0, 1.7])
#: Where the list is cut to begin with, as parts of it, beside the first and the last unit.
CUTS = (0.25, 0.5, 0.75)
#: How sure the first cut is; for how many units the pooled mean counts; how many units, and events, tell of a
#: family at least.
SURE, POOLED, LEAST = 0.98, 0.01, 0.5
#: Of the gap, in standard deviations.
SCALE = 3.0
#: Nats beyond which the other family is out of the question, and exp would overflow.
FARTHEST = 700.0


def two_families(law: str, n: Floats, d: Floats, lowest: float) -> Families:
    """Return the parameters of two families, weighed by all units of a comparison.

    Parameters
    ----------
    law : {"poisson", "binomial", "normal"}
    n, d : (n_units,) float64
        Totals and denominators, for means precision times mean and precision; units are laid out in an order
        of their own figures alone.
    lowest : float
        Of log(size / mean of d): units of two families differ no more within one than all do.
    """
    low, high = lowest, HIGHEST
    for _ in range(ROUNDS):
        x = np.linspace(low, high, POINTS)
        low, high = closer(x, _weighed(law, n, d, x, BEST).height)
    x = np.linspace(low, high, POINTS)
    parts = [_weighed(law, n, d, x[part], STEPS) for part in in_parts(POINTS, len(STEPS) ** 3 * len(n))]
    found = parts[0].beside(*parts[1:])
    found.height[:] += np.log((x[1] - x[0]) * (STEPS[1] - STEPS[0]) ** 3)
    return found


def chance_of_other(law: str, n: float, d: float, families: Families) -> Floats:
    """Return the chance that a unit is of the second family, given each set of parameters (n_sets,)."""
    found = np.zeros(len(families.share))
    two = np.flatnonzero(families.share)
    size, share = families.size[two], families.share[two]
    ahead = log_chance(law, n, d, families.other[two], size) - log_chance(law, n, d, families.mu[two], size)
    found[two] = 1.0 / (1.0 + (1.0 - share) / share * np.exp(np.minimum(-ahead, FARTHEST)))
    return found


def _weighed(law: str, n: Floats, d: Floats, x: Floats, steps: Floats) -> Families:
    """Return sets of parameters around the best of each size, without the room between them."""
    sizes = np.exp(x) * d.mean()
    centres, cases, share = _parted(law, n, d, sizes)
    (mu, prior), (other, other_prior) = (
        around(law, centre[:, None], of[:, None], steps) for centre, of in zip(centres, cases, strict=True)
    )
    own, others = (log_chance(law, n, d, each[:, :, None], sizes[:, None, None]) for each in (mu, other))
    i, j, k = (axis.ravel() for axis in np.indices((len(steps),) * 3))
    stride = 1.0 / np.sqrt(len(n) * share * (1.0 - share) + 1.0)[:, None]
    odds = (share / (1.0 - share))[:, None] * np.exp(stride * steps[k])
    share, rest = odds / (1.0 + odds), 1.0 / (1.0 + odds)
    each = np.logaddexp(np.log(rest)[:, :, None] + own[:, i], np.log(share)[:, :, None] + others[:, j])
    mu, other = mu[:, i], other[:, j]
    height = each.sum(axis=2) + np.log(stride * share * rest) + prior[:, i] + other_prior[:, j]
    height += _log_prior_of_gap(law, mu, other, (1.0 / d.mean() + 1.0 / sizes)[:, None])
    height += log_prior(x)[:, None]
    size = np.repeat(sizes, len(i))
    return Families(mu.ravel(), other.ravel(), share.ravel(), size, height.ravel())


def _log_prior_of_gap(law: str, mu: Floats, other: Floats, chance: Floats) -> Floats:
    """Return the log density of the gap on the scale of `around`, for units of that variance a case."""
    spread = np.sqrt(chance * np.sqrt(variance(law, mu)) * np.sqrt(variance(law, other)))
    square = ((other - mu) / spread) ** 2
    return np.asarray(np.log(2.0 / np.pi * SCALE / (SCALE**2 + square)) - 0.5 * np.log(chance))


def _parted(law: str, n: Floats, d: Floats, sizes: Floats) -> tuple[Floats, Floats, Floats]:
    """Return means of two families (2, n_sizes), cases that speak for them, share of the second (n_sizes,).

    From several cuts of the list of shrunken figures, and the likeliest of where they lead.
    """
    keep = (sizes[:, None] / (sizes[:, None] + d))[:, None, :]
    pooled = np.divide(*half_more(law, n.sum(), d.sum()))
    events, cases, unit = keep * n, keep * d, (keep * d).mean(axis=2)
    chance = 1.0 / d + 1.0 / sizes[:, None, None]
    second = _cut(pooled + (1.0 - keep[:, 0]) * (n / d - pooled))
    for _ in range(CYCLES):
        part = np.stack([1.0 - second, second])
        share = (second.sum(axis=2) + 0.5) / (len(n) + 1.0)
        heard = (part * cases).sum(axis=3)
        mu = ((part * events).sum(axis=3) + POOLED * unit * pooled) / (heard + POOLED * unit)
        square = variance(law, mu)[..., None] * chance
        each = -0.5 * (n / d - mu[..., None]) ** 2 / square - 0.5 * np.log(square)
        each += np.log(np.stack([1.0 - share, share]))[..., None]
        either = np.logaddexp(each[0], each[1])
        second = np.exp(each[1] - either)
    best = np.arange(len(sizes)), either.sum(axis=2).argmax(axis=1)
    mu, least = mu[:, *best], unit[:, 0]
    if law != "normal":
        least = np.maximum(least, 1.0 / variance(law, mu))
    return mu, np.maximum(heard[:, *best], LEAST * least), share[best]


def _cut(shrunken: Floats) -> Floats:
    """Return first guesses of who belongs to the second family (n_sizes, n_cuts, n_units)."""
    count = shrunken.shape[1]
    place = shrunken.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    cuts = np.unique([1, *(round(part * count) for part in CUTS), count - 1])
    return np.where(place[:, None, :] >= cuts[:, None], SURE, 1.0 - SURE)
