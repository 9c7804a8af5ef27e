"""Rare counts: the equations by hand and by the slow twin, limits that are counts, which series are rare."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from spc.array_types import Floats
from spc.forecast import rare
from spc.forecast.history import Answer, History
from spc.forecast.judging import rmsse
from spc.forecast.methods import METHODS
from spc.forecast.predicting import predict
from spc.results.forecasts import Spread
from tests.panels import JIT_OFF, fewer
from tests.reference import rare as twin

FITS: dict[str, Callable[[History], Answer]] = {
    "croston": rare.croston,
    "sba": rare.sba,
    "tsb": rare.tsb,
    "adida": rare.adida,
    "imapa": rare.imapa,
}
WARDS = Path(__file__).parents[3] / "shared" / "data" / "mps_ward_2023-04_2026-03.parquet"


def history(values: Any, horizon: float = 2, **options: float) -> History:
    cells = np.ascontiguousarray(np.atleast_2d(values), float)
    n = len(cells)
    return History(cells, np.zeros(n, np.int64), int(horizon), np.ones(n, bool), options)


def limits(answer: Answer, level: float = 95.0) -> tuple[Floats, Floats]:
    bounds = np.full((len(answer.mean), 2), np.nan)
    return Spread(**answer.spread, bounds=bounds).limits(level)


def drawn(mean: float, size: float | None, shape: tuple[int, int], seed: int = 5) -> Floats:
    rng = np.random.default_rng(seed)
    if size is None:
        return rng.poisson(mean, shape).astype(float)
    return rng.negative_binomial(size, size / (size + mean), shape).astype(float)


@pytest.mark.parametrize(
    ("name", "options", "rate"),
    [
        # sizes 4, 2, 6; intervals 2, 2, 3. From 4 and 2 by halves: size 4, 3, 4.5; interval 2, 2, 2.5.
        ("croston", {"alpha": 0.5}, 4.5 / 2.5),
        ("sba", {"alpha": 0.5}, 0.75 * 4.5 / 2.5),
        # chance: 1/2 after the opening 0 4; by quarters through 0 1 0 1 0 0 1 0
        ("tsb", {"alpha": 0.5, "beta": 0.25}, None),
        # seven months to three demands: buckets of two, 0+4, 0+2, 0+0, 6+0, from the opening mean 2 by halves
        ("adida", {"alpha": 0.5}, (((2.0 + 1.0) / 2 + 0.0) / 2 + 3.0) / 2),
        # and months one by one, from 2: 0 4 0 2 0 0 6 0
        ("imapa", {"alpha": 0.5}, None),
    ],
)
def test_by_hand(name: str, options: dict[str, float], rate: float | None) -> None:
    months = [0, 4, 0, 2, 0, 0, 6, 0]
    if name == "tsb":
        chance = 0.5
        for demand in (0, 1, 0, 1, 0, 0, 1, 0):
            chance = 0.75 * chance + 0.25 * demand
        rate = 4.5 * chance
    if name == "imapa":
        level = 2.0
        for month in months:
            level = (level + month) / 2.0
        rate = (level + (((2.0 + 1.0) / 2 + 0.0) / 2 + 3.0) / 2) / 2.0
    answer = FITS[name](history(months, opening=1, **options))
    assert answer.mean == pytest.approx(np.full((1, 2), rate), rel=1e-14)


@pytest.mark.parametrize("name", FITS)
@pytest.mark.parametrize("opening", [1, 12])
def test_against_the_twin(name: str, opening: int) -> None:
    rng = np.random.default_rng(11)
    n = fewer(10, 3)
    values = rng.poisson(rng.choice([0.1, 0.4, 1.5], n)[:, None], (n, 30)).astype(float)
    values[:, 20:] *= 3.0
    values[rng.random(values.shape) < 0.15] = np.nan
    values[0, :7], values[1, -5:] = np.nan, np.nan
    values[:, 8] = np.fmax(values[:, 8], 0.0)
    answer = FITS[name](history(values, opening=opening))
    for s in range(n):
        series = [None if np.isnan(value) else int(value) for value in values[s]]
        fitted, rate = twin.answer(name, series, opening)
        expected = [np.nan if value is None else float(value) for value in fitted]
        np.testing.assert_allclose(answer.fitted[s], expected, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(answer.mean[s], float(rate), rtol=1e-12, atol=1e-13)


def test_given_constants_are_used() -> None:
    values = drawn(0.7, None, (1, 40))
    series = [int(value) for value in values[0]]
    for name, fit in FITS.items():
        _, rate = twin.answer(name, series, 12, [Fraction("0.4")])
        more = {"beta": 0.4} if name == "tsb" else {}
        assert fit(history(values, alpha=0.4, **more)).mean[0, 0] == pytest.approx(float(rate), rel=1e-12)
        assert fit(history(values, alpha=0.4, **more)).mean[0, 0] != fit(history(values)).mean[0, 0]
    level = fit_of_months(values[0], 12)
    assert rare.adida(history(values, alpha=0.1, longest=12)).mean[0, 0] == pytest.approx(level, rel=1e-14)


def fit_of_months(values: Floats, length: int) -> float:
    """Smooth the last three years, year by year, from the mean of the first twelve months, by a tenth."""
    level = values[:12].mean()
    for end in (len(values) - 2 * length, len(values) - length, len(values)):
        level += 0.1 * (values[end - length : end].mean() - level)
    return float(level)


def test_a_step_is_followed_faster_than_noise() -> None:
    """A constant other than 0.1 must pay for itself: noise keeps 0.1, a step of the level does not."""
    flat = history(drawn(2.0, None, (fewer(400, 20), 36)))
    kept = (rare.adida(flat).mean == rare.adida(history(flat.values, alpha=0.1)).mean).all(axis=1)
    assert kept.mean() > 0.6
    step = np.repeat([[0.0, 1.0, 2.0, 1.0, 9.0, 11.0, 10.0, 10.0]], 5, axis=1).reshape(1, -1)
    assert rare.adida(history(step)).mean[0, 0] > 9.9 > rare.adida(history(step, alpha=0.1)).mean[0, 0]


@pytest.mark.parametrize("name", FITS)
@pytest.mark.parametrize("size", [None, 2.0, 0.5])
@pytest.mark.parametrize("mean", [0.1, 3.0, *(pytest.param(m, marks=pytest.mark.long) for m in (0.5, 1.0))])
def test_limits_hold_what_they_say(name: str, size: float | None, mean: float) -> None:
    """95% limits on counts that do not change hold 96% of months or more, and are hardly wider than true."""
    law = poisson(mean) if size is None else nbinom(size, size / (size + mean))
    true = law.ppf(0.975) - law.ppf(0.025)
    for months in (24, 36, 60):
        values = drawn(mean, size, (fewer(1000, 40), months + 6))
        answer = FITS[name](history(values[:, :months], 6))
        lower, upper = limits(answer)
        ahead = values[:, months:]
        held = np.mean((lower <= ahead) & (ahead <= upper))
        assert (0.93 if JIT_OFF else 0.96) < held <= 1.0, months
        assert np.mean(upper - lower) < 1.2 * true + 0.65, months
        assert (lower == np.round(lower)).all() and (upper == np.round(upper)).all()


def test_variance_is_at_least_that_of_poisson_counts() -> None:
    even = history([1.0] * 36)
    for fit in FITS.values():
        answer = fit(even)
        assert answer.mean == pytest.approx(answer.mean[0, 0] * np.ones((1, 2)))
        assert (answer.sd**2 >= answer.mean).all() and (answer.sd**2 < 1.06 * answer.mean + 1e-9).all()


def test_nothing_for_long_is_not_nothing_for_ever() -> None:
    for name, fit in FITS.items():
        answer = fit(history([[0.0] * 6, [np.nan] * 3 + [0.0] * 3]))
        assert (answer.mean == 0.0).all() and (answer.fitted[0] == 0.0).all(), name
        # half a count in six months, and in three
        assert answer.centre is not None
        assert answer.centre[:, 0] == pytest.approx([1 / 12, 1 / 6], rel=1e-14)
        # the predictive law of Poisson counts after Jeffreys' prior: negative binomial of size 1/2
        law = nbinom(0.5, np.array([6 / 7, 3 / 4]))
        assert limits(answer, 99.0)[1][:, 0].tolist() == law.ppf(0.995).tolist() == [2.0, 3.0], name
        assert (limits(answer)[0] == 0.0).all()


@pytest.mark.parametrize("name", FITS)
def test_degenerate_input(name: str) -> None:
    """Nothing raises or warns; what is no number falls back."""
    values = np.full((8, 14), np.nan)
    values[0, -1] = 3.0
    values[1] = 1e300
    values[2] = 0.0
    values[3, ::2] = 1.0
    values[4] = 1e-300
    values[5, 0] = 4.0
    values[6] = np.arange(14.0)
    asked = history(values, 3)
    answer = FITS[name](asked)
    assert np.isnan(answer.mean[7]).all() and np.isnan(answer.fitted[7]).all()
    assert answer.mean[0].tolist() == [3.0 if name != "sba" else 0.95 * 3.0] * 3
    assert 0.0 < answer.mean[3, 0] <= 1.0
    assert np.isnan(answer.mean[1]).all() and np.isfinite(answer.mean[2:7]).all()
    found = predict(asked, METHODS[name], np.full((8, 2), np.nan))
    assert np.isfinite(found.mean[:7]).all()
    assert found.used.tolist() == ["mean", "mean", name, name, name, "mean", name, ""]


@pytest.mark.parametrize("name", FITS)
def test_missing_months_at_the_end_change_nothing(name: str) -> None:
    """Months that are not observed are skipped: neither demands, nor months without one."""
    values = drawn(0.6, None, (fewer(30, 4), 36))
    later = np.concatenate([values, np.full((len(values), 12), np.nan)], axis=1)
    if name in ("croston", "sba", "tsb"):
        assert FITS[name](history(later)).mean.tobytes() == FITS[name](history(values)).mean.tobytes()
    else:
        whole = {"longest": 3.0}
        found, expected = (FITS[name](history(cells, **whole)).mean for cells in (later, values))
        assert found == pytest.approx(expected, rel=1e-13)
    front = np.concatenate([np.full((len(values), 9), np.nan), values], axis=1)
    answer, expected_answer = FITS[name](history(front)), FITS[name](history(values))
    assert answer.mean.tobytes() == expected_answer.mean.tobytes()
    assert answer.fitted[:, 9:].tobytes() == expected_answer.fitted.tobytes()


@pytest.mark.parametrize("name", FITS)
def test_a_series_does_not_know_its_neighbours(name: str) -> None:
    values = drawn(0.8, 1.0, (fewer(600, 12), 36))
    values[np.random.default_rng(2).random(values.shape) < 0.1] = np.nan
    before = values.copy()
    whole = FITS[name](history(values))
    assert values.tobytes() == before.tobytes()
    order = np.random.default_rng(3).permutation(len(values))
    poisoned = values[order].copy()
    poisoned[0] = 1e300
    shuffled = FITS[name](history(poisoned))
    for field in ("mean", "fitted", "sd", "centre", "freedom"):
        expected = np.ascontiguousarray(getattr(whole, field)[order][1:])
        assert np.ascontiguousarray(getattr(shuffled, field)[1:]).tobytes() == expected.tobytes(), field
        alone = getattr(FITS[name](history(values[4])), field)
        assert alone.tobytes() == np.ascontiguousarray(getattr(whole, field)[4:5]).tobytes(), field


def test_which_series_are_rare() -> None:
    values = np.array(
        [
            [0.0] * 36,
            [2.0] * 32 + [0.0] * 4,
            [2.0] * 33 + [0.0] * 3,
            [3.0] * 32 + [0.0] * 4,
            [4.0] * 32 + [0.0] * 4,
            [np.nan] * 36,
            [0.5] * 32 + [0.0] * 4,
        ]
    )
    asked = history(values)
    counts = np.array([True] * 6 + [False])
    asked = History(asked.values, asked.january, 2, counts, {})
    # 4 of 36 months are more than a tenth, 3 are less; (32 x 3) / 36 is below 3
    assert rare.is_rare(asked).tolist() == [True, True, False, True, False, False, False]
    older = np.concatenate([np.full((1, 24), 50.0), values[1:2]], axis=1)
    assert rare.is_rare(history(older)).tolist() == [True]


@pytest.mark.skipif(JIT_OFF or not WARDS.exists(), reason="needs the shared data and compiled kernels")
def test_on_wards() -> None:
    """What `is_rare` and its neighbours say of 2,000 series: the last six months held out."""
    import pandas as pd

    rows = pd.read_parquet(WARDS)
    wide = rows.pivot_table(index=["area", "measure"], columns="month", values="value", observed=True)
    pick = np.sort(np.random.default_rng(7).choice(len(wide), 2000, replace=False))
    values = np.ascontiguousarray(wide.to_numpy(float)[pick])
    asked = history(values[:, :30], 6)
    few = rare.is_rare(asked)
    assert 0.5 < few.mean() < 0.7
    asked, ahead = asked.some(few), values[few, 30:]
    answers = {name: fit(asked) for name, fit in FITS.items()}
    before = asked.values
    errors = {name: float(np.nanmean(rmsse(ahead, answer.mean, before))) for name, answer in answers.items()}
    assert min(errors, key=errors.__getitem__) in ("imapa", "sba", "tsb", "adida")
    assert errors["imapa"] < errors["croston"]
    for name, answer in answers.items():
        lower, upper = limits(answer)
        assert 0.97 < np.mean((lower <= ahead) & (ahead <= upper)) < 0.995, name
