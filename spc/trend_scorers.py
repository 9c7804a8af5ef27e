"""How strong a trend is: the scorers of trend(), as rows of data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Ints
from spc.pairing import window_sums

__all__ = ["SCORERS", "Months", "Score", "Scorer", "rolling_line", "student"]

#: Ratios that are one on paper (0.1 of 0.3, 0.2 of 0.6) differ by 2e-16 in floating point.
SAME = 1e-13


@dataclass(frozen=True, eq=False)
class Months:
    """What a scorer may look at, a row a series.

    Parameters
    ----------
    top, below : (n_series, n_months) float64
        Numerators and denominators (1 where there is none), NaN where a month is missing, 0 and 0 where one
        part alone is.
    window : int
        Length of the rolling window in months.
    r : (n_series,) float64
        Correlation of the months with the weights that the rolling line gives them (SPEC 4).
    count : (n_series,) int64
        Months with a denominator that stand in a complete window.
    """

    top: Floats
    below: Floats
    window: int
    r: Floats
    count: Ints

    def rolled(self) -> Floats:
        """Return the rolling figures (n_series, n_windows), NaN where a window is not complete."""
        top, below = (window_sums(part, self.window, self.window) for part in (self.top, self.below))
        return _ratio(top[:, self.window - 1 :], below[:, self.window - 1 :])

    def held(self) -> Floats:
        """Return the monthly figures (n_series, n_months), NaN where no complete window holds a month."""
        whole = np.isfinite(self.rolled())
        used = np.zeros(self.top.shape, np.bool_)
        for back in range(self.window):
            used[:, back : back + whole.shape[1]] |= whole
        return np.where(used, _ratio(self.top, self.below), np.nan)


def _ratio(top: Floats, below: Floats) -> Floats:
    """Return top / below, NaN where there is no denominator."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below == 0.0, np.nan, top / below)


@dataclass(frozen=True, eq=False)
class Score:
    """What a scorer says.

    Parameters
    ----------
    r : (n_series,) float64
        A correlation with time, -1 to 1, by whose square a scorer may grade.
    t : (n_series,) float64
        Its test statistic.
    p : (n_series,) float64
        Two-sided, 0 to 1. NaN in all three where a series has too few months.
    """

    r: Floats
    t: Floats
    p: Floats


@dataclass(frozen=True)
class Scorer:
    """One way to grade a trend.

    Parameters
    ----------
    name : str
    ask : callable
        From `Months` to `Score`. Where the sign of r is not that of the rolling line, the word is
        None / Stable.
    by : {"p", "r2"}
        What the thresholds are about: p at most, or the square of r at least.
    strong, weak : float
        The thresholds, unless others are asked for.
    """

    name: str
    ask: Callable[[Months], Score]
    by: str
    strong: float
    weak: float

    def grade(self, score: Score, strong: float, weak: float) -> np.ndarray[Any, np.dtype[np.int8]]:
        """Return 2 where the trend is strong, 1 where it is weak, else 0 (n_series,)."""
        # the smaller the stronger, either way
        size, signs = (score.p, 1.0) if self.by == "p" else (-score.r * score.r, -1.0)
        return np.where(size <= signs * strong, 2, np.where(size <= signs * weak, 1, 0)).astype(np.int8)


def student(r: Floats, count: Ints | Floats) -> Score:
    """Return t and its two-sided p with count - 2 degrees of freedom; p is 0 on an exact line."""
    from scipy.special import stdtr

    freedom = np.maximum(count - 2, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = r * np.sqrt(freedom / np.maximum(1.0 - r * r, 0.0))
    return Score(r, t, 2.0 * stdtr(freedom, -np.abs(t)))


def rolling_line(months: Months) -> Score:
    """Test the slope of the rolling figures as if they were independent, which they are not.

    Ordinary least squares through the K complete windows, K - 2 degrees of freedom: on noise p is below 0.05
    in two thirds of series (docs/changes.md). r is 0 and p 1 where nothing varies, NaN below three windows.
    """
    rolled = months.rolled()
    whole = np.isfinite(rolled)
    count = whole.sum(axis=1)
    place = np.broadcast_to(np.arange(rolled.shape[1], dtype=np.float64), rolled.shape)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        x, y = (_about_the_mean(cells, whole, count) for cells in (place, rolled))
        size = np.abs(np.where(whole, rolled, 0.0)).max(axis=1, initial=0.0)
        level = np.abs(y).max(axis=1, initial=0.0) <= SAME * size
        scale = np.abs(y).max(axis=1, initial=0.0)
        y /= np.where(scale > 0.0, scale, 1.0)[:, None]
        r = (x * y).sum(axis=1) / np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    r[level] = 0.0
    r[count < 3] = np.nan
    return student(np.clip(r, -1.0, 1.0), count)


def _about_the_mean(cells: Floats, whole: Flags, count: Ints) -> Floats:
    mean = np.where(whole, cells, 0.0).sum(axis=1) / count
    return np.where(whole, cells - mean[:, None], 0.0)


def monthly(months: Months) -> Score:
    """Test the months with the weights that the rolling line gives them (SPEC 4)."""
    return student(months.r, months.count)


def mann_kendall(months: Months) -> Score:
    """Count the pairs of months that rise and fall.

    S = rises - falls over all pairs of held months, whatever lies between them; with ties of sizes t, var S =
    (m (m - 1)(2 m + 5) - sum t (t - 1)(2 t + 5)) / 18; z = (S - sign S) / sqrt(var S) is taken for normal,
    and r is Kendall's tau-b. Sources: Mann (1945), Econometrica 13, 245-259; Kendall (1975), Rank Correlation
    Methods, 4th edition, chapter 4. No answer below four months.
    """
    from scipy.special import ndtr

    held = months.held()
    score, ties = np.zeros(len(held)), np.zeros(held.shape)
    for lag in range(1, held.shape[1]):
        late, early = held[:, lag:], held[:, :-lag]
        step = late - early
        level = np.abs(step) <= SAME * np.maximum(np.abs(late), np.abs(early))
        score += np.where(level | np.isnan(step), 0.0, np.sign(step)).sum(axis=1)
        ties[:, lag:] += level
        ties[:, :-lag] += level
    count = np.isfinite(held).sum(axis=1).astype(np.float64)
    pairs, tied = count * (count - 1.0) / 2.0, ties.sum(axis=1) / 2.0  # each month's ties with the others
    spread = count * (count - 1.0) * (2.0 * count + 5.0) - (ties * (2.0 * ties + 7.0)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        tau = np.where(pairs > tied, score / np.sqrt(pairs * (pairs - tied)), 0.0)
        z = np.where(spread > 0.0, (score - np.sign(score)) / np.sqrt(spread / 18.0), 0.0)
    tau[count < 4.0] = z[count < 4.0] = np.nan
    return Score(tau, z, 2.0 * ndtr(-np.abs(z)))


#: The first is ours (SPEC 4). R2 grades how straight the rolling line is: .75 and .10 part 16 of the 17
#: published rows without exceptions whose line three printed values give; on noise it is no test at all.
SCORERS = {
    scorer.name: scorer
    for scorer in (
        Scorer("windows", monthly, by="p", strong=0.05, weak=0.15),
        Scorer("mann_kendall", mann_kendall, by="p", strong=0.05, weak=0.15),
        Scorer("r2", rolling_line, by="r2", strong=0.75, weak=0.10),
    )
}
