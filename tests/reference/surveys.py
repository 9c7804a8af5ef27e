"""Intervals of proportions from their definitions: by halving, and by adding up binomial chances."""

from collections.abc import Callable
from fractions import Fraction
from math import comb, erfc, sqrt

HALVINGS = 200


def root(rises: Callable[[float], float], low: float, high: float) -> float:
    """Halve to where a rising function crosses 0."""
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if rises(middle) < 0.0 else (low, middle)
    return 0.5 * (low + high)


def normal_quantile(q: float) -> float:
    """Give the z below which a share q of a normal population lies."""
    return root(lambda z: 0.5 * erfc(-z / sqrt(2.0)) - q, -10.0, 10.0)


def wilson(p: float, n: float, level: float) -> tuple[float, float]:
    """Give the shares p0 that a score test of p does not reject: (p - p0)^2 = z^2 p0 (1 - p0) / n."""
    z = normal_quantile(0.5 + level / 200.0)

    def beyond(p0: float) -> float:
        return (p - p0) ** 2 - z * z * p0 * (1.0 - p0) / n

    lower = 0.0 if p == 0.0 else root(lambda p0: -beyond(p0), 0.0, p)
    upper = 1.0 if p == 1.0 else root(beyond, p, 1.0)
    return lower, upper


def at_least(x: int, n: int, p: float) -> float:
    """Give the chance of x or more of n, exactly for the float p."""
    share = Fraction(p)
    return float(sum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(x, n + 1)))


def clopper_pearson(x: int, n: int, level: float) -> tuple[float, float]:
    """Give the shares under which x or more, or x or fewer, have the chance of one tail."""
    tail = 0.5 - level / 200.0
    lower = 0.0 if x == 0 else halve(lambda p: at_least(x, n, p) - tail)
    upper = 1.0 if x == n else halve(lambda p: at_least(x + 1, n, p) - (1.0 - tail))
    return lower, upper


def halve(rises: Callable[[float], float]) -> float:
    """Halve [0, 1] 45 times: exact binomial sums take long."""
    low, high = 0.0, 1.0
    for _ in range(45):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if rises(middle) < 0.0 else (low, middle)
    return 0.5 * (low + high)


def newcombe(p1: float, n1: float, p2: float, n2: float, level: float) -> tuple[float, float]:
    """Give method 10 of Newcombe (1998): square and add how far each Wilson interval reaches."""
    (l1, u1), (l2, u2) = wilson(p1, n1, level), wilson(p2, n2, level)
    gap = p1 - p2
    return gap - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2), gap + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
