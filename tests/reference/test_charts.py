"""The chart twins against printed examples, constants, and sums done by hand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import exp, gamma, lgamma, sqrt

import pytest
from scipy.stats import binom, geom, nbinom, norm, poisson

from tests.reference import probability
from tests.reference.asked import Question
from tests.reference.charts import chart
from tests.reference.exact import c4, decimal, exact, median, median_of_a_range
from tests.reference.series import Series
from tests.reference.spots import NEAR, Fitted, Lines
from tests.reference.spread import alike, lag_one, range_limit, screened

# NIST/SEMATECH e-Handbook of Statistical Methods 6.3.2.3, 6.3.2.4, 6.3.3.1, 6.3.3.2.
CUSUM_GROUPS = [
    *(324.925, 324.675, 324.725, 324.35, 325.35, 325.225, 324.125, 324.525, 325.225, 324.6),
    *(324.625, 325.15, 328.325, 327.25, 327.825, 328.5, 326.675, 327.775, 326.875, 328.35),
]
EWMA_DATA = [
    *(52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5),
    *(49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1),
]
WAFERS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
DEFECTIVE_OF_50 = [
    *(12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11),
    *(20, 18, 24, 15, 9, 12, 7, 13, 9, 6),
]


def one(
    name: str, values: Sequence[float | None], asked: Question, of: Sequence[float | None] | None = None
) -> Fitted:
    """Ask for the only phase of a series."""
    (fitted,) = chart(name, Series(values, of), asked)
    return fitted


def drawn(lines: Lines) -> Sequence[float | None]:
    """Give lower, centre and upper line as floats."""
    return [None if line is None else float(line) for line in (lines.lower, lines.centre, lines.upper)]


def test_constants() -> None:
    assert float(median_of_a_range()) == pytest.approx(sqrt(2) * norm.ppf(0.75), rel=1e-14)
    assert round(median_of_a_range(), 6) == Decimal("0.953873")
    for n in range(2, 60):
        expected = sqrt(2 / (n - 1)) * exp(lgamma(n / 2) - lgamma((n - 1) / 2))
        assert float(c4(n)) == pytest.approx(expected, rel=1e-13)
    assert float(c4(5)) == pytest.approx(sqrt(0.5) * gamma(2.5) / gamma(2), rel=1e-15)
    assert round(float(range_limit("exact")), 3) == 3.267
    assert range_limit("textbook") == Decimal("3.267")
    assert range_limit("textbook", Decimal(0)) == 1


def test_median() -> None:
    assert median([Fraction(3), Fraction(1), Fraction(2)]) == 2
    assert median([Fraction(4), Fraction(1), Fraction(2), Fraction(9)]) == 3


def test_nist_c_chart() -> None:
    fitted = one("c", [float(n) for n in WAFERS], Question())
    assert drawn(fitted.lines[0]) == pytest.approx([4, 16, 28])
    assert [t + 1 for t, spot in fitted.spots.items() if spot.beyond(3.0, 1)] == [24]


def test_nist_p_and_np_chart() -> None:
    values, of = [float(n) for n in DEFECTIVE_OF_50], [50.0] * 30
    assert drawn(one("p", values, Question(), of).lines[3]) == pytest.approx(
        [0.0524, 0.2313, 0.4102], abs=5e-5
    )
    counted = one("np", values, Question(), of)
    assert drawn(counted.lines[3]) == pytest.approx([2.62, 11.57, 20.51], abs=5e-3)
    assert counted.points[14] == 22


def test_nist_ewma() -> None:
    asked = Question(centre=50.0, sigma=2.0539, options={"lam": 0.3, "lines": "asymptotic"})
    fitted = one("ewma", list(EWMA_DATA), asked)
    assert drawn(fitted.lines[0]) == pytest.approx([47.4115, 50.0, 52.5884], abs=1e-4)
    assert float(fitted.points[0]) == pytest.approx(50.6)
    assert float(fitted.points[19]) == pytest.approx(51.988243, abs=1e-6)


def test_ewma_by_hand() -> None:
    asked = Question(centre=0.0, sigma=1.0, options={"lam": 0.5})
    fitted = one("ewma", [2.0, None, 4.0], asked)
    assert fitted.points == {0: Decimal("1.0"), 2: Decimal("2.5")}
    assert float(fitted.lines[0].upper or 0) == pytest.approx(3 * sqrt(0.25))
    assert float(fitted.lines[2].upper or 0) == pytest.approx(3 * sqrt(0.25 + 0.0625))
    assert fitted.lines[1] == fitted.lines[0]


def test_nist_cusum() -> None:
    # k and h are printed in units of the data: 0.3175 and 4.1959
    asked = Question(centre=325.0, sigma=1.0, options={"k": 0.3175, "h": 4.1959})
    fitted = one("cusum", list(CUSUM_GROUPS), asked)
    high = [float(fitted.points[t]) for t in range(20)]
    assert high[4] == pytest.approx(0.0325)
    assert high[12:16] == pytest.approx([3.0075, 4.94, 7.4475, 10.63])
    assert float(fitted.below[7]) == pytest.approx(-0.715)
    assert min(t + 1 for t, spot in fitted.spots.items() if spot.beyond(3.0, 1)) == 14


def test_cusum_head_start_and_reset() -> None:
    asked = Question(centre=0.0, sigma=2.0, options={"k": 0.5, "h": 4.0, "head_start": 0.5})
    fitted = one("cusum", [2.0, -1.0, -9.0], asked)
    assert [float(fitted.points[t]) for t in range(3)] == [5.0, 3.0, 0.0]
    assert [float(fitted.below[t]) for t in range(3)] == [-1.0, -1.0, -9.0]
    assert [spot.beyond(3.0, -1) for spot in fitted.spots.values()] == [False, False, True]
    assert not any(spot.beyond(3.0, 1) for spot in fitted.spots.values())


def test_moving_average() -> None:
    fitted = one("ma", [1.0, 2.0, None, 6.0], Question(centre=0.0, sigma=1.0, options={"span": 3}))
    assert fitted.points == {0: 1, 1: Decimal("1.5"), 3: 4}
    uppers = [float(fitted.lines[t].upper or 0) for t in (0, 1, 3)]
    assert uppers == pytest.approx([3, 3 / sqrt(2), 3 / sqrt(2)])


def test_u_follows_the_size_of_each_month() -> None:
    fitted = one("u", [4.0, 2.0, 6.0], Question(min_observed=3), [2.0, 1.0, 3.0])
    assert [fitted.lines[t].centre for t in range(3)] == [2, 2, 2]
    assert [float(fitted.lines[t].sigma or 0) for t in range(3)] == pytest.approx([1, sqrt(2), sqrt(2 / 3)])
    assert fitted.lines[0].lower == 0


def test_laney_is_u_times_the_spread_of_its_scores() -> None:
    # rates 1, 3, 1, 3 of 4: centre 2, sigma sqrt(2 / 4); z = -+sqrt(2), so the ranges are 2 sqrt(2)
    values, of = [4.0, 12.0, 4.0, 12.0], [4.0] * 4
    fitted = one("u_prime", values, Question(min_observed=4), of)
    d2 = 1.1283791670955126
    assert float(fitted.lines[0].sigma or 0) == pytest.approx(sqrt(0.5) * 2 * sqrt(2) / d2)


def test_taylor_of_equal_sizes_is_an_xmr_chart() -> None:
    ratios = [1.0, 4.0, 2.0, 7.0, 3.0]
    asked = Question(min_observed=5)
    plain = one("xmr", list(ratios), asked)
    prime = one("i_prime", [8 * ratio for ratio in ratios], asked, [8.0] * 5)
    assert drawn(prime.lines[1]) == pytest.approx(drawn(plain.lines[1]))
    assert prime.spots[0].slack == NEAR


def test_taylor_by_hand() -> None:
    # 0 of 1 and 3 of 4: |0 - 3/4| / sqrt(1 + 1/4), times sqrt(pi / 2), over the root of the month's size
    fitted = one("i_prime", [0.0, 3.0], Question(min_observed=2), [1.0, 4.0])
    sigma = 0.75 / sqrt(1.25) * sqrt(3.141592653589793 / 2)
    assert fitted.lines[0].centre == Decimal("0.6")
    assert [float(fitted.lines[t].sigma or 0) for t in range(2)] == pytest.approx([sigma, sigma / 2])


def test_g() -> None:
    fitted = one("g", [8.0] * 12, Question())
    assert drawn(fitted.lines[0]) == pytest.approx([0, 8, 8 + 3 * sqrt(72)])


def test_t_is_judged_bent_and_drawn_straight() -> None:
    times = [float(t**3.6) for t in (1, 2, 1, 2)]
    fitted = one("t", list(times), Question(min_observed=4))
    assert float(fitted.lines[0].centre or 0) == pytest.approx(1.5**3.6)
    assert float(fitted.lines[0].upper or 0) == pytest.approx((1.5 + 2.658680776358274) ** 3.6)
    assert fitted.lines[0].lower == 0
    assert float(fitted.spots[1].value) == pytest.approx(2)


def test_moving_ranges() -> None:
    fitted = one("mr", [1.0, 3.0, None, 8.0, 4.0], Question(min_observed=4))
    assert fitted.points == {1: 2, 4: 4}
    assert drawn(fitted.lines[0]) == pytest.approx([0, 3, 3 * 3.266531903], rel=1e-6)
    assert set(one("mr", [1.0, 3.0, None, 8.0], Question(gaps="bridge")).points) == {1, 3}


def test_run_chart() -> None:
    fitted = one("run", [1.0, 9.0, 2.0], Question(min_observed=3))
    assert (fitted.lines[0], fitted.zones) == (Lines(Decimal(2)), "centre")
    assert (
        one("run", [1.0, 9.0, 2.0], Question(min_observed=3, options={"middle": "mean"})).lines[0].centre == 4
    )


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("mean_range", (1 + 5 + 3) / 3 / 1.1283791670955126),
        ("median_range", 3 / 0.9538725524089398),
        ("sd", sqrt((4 + 1 + 16 + 1) / 3) / 0.9213177319235613),
    ],
)
def test_ways_to_sigma(how: str, expected: float) -> None:
    fitted = one("xmr", [3.0, 4.0, 9.0, 6.0], Question(sigma=how, min_observed=4))
    if how == "sd":
        expected = sqrt(sum((x - 5.5) ** 2 for x in (3, 4, 9, 6)) / 3) / 0.9213177319235613
    assert float(fitted.lines[0].sigma or 0) == pytest.approx(expected)


def test_excluded_months_break_a_range_and_are_judged() -> None:
    fitted = one("xmr", [1.0, 2.0, 99.0, 4.0, 6.0], Question(min_observed=4, excluded=frozenset({2})))
    assert fitted.lines[2].centre == Decimal("3.25")
    assert float(fitted.lines[2].sigma or 0) == pytest.approx(1.5 / 1.1283791670955126)
    assert fitted.spots[2].beyond(3.0, 1)


def test_known_numbers_need_no_history() -> None:
    fitted = one("xmr", [1.0], Question(centre=0.0, sigma=0.25))
    assert (fitted.status, fitted.lines[0].upper) == ("ok", Decimal("0.75"))
    assert one("xmr", [1.0], Question(centre=0.0)).status == "short history"


def test_bounds() -> None:
    asked = Question(centre=1.0, sigma=1.0, bounds=(0.0, 3.5), width=2.0)
    assert drawn(one("xmr", [1.0], asked).lines[0]) == [0, 1, 3]


def test_screening_leaves_out_what_is_beyond_the_limit_once() -> None:
    ranges = [Fraction(n) for n in (1, 1, 1, 1, 1, 1, 1, 1, 50)]
    assert screened(ranges, "exact") == ranges[:-1]
    assert screened([Fraction(n) for n in (0, 0, 0, 0, 0, 0, 9)], "exact")[-1] == 9
    third = [Fraction(n) for n in (0, 1, 0, 0, 0, 0, 0, 0, 9, 9)]
    assert len(screened(third, "exact")) == 8


def test_widening() -> None:
    wave = {t: Fraction(t % 12 if t % 12 < 6 else 12 - t % 12) for t in range(24)}
    r = lag_one(wave)
    assert r is not None and alike(wave) == min(Fraction(9, 10), (24 * r + 1) / 20)
    zigzag = {t: Fraction(t % 2) for t in range(24)}
    assert alike(zigzag) == 0
    assert alike({t: Fraction(t) for t in range(5)}) == 0
    assert alike({t: Fraction(3) for t in range(9)}) == 0
    ramp = {
        t: Fraction(t) for t in range(6)
    }  # squares 2.5 1.5 .5: r = (3.75 + .75 - .25 + .75 + 3.75) / 17.5
    assert lag_one(ramp) == Fraction(1, 2)
    assert alike(ramp) == Fraction(9, 10)


def test_lines_are_strict_and_near_ties_lie_on_them() -> None:
    lines = Lines(Decimal(10), Decimal(1), Decimal(13), None)
    assert not lines.spot(Decimal(13)).beyond(3.0, 1)
    assert lines.spot(decimal(exact(13.0000000001))).beyond(3.0, 1)
    assert not lines.spot(decimal(exact(13.0000000001)), NEAR).beyond(3.0, 1)
    assert not lines.spot(Decimal(0)).beyond(3.0, -1)


@pytest.mark.parametrize("width", [2.0, 3.0])
def test_exact_limits_are_quantiles(width: float) -> None:
    chance = norm.sf(width)
    laws = [
        (probability.poisson(Fraction(9, 2)), poisson(4.5)),
        (probability.poisson(Fraction(1, 10)), poisson(0.1)),
        (probability.binomial(Fraction(50), Fraction(1, 5)), binom(50, 0.2)),
        (probability.geometric(Fraction(9)), geom(0.1, loc=-1)),
        (probability.negative_binomial(Fraction(6), Fraction(12)), nbinom(6, 0.5)),
        (probability.negative_binomial(Fraction(6), Fraction(5)), poisson(6)),
    ]
    for law, expected in laws:
        low, high = probability.exact_limits(law, width)
        assert expected.sf(int(high)) <= chance < expected.sf(int(high) - 1)
        assert expected.cdf(int(low) - 1) <= chance < expected.cdf(int(low))


def test_exact_limits_of_a_chart() -> None:
    fitted = one("c", [4.0, 5.0], Question(min_observed=2, options={"limits": "exact"}))
    assert (fitted.zones, fitted.lines[0]) == ("limits", Lines(Decimal("4.5"), None, Decimal(12), Decimal(0)))
