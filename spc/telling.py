"""What is told of each row of a scorecard: under which heading, and the parts of its sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from spc.baselines import Ints
from spc.calendars import quarter_starts
from spc.change_tests import NOT_TESTED
from spc.detection import exceptions
from spc.explaining import explain
from spc.panel import Ends
from spc.portrait import fine_text, month_name, rule_bits, side_masks
from spc.recording import records
from spc.results import Comparison, Exceptions, Words
from spc.results.assurance import CONCERNING, IMPROVING
from spc.results.records import LONG_RUN, Records, ordinal
from spc.scoring import Scorecard
from spc.sentences import count_word, listed
from spc.targets import target_line
from spc.ties import TIE
from spc.wording import change_text, value_text

__all__ = ["HEADINGS", "Told"]

Flags = np.ndarray[Any, np.dtype[np.bool_]]
POSITIVE, NEGATIVE, PERSISTENT, NEW, NORMAL, UNDIRECTED, HIDDEN, UNMOVED = range(8)
#: In the order in which they are told.
HEADINGS = (
    *("Positives", "Negatives", "Persistent issues", "Newly changed", "Back to normal"),
    *("Changed, no preferred direction", "Figures hidden", "Constant at first, varies since"),
)
#: Months in a row for which exceptions on the worse side stand, before they are called persistent.
PERSISTS = 3
#: Less than this on the year before is little change (SPEC 5).
LITTLE = 0.05
#: With one of these a change of the 12 months is more than chance often makes (`compare`).
EVIDENT = ("clear", "weak")
#: The smallest change that is printed: in percent or points, and in seconds.
STEPS = (0.1, 1.0)
YEAR = 12
#: A series is judged by its limits under these statuses; under the second by rules that need no spread.
JUDGED = ("ok", "no variation")
#: Charts whose centre line is the mean of the months that set it.
MEANS = {"xmr", "c", "small_count"}


class Told:
    """Everything that is asked of all rows at once, and the sentence of each."""

    def __init__(self, card: Scorecard) -> None:
        self.card = card
        self.ends: Ints = card.limits.ends
        self.monthly, self.acknowledged = card.monthly, card.acknowledged
        found = _with_centre(card)
        self.records = _told(
            card,
            records(
                card.panel,
                measures=card.measures,
                as_at=Ends(card.limits.ends),
                windows=(1, YEAR),
                exceptions=found,
            ),
        )
        quarter = quarter_starts(card.panel, self.ends)
        self.last: Ints = np.where(quarter < 0, self.ends, quarter)
        self.unmoved = _unmoved(card)
        self.rounded = _rounded(card)
        self.thing = "month" if card.panel.start is not None else "observation"
        self.judged: Flags = np.isin(card.status, JUDGED)
        mask = np.where(self.judged[:, None], card.exceptions.mask, np.uint32(0))
        self.now, self.before = _at(mask, self.ends), _at(mask, self.ends - 1)
        self.code = _at(card.assurance.variation_code, self.ends) * self.judged.astype(np.uint8)
        self.stood = self._stood(mask)
        self.better = card.assurance.improvement.astype(np.int64)  # 1 high, -1 low, 0 neither
        self.centre = _at(card.limits.centre, self.ends)
        self.assured = card.assurance.assurance
        self.trend: Words = card.trend.words
        self.said: dict[int, str] = {0: ""}

    def _stood(self, mask: Any) -> Ints:
        """Return for how many months in a row exceptions of the side, or sides, of this month stand."""
        highs, lows, others = side_masks(self.card.exceptions.rules)
        sides = sum(np.where(self.now & bits != 0, bits, 0) for bits in (highs, lows, others))
        columns = self.ends[:, None] - np.arange(mask.shape[1])
        rows = np.arange(len(mask))[:, None]
        phase = self.card.limits.phase_of[rows, np.maximum(columns, 0)]
        stands = (mask[rows, np.maximum(columns, 0)] & np.asarray(sides)[:, None] != 0) & (columns >= 0)
        return np.cumprod(stands & (phase == phase[:, :1]), axis=1).sum(axis=1)

    @cached_property
    def headings(self) -> Ints:
        """Return the heading of each row, a position in `HEADINGS`; -1 where there is nothing to tell."""
        card, better = self.card, self.better
        table: Comparison = card.comparison
        moved = np.sign(np.nan_to_num(np.where(np.abs(table.relative[:, 2]) >= LITTLE - 1e-12, 1, 0)))
        moved = moved * np.sign(np.nan_to_num(table.relative[:, 2]))
        strong = np.where((card.trend.strength == 2) & card.monthly, card.trend.direction, 0)
        with_it = np.stack([strong, *self.records.side.T], axis=1) == moved[:, None]
        shown = np.isin(table.evidence[:, 2], EVIDENT) & with_it.any(axis=1)
        untested = (table.evidence[:, 2] == NOT_TESTED) & with_it[:, 0]
        backed = (moved != 0) & (shown | untested)
        good, bad = self.code & IMPROVING != 0, self.code & CONCERNING != 0
        run = self.records.run * self.judged
        directed = better != 0
        plain = np.abs(run) >= LONG_RUN
        new, gone = self.now & ~self.before != 0, (self.now == 0) & (self.before != 0)
        gone &= self.judged
        conditions = [
            (PERSISTENT, directed & ((bad & (self.stood >= PERSISTS)) | (plain & (run * better < 0)))),
            (NEW, directed & new),
            (NORMAL, directed & gone),
            (NEGATIVE, directed & (bad | (~good & backed & (moved * better < 0)))),
            (POSITIVE, directed & (good | (backed & (moved * better > 0)) | (plain & (run * better > 0)))),
            (UNDIRECTED, (self.now != 0) | (~directed & (gone | plain | backed))),
            (UNMOVED, self.unmoved),
        ]
        found = np.select([flags for _, flags in conditions], [code for code, _ in conditions], -1)
        if card.cover is not None:
            hidden = card.cover.hidden_row
            found[hidden] = np.where(self.now[hidden] != 0, HIDDEN, -1)
        return np.asarray(found)

    def parts(self, s: int) -> Iterator[str]:
        """Yield the parts of the sentence about row `s`, empty where there is nothing to say."""
        card = self.card
        if card.cover is not None and card.cover.hidden_row[s]:
            yield explain(card, s)[0].rstrip(".")
            return
        if self.monthly[s]:
            yield self._month(s)
            yield self._exceptions(s)
            yield self._run(s)
            if self.unmoved[s]:
                yield f"the {self.thing}s that set the limits do not vary at all, later ones do"
        yield self._year(s)
        yield self._trend(s)
        yield self._target(s)
        yield "acknowledged" if self.acknowledged[s] else ""

    def _name(self, t: int) -> str:
        return month_name(self.card.panel.start, t)

    def _value(self, s: int, value: float) -> str:
        return value_text(value, self.card.measures[s].shown)

    def _month(self, s: int) -> str:
        value = self._value(s, float(self.card.comparison.current[s, 0]))
        record = self.records.phrase(s, 0)
        said = f"{value} in {self._name(int(self.ends[s]))}" + (f", {record}" if record else "")
        return said if value else ""

    def _exceptions(self, s: int) -> str:
        now, before = int(self.now[s]), int(self.before[s])
        last = self._name(int(self.ends[s]) - 1)
        gone = self._words(before & ~now)
        if not now:
            return f"no exception; {gone} stood in {last}" if gone else ""
        code = int(self.code[s])
        judged = {IMPROVING: " (better)", CONCERNING: " (worse)"}.get(code & (IMPROVING | CONCERNING), "")
        said = f"{self._labelled(s, now)}{judged}"
        stood, fresh = int(self.stood[s]), now & ~before
        if stood > 1:
            sided = any(now & bits for bits in side_masks(self.card.exceptions.rules)[:2])
            said += f", {ordinal(stood)} {self.thing} in a row with exceptions{' on this side' * sided}"
            said += f" (new: {self._words(fresh)})" if fresh else ""
        else:
            empty = self.ends[s] < 1 or math.isnan(float(self.card.panel.observed[s, self.ends[s] - 1]))
            said += f", new ({last} has no figure)" if empty else ", new"
        return said + (f"; {gone} stood in {last} but not now" if gone else "")

    def _labelled(self, s: int, mask: int) -> str:
        """Return the words of exceptions; on the small-count chart eight months count as one sum."""
        words, card = self._words(mask), self.card
        p = int(card.limits.phase_at_end[s])
        if p < 0 or not card.limits.phase_small[p]:
            return words
        spans = {rule.span for rule, _ in rule_bits(card.exceptions.rules, mask) if rule.span > 1}
        if not spans:
            return words
        return f"{words} ({listed([count_word(span) for span in sorted(spans)])} {self.thing}s together)"

    def _words(self, mask: int) -> str:
        if mask not in self.said:
            self.said[mask] = str(self.card.exceptions.words_of(np.array([mask], np.uint32))[0])
        return self.said[mask]

    def _run(self, s: int) -> str:
        if not self.judged[s]:
            return ""
        limits = self.card.limits
        mean = limits.chart_of(s) in MEANS and limits.choices.get("centre", "mean") == "mean"
        said = self.records.run_phrase(s, "average" if mean else "the centre line")
        centre = float(self.centre[s])
        if not said or math.isnan(centre) or limits.months_row(s) is not None:
            return said
        scale = self.card.measures[s].shown.per if self.card.panel.is_ratio[s] else 1.0
        return f"{said} ({fine_text(centre * scale, self.card.measures[s].shown)})"

    def _year(self, s: int) -> str:
        card, measure = self.card, self.card.measures[s]
        table = card.comparison
        value = self._value(s, float(table.current[s, 2]))
        if not value:
            return ""
        mean = "on average " if measure.how.windows == "mean" else ""
        said = f"{value} {mean}in the 12 {self.thing}s to {self._name(int(self.last[s]))}"
        change = float(table.change[s, 2])
        if not math.isnan(change):
            label = measure.change_label
            amount = change_text(abs(change), measure.shown, label)
            told = any(figure in amount for figure in "123456789")
            little = abs(float(table.relative[s, 2])) < LITTLE - 1e-12
            if not told:  # a small rate may be up by 85% and by less than the page can print
                amount = f"by less than {change_text(STEPS[measure.shown.is_time], measure.shown, label)}"
            moved = f"{'up' if change > 0.0 else 'down'} {amount}" if told or not little else "hardly changed"
            judged = {"better": " (better)", "worse": " (worse)", "little change": " (little change)"}
            year = "year" if card.panel.start is not None else "12 observations"
            said += f", {moved if change else 'unchanged'} on the {year} before"
            said += judged.get(str(table.judgement[s, 2]), "")
        record = self.records.phrase(s, 1)
        return said + (f", {record}" if record else "")

    def _trend(self, s: int) -> str:
        line = self.card.trend
        strength = {1: "weak", 2: "strong"}.get(int(line.strength[s]), "")
        if not strength or not self.monthly[s]:
            return ""
        return f"rolling 12 {self.thing} trend {str(self.trend[s]).lower()} ({strength})"

    def _target(self, s: int) -> str:
        card, measure = self.card, self.card.measures[s]
        goal = float(target_line(card.panel, measure.target)[max(int(self.ends[s]), 0)])
        value = float(card.comparison.current[s, 0 if self.monthly[s] else 2])
        if math.isnan(goal):
            return ""
        said = f"target {self._value(s, goal)}"
        if self.better[s] and not math.isnan(value) and not self.rounded[s]:
            ahead = (value - goal) * float(self.better[s])
            met = ahead >= -TIE * max(abs(value), abs(goal))
            said += " met" if met else " not met"
        return said + (f" (assurance: {self.assured[s]})" if self.assured[s] and self.monthly[s] else "")


def _at(cells: Any, columns: Ints) -> Any:
    """Return one column of each row, 0 (or NaN) where it lies before the calendar."""
    found = cells[np.arange(len(cells)), np.maximum(columns, 0)]
    return np.where(columns >= 0, found, np.nan if found.dtype.kind == "f" else found.dtype.type(0))


def _rounded(card: Scorecard) -> Flags:
    """Return the rows whose figures are rounded (n_series,)."""
    rounded = None if card.cover is None else card.cover.rounded
    return np.zeros(card.panel.n_series, np.bool_) if rounded is None else rounded


def _told(card: Scorecard, found: Records) -> Records:
    """Return the records without words of hidden rows, and of windows that rounded months would add up to."""
    if card.cover is None:
        return found
    told = np.ones(found.value.shape, np.bool_) if found.told is None else found.told.copy()
    told &= ~card.cover.hidden_row[:, None]
    told &= ~(_rounded(card)[:, None] & (np.array(found.windows) > 1))
    return replace(found, told=told)


def _unmoved(card: Scorecard) -> Flags:
    """Return the rows whose limits are set by months that do not vary, and whose later months do."""
    limits, values = card.limits, card.panel.observed
    found = np.zeros(len(values), np.bool_)
    for s in np.flatnonzero((card.status == "no variation") & (limits.phase_at_end >= 0)).tolist():
        p = int(limits.phase_at_end[s])
        first, last = int(limits.base_first[p]), int(limits.base_last[p])
        base, later = values[s, first:last], values[s, last : int(limits.ends[s]) + 1]
        base, later = base[np.isfinite(base)], later[np.isfinite(later)]
        if len(base):
            size = np.maximum(np.abs(later), abs(base[0]))
            found[s] = bool((np.abs(later - base[0]) > TIE * size).any())
    return found


def _with_centre(card: Scorecard) -> Exceptions:
    """Return exceptions whose rules ask for the centre line, by the scorecard's limits."""
    found = card.exceptions
    return found if 0.0 in found.levels else exceptions(card.limits, rules="opcc")
