"""What a change of counts or rates may owe to chance: p, p with the series' own dispersion, and a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats

__all__ = [
    "CHANGE_TESTS",
    "EVIDENCE",
    "HISTORY",
    "NOT_TESTED",
    "UNTESTED",
    "ChangeTest",
    "dispersed_p",
    "dispersions",
    "evidence_words",
    "proportions_p",
    "rates_p",
]


#: Months before the window from which a series' dispersion is taken, and how many must be observed (SPEC 2).
HISTORY, LEAST = 24, 12
#: Beyond 2**53 neighbouring floats are more than 1 apart, and a count is no longer one number.
EXACT = 9007199254740992.0
#: Every cell of the two-by-two table is expected to hold at least this many for the score test (Cochran 1954,
#: Biometrics 10, 417-451); below it the test is exact.
EXPECTED = 5.0
#: A p below this is too near the end of the floats to be turned into a z.
FAR = 1e-300
#: p_adjusted at or below the number earns the word; the first row that fits.
EVIDENCE = (("clear", 0.01), ("weak", 0.05), ("none", 1.0))
NOT_TESTED = "not tested"


@dataclass(frozen=True)
class ChangeTest:
    """How a change of one kind of measure is tested.

    `ask` takes numerators and denominators, now and before, and returns p and z; `is_share` says that a month
    varies as R (1 - R) / d (part of a whole) and not as R / d (events).
    """

    name: str
    ask: Callable[[Floats, Floats, Floats, Floats], tuple[Floats, Floats]]
    is_share: bool


def rates_p(now: Floats, base_now: Floats, before: Floats, base_before: Floats) -> tuple[Floats, Floats]:
    """Test two counts, or two rates of events, given their sum; return the two-sided p and the score z.

    Parameters
    ----------
    now, before : (n,) float64
        Counts of events, whole numbers.
    base_now, base_before : (n,) float64
        What they are counted over: months, days, crimes, people.

    Returns
    -------
    p : (n,) float64
        Exact: with equal rates `now`, given the sum of both, is Binomial(sum, base_now / sum of bases); the
        smaller tail doubled, at most 1.
    z : (n,) float64
        (now - expected) / sd under that binomial, for p that no float holds.

    Notes
    -----
    Przyborowski and Wilenski (1940), Biometrika 31, 313-323. Doubling is the two-sided p that goes with
    Clopper and Pearson's interval (Fay 2010, R Journal 2(1), 53-58); with equal bases the binomial is
    symmetric, and adding up what is not more likely gives the same.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(2)
    >>> rates_p(np.array([2.0, 20.0]), one, np.array([1.0, 10.0]), one)[0].round(3).tolist()
    [1.0, 0.099]
    """
    from scipy.special import betainc

    total, share = now + before, base_now / (base_now + base_before)
    least = np.where(now > 0.0, betainc(np.maximum(now, 1.0), before + 1.0, share), 1.0)
    most = np.where(before > 0.0, betainc(np.maximum(before, 1.0), now + 1.0, 1.0 - share), 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(total > 0.0, (now - total * share) / np.sqrt(total * share * (1.0 - share)), 0.0)
    return np.minimum(2.0 * np.minimum(least, most), 1.0), z


def proportions_p(
    now: Floats, base_now: Floats, before: Floats, base_before: Floats
) -> tuple[Floats, Floats]:
    """Test two proportions; return the two-sided p and the score z.

    Parameters
    ----------
    now, before : (n,) float64
        How many have the property, whole numbers up to the denominators.
    base_now, base_before : (n,) float64
        Of how many.

    Returns
    -------
    p, z : (n,) float64
        Of the score test with the pooled proportion where all four cells are expected to hold 5 or more,
        else of Fisher's exact test, the smaller tail doubled.

    Notes
    -----
    The score test is that of Pearson's chi-squared times (N - 1) / N (E. S. Pearson 1947, Biometrika 34,
    139-167; Campbell 2007, Statistics in Medicine 26, 3661-3675), without continuity correction.

    Examples
    --------
    >>> import numpy as np
    >>> of = np.array([100.0, 9.0])
    >>> proportions_p(np.array([60.0, 6.0]), of, np.array([45.0, 3.0]), of)[0].round(3).tolist()
    [0.034, 0.347]
    """
    from scipy.special import ndtr

    total, have = base_now + base_before, now + before
    share = have / total
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = share * (1.0 - share) * (1.0 / base_now + 1.0 / base_before) * total / (total - 1.0)
        z = np.where(spread > 0.0, (now / base_now - before / base_before) / np.sqrt(spread), 0.0)
    p = 2.0 * ndtr(-np.abs(z))
    rare = np.minimum(have, total - have) * np.minimum(base_now, base_before) < EXPECTED * total
    if rare.any():
        p[rare] = _fisher(now[rare], base_now[rare], before[rare], base_before[rare])
    return p, z


def _fisher(now: Floats, base_now: Floats, before: Floats, base_before: Floats) -> Floats:
    """Return the doubled smaller tail of the hypergeometric distribution of `now` given both margins."""
    have = now + before
    first, last = np.maximum(0.0, have - base_before), np.minimum(have, base_now)
    sizes = (last - first + 1.0).astype(np.int64)
    p = np.empty(len(now))
    for size in np.unique(sizes).tolist():  # one column for each number that `now` could have been
        rows = np.flatnonzero(sizes == size)
        a, n, m, all_have = (part[rows, None] for part in (now, base_now, base_before, have))
        k = first[rows, None] + np.arange(size)
        # from each number to the next: factorials of 1e11 would leave four digits of their difference
        j = k[:, :-1]
        steps = np.log((n - j) / (j + 1.0) * ((all_have - j) / (m - all_have + j + 1.0)))
        weight = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(steps, axis=1)], axis=1)
        weight = np.exp(weight - weight.max(axis=1, keepdims=True))
        tails = [np.where(side, weight, 0.0).sum(axis=1) for side in (k <= a, k >= a)]
        p[rows] = np.minimum(2.0 * np.minimum(*tails) / weight.sum(axis=1), 1.0)
    return p


RATES = ChangeTest("two counts, exact", rates_p, is_share=False)
#: Kind of measure (SPEC 6) to its test. Outcomes can exceed crimes, so a rate is one of events.
CHANGE_TESTS = {
    "count": RATES,
    "rate": ChangeTest("two rates, exact", rates_p, is_share=False),
    "proportion": ChangeTest("two proportions", proportions_p, is_share=True),
}
#: Why the other kinds are not tested.
UNTESTED = {
    "stock": "a stock: the same cases stand in it month after month",
    "duration": "a duration: how single cases spread is not known",
    "median": "a median: how single cases spread is not known",
    "rolling12": "a survey: how many were asked is not known",
}


def dispersions(top: Floats, below: Floats, is_share: bool) -> tuple[Floats, Floats]:
    """Return how much more the months vary than chance alone makes them, and the degrees of freedom.

    Parameters
    ----------
    top, below : (n, months) float64
        Numerators and denominators, NaN where a month is not observed.
    is_share : bool
        Parts of a whole; else events.

    Returns
    -------
    dispersion : (n,) float64
        NaN below 12 observed months, or where no two neighbours are observed; 1 where nothing happened.
    freedom : (n,) float64

    Notes
    -----
    From neighbouring months, so that a step or a slow trend does not count as chance (von Neumann, Kent,
    Bellinson and Hart 1941, Annals of Mathematical Statistics 12, 153-162): with u = n / d and R = sum n /
    sum d, the mean over the steps of (u_j - u_(j-1))^2 / (v (1 / d_j + 1 / d_(j-1))), v = R for events and
    R (1 - R) for shares. For counts that is half the mean squared step over the mean. Steps overlap: s of
    them are worth 2 s^2 / (3 s - 1) degrees of freedom.

    Examples
    --------
    >>> import numpy as np
    >>> months = np.array([[8.0, 12.0] * 12])
    >>> dispersions(months, np.ones_like(months), False)[0].tolist()
    [0.8]
    """
    seen = np.isfinite(top) & np.isfinite(below) & (below > 0.0)
    n, d = np.where(seen, top, 0.0), np.where(seen, below, 0.0)
    pair = seen[:, 1:] & seen[:, :-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        level = n.sum(axis=1) / d.sum(axis=1)
        u, back = n / d, 1.0 / d
        steps = (u[:, 1:] - u[:, :-1]) ** 2 / (back[:, 1:] + back[:, :-1])
        varies = level * (1.0 - level) if is_share else level
        count = pair.sum(axis=1).astype(np.float64)
        found = np.where(pair, steps, 0.0).sum(axis=1) / count / varies
    found[varies <= 0.0] = 1.0
    found[(seen.sum(axis=1) < LEAST) | (count == 0.0)] = np.nan
    return found, 2.0 * count**2 / np.maximum(3.0 * count - 1.0, 1.0)


def dispersed_p(p: Floats, z: Floats, dispersion: Floats, freedom: Floats) -> Floats:
    """Return p as it is where the variance is `dispersion` times that of chance alone; NaN where not known.

    Parameters
    ----------
    p, z : array of float64
        The two-sided p, and a z for where p is too small for a float.
    dispersion, freedom : array of float64
        As `dispersions` gives them; below 1 it is taken for 1.

    Returns
    -------
    array of float64
        The z that stands for p, over the root of the dispersion, as Student's t: for quasi-likelihood
        (McCullagh and Nelder 1989, Generalized Linear Models, 4.5) with an estimated dispersion.

    Examples
    --------
    >>> import numpy as np
    >>> p, z = np.array([0.001]), np.array([3.29])
    >>> dispersed_p(p, z, np.array([2.0]), np.array([16.0])).round(3).tolist()
    [0.033]
    """
    from scipy.special import ndtri, stdtr

    size = np.where(p > FAR, -ndtri(np.maximum(p, FAR) / 2.0), np.abs(z))
    return np.asarray(np.maximum(2.0 * stdtr(freedom, -size / np.sqrt(np.maximum(dispersion, 1.0))), p))


def evidence_words(p: Floats) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return the word of `EVIDENCE` for each p, "not tested" where it is NaN."""
    words = np.full(p.shape, NOT_TESTED, dtype=object)
    for word, most in reversed(EVIDENCE):
        words[p <= most] = word
    return words


def whole_counts(months: Floats) -> Flags:
    """Tell which rows (n, months) hold counts: whole numbers from 0 whose sum a float holds exactly.

    Missing months are passed over.
    """
    fine = np.isnan(months) | ((months >= 0.0) & (months == np.floor(months)))
    return np.asarray(fine.all(axis=1) & (np.nansum(months, axis=1) < EXACT))
