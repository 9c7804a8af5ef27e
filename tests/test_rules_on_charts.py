"""What charts do to rules: lines of each month, two sums, shared months, exact limits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import spc
from spc.results import Limits, Months
from spc.rules import Rule
from tests.months_on_a_scale import Values, on_scale


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
