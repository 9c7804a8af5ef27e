"""Limits widened or narrowed by what the series of a panel show together: `calibrate="batch"`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from spc.array_types import Floats, Ints
from spc.forecast.asking import Bounds, forecast_at
from spc.forecast.backtesting import came_after
from spc.forecast.history import YEAR
from spc.forecast.methods import METHODS
from spc.results.forecasts import Calibration, Forecast, Spread

__all__ = ["CALIBRATIONS", "ENOUGH", "calibrated", "factors_of", "needed"]

#: Limits as the method has them, or calibrated by the panel that is forecast.
CALIBRATIONS = ("frozen", "batch")
#: Fewer forecasts of the past say little: of 100 five lie outside 95% limits, give or take two.
ENOUGH = 100
#: Factors are looked for between exp(-4) and exp(4), to 1 part in 100,000.
WIDEST, HALVINGS = 4.0, 20
#: How much a factor may grow with the months ahead: as their power, from -1 to 1.
STEEPEST, SECTIONS = 1.0, 32
GOLDEN = (5.0**0.5 - 1.0) / 2.0


def calibrated(
    found: Forecast, bounds: Bounds, days: str | None, options: Mapping[str, float | str]
) -> Forecast:
    """Return a forecast with the limits that would have held on its own panel's past.

    Parameters
    ----------
    found : Forecast
        By a method on the scales PLAIN and LOG; series that another one stands in for keep their limits.
    bounds, days, options
        As it was asked for.

    Notes
    -----
    Forecasts are made from `horizon` months before each end, and from a year before that, as from any other
    month: without what came after. The factor of month h ahead is exp(a + b log h), a and b by quantile
    regression (Koenker and Bassett 1978, Econometrica 46, 33-50) on the factors that each month needed.
    """
    answers = []
    for before in (found.horizon, found.horizon + YEAR):
        at = np.maximum(found.ends - before, -1)
        past = forecast_at(
            found.panel, METHODS[found.method], at, found.horizon, found.level, bounds, options, days
        )
        answers.append(_needed_after(past, found.ends))
    log_factors = np.concatenate(answers)
    told = ~np.isnan(log_factors).all(axis=1)
    n_forecasts = int(np.count_nonzero(told))
    is_enough = n_forecasts >= ENOUGH
    factors = factors_of(log_factors[told], found.level) if is_enough else np.ones(found.horizon)
    mine = (found.used == found.method)[:, None]
    spread = found.spread.widened(np.where(mine, factors, 1.0))
    lower, upper = spread.limits(found.level)
    return replace(
        found,
        lower=np.where(mine, lower, found.lower),
        upper=np.where(mine, upper, found.upper),
        spread=spread,
        calibration=Calibration(factors, n_forecasts, is_enough),
    )


def _needed_after(past: Forecast, ends: Ints) -> Floats:
    """Return what the months after a forecast of the past needed (n_series, horizon); NaN where none came."""
    came = came_after(past.panel, ends, past.ends[None], past.horizon)[0]
    told = (past.used == past.method)[:, None] & (past.upper > past.lower) & ~np.isnan(came)
    return np.where(told, needed(past.spread, came, past.level), np.nan)


def needed(spread: Spread, came: Floats, level: float) -> Floats:
    """Return the log of the factor that would have brought each month just inside its limits.

    Parameters
    ----------
    spread : Spread
        Of n series and a horizon.
    came : (n, horizon) float64
    level : float
        Of the limits, in per cent.

    Returns
    -------
    (n, horizon) float64
        From -4 to 4, by bisection.

    Examples
    --------
    >>> import numpy as np, spc
    >>> from spc.forecast.calibrating import needed
    >>> found = spc.forecast.naive(spc.Panel.from_numpy([[4, 6, 4, 6, 4]], start=None), horizon=1)
    >>> half = (found.upper - found.mean) / 2.0
    >>> np.exp(needed(found.spread, found.mean + half, found.level)).round(4)
    array([[0.5]])
    """
    low, high = np.full(came.shape, -WIDEST), np.full(came.shape, WIDEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        lower, upper = spread.widened(np.exp(middle)).limits(level)
        inside = (lower <= came) & (came <= upper)
        high, low = np.where(inside, middle, high), np.where(inside, low, middle)
    return high


def factors_of(log_factors: Floats, level: float) -> Floats:
    """Return the factor of each month ahead (horizon,), so that `level` per cent needed no larger one.

    Parameters
    ----------
    log_factors : (n, horizon) float64
        What each month needed; NaN where none came. Their order does not matter, to the last bit.
    level : float

    Examples
    --------
    >>> import numpy as np
    >>> from spc.forecast.calibrating import factors_of
    >>> rows = np.linspace(-1.0, 1.0, 101)[:, None] + 0.5 * np.log([1.0, 2.0, 3.0])
    >>> factors_of(rows, 90.0).round(2)
    array([2.23, 3.15, 3.85])
    """
    steps = np.log(np.arange(1.0, log_factors.shape[1] + 1.0))
    known = ~np.isnan(log_factors)
    share = level / 100.0

    def fitted(slope: float) -> tuple[float, float]:
        """Return the best constant for a slope, and the loss of both (convex in the slope)."""
        left = np.sort((log_factors - slope * steps)[known])
        constant = float(left[min(int(np.ceil(share * len(left))), len(left)) - 1])
        off = left - constant
        return constant, float(np.sum(np.maximum(share * off, (share - 1.0) * off)))

    low, high = -STEEPEST, STEEPEST
    if log_factors.shape[1] == 1:
        low = high = 0.0
    for _ in range(SECTIONS):
        near, far = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        low, high = (low, far) if fitted(near)[1] <= fitted(far)[1] else (near, high)
    slope = (low + high) / 2.0
    return np.exp(fitted(slope)[0] + slope * steps)
