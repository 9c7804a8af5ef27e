"""What a seasonal XmR chart raises and finds: SPEC 7, and the tables of decision 11."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import spc
from tests.panels import JIT_OFF

Array = np.ndarray[Any, Any]
WINDOW = spc.Window(36, first=24)
pytestmark = pytest.mark.skipif(JIT_OFF, reason="40,000 series want compiled kernels")
N = 40_000


def noise(kind: str) -> Array:
    rng = np.random.default_rng(11)
    size = (N, 36)
    if kind == "normal":
        return rng.normal(100.0, 10.0, size)
    return rng.poisson(float(kind), size).astype(float)


def seasons(amplitude: float) -> Array:
    """A random pattern in every series, of this root mean square about 0; the same each year."""
    pattern = np.random.default_rng(12).normal(size=(N, 12))
    pattern -= pattern.mean(axis=1, keepdims=True)
    pattern *= amplitude / np.sqrt((pattern**2).mean(axis=1, keepdims=True))
    return np.tile(pattern, 3)


def one_month(values: Array, **options: Any) -> float:
    """Return the share of series whose last month lies beyond its control limits."""
    limits = spc.limits(spc.Panel.from_numpy(values, start="2021-08"), baseline=WINDOW, **options)
    last = values[:, -1]
    return float(((last > limits.ucl[:, -1]) | (last < limits.lcl[:, -1])).mean())


def with_a_step(values: Array, sigmas: float) -> Array:
    moved = values.copy()
    moved[:, -1] += 10.0 * sigmas
    return moved


def test_effects_without_any_correction_fire_in_11_percent():
    """SPEC 7: means of two months as effects, sigma from what they leave over, no more."""
    values = noise("normal")
    first = values[:, :24]
    effects = 0.5 * (first[:, :12] + first[:, 12:])
    left = first - np.tile(effects, 2)
    sigma = np.abs(np.diff(left, axis=1)).mean(axis=1) * math.sqrt(math.pi) / 2.0
    assert (np.abs(values[:, 35] - effects[:, 11]) > 3.0 * sigma).mean() == pytest.approx(0.113, abs=0.006)


@pytest.mark.parametrize(("kind", "most"), [("normal", 0.0135), ("20", 0.0135), ("5", 0.015)])
def test_noise_fires_one_month_hardly_more_often_than_on_an_xmr_chart(kind: str, most: float):
    """Measured .0119 / .0119 / .0143 against .0092 / .0092 / .0123 on the XmR chart; standard error .0006."""
    values = noise(kind)
    share = one_month(values, chart="seasonal_xmr")
    assert share <= most
    assert share <= one_month(values) + 0.0045


@pytest.mark.parametrize("shrink", ["quartile", "none"])
@pytest.mark.parametrize("amplitude", [0.5, 1.0, 2.0])
def test_a_season_is_no_alarm(amplitude: float, shrink: str):
    values = noise("normal") + 10.0 * seasons(amplitude)
    assert one_month(values, chart="seasonal_xmr", shrink=shrink) <= 0.0175


@pytest.mark.parametrize(
    ("amplitude", "seasonal", "plain"),
    [(0.0, 0.52, 0.50), (0.5, 0.44, 0.38), (1.0, 0.36, 0.20), (2.0, 0.33, 0.06)],
)
def test_a_step_of_three_sigma_is_found_in_spite_of_the_season(
    amplitude: float, seasonal: float, plain: float
):
    values = with_a_step(noise("normal") + 10.0 * seasons(amplitude), 3.0)
    assert one_month(values, chart="seasonal_xmr") == pytest.approx(seasonal, abs=0.015)
    assert one_month(values) == pytest.approx(plain, abs=0.015)


@pytest.mark.parametrize("sigma", ["mean_range", "sd"])
@pytest.mark.parametrize("amplitude", [0.0, 2.0])
def test_sigma_is_exact_where_effects_are_taken_in_full(amplitude: float, sigma: str):
    """Uncorrected it would be 0.707 of a month's sigma. Measured 1.0010 and 1.0006, standard error .0013."""
    panel = spc.Panel.from_numpy(noise("normal") + 10.0 * seasons(amplitude), start="2021-08")
    limits = spc.limits(panel, chart="seasonal_xmr", baseline=WINDOW, sigma=sigma, shrink="none")
    assert limits.sigma[:, 0].mean() == pytest.approx(10.0, rel=0.004)


@pytest.mark.parametrize(
    ("amplitude", "measured"), [(0.0, 0.9685), (0.5, 1.0296), (1.0, 1.0644), (2.0, 1.0292)]
)
def test_sigma_is_near_where_effects_are_shrunk(amplitude: float, measured: float):
    """Chosen by the data, weights are too high where the season is chance, too low where it is real."""
    panel = spc.Panel.from_numpy(noise("normal") + 10.0 * seasons(amplitude), start="2021-08")
    limits = spc.limits(panel, chart="seasonal_xmr", baseline=WINDOW)
    assert limits.sigma[:, 0].mean() == pytest.approx(10.0 * measured, rel=0.005)
