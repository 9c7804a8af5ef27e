"""Benchmarks that anybody can check by hand."""

from __future__ import annotations

import numpy as np

from spc.array_types import Floats, Ints
from spc.forecast.history import YEAR, Answer, History
from spc.forecast.scaling import scaled

__all__ = ["carried", "drift", "mean", "naive", "seasonal_naive", "spread_of_errors"]


def naive(history: History) -> Answer:
    """Expect the last observed month; the variance grows by that of one step every month.

    Source: Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., 5.2 and 5.5.
    """
    before = carried(history.values)
    fitted, last = before[:, :-1], before[:, -1:]
    sd, freedom = spread_of_errors(history.values - fitted)
    return Answer(
        mean=np.repeat(last, history.horizon, axis=1),
        fitted=fitted,
        sd=sd[:, None] * np.sqrt(np.arange(1, history.horizon + 1)),
        freedom=freedom,
    )


def seasonal_naive(history: History) -> Answer:
    """Expect the last observed month of the same name; the variance grows by that of one year every year.

    A calendar month that is missing a year ago is looked for a year before; one that was never observed, and
    months without a calendar, have no forecast.

    Source: Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., 5.2 and 5.5.
    """
    n, width = history.values.shape
    years = -(-width // YEAR)
    padded = np.full((n, years * YEAR), np.nan)
    padded[:, padded.shape[1] - width :] = np.where(history.january[:, None] < 0, np.nan, history.values)
    # One row for each series and calendar month, one column a year; the as-at month is the last of its year.
    names = padded.reshape(n, years, YEAR).transpose(0, 2, 1).reshape(n * YEAR, years)
    before = carried(names)
    age = np.arange(years + 1) - carried(np.where(np.isnan(names), np.nan, np.arange(years)))

    def by_month(cells: Floats) -> Floats:
        return cells.reshape(n, YEAR, years).transpose(0, 2, 1).reshape(padded.shape)[:, -width:]

    fitted = by_month(before[:, :-1])
    sd, freedom = spread_of_errors((padded[:, -width:] - fitted) / np.sqrt(by_month(age[:, :-1])))
    ahead = np.arange(history.horizon)
    old = age[:, -1].reshape(n, YEAR)[:, ahead % YEAR] + ahead // YEAR
    return Answer(
        mean=before[:, -1].reshape(n, YEAR)[:, ahead % YEAR],
        fitted=fitted,
        sd=sd[:, None] * np.sqrt(old),
        freedom=freedom,
    )


def drift(history: History) -> Answer:
    """Expect the last observed month, moved on along the line from the first one to it.

    The steps between observed months are a random walk's: over k months the drift is k times as large, and
    so is the variance. That of a forecast is sigma^2 h (1 + h / (T - 1)), T - 1 the months from the first
    to the last and h from the last observed one on.

    Source: Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., 5.2 and 5.5.
    """
    values, power = scaled(history.values)
    columns = np.where(np.isnan(values), np.nan, np.arange(values.shape[1]))
    seen = ~np.isnan(values)
    first = np.where(seen.any(axis=1), seen.argmax(axis=1), 0)[:, None]
    begin = np.take_along_axis(values, first, axis=1)
    before, at = carried(values), carried(columns)
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = (before - begin) / (at - first)  # NaN until two months are observed
    last, end, slope = before[:, -1:], at[:, -1:], slopes[:, -1:]
    apart = np.arange(values.shape[1]) - at[:, :-1]
    steps = (values - before[:, :-1] - apart * slope) / np.sqrt(apart)
    sd, freedom = spread_of_errors(steps, 1)
    h = values.shape[1] + np.arange(history.horizon) - end
    with np.errstate(divide="ignore"):
        wide = sd[:, None] * np.sqrt(h * (1.0 + h / (end - first)))
    fitted = before[:, :-1] + apart * slopes[:, :-1]
    return _sized(Answer(last + h * slope, fitted, wide, freedom), power[:, None])


def mean(history: History) -> Answer:
    """Expect the mean of all observed months; the variance is sigma^2 (1 + 1 / T), T how many they are.

    Source: Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., 5.2 and 5.5.
    """
    values, power = scaled(history.values)
    seen = ~np.isnan(values)
    number = np.cumsum(seen, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.cumsum(np.where(seen, values, 0.0), axis=1) / number
    fitted = np.concatenate([np.full((len(values), 1), np.nan), means[:, :-1]], axis=1)
    level, count = means[:, -1:], number[:, -1:]
    sd, freedom = spread_of_errors(values - level, 1)
    with np.errstate(divide="ignore"):
        wide = sd[:, None] * np.sqrt(1.0 + 1.0 / count)
    ahead = (1, history.horizon)
    return _sized(Answer(np.tile(level, ahead), fitted, np.tile(wide, ahead), freedom), power[:, None])


def carried(values: Floats) -> Floats:
    """Return the last value observed before each month, and before the month to come (n, n_periods + 1)."""
    n, width = values.shape
    at = np.where(np.isnan(values), -1, np.arange(width))
    latest = np.concatenate([np.full((n, 1), -1), np.maximum.accumulate(at, axis=1)], axis=1)
    found = np.take_along_axis(values, np.maximum(latest, 0), axis=1)
    return np.where(latest >= 0, found, np.nan)


def spread_of_errors(errors: Floats, fitted: int = 0) -> tuple[Floats, Floats]:
    """Return the sd of one-step errors about 0 and its degrees of freedom, less `fitted` numbers (n,)."""
    seen = ~np.isnan(errors)
    freedom = np.maximum(np.count_nonzero(seen, axis=1) - float(fitted), 0.0)
    errors, power = scaled(errors)
    # Row by row in order of time, so that a series' bits do not depend on its neighbours.
    squares = np.cumsum(np.where(seen, errors * errors, 0.0), axis=1)[:, -1]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return np.where(freedom > 0.0, np.ldexp(np.sqrt(squares / freedom), power), np.nan), freedom


def _sized(answer: Answer, power: Ints) -> Answer:
    """Return an answer about scaled histories at the size of the histories."""
    with np.errstate(over="ignore"):
        mean, fitted, sd = (np.ldexp(each, power) for each in (answer.mean, answer.fitted, answer.sd))
    return Answer(mean, fitted, sd, answer.freedom)
