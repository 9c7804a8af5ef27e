"""How often the intervals of `spc.rank` hold the true rank: the table of docs/comparators.md.

`python benchmarks/cover_ranks.py` prints, for every law, truth and method, a cell for each mean number of
events and range of sizes: the percent of units whose interval holds their true rank, the mean width of the
intervals, and the percent of units whose own rank lies outside. The true figures vary by a
quarter (`wide`: as much as they are large):

    family      as the law's own family has it: gamma, beta, normal
    wide        the same, with a coefficient of variation of 1
    alike       the same, 0.02
    clusters    half of the units 20% below, half 20% above, 2% about that
    three       25% below, at 1, or 30% above, 2% about that
    outlier     the family with 0.1, one unit twice as high
"""

from __future__ import annotations

import sys
from itertools import product
from typing import Any

import numpy as np

import spc

PANELS, UNITS, DRAWS = 200, 40, 1_000
METHODS = ("shrunken", "jeffreys", "bootstrap")
KINDS = {"poisson": "rate", "binomial": "proportion", "normal": "mean"}
#: Of proportions; rates and means are told in units of their own mean.
SHARE = 0.1
SPREADS = {"family": 0.25, "wide": 1.0, "alike": 0.02, "outlier": 0.1}

Floats = np.ndarray[Any, np.dtype[np.float64]]


def truths(rng: np.random.Generator, law: str, shape: str) -> Floats:
    """Return true figures about 1 (PANELS, UNITS)."""
    cells = (PANELS, UNITS)
    if shape == "three":
        middles = np.choose(rng.integers(0, 3, cells), [0.75, 1.0, 1.3])
        return np.asarray(middles * (1 + 0.02 * rng.normal(size=cells)))
    if shape == "clusters":
        return np.asarray(np.where(rng.random(cells) < 0.5, 0.8, 1.2) * (1 + 0.02 * rng.normal(size=cells)))
    spread = SPREADS[shape]
    if law == "poisson":
        figures = rng.gamma(spread**-2, spread**2, cells)
    elif law == "normal":
        figures = 1.0 + spread * rng.normal(size=cells)
    else:
        size = (1.0 - SHARE) / SHARE / spread**2 - 1.0
        figures = rng.beta(SHARE * size, (1.0 - SHARE) * size, cells) / SHARE
    if shape == "outlier":
        figures[:, 0] = 2.0
    return np.asarray(figures)


def counts(rng: np.random.Generator, law: str, true: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Return totals and denominators of figures whose mean is 1, or `SHARE` for proportions."""
    if law == "poisson":
        return rng.poisson(true * sizes).astype(float), sizes
    if law == "binomial":
        of = np.ceil(sizes / SHARE)
        return rng.binomial(of.astype(np.int64), np.minimum(true * SHARE, 1.0)).astype(float), of
    return sizes * (true + rng.normal(size=true.shape) / np.sqrt(sizes)), sizes


def covered(law: str, shape: str, events: float, span: float, seed: int = 1) -> list[float]:
    """Return percent held, mean width and percent outside for each method in turn."""
    rng = np.random.default_rng(seed)
    true = truths(rng, law, shape)
    sizes = np.exp(rng.uniform(0.0, np.log(span), true.shape))
    total, of = counts(rng, law, true, sizes * events / sizes.mean())
    keys: dict[str, Any] = {
        "area": np.tile(np.arange(UNITS), PANELS),
        "measure": np.repeat(np.arange(PANELS), UNITS),
    }
    panel = spc.Panel.from_numpy(total.reshape(-1, 1), start="2024-07", of=of.reshape(-1, 1), keys=keys)
    places = 1.0 + (true[:, None, :] > true[:, :, None]).sum(axis=2).ravel()
    found = []
    for method in METHODS:
        sigma = 1.0 if law == "normal" else None
        ranks = spc.rank(panel, window=1, kind=KINDS[law], sigma=sigma, method=method, n_draws=DRAWS)
        held = (ranks.lower <= places) & (places <= ranks.upper)
        outside = (ranks.rank < ranks.lower) | (ranks.rank > ranks.upper)
        found += [100 * held.mean(), (ranks.upper - ranks.lower).mean(), 100 * outside.mean()]
    return found


def main() -> None:
    """Print one row a truth and method: percent held, mean width, percent of own ranks outside."""
    asked = sys.argv[1:] or [*SPREADS, "clusters", "three"]
    cases = list(product((3, 30, 300), (10, 1_000)))
    print("| law | truth | method |", " | ".join(f"{events}, {span:,} : 1" for events, span in cases), "|")
    for law, shape in product(KINDS, asked):
        if law == "normal" and shape == "wide":  # no means vary so
            continue
        cells = np.array([covered(law, shape, *case) for case in cases]).reshape(len(cases), len(METHODS), 3)
        for m, method in enumerate(METHODS):
            parts = [" ".join(f"{cell:.1f}" for cell in case) for case in cells[:, m]]
            print(f"| {law} | {shape} | {method} |", " | ".join(parts), "|", flush=True)


if __name__ == "__main__":
    main()
