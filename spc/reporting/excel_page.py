"""One sheet of rows as people read them: trend line, figures, arrows with words, exceptions, weighting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.portrait import month_name
from spc.printed import ARROWS, ASIDE, NUMBERS, WORDS
from spc.reporting.excel_formats import INK, NOTHING, Book, Figure, change_figure, figure
from spc.reporting.excel_names import cell_text, quoted
from spc.reporting.html_columns import COLUMNS, SHADES
from spc.scoring import Scorecard
from spc.wording import NOT_ENOUGH, ROLLING_ONLY, STABLE

__all__ = ["Columns", "columns_of", "set_up_page", "write_rows"]

WINDOWS = ("month", "m3", "m12")
#: Width of a column in figures, by its kind in the HTML page.
WIDTHS = {"line": 24.0, "num": 12.0, "chg": 19.0, "word": 16.0, "exc": 28.0, "wt": 11.0}
ARROW_WIDTH, BESIDE_WIDTH, WIDEST_NAME = 16.0, 36.0, 50
ROW, LINE, HEADINGS = 28.0, 13.5, 66.0
#: Fill of the three shades, from light to dark; the ink stays black.
FILLS = ("#FFF0DC", "#FFD699", "#F4A261")
SOFT = (STABLE, NOT_ENOUGH)


@dataclass(frozen=True)
class Slot:
    """One column: its name, its heading, its width, its side, and what writes its cell for a series."""

    name: str
    heading: str
    width: float
    right: bool
    write: Callable[[Any, int, int, int], None]


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of a page, keys first; `lines` is where the trend line stands, or -1."""

    keys: tuple[str, ...]
    slots: tuple[Slot, ...]

    @property
    def names(self) -> list[str]:
        """Names of all columns, keys included."""
        return [*self.keys, *(slot.name for slot in self.slots)]

    def place(self, name: str) -> int:
        """Return the position of a column, -1 where there is none."""
        names = [slot.name for slot in self.slots]
        return len(self.keys) + names.index(name) if name in names else -1


def columns_of(book: Book, card: Scorecard, wanted: Sequence[str], rows: Sequence[int]) -> Columns:
    """Return the columns asked for; a change is followed by its arrow and the word for it.

    Words beside the scorecard come last, where there are any on this sheet.
    """
    last = card.as_at - (card.panel.start or 0)
    months = {
        "now": month_name(card.panel.start, last),
        "ago": month_name(card.panel.start, last - 12),
        "months": "36",
    }
    slots = []
    for name in wanted:
        column = COLUMNS.get(name)
        # a | marks where a heading may break; columns are wider here than there
        heading = (
            column.heading.replace("|to", " to").replace("|", "\n") if column else name.replace("_", " ")
        )
        heading = heading.format(**months) if column else heading
        kind = column.kind if column else "num"
        right = kind in ("num", "chg", "wt") and not name.endswith("arrow")
        slots.append(Slot(name, heading, WIDTHS[kind], right, _writer(book, card, name, rows)))
        arrow = name.replace("change", "arrow")
        if name.endswith("change") and arrow in WORDS and arrow not in wanted:
            slots.append(Slot(arrow, "Direction", ARROW_WIDTH, False, _writer(book, card, arrow, rows)))
    for k, extra in enumerate(card.beside):
        if not any(extra.texts[s] for s in rows):
            continue
        slots.append(Slot(extra.name, extra.heading, BESIDE_WIDTH, False, _beside(book, card, k)))
    return Columns(tuple(card.panel.keys), tuple(slots))


def _writer(
    book: Book, card: Scorecard, name: str, rows: Sequence[int]
) -> Callable[[Any, int, int, int], None]:
    window, _, part = name.rpartition("_")
    if name in WINDOWS:
        return _value(book, card, WINDOWS.index(name))
    if part == "change" and (window in WINDOWS or not window):
        return _change(book, card, WINDOWS.index(window) if window else 2)
    if part == "arrow":
        return _arrow(book, card, WINDOWS.index(window) if window else 2)
    if name == "weighting":
        return _weighting(book, card)
    if name in ASIDE:
        return _aside(book, card, name, rows)
    if name in NUMBERS:
        return _number(book, card, name)
    return {"trend": _trend, "exceptions": _exceptions, "status": _status}.get(name, _nothing)(book, card)


def _nothing(book: Book, card: Scorecard) -> Callable[[Any, int, int, int], None]:
    return lambda sheet, row, column, s: None  # the trend line is laid over the cell when all rows are there


def _value(book: Book, card: Scorecard, k: int) -> Callable[[Any, int, int, int], None]:
    current, cover = card.comparison.current[:, k].tolist(), card.cover

    def write(sheet: Any, row: int, column: int, s: int) -> None:
        if cover is not None and cover.cells[s, k]:
            book.text(sheet, row, column, cover.mark, align="right", font_color=INK["soft"])
        elif k < 2 and not card.measures[s].how.monthly:
            soft = {"font_color": INK["soft"], "text_wrap": True, "font_size": 8, "align": "right"}
            book.text(sheet, row, column, ROLLING_ONLY, **soft)
        else:
            book.figure(sheet, row, column, figure(current[s], card.measures[s].shown))

    return write


def _change(book: Book, card: Scorecard, k: int) -> Callable[[Any, int, int, int], None]:
    change, monthly, cover = card.comparison.change[:, k].tolist(), card.monthly, card.cover

    def write(sheet: Any, row: int, column: int, s: int) -> None:
        if cover is not None and cover.changes[s, k]:
            book.text(sheet, row, column, cover.mark, align="right", font_color=INK["soft"])
        elif k == 2 or monthly[s]:
            book.figure(sheet, row, column, change_figure(change[s], card.measures[s]))

    return write


def _arrow(book: Book, card: Scorecard, k: int) -> Callable[[Any, int, int, int], None]:
    arrows, judged, monthly = card.comparison.arrow[:, k], card.comparison.judgement[:, k], card.monthly

    def write(sheet: Any, row: int, column: int, s: int) -> None:
        arrow, word = ARROWS[int(arrows[s])], str(judged[s])
        if arrow and (k == 2 or monthly[s]):
            told = "" if word == "no direction" else f" {word}"
            book.word(sheet, row, column, arrow + told, font_color=INK.get(word, INK["soft"]))

    return write


def _trend(book: Book, card: Scorecard) -> Callable[[Any, int, int, int], None]:
    words, monthly = card.trend.words, card.monthly

    def write(sheet: Any, row: int, column: int, s: int) -> None:
        if monthly[s]:
            soft = {"font_color": INK["soft"]} if words[s] in SOFT else {}
            book.word(sheet, row, column, str(words[s]), **soft)

    return write


def _exceptions(book: Book, card: Scorecard) -> Callable[[Any, int, int, int], None]:
    words, status, monthly = card.exceptions.words, card.status, card.monthly

    def write(sheet: Any, row: int, column: int, s: int) -> None:
        if monthly[s] and words[s]:
            book.word(sheet, row, column, str(words[s]), bold=True, text_wrap=True)
        elif card.measures[s].how.monthly and status[s] != "ok":
            book.word(sheet, row, column, str(status[s]), italic=True, font_color=INK["soft"])

    return write


def _status(book: Book, card: Scorecard) -> Callable[[Any, int, int, int], None]:
    words = card.status
    return lambda sheet, row, column, s: book.word(sheet, row, column, str(words[s]))


def _aside(
    book: Book, card: Scorecard, name: str, rows: Sequence[int]
) -> Callable[[Any, int, int, int], None]:
    words = dict(zip(rows, ASIDE[name](card, np.array(rows, np.int64)), strict=True))
    return lambda sheet, row, column, s: book.word(sheet, row, column, str(words[s]), text_wrap=True)


def _weighting(book: Book, card: Scorecard) -> Callable[[Any, int, int, int], None]:
    weights = np.where(card.monthly, card.weights.weight, np.nan).tolist()

    def write(sheet: Any, row: int, column: int, s: int) -> None:
        cell = Figure(weights[s], "0") if weights[s] == weights[s] else NOTHING
        book.figure(sheet, row, column, cell, bold=True)

    return write


def _number(book: Book, card: Scorecard, name: str) -> Callable[[Any, int, int, int], None]:
    numbers = card.to_frame(form="numbers")[NUMBERS[name]].tolist()

    def write(sheet: Any, row: int, column: int, s: int) -> None:
        if numbers[s] == numbers[s]:
            book.figure(sheet, row, column, Figure(float(numbers[s]), "General"))

    return write


def _beside(book: Book, card: Scorecard, k: int) -> Callable[[Any, int, int, int], None]:
    texts = card.beside[k].texts

    def write(sheet: Any, row: int, column: int, s: int) -> None:
        if texts[s]:
            book.word(sheet, row, column, str(texts[s]), text_wrap=True, font_size=9)

    return write


def write_rows(
    book: Book, sheet: Any, columns: Columns, card: Scorecard, rows: Sequence[int], first: int
) -> None:
    """Write headings in row `first` - 1, and under them one row a series."""
    sheet.set_row(first - 1, HEADINGS)
    headings = [(cell_text(key.capitalize()), False) for key in columns.keys]
    headings += [(slot.heading, slot.right) for slot in columns.slots]
    for c, (heading, right) in enumerate(headings):
        book.heading(sheet, first - 1, c, heading.split("\n"), right=right)
    labels = list(card.panel.keys.values())
    for row, s in enumerate(rows, first):
        sheet.set_row(row, _height(card, s))
        for c, names in enumerate(labels):
            book.text(sheet, row, c, str(names[s]), text_wrap=len(str(names[s])) > WIDEST_NAME)
        for c, slot in enumerate(columns.slots, len(labels)):
            slot.write(sheet, row, c, s)


def _height(card: Scorecard, s: int) -> float:
    """Return the height of a row whose names and remarks wrap; Excel would not see to it once it is set."""
    texts = [(str(names[s]), WIDEST_NAME) for names in card.panel.keys.values()]
    texts += [(str(extra.texts[s]), int(BESIDE_WIDTH)) for extra in card.beside]
    lines = max(-(-len(text) // room) for text, room in texts)
    return float(min(max(ROW, lines * LINE + 3.0), 400.0))


def set_up_page(
    sheet: Any, columns: Columns, card: Scorecard, rows: Sequence[int], first: int, about: str
) -> None:
    """Set widths, freeze what must stay in sight, and make the sheet print on A4 with its headings."""
    for c, (key, names) in enumerate(card.panel.keys.items()):
        longest = max((len(str(names[s])) for s in rows), default=0)
        sheet.set_column(c, c, float(min(max(longest, len(key)) + 2, WIDEST_NAME)))
    for c, slot in enumerate(columns.slots, len(columns.keys)):
        sheet.set_column(c, c, slot.width)
    last = first + len(rows) - 1
    sheet.freeze_panes(first, len(columns.keys))
    sheet.autofilter(first - 1, 0, last, len(columns.names) - 1)
    sheet.repeat_rows(first - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.hide_gridlines(2)
    sheet.set_footer(f"&L{about.replace('&', '&&')[:200]}&R&P / &N")


def shade(book: Book, sheet: Any, columns: Columns, first: int, last: int) -> None:
    """Shade weightings from each threshold on, the darkest first."""
    place = columns.place("weighting")
    if place < 0:
        return
    for least, fill in sorted(zip(SHADES, FILLS, strict=True), reverse=True):
        rule = {"type": "cell", "criteria": ">=", "value": f"{least:g}", "stop_if_true": True}
        sheet.conditional_format(
            first, place, last, place, {**rule, "format": book.workbook.add_format({"bg_color": fill})}
        )


def draw_lines(
    sheet: Any, columns: Columns, first: int, ranges: Sequence[tuple[int, int, int]], data: str
) -> None:
    """Lay the trend lines over their column: one of Excel's own for each (row, first, last) of the data."""
    from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

    place = columns.place("line")
    if place < 0 or not ranges:
        return
    sheet.add_sparkline(
        first,
        place,
        {
            "location": [xl_rowcol_to_cell(first + i, place) for i in range(len(ranges))],
            "range": [f"{quoted(data)}!{xl_range(row, a, row, b)}" for row, a, b in ranges],
            "markers": True,
            "last_point": True,
            "series_color": INK["navy"],
            "markers_color": INK["navy"],
            "last_color": INK["dot"],
            "empty_cells": "gaps",
            "weight": 1,
        },
    )
