"""Histories for the tests of methods: seeded, degenerate, and what must hold of every method on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from spc.forecast.history import Answer, History
from tests.panels import Matrix

Fit = Callable[[History], Answer]


def history(values: Any, horizon: int = 12, january: int = 0) -> History:
    """Make a history of rows, the first column in that calendar month."""
    cells = np.ascontiguousarray(np.atleast_2d(np.array(values, dtype=np.float64)))
    n = len(cells)
    return History(cells, np.full(n, january, np.int64), horizon, np.zeros(n, np.bool_), {})


def seasonal(n: int, months: int, seed: int = 1) -> Matrix:
    """Positive series: level, straight trend, a season of its own, noise; some a walk."""
    rng = np.random.default_rng(seed)
    t = np.arange(months)
    level = np.exp(rng.uniform(2.0, 6.0, (n, 1)))
    season = rng.uniform(0.0, 0.5, (n, 1)) * rng.normal(size=(n, 12))[:, t % 12]
    walk = np.cumsum(rng.normal(0.0, 0.03, (n, months)), axis=1) * (np.arange(n)[:, None] % 3 == 0)
    noise = rng.normal(0.0, 0.05, (n, months))
    return level * np.exp(rng.uniform(-0.01, 0.01, (n, 1)) * t + season + walk + noise)


def degenerate(months: int = 40) -> Matrix:
    """Nothing, one month, constants, zeros, signs, extremes of size, gaps at every place."""
    t = np.arange(months, dtype=float)
    rows = [np.full(months, np.nan) for _ in range(3)]
    rows[1][5], rows[2][-1] = 3.0, 3.0
    rows += [np.full(months, c) for c in (0.0, 0.1, -7.3, 1e300, 1e-300)]
    rows += [t, -t, t * 1e300, t * 1e-300, (t % 12 == 3) * 5.0, np.where(t == 20, 1e300, 1.0), t % 2 - 0.5]
    rows += [np.where(t % 12 == 7, np.nan, t), np.where(t > 30, np.nan, 5.0 + t % 12)]
    rows += [np.where(t % 3 == 0, 2.0, np.nan), np.where(t < 38, np.nan, t), (t % 12 - 3.0) * 1e299]
    return np.array(rows)


def holds(fit: Fit, values: Matrix, some: int = 3) -> None:
    """Each series alone, in another order, and behind empty columns: the same answer to the bit; whole."""
    horizon = 15
    answer = fit(history(values, horizon))
    n = len(values)
    assert answer.mean.shape == answer.sd.shape == (n, horizon)
    assert answer.fitted.shape == values.shape and answer.freedom.shape == (n,)
    assert not (answer.freedom < 0.0).any() and not (answer.sd < 0.0).any()
    turned = fit(history(values[::-1], horizon))
    before = np.concatenate([np.full((n, 24), np.nan), values], axis=1)
    later = fit(history(before, horizon))
    for name in ("mean", "sd", "freedom", "fitted"):
        assert getattr(turned, name)[::-1].tobytes() == getattr(answer, name).tobytes(), name
        behind = getattr(later, name)
        if name == "fitted":
            assert np.isnan(behind[:, :24]).all()
            behind = behind[:, 24:]
        np.testing.assert_array_equal(behind, getattr(answer, name))
        for s in range(0, n, some):
            alone = getattr(fit(history(values[s], horizon)), name)
            assert alone.tobytes() == getattr(answer, name)[s : s + 1].tobytes(), name
