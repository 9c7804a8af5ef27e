"""weigh(): what an exception adds up to, with its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spc.array_types import Floats, Ints
from spc.checks import ChoiceError, choice, parcel
from spc.panel import Panel
from spc.results import Exceptions, Trend, Weights
from spc.results.statuses import NO_VARIATION, OK
from spc.rules import TREND

__all__ = ["WEIGHTINGS", "Weighting", "weigh"]


@dataclass(frozen=True)
class Weighting:
    """Points for each rule, and for the trend: a row of `WEIGHTINGS`, or one of your own.

    Parameters
    ----------
    name : str
        As pages name it.
    points : mapping of str to float
        By the name of a rule; where a rule stands that has none, the series has no weight (NaN).
    any_exception : float
        The trend part where any exception stands, whatever the trend is.
    strong, weak, none : float
        The trend part where none stands: of a strong trend, a weak one, and none.

    Examples
    --------
    >>> import spc
    >>> points = {rule.name: 1.0 for rule in spc.RULES["opcc"]}
    >>> flat = spc.Weighting("flat", points, any_exception=0.0, strong=0.0, weak=0.0)
    >>> panel = spc.Panel.from_numpy([10, 12] * 12 + [20, 21], start="2022-06")
    >>> print(spc.weigh(spc.exceptions(spc.limits(panel, baseline=24)), weighting=flat).weight)
    [2.]
    """

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
        `weight` (n_series,) and its `parts`; NaN where a series has neither limits nor trend, or where an
        exception stands for which the weighting has no points.

    Raises
    ------
    ChoiceError
        An unknown weighting, a trend of other series or as at another month.

    Notes
    -----
    weight = trend part + One 2 + Two 3 + Three 4 + Eight 6; the trend part is 10 where any exception stands
    or the trend is strong, 4 where it is weak, else 0. A series without a value in the month reported on
    has no weight. Source: SPEC 3.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([10, 12] * 12 + [20, 21], start="2022-06")
    >>> exc = spc.exceptions(spc.limits(panel, baseline=24))
    >>> print(spc.weigh(exc, trend=spc.trend(panel)).weight)
    [15.]
    """
    parcel("exceptions", exceptions, Exceptions, "spc.exceptions(limits)")
    if trend is not None:
        _same_series(exceptions, trend)
    row = (
        weighting
        if isinstance(weighting, Weighting)
        else WEIGHTINGS[choice("weighting", weighting, WEIGHTINGS)]
    )
    judged = np.isin(exceptions.limits.status_code, (OK, NO_VARIATION))
    parts: dict[str, Floats] = {TREND: _trend_part(exceptions, trend, row)}
    unweighed = np.zeros(len(judged), np.bool_)
    for i, rule in enumerate(exceptions.rules):
        stands = (exceptions.at >> np.uint32(2 * i)) & 3 != 0
        points = row.points.get(rule.name, np.nan)
        unweighed |= stands & np.isnan(points)
        parts[rule.name] = np.where(judged, np.where(stands, points, 0.0), np.nan)
    columns = np.stack(list(parts.values()), axis=1)
    lost = np.isnan(columns).all(axis=1) | unweighed
    weight = np.where(lost, np.nan, np.nansum(columns, axis=1))
    return Weights(exceptions=exceptions, trend=trend, weighting=row.name, parts=parts, weight=weight)


def _same_series(exceptions: Exceptions, trend: Trend) -> None:
    parcel("trend", trend, Trend, "spc.trend(panel)")
    ours, theirs = exceptions.panel, trend.panel
    same = ours.keys.keys() == theirs.keys.keys() and ours.n_series == theirs.n_series
    if not same or any((ours.keys[key] != theirs.keys[key]).any() for key in ours.keys):
        raise ChoiceError("`trend` must be of the same series as the exceptions: use one panel for both.")
    apart = _months(ours, exceptions.limits.ends) != _months(theirs, trend.ends)
    if apart.any():
        s = int(np.argmax(apart))
        raise ChoiceError(f"{ours.name(s)}: `trend` must be as at the same month as the exceptions.")


def _months(panel: Panel, ends: Ints) -> Ints:
    return ends if panel.start is None else panel.start + ends


def _trend_part(exceptions: Exceptions, trend: Trend | None, row: Weighting) -> Floats:
    if trend is None:
        return np.full(exceptions.panel.n_series, np.nan)
    points = np.array([row.none, row.weak, row.strong, np.nan])[trend.strength]  # -1 takes the NaN
    flagged = (exceptions.at != 0) & (trend.strength >= 0)
    return np.where(exceptions.limits.has_value, np.where(flagged, row.any_exception, points), np.nan)
