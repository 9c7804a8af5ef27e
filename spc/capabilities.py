"""capability(): how the spread of a series compares with the limits that were agreed for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Ints
from spc.chart_kinds import CHARTS
from spc.charts.constants import range_constants, sd_constant
from spc.checks import ChoiceError, confidence, parcel
from spc.detection import exceptions
from spc.kernels.subgroups import weighted
from spc.results import Limits
from spc.results.capability import Capability
from spc.rules import Rule

__all__ = ["capability"]

Specification = float | Sequence[float] | Floats | None
#: Charts whose sigma is that of single observations.
OF_SINGLES = ("xmr", "xbar_r", "xbar_s")
#: Variance of a moving range over its mean squared, pi / 2 - 1, and covariance of neighbours, which share a
#: month: sqrt(3) / 2 + pi / 12 - 1.
RANGE_VARIANCE, RANGE_COVARIANCE = math.pi / 2.0 - 1.0, math.sqrt(3.0) / 2.0 + math.pi / 12.0 - 1.0
#: The same for their median: 1 / (4 f^2 q^2), with q the normal quartile and f the density of |X| there; and
#: times 0.1064, the correlation of two neighbours' lying below it (bivariate normal, correlation -1/2).
MEDIAN_VARIANCE, MEDIAN_COVARIANCE = 1.360459, 0.144762


def capability(
    limits: Limits,
    *,
    lower: Specification = None,
    upper: Specification = None,
    target: Specification = None,
    rules: str | tuple[Rule, ...] | list[Rule] = "western_electric",
    level: float = 95,
) -> Capability:
    """Compare each series' baseline with its specification limits.

    Parameters
    ----------
    limits : Limits
        From `limits` with chart "xmr", "xbar_r" or "xbar_s": its sigma is the short-term spread, and its
        baseline (of the phase that holds the as-at month) the observations.
    lower, upper : float or (n_series,) float64, optional
        Specification limits in the unit of the plotted value; NaN, or None for all, where there is none.
    target : float or (n_series,) float64, optional
        By default the middle of the two.
    rules : str or rows of Rule
        What the baseline must be free of to be in control.
    level : float
        Of the intervals, in percent, from 50 to below 100.

    Returns
    -------
    Capability
        `index["cp"]` and so on (n_series,), `interval["cp"]` (n_series, 2), `ppm_within`, `ppm_overall`,
        `in_control`, `status`.

    Raises
    ------
    ChoiceError
        No specification limit at all, a lower one that is not below the upper, a level out of range.

    Notes
    -----
    With s the short-term sigma, d the standard deviation of the n observations, m their mean:
    Cp = (upper - lower) / 6 s, Cpk = min(upper - m, m - lower) / 3 s, Pp and Ppk the same with d, and
    Cpm = (upper - lower) / 6 sqrt(d^2 + (m - target)^2). With one limit alone Cpk and Ppk are for that side,
    and Cp, Pp and Cpm do not exist. Intervals of Cp and Pp: index sqrt(chi2 / f) with f degrees of freedom of
    the spread; of Cpk and Ppk: index +- z sqrt(1 / 9n + index^2 / 2f) (Bissell 1990, Applied Statistics 39,
    331-340); of Cpm: as Cp with n (1 + g^2)^2 / (1 + 2 g^2) degrees, g = (m - target) / d (Boyles 1991,
    Journal of Quality Technology 23, 17-26). Source: Montgomery (2013), Introduction to Statistical Quality
    Control, 7th ed., section 8.3. f of d is n - 1; that of s follows from the variance v of its estimator by
    f = 1 / (2 sqrt(1 + 2 v) - 2) (Patnaik 1950, Biometrika 37, 78-87): 0.6 a month for mean moving ranges.
    All of it holds for independent normal observations in control, and for nothing else.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([10, 12, 11, 9, 10, 11, 8, 10, 12, 9, 10, 11], start="2024-01")
    >>> able = spc.capability(spc.limits(panel), lower=4, upper=16)
    >>> print(able.index["cp"].round(2), able.interval["cp"].round(2), able.in_control)
    [1.31] [[0.65 1.97]] [ True]
    """
    parcel("limits", limits, Limits, "spc.limits(panel)")
    level = confidence(level)
    low, high, goal = _specified(limits, lower, upper, target)
    chance = 0.5 * (1.0 - level / 100.0)
    inside = _baseline(limits)
    count, mean, sd = _overall(limits, inside)
    sigma, freedom = _short_term(limits, inside, count)
    status = _status(limits, np.isnan(low) & np.isnan(high))
    for numbers in (sigma, sd):
        numbers[status != "ok"] = np.nan
    index, interval = {}, {}
    for name, spread, f in (("c", sigma, freedom), ("p", sd, count - 1.0)):
        wide, near = (high - low) / (6.0 * spread), np.fmin(high - mean, mean - low) / (3.0 * spread)
        index[f"{name}p"], interval[f"{name}p"] = wide, _by_chi_squared(wide, f, chance)
        index[f"{name}pk"], interval[f"{name}pk"] = near, _bissell(near, count, f, chance)
    away = (mean - goal) / sd
    index["cpm"] = index["pp"] / np.sqrt(1.0 + away**2)
    freedom_of_both = count * (1.0 + away**2) ** 2 / (1.0 + 2.0 * away**2)
    interval["cpm"] = _by_chi_squared(index["cpm"], freedom_of_both, chance)
    flagged = (exceptions(limits, rules=rules).mask != 0) & inside
    return Capability(
        limits=limits,
        lower=low,
        upper=high,
        target=goal,
        level=level,
        count=count,
        mean=mean,
        sigma=sigma,
        sd=sd,
        freedom=freedom,
        index=index,
        interval=interval,
        ppm_within=_expected(mean, sigma, low, high),
        ppm_overall=_expected(mean, sd, low, high),
        in_control=~flagged.any(axis=1),
        status=status,
    )


def _specified(limits: Limits, *given: Specification) -> tuple[Floats, Floats, Floats]:
    n = limits.panel.n_series
    numbers = []
    for name, each in zip(("lower", "upper", "target"), given, strict=True):
        try:
            row = np.broadcast_to(np.asarray(np.nan if each is None else each, np.float64), (n,)).copy()
        except (TypeError, ValueError):
            row = np.full(1, np.inf)
        if np.isinf(row).any():
            raise ChoiceError(
                f"`{name}` must be a number, or one for each of {n:,} series (NaN for none), got {each!r}."
            )
        numbers.append(row)
    low, high, goal = numbers
    if given[0] is None and given[1] is None:
        raise ChoiceError("`lower` or `upper` must say where the series should lie: give at least one.")
    if (low >= high).any():
        s = int(np.argmax(low >= high))
        raise ChoiceError(
            f"`lower` must be below `upper`: {limits.panel.name(s)} has {low[s]:g} and {high[s]:g}."
        )
    return low, high, np.where(np.isnan(goal), 0.5 * low + 0.5 * high, goal)


def _baseline(limits: Limits) -> Flags:
    """Return the months that set each series' limits at its as-at month (n_series, n_periods)."""
    p = limits.phase_at_end
    columns = np.arange(limits.panel.n_periods)
    first, last = np.append(limits.base_first, 0)[p], np.append(limits.base_last, 0)[p]
    inside = (columns >= first[:, None]) & (columns < last[:, None]) & ~np.isnan(limits.panel.observed)
    return inside if limits.excluded is None else inside & ~limits.excluded


def _overall(limits: Limits, inside: Flags) -> tuple[Floats, Floats, Floats]:
    """Return number, mean and standard deviation of single observations."""
    within, values = limits.panel.within, limits.panel.observed
    sizes = np.where(inside, 1.0 if within is None else within.count, 0.0)
    mean, count, _ = _weighted(values, sizes)
    between = _weighted((values - mean[:, None]) ** 2, sizes)[0] * count
    if within is not None:
        pooled, freedom, _ = _weighted(within.sd**2, np.where(inside, within.count - 1.0, 0.0))
        between = between + np.where(freedom > 0.0, pooled * freedom, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return count, mean, np.where(count > 1.0, np.sqrt(between / (count - 1.0)), np.nan)


def _weighted(cells: Floats, weights: Floats) -> tuple[Floats, Floats, Ints]:
    n, n_periods = cells.shape
    mean, total, count = np.empty(n), np.empty(n), np.empty(n, np.int64)
    phases = (np.arange(n + 1, dtype=np.int64), np.zeros(n, np.int64), np.full(n, n_periods, np.int64))
    weighted(np.ascontiguousarray(cells), np.ascontiguousarray(weights), *phases, mean, total, count)
    return mean, total, count


def _short_term(limits: Limits, inside: Flags, count: Floats) -> tuple[Floats, Floats]:
    """Return sigma of single observations and its degrees of freedom."""
    p = limits.phase_at_end
    within = limits.panel.within
    sigma = np.append(limits.phase_sigma, np.nan)[p]
    variance = _of_ranges(limits, inside)
    freedom = np.where(limits.choices.get("sigma") == "sd", count - 1.0, _degrees(variance))
    if within is not None:
        names = _charts(limits)
        by_month = limits.sigma * np.sqrt(within.count)  # the same in every month of a phase
        first = np.argmax(inside, axis=1)
        for name, constants_of in (("xbar_r", range_constants), ("xbar_s", _sd_constants)):
            rows = names == name
            if rows.any():
                sigma[rows] = by_month[rows, first[rows]]
                estimator = limits.choices["options"][name]["estimator"]
                mean, swing = constants_of(within.count[rows])
                freedom[rows] = _of_subgroups(within.count[rows], inside[rows], mean / swing, estimator)
    known = limits.choices.get("known_sigma")
    if known is not None:
        freedom[~np.isnan(np.append(known, np.nan)[p])] = np.inf
    return sigma, freedom


def _sd_constants(count: Ints) -> tuple[Floats, Floats]:
    mean = sd_constant(count)
    return mean, np.sqrt(1.0 - mean**2)


def _of_subgroups(count: Ints, inside: Flags, ratio: Floats, estimator: str) -> Floats:
    usable = inside & (count > 1)
    if estimator == "rmsdf":
        return np.where(usable, count - 1.0, 0.0).sum(axis=1)
    precision = np.where(usable, ratio**2, np.nan)
    with np.errstate(divide="ignore"):
        if estimator == "mvlue":
            return _degrees(1.0 / np.nansum(precision, axis=1))
        return _degrees(np.nansum(1.0 / precision, axis=1) / usable.sum(axis=1) ** 2)


def _of_ranges(limits: Limits, inside: Flags) -> Floats:
    """Return the variance of the mean (or median) moving range over its own square."""
    if limits.choices.get("gaps") == "bridge":
        steps = np.maximum(inside.sum(axis=1) - 1.0, 0.0)
        pairs = np.maximum(steps - 1.0, 0.0)
    else:
        neighbours = inside[:, 1:] & inside[:, :-1]
        steps = neighbours.sum(axis=1).astype(float)
        pairs = (neighbours[:, 1:] & neighbours[:, :-1]).sum(axis=1).astype(float)
    own, shared = RANGE_VARIANCE, RANGE_COVARIANCE
    if limits.choices.get("sigma") == "median_range":
        own, shared = MEDIAN_VARIANCE, MEDIAN_COVARIANCE
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((own * steps + 2.0 * shared * pairs) / steps**2)


def _degrees(variance: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1.0 / (2.0 * np.sqrt(1.0 + 2.0 * variance) - 2.0))


def _charts(limits: Limits) -> np.ndarray[Any, Any]:
    p = limits.phase_at_end
    return np.array(list(CHARTS), dtype=object)[np.append(limits.phase_chart, np.int8(0))[p]]


def _status(limits: Limits, unspecified: Flags) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return "ok" or why not; a series that lacks its latest month alone has a baseline all the same."""
    status = limits.status.copy()
    status[status == "no value"] = "ok"
    names, within = _charts(limits).astype(str), limits.panel.within
    several = np.zeros(len(status), bool) if within is None else (within.count > 1).any(axis=1)
    of_means = (names == "xmr") & several  # the sigma of means is not that of what they are means of
    status[(status == "ok") & (~np.isin(names, OF_SINGLES) | of_means)] = "no sigma"
    status[(status == "ok") & unspecified] = "no specification"
    return status


def _by_chi_squared(index: Floats, freedom: Floats, chance: float) -> Floats:
    from scipy.special import chdtri

    ends = []
    for above in (1.0 - chance, chance):
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.sqrt(chdtri(freedom, above) / freedom)
        ends.append(index * np.where(np.isinf(freedom), 1.0, share))
    return np.stack(ends, axis=1)


def _bissell(index: Floats, count: Floats, freedom: Floats, chance: float) -> Floats:
    from scipy.special import ndtri

    with np.errstate(divide="ignore", invalid="ignore"):
        reach = -ndtri(chance) * np.sqrt(1.0 / (9.0 * count) + index**2 / (2.0 * freedom))
    return np.stack([index - reach, index + reach], axis=1)


def _expected(mean: Floats, spread: Floats, low: Floats, high: Floats) -> Floats:
    """Return how many in a million normal observations lie beyond the limits."""
    from scipy.special import ndtr

    with np.errstate(divide="ignore", invalid="ignore"):
        below, above = ndtr((low - mean) / spread), ndtr((mean - high) / spread)
    million = 1e6 * (np.where(np.isnan(low), 0.0, below) + np.where(np.isnan(high), 0.0, above))
    return np.where(np.isnan(spread), np.nan, million)
