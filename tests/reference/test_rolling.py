"""Rolling windows by hand."""

from tests.reference.rolling import mean, ratio_parts, total
from tests.reference.series import Series


def test_total_is_rounded_once() -> None:
    assert total([0.1] * 10, 10, 10)[-1] == 1.0
    assert total([1e16, 1.0, -1e16], 3, 3)[-1] == 1.0
    assert total([1.0, None, 3.0], 2, 1) == [1.0, 1.0, 3.0]
    assert total([1.0, None, 3.0], 2, 2) == [None, None, None]


def test_mean() -> None:
    assert mean([0.1] * 3, 3, 3)[-1] == 0.1
    assert mean([1.0, 2.0, 4.0], 2, 2) == [None, 1.5, 3.0]


def test_a_month_with_one_part_missing_leaves_both_sums() -> None:
    series = Series([1.0, 2.0, None, 4.0], [10.0, None, 30.0, 40.0])
    assert ratio_parts(series, 4, 1) == ([1.0, 1.0, 1.0, 5.0], [10.0, 10.0, 10.0, 50.0])
