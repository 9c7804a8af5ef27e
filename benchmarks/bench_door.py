"""The door: 2.4 million long rows (20,000 series x 120 months) to a matrix, beside a hand-written scatter.

The pair runs in one process, alternating; the ratio of medians is what counts: at most 1.5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spc

N_SERIES, N_PERIODS = 20_000, 120


def rows(form: str) -> pd.DataFrame:
    """Shuffled rows; months as periods, text or dates, names as text or categories."""
    rng = np.random.default_rng(1)
    order = rng.permutation(N_SERIES * N_PERIODS)
    series = np.repeat(np.arange(N_SERIES), N_PERIODS)[order]
    month = np.tile(np.arange(N_PERIODS), N_SERIES)[order]
    names = np.array([f"ward {s:05d} / burglary" for s in range(N_SERIES)], dtype=object)
    months = pd.period_range("2015-01", periods=N_PERIODS, freq="M")
    columns: dict[str, tuple[Any, Any]] = {
        "text, period": (pd.Series(names[series], dtype="str"), months[month]),
        "text, text": (
            pd.Series(names[series], dtype="str"),
            pd.Series(months.astype(str)[month], dtype="str"),
        ),
        "category, date": (pd.Categorical(names[series]), months.to_timestamp()[month]),
    }
    name, when = columns[form]
    values = rng.poisson(50.0, len(order)).astype(float)
    return pd.DataFrame({"measure": name, "month": when, "value": values})


def by_hand(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Factorise and scatter, as one writes it for one known frame: nothing is checked."""
    codes, _ = pd.factorize(frame["measure"])
    months = frame["month"]
    if isinstance(months.dtype, pd.PeriodDtype):
        when = months.array.asi8
    elif months.dtype.kind == "M":
        when = months.to_numpy().astype("datetime64[M]").astype(np.int64)
    else:
        place, texts = pd.factorize(months)
        when = np.array([int(text[:4]) * 12 + int(text[5:]) - 1 for text in texts])[place]
    first = when.min()
    cells = np.full((codes.max() + 1, when.max() - first + 1), np.nan)
    cells[codes, when - first] = frame["value"].to_numpy()
    return cells


def ours(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    """The same through the door, which refuses duplicates, infinities and unreadable months."""
    return spc.Panel.from_frame(frame).values


@pytest.mark.parametrize("way", [by_hand, ours], ids=["by hand", "spc"])
@pytest.mark.parametrize("form", ["text, period", "text, text", "category, date"])
@pytest.mark.benchmark(group="door")
def test_long_rows(benchmark: Any, form: str, way: Callable[[pd.DataFrame], Any]) -> None:
    benchmark.group = f"door: {form}"
    frame = rows(form)
    np.testing.assert_array_equal(ours(frame), by_hand(frame))
    benchmark.pedantic(way, args=(frame,), rounds=9, warmup_rounds=1)
