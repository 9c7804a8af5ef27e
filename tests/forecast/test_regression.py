"""Line and month effects: the mixed model's matrices, statsmodels, what is known by hand, gaps."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import fdtri

from spc.forecast.regression import seasonal_regression
from tests.forecast.histories import degenerate, history, holds, seasonal
from tests.panels import Matrix, fewer
from tests.reference import month_effects as twin


def quartile(between: int, within: int) -> float:
    return float(fdtri(between, within, 0.75))


def effects(n: int, months: int, seed: int) -> Matrix:
    """A level, a line, seasons from none to three times the noise, and holes in half of the series."""
    rng = np.random.default_rng(seed)
    t = np.arange(months)
    season = rng.uniform(0.0, 3.0, (n, 1)) * (np.arange(n)[:, None] % 3 > 0) * rng.normal(size=(n, 12))
    values = 50.0 + rng.normal(0.0, 0.2, (n, 1)) * t + season[:, t % 12] + rng.normal(size=(n, months))
    values[::2][rng.random((len(values[::2]), months)) < 0.06] = np.nan
    return values


@pytest.mark.parametrize("months", [30, 48, 75])
def test_the_mixed_model(months: int) -> None:
    values = effects(fewer(30, 6), months, seed=months)
    found = seasonal_regression(history(values, 14))
    none = 0
    for s, row in enumerate(values):
        fit = twin.fit(row, quartile)
        ahead = range(months, months + 14)
        np.testing.assert_allclose(found.mean[s], [fit.expected(t) for t in ahead], rtol=1e-9)
        np.testing.assert_allclose(found.sd[s], [fit.sd(t) for t in ahead], rtol=1e-8)
        assert found.freedom[s] == pytest.approx(fit.freedom, rel=1e-9)
        none += fit.g == 0.0
    assert 0 < none < len(values)


def test_without_a_season_it_is_the_line_of_statsmodels() -> None:
    """Months without a calendar: forecasts and prediction variances of ordinary least squares."""
    from statsmodels.api import OLS, add_constant

    row = effects(2, 40, seed=3)[1]
    found = seasonal_regression(history(row, 6, january=-1))
    ahead = add_constant(np.arange(40.0, 46.0))
    theirs = OLS(row, add_constant(np.arange(40.0))).fit().get_prediction(ahead).summary_frame()
    np.testing.assert_allclose(found.mean[0], theirs["mean"], rtol=1e-12)
    from scipy.stats import t

    upper = found.mean[0] + t.ppf(0.975, 38) * found.sd[0]
    np.testing.assert_allclose(upper, theirs["obs_ci_upper"], rtol=1e-12)
    assert found.freedom.tolist() == [38.0]


def test_line_and_season_without_noise_go_on() -> None:
    """Nothing is left over, so the effects are taken in full."""
    season = np.array([5.0, -3.0, 0.0, 1.0, 2.0, -4.0, 6.0, 0.0, -2.0, -1.0, -3.0, -1.0])
    t = np.arange(66)
    values = 20.0 + 0.5 * t + season[(t + 4) % 12]
    holes = values[:48].copy()
    holes[[7, 22, 23]] = np.nan
    for row in (values[:48], holes):
        found = seasonal_regression(history(row, 18, january=4))
        np.testing.assert_allclose(found.mean[0], values[48:], rtol=1e-7)
        assert (found.sd < 1e-5).all()


def test_a_season_that_is_noise_is_left_out_three_times_in_four() -> None:
    """By the quartile; the standard error of 2,000 series is 1%. Limits then hold 95% of months."""
    rng = np.random.default_rng(12)
    n = fewer(2_000, 60)
    values = rng.normal(100.0, 5.0, (n, 48))
    found = seasonal_regression(history(values[:, :36]))
    share = np.mean(found.freedom == 34.0)
    assert share == pytest.approx(0.75, abs=0.04 if n == 2_000 else 0.2)
    from scipy.stats import t

    reach = t.ppf(0.975, found.freedom)[:, None] * found.sd
    within = np.mean(np.abs(values[:, 36:] - found.mean) <= reach)
    assert within == pytest.approx(0.95, abs=0.01 if n == 2_000 else 0.04)


def test_what_was_expected_is_what_was_forecast_then() -> None:
    """The expectation of a month knows the months before it alone; before two years there is none."""
    values = effects(6, 40, seed=13)
    fitted = seasonal_regression(history(values)).fitted
    assert np.isnan(fitted[:, :24]).all()
    for t in range(24, 40):
        then = seasonal_regression(history(values[:, :t], 1)).mean[:, 0]
        enough = np.count_nonzero(~np.isnan(values[:, :t]), axis=1) >= 21
        np.testing.assert_allclose(fitted[:, t], np.where(enough, then, np.nan), rtol=1e-12)


def test_every_series_for_itself() -> None:
    holds(seasonal_regression, degenerate())
    holds(
        seasonal_regression,
        np.where(np.random.default_rng(6).random((20, 60)) < 0.1, np.nan, seasonal(20, 60)),
    )
