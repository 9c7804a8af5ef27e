"""Rolling windows: total, mean and ratio of the last so many months; a rolled panel is a panel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spc.checks import ChoiceError, parcel, whole
from spc.kernels.averages import rolling as rolling_kernel
from spc.panel import Floats, Panel

__all__ = ["mean", "ratio", "total"]


def total(panel: Panel, *, window: int = 12, min_count: int | None = None) -> Panel:
    """Add up the values of the last `window` months.

    Parameters
    ----------
    panel : Panel
    window : int
        Length in calendar months.
    min_count : int, optional
        How many of them must be observed, else the window is missing; by default all.

    Returns
    -------
    Panel
        The same series and months; `value` is the total and there is no `of`.

    Raises
    ------
    ChoiceError
        A window or count out of range.

    Notes
    -----
    Totals of whole numbers are exact below 2**53. All others are added afresh with compensation: correctly
    rounded unless the months differ by more than 2**50, and right to the last digit but one even then.

    Examples
    --------
    >>> import spc
    >>> spc.rolling.total(spc.Panel.from_numpy([3, 5, 4], start="2024-05"), window=2).values
    array([[nan,  8.,  9.]])
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    return _rolled(panel, _roll(panel.values, window, min_count, False))


def mean(panel: Panel, *, window: int = 12, min_count: int | None = None) -> Panel:
    """Average the plotted monthly values of the last `window` months, as stocks are.

    A rate's mean of months is not its rate over the window: use `ratio`.

    Parameters
    ----------
    panel, window, min_count
        As for `total`.

    Returns
    -------
    Panel

    Examples
    --------
    >>> import spc
    >>> spc.rolling.mean(spc.Panel.from_numpy([3, 5, 4], start="2024-05"), window=2).values
    array([[nan, 4. , 4.5]])
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    return _rolled(panel, _roll(panel.observed, window, min_count, True))


def ratio(panel: Panel, *, window: int = 12, min_count: int | None = None) -> Panel:
    """Divide the sum of the numerators of the last `window` months by the sum of their denominators.

    Parameters
    ----------
    panel : Panel
        Every series a ratio; a month with one part missing leaves both sums.
    window, min_count
        As for `total`; a month counts where either part is there.

    Returns
    -------
    Panel
        Still a panel of ratios: `values` and `of` are the sums, `observed` is the rolled ratio.

    Raises
    ------
    ChoiceError
        A series without denominators.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[1, 2, 3]], start="2024-05", of=[[10, 10, 20]])
    >>> spc.rolling.ratio(panel, window=2).observed
    array([[  nan, 0.15 , 0.16666667]])
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    if panel.of is None or not panel.is_ratio.all():
        bare = panel.name(int(np.argmin(panel.is_ratio))) if panel.n_series else "A panel without series"
        raise ChoiceError(f"{bare} has no denominators to roll: use rolling.total or rolling.mean.")
    top, below = np.isfinite(panel.values), np.isfinite(panel.of)
    heard = _roll(np.where(top | below, 0.0, np.nan), window, min_count, False)  # NaN where too few are
    sums = [
        _roll(np.where(top & below, part, np.nan), window, 1, False) + heard
        for part in (panel.values, panel.of)
    ]
    return replace(panel, values=sums[0], of=sums[1], given={}, within=None)


def _roll(cells: Floats, window: int, min_count: int | None, as_mean: bool) -> Floats:
    length = whole("window", window, 1, 1_000)
    least = length if min_count is None else whole("min_count", min_count, 1, length)
    out = np.empty(cells.shape)
    rolling_kernel(cells, length, least, as_mean, out)
    return out


def _rolled(panel: Panel, values: Floats) -> Panel:
    ratio = np.zeros(panel.n_series, bool)
    return replace(panel, values=values, of=None, given={}, is_ratio=ratio, within=None)
