"""compare(): each window against a year before or the stretch before, with arrows, amber and a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Words
from spc.change_tests import (
    CHANGE_TESTS,
    HISTORY,
    UNTESTED,
    dispersed_p,
    dispersions,
    evidence_words,
    whole_counts,
)
from spc.checks import ChoiceError, choice, parcel, window_lengths
from spc.measures import Assignment, Catalogue, Measure, by_kind, measures_of
from spc.pairing import heard_and_paired, row_sums
from spc.panel import Panel
from spc.results import Comparison

__all__ = ["compare"]

#: SPEC 5: less than this, relative to the year before, is an amber dash (0 violations in 134 symbols).
AMBER = 0.05
#: Figures are printed to 12 significant digits at the most.
ON_PAPER = 1e-12
YEAR = 12
UP, DOWN, LITTLE, NONE = 1, -1, 0, 2
#: How many months back the stretch ends with which a window of a length is compared.
AGAINST = {"year": lambda length: YEAR, "before": lambda length: length}
#: What stands in place of the name of a test where there is none, beside the reasons by kind.
NO_PARTS = "the counts it rests on are not given"
NO_COUNTS = "no whole counts"
NO_VALUE = "no value"
OVERLAP = "the two stretches overlap"
SHORT = "fewer than 12 months before"


@dataclass(frozen=True)
class _Stretch:
    """One window of every series (n_series,): the figure, its two parts, whether months are whole counts."""

    figure: Floats
    top: Floats
    below: Floats
    counted: Flags
    parts_counted: Flags


def compare(
    panel: Panel,
    *,
    measures: Catalogue | Sequence[Measure] | Assignment | None = None,
    as_at: Any = None,
    windows: Sequence[int] | int = (1, 3, 12),
    against: str = "year",
    days: str = "ignore",
) -> Comparison:
    """Compare each window with the same stretch a year before, or with the stretch just before it.

    Parameters
    ----------
    panel : Panel
    measures : Catalogue, optional
        Kinds, units, preferred directions and lags; by default ratios are rates in percent, all else counts.
    as_at : month, or one month a series, optional
        The last month of the windows; by default the panel's last. A measure in arrears (`lag`) ends that
        many months earlier, unless each series is given its month.
    windows : sequence of int
        Lengths in months.
    against : {"year", "before"}
        The same months a year before, or as many months just before the window.
    days : {"ignore", "per day"}
        Whether counts are divided by the days of their months (29 in a leap February) before they are
        compared; `current` and `previous` are then counts per day.

    Returns
    -------
    Comparison
        `current`, `previous`, `change`, `relative`, `arrow`, `judgement`, and beside them what chance may
        have to do with it: `p`, `p_adjusted`, `dispersion`, `evidence`, `test`; each (n_series, n_windows).

    Raises
    ------
    ChoiceError
        A window out of range, a misspelt choice, days without a calendar, a panel whose keys do not say
        which is the measure.

    Notes
    -----
    SPEC 5 and 6. Counts are added, stocks averaged, ratios are ratios of sums (a month with one part missing
    leaves both), medians and surveys take the windows given. Counts, stocks, days and numbers change in
    percent, rates in points, times in seconds; where the stretch before is 0 or missing no change is given.

    Two counts, or rates of events, are compared given their sum, which is binomial (Przyborowski and Wilenski
    1940), proportions by score or exactly (Fisher); `p` knows chance alone. Crimes vary more than chance:
    `p_adjusted` allows for the series' own `dispersion` in the 24 months before the window, and `evidence` is
    "clear" where it is 0.01 or less, "weak" up to 0.05, else "none". Other kinds are not tested, and `test`
    says why. docs/changes.md has formulas, sources, and how often noise is called news.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([100] * 12 + [110] * 12, start="2022-08")
    >>> found = spc.compare(panel)
    >>> print(found.change, found.evidence)
    [[10. 10. 10.]] [['none' 'none' 'weak']]
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    lengths = window_lengths(windows)
    if not lengths:
        raise ChoiceError("`windows` must name at least one length in months, got none.")
    backs = [AGAINST[choice("against", against, AGAINST)](length) for length in lengths]
    per_day = choice("days", days, ("ignore", "per day")) == "per day"
    if per_day and panel.start is None:
        raise ChoiceError("`days` must be 'ignore' where observations stand in plain order without months.")
    rows = measures_of(panel, measures)
    panel = by_kind(panel, rows)
    ends = rows.ends(panel, as_at)
    pairs = [
        tuple(_window(panel, rows, at, length, per_day) for at in (ends, ends - back))
        for length, back in zip(lengths, backs, strict=True)
    ]
    now = np.stack([one.figure for one, _ in pairs], axis=1)
    before = np.stack([other.figure for _, other in pairs], axis=1)
    tested = [
        _tested(panel, rows, ends - length, pair, per_day, overlap=back < length)
        for length, back, pair in zip(lengths, backs, pairs, strict=True)
    ]
    return Comparison(
        panel=panel,
        windows=lengths,
        current=now,
        previous=before,
        **_changed(rows, now, before),
        **{name: np.stack([one[name] for one in tested], axis=1) for name in tested[0]},
        against=against,
        days=days,
    )


def _changed(rows: Assignment, now: Floats, before: Floats) -> dict[str, Any]:
    """Return the change in the measure's unit and relative to before, its arrow and judgement."""
    gap = _gap(now, before)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.where(before == 0.0, np.nan, gap / np.abs(before))
    in_percent = rows.each(lambda measure: measure.shown.change == "percent")[:, None]
    change = np.where(in_percent, 100.0 * relative, gap)
    change[np.isnan(relative)] = np.nan
    better = rows.each(lambda measure: {"high": UP, "low": DOWN}.get(measure.improvement, 0))[:, None]
    arrow = _arrows(relative, better != 0)
    judgement = _judgements(arrow, better)
    return {"change": change, "relative": relative, "arrow": arrow, "judgement": judgement}


def _tested(
    panel: Panel, rows: Assignment, until: Any, pair: tuple[_Stretch, ...], per_day: bool, *, overlap: bool
) -> dict[str, Any]:
    """Return p, p with the dispersion of the months up to `until`, the word and the name of the test."""
    now, before = pair
    test = np.full(panel.n_series, OVERLAP, dtype=object)
    if not overlap:
        test = _test_names(panel, rows, now, before)
    p, z = np.full(panel.n_series, np.nan), np.full(panel.n_series, np.nan)
    dispersion, freedom = p.copy(), p.copy()
    top, below = _months(panel, until, HISTORY, per_day)
    for one in {id(row): row for row in CHANGE_TESTS.values()}.values():
        own = np.flatnonzero(test == one.name)
        if own.size:
            p[own], z[own] = one.ask(now.top[own], now.below[own], before.top[own], before.below[own])
            dispersion[own], freedom[own] = dispersions(top[own], below[own], one.is_share)
    adjusted = dispersed_p(p, z, dispersion, freedom)
    test[np.isnan(adjusted) & ~np.isnan(p)] = SHORT
    words = evidence_words(adjusted)
    return {"p": p, "p_adjusted": adjusted, "dispersion": dispersion, "evidence": words, "test": test}


def _test_names(panel: Panel, rows: Assignment, now: _Stretch, before: _Stretch) -> Words:
    """Return the name of the test that fits each series, or why none does."""
    kind = rows.each(lambda measure: measure.kind)
    test = rows.each(
        lambda m: CHANGE_TESTS[m.kind].name if m.kind in CHANGE_TESTS else UNTESTED[m.kind], object
    )
    counted = now.counted & before.counted & (now.below > 0.0) & (before.below > 0.0)
    part = now.parts_counted & before.parts_counted & (now.top <= now.below) & (before.top <= before.below)
    testable = rows.each(lambda measure: measure.kind in CHANGE_TESTS, bool)
    test[testable & ~np.where(kind == "proportion", counted & part, counted)] = NO_COUNTS
    test[testable & (np.isnan(now.figure) | np.isnan(before.figure))] = NO_VALUE
    test[testable & (kind != "count") & ~panel.is_ratio] = NO_PARTS
    return test


def _months(panel: Panel, ends: Any, length: int, per_day: bool) -> tuple[Floats, Floats]:
    """Return numerators and denominators of the months up to each end; of counts 1, or days."""
    top, below = panel.aligned(ends, length)
    if per_day and panel.start is not None:
        columns = ends[:, None] - np.arange(length - 1, -1, -1)
        first = (panel.start - 1970 * YEAR + columns).astype("datetime64[M]")
        lengths = (first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")
        below = np.where(panel.is_ratio[:, None], below, lengths.astype(np.float64))
    return top, below


def _window(panel: Panel, rows: Assignment, at: Any, length: int, per_day: bool) -> _Stretch:
    """Return one window of every series, ending `at`, added up and scaled as its measure."""
    top, below = _months(panel, at, length, per_day)
    heard, paired = heard_and_paired(top, below, panel.is_ratio)
    complete = np.logical_and(heard.all(axis=1), paired.any(axis=1))
    top, below = np.where(paired, top, np.nan), np.where(paired, below, np.nan)
    total, base = row_sums(top, complete), row_sums(below, complete)
    given = panel.aligned_cells(panel.observed, at, 1)[:, 0] if length == 1 else _given(panel, at, length)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(base == 0.0, np.nan, total / base)
    ways = {
        "sum": ratio if per_day else total,
        "mean": row_sums(top, complete, mean=True),
        "ratio": ratio * rows.each(lambda measure: measure.shown.per),
        "given": given,
    }
    way = np.where(panel.is_ratio, rows.each(lambda m: m.how.windows), rows.each(lambda m: m.how.bare))
    figure = np.select([way == name for name in ways], list(ways.values()), np.nan)
    return _Stretch(figure, total, base, whole_counts(top), whole_counts(below))


def _given(panel: Panel, at: Any, length: int) -> Floats:
    if length not in panel.given:
        return np.full(panel.n_series, np.nan)
    return panel.aligned_cells(panel.given[length], at, 1)[:, 0]


def _gap(now: Floats, before: Floats) -> Floats:
    """Return the difference, 0 where the two are one figure on paper (0.1 + 0.2 and 0.3)."""
    gap = now - before
    gap[np.abs(gap) <= ON_PAPER * np.maximum(np.abs(now), np.abs(before))] = 0.0
    return gap


def _arrows(relative: Floats, directed: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int8]]:
    arrow = np.where(relative > 0.0, UP, np.where(relative < 0.0, DOWN, NONE)).astype(np.int8)
    little = (
        np.abs(relative) < AMBER - 1e-12
    )  # 5% exactly is not less than 5%, whatever 0.21 - 0.2 is in binary
    arrow[directed & little] = LITTLE
    return arrow


def _judgements(arrow: np.ndarray[Any, Any], better: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    words = np.where(arrow == better, "better", "worse").astype(object)
    words[np.broadcast_to(better == 0, arrow.shape)] = "no direction"
    words[arrow == LITTLE] = "little change"
    words[arrow == NONE] = ""
    return words
