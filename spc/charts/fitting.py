"""What a chart is asked, and what it answers: the two parcels between `limits` and its charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spc.array_types import Codes, Flags, Floats, Ints
from spc.baselines import phase_of_months
from spc.chart_kinds import Chart
from spc.charts.constants import D4
from spc.kernels.averages import baseline as baseline_kernel
from spc.kernels.spread import spread as spread_kernel
from spc.results import Months
from spc.results.statuses import NO_COUNTS, NO_VARIATION, OK, SHORT_HISTORY
from spc.subgroups import Subgroups

__all__ = ["Choices", "Fitted", "Problem", "Spread", "months_of", "screen_of", "status_of"]


@dataclass(frozen=True)
class Choices:
    """The arguments of `limits` that bear on how a chart is fitted.

    `centre` and `sigma` are words; known numbers stand in the `Problem`. `least` is the fewest observed
    months that may set limits.
    """

    centre: str = "mean"
    sigma: str = "mean_range"
    constants: str = "exact"
    width: float = 3.0
    least: int = 12
    gaps: str = "break"
    screen: str = "none"
    autocorrelation: str = "ignore"


@dataclass(frozen=True, eq=False)
class Problem:
    """The series that one chart is asked to fit; phases are numbered among these series.

    Parameters
    ----------
    chart : Chart
    values : (n, n_periods) float64
        The plotted monthly value, `value` or `value / of`; NaN = not observed.
    top, of : (n, n_periods) float64
        Numerators and denominators; `of` is None where no series has any, and 1 where one has not.
    is_ratio : (n,) bool
    barred : (n, n_periods) bool or None
        Months that may not set limits.
    offsets, first, last, base_first, base_last : int64
        Phases and their baselines as in `spc.Phases`, half open.
    ends : (n,) int64
        The as-at columns.
    start : int or None
        The calendar month of the first column.
    known_centre, known_sigma : (n_phases,) float64
        Agreed before; NaN = to be estimated.
    choices : Choices
    options : mapping of str to float or str
        The chart's own, all of them.
    within : Subgroups, optional
        Of months with several observations.
    """

    chart: Chart
    values: Floats
    top: Floats
    of: Floats | None
    is_ratio: Flags
    barred: Flags | None
    offsets: Ints
    first: Ints
    last: Ints
    base_first: Ints
    base_last: Ints
    ends: Ints
    start: int | None
    known_centre: Floats
    known_sigma: Floats
    choices: Choices
    options: Mapping[str, float | str]
    within: Subgroups | None = None

    @property
    def is_agreed(self) -> bool:
        """Whether the limits were settled before, so that nothing is estimated."""
        return False

    @property
    def n_phases(self) -> int:
        """How many phases there are."""
        return len(self.first)

    @property
    def owner(self) -> Ints:
        """The series of each phase (n_phases,)."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int64), np.diff(self.offsets))

    @cached_property
    def phase_of(self) -> Ints:
        """The phase in which each month lies (n, n_periods); -1 where none."""
        return phase_of_months(self.offsets, self.first, self.last, self.values.shape[1])

    def over_months(self, per_phase: Floats) -> Floats:
        """Expand a number of each phase to its months (n, n_periods); NaN in months of no phase."""
        return np.append(per_phase, np.nan)[self.phase_of]

    def allowed(self, cells: Floats) -> Floats:
        """Return cells with the months blanked that may not set limits."""
        return cells if self.barred is None else np.where(self.barred, np.nan, cells)

    @cached_property
    def in_baseline(self) -> Flags:
        """Months that set limits: observed, in a baseline, not barred (n, n_periods)."""
        columns = np.arange(self.values.shape[1])
        first = np.append(self.base_first, 0)[self.phase_of]
        last = np.append(self.base_last, 0)[self.phase_of]
        inside = (self.phase_of >= 0) & (columns >= first) & (columns < last)
        return inside & ~np.isnan(self.allowed(self.values))

    @cached_property
    def spread(self) -> Spread:
        """What the baselines of the plotted values say."""
        return spread_of(self, self.values)


@dataclass(frozen=True, eq=False)
class Spread:
    """What the baselines say of some cells, one number a phase.

    `mean_range`, `median_range` are of moving ranges; `total` is the exact sum as a whole number of units
    1 / `scale` (scale 0: none); `least` the smallest month; `screened` how many ranges were left out.
    """

    count: Ints
    mean: Floats
    mean_range: Floats
    total: Floats
    scale: Floats
    least: Floats
    median: Floats
    median_range: Floats
    sd: Floats
    screened: Ints

    @property
    def events(self) -> Floats:
        """The total where all months are whole numbers and none is negative, else NaN."""
        return np.where((self.scale == 1.0) & (self.least >= 0.0), self.total, np.nan)


def screen_of(choices: Choices) -> float:
    """Return the multiple of the mean range beyond which ranges are left out, 3 d3 / d2 + 1; 0 for none."""
    return 0.0 if choices.screen == "none" else D4[choices.constants]


def spread_of(problem: Problem, cells: Floats) -> Spread:
    """Describe the baselines of `cells`, (n, n_periods) like the plotted values."""
    n = problem.n_phases
    allowed = np.ascontiguousarray(problem.allowed(cells))
    mean, ranges, total, scale, least = (np.empty(n) for _ in range(5))
    count = np.empty(n, np.int64)
    phases = (problem.offsets, problem.base_first, problem.base_last)
    baseline_kernel(allowed, *phases, mean, ranges, count, total, scale, least)
    median, median_range, sd = (np.full(n, np.nan) for _ in range(3))
    screened = np.zeros(n, np.int64)
    choices = problem.choices
    plain = (choices.centre, choices.sigma, choices.gaps, choices.screen)
    if plain != ("mean", "mean_range", "break", "none") or problem.chart.name == "run":
        bridge, screen = int(choices.gaps == "bridge"), screen_of(choices)
        other = np.empty(n)
        spread_kernel(allowed, *phases, bridge, screen, median, other, median_range, sd, screened)
        if choices.gaps == "bridge" or choices.screen != "none":
            ranges = other
    return Spread(count, mean, ranges, total, scale, least, median, median_range, sd, screened)


def sds_of(problem: Problem) -> Floats:
    """Return the sample sd of each baseline, whatever sigma is made of."""
    n = problem.n_phases
    allowed = np.ascontiguousarray(problem.allowed(problem.values))
    phases = (problem.offsets, problem.base_first, problem.base_last)
    sd, others = np.empty(n), [np.empty(n) for _ in range(3)]
    spread_kernel(allowed, *phases, 0, 0.0, *others, sd, np.empty(n, np.int64))
    return sd


@dataclass(frozen=True, eq=False)
class Fitted:
    """The answer of a chart; one number a phase, and months where lines differ from month to month.

    Parameters
    ----------
    centre, sigma, upper, lower : (n_phases,) float64
        NaN where there is none, or none that holds for all months of the phase.
    status : (n_phases,) int8
    months : Months, optional
        Numbered among the series of the problem; of all of them, or of those that need it.
    chart : (n_phases,) int8, optional
        Positions in `CHARTS`, where not all phases are on the chart that was asked for.
    shape : (n_phases,) float64, optional
        Of negative binomial months, on the small_count chart; infinite where they vary by chance alone.
    screened : (n_phases,) int64, optional
        Moving ranges that were left out of sigma.
    """

    centre: Floats
    sigma: Floats
    upper: Floats
    lower: Floats
    status: Codes
    months: Months | None = None
    chart: Codes | None = None
    shape: Floats | None = None
    screened: Ints | None = None


def months_of(
    problem: Problem, points: Floats, centre: Floats, sigma: Floats, upper: Floats, lower: Floats
) -> Months:
    """Return points with lines that hold for whole phases, expanded to the months."""
    over = problem.over_months
    series = np.arange(len(problem.values), dtype=np.int64)
    return Months(series, points, over(centre), over(sigma), over(upper), over(lower))


def status_of(problem: Problem, count: Ints, sigma: Floats, usable: Flags | None = None) -> Codes:
    """Return the status of each phase.

    Parameters
    ----------
    problem : Problem
    count : (n_phases,) int64
        Observed baseline months.
    sigma : (n_phases,) float64
        The spread that was found: 0 is `no variation`, NaN `short history`.
    usable : (n_phases,) bool, optional
        Phases whose data are what the chart needs.
    """
    status = np.full(problem.n_phases, OK, np.int8)
    status[sigma == 0.0] = NO_VARIATION
    known = ~np.isnan(problem.known_centre) & ~np.isnan(problem.known_sigma)
    status[np.isnan(sigma) | ((count < problem.choices.least) & ~known)] = SHORT_HISTORY
    if usable is not None:
        status[~usable & (status != SHORT_HISTORY)] = NO_COUNTS
    return status
