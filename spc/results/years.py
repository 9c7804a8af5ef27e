"""Financial years to date, against the same months of the year before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Floats, Ints, Words
from spc.panel import Panel
from spc.results.statuses import how_many
from spc.wording import MONTH_NAMES

__all__ = ["YearToDate"]


@dataclass(frozen=True, eq=False, repr=False)
class YearToDate:
    """The year so far of every series, and the same months a year earlier.

    Parameters
    ----------
    panel : Panel
    starts : int
        The month in which a year begins: 4 for April.
    ends : (n_series,) int64
        Position of the last month.
    months : (n_series,) int64
        How many months the year has so far, from 1 to 12.
    current, previous : (n_series,) float64
        In the unit of the measure; NaN where a month is missing.
    change, relative : (n_series,) float64
        As in `Comparison`.
    arrow : (n_series,) int8
        1 up, -1 down, 0 little change, 2 none.
    judgement : (n_series,) object
        "better", "worse", "little change", "no direction" or "".
    """

    panel: Panel
    starts: int
    ends: Ints
    months: Ints
    current: Floats
    previous: Floats
    change: Floats
    relative: Floats
    arrow: np.ndarray[Any, np.dtype[np.int8]]
    judgement: Words

    def to_frame(self) -> Any:
        """Return one row a series: keys, last month, months, current, previous, change, arrow, judgement."""
        names = np.array([*self.panel.months, ""], dtype=object)
        fields = {"to": names[np.maximum(self.ends, -1)]}
        for name in ("months", "current", "previous", "change", "relative", "arrow", "judgement"):
            fields[name] = getattr(self, name)
        return frames.tidy_series(self.panel.keys, fields)

    def __repr__(self) -> str:
        return f"YearToDate({how_many(self.panel)}, years from {MONTH_NAMES[self.starts - 1]})"
