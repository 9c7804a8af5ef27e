"""Where a table is found: paths, sheets of workbooks, columns; and what is said where it is not."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import spc
from tests.reading.building import workbook


def test_a_path_may_begin_with_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))  # Windows
    (tmp_path / "calls.csv").write_text("measure,month,value\nCalls,2024-01,1\n", encoding="utf-8")
    for source in ("~/calls.csv", Path("~/calls.csv"), ["~/calls.csv"]):
        assert spc.read(source).values.tolist() == [[1.0]]
    with pytest.raises(spc.InputError, match=r"here.sub.calls\.csv cannot be opened"):
        spc.read("here/sub/calls.csv")  # the path as it was given, since its folder may be wrong


def test_a_workbook_of_several_sheets_names_them_where_one_fails(tmp_path):
    (tmp_path / "pack.xlsx").write_bytes(workbook(cover="visible")())
    with pytest.raises(spc.InputError, match=r"'Cover' is the first sheet .* with sheet=: 'Sheet'\.$"):
        spc.read(tmp_path / "pack.xlsx")
    with pytest.raises(spc.InputError, match=r"'sheet' is no sheet .* with sheet=: 'Cover', 'Sheet'\.$"):
        spc.read(tmp_path / "pack.xlsx", sheet="sheet")
    assert spc.read(tmp_path / "pack.xlsx", sheet="Sheet").n_series == 1


def test_sheets_that_are_not_read_are_told(tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(workbook()()))
    for title, state in (("Notes", "visible"), ("Codes", "hidden")):
        book.create_sheet(title).sheet_state = state
    book.save(tmp_path / "pack.xlsx")
    report = spc.read(tmp_path / "pack.xlsx").report
    assert report.unread == ("Notes",)
    assert repr(report) == "Report(24 cells in, 24 used, 0 problems, 1 sheet unread)"
    assert spc.read([tmp_path / "pack.xlsx", tmp_path / "pack.xlsx"]).report.unread == ("Notes",)
    assert spc.read(tmp_path / "pack.xlsx", sheet="Sheet").report.unread == ()


def test_a_column_that_is_not_there_is_answered_with_those_that_are():
    rows = pd.DataFrame({"area": ["A"], "month": ["2024-01"], "value": [1]})
    with pytest.raises(spc.InputError, match=r"'are' is no column .* headed: 'area', 'month', 'value'\.$"):
        spc.read(rows, keys="are")


def test_midnights_of_a_place_are_its_days():
    months = pd.Series(pd.to_datetime(["2024-02-01", "2024-05-01", "2024-08-01"])).dt.tz_localize(
        "Europe/London"
    )
    rows = pd.DataFrame({"area": "A", "month": months, "value": [1, 2, 3]})
    panel = spc.read(rows)
    assert (panel.months[0], panel.months[-1]) == ("2024-02", "2024-08")
    # the same moments in UTC: two of them are 23:00 of the last day of the month before
    with pytest.raises(spc.InputError, match=r"'2024-04-30 23:00:00.*Z' has a time of day or a time zone"):
        spc.read(rows.assign(month=months.dt.tz_convert("UTC")))


def test_a_series_of_pandas_is_sent_back_for_its_index():
    with pytest.raises(spc.ChoiceError, match=r"got Series: write reset_index\(\) first\.$"):
        spc.read(pd.Series([1.0], index=pd.MultiIndex.from_tuples([("A", "2024-01")])))
