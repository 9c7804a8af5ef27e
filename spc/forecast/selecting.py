"""ETS: of the stable models of exponential smoothing, the one with the lowest AICc for each series."""

from __future__ import annotations

import numpy as np

from spc.array_types import Flags, Floats
from spc.forecast.history import YEAR, Answer, History
from spc.forecast.scaling import scaled
from spc.forecast.smoothing import Fitted, Model, fit_model, foretell
from spc.kernels.forecasts.smoothing import NUMBERS

__all__ = ["MODELS", "ets", "select"]

#: Additive errors with a multiplied season are left out: they divide by what may come near 0 (Hyndman and
#: Athanasopoulos 2021, Forecasting: Principles and Practice, 3rd ed., 8.6).
MODELS = tuple(
    Model(error, trend, season)
    for trend in ("N", "A", "Ad")
    for season in ("N", "A", "M")
    for error in ("A", "M")
    if not (error == "A" and season == "M")
)


def ets(history: History) -> Answer:
    """Expect what the model with the lowest AICc expects.

    Source: Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing, chapter 7;
    Hyndman, Koehler, Snyder and Grose (2002), International Journal of Forecasting 18, 439-454.
    """
    values, power = scaled(history.values)
    found, _ = select(values, history.n_calendar >= 2 * YEAR)
    return foretell(values, power, found, history.horizon)


def select(values: Floats, two_years: Flags) -> tuple[Fitted, Floats]:
    """Fit every model that a series may have, and take the best.

    Parameters
    ----------
    values : (n, n_periods) float64
        Scaled, so that the largest of a series is about 1.
    two_years : (n,) bool
        Series that are long enough for a season.

    Returns
    -------
    Fitted
        With NaN numbers where no model can be judged.
    criteria : (n, 15) float64
        AICc of each of `MODELS`, less what depends on the number of months alone; infinite where a series
        cannot have the model: errors and seasons that multiply need values above 0, a season two years, AICc
        more months than numbers, by two.
    """
    n = len(values)
    positive = ~(values <= 0.0).any(axis=1)
    n_observed = np.count_nonzero(~np.isnan(values), axis=1)
    best = Fitted(
        np.zeros((n, 4), np.int64), np.full((n, NUMBERS), np.nan), np.full(n, np.inf), np.zeros(n, np.int64)
    )
    criteria = np.full((n, len(MODELS)), np.inf)
    least = np.full(n, np.inf)
    for column, model in enumerate(MODELS):
        k = model.n_fitted({}) + 1  # and the variance
        able = n_observed > k + 1
        if model.error == "M":
            able &= positive
        if model.season != "N":
            able &= two_years
        rows = np.flatnonzero(able)
        if not len(rows):
            continue
        found = fit_model(np.ascontiguousarray(values[rows]), model, {})
        criteria[rows, column] = found.lack + 2.0 * k + 2.0 * k * (k + 1.0) / (n_observed[rows] - k - 1.0)
        better = criteria[rows, column] < least[rows]
        won = rows[better]
        least[won], best.lack[won] = criteria[won, column], found.lack[better]
        best.form[won], best.numbers[won], best.n_fitted[won] = (
            found.form[better],
            found.numbers[better],
            k - 1,
        )
    return best, criteria
