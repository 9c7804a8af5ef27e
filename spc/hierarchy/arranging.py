"""Parts beside their wholes, row by row, as every question about the two needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Ints
from spc.checks import ChoiceError
from spc.hierarchy.adding import ratios_of, refuse_kinds, told
from spc.hierarchy.families import Families, families_of, on_calendar
from spc.measures import Assignment, catalogue_of
from spc.pairing import heard_and_paired, window_sums
from spc.panel import Panel

__all__ = ["Arranged", "arranged", "windows_of"]


@dataclass(frozen=True, eq=False)
class Arranged:
    """Parts and wholes of the same months.

    Parameters
    ----------
    parts : Panel
        Every row has a whole.
    part_rows : (n_parts,) int64
        Where each part stands in the panel that was handed in.
    families : Families
        Of `parts`.
    whole : Panel or None
        One row a family, NaN where the family has no series of its own; None: wholes are sums of parts.
    measures : Assignment
        The measure of each family.
    names : (n_parts,) object
        What tells a part from its siblings.
    """

    parts: Panel
    part_rows: Ints
    families: Families
    whole: Panel | None
    measures: Assignment
    names: np.ndarray[Any, Any]

    @property
    def code(self) -> Ints:
        """The family of each part (n_parts,)."""
        return self.families.code

    def ways(self) -> tuple[Flags, Flags]:
        """Return which families are ratios, and which are means of months over a window."""
        ratio = np.zeros(self.families.n_wholes, bool)
        ratio[self.code] = self.parts.is_ratio
        if self.whole is not None:
            ratio |= self.whole.is_ratio
        mean = self.measures.each(lambda measure: measure.how.windows == "mean", bool) & ~ratio
        return ratio, mean


def arranged(
    panel: Panel,
    whole: Any,
    parts: Sequence[str] | None,
    key: str | None,
    parents: Any,
    by: Any,
    measures: Any,
) -> Arranged:
    """Match parts with wholes; see `spc.parts` for the arguments.

    Raises
    ------
    ChoiceError
        What does not add up, wholes and parts of different kinds, no part at all.
    """
    measures = catalogue_of(measures)
    found, wholes, named = families_of(panel, whole, parts, key, parents, by)
    rows = np.flatnonzero(found.code >= 0).astype(np.int64)
    if not len(rows):
        raise ChoiceError("There are no parts: every series is the whole, or stands outside.")
    families = Families(found.keys, found.code[rows], found.whole_rows)
    chosen = panel.select(rows)
    ratio = ratios_of(chosen, families)
    if wholes is not None:
        ratio |= _rows_of(families, wholes.is_ratio)
    chosen, assignment = told(chosen, measures, ratio[families.code])
    refuse_kinds(chosen, assignment, families)
    sort = np.zeros(families.n_wholes, np.int64)
    distinct = assignment.distinct
    own = None
    if wholes is not None:
        own, of_whole = _wholes(wholes, families, chosen, measures, ratio)
        distinct = (*distinct, *of_whole.distinct)
        sort = np.append(of_whole.code, 0)[families.whole_rows] + len(assignment.distinct)
    sort[families.code[families.order[::-1]]] = assignment.code[families.order[::-1]]
    telling = [name for name in chosen.keys if name not in families.keys or name == named]
    columns = zip(*(chosen.keys[name].tolist() for name in telling or chosen.keys), strict=True)
    names = np.array([" / ".join(map(str, column)) for column in columns], dtype=object)
    return Arranged(chosen, rows, families, own, Assignment(distinct, sort), names)


def _rows_of(families: Families, flags: Flags) -> Flags:
    """Return what holds of the row that each family's whole is (n_wholes,); False where it has none."""
    at = families.whole_rows
    assert at is not None
    return np.append(flags, False)[at]


def _wholes(
    wholes: Panel, families: Families, parts: Panel, measures: Any, kin: Flags
) -> tuple[Panel, Assignment]:
    """Return the wholes family by family on the months of the parts, and the measures of their rows."""
    at = families.whole_rows
    assert at is not None
    has = at >= 0
    alike = np.zeros(wholes.n_series, bool)
    alike[at[has]] = kin[has]
    given, rows = told(on_calendar(wholes, parts), measures, alike)
    ratio = _rows_of(families, given.is_ratio)
    differs = has[families.code] & (ratio[families.code] != parts.is_ratio)
    if differs.any():
        s = int(np.argmax(differs))
        p = int(at[families.code[s]])
        lacking = parts.name(s) if given.is_ratio[p] else f"the whole {given.name(p)}"
        raise ChoiceError(
            f"{lacking} has no denominators, and its {'whole' if given.is_ratio[p] else 'parts'} "
            "have: hand both in alike."
        )

    def taken(cells: Floats | None) -> Floats | None:
        return None if cells is None else np.where(has[:, None], cells[np.maximum(at, 0)], np.nan)

    values = taken(given.values)
    assert values is not None
    refused = _rows_of(families, given.refused)
    own = replace(
        given,
        values=values,
        of=taken(given.of),
        keys=families.keys,
        is_ratio=ratio,
        refused=refused,
        given={},
        within=None,
        report=None,
        echo=parts.echo,
    )
    return own, rows


def windows_of(panel: Panel, mean: Flags, length: int) -> tuple[Floats, Floats]:
    """Return the windows of `length` months at every month: numerators and denominators.

    A window is missing unless every month is heard of; of a ratio, a month with one part missing leaves both
    sums. Means of months stand where `mean` says so; denominators are NaN where there are none.
    """
    ratio = panel.is_ratio[:, None]
    of = np.full(panel.values.shape, np.nan) if panel.of is None else panel.of
    heard, paired = heard_and_paired(panel.values, of, panel.is_ratio)
    listened = window_sums(np.where(heard, 0.0, np.nan), length, length)
    sums = window_sums(np.where(paired, panel.values, np.nan), length, 1)
    sums[mean] = window_sums(panel.values[mean], length, 1, mean=True)
    bases = window_sums(np.where(paired & ratio, of, np.nan), length, 1)
    return sums + listened, bases + listened
