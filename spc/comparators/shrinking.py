"""Figures of units drawn as one of their kind: each held towards what the others say of it.

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

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from spc.panel import Floats

__all__ = ["Family", "as_figures", "draw_family", "family_of", "log_marginal"]

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
#: Errors that are nothing beside the figures.
ON_PAPER = 1e-12
HALF_LOG_2_PI = 0.5 * np.log(2.0 * np.pi)


@dataclass(frozen=True, eq=False)
class Family:
    """What a family's parameters may be, and how much of the evidence each pair has.

    Parameters
    ----------
    mu, size, weight : (n_pairs,) float64
        The weights add up to 1.
    """

    mu: Floats
    size: Floats
    weight: Floats

    def spelt_out(self, n_draws: int) -> tuple[Floats, Floats]:
        """Return mu and size of each draw (n_draws,): every pair as often as its weight says, to one draw."""
        ends = np.cumsum(self.weight)
        places = (np.arange(n_draws) + 0.5) / n_draws * ends[-1]
        pair = np.minimum(np.searchsorted(ends, places), len(ends) - 1)
        return self.mu[pair], self.size[pair]


def family_of(law: str, total: Floats, of: Floats) -> Family:
    """Return the weights of the parameters, given all units of a comparison.

    Parameters
    ----------
    law : {"poisson", "binomial", "normal"}
    total, of : (n_units,) float64
        Two units or more. For means `of` is the precision, and `total / of` the mean.
    """
    order = np.lexsort((of, total))  # sums in an order that is not that of the units
    n, d = total[order], of[order]
    low, high = LOWEST, HIGHEST
    for _ in range(ROUNDS):
        x = np.linspace(low, high, POINTS)
        height = _evidence(law, n, d, np.exp(x) * d.mean(), np.zeros(1))[1][:, 0] + _prior(x)
        near = np.flatnonzero(height > height.max() - DEEPEST)
        low, high = x[max(near[0] - 1, 0)], x[min(near[-1] + 1, POINTS - 1)]
    x = np.linspace(low, high, POINTS)
    size = np.exp(x) * d.mean()
    mu, height = _evidence(law, n, d, size, STEPS)
    height = height + _prior(x)[:, None]
    weight = np.exp(height - height.max()).ravel()
    return Family(mu.ravel(), np.repeat(size, len(STEPS)), weight / weight.sum())


def _prior(x: Floats) -> Floats:
    """Return the log density of x = log(size / mean of) where size / (size + mean of) is uniform."""
    return np.asarray(-np.abs(x) - 2.0 * np.log1p(np.exp(-np.abs(x))))


def _evidence(law: str, n: Floats, d: Floats, sizes: Floats, steps: Floats) -> tuple[Floats, Floats]:
    """Return mu at so many standard errors from its best, and the log of likelihood, prior and stride there.

    Both are (n_sizes, n_steps). The best is that of the quasi-likelihood, whose weights are
    size / (size + of), with half an event more.
    """
    keep = sizes[:, None] / (sizes[:, None] + d)
    events, cases = (keep * n).sum(axis=1)[:, None], (keep * d).sum(axis=1)[:, None]
    if law == "normal":
        stride = 1.0 / np.sqrt(cases)
        mu = events / cases + stride * steps
        prior = np.zeros_like(mu)
    elif law == "poisson":
        stride = 1.0 / np.sqrt(events + 0.5)
        mu = (events + 0.5) / cases * np.exp(stride * steps)
        prior = 0.5 * np.log(mu)
    else:
        centre = (events + 0.5) / (cases + 1.0)
        stride = 1.0 / np.sqrt((cases + 1.0) * centre * (1.0 - centre))
        odds = centre / (1.0 - centre) * np.exp(stride * steps)
        mu = odds / (1.0 + odds)
        prior = 0.5 * np.log(mu / (1.0 + odds))
    at_once = max(1, MOST_CELLS // (len(steps) * len(n)))
    parts = [slice(i, i + at_once) for i in range(0, len(sizes), at_once)]
    height = np.concatenate([log_marginal(law, n, d, mu[part], sizes[part]) for part in parts])
    return mu, height + prior + np.log(stride)


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
    at, size = mu[:, :, None], sizes[:, None, None]
    if law == "normal":
        variance = 1.0 / d + 1.0 / size
        each = -0.5 * (n / d - at) ** 2 / variance - 0.5 * np.log(variance) - HALF_LOG_2_PI
    elif law == "poisson":
        each = _negative_binomial(n, at * size, at * d)
    else:
        # beta-binomial: two negative binomials of one odds, given their sum
        each = _negative_binomial(n, at * size, at * d)
        each = each + _negative_binomial(d - n, (1.0 - at) * size, (1.0 - at) * d)
        each = each - _negative_binomial(d, size, d)
    return np.asarray(each.sum(axis=2))


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


def draw_family(
    law: str, total: Floats, of: Floats, sigma: Floats, n_draws: int, streams: Iterable[np.random.Generator]
) -> Floats:
    """Return the units' own figures, drawn (n_units, n_draws): means, logs of rates, log odds of shares.

    Logs and log odds rank as the figures do, and tell those apart that would be rounded to 0 or 1. A draw has
    one mu and one size for all units.

    Parameters
    ----------
    law : {"poisson", "binomial", "normal"}
    total, of, sigma : (n_units,) float64
        Two units or more; `sigma` of single observations, read for means only.
    n_draws : int
    streams : iterable of Generator
        The random numbers of each unit.
    """
    if law == "normal":
        total, of, unit = _standardised(total / of, sigma / np.sqrt(of))
    mu, size = family_of(law, total, of).spelt_out(n_draws)
    found = np.empty((len(total), n_draws))
    for s, random in enumerate(streams):
        n, d = total[s], of[s]
        if law == "normal":
            own = d / (d + size)
            noise = random.standard_normal(n_draws) / np.sqrt(d + size)
            found[s] = unit * (mu + own * (n / d - mu) + noise)
            continue
        found[s] = _log_gamma(n + mu * size, random)
        found[s] -= np.log(d + size) if law == "poisson" else _log_gamma(d - n + (1.0 - mu) * size, random)
    return found


def _standardised(value: Floats, error: Floats) -> tuple[Floats, Floats, float]:
    """Return means and their precisions in units of the largest error, and that error.

    Errors under `ON_PAPER` of the largest mean are raised to it: their squares would overflow.
    """
    error = np.maximum(error, ON_PAPER * np.abs(value).max())
    unit = float(error.max())
    of = (unit / error) ** 2
    return value / unit * of, of, unit


def as_figures(law: str, drawn: Floats) -> Floats:
    """Return rates for their logs, shares for their log odds, means as they are."""
    if law == "normal":
        return drawn
    return np.asarray(np.exp(drawn) if law == "poisson" else 0.5 + 0.5 * np.tanh(0.5 * drawn))


def _log_gamma(shape: Floats, random: np.random.Generator) -> Floats:
    """Return logs of gamma figures; G(shape) is G(shape + 1) U^(1 / shape), which never is 0 as a log."""
    whole = np.log(random.standard_gamma(shape + 1.0))
    return np.asarray(whole - random.standard_exponential(len(shape)) / shape)
