"""The constants of the handbooks' table, n = 2 to 50, to 12 digits.

`constants.csv` was computed by quadrature elsewhere. Its d3 and all that hangs on it (D1 to D4) are off by up
to 3e-11: with 25 digits d3(50) is 0.652142588429958, where it has 0.652142588440. So each column is held to
the table at 4e-11, and d2, d3, c4 to 12 digits by other roads.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr

from spc.charts.constants import D2, D4, c4, factors, range_constants, sd_constant

with open(Path(__file__).with_name("constants.csv"), encoding="utf-8", newline="") as lines:
    TABLE = {int(line["n"]): line for line in csv.DictReader(lines)}
SIZES = np.array(sorted(TABLE))


def test_the_table_is_whole():
    assert list(SIZES) == list(range(2, 51))
    assert set(factors(2)) == set(TABLE[2]) - {"n"}


@pytest.mark.parametrize("n", SIZES)
def test_every_column(n: int):
    found = factors(int(n))
    printed = {name: float(text) for name, text in TABLE[n].items() if name != "n"}
    for name, number in printed.items():
        assert found[name] == pytest.approx(number, abs=4e-11), name
    for name in ("d2", "c4", "A2", "A3", "B3", "B4", "B5", "B6", "E2"):
        assert found[name] == pytest.approx(printed[name], abs=2e-12), name


def test_d2_by_the_integral_over_one_variable():
    """Tippett (1925): the mean range is the integral of 1 - Phi^n - (1 - Phi)^n."""
    x = np.linspace(-13.0, 13.0, 5201)
    step = x[1] - x[0]
    d2 = range_constants(SIZES)[0]
    for n, found in zip(SIZES, d2, strict=True):
        assert found == pytest.approx(step * np.sum(1.0 - ndtr(-x) ** n - ndtr(x) ** n), rel=1e-12)


def test_d3_of_two_and_three_in_closed_form():
    d3 = range_constants(np.array([2, 3]))[1]
    assert d3[0] == pytest.approx(math.sqrt(2.0 - 4.0 / math.pi), rel=1e-14)
    assert d3[1] == pytest.approx(math.sqrt(2.0 + 3.0 * math.sqrt(3.0) / math.pi - 9.0 / math.pi), rel=1e-14)


@pytest.mark.parametrize("n", [8, 10, 25, 50])
def test_d3_by_the_covariance_of_least_and_largest(n: int):
    """Hoeffding: Cov(min, max) is the integral of P(min > x) P(max <= y) - P(min > x, max <= y)."""
    x = np.linspace(-9.0, 9.0, 901)
    step, below = x[1] - x[0], ndtr(x)
    survives, largest = ndtr(-x)[:, None] ** n, below[None, :] ** n
    between = np.maximum(below[None, :] - below[:, None], 0.0) ** n
    covariance = step**2 * np.sum(survives * largest - between)
    density = n * below ** (n - 1) * np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)  # of the largest
    mean, square = step * np.sum(x * density), step * np.sum(x * x * density)
    variance = 2.0 * (square - mean**2) - 2.0 * covariance
    assert range_constants(np.array([n]))[1][0] == pytest.approx(math.sqrt(variance), rel=1e-11)


def test_d3_with_twenty_five_digits():
    d2, d3 = range_constants(np.array([50]))
    assert d2[0] == pytest.approx(4.498147258779700628801546, rel=1e-14)
    assert d3[0] == pytest.approx(0.65214258842995841452, rel=1e-14)


def test_c4_by_its_recursion():
    """c4(n) c4(n + 1) = sqrt(n - 1) / sqrt(n) * ... : Gamma(n/2 + 1/2) / Gamma(n/2 - 1/2) = (n - 1) / 2."""
    for n in range(2, 50):
        assert float(c4(n) * c4(n + 1)) == pytest.approx(math.sqrt((n - 1) / n), rel=1e-14)
    assert float(c4(2)) == pytest.approx(math.sqrt(2.0 / math.pi), rel=1e-15)


def test_two_values_have_the_constants_of_the_moving_range():
    two = factors(2)
    assert two["d2"] == pytest.approx(D2["exact"], rel=1e-15)
    assert two["D4"] == pytest.approx(D4["exact"], rel=1e-14)


def test_large_subgroups():
    """A month of 10,000 calls; Harter (1960) prints d2(1000) = 6.48287."""
    d2, d3 = range_constants(np.array([1000, 10_000]))
    assert d2[0] == pytest.approx(6.48287, abs=5e-5)
    assert d2[1] == pytest.approx(7.703231634134, rel=1e-11)
    assert (d3 > 0.4).all()


def test_textbook_constants_are_the_printed_ones():
    """Montgomery (2013), appendix VI: d2, d3, c4 for n = 5."""
    d2, d3 = range_constants(np.array([[5, 1]]), "textbook")
    assert (d2[0, 0], d3[0, 0], float(sd_constant(np.array(5), "textbook"))) == (2.326, 0.864, 0.94)
    assert np.isnan(d2[0, 1])
