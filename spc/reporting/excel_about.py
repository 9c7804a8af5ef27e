"""The first and the last sheet: what the month says at a glance, and how it was worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spc.printed import heaviest
from spc.reporting.about import About
from spc.reporting.excel_formats import INK, TEXT, Book, Figure
from spc.reporting.excel_names import cell_text, quoted
from spc.reporting.html_columns import SHADES
from spc.rules import Rule
from spc.scoring import Scorecard
from spc.weighting import WEIGHTINGS

__all__ = ["method_sheet", "summary_sheet"]

#: Rows told on the first sheet.
TOLD = 15
SUMMARY_WIDTHS = (44.0, 12.0, 15.0, 12.0, 12.0, 14.0, 14.0, 44.0)
TALLY = ("Rows", "With exceptions", "Better", "Worse", "Little change", "No direction")
HOW_IT_IS_SHOWN = (
    ("Changes", "The 12 months reported on against the 12 months before, from figures that are not rounded."),
    ("Direction", "The arrow has the sign of the change, the word says what it means; a dash: less than 5%."),
    ("Durations", "Fractions of days, shown as hours, minutes, seconds; Excel cannot show negative "
     "ones, so they are texts."),
    ("Trend lines", "Excel's own, over the sheet Data: up to 36 months, a missing month is a gap, the "
     "orange dot is the month reported on."),
)  # fmt: skip


def summary_sheet(
    book: Book,
    sheet: Any,
    card: Scorecard,
    about: About,
    title: str,
    groups: Mapping[str, Sequence[int]],
    places: Mapping[int, tuple[str, int]],
) -> None:
    """Write the first sheet: counts per group, and the heaviest rows with links to where they stand."""
    for c, width in enumerate(SUMMARY_WIDTHS):
        sheet.set_column(c, c, width)
    n = len(SUMMARY_WIDTHS)
    sheet.set_row(0, 26)
    book.wide_text(sheet, 0, n, title, bold=True, font_size=16, font_color=INK["navy"])
    row = 1
    for text in (about.summary, about.note, about.counts):
        if text:
            sheet.set_row(row, 15.0 * -(-len(text) // 140) + 3.0)
            book.wide_text(sheet, row, n, text)
            row += 1
    row = _groups(book, sheet, card, row + 1, groups, places)
    _heaviest(book, sheet, card, row + 1, [s for rows in groups.values() for s in rows], places)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)


def _groups(
    book: Book,
    sheet: Any,
    card: Scorecard,
    row: int,
    groups: Mapping[str, Sequence[int]],
    places: Mapping[int, tuple[str, int]],
) -> int:
    _headings(book, sheet, row, ["Group", *TALLY, "Sheet"])
    judged = card.comparison.judgement[:, 2]
    for name, rows in groups.items():
        row += 1
        words = [judged[s] for s in rows]
        counts = [len(rows), sum(bool(card.exceptions.at[s]) and bool(card.monthly[s]) for s in rows)]
        counts += [words.count(word) for word in ("better", "worse", "little change", "no direction")]
        book.text(sheet, row, 0, name or "Measures", text_wrap=True)
        for c, count in enumerate(counts, 1):
            book.figure(sheet, row, c, Figure(float(count), "#,##0"))
        _link(book, sheet, row, len(counts) + 1, places[rows[0]], whole=True)
    return row + 1


def _heaviest(
    book: Book, sheet: Any, card: Scorecard, row: int, rows: list[int], places: Mapping[int, tuple[str, int]]
) -> None:
    told = [s for s in heaviest(card, TOLD, rows) if card.weights.weight[s] > 0.0 and card.monthly[s]]
    if not told:
        return
    _headings(book, sheet, row, ["Heaviest rows", "Weighting", "Trend", "Exceptions", "", "", "", "Row"])
    for at, s in enumerate(told, row + 1):
        book.text(sheet, at, 0, card.panel.name(s), text_wrap=True)
        book.figure(sheet, at, 1, Figure(float(card.weights.weight[s]), "0"), bold=True)
        book.word(sheet, at, 2, str(card.trend.words[s]))
        book.word(sheet, at, 3, str(card.exceptions.words[s]), bold=True)
        if card.acknowledged[s]:
            book.word(sheet, at, 6, "known")
        _link(book, sheet, at, 7, places[s], whole=False)


def _headings(book: Book, sheet: Any, row: int, headings: Sequence[str]) -> None:
    for c, heading in enumerate(headings):
        book.heading(sheet, row, c, [heading], right=heading in (*TALLY, "Weighting"))


def _link(book: Book, sheet: Any, row: int, column: int, place: tuple[str, int], *, whole: bool) -> None:
    """Write a link within the workbook; its words are ours and the sheet's, never those of a series."""
    name, at = place
    words = name if whole else f"{name}, row {at + 1}"
    target = f"internal:{quoted(name)}!A{1 if whole else at + 1}"
    sheet.write_url(
        row,
        column,
        target,
        book.style(num_format=TEXT, font_color="#0B57D0", underline=1, indent=1),
        cell_text(words),
    )


def method_sheet(book: Book, sheet: Any, card: Scorecard, about: About) -> None:
    """Write how the figures were worked out, by what version, and where every series went."""
    sheet.set_column(0, 0, 26.0)
    sheet.set_column(1, 1, 110.0)
    shades = ", ".join(f"{least:g} or more" for least in SHADES)
    lines = [
        *about.facts,
        *((f"Rule {rule.name}", _rule_words(rule)) for rule in card.exceptions.rules),
        ("Weights", _weight_words(card)),
        ("Shades", f"Weighting of {shades}."),
        *HOW_IT_IS_SHOWN,
        ("Series", about.counts),
        ("Of those shown", about.statuses),
        *((("Without data", ", ".join(about.absent)),) if about.absent else ()),
        *((("Not in the catalogue", about.uncatalogued),) if about.uncatalogued else ()),
        *((("Note", about.note),) if about.note else ()),
        *((f"Refused: {name}", reason) for name, reason in about.refused),
        *((("Refused", f"and {about.more_refused:,} more"),) if about.more_refused else ()),
    ]
    book.text(sheet, 0, 0, "Method", bold=True, font_size=16, font_color=INK["navy"])
    for row, (name, text) in enumerate(lines, 2):
        sheet.set_row(row, 15.0 * max(-(-len(text) // 105), -(-len(name) // 26), 1) + 2.0)
        book.text(sheet, row, 0, name, bold=True, text_wrap=True, valign="top")
        book.text(sheet, row, 1, text, text_wrap=True, valign="top")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)


def _rule_words(rule: Rule) -> str:
    return rule.words


def _weight_words(card: Scorecard) -> str:
    name = card.weights.weighting
    table = WEIGHTINGS.get(name)
    parts = "the parts of every row stand in the sheet Weights"
    if table is None:
        return f"{name}; {parts}."
    points = ", ".join(f"{rule} {point:g}" for rule, point in table.points.items())
    trend = (
        f"any exception {table.any_exception:g}, else a strong trend {table.strong:g}, a weak {table.weak:g}"
    )
    return f"{name}: {points}; {trend}; {parts}."
