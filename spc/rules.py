"""Rules as rows: every published rule asks k of the last m points one question."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from spc.checks import ChoiceError, choice, whole

__all__ = ["RULES", "Rule", "rule_set"]


@dataclass(frozen=True)
class Rule:
    """One rule: `needed` of the last `span` points lie beyond `zone` sigma, all on the same side.

    The point that completes the rule is itself one of them. `zone=0` asks for a side of the centre line.

    Parameters
    ----------
    name : str
        What is printed; names that end in "-Month" are joined: "One, Two-Month High".
    zone : float
        Distance from the centre line in sigma; strict.
    needed, span : int
        k of the last m points, 1 <= k <= m <= 15.

    Examples
    --------
    >>> import spc
    >>> spc.Rule("Two of three", zone=2.0, needed=2, span=3).span
    3
    """

    name: str
    zone: float
    needed: int
    span: int

    @property
    def chance(self) -> float:
        """How often the rule is completed on one side by independent normal months about true limits."""
        tail = 0.5 * math.erfc(self.zone / math.sqrt(2.0))
        others = self.span - 1
        wanted = range(self.needed - 1, self.span)
        return tail * sum(math.comb(others, k) * tail**k * (1.0 - tail) ** (others - k) for k in wanted)

    def __post_init__(self) -> None:
        whole("span", self.span, 1, 15)
        whole("needed", self.needed, 1, self.span)
        zone: Any = self.zone
        if isinstance(zone, bool | str) or zone is None or not 0.0 <= zone < 100.0:
            raise ChoiceError(
                f"`zone` must be a number in the interval [0, 100) of sigma, got {self.zone!r}."
            )


#: Published sets. Rules combine in this order; presets carry no baseline.
RULES: dict[str, tuple[Rule, ...]] = {
    # the 1-2-3-8 exceptions of the OPCC scorecards (SPEC 2)
    "opcc": (
        Rule("One-Month", zone=3.0, needed=1, span=1),
        Rule("Two-Month", zone=2.0, needed=2, span=2),
        Rule("Three-Month", zone=1.0, needed=3, span=3),
        Rule("Eight-Month", zone=0.0, needed=8, span=8),
    ),
    # Western Electric Company (1956), Statistical Quality Control Handbook, pp. 25-28
    "western_electric": (
        Rule("One beyond 3 sigma", zone=3.0, needed=1, span=1),
        Rule("Two of three beyond 2 sigma", zone=2.0, needed=2, span=3),
        Rule("Four of five beyond 1 sigma", zone=1.0, needed=4, span=5),
        Rule("Eight on one side", zone=0.0, needed=8, span=8),
    ),
}

#: A mask has 32 bits, two sides each.
MOST_RULES = 16
#: A zone code has 16 bits, two sides each.
MOST_ZONES = 8


def rule_set(rules: Any) -> tuple[Rule, ...]:
    """Return the rows of a preset, or the rows handed in, checked."""
    if isinstance(rules, str):
        return RULES[choice("rules", rules, RULES)]
    rows = tuple(rules) if isinstance(rules, tuple | list) else ()
    if not rows or not all(isinstance(row, Rule) for row in rows):
        raise ChoiceError(f"`rules` must be the name of a set or rows of spc.Rule, got {rules!r}.")
    if len(rows) > MOST_RULES:
        raise ChoiceError(
            f"`rules` must be at most {MOST_RULES} rows at once, got {len(rows)}: ask in two calls."
        )
    if len({row.zone for row in rows}) > MOST_ZONES:
        raise ChoiceError(f"`rules` must use at most {MOST_ZONES} different zones at once: ask in two calls.")
    return rows
