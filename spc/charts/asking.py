"""The arguments of `limits`, checked and resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from spc.array_types import Floats
from spc.arrays import bounds_table
from spc.chart_kinds import CHARTS, FREELY
from spc.charts.constants import D2
from spc.charts.fitting import Choices
from spc.checks import ChoiceError, choice, positive, whole
from spc.panel import Panel

__all__ = ["Bounds", "Known", "as_bounds", "as_choices", "as_known", "heeded", "options_of"]

Known = float | Sequence[float] | Floats
Bounds = tuple[float | None, float | None] | Floats | None
WORDS = {
    "centre": ("mean", "median"),
    "sigma": ("mean_range", "median_range", "sd"),
    "gaps": ("break", "bridge"),
    "screen": ("none", "ranges"),
    "autocorrelation": ("ignore", "widen"),
}


def as_choices(
    centre: Any,
    sigma: Any,
    gaps: str,
    screen: str,
    autocorrelation: str,
    constants: str,
    width: float,
    least: int,
) -> Choices:
    """Return the choices, each one checked; a known number leaves the usual word in its place."""
    return Choices(
        centre=choice("centre", centre, WORDS["centre"]) if isinstance(centre, str) else "mean",
        sigma=choice("sigma", sigma, WORDS["sigma"]) if isinstance(sigma, str) else "mean_range",
        gaps=choice("gaps", gaps, WORDS["gaps"]),
        screen=choice("screen", screen, WORDS["screen"]),
        autocorrelation=choice("autocorrelation", autocorrelation, WORDS["autocorrelation"]),
        constants=choice("constants", constants, D2),
        width=positive("width", width, high=100.0),
        least=whole("min_observed", least, 2, 100_000),
    )


def as_known(given: Any, name: str, panel: Panel) -> Floats | None:
    """Return known numbers (n_series,), NaN where one is to be estimated; None where a word was given."""
    if isinstance(given, str):
        return None
    try:
        numbers = np.asarray(given, np.float64)
        if np.asarray(given).dtype.kind not in "iuf":
            raise TypeError
        known = np.broadcast_to(numbers, (panel.n_series,)).copy()
    except (TypeError, ValueError):
        known = np.full(0, np.nan)
    wrong = np.isinf(known) | ((known < 0.0) & (name == "sigma"))
    if isinstance(given, bool) or len(known) != panel.n_series or wrong.any():
        least = " from 0" if name == "sigma" else ""
        raise ChoiceError(
            f"`{name}` must be one of {', '.join(map(repr, WORDS[name]))}, a number{least}, or one number "
            f"for each of {panel.n_series:,} series, got {given!r}."
        )
    return known


def as_bounds(given: Bounds, panel: Panel) -> Floats:
    """Return where values can never be (n_series, 2): below the first, above the second; NaN for no bound."""
    return bounds_table((None, None) if given is None else given, panel.n_series)


def heeded(asked: Choices, names: np.ndarray[Any, Any], known: Sequence[Floats | None]) -> None:
    """Refuse a choice or a known number that says nothing to a chart: nothing is passed over in silence."""
    charts = list(dict.fromkeys("xmr" if name == "auto" else name for name in names.tolist()))
    for name in FREELY if charts else ():
        word = getattr(asked, name)
        if word != getattr(Choices, name) and not any(name in CHARTS[chart].takes for chart in charts):
            _refuse(f"`{name}` = {word!r}", charts, [c.name for c in CHARTS.values() if name in c.takes])
    for name, numbers in zip(("centre", "sigma"), known, strict=True):
        deaf = [chart for chart in charts if name not in CHARTS[chart].knows]
        told = () if numbers is None else names[~np.isnan(numbers)]
        for chart in dict.fromkeys(told):
            if chart in deaf:
                _refuse(f"A known `{name}`", [chart], [c.name for c in CHARTS.values() if name in c.knows])


def _refuse(what: str, charts: Sequence[str], takers: Sequence[str]) -> NoReturn:
    told = " and ".join(map(repr, charts))
    raise ChoiceError(
        f"{what} says nothing to the chart {told}: leave it out (NaN for a series), or take one of "
        f"{', '.join(map(repr, takers))}."
    )


def options_of(
    names: np.ndarray[Any, Any], given: Mapping[str, float | str]
) -> dict[str, dict[str, float | str]]:
    """Return all options of each chart that was asked for, those given in place of the defaults.

    Raises
    ------
    ChoiceError
        An option that none of these charts has, a word that is none of its choices, a number out of range.
    """
    asked = [CHARTS["small_count" if name == "auto" else name] for name in dict.fromkeys(names.tolist())]
    have = {option for chart in asked for option in chart.options}
    for name in given:
        if name not in have:
            told = f"has {', '.join(map(repr, sorted(have)))}" if have else "has none of its own"
            charts = ", ".join(repr(chart.name) for chart in asked)
            raise ChoiceError(
                f"`{name}` is no argument of limits(), nor an option of {charts}, which {told}."
            )
    return {
        chart.name: {
            name: setting.check(name, given[name]) if name in given else setting.default
            for name, setting in chart.options.items()
        }
        for chart in asked
    }
