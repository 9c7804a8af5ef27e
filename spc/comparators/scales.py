"""Kinds of figures that a funnel compares, and the scales on which their distance is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Floats
from spc.checks import ChoiceError, choice

__all__ = ["KINDS", "NO_EVENT", "SCALES", "Kind", "Scale", "error_of", "scale_of", "scored"]


#: What none counts as where logs are taken.
NO_EVENT = 0.5


@dataclass(frozen=True)
class Kind:
    """What is compared: its law of chance, the scales it may be seen on (the first is usual), its target."""

    name: str
    law: str
    scales: tuple[str, ...]
    target: float | None = None  # None: the pooled figure of all units


#: Spiegelhalter (2005), section 2 and appendix A.1; Spiegelhalter et al. (2012), section 4: inverse sine for
#: proportions, square root for rates, log for observed over expected (which has 1 for its target).
KINDS = {
    kind.name: kind
    for kind in (
        Kind("rate", "poisson", ("square_root", "log", "none")),
        Kind("proportion", "binomial", ("arcsine", "none")),
        Kind("ratio", "poisson", ("log", "square_root", "none"), target=1.0),
        Kind("mean", "normal", ("none",)),
    )
}


@dataclass(frozen=True)
class Scale:
    """A transformation and its inverse."""

    name: str
    forward: Callable[[Any], Any]
    back: Callable[[Any], Any]


SCALES = {
    scale.name: scale
    for scale in (
        Scale("arcsine", lambda x: np.arcsin(np.sqrt(x)), lambda y: np.sin(y) ** 2),
        Scale("square_root", np.sqrt, np.square),
        Scale("log", np.log, np.exp),
        Scale("none", np.array, np.array),
    )
}


def scale_of(kind: Kind, transform: str) -> str:
    """Return the name of the scale: the usual one of the kind, or the one asked for if it fits."""
    if choice("transform", transform, ["auto", *SCALES]) == "auto":
        return kind.scales[0]
    if transform not in kind.scales:
        allowed = " or ".join(map(repr, kind.scales))
        raise ChoiceError(f"`transform` of a {kind.name} must be {allowed}, got {transform!r}.")
    return transform


def error_of(law: str, scale: str, target: Floats, of: Floats, sigma: Floats) -> Floats:
    """Return the standard error of a unit of size `of` on the scale, if its own rate is the target."""
    if scale in {"arcsine", "square_root"}:
        return np.asarray(0.5 / np.sqrt(of))
    if scale == "log":
        return np.asarray(1.0 / np.sqrt(target * of))
    spread = {"poisson": np.sqrt(np.abs(target)), "normal": sigma}
    if law == "binomial":
        return np.asarray(np.sqrt(target * (1.0 - target) / of))
    return np.asarray(spread[law] / np.sqrt(of))


def scored(scale: str, total: Floats, of: Floats) -> Floats:
    """Return the figures on the scale; no event at all counts as half of one where logs are taken."""
    seen = np.where(total == 0.0, NO_EVENT, total) if scale == "log" else total
    return np.asarray(SCALES[scale].forward(seen / of))
