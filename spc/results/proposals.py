"""Proposals: where a series may have settled on another level, and every step that led there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Floats, Ints, Words
from spc.arrays import chosen, named_rows
from spc.baselines import Phases
from spc.checks import ChoiceError, choice
from spc.panel import Panel
from spc.results.statuses import (
    NO_DATA,
    NO_VARIATION,
    NOT_JUDGED,
    OK,
    REFUSED,
    SHORT_HISTORY,
    STATUSES,
    how_many,
)

__all__ = ["METHODS", "Proposals"]

METHODS = ("stable_shift",)
#: In the order of the kernel's codes.
KINDS = ("opened", "accepted", "rejected", "pending")
OPENED, ACCEPTED, REJECTED, PENDING = range(4)
HELD, FEW, FLAT, BACK, LEVEL = range(5)
REACHED = np.array([OK, NO_DATA, SHORT_HISTORY, NO_VARIATION, NOT_JUDGED], np.int8)
SIDES = {1: "high", -1: "low"}


@dataclass(frozen=True, eq=False, repr=False)
class Proposals:
    """Candidates for new phases, the evidence for each, and the phases that would hold.

    Parameters
    ----------
    panel : Panel
    method : {"stable_shift"}
    baseline, min_observed, run_length, smallest_shift
        As for `phases`.
    ends : (n_series,) int64
        Position of the last month that was known, one a series.
    offsets : (n_series + 1,) int64
        The steps offsets[s] .. offsets[s + 1] are those of series s, in the order in which they were found.
    codes : (n_steps, 11) int64
        Kind, cause, first month of the candidate, side, month known, settled, the old fitting months (half
        open), the end of the new ones, months observed in them, first month of the way back or -1.
    lines : (n_steps, 4) float64
        Old centre and sigma, new centre and sigma; NaN where nothing was fitted.
    reached : (n_series,) int64
        How far the search came; `status` has the words.
    """

    panel: Panel
    method: str
    baseline: int
    min_observed: int
    run_length: int
    smallest_shift: float
    ends: Ints
    offsets: Ints
    codes: Ints
    lines: Floats
    reached: Ints

    @property
    def series(self) -> Ints:
        """The series of each step (n_steps,)."""
        return np.repeat(np.arange(self.panel.n_series, dtype=np.int64), np.diff(self.offsets))

    @property
    def status(self) -> Words:
        """Why nothing could be proposed, or the word ok (n_series,)."""
        code = REACHED[self.reached]
        code[self.panel.refused] = REFUSED
        return np.array(STATUSES, dtype=object)[code]

    @cached_property
    def log(self) -> Mapping[str, np.ndarray[Any, Any]]:
        """Every step with its evidence, one array a column, each (n_steps,).

        `kind` is "opened", "accepted", "rejected" or "pending"; `candidate` names the proposal; `known` is
        the month at whose end the step could be said, and `settled` that no later month changes it; `side`
        is "high" or "low"; `first` and `run_last` are the run that opened the candidate, whose limits come
        from the `used` months observed in `first` .. `fit_last`; `shift` is the distance of the centres in
        old sigma; `back` the first month of the run that took it back.
        """
        kind, _, first, side, known, settled, old_first, old_stop, stop, used, back = self.codes.T
        old_centre, old_sigma, new_centre, new_sigma = self.lines.T
        names, month = self._names, self._months
        opened = kind == OPENED
        return {
            "kind": np.array(KINDS, dtype=object)[kind],
            "candidate": names,
            "known": month(known),
            "settled": settled == 1,
            "side": np.where(side > 0, "high", "low").astype(object),
            "first": month(first),
            "run_last": month(first + self.run_length - 1),
            "old_first": month(old_first),
            "old_last": month(old_stop - 1),
            "old_centre": old_centre,
            "old_sigma": old_sigma,
            "fit_last": month(np.where(opened, -1, stop - 1)),
            "used": used,
            "new_centre": new_centre,
            "new_sigma": new_sigma,
            "shift": (new_centre - old_centre) / old_sigma,
            "back": month(back),
            "reason": self._reasons(),
        }

    def to_frame(self) -> Any:
        """Return one row a step: the keys of the series, then the columns of `log`; months as "2024-07"."""
        series = self.series
        return frames.tidy_series({name: of[series] for name, of in self.panel.keys.items()}, self.log)

    @property
    def accepted(self) -> tuple[str, ...]:
        """The names of the accepted candidates, as `apply(only=...)` takes them: "ASB, 2023-02"."""
        return tuple(self._names[self.codes[:, 0] == ACCEPTED].tolist())

    @property
    def phases(self) -> Phases:
        """The phases that would hold if all accepted candidates were applied."""
        return self.apply()

    def apply(self, only: Any = None, *, which: str = "accepted") -> Phases:
        """Return phases that begin where candidates were accepted; nothing else is ever applied.

        Parameters
        ----------
        only : sequence of str, mapping of key to name, or mask (n_series,) of bool, optional
            Names of candidates as in `accepted`, or the series in which they are applied; by default all.
        which : {"accepted", "settled"}
            Whether those are left out that a later month can still take back.

        Returns
        -------
        Phases
            For `limits(phase=..., baseline=proposals.baseline)`. Their reasons hold no figures, so that they
            give nothing away on a published page.

        Raises
        ------
        ChoiceError
            A name that is no accepted candidate, a series that is not there.

        Examples
        --------
        >>> import spc
        >>> found = spc.phases(spc.samples.load("road_casualties").panel)
        >>> found.apply(only={"measure": "Car drivers killed"}).reasons[2]
        'stable shift: 8 months in a row below the centre'
        """
        taken = self.codes[:, 0] == ACCEPTED
        if choice("which", which, ("accepted", "settled")) == "settled":
            taken &= self.codes[:, 5] == 1
        taken &= self._wanted(only)
        codes, series = self.codes[taken], self.series[taken]
        words = {1: "above", -1: "below"}
        reasons = [
            f"stable shift: {self.run_length} months in a row {words[side]} the centre"
            for side in codes[:, 3].tolist()
        ]
        return Phases.cut(self.panel, series, codes[:, 2], reasons)

    def _wanted(self, only: Any) -> np.ndarray[Any, Any]:
        everything = np.ones(len(self.codes), np.bool_)
        if only is None:
            return everything
        rows = np.arange(self.panel.n_series)
        if isinstance(only, Mapping):
            return np.isin(self.series, named_rows(self.panel.keys, only, rows))
        if isinstance(only, np.ndarray) and only.dtype == np.bool_:
            return np.isin(self.series, chosen(only, self.panel.n_series))
        if isinstance(only, str) or not isinstance(only, Iterable):
            raise ChoiceError(
                "`only` must be a list of names as in `accepted`, a mapping of keys or a mask of series, "
                f"got {only!r}."
            )
        asked, known = list(only), set(self.accepted)
        for name in asked:
            if name not in known:
                raise ChoiceError(f"`only` must name accepted candidates; {name!r} is none: see `accepted`.")
        return np.isin(self._names, asked) if asked else ~everything

    @cached_property
    def _names(self) -> Words:
        pairs = zip(self.series.tolist(), self._months(self.codes[:, 2]).tolist(), strict=True)
        names = [f"{self.panel.name(s)}, {month}" for s, month in pairs]
        return np.array(names, dtype=object)

    def _months(self, columns: Ints) -> Words:
        """Return the names of months by their position; "" for -1."""
        return np.array([*self.panel.months, ""], dtype=object)[columns]

    def _reasons(self) -> Words:
        months = self.panel.months
        steps = zip(self.codes.tolist(), self.lines.tolist(), strict=True)
        return np.array([_reason(self, months, step, lines) for step, lines in steps], dtype=object)

    def __repr__(self) -> str:
        count = [int(np.count_nonzero(self.codes[:, 0] == kind)) for kind in range(4)]
        found = f"{count[ACCEPTED]:,} accepted, {count[REJECTED]:,} rejected, {count[PENDING]:,} pending"
        return f"Proposals({self.method}, {how_many(self.panel)}: {found})"


def _reason(of: Proposals, months: tuple[str, ...], step: list[int], lines: list[float]) -> str:
    """Say in plain words what happened in a step, and on what evidence."""
    kind, cause, first, side, _, settled, old_first, old_stop, stop, used, back = step
    old_centre, old_sigma, new_centre, _ = lines
    run = of.run_length
    here, there = ("above", "below") if side > 0 else ("below", "above")
    if kind == OPENED:
        return (
            f"The {run} months from {months[first]} to {months[first + run - 1]} lie {here} the centre "
            f"{_text(old_centre)} that was set by {months[old_first]} to {months[old_stop - 1]}."
        )
    span = f"{months[first]} to {months[stop - 1]}"
    if cause == FEW:
        wait = "wait for more" if kind == PENDING else "too few to set limits"
        return f"{used} of at least {of.min_observed} months are observed in {span}: {wait}."
    if cause == FLAT:
        said = f"{span} do not vary, so that they set no limits."
    elif cause == BACK:
        said = (
            f"The {run} months from {months[back]} to {months[back + run - 1]} lie {there} the centre "
            f"{_text(new_centre)} of {span}: the shift did not last."
        )
    else:
        size = (new_centre - old_centre) * side / old_sigma
        said = f"{span} ({used} months) have the centre {_text(new_centre)}, "
        if cause == HELD:
            said += f"{size:.2f} old sigma {here} the old one, and no {run} months in a row lead back."
        elif size > 0.0:
            said += f"only {size:.2f} old sigma {here} the old one."
        else:
            said += f"not {here} the old one, against the run that opened it."
    return said if settled else f"{said} Later months can still change this."


def _text(number: float) -> str:
    """Print a line with four figures, and never as a power of ten."""
    if number == 0.0:
        return "0"
    decimals = max(0, 3 - math.floor(math.log10(abs(number))))
    return f"{number:,.{decimals}f}"
