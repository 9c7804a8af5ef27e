"""Numbers of the page on EWMA, CUSUM and moving averages."""

from __future__ import annotations

import math

import spc

from .plain import BEYOND, beyond, bits, commas, equal, mean, plain_panel, same, table

#: NIST/SEMATECH e-Handbook 6.3.2.4: twenty observations; centre 50 and sigma 2.0539 were known before.
OBSERVED = [
    *(52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5),
    *(49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1),
]
#: 6.3.2.3: means of twenty groups; target 325, sigma 0.635, k 0.3175 and h 4.1959 in the unit of the data.
GROUPS = [
    *(324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600),
    *(324.625, 325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350),
]


def memory() -> dict[str, object]:
    """The three charts."""
    return {**_ewma(), **_cusum(), **_moving()}


def _ewma() -> dict[str, object]:
    lam, centre, sigma = 0.3, 50.0, 2.0539
    panel = plain_panel(OBSERVED)
    exact = spc.limits(panel, chart="ewma", lam=lam, centre=centre, sigma=sigma)
    flat = spc.limits(panel, chart="ewma", lam=lam, centre=centre, sigma=sigma, lines="asymptotic")
    z, points, reach = centre, [], []
    for i, x in enumerate(OBSERVED):
        z = lam * x + (1 - lam) * z
        points.append(same(z, exact.points[0, i]))
        share = lam / (2 - lam) * (1 - (1 - lam) ** (2 * i + 2))
        reach.append(3 * sigma * math.sqrt(share))
        same(centre + reach[i], exact.ucl[0, i])
        same(centre - reach[i], exact.lcl[0, i])
    wide = 3 * sigma * math.sqrt(lam / (2 - lam))
    for flags in (exact, flat):
        equal([], bits(flags, BEYOND))
    rows = [
        [str(i + 1), f"{OBSERVED[i]:g}", f"{points[i]:.4f}", f"{centre - reach[i]:.4f}"]
        + [f"{centre + reach[i]:.4f}"]
        for i in (0, 1, 2, 18, 19)
    ]
    return {
        "observed": commas(OBSERVED),
        "ewma_rows": table(["i", "x", "z", "lcl", "ucl"], rows),
        "flat_high": same(centre + wide, flat.ucl[0, 0]),
        "flat_low": same(centre - wide, flat.lcl[0, 0]),
        "second": 0.3 * 47.0 + 0.7 * points[0],
        "first": points[0],
    }


def _cusum() -> dict[str, object]:
    target, sigma, slack, reach = 325.0, 0.635, 0.3175, 4.1959
    known = {"centre": target, "sigma": sigma, "k": slack / sigma, "h": reach / sigma}
    limits = spc.limits(plain_panel(GROUPS), chart="cusum", **known)
    assert limits.months is not None and limits.months.below is not None
    up, down, rows, out = 0.0, 0.0, [], []
    for i, x in enumerate(GROUPS):
        up = same(max(0.0, up + x - target - slack), limits.points[0, i])
        down = max(0.0, down + target - x - slack)
        same(-down, limits.months.below[0, i])
        if max(up, down) > reach:
            out.append(i + 1)
        if i in (0, 3, 4, 11, 12, 13, 14):
            rows.append([str(i + 1), f"{x:g}", f"{x - target:.3f}", f"{up:.4f}", f"{down:.4f}"])
    same(reach, limits.ucl[0, 0])
    equal(out, bits(limits, BEYOND))
    return {
        "groups": commas(GROUPS),
        "cusum_rows": table(["group", "x", "x - 325", "C+", "C-"], rows),
        "cusum_first": out[0],
        "cusum_out": commas(out),
    }


def _moving() -> dict[str, object]:
    centre, sigma, span = 50.0, 2.0539, 3
    limits = spc.limits(plain_panel(OBSERVED), chart="ma", span=span, centre=centre, sigma=sigma)
    points, lows, highs = [], [], []
    for i in range(len(OBSERVED)):
        last = OBSERVED[max(0, i - span + 1) : i + 1]
        points.append(same(mean(last), limits.points[0, i]))
        lows.append(same(centre - 3 * sigma / math.sqrt(len(last)), limits.lcl[0, i]))
        highs.append(same(centre + 3 * sigma / math.sqrt(len(last)), limits.ucl[0, i]))
    rows = [[str(i + 1), f"{points[i]:.4f}", f"{lows[i]:.4f}", f"{highs[i]:.4f}"] for i in (0, 1, 2, 18, 19)]
    out = beyond(points, lows, highs, limits)
    return {
        "ma_rows": table(["i", "mean of the last three", "lcl", "ucl"], rows),
        "ma_out": commas(out) or "none",
    }
