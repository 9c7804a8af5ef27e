"""Targets month by month: the one reader of a measure's `target`, for charts and for assurance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spc.array_types import Flags, Floats
from spc.frames import month_ordinal
from spc.measures import Assignment
from spc.panel import Panel

__all__ = ["plotted_targets", "target_line"]


def target_line(panel: Panel, target: float | Mapping[str, float] | None) -> Floats:
    """Return a target for every month, in the unit in which it was given.

    Parameters
    ----------
    panel : Panel
        Whose months are meant.
    target : float, mapping of month to float, or None
        One target for all months, or targets that hold from a month on.

    Returns
    -------
    (n_periods,) float64
        NaN in months without a target; in a panel without a calendar dated targets hold nowhere.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[3, 5, 4]], start="2024-02")
    >>> print(target_line(panel, {"2024-01": 6, "2024-04": 5}))
    [6. 6. 5.]
    """
    lines = np.full(panel.n_periods, np.nan)
    if not isinstance(target, Mapping):
        lines[:] = np.nan if target is None else float(target)
    elif panel.start is not None:
        dated = {month_ordinal(month, "target"): goal for month, goal in target.items()}
        for month in sorted(dated):
            lines[max(month - panel.start, 0) :] = dated[month]
    return lines


def plotted_targets(panel: Panel, rows: Assignment, counted: Flags | None = None) -> Floats:
    """Return the target of every series and month in the unit of the plotted value.

    A measure's target is written as it is shown, 5.0 for five percent; a ratio of parts is plotted as 0.05,
    and on a chart of numerators as 0.05 of the month's denominator.

    Parameters
    ----------
    panel : Panel
    rows : Assignment
        The measure of each series.
    counted : (n_series, n_periods) bool, optional
        Months in which the numerator is plotted, as on the np chart.

    Returns
    -------
    (n_series, n_periods) float64
        NaN where there is none.
    """
    lines = np.stack([target_line(panel, measure.target) for measure in rows.distinct])[rows.code]
    per = rows.each(lambda measure: measure.shown.per, float)
    lines = lines / np.where(panel.is_ratio, per, 1.0)[:, None]
    if counted is None or panel.of is None:
        return lines
    return np.where(counted & panel.is_ratio[:, None], lines * panel.of, lines)
