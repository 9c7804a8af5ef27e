"""Months of equal length: values per day or per working day before a forecast, and months again after it."""

from __future__ import annotations

from typing import Any

import numpy as np

from spc.baselines import Ints
from spc.calendars import per_day, per_working_day
from spc.checks import ChoiceError, choice
from spc.panel import Floats, Panel

__all__ = ["DAYS", "adjusted", "days_of", "restored"]

#: Which days of a month are counted: all of them; Monday to Friday without the bank holidays of England.
DAYS = {"month": per_day, "working": per_working_day}


def days_of(months: Any, kind: str) -> Floats:
    """Count the days of calendar months.

    Parameters
    ----------
    months : array of int
        Months counted from year 0: 12 times the year, plus 0 for January; of years that a panel may have.
    kind : {"month", "working"}
        All days; working days in England (`spc.per_working_day`).

    Returns
    -------
    float64 of the same shape

    Raises
    ------
    ChoiceError
        An unknown kind; a year that is none; the package that knows the bank holidays is not installed.

    Examples
    --------
    >>> days_of([2024 * 12 + 1, 2025 * 12 + 1], "month").tolist()
    [29.0, 28.0]
    """
    count = DAYS[choice("days", kind, DAYS)]
    asked = np.asarray(months, np.int64)
    if not asked.size:
        return np.empty(asked.shape)
    low, high = int(asked.min()), int(asked.max())
    calendar = Panel.from_numpy(np.ones((1, high - low + 1)), start=f"{low // 12:04d}-{low % 12 + 1:02d}")
    counted = count(calendar).of
    assert counted is not None
    return np.asarray(counted[0][asked - low])


def adjusted(values: Floats, starts: Ints, kind: str) -> Floats:
    """Divide months by their days, so that a method sees no short February.

    Parameters
    ----------
    values : (n, n_periods) float64
        Counts; NaN stays NaN. A rate has no days: it is forecast as it is.
    starts : (n,) int64
        The month of each series' first column, as in `days_of`.
    kind : {"month", "working"}

    Raises
    ------
    ChoiceError
        As `days_of`; a series without a calendar.

    Examples
    --------
    >>> adjusted(np.array([[62.0, 58.0, 93.0]]), np.array([2024 * 12]), "month").tolist()
    [[2.0, 2.0, 3.0]]
    """
    return values / _days_of_columns(values, starts, kind)


def restored(values: Floats, starts: Ints, kind: str) -> Floats:
    """Multiply values per day by the days of their months: the way back, for means, limits and fitted values.

    Parameters
    ----------
    values : (n, horizon) float64
        Per day.
    starts, kind
        As for `adjusted`; `starts` is the month of the first column, which for forecasts is the one after the
        month that they were made in.

    Examples
    --------
    >>> restored(np.array([[2.0, 2.0]]), np.array([2025 * 12 + 1]), "month").tolist()
    [[56.0, 62.0]]
    """
    return values * _days_of_columns(values, starts, kind)


def _days_of_columns(values: Floats, starts: Ints, kind: str) -> Floats:
    if np.any(starts < 0):
        raise ChoiceError(
            f"`days` = {kind!r} needs months, got a panel in plain order of observation: give it a `start`."
        )
    return days_of(starts[:, None] + np.arange(values.shape[1]), kind)
