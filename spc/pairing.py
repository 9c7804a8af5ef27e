"""A month with one part of a ratio missing leaves both sums; the one place where that is decided (SPEC 6)."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["heard_and_paired"]

Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


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
