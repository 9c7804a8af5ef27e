"""What every forecasting verb asks, checked; the way from a panel to histories, and from answers back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Ints
from spc.arrays import bounds_table
from spc.checks import ChoiceError, confidence, parcel, whole
from spc.forecast.by_days import as_days, predict_by_days
from spc.forecast.history import YEAR, History
from spc.forecast.methods import METHODS, Method
from spc.forecast.predicting import Predicted, predict
from spc.panel import Panel
from spc.results.forecasts import Forecast
from spc.results.statuses import REFUSED

__all__ = ["MOST_AHEAD", "Bounds", "forecast", "forecast_at", "history_of", "options_of"]

#: The furthest month ahead: ten years.
MOST_AHEAD = 120
#: Whole numbers above are no counts: one more or less says nothing, and limits far above them are not whole.
LARGEST = 1e9

Bounds = tuple[float | None, float | None] | Sequence[Sequence[float]] | Floats | None
Options = Mapping[str, float | str]


def forecast(
    panel: Panel,
    name: str,
    horizon: object,
    level: object,
    as_at: Any,
    bounds: Bounds,
    days: str | None,
    given: Options,
) -> Forecast:
    """Forecast every series of a panel by one row of `METHODS`; the verbs are this with a name.

    Parameters
    ----------
    panel : Panel
    name : str
        A key of `METHODS`.
    horizon, level, as_at, bounds, days
        As for `auto`.
    given : mapping
        Options of the method.

    Raises
    ------
    ChoiceError
        What is no panel; a horizon, level, month, pair of bounds or option that cannot be.
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    method = METHODS[name]
    months, share = whole("horizon", horizon, 1, MOST_AHEAD), confidence(level)
    options, ends = options_of(method, given), panel.positions(as_at)
    return forecast_at(panel, method, ends, months, share, bounds, options, as_days(panel, days))


def forecast_at(
    panel: Panel,
    method: Method,
    ends: Ints,
    horizon: int,
    level: float,
    bounds: Bounds,
    options: Options,
    days: str | None = None,
) -> Forecast:
    """Forecast from months up to `ends` (n_series,) alone; -1 for a series that has not begun."""
    history = history_of(panel, ends, horizon, options)
    where = bounds_of(bounds, history.values)
    if days is None:
        found, by_days = predict(history, method, where), np.zeros(panel.n_series, np.bool_)
    else:
        found, by_days = predict_by_days(panel, history, ends, method, where, days)
    lower, upper = found.spread.limits(level)
    return Forecast(
        panel=panel,
        method=method.name,
        mean=_one_nan(found.mean),
        lower=_one_nan(lower),
        upper=_one_nan(upper),
        level=level,
        fitted=_on_the_calendar(found, ends, panel.n_periods),
        used=found.used,
        status=np.where(panel.refused, np.int8(REFUSED), found.status),
        ends=ends,
        spread=found.spread,
        days=np.where(by_days, str(days), "").astype(object),
        calibration=None,
    )


def history_of(panel: Panel, ends: Ints, horizon: int, options: Options) -> History:
    """Return the months up to each series' own end, which stands in the last column."""
    width = max(int(ends.max(initial=0)) + 1, 1)
    if panel.n_periods:
        values = panel.aligned_cells(panel.observed, ends, width)
    else:
        values = np.full((panel.n_series, width), np.nan)
    values = np.where(np.isfinite(values) & ~panel.refused[:, None], values, np.nan)
    january = np.full(panel.n_series, -1, np.int64)
    if panel.start is not None:
        january = (panel.start + ends - (width - 1)) % YEAR
    return History(values, january, horizon, counts_in(values, panel.is_ratio), options)


def counts_in(values: Floats, is_ratio: Flags) -> Flags:
    """Tell which series are whole numbers from 0 in every observed month, and no ratios (n,)."""
    seen = ~np.isnan(values)
    whole_numbers = (values >= 0.0) & (values <= LARGEST) & (np.floor(values) == values)
    return (whole_numbers | ~seen).all(axis=1) & seen.any(axis=1) & ~is_ratio


def _on_the_calendar(found: Predicted, ends: Ints, n_periods: int) -> Floats:
    """Put one-step expectations back from histories, which end together, to the panel's own columns."""
    width = found.fitted.shape[1]
    columns = np.arange(n_periods) - ends[:, None] + (width - 1)
    known = (columns >= 0) & (columns < width)
    taken = np.take_along_axis(found.fitted, np.clip(columns, 0, width - 1), axis=1)
    return np.where(known, _one_nan(taken), np.nan)


def _one_nan(cells: Floats) -> Floats:
    """Write every NaN with the same bits: arithmetic gives it a sign, which says nothing."""
    return np.where(np.isnan(cells), np.nan, cells)


def options_of(method: Method, given: Options) -> dict[str, float | str]:
    """Return all options of a method and of what may stand in for it, those given in place of defaults.

    Raises
    ------
    ChoiceError
        An option that the method does not have, a word that is none of its choices, a number out of range.
    """
    for name in given:
        if name not in method.options:
            told = f"has {', '.join(map(repr, method.options))}" if method.options else "has none of its own"
            raise ChoiceError(
                f"`{name}` is no argument of a forecast, nor an option of {method.name!r}, which {told}."
            )
    rows, row = [method], method
    while row.stands_in:
        row = METHODS[row.stands_in]
        rows.append(row)
    rows += [METHODS[row.rare] for row in rows if row.rare]
    found: dict[str, float | str] = {}
    for row in rows:
        found = {name: setting.default for name, setting in row.options.items()} | found
    return found | {name: method.options[name].check(name, number) for name, number in given.items()}


def bounds_of(given: Bounds, values: Floats) -> Floats:
    """Return where values can never be (n, 2): below the first, above the second; NaN for no bound.

    None is 0 and no upper bound where no observed value is negative, and no bound at all elsewhere.
    """
    n = len(values)
    if given is None:
        negative = (values < 0.0).any(axis=1)
        return np.stack([np.where(negative, np.nan, 0.0), np.full(n, np.nan)], axis=1)
    return bounds_table(given, n)
