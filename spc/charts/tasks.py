"""The whole of what `limits` was asked, from which each chart gets its own series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Ints
from spc.baselines import Phases
from spc.chart_kinds import Chart
from spc.charts.fitting import Choices, Problem
from spc.panel import Panel

__all__ = ["Task", "by_phase"]


@dataclass(frozen=True, eq=False)
class Task:
    """A call of `limits`, resolved: phases with their baselines, known numbers, barred months, choices.

    `bounds` is (n_series, 2), NaN where there is none; `options` maps each chart that was asked for to all
    of its own options.
    """

    panel: Panel
    phases: Phases
    base_first: Ints
    base_last: Ints
    ends: Ints
    known_centre: Floats
    known_sigma: Floats
    barred: Flags | None
    choices: Choices
    options: Mapping[str, Mapping[str, float | str]]
    bounds: Floats

    def problem(self, chart: Chart, series: Ints, rows: Ints) -> Problem:
        """Return what one chart is asked: `series` of the panel, whose phases are `rows`."""
        panel, phases = self.panel, self.phases
        whole = len(series) == panel.n_series

        def some(cells: Any) -> Any:
            return cells if whole or cells is None else np.ascontiguousarray(cells[series])

        of = panel.of if panel.of is not None and panel.is_ratio[series].any() else None
        counts = np.diff(phases.offsets)[series]
        return Problem(
            chart=chart,
            values=some(panel.observed),
            top=some(panel.values),
            of=some(of),
            is_ratio=panel.is_ratio[series],
            barred=some(self.barred),
            offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            first=phases.first[rows],
            last=phases.last[rows],
            base_first=self.base_first[rows],
            base_last=self.base_last[rows],
            ends=self.ends[series],
            start=panel.start,
            known_centre=self.known_centre[rows],
            known_sigma=self.known_sigma[rows],
            choices=self.choices,
            options=self.options.get(chart.name, {}),
            within=panel.within and (panel.within if whole else panel.within.cut(series)),
        )


def by_phase(known: Floats | None, phases: Phases) -> Floats:
    """Give every phase the known number of its series; NaN where none is known."""
    return np.full(len(phases.first), np.nan) if known is None else known[phases.series]
