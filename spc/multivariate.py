"""together(): series of one area judged together, by Hotelling's T squared or a MEWMA."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from spc.array_types import Codes, Flags, Floats, Ints
from spc.baselines import Baseline, Phases, resolve
from spc.checks import ChoiceError, choice, parcel, positive, whole
from spc.kernels.multivariate import covariances, distances
from spc.panel import Panel
from spc.results.together import COLLINEAR, NO_DATA, NO_VALUE, NO_VARIATION, OK, SHORT_HISTORY, Together

__all__ = ["mewma_limit", "together"]

CHARTS = ("t2", "mewma")
COVARIANCES = ("differences", "sample")


def together(
    panel: Panel,
    *,
    chart: str = "t2",
    by: str | Sequence[str] = "area",
    baseline: Baseline = "all",
    as_at: Any = None,
    covariance: str = "differences",
    min_observed: int = 12,
    run_length: float = 370.4,
    weight: float = 0.1,
) -> Together:
    """Judge the series of each group together: a month may be odd in company though not alone.

    Parameters
    ----------
    panel : Panel
        n_series x n_periods; single values (subgroups by their mean).
    chart : {"t2", "mewma"}
        Hotelling's T squared of each month, or of a weighted mean of the months up to it, which finds small
        lasting shifts sooner.
    by : str or sequence of str
        The key (or keys) that the series of one group share.
    baseline : "all", int, (first month, last month) or Window
        Which months set means and covariance, counted from the first month in which all series of a group
        have a value.
    as_at : month, or one month a series, optional
        The month reported on; a group's is the earliest of its series.
    covariance : {"differences", "sample"}
        From steps between neighbouring months, which a lasting shift inside the baseline hardly inflates; or
        from deviations from the mean.
    min_observed : int
        Fewest baseline months with a value for every series.
    run_length : float
        Months between false alarms, on average, when nothing changes: 370.4 as for three sigma.
    weight : float
        Weight of the latest month in a MEWMA.

    Returns
    -------
    Together
        `points`, `centre`, `ucl`, `exceptions`, `driver` (n_groups, n_periods), `parts` and `apart`
        (n_series, n_periods), `status` (n_groups,).

    Raises
    ------
    ChoiceError
        A misspelt choice, a key that the panel does not have, a number out of range.

    Notes
    -----
    With p series, m baseline months, means x, covariance S of f degrees of freedom and the chance
    a = 1 / run_length: T2 = (y - x)' S^-1 (y - x). Later months: ucl = (1 + 1/m) f p / (f - p + 1)
    F(1 - a; p, f - p + 1), exact for the sample covariance, f = m - 1 (Tracy, Young and Mason 1992, Journal
    of Quality Technology 24, 88-95); for k steps in a row f = 2 k^2 / (3 k - 1) (Scholz and Tosch 1994).
    Baseline months: (m - 1)^2 / m Beta(1 - a; p/2, (m - p - 1)/2) for the sample covariance (the same paper);
    for differences chi-squared of p (Williams, Woodall, Birch and Sullivan 2006, Journal of Quality
    Technology 38, 217-229). Simulated with differences, where 0.27% is meant, with 2 / 3 / 5 series: 0.22 /
    0.27 / 0.47% of baseline months and 0.22 / 0.21 / 0.15% of later months after 24 months; 0.24 / 0.25 /
    0.28% and 0.26 / 0.26 / 0.24% after 60.

    MEWMA: Z_t = weight y_t + (1 - weight) Z_(t-1) from the means, judged by its covariance in the long run.
    In the baseline ucl is the h that gives `run_length` when means and covariance are known (Lowry et al.
    1992, Technometrics 34, 46-53; Rigdon 1995, Journal of Statistical Computation and Simulation 52,
    351-365). The error of estimated means never dies away, so with two series and h alone 7.1 / 3.7 / 2.3%
    of later months would be flagged after 24 / 36 / 60 baseline months, where 0.65% is meant. Their ucl is
    therefore what an estimate exceeds as often as a known mean exceeds h: the F above times
    (1 + (2 - weight) / (weight m)) / (1 + 1/m); simulated 0.35 / 0.31 / 0.41%. A month that lacks a series
    has no point, and Z waits.

    The part of a series is T2 less T2 of the others (Runger, Alt and Montgomery 1996).

    Examples
    --------
    >>> import numpy as np, spc
    >>> rng = np.random.default_rng(7)
    >>> calls = rng.normal(100, 5, 37)
    >>> minutes = 0.5 * calls + rng.normal(0, 1, 37)
    >>> calls[-1], minutes[-1] = 104, 44  # neither is odd alone, but few minutes for so many calls
    >>> keys = {"area": ["Swindon"] * 2, "measure": ["Calls", "Minutes"]}
    >>> panel = spc.Panel.from_numpy([calls, minutes], start="2021-07", keys=keys)
    >>> both = spc.together(panel, by="area", baseline=24)
    >>> print(both.words[0], spc.exceptions(spc.limits(panel, baseline=24), rules="western_electric").words)
    Minutes Low ['' '']
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    is_mean = choice("chart", chart, CHARTS) == "mewma"
    by_steps = choice("covariance", covariance, COVARIANCES) == "differences"
    least = whole("min_observed", min_observed, 2, 100_000)
    share = positive("weight", weight, high=1.0)
    length = _length(run_length)
    groups = _groups(panel, by)
    values = np.ascontiguousarray(panel.observed[groups.order])
    ends = np.minimum.reduceat(panel.positions(as_at)[groups.order], groups.begin)
    complete = np.logical_and.reduceat(np.isfinite(values), groups.begin, axis=0)
    company = Panel(np.where(complete, 0.0, np.nan), groups.keys, panel.start)
    phases, base_first, base_last = resolve(company, Phases.single(company, ends), baseline, ends)
    base = _estimate(groups, values, base_first, base_last, by_steps)
    usable, points, parts, apart = _distances(groups, values, base, phases, share if is_mean else 1.0)
    status = _status(usable, base, groups.sizes, least)
    status[company.first_observed > ends] = NO_DATA
    columns = np.arange(panel.n_periods)
    inside = (columns >= base_first[:, None]) & (columns < base_last[:, None])
    if is_mean:
        lines = _mewma_lines(groups.sizes, base, inside, share, length)
    else:
        lines = _t2_lines(groups.sizes, base, inside, by_steps, length)
    bare = status != OK
    points[bare] = np.nan
    blank = np.isnan(points)
    members = groups.group[groups.order]
    parts[bare[members]], apart[bare[members]] = np.nan, np.nan
    at_end = complete[np.arange(len(ends)), np.maximum(ends, 0)]
    status[~bare & ~at_end] = NO_VALUE
    return Together(
        panel=panel,
        chart=chart,
        by=groups.names,
        keys=groups.keys,
        group=groups.group,
        points=points,
        centre=np.where(blank, np.nan, lines[0]),
        ucl=np.where(blank, np.nan, lines[1]),
        parts=parts[groups.back],
        apart=apart[groups.back],
        mean=base.mean[groups.back],
        sigma=base.sigma[groups.back],
        count=base.count,
        status_code=status,
        ends=ends,
    )


@dataclass(frozen=True, eq=False)
class _Groups:
    """Which series stand together: `order` lists them group by group, `back` undoes it."""

    names: tuple[str, ...]
    keys: Mapping[str, np.ndarray[Any, Any]]
    group: Ints
    order: Ints
    back: Ints
    begin: Ints
    end: Ints

    @property
    def sizes(self) -> Ints:
        """How many series each group has (n_groups,)."""
        return self.end - self.begin

    @property
    def place(self) -> Ints:
        """Where each group's square of numbers begins (n_groups,)."""
        return np.cumsum(self.sizes**2) - self.sizes**2


@dataclass(frozen=True, eq=False)
class _Base:
    """What the baselines say; mean, size and sigma in the groups' order of series."""

    count: Ints
    freedom: Floats
    mean: Floats
    size: Floats
    cov: Floats
    sigma: Floats


def _length(run_length: Any) -> float:
    length = positive("run_length", run_length)
    if not 1.0 < length <= 1e6:
        raise ChoiceError(f"`run_length` must be over 1 and at most 1,000,000 months, got {run_length!r}.")
    return length


def _groups(panel: Panel, by: str | Sequence[str]) -> _Groups:
    names = (by,) if isinstance(by, str) else tuple(by)
    for name in names or ("",):
        choice("by", name, panel.keys)
    numbers: dict[tuple[str, ...], int] = {}
    rows = zip(*(panel.keys[name] for name in names), strict=True)
    group = np.array([numbers.setdefault(row, len(numbers)) for row in rows], np.int64)
    order = np.argsort(group, kind="stable")
    back = np.argsort(order, kind="stable")
    end = np.cumsum(np.bincount(group, minlength=len(numbers))).astype(np.int64)
    keys = {name: np.array([row[k] for row in numbers], dtype=object) for k, name in enumerate(names)}
    return _Groups(names, keys, group, order, back, np.append(np.int64(0), end[:-1])[: len(end)], end)


def _estimate(groups: _Groups, values: Floats, base_first: Ints, base_last: Ints, by_steps: bool) -> _Base:
    n_groups, n_series, place = len(groups.begin), len(values), groups.place
    freedom, mean, size = np.empty(n_groups), np.empty(n_series), np.empty(n_series)
    count, cov = np.empty(n_groups, np.int64), np.empty(int((groups.sizes**2).sum()))
    where = (groups.begin, groups.end, place)
    covariances(*where, values, base_first, base_last, int(by_steps), count, freedom, mean, size, cov)
    members = groups.group[groups.order]
    within = np.arange(n_series) - groups.begin[members]
    variance = cov[place[members] + within * (groups.sizes[members] + 1)]
    return _Base(count, freedom, mean, size, cov, np.sqrt(variance))


def _distances(
    groups: _Groups, values: Floats, base: _Base, phases: Phases, weight: float
) -> tuple[Ints, Floats, Floats, Floats]:
    usable = np.empty(len(groups.begin), np.int64)
    points = np.empty((len(groups.begin), values.shape[1]))
    parts, apart = np.empty(values.shape), np.empty(values.shape)
    where = (groups.begin, groups.end, groups.place)
    spans = (phases.first, phases.last)
    numbers = (values, base.mean, base.size, base.cov)
    distances(*where, *numbers, *spans, weight, usable, points, parts, apart)
    return usable, points, parts, apart


def _status(usable: Ints, base: _Base, sizes: Ints, least: int) -> Codes:
    """Return the status of each group; a covariance of p series wants more than p + 1 degrees of freedom."""
    status = np.where(usable == 1, OK, np.where(usable == 0, COLLINEAR, NO_VARIATION)).astype(np.int8)
    status[(base.count < least) | ~(base.freedom > sizes + 1.0)] = SHORT_HISTORY
    return status


def _later(sizes: Ints, base: _Base, weight: float, chance: Floats | float) -> Floats:
    """Return what a later month exceeds with this chance, under estimated means and covariance (n_groups,).

    The means' own error adds 1/m to the variance, which is weight / (2 - weight) for a weighted mean.
    """
    from scipy.special import fdtri

    p, f = sizes.astype(float), base.freedom
    with np.errstate(divide="ignore", invalid="ignore"):
        grown = 1.0 + (2.0 - weight) / weight / base.count
        return np.asarray(grown * f * p / (f - p + 1.0) * fdtri(p, f - p + 1.0, 1.0 - chance))


def _t2_lines(sizes: Ints, base: _Base, inside: Flags, by_steps: bool, run_length: float) -> list[Floats]:
    """Return the median and the limit of T2 (n_groups, n_periods); `inside` are months of the baseline."""
    from scipy.special import betaincinv, chdtri

    p, m = sizes.astype(float), base.count.astype(float)
    lines = []
    for chance in (0.5, 1.0 / run_length):
        early = chdtri(p, chance)
        if not by_steps:
            with np.errstate(divide="ignore", invalid="ignore"):
                early = (m - 1.0) ** 2 / m * betaincinv(p / 2.0, (m - p - 1.0) / 2.0, 1.0 - chance)
        lines.append(np.where(inside, early[:, None], _later(sizes, base, 1.0, chance)[:, None]))
    return lines


def _mewma_lines(sizes: Ints, base: _Base, inside: Flags, weight: float, run_length: float) -> list[Floats]:
    """Return the median and the limit of a MEWMA (n_groups, n_periods)."""
    from scipy.special import chdtr, chdtri

    p = sizes.astype(float)
    limits = {int(size): mewma_limit(int(size), weight, run_length) for size in np.unique(sizes)}
    upper = np.array([limits[int(size)] for size in sizes])
    lines = []
    for early, chance in ((chdtri(p, 0.5), 0.5), (upper, 1.0 - chdtr(p, upper))):
        lines.append(np.where(inside, early[:, None], _later(sizes, base, weight, chance)[:, None]))
    return lines


@cache
def mewma_limit(p: int, weight: float, run_length: float) -> float:
    """Return the h of a MEWMA of `p` series whose mean run length is `run_length` when nothing changes.

    Source: Rigdon (1995), Journal of Statistical Computation and Simulation 52, 351-365; started at the
    means, judged by the covariance in the long run.

    Examples
    --------
    >>> print(round(mewma_limit(4, 0.25, 500.0), 2))
    16.38
    """
    from scipy.optimize import brentq
    from scipy.special import chdtri

    # one month's chance alone would give `run_length` at the chi-squared quantile; dependence lowers h
    high = float(chdtri(p, 1.0 / run_length)) + 1e-9
    if weight == 1.0:
        return high - 1e-9

    def excess(h: float) -> float:
        return math.log(_mewma_run_length(p, weight, h) / run_length)

    low = 0.5 * high
    while excess(low) > 0.0:
        low *= 0.5
    return float(brentq(excess, low, high, xtol=1e-10, rtol=1e-12))


def _mewma_run_length(p: int, weight: float, h: float) -> float:
    """Return the mean run length from the means on, by the integral equation over r = |Z|.

    Z leaves from r for a squared length x that is weight^2 times a non-central chi-squared of p degrees of
    freedom, centred on ((1 - weight) r / weight)^2. Over r, not r^2, the density is smooth at 0.
    """
    edge = math.sqrt(h * weight / (2.0 - weight))
    nodes, shares = np.polynomial.legendre.leggauss(20)
    pieces = max(3, math.ceil(0.5 * edge / weight))
    width = edge / pieces
    r = (width * (0.5 * (nodes + 1.0) + np.arange(pieces)[:, None])).reshape(-1)
    share = np.tile(0.5 * width * shares, pieces)
    moves = _density(r[None, :], r[:, None], p, weight) * share
    start = _density(r, np.zeros_like(r), p, weight) * share
    lengths = np.linalg.solve(np.eye(len(r)) - moves, np.ones(len(r)))
    return float(1.0 + start @ lengths)


def _density(to: Floats, come: Floats, p: int, weight: float) -> Floats:
    """Return the density of the next |Z| at `to`, coming from |Z| = `come`."""
    from scipy.special import gammaln, ive

    a, b = to / weight, (1.0 - weight) / weight * come
    nu = 0.5 * p - 1.0
    still = 2.0 ** (-nu) * a ** (p - 1) * np.exp(-0.5 * a * a - gammaln(0.5 * p))
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = a * (a / b) ** nu * np.exp(-0.5 * (a - b) ** 2) * ive(nu, a * b)
    return np.where(b > 1e-8, moved, still) / weight
