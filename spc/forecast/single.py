"""Methods of statsmodels, fitted one series after another: slow, for a few series that matter.

A series costs about 30 ms (stl) or 100 to 150 ms (arima) of one core. What statsmodels cannot fit falls
back, that series alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Floats
from spc.forecast.history import YEAR, Answer, History

__all__ = ["arima", "stl"]

#: Months of the loess that smooths each calendar month over the years: long, so that seasons move slowly.
SEASONAL_WINDOW = 13
#: What decomposition and smoothing take: eleven seasonal numbers, a level, a constant.
STL_NUMBERS = 13
#: (p, q) that are tried, by the number of differences d, and (P, Q) by that of seasonal differences D.
ORDERS = {0: ((0, 0), (1, 0), (1, 1)), 1: ((0, 0), (0, 1), (1, 1))}
SEASONAL_ORDERS = {0: ((0, 0), (1, 0)), 1: ((0, 1),)}
#: Seasonal differences are taken from this strength of season on (Hyndman and Athanasopoulos 2021, 9.9), and
#: from three years on: two would leave one.
STRONG, LONG = 0.64, 3 * YEAR
#: Kwiatkowski et al. (1992), table 1: the 5% point of their test for a constant level.
NOT_LEVEL = 0.463


@dataclass(frozen=True)
class Fit:
    """One series fitted: fitted (observed span), mean and sd of the months after it, degrees of freedom."""

    fitted: Floats
    mean: Floats
    sd: Floats
    freedom: float


def stl(history: History) -> Answer:
    """Expect the last year's season about a smoothed level: loess decomposition, then exponential smoothing.

    A missing month between observed ones is more than the decomposition bears: such series fall back.
    Source: Cleveland et al. (1990), Journal of Official Statistics 6, 3-73; statsmodels `STLForecast`.
    """
    return _one_by_one(history, _decomposed)


def arima(history: History) -> Answer:
    """Expect what the ARIMA model of lowest AICc does, of six or three (`ORDERS`, `SEASONAL_ORDERS`).

    Differences come before the choice, since AICc does not compare across them: seasonal where the season is
    strong, monthly where the KPSS test rejects a constant level. Missing months are filtered through.
    Source: Hyndman and Khandakar (2008), Journal of Statistical Software 27(3); statsmodels `ARIMA`.
    """
    return _one_by_one(history, _integrated)


def _one_by_one(history: History, fit: Callable[[Floats, int], Fit | None]) -> Answer:
    """Fit each series on its own scale, so that units and huge numbers say nothing to the optimiser."""
    n, width = history.values.shape
    mean, sd = (np.full((n, history.horizon), np.nan) for _ in range(2))
    fitted, freedom = np.full((n, width), np.nan), np.zeros(n)
    for s in range(n):
        at = np.flatnonzero(~np.isnan(history.values[s]))
        if not len(at):
            continue
        first, end = int(at[0]), int(at[-1]) + 1
        own = history.values[s, first:end]
        with np.errstate(all="ignore"):
            level = np.nanmean(own)
            # Twice, since statsmodels gives no variance where the scale that it solved for is exactly 1.
            scale = 2.0 * np.nanstd(own)
        if not np.isfinite(scale):
            continue
        if not scale > 1e-12 * abs(level):
            fitted[s, first:], mean[s], sd[s], freedom[s] = own[0], own[0], 0.0, len(at) - 1.0
            continue
        late = width - end
        found = _quietly(fit, (own - level) / scale, late + history.horizon)
        if found is None:
            continue
        mean[s], sd[s] = (level + scale * found.mean)[late:], (scale * found.sd)[late:]
        fitted[s, first:end] = level + scale * found.fitted
        fitted[s, end:] = (level + scale * found.mean)[:late]
        freedom[s] = found.freedom
    return Answer(mean=mean, fitted=fitted, sd=sd, freedom=freedom)


def _quietly(fit: Callable[[Floats, int], Fit | None], values: Floats, ahead: int) -> Fit | None:
    """Fit, or return None: whatever goes wrong inside goes wrong for this series alone."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return fit(values, ahead)
        except (ValueError, ArithmeticError, IndexError, np.linalg.LinAlgError):
            return None


def _decomposed(values: Floats, ahead: int) -> Fit | None:
    from statsmodels.tsa.forecasting.stl import STLForecast
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    if np.isnan(values).any() or len(values) < 2 * YEAR:
        return None
    found = STLForecast(
        values,
        SimpleExpSmoothing,
        model_kwargs={"initialization_method": "estimated"},
        period=YEAR,
        seasonal=SEASONAL_WINDOW,
        seasonal_deg=0,
    ).fit()
    smoothing: Any = found.model_result
    if not smoothing.mle_retvals.success:
        return None
    alpha = float(smoothing.params["smoothing_level"])
    fitted = np.asarray(smoothing.fittedvalues) + np.asarray(found.result.seasonal)
    freedom = len(values) - float(STL_NUMBERS)
    variance = float(np.sum((values - fitted) ** 2)) / freedom
    # A calendar month's effect is no better known than the mean of its few years.
    growth = 1.0 + np.arange(ahead) * alpha**2 + YEAR / len(values)
    return Fit(fitted, np.asarray(found.forecast(ahead)), np.sqrt(variance * growth), freedom)


def _integrated(values: Floats, ahead: int) -> Fit | None:
    from statsmodels.tsa.arima.model import ARIMA

    seasonal = int(len(values) >= LONG and _strength(values) >= STRONG)
    rest = values[YEAR:] - values[:-YEAR] if seasonal else values
    plain = int(_is_not_level(rest[~np.isnan(rest)]))
    lowest, best = np.inf, None
    for order, seasonal_order in _orders(plain, seasonal):
        trend = "c" if plain + seasonal == 0 else "n"
        try:
            # The scale solved for and no standard errors of parameters: the same fit in a third of the time.
            model = ARIMA(
                values, order=order, seasonal_order=seasonal_order, trend=trend, concentrate_scale=True
            )
            found = model.fit(cov_type="none", method_kwargs={"disp": 0, "maxiter": 100})
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):
            continue  # one order that cannot be fitted leaves the others
        if found.mle_retvals["converged"] and found.aicc < lowest:
            lowest, best = float(found.aicc), found
    if best is None:
        return None
    burnt = plain + YEAR * seasonal
    months = float(np.count_nonzero(~np.isnan(values[burnt:])))
    freedom = months - len(best.params)
    if freedom < 1.0:
        return None
    fitted = np.asarray(best.fittedvalues).copy()
    fitted[:burnt] = np.nan
    coming = best.get_forecast(ahead)
    # The likelihood divides squares by all months, not by those that are left after fitting.
    wider = np.sqrt(months / freedom)
    return Fit(fitted, np.asarray(coming.predicted_mean), wider * np.asarray(coming.se_mean), freedom)


def _orders(plain: int, seasonal: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    for p, q in ORDERS[plain]:
        for sp, sq in SEASONAL_ORDERS[seasonal]:
            yield (p, plain, q), (sp, seasonal, sq, YEAR)


def _strength(values: Floats) -> float:
    """Return the share of what is left beside a straight line that the calendar months explain, 0 to 1."""
    at = np.arange(len(values))
    seen = ~np.isnan(values)
    rest = values - np.polyval(np.polyfit(at[seen], values[seen], 1), at)
    errors = rest.copy()
    for month in range(YEAR):
        own = (at % YEAR == month) & seen
        if own.any():
            errors[own] -= rest[own].mean()
    return 1.0 - float(np.nanvar(errors) / np.nanvar(rest))


def _is_not_level(values: Floats) -> bool:
    from statsmodels.tsa.stattools import kpss

    return len(values) > YEAR and float(kpss(values, regression="c", nlags="auto")[0]) > NOT_LEVEL
