"""Laws of the charts and rule sets: constants, sign, another unit, another zero, months to come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spc
from tests.laws.test_constant import any_number, holes
from tests.laws.verbs import (
    ESTIMATORS,
    SINGLE,
    Answers,
    Array,
    answers,
    changed,
    close,
    every_kind,
    fields,
    presets,
    same,
    sample,
)
from tests.panels import START, fewer

LINES = ("points", "centre", "sigma", "ucl", "lcl")
#: Charts that take any number, and whose lines move and grow with it.
OF_VALUES = ("xmr", "mr", "run", "ewma", "cusum", "ma", "seasonal_xmr")
#: Those that are drawn about the level of the months; the others about 0.
ABOUT_THE_LEVEL = ("xmr", "run", "ewma", "ma", "seasonal_xmr")
KINDS = ["counts", "decimals", "gaps", "ragged", "signed"]


def lines_of(panel: spc.Panel, chart: str, **options: Any) -> Answers:
    """Return lines, status and exceptions of a chart under a frozen baseline."""
    limits = spc.limits(panel, chart=chart, baseline=24, **options)
    return fields(limits, *LINES, "status") | {"mask": spc.exceptions(limits, rules="nelson").mask}


def with_parts(number: float, missing: list[bool]) -> spc.Panel:
    """A constant as plain values, as a share of parts that stay, and of parts that change."""
    values = np.full((3, 48), number)
    of = np.full((3, 48), np.nan)
    of[1], of[2] = 7.0, 1.0 + np.arange(48) % 7
    values[1:] = np.round(of[1:] * round(min(abs(number), 1.0), 6), 6)  # a constant share on paper too
    values[:, np.array(missing)] = np.nan
    return spc.Panel.from_numpy(values, start=START, of=of)


@settings(max_examples=fewer(25, 8), deadline=None)
@given(any_number, holes)
def test_a_constant_never_flags_on_any_chart_under_any_preset(number: float, missing: list[bool]) -> None:
    panel = with_parts(number, missing)
    for chart in SINGLE:
        limits = spc.limits(panel, chart=chart, baseline=24)
        for rules in spc.RULES:
            if rules == "anhoej" and chart != "run":
                continue
            mask = spc.exceptions(limits, rules=rules).mask
            # an np chart plots the counts, which change with their denominators
            assert not mask[: 2 if chart == "np" else 3].any(), (chart, rules)


@settings(max_examples=fewer(60, 10), deadline=None)
@given(any_number, holes)
def test_a_constant_never_flags_by_any_estimator(number: float, missing: list[bool]) -> None:
    panel = with_parts(number, missing)
    for options in ESTIMATORS.values():
        limits = spc.limits(panel, baseline=24, **options)
        for rules in spc.RULES:
            assert not spc.exceptions(limits, rules=rules).mask.any(), (options, rules)


def upside_down(mask: Array, rules: str) -> Array:
    """Exchange High and Low of the rules that have a side."""
    sided = sum(1 << (2 * i) for i, rule in enumerate(spc.RULES[rules]) if rule.sided)
    high, one = np.uint32(sided), np.uint32(1)
    low = high << one
    return ((mask & high) << one) | ((mask & low) >> one) | (mask & ~(high | low))


@pytest.mark.parametrize("maker", [*KINDS, "near_ties"])
def test_every_preset_turned_upside_down(maker: str) -> None:
    """Rules on steps too: a trend does not depend on the sign of the values."""
    one = sample(maker)
    old, new = answers(presets, maker), presets(changed(one, lambda values: 0.0 - values).panel())
    for rules in spc.RULES:
        for name in ("mask", "members"):
            np.testing.assert_array_equal(new[f"{rules} {name}"], upside_down(old[f"{rules} {name}"], rules))


@pytest.mark.parametrize("maker", KINDS)
@pytest.mark.parametrize("by", [1.0, 1000.0, -0.7])
def test_every_preset_moved(by: float, maker: str) -> None:
    one = sample(maker)
    same(presets(changed(one, lambda values: np.round(values + by, 4)).panel()), answers(presets, maker))


@pytest.mark.parametrize("chart", OF_VALUES)
@pytest.mark.parametrize("maker", KINDS)
@pytest.mark.parametrize("by", [2.0, 0.5])
def test_powers_of_two_scale_every_line(by: float, maker: str, chart: str) -> None:
    one = sample(maker)
    old, new = lines_of(one.panel(), chart), lines_of(changed(one, lambda values: values * by).panel(), chart)
    same(new, {name: array * by if name in LINES else array for name, array in old.items()})


@pytest.mark.parametrize("chart", OF_VALUES)
@pytest.mark.parametrize("maker", ["counts", "decimals", "gaps", "ragged"])
def test_lines_move_with_the_months(maker: str, chart: str) -> None:
    one = sample(maker)
    old, new = (
        lines_of(one.panel(), chart),
        lines_of(changed(one, lambda values: values + 64.0).panel(), chart),
    )
    moved = 64.0 if chart in ABOUT_THE_LEVEL else 0.0
    size = np.nan_to_num(np.abs(one.values)).max(axis=1, keepdims=True) + 64.0
    for name in LINES:
        close(new[name], old[name] + (0.0 if name == "sigma" else moved), 100.0 * size)
    assert (new["status"] == old["status"]).all()
    assert (new["mask"] == old["mask"]).all()


@every_kind
@pytest.mark.parametrize("cut", [30, 40])
def test_later_months_change_nothing_under_a_frozen_baseline(cut: int, maker: str) -> None:
    panel = sample(maker).panel()
    early = panel.until(panel.months[cut])
    keep = panel.first_observed + 24 <= cut
    for chart in SINGLE:
        now, then = (lines_of(each, chart) for each in (panel, early))
        for name in (*LINES, "mask"):
            np.testing.assert_array_equal(
                now[name][keep, : cut + 1], then[name][keep], err_msg=f"{chart} {name}"
            )
    masks = [presets(each) for each in (panel, early)]
    for rules in spc.RULES:
        assert (masks[0][f"{rules} mask"][keep, : cut + 1] == masks[1][f"{rules} mask"][keep]).all(), rules


@settings(max_examples=fewer(60, 10), deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["mean_range", "median_range", "sd"]))
def test_known_numbers_are_taken_as_they_are(seed: int, sigma: str) -> None:
    """Limits handed back as known centre and sigma are the same limits, whatever set them."""
    values = np.random.default_rng(seed).normal(50, 5, (4, 40)).round(1)
    panel = spc.Panel.from_numpy(values, start=START)
    first = spc.limits(panel, baseline=24, sigma=sigma)
    again = spc.limits(panel, centre=first.centre[:, 0], sigma=first.sigma[:, 0])
    same(fields(again, *LINES), fields(first, *LINES))
    assert (spc.exceptions(again).mask == spc.exceptions(first).mask).all()
