"""Exact small-count rules of one series, from the binomial question itself.

A rule on the last m months asks: had nothing changed, how likely is a total of S or more (S or less) in these
m months, given that m + n months hold S + B together? It fires where that is at most the rule's own chance on
independent normal months.
"""

from collections.abc import Sequence
from itertools import product

from scipy.stats import binom, norm

from tests.reference.rules import ZoneRule

Months = Sequence[float | None]


def own_chance(rule: ZoneRule) -> float:
    """Add up the ways in which m normal months complete the rule on one side, the newest a member."""
    beyond = float(norm.sf(rule.zone))
    ways = [way for way in product((0, 1), repeat=rule.m) if way[-1] and sum(way) >= rule.k]
    return sum(beyond ** sum(way) * (1.0 - beyond) ** (rule.m - sum(way)) for way in ways)


def fires(total: float, months: int, base_total: float, base_months: int, chance: float) -> tuple[bool, bool]:
    """Answer for High and for Low."""
    both, share = total + base_total, months / (months + base_months)
    return bool(binom.sf(total - 1, both, share) <= chance), bool(binom.cdf(total, both, share) <= chance)


def bits(rules: Sequence[ZoneRule], months: Months, base: tuple[int, int], t: int) -> int:
    """Give the mask of month t, judged by the months `base` (half open), all of which lie before.

    Where some totals are high and others low, the newest month's side of the baseline's mean decides.
    """
    known = [month for month in months[base[0] : base[1]] if month is not None]
    highs = lows = 0
    for i, rule in enumerate(rules):
        window = months[max(t - rule.m + 1, 0) : t + 1]
        if t - rule.m + 1 < base[1] or any(month is None for month in window):
            continue
        total = sum(month for month in window if month is not None)
        high, low = fires(total, rule.m, sum(known), len(known), own_chance(rule))
        highs |= (1 if high else 0) << 2 * i
        lows |= (2 if low else 0) << 2 * i
    newest = months[t]
    if highs and lows and newest is not None:
        return highs if newest > sum(known) / len(known) else lows
    return highs | lows
