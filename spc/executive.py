"""summary(): how many measures improve, decline or stand still, by group, with the list behind each count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Words
from spc.checks import choice, parcel
from spc.inert import visible
from spc.scoring import Scorecard
from spc.wording import NOT_ENOUGH, in_periods, period_name

__all__ = ["STANDINGS", "SUMMARY_RULES", "Summary", "SummaryRule", "summary"]

#: What a measure may do, in the order of the columns; the last two are counted apart.
STANDINGS = ("improving", "declining", "static", "no direction", "not known")
IMPROVING, DECLINING, STATIC, NO_DIRECTION, NOT_KNOWN = range(len(STANDINGS))
NO_GROUP = "(no group)"
#: What is counted apart, as the sentence says it.
APART = {
    "no direction": "without a preferred direction",
    "not known": "for which this is not known",
}


@dataclass(frozen=True)
class SummaryRule:
    """How it is told what a measure does: the sentence that stands on the page, and the question itself.

    `ask` returns 1 for better, -1 for worse, 0 for static and 2 where it is not known (n_series,).
    """

    name: str
    words: str
    ask: Callable[[Scorecard], Any]


def _by_change(card: Scorecard) -> Any:
    words = card.comparison.judgement[:, 2]
    return np.select([words == "better", words == "worse", words == "little change"], [1, -1, 0], 2)


def _by_trend(card: Scorecard) -> Any:
    known = card.monthly & (card.trend.words != NOT_ENOUGH)
    better = card.assurance.improvement.astype(np.int64)
    return np.where(known, card.trend.direction.astype(np.int64) * better, 2)


#: The rule of the 2023 form is not printed; its arrows are those of the year-on-year change.
SUMMARY_RULES = {
    rule.name: rule
    for rule in (
        SummaryRule(
            "change",
            "12 months against the 12 months before, by the preferred direction; a change under 5% is static",
            _by_change,
        ),
        SummaryRule(
            "trend",
            "the rolling 12 month trend, weak or strong, by the preferred direction; None / Stable is static",
            _by_trend,
        ),
    )
}


@dataclass(frozen=True, eq=False, repr=False)
class Summary:
    """An executive summary.

    Parameters
    ----------
    card : Scorecard
    rule : SummaryRule
    standing : (n_series,) object
        What each measure does, one of `STANDINGS`.
    """

    card: Scorecard
    rule: SummaryRule
    standing: Words

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of the catalogue, in the order of the page."""
        return tuple(dict.fromkeys(measure.group or NO_GROUP for measure in self.card.measures))

    def behind(self, standing: str, group: str | None = None) -> tuple[str, ...]:
        """Return the measures behind a count, of one group or of all.

        Raises
        ------
        ChoiceError
            A standing or a group that does not exist.
        """
        choice("standing", standing, STANDINGS)
        if group is not None:
            choice("group", group, self.groups)
        rows = np.flatnonzero(self.standing == standing).tolist()
        names, measures = self.card.panel.name, self.card.measures
        return tuple(visible(names(s)) for s in rows if group in (None, measures[s].group or NO_GROUP))

    def counts(self, group: str | None = None) -> dict[str, int]:
        """Return how many measures of a group, or of all, do what."""
        own = np.array([group in (None, measure.group or NO_GROUP) for measure in self.card.measures], bool)
        return {name: int(np.count_nonzero(own & (self.standing == name))) for name in STANDINGS}

    @property
    def sentence(self) -> str:
        """The count of all in a sentence."""
        counts = self.counts()
        told = [name for name in STANDINGS[:NO_DIRECTION] if counts[name]]
        known = sum(counts[name] for name in told)
        better, worse, static = (counts[name] for name in STANDINGS[:NO_DIRECTION])
        said = f"Of {known:,} measures {better:,} {'is' if better == 1 else 'are'} improving, "
        said += f"{worse:,} declining and {static:,} static"
        if known < 2:
            said = f"1 measure is {told[0]}" if told else "No measure is counted"
        apart = [f"{counts[name]:,} {words}" for name, words in APART.items() if counts[name]]
        return f"{said}; counted apart: {' and '.join(apart)}." if apart else f"{said}."

    def to_frame(self, form: str = "counts") -> Any:
        """Return the counts, or the measures behind them.

        Parameters
        ----------
        form : {"counts", "measures"}
            One row a group, then one of all: group, measures, then a column for each standing; or one row a
            series: keys, group, standing.
        """
        if choice("form", form, ("counts", "measures")) == "measures":
            groups = [measure.group or NO_GROUP for measure in self.card.measures]
            return frames.tidy_series(self.card.panel.keys, {"group": groups, "standing": self.standing})
        counts = [*(self.counts(group) for group in self.groups), self.counts()]
        fields: dict[str, Any] = {"measures": np.array([sum(one.values()) for one in counts])}
        fields |= {name.replace(" ", "_"): np.array([one[name] for one in counts]) for name in STANDINGS}
        return frames.tidy_series({"group": np.array([*self.groups, "All"], dtype=object)}, fields)

    def _lists(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        for group in self.groups:
            for standing in STANDINGS:
                names = self.behind(standing, group)
                if names:
                    yield group, standing, names

    @property
    def text(self) -> str:
        """The summary as text: the sentence, the rule, and under each group its measures."""
        start = self.card.panel.start
        when = period_name(start, self.card.as_at - (start or 0))
        lines = [f"As at {when}. {self.sentence}", f"Rule: {in_periods(self.rule.words, start)}."]
        before = None
        for group, standing, names in self._lists():
            if group != before:
                lines += ["", visible(group)]
            lines.append(f"  {len(names):,} {standing}: {', '.join(names)}")
            before = group
        if self.card.absent:
            lines += ["", f"Without data: {', '.join(map(visible, self.card.absent))}."]
        return "\n".join([*lines, *self._foot()])

    def _foot(self) -> list[str]:
        note = self.card.note
        return ["", f"{note[0].upper()}{note[1:]}."] if note else []

    def to_html(self) -> str:
        """Return the summary as a fragment of HTML; names come out inert."""
        return "<pre>" + escape(self.text) + "</pre>"

    def _repr_html_(self) -> str:
        return self.to_html()

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        counts = self.counts()
        told = " / ".join(f"{counts[name]:,}" for name in STANDINGS)
        return f"Summary(by {self.rule.name}: {told} {' / '.join(STANDINGS)})"


def summary(card: Scorecard, *, rule: str = "change") -> Summary:
    """Count the measures that improve, decline and stand still, by group.

    Parameters
    ----------
    card : Scorecard
    rule : {"change", "trend"}
        A row of `SUMMARY_RULES`: the 12 months against the year before, or the word of the rolling trend.

    Returns
    -------
    Summary
        `text`, `to_frame()`, `counts(group)`, `behind(standing, group)`. The counts of the groups add up.

    Raises
    ------
    ChoiceError
        A misspelt rule.

    Notes
    -----
    Measures without a preferred direction, and those of which the rule knows nothing (no figure, no year
    before, a figure that is hidden), are counted apart and named.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[50] * 12 + [40] * 12], start="2022-08", keys=["ASB"])
    >>> card = spc.scorecard(panel, measures=[spc.Measure("ASB", improvement="low")])
    >>> print(card.summary().sentence)
    1 measure is improving.
    """
    parcel("card", card, Scorecard, "spc.scorecard(panel)")
    row = SUMMARY_RULES[choice("rule", rule, SUMMARY_RULES)]
    moves = row.ask(card)
    code = np.select([moves == 1, moves == -1, moves == 0], [IMPROVING, DECLINING, STATIC], NOT_KNOWN)
    code = np.where(card.assurance.improvement == 0, NO_DIRECTION, code)
    return Summary(card, row, np.array(STANDINGS, dtype=object)[code])
