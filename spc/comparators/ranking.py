"""rank(): the place of each unit among its like, and between which places it may lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Floats, Ints, Words
from spc.checks import choice, confidence, whole
from spc.comparators.asking import Asked, per_of, sigmas_of, units_asked
from spc.comparators.drawing import METHODS, Urn
from spc.comparators.grouping import OK, Window, checked, gather, names_of, wanted
from spc.comparators.scales import KINDS
from spc.kernels.ranks import rank_draws, rank_intervals
from spc.measures import Assignment, Catalogue, Measure
from spc.panel import Panel
from spc.results.comparators import Ranking

__all__ = ["rank"]

#: Figures that are one on paper: 0.1 + 0.2 and 0.3.
ON_PAPER = 1e-12


def rank(
    panel: Panel,
    *,
    measures: Catalogue | Sequence[Measure] | Assignment | None = None,
    as_at: Any = None,
    window: int = 12,
    min_count: int | None = None,
    group: str | Sequence[str] | None = None,
    among: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    kind: str = "auto",
    sigma: Any = None,
    per: float | None = None,
    improvement: str | None = None,
    level: float = 95,
    method: str = "shrunken",
    n_draws: int = 10_000,
    seed: int = 1,
) -> Ranking:
    """Rank units, with the interval within which each rank may lie.

    Parameters
    ----------
    panel : Panel
        Counts, or sums with denominators.
    measures, as_at, window, min_count, group
        As for `funnel`.
    among : sequence of str, or mapping of str to sequence of str, optional
        The units to rank; or, for each unit, its most similar ones, among which (itself included) it is
        ranked. Units named by several keys are written "Wiltshire / Trowbridge".
    kind : {"auto", "rate", "proportion", "ratio", "mean"}
        As for `funnel`; series without denominators are ranked by their totals, as Poisson counts.
    sigma : float or (n_series,) float64, optional
        Of single observations, for means, in the unit of `value`; by default as for `funnel`.
    per : float, optional
        What ratios are told by, as for `funnel`.
    improvement : {"high", "low", "neither"}, optional
        1 is the best; the highest where neither is better. By default as in the catalogue.
    level : float
        Of the interval, in percent.
    method : {"shrunken", "jeffreys", "bootstrap"}
        Draws of the underlying figures given the counts of all units that are ranked together, or given a
        unit's own alone; or draws of counts that might have been seen.
    n_draws : int
        How many times all units are drawn and ranked.
    seed : int
        Of the draws; the random numbers of a unit depend on it and on the unit's own keys alone.

    Returns
    -------
    Ranking
        `rank`, `tied`, `among`, `lower`, `upper`, `expected`, `quartile`, `words`, `status`.

    Raises
    ------
    ChoiceError
        A misspelt choice, a unit in `among` that the panel does not have, more draws than memory holds.

    Notes
    -----
    Goldstein and Spiegelhalter (1996), JRSS A 159, 385-443; Marshall and Spiegelhalter (1998), BMJ 316,
    1701-1704. "shrunken" takes the units' own figures for members of a family, Gamma(mu size) / size for
    rates, Beta(mu size, (1 - mu) size) for proportions, Normal(mu, 1 / size) for means, so that a figure is
    drawn from Gamma(n + mu size) / (of + size) and alike; mu and size are drawn too, from what all units say
    of them (spc/comparators/shrinking.py). So that two clusters, or a unit apart from the others, are no
    measure of how far all differ, two families are weighed against the one (spc/comparators/mixtures.py).
    "jeffreys" draws rates from Gamma(n + 1/2) / of,
    proportions from Beta(n + 1/2, of - n + 1/2), means from Normal(mean, sigma^2 / of); "bootstrap" from
    Poisson(n) / of and Binomial(of, n / of) / of, where a unit without events never has one. Both draw each
    unit as if nothing were known of the others, which counts chance twice: where counts are rare (under some
    100 events), or sizes very unlike, their interval holds the true rank less often than `level` says.

    The interval leaves at most (100 - level) / 2 percent of the simulated ranks out on each side. It is that
    of one unit's true rank, not of all together; the rank of a small unit's own figure may lie outside of it.
    Stocks, medians and surveys are ranked without an interval: their chance is unknown; so are means of a
    single month without `sigma`, unless the panel holds several observations a month.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[80], [120], [125]], start="2024-07", of=[[1000]] * 3,
    ...                              keys={"area": ["North", "West", "South"]})
    >>> for words in spc.rank(panel, window=1, improvement="low").words:
    ...     print(words)
    rank 1 of 3, between 1 and 2
    rank 2 of 3, between 2 and 3
    rank 3 of 3, between 2 and 3
    """
    asked = units_asked(panel, measures, as_at, group, kind, improvement)
    share = _tail(level)
    choice("method", method, METHODS)
    draws, start = whole("n_draws", n_draws, 100, 10_000_000), whole("seed", seed, 0, 2**63 - 1)
    listed = None if isinstance(among, Mapping) and among else among
    figures = _figures(asked, window, min_count)
    compared = wanted(asked.panel, asked.names, listed)
    sums = checked(figures.sums, asked.kinds, compared, figures.way != "ratio")
    told_by = np.where(figures.way == "ratio", per_of(asked.rows, per, measures is not None), 1.0)
    law, spread = _laws(asked, window, sums, figures.way, sigma, told_by)
    places, urn = _Places(len(law)), Urn(asked.panel, sums, law, spread, method, draws, start)
    for members, few in _sets(asked, sums, among):
        sign = np.where(asked.better[members] < 0, -1.0, 1.0)
        places.place(members, few, sign * figures.value[members])
        if (law[members] != "").all():
            places.simulate(members, few, sign[:, None] * urn.draw(members), share)
    return Ranking(
        panel=panel,
        ends=asked.ends,
        window=int(window),
        group=asked.names,
        level=float(level),
        value=np.where(sums.status == OK, figures.value * told_by, np.nan),
        better=asked.better,
        status=sums.status,
        **vars(places),
    )


def _tail(level: Any) -> float:
    """Return how much of the simulated ranks is left out on each side."""
    return (100.0 - confidence(level)) / 200.0


@dataclass(frozen=True, eq=False)
class _Figures:
    """What is ranked, and in which way it was made: "ratio" or "sum" of sums, "mean" of months, "given"."""

    value: Floats
    way: Words
    sums: Window


def _figures(asked: Asked, window: int, min_count: int | None) -> _Figures:
    """Return what is ranked, and the sums with the status of values that came ready-made."""
    panel, ends = asked.panel, asked.ends
    sums = gather(panel, ends, window, min_count)
    way = np.where(panel.is_ratio, "ratio", asked.rows.each(lambda measure: measure.how.bare, object))
    months = np.isfinite(panel.aligned(ends, window)[0]).sum(axis=1)
    value = np.where(way == "mean", sums.value / np.maximum(months, 1), sums.value)
    cells = panel.observed if window == 1 else panel.given.get(window)
    ready = np.full(panel.n_series, np.nan)
    if cells is not None:
        ready = panel.aligned_cells(cells, ends, 1)[:, 0]
    given, status = way == "given", sums.status.copy()
    status[given & ~panel.refused] = np.where(np.isfinite(ready), OK, "no data")[given & ~panel.refused]
    # a total has no place among rates
    way[~panel.is_ratio & np.isin(asked.code, asked.code[panel.is_ratio])] = "ratio"
    return _Figures(np.where(given, ready, value), way, Window(sums.total, sums.of, status))


def _laws(
    asked: Asked, window: int, sums: Window, way: Words, sigma: Any, per: Floats
) -> tuple[Words, Floats]:
    """Return the law of chance of each series, "" where it is not known, and the spread of observations."""
    law = np.array([KINDS[each].law for each in asked.kinds], dtype=object)
    law[way == "sum"] = "poisson"
    law[(way == "mean") | (way == "given")] = ""
    sums.status[(sums.status == OK) & (law == "poisson") & (sums.total < 0.0)] = "negative value"
    spread = sigmas_of(asked, window, sums, sigma, per)
    law[(law == "normal") & ~(spread > 0.0)] = ""  # means whose chance is unknown have no interval
    return law, spread


def _sets(asked: Asked, sums: Window, among: Any) -> Iterator[tuple[Ints, Ints]]:
    """Yield rows that are ranked together, and which are asked for; all others get a status."""
    panel, names, code = asked.panel, asked.names, asked.code
    units = names_of(panel, names)
    lists = among.items() if isinstance(among, Mapping) else ()
    peers = {name: {name, *_listed(panel, names, others)} for name, others in lists}
    wanted(panel, names, list(peers) or None)
    if peers:
        lone = np.array([name not in peers for name in units], bool)
        sums.status[lone & (sums.status == OK)] = "not compared"
    for number in range(int(code.max(initial=-1)) + 1):
        here = np.flatnonzero(code == number)
        ranked = here[np.isin(sums.status[here], [OK, "not compared"] if peers else [OK])]
        if not peers:
            sets = [(ranked, ranked)]
        else:
            own = ranked[sums.status[ranked] == OK]
            sets = [(ranked[[units[u] in peers[units[s]] for u in ranked]], np.array([s])) for s in own]
        for members, few in sets:
            if len(members) < 2:
                sums.status[few] = "alone"
            else:
                yield members, few


def _listed(panel: Panel, names: tuple[str, ...], others: Any) -> set[str]:
    listed = list(others) if isinstance(others, Iterable) and not isinstance(others, str) else [others]
    if listed:
        wanted(panel, names, listed)
    return set(listed)


class _Places:
    """Ranks and their intervals, filled comparison by comparison."""

    def __init__(self, n: int) -> None:
        self.rank, self.lower, self.upper, self.expected = np.full((4, n), np.nan)
        self.tied, self.among = np.zeros(n, bool), np.zeros(n, np.int64)

    def place(self, members: Ints, few: Ints, value: Floats) -> None:
        """Fill the ranks of those asked for: the largest value is 1, values one on paper share a place."""
        order = np.argsort(-value, kind="stable")
        ordered = value[order]
        apart = np.abs(np.diff(ordered)) > ON_PAPER * np.maximum(np.abs(ordered[1:]), np.abs(ordered[:-1]))
        fresh = np.concatenate([[True], apart])
        first = np.maximum.accumulate(np.where(fresh, np.arange(len(ordered)), 0))
        rank, tied = np.empty(len(value)), np.empty(len(value), bool)
        rank[order] = first + 1.0
        tied[order] = ~fresh | ~np.append(apart, True)
        chosen = np.isin(members, few)
        self.rank[members[chosen]], self.tied[members[chosen]] = rank[chosen], tied[chosen]
        self.among[members[chosen]] = len(members)

    def simulate(self, members: Ints, few: Ints, cells: Floats, share: float) -> None:
        """Fill the intervals of those asked for from (n_members, n_draws) figures."""
        ranks = np.empty(cells.shape[::-1], np.int64)
        rank_draws(np.ascontiguousarray(cells.T), ranks)
        columns = np.flatnonzero(np.isin(members, few))
        lower, upper, expected = np.empty((3, len(columns)))
        rank_intervals(columns, ranks, share, lower, upper, expected)
        rows = members[columns]
        self.lower[rows], self.upper[rows], self.expected[rows] = lower, upper, expected
