"""Months with a known cause, which may not set limits: a lockdown, a new recording rule, a lost file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spc.array_types import Flags
from spc.arrays import named_rows
from spc.checks import ChoiceError
from spc.panel import Panel

__all__ = ["Exclusion", "barred_months"]


@dataclass(frozen=True)
class Exclusion:
    """A month that may not set limits, and why.

    Parameters
    ----------
    month : month
    reason : str
        Never empty: nothing is left out in silence.
    series : mapping of key to value or list of values
        Which series it concerns; by default all.

    Examples
    --------
    >>> import spc
    >>> spc.Exclusion("2020-04", "first lockdown", {"measure": "Calls: 999"}).reason
    'first lockdown'
    """

    month: Any
    reason: str
    series: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given: object = self.reason
        if not isinstance(given, str) or not given.strip():
            raise ChoiceError(f"`reason` of the exclusion of {self.month} must say why, got {given!r}.")


def barred_months(panel: Panel, exclude: Mapping[Any, str] | Sequence[Exclusion]) -> Flags | None:
    """Return the months that may not set limits (n_series, n_periods), or None where all may."""
    if isinstance(exclude, str | bytes) or not isinstance(exclude, Iterable):
        raise ChoiceError(
            "`exclude` must map months to reasons, or hold rows of spc.Exclusion, "
            f"got {exclude!r}: write {{'2020-04': 'first lockdown'}}."
        )
    rows = (
        [Exclusion(month, reason) for month, reason in exclude.items()]
        if isinstance(exclude, Mapping)
        else list(exclude)
    )
    if not rows:
        return None
    barred = np.zeros(panel.values.shape, np.bool_)
    for row in rows:
        if not isinstance(row, Exclusion):
            raise ChoiceError(
                "`exclude` must map months to reasons, or hold rows of spc.Exclusion, "
                f"got {row!r}: write {{'2020-04': 'first lockdown'}}."
            )
        rows_of = named_rows(panel.keys, row.series, np.arange(panel.n_series))
        barred[rows_of, panel.position(row.month, "exclude")] = True
    return barred
