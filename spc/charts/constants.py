"""Constants that turn a spread into sigma: exact, or as the textbooks print them."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from spc.array_types import Floats, Ints

__all__ = ["D2", "D4", "MEDIAN_RANGE", "c4", "factors", "range_constants", "sd_constant"]

#: Mean range of two normal values in sigma, 2 / sqrt(pi), and as printed in the handbooks.
D2 = {"exact": 2.0 / math.sqrt(math.pi), "textbook": 1.128}
#: Upper limit of the moving range in mean moving ranges, 1 + 3 d3 / d2 = 1 + 3 sqrt(pi / 2 - 1).
D4 = {"exact": 1.0 + 3.0 * math.sqrt(math.pi / 2.0 - 1.0), "textbook": 3.267}
#: Median range of two normal values in sigma, sqrt(2) times the upper quartile of the normal distribution.
#: (Not 1.128, which belongs to the mean range: sigma would be 15% too small.)
MEDIAN_RANGE = {"exact": math.sqrt(2.0) * 0.6744897501960817, "textbook": 0.954}


def c4(count: Ints | Floats | int) -> Floats:
    """Return the mean of the sample sd of `count` normal values in sigma.

    Source: Montgomery (2013), Introduction to Statistical Quality Control, 7th ed., equation 6.27.

    Examples
    --------
    >>> print(c4(2).round(6), c4(25).round(4))
    0.797885 0.9896
    """
    from scipy.special import gammaln

    n = np.maximum(np.asarray(count, np.float64), 2.0)
    return np.asarray(np.sqrt(2.0 / (n - 1.0)) * np.exp(gammaln(n / 2.0) - gammaln((n - 1.0) / 2.0)))


#: Digits to which the handbooks print a constant: d2 and d3 three, c4 four.
PRINTED = {"d2": 3, "d3": 3, "c4": 4}


@cache
def _range_moments(count: int) -> tuple[float, float]:
    """Return mean and sd of the range of `count` normal values in sigma.

    Where G(w) = P(range > w), the mean is the integral of G and the mean square that of 2 w G. With
    k = count - 1 and A(x) = P(X > x), G is itself count times the integral of
    phi(x) (A(x)**k - (A(x) - A(x + w))**k), taken as a product, so that small chances keep their digits. The
    trapezium rule on a function that dies away at both ends, and Gauss-Legendre on a smooth one, are right to
    1e-15 here.
    """
    from scipy.special import log_ndtr

    reach = 12.0 + math.log10(count)  # fewer than 1e-17 ranges are longer
    nodes, shares = np.polynomial.legendre.leggauss(20)  # on twelve stretches: numpy's own grow faint by 100
    half = reach / 24.0
    w = (half * (nodes + 1.0 + 2.0 * np.arange(12.0)[:, None])).reshape(-1)
    share = np.tile(half * shares, 12)
    x = np.linspace(-reach, reach, 1201)
    above, k = log_ndtr(-x), count - 1
    density = np.exp(k * above - 0.5 * x * x)
    density /= math.fsum(density)
    apart = np.minimum(log_ndtr(-x - w[:, None]) - above, -1e-300)
    rest = np.log(-np.expm1(apart))
    beyond = (density * -np.expm1(k * rest)).sum(axis=1)
    mean, square = math.fsum(share * beyond), math.fsum(2.0 * share * w * beyond)
    return mean, math.sqrt(square - mean * mean)


def range_constants(count: Ints, constants: str = "exact") -> tuple[Floats, Floats]:
    """Return d2 and d3: mean and sd of the range of `count` normal values in sigma.

    Parameters
    ----------
    count : array of int
        Sizes of subgroups; NaN comes back for sizes under 2.
    constants : {"exact", "textbook"}
        By quadrature, or rounded as the handbooks print them.

    Returns
    -------
    d2, d3 : arrays of float64, shaped as `count`

    Notes
    -----
    Source: Tippett (1925), Biometrika 17, 364-387; Harter (1960), Annals of Mathematical Statistics 31,
    1122-1131; as printed: Montgomery (2013), appendix VI.

    Examples
    --------
    >>> import numpy as np
    >>> d2, d3 = range_constants(np.array([2, 5]))
    >>> print(d2.round(6), d3.round(6))
    [1.128379 2.325929] [0.852502 0.864082]
    """
    sizes, places = np.unique(np.asarray(count, np.int64), return_inverse=True)
    table = np.array([_range_moments(int(n)) if n > 1 else (np.nan, np.nan) for n in sizes]).reshape(-1, 2)
    if constants == "textbook":
        table = np.column_stack([table[:, 0].round(PRINTED["d2"]), table[:, 1].round(PRINTED["d3"])])
    d2, d3 = table[places.reshape(np.shape(count))].T.reshape(2, *np.shape(count)[::-1])
    return d2.T.copy(), d3.T.copy()


def sd_constant(count: Ints, constants: str = "exact") -> Floats:
    """Return c4 of subgroups of `count`, NaN for sizes under 2; "textbook" rounds it to four decimals."""
    sizes = np.asarray(count, np.int64)
    exact = np.where(sizes > 1, c4(sizes), np.nan)
    return exact.round(PRINTED["c4"]) if constants == "textbook" else exact


def factors(count: int, width: float = 3.0) -> dict[str, float]:
    """Return every factor of the handbooks' table for subgroups of `count`.

    Parameters
    ----------
    count : int
        At least 2.
    width : float
        Distance of the limits in sigma.

    Returns
    -------
    dict
        d2, d3, c4; A2 and A3 (limits of the mean from the mean range, the mean sd), B3 to B6 (of the sd, from
        the mean sd, from sigma), D1 to D4 (of the range, from sigma, from the mean range), E2 (of single
        values, from the mean range).

    Notes
    -----
    Source: Montgomery (2013), appendix VI; ISO 7870-2:2013, annex.

    Examples
    --------
    >>> print(round(factors(5)["A2"], 3), round(factors(5)["D4"], 3), round(factors(10)["B3"], 3))
    0.577 2.114 0.284
    """
    d2, d3 = (float(each[0]) for each in range_constants(np.array([count])))
    mean_sd = float(c4(count))
    root, swing = math.sqrt(count), math.sqrt(1.0 - mean_sd * mean_sd)
    return {
        "d2": d2,
        "d3": d3,
        "c4": mean_sd,
        "A2": width / (d2 * root),
        "A3": width / (mean_sd * root),
        "B3": max(0.0, 1.0 - width * swing / mean_sd),
        "B4": 1.0 + width * swing / mean_sd,
        "B5": max(0.0, mean_sd - width * swing),
        "B6": mean_sd + width * swing,
        "D1": max(0.0, d2 - width * d3),
        "D2": d2 + width * d3,
        "D3": max(0.0, 1.0 - width * d3 / d2),
        "D4": 1.0 + width * d3 / d2,
        "E2": width / d2,
    }
