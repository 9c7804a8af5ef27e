"""Phases from known dates, from the steps of a catalogue, and as proposals found in the data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from spc.array_types import Ints
from spc.arrays import chosen, named_rows
from spc.baselines import Phases
from spc.charts.constants import D2
from spc.checks import ChoiceError, choice, parcel, positive, whole
from spc.frames import month_ordinal
from spc.kernels.shifts import count_steps, list_steps
from spc.measures import Assignment, Catalogue, Measure, catalogue_of, measures_of
from spc.panel import Panel
from spc.results.proposals import METHODS, Proposals

__all__ = ["phases", "phases_at", "phases_at_steps"]


def phases_at(
    panel: Panel, months: Sequence[Any], reasons: Sequence[str] = (), *, series: Any = None
) -> Phases:
    """Start a new phase at each of these months.

    Parameters
    ----------
    panel : Panel
    months : sequence of months
        The first month under each new regime.
    reasons : sequence of str, optional
        Why, one for each month.
    series : mapping of key to name, or mask (n_series,) of bool, or positions, optional
        The series that have new phases, such as ``{"area": "Swindon"}``; by default all of them.

    Returns
    -------
    Phases
        For `limits(phase=...)`; runs never cross from one phase into the next.

    Raises
    ------
    ChoiceError
        A month outside the panel, reasons of another number than months, a series that is not there.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[3, 4, 3, 4, 3, 4, 9, 8, 9, 8, 9, 8]], start="2023-09")
    >>> phases = spc.phases_at(panel, ["2024-03"], ["new system"])
    >>> lim = spc.limits(panel, phase=phases, min_observed=6)
    >>> print(lim.centre[0, 0], lim.centre[0, -1])
    3.5 8.5
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    if isinstance(months, str) or not isinstance(months, Iterable):
        raise ChoiceError(f"`months` must be a list of months, got {months!r}: write [{months!r}].")
    if reasons and len(reasons) != len(months):
        raise ChoiceError(f"`reasons` must be one for each of the {len(months)} months, got {len(reasons)}.")
    starts = np.array([panel.position(month, "months") for month in months], np.int64)
    rows = rows_of(panel, series)
    told = [str(reason) for reason in reasons] * len(rows)
    return Phases.cut(panel, np.repeat(rows, len(starts)), np.tile(starts, len(rows)), told)


def rows_of(panel: Panel, series: Any) -> Ints:
    """Return the rows meant by a mapping of keys, a mask or positions; all of them for None."""
    rows = np.arange(panel.n_series, dtype=np.int64)
    if series is None:
        return rows
    if isinstance(series, Mapping):
        return named_rows(panel.keys, series, rows)
    return np.unique(chosen(series, panel.n_series)).astype(np.int64)


def phases_at_steps(panel: Panel, *, measures: Catalogue | Sequence[Measure] | Assignment) -> Phases:
    """Start a new phase of each series at the known steps of its measure.

    Parameters
    ----------
    panel : Panel
    measures : Catalogue or sequence of Measure
        Whose `steps` say when and why; steps outside the panel's months cut nothing.

    Returns
    -------
    Phases
        For `limits(phase=...)`. A scorecard marks the steps of its catalogue and does not re-base by them
        unless it is handed these.

    Raises
    ------
    ChoiceError
        A panel in plain observation order, which has no dates.

    Examples
    --------
    >>> import spc
    >>> sample = spc.samples.load("road_casualties")
    >>> phases = spc.phases_at_steps(sample.panel, measures=sample.measures)
    >>> limits = spc.limits(sample.panel, phase=phases)
    >>> print(limits.centre[0, [168, 169]].round(1), phases.reason(1))
    [125.9 100.3] front seat belts compulsory from 31 January 1983
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    if panel.start is None:
        raise ChoiceError(
            "`panel` must have months, since steps are dated: it is in plain observation order."
        )
    rows = measures_of(panel, measures if isinstance(measures, Assignment) else catalogue_of(measures))
    series, starts, reasons = [], [], []
    for code, measure in enumerate(rows.distinct):
        dated = [(month_ordinal(step.month, "steps") - panel.start, step.reason) for step in measure.steps]
        inside = [(at, reason) for at, reason in dated if 0 < at < panel.n_periods]
        for s in np.flatnonzero(rows.code == code) if inside else ():
            series += [s] * len(inside)
            starts += [at for at, _ in inside]
            reasons += [reason for _, reason in inside]
    return Phases.cut(panel, np.array(series, np.int64), np.array(starts, np.int64), reasons)


def phases(
    panel: Panel,
    *,
    method: str = "stable_shift",
    baseline: int = 21,
    min_observed: int = 12,
    run_length: int = 8,
    smallest_shift: float = 0.75,
    as_at: Any = None,
) -> Proposals:
    """Propose where a series has settled on another level, with the evidence for and against each candidate.

    Nothing is applied: `Proposals.apply()` gives the phases, `spc.before_and_after` shows what they change.

    Parameters
    ----------
    panel : Panel
    method : {"stable_shift"}
    baseline : int
        Calendar months that set the limits of a phase: the first of the series, and of each candidate.
    min_observed : int
        As many of them must be observed. A candidate may be accepted from this many months on; until its
        `baseline` is complete that is not settled, and a later month can still take it back.
    run_length : int
        Months on one side of the centre that open a candidate, and that take it back.
    smallest_shift : float
        The distance of the centres, in old sigma, which a candidate must exceed. Long noise has runs of eight
        too: in 200 months without any change 59% of series have a candidate accepted, with 0.75 here 11%,
        with 1.0 3.5%, while a step of 1.5 sigma is found as often as before (docs/phases.md).
    as_at : month, or one month a series, optional
        The last month that is known; by default the last one of the panel.

    Returns
    -------
    Proposals

    Raises
    ------
    ChoiceError
        A misspelt choice, a number out of its range, a month outside the panel.

    Notes
    -----
    Lines are those of the XmR chart: the mean of the months that set them, sigma their mean moving range
    over d2 (NIST/SEMATECH e-Handbook 6.3.2.2). After them the first `run_length` months in a row on one side
    of the centre open a candidate, whose first month is the first of these. It is fitted to its own first
    `baseline` months. It is rejected if as many months in a row lie on the other side of its own centre,
    beginning among those months and after the ones that opened it, or if its centre is not further than
    `smallest_shift` on the side of the run; else accepted. A month on a centre line and a missing month break
    a run; within 1e-9 of the centre a month counts as on it, unless it is a decimal of no more places than
    the months that set it. A run on one side as the test of a shift: Western Electric (1956), pp. 25-28;
    re-basing by stable shifts is published practice for NHS charts, the definition here is our own and
    stands in full in docs/phases.md.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([10, 12, 11] * 10 + [14, 16, 15] * 8, start="2021-01")
    >>> found = spc.phases(panel)
    >>> found
    Proposals(stable_shift, 1 series: 1 accepted, 0 rejected, 0 pending)
    >>> spc.limits(panel, phase=found.apply(), baseline=21).centre[0, [0, -1]].tolist()
    [11.0, 15.0]
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    choice("method", method, METHODS)
    months = whole("baseline", baseline, 12, 240)
    least = whole("min_observed", min_observed, 8, months)
    run = whole("run_length", run_length, 5, 15)
    smallest = 0.0 if smallest_shift == 0 else positive("smallest_shift", smallest_shift, high=10.0)
    ends = panel.positions(as_at)
    n = panel.n_series
    status, steps = np.empty(n, np.int64), np.empty(n, np.int64)
    asked = (months, least, run, smallest, D2["exact"])
    count_steps(panel.observed, panel.first_observed, ends + 1, *asked, status, steps)
    offsets = np.concatenate([[0], np.cumsum(steps)]).astype(np.int64)
    codes, lines = np.empty((int(offsets[-1]), 11), np.int64), np.empty((int(offsets[-1]), 4))
    list_steps(panel.observed, panel.first_observed, ends + 1, offsets, *asked, codes, lines)
    return Proposals(
        panel=panel,
        method=method,
        baseline=months,
        min_observed=least,
        run_length=run,
        smallest_shift=smallest,
        ends=ends,
        offsets=offsets,
        codes=codes,
        lines=lines,
        reached=status,
    )
