"""The way from histories to forecasts: months missing at the end, and what stands in for a method."""

from __future__ import annotations

import numpy as np
import pytest

import spc
from spc.forecast import METHODS

#: Every method but those that are too slow for it.
NAMES = [name for name in METHODS if name not in ("stl", "arima")]


def walks(n_series: int, n_months: int, seed: int = 11) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 400.0 + np.cumsum(rng.normal(0.0, 3.0, (n_series, n_months)), axis=1)


@pytest.mark.parametrize("name", NAMES)
def test_missing_last_months_are_months_to_come(name: str):
    """A series without its last months is forecast as it was before them, from its last observed month."""
    rng = np.random.default_rng(4)
    counts = rng.poisson(np.linspace(0.3, 40.0, 12)[:, None], (12, 50)).astype(float)
    late = rng.integers(0, 9, 12)
    months = np.where(np.arange(50) >= 50 - late[:, None], np.nan, counts)
    whole = getattr(spc.forecast, name)(spc.Panel.from_numpy(months, start="2020-03"), horizon=6)
    for s in range(12):
        ended = spc.Panel.from_numpy(months[s, : 50 - late[s]], start="2020-03")
        alone = getattr(spc.forecast, name)(ended, horizon=int(6 + late[s]))
        for field in ("mean", "lower", "upper"):
            np.testing.assert_array_equal(getattr(whole, field)[s], getattr(alone, field)[0, late[s] :])
        assert whole.used[s] == alone.used[0]
        if late[s]:
            np.testing.assert_array_equal(whole.fitted[s, 50 - late[s] :], alone.mean[0, : late[s]])


@pytest.mark.parametrize("name", ["auto", "ses", "theta", "naive", "damped"])
def test_limits_grow_while_months_are_missing(name: str):
    """One month ahead of a walk whose last six are missing, 95% limits used to hold 70% (auto)."""
    values = walks(400, 61)
    months = values[:, :60].copy()
    months[:, -6:] = np.nan
    found = getattr(spc.forecast, name)(spc.Panel.from_numpy(months, start="2020-01"), horizon=1)
    inside = (found.lower[:, 0] <= values[:, 60]) & (values[:, 60] <= found.upper[:, 0])
    assert inside.mean() > 0.90


def test_what_stands_in_is_told():
    months = np.full((3, 40), np.nan)
    months[0, -4:] = [3.5, 4.5, 3.0, 5.0]
    months[1] = np.arange(40) % 7 + 0.5
    found = spc.forecast.auto(spc.Panel.from_numpy(months, start="2020-01"))
    assert found.used.tolist() == ["ses", "auto", ""]
    assert [spc.results.STATUSES[code] for code in found.status] == ["short history", "ok", "no data"]


@pytest.mark.parametrize("name", NAMES)
def test_limits_keep_their_order_and_their_bounds(name: str):
    """A line that climbs past its bound: both limits stop there, the lower one too."""
    months = np.array([50.0 + t + (t % 3) * 0.1 for t in range(48)])
    found = getattr(spc.forecast, name)(spc.Panel.from_numpy(months, start="2020-01"), bounds=(0, 100))
    assert (found.lower <= found.upper).all() and (found.upper <= 100.0).all() and (found.mean <= 100.0).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("months", [[12_345.0] * 48, [0.1] * 48, [3.0, 5.5, 4.0, 8.25] * 12])
def test_what_repeats_exactly_lies_within_its_limits(name: str, months: list[float]):
    """Limits of a constant, or of a pattern without error, are not beside it by the rounding of a logarithm.

    Methods that know no season miss a pattern; two that search for one end their search beside it.
    """
    found = spc.forecast.backtest(spc.Panel.from_numpy(months, start="2020-01"), methods=[name], horizon=4)
    rows = found.to_frame()
    missed = {"naive", "mean", "drift", "ses", "holt", "damped", "tsb", "croston", "sba", "adida", "imapa"}
    missed |= {"holt_winters_multiplicative", "ets"}
    if len(set(months)) == 1 or name not in missed:
        assert rows["coverage"].tolist() == [100.0], name


@pytest.mark.parametrize("level", [0, 100, 150, -5, float("nan"), True, "95", None])
def test_another_level_is_refused_like_the_first(level: object):
    found = spc.forecast.naive(spc.Panel.from_numpy([3.0, 4.0, 2.0], start="2020-01"))
    with pytest.raises(spc.ChoiceError, match="from 50 to below 100 percent"):
        found.at(level)  # type: ignore[arg-type]
    with pytest.raises(spc.ChoiceError, match="from 50 to below 100 percent"):
        spc.forecast.naive(found.panel, level=level)  # type: ignore[arg-type]


def test_a_limit_may_be_infinite_and_nobody_is_warned():
    """Heavy logarithms, 15 months, ten years ahead: the limit is beyond all floats, but no missing number."""
    rng = np.random.default_rng(3)
    months = np.round(np.exp(rng.normal(5.0, 4.0, (200, 15)))) * (rng.random((200, 15)) > 0.3)
    found = spc.forecast.auto(spc.Panel.from_numpy(months, start="2020-01"), horizon=120, level=99.99)
    assert np.isinf(found.upper).any() and not np.isnan(found.upper[~np.isnan(found.mean)]).any()
