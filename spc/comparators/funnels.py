"""funnel(): every unit against one target, within limits of its own size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spc.array_types import Floats, Ints
from spc.arrays import named_rows
from spc.checks import ChoiceError, choice, parcel, whole
from spc.comparators.asking import Asked, levels_of, per_of, share_of, sigmas_of, targets_of, units_asked
from spc.comparators.exact import TAILS
from spc.comparators.grouping import OK, checked, gather, wanted
from spc.comparators.scales import KINDS, scale_of
from spc.comparators.spread import ESTIMATORS
from spc.comparators.units import Units, adjusted, judged, limits_of
from spc.measures import Assignment, Catalogue, Measure
from spc.panel import Panel
from spc.results.comparators import Curve, Funnel

__all__ = ["funnel", "funnel_curve"]

OVERDISPERSION = ("none", "multiplicative", "additive")


def funnel(
    panel: Panel,
    *,
    measures: Catalogue | Sequence[Measure] | Assignment | None = None,
    as_at: Any = None,
    window: int = 12,
    min_count: int | None = None,
    group: str | Sequence[str] | None = None,
    among: Sequence[str] | None = None,
    kind: str = "auto",
    target: Any = None,
    sigma: Any = None,
    levels: Sequence[float] | float = (95, 99.8),
    exact: str = "tail",
    transform: str = "auto",
    overdispersion: str = "none",
    estimator: str = "consistent",
    winsorise: float = 10.0,
    per: float | None = None,
    improvement: str | None = None,
) -> Funnel:
    """Compare units with a target, each within limits of its own size.

    Parameters
    ----------
    panel : Panel
        Counts or sums, with denominators (`of`): people, cases, events, or what was expected. Or several
        observations a month, which are compared by their means.
    measures : Catalogue, optional
        Kinds, units, preferred directions and lags.
    as_at : month, or one month a series, optional
        The last month of the window; by default the panel's last. A measure in arrears (`lag`) ends that
        many months earlier, unless each series is given its month.
    window : int
        In months; numerators and denominators are added up.
    min_count : int, optional
        How many of them must be observed; by default all.
    group : str or sequence of str, optional
        The keys that name the units; by default "area", or the only key beside "measure". Series that share
        all other keys stand in one funnel.
    among : sequence of str, optional
        Names of the units to compare; all others have the status `not compared`. Units named by several keys
        are written "Wiltshire / Trowbridge".
    kind : {"auto", "rate", "proportion", "ratio", "mean"}
        Events by size (Poisson), a part of whole cases (binomial), observed over expected (Poisson), or a
        mean of observations. "auto": proportions and durations as the catalogue has them, several
        observations a month as means, else rates.
    target : float or (n_series,) float64, optional
        In the unit of the values; by default the pooled figure of the funnel, and 1 for a ratio.
    sigma : float or (n_series,) float64, optional
        Of single observations, for means, in the unit of the values; by default from the observations
        within the months, or where these are not known from how the months of the window differ.
    levels : float or sequence of float
        Of the limits, in percent.
    exact : {"tail", "midp", "spiegelhalter", "none"}
        Which tail of the exact law of counts is asked where nothing but chance is allowed for.
    transform : {"auto", "arcsine", "square_root", "log", "none"}
        Scale of z, of overdispersion, and of limits that are not exact; by default arcsine for proportions,
        square root for rates, log for ratios, none for means.
    overdispersion : {"none", "multiplicative", "additive"}
        Variance times phi, or plus tau^2.
    estimator : {"consistent", "spiegelhalter", "shmi", "plain"}
        How phi and tau are found.
    winsorise : float
        Percent of the units cut on each side, from 0 to 45.
    per : float, optional
        What ratios are told by; by default as the measure's unit in a catalogue (percent: 100), else 1.
    improvement : {"high", "low", "neither"}, optional
        By default as in the catalogue.

    Returns
    -------
    Funnel
        `value`, `of`, `target`, `z`, `p`, `lower`, `upper`, `outside`, `phi`, `tau`, `status`.

    Raises
    ------
    ChoiceError
        A misspelt choice, a level, window or target out of range, a transform that does not fit the kind.

    Notes
    -----
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202; Spiegelhalter et al. (2012), JRSS A 175, 1-47.
    Limits are those of the binomial or Poisson law, interpolated, wherever values are whole numbers and no
    overdispersion was found: "tail" asks that P(at least so many) be under (100 - level) / 2 percent, so
    that at most so many units on target fall outside; "midp" counts half of P(exactly so many);
    "spiegelhalter" are the limits of his appendix, whose upper one lies one event lower. z is always taken on
    the scale of `transform`: with s = 1 / (2 sqrt(of)) for arcsine and square root, 1 / sqrt(target of) for
    log, z = (y - y(target)) / s, or / (s sqrt(phi)), or / sqrt(s^2 + tau^2); p is exact where limits are.
    phi under 1 counts as 1. On winsorised z, 10% a side, phi is 0.68 where there is chance alone and 32% too
    small in general: "consistent" makes up for it, "spiegelhalter" does not. A funnel
    of fewer than 5 units has no spread to be adjusted by: its units get no limits and a status that says so.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[8], [9], [34]], start="2024-07", of=[[1000], [1000], [1000]],
    ...                              keys={"area": ["North", "West", "South"]})
    >>> found = spc.funnel(panel, window=1, per=1000)
    >>> print(found.target[0], found.outside)
    17.0 ['below 95%' 'inside' 'above 99.8%']
    """
    asked = units_asked(panel, measures, as_at, group, kind, improvement)
    heights = levels_of(levels)
    choices = {
        "exact": choice("exact", exact, [*TAILS, "none"]),
        "overdispersion": choice("overdispersion", overdispersion, OVERDISPERSION),
        "estimator": choice("estimator", estimator, ESTIMATORS),
        "winsorise": share_of(winsorise),
    }
    per_unit, compared = (
        per_of(asked.rows, per, measures is not None),
        wanted(asked.panel, asked.names, among),
    )
    sums = checked(gather(asked.panel, asked.ends, window, min_count), asked.kinds, compared)
    n = len(compared)
    units = Units(
        kind=asked.kinds,
        scale=np.array([scale_of(KINDS[each], transform) for each in asked.kinds], dtype=object),
        total=sums.total,
        of=sums.of,
        target=targets_of(asked, sums, target, per_unit),
        sigma=sigmas_of(asked, window, sums, sigma, per_unit),
        phi=np.ones(n),
        tau=np.zeros(n),
        exact=np.full(n, exact != "none"),
        status=sums.status,
    )
    return _drawn(adjusted(units, asked.code, choices), asked, int(window), heights, choices, per_unit)


def _drawn(
    units: Units, asked: Asked, window: int, levels: tuple[float, ...], choices: dict[str, Any], per: Floats
) -> Funnel:
    """Return the funnels of the units: limits, z and p, in the unit of the values."""
    z, p = judged(units, choices["exact"])
    lower, upper = limits_of(units, levels, choices["exact"])
    kept = {name: getattr(units, name) for name in ("kind", "total", "of", "phi", "tau", "status", "method")}
    return Funnel(
        panel=asked.source,
        ends=asked.ends,
        window=window,
        group=asked.names,
        code=asked.code,
        levels=levels,
        choices=choices,
        per=per,
        better=asked.better,
        transform=units.scale,
        value=units.total / units.of * per,
        target=units.target * per,
        sigma=units.sigma * per,
        z=z,
        p=p,
        lower=lower * per[:, None],
        upper=upper * per[:, None],
        **kept,
    )


def funnel_curve(funnel: Funnel, *, points: int = 100, **keys: Any) -> Curve:
    """Return the lines of one funnel over a range of sizes, for drawing.

    Parameters
    ----------
    funnel : Funnel
    points : int
        How many sizes, evenly spread on a log scale from the smallest unit to the largest.
    **keys
        Which funnel, where there are several: ``measure="Burglary"``.

    Returns
    -------
    Curve

    Raises
    ------
    ChoiceError
        Keys that leave several funnels, or none that was judged; units with targets or sigmas of their own.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[8], [31]], start="2024-07", of=[[1000], [4000]])
    >>> spc.funnel_curve(spc.funnel(panel, window=1), points=5)
    Curve(5 sizes, 1,000 to 4,000)
    """
    parcel("funnel", funnel, Funnel, "spc.funnel(panel)")
    points = whole("points", points, 2, 10_000)
    rows = named_rows(funnel.panel.keys, keys, np.arange(funnel.panel.n_series))
    rows = _of_one(funnel, rows[funnel.status[rows] == OK])
    s = int(rows[np.argmin(funnel.of[rows])])
    sizes = np.geomspace(funnel.of[rows].min(), funnel.of[rows].max(), points)
    exact = bool((funnel.method[rows] == "exact").all())
    if exact and funnel.kind[s] == "proportion":
        sizes = np.unique(np.round(sizes))
    each, per = np.zeros(len(sizes), np.int64) + s, funnel.per[s]
    line = Units(
        kind=funnel.kind[each],
        scale=funnel.transform[each],
        total=np.full(len(sizes), np.nan),
        of=sizes,
        target=funnel.target[each] / per,
        sigma=funnel.sigma[each] / per,
        phi=funnel.phi[each],
        tau=funnel.tau[each],
        exact=np.full(len(sizes), exact),
        status=funnel.status[each],
    )
    lower, upper = limits_of(line, funnel.levels, funnel.choices["exact"])
    return Curve(funnel.levels, sizes, float(funnel.target[s]), lower * per, upper * per)


def _of_one(funnel: Funnel, rows: Ints) -> Ints:
    """Return the units of the funnel that is drawn, refused where one line cannot stand for all of them."""
    count = len(np.unique(funnel.code[rows]))
    if not count:
        raise ChoiceError("`funnel_curve` needs a unit that was judged, got none: see `funnel.status`.")
    if count > 1:
        raise ChoiceError(
            f"`funnel_curve` draws one funnel at a time, got {count:,}: name it by its keys, as in "
            "measure='Burglary'."
        )
    for name in ("kind", "transform", "per", "target", "sigma"):
        told = getattr(funnel, name)[rows]
        if any(each != told[0] and not (each != each and told[0] != told[0]) for each in told):
            raise ChoiceError(
                f"`funnel_curve` draws units that share one `{name}`, got {len(np.unique(told)):,}: "
                "their limits stand in `lower` and `upper`."
            )
    return rows
