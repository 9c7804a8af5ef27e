"""backtest(): what would have been forecast in the past, from what was known then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Ints
from spc.checks import ChoiceError, choice, confidence, parcel, whole
from spc.forecast.asking import MOST_AHEAD, Bounds, forecast_at, history_of, options_of
from spc.forecast.by_days import as_days
from spc.forecast.judging import cells_of, mean_of, owa, root_mean_square, seasonal_scale, step_scale
from spc.forecast.methods import METHODS
from spc.panel import Panel
from spc.results.backtests import COUNTED, MEASURES, Backtest
from spc.results.statuses import SHORT_HISTORY

__all__ = ["as_methods", "backtest", "came_after", "origins_of", "tried"]

#: What OWA compares with.
BENCHMARK = "naive2"
Cells = dict[str, Floats]


def backtest(
    panel: Panel,
    *,
    methods: str | Sequence[str] = ("auto", "theta", "seasonal_naive"),
    horizon: int = 12,
    origins: int | Sequence[Any] = 3,
    step: int = 1,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
) -> Backtest:
    """Forecast from months of the past, and compare with what came (rolling origin).

    Parameters
    ----------
    panel : Panel
    methods : str or sequence of str
        Rows of `spc.forecast.METHODS`.
    horizon : int
        Months ahead, 1 to 120.
    origins : int or sequence of months
        From how many months, the last of which lies `horizon` months before the as-at month; or from which.
        A series that has not begun at an origin is counted as unscored there.
    step : int
        Months from one origin to the next, 1 to 120.
    level, as_at, bounds, days
        As for `auto`; `as_at` is the last month that forecasts are compared with.

    Returns
    -------
    Backtest
        Figures by method, horizon and series; every month that was forecast.

    Raises
    ------
    ChoiceError
        A method that is none; origins before the first month of all series, or without a month after them.

    Notes
    -----
    Each forecast knows the months up to its origin and nothing else: not for its bounds, nor for the scale of
    its errors. Tashman (2000), International Journal of Forecasting 16, 437-450; the measures are those of
    the M4 and M5 competitions (`spc.forecast.mase` and its neighbours).

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[t + 9 * (t % 12 in (5, 6)) for t in range(60)]], start="2021-01")
    >>> past = spc.forecast.backtest(panel, methods=["naive", "seasonal_naive", "drift"])
    >>> past.to_frame()[["method", "mase", "owa", "coverage", "forecasts"]].round(2)
               method  mase   owa  coverage  forecasts
    0           naive  0.67  1.00     100.0          3
    1  seasonal_naive  1.00  1.56     100.0          3
    2           drift  0.12  0.18     100.0          3
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    names = as_methods(methods)
    months, share = whole("horizon", horizon, 1, MOST_AHEAD), confidence(level)
    ends, kind = panel.positions(as_at), as_days(panel, days)
    at = origins_of(panel, ends, origins, months, whole("step", step, 1, MOST_AHEAD))
    if panel.n_series and panel.n_periods and at.max(initial=-1) < 0:
        raise ChoiceError(
            f"`horizon` = {months} leaves no month to forecast from: {panel.n_periods:,} months are known, "
            f"and at least {months + 1} are needed."
        )
    return tried(panel, names, ends, at, months, share, bounds, kind)


def as_methods(given: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names of methods, each one once."""
    names = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    if not names:
        raise ChoiceError("`methods` must name at least one method, got none.")
    return tuple(dict.fromkeys(choice("methods", name, METHODS) for name in names))


def origins_of(panel: Panel, ends: Ints, given: Any, horizon: int, step: int) -> Ints:
    """Return the columns of the origins (n_origins, n_series), in order of time; -1 before the panel."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        number = whole("origins", given, 1, 1_000)
        back = horizon + step * np.arange(number - 1, -1, -1)
        return np.maximum(ends - back[:, None], -1)
    columns = sorted({panel.position(month, "origins") for month in given})
    if not columns:
        raise ChoiceError("`origins` must be a number, or months of the panel, got none.")
    if panel.n_series and columns[-1] >= ends.max():
        raise ChoiceError(
            f"`origins` must lie before the last month to compare with, got {panel.months[columns[-1]]}."
        )
    return np.minimum(np.array(columns, np.int64)[:, None], ends)


def tried(
    panel: Panel,
    names: tuple[str, ...],
    ends: Ints,
    origins: Ints,
    horizon: int,
    level: float,
    bounds: Bounds = None,
    days: str | None = None,
) -> Backtest:
    """Forecast from every origin (n_origins, n_series) by every method, and compare up to `ends`."""
    shape = (len(origins), panel.n_series, horizon)
    actual, scales = came_after(panel, ends, origins, horizon), _scales(panel, origins)
    found = {key: np.full((len(names), *shape), np.nan) for key in ("mean", "lower", "upper")}
    used = np.full((len(names), *shape[:2]), "", dtype=object)
    short = np.zeros((len(names), *shape[:2]), np.bool_)
    cells: dict[str, Cells] = {}
    for place, name in enumerate(dict.fromkeys((*names, BENCHMARK))):
        method = METHODS[name]
        options = options_of(method, {})
        asked = (horizon, level, bounds, options, days)
        made = [forecast_at(panel, method, at, *asked) for at in origins]
        three = [np.stack([getattr(one, key) for one in made]) for key in found]
        came, mean, lower, upper = (each.reshape(-1, horizon) for each in (actual, *three))
        cells[name] = cells_of(came, mean, lower, upper, level, scales)
        if name in names:
            used[place] = np.stack([one.used for one in made])
            short[place] = np.stack([one.status for one in made]) == SHORT_HISTORY
            for key, each in zip(found, three, strict=True):
                found[key][place] = each
    figures = _figures(names, cells, short, shape)
    return Backtest(panel, names, level, origins, actual, **found, used=used, figures=figures)


def came_after(panel: Panel, ends: Ints, origins: Ints, horizon: int) -> Floats:
    """Return what came after each origin, up to `ends` (n_origins, n_series, horizon)."""
    if not panel.n_periods:
        return np.full((*origins.shape, horizon), np.nan)
    observed = np.where(np.isfinite(panel.observed) & ~panel.refused[:, None], panel.observed, np.nan)
    columns = origins[:, :, None] + np.arange(1, horizon + 1)
    known = (columns <= ends[:, None]) & (origins[:, :, None] >= 0)
    return np.where(known, observed[np.arange(len(observed))[:, None], np.where(known, columns, 0)], np.nan)


def _scales(panel: Panel, origins: Ints) -> tuple[Floats, Floats]:
    """Return both scales of errors for each origin and series, one origin after the other."""
    pasts = [history_of(panel, at, 1, {}).values for at in origins]
    return (
        np.concatenate([seasonal_scale(past) for past in pasts]),
        np.concatenate([step_scale(past) for past in pasts]),
    )


def _figures(
    names: tuple[str, ...], cells: Mapping[str, Cells], short: Flags, shape: tuple[int, ...]
) -> dict[str, dict[str, Any]]:
    """Average by method, by horizon and by series, the methods one below the other."""
    each = [
        _of_method(cells[name], cells[BENCHMARK], short[place].reshape(-1), shape)
        for place, name in enumerate(names)
    ]
    return {
        by: {key: np.stack([one[by][key] for one in each]) for key in keys} for by, keys in each[0].items()
    }


def _of_method(
    mine: Cells, theirs: Cells, simpler: Flags, shape: tuple[int, ...]
) -> dict[str, dict[str, Any]]:
    n_origins, n_series, horizon = shape
    ours, benchmark = _pairs(mine), _pairs(theirs)
    told, monthly = _counts(ours, simpler), _counts(mine, simpler[:, None])
    by_method: dict[str, Any] = {key: mean_of(ours[key][None])[0] for key in ours}
    by_horizon: dict[str, Any] = {key: mean_of(mine[key].T) for key in ours}
    by_series: dict[str, Any] = {key: mean_of(ours[key].reshape(n_origins, n_series).T) for key in ours}
    by_method["owa"] = _owa(ours, benchmark)
    ahead = [[{key: cells[key][:, h] for key in ours} for cells in (mine, theirs)] for h in range(horizon)]
    by_horizon["owa"] = np.array([_owa(*pair) for pair in ahead])
    for key in COUNTED:
        by_method[key] = np.count_nonzero(told[key])
        by_horizon[key] = np.count_nonzero(monthly[key], axis=0)
        by_series[key] = np.count_nonzero(told[key].reshape(n_origins, n_series), axis=0)
    order = [*MEASURES, *COUNTED]
    views = {"method": by_method, "horizon": by_horizon, "series": by_series}
    return {by: {key: view[key] for key in order if key in view} for by, view in views.items()}


def _owa(ours: Cells, theirs: Cells) -> float:
    return owa(ours["smape"], ours["mase"], theirs["smape"], theirs["mase"])


def _pairs(cells: Cells) -> Cells:
    """Return each measure of each origin and series (n_origins * n_series,)."""
    return {key: (root_mean_square if key == "rmsse" else mean_of)(each) for key, each in cells.items()}


def _counts(cells: Cells, simpler: Flags) -> dict[str, Flags]:
    """Tell which forecasts could be compared, and what those lack that could."""
    compared = ~np.isnan(cells["smape"])
    return {
        "forecasts": compared,
        "unscored": ~compared,
        "unscaled": compared & np.isnan(cells["mase"]),
        "no_limits": compared & np.isnan(cells["coverage"]),
        "simpler": compared & simpler,
    }
