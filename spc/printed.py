"""The columns of a scorecard: which ones a form of the published page has, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from spc.array_types import Ints
from spc.checks import ChoiceError, choice
from spc.foretelling import FORETOLD, foretold
from spc.scoring import Scorecard
from spc.wording import ROLLING_ONLY, change_text, rounded, spelt, value_text

__all__ = [
    "ARROWS",
    "ASIDE",
    "FORMS",
    "NUMBERS",
    "WORDS",
    "behind",
    "heaviest",
    "in_numbers",
    "in_words",
    "scorecard_columns",
    "text_table",
]

Column = np.ndarray[Any, Any]
#: Makes the words of a column, for the rows at these positions alone.
Spelling = Callable[[Scorecard, Ints], Column]

#: Form of the published page to its columns, as printed (SPEC 1).
FORMS = {
    "2024": ("month", "m3", "m12", "change", "arrow", "trend", "exceptions", "weighting", "status"),
    "2022": (
        *("month", "month_change", "month_arrow", "m3", "m3_change", "m3_arrow"),
        *("m12", "m12_change", "m12_arrow", "status"),
    ),
}
ARROWS = {1: "▲", -1: "▼", 0: "—", 2: ""}
#: Columns that no form has, for those who ask.
ASIDE: dict[str, Spelling] = {
    "variation": lambda card, at: _monthly(card, (card.cover or card.assurance).variation, at),
    "assurance": lambda card, at: _monthly(card, card.assurance.assurance, at),
    "chart": lambda card, at: _monthly(card, card.charts, at),
    "evidence": lambda card, at: _monthly(card, card.comparison.evidence[:, 2], at),
    "warnings": lambda card, at: _monthly(card, (card.cover or card.limits).warnings, at),
    "forecast": lambda card, at: _foretold(card, at).get("forecast", np.full(at.shape, "", object)),
    "difference": lambda card, at: _foretold(card, at).get("difference", np.full(at.shape, "", object)),
}
#: Columns of printed words, weightings excepted, which are printed as the numbers that they are.
WORDS: dict[str, Spelling] = {
    "month": lambda card, at: _value(card, 0, at),
    "m3": lambda card, at: _value(card, 1, at),
    "m12": lambda card, at: _value(card, 2, at),
    "change": lambda card, at: _change(card, 2, at),
    "arrow": lambda card, at: _arrow(card, 2, at),
    "trend": lambda card, at: _monthly(card, card.trend.words, at),
    "exceptions": lambda card, at: _monthly(card, card.exceptions.words, at),
    "status": lambda card, at: card.status[at],
    "month_change": lambda card, at: _change(card, 0, at),
    "month_arrow": lambda card, at: _arrow(card, 0, at),
    "m3_change": lambda card, at: _change(card, 1, at),
    "m3_arrow": lambda card, at: _arrow(card, 1, at),
    "m12_change": lambda card, at: _change(card, 2, at),
    "m12_arrow": lambda card, at: _arrow(card, 2, at),
    **ASIDE,
}
#: Columns of words that are figures.
FIGURES = ("month", "m3", "m12", "forecast")
#: The trend line, which pages alone can show.
LINE = "line"
#: Column of numbers to its name in `in_numbers`; data files have them behind the words.
NUMBERS = {
    "month_value": "month",
    "m3_value": "m3",
    "m12_value": "m12",
    "change_value": "change",
    "relative_change": "relative",
    "trend_slope": "slope",
    "trend_r": "r",
    "trend_p": "p",
    "exceptions_mask": "mask",
    "weighting": "weighting",
}


def behind(card: Scorecard) -> tuple[str, ...]:
    """Return the columns that stand behind those of any form, because the card was made with them."""
    return () if card.expected is None else FORETOLD


def heaviest(card: Scorecard, top: int | None, rows: Sequence[int] | None = None) -> list[int]:
    """Return the `top` rows with most weight, heaviest first; acknowledged ones last, ties as on the page.

    `rows` are those to choose from, by default all; without `top` all of them come back, in that order.
    """
    weight = np.where(card.monthly, card.weights.weight, -1.0)
    # rules without points leave an exception unweighed: it comes first, rather than behind every quiet row
    weight[np.isnan(weight) & (card.exceptions.at != 0)] = np.inf
    weight = np.nan_to_num(weight, nan=-1.0, posinf=np.inf)
    at = np.arange(card.panel.n_series) if rows is None else np.array(rows, np.int64)
    order = np.lexsort((-weight[at], card.acknowledged[at]))
    return [int(s) for s in at[order][:top]]


def in_words(card: Scorecard, rows: Sequence[int] | None = None) -> dict[str, Column]:
    """Return what `card.to_frame()` shows, for some rows or all: the form of 2024 and what is beside it."""
    at = _positions(card, rows)
    spellings = {**WORDS, "weighting": _weight}
    told = {name: spellings[name](card, at) for name in FORMS["2024"]}
    return told | _foretold(card, at) | {column.name: column.texts[at] for column in card.beside}


def in_numbers(card: Scorecard) -> dict[str, Column]:
    """Return what `card.to_frame(form="numbers")` shows: the numbers behind the words of every row."""
    table, trend, monthly = card.comparison, card.trend, card.monthly
    columns: dict[str, Column] = dict(zip(("month", "m3", "m12"), table.current.T, strict=True))
    columns |= {"change": table.change[:, 2], "relative": table.relative[:, 2], "arrow": table.arrow[:, 2]}
    columns |= {"slope": trend.slope, "r": trend.r, "p": trend.p}
    columns |= {"trend_strength": trend.strength, "trend_direction": trend.direction}
    if card.expected is not None:
        columns |= dict(zip(FORETOLD, (card.expected, table.current[:, 0] - card.expected), strict=True))
    columns |= {"mask": card.exceptions.at, "weighting": np.where(monthly, card.weights.weight, np.nan)}
    for name, part in card.weights.parts.items():
        columns[f"weight_{name}"] = np.where(monthly, part, np.nan)
    return columns | {"status": card.status}


def scorecard_columns(
    card: Scorecard,
    *,
    form: str = "2024",
    columns: Sequence[str] = (),
    numbers: bool = True,
    rows: Sequence[int] | None = None,
) -> dict[str, Column]:
    """Return the key columns of a scorecard and then those of a form, or those asked for.

    Parameters
    ----------
    card : Scorecard
    form : {"2024", "2022"}
    columns : sequence of str
        Names in `WORDS` and `NUMBERS`, and the words that `publish` puts beside them, in the wanted order; by
        default the form's. "line", the trend line of the pages, has no place in a table and is passed over.
    numbers : bool
        Whether the form's columns are followed by the numbers behind them.
    rows : sequence of int, optional
        Those wanted, in that order, and no others are put into words; by default all.

    Returns
    -------
    dict of str to (n_rows,) array
        A key that has the name of a column is called `<name>_key`.

    Raises
    ------
    ChoiceError
        A column that does not exist.
    """
    beside = [column.name for column in card.beside]
    everything = [LINE, *dict.fromkeys([*WORDS, *NUMBERS, *beside])]
    wanted = list(columns) or [*FORMS[choice("form", form, FORMS)], *behind(card), *beside]
    if not columns and numbers:
        wanted = list(dict.fromkeys([*wanted, *NUMBERS]))
    for name in wanted:
        if name not in everything:
            raise ChoiceError(f"`columns` must be some of {', '.join(everything)}, got {name!r}.")
    at = _positions(card, rows)
    table: dict[str, Column] = {}
    for key, labels in card.panel.keys.items():
        while key in everything or key in table:
            key += "_key"
        table[key] = labels[at]
    return table | _cells(card, [name for name in wanted if name != LINE], at)


def _cells(card: Scorecard, wanted: Sequence[str], at: Ints) -> dict[str, Column]:
    figures = {} if NUMBERS.keys().isdisjoint(wanted) else in_numbers(card)
    beside = {column.name: column.texts for column in card.beside}
    found: dict[str, Column] = {}
    for name in wanted:
        if name in WORDS:
            found[name] = WORDS[name](card, at)
        else:
            found[name] = (figures[NUMBERS[name]] if name in NUMBERS else beside[name])[at]
    return found


def _positions(card: Scorecard, rows: Sequence[int] | None) -> Ints:
    return np.arange(card.panel.n_series) if rows is None else np.array(rows, np.int64)


def _monthly(card: Scorecard, texts: Column, at: Ints) -> Column:
    """Return words that are said of series with months alone."""
    return np.where(card.monthly, texts, "").astype(object)[at]


def _value(card: Scorecard, window: int, at: Ints) -> Column:
    distinct, codes = card.measures.distinct, card.measures.code[at]
    current = card.comparison.current[at, window]
    texts = spelt(current, codes, lambda value, code: value_text(value, distinct[code].shown))
    if window < 2:
        texts[~card.measures.each(lambda measure: measure.how.monthly, bool)[at]] = ROLLING_ONLY
    if card.cover is not None:
        texts[card.cover.cells[at, window]] = card.cover.mark
    return texts


def _change(card: Scorecard, window: int, at: Ints) -> Column:
    """Return the changes of one window; blank where only 12 months are known."""
    distinct, codes = card.measures.distinct, card.measures.code[at]
    change = np.where(window == 2 or card.monthly[at], card.comparison.change[at, window], np.nan)

    def spell(change: float, code: int) -> str:
        return change_text(change, distinct[code].shown, distinct[code].change_label)

    texts = spelt(change, codes, spell)
    if card.cover is not None:
        texts[card.cover.changes[at, window]] = card.cover.mark
    return texts


def _arrow(card: Scorecard, window: int, at: Ints) -> Column:
    texts = np.array([ARROWS[code] for code in card.comparison.arrow[at, window].tolist()], dtype=object)
    return np.where(window == 2 or card.monthly[at], texts, "")


def _weight(card: Scorecard, at: Ints) -> Column:
    weights = np.where(card.monthly, card.weights.weight, np.nan)[at]

    def spell(weight: float, _: int) -> str:
        return f"{rounded(weight, 0)}" if weight == weight else ""

    return spelt(weights, np.zeros_like(at), spell)


def _foretold(card: Scorecard, at: Ints) -> dict[str, Column]:
    expected = None if card.expected is None else card.expected[at]
    measures = replace(card.measures, code=card.measures.code[at])
    return foretold(card.comparison.current[at, 0], expected, measures)


def text_table(columns: dict[str, Column]) -> str:
    """Return columns as lines of text, numbers to the right; words of the page are shortened as there."""
    spelt = {name: [_cell(cell) for cell in cells.tolist()] for name, cells in columns.items()}
    lines = []
    for name, cells in spelt.items():
        wide = max(map(len, [name, *cells]))
        right = columns[name].dtype.kind in "fiu" or name in FIGURES or "change" in name
        side = ">" if right else "<"
        lines.append([f"{cell:{side}{wide}}" for cell in [name, "-" * wide, *cells]])
    return "\n".join("  ".join(row).rstrip() for row in zip(*lines, strict=True))


def _cell(cell: Any) -> str:
    if isinstance(cell, float):
        return "" if cell != cell else f"{cell:g}"
    return "12 m only" if cell == ROLLING_ONLY else str(cell)
