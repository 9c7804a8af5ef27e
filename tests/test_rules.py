"""Rules as rows: each preset, every question, and what ties, gaps, phases and charts do to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spc
from spc.results import Limits, Months
from spc.rules import Rule
from tests.panels import fewer

GAP = math.nan
Values = Sequence[float]


def on_scale(values: Values, **options: Any) -> Limits:
    """Put months on a chart with a known centre of 0 and a known sigma of 1."""
    panel = spc.Panel.from_numpy([list(values)], start="2020-01")
    return spc.limits(panel, centre=0.0, sigma=1.0, min_observed=2, **options)


def completed(values: Values, rule: Rule) -> dict[int, str]:
    """Return the months that complete a rule, and on which side."""
    mask = spc.exceptions(on_scale(values), rules=(rule,)).mask[0].tolist()
    return {t: {1: "High", 2: "Low", 3: "both"}[bits] for t, bits in enumerate(mask) if bits}


def members(values: Values, rule: Rule) -> list[int]:
    """Return the months that belong to a completed pattern."""
    return np.flatnonzero(spc.exceptions(on_scale(values), rules=(rule,)).members[0]).tolist()


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
        Rule("side", needed=8, span=8, ties=ties),
        Rule("confined", needed=2, span=3, side="confined", ties=ties),
        Rule("either", needed=3, span=3, side="either", ties=ties),
        Rule("step", asks="step", needed=5, span=5, ties=ties),
        Rule("swing", asks="swing", needed=5, span=5, ties=ties),
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


# gaps and phases


@pytest.mark.parametrize(
    ("gaps", "expected"), [("break", {}), ("skip", {2: "High"}), ("bridge", {2: "High"})]
)
def test_a_gap_in_two_of_three(gaps: str, expected: dict[int, str]) -> None:
    assert completed([2.1, GAP, 2.1], Rule("r", zone=2.0, needed=2, span=3, gaps=gaps)) == expected


def test_a_gap_keeps_its_place_or_is_passed_over() -> None:
    months = [2.1, 0.1, GAP, 2.1]
    assert completed(months, Rule("r", zone=2.0, needed=2, span=3, gaps="skip")) == {}
    assert completed(months, Rule("r", zone=2.0, needed=2, span=3, gaps="bridge")) == {3: "High"}


@pytest.mark.parametrize(("gaps", "expected"), [("break", {}), ("skip", {}), ("bridge", {8: "High"})])
def test_a_gap_in_eight_in_a_row(gaps: str, expected: dict[int, str]) -> None:
    assert completed([0.1] * 4 + [GAP] + [0.1] * 4, Rule("r", needed=8, span=8, gaps=gaps)) == expected


@pytest.mark.parametrize(("gaps", "expected"), [("break", {}), ("skip", {}), ("bridge", {4: "High"})])
def test_a_gap_in_a_trend(gaps: str, expected: dict[int, str]) -> None:
    assert completed([1, 2, GAP, 3, 4], Rule("r", asks="step", needed=3, span=3, gaps=gaps)) == expected


def test_confined_does_not_mind_a_gap_that_keeps_its_place() -> None:
    rule = Rule("r", zone=2.0, needed=2, span=3, side="confined", gaps="skip")
    assert completed([2.1, GAP, 2.1], rule) == {2: "High"}


@pytest.mark.parametrize("gaps", ["break", "skip", "bridge"])
def test_no_rule_looks_across_the_start_of_a_phase(gaps: str) -> None:
    months = [0.1] * 5 + [0.2] * 5
    panel = spc.Panel.from_numpy([months], start="2020-01")
    phase = spc.phases_at(panel, ["2020-06"])
    limits = spc.limits(panel, phase=phase, centre=0.0, sigma=1.0, min_observed=2)
    rows = (
        Rule("side", needed=6, span=6, gaps=gaps),
        Rule("step", asks="step", gaps=gaps),
        Rule("run", asks="run", gaps="bridge"),
    )
    assert not spc.exceptions(limits, rules=rows).mask.any()


@pytest.mark.parametrize("months", [63, 64, 65, 127, 128, 129, 200])
@pytest.mark.parametrize("span", [2, 8, 15])
def test_patterns_of_long_histories_end_anywhere(months: int, span: int) -> None:
    """The kernel looks at 64 months at a time."""
    values = np.zeros(months)
    values[-span:] = 0.1
    rule = Rule("r", needed=span, span=span)
    assert completed(values.tolist(), rule) == {months - 1: "High"}
    assert members(values.tolist(), rule) == list(range(months - span, months))
    rising = np.where(np.arange(months) < months - span, 0.0, np.arange(months))
    trend = Rule("r", asks="step", needed=span, span=span)
    assert completed(rising.tolist(), trend) == {months - 1: "High"}
    assert members(rising.tolist(), trend) == list(range(months - span - 1, months))


# members


@pytest.mark.parametrize(
    ("rule", "months", "expected"),
    [
        (Rule("r", zone=2.0, needed=2, span=3), [0.1, 2.1, 0.1, 2.1], [1, 3]),
        (Rule("r", zone=2.0, needed=2, span=3, side="confined"), [2.1, 0.1, 2.1], [0, 2]),
        (Rule("r", zone=2.0, needed=2, span=3, gaps="skip"), [2.1, GAP, 2.1], [0, 2]),
        (Rule("r", zone=1.0, needed=3, span=3, side="both"), [1.1, -1.1, 0.1, 1.1, 1.1, -1.1], [3, 4, 5]),
        (Rule("r", zone=1.0, needed=3, span=3, asks="within"), [0.1, 0.2, -0.1, 1.1], [0, 1, 2]),
        (Rule("r", needed=3, span=3, ties="skip"), [0.1, 0.0, 0.1, 0.1], [0, 2, 3]),
        (Rule("r", needed=3, span=3, ties="count"), [-0.1, 0.0, 0.1, 0.1], [1, 2, 3]),
        (Rule("r", asks="step", needed=2, span=2), [5, 1, 2, 3, 0], [1, 2, 3]),
        (Rule("r", asks="step", needed=2, span=2, ties="skip"), [1, 2, 2, 3, 3], [0, 1, 3]),
        (Rule("r", asks="step", needed=2, span=2, gaps="bridge"), [1, GAP, 2, GAP, 3], [0, 2, 4]),
        (Rule("r", asks="swing", needed=3, span=3), [1, 1, 2, 1, 2, 2], [1, 2, 3, 4]),
        (
            Rule("r", asks="run", gaps="bridge"),
            [-0.1, *[0.1] * 4, 0.0, GAP, *[0.1] * 4],
            [1, 2, 3, 4, 7, 8, 9, 10],
        ),
        (Rule("r", asks="crossings", gaps="bridge"), [*[0.1] * 3, 0.0, *[0.1] * 3, -0.1], [0, 1, 2, 4, 5, 6]),
    ],
)
def test_members_are_the_months_of_the_pattern(rule: Rule, months: Values, expected: list[int]) -> None:
    assert completed(months, rule)
    assert members(months, rule) == expected


def test_members_of_each_completing_month_are_put_together() -> None:
    assert members([2.1, 0.1, 2.1, 0.1, 2.1, 0.1, 0.1], Rule("r", zone=2.0, needed=2, span=3)) == [0, 2, 4]


# runs and crossings


def test_run_tests_count_as_the_published_example_does() -> None:
    """Thirteen months, five crossings, and a longest run of three (Wentzel-Larsen and Anhoej 2019)."""
    signs = [1, 1, 1, -1, -1, -1, 1, -1, -1, 1, -1, -1, -1]
    panel = spc.Panel.from_numpy([[0.1 * sign for sign in signs]], start="2020-01")
    found = spc.run_tests(spc.limits(panel, chart="run", centre=0.0, min_observed=2))
    assert (found.n_useful[0], found.n_crossings[0], found.longest_run[0]) == (13, 5, 3)
    assert (found.longest_run_max[0], found.n_crossings_min[0], found.signal[0]) == (7, 3, False)
    assert found.to_frame()["n_crossings"].tolist() == [5]


def test_run_tests_look_anywhere_and_exceptions_at_each_month() -> None:
    months = [0.1] * 8 + [-0.1, 0.1] * 8
    limits = on_scale(months)
    found = spc.run_tests(limits)
    assert (found.longest_run[0], found.longest_run_max[0], found.signal[0]) == (8, 8, False)
    flags = spc.exceptions(limits, rules="anhoej")
    assert np.flatnonzero(flags.mask[0] & 1).tolist() == [6, 7]
    assert not flags.words[0]


def test_run_tests_end_at_the_month_reported_on() -> None:
    panel = spc.Panel.from_numpy([[0.1] * 9 + [-0.1] * 9], start="2020-01")
    limits = spc.limits(panel, centre=0.0, sigma=1.0, min_observed=2, as_at="2020-09")
    assert spc.run_tests(limits).n_useful.tolist() == [9]


def test_series_without_a_centre_have_no_useful_points() -> None:
    panel = spc.Panel.from_numpy([[1.0, 2.0], [GAP, GAP]], start="2020-01")
    found = spc.run_tests(spc.limits(panel))
    assert found.n_useful.tolist() == [0, 0] and not found.signal.any()
    panel = spc.Panel.from_numpy([[1.0, 2.0, 3.0] * 8], start="2020-01")
    assert not spc.run_tests(spc.limits(panel, chart="mr")).n_useful.any()


def test_a_gap_may_break_a_run_of_the_whole_phase() -> None:
    months = [*[0.1] * 4, GAP, *[0.1] * 4]
    assert completed(months, Rule("r", asks="run")) == {}
    assert completed(months, Rule("r", asks="run", gaps="bridge")) == {7: "High", 8: "High"}


# charts


def varying(points: Values, sigma: Values) -> Limits:
    """Put months on a chart on which each has a sigma of its own, as on a u chart."""
    flat = replace(on_scale(points), phase_chart=np.full(1, list(spc.CHARTS).index("u"), np.int8))
    one, half = np.array([points], float), np.array([sigma], float)
    lines = Months(np.array([0]), one, np.zeros_like(one), half, 3.0 * half, -3.0 * half)
    return replace(flat, months=lines)


def test_each_month_is_judged_by_its_own_lines() -> None:
    points, sigma = [2.5, 2.5, 4.0, 2.5], [1.0, 0.5, 2.0, 3.0]
    found = spc.exceptions(varying(points, sigma), rules="western_electric")
    one, two = 1, 4
    assert found.mask[0].tolist() == [0, one | two, 0, 0]
    assert found.members[0].tolist() == [two, one | two, 0, 0]
    steady = spc.exceptions(on_scale(points), rules="western_electric")
    assert (steady.mask[0] & one).tolist() == [0, 0, 1, 0]


def test_a_month_as_good_as_on_its_line_is_not_beyond_it() -> None:
    sigma = [0.1, 0.1, 0.1]
    points = [0.3, 0.3 * (1 + 1e-8), -0.3 * (1 + 1e-10)]
    found = spc.exceptions(varying(points, sigma), rules=(Rule("One", zone=3.0),))
    assert found.mask[0].tolist() == [0, 1, 0]


def test_months_without_lines_are_no_members_of_anything() -> None:
    limits = varying([0.1] * 5, [1.0] * 5)
    assert limits.months is not None
    for line in (limits.months.centre, limits.months.sigma, limits.months.upper, limits.months.lower):
        line[0, 2] = np.nan
    rows = (Rule("within", zone=1.0, needed=3, span=3, asks="within"), Rule("side", needed=3, span=3))
    assert not spc.exceptions(limits, rules=rows).mask.any()


def test_the_lower_sum_of_a_cusum_is_judged_by_the_lower_limit() -> None:
    flat = on_scale([0.1, 0.2, 0.3])
    points, below = np.array([[6.0, 0.0, 0.0]]), np.array([[0.0, 0.0, -6.0]])
    five = np.full_like(points, 5.0)
    lines = Months(np.array([0]), points, 0.0 * points, points * np.nan, five, -five, below=below)
    limits = replace(flat, months=lines, phase_chart=np.full(1, list(spc.CHARTS).index("cusum"), np.int8))
    found = spc.exceptions(limits, rules="western_electric")
    assert found.mask[0].tolist() == [1, 0, 2]


def test_where_points_share_months_a_single_point_beyond_the_limits_is_asked_alone() -> None:
    months = [5.0, 6.0] * 12 + [5.0, 30.0, 6.0, 5.0, 7.0, 9.0, 12.0, 16.0, 21.0, 27.0]
    panel = spc.Panel.from_numpy([months], start="2020-01")
    limits = spc.limits(panel, chart="mr", baseline=24)
    for rules in ("opcc", "nelson", "nhs_2023"):
        found = spc.exceptions(limits, rules=rules)
        assert found.mask.any() and not (found.mask & ~np.uint32(3)).any()
    assert not spc.exceptions(limits, rules="anhoej").mask.any()


def test_a_run_chart_answers_runs_and_steps_alone() -> None:
    months = [5.0, 6.0, 7.0] * 8 + [100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 106.0, 107.0, 108.0]
    limits = spc.limits(spc.Panel.from_numpy([months], start="2020-01"), chart="run", baseline=24)
    words = spc.exceptions(limits, rules="nelson").words[0]
    assert words == "Nine on one side High; Trend of six points High"
    assert spc.exceptions(limits, rules="anhoej").words[0].startswith("Unusually long run High")


def test_zone_three_is_where_the_limits_are() -> None:
    months = [0.1, 2.7, 0.1, 3.2]
    one = (Rule("One", zone=3.0),)
    assert spc.exceptions(on_scale(months), rules=one).mask[0].tolist() == [0, 0, 0, 1]
    assert spc.exceptions(on_scale(months, width=2.66), rules=one).mask[0].tolist() == [0, 1, 0, 1]
    assert spc.exceptions(on_scale(months, width=3.5), rules=one).mask[0].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("width", [2.0, 3.0, 3.5])
def test_small_counts_fire_where_their_lines_are_drawn(width: float) -> None:
    one = (Rule("One", zone=3.0),)
    for count in range(25):
        panel = spc.Panel.from_numpy([[2.0, 1.0] * 12 + [count]], start="2020-01")
        limits = spc.limits(panel, chart="small_count", baseline=24, width=width)
        found = int(spc.exceptions(limits, rules=one).mask[0, -1])
        assert found == (count >= limits.ucl[0, -1]) + 2 * (count <= np.nan_to_num(limits.lcl[0, -1], nan=-1))


def test_rules_without_a_chance_are_not_asked_of_small_counts() -> None:
    panel = spc.Panel.from_numpy([[1.0, 2.0] * 12 + [*range(3, 13)]], start="2020-01")
    limits = spc.limits(panel, chart="small_count", baseline=24)
    steps = (Rule("step", asks="step", needed=5, span=5), Rule("run", asks="run"))
    assert not spc.exceptions(limits, rules=steps).mask.any()
    assert all(math.isnan(rule.chance) for rule in steps)
    both = spc.exceptions(limits, rules=(*steps, *spc.RULES["opcc"]))
    np.testing.assert_array_equal(both.mask >> 4, spc.exceptions(limits, rules="opcc").mask)


def test_all_charts_answer_all_presets() -> None:
    rng = np.random.default_rng(5)
    panel = spc.Panel.from_numpy(rng.poisson(9.0, (4, 40)).astype(float), start="2020-01")
    for chart in ("xmr", "mr", "run", "small_count", "ewma", "cusum", "ma"):
        for rules in spc.RULES:
            found = spc.exceptions(spc.limits(panel, chart=chart, baseline=24), rules=rules)
            assert not (found.mask & ~found.members).any(), (chart, rules)


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
