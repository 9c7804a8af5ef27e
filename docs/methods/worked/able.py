"""Numbers of the page on capability."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import NormalDist

import spc

from .plain import INVERSE_D2, bisected, commas, mean, plain_panel, same, sd, steps, table

#: Made up: mean minutes to answer, month by month.
MINUTES = [10, 12, 11, 9, 10, 11, 8, 10, 12, 9, 10, 11]
LOW, HIGH = 4.0, 15.0


def chi_squared_below(x: float, freedom: float) -> float:
    """Return P(chi squared <= x) by the series of the incomplete gamma function."""
    a, half = freedom / 2, x / 2
    term, total, k = 1.0, 0.0, 0
    while term > 1e-18 * total:
        total += term
        k += 1
        term *= half / (a + k)
    return total * math.exp(a * math.log(half) - half - math.lgamma(a + 1)) if x > 0 else 0.0


def capability() -> dict[str, object]:
    """Every index with its interval."""
    found = spc.capability(
        spc.limits(plain_panel(MINUTES, start="2024-01")), lower=LOW, upper=HIGH, target=10
    )
    m, n = mean(MINUTES), len(MINUTES)
    sigma, spread = mean(steps(MINUTES)) * INVERSE_D2, sd(MINUTES)
    same(sigma, found.sigma[0])
    same(spread, found.sd[0])
    number = len(list(pairwise(MINUTES)))
    own, shared = math.pi / 2 - 1, math.sqrt(3) / 2 + math.pi / 12 - 1
    variance = (own * number + 2 * shared * (number - 1)) / number**2
    freedom = {"c": same(1 / (2 * math.sqrt(1 + 2 * variance) - 2), found.freedom[0]), "p": n - 1.0}
    z = NormalDist().inv_cdf(0.975)
    indices, ends = {}, {}
    for letter, s in (("c", sigma), ("p", spread)):
        f = freedom[letter]
        wide, near = (HIGH - LOW) / (6 * s), min(HIGH - m, m - LOW) / (3 * s)
        reach = z * math.sqrt(1 / (9 * n) + near**2 / (2 * f))
        indices[letter + "p"], ends[letter + "p"] = wide, _by_chi_squared(wide, f)
        indices[letter + "pk"], ends[letter + "pk"] = near, (near - reach, near + reach)
    away = (m - 10) / spread
    indices["cpm"] = (HIGH - LOW) / (6 * math.sqrt(spread**2 + (m - 10) ** 2))
    ends["cpm"] = _by_chi_squared(indices["cpm"], n * (1 + away**2) ** 2 / (1 + 2 * away**2))
    rows = []
    for name in ("cp", "cpk", "pp", "ppk", "cpm"):
        same(indices[name], found.index[name][0])
        for mine, theirs in zip(ends[name], found.interval[name][0], strict=True):
            same(mine, theirs)
        rows.append([name.capitalize(), *(f"{x:.3f}" for x in (indices[name], *ends[name]))])
    beyond = {}
    for name, s in (("within", sigma), ("overall", spread)):
        tails = math.erfc((m - LOW) / s / math.sqrt(2)) + math.erfc((HIGH - m) / s / math.sqrt(2))
        beyond[name] = 5e5 * tails
    same(beyond["within"] / 1e6, found.ppm_within[0] / 1e6)
    same(beyond["overall"] / 1e6, found.ppm_overall[0] / 1e6)
    return {
        "minutes": commas(MINUTES),
        "mean": m,
        "range_mean": mean(steps(MINUTES)),
        "sigma": sigma,
        "sd": spread,
        "variance": variance,
        "freedom": freedom["c"],
        "rows": table(["index", "value", "from", "to"], rows),
        "python": f"{found.index['cpk'].round(3)} {found.interval['cpk'].round(3)} {found.in_control}",
        **beyond,
    }


def _by_chi_squared(index: float, freedom: float) -> tuple[float, float]:
    low, high = (
        bisected(lambda x: chi_squared_below(x, freedom), chance, 0.0, 20 * freedom + 50)
        for chance in (0.025, 0.975)
    )
    return index * math.sqrt(low / freedom), index * math.sqrt(high / freedom)
