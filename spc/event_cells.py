"""The cells of event rows: dates to months and values to numbers, each cell or the reason against it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from spc.arrays import LARGEST, SMALLEST, WHOLE_LIMIT
from spc.parsing import READING_RULES, parse_months, parse_numbers
from spc.parsing.refusal import plain, quoted

__all__ = ["BadEvent", "EventReport", "Findings", "day_of", "months_of", "numbers_of", "text_of"]

Array = np.ndarray[Any, Any]
CLOCK = re.compile(r"\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1900, 2100
NO_DATE = "there is no date, and every event must have its own"
NO_VALUE = "there is no value: mend it, or leave such events out with missing='skip'"
REMEDY = "write dates as 2024-07-31, 2024-07-31 14:05 or 2024-07, or hand over a column of datetimes"
NAT = np.datetime64("NaT", "us")


@dataclass(frozen=True)
class BadEvent:
    """One event that cannot be used: its series, its row (from 1), column, the raw value, the reason."""

    series: str
    row: int
    column: str
    raw: str
    reason: str

    @property
    def sentence(self) -> str:
        """Series, row, column, raw value and reason in one sentence."""
        said = f"{quoted(self.raw)} {self.reason}" if self.raw else self.reason
        return f"{plain(self.series)}, row {self.row:,}, {self.column!r}: {said}."


@dataclass(frozen=True)
class RefusedEvents:
    """A series that stands in the panel by name alone: its keys, its first problem, how many it has."""

    keys: tuple[str, ...]
    problem: BadEvent
    n_problems: int

    @property
    def name(self) -> str:
        """Its keys in one text, as `Panel.name` gives them."""
        return " / ".join(self.keys)


@dataclass(frozen=True, repr=False)
class EventReport:
    """Where every event row went: ``rows_in == rows_used + rows_skipped + rows_reported``.

    Parameters
    ----------
    rows_in, rows_used, rows_skipped, rows_reported : int
        Handed in; counted; left out because they have no value (``missing="skip"``); of refused series,
        sound or not.
    problems : tuple of BadEvent
        In the order of the rows.
    refused : tuple of RefusedEvents
        The series that they refuse.
    """

    rows_in: int
    rows_used: int
    rows_skipped: int
    rows_reported: int
    problems: tuple[BadEvent, ...]
    refused: tuple[RefusedEvents, ...]

    def __post_init__(self) -> None:
        out = self.rows_used + self.rows_skipped + self.rows_reported
        if out != self.rows_in:
            raise AssertionError(
                f"{self.rows_in:,} events came in and {out:,} are accounted for: "
                "this is a fault of spc, and no number was given out."
            )

    @property
    def is_clean(self) -> bool:
        """Whether there is no problem at all."""
        return not self.problems

    def __repr__(self) -> str:
        parts = [f"{self.rows_in:,} events in", f"{self.rows_used:,} used"]
        for name in ("skipped", "reported"):
            count = getattr(self, f"rows_{name}")
            parts += [f"{count:,} {name}"] if count else []
        parts.append(f"{len(self.problems):,} problem{'' if len(self.problems) == 1 else 's'}")
        parts += [f"{len(self.refused):,} series refused"] if self.refused else []
        return f"EventReport({', '.join(parts)})"


@dataclass
class Findings:
    """What was found wrong so far, row by row."""

    codes: Array
    keys: Mapping[str, Array]
    found: list[tuple[int, str, str, str]] = field(default_factory=list)

    def add(self, rows: Array, column: str, raw: Any, reason: str | Callable[[int], str]) -> None:
        """Note the same column of some rows; the reason may depend on the row."""
        for row in rows.tolist():
            why = reason if isinstance(reason, str) else reason(row)
            self.found.append((row, column, text_of(raw[row]), why))

    def problems(self) -> tuple[BadEvent, ...]:
        """Return all that was found, in the order of the rows."""
        return tuple(
            BadEvent(" / ".join(self.named(row)), row + 1, column, raw, reason)
            for row, column, raw, reason in sorted(self.found)
        )

    def named(self, row: int) -> tuple[str, ...]:
        """Return the keys of a row's series."""
        return tuple(str(labels[self.codes[row]]) for labels in self.keys.values())

    @property
    def bad_series(self) -> Array:
        """True for the series that a bad event refuses (n_series,)."""
        bad = np.zeros(len(next(iter(self.keys.values()))), np.bool_)
        bad[[self.codes[row] for row, *_ in self.found]] = True
        return bad

    def settle(self, has_value: Array) -> tuple[Array, EventReport]:
        """Return which events are used, and where all of them went."""
        problems = self.problems()
        of_series: dict[int, list[BadEvent]] = {}
        for problem in problems:
            of_series.setdefault(int(self.codes[problem.row - 1]), []).append(problem)
        reported = self.bad_series[self.codes]
        keep = has_value & ~reported
        return keep, EventReport(
            rows_in=len(keep),
            rows_used=int(keep.sum()),
            rows_skipped=int((~has_value & ~reported).sum()),
            rows_reported=int(reported.sum()),
            problems=problems,
            refused=tuple(
                RefusedEvents(self.named(bad[0].row - 1), bad[0], len(bad)) for bad in of_series.values()
            ),
        )


def text_of(value: Any) -> str:
    """Return a cell as text, "" where it is empty; dates and datetimes print as ISO has them."""
    if isinstance(value, str):
        return value.strip()
    if value is None or value != value or str(value) in ("<NA>", "NaT"):
        return ""
    return str(value).strip()


def months_of(raw: Array, column: str, found: Findings) -> Array:
    """Return year * 12 + month - 1 of each event, -1 where it has no date that can be read."""
    if raw.dtype.kind == "M":
        stamps = raw.astype("datetime64[M]")
        months = stamps.astype(np.int64) + 1970 * 12
        none = np.isnat(stamps)
        found.add(np.flatnonzero(none), column, raw, NO_DATE)
        months[none] = -1
        wild = ~none & ((months < FIRST_YEAR * 12) | (months >= (LAST_YEAR + 1) * 12))
        found.add(np.flatnonzero(wild), column, raw, f"is not between {FIRST_YEAR} and {LAST_YEAR}")
        months[wild] = -1
        return months
    texts = [text_of(value) for value in raw.tolist()]
    known = _read_months(dict.fromkeys(texts))
    months = np.array([known[text][0] for text in texts], np.int64)
    found.add(np.flatnonzero(months < 0), column, raw, lambda row: known[texts[row]][1])
    return months


def _read_months(texts: dict[str, None]) -> dict[str, tuple[int, str]]:
    """Return the month of each text, or -1 and the reason; one column is written in one form."""
    known = {}
    usual = ""
    for text in texts:
        day, clock = _apart(text)
        month, form, reason = _month(day)
        if not reason and clock and not _is_clock(clock):
            month, reason = -1, "has no such time of day"
        if not reason and usual and form != usual:
            month, reason = -1, "is written in another form than the dates before it"
        if not reason:
            usual = form
        known[text] = month, f"{reason}: {REMEDY}" if reason and text else reason
    return known


def _apart(text: str) -> tuple[str, str]:
    """Return the day and the time of day; most forms of a day have ten characters."""
    if len(text) > 10 and text[10] in " T":
        return text[:10], text[11:]
    day, blank, clock = text.rpartition(" ")
    return (day, clock) if blank and ":" in clock else (text, "")


@cache
def _is_clock(text: str) -> bool:
    if CLOCK.fullmatch(text) is None:
        return False
    try:
        np.datetime64(f"2000-01-01T{text}", "us")
    except ValueError:
        return False
    return True


@cache
def _month(text: str) -> tuple[int, str, str]:
    """Return month, form and the reason against it; a month will do, for that is all that is asked."""
    if not text:
        return -1, "", NO_DATE
    read = parse_months([text])
    rule = str(read.rules[0])
    if rule in ("not a month", "no month"):
        return -1, "", "is no date"
    return (-1, "", READING_RULES[rule].refused) if rule else (int(read.ordinals[0]), read.form, "")


@cache
def day_of(text: str) -> tuple[np.datetime64, str, str]:
    """Return day, form and the reason against it, "" where there is none."""
    read = parse_months([text])
    rule = str(read.rules[0])
    if rule in ("not a month", "no month") or not (rule or read.days[0]):
        return NAT, "", "is no date"
    if rule:
        return NAT, "", READING_RULES[rule].refused
    month = np.datetime64("0000-01", "M") + int(read.ordinals[0])
    return (month.astype("datetime64[D]") + int(read.days[0]) - 1).astype("datetime64[us]"), read.form, ""


def numbers_of(raw: Array, column: str, found: Findings) -> Array:
    """Return each event's value: numbers as they are, lengths of time in seconds; NaN where there is none.

    What cannot be read is NaN too, and stands in `found`; an empty cell does not.
    """
    if raw.dtype.kind == "m":
        seconds = raw.astype("timedelta64[us]").astype(np.float64) / 1e6
        return np.where(np.isnat(raw), np.nan, seconds)
    if raw.dtype.kind in "iuf":
        numbers = raw.astype(np.float64)
        if raw.dtype.kind in "iu":
            found.add(np.flatnonzero(np.abs(numbers) > WHOLE_LIMIT), column, raw, "is beyond 2**53")
        return _sound(numbers, raw, column, found)
    cells = raw.tolist()
    try:
        read = {(type(cell), cell): _number(cell) for cell in dict.fromkeys(cells)}
        keys = [(type(cell), cell) for cell in cells]
        known = [read[key] if key in read else _number(key[1]) for key in keys]
    except TypeError:  # a list in a cell
        known = [_number(cell) for cell in cells]
    found.add(np.flatnonzero([why != "" for _, why in known]), column, raw, lambda row: known[row][1])
    return np.array([number for number, _ in known], np.float64)


def _number(cell: Any) -> tuple[float, str]:
    """Return one value that is no plain number, and the reason against it."""
    if isinstance(cell, bool):
        return np.nan, "is a truth value, a number was expected"
    if isinstance(cell, dt.timedelta) and cell == cell:
        return cell / dt.timedelta(seconds=1), ""
    read = parse_numbers([text_of(cell)], unit="hh:mm:ss")
    rule = str(read.rules[0])
    return float(read.values[0]), READING_RULES[rule].refused if rule else ""


def _sound(numbers: Array, raw: Array, column: str, found: Findings) -> Array:
    """Leave out, and note, what is infinite, too large or too small."""
    size = np.abs(numbers)
    for bad, reason in (
        (np.isinf(size), "is infinite"),
        (np.isfinite(size) & (size > LARGEST), f"is larger than {LARGEST:g}: check its unit"),
        ((size > 0.0) & (size < SMALLEST), f"is smaller than {SMALLEST:g}: check its unit, or write 0"),
    ):
        found.add(np.flatnonzero(bad), column, raw, reason)
        numbers[bad] = np.nan
    return numbers
