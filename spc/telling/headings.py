"""The headings of a narrative: what must hold of a row that stands under each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from spc.array_types import Flags, Words
from spc.change_tests import NOT_TESTED
from spc.results.assurance import CONCERNING, IMPROVING
from spc.results.records import LONG_RUN
from spc.telling.facts import Facts

__all__ = ["HEADINGS", "headings"]

#: In the order in which they are told.
HEADINGS = (
    *("Positives", "Negatives", "Persistent issues", "Newly changed", "Back to normal"),
    *("Changed, no preferred direction", "Rolling figures only"),
    *("Figures hidden", "Constant at first, varies since"),
)
#: Months in a row for which exceptions on the worse side stand, before they are called persistent.
PERSISTS = 3
#: With one of these a change of the 12 months is more than chance often makes (`compare`).
EVIDENT = ("clear", "weak")
STRONG = 2


def _persistent(facts: Facts) -> Flags:
    exceptions = (facts.code & CONCERNING != 0) & (facts.stood_worse >= PERSISTS)
    return np.asarray(exceptions | (_long_run(facts) * facts.better < 0))


def _new(facts: Facts) -> Flags:
    return np.asarray((facts.better != 0) & (facts.now & ~facts.before != 0))


def _normal(facts: Facts) -> Flags:
    return np.asarray((facts.better != 0) & _gone(facts))


def _negative(facts: Facts) -> Flags:
    bad, good = facts.code & CONCERNING != 0, facts.code & IMPROVING != 0
    return np.asarray(bad | (~good & (_backed(facts) * facts.better < 0)))


def _positive(facts: Facts) -> Flags:
    better = (_backed(facts) * facts.better > 0) | (_long_run(facts) * facts.better > 0)
    return np.asarray((facts.code & IMPROVING != 0) | better)


def _undirected(facts: Facts) -> Flags:
    changed = _gone(facts) | (_long_run(facts) != 0) | (_backed(facts) != 0)
    return np.asarray((facts.now != 0) | ((facts.better == 0) & changed))


def _gone(facts: Facts) -> Flags:
    return np.asarray(facts.judged & (facts.now == 0) & (facts.before != 0))


def _long_run(facts: Facts) -> Any:
    """Return 1 or -1 where a long run about the centre line lasts, above or below it; else 0."""
    run = facts.records.run * facts.judged
    return np.sign(run) * (np.abs(run) >= LONG_RUN)


def _backed(facts: Facts) -> Any:
    """Return 1 or -1 where the 12 months moved, up or down, and more than the figures alone say so; else 0.

    A test with a strong trend or a record, a strong trend where no test can be made, or two samples.
    """
    card, moved = facts.card, facts.moved
    trend = np.where((card.trend.strength == STRONG) & card.monthly, card.trend.direction, 0)
    recorded = (facts.records.side == moved[:, None]).any(axis=1)
    evidence = card.comparison.evidence[:, 2]
    tested = np.isin(evidence, EVIDENT) & ((trend == moved) | recorded)
    untested = (evidence == NOT_TESTED) & (trend == moved)
    return moved * (tested | untested | _sampled(facts))


def _sampled(facts: Facts) -> Flags:
    """Return where two samples of known size differ by more than chance often makes them."""
    if facts.sampled is None:
        return facts.rolling
    return np.asarray(facts.rolling & np.isin(facts.sampled.verdict, ("higher", "lower")))


#: Asked in this order; a row stands under the first that holds.
HOLDS: dict[str, Callable[[Facts], Any]] = {
    "Figures hidden": lambda facts: facts.hidden,
    "Persistent issues": _persistent,
    "Newly changed": _new,
    "Back to normal": _normal,
    "Negatives": _negative,
    "Positives": _positive,
    "Changed, no preferred direction": _undirected,
    "Rolling figures only": lambda facts: facts.rolling,
    "Constant at first, varies since": lambda facts: facts.unmoved,
}


def headings(facts: Facts) -> Words:
    """Return the heading of each row, "" where there is nothing to tell (n_series,)."""
    found = np.select([holds(facts) for holds in HOLDS.values()], list(HOLDS), "").astype(object)
    found[facts.hidden & (facts.now == 0)] = ""
    return found
