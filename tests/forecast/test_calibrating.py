"""calibrate="batch": limits as wide as this panel's own past says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spc
from spc.forecast.calibrating import ENOUGH, factors_of, needed
from tests.panels import JIT_OFF, START, Matrix, fewer

compiled = pytest.mark.skipif(JIT_OFF, reason="forecasts of hundreds of series want compiled kernels")


def panel_of(values: Any, **more: Any) -> spc.Panel:
    return spc.Panel.from_numpy(values, start=START, **more)


def bursts(n: int, months: int, seed: int) -> Matrix:
    """Noise that grows over time: what the past says of errors is too little."""
    rng = np.random.default_rng(seed)
    return 200.0 + rng.standard_t(2.5, (n, months)) * 6.0 * np.exp(0.03 * np.arange(months))


def waves(n: int, months: int, seed: int) -> Matrix:
    """Waves of 30 months that come and go: lanes that take them for levels are too sure of them."""
    rng = np.random.default_rng(seed)
    noise, values = rng.normal(0.0, 1.0, (n, months + 100)), np.zeros((n, months + 100))
    for t in range(2, months + 100):
        values[:, t] = 1.9 * values[:, t - 1] - 0.94 * values[:, t - 2] + noise[:, t]
    return 300.0 + values[:, 100:]


def inside(found: spc.Forecast, came: Matrix) -> float:
    return float(100.0 * np.mean((found.lower <= came) & (came <= found.upper)))


@compiled
@pytest.mark.parametrize("make", [bursts, waves])
def test_coverage_of_fresh_months_comes_nearer(make: Any) -> None:
    values = make(400, 72, 11)
    panel, came = panel_of(values[:, :60]), values[:, 60:]
    frozen, batch = spc.forecast.auto(panel), spc.forecast.auto(panel, calibrate="batch")
    off = [abs(inside(found, came) - 95.0) for found in (frozen, batch)]
    assert off[1] < 0.6 * off[0], off
    assert frozen.mean.tobytes() == batch.mean.tobytes()
    assert frozen.fitted.tobytes() == batch.fitted.tobytes()
    assert batch.calibration is not None and batch.calibration.is_enough and frozen.calibration is None
    assert batch.calibration.n_forecasts == 800
    assert repr(batch).endswith("12 months ahead, limits calibrated by 800 forecasts of the past)")
    wider = batch.at(99)
    assert (wider.upper >= batch.upper).all() and (batch.at(95).upper == batch.upper).all()


@compiled
def test_nothing_but_the_factors_passes_between_series() -> None:
    values = bursts(120, 60, 3)
    batch = spc.forecast.auto(panel_of(values), calibrate="batch")
    order = np.random.default_rng(4).permutation(len(values))
    other = spc.forecast.auto(panel_of(values[order]), calibrate="batch")
    for name in ("mean", "lower", "upper", "fitted"):
        assert getattr(batch, name)[order].tobytes() == getattr(other, name).tobytes(), name
    assert batch.calibration is not None and other.calibration is not None
    assert batch.calibration.factors.tobytes() == other.calibration.factors.tobytes()
    frozen = spc.forecast.auto(panel_of(values))
    wider = batch.calibration.factors > 1.0
    assert wider.any() and ((batch.upper > frozen.upper) == wider).all()


@compiled
def test_the_future_changes_no_factor() -> None:
    values = bursts(120, 72, 5)
    later = values.copy()
    later[:, 60:] = 1e6
    ends = str(panel_of(values).months[59])
    one, other = (
        spc.forecast.auto(panel_of(each), calibrate="batch", as_at=ends) for each in (values, later)
    )
    assert one.upper.tobytes() == other.upper.tobytes() and one.lower.tobytes() == other.lower.tobytes()


def test_few_forecasts_leave_the_limits_and_say_so() -> None:
    few = (ENOUGH - 2) // 2
    values = bursts(few, 48, 6)
    frozen, batch = (spc.forecast.auto(panel_of(values), calibrate=how) for how in ("frozen", "batch"))
    assert frozen.upper.tobytes() == batch.upper.tobytes()
    assert frozen.lower.tobytes() == batch.lower.tobytes()
    assert batch.calibration is not None and not batch.calibration.is_enough
    assert (batch.calibration.factors == 1.0).all() and batch.calibration.n_forecasts == 2 * few
    assert repr(batch).endswith(f"limits not calibrated: {2 * few} forecasts of the past are too few)")


@pytest.mark.parametrize(
    "values", [np.zeros((0, 30)), [[3.0]], np.full((2, 40), np.nan), np.ones((fewer(120, 12), 40))]
)
def test_odd_panels_are_left_alone(values: Any) -> None:
    found = spc.forecast.auto(panel_of(values), calibrate="batch")
    assert found.calibration is not None and not found.calibration.is_enough


@compiled
def test_series_by_other_methods_keep_their_limits() -> None:
    rng = np.random.default_rng(7)
    rare, young = rng.poisson(0.3, (5, 60)).astype(float), np.full((5, 60), np.nan)
    young[:, -6:] = rng.poisson(40.0, (5, 6))
    panel = panel_of(np.concatenate([bursts(100, 60, 8), rare, young]))
    frozen, batch = (spc.forecast.auto(panel, calibrate=how) for how in ("frozen", "batch"))
    assert batch.calibration is not None and batch.calibration.is_enough
    others = batch.used != "auto"
    assert others.sum() == 10
    for name in ("lower", "upper"):
        assert getattr(batch, name)[others].tobytes() == getattr(frozen, name)[others].tobytes()
        assert (getattr(batch, name)[~others] != getattr(frozen, name)[~others]).all()


def test_needed_is_the_factor_that_would_have_held() -> None:
    values = np.random.default_rng(9).poisson(60.0, (8, 40)).astype(float)
    found = spc.forecast.auto(panel_of(values), horizon=4)
    came = np.random.default_rng(10).poisson(60.0, (8, 4)).astype(float)
    log_factor = needed(found.spread, came, 95.0)
    for step, holds in ((1e-4, True), (-1e-4, False)):
        lower, upper = found.spread.widened(np.exp(log_factor + step)).limits(95.0)
        within = (lower <= came) & (came <= upper)
        assert (within == holds)[np.abs(log_factor) < 3.99].all()


def test_factors_are_those_of_a_quantile_regression() -> None:
    """Printed by brute force: the least pinball loss over a grid of both terms."""
    rng = np.random.default_rng(12)
    steps = np.log(np.arange(1.0, 7.0))
    rows = 0.2 + 0.3 * steps + rng.gumbel(0.0, 0.4, (60, 6))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    found = np.log(factors_of(rows, 90.0))
    known = rows[~np.isnan(rows)]
    at = np.broadcast_to(steps, rows.shape)[~np.isnan(rows)]

    def loss(constant: float, slope: float) -> float:
        off = known - constant - slope * at
        return float(np.maximum(0.9 * off, -0.1 * off).sum())

    grid = min(loss(a, b) for a in np.linspace(0.0, 2.0, 201) for b in np.linspace(-1.0, 1.0, 201))
    slope = (found[5] - found[0]) / steps[5]
    np.testing.assert_allclose(found, found[0] + slope * steps, rtol=1e-9)
    assert loss(float(found[0]), float(slope)) <= grid + 1e-9
    assert np.mean(known <= found[0] + slope * at) == pytest.approx(0.9, abs=0.01)
    assert factors_of(rows[:, :1], 90.0).shape == (1,)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(spc.ChoiceError, match="`calibrate` must be one of 'frozen', 'batch', got 'mine'"):
        spc.forecast.auto(panel_of([[1.0, 2.0]]), calibrate="mine")
    with pytest.raises(spc.ChoiceError, match="`calibrate` is no argument of a forecast"):
        spc.forecast.theta(panel_of([[1.0, 2.0]]), calibrate="batch")
