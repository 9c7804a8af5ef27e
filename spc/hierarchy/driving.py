"""driven_by(): which parts are behind the exception of a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from spc.array_types import Codes, Flags, Floats, Ints
from spc.baselines import Phases
from spc.charts import limits as limits_of
from spc.checks import ChoiceError, parcel
from spc.hierarchy.adding import blank
from spc.hierarchy.arranging import Arranged, arranged
from spc.hierarchy.families import key_of
from spc.measures import Catalogue, Measure
from spc.panel import Ends, Panel
from spc.reading.report import with_refused
from spc.results import Exceptions, Limits
from spc.results.drivers import DOMINANCE, NO_PART, NO_SIDE, NOT_KNOWN, SPREAD, Drivers
from spc.results.hierarchy_words import ON_PAPER

__all__ = ["driven_by"]

#: No rule looks further back than 15 points, and a step needs the one before.
MOST = 16


def driven_by(
    exceptions: Exceptions,
    *,
    parts: Exceptions | Panel | Sequence[str] | None = None,
    whole: str | None = None,
    key: str | None = None,
    parents: Mapping[str, str | None] | Any = None,
    measures: Catalogue | Sequence[Measure] | None = None,
) -> Drivers:
    """Trace the exceptions of wholes at the as-at month to their parts.

    Parameters
    ----------
    exceptions : Exceptions
        Those of the wholes; or of wholes and parts together, where `whole` is the label of the wholes.
    parts : Exceptions, Panel or labels
        The parts' own exceptions, found with the same baseline; or their panel, whose limits are then
        computed as those of the wholes were, and whose own exceptions are not told. With `whole` the labels
        of the parts, by default all others.
    whole : str, optional
        The label of the wholes under `key`.
    key, parents, measures
        As for `parts`.

    Returns
    -------
    Drivers
        `words`, `outcome`, `deviation` and `rest` of each whole; `contribution`, `share` and `own` of each
        part.

    Raises
    ------
    ChoiceError
        Parts judged by another baseline; no parts; as `roll_up`.

    Notes
    -----
    The months are those of the patterns that the as-at month completes: the last 8 for an Eight-Month High,
    the two beyond 2 sigma for two of three. Each part is set against its own centre line in them. Deviations
    of counts are added up; those of stocks and ratios are means of the months, and a part's ratio is weighted
    with its share of the whole's denominator, so that what is left is a change of mix. One part with 60% of
    the deviation drives it, or two with 80% (`DOMINANCE`), else it is spread; the rule is ours. Not traced:
    patterns without a side, steps that do not lie on the side of their name, and charts whose points are not
    the monthly values.

    Examples
    --------
    >>> import spc
    >>> county, swindon = [20, 22] * 12 + [30], [10, 9] * 12 + [11.5]
    >>> force = [a + b for a, b in zip(county, swindon)]
    >>> names = {"area": ["Force", "County", "Swindon"]}
    >>> panel = spc.Panel.from_numpy([force, county, swindon], start="2022-07", keys=names)
    >>> found = spc.exceptions(spc.limits(panel, baseline=24))
    >>> print(spc.driven_by(found, whole="Force").words[0])
    driven by County (9 of the 11 above average, itself high); Swindon as usual
    """
    parcel("exceptions", exceptions, Exceptions, "spc.exceptions(limits)")
    if whole is None and not isinstance(parts, Exceptions | Panel):
        raise ChoiceError(
            "`parts` must be the parts' Exceptions or their Panel; or name the `whole` of one panel."
        )
    own = exceptions if whole is not None else parts if isinstance(parts, Exceptions) else None
    panel: Any = own.panel if own is not None else with_refused(parts) if isinstance(parts, Panel) else parts
    labels: Any = parts if whole is not None else None
    wholes = exceptions.panel if whole is None else whole
    found = arranged(panel, wholes, labels, key, parents, None, measures)
    rows = _rows_of_wholes(exceptions, found, whole, key)
    if own is not None and own is not exceptions:
        _same_baseline(exceptions.limits, own.limits)
    lines = own.limits if own is not None else _limits_alike(exceptions.limits, found, rows)
    _same_kinds(exceptions, found, rows)
    traced = _Traced(exceptions, found, rows, lines, found.part_rows if own is not None else None)
    side, pattern = traced.patterns()
    deviation, contribution = traced.deviations(pattern)
    known = found.families.add(contribution[:, None])[0][:, 0]
    per = np.where(found.ways()[0], found.measures.each(lambda m: m.shown.per, float), 1.0)
    flagged = (rows >= 0) & (exceptions.at[np.maximum(rows, 0)] != 0)
    rest = _left(deviation, known)
    return Drivers(
        exceptions=exceptions,
        rows=rows,
        keys=found.families.keys,
        parts=found.parts,
        names=found.names,
        family=found.code,
        measures=found.measures,
        side=side,
        months=pattern.sum(axis=1).astype(np.int64),
        deviation=deviation * per,
        contribution=contribution * per[found.code],
        rest=rest * per,
        own=traced.own_sides(own),
        judged=own is not None,
        outcome=_outcomes(found, flagged, side, deviation, contribution, rest),
    )


def _rows_of_wholes(exceptions: Exceptions, found: Arranged, whole: str | None, key: str | None) -> Ints:
    """Return the series of `exceptions` that each family's whole is; -1 for none."""
    at = found.families.whole_rows
    assert at is not None
    if whole is None:
        return at
    labels = exceptions.panel.keys[key_of(exceptions.panel, key)]
    here = np.flatnonzero(labels == str(whole))
    return np.where(at >= 0, here[np.maximum(at, 0)], -1).astype(np.int64)


def _same_baseline(whole: Limits, parts: Limits) -> None:
    if whole.baseline != parts.baseline:
        raise ChoiceError(
            f"Wholes and parts must be judged by one baseline, got {whole.baseline!r} and "
            f"{parts.baseline!r}: a part's own average is that of the months which set the whole's."
        )


def _same_kinds(exceptions: Exceptions, found: Arranged, rows: Ints) -> None:
    """Refuse exceptions of ratios where the measures say counts, or the other way about."""
    judged = exceptions.panel.is_ratio[np.maximum(rows, 0)]
    known = (rows >= 0) & ~blank(exceptions.panel)[np.maximum(rows, 0)]
    differs = np.flatnonzero(known & (judged != found.ways()[0]))
    if len(differs):
        s = int(rows[differs[0]])
        raise ChoiceError(
            f"{exceptions.panel.name(s)} was judged as a {'ratio' if judged[differs[0]] else 'count'}, which "
            "`measures` says it is not: take the exceptions from a scorecard with these measures."
        )


def _limits_alike(whole: Limits, found: Arranged, rows: Ints) -> Limits:
    """Return limits of the parts, computed as those of their wholes were."""
    by_hand = whole.baseline == "agreed" or (whole.excluded is not None and whole.excluded.any())
    if by_hand:
        raise ChoiceError(
            "Limits that were agreed, or leave months out, are not computed again for parts: hand in the "
            "parts' own Exceptions as `parts`."
        )
    code, shift = found.code, (whole.panel.start or 0) - (found.parts.start or 0)
    panel = _begun(found.parts, shift)
    ends = np.where(rows >= 0, whole.ends[np.maximum(rows, 0)], whole.panel.n_periods - 1) + shift
    ends = np.clip(ends, -1, panel.n_periods - 1)[code]
    phases = whole.phases
    later = np.ones(len(phases.first), bool)
    later[phases.offsets[:-1][np.diff(phases.offsets) > 0]] = False  # the first phase of a series is no cut
    series, starts = [], []
    for p in np.flatnonzero(later).tolist():
        for i in np.flatnonzero(rows[code] == phases.series[p]).tolist():
            series.append(i)
            starts.append(min(max(int(phases.first[p]) + shift, 0), panel.n_periods - 1))
    asked = {name: whole.choices[name] for name in ("centre", "gaps", "constants") if name in whole.choices}
    return limits_of(
        panel,
        phase=Phases.cut(panel, np.array(series, np.int64), np.array(starts, np.int64)) if series else None,
        baseline=whole.baseline,
        as_at=Ends(ends.astype(np.int64)),
        min_observed=int(whole.choices.get("least", 12)),
        **asked,
    )


def _begun(panel: Panel, month: int) -> Panel:
    """Return a panel without what lies before a month, so that no baseline is set by what the wholes lack."""
    if month <= 0:
        return panel
    values = panel.values.copy()
    values[:, :month] = np.nan
    return replace(panel, values=values)


@dataclass(frozen=True, eq=False)
class _Traced:
    """Exceptions of wholes, beside their parts and the parts' limits.

    `part_rows` are the rows of `lines` that the parts are; None where they are the same.
    """

    exceptions: Exceptions
    found: Arranged
    rows: Ints
    lines: Limits
    part_rows: Ints | None

    @cached_property
    def ends(self) -> Ints:
        """The as-at column of each whole on its own calendar; -1 for none."""
        return np.where(self.rows >= 0, self.exceptions.limits.ends[np.maximum(self.rows, 0)], -1)

    @cached_property
    def ends_here(self) -> Ints:
        """The same on the calendar of the parts; a large negative number for none."""
        shift = (self.exceptions.panel.start or 0) - (self.found.parts.start or 0)
        return np.where(self.ends >= 0, self.ends + shift, -10_000)

    def patterns(self) -> tuple[Codes, Flags]:
        """Return the side of each whole's exception, and which of its last months belong to the pattern."""
        exceptions, rows = self.exceptions, np.maximum(self.rows, 0)
        at = np.where(self.rows >= 0, exceptions.at[rows], np.uint32(0))
        high = np.zeros(len(rows), bool)
        low = high.copy()
        for i, rule in enumerate(exceptions.rules):
            if rule.sided:
                high |= at & np.uint32(1 << 2 * i) != 0
                low |= at & np.uint32(2 << 2 * i) != 0
        points, centre = (
            _last(cells[rows], self.ends, 1)[:, 0]
            for cells in (exceptions.limits.points, exceptions.limits.centre)
        )
        both = np.where(points >= centre, 1, -1)
        side = np.where(high & low, both, high.astype(np.int64) - low.astype(np.int64)).astype(np.int8)
        side[~self._by_value()[rows]] = 0
        found = np.zeros((len(rows), MOST), bool)
        if at.any():
            members = _last(exceptions.members[rows].astype(np.float64), self.ends, MOST)
            codes = np.nan_to_num(members).astype(np.uint32)
            for i, rule in enumerate(exceptions.rules):
                for bit, sign in ((1 << 2 * i, 1), (2 << 2 * i, -1)):
                    fired = rule.sided & (at & np.uint32(bit) != 0) & (side == sign)
                    inside = np.arange(MOST) >= MOST - rule.span - (rule.asks == "step")
                    found |= fired[:, None] & inside & (codes & np.uint32(bit) != 0)
        return side, found

    def _by_value(self) -> Flags:
        """Return the series of the exceptions whose points are the monthly values (n_series,)."""
        points, values = self.exceptions.limits.points, self.exceptions.panel.observed
        return ((points == values) | np.isnan(points)).all(axis=1)

    def deviations(self, pattern: Flags) -> tuple[Floats, Floats]:
        """Return how far wholes and parts lie from their centres in the months of the pattern."""
        rows, code, ratio = np.maximum(self.rows, 0), self.found.code, self.found.ways()[0]
        whole, lines, parts = self.exceptions.limits, self.lines, self.found.parts
        own = np.arange(parts.n_series) if self.part_rows is None else self.part_rows
        ends, inside = self.ends_here, pattern[code]
        gaps = _last((self.exceptions.panel.observed - whole.centre)[rows], self.ends, MOST)
        each = _last((lines.panel.observed - lines.centre)[own], ends[code], MOST)
        assert self.found.whole is not None
        if parts.of is not None and self.found.whole.of is not None:
            base = _last(self.found.whole.of, ends, MOST)[code]
            below = _last(parts.of, ends[code], MOST)
            with np.errstate(invalid="ignore", divide="ignore"):
                weighed = np.where(below == 0.0, 0.0, each * below / base)
            each = np.where(ratio[code][:, None], weighed, each)
        averaged = ratio | self.found.measures.each(lambda m: m.how.windows != "sum", bool)
        return _over_pattern(gaps, pattern, averaged), _over_pattern(each, inside, averaged[code])

    def own_sides(self, own: Exceptions | None) -> Codes:
        """Return the side of each part's own exception at the month of the whole's (n_parts,)."""
        sides = np.zeros(self.found.parts.n_series, np.int8)
        if own is None or self.part_rows is None:
            return sides
        ends = self.ends_here[self.found.code]
        mask = _last(own.mask[self.part_rows].astype(np.float64), ends, 1)[:, 0]
        codes = np.nan_to_num(mask).astype(np.uint32)
        for i, rule in enumerate(own.rules):
            if rule.sided:
                sides[(codes & np.uint32(2 << 2 * i) != 0) & (sides == 0)] = -1
                sides[codes & np.uint32(1 << 2 * i) != 0] = 1
        return sides


def _last(cells: Floats, ends: Ints, months: int) -> Floats:
    """Return the last months up to each row's own end; NaN outside the calendar."""
    columns = ends[:, None] - np.arange(months - 1, -1, -1)
    width = cells.shape[1]
    taken = np.take_along_axis(cells, np.clip(columns, 0, width - 1), axis=1)
    return np.where((columns >= 0) & (columns < width), taken, np.nan)


def _over_pattern(gaps: Floats, pattern: Flags, averaged: Flags) -> Floats:
    """Add the gaps in the months of the pattern up, or average them; NaN where one is missing."""
    count = pattern.sum(axis=1)
    total = np.zeros(len(gaps))
    for t in range(gaps.shape[1]):  # in the order of the months, whatever stands in front
        total = total + np.where(pattern[:, t], gaps[:, t], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count == 0, np.nan, np.where(averaged, total / count, total))


def _left(deviation: Floats, known: Floats) -> Floats:
    """Return what no part accounts for, 0 where that is rounding alone."""
    left = deviation - known
    small = np.abs(left) <= ON_PAPER * np.maximum(np.abs(deviation), np.abs(known)) * 1e3
    return np.where(small, 0.0, left)


def _outcomes(
    found: Arranged, flagged: Flags, side: Codes, deviation: Floats, contribution: Floats, rest: Floats
) -> Codes:
    """Return the first row of `DOMINANCE` that holds for each whole, or why none does."""
    outcome = np.zeros(len(flagged), np.int8)
    for p in np.flatnonzero(flagged).tolist():
        if side[p] == 0 or not deviation[p] * side[p] > 0.0:
            outcome[p] = NO_SIDE
            continue
        rows = found.families.rows(p)
        shares = np.sort(contribution[rows] / deviation[p])[::-1]
        shares = shares[~np.isnan(shares)]
        holds = [
            k
            for k, row in enumerate(DOMINANCE, 1)
            if len(rows) > row.parts and shares[: row.parts].sum() >= row.share * (1.0 - ON_PAPER)
        ]
        lacking = rest[p] / deviation[p] >= DOMINANCE[0].share
        if holds:
            outcome[p] = holds[0]
        elif len(shares) < len(rows) and (lacking or len(shares) < 2):
            outcome[p] = NOT_KNOWN  # what is not accounted for may lie in those that are not known
        else:
            outcome[p] = NO_PART if lacking else SPREAD
    return outcome
