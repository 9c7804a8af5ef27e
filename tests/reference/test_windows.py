"""Spread and order of windows by hand."""

from fractions import Fraction

from tests.reference.windows import exact_quantile, exact_sd, half_an_ulp, largest, median, sd, smallest


def test_sd() -> None:
    assert exact_sd([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]) ** 2 - Fraction(32, 7) < Fraction(1, 2**300)
    assert exact_sd([3.0, 5.0, 4.0]) == 1
    assert exact_sd([0.1] * 5) == 0
    assert sd([1.0, None, 3.0], 3, 1)[:2] == [None, None]


def test_order() -> None:
    numbers = [3.0, None, 1.0, 2.0]
    assert smallest(numbers, 2, 1) == [3.0, 3.0, 1.0, 1.0]
    assert largest(numbers, 2, 2) == [None, None, None, 2.0]
    assert median(numbers, 4, 1) == [3.0, 3.0, 2.0, 2.0]
    assert exact_quantile([4.0, 1.0, 2.0], 0.25) == Fraction(3, 2)
    assert exact_quantile([4.0, 1.0, 2.0], 1.0) == 4


def test_half_an_ulp() -> None:
    assert half_an_ulp(1.0, 1 + Fraction(1, 2**53))
    assert half_an_ulp(1.0 + 2.0**-52, 1 + Fraction(1, 2**53))
    assert not half_an_ulp(1.0, 1 + Fraction(3, 2**54) + Fraction(1, 2**60))
    assert not half_an_ulp(1.0, 1 - Fraction(1, 2**53))
