"""Excel workbooks to a sheet of texts, each cell as the text that Excel shows for it."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from spc.parsing import Problem
from spc.reading.coded import Sheet, cell_text, texts_column
from spc.reading.csv_files import sheet_of_columns
from spc.reading.gates import LIMITS, headings_of, naming, refuse, refuse_all, refuse_size

__all__ = ["excel_sheet"]

#: What zipfile, the XML parser and openpyxl raise over bytes that have changed on the way.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, SyntaxError, LookupError, ValueError,
    TypeError, AttributeError, ArithmeticError, RuntimeError,
)  # fmt: skip
#: A duration format counts hours beyond a day; a cell of noughts under it is 00:00:00.
_CLOCK = re.compile(r"\[?h+\]?:mm(:ss)?", re.IGNORECASE)


@dataclass(frozen=True)
class _Page:
    """One sheet: its title, the other sheets that are not hidden, its rows of cells."""

    title: str
    others: list[str]
    rows: list[Any]


def excel_sheet(data: bytes, source: str, sheet: str | None = None) -> Sheet:
    """Read one sheet of a workbook: the first that is not hidden, or the one named."""
    has_formulas = _refuse_archive(data, source)
    page = _page(data, source, sheet, values=True)
    rows = list(_rows(page, _page(data, source, sheet, values=False) if has_formulas else None))
    while rows and not any(rows[0]):
        rows.pop(0)
    if sheet is None and page.others:
        if len(rows) < 2:
            refuse_all([naming(Problem.of("sheet without a table", page.title, source=source), page.others)])
        source = f"{source}, sheet {page.title!r}"
    if not rows:
        refuse("empty file", source=source)
    width = max(map(len, rows))
    refuse_size(len(rows), width, source)
    headings = headings_of(rows[0] + [""] * (width - len(rows[0])), source)
    if len(rows) == 1:
        refuse("no rows", source=source)
    cells = [[row[i] if i < len(row) else "" for row in rows[1:]] for i in range(width)]
    columns = [texts_column(name, column) for name, column in zip(headings, cells, strict=True)]
    found = sheet_of_columns(source, headings, columns, len(rows) - 1)
    return found if sheet is not None else replace(found, unread=tuple(page.others))


def _refuse_archive(data: bytes, source: str) -> bool:
    """Refuse bombs and damaged archives before anything is parsed; say whether there are formulas."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except DAMAGE:
        refuse("damaged file", source=source)
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if size > LIMITS.n_bytes:
        refuse("too large", f"{size:,} bytes", source)
    if size > LIMITS.expansion_from and size > LIMITS.expansion * len(data):
        refuse("expands too far", source=source)
    if "xl/workbook.xml" not in archive.namelist():
        refuse("other contents", source=source)
    has_formulas = False
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            try:
                text = archive.read(member)
            except DAMAGE:
                refuse("damaged file", source=source)
            if b"<!DOCTYPE" in text[:4096] or b"<!ENTITY" in text[:4096]:
                refuse("other contents", source=source)
            has_formulas |= b"<f>" in text or b"<f " in text
    return has_formulas


def _rows(values: _Page, formulas: _Page | None) -> Iterator[list[str]]:
    if formulas is None:
        for row in values.rows:
            yield [_shown(cell) for cell in row]
        return
    # A formula that was never calculated has no value; read as empty it would pass for a missing month.
    for row, written in zip(values.rows, formulas.rows, strict=True):
        yield [
            _shown(cell) if cell.value is not None else str(formula.value or "")
            for cell, formula in zip(row, written, strict=True)
        ]


def _page(data: bytes, source: str, sheet: str | None, *, values: bool) -> _Page:
    """Open one sheet; what openpyxl warns of (styles, validations, pictures) holds no values."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _opened(data, source, sheet, values=values)


def _opened(data: bytes, source: str, sheet: str | None, *, values: bool) -> _Page:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values)
        pages = {page.title: page for page in book.worksheets}
        # A sheet that its author hid, such as a table of codes, is read if it is named.
        seen = [title for title, page in pages.items() if page.sheet_state == "visible"] or list(pages)
    except DAMAGE:
        refuse("damaged file", source=source)
    if sheet is not None and sheet not in pages:
        refuse_all([naming(Problem.of("no such sheet", sheet, source=source), pages)])
    try:
        title = sheet if sheet is not None else seen[0]
        pages[title].reset_dimensions()  # what a file says of its own size may be wrong
        return _Page(title, [name for name in seen if name != title], list(pages[title].iter_rows()))
    except DAMAGE:
        refuse("damaged file", source=source)


def _shown(cell: Any) -> str:
    """The text that Excel shows: 0.218 under a percent format is 21.8%."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    form = str(getattr(cell, "number_format", "") or "")
    if isinstance(value, int | float) and np.isfinite(value) and "%" in form:
        return f"{(Decimal(repr(value)) * 100).normalize():f}%"
    if isinstance(value, int | float) and value == 0 and _CLOCK.fullmatch(form):
        return "00:00:00"
    return cell_text(value)
