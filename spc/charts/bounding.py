"""Limits clipped to where values can be: a proportion to 0 .. 1, a count to 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spc.array_types import Floats
from spc.charts.fitting import Fitted, Problem
from spc.results import Months

__all__ = ["within"]


def within(answer: Fitted, problem: Problem, bounds: Floats) -> Fitted:
    """Clip the limits of an answer.

    Parameters
    ----------
    answer : Fitted
    problem : Problem
    bounds : (n, 2) float64
        Of each series, as asked for; the chart's own hold where they are NaN.

    Notes
    -----
    A limit on its bound cannot be crossed, since beyond is strict: it cannot fire, and is not drawn.
    """
    own = np.array([np.nan if bound is None else bound for bound in problem.chart.bounds])
    both = np.where(np.isnan(bounds), own, bounds)
    is_sum = answer.months is not None and answer.months.below is not None
    if np.isnan(both).all() or is_sum:  # a CUSUM's sums about 0 know no bounds of the values
        return answer
    low, high = both[problem.owner].T
    upper, lower = _clipped(answer.upper, answer.lower, low, high)
    months = answer.months
    if months is not None:
        over = _clipped(months.upper, months.lower, both[:, :1], both[:, 1:])
        judged = months.judged or replace(months)  # a point is judged by its limits as they were
        months = Months(
            months.series,
            months.points,
            months.centre,
            months.sigma,
            *over,
            below=months.below,
            judged=judged,
        )
    return replace(answer, upper=upper, lower=lower, months=months)


def _clipped(upper: Floats, lower: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return both limits inside the bounds; NaN bounds leave them, NaN limits stay."""
    lowest, highest = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
    for bound, nearer in ((lowest, np.maximum), (highest, np.minimum)):
        if np.isfinite(bound).any():  # a pass over all months costs as much as their limits did
            upper, lower = nearer(upper, bound), nearer(lower, bound)
    return upper, lower
