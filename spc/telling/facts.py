"""Everything that is asked of all rows of a scorecard at once, before anything is told of one."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from spc.array_types import Flags, Ints
from spc.calendars import quarter_starts
from spc.detection import exceptions
from spc.panel import Ends
from spc.portrait import side_masks
from spc.recording import records
from spc.results.records import Records
from spc.results.surveys import Survey
from spc.scoring import Scorecard
from spc.surveys import survey
from spc.ties import TIE
from spc.wording import period_name, period_word, spoken_text

__all__ = ["LITTLE", "YEAR", "Facts"]

YEAR = 12
#: Less than this on the year before is little change (SPEC 5), whatever 0.21 - 0.2 is in binary.
LITTLE = 0.05 - 1e-12
#: A series is judged by its limits under these statuses; under the second by rules that need no spread.
JUDGED = ("ok", "no variation")
ANY = 0xFFFFFFFF


class Facts:
    """What holds of each row in the month reported on; arrays are (n_series,).

    Attributes
    ----------
    now, before : uint32
        The exceptions of the month, and of the month before, judged by the same limits.
    one_sided : bool
        Whether exceptions of the month stand on one side of the two, and not on both.
    stood, stood_worse : int64
        For how many months in a row, by the same limits, exceptions stand on that one side, or at all; and on
        the worse side.
    better : int64
        1 where high is better, -1 where low is, 0 where neither.
    moved : int64
        1 or -1 where the 12 months changed by 5% or more, up or down; else 0.
    rolling : bool
        Rows with a figure of 12 months and no month at all.
    rounded : bool
        Rows of a published scorecard whose figures are rounded.
    hidden : bool
        Rows of a published scorecard of which figures are hidden.
    last : int64
        Where the 12 months end: in the month reported on, or where the latest quarter began to stand.
    """

    def __init__(self, card: Scorecard) -> None:
        self.card = card
        self.thing = period_word(card.panel.start)
        self.ends: Ints = card.limits.ends
        quarter = quarter_starts(card.panel, self.ends)
        self.last: Ints = np.where(quarter < 0, self.ends, quarter)
        self.better: Ints = card.assurance.improvement.astype(np.int64)
        self.judged: Flags = np.isin(card.status, JUDGED)
        self._judge()
        relative = np.nan_to_num(card.comparison.relative[:, 2])
        self.moved: Ints = np.where(np.abs(relative) >= LITTLE, np.sign(relative), 0).astype(np.int64)
        seen = np.isfinite(card.panel.observed) & (np.arange(card.panel.n_periods) <= self.ends[:, None])
        figure = np.isfinite(card.comparison.current[:, 2]) & ~card.panel.refused
        self.rolling: Flags = figure & ~(card.monthly & seen.any(axis=1))
        none = np.zeros(card.panel.n_series, np.bool_)
        cover = card.cover
        self.hidden: Flags = none if cover is None else cover.hidden_row
        self.rounded: Flags = none if cover is None or cover.rounded is None else cover.rounded

    def _judge(self) -> None:
        """Fill what stands, and for how long."""
        card, at = self.card, np.arange(self.card.panel.n_series)
        mask = np.where(self.judged[:, None], card.exceptions.mask, np.uint32(0))
        back = self.ends[:, None] - np.arange(mask.shape[1])
        behind = np.where(back >= 0, mask[at[:, None], np.maximum(back, 0)], np.uint32(0))
        phase = card.limits.phase_of[at[:, None], np.maximum(back, 0)]
        behind = np.where(phase == phase[:, :1], behind, np.uint32(0))  # the month itself, then backwards
        self.now = behind[:, 0]
        self.before = behind[:, 1] if behind.shape[1] > 1 else np.zeros_like(self.now)
        highs, lows, _ = side_masks(card.exceptions.rules)
        high, low = (self.now & bits != 0 for bits in (highs, lows))
        self.one_sided: Flags = high != low
        self.stood = _in_a_row(behind, np.select([high & ~low, low & ~high], [highs, lows], ANY))
        self.stood_worse = _in_a_row(behind, np.select([self.better > 0, self.better < 0], [lows, highs], 0))
        code = card.assurance.variation_code[at, np.maximum(self.ends, 0)]
        self.code = np.where(self.ends >= 0, code, 0) * self.judged

    @cached_property
    def records(self) -> Records:
        """Records of months and of 12 months, and runs about the limits of the scorecard.

        None is told of hidden rows, nor of windows that rounded months would add up to.
        """
        card = self.card
        centred = card.exceptions if 0.0 in card.exceptions.levels else exceptions(card.limits, rules="opcc")
        options: dict[str, Any] = {"measures": card.measures, "as_at": Ends(self.ends)}
        found = records(card.panel, windows=(1, YEAR), exceptions=centred, **options)
        told = np.stack([~self.hidden, ~self.hidden & ~self.rounded], axis=1)
        return replace(found, told=told if found.told is None else told & found.told)

    @cached_property
    def sampled(self) -> Survey | None:
        """The two-sample comparison of rolling figures; None where there are none.

        Where the number of respondents is not known, nor is what chance may do.
        """
        if not self.rolling.any():
            return None
        return survey(self.card.panel, measures=self.card.measures, as_at=Ends(self.ends))

    @cached_property
    def unmoved(self) -> Flags:
        """Rows whose limits are set by months that do not vary, and whose later months do."""
        limits, values = self.card.limits, self.card.panel.observed
        found = np.zeros(len(values), np.bool_)
        for s in np.flatnonzero((self.card.status == "no variation") & (limits.phase_at_end >= 0)).tolist():
            p = int(limits.phase_at_end[s])
            first, last = int(limits.base_first[p]), int(limits.base_last[p])
            base, later = values[s, first:last], values[s, last : int(limits.ends[s]) + 1]
            base, later = base[np.isfinite(base)], later[np.isfinite(later)]
            if len(base):
                size = np.maximum(np.abs(later), abs(base[0]))
                found[s] = bool((np.abs(later - base[0]) > TIE * size).any())
        return found

    def name(self, t: int) -> str:
        """Name a month: "Jul-2024", or "observation 36"."""
        return period_name(self.card.panel.start, t)

    def value(self, s: int, value: float) -> str:
        """Print a value of row `s` with its unit; "" where there is none."""
        return spoken_text(value, self.card.measures[s].shown)

    def empty_before(self, s: int) -> bool:
        """Whether the month before has no figure."""
        at = int(self.ends[s]) - 1
        return at < 0 or math.isnan(float(self.card.panel.observed[s, at]))


def _in_a_row(behind: Any, bits: Any) -> Ints:
    """Return for how many months, from the first column on, any of the bits stands."""
    stands = behind & np.asarray(bits, np.uint32)[:, None] != 0
    return np.cumprod(stands, axis=1, dtype=np.int64).sum(axis=1)
