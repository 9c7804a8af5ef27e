"""Frozen factors: by how much the closed-form limits of `auto` are widened or narrowed, learnt once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spc.array_types import Floats

__all__ = ["FACTORS", "FEWEST", "MOST", "Factors"]

#: Lengths of history, in observed months, outside of which the factor is that of the end.
FEWEST, MOST = 24.0, 180.0


@dataclass(frozen=True)
class Factors:
    """The sd of a forecast is multiplied by exp(always + steps log h + length log(n / 60)).

    Parameters
    ----------
    always, steps, length : float
    """

    always: float
    steps: float
    length: float

    def times(self, count: Floats, horizon: int) -> Floats:
        """Return the factors (n, horizon) of series with `count` (n,) observed months."""
        steps = self.steps * np.log(np.arange(1, horizon + 1))
        length = self.length * np.log(np.clip(count, FEWEST, MOST) / 60.0)
        return np.exp(self.always + steps + length[:, None])


FACTORS = Factors(always=0.031, steps=0.026, length=-0.033)
