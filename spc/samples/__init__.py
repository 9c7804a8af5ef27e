"""Embedded data, to try the library on: `load("wiltshire_2024")`, `load("road_casualties")`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.resources import as_file, files

from spc import frames
from spc.checks import choice
from spc.measures import Catalogue
from spc.panel import Panel

__all__ = ["NAMES", "Sample", "load"]

NAMES = ("wiltshire_2024", "road_casualties")


@dataclass(frozen=True)
class Sample:
    """A panel and the catalogue that says what its measures are."""

    panel: Panel
    measures: Catalogue

    @property
    def note(self) -> str:
        """Where the data come from; belongs on every page made from them."""
        return self.measures.note


def load(name: str) -> Sample:
    """Load one of the embedded samples.

    Parameters
    ----------
    name : {"wiltshire_2024", "road_casualties"}
        57 measures of a published scorecard, August 2021 to July 2024, monthly values constructed to
        reproduce the published figures; or road casualties in Great Britain 1969-1984 (Harvey and
        Durbin 1986).

    Returns
    -------
    Sample

    Examples
    --------
    >>> import spc
    >>> spc.samples.load("wiltshire_2024").panel
    Panel(57 series x 36 months, 2021-08 to 2024-07)
    """
    room = files("spc.samples")
    choice("name", name, NAMES)
    with as_file(room / f"{name}.toml") as path:
        measures = Catalogue.from_toml(path)
    with as_file(room / f"{name}.csv") as path:
        rows = frames.read_csv(path)
    parts = "of" in rows.columns
    given = {3: "given_3", 12: "given_12"} if parts else None
    panel = Panel.from_frame(rows, series="measure", of="of" if parts else None, given=given)
    return Sample(replace(panel, note=measures.note), measures)
