"""Charts of subgroups: their means, ranges and standard deviations, of equal or unequal size.

Source: SAS/STAT (SAS/QC) User's Guide, SHEWHART procedure, "Methods for Estimating the Standard Deviation"
and "Control Limits"; Burr (1969), Journal of Quality Technology 1, 163-167; Montgomery (2013), sections 6.2
and 6.3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spc.array_types import Codes, Floats, Ints
from spc.charts.constants import c4, range_constants, sd_constant
from spc.charts.fitting import Fitted, Problem, status_of
from spc.kernels.subgroups import weighted
from spc.results import Months
from spc.results.statuses import NO_SUBGROUPS, NO_VARIATION, OK, SHORT_HISTORY
from spc.subgroups import Subgroups

__all__ = ["mean_by_range", "mean_by_sd", "ranges", "sds"]

#: Mean of a spread of n values in sigma, and the sd of that spread in sigma.
Constants = tuple[Floats, Floats]


def mean_by_range(problem: Problem) -> Fitted:
    """Means; centre the mean of all observations, sigma from the ranges within, over sqrt(n) of each month.

    Source: SHEWHART procedure, XRCHART statement; Montgomery (2013), equations 6.4 and 6.5.
    """
    return _means(problem, _by_range)


def mean_by_sd(problem: Problem) -> Fitted:
    """Means; centre the mean of all observations, sigma from the sds within, over sqrt(n) of each month.

    Source: SHEWHART procedure, XSCHART statement; Montgomery (2013), equations 6.28 to 6.31.
    """
    return _means(problem, _by_sd)


def ranges(problem: Problem) -> Fitted:
    """Ranges within the month; centre d2(n) sigma, limits `width` times d3(n) sigma from it.

    Source: SHEWHART procedure, RCHART statement; Montgomery (2013), equation 6.5.
    """
    within = _within(problem)
    return _spreads(problem, within.spread, _by_range)


def sds(problem: Problem) -> Fitted:
    """Sds within the month; centre c4(n) sigma, limits `width` times sqrt(1 - c4(n)**2) sigma from it.

    Source: SHEWHART procedure, SCHART statement; Montgomery (2013), equation 6.25.
    """
    within = _within(problem)
    return _spreads(problem, within.sd, _by_sd)


def _within(problem: Problem) -> Subgroups:
    """Return the subgroups; a panel of one number a month has subgroups of one."""
    if problem.within is not None:
        return problem.within
    nothing = np.full(problem.values.shape, np.nan)
    return Subgroups(np.isfinite(problem.values).astype(np.int64), nothing, nothing)


def _status_of(problem: Problem, months: Ints, sigma: Floats) -> Codes:
    """Return the status of each phase, of which so many baseline months have at least two observations."""
    status = status_of(problem, months, sigma)
    status[(status == SHORT_HISTORY) & (months == 0) & (problem.spread.count > 0)] = NO_SUBGROUPS
    return status


def _by_range(count: Ints, constants: str) -> Constants:
    return range_constants(count, constants)


def _by_sd(count: Ints, constants: str) -> Constants:
    mean = sd_constant(count, constants)
    with np.errstate(invalid="ignore"):
        return mean, np.sqrt(1.0 - mean * mean)


def _means(problem: Problem, constants_of: Callable[[Ints, str], Constants]) -> Fitted:
    within = _within(problem)
    sigma, months = _sigma(problem, within, constants_of)
    sizes = np.where(problem.in_baseline, within.count, 0).astype(np.float64)
    grand = _weighted(problem, problem.values, sizes)[0]
    if problem.choices.centre == "median":
        grand = problem.spread.median
    centre = np.where(np.isnan(problem.known_centre), grand, problem.known_centre)
    status = _status_of(problem, months, sigma)
    drawn = (status == OK) | (status == NO_VARIATION)
    centre, sigma = np.where(drawn, centre, np.nan), np.where(drawn, sigma, np.nan)
    n = np.where(within.count > 0, within.count, np.nan)
    middle = np.where(np.isnan(n), np.nan, problem.over_months(centre))
    unit = problem.over_months(sigma) / np.sqrt(n)
    reach = problem.choices.width * unit
    none = np.full_like(centre, np.nan)
    rows = np.arange(len(problem.values), dtype=np.int64)
    lines = Months(rows, problem.values, middle, unit, middle + reach, middle - reach)
    return Fitted(centre, sigma, none, none, status, lines)


def _spreads(problem: Problem, points: Floats, constants_of: Callable[[Ints, str], Constants]) -> Fitted:
    within = _within(problem)
    sigma, months = _sigma(problem, within, constants_of)
    status = _status_of(problem, months, sigma)
    status[(status != NO_VARIATION) & (problem.spread.count > 0) & ~np.isnan(problem.known_sigma)] = OK
    drawn = (status == OK) | (status == NO_VARIATION)
    sigma = np.where(drawn, sigma, np.nan)
    unit = problem.over_months(sigma)
    mean, swing = constants_of(within.count, problem.choices.constants)
    reach = problem.choices.width * swing * unit
    none = np.full(problem.n_phases, np.nan)
    rows = np.arange(len(problem.values), dtype=np.int64)
    blank = np.full_like(unit, np.nan)
    lines = Months(rows, points, mean * unit, blank, mean * unit + reach, mean * unit - reach)
    return Fitted(none, sigma, none, none, status, lines)


def _sigma(
    problem: Problem, within: Subgroups, constants_of: Callable[[Ints, str], Constants]
) -> tuple[Floats, Ints]:
    """Return sigma of single observations and how many baseline months have at least two (n_phases,).

    `options["estimator"]` is "uwave" (the plain mean of spread / its constant), "mvlue" (the same weighted
    by the inverse of its variance) or "rmsdf" (root of the pooled variance over c4 of its degrees of freedom
    + 1).
    """
    usable = problem.in_baseline & (within.count > 1)
    estimator = problem.options["estimator"]
    if estimator == "rmsdf":
        freedom = np.where(usable, within.count - 1.0, 0.0)
        pooled, total, months = _weighted(problem, within.sd * within.sd, freedom)
        estimated = np.sqrt(pooled) / c4(np.maximum(total, 1.0) + 1.0)
    else:
        mean, swing = constants_of(within.count, problem.choices.constants)
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = np.square(mean / swing) if estimator == "mvlue" else 1.0
            cells = (within.spread if constants_of is _by_range else within.sd) / mean
        estimated, _, months = _weighted(problem, cells, np.where(usable, weight, 0.0))
    return np.where(np.isnan(problem.known_sigma), estimated, problem.known_sigma), months


def _weighted(problem: Problem, cells: Floats, weights: Floats) -> tuple[Floats, Floats, Ints]:
    """Return weighted mean, weight and number of the baseline's cells, one of each a phase."""
    mean, total = np.empty(problem.n_phases), np.empty(problem.n_phases)
    count = np.empty(problem.n_phases, np.int64)
    phases = (problem.offsets, problem.base_first, problem.base_last)
    cells, weights = np.ascontiguousarray(cells), np.ascontiguousarray(weights)
    weighted(cells, weights, *phases, mean, total, count)
    return mean, total, count
