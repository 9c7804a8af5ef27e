"""narrative(): the bullets of a paper, from what the scorecard shows and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from spc import frames
from spc.checks import parcel, whole
from spc.inert import visible
from spc.results.records import Records
from spc.scoring import Scorecard
from spc.telling import HEADINGS, Told
from spc.wording import month_text

__all__ = ["HEADINGS", "Bullet", "Narrative", "narrative"]

#: What Markdown would take for its own.
_MARKS = str.maketrans({c: f"\\{c}" for c in "\\`*_[]|#~"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LINKS = str.maketrans({":": "&#58;", "@": "&#64;"})


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
    untold : dict of str to int
        The other rows by status: "ok" where there is nothing to tell, else why nothing can be told.
    """

    card: Scorecard
    records: Records
    bullets: tuple[Bullet, ...]
    left_out: dict[str, int]
    untold: dict[str, int]

    @property
    def title(self) -> str:
        """The first line: "As at Jul-2024"."""
        card = self.card
        return f"As at {month_text(card.as_at, 'short') if card.panel.start is not None else card.as_at + 1}"

    def under(self, heading: str) -> tuple[Bullet, ...]:
        """Return the bullets under a heading."""
        return tuple(bullet for bullet in self.bullets if bullet.heading == heading)

    @property
    def notes(self) -> tuple[str, ...]:
        """What belongs under the bullets: how many series are told, how many not and why, the data's note."""
        card, n = self.card, self.card.panel.n_series
        said = [f"{n:,} series: {len(self.bullets):,} told above"]
        said += [f"{sum(self.left_out.values()):,} more left out"] if self.left_out else []
        said += [f"{self.untold['ok']:,} with nothing to tell"] if "ok" in self.untold else []
        said += [f"{count:,} {kind}" for kind, count in sorted(self.untold.items()) if kind != "ok"]
        lines = [f"{', '.join(said)}."]
        if card.absent:
            lines.append(f"Without data: {', '.join(map(visible, card.absent))}.")
        if card.note:
            lines.append(f"{card.note[0].upper()}{card.note[1:]}.")
        return tuple(lines)

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
                lines.append(f"- **{name}**: {bullet.text.translate(_MARKS)}")
            lines += [f"- {more}"] if more else []
        notes = [note.translate(_MARKS) for note in self.notes]
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
        found = ", ".join(f"{len(self.under(h))} {h.lower()}" for h in HEADINGS if self.under(h))
        return f"Narrative({self.title[6:]}: {found or 'nothing to tell'})"


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
    that side, and the trend is strong, or a record stands, to that side). Without one: *changed, no
    preferred direction*, for any of these. Rows with hidden figures say what `explain`
    says. Nothing is said of causes.

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
    told = Told(card)
    heading = told.headings
    bullets: list[Bullet] = []
    left_out: dict[str, int] = {}
    weight = np.nan_to_num(np.where(card.monthly, card.weights.weight, 0.0))
    order = np.lexsort((-told.records.rarity.max(axis=1), -weight, card.acknowledged))
    for code, name in enumerate(HEADINGS):
        rows = order[heading[order] == code]
        if most is not None and len(rows) > most:
            left_out[name] = len(rows) - most
        for s in rows[:most].tolist():
            text = f"{'; '.join(part for part in told.parts(s) if part)}."
            bullets.append(Bullet(name, s, visible(card.panel.name(s)), text, float(weight[s])))
    status = card.status if card.cover is None else np.where(card.cover.hidden_row, "hidden", card.status)
    kinds, counts = np.unique(status[heading < 0].astype(str), return_counts=True)
    untold = dict(zip(kinds.tolist(), counts.tolist(), strict=True))
    return Narrative(card, told.records, tuple(bullets), left_out, untold)
