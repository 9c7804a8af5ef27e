"""Forecasts as if all months had the same days: lengths divided out before a method, put back after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spc.array_types import Flags, Floats, Ints
from spc.checks import ChoiceError, choice
from spc.forecast.days import DAYS, days_of
from spc.forecast.history import History
from spc.forecast.methods import Method
from spc.forecast.predicting import Predicted, predict
from spc.panel import Panel

__all__ = ["as_days", "predict_by_days"]

#: Days of a month of mean length: 365.25 / 12, and about what 12 months of working days have. Months are
#: brought to it, and not to one day, so that rare counts keep their size, which their spread depends on.
#: Both are dyadic fractions: k a day comes back as k times the days of its month, exactly.
USUAL = {"month": 30.4375, "working": 21.0}


def as_days(panel: Panel, given: object) -> str | None:
    """Return the kind of days that was asked for, if any.

    Raises
    ------
    ChoiceError
        An unknown kind; a panel without a calendar, or of ratios alone.
    """
    if given is None:
        return None
    kind: str = choice("days", given, DAYS)
    if panel.start is None:
        raise ChoiceError(
            f"`days` = {kind!r} needs months, got a panel in plain order of observation: give it a `start`."
        )
    if panel.n_series and panel.is_ratio.all():
        raise ChoiceError(
            f"`days` = {kind!r} divides counts by their days, but every series is a ratio: leave it out."
        )
    return kind


def predict_by_days(
    panel: Panel, history: History, ends: Ints, method: Method, bounds: Floats, days: str
) -> tuple[Predicted, Flags]:
    """Forecast months of mean length, and give every month the length that it has.

    Parameters
    ----------
    panel : Panel
        Whose ratios have no days: they are forecast as they are.
    history : History
        The panel's months up to `ends` (n_series,).
    method : Method
    bounds : (n_series, 2) float64
        Where months, as long as they are, can never be.
    days : {"month", "working"}

    Returns
    -------
    Predicted
    by_days : (n_series,) bool
        Which series were no ratios.

    """
    assert panel.start is not None, "as_days() lets none pass"
    usual, by_days = USUAL[days], ~panel.is_ratio
    width = history.values.shape[1]
    # Columns before the panel's first month hold nothing, whatever their days.
    months = np.maximum(panel.start + ends[:, None] + np.arange(1 - width, history.horizon + 1), panel.start)
    known, ahead = np.split(np.where(by_days[:, None], days_of(months, days), usual), [width], axis=1)
    found = predict(
        replace(history, values=history.values / known * usual), method, np.full_like(bounds, np.nan)
    )
    low, high = bounds[:, :1], bounds[:, 1:]
    mean, fitted = found.mean / usual * ahead, found.fitted / usual * known
    mean = np.fmin(np.fmax(mean, low), high) + 0.0 * mean
    spread = replace(found.spread.multiplied(ahead / usual), bounds=bounds)
    return replace(found, mean=mean, fitted=fitted, spread=spread), by_days
