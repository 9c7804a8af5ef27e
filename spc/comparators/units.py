"""Units of funnels: what their limits are made of, and the limits, z and p that follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Ints, Words
from spc.comparators.exact import limits_of_counts, one_sided
from spc.comparators.grouping import OK
from spc.comparators.scales import KINDS, NO_EVENT, SCALES, error_of, scored
from spc.comparators.spread import ESTIMATORS, FEWEST, spreads

__all__ = ["Units", "adjusted", "judged", "limits_of"]


MOST_EVENTS = 1e12


@dataclass(frozen=True, eq=False)
class Units:
    """Series of funnels, one row each: `target` and `sigma` in the unit of total / of."""

    kind: Words
    scale: Words
    total: Floats
    of: Floats
    target: Floats
    sigma: Floats
    phi: Floats
    tau: Floats
    exact: Flags
    status: Words

    def rows(self, where: Any) -> Units:
        """Return some of the units."""
        return Units(**{each.name: getattr(self, each.name)[where] for each in fields(self)})

    @property
    def method(self) -> Words:
        """Whether limits are "exact" or "approximate"; "" where there are none."""
        words = np.where(self.exact, "exact", "approximate").astype(object)
        words[self.status != OK] = ""
        return words

    def alike(self) -> Iterator[tuple[str, str, Any]]:
        """Yield law and scale, with the units that have both and are judged."""
        law = np.array([KINDS[each].law for each in self.kind], dtype=object)
        for name, scale in sorted(set(zip(law, self.scale, strict=True))):
            where = np.flatnonzero((law == name) & (self.scale == scale) & (self.status == OK))
            if len(where):
                yield name, scale, where

    def errors(self, law: str, scale: str) -> Floats:
        """Return standard errors on the scale, as chance alone makes them."""
        return error_of(law, scale, self.target, self.of, self.sigma)

    def widened(self, law: str, scale: str) -> Floats:
        """Return standard errors on the scale, overdispersion included."""
        return np.sqrt(self.errors(law, scale) ** 2 * self.phi + self.tau**2)

    def distances(self, scale: str) -> Floats:
        """Return how far the units lie from their target on the scale."""
        return scored(scale, self.total, self.of) - SCALES[scale].forward(self.target)


def adjusted(units: Units, code: Ints, choices: dict[str, Any]) -> Units:
    """Return the units with phi and tau of their funnels, and without those that cannot be judged."""
    units = replace(units, status=_varied(units))
    whole = np.array([KINDS[kind].law != "normal" for kind in units.kind], bool)
    whole &= units.total == np.floor(units.total)
    binomial = np.array([KINDS[kind].law == "binomial" for kind in units.kind], bool)
    whole &= ~binomial | (units.of == np.floor(units.of))
    # above this the laws are normal to all digits, and halving would not end where floats are no counts
    whole &= np.fmax(units.total, units.target * units.of) < MOST_EVENTS
    phi, tau, status = units.phi.copy(), units.tau.copy(), units.status.copy()
    if choices["overdispersion"] != "none":
        n_funnels = int(code.max(initial=-1)) + 1
        good = np.flatnonzero(status == OK)
        residual, error = np.full((2, len(status)), np.nan)
        for law, scale, where in units.alike():
            some = units.rows(where)
            residual[where], error[where] = some.distances(scale), some.errors(law, scale)
        found = spreads(
            residual[good],
            error[good],
            code[good],
            n_funnels,
            ESTIMATORS[choices["estimator"]],
            choices["winsorise"] / 100.0,
        )
        few = (np.bincount(code[good], minlength=n_funnels) < FEWEST) | np.isnan(found[0])
        status[good[few[code[good]]]] = "too few units"
        if choices["overdispersion"] == "multiplicative":
            phi[good] = np.fmax(1.0, found[0][code[good]])
        else:
            tau[good] = found[1][code[good]]
    phi[status != OK] = tau[status != OK] = np.nan
    target = np.where(status == OK, units.target, np.nan)
    exact = units.exact & whole & (phi == 1.0) & (tau == 0.0)
    return replace(units, target=target, phi=phi, tau=tau, exact=exact, status=status)


def _varied(units: Units) -> Words:
    """Return the status, "no variation" where chance has no room: nothing or everything happens."""
    status = units.status.copy()
    law = np.array([KINDS[kind].law for kind in units.kind], dtype=object)
    fixed = np.where(law == "normal", ~(units.sigma > 0.0), units.target == 0.0)
    fixed |= (law == "binomial") & (units.target == 1.0)
    status[(status == OK) & fixed.astype(bool)] = "no variation"
    return status


def judged(units: Units, tail: str) -> tuple[Floats, Floats]:
    """Return z on the scale of each unit, and the two-sided p: exact where the limits are."""
    from scipy.special import ndtr

    z, p = np.full((2, len(units.of)), np.nan)
    for law, scale, where in units.alike():
        some = units.rows(where)
        z[where] = some.distances(scale) / some.widened(law, scale)
        p[where] = 2.0 * ndtr(-np.abs(z[where]))
        if some.exact.any():
            counted = some.rows(some.exact)
            chance = one_sided(law, tail, counted.total, counted.of, counted.target)
            p[where[some.exact]] = np.minimum(1.0, 2.0 * chance)
    return z, p


def limits_of(units: Units, levels: tuple[float, ...], tail: str) -> tuple[Floats, Floats]:
    """Return lower and upper limits of total / of (n_units, n_levels), NaN where none can be crossed."""
    from scipy.special import ndtri

    lower, upper = np.full((2, len(units.of), len(levels)), np.nan)
    for law, scale, where in units.alike():
        some = units.rows(where)
        about = SCALES[scale].forward(some.target)
        error = some.widened(law, scale)
        for k, level in enumerate(levels):
            chance = 0.5 * (1.0 - level / 100.0)
            reach = -ndtri(chance) * error
            low, upper[where, k] = _back(law, scale, about - reach, about + reach)
            # no event counts as half of one on the log scale, so that no count lies below that
            lower[where, k] = np.where((scale == "log") & (low * some.of <= NO_EVENT), np.nan, low)
            if some.exact.any():
                counted = some.rows(some.exact)
                ends = limits_of_counts(law, tail, counted.of, counted.target, chance)
                lower[where[some.exact], k], upper[where[some.exact], k] = ends
    return lower, upper


def _back(law: str, scale: str, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return limits as figures; one at or beyond the end of what is possible cannot be crossed."""
    known = SCALES[scale]
    least = -np.inf if law == "normal" or scale == "log" else float(known.forward(0.0))
    most = float(known.forward(1.0)) if law == "binomial" else np.inf
    with np.errstate(over="ignore"):
        under, over = known.back(low), known.back(high)
    return np.where(low <= least, np.nan, under), np.where((high >= most) | np.isinf(over), np.nan, over)
