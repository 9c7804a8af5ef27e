"""A whole row of the published page, from the monthly numbers of one series to its nine printed words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Protocol

from tests.reference import rules, wording
from tests.reference.compare import Change, compare
from tests.reference.limits import NO_VARIATION, OK, Window, XmR, xmr
from tests.reference.series import Series
from tests.reference.trend import TrendTwin, trend
from tests.reference.weigh import PARTS, trend_part, weight

ROLLING_ONLY = "Rolling 12 Month Only"
BASELINE = Window(36, 24)
WINDOWS = {"month": 1, "m3": 3, "m12": 12}


class Named(Protocol):
    """What a row must know of its measure."""

    name: str
    kind: str
    unit: str
    improvement: str
    change_label: str | None


def cell(value: Fraction | None, unit: str, is_ratio: bool) -> str:
    """Print a figure; parts of a whole are told in percent, what is given is in its unit already."""
    if value is None:
        return ""
    if unit == "hh:mm:ss":
        return wording.clock(value)
    if unit == "percent":
        return wording.percent(value * (100 if is_ratio else 1))
    return wording.number(value)


def change_cell(change: Change, unit: str, label: str | None, is_ratio: bool) -> str:
    """Print a change: seconds for times, points for percentages, percent for all else."""
    if change.change is None or change.relative is None:
        return ""
    if unit == "hh:mm:ss":
        return wording.clock(change.change)
    if unit == "percent":
        suffix = "% points" if label is None else label
        return wording.number(change.change * (100 if is_ratio else 1), 1) + suffix
    return wording.number(100 * change.relative, 1) + ("%" if label is None else label)


@dataclass(frozen=True)
class Row:
    """One series that ends at the month reported on, and what is printed of it."""

    series: Series
    measure: Named

    @property
    def monthly(self) -> bool:
        """Surveys that come as rolling windows have no months to judge."""
        return self.measure.kind != "rolling12"

    @cached_property
    def changes(self) -> dict[str, Change]:
        """Each window against the year before."""
        last = len(self.series.values) - 1
        return {
            name: compare(self.series, self.measure.kind, window, last) for name, window in WINDOWS.items()
        }

    @cached_property
    def chart(self) -> XmR:
        """The limits of the last 36 months."""
        return xmr(self.series.observed, BASELINE)[0]

    @cached_property
    def found(self) -> list[tuple[str, str]]:
        """The exceptions of the last month."""
        last = len(self.series.values) - 1
        return rules.completed(rules.opcc(), self.series.observed, [self.chart], last)

    @cached_property
    def line(self) -> TrendTwin:
        """The trend of the last 36 months."""
        return trend(self.series)

    @property
    def judged(self) -> bool:
        """There are limits, if only of a series without variation, and a value in the month reported on."""
        return self.chart.status in (OK, NO_VARIATION) and self.series.observed[-1] is not None

    @property
    def weight(self) -> int | None:
        """The weight of what is known; None where there are neither limits nor a trend."""
        names = [name for name, _ in self.found]
        if self.series.observed[-1] is None:
            return None
        if not self.judged and trend_part(names, self.line.strength) is None:
            return None
        return weight(names, self.line.strength)

    def words(self) -> dict[str, str]:
        """Give the nine words of the row."""
        measure, ratio = self.measure, self.series.is_ratio
        cells = {name: cell(change.current, measure.unit, ratio) for name, change in self.changes.items()}
        year = self.changes["m12"]
        if not self.monthly:
            cells |= {"month": ROLLING_ONLY, "m3": ROLLING_ONLY}
        judged = {"trend": "", "exceptions": "", "weighting": ""}
        if self.monthly:
            judged = {
                "trend": self.line.word,
                "exceptions": rules.label(self.found),
                "weighting": "" if self.weight is None else str(self.weight),
            }
        return {
            "measure": measure.name,
            **cells,
            "change": change_cell(year, measure.unit, measure.change_label, ratio),
            "arrow": year.arrow(measure.improvement),
            **judged,
        }

    def figures(self) -> dict[str, Fraction | None]:
        """Give the exact windows and changes, in the unit of the measure."""
        unit = self.measure.unit
        per = 100 if unit == "percent" and self.series.is_ratio else 1
        found = {
            name: None if change.current is None else per * change.current
            for name, change in self.changes.items()
        }
        year = self.changes["m12"]
        told = year.change if unit in ("percent", "hh:mm:ss") else year.relative
        scale = per if unit in ("percent", "hh:mm:ss") else 100
        return {**found, "change": None if told is None else scale * told, "relative": year.relative}

    def parts(self) -> dict[str, int | None]:
        """Give the parts of the weight; None where a part is missing."""
        names = [name for name, _ in self.found]
        known = {
            name: (points if name in names else 0) if self.judged else None for name, points in PARTS.items()
        }
        return {"trend": trend_part(names, self.line.strength), **known}
