"""Forecasts that can be checked by hand, lines through the months, and theta."""

from __future__ import annotations

from typing import Any

from spc.forecast.asking import Bounds, forecast
from spc.panel import Panel
from spc.results.forecasts import Forecast

__all__ = [
    "drift",
    "dynamic_theta",
    "mean",
    "naive",
    "naive2",
    "seasonal_naive",
    "seasonal_regression",
    "theta",
]


def naive(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect the last observed month to go on.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        It has none.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[8, 11, 9, 14]], start="2024-05")
    >>> spc.forecast.naive(panel, horizon=3).mean.round(1)
    array([[14., 14., 14.]])
    """
    return forecast(panel, "naive", horizon, level, as_at, bounds, days, options)


def seasonal_naive(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect each month to be as it was a year before.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        It has none.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[20, 21, 22, 30, 31, 23] * 8], start="2021-01")
    >>> spc.forecast.seasonal_naive(panel, horizon=6).mean.round(1)
    array([[20., 21., 22., 30., 31., 23.]])
    """
    return forecast(panel, "seasonal_naive", horizon, level, as_at, bounds, days, options)


def drift(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect the mean step from the first month to the last to go on.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        It has none.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[8, 11, 9, 14]], start="2024-05")
    >>> spc.forecast.drift(panel, horizon=3).mean.round(1)
    array([[16., 18., 20.]])
    """
    return forecast(panel, "drift", horizon, level, as_at, bounds, days, options)


def mean(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect the mean of all months.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        It has none.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[8, 11, 9, 14]], start="2024-05")
    >>> spc.forecast.mean(panel, horizon=3).mean.round(1)
    array([[10.5, 10.5, 10.5]])
    """
    return forecast(panel, "mean", horizon, level, as_at, bounds, days, options)


def naive2(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect the last month to go on but for the season, if the year has one: the yardstick of M4.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        It has none.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[20, 21, 22, 30, 31, 23] * 8], start="2021-01")
    >>> spc.forecast.naive2(panel, horizon=6).mean.round(1)
    array([[20., 21., 22., 30., 31., 23.]])
    """
    return forecast(panel, "naive2", horizon, level, as_at, bounds, days, options)


def theta(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect a smoothed level with half the slope of the line, and the season put back.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        It has none.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[20, 21, 22, 30, 31, 23] * 8], start="2021-01")
    >>> spc.forecast.theta(panel, horizon=6).mean.round(1)
    array([[20., 21., 22., 30., 31., 23.]])
    """
    return forecast(panel, "theta", horizon, level, as_at, bounds, days, options)


def dynamic_theta(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect as theta does, with as much of the line as fits, drawn anew every month.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        It has none.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[20, 21, 22, 30, 31, 23] * 8], start="2021-01")
    >>> spc.forecast.dynamic_theta(panel, horizon=6).mean.round(1)
    array([[20., 21., 22., 30., 31., 23.]])
    """
    return forecast(panel, "dynamic_theta", horizon, level, as_at, bounds, days, options)


def seasonal_regression(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect a straight line and an effect of each calendar month, shrunk towards none.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        It has none.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[20, 21, 22, 30, 31, 23] * 8], start="2021-01")
    >>> spc.forecast.seasonal_regression(panel, horizon=6).mean.round(1)
    array([[20., 21., 22., 30., 31., 23.]])
    """
    return forecast(panel, "seasonal_regression", horizon, level, as_at, bounds, days, options)
