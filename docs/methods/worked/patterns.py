"""Flags of the page on rule sets by a plain reading of the rows; numbers of the page on assurance."""

from __future__ import annotations

import math
from itertools import pairwise

import spc

from .plain import INVERSE_D2, commas, equal, mean, plain_panel, same, steps, table

#: Made up: points in sigma from the centre.
POINTS = [
    *(0.3, -0.6, 0.9, -0.2, 1.4, 1.2, 1.7, 2.3, 2.4, 0.4, 0.2, -0.3, -0.8, -1.1, -1.5, -1.9, 0.6, -2.2, -2.6),
    *(-0.5, 3.3, 0.1, 2.1, 0.7, 0.4, 0.8, 0.5, 0.2, 0.6, 1.3),
]
#: Made up: share of 999 calls answered in ten seconds, in percent.
ANSWERED = [88.1, 89.4, 87.9, 88.8, 90.2, 88.5, 89.1, 87.6, 88.9, 89.6, 88.3, 89.0, 92.9]
TARGETS = (85.0, 90.0, 95.0)


def rules() -> dict[str, object]:
    """What every set says of the made-up points."""
    limits = spc.limits(plain_panel(POINTS), centre=0.0, sigma=1.0)
    told: dict[str, object] = {"points": commas(POINTS)}
    for name, lines in spc.RULES.items():
        found = spc.exceptions(limits, rules=name)
        said: list[tuple[int, str]] = []
        for t in range(len(POINTS)):
            bits = [side for rule in lines for side in _sides(rule, t)]
            mask = sum(1 << i for i, bit in enumerate(bits) if bit)
            if equal(mask, int(found.mask[0, t])):
                said.append((t + 1, found.words_of(found.mask)[0, t].replace("; ", " and ")))
        told[name] = "; ".join(_stretches(said))
    return told


def _stretches(said: list[tuple[int, str]]) -> list[str]:
    """Put neighbours together of which the same is said."""
    told: list[tuple[int, int, str]] = []
    for t, words in said:
        if told and told[-1][1:] == (t - 1, words):
            told[-1] = (told[-1][0], t, words)
        else:
            told.append((t, t, words))
    return [f"{a} {words}" if a == b else f"{a} to {b} {words}" for a, b, words in told]


def _sides(rule: spc.Rule, t: int) -> tuple[bool, bool]:
    """Whether point t completes the rule, High and Low; one that has no sides is told by the first."""
    if rule.sided:
        return _completes(rule, t, 1), _completes(rule, t, -1)
    return _completes(rule, t, 1) or _completes(rule, t, -1), False


def _completes(rule: spc.Rule, t: int, side: int) -> bool:
    if rule.asks in ("run", "crossings"):
        return _whole(rule.asks, POINTS[: t + 1], side)
    if rule.asks in ("step", "swing"):
        moves = [b - a for a, b in pairwise(POINTS[: t + 1])][-rule.span :]
        if len(moves) < rule.span:
            return False
        if rule.asks == "step":
            return all(move * side > 0 for move in moves)
        return all(a * b < 0 for a, b in pairwise(moves))
    last = POINTS[max(0, t + 1 - rule.span) : t + 1]
    if rule.asks == "within":
        hits = [abs(x) <= rule.zone for x in last]
    elif rule.side in ("same", "confined"):
        hits = [rule.zone < x * side <= rule.upto for x in last]
    else:
        hits = [rule.zone < abs(x) <= rule.upto for x in last]
    if rule.side == "confined" and not all(x * side > 0 for x in last):
        return False
    if rule.side == "both" and len({x > 0 for x, hit in zip(last, hits, strict=True) if hit}) < 2:
        return False
    return hits[-1] and sum(hits) >= rule.needed


def _whole(asks: str, points: list[float], side: int) -> bool:
    n = len(points)
    signs = [1 if x > 0 else -1 for x in points]
    if asks == "crossings":
        crossed = sum(a != b for a, b in pairwise(signs))
        below = sum(math.comb(n - 1, k) for k in range(crossed + 1)) / 2 ** (n - 1)
        return below < 0.05
    last = next((i for i, sign in enumerate(reversed(signs)) if sign != signs[-1]), n)
    return signs[-1] == side and last > round(math.log2(n)) + 3


def assurance() -> dict[str, object]:
    """Limits of the share answered, three targets, two directions."""
    limits = spc.limits(plain_panel(ANSWERED, start="2024-01"), baseline=12)
    exceptions = spc.exceptions(limits, rules="nhs_2023")
    base = ANSWERED[:12]
    centre, reach = mean(base), 3 * mean(steps(base)) * INVERSE_D2
    lower, upper = same(centre - reach, limits.lcl[0, 12]), same(centre + reach, limits.ucl[0, 12])
    rows = []
    for target in TARGETS:
        words = []
        for better in ("high", "low"):
            passes, fails = (
                (lower >= target, upper < target) if better == "high" else (upper <= target, lower > target)
            )
            word = "passes" if passes else "fails" if fails else "hit or miss"
            found = spc.assure(exceptions, improvement=better, target=target)
            words.append(str(equal(word, found.assurance[0])))
        rows.append([f"{target:g}", *words])
    told = [
        str(spc.assure(exceptions, improvement=better).variation[0]) for better in ("high", "low", "neither")
    ]
    beyond = "improving" if ANSWERED[12] > upper else "common"
    equal(["special cause improving", "special cause concerning", "special cause neutral"], told)
    equal("improving", beyond)
    return {
        "answered": commas(ANSWERED),
        "centre": centre,
        "lower": lower,
        "upper": upper,
        "rows": table(["target", "high is better", "low is better"], rows),
        "latest": ANSWERED[12],
    }
