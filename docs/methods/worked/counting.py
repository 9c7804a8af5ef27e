"""Numbers of the pages on proportions, counts and rates."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import count

import spc

from .plain import INVERSE_D2, beyond, commas, mean, plain_panel, same, sd, steps, table, tail

#: NIST/SEMATECH e-Handbook 6.3.3.2: defective chips in 30 samples of 50.
CHIPS = [
    *(12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13),
    *(9, 6),
]
#: 6.3.3.1: defects on 25 wafers.
WAFERS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
#: Made up: complaints in a year, and hundreds of officers and staff.
COMPLAINTS = [31, 27, 35, 29, 33, 24, 30, 38, 28, 32, 56, 30]
STAFF = [25.0, 25.0, 25.0, 24.0, 24.0, 24.0, 16.0, 25.0, 25.0, 26.0, 26.0, 26.0]
#: Made up: 101 calls abandoned, and all of them.
ABANDONED = [1012, 1130, 978, 1215, 1090, 930, 1174, 1046, 1003, 1156, 1420, 1088]
CALLS = [12100, 12900, 12250, 13300, 12800, 11900, 13050, 12600, 12200, 12750, 13100, 12500]
#: Made up: hours at incidents, and incidents.
HOURS = [460, 350, 504, 400, 468, 430, 390, 512, 444, 476, 420, 455]
INCIDENTS = [400, 324, 441, 361, 400, 361, 324, 441, 400, 400, 361, 400]

Law = Callable[[int], float]


def first_and_last(law: Law, chance: float) -> tuple[int, int]:
    """Return the largest count fallen short of, and the smallest one exceeded, at most that often."""
    below, lower, upper = 0.0, -1, -1
    for k in count():
        below += law(k)
        if lower < 0 and below > chance:
            lower = k
        if upper < 0 and 1.0 - below <= chance:
            upper = k
            return lower, upper
    raise AssertionError


def p_np() -> dict[str, object]:
    """The chips of the handbook, as shares and as counts, and exactly."""
    n, shares = 50, [x / 50 for x in CHIPS]
    panel = plain_panel(CHIPS, [50.0] * 30)
    limits, counted = spc.limits(panel, chart="p"), spc.limits(panel, chart="np")
    p = same(Fraction(sum(CHIPS), 30 * n), limits.centre[0, 0])
    sigma = same(math.sqrt(p * (1 - p) / n), limits.sigma[0, 0])
    lower, upper = same(p - 3 * sigma, limits.lcl[0, 0]), same(p + 3 * sigma, limits.ucl[0, 0])
    np_upper = same(n * p + 3 * n * sigma, counted.ucl[0, 0])
    np_lower = same(n * p - 3 * n * sigma, counted.lcl[0, 0])
    exact = spc.limits(panel, chart="np", limits="exact")
    least, most = first_and_last(lambda k: math.comb(n, k) * p**k * (1 - p) ** (n - k), tail(3.0))
    same(least, exact.lcl[0, 0])
    same(most, exact.ucl[0, 0])
    wide = [100.0, 400.0, 1600.0]
    of = [400.0] * 12 + wide
    varying = spc.limits(plain_panel([80.0] * 12 + [20.0, 80.0, 320.0], of), chart="p", baseline=12)
    rows = [
        [f"{n:,.0f}", f"{same(0.2 - 3 * math.sqrt(0.16 / n), varying.lcl[0, 12 + i]):.3f}"]
        + [f"{same(0.2 + 3 * math.sqrt(0.16 / n), varying.ucl[0, 12 + i]):.3f}"]
        for i, n in enumerate(wide)
    ]
    return {
        "chips": commas(CHIPS),
        "total": sum(CHIPS),
        "p": p,
        "q": 1 - p,
        "sigma": sigma,
        "lower": lower,
        "upper": upper,
        "out": commas(beyond(shares, [lower] * 30, [upper] * 30, limits)),
        "np_centre": same(n * p, counted.centre[0, 0]),
        "np_sigma": same(n * sigma, counted.sigma[0, 0]),
        "np_lower": np_lower,
        "np_upper": np_upper,
        "np_out": commas(beyond(CHIPS, [np_lower] * 30, [np_upper] * 30, counted)),
        "least": least,
        "most": most,
        "exact_out": commas(beyond(CHIPS, [least] * 30, [most] * 30, exact)),
        "varying": table(["n", "lcl", "ucl"], rows),
    }


def c_u() -> dict[str, object]:
    """The wafers of the handbook, three ways; complaints per hundred staff."""
    panel = plain_panel(WAFERS)
    limits = spc.limits(panel, chart="c")
    middle = same(mean(WAFERS), limits.centre[0, 0])
    upper = same(middle + 3 * math.sqrt(middle), limits.ucl[0, 0])
    lower = same(middle - 3 * math.sqrt(middle), limits.lcl[0, 0])
    exact = spc.limits(panel, chart="c", limits="exact")
    poisson = first_and_last(
        lambda k: math.exp(k * math.log(middle) - middle - math.lgamma(k + 1)), tail(3.0)
    )
    variance = sd(WAFERS) ** 2
    k = (variance - middle) / middle**2
    r, share = 1 / k, middle * k / (1 + middle * k)
    negative = first_and_last(lambda x: _negative_binomial(x, r, share), tail(3.0))
    spread = spc.limits(panel, chart="c", limits="negative_binomial")
    for found, (least, most) in ((exact, poisson), (spread, negative)):
        same(least, found.lcl[0, 0])
        same(most, found.ucl[0, 0])
    rates = [x / n for x, n in zip(COMPLAINTS, STAFF, strict=True)]
    per = spc.limits(plain_panel(COMPLAINTS, STAFF, start="2024-01"), chart="u")
    u = same(Fraction(sum(COMPLAINTS)) / Fraction(sum(STAFF)), per.centre[0, 0])
    lows = [same(u - 3 * math.sqrt(u / n), low) for n, low in zip(STAFF, per.lcl[0], strict=True)]
    highs = [same(u + 3 * math.sqrt(u / n), high) for n, high in zip(STAFF, per.ucl[0], strict=True)]
    cells = zip(COMPLAINTS, STAFF, rates, lows, highs, strict=True)
    rows = [
        [str(i + 1), str(x), f"{n:g}", f"{rate:.3f}", f"{low:.3f}", f"{high:.3f}"]
        for i, (x, n, rate, low, high) in enumerate(cells)
        if i in (0, 6, 10)
    ]
    return {
        "wafers": commas(WAFERS),
        "total": sum(WAFERS),
        "middle": middle,
        "lower": lower,
        "upper": upper,
        "out": commas(beyond(WAFERS, [lower] * 25, [upper] * 25, limits)),
        "least": poisson[0],
        "most": poisson[1],
        "exact_out": commas(beyond(WAFERS, [poisson[0]] * 25, [poisson[1]] * 25, exact)),
        "variance": variance,
        "k": k,
        "nb_least": negative[0],
        "nb_most": negative[1],
        "complaints": commas(COMPLAINTS),
        "staff": commas(STAFF),
        "u": u,
        "u_total": sum(COMPLAINTS),
        "u_of": sum(STAFF),
        "rows": table(["month", "complaints", "hundreds of staff", "rate", "lcl", "ucl"], rows),
        "u_out": commas(beyond(rates, lows, highs, per)),
    }


def _negative_binomial(x: int, r: float, share: float) -> float:
    log = math.lgamma(x + r) - math.lgamma(r) - math.lgamma(x + 1)
    return math.exp(log + r * math.log(1 - share) + x * math.log(share))


def laney() -> dict[str, object]:
    """Large denominators: p beside p', u', and the mean hours of an incident on i'."""
    panel = plain_panel(ABANDONED, CALLS, start="2024-01")
    limits = {chart: spc.limits(panel, chart=chart) for chart in ("p", "p_prime", "u", "u_prime")}
    shares = [x / n for x, n in zip(ABANDONED, CALLS, strict=True)]
    p = same(Fraction(sum(ABANDONED), sum(CALLS)), limits["p_prime"].centre[0, 0])
    root = math.sqrt(p * (1 - p))
    z = [(x - p) * math.sqrt(n) / root for x, n in zip(shares, CALLS, strict=True)]
    sigma_z = same(mean(steps(z)) * INVERSE_D2, limits["p_prime"].phase_sigma[0])
    of_u = math.sqrt(p)
    sigma_u = same(sigma_z * root / of_u, limits["u_prime"].phase_sigma[0])
    lines: dict[str, tuple[list[float], list[float]]] = {}
    for chart, unit in (("p", root), ("p_prime", root * sigma_z), ("u", of_u), ("u_prime", of_u * sigma_u)):
        found = limits[chart]
        lows = [same(p - 3 * unit / math.sqrt(n), low) for n, low in zip(CALLS, found.lcl[0], strict=True)]
        highs = [same(p + 3 * unit / math.sqrt(n), up) for n, up in zip(CALLS, found.ucl[0], strict=True)]
        lines[chart] = (lows, highs)
    out = {chart: commas(beyond(shares, *lines[chart], limits[chart])) or "none" for chart in limits}
    times = [x / n for x, n in zip(HOURS, INCIDENTS, strict=True)]
    ratio = spc.limits(plain_panel(HOURS, INCIDENTS, start="2024-01"), chart="i_prime")
    centre = same(Fraction(sum(HOURS), sum(INCIDENTS)), ratio.centre[0, 0])
    even = [
        abs(times[i] - times[i - 1]) / math.sqrt(1 / INCIDENTS[i] + 1 / INCIDENTS[i - 1])
        for i in range(1, 12)
    ]
    sigma = same(math.sqrt(math.pi / 2) * math.fsum(even) / 11, ratio.phase_sigma[0])
    low = [same(centre - 3 * sigma / math.sqrt(n), x) for n, x in zip(INCIDENTS, ratio.lcl[0], strict=True)]
    high = [same(centre + 3 * sigma / math.sqrt(n), x) for n, x in zip(INCIDENTS, ratio.ucl[0], strict=True)]
    return {
        "abandoned": commas(ABANDONED),
        "calls": commas(CALLS),
        "p": p,
        "z": commas(z, ".2f"),
        "range_mean": mean(steps(z)),
        "sigma_z": sigma_z,
        "p_low": lines["p"][0][0],
        "p_high": lines["p"][1][0],
        "prime_low": lines["p_prime"][0][0],
        "prime_high": lines["p_prime"][1][0],
        "out_p": out["p"],
        "out_prime": out["p_prime"],
        "out_u": out["u"],
        "out_u_prime": out["u_prime"],
        "sigma_u": sigma_u,
        "hours": commas(HOURS),
        "incidents": commas(INCIDENTS),
        "centre": centre,
        "even": commas(even, ".2f"),
        "even_mean": math.fsum(even) / 11,
        "sigma": sigma,
        "low": low[0],
        "high": high[0],
        "small_low": low[1],
        "small_high": high[1],
        "out": commas(beyond(times, low, high, ratio)) or "none",
    }
