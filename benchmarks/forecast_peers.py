"""The peers of `auto`: models of statsforecast, one series after another; a file to keep what they say."""

from __future__ import annotations

import hashlib
import json
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.forecast_sets import Floats, Months

LEVEL = 95
#: The peers by statsforecast's names, and how many rounds are timed: the middle one counts.
PEERS = {"AutoETS": 1, "Theta": 3, "DynamicOptimizedTheta": 3, "SeasonalNaive": 3}


@dataclass(frozen=True, eq=False)
class Run:
    """What one method forecast for a set.

    `mean`, `lower`, `upper` (n, horizon); `seconds` of CPU for all series; `failed` series, for which
    SeasonalNaive stands; `kept` is the day on which it ran, "" for now.
    """

    mean: Floats
    lower: Floats
    upper: Floats
    seconds: float
    failed: int = 0
    kept: str = ""


def call_of(name: str) -> Callable[[Floats, int], tuple[Floats, Floats, Floats]]:
    """Return the forecast of one series by a peer: its mean and its limits."""
    from statsforecast import models

    def call(values: Floats, horizon: int) -> tuple[Floats, Floats, Floats]:
        made = getattr(models, name)(season_length=12).forecast(y=values, h=horizon, level=[LEVEL])
        return made["mean"], made[f"lo-{LEVEL}"], made[f"hi-{LEVEL}"]

    return call


def peer_run(name: str, months: Months) -> Run:
    """Forecast a set by a peer; a series on which it fails, or is not finite, is counted."""
    series = [values[~np.isnan(values)] for values in months.history]
    call, stand_in = call_of(name), call_of("SeasonalNaive")
    seconds = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        call(series[0], months.horizon)
        for _ in range(PEERS[name]):
            cells, failed = np.full((3, *months.future.shape), np.nan), 0
            began = time.process_time()
            for s, values in enumerate(series):
                with suppress(ArithmeticError, RuntimeError, TypeError, ValueError):
                    cells[:, s] = call(values, months.horizon)
                if not np.isfinite(cells[:, s]).all():
                    failed += 1
                    cells[:, s] = stand_in(values, months.horizon)
            seconds.append(time.process_time() - began)
    return Run(*cells, float(np.median(seconds)), failed)


class Kept:
    """Forecasts of peers in a file, each by its set, its peer and what they depend on; None keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.found: dict[str, Any] = {}
        if path is not None and path.exists():
            with np.load(path, allow_pickle=False) as file:
                self.found = {name: file[name] for name in file.files}

    def run(self, name: str, months: Months, fresh: Callable[[str, Months], Run] = peer_run) -> Run:
        """Give the forecast from the file if it is of these very months and this release, else make it."""
        key = f"{name} {mark_of(months)}"
        if key in self.found:
            note = json.loads(str(self.found[f"{key} note"]))
            return Run(*self.found[key], **note)
        made = fresh(name, months)
        if self.path is not None:
            note = {"seconds": made.seconds, "failed": made.failed, "kept": date.today().isoformat()}
            self.found[key] = np.stack([made.mean, made.lower, made.upper])
            self.found[f"{key} note"] = np.array(json.dumps(note))
            with self.path.open("wb") as file:
                np.savez_compressed(file, **self.found)
        return made


def mark_of(months: Months) -> str:
    """Return what tells these months and this release of the peers from others."""
    told = f"{metadata.version('statsforecast')} {LEVEL} {months.history.shape} {months.horizon}"
    return hashlib.sha256(told.encode() + months.history.tobytes()).hexdigest()[:16]
