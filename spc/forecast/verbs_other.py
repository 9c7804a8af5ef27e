"""Forecasts of rare counts, by heavier models, and by what is best on the whole."""

from __future__ import annotations

from typing import Any

from spc.checks import choice
from spc.forecast.asking import Bounds, forecast
from spc.forecast.calibrating import CALIBRATIONS, calibrated
from spc.panel import Panel
from spc.results.forecasts import Forecast

__all__ = ["adida", "arima", "auto", "croston", "imapa", "sba", "stl", "tsb"]


def croston(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect the mean count of a month with any over the mean wait for one: Croston's method.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        Of its own: `alpha`, `opening`.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[0, 0, 3, 0, 1, 0, 0, 2, 0, 1, 0, 0]], start="2024-01")
    >>> spc.forecast.croston(panel, horizon=3).mean.round(1)
    array([[0.6, 0.6, 0.6]])
    """
    return forecast(panel, "croston", horizon, level, as_at, bounds, days, options)


def sba(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect what Croston's method says less its bias: Syntetos and Boylan's approximation.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        Of its own: `alpha`, `opening`.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[0, 0, 3, 0, 1, 0, 0, 2, 0, 1, 0, 0]], start="2024-01")
    >>> spc.forecast.sba(panel, horizon=3).mean.round(1)
    array([[0.6, 0.6, 0.6]])
    """
    return forecast(panel, "sba", horizon, level, as_at, bounds, days, options)


def tsb(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect the mean count of a month with any times its chance, which fades where none come.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        Of its own: `alpha`, `beta`, `opening`.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[0, 0, 3, 0, 1, 0, 0, 2, 0, 1, 0, 0]], start="2024-01")
    >>> spc.forecast.tsb(panel, horizon=3).mean.round(1)
    array([[0.6, 0.6, 0.6]])
    """
    return forecast(panel, "tsb", horizon, level, as_at, bounds, days, options)


def adida(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect counts of longer stretches, smoothed and shared out among their months.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        Of its own: `alpha`, `opening`, `longest`.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[0, 0, 3, 0, 1, 0] * 4], start="2023-01")
    >>> spc.forecast.adida(panel, horizon=3).mean.round(1)
    array([[0.7, 0.7, 0.7]])
    """
    return forecast(panel, "adida", horizon, level, as_at, bounds, days, options)


def imapa(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect the mean of what stretches of every length say.

    Parameters
    ----------
    panel, horizon, level, as_at, bounds, days
        As for `auto`.
    **options
        Of its own: `alpha`, `opening`, `longest`.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[0, 0, 3, 0, 1, 0] * 4], start="2023-01")
    >>> spc.forecast.imapa(panel, horizon=3).mean.round(1)
    array([[0.7, 0.7, 0.7]])
    """
    return forecast(panel, "imapa", horizon, level, as_at, bounds, days, options)


def stl(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect the months without their season to go on, and the season of the last years.

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
    >>> spc.forecast.stl(panel, horizon=6).mean.round(1)
    array([[20., 21., 22., 30., 31., 23.]])
    """
    return forecast(panel, "stl", horizon, level, as_at, bounds, days, options)


def arima(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    **options: Any,
) -> Forecast:
    """Expect what an ARIMA model with seasonal terms says, by maximum likelihood.

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
    >>> spc.forecast.arima(panel, horizon=6).mean.round(1)
    array([[20., 21., 22., 30., 31., 23.]])
    """
    return forecast(panel, "arima", horizon, level, as_at, bounds, days, options)


def auto(
    panel: Panel,
    *,
    horizon: int = 12,
    level: float = 95.0,
    as_at: Any = None,
    bounds: Bounds = None,
    days: str | None = None,
    calibrate: str = "frozen",
    **options: Any,
) -> Forecast:
    """Expect what is best on the whole: the method to take where nothing speaks for another.

    Parameters
    ----------
    panel : Panel
        Counts, rates or other numbers; a rate is forecast as such, its denominators are not.
    horizon : int
        Months ahead, 1 to 120.
    level : float
        The share of months, in per cent, that should lie between the limits: inside the interval (0, 100).
    as_at : month, or sequence of one month a series, optional
        The last month that is known; by default the panel's last. A series that has no figure then is
        forecast from the months before, and its months ahead still count from here.
    bounds : pair of float or None, or (n_series, 2) array_like, optional
        Where values can never be: below the first, above the second (None, or NaN, for no bound). Forecasts
        and limits stay inside. By default from 0 where no observed value is negative.
    days : {"month", "working"}, optional
        Forecast counts as if all months had the same number of days, and give the months to come as many as
        they will have: all days, or the working days of England (Monday to Friday without bank holidays). By
        default months are taken as they are. Ratios have no days and are forecast as they are: the `days` of
        the result says which series had.
    calibrate : {"frozen", "batch"}, by default "frozen"
        Of `auto` alone. With "batch" the limits are widened or narrowed by how wide they should have been
        around forecasts from `horizon` months before each series' end, and a year earlier: by one factor a
        month ahead for all series, that would have brought `level` per cent of the months that came inside.
        Under 100 such forecasts they stay as they are, and `calibration` says so.
    **options
        Options of the method (`spc.forecast.METHODS[name].options`).

    Returns
    -------
    Forecast
        `mean`, `lower` and `upper` (n_series, horizon), `fitted` (n_series, n_periods); `used` and `status`
        say where a short history was forecast by a simpler method, and where nothing could be.

    Raises
    ------
    ChoiceError
        A horizon, level, month, pair of bounds, kind of days or option that cannot be; `days` without a
        calendar, or where every series is a ratio.

    Notes
    -----
    No figure after `as_at` is looked at. No series knows another, but for the limits with
    ``calibrate="batch"``, in which all series of the panel share. A month that is missing moves the forecast
    on without correcting it. Rows of `spc.forecast.METHODS` say what each method needs.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[20, 21, 22, 30, 31, 23] * 8], start="2021-01")
    >>> spc.forecast.auto(panel, horizon=6).mean.round(1)
    array([[20., 21., 22., 30., 31., 23.]])
    """
    mode = choice("calibrate", calibrate, CALIBRATIONS)
    found = forecast(panel, "auto", horizon, level, as_at, bounds, days, options)
    return found if mode == "frozen" else calibrated(found, bounds, days, options)
