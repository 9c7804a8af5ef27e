"""Rules asked of zone codes: which each month completes, and to whose patterns it belongs."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from spc.array_types import Ints, Masks, Zones
from spc.chart_kinds import CHARTS, Chart
from spc.kernels.crossings import crossings
from spc.kernels.patterns import patterns
from spc.results.limits import Limits
from spc.results.statuses import NO_VARIATION, OK
from spc.results.steps import steps_of
from spc.rules import ASKS, GAPS, SIDES, TIES, Rule
from spc.ties import CONTROL

__all__ = ["asked_of", "found_runs", "masks", "run_tables"]

#: Questions about the run of the whole phase, which have a kernel of their own.
WHOLE = ("run", "crossings")
STEPWISE = ("step", "swing")


def masks(
    limits: Limits, rows: tuple[Rule, ...], zones: Zones, levels: tuple[float, ...], *, members: bool
) -> Masks:
    """Return the rules that each month completes, or those to whose completed patterns it belongs.

    Parameters
    ----------
    limits : Limits
    rows : tuple of Rule
    zones : (n_series, n_periods) uint16
        Codes for `levels`, lines in sigma.
    levels : tuple of float
    members : bool
        Whether the months that belong to a pattern are wanted.

    Returns
    -------
    (n_series, n_periods) uint32
        Bit 2i is rule i (High), bit 2i + 1 rule i Low. Small counts are judged elsewhere.
    """
    mask = np.empty(zones.shape, np.uint32)
    phases = limits.phases
    asked = asked_of(limits, rows)
    table, used = _table(rows, levels)
    plain, bridged = (_steps_wanted(rows, bridge) for bridge in (False, True))
    patterns(
        zones,
        steps_of(limits, bridge=False) if plain else zones,
        steps_of(limits, bridge=True) if bridged else zones,
        phases.offsets,
        phases.first,
        phases.last,
        asked,
        table,
        used,
        int(members),
        mask,
    )
    found_runs(limits, rows, zones, levels, asked, mask, members=members)
    return mask


def _steps_wanted(rows: tuple[Rule, ...], bridge: bool) -> bool:
    return any(row.asks in STEPWISE and (row.gaps == "bridge") == bridge for row in rows)


def asked_of(limits: Limits, rows: tuple[Rule, ...]) -> Ints:
    """Return which rules each phase can answer (n_phases,): bit 2i for rule i.

    Zone rules are asked under the status ok, steps also under `no variation`, since they need no sigma.
    """
    asked = np.zeros(len(limits.phase_status), np.int64)
    for code, chart in enumerate(CHARTS.values()):
        here = limits.phase_chart == code
        if here.any():
            bits = {row.asks: 0 for row in rows}
            for i, row in enumerate(rows):
                bits[row.asks] |= int(_can_answer(limits, chart, row)) << (2 * i)
            steps = sum(bits.get(name, 0) for name in STEPWISE)
            asked[here & (limits.phase_status == OK)] = sum(bits.values())
            asked[here & (limits.phase_status == NO_VARIATION)] = steps
    return asked


def _can_answer(limits: Limits, chart: Chart, rule: Rule) -> bool:
    if chart.zones == "totals":
        return False
    own = limits.choices.get("options", {}).get(chart.name, {})
    # months that were forecast from one and the same month lie on one side of it together
    if chart.memory or own.get("known") == "baseline":
        single = rule.asks == "beyond" and rule.span == 1 and rule.upto == math.inf
        return single and rule.zone == CONTROL and rule.side in ("same", "confined")
    drawn = {"limits": {0.0, CONTROL}, "centre": {0.0}}.get(chart.zones)
    if own.get("limits", "sigma") != "sigma":
        drawn = {0.0, CONTROL}  # exact limits are no multiple of a sigma
    return drawn is None or drawn.issuperset(rule.levels)


def _table(rows: tuple[Rule, ...], levels: tuple[float, ...]) -> tuple[Ints, Ints]:
    """Write the rows as numbers for the kernel, and the levels asked of each of its three codes as bits.

    Columns: codes (zones, steps, bridged steps), gaps, ties, question, side, level, upto, centre, needed,
    span, bit, sided. Within a zone counts as a tie does: one month at least must lie off the centre line.
    """
    found = []
    used = np.zeros(3, np.int64)
    for i, row in enumerate(rows):
        if row.asks in WHOLE:
            continue
        stepwise = row.asks in STEPWISE
        source = (1 + (row.gaps == "bridge")) if stepwise else 0
        used[source] |= sum(1 << levels.index(level) for level in row.levels) if row.levels else 1
        found.append(
            (
                *(source, GAPS.index(row.gaps), TIES.index("count" if row.asks == "within" else row.ties)),
                {"within": 1, "swing": 2}.get(row.asks, 0),
                SIDES.index(row.side),
                0 if stepwise else levels.index(row.zone),
                -1 if row.upto == math.inf else levels.index(row.upto),
                levels.index(0.0) if row.side == "confined" or row.asks == "within" else -1,
                *(int(row.needed), int(row.span), 2 * i, int(row.sided)),
            )
        )
    return np.array(found, np.int64).reshape(len(found), 12), used


def found_runs(
    limits: Limits,
    rows: tuple[Rule, ...],
    zones: Zones,
    levels: tuple[float, ...],
    asked: Ints,
    mask: Masks,
    *,
    members: bool,
) -> Ints:
    """Add the rules on runs and crossings to a mask; return what each phase counted in the end.

    Returns
    -------
    (n_phases, 3) int64
        Useful points, longest run, crossings; 0 where nothing was asked.
    """
    phases = limits.phases
    found = np.zeros((len(phases.first), 3), np.int64)
    table = [
        (row.asks == ASKS[-1], row.gaps == "bridge", 2 * i) for i, row in enumerate(rows) if row.asks in WHOLE
    ]
    if table:
        crossings(
            zones,
            phases.offsets,
            phases.first,
            phases.last,
            asked,
            levels.index(0.0),
            np.array(table, np.int64),
            *run_tables(zones.shape[1]),
            int(members),
            mask,
            found,
        )
    return found


@lru_cache(maxsize=8)
def run_tables(most: int) -> tuple[Ints, Ints]:
    """Return the longest run and the fewest crossings that are no signal, for 0 .. `most` useful points.

    Notes
    -----
    round(log2 n) + 3, and the 5% point of the binomial distribution of n - 1 and 1/2: the least k with
    P(<= k) >= 5%, in whole numbers. Source: Anhoej and Olesen (2014), PLoS ONE 9, e113825.

    Examples
    --------
    >>> longest, fewest = run_tables(24)
    >>> print(longest[[10, 20, 24]], fewest[[10, 20, 24]])
    [6 7 8] [2 6 8]
    """
    longest, fewest = np.full(most + 1, 3, np.int64), np.zeros(most + 1, np.int64)
    k, term, below = 0, 1, 1  # of n - 1 coins: C(n - 1, k), and the sum of C(n - 1, 0 .. k)
    for n in range(1, most + 1):
        longest[n] = round(math.log2(n)) + 3
        while 20 * below < 2 ** (n - 1):
            term = term * (n - 1 - k) // (k + 1)
            k += 1
            below += term
        fewest[n] = k
        below = 2 * below - term
        term = term * n // (n - k)
    longest.setflags(write=False)
    fewest.setflags(write=False)
    return longest, fewest
