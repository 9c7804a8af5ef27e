"""Zone rules of one series: k of the last m months beyond z sigma on one side, the newest among them.

A rule stands at the month that completes it. Months before a gap, a phase boundary or (when all m must be
members) a point on the centre line are out of reach. With sigma 0 nothing fires.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.reference.limits import XmR


@dataclass(frozen=True)
class ZoneRule:
    """`k` of the last `m` months beyond `zone` sigma on one side."""

    name: str
    k: int
    m: int
    zone: float


def opcc(two: tuple[int, int] = (2, 2), three: tuple[int, int] = (3, 3), eight: int = 8) -> list[ZoneRule]:
    """Give the 1-2-3-8 rules, with their options 2 of 3, 4 of 5, and 6, 7 or 9 for eight."""
    return [
        ZoneRule("One", 1, 1, 3.0),
        ZoneRule("Two", *two, 2.0),
        ZoneRule("Three", *three, 1.0),
        ZoneRule("Eight", eight, eight, 0.0),
    ]


# Western Electric handbook 1956: the four tests of instability, each on one half of the chart.
WESTERN_ELECTRIC = [
    ZoneRule("one beyond three", 1, 1, 3.0),
    ZoneRule("two of three", 2, 3, 2.0),
    ZoneRule("four of five", 4, 5, 1.0),
    ZoneRule("eight on one side", 8, 8, 0.0),
]


def reachable(observed: Sequence[Fraction | None], chart: XmR, t: int, m: int) -> list[Fraction]:
    """Collect up to m months back from t, newest first, stopping at a gap or the start of the phase."""
    found: list[Fraction] = []
    for back in range(t, max(chart.start, t - m + 1) - 1, -1):
        value = observed[back]
        if value is None:
            break
        found.append(value)
    return found


def side_completed(rule: ZoneRule, observed: Sequence[Fraction | None], chart: XmR, t: int) -> int:
    """Say whether the rule is completed at month t: 1 high, -1 low, 0 not at all."""
    if not chart.usable or not chart.start <= t < chart.stop:
        return 0
    months = reachable(observed, chart, t, rule.m)
    if not months:
        return 0
    side = chart.side(months[0], rule.zone)
    if side == 0:
        return 0
    members = sum(chart.side(month, rule.zone) == side for month in months)
    return side if members >= rule.k else 0


def bits(
    rules: Sequence[ZoneRule], observed: Sequence[Fraction | None], charts: Sequence[XmR], t: int
) -> int:
    """Give the mask of month t: bit 2i where row i completes high, bit 2i + 1 where it completes low."""
    mask = 0
    for chart in charts:
        for row, rule in enumerate(rules):
            side = side_completed(rule, observed, chart, t)
            if side:
                mask |= 1 << (2 * row + (side < 0))
    return mask


def completed(
    rules: Sequence[ZoneRule], observed: Sequence[Fraction | None], charts: Sequence[XmR], t: int
) -> list[tuple[str, str]]:
    """List (name, "High" or "Low") of the rules completed at month t, in the order of the rules."""
    mask = bits(rules, observed, charts, t)
    both = [(rule.name, side) for rule in rules for side in ("High", "Low")]
    return [both[bit] for bit in range(len(both)) if mask >> bit & 1]


def label(found: Sequence[tuple[str, str]]) -> str:
    """Combine names as the papers do: "One, Two, Three, Eight-Month High"."""
    if not found:
        return ""
    sides = {side for _, side in found}
    assert len(sides) == 1, "the newest month lies on one side only"
    return ", ".join(name for name, _ in found) + "-Month " + sides.pop()
