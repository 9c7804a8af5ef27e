"""Which phases take the small_count chart, and the counts of one month that fire there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Ints
from spc.chart_kinds import CODES
from spc.charts.fitting import Fitted, Problem, sds_of
from spc.kernels.small_counts import NEVER_HIGH, NEVER_LOW, critical_totals
from spc.results.statuses import NO_COUNTS, NOT_JUDGED, OK
from spc.rules import Rule

__all__ = ["MIXED", "take_small_counts"]

#: Choices under which a phase may turn out to be of small counts; the others are judged as individuals.
MIXED = ("auto", "small_count")
#: SPEC 7: XmR on Poisson noise of mean 1 flags 11% of series, of mean 3 still 5%.
RARE = 5.0


def take_small_counts(
    answer: Fitted, problem: Problem, asked: str, options: Mapping[str, float | str]
) -> Fitted:
    """Return the answer of the XmR chart with the phases of rare counts judged exactly.

    Parameters
    ----------
    answer : Fitted
        XmR limits of all phases.
    problem : Problem
    asked : {"auto", "small_count"}
        Counts whose baseline mean is under 5, or all that are counts; the rest has the status `no counts`.
    options : mapping
        `overdispersed`: whether months may vary more than chance has it (SPEC 7).
    """
    spread = problem.spread
    counts = ~problem.is_ratio[problem.owner] & ~np.isnan(spread.events)
    short = spread.count < problem.choices.least
    small = counts & ~short
    if asked == "auto":
        # known numbers are those of an XmR chart; an agreement knows which phases it was
        free = np.isnan(problem.known_centre) & np.isnan(problem.known_sigma)
        small &= free | problem.is_agreed
        with np.errstate(invalid="ignore"):
            small &= spread.mean < RARE
    status = answer.status.copy()
    status[small] = np.where((problem.base_last >= problem.last)[small], NOT_JUDGED, OK)
    centre, sigma, upper, lower = (
        line.copy() for line in (answer.centre, answer.sigma, answer.upper, answer.lower)
    )
    centre[small], sigma[small] = spread.mean[small], np.nan
    shape = shapes_of(problem, small) if options["overdispersed"] else np.full(problem.n_phases, np.inf)
    upper[small], lower[small] = smallest_to_fire(
        spread.events[small], spread.count[small], shape[small], problem.choices.width
    )
    if asked == "small_count":
        wrong = ~counts & ~short
        status[wrong] = NO_COUNTS
        for line in (centre, sigma, upper, lower):
            line[wrong] = np.nan
    chart = np.where(small, CODES["small_count"], CODES["xmr"]).astype(np.int8)
    lines: dict[str, Any] = {"centre": centre, "sigma": sigma, "upper": upper, "lower": lower}
    return replace(answer, **lines, status=status, chart=chart, shape=shape)


def shapes_of(problem: Problem, small: Flags) -> Floats:
    """Return the shape of negative binomial months in each phase: infinite where they vary by chance alone.

    Each baseline's variance / mean is drawn towards that of all of them together, by the share of what it
    varies over the panel that chance alone explains: 2 D^2 / (n - 1) for n months.
    """
    spread = problem.spread
    known = small & (spread.total > 0.0)
    if not known.any():
        return np.full(problem.n_phases, np.inf)
    degrees = np.maximum(spread.count - 1.0, 1.0)
    dispersion = sds_of(problem)[known] ** 2 / spread.mean[known]
    weight = degrees[known] / degrees[known].sum()
    common = float((weight * dispersion).sum())
    between = float((weight * (dispersion - common) ** 2).sum())
    chance = 2.0 * common**2 / degrees[known]
    share = max(between - float((weight * chance).sum()), 0.0)
    drawn = np.full(problem.n_phases, common)
    if len(dispersion) > 1:
        drawn[known] += share / (share + chance) * (dispersion - common)
    else:
        drawn[known] = dispersion
    # a baseline without events is given half of one, so that its mean is not 0
    mean = np.where(spread.total > 0.0, spread.mean, 0.5 / np.maximum(spread.count, 1))
    with np.errstate(divide="ignore"):
        return np.where(small & (drawn > 1.0), mean / np.maximum(drawn - 1.0, 0.0), np.inf)


def smallest_to_fire(events: Floats, months: Ints, shape: Floats, width: float) -> tuple[Floats, Floats]:
    """Return the counts of one month that would fire, as the One-Month rule at `width` sigma has it."""
    high, low = np.empty((len(events), 1), np.int64), np.empty((len(events), 1), np.int64)
    one = Rule("One", zone=width, needed=1, span=1)
    critical_totals(events, months, shape, np.array([1]), np.array([one.chance]), high, low)
    upper = np.where(high[:, 0] == NEVER_HIGH, np.nan, high[:, 0].astype(np.float64))
    return upper, np.where(low[:, 0] == NEVER_LOW, np.nan, low[:, 0].astype(np.float64))
