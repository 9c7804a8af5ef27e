"""Which one series is meant: by its row, its name or its keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from spc.arrays import named_rows
from spc.checks import ChoiceError, whole
from spc.panel import Panel

__all__ = ["one_series"]


def one_series(panel: Panel, series: int | str | None = None, keys: Mapping[str, Any] | None = None) -> int:
    """Return the row of one series.

    Parameters
    ----------
    panel : Panel
    series : int or str, optional
        Its row, 0 .. n_series - 1, or its name as `panel.name(s)` has it.
    keys : mapping of str to value, optional
        Key columns and the value that it has in each.

    Returns
    -------
    int

    Raises
    ------
    ChoiceError
        What names no series, or several.

    Examples
    --------
    >>> import spc
    >>> keys = {"area": ["Swindon", "Swindon"], "measure": ["ASB", "Burglary"]}
    >>> panel = spc.Panel.from_numpy([[3, 5], [1, 2]], start="2024-01", keys=keys)
    >>> one_series(panel, "Swindon / Burglary"), one_series(panel, keys={"measure": "ASB"})
    (1, 0)
    """
    asked = keys or {}
    rows = named_rows(panel.keys, asked, _by_place_or_name(panel, series))
    if len(rows) == 1:
        return int(rows[0])
    got = ", ".join([*([] if series is None else [repr(series)]), *(f"{k}={v!r}" for k, v in asked.items())])
    like = next((f", such as {panel.name(int(s))!r}" for s in (*rows, *range(panel.n_series))), "")
    raise ChoiceError(
        f"`series` must name one of {panel.n_series:,} series by its row, its name{like}, or its keys "
        f"({', '.join(panel.keys)}), got {got or 'none of them'}, which names {len(rows) or 'none'}."
    )


def _by_place_or_name(panel: Panel, series: int | str | None) -> np.ndarray[Any, np.dtype[np.int64]]:
    every = range(panel.n_series)
    if isinstance(series, str):
        rows = [s for s in every if panel.name(s) == series]
    else:
        rows = list(every) if series is None else [whole("series", series, 0, panel.n_series - 1)]
    return np.array(rows, np.int64)
