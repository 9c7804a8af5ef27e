"""Read, forecast, write: `spc forecast`."""

from __future__ import annotations

from typing import Any

import numpy as np

from spc import forecast
from spc.checks import choice
from spc.cli.commands import (
    Outcome,
    Say,
    check_ending,
    fingerprints,
    manifest_of,
    outcome_of,
    read_panel,
    sources_of,
    stamps_of,
    table_writer,
)
from spc.cli.settings import Settings
from spc.inert import visible
from spc.panel import Panel
from spc.printed import text_table
from spc.results.forecasts import Forecast
from spc.results.statuses import OK, STATUSES
from spc.tables import TABLE_ENDINGS
from spc.writing import Delivery

__all__ = ["make_forecast"]

#: Option to the argument of a forecasting verb.
ASKED = {"horizon": "horizon", "level": "level", "as-at": "as_at", "bounds": "bounds", "days": "days"}


def make_forecast(settings: Settings, say: Say) -> Outcome:
    """Read, forecast, write: `spc forecast`."""
    outputs = settings["out"]
    for path in outputs:
        check_ending("--out", path, TABLE_ENDINGS)
    method = choice("method", settings["method"] or "auto", forecast.METHODS)
    sources = sources_of(settings)
    with Delivery(outputs, inputs=sources, manifest=True) as delivery:
        stamps = stamps_of(sources)
        panel = read_panel(settings, say)
        say("forecasting")
        asked: dict[str, Any] = {ASKED[name]: settings[name] for name in ASKED if settings[name] is not None}
        found: Forecast = getattr(forecast, method)(panel, **asked)
        columns = _columns(found)
        for path in outputs:
            say(f"writing {path.name}")
            delivery.stage(path, table_writer(path, iter([columns])))
        hashes = fingerprints(sources, stamps)
        if outputs:
            delivery.publish(manifest_of(settings, hashes, panel) | _about(found, columns))
    page = [f"{path}: {_summary(found, panel)}" for path in outputs]
    return outcome_of(settings, panel, page or ["\n".join(map(visible, text_table(columns).split("\n")))])


def _columns(found: Forecast) -> dict[str, np.ndarray[Any, Any]]:
    """Return the tidy rows as columns, months as 2024-07."""
    rows = found.to_frame()
    columns = {name: rows[name].to_numpy() for name in rows}
    return columns | {"month": rows["month"].astype(str).to_numpy(dtype=object)}


def _about(found: Forecast, columns: dict[str, Any]) -> dict[str, Any]:
    asked = {"method": found.method, "horizon": found.horizon, "level": found.level}
    return asked | {"rows": len(columns["month"]), "columns": list(columns)}


def _summary(found: Forecast, panel: Panel) -> str:
    """Say what was forecast, and how many series by less than was asked for."""
    others = [int(code) for code in np.unique(found.status) if code != OK]
    told = [f"{int(np.count_nonzero(found.status == code)):,} {STATUSES[code]}" for code in others]
    without = int(np.count_nonzero(found.days == ""))
    if 0 < without < panel.n_series:
        told.append(f"{without:,} as they are, without days")
    return ", ".join([f"{panel.n_series:,} series, {found.horizon} months ahead by {found.method}", *told])
