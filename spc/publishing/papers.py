"""since(): this month's paper beside an earlier one, row by row: what is new, what has gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Floats, Ints, Words
from spc.checks import ChoiceError, parcel
from spc.covers import Beside
from spc.inert import visible
from spc.scoring import Scorecard
from spc.wording import month_name, rounded, value_text

__all__ = ["Since", "since"]

YEAR = 12
#: Revised months told one by one.
TOLD = 3
ARRIVED, LEFT = "not on the page before", "not on the page any more"


@dataclass(frozen=True, eq=False, repr=False)
class Since:
    """What has changed from one paper to the next.

    Parameters
    ----------
    card, before : Scorecard
        This paper and the earlier one.
    rows : (n_series,) int64
        The row of the earlier paper that has the same keys; -1 where there is none.
    left : tuple of int
        Rows of the earlier paper that are not on this one.
    new, gone : (n_series,) object
        Exceptions that stand now and did not then, and the other way round, in words.
    revised : tuple of tuple of str
        For each series, months before the earlier paper whose printed figure is another now:
        "Mar-2024 978 → 981".
    """

    card: Scorecard
    before: Scorecard
    rows: Ints
    left: tuple[int, ...]
    new: Words
    gone: Words
    revised: tuple[tuple[str, ...], ...]

    @property
    def heading(self) -> str:
        """Since when: "Since Jun-2024"."""
        return f"Since {_month(self.before)}"

    @cached_property
    def words(self) -> Words:
        """One text a series, empty where nothing has changed (n_series,)."""
        texts = np.empty(len(self.rows), dtype=object)
        weights, trends = _weights(self.card), _trends(self.card)
        old_weights, old_trends = _weights(self.before), _trends(self.before)
        for s, row in enumerate(self.rows.tolist()):
            if row < 0:
                texts[s] = ARRIVED
                continue
            parts = [f"new: {self.new[s]}"] if self.new[s] else []
            parts += [f"gone: {self.gone[s]}"] if self.gone[s] else []
            if weights[s] != old_weights[row] and not (_untold(self.card)[s] | _untold(self.before)[row]):
                parts.append(f"weighting {old_weights[row] or 'none'} → {weights[s] or 'none'}")
            if trends[s] != old_trends[row]:
                parts.append(f"trend {old_trends[row] or 'none'} → {trends[s] or 'none'}")
            parts += _revisions(self.revised[s])
            texts[s] = "; ".join(parts)
        return texts

    def beside(self) -> Beside:
        """Return the words as a column beside the scorecard."""
        return Beside("since", self.heading, self.words)

    def to_frame(self) -> Any:
        """Return one row a series, those that have left at the end.

        Columns are the keys, `since` (the words), `new`, `gone`, `weighting_before`, `weighting`,
        `trend_before`, `trend` and `revised` (how many months).
        """
        found, left = self.rows >= 0, np.array(self.left, np.int64)
        then = np.where(found, self.rows, 0)
        empty = np.full(len(left), "", dtype=object)
        old_weight = np.append(
            np.where(found, _weight(self.before)[then], np.nan), _weight(self.before)[left]
        )
        old_trend = np.append(np.where(found, _trends(self.before)[then], ""), _trends(self.before)[left])
        fields = {
            "since": np.append(self.words, np.full(len(left), LEFT, dtype=object)),
            "new": np.append(self.new, empty),
            "gone": np.append(self.gone, self.before.exceptions.words[left]),
            "weighting_before": old_weight,
            "weighting": np.append(_weight(self.card), np.full(len(left), np.nan)),
            "trend_before": old_trend,
            "trend": np.append(_trends(self.card), empty),
            "revised": np.append([len(one) for one in self.revised], np.zeros(len(left))).astype(np.int64),
        }
        old = self.before.panel.keys
        keys = {name: np.append(labels, old[name][left]) for name, labels in self.card.panel.keys.items()}
        return frames.tidy_series(keys, fields)

    def __repr__(self) -> str:
        touched = int(np.count_nonzero(self.words != ""))
        return f"Since({_month(self.before)}: {touched:,} of {len(self.rows):,} series changed)"


def since(card: Scorecard, before: Scorecard) -> Since:
    """Put a scorecard beside an earlier one: new and gone exceptions, weightings, trends, revised figures.

    Parameters
    ----------
    card : Scorecard
    before : Scorecard
        The paper of an earlier month, made by the same rules from the data of that time.

    Returns
    -------
    Since
        `to_frame()` has one row a series; `words` is what stands beside it on a page.

    Raises
    ------
    ChoiceError
        Other keys, other rules, or an earlier paper that is not earlier.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[100, 104, 97, 101] * 9 + [160]], start="2021-07")
    >>> june, july = (spc.scorecard(panel, as_at=month) for month in ("2024-06", "2024-07"))
    >>> print(spc.since(july, june).words[0])
    new: One-Month High; weighting 0 → 12
    """
    parcel("card", card, Scorecard, "spc.scorecard(panel)")
    parcel("before", before, Scorecard, "spc.scorecard(panel)")
    _comparable(card, before)
    place = {name: row for row, name in enumerate(_names(before))}
    rows = np.array([place.get(name, -1) for name in _names(card)], np.int64)
    stays = set(rows.tolist())
    now = np.where(card.monthly, card.exceptions.at, np.uint32(0))
    at = np.where(before.monthly, before.exceptions.at, np.uint32(0))
    place_of = np.maximum(rows, 0)
    then = np.where(rows >= 0, at[place_of], np.uint32(0))
    return Since(
        card=card,
        before=before,
        rows=rows,
        left=tuple(row for row in range(before.panel.n_series) if row not in stays),
        new=card.exceptions.words_of(now & ~then & ~np.where(rows >= 0, _untold(before)[place_of], 0)),
        gone=card.exceptions.words_of(then & ~now & ~_untold(card)),
        revised=tuple(_revised(card, before, rows)),
    )


def _comparable(card: Scorecard, before: Scorecard) -> None:
    if tuple(card.panel.keys) != tuple(before.panel.keys):
        raise ChoiceError(
            f"`before` has the keys {', '.join(before.panel.keys)}, not {', '.join(card.panel.keys)}: "
            "name the series in the same way."
        )
    if card.exceptions.rules != before.exceptions.rules:
        raise ChoiceError("`before` was judged by other rules: make both scorecards with the same `rules`.")
    if (card.panel.start is None) != (before.panel.start is None) or before.as_at > card.as_at:
        raise ChoiceError(
            f"`before` must be a paper of an earlier month than {_month(card)}, got {_month(before)}."
        )


def _revised(card: Scorecard, before: Scorecard, rows: Ints) -> Iterator[tuple[str, ...]]:
    """Yield the months of each series that printed otherwise in the earlier paper."""
    shift = (before.panel.start or 0) - (card.panel.start or 0)
    first, last = max(0, -shift), min(before.panel.n_periods, card.panel.n_periods - shift)
    now, then = _plotted(card), _plotted(before)
    for s, row in enumerate(rows.tolist()):
        stop = min(last, int(before.limits.ends[row]) + 1) if row >= 0 else first
        new, old = now[s, first + shift : stop + shift], then[row, first:stop]
        told = []
        for t in _otherwise(new, old):
            if _is_hidden(card, s, t + first + shift) or _is_hidden(before, row, t + first):
                continue
            unit = card.measures[s].shown
            texts = value_text(float(old[t]), unit) or "none", value_text(float(new[t]), unit) or "none"
            if texts[0] != texts[1]:
                told.append(f"{month_name(before.panel.start, t + first)} {texts[0]} → {texts[1]}")
        yield tuple(told)


def _otherwise(new: Floats, old: Floats) -> list[int]:
    both_missing = np.logical_and(np.isnan(new), np.isnan(old))
    return np.flatnonzero(~np.logical_or(np.equal(new, old), both_missing)).tolist()


def _is_hidden(card: Scorecard, s: int, t: int) -> bool:
    return card.cover is not None and bool(card.cover.months[s, t])


def _plotted(card: Scorecard) -> Floats:
    """Return the months as they print, or the ready 12 months of series that have no months."""
    panel = card.panel
    values = panel.observed
    if YEAR in panel.given:
        values = np.where(np.isnan(values).all(axis=1, keepdims=True), panel.given[YEAR], values)
    per = np.where(panel.is_ratio, card.measures.each(lambda measure: measure.shown.per), 1.0)
    return values * per[:, None]


def _revisions(told: tuple[str, ...]) -> list[str]:
    if not told:
        return []
    more = f" and {len(told) - TOLD} more" if len(told) > TOLD else ""
    return [f"revised: {', '.join(told[-TOLD:])}{more}"]


def _untold(card: Scorecard) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Return the bits of the rules of which a published paper does not say whether they fire (n_series,)."""
    return np.zeros(card.panel.n_series, np.uint32) if card.cover is None else card.cover.untold


def _weight(card: Scorecard) -> Floats:
    return np.where(card.monthly, card.weights.weight, np.nan)


def _weights(card: Scorecard) -> list[str]:
    return [f"{rounded(weight, 0)}" if weight == weight else "" for weight in _weight(card).tolist()]


def _trends(card: Scorecard) -> Words:
    return np.where(card.monthly, card.trend.words, "").astype(object)


def _names(card: Scorecard) -> list[tuple[str, ...]]:
    return list(zip(*(labels.tolist() for labels in card.panel.keys.values()), strict=True))


def _month(card: Scorecard) -> str:
    return month_name(card.panel.start, card.as_at - (card.panel.start or 0))


def left_words(found: Since, told: int = 10) -> str:
    """Say which series have left the page, for its foot; "" where none has."""
    if not found.left:
        return ""
    names = [visible(found.before.panel.name(row)) for row in found.left]
    more = f" and {len(names) - told:,} more" if len(names) > told else ""
    return f"On the page of {_month(found.before)}, but not on this one: {', '.join(names[:told])}{more}"
