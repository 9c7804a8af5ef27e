"""The columns of the HTML page: headings with their months, and what stands in the cells of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.checks import ChoiceError, choice
from spc.covers import Beside
from spc.explaining import parts_text
from spc.inert import visible
from spc.portrait import month_name
from spc.printed import NUMBERS, WORDS, behind, scorecard_columns
from spc.scoring import Scorecard
from spc.wording import ROLLING_ONLY, STABLE

__all__ = ["COLUMNS", "FORMS", "SHADES", "Cell", "Column", "Table", "columns_of"]

#: Form of the published page to its columns here; arrows stand in the column of their change (SPEC 1).
FORMS = {
    "2024": ("line", "month", "m3", "m12", "change", "trend", "exceptions", "weighting"),
    "2022": ("month", "month_change", "m3", "m3_change", "m12", "m12_change"),
}
#: Weighting from which a cell takes each of the three shades.
SHADES = (10.0, 16.0, 20.0)
#: Judgement to its letter in the style sheet, and the words for those who do not see colour.
JUDGED = {
    "better": ("g", "better"),
    "worse": ("w", "worse"),
    "little change": ("a", "little change"),
    "no direction": ("n", "no preferred direction"),
    "": ("", ""),
}
WINDOWS = ("month", "m3", "m12")
#: A cell may be this many figures wide before its text wraps.
WIDEST = 26
#: Room of a letter of a heading, which is smaller, as a part of a figure's.
HEADING = 0.9


@dataclass(frozen=True)
class Column:
    """One column: its name, its heading with {places} for months and | where it may break, its kind."""

    name: str
    heading: str
    kind: str = "num"
    sort: str = ""


#: {now} is the month, {ago} the one a year before, {w3} and {w12} begin "3 months to".
COLUMNS = {
    column.name: column
    for column in (
        Column("line", "Trend line|({months} months)", "line"),
        Column("month", "{now}"),
        Column("m3", "3 months|to {now}"),
        Column("m12", "12 months|to {now}"),
        Column("change", "12 months|to|{ago} vs|12 months|to|{now}", "chg", "change"),
        Column("arrow", "Arrow", "chg"),
        Column("month_change", "Change on|{ago}", "chg"),
        Column("m3_change", "Change on|3 months|to {ago}", "chg"),
        Column("m12_change", "Change on|12 months|to {ago}", "chg", "change"),
        Column("month_arrow", "Arrow, month", "chg"),
        Column("m3_arrow", "Arrow, 3 months", "chg"),
        Column("m12_arrow", "Arrow, 12 months", "chg"),
        Column("trend", "Rolling 12|month trend", "word"),
        Column("exceptions", "Statistical|exceptions", "exc"),
        Column("weighting", "Exception|weighting", "wt", "weight"),
        Column("status", "Status", "word"),
        Column("variation", "Variation", "word"),
        Column("assurance", "Assurance", "word"),
        Column("chart", "Chart", "word"),
        Column("evidence", "Evidence of|change, 12|months", "word"),
        Column("warnings", "Warnings", "word"),
        Column("forecast", "Forecast|for|{now}"),
        Column("difference", "{now}|against its|forecast", "word"),
    )
}


@dataclass(frozen=True)
class Cell:
    """What a cell holds: text, ink, and by kind an arrow with its words or the weighting's parts."""

    kind: str
    text: str
    ink: str = ""
    arrow: str = ""
    words: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """The columns of a page, and a way to the cells of any of its rows."""

    columns: tuple[Column, ...]
    headings: tuple[list[str], ...]
    widths: tuple[float, ...]
    cells: Callable[[int], list[Cell]]


def columns_of(
    card: Scorecard, rows: Sequence[int], *, form: str, columns: Sequence[str] | None, line_months: int
) -> Table:
    """Return the columns of a form, or those asked for.

    Raises
    ------
    ChoiceError
        A column that does not exist.
    """
    beside = {column.name: column for column in card.beside}
    wanted = list(columns) if columns else [*FORMS[choice("form", form, FORMS)], *behind(card), *beside]
    for name in wanted:
        if name not in COLUMNS and name not in NUMBERS and name not in beside:
            known = ", ".join(dict.fromkeys([*COLUMNS, *NUMBERS, *beside]))
            raise ChoiceError(f"`columns` must be some of {known}, got {name!r}.")
    wanted = [name for name in wanted if not _beside_its_change(name, wanted)]
    asked = [name for name in dict.fromkeys([*wanted, "arrow", "exceptions", "status"]) if name != "line"]
    texts = scorecard_columns(card, columns=_printable(asked), numbers=False, rows=rows)
    texts |= {name: column.texts[list(rows)] for name, column in beside.items()}
    place = {s: i for i, s in enumerate(rows)}
    made = tuple(_column(name, beside) for name in wanted)
    last = card.as_at - (card.panel.start or 0)
    months = {
        "now": month_name(card.panel.start, last),
        "ago": month_name(card.panel.start, last - 12),
        "months": str(line_months),
    }

    def cells(s: int) -> list[Cell]:
        told = {name: column[place[s]] for name, column in texts.items()}
        return [_cell(card, column, told, s) for column in made]

    headings = tuple(column.heading.format(**months).split("|") for column in made)
    pairs = zip(made, headings, strict=True)
    widths = tuple(_width(column, heading, texts) for column, heading in pairs)
    return Table(made, headings, widths, cells)


def _column(name: str, beside: Mapping[str, Beside]) -> Column:
    if name in beside:
        return Column(name, beside[name].heading.replace("{", "(").replace("}", ")"), "beside")
    return COLUMNS.get(name, Column(name, name.replace("_", " ")))


def _beside_its_change(name: str, wanted: Sequence[str]) -> bool:
    """Whether an arrow stands in the column of its change, so that it needs none of its own."""
    return name.endswith("arrow") and name.replace("arrow", "change") in wanted


def _printable(names: Sequence[str]) -> list[str]:
    arrows = [name.replace("change", "arrow") for name in names if name.endswith("_change")]
    known = [name for name in [*names, *arrows] if name in WORDS or name in NUMBERS]
    return list(dict.fromkeys(known))


def _cell(card: Scorecard, column: Column, told: dict[str, Any], s: int) -> Cell:
    """Return a cell of series `s`, of which the columns of words say what is `told`."""
    name = column.name
    if name == "line":
        return Cell("line", "")
    if name == "weighting":
        return _weight_cell(card, s)
    if column.kind == "chg":
        return _change_cell(card, name, told, s)
    text = _spelt(told[name])
    if name == "exceptions":
        status = str(told["status"])
        return Cell(
            "exc", text or ("" if status in ("ok", "rolling 12 only") else status), "" if text else "q"
        )
    if text == ROLLING_ONLY:
        return Cell("num", text, "q")
    return Cell(column.kind, text, "q" if text in (STABLE, "not enough history") else "")


def _spelt(cell: Any) -> str:
    if isinstance(cell, float | int | np.number):
        return "" if cell != cell else f"{cell:.6g}"
    return visible(str(cell))


def _weight_cell(card: Scorecard, s: int) -> Cell:
    weight = float(card.weights.weight[s])
    if weight != weight or not card.monthly[s]:
        return Cell("wt", "")
    shade = sum(weight >= least for least in SHADES)
    return Cell("wt", f"{weight:g}", f"s{shade}" if shade else "", words=visible(parts_text(card, s)))


def _change_cell(card: Scorecard, name: str, told: dict[str, Any], s: int) -> Cell:
    window, _, part = name.rpartition("_")
    k = WINDOWS.index(window) if window else 2
    arrow = str(told[f"{window}_arrow" if window else "arrow"])
    ink, words = JUDGED[str(card.comparison.judgement[s, k])] if arrow else ("", "")
    text = "" if part == "arrow" else str(told[name])
    return Cell("chg", visible(text), ink, arrow, words)


def _width(column: Column, heading: list[str], texts: dict[str, Any]) -> float:
    """Return the room a column needs, in figures, so that no figure wraps and no month of its heading."""
    if column.name in ("line", "weighting") or column.kind == "beside":
        return 0
    cells = [text for cell in texts[column.name] if (text := _spelt(cell)) != ROLLING_ONLY]
    if column.kind in ("word", "exc"):  # words may stand below one another, the usual ones beside
        cells = [word for text in cells for word in ([text] if len(text) <= 13 else text.split(" "))]
    widest = max(map(len, cells), default=0)
    return min(max(widest, HEADING * max(map(len, heading))), WIDEST)
