"""auto(): the average of many smoothers of two families, on the scales of logarithms and of square roots."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy.special import fdtri

from spc.array_types import Flags, Floats, Ints
from spc.forecast.frozen import FACTORS, Factors
from spc.forecast.history import YEAR, Answer, History
from spc.forecast.scaling import scaled
from spc.kernels.forecasts import lanes as kernel
from spc.kernels.forecasts.lanes import averages
from spc.results.forecasts import LOG, PLAIN

__all__ = ["ENDS", "FAMILIES", "LANES", "auto", "averaged"]

#: phi of all damped trends. Grids of 0.9 and 0.98 as well cost twice the time and gained nothing.
DAMPING = 0.95
#: A season is looked for from so many months on. M1, M3 and tourism cut to
#: their last 15 months: MASE .93, 1.10 for the same month a year before, 1.38 where no season is looked for.
LEAST = 15
#: Season is what exceeds the upper quartile of F, as on the seasonal chart (docs/decisions/0011).
QUARTILE = 0.75
#: Of numbers up to 1: months that repeat exactly lie within limits that the floats can tell.
ROUNDING = 1e-12
#: Shares of the two scales: likelihoods to this power, with logarithms ahead by so many units.
TEMPER, AHEAD = 0.3, 2.0
#: What chance alone does to a count is even on square roots, and rules where counts are low: roots are ahead
#: by so much in the log of the odds, half of it at a mean of 20. Without it the upper limit at 99.7% of
#: Poisson noise lies 11 sd up at a mean of 3 and 4.9 at 20, with it 6.0 and 4.3.
CHANCE, LOW = 8.0, 20.0


def damped(alpha: float, beta: float, gamma: float) -> tuple[float, ...]:
    """Return a lane of Holt and Winters with a damped trend; beta and gamma as shares of what they may be."""
    return DAMPING, DAMPING, alpha, alpha * beta, (1.0 - alpha) * gamma, 1.0


def reverting(level: float, phi: float, alpha: float, gamma: float) -> tuple[float, ...]:
    """Return a lane of a slow level and a line, with an autoregression about them."""
    return phi, 0.0, level, alpha, gamma, 0.0


#: Chosen on what was held out of the histories of M1, M3, tourism and London boroughs.
FAMILIES = (
    [damped(*each) for each in product((0.1, 0.35, 0.75), (0.0, 0.1), (0.0, 0.1, 0.3))]
    # Smooth series: without these two the error on M3 is 1.6% larger.
    + [damped(0.95, 0.5, 0.0), damped(0.95, 0.2, 0.0)],
    [
        reverting(level, phi, alpha, gamma)
        for alpha, phi, gamma, level in product((0.15, 0.4, 0.8), (0.6, 0.88), (0.0, 0.2), (0.0, 0.15))
        if alpha + gamma + level < 1.05
    ],
)
LANES = np.ascontiguousarray(np.array([lane for family in FAMILIES for lane in family]).T)
ENDS = np.cumsum([0, *map(len, FAMILIES)]).astype(np.int64)


@dataclass(frozen=True, eq=False)
class _Fit:
    """What the lanes say on one scale: mean, variance (n, horizon), fitted (n, n_periods), two facts (n,)."""

    mean: Floats
    variance: Floats
    fitted: Floats
    likelihood: Floats
    freedom: Floats


def auto(history: History) -> Answer:
    """Expect the average of all lanes; rare counts are expected by another method (the row in METHODS).

    Averages in place of a choice: Bates and Granger (1969), Operational Research Quarterly 20, 451-468. The
    lanes are innovations models: Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential
    Smoothing, chapters 2, 3 and 6. What is ours, and what it was measured against: docs/decisions/0017.
    """
    return averaged(history, FACTORS)


def averaged(history: History, factors: Factors) -> Answer:
    """Average all lanes by likelihood, on the scales of logarithms and square roots if nothing is negative.

    Parameters
    ----------
    history : History
        Every series has an observed month.
    factors : Factors
        By which the sd of the closed form is multiplied.
    """
    values, power = scaled(history.values)
    signed: Flags = np.any(values < 0.0, axis=1)
    least = np.min(np.where(values > 0.0, values, np.inf), axis=1, initial=np.inf)
    offset = np.where(np.any(values <= 0.0, axis=1), np.where(np.isfinite(least), least / 2.0, 1.0), 0.0)
    first = _fit(history, values, np.where(signed, kernel.PLAIN, kernel.LOG), offset)
    roots = np.where(signed, kernel.PLAIN, kernel.ROOT)
    second = first if signed.all() else _fit(history, values, roots, offset)
    months = history.n_observed.astype(float)
    share = np.where(signed, 0.0, _share(second.likelihood, first.likelihood, _chance(history, months)))
    wide, plain = factors.times(months, history.horizon), signed[:, None]
    size, root = np.ldexp(1.0, power)[:, None], np.sqrt(np.ldexp(1.0, power))[:, None]
    centre = np.where(plain, first.mean * size, first.mean + np.log(2.0) * power[:, None])
    sds = [wide * np.sqrt(np.maximum(one.variance, ROUNDING**2)) for one in (first, second)]
    scales = (share, offset, signed, power)
    answer = Answer(
        mean=_joined(first.mean, second.mean, *scales),
        fitted=_joined(first.fitted, second.fitted, *scales),
        sd=sds[0] * np.where(plain, size, 1.0),
        freedom=np.minimum(first.freedom, second.freedom),
        scale=np.where(signed, PLAIN, LOG).astype(np.int8),
        centre=centre,
        offset=np.ldexp(offset, power),
        root_centre=second.mean * root,
        root_sd=sds[1] * root,
        root_share=share,
    )
    return _constants_kept(answer, history.values)


def _constants_kept(answer: Answer, values: Floats) -> Answer:
    """Return the answer with what never changed as it is, to the last bit."""
    value = np.max(np.where(np.isnan(values), -np.inf, values), axis=1)
    same = value == np.min(np.where(np.isnan(values), np.inf, values), axis=1)
    rows, value, spread = same[:, None], value[:, None], answer.spread
    return replace(
        answer,
        mean=np.where(rows, value, answer.mean),
        centre=np.where(rows, value, spread["centre"]),
        fitted=np.where(rows & ~np.isnan(answer.fitted), value, answer.fitted),
        sd=np.where(rows, 0.0, answer.sd),
        scale=np.where(same, PLAIN, answer.scales).astype(np.int8),
        root_share=np.where(same, 0.0, spread["root_share"]),
    )


def _fit(history: History, values: Floats, scales: Ints, offset: Floats) -> _Fit:
    n, width = values.shape
    mean, variance = (np.empty((n, history.horizon)) for _ in range(2))
    fitted, facts = np.empty((n, width)), np.empty((n, 2))
    asked = (LANES, ENDS, scales.astype(np.int64), offset, _cautions(history))
    averages(values, *asked, mean, variance, fitted, facts)
    return _Fit(mean, variance, fitted, facts[:, 0], facts[:, 1])


def _cautions(history: History) -> Floats:
    """Return the upper quartile of F in noise (n,), beyond which effects are believed; 0 for no season."""
    count = history.n_observed
    seasonal = (history.january >= 0) & (count >= LEAST)
    quartile = fdtri(YEAR - 1.0, np.maximum(count - YEAR, 1.0), QUARTILE)
    return np.where(seasonal, quartile, 0.0)


def _chance(history: History, months: Floats) -> Floats:
    """Return how far chance puts the square roots of counts ahead (n,), in the log of the odds."""
    with np.errstate(over="ignore"):
        total = np.cumsum(np.where(np.isnan(history.values), 0.0, history.values), axis=1)[:, -1]
    return np.where(history.counts, CHANCE / (1.0 + np.abs(total) / months / LOW), 0.0)


def _share(roots: Floats, logs: Floats, chance: Floats) -> Floats:
    """Return the share of the square roots (n,) from both likelihoods; a constant's are infinite."""
    with np.errstate(invalid="ignore"):
        ahead = TEMPER * np.nan_to_num(roots - logs - AHEAD, nan=0.0) + chance
    return 1.0 / (1.0 + np.exp(np.clip(-ahead, -700.0, 700.0)))


def _joined(
    first: Floats, second: Floats, share: Floats, offset: Floats, signed: Flags, power: Ints
) -> Floats:
    """Return both scales' numbers as values, averaged by their shares."""
    part = share[:, None]
    with np.errstate(over="ignore", invalid="ignore"):
        whole = np.where(signed[:, None], first, np.exp(first) - offset[:, None])
        joined = (1.0 - part) * whole + part * np.maximum(second, 0.0) ** 2
        joined = np.where(signed[:, None], joined, np.maximum(joined, 0.0))
        return np.ldexp(joined, power[:, None])
