"""What a published scorecard carries besides its figures: which are hidden, and words beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Flags, Words
from spc.results.assurance import Assurance

__all__ = ["MARK", "Beside", "Cover"]

#: The shorthand of the Government Statistical Service for a confidential figure.
MARK = "[c]"


@dataclass(frozen=True, eq=False, repr=False)
class Cover:
    """Which figures of a scorecard are hidden; the figures themselves are in it no more.

    Parameters
    ----------
    cells : (n_series, 3) bool
        The month, 3 months and 12 months.
    changes : (n_series, 3) bool
        Their changes on the year before, and the arrows.
    months : (n_series, n_periods) bool
        Months of the trend line and of the data.
    status : (n_series,) object
        The statuses of the true figures.
    variation, warnings : (n_series,) object
        The words of the true figures, "" where they are not told.
    assurance : Assurance
        Of the exceptions that are told and the true limits; none of rows with hidden figures.
    untold : (n_series,) uint32
        The bits of those rules of the as-at month that are not told, whether or not they fire.
    mark : str
        What is printed instead of a hidden figure.
    rounded : (n_series,) bool, optional
        Series whose figures are rounded, so that sums of their months are no figures of the page.
    """

    cells: Flags
    changes: Flags
    months: Flags
    status: Words
    variation: Words
    warnings: Words
    assurance: Assurance
    untold: np.ndarray[Any, np.dtype[np.uint32]]
    mark: str = MARK
    rounded: Flags | None = None

    @property
    def hidden_row(self) -> Flags:
        """Series of which anything is hidden; their limits are not shown either (n_series,)."""
        return np.asarray(self.cells.any(axis=1) | self.changes.any(axis=1) | self.months.any(axis=1))

    def __repr__(self) -> str:
        rows, cells = int(np.count_nonzero(self.hidden_row)), int(np.count_nonzero(self.cells))
        return f"Cover({cells:,} cells of {rows:,} series hidden)"


@dataclass(frozen=True, eq=False)
class Beside:
    """A column of words: its name in frames, its heading on pages, its texts (n_series,)."""

    name: str
    heading: str
    texts: Words
