"""Steps from month to month: up, down or none, exactly where floats cannot tell."""

from __future__ import annotations

from typing import Any

import numpy as np

from spc.array_types import Flags, Floats
from spc.kernels.steps import DOWN, MISSING, UNJUDGED, UP
from spc.kernels.steps import steps as steps_kernel
from spc.results.limits import Limits
from spc.ties import exact_row

__all__ = ["steps_of"]

#: Points that were worked out differ in the last digits where they are equal on paper: 0.1 / 0.3, 0.2 / 0.6.
#: Equal floats are taken as equal: ratios that differ by less have parts beyond 1e8.
SAME = 1e-13


def steps_of(limits: Limits, *, bridge: bool) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """Return codes as zones have them, up for above and down for below; 0 for equal neighbours.

    Parameters
    ----------
    limits : Limits
    bridge : bool
        Whether a step leads from the last month observed instead of the month before.

    Returns
    -------
    (n_series, n_periods) uint16
        Months without a point, and points without one before them in their phase, have codes of their own.
    """
    panel, phases = limits.panel, limits.phases
    points, plain = _judged(limits)
    tolerance = np.where(plain & ~panel.is_ratio, 0.0, SAME)
    codes = np.empty(points.shape, np.uint16)
    left = np.empty(panel.n_series, np.int64)
    steps_kernel(points, tolerance, phases.offsets, phases.first, phases.last, int(bridge), codes, left)
    for s in np.flatnonzero((left > 0) & plain):
        _settle(limits, int(s), points[s], codes[s], bridge)
    return codes


def _judged(limits: Limits) -> tuple[Floats, Flags]:
    """Return the points on the scale on which they are judged, and for which series they are the values."""
    plain = np.ones(limits.panel.n_series, np.bool_)
    if limits.months is None:
        return limits.points, plain
    own = limits.months.judged or limits.months
    values = limits.panel.observed
    points = values.copy()
    points[own.series] = own.points
    same = (own.points == values[own.series]) | (np.isnan(own.points) & np.isnan(values[own.series]))
    plain[own.series] = same.all(axis=1)
    return points, plain


def _settle(limits: Limits, s: int, points: Floats, codes: Any, bridge: bool) -> None:
    """Settle on the decimals what is closer than floats can tell."""
    exact = exact_row(*limits.panel.parts(s))
    last = -1
    for t, code in enumerate(codes.tolist()):
        if code == MISSING:
            continue
        before = last if bridge else t - 1
        last = t
        if code == UNJUDGED:
            continue
        a, b = points[before], points[t]
        if a != b and abs(b - a) <= SAME * max(abs(a), abs(b)):
            one, other = exact[before], exact[t]
            if one is not None and other is not None:
                codes[t] = UP if other > one else DOWN if other < one else 0
