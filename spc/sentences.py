"""What a rule found, in a sentence with its months, values and lines."""

from __future__ import annotations

import math
from collections.abc import Sequence

from spc.portrait import Portrait, Stretch, distinct_texts, fine_text
from spc.rules import Rule
from spc.ties import CONTROL
from spc.wording import rounded

__all__ = ["count_word", "listed", "pattern"]

NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
#: Rules on the spread of the months have no side.
UNSIDED = ("either", "both")
#: What charts plot that do not plot the month's own value.
PLOTTED = {
    "mr": "moving range",
    "ewma": "EWMA",
    "ma": "moving average",
    "cusum": "CUSUM",
    "r": "range within the month",
    "s": "standard deviation within the month",
}


def pattern(one: Portrait, stretch: Stretch, rule: Rule, side: str) -> str:
    """Say what a rule found: which months lie beyond which line, or how they move."""
    if stretch.small:
        return _small_count(one, stretch, rule, side)
    asked = rule.asks
    if asked == "step":
        return _steps_said(one, rule, side)
    if asked in ("swing", "run", "crossings", "within") or rule.side in UNSIDED:
        return f"{rule.name}{f' {side}' if side else ''}: {rule.words}"
    return _zone(one, stretch, rule, side)


def _steps_said(one: Portrait, rule: Rule, side: str) -> str:
    """Say from where to where a value has moved in one direction."""
    known = [t for t in range(one.end + 1) if math.isfinite(one.points[t])][-rule.span - 1 :]
    ends = [f"{one.text(float(one.points[t]))} in {one.month(t)}" for t in (known[0], known[-1])]
    moved = "up" if side == "High" else "down"
    return f"{rule.name} {side}: {count_word(rule.span)} steps {moved} in a row, from {ends[0]} to {ends[1]}."


def _zone(one: Portrait, stretch: Stretch, rule: Rule, side: str) -> str:
    """Say which months lie beyond which line."""
    high = side == "High"
    where, sigmas = ("above", rule.zone) if high else ("below", -rule.zone)
    points = one.below if one.below is not None and not high else one.points
    lines = {
        t: stretch.at(t, sigmas) for t in range(max(one.end - rule.span + 1, stretch.first), one.end + 1)
    }
    beyond = [t for t, line in lines.items() if (points[t] > line if high else points[t] < line)]
    if len(beyond) < rule.needed:  # rounded for publication, or a tie settled on the decimals
        return f"{rule.name} {side}, judged on the exact figures."
    named = "the centre line" if rule.zone == 0.0 else f"the {rule.zone:g}-sigma line"
    if rule.zone == CONTROL:
        named = f"the {'upper' if high else 'lower'} control limit"
    nearest = min((abs(float(points[t]) - lines[t]), t) for t in beyond)[1]
    value, drawn = distinct_texts(float(points[nearest]), lines[nearest], one.unit)
    of_line = f"{named} of {drawn}" if stretch.lines is None or rule.span == 1 else f"{named} of the month"
    if rule.span == 1:
        month = f"{_plotted(one, stretch)}{one.month(one.end)}"
        return f"{rule.name} {side}: {month} ({value}) is {where} {of_line}."
    if len(beyond) == rule.span and rule.span > 3:
        run = f"{one.month(beyond[0])} to {one.month(one.end)}, {count_word(rule.span)} months running,"
        return f"{rule.name} {side}: {run} are all {where} {of_line}."
    each = listed([f"{one.month(t)} ({_shown(one, t, lines[t])})" for t in beyond])
    run = (
        f"{'both' if len(beyond) == 2 else 'all'}"
        if len(beyond) == rule.span
        else f"{count_word(len(beyond))} of the last {count_word(rule.span)} months,"
    )
    return f"{rule.name} {side}: {each} are {run} {where} {of_line}."


def _plotted(one: Portrait, stretch: Stretch) -> str:
    """Say what is judged where it is not the month's own value: "the EWMA of "."""
    return "" if one.plotted is None else f"the {PLOTTED.get(stretch.chart, 'plotted value')} of "


def _shown(one: Portrait, t: int, line: float) -> str:
    return distinct_texts(float(one.points[t]), line, one.unit)[0]


def _small_count(one: Portrait, stretch: Stretch, rule: Rule, side: str) -> str:
    months = one.values[max(one.end - rule.span + 1, 0) : one.end + 1]
    total = one.text(float(months.sum()))
    usual = fine_text(stretch.centre * rule.span, one.unit)
    if rule.span == 1:
        first = f"{one.month(one.end)} counts {total}"
    else:
        first = f"The {count_word(rule.span)} months to {one.month(one.end)} count {total} together"
    often = f"about once in {rounded(1.0 / rule.chance, 0):,} months"
    return (
        f"{rule.name} {side}: {first}, where {usual} would be usual; if nothing had changed, so "
        f"{'many' if side == 'High' else 'few'} would come {often} at the most."
    )


def count_word(n: int) -> str:
    """Return a small number in words."""
    return NUMBER_WORDS[n] if n < len(NUMBER_WORDS) else str(n)


def listed(texts: Sequence[str]) -> str:
    """Return texts as a sentence lists them: "a, b and c"."""
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
