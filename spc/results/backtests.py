"""Backtest: what methods would have forecast at months of the past, beside what came; and a choice by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Floats, Ints, Words
from spc.checks import choice
from spc.panel import Panel
from spc.results.forecasts import Forecast
from spc.results.statuses import how_many
from spc.wording import month_text

__all__ = ["MEASURES", "Backtest", "Best"]

#: By how much forecasts missed, and how many of them each figure is about.
MEASURES = ("smape", "mase", "rmsse", "owa", "msis", "coverage")
COUNTED = ("forecasts", "unscored", "unscaled", "no_limits", "simpler")
VIEWS = ("method", "horizon", "series", "month")


@dataclass(frozen=True, eq=False, repr=False)
class Backtest:
    """Forecasts from rolling origins, each from months up to its origin alone, and how far they fell.

    Parameters
    ----------
    panel : Panel
        Of n_series.
    methods : tuple of str
        The n_methods that were tried, rows of `spc.forecast.METHODS`.
    level : float
        The share of months, in per cent, that limits were made to hold.
    origins : (n_origins, n_series) int64
        The columns of the last months that each forecast knew; -1 for a series that had not begun.
    actual : (n_origins, n_series, horizon) float64
        What came 1, 2 ... months after the origin; NaN = not observed.
    mean, lower, upper : (n_methods, n_origins, n_series, horizon) float64
        What had been forecast.
    used : (n_methods, n_origins, n_series) object
        The method that made each forecast: the one that was asked, what it has for rare counts, or a simpler
        one for a short history.
    figures : mapping of str to mapping of str to array
        By "method" (n_methods,), "horizon" (n_methods, horizon) and "series" (n_methods, n_series): the
        measures, and the counts of the forecasts behind them.

    Notes
    -----
    The columns of `to_frame`, all of one series weighing as much as all of another:

    smape, mase, rmsse, msis, coverage
        As `spc.forecast.smape` ... say; first over the months of a forecast, then over forecasts.
    owa
        Against naive2 over the same months; by method and by horizon only, as M4 averages over series first.
    forecasts
        How many (series and origin) stand behind the figures.
    unscored
        How many do not: nothing was observed before the origin, or nothing after it.
    unscaled
        Of the forecasts, how many have no mase and msis: under 13 months before the origin, or the same
        every year.
    no_limits
        Of the forecasts, how many have no limits, and so no msis and coverage.
    simpler
        Of the forecasts, how many were made by a simpler method, for want of history.
    """

    panel: Panel
    methods: tuple[str, ...]
    level: float
    origins: Ints
    actual: Floats
    mean: Floats
    lower: Floats
    upper: Floats
    used: Words
    figures: Mapping[str, Mapping[str, np.ndarray[Any, Any]]]

    @property
    def horizon(self) -> int:
        """How many months ahead."""
        return int(self.actual.shape[2])

    def to_frame(self, *, by: str = "method") -> Any:
        """Return the figures as tidy rows.

        Parameters
        ----------
        by : {"method", "horizon", "series", "month"}
            One row a method; a method and month ahead; a series and method; or every single month that was
            forecast: keys, method, origin, step, month, actual, mean, lower, upper, used.

        Raises
        ------
        ChoiceError
            Another word.
        """
        by = choice("by", by, VIEWS)
        if by == "month":
            return self._months()
        figures, n_methods = self.figures[by], len(self.methods)
        names = np.array(self.methods, dtype=object)
        keys: dict[str, Any] = {}
        fields: dict[str, Any] = {"method": names}
        if by == "horizon":
            fields = {
                "method": np.repeat(names, self.horizon),
                "step": np.tile(np.arange(1, self.horizon + 1), n_methods),
            }
        elif by == "series":
            keys = {name: np.repeat(labels, n_methods) for name, labels in self.panel.keys.items()}
            fields = {"method": np.tile(names, self.panel.n_series)}
        turned = by == "series"
        fields |= {name: (cells.T if turned else cells).reshape(-1) for name, cells in figures.items()}
        return frames.tidy_series(keys, fields)

    def _months(self) -> Any:
        """Lay out series, then methods, then origins, then months ahead."""
        n_methods, n_origins, n_series, horizon = self.mean.shape
        shape = (n_series, n_methods, n_origins, horizon)

        def laid(cells: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
            return np.broadcast_to(cells, shape).reshape(-1)

        origins = self.origins.T[:, None, :, None]
        steps = np.arange(1, horizon + 1)
        fields = {
            "method": laid(np.array(self.methods, dtype=object)[:, None, None]),
            "origin": laid(self._texts(origins)),
            "step": laid(steps),
            "month": laid(self._texts(np.where(origins < 0, -1, origins + steps))),
            "actual": laid(self.actual.transpose(1, 0, 2)[:, None]),
        }
        for name in ("mean", "lower", "upper"):
            fields[name] = laid(getattr(self, name).transpose(2, 0, 1, 3))
        fields["used"] = laid(self.used.transpose(2, 0, 1)[:, :, :, None])
        per_series = n_methods * n_origins * horizon
        keys = {name: np.repeat(labels, per_series) for name, labels in self.panel.keys.items()}
        return frames.tidy_series(keys, fields)

    def _texts(self, columns: Ints) -> Words:
        """Return months as texts, numbers of observations in plain order; "" for none."""
        last = int(columns.max(initial=-1)) + 1
        start = self.panel.start
        known = [str(t + 1) if start is None else month_text(start + t) for t in range(last)]
        return np.array([*known, ""], dtype=object)[columns]

    def __repr__(self) -> str:
        return (
            f"Backtest({how_many(self.panel)}, {', '.join(self.methods)}; "
            f"{len(self.origins)} origins x {self.horizon} months)"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Best(Forecast):
    """A forecast of each series by the method that missed it least at rolling origins.

    Parameters
    ----------
    chosen : (n_series,) object
        The method chosen for each series; `used` is the one that made the forecast.
    error : (n_series, n_methods) float64
        The mean absolute error of each method over all its origins and months ahead, in the unit of the
        plotted value; NaN where none could be compared.
    n_origins : (n_series,) int64
        Origins at which all the methods could be compared; where they are too few the default was chosen.
    backtest : Backtest
        What the choice rests on; its `methods` are the columns of `error`.

    The other fields are those of `Forecast`.
    """

    chosen: Words
    error: Floats
    n_origins: Ints
    backtest: Backtest
