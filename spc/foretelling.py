"""The month reported on against its forecast: what was expected of it, and how far from that it fell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from spc.array_types import Floats, Ints, Words
from spc.checks import ChoiceError, choice, parcel
from spc.measures import Assignment
from spc.panel import Panel
from spc.wording import difference_text, value_text

if TYPE_CHECKING:
    from spc.results.forecasts import Forecast

__all__ = ["FORETOLD", "Foretold", "expected_at", "foretold"]

#: A row of `spc.forecast.METHODS`, or a forecast made elsewhere.
Foretold: TypeAlias = "str | Forecast"
#: The columns of a scorecard that was made with a forecast.
FORETOLD = ("forecast", "difference")


def expected_at(panel: Panel, measures: Assignment, forecast: Foretold, ends: Ints) -> Floats:
    """Return what was expected of each series' as-at month (n_series,), in the unit of the page.

    Parameters
    ----------
    panel : Panel
    measures : Assignment
        The measure of each series; those without monthly values have no forecast.
    forecast : str or Forecast
        A row of `METHODS`, which then forecasts from the months before the as-at month; or a forecast made
        elsewhere. Series that it does not have, and months that it does not reach or already knew, are NaN.
    ends : (n_series,) int64
        The columns of the as-at months; -1 for none.

    Raises
    ------
    ChoiceError
        An unknown method; a forecast of other keys or another calendar, or of none of these months.
    """
    scale = np.where(panel.is_ratio, measures.each(lambda measure: measure.shown.per, float), 1.0)
    monthly = measures.each(lambda measure: measure.how.monthly, bool)
    return np.where(monthly, _plotted(panel, forecast, ends) * scale, np.nan)


def _plotted(panel: Panel, forecast: Foretold, ends: Ints) -> Floats:
    """Return the same in the unit of the plotted value."""
    # Forecasting brings scipy.special, which costs 0.1 s: scorecards without a forecast do not pay for it.
    from spc.forecast.asking import forecast_at, options_of
    from spc.forecast.methods import METHODS
    from spc.results.forecasts import Forecast

    if not isinstance(forecast, str):
        parcel("forecast", forecast, Forecast, "spc.forecast.auto(panel)")
        return _made_elsewhere(panel, forecast, ends)
    method = METHODS[choice("forecast", forecast, METHODS)]
    before = np.maximum(ends - 1, -1)
    return forecast_at(panel, method, before, 1, 95.0, None, options_of(method, {})).mean[:, 0]


def _made_elsewhere(panel: Panel, made: Forecast, ends: Ints) -> Floats:
    theirs = made.panel
    if set(theirs.keys) != set(panel.keys) or (theirs.start is None) != (panel.start is None):
        raise ChoiceError(
            "`forecast` must be of series with the same keys on the same kind of months: it has "
            f"{_kind(theirs)}, the panel {_kind(panel)}."
        )
    place = {name: s for s, name in enumerate(_names(theirs, panel.keys))}
    row = np.array([place.get(name, -1) for name in _names(panel, panel.keys)], np.int64)
    shift = (panel.start or 0) - (theirs.start or 0)
    step = ends + shift - np.append(made.ends, 0)[row]
    told = (row >= 0) & (ends >= 0) & (step >= 1) & (step <= made.horizon)
    told &= np.append(theirs.is_ratio, False)[row] == panel.is_ratio
    if len(told) and not told.any():
        raise ChoiceError(
            "`forecast` says nothing of the month reported on: make it of the same series, with an earlier "
            f"month as its `as_at`, and let its horizon, which is {made.horizon}, reach the month."
        )
    return np.where(told, made.mean[np.maximum(row, 0), np.where(told, step - 1, 0)], np.nan)


def _names(panel: Panel, keys: Iterable[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(panel.keys[key].tolist() for key in keys), strict=True))


def _kind(panel: Panel) -> str:
    return f"{', '.join(map(repr, panel.keys))}, {'months' if panel.start is not None else 'no months'}"


def foretold(month: Floats, expected: Floats | None, measures: Assignment) -> dict[str, Words]:
    """Return the columns `FORETOLD` in words: the forecast as printed, and "44 above the forecast".

    Parameters
    ----------
    month, expected : (n_series,) float64
        What was reported and what was expected, in the unit of the page; no columns where that is None.
    measures : Assignment
    """
    if expected is None:
        return {}
    cells = list(zip(month.tolist(), expected.tolist(), (m.shown for m in measures), strict=True))
    texts = [value_text(told, unit) for _, told, unit in cells], [difference_text(*cell) for cell in cells]
    return {name: np.array(words, dtype=object) for name, words in zip(FORETOLD, texts, strict=True)}
