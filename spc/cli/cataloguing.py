"""The catalogue of a command: read from its file, and held against the measures of the input."""

from __future__ import annotations

from pathlib import Path

from spc.checks import InputError
from spc.measures import Catalogue
from spc.panel import Panel
from spc.reading.report import with_refused
from spc.uncatalogued import uncatalogued

__all__ = ["catalogue_in", "lacking"]


def catalogue_in(path: Path | None) -> Catalogue | None:
    """Return the catalogue of a file (.toml or .csv), if there is one."""
    if path is None:
        return None
    try:
        return Catalogue.from_toml(path) if path.suffix.lower() == ".toml" else Catalogue.from_csv(path)
    except OSError as reason:
        raise InputError(f"The catalogue {path} cannot be read: {reason.strerror}.") from None


def lacking(path: Path | None, panel: Panel) -> list[str]:
    """Say which measures of the panel the catalogue does not name: a line for the console, or none."""
    said = "" if path is None else uncatalogued(with_refused(panel), catalogue_in(path), path.name)
    return [said] if said else []
