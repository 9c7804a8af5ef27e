"""XmR limits by hand, and NIST's flow rate."""

from fractions import Fraction

import pytest

from tests.reference.exact import exact
from tests.reference.limits import NO_DATA, NO_VARIATION, OK, SHORT, Window, XmR, phases, window_phase, xmr

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: flow rates of ten batches.
FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def months(text: str) -> list[Fraction | None]:
    """Read "1 2 . 4" as months, a dot for a gap."""
    return [None if part == "." else Fraction(part) for part in text.split()]


def test_nist_flow_rate() -> None:
    (chart,) = xmr([exact(rate) for rate in FLOW], min_observed=10, constants="textbook")
    assert chart.centre == Fraction("50.81")
    assert chart.mean_range is not None and round(float(chart.mean_range), 4) == 1.8778
    assert round(chart.line(3.0), 4) == 55.8041
    assert round(chart.line(-3.0), 4) == 45.8159


def test_exact_constant_is_two_over_root_pi() -> None:
    (chart,) = xmr(months("0 1 0 1"), min_observed=2)
    assert float(chart.sigma) == pytest.approx(1 / 1.1283791670955126, rel=1e-15)
    assert chart.line(3.0) == pytest.approx(0.5 + 2.6586807763582740, rel=1e-15)


def test_a_gap_breaks_a_moving_range() -> None:
    (chart,) = xmr(months("1 2 . 9 9"), min_observed=4)
    assert chart.centre == Fraction(21, 4)
    assert chart.mean_range == Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "status"),
    [(". . .", NO_DATA), ("1 . 2", SHORT), ("1 2", SHORT), ("3 3 3", NO_VARIATION), ("3 4 3", OK)],
)
def test_status(text: str, status: str) -> None:
    assert [chart.status for chart in xmr(months(text), min_observed=3)] == [status]


def test_no_moving_range_is_short_history() -> None:
    assert xmr(months("1 . 2 . 3"), min_observed=2)[0].status == SHORT


def test_a_range_across_the_end_of_the_baseline_is_not_used() -> None:
    (chart,) = xmr(months("1 2 1 2 90 91"), baseline=4, min_observed=2)
    assert (chart.centre, chart.mean_range) == (Fraction(3, 2), Fraction(1))
    assert (chart.start, chart.stop) == (0, 6)


def test_phases_start_at_their_first_observed_month() -> None:
    assert phases(months(". 1 2 . . 3 4 ."), cuts=[4]) == [(1, 4), (5, 8)]
    assert phases(months("1 2 . ."), cuts=[2]) == [(0, 2)]


@pytest.mark.parametrize(
    ("front", "history", "expected"),
    [
        (0, 36, (0, 36, 24)),
        (4, 36, (4, 40, 28)),
        (0, 50, (14, 50, 38)),
        (3, 20, (3, 23, 11)),
        (1, 7, (1, 8, 1)),
    ],
)
def test_window(front: int, history: int, expected: tuple[int, int, int]) -> None:
    observed: list[Fraction | None] = [None] * front + [Fraction(1)] * history
    assert window_phase(observed, Window(36, 24)) == expected


def test_a_pair_names_the_first_and_the_last_month() -> None:
    (chart,) = xmr(months("9 9 1 3 1 9"), baseline=(2, 4), min_observed=3)
    assert (chart.centre, chart.mean_range) == (Fraction(5, 3), Fraction(2))


def test_sides_are_strict() -> None:
    chart = XmR(OK, 0, 9, Fraction(10), exact(1.128), textbook=True)
    assert [chart.side(Fraction(x), 3.0) for x in ("13", "13.0000001", "7", "6.9999999")] == [0, 1, 0, -1]
    assert [chart.side(Fraction(x), 0.0) for x in ("10", "10.1", "9.9")] == [0, 1, -1]


def test_an_irrational_limit_is_never_met() -> None:
    chart = XmR(OK, 0, 9, Fraction(0), Fraction(1))
    sigma = Fraction("0.88622692545275801364908374167057259139877472806119")  # sqrt(pi) / 2
    assert chart.side(sigma, 1.0) == -chart.side(-sigma, 1.0) == 0
    assert chart.side(sigma + Fraction(1, 10**49), 1.0) == 1
