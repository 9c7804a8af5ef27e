"""Windows by kind, changes and arrows by hand."""

from fractions import Fraction

import pytest

from tests.reference.compare import Change, compare, window_value
from tests.reference.series import Series

LAST = 23
UP = Series([float(t) for t in range(24)])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("count", [23, 66, 210]), ("stock", [23, 22, Fraction(35, 2)]), ("duration", [23, 22, Fraction(35, 2)])],
)
def test_windows_by_kind(kind: str, expected: list[int]) -> None:
    assert [window_value(UP, kind, window, LAST) for window in (1, 3, 12)] == expected


def test_a_rate_is_a_ratio_of_sums() -> None:
    series = Series([1.0, 3.0, None, 2.0], [10.0, 10.0, 5.0, None])
    assert window_value(series, "rate", 3, 2) == Fraction(1, 5)
    assert window_value(series, "rate", 1, 2) is None
    assert window_value(series, "rate", 3, 3) == Fraction(3, 10)
    assert window_value(Series([1.0, None, 3.0], [9.0, None, 9.0]), "rate", 3, 2) is None
    assert window_value(Series([2.0, 3.0], [0.0, 10.0]), "rate", 1, 0) is None


def test_a_missing_month_leaves_a_count_missing() -> None:
    assert window_value(Series([1.0, None, 3.0]), "count", 3, 2) is None
    assert window_value(Series([1.0, 2.0]), "count", 3, 1) is None


def test_given_windows() -> None:
    series = Series([5.0] * 24, given={3: [6.0] * 24, 12: [7.0] * 24})
    assert [window_value(series, "median", window, LAST) for window in (1, 3, 12)] == [5, 6, 7]
    assert [window_value(series, "rolling12", window, LAST) for window in (1, 3, 12)] == [None, None, 7]


def test_change() -> None:
    change = compare(UP, "count", 12, LAST)
    assert (change.current, change.previous, change.change) == (Fraction(210), Fraction(66), Fraction(144))
    assert compare(UP, "count", 12, 22).change is None
    assert Change(Fraction(1), Fraction(0)).change is None


@pytest.mark.parametrize(
    ("now", "before", "high", "neither"),
    [
        ("105", "100", "▲", "▲"),
        ("104.9", "100", "—", "▲"),
        ("95.1", "100", "—", "▼"),
        ("0.19", "0.2", "▼", "▼"),
        ("1", "1", "—", ""),
    ],
)
def test_arrows(now: str, before: str, high: str, neither: str) -> None:
    change = Change(Fraction(now), Fraction(before))
    assert (change.arrow("high"), change.arrow("low"), change.arrow("neither")) == (high, high, neither)


def test_no_arrow_without_a_change() -> None:
    assert Change(Fraction(1), Fraction(0)).arrow("low") == ""
