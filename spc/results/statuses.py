"""Why a series has limits and flags, or none: one code a phase and a series."""

from __future__ import annotations

from spc.panel import Panel

__all__ = ["STATUSES", "how_many"]

#: Code to word; under "ok" all rules are asked, under "no variation" those that need no spread.
STATUSES = (
    *("ok", "no data", "short history", "no variation", "no counts", "refused"),
    *("nothing to judge", "no value", "no denominator", "negative value"),
    *("not agreed", "no subgroups"),
)
OK, NO_DATA, SHORT_HISTORY, NO_VARIATION, NO_COUNTS, REFUSED = range(6)
NOT_JUDGED, NO_VALUE, NO_PARTS, NEGATIVE, NOT_AGREED, NO_SUBGROUPS = range(6, len(STATUSES))


def how_many(panel: Panel) -> str:
    """Say how many series there are, as every parcel shows itself."""
    return f"{panel.n_series:,} series"
