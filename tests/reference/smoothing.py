"""Exponential smoothing of one series, in component form: weighted means in place of error corrections.

Hyndman, Koehler, Ord, Snyder (2008), table 1.5 and chapter 6. None stands for a month that is not observed;
the kernel's road is the other one, states moved on by a share of the error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log, nan
from random import Random

YEAR = 12


@dataclass(frozen=True)
class Numbers:
    """Smoothing parameters, and the states before the first observed month; seasons in order of time."""

    alpha: float
    beta: float
    phi: float
    gamma: float
    level: float
    slope: float
    seasons: tuple[float, ...]
    relative: bool = False
    times: bool = False


@dataclass(frozen=True)
class Carried:
    """What was expected of each month, the states afterwards, what comes next."""

    fitted: list[float]
    level: float
    slope: float
    seasons: list[float]
    mean: list[float]


def carried(y: Sequence[float | None], with_: Numbers, horizon: int = 12) -> Carried:
    """Smooth a series with known numbers."""
    level, slope, seasons = with_.level, with_.slope, list(with_.seasons)
    fitted = []
    begun = False
    for month in y:
        begun = begun or month is not None
        if not begun:
            fitted.append(nan)
            continue
        season, line = seasons.pop(0), level + with_.phi * slope
        fitted.append(line * season if with_.times else line + season)
        if month is None:
            level, slope = line, with_.phi * slope
        else:
            plain = month / season if with_.times else month - season
            above = month / line if with_.times else month - line
            before, level = level, with_.alpha * plain + (1 - with_.alpha) * line
            share = with_.beta / with_.alpha
            slope = share * (level - before) + (1 - share) * with_.phi * slope
            season = with_.gamma * above + (1 - with_.gamma) * season
        seasons.append(season)
    mean, line, step = [], level, slope
    for h in range(horizon):
        step *= with_.phi
        line += step
        season = seasons[h % YEAR]
        mean.append(line * season if with_.times else line + season)
    return Carried(fitted, level, slope, seasons, mean)


def errors(y: Sequence[float | None], with_: Numbers) -> list[float]:
    """Give the one-step errors of observed months, relative where the model's are."""
    expected = carried(y, with_, 0).fitted
    pairs = [(month, mu) for month, mu in zip(y, expected, strict=True) if month is not None]
    return [(month - mu) / mu if with_.relative else month - mu for month, mu in pairs]


def lack(y: Sequence[float | None], with_: Numbers) -> float:
    """Give -2 log L less constants: n log(sum of squared errors), + 2 sum log|mu| if errors are relative."""
    expected = carried(y, with_, 0).fitted
    found = errors(y, with_)
    out = len(found) * log(sum(e * e for e in found)) if any(found) else -inf
    if with_.relative:
        out += 2 * sum(log(abs(mu)) for month, mu in zip(y, expected, strict=True) if month is not None)
    return out


def futures(with_: Numbers, sigma: float, horizon: int, draws: int, seed: int) -> list[list[float]]:
    """Draw paths from the model itself: independent normal errors, states moved on by what is drawn."""
    random = Random(seed)
    paths = []
    for _ in range(draws):
        level, slope, seasons = with_.level, with_.slope, list(with_.seasons)
        path = []
        for _ in range(horizon):
            line, season = level + with_.phi * slope, seasons.pop(0)
            mu = line * season if with_.times else line + season
            e = random.gauss(0.0, sigma) * (mu if with_.relative else 1.0)
            level = line + with_.alpha * (e / season if with_.times else e)
            slope = with_.phi * slope + with_.beta * (e / season if with_.times else e)
            seasons.append(season + with_.gamma * (e / line if with_.times else e))
            path.append(mu + e)
        paths.append(path)
    return paths


def aicc(lack: float, n: int, parameters: int, states: int) -> float:
    """Give AICc, less what n alone decides; the variance counts as a number, one of 12 seasons does not."""
    k = parameters + states + 1
    return lack + 2 * k + 2 * k * (k + 1) / (n - k - 1)
