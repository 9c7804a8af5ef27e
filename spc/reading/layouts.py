"""Which column plays which part: long files, wide files, and the layouts of publishers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spc.checks import choice
from spc.measures import Catalogue
from spc.parsing import Months, Problem, parse_months
from spc.reading.coded import Sheet
from spc.reading.gates import naming, refuse, refuse_all
from spc.reading.numbers import is_of_numbers
from spc.wording import month_text

__all__ = ["LAYOUTS", "Asked", "Layout", "Roles", "find_roles"]


@dataclass(frozen=True)
class Layout:
    """A publisher's layout: its headings before the months, as they become keys.

    `identity` names the keys that tell one series from another; the others are labels that may change
    from release to release.
    """

    name: str
    headings: Mapping[str, str]
    identity: tuple[str, ...]


#: Headings exactly as downloaded. A layout is recognised by all of its headings, and months after them.
LAYOUTS = {
    layout.name: layout
    for layout in (
        # London Datastore, "MPS Ward Level Crime (most recent 24 months)" and "(Historical)"
        Layout(
            "london_wards",
            {
                "WardCode": "area", "WardName": "ward", "LookUp_BoroughName": "borough",
                "MajorText": "major", "MinorText": "measure",
            },
            ("area", "major", "measure"),
        ),
        # London Datastore, "MPS Borough Level Crime"
        Layout(
            "london_boroughs",
            {"MajorText": "major", "MinorText": "measure", "LookUp_BoroughName": "area"},
            ("area", "major", "measure"),
        ),
    )
}  # fmt: skip
#: Headings of the street files of data.police.uk.
STREET = (
    "Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code",
    "LSOA name", "Crime type", "Last outcome category", "Context",
)  # fmt: skip
#: Rules against headings that are names like any other.
_FAR_FROM_MONTHS = ("", "not a month", "no month")


@dataclass(frozen=True)
class Asked:
    """What the user said of the source; None and "auto" where it is to be found out."""

    keys: tuple[str, ...] | None = None
    month: str | None = None
    value: str | None = None
    of: str | None = None
    given: Mapping[int, str] = field(default_factory=dict)
    measures: Catalogue | None = None
    layout: str = "auto"
    missing: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    totals: str = "refuse"
    sheet: str | None = None
    by: str = "lsoa"


@dataclass(frozen=True)
class Roles:
    """The parts of the columns: keys by heading, and either a month column or months by heading.

    `fields` maps "value", "of", "given 12" to headings (of a wide file: none, its months are the values).
    """

    layout: str
    keys: Mapping[str, str]
    identity: tuple[str, ...]
    month: str | None
    months: Mapping[str, int]
    fields: Mapping[str, str]


def find_roles(sheet: Sheet, asked: Asked) -> Roles:
    """Find the part of every column; a column without one refuses the file, unless it names series."""
    choice("layout", asked.layout, ("auto", "long", "wide", *LAYOUTS))
    _refuse_absent(sheet, asked)
    if asked.layout in LAYOUTS or (asked.layout == "auto" and _published(sheet) is not None):
        return _published_roles(sheet, asked)
    month = asked.month or _heading(sheet, asked, "month")
    rest = _rest(sheet, asked, month)
    headed = parse_months(rest) if rest else None
    if asked.layout == "wide" or (asked.layout == "auto" and month is None):
        return _wide(sheet, asked, rest, headed)
    if month is None:
        refuse("no month column", ", ".join(sheet.columns), sheet.source)
    if headed is not None and not headed.refused.all():
        found = [name for name, bad in zip(rest, headed.refused, strict=True) if not bad]
        refuse_all(
            [Problem.of("months in rows and in headings", name, source=sheet.source) for name in found]
        )
    return _long(sheet, asked, month)


def _refuse_absent(sheet: Sheet, asked: Asked) -> None:
    """Refuse names that no column has, and a column named twice."""
    named = [*(asked.keys or ()), *asked.ignore, *asked.given.values()]
    named += [name for name in (asked.month, asked.value, asked.of) if name is not None]
    problems = [
        naming(Problem.of("no such column", name, source=sheet.source), sheet.columns)
        for name in named
        if name not in sheet.columns
    ]
    problems += [
        Problem.of("column named twice", name, source=sheet.source)
        for i, name in enumerate(named)
        if name in named[:i]
    ]
    if problems:
        refuse_all(problems)


def _heading(sheet: Sheet, asked: Asked, *wanted: str) -> str | None:
    """The column of a usual heading, in any capitals, that has not been given another part."""
    taken = {*(asked.keys or ()), *asked.ignore}
    for word in wanted:
        for name in (word, *sheet.columns):
            if name.casefold() == word and name in sheet.columns and name not in taken:
                return name
    return None


def _rest(sheet: Sheet, asked: Asked, month: str | None) -> list[str]:
    said = {*(asked.keys or ()), *asked.ignore, *asked.given.values(), asked.value, asked.of, month}
    return [name for name in sheet.columns if name not in said]


# ---------------------------------------------------------------- long


def _long(sheet: Sheet, asked: Asked, month: str) -> Roles:
    fields = _fields(sheet, asked)
    used = {month, *fields.values(), *asked.ignore}
    rest = [name for name in sheet.columns if name not in used]
    keys = _keys(sheet, asked, rest)
    return Roles("long", {name: name for name in keys}, tuple(keys), month, {}, fields)


def _fields(sheet: Sheet, asked: Asked) -> dict[str, str]:
    """Map our fields to headings: those named, else `value` (and `of`), else numerator and denominator."""
    value, of = asked.value, asked.of
    if value is None:
        plain, top = _heading(sheet, asked, "value"), _heading(sheet, asked, "numerator")
        below = _heading(sheet, asked, "denominator")
        if plain is not None and top is not None:
            refuse("value or numerator", f"{plain}, {top}", sheet.source)
        value = plain or top
        if value is None or (plain is None and of is None and below is None):
            refuse("no value column", ", ".join(sheet.columns), sheet.source)
        of = of or (below if plain is None else None)
    of = of or (_heading(sheet, asked, "of") if asked.value is None else None)
    fields = {"value": value} | ({"of": of} if of is not None else {})
    given = dict(asked.given)
    if not given and asked.value is None:
        # as `Panel.to_frame` writes them
        found = {window: _heading(sheet, asked, f"given_{window}") for window in range(1, 121)}
        given = {window: name for window, name in found.items() if name is not None}
    return fields | {f"given {window}": name for window, name in given.items()}


def _keys(sheet: Sheet, asked: Asked, rest: Sequence[str]) -> list[str]:
    """All columns of text are keys, empty ones apart; a further column of numbers refuses the file."""
    numeric = [name for name in rest if name not in (asked.keys or ()) and is_of_numbers(sheet.columns[name])]
    if numeric:
        rules = [
            "year beside the month" if n.casefold() == "year" else "further numeric column" for n in numeric
        ]
        pairs = zip(rules, numeric, strict=True)
        refuse_all([Problem.of(rule, name, source=sheet.source) for rule, name in pairs])
    keys = list(asked.keys) if asked.keys else _full_enough(sheet, rest)
    if not keys:
        refuse("no key column", ", ".join(sheet.columns), sheet.source)
    return keys


def _full_enough(sheet: Sheet, names: Sequence[str]) -> list[str]:
    """Leave out empty columns; refuse those that most rows leave empty: notes and flags name no series."""
    n_blank = {name: int(np.count_nonzero(sheet.columns[name].is_blank())) for name in names}
    sparse = [name for name, blank in n_blank.items() if sheet.n_rows < 2 * blank < 2 * sheet.n_rows]
    if sparse:
        refuse_all([Problem.of("mostly empty column", name, source=sheet.source) for name in sparse])
    return [name for name, blank in n_blank.items() if blank < sheet.n_rows]


# ---------------------------------------------------------------- wide


def _wide(sheet: Sheet, asked: Asked, rest: Sequence[str], headed: Months | None) -> Roles:
    if headed is None or (headed.refused.all() and headed.file_problem is None):
        if headed is not None:
            _refuse_near_months(sheet, rest, headed)
        refuse("no month column", ", ".join(sheet.columns), sheet.source)
    months = _months(sheet, rest, headed)
    keys = _keys(sheet, asked, [*(asked.keys or ()), *(name for name in rest if name not in months)])
    return Roles("wide", {name: name for name in keys}, tuple(keys), None, months, {})


def _refuse_near_months(sheet: Sheet, names: Sequence[str], headed: Months) -> None:
    """Where no heading is a month but several are nearly one, say what keeps them from it."""
    pairs = zip(headed.rules.tolist(), names, strict=True)
    near = [(rule, name) for rule, name in pairs if rule not in _FAR_FROM_MONTHS]
    if len(near) > 1:
        refuse_all([Problem.of(rule, name, source=sheet.source) for rule, name in near])


def _months(sheet: Sheet, names: Sequence[str], headed: Months) -> dict[str, int]:
    """Return the months of the headings; refuse mixed forms, twins, quarters beside months."""
    if headed.file_problem is not None:
        refuse(headed.file_problem.rule, headed.file_problem.raw, sheet.source)
    pairs = list(zip(names, headed.ordinals.tolist(), headed.rules, strict=True))
    months = {name: month for name, month, rule in pairs if not rule}
    problems = [
        Problem.of("heading that is no month", name, source=sheet.source)
        for name, _, rule in pairs
        if rule not in (*_FAR_FROM_MONTHS, "month without a year")
    ]
    by_month: dict[int, list[str]] = {}
    for name, month in months.items():
        by_month.setdefault(month, []).append(name)
    problems += [
        Problem.of("one month headed twice", ", ".join(twins), month=month_text(month), source=sheet.source)
        for month, twins in by_month.items()
        if len(twins) > 1
    ]
    if problems:
        refuse_all(problems)
    return months


# ---------------------------------------------------------------- published


def _published(sheet: Sheet) -> Layout | None:
    """The layout that has all of its headings here and nothing else but months."""
    for layout in LAYOUTS.values():
        rest = [name for name in sheet.columns if name not in layout.headings]
        has_all = len(rest) == len(sheet.columns) - len(layout.headings)
        if rest and has_all and not parse_months(rest).refused.any():
            return layout
    return None


def _published_roles(sheet: Sheet, asked: Asked) -> Roles:
    layout = LAYOUTS.get(asked.layout) or _published(sheet)
    if layout is None or any(name not in sheet.columns for name in layout.headings):
        refuse("two layouts", sheet.source or asked.layout, sheet.source)
    rest = [name for name in sheet.columns if name not in layout.headings and name not in asked.ignore]
    months = _months(sheet, rest, parse_months(rest))
    return Roles(layout.name, layout.headings, layout.identity, None, months, {})


def is_street(columns: Any) -> bool:
    """Whether the headings are those of a street file of data.police.uk."""
    return set(STREET) <= set(columns)
