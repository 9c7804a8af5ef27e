"""Adding the same number to every month moves the lines and raises no flag."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import spc
from tests.laws.verbs import BASELINES, Array, answers, changed, close, exceptions, same, sample, trend

PLAIN = ["counts", "low_counts", "decimals", "gaps", "ragged", "signed"]


def shifted(by: float) -> Callable[[Array], Array]:
    return lambda values: np.round(values + by, 4)


def sizes(values: Array) -> Array:
    return np.nan_to_num(np.abs(values)).max(axis=1, keepdims=True)


@pytest.mark.parametrize("maker", PLAIN)
@pytest.mark.parametrize("by", [1.0, -3.0, 1000.0, 0.1, -0.7])
def test_flags_stay_where_they_are(by: float, maker: str) -> None:
    one = sample(maker)
    same(exceptions(changed(one, shifted(by)).panel()), answers(exceptions, maker))


@pytest.mark.parametrize("maker", PLAIN)
@pytest.mark.parametrize("by", [1.0, 1000.0, 0.1])
def test_lines_move_with_the_months(by: float, maker: str) -> None:
    one = sample(maker)
    moved = changed(one, shifted(by))
    size = np.maximum(sizes(one.values), sizes(moved.values))
    for baseline in BASELINES.values():
        old, new = (spc.limits(each.panel(), baseline=baseline) for each in (one, moved))
        close(new.sigma, old.sigma, size)
        for name in ("centre", "ucl", "lcl"):
            close(getattr(new, name), getattr(old, name) + by, size)
        assert (new.status == old.status).all()


def test_whole_numbers_keep_their_sigma_to_the_last_bit() -> None:
    one = sample("counts")
    old, new = (spc.limits(each.panel(), baseline=24) for each in (one, changed(one, shifted(64.0))))
    assert old.sigma.tobytes() == new.sigma.tobytes()


@pytest.mark.parametrize("maker", PLAIN)
@pytest.mark.parametrize("by", [1.0, 1000.0])
def test_trend_keeps_its_word_and_its_p(by: float, maker: str) -> None:
    one = sample(maker)
    old, new = answers(trend, maker), trend(changed(one, shifted(by)).panel())
    assert (old["words"] == new["words"]).all()
    assert np.allclose(old["p"], new["p"], rtol=1e-6, atol=1e-12, equal_nan=True)


#: Forecasts by sums alone; in others a season or an error multiplies the level.
LEVEL = [
    "naive",
    "seasonal_naive",
    "drift",
    "mean",
    "ses",
    "holt",
    "holt_winters_additive",
    "seasonal_regression",
]


@pytest.mark.parametrize("maker", ["decimals", "ragged", "signed"])
@pytest.mark.parametrize("name", LEVEL)
def test_forecasts_move_with_the_months(name: str, maker: str) -> None:
    one = sample(maker)
    moved = changed(one, shifted(64.0))
    size = np.maximum(sizes(one.values), sizes(moved.values))
    verb = getattr(spc.forecast, name)
    old, new = (verb(each.panel(), horizon=6, bounds=(None, None)) for each in (one, moved))
    assert (new.used == old.used).all()
    for field in ("mean", "lower", "upper", "fitted"):
        found, expected = getattr(new, field) - 64.0, getattr(old, field)
        assert (np.isnan(found) == np.isnan(expected)).all()
        gap = np.abs(np.nan_to_num(found) - np.nan_to_num(expected))
        assert (gap <= 1e-5 * size).all(), field
