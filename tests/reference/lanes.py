"""`auto` from its printed definition, one series at a time: docs/decisions/0017-auto.md.

None stands for a month that is not observed. Starts and month effects come from a general solver of least
squares, on errors got by running the recursion; rare counts are not forecast here, only told (`is_rare`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import f as f_distribution
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


def changed(z: Row, january: int, lane: Lane, level: float, slope: float) -> list[float]:
    """Give what a start changes in each error: the months themselves are left out of it."""
    blank: Row = [None if month is None else 0.0 for month in z]
    return [-e for e in run(blank, january, lane, level, slope).errors]


def least_squares(columns: list[list[float]], answer: list[float]) -> tuple[list[float], float]:
    """Return the coefficients, and the squares that are left."""
    design, y = np.array(columns).T, np.array(answer)
    found, *_ = np.linalg.lstsq(design, y, rcond=None)
    return found.tolist(), math.fsum((y - design @ found) ** 2)


def best_run(z: Row, january: int, lane: Lane) -> tuple[Run, float]:
    """Run from the best start, its slope taken by its chance; and give the floor of all squares."""
    from_zero = run(z, january, lane, 0.0, 0.0)
    floor = 1e-13 * from_zero.squares
    by_level, by_slope = changed(z, january, lane, 1.0, 0.0), changed(z, january, lane, 0.0, 1.0)
    _, without = least_squares([by_level], from_zero.errors)
    # 2 d^2 is the square of one more error, in which the slope alone has a part
    prior = [by_level + [0.0], by_slope + [math.sqrt(2.0)]]
    (_, slope), with_slope = least_squares(prior, from_zero.errors + [0.0])
    _, apart = least_squares([by_level], by_slope)
    if floor > 0.0:
        odds = len([month for month in z if month is not None]) / 2.0
        chance = odds * math.log(max(without, floor) / max(with_slope, floor))
        chance += 1.0 + math.log(2.0 / (apart + 2.0)) / 2.0
        slope *= 1.0 / (1.0 + math.exp(min(-chance, 700.0)))
    rest = [e - slope * by for e, by in zip(from_zero.errors, by_slope, strict=True)]
    (level,), _ = least_squares([by_level], rest)
    return run(z, january, lane, level, slope), floor


def effects(z: Row, january: int) -> tuple[list[float], float]:
    """Fit a line beside month effects; return what is taken off each calendar month, and the share."""
    rows = [(k, (january + k) % YEAR, month) for k, month in enumerate(z) if month is not None]
    kinds = sorted({m for _, m, _ in rows})
    line = [k / YEAR for k, _, _ in rows]
    names = [[float(m == name) for _, m, _ in rows] for name in kinds]
    (_, *each), left = least_squares([line, *names], [month for _, _, month in rows])
    plain = [0.0] * YEAR
    for m, effect in zip(kinds, each, strict=True):
        plain[m] = effect - math.fsum(each) / len(kinds)
    between = math.fsum(plain[m] ** 2 for _, m, _ in rows)
    quartile = float(f_distribution.ppf(0.75, YEAR - 1, max(len(rows) - YEAR, 1)))
    noise = (len(kinds) - 1) * quartile * left / max(len(rows) - len(kinds), 1)
    is_rounding = between <= 1e-26 * math.fsum(month**2 for _, _, month in rows)
    share = 1.0 - noise / between if between > noise and not is_rounding else 0.0
    return [share * effect for effect in plain], share


def by_likelihood(squares: list[float], N: int) -> list[float]:
    """Give the shares of one family, which add up to a half."""
    least = min(squares)
    shares = [1.0 if least == 0.0 else (S / least) ** (-N / 2.0) for S in squares]
    shares = [p if p >= 0.001 else 0.0 for p in shares]
    return [p / math.fsum(shares) / 2.0 for p in shares]


@dataclass(frozen=True)
class Scale:
    """What is expected on one scale: months to come, their variance, months that were.

    `likelihood` is the logarithm, without the slope of the scale; `freedom` is nu.
    """

    centre: list[float]
    variance: list[float]
    fitted: list[float]
    likelihood: float
    freedom: float


def on_scale(values: Row, january: int | None, horizon: int) -> Scale:
    """Average the lanes over a series that begins with an observed month."""
    seen = [month for month in values if month is not None]
    n, N = len(values), len(seen)
    middle = math.fsum(seen) / N
    z = [None if month is None else month - middle for month in values]
    with_season, first = january is not None and N >= 15, january or 0
    season, share = effects(z, first) if with_season else ([0.0] * YEAR, 0.0)
    z = [None if month is None else month - season[(first + k) % YEAR] for k, month in enumerate(z)]
    freedom = max(N - 2.0 - 11.0 * share, 2.0)
    parts: list[tuple[float, list[float], list[float], list[float]]] = []
    likelihood = math.inf
    for family in (DAMPED, LINES):
        lanes = [lane for lane in family if with_season or lane.gamma == 0.0]
        runs = [best_run(z, first, lane) for lane in lanes]
        squares = [max(one.squares, floor) for one, floor in runs]
        if family is DAMPED and min(squares) > 0.0:
            likelihood = -N / 2.0 * math.log(min(squares) / N)
        for p, S, lane, (one, _) in zip(by_likelihood(squares, N), squares, lanes, runs, strict=True):
            ahead = months_ahead(lane, one, first, n, horizon)
            echoes = [math.fsum(lane.echo(j) ** 2 for j in range(1, h)) for h in range(1, horizon + 1)]
            wide = [S / freedom * (1.0 + each + 12.0 * share / max(N, 12)) for each in echoes]
            parts.append((p, ahead, wide, one.expected))
    known = [month for month in z if month is not None]
    reach = max(known) - min(known)
    centre, variance = [], []
    for h in range(horizon):
        mean = math.fsum(p * ahead[h] for p, ahead, _, _ in parts)
        variance.append(math.fsum(p * (wide[h] + (ahead[h] - mean) ** 2) for p, ahead, wide, _ in parts))
        kept = min(max(mean, min(known) - reach), max(known) + reach)
        centre.append(kept + middle + season[(first + n + h) % YEAR])
    fitted = [
        math.fsum(p * expected[k] for p, _, _, expected in parts) + middle + season[(first + k) % YEAR]
        for k in range(n)
    ]
    return Scale(centre, variance, fitted, likelihood, freedom)


def months_ahead(lane: Lane, one: Run, january: int, n: int, horizon: int) -> list[float]:
    """Carry the states after the last month on."""
    found = []
    for h in range(1, horizon + 1):
        damped = sum(0.95**j for j in range(1, h + 1))
        season = one.season[(january + n + h - 1) % YEAR]
        found.append(one.level + lane.reach(h) * one.second + season + one.line * (n + damped) / 12.0)
    return found


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


def auto(
    values: Row,
    january: int | None,
    horizon: int,
    level: float,
    factors: tuple[float, float, float],
    counted: bool = True,
) -> Known:
    """Forecast a series; `january` is the calendar month of its first value, None without calendar.

    `factors` are those of the sd: always, by log h, by log(N / 60); `counted` is False for a ratio.
    """
    begin = next(at for at, month in enumerate(values) if month is not None)
    late = next(at for at, month in enumerate(reversed(values)) if month is not None)
    if late:
        whole = auto(values[: len(values) - late], january, late + horizon, level, factors, counted)
        ahead = (each[late:] for each in (whole.mean, whole.lower, whole.upper))
        return Known(*ahead, whole.fitted + whole.mean[:late])
    y = list(values[begin:])
    first = None if january is None else (january + begin) % YEAR
    seen = [month for month in y if month is not None]
    length = math.log(min(max(len(seen), 24), 180) / 60.0)
    wider = [
        math.exp(factors[0] + factors[1] * math.log(h) + factors[2] * length) for h in range(1, horizon + 1)
    ]

    def moved(one: Scale, times: float) -> list[float]:
        columns = zip(one.centre, one.variance, wider, strict=True)
        return [centre + times * math.sqrt(variance) * each for centre, variance, each in columns]

    if min(seen) < 0.0:
        one = on_scale(y, first, horizon)
        times = quantile(level, one.freedom)
        return Known(one.centre, moved(one, -times), moved(one, times), one.fitted)

    offset = min((x for x in seen if x > 0.0), default=2.0) / 2.0 if 0.0 in seen else 0.0
    logs = on_scale([None if x is None else math.log(x + offset) for x in y], first, horizon)
    roots = on_scale([None if x is None else math.sqrt(x) for x in y], first, horizon)
    likely = logs.likelihood - math.fsum(math.log(x + offset) for x in seen)
    as_root = roots.likelihood - math.fsum(math.log(2.0 * math.sqrt(x + offset)) for x in seen)
    whole = counted and all(x == math.floor(x) for x in seen)
    chance = 8.0 / (1.0 + math.fsum(seen) / len(seen) / 20.0) if whole else 0.0
    share = 1.0 / (1.0 + math.exp(min(0.3 * (likely - as_root + 2.0) - chance, 700.0)))
    times = quantile(level, min(logs.freedom, roots.freedom))

    def back(of_logs: list[float], of_roots: list[float]) -> list[float]:
        pairs = zip(of_logs, of_roots, strict=True)
        both = [(1.0 - share) * (math.exp(u) - offset) + share * max(v, 0.0) ** 2 for u, v in pairs]
        return [max(number, 0.0) for number in both]

    return Known(
        back(logs.centre, roots.centre),
        back(moved(logs, -times), moved(roots, -times)),
        back(moved(logs, times), moved(roots, times)),
        back(logs.fitted, roots.fitted),
    )


def quantile(level: float, freedom: float) -> float:
    """Give how many sd hold `level` per cent of Student's t."""
    return float(student.ppf(0.5 + level / 200.0, freedom))
