"""Constants that turn a spread into sigma: exact, or as the textbooks print them."""

from __future__ import annotations

import math

import numpy as np

from spc.baselines import Ints
from spc.panel import Floats

__all__ = ["D2", "D4", "MEDIAN_RANGE", "c4"]

#: Mean range of two normal values in sigma, 2 / sqrt(pi), and as printed in the handbooks.
D2 = {"exact": 2.0 / math.sqrt(math.pi), "textbook": 1.128}
#: Upper limit of the moving range in mean moving ranges, 1 + 3 d3 / d2 = 1 + 3 sqrt(pi / 2 - 1).
D4 = {"exact": 1.0 + 3.0 * math.sqrt(math.pi / 2.0 - 1.0), "textbook": 3.267}
#: Median range of two normal values in sigma, sqrt(2) times the upper quartile of the normal distribution.
#: (Not 1.128, which belongs to the mean range: sigma would be 15% too small.)
MEDIAN_RANGE = {"exact": math.sqrt(2.0) * 0.6744897501960817, "textbook": 0.954}


def c4(count: Ints | int) -> Floats:
    """Return the mean of the sample sd of `count` normal values in sigma.

    Source: Montgomery (2013), Introduction to Statistical Quality Control, 7th ed., equation 6.27.

    Examples
    --------
    >>> print(c4(2).round(6), c4(25).round(6))
    0.797885 0.989640
    """
    from scipy.special import gammaln

    n = np.maximum(np.asarray(count, np.float64), 2.0)
    return np.asarray(np.sqrt(2.0 / (n - 1.0)) * np.exp(gammaln(n / 2.0) - gammaln((n - 1.0) / 2.0)))
