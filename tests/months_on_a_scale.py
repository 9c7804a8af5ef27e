"""Months on a chart with a known centre of 0 and a known sigma of 1, so that zones are whole numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

import spc
from spc.results import Limits
from spc.rules import Rule

GAP = math.nan
Values = Sequence[float]


def on_scale(values: Values, **options: Any) -> Limits:
    """Put months on a chart with a known centre of 0 and a known sigma of 1."""
    panel = spc.Panel.from_numpy([list(values)], start="2020-01")
    return spc.limits(panel, centre=0.0, sigma=1.0, min_observed=2, **options)


def completed(values: Values, rule: Rule) -> dict[int, str]:
    """Return the months that complete a rule, and on which side."""
    mask = spc.exceptions(on_scale(values), rules=(rule,)).mask[0].tolist()
    return {t: {1: "High", 2: "Low", 3: "both"}[bits] for t, bits in enumerate(mask) if bits}


def members(values: Values, rule: Rule) -> list[int]:
    """Return the months that belong to a completed pattern."""
    return np.flatnonzero(spc.exceptions(on_scale(values), rules=(rule,)).members[0]).tolist()
