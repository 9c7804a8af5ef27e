"""One row a series: trends and comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spc import frames
from spc.baselines import Ints
from spc.panel import Floats, Panel
from spc.results.statuses import how_many
from spc.wording import NOT_ENOUGH, STABLE, TREND_WORDS

__all__ = ["Comparison", "Trend", "Words"]

Words = np.ndarray[Any, np.dtype[np.object_]]


@dataclass(frozen=True, eq=False, repr=False)
class Trend:
    """The straight line through the rolling windows, and how strong it is (SPEC 4).

    Parameters
    ----------
    panel : Panel
    slope : (n_series,) float64
        Per month, in the unit of the rolling total or ratio.
    r, t, p : (n_series,) float64
        Correlation with the line's weights, its t value, the two-sided p.
    months : (n_series,) int64
        Months that stand in a complete window.
    strength : (n_series,) int8
        -1 not enough history, 0 none, 1 weak, 2 strong.
    direction : (n_series,) int8
        1 increasing, -1 decreasing, 0 none.
    ends : (n_series,) int64
        Position of each series' as-at month.
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

    @property
    def words(self) -> Words:
        """Increasing, Decreasing, None / Stable or not enough history (n_series,)."""
        word = np.array([TREND_WORDS[code] for code in (-1, 0, 1)], dtype=object)[self.direction + 1]
        word[self.strength == 0] = STABLE
        word[self.strength < 0] = NOT_ENOUGH
        return word

    def to_frame(self) -> Any:
        """Return one row a series: keys, word, strength, slope, r, p, months."""
        fields = {name: getattr(self, name) for name in ("strength", "slope", "r", "p", "months")}
        return frames.tidy_series(self.panel.keys, {"trend": self.words, **fields})

    def __repr__(self) -> str:
        return f"Trend({how_many(self.panel)}, {int(np.count_nonzero(self.strength == 2)):,} strong)"


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Each window against the same stretch a year before.

    Parameters
    ----------
    panel : Panel
    windows : tuple of int
        Lengths in months.
    current, previous : (n_series, n_windows) float64
        In the unit of the measure; NaN where a window is not complete.
    change : (n_series, n_windows) float64
        Percent, points or seconds, as the unit has it.
    relative : (n_series, n_windows) float64
        (current - previous) / |previous|.
    arrow : (n_series, n_windows) int8
        1 up, -1 down, 0 little change (only with a preferred direction), 2 none.
    judgement : (n_series, n_windows) object
        "better", "worse", "little change", "no direction" or "".
    """

    panel: Panel
    windows: tuple[int, ...]
    current: Floats
    previous: Floats
    change: Floats
    relative: Floats
    arrow: np.ndarray[Any, np.dtype[np.int8]]
    judgement: Words

    def to_frame(self) -> Any:
        """Return one row a series: keys, then current, previous, change, arrow and judgement per window."""
        fields: dict[str, Any] = {}
        for k, window in enumerate(self.windows):
            for name in ("current", "previous", "change", "relative", "arrow", "judgement"):
                fields[f"{name}_{window}"] = getattr(self, name)[:, k]
        return frames.tidy_series(self.panel.keys, fields)

    def __repr__(self) -> str:
        return f"Comparison({how_many(self.panel)}, windows {self.windows})"
