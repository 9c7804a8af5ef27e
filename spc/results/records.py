"""Records: how high or low the as-at month stands among those before it, as numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Floats, Ints, Words
from spc.panel import Panel
from spc.results.exceptions import Exceptions
from spc.results.statuses import how_many
from spc.wording import counted, month_name, period_word

__all__ = ["CLAIMS", "LONG_RUN", "SIDES", "Claim", "Records", "ordinal"]

SIDES = ("high", "low")
SUPERLATIVES, COMPARATIVES = ("highest", "lowest"), ("higher", "lower")
YEAR = 12
#: Series, window, side and rank: where a claim stands in the arrays.
At = tuple[int, int, int, int]


@dataclass(frozen=True)
class Claim:
    """What a rank is called, and among how many months it must stand to be worth a word."""

    rank: int
    word: str
    least: int


#: Of k independent months the last ranks r-th or better with chance r / k on each side: 1 in 12 for each row.
CLAIMS = (Claim(1, "", 12), Claim(2, "second ", 24), Claim(3, "third ", 36))
#: With more equal months than these a joint record says nothing: most months of a rare count are 0.
MOST_TIES = 2
#: The fewest months in a row on one side of the centre that are told, as the Eight-Month rule has it.
LONG_RUN = 8
#: A run that has ended is told for this many months ("the second month above average after 9 below").
SHORT_RUN = 3


@dataclass(frozen=True, eq=False, repr=False)
class Records:
    """Where the month reported on stands among the months, and windows, before it.

    Arrays have one row a series; then one column a window; `sides` are high and low; `ranks` are first,
    second, third. For the side low read "lower" for "higher".

    Parameters
    ----------
    panel : Panel
    windows : tuple of int
        Lengths in months; 1 is the month itself.
    ends : (n_series,) int64
        Position of each series' as-at month.
    value : (n_series, n_windows) float64
        The window that ends with the as-at month, in the unit of the measure; NaN where there is none.
    since : (n_series, n_windows, 2, ranks) int64
        Position of the last month that was higher, of the last but one, and so on; -1 where none was.
    stretch : (n_series, n_windows, 2, ranks) int64
        Calendar months after it, the as-at month included; from the first figure on where none was higher.
    missing : (n_series, n_windows, 2, ranks) int64
        How many of them have no figure.
    ties : (n_series, n_windows, 2, ranks) int64
        How many of the others are equal, exactly on the decimals.
    tied : (n_series, n_windows, 2) int64
        Position of the last equal month on the whole record; -1 where none is.
    rank : (n_series, n_windows, 2) int64
        1 for the highest on record; equal months share a rank; 0 where there is no value.
    run, run_before : (n_series,) int64
        Months in a row above (+) or below (-) the centre line, and the run on the other side that they ended.
    exceptions : Exceptions, optional
        Whose centre lines the runs are about; without it all runs are 0.
    told : (n_series, n_windows) bool, optional
        Where a record may be put in words; by default everywhere. Not where the figure of a quarter stands in
        other months too, nor, in a narrative, where figures are hidden or rounded.
    """

    panel: Panel
    windows: tuple[int, ...]
    ends: Ints
    value: Floats
    since: Ints
    stretch: Ints
    missing: Ints
    ties: Ints
    tied: Ints
    rank: Ints
    run: Ints
    run_before: Ints
    exceptions: Exceptions | None = None
    told: np.ndarray[Any, np.dtype[np.bool_]] | None = None

    @property
    def months(self) -> Ints:
        """The k of a k-month high or low: figures in the stretch (n_series, n_windows, 2, ranks)."""
        return self.stretch - self.missing

    @cached_property
    def _best(self) -> tuple[Ints, Floats]:
        """Return the claim that chance makes least likely, side * ranks + rank - 1, and k / rank."""
        ranks = np.array([claim.rank for claim in CLAIMS])
        enough = self.months >= [claim.least for claim in CLAIMS]
        if self.told is not None:
            enough &= self.told[..., None, None]
        score = np.where(enough & (self.ties <= MOST_TIES), self.months / ranks, 0.0)
        flat = score.reshape(*score.shape[:2], 2 * len(CLAIMS))
        best = flat.argmax(axis=2)
        return best, np.take_along_axis(flat, best[..., None], axis=2)[..., 0]

    @property
    def rarity(self) -> Floats:
        """How rare the record in words is: k / rank, 0 where none is told (n_series, n_windows)."""
        return self._best[1]

    @property
    def side(self) -> np.ndarray[Any, np.dtype[np.int8]]:
        """1 where the record in words is a high, -1 a low, 0 where none is told (n_series, n_windows)."""
        best, score = self._best
        return np.where(score > 0.0, 1 - 2 * (best // len(CLAIMS)), 0).astype(np.int8)

    @property
    def words(self) -> Words:
        """The record worth a word: "the highest since Mar-2023", or "" (n_series, n_windows)."""
        return self._each(self.phrase)

    @property
    def short(self) -> Words:
        """The same shorter: "16-month high", "second highest in 4 years", or "" (n_series, n_windows)."""
        return self._each(self._short)

    @property
    def run_words(self) -> Words:
        """Long runs: "13th month in a row below average", or "" (n_series,)."""
        told = np.array([""] * len(self.run), dtype=object)
        for s in np.flatnonzero(np.maximum(np.abs(self.run), np.abs(self.run_before)) >= LONG_RUN).tolist():
            told[s] = self.run_phrase(s)
        return told

    def _each(self, say: Any) -> Words:
        words = np.full(self.value.shape, "", dtype=object)
        for s, w in np.argwhere(self._best[1] > 0.0).tolist():
            words[s, w] = say(s, w)
        return words

    def phrase(self, s: int, w: int = 0) -> str:
        """Say the record of series `s` in window number `w`, or ""."""
        best, score = self._best
        if score[s, w] == 0.0:
            return ""
        side, place = divmod(int(best[s, w]), len(CLAIMS))
        at = (s, w, side, place)
        named = f"the {self._ranked(at)}"
        notes = []
        if self.since[at] < 0:
            named += " on record"
            notes.append(counted(int(self.months[at]), self._thing(w)))
        elif place == 0:
            named += f" since {self._window(int(self.since[at]), w)}"
        else:
            named += f" in {self._span(at)}"
        notes += [self._others(at), self._tie(at), self._gaps(at)]
        said = "; ".join(note for note in notes if note)
        return f"{named} ({said})" if said else named

    def _short(self, s: int, w: int) -> str:
        side, place = divmod(int(self._best[0][s, w]), len(CLAIMS))
        at = (s, w, side, place)
        if place == 0:
            return f"{'joint ' * bool(self.ties[at])}{self.months[at]}-{self._thing(w)} {SIDES[side]}"
        held = "on record" if self.since[at] < 0 else f"in {self._span(at)}"
        return f"{self._ranked(at)} {held}"

    def _ranked(self, at: At) -> str:
        """Name the rank: "joint second highest"."""
        _, _, side, place = at
        return f"{'joint ' * bool(self.ties[at])}{CLAIMS[place].word}{SUPERLATIVES[side]}"

    def _others(self, at: At) -> str:
        """Name the months of the stretch that were higher, last one first."""
        s, w, side, place = at
        if place == 0:
            return ""
        months = " and ".join(self._month(int(t)) for t in self.since[s, w, side, :place])
        those = "" if self.windows[w] == 1 else f"{'that' if place == 1 else 'those'} to "
        return f"only {those}{months} {'was' if place == 1 else 'were'} {COMPARATIVES[side]}"

    def _tie(self, at: At) -> str:
        s, w, side, _ = at
        if not self.ties[at]:
            return ""
        more = int(self.ties[at]) - 1
        before = f" and {'once' if more == 1 else f'{more} times'} before" if more else ""
        return f"as {SIDES[side]} as in {self._window(int(self.tied[s, w, side]), w)}{before}"

    def _gaps(self, at: At) -> str:
        missing = int(self.missing[at])
        if not missing:
            return ""
        between = (
            f"{missing} more" if self.since[at] < 0 else f"{counted(missing, self._thing(at[1]))} between"
        )
        return f"{between} {'has' if missing == 1 else 'have'} no figure"

    def _thing(self, w: int) -> str:
        return "window" if self.windows[w] > 1 else period_word(self.panel.start)

    def _window(self, t: int, w: int) -> str:
        if self.windows[w] == 1:
            return self._month(t)
        return f"the {self.windows[w]} {period_word(self.panel.start)}s to {self._month(t)}"

    def _span(self, at: At) -> str:
        """Name the stretch: in years, where all that is said of it lies in whole years, else in months."""
        s, w, side, place = at
        stretch, ties, start = int(self.stretch[at]), int(self.ties[at]), self.panel.start
        years, rest = divmod(stretch, YEAR)
        named = [*self.since[s, w, side, :place], *([self.tied[s, w, side]] if ties else [])]
        within = min(named) > self.ends[s] - years * YEAR and ties < 2 and not self.missing[at]
        if start is not None and (within or not rest):
            return f"{years} years"
        return counted(stretch, period_word(start))

    def _month(self, t: int) -> str:
        return month_name(self.panel.start, t)

    def run_phrase(self, s: int, line: str = "average") -> str:
        """Say how long series `s` has been on one side of its centre line, or "" where that is not long."""
        run, before = int(self.run[s]), int(self.run_before[s])
        thing = period_word(self.panel.start)
        side, other = ("above", "below") if run > 0 else ("below", "above")
        if abs(run) >= LONG_RUN:
            return f"{ordinal(abs(run))} {thing} in a row {side} {line}"
        if abs(before) >= LONG_RUN and abs(run) <= SHORT_RUN:
            return f"{ordinal(abs(run))} {thing} {side} {line} after {abs(before)} in a row {other} it"
        return ""

    def to_frame(self) -> Any:
        """Return one row a series: keys, the windows' figures, ranks, stretches and words, the run."""
        fields: dict[str, Any] = {}
        words, short = self.words, self.short
        for w, length in enumerate(self.windows):
            fields[f"value_{length}"] = self.value[:, w]
            for side, name in enumerate(SIDES):
                fields[f"{name}_{length}"] = self.months[:, w, side, 0]
                fields[f"{name}_rank_{length}"] = self.rank[:, w, side]
                fields[f"{name}_ties_{length}"] = self.ties[:, w, side, 0]
                fields[f"{name}_missing_{length}"] = self.missing[:, w, side, 0]
            fields[f"record_{length}"] = words[:, w]
            fields[f"short_{length}"] = short[:, w]
        fields |= {"run": self.run, "run_before": self.run_before, "run_words": self.run_words}
        return frames.tidy_series(self.panel.keys, fields)

    def __repr__(self) -> str:
        told = int(np.count_nonzero(self.rarity.max(axis=1, initial=0.0)))
        return f"Records({how_many(self.panel)}, windows {self.windows}, {told:,} with a record)"


def ordinal(n: int) -> str:
    """Return a whole number as it counts months: "13th", "21st".

    Examples
    --------
    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 13, 21, 102, 111)]
    ['1st', '2nd', '3rd', '4th', '11th', '13th', '21st', '102nd', '111th']
    """
    ending = "th" if n // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
