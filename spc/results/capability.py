"""Capability: how a series stands against the limits that were agreed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spc import frames
from spc.array_types import Flags, Floats, Words
from spc.panel import Panel
from spc.results.limits import Limits
from spc.results.statuses import how_many

__all__ = ["INDICES", "Capability"]

#: The indices of capability and performance, in the order in which they are shown.
INDICES = ("cp", "cpk", "cpm", "pp", "ppk")


@dataclass(frozen=True, eq=False, repr=False)
class Capability:
    """Indices of capability and performance of each series' baseline, with intervals.

    Parameters
    ----------
    limits : Limits
    lower, upper, target : (n_series,) float64
        Specification limits and target, in the unit of the plotted value; NaN where there is none.
    level : float
        Of the intervals, in percent.
    count : (n_series,) float64
        Observations in the baseline (members, where months are subgroups).
    mean : (n_series,) float64
        Of these observations.
    sigma, sd : (n_series,) float64
        Short-term spread of single observations, as the limits estimate it; their standard deviation.
    freedom : (n_series,) float64
        Degrees of freedom of `sigma`; infinite where it was known.
    index : mapping of str to (n_series,) float64
        "cp", "cpk", "cpm", "pp", "ppk".
    interval : mapping of str to (n_series, 2) float64
        Lower and upper end of each.
    ppm_within, ppm_overall : (n_series,) float64
        Expected beyond the specification limits in a million, by `sigma` and by `sd`, if normal.
    in_control : (n_series,) bool
        No exception in the baseline. Where there is one, the indices foretell nothing.
    status : (n_series,) object
        "ok", or why there are no indices.
    """

    limits: Limits
    lower: Floats
    upper: Floats
    target: Floats
    level: float
    count: Floats
    mean: Floats
    sigma: Floats
    sd: Floats
    freedom: Floats
    index: Mapping[str, Floats]
    interval: Mapping[str, Floats]
    ppm_within: Floats
    ppm_overall: Floats
    in_control: Flags
    status: Words

    @property
    def panel(self) -> Panel:
        """The panel that was judged."""
        return self.limits.panel

    def to_frame(self) -> Any:
        """Return one row a series: keys, each index with its interval, spreads, expected ppm, status."""
        fields: dict[str, Any] = {}
        for name in INDICES:
            ends = self.interval[name]
            fields |= {name: self.index[name], f"{name}_lower": ends[:, 0], f"{name}_upper": ends[:, 1]}
        for name in ("count", "mean", "sigma", "sd", "ppm_within", "ppm_overall", "in_control", "status"):
            fields[name] = getattr(self, name)
        return frames.tidy_series(self.panel.keys, fields)

    def __repr__(self) -> str:
        able = int(((self.status == "ok") & self.in_control & (self.interval["cpk"][:, 0] > 1.0)).sum())
        return f"Capability({how_many(self.panel)}, {able:,} surely within 3 sigma)"
