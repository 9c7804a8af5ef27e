"""Lines of forecast charts: what was expected of each month, from nothing but the months before it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from spc.array_types import Flags, Floats, Ints
from spc.checks import choice
from spc.forecast.asking import bounds_of, counts_in, options_of
from spc.forecast.history import YEAR, History
from spc.forecast.methods import METHODS, Method
from spc.forecast.predicting import predict

__all__ = ["expected"]

#: Limits that lie closer together than this part of their size are those of rounding: no spread at all.
ROUNDING = 1e-14


def expected(
    months: Floats,
    is_ratio: Flags,
    start: int | None,
    owner: Ints,
    begin: Ints,
    until: Ints | None,
    last: Ints,
    *,
    method: str,
    least: int,
    width: float,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Forecast the months of phases, each phase from its own months alone.

    Parameters
    ----------
    months : (n, n_periods) float64
        What may be known; NaN = not observed, or not to be learnt from.
    is_ratio : (n,) bool
    start : int or None
        The calendar month of the first column.
    owner, begin, last : (n_phases,) int64
        The series of each phase, its first known month, and the end of its months (half open).
    until : (n_phases,) int64 or None
        The end of the known months (half open), from which all later months of the phase are forecast; None
        where each month is forecast from all before it.
    method : str
        A row of `METHODS`, with its own defaults.
    least : int
        Fewest observed known months.
    width : float
        The limits hold as many months as so many sigma hold of the normal distribution.

    Returns
    -------
    centre, sigma, upper, lower : (n, n_periods) float64
        NaN where nothing is expected. `sigma` is half the distance of the limits over `width`; it is 0, and
        there are no limits, where no known month was off its forecast. Limits stay at 0 and above where no
        known month lies below.

    Raises
    ------
    ChoiceError
        An unknown method.

    Examples
    --------
    >>> import numpy as np
    >>> months, one = np.array([[4.0, 6.0, 4.0, 6.0, 9.0]]), np.array([0])
    >>> centre, sigma, upper, lower = expected(
    ...     months, np.array([False]), None, one, one, None, np.array([5]), method="naive", least=3, width=2.0
    ... )
    >>> print(centre[0], upper[0].round(1), lower[0].round(1))
    [nan nan nan  4.  6.] [ nan  nan  nan 13.1 12.6] [nan nan nan  0.  0.]
    """
    row = METHODS[choice("method", method, METHODS)]
    seen = np.zeros((len(months), months.shape[1] + 1), np.int64)
    np.cumsum(~np.isnan(months), axis=1, out=seen[:, 1:])
    made = tuple(np.full(months.shape, np.nan) for _ in range(4))

    def forecast(rows: Ints, origin: Ints, ahead: Ints) -> None:
        """Forecast `ahead` months of some phases, which know their months before `origin`."""
        enough = seen[owner[rows], origin] - seen[owner[rows], begin[rows]] >= least
        rows, origin, ahead = rows[enough], origin[enough], ahead[enough]
        if len(rows):
            history = _history(months, is_ratio, start, owner[rows], begin[rows], origin, ahead, row)
            lines = _lines(history, row, width)
            p, h = np.nonzero(np.arange(history.horizon) < ahead[:, None])
            for line, found in zip(made, lines, strict=True):
                line[owner[rows][p], origin[p] + h] = found[p, h]

    if until is not None:
        rows = np.flatnonzero(until < last)
        forecast(rows, until[rows], (last - until)[rows])
    else:
        for t in range(int(begin.min(initial=0)), int(last.max(initial=0))):
            rows = np.flatnonzero((begin < t) & (t < last))
            forecast(rows, np.full(len(rows), t), np.ones(len(rows), np.int64))
    centre, sigma, upper, lower = made
    return centre, sigma, upper, lower


def _history(
    months: Floats,
    is_ratio: Flags,
    start: int | None,
    owner: Ints,
    begin: Ints,
    origin: Ints,
    ahead: Ints,
    method: Method,
) -> History:
    """Return the months begin .. origin (half open) of some series, the last of them in the last column."""
    width = int((origin - begin).max())
    columns = origin[:, None] - width + np.arange(width)
    values = np.where(columns >= begin[:, None], months[owner[:, None], np.maximum(columns, 0)], np.nan)
    january = np.full(len(owner), -1, np.int64) if start is None else (start + origin - width) % YEAR
    counts = counts_in(values, is_ratio[owner])
    return History(values, january, int(ahead.max()), counts, options_of(method, {}))


def _lines(history: History, method: Method, width: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Return centre, sigma, upper and lower limit of the months after each history (n, horizon)."""
    bounds = bounds_of(None, history.values)
    found = predict(history, method, bounds)
    anywhere = replace(found.spread, bounds=np.full_like(bounds, np.nan))
    lower, upper = anywhere.limits(100.0 - 200.0 * float(ndtr(-width)))
    with np.errstate(over="ignore", invalid="ignore"):
        apart = upper - lower
        flat = apart <= ROUNDING * np.fmax(np.abs(upper), np.abs(lower))
    sigma = np.where(np.isfinite(apart), apart / (2.0 * width), np.nan)
    low = bounds[:, :1]
    upper, lower = (
        np.where(flat | ~np.isfinite(line), np.nan, np.fmax(line, low)) for line in (upper, lower)
    )
    return found.mean, np.where(flat, 0.0, sigma), upper, lower
