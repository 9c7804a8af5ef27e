"""weigh(): what an exception adds up to, with its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spc.checks import choice
from spc.panel import Floats
from spc.results import NO_VARIATION, OK, Exceptions, Trend, Weights

__all__ = ["WEIGHTINGS", "Weighting", "weigh"]


@dataclass(frozen=True)
class Weighting:
    """Points for each rule, and for the trend: the first that holds of any exception, strong, weak, none."""

    name: str
    points: Mapping[str, float]
    any_exception: float
    strong: float
    weak: float
    none: float = 0.0


WEIGHTINGS = {
    row.name: row
    for row in (
        # reproduces 48 of 48 published rows (SPEC 3); high or low, good or bad carries no weight
        Weighting(
            "opcc",
            points={"One-Month": 2.0, "Two-Month": 3.0, "Three-Month": 4.0, "Eight-Month": 6.0},
            any_exception=10.0,
            strong=10.0,
            weak=4.0,
        ),
    )
}


def weigh(
    exceptions: Exceptions, *, trend: Trend | None = None, weighting: str | Weighting = "opcc"
) -> Weights:
    """Weigh the exceptions of the as-at month, and the trend.

    Parameters
    ----------
    exceptions : Exceptions
    trend : Trend, optional
        Without it the trend part is missing (NaN) and the weight is that of the exceptions alone.
    weighting : str or Weighting
        A row of `WEIGHTINGS`, or a row of your own.

    Returns
    -------
    Weights
        `weight` (n_series,) and its `parts`; NaN where a series has neither limits nor trend.

    Raises
    ------
    ChoiceError
        An unknown weighting.

    Notes
    -----
    weight = trend part + One 2 + Two 3 + Three 4 + Eight 6; the trend part is 10 where any exception stands
    or the trend is strong, 4 where it is weak, else 0. Source: SPEC 3.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([10, 12] * 12 + [20, 21], start="2022-06")
    >>> exc = spc.exceptions(spc.limits(panel, baseline=24))
    >>> print(spc.weigh(exc, trend=spc.trend(panel)).weight)
    [15.]
    """
    row = WEIGHTINGS[choice("weighting", weighting, WEIGHTINGS)] if isinstance(weighting, str) else weighting
    judged = np.isin(exceptions.limits.status_code, (OK, NO_VARIATION))
    parts: dict[str, Floats] = {}
    for i, rule in enumerate(exceptions.rules):
        if rule.name in row.points:
            stands = (exceptions.at >> np.uint32(2 * i)) & 3 != 0
            points = np.where(stands, row.points[rule.name], 0.0)
            parts[rule.name] = parts.get(rule.name, 0.0) + np.where(judged, points, np.nan)
    parts = {"trend": _trend_part(exceptions, trend, row), **parts}
    columns = np.stack(list(parts.values()), axis=1)
    weight = np.where(np.isnan(columns).all(axis=1), np.nan, np.nansum(columns, axis=1))
    return Weights(exceptions=exceptions, trend=trend, weighting=row.name, parts=parts, weight=weight)


def _trend_part(exceptions: Exceptions, trend: Trend | None, row: Weighting) -> Floats:
    if trend is None:
        return np.full(exceptions.panel.n_series, np.nan)
    points = np.array([row.none, row.weak, row.strong, np.nan])[trend.strength]  # -1 takes the NaN
    flagged = (exceptions.at != 0) & (trend.strength >= 0)
    return np.where(flagged, row.any_exception, points)
