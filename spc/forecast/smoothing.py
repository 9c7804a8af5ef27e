"""Exponential smoothing: single, Holt's line straight and damped, Holt and Winters' seasons.

Sources: Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing: The State Space
Approach, here HKOS; Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., FPP3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Floats, Ints
from spc.chart_kinds import Setting
from spc.checks import ChoiceError
from spc.forecast.history import YEAR, Answer, History
from spc.forecast.scaling import scaled
from spc.kernels.forecasts import smoothing as kernels
from spc.kernels.forecasts.smoothing import ALPHA, BETA, GAMMA, NUMBERS, PHI, SEASON, SLOPE
from spc.kernels.forecasts.smoothing_states import carry, guess

__all__ = [
    "DAMPED",
    "HOLT",
    "SEASONAL",
    "SES",
    "Fitted",
    "Model",
    "damped",
    "fit_model",
    "foretell",
    "holt",
    "holt_winters_additive",
    "holt_winters_multiplicative",
    "ses",
]

#: Of months scaled to 1: those that repeat exactly lie within limits that the floats can tell.
ROUNDING = 1e-12
#: 0 stands for the number that fits best; 0.9999 is the rim of the region in which one is looked for.
_NUMBER = Setting(0.0, 0.0, 0.9999)
SES = {"alpha": _NUMBER}
HOLT = SES | {"beta": _NUMBER}
DAMPED = HOLT | {"phi": Setting(0.0, 0.0, 1.0)}
SEASONAL = HOLT | {"gamma": _NUMBER}
#: The usual region, less its rim (FPP3 8.6): 0 < alpha < 1, 0 < beta < alpha, 0 < gamma < 1 - alpha; with phi
#: below 0.8 the slope is spent at once, and above 0.98 as good as straight (FPP3 8.2).
_RIM, _LEAST_PHI, _MOST_PHI = 1e-4, 0.8, 0.98
#: States are no larger, where the largest value is about 1.
_FAR = 1e6
#: Lanes of the grid from which descents begin, how many steps each may take, and how many the best of them:
#: after 40, of 108 series at most 2 with any damped model would gain 0.02 of -2 log L from 40 more; after 12,
#: 2 to 10. Of 400 simulated series of 30 to 72 months, (A,A,N) misses the least that descents from all lanes
#: find by over 0.1 in 1.3%, (A,A,A) in 3.0%, (A,Ad,N) in 6.8%; with 4 first steps in 1.5%, 4.0% and 8.5%.
_PLACES, _FIRST_ROUNDS, _ROUNDS = ((0, 4), (4, 8), (8, 16), (16, 20)), 6, 40


@dataclass(frozen=True)
class Model:
    """A model by the letters of its taxonomy (HKOS chapter 2).

    Parameters
    ----------
    error : {"A", "M"}
        Additive or relative to what was expected.
    trend : {"N", "A", "Ad"}
        None, additive, damped additive.
    season : {"N", "A", "M"}
        None, added, multiplied.
    """

    error: str
    trend: str = "N"
    season: str = "N"

    @property
    def form(self) -> list[int]:
        """Whether errors are relative, the season multiplies, there is a slope, there is a season."""
        return [self.error == "M", self.season == "M", self.trend != "N", self.season != "N"]

    @property
    def names(self) -> tuple[str, ...]:
        """Its smoothing parameters."""
        said = (True, self.trend != "N", self.trend == "Ad", self.season != "N")
        return tuple(name for name, has in zip(("alpha", "beta", "phi", "gamma"), said, strict=True) if has)

    def n_fitted(self, known: Mapping[str, float]) -> int:
        """How many numbers are fitted: parameters that are not known, and states; one season is not free."""
        states = 1 + (self.trend != "N") + (YEAR - 1) * (self.season != "N")
        return states + sum(name not in known for name in self.names)


@dataclass(frozen=True, eq=False)
class Fitted:
    """Numbers of a model for every series.

    Parameters
    ----------
    form : (n, 4) int64
        `Model.form` of each series.
    numbers : (n, 18) float64
        As in `spc.kernels.forecasts.smoothing`; NaN where the model does not suit the series.
    lack : (n,) float64
        -2 log L less n log(2 pi / n) + n, which depends on n alone.
    n_fitted : (n,) int64
        How many of the numbers were fitted.
    """

    form: Ints
    numbers: Floats
    lack: Floats
    n_fitted: Ints


def ses(history: History) -> Answer:
    """Expect the level, smoothed exponentially: HKOS (A,N,N)."""
    return _answer(history, Model("A"))


def holt(history: History) -> Answer:
    """Expect level and slope, both smoothed, along a straight line: HKOS (A,A,N)."""
    return _answer(history, Model("A", "A"))


def damped(history: History) -> Answer:
    """Expect a line whose slope becomes less every month by the factor phi: HKOS (A,Ad,N)."""
    return _answer(history, Model("A", "Ad"))


def holt_winters_additive(history: History) -> Answer:
    """Expect Holt's line and a season that is added: HKOS (A,A,A)."""
    return _answer(history, Model("A", "A", "A"))


def holt_winters_multiplicative(history: History) -> Answer:
    """Expect Holt's line times a season, with errors in proportion to it: HKOS (M,A,M)."""
    return _answer(history, Model("M", "A", "M"))


def _answer(history: History, model: Model) -> Answer:
    known = {name: float(history.options.get(name, 0.0)) for name in model.names}
    values, power = scaled(history.values)
    found = fit_model(values, model, {name: number for name, number in known.items() if number > 0.0})
    return foretell(values, power, found, history.horizon)


def fit_model(values: Floats, model: Model, known: Mapping[str, float]) -> Fitted:
    """Find the numbers of a model that make -2 log L least.

    Parameters
    ----------
    values : (n, n_periods) float64
        Scaled, so that the largest of a series is about 1; above 0 alone for relative errors.
    model : Model
    known : mapping of str to float
        Parameters that are not looked for.

    Raises
    ------
    ChoiceError
        Known numbers that are outside the region together.
    """
    n = len(values)
    form = np.tile(np.array(model.form, np.int64), (n, 1))
    low, high = (np.tile(row, (n, 1)) for row in _bounds(model, known))
    start, numbers, lack, least = (
        np.empty((n, NUMBERS)),
        np.empty((n, NUMBERS)),
        np.empty(n),
        np.full(n, np.inf),
    )
    guess(values, form, start)
    best = start.copy()
    for lane, end in _PLACES:
        if (model.trend == "N" and lane == 4) or (model.season == "N" and lane == 16):
            continue  # without a slope no line turns, without a season it is not the latest
        kernels.fit(values, form, low, high, start, lane, end, _FIRST_ROUNDS, numbers, lack)
        better = lack < least
        best[better], least[better] = numbers[better], lack[better]
    kernels.fit(values, form, low, high, best, 0, _PLACES[-1][1], _ROUNDS, numbers, least)
    return Fitted(form, numbers, least, np.full(n, model.n_fitted(known), np.int64))


def _bounds(model: Model, known: Mapping[str, float]) -> tuple[Floats, Floats]:
    """Return the least and largest of alpha, the shares, phi and the states, (18,) each; equal if known."""
    low, high = np.full(NUMBERS, -_FAR), np.full(NUMBERS, _FAR)
    for name, at in (("alpha", ALPHA), ("beta", BETA), ("gamma", GAMMA)):
        free = name in model.names
        low[at], high[at] = (_RIM, 1.0 - _RIM) if free else (0.0, 0.0)
    low[PHI], high[PHI] = (_LEAST_PHI, _MOST_PHI) if model.trend == "Ad" else (1.0, 1.0)
    for name, at in (("alpha", ALPHA), ("beta", BETA), ("phi", PHI), ("gamma", GAMMA)):
        if name in known:
            low[at] = high[at] = known[name]
    low[ALPHA] = max(low[ALPHA], known.get("beta", 0.0))
    high[ALPHA] = min(high[ALPHA], 1.0 - known.get("gamma", 0.0))
    if low[ALPHA] > high[ALPHA] + 1e-12:
        said = ", ".join(f"{name} = {number:g}" for name, number in known.items())
        raise ChoiceError(
            f"`beta` must be at most `alpha`, and `gamma` at most 1 - `alpha`, got {said}; "
            "leave one of them to be fitted."
        )
    low[ALPHA] = min(low[ALPHA], high[ALPHA])
    if model.trend == "N":
        low[SLOPE] = high[SLOPE] = 0.0
    if model.season == "N":
        low[SEASON:] = high[SEASON:] = 0.0
    return low, high


def foretell(values: Floats, power: Ints, found: Fitted, horizon: int) -> Answer:
    """Say what fitted numbers expect, and how far from it months may fall.

    Parameters
    ----------
    values : (n, n_periods) float64
        Scaled, as `fit_model` had them.
    power : (n,) int64
        Of two, by which they were divided.
    found : Fitted
    horizon : int
    """
    fitted, states = np.empty_like(values), np.empty((len(values), 2 + YEAR))
    carry(values, found.form, found.numbers, fitted, states)
    relative, times = found.form[:, 0] == 1, found.form[:, 1] == 1
    with np.errstate(all="ignore"):  # what is not finite falls back to a simpler method
        steps = np.arange(1, horizon + 1)
        damping = np.cumsum(found.numbers[:, PHI, None] ** steps, axis=1)
        line = states[:, :1] + states[:, 1:2] * damping
        season = states[:, 2 + (steps - 1) % YEAR]
        mean = np.where(times[:, None], line * season, line + season)
        errors = values - fitted
        errors = np.where(relative[:, None], errors / fitted, errors)
        seen = ~np.isnan(errors)
        freedom = np.maximum(np.count_nonzero(seen, axis=1) - found.n_fitted, 0).astype(np.float64)
        # one after another in order of time, so that a series' bits do not depend on its neighbours
        squares = np.cumsum(np.where(seen, errors * errors, 0.0), axis=1)[:, -1]
        square = np.where(freedom > 0.0, squares / freedom, np.nan)
        sd = np.sqrt(_variance(found, square, damping, line, season, mean))
        sd = np.where(sd > 0.0, np.maximum(sd, ROUNDING), sd)
        scale = power[:, None]
        return Answer(np.ldexp(mean, scale), np.ldexp(fitted, scale), np.ldexp(sd, scale), freedom)


def _variance(
    found: Fitted, square: Floats, damping: Floats, line: Floats, season: Floats, mean: Floats
) -> Floats:
    """Return the variance h months ahead (n, horizon), from that of one step, `square` (n,).

    Additive errors (HKOS table 6.1): square (1 + sum_(j<h) c_j^2), c_j = alpha + beta (phi + ... + phi^j),
    and gamma more where j is a multiple of 12. Relative ones (their 6.3): (1 + square) theta_h - mu_h^2 with
    theta_h = mu_h^2 + square sum_(j<h) c_j^2 theta_(h-j). Where the season multiplies (their 6.4), the same
    of the line alone, with (1 + square) theta_h times (1 + gamma^2 square)^k in the k-th year after the
    first, and all of it times season^2; exact in the first year, and close to it later.
    """
    alpha, beta, gamma = (found.numbers[:, at, None] for at in (ALPHA, BETA, GAMMA))
    relative, times = found.form[:, 0] == 1, found.form[:, 1] == 1
    steps = np.arange(1, damping.shape[1] + 1)
    yearly = np.where((steps % YEAR == 0) & ~times[:, None], gamma, 0.0)
    weights = (alpha + beta * damping + yearly) ** 2
    grown = np.cumsum(weights, axis=1) - weights
    out: Floats = square[:, None] * (1.0 + grown)
    if relative.any():
        rows = np.flatnonzero(relative)
        centre = np.where(times[:, None], line, mean)[rows]
        theta = _second_moments(weights[rows], square[rows], centre)
        of_year = (1.0 + gamma[rows] ** 2 * square[rows, None]) ** ((steps - 1) // YEAR)
        of_year = np.where(times[rows, None], of_year, 1.0)
        factor = np.where(times[rows, None], season[rows] ** 2, 1.0)
        moved = (1.0 + square[rows, None]) * of_year * theta - centre * centre
        out[rows] = factor * np.maximum(moved, 0.0)
    return out


def _second_moments(weights: Floats, square: Floats, centre: Floats) -> Floats:
    """Return the expected squares of mu, 1, 2 ... months ahead."""
    theta: Any = centre * centre
    for h in range(1, centre.shape[1]):
        for j in range(h):
            theta[:, h] += square * weights[:, j] * theta[:, h - 1 - j]
    return theta
