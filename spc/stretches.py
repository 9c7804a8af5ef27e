"""Stretches of one series that share limits, as people see them: display units, lines that can be crossed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from spc.measures import Measure
from spc.panel import Floats
from spc.results import Limits
from spc.scoring import Scorecard
from spc.ties import CONTROL

__all__ = ["Lines", "Stretch", "stretches"]

#: Charts whose lower line lies below 0 by design: sums of deviations.
CROSSED_AT_ZERO = ("cusum",)


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines that differ from month to month, in display units (n_periods,); NaN where one is not drawn."""

    centre: Floats
    sigma: Floats
    upper: Floats
    lower: Floats


@dataclass(frozen=True, eq=False)
class Stretch:
    """Months first .. last (half open) that share limits, in display units; NaN where a line is not drawn.

    `small` says that the limits are counts that fire, rather than lines to be crossed. Where lines differ
    from month to month, `lines` has them for every month of the panel, and the numbers here are those of the
    last month.
    """

    first: int
    last: int
    centre: float
    sigma: float
    ucl: float
    lcl: float
    base_first: int
    base_last: int
    base_count: int
    base_total: float
    small: bool
    reason: str = ""
    chart: str = "xmr"
    lines: Lines | None = None

    def at(self, t: int, sigmas: float) -> float:
        """Return the line so many sigma from the centre in month t; the control limits at 3 and -3."""
        if abs(sigmas) == CONTROL:
            own = None if self.lines is None else self.lines.upper if sigmas > 0.0 else self.lines.lower
            whole = self.ucl if sigmas > 0.0 else self.lcl
            return whole if own is None else float(own[t])
        centre, sigma = self.centre, self.sigma
        if self.lines is not None:
            centre, sigma = float(self.lines.centre[t]), float(self.lines.sigma[t])
        return centre if sigmas == 0.0 else centre + sigmas * sigma


def stretches(card: Scorecard, s: int, scale: float, values: Floats) -> list[Stretch]:
    """Return the stretches of series `s` that have limits; `values` are its months in display units."""
    limits = card.limits
    found = []
    lines = _lines_of(limits, s, scale)
    for p in range(int(limits.phases.offsets[s]), int(limits.phases.offsets[s + 1])):
        first, last = int(limits.phases.first[p]), int(limits.phases.last[p])
        drawn = not math.isnan(float(limits.phase_centre[p])) or (
            lines is not None and not np.isnan(lines.centre[first:last]).all()
        )
        if not drawn or first >= last:
            continue
        held = [float(line[p]) * scale for line in _phase_lines(limits)]
        if lines is not None:
            held = [float(each[last - 1]) for each in (lines.centre, lines.sigma, lines.upper, lines.lower)]
        one = Stretch(
            first,
            last,
            centre=held[0],
            sigma=held[1],
            ucl=held[2],
            lcl=held[3],
            base_first=int(limits.base_first[p]),
            base_last=int(limits.base_last[p]),
            base_count=int(limits.phase_count[p]),
            base_total=float(limits.phase_total[p]),
            small=bool(limits.phase_small[p]),
            reason=limits.phases.reason(p),
            chart=limits.chart_of(s),
            lines=lines,
        )
        found.append(_reachable(one, card.measures[s], scale, values))
    return found


def _phase_lines(limits: Limits) -> tuple[Floats, ...]:
    return limits.phase_centre, limits.phase_sigma, limits.phase_upper, limits.phase_lower


def _lines_of(limits: Limits, s: int, scale: float) -> Lines | None:
    row = limits.months_row(s)
    if row is None or limits.months is None:
        return None
    months = limits.months
    return Lines(*(line[row] * scale for line in (months.centre, months.sigma, months.upper, months.lower)))


def _reachable(one: Stretch, measure: Measure, scale: float, values: Floats) -> Stretch:
    """Leave out lines that cannot be crossed: at or below 0 where nothing is, above all of a proportion."""
    never_below = not bool((values < 0.0).any()) and not one.small and one.chart not in CROSSED_AT_ZERO
    whole = scale if measure.kind == "proportion" and scale > 1.0 else math.inf

    def low(line: Floats) -> Floats:
        return np.where(never_below & (line <= 0.0), np.nan, line)

    def high(line: Floats) -> Floats:
        return np.where(line >= whole, np.nan, line)

    lines = one.lines
    if lines is not None:
        lines = replace(lines, upper=high(lines.upper), lower=low(lines.lower))
    ucl, lcl = high(np.array([one.ucl])), low(np.array([one.lcl]))
    return replace(one, ucl=float(ucl[0]), lcl=float(lcl[0]), lines=lines)
