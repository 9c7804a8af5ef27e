"""The scorecard as an Excel workbook: a sheet a group for readers, and the sheets behind it for analysts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import numpy as np

from spc.checks import ChoiceError, choice, whole
from spc.inert import visible
from spc.portrait import month_name
from spc.printed import NUMBERS, behind, heaviest
from spc.reporting.about import about, baseline_words
from spc.reporting.excel_about import method_sheet, summary_sheet
from spc.reporting.excel_formats import INK, Book
from spc.reporting.excel_names import sheet_names
from spc.reporting.excel_page import Columns, columns_of, draw_lines, set_up_page, shade, write_rows
from spc.reporting.excel_sheets import (
    Sheets,
    data_sheet,
    exceptions_sheet,
    limits_sheet,
    parts_sheet,
    weights_sheet,
)
from spc.reporting.html_columns import COLUMNS, FORMS
from spc.scoring import Scorecard
from spc.writing import Delivery

__all__ = ["workbook"]

OURS = ("Summary", "Data", "Parts", "Limits", "Exceptions", "Weights", "Method")
#: With more groups than this there is one sheet for all of them.
MOST_SHEETS = 40
#: Rows and columns that a sheet of Excel has, less a few for headings.
MOST_ROWS, MOST_COLUMNS = 1_048_500, 16_300
#: Rows above the first series: the title, what the page is about, the headings.
ABOVE = 3


@dataclass(frozen=True)
class _Plan:
    """What goes onto which sheet: name of a sheet to its heading and rows; groups to their rows."""

    rows: list[int]
    groups: dict[str, list[int]]
    pages: dict[str, tuple[str, list[int]]]


def workbook(
    card: Scorecard,
    path: str | Path | BinaryIO,
    *,
    form: str = "2024",
    columns: Sequence[str] | None = None,
    top: int | None = None,
    title: str | None = None,
) -> None:
    """Write the scorecard as an Excel workbook; the same scorecard gives the same bytes.

    Parameters
    ----------
    card : Scorecard
    path : path or binary file
        A path ends in .xlsx, and is written whole or not at all.
    form : {"2024", "2022"}
        The published form, as in `to_html`.
    columns : sequence of str, optional
        Columns in the wanted order, instead of the form's: "line", or a name that the CSV has. What stands
        beside the scorecard (`publish`) follows them.
    top : int, optional
        Only the heaviest rows, heaviest first; acknowledged ones last. The sheets behind the page then hold
        these rows too, and the method says how many were left out.
    title : str, optional

    Raises
    ------
    ChoiceError
        Another ending; a form or column that does not exist; more rows than a sheet can hold.
    OutputError
        The disk refuses.

    Notes
    -----
    Sheets: Summary, one for each group, Data (what the trend lines are drawn from), Parts (numerators and
    denominators), Limits, Exceptions (of every month), Weights, Method. docs/excel.md describes them.

    Examples
    --------
    >>> import io, zipfile, spc
    >>> sample = spc.samples.load("wiltshire_2024")
    >>> card = spc.scorecard(sample.panel, measures=sample.measures)
    >>> card.to_excel(target := io.BytesIO())
    >>> sum(name.startswith("xl/worksheets/sheet") for name in zipfile.ZipFile(target).namelist())
    18
    """
    if isinstance(path, str | Path) and Path(path).suffix.lower() != ".xlsx":
        raise ChoiceError(f"`path` must end in .xlsx, which a workbook is called by, got {str(path)!r}.")
    wanted = _wanted(card, form, columns)
    plan = _plan(card, top)
    content = _written(card, plan, wanted, title)
    if isinstance(path, str | Path):
        place = Path(path)
        with Delivery([place]) as delivery:
            delivery.stage(place, lambda target: target.write(content))
            delivery.publish()
    else:
        path.write(content)


def _wanted(card: Scorecard, form: str, columns: Sequence[str] | None) -> list[str]:
    wanted = list(columns) if columns else [*FORMS[choice("form", form, FORMS)], *behind(card)]
    for name in wanted:
        if name not in COLUMNS and name not in NUMBERS:
            known = ", ".join(dict.fromkeys([*COLUMNS, *NUMBERS]))
            raise ChoiceError(f"`columns` must be some of {known}, got {name!r}.")
    return list(dict.fromkeys(wanted))


def _plan(card: Scorecard, top: int | None) -> _Plan:
    n_series = card.panel.n_series
    rows = list(range(n_series))
    if top is not None and whole("top", top, 1, 1_000_000) < n_series:
        rows = heaviest(card, top, rows)
    flags = int(np.count_nonzero(card.exceptions.mask[rows])) if rows else 0
    longest = max(len(rows), flags, 2 * int(np.count_nonzero(card.panel.is_ratio[rows])))
    if longest > MOST_ROWS:
        raise ChoiceError(
            f"`to_excel` needs {longest:,} rows in one sheet, more than Excel has: ask for the `top` 1,000."
        )
    if card.panel.n_periods > MOST_COLUMNS:
        raise ChoiceError(f"`to_excel` holds {MOST_COLUMNS:,} months, got {card.panel.n_periods:,}.")
    groups: dict[str, list[int]] = {}
    for s in rows:
        groups.setdefault(card.measures[s].group, []).append(s)
    if len(groups) > MOST_SHEETS:
        pages = {sheet_names(["Measures"], OURS)[0]: ("", rows)}
    else:
        names = sheet_names(list(groups), OURS)
        pages = {name: (group, groups[group]) for name, group in zip(names, groups, strict=True)}
    return _Plan(rows, groups, pages)


def _written(card: Scorecard, plan: _Plan, wanted: Sequence[str], title: str | None) -> bytes:
    from xlsxwriter import Workbook

    target = io.BytesIO()
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # rows are written in order and leave memory at once: 17,170 series x 36 months are 700,000 cells
        book = Book(Workbook(target, {"constant_memory": True, "tmpdir": folder}))
        _write_sheets(book, card, plan, wanted, title or f"Scorecard as at {_month(card)}")
        book.workbook.close()
    return target.getvalue()


def _write_sheets(book: Book, card: Scorecard, plan: _Plan, wanted: Sequence[str], heading: str) -> None:
    book.workbook.set_properties({"title": visible(heading), "created": _created(card)})
    said = about(card, plan.rows)
    names = [*OURS[:1], *plan.pages, *OURS[1:]]
    sheets = {name: book.workbook.add_worksheet(name) for name in names if _has_sheet(card, plan, name)}
    places = {s: (name, ABOVE + i) for name, (_, rows) in plan.pages.items() for i, s in enumerate(rows)}
    summary_sheet(book, sheets["Summary"], card, said, heading, plan.groups, places)
    behind = Sheets(book, card, plan.rows)
    lines = data_sheet(behind, sheets["Data"])
    for name, (group, rows) in plan.pages.items():
        columns = columns_of(book, card, wanted, rows)
        _page(book, sheets[name], card, columns, rows, f"{heading}: {group}" if group else heading)
        draw_lines(sheets[name], columns, ABOVE, [lines[s] for s in rows], "Data")
    if "Parts" in sheets:
        parts_sheet(behind, sheets["Parts"], _ratios(card, plan))
    limits_sheet(behind, sheets["Limits"])
    exceptions_sheet(behind, sheets["Exceptions"])
    weights_sheet(behind, sheets["Weights"])
    method_sheet(book, sheets["Method"], card, said)


def _page(book: Book, sheet: Any, card: Scorecard, columns: Columns, rows: list[int], title: str) -> None:
    book.text(sheet, 0, 0, title, bold=True, font_size=14, font_color=INK["navy"])
    sheet.set_row(0, 22)
    book.text(sheet, 1, 0, _subtitle(card), font_color=INK["soft"])
    write_rows(book, sheet, columns, card, rows, ABOVE)
    shade(book, sheet, columns, ABOVE, ABOVE + len(rows) - 1)
    set_up_page(sheet, columns, card, rows, ABOVE, visible(title))


def _subtitle(card: Scorecard) -> str:
    said = f"As at {_month(card)}. Baseline: {baseline_words(card.limits.baseline)}."
    return f"{said} How it was worked out, and what to note: see the sheet Method."


def _has_sheet(card: Scorecard, plan: _Plan, name: str) -> bool:
    return name != "Parts" or bool(_ratios(card, plan))


def _ratios(card: Scorecard, plan: _Plan) -> list[int]:
    return [s for s in plan.rows if card.panel.is_ratio[s] and card.panel.of is not None]


def _month(card: Scorecard) -> str:
    return month_name(card.panel.start, card.as_at - (card.panel.start or 0))


def _created(card: Scorecard) -> datetime:
    """Return the first day of the month reported on: a clock would give other bytes on every run."""
    if card.panel.start is None or card.as_at < 1900 * 12:
        return datetime(2000, 1, 1)
    year, month = divmod(card.as_at, 12)
    return datetime(year, month + 1, 1)
