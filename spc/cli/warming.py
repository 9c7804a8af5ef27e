"""Warming up: every kernel compiled, or loaded from the cache, before the first run that counts."""

from __future__ import annotations

import pkgutil
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module

import numpy as np

import spc.kernels as kernels
from spc import forecast, frames, rolling
from spc.charts import CHARTS, limits
from spc.cli.commands import Outcome, Say
from spc.cli.settings import Settings
from spc.comparators import funnel, rank
from spc.detection import exceptions
from spc.hierarchy import roll_up
from spc.kernels._compile import KERNELS
from spc.multivariate import together
from spc.panel import Panel
from spc.phasing import phases
from spc.recording import records
from spc.results import Limits
from spc.rules import RULES
from spc.samples import load
from spc.scoring import scorecard

__all__ = ["warm_calls", "warm_up"]

#: Forecasts by another package, which have no kernels of ours but take seconds.
GUESTS = ("stl", "arima")


def warm_calls() -> list[Callable[[], object]]:
    """Return calls that between them run every kernel once."""
    sample = load("wiltshire_2024")
    panel: Panel = sample.panel
    calls: list[Callable[[], object]] = [partial(scorecard, panel, measures=sample.measures)]
    calls += [partial(_flags, partial(limits, panel, chart=chart, baseline=24), "opcc") for chart in CHARTS]
    plain = partial(limits, panel, baseline=24)
    calls += [partial(_flags, plain, rules) for rules in RULES]
    calls.append(partial(limits, panel, sigma="median_range", autocorrelation="widen"))
    calls.append(partial(phases, panel))
    calls.append(partial(roll_up, Panel.from_numpy([[1.0, 2.0]], start=None), by=[]))
    calls.append(lambda: records(panel, exceptions=exceptions(limits(panel))))
    event = frames.tidy_series({"measure": np.array(["one"], object)}, {"date": ["2024-07"], "value": [1.0]})
    calls += [partial(Panel.from_events, event, value="value", statistic=s) for s in ("total", "median")]
    several = Panel.from_numpy([[[1.0, 2.0]] * 24], start=None)
    calls += [partial(limits, several, chart="xbar_s"), partial(together, several, by="series")]
    calls += [partial(rolling.total, panel), partial(rolling.mean, panel)]
    calls.append(partial(rolling.ratio, panel.select(panel.is_ratio)))
    units = Panel.from_numpy([[3.0], [5.0], [9.0], [4.0], [2.0]], start="2024-07", of=[[50.0]] * 5)
    calls += [partial(funnel, units, window=1, overdispersion="additive"), partial(rank, units, window=1)]
    calls += [partial(verb, panel, window=3) for verb in (rolling.sd, rolling.min, rolling.median)]
    calls.append(partial(rolling.quantile, panel, q=0.9))
    rare = Panel.from_numpy(
        [[20.0, 31.0, 24.0, 22.0] * 9, [0.0, 0.0, 2.0, 0.0, 1.0, 0.0] * 6], start="2021-08"
    )
    calls += [
        partial(getattr(forecast, name), rare, horizon=2) for name in forecast.METHODS if name not in GUESTS
    ]
    return calls


def _flags(found: Callable[[], Limits], rules: str) -> object:
    return exceptions(found(), rules=rules)


def warm_up(settings: Settings, say: Say) -> Outcome:
    """Compile every kernel: `spc warm`."""
    began = time.monotonic()
    for module in pkgutil.walk_packages(kernels.__path__, f"{kernels.__name__}."):
        import_module(module.name)
    say("compiling")
    for call in warm_calls():
        call()
    cold = [made.python.__name__ for made in KERNELS if not made.ready]
    if cold:
        raise RuntimeError(f"No call of `warm_calls` reaches the kernel {cold[0]}.")
    took = time.monotonic() - began
    return Outcome(0, (f"{len(KERNELS)} kernels are ready, in {took:.1f} s.",))
