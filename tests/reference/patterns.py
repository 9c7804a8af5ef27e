"""Rules of every kind on one series, one month at a time, straight from the words of their definition.

A chart is a list of phases; a phase knows for its months a `Spot`: what is plotted, and on which side of
which line it lies. A rule looks back from the month that would complete it, takes the last `span` points that
it may see, and counts. Nothing is carried from month to month.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import comb, log2

from tests.reference.spots import Fitted, Spot

HIGH, LOW = 1, -1
SIDES = (HIGH, LOW)


@dataclass(frozen=True)
class Row:
    """One rule as a row.

    `asks` is beyond, within, step, swing, run or crossings; `side` is same, confined, either or both;
    `upto` is the zone beyond which a point no longer counts; `ties` are break, skip or count; `gaps` break,
    skip or bridge.
    """

    name: str
    zone: float = 0.0
    needed: int = 1
    span: int = 1
    asks: str = "beyond"
    side: str = "same"
    upto: float | None = None
    ties: str = "break"
    gaps: str = "break"

    @property
    def two_sided(self) -> bool:
        """High and low are told apart; other rules have but the first of their two bits."""
        return self.asks in ("step", "run") or (self.asks == "beyond" and self.side in ("same", "confined"))


@dataclass(frozen=True)
class Place:
    """A month as a rule sees it: its column, and the point there; none for a missing month."""

    column: int
    spot: Spot | None


@dataclass(frozen=True)
class Pattern:
    """A completed rule: the side (0 where it has none) and the columns of the months that belong to it."""

    side: int
    columns: tuple[int, ...]


def looking_back(phase: Fitted, t: int, gaps: str) -> Iterator[Place]:
    """Go back from month t, newest first, to the start of the phase, or to a gap that breaks."""
    for column in range(t, phase.start - 1, -1):
        spot = phase.spots.get(column)
        if spot is not None:
            yield Place(column, spot)
        elif gaps == "break":
            return
        elif gaps == "skip":
            yield Place(column, None)


def on_the_centre(place: Place) -> bool:
    """Say whether the point lies on the centre line."""
    return place.spot is not None and not any(place.spot.beyond(0.0, side) for side in SIDES)


def untied(places: Iterator[Place], row: Row) -> Iterator[Place]:
    """Take out points on the centre line, where they are to be skipped by rules that ask for a side of it."""
    for place in places:
        if row.zone > 0.0 or row.ties != "skip" or not on_the_centre(place):
            yield place


def window_of(phase: Fitted, t: int, row: Row) -> list[Place]:
    """Take the last `span` places that end with month t; none where t itself is not to be seen."""
    if phase.spots.get(t) is None:
        return []
    places = []
    for place in untied(looking_back(phase, t, row.gaps), row):
        places.append(place)
        if len(places) == row.span:
            break
    return places if places and places[0].column == t else []


def strict_member(place: Place, row: Row, side: int) -> bool:
    """Say whether the point lies beyond the zone on that side, and not beyond `upto`."""
    if place.spot is None or not place.spot.beyond(row.zone, side):
        return False
    return row.upto is None or not place.spot.beyond(row.upto, side)


def member(place: Place, row: Row, side: int) -> bool:
    """Say whether the point counts; one on the centre line does so on both sides where ties count."""
    if row.zone == 0.0 and row.ties == "count" and on_the_centre(place):
        return True
    return strict_member(place, row, side)


def lies_on(place: Place, row: Row, side: int) -> bool:
    """Say whether a point lies on that side of the centre line (a missing one is on no side)."""
    if place.spot is None or place.spot.beyond(0.0, side):
        return True
    return row.zone == 0.0 and row.ties == "count" and on_the_centre(place)


def one_side(row: Row, window: Sequence[Place]) -> Iterator[Pattern]:
    """At least `needed` on the same side, the newest among them; confined: and all points on that side."""
    for side in SIDES:
        found = [place for place in window if member(place, row, side)]
        strictly = any(strict_member(place, row, side) for place in found)
        if not found or found[0] is not window[0] or len(found) < row.needed or not strictly:
            continue
        if row.side == "confined" and not all(lies_on(place, row, side) for place in window):
            continue
        yield Pattern(side, tuple(place.column for place in found))


def any_side(row: Row, window: Sequence[Place]) -> Iterator[Pattern]:
    """At least `needed` beyond the zone, whichever side; both: with a member on each."""
    found = [place for place in window if any(member(place, row, side) for side in SIDES)]
    sides = {side for side in SIDES for place in found if strict_member(place, row, side)}
    if not found or found[0] is not window[0] or len(found) < row.needed or not sides:
        return
    if row.side == "both" and len(sides) < 2:
        return
    yield Pattern(0, tuple(place.column for place in found))


def beyond(row: Row, phase: Fitted, t: int) -> Iterator[Pattern]:
    """Points beyond a zone."""
    window = window_of(phase, t, row)
    if window:
        yield from (one_side if row.side in ("same", "confined") else any_side)(row, window)


def within(row: Row, phase: Fitted, t: int) -> Iterator[Pattern]:
    """Points that are not beyond a zone on either side, unless the window lies wholly on the centre."""
    window = window_of(phase, t, row)
    found = []
    for place in window:
        spot = place.spot
        if spot is not None and spot.has(row.zone) and not any(spot.beyond(row.zone, s) for s in SIDES):
            found.append(place)
    off = any(place.spot is not None and not on_the_centre(place) for place in window)
    if found and off and found[0] is window[0] and len(found) >= row.needed:
        yield Pattern(0, tuple(place.column for place in found))


def steps_back(row: Row, phase: Fitted, t: int) -> list[tuple[int, int, int]]:
    """Give the last `span` steps, newest first: the direction, and the columns that it leads from and to.

    Equal neighbours end the steps (break), or are one point, that of the later month being left out (skip),
    or are a step of direction 0 (count).
    """
    if phase.spots.get(t) is None:
        return []
    places = looking_back(phase, t, row.gaps)
    if row.ties == "skip":
        kept = without_repeats(list(places)[::-1])
        if kept[-1].column != t:
            return []
        places = reversed(kept)
    found = []
    for later, before in pairwise(places):
        if later.spot is None or before.spot is None:
            break
        direction = (later.spot.value > before.spot.value) - (later.spot.value < before.spot.value)
        if direction == 0 and row.ties == "break":
            break
        found.append((direction, before.column, later.column))
        if len(found) == row.span:
            break
    return found


def without_repeats(places: Sequence[Place]) -> list[Place]:
    """Leave out every point that repeats the one before it, oldest first."""
    kept: list[Place] = []
    for place in places:
        last = kept[-1].spot if kept else None
        if place.spot is None or last is None or place.spot.value != last.value:
            kept.append(place)
    return kept


def months_of(steps: Sequence[tuple[int, int, int]]) -> tuple[int, ...]:
    """Give both ends of every step."""
    return tuple(sorted({column for _, a, b in steps for column in (a, b)}, reverse=True))


def step(row: Row, phase: Fitted, t: int) -> Iterator[Pattern]:
    """`span` successive steps up, or down."""
    steps = steps_back(row, phase, t)
    if len(steps) < row.span:
        return
    for side in SIDES:
        directions = [direction for direction, _, _ in steps]
        if side in directions and -side not in directions:
            yield Pattern(side, months_of(steps))


def swing(row: Row, phase: Fitted, t: int) -> Iterator[Pattern]:
    """`span` successive steps, each the other way from the one before."""
    steps = steps_back(row, phase, t)
    if len(steps) == row.span and alternate([direction for direction, _, _ in steps]):
        yield Pattern(0, months_of(steps))


def alternate(directions: Sequence[int]) -> bool:
    """Say whether there is a first direction from which all steps, in turn, go up and down.

    A level step (where ties count) goes either way, but not all steps may be level.
    """
    if not any(directions):
        return False
    return any(
        all(direction in (0, first * (-1) ** i) for i, direction in enumerate(directions)) for first in SIDES
    )


def useful(row: Row, phase: Fitted, t: int) -> list[Place]:
    """List the points off the centre line up to month t, newest first."""
    return [
        place
        for place in looking_back(phase, t, row.gaps)
        if place.spot is not None and not on_the_centre(place)
    ]


def side_of(place: Place) -> int:
    """Give the side of the centre line on which a useful point lies."""
    assert place.spot is not None
    return HIGH if place.spot.beyond(0.0, HIGH) else LOW


def run(row: Row, phase: Fitted, t: int) -> Iterator[Pattern]:
    """The run that month t belongs to is longer than round(log2 n) + 3, n useful points so far.

    Anhoej (2015), PLoS ONE 10, e0121349.
    """
    points = useful(row, phase, t)
    if not points or points[0].column != t:
        return
    side = side_of(points[0])
    together = []
    for place in points:
        if side_of(place) != side:
            break
        together.append(place)
    if len(together) > round(log2(len(points))) + 3:
        yield Pattern(side, tuple(place.column for place in together))


def fewest_crossings(n: int) -> int:
    """Give the 5% point of the binomial distribution of n - 1 fair coins: the least k with P(<= k) >= 5%."""
    k = 0
    while Fraction(sum(comb(n - 1, i) for i in range(k + 1)), 2 ** (n - 1)) < Fraction(5, 100):
        k += 1
    return k


def crossings(row: Row, phase: Fitted, t: int) -> Iterator[Pattern]:
    """The centre line was crossed less often than the 5% point of coins allows, n useful points so far."""
    points = useful(row, phase, t)
    if not points or points[0].column != t:
        return
    crossed = sum(side_of(a) != side_of(b) for a, b in pairwise(points))
    if crossed < fewest_crossings(len(points)):
        yield Pattern(0, tuple(place.column for place in points))


ASKED: Mapping[str, Callable[[Row, Fitted, int], Iterator[Pattern]]] = {
    "beyond": beyond,
    "within": within,
    "step": step,
    "swing": swing,
    "run": run,
    "crossings": crossings,
}


def patterns(row: Row, phase: Fitted, t: int) -> list[Pattern]:
    """List the patterns of one rule that month t completes."""
    if not phase.start <= t < phase.stop:
        return []
    if not phase.may_ask(row.asks, row.zone, row.upto, row.span, row.side):
        return []
    return list(ASKED[row.asks](row, phase, t))


def marks(rows: Sequence[Row], phases: Sequence[Fitted], months: int) -> tuple[list[int], list[int]]:
    """Give every month's mask of the rules it completes, and of the completed rules to which it belongs."""
    mask, members = [0] * months, [0] * months
    for phase in phases:
        for t in range(phase.start, phase.stop):
            for i, row in enumerate(rows):
                for pattern in patterns(row, phase, t):
                    bit = 1 << (2 * i + (pattern.side == LOW and row.two_sided))
                    mask[t] |= bit
                    for column in pattern.columns:
                        members[column] |= bit
    return mask, members
