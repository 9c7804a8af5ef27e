"""trend(): slope, r, t, p, strength and word."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import spc
from tests.kernels.cases import EVERY
from tests.panels import Sample, fewer, make, samples
from tests.reference.trend import NONE, ScoreTwin, mann_kendall, naive, trend

NAN = float("nan")
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


#: Months of a ratio that have no figure of their own: one part missing, either one; 0 of 0; 2 of 0.
BARE = {5: (NAN, 4.0), 11: (3.0, NAN), 17: (0.0, 0.0), 18: (0.0, 0.0), 26: (2.0, 0.0)}


def test_the_line_is_that_of_the_rolling_ratio() -> None:
    """Windows are complete where `rolling.ratio` has a figure; the months with one are tested."""
    t = np.arange(36)
    top, below = 3.0 + t // 4 + 2.0 * (t % 3), 20.0 + 5.0 * (t % 5)
    for month, parts in BARE.items():
        top[month], below[month] = parts
    panel = spc.Panel.from_numpy([top], start="2021-08", of=[below])
    rolled = spc.rolling.ratio(panel, window=12).observed[0, 11:]
    found = spc.trend(panel)
    assert found.slope[0] == pytest.approx(np.polyfit(t[11:], rolled, 1)[0], rel=1e-12)
    assert found.months[0] == 36 - len(BARE)
    assert (found.words[0], found.strength[0]) == ("Increasing", 2)
    heard = np.isfinite(top) & np.isfinite(below)
    n, d = np.where(heard, top, 0.0), np.where(heard, below, 0.0)
    lean = np.arange(25) - 12.0
    weights = sum(
        np.where((t >= k) & (t < k + 12), lean[k] / d[k : k + 12].sum(), 0.0) for k in range(25)
    ) / np.sum(lean**2)
    tested = d > 0.0
    n, d, weights = n[tested], d[tested], weights[tested]
    e = n - n.sum() / d.sum() * d
    r = (weights * e).sum() / np.sqrt((weights**2 * d).sum() * (e**2 / d).sum())
    assert found.r[0] == pytest.approx(r, rel=1e-12)
    for scorer in ("mann_kendall", "r2"):
        assert spc.trend(panel, scorer=scorer).words[0] == "Increasing"


def test_a_window_without_any_denominator_is_not_complete() -> None:
    top, below = np.tile([1.0, 2.0, 4.0], 14), np.full(42, 10.0)
    top[:14], below[:14] = 0.0, 0.0
    found = spc.trend(spc.Panel.from_numpy([top], start="2021-08", of=[below]), span=42)
    assert found.months[0] == 28
    assert found.strength[0] >= 0
    some = spc.trend(spc.Panel.from_numpy([top[:36]], start="2021-08", of=[below[:36]]))
    assert (some.months[0], some.words[0]) == (22, "not enough history")


def test_an_outlier_of_1e16_changes_no_word() -> None:
    sample = make("outlier", 27, n=12)
    found = spc.trend(sample.panel())
    for s, series in enumerate(sample.twins()):
        assert found.words[s] == trend(series).word


@settings(max_examples=fewer(100, 20))
@given(samples())
def test_trend_of_anything(sample: Sample) -> None:
    check(sample)
