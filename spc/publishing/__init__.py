"""publish(): the scorecard as it may leave the office, with small numbers hidden and words beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats
from spc.checks import ChoiceError, choice, parcel, whole
from spc.comparing import compare
from spc.covers import MARK, Cover
from spc.measures import Catalogue, Measure
from spc.panel import Panel
from spc.publishing.hiding import AGO, NOW, Hidden, hide, is_counted, rests_on_parts, window_parts
from spc.publishing.lines import covered_limits, nearest, without
from spc.publishing.papers import left_words, since
from spc.publishing.remarks import Remarks
from spc.publishing.untold import (
    asks_order,
    at_ends,
    covered_assurance,
    covered_exceptions,
    covered_variation,
    covered_warnings,
    covered_weights,
    untold_rules,
)
from spc.results import Comparison, Exceptions, Trend
from spc.scoring import Scorecard

__all__ = ["publish"]

YEAR = 12


def publish(
    card: Scorecard,
    *,
    suppress_below: int | None = None,
    round_to: int | None = None,
    zeros: str = "shown",
    complementary: str = "row",
    totals: Mapping[str, str] | None = None,
    remarks: Remarks | None = None,
    before: Scorecard | None = None,
) -> Scorecard:
    """Return the scorecard that may be published: small numbers hidden, counts rounded, words beside it.

    Parameters
    ----------
    card : Scorecard
    suppress_below : int, optional
        Counts from 1 to this less 1 are hidden, and so is every rate, proportion or duration that rests on
        such a count. They print as "[c]".
    round_to : int, optional
        Counts, and both parts of rates, are rounded to the nearest multiple, halves away from zero.
    zeros : {"shown", "hidden"}
        Whether 0 is a small number too.
    complementary : {"row", "none"}
        Whether further figures are hidden from which a hidden one could be worked out: within a row (months
        against 3 and 12 months, this year and last), and between series where `totals` says how they add up.
    totals : mapping of key to label, optional
        The series that are the sum of the others: ``{"area": "County"}``.
    remarks : Remarks, optional
        Comments and acknowledged exceptions to stand beside the rows.
    before : Scorecard, optional
        The paper of the month before; what has changed since stands beside the rows. It is hidden and
        rounded in the same way, unless it has been published already.

    Returns
    -------
    Scorecard
        One that holds no hidden figure: what is hidden is NaN in its panel, windows, changes and limits, so
        that no page made from it can give it away; so is what lies behind the as-at month. Words and
        weightings are those of the true figures, where they are told; changes and arrows are those of the
        figures shown.

    Raises
    ------
    ChoiceError
        A number out of range, a misspelt choice, a scorecard that was published before.

    Notes
    -----
    docs/publishing.md says what is protected and what is not: above all, not what two papers of different
    months, or other sources, tell together.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[7, 2, 9] * 12], start="2021-08")
    >>> shown = spc.publish(spc.scorecard(panel, as_at="2024-06"), suppress_below=5)
    >>> shown.to_frame()[["month", "m3", "m12"]].values.tolist()
    [['[c]', '18', '72']]
    """
    parcel("card", card, Scorecard, "spc.scorecard(panel)")
    choice("zeros", zeros, ("shown", "hidden"))
    choice("complementary", complementary, ("row", "none"))
    below = None if suppress_below is None else whole("suppress_below", suppress_below, 2, 1000)
    base = None if round_to is None else whole("round_to", round_to, 2, 1000)

    def covered(one: Scorecard) -> Scorecard:
        if below is None and base is None:
            return one
        if below is None:
            found = _nothing(one)
        else:
            found = hide(one, below=below, zeros=zeros, complementary=complementary, totals=totals)
        return _covered(one, found, base, _sentences(one, below, base, zeros))

    if card.cover is not None and (below is not None or base is not None):
        raise ChoiceError("`card` was published before: publish the scorecard that scorecard() returned.")
    shown = covered(card)
    beside = () if remarks is None else remarks.beside(shown)
    note = shown.note
    if before is not None:
        parcel("before", before, Scorecard, "spc.scorecard(panel)")
        found = since(shown, before if before.cover is not None else covered(before))
        beside += (found.beside(),)
        note = _joined(note, left_words(found))
    return replace(shown, note=note, beside=(*card.beside, *beside))


def _nothing(card: Scorecard) -> Hidden:
    return Hidden(np.zeros(card.panel.values.shape, np.bool_), np.zeros((card.panel.n_series, 4), np.bool_))


def _covered(card: Scorecard, found: Hidden, base: int | None, sentences: str) -> Scorecard:
    """Return the scorecard without what is hidden, rounded if asked."""
    counted = is_counted(card)
    cells, ago = _page_cells(card, found)
    comparison = _compared(card, cells, ago, counted, base)
    changes = ~np.isnan(card.comparison.change) & (cells | ago)
    cells = cells & ~np.isnan(card.comparison.current)
    hidden = np.asarray(cells.any(axis=1) | changes.any(axis=1) | found.months.any(axis=1))
    untold = untold_rules(card, found.months)
    panel = _panel(card, found.months, counted, base)
    limits = covered_limits(card, panel, hidden, counted, base)
    exceptions = covered_exceptions(card, limits, hidden, untold)
    rounding = counted & (base is not None)
    cover = _cover(card, exceptions, (cells, changes, found.months), hidden, at_ends(untold, limits))
    cover = replace(cover, rounded=rounding)
    unsaid = hidden | rounding
    trend = _trend(card, panel, unsaid)
    return replace(
        card,
        weights=replace(covered_weights(card, exceptions, cover.untold), trend=trend),
        trend=trend,
        comparison=_without_chances(replace(comparison, panel=panel), unsaid),
        note=_joined(card.note, sentences),
        cover=cover,
        expected=_expected(card, hidden, rounding, base),
    )


def _expected(card: Scorecard, hidden: Flags, rounding: Flags, base: int | None) -> Floats | None:
    """Return what was forecast of rows with nothing hidden: a forecast may be the month before, unchanged.

    Forecasts of rounded counts are rounded as these are; of rounded ratios none is told.
    """
    if card.expected is None or base is None:
        return card.expected if card.expected is None else without(card.expected, hidden)
    rounded = np.where(rests_on_parts(card), np.nan, nearest(card.expected, base))
    return without(np.where(rounding, rounded, card.expected), hidden)


def _cover(
    card: Scorecard, exceptions: Exceptions, flags: tuple[Flags, Flags, Flags], hidden: Flags, untold: Any
) -> Cover:
    """Return what is hidden, with the words of the true figures that may be told of them."""
    cells, changes, months = flags
    assurance = covered_assurance(card, exceptions, hidden)
    return Cover(
        cells=cells,
        changes=changes,
        months=months,
        status=card.limits.status,
        variation=covered_variation(card, assurance, untold),
        warnings=covered_warnings(card, hidden),
        assurance=assurance,
        untold=untold,
    )


def _trend(card: Scorecard, panel: Panel, unsaid: Flags) -> Trend:
    """Return the words of the trends, without the numbers of rows that must not be told."""
    names = ("slope", "r", "t", "p", "naive_p")
    numbers: dict[str, Any] = {name: without(getattr(card.trend, name), unsaid) for name in names}
    naive = np.where(unsaid, np.int8(-1), card.trend.naive_strength)
    return replace(card.trend, panel=panel, naive_strength=naive, **numbers)


def _page_cells(card: Scorecard, found: Hidden) -> tuple[Flags, Flags]:
    """Return which of month, 3 and 12 months are hidden, this year and last, each (n_series, 3)."""
    ends = card.limits.ends
    rows = np.arange(card.panel.n_series)
    last_year = np.where(ends >= YEAR, found.months[rows, np.maximum(ends - YEAR, 0)], False)
    this_month = np.where(ends >= 0, found.months[rows, np.maximum(ends, 0)], False)
    now = [this_month, *(found.windows[:, k] for k in NOW)]
    ago = [last_year, *(found.windows[:, k] for k in AGO)]
    return np.stack(now, axis=1), np.stack(ago, axis=1)


def _compared(card: Scorecard, cells: Flags, ago: Flags, counted: Flags, base: int | None) -> Comparison:
    """Return the windows without what is hidden; changes are those of the figures that are shown."""
    table = card.comparison
    current = np.where(cells, np.nan, _rounded_windows(card, counted, base, 0))
    previous = np.where(ago, np.nan, _rounded_windows(card, counted, base, YEAR))
    with np.errstate(invalid="ignore"):
        same = (current == table.current) & (previous == table.previous)
    same |= np.isnan(table.current) | np.isnan(table.previous)
    fresh = _as_given(card, current, previous)
    names = ("change", "relative", "arrow", "judgement")
    merged = {name: np.where(same, getattr(table, name), getattr(fresh, name)) for name in names}
    return replace(table, current=current, previous=previous, **merged)


def _without_chances(table: Comparison, unsaid: Flags) -> Comparison:
    """Return the comparison without its tests, which read every month, in rows that must not be told."""
    rows = unsaid[:, None]
    numbers: dict[str, Any] = {
        name: np.where(rows, np.nan, getattr(table, name)) for name in ("p", "p_adjusted", "dispersion")
    }
    words: dict[str, Any] = {
        name: np.where(rows, word, getattr(table, name))
        for name, word in (("evidence", "not tested"), ("test", "not published"))
    }
    return replace(table, **numbers, **words)


def _as_given(card: Scorecard, current: Floats, previous: Floats) -> Comparison:
    """Compare figures that are ready: each measure by its unit and direction alone."""
    n_series = card.panel.n_series
    values, three, twelve = (np.full((n_series, YEAR + 1), np.nan) for _ in range(3))
    for k, cells in enumerate((values, three, twelve)):
        cells[:, 0], cells[:, YEAR] = previous[:, k], current[:, k]
    code = card.measures.code
    ready = [
        Measure(str(i), kind="median", unit=measure.unit, improvement=measure.improvement)
        for i, measure in enumerate(card.measures.distinct)
    ]
    panel = Panel(
        values=values,
        keys={"measure": np.array([str(i) for i in code.tolist()], dtype=object)},
        start=None,
        given={3: three, 12: twelve},
    )
    return compare(panel, measures=Catalogue(tuple(ready)))


def _rounded_windows(card: Scorecard, counted: Flags, base: int | None, back: int) -> Floats:
    """Return month, 3 and 12 months of this year or last, rounded where they count."""
    true = card.comparison.previous if back else card.comparison.current
    if base is None:
        return true
    per = card.measures.each(lambda measure: measure.shown.per)
    kind = card.measures.each(lambda measure: measure.kind)
    found = []
    for k, length in enumerate((1, 3, 12)):
        top, below = window_parts(card.panel, card.limits.ends, length, back)
        small = nearest(below, base)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(small == 0.0, np.nan, nearest(top, base) / small * per)
        ratio = np.where((kind == "duration") & (small != 0.0), true[:, k], ratio)
        found.append(np.where(rests_on_parts(card), ratio, nearest(true[:, k], base)))
    rounded = np.where(counted[:, None], np.stack(found, axis=1), true)
    return np.where(np.isnan(true), np.nan, rounded)


def _panel(card: Scorecard, months: Flags, counted: Flags, base: int | None) -> Panel:
    """Return the months that may be seen, to each series' as-at month.

    Ready windows of counted series leave, for they say the same.
    """
    panel = card.panel
    values, of = panel.values, panel.of
    if base is not None:
        rows = counted[:, None]
        times = card.measures.each(lambda measure: measure.kind == "duration", bool)[:, None]
        ratio = rests_on_parts(card)[:, None]
        rounded = nearest(values, base)
        if of is not None:
            whole_of = np.where(nearest(of, base) == 0.0, np.nan, nearest(of, base))
            with np.errstate(invalid="ignore", divide="ignore"):
                spread = np.where(of == 0.0, np.nan, values / of) * whole_of
            rounded = np.where(times & ratio, spread, rounded)
            of = np.where(rows & ratio, whole_of, of)
        values = np.where(rows, rounded, values)
    touched = counted & (months.any(axis=1) | (base is not None))
    later = np.arange(panel.n_periods) > card.limits.ends[:, None]
    unseen = months | later
    bare = touched[:, None] | later
    given = {window: np.where(bare, np.nan, cells) for window, cells in panel.given.items()}
    return replace(
        panel,
        values=np.where(unseen, np.nan, values),
        of=None if of is None else np.where(unseen, np.nan, of),
        given=given,
        within=None,
    )


def _joined(*sentences: str) -> str:
    return ". ".join(text.rstrip(".") for text in sentences if text)


def _sentences(card: Scorecard, below: int | None, base: int | None, zeros: str) -> str:
    """Say what was hidden and rounded, for the foot of every page."""
    said = []
    if below is not None:
        first = "0" if zeros == "hidden" else "1"
        said.append(
            f"Counts from {first} to {below - 1}, rates that rest on them, and figures from which they could "
            f"be worked out are hidden: {MARK}; such rows show no limits"
        )
        if asks_order(card.exceptions.rules):
            said.append(
                "Patterns of rising, falling or alternating months, runs and crossings are not told where "
                "they would take in a hidden month, nor is the weighting of such a row"
            )
    if base is not None:
        said.append(
            f"Counts, and the counts that rates rest on, are rounded to the nearest {base}, each on its own, "
            "so they may not add up; changes are those of the rounded figures"
        )
    said.append("Trends, exceptions and weightings are those of the true figures")
    if not is_counted(card).all():
        said.append("Figures that came ready, without the counts they rest on, are shown as they came")
    return ". ".join(said)
