"""The published weights: all printed combinations."""

import pytest

from tests.reference.weigh import trend_part, weight

NAMES = {"1": "One", "2": "Two", "3": "Three", "8": "Eight"}


@pytest.mark.parametrize(
    ("digits", "strength", "expected"),
    [
        ("", 0, 0),
        ("", 1, 4),
        ("", 2, 10),
        ("1", 0, 12),
        ("3", 1, 14),
        ("8", 2, 16),
        ("18", 0, 18),
        ("38", 0, 20),
        ("238", 2, 23),
        ("1238", 0, 25),
        ("8", -1, 6),
        ("", -1, 0),
        ("18", None, 8),
    ],
)
def test_weights(digits: str, strength: int | None, expected: int) -> None:
    assert weight([NAMES[digit] for digit in digits], strength) == expected


def test_a_missing_trend_is_not_nought() -> None:
    assert trend_part(["One"], None) is None
    assert trend_part([], -1) is None
    assert trend_part([], 0) == 0
