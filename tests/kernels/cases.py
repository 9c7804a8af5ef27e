"""The ways in which limits are asked for, once for the library and once for the twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import spc
from tests.panels import MAKERS, Sample
from tests.reference import limits as twin
from tests.reference.limits import XmR

CUTS = (17, 31)
EVERY = sorted(MAKERS)


@dataclass(frozen=True)
class Case:
    """Arguments of `spc.limits` and of the twin; `cuts` are the columns at which phases begin."""

    name: str
    baseline: Any
    twin_baseline: twin.Baseline
    cuts: Sequence[int] = ()
    as_at: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def limits(self, panel: spc.Panel) -> Any:
        """Ask the library."""
        month = None if self.as_at is None else panel.months[self.as_at]
        phase = spc.phases_at(panel, [panel.months[cut] for cut in self.cuts]) if self.cuts else None
        return spc.limits(panel, phase=phase, baseline=self.baseline, as_at=month, **self.options)

    def twins(self, sample: Sample) -> list[list[XmR]]:
        """Ask the twin for the phases of every series."""
        found = []
        for series in sample.twins():
            observed = series.observed if self.as_at is None else series.observed[: self.as_at + 1]
            found.append(twin.xmr(observed, self.twin_baseline, self.cuts, **self.options))
        return found


CASES = {
    case.name: case
    for case in (
        Case("all", "all", "all"),
        Case("first 24", 24, 24),
        Case("pair", ("2020-06", "2022-03"), (5, 26)),
        Case("window", spc.Window(36, first=24), twin.Window(36, 24)),
        Case("textbook", 24, 24, options={"constants": "textbook"}),
        Case("few months", 6, 6, options={"min_observed": 3, "constants": "textbook"}),
        Case("phases", "all", "all", cuts=CUTS, options={"min_observed": 5}),
        Case("as at", spc.Window(30, first=20), twin.Window(30, 20), as_at=39),
    )
}


def held(charts: Sequence[XmR], column: int) -> XmR | None:
    """Find the phase that holds a month."""
    return next((chart for chart in charts if chart.start <= column < chart.stop), None)


def months_wide(per_month: Sequence[float | None]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Turn the twin's months into a row, NaN for None."""
    return np.array([np.nan if number is None else number for number in per_month], dtype=float)
