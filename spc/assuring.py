"""assure(): what the points say, and whether the target will be met, as NHS England's Making Data Count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from spc.array_types import Codes, Flags, Floats
from spc.chart_kinds import CHARTS
from spc.checks import ChoiceError, choice, parcel
from spc.measures import Assignment, Catalogue, Measure, measures_of
from spc.panel import Panel
from spc.results import Exceptions, Limits
from spc.results.assurance import ASSURANCES, CONCERNING, IMPROVING, NEUTRAL, Assurance
from spc.results.statuses import OK
from spc.rules import Rule
from spc.targets import plotted_targets, target_line
from spc.ties import TIE

__all__ = ["assure"]

SIDES = {"high": 1, "low": -1, "neither": 0}


def assure(
    exceptions: Exceptions,
    *,
    measures: Catalogue | Sequence[Measure] | Assignment | None = None,
    improvement: str | Sequence[str] | None = None,
    target: float | Mapping[str, float] | Sequence[float] | Floats | None = None,
    points: str = "completing",
) -> Assurance:
    """Tell improvement from concern, and set the target against the latest limits.

    Parameters
    ----------
    exceptions : Exceptions
    measures : Catalogue, optional
        Whose `improvement` and `target` hold, the target in the unit in which the measure is shown: 5.0 for
        five percent.
    improvement : {"high", "low", "neither"}, or one of them a series, optional
        The preferred direction, in place of the catalogue's.
    target : float, mapping of month to float, or (n_series,) float64, optional
        In the unit of the plotted value (0.05 of a ratio), in place of the catalogue's; NaN for none.
    points : {"completing", "members"}
        Which months `variation_code` marks: those that complete a pattern, or all that belong to one.

    Returns
    -------
    Assurance
        `variation` and `assurance` (n_series,) as words at the as-at month, `variation_code` (n_series,
        n_periods) for every month.

    Raises
    ------
    ChoiceError
        A misspelt direction, targets of another number than series.

    Notes
    -----
    Variation: an exception on the preferred side is a special cause improving, on the other side concerning;
    a month can be both (above the upper limit, yet falling for seven points). Without a preferred direction,
    for rules that have no side, and on charts of a spread it is neutral; no exception is common cause.

    Assurance: with lcl .. ucl the limits of the as-at month and high better, the target is passed where
    lcl >= target, failed where ucl < target, else hit or miss; low better is the mirror image. A point on the
    target meets it, so a limit on the target does too (within 1e-9, SPEC 9). For small counts, whose limits
    are the counts that fire, the range is lcl + 1 .. ucl - 1, from 0 where no low count fires. None is told
    without a direction, target or limits, on charts whose points are no single months (EWMA, CUSUM, moving
    averages and ranges), and where the baseline does not vary.

    Source: NHS England, Making Data Count, Strengthening your decisions (2019, 2023). NHSRplotthedots says
    "inconsistent" of a target exactly on a limit; a limit that meets its target is never crossed by common
    cause, so here it passes.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([92, 94] * 12 + [99, 99], start="2022-06")
    >>> found = spc.assure(spc.exceptions(spc.limits(panel, baseline=24)), improvement="high", target=85)
    >>> found.variation[0], found.assurance[0]
    ('special cause improving', 'passes')
    """
    parcel("exceptions", exceptions, Exceptions, "spc.exceptions(limits)")
    choice("points", points, ("completing", "members"))
    panel, limits = exceptions.panel, exceptions.limits
    rows = measures_of(panel, measures) if measures is not None else None
    side = _sides(panel, rows, improvement)
    targets = _targets(limits, rows, target)
    mask = exceptions.mask if points == "completing" else exceptions.members
    expected = _expected(limits)
    at_end = targets[np.arange(panel.n_series), np.maximum(limits.ends, 0)]
    return Assurance(
        exceptions=exceptions,
        improvement=side,
        targets=targets,
        expected=expected,
        variation_code=_variation(mask, exceptions.rules, side, ~_plotting(limits, "spreads")),
        assurance_code=_assurance(side, at_end, expected),
        points=points,
    )


def _sides(panel: Panel, rows: Assignment | None, given: Any) -> Codes:
    """Return 1 where high is better, -1 where low is, 0 where neither."""
    if given is None:
        told = ["neither"] * panel.n_series if rows is None else [row.improvement for row in rows]
    elif isinstance(given, str) or not isinstance(given, Iterable):
        told = [choice("improvement", given, SIDES)] * panel.n_series
    else:
        told = [choice("improvement", word, SIDES) for word in given]
        if len(told) != panel.n_series:
            raise ChoiceError(
                f"`improvement` must be one word, or one for each of {panel.n_series:,} series, "
                f"got {len(told):,}."
            )
    return np.array([SIDES[word] for word in told], np.int8)


def _targets(limits: Limits, rows: Assignment | None, given: Any) -> Floats:
    """Return the targets of every month in the unit of the plotted value."""
    panel = limits.panel
    shape = panel.values.shape
    if given is None:
        counted = _plotting(limits, "counts")
        return np.full(shape, np.nan) if rows is None else plotted_targets(panel, rows, counted)
    if isinstance(given, Mapping):
        goal: Any = Measure("target", target=given).target
        return np.broadcast_to(target_line(panel, goal), shape).copy()
    try:
        if isinstance(given, bool | str) or np.ndim(given) > 1:
            raise ValueError
        goals = np.broadcast_to(np.asarray(given, np.float64), (panel.n_series,))
        if np.isinf(goals).any():
            raise ValueError
    except (TypeError, ValueError):
        raise ChoiceError(
            "`target` must be a number in the unit of the plotted value, numbers by month, or one number for "
            f"each of {panel.n_series:,} series, got {given!r}."
        ) from None
    return np.repeat(goals[:, None], shape[1], axis=1)


def _plotting(limits: Limits, what: str) -> Flags:
    """Return the months whose points are of one sort, as `Chart.plots` has it (n_series, n_periods)."""
    such = np.array([chart.plots == what for chart in CHARTS.values()])
    return np.append(such[limits.phase_chart], False)[limits.phase_of]


def _variation(
    mask: np.ndarray[Any, Any], rules: tuple[Rule, ...], side: Codes, by_value: Flags
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the variation code of every month."""
    sided = [i for i, rule in enumerate(rules) if rule.sided]
    high = mask & np.uint32(sum(1 << 2 * i for i in sided)) != 0
    low = mask & np.uint32(sum(2 << 2 * i for i in sided)) != 0
    directed = (side != 0)[:, None] & by_value
    up = (side > 0)[:, None]
    better, worse = np.where(up, high, low) & directed, np.where(up, low, high) & directed
    neutral = (mask != 0) & ~better & ~worse
    return (better * IMPROVING + worse * CONCERNING + neutral * NEUTRAL).astype(np.uint8)


def _expected(limits: Limits) -> Floats:
    """Return the lowest and highest point of the as-at month that is common cause (n_series, 2)."""
    at = limits.phase_at_end
    of_months = np.array([not chart.memory and chart.plots != "spreads" for chart in CHARTS.values()])
    told = np.append((limits.phase_status == OK) & of_months[limits.phase_chart], False)[at]
    told &= ~limits.panel.refused & (limits.panel.first_observed <= limits.ends)
    small = np.append(limits.phase_small, False)[at]
    rows, ends = np.arange(len(at)), np.maximum(limits.ends, 0)
    low, high = limits.lcl[rows, ends], limits.ucl[rows, ends]
    told &= small | ~(np.isnan(low) & np.isnan(high))
    low = np.where(small, np.where(np.isnan(low), 0.0, low + 1.0), np.where(np.isnan(low), -np.inf, low))
    high = np.where(np.isnan(high), np.inf, np.where(small, high - 1.0, high))
    return np.where(told[:, None], np.stack([low, high], axis=1), np.nan)


def _assurance(side: Codes, target: Floats, expected: Floats) -> Codes:
    """Return the position in `ASSURANCES` of each series: where the target lies against the range."""
    sign = np.where(side < 0, -1.0, 1.0)  # with low better everything is mirrored
    reach = np.sort(expected * sign[:, None], axis=1)
    goal = target * sign
    size = np.fmax(np.abs(goal), np.where(np.isfinite(reach), np.abs(reach), 0.0).max(axis=1))
    with np.errstate(invalid="ignore"):
        met = reach >= (goal - TIE * size)[:, None]
    code = np.where(
        met[:, 0],
        ASSURANCES.index("passes"),
        np.where(met[:, 1], ASSURANCES.index("hit or miss"), ASSURANCES.index("fails")),
    )
    return np.where((side != 0) & ~np.isnan(goal) & ~np.isnan(reach[:, 0]), code, 0).astype(np.int8)
