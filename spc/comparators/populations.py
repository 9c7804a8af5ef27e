"""per_population(): counts become rates by the population of each month."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from spc.array_types import Floats, Words
from spc.checks import ChoiceError, InputError, choice, parcel, positive
from spc.comparators.asking import MOST_PER
from spc.comparators.grouping import names_of, unit_keys
from spc.panel import Panel

__all__ = ["per_population"]

MONTHS = 12
#: Mid-year estimates are for 30 June, the border of the sixth and seventh month.
MIDDLE = 6
Years = dict[int, float]


def per_population(
    panel: Panel,
    populations: Any,
    *,
    group: str | Sequence[str] | None = None,
    year: str = "year",
    value: str = "population",
    between: str = "line",
    per: float = 1.0,
) -> Panel:
    """Give counts the population of their area as a denominator, as rates for a year.

    Parameters
    ----------
    panel : Panel
        Counts; series that have a denominator keep it.
    populations : mapping of (area, year) to float, or frame
        Mid-year estimates. A frame (pandas, polars, Arrow) has a column for each key of `group`, one for the
        year and one for the population.
    group : str or sequence of str, optional
        The keys that name the area; by default "area", or the only key beside "measure".
    year, value : str
        The columns of a frame.
    between : {"line", "step"}
        How the population runs from one mid-year to the next: on a straight line, or each calendar year its
        own estimate.
    per : float
        Populations are told in units of so many people. Leave it at 1 where the catalogue's unit is
        "per_1000" or a verb has `per=1000`.

    Returns
    -------
    Panel
        `of` is a twelfth of the population in each month, so that the ratio of sums over any window,
        whichever calendar years it lies in, is a rate for a year: twelve months' events by their mean
        population, three months' at four times their number.

    Raises
    ------
    InputError
        A population that is missing, or not above 0; a frame without its columns.
    ChoiceError
        A panel without a calendar, a misspelt choice.

    Notes
    -----
    A line is the default because a step puts a year's growth between December and January, which charts and
    comparisons read as a change. Before the first mid-year and after the last the estimate is held, and
    `note` says so. An area without populations stays a ratio without a denominator: its status tells.

    Examples
    --------
    >>> import spc
    >>> counts = spc.Panel.from_numpy([[100] * 12], start="2023-07", keys={"area": ["Swindon"]})
    >>> rates = spc.per_population(counts, {("Swindon", 2023): 240_000, ("Swindon", 2024): 241_200})
    >>> print((1000 * spc.rolling.ratio(rates).observed[0, -1]).round(4))
    4.9875
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    choice("between", between, ["line", "step"])
    size = positive("per", per, high=MOST_PER)
    if panel.start is None:
        raise ChoiceError("`panel` must have a calendar: populations are by year.")
    names = unit_keys(panel, group)
    known = _by_area(populations, names, year, value)
    months = panel.start + np.arange(panel.n_periods)
    areas = names_of(panel, names)
    lines = {area: _monthly(known.get(area, {}), months, between) / (MONTHS * size) for area in set(areas)}
    below = np.empty(panel.values.shape)
    for s, area in enumerate(areas):
        below[s] = panel.of[s] if panel.of is not None and panel.is_ratio[s] else lines[area]
    every = np.ones(panel.n_series, bool)
    note = " ".join(filter(None, [panel.note, _note(areas[~panel.is_ratio], known, months, between)]))
    return replace(panel, of=below, is_ratio=every, note=note)


def _by_area(populations: Any, names: tuple[str, ...], year: str, value: str) -> dict[str, Years]:
    """Return the population by area and year."""
    if isinstance(populations, Mapping):
        rows = [(*key, n) for key, n in populations.items() if isinstance(key, tuple)]
        if len(rows) < len(populations) or any(len(row) != len(names) + 2 for row in rows):
            raise InputError(f"`populations` must be by ({', '.join(names)}, year), as in ('Swindon', 2024).")
    else:
        rows = list(zip(*(_column(populations, name) for name in (*names, year, value)), strict=True))
    known: dict[str, Years] = {}
    for *area, when, n in rows:
        name, y = " / ".join(map(str, area)), _year(when, area)
        if y in known.setdefault(name, {}):
            raise InputError(f"`populations` has {name}, {y} more than once: keep one.")
        known[name][y] = _people(n, name, y)
    return known


def _column(frame: Any, name: str) -> list[Any]:
    try:
        return list(np.asarray(frame[name]).tolist())
    except (KeyError, IndexError, TypeError, LookupError, RuntimeError):
        raise InputError(
            f"`populations` must be a mapping by (area, year), or a frame with a column {name!r}."
        ) from None


def _year(when: Any, area: Any) -> int:
    try:
        if isinstance(when, bool) or int(when) != float(when) or not 1800 <= int(when) <= 2200:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"`populations`, {' / '.join(map(str, area))}: {when!r} is no year.") from None
    return int(when)


def _people(n: Any, area: str, year: int) -> float:
    try:
        if isinstance(n, bool | str) or not math.isfinite(float(n)) or float(n) <= 0.0:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"`populations`, {area}, {year}: {n!r} is no number of people above 0.") from None
    return float(n)


def _monthly(years: Years, months: Any, between: str) -> Floats:
    """Return the population in each month (n_periods,), NaN where the area has none."""
    if not years:
        return np.full(len(months), np.nan)
    known = np.array(sorted(years))
    people = np.array([years[y] for y in known])
    if between == "line":
        return np.interp(months + 0.5, known * MONTHS + MIDDLE, people)
    place = np.searchsorted(known, months // MONTHS, side="right") - 1
    return np.asarray(people[np.maximum(place, 0)])


def _note(areas: Words, known: dict[str, Years], months: Any, between: str) -> str:
    """Say which populations were used, which were held, which years have none, and who has none at all."""
    names = sorted(set(areas))
    years = [sorted(known[area]) for area in names if area in known]
    if not years:
        return "No area has a population." if names else ""
    used = [y for each in years for y in each]
    how = "on a line between mid-years" if between == "line" else "each calendar year its own"
    told = [f"Populations of {_span(used)}, {how}."]
    # the middles of the first and the last month, in half months from the point at which estimates hold
    begin, end = (2 * int(month) + 1 - (2 * MIDDLE if between == "line" else 0) for month in months[[0, -1]])
    early = [each[0] for each in years if begin < 2 * MONTHS * each[0]]
    late = [each[-1] for each in years if end > 2 * MONTHS * (each[-1] + (between == "step"))]
    for which, held, where in (("earliest", early, "from the start"), ("latest", late, "to the end")):
        many = len(set(held)) > 1
        if held:
            told.append(
                f"The {which} estimate{'s' * many}, of {_span(held)}, {'are' if many else 'is'} held {where}."
            )
    calendar = range(int(months[0]) // MONTHS, int(months[-1]) // MONTHS + 1)
    gaps = sorted({y for each in years for y in calendar if each[0] < y < each[-1] and y not in each})
    if gaps and between == "step":
        told.append(f"Where {', '.join(map(str, gaps))} has no estimate, the one before it stands.")
    bare = [area for area in names if area not in known]
    if bare:
        more = f" and {len(bare) - 3} more" if len(bare) > 3 else ""
        told.append(f"No population for {', '.join(bare[:3])}{more}.")
    return " ".join(told)


def _span(years: list[int]) -> str:
    return str(min(years)) if min(years) == max(years) else f"{min(years)} to {max(years)}"
