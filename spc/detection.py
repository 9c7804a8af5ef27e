"""exceptions(): which rules each month completes; run_tests(): runs and crossings of the centre line."""

from __future__ import annotations

from typing import Any

import numpy as np

from spc.array_types import Flags, Ints, Zones
from spc.chart_kinds import CHARTS, CODES
from spc.charts.exact import EXACT, exact_lines
from spc.charts.whole_centres import whole_centres
from spc.checks import parcel
from spc.kernels.small_counts import critical_totals, judge_totals
from spc.kernels.zones import MISSING, UNJUDGED, settle_centres, zone, zone_lines
from spc.results import Exceptions, Limits, Months, RunTests
from spc.results.patterns import asked_of, found_runs, masks, run_tables
from spc.results.statuses import OK
from spc.rules import Rule, levels_of, rule_set
from spc.ties import CONTROL, TIE, settle

__all__ = ["exceptions", "run_tests"]

RUN = (Rule("Run", asks="run", gaps="bridge"),)


def exceptions(limits: Limits, *, rules: str | tuple[Rule, ...] | list[Rule] = "opcc") -> Exceptions:
    """Ask the rules of every month of every series.

    Parameters
    ----------
    limits : Limits
        From `limits`; its as-at month is the month reported on.
    rules : str or rows of Rule
        A set of `spc.RULES`, or rows of your own, each with a name of its own.

    Returns
    -------
    Exceptions
        `mask` (n_series, n_periods) uint32: bit 2i is rule i High, bit 2i + 1 Low, at the month that
        completes the pattern; rules that do not tell the sides apart have the bit 2i alone. `words` are those
        of the as-at month.

    Raises
    ------
    ChoiceError
        An unknown set, more than 16 rows, more than 8 different zones.

    Notes
    -----
    Beyond is strict; unless a row says otherwise a month on the centre line, a missing month and the start of
    a phase break a run. Series without variation in the baseline raise nothing but steps. Where lines differ
    by month each point is judged by its own. Charts answer what they have lines for: on a run chart runs,
    crossings and steps; where points share months (`memory`) a single point beyond the limits. On the
    `small_count` chart a rule compares the total of its last m months with the baseline's, at the chance that
    it has on normal months; rows without a `chance` are not asked there. Ties are settled on the decimals, so
    the constant 0.1 never flags. Source: SPEC 2, 7 and 8; Western Electric (1956), pp. 25-28; Nelson (1984),
    Journal of Quality Technology 16, 237-239.

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
    levels = levels_of(rows)
    zones = _zones(limits, levels)
    mask = masks(limits, rows, zones, levels, members=False)
    if limits.phase_small.any():
        _judge_small_counts(limits, rows, mask)
    return Exceptions(limits=limits, rules=rows, mask=mask, zones=zones, levels=levels)


def run_tests(limits: Limits) -> RunTests:
    """Test every series for runs and crossings of its centre line, as at its month.

    Parameters
    ----------
    limits : Limits
        Of a run chart, or of any other with a centre line whose points share no months.

    Returns
    -------
    RunTests
        (n_series,) each: useful points, longest run and the longest allowed, crossings and the fewest
        allowed, and whether either is a signal. Series without a centre line have no useful points.

    Notes
    -----
    Useful points are those of the as-at month's phase that do not lie on the centre; gaps are bridged. It is
    a signal if a run, anywhere, is longer than round(log2 n) + 3, or if there are fewer crossings than the
    5% point of the binomial distribution of n - 1 and 1/2. Source: Anhoej and Olesen (2014), PLoS ONE 9,
    e113825.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([4, 5, 6, 4, 3, 5] * 2 + [7, 8, 7, 9, 8, 7, 8, 9], start="2023-01")
    >>> found = spc.run_tests(spc.limits(panel, chart="run", baseline=12))
    >>> print(found.n_useful[0], found.longest_run[0], found.longest_run_max[0], found.signal[0])
    20 9 7 True
    """
    parcel("limits", limits, Limits, "spc.limits(panel)")
    zones = _zones(limits, (0.0,))
    mask = np.zeros(zones.shape, np.uint32)
    asked = asked_of(limits, RUN)
    counted = found_runs(limits, RUN, zones, (0.0,), asked, mask, members=False)
    at = np.concatenate([counted, np.zeros((1, 3), np.int64)])[limits.phase_at_end]
    longest, fewest = (table[at[:, 0]] for table in run_tables(zones.shape[1]))
    return RunTests(
        limits=limits,
        n_useful=at[:, 0],
        longest_run=at[:, 1],
        longest_run_max=longest,
        n_crossings=at[:, 2],
        n_crossings_min=fewest,
        signal=(at[:, 1] > longest) | (at[:, 2] < fewest),
    )


def _judge_small_counts(limits: Limits, rows: tuple[Rule, ...], mask: np.ndarray[Any, Any]) -> None:
    """Add the exceptions of the phases on the small_count chart, in the months after their baseline."""
    # rules that ask for three sigma ask for the control limits: at `width` sigma, as the lines are drawn
    chances = [row.chance_beyond(limits.width if row.zone == CONTROL else row.zone) for row in rows]
    known = [i for i, chance in enumerate(chances) if chance == chance]
    if not known:
        return
    small = limits.phase_small
    order = sorted(known, key=lambda i: rows[i].span)  # the kernel's totals grow with the span
    span = np.array([rows[i].span for i in order], np.int64)
    high = np.empty((len(small), len(order)), np.int64)
    low = np.empty((len(small), len(order)), np.int64)
    events = np.where(small, limits.phase_total, np.nan)
    chance = np.array([chances[i] for i in order])
    critical_totals(events, limits.phase_count, limits.phase_shape, span, chance, high, low)
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


def _zones(limits: Limits, levels: tuple[float, ...]) -> Zones:
    panel, phases = limits.panel, limits.phases
    zones = np.empty(panel.values.shape, np.uint16)
    ties = np.empty(panel.n_series, np.int64)
    judged = limits.phase_status == OK
    zone(
        panel.observed,
        phases.offsets,
        phases.first,
        phases.last,
        limits.phase_centre,
        np.where(judged, limits.phase_sigma, np.nan),
        limits.phase_count,
        limits.phase_total,
        np.where(_is_mean(limits), limits.phase_scale, 0.0),
        np.array([limits.width if level == CONTROL else level for level in levels], np.float64),
        zones,
        ties,
    )
    if limits.months is not None:
        own = limits.months.judged or limits.months
        zones[own.series], ties[own.series] = _zones_by_month(limits, own, levels)
    for s in np.flatnonzero((ties > 0) & _on_paper(limits)):
        _settle_series(limits, int(s), levels, zones[s])
    _beyond_bounds(limits, levels, zones)
    return zones


def _beyond_bounds(limits: Limits, levels: tuple[float, ...], zones: Zones) -> None:
    """Take months beyond the bounds that were given for months beyond the limits, which are clipped there."""
    bounds = limits.choices.get("bounds")
    if bounds is None or CONTROL not in levels or np.isnan(bounds).all():
        return
    bit = levels.index(CONTROL)
    memory = np.array([chart.memory for chart in CHARTS.values()])
    single = ~np.append(memory[limits.phase_chart], True)[
        limits.phase_of
    ]  # sums may lie beyond what values may
    judged = single & (zones != MISSING) & (zones != UNJUDGED)
    with np.errstate(invalid="ignore"):
        zones[judged & (limits.points > bounds[:, 1:])] |= np.uint16(1 << bit)
        zones[judged & (limits.points < bounds[:, :1])] |= np.uint16(1 << (bit + 8))


def _is_mean(limits: Limits) -> Flags:
    """Whether the centre is the plain mean of the baseline, so that ties may be settled on its total."""
    agreed = limits.choices.get("known_centre")
    known = np.zeros(len(limits.phase_centre), np.bool_) if agreed is None else ~np.isnan(agreed)
    mean = limits.phase_chart == CODES["c"]
    if limits.choices.get("centre", "mean") == "mean":
        mean |= limits.phase_chart == CODES["xmr"]
    return mean & ~known


def _zones_by_month(limits: Limits, own: Months, levels: tuple[float, ...]) -> tuple[Zones, Ints]:
    """Judge series whose months have lines of their own."""
    zones = np.empty(own.points.shape, np.uint16)
    ties = np.empty(len(own.series), np.int64)
    phase_of = limits.phase_of[own.series]
    zone_lines(
        own.points,
        np.full_like(own.points, np.nan) if own.below is None else own.below,
        own.centre,
        own.sigma,
        own.upper,
        own.lower,
        np.append(limits.phase_status == OK, False)[phase_of],
        np.array([np.inf if level == CONTROL else level for level in levels], np.float64),
        zones,
        ties,
    )
    if 0.0 in levels and ties.any():
        panel = limits.panel
        ratio = panel.is_ratio[own.series, None]
        of = np.ones_like(own.points) if panel.of is None else np.where(ratio, panel.of[own.series], 1.0)
        told = whole_centres(limits)
        told[2][_is_median_of_ratios(limits)] = np.inf
        bit = levels.index(0.0)
        top = panel.values[own.series]
        settle_centres(own.points, own.centre, top, of, phase_of, *told, bit, zones, ties)
    return zones, ties


def _is_median_of_ratios(limits: Limits) -> Flags:
    """Whether the centre is the median of ratios of whole numbers so small that floats tell them apart.

    a / b and half the sum of c / d and e / f differ by 1 / (2 a d f) of their size at the least.
    """
    panel, phases = limits.panel, limits.phases
    run = limits.phase_chart == CODES["run"]
    if panel.of is None or limits.choices.get("options", {}).get("run", {}).get("middle") != "median":
        return np.zeros_like(run)
    agreed = limits.choices.get("known_centre")
    if agreed is not None:
        run = run & np.isnan(agreed)
    small = panel.is_ratio.copy()
    for cells in (panel.values, panel.of):
        whole = np.isnan(cells) | ((cells == np.rint(cells)) & (np.abs(cells) < 2.0**16))
        small &= whole.all(axis=1)
    return run & small[phases.series]


def _on_paper(limits: Limits) -> Flags:
    """Whether a series has a chart whose lines can be told on paper."""
    found = np.zeros(limits.panel.n_series, np.bool_)
    found[limits.phases.series[np.isin(limits.phase_chart, [CODES[name] for name in EXACT])]] = True
    return found


def _settle_series(limits: Limits, s: int, levels: tuple[float, ...], zones: np.ndarray[Any, Any]) -> None:
    """Settle a series' near-ties exactly; where the chart has no exact lines they stay on the line."""
    phases, kinds = limits.phases, list(CHARTS.values())
    for p in range(int(phases.offsets[s]), int(phases.offsets[s + 1])):
        if limits.phase_status[p] != OK:
            continue
        centre_alone = kinds[int(limits.phase_chart[p])].zones == "centre"
        asked = levels[: int(0.0 in levels)] if centre_alone else levels
        close = _close_to(limits, s, p, asked)
        lines = exact_lines(limits, s, p, close) if len(close) else None
        if lines is not None:
            settle(zones, lines, asked, limits.width)


def _close_to(limits: Limits, s: int, p: int, levels: tuple[float, ...]) -> Ints:
    """Return the months of a phase that lie close to any of the lines: those that floats cannot tell."""
    inside = slice(int(limits.phases.first[p]), int(limits.phases.last[p]))
    row = limits.months_row(s)
    own = None if row is None or limits.months is None else limits.months.judged or limits.months
    if own is None:
        points, size = limits.panel.observed[s, inside], limits.phase_sigma[p]
        centre = limits.phase_centre[p]
        upper, lower = centre + limits.width * size, centre - limits.width * size
    else:
        points, size = own.points[row, inside], own.sigma[row, inside]
        centre, upper, lower = own.centre[row, inside], own.upper[row, inside], own.lower[row, inside]
    close = np.zeros(points.shape, np.bool_)
    for level in levels:
        reach = 0.0 if level == 0.0 else level * size
        for line in (upper, lower) if level == CONTROL else (centre + reach, centre - reach):
            near = np.fmax(np.fmax(np.abs(points), np.abs(line)), size)
            close |= np.abs(points - line) <= 2.0 * TIE * near
    return inside.start + np.flatnonzero(close)
