"""Panels of known kinds for the tests of `auto`, and the verb on their months."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import spc
from spc.results.forecasts import Forecast
from tests.panels import Matrix

Make = Callable[[np.random.Generator, int, int], Matrix]
#: Months without a calendar, and calendars that begin in January, August and December.
STARTS = {None: None, "2020-01": 0, "2019-08": 7, "2021-12": 11}
FIELDS = ("mean", "lower", "upper", "fitted")


def walks(rng: np.random.Generator, n: int, months: int) -> Matrix:
    return 200.0 + np.cumsum(rng.normal(0.0, 4.0, (n, months)), axis=1)


def counts(rng: np.random.Generator, n: int, months: int) -> Matrix:
    """Counts with a few months of 0; some are rare."""
    return rng.poisson(rng.uniform(2.0, 30.0, (n, 1)), (n, months)).astype(float)


def signed(rng: np.random.Generator, n: int, months: int) -> Matrix:
    return np.round(rng.normal(0.0, 3.0, (n, months)), 1)


def trending(rng: np.random.Generator, n: int, months: int) -> Matrix:
    lines = 90.0 + rng.uniform(-0.4, 2.0, (n, 1)) * np.arange(months)
    return np.round(lines + rng.normal(0.0, 2.0, (n, months)), 1)


def waves(rng: np.random.Generator, n: int, months: int) -> Matrix:
    """Seasons of every size about a level, skewed."""
    season = rng.uniform(0.0, 0.6, (n, 1)) * rng.normal(size=(n, 12))[:, np.arange(months) % 12]
    return np.exp(rng.uniform(-2.0, 6.0, (n, 1)) + season + rng.normal(0.0, 0.1, (n, months)))


def with_zeros(rng: np.random.Generator, n: int, months: int) -> Matrix:
    """Decimals, a quarter of them 0: the logarithm is taken of what half of the smallest is added to."""
    return np.where(rng.random((n, months)) < 0.25, 0.0, np.round(rng.gamma(2.0, 20.0, (n, months)), 2))


MAKERS: dict[str, Make] = {
    make.__name__: make for make in (walks, counts, signed, trending, waves, with_zeros)
}


def forecast(values: Matrix, start: str | None, horizon: int = 12, level: float = 95.0) -> Forecast:
    panel = spc.Panel.from_numpy(np.atleast_2d(values), start=start)
    return spc.forecast.auto(panel, horizon=horizon, level=level)
