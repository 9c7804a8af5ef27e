"""The sheets behind the page: data, parts, limits, exceptions of every month, weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spc.array_types import Floats
from spc.chart_kinds import CHARTS
from spc.reporting.excel_formats import INK, Book, Figure, figure, month_figure
from spc.results import Limits
from spc.scoring import Scorecard
from spc.stretches import baseline_known, rebases
from spc.wording import unit_of

__all__ = [
    "Sheets",
    "Table",
    "data_sheet",
    "exceptions_sheet",
    "limits_sheet",
    "parts_sheet",
    "weights_sheet",
]

LINE_MONTHS, YEAR = 36, 12
#: Trend lines end at the month reported on; the data sheet does too.
MONTH_WIDTH = 10.0
#: Headings over words; the others stand over numbers.
WORDS = ("Reason", "Unit", "Part", "Status", "Chart", "Exceptions", "Reported on", "Trend", "Strength")
STRENGTHS = {-1: "", 0: "none", 1: "weak", 2: "strong"}


@dataclass(frozen=True, eq=False)
class Sheets:
    """What the sheets behind the page are made from: the scorecard and the rows that are on the page."""

    book: Book
    card: Scorecard
    rows: Sequence[int]

    @property
    def keys(self) -> list[str]:
        """The headings of the key columns."""
        return [key.capitalize() for key in self.card.panel.keys]

    @property
    def n_months(self) -> int:
        """Months up to the one reported on."""
        return self.card.as_at - (self.card.panel.start or 0) + 1

    @cached_property
    def lines(self) -> tuple[Floats, ...]:
        """Centre, sigma, lower and upper limit of every month (n_series, n_periods)."""
        limits = self.card.limits
        return limits.centre, limits.sigma, limits.lcl, limits.ucl

    def per(self, s: int) -> float:
        """Return what a value is multiplied by to be in the unit of the page."""
        return self.card.measures[s].shown.per if self.card.panel.is_ratio[s] else 1.0

    def month(self, t: int) -> Figure:
        """Return a month as a cell."""
        return month_figure(self.card.panel.start, t)

    def write_keys(self, sheet: Any, row: int, s: int) -> None:
        """Write the names of a series into the first cells of a row."""
        for c, names in enumerate(self.card.panel.keys.values()):
            self.book.text(sheet, row, c, str(names[s]))


@dataclass(frozen=True)
class Table:
    """A sheet that is a plain table: its headings (texts or months) and their widths."""

    headings: Sequence[str | Figure]
    widths: Sequence[float]

    def begin(self, sheets: Sheets, sheet: Any, name: str) -> None:
        """Write the headings and set the sheet up."""
        sheet.set_row(0, 30.0)
        for c, heading in enumerate([*sheets.keys, *self.headings]):
            if isinstance(heading, Figure) and isinstance(heading.held, float):
                style = {"bold": True, "font_color": "#FFFFFF", "bg_color": INK["navy"], "valign": "bottom"}
                sheets.book.figure(sheet, 0, c, heading, **style)
            else:
                text = str(heading.held if isinstance(heading, Figure) else heading)
                sheets.book.heading(sheet, 0, c, [text], right=text not in WORDS and c >= len(sheets.keys))
        for c, (key, names) in enumerate(sheets.card.panel.keys.items()):
            longest = max((len(str(names[s])) for s in sheets.rows), default=0)
            sheet.set_column(c, c, float(min(max(longest, len(key)) + 2, 60)))
        for c, width in enumerate(self.widths, len(sheets.keys)):
            sheet.set_column(c, c, width)
        sheet.freeze_panes(1, len(sheets.keys))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer(f"&L{name}&R&P / &N")


def data_sheet(sheets: Sheets, sheet: Any) -> dict[int, tuple[int, int, int]]:
    """Write every month as plotted; return, by series, the row and the columns of its trend line."""
    months = [sheets.month(t) for t in range(sheets.n_months)]
    Table(["Unit", *months], [11.0, *[MONTH_WIDTH] * sheets.n_months]).begin(sheets, sheet, "Data")
    first = len(sheets.keys) + 1
    ends = sheets.card.limits.ends.tolist()
    lines = {}
    for row, s in enumerate(sheets.rows, 1):
        unit = sheets.card.measures[s].shown
        values = _plotted(sheets, s)
        sheets.write_keys(sheet, row, s)
        sheets.book.word(sheet, row, first - 1, unit.name)
        for t in np.flatnonzero(np.isfinite(values)).tolist():
            sheets.book.figure(sheet, row, first + t, figure(float(values[t]), unit, exact=True))
        lines[s] = (row, first + max(ends[s] - LINE_MONTHS + 1, 0), first + max(ends[s], 0))
    return lines


def _plotted(sheets: Sheets, s: int) -> Floats:
    """Return the months in the unit of the page, or the ready 12 months of a measure that has no months."""
    panel = sheets.card.panel
    stop = int(sheets.card.limits.ends[s]) + 1
    values = panel.observed[s, :stop]
    if not sheets.card.measures[s].how.monthly and YEAR in panel.given:
        values = panel.given[YEAR][s, :stop]
    return np.asarray(values * sheets.per(s), np.float64)


def parts_sheet(sheets: Sheets, sheet: Any, rows: Sequence[int]) -> None:
    """Write the numerators and denominators of ratios, two rows a series."""
    months = [sheets.month(t) for t in range(sheets.n_months)]
    Table(["Part", *months], [7.0, *[MONTH_WIDTH] * sheets.n_months]).begin(sheets, sheet, "Parts")
    first, of = len(sheets.keys) + 1, sheets.card.panel.of
    for k, s in enumerate(rows):
        for row, (name, cells) in enumerate((("value", sheets.card.panel.values), ("of", of)), 2 * k + 1):
            sheets.write_keys(sheet, row, s)
            sheets.book.word(sheet, row, first - 1, name)
            stop = int(sheets.card.limits.ends[s]) + 1
            known = [] if cells is None else enumerate(cells[s, :stop].tolist())
            for t, value in known:
                if value == value:
                    sheets.book.figure(sheet, row, first + t, Figure(value, "#,##0.###"))


LIMIT_COLUMNS = {
    "Status": 16.0,
    "Chart": 12.0,
    "From": 10.0,
    "To": 10.0,
    "Baseline from": 10.0,
    "Baseline to": 10.0,
    "Months observed": 10.0,
    "Centre": 11.0,
    "Sigma": 11.0,
    "LCL": 11.0,
    "UCL": 11.0,
    "Lines of": 10.0,
    "Reason": 40.0,
}


def limits_sheet(sheets: Sheets, sheet: Any) -> None:
    """Write the limits of every phase that begins before the month reported on.

    Where lines differ from month to month these are the lines of the phase's last month that has some.
    """
    Table(list(LIMIT_COLUMNS), list(LIMIT_COLUMNS.values())).begin(sheets, sheet, "Limits")
    status, first = sheets.card.status, len(sheets.keys)
    row = 0
    for s in sheets.rows:
        for cells in _phases(sheets, s):
            row += 1
            sheets.write_keys(sheet, row, s)
            sheets.book.word(sheet, row, first, str(status[s]))
            for c, cell in enumerate(cells, first + 1):
                if isinstance(cell, str):
                    sheets.book.word(sheet, row, c, cell)
                else:
                    sheets.book.figure(sheet, row, c, cell)


def _phases(sheets: Sheets, s: int) -> Iterator[list[str | Figure]]:
    limits = sheets.card.limits
    unit, per, end = sheets.card.measures[s].shown, sheets.per(s), int(limits.ends[s])
    if CHARTS[limits.chart_of(s)].plots == "counts":  # lines of numerators, whatever their ratio is shown in
        unit, per = unit_of("number"), 1.0
    offsets = limits.phases.offsets
    why = {begun.phase: begun.reason for begun in rebases(limits, s)}
    found = False
    for p in range(int(offsets[s]), int(offsets[s + 1])):
        first, last = int(limits.phases.first[p]), min(int(limits.phases.last[p]), end + 1)
        if first >= last or not sheets.card.monthly[s]:
            continue
        found = True
        has_base = limits.phase_count[p] > 0 and baseline_known(limits, p, s)
        base = (int(limits.base_first[p]), int(limits.base_last[p]) - 1)
        lines = [line[p] for line in _of_phases(limits)]
        at = None
        if limits.months_row(s) is not None:
            drawn = np.flatnonzero(np.isfinite(sheets.lines[0][s, first:last]))
            at = first + int(drawn[-1]) if len(drawn) else None
            lines = [np.nan if at is None else line[s, at] for line in sheets.lines]
        yield [
            tuple(CHARTS.values())[int(limits.phase_chart[p])].title,
            sheets.month(first),
            sheets.month(last - 1),
            *(sheets.month(t) if has_base else Figure(None) for t in base),
            Figure(float(limits.phase_count[p]), "0"),
            *(_line(float(line) * per, unit) for line in lines),
            Figure(None) if at is None else sheets.month(at),
            why.get(p) or Figure(None),
        ]
    if not found:
        yield []


def _of_phases(limits: Limits) -> tuple[Floats, ...]:
    return limits.phase_centre, limits.phase_sigma, limits.phase_lower, limits.phase_upper


def _line(value: float, unit: Any) -> Figure:
    """Return a line with more digits than a value has, as an analyst needs them."""
    cell = figure(value, unit, exact=True)
    finer = {"#,##0": "#,##0.00", "#,##0.0": "#,##0.000", "#,##0.0%": "#,##0.00%"}
    return Figure(cell.held, finer.get(cell.shown, cell.shown))


def exceptions_sheet(sheets: Sheets, sheet: Any) -> None:
    """Write every month of every series at which an exception stands."""
    headings = {"Month": 10.0, "Value": 12.0, "Exceptions": 40.0, "Reported on": 12.0}
    Table(list(headings), list(headings.values())).begin(sheets, sheet, "Exceptions")
    card, first = sheets.card, len(sheets.keys)
    row = 0
    for s in sheets.rows:
        end = int(card.limits.ends[s])
        at = np.flatnonzero(card.exceptions.mask[s, : end + 1]) if card.monthly[s] else np.empty(0, np.int64)
        words = card.exceptions.words_of(card.exceptions.mask[s, at])
        for t, said in zip(at.tolist(), words.tolist(), strict=True):
            row += 1
            sheets.write_keys(sheet, row, s)
            sheets.book.figure(sheet, row, first, sheets.month(t))
            if card.cover is not None and card.cover.months[s, t]:
                sheets.book.text(sheet, row, first + 1, card.cover.mark, align="right")
            else:
                value = float(card.panel.observed[s, t]) * sheets.per(s)
                sheets.book.figure(sheet, row, first + 1, figure(value, card.measures[s].shown, exact=True))
            sheets.book.word(sheet, row, first + 2, str(said))
            if t == end:
                sheets.book.word(sheet, row, first + 3, "this month")


def weights_sheet(sheets: Sheets, sheet: Any) -> None:
    """Write the weighting of every series with its parts, and the trend behind its word."""
    card, first = sheets.card, len(sheets.keys)
    parts = {name: part.tolist() for name, part in card.weights.parts.items()}
    headings = ["Weighting", *(f"{name} part" for name in parts), "Trend", "Strength", "r", "p", "Exceptions"]
    widths = [11.0, *[11.0] * len(parts), 17.0, 10.0, 9.0, 9.0, 36.0]
    Table(headings, widths).begin(sheets, sheet, "Weights")
    words, trend = card.exceptions.words, card.trend
    for row, s in enumerate(sheets.rows, 1):
        sheets.write_keys(sheet, row, s)
        if not card.monthly[s]:
            continue
        numbers = [card.weights.weight[s], *(part[s] for part in parts.values())]
        for c, number in enumerate(numbers, first):
            sheets.book.figure(sheet, row, c, Figure(float(number) if number == number else None, "0"))
        last = first + len(numbers)
        sheets.book.word(sheet, row, last, str(trend.words[s]))
        sheets.book.word(sheet, row, last + 1, STRENGTHS[int(trend.strength[s])])
        for c, number in ((last + 2, trend.r[s]), (last + 3, trend.p[s])):
            sheets.book.figure(sheet, row, c, Figure(float(number) if number == number else None, "0.000"))
        sheets.book.word(sheet, row, last + 4, str(words[s]))
