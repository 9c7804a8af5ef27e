"""Measures: what a series counts, how it adds up, which way is better; and catalogues of them."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from spc.checks import ChoiceError, InputError, choice, whole
from spc.frames import month_ordinal
from spc.panel import Ends, Panel
from spc.toml_files import toml_content
from spc.wording import Unit, counted, month_text, unit_of

__all__ = [
    "KINDS",
    "Assignment",
    "Catalogue",
    "Kind",
    "Measure",
    "Step",
    "by_kind",
    "catalogue_of",
    "measures_of",
]


@dataclass(frozen=True)
class Kind:
    """How a kind of measure adds up over months, and whether run rules may be asked of it.

    `windows` is "sum", "mean" (of months), "ratio" (of sums) or "given" (ready window values only); `bare` is
    the same for a series that comes without its parts.
    """

    name: str
    windows: str
    bare: str
    unit: str = "number"
    monthly: bool = True


#: SPEC 6. A mean of rates is refused; a mean duration without weights may be the mean of months.
KINDS = {
    kind.name: kind
    for kind in (
        Kind("count", windows="sum", bare="sum"),
        Kind("stock", windows="mean", bare="mean"),
        Kind("rate", windows="ratio", bare="given", unit="percent"),
        Kind("proportion", windows="ratio", bare="given", unit="percent"),
        Kind("duration", windows="ratio", bare="mean", unit="hh:mm:ss"),
        Kind("median", windows="given", bare="given", unit="hh:mm:ss"),
        Kind("rolling12", windows="given", bare="given", unit="percent", monthly=False),
    )
}
#: Units that do not add up, to the kind that they usually belong to.
USUAL_KIND = {"percent": "rate", "hh:mm:ss": "duration"}
IMPROVEMENTS = ("high", "low", "neither")


@dataclass(frozen=True)
class Step:
    """A known change, as charts mark it.

    Parameters
    ----------
    month : str
        The first month under the new regime: "2024-01".
    reason : str
        Why, in the words of the page.
    """

    month: str
    reason: str = ""


@dataclass(frozen=True)
class Measure:
    """One measure of a catalogue.

    Parameters
    ----------
    name : str
        As in the data, and as printed.
    kind : {"count", "stock", "rate", "proportion", "duration", "median", "rolling12"}
        How it adds up over months and areas; by default "rate" for percent, "duration" for hh:mm:ss, else
        "count".
    unit : str, optional
        "number", "percent", "hh:mm:ss", "days", "per_1000" ...; by default the usual one of the kind.
    improvement : {"high", "low", "neither"}
        The preferred direction.
    group : str
        The heading under which it stands.
    target : float or mapping of month to float, optional
        One target, or targets from a month on.
    chart : str
        "auto", or the chart of its limits.
    lag : int
        Months in arrears: the figure reported in July is June's where this is 1.
    first : str, optional
        The month in which the data begin; what is older is not used.
    steps : tuple of Step
        Known changes, marked on the chart.
    decimals : int, optional
        How many are printed; by default those of the unit.
    change_label : str, optional
        What is printed behind a change, instead of "%" or "% points".

    Examples
    --------
    >>> import spc
    >>> spc.Measure("Abandonment Rate: 101", kind="rate", improvement="low").unit
    'percent'
    """

    name: str
    kind: str = ""
    unit: str = ""
    improvement: str = "neither"
    group: str = ""
    target: float | Mapping[str, float] | None = None
    chart: str = "auto"
    lag: int = 0
    first: str | None = None
    steps: tuple[Step, ...] = ()
    decimals: int | None = None
    change_label: str | None = None

    def __post_init__(self) -> None:
        for text in ("name", "unit", "group", "chart"):
            given: object = getattr(self, text)
            if not isinstance(given, str):
                raise ChoiceError(f"`{text}` of a measure must be a text, got {given!r}.")
        if not self.name.strip():
            raise ChoiceError("`name` of a measure must not be empty.")
        if not self.kind:
            object.__setattr__(self, "kind", USUAL_KIND.get(self.unit, "count"))
        choice("kind", self.kind, KINDS)
        if self.kind == "count" and self.unit in USUAL_KIND:
            raise ChoiceError(
                f"{self.name}: a count adds up over months and {self.unit} does not: the kind is "
                f"{USUAL_KIND[self.unit]!r}, or 'median' or 'rolling12'."
            )
        choice("improvement", self.improvement, IMPROVEMENTS)
        whole("lag", self.lag, 0, 120)
        if self.decimals is not None:
            whole("decimals", self.decimals, 0, 12)
        if not self.unit:
            object.__setattr__(self, "unit", KINDS[self.kind].unit)
        unit_of(self.unit)
        if self.first is not None:
            month_ordinal(self.first, "first")
            object.__setattr__(self, "first", month_text(month_ordinal(self.first, "first")))
        object.__setattr__(self, "steps", _steps(self.steps))
        object.__setattr__(self, "target", _target(self.target))

    @property
    def how(self) -> Kind:
        """The row of `KINDS` for this measure."""
        return KINDS[self.kind]

    @property
    def shown(self) -> Unit:
        """How its values are printed."""
        unit = unit_of(self.unit)
        return unit if self.decimals is None else replace(unit, decimals=self.decimals)


@dataclass(frozen=True, repr=False)
class Catalogue:
    """Measures by name, in the order in which they are reported.

    Parameters
    ----------
    measures : tuple of Measure
        Names must differ.
    note : str
        A sentence that belongs on every page made from these data.

    Examples
    --------
    >>> import spc
    >>> catalogue = spc.Catalogue([spc.Measure("ASB", improvement="low")])
    >>> catalogue["ASB"].improvement
    'low'
    """

    measures: tuple[Measure, ...]
    note: str = ""
    _by_name: dict[str, Measure] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        given: Any = self.measures
        rows = tuple(given) if isinstance(given, Iterable) else (given,)
        if not all(isinstance(row, Measure) for row in rows):
            raise ChoiceError(f"A Catalogue is made of Measure, got {given!r}.")
        object.__setattr__(self, "measures", rows)
        object.__setattr__(self, "_by_name", {measure.name: measure for measure in self.measures})
        if len(self._by_name) < len(self.measures):
            names = [measure.name for measure in self.measures]
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"The catalogue names {twice!r} more than once: keep one.")

    @classmethod
    def from_toml(cls, path: str | Path) -> Catalogue:
        """Read a catalogue from a TOML file with one ``[[measure]]`` table a measure."""
        content, source = toml_content(path), Path(path).name
        strange = sorted(set(content) - {"measure", "note"})
        if strange:
            raise InputError(f"{source}: {strange[0]!r} is neither `note` nor [[measure]].")
        rows = content.get("measure", [])
        if not isinstance(rows, list) or not rows:
            raise InputError(f"{source} names no measure: write one [[measure]] table for each.")
        return cls(tuple(_measures(rows, source)), str(content.get("note", "")))

    @classmethod
    def from_csv(cls, path: str | Path) -> Catalogue:
        """Read a catalogue from a CSV file with the same columns; empty cells take the default."""
        source = Path(path).name
        try:
            with open(path, encoding="utf-8-sig", newline="") as lines:
                rows = [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(lines)]
        except UnicodeDecodeError:
            raise InputError(f"{source} is no UTF-8 text: save it as CSV UTF-8.") from None
        if not rows:
            raise InputError(f"{source} names no measure: write one row for each under a line of headings.")
        for number, row in enumerate(rows, 1):
            if None in row:
                raise InputError(
                    f"{source}, measure {number}: the row has more cells than there are headings."
                )
            _from_text(row)
        return cls(tuple(_measures(rows, source)))

    def get(self, name: str) -> Measure | None:
        """Return the measure of this name, or None."""
        return self._by_name.get(name)

    def __getitem__(self, name: str) -> Measure:
        if name not in self._by_name:
            raise ChoiceError(f"The catalogue has no measure {name!r}.")
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Measure]:
        return iter(self.measures)

    def __len__(self) -> int:
        return len(self.measures)

    def __repr__(self) -> str:
        return f"Catalogue({counted(len(self), 'measure')})"


def _target(target: Any) -> float | dict[str, float] | None:
    """Return one target, or targets by the month from which they hold."""
    if target is None:
        return None
    if isinstance(target, Mapping):
        return {month_text(month_ordinal(month, "target")): _goal(goal) for month, goal in target.items()}
    return _goal(target)


def _goal(goal: Any) -> float:
    try:
        if isinstance(goal, bool) or not math.isfinite(float(goal)):
            raise ValueError
    except (TypeError, ValueError):
        raise ChoiceError(f"`target` must be a number, or numbers by month, got {goal!r}.") from None
    return float(goal)


def _steps(rows: Any) -> tuple[Step, ...]:
    steps = []
    for row in rows:
        if not isinstance(row, Step | Mapping) or (isinstance(row, Mapping) and "month" not in row):
            raise ChoiceError(
                f'`steps` must be rows such as {{ month = "2024-01", reason = "..." }}, got {row!r}.'
            )
        step = row if isinstance(row, Step) else Step(row["month"], str(row.get("reason", "")))
        steps.append(replace(step, month=month_text(month_ordinal(step.month, "steps"))))
    return tuple(steps)


def _measures(rows: Iterable[Mapping[str, Any]], source: str) -> Iterator[Measure]:
    known = {f.name for f in fields(Measure)}
    for number, row in enumerate(rows, 1):
        named = f"{source}, measure {number} ({row.get('name', 'without a name')!r})"
        strange = sorted(set(row) - known)
        if strange:
            raise InputError(f"{named}: {strange[0]!r} is not one of {', '.join(sorted(known))}.")
        if "name" not in row:
            raise InputError(f"{named}: every measure needs a `name`.")
        try:
            yield Measure(**dict(row))
        except (ChoiceError, TypeError) as reason:
            raise InputError(f"{named}: {reason}") from None


def _from_text(row: dict[str, Any]) -> None:
    """Give a CSV row its types: `steps` are "2024-01 why; ...", a `target` "5" or "2024-04=5; ..."."""
    for name in ("lag", "decimals"):
        if str(row.get(name, "")).isdigit():
            row[name] = int(row[name])
    if "=" in row.get("target", ""):
        goals = [goal.partition("=") for goal in row["target"].split(";")]
        row["target"] = {month.strip(): goal for month, _, goal in goals}
    if "steps" in row:
        steps = [step.strip().partition(" ") for step in row["steps"].split(";") if step.strip()]
        row["steps"] = tuple(Step(month, reason) for month, _, reason in steps)


@dataclass(frozen=True, eq=False)
class Assignment:
    """Which measure each series is: `distinct[code[s]]`, so that each measure is asked once."""

    distinct: tuple[Measure, ...]
    code: np.ndarray[Any, np.dtype[np.int64]]

    def each(self, ask: Callable[[Measure], Any], dtype: Any = None) -> np.ndarray[Any, Any]:
        """Return the answer of every series' measure (n_series,)."""
        return np.array([ask(measure) for measure in self.distinct], dtype)[self.code]

    def ends(self, panel: Panel, as_at: Any = None) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return the column of the month that each series is reported on (n_series,); -1 for none.

        One month for all is the paper's, and a measure in arrears has an earlier one. A month for each
        series, and the `Ends` that one verb hands to the next, are those of the figures already.
        """
        if isinstance(as_at, Ends | Iterable) and not isinstance(as_at, str):
            return panel.positions(as_at)
        return self.in_arrears(panel.position(as_at))

    def in_arrears(self, column: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return each measure's month in the paper of a month (n_series,); -1 before the calendar."""
        return np.maximum(column - self.each(lambda measure: measure.lag, np.int64), -1)

    def __getitem__(self, s: int) -> Measure:
        return self.distinct[self.code[s]]

    def __iter__(self) -> Iterator[Measure]:
        return (self.distinct[code] for code in self.code)

    def __len__(self) -> int:
        return len(self.code)


def by_kind(panel: Panel, rows: Assignment) -> Panel:
    """Return the panel with denominators for those series alone whose kind is a ratio.

    A count that comes with a denominator (a population, say) is shown and judged as the count that it is.
    """
    ratio = panel.is_ratio & rows.each(lambda measure: measure.how.windows == "ratio", bool)
    return panel if (ratio == panel.is_ratio).all() else replace(panel, is_ratio=ratio)


def catalogue_of(measures: Any) -> Catalogue | None:
    """Return what was handed in as measures as a Catalogue: one, a sequence of Measure, or None."""
    if measures is None or isinstance(measures, Catalogue):
        return measures
    rows = tuple(measures) if isinstance(measures, list | tuple) else ()
    if not rows or not all(isinstance(row, Measure) for row in rows):
        raise ChoiceError(
            "`measures` must be a Catalogue or a list of Measure, such as "
            f"spc.Catalogue.from_toml('catalogue.toml'), got {type(measures).__name__}."
        )
    return Catalogue(rows)


def measures_of(panel: Panel, measures: Any) -> Assignment:
    """Return the measure of each series; one that the catalogue does not name is a rate or a count.

    Parameters
    ----------
    panel : Panel
    measures : Catalogue, sequence of Measure, Assignment or None

    Returns
    -------
    Assignment
    """
    if isinstance(measures, Assignment):
        return measures
    measures = catalogue_of(measures)
    plain = (Measure("a count"), Measure("a rate", kind="rate"))
    listed = () if measures is None else measures.measures
    code = len(listed) + panel.is_ratio.astype(np.int64)
    if listed:
        place = {measure.name: i for i, measure in enumerate(listed)}
        found = np.array([place.get(name, -1) for name in panel.measure_names], np.int64)
        code = np.where(found < 0, code, found)
    return Assignment((*listed, *plain), code)
