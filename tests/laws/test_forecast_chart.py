"""Laws of the forecast chart, by every method: a month knows none from itself on, a series no neighbour."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import spc
from spc.forecast.methods import METHODS
from tests.laws.test_poison import POISONS
from tests.laws.verbs import Answers, Array, fields, same, sample
from tests.panels import JIT_OFF, START, Sample, fewer

LINES = ("centre", "sigma", "ucl", "lcl")
#: One method of each kind: that methods themselves know no later month is a law of forecasts. Interpreted
#: kernels take a second for what compiled ones do in a millisecond.
ASKED = ["naive", "theta"] if JIT_OFF else ["naive", "damped", "theta", "seasonal_regression", "tsb", "auto"]
every_method = pytest.mark.parametrize("method", ASKED)
every_known = pytest.mark.parametrize("known", ["month_before", "baseline"])


def lines_of(panel: spc.Panel, method: str, known: str, **asked: Any) -> Answers:
    limits = spc.limits(panel, chart="forecast", baseline=24, method=method, known=known, **asked)
    return fields(limits, *LINES) | {"mask": spc.exceptions(limits, rules="opcc").mask}


def small(maker: str) -> Sample:
    return sample(maker).rows(np.arange(fewer(8, 3)))


@cache
def whole_lines(maker: str, method: str, known: str) -> Answers:
    """Ask about a small sample as it is: once, since many laws compare it with what they changed."""
    return lines_of(small(maker).panel(), method, known)


@every_method
@every_known
@pytest.mark.parametrize("maker", ["counts", "rates", "gaps", "ragged"])
def test_later_months_change_no_line(maker: str, known: str, method: str) -> None:
    """Whatever they become: nothing, huge, negative. A month is judged by lines that do not know it."""
    one, cut = small(maker), 40
    before = whole_lines(maker, method, known)
    for later in (np.nan, 1e9, -3.0):
        values = one.values.copy()
        values[:, cut:] = later
        after = lines_of(Sample(values, one.of).panel(), method, known)
        keep = np.isfinite(one.values[:, 24:cut]).sum(axis=1) > 0
        for name in LINES:
            upto = cut + (known == "month_before")
            np.testing.assert_array_equal(
                after[name][keep, :upto], before[name][keep, :upto], err_msg=f"{name} {later}"
            )
        np.testing.assert_array_equal(after["mask"][keep, :cut], before["mask"][keep, :cut])


@every_method
@every_known
@pytest.mark.parametrize("poison", POISONS)
def test_one_bad_series_leaves_the_others(poison: str, known: str, method: str) -> None:
    one = small("mixed")
    values = one.values.copy()
    values[1] = POISONS[poison](values[1])
    others = np.setdiff1d(np.arange(len(values)), [1])
    found = lines_of(Sample(values, one.of).panel(), method, known)
    expected = whole_lines("mixed", method, known)
    same({k: a[others] for k, a in found.items()}, {k: a[others] for k, a in expected.items()})


@every_method
@every_known
def test_neither_order_nor_company_matters(known: str, method: str) -> None:
    one = small("gaps")
    panel = one.panel()
    whole = whole_lines("gaps", method, known)
    turned = lines_of(panel.select(np.arange(len(one.values))[::-1]), method, known)
    same({name: array[::-1] for name, array in turned.items()}, whole)
    alone = lines_of(panel.select([1]), method, known)
    same(alone, {name: array[1:2] for name, array in whole.items()})


@every_method
@every_known
def test_empty_months_in_front_change_nothing(known: str, method: str) -> None:
    one = small("counts")
    longer = np.concatenate([np.full((len(one.values), 12), np.nan), one.values], axis=1)
    start = f"{int(START[:4]) - 1}{START[4:]}"
    found = lines_of(spc.Panel.from_numpy(longer, start=start), method, known)
    expected = whole_lines("counts", method, known)
    for name, array in expected.items():
        shifted: Array = found[name][:, 12:]
        np.testing.assert_array_equal(shifted, array, err_msg=name)


@every_method
def test_counts_and_rates_are_never_expected_below_0(method: str) -> None:
    rng = np.random.default_rng(5)
    falling = np.maximum(60.0 - 2.0 * np.arange(48) + rng.normal(0.0, 3.0, (4, 48)).round(), 0.0)
    for of in (None, np.full(falling.shape, 100.0)):
        panel = spc.Panel.from_numpy(falling, start=START, of=of)
        for known in ("month_before", "baseline"):
            found = lines_of(panel, method, known)
            for name in ("centre", "ucl", "lcl"):
                assert not (found[name] < 0.0).any(), name
            assert not (found["lcl"] > found["centre"]).any() or "count" in METHODS[method].needs
            assert not (found["ucl"] < found["centre"]).any()
