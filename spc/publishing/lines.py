"""The limits and points that may be seen: none that give a hidden month away, rounded beside rounded ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats
from spc.chart_kinds import CHARTS
from spc.panel import Panel
from spc.publishing.hiding import rests_on_parts
from spc.results import Limits, Months
from spc.scoring import Scorecard

__all__ = ["covered_limits", "nearest", "without"]

#: Lines of rounded rates keep this many figures.
FIGURES = 3
LINES = ("centre", "sigma", "upper", "lower")
#: Charts whose points are averages, sums or spreads of months: each gives away what it is made of.
MADE_OF_MONTHS = {name for name, chart in CHARTS.items() if chart.memory or chart.plots == "spreads"}
#: Charts whose control limits follow the month's denominator, which could be worked out from them, however
#: coarse: at 3 figures of 0.5 +- 0.15 a denominator of 100 is known to within one.
BY_DENOMINATOR = {
    name for name, chart in CHARTS.items() if chart.needs in ("parts", "whole parts", "subgroups")
}


def nearest(numbers: Floats, base: float) -> Floats:
    """Round to multiples of `base`, halves away from zero.

    Examples
    --------
    >>> nearest(np.array([7.0, 7.5, -7.5, 2.0]), 5).tolist()
    [5.0, 10.0, -10.0, 0.0]
    """
    return np.copysign(np.floor(np.abs(numbers) / base + 0.5) * base, numbers) + 0.0


def without(numbers: Floats, hidden: Flags) -> Floats:
    """Return the numbers with NaN in place of what is hidden."""
    return np.where(hidden, np.nan, numbers)


def covered_limits(card: Scorecard, panel: Panel, hidden: Flags, counted: Flags, base: int | None) -> Limits:
    """Return the limits over the months that may be seen.

    Parameters
    ----------
    card : Scorecard
        Of the true figures.
    panel : Panel
        The months that may be seen, rounded if asked.
    hidden : (n_series,) bool
        Series of which anything is hidden: they have no lines.
    counted : (n_series,) bool
        Series that are rounded.
    base : int or None
    """
    limits = card.limits
    owner = limits.phases.series
    coarse = counted & ~hidden & (base is not None)
    lines: dict[str, Any] = {}
    for name in LINES:
        line = getattr(limits, f"phase_{name}")
        if base is not None:
            line = np.where(coarse[owner], _coarse(line, rests_on_parts(card)[owner], base), line)
        lines[f"phase_{name}"] = without(line, hidden[owner])
    unsaid = (hidden | coarse)[owner]
    return replace(
        limits,
        panel=panel,
        phases=replace(limits.phases, panel=panel),
        **lines,
        phase_total=without(limits.phase_total, unsaid),
        phase_scale=np.where(unsaid, 0.0, limits.phase_scale),
        phase_shape=without(limits.phase_shape, unsaid),
        phase_screened=np.where(hidden[owner], 0, limits.phase_screened),
        months=_months(card, panel, hidden, coarse, base),
        choices={name: word for name, word in limits.choices.items() if not name.startswith("known_")},
    )


def _coarse(line: Floats, ratio: Flags, base: int) -> Floats:
    """Round a line: of rates to some figures, of counts to the multiple."""
    different, places = np.unique(line, return_inverse=True)
    figures = np.array([float(f"{number:.{FIGURES}g}") for number in different.tolist()], np.float64)
    return np.where(ratio, figures[places.reshape(line.shape)], nearest(line, base))


def _months(card: Scorecard, panel: Panel, hidden: Flags, coarse: Flags, base: int | None) -> Months | None:
    """Return points and lines of charts whose lines differ by month, or whose points are not the values.

    Where points are the months themselves, those are the months that may be seen. What averages, sums and
    spreads plot is left out with its lines, and so are limits that follow the denominator.
    """
    limits, own = card.limits, card.limits.months
    if own is None:
        return None
    rows = own.series
    charts = np.append(limits.phase_chart, np.int8(-1))[limits.phase_of[rows]]
    names = np.array([*CHARTS, ""], dtype=object)[charts]
    seen = np.where(names == "np", panel.values[rows], panel.observed[rows])
    seen = np.where(np.isin(names, list(MADE_OF_MONTHS)) | (charts < 0), np.nan, seen)
    touched, later = (hidden | coarse)[rows, None], _later(limits, panel)[rows]
    drawn = ~hidden[rows, None] & ~np.isin(names, list(MADE_OF_MONTHS))
    by_denominator = np.isin(names, list(BY_DENOMINATOR))
    steady, ratio = names != "np", rests_on_parts(card)[rows, None]

    def told(months: Months, ours: Flags) -> Months:
        """Cover points and lines; where a chart is judged on a scale of its own, none are told (`ours`)."""
        points = np.where(touched, np.where(ours & ~np.isnan(months.points), seen, np.nan), months.points)
        lines: dict[str, Any] = {}
        for name in LINES:
            line = getattr(months, name)
            shown = drawn & ours & (steady if name == "centre" else ~by_denominator)
            rounded = line if base is None else _coarse(np.where(shown, line, np.nan), ratio, base)
            lines[name] = np.where(touched, np.where(shown, rounded, np.nan), line)
        below = None if months.below is None else without(months.below, touched | later)
        return Months(rows, without(points, later), **lines, below=below)

    everywhere = np.ones(later.shape, np.bool_)
    judged = own.judged and told(own.judged, names != "t")
    return replace(told(own, everywhere), judged=judged)


def _later(limits: Limits, panel: Panel) -> Flags:
    """Return the months after each series' as-at month (n_series, n_periods)."""
    return np.asarray(np.arange(panel.n_periods) > limits.ends[:, None])
