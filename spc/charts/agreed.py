"""Limits that were agreed: frozen lines of each series and phase, whatever the months since then say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Floats, Ints, Words
from spc.baselines import Phases
from spc.chart_kinds import CODES, Chart
from spc.charts.asking import options_of
from spc.charts.fitting import Choices, Problem, Spread
from spc.charts.small_counts import MIXED
from spc.charts.tasks import Task
from spc.checks import ChoiceError, InputError
from spc.inert import csv_text
from spc.panel import Panel
from spc.results import Limits
from spc.results.statuses import NOT_AGREED, SHORT_HISTORY
from spc.wording import month_text

__all__ = ["FIELDS", "OPEN", "Agreed", "agreed_limits", "agreed_task", "alone", "headings"]

#: The last month of a phase that goes on.
OPEN = np.iinfo(np.int64).max
#: Columns of the file besides the keys of the series.
FIELDS = (
    *("chart", "first", "last", "base_first", "base_last", "observed", "centre", "sigma", "total", "scale"),
    *("width", "constants", "options", "centre_fraction", "range_fraction", "reason", "agreed_on"),
)
#: Arguments of `limits` that may stand beside `agreed`.
BESIDE = ("agreed", "as_at")


@dataclass(frozen=True, eq=False, repr=False)
class Agreed:
    """Limits as they were agreed, one row a series and phase; read with `spc.agreed`.

    Months are counted as year * 12 + month - 1, or from 0 in plain observation order.

    Parameters
    ----------
    keys : mapping of str to (n_rows,) array
        The key columns that name each series, by the heading of the file.
    names : tuple of tuple of str
        The same row by row, as they stand in the file.
    chart : (n_rows,) object
    first, last : (n_rows,) int64
        First and last month of the phase; `OPEN` where it goes on.
    base_first, base_last : (n_rows,) int64
        First and last month of the baseline.
    observed : (n_rows,) int64
        Its observed months.
    centre, sigma : (n_rows,) float64
        NaN where a chart has none; sigma 0 says that the baseline did not vary.
    total, scale : (n_rows,) float64
        The baseline's exact sum, as in `Limits`.
    bounds : (n_rows, 2) float64
        Where the limits are clipped; NaN for no bound.
    fractions : (n_rows, 2) object
        Centre and mean (or median) range as texts such as "631/24", "" for none; they settle ties.
    reason, agreed_on : (n_rows,) object
        Why the phase began, and the day of the agreement, where these are told.
    choices : Choices
        How the lines were found; the width of the limits.
    options : mapping of str to mapping
        The charts' own options.
    calendar : bool
        Whether the months are those of a calendar.
    source : str
        The name of the file.
    """

    keys: Mapping[str, np.ndarray[Any, Any]]
    names: tuple[tuple[str, ...], ...]
    chart: Words
    first: Ints
    last: Ints
    base_first: Ints
    base_last: Ints
    observed: Ints
    centre: Floats
    sigma: Floats
    total: Floats
    scale: Floats
    bounds: Floats
    fractions: Words
    reason: Words
    agreed_on: Words
    choices: Choices
    options: Mapping[str, Mapping[str, float | str]]
    calendar: bool
    source: str

    def rows_of(self, panel: Panel) -> Ints:
        """Return the series of the panel that each row is about (n_rows,); -1 where it has none."""
        have = headings(panel)
        if set(have) != set(self.keys):
            raise InputError(
                f"{self.source} names its series by {_listed(self.keys)}, and the panel by {_listed(have)}: "
                "rename the keys of one of them."
            )
        cells = [[csv_text(str(label)) for label in have[key]] for key in self.keys]
        place = {name: s for s, name in enumerate(zip(*cells, strict=True))}
        return np.array([place.get(name, -1) for name in self.names], np.int64)

    def absent(self, panel: Panel) -> tuple[str, ...]:
        """Return the names of agreed series that the panel does not have."""
        missing = np.flatnonzero(self.rows_of(panel) < 0)
        return tuple(dict.fromkeys(self.name(int(row)) for row in missing))

    def name(self, row: int) -> str:
        """Return the keys of a row in one text."""
        return " / ".join(str(labels[row]) for labels in self.keys.values())

    def to_frame(self) -> Any:
        """Return one row a series and phase: keys, chart, months, centre, sigma, reason, agreed_on."""
        fields_of: dict[str, Any] = {"chart": self.chart}
        for name in ("first", "last", "base_first", "base_last"):
            fields_of[name] = [self.month(int(month)) for month in getattr(self, name)]
        for name in ("observed", "centre", "sigma", "reason", "agreed_on"):
            fields_of[name] = getattr(self, name)
        return frames.tidy_series(self.keys, fields_of)

    def month(self, month: int) -> str:
        """Print a month as the file does; "" for `OPEN`."""
        if month == OPEN:
            return ""
        return month_text(month) if self.calendar else str(month + 1)

    def __len__(self) -> int:
        return len(self.chart)

    def __repr__(self) -> str:
        return f"Agreed({len(set(self.names)):,} series, {len(self):,} phases, {self.source})"


def headings(panel: Panel) -> dict[str, np.ndarray[Any, Any]]:
    """Return the key columns of a panel by the headings they have in the file: no field's, no formula."""
    named: dict[str, np.ndarray[Any, Any]] = {}
    for name, labels in panel.keys.items():
        heading = csv_text(name)
        while heading in FIELDS or heading in named:
            heading += "_key"
        named[heading] = labels
    return named


def _listed(keys: Mapping[str, Any]) -> str:
    return ", ".join(map(repr, keys))


@dataclass(frozen=True, eq=False)
class AgreedProblem(Problem):
    """A problem whose baselines are not looked at again: what they said was agreed."""

    told: Spread | None = None

    @property
    def is_agreed(self) -> bool:
        """Nothing is estimated."""
        return True

    @cached_property
    def spread(self) -> Spread:
        """What the baselines said when the limits were agreed."""
        assert self.told is not None
        return self.told


@dataclass(frozen=True, eq=False)
class AgreedTask(Task):
    """What `limits` is asked with `agreed`; phases that the agreement does not know have row -1."""

    agreed: Agreed
    row: Ints

    def problem(self, chart: Chart, series: Ints, rows: Ints) -> Problem:
        """Return the same as a Task, with the baselines as they were agreed."""
        plain = super().problem(chart, series, rows)
        given = {each.name: getattr(plain, each.name) for each in fields(plain)}
        return AgreedProblem(**given, told=self._told(self.row[rows]))

    def _told(self, row: Ints) -> Spread:
        one = self.agreed
        chart = np.append(one.chart, "")[row]

        def of(numbers: Floats) -> Floats:
            return np.append(numbers, np.nan)[row]

        centre, none = of(one.centre), np.full(len(row), np.nan)
        ranges = np.where(chart == "mr", centre, np.where(of(one.sigma) == 0.0, 0.0, np.nan))
        return Spread(
            count=np.append(one.observed, 0)[row],
            mean=np.where(chart == "mr", np.nan, centre),
            mean_range=ranges,
            total=of(one.total),
            scale=of(one.scale),
            # what was agreed as individuals stays so beside small counts: a month below 0 makes it no count
            least=np.where(chart == "xmr", -1.0, 0.0),
            median=centre,
            median_range=none,
            sd=none,
            screened=np.zeros(len(row), np.int64),
        )


def alone(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """Refuse arguments of `limits` that agreed limits leave no room for, its own options among them."""
    asked = [
        name
        for name, default in defaults.items()
        if name not in BESIDE and given[name] is not default and not _same(given[name], default)
    ]
    for name in (*asked, *given["options"]):
        raise ChoiceError(
            f"`{name}` was settled when the limits were agreed: leave it out, or leave out `agreed`."
        )


def _same(told: object, default: object) -> bool:
    return isinstance(told, str | int | float) and told == default


def agreed_task(panel: Panel, agreed: Agreed, ends: Ints) -> tuple[AgreedTask, Words]:
    """Return what is to be fitted, and the chart of each series.

    Parameters
    ----------
    panel : Panel
    agreed : Agreed
    ends : (n_series,) int64
        As-at columns.

    Raises
    ------
    InputError
        Keys or months of another kind, or no series that was agreed.
    """
    if agreed.calendar != (panel.start is not None):
        kind, start = ("of calendar months", "a month") if agreed.calendar else ("in plain order", "None")
        raise InputError(
            f"{agreed.source} is {kind}, and the panel is not: make the panel with {start} as its `start`."
        )
    owner = agreed.rows_of(panel)
    if (owner < 0).all():
        raise InputError(f"None of the series of {agreed.source} is in the panel: {agreed!r} and {panel!r}.")
    phases, row = _phases(panel, agreed, owner, ends)
    names = _charts(panel, agreed, owner)
    base_first = _columns(panel, agreed.base_first, row, phases.first, 0)
    base_last = _columns(panel, agreed.base_last, row, phases.first, 1)
    bounds = np.full((panel.n_series, 2), np.nan)
    bounds[owner[owner >= 0]] = agreed.bounds[owner >= 0]
    told = agreed.choices
    task = AgreedTask(
        panel=panel,
        phases=phases,
        base_first=np.minimum(base_first, phases.last),
        base_last=np.minimum(np.maximum(base_last, base_first), phases.last),
        ends=ends,
        known_centre=np.append(agreed.centre, np.nan)[row],
        known_sigma=np.append(agreed.sigma, np.nan)[row],
        barred=np.ones(panel.values.shape, np.bool_),  # no month sets limits any more
        choices=Choices(constants=told.constants, width=told.width, gaps=told.gaps, least=0),
        options={**options_of(names, {}), **agreed.options},
        bounds=bounds,
        agreed=agreed,
        row=row,
    )
    return task, names


def _charts(panel: Panel, agreed: Agreed, owner: Ints) -> Words:
    """Return the chart of each series; where phases of small counts stand beside others it is "auto"."""
    names = np.full(panel.n_series, "xmr", dtype=object)
    known = owner >= 0
    names[owner[known]] = agreed.chart[known]
    for row in np.flatnonzero(known):
        s, name = owner[row], agreed.chart[row]
        if name != names[s]:
            names[s] = "auto"
    return names


def _phases(panel: Panel, agreed: Agreed, owner: Ints, ends: Ints) -> tuple[Phases, Ints]:
    """Return the agreed phases on the months of the panel, and the row of each; -1 where nothing is agreed.

    A series whose as-at month no agreed phase holds gets a last phase without limits, so that its status
    can say so.
    """
    start = panel.start or 0
    row = np.flatnonzero(owner >= 0)
    series = owner[row]
    stop = ends[series] + 1
    last = np.where(agreed.last[row] == OPEN, stop, np.clip(agreed.last[row] + 1 - start, 0, stop))
    first = np.clip(agreed.first[row] - start, 0, last)
    until = np.zeros(panel.n_series, np.int64)
    np.maximum.at(until, series, np.where(first < last, last, 0))
    bare = np.flatnonzero((until <= ends) | (ends < 0))
    series = np.concatenate([series, bare])
    first = np.concatenate([first, np.minimum(until[bare], ends[bare] + 1)])
    last = np.concatenate([last, ends[bare] + 1])
    row = np.concatenate([row, np.full(len(bare), -1)])
    order = np.lexsort((last, first, series))
    offsets = np.searchsorted(series[order], np.arange(panel.n_series + 1)).astype(np.int64)
    row = row[order]
    reasons = tuple(np.append(agreed.reason, "")[row].tolist()) if (agreed.reason != "").any() else ()
    return Phases(offsets, first[order], last[order], reasons, panel), row


def _columns(panel: Panel, months: Ints, row: Ints, first: Ints, past: int) -> Ints:
    """Return months of the rows as columns, not before the phase begins."""
    columns = np.append(months + past - (panel.start or 0), 0)[row]
    return np.maximum(columns, first)


def agreed_limits(limits: Limits, task: AgreedTask) -> Limits:
    """Return the fitted limits with what was agreed in place of what was asked; see `agreed_task`."""
    agreed = task.agreed
    status = limits.phase_status.copy()
    _drawn(limits, task)
    status[task.row < 0] = NOT_AGREED
    fractions = np.concatenate([agreed.fractions, np.full((1, 2), "", dtype=object)])[task.row]
    told = {"known_centre": task.known_centre, "known_sigma": task.known_sigma, "known_fractions": fractions}
    charts = sorted(set(agreed.chart.tolist()), key=lambda name: CODES[name])
    return replace(
        limits,
        chart=charts[0] if len(charts) == 1 else "auto" if set(charts) <= {"xmr", *MIXED} else "by series",
        phase_status=status,
        baseline="agreed",
        choices={
            **asdict(agreed.choices),
            **told,
            "options": agreed.options,
            "bounds": task.bounds,
            "absent": agreed.absent(task.panel),
        },
        excluded=None,
    )


def _drawn(limits: Limits, task: AgreedTask) -> None:
    """Refuse agreed phases that could not be drawn, because the chart needs more than was agreed."""
    lost = (limits.phase_status == SHORT_HISTORY) & (task.row >= 0)
    for p in np.flatnonzero(lost & (limits.phases.first < limits.phases.last)):
        row = int(task.row[p])
        raise InputError(
            f"{task.agreed.source}, {task.agreed.name(row)}: the {task.agreed.chart[row]} chart cannot be "
            "drawn from its row, which needs a sigma beside the centre."
        )
