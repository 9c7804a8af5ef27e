"""Days between events, from one row per event."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import spc


def gaps(dates: Any, **asked: Any) -> list[float]:
    frame = pd.DataFrame({"measure": "Falls", "date": dates})
    return spc.Panel.from_events(frame, between=True, **asked).values[0].tolist()


@pytest.mark.parametrize(
    "dates",
    [
        ["2024-05-01", "2024-06-03", "2024-06-03", "2024-07-31"],
        ["2024-07-31", "2024-06-03", "2024-05-01", "2024-06-03"],
        ["31/07/2024", "03/06/2024", "01/05/2024", "03/06/2024"],
        ["31 July 2024", "3 June 2024", "1 May 2024", "3 June 2024"],
        [20240731, 20240603, 20240501, 20240603],
        pd.to_datetime(["2024-07-31", "2024-06-03", "2024-05-01", "2024-06-03"]),
        [dt.date(2024, 7, 31), dt.date(2024, 6, 3), dt.date(2024, 5, 1)] + [dt.date(2024, 6, 3)],
        pd.PeriodIndex(["2024-07-31", "2024-06-03", "2024-05-01", "2024-06-03"], freq="D"),
    ],
    ids=["sorted", "unsorted", "slashes", "words", "digits", "datetimes", "dates", "periods"],
)
def test_dates_of_every_form_give_whole_days(dates: Any):
    assert gaps(dates) == [33.0, 0.0, 58.0]


def test_times_of_day_give_parts_of_days():
    assert gaps(["2024-07-31 18:00", "2024-07-31", "2024-08-01T00:00:00"]) == [0.75, 0.25]
    assert gaps(pd.to_datetime(["2024-07-31 06:00", "2024-07-31 00:00"])) == [0.25]


def test_times_with_a_zone_are_compared_as_time_passes():
    clocks = pd.to_datetime(["2024-03-30 12:00", "2024-03-31 12:00"])
    assert gaps(clocks) == [1.0]
    assert gaps(clocks.tz_localize("Europe/London")) == [23 / 24], "the clocks went forward"


def test_every_series_ends_with_its_latest_gap():
    frame = pd.DataFrame(
        {
            "area": ["N", "S", "N", "S", "S", "E", "N", "S"],
            "kind": ["a", "a", "a", "a", "a", "b", "a", "a"],
            "on": [f"2024-01-{day:02d}" for day in (1, 4, 3, 31, 9, 5, 4, 10)],
        }
    )
    panel = spc.Panel.from_events(frame, series=["area", "kind"], when="on", between=True)
    assert panel.start is None and panel.echo == "order"
    assert panel.keys["area"].tolist() == ["N", "S", "E"]
    nan = np.nan
    assert np.array_equal(panel.values, [[nan, 2, 1], [5, 1, 21], [nan, nan, nan]], equal_nan=True)
    limits = spc.limits(panel, chart="t", min_observed=2)
    assert limits.status.tolist() == ["ok", "ok", "no data"]


def test_frames_of_other_makers_are_read():
    days = [dt.date(2024, 1, day) for day in (1, 5, 2)]
    frame = pl.DataFrame({"measure": ["Falls"] * 3, "date": days})
    assert spc.Panel.from_events(frame, between=True).values.tolist() == [[1.0, 3.0]]
    assert spc.Panel.from_events(frame.to_arrow(), between=True).values.tolist() == [[1.0, 3.0]]


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (["2024-07-31", None], "Falls, row 2, 'date': there is no date"),
        (["2024-07-31", ""], "Falls, row 2, 'date': there is no date"),
        (pd.to_datetime(["2024-07-31", None]), "Falls, row 2, 'date': there is no date"),
        (["2024-07-31", "soon"], "Falls, row 2, 'date': 'soon' is no date"),
        (["2024-07", "2024-08"], "Falls, row 1, 'date': '2024-07' is no date"),
        (["2024-02-30"], "'2024-02-30' names a day that its month does not have"),
        ([45474, 45475], "'45474' looks like Excel's count of days"),
        (["07/31/2024"], "'07/31/2024' shows the month before the day"),
        (["2024-07-31", "01/08/2024"], "row 2, 'date': '01/08/2024' is written in another form"),
        (["2024-07-31 25:00"], "'2024-07-31 25:00' has no such time of day"),
        (["2024-07-31 12:00+01:00"], "has a time of day or a time zone"),
        (["0204-01-01"], "'0204-01-01' lies outside the years 1900 to 2100"),
        (
            pd.DatetimeIndex(["1204-01-01"], dtype="datetime64[s]"),
            "'1204-01-01T00:00:00' is not between 1900",
        ),
        ([True, False], "'True' is no date"),
    ],
)
def test_what_is_no_date_is_refused_by_series_row_and_raw_text(dates: Any, said: str):
    with pytest.raises(spc.InputError) as refusal:
        gaps(dates)
    assert said in str(refusal.value)
    assert str(pickle.loads(pickle.dumps(refusal.value))) == str(refusal.value)


def test_all_problems_are_listed():
    with pytest.raises(
        spc.InputError, match=r"'soon' is no date.* 2 more cells cannot be used either\.$"
    ) as told:
        gaps(["2024-07-31", "soon", None, "01/08/2024"])
    assert [(one.row, one.raw) for one in told.value.problems] == [(2, "soon"), (3, ""), (4, "01/08/2024")]


def test_what_else_is_refused():
    frame = pd.DataFrame({"measure": ["Falls"], "date": ["2024-07-31"]})
    with pytest.raises(spc.ChoiceError, match="`between` must be True"):
        spc.Panel.from_events(frame, between="days")
    with pytest.raises(spc.ChoiceError, match="`between` cannot go with"):
        spc.Panel.from_events(frame, between=True, until="2024-08")
    with pytest.raises(spc.ChoiceError, match="`between` cannot go with `strict`"):
        spc.Panel.from_events(frame, between=True, strict=False)
    with pytest.raises(spc.InputError, match="no column 'when'"):
        spc.Panel.from_events(frame, when="when", between=True)
    with pytest.raises(spc.InputError, match="no rows"):
        spc.Panel.from_events(frame.iloc[:0], between=True)
    with pytest.raises(spc.InputError, match="Row 1 has no 'measure'"):
        spc.Panel.from_events(frame.assign(measure=None), between=True)


def test_the_order_of_rows_does_not_matter():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {
            "measure": np.repeat(["a", "b"], 30),
            "date": np.datetime64("2024-01-01T00:00", "m") + rng.integers(0, 500_000, 60),
        }
    )
    once = spc.Panel.from_events(frame, between=True)
    shuffled = spc.Panel.from_events(frame.sample(frac=1.0, random_state=4), between=True)
    rows = [shuffled.keys["measure"].tolist().index(name) for name in once.keys["measure"]]
    assert np.array_equal(once.values, shuffled.values[rows])
    assert once.values.sum(axis=1) == pytest.approx(
        frame.groupby("measure")["date"].agg(lambda day: (day.max() - day.min()).total_seconds() / 86400.0)
    )
