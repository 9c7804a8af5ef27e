"""Drivers: which parts are behind the exception of a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Codes, Floats, Ints, Words
from spc.checks import choice
from spc.measures import Assignment
from spc.panel import Panel
from spc.results.exceptions import Exceptions
from spc.results.hierarchy import in_order, rows_of
from spc.results.hierarchy_words import NAMED, a_few, amount, is_whole
from spc.results.statuses import how_many
from spc.wording import listed

__all__ = ["DOMINANCE", "OUTCOMES", "USUAL", "Dominance", "Drivers"]

Labels = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Dominance:
    """When so many parts drive an exception: together they have at least this share of the deviation."""

    name: str
    parts: int
    share: float


#: First that holds, and only where the whole has more parts than are named; else the parts share it.
DOMINANCE = (Dominance("one part", 1, 0.60), Dominance("two parts", 2, 0.80))
#: A part with less than this share, and no exception of its own, is as usual.
USUAL = 0.20
#: Outcome code to word; 1 .. are the rows of `DOMINANCE`, which what lies in no part can fill too.
OUTCOMES = ("", *(row.name for row in DOMINANCE), "spread", "in no part", "not known", "no side")
SPREAD, NO_PART, NOT_KNOWN, NO_SIDE = range(len(DOMINANCE) + 1, len(OUTCOMES))


@dataclass(frozen=True, eq=False, repr=False)
class Drivers:
    """Which parts are behind each whole's exception at its as-at month.

    Parameters
    ----------
    exceptions : Exceptions
        Those of the wholes.
    rows : (n_wholes,) int64
        Which of its series are the wholes; -1 for parts that have none.
    keys : mapping of str to (n_wholes,) array
        The names of the wholes.
    parts : Panel
    names : (n_parts,) object
        What tells a part from its siblings.
    family : (n_parts,) int64
        The whole to which each part belongs.
    measures : Assignment
        The measure of each whole.
    side : (n_wholes,) int8
        1 for a High, -1 for a Low, 0 without an exception or for rules that have no side.
    months : (n_wholes,) int64
        How many months the pattern has; 0 without one.
    deviation : (n_wholes,) float64
        From the centre in the months of the pattern: counts added up, all else the mean of the months, in
        the unit of the measure.
    contribution : (n_parts,) float64
        The part's deviation from its own centre in the same months; of ratios weighted with its share of the
        whole's denominator.
    rest : (n_wholes,) float64
        What no part accounts for.
    own : (n_parts,) int8
        Side of the part's own exception at that month, 0 for none or where `judged` is False.
    judged : bool
        Whether the parts' own exceptions were handed in.
    outcome : (n_wholes,) int8
        Positions in `OUTCOMES`.
    """

    exceptions: Exceptions
    rows: Ints
    keys: Labels
    parts: Panel
    names: Words
    family: Ints
    measures: Assignment
    side: Codes
    months: Ints
    deviation: Floats
    contribution: Floats
    rest: Floats
    own: Codes
    judged: bool
    outcome: Codes

    @cached_property
    def share(self) -> Floats:
        """Each part's share of its whole's deviation, signed (n_parts,); NaN where there is none."""
        whole = self.deviation[self.family]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(whole == 0.0, np.nan, self.contribution / whole)

    def ranked(self, p: int) -> list[int]:
        """Return the parts of whole p, the largest share first, unknown ones last, ties by name."""
        return in_order(rows_of(self.family, p), self.share, self.names)

    @property
    def words(self) -> Words:
        """What drives each exception, or "" where there is none (n_wholes,)."""
        return np.array([_told(self, p) for p in range(len(self.rows))], dtype=object)

    def to_frame(self, form: str = "wholes") -> Any:
        """Return rows of the wholes that have an exception, or of their parts in order of share.

        Parameters
        ----------
        form : {"wholes", "parts"}
            Keys, exceptions, months, deviation, rest, outcome, words; or the whole's keys, the part's keys,
            contribution, share, own.
        """
        flagged = np.flatnonzero(self.outcome != 0)
        wholes = self.keys
        if choice("form", form, ("wholes", "parts")) == "parts":
            at = np.array([i for p in flagged.tolist() for i in self.ranked(p)], np.int64)
            keys = {f"whole_{name}": labels[self.family[at]] for name, labels in wholes.items()}
            keys |= {name: labels[at] for name, labels in self.parts.keys.items()}
            fields: dict[str, Any] = {"contribution": self.contribution[at], "share": self.share[at]}
            return frames.tidy_series(keys, {**fields, "own": self.own[at]})
        fields = {"exceptions": self.exceptions.words[self.rows][flagged]}
        fields |= {name: getattr(self, name)[flagged] for name in ("months", "deviation", "rest")}
        fields["outcome"] = np.array(OUTCOMES, dtype=object)[self.outcome[flagged]]
        keys = {name: labels[flagged] for name, labels in wholes.items()}
        return frames.tidy_series(keys, fields | {"words": self.words[flagged]})

    def __repr__(self) -> str:
        told = int(np.count_nonzero((self.outcome > 0) & (self.outcome <= len(DOMINANCE))))
        flagged = int(np.count_nonzero(self.outcome))
        return (
            f"Drivers({how_many(self.parts)}, {told:,} of {flagged:,} exceptions driven by one part or two)"
        )


def _told(found: Drivers, p: int) -> str:
    outcome = int(found.outcome[p])
    if outcome == 0:
        return ""
    if outcome == NO_SIDE:
        return "not traced: the pattern has no side"
    ranked = found.ranked(p)
    known = [i for i in ranked if found.share[i] == found.share[i]]
    if not known:
        return "not traced: no part is known in the months of the pattern"
    named: list[int] = []
    if outcome in (NO_PART, NOT_KNOWN):
        lies = "driven by what lies in no part"
        what = lies if outcome == NO_PART else "not traced: too much is not accounted for"
        said = f"{what} ({_of_whole(found, p, float(found.rest[p]))})"
    elif outcome == SPREAD:
        named = known[: NAMED - 1]
        said = f"{_over_parts(len(ranked), len(known), len(named))} {_figures(found, p, named)}"
    else:
        named = known[: DOMINANCE[outcome - 1].parts]
        said = f"driven by {_figures(found, p, named)}"
    return "; ".join([said, *_others(found, p, [i for i in ranked if i not in named])])


def _over_parts(members: int, known: int, named: int) -> str:
    """Say over what a deviation is spread that nobody drives."""
    if members == 1:
        return "in its only part,"
    every = f"{members:,} parts"
    if known < members:
        every = f"the {known:,} parts that are known"
    elif members <= NAMED:
        every = "both parts" if members == 2 else "all parts"
    return f"spread over {every}," + (" the largest shares in" if known > named else "")


def _figures(found: Drivers, p: int, named: list[int]) -> str:
    texts = []
    for k, i in enumerate(named):
        value = float(found.contribution[i])
        figure = _of_whole(found, p, value) if k == 0 else _size(found, p, value)
        if k and value * found.side[p] < 0.0:
            figure += f" {_where(value)}"
        if found.own[i]:
            figure += f", itself {'high' if found.own[i] > 0 else 'low'}"
        texts.append(f"{found.names[i]} ({figure})")
    return listed(texts)


def _size(found: Drivers, p: int, value: float) -> str:
    """Print a deviation; all of one whole have the same decimals."""
    known = found.contribution[found.family == p]
    fine = not all(map(is_whole, [float(found.deviation[p]), *known[~np.isnan(known)].tolist()]))
    return amount(value, found.measures[p], fine)


def _of_whole(found: Drivers, p: int, value: float) -> str:
    """Say how much of the deviation that is: "9 of the 11 above average"."""
    months, whole = int(found.months[p]), float(found.deviation[p])
    where = f"{_where(whole)} {_centre(found)}" + (f" in {months} months" if months > 1 else "")
    own, total = _size(found, p, value), _size(found, p, whole)
    larger = abs(value) >= abs(whole)
    if own == total:
        return f"{'all' if larger else 'nearly all'} {total} {where}"
    return f"{own} {where}, more than the whole's {total}" if larger else f"{own} of the {total} {where}"


def _where(value: float) -> str:
    return "above" if value > 0.0 else "below"


def _centre(found: Drivers) -> str:
    choices = found.exceptions.limits.choices
    return "average" if choices.get("centre", "mean") == "mean" else "the centre line"


def _others(found: Drivers, p: int, rows: list[int]) -> list[str]:
    """Say what the parts do that were not named: high or low too, some way off, as usual, not known."""
    groups = _grouped(found, rows)
    said = []
    for word in ("high", "low"):
        if groups[word]:
            too = " too" if (word == "high") == (found.side[p] > 0) else ""
            said.append(f"{a_few([str(found.names[i]) for i in groups[word]])} {word}{too}")
    for i in groups["off"]:
        value = float(found.contribution[i])
        said.append(f"{found.names[i]} {_size(found, p, value)} {_where(value)}")
    rest, size = float(found.rest[p]), abs(float(found.deviation[p]))
    if int(found.outcome[p]) not in (NO_PART, NOT_KNOWN) and abs(rest) >= USUAL * size > 0.0:
        lies = (
            "not accounted for" if groups["not known"] or groups["not known in every month"] else "in no part"
        )
        said.append(f"{_size(found, p, rest)} {_where(rest)} {lies}")
    kind = "others" if said or len(rows) < len(rows_of(found.family, p)) else "parts"
    for word in ("as usual", "not known in every month", "not known"):
        if len(groups[word]) > NAMED:
            said.append(f"{len(groups[word]):,} {kind} {word}")
        elif groups[word]:
            said.append(f"{a_few([str(found.names[i]) for i in groups[word]])} {word}")
    return said


def _grouped(found: Drivers, rows: list[int]) -> dict[str, list[int]]:
    """Sort parts by what is said of them; one with an exception whose figure is not known is there twice."""
    words = ("high", "low", "off", "as usual", "not known in every month", "not known")
    groups: dict[str, list[int]] = {word: [] for word in words}
    for i in rows:
        share, own = float(found.share[i]), int(found.own[i])
        known = share == share
        if own:
            groups["high" if own > 0 else "low"].append(i)
        if not known:
            groups["not known in every month" if own else "not known"].append(i)
        elif not own:
            groups["as usual" if abs(share) < USUAL else "off"].append(i)
    return groups
