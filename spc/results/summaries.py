"""One row a series: trends and comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Floats, Ints, Words
from spc.panel import Panel
from spc.results.statuses import how_many
from spc.wording import NOT_ENOUGH, STABLE, TREND_WORDS

__all__ = ["Comparison", "Trend"]


#: What a comparison tells of each window, and what chance may have to do with it.
FIGURES = ("current", "previous", "change", "relative", "arrow", "judgement")
CHANCES = ("p", "p_adjusted", "dispersion", "evidence", "test")


@dataclass(frozen=True, eq=False, repr=False)
class Trend:
    """The straight line through the rolling windows, and how strong it is (SPEC 4).

    Parameters
    ----------
    panel : Panel
    slope : (n_series,) float64
        Per month, in the unit of the rolling total or ratio.
    r, t, p : (n_series,) float64
        Correlation with the line's weights, its t value, the two-sided p; or what another scorer has: tau, z
        and p of Mann and Kendall's test, r of the rolling line with its naive t and p.
    months : (n_series,) int64
        Months that stand in a complete window; of a ratio, those with a denominator.
    strength : (n_series,) int8
        -1 not enough history, 0 none, 1 weak, 2 strong.
    direction : (n_series,) int8
        1 increasing, -1 decreasing, 0 none.
    ends : (n_series,) int64
        Position of each series' as-at month.
    naive_p : (n_series,) float64
        The p of a slope test that takes the overlapping windows for independent; two thirds of noise pass it.
    naive_strength : (n_series,) int8
        As `strength`, had one believed it (0.05 and 0.15).
    scorer : str
        What graded the trend.
    """

    panel: Panel
    slope: Floats
    r: Floats
    t: Floats
    p: Floats
    months: Ints
    strength: np.ndarray[Any, np.dtype[np.int8]]
    direction: np.ndarray[Any, np.dtype[np.int8]]
    ends: Ints
    naive_p: Floats
    naive_strength: np.ndarray[Any, np.dtype[np.int8]]
    scorer: str = "windows"

    @property
    def words(self) -> Words:
        """Increasing, Decreasing, None / Stable or not enough history (n_series,)."""
        word = np.array([TREND_WORDS[code] for code in (-1, 0, 1)], dtype=object)[self.direction + 1]
        word[self.strength == 0] = STABLE
        word[self.strength < 0] = NOT_ENOUGH
        return word

    def to_frame(self) -> Any:
        """Return one row a series: keys, word, strength, slope, r, p, months, naive_p."""
        names = ("strength", "slope", "r", "p", "months", "naive_p")
        fields = {name: getattr(self, name) for name in names}
        return frames.tidy_series(self.panel.keys, {"trend": self.words, **fields})

    def __repr__(self) -> str:
        return f"Trend({how_many(self.panel)}, {int(np.count_nonzero(self.strength == 2)):,} strong)"


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Each window against the same stretch a year before, or against the stretch before it.

    Parameters
    ----------
    panel : Panel
    windows : tuple of int
        Lengths in months.
    current, previous : (n_series, n_windows) float64
        In the unit of the measure (counts per day where `days` says so); NaN where a window is not complete.
    change : (n_series, n_windows) float64
        Percent, points or seconds, as the unit has it.
    relative : (n_series, n_windows) float64
        (current - previous) / |previous|.
    arrow : (n_series, n_windows) int8
        1 up, -1 down, 0 little change (only with a preferred direction), 2 none.
    judgement : (n_series, n_windows) object
        "better", "worse", "little change", "no direction" or "".
    p : (n_series, n_windows) float64
        The chance of a change as large or larger if nothing but chance were at work, two-sided; NaN where the
        kind of measure has no test.
    p_adjusted : (n_series, n_windows) float64
        The same with the series' own dispersion; NaN where there are too few months to know it.
    dispersion : (n_series, n_windows) float64
        How many times the variance of chance alone the months before the window show.
    evidence : (n_series, n_windows) object
        "clear", "weak", "none" or "not tested", by `p_adjusted`.
    test : (n_series, n_windows) object
        The name of the test, or why there is none.
    against : {"year", "before"}
    days : {"ignore", "per day"}
    """

    panel: Panel
    windows: tuple[int, ...]
    current: Floats
    previous: Floats
    change: Floats
    relative: Floats
    arrow: np.ndarray[Any, np.dtype[np.int8]]
    judgement: Words
    p: Floats
    p_adjusted: Floats
    dispersion: Floats
    evidence: Words
    test: Words
    against: str = "year"
    days: str = "ignore"

    def to_frame(self) -> Any:
        """Return one row a series: keys, then change, arrow, judgement and evidence ... of each window."""
        fields: dict[str, Any] = {}
        for k, window in enumerate(self.windows):
            for name in (*FIGURES, *CHANCES):
                fields[f"{name}_{window}"] = getattr(self, name)[:, k]
        return frames.tidy_series(self.panel.keys, fields)

    def __repr__(self) -> str:
        said = "" if self.against == "year" else ", against the stretch before"
        return f"Comparison({how_many(self.panel)}, windows {self.windows}{said})"
