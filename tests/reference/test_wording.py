"""Cells as the papers print them."""

from fractions import Fraction

import pytest

from tests.reference.exact import exact
from tests.reference.wording import clock, number, percent


@pytest.mark.parametrize(
    ("value", "places", "printed"),
    [
        ("10610", 0, "10,610"),
        ("0.5", 0, "1"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("999.5", 0, "1,000"),
        ("0.25", 1, "0.3"),
    ],
)
def test_numbers(value: str, places: int, printed: str) -> None:
    assert number(Fraction(value), places) == printed


@pytest.mark.parametrize(
    ("value", "printed"), [("6.3", "6.3%"), ("-20.64", "-20.6%"), ("-0.04", "-0.0%"), ("0", "0.0%")]
)
def test_percent(value: str, printed: str) -> None:
    assert percent(Fraction(value)) == printed


def test_noise_of_binary_fractions_does_not_decide() -> None:
    assert percent(Fraction(2.675 * 10)) == percent(exact(26.75)) == "26.8%"
    assert number(Fraction(0.1 + 0.2) * 5, 0) == "2"


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [
        ("777", "00:12:57"),
        ("-972", "-00:16:12"),
        ("5515.5", "01:31:56"),
        ("360000", "100:00:00"),
        ("-0.5", "-00:00:01"),
    ],
)
def test_clock(seconds: str, printed: str) -> None:
    assert clock(Fraction(seconds)) == printed
