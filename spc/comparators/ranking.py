"""rank(): the place of each unit among its like, and between which places it may lie."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from spc.baselines import Ints
from spc.checks import ChoiceError, choice, parcel, positive, whole
from spc.comparators.asking import kinds_of, sigmas_of
from spc.comparators.grouping import (
    OK,
    Labels,
    Window,
    checked,
    directions,
    gather,
    names_of,
    numbered,
    unit_keys,
    wanted,
)
from spc.comparators.members import as_sums
from spc.comparators.scales import KINDS
from spc.comparators.shrinking import as_figures, draw_family
from spc.kernels.ranks import rank_draws, rank_intervals
from spc.measures import IMPROVEMENTS, Assignment, Catalogue, Measure, measures_of
from spc.panel import Floats, Panel
from spc.results.comparators import Ranking

__all__ = ["rank"]

#: Figures that are one on paper: 0.1 + 0.2 and 0.3.
ON_PAPER = 1e-12
#: Simulated figures held at once: 0.8 GB with their ranks.
MOST_CELLS = 50_000_000
#: Above this the Poisson law is the normal one, and numpy's generator near its end.
LARGE = 1e15
#: Above this a count under `LARGE` is one case in a thousand or fewer, and the binomial law the Poisson one.
MOST_CASES = 1e18


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
    of them (spc/comparators/shrinking.py). "jeffreys" draws rates from Gamma(n + 1/2) / of,
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
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    share = _tail(level)
    choice("method", method, ["shrunken", "jeffreys", "bootstrap"])
    draws, start = whole("n_draws", n_draws, 100, 10_000_000), whole("seed", seed, 0, 2**63 - 1)
    if improvement is not None:
        choice("improvement", improvement, IMPROVEMENTS)
    rows, names = measures_of(panel, measures), unit_keys(panel, group)
    source, panel = panel, as_sums(panel)
    ends, code = panel.positions(as_at), numbered(panel, names)
    kinds = kinds_of(rows, kind, panel.within is not None)
    among_rows = None if isinstance(among, Mapping) and among else among
    sums = gather(panel, ends, window, min_count)
    way = np.where(panel.is_ratio, "ratio", rows.each(lambda measure: measure.how.bare, object))
    value, sums = _values(panel, sums, way, ends, window)
    beside_ratios = np.isin(code, code[panel.is_ratio])  # a total has no place among rates
    bare = (way != "ratio") & ~beside_ratios
    sums = checked(sums, kinds, wanted(panel, names, among_rows), bare)
    law = np.array([KINDS[each].law for each in kinds], dtype=object)
    law[way == "sum"] = "poisson"
    law[(way == "mean") | (way == "given")] = ""
    sums.status[(sums.status == OK) & (law == "poisson") & (sums.total < 0.0)] = "negative value"
    spread = sigmas_of(panel, ends, window, sums, kinds, code, sigma, np.ones(len(law)))
    law[(law == "normal") & ~(spread > 0.0)] = ""  # means whose chance is unknown have no interval
    better = directions(rows, improvement)
    places, urn = _Places(panel.n_series), _Urn(panel, sums, law, spread, method, draws, start)
    for members, asked in _sets(panel, names, code, sums, among):
        sign = np.where(better[members] < 0, -1.0, 1.0)
        places.place(members, asked, sign * value[members])
        if (law[members] != "").all():
            drawn = urn.shrunken(members) if method == "shrunken" else urn.draw(members)
            places.simulate(members, asked, sign[:, None] * drawn, share)
    value[sums.status != OK] = np.nan
    return Ranking(
        panel=source,
        ends=ends,
        window=int(window),
        group=names,
        level=float(level),
        value=value,
        better=better,
        status=sums.status,
        **vars(places),
    )


def _tail(level: Any) -> float:
    if not 50.0 <= positive("level", level, high=100.0) < 100.0:
        raise ChoiceError(f"`level` must be from 50 to below 100 percent, got {level!r}.")
    return (100.0 - float(level)) / 200.0


def _values(panel: Panel, sums: Window, way: Labels, ends: Ints, window: int) -> tuple[Floats, Window]:
    """Return what is ranked, and the sums with the status of values that came ready-made."""
    value, status = sums.value, sums.status.copy()
    months = np.isfinite(panel.aligned(ends, window)[0]).sum(axis=1)
    value = np.where(way == "mean", value / np.maximum(months, 1), value)
    cells = panel.observed if window == 1 else panel.given.get(window)
    ready = np.full(panel.n_series, np.nan)
    if cells is not None:
        ready = panel.aligned_cells(cells, ends, 1)[:, 0]
    given = way == "given"
    status[given & ~panel.refused] = np.where(np.isfinite(ready), OK, "no data")[given & ~panel.refused]
    return np.where(given, ready, value), Window(sums.total, sums.of, status)


def _sets(
    panel: Panel, names: tuple[str, ...], code: Ints, sums: Window, among: Any
) -> Iterator[tuple[Ints, Ints]]:
    """Yield rows that are ranked together, and which are asked for; all others get a status."""
    units = names_of(panel, names)
    peers = {name: {name, *_listed(panel, names, others)} for name, others in _mapped(among).items()}
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
            asked = ranked[sums.status[ranked] == OK]
            sets = [(ranked[[units[u] in peers[units[s]] for u in ranked]], np.array([s])) for s in asked]
        for members, asked in sets:
            if len(members) < 2:
                sums.status[asked] = "alone"
            else:
                yield members, asked


def _mapped(among: Any) -> Mapping[str, Any]:
    return among if isinstance(among, Mapping) else {}


def _listed(panel: Panel, names: tuple[str, ...], others: Any) -> set[str]:
    asked = list(others) if isinstance(others, Iterable) and not isinstance(others, str) else [others]
    if asked:
        wanted(panel, names, asked)
    return set(asked)


class _Urn:
    """Simulated figures of each unit, drawn once, from random numbers of its own."""

    def __init__(
        self, panel: Panel, sums: Window, law: Labels, sigma: Floats, method: str, n_draws: int, seed: int
    ) -> None:
        self.panel, self.sums, self.law, self.sigma = panel, sums, law, sigma
        self.method, self.n_draws, self.seed = method, n_draws, seed
        self.kept: dict[int, Floats] = {}

    def draw(self, members: Ints) -> Floats:
        """Return (n_members, n_draws) figures; those of another comparison are forgotten."""
        self._fits(members)
        if len(self.kept) * self.n_draws > MOST_CELLS or not any(int(s) in self.kept for s in members):
            self.kept = {}
        for s in map(int, members):
            if s not in self.kept:
                self.kept[s] = self._one(s)
        return np.array([self.kept[int(s)] for s in members])

    def shrunken(self, members: Ints) -> Floats:
        """Return (n_members, n_draws) figures of units that are each one of a family; rates as logs.

        Units of one law make a family. One that is alone with its law is drawn by itself, and where laws are
        mixed all are drawn as figures.
        """
        self._fits(members)
        found = np.empty((len(members), self.n_draws))
        of = np.where(np.isnan(self.sums.of), 1.0, self.sums.of)
        laws = sorted(set(self.law[members]))
        for law in laws:
            here = self.law[members] == law
            rows = members[here]
            if len(rows) == 1:
                found[here] = self._one(int(rows[0]))
                continue
            streams = map(self._stream, map(int, rows))
            drawn = draw_family(law, self.sums.total[rows], of[rows], self.sigma[rows], self.n_draws, streams)
            found[here] = drawn if len(laws) == 1 else as_figures(law, drawn)
        return found

    def _fits(self, members: Ints) -> None:
        if len(members) * self.n_draws > MOST_CELLS:
            raise ChoiceError(
                f"`n_draws` must be at most {MOST_CELLS // len(members):,} for {len(members):,} units at "
                f"once, got {self.n_draws:,}."
            )

    def _one(self, s: int) -> Floats:
        total, of, n = self.sums.total[s], self.sums.of[s], self.n_draws
        of = 1.0 if np.isnan(of) else of
        random = self._stream(s)
        if self.law[s] == "normal":
            return np.asarray(total / of + self.sigma[s] / np.sqrt(of) * random.standard_normal(n))
        if self.method != "bootstrap":
            if self.law[s] == "binomial":
                return np.asarray(random.beta(total + 0.5, of - total + 0.5, n))
            return np.asarray(random.standard_gamma(total + 0.5, n) / of)
        chance = total / of if self.law[s] == "binomial" else 0.0
        if total > LARGE:
            spread = np.sqrt(total * (1.0 - chance))
            return np.asarray((total + spread * random.standard_normal(n)) / of)
        if self.law[s] == "binomial" and of < MOST_CASES:
            return random.binomial(int(np.rint(of)), chance, n) / of
        return random.poisson(total, n) / of

    def _stream(self, s: int) -> np.random.Generator:
        """Return random numbers that belong to the series by its keys, wherever it stands."""
        named = "\x1e".join(f"{name}\x1f{labels[s]}" for name, labels in sorted(self.panel.keys.items()))
        mark = hashlib.blake2b(f"{self.seed}\x1e{named}".encode(), digest_size=16).digest()
        return np.random.Generator(np.random.Philox(key=np.frombuffer(mark, "<u8")))


class _Places:
    """Ranks and their intervals, filled comparison by comparison."""

    def __init__(self, n: int) -> None:
        self.rank, self.lower, self.upper, self.expected = np.full((4, n), np.nan)
        self.tied, self.among = np.zeros(n, bool), np.zeros(n, np.int64)

    def place(self, members: Ints, asked: Ints, value: Floats) -> None:
        """Fill the ranks of those asked for: the largest value is 1, values one on paper share a place."""
        order = np.argsort(-value, kind="stable")
        ordered = value[order]
        apart = np.abs(np.diff(ordered)) > ON_PAPER * np.maximum(np.abs(ordered[1:]), np.abs(ordered[:-1]))
        fresh = np.concatenate([[True], apart])
        first = np.maximum.accumulate(np.where(fresh, np.arange(len(ordered)), 0))
        rank, tied = np.empty(len(value)), np.empty(len(value), bool)
        rank[order] = first + 1.0
        tied[order] = ~fresh | ~np.append(apart, True)
        chosen = np.isin(members, asked)
        self.rank[members[chosen]], self.tied[members[chosen]] = rank[chosen], tied[chosen]
        self.among[members[chosen]] = len(members)

    def simulate(self, members: Ints, asked: Ints, cells: Floats, share: float) -> None:
        """Fill the intervals of those asked for from (n_members, n_draws) figures."""
        ranks = np.empty(cells.shape[::-1], np.int64)
        rank_draws(np.ascontiguousarray(cells.T), ranks)
        columns = np.flatnonzero(np.isin(members, asked))
        lower, upper, expected = np.empty((3, len(columns)))
        rank_intervals(columns, ranks, share, lower, upper, expected)
        rows = members[columns]
        self.lower[rows], self.upper[rows], self.expected[rows] = lower, upper, expected
