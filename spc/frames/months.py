"""Months at the door: in any form into ordinals, and back as periods or datetimes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spc.array_types import Array
from spc.checks import ChoiceError, InputError
from spc.parsing import Problem, parse_months

__all__ = ["month_column", "month_ordinal", "months_out", "refuse_years"]

#: pandas counts months from January 1970, we from January of year 0.
EPOCH = 1970 * 12
FIRST_YEAR, LAST_YEAR = 1900, 2100


def month_column(column: pd.Series[Any], name: str) -> tuple[Array, str]:
    """Return months as ordinals, and how to echo them."""
    kind = column.dtype
    if column.isna().any():
        row = int(np.argmax(column.isna().to_numpy()))
        raise InputError(f"Row {row + 1} has no {name!r}: every row must have its month.")
    if isinstance(kind, pd.PeriodDtype):
        if str(kind) != "period[M]":
            raise InputError(f"`{name}` holds {kind}: months (period[M]) were expected.")
        return column.array.asi8 + EPOCH, "period"
    if pd.api.types.is_datetime64_any_dtype(kind):
        return _months_of_days(column, name), "datetime"
    codes, texts = pd.factorize(column)
    read = parse_months([_month_text(text) for text in texts])
    if read.file_problem is not None:
        raise InputError(f"`{name}`: {read.file_problem.sentence}", [read.file_problem])
    for code, rule in enumerate(read.rules):
        if rule:
            problem = Problem.of(rule, str(texts[code]), series=name)
            raise InputError(problem.sentence, [problem])
    return read.ordinals[codes], "period"


def _months_of_days(column: pd.Series[Any], name: str) -> Array:
    """Return months as ordinals of days as the clock of their zone has them; times of day are refused.

    23:00 on 30 April may be London's first of May in universal time: the month before would be another one.
    """
    stamps = column.dt.tz_localize(None) if isinstance(column.dtype, pd.DatetimeTZDtype) else column
    times = stamps.to_numpy()
    days = times.astype("datetime64[D]")
    if (days != times).any():
        problem = Problem.of("time of day", str(column.iloc[int(np.argmax(days != times))]), series=name)
        raise InputError(problem.sentence, [problem])
    return days.astype("datetime64[M]").astype(np.int64) + EPOCH


def refuse_years(column: pd.Series[Any], name: str, months: Array) -> None:
    """Refuse years that only a slip of the pen makes: one would stretch the calendar of every series."""
    low, high = FIRST_YEAR * 12, LAST_YEAR * 12 + 11
    if months.min() < low or months.max() > high:
        row = int(np.argmax((months < low) | (months > high)))
        raise InputError(
            f"Row {row + 1}, {name!r}: {column.iloc[row]} is not between {FIRST_YEAR} and {LAST_YEAR}."
        )


def _month_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def month_ordinal(month: Any, name: str) -> int:
    """Return year * 12 + month - 1 of one month in any form; `name` is the argument it came by."""
    if isinstance(month, pd.Period):
        if month.freqstr not in ("M", "ME"):
            raise ChoiceError(f"`{name}` must be a month, got a period of frequency {month.freqstr!r}.")
        return int(month.ordinal) + EPOCH
    if month is None or month is pd.NaT or (not np.isscalar(month) and not hasattr(month, "year")):
        raise ChoiceError(f"`{name}` must be a month such as '2024-07', got {month!r}.")
    if isinstance(month, np.datetime64):
        month = month.astype("datetime64[M]")
    elif hasattr(month, "year") and hasattr(month, "month"):
        return int(month.year) * 12 + int(month.month) - 1
    read = parse_months([str(month)])
    if read.rules[0]:
        raise ChoiceError(f"`{name}` must be a month such as '2024-07', got {month!r}.")
    return int(read.ordinals[0])


def months_out(start: int | None, echo: str, n_periods: int) -> Any:
    """Return the months of a panel as they came, periods or datetimes; observation numbers in plain order."""
    if start is None:
        return pd.Index(np.arange(1, n_periods + 1))
    first = np.datetime64(start - EPOCH, "M")
    months = pd.PeriodIndex((first + np.arange(n_periods)).astype("datetime64[s]"), freq="M")
    return months.to_timestamp() if echo == "datetime" else months
