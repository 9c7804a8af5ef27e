"""predict(): one method over many histories, with what stands in where a history is too short for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from spc.forecast.history import Answer, History, Rows
from spc.forecast.methods import METHODS, Method
from spc.forecast.rare import is_rare
from spc.panel import Floats
from spc.results.forecasts import Spread
from spc.results.limits import Codes
from spc.results.statuses import NO_DATA, OK, SHORT_HISTORY
from spc.results.summaries import Words

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
    waiting = history.n_observed > 0
    for asked, able in _asked(history, method):
        rows = np.flatnonzero(waiting & able)
        if len(rows):
            answer = asked.fit(history.some(rows))
            whole = np.isfinite(answer.mean).all(axis=1)
            done = rows[whole]
            mean[done], fitted[done] = answer.mean[whole], answer.fitted[whole]
            for name, cells in answer.spread.items():
                spread[name][done] = cells[whole]
            chosen = asked is method or asked.name == method.rare
            used[done], status[done] = asked.name, OK if chosen else SHORT_HISTORY
            waiting[done] = False
    low, high = bounds[:, :1], bounds[:, 1:]
    mean = np.fmin(np.fmax(mean, low), high) + 0.0 * mean
    return Predicted(mean, fitted, Spread(**spread, bounds=bounds), used, status)


def _asked(history: History, method: Method) -> Iterator[tuple[Method, Rows]]:
    """Yield the methods that are asked, one after the other, each with the series that it can forecast."""
    if method.rare:
        yield METHODS[method.rare], is_rare(history) & fits(history, METHODS[method.rare])
    asked: Method | None = method
    while asked is not None:
        yield asked, fits(history, asked)
        asked = METHODS[asked.stands_in] if asked.stands_in else None


def fits(history: History, method: Method) -> Rows:
    """Tell which series have what the method needs (n,)."""
    able = (history.n_observed >= method.least) & (history.n_calendar >= method.span)
    if method.needs == "positive":
        able &= ~(history.values <= 0.0).any(axis=1)
    elif method.needs == "counts":
        able &= history.counts
    return able

