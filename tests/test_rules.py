"""Rules as rows: each preset, every question, sides, steps and ties, and rows that say nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spc
from spc.rules import Rule
from tests.months_on_a_scale import GAP, Values, completed, on_scale
from tests.panels import fewer

#: The shortest series that completes a row at its last month; without its first month none is completed.
SHORTEST: dict[str, Values] = {
    "One-Month": [3.1],
    "Two-Month": [2.1, 2.1],
    "Three-Month": [1.1] * 3,
    "Eight-Month": [0.1] * 8,
    "One beyond 3 sigma": [3.1],
    "Two of three beyond 2 sigma": [2.1, 0.1, 2.1],
    "Four of five beyond 1 sigma": [1.1, 1.1, 0.1, 1.1, 1.1],
    "Eight on one side": [0.1] * 8,
    "Nine on one side": [0.1] * 9,
    "Seven on one side": [0.1] * 7,
    "Trend of six points": [-0.3, -0.2, -0.1, 0.1, 0.2, 0.3],
    "Trend of seven points": [-0.3, -0.2, -0.1, 0.1, 0.2, 0.3, 0.4],
    "Trend of five points": [-0.3, -0.2, -0.1, 0.1, 0.2],
    "Fourteen points alternating": [0.1, 0.2] * 7,
    "Fifteen points alternating": [0.1, 0.2] * 7 + [0.1],
    "Fifteen within 1 sigma": [0.5, -0.9] * 7 + [0.5],
    "Eight beyond 1 sigma, both sides": [-1.1] + [1.1] * 7,
    "Eight beyond 1 sigma": [1.1] * 8,
    "Two of three between 2 and 3 sigma": [2.1, 0.1, 2.9],
    "Three of four beyond 1.5 sigma": [1.6, 1.6, 0.1, 1.6],
    "Unusually long run": [0.1] * 7,
    "Unusually few crossings": [0.1] * 6,
}
EVERY_ROW = [
    pytest.param(name, i, id=f"{name}-{row.name}")
    for name, rows in spc.RULES.items()
    for i, row in enumerate(rows)
]


@pytest.mark.parametrize(("preset", "i"), EVERY_ROW)
def test_each_row_fires_on_its_shortest_series_and_not_on_one_month_less(preset: str, i: int) -> None:
    row = spc.RULES[preset][i]
    months = SHORTEST[row.name]
    assert completed(months, row) == {len(months) - 1: "High"}
    assert completed([*months[1:], GAP], row) == {}
    mirrored = completed([-month for month in months], row)
    assert mirrored == {len(months) - 1: "Low" if row.sided else "High"}


@pytest.mark.parametrize(("preset", "i"), EVERY_ROW)
def test_words_say_the_row_and_the_side(preset: str, i: int) -> None:
    row = spc.RULES[preset][i]
    found = spc.exceptions(on_scale(SHORTEST[row.name]), rules=(row,))
    side = " High" if row.sided else ""
    assert found.words.tolist() == [f"{row.name}{side}"]
    assert row.words.endswith(".") and row.words[0] in "AET0123456789"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule("r", zone=3.0), "The month lies beyond the control limits."),
        (
            Rule("r", zone=2.0, needed=2, span=3, side="confined", upto=3.0),
            "2 of the last 3 months lie between 2 sigma and the control limits, and all 3 on the same side "
            "of the centre line, the month itself among them.",
        ),
        (
            Rule("r", needed=8, span=8, ties="skip", gaps="bridge"),
            "8 months in a row lie on one side of the centre line. A month on the centre line is left out. "
            "A missing month is passed over.",
        ),
        (
            Rule("r", asks="swing", needed=13, span=13, ties="count", gaps="skip"),
            "14 months in a row go up and down in turn. A month equal to the one before counts for either "
            "side. A missing month keeps its place.",
        ),
        (
            Rule("r", zone=1.0, needed=15, span=15, asks="within"),
            "15 months in a row lie within 1 sigma, not all of them on the centre line.",
        ),
        (
            Rule("r", zone=1.0, needed=8, span=8, side="both"),
            "8 months in a row lie beyond 1 sigma, with some on each side.",
        ),
    ],
)
def test_a_row_in_plain_words(rule: Rule, words: str) -> None:
    assert rule.words == words


def test_rules_without_sides_stand_last_by_their_name_alone() -> None:
    months = [0.1, 0.2] * 7 + [-4.0]
    found = spc.exceptions(on_scale(months), rules="nelson")
    assert found.words[0] == "One beyond 3 sigma Low; Fourteen points alternating"


# sides


def test_two_of_three_across_the_centre_is_no_exception() -> None:
    for preset, rows in spc.RULES.items():
        for row in rows:
            if row.span == 3:
                assert completed([2.1, 0.1, -2.1], row) == {}, preset
                assert completed([2.1, -2.1], row) == {}, preset


def test_the_third_month_on_the_other_side_matters_to_the_nhs_alone() -> None:
    months = [2.1, -0.1, 2.1]
    assert completed(months, spc.RULES["nelson"][4]) == {2: "High"}
    for preset in ("nhs_2023", "nhs_2019", "nhsr"):
        assert completed(months, spc.RULES[preset][3]) == {}
        assert completed([2.1, 0.0, 2.1], spc.RULES[preset][3]) == {}


def test_a_month_beyond_three_counts_in_two_of_three_since_2023() -> None:
    months = [3.5, 0.1, 2.5]
    assert completed(months, spc.RULES["nhs_2023"][3]) == {2: "High"}
    assert completed(months, spc.RULES["nhs_2019"][3]) == {}
    assert completed([3.0, 0.1, 2.5], spc.RULES["nhs_2019"][3]) == {2: "High"}  # on the limit is not beyond


def test_eight_beyond_one_sigma_asks_for_both_sides_or_for_either() -> None:
    nelson, minitab = spc.RULES["nelson"][7], spc.RULES["minitab"][7]
    assert completed([1.1] * 8, nelson) == {}
    assert completed([1.1] * 8, minitab) == {7: "High"}
    assert completed([1.1] * 4 + [-1.1] * 4, nelson) == completed([1.1] * 4 + [-1.1] * 4, minitab)


def test_the_month_that_completes_is_a_member() -> None:
    two = Rule("r", zone=2.0, needed=2, span=3)
    assert completed([2.1, 2.1, 0.1, 0.1], two) == {1: "High"}


def test_fewer_months_are_enough_at_the_start_of_a_stretch() -> None:
    two = Rule("r", zone=2.0, needed=2, span=3)
    assert completed([2.1, 2.1], two) == {1: "High"}


# steps


@pytest.mark.parametrize("level", [-10.0, -0.3, 0.0, 0.3, 10.0])
def test_a_trend_does_not_depend_on_the_sign(level: float) -> None:
    six = spc.RULES["nelson"][2]
    rising = [level + step for step in (-0.25, -0.15, -0.05, 0.05, 0.15, 0.25)]
    assert completed(rising, six) == {5: "High"}
    assert completed(rising[::-1], six) == {5: "Low"}


def test_jmp_counts_points_and_minitab_steps() -> None:
    trend, swings = list(range(6)), [1.0, 2.0] * 7
    jmp, minitab = spc.RULES["nelson"], spc.RULES["minitab"]
    assert completed(trend, jmp[2]) == {5: "High"}
    assert completed(trend, minitab[2]) == {}
    assert completed([*trend, 6], minitab[2]) == {6: "High"}
    assert completed(swings, jmp[3]) == {13: "High"}
    assert completed(swings, minitab[3]) == {}
    assert completed([*swings, 1.0], minitab[3]) == {14: "High"}


def test_steps_of_ratios_are_settled_on_paper() -> None:
    """0.1 of 0.3 and 0.2 of 0.6 are the same, though their floats differ; neither is a step."""
    top, below = [0.1, 0.2, 0.4, 0.7], [0.3, 0.6, 1.2, 2.1]
    assert len({a / b for a, b in zip(top, below, strict=True)}) > 1
    panel = spc.Panel.from_numpy([[*top, 0.5]], start="2020-01", of=[[*below, 1.0]])
    limits = spc.limits(panel, centre=0.0, sigma=1.0, min_observed=2)
    step = Rule("r", asks="step")
    assert spc.exceptions(limits, rules=(step,)).mask[0].tolist() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize("bridge", ["break", "bridge"])
def test_a_small_step_is_a_step(bridge: str) -> None:
    """Closer than 1e-13 of their size, and yet not equal on paper; whole numbers apart by one in 1e15."""
    step = Rule("r", asks="step", gaps=bridge)
    panel = spc.Panel.from_numpy([[1e15, 1e15 + 1.0]], start="2020-01")
    limits = spc.limits(panel, centre=0.0, sigma=1.0, min_observed=2)
    assert spc.exceptions(limits, rules=(step,)).mask[0].tolist() == [0, 1]
    panel = spc.Panel.from_numpy([[1e14, 1e14 + 1.0]], start="2020-01", of=[[3.0, 3.0]])
    limits = spc.limits(panel, centre=0.0, sigma=1.0, min_observed=2)
    assert spc.exceptions(limits, rules=(step,)).mask[0].tolist() == [0, 1]


def test_steps_are_asked_without_variation_in_the_baseline() -> None:
    """They need no sigma; zone rules raise nothing, and the status says why."""
    panel = spc.Panel.from_numpy([[5.0] * 24 + [6.0, 7.0, 8.0, 9.0, 10.0]], start="2020-01")
    limits = spc.limits(panel, baseline=24)
    found = spc.exceptions(limits, rules="nelson")
    assert limits.status.tolist() == ["no variation"]
    assert found.words.tolist() == ["Trend of six points High"]


def test_nothing_is_asked_of_a_short_history() -> None:
    panel = spc.Panel.from_numpy([list(range(8))], start="2020-01")
    for rules in spc.RULES:
        assert not spc.exceptions(spc.limits(panel), rules=rules).mask.any()


# ties


@pytest.mark.parametrize(
    ("ties", "expected"), [("break", {}), ("skip", {5: "High"}), ("count", {4: "High", 5: "High"})]
)
def test_a_month_on_the_centre_line(ties: str, expected: dict[int, str]) -> None:
    five = Rule("r", needed=5, span=5, ties=ties)
    assert completed([0.1, 0.1, 0.0, 0.1, 0.1, 0.1], five) == expected


@pytest.mark.parametrize(
    ("ties", "expected"), [("break", {}), ("skip", {4: "High"}), ("count", {3: "High", 4: "High"})]
)
def test_a_month_equal_to_the_one_before(ties: str, expected: dict[int, str]) -> None:
    assert completed([1, 2, 2, 3, 4], Rule("r", asks="step", needed=3, span=3, ties=ties)) == expected


def test_swings_with_equal_neighbours() -> None:
    months = [1, 2, 2, 1, 2]
    for ties, expected in (("break", {}), ("skip", {4: "High"}), ("count", {4: "High"})):
        assert completed(months, Rule("r", asks="swing", needed=3, span=3, ties=ties)) == expected
    count = Rule("r", asks="swing", needed=3, span=3, ties="count")
    assert completed([1, 2, 2, 3], count) == {3: "High"}  # up, level for down, up
    assert completed([1, 2, 2, 1], count) == {}


def test_a_tie_in_k_of_m_is_a_month_that_does_not_count() -> None:
    """A month on the other side is tolerated in 3 of 4, so one on the line is too."""
    three = Rule("r", needed=3, span=4)
    assert completed([0.1, 0.1, -0.1, 0.1], three) == completed([0.1, 0.1, 0.0, 0.1], three) == {3: "High"}


@pytest.mark.parametrize("side", ["same", "confined", "either", "both"])
def test_ties_alone_complete_nothing(side: str) -> None:
    assert completed([0.0] * 5, Rule("r", needed=2, span=3, side=side, ties="count")) == {}
    for asks in ("step", "swing"):
        assert completed([0.4] * 5, Rule("r", asks=asks, needed=2, span=2, ties="count")) == {}


ALL_TIES = tuple(
    row
    for ties in ("skip", "count")
    for row in (
        Rule(f"side {ties}", needed=8, span=8, ties=ties),
        Rule(f"confined {ties}", needed=2, span=3, side="confined", ties=ties),
        Rule(f"either {ties}", needed=3, span=3, side="either", ties=ties),
        Rule(f"step {ties}", asks="step", needed=5, span=5, ties=ties),
        Rule(f"swing {ties}", asks="swing", needed=5, span=5, ties=ties),
    )
)


@settings(max_examples=fewer(80, 10))
@given(
    st.tuples(st.integers(-(10**7), 10**7), st.integers(0, 6)),
    st.lists(st.booleans(), min_size=40, max_size=40),
)
def test_a_constant_completes_nothing(number: tuple[int, int], missing: list[bool]) -> None:
    values = np.full((2, 40), number[0] / 10 ** number[1])
    values[1, missing] = np.nan
    panel = spc.Panel.from_numpy(values, start="2020-01")
    for chart in ("xmr", "run", "mr", "auto"):
        limits = spc.limits(panel, chart=chart, baseline=24)
        for rules in (*spc.RULES.values(), ALL_TIES):
            found = spc.exceptions(limits, rules=rules)
            assert not found.mask.any() and not found.members.any()


def test_months_on_a_known_centre_are_ties_with_that_and_not_with_their_mean() -> None:
    panel = spc.Panel.from_numpy([[10.0, 10.2, 9.9] * 8], start="2020-01")
    for options in ({"centre": 10.0}, {"centre": "median"}):
        limits = spc.limits(panel, **options)
        assert limits.centre[0, 0] == 10.0
        found = spc.exceptions(limits, rules=(Rule("side"),))
        assert found.mask[0].tolist() == [0, 1, 2] * 8


def test_a_short_phase_raises_nothing_beside_one_with_ties() -> None:
    months = [1.0, 9.0, 1.0] + [4.0, 6.0, 5.0] * 8
    panel = spc.Panel.from_numpy([months], start="2020-01")
    limits = spc.limits(panel, phase=spc.phases_at(panel, ["2020-04"]))
    assert not spc.exceptions(limits, rules=(Rule("side"),)).mask[0, :3].any()


# refusals


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"asks": "trend"}, "`asks` must be one of 'beyond', 'within', 'step', 'swing', 'run', 'crossings'"),
        ({"side": "left"}, "`side` must be one of 'same'"),
        ({"ties": "ignore"}, "`ties` must be one of"),
        ({"gaps": "fill"}, "`gaps` must be one of"),
        ({"needed": 2, "span": 16}, "`span` must be a whole number from 1 to 15"),
        ({"zone": 2.0, "upto": 2.0}, "`upto` must be a number above `zone`, 2, got 2.0"),
        ({"zone": 2.0, "upto": "3"}, "`upto` must be a number above `zone`"),
        ({"asks": "within"}, "`zone` must be above 0 where a rule asks 'within', got 0"),
        ({"asks": "within", "zone": 1.0, "side": "both"}, "`side` says nothing where a rule asks 'within'"),
        ({"asks": "step", "zone": 1.0}, "`zone` says nothing where a rule asks 'step', so it must stay 0.0"),
        (
            {"asks": "step", "span": 5},
            "`needed` must be the `span` of 5 steps where a rule asks 'step', got 1",
        ),
        ({"asks": "run", "span": 8}, "`span` says nothing where a rule asks 'run', so it must stay 1, got 8"),
        ({"zone": 2.0, "ties": "count"}, "`ties` must stay 'break' where a rule asks beyond 2 sigma"),
    ],
)
def test_a_row_that_says_nothing_is_refused_in_one_sentence(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(spc.ChoiceError) as refused:
        Rule("r", **fields)
    assert str(refused.value).startswith(sentence)
    assert str(refused.value).endswith(".")


def test_more_than_eight_lines_are_refused() -> None:
    rows = [Rule(str(zone), zone=float(zone)) for zone in range(1, 8)]
    limits = on_scale([0.1, 0.2])
    spc.exceptions(limits, rules=[*rows, Rule("side")])
    with pytest.raises(spc.ChoiceError, match="at most 8 different zones"):
        spc.exceptions(limits, rules=[*rows, Rule("c", zone=7.5, side="confined")])


def test_own_rows_and_slices_of_sets() -> None:
    rows = (*spc.RULES["western_electric"][:1], Rule("Half", zone=0.5, needed=3, span=3))
    assert (
        spc.exceptions(on_scale([0.6, 0.7, 3.5]), rules=rows).words[0] == "One beyond 3 sigma High; Half High"
    )
