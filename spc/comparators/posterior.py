"""Units' own figures, drawn given all their counts: of one family or of two, as the evidence says."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from spc.array_types import Floats
from spc.comparators.mixtures import FEWEST, chance_of_other, two_families
from spc.comparators.shrinking import Families, family_of

__all__ = ["as_figures", "draw_family", "families_of"]

#: Errors that are nothing beside the figures.
ON_PAPER = 1e-12


def families_of(law: str, total: Floats, of: Floats) -> Families:
    """Return the parameters of one family, and of two where there are units enough to tell.

    Parameters
    ----------
    law : {"poisson", "binomial", "normal"}
    total, of : (n_units,) float64
        Two units or more. For means `of` is the precision, and `total / of` the mean.
    """
    order = np.lexsort((of, total))  # sums in an order that is not that of the units
    n, d = total[order], of[order]
    one = family_of(law, n, d)
    if len(n) < FEWEST:
        return one
    return one.beside(two_families(law, n, d, float(np.log(one.size.min() / d.mean()))))


def draw_family(
    law: str, total: Floats, of: Floats, sigma: Floats, n_draws: int, streams: Iterable[np.random.Generator]
) -> Floats:
    """Return the units' own figures, drawn (n_units, n_draws): means, logs of rates, log odds of shares.

    Logs and log odds rank as the figures do, and tell those apart that would be rounded to 0 or 1. A draw has
    one set of parameters for all units; to which of two families a unit belongs is drawn for each.

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
    families, drawn = families_of(law, total, of).laid_out(n_draws)
    size = families.size[drawn]
    found = np.empty((len(total), n_draws))
    for s, random in enumerate(streams):
        n, d = total[s], of[s]
        second = random.random(n_draws) < chance_of_other(law, n, d, families)[drawn]
        mu = np.where(second, families.other[drawn], families.mu[drawn])
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
