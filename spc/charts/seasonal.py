"""XmR about a level that follows the calendar: month effects from the baseline, shrunk, sigma corrected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from spc.array_types import Codes, Floats
from spc.chart_kinds import CODES
from spc.charts.autocorrelation import widened
from spc.charts.constants import D2, MEDIAN_RANGE, c4
from spc.charts.fitting import Fitted, Problem, spread_of
from spc.charts.individuals import xmr
from spc.kernels.seasons import YEAR, seasonal_lines, seasons
from spc.results import Months
from spc.results.statuses import NO_VARIATION, OK

__all__ = ["seasonal_xmr"]

#: Season is what exceeds the upper quartile of F: of noise, three series in four keep an XmR chart's lines.
QUARTILE = 0.75
#: A spread in the 15th digit is that of the floats, whose ratios of decimals differ by 2e-16: none at all.
ROUNDING = 1e-14


def seasonal_xmr(problem: Problem) -> Fitted:
    """Centre = level + effect of the calendar month; sigma from moving ranges of what the effects leave over.

    With F the variance between calendar months over that within them, and k baseline months of each,

        effect = w (mean of the calendar month - level),   w = max(0, 1 - F75 / F)

    where F75 is the upper quartile of F in noise. What is left over has variance sigma^2 (1 - w / k), for
    which sigma is corrected; a month that set no limits has sigma^2 (1 + w / k) about its centre, and its
    lines are as much wider. Where calendar months were not observed equally often each has a w of its own;
    one never observed has the effect 0 and the widest lines.

    A baseline shorter than 24 calendar months or with fewer than 21 observed, and months without a calendar,
    show no season: such phases are on the XmR chart, and say so.

    Source: Efron and Morris (1973), Journal of the American Statistical Association 68, 117-130 (shrinkage
    with a positive part); Henderson (1975), Biometrics 31, 423-447 (both variances); the quartile and what
    it costs and brings: docs/decisions/0011-seasonal-limits.md.
    """
    plain = xmr(problem)
    chart = np.full(problem.n_phases, CODES["xmr"], np.int8)
    if problem.start is None:
        return replace(plain, chart=chart)
    fit = _fit(problem)
    chart[~np.isnan(fit.used)] = CODES["seasonal_xmr"]
    sigma = np.where(np.isnan(problem.known_sigma), _sigma(problem, fit), problem.known_sigma)
    seasonal = (fit.used > 0.0) & (plain.status == OK) & ~np.isnan(sigma)
    sigma = np.where(seasonal, sigma, plain.sigma)
    level = np.where(np.isnan(problem.known_centre), _level(problem, fit), problem.known_centre)
    centre = np.where(seasonal, level, plain.centre)
    upper, lower = (np.where(seasonal, np.nan, line) for line in (plain.upper, plain.lower))
    fit.effects[~seasonal], fit.wide[~seasonal] = 0.0, 1.0
    size = np.abs(centre) + np.abs(fit.effects).max(axis=1, initial=0.0)
    with np.errstate(invalid="ignore"):
        sigma[seasonal & np.isnan(problem.known_sigma) & (sigma <= ROUNDING * size)] = 0.0
    status: Codes = np.where((plain.status == OK) & (sigma == 0.0), np.int8(NO_VARIATION), plain.status)
    screened = plain.screened
    if screened is not None:
        screened = np.where(
            seasonal, spread_of(replace(problem, values=fit.even), fit.even).screened, screened
        )
    months = _lines(problem, fit, centre, sigma)
    return Fitted(centre, sigma, upper, lower, status, months, chart, screened=screened)


@dataclass(frozen=True, eq=False)
class _Fit:
    """What the kernel says of each phase and its baseline.

    `level`, `used` (degrees of freedom that the effects took; NaN where the baseline is too short) are
    (n_phases,); `effects` and `wide` (sd of a new month in sigma) (n_phases, 12), January first; `plain` (the
    baseline less its effects) and `even` (about the level, over the sd left to it) (n, n_periods).
    """

    level: Floats
    used: Floats
    effects: Floats
    wide: Floats
    plain: Floats
    even: Floats


def _fit(problem: Problem) -> _Fit:
    n, shape = problem.n_phases, problem.values.shape
    year = (n, YEAR)
    fit = _Fit(np.empty(n), np.empty(n), np.empty(year), np.empty(year), np.empty(shape), np.empty(shape))
    seasons(
        np.ascontiguousarray(problem.allowed(problem.values)),
        problem.offsets,
        problem.base_first,
        problem.base_last,
        _cautions(int((problem.base_last - problem.base_first).max(initial=0))),
        _january(problem),
        int(problem.options["shrink"] == "quartile"),
        fit.level,
        fit.used,
        fit.effects,
        fit.wide,
        fit.plain,
        fit.even,
    )
    return fit


def _january(problem: Problem) -> int:
    """Return the calendar month of the first column, January 0."""
    return 0 if problem.start is None else int(problem.start) % YEAR


@cache
def _cautions(longest: int) -> Floats:
    """Return the upper quartile of F by calendar months seen (to 12) and months observed (to `longest`)."""
    from scipy.special import fdtri

    seen, count = np.ogrid[: YEAR + 1, : longest + 1]
    table = np.full((YEAR + 1, longest + 1), np.nan)
    real = (seen >= 2) & (count > seen)
    table[real] = fdtri(
        *(np.broadcast_to(each, table.shape)[real] for each in (seen - 1, count - seen)), QUARTILE
    )
    table.flags.writeable = False
    return table


def _level(problem: Problem, fit: _Fit) -> Floats:
    """Return the level by its means, or the median of the months less their effects."""
    return spread_of(problem, fit.plain).median if problem.choices.centre == "median" else fit.level


def _sigma(problem: Problem, fit: _Fit) -> Floats:
    """Return sigma as `choices.sigma` has it, of months whose effects have left them different sds.

    Neighbours are different calendar months, whose residuals do not go together: fitting changes their sds
    and nothing else, so the constants of independent months hold.
    """
    choices = problem.choices
    left = replace(problem, values=fit.even)
    if choices.sigma == "sd":
        spread = spread_of(problem, fit.plain)
        free = np.maximum(spread.count - 1.0 - fit.used, 1.0)
        sigma = spread.sd * np.sqrt((spread.count - 1.0) / free) / c4(free + 1.0)
    elif choices.sigma == "median_range":
        sigma = spread_of(left, fit.even).median_range / MEDIAN_RANGE[choices.constants]
    else:
        sigma = spread_of(left, fit.even).mean_range / D2[choices.constants]
    if choices.autocorrelation == "widen":
        sigma = widened(left, sigma)
    return sigma


def _lines(problem: Problem, fit: _Fit, centre: Floats, sigma: Floats) -> Months:
    """Return the lines of every month: those of baselines at sigma, those of other months wider."""
    middle, sd, upper, lower = (np.empty_like(problem.values) for _ in range(4))
    seasonal_lines(
        problem.values,
        np.ascontiguousarray(problem.allowed(problem.values)),
        problem.offsets,
        problem.first,
        problem.last,
        problem.base_first,
        problem.base_last,
        centre,
        sigma,
        fit.effects,
        fit.wide,
        _january(problem),
        problem.choices.width,
        middle,
        sd,
        upper,
        lower,
    )
    series = np.arange(len(problem.values), dtype=np.int64)
    return Months(series, problem.values, middle, sd, upper, lower)
