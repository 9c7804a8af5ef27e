"""narrative(): the bullets of a paper, from what the scorecard shows and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from spc import frames
from spc.checks import parcel, whole
from spc.inert import visible
from spc.results.records import Records
from spc.scoring import Scorecard
from spc.telling import HEADINGS, Facts, headings, sentence
from spc.wording import period_name

__all__ = ["HEADINGS", "Bullet", "Narrative", "narrative"]

#: What Markdown would take for its own.
_MARKS = str.maketrans({c: f"\\{c}" for c in "\\`*_[]|#~"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LINKS = str.maketrans({":": "&#58;", "@": "&#64;"})
#: Of so many rows that are not told, and why, the notes give the names.
NAMED = 12


def _marked(text: str) -> str:
    return text.translate(_MARKS)


@dataclass(frozen=True)
class Bullet:
    """What is said of one row: where it stands, its row in the scorecard, name, sentence, weight."""

    heading: str
    row: int
    name: str
    text: str
    weight: float


@dataclass(frozen=True, eq=False, repr=False)
class Narrative:
    """The bullets of a paper, each row of the scorecard in one of them at most.

    Parameters
    ----------
    card : Scorecard
        Whose figures they are.
    records : Records
    bullets : tuple of Bullet
        By heading in the order of `HEADINGS`, heaviest first.
    left_out : dict of str to int
        By heading, how many more there are than `top` allowed.
    silent : dict of str to tuple of int
        The other rows by status: "ok" where there is nothing to tell, else why nothing can be told.
    """

    card: Scorecard
    records: Records
    bullets: tuple[Bullet, ...]
    left_out: dict[str, int]
    silent: dict[str, tuple[int, ...]]

    @property
    def title(self) -> str:
        """The first line: "As at Jul-2024"."""
        return f"As at {self._when}"

    @property
    def _when(self) -> str:
        start = self.card.panel.start
        return period_name(start, self.card.as_at - (start or 0))

    @property
    def untold(self) -> dict[str, int]:
        """How many rows are silent, by status."""
        return {kind: len(rows) for kind, rows in self.silent.items()}

    def under(self, heading: str) -> tuple[Bullet, ...]:
        """Return the bullets under a heading."""
        return tuple(bullet for bullet in self.bullets if bullet.heading == heading)

    @property
    def notes(self) -> tuple[str, ...]:
        """What belongs under the bullets: how many series are told, which not and why, the data's note."""
        return tuple(self._noted(visible, str))

    def _noted(self, inert: Callable[[str], str], marked: Callable[[str], str]) -> Iterator[str]:
        """Yield the notes, with names made harmless, and the data's note as the form has it."""
        n, untold = self.card.panel.n_series, self.untold
        said = [f"{n:,} series: {len(self.bullets):,} told above"]
        said += [f"{sum(self.left_out.values()):,} more left out"] if self.left_out else []
        said += [f"{untold['ok']:,} with nothing to tell"] if "ok" in untold else []
        said += [f"{count:,} {kind}" for kind, count in untold.items() if kind != "ok"]
        yield f"{', '.join(said)}."
        for kind, rows in self.silent.items():
            if kind != "ok":
                names = [inert(self.card.panel.name(s)) for s in rows[:NAMED]]
                more = f" and {len(rows) - NAMED:,} more" if len(rows) > NAMED else ""
                yield f"{kind.capitalize()}: {', '.join(names)}{more}."
        if self.card.absent:
            yield f"Without data: {', '.join(map(inert, self.card.absent))}."
        if self.card.note:
            yield f"{marked(self.card.note[0].upper() + self.card.note[1:]).removesuffix('.')}."

    def to_frame(self) -> Any:
        """Return one row a bullet: keys, heading, group, text, weight."""
        rows = np.array([bullet.row for bullet in self.bullets], np.int64)
        keys = {name: labels[rows] for name, labels in self.card.panel.keys.items()}
        fields: dict[str, Any] = {"heading": [bullet.heading for bullet in self.bullets]}
        fields["group"] = [self.card.measures[row].group for row in rows.tolist()]
        fields["text"] = [bullet.text for bullet in self.bullets]
        fields["weight"] = np.array([bullet.weight for bullet in self.bullets], np.float64)
        return frames.tidy_series(keys, fields)

    def _headed(self) -> Iterator[tuple[str, tuple[Bullet, ...], str]]:
        for heading in HEADINGS:
            found, more = self.under(heading), self.left_out.get(heading, 0)
            if found:
                yield heading, found, f"and {more:,} more" if more else ""

    def to_markdown(self) -> str:
        """Return the narrative as Markdown; names come out inert."""
        lines = [f"# {self.title}"]
        for heading, found, more in self._headed():
            lines += ["", f"## {heading}", ""]
            for bullet in found:
                name = bullet.name.translate(_MARKS | _LINKS)
                lines.append(f"- **{name}**: {_marked(bullet.text)}")
            lines += [f"- {more}"] if more else []
        notes = self._noted(lambda name: visible(name).translate(_MARKS | _LINKS), _marked)
        return "\n".join([*lines, "", "\n\n".join(notes), ""])

    def to_html(self) -> str:
        """Return the narrative as a fragment of HTML; names come out inert."""
        lines = [f"<h2>{escape(self.title)}</h2>"]
        for heading, found, more in self._headed():
            lines += [f"<h3>{escape(heading)}</h3>", "<ul>"]
            lines += [f"<li><b>{escape(one.name)}</b>: {escape(one.text)}</li>" for one in found]
            lines += [f"<li>{more}</li>"] if more else []
            lines.append("</ul>")
        return "\n".join([*lines, *(f"<p>{escape(note)}</p>" for note in self.notes)])

    def _repr_html_(self) -> str:
        return self.to_html()

    def __str__(self) -> str:
        lines = [self.title]
        for heading, found, more in self._headed():
            lines += ["", heading, "-" * len(heading)]
            lines += [f"- {one.name}: {one.text}" for one in found] + ([f"- {more}"] if more else [])
        return "\n".join([*lines, "", *self.notes])

    def __repr__(self) -> str:
        found = "; ".join(f"{h} {len(self.under(h)):,}" for h in HEADINGS if self.under(h))
        return f"Narrative({self._when}: {found or 'nothing to tell'})"


def narrative(card: Scorecard, *, top: int | None = None) -> Narrative:
    """Tell what a scorecard shows in the bullets of a paper, with figures.

    Parameters
    ----------
    card : Scorecard
    top : int, optional
        At most so many bullets under each heading, the heaviest; the others are counted.

    Returns
    -------
    Narrative
        `str()`, `to_markdown()`, `to_html()`, `to_frame()`.

    Raises
    ------
    ChoiceError
        A `top` that is no whole number from 1.

    Notes
    -----
    Each row stands under the first heading that holds. With a preferred direction: *persistent issues*
    (exceptions on the worse side stand for 3 months or more in a row, or 8 months or more in a row lie on the
    worse side of the centre line), *newly changed* (an exception stands that did not stand the month before,
    judged by the same limits), *back to normal* (one stood the month before, none does now), *positives* and
    *negatives* (an exception on that side, or a run of 8 months; or the 12 months changed by 5% or more to
    that side, more than chance often makes them, and the trend is strong, or a record stands, to that side;
    of surveys of known size, two samples differ). Without one: *changed, no preferred direction*, for any of
    these. What has a figure of 12 months and no months is listed as *rolling figures only*. Rows with hidden
    figures say what `explain` says. Nothing is said of causes. docs/narrative.md has the table, and what
    chance alone does.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[50, 54, 47, 51] * 9 + [80]], start="2021-07", keys=["ASB"])
    >>> found = spc.scorecard(panel, measures=[spc.Measure("ASB", improvement="low")]).narrative()
    >>> print(found.under("Newly changed")[0].text[:78])
    80 in Jul-2024, the highest on record (37 months); One-Month High (worse), new
    """
    parcel("card", card, Scorecard, "spc.scorecard(panel)")
    most = None if top is None else whole("top", top, 1, 1_000_000)
    facts = Facts(card)
    heading = headings(facts)
    bullets: list[Bullet] = []
    left_out: dict[str, int] = {}
    weight = np.nan_to_num(np.where(card.monthly, card.weights.weight, 0.0))
    order = np.lexsort((-facts.records.rarity.max(axis=1), -weight, card.acknowledged))
    for name in HEADINGS:
        rows = order[heading[order] == name]
        if most is not None and len(rows) > most:
            left_out[name] = len(rows) - most
        for s in rows[:most].tolist():
            text = sentence(facts, s)
            bullets.append(Bullet(name, s, visible(card.panel.name(s)), text, float(weight[s])))
    why = np.where(facts.hidden, "hidden", card.status)
    rest = np.flatnonzero(heading == "")
    silent = {str(kind): tuple(rest[why[rest] == kind].tolist()) for kind in sorted(set(why[rest]))}
    return Narrative(card, facts.records, tuple(bullets), left_out, silent)
