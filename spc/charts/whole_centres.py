"""Centre lines that are ratios of whole numbers, so that ties with them are settled without fractions."""

from __future__ import annotations

from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Ints
from spc.chart_kinds import CODES
from spc.results import Limits

__all__ = ["RATIOS", "whole_centres"]

#: Charts whose centre is the sum of numerators over the sum of denominators (1 where there are none).
RATIOS = ("p", "np", "c", "u")


def whole_centres(limits: Limits) -> tuple[Floats, Floats, Floats]:
    """Return numerator and denominator of each phase's centre, and the scale that makes its months whole.

    Parameters
    ----------
    limits : Limits

    Returns
    -------
    numerator, denominator, scale : (n_phases,) float64
        Scale is NaN where the centre was agreed, or is no such ratio.
    """
    n = len(limits.phase_centre)
    numerator, denominator, scale = (np.full(n, np.nan) for _ in range(3))
    known = limits.choices.get("known_centre")
    free = np.ones(n, np.bool_) if known is None else np.isnan(known)
    ratio = free & np.isin(limits.phase_chart, [CODES[name] for name in RATIOS])
    if ratio.any():
        top, below, whole = _sums(limits)
        ratio &= whole
        numerator[ratio], denominator[ratio], scale[ratio] = top[ratio], below[ratio], 1.0
    run = free & (limits.phase_chart == CODES["run"]) & (limits.phase_scale > 0.0)
    if limits.choices.get("options", {}).get("run", {}).get("middle") == "mean":
        numerator[run], denominator[run] = limits.phase_total[run], limits.phase_count[run]
    else:  # the median of decimals is one of them, or lies half-way between two
        numerator[run] = np.rint(2.0 * limits.phase_centre[run] * limits.phase_scale[run])
        denominator[run] = 2.0
    scale[run] = limits.phase_scale[run]
    return numerator, denominator, scale


def _sums(limits: Limits) -> tuple[Floats, Floats, Flags]:
    """Return the sums of numerators and denominators over each baseline, and whether all are whole."""
    panel, n = limits.panel, len(limits.phase_centre)
    phase = limits.phase_of
    columns = np.arange(panel.n_periods)
    first, last = (np.append(ends, 0)[phase] for ends in (limits.base_first, limits.base_last))
    inside = (columns >= first) & (columns < last) & (phase >= 0) & ~np.isnan(panel.observed)
    if limits.excluded is not None:
        inside &= ~limits.excluded
    of = np.ones_like(panel.values)
    if panel.of is not None:
        of = np.where(panel.is_ratio[:, None], panel.of, 1.0)
    at, top, below = phase[inside], panel.values[inside], of[inside]
    broken = _sum(at, ((top != np.floor(top)) | (below != np.floor(below))).astype(np.float64), n)
    return _sum(at, top, n), _sum(at, below, n), broken == 0.0


def _sum(at: Ints, cells: np.ndarray[Any, Any], n: int) -> Floats:
    return np.bincount(at, weights=cells, minlength=n).astype(np.float64)
