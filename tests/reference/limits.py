"""XmR limits of one series, from the printed definition: centre = mean, sigma = mean moving range / d2.

d2 is 2 / sqrt(pi), or 1.128 where the textbook constant is asked for. The irrational part is kept out of
the stored numbers (centre and mean moving range are fractions) and enters only where two sides are compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from tests.reference.exact import PI, SIXTY, decimal, exact, mean, sign

TEXTBOOK_D2 = Fraction("1.128")
OK, NO_DATA, SHORT, NO_VARIATION = "ok", "no data", "short history", "no variation"

Observed = Sequence[Fraction | None]


@dataclass(frozen=True)
class Window:
    """Look at the last `length` months; the `first` of them set the limits."""

    length: int
    first: int


Baseline = str | int | tuple[int, int] | Window


@dataclass(frozen=True)
class XmR:
    """The limits of one phase, holding for columns `start` to `stop` (not included)."""

    status: str
    start: int
    stop: int
    centre: Fraction | None = None
    mean_range: Fraction | None = None
    textbook: bool = False
    size: Fraction = Fraction(0)  # the largest of the baseline's months: what float errors are measured by

    @property
    def usable(self) -> bool:
        """Limits that can be crossed: there is a centre and some variation."""
        return self.status == OK

    @property
    def sigma(self) -> Decimal:
        """Mean moving range / d2, to 60 digits."""
        assert self.mean_range is not None
        if self.textbook:
            return decimal(self.mean_range / TEXTBOOK_D2)
        return SIXTY.multiply(decimal(self.mean_range / 2), SIXTY.sqrt(decimal(PI)))

    def line(self, width: float) -> float:
        """Centre + width sigma as the nearest float."""
        assert self.centre is not None
        return float(SIXTY.add(decimal(self.centre), SIXTY.multiply(decimal(exact(width)), self.sigma)))

    def side(self, value: Fraction, zone: float) -> int:
        """Say where a value lies: 1 strictly above centre + zone sigma, -1 strictly below, else 0."""
        assert self.centre is not None and self.mean_range is not None
        gap = value - self.centre
        reach = exact(zone) * self.mean_range
        if self.textbook:
            return sign(gap) if abs(gap) * TEXTBOOK_D2 > reach else 0
        return sign(gap) if 4 * gap * gap > reach * reach * PI else 0


def first_observed(observed: Observed, start: int = 0) -> int | None:
    """Find the first observed month at or after a column."""
    return next((t for t in range(start, len(observed)) if observed[t] is not None), None)


def phases(observed: Observed, cuts: Sequence[int]) -> list[tuple[int, int]]:
    """Cut the history at the given columns; a phase begins at the first month observed in it."""
    edges = [0, *sorted(cuts), len(observed)]
    found = []
    for left, right in pairwise(edges):
        start = first_observed(observed[:right], left)
        if start is not None:
            found.append((start, right))
    return found


def window_phase(observed: Observed, window: Window) -> tuple[int, int, int] | None:
    """Give start, stop and the end of the baseline of the last `length` months of a history."""
    start = first_observed(observed)
    if start is None:
        return None
    stop = len(observed)
    history = stop - start
    judged = window.length - window.first
    if history >= window.length:
        return stop - window.length, stop, stop - window.length + window.first
    return start, stop, max(start, stop - judged)


def baseline_columns(phase: tuple[int, int], baseline: str | int | tuple[int, int]) -> range:
    """Give the columns of a phase that set its limits."""
    start, stop = phase
    if baseline == "all":
        return range(start, stop)
    if isinstance(baseline, int):
        return range(start, min(stop, start + baseline))
    assert isinstance(baseline, tuple)
    first, last = baseline
    return range(max(start, first), max(start, min(stop, last + 1)))


def fit(observed: Observed, holds: tuple[int, int], columns: range, min_observed: int, textbook: bool) -> XmR:
    """Set the limits of one phase from the baseline columns."""
    start, stop = holds
    inside = [number for t in columns if (number := observed[t]) is not None]
    ranges = []
    for t in columns[1:]:
        now, before = observed[t], observed[t - 1]
        if now is not None and before is not None:
            ranges.append(abs(now - before))
    if len(inside) < min_observed or not ranges:
        return XmR(SHORT, start, stop)
    spread = mean(ranges)
    status = OK if spread > 0 else NO_VARIATION
    return XmR(status, start, stop, mean(inside), spread, textbook, max(map(abs, inside)))


def xmr(
    observed: Observed,
    baseline: Baseline = "all",
    cuts: Sequence[int] = (),
    min_observed: int = 12,
    constants: str = "exact",
) -> list[XmR]:
    """Give the limits of every phase; `observed` ends at the month reported on."""
    textbook = constants == "textbook"
    if first_observed(observed) is None:
        return [XmR(NO_DATA, 0, len(observed))]
    if isinstance(baseline, Window):
        assert not cuts, "the twin knows moving windows and dated phases, not both at once"
        found = window_phase(observed, baseline)
        assert found is not None
        start, stop, end = found
        return [fit(observed, (start, stop), range(start, end), min_observed, textbook)]
    return [
        fit(observed, phase, baseline_columns(phase, baseline), min_observed, textbook)
        for phase in phases(observed, cuts)
    ]
