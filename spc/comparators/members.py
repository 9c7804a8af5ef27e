"""Months with several observations: compared as means, with the spread that is seen within the months."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from spc.array_types import Floats, Ints
from spc.panel import Panel

__all__ = ["as_sums", "members_of", "within_months"]


def as_sums(panel: Panel) -> Panel:
    """Return the panel with sums of observations over their number; as it is where months have one each."""
    if panel.within is None:
        return panel
    count = np.where(panel.within.count > 0, panel.within.count, np.nan)
    return replace(panel, values=panel.values * count, of=count, is_ratio=np.ones(panel.n_series, bool))


def members_of(panel: Panel, ends: Ints, window: int) -> tuple[Floats, Floats]:
    """Return standard deviations and numbers of the observations in the months of each window."""
    assert panel.within is not None
    cells = (panel.within.sd, panel.within.count.astype(np.float64))
    sd, count = (panel.aligned_cells(each, ends, window) for each in cells)
    return sd, count


def within_months(sd: Floats, count: Floats, code: Ints, used: Any, n_funnels: int) -> Floats:
    """Return the standard deviation of single observations, pooled over all months of a funnel.

    sigma^2 = sum of (n - 1) sd^2 / sum of (n - 1): chance alone, whatever months and units differ by.
    """
    good = np.isfinite(sd) & used[:, None]
    freedom = np.where(good, count - 1.0, 0.0)
    squares = np.where(good, freedom * np.where(good, sd, 0.0) ** 2, 0.0).sum(axis=1)
    order = np.argsort(squares, kind="stable")  # added in ascending order, whatever that of the units
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.bincount(code[order], squares[order], n_funnels)
        return np.asarray(np.sqrt(total / np.bincount(code, freedom.sum(axis=1), n_funnels)))
