"""Figures as Excel keeps them: real numbers with a format, and texts where Excel has no number for them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from spc.measures import Measure
from spc.reporting.excel_names import cell_text
from spc.wording import Unit, change_text, rounded, value_text

__all__ = ["INK", "TEXT", "Book", "Figure", "change_figure", "figure", "month_figure"]

SECONDS = 86_400.0
DURATION, MONTH = "[hh]:mm:ss", "mmm-yyyy"
#: Names stay text when somebody opens the cell and presses Enter.
TEXT = "@"
#: Day 0 of Excel's calendar, which has no months before March 1900 that can be trusted.
DAY_0, FIRST_MONTH = date(1899, 12, 30), 1900 * 12 + 2
#: Dark enough on white for contrast 4.5.
INK = {
    "better": "#1B6E3C",
    "worse": "#B3261E",
    "little change": "#8A5A00",
    "no direction": "#404040",
    "soft": "#595959",
    "navy": "#1F3864",
    "dot": "#C55A11",
}
#: Marks that need no escape inside quotes of a number format.
_PLAIN = re.compile(r"[\w %./+()-]{0,40}")


@dataclass(frozen=True)
class Figure:
    """What a cell holds: a number and its format, or a text; None where there is nothing."""

    held: float | str | None
    shown: str = ""


NOTHING = Figure(None)


def figure(value: float, unit: Unit, *, exact: bool = False) -> Figure:
    """Return a value, in the unit of the page, as a cell.

    Parameters
    ----------
    value : float
        21.8 percent, 777 seconds; NaN = nothing.
    unit : Unit
    exact : bool
        Whether a duration keeps its parts of seconds, as in the data sheets; on pages it is what is printed.

    Examples
    --------
    >>> from spc.wording import unit_of
    >>> figure(21.8, unit_of("percent")), figure(-90.0, unit_of("hh:mm:ss"))
    (Figure(held=0.218, shown='#,##0.0%'), Figure(held='-00:01:30', shown=''))
    """
    if math.isnan(value):
        return NOTHING
    if unit.is_time:
        return _duration(value, unit, exact)
    digits = "#,##0" + ("." + "0" * unit.decimals if unit.decimals else "")
    if unit.suffix == "%":
        return Figure(value / 100.0, f"{digits}%")
    return Figure(value, digits)


def change_figure(change: float, measure: Measure) -> Figure:
    """Return a change, as `compare` gives it, as a cell: percent, points with their words, or a duration."""
    if math.isnan(change):
        return NOTHING
    unit, label = measure.shown, measure.change_label
    if unit.change == "time":
        return _duration(change, unit, exact=False)
    if label is None and unit.change == "percent":
        return Figure(change / 100.0, "#,##0.0%")
    words = "% points" if label is None else label
    if not _PLAIN.fullmatch(words):
        return Figure(cell_text(change_text(change, unit, label)))
    return Figure(change, f'#,##0.0"{words}"')


def month_figure(start: int | None, t: int) -> Figure:
    """Return the first day of a month as Excel's day number, or the number of an observation."""
    if start is None:
        return Figure(float(t + 1), "0")
    year, month = divmod(start + t, 12)
    if start + t < FIRST_MONTH:
        return Figure(f"{year:04d}-{month + 1:02d}")
    return Figure(float((date(year, month + 1, 1) - DAY_0).days), MONTH)


def _duration(seconds: float, unit: Unit, exact: bool) -> Figure:
    whole = float(rounded(seconds, 0))
    if whole < 0.0:
        return Figure(value_text(seconds, unit))
    return Figure((max(seconds, 0.0) if exact else whole) / SECONDS, DURATION)


class Book:
    """A workbook that remembers its formats and writes nothing that could run.

    Texts go through `write_string` alone, so that none is taken for a formula, a link or a number.
    """

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self._styles: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, **properties: Any) -> Any:
        """Return the format with these properties; equal ones are made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._styles:
            self._styles[key] = self.workbook.add_format({"valign": "vcenter", **properties})
        return self._styles[key]

    def text(self, sheet: Any, row: int, column: int, text: str, **properties: Any) -> None:
        """Write a text as a text."""
        sheet.write_string(row, column, cell_text(text), self.style(num_format=TEXT, **properties))

    def heading(
        self, sheet: Any, row: int, column: int, lines: Sequence[str], *, right: bool = False
    ) -> None:
        """Write a heading, in lines, over numbers (to the right) or over words."""
        side = {"align": "right"} if right else {"align": "left", "indent": 1 if column else 0}
        style = {"bold": True, "font_color": "#FFFFFF", "bg_color": INK["navy"], "text_wrap": True}
        text = "\n".join(map(cell_text, lines))
        sheet.write_string(row, column, text, self.style(num_format=TEXT, valign="bottom", **style, **side))

    def figure(self, sheet: Any, row: int, column: int, cell: Figure, **properties: Any) -> None:
        """Write a number with its format, or the text that stands for it, to the right."""
        if isinstance(cell.held, str):
            self.text(sheet, row, column, cell.held, align="right", **properties)
        elif cell.held is not None:
            sheet.write_number(row, column, cell.held, self.style(num_format=cell.shown, **properties))

    def word(self, sheet: Any, row: int, column: int, text: str, **properties: Any) -> None:
        """Write a text a little away from the number to its left."""
        self.text(sheet, row, column, text, indent=1, **properties)

    def wide_text(self, sheet: Any, row: int, columns: int, text: str, **properties: Any) -> None:
        """Write a text over the first columns; the merge is empty, as it would take "=1" for a formula."""
        style = self.style(num_format=TEXT, text_wrap=True, align="left", **properties)
        if columns > 1:
            sheet.merge_range(row, 0, row, columns - 1, "", style)
        sheet.write_string(row, 0, cell_text(text), style)
