"""parts(): the sum of the parts beside a given whole; they need not add up, and the gap is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from spc.checks import choice, parcel
from spc.checks import whole as whole_number
from spc.hierarchy.adding import MISSING, heard
from spc.hierarchy.arranging import arranged, windows_of
from spc.hierarchy.rolling_up import wholes_of
from spc.measures import Catalogue, Measure
from spc.panel import Panel
from spc.reading.report import with_refused
from spc.results.hierarchy import Parts

__all__ = ["parts"]


def parts(
    panel: Panel,
    *,
    whole: str | Panel,
    parts: Sequence[str] | None = None,
    key: str | None = None,
    parents: Mapping[str, str | None] | Any = None,
    measures: Catalogue | Sequence[Measure] | None = None,
    as_at: Any = None,
    window: int = 1,
    missing: str = "missing",
) -> Parts:
    """Set the sum of the parts beside a given whole, month by month.

    Parameters
    ----------
    panel : Panel
        Holds the parts, and the whole too where that is a label.
    whole : str or Panel
        The label of the whole under `key`; or a panel of wholes, matched by the keys that it has.
    parts : sequence of str, optional
        Labels of the parts, where `whole` is a label; by default all others.
    key : str, optional
        The key column that names the parts; by default "area", or the only one but "measure".
    parents : mapping of str to str, or frame of two columns, optional
        Which whole of the panel of wholes each part belongs to; None for a part of none.
    measures : Catalogue, optional
    as_at : month, optional
        The month of the words; by default the last. That of a measure in arrears (`lag`) is as many months
        earlier.
    window : int
        Length in months of what is compared: the month, 3 or 12 months.
    missing : {"missing", "gaps", "leave out"}
        As for `roll_up`.

    Returns
    -------
    Parts
        `whole`, `total` (the sums), `gap` (whole less sum) and `share` (sum over whole), one row a whole and
        one column a month; `part_share` one row a part. Wholes without parts, and parts without a whole, are
        there with nothing in the other column.

    Raises
    ------
    ChoiceError
        As `roll_up`; a label that no series has.

    Notes
    -----
    SPEC 6: parts need not add up to the whole; of one published total 0.5% had no district. Nothing is made
    to fit. Of a ratio the gap and the share are those of the numerators; `gap_of` and `share_of` are those
    of the denominators.

    Examples
    --------
    >>> import spc
    >>> areas = {"area": ["Wiltshire", "County", "Swindon"]}
    >>> panel = spc.Panel.from_numpy([[5337], [3221], [2093]], start="2024-07", keys=areas)
    >>> print(spc.parts(panel, whole="Wiltshire").words[0])
    County and Swindon make 5,314 of 5,337 (99.6%); 23 lie in no part.
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    choice("missing", missing, MISSING)
    length = whole_number("window", window, 1, 1_200)
    found = arranged(with_refused(panel), whole, parts, key, parents, None, measures)
    own = found.whole
    assert own is not None
    total = wholes_of(found.parts, found.families, missing)
    seen = found.families.add(heard(found.parts).astype(np.float64))[0].astype(np.int64)
    mean = found.ways()[1]
    return Parts(
        whole=_windowed(own, mean, length),
        total=_windowed(total, mean, length),
        parts=_windowed(found.parts, mean[found.code], length),
        names=found.names,
        family=found.code,
        members=np.diff(found.families.offsets),
        observed=seen,
        measures=found.measures,
        window=length,
        ends=found.measures.in_arrears(found.parts.position(as_at)),
        missing=missing,
    )


def _windowed(panel: Panel, mean: Any, length: int) -> Panel:
    """Return a panel whose months are windows; of a ratio both sums are kept."""
    if length == 1:
        return replace(panel, given={}, within=None)
    top, below = windows_of(panel, mean, length)
    of = None if panel.of is None else below
    return replace(panel, values=top, of=of, given={}, within=None)
