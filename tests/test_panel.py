"""The door: every form of month and number that a frame can hold, and what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import spc

MONTHS = ["2024-05", "2024-06", "2024-07"]
VALUES = [978.0, 975.0, 1102.0]
FIRSTS = [dt.date(2024, month, 1) for month in (5, 6, 7)]


def frame(months=MONTHS, values=VALUES, **more):
    return pd.DataFrame({"measure": "ASB", "month": months, "value": values, **more})


MONTH_FORMS = {
    "text": MONTHS,
    "compact text": ["202405", "202406", "202407"],
    "numbers": [202405, 202406, 202407],
    "float numbers": [202405.0, 202406.0, 202407.0],
    "days as text": ["2024-05-01", "2024-06-01", "2024-07-01"],
    "day first": ["31/05/2024", "30/06/2024", "31/07/2024"],
    "short names": ["May-24", "Jun-24", "Jul-24"],
    "long names": ["May 2024", "June 2024", "July 2024"],
    "periods": pd.period_range("2024-05", periods=3, freq="M"),
    "datetimes": pd.date_range("2024-05-01", periods=3, freq="MS"),
    "month ends": pd.to_datetime(["2024-05-31", "2024-06-30", "2024-07-31"]),
    "time zones": pd.date_range("2024-05-01", periods=3, freq="MS", tz="Europe/London"),
    "dates": FIRSTS,
    "categories": pd.Categorical(MONTHS),
    "object": np.array(MONTHS, dtype=object),
}


@pytest.mark.parametrize("months", MONTH_FORMS.values(), ids=MONTH_FORMS)
def test_every_form_of_month(months):
    panel = spc.Panel.from_frame(frame(months))
    assert panel.months == tuple(MONTHS)
    np.testing.assert_array_equal(panel.values, [VALUES])


@pytest.mark.parametrize("zone", [None, "UTC"])
@pytest.mark.parametrize("unit", ["s", "ns"])
def test_a_time_of_day_is_refused(zone, unit):
    """London's midnights of summer are 23:00 of the month before in universal time."""
    midnights = pd.date_range("2024-05-01", periods=3, freq="MS", tz="Europe/London").as_unit(unit)
    with pytest.raises(spc.InputError, match=r"'2024-04-30 23:00:00.*' has a time of day") as told:
        spc.Panel.from_frame(frame(midnights.tz_convert("UTC").tz_localize(None).tz_localize(zone)))
    assert told.value.problems[0].rule == "time of day"


NUMBER_FORMS = {
    **{kind: pd.array([1, 2, 3], dtype=kind) for kind in ("int8", "uint16", "int64", "float32", "float64")},
    "Int64": pd.array([1, 2, 3], dtype="Int64"),
    "Float64": pd.array([1.0, 2.0, 3.0], dtype="Float64"),
    "arrow": pd.array([1, 2, 3], dtype=pd.ArrowDtype(pa.int32())),
    "decimals": [Decimal(1), Decimal(2), Decimal(3)],
    "object": np.array([1, 2.0, np.int64(3)], dtype=object),
    "text": ["1", " 2 ", "3.0"],
    "durations": pd.to_timedelta([1, 2, 3], unit="s"),
    "categories": pd.Categorical(["1", "2", "3"]),
}


@pytest.mark.parametrize("values", NUMBER_FORMS.values(), ids=NUMBER_FORMS)
def test_every_form_of_number(values):
    np.testing.assert_array_equal(spc.Panel.from_frame(frame(values=values)).values, [[1.0, 2.0, 3.0]])


@pytest.mark.parametrize(
    "values",
    [
        [1.0, np.nan, 3.0],
        [1, None, 3],
        pd.array([1, None, 3], dtype="Int64"),
        ["1", "", "3"],
        ["1", None, "3"],
        pd.array([1, None, 3], dtype=pd.ArrowDtype(pa.float64())),
    ],
    ids=["nan", "none", "Int64", "empty text", "none in text", "arrow"],
)
def test_empty_is_missing(values):
    np.testing.assert_array_equal(spc.Panel.from_frame(frame(values=values)).values, [[1.0, np.nan, 3.0]])


@pytest.mark.parametrize(
    "convert", [pl.from_pandas, pa.Table.from_pandas, lambda rows: pl.from_pandas(rows).lazy()]
)
@pytest.mark.parametrize("form", ["text", "numbers", "datetimes", "dates"])
def test_polars_and_arrow(convert, form):
    panel = spc.Panel.from_frame(convert(frame(MONTH_FORMS[form])))
    assert panel.months == tuple(MONTHS)
    assert panel.keys["measure"].tolist() == ["ASB"]
    np.testing.assert_array_equal(panel.values, [VALUES])


def test_polars_wide():
    wide = pl.DataFrame({"ward": ["Abbey", "Alibon"], "202406": [3, 1], "202407": [5, None]})
    panel = spc.Panel.from_wide(wide)
    np.testing.assert_array_equal(panel.values, [[3, 5], [1, np.nan]])


def test_absent_rows_are_gaps_and_order_does_not_matter():
    rows = frame(["2024-07", "2024-05"], [3.0, 1.0])
    panel = spc.Panel.from_frame(rows)
    assert panel.months == tuple(MONTHS)
    np.testing.assert_array_equal(panel.values, [[1.0, np.nan, 3.0]])


def test_several_keys_parts_and_given():
    rows = pd.DataFrame(
        {
            "area": ["Swindon", "County", "Swindon"],
            "measure": ["FAT", "FAT", "Wait"],
            "month": ["2024-07"] * 3,
            "value": [2, 3, 4],
            "of": [10, 20, None],
            "year": [None, None, 4.5],
        }
    )
    panel = spc.Panel.from_frame(rows, series=["area", "measure"], of="of", given={12: "year"})
    assert [panel.name(s) for s in range(3)] == ["Swindon / FAT", "County / FAT", "Swindon / Wait"]
    assert panel.is_ratio.tolist() == [True, True, False]
    np.testing.assert_array_equal(panel.observed[:, 0], [0.2, 0.15, 4.0])
    np.testing.assert_array_equal(panel.given[12][:, 0], [np.nan, np.nan, 4.5])
    assert panel.select(area="Swindon").n_series == 2
    assert panel.select(area=["County"], measure="FAT").keys["area"].tolist() == ["County"]
    np.testing.assert_array_equal(panel.select([2, 0]).values[:, 0], [4, 2])


def test_a_frame_and_back():
    rows = frame(MONTH_FORMS["datetimes"], of=[1000, 1000, 2000])
    back = spc.Panel.from_frame(rows, of="of").to_frame()
    pd.testing.assert_frame_equal(
        back.astype({"month": "datetime64[ns]", "measure": object}),
        rows.astype({"month": "datetime64[ns]", "measure": object, "of": float}),
    )
    assert spc.Panel.from_frame(frame()).to_frame()["month"].dtype == "period[M]"


def test_names_stay_text():
    rows = pd.DataFrame({"measure": ["NA", "1E5", 12, "0012"], "month": "2024-07", "value": 1.0})
    assert spc.Panel.from_frame(rows).keys["measure"].tolist() == ["NA", "1E5", "12", "0012"]


def test_plain_order():
    panel = spc.Panel.from_numpy([[1.0, 2.0]], start=None)
    assert panel.months == ("1", "2")
    assert repr(panel) == "Panel(1 series x 2 observations)"
    assert panel.to_frame()["month"].tolist() == [1, 2]
    assert panel.until(1).n_periods == 1


def test_until():
    panel = spc.Panel.from_numpy([[1.0, 2.0, 3.0]], start="2024-05", of=[[2.0, np.nan, np.nan]])
    cut = panel.until("2024-06")
    assert cut.months == tuple(MONTHS[:2])
    assert cut.is_ratio.all()
    with pytest.raises(spc.ChoiceError, match="from 2024-05 to 2024-07, got '2025-01'"):
        panel.until("2025-01")


def test_nothing_in_a_panel_changes():
    values = np.array([[1.0, 2.0]])
    panel = spc.Panel.from_numpy(values, start="2024-01")
    values[0, 0] = 99.0
    assert panel.values[0, 0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        panel.values[0, 0] = 5.0


REFUSED = {
    "duplicate": (frame([*MONTHS[:2], "2024-06"]), r"ASB, 2024-06 stands more than once"),
    "two days of a month": (frame(["2024-05-01", "2024-05-08", "2024-06-01"]), r"lie in one month"),
    "infinity": (frame(values=[1.0, np.inf, 3.0]), r"ASB, 2024-06, 'value': inf is infinite"),
    "huge": (frame(values=[1.0, 1e101, 3.0]), r"ASB, 2024-06, 'value': 1e\+101 is larger than 1e\+100"),
    "tiny": (frame(values=[1.0, 1e-101, 3.0]), r"is smaller than 1e-100"),
    "big integer": (frame(values=[1, 2**53 + 1, 3]), r"9007199254740993 is beyond 2\*\*53"),
    "truth": (frame(values=[True, False, True]), r"ASB, 2024-05, 'value': True is a truth value"),
    "truth among numbers": (frame(values=np.array([1, True, 3], dtype=object)), r"2024-06.*truth value"),
    "words": (frame(values=["1", "<5", "3"]), r"ASB, 2024-06.*'<5'"),
    "no month": (frame(["2024-05", None, "2024-07"]), r"Row 2 has no 'month'"),
    "no name": (frame().assign(measure=["ASB", None, "ASB"]), r"Row 2 has no 'measure'"),
    "mixed months": (frame(["2024-05", "Jun-24", "2024-07"]), r"month"),
    "quarters": (frame(pd.period_range("2024-01", periods=3, freq="Q")), r"period\[Q-DEC\]"),
    "empty": (frame().iloc[:0], r"no rows"),
    "no column": (frame().drop(columns="value"), r"There is no column 'value'"),
    "complex": (frame(values=[1j, 2j, 3j]), r"complex"),
}


@pytest.mark.parametrize(("rows", "sentence"), REFUSED.values(), ids=REFUSED)
def test_refusals_name_the_place(rows, sentence):
    with pytest.raises(spc.InputError, match=sentence):
        spc.Panel.from_frame(rows)


WIDE_REFUSED = {
    "no months": (pd.DataFrame({"ward": ["A"], "note": ["x"]}), r"months as headings"),
    "twice a month": (
        pd.DataFrame({"ward": ["A"], "202406": [1], "2024-06": [2]}),
        r"more than one form",
    ),
    "twice a series": (pd.DataFrame({"ward": ["A", "A"], "202406": [1, 2]}), r"A has more than one row"),
    "words": (pd.DataFrame({"ward": ["A"], "202406": ["x"]}), r"A, 202406"),
}


@pytest.mark.parametrize(("rows", "sentence"), WIDE_REFUSED.values(), ids=WIDE_REFUSED)
def test_wide_refusals(rows, sentence):
    with pytest.raises(spc.InputError, match=sentence):
        spc.Panel.from_wide(rows)


def test_wide_from_an_index():
    wide = pd.DataFrame(
        [[3, 5]],
        index=pd.Index(["Abbey"], name="ward"),
        columns=pd.period_range("2024-06", periods=2, freq="M"),
    )
    panel = spc.Panel.from_wide(wide)
    assert (list(panel.keys), panel.months) == (["ward"], ("2024-06", "2024-07"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"values": [[1.0], [2.0, 3.0]], "start": "2024-01"}, "rows of equal length"),
        ({"values": [[1.0]], "start": "yesterday"}, "`start` must be a month"),
        ({"values": [[1.0]], "start": "2024-01", "of": [[1.0, 2.0]]}, r"`of` must have the shape \(1, 1\)"),
        ({"values": [[np.inf]], "start": "2024-01"}, "is infinite"),
        ({"values": [[1.0]], "start": "2024-01", "keys": ["a", "b"]}, "must name 1 series, got 2"),
    ],
)
def test_from_numpy_refuses(arguments, sentence):
    with pytest.raises(spc.SpcError, match=sentence):
        spc.Panel.from_numpy(**arguments)


def test_a_frame_that_is_none():
    with pytest.raises(spc.ChoiceError, match="must be a frame"):
        spc.Panel.from_frame("wards.csv")


@pytest.mark.parametrize(
    "make",
    [
        lambda name: spc.Panel.from_frame(frame().assign(measure=name)),
        lambda name: spc.Panel.from_numpy([[1.0]], start="2024-01", keys=[name]),
    ],
)
def test_half_a_character_is_no_name(make):
    with pytest.raises((spc.InputError, UnicodeEncodeError), match=r"half a character|surrogates"):
        make("A\ud83d")
