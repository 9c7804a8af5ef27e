"""What gaps and phases do to a rule, which months are its members, and questions about whole stretches."""

from __future__ import annotations

import numpy as np
import pytest

import spc
from spc.rules import Rule
from tests.months_on_a_scale import GAP, Values, completed, members, on_scale

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
