"""Overdispersion: units that differ by more than chance, with or without their extremes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Floats, Ints
from spc.kernels.dispersion import NOTHING, TRIMMED, WINSORISED, dispersions

__all__ = ["ESTIMATORS", "FEWEST", "Estimator", "spreads", "within_units"]

#: A spread between fewer units than this is guesswork.
FEWEST = 5


@dataclass(frozen=True)
class Estimator:
    """How phi and tau are found: what happens to the tails, and whether they are made up for."""

    name: str
    way: int
    consistent: bool = False


ESTIMATORS = {
    row.name: row
    for row in (
        # winsorised, and divided by what that leaves of a normal variance; tau iterated to agree with it
        Estimator("consistent", WINSORISED, consistent=True),
        # Spiegelhalter (2005), appendix A.3: winsorised z, nothing made up for; tau by moments
        Estimator("spiegelhalter", WINSORISED),
        # NHS Digital, SHMI: the extremes left out, tau by moments
        Estimator("shmi", TRIMMED),
        # DerSimonian and Laird (1986): every unit
        Estimator("plain", NOTHING),
    )
}


def remaining(share: float) -> float:
    """Return the variance of a standard normal, its tails of `share` each cut down to the quantile."""
    from scipy.special import ndtri

    if share == 0.0:
        return 1.0
    q = float(ndtri(1.0 - share))
    density = float(np.exp(-0.5 * q * q) / np.sqrt(2.0 * np.pi))
    return 1.0 - 2.0 * share - 2.0 * q * density + 2.0 * share * q * q


def spreads(
    residuals: Floats, errors: Floats, code: Ints, n_funnels: int, estimator: Estimator, share: float
) -> tuple[Floats, Floats]:
    """Return phi and tau of each funnel; `code` says which one a unit stands in.

    Parameters
    ----------
    residuals, errors : (n,) float64
        On the scale of the funnel.
    code : (n,) int64
    n_funnels : int
    estimator : Estimator
    share : float
        Of the units, on each side.
    """
    order = np.argsort(code, kind="stable")
    counts = np.bincount(code, minlength=n_funnels).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    phi, tau = np.empty(n_funnels), np.empty(n_funnels)
    way = estimator.way if share > 0.0 else NOTHING
    constant = remaining(share) if estimator.consistent else 1.0
    arrays: tuple[Any, ...] = (residuals[order], errors[order], share, way, constant, estimator.consistent)
    dispersions(counts, offsets, *arrays, phi, tau)
    return phi, tau


def within_units(top: Floats, below: Floats, code: Ints, used: Any, n_funnels: int) -> Floats:
    """Return the standard deviation of single observations, from the months of each unit (n_funnels,).

    sigma^2 = sum of d (x - unit's mean)^2 / (months - units), over the months of all units of a funnel that
    are used, where x = n / d is the mean of a month's d observations.
    """
    good = np.isfinite(top) & np.isfinite(below) & (below > 0.0) & used[:, None]
    n, d = np.where(good, top, 0.0), np.where(good, below, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = n.sum(axis=1) / d.sum(axis=1)
        squares = np.where(good, d * (n / d - mean[:, None]) ** 2, 0.0).sum(axis=1)
        freedom = np.maximum(good.sum(axis=1) - 1, 0)
        order = np.argsort(squares, kind="stable")  # added in ascending order, whatever that of the units
        total = np.bincount(code[order], squares[order], n_funnels)
        return np.asarray(np.sqrt(total / np.bincount(code, freedom, n_funnels)))
