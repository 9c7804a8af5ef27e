"""compare(): each window against the same stretch a year before, with arrows and amber."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from spc.checks import ChoiceError, parcel, whole
from spc.kernels.averages import rolling as rolling_kernel
from spc.measures import Assignment, Catalogue, Measure, by_kind, measures_of
from spc.panel import Floats, Panel
from spc.results import Comparison

__all__ = ["compare"]

Flags = np.ndarray[Any, np.dtype[np.bool_]]
#: SPEC 5: less than this, relative to the year before, is an amber dash (0 violations in 134 symbols).
AMBER = 0.05
#: Figures are printed to 12 significant digits at the most.
ON_PAPER = 1e-12
YEAR = 12
UP, DOWN, LITTLE, NONE = 1, -1, 0, 2


def compare(
    panel: Panel,
    *,
    measures: Catalogue | Sequence[Measure] | Assignment | None = None,
    as_at: Any = None,
    windows: Sequence[int] | int = (1, 3, 12),
) -> Comparison:
    """Compare each window with the same stretch a year before.

    Parameters
    ----------
    panel : Panel
    measures : Catalogue, optional
        Kinds, units and preferred directions; by default ratios are rates in percent, all else counts.
    as_at : month, or one month a series, optional
        The last month of the windows; by default the panel's last.
    windows : sequence of int
        Lengths in months.

    Returns
    -------
    Comparison
        `current`, `previous`, `change`, `relative`, `arrow`, `judgement`, each (n_series, n_windows), in the
        unit of the measure.

    Raises
    ------
    ChoiceError
        A window out of range, a panel whose keys do not say which is the measure.

    Notes
    -----
    SPEC 5 and 6. Counts are added, stocks averaged, ratios are ratios of sums (a month with one part missing
    leaves both), medians and surveys take the windows given. Counts, stocks, days and numbers change in
    percent, rates in points, times in seconds; where the year before is 0 or missing no change is given.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([100] * 12 + [110] * 12, start="2022-08")
    >>> print(spc.compare(panel).change)
    [[10. 10. 10.]]
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    asked = windows if isinstance(windows, Iterable) else (windows,)
    lengths = tuple(whole("windows", window, 1, 1_200) for window in asked)
    if not lengths:
        raise ChoiceError("`windows` must name at least one length in months, got none.")
    rows = measures_of(panel, measures)
    panel = by_kind(panel, rows)
    ends = panel.positions(as_at)
    now = np.stack([_window(panel, rows, ends, length, 0) for length in lengths], axis=1)
    before = np.stack([_window(panel, rows, ends, length, YEAR) for length in lengths], axis=1)
    gap = _gap(now, before)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.where(before == 0.0, np.nan, gap / np.abs(before))
    in_percent = rows.each(lambda measure: measure.shown.change == "percent")[:, None]
    change = np.where(in_percent, 100.0 * relative, gap)
    change[np.isnan(relative)] = np.nan
    better = rows.each(lambda measure: {"high": UP, "low": DOWN}.get(measure.improvement, 0))[:, None]
    arrow = _arrows(relative, better != 0)
    return Comparison(
        panel=panel,
        windows=lengths,
        current=now,
        previous=before,
        change=change,
        relative=relative,
        arrow=arrow,
        judgement=_judgements(arrow, better),
    )


def _window(panel: Panel, rows: Assignment, ends: Any, length: int, back: int) -> Floats:
    """Return one window of every series, `back` months before its end, added up and scaled as its measure."""
    at = ends - back
    top, below = panel.aligned(at, length)
    # a month with one part missing leaves both sums; a month with neither leaves no window
    paired = np.isfinite(top) & np.isfinite(below)
    heard = np.where(panel.is_ratio[:, None], np.isfinite(top) | np.isfinite(below), np.isfinite(top))
    complete = np.logical_and(heard.all(axis=1), paired.any(axis=1))
    top, below = np.where(paired, top, np.nan), np.where(paired, below, np.nan)
    total, base = _last(top, complete, mean=False), _last(below, complete, mean=False)
    given = panel.aligned_cells(panel.observed, at, 1)[:, 0] if length == 1 else _given(panel, at, length)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(base == 0.0, np.nan, total / base) * rows.each(lambda measure: measure.shown.per)
    ways = {
        "sum": total,
        "mean": _last(top, complete, mean=True),
        "ratio": ratio,
        "given": given,
    }
    way = np.where(panel.is_ratio, rows.each(lambda m: m.how.windows), rows.each(lambda m: m.how.bare))
    return np.select([way == name for name in ways], list(ways.values()), np.nan)


def _last(cells: Floats, complete: Flags, *, mean: bool) -> Floats:
    """Return the sum or mean of whole rows, NaN where they are not complete."""
    out = np.empty(cells.shape)
    rolling_kernel(cells, cells.shape[1], 1, mean, out)
    return np.where(complete, out[:, -1], np.nan)


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
