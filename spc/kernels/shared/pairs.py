"""Smaller and larger of two, one machine instruction for several months; `min` looks after NaN first."""

from __future__ import annotations

from spc.kernels._compile import row


@row
def small(a, b):
    """Smaller of two."""
    return a if a < b else b  # noqa: FURB136


@row
def large(a, b):
    """Larger of two."""
    return b if a < b else a  # noqa: FURB136
