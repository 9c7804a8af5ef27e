"""Wholes and their parts: the gap, contributions to a change, what drives an exception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Floats, Ints, Words
from spc.checks import ChoiceError, choice, whole
from spc.measures import Assignment
from spc.panel import Panel
from spc.results import hierarchy_words as words
from spc.results.statuses import how_many

__all__ = ["STATES", "Contributions", "Parts", "in_order", "rows_of"]

Labels = Mapping[str, np.ndarray[Any, Any]]


def rows_of(family: Ints, p: int) -> Ints:
    """Return the rows of the parts of whole p."""
    return np.flatnonzero(family == p)


def in_order(rows: Ints, sizes: Floats, names: Words) -> list[int]:
    """Return the rows of parts, the largest first, unknown ones last, ties by name."""
    size = dict(zip(rows.tolist(), sizes[rows].tolist(), strict=True))
    unknown = {i for i in size if size[i] != size[i]}
    return sorted(size, key=lambda i: (i in unknown, 0.0 if i in unknown else -size[i], str(names[i])))


@dataclass(frozen=True, eq=False, repr=False)
class Parts:
    """The sum of the parts beside a given whole, for every month.

    Parameters
    ----------
    whole, total : Panel
        The wholes as given and the sums of their parts, one row a whole; windows where `window` is not 1.
    parts : Panel
        The parts, one row each.
    names : (n_parts,) object
        What tells a part from its siblings.
    family : (n_parts,) int64
        The whole to which each part belongs.
    members : (n_wholes,) int64
        How many parts there are.
    observed : (n_wholes, n_periods) int64
        How many of them are observed in the month.
    measures : Assignment
        The measure of each whole.
    window : int
        Length in months.
    ends : (n_wholes,) int64
        Position of the month of the words; -1 before the calendar.
    missing : str
        What a missing part made of the sum.
    """

    whole: Panel
    total: Panel
    parts: Panel
    names: Words
    family: Ints
    members: Ints
    observed: Ints
    measures: Assignment
    window: int
    ends: Ints
    missing: str

    @cached_property
    def gap(self) -> Floats:
        """What lies in no part: the whole less the sum (n_wholes, n_periods); of a ratio, numerators."""
        return words.apart(self.whole.values, self.total.values)

    @cached_property
    def share(self) -> Floats:
        """The sum as a share of the whole (n_wholes, n_periods); NaN where the whole is 0."""
        return _over(self.total.values, self.whole.values)

    @cached_property
    def gap_of(self) -> Floats:
        """The gap of the denominators (n_wholes, n_periods); NaN where there are none."""
        return words.apart(_below(self.whole), _below(self.total))

    @cached_property
    def share_of(self) -> Floats:
        """The share of the denominators (n_wholes, n_periods)."""
        return _over(_below(self.total), _below(self.whole))

    @cached_property
    def part_share(self) -> Floats:
        """Each part as a share of its whole (n_parts, n_periods)."""
        return _over(self.parts.values, self.whole.values[self.family])

    @property
    def words(self) -> Words:
        """The whole, the sum and the gap of the as-at month, in a sentence (n_wholes,)."""
        return np.array([words.gap_text(self, p) for p in range(self.whole.n_series)], dtype=object)

    def to_frame(self, form: str = "wholes") -> Any:
        """Return tidy rows.

        Parameters
        ----------
        form : {"wholes", "parts"}
            Keys, month, whole, parts (the sum), gap, share, members, observed of every whole; or keys, month,
            value and share of every part.
        """
        if choice("form", form, ("wholes", "parts")) == "parts":
            fields: dict[str, Any] = {"value": self.parts.values, "share": self.part_share}
            return frames.tidy_months(self.parts.keys, self.parts.start, self.parts.echo, fields)
        wholes = self.whole
        fields = {"whole": wholes.values, "parts": self.total.values, "gap": self.gap, "share": self.share}
        if wholes.of is not None or self.total.of is not None:
            fields |= {"whole_of": _below(wholes), "parts_of": _below(self.total), "gap_of": self.gap_of}
        fields["members"] = np.repeat(self.members[:, None], wholes.n_periods, axis=1)
        return frames.tidy_months(
            wholes.keys, wholes.start, wholes.echo, {**fields, "observed": self.observed}
        )

    def __repr__(self) -> str:
        return f"Parts({how_many(self.parts)} in {self.whole.n_series:,} wholes, {self.window} months)"


#: How a part stands in the two windows of a change.
STATES = ("both", "new", "ended", "missing", "none")


@dataclass(frozen=True, eq=False, repr=False)
class Contributions:
    """What each part contributes to the change of its whole, window by window.

    Parameters
    ----------
    parts : Panel
    keys : mapping of str to (n_wholes,) array
        The names of the wholes.
    names : (n_parts,) object
        What tells a part from its siblings.
    family : (n_parts,) int64
        The whole to which each part belongs.
    measures : Assignment
        The measure of each whole.
    windows : tuple of int
        Lengths in months.
    ends : (n_wholes, n_windows, 2) int64
        Position of the last month of each window, and of the one with which it is compared; -1 for none.
    current, previous : (n_parts, n_windows) float64
        In the unit of the measure.
    contribution : (n_parts, n_windows) float64
        To the whole's change, in its unit; of counts it is the part's own change.
    rate_effect, mix_effect : (n_parts, n_windows) float64
        Of ratios, the two that add up to the contribution: the part's own ratio changed, and its weight in
        the whole changed. NaN for counts.
    state : (n_parts, n_windows) int8
        Positions in `STATES`, of the part itself: its contribution is NaN too where the whole is not known.
    whole_current, whole_previous, whole_change : (n_wholes, n_windows) float64
    rest : (n_wholes, n_windows) float64
        The change that no known part accounts for: what lies in no part, and parts that are not known.
    is_ratio : (n_wholes,) bool
    summed : bool
        The wholes are the sums of their parts.
    """

    parts: Panel
    keys: Labels
    names: Words
    family: Ints
    measures: Assignment
    windows: tuple[int, ...]
    ends: Ints
    current: Floats
    previous: Floats
    contribution: Floats
    rate_effect: Floats
    mix_effect: Floats
    state: np.ndarray[Any, np.dtype[np.int8]]
    whole_current: Floats
    whole_previous: Floats
    whole_change: Floats
    rest: Floats
    is_ratio: np.ndarray[Any, np.dtype[np.bool_]]
    summed: bool

    @cached_property
    def share(self) -> Floats:
        """The contribution as a share of the whole's change (n_parts, n_windows).

        Signed: a part that went the other way has a negative share, and others then more than 1. NaN where
        the whole did not change.
        """
        return _over(self.contribution, self.whole_change[self.family])

    @property
    def months(self) -> Words:
        """The same as "2024-07", "" before the calendar (n_wholes, n_windows, 2)."""
        return np.asarray(np.array([*self.parts.months, ""], dtype=object)[self.ends])

    def ranked(self, p: int, window: int) -> list[int]:
        """Return the parts of whole p, the largest in the direction of its change first, unknown ones last.

        Where the whole did not change, the largest either way first; ties by name.
        """
        k = self.windows.index(window)
        total = float(self.whole_change[p, k])
        amounts = self.contribution[:, k]
        sizes = amounts if total > 0.0 else -amounts if total < 0.0 else np.abs(amounts)
        return in_order(rows_of(self.family, p), sizes, self.names)

    def words(self, window: int | None = None, most: int = 3) -> Words:
        """Say in a sentence what moved each whole (n_wholes,).

        Parameters
        ----------
        window : int, optional
            One of `windows`; by default the last.
        most : int
            How many parts are named; the others are told together.
        """
        length = self.windows[-1] if window is None else window
        if length not in self.windows:
            raise ChoiceError(f"`window` must be one of {self.windows}, got {window!r}.")
        named = whole("most", most, 1, 1_000)
        told = [words.change_told(self, p, length, named) for p in range(len(self.whole_change))]
        return np.array(told, dtype=object)

    def to_frame(self, form: str = "parts") -> Any:
        """Return a row for each part (or whole) and window, in order of contribution.

        Parameters
        ----------
        form : {"parts", "wholes"}
            Keys, the part, window, current, previous, contribution, share, rate_effect, mix_effect, state;
            or keys, window, current, previous, change, rest, words.
        """
        n, wide = len(self.whole_change), len(self.windows)
        if choice("form", form, ("parts", "wholes")) == "wholes":
            at = np.repeat(np.arange(n), wide)
            table = {"current": self.whole_current, "previous": self.whole_previous}
            table |= {"change": self.whole_change, "rest": self.rest}
            said = np.stack([self.words(window) for window in self.windows], axis=1)
            fields: dict[str, Any] = {"window": np.tile(self.windows, n)}
            fields |= {name: cells.reshape(-1) for name, cells in table.items()}
            keys = {name: labels[at] for name, labels in self.keys.items()}
            return frames.tidy_series(keys, fields | {"words": said.reshape(-1)})
        ranked = [(k, i) for p in range(n) for k, w in enumerate(self.windows) for i in self.ranked(p, w)]
        column, row = np.array(ranked, np.int64).reshape(-1, 2).T
        keys = {f"whole_{name}": labels[self.family[row]] for name, labels in self.keys.items()}
        fields = {"window": np.array(self.windows)[column]}
        for name in ("current", "previous", "contribution", "share", "rate_effect", "mix_effect"):
            fields[name] = getattr(self, name)[row, column]
        fields["state"] = np.array(STATES, dtype=object)[self.state[row, column]]
        return frames.tidy_series(keys | {n: c[row] for n, c in self.parts.keys.items()}, fields)

    def __repr__(self) -> str:
        return f"Contributions({how_many(self.parts)} in {len(self.whole_change):,} wholes, {self.windows})"


def _below(panel: Panel) -> Floats:
    return np.full(panel.values.shape, np.nan) if panel.of is None else panel.of


def _over(part: Floats, whole: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole == 0.0, np.nan, part / whole)
