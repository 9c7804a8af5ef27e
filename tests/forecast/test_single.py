"""stl and arima: what statsmodels says, and what becomes of series that it cannot fit."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.special import stdtrit

from spc.array_types import Floats
from spc.forecast import single
from spc.forecast.history import Answer, History
from spc.forecast.methods import METHODS
from spc.forecast.predicting import predict

FITS = {"stl": single.stl, "arima": single.arima}


def history(values: Any, horizon: int = 6) -> History:
    cells = np.ascontiguousarray(np.atleast_2d(values), float)
    n = len(cells)
    return History(cells, np.zeros(n, np.int64), horizon, np.zeros(n, bool), {})


def drawn(n: int, months: int, season: float, seed: int = 4) -> Floats:
    rng = np.random.default_rng(seed)
    wave = season * np.sin(2.0 * np.pi * np.arange(months) / 12.0)
    return 100.0 + wave + rng.normal(0.0, 5.0, (n, months))


@cache
def of_noise(name: str) -> Answer:
    """Fit two series of white noise once: an ARIMA search takes seconds."""
    return FITS[name](history(drawn(2, 36, 0.0)))


def test_stl_is_statsmodels() -> None:
    """The same decomposition and smoothing, called on the plain values."""
    from statsmodels.tsa.forecasting.stl import STLForecast
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    values = drawn(1, 60, 20.0)[0]
    options = {"period": 12, "seasonal": 13, "seasonal_deg": 0}
    fitted = STLForecast(
        values, SimpleExpSmoothing, model_kwargs={"initialization_method": "estimated"}, **options
    )
    found = fitted.fit()
    answer = single.stl(history(values, 14))
    assert answer.mean[0] == pytest.approx(found.forecast(14), rel=1e-3)
    alpha = found.model_result.params["smoothing_level"]
    errors = values - answer.fitted[0]
    # the variance of simple smoothing at h months, 1 + (h - 1) alpha^2 (Hyndman and Athanasopoulos 2021,
    # table 8.8), and of the mean of five Januaries
    assert answer.freedom[0] == 60 - 13
    assert answer.sd[0, 0] == pytest.approx(np.sqrt(1.2 * (errors**2).sum() / 47), rel=1e-12)
    assert (answer.sd[0, 13] / answer.sd[0, 0]) ** 2 == pytest.approx((1.2 + 13 * alpha**2) / 1.2, rel=1e-3)


def test_arima_is_the_lowest_of_its_list() -> None:
    """Each order by statsmodels itself on the plain values: the mean of the one with the lowest AICc."""
    from statsmodels.tsa.arima.model import ARIMA

    rng = np.random.default_rng(8)
    values = np.empty(60)
    values[0] = 100.0
    for t in range(1, 60):
        values[t] = 100.0 + 0.6 * (values[t - 1] - 100.0) + rng.normal(0.0, 4.0)
    tried = {}
    scaled = (values - values.mean()) / (2.0 * values.std())
    for p, q in ((0, 0), (1, 0), (1, 1)):
        for seasonal in (0, 1):
            model = ARIMA(scaled, order=(p, 0, q), seasonal_order=(seasonal, 0, 0, 12), trend="c")
            found = model.fit()
            tried[(p, q, seasonal)] = (found.aicc, found.forecast(6))
    chosen = min(tried, key=lambda order: tried[order][0])
    assert chosen == (1, 0, 0)
    answer = single.arima(history(values))
    assert answer.mean[0] == pytest.approx(values.mean() + 2.0 * values.std() * tried[chosen][1], rel=1e-5)
    # the constant and phi; the variance of an AR(1) grows by 1 + phi^2
    assert answer.freedom[0] == 60 - 2
    growth = (answer.sd[0, 1] / answer.sd[0, 0]) ** 2
    assert 1.1 < growth < 1.5


def test_arima_takes_differences_where_it_must() -> None:
    rng = np.random.default_rng(2)
    seasonal = drawn(1, 60, 30.0)[0]
    answer = single.arima(history(seasonal, 12))
    assert np.isnan(answer.fitted[0, :12]).all() and np.isfinite(answer.fitted[0, 12:]).all()
    wave = 100.0 + 30.0 * np.sin(2.0 * np.pi * np.arange(60, 72) / 12.0)
    assert np.abs(answer.mean[0] - wave).max() < 12.0
    walk = 100.0 + np.cumsum(rng.normal(0.0, 5.0, 60))
    answer = single.arima(history(walk))
    assert np.isnan(answer.fitted[0, :1]).all() and np.isfinite(answer.fitted[0, 1:]).all()
    assert abs(answer.mean[0, 0] - walk[-1]) < 5.0 < abs(answer.mean[0, 0] - walk.mean())


def test_limits_hold_what_they_say() -> None:
    values = drawn(60, 42, 0.0)
    answer = single.stl(history(values[:, :36]))
    reach = stdtrit(answer.freedom, 0.975)[:, None] * answer.sd
    held = np.mean(np.abs(values[:, 36:] - answer.mean) <= reach)
    assert 0.9 < held < 0.99


def test_spread_of_noise() -> None:
    """White noise of sd 5: statsmodels' own variance, with the months that the fit took."""
    answer = of_noise("arima")
    assert ((answer.sd > 3.5) & (answer.sd < 7.5)).all()


@pytest.mark.parametrize("name", FITS)
def test_degenerate_series_fall_back_alone(name: str) -> None:
    """One series that cannot be fitted leaves the others as they were; nothing raises or warns."""
    values = np.concatenate([drawn(1, 36, 0.0), np.full((7, 36), np.nan)])
    values[1] = 7.0
    values[2, -1] = 5.0
    values[3] = np.where(np.arange(36) % 2 == 0, 1e300, -1e300)
    values[4] = 1e-300 * np.arange(36)
    values[5] = values[0]
    values[5, 20] = np.nan
    values[6] = 0.0
    found = predict(history(values), METHODS[name], np.full((8, 2), np.nan))
    assert np.isfinite(found.mean[[0, 1, 2, 4, 5, 6]]).all() and np.isnan(found.mean[7]).all()
    assert found.used[[0, 1, 6]].tolist() == [name] * 3
    assert found.mean[1].tolist() == [7.0] * 6 and found.spread.sd[1].tolist() == [0.0] * 6
    assert found.used[5] == ("arima" if name == "arima" else METHODS["stl"].stands_in)
    assert found.used[2] != name and found.used[7] == ""
    alone = of_noise(name)
    assert alone.mean[:1].tobytes() == found.mean[:1].tobytes()
    assert alone.sd[:1].tobytes() == found.spread.sd[:1].tobytes()


@pytest.mark.parametrize("name", FITS)
def test_units_do_not_matter(name: str) -> None:
    plain, large = of_noise(name), FITS[name](history(1024.0 * drawn(1, 36, 0.0)))
    assert large.mean == pytest.approx(1024.0 * plain.mean[:1], rel=1e-12)
    assert large.sd == pytest.approx(1024.0 * plain.sd[:1], rel=1e-9)


@pytest.mark.parametrize("name", FITS)
def test_missing_months_at_the_end_are_forecast_too(name: str) -> None:
    values = drawn(1, 40, 10.0)
    late = np.concatenate([values, np.full((1, 3), np.nan)], axis=1)
    whole, behind = FITS[name](history(values, 9)), FITS[name](history(late, 6))
    assert behind.mean.tobytes() == np.ascontiguousarray(whole.mean[:, 3:]).tobytes()
    assert behind.sd.tobytes() == np.ascontiguousarray(whole.sd[:, 3:]).tobytes()
    assert behind.fitted[0, 40:].tolist() == whole.mean[0, :3].tolist()


def test_whatever_statsmodels_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure of one series is no failure of the others."""
    values = drawn(3, 36, 0.0)
    values[1] *= 3.0
    kept = single._decomposed

    def failing(cells: Floats, ahead: int) -> Any:
        failing.calls += 1  # type: ignore[attr-defined]
        if failing.calls == 2:  # type: ignore[attr-defined]
            raise np.linalg.LinAlgError("singular")
        return kept(cells, ahead)

    failing.calls = 0  # type: ignore[attr-defined]
    monkeypatch.setattr(single, "_decomposed", failing)
    found = predict(history(values), METHODS["stl"], np.full((3, 2), np.nan))
    assert found.used.tolist() == ["stl", METHODS["stl"].stands_in, "stl"]
