"""How many days, or working days, months have."""

from __future__ import annotations

from typing import Any

import numpy as np

from spc.array_types import Floats
from spc.calendars import per_day, per_working_day
from spc.checks import choice
from spc.panel import Panel

__all__ = ["DAYS", "days_of"]

#: Which days of a month are counted: all of them; Monday to Friday without the bank holidays of England.
DAYS = {"month": per_day, "working": per_working_day}


def days_of(months: Any, kind: str) -> Floats:
    """Count the days of calendar months.

    Parameters
    ----------
    months : array of int
        Months counted from year 0: 12 times the year, plus 0 for January; of years that a panel may have.
    kind : {"month", "working"}
        All days; working days in England (`spc.per_working_day`).

    Returns
    -------
    float64 of the same shape

    Raises
    ------
    ChoiceError
        An unknown kind; a year that is none; the package that knows the bank holidays is not installed.

    Examples
    --------
    >>> days_of([2024 * 12 + 1, 2025 * 12 + 1], "month").tolist()
    [29.0, 28.0]
    """
    count = DAYS[choice("days", kind, DAYS)]
    asked = np.asarray(months, np.int64)
    if not asked.size:
        return np.empty(asked.shape)
    low, high = int(asked.min()), int(asked.max())
    calendar = Panel.from_numpy(np.ones((1, high - low + 1)), start=f"{low // 12:04d}-{low % 12 + 1:02d}")
    counted = count(calendar).of
    assert counted is not None
    return np.asarray(counted[0][asked - low])
