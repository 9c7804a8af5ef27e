"""Assurance: what the points say (variation), and where the target lies against the limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Codes, Floats, Words
from spc.checks import choice
from spc.panel import Panel
from spc.results.exceptions import Exceptions
from spc.results.statuses import NO_VARIATION, OK, how_many

__all__ = ["ASSURANCES", "CONCERNING", "IMPROVING", "NEUTRAL", "VARIATIONS", "Assurance"]

VariationCodes = np.ndarray[Any, np.dtype[np.uint8]]
#: Bits of a variation code.
IMPROVING, CONCERNING, NEUTRAL = 1, 2, 4
#: Variation code to words. Beside a direction, a pattern that has no side ("15 within 1 sigma") says no more.
VARIATIONS: Mapping[int, str] = {
    0: "common cause",
    IMPROVING: "special cause improving",
    CONCERNING: "special cause concerning",
    IMPROVING | CONCERNING: "special cause improving and concerning",
    NEUTRAL: "special cause neutral",
    NEUTRAL | IMPROVING: "special cause improving",
    NEUTRAL | CONCERNING: "special cause concerning",
    NEUTRAL | IMPROVING | CONCERNING: "special cause improving and concerning",
}
#: Assurance code to words.
ASSURANCES = ("", "passes", "fails", "hit or miss")
DIRECTIONS = {1: "high", 0: "neither", -1: "low"}


@dataclass(frozen=True, eq=False, repr=False)
class Assurance:
    """Variation and assurance of every series.

    Parameters
    ----------
    exceptions : Exceptions
    improvement : (n_series,) int8
        1 where high is better, -1 where low is, 0 without a preferred direction.
    targets : (n_series, n_periods) float64
        In the unit of the plotted value; NaN where there is none.
    expected : (n_series, 2) float64
        The lowest and highest point of the as-at month that the limits call common cause; infinite on a side
        without a limit, NaN without limits.
    variation_code : (n_series, n_periods) uint8
        Bits improving 1, concerning 2, neutral 4; 0 for common cause and for months that are not judged.
    assurance_code : (n_series,) int8
        Positions in `ASSURANCES`.
    points : {"completing", "members"}
        Whether a month carries the bits of the patterns that it completes, or of all it belongs to.
    """

    exceptions: Exceptions
    improvement: Codes
    targets: Floats
    expected: Floats
    variation_code: VariationCodes
    assurance_code: Codes
    points: str = "completing"

    @property
    def panel(self) -> Panel:
        """The panel that was judged."""
        return self.exceptions.panel

    @property
    def status(self) -> Words:
        """Why a series has no variation, or the word ok (n_series,)."""
        return self.exceptions.limits.status

    @cached_property
    def at(self) -> VariationCodes:
        """The variation code of each series' as-at month (n_series,)."""
        ends = self.exceptions.limits.ends
        at = self.variation_code[np.arange(len(ends)), np.maximum(ends, 0)]
        return np.where(ends >= 0, at, np.uint8(0))

    @property
    def target(self) -> Floats:
        """The target of each series' as-at month, in the unit of the plotted value (n_series,)."""
        ends = self.exceptions.limits.ends
        at = self.targets[np.arange(len(ends)), np.maximum(ends, 0)]
        return np.where(ends >= 0, at, np.nan)

    @property
    def variation(self) -> Words:
        """What the as-at month says, in words; "" where it cannot be judged (n_series,)."""
        code = self.exceptions.limits.status_code
        judged = (code == OK) | ((code == NO_VARIATION) & (self.at != 0))
        return np.where(judged, words_of(self.at), "").astype(object)

    @property
    def assurance(self) -> Words:
        """Whether the target will be met: passes, fails, hit or miss, or "" (n_series,)."""
        return np.array(ASSURANCES, dtype=object)[self.assurance_code]

    def to_frame(self, form: str = "series") -> Any:
        """Return the words as a frame.

        Parameters
        ----------
        form : {"series", "months"}
            One row a series, as at its month: keys, variation, assurance, improvement, target, the expected
            range, status; or tidy rows, one a month: keys, month, value (as plotted), variation, target.
        """
        panel, limits = self.panel, self.exceptions.limits
        if choice("form", form, ("series", "months")) == "months":
            judged = ~np.isnan(limits.points) & ((limits.phase_of >= 0) & ~np.isnan(limits.centre))
            judged |= self.variation_code != 0
            words = np.where(judged, words_of(self.variation_code), "").astype(object)
            fields: dict[str, Any] = {"value": limits.points, "variation": words, "target": self.targets}
            return frames.tidy_months(panel.keys, panel.start, panel.echo, fields)
        direction = [DIRECTIONS[int(code)] for code in self.improvement]
        fields = {"variation": self.variation, "assurance": self.assurance, "improvement": direction}
        fields |= {"target": self.target, "expected_low": self.expected[:, 0]}
        fields |= {"expected_high": self.expected[:, 1], "status": self.status}
        return frames.tidy_series(panel.keys, fields)

    def __repr__(self) -> str:
        words = self.variation.tolist()
        improving = sum("improving" in word for word in words)
        concerning = sum("concerning" in word for word in words)
        fails = int(np.count_nonzero(self.assurance_code == ASSURANCES.index("fails")))
        told = f"{improving:,} improving, {concerning:,} concerning, {fails:,} fail their target"
        return f"Assurance({how_many(self.panel)}: {told})"


def words_of(code: VariationCodes) -> Words:
    """Return the words of variation codes of any shape."""
    return np.array([VARIATIONS[i] for i in range(8)], dtype=object)[code]
