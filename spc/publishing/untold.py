"""Which exceptions, weightings and words may be told of a row in which months are hidden.

A word about where a month lies against limits that are not shown says little of the month. A word about the
order of the months says much: "Trend of five points High" beside four hidden months from 1 to 4 and a 5 is
1, 2, 3, 4. Whether such a pattern is there is therefore not told where it would take in a hidden month.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from spc.array_types import Flags, Masks
from spc.assuring import assure
from spc.kernels.zones import UNJUDGED
from spc.results import Exceptions, Limits, Weights
from spc.results.assurance import Assurance, words_of
from spc.results.limit_warnings import WARNINGS, warning_words
from spc.results.patterns import asked_of
from spc.results.statuses import NO_VARIATION, OK
from spc.rules import Rule
from spc.scoring import Scorecard

__all__ = ["asks_order", "at_ends", "covered_assurance", "covered_exceptions", "covered_weights"]
__all__ += ["covered_variation", "covered_warnings", "untold_rules"]

#: Questions about the order of the months, and about the whole of a phase.
STEPWISE, WHOLE = ("step", "swing"), ("run", "crossings")
#: Warnings that read no figure, only whether there is one.
OF_NO_FIGURE = ("ends early", "step nearby")


def asks_order(rules: tuple[Rule, ...]) -> bool:
    """Whether any rule asks for the order of the months, or for the run or crossings of a phase."""
    return any(rule.asks in STEPWISE + WHOLE for rule in rules)


def untold_rules(card: Scorecard, months: Flags) -> Masks:
    """Return the bits of the rules that are not told, as their pattern may hold a hidden month.

    They are (n_series, n_periods), as masks are.

    What decides is where a pattern ending in a month would reach, never whether there is one, so that the
    blank itself says nothing. Steps reach back over their span; over the whole phase so far where they pass
    over gaps or ties. Runs and crossings are those about the centre of all months: nothing hidden in them.
    """
    limits, rules = card.limits, card.exceptions.rules
    found = np.zeros(months.shape, np.uint32)
    if not asks_order(rules) or not months.any():
        return found
    asked = np.append(asked_of(limits, rules), 0)[limits.phase_of]
    anywhere = np.repeat(np.any(months, axis=1, keepdims=True), months.shape[1], axis=1)
    for i, rule in enumerate(rules):
        if rule.asks in STEPWISE:
            plain = rule.gaps == "break" and rule.ties != "skip"
            touched = _touched(limits, months, rule.span if plain else months.shape[1])
        elif rule.asks in WHOLE:
            touched = anywhere
        else:
            continue
        answers = np.bitwise_and(asked >> (2 * i), 1) == 1
        found |= np.where(touched & answers, np.uint32(3 << 2 * i), np.uint32(0))
    return found


def _touched(limits: Limits, months: Flags, back: int) -> Flags:
    """Whether one of the last `back` + 1 months is hidden, none before the phase (n_series, n_periods)."""
    columns = np.arange(months.shape[1])
    phase = limits.phase_of
    begins = np.append(limits.phases.first, 0)[phase]
    first = np.maximum(begins, columns - back)
    count = np.concatenate([np.zeros((len(months), 1), np.int64), np.cumsum(months, axis=1)], axis=1)
    before = np.take_along_axis(count, np.minimum(first, columns), axis=1)
    return np.asarray((phase >= 0) & (count[:, 1:] > before))


def at_ends(masks: Masks, limits: Limits) -> Masks:
    """Return the masks of each series' as-at month (n_series,)."""
    at = masks[np.arange(len(masks)), np.maximum(limits.ends, 0)]
    return np.where(limits.ends >= 0, at, np.uint32(0))


def covered_exceptions(card: Scorecard, limits: Limits, hidden: Flags, untold: Masks) -> Exceptions:
    """Return the exceptions that are told; zones would say between which months a limit lies."""
    zones = np.where(hidden[:, None], np.uint16(UNJUDGED), card.exceptions.zones)
    return replace(card.exceptions, limits=limits, mask=card.exceptions.mask & ~untold, zones=zones)


def covered_weights(card: Scorecard, exceptions: Exceptions, untold: Masks) -> Weights:
    """Return the weightings; none where a rule is not told, whose points would tell it."""
    unsaid = untold != 0
    parts = {name: np.where(unsaid, np.nan, part) for name, part in card.weights.parts.items()}
    weight = np.where(unsaid, np.nan, card.weights.weight)
    return replace(card.weights, exceptions=exceptions, parts=parts, weight=weight)


def covered_assurance(card: Scorecard, exceptions: Exceptions, hidden: Flags) -> Assurance:
    """Return the variation of the exceptions that are told, and the true assurance of rows with limits.

    A word of assurance says where a limit lies against the target, which is known to the last digit.
    """
    shown = assure(exceptions, measures=card.measures)
    code = np.where(hidden, np.int8(0), card.assurance.assurance_code)
    return replace(shown, assurance_code=code)


def covered_variation(card: Scorecard, shown: Assurance, untold: Masks) -> Any:
    """Return the words of variation, by the true statuses; "" where only an untold rule might stand."""
    code = card.limits.status_code
    judged = (code == OK) | ((code == NO_VARIATION) & (shown.at != 0))
    judged &= (untold == 0) | (shown.at != 0)
    return np.where(judged, words_of(shown.at), "").astype(object)


def covered_warnings(card: Scorecard, hidden: Flags) -> Any:
    """Return the words of the true warnings; of rows with hidden figures those alone that read no figure."""
    bits = sum(1 << WARNINGS.index(word) for word in OF_NO_FIGURE)
    code = card.limits.warning_code
    return warning_words(np.where(hidden, code & np.uint8(bits), code))
