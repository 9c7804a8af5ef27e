"""Subgroups: several observations of one month, and what is kept of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Array
from spc.arrays import frozen, matrix, sealed
from spc.checks import ChoiceError, InputError
from spc.kernels.subgroups import summarise

__all__ = ["Subgroups", "has_members", "means_of", "read_members"]


@dataclass(frozen=True, eq=False)
class Subgroups:
    """What the observations of each month say of the spread within it.

    Parameters
    ----------
    count : (n_series, n_periods) int64
        How many there are; 0 in a month without any.
    spread : (n_series, n_periods) float64
        The range of a month's observations, in their unit; NaN where there are fewer than two.
    sd : (n_series, n_periods) float64
        Their sample standard deviation; NaN where there are fewer than two.
    """

    count: np.ndarray[Any, np.dtype[np.int64]]
    spread: np.ndarray[Any, np.dtype[np.float64]]
    sd: np.ndarray[Any, np.dtype[np.float64]]

    def __post_init__(self) -> None:
        set_once = object.__setattr__
        set_once(self, "count", sealed(np.ascontiguousarray(self.count, np.int64)))
        set_once(self, "spread", frozen(self.spread))
        set_once(self, "sd", frozen(self.sd))

    def cut(self, where: Any) -> Subgroups:
        """Return some series, or some months, as numpy indexes them."""
        return Subgroups(self.count[where], self.spread[where], self.sd[where])

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()  # numpy forgets in a pickle that an array is read-only


def has_members(values: Any) -> bool:
    """Whether these are (n_series, n_periods, m) observations, and not one number a month."""
    try:
        return np.ndim(values) == 3
    except ValueError:  # rows of unequal length: for `matrix` to refuse
        return False


def means_of(values: Any, of: Any) -> tuple[Array, Subgroups]:
    """Return the mean of each month and its subgroups, from (n_series, n_periods, m) observations.

    Raises
    ------
    InputError
        No member at all, a number that is infinite, too large or too small.
    ChoiceError
        Denominators.
    """
    _refuse_parts(of, None)
    cube = np.ma.asarray(values) if np.ma.isMA(values) else np.asarray(values)
    n_series, n_periods, most = cube.shape
    if not n_periods or not most:
        raise InputError(
            "`values` must have the shape (n_series, n_periods, m), at least one period and one member, "
            f"got {cube.shape}."
        )
    members = np.stack([matrix(f"values[:, :, {j}]", cube[:, :, j]) for j in range(most)], axis=2)
    cells = np.arange(n_series * n_periods, dtype=np.int64).reshape(n_series, n_periods)
    begins = np.append(cells, cells[:, -1:] + 1, axis=1) * most
    return _summary(begins, np.sort(members, axis=2).reshape(-1))


def read_members(
    frame: Any, series: Sequence[str], period: str, value: str, member: str, of: Any, given: Any
) -> dict[str, Any]:
    """Return what a Panel is made of, from a long frame with several rows a series and month.

    Parameters
    ----------
    frame : pandas, polars or Arrow table
    series, period, value
        As for `Panel.from_frame`.
    member : str
        The column that tells the rows of a month apart; `period` itself where nothing does.
    of, given
        Refused: a member is one number.
    """
    _refuse_parts(of, given)
    table = frames.read_long(frame, series, period, {"value": value, "member": member})
    values, within = _summary(table.cells["begins"], table.cells["members"])
    return {"values": values, "within": within, "keys": table.keys, "start": table.start, "echo": table.echo}


def _summary(begins: Array, members: Array) -> tuple[Array, Subgroups]:
    """Summarise members that stand cell by cell in rising order, so that no order of rows matters."""
    shape = (begins.shape[0], begins.shape[1] - 1)
    mean, spread, sd = (np.empty(shape) for _ in range(3))
    count = np.empty(shape, np.int64)
    summarise(np.ascontiguousarray(begins), members, mean, count, spread, sd)
    return mean, Subgroups(count, spread, sd)


def _refuse_parts(of: Any, given: Mapping[int, Any] | None) -> None:
    for name, part in (("of", of), ("given", given)):
        if part is not None:
            raise ChoiceError(
                f"`{name}` cannot go with subgroups, whose members are one number each: divide first, or "
                "give one row a month."
            )
