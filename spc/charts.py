"""limits(): centre line and sigma of every series, phase by phase."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.baselines import Baseline, Ints, Phases, resolve
from spc.checks import ChoiceError, choice, parcel, positive, whole
from spc.kernels.averages import baseline as baseline_kernel
from spc.kernels.small_counts import NEVER_HIGH, NEVER_LOW, critical_totals
from spc.panel import Floats, Panel
from spc.results import NO_COUNTS, NO_VARIATION, NOT_JUDGED, OK, SHORT_HISTORY, Limits
from spc.rules import Rule
from spc.ties import TIE, exact_row, varies

__all__ = ["CHARTS", "Chart", "limits"]

Flags = np.ndarray[Any, np.dtype[np.bool_]]
Codes = np.ndarray[Any, np.dtype[np.int8]]
#: SPEC 7: XmR on Poisson noise of mean 1 flags 11% of series, of mean 3 still 5%.
RARE = 5.0
#: Mean range of two normal values in sigma, 2 / sqrt(pi), and as printed in the handbooks.
D2 = {"exact": 2.0 / math.sqrt(math.pi), "textbook": 1.128}


@dataclass(frozen=True)
class Chart:
    """One control chart: its name, and the sentence that says what its limits are."""

    name: str
    about: str


CHARTS = {
    chart.name: chart
    for chart in (
        # Shewhart (1931); NIST/SEMATECH e-Handbook 6.3.2.2; Wheeler (1993), Understanding Variation
        Chart("xmr", "mean of the baseline's monthly values; sigma = mean moving range / d2"),
        # Przyborowski and Wilenski (1940), Biometrika 31, 313-323: exact given the total
        Chart(
            "small_count", "whole counts: the total of a rule's months against the baseline's total, exactly"
        ),
    )
}


def limits(
    panel: Panel,
    *,
    chart: str | Sequence[str] = "xmr",
    phase: Phases | None = None,
    baseline: Baseline = "all",
    as_at: Any = None,
    min_observed: int = 12,
    constants: str = "exact",
    width: float = 3.0,
) -> Limits:
    """Compute control limits of every series.

    Parameters
    ----------
    panel : Panel
        n_series x n_periods.
    chart : {"xmr", "small_count", "auto"} or sequence of them
        A row of `CHARTS`, for all series or for each; "auto" takes `small_count` for counts whose baseline
        mean is under 5 and `xmr` for the rest. Where the baseline leaves small counts no month to judge the
        status says so.
    phase : Phases, optional
        Stretches with limits of their own, from `phases_at`; by default one, from the first observed
        month to the as-at month.
    baseline : "all", int, (first month, last month) or Window
        Which months set the limits: all of a phase, its first n calendar months, a pair of months, or
        the first part of a moving window.
    as_at : month, or one month a series, optional
        The month reported on; by default the last one. Later months have no limits.
    min_observed : int
        A baseline with fewer observed months is a `short history`: no limits, no flags.
    constants : {"exact", "textbook"}
        d2 = 2 / sqrt(pi), or 1.128 as printed.
    width : float
        Distance of the control limits from the centre, in sigma.

    Returns
    -------
    Limits
        `centre`, `sigma`, `ucl`, `lcl` (n_series, n_periods) in the unit of the plotted value (a ratio's
        is `value / of`), and `status` (n_series,). For small counts `ucl` and `lcl` are the smallest and
        the largest count that would fire, and there is no sigma.

    Raises
    ------
    ChoiceError
        A misspelt choice, a month outside the panel, a small_count chart asked for with baseline "all".

    Notes
    -----
    Sigma is the mean of the moving ranges inside the baseline over d2; a gap breaks a moving range. Where
    it is 0 the status is `no variation` and nothing fires. Source: NIST/SEMATECH e-Handbook of
    Statistical Methods, 6.3.2.2. Small counts: see `spc.kernels.small_counts` and SPEC 7.

    Examples
    --------
    >>> import spc
    >>> flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    >>> lim = spc.limits(spc.Panel.from_numpy(flow, start=None), min_observed=10, constants="textbook")
    >>> print(round(lim.centre[0, 0], 2), round(lim.ucl[0, 0], 4), round(lim.lcl[0, 0], 4))
    50.81 55.8041 45.8159
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    d2 = D2[choice("constants", constants, D2)]
    least = whole("min_observed", min_observed, 2, 100_000)
    reach = positive("width", width)
    ends = panel.positions(as_at)
    whole_phases = Phases.single(panel, ends) if phase is None else _phases_of(panel, phase).until(ends)
    phases, base_first, base_last = resolve(panel, whole_phases, baseline, ends)
    fit = _fit(panel, phases, base_first, base_last)
    small, status = _chart_of_phases(panel, chart, phases, fit, least)
    if isinstance(baseline, str) and chart == "small_count":
        raise ChoiceError(
            "The small_count chart judges months after its baseline, so `baseline` must leave some: "
            "a number of months, a pair of months or spc.Window(36, first=24)."
        )
    status[small & (base_last >= phases.last)] = NOT_JUDGED
    known = (status == OK) | (status == NO_VARIATION) | (status == NOT_JUDGED)
    centre = np.where(known, fit.centre, np.nan)
    sigma = np.where(known & ~small, fit.ranges / d2, np.nan)
    upper, lower = centre + reach * sigma, centre - reach * sigma
    upper[small], lower[small] = _smallest_to_fire(fit.events[small], fit.count[small], reach)
    return Limits(
        panel=panel,
        chart=chart if isinstance(chart, str) else "by series",
        phases=phases,
        base_first=base_first,
        base_last=base_last,
        phase_centre=centre,
        phase_sigma=sigma,
        phase_upper=upper,
        phase_lower=lower,
        phase_small=small,
        phase_count=fit.count,
        phase_total=fit.total,
        phase_scale=fit.scale,
        phase_status=status,
        ends=ends,
        width=reach,
        constants=constants,
        baseline=baseline,
    )


def _phases_of(panel: Panel, phase: Phases) -> Phases:
    parcel("phase", phase, Phases, "spc.phases_at(panel, months)")
    made = phase.panel
    if made is None or (made.n_series, made.n_periods, made.start) != (
        panel.n_series,
        panel.n_periods,
        panel.start,
    ):
        raise ChoiceError("`phase` must be made from the same panel: spc.phases_at(panel, months).")
    return phase


@dataclass(frozen=True, eq=False)
class _Fit:
    """What a baseline says: mean, mean moving range, months observed, exact sum (in 1 / scale), least."""

    centre: Floats
    ranges: Floats
    count: Ints
    total: Floats
    scale: Floats
    least: Floats

    @property
    def events(self) -> Floats:
        """The baseline's total where its months are whole numbers and none is negative, else NaN."""
        return np.where((self.scale == 1.0) & (self.least >= 0.0), self.total, np.nan)


def _fit(panel: Panel, phases: Phases, base_first: Ints, base_last: Ints) -> _Fit:
    n_phases = len(phases.first)
    centre, ranges, total, scale, least = (np.empty(n_phases) for _ in range(5))
    count = np.empty(n_phases, np.int64)
    baseline_kernel(
        panel.observed, phases.offsets, base_first, base_last, centre, ranges, count, total, scale, least
    )
    with np.errstate(invalid="ignore"):
        faint = np.flatnonzero((ranges > 0.0) & (ranges <= TIE * np.abs(centre)))
    for p in faint:  # ratios that are constant on paper: 0.1 of 0.3, 0.2 of 0.6
        values = exact_row(*panel.parts(int(phases.series[p])))
        if not varies(values[base_first[p] : base_last[p]]):
            ranges[p] = 0.0
    return _Fit(centre, ranges, count, total, scale, least)


def _chart_of_phases(
    panel: Panel, chart: str | Sequence[str], phases: Phases, fit: _Fit, least: int
) -> tuple[Flags, Codes]:
    """Return which phases take the small_count chart, and the status of each phase."""
    choices = (*CHARTS, "auto")
    if isinstance(chart, str) or chart is None:
        names = np.full(panel.n_series, choice("chart", chart, choices), dtype=object)
    else:
        names = np.array([choice("chart", name, choices) for name in chart], dtype=object)
        if len(names) != panel.n_series:
            raise ChoiceError(f"`chart` must be one name, or one for each of {panel.n_series:,} series.")
    asked = names[phases.series]
    counts = ~panel.is_ratio[phases.series] & ~np.isnan(fit.events)
    short = fit.count < least
    with np.errstate(invalid="ignore"):
        rare = fit.centre < RARE
    small = counts & ~short & ((asked == "small_count") | ((asked == "auto") & rare))
    status = np.full(len(asked), OK, np.int8)
    status[(fit.ranges == 0.0) & ~small] = NO_VARIATION
    status[short | (np.isnan(fit.ranges) & ~small)] = SHORT_HISTORY
    status[(asked == "small_count") & ~counts & ~short] = NO_COUNTS
    return small, status


def _smallest_to_fire(events: Floats, months: Ints, width: float) -> tuple[Floats, Floats]:
    """Return the counts of one month that would fire, as the One-Month rule at `width` sigma has it."""
    high, low = np.empty((len(events), 1), np.int64), np.empty((len(events), 1), np.int64)
    one = Rule("One", zone=width, needed=1, span=1)
    critical_totals(events, months, np.array([1]), np.array([one.chance]), high, low)
    upper = np.where(high[:, 0] == NEVER_HIGH, np.nan, high[:, 0].astype(np.float64))
    return upper, np.where(low[:, 0] == NEVER_LOW, np.nan, low[:, 0].astype(np.float64))
