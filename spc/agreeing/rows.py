"""The rows of a file of agreed limits, read strictly: every refusal names its row."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from spc.chart_kinds import CHARTS
from spc.charts.agreed import FIELDS, OPEN, Agreed
from spc.charts.asking import as_choices, options_of
from spc.charts.constants import D2, MEDIAN_RANGE
from spc.charts.fitting import Choices
from spc.charts.small_counts import MIXED, RARE
from spc.checks import ChoiceError, InputError
from spc.frames import month_ordinal
from spc.inert import csv_text
from spc.ties import TIE

__all__ = ["CHOICES", "FRACTIONS", "agreed_from", "day_of"]

#: What a row must say; the rest may be left out of a file that was written by hand.
NEEDED = ("chart", "first", "observed", "centre")
#: Charts of the spread within months: sigma and the size of each month say all.
WITHOUT_CENTRE = ("r", "s")
FRACTIONS = ("centre_fraction", "range_fraction")
#: Choices of `limits` that stand in the column `options`, by the name of the argument, with their defaults.
CHOICES: Mapping[str, Any] = {
    "centre": "mean",
    "sigma": "mean_range",
    "gaps": "break",
    "screen": "none",
    "autocorrelation": "ignore",
    "min_observed": 12,
}
_FRACTION = re.compile(r"-?[0-9]+(/[0-9]*[1-9][0-9]*)?")


def day_of(given: str | date | None) -> str:
    """Return a day as "2024-04-30", "" for none."""
    try:
        return "" if given is None else date.fromisoformat(str(given)).isoformat()
    except ValueError:
        raise ChoiceError(f"`agreed_on` must be a day such as '2024-04-30', got {given!r}.") from None


def agreed_from(text: str, source: str) -> Agreed:
    """Return what a file says."""
    try:
        table = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        cells = list(table)
    except csv.Error as reason:
        raise InputError(f"{source} is no CSV file that can be read: {reason}.") from None
    head = list(table.fieldnames or ())
    keys = [name for name in head if name not in FIELDS]
    missing = [name for name in NEEDED if name not in head]
    if missing or not keys or len(set(head)) < len(head):
        why = f"the column {missing[0]!r}" if missing else "key columns, each heading once"
        raise InputError(f"{source} must have {why}: write it with spc.save_limits.")
    if not cells:
        raise InputError(f"{source} has no rows: write it with spc.save_limits.")
    # the first row under the headings is row 2, as a spreadsheet counts
    rows = [_Row(row, source, number, keys) for number, row in enumerate(cells, 2)]
    calendar = not rows[0].is_order("first")
    lines = [_line(row, calendar) for row in rows]
    _apart(rows, lines)
    _alike(rows, lines)

    def column(name: str, dtype: Any = np.float64) -> Any:
        return np.array([getattr(line, name) for line in lines], dtype)

    charts = [line.chart for line in lines]
    return Agreed(
        keys={key: np.array([_plain(row.cells[key]) for row in rows], dtype=object) for key in keys},
        names=tuple(row.name for row in rows),
        **{name: column(name, np.int64) for name in ("first", "last", "base_first", "base_last", "observed")},
        **{name: column(name) for name in ("centre", "sigma", "total", "scale", "bounds")},
        **{name: column(name, object) for name in ("chart", "fractions", "reason", "agreed_on")},
        choices=lines[0].choices,
        options={name: lines[charts.index(name)].options for name in dict.fromkeys(charts)},
        calendar=calendar,
        source=source,
    )


@dataclass(frozen=True)
class _Line:
    """One row of the file, as `Agreed` holds it."""

    chart: str
    first: int
    last: int
    base_first: int
    base_last: int
    observed: int
    centre: float
    sigma: float
    total: float
    scale: float
    bounds: tuple[float, float]
    fractions: tuple[str, str]
    reason: str
    agreed_on: str
    choices: Choices
    options: Mapping[str, float | str]


class _Row:
    """The cells of a row, and the sentence that refuses one of them."""

    def __init__(self, cells: Mapping[str, Any], source: str, number: int, keys: list[str]) -> None:
        self.number = number
        self.where = f"{source}, row {number}"
        if None in cells or None in cells.values():
            raise InputError(f"{self.where}: the row has more or fewer cells than there are headings.")
        self.cells: Mapping[str, str] = cells
        self.name = tuple(cells[key] for key in keys)
        self.where += f" ({' / '.join(map(_plain, self.name))})"

    def refused(self, reason: str) -> InputError:
        return InputError(f"{self.where}: {reason}")

    def text(self, name: str) -> str:
        return self.cells.get(name, "").strip()

    def number_of(self, name: str, otherwise: float = math.nan, low: float = -math.inf) -> float:
        cell = self.text(name)
        try:
            number = float(cell) if cell else otherwise
        except ValueError:
            number = math.inf
        if math.isinf(number) or (cell and math.isnan(number)) or number < low:
            least = f" from {low:g}" if low > -math.inf else ""
            raise self.refused(f"`{name}` must be a number{least}, got {cell!r}.")
        return number

    def is_order(self, name: str) -> bool:
        """Whether a month is an observation number, as panels without a calendar have them."""
        cell = self.text(name)
        return cell.isdigit() and len(cell) < 6

    def month(self, name: str, otherwise: int | None, calendar: bool) -> int:
        cell = self.text(name)
        if not cell and otherwise is not None:
            return otherwise
        try:
            if self.is_order(name) == calendar:
                raise ChoiceError("it is no month of this file.")
            return _ordinal(cell) if calendar else int(cell) - 1
        except ChoiceError:
            wanted = "a month such as '2024-07'" if calendar else "an observation's number"
            raise self.refused(f"`{name}` must be {wanted}, got {cell!r}.") from None


@lru_cache(maxsize=4096)
def _ordinal(cell: str) -> int:
    return month_ordinal(cell, "month")


def _line(row: _Row, calendar: bool) -> _Line:
    chart = row.text("chart")
    if chart not in CHARTS:
        raise row.refused(f"`chart` must be one of {', '.join(map(repr, CHARTS))}, got {chart!r}.")
    first, last = row.month("first", None, calendar), row.month("last", OPEN, calendar)
    base = row.month("base_first", first, calendar), row.month("base_last", first - 1, calendar)
    if last < first or base[1] < base[0] - 1:
        raise row.refused("its months are not in order: the first must not come after the last.")
    try:
        width = row.number_of("width", 3.0)
        choices, options, bounds = _settled(row.text("options"), row.text("constants"), width, chart)
        day = day_of(row.text("agreed_on") or None)
    except ChoiceError as reason:
        raise row.refused(str(reason)) from None
    one = _Line(
        chart=chart,
        first=first,
        last=last,
        base_first=base[0],
        base_last=base[1],
        observed=_whole(row, "observed"),
        centre=row.number_of("centre"),
        sigma=row.number_of("sigma", low=0.0),
        total=row.number_of("total"),
        scale=row.number_of("scale", 0.0, low=0.0),
        bounds=bounds,
        fractions=(row.text(FRACTIONS[0]), row.text(FRACTIONS[1])),
        reason=_plain(row.text("reason")),
        agreed_on=day,
        choices=choices,
        options=options,
    )
    if math.isnan(one.centre) and (chart not in WITHOUT_CENTRE or math.isnan(one.sigma)):
        raise row.refused("`centre` must be a number, got ''.")
    _check_numbers(row, one)
    return one


def _whole(row: _Row, name: str) -> int:
    number = row.number_of(name, low=0.0)
    if not number.is_integer():
        raise row.refused(f"`{name}` must be a whole number from 0, got {row.text(name)!r}.")
    return int(number)


@lru_cache(maxsize=256)
def _settled(
    text: str, constants: str, width: float, chart: str
) -> tuple[Choices, Mapping[str, float | str], tuple[float, float]]:
    """Return the choices under which a row was agreed, its chart's options and its bounds."""
    try:
        said = {"bounds": (None, None), **CHOICES, **json.loads(text or "{}")}
        low, high = (math.nan if bound is None else float(bound) for bound in said.pop("bounds"))
    except (TypeError, ValueError):
        raise ChoiceError(
            f'`options` must be a JSON object such as {{"centre": "mean"}}, got {text!r}.'
        ) from None
    told = {name: said.pop(name) for name in CHOICES}
    least = told.pop("min_observed")
    choices = as_choices(least=least, constants=constants or "exact", width=width, **told)
    return choices, options_of(np.array([chart], dtype=object), said)[chart], (low, high)


def _check_numbers(row: _Row, one: _Line) -> None:
    """Refuse numbers that do not belong together."""
    small = one.chart == "small_count"
    if small and not (one.scale == 1.0 and one.total >= 0.0 and one.total.is_integer() and one.observed):
        raise row.refused(
            "a small_count chart needs `total` a whole number from 0, `scale` 1 and `observed`."
        )
    if not _FRACTION.fullmatch(one.fractions[0] or "0") or not _FRACTION.fullmatch(one.fractions[1] or "0"):
        raise row.refused(f"`{FRACTIONS[0]}` and `{FRACTIONS[1]}` must be such as '631/24', or empty.")
    unit = MEDIAN_RANGE if one.choices.sigma == "median_range" else D2
    size = max(abs(one.centre), float(np.nan_to_num(one.sigma)))
    pairs = ((one.centre, 1.0, 0), (one.sigma, unit[one.choices.constants], 1))
    for number, constant, part in pairs:
        told = one.fractions[part]
        if told and not abs(float(Fraction(told)) / constant - number) <= TIE * size:
            raise row.refused(
                f"`{FRACTIONS[part]}` {told} does not fit the number {number!r} beside it: where that was "
                "changed by hand its fraction must be empty."
            )


def _apart(rows: list[_Row], lines: list[_Line]) -> None:
    """Refuse phases of one series that overlap, or that are on charts which do not go together."""
    by_name: dict[tuple[str, ...], list[int]] = {}
    for i, row in enumerate(rows):
        by_name.setdefault(row.name, []).append(i)
    for places in by_name.values():
        places.sort(key=lambda i: lines[i].first)
        for before, i in pairwise(places):
            if lines[i].first <= lines[before].last:
                raise rows[max(before, i)].refused(
                    f"its months overlap those of row {rows[min(before, i)].number}: keep one, or end the "
                    "earlier one before."
                )
        charts = {lines[i].chart for i in places}
        if len(charts) > 1 and (not charts <= {"xmr", *MIXED} or _too_large(lines, places)):
            raise rows[places[-1]].refused(
                "phases of one series must be on one chart, or on xmr and small_count (under "
                f"{RARE:g} a month), got {', '.join(sorted(charts))}."
            )


def _too_large(lines: list[_Line], places: list[int]) -> bool:
    return any(lines[i].chart == "small_count" and lines[i].centre >= RARE for i in places)


def _alike(rows: list[_Row], lines: list[_Line]) -> None:
    """Refuse rows that were agreed under other choices than the first, or its chart's first."""
    firsts: dict[str, _Line] = {}
    for row, line in zip(rows, lines, strict=True):
        like = firsts.setdefault(line.chart, line)
        if line.choices != lines[0].choices or dict(line.options) != dict(like.options):
            raise row.refused(
                "`width`, `constants` and `options` differ from those of the rows above: keep such series in "
                "two files."
            )


def _plain(cell: str) -> str:
    """Undo the apostrophe that keeps a CSV cell from being a formula."""
    return cell[1:] if cell.startswith("'") and csv_text(cell[1:]) == cell else cell
