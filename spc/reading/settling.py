"""Cells to a panel and its report: every number read with one meaning, bad series left out, cells counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from spc.array_types import Array
from spc.checks import ChoiceError
from spc.panel import Panel
from spc.reading.arranging import Cells
from spc.reading.coded import Column
from spc.reading.gates import LIMITS, refuse, refuse_all
from spc.reading.layouts import Asked
from spc.reading.numbers import numbers_of
from spc.reading.report import Findings, Report, refused_of

__all__ = ["settle"]


def settle(cells: Cells, layout: str, asked: Asked, findings: Findings) -> Panel:
    """Read the numbers, refuse what has to be, and scatter the rest over series and months."""
    n_series = len(next(iter(cells.keys.values())))
    _note_duplicates(cells, n_series, findings)
    values = {name: _numbers(name, column, cells, asked, findings) for name, column in cells.fields.items()}
    refused = findings.refused_series(n_series)
    problems, problem_keys, problem_series = findings.settle(cells.keys)
    if refused.all():
        refuse_all(problems)
    kept = ~refused[cells.series] if refused.any() else slice(None)
    number = np.cumsum(~refused) - 1
    panel, used = _scattered(
        {name: numbers[kept] for name, numbers in values.items()},
        number[cells.series[kept]],
        cells.months[kept],
        {name: labels[~refused] for name, labels in cells.keys.items()},
        findings.source,
    )
    n_in = len(cells.series) * len(values)
    n_kept = int(np.count_nonzero(~refused[cells.series])) * len(values)
    missing = sum(int(np.count_nonzero(np.isnan(numbers[kept]))) for numbers in values.values())
    report = Report(
        layout=layout,
        keys=tuple(cells.keys),
        problems=tuple(problems),
        refused=refused_of(problems, problem_keys, problem_series),
        cells_in=n_in,
        cells_used=used,
        cells_missing=missing,
        cells_reported=n_in - n_kept,
        problem_keys=tuple(problem_keys),
    )
    return replace(panel, report=report)


def _scattered(
    values: Mapping[str, Array], series: Array, months: Array, keys: Mapping[str, Array], source: str
) -> tuple[Panel, int]:
    """Put every number in its place; return the panel, and how many numbers are found in it."""
    start = int(months.min())
    shape = (len(next(iter(keys.values()))), int(months.max()) - start + 1)
    if shape[0] * shape[1] > LIMITS.cells:
        refuse("too large", f"{shape[0]:,} series x {shape[1]:,} months", source)
    place = series * shape[1] + (months - start)
    matrices = {}
    for name, numbers in values.items():
        matrix = np.full(shape[0] * shape[1], np.nan)
        matrix[place] = numbers
        matrices[name] = matrix.reshape(shape)
    panel = Panel(
        values=matrices["value"],
        keys=keys,
        start=start,
        of=matrices.get("of"),
        given={int(name[6:]): matrix for name, matrix in matrices.items() if name.startswith("given ")},
    )
    used = sum(int(np.count_nonzero(np.isfinite(matrix))) for matrix in matrices.values())
    return panel, used


# ---------------------------------------------------------------- duplicates


def _note_duplicates(cells: Cells, n_series: int, findings: Findings) -> None:
    """Note every month that a series has more than once, with the values that stand there."""
    if cells.is_wide:
        return  # two lines of one series were noted as lines
    dated = cells.months >= 0
    rows = np.arange(len(cells.series)) if dated.all() else np.flatnonzero(dated)
    if not len(rows):
        return
    months = cells.months[rows]
    start = int(months.min())
    n_months = int(months.max()) - start + 1
    place = cells.series[rows] * n_months + (months - start)
    if not _has_twins(place, n_series * n_months):
        return
    _, group, counts = np.unique(place, return_inverse=True, return_counts=True)
    twins = np.flatnonzero(counts[group] > 1)
    column = next(iter(cells.fields.values()))
    by_place: dict[int, list[int]] = {}
    for twin in twins.tolist():
        by_place.setdefault(int(place[twin]), []).append(int(rows[twin]))
    for at, those in by_place.items():
        raw = ", ".join(column.text(row) or "empty" for row in those[:10])
        findings.add(
            "duplicated month", raw, series=at // n_months, month=start + at % n_months, row=those[0]
        )


def _has_twins(place: Array, size: int) -> bool:
    if size > 8 * len(place) + 2**20:  # a few rows far apart: marking them would cost more than sorting
        return len(np.unique(place)) < len(place)
    seen = np.zeros(size, np.bool_)
    seen[place] = True
    return int(np.count_nonzero(seen)) < len(place)


# ---------------------------------------------------------------- numbers


def _numbers(name: str, column: Column, cells: Cells, asked: Asked, findings: Findings) -> Array:
    units, unit_code = _units(name, cells, asked)
    values, bad, rules = numbers_of(column, units, unit_code, asked.missing)
    if len(bad):
        raws = [column.text(row) for row in bad.tolist()]
        findings.add_cells(rules.tolist(), raws, cells.series[bad], cells.months[bad], bad)
    if name == "of":
        for row in np.flatnonzero(values < 0.0).tolist():
            findings.add(
                "negative denominator",
                column.text(row),
                series=int(cells.series[row]),
                month=int(cells.months[row]),
                row=row,
            )
    return values


def _units(name: str, cells: Cells, asked: Asked) -> tuple[Sequence[str], Array | None]:
    """The units in use and the one of each cell: a measure's own, and plain numbers for denominators.

    A numerator is in its own right a count, so "21.8%" is no numerator; the seconds of a duration are one.
    """
    if asked.measures is None or name == "of":
        return ("number",), None
    labels = measure_labels(cells.keys)
    texts, codes = np.unique(labels.astype(str), return_inverse=True)
    own = ["number"] * len(texts)
    for i, text in enumerate(texts):
        measure = asked.measures.get(str(text))
        own[i] = "number" if measure is None else measure.unit
    units = tuple(dict.fromkeys(own))
    if len(units) == 1:
        return units, None
    of_series = np.array([units.index(unit) for unit in own], np.int64)[codes]
    return units, of_series[cells.series]


def measure_labels(keys: Mapping[str, Array]) -> Array:
    """The names of the series' measures: the key "measure", or the only key there is."""
    if "measure" in keys or len(keys) == 1:
        found: Array = keys.get("measure", next(iter(keys.values())))
        return found
    raise ChoiceError(
        f"None of the keys {', '.join(map(repr, keys))} is called 'measure', so no catalogue fits: "
        "rename the column that names the measure."
    )
