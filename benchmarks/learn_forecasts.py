"""Learn the frozen factors of `auto` from the histories of M1, tourism and London boroughs.

`python benchmarks/learn_forecasts.py` prints them for all sets together, as `spc/forecast/frozen.py` ships
them, and for each set as the benchmark reports it: learnt from the others. Only histories are used: the end
of each is held out, and forecast from the last 24, 36, 60 months before it and from all. No future of any
set, nor anything of M3, is seen.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.forecast_sets import Floats, Months, load, stacked
from spc.forecast.asking import counts_in
from spc.forecast.averaging import averaged
from spc.forecast.calibrating import needed
from spc.forecast.frozen import FEWEST, MOST, Factors
from spc.forecast.history import History
from spc.results.forecasts import Spread

POOL = ("m1", "tourism", "boroughs")
LENGTHS = (24, 36, 60, 400)
#: Held out are the last months, and those of three, six and nine years before.
BEFORE = (0, 36, 72, 108)
LEVEL = 95.0
#: Of what is learnt, so much is kept: sets differ from each other by as much as from the closed form, and the
#: interval score on what was held out is at its best with no factor at all (within 0.5%).
KEPT = 0.5
SHORTEST_HISTORY = int(FEWEST)


def needed_by(history: Floats, future: Floats) -> Floats:
    """Return the log of the factor (n, horizon) that would have brought each month just inside the limits."""
    n, horizon = future.shape
    asked = History(history, np.zeros(n, np.int64), horizon, counts_in(history, np.zeros(n, bool)), {})
    answer = averaged(asked, Factors(0.0, 0.0, 0.0))
    return needed(Spread(**answer.spread, bounds=np.full((n, 2), np.nan)), future, LEVEL)


def examples(months: Months, horizon: int) -> tuple[Floats, Floats, Floats]:
    """Return what was needed, log h and log(n / 60), of every month held out of a set's histories."""
    answers, steps, lengths = [], [], []
    held = stacked([months.held_out(horizon, SHORTEST_HISTORY, before) for before in BEFORE])
    for length in LENGTHS:
        history = np.ascontiguousarray(held.history[:, -length:])
        count = np.count_nonzero(~np.isnan(history), axis=1)
        rows = (count == length) | ((length == LENGTHS[-1]) & (count > LENGTHS[-2]))
        rows &= np.nanmax(history, axis=1) > np.nanmin(history, axis=1)
        log_factor = needed_by(np.ascontiguousarray(history[rows]), held.future[rows])
        shape = log_factor.shape
        answers.append(log_factor.ravel())
        steps.append(np.broadcast_to(np.log(np.arange(1, horizon + 1)), shape).ravel())
        lengths.append(np.broadcast_to(length_of(count[rows])[:, None], shape).ravel())
    return np.concatenate(answers), np.concatenate(steps), np.concatenate(lengths)


def length_of(count: Floats) -> Floats:
    return np.log(np.clip(count, FEWEST, MOST) / 60.0)


def learn(sets: dict[str, Months]) -> Factors:
    """Fit the factors by quantile regression, every set weighing the same."""
    from scipy.optimize import minimize

    parts = [examples(months, months.horizon) for months in sets.values()]
    weight = np.concatenate([np.full(len(part[0]), 1.0 / len(part[0])) for part in parts])
    answer, steps, lengths = (np.concatenate(columns) for columns in zip(*parts, strict=True))

    def loss(terms: Floats) -> float:
        off = answer - terms[0] - terms[1] * steps - terms[2] * lengths
        share = LEVEL / 100.0
        return float(np.sum(weight * np.maximum(share * off, (share - 1.0) * off)))

    found = minimize(loss, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-10})
    return Factors(*(round(KEPT * float(term), 3) for term in found.x))


def folded(name: str) -> Factors:
    """Learn from every set of the pool but one."""
    return learn({one: load(one) for one in POOL if one != name})


if __name__ == "__main__":
    for name in POOL:
        print(f"without {name}: {folded(name)}")
    print(f"from all: {learn({name: load(name) for name in POOL})}")
