"""Naive2: against the twin and statsmodels' decomposition, with gaps, and where there is no season."""

from __future__ import annotations

import numpy as np
import pytest

from spc.forecast.deseasonalising import deseasonalised
from spc.forecast.without_season import naive2
from spc.kernels.forecasts.seasonality import DIFFERENCES, NONE, RATIOS
from tests.forecast.histories import degenerate, history, holds, seasonal
from tests.reference import naive2 as twin


@pytest.mark.parametrize("months", [24, 35, 36, 50, 84])
def test_the_twin(months: int) -> None:
    values = seasonal(40, months, seed=months)
    found = naive2(history(values, 18))
    expected = [twin.naive2(row, 18) for row in values.tolist()]
    np.testing.assert_allclose(found.mean, expected, rtol=1e-11)
    kinds = deseasonalised(history(values), least=36, mixed=False).kind
    assert (kinds == RATIOS).tolist() == [twin.is_seasonal(row) for row in values.tolist()]
    if months >= 50:
        assert 0 < np.count_nonzero(kinds == NONE) < len(values)


@pytest.mark.parametrize("kind", [RATIOS, DIFFERENCES])
def test_the_indices_are_those_of_statsmodels(kind: int) -> None:
    from statsmodels.tsa.seasonal import seasonal_decompose

    values = seasonal(12, 61, seed=2)
    if kind == DIFFERENCES:
        values -= values.mean(axis=1, keepdims=True)
    model = "multiplicative" if kind == RATIOS else "additive"
    without = deseasonalised(history(values, january=4), least=24, mixed=True)
    checked = 0
    for s in np.flatnonzero(without.kind == kind):
        season = np.roll(seasonal_decompose(values[s], model, period=12).seasonal[:12], 4)
        size = 1.0 if kind == RATIOS else 2.0 ** without.power[s]
        np.testing.assert_allclose(without.indices[s] * size, season, rtol=1e-10, atol=1e-10)
        assert season.mean() == pytest.approx(float(kind == RATIOS), abs=1e-9)
        checked += 1
    assert checked >= 5


def test_by_hand() -> None:
    """A level of 100 with a season of 1.5 in March and 0.5 in September: every index is plain to see."""
    season = np.ones(12)
    season[2], season[8] = 1.5, 0.5
    values = np.tile(100.0 * season, 4)[:46]  # the last month is October
    found = naive2(history(values, 14))
    np.testing.assert_allclose(found.mean[0], 100.0 * season[(10 + np.arange(14)) % 12], rtol=1e-13)
    np.testing.assert_allclose(found.fitted[0, 1:], values[1:], rtol=1e-13)
    assert np.isnan(found.fitted[0, 0])
    assert found.freedom[0] == 45 - 11


def test_sd_is_that_of_naive_times_the_index() -> None:
    values = seasonal(1, 60, seed=4)
    without = deseasonalised(history(values), least=36, mixed=False)
    assert without.kind.tolist() == [RATIOS]
    plain = values[0] / without.indices[0, np.arange(60) % 12]
    sigma = np.sqrt(np.sum(np.diff(plain) ** 2) / (59 - 11))
    found = naive2(history(values, 13))
    ahead = np.arange(1, 14)
    expected = sigma * np.sqrt(ahead) * without.indices[0, (59 + ahead) % 12]
    np.testing.assert_allclose(found.sd[0], expected, rtol=1e-12)
    assert found.freedom.tolist() == [59.0 - 11.0]


def test_gaps_leave_a_clear_season_in_place() -> None:
    """The month means are of what was observed; a calendar month that never was has the index 1."""
    values = np.tile(100.0 + 40.0 * np.sin(np.arange(12) / 2.0), 6)
    full = deseasonalised(history(values), least=36, mixed=False)
    rng = np.random.default_rng(5)
    holes = values.copy()
    holes[rng.choice(72, 7, replace=False)] = np.nan
    found = deseasonalised(history(holes), least=36, mixed=False)
    assert found.kind.tolist() == [RATIOS]
    np.testing.assert_allclose(found.indices, full.indices, rtol=0.03)
    assert np.array_equal(np.isnan(found.history.values[0]), np.isnan(holes))
    values[6::12] = np.nan
    never = deseasonalised(history(values), least=36, mixed=False)
    assert never.kind.tolist() == [RATIOS] and never.indices[0, 6] == 1.0
    assert np.delete(never.indices[0], 6).mean() == pytest.approx(1.0, abs=1e-14)


def test_no_calendar_and_two_years_have_no_season() -> None:
    values = np.tile(100.0 + 40.0 * np.sin(np.arange(12) / 2.0), 6)
    assert deseasonalised(history(values), least=36, mixed=False).kind.tolist() == [RATIOS]
    assert deseasonalised(history(values, january=-1), least=36, mixed=False).kind.tolist() == [NONE]
    assert deseasonalised(history(values[:35]), least=36, mixed=False).kind.tolist() == [NONE]


def test_where_ratios_fail() -> None:
    """Months of nothing: Naive2 has no ratios for them; a method that may takes differences."""
    values = np.tile([0.0, 9.0, 4.0, 0.0, 1.0, 2.0, 8.0, 3.0, 5.0, 6.0, 7.0, 2.0], 5)
    assert deseasonalised(history(values), least=36, mixed=False).kind.tolist() == [NONE]
    both = deseasonalised(history(values), least=36, mixed=True)
    assert both.kind.tolist() == [DIFFERENCES]
    assert both.indices.sum() == pytest.approx(0.0, abs=1e-13)
    np.testing.assert_allclose(both.history.values, both.history.values[0, 0], rtol=1e-13)
    assert (naive2(history(values, 5)).mean == 2.0).all()


def test_every_series_for_itself() -> None:
    holds(naive2, degenerate())
    holds(naive2, np.where(np.random.default_rng(6).random((20, 60)) < 0.1, np.nan, seasonal(20, 60)))
