"""A history without its season, and answers about it with the season put back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spc.array_types import Codes, Floats, Ints
from spc.forecast.history import YEAR, Answer, History
from spc.forecast.scaling import scaled
from spc.kernels.forecasts.seasonality import DIFFERENCES, NONE, seasonality

__all__ = ["Deseasonalised", "deseasonalised"]


@dataclass(frozen=True, eq=False)
class Deseasonalised:
    """Histories less their seasons.

    Parameters
    ----------
    history : History
        Of adjusted months, over powers of two that leave every series' largest month between 1/2 and 1.
    power : (n,) int
        Of those powers.
    kind : (n,) int8
        NONE, RATIOS or DIFFERENCES of `spc.kernels.forecasts.seasonality`.
    indices : (n, 12) float64
        January first: ratios to a month without season, or differences from it, over the same power.
    """

    history: History
    power: Ints
    kind: Codes
    indices: Floats

    def restored(self, answer: Answer) -> Answer:
        """Return the answer about the histories as they were.

        The indices are fitted numbers: the freedom behind the sd is less by the 11 that are free.
        """
        freedom = np.maximum(answer.freedom - np.where(self.kind == NONE, 0.0, YEAR - 1.0), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            wider = np.where(freedom > 0.0, np.sqrt(answer.freedom / freedom), np.nan)[:, None]
        columns = self.history.values.shape[1]
        times, plus = self._season(columns, self.history.horizon)
        before, more = self._season(0, columns)
        with np.errstate(over="ignore"):
            power = self.power[:, None]
            return replace(
                answer,
                mean=np.ldexp(answer.mean * times + plus, power),
                fitted=np.ldexp(answer.fitted * before + more, power),
                sd=np.ldexp(answer.sd * times * wider, power),
                freedom=freedom,
            )

    def _season(self, first: int, count: int) -> tuple[Floats, Floats]:
        """Return what months from a column on are to be multiplied by and what is to be added to them."""
        months = (np.maximum(self.history.january, 0)[:, None] + first + np.arange(count)) % YEAR
        season = np.take_along_axis(self.indices, months, axis=1)
        adds = (self.kind == DIFFERENCES)[:, None]
        return np.where(adds, 1.0, season), np.where(adds, season, 0.0)


def deseasonalised(history: History, *, least: int, mixed: bool) -> Deseasonalised:
    """Take the season out of every history that passes the test for one.

    Parameters
    ----------
    history : History
    least : int
        Fewest calendar months, from the first observed one on, in which a season is looked for.
    mixed : bool
        Take differences where a month is not above 0; otherwise ratios are all there is, and where one of
        them is not above 0 there is no season.

    Source: test and ratios as in Makridakis, Spiliotis and Assimakopoulos (2020), International Journal of
    Forecasting 36, 54-74; classical decomposition: Hyndman and Athanasopoulos (2021), Forecasting:
    Principles and Practice, 3rd ed., 3.4.
    """
    values, power = scaled(history.values)
    n = len(values)
    kind, indices, adjusted = np.empty(n, np.int8), np.empty((n, YEAR)), np.empty_like(values)
    seasonality(values, history.january, least, int(mixed), kind, indices, adjusted)
    return Deseasonalised(replace(history, values=adjusted), power, kind, indices)
