"""Ranks of simulated figures, and where the middle part of a unit's ranks lies."""

from __future__ import annotations

import numpy as np

from spc.kernels._compile import kernel


@kernel
def rank_draws(first, last, draws, out_ranks):
    """Fill the rank of each unit (column) in each draw (row): 1 the largest, equal ones share the least."""
    for d in range(first, last):
        order = np.argsort(draws[d])[::-1]
        place = 0
        for i in range(order.size):
            if i == 0 or draws[d, order[i]] != draws[d, order[i - 1]]:
                place = i + 1
            out_ranks[d, order[i]] = place


@kernel
def rank_intervals(first, last, columns, ranks, tail, out_lower, out_upper, out_mean):
    """Fill the ranks between which all but `tail` of a unit's draws lie on each side, and their mean.

    `columns[u]` is the column of unit u in `ranks` (n_draws, n_units). `out_lower` is the largest rank with
    at most `tail` of the draws below it, `out_upper` the smallest with at most `tail` above it.
    """
    n_draws, n_units = ranks.shape
    tally = np.empty(n_units + 1, np.int64)
    for u in range(first, last):
        tally[:] = 0
        for d in range(n_draws):
            tally[ranks[d, columns[u]]] += 1
        allowed = tail * n_draws
        low, below = 1, tally[1]
        while below <= allowed:
            low += 1
            below += tally[low]
        high, above = n_units, tally[n_units]
        while above <= allowed:
            high -= 1
            above += tally[high]
        total = 0
        for place in range(1, n_units + 1):
            total += place * tally[place]
        out_lower[u], out_upper[u], out_mean[u] = low, high, total / n_draws
