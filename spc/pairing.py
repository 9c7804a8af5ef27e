"""Which months a window adds up, decided in one place: one with half a ratio leaves both sums (SPEC 6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from spc.array_types import Flags, Floats
from spc.kernels.rolling import rolling

__all__ = ["heard_and_paired", "row_sums", "window_sums"]


def heard_and_paired(top: Floats, below: Floats | None, ratio: Any = True) -> tuple[Flags, Flags]:
    """Return the months of which anything is known, and those whose parts may be added up.

    A ratio whose month has only one part was heard of, so that the month does not make a window incomplete,
    but it goes into neither sum: a numerator without its denominator would raise the ratio, a denominator
    without its numerator lower it.

    Parameters
    ----------
    top : (n_series, n_months) float64
        Counts, or numerators of ratios; NaN = not observed.
    below : (n_series, n_months) float64 or None
        Denominators; None where no series has any.
    ratio : (n_series,) bool, or bool
        Which series are ratios; what stands in `below` of others is not looked at.

    Returns
    -------
    heard, paired : (n_series, n_months) bool
        Of a ratio: either part, both parts. Of all else: the value is observed, twice.

    Examples
    --------
    >>> import numpy as np
    >>> deaths, cases = np.array([[1, np.nan, 3, np.nan]]), np.array([[9, 8, np.nan, np.nan]])
    >>> heard, paired = heard_and_paired(deaths, cases)
    >>> print(heard[0], paired[0])
    [ True  True  True False] [ True False False False]
    """
    above = np.isfinite(top)
    if below is None:
        return above, above
    under, asked = np.isfinite(below), np.asarray(ratio, dtype=bool)[..., None]
    return above | (under & asked), above & (under | ~asked)


def window_sums(cells: Floats, window: int, least: int, *, mean: bool = False) -> Floats:
    """Return the exact sum, or mean, of the last `window` months, rounded once.

    Parameters
    ----------
    cells : (n_series, n_months) float64
        NaN = not observed.
    window : int
        Length in months.
    least : int
        How many of them must be observed, else the window is NaN.
    mean : bool
        Divide by the number observed.

    Returns
    -------
    (n_series, n_months) float64

    Examples
    --------
    >>> import numpy as np
    >>> window_sums(np.array([[3.0, np.nan, 4.0]]), 2, 1).tolist()
    [[3.0, 3.0, 4.0]]
    """
    cells = np.ascontiguousarray(cells)
    out = np.empty(cells.shape)
    rolling(cells, window, least, mean, out)
    return out


def row_sums(cells: Floats, complete: Flags, *, mean: bool = False) -> Floats:
    """Return the exact sum, or mean, of what each row has, NaN where it is not `complete` (n_series,)."""
    return np.where(complete, window_sums(cells, cells.shape[1], 1, mean=mean)[:, -1], np.nan)
