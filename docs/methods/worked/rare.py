"""Numbers of the pages on rare events and small counts."""

from __future__ import annotations

import math

import spc

from .counting import first_and_last
from .plain import (
    BEYOND,
    INVERSE_D2,
    beyond,
    bits,
    commas,
    equal,
    mean,
    median,
    plain_panel,
    same,
    steps,
    table,
    tail,
)

#: Made up: searches that went without a complaint between one complaint and the next.
SEARCHES = [210, 95, 340, 12, 180, 267, 55, 402, 130, 88, 301, 150, 1690]
#: Made up: days between fatal collisions on one road.
DAYS = [40.0, 12.0, 75.0, 33.0, 8.0, 51.0, 27.0, 60.0, 19.0, 44.0, 36.0, 22.0, 5.0, 310.0]
#: Made up: knife robberies in a small district, 24 months that set the limits and eight that are judged.
BEFORE = [1, 0, 0, 2, 1, 0, 1, 0, 0, 1, 2, 0, 1, 1, 0, 0, 1, 0, 2, 1, 0, 1, 1, 2]
AFTER = [1, 3, 0, 2, 3, 2, 1, 5]


def rare_events() -> dict[str, object]:
    """g of searches, t of days."""
    panel = plain_panel(SEARCHES)
    limits = spc.limits(panel, chart="g", baseline=12)
    base = SEARCHES[:12]
    middle = same(mean(base), limits.centre[0, 0])
    sigma = math.sqrt(middle * (middle + 1))
    upper = same(middle + 3 * sigma, limits.ucl[0, 0])
    same(0.0, limits.lcl[0, 0])
    exact = spc.limits(panel, chart="g", baseline=12, limits="exact")
    share = middle / (1 + middle)
    # P(X > x) = share ** (x + 1) <= tail(3)
    most = math.ceil(math.log(tail(3.0)) / math.log(share)) - 1
    same(most, exact.ucl[0, 0])
    equal(True, share ** (most + 1) <= tail(3.0) < share**most)
    least = first_and_last(lambda x: share**x / (1 + middle), tail(3.0))[0]
    same(least, exact.lcl[0, 0])
    by_median = spc.limits(panel, chart="g", baseline=12, middle="median")
    g_out = beyond(SEARCHES, [0.0] * 13, [upper] * 13, limits)
    days = spc.limits(plain_panel(DAYS), chart="t", baseline=13)
    y = [day ** (1 / 3.6) for day in DAYS[:13]]
    y_mean, y_sigma = mean(y), mean(steps(y)) * INVERSE_D2
    centre = same(y_mean**3.6, days.centre[0, 0])
    high = same((y_mean + 3 * y_sigma) ** 3.6, days.ucl[0, 0])
    low = same(max(0.0, y_mean - 3 * y_sigma) ** 3.6, days.lcl[0, 0])
    return {
        "searches": commas(SEARCHES),
        "middle": middle,
        "more": middle + 1,
        "exponent": most + 1,
        "g_sigma": sigma,
        "upper": upper,
        "most": most,
        "least": least,
        "share": share,
        "chance": share ** (most + 1),
        "median": same(median(base), by_median.centre[0, 0]),
        "g_out": commas(g_out) or "none",
        "g_exact_out": commas(equal([13] if SEARCHES[12] > most else [], bits(exact, BEYOND))) or "none",
        "days": commas(DAYS),
        "y": commas(y, ".3f"),
        "y_mean": y_mean,
        "y_range": mean(steps(y)),
        "y_sigma": same(y_sigma, days.phase_sigma[0]),
        "centre": centre,
        "high": high,
        "low": low,
        "y_low": y_mean - 3 * y_sigma,
        "t_out": commas(beyond(DAYS, [low] * 14, [high] * 14, days)) or "none",
    }


def small_counts() -> dict[str, object]:
    """The totals that fire, rule by rule, from the binomial itself; then the eight months judged."""
    panel = plain_panel(BEFORE + AFTER, start="2022-01")
    limits = spc.limits(panel, chart="small_count", baseline=24)
    events, months = sum(BEFORE), len(BEFORE)
    rows, totals = [], []
    for rule in spc.RULES["opcc"]:
        chance = tail(rule.zone) ** rule.span
        same(chance, rule.chance)
        q = rule.span / (rule.span + months)
        high = next(s for s in range(1_000) if _at_least(s, events, q) <= chance)
        low = max((s for s in range(events) if _at_most(s, events, q) <= chance), default=-1)
        totals.append((rule, high, low))
        _fires_from(rule, high, low)
        rows.append([rule.name, f"{chance:.6f}", f"{high - 1}: {_at_least(high - 1, events, q):.5f}"])
        rows[-1] += [f"{high}: {_at_least(high, events, q):.5f}", "never" if low < 0 else str(low)]
    same(totals[0][1], limits.ucl[0, 24])
    same(events / months, limits.centre[0, 24])
    words = spc.exceptions(limits).words_of(spc.exceptions(limits).mask)[0]
    judged = []
    for t in range(len(AFTER)):
        said = [rule.name for rule, high, _ in totals if rule.span <= t + 1 and _last(t, rule.span) >= high]
        word = equal(_joined(said), words[24 + t])
        sums = [str(_last(t, rule.span)) if rule.span <= t + 1 else "" for rule, _, _ in totals]
        judged.append([str(25 + t), str(AFTER[t]), *sums, word])
    spans = [f"last {rule.span}" for rule, _, _ in totals]
    return {
        "before": commas(BEFORE),
        "after": commas(AFTER),
        "events": events,
        "rate": events / months,
        "totals": table(
            ["rule", "its chance", "total that just fails", "total that fires", "low fires at"], rows
        ),
        "judged": table(["month", "count", *spans, "said"], judged),
    }


def _last(t: int, span: int) -> int:
    return sum(AFTER[t + 1 - span : t + 1])


def _joined(names: list[str]) -> str:
    return ", ".join(name.removesuffix("-Month") for name in names) + "-Month High" if names else ""


def _at_least(s: int, events: int, q: float) -> float:
    n = s + events
    return math.fsum(math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(s, n + 1))


def _at_most(s: int, events: int, q: float) -> float:
    n = s + events
    return math.fsum(math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(s + 1))


def _fires_from(rule: spc.Rule, high: int, low: int) -> None:
    """Ask the library at the total that fires and at the one that just does not, thrown into one month."""
    for total, fires in ((high, 1), (high - 1, 0), (low, 2), (low + 1, 0)):
        if total < 0:
            continue
        months = BEFORE + [0] * (rule.span - 1) + [total]
        limits = spc.limits(plain_panel(months, start="2022-01"), chart="small_count", baseline=24)
        equal(fires, int(spc.exceptions(limits, rules=(rule,)).at[0]))
