"""Street-level records of data.police.uk to monthly counts and positive outcomes, by LSOA or by force."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from spc.array_types import Array
from spc.panel import Panel
from spc.parsing import Problem, parse_months, refuse_series_name
from spc.reading.coded import Column, Sheet, number_rows
from spc.reading.gates import refuse, refuse_all
from spc.reading.layouts import STREET, is_street
from spc.reading.report import Findings, Report, refused_of
from spc.reading.sheets import sheet_of

__all__ = ["NO_LOCATION", "OUTCOMES", "POSITIVE", "read_street", "street_files"]


#: Records whose place was not given are counted under this name, so that areas add up to their force.
NO_LOCATION = "No location"
POSITIVE = ": positive outcomes"
_NAMED = re.compile(r"(\d{4}-\d{2})-(.+)-street\.csv(\.gz)?", re.IGNORECASE)

#: 'Last outcome category' to whether it counts as positive. By the Home Office framework of crime outcomes,
#: positive are 1 (charged or summonsed), 2 and 3 (cautions), 4 (taken into consideration), 6 (penalty
#: notice), 7 (cannabis or khat warning) and 8 (community resolution). What a court does later does not undo
#: the charge. Not positive: 5, 9 to 18, 20 to 22, and crimes still under investigation.
OUTCOMES: dict[str, bool] = {
    # outcome 1, and what became of it in court
    "Suspect charged": True,
    "Awaiting court outcome": True,
    "Court result unavailable": True,
    "Court case unable to proceed": True,
    "Defendant found not guilty": True,
    "Defendant sent to Crown Court": True,
    "Offender sent to prison": True,
    "Offender given suspended prison sentence": True,
    "Offender given community sentence": True,
    "Offender fined": True,
    "Offender given absolute discharge": True,
    "Offender given conditional discharge": True,
    "Offender ordered to pay compensation": True,
    "Offender deprived of property": True,
    "Offender otherwise dealt with": True,
    # outcomes 2 to 4, 6 to 8
    "Offender given a caution": True,
    "Suspect charged as part of another case": True,
    "Offender given a penalty notice": True,
    "Offender given penalty notice": True,
    "Offender given a drugs possession warning": True,
    "Local resolution": True,
    # the rest
    "Under investigation": False,
    "Investigation complete; no suspect identified": False,
    "Unable to prosecute suspect": False,
    "Formal action is not in the public interest": False,
    "Further action is not in the public interest": False,
    "Further investigation is not in the public interest": False,
    "Action to be taken by another organisation": False,
    "Status update unavailable": False,
    "": False,
}


@dataclass
class _Names:
    """Texts numbered across files."""

    codes: dict[str, int] = field(default_factory=dict)

    def of(self, column: Column) -> Array:
        """Return the code of each cell, the same in every file."""
        column = column.as_texts()
        own = [self.codes.setdefault(text.strip(), len(self.codes)) for text in column.unique()]
        return np.array(own, np.int64)[column.codes]

    @property
    def texts(self) -> Array:
        """The texts by code."""
        return np.array(list(self.codes), dtype=object)


@dataclass
class _Records:
    """Records of all files, column by column, and the months for which each force has a file."""

    area: _Names = field(default_factory=_Names)
    place: _Names = field(default_factory=_Names)
    kind: _Names = field(default_factory=_Names)
    outcome: _Names = field(default_factory=_Names)
    force: dict[str, int] = field(default_factory=dict)
    rows: list[dict[str, Array]] = field(default_factory=list)
    held: set[tuple[int, int]] = field(default_factory=set)

    def add(self, sheet: Sheet, force: str, month: int) -> None:
        """Take in the records of one file."""
        code = self.force.setdefault(force, len(self.force))
        self.held.add((code, month))
        columns = sheet.columns
        self.rows.append(
            {
                "force": np.full(sheet.n_rows, code),
                "area": self.area.of(columns["LSOA code"]),
                "place": self.place.of(columns["LSOA name"]),
                "kind": self.kind.of(columns["Crime type"]),
                "outcome": self.outcome.of(columns["Last outcome category"]),
                "month": np.full(sheet.n_rows, month),
            }
        )

    def joined(self) -> dict[str, Array]:
        """Return the columns over all files."""
        return {name: np.concatenate([part[name] for part in self.rows]) for name in self.rows[0]}


def street_files(folder: Path) -> list[Path]:
    """Return the street files of a folder and of its folders by month."""
    try:
        found = [path for path in (*folder.glob("*"), *folder.glob("*/*")) if _NAMED.fullmatch(path.name)]
    except OSError:
        refuse("no such file", source=folder.name)
    if not found:
        refuse("folder without street files", source=folder.name)
    return sorted(found, key=lambda path: (path.name, str(path)))


def is_street_name(name: str) -> bool:
    """Whether a file is named as data.police.uk names street files."""
    return _NAMED.fullmatch(name) is not None


def read_street(paths: Sequence[Path], by: str) -> Panel:
    """Count records by area, crime type and month; an absent row is 0 where the force has a file.

    Measures: the crime type itself (a count), and "<type>: positive outcomes" (a rate with the count as its
    denominator) for types that have outcomes at all. A month without a file is missing for its force.
    """
    records = _records(paths)
    findings = Findings()
    for text in records.outcome.codes:
        if text not in OUTCOMES:
            findings.add("unknown outcome", text)
    rows = records.joined()
    columns = [(rows["force"], len(records.force))]
    if by == "lsoa":
        columns.append((rows["area"], len(records.area.codes)))
    columns.append((rows["kind"], len(records.kind.codes)))
    series, distinct = number_rows(columns)
    force, kind = distinct[0], distinct[-1]
    keys = _keys(records, rows, series, distinct, by)
    counts = _count(rows, series, len(force), np.ones(len(series)))
    is_positive = np.array([OUTCOMES.get(text, False) for text in records.outcome.codes])[rows["outcome"]]
    positive = _count(rows, series, len(force), is_positive.astype(np.float64))
    absent = ~_presence(records, rows)[force]
    counts[absent], positive[absent] = np.nan, np.nan
    has_outcomes = np.bincount(rows["kind"], rows["outcome"] != records.outcome.codes.get("", -1)) > 0
    return _panel(keys, counts, positive, has_outcomes[kind], rows, findings)


def _records(paths: Sequence[Path]) -> _Records:
    """Read every file; refuse them all together, so that all of their faults are told at once."""
    records = _Records()
    problems: list[Problem] = []
    seen: dict[str, Path] = {}
    for path in paths:
        match = _NAMED.fullmatch(path.name)
        if match is None:
            refuse("folder without street files", source=path.name)
        month, force = match[1], match[2].lower()
        twin = seen.setdefault(f"{month} {force}", path)
        if twin is not path:
            raw = ", ".join(f"{one.parent.name}/{one.name}" for one in (twin, path))
            problems.append(Problem.of("two files of one month", raw))
            continue
        sheet = sheet_of(path)
        if not is_street(sheet.columns):
            absent = next(name for name in STREET if name not in sheet.columns)
            problems.append(Problem.of("no such column", absent, source=path.name))
            continue
        others = [text for text in _held(sheet.columns["Month"]) if text != month]
        problems += [Problem.of("month outside its file", text, source=path.name) for text in others]
        records.add(sheet, force, int(parse_months([month]).ordinals[0]))
    if problems:
        refuse_all(problems)
    return records


def _held(column: Column) -> Iterable[str]:
    column = column.as_texts()
    texts = column.unique()
    return [texts[code].strip() for code in np.unique(column.codes)]


def _keys(
    records: _Records, rows: Mapping[str, Array], series: Array, distinct: Sequence[Array], by: str
) -> dict[str, Array]:
    forces = np.array(list(records.force), dtype=object)[distinct[0]]
    kinds = records.kind.texts[distinct[-1]]
    if by == "force":
        return {"area": forces, "measure": kinds}
    first = np.unique(series, return_index=True)[1]
    areas = records.area.texts[distinct[1]]
    places = records.place.texts[rows["place"][first]]
    nowhere = areas == ""
    areas[nowhere], places[nowhere] = NO_LOCATION, NO_LOCATION
    return {"force": forces, "area": areas, "lsoa": places, "measure": kinds}


def _count(rows: Mapping[str, Array], series: Array, n_series: int, weight: Array) -> Array:
    start = int(rows["month"].min())
    n_months = int(rows["month"].max()) - start + 1
    place = series * n_months + (rows["month"] - start)
    return np.bincount(place, weight, minlength=n_series * n_months).reshape(n_series, n_months)


def _presence(records: _Records, rows: Mapping[str, Array]) -> Array:
    """True where a force has a file (n_forces, n_months)."""
    start = int(rows["month"].min())
    held = np.zeros((len(records.force), int(rows["month"].max()) - start + 1), np.bool_)
    for force, month in records.held:
        held[force, month - start] = True
    return held


def _panel(
    keys: Mapping[str, Array],
    counts: Array,
    positive: Array,
    has_outcomes: Array,
    rows: Mapping[str, Array],
    findings: Findings,
) -> Panel:
    """Put the counts first and the rates below them, and leave out records without a crime type."""
    for s, text in enumerate(keys["measure"]):
        if refuse_series_name(text):
            findings.add(refuse_series_name(text), text, series=s)
    refused = findings.refused_series(len(counts))
    problems, problem_keys, problem_series = findings.settle(keys)
    if refused.all():
        refuse_all(problems)
    sound, rated = ~refused, ~refused & has_outcomes
    names = {name: np.concatenate([labels[sound], labels[rated]]) for name, labels in keys.items()}
    names["measure"] = np.concatenate([keys["measure"][sound], keys["measure"][rated] + POSITIVE])
    used = int(np.nansum(counts[sound]))
    report = Report(
        layout="street",
        keys=tuple(keys),
        problems=tuple(problems),
        refused=refused_of(problems, problem_keys, problem_series),
        cells_in=len(rows["month"]),
        cells_used=used,
        cells_missing=0,
        cells_reported=int(np.nansum(counts[refused])),
        cells_filled=int((counts[sound] == 0).sum()),
        problem_keys=tuple(problem_keys),
    )
    panel = Panel(
        values=np.concatenate([counts[sound], positive[rated]]),
        keys=names,
        start=int(rows["month"].min()),
        of=np.concatenate([np.full_like(counts[sound], np.nan), counts[rated]]),
    )
    return replace(panel, report=report)
