"""How kinds of measure add up over parts, and the sums of the parts month by month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats
from spc.checks import ChoiceError
from spc.hierarchy.families import Families
from spc.measures import Assignment, Measure, by_kind, measures_of
from spc.pairing import heard_and_paired
from spc.panel import Panel

__all__ = ["MISSING", "ROLLS", "Roll", "added", "blank", "heard", "ratios_of", "refuse_kinds", "told"]


@dataclass(frozen=True)
class Roll:
    """How a kind adds up over parts: "sum" of values, "ratio" of sums, or "" with the reason why not.

    `bare` is the reason why a series of this kind that comes without denominators does not add up.
    """

    kind: str
    how: str = ""
    why: str = ""
    bare: str = ""


_RATE = "it has no denominators, and a mean of rates is no rate: hand the parts in with `of`"
_TIME = "it has no numbers of events, and a mean of mean durations is none: hand totals and events in"
#: SPEC 6: how measures add up over areas and types.
ROLLS = {
    row.kind: row
    for row in (
        Roll("count", "sum"),
        Roll("stock", "sum"),
        Roll("rate", "ratio", bare=_RATE),
        Roll("proportion", "ratio", bare=_RATE),
        Roll("duration", "ratio", bare=_TIME),
        Roll("median", why="a median of the whole is not known from medians of its parts"),
        Roll("rolling12", why="a survey of the whole is not known from its parts without their weights"),
    )
}
_MEANS = "its months are means of several observations, and a mean of means is none"
_GIVEN = "it came with window values, as medians and surveys do, and `measures` does not name its kind"

#: What becomes of the whole's month where a part is missing.
MISSING = {
    "missing": "the whole's month is missing unless every part is observed",
    "gaps": "a part counts from its first to its last observed month; a gap between leaves the whole missing",
    "leave out": "a part that is missing is left out: an absent row means 0",
}


def blank(panel: Panel) -> Flags:
    """Return the series without any figure or denominator, which do not say whether they are ratios."""
    return np.asarray(~panel.is_ratio & ~np.isfinite(panel.values).any(axis=1))


def ratios_of(panel: Panel, families: Families) -> Flags:
    """Return the families that have a part with denominators (n_wholes,)."""
    found = np.zeros(families.n_wholes, bool)
    found[families.code[(families.code >= 0) & panel.is_ratio]] = True
    return found


def told(panel: Panel, measures: Any, ratio: Flags) -> tuple[Panel, Assignment]:
    """Return the panel by kind, with the measure of each series.

    `ratio` are the series whose family has denominators: one that is blank is what the others are.
    """
    known = replace(panel, is_ratio=panel.is_ratio | (blank(panel) & ratio))
    rows = measures_of(known, measures)
    return by_kind(known, rows), rows


def refuse_kinds(panel: Panel, rows: Assignment, families: Families) -> None:
    """Refuse by name what does not add up, and wholes whose parts are of different kinds.

    Raises
    ------
    ChoiceError
        The series, and the reason.
    """
    inside = families.code >= 0
    if panel.within is not None:
        raise ChoiceError(f"{panel.name(int(families.order[0]))} does not roll up: {_MEANS}.")
    given = np.zeros(panel.n_series, bool)
    for cells in panel.given.values():
        given |= np.isfinite(cells).any(axis=1)
    plain = np.array([measure.name in ("a count", "a rate") for measure in rows.distinct], bool)[rows.code]
    for s in np.flatnonzero(inside & _doubtful(panel, rows, given & plain)).tolist():
        why = _GIVEN if given[s] and plain[s] else _why(rows[s], bool(panel.is_ratio[s]))
        raise ChoiceError(
            f"{panel.name(s)} does not roll up: {why}. Leave such series out with panel.select(...)."
        )
    names = [(m.kind, m.unit) for m in rows.distinct]
    sort = np.array([names.index(name) for name in names], np.int64)[rows.code] * 2 + panel.is_ratio
    first = np.full(families.n_wholes, -1, np.int64)
    first[families.code[families.order[::-1]]] = sort[families.order[::-1]]
    mixed = np.flatnonzero(inside & (first[families.code] != sort))
    if len(mixed):
        s, p = int(mixed[0]), int(families.code[mixed[0]])
        other = int(families.rows(p)[0])
        raise ChoiceError(
            f"{_called(families, p)} would add a {_sort_text(panel, rows, other)} ({panel.name(other)}) "
            f"and a {_sort_text(panel, rows, s)} ({panel.name(s)}): keep the key that tells them apart."
        )


def _doubtful(panel: Panel, rows: Assignment, unnamed: Flags) -> Flags:
    how = rows.each(lambda measure: ROLLS[measure.kind].how, object)
    bare = (how == "ratio") & ~panel.is_ratio & ~panel.refused & ~blank(panel)
    return np.asarray((how == "") | bare | unnamed)


def _why(measure: Measure, is_ratio: bool) -> str:
    row = ROLLS[measure.kind]
    return row.why or ("" if is_ratio else row.bare)


def _called(families: Families, p: int) -> str:
    return " / ".join(str(labels[p]) for labels in families.keys.values())


def _sort_text(panel: Panel, rows: Assignment, s: int) -> str:
    ratio = "with denominators" if panel.is_ratio[s] else "without denominators"
    return f"{rows[s].kind} in {rows[s].unit} {ratio}"


def heard(panel: Panel) -> Flags:
    """Return the months that are observed in full: of a ratio both parts (n_series, n_periods)."""
    return heard_and_paired(panel.values, panel.of, panel.is_ratio)[1]


def added(panel: Panel, families: Families, missing: str) -> tuple[Floats, Floats | None, Flags]:
    """Return sums of numerators and denominators of every whole, and which wholes are refused.

    A month with one part of a ratio missing leaves both sums.
    """
    seen = heard(panel)
    absent = families.add((_needed(panel, seen, missing) & ~seen).astype(np.float64))[0] > 0.0
    total, count = families.add(np.where(seen, panel.values, np.nan))
    empty = absent | (count == 0)
    total[empty] = np.nan
    of = None
    if panel.of is not None:
        of, known = families.add(np.where(seen, panel.of, np.nan))
        of[empty | (known < count)] = np.nan
    refused = families.add(panel.refused[:, None].astype(np.float64))[0][:, 0]
    members = np.diff(families.offsets)
    return total, of, (refused == members) & (members > 0) if missing == "leave out" else refused > 0.0


def _needed(panel: Panel, seen: Flags, missing: str) -> Flags:
    """Return the months in which each part must be observed; one that could not be read, in all of them."""
    if missing == "missing":
        return np.ones(seen.shape, bool)
    needed = np.zeros(seen.shape, bool)
    if missing == "gaps":
        begun = np.logical_or.accumulate(seen, axis=1)
        going = np.logical_or.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
        needed = (begun & going) | panel.refused[:, None]
    return needed
