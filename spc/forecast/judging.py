"""How far forecasts fell from what came: the measures of the M4 and M5 competitions.

Makridakis, Spiliotis and Assimakopoulos (2020), International Journal of Forecasting 36, 54-74, sections 2.2
and 2.3; RMSSE from the same authors (2022), International Journal of Forecasting 38, 1346-1364, section 2.3.

Each measure of a series is a mean over the months ahead that came to be observed. A measure that divides by
the spread of the history is NaN where the history has none: under 13 months, or never a change from one year
to the next. Such series are counted by `backtest`, not dropped in silence.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spc.array_types import Floats
from spc.checks import ChoiceError, confidence
from spc.forecast.history import YEAR

__all__ = [
    "cells_of",
    "coverage",
    "mase",
    "mean_of",
    "msis",
    "owa",
    "rmsse",
    "seasonal_scale",
    "smape",
    "step_scale",
]


def smape(actual: Any, forecast: Any) -> Floats:
    """Symmetric mean absolute percentage error of each series, from 0 to 200.

    The mean of 200 |y - f| / (|y| + |f|); a month of 0 that was forecast as 0 counts as 0.

    Parameters
    ----------
    actual, forecast : array_like (n_series, horizon)
        What came, and what was expected; NaN in `actual` = not observed.

    Returns
    -------
    (n_series,) float64
        NaN where no month can be compared.

    Examples
    --------
    >>> smape([[100.0, 0.0]], [[60.0, 0.0]])
    array([25.])
    """
    return mean_of(_percentages(*_matrices(actual=actual, forecast=forecast)))


def mase(actual: Any, forecast: Any, history: Any) -> Floats:
    """Mean absolute error of each series over that of a seasonal naive forecast within its history.

    Parameters
    ----------
    actual, forecast : array_like (n_series, horizon)
    history : array_like (n_series, n_periods)
        The months before, in order of time; NaN = not observed.

    Returns
    -------
    (n_series,) float64
        NaN where the history has no scale: see `seasonal_scale`.

    Examples
    --------
    >>> mase([[30.0, 10.0]], [[20.0, 10.0]], [[1.0] * 12 + [3.0] * 12])
    array([2.5])
    """
    actual, forecast = _matrices(actual=actual, forecast=forecast)
    return mean_of(_over(_apart(actual, forecast), seasonal_scale(_past(history, actual))))


def rmsse(actual: Any, forecast: Any, history: Any) -> Floats:
    """Root of the mean squared error of each series over that of a naive forecast within its history.

    Parameters
    ----------
    actual, forecast, history
        As for `mase`.

    Returns
    -------
    (n_series,) float64
        NaN where the history has no scale: see `step_scale`.

    Examples
    --------
    >>> rmsse([[7.0, 1.0]], [[4.0, 5.0]], [[0.0, 2.0, 3.0, 2.0]]).round(4)
    array([3.5355])
    """
    actual, forecast = _matrices(actual=actual, forecast=forecast)
    return root_mean_square(_over(_apart(actual, forecast), step_scale(_past(history, actual))))


def msis(actual: Any, lower: Any, upper: Any, history: Any, *, level: float = 95.0) -> Floats:
    """Mean scaled interval score of each series: the width of its limits, and a fine for months beyond them.

    The mean of U - L + 2/a (L - y) [y < L] + 2/a (y - U) [y > U], with a = 1 - level / 100, over the scale of
    `mase`.

    Parameters
    ----------
    actual, lower, upper : array_like (n_series, horizon)
    history : array_like (n_series, n_periods)
    level : float
        The share of months, in per cent, that the limits were made to hold.

    Returns
    -------
    (n_series,) float64
        NaN where the history has no scale, or the forecast no limits.

    Examples
    --------
    >>> msis([[9.0, 2.0]], [[1.0, 4.0]], [[5.0, 8.0]], [[1.0] * 12 + [3.0] * 12]).round(9)
    array([62.])
    """
    actual, lower, upper = _matrices(actual=actual, lower=lower, upper=upper)
    scale = seasonal_scale(_past(history, actual))
    return mean_of(_over(_scores(actual, lower, upper, confidence(level)), scale))


def coverage(actual: Any, lower: Any, upper: Any) -> Floats:
    """Share of the months ahead that lie between their limits, or on them, in per cent.

    Parameters
    ----------
    actual, lower, upper : array_like (n_series, horizon)

    Returns
    -------
    (n_series,) float64
        NaN where no month has both a figure and limits.

    Examples
    --------
    >>> coverage([[9.0, 4.0]], [[1.0, 4.0]], [[5.0, 8.0]])
    array([50.])
    """
    return mean_of(_inside(*_matrices(actual=actual, lower=lower, upper=upper)))


def owa(smapes: Any, mases: Any, naive2_smapes: Any, naive2_mases: Any) -> float:
    """Overall weighted average of M4: half the sMAPE over that of naive2, and half the MASE over that of it.

    Parameters
    ----------
    smapes, mases, naive2_smapes, naive2_mases : array_like (n_series,)
        One figure a series, which are averaged over all series first. A series without one of a pair (NaN)
        is left out of both averages of that pair.

    Returns
    -------
    float
        Under 1 where the forecasts beat naive2; NaN where naive2 made no error.

    Examples
    --------
    >>> owa([8.0, 12.0], [1.0, 2.0], [10.0, 10.0], [2.0, 4.0])
    0.75
    """
    parts = []
    for ours, theirs in ((smapes, naive2_smapes), (mases, naive2_mases)):
        mine, other = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
        both = np.isfinite(mine) & np.isfinite(other)
        below = float(other[both].sum())
        parts.append(float(mine[both].sum()) / below if below > 0.0 else np.nan)
    return (parts[0] + parts[1]) / 2.0


def seasonal_scale(history: Any) -> Floats:
    """Mean absolute change from the same month a year before, within the history (n_series,).

    Of the pairs of which both months are observed; NaN where there is none (under 13 months), or where all of
    them are equal, as no error is a multiple of 0.
    """
    (values,) = _matrices(history=history)
    with np.errstate(over="ignore", invalid="ignore"):
        return _spread_or_nan(mean_of(np.abs(values[:, YEAR:] - values[:, :-YEAR])))


def step_scale(history: Any) -> Floats:
    """Root of the mean squared step from month to month, from the first month that is not 0 on (n_series,).

    Of neighbours that are both observed; NaN where there are none, or where all of them are equal.
    """
    (values,) = _matrices(history=history)
    begun = np.maximum.accumulate((values != 0.0) & ~np.isnan(values), axis=1)
    values = np.where(begun, values, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        return _spread_or_nan(root_mean_square(values[:, 1:] - values[:, :-1]))


def _spread_or_nan(scale: Floats) -> Floats:
    return np.where(np.isfinite(scale) & (scale > 0.0), scale, np.nan)


def cells_of(
    actual: Floats, mean: Floats, lower: Floats, upper: Floats, level: float, scales: tuple[Floats, Floats]
) -> dict[str, Floats]:
    """Return each measure month by month (n_series, horizon), so that any mean can be taken of them.

    `scales` are those of `seasonal_scale` and `step_scale`; "rmsse" is the scaled error, still to be squared.
    """
    errors, (seasonal, step) = _apart(actual, mean), scales
    return {
        "smape": _percentages(actual, mean),
        "mase": _over(errors, seasonal),
        "rmsse": _over(errors, step),
        "msis": _over(_scores(actual, lower, upper, level), seasonal),
        "coverage": _inside(actual, lower, upper),
    }


def mean_of(cells: Floats) -> Floats:
    """Return the mean of each row's numbers (n,), NaN where it has none."""
    seen = ~np.isnan(cells)
    number = np.count_nonzero(seen, axis=1)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return _sums(np.where(seen, cells, 0.0)) / np.where(number, number, np.nan)


def root_mean_square(cells: Floats) -> Floats:
    """Return the root of the mean square of each row's numbers (n,), whatever their size."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        largest = np.max(np.nan_to_num(np.abs(cells), posinf=np.inf), axis=1, initial=0.0, keepdims=True)
        shares = cells / np.where(largest > 0.0, largest, 1.0)
        return largest[:, 0] * np.sqrt(mean_of(shares * shares))


def _sums(cells: Floats) -> Floats:
    """Add up in order of time, so that a series' bits do not depend on its neighbours."""
    return np.cumsum(cells, axis=1)[:, -1] if cells.shape[1] else np.zeros(len(cells))


def _apart(actual: Floats, forecast: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.abs(actual - forecast)


def _over(cells: Floats, scale: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return cells / scale[:, None]


def _percentages(actual: Floats, forecast: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        both = np.abs(actual) + np.abs(forecast)
        return np.where(both == 0.0, 0.0, 200.0 * (_apart(actual, forecast) / both))


def _scores(actual: Floats, lower: Floats, upper: Floats, level: float) -> Floats:
    fine = 2.0 / (1.0 - level / 100.0)
    with np.errstate(over="ignore", invalid="ignore"):
        below, above = np.maximum(lower - actual, 0.0), np.maximum(actual - upper, 0.0)
        return upper - lower + fine * below + fine * above


def _inside(actual: Floats, lower: Floats, upper: Floats) -> Floats:
    known = ~(np.isnan(actual) | np.isnan(lower) | np.isnan(upper))
    return np.where(known, 100.0 * ((lower <= actual) & (actual <= upper)), np.nan)


def _past(history: Any, actual: Floats) -> Floats:
    """Return the history of the same series."""
    (values,) = _matrices(history=history)
    if len(values) != len(actual):
        raise ChoiceError(
            f"`history` must have one row for each of {len(actual):,} series, got {len(values):,}."
        )
    return values


def _matrices(**given: Any) -> tuple[Floats, ...]:
    """Return the arguments as (n_series, months) numbers; those that were given as one shape share it."""
    found: list[Floats] = []
    for name, cells in given.items():
        try:
            matrix = np.asarray(cells, np.float64)
        except (TypeError, ValueError):
            matrix = np.zeros(0)
        if matrix.ndim != 2 or (found and matrix.shape != found[0].shape):
            wanted = f"{found[0].shape[0]} x {found[0].shape[1]}" if found else "(n_series, months)"
            raise ChoiceError(
                f"`{name}` must be numbers of shape {wanted}, got {np.shape(matrix)}: one row a series."
            )
        found.append(matrix)
    return tuple(found)
