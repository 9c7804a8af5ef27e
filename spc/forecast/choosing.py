"""best(): for each series the method that missed it least in the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from spc.array_types import Floats, Ints, Words
from spc.checks import choice, confidence, parcel, whole
from spc.forecast.asking import MOST_AHEAD, Bounds, forecast_at, options_of
from spc.forecast.backtesting import as_methods, origins_of, tried
from spc.forecast.by_days import as_days
from spc.forecast.judging import mean_of
from spc.forecast.methods import METHODS
from spc.panel import Panel
from spc.results.backtests import Backtest, Best
from spc.results.forecasts import Forecast, Spread

__all__ = ["best"]

#: Errors that differ by less, as a share of the size of the months, are a tie.
TIE = 1e-9
#: Origins that a choice needs, where there are as many.
ENOUGH = 3


def best(
    panel: Panel,
    *,
    methods: str | Sequence[str] = ("seasonal_naive", "theta", "auto"),
    horizon: int = 12,
    origins: int | Sequence[Any] = 3,
    step: int = 1,
    least: int | None = None,
    default: str = "auto",
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
) -> Best:
    """Forecast each series by the method with the least mean absolute error at rolling origins.

    Parameters
    ----------
    panel : Panel
    methods : str or sequence of str
        The rows of `spc.forecast.METHODS` to choose among, simplest first: a tie goes to the first.
    horizon, origins, step
        As for `backtest`, which also says how the methods are tried; the forecast itself looks `horizon`
        months ahead.
    least : int, optional
        Origins at which all the methods must have been comparable; by default 3, or all where fewer are asked
        for.
    default : str
        The method of a series with fewer.
    level, as_at, bounds, days
        As for `auto`.

    Returns
    -------
    Best
        A `Forecast`; with `chosen`, `error` behind the choice, `n_origins` and `backtest`.

    Raises
    ------
    ChoiceError
        As `backtest`; but a panel without room for an origin has the default throughout.

    Notes
    -----
    What is least on the past of one series is often luck: with three origins one month apart their months
    overlap. Trust it where methods are apart by much, and compare `spc.forecast.auto`, which averages in
    place of choosing.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[8, 11, 9, 14, 7, 9] * 6, range(36)], start="2021-08")
    >>> found = spc.forecast.best(panel, methods=["naive", "drift"], default="naive", horizon=3)
    >>> print(found.used, found.error.round(2).tolist())
    ['naive' 'drift'] [[2.89, 2.92], [2.0, 0.0]]
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    names, spare = as_methods(methods), choice("default", default, METHODS)
    months, share = whole("horizon", horizon, 1, MOST_AHEAD), confidence(level)
    ends, kind = panel.positions(as_at), as_days(panel, days)
    at = origins_of(panel, ends, origins, months, whole("step", step, 1, MOST_AHEAD))
    needed = min(ENOUGH, len(at)) if least is None else whole("least", least, 1, len(at))
    past = tried(panel, names, ends, at, months, share, bounds, kind)
    error, n_origins, size = _errors(past)
    chosen = np.where(n_origins >= needed, _first_least(error, size, names), spare).astype(object)
    found = _by_method(panel, chosen, ends, months, share, bounds, kind)
    whole_forecast = {each.name: getattr(found, each.name) for each in fields(Forecast)}
    return Best(**whole_forecast, chosen=chosen, error=error, n_origins=n_origins, backtest=past)


def _errors(past: Backtest) -> tuple[Floats, Ints, Floats]:
    """Return mean absolute errors (n, n_methods), origins that count (n,), and the size of the months (n,).

    A month counts for all methods or for none.
    """
    n_methods, n_origins, n_series, horizon = past.mean.shape
    with np.errstate(over="ignore", invalid="ignore"):
        missed = np.abs(past.actual - past.mean)
        missed = np.where(np.isnan(missed).any(axis=0), np.nan, missed)
    rows = missed.transpose(2, 0, 1, 3).reshape(n_series * n_methods, n_origins * horizon)
    sizes = np.abs(past.actual).transpose(1, 0, 2).reshape(n_series, n_origins * horizon)
    counted = ~np.isnan(missed[0]).all(axis=2)
    return (
        mean_of(rows).reshape(n_series, n_methods),
        np.count_nonzero(counted, axis=0).astype(np.int64),
        mean_of(sizes),
    )


def _first_least(error: Floats, size: Floats, names: Sequence[str]) -> Words:
    """Return the first method whose error is the least, but for rounding."""
    known = np.where(np.isnan(error), np.inf, error)
    line = known.min(axis=1) + TIE * np.nan_to_num(size)
    return np.array(names, dtype=object)[np.argmax(known <= line[:, None], axis=1)]


def _by_method(
    panel: Panel,
    chosen: Words,
    ends: Ints,
    horizon: int,
    level: float,
    bounds: Bounds,
    days: str | None,
) -> Forecast:
    """Forecast each series by its own method, and put them together in the panel's order."""
    parts, places = [], []
    for name in dict.fromkeys(chosen.tolist()) or ["naive"]:
        rows = np.flatnonzero(chosen == name)
        own = bounds
        if bounds is not None and not isinstance(bounds, tuple) and np.ndim(bounds) == 2:
            own = np.asarray(bounds)[rows]
        method = METHODS[name]
        options = options_of(method, {})
        one = forecast_at(panel.select(rows), method, ends[rows], horizon, level, own, options, days)
        parts.append(one)
        places.append(rows)
    order = np.argsort(np.concatenate(places), kind="stable")

    def joined(owners: Sequence[Any], names: Sequence[str]) -> dict[str, Any]:
        return {name: np.concatenate([getattr(one, name) for one in owners])[order] for name in names}

    spread = joined([one.spread for one in parts], [each.name for each in fields(Spread)])
    named = ["mean", "lower", "upper", "fitted", "used", "status", "days"]
    return replace(
        parts[0],
        panel=panel,
        method="best",
        **joined(parts, named),
        ends=ends,
        spread=Spread(**spread),
    )
