"""EWMA and CUSUM as the NIST/SEMATECH e-Handbook prints them (public domain); a moving average by hand."""

from __future__ import annotations

import numpy as np
import pytest

import spc

#: 6.3.2.4, "EWMA control charts": twenty observations and the statistic as printed.
OBSERVED = [
    *(52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5),
    *(49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1),
]
SMOOTHED = [
    *(50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33),
    *(50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99),
]
#: 6.3.2.3, "Cusum control charts": group means, and the two sums as printed.
GROUPS = [
    *(324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600),
    *(324.625, 325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350),
]
RISE = [
    *(0, 0, 0, 0, 0.0325, 0, 0, 0, 0, 0, 0, 0),
    *(3.0075, 4.94, 7.4475, 10.63, 11.9875, 14.445, 16.0025, 19.035),
]
FALL = [*(0, 0.0075, 0, 0.3325, 0, 0, 0.5575, 0.715, 0.1725, 0.255, 0.3125), *[0] * 9]
#: Printed in the unit of the data: k = 0.3175 and h = 4.1959 where sigma is 0.635.
TARGET, SIGMA, SLACK, REACH = 325.0, 0.635, 0.3175, 4.1959
#: The only rule that charts with memory are asked.
BEYOND = (spc.Rule("Beyond", zone=3.0, needed=1, span=1),)


def test_ewma() -> None:
    panel = spc.Panel.from_numpy(OBSERVED, start=None)
    limits = spc.limits(panel, chart="ewma", lam=0.3, lines="asymptotic", centre=50.0, sigma=2.0539)
    assert limits.points[0] == pytest.approx(SMOOTHED, abs=5.1e-3)
    assert limits.ucl[0] == pytest.approx(52.5884, abs=1e-4)
    assert limits.lcl[0] == pytest.approx(47.4115, abs=1e-4)  # printed cut off: 47.41157
    assert not spc.exceptions(limits).mask.any()  # "the process is in control"


def test_exact_ewma_lines_widen_to_the_asymptotic_ones() -> None:
    panel = spc.Panel.from_numpy(OBSERVED, start=None)
    limits = spc.limits(panel, chart="ewma", lam=0.3, centre=50.0, sigma=2.0539)
    widths = (limits.ucl - 50.0)[0] / (3.0 * 2.0539)
    # the first point is 0.3 x + 0.7 centre; the second has weights 0.3 and 0.21
    assert widths[:2] == pytest.approx([0.3, np.hypot(0.3, 0.21)], rel=1e-12)
    assert (np.diff(widths) > 0.0).all()
    assert widths[-1] == pytest.approx(np.sqrt(0.3 / 1.7), rel=1e-6)
    assert limits.points[0] == pytest.approx(SMOOTHED, abs=5.1e-3)


def test_cusum() -> None:
    panel = spc.Panel.from_numpy(GROUPS, start=None)
    limits = spc.limits(
        panel, chart="cusum", k=SLACK / SIGMA, h=REACH / SIGMA, centre=TARGET, sigma=SIGMA, width=1.0
    )
    assert limits.months is not None and limits.months.below is not None
    assert limits.points[0] == pytest.approx(RISE, abs=1e-9)
    assert limits.months.below[0] == pytest.approx(-np.array(FALL), abs=1e-9)
    assert limits.ucl[0] == pytest.approx(REACH) and limits.lcl[0] == pytest.approx(-REACH)
    mask = spc.exceptions(limits, rules=BEYOND).mask[0]
    assert mask.tolist() == [0] * 13 + [1] * 7  # first signal at group 14, and no reset


def test_a_cusum_begun_again_after_its_signal() -> None:
    panel = spc.Panel.from_numpy(GROUPS, start=None)
    limits = spc.limits(
        panel,
        chart="cusum",
        k=SLACK / SIGMA,
        h=REACH / SIGMA,
        reset="after signal",
        centre=TARGET,
        sigma=SIGMA,
    )
    # by hand: 4.94 signals; 2.5075, 5.69 signals; 1.3575, 3.815, 5.3725 signals; 3.0325
    expected = [3.0075, 4.94, 2.5075, 5.69, 1.3575, 3.815, 5.3725, 3.0325]
    assert limits.points[0, 12:] == pytest.approx(expected, abs=1e-9)
    flagged = np.flatnonzero(spc.exceptions(limits, rules=BEYOND).mask[0])
    assert flagged.tolist() == [13, 15, 18]


def test_a_head_start_is_felt_at_once_and_fades() -> None:
    panel = spc.Panel.from_numpy(GROUPS, start=None)
    limits = spc.limits(
        panel, chart="cusum", k=SLACK / SIGMA, h=REACH / SIGMA, head_start=0.5, centre=TARGET, sigma=SIGMA
    )
    assert limits.months is not None and limits.months.below is not None
    # h / 2 = 2.09795; the first group lies 0.075 below target
    assert limits.points[0, 0] == pytest.approx(2.09795 - 0.075 - 0.3175, abs=1e-9)
    assert limits.months.below[0, 0] == pytest.approx(-(2.09795 + 0.075 - 0.3175), abs=1e-9)
    assert limits.points[0, 12:] == pytest.approx(RISE[12:], abs=1e-9)


def test_a_moving_average_by_hand() -> None:
    panel = spc.Panel.from_numpy([2.0, 4.0, 9.0, 5.0, np.nan, 1.0, 3.0], start=None)
    limits = spc.limits(panel, chart="ma", span=3, centre=4.0, sigma=2.0, width=2.0)
    points = [2.0, 3.0, 5.0, 6.0, np.nan, 3.0, 2.0]
    np.testing.assert_allclose(limits.points[0], points, rtol=1e-15)
    number = np.array([1, 2, 3, 3, 2, 2, 2])
    np.testing.assert_allclose(limits.ucl[0], 4.0 + 4.0 / np.sqrt(number), rtol=1e-15)
    np.testing.assert_allclose(limits.lcl[0], 4.0 - 4.0 / np.sqrt(number), rtol=1e-15)
