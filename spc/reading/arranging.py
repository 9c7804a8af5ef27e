"""A sheet to one row per cell: the number of its series, its month, its values; names and months judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spc.array_types import Array
from spc.parsing import parse_months, refuse_series_name
from spc.reading.coded import Column, Sheet, joined, number_rows
from spc.reading.gates import refuse
from spc.reading.layouts import Asked, Roles
from spc.reading.report import Findings
from spc.wording import month_text

__all__ = ["Cells", "arrange"]


#: A month column with more texts than this is another column; 5,000 months are 416 years.
MOST_MONTHS = 5_000
#: Years without any month, after which a month is taken for a slip of the keyboard.
LONGEST_GAP = 120


@dataclass(frozen=True, eq=False)
class Cells:
    """One entry per cell of values.

    Parameters
    ----------
    keys : mapping of str to (n_series,) array
        Names of the series, by first appearance.
    series : (n_cells,) int
        The series of each cell.
    months : (n_cells,) int
        Its month as year * 12 + month - 1; -1 where the text was refused.
    fields : mapping of str to Column
        The texts or numbers, by our names: "value", "of", "given 12".
    rows_per_series : int
        How many cells one line of the file makes: 1, or the months of a wide file.
    """

    keys: Mapping[str, Array]
    series: Array
    months: Array
    fields: Mapping[str, Column]
    is_wide: bool


def arrange(sheet: Sheet, roles: Roles, asked: Asked, findings: Findings) -> Cells:
    """Number the series, read the months, and lay wide files out as long ones."""
    series, keys = _series(sheet, roles)
    _judge_names(keys, roles, asked, findings)
    if roles.month is None:
        return _wide(sheet, roles, series, keys, findings)
    months = _month_column(sheet.columns[roles.month], series, findings)
    fields = {ours: sheet.columns[theirs] for ours, theirs in roles.fields.items()}
    return Cells(keys, series, months, fields, False)


def _series(sheet: Sheet, roles: Roles) -> tuple[Array, dict[str, Array]]:
    """Number the series by first appearance; spaces around a name do not make it another name."""
    named = {ours: theirs for theirs, ours in roles.keys.items()}
    coded = []
    texts = {}
    for ours in roles.identity:
        column = sheet.columns[named[ours]].as_texts()
        stripped = [text.strip() for text in column.unique()]
        place = {text: i for i, text in enumerate(dict.fromkeys(stripped))}
        texts[ours] = np.array(list(place), dtype=object)
        codes = column.codes
        if len(place) < len(stripped):
            codes = np.array([place[text] for text in stripped], np.int64)[codes]
        coded.append((codes, len(place)))
    series, distinct = number_rows(coded)
    keys = {ours: texts[ours][codes] for ours, codes in zip(roles.identity, distinct, strict=True)}
    labels = [ours for ours in named if ours not in keys]
    if labels:
        first = np.unique(series, return_index=True)[1]
        for ours in labels:
            column = sheet.columns[named[ours]].as_texts().take(first)
            keys[ours] = np.array([text.strip() for text in column.unique()], object)[column.codes]
    return series, {ours: keys[ours] for ours in roles.keys.values()}


def _judge_names(keys: Mapping[str, Array], roles: Roles, asked: Asked, findings: Findings) -> None:
    """Refuse series without a name and totals; say which names look alike."""
    for name, labels in keys.items():
        if name not in roles.identity:
            continue
        rules = {text: refuse_series_name(text) for text in dict.fromkeys(labels)}
        bad = {text: rule for text, rule in rules.items() if rule}
        if asked.totals == "keep":
            bad = {text: rule for text, rule in bad.items() if rule != "total row"}
        for s in np.flatnonzero([text in bad for text in labels]) if bad else ():
            findings.add(bad[labels[s]], str(labels[s]), series=int(s))
        alike: dict[str, list[str]] = {}
        for text in rules:
            alike.setdefault(_folded(text), []).append(text)
        for twins in alike.values():
            if len(twins) > 1:
                findings.add("names that look alike", ", ".join(twins))


def _folded(text: str) -> str:
    """A name without capitals, accents, runs of spaces and characters that cannot be seen."""
    if text.isascii():
        return " ".join(text.casefold().split())
    import unicodedata

    kept = (c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) not in ("Mn", "Cf"))
    return " ".join("".join(kept).casefold().split())


# ---------------------------------------------------------------- months


def _month_column(column: Column, series: Array, findings: Findings) -> Array:
    column = column.as_texts()
    texts = column.unique()
    if len(texts) > MOST_MONTHS:
        refuse("too many months", texts[MOST_MONTHS], findings.source)
    # A text that no row holds any more has no say: an empty one stays in the dictionary behind blank rows.
    held = np.unique(column.codes)
    read = parse_months([texts[code] for code in held])
    if read.file_problem is not None:
        refuse(read.file_problem.rule, read.file_problem.raw, findings.source)
    rules = np.full(len(texts), "", dtype=object)
    ordinals = np.full(len(texts), -1, np.int64)
    rules[held], ordinals[held] = read.rules, read.ordinals
    lonely = _lonely(ordinals[held][ordinals[held] >= 0])
    far = np.isin(ordinals, lonely) & (ordinals >= 0)
    rules[far] = "month far from the others"
    ordinals[far] = -1
    if (rules != "").any():
        rows = np.flatnonzero((rules != "")[column.codes])
        at = column.codes[rows]
        raws = np.array(texts, dtype=object)[at]
        findings.add_cells(rules[at].tolist(), raws.tolist(), series[rows], np.full(len(rows), -1), rows)
    return ordinals[column.codes]


def _lonely(months: Array) -> Array:
    """The months that lie more than ten years away from the largest group of months."""
    ordered = np.unique(months)
    if len(ordered) < 3:
        return ordered[:0]
    groups = np.split(ordered, np.flatnonzero(np.diff(ordered) > LONGEST_GAP) + 1)
    largest = max(groups, key=len)
    return np.setdiff1d(ordered, largest) if len(largest) > len(ordered) / 2 else ordered[:0]


# ---------------------------------------------------------------- wide


def _wide(sheet: Sheet, roles: Roles, series: Array, keys: Mapping[str, Array], findings: Findings) -> Cells:
    """Lay the months one below the other; a series with two lines is named once, not once a month."""
    headings = list(roles.months)
    ordinals = np.array([roles.months[name] for name in headings], np.int64)
    lonely = _lonely(ordinals)
    if len(lonely):
        far = next(name for name, month in roles.months.items() if month == lonely[0])
        refuse(
            "heading that is no month",
            f"{far} (far from {month_text(int(np.median(ordinals)))})",
            sheet.source,
        )
    counts = np.bincount(series)
    for s in np.flatnonzero(counts > 1):
        rows = (np.flatnonzero(series == s) + 2).tolist()
        findings.add("duplicated series", f"rows {', '.join(map(str, rows))}", series=int(s), row=rows[0])
    value = joined("value", (sheet.columns[name] for name in headings))
    return Cells(
        keys,
        np.tile(series, len(headings)),
        np.repeat(ordinals, sheet.n_rows),
        {"value": value},
        True,
    )
