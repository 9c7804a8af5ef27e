"""survey(): a proportion of those asked, its interval, and whether it changed on the year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Ints, Words
from spc.checks import ChoiceError, choice, confidence, parcel, whole
from spc.measures import Assignment, Catalogue, Measure, measures_of
from spc.pairing import heard_and_paired, row_sums
from spc.panel import Panel
from spc.results import surveys as results
from spc.results.surveys import Survey

__all__ = ["survey"]

YEAR = 12
#: Kinds that a survey may be.
SHARES = ("rate", "proportion", "rolling12")
Numbers = float | Sequence[float] | Floats | None
#: Shares that said yes, and (effective) sample sizes (n_series,).
Sample = tuple[Floats, Floats]


def survey(
    panel: Panel,
    *,
    measures: Catalogue | Sequence[Measure] | Assignment | None = None,
    as_at: Any = None,
    window: int = 12,
    every: int = 1,
    method: str = "wilson",
    of: Any = None,
    population: Numbers = None,
    deff: Numbers = 1.0,
    level: float = 95,
    least: int = 30,
) -> Survey:
    """Estimate each series' proportion from its sample, and compare it with the year before.

    Parameters
    ----------
    panel : Panel
        `value` is how many said yes, `of` how many were asked. A series of rolling figures alone (``given``)
        has its percentages there, and in `of` the sample size of the window that ends with the month.
    measures : Catalogue, optional
        Units and lags; by default percent, without a lag.
    as_at : month, or one month a series, optional
        The last month of the windows; by default the panel's last. A measure in arrears (`lag`) ends that
        many months earlier, unless each series is given its month.
    window : int
        Months that are pooled, from 1 to 12: yes over asked of all of them, never the mean of monthly shares.
    every : int
        Months between two surveys: 3 for quarterly ones, whose window then ends with the latest quarter.
    method : {"wilson", "clopper_pearson"}
        The interval of the estimate.
    of : float or array_like (n_series,) or (n_series, n_periods), optional
        Sample sizes of the windows of rolling figures, where the panel has none.
    population : float or (n_series,) array_like, optional
        All who might have been asked, for the finite population correction; NaN for none.
    deff : float or (n_series,) array_like
        Design effect: by how much weighting and clustering multiply the variance.
    level : float
        Of the intervals, in percent, from 50 to below 100.
    least : int
        Fewer respondents than this are flagged, in the status; their figures stand.

    Returns
    -------
    Survey
        `estimate`, `lower`, `upper`, `margin`, `change` with its interval, `p`, `verdict`, `status`, `words`.

    Raises
    ------
    ChoiceError
        A window or level out of range, a misspelt method, a design effect or population that is not above 0.

    Notes
    -----
    With p = x / n and z the normal quantile: Wilson (1927, JASA 22, 209-212), the p0 for which
    (p - p0)^2 = z^2 p0 (1 - p0) / n; Clopper and Pearson (1934, Biometrika 26, 404-413), the beta quantiles
    (x, n - x + 1) and (x + 1, n - x). The change has Newcombe's interval (1998, Statistics in Medicine 17,
    873-890, method 10), whichever method the estimate has: with l and u the ends of Wilson's,
    d - sqrt((p1 - l1)^2 + (u2 - p2)^2) and d + sqrt((u1 - p1)^2 + (p2 - l2)^2). z and p are the two-sample
    test with the pooled proportion; where the two disagree about 0, the verdict is the interval's.
    All of it is done on the effective sample size, n / deff times (N - 1) / (N - n) for a population of N
    (Cochran 1977, Sampling Techniques, 3rd ed., section 3.2); respondents are printed and flagged as they
    are. The samples of the two years are taken to be independent. A month with one part missing leaves both
    sums.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[60] * 12 + [66] * 12], start="2022-08", of=[[80] * 24])
    >>> found = spc.survey(panel)
    >>> print(found.words[0])
    82.5% (80.0% to 84.8%, 960 asked), up 7.5% points on the year before:
    3.8% points to 11.1% points.
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    window, every = whole("window", window, 1, YEAR), whole("every", every, 1, YEAR)
    if window % every:
        raise ChoiceError(f"`window` must be a multiple of `every` ({every}), got {window}.")
    choice("method", method, ("wilson", "clopper_pearson"))
    level = confidence(level)
    least = whole("least", least, 1, 1_000_000)
    rows = _assigned(panel, measures)
    per = rows.each(lambda m: m.shown.per, float)
    people, effect = _each(panel, "population", population, np.nan), _each(panel, "deff", deff, 1.0)
    source = _Source(panel, _is_ready(panel, rows, window), _sizes(panel, of), per, window, every)
    ends, stray = source.latest(rows.ends(panel, as_at))
    shares = rows.each(lambda m: m.kind in SHARES, bool)
    samples, counts, codes = [], [], []
    for back in (0, YEAR):
        share, n = source.sample(ends - back)
        code = _codes(share, n, people, least)
        for bad, reason in (
            (source.unsized, results.NO_SIZE),
            (stray, results.IRREGULAR),
            (~shares, results.NOT_SHARES),
        ):
            code[bad] = reason
        code[panel.refused] = results.REFUSED
        samples.append(_effective(share, n, code, people, effect))
        counts.append(np.where(code > results.NOBODY, np.nan, n))
        codes.append(code)
    codes[0][(codes[0] == results.OK) & (codes[1] == results.FEW)] = results.FEW_BEFORE
    return Survey(
        panel=panel,
        measures=rows,
        window=window,
        level=level,
        method=method,
        least=least,
        ends=ends,
        respondents=counts[0],
        respondents_before=counts[1],
        status_code=codes[0],
        **_inferred(samples[0], samples[1], per, method, level),
    )


def _inferred(now: Sample, before: Sample, per: Floats, method: str, level: float) -> dict[str, Any]:
    """Return everything that is inferred from two samples, in the unit of the measure."""
    z = _normal_quantile(1.0 - 0.5 * (1.0 - level / 100.0))
    lower, upper = _wilson(*now, z) if method == "wilson" else _clopper_pearson(*now, level)
    difference, low, high = _newcombe(*now, *before, z)
    score, p = _pooled(*now, *before)
    return {
        "estimate": now[0] * per,
        "lower": lower * per,
        "upper": upper * per,
        "margin": 0.5 * (upper - lower) * per,
        "previous": before[0] * per,
        "change": difference * per,
        "change_lower": low * per,
        "change_upper": high * per,
        "z": score,
        "p": p,
        "verdict": _verdicts(low, high),
    }


def _assigned(panel: Panel, measures: Any) -> Assignment:
    """Return the measure of each series; without a catalogue all are rates in percent."""
    if measures is None:
        return Assignment((Measure("a proportion", kind="rate"),), np.zeros(panel.n_series, np.int64))
    return measures_of(panel, measures)


def _each(panel: Panel, name: str, given: Numbers, default: float) -> Floats:
    """Return one number above 0 a series; NaN takes the default."""
    try:
        row = np.broadcast_to(np.asarray(default if given is None else given, np.float64), (panel.n_series,))
    except (TypeError, ValueError):
        row = np.zeros(1)
    if (row <= 0.0).any() or np.isinf(row).any():
        raise ChoiceError(
            f"`{name}` must be a number above 0, or one for each of {panel.n_series:,} series, got {given!r}."
        )
    return np.where(np.isnan(row), default, row)


def _sizes(panel: Panel, of: Any) -> Floats:
    """Return the sample sizes of rolling figures, month by month."""
    if of is None:
        return np.full(panel.values.shape, np.nan) if panel.of is None else panel.of
    try:
        cells = np.asarray(of, np.float64)
        cells = np.broadcast_to(cells[:, None] if cells.ndim == 1 else cells, panel.values.shape)
    except (TypeError, ValueError):
        cells = np.full(1, -1.0)
    if (cells < 0.0).any() or np.isinf(cells).any():
        raise ChoiceError(
            f"`of` must be a number of respondents, one for each of {panel.n_series:,} series, or one for "
            f"each series and month, got {of!r}."
        )
    return cells


def _is_ready(panel: Panel, rows: Assignment, window: int) -> Flags:
    """Return which series come as rolling figures: they have them, and no months to be added up."""
    if window not in panel.given:
        return np.zeros(panel.n_series, bool)
    rolling = rows.each(lambda m: not m.how.monthly, bool)
    bare = np.isnan(panel.values).all(axis=1)
    return np.asarray((rolling | bare) & np.isfinite(panel.given[window]).any(axis=1))


@dataclass(frozen=True, eq=False)
class _Source:
    """Where the samples are: months with their parts, or `ready` rolling figures with their sizes."""

    panel: Panel
    ready: Flags
    sizes: Floats
    per: Floats
    window: int
    every: int

    @property
    def parts(self) -> tuple[Floats, Floats]:
        """Yes and asked by month; NaN throughout where a series has no parts."""
        of = self.panel.of
        whole_of = np.full(self.panel.values.shape, np.nan) if of is None else of
        usable = (self.panel.is_ratio & ~self.ready)[:, None]
        return np.where(usable, self.panel.values, np.nan), np.where(usable, whole_of, np.nan)

    @property
    def unsized(self) -> Flags:
        """Which series have months and do not say how many were asked (n_series,)."""
        months = np.isfinite(self.panel.values).any(axis=1)
        return np.asarray(months & ~self.panel.is_ratio & ~self.ready)

    @property
    def figures(self) -> Floats:
        """The rolling figures, NaN throughout where a series has months."""
        cells = self.panel.given.get(self.window, np.full(self.panel.values.shape, np.nan))
        return np.where(self.ready[:, None], cells, np.nan)

    def latest(self, ends: Ints) -> tuple[Ints, Flags]:
        """Return the last month that is due, and which series have figures in months that are not."""
        if self.every == 1:
            return ends, np.zeros(len(ends), bool)
        top, below = self.parts
        seen = np.isfinite(top) | np.isfinite(below) | np.isfinite(self.figures)
        seen &= np.arange(seen.shape[1]) <= ends[:, None]
        due = np.stack([seen[:, r :: self.every].any(axis=1) for r in range(self.every)], axis=1)
        back = (ends - due.argmax(axis=1)) % self.every
        return np.where(due.any(axis=1), np.maximum(ends - back, -1), ends), due.sum(axis=1) > 1

    def sample(self, at: Ints) -> tuple[Floats, Floats]:
        """Return the share that said yes and how many were asked, pooled over the window (n_series,)."""
        due = np.s_[:, self.every - 1 :: self.every]
        top, below = (self.panel.aligned_cells(part, at, self.window)[due] for part in self.parts)
        heard, paired = heard_and_paired(top, below)
        complete = np.logical_and(heard.all(axis=1), paired.any(axis=1))
        yes, asked = (row_sums(np.where(paired, part, np.nan), complete) for part in (top, below))
        figure, size = (self.panel.aligned_cells(cells, at, 1)[:, 0] for cells in (self.figures, self.sizes))
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(self.ready, figure / self.per, yes / asked)
        return share, np.where(self.ready, size, asked)


def _codes(share: Floats, n: Floats, people: Floats, least: int) -> Ints:
    """Return what is to be said of each sample; the last that holds."""
    code = np.full(len(share), results.OK)
    for holds, reason in (
        (n < least, results.FEW),
        (np.isnan(n), results.NO_SIZE),
        (np.isnan(share), results.INCOMPLETE),
        (n == 0.0, results.NOBODY),
        (share > 1.0, results.TOO_MANY),
        (share < 0.0, results.NEGATIVE),
        (n > people, results.BEYOND),
    ):
        code[holds] = reason
    return code


def _effective(share: Floats, n: Floats, code: Ints, people: Floats, effect: Floats) -> tuple[Floats, Floats]:
    """Return the shares that stand, and the sample sizes that have their variance; infinite for a census."""
    stands = code <= results.NO_SIZE
    with np.errstate(invalid="ignore", divide="ignore"):
        finite = np.where(np.isnan(people), 1.0, (people - 1.0) / (people - n))
    finite[people == n] = np.inf
    return np.where(stands, share, np.nan), np.where(stands, n / effect * finite, np.nan)


def _normal_quantile(q: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(q))


def _wilson(p: Floats, n: Floats, z: float) -> tuple[Floats, Floats]:
    squeeze = z * z / n
    middle = (p + 0.5 * squeeze) / (1.0 + squeeze)
    half = np.sqrt(p * (1.0 - p) * squeeze + 0.25 * squeeze * squeeze) / (1.0 + squeeze)
    # the ends of nobody and everybody are 0 and 1, to the last bit
    lower, upper = np.where(p == 0.0, 0.0, middle - half), np.where(p == 1.0, 1.0, middle + half)
    return _known(lower, n), _known(upper, n)


def _known(ends: Floats, n: Floats) -> Floats:
    return np.where(np.isnan(n), np.nan, ends)


def _clopper_pearson(p: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    from scipy.special import betaincinv

    tail = 0.5 * (1.0 - level / 100.0)
    x = p * n
    with np.errstate(invalid="ignore"):
        lower = np.where(p == 0.0, 0.0, betaincinv(x, n - x + 1.0, tail))
        upper = np.where(p == 1.0, 1.0, betaincinv(x + 1.0, n - x, 1.0 - tail))
    census = np.isinf(n)
    return _known(np.where(census, p, lower), n), _known(np.where(census, p, upper), n)


def _newcombe(p1: Floats, n1: Floats, p2: Floats, n2: Floats, z: float) -> tuple[Floats, Floats, Floats]:
    """Return p1 - p2 and its hybrid score interval: method 10 of Newcombe 1998."""
    (l1, u1), (l2, u2) = _wilson(p1, n1, z), _wilson(p2, n2, z)
    gap = p1 - p2
    return gap, gap - np.hypot(p1 - l1, u2 - p2), gap + np.hypot(u1 - p1, p2 - l2)


def _pooled(p1: Floats, n1: Floats, p2: Floats, n2: Floats) -> tuple[Floats, Floats]:
    """Return z and the two-sided p of no change; NaN where everybody was asked: there is nothing to test."""
    from scipy.special import ndtr

    with np.errstate(invalid="ignore", divide="ignore"):
        both = (p1 * n1 + p2 * n2) / (n1 + n2)
        error = np.sqrt(both * (1.0 - both) * (1.0 / n1 + 1.0 / n2))
        z = np.where(p1 == p2, 0.0, (p1 - p2) / error)
    z[~np.isfinite(n1 + n2)] = np.nan
    return z, 2.0 * ndtr(-np.abs(z))


def _verdicts(low: Floats, high: Floats) -> Words:
    words = np.where(low > 0.0, "higher", np.where(high < 0.0, "lower", "no clear change")).astype(object)
    words[np.isnan(low)] = ""
    return words
