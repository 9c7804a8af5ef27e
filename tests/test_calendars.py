"""The calendar: days, working days, quarters, financial years to date."""

from __future__ import annotations

import calendar
import doctest
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spc

PAGE = Path(__file__).parents[1] / "docs" / "calendar.md"
NAN = np.nan
#: England and Wales, as gov.uk listed them: 2022 with the jubilee and the funeral, 2023 with the coronation.
ENGLAND = {
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
}
CLOSED = [date.fromisoformat(f"{year}-{day}") for year, days in ENGLAND.items() for day in days.split()]


def counts(n_periods: int, start: str, measure: str = "Calls") -> spc.Panel:
    return spc.Panel.from_numpy(
        np.arange(1.0, n_periods + 1), start=start, keys={"measure": [measure]}
    )  # fmt: skip


def days_of(panel: spc.Panel) -> list[float]:
    assert panel.of is not None
    return panel.of[0].tolist()


def by_hand(month: str, closed: list[date]) -> int:
    """Walk through the month day by day."""
    year, number = map(int, month.split("-"))
    first = date(year, number, 1)
    days = [first + timedelta(d) for d in range(calendar.monthrange(year, number)[1])]
    return sum(day.weekday() < 5 and day not in closed for day in days)


def test_days_know_leap_years():
    for year, february in ((2023, 28), (2024, 29), (1900, 28), (2000, 29), (2100, 28)):
        days = days_of(spc.per_day(counts(12, f"{year}-01")))
        assert days == [calendar.monthrange(year, month)[1] for month in range(1, 13)]
        assert (days[1], sum(days)) == (february, 337 + february)


@given(start=st.integers(1900 * 12, 2090 * 12), n_periods=st.integers(1, 40))
def test_days_and_weekdays_equal_those_counted_one_by_one(start: int, n_periods: int):
    panel = counts(n_periods, f"{start // 12}-{start % 12 + 1:02d}")
    months = [tuple(map(int, month.split("-"))) for month in panel.months]
    assert days_of(spc.per_day(panel)) == [calendar.monthrange(*month)[1] for month in months]
    assert days_of(spc.per_working_day(panel, holidays=[])) == [by_hand(month, []) for month in panel.months]


def test_working_days_leave_out_the_dates_handed_in():
    panel = counts(48, "2022-01")
    found = days_of(spc.per_working_day(panel, holidays=CLOSED))
    assert found == [by_hand(month, CLOSED) for month in panel.months]
    assert [sum(found[first : first + 12]) for first in (0, 12, 24, 36)] == [250, 251, 254, 253]
    shuffled = [f"{day}" for day in CLOSED[::-1]] + [
        date(2024, 12, 28),
        CLOSED[0],
    ]  # a Saturday, and one twice
    assert days_of(spc.per_working_day(panel, holidays=shuffled)) == found


def test_bank_holidays_of_england_are_those_of_the_package():
    pytest.importorskip("holidays", reason="the extra `calendar` is not installed")
    panel = counts(48, "2022-01")
    assert days_of(spc.per_working_day(panel)) == days_of(spc.per_working_day(panel, holidays=CLOSED))
    scotland = spc.per_working_day(panel, holidays="Scotland")
    assert scotland.note == "Counts are per working day (Scotland)."
    assert days_of(scotland) != days_of(spc.per_working_day(panel))


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(
        spc.ChoiceError,
        match=r"holidays of England .* pip install 'opcc-spc\[calendar\]', or give spc.per_working_day dates",
    ):
        spc.per_working_day(counts(12, "2024-01"))
    assert days_of(spc.per_working_day(counts(1, "2024-02"), holidays=[])) == [21]


def test_windows_are_events_over_days():
    panel = spc.Panel.from_numpy([[100.0] * 24], start="2022-08", keys={"measure": ["Calls"]})
    daily = spc.per_day(panel)
    rate = [spc.Measure("Calls", kind="rate", unit="per_1")]
    table = spc.compare(daily, measures=rate, windows=(1, 12))
    assert table.current[0].tolist() == [100 / 31, 1200 / 366]
    assert table.previous[0].tolist() == [100 / 31, 1200 / 365]
    assert spc.rolling.ratio(daily).observed[0, -1] == 1200 / 366
    card = spc.scorecard(daily, measures=rate).to_frame()
    assert (card["m12"].iloc[0], card["month"].iloc[0]) == ("3.3", "3.2")


def test_a_missing_month_has_no_days_and_leaves_the_window_missing():
    values = [10.0] * 24
    values[15] = NAN
    daily = spc.per_day(spc.Panel.from_numpy(values, start="2022-08"))
    assert np.isnan(days_of(daily)[15])
    assert np.isnan(spc.compare(daily).current[0, 2])


def test_what_is_no_count_stays_as_it_is():
    values, of = [[5.0, 6.0]] * 3, [[NAN, NAN], [10.0, 10.0], [NAN, NAN]]
    panel = spc.Panel.from_numpy(
        values, start="2024-01", of=of, keys={"measure": ["a", "b", "c"]}, given={3: values}
    )
    panel = spc.Panel.from_frame(panel.to_frame(), of="of", given={3: "given_3"})
    measures = [spc.Measure("a"), spc.Measure("b", kind="rate"), spc.Measure("c", kind="stock")]
    daily = spc.per_day(panel, measures=measures)
    assert daily.of is not None
    assert np.array_equal(daily.of, [[31, 29], [10, 10], [NAN, NAN]], equal_nan=True)
    assert daily.is_ratio.tolist() == [True, True, False]
    assert np.isnan(daily.given[3][0]).all() and daily.given[3][1:].tolist() == values[1:]
    population = spc.per_day(panel, measures=[spc.Measure(name) for name in "abc"])
    assert population.of is not None and population.of.tolist() == [[31, 29]] * 3
    assert spc.per_day(panel).note == "Counts are per day."


def quarters(*figures: float, n_periods: int = 24, first: int = 2) -> list[float]:
    cells = np.full(n_periods, NAN)
    cells[first : first + 3 * len(figures) : 3] = figures
    return cells.tolist()


def test_quarters_become_windows_by_kind_and_no_months():
    nothing = [NAN] * 24
    values = [quarters(*range(1, 9)), quarters(*range(1, 9)), quarters(*range(1, 9)), [5.0] * 24]
    of = [nothing, nothing, quarters(*range(10, 18)), nothing]
    panel = spc.Panel.from_numpy(values, start="2022-04", of=of, keys={"measure": list("abcd")})
    kinds = ["count", "stock", "rate", "count"]
    measures = [spc.Measure(name, kind=kind) for name, kind in zip("abcd", kinds, strict=True)]
    found = spc.quarterly(panel, measures=measures)
    assert np.isnan(found.values[:3]).all() and found.values[3].tolist() == [5.0] * 24
    assert not found.is_ratio.any()
    assert found.given[3][:, -1].tolist()[:3] == [8, 8, 8 / 17 * 100]
    assert found.given[12][:, -1].tolist()[:3] == [26, 6.5, 26 / 62 * 100]
    assert np.isnan(found.given[12][3]).all()
    assert found.given[3][0].tolist()[2:8] == [1, 1, 1, 2, 2, 2]
    assert np.isnan(found.given[3][0, :2]).all() and np.isnan(found.given[12][0, :11]).all()
    card = spc.scorecard(
        found,
        measures=[spc.Measure("a", kind="rolling12", unit="number"), spc.Measure("c", kind="rate")],
    ).to_frame().set_index("measure")  # fmt: skip
    assert (card.loc["a", "m12"], card.loc["c", "m12"]) == ("26", "41.9%")
    assert "8" not in card.loc["a", "month"] and card.loc["c", "month"] == ""


def test_a_late_quarter_is_not_replaced_by_an_older_one():
    panel = spc.Panel.from_numpy(quarters(*range(1, 8)), start="2022-04")
    found = spc.quarterly(panel)
    assert np.isnan(found.given[3][0, -1]) and found.given[3][0, -2] == 7
    assert np.isnan(found.given[12][0, -1]) and found.given[12][0, -2] == 22


def test_ready_figures_are_kept():
    panel = spc.Panel.from_numpy(
        quarters(*range(1, 9)), start="2022-04", given={12: [quarters(*range(11, 19))]}, keys=["m"]
    )
    median = spc.quarterly(panel, measures=[spc.Measure("m", kind="median")])
    assert median.given[3][0, -1] == 8 and median.given[12][0, -1] == 18


def test_which_series_are_quarterly():
    panel = spc.Panel.from_numpy(
        [quarters(1, 2, 3, 4), quarters(1, 2, 3), quarters(1, 2, 3, 4)[::-1], [1.0] * 24], start="2022-04"
    )
    assert np.isnan(spc.quarterly(panel).values).all(axis=1).tolist() == [True, False, True, False]
    assert np.isnan(spc.quarterly(panel, series=[1]).values).all(axis=1).tolist() == [
        False,
        True,
        False,
        False,
    ]
    with pytest.raises(
        spc.InputError, match="3 is not quarterly: it has figures for 2022-04 and for 2022-05"
    ):
        spc.quarterly(panel, series=[3])


@pytest.mark.parametrize("starts", [1, 4, 9])
def test_year_to_date_is_the_same_months_of_both_years(starts: int):
    rng = np.random.default_rng(starts)
    values, of = rng.integers(1, 50, (2, 48)).astype(float)
    nothing = np.full(48, NAN)
    panel = spc.Panel.from_numpy(
        [values, values, values], start="2021-01", of=[nothing, of, nothing], keys={"measure": list("abc")}
    )
    measures = [spc.Measure("a"), spc.Measure("b", kind="rate"), spc.Measure("c", kind="stock")]
    for t in range(24, 48):
        length = (t % 12 - (starts - 1)) % 12 + 1
        found = spc.year_to_date(panel, measures=measures, as_at=panel.months[t], starts=starts)
        assert found.months.tolist() == [length] * 3
        for cells, last in ((found.current, t), (found.previous, t - 12)):
            top, below = (part[last - length + 1 : last + 1] for part in (values, of))
            assert cells.tolist() == pytest.approx([top.sum(), 100 * top.sum() / below.sum(), top.mean()])
        assert found.change[1] == pytest.approx(found.current[1] - found.previous[1])
        assert found.change[0] == pytest.approx(100 * (found.current[0] / found.previous[0] - 1))


def test_year_to_date_of_measures_in_arrears_and_of_months_that_are_missing():
    values = np.ones((3, 36))
    values[1, 30] = NAN
    panel = spc.Panel.from_numpy(values, start="2022-04", keys={"measure": list("abc")})
    measures = [spc.Measure("a", lag=1, improvement="low"), spc.Measure("b"), spc.Measure("c")]
    found = spc.year_to_date(panel, measures=measures, as_at="2024-04")
    assert found.months.tolist() == [12, 1, 1]
    assert found.to_frame()["to"].tolist() == ["2024-03", "2024-04", "2024-04"]
    assert found.current.tolist() == [12, 1, 1] and found.judgement[0] == "little change"
    later = spc.year_to_date(panel, measures=measures)
    assert later.months.tolist() == [11, 12, 12] and np.isnan(later.current[1])
    assert repr(later) == "YearToDate(3 series, years from Apr)"
    before = spc.year_to_date(panel, measures=measures, as_at="2022-04")
    assert before.to_frame()["to"].tolist() == ["", "2022-04", "2022-04"]
    assert np.isnan(before.current[0]) and np.isnan(before.change).all()


def test_what_is_at_fault_is_said():
    panel, plain = counts(12, "2024-01"), spc.Panel.from_numpy([1.0, 2.0], start=None)
    for verb in (spc.per_day, spc.per_working_day, spc.quarterly, spc.year_to_date):
        with pytest.raises(spc.ChoiceError, match="`panel` must have months, got one in plain order"):
            verb(plain)
        with pytest.raises(spc.ChoiceError, match="`panel` must be a Panel"):
            verb(panel.to_frame())
    rate: Any = spc.Panel.from_numpy([1.0], start="2024-01", of=[2.0])
    with pytest.raises(spc.ChoiceError, match="No series of this panel is a count"):
        spc.per_day(rate)
    for closed in ("Cornwall", 5, [5], ["soon"], [None]):
        with pytest.raises(spc.ChoiceError, match="`holidays` must be one of 'England', 'Wales'"):
            spc.per_working_day(panel, holidays=closed)
    with pytest.raises(spc.ChoiceError, match="`starts` must be a whole number from 1 to 12"):
        spc.year_to_date(panel, starts=0)


def test_the_page_runs():
    failed, tried = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert failed == 0 and tried > 5
