"""Warnings: what a reader should know before believing the limits of a series. One bit each.

A warning stops nothing; the status says why a series is not judged, a warning why its limits may mislead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spc.array_types import Flags, Floats, Ints
from spc.baselines import Window
from spc.chart_kinds import CHARTS
from spc.kernels.autocorrelation import autocorrelations
from spc.results.statuses import NO_VARIATION, NOT_JUDGED, OK

if TYPE_CHECKING:
    from spc.results.limits import Limits

__all__ = ["WARNINGS", "lag_one", "warning_codes", "warning_words"]

#: Bit to word.
WARNINGS = ("autocorrelation", "jump", "ends early", "step nearby", "screened")
#: SPEC 7: so many times the median of the other months, or that part of it.
JUMP = 100.0
#: Fewest other months whose median says what a series usually is.
FEWEST_OTHERS = 3
#: Limits that rest on a phase of fewer months are still settling; the first 24 months set the scorecard's.
SETTLED = 24
#: The two-sided 5% point of the normal distribution.
BAND = 1.959963984540054


def lag_one(limits: Limits) -> tuple[Floats, Ints]:
    """Return the lag-1 autocorrelation of the last baseline of each series, and its observed months.

    Excluded months and months that are not observed leave out the products on both sides of them.
    """
    values, baselines = _last_baselines(limits)
    r1, count = np.empty(len(values)), np.empty(len(values), np.int64)
    autocorrelations(values, *baselines, r1, count)
    return r1, count


def warning_codes(limits: Limits) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the warnings of every series, bit i being `WARNINGS[i]`."""
    found = (
        _autocorrelated(limits),
        _jumps(limits),
        _ends_early(limits),
        _stepped(limits),
        _screened(limits),
    )
    codes = np.zeros(limits.panel.n_series, np.uint8)
    for bit, has in enumerate(found):
        codes |= has.astype(np.uint8) << np.uint8(bit)
    return codes


def warning_words(codes: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return the words of warning codes, joined by ", "."""
    words = [", ".join(word for i, word in enumerate(WARNINGS) if code >> i & 1) for code in range(256)]
    return np.array(words, dtype=object)[codes]


def _last_baselines(limits: Limits) -> tuple[Floats, tuple[Ints, Ints, Ints]]:
    """Return what is left of the months that may set limits, and one baseline a series, at its as-at month.

    Where lines differ by month that is their distance from their own centre in their own sigma, as the chart
    judges them: a season or a large denominator is no autocorrelation. Averages and sums resemble their
    neighbours by design, so their months are asked.
    """
    values = limits.panel.observed
    p = limits.phase_at_end
    if limits.months is not None:
        own = limits.months.judged or limits.months
        memory = np.array([chart.memory for chart in CHARTS.values()] + [True])
        rows = np.flatnonzero(~memory[np.append(limits.phase_chart, np.int8(-1))[p[own.series]]])
        values = values.copy()
        left = own.points[rows] - own.centre[rows]
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = left / own.sigma[rows]
        values[own.series[rows]] = np.where(np.isfinite(scaled), scaled, left)
    if limits.excluded is not None:
        values = np.where(limits.excluded, np.nan, values)
    first = np.where(p >= 0, np.append(limits.base_first, 0)[p], 0)
    last = np.where(p >= 0, np.append(limits.base_last, 0)[p], 0)
    return np.ascontiguousarray(values), (np.arange(len(values) + 1, dtype=np.int64), first, last)


def _autocorrelated(limits: Limits) -> Flags:
    """Neighbours alike, or unlike, beyond the 95% band of independent months, -1/n +- 1.96 / sqrt(n).

    Source: NIST/SEMATECH e-Handbook 1.3.3.1 (the band); Marriott and Pope (1954), Biometrika 41, 390-402 (its
    centre).
    """
    r1, count = lag_one(limits)
    n = np.maximum(count, 1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(r1 + 1.0 / n) > BAND / np.sqrt(n))


def _jumps(limits: Limits) -> Flags:
    """A month of the last phase is 100 times the median of its other months, or a hundredth.

    If any month is, the largest or the smallest is, so only these two are asked. A count of 0 is read as 1,
    and the numerator of a ratio likewise: a count that averages 2 does not jump where it is 0. Other zeros
    are left out, since nothing is a hundredth of anything there; so are excluded months, whose cause is
    known.
    """
    panel, p = limits.panel, limits.phase_at_end
    columns = np.arange(panel.n_periods)
    first = np.where(p >= 0, np.append(limits.phases.first, 0)[p], 0)
    stop = np.where(p >= 0, limits.ends + 1, 0)
    inside = (columns >= first[:, None]) & (columns < stop[:, None])
    if limits.excluded is not None:
        inside &= ~limits.excluded
    sizes = np.where(inside, np.abs(panel.observed), np.nan)
    with np.errstate(invalid="ignore"):
        whole = (np.isnan(panel.values) | (panel.values == np.rint(panel.values))).all(axis=1)
    least = np.ones_like(sizes)
    if panel.of is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            least = np.where(panel.is_ratio[:, None], 1.0 / np.abs(panel.of), 1.0)
    sizes = np.where(sizes == 0.0, np.where(whole[:, None], least, np.nan), sizes)
    sizes.sort(axis=1)  # NaN last
    count = np.count_nonzero(~np.isnan(sizes), axis=1)
    rows = np.arange(len(sizes))
    largest = sizes[rows, np.maximum(count - 1, 0)]
    enough = count > FEWEST_OTHERS
    with np.errstate(invalid="ignore"):
        high = largest >= JUMP * _median_of(sizes, np.zeros_like(count), count - 1)
        low = JUMP * sizes[:, 0] <= _median_of(sizes, np.ones_like(count), count)
    return np.asarray(enough & (high | low))


def _median_of(ordered: Floats, begin: Ints, end: Ints) -> Floats:
    """Return the median of the cells begin .. end (half open) of each sorted row."""
    rows, last = np.arange(len(ordered)), ordered.shape[1] - 1
    lower, upper = (begin + end - 1) // 2, (begin + end) // 2
    pair = (ordered[rows, np.clip(at, 0, last)] for at in (lower, upper))
    return 0.5 * next(pair) + 0.5 * next(pair)


def _ends_early(limits: Limits) -> Flags:
    """Nothing is reported for the as-at month, though something was before it."""
    return ~limits.has_value & (limits.panel.first_observed <= limits.ends) & ~limits.panel.refused


def _stepped(limits: Limits) -> Flags:
    """The limits rest on a phase that a step began less than 24 months ago.

    A series' first observed month is no step, nor is the month in which a moving window begins.
    """
    p, ends = limits.phase_at_end, limits.ends
    first = np.append(limits.phases.first, 0)[p]
    months = ends + 1 - first
    step = (p > limits.phases.offsets[:-1]) & (limits.panel.first_observed < first)
    if isinstance(limits.baseline, Window):
        step &= months < limits.baseline.span
    drawn = np.append(np.isin(limits.phase_status, (OK, NO_VARIATION, NOT_JUDGED)), False)[p]
    return np.asarray((p >= 0) & step & drawn & (months < SETTLED))


def _screened(limits: Limits) -> Flags:
    """Moving ranges were left out of a sigma that was estimated from them."""
    left_out = (limits.phase_screened > 0) & (limits.phase_status == OK)
    known = limits.choices.get("known_sigma")
    if known is not None:
        left_out &= np.isnan(known)
    return np.append(left_out, False)[limits.phase_at_end]
