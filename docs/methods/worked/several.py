"""Numbers of the pages on subgroups and on series judged together."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np

import spc

from .plain import beyond, c4, commas, equal, same, sd, table

#: Made up: marks, of 100, of the three case files that were reviewed each month; in months 4 and 9 only two.
FILES = [
    *((72, 80, 75), (68, 77, 74), (81, 79, 70), (75, 66), (78, 73, 84), (70, 76, 71)),
    *((83, 74, 78), (69, 72, 80), (77, 71), (74, 82, 79), (73, 68, 75), (76, 81, 72), (55, 60, 58)),
]
#: d2 and d3 of two and three observations, which have closed forms (Tippett 1925).
D2 = {2: 2 / math.sqrt(math.pi), 3: 3 / math.sqrt(math.pi)}
D3 = {2: math.sqrt(2 - 4 / math.pi), 3: math.sqrt(2 + 3 * math.sqrt(3) / math.pi - 9 / math.pi)}
#: Made up: incidents attended (hundreds) and officers' hours on them (hundreds).
ATTENDED = [12, 15, 11, 14, 18, 13, 16, 10, 12, 19, 17]
HOURS = [30, 34, 31, 33, 41, 30, 36, 27, 28, 44, 25]


def subgroups() -> dict[str, object]:
    """Means, ranges and sds of the case files; the first twelve months set the limits."""
    cube = np.full((1, len(FILES), 3), np.nan)
    for t, marks in enumerate(FILES):
        cube[0, t, : len(marks)] = marks
    panel = spc.Panel.from_numpy(cube, start="2024-01")
    base = FILES[:12]
    n = [len(marks) for marks in FILES]
    centre = float(Fraction(sum(map(sum, base)), sum(map(len, base))))
    ranges, sds = [max(m) - min(m) for m in FILES], [sd(m) for m in FILES]
    by_range = [r / D2[k] for r, k in zip(ranges, n, strict=True)][:12]
    by_sd = [s / c4(k) for s, k in zip(sds, n, strict=True)][:12]
    weights = {
        "r": [(D2[k] / D3[k]) ** 2 for k in n[:12]],
        "s": [c4(k) ** 2 / (1 - c4(k) ** 2) for k in n[:12]],
    }
    freedom = sum(k - 1 for k in n[:12])
    pooled = math.sqrt(math.fsum((k - 1) * s**2 for k, s in zip(n[:12], sds[:12], strict=True)) / freedom)
    sigmas = {
        ("xbar_r", "uwave"): math.fsum(by_range) / 12,
        ("xbar_r", "mvlue"): _weighted(by_range, weights["r"]),
        ("xbar_s", "uwave"): math.fsum(by_sd) / 12,
        ("xbar_s", "mvlue"): _weighted(by_sd, weights["s"]),
        ("xbar_s", "rmsdf"): pooled / c4(freedom + 1),
    }
    means = [math.fsum(marks) / len(marks) for marks in FILES]
    rows = []
    for (chart, estimator), sigma in sigmas.items():
        limits = spc.limits(panel, chart=chart, estimator=estimator, baseline=12)
        reach = [3 * sigma / math.sqrt(k) for k in n]
        lows = [same(centre - up, low) for up, low in zip(reach, limits.lcl[0], strict=True)]
        highs = [same(centre + up, high) for up, high in zip(reach, limits.ucl[0], strict=True)]
        same(centre, limits.centre[0, 0])
        same(sigma / math.sqrt(3), limits.sigma[0, 0])
        equal([13], beyond(means, lows, highs, limits))
        lines = (sigma, lows[0], highs[0], lows[3], highs[3])
        rows.append([f"`{chart}`", f"`{estimator}`", *(f"{line:.3f}" for line in lines)])
    sigma = sigmas["xbar_r", "uwave"]
    return {
        "files": "; ".join(commas(marks) for marks in FILES),
        "total": sum(map(sum, base)),
        "members": sum(map(len, base)),
        "centre": centre,
        "ranges": commas(ranges[:12]),
        "d2_2": D2[2],
        "d2_3": D2[3],
        "sigma": sigma,
        "freedom": freedom,
        "pooled": pooled,
        "rows": table(
            ["chart", "estimator", "sigma", "lcl, n = 3", "ucl, n = 3", "lcl, n = 2", "ucl, n = 2"], rows
        ),
        "last": means[12],
        "out": 13,
        **_spreads(panel, n, sigma, sigmas["xbar_s", "uwave"]),
    }


def _weighted(values: list[float], weights: list[float]) -> float:
    return math.fsum(w * x for w, x in zip(weights, values, strict=True)) / math.fsum(weights)


def _spreads(panel: spc.Panel, n: list[int], by_range: float, by_sd: float) -> dict[str, object]:
    """Lines of the R and S charts for three and two observations."""
    rows = []
    for chart, sigma in (("r", by_range), ("s", by_sd)):
        limits = spc.limits(panel, chart=chart, baseline=12)
        for t in (0, 3):
            k = n[t]
            mean, swing = (D2[k], D3[k]) if chart == "r" else (c4(k), math.sqrt(1 - c4(k) ** 2))
            centre = same(mean * sigma, limits.centre[0, t])
            lower = same(max(0.0, (mean - 3 * swing) * sigma), limits.lcl[0, t])
            upper = same((mean + 3 * swing) * sigma, limits.ucl[0, t])
            rows.append([f"`{chart}`", str(k), f"{lower:.3f}", f"{centre:.3f}", f"{upper:.3f}"])
    return {"spreads": table(["chart", "n", "lcl", "centre", "ucl"], rows)}


def together() -> dict[str, object]:
    """T squared and a MEWMA of incidents and hours, in fractions."""
    keys = {"area": ["Swindon"] * 2, "measure": ["Incidents", "Hours"]}
    panel = spc.Panel.from_numpy([ATTENDED, HOURS], start=None, keys=keys)
    found = spc.together(panel, baseline=10, min_observed=10)
    m = 10
    means = [Fraction(sum(row[:m]), m) for row in (ATTENDED, HOURS)]
    moves = [[Fraction(b - a) for a, b in pairwise(row[:m])] for row in (ATTENDED, HOURS)]
    a, b, c = (
        sum((x * y for x, y in zip(moves[i], moves[j], strict=True)), Fraction(0)) / (2 * (m - 1))
        for i, j in ((0, 0), (0, 1), (1, 1))
    )

    def squared(x: Fraction, y: Fraction) -> Fraction:
        return (c * x * x - 2 * b * x * y + a * y * y) / (a * c - b * b)

    away = [(x - means[0], y - means[1]) for x, y in zip(ATTENDED, HOURS, strict=True)]
    points = [same(squared(x, y), found.points[0, t]) for t, (x, y) in enumerate(away)]
    chance = 1 / 370.4
    early = same(-2 * math.log(chance), found.ucl[0, 0])
    f = 2 * (m - 1) ** 2 / (3 * (m - 1) - 1)
    d = f - 1  # F of 2 and d: P(F > x) = (1 + 2 x / d) ** (-d / 2)
    quantile = d / 2 * (chance ** (-2 / d) - 1)
    late = same((1 + 1 / m) * f * 2 / d * quantile, found.ucl[0, 10])
    equal([points[t] > (early if t < m else late) for t in range(11)], found.exceptions[0].tolist())
    parts = [same(points[10] - away[10][1] ** 2 / c, found.parts[0, 10])]
    parts.append(same(points[10] - away[10][0] ** 2 / a, found.parts[1, 10]))
    alone = [
        same(float(x) / math.sqrt(v), found.apart[i, 10])
        for i, (x, v) in enumerate(zip(away[10], (a, c), strict=True))
    ]
    weight = Fraction(1, 10)
    z = (Fraction(0), Fraction(0))
    mewma = spc.together(panel, chart="mewma", baseline=10, min_observed=10, run_length=200, weight=0.1)
    for t, move in enumerate(away):
        z = (weight * move[0] + (1 - weight) * z[0], weight * move[1] + (1 - weight) * z[1])
        last = same(squared(*z) * (2 - weight) / weight, mewma.points[0, t])
    return {
        "attended": commas(ATTENDED),
        "hours": commas(HOURS),
        "means": commas(map(float, means)),
        "a": float(a),
        "b": float(b),
        "c": float(c),
        "points": commas(points, ".3f"),
        "early": early,
        "f": f,
        "late": late,
        "x": float(away[10][0]),
        "y": float(away[10][1]),
        "last": points[10],
        "parts": commas(parts, ".3f"),
        "alone": commas(alone, ".2f"),
        "words": found.words[0],
        "z": commas(map(float, z), ".4f"),
        "mewma": last,
        "h": _published(float(mewma.ucl[0, 0])),
    }


def _published(h: float) -> float:
    """Return the limit, which integral equations solved by others give to eleven digits (R package spc)."""
    if not abs(h - 8.63358064354) < 1e-9:
        raise ArithmeticError(f"The MEWMA's limit is {h!r}.")
    return h
