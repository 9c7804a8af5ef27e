"""Arrays: what is let in, how it is kept from changing, and which rows are meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from spc.array_types import Array, Floats
from spc.checks import ChoiceError, InputError
from spc.kernels._compile import float_rows

__all__ = [
    "WHOLE_LIMIT",
    "bounds_table",
    "chosen",
    "first_refused",
    "frozen",
    "matrix",
    "named_rows",
    "sealed",
]

#: Whole numbers beyond this are more than 1 apart in float64.
WHOLE_LIMIT = 2**53
SMALLEST, LARGEST = 1e-100, 1e100


def sealed(labels: Array) -> Array:
    """Return an array of any kind as one that cannot be written to."""
    labels = np.asarray(labels).view()
    labels.flags.writeable = False
    return labels


def chosen(series: Any, n_series: int) -> Array:
    """Return positions of series from a mask or from positions."""
    asked = np.atleast_1d(np.asarray(series))
    if asked.size == 0:
        return np.empty(0, np.int64)
    fits = asked.dtype.kind in "iu" and -n_series <= asked.min() and asked.max() < n_series
    if asked.ndim != 1 or not (fits or (asked.dtype == bool and len(asked) == n_series)):
        raise ChoiceError(
            f"`series` must be a mask of {n_series:,} or positions below it, got {series!r}: "
            "to choose by name write select(measure=...)."
        )
    return np.arange(n_series)[asked]


def named_rows(keys: Mapping[str, Array], wanted: Mapping[str, Any], rows: Array) -> Array:
    """Return those of `rows` whose keys have the wanted values (one, or several) in all key columns."""
    for name, values in wanted.items():
        if name not in keys:
            raise ChoiceError(f"`{name}` is no key of this panel: its keys are {', '.join(keys)}.")
        many = isinstance(values, Iterable) and not isinstance(values, str)
        names = {str(value) for value in (values if many else [values])}
        labels = keys[name]
        for absent in names.difference(labels):
            raise ChoiceError(f"No series has {name} = {absent!r}; see `panel.keys[{name!r}]`.")
        rows = rows[[labels[s] in names for s in rows]]
    return rows


def frozen(cells: Array) -> Array:
    """Return a matrix in the layout that kernels know, as one that cannot be written to."""
    cells = float_rows(cells)
    cells = cells.view()
    cells.flags.writeable = False
    return cells


def matrix(name: str, cells: Any, shape: tuple[int, ...] | None = None) -> Array:
    """Return a fresh (n_series, n_periods) float64 matrix of what the argument `name` holds."""
    try:
        given = (
            np.ma.filled(np.ma.asarray(cells).astype(float), np.nan)
            if np.ma.isMA(cells)
            else np.asarray(cells)
        )
    except ValueError as reason:
        raise InputError(f"`{name}` must be numbers in rows of equal length: {reason}.") from None
    if given.dtype.kind == "m":
        given = given / np.timedelta64(1, "s")
    if given.dtype.kind not in "iufO":
        raise InputError(f"`{name}` must be numbers, got an array of {given.dtype}.")
    if (
        given.dtype.kind in "iu"
        and given.size
        and max(abs(int(given.min())), abs(int(given.max()))) > WHOLE_LIMIT
    ):
        raise InputError(f"`{name}` holds whole numbers beyond 2**53, where digits are lost.")
    try:
        rows = np.array(given, dtype=np.float64, ndmin=2, order="C")
    except (TypeError, ValueError) as reason:
        raise InputError(f"`{name}` must be numbers: {reason}.") from None
    if rows.ndim != 2 or rows.shape[1] == 0 or (shape is not None and rows.shape != shape):
        wanted = "(n_series, n_periods), at least one period," if shape is None else f"{shape}"
        raise InputError(f"`{name}` must have the shape {wanted} got {rows.shape}.")
    bad = first_refused(rows, negative=name != "of")
    if bad is not None:
        s, t, rule = bad
        raise InputError(f"`{name}`, series {s}, period {t + 1}: {rows[s, t].item()!r} {rule}")
    return rows


def first_refused(matrix: Array, *, negative: bool = True) -> tuple[int, int, str] | None:
    """Return row, column and reason of the first number that is infinite, too large, too small or below 0."""
    with np.errstate(invalid="ignore"):
        size = np.abs(matrix)
        tests = (
            (np.isinf(matrix), "is infinite: leave the cell empty, or mend the number."),
            (size > LARGEST, f"is larger than {LARGEST:g}: check its unit."),
            ((size < SMALLEST) & (size > 0.0), f"is smaller than {SMALLEST:g}: check its unit, or write 0."),
            (np.zeros(1, bool) if negative else matrix < 0.0, "is below 0: no denominator is."),
        )
    for bad, reason in tests:
        if bad.any():
            s, t = np.unravel_index(int(np.argmax(bad)), matrix.shape)
            return int(s), int(t), reason
    return None


def bounds_table(given: Any, n_series: int) -> Floats:
    """Return `bounds`, one pair or one a series, as (n_series, 2), NaN for no bound; refuse what is none."""
    try:
        numbers = [np.nan if each is None else each for each in given] if isinstance(given, tuple) else given
        found = np.broadcast_to(np.asarray(numbers, np.float64), (n_series, 2)).copy()
    except (TypeError, ValueError):
        found = np.full((1, 2), np.inf)
    with np.errstate(invalid="ignore"):
        wrong = np.isinf(found).any() or bool((found[:, 0] >= found[:, 1]).any())
    if wrong:
        raise ChoiceError(
            f"`bounds` must be a pair (low, high), None for no bound, or one pair a series, got {given!r}."
        )
    return found
