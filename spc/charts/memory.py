"""Charts that remember: EWMA, CUSUM and moving average find small lasting shifts sooner than single months.

Centre, sigma and status are those of the XmR chart of the same months, so every choice of `limits` on these
(known centre and sigma, median, sd, excluded months) holds here too. The statistic begins afresh with each
phase; a missing month has no point and leaves it as it was (a moving mean has one month less). An excluded
month sets no limits, but is judged like any other and so is part of it. Where the baseline does not vary
there is nothing to judge by.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spc.array_types import Floats, Ints
from spc.charts.fitting import Fitted, Problem
from spc.charts.individuals import xmr
from spc.kernels import memory
from spc.results import Months

__all__ = ["cusum", "ewma", "moving_average"]


def ewma(problem: Problem) -> Fitted:
    """Weighted means z_i = lam x_i + (1 - lam) z_(i-1), begun at the centre, within centre +- L sigma_z.

    sigma_z^2 = sigma^2 lam / (2 - lam) (1 - (1 - lam)^(2 i)) at the i-th observed month of the phase, or
    without the last factor where `lines` is "asymptotic"; L is `width`.

    Source: Roberts (1959), Technometrics 1, 239-250; NIST/SEMATECH e-Handbook 6.3.2.4 (asymptotic lines);
    Lucas and Saccucci (1990), Technometrics 32, 1-12, equation 3 (exact ones).
    """
    fitted = xmr(problem)
    lam = float(problem.options["lam"])
    points, shares = np.empty_like(problem.values), np.empty_like(problem.values)
    memory.ewma(problem.values, *_phases(problem), fitted.centre, lam, points, shares)
    if problem.options["lines"] == "asymptotic":
        shares[:] = lam / (2.0 - lam)
    return _about_the_centre(problem, fitted, points, shares)


def moving_average(problem: Problem) -> Fitted:
    """Mean of the last `span` months of the phase, within centre +- width sigma / sqrt(months in the mean).

    There are fewer months in the mean at the start of a phase and after a gap.

    Source: Montgomery (2013), Introduction to Statistical Quality Control, 7th ed., section 9.3.
    """
    fitted = xmr(problem)
    points, number = np.empty_like(problem.values), np.empty(problem.values.shape, np.int64)
    memory.moving_average(problem.values, *_phases(problem), int(problem.options["span"]), points, number)
    shares = 1.0 / np.where(number > 0, number, np.nan)
    return _about_the_centre(problem, fitted, points, shares)


def cusum(problem: Problem) -> Fitted:
    """Sums of what exceeds k sigma above and below the centre, in the unit of the data, within +- h sigma.

    C+_i = max(0, C+_(i-1) + x_i - centre - k sigma) is plotted above 0 and C- likewise below it. Both begin
    at `head_start` times h sigma. `width` has no bearing: the limits are h. A signal does not end a sum
    unless `reset` says so; then both begin again in the month after it.

    Source: Page (1954), Biometrika 41, 100-115; Lucas and Crosier (1982), Technometrics 24, 199-205 (head
    start); Hawkins and Olwell (1998), Cumulative Sum Charts and Charting for Quality Improvement, chapter 2;
    NIST/SEMATECH e-Handbook 6.3.2.3.
    """
    fitted, options = xmr(problem), problem.options
    reach = float(options["h"])
    above, below = np.empty_like(problem.values), np.empty_like(problem.values)
    memory.cusum(
        problem.values,
        *_phases(problem),
        fitted.centre,
        fitted.sigma,
        float(options["k"]),
        reach,
        float(options["head_start"]),
        int(options["reset"] == "after signal"),
        above,
        below,
    )
    over = problem.over_months
    limit = reach * fitted.sigma
    none = np.full_like(limit, np.nan)
    months = Months(
        series=np.arange(len(problem.values), dtype=np.int64),
        points=above,
        centre=over(0.0 * limit),
        sigma=over(none),
        upper=over(limit),
        lower=over(0.0 - limit),
        below=below,
    )
    return replace(fitted, upper=none, lower=none, months=months)


def _phases(problem: Problem) -> tuple[Ints, Ints, Ints]:
    return problem.offsets, problem.first, problem.last


def _about_the_centre(problem: Problem, fitted: Fitted, points: Floats, shares: Floats) -> Fitted:
    """Return lines about the centre for points whose variance is that share of a month's."""
    centre = problem.over_months(fitted.centre)
    sigma = problem.over_months(fitted.sigma) * np.sqrt(shares)
    reach = problem.choices.width * sigma
    months = Months(
        series=np.arange(len(problem.values), dtype=np.int64),
        points=np.where(np.isnan(centre), np.nan, points),
        centre=centre,
        sigma=sigma,
        upper=centre + reach,
        lower=centre - reach,
    )
    none = np.full_like(fitted.centre, np.nan)
    return replace(fitted, upper=none, lower=none, months=months)
