"""CSV text to a sheet of coded columns; everything stays text until it is read with one meaning."""

from __future__ import annotations

import csv
import io
from typing import Any, NoReturn

import numpy as np

from spc.parsing import Problem
from spc.reading.coded import Column, Sheet, column_of, plain_column
from spc.reading.gates import headings_of, refuse, refuse_all, refuse_size

__all__ = ["csv_sheet", "sheet_of_columns"]

_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_BOM = b"\xef\xbb\xbf"
#: Stands for two quotation marks together while marks are paired.
_PAIR = b"\x01\x01"
#: Bytes that are looked at to tell columns that repeat themselves from those that do not.
_SAMPLE, _SAMPLE_ROWS = 2**16, 200
#: Ragged rows named one by one; a file with more of them has one fault, not hundreds.
_RAGGED_SHOWN = 100


def csv_sheet(data: bytes, source: str) -> Sheet:
    """Read a whole CSV file: UTF-8, commas, one line of headings, as many cells in every line."""
    _refuse_bytes(data, source)
    start = len(_BOM) if data.startswith(_BOM) else 0
    line, start = _first_line(data, start)
    if not line:
        refuse("empty file", source=source)
    headings = _headings(line, source)
    body = memoryview(data)[start:]
    if not bytes(body[:4096]).strip() and not data[start:].strip():
        refuse("no rows", source=source)
    refuse_size(data.count(b"\n", start) or data.count(b"\r", start), len(headings), source)
    table = _parsed(body, len(headings), b'"' in data, source)
    if not table.num_rows:
        refuse("no rows", source=source)
    columns = [_column(name, table.column(i)) for i, name in enumerate(headings)]
    # Without quotation marks no cell can hold a line break.
    return sheet_of_columns(source, headings, columns, table.num_rows, may_break=b'"' in data)


def _column(name: str, cells: Any) -> Column:
    import pyarrow as pa

    found = column_of(name, cells) if pa.types.is_dictionary(cells.type) else plain_column(name, cells)
    assert found is not None  # CSV has texts alone
    return found


def sheet_of_columns(
    source: str, headings: list[str], columns: list[Column], n_rows: int, *, may_break: bool = True
) -> Sheet:
    """Put columns together; a column without a heading has to be empty, a line break refuses the file."""
    named: dict[str, Column] = {}
    problems = []
    for heading, column in zip(headings, columns, strict=True):
        if heading:
            named[heading] = column
        elif not column.is_blank().all():
            row = int(np.argmin(column.is_blank()))
            problems.append(Problem.of("column without a heading", column.text(row), source=source))
        if may_break and not column.is_numbers:
            problems += _line_breaks(column, source)
    if problems:
        refuse_all(problems)
    sheet = Sheet(source, named, n_rows).without_blank_rows()
    if not sheet.n_rows:
        refuse("no rows", source=source)
    return sheet


def _line_breaks(column: Column, source: str) -> list[Problem]:
    import pyarrow.compute as pc

    broken = column.texts.filter(pc.match_substring_regex(column.texts, r"[\r\n]"))
    return [Problem.of("line break in a cell", text, source=source) for text in broken.to_pylist()[:10]]


def _refuse_bytes(data: bytes, source: str) -> None:
    """Refuse other encodings and quotation marks that do not pair."""
    if data.startswith(_WIDE_MARKS):
        refuse("UTF-16", source=source)
    if b"\0" in data:
        even, odd = data[:2000:2].count(0), data[1:2000:2].count(0)
        if max(even, odd) > 0.4 * min(len(data) // 2, 1000):
            refuse("UTF-16", source=source)
        refuse("NUL byte", f"line {_line_of(data, data.index(0))}", source)
    if not _is_utf8(data):
        _refuse_encoding(data, source)
    if b'"' in data:
        _refuse_quotes(data, source)


def _refuse_quotes(data: bytes, source: str) -> None:
    """Every mark opens a cell or closes one; two together inside a cell are one mark of its text."""
    blanked = data.replace(b'""', _PAIR)  # as long as before, so that places are places in `data`
    marks = np.flatnonzero(np.frombuffer(blanked, np.uint8) == ord('"'))
    if len(marks) % 2:
        # The mark that is never closed is the last one only if all before it pair well.
        at = _first_stray(blanked, marks[:-1])
        refuse("unbalanced quotes", f"line {_line_of(data, int(marks[-1] if at < 0 else at))}", source)
    at = _first_stray(blanked, marks)
    if at >= 0:
        line = data[data.rfind(b"\n", 0, at) + 1 :].split(b"\n", 1)[0].decode("utf-8", "replace").strip()
        refuse("stray quotation mark", f"line {_line_of(data, at)}: {line}", source)


def _first_stray(data: bytes, marks: Any) -> int:
    """Place of the first mark that neither follows a comma or line end nor stands before one; -1 if none."""
    if not len(marks):
        return -1
    padded = np.frombuffer(b"\n" + data + b"\n", np.uint8)
    ends = np.frombuffer(b",\r\n" + _PAIR[:1], np.uint8)
    opens, closes = marks[0::2], marks[1::2]
    bad_open = ~np.isin(padded[opens], ends) & ~((opens == len(_BOM)) & data.startswith(_BOM))
    bad_close = ~np.isin(padded[closes + 2], ends)
    stray = np.concatenate([opens[bad_open], closes[bad_close]])
    return int(stray.min()) if len(stray) else -1


def _line_of(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _first_line(data: bytes, start: int) -> tuple[bytes, int]:
    """Return the first line that is not blank, and where the next one begins."""
    while start < len(data):
        ends = [at for at in (data.find(b"\n", start), data.find(b"\r", start)) if at >= 0]
        end = min(ends, default=len(data))
        line = data[start:end]
        start = end + 1
        if line.strip():
            return line, start
    return b"", start


def _headings(line: bytes, source: str) -> list[str]:
    text = line.decode("utf-8")
    if text.count('"') % 2:
        refuse("line break in a cell", text, source)
    names = next(csv.reader([text]), [])
    if len(names) < 2 and any(mark in text for mark in ";\t|"):
        refuse("other separator", text, source)
    return headings_of(names, source)


def _parsed(body: memoryview, n_columns: int, has_quotes: bool, source: str) -> Any:
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    names = [f"c{i}" for i in range(n_columns)]
    ragged: list[str] = []

    def note(row: Any) -> str:
        ragged.append(str(row.text))
        return "skip" if len(ragged) < _RAGGED_SHOWN else "error"

    coded = pa.dictionary(pa.int32(), pa.string())
    types = [pa.string() if differs else coded for differs in _nearly_all_differ(body, n_columns)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(body)),
            read_options=arrow_csv.ReadOptions(column_names=names),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=has_quotes, invalid_row_handler=note),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict(zip(names, types, strict=True)), strings_can_be_null=False, null_values=[]
            ),
        )
    except pa.ArrowInvalid as reason:
        if not ragged:
            if "straddling" in str(reason):
                refuse("too large", "a row of more than a million bytes", source)
            refuse("damaged file", source=source)
    if ragged:
        refuse_all([Problem.of("ragged row", text, source=source) for text in ragged])
    return table


def _nearly_all_differ(body: memoryview, n_columns: int) -> list[bool]:
    """Say which columns repeat themselves so little that coding them would cost more than it saves."""
    sample = bytes(body[:_SAMPLE]).decode("utf-8", "replace").splitlines()[:-1]
    rows = [row for row in csv.reader(sample) if len(row) == n_columns]
    if len(rows) < _SAMPLE_ROWS:
        return [False] * n_columns
    return [len(set(cells)) > 0.7 * len(rows) for cells in zip(*rows, strict=True)]


def _is_utf8(data: bytes) -> bool:
    """Whether all of the bytes are UTF-8, asked of Arrow, which makes no second copy of them."""
    import pyarrow as pa

    ends = pa.py_buffer(np.array([0, len(data)], np.int64))
    held = pa.LargeBinaryArray.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(data)])
    try:
        held.cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _refuse_encoding(data: bytes, source: str) -> NoReturn:
    """Refuse the first line that is no UTF-8, shown as Windows would have meant it."""
    line = b""
    for line in io.BytesIO(data):
        if not _is_utf8(line):
            break
    refuse("not UTF-8", line.decode("latin-1").strip(), source)
