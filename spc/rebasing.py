"""before_and_after(): what proposed phases would change, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Ints
from spc.baselines import Baseline, Phases
from spc.charts import limits
from spc.checks import parcel
from spc.detection import exceptions
from spc.panel import Ends
from spc.results import Exceptions, Proposals
from spc.rules import Rule

__all__ = ["Rebased", "before_and_after"]


@dataclass(frozen=True, eq=False, repr=False)
class Rebased:
    """The same series judged twice: in one phase, and in the phases that were proposed.

    Parameters
    ----------
    before, after : Exceptions
        With their limits; both as at the same month, under the same rules.
    """

    before: Exceptions
    after: Exceptions

    @property
    def flags(self) -> tuple[Ints, Ints]:
        """Months that complete a rule, before and after (n_series,)."""
        counts = [np.count_nonzero(found.mask, axis=1) for found in (self.before, self.after)]
        return counts[0], counts[1]

    def to_frame(self) -> Any:
        """Return one row a series.

        Keys; `phases` (how many there would be); `flags`, `exceptions`, `centre`, `sigma` and `status`, each
        as `..._before` and `..._after`. Flags are months that complete a rule, the rest is as at the month
        reported on.
        """
        columns: dict[str, Any] = {"phases": np.diff(self.after.limits.phases.offsets)}
        sides = {"before": self.before, "after": self.after}
        for name, flags in zip(sides, self.flags, strict=True):
            columns[f"flags_{name}"] = flags
        for name, found in sides.items():
            columns[f"exceptions_{name}"] = found.words
        for line in ("centre", "sigma"):
            for name, found in sides.items():
                per_phase = getattr(found.limits, f"phase_{line}")
                columns[f"{line}_{name}"] = np.append(per_phase, np.nan)[found.limits.phase_at_end]
        for name, found in sides.items():
            columns[f"status_{name}"] = found.limits.status
        return frames.tidy_series(self.before.panel.keys, columns)

    def __repr__(self) -> str:
        before, after = (int(flags.sum()) for flags in self.flags)
        return f"Rebased({self.before.panel.n_series:,} series, {before:,} flags before and {after:,} after)"


def before_and_after(
    proposals: Proposals,
    *,
    chart: str = "xmr",
    phase: Phases | None = None,
    baseline: Baseline | None = None,
    rules: str | tuple[Rule, ...] | list[Rule] = "opcc",
) -> Rebased:
    """Judge every series twice, in one phase and in the proposed phases.

    Parameters
    ----------
    proposals : Proposals
        From `phases`.
    chart : str
        As for `limits`.
    phase : Phases, optional
        What `proposals.apply(...)` gave, where not all is to be applied.
    baseline : Baseline, optional
        As for `limits`; by default the first months of each phase, as many as the proposals were fitted to.
    rules : str or rows of Rule
        As for `exceptions`.

    Returns
    -------
    Rebased

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([10, 12, 11] * 10 + [14, 16, 15] * 8, start="2021-01")
    >>> both = spc.before_and_after(spc.phases(panel))
    >>> both
    Rebased(1 series, 23 flags before and 0 after)
    >>> both.to_frame()[["exceptions_before", "exceptions_after"]].iloc[0].tolist()
    ['One, Two, Three, Eight-Month High', '']
    """
    parcel("proposals", proposals, Proposals, "spc.phases(panel)")
    panel = proposals.panel
    how: dict[str, Any] = {
        "chart": chart,
        "baseline": proposals.baseline if baseline is None else baseline,
        "as_at": Ends(proposals.ends),
        "min_observed": proposals.min_observed,
    }
    before = limits(panel, **how)
    after = limits(panel, phase=proposals.phases if phase is None else phase, **how)
    return Rebased(exceptions(before, rules=rules), exceptions(after, rules=rules))
