"""What the verbs return: frozen parcels, each holding the one it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spc import frames
from spc.baselines import Baseline, Ints, Phases
from spc.panel import Floats, Panel
from spc.rules import Rule
from spc.wording import NOT_ENOUGH, STABLE, TREND_WORDS, exception_words

__all__ = ["STATUSES", "Comparison", "Exceptions", "Limits", "Trend", "Weights"]

Words = np.ndarray[Any, np.dtype[np.object_]]
#: Code to word; "ok" alone can flag.
STATUSES = (
    *("ok", "no data", "short history", "no variation", "no counts", "refused"),
    *("nothing to judge", "no value"),
)
OK, NO_DATA, SHORT_HISTORY, NO_VARIATION, NO_COUNTS, REFUSED, NOT_JUDGED, NO_VALUE = range(len(STATUSES))


@dataclass(frozen=True, eq=False, repr=False)
class Limits:
    """Centre line and sigma of every phase, expanded to months on access.

    Parameters
    ----------
    panel : Panel
    chart : str
    phases : Phases
        In which months each pair of limits holds.
    base_first, base_last : (n_phases,) int64
        The baseline that set them, half open.
    phase_centre, phase_sigma : (n_phases,) float64
        NaN where there are no limits; exact small-count limits have no sigma.
    phase_upper, phase_lower : (n_phases,) float64
        Control limits; for small counts the smallest and largest count that would fire, NaN where none would.
    phase_small : (n_phases,) bool
        Phases on the `small_count` chart.
    phase_count : (n_phases,) int64
        The baseline's observed months.
    phase_total, phase_scale : (n_phases,) float64
        Their exact sum as a whole number of units 1 / scale; scale 0 where there is none.
    phase_status : (n_phases,) int8
        Positions in `STATUSES`.
    ends : (n_series,) int64
        Position of each series' as-at month.
    width : float
        Distance of the control limits from the centre, in sigma.
    constants : {"exact", "textbook"}
    baseline : as given to `limits`
    """

    panel: Panel
    chart: str
    phases: Phases
    base_first: Ints
    base_last: Ints
    phase_centre: Floats
    phase_sigma: Floats
    phase_upper: Floats
    phase_lower: Floats
    phase_small: np.ndarray[Any, np.dtype[np.bool_]]
    phase_count: Ints
    phase_total: Floats
    phase_scale: Floats
    phase_status: np.ndarray[Any, np.dtype[np.int8]]
    ends: Ints
    width: float = 3.0
    constants: str = "exact"
    baseline: Baseline = "all"

    @cached_property
    def phase_of(self) -> Ints:
        """The phase in which each month lies (n_series, n_periods); -1 where none."""
        found = np.full(self.panel.values.shape, -1, np.int64)
        columns = np.arange(self.panel.n_periods)
        offsets = self.phases.offsets
        for k in range(int(np.diff(offsets).max(initial=0))):
            owns = np.flatnonzero(offsets[:-1] + k < offsets[1:])
            p = offsets[owns] + k
            inside = (columns >= self.phases.first[p, None]) & (columns < self.phases.last[p, None])
            found[owns] = np.where(inside, p[:, None], found[owns])
        return found

    def _months(self, per_phase: Floats) -> Floats:
        return np.append(per_phase, np.nan)[self.phase_of]

    @property
    def centre(self) -> Floats:
        """Centre line (n_series, n_periods); NaN in months without limits."""
        return self._months(self.phase_centre)

    @property
    def sigma(self) -> Floats:
        """Short-term spread (n_series, n_periods)."""
        return self._months(self.phase_sigma)

    @property
    def ucl(self) -> Floats:
        """Upper control limit (n_series, n_periods)."""
        return self._months(self.phase_upper)

    @property
    def lcl(self) -> Floats:
        """Lower control limit (n_series, n_periods)."""
        return self._months(self.phase_lower)

    @cached_property
    def has_value(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Series with a value in their as-at month (n_series,)."""
        at = self.panel.observed[np.arange(len(self.ends)), np.maximum(self.ends, 0)]
        return (self.ends >= 0) & ~np.isnan(at)

    @cached_property
    def status_code(self) -> np.ndarray[Any, np.dtype[np.int8]]:
        """Position in `STATUSES` of the phase that holds the as-at month (n_series,)."""
        owner = self.phases.series
        holds = (self.phases.first <= self.ends[owner]) & (self.ends[owner] < self.phases.last)
        status = np.full(self.panel.n_series, SHORT_HISTORY, np.int8)
        status[owner[holds]] = self.phase_status[holds]
        status[~self.has_value & np.isin(status, (OK, NO_VARIATION))] = NO_VALUE
        status[self.panel.first_observed > self.ends] = NO_DATA
        status[self.panel.refused] = REFUSED
        return status

    @property
    def status(self) -> Words:
        """Why a series has no flags, or the word ok (n_series,)."""
        return np.array(STATUSES, dtype=object)[self.status_code]

    def to_frame(self) -> Any:
        """Return tidy rows: keys, month, value (as plotted), centre, sigma, ucl, lcl."""
        fields = {name: getattr(self, name) for name in ("centre", "sigma", "ucl", "lcl")}
        panel = self.panel
        return frames.tidy_months(panel.keys, panel.start, panel.echo, {"value": panel.observed, **fields})

    def __repr__(self) -> str:
        return f"Limits({self.chart}, {_series(self.panel)}, {len(self.phase_centre):,} phases)"


@dataclass(frozen=True, eq=False, repr=False)
class Exceptions:
    """Which rules each month completes.

    Parameters
    ----------
    limits : Limits
    rules : tuple of Rule
    mask : (n_series, n_periods) uint32
        Bit 2i is rule i High, bit 2i + 1 rule i Low, set at the month that completes the pattern.
    zones : (n_series, n_periods) uint16
        Zone codes, one bit for each of `levels` and side.
    levels : tuple of float
        The zones asked for, in sigma.
    """

    limits: Limits
    rules: tuple[Rule, ...]
    mask: np.ndarray[Any, np.dtype[np.uint32]]
    zones: np.ndarray[Any, np.dtype[np.uint16]]
    levels: tuple[float, ...]

    @property
    def panel(self) -> Panel:
        """The panel that was judged."""
        return self.limits.panel

    @cached_property
    def at(self) -> np.ndarray[Any, np.dtype[np.uint32]]:
        """The mask at each series' as-at month (n_series,)."""
        at = self.mask[np.arange(len(self.mask)), np.maximum(self.limits.ends, 0)]
        return np.where(self.limits.ends >= 0, at, np.uint32(0))

    @property
    def words(self) -> Words:
        """The exceptions at the as-at month, as printed: "One, Two-Month High" or "" (n_series,)."""
        return self.words_of(self.at)

    def words_of(self, mask: np.ndarray[Any, Any]) -> Words:
        """Return the words for any array of masks."""
        names = [rule.name for rule in self.rules]
        codes, places = np.unique(mask, return_inverse=True)
        words = np.array([exception_words(int(code), names) for code in codes], dtype=object)
        return words[places.reshape(mask.shape)] if len(words) else np.empty(mask.shape, dtype=object)

    @cached_property
    def members(self) -> np.ndarray[Any, np.dtype[np.uint32]]:
        """The mask of the months that belong to a completed pattern, the completing month included.

        On the `small_count` chart these are all months of the total that fired.
        """
        found = np.zeros_like(self.mask)
        known = ~np.isnan(self.panel.observed)
        small = np.append(self.limits.phase_small, False)[self.limits.phase_of]
        n_periods = self.mask.shape[1]
        for i, rule in enumerate(self.rules):
            level = self.levels.index(rule.zone)
            for side in (0, 1):
                bit = np.uint32(1 << (2 * i + side))
                hit = known & ((self.zones >> np.uint16(level + 8 * side)) & 1 == 1)
                complete = self.mask & bit != 0
                for back in range(min(rule.span, n_periods)):
                    early, late = slice(0, n_periods - back), slice(back, n_periods)
                    same = self.stretch_of[:, early] == self.stretch_of[:, late]
                    part = complete[:, late] & same & (hit | small)[:, early]
                    found[:, early] |= np.where(part, bit, np.uint32(0))
        return found

    @cached_property
    def stretch_of(self) -> Ints:
        """Number the stretches that runs do not leave: they end at a gap and at the start of a phase."""
        phase = self.limits.phase_of
        ends = np.isnan(self.panel.observed)
        ends[:, 1:] |= phase[:, 1:] != phase[:, :-1]
        return np.cumsum(ends, axis=1)

    def to_frame(self) -> Any:
        """Return tidy rows: keys, month, value (as plotted), the mask and its words."""
        panel = self.panel
        words = self.words_of(self.mask)
        fields: dict[str, Any] = {"value": panel.observed, "mask": self.mask, "exceptions": words}
        return frames.tidy_months(panel.keys, panel.start, panel.echo, fields)

    def __repr__(self) -> str:
        flagged = int(np.count_nonzero(self.at))
        return f"Exceptions({len(self.rules)} rules, {flagged:,} of {_series(self.panel)} flagged)"


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
        return f"Trend({_series(self.panel)}, {int(np.count_nonzero(self.strength == 2)):,} strong)"


@dataclass(frozen=True, eq=False, repr=False)
class Weights:
    """Exception weightings with their parts.

    Parameters
    ----------
    exceptions : Exceptions
    trend : Trend or None
    weighting : str
    parts : mapping of str to (n_series,) float64
        "trend" and one part for each rule that carries weight; NaN where a part is missing.
    weight : (n_series,) float64
        Sum of the parts that are known; NaN where none is.
    """

    exceptions: Exceptions
    trend: Trend | None
    weighting: str
    parts: Mapping[str, Floats]
    weight: Floats

    @property
    def panel(self) -> Panel:
        """The panel that was weighed."""
        return self.exceptions.panel

    def to_frame(self) -> Any:
        """Return one row a series: keys, exceptions, weight, then its parts."""
        fields = {"exceptions": self.exceptions.words, "weight": self.weight, **self.parts}
        return frames.tidy_series(self.panel.keys, fields)

    def __repr__(self) -> str:
        heaviest = np.nanmax(self.weight, initial=0.0)
        return f"Weights({self.weighting}, {_series(self.panel)}, heaviest {heaviest:g})"


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
        return f"Comparison({_series(self.panel)}, windows {self.windows})"


def _series(panel: Panel) -> str:
    return f"{panel.n_series:,} series"
