"""Shrunken figures from their definitions: integrals over a unit's own figure, a plain grid of parameters.

`integrated` adds up thin slices of (law of the family) x (law of chance); `chance` is the closed form of the
textbooks, in log gammas; `posterior` weighs every pair (mu, size) of a wide grid, `mixed` two families too.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, fsum, lgamma, log, pi, prod, sqrt

Pairs = list[tuple[float, float, float]]
Mixed = tuple[float, list[float], list[float]]


def log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def chance(law: str, n: float, of: float, mu: float, size: float) -> float:
    """Give the log of P(n), or of the density of the mean n / of."""
    if law == "poisson":
        a = mu * size
        found = lgamma(n + a) - lgamma(a) - lgamma(n + 1)
        return found + a * log(size / (size + of)) + n * log(of / (size + of))
    if law == "binomial":
        a, b = mu * size, (1 - mu) * size
        ways = lgamma(of + 1) - lgamma(n + 1) - lgamma(of - n + 1)
        return ways + log_beta(n + a, of - n + b) - log_beta(a, b)
    variance = 1 / of + 1 / size
    return -((n / of - mu) ** 2) / variance / 2 - log(2 * pi * variance) / 2


def integrated(law: str, n: float, of: float, mu: float, size: float, slices: int = 40_000) -> float:
    """Give P(n), or the density of the mean, as an integral over the unit's own figure."""
    low, high = {"poisson": (-250.0, 8.0), "binomial": (-250.0, 250.0), "normal": (mu - 50, mu + 50)}[law]
    width = (high - low) / slices
    return fsum(_slice(law, n, of, mu, size, low + (i + 0.5) * width) for i in range(slices)) * width


def _slice(law: str, n: float, of: float, mu: float, size: float, x: float) -> float:
    """Give what is integrated at x: the log of a rate, the log odds of a share, the mean itself."""
    if law == "poisson":
        t, a = exp(x), mu * size
        prior = a * log(size) + a * x - size * t - lgamma(a)
        return exp(prior + n * (x + log(of)) - of * t - lgamma(n + 1))
    if law == "binomial":
        a, b = mu * size, (1 - mu) * size
        one, other = -log(1 + exp(-x)), -log(1 + exp(x))
        ways = lgamma(of + 1) - lgamma(n + 1) - lgamma(of - n + 1)
        return exp((a + n) * one + (b + of - n) * other - log_beta(a, b) + ways)
    return sqrt(size * of) / (2 * pi) * exp(-size * (x - mu) ** 2 / 2 - of * (n / of - x) ** 2 / 2)


def posterior(law: str, total: Sequence[float], of: Sequence[float], mus: Sequence[float]) -> Pairs:
    """Give (weight, mu, size) over `mus` and sizes from exp(-16) to exp(12) of the mean `of`.

    The sizes' prior is that of a uniform size / (size + mean of). `mus` are evenly spaced as logs of rates,
    as log odds of shares, as means.
    """
    middle = fsum(of) / len(of)
    found = []
    for step in range(-160, 121):
        size = middle * exp(step / 10)
        prior = size * middle / (size + middle) ** 2  # of the log of size
        for mu in mus:
            root = {"poisson": mu, "binomial": mu * (1 - mu), "normal": 1.0}[law] ** 0.5
            logs = fsum(chance(law, n, d, mu, size) for n, d in zip(total, of, strict=True))
            found.append((logs + log(prior * root), mu, size))
    best = max(each[0] for each in found)
    whole = fsum(exp(each[0] - best) for each in found)
    return [(exp(height - best) / whole, mu, size) for height, mu, size in found]


def shrunken(pairs: Pairs, n: float, of: float) -> float:
    """Give the mean of a unit's own figure."""
    return fsum(weight * (n + mu * size) / (of + size) for weight, mu, size in pairs)


def mixed(law: str, total: Sequence[float], of: Sequence[float], mus: Sequence[float]) -> Mixed:
    """Give the chance that there are two families, the units' own figures, and their chances of the second.

    Every pair of `mus` (spaced as for `posterior`), share and size of a grid is weighed, against every single
    mu: share is uniform, and the gap half-Cauchy with scale 3 in standard deviations of a unit of mean size.
    """
    middle, units = fsum(of) / len(of), range(len(of))
    step = log(mus[1] / mus[0]) if law == "poisson" else mus[1] - mus[0]
    single, double = 0.0, 0.0
    figures, second = [0.0] * len(of), [0.0] * len(of)
    for x in range(-8, 9):
        size = middle * exp(x)
        prior = size * middle / (size + middle) ** 2
        seen = [[exp(chance(law, n, d, mu, size)) for n, d in zip(total, of, strict=True)] for mu in mus]
        for i, mu in enumerate(mus):
            case = mu if law == "poisson" else 1.0
            weight = prior * case**0.5 * step * prod(seen[i])
            single += weight
            for u in units:
                figures[u] += weight * (total[u] + mu * size) / (of[u] + size)
            for j in range(i + 1, len(mus)):
                between = (mu * mus[j]) ** 0.5 if law == "poisson" else 1.0
                square = (mus[j] - mu) ** 2 / (1 / size + 1 / middle) / between
                gap = 2 / pi * 3 / (9 + square) / (1 / size + 1 / middle) ** 0.5
                for share in (0.1, 0.3, 0.5, 0.7, 0.9):
                    own = [share * b + (1 - share) * a for a, b in zip(seen[i], seen[j], strict=True)]
                    weight = prior * between * step**2 * gap * 0.2 * prod(own)
                    double += weight
                    for u in units:
                        part = share * seen[j][u] / own[u]
                        mean = mu + part * (mus[j] - mu)
                        figures[u] += weight * (total[u] + mean * size) / (of[u] + size)
                        second[u] += weight * part
    both = single + double
    return double / both, [each / both for each in figures], [each / double for each in second]
