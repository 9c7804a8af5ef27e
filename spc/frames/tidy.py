"""Out of the door: series and months as tidy rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from spc.array_types import Array
from spc.frames.months import months_out

__all__ = ["tidy_months", "tidy_series"]


def tidy_months(
    keys: Mapping[str, Array], start: int | None, echo: str, fields: Mapping[str, Array]
) -> pd.DataFrame:
    """Return one row per series and month: the keys, the month, the fields (each n_series x n_periods)."""
    n_series, n_periods = next(iter(fields.values())).shape
    columns: dict[str, Any] = {
        name: pd.Series(labels, dtype="str").repeat(n_periods).array
        for name, labels in _apart(keys, {"month", *fields}).items()
    }
    columns["month"] = months_out(start, echo, n_periods).take(np.tile(np.arange(n_periods), n_series))
    return pd.DataFrame(columns | {name: cells.reshape(-1) for name, cells in fields.items()})


def tidy_series(keys: Mapping[str, Array], fields: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per series: the keys, then the fields (each n_series long)."""
    named = _apart(keys, set(fields))
    columns: dict[str, Any] = {name: pd.Series(labels, dtype="str") for name, labels in named.items()}
    return pd.DataFrame(columns | dict(fields))


def _apart(keys: Mapping[str, Array], taken: Collection[str]) -> dict[str, Array]:
    """Return the keys under names that no field has: a key "status" is called "status_key"."""
    named: dict[str, Array] = {}
    for name, labels in keys.items():
        while name in taken or name in named:
            name += "_key"
        named[name] = labels
    return named
