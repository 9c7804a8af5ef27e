"""Event rows: how many a month, their totals, means, medians and quantiles; or the days between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np

from spc import frames
from spc.array_types import Array
from spc.checks import ChoiceError, InputError, choice, window_lengths
from spc.event_cells import (
    NO_VALUE,
    EventReport,
    Findings,
    clocks_of,
    months_of,
    numbers_of,
    stamps_of,
    text_of,
)
from spc.kernels.event_rows import quantiles, totals
from spc.wording import month_text

__all__ = ["from_events"]

Made = TypeVar("Made")
DAY = np.timedelta64(1, "D")
#: What may be asked of the events of a month; a number between 0 and 1 asks for that quantile.
STATISTICS = ("count", "total", "mean", "median")


def from_events(
    cls: Callable[..., Made],
    frame: Any,
    *,
    series: str | Sequence[str] = "measure",
    when: str = "date",
    value: str | None = None,
    statistic: str | float | None = None,
    windows: Sequence[int] | int = (3, 12),
    since: Any = None,
    until: Any = None,
    missing: str = "refuse",
    strict: bool = True,
    between: bool = False,
) -> Made:
    """Make a Panel of months (or of the days between events) from one row per event.

    Parameters
    ----------
    frame : pandas, polars or Arrow table
        One row per event, in any order.
    series : str or sequence of str
        The key columns that together name a series: area, category ... What has no event is no series.
    when : str
        The date of each event, with or without a time of day: datetimes, dates, or texts in one form
        ("2024-07-31", "2024-07-31 14:05", "31/07/2024" ...; day first where there are slashes). For months
        the month alone will do ("2024-07").
    value : str, optional
        A number for each event, or a length of time (timedelta, or "hh:mm:ss", counted in seconds).
    statistic : {"count", "total", "mean", "median"} or float, optional
        What is made of the events of a month; a number between 0 and 1 is a quantile, so that 0.9 is the time
        within which nine in ten were dealt with. By default the count; with a `value` it must be said.
    windows : int or sequence of int
        For medians and quantiles: the windows in months to be worked out from the records.
    since, until : month, optional
        First and last month; by default those of the earliest and the latest event of all. An event before or
        after them is refused, and so is one after this month where `until` is not given.
    missing : {"refuse", "skip"}
        What is done with an event that has no value.
    strict : bool
        True: an event that cannot be read is an error. False: its series stands in the panel by name alone,
        with the status "refused", and ``panel.report`` has every such event with its raw value.
    between : bool
        True: the days between events instead of months; nothing else may then be asked.

    Returns
    -------
    Panel
        (n_series, n_periods) months from the first to the last. "count": events, 0 in a month without any,
        also before the first and after the last event of a series. "total": sums, 0 likewise. "mean": totals
        over events, a ratio (kind "duration"), so that windows are right. "median" and quantiles: those of
        each month in `values` (missing where there is no event), and those of the windows in `given`, from
        the records themselves and never from monthly medians.
        With `between`: (n_series, most gaps) days in observation order, for the t chart (the g chart where
        they are whole). The first event of a series has no gap before it; two events at one time have 0 days
        between them. Series with fewer events are blank in front: every series ends with its latest gap.

    Raises
    ------
    InputError
        A row without a series or without a date, a date or a value that cannot be read: the sentence names
        series, row and raw value, and ``problems`` of the error has all of them.
    ChoiceError
        A statistic without a `value`, a misspelt choice, a window out of range.

    Notes
    -----
    The quantile q of n records in rising order is the record at place 1 + (n - 1) q, straight between its
    neighbours (type 7 of Hyndman and Fan 1996, American Statistician 50, 361-365; the default of numpy and of
    spreadsheets). Months are those of the clock as it stands in the data; days between events with a time
    zone are compared in UTC. The last month may not be over: end with ``.until("2024-07")``.

    Examples
    --------
    >>> import pandas as pd, spc
    >>> calls = pd.DataFrame({"measure": "Calls", "date": ["2024-05-31", "2024-07-02", "2024-07-09"],
    ...                       "wait": ["00:01:00", "00:00:30", "00:03:00"]})
    >>> spc.Panel.from_events(calls).values.tolist()
    [[1.0, 0.0, 2.0]]
    >>> panel = spc.Panel.from_events(calls, value="wait", statistic="median", windows=(3,))
    >>> panel.values.tolist(), panel.given[3].tolist()
    ([[60.0, nan, 105.0]], [[nan, nan, 60.0]])
    >>> spc.Panel.from_events(calls, between=True).values.tolist()
    [[32.0, 7.0]]
    """
    names = [series] if isinstance(series, str) else list(series or ())
    if not isinstance(strict, bool):
        raise ChoiceError(f"`strict` must be True (refuse the frame) or False (the series), got {strict!r}.")
    if between is True:
        others = {"value": value, "statistic": statistic, "since": since, "until": until}
        others |= {"missing": None if missing == "refuse" else missing, "strict": None if strict else strict}
        for name, given in others.items():
            if given is not None:
                raise ChoiceError(f"`between` cannot go with `{name}`, which is about months: leave one out.")
        codes, keys, raw = frames.read_events(frame, names, [when], utc=True)
        found = Findings(codes, keys)
        stamps = stamps_of(clocks_of(raw, utc=True), when, found)
        if found.found:
            raise found.refusal()
        return cls(values=_gaps(codes, stamps, len(found.bad_series)), keys=keys, start=None, echo="order")
    if between is not False:
        raise ChoiceError(f"`between` must be True (days between events) or False (months), got {between!r}.")
    asked = _asked(statistic, value)
    lengths = window_lengths(windows, 2)
    choice("missing", missing, ("refuse", "skip"))
    first, last = (
        None if month is None else frames.month_ordinal(month, name)
        for month, name in ((since, "since"), (until, "until"))
    )
    if first is not None and last is not None and first > last:
        raise ChoiceError(
            f"`since` must not come after `until`, got {month_text(first)} and {month_text(last)}."
        )
    codes, keys, *raws = frames.read_events(frame, names, [when, *([value] if value else [])], utc=False)
    found = Findings(codes, keys)
    raws[0] = clocks_of(raws[0], utc=False)
    months = months_of(raws[0], when, found)
    _refuse_outside(months, first, last, raws[0], when, found)
    numbers = np.zeros(len(codes)) if value is None else numbers_of(raws[1], value, found)
    if value is not None and missing == "refuse":
        _refuse_empty(numbers, raws[1], value, found)
    if strict and found.found:
        raise found.refusal()
    keep, report = found.settle(~np.isnan(numbers))
    span = _span(months[keep], first, last, report)
    made = _months(codes[keep], months[keep], numbers[keep], found.bad_series, span, asked, lengths)
    return cls(keys=keys, start=span[0], refused=found.bad_series, report=report, **made)


def _asked(statistic: Any, value: str | None) -> str | Fraction:
    """Return the statistic by its word, or the quantile as the decimal that was written."""
    if statistic is None:
        if value is not None:
            raise ChoiceError(
                f"`statistic` must say what is made of {value!r}: one of 'total', 'mean', 'median', or a "
                "quantile such as 0.9."
            )
        return "count"
    asked: str | Fraction
    if isinstance(statistic, float | np.floating) and 0.0 < statistic < 1.0:
        asked = Fraction(str(statistic))  # 0.9 of 32 bits is 0.9 too
        if asked.denominator > 1_000_000:
            raise ChoiceError(
                f"`statistic` must be a quantile of six decimals at the most, got {statistic!r}."
            )
    elif isinstance(statistic, str) and statistic in STATISTICS:
        asked = Fraction(1, 2) if statistic == "median" else statistic
    else:
        raise ChoiceError(
            f"`statistic` must be one of {', '.join(map(repr, STATISTICS))}, or a quantile between 0 and 1, "
            f"got {statistic!r}."
        )
    if (asked == "count") is not (value is None):
        raise ChoiceError(
            "`value` must not be given to count events: leave it out, or ask for another `statistic`."
            if value is not None
            else f"`value` must name the column of which {statistic!r} is asked."
        )
    return asked


def _refuse_outside(
    months: Array, since: int | None, until: int | None, raw: Array, when: str, found: Findings
) -> None:
    """Note events before the first month, after the last, or in the future: a slip would stretch them all."""
    today = date.today()
    last = today.year * 12 + today.month - 1 if until is None else until
    what = "lies in the future" if until is None else f"comes after `until`, {month_text(last)}"
    late = months > last
    found.add(np.flatnonzero(late), when, raw, f"{what}: mend it, or give a later `until`")
    if since is not None:
        early = (months >= 0) & (months < since)
        why = f"comes before `since`, {month_text(since)}: mend it, or give an earlier `since`"
        found.add(np.flatnonzero(early), when, raw, why)


def _refuse_empty(numbers: Array, raw: Array, value: str, found: Findings) -> None:
    """Note events without a value; one that could not be read was noted before."""
    rows = np.flatnonzero(np.isnan(numbers))
    found.add(rows[np.array([text_of(raw[row]) == "" for row in rows], bool)], value, raw, NO_VALUE)


def _span(months: Array, since: int | None, until: int | None, report: EventReport) -> tuple[int, int]:
    """Return the first month and how many there are."""
    ends = [int(month) for month in (months.min(), months.max())] if len(months) else []
    first = since if since is not None else (ends[0] if ends else until)
    last = until if until is not None else (ends[1] if ends else since)
    if first is None or last is None:
        raise InputError(
            "No event can be used, so there is no month to begin with: mend one, or say `since` and `until`.",
            report.problems,
        )
    return first, last - first + 1


def _months(
    codes: Array,
    months: Array,
    numbers: Array,
    refused: Array,
    span: tuple[int, int],
    asked: str | Fraction,
    lengths: Sequence[int],
) -> dict[str, Any]:
    """Return what a Panel is made of: values, and `of` or `given` where the statistic has them."""
    shape = (len(refused), span[1])
    place = codes * shape[1] + (months - span[0])
    count = np.bincount(place, minlength=shape[0] * shape[1])
    blank = np.where(refused[:, None], np.nan, 0.0)
    events = count.reshape(shape) + blank
    if asked == "count":
        return {"values": events}
    cells = np.arange(shape[0])[:, None] * shape[1] + np.arange(shape[1] + 1)
    begins = np.append(0, np.cumsum(count))[cells]
    records = numbers[np.lexsort((numbers, place))]
    out = np.empty(shape)
    if isinstance(asked, str):
        totals(begins, records, out)
        sums = out + blank
        if asked == "total":
            return {"values": sums}
        return {"values": sums, "of": events, "is_ratio": np.ones(shape[0], bool)}
    by_window = {}
    for window in (1, *lengths):
        by_window[window] = np.empty(shape)
        quantiles(begins, records, window, asked.numerator, asked.denominator, by_window[window])
    return {"values": by_window.pop(1), "given": by_window}


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
