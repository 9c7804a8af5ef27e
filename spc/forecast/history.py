"""What every method is asked, and what it answers: the two parcels between the verbs and their methods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Codes, Flags, Floats, Ints
from spc.results.forecasts import PLAIN

__all__ = ["YEAR", "Answer", "History"]

YEAR = 12


@dataclass(frozen=True, eq=False)
class History:
    """The months that a method may know: every series ends in the last column.

    Parameters
    ----------
    values : (n, n_periods) float64
        The plotted monthly values, NaN = not observed, the as-at month of each series in the last column.
    january : (n,) int64
        The calendar month of the first column, 0 for January; -1 where months have no calendar.
    horizon : int
        How many months ahead.
    counts : (n,) bool
        Series of whole numbers from 0.
    options : mapping of str to float or str
        The method's own.
    """

    values: Floats
    january: Ints
    horizon: int
    counts: Flags
    options: Mapping[str, Any]

    @property
    def n_observed(self) -> Ints:
        """How many months of each series are observed (n,)."""
        return np.count_nonzero(~np.isnan(self.values), axis=1).astype(np.int64)

    @property
    def n_calendar(self) -> Ints:
        """How many months lie between the first observed month and the end, both counted (n,)."""
        seen = ~np.isnan(self.values)
        return np.where(seen.any(axis=1), self.values.shape[1] - seen.argmax(axis=1), 0).astype(np.int64)

    def some(self, rows: Any) -> History:
        """Return the history of some series."""
        return History(
            np.ascontiguousarray(self.values[rows]),
            self.january[rows],
            self.horizon,
            self.counts[rows],
            self.options,
        )


@dataclass(frozen=True, eq=False)
class Answer:
    """What a method says of each series of its history.

    Parameters
    ----------
    mean : (n, horizon) float64
    fitted : (n, n_periods) float64
        What was expected of each month one step before it; NaN where the method has no such expectation.
    sd : (n, horizon) float64
        Of the error at 1, 2 ... months ahead, on `scale`; NaN where nothing tells it.
    freedom : (n,) float64
        Degrees of freedom behind `sd`: observed errors less fitted numbers.
    scale : (n,) int8, optional
        PLAIN, LOG or COUNTS; by default PLAIN.
    centre : (n, horizon) float64, optional
        Of the distribution on its scale, where it is not `mean`.
    offset, root_share : (n,) float64, optional
    root_centre, root_sd : (n, horizon) float64, optional
        As in `Spread`, for methods on two scales.
    """

    mean: Floats
    fitted: Floats
    sd: Floats
    freedom: Floats
    scale: Codes | None = None
    centre: Floats | None = None
    offset: Floats | None = None
    root_centre: Floats | None = None
    root_sd: Floats | None = None
    root_share: Floats | None = None

    @property
    def scales(self) -> Codes:
        """The scale of each series (n,)."""
        return np.full(len(self.mean), PLAIN, np.int8) if self.scale is None else self.scale

    @property
    def spread(self) -> dict[str, Any]:
        """What a `Spread` is made of, without its bounds."""
        n, none = len(self.mean), np.full_like(self.mean, np.nan)
        offset = np.zeros(n) if self.offset is None else self.offset
        return {
            "centre": self.mean if self.centre is None else self.centre,
            "sd": self.sd,
            "freedom": self.freedom,
            "scale": self.scales,
            "offset": np.repeat(offset[:, None], self.mean.shape[1], axis=1),
            "root_centre": none if self.root_centre is None else self.root_centre,
            "root_sd": none if self.root_sd is None else self.root_sd,
            "root_share": np.zeros(n) if self.root_share is None else self.root_share,
        }
