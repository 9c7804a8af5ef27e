"""Exponential smoothing: the twin, statsmodels, the least -2 log L, variances by simulation, odd series."""

from __future__ import annotations

import hashlib
import math
import warnings
from typing import Any

import numpy as np
import pytest

from spc.checks import ChoiceError
from spc.forecast.history import Answer, History
from spc.forecast.scaling import scaled
from spc.forecast.selecting import MODELS, ets
from spc.forecast.smoothing import (
    Fitted,
    Model,
    damped,
    fit_model,
    foretell,
    holt,
    holt_winters_additive,
    holt_winters_multiplicative,
    ses,
)
from spc.kernels.forecasts.smoothing import ALPHA, BETA, GAMMA, LEVEL, PHI, SEASON, SLOPE, sense
from tests.forecast.histories import Fit, degenerate, history, holds, seasonal
from tests.jit import digest_the_other_way
from tests.panels import JIT_OFF, Matrix, fewer
from tests.reference import smoothing as twin

ALL: list[Fit] = [ses, holt, damped, holt_winters_additive, holt_winters_multiplicative]
WORDS = {"A": "add", "Ad": "add", "M": "mul", "N": None}


def called(model: Model) -> str:
    return f"{model.error}{model.trend}{model.season}"


every_model = pytest.mark.parametrize("model", MODELS, ids=called)


def numbers_for(model: Model, seed: int) -> Matrix:
    """Draw numbers that suit a series of about 1."""
    rng = np.random.default_rng(seed)
    out = np.zeros(18)
    out[ALPHA], out[PHI], out[LEVEL] = rng.uniform(0.1, 0.6), 1.0, rng.uniform(0.6, 0.8)
    if model.trend != "N":
        out[BETA], out[SLOPE] = out[ALPHA] * rng.uniform(0.05, 0.3), rng.normal(0.0, 0.002)
    if model.trend == "Ad":
        out[PHI] = rng.uniform(0.8, 0.98)
    if model.season != "N":
        out[GAMMA] = (1.0 - out[ALPHA]) * rng.uniform(0.05, 0.4)
        out[SEASON:] = rng.normal(0.0, 0.06, 12) + (model.season == "M")
    return out


def of_twin(model: Model, row: Matrix) -> twin.Numbers:
    """Hand the kernel's 18 numbers to the twin."""
    order = (ALPHA, BETA, PHI, GAMMA, LEVEL, SLOPE)
    seasons = tuple(float(each) for each in row[SEASON:])
    return twin.Numbers(*(float(row[at]) for at in order), seasons, model.error == "M", model.season == "M")


def listed(row: Matrix) -> list[float | None]:
    return [None if math.isnan(month) else float(month) for month in row]


def from_numbers(model: Model, values: Matrix, numbers: Matrix, horizon: int = 12) -> Answer:
    """Say what known numbers expect, of values that are about 1."""
    n = len(values)
    form = np.tile(np.array(model.form, np.int64), (n, 1))
    found = Fitted(form, numbers, np.zeros(n), np.full(n, model.n_fitted({}), np.int64))
    return foretell(values, np.zeros(n, np.int64), found, horizon)


def months(n: int, width: int, seed: int = 1) -> Matrix:
    """Series about 1 with a season, in the middle of what the drawn numbers expect."""
    values = seasonal(n, width, seed)
    return 0.7 * values / values.mean(axis=1, keepdims=True)


@every_model
def test_the_twin_at_the_same_numbers(model: Model) -> None:
    values = months(fewer(12, 4), 50)
    values[1::2, [0, 1, 17, 30, 31]] = np.nan
    values[3, -3:] = np.nan
    numbers = np.array([numbers_for(model, seed) for seed in range(len(values))])
    answer = from_numbers(model, values, numbers, 27)
    for s, row in enumerate(values):
        expected = twin.carried(listed(row), of_twin(model, numbers[s]), 27)
        np.testing.assert_allclose(answer.fitted[s], expected.fitted, rtol=1e-10)
        np.testing.assert_allclose(answer.mean[s], expected.mean, rtol=1e-10)
        errors = twin.errors(listed(row), of_twin(model, numbers[s]))
        assert answer.freedom[s] == len(errors) - model.n_fitted({})
        sigma = math.sqrt(sum(e * e for e in errors) / answer.freedom[s])
        first = sigma * (expected.mean[0] if model.error == "M" else 1.0)
        assert answer.sd[s, 0] == pytest.approx(first, rel=1e-10)


@pytest.mark.parametrize("model", [model for model in MODELS if model.season != "M"], ids=called)
def test_statsmodels_at_the_same_numbers(model: Model) -> None:
    """Its ETSModel; where the season multiplies that divides by the level after the month, unlike HKOS."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    values = months(fewer(6, 3), 60, seed=5)
    numbers = np.array([numbers_for(model, seed) for seed in range(len(values))])
    answer = from_numbers(model, values, numbers)
    season: dict[str, Any] = {} if model.season == "N" else {"seasonal": "add", "seasonal_periods": 12}
    for s, row in enumerate(values):
        if season:
            season["initial_seasonal"] = numbers[s, SEASON:]
        if model.trend != "N":
            season["initial_trend"] = numbers[s, SLOPE]
        other = ETSModel(
            row,
            error=WORDS[model.error],
            trend=WORDS[model.trend],
            damped_trend=model.trend == "Ad",
            initialization_method="known",
            initial_level=numbers[s, LEVEL],
            **season,
        )
        order = {"smoothing_level": ALPHA, "smoothing_trend": BETA, "smoothing_seasonal": GAMMA}
        names = order | {"damping_trend": PHI}
        found = other.smooth([numbers[s, names[name]] for name in other.param_names])
        np.testing.assert_allclose(answer.fitted[s], found.fittedvalues, rtol=1e-9)
        np.testing.assert_allclose(answer.mean[s], found.forecast(12), rtol=1e-9)
        lack = twin.lack(listed(row), of_twin(model, numbers[s]))
        assert -2.0 * found.llf == pytest.approx(lack + 60 * math.log(2.0 * math.pi / 60) + 60, rel=1e-9)


@pytest.mark.parametrize("trend", ["N", "A", "Ad"])
def test_holt_and_winters_in_statsmodels(trend: str) -> None:
    """Its ExponentialSmoothing has HKOS's multiplied season; its 12th month ahead takes one too old."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    model = Model("M", trend, "M")
    values = months(4, 60, seed=7)
    numbers = np.array([numbers_for(model, seed) for seed in range(4)])
    answer = from_numbers(model, values, numbers)
    for s, row in enumerate(values):
        at = numbers[s]
        known = {} if trend == "N" else {"initial_trend": at[SLOPE]}
        other = ExponentialSmoothing(
            row,
            trend=WORDS[trend],
            damped_trend=trend == "Ad",
            seasonal="mul",
            seasonal_periods=12,
            initialization_method="known",
            initial_level=at[LEVEL],
            initial_seasonal=at[SEASON:],
            **known,
        )
        more = {} if trend == "N" else {"smoothing_trend": at[BETA] / at[ALPHA]}
        more |= {"damping_trend": at[PHI]} if trend == "Ad" else {}
        found = other.fit(
            smoothing_level=at[ALPHA],
            smoothing_seasonal=at[GAMMA],
            optimized=False,
            remove_bias=False,
            **more,
        )
        np.testing.assert_allclose(answer.fitted[s], found.fittedvalues, rtol=1e-9)
        np.testing.assert_allclose(answer.mean[s, :11], found.forecast(11), rtol=1e-9)


@every_model
def test_the_numbers_found_are_worth_what_is_said_and_no_neighbours_are_better(model: Model) -> None:
    values = months(fewer(8, 2), 60, seed=3)
    values[1::2, [5, 20, 21]] = np.nan
    found = fit_model(values, model, {})
    rng = np.random.default_rng(1)
    for s, row in enumerate(values):
        at = found.numbers[s]
        assert twin.lack(listed(row), of_twin(model, at)) == pytest.approx(found.lack[s], rel=1e-9)
        assert 0.0 < at[ALPHA] < 1.0 and 0.0 <= at[GAMMA] <= 1.0 - at[ALPHA] and 0.8 <= at[PHI] <= 1.0
        assert at[BETA] <= at[ALPHA] and (at[BETA] > 0.0) == (model.trend != "N")
        for size in (0.1, 0.01, 0.001):
            for _ in range(fewer(10, 2)):
                near = at + np.where(at == 0.0, 0.0, size * rng.normal(size=18) * 0.1)
                near[ALPHA] = np.clip(near[ALPHA], 1e-4, 0.9999)
                near[BETA] = np.clip(near[BETA], 1e-4 * near[ALPHA], near[ALPHA]) if at[BETA] else 0.0
                near[GAMMA] = np.clip(near[GAMMA], 0.0, 1.0 - near[ALPHA])
                near[PHI] = np.clip(near[PHI], 0.8, 0.98) if model.trend == "Ad" else 1.0
                assert twin.lack(listed(row), of_twin(model, near)) > found.lack[s] - 0.02


@pytest.mark.parametrize("model", [Model("A", "Ad", "A"), Model("M", "Ad", "M")], ids=called)
def test_the_recursions_own_slopes_are_those_of_the_twin(model: Model) -> None:
    """Central differences in alpha, the shares, phi and the states: wrong slopes only slow a descent."""
    row = months(1, 40, seed=8)[0]
    row[[7, 25]] = np.nan
    shares = numbers_for(model, 6)
    shares[BETA], shares[GAMMA] = shares[BETA] / shares[ALPHA], shares[GAMMA] / (1.0 - shares[ALPHA])

    def numbers(at: Matrix) -> Matrix:
        out = at.copy()
        out[BETA], out[GAMMA] = at[BETA] * at[ALPHA], at[GAMMA] * (1.0 - at[ALPHA])
        return out

    mu, slopes = np.zeros(40), np.zeros((40, 18))
    times, low, high = int(model.season == "M"), np.zeros(18), np.ones(18)
    sense(row, 0, times, low, high, shares, numbers(shares), 18, np.empty((14, 19)), mu, slopes)
    np.testing.assert_allclose(
        mu, twin.carried(listed(row), of_twin(model, numbers(shares))).fitted, rtol=1e-12
    )
    for j in range(18):
        near = [shares.copy(), shares.copy()]
        near[0][j] -= 1e-6
        near[1][j] += 1e-6
        below, above = (twin.carried(listed(row), of_twin(model, numbers(at))).fitted for at in near)
        np.testing.assert_allclose(slopes[:, j], (np.array(above) - below) / 2e-6, rtol=1e-5, atol=1e-8)


@pytest.mark.skipif(JIT_OFF, reason="fits a score of series")
@pytest.mark.parametrize(
    "model", [Model("A"), Model("A", "A"), Model("A", "Ad"), Model("A", "A", "A")], ids=called
)
def test_no_worse_than_statsmodels(model: Model) -> None:
    """The sum of squares: never over 0.1% more than its optimum, and as good or better on most."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    rng = np.random.default_rng(11)
    more = []
    for s in range(3 if model.season == "A" else 6):
        width = int(rng.integers(30, 121))
        row = seasonal(1, width, seed=40 + s)[0]
        season = {} if model.season == "N" else {"seasonal": "add", "seasonal_periods": 12}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says where it did not converge
            other = ETSModel(row, trend=WORDS[model.trend], damped_trend=model.trend == "Ad", **season)
            theirs = other.fit(disp=0, maxiter=2000)
        values, power = scaled(row[None])
        lack = fit_model(values, model, {}).lack[0] + 2.0 * width * power[0] * math.log(2.0)
        more.append(lack / width - math.log(float(np.sum(np.asarray(theirs.resid) ** 2))))
    assert max(more) < 1e-3
    assert np.median(more) < 1e-6


@pytest.mark.parametrize("model", [*MODELS], ids=called)
def test_variances_by_simulation(model: Model) -> None:
    """Of 4,000 paths; the season's second year is approximate where it multiplies, so the first is asked."""
    numbers = numbers_for(model, 4)[None]
    rng = np.random.default_rng(2)
    noise = np.array(twin.futures(of_twin(model, numbers[0]), 0.04, 60, 1, 9))
    values = noise * np.exp(rng.normal(0.0, 0.01, noise.shape))
    horizon, draws = (12 if model.season == "M" else 26), fewer(4000, 1000)
    answer = from_numbers(model, values, numbers, horizon)
    after = twin.carried(listed(values[0]), of_twin(model, numbers[0]), 0)
    at_end = twin.Numbers(
        *(float(numbers[0, at]) for at in (ALPHA, BETA, PHI, GAMMA)),
        after.level,
        after.slope,
        tuple(after.seasons),
        model.error == "M",
        model.season == "M",
    )
    sigma = answer.sd[0, 0] / (answer.mean[0, 0] if model.error == "M" else 1.0)
    paths = np.array(twin.futures(at_end, sigma, horizon, draws, 5))
    ratio = paths.var(axis=0) / answer.sd[0] ** 2
    assert np.abs(ratio - 1.0).max() < 4.0 * math.sqrt(2.0 / draws)
    assert np.abs(paths.mean(axis=0) - answer.mean[0]).max() < 4.0 * answer.sd[0].max() / math.sqrt(draws)


def test_the_second_year_of_a_multiplied_season_is_close() -> None:
    model, numbers = Model("M", "A", "M"), numbers_for(Model("M", "A", "M"), 4)[None]
    values = np.array(twin.futures(of_twin(model, numbers[0]), 0.04, 60, 1, 9))
    answer = from_numbers(model, values, numbers, 24)
    after = twin.carried(listed(values[0]), of_twin(model, numbers[0]), 0)
    first = [float(numbers[0, at]) for at in (ALPHA, BETA, PHI, GAMMA)]
    at_end = twin.Numbers(*first, after.level, after.slope, tuple(after.seasons), True, True)
    paths = np.array(twin.futures(at_end, answer.sd[0, 0] / answer.mean[0, 0], 24, fewer(4000, 1000), 6))
    assert np.abs(paths.std(axis=0) / answer.sd[0] - 1.0).max() < 0.1


@pytest.mark.parametrize("fit", ALL)
def test_odd_series_and_each_series_alone(fit: Fit) -> None:
    holds(fit, np.concatenate([seasonal(fewer(6, 1), 40), degenerate()[:: fewer(1, 6)]]), fewer(3, 9))


@pytest.mark.parametrize("fit", ALL[:4])
def test_a_constant_goes_on_to_the_bit(fit: Fit) -> None:
    answer = fit(history([[c] * 40 for c in (0.1, -7.3, 1e300, 0.0)]))
    np.testing.assert_array_equal(answer.mean, np.repeat([[0.1], [-7.3], [1e300], [0.0]], 12, axis=1))
    np.testing.assert_array_equal(answer.sd, 0.0)


def test_a_line_and_a_season_go_on() -> None:
    t = np.arange(60.0)
    line, wave = 5.0 + 0.25 * t, np.array([3.0, -1.0, 0.5, 2.0, -4.0, 1.0, 0.0, 2.5, -2.0, -1.5, 0.25, -0.75])
    answer = holt(history([line[:48]]))
    np.testing.assert_allclose(answer.mean[0], line[48:], rtol=1e-9)
    both = line + wave[np.arange(60) % 12]
    np.testing.assert_allclose(holt_winters_additive(history([both[:48]])).mean[0], both[48:], rtol=1e-7)
    product = line * np.exp(0.1 * wave)[np.arange(60) % 12]
    np.testing.assert_allclose(
        holt_winters_multiplicative(history([product[:48]])).mean[0], product[48:], rtol=1e-4
    )


@pytest.mark.parametrize("fit", ALL)
def test_missing_months_at_the_end_are_months_ahead(fit: Fit) -> None:
    values = seasonal(4, 48)
    shorter = fit(history(values[:, :45], 15))
    values[:, 45:] = np.nan
    later = fit(history(values, 12))
    np.testing.assert_allclose(later.mean, shorter.mean[:, 3:], rtol=1e-9)
    np.testing.assert_array_equal(later.freedom, shorter.freedom)
    np.testing.assert_allclose(later.fitted[:, 45:], shorter.mean[:, :3], rtol=1e-9)


def test_powers_of_two_change_no_digit() -> None:
    values = seasonal(5, 40)
    for fit in ALL:
        plain, larger = fit(history(values)), fit(history(values * 2.0**40))
        assert (plain.mean * 2.0**40).tobytes() == larger.mean.tobytes()
        assert (plain.sd * 2.0**40).tobytes() == larger.sd.tobytes()


def with_options(values: Matrix, **options: float) -> History:
    plain = history(values)
    return History(plain.values, plain.january, plain.horizon, plain.counts, options)


def test_known_numbers_are_kept() -> None:
    values = seasonal(6, 48)
    scaled_values, _ = scaled(values)
    for model, known in (
        (Model("A"), {"alpha": 0.3}),
        (Model("A", "A"), {"alpha": 0.3, "beta": 0.1}),
        (Model("A", "A"), {"beta": 0.4}),
        (Model("A", "Ad"), {"phi": 0.9}),
        (Model("M", "A", "M"), {"alpha": 0.2, "gamma": 0.8}),
        (Model("A", "A", "A"), {"gamma": 0.7}),
    ):
        found = fit_model(scaled_values, model, known)
        for name, number in known.items():
            at = {"alpha": ALPHA, "beta": BETA, "phi": PHI, "gamma": GAMMA}[name]
            np.testing.assert_allclose(found.numbers[:, at], number, rtol=1e-15)
        assert (found.numbers[:, BETA] <= found.numbers[:, ALPHA]).all()
        assert (found.numbers[:, GAMMA] <= 1.0 - found.numbers[:, ALPHA] + 1e-15).all()
        assert (found.lack >= fit_model(scaled_values, model, {}).lack - 0.5).all()
    free, known_alpha = ses(with_options(values)), ses(with_options(values, alpha=0.3))
    np.testing.assert_array_equal(known_alpha.freedom, free.freedom + 1)
    # y_1 expects the start, y_2 = 0.7 y_1 + 0.3 of what came
    moved = 0.7 * known_alpha.fitted[:, :-1] + 0.3 * values[:, :-1]
    np.testing.assert_allclose(known_alpha.fitted[:, 1:], moved, rtol=1e-12)


@pytest.mark.parametrize("options", [{"alpha": 0.2, "beta": 0.3}, {"alpha": 0.6, "gamma": 0.5}])
def test_numbers_outside_the_region_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ChoiceError, match="`beta` must be at most `alpha`"):
        holt_winters_additive(with_options(seasonal(2, 40), **options))


def digest() -> str:
    """Give one number for the bits of every answer on a few months."""
    values = seasonal(2, 30)
    values[1, [0, 8, 29]] = np.nan
    bits = hashlib.sha256()
    for fit in (ses, damped, holt_winters_additive, holt_winters_multiplicative):
        answer = fit(history(values, 6))
        bits.update(answer.mean.tobytes() + answer.sd.tobytes() + answer.fitted.tobytes())
    bits.update(ets(history(values[:1, 10:], 6)).mean.tobytes())
    return bits.hexdigest()


def test_the_same_bits_with_jit_on_and_off() -> None:
    assert digest_the_other_way("tests.forecast.test_smoothing") == digest()
