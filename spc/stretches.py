"""Stretches of one series that share limits, as people see them: display units, lines that can be crossed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from spc.array_types import Floats
from spc.chart_kinds import CHARTS
from spc.results import Limits
from spc.results.statuses import NO_VARIATION, NOT_AGREED, OK
from spc.scoring import Scorecard
from spc.ties import CONTROL

__all__ = ["Lines", "Rebase", "Stretch", "baseline_known", "by_month_before", "rebases", "stretches"]

#: What points may be whose lower line lies below 0 by design: sums of deviations.
CROSSED_AT_ZERO = ("sums",)


@dataclass(frozen=True)
class Rebase:
    """The start of a phase after the first: its position, why, its number, and whether it has limits."""

    at: int
    reason: str
    phase: int
    limited: bool


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

    `agreed` says that the limits were agreed; `base_known` is False where the months that set them are then
    not all among those of the panel, so that nobody can say which they were, and where each month has others.
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
    agreed: bool = False
    base_known: bool = True

    @property
    def size(self) -> float:
        """The line whose size sets the decimals of all: the centre, or of sums about 0 the upper one."""
        return self.centre or self.ucl

    @property
    def middle(self) -> str:
        """What the line between the limits is called."""
        return "expected" if self.chart == "forecast" else "centre"

    @property
    def varies(self) -> bool:
        """Whether some line differs from month to month."""
        if self.lines is None:
            return False
        drawn = (self.lines.centre, self.lines.upper, self.lines.lower)
        return any(len(np.unique(line[self.first : self.last])) > 1 for line in drawn)  # NaN counts once

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
        centre = limits.phase_centre[p : p + 1] if lines is None else lines.centre[first:last]
        if first >= last or np.isnan(centre).all():
            continue
        held = [float(line[p]) * scale for line in _phase_lines(limits)]
        if lines is not None:
            end = first + int(np.flatnonzero(~np.isnan(centre))[-1])
            held = [float(each[end]) for each in (lines.centre, lines.sigma, lines.upper, lines.lower)]
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
            agreed=limits.baseline == "agreed",
            base_known=baseline_known(limits, p, s),
        )
        found.append(_reachable(one, _most(card, s, one.chart, scale), values))
    return found


def by_month_before(limits: Limits, s: int) -> bool:
    """Whether each month of series `s` has lines from all months before it, and not from a baseline."""
    options = limits.choices.get("options", {}).get(limits.chart_of(s), {})
    return bool(options.get("known") == "month_before")


def baseline_known(limits: Limits, p: int, s: int) -> bool:
    """Whether the baseline of phase `p` is the months that `limits` says.

    On forecast charts by the month before, each month's lines come from all before it, and none from a
    baseline. Of agreed limits only its place within the panel is kept, and how many months it had: where so
    many are not there, the panel begins later, or figures were taken back.
    """
    if by_month_before(limits, s):
        return False
    if limits.baseline != "agreed":
        return True
    there = limits.panel.observed[s, int(limits.base_first[p]) : int(limits.base_last[p])]
    return 0 < int(np.isfinite(there).sum()) == int(limits.phase_count[p])


def rebases(limits: Limits, s: int) -> list[Rebase]:
    """Return where phases of series `s` begin, but for the first that has months.

    A phase whose first months have no figure begins where the one before ends.
    """
    phases = limits.phases
    found: list[Rebase] = []
    before = -1
    for p in range(int(phases.offsets[s]), int(phases.offsets[s + 1])):
        first, last = int(phases.first[p]), int(phases.last[p])
        if first >= last:
            continue
        gap = before >= 0 and np.isnan(limits.panel.observed[s, before:first]).all()
        agreed = limits.phase_status[p] != NOT_AGREED
        if before >= 0 and (agreed or limits.phases.reason(p)):
            limited = int(limits.phase_status[p]) in (OK, NO_VARIATION)
            found.append(Rebase(before if gap else first, phases.reason(p), p, limited))
        before = last
    return found


def _phase_lines(limits: Limits) -> tuple[Floats, ...]:
    return limits.phase_centre, limits.phase_sigma, limits.phase_upper, limits.phase_lower


def _lines_of(limits: Limits, s: int, scale: float) -> Lines | None:
    row = limits.months_row(s)
    if row is None or limits.months is None:
        return None
    months = limits.months
    return Lines(*(line[row] * scale for line in (months.centre, months.sigma, months.upper, months.lower)))


def _most(card: Scorecard, s: int, chart: str, scale: float) -> Floats:
    """Return above what nothing can be plotted (n_periods,): all of a proportion, all cases of a month."""
    row = CHARTS[chart]
    most = np.full(card.panel.n_periods, math.inf)
    if row.plots == "counts" and card.panel.of is not None:
        of = card.panel.of[s]
        return np.where(np.isnan(of), math.inf, of)
    share = card.measures[s].kind == "proportion" and scale > 1.0 and row.plots != "sums"
    if share or row.bounds[1] is not None:
        most[:] = scale * (row.bounds[1] or 1.0)
    return most


def _reachable(one: Stretch, most: Floats, values: Floats) -> Stretch:
    """Leave out lines that cannot be crossed: at or below 0 where nothing is, above all of a proportion."""
    plots = CHARTS[one.chart].plots
    floor = plots == "spreads" or not bool((values < 0.0).any())
    never_below = floor and not one.small and plots not in CROSSED_AT_ZERO

    def low(line: Floats) -> Floats:
        return np.where(never_below & (line <= 0.0), np.nan, line)

    lines, end = one.lines, one.last - 1
    if lines is not None:
        upper = np.where(lines.upper >= most, np.nan, lines.upper)
        end = one.first + int(np.flatnonzero(~np.isnan(lines.centre[one.first : one.last]))[-1])
        lines = replace(lines, upper=upper, lower=low(lines.lower))
    ucl = math.nan if one.ucl >= most[end] else one.ucl
    return replace(one, ucl=ucl, lcl=float(low(np.array([one.lcl]))[0]), lines=lines)
