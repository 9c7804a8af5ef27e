"""Phases and baselines: in which months limits hold, and which months set them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spc.checks import ChoiceError, whole
from spc.panel import Panel

__all__ = ["Baseline", "Phases", "Window", "resolve"]

Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Window:
    """Look at the last `span` months up to the as-at month; the `first` of them set the limits.

    With a shorter history the first part is all but the last `span - first` months, so that the year
    being judged never sets its own limits.

    Examples
    --------
    >>> import spc
    >>> spc.Window(36, first=24)
    Window(span=36, first=24)
    """

    span: int
    first: int

    def __post_init__(self) -> None:
        whole("span", self.span, 2, 10_000)
        whole("first", self.first, 1, self.span)


Baseline = str | int | Window | tuple[Any, Any] | list[Any]


@dataclass(frozen=True, eq=False)
class Phases:
    """Stretches of months with limits of their own, several to a series.

    Series s owns the phases `offsets[s] .. offsets[s + 1]`; phase p covers the month positions
    `first[p] .. last[p]` (half open). `reasons` says why each begins, but for the first. `panel` is the one
    whose months are meant.
    """

    offsets: Ints
    first: Ints
    last: Ints
    reasons: tuple[str, ...] = ()
    panel: Panel | None = None

    @classmethod
    def single(cls, panel: Panel, ends: Ints) -> Phases:
        """One phase a series, from its first observed month to its own as-at month."""
        first = np.minimum(panel.first_observed, ends + 1)
        return cls(np.arange(panel.n_series + 1, dtype=np.int64), first, ends + 1, panel=panel)

    @classmethod
    def starting(cls, panel: Panel, starts: Sequence[int], reasons: Sequence[str] = ()) -> Phases:
        """Phases cut at the same months in every series, each beginning with its first observed month."""
        edges = sorted({0, *starts})
        stops = [*edges[1:], panel.n_periods]
        seen = np.isfinite(panel.observed)
        first = np.stack(
            [_first_seen(seen, edge, stop) for edge, stop in zip(edges, stops, strict=True)], axis=1
        )
        last = np.tile(np.array(stops, np.int64), panel.n_series)
        offsets = np.arange(0, first.size + 1, len(edges), dtype=np.int64)
        return cls(offsets, first.reshape(-1), last, tuple(reasons), panel)

    def until(self, ends: Ints) -> Phases:
        """Phases cut off after each series' as-at month."""
        last = np.minimum(self.last, np.repeat(ends + 1, np.diff(self.offsets)))
        return replace(self, first=np.minimum(self.first, last), last=last)

    @property
    def series(self) -> Ints:
        """The series that owns each phase (n_phases,)."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int64), np.diff(self.offsets))


def _first_seen(seen: np.ndarray[Any, Any], edge: int, stop: int) -> Ints:
    part = seen[:, edge:stop]
    return np.where(part.any(axis=1), edge + part.argmax(axis=1), stop).astype(np.int64)


def resolve(panel: Panel, phases: Phases, baseline: Baseline, ends: Ints) -> tuple[Phases, Ints, Ints]:
    """Return the phases as they hold and the half-open baseline of each.

    Parameters
    ----------
    panel : Panel
    phases : Phases
    baseline : "all", int, (first month, last month) or Window
        SPEC 2; numbers count calendar months.
    ends : (n_series,) int64
        Position of each series' as-at month.

    Returns
    -------
    phases, base_first, base_last
        Under a Window the phases shrink to it: months before have no limits.

    Raises
    ------
    ChoiceError
        A baseline that is none of the four.
    """
    if isinstance(baseline, Window):
        return _by_window(phases, baseline, ends)
    if isinstance(baseline, str):
        if baseline != "all":
            raise _no_baseline(baseline)
        return phases, phases.first, phases.last
    if isinstance(baseline, tuple | list):
        if len(baseline) != 2:
            raise _no_baseline(baseline)
        low, high = panel.position(baseline[0], "baseline"), panel.position(baseline[1], "baseline")
        if low > high:
            raise ChoiceError(f"`baseline` must be a pair of months in order, got {baseline!r}.")
        first = np.clip(low, phases.first, phases.last)
        return phases, first, np.clip(high + 1, first, phases.last)
    if baseline is True or not np.isscalar(baseline):
        raise _no_baseline(baseline)
    months = whole("baseline", baseline, 1, 100_000)
    return phases, phases.first, np.minimum(phases.first + months, phases.last)


def _by_window(phases: Phases, window: Window, ends: Ints) -> tuple[Phases, Ints, Ints]:
    judged = window.span - window.first
    begins = np.repeat(ends + 1 - window.span, np.diff(phases.offsets))
    first = np.minimum(np.maximum(phases.first, begins), phases.last)
    length = phases.last - first
    base = np.where(length >= window.span, window.first, np.maximum(length - judged, 0))
    return replace(phases, first=first), first, first + base


def _no_baseline(given: object) -> ChoiceError:
    return ChoiceError(
        "`baseline` must be 'all', a number of months, a pair of months or spc.Window(36, first=24), "
        f"got {given!r}."
    )
