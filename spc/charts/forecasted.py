"""The forecast chart: each month against what the months before it let expect."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np

from spc.array_types import Codes, Flags, Floats, Ints
from spc.charts.fitting import Fitted, Problem
from spc.charts.individuals import xmr
from spc.results import Months
from spc.results.statuses import NO_VARIATION, NOT_JUDGED, OK, SHORT_HISTORY

__all__ = ["forecast"]

#: The lines come from a neighbour, found by its name when it is asked for (docs/decisions/0016).
FILLED_BY = "spc.forecast.charting:expected"


def forecast(problem: Problem) -> Fitted:
    """Centre and limits of every month from a forecast that knows neither that month nor any later one.

    With known="month_before" each month is forecast from the months of its phase before it, from
    `min_observed` of them on; with "baseline" all months after the baseline are forecast from its last month.
    Months that may not set limits are unknown to either. The lines of a phase stand for its last month.

    Source: Montgomery (2013), Introduction to Statistical Quality Control, 7th ed., section 10.4; what each
    method expects, and how far months may fall from it: `spc.forecast`.
    """
    if problem.is_agreed:
        # the centre and sigma of a file, as straight lines: `save_limits` sees that they are not these
        return xmr(problem)
    lines = _expected(problem)
    phase = np.where(np.isnan(lines[0]), -1, problem.phase_of)
    status = _status(problem, phase, *lines[1:])
    held = np.append(np.isin(status, (OK, NO_VARIATION)), False)[phase]
    centre, sigma, upper, lower = (np.where(held, line, np.nan) for line in lines)
    at_end = _at_end(problem, np.where(held, phase, -1))
    series = np.arange(len(problem.values), dtype=np.int64)
    months = Months(series, problem.values, centre, sigma, upper, lower)
    return Fitted(at_end(centre), at_end(sigma), at_end(upper), at_end(lower), status, months)


def _expected(problem: Problem) -> tuple[Floats, Floats, Floats, Floats]:
    """Return centre, sigma, upper and lower limit of every month (n, n_periods); NaN where there is none."""
    module, function = FILLED_BY.split(":")
    options, frozen = problem.options, problem.options["known"] == "baseline"
    found: tuple[Floats, Floats, Floats, Floats] = getattr(import_module(module), function)(
        np.ascontiguousarray(problem.allowed(problem.values)),
        problem.is_ratio,
        problem.start,
        problem.owner,
        problem.base_first if frozen else problem.first,
        problem.base_last if frozen else None,
        problem.last,
        method=options["method"],
        least=problem.choices.least,
        width=problem.choices.width,
    )
    return found


def _status(problem: Problem, phase: Ints, sigma: Floats, upper: Floats, lower: Floats) -> Codes:
    """Return the status of each phase: ok as soon as one of its months has a limit."""

    def any_month(cells: Flags) -> Flags:
        return np.bincount(phase[cells & (phase >= 0)], minlength=problem.n_phases) > 0

    status = np.full(problem.n_phases, SHORT_HISTORY, np.int8)
    if problem.options["known"] == "baseline":
        enough = problem.spread.count >= problem.choices.least
        status[enough & (problem.base_last == problem.last)] = NOT_JUDGED
    status[any_month(sigma == 0.0)] = NO_VARIATION
    status[any_month(~(np.isnan(upper) & np.isnan(lower)))] = OK
    return status


def _at_end(problem: Problem, phase: Ints) -> Callable[[Floats], Floats]:
    """Return what takes a line by month to its value in the last month of each phase that has one."""
    rows, columns = np.nonzero(phase >= 0)

    def taken(line: Floats) -> Floats:
        found = np.full(problem.n_phases, np.nan)
        found[phase[rows, columns]] = line[rows, columns]  # in order of time: the last of a phase stays
        return found

    return taken
