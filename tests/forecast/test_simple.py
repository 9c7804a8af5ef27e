"""Naive, seasonal naive, drift and mean: by hand, with gaps, and on whatever comes."""

from __future__ import annotations

import numpy as np
import pytest

from spc.forecast.simple import drift, mean, naive, seasonal_naive
from tests.forecast.histories import Fit, degenerate, history, holds, seasonal

NAN = float("nan")


def test_naive_by_hand() -> None:
    """Steps of 2, -1, 3: sigma^2 = 14 / 3."""
    found = naive(history([1.0, 3.0, 2.0, 5.0], 4))
    assert found.mean.tolist() == [[5.0] * 4]
    np.testing.assert_array_equal(found.fitted, [[NAN, 1.0, 3.0, 2.0]])
    np.testing.assert_allclose(found.sd[0], np.sqrt(14.0 / 3.0 * np.array([1, 2, 3, 4])), rtol=1e-15)
    assert found.freedom.tolist() == [3.0]


def test_drift_by_hand() -> None:
    """1, 3, 2, 7: a drift of 2, steps off it by 0, -3, 3, so sigma^2 = 18 / 2, and sqrt(h (1 + h / 3))."""
    found = drift(history([1.0, 3.0, 2.0, 7.0], 3))
    assert found.mean.tolist() == [[9.0, 11.0, 13.0]]
    np.testing.assert_allclose(found.sd[0], 3.0 * np.sqrt([4 / 3, 10 / 3, 6.0]), rtol=1e-14)
    assert found.freedom.tolist() == [2.0]
    np.testing.assert_allclose(found.fitted[0], [NAN, NAN, 5.0, 2.5], rtol=1e-15)


def test_drift_over_gaps() -> None:
    """1, ., 5, 3, .: a drift of 2 / 3 a month; the last month observed is two before the first to come."""
    found = drift(history([1.0, NAN, 5.0, 3.0, NAN], 2))
    np.testing.assert_allclose(found.mean[0], [3.0 + 4 / 3, 5.0], rtol=1e-15)
    # (4 - 4/3)^2 over 2 months, (-2 - 2/3)^2 over 1; one number fitted
    sigma = np.sqrt((8 / 3) ** 2 / 2 + (8 / 3) ** 2)
    np.testing.assert_allclose(found.sd[0], sigma * np.sqrt([2 * (1 + 2 / 3), 3 * 2.0]), rtol=1e-14)
    np.testing.assert_allclose(found.fitted[0], [NAN, NAN, NAN, 7.0, 3.0 + 2 / 3], rtol=1e-15)


def test_mean_by_hand() -> None:
    """1, 3, ., 8: mean 4, deviations -3, -1, 4, so sigma^2 = 26 / 2, and 1 + 1 / 3 of it."""
    found = mean(history([1.0, 3.0, NAN, 8.0], 2))
    assert found.mean.tolist() == [[4.0, 4.0]]
    np.testing.assert_allclose(found.sd[0], np.sqrt(13.0 * 4 / 3), rtol=1e-15)
    assert found.freedom.tolist() == [2.0]
    np.testing.assert_allclose(found.fitted[0], [NAN, 1.0, 2.0, 2.0], rtol=1e-15)


def test_seasonal_naive_by_hand() -> None:
    """Two years, the second 10 higher but for a June 14 higher: sigma^2 = (11 x 100 + 196) / 12."""
    year = np.arange(12.0) ** 2
    second = year + 10.0
    second[5] += 4.0
    found = seasonal_naive(history(np.concatenate([year, second]), 25))
    assert found.mean[0].tolist() == [*second, *second, second[0]]
    sigma = np.sqrt(1296.0 / 12.0)
    np.testing.assert_allclose(found.sd[0], sigma * np.sqrt([1] * 12 + [2] * 12 + [3]), rtol=1e-14)
    np.testing.assert_array_equal(found.fitted[0], [*[NAN] * 12, *year])
    assert found.freedom.tolist() == [12.0]


def test_seasonal_naive_looks_a_year_further_back() -> None:
    """A missing month is that of the year before, and its variance that of one more year."""
    values = np.arange(36.0)
    values[30] = NAN
    found = seasonal_naive(history(values, 12))
    assert found.mean[0, 6] == 18.0 and found.mean[0, 5] == 29.0
    assert found.sd[0, 6] == pytest.approx(12.0 * np.sqrt(2.0)) and found.sd[0, 5] == pytest.approx(12.0)
    assert np.isnan(seasonal_naive(history(values, 3, january=-1)).mean).all()
    shifted = seasonal_naive(history(values, 12, january=7))
    assert shifted.mean.tolist() == found.mean.tolist()


@pytest.mark.parametrize("fit", [naive, seasonal_naive, drift, mean])
def test_every_series_for_itself(fit: Fit) -> None:
    holds(fit, degenerate())
    holds(fit, np.where(np.random.default_rng(6).random((20, 60)) < 0.2, np.nan, seasonal(20, 60)))


@pytest.mark.parametrize("fit", [seasonal_naive, drift, mean])
def test_what_was_expected_is_what_was_forecast_then(fit: Fit) -> None:
    """The expectation of a month is the forecast of the history that ends a month before it."""
    values = np.where(np.random.default_rng(7).random((6, 40)) < 0.15, np.nan, seasonal(6, 40))
    fitted = fit(history(values)).fitted
    for t in range(2, 40):
        # histories end in their last column, so the calendar starts where it did
        then = fit(history(values[:, :t], 1)).mean[:, 0]
        np.testing.assert_allclose(fitted[:, t], then, rtol=1e-13)


@pytest.mark.parametrize("fit", [naive, seasonal_naive, drift, mean])
def test_size_does_not_matter(fit: Fit) -> None:
    values = seasonal(4, 40)
    plain = fit(history(values))
    for power in (-900, 900):
        sized = fit(history(np.ldexp(values, power)))
        assert sized.mean.tolist() == np.ldexp(plain.mean, power).tolist()
        assert sized.sd.tolist() == np.ldexp(plain.sd, power).tolist()
