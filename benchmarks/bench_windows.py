"""Rolling windows beside bottleneck and pandas: 10,000 series x 120 months, 2% missing, windows 3 and 12.

To hold in one run, on one thread each: min and max 6 times bottleneck, median 4 times, sum and mean 0.8 times
on whole-number series and 0.4 times on others, all of these 100 times pandas' groupby-rolling over tidy rows
of areas and measures. `python benchmarks/bench_windows.py` prints the ratios side by side. Both read the same
array, and take turns of a few calls each, so that other work on the machine hurts both alike and neither
finds its caches full of the other's months; the best call of each counts.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spc
from benchmarks.printing import circumstances, markdown

N_SERIES, N_PERIODS = 10_000, 120
ROUNDS = 12
#: Calls in a turn: the first after one of bottleneck's takes ours up to twice the time of the next.
IN_TURN = 4
#: Ours, bottleneck's, pandas', and how many times bottleneck's speed is promised by kind of series.
VERBS: dict[str, tuple[Callable[..., spc.Panel], str, str, dict[str, float | None]]] = {
    "total": (spc.rolling.total, "move_sum", "sum", {"whole": 0.8, "decimal": 0.4}),
    "mean": (spc.rolling.mean, "move_mean", "mean", {"whole": 0.8, "decimal": 0.4}),
    "sd": (spc.rolling.sd, "move_std", "std", {"whole": None, "decimal": None}),
    "min": (spc.rolling.min, "move_min", "min", {"whole": 6.0, "decimal": 6.0}),
    "max": (spc.rolling.max, "move_max", "max", {"whole": 6.0, "decimal": 6.0}),
    "median": (spc.rolling.median, "move_median", "median", {"whole": 4.0, "decimal": 4.0}),
}
KINDS = ("whole", "decimal")
WINDOWS = (3, 12)
PANDAS_TIMES = 100.0

Pair = tuple[Callable[[], Any], Callable[[], Any]]


def months(kind: str, n_series: int = N_SERIES) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Make Poisson counts, or numbers of one decimal, with 2% missing."""
    rng = np.random.default_rng(6)
    shape = (n_series, N_PERIODS)
    values = (
        rng.poisson(50.0, shape).astype(float) if kind == "whole" else rng.normal(50.0, 10.0, shape).round(1)
    )
    values[rng.random(shape) < 0.02] = np.nan
    return values


def pair(name: str, kind: str, window: int, min_count: int | None = None) -> Pair:
    """Give our call and bottleneck's, on the same cells with the same `min_count`."""
    bottleneck = pytest.importorskip("bottleneck")
    panel = spc.Panel.from_numpy(months(kind), start="2015-01")
    ours, theirs = VERBS[name][0], getattr(bottleneck, VERBS[name][1])
    more = {"ddof": 1} if name == "sd" else {}
    return (
        lambda: ours(panel, window=window, min_count=min_count).values,
        lambda: theirs(panel.values, window, min_count, **more),
    )


def groupby_rolling(name: str, kind: str, window: int) -> Callable[[], Any]:
    """Give pandas' call on the tidy rows, sorted already."""
    values = months(kind)
    series = np.arange(len(values))
    names = {"area": [f"ward {s // 10:05d}" for s in series], "measure": [f"type {s % 10}" for s in series]}
    rows = pd.DataFrame(
        {key: pd.Series(np.repeat(texts, N_PERIODS), dtype="str") for key, texts in names.items()}
    )
    rows["value"] = values.ravel()

    def call() -> Any:
        rolled = getattr(rows.groupby(["area", "measure"])["value"].rolling(window), VERBS[name][2])()
        return rolled.to_numpy().reshape(values.shape)

    return call


def best(calls: Pair | tuple[Callable[[], Any]], rounds: int, in_turn: int) -> list[float]:
    """Take turns, and give the shortest time of each."""
    times = [[] for _ in calls]
    for _ in range(rounds):
        for call, taken in zip(calls, times, strict=True):
            for _ in range(in_turn):
                began = time.perf_counter()
                call()
                taken.append(time.perf_counter() - began)
    return [min(taken) for taken in times]


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    """Peers run on one thread, so we do."""
    spc.set_threads(1)
    yield
    spc.set_threads(None)


@pytest.mark.parametrize("way", ["spc", "bottleneck"])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", VERBS)
def test_windows(benchmark: Any, name: str, kind: str, window: int, way: str) -> None:
    benchmark.group = f"windows: {name} {window}, {kind}"
    ours, theirs = pair(name, kind, window)
    np.testing.assert_allclose(ours(), theirs(), rtol=1e-9, atol=1e-9)
    benchmark.pedantic(ours if way == "spc" else theirs, rounds=ROUNDS * IN_TURN, warmup_rounds=1)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("name", VERBS)
def test_windows_pandas(benchmark: Any, name: str, window: int) -> None:
    benchmark.group = f"windows: {name} {window}, decimal"
    ours, _ = pair(name, "decimal", window)
    peer = groupby_rolling(name, "decimal", window)
    np.testing.assert_allclose(ours(), peer(), rtol=1e-9, atol=1e-6)
    benchmark.pedantic(peer, rounds=3, warmup_rounds=0)


def print_ratios() -> None:
    """Print million cells a second, and how many times the peers that is."""
    spc.set_threads(1)
    cells, rows = N_SERIES * N_PERIODS / 1e6, []
    for name, (_, _, _, wanted) in VERBS.items():
        for kind in KINDS:
            for window in WINDOWS:
                calls = pair(name, kind, window)
                calls[0]()
                ours, theirs = best(calls, ROUNDS, IN_TURN)
                (pandas,) = best((groupby_rolling(name, kind, window),), 2, 1)
                speeds = (f"{cells / ours:.0f}", f"{cells / theirs:.0f}", f"{theirs / ours:.2f}")
                others = (f"{cells / pandas:.2f}", f"{pandas / ours:.0f}")
                rows.append((f"{name} {window}, {kind}", *speeds, f"{wanted[kind] or '-'}", *others))
                print(rows[-1][0], "done", file=sys.stderr, flush=True)
    heads = ("window, numbers", "spc", "bottleneck", "times", "wanted", "pandas", "times")
    print(f"{circumstances('bottleneck')}\n\n{markdown(heads, rows)}\n")
    aim = f"{PANDAS_TIMES:.0f} times the speed of pandas was wanted of all but sd"
    print(f"Million cells a second, the best of {ROUNDS} turns of {IN_TURN} calls; {aim}.")


if __name__ == "__main__":
    print_ratios()
