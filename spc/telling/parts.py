"""The sentence about one row: its parts, each "" where there is nothing to say."""

from __future__ import annotations

import math
from collections.abc import Callable

from spc.explaining import explain
from spc.portrait import distinct_texts, fine_text, rule_bits, side_masks
from spc.results.assurance import CONCERNING, IMPROVING
from spc.results.records import ordinal
from spc.sentences import count_word
from spc.targets import target_line
from spc.telling.facts import LITTLE, YEAR, Facts
from spc.ties import TIE
from spc.wording import (
    TREND_WORDS,
    change_text,
    exception_words,
    listed,
    month_name,
    moved_text,
    value_text,
)

__all__ = ["sentence"]

JUDGED_AS = {IMPROVING: "better", CONCERNING: "worse"}
STRENGTHS = {1: "weak", 2: "strong"}
#: Charts whose centre line is the mean of the months that set it.
MEANS = {"xmr", "c", "small_count"}
#: Of fewer events than these one more is a change of 5% or more.
FEW = 20


def sentence(facts: Facts, s: int) -> str:
    """Return the sentence about row `s`."""
    if facts.hidden[s]:
        return explain(facts.card, s)[0]
    asked = MONTHLY if facts.card.monthly[s] else ROLLING
    return f"{'; '.join(said for part in asked if (said := part(facts, s)))}."


def _month(facts: Facts, s: int) -> str:
    value = facts.value(s, float(facts.card.comparison.current[s, 0]))
    record = facts.records.phrase(s, 0)
    said = f"{value} in {facts.name(int(facts.ends[s]))}" + (f", {record}" if record else "")
    return said if value else ""


def _exceptions(facts: Facts, s: int) -> str:
    now, before = int(facts.now[s]), int(facts.before[s])
    last = facts.name(int(facts.ends[s]) - 1)
    gone = f"{_named(facts, before & ~now)} stood in {last}" if before & ~now else ""
    if not now:
        return f"no exception; {gone}" if gone else ""
    fresh, stood = now & ~before, int(facts.stood[s])
    said = _standing(facts, s)
    if stood > 1:
        side = " on this side" if facts.one_sided[s] else ""
        said += f", {ordinal(stood)} {facts.thing} in a row with exceptions{side}"
    elif not now & before:
        return f"{said}, new" + (f" ({last} has no figure)" if facts.empty_before(s) else "") + _but(gone)
    return said + (f" (new: {_named(facts, fresh)})" if fresh else "") + _but(gone)


def _but(gone: str) -> str:
    return f"; {gone} but not now" if gone else ""


def _standing(facts: Facts, s: int) -> str:
    """Name the exceptions that stand; better or worse are those that have a side."""
    now = int(facts.now[s])
    highs, lows, others = side_masks(facts.card.exceptions.rules)
    sided, unsided = now & (highs | lows), now & others
    judged = JUDGED_AS.get(int(facts.code[s]) & (IMPROVING | CONCERNING), "")
    notes = [note for note in (_together(facts, s, sided), judged) if note and sided]
    said = [_named(facts, bits) for bits in (sided, unsided) if bits]
    said[0] += f" ({'; '.join(notes)})" if notes else ""
    return ", also ".join(said)


def _together(facts: Facts, s: int, mask: int) -> str:
    """Say that several months count as one sum, as they do on the small-count chart."""
    limits, rules = facts.card.limits, facts.card.exceptions.rules
    p = int(limits.phase_at_end[s])
    if p < 0 or not limits.phase_small[p]:
        return ""
    spans = {rule.span for rule, _ in rule_bits(rules, mask) if rule.span > 1}
    return f"{listed([count_word(span) for span in sorted(spans)])} {facts.thing}s together" if spans else ""


def _named(facts: Facts, mask: int) -> str:
    """Name exceptions as the scorecard does, and list them as a sentence does."""
    rules = facts.card.exceptions.rules
    words = exception_words(mask, [rule.name for rule in rules], [rule.sided for rule in rules])
    return listed(words.split("; "))


def _run(facts: Facts, s: int) -> str:
    if not facts.judged[s]:
        return ""
    card, unit = facts.card, facts.card.measures[s].shown
    mean = card.limits.chart_of(s) in MEANS and card.limits.choices.get("centre", "mean") == "mean"
    said = facts.records.run_phrase(s, "average" if mean else "the centre line")
    centre = float(card.limits.centre[s, facts.ends[s]])
    if not said or math.isnan(centre) or card.limits.months_row(s) is not None:
        return said
    centre *= unit.per if card.panel.is_ratio[s] else 1.0
    value, line = distinct_texts(float(card.comparison.current[s, 0]), centre, unit)
    return f"{said} ({line if line != value else fine_text(centre, unit)})"


def _unmoved(facts: Facts, s: int) -> str:
    told = f"the {facts.thing}s that set the limits do not vary at all, later ones do"
    return told if facts.unmoved[s] else ""


def _year(facts: Facts, s: int) -> str:
    card, measure = facts.card, facts.card.measures[s]
    value = facts.value(s, float(card.comparison.current[s, 2]))
    if not value:
        return ""
    mean = "on average " if measure.how.windows == "mean" else ""
    to = month_name(card.panel.start, int(facts.last[s]))
    record = facts.records.phrase(s, 1)
    said = [f"{value} {mean}in the {YEAR} {facts.thing}s to {to}", _change(facts, s), record]
    return ", ".join(part for part in said if part)


def _change(facts: Facts, s: int) -> str:
    """Say how far the 12 months have moved; of few events, from how many, for 1 to 2 is 100%."""
    table, measure = facts.card.comparison, facts.card.measures[s]
    change, relative = float(table.change[s, 2]), abs(float(table.relative[s, 2]))
    previous = float(table.previous[s, 2])
    few = measure.kind == "count" and 0.0 < previous < FEW
    if math.isnan(change):
        return f"from {facts.value(s, 0.0)} in {_before(facts)}" if previous == 0.0 else ""
    moved = moved_text(change, measure.shown, measure.change_label, little=relative < LITTLE)
    link = f"from {facts.value(s, previous)} in" if few and relative > LITTLE else "on"
    judged = str(table.judgement[s, 2])
    told = f" ({judged})" if judged in ("better", "worse", "little change") and change else ""
    return f"{moved} {link} {_before(facts)}{told}"


def _before(facts: Facts) -> str:
    return "the year before" if facts.thing == "month" else f"the {YEAR} {facts.thing}s before"


def _sample(facts: Facts, s: int) -> str:
    """Say what chance may have to do with the change of a survey, where it is known how many were asked.

    A published scorecard hides no survey, but how many were asked may be a small number: it is not told.
    """
    found = facts.sampled
    if found is None or not facts.rolling[s] or not found.verdict[s]:
        return ""
    verdict = str(found.verdict[s])
    clear = f"clearly {verdict} than {_before(facts)}" if verdict in ("higher", "lower") else verdict
    if facts.card.cover is not None:
        return clear
    unit, label = facts.card.measures[s].shown, facts.card.measures[s].change_label
    ends = [float(end[s]) for end in (found.change_lower, found.change_upper)]
    points = unit.change == "points"
    low, high = (change_text(end, unit, label) if points else value_text(end, unit) for end in ends)
    asked = f"{found.respondents[s]:,.0f} asked, {found.respondents_before[s]:,.0f} in {_before(facts)}"
    return f"{clear} ({found.level:g}% interval of the change {low} to {high}; {asked})"


def _trend(facts: Facts, s: int) -> str:
    line = facts.card.trend
    strength = STRENGTHS.get(int(line.strength[s]), "")
    word = TREND_WORDS[int(line.direction[s])].lower()
    return f"rolling {YEAR} {facts.thing} trend {word} ({strength})" if strength else ""


def _target(facts: Facts, s: int) -> str:
    card, measure = facts.card, facts.card.measures[s]
    goal = float(target_line(card.panel, measure.target)[max(int(facts.ends[s]), 0)])
    if math.isnan(goal):
        return ""
    value = float(card.comparison.current[s, 2 if facts.rolling[s] else 0])
    ahead = (value - goal) * float(facts.better[s])
    said, notes = f"target {value_text(goal, measure.shown)}", []
    if facts.better[s] and not math.isnan(value) and not facts.rounded[s]:
        met = ahead >= -TIE * max(abs(value), abs(goal))
        said += " met" if met else " not met"
        if not met and value_text(value, measure.shown) == value_text(goal, measure.shown):
            notes.append(distinct_texts(value, goal, measure.shown)[0])
    if card.assurance.assurance[s] and card.monthly[s]:
        notes.append(f"assurance: {card.assurance.assurance[s]}")
    return said + (f" ({'; '.join(notes)})" if notes else "")


def _known(facts: Facts, s: int) -> str:
    return "acknowledged" if facts.card.acknowledged[s] else ""


#: What is told of a row, in this order; of a row without months what rests on none.
ROLLING: tuple[Callable[[Facts, int], str], ...] = (_year, _sample, _target, _known)
MONTHLY = (_month, _exceptions, _run, _unmoved, _year, _sample, _trend, _target, _known)
