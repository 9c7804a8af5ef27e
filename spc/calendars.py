"""The calendar: figures per day and per working day, and figures that come once a quarter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from spc.array_types import Array, Floats
from spc.arrays import chosen
from spc.checks import ChoiceError, InputError, choice, parcel
from spc.measures import Assignment, Catalogue, Measure, by_kind, measures_of
from spc.pairing import heard_and_paired, window_sums
from spc.panel import Panel

__all__ = ["on_calendar", "per_day", "per_working_day", "quarter_starts", "quarterly"]

Measures = Catalogue | Sequence[Measure] | Assignment | None
#: Where bank holidays are known, and the code under which the package `holidays` has them.
PLACES = {"England": "ENG", "Wales": "WLS", "Scotland": "SCT", "Northern Ireland": "NIR"}
#: Months are counted from year 0, days by numpy from January 1970.
EPOCH = 1970 * 12
QUARTER = 3
#: Fewer figures may lie a quarter apart by chance.
FEWEST_QUARTERS = 4


def per_day(panel: Panel, *, measures: Measures = None) -> Panel:
    """Divide counts by the days of their month, so that February is not low because it is short.

    Parameters
    ----------
    panel : Panel
    measures : Catalogue, optional
        Which series are counts; by default those that are no ratios. All others stay as they are.

    Returns
    -------
    Panel
        Counts are ratios now: `values` as they were, `of` the days of each observed month. So windows are
        right too: the events of a year over its 365 or 366 days.

    Raises
    ------
    ChoiceError
        A panel in plain order of observation, or one without counts.

    Notes
    -----
    For a scorecard give such a measure ``kind="rate", unit="per_1"``. The charts of counts (c, small_count)
    take whole numbers; the u chart takes these.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([62, 58, 62], start="2024-01")
    >>> spc.per_day(panel).observed.tolist()
    [[2.0, 2.0, 2.0]]
    """
    return _per(panel, measures, _days, "day")


def per_working_day(
    panel: Panel, *, measures: Measures = None, holidays: str | Iterable[date] = "England"
) -> Panel:
    """Divide counts by the working days of their month: Monday to Friday without bank holidays.

    Parameters
    ----------
    panel, measures
        As for `per_day`.
    holidays : {"England", "Wales", "Scotland", "Northern Ireland"} or iterable of date
        Whose bank holidays, with those of one year alone (a coronation) and the substitutes for weekends.
        They come from the package `holidays`, which ``pip install 'opcc-spc[calendar]'`` brings; dates of
        your own need no package, and an empty list is Monday to Friday.

    Returns
    -------
    Panel
        As for `per_day`.

    Raises
    ------
    ChoiceError
        As for `per_day`; an unknown place; the package is not installed.

    Examples
    --------
    >>> import spc
    >>> from datetime import date
    >>> panel = spc.Panel.from_numpy([40, 42], start="2024-12")
    >>> closed = [date(2024, 12, 25), date(2024, 12, 26), date(2025, 1, 1)]
    >>> spc.per_working_day(panel, holidays=closed).of.tolist()
    [[20.0, 22.0]]
    """

    def working(start: int, n_periods: int) -> Array:
        first, last = start // 12, (start + n_periods - 1) // 12
        firsts = _firsts(start, n_periods)
        return np.busday_count(firsts[:-1], firsts[1:], holidays=_closed(holidays, range(first, last + 1)))

    place = f" ({holidays})" if isinstance(holidays, str) else ""
    return _per(panel, measures, working, f"working day{place}")


def quarterly(panel: Panel, *, measures: Measures = None, series: Any = None) -> Panel:
    """Turn series with one figure a quarter into windows of 3 and 12 months, and claim no months.

    Parameters
    ----------
    panel : Panel
        Each quarter's figure stands in one month, three months apart.
    measures : Catalogue, optional
        Kinds and units; by default ratios are rates in percent, all else counts.
    series : mask or positions, optional
        Which series are quarterly; by default those with figures in at least four months that all lie whole
        quarters apart. All others stay as they are.

    Returns
    -------
    Panel
        Those series have no `values` any more, so that no rule and no chart reads a quarter as a month;
        ``given[3]`` is the latest quarter, ``given[12]`` the latest four, by kind (sums, means, ratios of
        sums), in the unit of the measure. They stand in every month until the next quarter is due: with the
        quarter to June missing, June has neither. A figure published late has a `lag`.

    Raises
    ------
    ChoiceError
        A series asked for that has figures in other months too; a panel in plain order.

    Notes
    -----
    Medians and given figures without parts have no 12 months, unless they came with them (``given``). On a
    scorecard a rate may stay a rate; any other kind is called "rolling12", with its unit.

    Examples
    --------
    >>> import numpy as np, spc
    >>> values = np.full(14, np.nan)
    >>> values[2::3] = [10, 20, 30, 40]
    >>> panel = spc.quarterly(spc.Panel.from_numpy(values, start="2023-04"))
    >>> panel.given[3][0, -3:].tolist(), panel.given[12][0, -3:].tolist()
    ([40.0, 40.0, 40.0], [100.0, 100.0, 100.0])
    """
    on_calendar(panel)
    rows = measures_of(panel, measures)
    panel = by_kind(panel, rows)
    found = _quarterly_rows(panel, series)
    windows = {window: _pooled(panel, rows, window) for window in (QUARTER, 12)}
    given = dict(panel.given)
    for window, cells in windows.items():
        held = given.get(window, np.full(cells.shape, np.nan))
        own = found[:, None] & ~(np.isnan(cells) & np.isfinite(held))
        given[window] = np.where(own, cells, held)

    def bare(cells: Floats) -> Floats:
        return np.where(found[:, None], np.nan, cells)

    return replace(
        panel,
        values=bare(panel.values),
        of=None if panel.of is None else bare(panel.of),
        given=given,
        is_ratio=panel.is_ratio & ~found,
        within=None,
    )


def quarter_starts(panel: Panel, ends: Array) -> Array:
    """Return the month from which the latest quarter's figure stands, -1 where figures are not quarterly.

    Parameters
    ----------
    panel : Panel
    ends : (n_series,) int64
        The months reported on.

    Returns
    -------
    (n_series,) int64
        Quarterly is a series without months whose windows change twice or more, always whole quarters apart,
        so that they stand for three months each (`quarterly`). That month is the quarter's last.

    Examples
    --------
    >>> import numpy as np, spc
    >>> values = np.full(14, np.nan)
    >>> values[2::3] = [10, 20, 30, 40]
    >>> panel = spc.quarterly(spc.Panel.from_numpy(values, start="2023-04"))
    >>> quarter_starts(panel, np.array([12])).tolist()
    [11]
    """
    found = np.full(panel.n_series, -1, np.int64)
    if panel.start is None or not panel.given:
        return found
    rows = np.flatnonzero(~np.isfinite(panel.values).any(axis=1) & (ends >= 0))
    if not len(rows):
        return found
    moved = np.zeros((len(rows), panel.n_periods), bool)
    for cells in panel.given.values():
        one = cells[rows]
        fresh = (one[:, 1:] != one[:, :-1]) & ~(np.isnan(one[:, 1:]) & np.isnan(one[:, :-1]))
        moved[:, 1:] |= fresh
    phases = np.stack([moved[:, r::QUARTER].any(axis=1) for r in range(QUARTER)], axis=1)
    own = (phases.sum(axis=1) == 1) & (moved.sum(axis=1) >= 2)
    last = ends[rows] - (ends[rows] - phases.argmax(axis=1)) % QUARTER
    found[rows[own]] = np.maximum(last[own], 0)
    return found


def _per(panel: Panel, measures: Measures, count: Any, name: str) -> Panel:
    """Give counts the days of their months as denominators."""
    start = on_calendar(panel)
    rows = measures_of(panel, measures)
    counts = rows.each(lambda measure: measure.kind == "count", bool)
    if not counts.any():
        raise ChoiceError(f"No series of this panel is a count, so there is nothing to tell per {name}.")
    days = np.asarray(count(start, panel.n_periods), np.float64)
    # a month that is not observed has no days either, or a window would count it
    own = np.where(np.isfinite(panel.values), days, np.nan)
    of = np.full(panel.values.shape, np.nan) if panel.of is None else panel.of
    given = {window: np.where(counts[:, None], np.nan, cells) for window, cells in panel.given.items()}
    return replace(
        panel,
        of=np.where(counts[:, None], own, of),
        given=given,
        is_ratio=panel.is_ratio | counts,
        note=" ".join([*([panel.note.rstrip(". ") + "."] if panel.note else []), f"Counts are per {name}."]),
        within=None,
    )


def on_calendar(panel: Panel) -> int:
    """Return the first month of a panel, or refuse what has none."""
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    if panel.start is None:
        raise ChoiceError(
            "`panel` must have months, got one in plain order of observation: give it a `start`."
        )
    return panel.start


def _firsts(start: int, n_periods: int) -> Array:
    """Return the first day of each month, and of the month after the last."""
    months = np.datetime64(start - EPOCH, "M") + np.arange(n_periods + 1)
    return months.astype("datetime64[D]")


def _days(start: int, n_periods: int) -> Array:
    return np.diff(_firsts(start, n_periods)).astype(np.int64)


def _closed(holidays: str | Iterable[date], years: range) -> Array:
    """Return the days on which nobody works besides weekends."""
    if not isinstance(holidays, str):
        try:
            return np.array([_day(day) for day in holidays], "datetime64[D]")
        except (TypeError, ValueError):
            raise ChoiceError(
                f"`holidays` must be one of {', '.join(map(repr, PLACES))}, or dates, got {holidays!r}."
            ) from None
    code = PLACES[choice("holidays", holidays, PLACES)]
    try:
        from holidays import country_holidays
    except ModuleNotFoundError:
        raise ChoiceError(
            f"The bank holidays of {holidays} come from the package `holidays`, which is not installed: "
            "pip install 'opcc-spc[calendar]', or give spc.per_working_day dates of your own."
        ) from None
    return np.array(sorted(country_holidays("GB", subdiv=code, years=years)), "datetime64[D]")


def _day(day: Any) -> np.datetime64:
    found = np.datetime64(day, "D")
    if np.isnat(found) or isinstance(day, int | float):
        raise ValueError
    return found


def _quarterly_rows(panel: Panel, series: Any) -> Array:
    """Return which series are quarterly (n_series,)."""
    seen, _ = heard_and_paired(panel.values, panel.of, panel.is_ratio)
    months = np.stack([seen[:, r::QUARTER].any(axis=1) for r in range(QUARTER)], axis=1).sum(axis=1)
    if series is None:
        return np.asarray((months == 1) & (seen.sum(axis=1) >= FEWEST_QUARTERS))
    asked = np.zeros(panel.n_series, bool)
    asked[chosen(series, panel.n_series)] = True
    for s in np.flatnonzero(asked & (months > 1)):
        at = np.flatnonzero(seen[s])
        other = at[(at - at[0]) % QUARTER != 0][0]
        raise InputError(
            f"{panel.name(int(s))} is not quarterly: it has figures for {panel.months[at[0]]} and for "
            f"{panel.months[other]}, which are not whole quarters apart."
        )
    return asked


def _pooled(panel: Panel, rows: Assignment, window: int) -> Floats:
    """Return the quarters of each window as one figure, by kind, in the unit of the measure."""
    quarters = window // QUARTER
    ratio = panel.is_ratio[:, None]
    of = np.ones(panel.values.shape) if panel.of is None else np.where(ratio, panel.of, 1.0)
    heard, paired = heard_and_paired(panel.values, panel.of, panel.is_ratio)
    total, base, count = (
        window_sums(np.where(paired, cells, np.nan), window, 1)
        for cells in (panel.values, of, np.ones(of.shape))
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(base == 0.0, np.nan, total / base) * rows.each(lambda m: m.shown.per, float)[:, None]
        ways = {"sum": total, "mean": total / count, "ratio": share}
        ways["given"] = total if quarters == 1 else np.full(total.shape, np.nan)
    way = np.where(panel.is_ratio, rows.each(lambda m: m.how.windows), rows.each(lambda m: m.how.bare))
    pooled = np.select([(way == name)[:, None] for name in ways], list(ways.values()), np.nan)
    return np.where(window_sums(np.where(heard, 1.0, np.nan), window, 1) == quarters, pooled, np.nan)
