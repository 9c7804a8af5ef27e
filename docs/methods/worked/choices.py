"""Numbers of the page on the choices that charts share."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import NormalDist

import spc

from .plain import BEYOND, INVERSE_D2, bits, commas, equal, mean, plain_panel, same, steps

#: Made up: emergency calls (hundreds) in two years, with a lost file in month 14.
CALLS = [
    *(52, 55, 51, 54, 53, 56, 52, 50, 54, 55, 53, 52),
    *(54, 31, 53, 55, 52, 54, 56, 53, 51, 54, 52, 55),
]
#: Made up: months that resemble the month before.
SLOW = [20, 22, 23, 25, 24, 22, 23, 19, 20, 18, 17, 21, 20, 24, 25, 24, 21, 22, 20, 19, 18, 20, 19, 23]


def choices() -> dict[str, object]:
    """Sigma with a lost file: as it is, excluded, screened; two events in two years; widened limits."""
    panel = plain_panel(CALLS, start="2022-01")
    ranges = steps(CALLS)
    of_median = math.sqrt(2.0) * NormalDist().inv_cdf(0.75)
    raw, cut = mean(ranges), 1 + 3 * math.sqrt(math.pi / 2 - 1)
    kept = [r for r in ranges if r <= cut * raw]
    asked = {
        "raw": (mean(CALLS), raw, {}),
        "screened": (mean(CALLS), mean(kept), {"screen": "ranges"}),
        "excluded": (
            mean(CALLS[:13] + CALLS[14:]),
            mean(steps(CALLS[:13]) + steps(CALLS[14:])),
            {"exclude": {"2023-02": "lost file"}},
        ),
        "bridged": (
            mean(CALLS[:13] + CALLS[14:]),
            mean(steps(CALLS[:13] + CALLS[14:])),
            {"exclude": {"2023-02": "lost file"}, "gaps": "bridge"},
        ),
    }
    rows = {}
    for name, (centre, range_mean, words) in asked.items():
        limits = spc.limits(panel, **words)
        same(centre, limits.centre[0, 0])
        sigma = same(range_mean * INVERSE_D2, limits.sigma[0, 0])
        upper, lower = centre + 3 * sigma, centre - 3 * sigma
        same(upper, limits.ucl[0, 0])
        same(lower, limits.lcl[0, 0])
        rows[name] = f"{centre:.2f} | {sigma:.3f} | {lower:.2f} | {upper:.2f}"
        equal([14], bits(limits, spc.RULES["opcc"][:1]))
    return {
        "calls": commas(CALLS),
        "limit": cut * raw,
        "dropped": len(ranges) - len(kept),
        "range_mean": raw,
        **rows,
        **_collapse(cut),
        **_widened(),
        "d2": 1 / INVERSE_D2,
        "e2": 3 * INVERSE_D2,
        "d4": cut,
        "d_median": of_median,
        "e_median": 3 / of_median,
    }


def _collapse(cut: float) -> dict[str, object]:
    """Two events in two years, screened by everyone's rule and by ours."""
    counts = [0] * 24
    counts[5] = counts[16] = 1
    ranges = steps(counts)
    kept = [r for r in ranges if r <= cut * mean(ranges)]
    equal(0.0, mean(kept))
    limits = spc.limits(plain_panel(counts, start="2022-01"), screen="ranges")
    return {
        "rare_limit": cut * mean(ranges),
        "rare_kept": len(kept),
        "rare_sigma": same(mean(ranges) * INVERSE_D2, limits.sigma[0, 0]),
        "rare_flags": commas(bits(limits, BEYOND)),
    }


def _widened() -> dict[str, object]:
    n, middle = len(SLOW), mean(SLOW)
    off = [x - middle for x in SLOW]
    r1 = math.fsum(a * b for a, b in pairwise(off)) / math.fsum(x * x for x in off)
    phi = min(0.9, max(0.0, (n * r1 + 1) / (n - 4)))
    sigma = mean(steps(SLOW)) * INVERSE_D2
    panel = plain_panel(SLOW, start="2022-01")
    plain, wide = spc.limits(panel), spc.limits(panel, autocorrelation="widen")
    same(r1, plain.lag1[0])
    same(sigma, plain.sigma[0, 0])
    reach = NormalDist().inv_cdf(0.975) / math.sqrt(n)
    equal(abs(r1 + 1 / n) > reach, "autocorrelation" in plain.warnings[0])
    return {
        "slow": commas(SLOW),
        "r1": r1,
        "band_low": -1 / n - reach,
        "band_high": -1 / n + reach,
        "phi": phi,
        "plain_sigma": sigma,
        "wide_sigma": same(sigma / math.sqrt(1 - phi), wide.sigma[0, 0]),
        "plain_flags": commas(bits(plain, "opcc")) or "none",
        "wide_flags": commas(bits(wide, "opcc")) or "none",
    }
