"""The family that units are of: what all of them say of its mean and of how far they differ.

A unit's own figure t (a rate, a share, a mean) is one of a family of figures with mean `mu`, worth `size`:

    rates         t ~ Gamma(mu size) / size                 n | t ~ Poisson(t of)
    proportions   t ~ Beta(mu size, (1 - mu) size)          n | t ~ Binomial(of, t)
    means         t ~ Normal(mu, 1 / size)                  n / of | t ~ Normal(t, 1 / of)

(for means `of` is the precision, observations / sigma^2). In all three the mean of t given n is

    (n + mu size) / (of + size)

so that the family counts as `size` further people, cases or observations. Units that differ by chance alone
have a large `size`, units that have nothing in common one of 0. The variance between units, tau^2, is
mu / size, mu (1 - mu) / (1 + size) and 1 / size.

Neither parameter is known. They are weighed by the marginal likelihood of all units over a grid, with the
prior of Christiansen and Morris (1997), JASA 92, 618-632: size / (size + mean of) is uniform from 0 to 1, so
that it is proper with two units too; mu has Jeffreys' prior given a unit of its own, mu^(-1/2) for rates,
(mu (1 - mu))^(-1/2) for shares, flat for means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from spc.array_types import Floats, Ints

__all__ = [
    "HIGHEST",
    "Families",
    "around",
    "closer",
    "family_of",
    "half_more",
    "in_parts",
    "log_chance",
    "log_marginal",
    "log_prior",
    "variance",
]

#: Where log(size / mean of) is looked for: from counts of 1e15 with tau 0.3 to units that are all alike.
LOWEST, HIGHEST = -40.0, 12.0
#: Points of a round, rounds that each look closer, and how many nats below the best still count.
POINTS, ROUNDS, DEEPEST = 33, 4, 14.0
#: Where mu is looked at, in standard errors: sums of steps of 1/2 are exact to 1e-8 for a normal likelihood.
STEPS = np.linspace(-4.5, 4.5, 19)
#: From here on Stirling's series has an error below 1e-16.
SERIES_FROM = 15.0
#: Terms of the likelihood held at once, of 8 bytes and some ten times over.
MOST_CELLS = 500_000
HALF_LOG_2_PI = 0.5 * np.log(2.0 * np.pi)


@dataclass(frozen=True, eq=False)
class Families:
    """What the parameters of the family, or of two, may be, and how much of the evidence each set has.

    Parameters
    ----------
    mu, other : (n_sets,) float64
        The mean of the family, and of a second one; the same where there is no second.
    share : (n_sets,) float64
        Of the units that belong to the second family; 0 where there is none.
    size : (n_sets,) float64
        Of both families.
    height : (n_sets,) float64
        Log of likelihood times prior times the room that the set has for its own.
    """

    mu: Floats
    other: Floats
    share: Floats
    size: Floats
    height: Floats

    @property
    def weight(self) -> Floats:
        """The part of the evidence that each set has (n_sets,), adding up to 1."""
        weight = np.exp(self.height - self.height.max())
        return np.asarray(weight / weight.sum())

    def laid_out(self, n_draws: int) -> tuple[Families, Ints]:
        """Return the sets that are drawn, and which of them each draw has (n_draws,).

        Every set is drawn as often as its weight says, to one draw.
        """
        ends = np.cumsum(self.weight)
        places = (np.arange(n_draws) + 0.5) / n_draws * ends[-1]
        which, drawn = np.unique(
            np.minimum(np.searchsorted(ends, places), len(ends) - 1), return_inverse=True
        )
        return Families(*(getattr(self, part.name)[which] for part in fields(self))), drawn

    def beside(self, *others: Families) -> Families:
        """Return these sets and those of others, by the same measure of evidence."""
        every = (self, *others)
        return Families(*(np.concatenate([getattr(f, part.name) for f in every]) for part in fields(self)))


def family_of(law: str, n: Floats, d: Floats) -> Families:
    """Return the parameters of one family, weighed by all units of a comparison.

    Parameters
    ----------
    law : {"poisson", "binomial", "normal"}
    n, d : (n_units,) float64
        Totals and denominators of two units or more. For means `d` is the precision, and `n / d` the mean.
    """
    low, high = LOWEST, HIGHEST
    for _ in range(ROUNDS):
        x = np.linspace(low, high, POINTS)
        height = _evidence(law, n, d, np.exp(x) * d.mean(), np.zeros(1))[1][:, 0] + log_prior(x)
        low, high = closer(x, height)
    x = np.linspace(low, high, POINTS)
    size = np.exp(x) * d.mean()
    mu, height = _evidence(law, n, d, size, STEPS)
    height = height + log_prior(x)[:, None] + np.log((x[1] - x[0]) * (STEPS[1] - STEPS[0]))
    mu = mu.ravel()
    return Families(mu, mu, np.zeros(len(mu)), np.repeat(size, len(STEPS)), height.ravel())


def closer(x: Floats, height: Floats) -> tuple[float, float]:
    """Return from where to where the next round looks: what counts, and a point more on each side."""
    near = np.flatnonzero(height > height.max() - DEEPEST)
    return float(x[max(near[0] - 1, 0)]), float(x[min(near[-1] + 1, len(x) - 1)])


def log_prior(x: Floats) -> Floats:
    """Return the log density of x = log(size / mean of) where size / (size + mean of) is uniform."""
    return np.asarray(-np.abs(x) - 2.0 * np.log1p(np.exp(-np.abs(x))))


def in_parts(count: int, cells: int) -> Iterator[slice]:
    """Yield slices of `count` rows, each of so many terms of the likelihood that memory holds them."""
    at_once = max(1, MOST_CELLS // cells)
    return (slice(i, i + at_once) for i in range(0, count, at_once))


def _evidence(law: str, n: Floats, d: Floats, sizes: Floats, steps: Floats) -> tuple[Floats, Floats]:
    """Return mu at so many standard errors from its best, and the log of likelihood, prior and stride there.

    Both are (n_sizes, n_steps). The best is that of the quasi-likelihood, whose weights are
    size / (size + of).
    """
    keep = sizes[:, None] / (sizes[:, None] + d)
    events, cases = half_more(law, (keep * n).sum(axis=1)[:, None], (keep * d).sum(axis=1)[:, None])
    mu, prior = around(law, events / cases, cases, steps)
    parts = in_parts(len(sizes), len(steps) * len(n))
    height = np.concatenate([log_marginal(law, n, d, mu[part], sizes[part]) for part in parts])
    return mu, height + prior


def half_more(law: str, events: Any, cases: Any) -> tuple[Any, Any]:
    """Return sums with half an event more, and half a case without one, so that no mean is 0 or the whole."""
    if law == "normal":
        return events, cases
    return events + 0.5, cases + 1.0 if law == "binomial" else cases


def variance(law: str, mu: Floats) -> Floats:
    """Return the variance of one case: of a count, of a yes or no, of a mean of precision 1."""
    if law == "normal":
        return np.ones_like(mu)
    return mu if law == "poisson" else mu * (1.0 - mu)


def around(law: str, centre: Floats, cases: Floats, steps: Floats) -> tuple[Floats, Floats]:
    """Return mu at so many standard errors from its best, and the log of prior and stride there.

    Errors are those of so many cases; steps are of the log of rates and of the log odds of shares.
    """
    stride = 1.0 / np.sqrt(cases * variance(law, centre))
    if law == "normal":
        mu = centre + stride * steps
        prior = np.zeros_like(mu)
    elif law == "poisson":
        mu = centre * np.exp(stride * steps)
        prior = 0.5 * np.log(mu)
    else:
        odds = centre / (1.0 - centre) * np.exp(stride * steps)
        mu = odds / (1.0 + odds)
        prior = 0.5 * np.log(mu / (1.0 + odds))
    return mu, prior + np.log(stride)


def log_marginal(law: str, n: Floats, d: Floats, mu: Floats, sizes: Floats) -> Floats:
    """Return the log likelihood of all units, every unit's own figure integrated out.

    Parameters
    ----------
    law : {"poisson", "binomial", "normal"}
    n, d : (n_units,) float64
    mu : (n_sizes, n_mu) float64
    sizes : (n_sizes,) float64

    Returns
    -------
    (n_sizes, n_mu) float64
    """
    return np.asarray(log_chance(law, n, d, mu[:, :, None], sizes[:, None, None]).sum(axis=2))


def log_chance(law: str, n: Any, d: Any, mu: Floats, size: Floats) -> Floats:
    """Return the log likelihood of units, their own figures integrated out, laid along each other."""
    if law == "normal":
        spread = 1.0 / d + 1.0 / size
        return np.asarray(-0.5 * (n / d - mu) ** 2 / spread - 0.5 * np.log(spread) - HALF_LOG_2_PI)
    each = _negative_binomial(n, mu * size, mu * d)
    if law == "binomial":
        # beta-binomial: two negative binomials of one odds, given their sum
        each = each + _negative_binomial(d - n, (1.0 - mu) * size, (1.0 - mu) * d)
        each = each - _negative_binomial(d, size, d)
    return each


def _negative_binomial(n: Floats, size: Floats, mean: Floats) -> Floats:
    """Return the log of P(n) for a Poisson count whose mean is mean * Gamma(size) / size.

    After Loader (2000), "Fast and accurate computation of binomial probabilities": deviances and errors of
    Stirling's formula in place of differences of log gammas, which at 1e15 events are rounded to whole nats.
    """
    seen = np.where(n > 0.0, n, 1.0)
    apart = size * ((mean - seen) / (size + mean))
    ratio = (size + seen) / (size + mean)
    shape = 0.5 * np.log(size / seen / (seen + size)) - HALF_LOG_2_PI
    stirling = _stirling_error(seen + size) - _stirling_error(size) - _stirling_error(seen)
    some = shape + stirling - seen * _deviance(apart / seen, ratio * (mean / seen))
    some = some - size * _deviance(-apart / size, ratio)
    return np.where(n > 0.0, some, -size * np.log1p(mean / size))


def _deviance(x: Floats, one_more: Floats) -> Floats:
    """Return x - log(1 + x): from x where that is small, from 1 + x where x is near -1."""
    return np.asarray(x - np.where(np.abs(x) < 0.5, np.log1p(np.maximum(x, -0.5)), np.log(one_more)))


def _stirling_error(x: Floats) -> Floats:
    """Return log Gamma(x + 1) less Stirling's formula."""
    from scipy.special import gammaln

    large, small = np.maximum(x, SERIES_FROM), np.minimum(x, SERIES_FROM)
    square = large * large
    series = 1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square
    series = (1 / 12 - (1 / 360 - series / square) / square) / large
    plain = gammaln(small + 1.0) - (small + 0.5) * np.log(small) + small - HALF_LOG_2_PI
    return np.where(np.asarray(x) < SERIES_FROM, plain, series)
