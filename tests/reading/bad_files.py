"""Bad inputs, structure: duplicates, columns, files, workbooks, types."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.reading.bad_texts import RATES
from tests.reading.building import (
    MONTHS,
    SALISBURY,
    SWINDON,
    BadInput,
    bomb,
    entity_workbook,
    healthy,
    inflated_workbook,
    lines,
    long,
    packed,
    parquet,
    salisbury,
    wide,
    with_value,
    workbook,
)  # fmt: skip

_MARCH = {"month": "2024-03"}


def _duplicates() -> list[BadInput]:
    rows = salisbury()
    both = lines(
        ["area", "month", "value", "of"],
        *([*row, ""] for row in healthy()),
        *([*row, "100"] for row in salisbury()[:-1]),
        ["Salisbury", "2024-12", "5", "-5"],
    )
    return [
        BadInput("a month twice", long(*rows, ["Salisbury", "2024-03", "99"]), "series", "duplicated month",
                 "14, 99", **_MARCH),
        BadInput("a row twice", long(*rows, rows[14]), "series", "duplicated month", "14, 14", **_MARCH),
        BadInput("a month twice, once empty", long(*rows, ["Salisbury", "2024-03", ""]), "series",
                 "duplicated month", "14, empty", **_MARCH),
        BadInput("all rows twice", long(*rows, *rows), "series", "duplicated month", "0, 0", month="2023-01"),
        BadInput("a wide row twice", wide(None, None, ["Salisbury", *map(str, SALISBURY)]), "series",
                 "duplicated series", "rows 3, 4"),
        BadInput("a negative denominator", both, "series", "negative denominator", "-5", month="2024-12"),
        BadInput("two days of one month", lines(["area", "month", "value"],
                 *([row[0], row[1] + "-01", row[2]] for row in [*healthy(), *rows]),
                 ["Salisbury", "2024-03-31", "4"]), "series", "duplicated month", "14, 4", **_MARCH),
    ]  # fmt: skip


def _columns() -> list[BadInput]:
    rows = [*healthy(), *salisbury()]
    people = lines(["area", "month", "value", "population"], *([*row, "1000"] for row in rows))
    case = lambda name, content, rule, raw, **more: BadInput(name, content, "file", rule, raw, **more)  # noqa: E731
    return [
        case("a further column of numbers", people, "further numeric column", "population"),
        BadInput("a further column ignored", people, "read", options={"ignore": ["population"]},
                 values={"2024-12": 23.0}),
        case("a further column of spoilt numbers", lines(["area", "month", "value", "rate"],
             *([*row, "<5" if i % 9 else "7"] for i, row in enumerate(rows))), "further numeric column",
             "rate"),
        case("a further column of percentages", lines(["area", "month", "value", "rate"],
             *([*row, f"{i}.5%"] for i, row in enumerate(rows))), "further numeric column", "rate"),
        case("a column of years", lines(["area", "year", "month", "value"],
             *([a, m[:4], m[5:], v] for a, m, v in rows)), "year beside the month", "year"),
        case("a column of notes", lines(["area", "month", "value", "notes"],
             *([*row, "provisional" if i == 3 else ""] for i, row in enumerate(rows))),
             "mostly empty column", "notes"),
        BadInput("a column of notes ignored", lines(["area", "month", "value", "notes"],
                 *([*row, "provisional" if i == 3 else ""] for i, row in enumerate(rows))), "read",
                 options={"ignore": ["notes"]}, values={"2024-12": 23.0}),
        case("an area that stands in its first row alone", lines(["area", "month", "value"],
             *([row[0] if i in (0, 24) else "", *row[1:]] for i, row in enumerate(rows))),
             "mostly empty column", "area"),
        case("no values", lines(["area", "month", "crimes"], *rows), "no value column",
             "area, month, crimes"),
        BadInput("values by name", lines(["area", "month", "crimes"], *rows), "read",
                 options={"value": "crimes"}, values={"2024-12": 23.0}),
        case("no months", lines(["area", "when", "value"], *rows), "no month column", "area, when, value"),
        BadInput("months by name", lines(["area", "when", "value"], *rows), "read",
                 options={"month": "when"}, values={"2024-12": 23.0}),
        case("no names", lines(["month", "value"], *(row[1:] for row in healthy())), "no key column",
             "month, value"),
        case("value and numerator", lines(["area", "month", "value", "numerator", "denominator"],
             *([*row, "1", "2"] for row in rows)), "value or numerator", "value, numerator"),
        case("a column that is not there", long(*salisbury()), "no such column", "vaule",
             options={"value": "vaule"}),
        case("a column with two parts", long(*salisbury()), "column named twice", "value",
             options={"value": "value", "of": "value"}),
        case("a heading twice", lines(["area", "month", "value", "value"], *([*r, "1"] for r in rows)),
             "duplicated heading", "value"),
        case("a wide heading twice", wide(None, [*MONTHS[:-1], MONTHS[0]]), "duplicated heading", "2023-01"),
        case("one month headed in two ways", wide(None, ["Jan-23", "January-23", *(f"Feb-{y}" for y in
             [*range(10, 30), 69, 70])]), "one month headed twice", "Jan-23, January-23"),
        case("headings in two forms", wide(None, [*MONTHS[:-1], "Dec-24"]), "mixed month forms", "Dec-24"),
        case("a quarter among the headings", wide(None, [*MONTHS[:-1], "2025 Q1"]),
             "heading that is no month", "2025 Q1"),
        case("a serial number among the headings", wide(None, [*MONTHS[:-1], "45658"]),
             "heading that is no month", "45658"),
        case("a slip in a heading", wide(None, [*MONTHS[:-1], "1924-12"]),
             "heading that is no month", "1924-12"),
        case("a wide total of rows", wide(None, [*MONTHS[:-1], "average"]),
             "further numeric column", "average"),
        case("serial numbers for headings", lines(["area", "45292", "45323"], ["Swindon", "1", "2"]),
             "Excel serial number", "45292"),
        case("months without a year for headings", lines(["area", "Apr", "May"], ["Swindon", "1", "2"]),
             "month without a year", "Apr"),
        case("financial years for headings", lines(["area", "2010-11", "2011-12"], ["Swindon", "1", "2"]),
             "financial years", "2010-11"),
        case("months in rows and headings", lines(["area", "month", "value", "2024-01"],
             *([*row, "1"] for row in rows)), "months in rows and in headings", "2024-01"),
        case("a name in a column without a heading", lines(["area", "month", "value", ""],
             *([*row, "x"] for row in rows)), "column without a heading", "x"),
        case("more months than there are", lines(["area", "month", "value"],
             *(["Swindon", f"m{i}", "1"] for i in range(5_001))), "too many months", "m5000"),
    ]  # fmt: skip


def _files() -> list[BadInput]:
    sound = long(*salisbury())
    ended = sound.rstrip(b"\n")
    case = lambda name, content, rule, raw="", **more: BadInput(name, content, "file", rule, raw, **more)  # noqa: E731
    return [
        case("an empty file", b"", "empty file"),
        case("nothing but blank lines", b"\n\n\r\n", "empty file"),
        case("nothing but a mark", b"\xef\xbb\xbf", "empty file"),
        case("headings alone", b"area,month,value\n", "no rows"),
        case("headings and commas", b"area,month,value\n,,\n,,\n", "no rows"),
        case("a gzip bomb", bomb, "expands too far", file="input.csv.gz"),
        case("a gzip cut short", packed(sound)[:-20], "damaged file", file="input.csv.gz"),
        case("a gzip with a wrong sum", packed(sound)[:-8] + b"12345678", "damaged file",
             file="input.csv.gz"),
        case("a gzip with rubbish behind", packed(sound) + b"rubbish", "damaged file", file="input.csv.gz"),
        case("a gzip that is none", sound, "other contents", file="input.csv.gz"),
        case("a gzip called csv", packed(sound), "other contents"),
        case("a gzip of nothing", packed(b""), "empty file", file="input.csv.gz"),
        case("UTF-16 with a mark", sound.decode().encode("utf-16"), "UTF-16"),
        case("UTF-16 without a mark", sound.decode().encode("utf-16-le"), "UTF-16"),
        case("UTF-32", sound.decode().encode("utf-32"), "UTF-16"),
        case("Latin-1 in a name", sound + "Orléans,2024-01,5\n".encode("latin-1"), "not UTF-8",
             "Orléans,2024-01,5"),
        case("Latin-1 in a heading", sound.replace(b"area", b"ar\xe9a", 1), "not UTF-8", "aréa,month,value"),
        case("a bad byte among the numbers", with_value("14") + b"Salisbury,2025-01,\xff\n", "not UTF-8"),
        case("a NUL byte", sound.replace(b"Salisbury", b"Sali\0bury", 1), "NUL byte", "line 26"),
        case("a quotation mark never closed", sound.replace(b"Salisbury", b'"Salisbury', 1),
             "unbalanced quotes", "line 26"),
        case("a quotation mark that swallows rows", ended.replace(b"Salisbury", b'"Salisbury', 2),
             "stray quotation mark", "line 27"),
        case("a quotation mark inside a name", sound.replace(b"Salisbury", b'5" tube "b', 1),
             "stray quotation mark", "line 26"),
        case("a line break in a name", sound.replace(b"Salisbury", b'"Salis\nbury"', 1),
             "line break in a cell", "Salis\nbury"),
        case("a line break in a heading", sound.replace(b"area", b'"ar\nea"', 1), "line break in a cell"),
        case("a row that is short", ended + b"\nSalisbury,2025-01\n", "ragged row", "Salisbury,2025-01"),
        case("a row that is long", ended + b"\nSalisbury,2025-01,1,2\n", "ragged row",
             "Salisbury,2025-01,1,2"),
        case("thousands without quotation marks", ended + b"\nSalisbury,2025-01,1,234\n", "ragged row",
             "Salisbury,2025-01,1,234"),
        case("a title above the headings", b"Table 1: crimes\n" + sound, "ragged row", "area,month,value"),
        case("a note below the table", ended + b"\nSource: police\n", "ragged row", "Source: police"),
        case("cut in the middle of a row", sound[:-30], "ragged row"),
        case("semicolons", sound.replace(b",", b";"), "other separator", "area;month;value"),
        case("tabs", sound.replace(b",", b"\t"), "other separator", "area\tmonth\tvalue"),
        case("a web page called csv", b"<!DOCTYPE html><html><body>Not found</body></html>",
             "other contents"),
        case("JSON called csv", b'{"area": "Swindon"}', "other contents"),
        case("a PDF called csv", b"%PDF-1.7\n", "other contents"),
        case("a workbook called csv", workbook(), "other contents"),
        case("an old workbook called csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "other contents"),
        case("a CSV called xlsx", sound, "other contents", file="input.xlsx"),
        case("an archive called xlsx", inflated_workbook, "expands too far", file="input.xlsx"),
        case("a workbook that declares entities", entity_workbook, "other contents", file="input.xlsx"),
        case("a workbook cut short", lambda: workbook()()[:-500], "damaged file", file="input.xlsx"),
        case("a cover in front of the table", workbook(cover="visible"), "sheet without a table", "Cover",
             file="input.xlsx"),
        case("a sheet that is not there", workbook(), "no such sheet", "Data", file="input.xlsx",
             options={"sheet": "Data"}),
        case("a CSV called parquet", sound, "other contents", file="input.parquet"),
        case("a Parquet file cut short", lambda: parquet([*SWINDON, *map(float, SALISBURY)])()[:-40],
             "damaged file", file="input.parquet"),
        case("an ending that is not read", sound, "unknown ending", file="input.txt"),
        case("no ending", sound, "unknown ending", file="input"),
        case("more columns than are read", lines(["area", *(f"c{i}" for i in range(5_000))]) + sound,
             "too large", "5,001 columns"),
    ]  # fmt: skip


def _workbooks() -> list[BadInput]:
    """Cells of Excel, as Excel shows them: row 26 is the first behind Swindon's."""
    case = lambda name, value, rule, raw, **more: BadInput(  # noqa: E731
        name, workbook(["Salisbury", "2024-03", value], **more), "series", rule, raw,
        month="2024-03", file="input.xlsx",
    )  # fmt: skip
    return [
        case("Excel: an error", "#DIV/0!", "spreadsheet error", "#DIV/0!"),
        case("Excel: a truth value", True, "true or false", "TRUE"),
        case("Excel: a formula never calculated", "=1+1", "formula", "=1+1"),
        case("Excel: a percentage", 0.218, "percent not allowed", "21.8%", formats={"C26": "0.0%"}),
        case("Excel: a time", 777 / 86400, "time not allowed", "00:12:57", formats={"C26": "[h]:mm:ss"}),
        BadInput("Excel: a percentage for a rate", workbook(["Salisbury", "2024-03", 0.218],
                 formats={"C26": "0.0%"}), "read", file="input.xlsx", measures=RATES,
                 values={"2024-03": 21.8}),
        BadInput("Excel: a cover that is hidden", workbook(["Salisbury", "2024-03", 5], cover="hidden"),
                 "read", file="input.xlsx", values={"2024-03": 5.0}),
        BadInput("Excel: an empty cell", workbook(["Salisbury", "2024-03", None]), "read", file="input.xlsx",
                 values={"2024-03": np.nan}),
        BadInput("Excel: blank rows", workbook(["Salisbury", "2024-03", 5], [None, None, None], [" "]),
                 "read", file="input.xlsx", values={"2024-03": 5.0}),
    ]  # fmt: skip


def _types() -> list[BadInput]:
    """Types of Parquet columns; frames of pandas and polars go the same road."""
    numbers = [float(value) for value in SALISBURY]
    whole = [int(value) for value in range(24)]

    def spoilt(value: Any, kind: type = float) -> list[Any]:
        column = [kind(number) for number in numbers]
        column[14] = value
        return [*(SWINDON if kind is float else map(repr, SWINDON)), *column]

    case = lambda name, values, rule, raw: BadInput(  # noqa: E731
        name, parquet(values), "series", rule, raw, month="2024-03", file="input.parquet"
    )
    return [
        case("Parquet: infinity", spoilt(np.inf), "infinity", "inf"),
        case("Parquet: a huge number", spoilt(1e200), "magnitude out of range", "1e+200"),
        case("Parquet: a tiny number", spoilt(-1e-200), "magnitude out of range", "-1e-200"),
        case("Parquet: texts with one that is no number", spoilt("<5", str), "suppressed value", "<5"),
        BadInput("Parquet: NaN and null", parquet(spoilt(np.nan)), "read", file="input.parquet",
                 values={"2024-03": np.nan}),
        BadInput("Parquet: a column of lists", parquet({"value": [[1.0]] * 48}), "file",
                 "type that is no table's", "value", file="input.parquet"),
        BadInput("Parquet: whole numbers beside", parquet({"value": [*SWINDON, *numbers], "n": whole * 2}),
                 "file", "further numeric column", "n", file="input.parquet"),
    ]  # fmt: skip


BAD_FILES = (*_duplicates(), *_columns(), *_files(), *_workbooks(), *_types())
