"""`auto` from its printed definition, one series at a time: docs/decisions/0017-auto.md.

None stands for a month that is not observed. Starts and month effects come from a general solver of least
squares, on errors got by running the recursion; rare counts are not forecast here, only told (`is_rare`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

YEAR = 12
Row = Sequence[float | None]


@dataclass(frozen=True)
class Lane:
    """The fixed numbers of one smoother; `trend` is True for the damped trend, False for the line."""

    trend: bool
    carry: float
    phi: float
    alpha: float
    beta: float
    gamma: float

    def reach(self, h: int) -> float:
        """R_h: what the second state adds to the forecast h months ahead."""
        return sum(self.phi**j for j in range(1, h + 1)) if self.trend else self.phi**h

    def echo(self, j: int) -> float:
        """c_j: what an error of 1 does j months later."""
        return self.alpha + self.beta * self.reach(j) + (self.gamma if j % YEAR == 0 else 0.0)


DAMPED = [
    Lane(True, 0.95, 0.95, alpha, beta, times * (1.0 - alpha))
    for alpha in (0.1, 0.35, 0.75)
    for beta in (0.0, 0.1 * alpha)
    for times in (0.0, 0.1, 0.3)
] + [Lane(True, 0.95, 0.95, 0.95, beta, 0.0) for beta in (0.475, 0.19)]
LINES = [
    Lane(False, 0.0, phi, alpha, beta, gamma)
    for phi in (0.6, 0.88)
    for alpha in (0.0, 0.15)
    for beta in (0.15, 0.4, 0.8)
    for gamma in (0.0, 0.2)
    if alpha + beta + gamma < 1.05
]


@dataclass(frozen=True)
class Run:
    """One lane over one series: expectations, errors, and the states after the last month."""

    expected: list[float]
    errors: list[float]
    level: float
    second: float
    season: dict[int, float]
    line: float

    @property
    def squares(self) -> float:
        return math.fsum(e * e for e in self.errors)


def run(z: Row, january: int, lane: Lane, level: float, slope: float) -> Run:
    """Follow the recursion from a start; the first month of `z` has the calendar month `january`."""
    line = 0.0 if lane.trend else slope
    second = slope if lane.trend else 0.0
    season = dict.fromkeys(range(YEAR), 0.0)
    expected, errors = [], []
    for k, month in enumerate(z, start=1):
        m = (january + k - 1) % YEAR
        expected.append(level + lane.phi * second + season[m] + line * k / 12.0)
        e = 0.0 if month is None else month - expected[-1]
        errors.append(e)
        level = level + lane.carry * second + lane.alpha * e
        second = lane.phi * second + lane.beta * e
        season[m] += lane.gamma * e
    return Run(expected, errors, level, second, season, line)


def best_run(z: Row, january: int, lane: Lane) -> Run:
    """Run from the start that minimises sum e^2 + 2 d^2, by least squares on what each start changes."""
    blank: Row = [None if month is None else 0.0 for month in z]
    from_zero = run(z, january, lane, 0.0, 0.0).errors
    by_level = run(blank, january, lane, 1.0, 0.0).errors
    by_slope = run(blank, january, lane, 0.0, 1.0).errors
    held = [[-up, -along] for up, along in zip(by_level, by_slope, strict=True)] + [[0.0, math.sqrt(2.0)]]
    (level, slope), *_ = np.linalg.lstsq(np.array(held), np.array(from_zero + [0.0]), rcond=None)
    return run(z, january, lane, float(level), float(slope))


def effects(z: Row, january: int) -> tuple[list[float], float]:
    """Fit a line beside month effects; return what is taken off each calendar month, and the share."""
    rows = [(k, (january + k) % YEAR, month) for k, month in enumerate(z) if month is not None]
    names = sorted({m for _, m, _ in rows})
    design = np.array([[k / YEAR] + [float(m == name) for name in names] for k, m, _ in rows])
    answer = np.array([month for _, _, month in rows])
    found, *_ = np.linalg.lstsq(design, answer, rcond=None)
    left = math.fsum((answer - design @ found) ** 2)
    middle = math.fsum(found[1:]) / len(names)
    plain = {name: float(found[1 + at]) - middle for at, name in enumerate(names)}
    explained = math.fsum(plain[m] ** 2 for _, m, _ in rows) / 11.0
    if left == 0.0:
        share = 1.0 if explained > 0.0 else 0.0
    elif explained == 0.0:
        share = 0.0
    else:
        share = max(0.0, 1.0 - 1.4 * (left / (len(rows) - YEAR)) / explained)
    return [share * plain.get(m, 0.0) for m in range(YEAR)], share


@dataclass(frozen=True)
class Scale:
    """What is expected on one scale: months to come, their sd, months that were, the log likelihood."""

    centre: list[float]
    sd: list[float]
    fitted: list[float]
    likelihood: float


def on_scale(values: Row, january: int | None, horizon: int) -> Scale:
    """Average the lanes over a series that begins with an observed month."""
    seen = [month for month in values if month is not None]
    n, N = len(values), len(seen)
    middle = math.fsum(seen) / N
    z = [None if month is None else month - middle for month in values]
    with_season = january is not None and n >= 24 and N >= 21
    first = january or 0
    season, share = effects(z, first) if with_season else ([0.0] * YEAR, 0.0)
    z = [None if month is None else month - season[(first + k) % YEAR] for k, month in enumerate(z)]
    means, variances, weights = [], [], []
    fitted = [0.0] * n
    likelihood = -math.inf
    nu = max(N - 2.0 - 11.0 * share, N / 4.0)
    for family in (DAMPED, LINES):
        lanes = [lane for lane in family if with_season or lane.gamma == 0.0]
        runs = [best_run(z, first, lane) for lane in lanes]
        squares = [
            max(one.squares, 1e-13 * run(z, first, lane, 0.0, 0.0).squares)
            for lane, one in zip(lanes, runs, strict=True)
        ]
        least = min(squares)
        if family is DAMPED:
            likelihood = -N / 2.0 * math.log(least / N) if least > 0.0 else math.inf
        shares = [1.0 if least == 0.0 else (S / least) ** (-N / 2.0) for S in squares]
        shares = [p if p >= 0.001 else 0.0 for p in shares]
        shares = [p / math.fsum(shares) / 2.0 for p in shares]
        for lane, one, S, p in zip(lanes, runs, squares, shares, strict=True):
            if p > 0.0:
                ahead = months_ahead(lane, one, first, n, horizon)
                wide = [
                    S / nu * (1.0 + math.fsum(lane.echo(j) ** 2 for j in range(1, h)) + 12 * share / max(N, 12))
                    for h in range(1, horizon + 1)
                ]
                means.append(ahead)
                variances.append(wide)
                weights.append(p)
                fitted = [total + p * each for total, each in zip(fitted, one.expected, strict=True)]
    low, high = min(m for m in z if m is not None), max(m for m in z if m is not None)
    reach = high - low
    centre, sd = [], []
    for h in range(horizon):
        mean = math.fsum(p * ahead[h] for p, ahead in zip(weights, means, strict=True))
        within = math.fsum(p * wide[h] for p, wide in zip(weights, variances, strict=True))
        between = math.fsum(p * (ahead[h] - mean) ** 2 for p, ahead in zip(weights, means, strict=True))
        kept = min(max(mean, low - reach), high + reach)
        centre.append(kept + middle + season[(first + n + h) % YEAR])
        sd.append(math.sqrt(within + between) * factor(h + 1, N))
    fitted = [each + middle + season[(first + k) % YEAR] for k, each in enumerate(fitted)]
    return Scale(centre, sd, fitted, likelihood)


def months_ahead(lane: Lane, one: Run, january: int, n: int, horizon: int) -> list[float]:
    """Carry the states after the last month on."""
    found = []
    for h in range(1, horizon + 1):
        damped = sum(0.95**j for j in range(1, h + 1))
        season = one.season[(january + n + h - 1) % YEAR]
        found.append(one.level + lane.reach(h) * one.second + season + one.line * (n + damped) / 12.0)
    return found


def factor(h: int, N: int) -> float:
    """The frozen factor of the sd."""
    return math.exp(0.031 + 0.025 * math.log(h) - 0.043 * math.log(min(max(N, 24), 180) / 60.0))


def is_rare(values: Row) -> bool:
    """Tell whole numbers from 0 with a mean below 3 and a tenth of months of 0, in the last 36 observed."""
    seen = [month for month in values if month is not None]
    last = seen[-36:]
    whole = all(month >= 0.0 and month == math.floor(month) for month in seen)
    return whole and math.fsum(last) < 3.0 * len(last) and 10 * last.count(0.0) >= len(last)


@dataclass(frozen=True)
class Known:
    """Forecasts of one series; `fitted` begins with the first observed month."""

    mean: list[float]
    lower: list[float]
    upper: list[float]
    fitted: list[float]
    #: How far the forecast follows square roots; None where the series is taken as it is.
    roots: float | None


def auto(values: Row, january: int | None, horizon: int, level: float) -> Known:
    """Forecast a series; `january` is the calendar month of its first value, None without calendar."""
    begin = next(at for at, month in enumerate(values) if month is not None)
    y = list(values[begin:])
    first = None if january is None else (january + begin) % YEAR
    seen = [month for month in y if month is not None]
    times = float(student.ppf(0.5 + level / 200.0, max(len(seen) - 6, 3)))
    if min(seen) < 0.0:
        one = on_scale(y, first, horizon)
        mean, lower, upper = one.centre, moved(one, -times), moved(one, times)
        return Known(mean, lower, upper, one.fitted, None)
    offset = min(x for x in seen if x > 0.0) / 2.0 if 0.0 in seen else 0.0
    logs = on_scale([None if x is None else math.log(x + offset) for x in y], first, horizon)
    roots = on_scale([None if x is None else math.sqrt(x) for x in y], first, horizon)
    likely = logs.likelihood - math.fsum(math.log(x + offset) for x in seen)
    as_root = roots.likelihood - math.fsum(math.log(2.0 * math.sqrt(x + offset)) for x in seen)
    share = 1.0 / (1.0 + math.exp(min(0.3 * (likely - as_root + 2.0), 700.0)))

    def back(of_logs: list[float], of_roots: list[float]) -> list[float]:
        pairs = zip(of_logs, of_roots, strict=True)
        return [(1.0 - share) * (math.exp(u) - offset) + share * max(v, 0.0) ** 2 for u, v in pairs]

    def floored(numbers: list[float]) -> list[float]:
        return [max(number, 0.0) for number in numbers]

    return Known(
        floored(back(logs.centre, roots.centre)),
        floored(back(moved(logs, -times), moved(roots, -times))),
        floored(back(moved(logs, times), moved(roots, times))),
        back(logs.fitted, roots.fitted),
        share,
    )


def moved(one: Scale, times: float) -> list[float]:
    """Give the centre and so many sd."""
    return [centre + times * sd for centre, sd in zip(one.centre, one.sd, strict=True)]
