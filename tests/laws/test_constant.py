"""A constant series never flags, whatever its decimals: its mean in floats may lie beside it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spc
from tests.laws.verbs import BASELINES
from tests.panels import START, fewer

decimals = st.tuples(st.integers(-(10**7), 10**7), st.integers(0, 6)).map(
    lambda pair: pair[0] / 10 ** pair[1]
)
any_number = st.one_of(decimals, st.sampled_from([1 / 3, 2 / 3, np.pi, 1e16, 1e-9, 0.1, 1e100, 123456.789]))
holes = st.lists(st.booleans(), min_size=48, max_size=48)


def assert_nothing(panel: spc.Panel) -> None:
    for baseline in BASELINES.values():
        limits = spc.limits(panel, baseline=baseline)
        assert set(limits.status) <= {"no variation", "short history", "no data", "no value"}
        assert not np.nan_to_num(limits.sigma).any()
        for rules in ("opcc", "western_electric"):
            assert not spc.exceptions(limits, rules=rules).mask.any()
    assert set(spc.trend(panel).words) <= {"None / Stable", "not enough history"}


@settings(max_examples=fewer(100, 20))
@given(any_number, holes)
def test_a_constant_never_flags(number: float, missing: list[bool]) -> None:
    values = np.full((3, 48), number)
    values[1, np.array(missing)] = np.nan
    values[2, :7] = np.nan
    panel = spc.Panel.from_numpy(values, start=START)
    assert_nothing(panel)
    card = spc.scorecard(panel)
    frame = card.to_frame()
    assert set(frame["exceptions"]) == {""}
    assert set(frame["weighting"]) <= {"0", ""}
    assert set(frame["arrow"]) == {""}
    assert set(frame["change"]) <= {"0.0%", ""}


@settings(max_examples=fewer(60, 15))
@given(
    st.fractions(min_value=0, max_value=5, max_denominator=30),
    st.lists(st.integers(1, 400), min_size=36, max_size=36),
    st.sampled_from([0, 1, 2]),
)
def test_a_constant_fraction_of_changing_parts_never_flags(
    share: Fraction, times: list[int], places: int
) -> None:
    """1 of 3, 2 of 6, 0.3 of 0.9: the same on paper."""
    of = np.array(times) * share.denominator / 10**places
    values = np.round(np.array(times) * share.numerator / 10**places, places)
    assert_nothing(spc.Panel.from_numpy([values], start=START, of=[np.round(of, places)]))


@pytest.mark.parametrize("number", [0.1, 0.7, 1 / 3, 33.3])
def test_later_months_that_vary_raise_nothing_but_show(number: float) -> None:
    """Without variation in the baseline no zone can be told; the status says so."""
    values = np.full((1, 36), number)
    values[0, 24:] = number * np.arange(2, 14)
    limits = spc.limits(spc.Panel.from_numpy(values, start=START), baseline=24)
    assert limits.status.tolist() == ["no variation"]
    assert not spc.exceptions(limits).mask.any()
