"""Forecast: what is expected of every series, and between which limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import betainc, pdtr, stdtrit

from spc import frames
from spc.array_types import Codes, Floats, Ints, Words
from spc.checks import confidence
from spc.panel import Panel
from spc.results.statuses import SHORT_HISTORY, STATUSES, how_many

__all__ = ["COUNTS", "LOG", "PLAIN", "Calibration", "Forecast", "Spread"]

#: On which scale errors are spread evenly: the value itself, its logarithm, or whole counts.
PLAIN, LOG, COUNTS = range(3)


@dataclass(frozen=True, eq=False)
class Spread:
    """How far months may fall from their forecast.

    Parameters
    ----------
    centre, sd : (n_series, horizon) float64
        Of the forecast distribution, on its scale; `sd` is NaN where nothing tells it.
    freedom : (n_series,) float64
        Degrees of freedom of Student's t; infinite for the normal distribution.
    scale : (n_series,) int8
        PLAIN, LOG, or COUNTS (negative binomial of that mean and sd, Poisson where sd^2 is not above it).
    offset : (n_series, horizon) float64
        Added to a value before its logarithm is taken, on the scale LOG.
    root_centre, root_sd : (n_series, horizon) float64
        The same distribution as it stands on the scale of square roots; NaN where it was not asked for.
    root_share : (n_series,) float64
        How far the limits follow the roots, from 0 to 1; what is left follows `scale`.
    bounds : (n_series, 2) float64
        Where values can never be; NaN where there is no bound.
    """

    centre: Floats
    sd: Floats
    freedom: Floats
    scale: Codes
    offset: Floats
    root_centre: Floats
    root_sd: Floats
    root_share: Floats
    bounds: Floats

    def limits(self, level: float) -> tuple[Floats, Floats]:
        """Return the lower and upper limits (n_series, horizon) that hold `level` per cent of months."""
        tail = 0.5 - level / 200.0
        times = -stdtrit(self.freedom, tail)[:, None]
        lower, upper = self.centre - times * self.sd, self.centre + times * self.sd
        logs, roots = self.scale == LOG, self.root_share > 0.0
        share = self.root_share[roots, None]
        with np.errstate(over="ignore"):
            for line, side in ((lower, -1.0), (upper, 1.0)):
                line[logs] = np.exp(line[logs]) - self.offset[logs]
                root = self.root_centre[roots] + side * times[roots] * self.root_sd[roots]
                line[roots] = (1.0 - share) * line[roots] + share * np.maximum(root, 0.0) ** 2
        counts = self.scale == COUNTS
        lower[counts], upper[counts] = count_limits(self.centre[counts], self.sd[counts], tail)
        low, high = self.bounds[:, :1], self.bounds[:, 1:]
        inside = (np.fmin(np.fmax(line, low), high) for line in (lower, upper))
        lower, upper = (np.where(np.isnan(self.sd), np.nan, line) for line in inside)
        return lower, upper

    def widened(self, factors: Floats) -> Spread:
        """Return it with errors `factors` (broadcast to (n_series, horizon)) times as large."""
        return replace(self, sd=self.sd * factors, root_sd=self.root_sd * factors)

    def multiplied(self, factors: Floats) -> Spread:
        """Return that of values `factors` (n_series, horizon) times as large; its bounds stay.

        Of counts the Poisson part of the variance grows with the factor, what is above it with its square.
        """
        logs, counts = (self.scale == LOG)[:, None], (self.scale == COUNTS)[:, None]
        with np.errstate(over="ignore"):
            extra = np.maximum(self.sd**2 - self.centre, 0.0) * factors**2
            of_counts = np.sqrt(np.where(counts, self.centre * factors + extra, 0.0))
            plain = self.centre * factors, np.where(counts, of_counts, self.sd * factors)
            return replace(
                self,
                centre=np.where(logs, self.centre + np.log(factors), plain[0]),
                sd=np.where(logs, self.sd, plain[1]),
                offset=self.offset * factors,
                root_centre=self.root_centre * np.sqrt(factors),
                root_sd=self.root_sd * np.sqrt(factors),
            )


def count_limits(mean: Floats, sd: Floats, tail: float) -> tuple[Floats, Floats]:
    """Return the smallest and largest count with at most `tail` beyond them on either side."""
    with np.errstate(divide="ignore", invalid="ignore"):
        extra = sd * sd - mean
        size = np.where(extra > 1e-9 * mean, mean * mean / extra, np.inf)

    def below(count: Floats) -> Floats:
        """Return P(X <= count)."""
        with np.errstate(invalid="ignore"):
            share = np.where(np.isinf(size), 0.5, size / (size + mean))
            negative_binomial = betainc(np.where(np.isinf(size), 1.0, size), count + 1.0, share)
            return np.where(np.isinf(size), pdtr(count, mean), negative_binomial)

    known = ~np.isnan(mean) & ~np.isnan(sd)
    lower, upper = (np.where(known, _first_above(below, mean, sd, p), np.nan) for p in (tail, 1.0 - tail))
    return lower, upper


def _first_above(below: Callable[[Floats], Floats], mean: Floats, sd: Floats, p: float) -> Floats:
    """Return the smallest count whose distribution function reaches p, by bisection."""
    low = np.full(mean.shape, -1.0)
    high = np.ceil(np.nan_to_num(mean + 40.0 * sd) + 60.0)
    # From 2^53 on neighbours lie more than 1 apart.
    while np.any(high - low > np.maximum(1.0, 2.0 * np.spacing(high))):
        middle = np.floor((low + high) / 2.0)
        reached = below(middle) >= p
        high, low = np.where(reached, middle, high), np.where(reached, low, middle)
    return high


@dataclass(frozen=True, eq=False)
class Calibration:
    """By how much the limits of a panel were widened by what its own series show.

    Parameters
    ----------
    factors : (horizon,) float64
        By which errors are larger (above 1) or smaller than the method says, 1, 2 ... months ahead; all are 1
        where there were too few forecasts to tell.
    n_forecasts : int
        Forecasts of the past that were compared with what came.
    is_enough : bool
    """

    factors: Floats
    n_forecasts: int
    is_enough: bool


@dataclass(frozen=True, eq=False, repr=False)
class Forecast:
    """The months after each series' last one: what to expect, and the limits of prediction.

    Parameters
    ----------
    panel : Panel
        Of n_series x n_periods, from which the forecast was made.
    method : str
        A row of `spc.forecast.METHODS`.
    mean, lower, upper : (n_series, horizon) float64
        The expected value and its limits at `level`, in the unit of the plotted value, for 1, 2 ... months
        after `ends`. NaN where nothing is observed; limits are NaN where nothing tells how wide they are.
    level : float
        The share of months, in per cent, that should lie between the limits.
    fitted : (n_series, n_periods) float64
        What was expected of each month one step before it; NaN after `ends` and where the method has none.
    used : (n_series,) object
        The method that made each forecast: a short history falls back to a simpler one.
    status : (n_series,) int8
        Positions in `STATUSES`: "ok", "short history" (a simpler method), "no data", "refused".
    ends : (n_series,) int64
        The columns of the months after which the forecasts begin.
    spread : Spread
        From which the limits come.
    days : (n_series,) object
        "month" or "working" where months were forecast as if they had the same days, and given as many as
        they will have; "" where they were forecast as they are.
    calibration : Calibration or None
        None where the limits are those of the method.
    """

    panel: Panel
    method: str
    mean: Floats
    lower: Floats
    upper: Floats
    level: float
    fitted: Floats
    used: Words
    status: Codes
    ends: Ints
    spread: Spread
    days: Words
    calibration: Calibration | None

    @property
    def horizon(self) -> int:
        """How many months ahead."""
        return int(self.mean.shape[1])

    @property
    def errors(self) -> Floats:
        """One-step errors (n_series, n_periods): what was observed less what was expected a month before."""
        return self.panel.observed - self.fitted

    def at(self, level: float) -> Forecast:
        """Return the same forecast with limits at another level, in per cent.

        Raises
        ------
        ChoiceError
            A level that is not between 0 and 100.
        """
        share = confidence(level)
        lower, upper = self.spread.limits(share)
        return replace(self, lower=lower, upper=upper, level=share)

    def to_frame(self) -> Any:
        """Return one row a series and month ahead: keys, month, step, mean, lower, upper, method, status."""
        first, last = (int(self.ends.min()), int(self.ends.max())) if len(self.ends) else (0, 0)
        steps = np.arange(last - first + self.horizon) - (self.ends - first)[:, None] + 1
        ahead = (steps >= 1) & (steps <= self.horizon)
        fields: dict[str, Any] = {"step": steps}
        for name in ("mean", "lower", "upper"):
            cells = np.full(steps.shape, np.nan)
            cells[ahead] = getattr(self, name).ravel()
            fields[name] = cells
        words = np.array(STATUSES, dtype=object)[self.status]
        for name, column in (("method", self.used), ("status", words)):
            fields[name] = np.broadcast_to(column[:, None], steps.shape)
        start = None if self.panel.start is None else self.panel.start + first + 1
        rows = frames.tidy_months(self.panel.keys, start, self.panel.echo, fields)
        if start is None:
            rows["month"] += first + 1
        return rows[ahead.ravel()].reset_index(drop=True)

    def __repr__(self) -> str:
        simpler = int(np.count_nonzero(self.status == SHORT_HISTORY))
        more = f", {simpler:,} by a simpler method" if simpler else ""
        asked = "".join(f", {each}" for each in (self._days(), self._calibrated()) if each)
        return f"Forecast({how_many(self.panel)}, {self.method}, {self.horizon} months ahead{more}{asked})"

    def _days(self) -> str:
        """Say how many series have no days, where they were asked for."""
        without = int(np.count_nonzero(self.days == ""))
        return f"{without:,} as they are, without days" if 0 < without < len(self.days) else ""

    def _calibrated(self) -> str:
        """Say what the limits were calibrated by, where that was asked for."""
        if self.calibration is None:
            return ""
        told = f"{self.calibration.n_forecasts:,} forecasts of the past"
        if self.calibration.is_enough:
            return f"limits calibrated by {told}"
        return f"limits not calibrated: {told} are too few"
