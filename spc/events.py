"""Events with their dates: the days that lie between one and the next."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import numpy as np

from spc import frames
from spc.checks import ChoiceError, InputError
from spc.parsing import READING_RULES, parse_months

__all__ = ["from_events"]

Array = np.ndarray[Any, Any]
Made = TypeVar("Made")
DAY = np.timedelta64(1, "D")
#: Years that only a slip of the pen makes, as for months.
FIRST, LAST = np.datetime64("1900-01-01", "us"), np.datetime64("2101-01-01", "us")
CLOCK = re.compile(r"(?P<date>.*?)(?:[T ](?P<clock>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?))?", re.ASCII)
REMEDY = "write dates as 2024-07-31 or 2024-07-31 14:05, or hand over a column of datetimes"


def from_events(
    cls: Callable[..., Made],
    frame: Any,
    *,
    series: str | Sequence[str] = "measure",
    when: str = "date",
    between: bool = True,
) -> Made:
    """Make a Panel of the days between events, from one row per event.

    Parameters
    ----------
    frame : pandas, polars or Arrow table
        One row per event, in any order.
    series : str or sequence of str
        The key columns that together name a series.
    when : str
        The date of each event, with or without a time of day: datetimes, dates, or texts in one form
        ("2024-07-31", "2024-07-31 14:05", "31/07/2024" ...; day first where there are slashes).
    between : bool
        True: the days between events. Counting events by month is not offered yet.

    Returns
    -------
    Panel
        (n_series, most gaps) days in observation order, for the t chart (the g chart where they are whole).
        The first event of a series has no gap before it; two events at one time have 0 days between them.
        Series with fewer events are blank in front: every series ends with its latest gap, so that the last
        column is what is reported on.

    Raises
    ------
    InputError
        A row without a series or without a date, a date that cannot be read: the sentence names series, row
        and raw value.

    Notes
    -----
    Times with a zone are compared in UTC; without one, the clock as it stands.

    Examples
    --------
    >>> import pandas as pd, spc
    >>> falls = pd.DataFrame({"measure": "Falls", "date": ["2024-07-31", "2024-05-01", "2024-06-03"]})
    >>> panel = spc.Panel.from_events(falls)
    >>> panel.values.tolist()
    [[33.0, 58.0]]
    """
    given: object = between
    if given is not True:
        raise ChoiceError(
            f"`between` must be True (the days between events), got {between!r}: to chart events by month, "
            "count them first and use from_frame."
        )
    names = [series] if isinstance(series, str) else list(series)
    codes, keys, raw = frames.read_events(frame, names, when)

    def place(row: int) -> str:
        name = " / ".join(str(labels[codes[row]]) for labels in keys.values())
        return f"{name}, row {row + 1}, {when!r}: "

    return cls(values=_gaps(codes, _stamps(raw, place), _n_series(keys)), keys=keys, start=None, echo="order")


def _n_series(keys: Mapping[str, Array]) -> int:
    return len(next(iter(keys.values())))


def _gaps(codes: Array, stamps: Array, n_series: int) -> Array:
    """Return the days between events of each series, the latest in the last column."""
    order = np.lexsort((stamps, codes))
    codes = codes[order]
    days = np.diff(stamps[order]) / DAY
    number = np.bincount(codes, minlength=n_series)
    cells = np.full((n_series, max(int(number.max()) - 1, 1)), np.nan)
    later = np.flatnonzero(codes[1:] == codes[:-1]) + 1
    from_the_end = (np.cumsum(number) - 1)[codes[later]] - later
    cells[codes[later], cells.shape[1] - 1 - from_the_end] = days[later - 1]
    return cells


def _stamps(raw: Array, place: Callable[[int], str]) -> Array:
    """Return the time of every event, or refuse the first row that has none."""
    if raw.dtype.kind == "M":
        stamps = raw.astype("datetime64[us]")
    else:
        stamps = _read_texts(raw, place)
    for row in np.flatnonzero(np.isnat(stamps)):
        raise InputError(f"{place(int(row))}there is no date, and every event must have its own.")
    for row in np.flatnonzero((stamps < FIRST) | (stamps >= LAST)):
        raise InputError(f"{place(int(row))}{raw[row]!s} is not between 1900 and 2100.")
    return stamps


def _read_texts(raw: Array, place: Callable[[int], str]) -> Array:
    texts = [_text(value) for value in raw.tolist()]
    known: dict[str, tuple[np.datetime64, str, str]] = {"": (np.datetime64("NaT", "us"), "", "")}
    form = ""
    for row, text in enumerate(texts):
        if text in known:
            continue
        known[text] = _stamp(text)
        _, own, reason = known[text]
        if reason:
            raise InputError(f"{place(row)}{text!r} {reason}: {REMEDY}.")
        if form and own != form:
            raise InputError(
                f"{place(row)}{text!r} is written in another form than the dates before it: {REMEDY}."
            )
        form = own
    return np.array([known[text][0] for text in texts], "datetime64[us]")


def _text(value: Any) -> str:
    """Return a cell as text, "" where it is empty; dates and datetimes print as ISO has them."""
    if value is None or value != value or str(value) == "<NA>":
        return ""
    return str(value).strip()


def _stamp(text: str) -> tuple[np.datetime64, str, str]:
    """Return time, form and the reason against it, "" where there is none."""
    parts = CLOCK.fullmatch(text)
    none = np.datetime64("NaT", "us")
    if parts is None:
        return none, "", "is no date"
    day, form, reason = _day(parts["date"])
    if reason or parts["clock"] is None:
        return day, form, reason
    try:
        time = np.datetime64(f"2000-01-01T{parts['clock']}", "us") - np.datetime64("2000-01-01", "us")
    except ValueError:
        return none, "", "has no such time of day"
    return day + time, form, ""


@cache
def _day(text: str) -> tuple[np.datetime64, str, str]:
    read = parse_months([text])
    rule = str(read.rules[0])
    none = np.datetime64("NaT", "us")
    if rule in ("not a month", "no month") or not (rule or read.days[0]):
        return none, "", "is no date"
    if rule:
        return none, "", READING_RULES[rule].refused
    month = np.datetime64("0000-01", "M") + int(read.ordinals[0])
    return (month.astype("datetime64[D]") + int(read.days[0]) - 1).astype("datetime64[us]"), read.form, ""
