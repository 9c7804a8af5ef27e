"""Means and moving ranges of baselines, right to the last bit and after any outlier.

Sums carry their rounding error along (Knuth's two-sum), so a huge value leaves its neighbours whole and
a mean is the correctly rounded one.
"""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel
from spc.kernels.shared.decimals import total_of
from spc.kernels.shared.sums import mean_of_observed, mean_range


@kernel
def baseline(
    first,
    last,
    values,
    offsets,
    base_first,
    base_last,
    out_centre,
    out_range,
    out_count,
    out_total,
    out_scale,
    out_least,
):
    """Fill, for every phase, the mean, mean moving range, number observed and exact sum of its baseline.

    `out_least` is the smallest month; `out_total` is the sum of the months times `out_scale`, in whole
    numbers; a scale of 0 says that there is no such sum.

    `offsets` (n + 1) says which phases are a series' own; the baseline of phase p is the half-open
    stretch `base_first[p] .. base_last[p]` of month positions.
    """
    for s in range(first, last):
        for p in range(offsets[s], offsets[s + 1]):
            out_centre[p], out_count[p] = mean_of_observed(values[s], base_first[p], base_last[p])
            out_scale[p], out_total[p] = total_of(values[s], base_first[p], base_last[p])
            out_least[p] = np.inf
            for t in range(base_first[p], base_last[p]):
                if values[s, t] < out_least[p]:
                    out_least[p] = values[s, t]
            out_range[p] = mean_range(values[s], base_first[p], base_last[p])
