"""The trend twin against SPEC's closed form, its table of critical r, and simple lines."""

from fractions import Fraction
from math import isclose, sqrt
from random import Random
from statistics import correlation, linear_regression

import pytest
from scipy import stats

from tests.reference.series import Series
from tests.reference.trend import NO_HISTORY, NONE, STRONG, complete_windows, student, trend


def closed_form(n: list[float], d: list[float]) -> tuple[float, float]:
    """Give b and r by the w_j form, in floats, for months without gaps."""
    ends = range(11, len(n))
    middle = sum(ends) / len(ends)
    c = {k: (k - middle) / sum((i - middle) ** 2 for i in ends) for k in ends}
    level = sum(n) / sum(d)
    e = [a - level * b for a, b in zip(n, d, strict=True)]
    below = {k: sum(d[k - 11 : k + 1]) for k in ends}
    w = [sum(c[k] / below[k] for k in ends if k - 11 <= j <= k) for j in range(len(n))]
    b = sum(x * y for x, y in zip(w, e, strict=True))
    spread = sum(x * x / y for x, y in zip(e, d, strict=True))
    return b, b / sqrt(sum(x * x * y for x, y in zip(w, d, strict=True)) * spread)


@pytest.mark.parametrize("months", [24, 29, 36])
def test_closed_form(months: int) -> None:
    random = Random(months)
    n = [float(random.randint(20, 60)) for _ in range(months)]
    d = [float(random.randint(100, 300)) for _ in range(months)]
    for of, below in ((None, [1.0] * months), (d, d)):
        twin = trend(Series(n, of))
        b, r = closed_form(n, below)
        assert isclose(twin.slope, b, rel_tol=1e-9)
        assert isclose(twin.r, r, rel_tol=1e-9)
        assert isclose(twin.p, 2 * stats.t.sf(abs(twin.t), months - 2), rel_tol=1e-12)


def test_slope_of_counts_is_that_of_the_rolling_mean() -> None:
    random = Random(5)
    n = [float(random.randint(20, 60)) for _ in range(36)]
    rolling = [sum(n[end - 11 : end + 1]) / 12 for end in range(11, 36)]
    assert isclose(trend(Series(n)).slope, linear_regression(range(25), rolling).slope, rel_tol=1e-12)


def test_r_is_a_correlation_with_the_weights() -> None:
    random = Random(6)
    n = [float(random.randint(20, 60)) for _ in range(36)]
    w = [trend(Series([float(i == j) for i in range(36)])).slope for j in range(36)]
    assert isclose(trend(Series(n)).r, correlation(w, n), rel_tol=1e-9)


@pytest.mark.parametrize(
    ("months", "weak", "strong"), [(24, 0.303, 0.404), (36, 0.245, 0.329), (60, 0.188, 0.254)]
)
def test_critical_r(months: int, weak: float, strong: float) -> None:
    assert student(weak - 0.0006, months)[1] > 0.15 > student(weak + 0.0006, months)[1]
    assert student(strong - 0.0006, months)[1] > 0.05 > student(strong + 0.0006, months)[1]


def test_history() -> None:
    assert trend(Series([float(t) for t in range(23)])).strength == NO_HISTORY
    assert trend(Series([float(t) for t in range(24)])).strength == STRONG
    broken: list[float | None] = [float(t) for t in range(36)]
    broken[12] = None  # windows 0-11 and 13-24 ... 24-35: all other months count
    assert trend(Series(broken)).strength == STRONG
    broken[8] = None  # leaves 13-35 only
    assert trend(Series(broken)).strength == NO_HISTORY


def test_windows_need_every_month() -> None:
    month, bare = (Fraction(3), Fraction(1)), (Fraction(0), Fraction(0))
    assert complete_windows([None, *[month] * 12, None, *[month] * 13], 12) == [12, 25, 26]
    assert complete_windows([*[bare] * 12, month, None], 12) == [12]


@pytest.mark.parametrize(
    "series", [Series([0.1] * 36), Series([float(t) for t in range(1, 37)], [3.0 * t for t in range(1, 37)])]
)
def test_no_variation(series: Series) -> None:
    twin = trend(series)
    assert (twin.strength, twin.word) == (NONE, "None / Stable")


def test_words() -> None:
    up = [float(t) for t in range(36)]
    assert trend(Series(up)).word == "Increasing"
    assert trend(Series(up[::-1])).word == "Decreasing"
    assert trend(Series([1.0, 2.0] * 18)).word == "None / Stable"
    assert trend(Series(up[:20])).word == "not enough history"


def test_median_and_its_given_line_must_agree() -> None:
    up = [float(t) for t in range(36)]
    assert trend(Series(up, given={12: up})).word == "Increasing"
    assert trend(Series(up, given={12: up[::-1]})).word == "None / Stable"
    assert trend(Series(up, given={12: [7.0] * 36})).word == "None / Stable"
    few: list[float | None] = [None] * 24 + up[::-1][24:]
    assert trend(Series(up, given={12: few})).word == "Increasing"


def test_fractions_do_not_leak() -> None:
    assert not isinstance(trend(Series([1.0, 3.0] * 18)).slope, Fraction)
