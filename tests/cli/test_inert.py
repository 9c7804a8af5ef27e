"""Names do nothing in a CSV cell or on a terminal, and stay apart from one another."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spc.inert import csv_text, visible
from spc.tables import write_table

HOSTILE = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1+1", "＋1", "－1", "＠A1", "\t=1", "\r=1"),
    *("\n=1", " =1", "\u00a0=1", "\ufeff=1", "\u200b=1", "'=1", "''=1", '"=1', "=1,2", '=HYPERLINK("x","y")'),
    *("a\nb", "a\r\nb", "a\x00b", "a\x1b[2Jb", "a\x85b", "a\u2028b", "a\u202eb", "a,b", 'a"b', 'a","=1'),
    *("<script>alert(1)</script>", "../../etc/passwd", "NA", "1E5", "007", " padded ", "é", "\ud800"),
]
FORMULA_STARTS = "=+-@\t\r＝＋－＠"


def table(ending: str, *parts: dict[str, Any], ours: Any = ()) -> bytes:
    target = io.BytesIO()
    write_table(ending, parts, target, ours=ours)
    return target.getvalue()


def column(*texts: str) -> np.ndarray[Any, Any]:
    return np.array(texts, dtype=object)


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_name_comes_out_of_a_csv_inert_and_in_its_own_cell(name: str):
    written = table(".csv", {"area": column(name), "value": np.array([7.0])}).decode()
    assert written.count("\n") == 2
    heading, (cell, value) = list(csv.reader(io.StringIO(written)))
    assert heading == ["area", "value"]
    assert value == "7"
    assert not cell.startswith(tuple(FORMULA_STARTS))
    assert not cell.lstrip().startswith(tuple(FORMULA_STARTS))
    assert all(c.isprintable() or c == "\u00a0" or c in "\ufeff\u200b" for c in cell)


def test_names_that_are_nothing_special_stay_as_they_are():
    for name in (
        "Swindon",
        "O'Brien's",
        "NA",
        "1E5",
        "007",
        "Violence – with injury",
        "50% of",
        "a-b",
        "'tis",
    ):
        assert csv_text(name) == visible(name) == name


def test_hostile_names_stay_apart():
    apart = set(HOSTILE) - {"\ud800"}
    assert len({csv_text(name) for name in apart}) == len(apart)


def test_headings_are_names_too():
    assert table(".csv", {"=1+1": np.array([1.0])}) == b"'=1+1\n1\n"


def test_our_own_words_keep_their_minus():
    changes = {"change": column("-20.6%", "-00:16:12", "")}
    assert table(".csv", changes, ours=["change"]) == b"change\n-20.6%\n-00:16:12\n\n"
    assert table(".csv", changes).startswith(b"change\n'-20.6%\n")


def test_parquet_keeps_names_as_they_are():
    names = [name for name in HOSTILE if name != "\ud800"]
    written = table(".parquet", {"area": column(*names), "value": np.arange(len(names)) * 1.0})
    assert pyarrow.parquet.read_table(io.BytesIO(written)).column("area").to_pylist() == names


@given(st.floats(allow_infinity=False, allow_nan=False))
def test_numbers_read_back_to_the_bit(number: float):
    (cell,) = table(".csv", {"value": np.array([number])}).decode().split("\n")[1:2]
    assert float(cell) == number


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_any_texts_keep_their_rows(texts: list[str]):
    cells = {"area": column(*texts), "n": np.arange(len(texts))}
    rows = list(csv.reader(io.StringIO(table(".csv", cells).decode())))
    assert [row[1] for row in rows[1:]] == [str(n) for n in range(len(texts))]


def test_parts_join_without_a_seam():
    one = {"area": column("a", "b"), "n": np.array([1.0, np.nan])}
    both = {"area": column("a", "b", "a", "b"), "n": np.array([1.0, np.nan, 1.0, np.nan])}
    assert table(".csv", one, one) == table(".csv", both)
    read = pyarrow.parquet.read_table(io.BytesIO(table(".parquet", one, one)))
    assert read.column("n").to_pylist() == [1.0, None, 1.0, None]
