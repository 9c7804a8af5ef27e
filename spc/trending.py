"""trend(): the straight line through the rolling windows, tested on the months."""

from __future__ import annotations

from typing import Any

import numpy as np

from spc.checks import ChoiceError, parcel, positive, whole
from spc.kernels.averages import rolling as rolling_kernel
from spc.kernels.slopes import line_signs, slopes
from spc.panel import Floats, Panel
from spc.results import Trend

__all__ = ["trend"]


def trend(
    panel: Panel,
    *,
    as_at: Any = None,
    window: int = 12,
    span: int = 36,
    strong: float = 0.05,
    weak: float = 0.15,
) -> Trend:
    """Fit the rolling-12 trend of every series and say how strong it is.

    The word is the sign of the line through the complete rolling windows in the last `span` months. Rolling
    windows overlap, so a slope test on them finds a trend in two thirds of pure noise; strength is tested on
    the months, with the weights that the rolling line gives them.

    Parameters
    ----------
    panel : Panel
    as_at : month, or one month a series, optional
        The month reported on; by default the last.
    window : int
        Length of the rolling window in months.
    span : int
        How far back the line reaches, in months.
    strong, weak : float
        Two-sided p at or below which a trend is strong, or weak.

    Returns
    -------
    Trend
        `slope` (per month), `r`, `t`, `p`, `strength`, `direction`, `words`, each (n_series,).

    Raises
    ------
    ChoiceError
        A window, span or p out of range.

    Notes
    -----
    SPEC 4. Student's t with m - 2 degrees of freedom is exact for independent normal months whose variance
    is proportional to the denominator. At 36 months noise is called strong in 5% and weak or strong in 15%
    of series; with autocorrelation 0.3 in 15% and 30%, with fixed seasons in 1.7% and 5%. At least
    2 x `window` months must stand in complete windows, else `not enough history`. A series that brings
    `given` rolling values (a median) takes its strength from its months, and is `None / Stable` where the
    line through the given values points the other way.

    Examples
    --------
    >>> import spc
    >>> rising = [100 + month for month in range(36)]
    >>> print(spc.trend(spc.Panel.from_numpy(rising, start="2021-08")).words[0])
    Increasing
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    width = whole("window", window, 2, 1_000)
    reach = whole("span", span, 2 * width, 10_000)
    if positive("strong", strong, high=1.0) > positive("weak", weak, high=1.0):
        raise ChoiceError(f"`strong` must be at most `weak`, got {strong!r} and {weak!r}.")
    ends = panel.positions(as_at)
    top, below = panel.aligned(ends, reach)
    bare = np.isnan(top) | np.isnan(below) | (below == 0.0)  # a month without a ratio is no month of the line
    top[bare] = below[bare] = np.nan
    slope, r = np.empty(panel.n_series), np.empty(panel.n_series)
    months = np.empty(panel.n_series, np.int64)
    slopes(top, below, width, slope, r, months)
    t, p = _student(r, months)
    strength = np.where(p <= strong, 2, np.where(p <= weak, 1, 0)).astype(np.int8)
    direction = np.sign(np.nan_to_num(slope)).astype(np.int8)
    sign, count = _given_line(panel, ends, top, width)
    strength[(count > width) & (sign != direction)] = 0
    strength[months < 2 * width] = -1
    direction[strength <= 0] = 0
    return Trend(
        ends=ends,
        panel=panel,
        slope=slope,
        r=r,
        t=t,
        p=p,
        months=months,
        strength=strength,
        direction=direction,
    )


def _student(r: Floats, months: np.ndarray[Any, Any]) -> tuple[Floats, Floats]:
    """Return t and its two-sided p with months - 2 degrees of freedom; p is 0 on an exact line."""
    from scipy.special import stdtr

    freedom = np.maximum(months - 2, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = r * np.sqrt(freedom / np.maximum(1.0 - r * r, 0.0))
    return t, 2.0 * stdtr(freedom, -np.abs(t))


def _given_line(
    panel: Panel, ends: np.ndarray[Any, Any], top: Floats, window: int
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the sign of the line through the rolling values given for complete windows, and their number."""
    sign, count = np.zeros(panel.n_series, np.int64), np.zeros(panel.n_series, np.int64)
    if window in panel.given:
        whole_window = np.empty(top.shape)
        rolling_kernel(top, window, window, False, whole_window)
        n_windows = top.shape[1] - window + 1
        given = panel.aligned_cells(panel.given[window], ends, n_windows)
        line_signs(np.where(np.isnan(whole_window[:, window - 1 :]), np.nan, given), sign, count)
    return sign, count
