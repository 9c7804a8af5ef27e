"""Comparators: funnels after Spiegelhalter, ranks with their intervals, rates by population."""

from __future__ import annotations

from spc.comparators.funnels import funnel, funnel_curve
from spc.comparators.populations import per_population
from spc.comparators.ranking import rank

__all__ = ["funnel", "funnel_curve", "per_population", "rank"]
