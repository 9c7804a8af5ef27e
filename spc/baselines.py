"""Phases and baselines: in which months limits hold, and which months set them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spc.array_types import Ints
from spc.arrays import chosen
from spc.checks import ChoiceError, whole
from spc.panel import Panel
from spc.wording import counted

__all__ = ["Baseline", "Phases", "Window", "phase_of_months", "resolve"]


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


@dataclass(frozen=True, eq=False, repr=False)
class Phases:
    """Stretches of months with limits of their own, several to a series.

    Series s owns the phases `offsets[s] .. offsets[s + 1]`; phase p covers the month positions
    `first[p] .. last[p]` (half open). `reasons` says why each begins, one text a phase ("" for the first of a
    series), or is empty where none is given. `panel` is the one whose months are meant.
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
    def cut(cls, panel: Panel, series: Ints, starts: Ints, reasons: Sequence[str] = ()) -> Phases:
        """Phases cut at months of their own in each series, each beginning with its first observed month.

        Parameters
        ----------
        panel : Panel
        series, starts : (k,) int64
            Rows of the panel, and the positions at which a new phase begins in them; 0 cuts nothing.
        reasons : sequence of str, optional
            Why, one for each cut; two reasons for one cut are joined.
        """
        width = max(panel.n_periods, 1)
        places = np.asarray(series, np.int64) * width + np.asarray(starts, np.int64)
        edges = np.unique(np.concatenate([np.arange(panel.n_series, dtype=np.int64) * width, places]))
        owner, begin = edges // width, edges % width
        stop = np.append(begin[1:], 0)
        stop = np.where(stop == 0, panel.n_periods, stop)  # the next phase belongs to another series
        offsets = np.searchsorted(owner, np.arange(panel.n_series + 1)).astype(np.int64)
        told: dict[int, str] = {}
        for place, reason in zip(places.tolist(), reasons, strict=bool(reasons)):
            if reason and place % width:
                known = told.get(place, "")
                told[place] = reason if known in ("", reason) else f"{known}; {reason}"
        why = tuple(told.get(edge, "") for edge in edges.tolist()) if told else ()
        return cls(offsets, _first_seen(panel, owner, begin, stop), stop, why, panel)

    def of_months(self, n_periods: int) -> Ints:
        """Return the phase in which each month lies (n_series, n_periods); -1 where none."""
        return phase_of_months(self.offsets, self.first, self.last, n_periods)

    def reason(self, p: int) -> str:
        """Return why phase p begins; "" where nothing was said."""
        return self.reasons[p] if self.reasons else ""

    def select(self, series: Any, panel: Panel | None = None) -> Phases:
        """Return the phases of some series, or of all in another order.

        Parameters
        ----------
        series : array_like
            A mask (n_series,) of bool, or positions of series in the wanted order, as for `Panel.select`.
        panel : Panel, optional
            What these series are now, on the same months: some may have been blanked. By default the own
            panel's selection.

        Returns
        -------
        Phases

        Raises
        ------
        ChoiceError
            A panel of other months, or of another number of series.

        Examples
        --------
        >>> import spc
        >>> panel = spc.Panel.from_numpy([[3, 4, 3, 4], [5, 6, 5, 6]], start="2024-01", keys=["a", "b"])
        >>> phases = spc.phases_at(panel, ["2024-03"], ["new system"], series={"series": "b"})
        >>> phases.select([1, 0]).reasons
        ('', 'new system', '')
        """
        if self.panel is None:
            raise ChoiceError("These phases know no panel: make them with spc.phases_at(panel, months).")
        rows = chosen(series, len(self.offsets) - 1)
        now = self.panel.select(rows) if panel is None else panel
        if (now.n_series, now.n_periods, now.start) != (len(rows), self.panel.n_periods, self.panel.start):
            raise ChoiceError(
                f"`panel` must hold the {len(rows):,} chosen series on the same months, got {now!r}."
            )
        counts = np.diff(self.offsets)[rows]
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        taken = np.repeat(self.offsets[:-1][rows] - offsets[:-1], counts) + np.arange(offsets[-1])
        begin = self._cuts()[taken]
        owner = np.repeat(np.arange(len(rows), dtype=np.int64), counts)
        first = _first_seen(now, owner, begin, self.last[taken])
        reasons = tuple(self.reasons[p] for p in taken.tolist()) if self.reasons else ()
        return Phases(offsets, first, self.last[taken], reasons, now)

    def belongs_to(self, panel: Panel, more: int = 0) -> bool:
        """Whether they are of these series in this order on these months, but for `more` at the end."""
        made = self.panel
        if made is None or (made.n_periods, made.start) != (panel.n_periods, panel.start):
            return False
        n = panel.n_series - more
        if made.n_series != n or list(made.keys) != list(panel.keys):
            return False
        return all(np.array_equal(labels, panel.keys[key][:n]) for key, labels in made.keys.items())

    def over(self, panel: Panel) -> Phases:
        """Return the same for a panel with refused series at its end, of one phase each.

        Raises
        ------
        ChoiceError
            Phases of other series.
        """
        more = panel.n_series - (len(self.offsets) - 1)
        if (
            not self.belongs_to(panel, max(more, 0))
            or not panel.refused[panel.n_series - max(more, 0) :].all()
        ):
            raise ChoiceError("`phase` must be made from the same panel: spc.phases_at(panel, months).")
        if more == 0:
            return self
        single = Phases.single(panel, np.full(panel.n_series, panel.n_periods - 1, np.int64))
        offsets = np.append(self.offsets, self.offsets[-1] + np.arange(1, more + 1))
        return Phases(
            offsets,
            np.append(self.first, single.first[-more:]),
            np.append(self.last, single.last[-more:]),
            (*self.reasons, *[""] * more) if self.reasons else (),
            panel,
        )

    def _cuts(self) -> Ints:
        """Return where each phase was cut; `first` is later where nothing was observed at once.

        Where a phase was narrowed after it was cut, its `first` stands.
        """
        assert self.panel is not None
        before = np.append(0, self.last[:-1])
        before[self.offsets[:-1][np.diff(self.offsets) > 0]] = 0
        whole = _first_seen(self.panel, self.series, before, self.last) == self.first
        return np.where(whole, before, self.first)

    def until(self, ends: Ints) -> Phases:
        """Phases cut off after each series' as-at month."""
        last = np.minimum(self.last, np.repeat(ends + 1, np.diff(self.offsets)))
        return replace(self, first=np.minimum(self.first, last), last=last)

    @property
    def series(self) -> Ints:
        """The series that owns each phase (n_phases,)."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int64), np.diff(self.offsets))

    def __repr__(self) -> str:
        return f"Phases({len(self.offsets) - 1:,} series, {counted(len(self.first), 'phase')})"


def phase_of_months(offsets: Ints, first: Ints, last: Ints, n_periods: int) -> Ints:
    """Return the phase in which each month lies (n_series, n_periods); -1 where none."""
    found = np.full((len(offsets) - 1, n_periods), -1, np.int64)
    columns = np.arange(n_periods)
    for k in range(int(np.diff(offsets).max(initial=0))):
        owns = np.flatnonzero(offsets[:-1] + k < offsets[1:])
        p = offsets[owns] + k
        inside = (columns >= first[p, None]) & (columns < last[p, None])
        found[owns] = np.where(inside, p[:, None], found[owns])
    return found


def _first_seen(panel: Panel, series: Ints, begin: Ints, stop: Ints) -> Ints:
    """Return the first observed month of each stretch begin .. stop (half open); `stop` where none is."""
    seen = np.flatnonzero(np.isfinite(panel.observed))
    row = series * panel.n_periods
    found = np.append(seen, panel.observed.size)[np.searchsorted(seen, row + begin)]
    return np.minimum(found - row, stop).astype(np.int64)


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
