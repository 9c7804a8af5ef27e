"""Weights: how much the exceptions of a series matter, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Floats
from spc.panel import Panel
from spc.results.exceptions import Exceptions
from spc.results.statuses import how_many
from spc.results.summaries import Trend

__all__ = ["Weights"]


@dataclass(frozen=True, eq=False, repr=False)
class Weights:
    """Exception weightings with their parts.

    Parameters
    ----------
    exceptions : Exceptions
    trend : Trend or None
    weighting : str
    parts : mapping of str to (n_series,) float64
        "trend" and one part for each rule that carries weight; NaN where a part is missing.
    weight : (n_series,) float64
        Sum of the parts that are known; NaN where none is.
    """

    exceptions: Exceptions
    trend: Trend | None
    weighting: str
    parts: Mapping[str, Floats]
    weight: Floats

    @property
    def panel(self) -> Panel:
        """The panel that was weighed."""
        return self.exceptions.panel

    def to_frame(self) -> Any:
        """Return one row a series: keys, exceptions, weight, then its parts."""
        fields = {"exceptions": self.exceptions.words, "weight": self.weight, **self.parts}
        return frames.tidy_series(self.panel.keys, fields)

    def __repr__(self) -> str:
        heaviest = np.nanmax(self.weight, initial=0.0)
        return f"Weights({self.weighting}, {how_many(self.panel)}, heaviest {heaviest:g})"
