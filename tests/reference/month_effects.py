"""A straight line and shrunk month effects, by the matrices of the mixed model, one series at a time.

Henderson (1975), Biometrics 31, 423-447: y = X b + Z u + e with variances g and 1; u by its mixed model
equations. g by fitting constants (Henderson 1953, method III), with the caution for noise that seasonal
limits have. Missing months are NaN; columns count from January.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Matrix = np.ndarray[Any, np.dtype[np.float64]]
YEAR = 12


@dataclass(frozen=True)
class Fit:
    """The line's intercept and slope, the effects, g, sigma^2 and its freedom, and the inverse equations."""

    line: Matrix
    effects: Matrix
    g: float
    variance: float
    freedom: float
    inverse: Matrix

    def expected(self, t: int) -> float:
        return float(self.line @ [1.0, t] + self.effects[t % YEAR])

    def sd(self, t: int) -> float:
        """A month to come: its own variance, and that of all that is estimated together."""
        row = np.concatenate([[1.0, t], np.eye(YEAR)[t % YEAR]])
        return float(np.sqrt(self.variance * (1.0 + row @ self.inverse @ row)))


def squares_left(design: Matrix, y: Matrix) -> float:
    """Sum the squares that least squares leave."""
    off = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return float(off @ off)


def fit(values: Matrix, quartile: Any) -> Fit:
    """Fit one series; `quartile(between, within)` is the upper quartile of F with these freedoms."""
    t = np.flatnonzero(~np.isnan(values))
    y = values[t]
    x = np.column_stack([np.ones(len(t)), t])
    z = np.eye(YEAR)[t % YEAR]
    number = z.sum(axis=0)
    seen = int(np.count_nonzero(number))
    within = squares_left(np.column_stack([z, t]), y) / (len(t) - seen - 1)
    between = (squares_left(x, y) - within * (len(t) - seen - 1)) / (seen - 1)
    rest = np.eye(len(t)) - x @ np.linalg.pinv(x)
    each = np.trace(z.T @ rest @ z) / (seen - 1)
    g = max(0.0, between / within / quartile(seen - 1, len(t) - seen - 1) - 1.0) / each
    if g == 0.0:
        line = np.linalg.lstsq(x, y, rcond=None)[0]
        inverse = np.zeros((2 + YEAR, 2 + YEAR))
        inverse[:2, :2] = np.linalg.inv(x.T @ x)
        effects = np.zeros(YEAR)
    else:
        both = np.column_stack([x, z])
        inverse = np.linalg.inv(both.T @ both + np.diag([0.0, 0.0] + [1.0 / g] * YEAR))
        found = inverse @ both.T @ y
        line, effects = found[:2], found[2:]
    weights = number * g / (1.0 + number * g)
    off = y - x @ line - z @ effects
    freedom = len(t) - 2.0 - weights.sum() * (seen - 1) / seen
    return Fit(line, effects, g, float(off @ off) / freedom, freedom, inverse)
