"""What was asked of a chart, and what all charts share: phases, baselines, months that may set limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from tests.reference.exact import SIXTY, decimal, exact
from tests.reference.limits import Baseline, Window, baseline_columns, first_observed, phases, window_phase
from tests.reference.spots import Lines


@dataclass(frozen=True)
class Question:
    """The arguments of a chart; columns for months, a set of columns for what is excluded."""

    baseline: Baseline = "all"
    cuts: Sequence[int] = ()
    centre: str | float = "mean"
    sigma: str | float = "mean_range"
    gaps: str = "break"
    screen: str = "none"
    autocorrelation: str = "ignore"
    min_observed: int = 12
    constants: str = "exact"
    width: float = 3.0
    bounds: tuple[float | None, float | None] = (None, None)
    excluded: frozenset[int] = frozenset()
    options: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def reach(self) -> Decimal:
        """The width as it prints."""
        return decimal(exact(self.width))

    def number(self, name: str, default: float) -> Decimal:
        """Give an option of the chart's own, as it prints."""
        return decimal(exact(float(self.options.get(name, default))))


@dataclass(frozen=True)
class Stretch:
    """One phase: the months that it holds, and those among them that may set its limits."""

    start: int
    stop: int
    base: tuple[int, ...]

    @property
    def columns(self) -> range:
        """The months it holds."""
        return range(self.start, self.stop)


def stretches(observed: Sequence[Fraction | None], asked: Question) -> list[Stretch]:
    """Cut a history into phases, each with its baseline; none where nothing was ever observed."""
    if first_observed(observed) is None:
        return []
    if isinstance(asked.baseline, Window):
        found = window_phase(observed, asked.baseline)
        assert found is not None and not asked.cuts
        start, stop, end = found
        pairs = [((start, stop), range(start, end))]
    else:
        pairs = [(p, baseline_columns(p, asked.baseline)) for p in phases(observed, asked.cuts)]
    return [
        Stretch(start, stop, tuple(t for t in base if t not in asked.excluded))
        for (start, stop), base in pairs
    ]


def clipped(lines: Lines, low: Decimal | None, high: Decimal | None) -> Lines:
    """Draw the control limits no further than a value can lie."""

    def inside(line: Decimal | None) -> Decimal | None:
        if line is None:
            return None
        line = line if high is None else min(line, high)
        return line if low is None else max(line, low)

    return Lines(lines.centre, lines.sigma, inside(lines.upper), inside(lines.lower))


def bounded(lines: Lines, asked: Question, low: int | None = None, high: Decimal | None = None) -> Lines:
    """Clip by the chart's own bounds, or by those asked for."""
    asked_low, asked_high = asked.bounds
    lowest = None if low is None else Decimal(low)
    if asked_low is not None:
        lowest = decimal(exact(asked_low))
    if asked_high is not None:
        high = decimal(exact(asked_high))
    return clipped(lines, lowest, high)


def around(centre: Decimal, sigma: Decimal, width: Decimal) -> Lines:
    """Give a centre with limits at `width` sigma."""
    return Lines(
        centre, sigma, SIXTY.fma(width, sigma, centre), SIXTY.subtract(centre, SIXTY.multiply(width, sigma))
    )
