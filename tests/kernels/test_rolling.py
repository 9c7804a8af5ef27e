"""rolling: every window is the correctly rounded answer; whole numbers are exact."""

from __future__ import annotations

from math import fsum

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spc
from tests.kernels.cases import EVERY, months_wide
from tests.panels import Matrix, Sample, fewer, make, recorded, samples
from tests.reference import rolling as twin

#: Above this, decimals beside it reach past the 106 bits of a compensated sum.
LARGE = 1e15
LENGTHS = [(1, None), (3, None), (12, None), (12, 1), (7, 4), (60, 2)]


def same(found: Matrix, expected: list[float | None], what: str) -> None:
    np.testing.assert_array_equal(found, months_wide(expected), err_msg=what)


def near(found: Matrix, expected: list[float | None], what: str, lost: float = 0.0) -> None:
    """Allow one unit in the last place: a total that is rounded and then divided is rounded twice."""
    wide = months_wide(expected)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wide), err_msg=what)
    assert (np.isnan(wide) | (np.abs(found - wide) <= np.spacing(np.abs(wide)) + lost)).all(), what


def check(sample: Sample, window: int, min_count: int | None) -> None:
    panel, least = sample.panel(), window if min_count is None else min_count
    total = spc.rolling.total(panel, window=window, min_count=min_count)
    mean = spc.rolling.mean(panel, window=window, min_count=min_count)
    for s in range(panel.n_series):
        expected = twin.total(recorded(panel.values[s]), window, least)
        equal = near if np.nanmax(np.abs(panel.values[s]), initial=0.0) > LARGE else same
        equal(total.values[s], expected, f"total {s}")
        near(mean.values[s], twin.mean(recorded(panel.observed[s]), window, least), f"mean {s}")


@pytest.mark.parametrize("maker", EVERY)
@pytest.mark.parametrize(("window", "min_count"), LENGTHS)
def test_windows_are_rounded_once(window: int, min_count: int | None, maker: str) -> None:
    check(make(maker, 31, n=fewer(20, 8)), window, min_count)


@pytest.mark.parametrize(("window", "min_count"), LENGTHS)
def test_ratios(window: int, min_count: int | None) -> None:
    sample = make("rates", 32, n=fewer(20, 8))
    rolled = spc.rolling.ratio(sample.panel(), window=window, min_count=min_count)
    for s, series in enumerate(sample.twins()):
        tops, bottoms = twin.ratio_parts(series, window, min_count or window)
        same(rolled.values[s], tops, f"numerator {s}")
        assert rolled.of is not None
        same(rolled.of[s], bottoms, f"denominator {s}")
    assert rolled.is_ratio.all()


@settings(max_examples=fewer(100, 25))
@given(samples(), st.sampled_from(LENGTHS))
def test_windows_of_anything(sample: Sample, length: tuple[int, int | None]) -> None:
    check(sample, *length)


hard = st.one_of(
    st.floats(-1e16, 1e16, allow_subnormal=False),
    st.sampled_from([1e16, -1e16, 1.0, 0.1, -0.1, 2.0**53, 1e-9, 1e100, -1e100, 1e-100]),
)


def storable(number: float) -> bool:
    """The door takes magnitudes of 1e-100 to 1e100, and 0."""
    return number == 0.0 or 1e-100 <= abs(number) <= 1e100


@settings(max_examples=fewer(200, 50))
@given(st.lists(hard.filter(storable), min_size=12, max_size=30))
def test_any_floats(numbers: list[float]) -> None:
    panel = spc.Panel.from_numpy([numbers], start=None)
    plain = recorded(panel.values[0])
    lost = max(map(abs, numbers)) * 2.0**-100  # twice 53 digits, less a few: what compensation can hold
    near(spc.rolling.total(panel, window=12).values[0], twin.total(plain, 12, 12), "total", lost)
    near(spc.rolling.mean(panel, window=12).values[0], twin.mean(plain, 12, 12), "mean", lost)


def test_whole_numbers_are_exact() -> None:
    rng = np.random.default_rng(33)
    values = rng.integers(0, 2**49, (6, 40)).astype(float)
    rolled = spc.rolling.total(spc.Panel.from_numpy(values, start=None), window=12).values
    for s, t in np.ndindex(6, 29):
        assert int(rolled[s, t + 11]) == sum(int(number) for number in values[s, t : t + 12])


@pytest.mark.parametrize("maker", ["counts", "low_counts", "constants"])
def test_means_of_counts_and_constants_are_rounded_once(maker: str) -> None:
    panel = make(maker, 34).panel()
    for window in (3, 7, 12):
        rolled = spc.rolling.mean(panel, window=window).values
        for s in range(panel.n_series):
            same(rolled[s], twin.mean(recorded(panel.observed[s]), window, window), f"series {s}")


def test_nothing_of_a_huge_month_stays_behind() -> None:
    values = np.full(60, 0.1)
    values[20] = 1e16
    rolled = spc.rolling.total(spc.Panel.from_numpy(values, start=None), window=12).values[0]
    assert rolled[32:].tolist() == [fsum([0.1] * 12)] * 28
