"""Measures of forecasts: by hand, against the twin, and where they are not defined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spc
from spc.forecast.judging import seasonal_scale, step_scale
from tests.panels import Matrix, recorded
from tests.reference import judging as twin

#: 24 months that rise by 3 from one year to the next, and from month to month by 1 but for the fall of 8.
RISING = [[float(t % 12) + 3.0 * (t // 12) for t in range(24)]]


def numbers(found: list[float | None]) -> Matrix:
    return np.array([np.nan if each is None else each for each in found])


def test_by_hand() -> None:
    """Errors of 2 and 6 on months of 10 and 4: 200 x 2/22 and 200 x 6/14; scale 3 by years."""
    actual, mean = [[10.0, 4.0]], [[12.0, 10.0]]
    assert spc.forecast.smape(actual, mean)[0] == pytest.approx((400 / 22 + 1200 / 14) / 2, rel=1e-15)
    assert seasonal_scale(RISING).tolist() == [3.0]
    assert spc.forecast.mase(actual, mean, RISING)[0] == pytest.approx((2 + 6) / 2 / 3, rel=1e-15)
    # 23 steps: 22 of 1, and 11 -> 3, from December to January; the first month, of 0, does not count
    scale = np.sqrt((21 + 64) / 22)
    assert step_scale(RISING)[0] == pytest.approx(scale, rel=1e-15)
    assert spc.forecast.rmsse(actual, mean, RISING)[0] == pytest.approx(np.sqrt(20) / scale, rel=1e-15)


def test_intervals_by_hand() -> None:
    """Within; 1 below (2/0.05 = 40 a unit); 2 above; widths 4, 2, 3; the limit itself is within."""
    actual = [[5.0, 1.0, 9.0, 8.0]]
    lower, upper = [[3.0, 2.0, 4.0, 8.0]], [[7.0, 4.0, 7.0, 9.0]]
    scores = [4.0, 2.0 + 40.0, 3.0 + 80.0, 1.0]
    found = spc.forecast.msis(actual, lower, upper, RISING)[0]
    assert found == pytest.approx(sum(scores) / 4 / 3, rel=1e-13)
    assert spc.forecast.coverage(actual, lower, upper).tolist() == [50.0]
    at_80 = spc.forecast.msis(actual, lower, upper, RISING, level=80)[0]
    assert at_80 == pytest.approx((4.0 + 12.0 + 23.0 + 1.0) / 4 / 3, rel=1e-13)


def test_owa_averages_before_it_divides() -> None:
    """(8 + 12) / (10 + 30) and (1 + 2) / (2 + 4), not the mean of four ratios."""
    assert spc.forecast.owa([8.0, 12.0], [1.0, 2.0], [10.0, 30.0], [2.0, 4.0]) == 0.5
    assert spc.forecast.owa([8.0], [np.nan], [10.0], [2.0]) != spc.forecast.owa([8.0], [1.0], [10.0], [2.0])
    assert np.isnan(spc.forecast.owa([1.0], [1.0], [0.0], [0.0]))
    with_gap = spc.forecast.owa([8.0, 12.0], [1.0, np.nan], [10.0, 30.0], [2.0, 4.0])
    assert with_gap == pytest.approx((20 / 40 + 1 / 2) / 2)


@pytest.mark.parametrize("history", [[1.0] * 12, [4.0] * 40, [1.0, 2.0, 3.0] * 10, [np.nan] * 30, []])
def test_no_scale_is_no_number(history: list[float]) -> None:
    """Under 13 months, constant, the same every year, nothing: never infinity, never 0."""
    given: dict[str, Any] = {"history": [history]}
    assert np.isnan(spc.forecast.mase([[5.0]], [[4.0]], **given)).all()
    assert np.isnan(spc.forecast.msis([[5.0]], [[4.0]], [[6.0]], **given)).all()
    steps = len(set(history)) > 1 and history[0] == history[0]
    assert np.isnan(spc.forecast.rmsse([[5.0]], [[4.0]], **given)).all() == (not steps)


def test_a_year_and_a_month_is_enough() -> None:
    assert spc.forecast.mase([[5.0]], [[4.0]], [[1.0] * 12 + [3.0]]).tolist() == [0.5]


def test_zero_forecast_as_zero_is_no_error() -> None:
    assert spc.forecast.smape([[0.0, 0.0]], [[0.0, 1.0]]).tolist() == [100.0]


def odd(seed: int, n: int = 60) -> tuple[Matrix, ...]:
    rng = np.random.default_rng(seed)
    history = np.round(rng.normal(3.0, 4.0, (n, 40)), 1)
    history[:, :10][rng.random((n, 10)) < 0.4] = 0.0
    history[rng.random(history.shape) < rng.choice([0.0, 0.1, 0.9], (n, 1))] = np.nan
    history[::7] = 5.0
    actual, mean = np.round(rng.normal(3.0, 4.0, (2, n, 6)), 0)
    actual[rng.random(actual.shape) < 0.2] = np.nan
    actual[3] = np.nan
    lower, upper = mean - rng.uniform(0, 3, mean.shape), mean + rng.uniform(0, 3, mean.shape)
    lower[5::9], upper[5::9] = np.nan, np.nan
    return actual, mean, lower, upper, history


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_as_the_twin_says(seed: int) -> None:
    actual, mean, lower, upper, history = odd(seed)
    y, f, low, high, past = (
        [recorded(row) for row in each] for each in (actual, mean, lower, upper, history)
    )
    rows = range(len(y))
    expected = {
        "smape": [twin.smape(y[s], f[s]) for s in rows],
        "mase": [twin.mase(y[s], f[s], past[s]) for s in rows],
        "rmsse": [twin.rmsse(y[s], f[s], past[s]) for s in rows],
        "msis": [twin.msis(y[s], low[s], high[s], past[s], 95.0) for s in rows],
        "coverage": [twin.coverage(y[s], low[s], high[s]) for s in rows],
    }
    found = {
        "smape": spc.forecast.smape(actual, mean),
        "mase": spc.forecast.mase(actual, mean, history),
        "rmsse": spc.forecast.rmsse(actual, mean, history),
        "msis": spc.forecast.msis(actual, lower, upper, history),
        "coverage": spc.forecast.coverage(actual, lower, upper),
    }
    for name, column in expected.items():
        np.testing.assert_allclose(found[name], numbers(column), rtol=1e-12, err_msg=name)
        assert 0 < np.isnan(found[name]).sum() < len(y), name
    shuffled = np.random.default_rng(seed).permutation(40)[:13]
    other = [found["smape"] * 2.0, found["mase"] * 3.0]
    taken = [each[shuffled] for each in (found["smape"], found["mase"], *other)]
    assert spc.forecast.owa(*taken) == pytest.approx(twin.owa(*map(recorded, taken)), rel=1e-12)
    assert spc.forecast.owa(*taken) == pytest.approx((1 / 2 + 1 / 3) / 2, rel=1e-12)


def test_rows_do_not_know_each_other() -> None:
    actual, _, lower, upper, history = odd(4)
    alone = [
        spc.forecast.msis(actual[s : s + 1], lower[s : s + 1], upper[s : s + 1], history[s : s + 1])
        for s in range(60)
    ]
    assert np.concatenate(alone).tobytes() == spc.forecast.msis(actual, lower, upper, history).tobytes()


@pytest.mark.parametrize("size", [1e300, 1e-300])
def test_any_unit_is_the_same_measure(size: float) -> None:
    actual, mean, *_, history = odd(5)
    for name in ("smape", "mase", "rmsse"):
        past = () if name == "smape" else (history,)
        measure = getattr(spc.forecast, name)
        found = measure(actual * size, mean * size, *(each * size for each in past))
        np.testing.assert_allclose(found, measure(actual, mean, *past), rtol=1e-9, err_msg=name)


def test_what_overflows_is_no_number() -> None:
    assert np.isnan(spc.forecast.smape([[1.7e308]], [[-1.7e308]])[0])
    assert np.isnan(spc.forecast.mase([[1.7e308]], [[-1.7e308]], [[1.7e308, -1.7e308] * 12])[0])


def test_mistakes() -> None:
    with pytest.raises(spc.ChoiceError, match=r"`forecast` must be numbers of shape 1 x 2, got \(1, 3\)"):
        spc.forecast.smape([[1.0, 2.0]], [[1.0, 2.0, 3.0]])
    with pytest.raises(spc.ChoiceError, match="`actual` must be numbers of shape"):
        spc.forecast.smape([1.0, 2.0], [1.0, 2.0])
    with pytest.raises(spc.ChoiceError, match="`history` must have one row for each of 1 series, got 2"):
        spc.forecast.mase([[1.0]], [[1.0]], [[1.0] * 20] * 2)
    with pytest.raises(spc.ChoiceError, match=r"`level` must be from 50 to below 100 percent, got 100"):
        spc.forecast.msis([[1.0]], [[1.0]], [[1.0]], [[1.0] * 20], level=100)
