"""Charts of rare events: the number of cases between them (g), and the time between them (t)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spc.array_types import Floats
from spc.charts.attributes import held_months
from spc.charts.fitting import Fitted, Problem, status_of
from spc.charts.individuals import xmr
from spc.charts.quantiles import geometric
from spc.checks import ChoiceError
from spc.kernels.attributes import powers
from spc.results.statuses import NEGATIVE, NO_COUNTS, NO_VARIATION, OK, SHORT_HISTORY

__all__ = ["g", "t"]

#: Exponent that makes exponential times nearly normal, Nelson (1994).
ROOT = 3.6


def g(problem: Problem) -> Fitted:
    """Cases strictly between two events (0, 1, 2 ...) about their mean; sigma = sqrt(mean (mean + 1)).

    Values follow one another as events do, so a Panel in plain order suits best. With limits="exact" the
    limits are quantiles of the geometric distribution. With middle="median" the centre line is the median of
    the baseline (half of all gaps lie below it, of the mean 63%); the limits rest on the mean all the same.
    `centre=` is the known mean; there is no known sigma.

    Source: Benneyan (2001), Number-between g-type statistical quality control charts for monitoring adverse
    events, Health Care Management Science 4, 305-318.
    """
    spread, options = problem.spread, problem.options
    known = ~np.isnan(problem.known_centre)
    if known.any() and options["middle"] == "median":
        raise ChoiceError(
            "`centre` of the g chart is the mean, on which its limits rest: ask for middle='mean' with it."
        )
    if (problem.known_centre < 0.0).any():
        raise ChoiceError("`centre` of the g chart must be a number from 0: so many cases between events.")
    mean = np.where(known, problem.known_centre, spread.mean)
    sigma = np.sqrt(np.maximum(mean * (mean + 1.0), 0.0))
    whole = ~problem.is_ratio[problem.owner] & ~np.isnan(spread.events)
    status = status_of(problem, spread.count, sigma, whole)
    told = (status == SHORT_HISTORY) & known
    status[told] = np.where(whole | (spread.count == 0), OK, NO_COUNTS)[told]
    status[(status == OK) & (sigma == 0.0)] = NO_VARIATION
    drawn = (status == OK) | (status == NO_VARIATION)
    lower, upper = mean - problem.choices.width * sigma, mean + problem.choices.width * sigma
    if options["limits"] == "exact":
        exact = geometric(mean, problem.choices.width)
        lower, upper = (
            np.where(sigma > 0.0, line, other) for line, other in zip(exact, (lower, upper), strict=True)
        )
    centre = mean if options["middle"] == "mean" else _medians(problem)
    centre, lower, upper = (np.where(drawn, line, np.nan) for line in (centre, lower, upper))
    none = np.full_like(centre, np.nan)
    months = held_months(problem, problem.values, centre, none, upper, lower)
    return Fitted(centre, none, upper, lower, status, months)


def _medians(problem: Problem) -> Floats:
    return replace(problem, choices=replace(problem.choices, centre="median")).spread.median


def t(problem: Problem) -> Fitted:
    """Times between events, judged as an XmR chart of y = t ** (1 / 3.6); points and lines are times.

    Exponential times become nearly normal in y. All choices of the XmR chart hold, on y; `centre=` is a known
    time (that of the mean y), `sigma=` a known sigma of y. The sigma of a phase is that of y too; there is
    none on the scale of the times.

    Source: Nelson (1994), A control chart for parts-per-million nonconforming items, Journal of Quality
    Technology 26, 239-240.
    """
    y = np.empty_like(problem.values)
    powers(problem.values, 1.0 / ROOT, y)
    if (problem.known_centre < 0.0).any():
        raise ChoiceError("`centre` of the t chart must be a number from 0: a time between events.")
    fitted = xmr(replace(problem, values=y, known_centre=problem.known_centre ** (1.0 / ROOT)))
    negative = (problem.spread.least < 0.0) & (problem.spread.count >= problem.choices.least)
    status = np.where(negative, np.int8(NEGATIVE), fitted.status)
    centre, sigma, upper, lower = (
        np.where(negative, np.nan, line) for line in (fitted.centre, fitted.sigma, fitted.upper, fitted.lower)
    )
    judged = held_months(problem, y, centre, sigma, upper, lower)
    centre, upper, lower = (np.maximum(line, 0.0) ** ROOT for line in (centre, upper, lower))
    none = np.full_like(sigma, np.nan)
    months = held_months(problem, problem.values, centre, none, upper, lower)
    months = replace(months, judged=judged)
    return Fitted(centre, sigma, upper, lower, status, months, screened=fitted.screened)
