"""roll_up(): parts to wholes, by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spc.checks import choice, parcel
from spc.hierarchy.adding import MISSING, added, ratios_of, refuse_kinds, told
from spc.hierarchy.families import Families, by_names, key_of
from spc.measures import Assignment, Catalogue, Measure
from spc.panel import Panel
from spc.reading.report import with_refused

__all__ = ["roll_up", "wholes_of"]


def roll_up(
    panel: Panel,
    *,
    by: str | Sequence[str] | None = None,
    parents: Mapping[str, str | None] | Any = None,
    key: str | None = None,
    measures: Catalogue | Sequence[Measure] | Assignment | None = None,
    missing: str = "missing",
) -> Panel:
    """Add parts up to their wholes: wards to districts, districts to the force, subtypes to types.

    Parameters
    ----------
    panel : Panel
        The parts, n_series x n_periods.
    by : str or sequence of str, optional
        The keys to keep; series that agree in all of them are parts of one whole. An empty list adds up all
        there is. By default every key, where `parents` is given.
    parents : mapping of str to str, or frame of two columns, optional
        The whole of each part, which takes the part's place under `key`; None for a part that belongs to none
        and is left out.
    key : str, optional
        The key column of which `parents` speaks; by default "area", or the only one but "measure".
    measures : Catalogue, optional
        Kinds; by default ratios are rates, all else counts.
    missing : {"missing", "gaps", "leave out"}
        What becomes of a month in which a part is missing. "missing": the whole's month is missing unless
        every part is observed. "gaps": a part counts from its first to its last observed month, so that
        parts may open and close, and a gap between leaves the whole missing. "leave out": what is missing is
        left out, as where an absent row means 0.

    Returns
    -------
    Panel
        The wholes, in order of first appearance, on the same months; a ratio keeps its two sums. Window
        values that were given are not kept. A whole with a part that could not be read is `refused` (under
        "leave out" if all its parts are), also where `spc.read` has left that part out of the panel.

    Raises
    ------
    ChoiceError
        A median, a survey, a rate or a mean duration without denominators, by name; parts of different kinds
        under one whole; a part that `parents` does not know.

    Notes
    -----
    SPEC 6: counts and stocks are added; rates, proportions and durations are ratios of sums, and a month with
    one part missing leaves both sums. Never a mean of rates. Denominators are added too, so types that share
    one population must not be rolled up as rates. Sums are the floats nearest to the true sums, so that the
    order of the parts does not change a bit; those of whole numbers are exact below 2**53, and rolling up
    twice is then the same as once. Parts need not add up to a published whole: see `spc.parts`.

    Examples
    --------
    >>> import spc
    >>> names = {"area": ["a", "b", "c"]}
    >>> wards = spc.Panel.from_numpy([[3, 4], [1, 2], [5, 5]], start="2024-06", keys=names)
    >>> found = spc.roll_up(wards, parents={"a": "North", "b": "North", "c": "South"})
    >>> dict(zip(found.keys["area"].tolist(), found.values.tolist()))
    {'North': [4.0, 6.0], 'South': [5.0, 5.0]}
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    choice("missing", missing, MISSING)
    panel = with_refused(panel)
    named = key_of(panel, key) if parents is not None or key is not None else ""
    families = by_names(panel, by, parents, named)
    inside = families.code >= 0
    panel, rows = told(panel, measures, inside & ratios_of(panel, families)[families.code])
    refuse_kinds(panel, rows, families)
    return wholes_of(panel, families, missing)


def wholes_of(panel: Panel, families: Families, missing: str) -> Panel:
    """Return the sums of the families as a panel; the kinds of the parts have been looked at."""
    values, of, refused = added(panel, families, missing)
    ratio = np.zeros(families.n_wholes, bool)
    ratio[families.code[families.order]] = panel.is_ratio[families.order]
    return Panel(
        values=values,
        keys=families.keys,
        start=panel.start,
        of=of,
        is_ratio=ratio,
        echo=panel.echo,
        note=panel.note,
        refused=refused,
    )
