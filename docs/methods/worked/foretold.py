"""Numbers of the page on forecast charts."""

from __future__ import annotations

import math
from itertools import pairwise

import spc

from .plain import beyond, bisected, commas, plain_panel, same, table
from .seasons import f_below

#: Made up: calls of a year and a month, which are known, and of three months that are judged.
CALLS = [412, 398, 431, 405, 420, 417, 402, 438, 426, 415, 409, 433, 421, 455, 530, 437]
NAMES = ("Feb", "Mar", "Apr")
BASE, FREEDOM = 13, 12


def forecast() -> dict[str, object]:
    """Lines around the last month, from its own errors; Student's quantile from a finite sum of F."""
    panel = plain_panel(CALLS, start="2023-01")
    frozen = spc.limits(panel, chart="forecast", baseline=BASE, known="baseline", method="naive")
    moving = spc.limits(panel, chart="forecast", baseline=BASE, method="naive")
    errors = [b - a for a, b in pairwise(CALLS[:BASE])]
    squares = sum(e * e for e in errors)
    sd = math.sqrt(squares / FREEDOM)
    level = math.erf(3 / math.sqrt(2))
    t = math.sqrt(bisected(lambda x: f_below(x, 0.5, FREEDOM // 2), level, 0.0, 100.0))
    lows, highs, rows = [], [], []
    for h, (name, x) in enumerate(zip(NAMES, CALLS[BASE:], strict=True), 1):
        reach = t * sd * math.sqrt(h)
        centre = same(CALLS[BASE - 1], frozen.centre[0, BASE + h - 1])
        lows.append(same(centre - reach, frozen.lcl[0, BASE + h - 1]))
        highs.append(same(centre + reach, frozen.ucl[0, BASE + h - 1]))
        before = same(CALLS[BASE + h - 2], moving.centre[0, BASE + h - 1])
        ends = [moving.lcl[0, BASE + h - 1], moving.ucl[0, BASE + h - 1]]
        cells = [centre, lows[-1], highs[-1], before, *ends]
        rows.append([name, str(x), *(f"{cell:.1f}" for cell in cells)])
    same(lows[0], moving.lcl[0, BASE])  # a month ahead both know the same
    same(highs[0], moving.ucl[0, BASE])
    out = beyond(CALLS, [-math.inf] * BASE + lows, [math.inf] * BASE + highs, frozen)
    return {
        "calls": commas(CALLS[:BASE]),
        "later": commas(CALLS[BASE:]),
        "errors": commas(errors),
        "squares": squares,
        "sd": sd,
        "level": 100 * level,
        "t": t,
        "reach": t * sd,
        "too_few": 100 * f_below(9.0, 0.5, FREEDOM // 2),
        "rows": table(["month", "calls", "frozen", "lcl", "ucl", "month before", "lcl", "ucl"], rows),
        "out": " and ".join(NAMES[i - BASE - 1] for i in out),
        "moving_out": _out(moving),
        "python": f"{moving.centre[0, -3:]} {moving.ucl[0, -3:].round(1)}",
    }


def _out(limits: spc.Limits) -> str:
    found = (limits.points > limits.ucl) | (limits.points < limits.lcl)
    return " and ".join(NAMES[i - BASE] for i in range(BASE, len(CALLS)) if found[0, i]) or "none"
