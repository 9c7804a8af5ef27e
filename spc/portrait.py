"""One series of a scorecard as people see it: months, values, limits and flags in the unit of the page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from spc import frames
from spc.measures import Measure
from spc.panel import Floats, Panel
from spc.rules import Rule
from spc.scoring import Scorecard
from spc.wording import Unit, month_text, rounded, value_text

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

#: The longest rolling window that may stand in for months where there are none.
YEAR = 12


@dataclass(frozen=True)
class Stretch:
    """Months first .. last (half open) that share limits, in display units; NaN where a line is not drawn.

    `small` says that the limits are counts that fire, rather than lines to be crossed.
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


@dataclass(frozen=True)
class Mark:
    """A month at which exceptions stand: its position, the side, their words, and what to think of it.

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
    targets : (n_periods,) float64
        NaN in months without a target.
    hidden : tuple of int
        Months that may not be published; `mark` stands for them.
    mark : str
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
    targets: Floats
    hidden: tuple[int, ...] = ()
    mark: str = ""

    @property
    def unit(self) -> Unit:
        """How its values are printed."""
        return self.measure.shown

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
    return Portrait(
        s=s,
        name=panel.name(s),
        measure=measure,
        start=panel.start,
        end=end,
        values=values,
        rolling=rolling,
        stretches=() if not measure.how.monthly else tuple(_stretches(card, s, scale, values)),
        marks=() if not measure.how.monthly else tuple(_marks(card, s, measure)),
        steps=tuple(_steps(panel, measure)),
        targets=_targets(panel, measure),
        hidden=() if cover is None else tuple(np.flatnonzero(cover.months[s]).tolist()),
        mark="" if cover is None else cover.mark,
    )


def _stretches(card: Scorecard, s: int, scale: float, values: Floats) -> list[Stretch]:
    limits = card.limits
    found = []
    for p in range(int(limits.phases.offsets[s]), int(limits.phases.offsets[s + 1])):
        centre = float(limits.phase_centre[p]) * scale
        if math.isnan(centre) or limits.phases.first[p] >= limits.phases.last[p]:
            continue
        k = p - int(limits.phases.offsets[s])
        reasons = limits.phases.reasons
        one = Stretch(
            first=int(limits.phases.first[p]),
            last=int(limits.phases.last[p]),
            centre=centre,
            sigma=float(limits.phase_sigma[p]) * scale,
            ucl=float(limits.phase_upper[p]) * scale,
            lcl=float(limits.phase_lower[p]) * scale,
            base_first=int(limits.base_first[p]),
            base_last=int(limits.base_last[p]),
            base_count=int(limits.phase_count[p]),
            base_total=float(limits.phase_total[p]),
            small=bool(limits.phase_small[p]),
            reason=reasons[k - 1] if 0 < k <= len(reasons) else "",
        )
        found.append(_reachable(one, card.measures[s], scale, values))
    return found


def _reachable(one: Stretch, measure: Measure, scale: float, values: Floats) -> Stretch:
    """Leave out lines that cannot be crossed: below 0 where nothing is, above all of a proportion."""
    ucl, lcl = one.ucl, one.lcl
    if lcl < 0.0 and not bool((values < 0.0).any()):
        lcl = math.nan
    if measure.kind == "proportion" and ucl > scale > 1.0:
        ucl = math.nan
    return replace(one, ucl=ucl, lcl=lcl)


def _marks(card: Scorecard, s: int, measure: Measure) -> list[Mark]:
    row = card.exceptions.mask[s]
    flagged = np.flatnonzero(row)
    words = card.exceptions.words_of(row[flagged])
    better = {"high": "High", "low": "Low"}.get(measure.improvement, "")
    phase = card.limits.phase_of[s, flagged]
    setting = (flagged < card.limits.base_last[phase]) & (
        card.limits.base_last[phase] < card.limits.phases.last[phase]
    )
    found = []
    for t, said, sets in zip(flagged.tolist(), words.tolist(), setting.tolist(), strict=True):
        side = "High" if int(row[t]) & 0x55555555 else "Low"
        judgement = "no direction" if not better else "better" if side == better else "worse"
        found.append(Mark(int(t), side, str(said), judgement, not sets))
    return found


def _steps(panel: Panel, measure: Measure) -> list[tuple[int, str]]:
    if panel.start is None:
        return []
    dated = [(frames.month_ordinal(step.month, "month") - panel.start, step.reason) for step in measure.steps]
    return [(t, reason) for t, reason in dated if 0 <= t < panel.n_periods]


def _targets(panel: Panel, measure: Measure) -> Floats:
    lines = np.full(panel.n_periods, np.nan)
    if isinstance(measure.target, int | float):
        lines[:] = float(measure.target)
    elif measure.target is not None and panel.start is not None:
        dated = {frames.month_ordinal(month, "target"): value for month, value in measure.target.items()}
        for month in sorted(dated):
            lines[max(month - panel.start, 0) :] = dated[month]
    return lines


def month_name(start: int | None, t: int) -> str:
    """Return the name of a column of the panel: "Jul-2024", or "no. 36" where there is no calendar."""
    return f"no. {t + 1}" if start is None else month_text(start + t, "short")


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
    sides = ((0, "High"), (1, "Low"))
    return [
        (rule, side) for i, rule in enumerate(rules) for shift, side in sides if mask >> (2 * i + shift) & 1
    ]
