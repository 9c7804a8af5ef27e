"""The waybill of a reading: every problem, every refused series, and where each cell went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Array
from spc.panel import Panel
from spc.parsing import READING_RULES, Problem
from spc.wording import month_text

__all__ = ["Findings", "RefusedSeries", "Report", "with_refused"]


@dataclass(frozen=True)
class RefusedSeries:
    """A series that was left out, and why.

    Parameters
    ----------
    keys : tuple of str
        Its names, one for each of `Report.keys`.
    problem : Problem
        The first of its problems.
    n_problems : int
        How many it has.
    """

    keys: tuple[str, ...]
    problem: Problem
    n_problems: int

    @property
    def name(self) -> str:
        """Its keys in one text, as `Panel.name` gives them."""
        return " / ".join(self.keys)


@dataclass(frozen=True, repr=False)
class Report:
    """What `read` found: nothing is left out without a line in it.

    ``cells_in == cells_used + cells_missing + cells_reported + cells_superseded``, asserted in every reading.

    Parameters
    ----------
    layout : str
        The layout in which the source was read.
    keys : tuple of str
        The key columns.
    problems : tuple of Problem
        Every problem, in the order of the file.
    refused : tuple of RefusedSeries
        The series left out of the panel.
    cells_in : int
        Cells of values handed in (of `value`, `of` and the given windows; for records, the records).
    cells_used : int
        Those that stand in the panel as numbers.
    cells_missing : int
        Those of sound series that are empty, or declared missing.
    cells_reported : int
        Those of refused series, sound or not.
    cells_superseded : int
        Those of an earlier release whose month a later one holds too.
    cells_revised : int
        Those among them that the later release changed.
    cells_filled : int
        Cells of the panel that are 0 because the layout leaves noughts out; they were not handed in.
    problem_keys : tuple of tuple of str
        The keys of each problem's series; empty where the file is meant.
    unread : tuple of str
        Sheets beside the one that was read, hidden ones apart; none where the sheet was named.
    """

    layout: str
    keys: tuple[str, ...]
    problems: tuple[Problem, ...]
    refused: tuple[RefusedSeries, ...]
    cells_in: int
    cells_used: int
    cells_missing: int
    cells_reported: int
    cells_superseded: int = 0
    cells_revised: int = 0
    cells_filled: int = 0
    problem_keys: tuple[tuple[str, ...], ...] = ()
    unread: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        out = self.cells_used + self.cells_missing + self.cells_reported + self.cells_superseded
        if out != self.cells_in:
            raise AssertionError(
                f"{self.cells_in:,} cells came in and {out:,} are accounted for: "
                "this is a fault of spc, and no number was given out."
            )

    @property
    def is_clean(self) -> bool:
        """Whether there is no problem at all."""
        return not self.problems

    def to_frame(self) -> Any:
        """Return one row per problem: the keys, then month, raw, rule, remedy and severity."""
        places = [keys or ("",) * len(self.keys) for keys in self.problem_keys]
        fields = ("month", "raw", "rule", "remedy", "severity")
        named = {f"{key}_key" if key in fields else key: i for i, key in enumerate(self.keys)}
        columns = {name: [place[i] for place in places] for name, i in named.items()}
        columns |= {name: [getattr(problem, name) for problem in self.problems] for name in fields}
        return frames.tidy_series({name: np.array(cells, object) for name, cells in columns.items()}, {})

    def __repr__(self) -> str:
        parts = [f"{self.cells_in:,} cells in", f"{self.cells_used:,} used"]
        for name in ("missing", "reported", "superseded", "revised", "filled"):
            count = getattr(self, f"cells_{name}")
            if count:
                parts.append(f"{count:,} {name}")
        parts.append(f"{len(self.problems):,} problem{'' if len(self.problems) == 1 else 's'}")
        if self.refused:
            parts.append(f"{len(self.refused):,} series refused")
        if self.unread:
            parts.append(f"{len(self.unread):,} sheet{'' if len(self.unread) == 1 else 's'} unread")
        return f"Report({', '.join(parts)})"


@dataclass
class Findings:
    """What a reading has found so far: rule, raw text, series, month and the row, as they come."""

    source: str = ""
    _found: list[tuple[int, int, int, str, str]] = field(default_factory=list)

    def add(self, rule: str, raw: str, *, series: int = -1, month: int = -1, row: int = -1) -> None:
        """Note one problem; `month` as year * 12 + month - 1, -1 where unknown."""
        self._found.append((row, series, month, rule, raw))

    def add_cells(
        self, rules: Sequence[str], raws: Sequence[str], series: Array, months: Array, rows: Array
    ) -> None:
        """Note many problems at once."""
        self._found += zip(rows.tolist(), series.tolist(), months.tolist(), rules, raws, strict=True)

    def refused_series(self, n_series: int) -> Array:
        """True for the series that a problem refuses (n_series,)."""
        refused = np.zeros(n_series, np.bool_)
        refused[[s for _, s, _, rule, _ in self._found if s >= 0 and refuses(rule)]] = True
        return refused

    def settle(self, keys: Mapping[str, Array]) -> tuple[list[Problem], list[tuple[str, ...]], list[int]]:
        """Return the problems in the order of the file, the keys of each, and the number of its series."""
        found = sorted(self._found)
        labels = list(keys.values())
        texts: dict[int, tuple[str, ...]] = {-1: ()}
        names: dict[int, str] = {-1: ""}
        known: dict[tuple[str, str], Problem] = {}
        problems = []
        for _, s, month, rule, raw in found:
            if s not in texts:
                texts[s] = tuple(str(column[s]) for column in labels)
                names[s] = " / ".join(texts[s])
            one = known.get((rule, raw))
            if one is None:
                one = known[rule, raw] = Problem.of(rule, raw)
            when = "" if month < 0 else month_text(month)
            # not `replace`, which takes ten times as long: a spoilt column may have a million problems
            problems.append(Problem(names[s], when, raw, rule, one.remedy, one.severity, self.source))
        return problems, [texts[s] for _, s, *_ in found], [s for _, s, *_ in found]


def refuses(rule: str) -> bool:
    """Whether a rule leaves out the series that meets it: all but warnings, and rows called Total."""
    return READING_RULES[rule].severity == "error" or rule == "total row"


def refused_of(
    problems: Sequence[Problem], keys: Sequence[tuple[str, ...]], series: Sequence[int]
) -> tuple[RefusedSeries, ...]:
    """Gather the problems of each refused series."""
    gathered: dict[int, list[int]] = {}
    for place, s in enumerate(series):
        if s >= 0 and refuses(problems[place].rule):
            gathered.setdefault(s, []).append(place)
    return tuple(
        RefusedSeries(keys[places[0]], problems[places[0]], len(places)) for places in gathered.values()
    )


def with_refused(panel: Panel) -> Panel:
    """Return the panel with the series that `read` refused behind the others, by name and without any month.

    Rows called Total are not among them: they were left out because they are no series.
    """
    if panel.report is None or panel.refused.any():
        return panel
    names = [one.keys for one in panel.report.refused if one.problem.rule != "total row"]
    if not names:
        return panel
    empty = np.full((len(names), panel.n_periods), np.nan)
    more = dict(zip(panel.keys, zip(*names, strict=True), strict=True))
    return replace(
        panel,
        values=np.vstack([panel.values, empty]),
        keys={key: np.array([*labels, *more[key]], dtype=object) for key, labels in panel.keys.items()},
        of=None if panel.of is None else np.vstack([panel.of, empty]),
        given={window: np.vstack([cells, empty]) for window, cells in panel.given.items()},
        is_ratio=np.append(panel.is_ratio, np.zeros(len(names), bool)),
        refused=np.append(panel.refused, np.ones(len(names), bool)),
    )
