"""limits(): centre line and sigma of every series, phase by phase."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.baselines import Baseline, Phases, resolve
from spc.checks import choice, positive, whole
from spc.kernels.averages import baseline as baseline_kernel
from spc.panel import Panel
from spc.results import NO_VARIATION, OK, SHORT_HISTORY, Limits
from spc.ties import TIE, exact_row, varies

__all__ = ["CHARTS", "Chart", "limits"]

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
    )
}


def limits(
    panel: Panel,
    *,
    chart: str = "xmr",
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
    chart : {"xmr"}
        A row of `CHARTS`.
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
        is `value / of`), and `status` (n_series,).

    Raises
    ------
    ChoiceError
        A misspelt choice, a month outside the panel.

    Notes
    -----
    Sigma is the mean of the moving ranges inside the baseline over d2; a gap breaks a moving range. Where
    it is 0 the status is `no variation` and nothing fires. Source: NIST/SEMATECH e-Handbook of
    Statistical Methods, 6.3.2.2.

    Examples
    --------
    >>> import spc
    >>> flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    >>> lim = spc.limits(spc.Panel.from_numpy(flow, start=None), min_observed=10, constants="textbook")
    >>> print(round(lim.centre[0, 0], 2), round(lim.ucl[0, 0], 4), round(lim.lcl[0, 0], 4))
    50.81 55.8041 45.8159
    """
    choice("chart", chart, CHARTS)
    d2 = D2[choice("constants", constants, D2)]
    least = whole("min_observed", min_observed, 2, 100_000)
    reach = positive("width", width)
    ends = panel.positions(as_at)
    whole_phases = Phases.single(panel, ends) if phase is None else phase.until(ends)
    phases, base_first, base_last = resolve(panel, whole_phases, baseline)
    centre, ranges, count, total, scale = _fit(panel, phases, base_first, base_last)
    status = _status(count, ranges, least)
    known = (status == OK) | (status == NO_VARIATION)
    return Limits(
        panel=panel,
        chart=chart,
        phases=phases,
        base_first=base_first,
        base_last=base_last,
        phase_centre=np.where(known, centre, np.nan),
        phase_sigma=np.where(known, ranges / d2, np.nan),
        phase_total=total,
        phase_count=count,
        phase_scale=scale,
        phase_status=status,
        ends=ends,
        width=reach,
        constants=constants,
        baseline=baseline,
    )


def _fit(panel: Panel, phases: Phases, base_first: Any, base_last: Any) -> tuple[Any, ...]:
    """Return mean, mean moving range, number observed and exact sum with its scale, for every phase."""
    n_phases = len(phases.first)
    centre, ranges, total, scale = (np.empty(n_phases) for _ in range(4))
    count = np.empty(n_phases, np.int64)
    baseline_kernel(
        panel.observed, phases.offsets, base_first, base_last, centre, ranges, count, total, scale
    )
    with np.errstate(invalid="ignore"):
        faint = np.flatnonzero((ranges > 0.0) & (ranges <= TIE * np.abs(centre)))
    for p in faint:  # ratios that are constant on paper: 0.1 of 0.3, 0.2 of 0.6
        values = exact_row(*panel.parts(int(phases.series[p])))
        if not varies(values[base_first[p] : base_last[p]]):
            ranges[p] = 0.0
    return centre, ranges, count, total, scale


def _status(count: Any, ranges: Any, least: int) -> Any:
    status = np.full(len(count), OK, np.int8)
    status[ranges == 0.0] = NO_VARIATION
    status[(count < least) | np.isnan(ranges)] = SHORT_HISTORY
    return status
