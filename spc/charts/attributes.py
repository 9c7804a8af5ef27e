"""Charts of counts and ratios: p, np, c, u, Laney's p' and u', and Taylor's normalised individuals.

Months with a missing denominator, or one of 0, are not observed. The centre is a ratio of sums, never the
mean of ratios, so the words of `centre` have no bearing here. `centre=` and `sigma=` take back what
`phase_centre` and `phase_sigma` say, so that agreed limits can be used again:

    p, np, u    known proportion or rate; sigma follows from it, so a known one is refused
    c           known mean count; known sigma in counts
    p', u'      known proportion or rate; known sigma is sigma_z, the factor on the sigma of p or u
    i'          known ratio; known sigma is that of a month whose denominator is 1
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spc.array_types import Codes, Flags, Floats, Ints
from spc.charts.autocorrelation import widened
from spc.charts.constants import D2, MEDIAN_RANGE, c4
from spc.charts.fitting import Fitted, Problem, screen_of
from spc.charts.individuals import flat_phases, one_number, sigma_of
from spc.charts.quantiles import binomial, negative_binomial, poisson
from spc.checks import ChoiceError
from spc.kernels import attributes
from spc.results import Months
from spc.results.statuses import NO_COUNTS, NO_PARTS, NO_VARIATION, OK, SHORT_HISTORY
from spc.ties import TIE

__all__ = ["c", "held_months", "i_prime", "np_chart", "p", "p_prime", "refuse_sigma", "u", "u_prime"]

SHARE = attributes.NO_COUNT | attributes.NO_SHARE
#: Position of the words of `sigma` in the kernel of normalised steps.
HOW = {"mean_range": attributes.MEAN, "median_range": attributes.MEDIAN, "sd": attributes.SD}


@dataclass(frozen=True, eq=False)
class Ratios:
    """Denominators, blank where a series has none (n, n_periods), and what each baseline says of them.

    `rate` is the sum of numerators over that of denominators, `flaw` what speaks against counting, `k` the
    dispersion, `usable` whether the series has denominators at all.
    """

    of: Floats
    rate: Floats
    flaw: Ints
    k: Floats
    usable: Flags


def p(problem: Problem) -> Fitted:
    """Proportions about sum of numerators / sum of denominators; sigma = sqrt(p (1 - p) / n) of each month.

    Source: Montgomery (2013), Introduction to Statistical Quality Control, 7th ed., section 7.2;
    NIST/SEMATECH e-Handbook 6.3.3.2.
    """
    return _shares(problem, counted=False)


def np_chart(problem: Problem) -> Fitted:
    """The p chart in counts: centre n p, sigma sqrt(n p (1 - p)), both with the n of each month.

    Source: Montgomery (2013), section 7.2.1.
    """
    return _shares(problem, counted=True)


def _shares(problem: Problem, counted: bool) -> Fitted:
    found = _ratios(problem)
    centre = _centre(problem, found.rate, 1.0)
    with np.errstate(invalid="ignore"):
        unit = np.sqrt(np.maximum(centre * (1.0 - centre), 0.0))
    status = _status(problem, found, unit, ~np.isnan(problem.known_centre), SHARE)
    if problem.options["limits"] == "sigma":
        return _by_month(problem, found.of, centre, unit, status, counted=counted)
    over = problem.over_months(_shown(centre, status))
    lower, upper = binomial(found.of, over, problem.choices.width)
    return _by_count(problem, found.of, centre, unit, status, lower, upper, counted=counted)


def c(problem: Problem) -> Fitted:
    """Counts about their mean; sigma = sqrt(mean). Series with denominators are for the u chart.

    With limits="negative_binomial" the variance is mean + k mean^2, k by moments: (s^2 - mean) / mean^2.

    Source: Montgomery (2013), section 7.3; NIST/SEMATECH e-Handbook 6.3.3.1; Anscombe (1949), Biometrics 5,
    165-173 (moments).
    """
    own = problem.spread
    whole = ~problem.is_ratio[problem.owner] & ~np.isnan(own.events)
    centre = _centre(problem, own.mean)
    words = problem.options["limits"]
    if words != "sigma":
        refuse_sigma(problem, "limits='sigma' takes it")
    sigma = np.where(np.isnan(problem.known_sigma), np.sqrt(np.maximum(centre, 0.0)), problem.known_sigma)
    known = ~np.isnan(problem.known_centre)
    status = _told(problem, sigma, known if words != "negative_binomial" else np.zeros_like(known))
    status[~whole & (own.count > 0) & ((own.count >= problem.choices.least) | known)] = NO_COUNTS
    shown, sigma = _shown(centre, status), _shown(sigma, status)
    if words == "sigma":
        reach = problem.choices.width * sigma
        return Fitted(shown, sigma, shown + reach, shown - reach, status)
    ones = np.where(np.isnan(problem.values), np.nan, 1.0)
    k = _ratios(problem, ones, dispersed=True).k if words == "negative_binomial" else np.zeros_like(centre)
    lower, upper = _count_limits(shown, k, problem.choices.width)
    none = np.full_like(sigma, np.nan)
    months = held_months(problem, problem.values, shown, none, upper, lower)
    return Fitted(shown, none, upper, lower, status, months)


def u(problem: Problem) -> Fitted:
    """Counts per denominator about sum / sum; sigma = sqrt(u / n) of each month.

    With limits="negative_binomial" the variance of a count of mean m is m + k m^2, with the k that makes the
    sum of squares about the mean rate what it is expected to be (moments, as on the c chart).

    Source: Montgomery (2013), section 7.3.2; Bissell (1972), Biometrika 59, 435-441 (negative binomial with
    unequal elements).
    """
    words = problem.options["limits"]
    found = _ratios(problem, dispersed=words == "negative_binomial")
    centre = _centre(problem, found.rate)
    unit = np.sqrt(np.maximum(centre, 0.0))
    known = ~np.isnan(problem.known_centre) & (words != "negative_binomial")
    status = _status(problem, found, unit, known, attributes.NO_COUNT)
    if words == "sigma":
        return _by_month(problem, found.of, centre, unit, status)
    over = problem.over_months
    k = over(found.k) if words == "negative_binomial" else np.zeros_like(found.of)
    lower, upper = _count_limits(found.of * over(_shown(centre, status)), k, problem.choices.width)
    return _by_count(problem, found.of, centre, unit, status, lower, upper)


def p_prime(problem: Problem) -> Fitted:
    """The p chart with sigma_z times its sigma, sigma_z = mean |z_t - z_(t-1)| / d2 of the z-scores.

    Source: Laney (2002), Improved control charts for attributes, Quality Engineering 14, 531-537.
    """
    found = _ratios(problem)
    centre = _centre(problem, found.rate, 1.0)
    with np.errstate(invalid="ignore"):
        return _laney(problem, found, centre, np.sqrt(np.maximum(centre * (1.0 - centre), 0.0)), SHARE)


def u_prime(problem: Problem) -> Fitted:
    """The u chart with sigma_z times its sigma. Source: Laney (2002), Quality Engineering 14, 531-537."""
    found = _ratios(problem)
    centre = _centre(problem, found.rate)
    return _laney(problem, found, centre, np.sqrt(np.maximum(centre, 0.0)), attributes.NO_COUNT)


def _laney(problem: Problem, found: Ratios, centre: Floats, unit: Floats, flaws: int) -> Fitted:
    z = np.empty_like(problem.values)
    attributes.scores(problem.values, found.of, problem.offsets, problem.first, problem.last, centre, unit, z)
    scored = replace(problem, values=z)
    estimated = sigma_of(scored, scored.spread)
    estimated[_still(problem, estimated)] = 0.0
    sigma_z = np.where(np.isnan(problem.known_sigma), estimated, problem.known_sigma)
    sigma_z = np.where(unit == 0.0, 0.0, sigma_z)
    known = ~np.isnan(problem.known_sigma) & ~np.isnan(problem.known_centre)
    status = _status(problem, found, sigma_z, known, flaws)
    fitted = _by_month(problem, found.of, centre, unit * sigma_z, status, sigma_z)
    return fitted if problem.choices.sigma == "sd" else replace(fitted, screened=scored.spread.screened)


def _still(problem: Problem, sigma_z: Floats) -> Flags:
    """Return the phases of one ratio, whose scores differ by the sizes of the months alone, or by rounding.

    Neighbours of one ratio have other scores where they are not of one size and the centre, made by months
    across a gap, is another number.
    """
    flat = flat_phases(problem, problem.spread)
    still = flat & (sigma_z <= TIE)  # a billionth of a sigma: rounding leaves some 1e-16 sqrt(count)
    for p in np.flatnonzero(flat & ~still):
        still[p] = one_number(problem, int(p))
    return still


def i_prime(problem: Problem) -> Fitted:
    """Ratios about sum / sum; sigma_t = sigma / sqrt(n), sigma = sqrt(2) / d2 times the mean normalised step.

    The step |x_t - x_(t-1)| / sqrt(1 / n_t + 1 / n_(t-1)) has the mean sigma d2 / sqrt(2) whatever the
    denominators, so that sqrt(2) / d2 = sqrt(pi / 2); with equal ones this is the XmR chart. Of the words of
    `sigma`, "median_range" takes the median step, "sd" the root of sum n (x - centre)^2 / (m - 1) over c4.

    Source: Taylor (2017), Normalized Individuals (I') Control Chart, variation.com.
    """
    found = _ratios(problem)
    centre = _centre(problem, found.rate, low=-np.inf)
    choices = problem.choices
    spread, screened = np.empty(problem.n_phases), np.empty(problem.n_phases, np.int64)
    attributes.normalised(
        np.ascontiguousarray(problem.allowed(problem.values)),
        found.of,
        problem.offsets,
        problem.base_first,
        problem.base_last,
        centre,
        int(choices.gaps == "bridge"),
        screen_of(choices),
        HOW[choices.sigma],
        spread,
        screened,
    )
    if choices.sigma == "sd":
        spread /= c4(problem.spread.count)
    else:
        of_step = D2 if choices.sigma == "mean_range" else MEDIAN_RANGE
        spread *= np.sqrt(2.0) / of_step[choices.constants]
    if choices.autocorrelation == "widen":
        spread = widened(problem, spread)
    estimated = np.where(flat_phases(problem, problem.spread), 0.0, spread)
    sigma = np.where(np.isnan(problem.known_sigma), estimated, problem.known_sigma)
    known = ~np.isnan(problem.known_sigma) & ~np.isnan(problem.known_centre)
    status = _status(problem, found, sigma, known, 0)
    return replace(_by_month(problem, found.of, centre, sigma, status, sigma), screened=screened)


def _ratios(problem: Problem, of: Floats | None = None, dispersed: bool = False) -> Ratios:
    """Return the denominators (or those handed in) with their ratios of sums."""
    usable = problem.is_ratio[problem.owner]
    if of is None:
        of = np.full_like(problem.values, np.nan) if problem.of is None else problem.of
        if not problem.is_ratio.all():
            of = np.where(problem.is_ratio[:, None], of, np.nan)
    of = np.ascontiguousarray(of)
    rate, k, flaw = (
        np.empty(problem.n_phases),
        np.empty(problem.n_phases),
        np.empty(problem.n_phases, np.int64),
    )
    top = np.ascontiguousarray(problem.allowed(problem.top))
    attributes.ratios(
        top, of, problem.offsets, problem.base_first, problem.base_last, int(dispersed), rate, flaw, k
    )
    return Ratios(of, rate, flaw, k, usable)


def _centre(problem: Problem, estimated: Floats, high: float = np.inf, low: float = 0.0) -> Floats:
    """Return the known centres, refused where they cannot be, and the estimated ones of the other phases."""
    known = problem.known_centre
    with np.errstate(invalid="ignore"):
        wrong = (known < low) | (known > high)
    if wrong.any():
        span = f"from {low:g} to {high:g}" if np.isfinite(high) else f"from {low:g}"
        raise ChoiceError(
            f"`centre` of the {problem.chart.name} chart must be a number {span}, got {known[wrong][0]:g}."
        )
    return np.where(np.isnan(known), estimated, known)


def refuse_sigma(problem: Problem, instead: str) -> None:
    """Refuse a known sigma on a chart whose limits rest on its centre alone."""
    if not np.isnan(problem.known_sigma).all():
        raise ChoiceError(
            f"`sigma` of the {problem.chart.name} chart follows from its centre: leave it out (NaN for one "
            f"series); {instead}."
        )


def _told(problem: Problem, sigma: Floats, known: Flags) -> Codes:
    """Return ok, no variation or short history; `known` phases need no baseline."""
    status = np.full(problem.n_phases, OK, np.int8)
    status[sigma == 0.0] = NO_VARIATION
    status[np.isnan(sigma) | ((problem.spread.count < problem.choices.least) & ~known)] = SHORT_HISTORY
    return status


def _status(problem: Problem, found: Ratios, sigma: Floats, known: Flags, flaws: int) -> Codes:
    status = _told(problem, sigma, known)
    long = problem.spread.count >= problem.choices.least
    status[((found.flaw & flaws) != 0) & (long | (status != SHORT_HISTORY))] = NO_COUNTS
    status[~found.usable] = NO_PARTS
    return status


def _shown(line: Floats, status: Codes) -> Floats:
    return np.where((status == OK) | (status == NO_VARIATION), line, np.nan)


def held_months(
    problem: Problem, points: Floats, centre: Floats, sigma: Floats, upper: Floats, lower: Floats
) -> Months:
    """Return points with lines that hold for whole phases."""
    cells = tuple(np.empty_like(points) for _ in range(4))
    phases = (problem.offsets, problem.first, problem.last)
    attributes.held(points, *phases, centre, sigma, upper, lower, *cells)
    middle, spread, high, low = cells
    return Months(np.arange(len(points), dtype=np.int64), points, middle, spread, high, low)


def _points(problem: Problem, counted: bool) -> Floats:
    return np.where(np.isnan(problem.values), np.nan, problem.top) if counted else problem.values


def _by_month(
    problem: Problem,
    of: Floats,
    centre: Floats,
    unit: Floats,
    status: Codes,
    sigma: Floats | None = None,
    *,
    counted: bool = False,
) -> Fitted:
    """Return lines that follow the denominators; `unit` is the sigma where these are 1."""
    shown = _shown(centre, status)
    middle, spread, upper, lower = (np.empty_like(problem.values) for _ in range(4))
    phases, width = (problem.offsets, problem.first, problem.last), problem.choices.width
    attributes.lines(
        of, *phases, shown, _shown(unit, status), width, int(counted), middle, spread, upper, lower
    )
    if counted:
        upper = np.minimum(upper, of)
    series = np.arange(len(problem.values), dtype=np.int64)
    months = Months(series, _points(problem, counted), middle, spread, upper, lower)
    none = np.full_like(shown, np.nan)
    return Fitted(shown, none if sigma is None else _shown(sigma, status), none, none, status, months)


def _by_count(
    problem: Problem,
    of: Floats,
    centre: Floats,
    unit: Floats,
    status: Codes,
    lower: Floats,
    upper: Floats,
    *,
    counted: bool = False,
) -> Fitted:
    """Return the limits of whole counts, over the denominators where ratios are plotted; no sigma."""
    fitted = _by_month(problem, of, centre, unit, status, counted=counted)
    assert fitted.months is not None
    middle = fitted.months.centre
    with np.errstate(divide="ignore", invalid="ignore"):  # months with a denominator of 0 have no mean either
        low, high = (line if counted else line / of for line in (lower, upper))
    months = replace(
        fitted.months,
        sigma=np.full_like(middle, np.nan),
        # the division may round a limit to the wrong side of a mean that lies on it
        upper=np.maximum(high, middle),
        lower=np.minimum(low, middle),
    )
    return replace(fitted, months=months)


def _count_limits(mean: Floats, k: Floats, width: float) -> tuple[Floats, Floats]:
    return negative_binomial(mean, np.nan_to_num(k), width) if (k > 0.0).any() else poisson(mean, width)
