"""read(): files, folders and frames to a Panel with its report."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from spc.checks import ChoiceError, choice, whole
from spc.measures import Catalogue
from spc.panel import Panel
from spc.reading.arranging import arrange
from spc.reading.gates import refuse_all
from spc.reading.layouts import LAYOUTS, Asked, find_roles
from spc.reading.report import Findings, RefusedSeries, Report
from spc.reading.settling import settle
from spc.reading.sheets import sheet_of
from spc.reading.splicing import PARTIAL, distrusts_first, splice
from spc.reading.street import is_street_name, read_street, street_files

__all__ = ["RefusedSeries", "Report", "read"]


def read(
    source: Any,
    *,
    keys: str | Sequence[str] | None = None,
    month: str | None = None,
    value: str | None = None,
    of: str | None = None,
    given: Mapping[int, str] | None = None,
    measures: Catalogue | None = None,
    layout: str = "auto",
    missing: str | Sequence[str] = (),
    ignore: str | Sequence[str] = (),
    totals: str = "refuse",
    sheet: str | None = None,
    by: str = "lsoa",
    strict: bool = False,
) -> Panel:
    """Read files, folders or frames into a Panel, strictly: one meaning out, or a problem.

    Columns of CSV and Excel are read as text, so that names such as "NA" and "1E5" stay names. A bad cell
    refuses its series, which is then left out and listed in ``panel.report``; a bad structure refuses the
    source. An empty cell is a missing month and no problem.

    Parameters
    ----------
    source : path, list of paths, or frame
        A CSV file (.csv, .csv.gz), Excel workbook (.xlsx), Parquet file, pandas, polars or Arrow frame; a
        folder of data.police.uk; or several releases of one table, which are spliced by the names of the
        series, the later release winning.
    keys : str or sequence of str, optional
        The columns that together name a series; by default every column of text.
    month : str, optional
        The column of months; by default "month". Without one, the file is wide: months are headings.
    value, of : str, optional
        The count or numerator, and the denominator; by default "value" (with "of", if there is one), or
        "numerator" and "denominator".
    given : mapping of int to str, optional
        Columns of ready window values, by window length; by default "given_3", "given_12" ...
    measures : Catalogue, optional
        Its units decide which texts a series may hold: 21.8% or 00:12:57.
    layout : {"auto", "long", "wide", "london_wards", "london_boroughs", "street"}
        By default recognised by the headings.
    missing : str or sequence of str
        Texts that mean "not observed", such as "<5".
    ignore : str or sequence of str
        Columns to leave unread.
    totals : {"refuse", "keep"}
        What happens to series called Total, All or Grand total: left out and reported, or kept.
    sheet : str, optional
        The sheet of a workbook; by default the first that is not hidden.
    by : {"lsoa", "force"}
        The areas into which street-level records are counted.
    strict : bool
        Raise at any problem instead of leaving series out.

    Returns
    -------
    Panel
        Series in the order in which they first appear; `report` says where every cell went.

    Raises
    ------
    InputError
        A structure that cannot be read, no sound series at all, or (strict) any problem; `problems` has all.

    Examples
    --------
    >>> import pandas as pd, spc
    >>> rows = pd.DataFrame({"measure": ["ASB", "ASB", "Burglary"],
    ...                      "month": ["2024-06", "2024-07", "2024-07"], "value": ["975", "1,102", "<5"]})
    >>> panel = spc.read(rows)
    >>> panel
    Panel(1 series x 2 months, 2024-06 to 2024-07)
    >>> panel.report
    Report(3 cells in, 2 used, 1 reported, 1 problem, 1 series refused)
    >>> print(panel.report.problems[0].sentence)
    Burglary, 2024-07: '<5' is not a number (suppressed value): give the number, leave the cell empty or \
declare it with missing=['<5'].
    """
    asked = Asked(
        keys=None if keys is None else _names("keys", keys),
        month=month,
        value=value,
        of=of,
        given={whole("given", window, 2, 120): column for window, column in (given or {}).items()},
        measures=measures,
        layout=choice("layout", layout, ("auto", "long", "wide", *LAYOUTS, "street")),
        missing=_names("missing", missing),
        ignore=_names("ignore", ignore),
        totals=choice("totals", totals, ("refuse", "keep")),
        sheet=sheet,
        by=choice("by", by, ("lsoa", "force")),
    )
    panel = _read(source, asked)
    if strict and panel.report.problems:
        refuse_all(panel.report.problems)
    return panel


def _names(argument: str, given: Any) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given)
    for name in names:
        if not isinstance(name, str):
            raise ChoiceError(f"`{argument}` must be text or a list of texts, got {name!r}.")
    return names


def _read(source: Any, asked: Asked) -> Panel:
    """Read one source, a folder, or several releases."""
    source = [_expanded(one) for one in source] if isinstance(source, list | tuple) else _expanded(source)
    if isinstance(source, str):
        path = Path(source)
        if path.is_dir():
            return read_street(street_files(path), asked.by)
        if asked.layout == "street" or is_street_name(path.name):
            return read_street([path], asked.by)
    if not isinstance(source, list):
        return _read_one(source, asked)
    if not source:
        raise ChoiceError("`source` must name at least one path, got an empty list.")
    if all(isinstance(one, str) and is_street_name(Path(one).name) for one in source):
        return read_street([Path(one) for one in source], asked.by)
    names = [Path(one).name if isinstance(one, str) else "" for one in source]
    panels = [_read_one(one, asked) for one in source]
    return panels[0] if len(panels) == 1 else splice(panels, names)


def _expanded(source: Any) -> Any:
    """Return a path as text, `~` as the home folder, as pandas reads it; anything else as it is."""
    return os.path.expanduser(os.fspath(source)) if isinstance(source, str | os.PathLike) else source


def _read_one(source: Any, asked: Asked) -> Panel:
    found = sheet_of(source, asked.sheet)
    findings = Findings(found.source)
    roles = find_roles(found, asked)
    cells = arrange(found, roles, asked, findings)
    if distrusts_first(found.source, roles.layout):
        month = min(roles.months.values())
        heading = next(name for name, headed in roles.months.items() if headed == month)
        findings.add(PARTIAL, heading, month=month)
    panel = settle(cells, roles.layout, asked, findings)
    return replace(panel, report=replace(panel.report, unread=found.unread)) if found.unread else panel
