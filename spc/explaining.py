"""explain(): why a row carries its exceptions, trend and weighting, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from spc.chart_kinds import CHARTS
from spc.checks import parcel
from spc.one_series import one_series
from spc.portrait import Portrait, Stretch, fine_text, portrait, rule_bits
from spc.rules import TREND, Rule
from spc.scoring import Scorecard
from spc.sentences import count_word, pattern
from spc.stretches import by_month_before
from spc.wording import (
    NOT_ENOUGH,
    counted,
    in_periods,
    listed,
    moved_text,
    period_name,
    period_word,
    value_text,
)

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
#: A trend is weak up to this p (SPEC 4).
WEAK = 0.15
LITTLE = "little change"
JUDGEMENTS = {
    "better": "better",
    "worse": "worse",
    LITTLE: "little change, less than 5%",
    "no direction": "no preferred direction",
}
#: Of the last three years' months without a figure so many are named.
GAPS = 4


def explain(card: Scorecard, series: int | str | None = None, /, **keys: Any) -> tuple[str, ...]:
    """Say why a row carries its exceptions, its trend and its weighting.

    Parameters
    ----------
    card : Scorecard
    series : int or str, optional
        The row of the scorecard, 0 .. n_series - 1, or the name of its series: "Swindon / Burglary".
    **keys
        Key columns and the value in each: ``spc.explain(card, area="Swindon", measure="Burglary")``.

    Returns
    -------
    tuple of str
        Plain sentences: the exceptions with their months, values and lines; the limits and the months that
        set them; the trend with its p; the parts of the weighting; the change; what is special.

    Raises
    ------
    ChoiceError
        What names no row, or several.

    Examples
    --------
    >>> import spc
    >>> sample = spc.samples.load("wiltshire_2024")
    >>> card = spc.scorecard(sample.panel, measures=sample.measures)
    >>> print(spc.explain(card, "Call Answered Volume: CCH")[0])
    Eight-Month Low: Dec-2023 to Jul-2024, eight months running, are all below the centre line of 12,832.
    """
    parcel("card", card, Scorecard, "spc.scorecard(panel)")
    one = portrait(card, one_series(card.panel, series, keys))
    said = [*_exceptions(card, one), *_limits(card, one), *_trend(card, one)]
    said += [*_weight(card, one), *_change(card, one), *_surroundings(card, one)]
    return tuple(said)


def _exceptions(card: Scorecard, one: Portrait) -> Iterator[str]:
    status = str(card.status[one.s])
    if status not in JUDGED:
        yield in_periods(STATUS_WORDS.get(status, f"Status: {status}."), one.start)
        if status == "no variation":
            yield from _varied_later(card, one)
            yield from (pattern(one, one.stretch, *each) for each in _found(card, one) if one.stretch)
        return
    found, stretch, now = _found(card, one), one.stretch, period_name(one.start, one.end)
    if card.cover is not None and card.cover.hidden_row[one.s]:
        words = str(card.exceptions.words[one.s])
        yield (
            f"{words or 'No exception'} in {now}. Figures of this row are hidden because they "
            "are small; exceptions, trend and weighting are those of the true figures; limits are not shown."
        )
        return
    if (stretch is None and card.cover is None) or math.isnan(float(one.values[one.end])):
        yield f"There is no figure for {now}, so no exception can stand there."
    elif not found:
        told = card.cover is not None and bool(card.cover.untold[one.s])
        yield f"No exception {'that may be told ' if told else ''}stands in {now}."
    elif stretch is None:
        yield f"{card.exceptions.words[one.s]} in {now}, judged on the exact figures."
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
        later_ones = f"Later months do vary, first {one.month(t)} ({found}) after a constant {held}"
        yield in_periods(f"{later_ones}: look at them.", one.start)


def _limits(card: Scorecard, one: Portrait) -> Iterator[str]:
    for begun in one.rebases:
        what = "Limits begin afresh" if begun.limited else "A new phase begins"
        when = period_name(one.start, begun.at)
        yield f"{what} in {when}" + (f": {begun.reason.rstrip('.')}." if begun.reason else ".")
    stretch = one.stretch
    if card.status[one.s] not in JUDGED:
        return
    if stretch is not None:
        yield in_periods(_lines(card, one, stretch), one.start)
    elif card.cover is not None and not card.cover.hidden_row[one.s] and card.monthly[one.s]:
        yield "Limits are not shown, because they would give exact figures away."


def _lines(card: Scorecard, one: Portrait, stretch: Stretch) -> str:
    """Say where the lines lie, and what has set them."""
    base, centre = _base(stretch, one), fine_text(stretch.centre, one.drawn_unit)
    if stretch.small:
        return _small_limits(one, stretch, base)
    if CHARTS[stretch.chart].zones == "centre":
        set_by = f"is the one agreed, from {base}" if stretch.agreed else f"is set by {base}"
        return f"The centre line, {centre}, {set_by}; a run chart has no limits."
    set_by = f"those agreed, from {base}" if stretch.agreed else f"set by {base}"
    if by_month_before(card.limits, one.s):
        set_by = f"set by the months before, from {one.month(stretch.first)} on"
    return (
        f"Limits{' of this month' if stretch.varies else ''} are {set_by}: {stretch.middle} {centre}, "
        f"{_ends(stretch, one, covered=card.cover is not None)}; {_how(stretch, one)}."
    )


def _ends(stretch: Stretch, one: Portrait, *, covered: bool) -> str:
    ends = [
        f"{name} {fine_text(value, one.drawn_unit, like=stretch.size)}"
        for name, value in (("upper limit", stretch.ucl), ("lower limit", stretch.lcl))
        if not math.isnan(value)
    ]
    if not ends:
        return "limits are not shown" if covered else "no limit that can be crossed"
    return ", ".join(ends) + ("; a limit that cannot be crossed is not drawn" if len(ends) == 1 else "")


def _how(stretch: Stretch, one: Portrait) -> str:
    """Say how the chart comes by its limits."""
    chart = CHARTS[stretch.chart]
    if stretch.chart == "xmr":
        return f"sigma {_spread(stretch, one)}, from the steps between months"
    return chart.about if chart.about.startswith(chart.title) else f"{chart.title}: {chart.about}"


def _base(stretch: Stretch, one: Portrait) -> str:
    """Say which months set the limits, or of agreed ones how many, where some of them are not here."""
    if not stretch.base_known:
        return counted(stretch.base_count, "observed month")
    months = stretch.base_last - stretch.base_first
    observed = "" if stretch.base_count == months else f", {stretch.base_count} of them observed"
    ends = f"{one.month(stretch.base_first)} to {one.month(stretch.base_last - 1)}"
    return f"{ends} ({counted(months, 'month')}{observed})"


def _spread(stretch: Stretch, one: Portrait) -> str:
    return fine_text(stretch.sigma, one.unit, 1 if one.unit.decimals or one.unit.is_time else 0)


def _small_limits(one: Portrait, stretch: Stretch, base: str) -> str:
    said = f"Small counts: the {'agreed ' * stretch.agreed}baseline, {base}, counts"
    if not math.isnan(stretch.base_total):
        said += f" {one.text(stretch.base_total)} in all,"
    said += f" {fine_text(stretch.centre, one.unit)} a month"
    if not math.isnan(stretch.ucl):
        said += f"; a single month stands out from {one.text(stretch.ucl)} up"
    return said + ("." if math.isnan(stretch.lcl) else f", or at {one.text(stretch.lcl)} and below.")


def _trend(card: Scorecard, one: Portrait) -> Iterator[str]:
    if card.monthly[one.s]:
        yield in_periods(f"Trend: {_trended(card, one.s)}.", one.start)


def _trended(card: Scorecard, s: int) -> str:
    line = card.trend
    strength, p, word = int(line.strength[s]), float(line.p[s]), str(line.words[s]).lower()
    if strength < 0:
        months = int(line.months[s])
        have = f"there {'is' if months == 1 else 'are'} {months or 'none'}"
        return f"{NOT_ENOUGH}; at least 24 months in complete 12-month windows are needed, {have}"
    if card.cover is not None and math.isnan(p):
        return word + (f", {STRENGTHS[strength]}" if strength else "")
    chance = "no variation" if math.isnan(p) else f"p {'below 0.001' if p < 0.001 else f'= {p:.3f}'}"
    if strength == 0 and p <= WEAK:
        return "none, because the months and the published rolling figures point different ways"
    if strength == 0:
        return f"none / stable; the line through the rolling 12 months may well be chance ({chance})"
    tested = f"tested on {counted(int(line.months[s]), 'month')}"
    line_words = "by the straight line through the rolling 12 months"
    return f"{word}, {line_words}; {STRENGTHS[strength]} ({chance}, {tested})"


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
        if name == TREND:
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
    against = "Year on year" if one.start is not None else "Against the 12 observations before"
    yield f"{against}: {_changed(card, one)}."


def _changed(card: Scorecard, one: Portrait) -> str:
    table, s, measure = card.comparison, one.s, card.measures[one.s]
    now, before, change = (float(x[s, 2]) for x in (table.current, table.previous, table.change))
    if card.cover is not None and card.cover.changes[s, 2]:
        return "hidden, because a figure behind it is small"
    if math.isnan(now) or math.isnan(before):
        return in_periods("not known, because one of the two 12-month figures is missing", one.start)
    mean = "on average " if measure.how.windows == "mean" else ""
    years = f"{mean}in the 12 {period_word(one.start)}s to"
    said = (
        f"{one.text(now)} {years} {one.month(one.end)}, {one.text(before)} {years} {one.month(one.end - 12)}"
    )
    if math.isnan(change):
        return said
    judgement = str(table.judgement[s, 2])
    said += f": {moved_text(change, measure.shown, measure.change_label, little=judgement == LITTLE)}"
    judged = JUDGEMENTS.get(judgement, "")
    return said + (f" ({judged})" if judged and change else "")


def _surroundings(card: Scorecard, one: Portrait) -> Iterator[str]:
    told = {(begun.at, begun.reason) for begun in one.rebases}
    for t, reason in one.steps:
        if t <= one.end and (t, reason) not in told:
            yield f"Known step at {one.month(t)}" + (f": {reason}." if reason else ".")
    target = float(one.targets[one.end])
    if not math.isnan(target):
        yield f"Target: {one.text(target)}."
    late = card.as_at - (card.panel.start or 0) - one.end
    if one.end < 0:
        yield "Reported so far in arrears that its month lies before the data begin."
    elif late > 0:
        behind = f"{count_word(late)} {period_word(one.start)}{'s' * (late > 1)}"
        yield f"Reported {behind} in arrears, up to {one.month(one.end)}."
    gaps = [t for t in _seen(one) if math.isnan(float(one.values[t])) and t not in one.hidden]
    if gaps and not one.rolling:
        more = [f"{len(gaps) - GAPS} more"] if len(gaps) > GAPS else []
        some = listed([one.month(t) for t in gaps[-GAPS:]] + more)
        yield f"{period_word(one.start).capitalize()}s without a figure: {some}."


def _seen(one: Portrait) -> range:
    """Return the last three years from the first observed month on."""
    observed = np.flatnonzero(np.isfinite(one.values))
    return range(max(int(observed[0]), one.end - 35), one.end + 1) if len(observed) else range(0)
