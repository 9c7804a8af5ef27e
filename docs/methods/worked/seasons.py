"""Numbers of the page on seasons."""

from __future__ import annotations

import math
from itertools import pairwise

import spc

from .plain import INVERSE_D2, beyond, bisected, commas, mean, plain_panel, same, steps, table

#: Made up: antisocial behaviour, two years that set the limits and three months that are judged.
CALLS = [
    *(61, 58, 66, 74, 83, 92, 101, 97, 80, 71, 63, 57),
    *(64, 55, 70, 71, 88, 95, 96, 103, 77, 75, 59, 60),
    *(66, 60, 90),
]
NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def f_below(x: float, a: float, b: int) -> float:
    """Return P(F <= x) for 2 a and 2 b degrees of freedom, b whole: a finite sum."""
    share = 2 * a * x / (2 * a * x + 2 * b)
    term, total = 1.0, 0.0
    for j in range(b):
        total += term
        term *= (a + j) / (j + 1) * (1 - share)
    return share**a * total


def seasonal() -> dict[str, object]:
    """Level, effects, sigma and lines from the analysis of variance between and within calendar months."""
    limits = spc.limits(plain_panel(CALLS, start="2022-01"), chart="seasonal_xmr", baseline=24)
    base, k = CALLS[:24], 2
    level = mean(base)
    means = [mean([base[m], base[m + 12]]) for m in range(12)]
    between = math.fsum(k * (x - level) ** 2 for x in means) / 11
    within = math.fsum((x - means[t % 12]) ** 2 for t, x in enumerate(base)) / 12
    quartile = bisected(lambda x: f_below(x, 5.5, 6), 0.75, 0.0, 10.0)
    ratio = between / within
    w = max(0.0, 1 - quartile / ratio)
    effects = [w * (x - level) for x in means]
    left = [x - effects[t % 12] for t, x in enumerate(base)]
    ranges = [abs(b - a) for a, b in pairwise(left)]
    range_mean = math.fsum(ranges) / 23
    sigma = same(range_mean * INVERSE_D2 / math.sqrt(1 - w / k), limits.phase_sigma[0])
    wide = math.sqrt(1 + w / k)
    lows, highs, rows = [], [], []
    for t, x in enumerate(CALLS):
        centre = same(level + effects[t % 12], limits.centre[0, t])
        reach = 3 * sigma * (1.0 if t < 24 else wide)
        lows.append(same(centre - reach, limits.lcl[0, t]))
        highs.append(same(centre + reach, limits.ucl[0, t]))
        if t >= 24:
            rows.append([NAMES[t % 12], str(x), f"{centre:.2f}", f"{lows[t]:.2f}", f"{highs[t]:.2f}"])
    out = beyond(CALLS, lows, highs, limits)
    plain = spc.limits(plain_panel(CALLS, start="2022-01"), baseline=24)
    return {
        "calls": commas(CALLS[:24]),
        "later": commas(CALLS[24:]),
        "level": level,
        "means": commas(means),
        "between": between,
        "within": within,
        "ratio": ratio,
        "quartile": quartile,
        "w": w,
        "effects": commas(effects, ".2f"),
        "range_mean": range_mean,
        "sigma": sigma,
        "wide": wide,
        "rows": table(["month", "calls", "centre", "lcl", "ucl"], rows),
        "out": " and ".join(NAMES[(i - 1) % 12] for i in out if i > 24),
        "python": f"{limits.centre[0, -3:].round(2)} {limits.ucl[0, -3:].round(2)}",
        "plain_low": same(level - 3 * mean(steps(base)) * INVERSE_D2, plain.lcl[0, 24]),
        "plain_high": same(level + 3 * mean(steps(base)) * INVERSE_D2, plain.ucl[0, 24]),
    }
