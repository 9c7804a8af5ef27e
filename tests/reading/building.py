"""How bad inputs are made: a healthy series, and one beside it that is spoilt."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

MONTHS = [f"{2023 + t // 12}-{t % 12 + 1:02d}" for t in range(24)]
#: Decimals without an exact float, a nought, a large number: what careless arithmetic would change.
SWINDON = [0.1, 0.2, 0.3, 1234.5, 0.0, 7.0, 1e15 - 1, 0.1] * 3
SALISBURY = list(range(24))

Content = bytes | Callable[[], bytes]


@dataclass(frozen=True)
class BadInput:
    """One input and what has to become of it.

    `result`: "series" (the series is left out, with a problem that names rule, series, month and raw text),
    "file" (refused as a whole, with the rule and the raw text in its problems), "warned" (read, and a
    problem says so), or "read" (treated as documented: `values` are those of the series "Salisbury", or of
    `series`, NaN where missing).
    """

    name: str
    content: Content
    result: Literal["series", "file", "warned", "read"]
    rule: str = ""
    raw: str = ""
    series: str = "Salisbury"
    month: str = ""
    file: str = "input.csv"
    options: Mapping[str, Any] = field(default_factory=dict)
    measures: str = ""
    values: Mapping[str, float] = field(default_factory=dict)


def write(case: BadInput, folder: Path) -> Path:
    """Write a case into a folder and return the path to read."""
    path = folder / case.file
    path.write_bytes(case.content if isinstance(case.content, bytes) else case.content())
    return path


# ---------------------------------------------------------------- builders


def quoted(cell: str) -> str:
    """A CSV cell, in quotation marks where it needs them."""
    return f'"{cell.replace(chr(34), 2 * chr(34))}"' if set(cell) & set(',"\n\r') else cell


def lines(*rows: list[str]) -> bytes:
    """CSV rows as bytes."""
    return "".join(",".join(map(quoted, row)) + "\n" for row in rows).encode()


def healthy() -> list[list[str]]:
    """The rows of Swindon, long."""
    return [["Swindon", month, repr(value)] for month, value in zip(MONTHS, SWINDON, strict=True)]


def long(*rows: list[str], heading: tuple[str, ...] = ("area", "month", "value")) -> bytes:
    """Swindon, and the rows given, as a long file."""
    return lines(list(heading), *healthy(), *rows)


def salisbury(changes: Mapping[str, str] | None = None) -> list[list[str]]:
    """The rows of Salisbury, some of its values changed."""
    changed = changes or {}
    return [
        ["Salisbury", month, changed.get(month, str(value))]
        for month, value in zip(MONTHS, SALISBURY, strict=True)
    ]


def with_value(text: str) -> bytes:
    """A long file in which Salisbury has `text` in March 2024."""
    return long(*salisbury({"2024-03": text}))


def with_month(text: str) -> bytes:
    """A long file in which Salisbury has a row more, of the month `text`."""
    return long(*salisbury(), ["Salisbury", text, "5"])


def all_months(form: Callable[[int, int], str]) -> bytes:
    """A long file whose months are all written in another form."""
    texts = [form(int(month[:4]), int(month[5:])) for month in MONTHS]
    rows = [[row[0], texts[i % 24], row[2]] for i, row in enumerate([*healthy(), *salisbury()])]
    return lines(["area", "month", "value"], *rows)


def wide(text: str | None = None, headings: list[str] | None = None, *rows: list[str]) -> bytes:
    """A wide file in which Salisbury has `text` in March 2024."""
    cells = [str(value) if month != "2024-03" or text is None else text
             for month, value in zip(MONTHS, SALISBURY, strict=True)]  # fmt: skip
    return lines(
        ["area", *(headings or MONTHS)], ["Swindon", *map(repr, SWINDON)], ["Salisbury", *cells], *rows
    )


def packed(data: bytes) -> bytes:
    """The same, as gzip makes it."""
    return gzip.compress(data, mtime=0)


def bomb() -> bytes:
    """A hundred million noughts in a hundred thousand bytes."""
    return packed(b"area,month,value\n" + b"0" * 100_000_000)


def workbook(
    *rows: list[Any], formats: Mapping[str, str] | None = None, cover: str = ""
) -> Callable[[], bytes]:
    """An Excel workbook of Swindon, long, and the rows given; behind a "visible" or a "hidden" cover."""

    def make() -> bytes:
        import openpyxl

        book = openpyxl.Workbook()
        page = book.active
        page.append(["area", "month", "value"])
        for row in [*([a, m, float(v)] for a, m, v in healthy()), *rows]:
            page.append(row)
        for place, form in (formats or {}).items():
            page[place].number_format = form
        if cover:
            first = book.create_sheet("Cover", 0)
            first.append(["Performance pack"])
            first.sheet_state = cover
        held = io.BytesIO()
        book.save(held)
        return held.getvalue()

    return make


def inflated_workbook() -> bytes:
    """A workbook with a member of a hundred million noughts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000_000)
    return held.getvalue()


def entity_workbook() -> bytes:
    """A workbook whose XML declares entities, as bombs of laughter do."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    return held.getvalue()


def parquet(values: Any, months: list[str] | None = None, **types: Any) -> Callable[[], bytes]:
    """A Parquet file of Swindon and of Salisbury with the values given; `types` are those of columns."""

    def make() -> bytes:
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = {
            "area": pa.array(["Swindon"] * 24 + ["Salisbury"] * 24),
            "month": pa.array([*MONTHS, *(months or MONTHS)], types.get("month")),
        }
        if isinstance(values, dict):
            columns |= {name: pa.array(column) for name, column in values.items()}
        else:
            columns["value"] = pa.array(values, types.get("value"))
        held = pa.BufferOutputStream()
        pq.write_table(pa.table(columns), held)
        return bytes(held.getvalue())

    return make
