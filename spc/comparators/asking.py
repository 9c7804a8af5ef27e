"""What was asked of a comparison: units, kinds, levels, targets and spreads, checked, one for each series."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from spc.array_types import Codes, Flags, Floats, Ints, Words
from spc.checks import ChoiceError, choice, parcel, positive
from spc.comparators.grouping import OK, Window, directions, numbered, unit_keys
from spc.comparators.members import as_sums, members_of, within_months
from spc.comparators.scales import KINDS
from spc.comparators.spread import within_units
from spc.measures import IMPROVEMENTS, Assignment, measures_of
from spc.panel import Panel

__all__ = [
    "MOST_PER",
    "Asked",
    "kinds_of",
    "levels_of",
    "per_of",
    "pooled",
    "share_of",
    "sigmas_of",
    "targets_of",
    "units_asked",
]

#: What a measure of the catalogue is compared as; all others are rates.
OF_MEASURES = {"proportion": "proportion", "duration": "mean"}
LOWEST_LEVEL, HIGHEST_LEVEL, LARGEST_SHARE = 50.0, 99.9999, 45.0
#: More than all people there are; what is told by more is a slip.
MOST_PER = 1e12


@dataclass(frozen=True, eq=False)
class Asked:
    """Units that are to be compared.

    Parameters
    ----------
    source : Panel
        As it was handed in.
    panel : Panel
        With sums of observations where a month has several.
    rows : Assignment
        The measure of each series.
    names : tuple of str
        The keys that name the units.
    ends : (n_series,) int64
        Position of each series' as-at month.
    code : (n_series,) int64
        Which comparison each series belongs to.
    kinds : (n_series,) object
        What each is compared as.
    better : (n_series,) int8
        1 if high is better, -1 if low, 0 if neither.
    """

    source: Panel
    panel: Panel
    rows: Assignment
    names: tuple[str, ...]
    ends: Ints
    code: Ints
    kinds: Words
    better: Codes


def units_asked(
    panel: Panel, measures: Any, as_at: Any, group: Any, kind: str, improvement: str | None
) -> Asked:
    """Return the units of a panel as they are to be compared."""
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    if improvement is not None:
        choice("improvement", improvement, IMPROVEMENTS)
    rows, names, sums = measures_of(panel, measures), unit_keys(panel, group), as_sums(panel)
    return Asked(
        source=panel,
        panel=sums,
        rows=rows,
        names=names,
        ends=rows.ends(panel, as_at),
        code=numbered(panel, names),
        kinds=kinds_of(rows, kind, panel.within is not None),
        better=directions(rows, improvement),
    )


def levels_of(levels: Any) -> tuple[float, ...]:
    """Return the levels in ascending order."""
    given = levels.ravel() if isinstance(levels, np.ndarray) else levels
    asked = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    heights = tuple(sorted(positive("levels", level, high=HIGHEST_LEVEL) for level in asked))
    if not heights or heights[0] < LOWEST_LEVEL or len({f"{level:g}" for level in heights}) < len(heights):
        raise ChoiceError(
            f"`levels` must be percentages from {LOWEST_LEVEL:g} to {HIGHEST_LEVEL:g}, each once, "
            f"got {levels!r}."
        )
    return heights


def share_of(winsorise: Any) -> float:
    """Return the percent that is cut on each side."""
    number = isinstance(winsorise, Real) and not isinstance(winsorise, bool | np.bool_)
    if number and 0.0 <= winsorise <= LARGEST_SHARE:
        return float(winsorise)
    raise ChoiceError(f"`winsorise` must be a percentage from 0 to {LARGEST_SHARE:g}, got {winsorise!r}.")


def kinds_of(rows: Assignment, kind: str, members: bool) -> Words:
    """Return what each series is compared as; `members` says whether months hold several observations."""
    if choice("kind", kind, ["auto", *KINDS]) != "auto" or members:
        if members and kind not in ("auto", "mean"):
            raise ChoiceError(f"`kind` of months with several observations must be 'mean', got {kind!r}.")
        kind = "mean" if members else kind
        return np.full(len(rows), kind, dtype=object)
    return rows.each(lambda measure: OF_MEASURES.get(measure.kind, "rate"), object)


def per_of(rows: Assignment, per: Any, catalogued: bool) -> Floats:
    """Return what the ratio of each series is told by."""
    if per is not None:
        return np.full(len(rows), positive("per", per, high=MOST_PER))
    if not catalogued:
        return np.ones(len(rows))
    return np.asarray(rows.each(lambda measure: measure.shown.per, np.float64))


def pooled(total: Floats, of: Floats, code: Ints, good: Flags) -> Floats:
    """Return the pooled ratio of each series' funnel; sums are correctly rounded, whatever the order."""
    found = np.full(len(code), np.nan)
    order = np.flatnonzero(good)[np.argsort(code[good], kind="stable")]
    if len(order):
        for where in np.split(order, np.flatnonzero(np.diff(code[order])) + 1):
            found[where] = math.fsum(total[where]) / math.fsum(of[where])
    return found


def targets_of(asked: Asked, sums: Window, target: Any, per: Floats) -> Floats:
    """Return the target of each series as total / of: the given one, that of the kind, or the pooled one.

    A unit that is alone with its own pooled figure is compared with nothing, which its status says.
    """
    kinds, code, good = asked.kinds, asked.code, sums.status == OK
    n = len(kinds)
    given = _numbers("target", target, n) / per
    usual = np.array([KINDS[kind].target or np.nan for kind in kinds])
    given = np.where(np.isnan(given), usual, given)
    law = np.array([KINDS[kind].law for kind in kinds], dtype=object)
    wrong = (law != "normal") & (given <= 0.0) | (law == "binomial") & (given >= 1.0)
    if wrong.any():
        raise ChoiceError(
            "`target` must be above 0, and that of a proportion below the whole, in the unit of the values "
            f"(see `per`), got {target!r}."
        )
    alone = good & np.isnan(given) & (np.bincount(code[good], minlength=n + 1)[code] == 1)
    sums.status[alone] = "alone"
    return np.where(np.isnan(given), pooled(sums.total, sums.of, code, good), given)


def sigmas_of(asked: Asked, window: int, sums: Window, sigma: Any, per: Floats) -> Floats:
    """Return the standard deviation of single observations where means are compared, else NaN.

    It comes back in the unit of total / of; a given one is in the unit of the values.
    """
    panel, ends, code = asked.panel, asked.ends, asked.code
    good, means = sums.status == OK, asked.kinds == "mean"
    given = _numbers("sigma", sigma, len(means)) / per
    if (given <= 0.0).any():
        raise ChoiceError(f"`sigma` must be above 0, got {sigma!r}.")
    found = np.full(len(means), np.nan)
    if (means & good & np.isnan(given)).any():
        used, n_funnels = means & good, int(code.max()) + 1
        if panel.within is None:
            found = within_units(*panel.aligned(ends, window), code, used, n_funnels)[code]
        else:
            found = within_months(*members_of(panel, ends, window), code, used, n_funnels)[code]
    return np.where(means, np.where(np.isnan(given), found, given), np.nan)


def _numbers(name: str, given: Any, n: int) -> Floats:
    try:
        if np.asarray(given).dtype.kind in "bSU":
            raise TypeError
        numbers = np.broadcast_to(np.asarray(np.nan if given is None else given, np.float64), (n,))
    except (TypeError, ValueError):
        numbers = np.full(1, np.inf)
    if np.isinf(numbers).any():
        raise ChoiceError(f"`{name}` must be a number, or one for each of {n:,} series, got {given!r}.")
    return numbers
