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
