"""Charts as rows: what each plots, what it needs, and which lines its rules may ask for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spc.checks import ChoiceError, choice, whole

__all__ = ["CHARTS", "CODES", "Chart", "Setting"]


@dataclass(frozen=True)
class Setting:
    """What a chart has of its own: a default, and the numbers (low to high) or words that it may be."""

    default: float | str
    low: float = 0.0
    high: float = math.inf
    words: tuple[str, ...] = ()
    is_whole: bool = False

    def check(self, name: str, given: Any) -> float | str:
        """Return what was given, or refuse it with what it may be."""
        if self.words:
            return choice(name, given, self.words)
        if self.is_whole:
            return whole(name, given, int(self.low), int(self.high))
        number = float(given) if isinstance(given, int | float | np.number) else math.nan
        if isinstance(given, bool) or not self.low <= number <= self.high:
            raise ChoiceError(f"`{name}` must be a number from {self.low:g} to {self.high:g}, got {given!r}.")
        return number


@dataclass(frozen=True)
class Chart:
    """One control chart.

    Parameters
    ----------
    name : str
    about : str
        The sentence that says what its centre and limits are.
    needs : {"values", "counts", "parts", "whole parts", "gaps"}
        What the data must be: any numbers; whole numbers from 0; a numerator and a denominator; the same in
        whole numbers, the numerator from 0; numbers from 0, in order of observation.
    zones : {"sigma", "limits", "centre", "totals"}
        Which lines the rules may ask for: any number of sigma; the centre and the control limits, because the
        limits are no multiple of one sigma; the centre alone; none, because totals are compared exactly.
    memory : bool
        Neighbouring points share months, so that only rules on a single point, beyond the limits, are asked.
    bounds : (float or None, float or None)
        Where the plotted value can never be: below the first, above the second.
    options : mapping of str to Setting
        Options of its own.
    """

    name: str
    about: str
    needs: str = "values"
    zones: str = "sigma"
    memory: bool = False
    bounds: tuple[float | None, float | None] = (None, None)
    options: Mapping[str, Setting] = field(default_factory=dict)


CHARTS: dict[str, Chart] = {
    chart.name: chart
    for chart in (
        # Shewhart (1931); NIST/SEMATECH e-Handbook 6.3.2.2; Wheeler (1993), Understanding Variation
        Chart("xmr", "mean of the baseline's monthly values; sigma = mean moving range / d2"),
        # Przyborowski and Wilenski (1940), Biometrika 31, 313-323: exact given the total
        Chart(
            "small_count",
            "whole counts: the total of a rule's months against the baseline's total, exactly",
            needs="counts",
            zones="totals",
            bounds=(0.0, None),
        ),
        # NIST/SEMATECH e-Handbook 6.3.2.2
        Chart(
            "mr",
            "moving ranges; centre their mean, upper limit D4 times it",
            zones="limits",
            memory=True,
            bounds=(0.0, None),
        ),
        # Perla, Provost and Murray (2011), BMJ Quality and Safety 20, 46-51
        Chart(
            "run",
            "median of the baseline; no limits",
            zones="centre",
            options={"middle": Setting("median", words=("median", "mean"))},
        ),
    )
}
#: Chart to its position, as `Limits.phase_chart` holds it.
CODES = {name: code for code, name in enumerate(CHARTS)}
