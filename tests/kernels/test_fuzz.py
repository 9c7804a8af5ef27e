"""The long run: every verb against its twin on hundreds of odd panels more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels import test_compare, test_exceptions, test_limits, test_rolling, test_trend
from tests.kernels.cases import CASES, EVERY
from tests.panels import Sample, make, samples

pytestmark = pytest.mark.long

SEEDS = range(1000, 1040)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("maker", EVERY)
def test_masks_and_limits(maker: str, seed: int) -> None:
    sample = make(maker, seed, n=20, months=44 + seed % 30)
    case = list(CASES.values())[seed % len(CASES)]
    test_limits.check(case, sample)
    test_exceptions.check(case, sample, list(test_exceptions.OPTIONS)[seed % len(test_exceptions.OPTIONS)])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("maker", [maker for maker in EVERY if maker != "outlier"])
def test_trends(maker: str, seed: int) -> None:
    test_trend.check(make(maker, seed, n=40, months=24 + seed % 30))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("maker", EVERY)
def test_windows(maker: str, seed: int) -> None:
    sample = make(maker, seed, n=40)
    test_rolling.check(sample, 1 + seed % 24, 1)
    test_rolling.check(sample, 12, None)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("improvement", test_compare.DIRECTIONS)
def test_comparisons(improvement: str, seed: int) -> None:
    months = 24 + seed % 30
    test_compare.check(make("counts", seed, 40, months), "count", "number", improvement)
    test_compare.check(make("gaps", seed, 40, months), "stock", "days", improvement)
    test_compare.check(make("rates", seed, 40, months), "rate", "percent", improvement)


@settings(max_examples=3000, derandomize=False)
@given(samples(max_months=60), st.sampled_from(sorted(CASES)))
def test_anything(sample: Sample, name: str) -> None:
    case = CASES[name]
    if case.cuts or case.as_at or name == "pair":
        case = CASES["few months"]
    test_limits.check(case, sample)
    test_exceptions.check(case, sample)
    test_trend.check(sample)
