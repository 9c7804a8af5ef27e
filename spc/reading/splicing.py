"""Several releases of one table to one panel: the later release wins, a first month is distrusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spc.array_types import Array
from spc.panel import Panel
from spc.parsing import Problem
from spc.reading.coded import number_rows
from spc.reading.gates import refuse_all
from spc.reading.layouts import LAYOUTS
from spc.reading.report import Report

__all__ = ["PARTIAL", "distrusts_first", "splice"]


#: Names of files whose first month may have been cut short when they were taken.
_MOST_RECENT = "most recent"
PARTIAL = "first month may be partial"


@dataclass(frozen=True, eq=False)
class _Release:
    """One release on the common calendar: `rows[s]` is the place of series s in its panel, -1 if absent."""

    panel: Panel
    rows: Array
    column: int
    distrusted: bool
    stands_for_zero: Array


def distrusts_first(source: str, layout: str) -> bool:
    """Whether the first month of a source may be partial: of a published "most recent 24 months" file."""
    return layout in LAYOUTS and _MOST_RECENT in source.casefold()


def splice(panels: Sequence[Panel], sources: Sequence[str]) -> Panel:
    """Put releases together by the names of their series.

    Where two hold a month, the later release wins: the one that reaches further, and of two that reach
    equally far the one given later. An empty cell does not win over a number. The first month of a "most
    recent" file gives way to any other release that holds it. In the layouts of the London Datastore a row
    that a release leaves out is 0 for its months, provided that the release has the area and the type.
    """
    layout = panels[0].report.layout
    _refuse_unlike(panels, sources)
    order = sorted(range(len(panels)), key=lambda k: panels[k].start + panels[k].n_periods)  # type: ignore[operator]
    panels, sources = [panels[k] for k in order], [sources[k] for k in order]
    start = min(int(panel.start or 0) for panel in panels)
    n_months = max(int(panel.start or 0) + panel.n_periods for panel in panels) - start
    identity = LAYOUTS[layout].identity if layout in LAYOUTS else tuple(panels[0].keys)
    numbers, n_series = _numbered(panels, identity)
    keys = _labels(panels, numbers, n_series)
    out = _left_out(panels, identity, keys)
    releases = [
        _release(panel, number, start, distrusts_first(source, layout), layout, keys)
        for panel, number, source in zip(panels, numbers, sources, strict=True)
    ]
    pages = _merged(releases, (n_series, n_months))
    cells = {name: page.cells[~out] for name, page in pages.items()}
    panel = Panel(
        values=cells["value"],
        keys={name: labels[~out] for name, labels in keys.items()},
        start=start,
        of=cells.get("of"),
        given={int(name[6:]): found for name, found in cells.items() if name.startswith("given ")},
    )
    return replace(panel, report=_report(releases, list(pages.values()), out, layout))


def _refuse_unlike(panels: Sequence[Panel], sources: Sequence[str]) -> None:
    first = _shape_of(panels[0])
    unlike = [s for s, panel in zip(sources, panels, strict=True) if _shape_of(panel) != first]
    if unlike:
        refuse_all([Problem.of("two layouts", source or "a frame", source=source) for source in unlike])


def _shape_of(panel: Panel) -> tuple[Any, ...]:
    return tuple(panel.keys), panel.of is None, tuple(panel.given)


def _numbered(panels: Sequence[Panel], identity: Sequence[str]) -> tuple[list[Array], int]:
    """Number the series over all releases by first appearance."""
    coded = []
    for name in identity:
        place: dict[str, int] = {}
        labels = np.concatenate([panel.keys[name] for panel in panels])
        codes = np.array([place.setdefault(label, len(place)) for label in labels], np.int64)
        coded.append((codes, len(place)))
    numbers, distinct = number_rows(coded)
    ends = np.cumsum([panel.n_series for panel in panels])
    return np.split(numbers, ends[:-1]), len(distinct[0])


def _labels(panels: Sequence[Panel], numbers: Sequence[Array], n_series: int) -> dict[str, Array]:
    """The names of every series, as the latest release that holds it has them."""
    keys = {name: np.full(n_series, "", dtype=object) for name in panels[0].keys}
    for panel, number in zip(panels, numbers, strict=True):
        for name, labels in panel.keys.items():
            keys[name][number] = labels
    return keys


def _left_out(panels: Sequence[Panel], identity: Sequence[str], keys: dict[str, Array]) -> Array:
    """True for series that any of the releases refused: half a series would pass for a whole one."""
    names = panels[0].report.keys
    places = [names.index(name) for name in identity]
    refused = {tuple(one.keys[place] for place in places) for panel in panels for one in panel.report.refused}
    own = zip(*(keys[name] for name in identity), strict=True)
    return np.array([series in refused for series in own], np.bool_)


def _release(
    panel: Panel, number: Array, start: int, distrusted: bool, layout: str, keys: dict[str, Array]
) -> _Release:
    n_series = len(next(iter(keys.values())))
    rows = np.full(n_series, -1, np.int64)
    rows[number] = np.arange(panel.n_series)
    zero = np.zeros(n_series, np.bool_)
    if layout in LAYOUTS:
        areas = set(panel.keys["area"])
        kinds = set(zip(panel.keys["major"], panel.keys["measure"], strict=True))
        types = zip(keys["major"], keys["measure"], strict=True)
        known = [area in areas and kind in kinds for area, kind in zip(keys["area"], types, strict=True)]
        zero = np.array(known, np.bool_) & (rows < 0)
    return _Release(panel, rows, int(panel.start or 0) - start, distrusted, zero)


class _Page:
    """One field of all series on the common calendar, and where each of its cells came from."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.cells = np.full(shape, np.nan)
        self.is_filled = np.zeros(shape, np.bool_)
        self.is_trusted = np.zeros(shape, np.bool_)
        self.superseded = np.zeros(shape[0], np.int64)
        self.revised = np.zeros(shape[0], np.int64)

    def write(self, release: _Release, name: str, columns: slice, *, trusted: bool) -> None:
        """Write some months of a release over what earlier ones have left."""
        held = _fields(release.panel)[name][:, columns]
        new = np.where((release.rows >= 0)[:, None], held[np.maximum(release.rows, 0)], np.nan)
        zero = release.stands_for_zero & (name == "value")
        new[zero] = 0.0
        at = slice(release.column + columns.start, release.column + columns.stop)
        old, put = self.cells[:, at], np.isfinite(new)
        over = put & np.isfinite(old) & ~self.is_filled[:, at]
        self.superseded += over.sum(axis=1)
        self.revised += (over & (new != old) & self.is_trusted[:, at]).sum(axis=1)
        self.cells[:, at] = np.where(put, new, old)
        self.is_filled[:, at] = np.where(put, zero[:, None], self.is_filled[:, at])
        self.is_trusted[:, at] |= put & trusted


def _merged(releases: Sequence[_Release], shape: tuple[int, int]) -> dict[str, _Page]:
    """Write release over release, the distrusted first months before everything else."""
    pages = {}
    for name in _fields(releases[0].panel):
        page = pages[name] = _Page(shape)
        for release in releases:
            if release.distrusted:
                page.write(release, name, slice(0, 1), trusted=False)
        for release in releases:
            page.write(release, name, slice(int(release.distrusted), release.panel.n_periods), trusted=True)
    return pages


def _fields(panel: Panel) -> dict[str, Array]:
    found = {"value": panel.values} | ({} if panel.of is None else {"of": panel.of})
    return found | {f"given {window}": cells for window, cells in panel.given.items()}


def _report(releases: Sequence[_Release], pages: Sequence[_Page], out: Array, layout: str) -> Report:
    """Add the reports up; sound cells of a series that another release refused are reported with it."""
    reports = [release.panel.report for release in releases]
    lost = sum(
        int(np.isfinite(cells[release.rows[out & (release.rows >= 0)]]).sum())
        for release in releases
        for cells in _fields(release.panel).values()
    )
    filled = sum(int(page.is_filled[~out].sum()) for page in pages)
    told = [
        pair
        for release in releases
        for pair in zip(release.panel.report.problems, release.panel.report.problem_keys, strict=True)
        if pair[0].rule != PARTIAL or not _is_covered(release, releases)
    ]
    refused = {one.keys: one for report in reports for one in reversed(report.refused)}
    return Report(
        layout=layout,
        keys=reports[0].keys,
        problems=tuple(problem for problem, _ in told),
        refused=tuple(refused.values()),
        cells_in=sum(report.cells_in for report in reports),
        cells_used=sum(int(np.isfinite(page.cells[~out]).sum()) for page in pages) - filled,
        cells_missing=sum(report.cells_missing for report in reports),
        cells_reported=sum(report.cells_reported for report in reports) + lost,
        cells_superseded=sum(int(page.superseded[~out].sum()) for page in pages),
        cells_revised=sum(int(page.revised[~out].sum()) for page in pages),
        cells_filled=filled,
        problem_keys=tuple(keys for _, keys in told),
        unread=tuple(dict.fromkeys(title for report in reports for title in report.unread)),
    )


def _is_covered(release: _Release, releases: Sequence[_Release]) -> bool:
    """Whether another release holds the first month of this one, and not as a first month of its own."""
    return any(
        other.column + int(other.distrusted) <= release.column < other.column + other.panel.n_periods
        for other in releases
        if other is not release
    )
