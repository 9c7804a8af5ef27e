"""Event rows to months: counts, totals, means, medians and quantiles of 1, 3 and 12 months."""

from __future__ import annotations

import datetime as dt
import doctest
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spc
from tests.panels import fewer
from tests.reference import event_months as twin

PAGE = Path(__file__).parents[1] / "docs" / "events.md"
JANUARY = 2023 * 12
NAN = np.nan


def frame(dates: Any, values: Any = None, names: Any = "Calls") -> pd.DataFrame:
    columns = {"measure": names, "date": dates}
    return pd.DataFrame(columns if values is None else columns | {"wait": values})


def months(dates: Any, **asked: Any) -> list[float]:
    return spc.Panel.from_events(frame(dates), **asked).values[0].tolist()


EVENTS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(JANUARY, JANUARY + 20),
        st.one_of(st.integers(0, 5000).map(float), st.integers(0, 10**6).map(lambda k: k / 10)),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=fewer(60, 20))
@given(events=EVENTS, q=st.sampled_from(["0.5", "0.9", "0.25", "0.05", "0.975"]), seed=st.integers(0, 99))
def test_every_statistic_equals_the_twin_whatever_the_order_of_rows(events: Any, q: str, seed: int):
    order = np.random.default_rng(seed).permutation(len(events))
    names, at, values = (list(column) for column in zip(*[events[i] for i in order], strict=True))
    dates = [f"{month // 12}-{month % 12 + 1:02d}-{1 + i % 28:02d}" for i, month in enumerate(at)]
    rows = frame(dates, values, names)
    count = spc.Panel.from_events(rows)
    total = spc.Panel.from_events(rows, value="wait", statistic="total")
    mean = spc.Panel.from_events(rows, value="wait", statistic="mean")
    parts = spc.Panel.from_events(rows, value="wait", statistic=float(q), windows=(3, 12, 5))
    assert set(parts.given) == {3, 12, 5} and parts.of is None
    for s, name in enumerate(count.keys["measure"]):
        assert count.values[s].tolist() == twin.counts(events, name)
        assert total.values[s].tolist() == [float(number) for number in twin.totals(events, name)]
        assert mean.values[s].tolist() == total.values[s].tolist()
        assert mean.of is not None and mean.of[s].tolist() == twin.counts(events, name)
        for window, cells in {1: parts.values, **parts.given}.items():
            expected = [NAN if x is None else float(x) for x in twin.quantiles(events, name, window, q)]
            np.testing.assert_allclose(cells[s], expected, rtol=4e-16)


def test_medians_are_exact_and_agree_with_numpy():
    rng = np.random.default_rng(5)
    n = fewer(20_000, 800)
    days = np.datetime64("2023-01-01") + rng.integers(0, 1000, n)
    rows = frame(days, rng.exponential(600.0, n), rng.choice(list("abcdefgh"), n))
    for q in ("median", 0.9, 0.1):
        panel = spc.Panel.from_events(rows, value="wait", statistic=q)
        for s, name in enumerate(panel.keys["measure"]):
            own = rows[rows.measure == name]
            at = own.date.to_numpy().astype("datetime64[M]")
            for t in (0, 2, 11, panel.n_periods - 1):
                month = np.datetime64("2023-01", "M") + t
                for window, cells in {1: panel.values, **panel.given}.items():
                    taken = own.wait.to_numpy()[(at <= month) & (at > month - window)]
                    if t < window - 1:
                        assert np.isnan(cells[s, t])
                    elif q == "median":
                        assert cells[s, t] == np.median(taken)
                    else:
                        assert cells[s, t] == pytest.approx(np.quantile(taken, q), rel=1e-14)


def test_window_medians_are_not_those_of_months():
    rows = frame(["2024-05-01"] * 9 + ["2024-06-01", "2024-07-01"], [60] * 9 + [600, 900])
    panel = spc.Panel.from_events(rows, value="wait", statistic="median")
    assert panel.values.tolist() == [[60, 600, 900]]
    assert panel.given[3][0, -1] == 60
    card = spc.compare(panel, measures=[spc.Measure("Calls", kind="median")], windows=(1, 3))
    assert card.current.tolist() == [[900, 60]]


def test_means_are_ratios_over_windows():
    rows = frame(["2024-06-01"] * 3 + ["2024-07-01"], [60, 120, 180, 1000])
    panel = spc.Panel.from_events(rows, value="wait", statistic="mean")
    assert panel.observed.tolist() == [[120, 1000]]
    measures = [spc.Measure("Calls", kind="duration")]
    assert spc.compare(panel, measures=measures, windows=2).current.tolist() == [[1360 / 4]]


def test_a_month_without_events_is_0_between_the_first_and_the_last_of_all():
    rows = frame(["2024-03-05", "2024-06-30", "2024-05-01"], names=["a", "b", "b"])
    panel = spc.Panel.from_events(rows)
    assert panel.months == ("2024-03", "2024-04", "2024-05", "2024-06")
    assert panel.values.tolist() == [[1, 0, 0, 0], [0, 0, 1, 1]]
    longer = spc.Panel.from_events(rows, since="2024-02", until="2024-08")
    assert longer.months[0] == "2024-02"
    assert longer.values.tolist() == [[0, 1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 0, 0]]
    medians = spc.Panel.from_events(rows.assign(wait=5), value="wait", statistic="median", windows=2)
    assert np.array_equal(medians.values, [[5, NAN, NAN, NAN], [NAN, NAN, 5, 5]], equal_nan=True)
    assert np.array_equal(medians.given[2], [[NAN, 5, NAN, NAN], [NAN, NAN, 5, 5]], equal_nan=True)


@pytest.mark.parametrize(
    "dates",
    [
        ["2024-07-31", "2024-06-01", "2024-07-01"],
        ["31/07/2024", "01/06/2024", "01/07/2024"],
        ["31/07/2024 23:59", "01/06/2024 00:00:00", "01/07/2024"],
        ["2024-07-31T23:59:59.5", "2024-06-01", "2024-07-01 00:00"],
        ["31 July 2024", "1 June 2024 10:15", "1 July 2024"],
        ["2024-07", "2024-06", "2024-07"],
        ["Jul-24", "Jun-24", "Jul-24"],
        [20240731, 20240601, 20240701],
        [202407, 202406, 202407],
        pd.to_datetime(["2024-07-31 23:59", "2024-06-01 00:00", "2024-07-01 00:00"]),
        pd.to_datetime(["2024-07-31 23:59", "2024-06-01 00:00", "2024-07-01 00:00"]).tz_localize(
            "Europe/London"
        ),
        pd.PeriodIndex(["2024-07", "2024-06", "2024-07"], freq="M"),
        [dt.date(2024, 7, 31), dt.date(2024, 6, 1), dt.date(2024, 7, 1)],
        pd.Categorical(["2024-07-31", "2024-06-01", "2024-07-01"]),
    ],
)
def test_dates_of_every_form_fall_into_the_month_of_the_clock(dates: Any):
    panel = spc.Panel.from_events(frame(dates))
    assert (panel.months, panel.values.tolist()) == (("2024-06", "2024-07"), [[1, 2]])


@pytest.mark.parametrize(
    "waits",
    [
        ["00:00:30", "01:00:00", "100:00:00.5"],
        [30, 3600, 360000.5],
        ["30", "3,600", "360000.5"],
        pd.to_timedelta([30, 3600, 360000.5], unit="s"),
        [dt.timedelta(seconds=30), dt.timedelta(hours=1), dt.timedelta(hours=100, seconds=0.5)],
        [30, "01:00:00", dt.timedelta(hours=100, seconds=0.5)],
        pd.array([30, 3600, 360000.5], dtype="Float64"),
    ],
)
def test_values_are_numbers_or_lengths_of_time(waits: Any):
    rows = frame(["2024-05-01", "2024-06-01", "2024-07-01"], waits)
    panel = spc.Panel.from_events(rows, value="wait", statistic="total")
    assert panel.values.tolist() == [[30, 3600, 360000.5]]


def test_totals_do_not_depend_on_the_order_of_rows():
    values = [1e16, 1.0, -1e16, 0.1, 0.2, 0.3]
    for order in (values, values[::-1], sorted(values)):
        rows = frame(["2024-07-01"] * 6, order)
        panel = spc.Panel.from_events(rows, value="wait", statistic="total")
        assert panel.values.tolist() == [[1.6]]


def test_categories_of_several_columns_are_series():
    rows = pd.DataFrame(
        {
            "area": pd.Categorical(["S", "N", "S"], categories=["N", "S", "E"]),
            "type": ["x", "x", "y"],
            "date": ["2024-07-01"] * 3,
        }
    )
    panel = spc.Panel.from_events(rows, series=["area", "type"])
    assert [panel.name(s) for s in range(3)] == ["S / x", "N / x", "S / y"]
    for other in (pl.DataFrame(rows.astype(str)), pl.DataFrame(rows.astype(str)).to_arrow()):
        assert spc.Panel.from_events(other, series=["area", "type"]).values.tolist() == panel.values.tolist()


BAD = {
    "no date": (["2024-07-31", None], [1, 2], "Calls, row 2, 'date': there is no date"),
    "no datetime": (
        pd.to_datetime(["2024-07-31", None]), [1, 2], "Calls, row 2, 'date': there is no date"),
    "words": (["2024-07-31", "soon"], [1, 2], "Calls, row 2, 'date': 'soon' is no date: write dates as"),
    "no such day": (["2024-02-30", "2024-02-01"], [1, 2], "row 1, 'date': '2024-02-30' names a day"),
    "no such time": (["2024-02-01 25:00"] * 2, [1, 2], "'2024-02-01 25:00' has no such time of day"),
    "a zone": (["2024-02-01T10:00:00Z"] * 2, [1, 2], "a time of day or a time zone in a form that is not"),
    "half a clock": (["2024-02-01 02:05 PM"] * 2, [1, 2], "or a time zone in a form that is not read: write"),
    "another form": (["2024-07-31", "01/08/2024"], [1, 2], "row 2, 'date': '01/08/2024' is written in"),
    "month first": (["07/31/2024"] * 2, [1, 2], "'07/31/2024' shows the month before the day"),
    "long ago": (
        pd.DatetimeIndex(["1204-01-01", "2024-01-01"], dtype="datetime64[s]"), [1, 2],
        "is not between 1900 and 2100: correct the year"),
    "the future": (["2024-07-31", "2099-01-01"], [1, 2], "'2099-01-01' lies in the future"),
    "no value": (["2024-07-31"] * 2, [1, NAN], "Calls, row 2, 'wait': there is no value: mend it"),
    "no text": (["2024-07-31"] * 2, ["1", ""], "Calls, row 2, 'wait': there is no value: mend it"),
    "a word": (["2024-07-31"] * 2, ["1", "n/a"], "Calls, row 2, 'wait': 'n/a' is a word where"),
    "suppressed": (["2024-07-31"] * 2, ["1", "<5"], "value): give a number, or a time such as 00:12:57, or"),
    "a percentage": (["2024-07-31"] * 2, ["1", "5%"], "'5%' is a percentage: give a number"),
    "infinite": (["2024-07-31"] * 2, [1, np.inf], "Calls, row 2, 'wait': 'inf' is infinite: give a number"),
    "too large": (["2024-07-31"] * 2, [1, 1e200], "'1e+200' is larger than 1e+100"),
    "too small": (["2024-07-31"] * 2, [1, 1e-200], "'1e-200' is smaller than 1e-100"),
    "true": (["2024-07-31"] * 2, [False, True], "Calls, row 1, 'wait': 'False' is a truth value"),
    "digits lost": (["2024-07-31"] * 2, [1, 2**60], "'1152921504606846976' is beyond 2**53"),
    "one digit lost": (["2024-07-31"] * 2, [1, 2**53 + 1], "'9007199254740993' is beyond 2**53"),
    "a short time": (["2024-07-31"] * 2, ["00:00:10", "12:57"], "write all three parts, as 00:12:57"),
    "a list": (["2024-07-31"] * 2, [[1], [2]], "Calls, row 1, 'wait': '[1]' "),
}  # fmt: skip


@pytest.mark.parametrize(("dates", "waits", "said"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_is_refused_by_series_row_and_raw_value(dates: Any, waits: Any, said: str):
    rows = frame(dates, waits)
    with pytest.raises(spc.InputError) as refusal:
        spc.Panel.from_events(rows, value="wait", statistic="mean")
    assert said in str(refusal.value)
    assert str(pickle.loads(pickle.dumps(refusal.value))) == str(refusal.value)


def test_all_problems_are_listed():
    rows = frame(["2024-07-31", "soon", "2024-07-31", ""], [1, 2, NAN, 3])
    with pytest.raises(spc.InputError, match=r"row 2.*2 more cells cannot be used either") as refusal:
        spc.Panel.from_events(rows, value="wait", statistic="mean")
    assert "missing=[" not in str(refusal.value)
    assert [(one.row, one.column, one.raw) for one in refusal.value.problems] == [
        *((2, "date", "soon"), (3, "wait", ""), (4, "date", "")),
    ]


def test_not_strict_keeps_a_refused_series_by_name_and_every_row_accounted_for():
    rows = frame(
        ["2024-05-01", "2024-06-01", "soon", "2024-07-01", "later"],
        [1, 2, 3, 4, 5],
        ["a", "b", "b", "a", "b"],
    )
    panel = spc.Panel.from_events(rows, strict=False)
    assert panel.refused.tolist() == [False, True]
    assert np.array_equal(panel.values, [[1, 0, 1], [NAN] * 3], equal_nan=True)
    report = panel.report
    assert repr(report) == "EventReport(5 events in, 2 used, 3 reported, 2 problems, 1 series refused)"
    assert (report.rows_in, report.rows_used, report.rows_reported) == (5, 2, 3)
    (one,) = report.refused
    assert (one.name, one.keys, one.n_problems) == ("b", ("b",), 2)
    assert one.problem.sentence.startswith("b, row 3, 'date': 'soon' is no date")
    assert spc.limits(panel).status.tolist() == ["short history", "refused"]
    assert spc.scorecard(panel).to_frame()["measure"].tolist() == ["a", "b"]
    assert not spc.Panel.from_events(rows[rows.measure == "a"]).report.problems
    with pytest.raises(spc.InputError, match="month to begin with: mend one, or say `since`"):
        spc.Panel.from_events(frame(["soon"]), strict=False)
    blank = spc.Panel.from_events(frame(["soon"]), strict=False, since="2024-01", until="2024-03")
    assert (blank.refused.tolist(), blank.n_periods) == ([True], 3)
    with pytest.raises(spc.InputError, match=r"datetimes\. 1 more cell cannot be used either\.$"):
        spc.Panel.from_events(frame(["soon", "later"]))


def test_events_without_a_value_may_be_skipped_and_are_counted():
    rows = frame(["2024-06-01", "2024-07-01", "2024-07-02"], [60, NAN, 120])
    panel = spc.Panel.from_events(rows, value="wait", statistic="mean", missing="skip")
    assert panel.of is not None and panel.of.tolist() == [[1, 1]]
    assert panel.report.rows_skipped == 1
    assert repr(panel.report) == "EventReport(3 events in, 2 used, 1 skipped, 0 problems)"


def test_events_beyond_the_ends_are_refused_and_not_cut():
    dates = ["2024-05-01", "2024-07-01"]
    with pytest.raises(spc.InputError, match=r"'2024-07-01' comes after `until`, 2024-06: mend it"):
        months(dates, until="2024-06")
    with pytest.raises(spc.InputError, match=r"'2024-05-01' comes before `since`, 2024-06: mend it"):
        months(dates, since="2024-06")
    assert months(["2099-05-01"], until="2099-06") == [1, 0]
    assert spc.Panel.from_events(frame(dates)).until("2024-06").values.tolist() == [[1, 0]]


LONDON, PARIS = (dt.timezone(dt.timedelta(hours=hours)) for hours in (1, 2))


def test_datetimes_one_by_one_with_zones_are_months_of_their_clocks():
    """Half past eleven in London and half past midnight in Paris are one moment, in two months."""
    zoned = [dt.datetime(2024, 7, 31, 23, 30, tzinfo=LONDON), dt.datetime(2024, 8, 1, 0, 30, tzinfo=PARIS)]
    rows = frame(zoned)
    assert rows.date.dtype == object
    assert spc.Panel.from_events(rows).values.tolist() == [[1, 1]]
    assert spc.Panel.from_events(rows, between=True).values.tolist() == [[0.0]]
    arrow = frame(pd.to_datetime(zoned[:1] * 2).astype("timestamp[us, tz=Europe/London][pyarrow]"))
    assert spc.Panel.from_events(arrow).values.tolist() == [[2]]
    with pytest.raises(spc.InputError, match="row 2, 'date': there is no date"):
        spc.Panel.from_events(frame([zoned[0], None]))
    with pytest.raises(spc.InputError, match="a time zone in a form that is not read"):
        spc.Panel.from_events(frame([zoned[0], dt.datetime(2024, 8, 1)]))


def test_whole_numbers_that_became_floats_are_dates_all_the_same():
    assert months([202405.0, 202407.0]) == [1, 0, 1]
    with pytest.raises(spc.InputError, match=r"row 2, 'date': there is no date.*own\.$"):
        months([202405.0, NAN])


def test_a_quantile_of_32_bits_is_the_decimal_that_was_written():
    rows = frame(["2024-07-31"] * 11, range(11))
    assert spc.Panel.from_events(rows, value="wait", statistic=np.float32(0.9)).values.tolist() == [[9.0]]


def test_what_is_at_fault_is_said():
    rows = frame(["2024-07-31"], [1])
    for asked, said in (
        ({"value": "wait"}, "`statistic` must say what is made of 'wait'"),
        ({"statistic": "median"}, "`value` must name the column"),
        ({"value": "wait", "statistic": "count"}, "`value` must not be given to count"),
        (
            {"value": "wait", "statistic": "mode"},
            "`statistic` must be one of 'count', 'total', 'mean', 'median'",
        ),
        ({"value": "wait", "statistic": 1.5}, "or a quantile between 0 and 1, got 1.5"),
        ({"value": "wait", "statistic": 1 / 3}, "six decimals"),
        ({"value": "wait", "statistic": 0.5, "windows": (1,)}, "`windows` must be a whole number from 2"),
        ({"value": "wait", "statistic": "mean", "missing": "drop"}, "`missing` must be one of"),
        ({"value": "wait", "statistic": 0.5, "windows": "12"}, "a whole number from 2 to 1200, got '12'"),
        ({"since": "2024-08", "until": "2024-07"}, "`since` must not come after `until`, got 2024-08 and"),
        ({"strict": "no"}, "`strict` must be True .* or False .*, got 'no'"),
        ({"series": None}, "`series` must name at least one key column"),
    ):
        with pytest.raises(spc.ChoiceError, match=said):
            spc.Panel.from_events(rows, **asked)
    with pytest.raises(spc.InputError, match="There is no column 'delay'"):
        spc.Panel.from_events(rows, value="delay", statistic="mean")


def test_the_page_runs():
    failed, tried = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert failed == 0 and tried > 5
