"""Zone rules on hand-made runs: centre 0, sigma 1 (textbook), so a value is its own zone."""

from fractions import Fraction

import pytest

from tests.reference.exact import exact
from tests.reference.limits import NO_VARIATION, OK, XmR
from tests.reference.rules import WESTERN_ELECTRIC, ZoneRule, bits, completed, label, opcc

Observed = list[Fraction | None]


def read(text: str) -> tuple[Observed, list[XmR]]:
    """Read zones, "." for a gap, "|" for the start of a new phase."""
    observed: Observed = []
    starts = [0]
    for part in text.split():
        if part == "|":
            starts.append(len(observed))
        else:
            observed.append(None if part == "." else Fraction(part))
    stops = [*starts[1:], len(observed)]
    unit = exact(1.128)
    return observed, [XmR(OK, a, b, Fraction(0), unit, True) for a, b in zip(starts, stops, strict=True)]


def last(text: str, rules: list[ZoneRule]) -> str:
    """Give the label of the last month."""
    observed, charts = read(text)
    return label(completed(rules, observed, charts, len(observed) - 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.1", "One-Month High"),
        ("3", ""),
        ("-3.1", "One-Month Low"),
        ("2.1 2.1", "Two-Month High"),
        ("2.1 2", ""),
        ("2.1 . 2.1", ""),
        ("2.1 | 2.1", ""),
        ("2.1 1.1 2.1", "Three-Month High"),
        ("2.1 -2.1", ""),
        ("-1.1 -1.1 -1.1", "Three-Month Low"),
        ("1.1 1 1.1", ""),
        ("1 1 1 1 1 1 1 1", "Eight-Month High"),
        ("1 1 1 1 0 1 1 1 1", ""),
        ("1 1 1 1 | 1 1 1 1", ""),
        ("-.1 -.1 -.1 -.1 -.1 -.1 -.1 -3.5", "One, Eight-Month Low"),
        ("1 1 1 1 1 1.1 2.1 3.1", "One, Two, Three, Eight-Month High"),
        ("1 1 1 1 1 1.1 2.1 2.1", "Two, Three, Eight-Month High"),
        ("3.1 1.1 1.1", "Three-Month High"),
        ("3.1 .", ""),
    ],
)
def test_opcc(text: str, expected: str) -> None:
    assert last(text, opcc()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.1 0 2.1", "Two-Month High"),
        ("2.1 2.1 0", ""),
        ("2.1 -2.1 2.1", "Two-Month High"),
        ("2.1 . 2.1", ""),
        ("1.1 1.1 0 1.1 1.1", "Three-Month High"),
        ("1.1 0 0 1.1 1.1 1.1", ""),
        ("-1.1 -1.1 -1.1 -1.1 5", "One-Month High"),
        ("1.1 1.1 1.1 1.1", "Three-Month High"),
    ],
)
def test_options_two_of_three_and_four_of_five(text: str, expected: str) -> None:
    assert last(text, opcc(two=(2, 3), three=(4, 5))) == expected


@pytest.mark.parametrize(("eight", "months"), [(6, 6), (7, 7), (9, 9)])
def test_option_for_eight(eight: int, months: int) -> None:
    assert last("-.1 " * months, opcc(eight=eight)) == "Eight-Month Low"
    assert last("-.1 " * (months - 1), opcc(eight=eight)) == ""


def test_western_electric_rows() -> None:
    observed, charts = read("1.5 1.5 2.5 1.5 3.5 -.1")
    assert [bits(WESTERN_ELECTRIC, observed, charts, t) for t in range(6)] == [0, 0, 0, 0b010000, 0b010101, 0]


def test_high_and_low_bits() -> None:
    observed, charts = read("3.1 -3.1")
    assert [bits(opcc(), observed, charts, t) for t in range(2)] == [1, 2]


def test_nothing_fires_without_variation() -> None:
    observed: Observed = [*[Fraction(1)] * 8, *[Fraction(5)] * 8]
    flat = XmR(NO_VARIATION, 0, 16, Fraction(1), Fraction(0))
    assert not any(bits(opcc(), observed, [flat], t) for t in range(16))
