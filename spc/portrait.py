"""One series of a scorecard as people see it: months, values, limits and flags in the unit of the page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from spc import frames
from spc.array_types import Floats
from spc.chart_kinds import CHARTS
from spc.measures import Measure
from spc.panel import Panel
from spc.rules import Rule
from spc.scoring import Scorecard
from spc.stretches import Rebase, Stretch, by_month_before, rebases, stretches
from spc.targets import target_line
from spc.wording import Unit, month_name, rounded, unit_of, value_text

__all__ = [
    "Mark",
    "Portrait",
    "Stretch",
    "distinct_texts",
    "fine_text",
    "month_name",
    "portrait",
    "rule_bits",
]

#: What points may be that lie on the scale of the values, so that a target may stand beside them.
ON_SCALE = ("values", "averages")
#: The longest rolling window that may stand in for months where there are none.
YEAR = 12


@dataclass(frozen=True)
class Mark:
    """Exceptions of one side in one month: its position, the side, all words, and what to think of it.

    `judged` is False in the months that set the limits, where others follow that are judged by them.
    """

    at: int
    side: str
    words: str
    judgement: str
    judged: bool = True


@dataclass(frozen=True, eq=False)
class Portrait:
    """What there is to see of one series.

    Parameters
    ----------
    s : int
        Its row in the panel.
    name : str
    measure : Measure
    start : int or None
        The calendar's first month.
    end : int
        Position of the month reported on.
    values : (n_periods,) float64
        In display units; NaN = not observed.
    rolling : bool
        Whether the values are given rolling-12 figures, because the measure has no months.
    stretches : tuple of Stretch
    marks : tuple of Mark
    steps : tuple of (position, reason)
    rebases : tuple of Rebase
        Where limits begin afresh, and why.
    targets : (n_periods,) float64
        In display units; NaN in months without a target.
    goals : (n_periods,) float64
        The target on the scale of what is drawn; NaN where that scale knows none (moving ranges, sums).
    hidden : tuple of int
        Months that may not be published; `mark` stands for them.
    mark : str
    plotted : (n_periods,) float64, optional
        On charts of something else than the values: moving ranges, averages, sums, numerators.
    below : (n_periods,) float64, optional
        The lower sum of a CUSUM, as it is drawn.
    plots : str
        What is drawn, as `Chart.plots` has it: "values", "averages", "counts", "sums", "spreads".
    breaks : tuple of int
        Months at which the curve begins afresh, because a point says nothing of the months before.
    """

    s: int
    name: str
    measure: Measure
    start: int | None
    end: int
    values: Floats
    rolling: bool
    stretches: tuple[Stretch, ...]
    marks: tuple[Mark, ...]
    steps: tuple[tuple[int, str], ...]
    rebases: tuple[Rebase, ...]
    targets: Floats
    goals: Floats
    hidden: tuple[int, ...] = ()
    mark: str = ""
    plotted: Floats | None = None
    below: Floats | None = None
    plots: str = "values"
    breaks: tuple[int, ...] = ()

    @property
    def points(self) -> Floats:
        """What is drawn and judged (n_periods,): the values, or what the chart makes of them."""
        return self.values if self.plotted is None else self.plotted

    @property
    def values_behind(self) -> bool:
        """Whether what is drawn is on the scale of the values, which may then stand behind it."""
        return self.plotted is not None and self.plots == "averages"

    @property
    def unit(self) -> Unit:
        """How its values are printed."""
        return self.measure.shown

    @cached_property
    def drawn_unit(self) -> Unit:
        """How its points and lines are printed: plain numbers on a chart of numerators."""
        return unit_of("number") if self.plots == "counts" else self.unit

    @cached_property
    def uprights(self) -> tuple[tuple[int, str], ...]:
        """Known steps and starts of phases, with what is said of them; one for each month."""
        told: dict[int, list[str]] = {}
        for t, reason in (*self.steps, *((one.at, one.reason) for one in self.rebases)):
            said = told.setdefault(t, [])
            if reason and not any(reason in other for other in said):
                said.append(reason)
        begun = {one.at for one in self.rebases}
        return tuple((t, "; ".join(said) or "new limits" * (t in begun)) for t, said in sorted(told.items()))

    @cached_property
    def marked(self) -> Mapping[int, Mark]:
        """The marks by position."""
        return {mark.at: mark for mark in self.marks}

    @property
    def stretch(self) -> Stretch | None:
        """The stretch that holds the month reported on, where it has limits."""
        return self.stretch_at(self.end)

    def stretch_at(self, t: int) -> Stretch | None:
        """Return the stretch with limits that holds a month."""
        return next((one for one in self.stretches if one.first <= t < one.last), None)

    def month(self, t: int) -> str:
        """Return the name of a month: "Jul-2024"."""
        return month_name(self.start, t)

    def said(self, t: int) -> str:
        """Print the value of a month, or what stands for it."""
        return self.mark if t in self.hidden else self.text(float(self.values[t]))

    def text(self, value: float) -> str:
        """Print a value as the page does; "" where there is none."""
        return value_text(value, self.unit)


def portrait(card: Scorecard, s: int) -> Portrait:
    """Return what there is to see of series `s`.

    Parameters
    ----------
    card : Scorecard
    s : int
        Row of the panel, 0 .. n_series - 1.

    Returns
    -------
    Portrait

    Examples
    --------
    >>> import spc
    >>> sample = spc.samples.load("wiltshire_2024")
    >>> one = portrait(spc.scorecard(sample.panel, measures=sample.measures), 0)
    >>> one.text(one.values[one.end]), one.month(one.end)
    ('1.0%', 'Jul-2024')
    """
    panel, measure = card.panel, card.measures[s]
    scale = measure.shown.per if panel.is_ratio[s] else 1.0
    end = int(card.limits.ends[s])
    values = panel.observed[s] * scale
    rolling = bool(np.isnan(values[: end + 1]).all()) and YEAR in panel.given
    if rolling:
        values = panel.given[YEAR][s] * scale
    values = np.where(np.arange(panel.n_periods) <= end, values, np.nan)
    cover = card.cover
    chart = CHARTS[card.limits.chart_of(s)]
    drawn = 1.0 if chart.plots == "counts" else scale
    plotted, below = (None, None) if rolling else _plotted(card, s, drawn, chart.plots)
    plots = "values" if plotted is None else chart.plots
    begins = tuple(rebases(card.limits, s)) if measure.how.monthly else ()
    targets = target_line(panel, measure.target)
    return Portrait(
        s=s,
        name=panel.name(s),
        measure=measure,
        start=panel.start,
        end=end,
        values=values,
        rolling=rolling,
        stretches=() if not measure.how.monthly else tuple(stretches(card, s, drawn, values)),
        marks=() if not measure.how.monthly else tuple(_marks(card, s, measure)),
        steps=tuple(_steps(panel, measure)),
        rebases=begins,
        targets=targets,
        goals=_goals(targets, panel, s, measure, plots),
        hidden=() if cover is None else tuple(np.flatnonzero(cover.months[s]).tolist()),
        mark="" if cover is None else cover.mark,
        plotted=plotted,
        below=below,
        plots=plots,
        breaks=_breaks(card, begins) if chart.memory and plotted is not None else (),
    )


def _breaks(card: Scorecard, begins: tuple[Rebase, ...]) -> tuple[int, ...]:
    return tuple(int(card.limits.phases.first[one.phase]) for one in begins)


def _goals(targets: Floats, panel: Panel, s: int, measure: Measure, plots: str) -> Floats:
    """Return the target where what is drawn can be set against it."""
    if plots == "counts" and panel.of is not None:
        return targets / measure.shown.per * panel.of[s]
    return targets if plots in ON_SCALE else np.full_like(targets, np.nan)


def _plotted(card: Scorecard, s: int, scale: float, plots: str) -> tuple[Floats | None, Floats | None]:
    """Return what the chart draws in place of the values, and the lower sum of a CUSUM.

    Where no point may be shown there is neither, and the values that may be seen are drawn.
    """
    limits = card.limits
    row = limits.months_row(s)
    if row is None or limits.months is None:
        return None, None
    until = np.arange(card.panel.n_periods) <= int(limits.ends[s])

    def shown(cells: Floats | None) -> Floats | None:
        return None if cells is None else np.where(until, cells[row] * scale, np.nan)

    points = shown(limits.months.points)
    if points is None or np.isnan(points).all():
        return None, None
    values = np.where(until, card.panel.observed[s] * scale, np.nan)
    same = plots in ON_SCALE and np.array_equal(points, values, equal_nan=True)
    below = shown(limits.months.below)
    empty = below is None or bool(np.isnan(below).all())
    return None if same else points, None if empty else below


def _marks(card: Scorecard, s: int, measure: Measure) -> list[Mark]:
    row = card.exceptions.mask[s]
    flagged = np.flatnonzero(row)
    words = card.exceptions.words_of(row[flagged])
    directed = CHARTS[card.limits.chart_of(s)].plots != "spreads"
    better = {"high": "High", "low": "Low"}.get(measure.improvement, "") if directed else ""
    phase = card.limits.phase_of[s, flagged]
    setting = (flagged < card.limits.base_last[phase]) & (
        card.limits.base_last[phase] < card.limits.phases.last[phase]
    )
    setting &= not by_month_before(card.limits, s)
    highs, lows, others = side_masks(card.exceptions.rules)
    found = []
    for t, said, sets in zip(flagged.tolist(), words.tolist(), setting.tolist(), strict=True):
        code = int(row[t])
        for side, bits in (("High", highs), ("Low", lows), ("", others)):
            if code & bits and (side or not code & (highs | lows)):
                known = better and side
                judgement = "no direction" if not known else "better" if side == better else "worse"
                found.append(Mark(int(t), side, str(said), judgement, not sets))
    return found


def side_masks(rules: tuple[Rule, ...]) -> tuple[int, int, int]:
    """Return the bits of a mask that say High, Low, and those of rules without a side."""
    high = sum(1 << (2 * i) for i, rule in enumerate(rules) if rule.sided)
    return high, 2 * high, sum(1 << (2 * i) for i, rule in enumerate(rules) if not rule.sided)


def _steps(panel: Panel, measure: Measure) -> list[tuple[int, str]]:
    if panel.start is None:
        return []
    dated = [(frames.month_ordinal(step.month, "month") - panel.start, step.reason) for step in measure.steps]
    return [(t, reason) for t, reason in dated if 0 <= t < panel.n_periods]


def fine_text(value: float, unit: Unit, extra: int = 0, *, like: float | None = None) -> str:
    """Print a line or a spread: with more decimals than a value where it is small, 3 figures at the least.

    `like` is the line whose decimals it shares.

    Examples
    --------
    >>> from spc.wording import unit_of
    >>> fine_text(3.4213, unit_of("number")), fine_text(13245.31, unit_of("number"))
    ('3.42', '13,245')
    """
    if math.isnan(value):
        return ""
    if unit.is_time:
        return _fine_time(value, unit, extra)
    size = abs(value if like is None else like)
    more = 0 if size >= 100.0 or size == 0.0 else 1 if size >= 10.0 else 2
    return value_text(value, replace(unit, decimals=(unit.decimals or more) + extra))


def _fine_time(seconds: float, unit: Unit, extra: int) -> str:
    if not extra:
        return value_text(seconds, unit)
    exact = rounded(abs(seconds), extra)
    whole = int(exact)
    sign = "-" if seconds < 0.0 else ""
    return f"{sign}{value_text(float(whole), unit)}{str(exact - whole)[1:]}"


def distinct_texts(value: float, line: float, unit: Unit) -> tuple[str, str]:
    """Print a value and a line so that they read differently where they differ."""
    for extra in range(4):
        shown = value_text(value, unit) if not extra else fine_text(value, unit, extra)
        if shown != fine_text(line, unit, extra) or value == line:
            break
    return shown, fine_text(line, unit, extra)


def rule_bits(rules: tuple[Rule, ...], mask: int) -> list[tuple[Rule, str]]:
    """Return the rules that a mask holds, with their side, in the order of the set."""
    found = []
    for i, rule in enumerate(rules):
        for shift, side in ((0, "High"), (1, "Low")):
            if mask >> (2 * i + shift) & 1:
                found.append((rule, side if rule.sided else ""))
    return found
