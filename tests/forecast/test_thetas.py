"""The theta method and the dynamic theta model: twins, statsmodels, scipy's optimiser, gaps, spreads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spc.forecast.deseasonalising import deseasonalised
from spc.forecast.thetas import dynamic_theta, theta
from spc.kernels.forecasts.thetas import HIGH, LOW, thetas
from tests.forecast.histories import Fit, degenerate, history, holds, seasonal
from tests.panels import Matrix, fewer
from tests.reference import thetas as twin


def walks(n: int, months: int, seed: int = 3) -> Matrix:
    """Series without a season: noise about walks and lines."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0.0, 1.0, (n, months)) * rng.uniform(0.0, 1.5, (n, 1)) + rng.normal(0, 0.3, (n, 1))
    return 50.0 + np.cumsum(steps, axis=1) + rng.normal(0.0, 2.0, (n, months))


def kernel(values: Matrix, horizon: int, dynamic: bool) -> tuple[Matrix, ...]:
    """Give mean, fitted, spread, squares and states as the kernel fills them."""
    n = len(values)
    mean, spread, states = np.empty((n, horizon)), np.empty((n, horizon)), np.empty((n, 3))
    fitted, squares = np.empty_like(values), np.empty(n)
    thetas(np.ascontiguousarray(values), int(dynamic), mean, fitted, spread, squares, states)
    return mean, fitted, spread, squares, states


def of_twin(row: Matrix, horizon: int, states: Matrix, dynamic: bool) -> Matrix:
    alpha, first, share = (float(each) for each in states)
    if not dynamic:
        return np.array(twin.theta(row.tolist(), horizon, alpha, first))
    # the printed model has A = y and B = 0 after the first month, and values counted from anywhere: so here
    slope = 1.0 / (1.0 - share) if share < 1.0 else np.inf
    origin = float(row[0])
    moved = twin.dynamic_theta((row - origin).tolist(), horizon, alpha, first - origin, slope)
    return origin + np.array(moved)


@pytest.mark.parametrize("dynamic", [False, True])
def test_the_twin(dynamic: bool) -> None:
    values = walks(fewer(30, 6), 60)
    mean, fitted, _, squares, states = kernel(values, 18, dynamic)
    for s, row in enumerate(values):
        both = of_twin(row, 18, states[s], dynamic)
        np.testing.assert_allclose(np.concatenate([fitted[s], mean[s]]), both, rtol=1e-10)
        assert squares[s] == pytest.approx(np.sum((row - both[:60]) ** 2), rel=1e-10)


def test_statsmodels_at_the_same_alpha() -> None:
    """Hyndman and Billah's formula, on statsmodels' own exponential smoothing and least squares."""
    from statsmodels.tsa.forecasting.theta import ThetaModel, ThetaModelResults
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    values = walks(fewer(20, 5), 72, seed=8)
    mean, _, _, _, states = kernel(values, 18, False)
    for s, row in enumerate(values):
        alpha, first, _ = states[s]
        smoothing = SimpleExpSmoothing(row, initialization_method="known", initial_level=first)
        one_step = smoothing.fit(smoothing_level=alpha, optimized=False).forecast(1)
        slope = np.polyfit(np.arange(72.0), row, 1)[0]
        model = ThetaModel(row, period=12, deseasonalize=False)
        theirs = ThetaModelResults(slope, alpha, 1.0, one_step, np.empty(0), False, model).forecast(18)
        np.testing.assert_allclose(mean[s], np.asarray(theirs), rtol=1e-8)


@pytest.mark.parametrize("dynamic", [False, True])
def test_no_optimiser_finds_less(dynamic: bool) -> None:
    """scipy.optimize.minimize over alpha, the first level and theta, from two starts, on 12 series."""
    from scipy.optimize import minimize

    values = walks(fewer(12, 4), 36, seed=9)
    squares = kernel(values, 1, dynamic)[3]

    def errors(asked: Matrix, row: Matrix) -> float:
        alpha, first, share = asked
        return float(np.sum((row - of_twin(row, 0, np.array([alpha, first, share]), dynamic)) ** 2))

    for s, row in enumerate(values):
        bounds = [(LOW, HIGH), (None, None), (0.0, 1.0 - 1e-9)]
        found = [
            minimize(errors, [alpha, row[0], 0.5], (row,), "L-BFGS-B", bounds=bounds).fun
            for alpha in (0.2, 0.7)
        ]
        assert squares[s] <= min(found) * (1.0 + 1e-7)


def test_the_variances() -> None:
    """Theta: 1 + (h - 1) alpha^2. Dynamic: what a shock in each month does later, by running the model."""
    row = walks(1, 40, seed=10)
    *_, spread, _, states = kernel(row, 12, False)
    np.testing.assert_allclose(spread[0], np.sqrt(1.0 + np.arange(12) * states[0, 0] ** 2), rtol=1e-14)
    *_, spread, _, states = kernel(row, 12, True)
    alpha, first, share = states[0]
    assert 0.0 < share < 1.0
    args: tuple[Any, ...] = (row[0].tolist(), 12, alpha, first, 1.0 / (1.0 - share))
    calm = np.array(twin.dynamic_theta(*args))[40:]
    variance = np.ones(12)
    for shock in range(12):
        variance += (np.array(twin.dynamic_theta(*args, shock=shock))[40:] - calm) ** 2
    np.testing.assert_allclose(spread[0], np.sqrt(variance), rtol=1e-9)


@pytest.mark.parametrize("fit", [theta, dynamic_theta])
def test_a_season_comes_out_and_back(fit: Fit) -> None:
    """On months less their season the method is that without one; the mean, fitted and sd carry the index."""
    for lower in (0.0, 400.0):
        values = seasonal(9, 72, seed=11) - lower
        whole = fit(history(values, 15))
        without = deseasonalised(history(values, 15), least=24, mixed=True)
        assert np.count_nonzero(without.kind) >= 4
        plain = fit(history(without.history.values, 15, january=-1))
        for s in np.flatnonzero(without.kind):
            size = 2.0 ** without.power[s]
            season = without.indices[s, np.arange(87) % 12]
            ahead, back = np.split(season, [72])[::-1]
            multiplies = (values[s] > 0.0).all()
            mean = plain.mean[s] * ahead if multiplies else plain.mean[s] + ahead
            fitted = plain.fitted[s] * back if multiplies else plain.fitted[s] + back
            np.testing.assert_allclose(whole.mean[s], mean * size, rtol=1e-12)
            np.testing.assert_allclose(whole.fitted[s], fitted * size, rtol=1e-12)
            wider = np.sqrt((72 - 3) / (72 - 3 - 11)) * size * (ahead if multiplies else 1.0)
            np.testing.assert_allclose(whole.sd[s], plain.sd[s] * wider, rtol=1e-12)
            assert whole.freedom[s] == 72 - 3 - 11


@pytest.mark.parametrize("dynamic", [False, True])
def test_months_missing_at_the_end_are_forecast(dynamic: bool) -> None:
    """The forecast counts from the as-at month: it is the later part of one from the last observed month."""
    values = walks(5, 50)
    late = np.concatenate([values, np.full((5, 4), np.nan)], axis=1)
    mean, _, spread, *_ = kernel(values, 16, dynamic)
    later, fitted, wider, *_ = kernel(late, 12, dynamic)
    np.testing.assert_array_equal(later, mean[:, 4:])
    np.testing.assert_array_equal(fitted[:, 50:], mean[:, :4])
    np.testing.assert_array_equal(wider, spread[:, 4:])


@pytest.mark.parametrize("dynamic", [False, True])
def test_a_line_with_gaps_goes_on(dynamic: bool) -> None:
    """Theta takes half the slope; the dynamic model all but what its first months, without one, tell."""
    line = 10.0 + 2.0 * np.arange(60.0)
    line[[3, 17, 18, 19, 40]] = np.nan
    mean, fitted, *_ = kernel(line[None], 6, dynamic)
    steps = np.diff(mean[0])
    np.testing.assert_allclose(steps, 2.0 if dynamic else 1.0, rtol=0.005 if dynamic else 1e-9)
    assert not np.isnan(fitted).any()
    if dynamic:
        np.testing.assert_allclose(mean[0], 10.0 + 2.0 * np.arange(60, 66), rtol=0.001)


@pytest.mark.parametrize("fit", [theta, dynamic_theta])
def test_every_series_for_itself(fit: Fit) -> None:
    holds(fit, degenerate())
    holds(fit, np.where(np.random.default_rng(6).random((20, 60)) < 0.1, np.nan, seasonal(20, 60)))


@pytest.mark.parametrize("fit", [theta, dynamic_theta])
def test_constants_go_on(fit: Fit) -> None:
    answer = fit(history([[c] * 40 for c in (0.0, 0.1, -7.3, 1e300, 1e-300)]))
    np.testing.assert_allclose(answer.mean[:, -1], [0.0, 0.1, -7.3, 1e300, 1e-300], rtol=1e-14)
    assert (answer.sd == 0.0).all()
