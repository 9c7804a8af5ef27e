"""Limits for months that resemble the month before: sigma from moving ranges is too small for them."""

from __future__ import annotations

import numpy as np

from spc.charts.fitting import Problem
from spc.kernels.autocorrelation import autocorrelations
from spc.panel import Floats

__all__ = ["corrected", "widened"]

#: Beyond this the correction would more than double the limits of a series that hardly comes back.
STRONGEST = 0.9


def corrected(r1: Floats, count: np.ndarray) -> Floats:
    """Return lag-1 autocorrelation without its bias of about -(1 + 4 phi) / n, within -0.9 .. 0.9.

    Source: Marriott and Pope (1954), Biometrika 41, 390-402.

    Examples
    --------
    >>> import numpy as np
    >>> print(corrected(np.array([0.2]), np.array([24])).round(3))
    [0.29]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        phi = (count * r1 + 1.0) / (count - 4.0)
    return np.where(np.isnan(r1) | (count < 6), np.nan, np.clip(phi, -STRONGEST, STRONGEST))


def widened(problem: Problem, sigma: Floats) -> Floats:
    """Return sigma for an AR(1) series: moving ranges estimate sigma * sqrt(1 - phi) (SPEC 11).

    Only positive autocorrelation widens; where it cannot be told sigma stays as it is.
    """
    r1, count = np.empty(problem.n_phases), np.empty(problem.n_phases, np.int64)
    cells = np.ascontiguousarray(problem.allowed(problem.values))
    autocorrelations(cells, problem.offsets, problem.base_first, problem.base_last, r1, count)
    phi = np.nan_to_num(np.maximum(corrected(r1, count), 0.0))
    return sigma / np.sqrt(1.0 - phi)
