"""Which figures of a scorecard must be hidden so that no small number can be read or worked out.

A figure is hidden first because it is small (or rests on a small number), then others are hidden so that
what is left does not give it away: a total of 12 months less the eleven that are shown, the county less the
areas that are shown. Rules here only ever add to what is hidden, so they come to an end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats
from spc.checks import ChoiceError
from spc.panel import Panel
from spc.scoring import Scorecard

__all__ = ["AGO", "NOW", "Hidden", "hide", "is_counted", "rests_on_parts", "window_parts"]

Exposed = tuple[Floats, ...]
#: Windows of the page: months, and how many months before the as-at month they end.
SPANS = ((3, 0), (12, 0), (3, 12), (12, 12))
NOW, AGO = (0, 1), (2, 3)


@dataclass(frozen=True, eq=False)
class Hidden:
    """What is hidden: months (n_series, n_periods), and windows (n_series, 4) in the order of `SPANS`."""

    months: Flags
    windows: Flags


@dataclass(frozen=True)
class _Guard:
    """How small a number may be, and how much room a hidden one must have."""

    below: int
    least: int

    def enough(self, amounts: Floats, lows: Floats) -> bool:
        """Whether hidden amounts of a known sum leave each of them room.

        Each may be what is left when the others are as low as they can be: that must reach from `least` to
        `below` - 1 at the least, as for a figure of which nothing is known.
        """
        counts = amounts >= self.least  # NaN: no number of this sort; 0: one that may be seen
        slack = float((amounts - lows)[counts].sum())
        n = int(np.count_nonzero(counts))
        return n == 0 or (n > 1 and slack >= self.below - 1 - self.least)


def is_counted(card: Scorecard) -> Flags:
    """Return the series that count people or events, or are ratios of such counts (n_series,)."""
    return rests_on_parts(card) | _is_count(card)


def rests_on_parts(card: Scorecard) -> Flags:
    """Return the ratios that come with their parts: rates, proportions, durations (n_series,)."""
    kinds = card.measures.each(lambda measure: measure.kind in ("rate", "proportion", "duration"), bool)
    return np.asarray(kinds & card.panel.is_ratio)


def _is_count(card: Scorecard) -> Flags:
    plain = card.measures.each(
        lambda measure: measure.kind in ("count", "stock") and measure.unit == "number", bool
    )
    return np.asarray(plain)


def window_parts(panel: Panel, ends: Any, length: int, back: int) -> tuple[Floats, Floats]:
    """Return the sums over a window: of numerators and denominators (1 a month where there is none)."""
    top, below = panel.aligned(ends - back, length)
    paired = np.isfinite(top) & np.isfinite(below)
    return np.where(paired, top, 0.0).sum(axis=1), np.where(paired, below, 0.0).sum(axis=1)


def hide(
    card: Scorecard, *, below: int, zeros: str, complementary: str, totals: Mapping[str, str] | None
) -> Hidden:
    """Return what must be hidden.

    Parameters
    ----------
    card : Scorecard
        Of the true figures.
    below : int
        Figures from 1 to `below` - 1 are hidden.
    zeros : {"shown", "hidden"}
    complementary : {"row", "none"}
        Whether figures are hidden from which others could be worked out.
    totals : mapping of key to label, optional
        Series that are the sum of the others of their measure: ``{"area": "County"}``.
    """
    guard = _Guard(below, 1 if zeros == "shown" else 0)
    panel, ends = card.panel, card.limits.ends
    counted = is_counted(card)
    months = _exposed(card, panel.values, panel.of)
    windows = [_exposed(card, *_window_values(card, *span, mean=True)) for span in SPANS]
    small = np.stack([_small(one, guard) for one in windows], axis=1)
    ended = np.arange(panel.n_periods) <= ends[:, None]
    found = Hidden(_small(months, guard) & counted[:, None] & ended, small & counted[:, None])
    if complementary == "row":
        sums = [_exposed(card, *_window_values(card, *span, mean=False)) for span in SPANS]
        amounts = np.stack(months), np.stack([np.stack(one) for one in sums], axis=2)
        groups = list(_areas(panel, totals or {}))
        before = -1
        while before != (before := int(found.months.sum() + found.windows.sum())):
            _guard_rows(found, guard, *amounts, ends)
            _guard_areas(found, guard, *amounts, ends, groups)
        _follow_denominators(found, panel)
    return found


def _follow_denominators(found: Hidden, panel: Panel) -> None:
    """Hide all of a rate whose denominators are the counts of a row in which something is hidden."""
    if panel.of is None:
        return
    rows = {counts.tobytes(): s for s, counts in enumerate(np.nan_to_num(panel.values, nan=-1.0))}
    parts = np.nan_to_num(panel.of, nan=-1.0)
    for s in np.flatnonzero(panel.is_ratio):
        told = rows.get(parts[s].tobytes())
        if told is not None and (found.months[told].any() or found.windows[told].any()):
            found.months[s] = True
            found.windows[s] = True


def _window_values(card: Scorecard, length: int, back: int, *, mean: bool) -> tuple[Floats, Floats | None]:
    """Return numerators and denominators of a window, NaN where none is printed; a stock may be its mean."""
    top, base = window_parts(card.panel, card.limits.ends, length, back)
    shown = (card.comparison.previous if back else card.comparison.current)[:, 1 if length == 3 else 2]
    stock = card.measures.each(lambda measure: mean and measure.how.windows == "mean", bool)
    top = np.where(np.isfinite(shown), np.where(stock, top / length, top), np.nan)
    return top, np.where(np.isfinite(shown), base, np.nan)


def _exposed(card: Scorecard, top: Floats, base: Floats | None) -> Exposed:
    """Return the numbers of people that a figure rests on, NaN where there is none.

    A count is itself; a rate has its numerator and its denominator, a proportion also the rest of its
    denominator (97 of 100 satisfied are 3 who are not), a duration the number of cases.
    """
    shape = (-1,) + (1,) * (top.ndim - 1)
    ratio = rests_on_parts(card).reshape(shape)
    kind = card.measures.each(lambda measure: measure.kind).reshape(shape)
    if base is None:
        return (np.abs(top), *(np.full(top.shape, np.nan) for _ in range(2)))
    rest = np.where(ratio & (kind == "proportion"), base - top, np.nan)
    cases = np.where(ratio & np.isfinite(top), base, np.nan)
    return np.abs(np.where(kind == "duration", np.nan, top)), cases, np.where(rest < 0.0, np.nan, rest)


def _small(exposed: Exposed, guard: _Guard) -> Flags:
    low = 0.0 if guard.least else -1.0
    return np.asarray(np.any([(cells > low) & (cells < guard.below) for cells in exposed], axis=0))


def _guard_rows(found: Hidden, guard: _Guard, amounts: Floats, totals: Floats, ends: Any) -> None:
    """Within a row: the months against the totals of 3 and of 12 months, this year and last."""
    printed = np.asarray(np.any(np.isfinite(totals), axis=0))
    for s in np.flatnonzero(found.months.any(axis=1) | found.windows.any(axis=1)).tolist():
        for back, (three, twelve) in ((0, NOW), (12, AGO)):
            last = int(ends[s]) - back
            young = np.arange(max(last - 2, 0), last + 1)
            old = np.arange(max(last - 11, 0), max(last - 2, 0))
            low = np.full(amounts[:, s].shape, float(guard.least))
            row = _Line(found.months[s], amounts[:, s], low, guard, keep=int(ends[s]))
            if printed[s, three] and not found.windows[s, three]:
                found.windows[s, three] |= not row.close(young)
            if found.windows[s, three]:
                row.open(young)
                old = np.concatenate([young, old])
            if printed[s, twelve] and not found.windows[s, twelve]:
                found.windows[s, twelve] |= not row.close(old)
            if found.windows[s, twelve]:
                row.open(np.union1d(young, old))


def _guard_areas(
    found: Hidden,
    guard: _Guard,
    months: Floats,
    windows: Floats,
    ends: Any,
    groups: Iterable[tuple[int, Any]],
) -> None:
    """Between the series: the areas against the total that they add up to, in every month and window."""
    month_lows = np.full(months.shape, float(guard.least))
    window_lows = _window_lows(found, guard, months, ends)  # good in the last round, which changes nothing
    sorts = ((found.months, months, month_lows), (found.windows, windows, window_lows))
    for total, areas in groups:
        for hidden, amounts, lows in sorts:
            touched = hidden[areas].any(axis=0) | hidden[total]
            for t in np.flatnonzero(touched).tolist():
                column = _Line(hidden[:, t], amounts[:, :, t], lows[:, :, t], guard)
                if not hidden[total, t]:
                    hidden[total, t] = not column.close(areas)
                if hidden[total, t]:
                    column.open(areas)


def _window_lows(found: Hidden, guard: _Guard, months: Floats, ends: Any) -> Floats:
    """Return the least that a hidden window can be: the months that are shown, and `least` for the others."""
    least = np.nan_to_num(np.where(found.months, np.minimum(months, guard.least), months))
    columns = ends[:, None] - np.arange(24)
    rows = np.arange(len(ends))[:, None]
    recent = np.where(columns >= 0, least[:, rows, np.maximum(columns, 0)], 0.0)
    return np.stack([recent[:, :, back : back + length].sum(axis=2) for length, back in SPANS], axis=2)


@dataclass(frozen=True, eq=False)
class _Line:
    """Figures that add up to another: which are hidden (changed in place), what they rest on."""

    hidden: Flags
    amounts: Floats
    lows: Floats
    guard: _Guard
    keep: int = -1

    def close(self, members: Any) -> bool:
        """Hide more of the members until their sum gives none away; False where it always would."""
        if not self.hidden[members].any():
            return True
        for amounts, lows in zip(self.amounts, self.lows, strict=True):
            while not self.guard.enough(*(cells[members[self.hidden[members]]] for cells in (amounts, lows))):
                if not self._hide_smallest(members, amounts):
                    return False
        return True

    def open(self, members: Any) -> None:
        """Hide a member of a hidden sum, which could else be added up."""
        if len(members) and not self.hidden[members].any():
            any(self._hide_smallest(members, amounts) for amounts in self.amounts)

    def _hide_smallest(self, members: Any, amounts: Floats) -> bool:
        free = members[~self.hidden[members] & (amounts[members] > 0.0)]
        if not len(free):
            return False
        order = np.lexsort((amounts[free], free == self.keep))
        self.hidden[free[order[0]]] = True
        return True


def _areas(panel: Panel, totals: Mapping[str, str]) -> Iterator[tuple[int, Any]]:
    """Yield the row of every total, and the rows that add up to it."""
    for key, label in totals.items():
        if key not in panel.keys or label not in panel.keys[key]:
            raise ChoiceError(f"`totals` names {key} = {label!r}, which no series has: see `panel.keys`.")
        others = [labels for name, labels in panel.keys.items() if name != key]
        together = list(zip(*others, strict=True)) if others else [()] * panel.n_series
        rows: dict[Any, list[int]] = {}
        for s, name in enumerate(together):
            rows.setdefault(name, []).append(s)
        for members in rows.values():
            sums = [s for s in members if panel.keys[key][s] == label]
            areas = [s for s in members if panel.keys[key][s] != label]
            if len(sums) == 1 and areas:
                yield sums[0], np.array(areas)
