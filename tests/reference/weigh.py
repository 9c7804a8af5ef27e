"""The exception weight: a trend part plus 2, 3, 4, 6 for One, Two, Three, Eight."""

from collections.abc import Sequence

PARTS = {"One": 2, "Two": 3, "Three": 4, "Eight": 6}


def trend_part(exceptions: Sequence[str], strength: int | None) -> int | None:
    """Give 10 where any exception stands, else 10, 4, 0 by strength 2, 1, 0.

    `None` where no trend was handed in, or where the history was too short for one (strength -1).
    """
    if strength is None or strength < 0:
        return None
    if exceptions:
        return 10
    return {2: 10, 1: 4, 0: 0}[strength]


def weight(exceptions: Sequence[str], strength: int | None) -> int:
    """Add the parts that are there."""
    part = trend_part(exceptions, strength)
    return (part or 0) + sum(PARTS[name] for name in exceptions)
