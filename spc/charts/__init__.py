"""limits(): centre line, sigma and control limits of every series, phase by phase."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from spc.baselines import Baseline, Phases, resolve
from spc.chart_kinds import CHARTS, CODES, Chart
from spc.charts.agreed import Agreed, agreed_limits, agreed_task, alone
from spc.charts.asking import Bounds, Known, as_bounds, as_choices, as_known, heeded, options_of
from spc.charts.attributes import c, i_prime, np_chart, p, p_prime, u, u_prime
from spc.charts.bounding import within
from spc.charts.excluding import Exclusion, barred_months
from spc.charts.fitting import Fitted, Problem
from spc.charts.forecasted import forecast
from spc.charts.impossible import without_impossible
from spc.charts.individuals import moving_range, run, xmr
from spc.charts.memory import cusum, ewma, moving_average
from spc.charts.rare import g, t
from spc.charts.seasonal import seasonal_xmr
from spc.charts.small_counts import MIXED, take_small_counts
from spc.charts.subgroups import mean_by_range, mean_by_sd, ranges, sds
from spc.charts.tasks import Task, by_phase
from spc.checks import ChoiceError, choice, parcel
from spc.panel import Panel
from spc.results import Limits, Months

__all__ = ["CHARTS", "FITS", "Chart", "Exclusion", "limits"]

#: Chart to the function that fits it.
FITS: dict[str, Callable[[Problem], Fitted]] = {
    "xmr": xmr,
    "mr": moving_range,
    "run": run,
    "ewma": ewma,
    "cusum": cusum,
    "ma": moving_average,
    "p": p,
    "np": np_chart,
    "c": c,
    "u": u,
    "p_prime": p_prime,
    "u_prime": u_prime,
    "i_prime": i_prime,
    "g": g,
    "t": t,
    "xbar_r": mean_by_range,
    "xbar_s": mean_by_sd,
    "r": ranges,
    "s": sds,
    "seasonal_xmr": seasonal_xmr,
    "forecast": forecast,
}


def limits(
    panel: Panel,
    *,
    chart: str | Sequence[str] = "xmr",
    phase: Phases | None = None,
    baseline: Baseline = "all",
    as_at: Any = None,
    centre: str | Known = "mean",
    sigma: str | Known = "mean_range",
    exclude: Mapping[Any, str] | Sequence[Exclusion] = (),
    gaps: str = "break",
    screen: str = "none",
    autocorrelation: str = "ignore",
    min_observed: int = 12,
    constants: str = "exact",
    width: float = 3.0,
    bounds: Bounds = None,
    agreed: Agreed | None = None,
    **options: float | str,
) -> Limits:
    """Compute control limits of every series.

    Parameters
    ----------
    panel : Panel
        n_series x n_periods.
    chart : str or sequence of str
        A row of `CHARTS`, for all series or for each; "auto" takes `small_count` for counts whose baseline
        mean is under 5 and `xmr` for the rest. Where the baseline leaves small counts no month to judge the
        status says so.
    phase : Phases, optional
        Stretches with limits of their own, from `phases_at` or `phases`; by default one, from the first
        observed month to the as-at month.
    baseline : "all", int, (first month, last month) or Window
        Which months set the limits: all of a phase, its first n calendar months, a pair of months, or
        the first part of a moving window.
    as_at : month, or one month a series, optional
        The month reported on; by default the last one. Later months have no limits.
    centre : {"mean", "median"}, float or (n_series,) float64
        How the centre of an XmR chart is found, or the known centre, in the unit of the plotted value (for
        mr the known mean range comes from `sigma`).
    sigma : {"mean_range", "median_range", "sd"}, float or (n_series,) float64
        How sigma is found: mean or median moving range, or the sd over c4; or the known sigma.
    exclude : mapping of month to reason, or sequence of Exclusion
        Months that may not set limits, because of a known cause; they are judged like any other.
    gaps : {"break", "bridge"}
        Whether a missing month breaks a moving range, or is bridged.
    screen : {"none", "ranges"}
        Whether moving ranges beyond their own upper limit are left out of sigma (never over a third of
        them, never so that nothing but zeros stays).
    autocorrelation : {"ignore", "widen"}
        Whether sigma from moving ranges is widened by 1 / sqrt(1 - phi) where neighbours are alike.
    min_observed : int
        A baseline with fewer observed months is a `short history`: no limits, no flags (unless centre and
        sigma are known).
    constants : {"exact", "textbook"}
        d2 = 2 / sqrt(pi), or 1.128 as printed, and so on.
    width : float
        Distance of the control limits from the centre, in sigma. A rule that asks for three sigma asks for
        these limits.
    bounds : (low, high) or (n_series, 2) float64, optional
        Where values can never be; limits are clipped there. By default what the chart itself knows.
    agreed : Agreed, optional
        Limits that were saved, from `spc.agreed`: they hold as they are, and only `as_at` may be asked too.
    **options
        What the chart has of its own (`CHARTS[chart].options`).

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
    By default sigma is the mean of the moving ranges inside the baseline over d2; a gap breaks a moving
    range. Where it is 0 the status is `no variation` and no zone rule fires. Source: NIST/SEMATECH e-Handbook
    of Statistical Methods, 6.3.2.2. The other charts: docs/methods.

    Examples
    --------
    >>> import spc
    >>> flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    >>> lim = spc.limits(spc.Panel.from_numpy(flow, start=None), min_observed=10, constants="textbook")
    >>> print(round(lim.centre[0, 0], 2), round(lim.ucl[0, 0], 4), round(lim.lcl[0, 0], 4))
    50.81 55.8041 45.8159
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    if agreed is not None:
        alone(locals(), limits.__kwdefaults__ or {})
        return _as_agreed(panel, agreed, as_at)
    asked = as_choices(centre, sigma, gaps, screen, autocorrelation, constants, width, min_observed)
    ends = panel.positions(as_at)
    whole_phases = Phases.single(panel, ends) if phase is None else _phases_of(panel, phase).until(ends)
    phases, base_first, base_last = resolve(panel, whole_phases, baseline, ends)
    names = _charts_of(panel, chart)
    if isinstance(baseline, str) and isinstance(chart, str) and chart == "small_count":
        raise ChoiceError(
            "The small_count chart judges months after its baseline, so `baseline` must leave some: "
            "a number of months, a pair of months or spc.Window(36, first=24)."
        )
    known = [as_known(given, name, panel) for given, name in ((centre, "centre"), (sigma, "sigma"))]
    heeded(asked, names, known)
    task = Task(
        panel=panel,
        phases=phases,
        base_first=base_first,
        base_last=base_last,
        ends=ends,
        known_centre=by_phase(known[0], phases),
        known_sigma=by_phase(known[1], phases),
        barred=barred_months(panel, exclude),
        choices=asked,
        options=options_of(names, options),
        bounds=as_bounds(bounds, panel),
    )
    return _limits(task, names, chart if isinstance(chart, str) else "by series", baseline)


def _as_agreed(panel: Panel, agreed: Agreed, as_at: Any) -> Limits:
    parcel("agreed", agreed, Agreed, "spc.agreed(path)")
    task, names = agreed_task(panel, agreed, panel.positions(as_at))
    return agreed_limits(_limits(task, names, "agreed", "agreed"), task)


def _charts_of(panel: Panel, chart: str | Sequence[str]) -> np.ndarray[Any, Any]:
    choices = (*CHARTS, "auto")
    if isinstance(chart, str | bytes) or not isinstance(chart, Iterable):
        return np.full(panel.n_series, choice("chart", chart, choices), dtype=object)
    names = np.array([choice("chart", name, choices) for name in chart], dtype=object)
    if len(names) != panel.n_series:
        raise ChoiceError(f"`chart` must be one name, or one for each of {panel.n_series:,} series.")
    return names


def _phases_of(panel: Panel, phase: Phases) -> Phases:
    parcel("phase", phase, Phases, "spc.phases_at(panel, months)")
    if not phase.belongs_to(panel):
        raise ChoiceError("`phase` must be made from the same panel: spc.phases_at(panel, months).")
    return phase


def _limits(task: Task, names: np.ndarray[Any, Any], chart: str, baseline: Baseline) -> Limits:
    lines, months = _fit(task, names)
    known = {"known_centre": task.known_centre, "known_sigma": task.known_sigma, "bounds": task.bounds}
    return Limits(
        panel=task.panel,
        chart=chart,
        phases=task.phases,
        base_first=task.base_first,
        base_last=task.base_last,
        **lines,
        ends=task.ends,
        months=months,
        width=task.choices.width,
        constants=task.choices.constants,
        baseline=baseline,
        choices={**asdict(task.choices), **known, "options": task.options},
        excluded=task.barred,
    )


def _fit(task: Task, names: np.ndarray[Any, Any]) -> tuple[dict[str, Any], Months | None]:
    """Fit every chart to its series; return the lines of all phases, and the months that need their own."""
    n = len(task.phases.first)
    fields = ("centre", "sigma", "upper", "lower", "total", "scale", "shape")
    lines: dict[str, Any] = {f"phase_{name}": np.full(n, np.nan) for name in fields}
    lines["phase_count"], lines["phase_screened"] = np.zeros(n, np.int64), np.zeros(n, np.int64)
    lines["phase_chart"], lines["phase_status"] = np.zeros(n, np.int8), np.zeros(n, np.int8)
    months: list[Months] = []
    for name in dict.fromkeys(names.tolist()):
        series = np.flatnonzero(names == name).astype(np.int64)
        rows = np.flatnonzero(np.isin(task.phases.series, series))
        kind = CHARTS["xmr" if name in MIXED else name]
        problem = task.problem(kind, series, rows)
        answer = within(FITS[kind.name](problem), problem, task.bounds[series])
        if name in MIXED:
            answer = take_small_counts(answer, problem, name, task.options["small_count"])
        answer = without_impossible(answer, problem)
        for field in ("centre", "sigma", "upper", "lower", "status"):
            lines[f"phase_{field}"][rows] = getattr(answer, field)
        for field in ("count", "total", "scale"):
            lines[f"phase_{field}"][rows] = getattr(problem.spread, field)
        lines["phase_screened"][rows] = 0 if answer.screened is None else answer.screened
        lines["phase_shape"][rows] = np.inf if answer.shape is None else answer.shape
        lines["phase_chart"][rows] = CODES[kind.name] if answer.chart is None else answer.chart
        if answer.months is not None:
            months.append(answer.months.of_series(series[answer.months.series]))
    return lines, Months.joined(months)
