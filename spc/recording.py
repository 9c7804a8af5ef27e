"""records(): k-month highs and lows, ranks and runs, as at a month."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Ints
from spc.calendars import quarter_starts
from spc.checks import ChoiceError, parcel, window_lengths
from spc.kernels.records import records as records_kernel
from spc.kernels.records import runs as runs_kernel
from spc.kernels.zones import MISSING
from spc.measures import Assignment, Catalogue, Measure, by_kind, measures_of
from spc.pairing import heard_and_paired, window_sums
from spc.panel import Panel
from spc.results import Exceptions, Limits
from spc.results.records import CLAIMS, Records
from spc.ties import exact_value
from spc.wording import period_name

__all__ = ["records"]

#: More decimals than these, or sums beyond 15 digits, are not settled as whole numbers.
PLACES = 6
DIGITS = 1e15
#: Ratios of whole parts up to here differ in floats wherever they differ.
PARTS = 2.0**26
#: Windows of other numbers that lie closer than this, of the largest, are settled on the decimals.
CLOSE = 1e-12


def records(
    panel: Panel,
    *,
    measures: Catalogue | Sequence[Measure] | Assignment | None = None,
    as_at: Any = None,
    windows: Sequence[int] | int = (1, 3, 12),
    exceptions: Exceptions | None = None,
) -> Records:
    """Find how far back the month reported on is the highest or lowest, second or third, and its run.

    Parameters
    ----------
    panel : Panel
    measures : Catalogue, optional
        Kinds, units and lags; by default ratios are rates in percent, all else counts.
    as_at : month, or one month a series, optional
        The month reported on; by default the panel's last. That of a measure in arrears (`lag`) is as many
        months earlier, unless each series is given its month.
    windows : sequence of int
        Lengths in months; 1 is the month itself, rolling windows are added up as the measure's kind has it.
    exceptions : Exceptions, optional
        Of the same panel and month, by rules one of which asks for the centre line (`opcc` does): the runs
        are about its limits.

    Returns
    -------
    Records
        `since`, `stretch`, `missing`, `ties`, `rank` for highs and lows, `run`; `words` and `run_words`.

    Raises
    ------
    ChoiceError
        A window out of range, exceptions of another panel or month, or without a side of the centre.

    Notes
    -----
    A k-month high is a value that none of the last k observed months exceeds; a month as high makes it a
    joint one. Equal means equal on the decimals (SPEC 9): 0.1 + 0.2 is 0.3, 1 of 3 is 2 of 6. A month
    without a figure is never counted, and words say that it lies between; a window with such a month is
    missing itself (of a ratio: where both parts are). Of figures that come once a quarter and stand until
    the next (`quarterly`) no record is told: the months in which they stand are no windows of their own.

    Of k independent months the last is the highest with chance 1 / k, so a 12-month high or low stands in a
    sixth of all series by chance alone. Rolling windows share months: their records come much more often.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([30, 41, 25, 28, 33] + [27] * 12 + [41], start="2023-02")
    >>> found = spc.records(panel)
    >>> print(found.words[0, 0])
    the joint highest on record (18 months; as high as in Mar-2023)
    >>> print(found.stretch[0, 0, 0, 0], found.ties[0, 0, 0, 0])
    18 1
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    lengths = window_lengths(windows)
    if not lengths:
        raise ChoiceError("`windows` must name at least one length in months, got none.")
    rows = measures_of(panel, measures)
    panel = by_kind(panel, rows)
    ends = rows.ends(panel, as_at)
    run, before = _runs(panel, ends, exceptions)
    parts = _whole_parts(panel)
    found = [_records(panel, rows, ends, length, *parts) for length in lengths]
    columns = {name: np.stack([one[name] for one in found], axis=1) for name in found[0]}
    return Records(
        panel=panel,
        windows=lengths,
        ends=ends,
        run=run,
        run_before=before,
        exceptions=exceptions,
        told=np.where(quarter_starts(panel, ends)[:, None] < 0, True, [n == 1 for n in lengths]),
        **columns,
    )


def _records(
    panel: Panel, rows: Assignment, ends: Ints, length: int, top: Floats, below: Floats, exact: Flags
) -> dict[str, Any]:
    """Return the fields of one window, each with one row a series."""
    way = np.where(panel.is_ratio, rows.each(lambda m: m.how.windows), rows.each(lambda m: m.how.bare))
    cells, slack = _comparable(panel, way, length, top, below, exact)
    n = panel.n_series
    shape = (n, 2, len(CLAIMS))
    out: tuple[Any, ...] = tuple(np.empty(shape, np.int64) for _ in range(3))
    out += (np.empty((n, 2), np.int64), np.empty((n, 2), np.int64), np.empty(n, np.int64))
    records_kernel(cells, ends, slack, *out)
    left = np.flatnonzero(out[-1])
    if len(left):
        ranked = np.stack([_exact_ranks(panel, int(s), str(way[s]), length) for s in left])
        again = tuple(np.empty((len(left), *one.shape[1:]), np.int64) for one in out)
        records_kernel(ranked, ends[left], np.zeros(len(left)), *again)
        for one, settled in zip(out, again, strict=True):
            one[left] = settled
    since, ties, missing, tied, higher, _ = out
    at = np.maximum(ends, 0)
    known = (ends >= 0) & ~np.isnan(cells[np.arange(n), at])
    first = np.isfinite(cells).argmax(axis=1)
    stretch = np.where(since >= 0, ends[:, None, None] - since, (ends - first + 1)[:, None, None])
    return {
        "value": _shown(panel, rows, way, ends, length),
        "since": since,
        "stretch": np.where(known[:, None, None], stretch, 0),
        "missing": missing,
        "ties": ties,
        "tied": tied,
        "rank": np.where(known[:, None], higher + 1, 0),
    }


def _whole_parts(panel: Panel) -> tuple[Floats, Floats, Flags]:
    """Return numerators and denominators, as whole numbers where they are decimals, and where that holds.

    The order of sums and ratios stays, and so do ties: scales are one for each part of a series.
    """
    top, exact = _as_whole(panel.values)
    below = np.ones_like(top)
    if panel.of is not None and panel.is_ratio.any():
        wholes, fits = _as_whole(np.where(panel.is_ratio[:, None], panel.of, 1.0))
        below, exact = wholes, exact & fits
    return top, below, exact


def _as_whole(cells: Floats) -> tuple[Floats, Flags]:
    found = cells.copy()
    done = np.zeros(len(cells), np.bool_)
    for places in range(PLACES + 1):
        rest = np.flatnonzero(~done)
        if not len(rest):
            break
        some = cells[rest]
        tried = np.rint(some * 10.0**places)
        empty = np.isnan(some)
        fits = ((tried / 10.0**places == some) | empty).all(axis=1)
        fits &= np.where(empty, 0.0, np.abs(tried)).sum(axis=1) < DIGITS
        found[rest[fits]] = tried[fits]
        done[rest[fits]] = True
    return found, done


def _comparable(
    panel: Panel, way: Any, length: int, top: Floats, below: Floats, exact: Flags
) -> tuple[Floats, Floats]:
    """Return what is compared: sums, ratios or given windows; and how close they may be told (0: exactly)."""
    ratio = panel.is_ratio
    plain = panel.observed if length == 1 else panel.given.get(length, np.full(panel.values.shape, np.nan))
    if length == 1 and not ratio.any():
        return plain, np.zeros(panel.n_series)
    heard, paired = heard_and_paired(panel.values, panel.of, panel.is_ratio)
    sums, bases = (
        window_sums(np.where(heard, np.where(paired, part, 0.0), np.nan), length, length)
        for part in (top, below)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = np.where(bases == 0.0, np.nan, sums / bases)
    sizes = [np.nanmax(np.abs(part), axis=1, initial=0.0) for part in (sums, bases)]
    told = exact & np.where(ratio, np.maximum(*sizes) < PARTS, True)
    as_ratio = way == "ratio"
    cells = np.where(as_ratio[:, None], parts, sums)
    largest = np.nanmax(np.abs(cells), axis=1, initial=0.0)
    if not exact.all():
        spread = window_sums(np.where(heard, np.where(paired, np.abs(top), 0.0), np.nan), length, length)
        largest = np.where(as_ratio, largest, np.nanmax(spread, axis=1, initial=0.0))
    straight = (way == "given") | ((length == 1) & ~ratio)
    cells = np.where(straight[:, None], plain, cells)
    return cells, np.where(straight | told, 0.0, CLOSE * largest)


def _exact_ranks(panel: Panel, s: int, way: str, length: int) -> Floats:
    """Return the windows of one series by their order, equal ones alike, settled on the decimals."""
    values, of = panel.parts(s)
    tops = [exact_value(value, None) for value in values.tolist()]
    bases = [Fraction(1)] * len(tops) if of is None else [exact_value(base, None) for base in of.tolist()]
    sums: list[Fraction | None] = []
    for t in range(len(tops)):
        pairs = list(zip(tops, bases, strict=True))[max(t - length + 1, 0) : t + 1]
        both = [(top, base) for top, base in pairs if top is not None and base is not None]
        heard = sum(top is not None or (of is not None and base is not None) for top, base in pairs)
        total, base = sum(top for top, _ in both), sum(base for _, base in both)
        there = heard == length and len(both) > 0 and base != 0
        sums.append(None if not there else Fraction(total) / base if way == "ratio" else Fraction(total))
    order = {value: float(i) for i, value in enumerate(sorted({one for one in sums if one is not None}))}
    return np.array([np.nan if one is None else order[one] for one in sums])


def _shown(panel: Panel, rows: Assignment, way: Any, ends: Ints, length: int) -> Floats:
    """Return the last window of every series in the unit of its measure."""
    if length == 1:
        given = panel.aligned_cells(panel.observed, ends, 1)[:, 0]
    elif length in panel.given:
        given = panel.aligned_cells(panel.given[length], ends, 1)[:, 0]
    else:
        given = np.full(panel.n_series, np.nan)
    heard, paired = heard_and_paired(panel.values, panel.of, panel.is_ratio)
    cells = [np.where(heard, np.where(paired, panel.values, 0.0), np.nan), np.where(paired, 1.0, 0.0)]
    if panel.of is not None and panel.is_ratio.any():
        cells[1] = np.where(panel.is_ratio[:, None], np.where(paired, panel.of, 0.0), cells[1])
    last = [window_sums(panel.aligned_cells(one, ends, length), length, length)[:, -1] for one in cells]
    per = rows.each(lambda measure: measure.shown.per)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(last[1] == 0.0, np.nan, last[0] / last[1])
    ways = {"sum": last[0], "mean": last[0] / length, "ratio": ratio * per, "given": given}
    shown = np.select([way == name for name in ways], list(ways.values()), np.nan)
    return shown if length > 1 else np.where(panel.is_ratio, given * per, given)


def _runs(panel: Panel, ends: Ints, exceptions: Exceptions | None) -> tuple[Ints, Ints]:
    """Return how many months in a row lie on one side of the centre, and the run before."""
    run, before = np.zeros(panel.n_series, np.int64), np.zeros(panel.n_series, np.int64)
    if exceptions is None:
        return run, before
    parcel("exceptions", exceptions, Exceptions, "spc.exceptions(limits)")
    limits = exceptions.limits
    _same_months(panel, ends, limits)
    if 0.0 not in exceptions.levels:
        raise ChoiceError(
            "`exceptions` must ask on which side of the centre line months lie: use rules='opcc'."
        )
    bit = exceptions.levels.index(0.0)
    runs_kernel(_sides(exceptions, bit), limits.phase_of, ends, bit, run, before)
    if limits.months is not None:  # an EWMA above its centre is no month above average
        own = limits.months
        values = limits.panel.observed[own.series]
        other = ((own.points != values) & ~(np.isnan(own.points) & np.isnan(values))).any(axis=1)
        run[own.series[other]] = before[own.series[other]] = 0
    return run, before


def _same_months(panel: Panel, ends: Ints, limits: Limits) -> None:
    """Refuse limits of another panel, or as at another month than some series is reported on."""
    same = limits.panel.n_series == panel.n_series and limits.panel.n_periods == panel.n_periods
    if not same or limits.panel.start != panel.start:
        raise ChoiceError("`exceptions` must be of the same panel, as at the same month.")
    other = np.flatnonzero(limits.ends != ends)
    if len(other):
        s = int(other[0])
        if ends[s] < 0:
            raise ChoiceError(
                f"{panel.name(s)} is reported on a month before the data begin, and `exceptions` on another: "
                "leave the series out, or its `exceptions`."
            )
        theirs, ours = (period_name(panel.start, int(at[s])) for at in (limits.ends, ends))
        raise ChoiceError(
            f"{panel.name(s)}: `exceptions` must be as at the same month, got {theirs} and not {ours}: hand "
            "`limits` and `records` one `as_at`, for measures in arrears with a month for each series."
        )


def _sides(exceptions: Exceptions, bit: int) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """Return the zones, with the side of the mean where counts are small: count x months against the sum."""
    limits = exceptions.limits
    small = np.append(limits.phase_small, False)[limits.phase_of]
    if not small.any():
        return exceptions.zones
    p = limits.phase_of
    months, total = (np.append(part, 0)[p] for part in (limits.phase_count, limits.phase_total))
    lead = limits.panel.observed * months - total
    codes = np.where(lead > 0.0, 1 << bit, np.where(lead < 0.0, 1 << (bit + 8), 0))
    codes = np.where(np.isnan(lead), int(MISSING), codes).astype(np.uint16)
    return np.where(small, codes, exceptions.zones)
