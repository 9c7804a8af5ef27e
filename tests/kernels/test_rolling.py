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
from tests.reference.windows import exact_total, half_an_ulp

LENGTHS = [(1, None), (3, None), (12, None), (12, 1), (7, 4), (60, 2)]


def same(found: Matrix, expected: list[float | None], what: str) -> None:
    np.testing.assert_array_equal(found, months_wide(expected), err_msg=what)


def check(sample: Sample, window: int, min_count: int | None) -> None:
    panel, least = sample.panel(), window if min_count is None else min_count
    total = spc.rolling.total(panel, window=window, min_count=min_count)
    mean = spc.rolling.mean(panel, window=window, min_count=min_count)
    for s in range(panel.n_series):
        same(total.values[s], twin.total(recorded(panel.values[s]), window, least), f"total {s}")
        same(mean.values[s], twin.mean(recorded(panel.observed[s]), window, least), f"mean {s}")


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


def test_a_series_without_any_figure_stops_no_ratio_and_a_count_does() -> None:
    gap = [np.nan] * 3
    panel = spc.Panel.from_numpy([[1, 2, 3], gap], start="2024-05", of=[[10, 10, 20], gap])
    rolled = spc.rolling.ratio(panel, window=2).observed
    np.testing.assert_array_equal(rolled, [[np.nan, 3 / 20, 5 / 30], gap])
    mixed = spc.Panel.from_numpy([gap, [1, 2, 3], [4, 5, 6]], start="2024-05", of=[gap, [9] * 3, gap])
    with pytest.raises(spc.ChoiceError, match=r"^2 has no denominators to roll"):
        spc.rolling.ratio(mixed)


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


@settings(max_examples=fewer(300, 50))
@given(st.lists(hard.filter(storable), min_size=12, max_size=30), st.sampled_from([2, 3, 5, 12]))
def test_any_floats(numbers: list[float], window: int) -> None:
    """Whatever the months: no float lies closer to the exact sum, or mean, than the one given."""
    panel = spc.Panel.from_numpy([numbers], start=None)
    plain = recorded(panel.values[0])
    same(spc.rolling.total(panel, window=window).values[0], twin.total(plain, window, window), "total")
    same(spc.rolling.mean(panel, window=window).values[0], twin.mean(plain, window, window), "mean")


@pytest.mark.parametrize("window", [2, 3, 7, 12, 24, 36])
def test_half_an_ulp_beside_a_huge_month(window: int) -> None:
    """One-decimal months, some series with 1e16 beside them: the sums of fractions themselves."""
    rng = np.random.default_rng(35)
    values = np.round(rng.normal(50.0, 20.0, (fewer(40, 6), 60)), 1)
    values[::2, 20], values[::4, 21], values[1::4, 40] = 1e16, -1e16, 1.0
    values[rng.random(values.shape) < 0.03] = np.nan
    panel = spc.Panel.from_numpy(values, start=None)
    total = spc.rolling.total(panel, window=window, min_count=2).values
    mean = spc.rolling.mean(panel, window=window, min_count=2).values
    for s, t in np.ndindex(values.shape):
        inside = [
            number for number in recorded(values[s, max(0, t - window + 1) : t + 1]) if number is not None
        ]
        if len(inside) < 2:
            assert np.isnan(total[s, t]) and np.isnan(mean[s, t])
            continue
        exact = exact_total(inside)
        assert half_an_ulp(total[s, t], exact), (s, t)
        assert half_an_ulp(mean[s, t], exact / len(inside)), (s, t)


def test_ties_between_two_floats_are_seen_through() -> None:
    """1e16 + 1 lies halfway between two floats; what is left of ten tenths decides, and is 2**-54."""
    tenths = [0.1] * 10
    for sign in (1.0, -1.0):
        numbers = [sign * 1e16, *(sign * np.array(tenths)), 0.0]
        total = spc.rolling.total(spc.Panel.from_numpy(numbers, start=None), window=12).values[0, -1]
        assert total == sign * (1e16 + 2.0) == fsum(numbers)
    halves = [1e16, 1.0, 0.0, 1e16, 3.0, 0.0]  # true ties go to the even neighbour
    total = spc.rolling.total(spc.Panel.from_numpy(halves, start=None), window=3).values[0]
    assert total[[2, 5]].tolist() == [1e16, 1e16 + 4.0]


@pytest.mark.parametrize("window", [1, 2, 3, 7, 12, 24, 100])
def test_sizes_that_just_fit_the_grid_and_just_do_not(window: int) -> None:
    """Parts that cancel and rests of nearly half the grid, of one sign: a power of two more does not fit."""
    rng = np.random.default_rng(38)
    room = max(window.bit_length(), 2)
    fits = 54 - 2 * room
    for apart in (fits - 1, fits, fits + 1, fits + 4):
        shape = (fewer(60, 10), window + 5)
        grid = 2 ** (room + apart)  # in units of the smallest month's last place
        near = rng.integers(2**52, 2**53, shape) * rng.choice([-1, 1], shape) // grid * grid
        near += grid // 2 - 1 - 2 * rng.integers(0, 50, shape)
        largest = rng.choice([-1.0, 1.0], shape) * (2.0**53 - 1.0) * 2.0**apart
        values = np.where(rng.random(shape) < 0.2, largest, near.astype(float)) * 2.0**-40
        panel = spc.Panel.from_numpy(values, start=None)
        total, mean = spc.rolling.total(panel, window=window), spc.rolling.mean(panel, window=window)
        for s in range(panel.n_series):
            same(total.values[s], twin.total(recorded(values[s]), window, window), f"total {apart} {s}")
            same(mean.values[s], twin.mean(recorded(values[s]), window, window), f"mean {apart} {s}")


def test_whole_numbers_are_exact() -> None:
    rng = np.random.default_rng(33)
    values = rng.integers(0, 2**49, (6, 40)).astype(float)
    rolled = spc.rolling.total(spc.Panel.from_numpy(values, start=None), window=12).values
    for s, t in np.ndindex(6, 29):
        assert int(rolled[s, t + 11]) == sum(int(number) for number in values[s, t : t + 12])


def test_nothing_of_a_huge_month_stays_behind() -> None:
    values = np.full(60, 0.1)
    values[20] = 1e16
    rolled = spc.rolling.total(spc.Panel.from_numpy(values, start=None), window=12).values[0]
    assert rolled[32:].tolist() == [fsum([0.1] * 12)] * 28


@pytest.mark.parametrize("window", [2, 3, 6, 12, 24, 48])
def test_means_that_lie_between_two_floats(window: int) -> None:
    """Sums that are a whole number of halves of the last place, or one bit beside it, times the window."""
    rng = np.random.default_rng(37)
    halves = rng.integers(2**53, 2**54, fewer(2000, 60)) * 2 + 1
    rows = []
    for half in halves.tolist():
        left, row = (half + int(rng.integers(-1, 2))) * window, []
        while len(row) < window - 1:  # any floats that add up to it exactly
            row.append(float(left // (window - len(row))))
            left -= int(row[-1])
        rows.append([*row, float(left)])
    values = np.array(rows) / 2.0**30
    found = spc.rolling.mean(spc.Panel.from_numpy(values, start=None), window=window).values[:, -1]
    for row, mean in zip(values.tolist(), found.tolist(), strict=True):
        assert mean == twin.rounded_mean(row)


def test_windows_longer_than_the_panel() -> None:
    panel = make("gaps", 36, n=6).panel()
    for window in (panel.n_periods + 1, 1_000):
        assert np.isnan(spc.rolling.total(panel, window=window).values).all()
        for s, row in enumerate(spc.rolling.mean(panel, window=window, min_count=1).values):
            same(row, twin.mean(recorded(panel.values[s]), window, 1), f"series {s}")
