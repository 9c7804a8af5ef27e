"""phases_at(): stretches with limits of their own, from known dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from spc.baselines import Phases
from spc.checks import ChoiceError, parcel
from spc.panel import Panel

__all__ = ["phases_at"]


def phases_at(panel: Panel, months: Sequence[Any], reasons: Sequence[str] = ()) -> Phases:
    """Start a new phase of every series at each of these months.

    Parameters
    ----------
    panel : Panel
    months : sequence of months
        The first month under each new regime.
    reasons : sequence of str, optional
        Why, one for each month.

    Returns
    -------
    Phases
        For `limits(phase=...)`; runs never cross from one phase into the next.

    Raises
    ------
    ChoiceError
        A month outside the panel, reasons of another number than months.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[3, 4, 3, 4, 3, 4, 9, 8, 9, 8, 9, 8]], start="2023-09")
    >>> phases = spc.phases_at(panel, ["2024-03"], ["new system"])
    >>> lim = spc.limits(panel, phase=phases, min_observed=6)
    >>> print(lim.centre[0, 0], lim.centre[0, -1])
    3.5 8.5
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    if isinstance(months, str) or not isinstance(months, Iterable):
        raise ChoiceError(f"`months` must be a list of months, got {months!r}: write [{months!r}].")
    if reasons and len(reasons) != len(months):
        raise ChoiceError(f"`reasons` must be one for each of the {len(months)} months, got {len(reasons)}.")
    starts = [panel.position(month, "months") for month in months]
    told = dict(zip(starts, reasons, strict=True)) if reasons else {}
    return Phases.starting(panel, starts, [told[start] for start in sorted(told) if start > 0])
