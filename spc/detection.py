"""exceptions(): which rules each month completes."""

from __future__ import annotations

from typing import Any

import numpy as np

from spc.charts.exact import exact_lines
from spc.checks import parcel
from spc.kernels.small_counts import critical_totals, judge_totals
from spc.kernels.zones import k_of_m, zone
from spc.results import Exceptions, Limits
from spc.rules import Rule, rule_set
from spc.ties import settle

__all__ = ["exceptions"]


def exceptions(limits: Limits, *, rules: str | tuple[Rule, ...] | list[Rule] = "opcc") -> Exceptions:
    """Ask the rules of every month of every series.

    Parameters
    ----------
    limits : Limits
        From `limits`; its as-at month is the month reported on.
    rules : str or rows of Rule
        "opcc", "western_electric", or rows of your own.

    Returns
    -------
    Exceptions
        `mask` (n_series, n_periods) uint32: bit 2i is rule i High, bit 2i + 1 Low, at the month that
        completes the pattern. `words` are those of the as-at month.

    Raises
    ------
    ChoiceError
        An unknown set, more than 16 rows, more than 8 different zones.

    Notes
    -----
    Beyond is strict; a month on the centre line, a missing month and the start of a phase break a run.
    Series without variation in the baseline raise nothing. On the `small_count` chart a rule compares the
    total of its last m months with the baseline's, at the chance that it has on normal months. Ties are
    settled on the decimals, so the constant 0.1 never flags. Source: SPEC 2 and 7; Western Electric (1956),
    pp. 25-28.

    Examples
    --------
    >>> import spc
    >>> months = [10, 12] * 12 + [20, 21]
    >>> panel = spc.Panel.from_numpy(months, start="2022-06")
    >>> spc.exceptions(spc.limits(panel, baseline=24)).words[0]
    'One, Two-Month High'
    """
    parcel("limits", limits, Limits, "spc.limits(panel)")
    rows = rule_set(rules)
    levels = tuple(sorted({float(row.zone) for row in rows}))
    zones = _zones(limits, levels)
    mask = np.empty(zones.shape, np.uint32)
    phases = limits.phases
    k_of_m(
        zones,
        phases.offsets,
        phases.first,
        phases.last,
        np.array([levels.index(row.zone) for row in rows], np.int64),
        np.array([row.needed for row in rows], np.int64),
        np.array([row.span for row in rows], np.int64),
        np.arange(0, 2 * len(rows), 2, dtype=np.int64),
        mask,
    )
    if limits.phase_small.any():
        _judge_small_counts(limits, rows, mask)
    return Exceptions(limits=limits, rules=rows, mask=mask, zones=zones, levels=levels)


def _judge_small_counts(limits: Limits, rows: tuple[Rule, ...], mask: np.ndarray[Any, Any]) -> None:
    """Add the exceptions of the phases on the small_count chart, in the months after their baseline."""
    small = limits.phase_small
    order = sorted(range(len(rows)), key=lambda i: rows[i].span)  # the kernel's totals grow with the span
    span = np.array([rows[i].span for i in order], np.int64)
    high = np.empty((len(small), len(rows)), np.int64)
    low = np.empty((len(small), len(rows)), np.int64)
    events = np.where(small, limits.phase_total, np.nan)
    critical_totals(events, limits.phase_count, span, np.array([rows[i].chance for i in order]), high, low)
    judge_totals(
        limits.panel.observed,
        limits.phases.offsets,
        limits.base_last,
        limits.phases.last,
        events,
        limits.phase_count,
        high,
        low,
        span,
        2 * np.array(order, np.int64),
        mask,
    )


def _zones(limits: Limits, levels: tuple[float, ...]) -> np.ndarray[Any, np.dtype[np.uint16]]:
    panel, phases = limits.panel, limits.phases
    zones = np.empty(panel.values.shape, np.uint16)
    ties = np.empty(panel.n_series, np.int64)
    zone(
        panel.observed,
        phases.offsets,
        phases.first,
        phases.last,
        limits.phase_centre,
        limits.phase_sigma,
        limits.phase_count,
        limits.phase_total,
        limits.phase_scale,
        np.array(levels),
        zones,
        ties,
    )
    for s in np.flatnonzero(ties):
        _settle_series(limits, int(s), levels, zones[s])
    return zones


def _settle_series(limits: Limits, s: int, levels: tuple[float, ...], zones: np.ndarray[Any, Any]) -> None:
    phases = limits.phases
    for p in range(int(phases.offsets[s]), int(phases.offsets[s + 1])):
        lines = exact_lines(limits, s, p)
        if lines is not None:
            settle(zones, lines, levels, limits.width)
