"""RunTests: runs and crossings of the centre line, one row a series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Flags, Ints
from spc.panel import Panel
from spc.results.limits import Limits
from spc.results.statuses import how_many

__all__ = ["RunTests"]


@dataclass(frozen=True, eq=False, repr=False)
class RunTests:
    """Runs and crossings of the phase that holds each series' as-at month.

    Parameters
    ----------
    limits : Limits
    n_useful : (n_series,) int64
        Points that do not lie on the centre line.
    longest_run, longest_run_max : (n_series,) int64
        The longest run of useful points on one side, and the longest that is no signal.
    n_crossings, n_crossings_min : (n_series,) int64
        How often the useful points change sides, and the fewest changes that are no signal.
    signal : (n_series,) bool
    """

    limits: Limits
    n_useful: Ints
    longest_run: Ints
    longest_run_max: Ints
    n_crossings: Ints
    n_crossings_min: Ints
    signal: Flags

    @property
    def panel(self) -> Panel:
        """The panel that was judged."""
        return self.limits.panel

    def to_frame(self) -> Any:
        """Return one row a series: keys, then the counts, what they may be, and the signal."""
        names = ("n_useful", "longest_run", "longest_run_max", "n_crossings", "n_crossings_min", "signal")
        return frames.tidy_series(self.panel.keys, {name: getattr(self, name) for name in names})

    def __repr__(self) -> str:
        return f"RunTests({int(np.count_nonzero(self.signal)):,} signals in {how_many(self.panel)})"
