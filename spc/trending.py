"""trend(): the straight line through the rolling windows, tested on the months."""

from __future__ import annotations

from typing import Any

import numpy as np

from spc.array_types import Floats
from spc.checks import ChoiceError, choice, parcel, positive, whole
from spc.kernels.slopes import line_signs, slopes
from spc.pairing import heard_and_paired, window_sums
from spc.panel import Panel
from spc.results import Trend
from spc.trend_scorers import SCORERS, Months, Scorer, rolling_line

__all__ = ["trend"]


def trend(
    panel: Panel,
    *,
    as_at: Any = None,
    window: int = 12,
    span: int = 36,
    scorer: str | Scorer = "windows",
    strong: float | None = None,
    weak: float | None = None,
) -> Trend:
    """Fit the rolling-12 trend of every series and say how strong it is.

    The word is the sign of the line through the complete rolling windows in the last `span` months. Rolling
    windows overlap, so a slope test on them finds a trend in two thirds of pure noise; strength is tested on
    the months, with the weights that the rolling line gives them.

    Parameters
    ----------
    panel : Panel
    as_at : month, or one month a series, optional
        The month reported on; by default the last.
    window : int
        Length of the rolling window in months.
    span : int
        How far back the line reaches, in months.
    scorer : {"windows", "mann_kendall", "r2"} or Scorer
        What grades the trend: the test of SPEC 4, Mann and Kendall's on the months, or R2 of the rolling line
        (no test); or a row of your own as those in `spc.SCORERS`.
    strong, weak : float, optional
        Two-sided p at or below which a trend is strong, or weak (0.05 and 0.15); for R2 the number at or
        above which it is (0.75 and 0.10).

    Returns
    -------
    Trend
        `slope` (per month), `r`, `t`, `p`, `strength`, `direction`, `words`, each (n_series,); `naive_p` and
        `naive_strength` are what a slope test on the overlapping windows would have said.

    Raises
    ------
    ChoiceError
        A window, span or threshold out of range, a misspelt scorer.

    Notes
    -----
    SPEC 4. Student's t with m - 2 degrees of freedom is exact for independent normal months whose variance
    is proportional to the denominator. At 36 months noise is called strong in 5% and weak or strong in 15%
    of series; with autocorrelation 0.3 in 15% and 30%, with fixed seasons in fewer than 5% and 15%. At least
    2 x `window` months must stand in complete windows, else `not enough history`. A month of a ratio with one
    part missing leaves both sums, as in every window; one without denominator (0) stands in the line and,
    since nothing is known of its variance, neither in the test nor in that count. A series that brings
    `given` rolling values (a median) takes its strength from its months, and is `None / Stable` where the
    line through the given values points the other way; so is one whose scorer sees the other direction.
    docs/changes.md compares the scorers on noise.

    Examples
    --------
    >>> import spc
    >>> rising = [100 + month for month in range(36)]
    >>> print(spc.trend(spc.Panel.from_numpy(rising, start="2021-08")).words[0])
    Increasing
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    width = whole("window", window, 2, 1_000)
    reach = whole("span", span, 2 * width, 10_000)
    row = scorer if isinstance(scorer, Scorer) else SCORERS[choice("scorer", scorer, SCORERS)]
    grades = _thresholds(row, strong, weak)
    ends = panel.positions(as_at)
    top, below = panel.aligned(ends, reach)
    heard, paired = heard_and_paired(top, below, panel.is_ratio)
    top, below = (np.where(paired, part, np.where(heard, 0.0, np.nan)) for part in (top, below))
    slope, r = np.empty(panel.n_series), np.empty(panel.n_series)
    months = np.empty(panel.n_series, np.int64)
    slopes(top, below, width, slope, r, months)
    seen = Months(top=top, below=below, window=width, r=r, count=months)
    score, naive = row.ask(seen), rolling_line(seen)
    strength = row.grade(score, *grades)
    direction = np.sign(np.nan_to_num(slope)).astype(np.int8)
    strength[np.sign(np.nan_to_num(score.r)) != direction] = 0
    sign, count = _given_line(panel, ends, top, width)
    strength[(count > width) & (sign != direction)] = 0
    naive_strength = np.where(naive.p <= 0.05, 2, np.where(naive.p <= 0.15, 1, 0)).astype(np.int8)
    strength[months < 2 * width] = naive_strength[months < 2 * width] = -1
    direction[strength <= 0] = 0
    return Trend(
        ends=ends,
        panel=panel,
        slope=slope,
        r=score.r,
        t=score.t,
        p=score.p,
        months=months,
        strength=strength,
        direction=direction,
        naive_p=naive.p,
        naive_strength=naive_strength,
        scorer=row.name,
    )


def _thresholds(scorer: Scorer, strong: float | None, weak: float | None) -> tuple[float, float]:
    """Return what is strong and what is weak: as asked for, else as the scorer has it."""
    high = positive("strong", scorer.strong if strong is None else strong, high=1.0)
    low = positive("weak", scorer.weak if weak is None else weak, high=1.0)
    if high > low and scorer.by == "p":
        raise ChoiceError(f"`strong` must be at most `weak`, got {high!r} and {low!r}.")
    if high < low and scorer.by == "r2":
        raise ChoiceError(f"`strong` must be at least `weak` for an R2, got {high!r} and {low!r}.")
    return high, low


def _given_line(
    panel: Panel, ends: np.ndarray[Any, Any], top: Floats, window: int
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the sign of the line through the rolling values given for complete windows, and their number."""
    sign, count = np.zeros(panel.n_series, np.int64), np.zeros(panel.n_series, np.int64)
    if window in panel.given:
        sums = window_sums(top, window, window)[:, window - 1 :]
        given = panel.aligned_cells(panel.given[window], ends, sums.shape[1])
        line_signs(np.where(np.isnan(sums), np.nan, given), sign, count)
    return sign, count
