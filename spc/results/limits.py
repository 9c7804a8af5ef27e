"""Limits: the lines of every phase, and of every month where they differ from month to month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Codes, Flags, Floats, Ints, Words
from spc.baselines import Baseline, Phases
from spc.chart_kinds import CHARTS, CODES
from spc.panel import Panel
from spc.results import limit_warnings
from spc.results.lines import line_at
from spc.results.statuses import (
    NEGATIVE,
    NO_COUNTS,
    NO_DATA,
    NO_VALUE,
    NO_VARIATION,
    OK,
    REFUSED,
    SHORT_HISTORY,
    STATUSES,
    how_many,
)

__all__ = ["Limits", "Months"]


@dataclass(frozen=True, eq=False)
class Months:
    """Points and lines of series whose lines differ by month, or whose points are not the values.

    Parameters
    ----------
    series : (m,) int64
        Which rows of the panel these are.
    points : (m, n_periods) float64
        What is plotted: a proportion, a moving range, an EWMA, the upper sum of a CUSUM ...; NaN for none.
    centre, sigma, upper, lower : (m, n_periods) float64
        Lines in the unit of the points; sigma is NaN where a chart has none (zones beyond the limits alone).
    below : (m, n_periods) float64, optional
        The second statistic of a two-sided CUSUM, as it is plotted: never above 0.
    judged : Months, optional
        The same on the scale on which the chart is judged, where that is another one (t: y ** (1 / 3.6)).
    """

    series: Ints
    points: Floats
    centre: Floats
    sigma: Floats
    upper: Floats
    lower: Floats
    below: Floats | None = None
    judged: Months | None = None

    def of_series(self, series: Ints) -> Months:
        """Return the same for these rows of the panel."""
        return replace(self, series=series, judged=self.judged and self.judged.of_series(series))

    def rows(self, keep: Ints) -> Months:
        """Return some of the rows."""
        lines = {name: getattr(self, name)[keep] for name in ("points", "centre", "sigma", "upper", "lower")}
        below = None if self.below is None else self.below[keep]
        judged = self.judged and self.judged.rows(keep)
        return Months(series=self.series[keep], **lines, below=below, judged=judged)

    @staticmethod
    def joined(parts: Sequence[Months]) -> Months | None:
        """Put the months of several charts together."""
        if len(parts) < 2:
            return parts[0] if parts else None

        def all_of(name: str) -> Any:
            return np.concatenate([getattr(part, name) for part in parts])

        below = judged = None
        if any(part.below is not None for part in parts):
            none = [np.full_like(p.points, np.nan) if p.below is None else p.below for p in parts]
            below = np.concatenate(none)
        if any(part.judged is not None for part in parts):
            judged = Months.joined([part.judged or part for part in parts])
        lines = {name: all_of(name) for name in ("series", "points", "centre", "sigma", "upper", "lower")}
        return Months(**lines, below=below, judged=judged)


@dataclass(frozen=True, eq=False, repr=False)
class Limits:
    """Centre line and sigma of every phase, expanded to months on access.

    Parameters
    ----------
    panel : Panel
    chart : str
        As asked for; "by series" where each has its own.
    phases : Phases
        In which months each pair of limits holds.
    base_first, base_last : (n_phases,) int64
        The baseline that set them, half open.
    phase_chart : (n_phases,) int8
        The chart of each phase, a position in `spc.CHARTS`.
    phase_centre, phase_sigma : (n_phases,) float64
        NaN where there are no limits; sigma too where a chart has none, or one that differs by month.
    phase_upper, phase_lower : (n_phases,) float64
        Control limits within the bounds; for small counts the smallest and largest count that would fire, NaN
        where none would.
    phase_count : (n_phases,) int64
        The baseline's observed months.
    phase_total, phase_scale : (n_phases,) float64
        Their exact sum as a whole number of units 1 / scale; scale 0 where there is none.
    phase_shape : (n_phases,) float64
        On the small_count chart the shape r of negative binomial months (variance m + m^2 / r); infinite
        where they vary by chance alone.
    phase_screened : (n_phases,) int64
        Moving ranges that were left out of sigma.
    phase_status : (n_phases,) int8
        Positions in `STATUSES`.
    ends : (n_series,) int64
        Position of each series' as-at month.
    months : Months, optional
        Series whose lines differ from month to month.
    width : float
        Distance of the control limits from the centre, in sigma.
    constants : {"exact", "textbook"}
    baseline : as given to `limits`
    choices : mapping of str to anything
        The other arguments of `limits` and the chart's own options, as they were resolved.
    excluded : (n_series, n_periods) bool, optional
        Months that may not set limits, because of a known cause.
    """

    panel: Panel
    chart: str
    phases: Phases
    base_first: Ints
    base_last: Ints
    phase_chart: Codes
    phase_centre: Floats
    phase_sigma: Floats
    phase_upper: Floats
    phase_lower: Floats
    phase_count: Ints
    phase_total: Floats
    phase_scale: Floats
    phase_shape: Floats
    phase_screened: Ints
    phase_status: Codes
    ends: Ints
    months: Months | None = None
    width: float = 3.0
    constants: str = "exact"
    baseline: Baseline = "all"
    choices: Mapping[str, Any] = field(default_factory=dict)
    excluded: Flags | None = None

    @property
    def phase_small(self) -> Flags:
        """Phases on the `small_count` chart (n_phases,)."""
        return self.phase_chart == CODES["small_count"]

    @cached_property
    def phase_of(self) -> Ints:
        """The phase in which each month lies (n_series, n_periods); -1 where none."""
        return self.phases.of_months(self.panel.n_periods)

    def _lines(self, per_phase: Floats, name: str) -> Floats:
        lines = np.append(per_phase, np.nan)[self.phase_of]
        if self.months is not None:
            lines[self.months.series] = getattr(self.months, name)
        return lines

    @cached_property
    def points(self) -> Floats:
        """What is plotted (n_series, n_periods): the monthly values, but on charts of something else."""
        if self.months is None:
            return self.panel.observed
        points = self.panel.observed.copy()
        points[self.months.series] = self.months.points
        return points

    @property
    def centre(self) -> Floats:
        """Centre line (n_series, n_periods); NaN in months without limits."""
        return self._lines(self.phase_centre, "centre")

    @property
    def sigma(self) -> Floats:
        """Short-term spread (n_series, n_periods)."""
        return self._lines(self.phase_sigma, "sigma")

    @property
    def ucl(self) -> Floats:
        """Upper control limit (n_series, n_periods)."""
        return self._lines(self.phase_upper, "upper")

    @property
    def lcl(self) -> Floats:
        """Lower control limit (n_series, n_periods)."""
        return self._lines(self.phase_lower, "lower")

    def line(self, sigmas: float) -> Floats:
        """Return a line at so many sigma from the centre, as warning lines are (n_series, n_periods).

        On charts of a range or an sd the control limits are taken for `width` sigma, on the t chart the line
        is drawn in the 3.6th root; exact limits, g, CUSUM and run charts have no such line (NaN).

        Raises
        ------
        ChoiceError
            No series is on a chart that has such lines.

        Examples
        --------
        >>> import spc
        >>> lim = spc.limits(spc.Panel.from_numpy([4, 6] * 12, start="2023-01"), constants="textbook")
        >>> print(round(lim.line(2)[0, 0], 3), round(lim.line(-2)[0, 0], 3))
        8.546 1.454
        """
        return line_at(self, float(sigmas))

    @cached_property
    def has_value(self) -> Flags:
        """Series with a value in their as-at month (n_series,)."""
        at = self.panel.observed[np.arange(len(self.ends)), np.maximum(self.ends, 0)]
        return (self.ends >= 0) & ~np.isnan(at)

    @cached_property
    def phase_at_end(self) -> Ints:
        """The phase that holds each series' as-at month (n_series,); -1 where none."""
        owner = self.phases.series
        holds = (self.phases.first <= self.ends[owner]) & (self.ends[owner] < self.phases.last)
        found = np.full(self.panel.n_series, -1, np.int64)
        found[owner[holds]] = np.flatnonzero(holds)
        return found

    @cached_property
    def status_code(self) -> Codes:
        """Position in `STATUSES` of the phase that holds the as-at month (n_series,)."""
        status = np.append(self.phase_status, np.int8(SHORT_HISTORY))[self.phase_at_end]
        status[~self.has_value & np.isin(status, (OK, NO_VARIATION))] = NO_VALUE
        self._tell_impossible(status)
        status[self.panel.first_observed > self.ends] = NO_DATA
        status[self.panel.refused] = REFUSED
        return status

    def _tell_impossible(self, status: Codes) -> None:
        """Say why the as-at month of a series has no point, though it has a value."""
        if self.months is None:
            return
        rows = np.arange(len(status))
        bare = np.isnan(self.points[rows, np.maximum(self.ends, 0)]) & np.isin(status, (OK, NO_VARIATION))
        charts = np.append(self.phase_chart, np.int8(0))[self.phase_at_end]
        for code, chart in enumerate(CHARTS.values()):
            if chart.needs in ("gaps", "counts", "whole parts"):
                status[bare & (charts == code)] = NEGATIVE if chart.needs == "gaps" else NO_COUNTS

    @property
    def status(self) -> Words:
        """Why a series has no flags, or the word ok (n_series,)."""
        return np.array(STATUSES, dtype=object)[self.status_code]

    @cached_property
    def lag1(self) -> Floats:
        """Lag-1 autocorrelation of each series' baseline at the as-at month (n_series,); NaN if not known."""
        return limit_warnings.lag_one(self)[0]

    @cached_property
    def warning_code(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """What a reader should know of the limits at the as-at month, one bit each (n_series,) uint8."""
        return limit_warnings.warning_codes(self)

    @property
    def warnings(self) -> Words:
        """The same in words, joined by ", ", or "" (n_series,).

        Examples
        --------
        >>> import spc
        >>> panel = spc.Panel.from_numpy([10, 12] * 12 + [2000], start="2022-07")
        >>> print(spc.limits(panel, baseline=24).warnings[0])
        autocorrelation, jump
        """
        return limit_warnings.warning_words(self.warning_code)

    def months_row(self, s: int) -> int | None:
        """Return the row of `months` that holds a series, or None."""
        if self.months is None:
            return None
        found = np.flatnonzero(self.months.series == s)
        return int(found[0]) if len(found) else None

    def chart_of(self, s: int) -> str:
        """Return the name of the chart on which a series is judged in its as-at month."""
        p = int(self.phase_at_end[s])
        at = p if p >= 0 else int(self.phases.offsets[s])
        return list(CHARTS)[int(self.phase_chart[at])]

    def to_frame(self) -> Any:
        """Return tidy rows: keys, month, value (as plotted), centre, sigma, ucl, lcl.

        Where there are CUSUM charts, `value` is the upper sum and `value_low` the lower one.
        """
        fields = {name: getattr(self, name) for name in ("centre", "sigma", "ucl", "lcl")}
        panel = self.panel
        return frames.tidy_months(panel.keys, panel.start, panel.echo, {**self.plotted, **fields})

    @property
    def plotted(self) -> dict[str, Floats]:
        """What is plotted, by the name of its column: `value`, and `value_low` where a CUSUM has two sums."""
        found = {"value": self.points}
        if self.months is not None and self.months.below is not None:
            low = np.full_like(self.points, np.nan)
            low[self.months.series] = self.months.below
            found["value_low"] = low
        return found

    def __repr__(self) -> str:
        return f"Limits({self.chart}, {how_many(self.panel)}, {len(self.phase_centre):,} phases)"
