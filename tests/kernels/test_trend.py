"""trend(): slope, r, t, p, strength and word."""

from __future__ import annotations

from math import isnan
from typing import Any

import pytest
from hypothesis import given, settings

import spc
from tests.kernels.cases import EVERY
from tests.panels import Sample, fewer, make, samples
from tests.reference.trend import NONE, ScoreTwin, mann_kendall, naive, trend

LARGE = 1e12  # beyond this the sums of a series have no digits left to fit a line to


def check(sample: Sample, as_at: int | None = None, **options: Any) -> None:
    panel = sample.panel()
    month = None if as_at is None else panel.months[as_at]
    found = spc.trend(panel, as_at=month, **options)
    for s, series in enumerate(sample.twins()):
        twin = trend(series if as_at is None else series.until(as_at), **options)
        assert found.words[s] == twin.word, f"series {s}: {sample.values[s].tolist()}"
        assert found.strength[s] == twin.strength, s
        if twin.strength > NONE:
            assert found.direction[s] == twin.direction, s
        if isnan(twin.r):
            continue
        assert found.r[s] == pytest.approx(twin.r, rel=1e-10, abs=1e-12), s
        assert found.slope[s] == pytest.approx(twin.slope, rel=1e-10, abs=1e-12 * scale(sample, s)), s
        assert found.t[s] == pytest.approx(twin.t, rel=1e-9, abs=1e-11), s
        assert found.p[s] == pytest.approx(twin.p, rel=1e-8, abs=1e-14), s


def same_score(found: tuple[float, float, float], twin: ScoreTwin, what: str) -> None:
    """Compare r, t and p with a twin, NaN with NaN."""
    for number, expected, least in zip(found, (twin.r, twin.t, twin.p), (1e-7, 1e-6, 1e-6), strict=True):
        assert number == pytest.approx(expected, rel=1e-6, abs=least, nan_ok=True), what


def check_scorers(sample: Sample, **options: Any) -> None:
    panel = sample.panel()
    plain = spc.trend(panel, **options)
    line, pairs = (spc.trend(panel, scorer=name, **options) for name in ("r2", "mann_kendall"))
    for s, series in enumerate(sample.twins()):
        twin, what = naive(series, **options), f"series {s}: {sample.values[s].tolist()}"
        same_score((line.r[s], line.t[s], line.p[s]), twin, what)
        assert plain.naive_p[s] == pytest.approx(twin.p, rel=1e-6, abs=1e-6, nan_ok=True), what
        same_score((pairs.r[s], pairs.t[s], pairs.p[s]), mann_kendall(series, **options), what)


#: Shapes whose rolling line is no matter of the last digits (the r of rounding errors is any number).
SOUND = [maker for maker in EVERY if maker not in ("outlier", "constants", "near_ties")]


@pytest.mark.parametrize("maker", SOUND)
def test_scorers_are_those_of_their_twins(maker: str) -> None:
    check_scorers(make(maker, 28, n=fewer(20, 8)))
    check_scorers(make(maker, 29, n=fewer(20, 8), months=50), window=6, span=30)


def scale(sample: Sample, s: int) -> float:
    """Give the size of the plotted months, of which rounding errors are a small part."""
    return max(
        (abs(float(number)) for number in sample.twins()[s].observed if number is not None), default=1.0
    )


@pytest.mark.parametrize("maker", [maker for maker in EVERY if maker != "outlier"])
@pytest.mark.parametrize("seed", range(21, 24))
def test_trend_is_that_of_the_twin(maker: str, seed: int) -> None:
    sample = make(maker, seed, n=fewer(20, 8))
    check(sample)
    check(sample, as_at=sample.values.shape[1] - 5)


@pytest.mark.parametrize("months", [12, 23, 24, 25, 30, 35, 36, 37])
def test_short_histories(months: int) -> None:
    check(make("counts", 25, n=6, months=months))
    check(make("rates", 25, n=6, months=months))


@pytest.mark.parametrize(
    "options", [{"span": 60}, {"window": 6, "span": 24}, {"window": 3}, {"strong": 0.5, "weak": 0.9}]
)
def test_options(options: dict[str, Any]) -> None:
    check(make("counts", 26, n=fewer(20, 8), months=70), **options)
    check(make("rates", 26, n=fewer(20, 8), months=70), **options)


def test_an_outlier_of_1e16_changes_no_word() -> None:
    sample = make("outlier", 27, n=12)
    found = spc.trend(sample.panel())
    for s, series in enumerate(sample.twins()):
        assert found.words[s] == trend(series).word


@settings(max_examples=fewer(100, 20))
@given(samples())
def test_trend_of_anything(sample: Sample) -> None:
    check(sample)
