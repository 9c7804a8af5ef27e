"""ETS: AICc by the twin, which models a series may have, what is chosen, odd series."""

from __future__ import annotations

import numpy as np
import pytest

from spc.forecast.scaling import scaled
from spc.forecast.selecting import MODELS, ets, select
from spc.forecast.smoothing import Model, foretell
from tests.forecast.histories import degenerate, history, holds, seasonal
from tests.forecast.test_smoothing import listed, of_twin
from tests.panels import JIT_OFF, fewer
from tests.reference import smoothing as twin


def test_the_fifteen_models() -> None:
    """HKOS's table of stable models with additive trends: no additive error beside a multiplied season."""
    assert len(set(MODELS)) == len(MODELS) == 15
    assert not any(model.error == "A" and model.season == "M" for model in MODELS)


def test_numbers_are_counted_as_printed() -> None:
    """Parameters and states, of 12 seasons 11; AICc counts the variance too."""
    counts = {model: model.n_fitted({}) for model in MODELS}
    assert counts[Model("A")] == 2 and counts[Model("M", "A")] == 4 and counts[Model("A", "Ad")] == 5
    assert counts[Model("A", "N", "A")] == 14 and counts[Model("M", "A", "M")] == 16
    assert counts[Model("A", "Ad", "A")] == 17


def test_the_criterion_is_the_twins_and_the_least_wins() -> None:
    values, _ = scaled(seasonal(fewer(6, 1), 48, seed=2))
    values[0, [4, 9]] = np.nan
    found, criteria = select(values, np.full(len(values), True))
    for s, row in enumerate(values):
        assert np.isfinite(criteria[s]).all()
        best = MODELS[int(np.argmin(criteria[s]))]
        assert list(found.form[s]) == best.form
        n = int(np.count_nonzero(~np.isnan(row)))
        lack = twin.lack(listed(row), of_twin(best, found.numbers[s]))
        parameters = len(best.names)
        expected = twin.aicc(lack, n, parameters, best.n_fitted({}) - parameters)
        assert criteria[s].min() == pytest.approx(expected, rel=1e-9)
        assert found.n_fitted[s] == best.n_fitted({})
    answer = ets(history(values, 12))
    chosen = foretell(values, np.zeros(len(values), np.int64), found, 12)
    np.testing.assert_array_equal(answer.mean, chosen.mean)
    np.testing.assert_array_equal(answer.sd, chosen.sd)


def test_what_a_series_cannot_have_is_infinite() -> None:
    long, short = seasonal(3, 40), np.full((3, 40), np.nan)
    short[:, 28:] = long[:, 28:]
    long[2, 7] = 0.0
    values, _ = scaled(np.concatenate([long, short]))
    _, criteria = select(values, np.array([True] * 3 + [False] * 3))
    relative = np.array([model.error == "M" for model in MODELS])
    with_season = np.array([model.season != "N" for model in MODELS])
    assert np.isfinite(criteria[:2]).all()
    assert np.isinf(criteria[2, relative]).all() and np.isfinite(criteria[2, ~relative]).all()
    assert np.isinf(criteria[3:, with_season]).all() and np.isfinite(criteria[3:, ~with_season]).all()
    few = np.full((1, 6), np.nan)
    few[0, 1:] = [0.5, 0.7, 0.6, 0.8, 0.9]
    _, criteria = select(few, np.array([False]))
    assert np.isfinite(criteria[0]).sum() == 2  # five months are too few for AICc with five numbers


@pytest.mark.skipif(JIT_OFF, reason="fits a hundred series")
def test_what_made_the_series_is_mostly_found() -> None:
    rng = np.random.default_rng(6)
    noise = 100.0 + rng.normal(0.0, 5.0, (40, 96))
    wave = noise + 30.0 * np.sin(np.arange(96) * np.pi / 6.0)
    line = noise + 2.0 * np.arange(96)
    values, _ = scaled(np.concatenate([noise, wave, line]))
    found, _ = select(values, np.full(120, True))
    sloped, with_season = found.form[:, 2] == 1, found.form[:, 3] == 1
    assert not with_season[:40].any() and with_season[40:80].all() and not with_season[80:].any()
    assert sloped[80:].all() and sloped[:80].mean() < 0.25


def test_odd_series_and_each_series_alone() -> None:
    holds(ets, np.concatenate([seasonal(fewer(5, 1), 40), degenerate()[:: fewer(1, 12)]]), fewer(4, 20))
