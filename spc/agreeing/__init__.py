"""Agreed limits as a file: save_limits() writes them, agreed() reads them back, number for number."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from spc.agreeing.rows import CHOICES, FRACTIONS, agreed_from, day_of
from spc.chart_kinds import CHARTS
from spc.charts import limits as limits_of
from spc.charts.agreed import FIELDS, Agreed, headings
from spc.charts.exact import exact_fractions
from spc.checks import ChoiceError, InputError, parcel
from spc.inert import csv_text
from spc.panel import Ends
from spc.results import Limits
from spc.results.statuses import NO_VARIATION
from spc.writing import Delivery

__all__ = ["agreed", "save_limits"]

#: Lines that come back through a power (t chart) may differ in the last digit; all others are the same bits.
CLOSE = 1e-12


def save_limits(limits: Limits, path: str | Path, *, agreed_on: str | date | None = None) -> Agreed:
    """Write limits to a CSV file, to be used as they are from then on.

    Parameters
    ----------
    limits : Limits
        The last phase of every series goes on; phases without limits are left out.
    path : path
        An older file is replaced, whole.
    agreed_on : str or date, optional
        The day of the agreement, which is noted in every row: "2024-04-30".

    Returns
    -------
    Agreed
        As `agreed` will read it.

    Raises
    ------
    ChoiceError
        No series has limits; a chart whose lines a centre and a sigma do not tell (`spc scorecard
        --save-limits` leaves such series out and names them); a day that is none.
    OutputError
        The disk refuses; what was there before is kept.

    Notes
    -----
    Numbers are written in the shortest form that reads back as the same 64 bits, names so that no
    spreadsheet takes them for a formula. What was written is used on the panel of the limits before the file
    is put in its place, and must draw the same lines.

    Examples
    --------
    >>> import tempfile, spc
    >>> from pathlib import Path
    >>> panel = spc.Panel.from_numpy([[10, 12] * 12 + [20, 21]], start="2022-06")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     spc.save_limits(spc.limits(panel, baseline=24), Path(folder) / "agreed.csv")
    Agreed(1 series, 1 phases, agreed.csv)
    """
    path = Path(path)
    written, found = agreed_bytes(limits, path.name, agreed_on)
    with Delivery([path]) as delivery:
        delivery.stage(path, lambda target: target.write(written))
        delivery.publish()
    return found


def agreed_bytes(limits: Limits, name: str, agreed_on: str | date | None = None) -> tuple[bytes, Agreed]:
    """Return what a file of agreed limits holds, and the limits as they will be read from it."""
    written, found, lost = _written(limits, name, day_of(agreed_on), ())
    if lost:
        raise ChoiceError(
            f"{limits.panel.name(lost[0])}: the {limits.chart_of(lost[0])} chart draws its lines from more "
            "than a centre and a sigma, so it cannot be agreed: leave such series out, or choose another "
            "chart."
        )
    return written, found


def agreeable_bytes(limits: Limits, name: str) -> tuple[bytes, Agreed, tuple[int, ...]]:
    """Return the same of all series whose lines the file brings back, and which series have others."""
    written, found, lost = _written(limits, name, "", ())
    if lost:
        written, found, _ = _written(limits, name, "", lost)
    return written, found, lost


def _written(
    limits: Limits, name: str, day: str, without: tuple[int, ...]
) -> tuple[bytes, Agreed, tuple[int, ...]]:
    """Return the bytes of a file, what is read from it, and the series whose lines do not come back."""
    parcel("limits", limits, Limits, "spc.limits(panel)")
    rows = [cells for s, cells in _rows(limits, day) if s not in without]
    if not rows and without:
        raise ChoiceError(
            "There are no limits to agree on: every series that has any is on a chart that draws its lines "
            "from more than a centre and a sigma, so choose another chart."
        )
    if not rows:
        raise ChoiceError("There are no limits to agree on: no series has any.")
    out = io.StringIO(newline="")
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow([*headings(limits.panel), *FIELDS])
    sheet.writerows(rows)
    found = agreed_from(out.getvalue(), name)
    return out.getvalue().encode(), found, () if without else _other_lines(limits, found)


def agreed(path: str | Path) -> Agreed:
    """Read limits that were saved, for `limits(panel, agreed=...)`.

    Parameters
    ----------
    path : path
        A CSV file from `save_limits`, one row a series and phase.

    Returns
    -------
    Agreed

    Raises
    ------
    InputError
        A file that cannot be read, an unknown chart, a series whose phases overlap, a number or month that is
        none; the sentence names the row, the headings being row 1.

    Examples
    --------
    >>> import tempfile, spc
    >>> from pathlib import Path
    >>> panel = spc.Panel.from_numpy([[10, 12] * 12 + [20, 21]], start="2022-06")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = spc.save_limits(spc.limits(panel, baseline=24), Path(folder) / "agreed.csv")
    ...     lim = spc.limits(panel, agreed=spc.agreed(Path(folder) / "agreed.csv"))
    >>> print(lim.centre[0, -1], lim.choices["absent"])
    11.0 ()
    """
    source = Path(path).name
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{source} is no UTF-8 text: save it as CSV UTF-8.") from None
    return agreed_from(text, source)


def _rows(limits: Limits, day: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the series and the cells of every phase that has limits."""
    panel, phases, charts = limits.panel, limits.phases, list(CHARTS)
    names = [[csv_text(str(label)) for label in labels] for labels in headings(panel).values()]
    months, owner = panel.months, phases.series
    told = ~np.isnan(limits.phase_centre) | ~np.isnan(limits.phase_sigma)
    for p in np.flatnonzero(told & (phases.first < phases.last)):
        s, chart = int(owner[p]), charts[int(limits.phase_chart[p])]
        goes_on = phases.last[p] == limits.ends[s] + 1
        base = range(int(limits.base_first[p]), int(limits.base_last[p]))
        # a run chart has no sigma that could say it
        flat = chart == "run" and limits.phase_status[p] == NO_VARIATION
        cells = {
            "chart": chart,
            "first": months[phases.first[p]],
            "last": "" if goes_on else months[phases.last[p] - 1],
            "base_first": months[base[0]] if base else "",
            "base_last": months[base[-1]] if base else "",
            "observed": str(limits.phase_count[p]),
            "centre": _number(limits.phase_centre[p]),
            "sigma": _number(0.0 if flat else limits.phase_sigma[p]),
            "total": _number(limits.phase_total[p]),
            "scale": _number(limits.phase_scale[p]),
            "width": _number(limits.width),
            "constants": limits.constants,
            "options": _options_text(limits, s, chart),
            **dict(zip(FRACTIONS, _fraction_texts(limits, s, int(p)), strict=True)),
            "reason": csv_text(phases.reason(int(p))),
            "agreed_on": day,
        }
        yield s, [*(column[s] for column in names), *(cells[name] for name in FIELDS)]


def _number(value: float) -> str:
    """Return the shortest text that reads back as the same 64 bits, "" for NaN."""
    return "" if math.isnan(value) else repr(float(value))


def _options_text(limits: Limits, s: int, chart: str) -> str:
    """Return the choices, the chart's own options and the bounds that were given, as JSON."""
    told = limits.choices
    said: dict[str, Any] = {name: told["least" if name == "min_observed" else name] for name in CHOICES}
    said |= told["options"].get(chart, {})
    bounds = told["bounds"][s]
    if not np.isnan(bounds).all():
        said["bounds"] = [None if np.isnan(bound) else float(bound) for bound in bounds]
    return json.dumps(said)


def _fraction_texts(limits: Limits, s: int, p: int) -> tuple[str, str]:
    """Return centre and range on paper, where their decimals do not say it all."""
    centre, middle = exact_fractions(limits, s, p)
    plain = centre is None or centre == Fraction(repr(float(limits.phase_centre[p])))
    return "" if plain else str(centre), "" if middle is None else str(middle)


def _other_lines(limits: Limits, found: Agreed) -> tuple[int, ...]:
    """Return the series that the file does not bring back: a chart's lines may need more than it holds."""
    again = limits_of(limits.panel, agreed=found, as_at=Ends(limits.ends))
    drawn = ~np.isnan(limits.centre)
    pairs = [(getattr(limits, name), getattr(again, name)) for name in ("centre", "sigma", "ucl", "lcl")]
    pairs.append((np.where(drawn, limits.points, np.nan), np.where(drawn, again.points, np.nan)))
    apart = np.zeros(limits.panel.n_series, np.bool_)
    for ours, theirs in pairs:
        apart |= ~np.isclose(ours, theirs, rtol=CLOSE, atol=0.0, equal_nan=True).all(axis=1)
    return tuple(np.flatnonzero(apart).tolist())
