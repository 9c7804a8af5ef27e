"""explain(): why a row carries its exceptions, trend and weighting, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from spc.chart_kinds import CHARTS
from spc.checks import whole
from spc.portrait import Portrait, Stretch, fine_text, portrait, rule_bits
from spc.rules import Rule
from spc.scoring import Scorecard
from spc.sentences import count_word, listed, pattern
from spc.stretches import by_month_before
from spc.wording import change_text, value_text

__all__ = ["STATUS_WORDS", "explain", "parts_text"]

#: Status of a series to what it means for the row.
STATUS_WORDS = {
    "ok": "judged",
    "no data": "No figures up to the month reported on, so nothing can be said.",
    "short history": "Too few months to set limits by (12 observed months are needed), so no exceptions are "
    "looked for.",
    "no variation": "The months that set the limits do not vary at all, so no limits can be drawn and no "
    "exceptions beyond them are looked for.",
    "no counts": "The small-count chart needs whole counts that are not negative, so no exceptions are "
    "looked for.",
    "no value": "There is no figure for the month reported on, so it has no exceptions and no weighting.",
    "nothing to judge": "The months that set the limits of this rare count reach the month reported on, "
    "so none is left to be judged by them.",
    "no denominator": "The chart needs a numerator and a denominator, so no exceptions are looked for.",
    "negative value": "The chart needs values that are not negative, so no exceptions are looked for.",
    "refused": "Refused when the figures were read, so there is nothing to judge; the foot of the page says "
    "why.",
    "not agreed": "The agreed limits hold none for this series in the month reported on, so no exceptions "
    "are looked for.",
    "no subgroups": "The chart needs several observations a month, and no month that sets limits has two, so "
    "no exceptions are looked for.",
    "rolling 12 only": "Only rolling 12-month figures are published for this measure, so it has no "
    "exceptions, no trend and no weighting.",
}
#: Statuses whose limits hold; in a month without a value there is nothing for them to judge.
JUDGED = ("ok", "no value")
STRENGTHS = {0: "none", 1: "weak", 2: "strong"}


def explain(card: Scorecard, s: int) -> tuple[str, ...]:
    """Say why a row carries its exceptions, its trend and its weighting.

    Parameters
    ----------
    card : Scorecard
    s : int
        Row of the scorecard, 0 .. n_series - 1.

    Returns
    -------
    tuple of str
        Plain sentences: the exceptions with their months, values and lines; the limits and the months that
        set them; the trend with its p; the parts of the weighting; the change; what is special.

    Raises
    ------
    ChoiceError
        A row that does not exist.

    Examples
    --------
    >>> import spc
    >>> sample = spc.samples.load("wiltshire_2024")
    >>> card = spc.scorecard(sample.panel, measures=sample.measures)
    >>> print(explain(card, 6)[0])
    Eight-Month Low: Dec-2023 to Jul-2024, eight months running, are all below the centre line of 12,832.
    """
    one = portrait(card, whole("s", s, 0, card.panel.n_series - 1))
    said = [*_exceptions(card, one), *_limits(card, one), *_trend(card, one)]
    said += [*_weight(card, one), *_change(card, one), *_surroundings(card, one)]
    return tuple(said)


def _exceptions(card: Scorecard, one: Portrait) -> Iterator[str]:
    status = str(card.status[one.s])
    if status not in JUDGED:
        yield STATUS_WORDS.get(status, f"Status: {status}.")
        if status == "no variation":
            yield from _varied_later(card, one)
            yield from (pattern(one, one.stretch, *each) for each in _found(card, one) if one.stretch)
        return
    found, stretch = _found(card, one), one.stretch
    if card.cover is not None and card.cover.hidden_row[one.s]:
        words = str(card.exceptions.words[one.s])
        yield (
            f"{words or 'No exception'} in {one.month(one.end)}. Figures of this row are hidden because they "
            "are small; exceptions, trend and weighting are those of the true figures; limits are not shown."
        )
        return
    if (stretch is None and card.cover is None) or math.isnan(float(one.values[one.end])):
        yield f"There is no figure for {one.month(one.end)}, so no exception can stand in that month."
    elif not found:
        told = card.cover is not None and bool(card.cover.untold[one.s])
        yield f"No exception {'that may be told ' if told else ''}stands in {one.month(one.end)}."
    elif stretch is None:
        yield f"{card.exceptions.words[one.s]} in {one.month(one.end)}, judged on the exact figures."
    else:
        for rule, side in found:
            yield pattern(one, stretch, rule, side)


def _found(card: Scorecard, one: Portrait) -> list[tuple[Rule, str]]:
    return rule_bits(card.exceptions.rules, int(card.exceptions.at[one.s]))


def _varied_later(card: Scorecard, one: Portrait) -> Iterator[str]:
    stretch = one.stretch
    if stretch is None:
        return
    later = one.points[stretch.base_last : one.end + 1]
    moved = np.flatnonzero(np.isfinite(later) & (later != stretch.centre))
    if len(moved):
        t = stretch.base_last + int(moved[0])
        found, held = (value_text(v, one.drawn_unit) for v in (float(one.points[t]), stretch.centre))
        yield f"Later months do vary, first {one.month(t)} ({found}) after a constant {held}: look at them."


def _limits(card: Scorecard, one: Portrait) -> Iterator[str]:
    for begun in one.rebases:
        what = "Limits begin afresh" if begun.limited else "A new phase begins"
        yield f"{what} in {one.month(begun.at)}" + (f": {begun.reason.rstrip('.')}." if begun.reason else ".")
    if card.status[one.s] not in JUDGED:
        return
    stretch = one.stretch
    if stretch is None:
        if card.cover is not None and not card.cover.hidden_row[one.s] and card.monthly[one.s]:
            yield "Limits are not shown, because they would give exact figures away."
        return
    base = _base(stretch, one)
    centre = fine_text(stretch.centre, one.drawn_unit)
    if stretch.small:
        what = "the agreed baseline" if stretch.agreed else "the baseline"
        yield _small_limits(one, stretch, f"Small counts: {what}, {base}, counts")
        return
    ends = [
        f"{name} {fine_text(value, one.drawn_unit, like=stretch.size)}"
        for name, value in (("upper limit", stretch.ucl), ("lower limit", stretch.lcl))
        if not math.isnan(value)
    ]
    chart = CHARTS[stretch.chart]
    if chart.zones == "centre":
        set_by = f"is the one agreed, from {base}" if stretch.agreed else f"is set by {base}"
        yield f"The centre line, {centre}, {set_by}; a run chart has no limits."
        return
    told = ", ".join(ends) or "no limit that can be crossed"
    missing = "" if len(ends) != 1 else "; a limit that cannot be crossed is not drawn"
    if card.cover is not None and not ends:
        told = "limits are not shown"
    how = f"sigma {_spread(stretch, one)}, from the steps between months"
    if stretch.chart != "xmr":
        how = chart.about if chart.about.startswith(chart.title) else f"{chart.title}: {chart.about}"
    set_by = f"those agreed, from {base}" if stretch.agreed else f"set by {base}"
    if by_month_before(card.limits, one.s):
        set_by = f"set by the months before, from {one.month(stretch.first)} on"
    yield (
        f"Limits{' of this month' if stretch.varies else ''} are {set_by}: "
        f"{stretch.middle} {centre}, {told}{missing}; {how}."
    )


def _base(stretch: Stretch, one: Portrait) -> str:
    """Say which months set the limits, or of agreed ones how many, where some of them are not here."""
    if not stretch.base_known:
        return f"{stretch.base_count} observed months"
    months = stretch.base_last - stretch.base_first
    observed = "" if stretch.base_count == months else f", {stretch.base_count} of them observed"
    return (
        f"{one.month(stretch.base_first)} to {one.month(stretch.base_last - 1)} ({months} months{observed})"
    )


def _spread(stretch: Stretch, one: Portrait) -> str:
    return fine_text(stretch.sigma, one.unit, 1 if one.unit.decimals or one.unit.is_time else 0)


def _small_limits(one: Portrait, stretch: Stretch, begun: str) -> str:
    if not math.isnan(stretch.base_total):
        begun += f" {one.text(stretch.base_total)} in all,"
    begun += f" {fine_text(stretch.centre, one.unit)} a month"
    if not math.isnan(stretch.ucl):
        begun += f"; a single month stands out from {one.text(stretch.ucl)} up"
    return begun + ("." if math.isnan(stretch.lcl) else f", or at {one.text(stretch.lcl)} and below.")


def _trend(card: Scorecard, one: Portrait) -> Iterator[str]:
    if not card.monthly[one.s]:
        return
    line, s = card.trend, one.s
    strength = int(line.strength[s])
    if strength < 0:
        yield (
            "Trend: not enough history; at least 24 months in complete 12-month windows are needed, "
            f"there {'is' if line.months[s] == 1 else 'are'} {int(line.months[s])}."
        )
        return
    p = float(line.p[s])
    if card.cover is not None and math.isnan(p):
        yield f"Trend: {line.words[s].lower()}" + (f", {STRENGTHS[strength]}." if strength else ".")
        return
    chance = "no variation" if math.isnan(p) else f"p {'below 0.001' if p < 0.001 else f'= {p:.3f}'}"
    if strength == 0 and p <= 0.15:
        yield "Trend: none, because the months and the published rolling figures point different ways."
    elif strength == 0:
        yield f"Trend: none / stable; the line through the rolling 12 months may well be chance ({chance})."
    else:
        yield (
            f"Trend: {line.words[s].lower()}, by the straight line through the rolling 12 months; "
            f"{STRENGTHS[strength]} ({chance}, tested on {int(line.months[s])} months)."
        )


def _weight(card: Scorecard, one: Portrait) -> Iterator[str]:
    said = parts_text(card, one.s)
    if said:
        yield f"Weighting {said}."
    elif card.cover is None and card.exceptions.at[one.s] and math.isnan(float(card.weights.weight[one.s])):
        yield f"No weighting: {card.weights.weighting} has no points for these rules."


def parts_text(card: Scorecard, s: int) -> str:
    """Say what a weighting is made of: "16 = 10 trend part (an exception stands) + 6 Eight-Month"."""
    weights = card.weights
    total = float(weights.weight[s])
    if math.isnan(total) or not card.monthly[s]:
        return ""
    parts = []
    for name, points in weights.parts.items():
        value = float(points[s])
        if name == "trend":
            parts.append("trend part unknown" if math.isnan(value) else f"{value:g} {_why(card, s)}")
        elif value > 0.0:
            parts.append(f"{value:g} {name}")
    if len(parts) == 1 and total == 0.0:
        return f"0: {_why(card, s)}, no exceptions"
    return f"{total:g} = {' + '.join(parts)}"


def _why(card: Scorecard, s: int) -> str:
    if card.exceptions.at[s]:
        return "trend part (an exception stands)"
    return {2: "strong trend", 1: "weak trend"}.get(int(card.trend.strength[s]), "no trend")


def _change(card: Scorecard, one: Portrait) -> Iterator[str]:
    if card.panel.refused[one.s]:
        return
    table, s, measure = card.comparison, one.s, card.measures[one.s]
    now, before = float(table.current[s, 2]), float(table.previous[s, 2])
    if card.cover is not None and card.cover.changes[s, 2]:
        yield "Year on year: hidden, because a figure behind it is small."
        return
    if math.isnan(now) or math.isnan(before):
        yield "Year on year: not known, because one of the two 12-month figures is missing."
        return
    change = change_text(float(table.change[s, 2]), measure.shown, measure.change_label)
    judged = {
        "better": "better",
        "worse": "worse",
        "little change": "little change, less than 5%",
        "no direction": "no preferred direction",
    }.get(str(table.judgement[s, 2]), "")
    ends = [one.month(one.end), one.month(one.end - 12)]
    yield (
        f"Year on year: {one.text(now)} in the 12 months to {ends[0]}, {one.text(before)} in the 12 months "
        f"to {ends[1]}" + (f": {change}" if change else "") + (f" ({judged})." if judged else ".")
    )


def _surroundings(card: Scorecard, one: Portrait) -> Iterator[str]:
    told = {(begun.at, begun.reason) for begun in one.rebases}
    for t, reason in one.steps:
        if t <= one.end and (t, reason) not in told:
            yield f"Known step at {one.month(t)}" + (f": {reason}." if reason else ".")
    target = float(one.targets[one.end])
    if not math.isnan(target):
        yield f"Target: {one.text(target)}."
    last = card.as_at - (card.panel.start or 0)
    if one.end < last:
        late = last - one.end
        yield f"Reported {count_word(late)} month{'s' * (late > 1)} in arrears, up to {one.month(one.end)}."
    gaps = [t for t in _seen(one) if math.isnan(float(one.values[t])) and t not in one.hidden]
    if gaps and not one.rolling:
        some = listed([one.month(t) for t in gaps[-4:]])
        yield f"Months without a figure: {some}" + (f" and {len(gaps) - 4} more." if len(gaps) > 4 else ".")


def _seen(one: Portrait) -> range:
    """Return the last three years from the first observed month on."""
    observed = np.flatnonzero(np.isfinite(one.values))
    return range(max(int(observed[0]), one.end - 35), one.end + 1) if len(observed) else range(0)
