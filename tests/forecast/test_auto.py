"""`auto` on odd series; units, order, neighbours; how often its limits hold, and that it is a median."""

from __future__ import annotations

import hashlib
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import spc
from spc.forecast.methods import METHODS
from spc.forecast.predicting import predict
from spc.results.forecasts import Forecast
from tests.forecast.histories import degenerate, history, holds, seasonal
from tests.forecast.makers import (
    FIELDS,
    MAKERS,
    STARTS,
    Make,
    counts,
    forecast,
    signed,
    walks,
    waves,
    with_zeros,
)
from tests.jit import digest_the_other_way
from tests.panels import JIT_OFF, Matrix, fewer

ROW = METHODS["auto"]


def test_short_histories_and_rare_counts_go_elsewhere() -> None:
    rng = np.random.default_rng(7)
    values = np.full((4, 30), np.nan)
    enough = ROW.least
    values[0, -enough:], values[1, 1 - enough :] = 50.0, rng.normal(50.0, 5.0, enough - 1)
    values[2] = rng.poisson(0.4, 30)
    found = forecast(values, "2020-01")
    assert list(found.used) == ["auto", ROW.stands_in, ROW.rare, ""]
    panel = spc.Panel.from_numpy(values, start="2020-01")
    for s, other in ((1, ROW.stands_in), (2, ROW.rare)):
        alone = getattr(spc.forecast, other)(panel)
        for name in FIELDS:
            assert getattr(alone, name)[s].tobytes() == getattr(found, name)[s].tobytes()
    assert np.isnan(found.mean[3]).all() and np.isnan(found.upper[3]).all()


def test_odd_series_never_raise_and_are_finite() -> None:
    """What a panel may hold goes through the door; 1e300 and 1e-300 to the method itself."""
    for values in (degenerate(), seasonal(4, 9), degenerate(11)):
        seen = ~np.isnan(values).all(axis=1)
        for january in (-1, 0, 7):
            asked = history(values, 15, january)
            for row in (ROW, replace(ROW, least=1)):
                found = predict(asked, row, np.full((len(values), 2), np.nan))
                assert np.isfinite(found.mean[seen]).all() and np.isnan(found.mean[~seen]).all()
    values = np.clip(degenerate(), -1e99, 1e99)
    values[(np.abs(values) < 1e-99) & (values != 0.0)] = 1e-99
    values = np.concatenate([values, [np.where(np.arange(40) % 2, 1e-99, 1e99)], -values[3:]])
    # of so many months alone nothing tells how wide limits are
    two = np.count_nonzero(~np.isnan(values), axis=1) < 3
    for start in STARTS:
        found = forecast(values, start, 15)
        seen = ~np.isnan(values).all(axis=1)
        assert np.isfinite(found.mean[seen]).all()
        for line in (found.lower, found.upper):
            assert np.isfinite(line[seen & ~two]).all()
        begun = np.maximum.accumulate(~np.isnan(values), axis=1)
        assert np.isfinite(found.fitted[begun & (found.used == "auto")[:, None]]).all()


@pytest.mark.parametrize("start", [None, "2020-01"])
def test_a_constant_goes_on(start: str | None) -> None:
    level = np.array([0.1, -7.3, 1e90, 33.3, 1e-90])
    found = forecast(np.repeat(level[:, None], 40, axis=1), start)
    assert set(found.used) == {"auto"}
    for line in (found.mean, found.lower, found.upper, found.fitted):
        # logarithms and their exponentials keep all but as many digits as 1e90 has in its exponent
        np.testing.assert_allclose(line, np.repeat(level[:, None], line.shape[1], axis=1), rtol=1e-12)


def test_a_share_of_nothing_goes_on() -> None:
    """Counts of nothing are rare; a ratio that is always 0 has no month above 0 to add half of."""
    values = np.zeros((2, 30))
    values[1, ::2] = np.nan
    panel = spc.Panel.from_numpy(values, start="2020-01", of=np.full((2, 30), 100.0))
    found = spc.forecast.auto(panel)
    for line in (found.mean, found.lower, found.upper):
        np.testing.assert_array_equal(line, 0.0)


def test_each_series_alone_in_any_order_and_behind_empty_months() -> None:
    values = degenerate()
    values = values[np.count_nonzero(~np.isnan(values), axis=1) >= ROW.least]
    values = np.concatenate([seasonal(fewer(6, 2), 40), values[:: fewer(1, 6)]])
    holds(ROW.fit, values, fewer(3, 9))
    rows = np.concatenate([values[: fewer(6, 2)], counts(np.random.default_rng(8), 3, 40)])
    rows[0, 38:] = np.nan
    found = forecast(rows, "2020-01")
    turned = forecast(rows[::-1], "2020-01")
    later = forecast(np.concatenate([np.full((len(rows), 15), np.nan), rows], axis=1), "2018-10")
    for name in FIELDS:
        cells = getattr(found, name)
        assert getattr(turned, name)[::-1].tobytes() == cells.tobytes(), name
        assert np.ascontiguousarray(getattr(later, name)[:, -cells.shape[1] :]).tobytes() == cells.tobytes()
        for s in range(len(rows)):
            assert getattr(forecast(rows[s], "2020-01"), name).tobytes() == cells[s : s + 1].tobytes(), name


@pytest.mark.skipif(JIT_OFF, reason="minutes where nothing is compiled")
def test_many_series_and_many_callers_change_no_bit() -> None:
    """1,100 series are several blocks, shared out between threads; four callers ask at once."""
    values = waves(np.random.default_rng(9), 1100, 30)
    expected = forecast(values, "2020-01")
    together = threading.Barrier(4)

    def ask(part: int) -> tuple[slice, Forecast]:
        keep = slice(part * 275, (part + 1) * 275)
        together.wait(timeout=60.0)
        return keep, forecast(values[keep], "2020-01")

    with ThreadPoolExecutor(4) as pool:
        for keep, found in pool.map(ask, range(4)):
            for name in FIELDS:
                assert getattr(found, name).tobytes() == getattr(expected, name)[keep].tobytes(), name


def test_units_change_nothing_but_the_unit() -> None:
    """Where logarithms are taken the last digits are others; as it is, a power of two changes no digit."""
    rng = np.random.default_rng(10)
    n, months = fewer(6, 2), fewer(40, 26)
    for make in (waves, walks, with_zeros, signed):
        values = make(rng, n, months)
        values[0, [3, 17, 18]] = np.nan
        plain = forecast(values, "2020-01")
        for times, digits in ((2.0**40, 1e-11), (2.0**-30, 1e-11), (10.0, 1e-9), (1e-3, 1e-9)):
            other = forecast(values * times, "2020-01")
            for name in FIELDS:
                cells, scaled = getattr(plain, name) * times, getattr(other, name)
                least = digits * times * np.nanmax(np.abs(values), axis=1, keepdims=True)
                missing = np.isnan(cells)
                np.testing.assert_array_equal(missing, np.isnan(scaled))
                assert (np.abs(scaled - cells) <= least)[~missing].all(), (make.__name__, times, name)
                if make is signed and math.frexp(times)[0] == 0.5:
                    assert scaled.tobytes() == cells.tobytes(), name


def test_a_sign_flips_the_forecast() -> None:
    values = signed(np.random.default_rng(11), fewer(5, 2), 40)
    found, other = forecast(values, "2020-01"), forecast(-values, "2020-01")
    for name, against in (("mean", "mean"), ("lower", "upper"), ("upper", "lower"), ("fitted", "fitted")):
        np.testing.assert_allclose(getattr(other, name), -getattr(found, against), rtol=1e-12, atol=1e-12)


def test_missing_months_at_the_end_count_in_the_horizon() -> None:
    """The season comes in its own months; the forecast is near that made then, whose damping began then."""
    rng = np.random.default_rng(12)
    values = waves(rng, fewer(20, 3), 48) + 20.0
    earlier = forecast(values[:, :45], "2020-01", 15)
    values[:, 45:] = np.nan
    later = forecast(values, "2020-01", 12)
    np.testing.assert_allclose(later.mean, earlier.mean[:, 3:], rtol=0.02)
    np.testing.assert_allclose(later.fitted[:, 45:], earlier.mean[:, :3], rtol=0.02)
    wave = np.array([13.0, 9.0, 10.5, 12.0, 6.0, 11.0, 10.0, 12.5, 8.0, 8.5, 10.25, 9.25])
    row = wave[np.arange(53) % 12]
    row[50:] = np.nan
    np.testing.assert_allclose(forecast(row, "2020-01").mean[0], wave[(53 + np.arange(12)) % 12], rtol=1e-9)


def test_limits_hold_the_forecast_and_widen_with_the_level() -> None:
    rng = np.random.default_rng(13)
    for make in MAKERS.values():
        found = forecast(make(rng, fewer(20, 3), 40), "2020-01", 24, 50.0)
        mine = found.used == "auto"
        inner = found
        for level in (80.0, 95.0, 99.0, 99.9):
            outer = found.at(level)
            assert (outer.lower <= inner.lower)[mine].all() and (inner.upper < outer.upper)[mine].all()
            inner = outer
        assert (found.lower <= found.mean)[mine].all() and (found.mean <= found.upper)[mine].all()


def test_bounds_are_kept() -> None:
    rng = np.random.default_rng(14)
    values = 100.0 - np.abs(walks(rng, fewer(12, 3), 40) - 200.0) / 4.0
    panel = spc.Panel.from_numpy(values, start="2020-01")
    free = spc.forecast.auto(panel, horizon=18)
    assert (free.upper > 100.0).any()
    held = spc.forecast.auto(panel, horizon=18, bounds=(90.0, 100.0))
    for line in (held.mean, held.lower, held.upper):
        assert ((line >= 90.0) & (line <= 100.0)).all()
    falling = np.maximum(60.0 - 2.0 * np.arange(30.0) + rng.normal(0.0, 4.0, (4, 30)), 0.5)
    down = forecast(falling, "2020-01", 24)
    assert (down.lower >= 0.0).all() and (down.mean >= 0.0).all()


def poisson(rng: np.random.Generator, n: int, months: int) -> Matrix:
    return rng.poisson(20.0, (n, months)).astype(float)


def normal(rng: np.random.Generator, n: int, months: int) -> Matrix:
    return rng.normal(100.0, 10.0, (n, months))


#: Coverage of 12 months ahead at 95%, of 500 series. Limits that allow for a season and a slope are 2 or 3
#: points too wide for noise; a walk of two or three years looks less like one than it is.
BANDS = {
    (poisson, 24): (0.95, 0.985),
    (poisson, 36): (0.95, 0.985),
    (poisson, 60): (0.95, 0.985),
    (poisson, 120): (0.945, 0.98),
    (normal, 24): (0.95, 0.985),
    (normal, 36): (0.955, 0.99),
    (normal, 60): (0.95, 0.985),
    (normal, 120): (0.945, 0.98),
    (waves, 24): (0.955, 0.995),
    (waves, 36): (0.955, 0.995),
    (waves, 60): (0.95, 0.99),
    (waves, 120): (0.94, 0.98),
    (walks, 24): (0.87, 0.93),
    (walks, 36): (0.905, 0.96),
    (walks, 60): (0.91, 0.965),
    (walks, 120): (0.925, 0.975),
}


@pytest.mark.skipif(JIT_OFF, reason="minutes where nothing is compiled")
@pytest.mark.parametrize(("make", "months"), BANDS)
def test_how_often_limits_hold(make: Make, months: int) -> None:
    values = make(np.random.default_rng(months), 500, months + 12)
    found, ahead = forecast(values[:, :months], "2020-01"), values[:, months:]
    low, high = BANDS[make, months]
    assert low < np.mean((found.lower <= ahead) & (ahead <= found.upper)) < high
    # the forecast is a median: for 6,000 months, of series that differ, 0.5 within 0.03
    assert 0.47 < np.mean(ahead > found.mean) < 0.53


@pytest.mark.skipif(JIT_OFF, reason="minutes where nothing is compiled")
@pytest.mark.parametrize("months", [24, 60, 120])
def test_the_forecast_of_a_count_is_a_median(months: int) -> None:
    """Of Poisson(5), 0.56 of months are 5 or more and 0.38 above 5; the forecast is a quarter below 5."""
    values = np.random.default_rng(15).poisson(5.0, (500, months + 12)).astype(float)
    found = forecast(values[:, :months], "2020-01")
    assert 0.50 < np.mean(values[:, months:] > found.mean) < 0.57
    assert 4.5 < np.mean(found.mean) < 4.75


def digest() -> str:
    """Give one number for the bits of every answer on a few months."""
    values = np.concatenate([seasonal(2, 27), signed(np.random.default_rng(16), 1, 27)])
    values[1, [0, 8, 26]] = np.nan
    values[0, 4] = 0.0
    bits = hashlib.sha256()
    for start in (None, "2019-08"):
        found = forecast(values, start, 14)
        for name in FIELDS:
            bits.update(getattr(found, name).tobytes())
    return bits.hexdigest()


def test_the_same_bits_with_jit_on_and_off() -> None:
    assert digest_the_other_way("tests.forecast.test_auto") == digest()
