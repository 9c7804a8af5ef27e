"""Figures of units drawn at random: each from random numbers of its own, wherever it stands."""

from __future__ import annotations

import hashlib

import numpy as np

from spc.array_types import Floats, Ints, Words
from spc.checks import ChoiceError
from spc.comparators.grouping import Window
from spc.comparators.posterior import as_figures, draw_family
from spc.panel import Panel

__all__ = ["METHODS", "Urn"]

#: Given all units that are ranked together; given a unit's own count alone; counts that might have been seen.
METHODS = ("shrunken", "jeffreys", "bootstrap")
#: Simulated figures held at once: 0.8 GB with their ranks.
MOST_CELLS = 50_000_000
#: Above this the Poisson law is the normal one, and numpy's generator near its end.
LARGE = 1e15
#: Above this a count under `LARGE` is one case in a thousand or fewer, and the binomial law the Poisson one.
MOST_CASES = 1e18


class Urn:
    """Simulated figures of each unit, drawn once, from random numbers of its own."""

    def __init__(
        self, panel: Panel, sums: Window, law: Words, sigma: Floats, method: str, n_draws: int, seed: int
    ) -> None:
        self.panel, self.sums, self.law, self.sigma = panel, sums, law, sigma
        self.method, self.n_draws, self.seed = method, n_draws, seed
        self.kept: dict[int, Floats] = {}

    def draw(self, members: Ints) -> Floats:
        """Return (n_members, n_draws) figures of units that are ranked together."""
        if len(members) * self.n_draws > MOST_CELLS:
            raise ChoiceError(
                f"`n_draws` must be at most {MOST_CELLS // len(members):,} for {len(members):,} units at "
                f"once, got {self.n_draws:,}."
            )
        return self._of_a_family(members) if self.method == "shrunken" else self._each_alone(members)

    def _each_alone(self, members: Ints) -> Floats:
        """Return figures drawn unit by unit; those of another comparison are forgotten."""
        if len(self.kept) * self.n_draws > MOST_CELLS or not any(int(s) in self.kept for s in members):
            self.kept = {}
        for s in map(int, members):
            if s not in self.kept:
                self.kept[s] = self._one(s)
        return np.array([self.kept[int(s)] for s in members])

    def _of_a_family(self, members: Ints) -> Floats:
        """Return figures of units that are each one of a family; rates as logs.

        Units of one law make a family. One that is alone with its law is drawn by itself, and where laws are
        mixed all are drawn as figures.
        """
        found = np.empty((len(members), self.n_draws))
        of = np.where(np.isnan(self.sums.of), 1.0, self.sums.of)
        laws = sorted(set(self.law[members]))
        for law in laws:
            here = self.law[members] == law
            rows = members[here]
            if len(rows) == 1:
                found[here] = self._one(int(rows[0]))
                continue
            streams = map(self._stream, map(int, rows))
            drawn = draw_family(law, self.sums.total[rows], of[rows], self.sigma[rows], self.n_draws, streams)
            found[here] = drawn if len(laws) == 1 else as_figures(law, drawn)
        return found

    def _one(self, s: int) -> Floats:
        total, of, n = self.sums.total[s], self.sums.of[s], self.n_draws
        of = 1.0 if np.isnan(of) else of
        random = self._stream(s)
        if self.law[s] == "normal":
            return np.asarray(total / of + self.sigma[s] / np.sqrt(of) * random.standard_normal(n))
        if self.method != "bootstrap":
            if self.law[s] == "binomial":
                return np.asarray(random.beta(total + 0.5, of - total + 0.5, n))
            return np.asarray(random.standard_gamma(total + 0.5, n) / of)
        chance = total / of if self.law[s] == "binomial" else 0.0
        if total > LARGE:
            spread = np.sqrt(total * (1.0 - chance))
            return np.asarray((total + spread * random.standard_normal(n)) / of)
        if self.law[s] == "binomial" and of < MOST_CASES:
            return random.binomial(int(np.rint(of)), chance, n) / of
        return random.poisson(total, n) / of

    def _stream(self, s: int) -> np.random.Generator:
        """Return random numbers that belong to the series by its keys, wherever it stands."""
        named = "\x1e".join(f"{name}\x1f{labels[s]}" for name, labels in sorted(self.panel.keys.items()))
        mark = hashlib.blake2b(f"{self.seed}\x1e{named}".encode(), digest_size=16).digest()
        return np.random.Generator(np.random.Philox(key=np.frombuffer(mark, "<u8")))
