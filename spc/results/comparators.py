"""What comparisons between areas return: funnels, and ranks with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Floats, Ints, Words
from spc.panel import Panel
from spc.results.statuses import how_many
from spc.wording import counted

__all__ = ["Curve", "Funnel", "Ranking"]


@dataclass(frozen=True, eq=False, repr=False)
class Funnel:
    """Units against one target, each by limits of its own size.

    Parameters
    ----------
    panel : Panel
    ends : (n_series,) int64
        Position of each series' as-at month.
    window : int
        In months.
    group : tuple of str
        The keys that name the units; series that share all other keys stand in one funnel.
    code : (n_series,) int64
        Which funnel each series stands in, numbered by first appearance.
    levels : tuple of float
        In percent, ascending.
    kind, transform, method : (n_series,) object
        "rate", "proportion", "ratio" or "mean"; the scale of z; "exact" or "approximate" limits.
    choices : mapping
        `exact`, `overdispersion`, `estimator` and `winsorise`, as asked.
    total, of : (n_series,) float64
        Sums over the window.
    per : (n_series,) float64
        What the ratio is told by: 1,000 for rates per 1,000. `value`, `target` and limits are multiplied.
    value, target : (n_series,) float64
    sigma : (n_series,) float64
        Standard deviation of single observations (means), in the unit of the values; else NaN.
    phi, tau : (n_series,) float64
        Factor on the variance, at least 1, and standard deviation between units on the scale of `transform`.
    z, p : (n_series,) float64
        Distance from the target in adjusted standard errors, on that scale; two-sided p.
    lower, upper : (n_series, n_levels) float64
        NaN where there is none that could be crossed.
    better : (n_series,) int8
        1 if high is better, -1 if low, 0 if neither.
    status : (n_series,) object
        "ok", or why a series is not judged.
    """

    panel: Panel
    ends: Ints
    window: int
    group: tuple[str, ...]
    code: Ints
    levels: tuple[float, ...]
    kind: Words
    transform: Words
    method: Words
    choices: dict[str, Any]
    total: Floats
    of: Floats
    per: Floats
    value: Floats
    target: Floats
    sigma: Floats
    phi: Floats
    tau: Floats
    z: Floats
    p: Floats
    lower: Floats
    upper: Floats
    better: np.ndarray[Any, np.dtype[np.int8]]
    status: Words

    @property
    def outside(self) -> Words:
        """The widest limit crossed, "above 99.8%" or "below 95%"; "inside"; "" where nothing was judged."""
        words = np.where(self.status == "ok", "inside", "").astype(object)
        for level in self.levels:
            crossed = self.p < 1.0 - level / 100.0
            words[crossed & (self.value > self.target)] = f"above {level:g}%"
            words[crossed & (self.value < self.target)] = f"below {level:g}%"
        return words

    @property
    def judgement(self) -> Words:
        """What crossing means: "better", "worse", "no direction"; "" inside the limits."""
        side = np.sign(np.nan_to_num(self.value - self.target)) * self.better
        words = np.select([side > 0, side < 0], ["better", "worse"], "no direction").astype(object)
        words[np.isin(self.outside, ["", "inside"])] = ""
        return words

    def to_frame(self) -> Any:
        """Return one row a series: keys, value, of, target, z, p, limits, the word, phi, tau, status."""
        fields: dict[str, Any] = {"value": self.value, "total": self.total, "of": self.of}
        fields |= {"target": self.target, "z": self.z, "p": self.p}
        for k, level in enumerate(self.levels):
            fields |= {f"lower_{level:g}": self.lower[:, k], f"upper_{level:g}": self.upper[:, k]}
        fields |= {"outside": self.outside, "judgement": self.judgement}
        for name in ("phi", "tau", "kind", "method", "status"):
            fields[name] = getattr(self, name)
        return frames.tidy_series(self.panel.keys, fields)

    def __repr__(self) -> str:
        judged, said = self.status == "ok", how_many(self.panel)
        if not judged.all():
            many = f"{judged.sum():,}" if judged.any() else "none"
            said = f"{many} of {said} judged"
        if not judged.any() and len(judged):
            return f"Funnel({said}: {', '.join(sorted(set(self.status)))})"
        crossed = int((~np.isin(self.outside, ["", "inside"])).sum())
        funnels = counted(len(np.unique(self.code[judged])), "funnel")
        return f"Funnel({said} in {funnels}, {crossed:,} outside {self.levels[0]:g}%)"


@dataclass(frozen=True, eq=False, repr=False)
class Curve:
    """The lines of one funnel over a range of sizes, for drawing.

    Parameters
    ----------
    levels : tuple of float
        In percent.
    of : (n_points,) float64
        Sizes, ascending.
    target : float
    lower, upper : (n_points, n_levels) float64
        In the unit of the funnel's values; NaN where there is no limit.
    """

    levels: tuple[float, ...]
    of: Floats
    target: float
    lower: Floats
    upper: Floats

    def to_frame(self) -> Any:
        """Return one row a size: of, target, the limits."""
        fields: dict[str, Any] = {"target": np.full(len(self.of), self.target)}
        for k, level in enumerate(self.levels):
            fields |= {f"lower_{level:g}": self.lower[:, k], f"upper_{level:g}": self.upper[:, k]}
        return frames.tidy_series({}, {"of": self.of, **fields})

    def __repr__(self) -> str:
        span = f"{self.of[0]:,.6g} to {self.of[-1]:,.6g}" if len(self.of) else "none"
        return f"Curve({len(self.of):,} sizes, {span})"


@dataclass(frozen=True, eq=False, repr=False)
class Ranking:
    """The place of each unit among its like, and between which places it may lie.

    Parameters
    ----------
    panel : Panel
    ends : (n_series,) int64
        Position of each series' as-at month.
    window : int
        In months.
    group : tuple of str
        The keys that name the units.
    level : float
        Of the interval, in percent.
    value : (n_series,) float64
        What was ranked: the total, or total / of in the unit of the measure.
    rank : (n_series,) float64
        1 is the best, or the highest where neither is better; units with one value share the smallest place.
    tied : (n_series,) bool
        Another unit has the same value.
    among : (n_series,) int64
        How many units were ranked, this one included; 0 where there is no rank.
    lower, upper : (n_series,) float64
        The interval of the rank; NaN where the chance of a figure is not known.
    expected : (n_series,) float64
        The mean of the simulated ranks.
    better : (n_series,) int8
        1 if high is better, -1 if low, 0 if neither.
    status : (n_series,) object
        "ok", or why a series has no rank.
    """

    panel: Panel
    ends: Ints
    window: int
    group: tuple[str, ...]
    level: float
    value: Floats
    rank: Floats
    tied: np.ndarray[Any, np.dtype[np.bool_]]
    among: Ints
    lower: Floats
    upper: Floats
    expected: Floats
    better: np.ndarray[Any, np.dtype[np.int8]]
    status: Words

    @property
    def quartile(self) -> Floats:
        """The quarter of the list in which the rank stands, 1 the first (n_series,); NaN without a rank."""
        return np.ceil(4.0 * self.rank / np.maximum(self.among, 1))

    @property
    def words(self) -> Words:
        """The rank in words, "rank 12 of 43, between 8 and 17" (n_series,); "" without a rank.

        An interval of a single place is "clear of the others".
        """
        rows = zip(self.rank, self.tied, self.among, self.lower, self.upper, strict=True)
        return np.array([_rank_words(*row) for row in rows], dtype=object)

    def to_frame(self) -> Any:
        """Return one row a series: keys, value, rank, its interval, quartile, words, status."""
        fields: dict[str, Any] = {}
        for name in ("value", "rank", "tied", "among", "lower", "upper", "expected", "quartile", "words"):
            fields[name] = getattr(self, name)
        return frames.tidy_series(self.panel.keys, {**fields, "status": self.status})

    def __repr__(self) -> str:
        return f"Ranking({how_many(self.panel)}, {int((self.among > 0).sum()):,} ranked)"


def _rank_words(rank: float, tied: bool, among: int, lower: float, upper: float) -> str:
    if not among:
        return ""
    place = f"{'joint ' if tied else ''}rank {rank:.0f} of {among}"
    if np.isnan(lower):
        return place
    if lower < upper:
        return f"{place}, between {lower:.0f} and {upper:.0f}"
    return f"{place}, clear of the others" if lower == rank else f"{place}, more likely {lower:.0f}"
