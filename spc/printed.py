"""The columns of a scorecard: which ones a form of the published page has, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from spc.checks import ChoiceError, choice
from spc.foretelling import FORETOLD
from spc.scoring import ARROWS, Scorecard
from spc.wording import ROLLING_ONLY, change_text

__all__ = ["ASIDE", "FORMS", "NUMBERS", "WORDS", "behind", "heaviest", "scorecard_columns", "text_table"]

Column = np.ndarray[Any, Any]

#: Form of the published page to its columns, as printed (SPEC 1).
FORMS = {
    "2024": ("month", "m3", "m12", "change", "arrow", "trend", "exceptions", "weighting", "status"),
    "2022": (
        *("month", "month_change", "month_arrow", "m3", "m3_change", "m3_arrow"),
        *("m12", "m12_change", "m12_arrow", "status"),
    ),
}
#: Columns that no form has, for those who ask: name to the words of every series.
ASIDE: dict[str, Callable[[Scorecard], Column]] = {
    "variation": lambda card: np.where(card.monthly, (card.cover or card.assurance).variation, ""),
    "assurance": lambda card: np.where(card.monthly, card.assurance.assurance, ""),
    "chart": lambda card: np.where(card.monthly, card.charts, ""),
    "evidence": lambda card: np.where(card.monthly, card.comparison.evidence[:, 2], ""),
    "warnings": lambda card: np.where(card.monthly, (card.cover or card.limits).warnings, ""),
    "forecast": lambda card: card.foretold.get("forecast", np.full(card.panel.n_series, "", object)),
    "difference": lambda card: card.foretold.get("difference", np.full(card.panel.n_series, "", object)),
}
#: Columns of printed words, weightings excepted, which are printed as the numbers that they are.
WORDS = (
    *dict.fromkeys(name for names in FORMS.values() for name in names if name != "weighting"),
    *ASIDE,
)
#: Columns of words that are figures.
FIGURES = ("month", "m3", "m12", "forecast")
#: The trend line, which pages alone can show.
LINE = "line"
#: Column of numbers to its name in `card.to_frame(form="numbers")`; data files have them behind the words.
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
    return FORETOLD if card.foretold else ()


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


def scorecard_columns(
    card: Scorecard, *, form: str = "2024", columns: Sequence[str] = (), numbers: bool = True
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

    Returns
    -------
    dict of str to (n_series,) array
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
    wanted = [name for name in wanted if name != LINE]
    table: dict[str, Column] = {}
    for key, labels in card.panel.keys.items():
        while key in everything or key in table:
            key += "_key"
        table[key] = labels
    return table | _all_columns(card, wanted)


def _all_columns(card: Scorecard, wanted: Sequence[str]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    words = card.to_frame() if any(name not in NUMBERS and name not in ASIDE for name in wanted) else None
    figures = card.to_frame(form="numbers") if any(name in NUMBERS for name in wanted) else None
    for name in wanted:
        window, _, part = name.partition("_")
        if name in ASIDE:
            found[name] = ASIDE[name](card).astype(object)
        elif name in NUMBERS and figures is not None:
            found[name] = figures[NUMBERS[name]].to_numpy()
        elif part in ("change", "arrow"):
            found[name] = _compared(card, ("month", "m3", "m12").index(window), part)
        elif words is not None:
            found[name] = words[name].to_numpy(dtype=object)
    return found


def _compared(card: Scorecard, window: int, part: str) -> Column:
    """Return change or arrow of one window of the 2022 form; blank where only 12 months are known."""
    shown = card.monthly if window < 2 else np.ones(card.panel.n_series, np.bool_)
    if part == "arrow":
        texts = [ARROWS[int(code)] for code in card.comparison.arrow[:, window]]
    else:
        pairs = zip(card.comparison.change[:, window], card.measures, strict=True)
        texts = [change_text(change, m.shown, m.change_label) for change, m in pairs]
    words = np.where(shown, np.array(texts, dtype=object), "")
    if card.cover is not None and part == "change":
        words[card.cover.changes[:, window]] = card.cover.mark
    return words


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
