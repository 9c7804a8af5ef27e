"""Rolling windows of so many months: totals, means, ratios, spread and order; a rolled panel is a panel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from spc.array_types import Floats
from spc.checks import ChoiceError, parcel, whole
from spc.kernels.deviations import rolling_sd
from spc.kernels.medians import medians
from spc.kernels.rolling import rolling as rolling_kernel
from spc.kernels.windows import extremes, quantiles
from spc.pairing import heard_and_paired
from spc.panel import Panel

__all__ = ["max", "mean", "median", "min", "quantile", "ratio", "sd", "total"]

#: The longest window in months.
LONGEST_WINDOW = 1_000
#: Windows whose medians have a sorting network.
NETWORKS = (3, 12)


def total(panel: Panel, *, window: int = 12, min_count: int | None = None) -> Panel:
    """Add up the values of the last `window` months.

    Parameters
    ----------
    panel : Panel
    window : int
        Length in calendar months, 1 to 1,000.
    min_count : int, optional
        How many of them must be observed, else the window is missing; by default all. Months before the
        panel begins are not observed.

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
    Every total is the exact sum of its months, rounded once (to half a unit in the last place). No window
    knows of another: after a month of 1e16 the next windows without it are what they were.

    Examples
    --------
    >>> import spc
    >>> spc.rolling.total(spc.Panel.from_numpy([3, 5, 4], start="2024-05"), window=2).values
    array([[nan,  8.,  9.]])
    """
    return _rolled(panel, "values", window, min_count, rolling_kernel, False)


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

    Raises
    ------
    ChoiceError
        A window or count out of range.

    Notes
    -----
    The exact sum divided by the number of months observed, rounded once.

    Examples
    --------
    >>> import spc
    >>> spc.rolling.mean(spc.Panel.from_numpy([3, 5, 4], start="2024-05"), window=2).values
    array([[nan, 4. , 4.5]])
    """
    return _rolled(panel, "observed", window, min_count, rolling_kernel, True)


def ratio(panel: Panel, *, window: int = 12, min_count: int | None = None) -> Panel:
    """Divide the sum of the numerators of the last `window` months by the sum of their denominators.

    Parameters
    ----------
    panel : Panel
        Every series with figures a ratio; a month with one part missing leaves both sums.
    window, min_count
        As for `total`; a month counts where either part is there.

    Returns
    -------
    Panel
        Still a panel of ratios: `values` and `of` are the sums, `observed` is the rolled ratio.

    Raises
    ------
    ChoiceError
        A series that has values and no denominators.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([[1, 2, 3]], start="2024-05", of=[[10, 10, 20]])
    >>> spc.rolling.ratio(panel, window=2).observed
    array([[  nan, 0.15 , 0.16666667]])
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    bare = ~panel.is_ratio & np.isfinite(panel.values).any(axis=1)  # one without any figure stops nobody
    if panel.of is None or bare.any():
        named = panel.name(int(np.argmax(bare))) if panel.n_series else "A panel without series"
        raise ChoiceError(f"{named} has no denominators to roll: use rolling.total or rolling.mean.")
    length, least = _lengths(window, min_count)
    either, paired = heard_and_paired(panel.values, panel.of, True)
    heard = _rolls(np.where(either, 0.0, np.nan), rolling_kernel, length, least, False)  # NaN: too few
    sums = [
        _rolls(np.where(paired, part, np.nan), rolling_kernel, length, 1, False) + heard
        for part in (panel.values, panel.of)
    ]
    return replace(panel, values=sums[0], of=sums[1], given={}, within=None)


def sd(panel: Panel, *, window: int = 12, min_count: int | None = None) -> Panel:
    """Standard deviation (divisor n - 1) of the plotted monthly values of the last `window` months.

    Of a rate it is the spread of the monthly rates, each month counting once, however large its denominator.

    Parameters
    ----------
    panel, window, min_count
        As for `total`. One observed month has no standard deviation, so a window of one is always missing.

    Returns
    -------
    Panel

    Raises
    ------
    ChoiceError
        A window or count out of range.

    Notes
    -----
    sqrt((sum (x - m)^2 - (sum (x - m))^2 / n) / (n - 1)) in a second pass round the rounded mean m, the
    squares added with compensation (the corrected two-pass algorithm: Chan, Golub and LeVeque 1983, The
    American Statistician 37). Within 1e-15 of the exact root, relatively; exactly 0 where all months are
    equal. This is the long-term spread of a window, not the `sigma` of a control chart, which comes from
    moving ranges.

    Examples
    --------
    >>> import spc
    >>> spc.rolling.sd(spc.Panel.from_numpy([3, 5, 4], start="2024-05"), window=3).values
    array([[nan, nan,  1.]])
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    length, least = _lengths(window, min_count)
    means = _rolls(panel.observed, rolling_kernel, length, least, True)
    out = np.empty(means.shape)
    rolling_sd(panel.observed, means, length, least, out)
    return _plain(panel, out)


def min(panel: Panel, *, window: int = 12, min_count: int | None = None) -> Panel:  # noqa: A001
    """Smallest plotted monthly value of the last `window` months: of a rate, the lowest monthly rate.

    Parameters
    ----------
    panel, window, min_count
        As for `total`.

    Returns
    -------
    Panel

    Raises
    ------
    ChoiceError
        A window or count out of range.

    Examples
    --------
    >>> import spc
    >>> spc.rolling.min(spc.Panel.from_numpy([3, 5, 4], start="2024-05"), window=2).values
    array([[nan,  3.,  4.]])
    """
    return _rolled(panel, "observed", window, min_count, extremes, 1.0)


def max(panel: Panel, *, window: int = 12, min_count: int | None = None) -> Panel:  # noqa: A001
    """Largest plotted monthly value of the last `window` months: of a rate, the highest monthly rate.

    Parameters
    ----------
    panel, window, min_count
        As for `total`.

    Returns
    -------
    Panel

    Raises
    ------
    ChoiceError
        A window or count out of range.

    Examples
    --------
    >>> import spc
    >>> spc.rolling.max(spc.Panel.from_numpy([3, 5, 4], start="2024-05"), window=2).values
    array([[nan,  5.,  5.]])
    """
    return _rolled(panel, "observed", window, min_count, extremes, -1.0)


def median(panel: Panel, *, window: int = 12, min_count: int | None = None) -> Panel:
    """Median of the plotted monthly values of the last `window` months.

    Of a rate it is the middle one of the monthly rates. It is not the median of the records behind the
    months: medians of several months come from records, or as `given` windows.

    Parameters
    ----------
    panel, window, min_count
        As for `total`.

    Returns
    -------
    Panel

    Raises
    ------
    ChoiceError
        A window or count out of range.

    Notes
    -----
    The middle month, or the point halfway between the two in the middle, rounded once.

    Examples
    --------
    >>> import spc
    >>> spc.rolling.median(spc.Panel.from_numpy([3, 5, 4, 9], start="2024-05"), window=3).values
    array([[nan, nan,  4.,  5.]])
    """
    return quantile(panel, q=0.5, window=window, min_count=min_count)


def quantile(panel: Panel, *, q: float, window: int = 12, min_count: int | None = None) -> Panel:
    """Quantile of the plotted monthly values of the last `window` months, interpolated between two of them.

    Parameters
    ----------
    panel : Panel
    q : float
        From 0, the smallest, to 1, the largest; 0.5 is the median.
    window, min_count
        As for `total`.

    Returns
    -------
    Panel

    Raises
    ------
    ChoiceError
        A `q` outside 0 to 1; a window or count out of range.

    Notes
    -----
    With the n observed months sorted and counted from 0, the value at place q (n - 1), on the straight line
    between its two neighbours: definition 7 of Hyndman and Fan (1996, The American Statistician 50), the
    default of numpy, pandas and R.

    Examples
    --------
    >>> import spc
    >>> spc.rolling.quantile(spc.Panel.from_numpy([3, 5, 4], start="2024-05"), q=0.75, window=3).values
    array([[nan, nan, 4.5]])
    """
    place = _share(q)
    length, _ = _lengths(window, min_count)
    if place == 0.5 and length in NETWORKS:
        return _rolled(panel, "observed", window, min_count, medians)
    return _rolled(panel, "observed", window, min_count, quantiles, place)


def _share(q: object) -> float:
    given: Any = q
    try:
        number = float(given)
        if isinstance(q, bool | str) or not 0.0 <= number <= 1.0:
            raise ValueError
    except (TypeError, ValueError):
        raise ChoiceError(f"`q` must be a number in the interval [0, 1], got {q!r}.") from None
    return number


def _lengths(window: object, min_count: object) -> tuple[int, int]:
    length = whole("window", window, 1, LONGEST_WINDOW)
    return length, length if min_count is None else whole("min_count", min_count, 1, length)


def _rolls(cells: Floats, kernel: Callable[..., None], length: int, least: int, *how: float) -> Floats:
    out = np.empty(cells.shape)
    kernel(cells, length, least, *how, out)
    return out


def _rolled(
    panel: Panel, field: str, window: object, min_count: object, kernel: Callable[..., None], *how: float
) -> Panel:
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    length, least = _lengths(window, min_count)
    return _plain(panel, _rolls(getattr(panel, field), kernel, length, least, *how))


def _plain(panel: Panel, values: Floats) -> Panel:
    ratio = np.zeros(panel.n_series, bool)
    return replace(panel, values=values, of=None, given={}, is_ratio=ratio, within=None)
