"""The scorecard as one HTML file: nothing is fetched, every row opens, and it prints."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from spc.checks import ChoiceError, whole
from spc.explaining import explain
from spc.inert import visible
from spc.portrait import Portrait, month_name, portrait
from spc.printed import heaviest
from spc.reporting.about import about
from spc.reporting.chart_svg import control_chart
from spc.reporting.html_columns import FORMS, SHADES, Cell, Table, columns_of
from spc.reporting.svg import sparkline
from spc.scoring import Scorecard
from spc.stretches import rebases
from spc.writing import Delivery

__all__ = ["fragment", "page"]

#: Months of a trend line (SPEC 1: up to three years), and of the chart of an opened row.
LINE_MONTHS, CHART_MONTHS = 36, 60
#: A longer page keeps what its rows open to as text and draws it when it is asked for, and lays these rows
#: out first, the others as the reader comes to them: 3,000 rows take 2 to 3 s to lay out, these 0.8 s.
DRAWN_AT_ONCE = 250
#: Rows of a notebook's table.
NOTEBOOK_ROWS = 100


@dataclass(frozen=True)
class Row:
    """One row as the template prints it."""

    id: str
    name: str
    group: str
    late: str
    comment: str
    weight: str
    change: str
    judgement: str
    line: str
    cells: list[Cell]
    detail: str


@dataclass(frozen=True)
class Group:
    """A heading and its rows."""

    name: str
    rows: list[Row]


def page(
    card: Scorecard,
    path: str | Path | BinaryIO | None = None,
    *,
    form: str = "2024",
    columns: Sequence[str] | None = None,
    top: int | None = None,
    title: str | None = None,
    comments: Mapping[str, str] | None = None,
) -> str:
    """Return the scorecard as one HTML page that needs neither network nor server, and write it.

    Parameters
    ----------
    card : Scorecard
    path : path or binary file, optional
        Where the page is written; a path is written whole or not at all.
    form : {"2024", "2022"}
        The published form: with trend line, trend, exceptions and weighting; or each of month, 3 and 12
        months with its change on the year before.
    columns : sequence of str, optional
        Columns in the wanted order, instead of the form's: "line", or a name that the CSV has.
    top : int, optional
        Only the heaviest rows, heaviest first in each group; the footer says how many were left out.
    title : str, optional
        The heading of the page.
    comments : mapping of str to str, optional
        An analyst's words, by the name of the series or of its measure.

    Returns
    -------
    str
        The page. With at most 250 rows it is complete without JavaScript, but for sorting and filtering.

    Raises
    ------
    ChoiceError
        A form or column that does not exist, a comment on no series.
    OutputError
        The disk refuses.

    Examples
    --------
    >>> import spc
    >>> sample = spc.samples.load("wiltshire_2024")
    >>> card = spc.scorecard(sample.panel, measures=sample.measures)
    >>> card.to_html(title="July")[:15]
    '<!DOCTYPE html>'
    """
    shown = _rows_shown(card, top)
    drawn = len(shown) <= DRAWN_AT_ONCE
    view = _view(card, shown, form, columns, comments or {}, opens=True)
    packed = [] if drawn else [row.detail for group in view["groups"] for row in group.rows]
    text = _template("page.html.j2").render(
        **view,
        drawn=drawn,
        packed=json_text(packed),
        title=visible(title) if title else f"Scorecard as at {view['as_at']}",
        card_style=_asset("card.css"),
        page_style=_asset("page.css"),
        script=_asset("page.js"),
        script_hash=_fingerprint(_asset("page.js")),
    )
    if path is not None:
        _write(text, path)
    return str(text)


def fragment(card: Scorecard) -> str:
    """Return the table for a notebook: no script, its own styles, the heaviest rows where there are many."""
    top = NOTEBOOK_ROWS if card.panel.n_series > NOTEBOOK_ROWS else None
    view = _view(card, _rows_shown(card, top), "2024", None, {}, opens=False)
    return str(_template("notebook.html.j2").render(**view, drawn=False, card_style=_asset("card.css")))


def _view(
    card: Scorecard,
    shown: list[int],
    form: str,
    columns: Sequence[str] | None,
    comments: Mapping[str, str],
    *,
    opens: bool,
) -> dict[str, Any]:
    """Return what the templates print."""
    last = card.as_at - (card.panel.start or 0)
    line = (max(last - LINE_MONTHS + 1, 0), last + 1)
    table = columns_of(card, shown, form=form, columns=columns, line_months=line[1] - line[0])
    said = _comments(card, comments)
    mark = f"{zlib.crc32(repr((card.as_at, [card.panel.name(s) for s in shown[:50]])).encode()):08x}"
    with_line = any(column.name == "line" for column in table.columns)

    def row(s: int) -> Row:
        one = portrait(card, s)
        words = said.get(s, "")
        return Row(
            id=f"{mark if not opens else 'r'}{s}",
            name=visible(one.name),
            group=visible(one.measure.group),
            late="" if one.end == last else f"figures to {one.month(one.end)}",
            comment=words,
            weight=_plain(card.weights.weight[s] if card.monthly[s] else np.nan),
            change=_plain(card.comparison.relative[s, 2]),
            judgement=str(card.comparison.judgement[s, 2]),
            line=sparkline(one, *line) if with_line else "",
            cells=table.cells(s),
            detail=_detail(card, one, words) if opens else "",
        )

    return {
        "groups": list(_groups(card, shown, row)),
        "table": table,
        "opens": opens,
        "at_once": DRAWN_AT_ONCE,
        "with_line": with_line,
        "with_weights": any(column.name == "weighting" for column in table.columns),
        "with_steps": any(card.measures[s].steps for s in shown),
        "with_phases": any(rebases(card.limits, s) for s in shown),
        "mark": mark,
        "as_at": month_name(card.panel.start, last),
        "shades": [f"{shade:g}" for shade in SHADES],
        "span": len(table.columns) + 1,
        "wide": _widths(table),
        "form": form,
        "forms": tuple(FORMS),
        "about": about(card, shown),
    }


def _detail(card: Scorecard, one: Portrait, comment: str) -> str:
    last = card.as_at - (card.panel.start or 0) + 1
    observed = np.flatnonzero(np.isfinite(one.values[:last]))
    first = max(last - CHART_MONTHS, int(observed[0]) if len(observed) else last - 1, 0)
    first = min(first, max(last - 12, 0))
    months = [
        (one.month(t), one.said(t), one.marked[t].words if t in one.marked else "")
        for t in range(first, last)
    ]
    return str(
        _template("detail.html.j2").render(
            chart=control_chart(one, first, last) if len(observed) else "",
            sentences=[visible(sentence) for sentence in explain(card, one.s)],
            months=months,
            rolling=one.rolling,
            comment=comment,
        )
    )


def _rows_shown(card: Scorecard, top: int | None) -> list[int]:
    """Return the rows of the page: all in its order, or the heaviest in order of weight within groups."""
    n_series = card.panel.n_series
    if top is None or whole("top", top, 1, 1_000_000) >= n_series:
        return list(range(n_series))
    return heaviest(card, top)


def _groups(card: Scorecard, shown: Sequence[int], row: Callable[[int], Row]) -> Iterator[Group]:
    """Gather the rows under their headings, headings in the order of the page."""
    found: dict[str, list[int]] = {}
    for s in shown:
        found.setdefault(card.measures[s].group, []).append(s)
    for name in sorted(found, key=lambda name: min(found[name])) if len(found) > 1 else found:
        yield Group(visible(name), [row(s) for s in found[name]])


def _comments(card: Scorecard, comments: Mapping[str, str]) -> dict[int, str]:
    """Return the comment of each row; one on a measure belongs to all its areas."""
    if not comments:
        return {}
    keys = card.panel.keys
    measures = card.panel.measure_names if "measure" in keys or len(keys) == 1 else np.array([])
    places: dict[str, list[int]] = {}
    for s in range(card.panel.n_series):
        for name in {card.panel.name(s), str(measures[s]) if len(measures) else card.panel.name(s)}:
            places.setdefault(name, []).append(s)
    for name in comments:
        if name not in places:
            raise ChoiceError(f"`comments` must name series or measures of the scorecard, got {name!r}.")
    return {s: visible(text) for name, text in comments.items() for s in places[name]}


def _widths(table: Table) -> list[str]:
    """Return the class of each column, with its room in figures where that is more than usual."""
    return [f"{wide:.3g}" if wide else "" for wide in table.widths]


def _plain(value: float) -> str:
    return "" if value != value else f"{value:.4g}"


def json_text(content: Any) -> str:
    """Return JSON that may stand in a script element: no markup begins or ends in it."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text.replace("</", "<\\/").replace("<!", "<\\u0021")


def _write(text: str, path: str | Path | BinaryIO) -> None:
    if isinstance(path, str | Path):
        place = Path(path)
        with Delivery([place]) as delivery:
            delivery.stage(place, lambda target: target.write(text.encode()))
            delivery.publish()
    else:
        path.write(text.encode())


@lru_cache
def _template(name: str) -> Any:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    room = Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return room.get_template(name)


@lru_cache
def _asset(name: str) -> str:
    return (files("spc.reporting") / "templates" / name).read_text(encoding="utf-8")


def _fingerprint(script: str) -> str:
    """Return the hash by which a browser knows our script, and runs no other."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
