"""What a rule found, in a sentence with its months, values and lines."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from spc.array_types import Floats
from spc.portrait import Portrait, Stretch, distinct_texts, fine_text
from spc.results.patterns import run_tables
from spc.rules import Rule
from spc.ties import CONTROL, TIE
from spc.wording import in_periods, listed, rounded, value_text

__all__ = ["count_word", "pattern"]

NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
#: Rules on the spread of the months have no side.
UNSIDED = ("either", "both")
#: Where the sentence would not bear its own count: rounded for publication, or a tie settled on the decimals.
EXACTLY = "judged on the exact figures."
#: What charts plot that do not plot the month's own value.
PLOTTED = {
    "mr": "moving range",
    "np": "count",
    "ewma": "EWMA",
    "ma": "moving average",
    "cusum": "CUSUM",
    "r": "range within the month",
    "s": "standard deviation within the month",
}


def pattern(one: Portrait, stretch: Stretch, rule: Rule, side: str) -> str:
    """Say what a rule found: which months lie beyond which line, or how they move."""
    said = SAID.get(rule.asks) or (_unsided if rule.side in UNSIDED else _zone)
    found = (_small_count if stretch.small else said)(one, stretch, rule, side)
    named = f"{rule.name} {side}" if side else rule.name
    return f"{named}: {in_periods(found, one.start)}" if found else f"{named}, {EXACTLY}"


def _side(value: float, line: float, sigma: float = 0.0) -> int:
    """Return 1 above a line, -1 below it, 0 on it, as near ties count (SPEC 9)."""
    size = max(abs(value), abs(line), 0.0 if math.isnan(sigma) else sigma)
    return 0 if not abs(value - line) > TIE * size else 1 if value > line else -1


def _window(one: Portrait, stretch: Stretch, rule: Rule, points: Floats) -> list[int]:
    """Return the months that a rule of k of m looks at, to the month reported on."""
    found: list[int] = []
    places = 0
    for t in range(one.end, stretch.first - 1, -1):
        if places == rule.span:
            break
        if math.isnan(float(points[t])):
            if rule.gaps == "break":
                break
            places += rule.gaps == "skip"
        elif not (rule.ties == "skip" and not _side(float(points[t]), stretch.at(t, 0.0))):
            found.append(t)
            places += 1
    return found[::-1]


def _moves(one: Portrait, stretch: Stretch, rule: Rule) -> list[int]:
    """Return the months whose steps a rule looks at; ties are left out where the rule says so."""
    found: list[int] = []
    for t in range(one.end, stretch.first - 1, -1):
        if len(found) == rule.span + 1:
            break
        value = float(one.points[t])
        if math.isnan(value):
            if rule.gaps == "break":
                break
        elif not (rule.ties == "skip" and found and value == float(one.points[found[-1]])):
            found.append(t)
    return found[::-1] if len(found) == rule.span + 1 else []


def _steps_said(one: Portrait, stretch: Stretch, rule: Rule, side: str) -> str:
    """Say from where to where a value has moved in one direction."""
    months = _moves(one, stretch, rule)
    if not months:
        return ""
    ends = [f"{_text(one, float(one.points[t]))} in {one.month(t)}" for t in (months[0], months[-1])]
    moved = "up" if side == "High" else "down"
    steps = f"{count_word(rule.span)} step{'s' * (rule.span != 1)} {moved}"
    return f"{steps}{' in a row' * (rule.span != 1)}, from {ends[0]} to {ends[1]}."


def _swing(one: Portrait, stretch: Stretch, rule: Rule, side: str) -> str:
    """Say which months go up and down in turn."""
    months = _moves(one, stretch, rule)
    if not months:
        return ""
    ends = f"{len(months)} months from {one.month(months[0])} to {one.month(months[-1])}"
    values = [float(one.points[t]) for t in months]
    between = f"between {_text(one, min(values))} and {_text(one, max(values))}"
    return f"{ends} go up and down in turn, {between}."


def _run(one: Portrait, stretch: Stretch, rule: Rule, side: str) -> str:
    """Say how long the months have stayed on one side of the centre line, and how long is expected."""
    useful = _useful(one, stretch, rule)
    length = next((k for k, (_, at) in enumerate(reversed(useful)) if at != useful[-1][1]), len(useful))
    longest = int(run_tables(len(one.points))[0][len(useful)])
    if length <= longest:
        return ""
    begun = one.month(useful[-length][0])
    where = "above" if side == "High" else "below"
    return (
        f"a run of {count_word(length)} months {where} {_centre(one, stretch)}, from {begun} to "
        f"{one.month(one.end)}; at most {count_word(longest)} are expected of {len(useful)} months."
    )


def _crossings(one: Portrait, stretch: Stretch, rule: Rule, side: str) -> str:
    """Say how often the months have crossed the centre line, and how often is expected."""
    useful = _useful(one, stretch, rule)
    crossed = sum(now != before for (_, before), (_, now) in pairwise(useful))
    fewest = int(run_tables(len(one.points))[1][len(useful)])
    if crossed >= fewest:
        return ""
    return (
        f"from {one.month(useful[0][0])} to {one.month(one.end)} the months cross {_centre(one, stretch)} "
        f"{_times(crossed)}; {count_word(fewest)} crossing{'s' * (fewest > 1)} at the least are expected of "
        f"{len(useful)} months."
    )


def _times(n: int) -> str:
    return "once" if n == 1 else "never" if n == 0 else f"{count_word(n)} times"


def _useful(one: Portrait, stretch: Stretch, rule: Rule) -> list[tuple[int, int]]:
    """Return the months of the phase so far that lie off the centre line, each with its side."""
    found: list[tuple[int, int]] = []
    for t in range(stretch.first, one.end + 1):
        value = float(one.points[t])
        if math.isnan(value):
            found = found if rule.gaps == "bridge" else []
            continue
        at = _side(value, stretch.at(t, 0.0), stretch.sigma)
        found += [(t, at)] if at else []
    return found


def _within(one: Portrait, stretch: Stretch, rule: Rule, side: str) -> str:
    """Say which months lie within a zone, and from where to where that reaches."""
    months = _window(one, stretch, rule, one.points)
    inside = [
        t
        for t in months
        if _side(float(one.points[t]), stretch.at(t, rule.zone), stretch.sigma) <= 0
        and _side(float(one.points[t]), stretch.at(t, -rule.zone), stretch.sigma) >= 0
    ]
    if len(inside) < rule.needed:
        return ""
    ends = [{stretch.at(t, z) for t in inside} for z in (-rule.zone, rule.zone)]
    reach = " of the centre line of each month"
    if all(len(end) == 1 and not math.isnan(next(iter(end))) for end in ends):
        low, high = (_line_text(one, stretch, next(iter(end))) for end in ends)
        reach = f": {low} to {high}"
    return f"{_counted(one, rule, inside, months)} within {_zone_words(rule.zone)}{reach}."


def _unsided(one: Portrait, stretch: Stretch, rule: Rule, side: str) -> str:
    """Say which months lie beyond a zone, on whichever side."""
    months = _window(one, stretch, rule, one.points)
    high, low = (_beyond(one, stretch, rule, months, one.points, side) for side in ("High", "Low"))
    found = sorted({*high, *low})
    if len(found) < rule.needed or (rule.side == "both" and not (high and low)):
        return ""
    named = "the centre line" if rule.zone == 0.0 else _zone_words(rule.zone)
    split = [
        f"{count_word(len(some))} {where} {_of_line(one, stretch, some, zone)}"
        for some, where, zone in ((high, "above", rule.zone), (low, "below", -rule.zone))
        if some
    ]
    off = "off" if rule.zone == 0.0 else "beyond"
    return f"{_counted(one, rule, found, months)} {off} {named}: {listed(split)}."


def _zone_words(zone: float) -> str:
    return "the control limits" if zone == CONTROL else f"{zone:g} sigma"


def _counted(one: Portrait, rule: Rule, found: list[int], months: list[int]) -> str:
    """Say how many months there are, running or of the last so many, and which."""
    if len(found) == 1 and rule.span == 1:
        return f"{one.month(found[0])} ({_text(one, float(one.points[found[0]]))}) lies"
    ends = f"{one.month(found[0])} to {one.month(found[-1])}"
    if len(found) == len(months):
        return f"{count_word(len(found))} months running, {ends}, lie"
    return f"{count_word(len(found))} of the last {count_word(rule.span)} months, {ends}, lie"


def _beyond(
    one: Portrait, stretch: Stretch, rule: Rule, months: list[int], points: Floats, side: str
) -> list[int]:
    """Return which months lie beyond the zone on a side, and not beyond what still counts."""
    sign = 1.0 if side == "High" else -1.0
    found = []
    for t in months:
        value = float(points[t]) * sign
        line = stretch.at(t, sign * rule.zone) * sign
        counts = value > line or (rule.ties == "count" and rule.zone == 0.0 and value == line)
        if rule.upto < math.inf:
            counts &= not value > stretch.at(t, sign * rule.upto) * sign
        if counts:
            found.append(t)
    return found


def _zone(one: Portrait, stretch: Stretch, rule: Rule, side: str) -> str:
    """Say which months lie beyond which line."""
    high = side == "High"
    where, sigmas = ("above", rule.zone) if high else ("below", -rule.zone)
    points = one.below if one.below is not None and not high else one.points
    beyond = _beyond(one, stretch, rule, _window(one, stretch, rule, points), points, side)
    if len(beyond) < rule.needed:
        return ""
    lines = {t: stretch.at(t, sigmas) for t in beyond}
    nearest = min((abs(float(points[t]) - lines[t]), t) for t in beyond)[1]
    value, drawn = distinct_texts(float(points[nearest]), lines[nearest], one.drawn_unit)
    of_line = _of_line(one, stretch, beyond, sigmas, drawn)
    if rule.upto < math.inf:
        of_line += f", none of them beyond {_zone_words(rule.upto)}"
    if rule.span == 1:
        return f"{_plotted(one, stretch)}{one.month(one.end)} ({value}) is {where} {of_line}."
    if len(beyond) == rule.span and rule.span > 3:
        run = f"{one.month(beyond[0])} to {one.month(one.end)}, {count_word(rule.span)} months running,"
        return f"{run} are all {where} {of_line}."
    each = listed([f"{one.month(t)} ({_shown(one, float(points[t]), lines[t])})" for t in beyond])
    run = (
        f"{'both' if len(beyond) == 2 else 'all'}"
        if len(beyond) == rule.span
        else f"{count_word(len(beyond))} of the last {count_word(rule.span)} months,"
    )
    return f"{each} are {run} {where} {of_line}."


def _of_line(
    one: Portrait, stretch: Stretch, months: list[int], sigmas: float, drawn: str | None = None
) -> str:
    """Name a line with its value, or as that of the month where the months have several."""
    named = "the centre line" if sigmas == 0.0 else f"the {abs(sigmas):g}-sigma line"
    if abs(sigmas) == CONTROL:
        named = f"the {'upper' if sigmas > 0.0 else 'lower'} control limit"
    lines = {stretch.at(t, sigmas) for t in months}
    if len(lines) > 1:
        return f"{named} of the month"
    return f"{named} of {drawn or _line_text(one, stretch, lines.pop())}"


def _centre(one: Portrait, stretch: Stretch) -> str:
    return _of_line(one, stretch, list(range(stretch.first, one.end + 1)), 0.0)


def _line_text(one: Portrait, stretch: Stretch, line: float) -> str:
    return fine_text(line, one.drawn_unit, like=stretch.size)


def _text(one: Portrait, value: float) -> str:
    return value_text(value, one.drawn_unit)


def _plotted(one: Portrait, stretch: Stretch) -> str:
    """Say what is judged where it is not the month's own value: "the EWMA of "."""
    return "" if one.plotted is None else f"the {PLOTTED.get(stretch.chart, 'plotted value')} of "


def _shown(one: Portrait, value: float, line: float) -> str:
    return distinct_texts(value, line, one.drawn_unit)[0]


#: The question of a rule to what says its answer; "beyond" has several.
SAID: dict[str, Callable[[Portrait, Stretch, Rule, str], str]] = {
    "step": _steps_said,
    "swing": _swing,
    "run": _run,
    "crossings": _crossings,
    "within": _within,
}


def _small_count(one: Portrait, stretch: Stretch, rule: Rule, side: str) -> str:
    months = one.values[max(one.end - rule.span + 1, 0) : one.end + 1]
    total = one.text(float(months.sum()))
    usual = fine_text(stretch.centre * rule.span, one.unit)
    if rule.span == 1:
        first = f"{one.month(one.end)} counts {total}"
    else:
        first = f"The {count_word(rule.span)} months to {one.month(one.end)} count {total} together"
    often = f"about once in {rounded(1.0 / rule.chance, 0):,} months"
    many = "many" if side == "High" else "few"
    return (
        f"{first}, where {usual} would be usual; if nothing had changed, so {many} would come {often} at the "
        "most."
    )


def count_word(n: int) -> str:
    """Return a small number in words."""
    return NUMBER_WORDS[n] if n < len(NUMBER_WORDS) else str(n)
