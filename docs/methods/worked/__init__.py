"""The worked numbers of the method pages: plain arithmetic, compared with the library at every build."""

from __future__ import annotations

from collections.abc import Callable

from .able import capability
from .choices import choices
from .counting import c_u, laney, p_np
from .foretold import forecast
from .individuals import individuals, run
from .memory import memory
from .patterns import assurance, rules
from .rare import rare_events, small_counts
from .seasons import seasonal
from .several import subgroups, together

__all__ = ["WORKED"]

#: Page to the function that works out its numbers.
WORKED: dict[str, Callable[[], dict[str, object]]] = {
    "individuals": individuals,
    "run": run,
    "p_np": p_np,
    "c_u": c_u,
    "laney": laney,
    "rare_events": rare_events,
    "small_counts": small_counts,
    "memory": memory,
    "subgroups": subgroups,
    "seasonal": seasonal,
    "forecast": forecast,
    "together": together,
    "capability": capability,
    "rules": rules,
    "assurance": assurance,
    "choices": choices,
}
