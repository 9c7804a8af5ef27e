"""`auto` is its printed definition, on panels of every kind, length, calendar and gap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spc.forecast.frozen import FACTORS
from spc.forecast.methods import METHODS
from spc.forecast.predicting import predict
from tests.forecast.histories import history
from tests.forecast.makers import FIELDS, MAKERS, STARTS, forecast, signed, waves
from tests.panels import Matrix, fewer, recorded
from tests.reference import lanes as twin

ROW = METHODS["auto"]


def by_twin(row: Matrix, start: str | None, horizon: int, level: float) -> dict[str, Matrix]:
    factors = FACTORS.always, FACTORS.steps, FACTORS.length
    known = twin.auto(recorded(row), STARTS[start], horizon, level, factors)
    before = np.full(len(row) - len(known.fitted), np.nan)
    return {
        "mean": np.array(known.mean),
        "lower": np.array(known.lower),
        "upper": np.array(known.upper),
        "fitted": np.concatenate([before, known.fitted]),
    }


def same(values: Matrix, start: str | None, horizon: int, level: float) -> int:
    """Assert that `auto` is its twin on every series that it forecasts itself; return how many it did."""
    found = forecast(values, start, horizon, level)
    for s, row in enumerate(values):
        expected = "auto" if np.count_nonzero(~np.isnan(row)) >= ROW.least else ROW.stands_in
        assert found.used[s] == (ROW.rare if twin.is_rare(recorded(row)) else expected)
        if found.used[s] == "auto":
            close({name: getattr(found, name)[s] for name in FIELDS}, row, start, horizon, level)
    return int(np.count_nonzero(found.used == "auto"))


def close(found: dict[str, Matrix], row: Matrix, start: str | None, horizon: int, level: float) -> None:
    """Assert that every field of a series is its twin's: by 8 digits, or 9 of its largest month."""
    for name, cells in by_twin(row, start, horizon, level).items():
        least = 1e-9 * np.nanmax(np.abs(row))
        np.testing.assert_allclose(found[name], cells, rtol=1e-8, atol=least, err_msg=name)


def spoilt(rng: np.random.Generator, values: Matrix) -> Matrix:
    """Every third row whole; every third with gaps; every third with a late start and a missing end."""
    n, months = values.shape
    values[1::3][rng.random(values[1::3].shape) < 0.15] = np.nan
    values[2::3, : months // 6] = np.nan
    values[2::3, months - months // 8 :] = np.nan
    values[:, months // 2 : months // 2 + 8 : 2] = np.where(
        (np.arange(n) % 3 == 1)[:, None], values[:, 1:9:2], values[:, months // 2 : months // 2 + 8 : 2]
    )
    return values


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    "start", [s if s in (None, "2019-08") else pytest.param(s, marks=pytest.mark.long) for s in STARTS]
)
def test_the_twin(make: str, start: str | None) -> None:
    rng = np.random.default_rng([len(make), ord(make[0])])
    lengths = ((18, 1, 90.0), (23, 7, 95.0), (37, 24, 99.0), (84, 12, 95.0))
    for months, horizon, level in lengths[fewer(0, 2) :]:
        values = spoilt(rng, MAKERS[make](rng, fewer(4, 2), months))
        assert same(values, start, horizon, level) > 0


@pytest.mark.parametrize("months", [15, 16, 23, 24, 25, 36, 150])
def test_the_twin_at_lengths_where_something_begins(months: int) -> None:
    rng = np.random.default_rng(months)
    for make in (waves, signed)[: fewer(2, 1)]:
        assert same(make(rng, fewer(3, 1), months), "2019-08", 14, 95.0) > 0


@pytest.mark.parametrize("months", [3, 4, 8, 12, 14])
def test_the_twin_on_histories_that_are_left_to_simpler_methods(months: int) -> None:
    """The definition holds from two months on; from how many `auto` uses it is the table's choice."""
    rng = np.random.default_rng(months)
    for make in (waves, signed)[: fewer(2, 1)]:
        values = make(rng, 3, months)
        bounds = np.where((values < 0.0).any(axis=1)[:, None], np.nan, [[0.0, np.nan]])
        found = predict(history(values, 14, 7), replace(ROW, least=2), bounds)
        lower, upper = found.spread.limits(95.0)
        lines = dict(zip(FIELDS, (found.mean, lower, upper, found.fitted), strict=True))
        for s, row in enumerate(values):
            assert found.used[s] == "auto"
            close({name: line[s] for name, line in lines.items()}, row, "2019-08", 14, 95.0)


def test_the_twin_where_a_calendar_month_is_never_observed() -> None:
    rng = np.random.default_rng(5)
    values = waves(rng, 4, 60)
    values[0, 4::12] = values[1, 0::12] = values[1, 7::12] = np.nan
    values[2, :44] = np.nan
    values[3][rng.random(60) < 0.6] = np.nan
    assert same(values, "2020-01", 13, 95.0) == 4


def test_the_twin_on_jumps_and_all_but_exact_series() -> None:
    """Squares fall by up to 1e-18 from the first to the last lane; the closed form keeps 8 digits of them."""
    rng, t = np.random.default_rng(6), np.arange(48.0)
    wave = np.array([3.0, -1.0, 0.5, 2.0, -4.0, 1.0, 0.0, 2.5, -2.0, -1.5, 0.25, -0.75])[t.astype(int) % 12]
    rows = [
        np.where(t < 40, 1.0, 1e6) + rng.random(48),
        np.where(t == 20, 1e12, 1.0) + rng.random(48),
        (-1.0) ** t * 50.0 + rng.random(48),
        np.where(t < 20, 10.0, 10.0 + 40.0 * (t - 19.0)),
        1000.0 * 0.7**t + rng.random(48),
        20.0 + wave,
        20.0 + wave + 0.3 * t,
        wave,
        np.where(t < 40, 0.0, 30.0 + rng.poisson(4.0, 48)),
        np.where(t > 40, 0.0, 30.0 + rng.poisson(4.0, 48)),
    ]
    rows += [5.0 + 0.25 * t + noise * rng.normal(size=48) for noise in (1e-3, 1e-6, 1e-8)]
    rows += [offset + rng.normal(size=48) for offset in (1e3, 1e6, 1e9)]
    rows += [size * rng.normal(size=48) for size in (1e-90, 1e30, 1e90)]
    assert same(np.array(rows)[:: fewer(1, 4)], "2019-08", 24, 99.0) == len(rows[:: fewer(1, 4)])


def test_the_twin_where_a_forecast_would_leave_what_was_seen() -> None:
    """Three or four steep months at the end: held within one range of what was seen, on the scale."""
    t, quiet = np.arange(40.0), np.random.default_rng(3).normal(0.0, 0.3, 40)
    steep = np.maximum(t - 36.0, 0.0)
    rows = np.array([quiet + 5.0 * steep, quiet - steep**3, 100.0 * np.exp(0.01 * quiet + 0.3 * steep**2)])
    found = forecast(rows, None, 24)
    for s, most in ((0, 2.0 * rows[0].max() - rows[0].min()), (1, 2.0 * rows[1].min() - rows[1].max())):
        assert found.mean[s, -1] == pytest.approx(most, rel=1e-12)
    assert same(rows, None, 24, 95.0) == 3


def test_the_twin_on_what_a_lane_fits_exactly() -> None:
    """A damped trend leaves no squares but those of the floats; the other family decides on the limits."""
    t = np.arange(40.0)
    rows = np.array([10.0 * (1.0 - 0.95**t) - 3.0, 5.0 + 0.25 * t, t - 20.0, np.exp(0.01 * t)])
    found = forecast(rows, None)
    for s, row in enumerate(rows):
        known = by_twin(row, None, 12, 95.0)
        width = known["upper"] - known["lower"]
        np.testing.assert_allclose(found.upper[s] - found.lower[s], width, rtol=1e-6)
