"""Which series are compared with which, and what each of them adds up to in its window."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Codes, Flags, Floats, Ints, Words
from spc.checks import ChoiceError, whole
from spc.measures import Assignment
from spc.pairing import heard_and_paired
from spc.panel import Panel

__all__ = [
    "OK",
    "Window",
    "checked",
    "directions",
    "gather",
    "names_of",
    "numbered",
    "unit_keys",
    "wanted",
]

OK = "ok"


@dataclass(frozen=True, eq=False)
class Window:
    """Sums of each series over its window, and whether they can be used."""

    total: Floats
    of: Floats
    status: Words

    @property
    def value(self) -> Floats:
        """`total / of`, or `total` where there is no denominator."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(np.isnan(self.of), self.total, self.total / self.of)


def unit_keys(panel: Panel, group: Any) -> tuple[str, ...]:
    """Return the keys that name the units: those given, else "area", else the only one beside "measure"."""
    keys = list(panel.keys)
    if group is not None:
        asked = (group,) if isinstance(group, str) else tuple(group) if isinstance(group, Iterable) else ()
        for name in asked or (group,):
            if name not in keys:
                raise ChoiceError(f"`group` must name keys of the panel, {', '.join(keys)}, got {name!r}.")
        return tuple(dict.fromkeys(asked))
    others = [name for name in keys if name != "measure"] or keys
    if "area" in keys or len(others) == 1:
        return ("area",) if "area" in keys else (others[0],)
    raise ChoiceError(
        f"`group` must say which of the keys {', '.join(keys)} names the units to compare: no key is 'area'."
    )


def numbered(panel: Panel, group: tuple[str, ...]) -> Ints:
    """Return which comparison each series belongs to: series that share all keys but `group`."""
    others = [labels for name, labels in panel.keys.items() if name not in group]
    seen: dict[tuple[str, ...], int] = {}
    names = zip(*others, strict=True) if others else (() for _ in range(panel.n_series))
    return np.array([seen.setdefault(tuple(map(str, name)), len(seen)) for name in names], np.int64)


def names_of(panel: Panel, group: tuple[str, ...]) -> Words:
    """Return the name of each series' unit, " / " between its keys."""
    names = np.empty(panel.n_series, dtype=object)
    for s, parts in enumerate(zip(*(panel.keys[name] for name in group), strict=True)):
        names[s] = " / ".join(map(str, parts))
    return names


def wanted(panel: Panel, group: tuple[str, ...], among: Any) -> Flags:
    """Return which series belong to the units named; all where `among` is None."""
    if among is None:
        return np.ones(panel.n_series, bool)
    if isinstance(among, Mapping) and among:
        raise ChoiceError(
            "`among` must be one list of units here, got a mapping: spc.rank takes a list for each unit."
        )
    names = names_of(panel, group)
    asked = list(among) if isinstance(among, Iterable) and not isinstance(among, str) else [among]
    known = set(names)
    for name in asked:
        if not isinstance(name, str) or name not in known:
            raise ChoiceError(f"`among` must name units of the panel, got {name!r}: see `panel.keys`.")
    if not asked:
        raise ChoiceError("`among` must name at least one unit, got none: leave it out to compare all.")
    return np.isin(names, asked)


def gather(panel: Panel, ends: Ints, window: int, min_count: int | None) -> Window:
    """Add up each window; a month with one part missing leaves both sums (SPEC 6).

    Sums are correctly rounded, so that they do not depend on the order of the months.
    """
    length = whole("window", window, 1, 1_200)
    least = length if min_count is None else whole("min_count", min_count, 1, length)
    top, below = panel.aligned(ends, length)
    ratio = panel.is_ratio
    heard, paired = heard_and_paired(top, below, ratio)
    total = np.array([math.fsum(row) for row in np.where(paired, top, 0.0)])
    of = np.array([math.fsum(row) for row in np.where(paired, below, 0.0)])
    of[~ratio] = np.nan
    status = np.full(panel.n_series, OK, dtype=object)
    status[of == 0.0] = "no denominator"
    status[heard.sum(axis=1) < least] = "incomplete window"
    status[ratio & ~(np.isfinite(below).any(axis=1))] = "no denominator"
    status[~np.isfinite(top).any(axis=1)] = "no data"
    status[panel.refused] = "refused"
    bare = (status != OK) & (status != "no denominator")
    total[bare | ~paired.any(axis=1)] = np.nan
    of[status != OK] = np.nan
    return Window(total, of, status)


def directions(rows: Assignment, improvement: str | None) -> Codes:
    """Return 1 where high is better, -1 where low is, 0 where neither."""
    sign = {"high": 1, "low": -1, "neither": 0}
    if improvement is not None:
        return np.full(len(rows), sign[improvement], np.int8)
    return rows.each(lambda measure: sign[measure.improvement], np.int8)


def checked(sums: Window, kinds: Words, compared: Flags, bare: Any = False) -> Window:
    """Return the sums with a status for what has no place in a comparison of its kind.

    `bare` are the series that are compared without a denominator.
    """
    status = sums.status.copy()
    good = status == OK
    counted = (kinds != "mean") & ~np.isnan(sums.of)
    status[good & np.isnan(sums.of) & ~np.asarray(bare)] = "no denominator"
    status[good & counted & (sums.total < 0.0)] = "negative value"
    status[good & (kinds == "proportion") & (sums.total > sums.of)] = "more than all"
    status[(status == OK) & ~compared] = "not compared"
    return Window(sums.total, sums.of, status)
