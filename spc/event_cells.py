"""The cells of event rows: dates to months and values to numbers, each cell or the reason against it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from spc.array_types import Array
from spc.arrays import LARGEST, SMALLEST, WHOLE_LIMIT
from spc.checks import InputError
from spc.parsing import READING_RULES, parse_months, parse_numbers
from spc.parsing.refusal import plain, quoted

__all__ = [
    "BadEvent",
    "EventReport",
    "Findings",
    "clocks_of",
    "months_of",
    "numbers_of",
    "stamps_of",
    "text_of",
]

CLOCK = re.compile(r"\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?", re.ASCII)
#: Years that only a slip of the pen makes, as for months.
FIRST, AFTER_LAST = np.datetime64("1900-01-01", "us"), np.datetime64("2101-01-01", "us")
WILD = "is not between 1900 and 2100: correct the year"
NO_DATE = "there is no date, and every event must have its own"
NO_VALUE = "there is no value: mend it, or leave such events out with missing='skip'"
NO_SUCH = "is no date"
OTHER_FORM = "is written in another form than the dates before it"
NO_CLOCK = "has a time of day or a time zone in a form that is not read"
#: What is said where `spc.read` could be told more about a column of numbers.
GIVE = "give a number, or a time such as 00:12:57, or leave the cell empty and say missing='skip'"
#: How dates are written where the month is asked for, and where the day is.
MONTHS = "write dates as 2024-07-31, 2024-07-31 14:05 or 2024-07, or hand over a column of datetimes"
DAYS = "write dates as 2024-07-31 or 2024-07-31 14:05, or hand over a column of datetimes"
NAT, MIDNIGHT = np.datetime64("NaT", "us"), np.timedelta64(0, "us")


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

    def refusal(self) -> InputError:
        """Return the error that names the first of them and how many there are."""
        problems = self.problems()
        others = len(problems) - 1
        more = f" {others:,} more cell{'s' if others > 1 else ''} cannot be used either." if others else ""
        return InputError(problems[0].sentence + more, problems)

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


def _date_text(value: Any) -> str:
    """Return a date as text; 202407.0, which a column with an empty cell makes of 202407, is 202407."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else text_of(value)


def clocks_of(raw: Array, *, utc: bool) -> Array:
    """Return datetimes that came one by one, each with its zone, as numpy has them: in UTC or by their clock.

    All other columns are returned as they are.
    """
    if raw.dtype != object:
        return raw
    zoned = np.array([isinstance(cell, dt.datetime) and cell.tzinfo is not None for cell in raw], bool)
    if not zoned.any() or any(text_of(cell) for cell in raw[~zoned]):
        return raw
    stamps = np.full(raw.shape, NAT)
    for row in np.flatnonzero(zoned).tolist():
        stamps[row] = (raw[row].astimezone(dt.UTC) if utc else raw[row]).replace(tzinfo=None)
    return stamps


def months_of(raw: Array, column: str, found: Findings) -> Array:
    """Return year * 12 + month - 1 of each event, -1 where it has no date that can be read."""
    if raw.dtype.kind == "M":
        stamps = stamps_of(raw, column, found)
        return np.where(np.isnat(stamps), -1, stamps.astype("datetime64[M]").astype(np.int64) + 1970 * 12)
    return np.array(_read(raw, column, found, _month, -1, MONTHS), np.int64)


def stamps_of(raw: Array, column: str, found: Findings) -> Array:
    """Return the time of each event, NaT where it has none that can be read."""
    if raw.dtype.kind != "M":
        return np.array(_read(raw, column, found, _day, NAT, DAYS, timed=True), "datetime64[us]")
    stamps = raw.astype("datetime64[us]")
    found.add(np.flatnonzero(np.isnat(stamps)), column, raw, NO_DATE)
    wild = (stamps < FIRST) | (stamps >= AFTER_LAST)
    found.add(np.flatnonzero(wild), column, raw, WILD)
    stamps[wild] = NAT
    return stamps


def _read(
    raw: Array,
    column: str,
    found: Findings,
    ask: Callable[[str], tuple[Any, str, str]],
    blank: Any,
    remedy: str,
    *,
    timed: bool = False,
) -> list[Any]:
    """Return what `ask` makes of each date, with its time of day if `timed`, `blank` where it cannot be read.

    `ask` gives a value, the form in which it is written, and the reason against it; a column has one form.
    """
    texts = [_date_text(value) for value in raw.tolist()]
    known: dict[str, tuple[Any, str]] = {}
    usual = ""
    for text in dict.fromkeys(texts):
        day, clock = _apart(text)
        value, form, reason = ask(day)
        time, slip = _time(clock)
        reason = reason or slip or (OTHER_FORM if usual and form != usual else "")
        if reason:
            known[text] = blank, f"{reason}: {remedy}" if text else NO_DATE
        else:
            usual = form
            known[text] = value + time if timed else value, ""
    slips = np.flatnonzero([known[text][1] != "" for text in texts])
    found.add(slips, column, raw, lambda row: known[texts[row]][1])
    return [known[text][0] for text in texts]


def _apart(text: str) -> tuple[str, str]:
    """Return the day and the time of day; most forms of a day have ten characters."""
    if len(text) > 10 and text[10] in " T":
        return text[:10], text[11:]
    day, blank, clock = text.rpartition(" ")
    return (day, clock) if blank and ":" in clock else (text, "")


@cache
def _time(text: str) -> tuple[np.timedelta64, str]:
    """Return the time of day, midnight where none is written, and the reason against it."""
    if text and CLOCK.fullmatch(text) is None:
        return MIDNIGHT, NO_CLOCK
    try:
        return np.datetime64(f"2000-01-01T{text or '00:00'}", "us") - np.datetime64("2000-01-01", "us"), ""
    except ValueError:
        return MIDNIGHT, "has no such time of day"


@cache
def _month(text: str) -> tuple[int, str, str]:
    """Return month, form and the reason against it; a month will do, for that is all that is asked."""
    month, _, form, reason = _parsed(text)
    return month, form, reason


@cache
def _day(text: str) -> tuple[np.datetime64, str, str]:
    """Return day, form and the reason against it; here a month will not do."""
    month, day, form, reason = _parsed(text)
    if reason or not day:
        return NAT, form, reason or NO_SUCH
    first = (np.datetime64("0000-01", "M") + month).astype("datetime64[D]")
    return (first + day - 1).astype("datetime64[us]"), form, ""


def _parsed(text: str) -> tuple[int, int, str, str]:
    """Return month, day (0 where there is none), form and the reason against a text."""
    read = parse_months([text])
    rule = str(read.rules[0])
    if rule:
        return -1, 0, "", NO_SUCH if rule in ("not a month", "no month") else READING_RULES[rule].refused
    return int(read.ordinals[0]), int(read.days[0]), read.form, ""


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
            beyond = (raw > WHOLE_LIMIT) | (raw < -WHOLE_LIMIT)  # as they are: a float of 2**53 + 1 is 2**53
            why = "is beyond 2**53, where digits are lost: give it in thousands"
            found.add(np.flatnonzero(beyond), column, raw, why)
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
        return np.nan, "is a truth value, a number was expected: write 1 or 0"
    if isinstance(cell, dt.timedelta) and cell == cell:
        return cell / dt.timedelta(seconds=1), ""
    read = parse_numbers([text_of(cell)], unit="hh:mm:ss")
    rule = str(read.rules[0])
    return float(read.values[0]), _against(rule) if rule else ""


def _against(rule: str) -> str:
    """Return the reason against a value and how it is mended, in words that hold for events."""
    row = READING_RULES[rule]
    remedy = GIVE if "missing=" in row.remedy or "unit" in row.remedy else row.remedy
    refused = row.refused.removesuffix(", which the measure's unit does not allow")
    return f"{refused}: {remedy}"


def _sound(numbers: Array, raw: Array, column: str, found: Findings) -> Array:
    """Leave out, and note, what is infinite, too large or too small."""
    size = np.abs(numbers)
    for bad, reason in (
        (np.isinf(size), f"is infinite: {GIVE}"),
        (np.isfinite(size) & (size > LARGEST), f"is larger than {LARGEST:g}: check its unit"),
        ((size > 0.0) & (size < SMALLEST), f"is smaller than {SMALLEST:g}: check its unit, or write 0"),
    ):
        found.add(np.flatnonzero(bad), column, raw, reason)
        numbers[bad] = np.nan
    return numbers
