"""Charts of single values: XmR, the moving range itself, and the run chart."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from spc.array_types import Flags, Floats
from spc.charts.autocorrelation import widened
from spc.charts.constants import D2, D4, MEDIAN_RANGE, c4
from spc.charts.fitting import Fitted, Problem, Spread, months_of, status_of
from spc.results.statuses import NO_VARIATION, OK, SHORT_HISTORY
from spc.ties import TIE, exact_row, varies

__all__ = ["flat_phases", "moving_range", "one_number", "run", "xmr"]


def xmr(problem: Problem) -> Fitted:
    """Centre = mean or median of the months; sigma = mean or median moving range, or sd, over its constant.

    Source: NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2; Wheeler (1993).
    """
    spread = problem.spread
    centre = _centre(problem, spread)
    sigma = _known(problem.known_sigma, sigma_of(problem, _settled(problem, spread)))
    status = status_of(problem, spread.count, sigma)
    drawn = (status == OK) | (status == NO_VARIATION)
    centre, sigma = np.where(drawn, centre, np.nan), np.where(drawn, sigma, np.nan)
    reach = problem.choices.width * sigma
    out = None if problem.choices.sigma == "sd" else spread.screened
    return Fitted(centre, sigma, centre + reach, centre - reach, status, screened=out)


def sigma_of(problem: Problem, spread: Spread) -> Floats:
    """Return sigma as `choices.sigma` has it, widened for autocorrelation if that was asked for."""
    choices = problem.choices
    if choices.sigma == "median_range":
        sigma = spread.median_range / MEDIAN_RANGE[choices.constants]
    elif choices.sigma == "sd":
        sigma = spread.sd / c4(spread.count)
    else:
        sigma = spread.mean_range / D2[choices.constants]
    return widened(problem, sigma) if choices.autocorrelation == "widen" else sigma


def _known(known: Floats, estimated: Floats) -> Floats:
    return np.where(np.isnan(known), estimated, known)


def _centre(problem: Problem, spread: Spread) -> Floats:
    estimated = spread.median if problem.choices.centre == "median" else spread.mean
    return _known(problem.known_centre, estimated)


def flat_phases(problem: Problem, spread: Spread) -> Flags:
    """Return the phases whose months are one number on paper, whatever the floats say.

    Ranges know of neighbours alone: months that differ across a gap are one number to them, though not to an
    sd, nor where gaps are bridged.
    """
    all_meet = problem.choices.sigma == "sd"
    with np.errstate(invalid="ignore"):
        flat = spread.mean_range <= TIE * np.abs(spread.mean)
        doubtful = flat & ((spread.mean_range > 0.0) | (all_meet & (spread.sd > 0.0)))
    across = all_meet or problem.choices.gaps == "bridge"
    for p in np.flatnonzero(doubtful).tolist():
        flat[p] = one_number(problem, p) if across else not varies(_exact_baseline(problem, p))
    return flat


def one_number(problem: Problem, p: int) -> bool:
    """Whether all months of a baseline are one number on paper, across its gaps too."""
    return not varies([value for value in _exact_baseline(problem, p) if value is not None])


def _settled(problem: Problem, spread: Spread) -> Spread:
    """Set spreads to 0 that are nothing but rounding: 0.1 of 0.3, 0.2 of 0.6 are constant on paper."""
    flat = flat_phases(problem, spread) & (spread.mean_range > 0.0)
    if not flat.any():
        return spread
    return replace(
        spread,
        mean_range=np.where(flat, 0.0, spread.mean_range),
        median_range=np.where(flat, 0.0, spread.median_range),
        sd=np.where(flat, 0.0, spread.sd),
    )


def moving_range(problem: Problem) -> Fitted:
    """Centre = mean moving range; upper limit = D4 times it; what is plotted are the ranges themselves.

    Source: NIST/SEMATECH e-Handbook 6.3.2.2; Montgomery (2013), section 6.4.
    """
    spread = _settled(problem, problem.spread)
    d2, d4 = D2[problem.choices.constants], D4[problem.choices.constants]
    known = problem.known_sigma * d2
    centre = _known(known, spread.mean_range)
    # a known sigma says all that is asked; the centre of the months has no part in it
    told = replace(problem, known_centre=problem.known_sigma)
    status = status_of(told, spread.count, centre)
    drawn = (status == OK) | (status == NO_VARIATION)
    centre = np.where(drawn, centre, np.nan)
    upper = centre * (1.0 + (d4 - 1.0) * problem.choices.width / 3.0)
    points = _ranges(problem)
    lower = np.where(drawn, 0.0, np.nan)
    none = np.full_like(centre, np.nan)
    months = months_of(problem, points, centre, none, upper, lower)
    return Fitted(centre, none, upper, lower, status, months, screened=spread.screened)


def _ranges(problem: Problem) -> Floats:
    """Return the step from the month before, within a phase; across a gap only where gaps are bridged."""
    values = problem.values
    before = np.full_like(values, np.nan)
    before[:, 1:] = values[:, :-1]
    origin = np.full(values.shape, -1, np.int64)
    origin[:, 1:] = problem.phase_of[:, :-1]
    if problem.choices.gaps == "bridge":
        columns = np.where(np.isnan(values), -1, np.arange(values.shape[1]))
        latest = np.maximum.accumulate(columns, axis=1)
        last = np.full_like(latest, -1)
        last[:, 1:] = latest[:, :-1]
        before = np.where(last >= 0, np.take_along_axis(values, np.maximum(last, 0), axis=1), np.nan)
        origin = np.where(last >= 0, np.take_along_axis(problem.phase_of, np.maximum(last, 0), axis=1), -1)
    same = (origin == problem.phase_of) & (origin >= 0)
    return np.where(same, np.abs(values - before), np.nan)


def _still(problem: Problem, spread: Spread) -> Flags:
    """Whether all months of a baseline are the same on paper, neighbours or not."""
    still = spread.sd == 0.0
    with np.errstate(invalid="ignore"):
        faint = ~still & (spread.sd <= TIE * np.abs(spread.mean))
    for p in np.flatnonzero(faint):
        base = _exact_baseline(problem, int(p))
        still[p] = len({value for value in base if value is not None}) == 1
    return still


def _exact_baseline(problem: Problem, p: int) -> list[Fraction | None]:
    s = int(problem.owner[p])
    below = problem.of[s] if problem.of is not None and problem.is_ratio[s] else None
    values = exact_row(problem.allowed(problem.top)[s], below)
    return values[problem.base_first[p] : problem.base_last[p]]


def run(problem: Problem) -> Fitted:
    """Centre = median (or mean, if asked for); no limits: only rules about the centre are asked.

    Source: Perla, Provost and Murray (2011), BMJ Quality and Safety 20, 46-51.
    """
    spread = problem.spread
    estimated = spread.mean if problem.options["middle"] == "mean" else spread.median
    centre = _known(problem.known_centre, estimated)
    known = ~np.isnan(problem.known_centre)
    # months that lie on a known centre, all of them, say as little as months that are all the same
    on_centre = (spread.mean_range == 0.0) & (np.abs(spread.mean - centre) <= TIE * np.abs(centre))
    still = np.where(known, on_centre, _still(problem, spread))
    status = np.where(still, NO_VARIATION, OK).astype(np.int8)
    status[(spread.count < problem.choices.least) & ~known] = SHORT_HISTORY
    drawn = (status == OK) | (status == NO_VARIATION)
    centre = np.where(drawn, centre, np.nan)
    none = np.full_like(centre, np.nan)
    months = months_of(problem, problem.values, centre, none, none, none)
    return Fitted(centre, none, none, none, status, months)
