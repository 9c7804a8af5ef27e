"""Variation and assurance: every combination of direction, target and exceptions, as a printed table has it.

Source: NHS England, Making Data Count, Strengthening your decisions (2019, 2023).
"""

from __future__ import annotations

import doctest
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc
from spc.results.assurance import VARIATIONS
from tests.panels import START, make

SHARED = Path(__file__).parents[2] / "shared" / "data" / "nhs_ae_breaches_2016-04_2019-03.parquet"
HIGH, LOW = 1, 2  # of the first rule

#: Exceptions of the month, preferred direction, the words.
VARIATION = [
    ("none", "high", "common cause"),
    ("none", "low", "common cause"),
    ("none", "neither", "common cause"),
    ("high", "high", "special cause improving"),
    ("high", "low", "special cause concerning"),
    ("high", "neither", "special cause neutral"),
    ("low", "high", "special cause concerning"),
    ("low", "low", "special cause improving"),
    ("low", "neither", "special cause neutral"),
    ("both", "high", "special cause improving and concerning"),
    ("both", "low", "special cause improving and concerning"),
    ("both", "neither", "special cause neutral"),
    ("unsided", "high", "special cause neutral"),
    ("unsided", "low", "special cause neutral"),
    ("unsided", "neither", "special cause neutral"),
    ("high and unsided", "high", "special cause improving"),
    ("high and unsided", "low", "special cause concerning"),
    ("high and unsided", "neither", "special cause neutral"),
    ("low and unsided", "high", "special cause concerning"),
    ("low and unsided", "low", "special cause improving"),
]
#: Target against limits of 4 and 16, preferred direction, the word; a value on the target meets it.
ASSURANCE = [
    (3.0, "high", "passes"),
    (4.0, "high", "passes"),
    (4.0 + 1e-6, "high", "hit or miss"),
    (10.0, "high", "hit or miss"),
    (16.0, "high", "hit or miss"),
    (16.0 + 1e-6, "high", "fails"),
    (17.0, "high", "fails"),
    (3.0, "low", "fails"),
    (4.0 - 1e-6, "low", "fails"),
    (4.0, "low", "hit or miss"),
    (10.0, "low", "hit or miss"),
    (16.0 - 1e-6, "low", "hit or miss"),
    (16.0, "low", "passes"),
    (17.0, "low", "passes"),
    (3.0, "neither", ""),
    (10.0, "neither", ""),
    (np.nan, "high", ""),
    (np.nan, "low", ""),
]


def judged(values: Any, rules: Any = "opcc", **asked: Any) -> Any:
    """Judge months by limits that are known: by default 4 .. 16 about 10."""
    known = {"centre": 10.0, "sigma": 2.0} if not asked else {}
    return spc.exceptions(
        spc.limits(spc.Panel.from_numpy(values, start=START), **known, **asked), rules=rules
    )


def flagged(bits: str) -> Any:
    """Give a month of 30 the exceptions of this name, of one sided rule and one that has no side."""
    rules = [
        spc.Rule("One", zone=3.0, needed=1, span=1),
        spc.Rule("15 within 1 sigma", zone=1.0, needed=15, span=15, asks="within"),
    ]
    found = judged([[10.0] * 30], rules=rules)
    mask = np.zeros_like(found.mask)
    parts = {"none": 0, "high": HIGH, "low": LOW, "both": HIGH | LOW, "unsided": 4}
    mask[0, -1] = sum(parts[part] for part in bits.split(" and "))
    return replace(found, mask=mask)


@pytest.mark.parametrize(("bits", "direction", "words"), VARIATION)
def test_variation(bits: str, direction: str, words: str) -> None:
    found = spc.assure(flagged(bits), improvement=direction)
    assert found.variation.tolist() == [words]
    assert VARIATIONS[int(found.variation_code[0, -1])] == words and not found.variation_code[0, :-1].any()


@pytest.mark.parametrize(("target", "direction", "word"), ASSURANCE)
def test_assurance(target: float, direction: str, word: str) -> None:
    found = spc.assure(judged([[10.0] * 30]), improvement=direction, target=target)
    assert found.assurance.tolist() == [word]
    assert found.expected.tolist() == [[4.0, 16.0]]


def test_the_table_is_whole() -> None:
    assert sorted(VARIATIONS) == list(range(8))
    assert {words for *_, words in VARIATION} == set(VARIATIONS.values())


def test_the_page_has_the_same_table_and_runs() -> None:
    page = Path(__file__).parents[1] / "docs" / "assurance.md"
    found = doctest.testfile(str(page), module_relative=False)
    assert found.failed == 0 and found.attempted > 6
    rows = {
        "none": "none",
        "high": "on the high side",
        "low": "on the low side",
        "both": "on both sides",
        "unsided": "without a side",
    }
    text = page.read_text(encoding="utf-8")
    for bits, row in rows.items():
        words = {direction: word for name, direction, word in VARIATION if name == bits}
        cells = " | ".join(words[direction] for direction in ("high", "low", "neither"))
        assert f"| {row} | {cells} |\n" in text


def test_above_the_limit_and_yet_falling_is_both() -> None:
    """The NHS shows such a point as both: 20 is above the limit of 16, and the last of six steps down."""
    months = [10.0] * 23 + [26.0, 25.0, 24.0, 23.0, 22.0, 21.0, 20.0]
    rows = spc.RULES["nhs_2023"]
    falling = next(i for i, rule in enumerate(rows) if rule.asks == "step")
    exceptions = judged([months], rules=rows)
    assert exceptions.at[0] >> (2 * falling) & 3 == 2
    found = spc.assure(exceptions, improvement="low")
    assert found.variation.tolist() == ["special cause improving and concerning"]
    assert found.variation_code[0, 23:].tolist() == [2] * 6 + [3]


def test_a_limit_that_is_on_its_target_but_for_rounding_passes() -> None:
    """0.1 + 0.2 is 0.30000000000000004 in floating point; a near-tie counts as on the target (SPEC 9)."""
    panel = spc.Panel.from_numpy([[0.4] * 30], start=START)
    exceptions = spc.exceptions(spc.limits(panel, centre=0.1 + 0.2 + 0.3, sigma=0.1))
    lower = exceptions.limits.lcl[0, -1]
    assert lower != 0.3
    for target in (0.3, np.nextafter(lower, 1.0), np.nextafter(lower, 0.0)):
        assert spc.assure(exceptions, improvement="high", target=target).assurance[0] == "passes"
    assert spc.assure(exceptions, improvement="high", target=0.3 + 1e-8).assurance[0] == "hit or miss"


@pytest.mark.parametrize(
    ("direction", "target", "word"),
    [
        ("low", 6.0, "hit or miss"),
        ("low", 7.0, "passes"),
        ("low", 8.0, "passes"),
        ("high", 0.0, "passes"),
        ("high", 1.0, "hit or miss"),
        ("high", 7.0, "hit or miss"),
        ("high", 8.0, "fails"),
        ("low", 0.0, "hit or miss"),
    ],
)
def test_small_counts_are_expected_between_the_counts_that_fire(
    direction: str, target: float, word: str
) -> None:
    """A month of eight is an exception, so seven is the most that is common cause; no low count fires."""
    months = [[1.0, 2.0] * 12 + [1.0] * 6]
    exceptions = judged(months, chart="small_count", baseline=24)
    assert exceptions.limits.ucl[0, -1] == 8.0 and np.isnan(exceptions.limits.lcl[0, -1])
    found = spc.assure(exceptions, improvement=direction, target=target)
    assert found.expected.tolist() == [[0.0, 7.0]]
    assert found.assurance.tolist() == [word]


def test_small_counts_with_a_low_count_that_fires() -> None:
    exceptions = judged([[20.0, 24.0] * 12 + [22.0] * 6], chart="small_count", baseline=24)
    low, high = exceptions.limits.lcl[0, -1], exceptions.limits.ucl[0, -1]
    words = {
        ("high", low): "passes",
        ("high", low + 1): "passes",
        ("high", low + 2): "hit or miss",
        ("low", high - 2): "hit or miss",
        ("low", high - 1): "passes",
        ("low", low): "fails",
        ("low", low + 1): "hit or miss",
    }
    for (direction, target), word in words.items():
        assert spc.assure(exceptions, improvement=direction, target=target).assurance[0] == word, target


def test_a_limit_that_is_not_there_holds_nothing_back() -> None:
    exceptions = judged([[10.0] * 30])
    limits = replace(exceptions.limits, phase_lower=np.array([np.nan]))
    found = spc.assure(replace(exceptions, limits=limits), improvement="high", target=-1e9)
    assert found.assurance.tolist() == ["hit or miss"]
    found = spc.assure(replace(exceptions, limits=limits), improvement="low", target=-1e9)
    assert found.assurance.tolist() == ["hit or miss"]
    found = spc.assure(replace(exceptions, limits=limits), improvement="low", target=16.0)
    assert found.assurance.tolist() == ["passes"]


def test_clipped_limits_are_what_can_be_expected() -> None:
    """A proportion about 0.98 cannot pass 1, so a target of 1 is hit or miss, not failed."""
    top, of = [[98.0, 99.0, 97.0] * 10], [[100.0] * 30]
    panel = spc.Panel.from_numpy(top, of=of, start=START)
    exceptions = spc.exceptions(spc.limits(panel, chart="p"))
    assert exceptions.limits.ucl[0, -1] == 1.0
    assert spc.assure(exceptions, improvement="high", target=1.0).assurance[0] == "hit or miss"
    assert spc.assure(exceptions, improvement="low", target=1.0).assurance[0] == "passes"


def test_limits_of_the_month_count_where_they_differ_by_month() -> None:
    """With 25 in the last month in place of 2,500 the p chart is ten times as wide."""
    of = [[2500.0] * 29 + [25.0]]
    top = [[0.1 * n + (t % 3 - 1) * 0.002 * n for t, n in enumerate(of[0])]]
    panel = spc.Panel.from_numpy(np.rint(top), of=of, start=START)
    exceptions = spc.exceptions(spc.limits(panel, chart="p"))
    assert spc.assure(exceptions, improvement="low", target=0.15).assurance[0] == "hit or miss"
    before = spc.exceptions(spc.limits(panel, chart="p", as_at="2022-05"))
    assert spc.assure(before, improvement="low", target=0.15).assurance[0] == "passes"


@pytest.mark.parametrize("chart", ["mr", "ewma", "cusum", "ma", "run"])
def test_no_assurance_where_points_are_no_single_months(chart: str) -> None:
    exceptions = judged(make("counts", 1, n=4, months=36).values, chart=chart)
    found = spc.assure(exceptions, improvement="high", target=1.0)
    assert set(found.assurance) == {""}
    assert np.isnan(found.expected).all()


def test_a_large_range_is_neither_better_nor_worse() -> None:
    months = [[10.0, 11.0] * 12 + [10.0, 30.0]]
    exceptions = judged(months, chart="mr", baseline=24)
    assert exceptions.at[0]
    assert spc.assure(exceptions, improvement="high").variation[0] == "special cause neutral"


def test_statuses_that_leave_nothing_to_say() -> None:
    months = [
        [10.0, 12.0] * 15,
        [np.nan] * 22 + [10.0, 12.0] * 4,
        [5.0] * 30,
        [np.nan] * 30,
        [10.0, 12.0] * 14 + [11.0, np.nan],
    ]
    found = spc.assure(judged(months, baseline=24), improvement="high", target=1.0)
    assert found.status.tolist() == ["ok", "short history", "no variation", "no data", "no value"]
    assert found.variation.tolist() == ["common cause", "", "", "", ""]
    # the target lies against the limits whether or not the last month has a value
    assert found.assurance.tolist() == ["passes", "", "", "", "passes"]
    assert found.to_frame()["status"].tolist() == found.status.tolist()


CATALOGUE = [
    spc.Measure("rate", kind="rate", improvement="low", target=5.0),
    spc.Measure("dated", kind="rate", improvement="low", target={"2019-01": 6.0, "2022-01": 0.05}),
    spc.Measure("count", improvement="high", target=8),
    spc.Measure("per 1000", kind="rate", unit="per_1000", improvement="high", target=20),
    spc.Measure("no target", improvement="high"),
    spc.Measure("no direction", target=10),
]


def catalogued(**asked: Any) -> Any:
    names = [measure.name for measure in CATALOGUE] + ["not in it"]
    of = [[1000.0] * 30 if "rate" in row.kind else [np.nan] * 30 for row in CATALOGUE] + [[np.nan] * 30]
    values = [[30.0, 32.0] * 15] * 2 + [[10.0, 11.0] * 15] + [[30.0, 32.0] * 15] + [[10.0, 11.0] * 15] * 3
    panel = spc.Panel.from_numpy(values, of=of, start=START, keys={"measure": names})
    return spc.assure(spc.exceptions(spc.limits(panel)), measures=CATALOGUE, **asked)


def test_the_catalogue_speaks_in_the_unit_that_is_shown() -> None:
    found = catalogued()
    assert found.target[:4].tolist() == [0.05, 0.0005, 8.0, 0.02]
    assert found.targets[1, [0, 23, 24]].tolist() == [0.06, 0.06, 0.0005]
    assert found.assurance.tolist() == ["passes", "fails", "hit or miss", "passes", "", "", ""]
    assert found.to_frame()["improvement"].tolist() == ["low"] * 2 + ["high"] * 3 + ["neither"] * 2
    assert repr(found) == "Assurance(7 series: 0 improving, 0 concerning, 1 fail their target)"


def test_what_is_said_directly_comes_before_the_catalogue() -> None:
    found = catalogued(improvement="high", target=[np.nan, 0.0, 0.0, 0.0, 0.0, 0.0, 99.0])
    assert found.assurance.tolist() == ["", "passes", "passes", "passes", "passes", "passes", "fails"]
    dated = catalogued(target={"2019-01": 0.0, "2022-06": 1e6})
    assert dated.targets[0, [0, 28, 29]].tolist() == [0.0, 0.0, 1e6]
    words = ["high", "low", "neither", "low", "low", "high", "high"]
    assert catalogued(improvement=words).to_frame()["improvement"].tolist() == words


def test_a_chart_and_its_assurance_have_one_target() -> None:
    """The portrait of a scorecard draws it in the unit of the page, the assurance in that of the limits."""
    from spc.portrait import portrait

    names = {"measure": ["dated"]}
    panel = spc.Panel.from_numpy([[30.0, 32.0] * 15], of=[[1000.0] * 30], start=START, keys=names)
    card = spc.scorecard(panel, measures=CATALOGUE)
    found = spc.assure(card.exceptions, measures=card.measures)
    np.testing.assert_array_equal(portrait(card, 0).targets, found.targets[0] * 100.0)


def test_members_carry_the_colour_of_their_pattern() -> None:
    months = [[10.0, 11.0, 9.0] * 8 + [10.5, 9.5, 12.5, 13.0, 12.5]]
    exceptions = judged(months, rules=(spc.Rule("Three", zone=1.0, needed=3, span=3),))
    completing = spc.assure(exceptions, improvement="low").variation_code[0]
    members = spc.assure(exceptions, improvement="low", points="members").variation_code[0]
    assert np.flatnonzero(completing).tolist() == [28]
    assert np.flatnonzero(members).tolist() == [26, 27, 28]
    assert set(members[26:]) == {2}


def test_frames_of_months() -> None:
    months = [[np.nan, 10.0, 11.0, np.nan, 10.0] * 5 + [17.0]]
    frame = spc.assure(judged(months), improvement="low", target=12.0).to_frame("months")
    assert frame.columns.tolist() == ["series", "month", "value", "variation", "target"]
    words = frame["variation"].tolist()
    assert words[:3] == ["", "common cause", "common cause"]
    assert words[-1] == "special cause concerning"
    assert (frame["target"] == 12.0).all()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"improvement": "up"}, "`improvement` must be one of 'high', 'low', 'neither', got 'up'"),
        ({"improvement": ["low"] * 3}, "`improvement` must be one word, or one for each of 1 series, got 3"),
        ({"improvement": 1}, "`improvement` must be one of"),
        ({"target": [1.0, 2.0]}, "`target` must be a number in the unit of the plotted value"),
        ({"target": "95%"}, "`target` must be a number in the unit of the plotted value"),
        ({"target": float("inf")}, "`target` must be a number in the unit of the plotted value"),
        ({"target": {"soon": 1.0}}, "`target` must be a month such as '2024-07', got 'soon'"),
        ({"points": "all"}, "`points` must be one of 'completing', 'members', got 'all'"),
        ({"measures": "catalogue.toml"}, "`measures` must be a Catalogue or a list of Measure"),
    ],
    ids=str,
)
def test_what_is_refused(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(spc.ChoiceError, match=sentence):
        spc.assure(judged([[10.0] * 30]), **asked)


def test_limits_are_no_exceptions() -> None:
    limits = spc.limits(spc.Panel.from_numpy([[1.0, 2.0] * 12], start=START))
    with pytest.raises(spc.ChoiceError, match="`exceptions` must be an Exceptions, got Limits"):
        spc.assure(limits)  # type: ignore[arg-type]


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared data")
def test_four_hour_breaches_against_five_percent() -> None:
    """Type 1 departments of 2016-19 against the standard of 95% within four hours, by another road."""
    import pandas as pd

    rows = pd.read_parquet(SHARED)
    rows = rows[rows["measure"].str.endswith("type 1")]
    panel = spc.Panel.from_frame(rows, series="area", value="numerator", of="denominator")
    exceptions = spc.exceptions(spc.limits(panel, baseline=24))
    found = spc.assure(exceptions, improvement="low", target=0.05)
    told = dict(zip(panel.keys["area"], found.assurance, strict=True))
    words = []
    for area, one in rows.sort_values("month").groupby("area"):
        rates = (one["numerator"] / one["denominator"].where(one["denominator"] > 0)).tolist()
        base = rates[:24]
        if len(rates) < 36 or any(rate != rate for rate in rates):
            continue
        centre = sum(base) / 24
        sigma = sum(abs(b - a) for a, b in pairwise(base)) / 23 * np.sqrt(np.pi) / 2
        upper, lower = centre + 3 * sigma, centre - 3 * sigma
        if sigma > 0.0:
            words.append("passes" if upper <= 0.05 else "fails" if lower > 0.05 else "hit or miss")
            assert told[str(area)] == words[-1], area
    assert len(words) > 100
    assert words.count("fails") > 50 and words.count("hit or miss") > 20
