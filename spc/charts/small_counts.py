"""Which phases take the small_count chart, and the counts of one month that fire there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spc.baselines import Ints
from spc.chart_kinds import CODES
from spc.charts.fitting import Fitted, Problem
from spc.kernels.small_counts import NEVER_HIGH, NEVER_LOW, critical_totals
from spc.panel import Floats
from spc.results.statuses import NO_COUNTS, NOT_JUDGED, OK
from spc.rules import Rule

__all__ = ["MIXED", "take_small_counts"]

#: Choices under which a phase may turn out to be of small counts; the others are judged as individuals.
MIXED = ("auto", "small_count")
#: SPEC 7: XmR on Poisson noise of mean 1 flags 11% of series, of mean 3 still 5%.
RARE = 5.0


def take_small_counts(answer: Fitted, problem: Problem, asked: str) -> Fitted:
    """Return the answer of the XmR chart with the phases of rare counts judged exactly.

    Parameters
    ----------
    answer : Fitted
        XmR limits of all phases.
    problem : Problem
    asked : {"auto", "small_count"}
        Counts whose baseline mean is under 5, or all that are counts; the rest has the status `no counts`.
    """
    spread = problem.spread
    counts = ~problem.is_ratio[problem.owner] & ~np.isnan(spread.events)
    short = spread.count < problem.choices.least
    small = counts & ~short
    if asked == "auto":
        with np.errstate(invalid="ignore"):
            small &= spread.mean < RARE
    status = answer.status.copy()
    status[small] = np.where((problem.base_last >= problem.last)[small], NOT_JUDGED, OK)
    centre, sigma, upper, lower = (
        line.copy() for line in (answer.centre, answer.sigma, answer.upper, answer.lower)
    )
    centre[small], sigma[small] = spread.mean[small], np.nan
    upper[small], lower[small] = smallest_to_fire(
        spread.events[small], spread.count[small], problem.choices.width
    )
    if asked == "small_count":
        wrong = ~counts & ~short
        status[wrong] = NO_COUNTS
        for line in (centre, sigma, upper, lower):
            line[wrong] = np.nan
    chart = np.where(small, CODES["small_count"], CODES["xmr"]).astype(np.int8)
    return replace(answer, centre=centre, sigma=sigma, upper=upper, lower=lower, status=status, chart=chart)


def smallest_to_fire(events: Floats, months: Ints, width: float) -> tuple[Floats, Floats]:
    """Return the counts of one month that would fire, as the One-Month rule at `width` sigma has it."""
    high, low = np.empty((len(events), 1), np.int64), np.empty((len(events), 1), np.int64)
    one = Rule("One", zone=width, needed=1, span=1)
    critical_totals(events, months, np.array([1]), np.array([one.chance]), high, low)
    upper = np.where(high[:, 0] == NEVER_HIGH, np.nan, high[:, 0].astype(np.float64))
    return upper, np.where(low[:, 0] == NEVER_LOW, np.nan, low[:, 0].astype(np.float64))
