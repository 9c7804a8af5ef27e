"""The twins' arithmetic."""

import math
from fractions import Fraction

import pytest

from tests.reference.exact import PI, decimal, exact, mean, sign, total


def arctan_inverse(n: int, places: int) -> int:
    """Give arctan(1 / n) times 10 ** places, by its series, in whole numbers."""
    power, k, found = 10**places // n, 0, 0
    while power:
        found += (-1) ** k * (power // (2 * k + 1))
        power //= n * n
        k += 1
    return found


def test_pi_by_machin() -> None:
    by_machin = 4 * (4 * arctan_inverse(5, 90) - arctan_inverse(239, 90))
    assert abs(PI - Fraction(by_machin, 10**90)) < Fraction(1, 10**69)
    assert float(PI) == math.pi


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        (0.1, Fraction(1, 10)),
        (1e16, Fraction(10**16)),
        (-2.675, Fraction(-107, 40)),
        (1e-9, Fraction(1, 10**9)),
    ],
)
def test_floats_are_the_decimals_they_print_as(given: float, printed: Fraction) -> None:
    assert exact(given) == printed


def test_sums_of_tenths_are_exact() -> None:
    assert total([exact(0.1)] * 3) == exact(0.3)
    assert mean([exact(0.1)] * 36) == exact(0.1)
    assert total([]) == 0
    assert total([Fraction(1, 3), Fraction(1, 6), Fraction(-1, 2)]) == 0


def test_sixty_digits() -> None:
    assert str(decimal(Fraction(2, 3))) == "0." + "6" * 59 + "7"


def test_sign() -> None:
    assert [sign(number) for number in (-2, 0.0, Fraction(1, 3))] == [-1, 0, 1]
