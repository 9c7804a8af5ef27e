"""Spread and order in rolling windows, against fractions, pandas and what is to be refused."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spc
from tests.kernels.cases import EVERY, months_wide
from tests.panels import Matrix, Sample, fewer, make, recorded, samples
from tests.reference import windows as twin
from tests.reference.series import Number

LENGTHS = [(1, None), (2, 1), (3, None), (3, 1), (3, 2), (12, None), (12, 1), (12, 7), (7, 4), (36, 2)]
Verb = Callable[..., spc.Panel]
ORDER: dict[str, tuple[Verb, Callable[[list[Number], int, int], list[Number]]]] = {
    "min": (spc.rolling.min, twin.smallest),
    "max": (spc.rolling.max, twin.largest),
    "median": (spc.rolling.median, twin.median),
}
EVERY_VERB: dict[str, Callable[..., spc.Panel]] = {
    "total": spc.rolling.total,
    "mean": spc.rolling.mean,
    "sd": spc.rolling.sd,
    "min": spc.rolling.min,
    "max": spc.rolling.max,
    "median": spc.rolling.median,
    "quantile": lambda panel, **how: spc.rolling.quantile(panel, q=0.3, **how),
}
every_verb = pytest.mark.parametrize("verb", EVERY_VERB.values(), ids=EVERY_VERB)


def order(sample: Sample, window: int, min_count: int | None) -> None:
    panel, least = sample.panel(), window if min_count is None else min_count
    for name, (verb, reference) in ORDER.items():
        rolled = verb(panel, window=window, min_count=min_count)
        for s in range(panel.n_series):
            expected = months_wide(reference(recorded(panel.observed[s]), window, least))
            np.testing.assert_array_equal(rolled.values[s], expected, err_msg=f"{name} {s}")


def close(found: Matrix, exact: list[Fraction | None], share: float, scale: float = 0.0) -> None:
    """Allow a share of the exact answer, and of the scale given; 0 is 0."""
    for number, answer in zip(found, exact, strict=True):
        if answer is None:
            assert np.isnan(number)
        else:
            off = abs(Fraction(number) - answer)
            assert off <= Fraction(share) * (abs(answer) + Fraction(scale)), (number, float(answer))


@pytest.mark.parametrize("maker", EVERY)
@pytest.mark.parametrize(("window", "min_count"), LENGTHS)
def test_order(window: int, min_count: int | None, maker: str) -> None:
    order(make(maker, 41, n=fewer(20, 6)), window, min_count)


@settings(max_examples=fewer(100, 25))
@given(samples(), st.sampled_from(LENGTHS))
def test_order_of_anything(sample: Sample, length: tuple[int, int | None]) -> None:
    order(sample, *length)


@pytest.mark.parametrize("window", [2, 3, 5, 12, 13, 60, 71])
@pytest.mark.parametrize("months", [7, 70])
def test_series_end_to_end_keep_apart(window: int, months: int) -> None:
    """More series than are in hand at a time, each beside what it says alone; the neighbours are extreme."""
    rng = np.random.default_rng(53)
    values = rng.normal(0.0, 1.0, (300 if months == 7 else 64, months)).round(1)
    values[::3] *= 1e9
    values[rng.random(values.shape) < 0.02] = np.nan
    panel = spc.Panel.from_numpy(values, start=None)
    for verb, least in ((spc.rolling.min, min), (spc.rolling.max, max)):
        found = verb(panel, window=window).values
        assert np.isnan(found[:, : window - 1]).all()
        for s, t in ((s, t) for s in range(len(values)) for t in range(window - 1, months)):
            inside = values[s, t - window + 1 : t + 1]
            expected = np.nan if np.isnan(inside).any() else least(inside)
            np.testing.assert_array_equal(found[s, t], expected)


@pytest.mark.parametrize("window", [3, 12])
def test_every_pattern_of_missing_months(window: int) -> None:
    """The networks under each of the 2**window patterns, in their order and with what stands before them."""
    rng = np.random.default_rng(42)
    patterns = np.arange(2**window)[:, None] >> np.arange(window) & 1
    patterns = patterns if window == 3 else patterns[:: fewer(1, 97)]
    values = np.where(
        patterns == 1, rng.permuted(np.tile(np.arange(window) + 1.0, (len(patterns), 1)), axis=1), 0
    )
    values[patterns == 0] = np.nan
    lead = np.where(rng.random((len(values), 5)) < 0.5, np.nan, 1e6)
    panel = spc.Panel.from_numpy(np.concatenate([lead, values], axis=1), start=None)
    found = spc.rolling.median(panel, window=window, min_count=1).values[:, -1]
    for row, median in zip(values, found, strict=True):
        seen = row[~np.isnan(row)]
        assert np.isnan(median) if not len(seen) else median == np.median(seen)


@pytest.mark.parametrize("maker", ["counts", "decimals", "rates", "gaps", "ragged"])
@pytest.mark.parametrize(("window", "min_count"), [(2, None), (3, None), (12, None), (12, 2), (7, 4)])
def test_sd(window: int, min_count: int | None, maker: str) -> None:
    panel = make(maker, 43, n=fewer(12, 4)).panel()
    rolled = spc.rolling.sd(panel, window=window, min_count=min_count)
    for s in range(panel.n_series):
        exact = twin.sd(recorded(panel.observed[s]), window, window if min_count is None else min_count)
        close(rolled.values[s], exact, 1e-15)


@pytest.mark.parametrize("months", [60, 1_000])
def test_sd_of_hard_months(months: int) -> None:
    """Far from 0, one unit apart, 1e16 beside 1: still within 1e-15 of the exact root."""
    rng = np.random.default_rng(44)
    near = 1e9 + np.round(rng.normal(0.0, 1.0, months), 1)
    neighbours = 1e16 + 2.0 * rng.integers(0, 2, months)
    beside = np.where(rng.random(months) < 0.1, 1e16, np.round(rng.normal(0.0, 1.0, months), 1))
    large, tiny = 1e100 * rng.random(months), 1e-100 * (1.0 + rng.random(months))
    rows = np.array([near, neighbours, beside, large, tiny])
    panel = spc.Panel.from_numpy(rows, start=None)
    for window in (3, 12) if months == 60 else (1_000,):
        rolled = spc.rolling.sd(panel, window=window).values
        for row, found in zip(rows, rolled, strict=True):
            ends = range(months) if months == 60 else [months - 1]
            exact = [twin.exact_sd(row[t - window + 1 : t + 1]) if t >= window - 1 else None for t in ends]
            close(found[list(ends)], exact, 1e-15)


def test_sd_of_rates_beyond_what_can_be_squared() -> None:
    """A part of 1e100 over a whole of 1e-100 is a rate of 1e200, whose square is no float."""
    values = np.array([[3e99, 5e99, 4e99], [3e-100, 5e-100, 4e-100]])
    of = np.array([[1e-100] * 3, [1e100] * 3])
    rolled = spc.rolling.sd(spc.Panel.from_numpy(values, start=None, of=of), window=3).values
    np.testing.assert_allclose(rolled[:, 2], [1e199, 1e-200], rtol=1e-14)


@pytest.mark.parametrize("number", [0.1, 1.0 / 3.0, 1e16, 1e-100, 1e100, 21.7, 0.0, -5.3])
def test_constants_have_no_spread(number: float) -> None:
    panel = spc.Panel.from_numpy(np.full((1, 60), number), start=None)
    for window in (2, 3, 7, 12, 50):
        assert (spc.rolling.sd(panel, window=window).values[0, window - 1 :] == 0.0).all()


@pytest.mark.parametrize("q", [0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
def test_quantiles(q: float) -> None:
    panel = make("gaps", 45, n=fewer(12, 4)).panel()
    for window, least in ((1, 1), (3, 1), (7, 4), (12, 1), (12, 12), (36, 3)):
        rolled = spc.rolling.quantile(panel, q=q, window=window, min_count=least).values
        for s in range(panel.n_series):
            plain = recorded(panel.values[s])
            largest = float(np.nanmax(np.abs(panel.values[s]), initial=0.0))
            close(rolled[s], twin.quantile(plain, window, least, q), 4e-16, largest)
            for t, number in enumerate(rolled[s]):
                inside = [value for value in plain[max(0, t - window + 1) : t + 1] if value is not None]
                if not np.isnan(number):
                    np.testing.assert_allclose(number, np.quantile(inside, q), rtol=1e-15, atol=1e-15)


def test_quantiles_at_the_ends_and_in_the_middle_are_the_other_verbs() -> None:
    panel = make("decimals", 46, n=10).panel()
    for window in (3, 5, 12):
        for q, verb in ((0.0, spc.rolling.min), (0.5, spc.rolling.median), (1.0, spc.rolling.max)):
            found = spc.rolling.quantile(panel, q=q, window=window).values
            np.testing.assert_array_equal(found, verb(panel, window=window).values)


def test_a_median_of_an_even_number_is_rounded_once() -> None:
    pair = [1e16, 1e16 + 2.0]  # half their sum is no float: the sum would be rounded, half of each is not
    panel = spc.Panel.from_numpy([pair, [0.1, 0.3], [-0.0, 0.0]], start=None)
    found = spc.rolling.median(panel, window=2).values[:, 1]
    assert found.tolist() == [
        float((Fraction(a) + Fraction(b)) / 2) for a, b in (pair, (0.1, 0.3), (0.0, 0.0))
    ]


@pytest.mark.parametrize("window", [1, 3, 7, 12])
@pytest.mark.parametrize("least", [1, None])
def test_pandas_says_the_same_where_it_is_right(window: int, least: int | None) -> None:
    """Whole numbers with gaps: pandas' running sums are exact, its spread right to ten digits."""
    panel = make("gaps", 47, n=fewer(20, 6)).panel()
    frames = pd.DataFrame(panel.values.T).rolling(window, min_periods=window if least is None else least)
    peers = {"total": "sum", "min": "min", "max": "max", "median": "median"}
    for name, peer in peers.items():
        found = EVERY_VERB[name](panel, window=window, min_count=least).values
        np.testing.assert_array_equal(found, getattr(frames, peer)().to_numpy().T, err_msg=name)
    for found, expected in (
        (spc.rolling.mean(panel, window=window, min_count=least), frames.mean()),
        (spc.rolling.sd(panel, window=window, min_count=least), frames.std()),
        (spc.rolling.quantile(panel, q=0.9, window=window, min_count=least), frames.quantile(0.9)),
    ):
        np.testing.assert_allclose(found.values, expected.to_numpy().T, rtol=1e-10, atol=1e-6)


FRONTS: dict[str, list[float]] = {
    "nothing": [np.nan] * 5,
    "one month of nothing": [np.nan],
    "a huge month": [1e16, 3.7],
    "minus a huge month": [-1e100],
    "another sign": [-3.3, np.nan, 0.1],
}


@every_verb
@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
def test_the_same_whatever_stands_in_front(front: list[float], verb: Verb) -> None:
    """To the bit, from the first window that lies wholly behind it."""
    values = np.concatenate(
        [make(maker, 48, n=6).values for maker in ("counts", "decimals", "gaps", "signed")]
    )
    longer = np.concatenate([np.tile(front, (len(values), 1)), values], axis=1)
    for window in (1, 3, 7, 12):
        plain = verb(spc.Panel.from_numpy(values, start=None), window=window, min_count=1).values
        found = verb(spc.Panel.from_numpy(longer, start=None), window=window, min_count=1).values
        behind = found[:, len(front) + window - 1 :]
        assert behind.tobytes() == np.ascontiguousarray(plain[:, window - 1 :]).tobytes()


@every_verb
def test_nothing_stays_behind_a_huge_month(verb: Verb) -> None:
    values = np.round(np.random.default_rng(49).normal(20.0, 5.0, (4, 60)), 1)
    spoilt = values.copy()
    spoilt[:, 20] = 1e16
    for window in (3, 12, 13):
        pair = [
            verb(spc.Panel.from_numpy(each, start=None), window=window).values for each in (values, spoilt)
        ]
        np.testing.assert_array_equal(pair[0][:, 20 + window :], pair[1][:, 20 + window :])
        np.testing.assert_array_equal(pair[0][:, :20], pair[1][:, :20])


def test_rates_are_rolled_as_they_are_plotted() -> None:
    panel = spc.Panel.from_numpy([[1, 30, 2]], start="2024-05", of=[[10, 100, 10]])
    ways = {"min": 0.1, "max": 0.3, "median": 0.2, "mean": 0.2}
    for name, expected in ways.items():
        rolled = EVERY_VERB[name](panel, window=3)
        assert (
            rolled.values[0, 2] == pytest.approx(expected) and rolled.of is None and not rolled.is_ratio.any()
        )
    assert spc.rolling.sd(panel, window=3).values[0, 2] == pytest.approx(0.1)
    assert spc.rolling.ratio(panel, window=3).observed[0, 2] == pytest.approx(33 / 120)


@every_verb
def test_a_rolled_panel_is_a_panel(verb: Verb) -> None:
    panel = make("counts", 50, n=3).panel()
    rolled = verb(panel, window=3)
    assert rolled.months == panel.months and rolled.name(2) == panel.name(2)
    assert len(rolled.to_frame()) == panel.n_series * panel.n_periods
    assert verb(rolled, window=2).n_series == 3
    assert verb(spc.Panel.from_numpy(np.empty((0, 5)), start="2024-01"), window=3).values.shape == (0, 5)


@every_verb
def test_refusals(verb: Verb) -> None:
    panel = make("counts", 51, n=2).panel()
    for window in (0, -1, 1_001, 2.5, "12", None, True):
        with pytest.raises(spc.ChoiceError, match="`window` must be a whole number from 1 to 1000"):
            verb(panel, window=window)
    for least in (0, 4, 1.5, "2"):
        with pytest.raises(spc.ChoiceError, match="`min_count` must be a whole number from 1 to 3"):
            verb(panel, window=3, min_count=least)
    with pytest.raises(spc.ChoiceError, match="`panel` must be a Panel"):
        verb(panel.values, window=3)
    with pytest.raises(TypeError):
        verb(panel, 3)


@pytest.mark.parametrize("q", [-0.1, 1.1, "0.5", True, None, np.nan, [0.5]])
def test_a_quantile_lies_between_0_and_1(q: object) -> None:
    panel = make("counts", 52, n=2).panel()
    with pytest.raises(spc.ChoiceError, match=r"`q` must be a number in the interval \[0, 1\]"):
        spc.rolling.quantile(panel, q=q)  # type: ignore[arg-type]


def test_the_page_runs() -> None:
    page = Path(__file__).parents[2] / "docs" / "windows.md"
    found = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.failed == 0 and found.attempted > 8
