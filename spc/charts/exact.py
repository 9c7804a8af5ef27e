"""The lines of a phase as exact fractions, for the few months that lie too close to one of them."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from statistics import median

import numpy as np

from spc.chart_kinds import CHARTS
from spc.charts.constants import MEDIAN_RANGE
from spc.results import Limits
from spc.ties import PI, ExactLines, exact_row

__all__ = ["exact_lines"]

Exactly = list[Fraction | None]
#: (1 / d2) squared.
INVERSE_D2_SQUARED = {"exact": PI / 4, "textbook": 1 / Fraction(1128, 1000) ** 2}


def exact_lines(limits: Limits, s: int, p: int) -> ExactLines | None:
    """Return the lines of phase `p` of series `s` on paper, or None where the chart has no such lines.

    Parameters
    ----------
    limits : Limits
    s, p : int
        A series and one of its phases.
    """
    names = list(CHARTS)
    name = names[int(limits.phase_chart[p])]
    if name not in EXACT:
        return None
    return EXACT[name](limits, s, p)


def _months(limits: Limits, p: int) -> range:
    return range(int(limits.phases.first[p]), int(limits.phases.last[p]))


def _baseline(limits: Limits, s: int, p: int, values: Exactly) -> Exactly:
    """Return the months of the baseline, barred ones as None."""
    inside = range(int(limits.base_first[p]), int(limits.base_last[p]))
    barred = limits.excluded
    return [None if barred is not None and barred[s, t] else values[t] for t in inside]


def _xmr(limits: Limits, s: int, p: int) -> ExactLines | None:
    values = exact_row(*limits.panel.parts(s))
    base = _baseline(limits, s, p, values)
    known = [value for value in base if value is not None]
    centre = _exact_centre(limits, p, known)
    square = _exact_spread(limits, p, base, known)
    if centre is None or square is None or square == 0:
        return None
    n = len(values)
    return ExactLines(_months(limits, p), values, [centre] * n, [square] * n)


def _exact_centre(limits: Limits, p: int, known: list[Fraction]) -> Fraction | None:
    """Return the centre on paper: the number that was agreed, or the mean or median of the decimals."""
    agreed = limits.choices.get("known_centre")
    if agreed is not None and not np.isnan(agreed[p]):
        return Fraction(repr(float(agreed[p])))
    if not known:
        return None
    if limits.choices.get("centre") == "median":
        return Fraction(median(known))
    return sum(known, Fraction(0)) / len(known)


def _exact_spread(limits: Limits, p: int, base: Exactly, known: list[Fraction]) -> Fraction | None:
    """Return sigma squared on paper; irrational factors to 16 digits: no decimal lies on such a line.

    Screened and widened sigmas are taken as the floats that they are.
    """
    choices = limits.choices
    agreed = choices.get("known_sigma")
    if agreed is not None and not np.isnan(agreed[p]):
        return Fraction(repr(float(agreed[p]))) ** 2
    plain = choices.get("screen", "none") == "none" and choices.get("autocorrelation", "ignore") == "ignore"
    if not plain or choices.get("sigma") == "sd":
        return Fraction(float(limits.phase_sigma[p])) ** 2
    if choices.get("gaps") == "bridge":
        base = list(known)
    ranges = [abs(b - a) for a, b in pairwise(base) if a is not None and b is not None]
    if not ranges:
        return None
    if choices.get("sigma") == "median_range":
        return (Fraction(median(ranges)) / Fraction(MEDIAN_RANGE[limits.constants])) ** 2
    return (sum(ranges, Fraction(0)) / len(ranges)) ** 2 * INVERSE_D2_SQUARED[limits.constants]


def _run(limits: Limits, s: int, p: int) -> ExactLines | None:
    """Only the centre is asked for, so any sigma will do."""
    values = exact_row(*limits.panel.parts(s))
    known = [value for value in _baseline(limits, s, p, values) if value is not None]
    agreed = limits.choices.get("known_centre")
    if agreed is not None and not np.isnan(agreed[p]):
        centre = Fraction(repr(float(agreed[p])))
    elif not known:
        return None
    elif limits.choices.get("options", {}).get("middle") == "mean":
        centre = sum(known, Fraction(0)) / len(known)
    else:
        centre = Fraction(median(known))
    n = len(values)
    return ExactLines(_months(limits, p), values, [centre] * n, [Fraction(0)] * n)


#: Charts whose lines can be told on paper; on the others a month as good as on a line is not beyond it.
EXACT = {"xmr": _xmr, "run": _run}
