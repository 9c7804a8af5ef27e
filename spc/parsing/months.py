"""Month texts to year and month, strictly: one form per column, day first, four-digit years."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from spc.parsing.rules import Problem

__all__ = ["Months", "parse_months"]

FIRST_YEAR, LAST_YEAR = 1900, 2100


@dataclass(frozen=True, eq=False)
class Months:
    """What `parse_months` understood, one entry per text.

    Attributes
    ----------
    ordinals : ndarray of int64
        year * 12 + month - 1; -1 where refused.
    days : ndarray of int64
        Day of the month, 0 where the form has none.
    rules : ndarray of object
        Name of the rule that refused the text, "" where it was read.
    form : str
        The one form found, by its example ("2024-07"); "mixed" if several, "" if none.
    file_problem : Problem or None
        The structure that refuses the whole file.
    """

    ordinals: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    rules: npt.NDArray[np.object_]
    form: str
    file_problem: Problem | None

    @property
    def refused(self) -> npt.NDArray[np.bool_]:
        """True where a text was refused."""
        return np.asarray(self.rules != "", dtype=np.bool_)


@dataclass(frozen=True)
class _Read:
    """One text understood, or the rule against it."""

    form: str = ""
    year: int = 0
    month: int = 0
    day: int = 0
    rule: str = ""


# "Sept" is the one abbreviation of four letters in common use.
_NAMES = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",),
            ("jun", "june"), ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"),
            ("oct", "october"), ("nov", "november"), ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
MONTH_NAME = f"(?:{'|'.join(sorted(_NAMES, key=len, reverse=True))})"
_WORD = f"(?P<name>{MONTH_NAME})"
_Y, _M, _D = r"(?P<y>\d{4})", r"(?P<m>\d{2})", r"(?P<d>\d{2})"
_CLOCK = r"(?:[T ](?P<clock>\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
_DAY_FIRST = r"(?P<d>\d{1,2})%s(?P<m>\d{1,2})%s(?P<y>\d{4})"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII | re.IGNORECASE)


_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("2024-07", _pattern(f"{_Y}-{_M}")),
    ("202407", _pattern(f"{_Y}{_M}")),
    ("2024-07-01", _pattern(f"{_Y}-{_M}-{_D}{_CLOCK}")),
    ("31/07/2024", _pattern(_DAY_FIRST % ("/", "/") + _CLOCK)),
    ("Jul-24", _pattern(rf"{_WORD}-(?P<yy>\d{{2}})")),
    ("July 2024", _pattern(f"{_WORD} {_Y}")),
    ("Jul-2024", _pattern(f"{_WORD}-{_Y}")),
    ("2024 Jul", _pattern(f"{_Y} {_WORD}")),
    ("31 July 2024", _pattern(rf"(?P<d>\d{{1,2}}) {_WORD} {_Y}")),
    ("31-Jul-2024", _pattern(rf"(?P<d>\d{{1,2}})-{_WORD}-{_Y}")),
    ("2024M07", _pattern(f"{_Y}M{_M}")),
    ("20240731", _pattern(f"{_Y}{_M}{_D}")),
    ("2024/07/31", _pattern(f"{_Y}/{_M}/{_D}{_CLOCK}")),
    ("31-07-2024", _pattern(_DAY_FIRST % ("-", "-"))),
    ("31.07.2024", _pattern(_DAY_FIRST % (r"\.", r"\."))),
    ("07/2024", _pattern(r"(?P<m>\d{1,2})/(?P<y>\d{4})")),
)
_DAY_FIRST_FORMS = frozenset({"31/07/2024", "31-07-2024", "31.07.2024"})

_MONTH_REFUSALS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("no month", _pattern(r"|nat|nan|none|null|n/a|#n/a")),
    ("year without a month", _pattern(r"(19|20)\d{2}(\.0)?")),
    ("month without a year", _pattern(rf"{MONTH_NAME}|0?[1-9]|1[0-2]")),
    ("Excel serial number", _pattern(r"\d{5}(\.\d+)?")),
    ("financial year", _pattern(r"(19|20)\d{2}[/-](19|20)?\d{2}")),
    ("quarter", _pattern(r"(19|20)\d{2}[ -]?Q[1-4]|Q[1-4][ -]?(19|20)\d{2}")),
    ("week", _pattern(r"(19|20)\d{2}-?W\d{1,2}|w/[ce]\b.*|week\b.*")),
    (
        "two-digit year",
        _pattern(rf"\d{{1,2}}([/.-])\d{{1,2}}\1\d{{2}}|\d{{1,2}}/\d{{2}}|{MONTH_NAME}[ ']?\d{{2}}"
                 rf"|\d{{1,2}}[ -]{MONTH_NAME}([ -]?\d{{2}})?"),
    ),
)  # fmt: skip


def parse_months(texts: Iterable[str]) -> Months:
    """Read the unique texts of a month column.

    One column has one form. Dates with slashes are read day first. A month name with a two-digit year is
    read where spreadsheets and operating systems agree on the century (00-29 is 20xx, 69-99 is 19xx). A
    time is allowed when it is midnight without a zone or in UTC.

    Parameters
    ----------
    texts : iterable of str, length k
        Unique texts; surrounding spaces do not matter.

    Returns
    -------
    Months
        Arrays of length k. A refusal of scope "file" stands at every text that was otherwise read.

    Examples
    --------
    >>> parse_months(["Jul-24", "Aug-24"]).ordinals.tolist() == [2024 * 12 + 6, 2024 * 12 + 7]
    True
    >>> parse_months(["2024-07", "45474"]).rules.tolist()
    ['', 'Excel serial number']
    """
    raw = list(texts)
    reads = [_read_month(text) for text in raw]
    forms = list(dict.fromkeys(read.form for read in reads if read.form))
    rule, culprits = _file_rule(reads, forms)
    problem = Problem.of(rule, ", ".join(raw[i] for i in culprits)) if rule else None
    refused = [read.rule or rule for read in reads]
    months = [read.year * 12 + read.month - 1 for read in reads]
    return Months(
        ordinals=np.where([bad == "" for bad in refused], np.array(months, dtype=np.int64), -1),
        days=np.array([read.day for read in reads], dtype=np.int64),
        rules=np.array(refused, dtype=object),
        form=forms[0] if len(forms) == 1 else "mixed" if forms else "",
        file_problem=problem,
    )


def _read_month(raw: str) -> _Read:
    text = raw.strip()
    for form, pattern in _FORMS:
        match = pattern.fullmatch(text)
        if match is not None:
            return _interpret(form, match.groupdict())
    for rule, pattern in _MONTH_REFUSALS:
        if pattern.fullmatch(text) is not None and _stands(rule, text):
            return _Read(rule=rule)
    return _Read(rule="not a month")


def _stands(rule: str, text: str) -> bool:
    """True unless `text` only looks like a financial year: 2023/24 and 2023-2024 are, 2024/07 is not."""
    return rule != "financial year" or int(text[-2:]) == (int(text[:4]) + 1) % 100


def _interpret(form: str, part: dict[str, str | None]) -> _Read:
    year = _century(part["yy"] or "") if "yy" in part else int(part["y"] or 0)
    month = _NAMES[(part["name"] or "").lower()] if "name" in part else int(part["m"] or 0)
    day = int(part["d"] or 0) if "d" in part else 0
    if form == "2024-07" and month > 12 and month == (year + 1) % 100:
        return _Read(rule="financial year")
    if year == 0 and "yy" in part:
        return _Read(rule="two-digit year")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _Read(rule="year out of range")
    if form in _DAY_FIRST_FORMS and month > 12 and 1 <= day <= 12:
        return _Read(form=form, rule="month-first dates")
    if not 1 <= month <= 12:
        return _Read(rule="no such month")
    if "d" in part and not 1 <= day <= monthrange(year, month)[1]:
        return _Read(rule="no such day")
    if re.search("[1-9]", (part.get("clock") or "") + (part.get("zone") or "")):
        return _Read(rule="time of day")
    return _Read(form, year, month, day)


def _century(two_digits: str) -> int:
    """Year of two digits where the pivots in use (Excel 30, POSIX 69) agree, else 0."""
    number = int(two_digits)
    if number < 30:
        return 2000 + number
    return 1900 + number if number >= 69 else 0


def _file_rule(reads: list[_Read], forms: list[str]) -> tuple[str, list[int]]:
    """The first rule that refuses the column as a whole, and a few texts that show it."""
    # One date that can only be month first leaves no date of the column with a single meaning.
    month_first = [i for i, read in enumerate(reads) if read.rule == "month-first dates"]
    if month_first:
        return "month-first dates", month_first[:3]
    if len(forms) > 1:
        return "mixed month forms", [next(i for i, r in enumerate(reads) if r.form == f) for f in forms[:3]]
    dated = [i for i, read in enumerate(reads) if read.form]
    if len(dated) > 1 and _look_like_financial_years([reads[i] for i in dated]):
        return "financial years", dated[:3]
    if len(dated) > 1 and _look_month_first([reads[i] for i in dated]):
        return "month-first dates", dated[:3]
    return _finer_than_months(reads, [i for i in dated if reads[i].day])


def _look_like_financial_years(months: Sequence[_Read]) -> bool:
    """True where every text reads 2010-11, 2011-12: neighbouring months could not all do so."""
    return all(read.form == "2024-07" and read.month == (read.year + 1) % 100 for read in months)


def _look_month_first(dates: Sequence[_Read]) -> bool:
    """True where day first gives several low days of one month: 01/01, 02/01 are months, month first."""
    days = {read.day for read in dates}
    one_month = len({read.month for read in dates}) == 1 and dates[0].form in _DAY_FIRST_FORMS
    return one_month and len(days) > 1 and max(days) <= 12


def _finer_than_months(reads: list[_Read], dated: list[int]) -> tuple[str, list[int]]:
    """Weekly rows (whole weeks apart, two of them in one month), or three and more days of one month."""
    by_day = {date(reads[i].year, reads[i].month, reads[i].day): i for i in dated}
    ordered = sorted(by_day)
    steps = [(b - a).days for a, b in pairwise(ordered)]
    in_month: dict[tuple[int, int], list[date]] = {}
    for day in ordered:
        in_month.setdefault((day.year, day.month), []).append(day)
    fullest = max(in_month.values(), key=len, default=[])
    culprits = [by_day[day] for day in fullest[:3]]
    # A first and a last of one month (28 days apart in February) are two habits of dating, not weeks.
    if len(fullest) > 1 and min(steps) == 7 and all(step % 7 == 0 for step in steps):
        return "weekly rows", culprits
    return ("several days in a month", culprits) if len(fullest) > 2 else ("", [])
