"""Together: several series judged together, one chart a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Codes, Flags, Floats, Ints, Words
from spc.panel import Panel

__all__ = ["GROUP_STATUSES", "Together"]

#: Code to word; points exist under "ok" and "no value" alone.
GROUP_STATUSES = ("ok", "no data", "short history", "no variation", "collinear", "no value")
OK, NO_DATA, SHORT_HISTORY, NO_VARIATION, COLLINEAR, NO_VALUE = range(len(GROUP_STATUSES))
#: A point as near to its limit as this, as a share of it, is on it.
TIE = 1e-9


@dataclass(frozen=True, eq=False, repr=False)
class Together:
    """Groups of series judged together: one distance a group and month, with its limit and its parts.

    Parameters
    ----------
    panel : Panel
        The series, n_series x n_periods.
    chart : {"t2", "mewma"}
    by : tuple of str
        The keys that name a group.
    keys : mapping of str to (n_groups,) array
        Their values, in order of first appearance.
    group : (n_series,) int64
        The group of each series.
    points : (n_groups, n_periods) float64
        Squared distance from the means, in units of the covariance; NaN where a series has no value.
    centre, ucl : (n_groups, n_periods) float64
        Median of that distance when nothing has changed, and its upper limit; there is no lower one.
    parts : (n_series, n_periods) float64
        By how much the distance would shrink without this series.
    apart : (n_series, n_periods) float64
        How far the series (its weighted mean on a MEWMA chart) lies from its mean, in sigma, with its sign.
    mean, sigma : (n_series,) float64
        Of the baseline, in the unit of the plotted value.
    count : (n_groups,) int64
        Baseline months in which every series has a value.
    status_code : (n_groups,) int8
        Positions in `GROUP_STATUSES`, at the as-at month.
    ends : (n_groups,) int64
        Position of the as-at month: the earliest of the group's series.
    """

    panel: Panel
    chart: str
    by: tuple[str, ...]
    keys: Mapping[str, np.ndarray[Any, Any]]
    group: Ints
    points: Floats
    centre: Floats
    ucl: Floats
    parts: Floats
    apart: Floats
    mean: Floats
    sigma: Floats
    count: Ints
    status_code: Codes
    ends: Ints

    @property
    def n_groups(self) -> int:
        """How many groups there are."""
        return len(self.points)

    @property
    def status(self) -> Words:
        """Why a group has no point, or the word ok (n_groups,)."""
        return np.array(GROUP_STATUSES, dtype=object)[self.status_code]

    @cached_property
    def exceptions(self) -> Flags:
        """Points above their limit (n_groups, n_periods); a near-tie is not above it."""
        with np.errstate(invalid="ignore"):
            return self.points > self.ucl * (1.0 + TIE)

    @cached_property
    def driver(self) -> Ints:
        """The series without which each point would fall most (n_groups, n_periods); -1 where no point."""
        found = np.full(self.points.shape, -1, np.int64)
        largest = np.full(self.points.shape, -np.inf)
        for s, g in enumerate(self.group):
            with np.errstate(invalid="ignore"):
                more = self.parts[s] > largest[g]
            largest[g] = np.where(more, self.parts[s], largest[g])
            found[g] = np.where(more, s, found[g])
        return found

    @property
    def words(self) -> Words:
        """What the as-at month says: the driver of an exception with its side, or "" (n_groups,)."""
        words = np.full(self.n_groups, "", dtype=object)
        for g, t in enumerate(self.ends):
            if t >= 0 and self.exceptions[g, t]:
                s = int(self.driver[g, t])
                side = "High" if self.apart[s, t] > 0.0 else "Low"
                words[g] = f"{self.name(s)} {side}"
        return words

    def name(self, s: int) -> str:
        """Return what tells a series from the others of its group."""
        rest = [name for name in self.panel.keys if name not in self.by]
        return " / ".join(str(self.panel.keys[name][s]) for name in rest) or self.panel.name(s)

    def to_frame(self) -> Any:
        """Return one row a group and month: keys, month, value, centre, ucl, exception, driver."""
        driver = np.append(np.array([self.name(s) for s in range(len(self.group))], object), "")[self.driver]
        fields: dict[str, Any] = {"value": self.points, "centre": self.centre, "ucl": self.ucl}
        fields |= {"exception": self.exceptions, "driver": driver}
        return frames.tidy_months(self.keys, self.panel.start, self.panel.echo, fields)

    def parts_frame(self) -> Any:
        """Return one row a series and month: keys, month, value, part, apart."""
        panel = self.panel
        fields = {"value": panel.observed, "part": self.parts, "apart": self.apart}
        return frames.tidy_months(panel.keys, panel.start, panel.echo, fields)

    def __repr__(self) -> str:
        at = np.maximum(self.ends, 0)
        flagged = int(np.count_nonzero(self.exceptions[np.arange(self.n_groups), at] & (self.ends >= 0)))
        return f"Together({self.chart}, {flagged:,} of {self.n_groups:,} groups flagged)"
