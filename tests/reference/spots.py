"""What is plotted in one month, and the lines it is judged by, as decimals of 60 digits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tests.reference.exact import SIXTY, decimal, exact

# Two numbers closer than this share of their size are the same number, worked out in two ways.
SAME = Decimal("1e-40")
# On charts whose lines are not exact, a point this near to a line is on it (SPEC 9).
NEAR = Decimal("1e-9")
CONTROL = 3.0
OK, NO_VARIATION = "ok", "no variation"


@dataclass(frozen=True)
class Spot:
    """One month: the point, and its lines (None for a line that is not there).

    `other` is the second statistic of a CUSUM, judged by the lower limit alone.
    """

    value: Decimal
    centre: Decimal | None = None
    sigma: Decimal | None = None
    upper: Decimal | None = None
    lower: Decimal | None = None
    slack: Decimal = SAME
    other: Decimal | None = None
    asked: dict[tuple[float, int], bool] = field(default_factory=dict, compare=False, repr=False)

    def line(self, zone: float, side: int) -> Decimal | None:
        """Give a line: the centre, a control limit for zone 3, else so many sigma from the centre."""
        if zone == CONTROL:
            return self.upper if side > 0 else self.lower
        if zone == 0.0 or self.centre is None:
            return self.centre
        if self.sigma is None:
            return None
        return SIXTY.fma(Decimal(side) * decimal(exact(zone)), self.sigma, self.centre)

    def has(self, zone: float) -> bool:
        """Say whether there is a line on either side."""
        return self.line(zone, 1) is not None or self.line(zone, -1) is not None

    def beyond(self, zone: float, side: int) -> bool:
        """Say whether the point lies strictly beyond the line on that side (1 above, -1 below)."""
        answer = self.asked.get((zone, side))
        if answer is None:
            answer = self.asked[zone, side] = self.compare(zone, side)
        return answer

    def compare(self, zone: float, side: int) -> bool:
        """Set the point against the line."""
        line = self.line(zone, side)
        value = self.other if self.other is not None and side < 0 else self.value
        if line is None:
            return False
        size = max(abs(value), abs(line), self.sigma or Decimal(0))
        return SIXTY.multiply(Decimal(side), SIXTY.subtract(value, line)) > self.slack * size


@dataclass(frozen=True)
class Lines:
    """The lines of one month, as they are drawn: also where there is no point."""

    centre: Decimal | None = None
    sigma: Decimal | None = None
    upper: Decimal | None = None
    lower: Decimal | None = None

    def spot(self, value: Decimal, slack: Decimal = SAME, other: Decimal | None = None) -> Spot:
        """Put a point between the lines."""
        return Spot(value, self.centre, self.sigma, self.upper, self.lower, slack, other)


@dataclass(frozen=True)
class Fitted:
    """One phase of a chart: its status, the months it holds, the lines of each, and what is judged.

    `lines` and `points` are as drawn; `spots` as judged, which is another scale on some charts. `zones` says
    which lines there are: "sigma" any, "limits" centre and limits, "centre"; `memory` that points share
    months.
    """

    status: str
    start: int
    stop: int
    lines: Mapping[int, Lines] = field(default_factory=dict)
    points: Mapping[int, Decimal] = field(default_factory=dict)
    below: Mapping[int, Decimal] = field(default_factory=dict)
    spots: Mapping[int, Spot] = field(default_factory=dict)
    zones: str = "sigma"
    memory: bool = False

    def may_ask(self, asks: str, zone: float, upto: float | None, span: int, side: str) -> bool:
        """Say whether the chart can answer a rule: whether it has all the lines that the rule needs."""
        if asks in ("step", "swing"):
            return not self.memory and self.status in (OK, NO_VARIATION)
        if self.status != OK:
            return False
        if self.memory:
            return span == 1 and asks == "beyond" and zone == CONTROL and side in ("same", "confined")
        allowed = {"limits": (0.0, CONTROL), "centre": (0.0,)}.get(self.zones)
        return allowed is None or (zone in allowed and (upto is None or upto in allowed))
