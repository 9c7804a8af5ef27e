"""Forecasts by exponential smoothing."""

from __future__ import annotations

from typing import Any

from spc.forecast.asking import Bounds, forecast
from spc.panel import Panel
from spc.results.forecasts import Forecast

__all__ = ["damped", "ets", "holt", "holt_winters_additive", "holt_winters_multiplicative", "ses"]


def ses(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect a level that follows the months: simple exponential smoothing.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        Of its own: `alpha`.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[8, 11, 9, 14, 10, 12, 9, 13]], start="2024-05")
    >>> spc.forecast.ses(panel, horizon=3).mean.round(1)
    array([[10.8, 10.8, 10.8]])
    """
    return forecast(panel, "ses", horizon, level, as_at, bounds, days, options)


def holt(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect a level and a slope that follow the months.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        Of its own: `alpha`, `beta`.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[8, 11, 9, 14, 10, 12, 9, 13]], start="2024-05")
    >>> spc.forecast.holt(panel, horizon=3).mean.round(1)
    array([[12.4, 12.7, 13.1]])
    """
    return forecast(panel, "holt", horizon, level, as_at, bounds, days, options)


def damped(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect a level and a slope that follow the months, the slope dying away.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        Of its own: `alpha`, `beta`, `phi`.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[8, 11, 9, 14, 10, 12, 9, 13]], start="2024-05")
    >>> spc.forecast.damped(panel, horizon=3).mean.round(1)
    array([[12. , 12.1, 12.2]])
    """
    return forecast(panel, "damped", horizon, level, as_at, bounds, days, options)


def holt_winters_additive(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect a level, a slope and a season that is added.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        Of its own: `alpha`, `beta`, `gamma`.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[20, 21, 22, 30, 31, 23] * 8], start="2021-01")
    >>> spc.forecast.holt_winters_additive(panel, horizon=6).mean.round(1)
    array([[20., 21., 22., 30., 31., 23.]])
    """
    return forecast(panel, "holt_winters_additive", horizon, level, as_at, bounds, days, options)


def holt_winters_multiplicative(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect a level, a slope and a season that multiplies.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        Of its own: `alpha`, `beta`, `gamma`.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[20, 21, 22, 30, 31, 23] * 8], start="2021-01")
    >>> spc.forecast.holt_winters_multiplicative(panel, horizon=6).mean.round(1)
    array([[20., 21., 22., 30., 31., 23.]])
    """
    return forecast(panel, "holt_winters_multiplicative", horizon, level, as_at, bounds, days, options)


def ets(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect what the best of the exponential smoothing models says, chosen by its likelihood.

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
    >>> spc.forecast.ets(panel, horizon=6).mean.round(1)
    array([[20., 21., 22., 30., 31., 23.]])
    """
    return forecast(panel, "ets", horizon, level, as_at, bounds, days, options)
