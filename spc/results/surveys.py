"""Surveys: what a sample says of all who might have been asked, and of the year before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Floats, Ints, Words
from spc.measures import Assignment
from spc.panel import Panel
from spc.results.statuses import how_many
from spc.wording import Unit, change_text, value_text

__all__ = ["SURVEY_STATUSES", "Survey"]

#: Why there is an estimate or none. "fewer than" is printed with its number: such figures stand, to be
#: published or not.
SURVEY_STATUSES = (
    *("ok", "fewer than", "the year before fewer than", "no sample size", "incomplete window"),
    *("nobody asked", "negative value", "more than were asked", "more asked than there are"),
    *("irregular months", "not a proportion", "refused"),
)
OK, FEW, FEW_BEFORE, NO_SIZE, INCOMPLETE, NOBODY, NEGATIVE, TOO_MANY, BEYOND = range(9)
IRREGULAR, NOT_SHARES, REFUSED = range(9, len(SURVEY_STATUSES))


@dataclass(frozen=True, eq=False, repr=False)
class Survey:
    """Proportions of samples with their intervals, and the change on a year before.

    Parameters
    ----------
    panel : Panel
    measures : Assignment
    window : int
        Months that were pooled.
    level : float
        Of every interval, in percent.
    method : str
        Of the interval of the estimate.
    least : int
        Fewer respondents than this are flagged.
    ends : (n_series,) int64
        Position of the last month of each window: the as-at month, less the lag, or the latest quarter's.
    respondents, respondents_before : (n_series,) float64
        How many were asked in the window, and in the same window a year before; NaN where unknown.
    estimate, lower, upper : (n_series,) float64
        In the unit of the measure (percent, usually); NaN where there is none.
    margin : (n_series,) float64
        The margin of error: half the width of the interval, in points.
    previous : (n_series,) float64
        The estimate a year before.
    change, change_lower, change_upper : (n_series,) float64
        Estimate less previous, in points, with Newcombe's interval; NaN where either is missing.
    z, p : (n_series,) float64
        The pooled two-sample test of no change, two-sided.
    verdict : (n_series,) object
        "higher" or "lower" where the interval of the change leaves 0 out, "no clear change" where it does
        not, "" where there is nothing to compare.
    status_code : (n_series,) int64
        Index into `SURVEY_STATUSES`.
    """

    panel: Panel
    measures: Assignment
    window: int
    level: float
    method: str
    least: int
    ends: Ints
    respondents: Floats
    respondents_before: Floats
    estimate: Floats
    lower: Floats
    upper: Floats
    margin: Floats
    previous: Floats
    change: Floats
    change_lower: Floats
    change_upper: Floats
    z: Floats
    p: Floats
    verdict: Words
    status_code: Ints

    @property
    def status(self) -> Words:
        """The word of each series: "ok", "fewer than 30", or why there is no estimate (n_series,)."""
        words = [f"{word} {self.least}" if word.endswith("than") else word for word in SURVEY_STATUSES]
        return np.array(words, dtype=object)[self.status_code]

    @property
    def months(self) -> Words:
        """The last month of each window as "2024-07", "" where it lies before the panel (n_series,)."""
        names = np.array([*self.panel.months, ""], dtype=object)
        return np.asarray(names[np.maximum(self.ends, -1)])

    @property
    def words(self) -> Words:
        """One sentence a series, as a paper prints it (n_series,)."""
        return np.array([self._sentence(s) for s in range(self.panel.n_series)], dtype=object)

    def _sentence(self, s: int) -> str:
        unit = self.measures[s].shown
        if np.isnan(self.estimate[s]):
            return f"No estimate: {self.status[s]}."
        said = value_text(float(self.estimate[s]), unit)
        if np.isnan(self.lower[s]):
            return f"{said} ({self.status[s]})."
        low, high = (value_text(float(end[s]), unit) for end in (self.lower, self.upper))
        said += f" ({low} to {high}, {self.respondents[s]:,.0f} asked)"
        if self.status_code[s] in (FEW, FEW_BEFORE):
            said += f", {self.status[s]}"
        if np.isnan(self.change[s]) or np.isnan(self.change_lower[s]):
            return f"{said}."
        verdict = str(self.verdict[s])
        move = {"higher": "up", "lower": "down"}.get(verdict, verdict)
        change = float(self.change[s])
        size = _points(abs(change), unit) if verdict in ("higher", "lower") else f"({_points(change, unit)})"
        low, high = (_points(float(end[s]), unit) for end in (self.change_lower, self.change_upper))
        return f"{said}, {move} {size} on the year before: {low} to {high}."

    def to_frame(self) -> Any:
        """Return one row a series: keys, the window's last month, all figures, verdict, status."""
        names = ["respondents", "estimate", "lower", "upper", "margin", "respondents_before", "previous"]
        names += ["change", "change_lower", "change_upper", "z", "p", "verdict", "status"]
        fields = {"to": self.months, **{name: getattr(self, name) for name in names}}
        return frames.tidy_series(self.panel.keys, fields)

    def __repr__(self) -> str:
        clear = int(np.count_nonzero((self.verdict == "higher") | (self.verdict == "lower")))
        few = int(np.count_nonzero(self.status_code == FEW))
        small = f", {few:,} with fewer than {self.least} asked" if few else ""
        return f"Survey({how_many(self.panel)}, window {self.window}, {clear:,} clear changes{small})"


def _points(change: float, unit: Unit) -> str:
    """Print a difference as the scorecard does; one of bare shares or per 1,000 is in their own unit."""
    return change_text(change, unit) if unit.change == "points" else value_text(change, unit)
