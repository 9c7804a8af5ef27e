"""The verbs: one for each row of METHODS, all asked alike."""

from __future__ import annotations

from typing import Any, Protocol

from spc.checks import choice
from spc.forecast.asking import Bounds, forecast
from spc.forecast.calibrating import CALIBRATIONS, calibrated
from spc.forecast.methods import METHODS
from spc.panel import Panel
from spc.results.forecasts import Forecast

__all__ = [
    "adida",
    "arima",
    "auto",
    "croston",
    "damped",
    "drift",
    "dynamic_theta",
    "ets",
    "holt",
    "holt_winters_additive",
    "holt_winters_multiplicative",
    "imapa",
    "mean",
    "naive",
    "naive2",
    "sba",
    "seasonal_naive",
    "seasonal_regression",
    "ses",
    "stl",
    "theta",
    "tsb",
]


class Verb(Protocol):
    """How a method is asked."""

    def __call__(
        self,
        panel: Panel,
        *,
        horizon: int = 12,
        level: float = 95.0,
        as_at: Any = None,
        bounds: Bounds = None,
        days: str | None = None,
        **options: Any,
    ) -> Forecast:
        """Forecast every series."""


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
        The share of months, in per cent, that should lie between the limits: from 50 to below 100.
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


#: What stands under a verb's name: its sentence, its options, months to try it on, and what they give.
PAGE = """{sentence}

Parameters
----------
panel, horizon, level, as_at, bounds, days
    As for `auto`.
**options
    {options}

Returns
-------
Forecast

Examples
--------
>>> import spc
>>> panel = spc.Panel.from_numpy([{months}], start="2021-01")
>>> spc.forecast.{name}(panel, horizon={horizon}).mean.round(1)
array([[{mean}]])
"""


def _verb(name: str, sentence: str, months: str, mean: str) -> Verb:
    """Make the verb of a method; `months` and `mean` are its example as it is typed and as it is printed."""

    def verb(
        panel: Panel,
        *,
        horizon: int = 12,
        level: float = 95.0,
        as_at: Any = None,
        bounds: Bounds = None,
        days: str | None = None,
        **options: Any,
    ) -> Forecast:
        return forecast(panel, name, horizon, level, as_at, bounds, days, options)

    own = ", ".join(f"`{option}`" for option in METHODS[name].options)
    verb.__name__ = verb.__qualname__ = name
    verb.__doc__ = PAGE.format(
        name=name,
        sentence=sentence,
        options=f"Of its own: {own}." if own else "It has none.",
        months=months,
        horizon=mean.count(",") + 1,
        mean=mean,
    )
    return verb


SHORT = "[8, 11, 9, 14]"
YEARLY = "[20, 21, 22, 30, 31, 23] * 8"
LEVEL = "[8, 11, 9, 14, 10, 12, 9, 13]"
RARE = "[0, 0, 3, 0, 1, 0, 0, 2, 0, 1, 0, 0]"
RARER = "[0, 0, 3, 0, 1, 0] * 4"
YEAR = "20., 21., 22., 30., 31., 23."

naive = _verb("naive", "Expect the last observed month to go on.", SHORT, "14., 14., 14.")
seasonal_naive = _verb("seasonal_naive", "Expect each month to be as it was a year before.", YEARLY, YEAR)
drift = _verb(
    "drift", "Expect the mean step from the first month to the last to go on.", SHORT, "16., 18., 20."
)
mean = _verb("mean", "Expect the mean of all months.", SHORT, "10.5, 10.5, 10.5")
naive2 = _verb(
    "naive2",
    "Expect the last month to go on but for the season, if the year has one: the yardstick of M4.",
    YEARLY,
    YEAR,
)
theta = _verb(
    "theta", "Expect a smoothed level with half the slope of the line, and the season put back.", YEARLY, YEAR
)
dynamic_theta = _verb(
    "dynamic_theta",
    "Expect as theta does, with as much of the line as fits, drawn anew every month.",
    YEARLY,
    YEAR,
)
seasonal_regression = _verb(
    "seasonal_regression",
    "Expect a straight line and an effect of each calendar month, shrunk towards none.",
    YEARLY,
    YEAR,
)
ses = _verb(
    "ses", "Expect a level that follows the months: simple exponential smoothing.", LEVEL, "10.8, 10.8, 10.8"
)
holt = _verb("holt", "Expect a level and a slope that follow the months.", LEVEL, "12.4, 12.7, 13.1")
damped = _verb(
    "damped",
    "Expect a level and a slope that follow the months, the slope dying away.",
    LEVEL,
    "12. , 12.1, 12.2",
)
holt_winters_additive = _verb(
    "holt_winters_additive", "Expect a level, a slope and a season that is added.", YEARLY, YEAR
)
holt_winters_multiplicative = _verb(
    "holt_winters_multiplicative", "Expect a level, a slope and a season that multiplies.", YEARLY, YEAR
)
ets = _verb(
    "ets",
    "Expect what the best of the exponential smoothing models says, chosen by its likelihood.",
    YEARLY,
    YEAR,
)
croston = _verb(
    "croston",
    "Expect the mean count of a month with any over the mean wait for one: Croston's method.",
    RARE,
    "0.6, 0.6, 0.6",
)
sba = _verb(
    "sba",
    "Expect what Croston's method says less its bias: Syntetos and Boylan's approximation.",
    RARE,
    "0.6, 0.6, 0.6",
)
tsb = _verb(
    "tsb",
    "Expect the mean count of a month with any times its chance, which fades where none come.",
    RARE,
    "0.6, 0.6, 0.6",
)
adida = _verb(
    "adida",
    "Expect counts of longer stretches, smoothed and shared out among their months.",
    RARER,
    "0.7, 0.7, 0.7",
)
imapa = _verb("imapa", "Expect the mean of what stretches of every length say.", RARER, "0.7, 0.7, 0.7")
stl = _verb(
    "stl", "Expect the months without their season to go on, and the season of the last years.", YEARLY, YEAR
)
arima = _verb(
    "arima", "Expect what an ARIMA model with seasonal terms says, by maximum likelihood.", YEARLY, YEAR
)
