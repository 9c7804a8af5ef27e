"""What a newcomer gets wrong in a notebook: each is one sentence that says what was expected."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

import spc
from spc.results import Exceptions
from spc.scoring import Scorecard

MONTHS = [float(t % 7) + 20 for t in range(36)]
PANEL = spc.Panel.from_numpy([MONTHS, MONTHS[::-1]], start="2021-08", keys={"measure": ["a", "b"]})
PLAIN = spc.Panel.from_numpy([MONTHS], start=None)
FRAME = PANEL.to_frame()


@cache
def limits() -> spc.Limits:
    """Make limits when a test runs, so that nothing is compiled while tests are collected."""
    return spc.limits(PANEL, baseline=24)


@cache
def found() -> Exceptions:
    """Make exceptions, likewise."""
    return spc.exceptions(limits())


@cache
def card() -> Scorecard:
    """Make a scorecard, likewise."""
    return spc.scorecard(PANEL)


MISTAKES: dict[str, tuple[Callable[[], object], str]] = {
    "limits of a frame": (lambda: spc.limits(FRAME), "`panel` must be a Panel, got DataFrame: make one with"),
    "scorecard of a frame": (lambda: spc.scorecard(FRAME), "`panel` must be a Panel"),
    "compare a frame": (lambda: spc.compare(FRAME), "`panel` must be a Panel"),
    "trend of limits": (lambda: spc.trend(limits()), "`panel` must be a Panel, got Limits"),
    "roll a frame": (lambda: spc.rolling.total(FRAME), "`panel` must be a Panel"),
    "roll an array": (lambda: spc.rolling.mean(np.ones((2, 3))), "`panel` must be a Panel, got ndarray"),
    "ratio of counts": (lambda: spc.rolling.ratio(PANEL), "a has no denominators"),
    "exceptions of a panel": (lambda: spc.exceptions(PANEL), "`limits` must be a Limits, got Panel"),
    "weigh limits": (lambda: spc.weigh(limits()), "`exceptions` must be a Exceptions|an Exceptions"),
    "weigh with a word": (lambda: spc.weigh(found(), trend="strong"), "`trend` must be a Trend, got str"),
    "trend of others": (lambda: spc.weigh(found(), trend=spc.trend(PANEL.select([0]))), "the same series"),
    "trend of another month": (
        lambda: spc.weigh(found(), trend=spc.trend(PANEL, as_at="2024-01")),
        "a: `trend` must be as at the same month",
    ),
    "the class itself": (lambda: spc.limits(spc.Panel), "got Panel itself"),
    "a misspelt chart": (lambda: spc.limits(PANEL, chart="xrm"), "`chart` must be one of 'xmr'"),
    "no chart": (lambda: spc.limits(PANEL, chart=None), "`chart` must be"),
    "misspelt rules": (lambda: spc.exceptions(limits(), rules="nelsen"), "`rules` must be one of 'opcc'"),
    "no rules": (lambda: spc.exceptions(limits(), rules=None), "`rules` must be the name of a set or rows"),
    "one rule bare": (
        lambda: spc.exceptions(limits(), rules=spc.Rule("x", 1.0, 1, 1)),
        "`rules` must be the name",
    ),
    "seventeen rules": (
        lambda: spc.exceptions(limits(), rules=[spc.Rule(f"{i}", 1.0, 1, 1) for i in range(17)]),
        "at most 16 rows",
    ),
    "two rules of one name": (
        lambda: spc.exceptions(limits(), rules=(spc.Rule("x", 3.0), spc.Rule("y", 2.0), spc.Rule("x", 1.0))),
        "`rules` must give each row a name of its own, got 'x' 2 times",
    ),
    "a rule called trend": (
        lambda: spc.exceptions(limits(), rules=(spc.Rule("trend", 3.0),)),
        "`rules` must call no row 'trend'",
    ),
    "a zone in words": (lambda: spc.Rule("x", "two", 1, 1), "`zone` must be a number"),
    "more than all": (lambda: spc.Rule("x", 2.0, 3, 2), "`needed` must be a whole number from 1 to 2"),
    "baseline 0": (lambda: spc.limits(PANEL, baseline=0), "`baseline` must be"),
    "baseline in words": (lambda: spc.limits(PANEL, baseline="first"), "`baseline` must be 'all'"),
    "no baseline": (lambda: spc.limits(PANEL, baseline=None), "`baseline` must be 'all'"),
    "baseline backwards": (lambda: spc.limits(PANEL, baseline=("2023-01", "2022-01")), "in order"),
    "baseline of three": (lambda: spc.limits(PANEL, baseline=["2022-01"] * 3), "`baseline` must be 'all'"),
    "baseline outside": (
        lambda: spc.limits(PANEL, baseline=("2001-01", "2022-01")),
        "`baseline` must be a month",
    ),
    "a window upside down": (lambda: spc.Window(12, first=24), "`first` must be a whole number from 1 to 12"),
    "a month outside": (lambda: spc.limits(PANEL, as_at="2030-01"), "from 2021-08 to 2024-07, got '2030-01'"),
    "no month": (lambda: spc.limits(PANEL, as_at="July"), "`as_at` must be a month"),
    "not a time": (lambda: spc.limits(PANEL, as_at=pd.NaT), "`as_at` must be"),
    "a quarter": (
        lambda: spc.limits(PANEL, as_at=pd.Period("2024Q1")),
        "`as_at` must be a month, got a period",
    ),
    "too few months": (
        lambda: spc.limits(PANEL, as_at=["2024-07"] * 3),
        "one for each of the 2 series, got 3",
    ),
    "a calendar in plain order": (
        lambda: spc.limits(PLAIN, as_at="2024-07"),
        "`as_at` must be a whole number",
    ),
    "half an observation": (lambda: spc.limits(PLAIN, as_at=2.7), "`as_at` must be a whole number"),
    "phases of one text": (lambda: spc.phases_at(PANEL, "2023-01"), r"write \['2023-01'\]"),
    "phases of one month": (lambda: spc.phases_at(PANEL, pd.Period("2023-01")), "`months` must be a list"),
    "phases of another panel": (
        lambda: spc.limits(PANEL.until("2024-01"), phase=spc.phases_at(PANEL, ["2023-01"])),
        "`phase` must be made from the same panel",
    ),
    "phases as months": (lambda: spc.limits(PANEL, phase=["2023-01"]), "`phase` must be a Phases, got list"),
    "reasons too many": (
        lambda: spc.phases_at(PANEL, ["2023-01"], ["a", "b"]),
        "one for each of the 1 months",
    ),
    "select a word": (lambda: PANEL.select("a"), r"to choose by name write select\(measure="),
    "select a key that is none": (lambda: PANEL.select(area="a"), "`area` is no key of this panel"),
    "select who is not there": (lambda: PANEL.select(measure="c"), "No series has measure = 'c'"),
    "select beyond": (lambda: PANEL.select([99]), "positions below it"),
    "select with a short mask": (lambda: PANEL.select([True]), "must be a mask of 2"),
    "select halves": (lambda: PANEL.select([0.5]), "positions below it"),
    "measures as a path": (
        lambda: spc.scorecard(PANEL, measures="catalogue.toml"),
        "`measures` must be a Catalogue",
    ),
    "measures as a dict": (lambda: spc.compare(PANEL, measures={"a": 1}), "`measures` must be a Catalogue"),
    "a catalogue of names": (lambda: spc.Catalogue(["ASB"]), "made of Measure"),
    "a name not in it": (lambda: spc.Catalogue((spc.Measure("x"),))["y"], "no measure 'y'"),
    "a measure without a name": (lambda: spc.Measure(None), "`name` of a measure must be a text"),
    "a unit that is a number": (lambda: spc.Measure("x", unit=5), "`unit` of a measure must be a text"),
    "weights in words": (lambda: spc.weigh(found(), weighting="heavy"), "`weighting` must be one of 'opcc'"),
    "weights in a dict": (lambda: spc.weigh(found(), weighting={"One-Month": 1}), "`weighting` must be"),
    "windows of nothing": (lambda: spc.compare(PANEL, windows=()), "`windows` must name"),
    "a window of 0": (lambda: spc.rolling.total(PANEL, window=0), "`window` must be a whole number from 1"),
    "more than the window": (lambda: spc.rolling.total(PANEL, window=3, min_count=4), "`min_count` must be"),
    "strong above weak": (lambda: spc.trend(PANEL, strong=0.2), "`strong` must be at most `weak`"),
    "no width": (lambda: spc.limits(PANEL, width=-1), r"`width` must be a number in the interval \(0"),
    "no series at all": (lambda: spc.Panel.from_numpy([], start="2024-01"), "`values` must have the shape"),
    "two of one name": (
        lambda: spc.Panel.from_numpy([[1.0], [2.0]], start="2024-01", keys=["x", "x"]),
        "Two series are called x",
    ),
    "publish a frame": (
        lambda: spc.publish(FRAME),
        "`card` must be a Scorecard, got DataFrame: make one with",
    ),
    "since a frame": (lambda: spc.since(card(), FRAME), "`before` must be a Scorecard, got DataFrame"),
    "publish since a frame": (lambda: spc.publish(card(), before=FRAME), "`before` must be a Scorecard"),
    "a workbook called .csv": (
        lambda: card().to_excel("card.csv"),
        r"`path` must end in \.xlsx, .* 'card.csv'",
    ),
    "keys in the index": (
        lambda: spc.Panel.from_frame(FRAME.set_index("measure"), series="measure"),
        "no column 'measure': .*; it is in the index: reset_index\\(\\) first",
    ),
    "explain a frame": (lambda: spc.explain(FRAME, 0), "`card` must be a Scorecard, got DataFrame"),
    "explain whom": (
        lambda: spc.explain(card()),
        "such as 'a', or its keys .* got none of them, which names 2",
    ),
    "explain who is not there": (lambda: spc.explain(card(), "c"), "got 'c', which names none"),
    "explain two": (
        lambda: spc.explain(card(), measure=["a", "b"]),
        r"got measure=\['a', 'b'\], which names 2",
    ),
    "a window in quotes": (
        lambda: spc.Panel.from_frame(FRAME, given={"year": "value"}),
        "`given` must be a whole number",
    ),
    "text in an array": (lambda: spc.Panel.from_numpy([["1"]], start="2024-01"), "`values` must be numbers"),
    "truth in an array": (
        lambda: spc.Panel.from_numpy([[True]], start="2024-01"),
        "`values` must be numbers",
    ),
    "big whole numbers": (lambda: spc.Panel.from_numpy([[2**60 + 1]], start="2024-01"), r"beyond 2\*\*53"),
    "less than nothing of": (
        lambda: spc.Panel.from_numpy([[1.0]], start="2024-01", of=[[-2.0]]),
        "is below 0: no denominator is",
    ),
    "a form of frame": (
        lambda: spc.scorecard(PANEL).to_frame("html"),
        "`form` must be one of 'words', 'numbers'",
    ),
    "an unknown sample": (lambda: spc.samples.load("wiltshire"), "`name` must be one of 'wiltshire_2024'"),
    "a year long gone": (
        lambda: spc.Panel.from_frame(
            pd.DataFrame({"measure": ["a"], "month": [pd.Period("0204-07", "M")], "value": [1.0]})
        ),
        "Row 1, 'month': 0204-07 is not between 1900 and 2100",
    ),
    "no rows wide": (lambda: spc.Panel.from_wide(pd.DataFrame({"a": [], "202401": []})), "no rows"),
}


@pytest.mark.parametrize(("mistake", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_one_sentence(mistake: Callable[[], object], sentence: str):
    with pytest.raises(spc.SpcError, match=sentence) as told:
        mistake()
    assert "\n" not in str(told.value)
    assert str(told.value).endswith(".")
    assert str(pickle.loads(pickle.dumps(told.value))) == str(told.value)


def test_an_attribute_that_is_none():
    with pytest.raises(AttributeError, match="spc has no 'limit'; it has"):
        spc.limit  # noqa: B018


@pytest.mark.parametrize("count", [0, -1, "two", True])
def test_threads(count):
    with pytest.raises(spc.ChoiceError, match="`count` must be a whole number from 1"):
        spc.set_threads(count)


def test_masked_cells_stay_masked():
    cells = np.ma.array([[1, 2, 3]], mask=[[0, 1, 0]])
    np.testing.assert_array_equal(spc.Panel.from_numpy(cells, start="2024-01").values, [[1, np.nan, 3]])


def test_durations_become_seconds():
    cells = np.array([[1500, 2500]], dtype="timedelta64[ms]")
    np.testing.assert_array_equal(spc.Panel.from_numpy(cells, start="2024-01").values, [[1.5, 2.5]])


def test_nothing_is_a_selection():
    assert PANEL.select([]).n_series == 0
    assert spc.scorecard(PANEL.select([])).to_frame().empty


def test_keys_that_have_the_name_of_a_field():
    panel = spc.Panel.from_numpy(
        [MONTHS], start="2021-08", keys={"measure": ["m"], "status": ["x"], "month": ["y"]}
    )
    made = spc.scorecard(panel).to_frame()
    assert made[["status_key", "month_key"]].to_numpy().tolist() == [["x", "y"]]
    assert made["status"].tolist() == ["ok"]
    assert spc.limits(panel).to_frame()["month_key"].tolist() == ["y"] * 36


def test_a_panel_cannot_be_changed_not_even_after_a_pickle():
    for panel in (PANEL, pickle.loads(pickle.dumps(PANEL))):
        for array in (panel.values, panel.keys["measure"], panel.is_ratio):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = array[1]


def test_a_measure_reported_before_its_data_begin():
    card = spc.scorecard(PANEL, measures=[spc.Measure("a", lag=40), spc.Measure("b")])
    rows = card.to_frame().set_index("measure")
    assert rows.loc["a", ["month", "m3", "m12", "exceptions", "weighting", "status"]].tolist() == [
        *[""] * 5,
        "no data",
    ]
    assert rows.loc["b", "status"] == "ok"
    assert card.to_html()


def test_a_series_without_a_value_in_the_month_says_so():
    panel = spc.Panel.from_numpy([[*MONTHS[:-1], np.nan], MONTHS], start="2021-08")
    rows = spc.scorecard(panel).to_frame()
    assert rows["status"].tolist() == ["no value", "ok"]


def test_rules_without_points_never_weigh_a_silent_nought():
    panel = spc.Panel.from_numpy([[*MONTHS[:34], 90.0, 95.0]], start="2021-08")
    found = spc.exceptions(spc.limits(panel, baseline=24), rules="western_electric")
    assert found.at[0] != 0
    assert np.isnan(spc.weigh(found, trend=spc.trend(panel)).weight[0])


def test_given_windows_are_in_their_unit_already():
    panel = spc.Panel.from_numpy(
        [[80.0] * 36], start="2021-08", of=[[100.0] * 36], given={12: [[81.2] * 36]}, keys={"measure": ["m"]}
    )
    card = spc.scorecard(panel, measures=[spc.Measure("m", kind="rolling12")])
    assert card.to_frame()["m12"].tolist() == ["81.2%"]


def test_a_count_with_a_denominator_is_judged_as_the_count():
    panel = spc.Panel.from_numpy([MONTHS], start="2021-08", of=[[1000.0] * 36], keys={"measure": ["m"]})
    card = spc.scorecard(panel, measures=[spc.Measure("m", kind="count")])
    assert card.limits.centre[0, -1] == np.mean(MONTHS[:24])
    assert card.to_frame()["m12"].tolist() == [f"{sum(MONTHS[-12:]):,.0f}"]


def test_limits_stay_within_the_window_whatever_the_phases():
    panel = spc.Panel.from_numpy([[float(t % 5) for t in range(120)]], start="2014-01")
    limits = spc.limits(panel, phase=spc.phases_at(panel, ["2022-06"]), baseline=spc.Window(36, first=24))
    assert np.isnan(limits.ucl[0, :84]).all()


def test_a_huge_change_is_printed():
    panel = spc.Panel.from_numpy([[1e-100] * 12 + [1e100] * 12], start="2022-08")
    assert spc.scorecard(panel).to_frame()["change"][0].endswith("%")


def test_reasons_go_with_their_months():
    phases = spc.phases_at(PANEL, ["2023-06", "2022-06"], ["late", "early"])
    assert [phases.reason(p) for p in range(3)] == ["", "early", "late"]
    from_the_start = spc.phases_at(PANEL, ["2021-08", "2022-06"], ["as it began", "early"])
    assert [from_the_start.reason(p) for p in range(2)] == ["", "early"]  # the first phase needs none
