"""Funnels and ranks from their definitions: tails term by term, limits by counting up, ranks pair by pair.

Tails are sums of terms in fractions (binomial) or in floating point with `fsum` (Poisson); the spread of
units comes from plain lists; ranks from comparing every unit with every other.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import comb, exp, floor, fsum, inf, lgamma, log, nan, sqrt
from statistics import NormalDist

#: How much of P(R = r) belongs to the upper and the lower tail.
OWN = {"tail": (1.0, 1.0), "midp": (0.5, 0.5), "spiegelhalter": (0.0, 1.0)}
Term = Callable[[int], float]


def binomial(n: int, p: float) -> Term:
    """Give P(R = r) of n cases, exactly and then rounded."""
    share = Fraction(p)
    return lambda r: float(comb(n, r) * share**r * (1 - share) ** (n - r)) if 0 <= r <= n else 0.0


def poisson(mean: float) -> Term:
    """Give P(R = r) of a Poisson count."""
    return lambda r: exp(r * log(mean) - mean - lgamma(r + 1)) if r >= 0 else 0.0


def tails(terms: Sequence[float], r: int, way: str) -> tuple[float, float]:
    """Give P(R < r) + l P(R = r) and P(R > r) + h P(R = r)."""
    own_high, own_low = OWN[way]
    own = terms[r] if r < len(terms) else 0.0
    return fsum(terms[:r]) + own_low * own, fsum(terms[r + 1 :]) + own_high * own


def limits(terms: Sequence[float], chance: float, way: str) -> tuple[float, float]:
    """Give the lower and upper limit of the count: where straight lines between whole counts cross `chance`.

    `terms` are P(R = 0), P(R = 1) ... up to the largest count that there is, or can matter. No lower limit
    where none can be crossed.
    """
    most = len(terms) - 1
    lows, highs = zip(*(tails(terms, r, way) for r in range(most + 2)), strict=True)
    first = next(r for r in range(most + 2) if highs[r] < chance)
    before = highs[first - 1] if first else 1.0
    upper = max(first - (chance - highs[first]) / (before - highs[first]), 0.0)
    last = max((r for r in range(most + 1) if lows[r] < chance), default=-1)
    under = lows[last] if last >= 0 else 0.0
    lower = last + (chance - under) / (lows[last + 1] - under)
    return (lower if lower > 0 else nan), upper


def quantile(numbers: Sequence[float], share: float) -> float:
    """Give the quantile on the straight line between neighbours."""
    ordered = sorted(numbers)
    place = share * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] * (1 - (place - low)) + ordered[high] * (place - low)


def cut(z: Sequence[float], share: float, way: str) -> list[float]:
    """Winsorise or trim, or leave as it is."""
    low, high = (quantile(z, share), quantile(z, 1 - share)) if way != "nothing" else (-inf, inf)
    if way == "trimmed":
        return [each for each in z if low <= each <= high]
    return [min(max(each, low), high) for each in z]


def remaining(share: float, steps: int = 200_000) -> float:
    """Give the variance of a winsorised standard normal, by adding up thin slices."""
    normal = NormalDist()
    q = normal.inv_cdf(1 - share)
    width = 2 * q / steps
    slices = fsum((x := -q + (i + 0.5) * width) ** 2 * normal.pdf(x) * width for i in range(steps))
    return slices + 2 * share * q * q


def spread(
    residuals: Sequence[float], errors: Sequence[float], share: float, way: str, consistent: bool
) -> tuple[float, float]:
    """Give phi and tau."""
    z = [e / s for e, s in zip(residuals, errors, strict=True)]
    constant = remaining(share) if consistent and way != "nothing" else 1.0

    def mean_square(tau2: float) -> float:
        inside = cut([e / sqrt(s * s + tau2) for e, s in zip(residuals, errors, strict=True)], share, way)
        return fsum(u * u for u in inside) / len(inside)

    kept = cut(z, share, way)
    phi = fsum(u * u for u in kept) / len(kept) / constant
    if consistent:
        return phi, sqrt(root(lambda tau2: mean_square(tau2) - constant))
    low, high = (quantile(z, share), quantile(z, 1 - share)) if way == "trimmed" else (-inf, inf)
    weights = [1 / s**2 for u, s in zip(z, errors, strict=True) if low <= u <= high]
    scale = fsum(weights) - fsum(w * w for w in weights) / fsum(weights)
    return phi, sqrt(max(0.0, (len(kept) * phi - (len(kept) - 1)) / scale))


def root(function: Callable[[float], float]) -> float:
    """Give where a falling function crosses 0, or 0 if it starts below."""
    if function(0.0) <= 0:
        return 0.0
    low, high = 0.0, 1e-6
    while function(high) > 0:
        low, high = high, 4 * high
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return (low + high) / 2


def ranks(values: Sequence[float]) -> list[int]:
    """Give each value's rank, 1 for the largest: one more than those above it."""
    return [1 + sum(other > value for other in values) for value in values]


def middle_ranks(draws: Sequence[Sequence[float]], unit: int, tail: float) -> tuple[int, int, float]:
    """Give the ranks that leave at most `tail` of the draws out on each side, and the mean rank."""
    found = [1 + sum(other > draw[unit] for other in draw) for draw in draws]
    n, units = len(found), len(draws[0])
    lower = max(k for k in range(1, units + 1) if sum(r < k for r in found) <= tail * n)
    upper = min(k for k in range(1, units + 1) if sum(r > k for r in found) <= tail * n)
    return lower, upper, sum(found) / n
