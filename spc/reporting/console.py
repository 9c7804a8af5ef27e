"""The scorecard as a table of text, for a terminal."""

from __future__ import annotations

import shutil
import textwrap
from typing import Any

from spc.checks import whole
from spc.printed import behind, heaviest, in_words
from spc.scoring import Scorecard
from spc.uncatalogued import uncatalogued
from spc.wording import month_name

__all__ = ["text"]

#: Field, heading ({month} is filled in), alignment; the order of the published page.
COLUMNS = (
    ("month", "{month}", ">"),
    ("m3", "3 months", ">"),
    ("m12", "12 months", ">"),
    ("change", "On last year", ">"),
    ("arrow", "", "<"),
    ("trend", "Rolling 12 trend", "<"),
    ("exceptions", "Statistical exceptions", "<"),
    ("weighting", "Weight", ">"),
)
#: Those of a scorecard that was made with a forecast.
BEHIND = (("forecast", "Forecast", ">"), ("difference", "Against forecast", "<"))
NARROWEST_NAME = 24
#: What the published page prints in full does not fit a terminal.
SHORT = {"Rolling 12 Month Only": "12 m only"}


def text(card: Scorecard, *, width: int | None = None, top: int | None = None) -> str:
    """Return the scorecard as lines of text, one a series under its group's heading.

    Parameters
    ----------
    card : Scorecard
    width : int, optional
        Longest line; by default that of the terminal. Names are cut to fit, figures never.
    top : int, optional
        Only the heaviest rows, heaviest first, acknowledged ones last.

    Returns
    -------
    str

    Examples
    --------
    >>> import spc
    >>> sample = spc.samples.load("wiltshire_2024")
    >>> card = spc.scorecard(sample.panel.select([0]), measures=sample.measures)
    >>> print(card.to_text(width=100).splitlines()[-1][:36])
    Monthly values constructed to reprod
    """
    longest = width or shutil.get_terminal_size((140, 40)).columns
    most = None if top is None else whole("top", top, 1, 1_000_000)
    rows = list(range(card.panel.n_series)) if most is None else heaviest(card, most)
    words = in_words(card, rows)
    month = month_name(card.panel.start, card.as_at - (card.panel.start or 0))
    columns = [*COLUMNS, *(column for column in BEHIND if column[0] in behind(card))]
    sides = {field: side for field, _, side in columns}
    cells = {field: [SHORT.get(cell, cell) for cell in words[field].tolist()] for field in sides}
    heads = {field: heading.format(month=month) for field, heading, _ in columns}
    widths = {field: max(map(len, [heads[field], *cells[field]])) for field in cells}
    names = _names(card, rows, longest - sum(widths.values()) - 2 * len(widths))
    first = max(map(len, ["Measure", *names]))
    lines = [
        _line("Measure", first, heads, widths, sides),
        "-" * (first + sum(widths.values()) + 2 * len(widths)),
    ]
    group = ""
    for place, (s, name) in enumerate(zip(rows, names, strict=True)):
        if card.measures[s].group != group:
            group = card.measures[s].group
            lines += ["", group]
        lines.append(_line(name, first, {field: cells[field][place] for field in cells}, widths, sides))
        lines += _beside(card, s, longest)
    if len(rows) < card.panel.n_series:
        lines += ["", f"The {len(rows):,} heaviest of {card.panel.n_series:,} series."]
    return "\n".join([*lines, "", *_footer(card)])


def _line(name: str, first: int, cells: dict[str, Any], widths: dict[str, int], sides: dict[str, str]) -> str:
    parts = [f"{cells[field]:{side}{widths[field]}}" for field, side in sides.items()]
    return "  ".join([f"{name:<{first}}", *parts]).rstrip()


def _beside(card: Scorecard, s: int, longest: int) -> list[str]:
    """Return what stands beside a row under it, a heading and its text, in lines that fit."""
    said = [f"{extra.heading}: {extra.texts[s]}" for extra in card.beside if extra.texts[s]]
    lines = [textwrap.wrap(text, max(longest, 40) - 6) for text in said]
    return [("      " if number else "    ") + line for text in lines for number, line in enumerate(text)]


def _names(card: Scorecard, rows: list[int], room: int) -> list[str]:
    room = max(room, NARROWEST_NAME)
    names = [card.panel.name(s) for s in rows]
    return [name if len(name) <= room else _shortened(name, room) for name in names]


def _shortened(name: str, room: int) -> str:
    """Cut a name in its middle: areas differ at the front, measures and types at the end."""
    tail = room // 2
    return f"{name[: room - tail - 1]}…{name[-tail:]}"


def _footer(card: Scorecard) -> list[str]:
    statuses = [status for status in card.status.tolist() if status != "ok"]
    notes = [f"{statuses.count(status)} {status}" for status in sorted(set(statuses))]
    lines = [f"{card.panel.n_series:,} series" + (f", of which {', '.join(notes)}." if notes else ".")]
    if card.absent:
        lines.append(f"Without data: {', '.join(card.absent)}.")
    unnamed = uncatalogued(card.panel, card.measures)
    if unnamed:
        lines.append(unnamed)
    if card.note:
        lines.append(f"{card.note[0].upper()}{card.note[1:]}.")
    return lines
