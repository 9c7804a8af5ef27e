"""Months that a chart's kind of data cannot have: they are not judged, and never in silence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spc.array_types import Flags, Floats
from spc.charts.fitting import Fitted, Problem, months_of
from spc.results import Months

__all__ = ["impossible_months", "without_impossible"]

#: Numerators that are a part of their denominators.
SHARES = ("p", "np", "p_prime")


def impossible_months(problem: Problem) -> Flags:
    """Return observed months with a negative time, a count that is none, a part larger than its whole."""
    values, top, needs = problem.values, problem.top, problem.chart.needs
    with np.errstate(invalid="ignore"):
        if needs == "gaps":
            return np.asarray(values < 0.0)
        if needs not in ("counts", "whole parts"):
            return np.zeros(values.shape, np.bool_)
        wrong = (top < 0.0) | (top != np.floor(top))
        if problem.chart.name in SHARES and problem.of is not None:
            wrong |= top > problem.of
    return wrong & ~np.isnan(values)


def without_impossible(answer: Fitted, problem: Problem) -> Fitted:
    """Take the points away that cannot be: a gap in the chart, a status where it is the month reported on.

    Months of the baseline are the chart's own business: one of them there is no chart at all.
    """
    wrong = impossible_months(problem)
    if not wrong.any():
        return answer
    months = answer.months
    if months is None:  # only the series concerned get months: the others are judged as ever, to the bit
        lines = (answer.centre, answer.sigma, answer.upper, answer.lower)
        months = months_of(problem, problem.values, *lines).rows(np.flatnonzero(wrong.any(axis=1)))
    judged = months.judged and _blank(months.judged, wrong)
    return replace(answer, months=replace(_blank(months, wrong), judged=judged))


def _blank(months: Months, wrong: Flags) -> Months:
    points: Floats = np.where(wrong[months.series], np.nan, months.points)
    return replace(months, points=points)
