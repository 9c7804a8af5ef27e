"""predict(): one method over many histories, with what stands in where a history is too short for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spc.array_types import Codes, Flags, Floats, Ints, Words
from spc.forecast.history import YEAR, Answer, History
from spc.forecast.methods import METHODS, Method
from spc.forecast.rare import is_rare
from spc.results.forecasts import Spread
from spc.results.statuses import NO_DATA, OK, SHORT_HISTORY

__all__ = ["Predicted", "predict"]


@dataclass(frozen=True, eq=False)
class Predicted:
    """Forecasts of histories: as in `Forecast`, but on the histories' own columns."""

    mean: Floats
    fitted: Floats
    spread: Spread
    used: Words
    status: Codes


def predict(history: History, method: Method, bounds: Floats) -> Predicted:
    """Forecast every history by `method`, or by what stands in for it; nothing raises for one series.

    Parameters
    ----------
    history : History
    method : Method
    bounds : (n, 2) float64
        Where values can never be; NaN where there is no bound. Forecasts and limits stay inside.
    """
    n, width = history.values.shape
    mean = np.full((n, history.horizon), np.nan)
    fitted, status = np.full((n, width), np.nan), np.full(n, NO_DATA, np.int8)
    spread = Answer(mean, fitted, mean, np.zeros(n)).spread
    spread = {name: np.array(cells) for name, cells in spread.items()}
    used = np.full(n, "", dtype=object)
    for among, late, part in _ended(history):
        waiting = np.ones(len(among), bool)
        for asked, able in _asked(part, method):
            rows = np.flatnonzero(waiting & able)
            if len(rows):
                answer = asked.fit(part.some(rows))
                whole = np.isfinite(answer.mean).all(axis=1)
                done, waits = among[rows[whole]], late[rows[whole]]
                mean[done] = _from(answer.mean[whole], waits, history.horizon)
                fitted[done] = _moved_on(answer.fitted[whole], answer.mean[whole], waits)
                for name, cells in answer.spread.items():
                    spread[name][done] = _from(cells[whole], waits, history.horizon)
                chosen = asked is method or asked.name == method.rare
                used[done], status[done] = asked.name, OK if chosen else SHORT_HISTORY
                waiting[rows[whole]] = False
    low, high = bounds[:, :1], bounds[:, 1:]
    mean = np.fmin(np.fmax(mean, low), high) + 0.0 * mean
    return Predicted(mean, fitted, Spread(**spread, bounds=bounds), used, status)


def _ended(history: History) -> Iterator[tuple[Ints, Ints, History]]:
    """Yield the rows that end with an observed month, then those that end later, cut to their last one.

    With the rows come how many months each is late, for which it is forecast further ahead: the months that
    are missing at the end are as unknown as those to come.
    """
    seen = ~np.isnan(history.values)
    late = np.where(seen.any(axis=1), seen[:, ::-1].argmax(axis=1), -1)
    width = history.values.shape[1]
    for rows in (np.flatnonzero(late == 0), np.flatnonzero(late > 0)):
        if len(rows):
            waits = late[rows]
            columns = np.arange(width) - waits[:, None]
            values = np.take_along_axis(history.values[rows], np.maximum(columns, 0), axis=1)
            january = history.january[rows]
            part = replace(
                history.some(rows),
                values=np.where(columns >= 0, values, np.nan),
                january=np.where(january < 0, january, (january - waits) % YEAR),
                horizon=history.horizon + int(waits.max()),
            )
            yield rows, waits, part


def _from(cells: Any, late: Ints, horizon: int) -> Any:
    """Return the months ahead of the end (n, horizon) from those ahead of the last observed month."""
    if cells.ndim == 1:
        return cells
    return np.take_along_axis(cells, late[:, None] + np.arange(horizon), axis=1)


def _moved_on(fitted: Floats, mean: Floats, late: Ints) -> Floats:
    """Return one-step expectations (n, n_periods) up to the end; of missing last months what was forecast."""
    whole = np.concatenate([fitted, mean], axis=1)
    return np.take_along_axis(whole, np.arange(fitted.shape[1]) + late[:, None], axis=1)


def _asked(history: History, method: Method) -> Iterator[tuple[Method, Flags]]:
    """Yield the methods that are asked, one after the other, each with the series that it can forecast."""
    if method.rare:
        yield METHODS[method.rare], is_rare(history) & fits(history, METHODS[method.rare])
    asked: Method | None = method
    while asked is not None:
        yield asked, fits(history, asked)
        asked = METHODS[asked.stands_in] if asked.stands_in else None


def fits(history: History, method: Method) -> Flags:
    """Tell which series have what the method needs (n,)."""
    able = (history.n_observed >= method.least) & (history.n_calendar >= method.span)
    if method.needs == "positive":
        able &= ~(history.values <= 0.0).any(axis=1)
    elif method.needs == "counts":
        able &= history.counts
    return able
