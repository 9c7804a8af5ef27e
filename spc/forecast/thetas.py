"""The theta method and the dynamic optimised theta model, on histories without their seasons."""

from __future__ import annotations

import numpy as np

from spc.forecast.deseasonalising import deseasonalised
from spc.forecast.history import Answer, History
from spc.kernels.forecasts.thetas import thetas

__all__ = ["dynamic_theta", "theta"]

#: A season is looked for in two years and more: the test says how sure it is.
LEAST = 24
#: Alpha, the first level, and the slope or theta.
FITTED = 3.0


def theta(history: History) -> Answer:
    """Expect exponential smoothing with half the slope of the line through all months.

    A season that passes the test at 90% is taken out before and put back after: as ratios where every month
    is above 0, else as differences. Alpha and the first expectation are those of least squared one-step
    errors, the smoothing's drift among them. The variance h months ahead is sigma^2 (1 + (h - 1) alpha^2),
    times the square of the month's ratio; months missing at the end count among the h.

    Source: Assimakopoulos and Nikolopoulos (2000), International Journal of Forecasting 16, 521-530;
    Hyndman and Billah (2003), International Journal of Forecasting 19, 287-290 (its form and its variance).
    """
    return _answer(history, dynamic=False)


def dynamic_theta(history: History) -> Answer:
    """Expect the dynamic optimised theta model: how much of the line, which is drawn anew every month.

    Theta (from 1: how much of the line's slope), alpha and the first level are those of least squared
    one-step errors; the season as in `theta`. The variance is the model's own, by what an error of each
    month to come does to the later ones.

    Source: Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler (2016), International Journal of
    Forecasting 32, 1151-1161.
    """
    return _answer(history, dynamic=True)


def _answer(history: History, *, dynamic: bool) -> Answer:
    without = deseasonalised(history, least=LEAST, mixed=True)
    values = without.history.values
    n = len(values)
    mean, spread = np.empty((n, history.horizon)), np.empty((n, history.horizon))
    fitted, squares, states = np.empty_like(values), np.empty(n), np.empty((n, 3))
    thetas(values, int(dynamic), mean, fitted, spread, squares, states)
    freedom = np.maximum(history.n_observed - FITTED, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        sigma = np.where(freedom > 0.0, np.sqrt(squares / freedom), np.nan)
    return without.restored(Answer(mean, fitted, sigma[:, None] * spread, freedom))
