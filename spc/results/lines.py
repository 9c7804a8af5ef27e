"""Lines at any number of sigma from the centre, as warning lines are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spc.array_types import Floats
from spc.chart_kinds import CHARTS, CODES
from spc.checks import ChoiceError

if TYPE_CHECKING:
    from spc.results.limits import Limits, Months

__all__ = ["line_at"]

#: The t chart is judged in this root of the times (Nelson 1994).
ROOT = 3.6


def line_at(limits: Limits, sigmas: float) -> Floats:
    """Return centre + sigmas x sigma of every month (n_series, n_periods), within the chart's bounds."""
    line = limits.centre + sigmas * limits.sigma
    if limits.months is not None:
        _special(limits, limits.months, sigmas, line)
    if np.isnan(line).all() and not np.isnan(limits.centre).all():
        names = ", ".join(list(CHARTS)[code] for code in np.unique(limits.phase_chart))
        raise ChoiceError(
            f"No line stands at {sigmas:g} sigma on the chart {names}: it has a centre, and limits if any."
        )
    bounds = _bounds(limits)
    return np.fmax(np.fmin(line, bounds[:, 1:]), bounds[:, :1]) + 0.0 * line  # NaN where there is no line


def _special(limits: Limits, months: Months, sigmas: float, line: Floats) -> None:
    """Fill the lines of charts that have another scale, or one spread a month."""
    own = months.judged or months
    charts = np.append(limits.phase_chart, np.int8(-1))[limits.phase_at_end[months.series]]
    roots = charts == CODES["t"]
    y = own.centre[roots] + sigmas * own.sigma[roots]
    line[months.series[roots]] = np.maximum(y, 0.0) ** ROOT
    # limits of ranges and sds stand so many times one spread from the centre, though it is no sigma of values
    spread = np.isin(charts, [CODES[chart.name] for chart in CHARTS.values() if chart.plots == "spreads"])
    reach = (own.upper[spread] - own.centre[spread]) / limits.width
    line[months.series[spread]] = own.centre[spread] + sigmas * reach


def _bounds(limits: Limits) -> Floats:
    """Return where each series' values can never be, (n_series, 2); infinite for no bound."""
    open_ended = np.array([-np.inf, np.inf])
    kinds = np.array(
        [[end if bound is None else bound for bound, end in zip(chart.bounds, open_ended, strict=True)]
         for chart in CHARTS.values()]
    )  # fmt: skip
    charts = np.append(limits.phase_chart, np.int8(0))[limits.phase_at_end]
    own, given = kinds[charts], limits.choices.get("bounds")
    return own if given is None else np.where(np.isnan(given), own, given)
