"""Numbers of any size brought to the size of 1, so that squares of them are neither lost nor infinite."""

from __future__ import annotations

import numpy as np

from spc.array_types import Floats, Ints

__all__ = ["scaled"]


def scaled(values: Floats) -> tuple[Floats, Ints]:
    """Return every row over a power of two that leaves its largest number between 1/2 and 1, and that power.

    Powers of two change no digit; `numpy.ldexp(row, power)` brings a row back.
    """
    largest = np.max(np.where(np.isnan(values), 0.0, np.abs(values)), axis=1, initial=0.0)
    power = np.frexp(largest)[1].astype(np.int64)
    return np.ldexp(values, -power[:, None]), power
