"""Series that a catalogue does not name: a misspelt name leaves its series without kind and direction."""

from __future__ import annotations

from typing import Any

from spc.measures import Catalogue, measures_of
from spc.panel import Panel
from spc.wording import counted, quoted

__all__ = ["uncatalogued"]


def uncatalogued(panel: Panel, measures: Any, called: str = "The catalogue") -> str:
    """Say which measures of a panel its catalogue does not name, and which of its names stand nowhere.

    A name in the catalogue alone is nothing to tell: one catalogue serves many files. But where measures of
    the panel have none, it may be theirs, misspelt. Nor is a refused series missed: it is not judged.

    Parameters
    ----------
    panel : Panel
    measures : Catalogue, Assignment or None
    called : str
        What the catalogue is called, at the head of the sentence.

    Returns
    -------
    str
        "" where there is nothing to tell.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[3, 5]], start="2024-01", keys={"measure": ["Burglary"]})
    >>> print(uncatalogued(panel, spc.Catalogue([spc.Measure("Burglery", improvement="low")])))
    The catalogue does not name 1 measure of the input, taken for a count or rate without a preferred \
direction: 'Burglary'; it names 'Burglery', which the input has not.
    """
    if isinstance(measures, Catalogue) and "measure" not in panel.keys and len(panel.keys) > 1:
        return ""  # no key says what is measured, so nothing can be missed
    rows, plain = measures_of(panel, measures), measures_of(panel, None).distinct
    named = [measure.name for measure in rows.distinct if measure not in plain]
    if not named:
        return ""
    bare = rows.each(lambda measure: measure in plain, bool) & ~panel.refused
    missing = list(dict.fromkeys(map(str, panel.measure_names[bare])))
    if not missing:
        return ""
    taken = "a count or rate" if len(missing) == 1 else "counts or rates"
    said = (
        f"{called} does not name {counted(len(missing), 'measure')} of the input, taken for {taken} without "
        f"a preferred direction: {quoted(missing)}"
    )
    have = set(panel.measure_names)
    spare = [name for name in named if name not in have]
    return f"{said}; it names {quoted(spare)}, which the input has not." if spare else f"{said}."
