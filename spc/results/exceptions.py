"""Exceptions: which rules each month completes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Ints, Words
from spc.kernels.zones import MISSING
from spc.panel import Panel
from spc.results.limits import Limits
from spc.results.patterns import masks
from spc.results.statuses import how_many
from spc.rules import Rule
from spc.wording import exception_words

__all__ = ["Exceptions"]


@dataclass(frozen=True, eq=False, repr=False)
class Exceptions:
    """Which rules each month completes.

    Parameters
    ----------
    limits : Limits
    rules : tuple of Rule
    mask : (n_series, n_periods) uint32
        Bit 2i is rule i High, bit 2i + 1 rule i Low, set at the month that completes the pattern; a rule that
        does not tell the sides apart has the bit 2i alone.
    zones : (n_series, n_periods) uint16
        Zone codes, one bit for each of `levels` and side; 0xFFFF is a missing month, 0xFEFE one without
        limits.
    levels : tuple of float
        The zones asked for, in sigma.
    """

    limits: Limits
    rules: tuple[Rule, ...]
    mask: np.ndarray[Any, np.dtype[np.uint32]]
    zones: np.ndarray[Any, np.dtype[np.uint16]]
    levels: tuple[float, ...]

    @property
    def panel(self) -> Panel:
        """The panel that was judged."""
        return self.limits.panel

    @cached_property
    def at(self) -> np.ndarray[Any, np.dtype[np.uint32]]:
        """The mask at each series' as-at month (n_series,)."""
        at = self.mask[np.arange(len(self.mask)), np.maximum(self.limits.ends, 0)]
        return np.where(self.limits.ends >= 0, at, np.uint32(0))

    @property
    def words(self) -> Words:
        """The exceptions at the as-at month, as printed: "One, Two-Month High" or "" (n_series,)."""
        return self.words_of(self.at)

    def words_of(self, mask: np.ndarray[Any, Any]) -> Words:
        """Return the words for any array of masks."""
        names = [rule.name for rule in self.rules]
        sided = [rule.sided for rule in self.rules]
        codes, places = np.unique(mask, return_inverse=True)
        words = np.array([exception_words(int(code), names, sided) for code in codes], dtype=object)
        return words[places.reshape(mask.shape)] if len(words) else np.empty(mask.shape, dtype=object)

    @cached_property
    def members(self) -> np.ndarray[Any, np.dtype[np.uint32]]:
        """The mask of the months that belong to a completed pattern, the completing month included.

        Of a step both months belong; of too few crossings all useful ones so far. On the `small_count` chart
        these are all months of the total that fired.
        """
        zones = np.where(np.isnan(self.limits.points), MISSING, self.zones)
        found = masks(self.limits, self.rules, zones, self.levels, members=True)
        if self.limits.phase_small.any():
            self._add_totals(found)
        return found

    def _add_totals(self, found: np.ndarray[Any, np.dtype[np.uint32]]) -> None:
        small = np.append(self.limits.phase_small, False)[self.limits.phase_of]
        n_periods = self.mask.shape[1]
        for i, rule in enumerate(self.rules):
            for bit in (np.uint32(1 << 2 * i), np.uint32(2 << 2 * i)):
                complete = small & (self.mask & bit != 0)
                for back in range(min(rule.span, n_periods)):
                    early, late = slice(0, n_periods - back), slice(back, n_periods)
                    part = complete[:, late] & (self.stretch_of[:, early] == self.stretch_of[:, late])
                    found[:, early] |= np.where(part, bit, np.uint32(0))

    @cached_property
    def stretch_of(self) -> Ints:
        """Number the stretches that totals do not leave: they end at a gap and at the start of a phase."""
        phase = self.limits.phase_of
        ends = np.isnan(self.panel.observed)
        ends[:, 1:] |= phase[:, 1:] != phase[:, :-1]
        return np.cumsum(ends, axis=1)

    def to_frame(self) -> Any:
        """Return tidy rows: keys, month, value (as plotted), the mask and its words."""
        panel = self.panel
        words = self.words_of(self.mask)
        fields: dict[str, Any] = {**self.limits.plotted, "mask": self.mask, "exceptions": words}
        return frames.tidy_months(panel.keys, panel.start, panel.echo, fields)

    def __repr__(self) -> str:
        flagged = int(np.count_nonzero(self.at))
        return f"Exceptions({len(self.rules)} rules, {flagged:,} of {how_many(self.panel)} flagged)"
