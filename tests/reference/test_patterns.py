"""Rules of every kind on hand-made months: centre 0, sigma 1, limits at 3, so a value is its own zone."""

from __future__ import annotations

from decimal import Decimal
from math import log2

import pytest
from scipy.stats import binom

from tests.reference.patterns import Row, fewest_crossings, marks, patterns
from tests.reference.presets import PRESETS, alternating, monotone, of, on_one_side
from tests.reference.spots import NO_VARIATION, OK, Fitted, Lines

LINES = Lines(Decimal(0), Decimal(1), Decimal(3), Decimal(-3))


def read(text: str, status: str = OK) -> tuple[list[Fitted], int]:
    """Read values, "." for a gap, "|" for the start of a new phase."""
    points: dict[int, Decimal] = {}
    starts, t = [0], 0
    for part in text.split():
        if part == "|":
            starts.append(t)
            continue
        if part != ".":
            points[t] = Decimal(part)
        t += 1
    spots = {column: LINES.spot(point) for column, point in points.items()}
    stops = [*starts[1:], t]
    return [Fitted(status, a, b, spots=spots) for a, b in zip(starts, stops, strict=True)], t


def completed(text: str, row: Row) -> list[int]:
    """Give the masks of all months for one rule: 1 high, 2 low, 3 both."""
    phases, months = read(text)
    return marks([row], phases, months)[0]


def last(text: str, row: Row) -> int:
    """Give the mask of the last month."""
    return completed(text, row)[-1]


SAME, CONFINED = of(2, 3, 2.0), of(2, 3, 2.0, side="confined")


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("3", of(1, 1, 3.0), 0),
        ("3.1", of(1, 1, 3.0), 1),
        ("-3.1", of(1, 1, 3.0), 2),
        # two of three: a third point on the other side, on the centre, beyond the limits, at the start
        ("2.1 -1 2.1", SAME, 1),
        ("2.1 -1 2.1", CONFINED, 0),
        ("2.1 0 2.1", SAME, 1),
        ("2.1 0 2.1", CONFINED, 0),
        ("-2.1 -1 -2.1", CONFINED, 2),
        ("2.1 1 3.1", CONFINED, 1),
        ("2.1 1 3.1", of(2, 3, 2.0, side="confined", upto=3.0), 0),
        ("2.1 1 3", of(2, 3, 2.0, side="confined", upto=3.0), 1),
        ("2.1 2.1 1", SAME, 0),
        ("2.1 2.1", SAME, 1),
        ("2.1 | 2.1", SAME, 0),
        # both bits of a month: never for one rule of sides
        ("2.1 -2.1 2.1", SAME, 1),
        # eight beyond one sigma
        ("1.1 -1.1 1.1", of(3, 3, 1.0, side="either"), 1),
        ("1.1 -1.1 1.1", of(3, 3, 1.0, side="both"), 1),
        ("1.1 1.1 1.1", of(3, 3, 1.0, side="either"), 1),
        ("1.1 1.1 1.1", of(3, 3, 1.0, side="both"), 0),
        ("1.1 1 -1.1", of(3, 3, 1.0, side="either"), 0),
        # within
        ("1 -1 0", Row("w", 1.0, 3, 3, asks="within"), 1),
        ("1.1 -1 0", Row("w", 1.0, 3, 3, asks="within"), 0),
        ("1.1 -1 0", Row("w", 1.0, 2, 3, asks="within"), 1),
        ("0 . 0 .1", Row("w", 1.0, 3, 3, asks="within"), 0),
        ("0 0 0", Row("w", 1.0, 3, 3, asks="within"), 0),
        ("0 0 .1", Row("w", 1.0, 3, 3, asks="within"), 1),
        (".1 0 0", Row("w", 1.0, 3, 3, asks="within"), 1),
        # monotone
        ("1 2 3", monotone(3), 1),
        ("3 2 1", monotone(3), 2),
        ("1 2", monotone(3), 0),
        ("1 3 2", monotone(3), 0),
        ("0 1 2 | 3", monotone(3), 0),
        # alternating
        ("1 2 1", alternating(3), 1),
        ("2 1 2", alternating(3), 1),
        ("2 1 2 3", alternating(3), 0),
        ("2 1", alternating(3), 0),
    ],
)
def test_kinds(text: str, row: Row, expected: int) -> None:
    assert last(text, row) == expected


@pytest.mark.parametrize(
    ("text", "ties", "expected"),
    [
        ("1 1 0 1", "break", 0),
        ("1 1 0 1", "skip", 1),
        ("1 1 0 1", "count", 1),
        ("1 1 0", "break", 0),
        ("1 1 1 0", "skip", 0),
        ("1 1 0", "count", 1),
        ("0 0 0", "count", 0),
        ("-1 0 0", "count", 2),
        ("1 0 -1", "count", 0),
    ],
)
def test_points_on_the_centre(text: str, ties: str, expected: int) -> None:
    assert last(text, Row("run", needed=3, span=3, ties=ties)) == expected


@pytest.mark.parametrize(
    ("text", "ties", "expected"),
    [
        ("1 2 2 3", "break", 0),
        ("1 2 2 3", "skip", 1),
        ("1 2 2 3", "count", 1),
        ("0 1 2 2", "skip", 0),
        ("0 1 2 2", "count", 1),
        ("2 2 2 2", "count", 0),
        ("1 2 2 1", "count", 2),
        ("2 1 2 2 1", "count", 2),
        ("3 2 2 1", "skip", 2),
    ],
)
def test_equal_neighbours(text: str, ties: str, expected: int) -> None:
    assert last(text, Row("steps", needed=2, span=2, asks="step", ties=ties)) == expected


def test_three_level_steps_are_no_trend() -> None:
    assert last("1 2 2 2", Row("steps", needed=3, span=3, asks="step", ties="count")) == 1
    assert last("1 2 2 2", Row("steps", needed=2, span=2, asks="step", ties="count")) == 0


@pytest.mark.parametrize(
    ("gaps", "expected"), [("break", [0, 0, 0, 0, 0]), ("skip", [0, 0, 0, 0, 0]), ("bridge", [0, 0, 0, 1, 1])]
)
def test_gaps_in_runs_and_trends(gaps: str, expected: list[int]) -> None:
    assert completed("1 2 . 3 4", Row("run", needed=3, span=3, gaps=gaps)) == expected
    assert completed("1 2 . 3 4", Row("steps", needed=2, span=2, asks="step", gaps=gaps)) == expected


def test_a_missing_month_keeps_its_place() -> None:
    text = "2.1 . 2.1"
    assert [last(text, Row("two", 2.0, 2, 3, gaps=gaps)) for gaps in ("break", "skip", "bridge")] == [0, 1, 1]
    text = "2.1 . 1 2.1"
    assert [last(text, Row("two", 2.0, 2, 3, gaps=gaps)) for gaps in ("break", "skip", "bridge")] == [0, 0, 1]


def test_without_variation_only_steps_are_asked() -> None:
    phases, _ = read("5 6 7 6 7", NO_VARIATION)
    assert patterns(monotone(3), phases[0], 2)
    assert patterns(alternating(3), phases[0], 4)
    assert not patterns(of(1, 1, 3.0), phases[0], 4)
    assert not any(mask for mask in marks(PRESETS["anhoej"], phases, 5)[0])


def test_which_rules_a_chart_can_answer() -> None:
    def asked(row: Row, **kind: object) -> bool:
        spots = {t: LINES.spot(Decimal(5)) for t in range(9)}
        return bool(patterns(row, Fitted(OK, 0, 9, spots=spots, **kind), 8))  # type: ignore[arg-type]

    assert asked(of(1, 1, 3.0), zones="limits") and asked(on_one_side(8), zones="limits")
    assert not asked(SAME, zones="limits")
    assert asked(on_one_side(8), zones="centre") and not asked(of(1, 1, 3.0), zones="centre")
    assert asked(of(1, 1, 3.0), zones="limits", memory=True)
    assert not asked(on_one_side(8), zones="limits", memory=True)
    assert not asked(of(2, 2, 3.0), zones="limits", memory=True)


def test_members_of_steps_are_both_ends() -> None:
    phases, months = read("5 1 2 3")
    mask, members = marks([monotone(3)], phases, months)
    assert (mask, members) == ([0, 0, 0, 1], [0, 1, 1, 1])


def test_members_of_two_of_three_leave_the_third_out() -> None:
    phases, months = read("2.1 1 2.1 -2.1")
    mask, members = marks([SAME], phases, months)
    assert (mask, members) == ([0, 0, 1, 0], [1, 0, 1, 0])


@pytest.mark.parametrize(("n", "longest", "fewest"), [(10, 6, 2), (12, 7, 3), (20, 7, 6), (24, 8, 8)])
def test_anhoej_limits(n: int, longest: int, fewest: int) -> None:
    """The longest run and the fewest crossings that are no signal."""
    assert round(log2(n)) + 3 == longest
    assert fewest_crossings(n) == fewest


def test_fewest_crossings_is_the_quantile() -> None:
    assert [fewest_crossings(n) for n in range(2, 80)] == [
        int(binom.ppf(0.05, n - 1, 0.5)) for n in range(2, 80)
    ]


def test_anhoej() -> None:
    run, crossings = PRESETS["anhoej"]
    # n = 5 .. 8 useful points allow a run of 5 or 6; the seventh month has round(log2 7) + 3 = 6
    assert completed("1 1 1 1 1 1 1", run) == [0, 0, 0, 0, 0, 0, 1]
    assert completed("-1 -1 -1 0 -1 -1 -1 -1", run)[-1] == 2
    assert completed("1 1 1 1 1 1 1 -1", run)[-1] == 0
    assert last("1 1 1 1 1 -1 -1 -1 -1 -1", crossings) == 1  # one crossing, three wanted
    assert last("1 -1 1 1 1 -1 -1 -1 -1 -1", crossings) == 0


def test_swings_that_ties_join() -> None:
    row = Row("swing", needed=3, span=3, asks="swing", ties="count")
    assert last("1 2 2 3", row) == 1
    assert last("1 2 2 1", row) == 0
    assert last("1 1 1 1", row) == 0


def test_steps_have_bits_of_their_own() -> None:
    phases, months = read("3 2 1")
    assert marks([on_one_side(3), monotone(3)], phases, months)[0] == [0, 0, 0b1001]
