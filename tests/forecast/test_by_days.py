"""`days=`: months forecast as if they had the same days, and given as many as they will have."""

from __future__ import annotations

import calendar
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import spc
from spc.forecast import METHODS
from spc.forecast.by_days import USUAL
from spc.forecast.days import days_of
from spc.results.forecasts import COUNTS, LOG, PLAIN, Spread
from tests.panels import Matrix, fewer

#: January 2021 and the 48 months from then on, then a year ahead; 2024 has a 29 February.
FIRST, MONTHS, AHEAD = 2021 * 12, 48, 12
LENGTHS = np.array(
    [calendar.monthrange(m // 12, m % 12 + 1)[1] for m in range(FIRST, FIRST + MONTHS + AHEAD)]
)
#: Without those of statsmodels, which are slow, and one that takes a bias off what every month says.
EXACT = [name for name in METHODS if name not in ("stl", "arima", "sba")]


def panel_of(values: Any, start: str | None = "2021-01", **more: Any) -> spc.Panel:
    return spc.Panel.from_numpy(values, start=start, **more)


def by_day(k: Any) -> Matrix:
    """Return months of k events a day."""
    return np.atleast_1d(np.asarray(k, float))[:, None] * LENGTHS[:MONTHS]


@pytest.mark.parametrize("name", EXACT)
def test_so_many_a_day_are_forecast_exactly(name: str) -> None:
    each = np.array([1.0, 2.0, 30.0, 1e6])
    found = getattr(spc.forecast, name)(panel_of(by_day(each)), horizon=AHEAD, days="month")
    np.testing.assert_allclose(found.mean, each[:, None] * LENGTHS[MONTHS:], rtol=1e-9)
    known = ~np.isnan(found.fitted)
    assert known.sum(axis=1).min() >= 24
    np.testing.assert_allclose(found.fitted[known], by_day(each)[known], rtol=1e-9)
    assert found.days.tolist() == ["month"] * 4


@pytest.mark.parametrize("name", ["naive", "mean", "drift", "seasonal_naive"])
def test_the_simple_ones_are_exact_to_the_last_bit(name: str) -> None:
    found = getattr(spc.forecast, name)(panel_of(by_day([2.0, 7.0])), horizon=AHEAD, days="month")
    np.testing.assert_array_equal(found.mean, np.array([[2.0], [7.0]]) * LENGTHS[MONTHS:])


def test_working_days_too() -> None:
    pytest.importorskip("holidays")
    lengths = days_of(FIRST + np.arange(MONTHS + AHEAD), "working")
    found = spc.forecast.auto(panel_of(40.0 * lengths[:MONTHS]), days="working")
    np.testing.assert_allclose(found.mean[0], 40.0 * lengths[MONTHS:], rtol=1e-9)
    assert found.days.tolist() == ["working"]


def test_as_if_the_panel_were_of_equal_months() -> None:
    """The slow way: divide the panel by hand, forecast it, multiply mean, limits and fitted by hand."""
    rng = np.random.default_rng(1)
    values = np.maximum(rng.normal(3.0, 0.5, (20, MONTHS)) * LENGTHS[:MONTHS], 1.0)
    past, future = (part / USUAL["month"] for part in np.split(LENGTHS.astype(float), [MONTHS]))
    for name in ("auto", "theta", "mean", "holt"):
        verb = getattr(spc.forecast, name)
        found, equal = verb(panel_of(values), days="month"), verb(panel_of(values / past))
        np.testing.assert_allclose(found.mean, equal.mean * future, rtol=1e-9)
        np.testing.assert_allclose(found.lower, equal.lower * future, rtol=1e-9)
        np.testing.assert_allclose(found.upper, equal.upper * future, rtol=1e-9)
        np.testing.assert_allclose(found.fitted, equal.fitted * past, rtol=1e-9)
        np.testing.assert_allclose(found.at(80).upper, equal.at(80).upper * future, rtol=1e-9)


def test_a_short_february_is_no_season() -> None:
    values = np.random.default_rng(2).poisson(by_day(np.full(fewer(200, 60), 5.0))).astype(float)
    february = 1
    plain, equal = (spc.forecast.auto(panel_of(values), days=days) for days in (None, "month"))
    ratio = [float(np.mean(found.mean[:, february]) / (5.0 * 28.0)) for found in (plain, equal)]
    assert abs(ratio[1] - 1.0) < 0.01 and ratio[0] > 1.03
    missed = [np.mean(np.abs(found.mean - 5.0 * LENGTHS[MONTHS:])) for found in (plain, equal)]
    assert missed[1] < 0.75 * missed[0]


def test_counts_stay_counts() -> None:
    values = np.random.default_rng(3).poisson(0.02 * by_day(np.ones(30))).astype(float)
    found, plain = spc.forecast.imapa(panel_of(values), days="month"), spc.forecast.imapa(panel_of(values))
    assert set(found.used) == {"imapa"} and (found.spread.scale == COUNTS).all()
    np.testing.assert_array_equal(found.upper, np.floor(found.upper))
    np.testing.assert_allclose(found.mean, plain.mean, rtol=0.15)
    assert np.abs(found.upper - plain.upper).max() <= 1.0
    assert set(spc.forecast.auto(panel_of(values), days="month").used) <= {METHODS["auto"].rare, "auto"}


def test_ratios_are_left_as_they_are_and_told() -> None:
    values = np.random.default_rng(4).poisson(60.0, (3, MONTHS)).astype(float)
    of = np.array([np.full(MONTHS, np.nan), np.full(MONTHS, 200.0), np.full(MONTHS, np.nan)])
    panel = panel_of(values, of=of)
    assert panel.is_ratio.tolist() == [False, True, False]
    found, plain = spc.forecast.theta(panel, days="month"), spc.forecast.theta(panel)
    assert found.days.tolist() == ["month", "", "month"] and plain.days.tolist() == [""] * 3
    for name in ("mean", "lower", "upper", "fitted"):
        assert getattr(found, name)[1].tobytes() == getattr(plain, name)[1].tobytes()
        assert not np.array_equal(getattr(found, name)[0], getattr(plain, name)[0], equal_nan=True)
    assert repr(found) == "Forecast(3 series, theta, 12 months ahead, 1 as they are, without days)"
    assert repr(plain) == "Forecast(3 series, theta, 12 months ahead)"


def test_bounds_are_those_of_months() -> None:
    values = np.random.default_rng(5).normal(1.0, 0.4, (4, MONTHS)) * LENGTHS[:MONTHS]
    found = spc.forecast.mean(panel_of(values), days="month", bounds=(5.0, 29.0))
    assert (found.upper == 29.0).any() and found.upper.max() == 29.0 and found.lower.min() == 5.0
    assert found.mean.max() == 29.0  # 1 a day in a month of 31 days
    assert (spc.forecast.mean(panel_of(np.abs(values)), days="month").lower >= 0.0).all()


def test_each_series_from_its_own_month() -> None:
    values = np.random.default_rng(6).poisson(60.0, (2, MONTHS)).astype(float)
    ends = ["2023-05", "2024-12"]
    both = spc.forecast.auto(panel_of(values), days="month", as_at=ends)
    for s, end in enumerate(ends):
        alone = spc.forecast.auto(panel_of(values[s : s + 1]), days="month", as_at=end)
        for name in ("mean", "lower", "upper", "fitted"):
            assert getattr(both, name)[s].tobytes() == getattr(alone, name)[0].tobytes(), name


def test_odd_panels_raise_nothing() -> None:
    rows = [np.full(MONTHS, np.nan), np.full(MONTHS, 1e100), np.full(MONTHS, 1e-100), np.zeros(MONTHS)]
    odd = np.stack([*rows, np.where(np.arange(MONTHS) == 20, 5.0, np.nan)])
    for name in ("auto", "naive", "mean", "imapa"):
        found = getattr(spc.forecast, name)(panel_of(odd), days="month")
        assert np.isnan(found.mean[0]).all() and np.isfinite(found.mean[1:]).all()
    assert spc.forecast.auto(panel_of(np.zeros((0, 30))), days="month").mean.shape == (0, 12)


def test_backtests_and_the_best_by_days() -> None:
    values = by_day([20.0, 40.0, 60.0]) * np.random.default_rng(7).normal(1.0, 0.01, (3, MONTHS))
    asked: dict[str, Any] = {"methods": ["mean", "naive"], "horizon": 6}
    plain, equal = (spc.forecast.backtest(panel_of(values), days=days, **asked) for days in (None, "month"))
    assert (equal.figures["method"]["smape"] < plain.figures["method"]["smape"])[0]
    np.testing.assert_array_equal(plain.actual, equal.actual)
    best = spc.forecast.best(panel_of(values), days="month", default="mean", **asked)
    assert best.days.tolist() == ["month"] * 3
    alone = spc.forecast.mean(panel_of(values), days="month", horizon=6)
    mine = best.used == "mean"
    np.testing.assert_array_equal(best.mean[mine], alone.mean[mine])


def test_a_spread_of_larger_values() -> None:
    """Each scale at 95%: limits of values 1.1 times as large are 1.1 times as far; of counts nearly so."""
    one = np.ones((3, 1))
    spread = Spread(
        centre=np.array([[10.0], [2.0], [6.0]]),
        sd=np.array([[2.0], [0.3], [4.0]]),
        freedom=np.full(3, 20.0),
        scale=np.array([PLAIN, LOG, COUNTS], np.int8),
        offset=0.5 * one,
        root_centre=3.0 * one,
        root_sd=0.2 * one,
        root_share=np.array([0.0, 0.4, 0.0]),
        bounds=np.full((3, 2), np.nan),
    )
    larger = spread.multiplied(1.1 * one)
    for before, after in zip(spread.limits(95.0), larger.limits(95.0), strict=True):
        np.testing.assert_allclose(after[:2], 1.1 * before[:2], rtol=1e-12)
    # 6 +- 4: Poisson 6 and 10 more; 1.1 times the first and 1.21 times the second.
    assert larger.sd[2, 0] ** 2 == pytest.approx(6.6 + 12.1)
    poisson = replace(spread, sd=np.sqrt(spread.centre)).multiplied(2.0 * one)
    assert poisson.sd[2, 0] ** 2 == pytest.approx(12.0)


@pytest.mark.parametrize(
    "ask", [spc.forecast.auto, spc.forecast.naive, spc.forecast.backtest, spc.forecast.best]
)
def test_refusals(ask: Any) -> None:
    counts = np.random.default_rng(8).poisson(40.0, (2, MONTHS)).astype(float)
    with pytest.raises(spc.ChoiceError, match="`days` must be one of 'month', 'working', got 'weekly'"):
        ask(panel_of(counts), days="weekly")
    with pytest.raises(spc.ChoiceError, match=r"`days` = 'month' needs months, .* give it a `start`"):
        ask(panel_of(counts, start=None), days="month")
    with pytest.raises(spc.ChoiceError, match=r"`days` = 'month' divides counts .* every series is a ratio"):
        ask(panel_of(counts, of=np.full_like(counts, 90.0)), days="month")
