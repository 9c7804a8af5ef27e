"""Printed and hand-computed numbers of the charts of counts, ratios and rare events."""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc

TEXTBOOK = Path(__file__).parents[2].parent / "shared" / "golden" / "textbook"
beside = pytest.mark.skipif(not TEXTBOOK.exists(), reason="no folder of textbook data beside the project")

#: NIST/SEMATECH e-Handbook 6.3.3.1, "Counts control charts": defects on 25 wafers.
WAFERS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
#: 6.3.3.2, "Proportions control charts": defective chips in 30 samples of 50. The numbers are those of
#: Montgomery's orange juice cans (2013, table 7.1).
CHIPS = [
    *(12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13),
    *(9, 6),
]
#: sqrt(pi) / 2 = 1 / d2.
INVERSE_D2 = math.sqrt(math.pi) / 2.0


def chart(top: Any, of: Any = None, **asked: Any) -> spc.Limits:
    """Ask for a chart of one series in plain order."""
    panel = spc.Panel.from_numpy(
        top, start=None, of=None if of is None else np.broadcast_to(of, np.shape(top))
    )
    return spc.limits(panel, **{"min_observed": 2, **asked})


def out(limits: spc.Limits, **asked: Any) -> list[int]:
    """Number the points beyond the limits, from 1."""
    rule = spc.Rule("Beyond", zone=3.0, needed=1, span=1)
    return (np.flatnonzero(spc.exceptions(limits, rules=[rule]).mask[0]) + 1).tolist()


def read(name: str, *columns: str) -> list[list[float]]:
    """Read columns of a textbook table."""
    with (TEXTBOOK / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [[float(row[column]) for row in rows] for column in columns]


def test_wafers_of_the_handbook():
    limits = chart(WAFERS, chart="c")
    assert (limits.centre[0, 0], limits.sigma[0, 0]) == (16.0, 4.0)
    assert (limits.ucl[0, 0], limits.lcl[0, 0]) == (28.0, 4.0)
    assert out(limits) == [24], "the third wafer, with 28, lies on the limit and not beyond it"


def test_chips_of_the_handbook():
    limits = chart(CHIPS, 50, chart="p")
    assert limits.centre[0, 0] == pytest.approx(0.2313, abs=5e-5)
    assert limits.ucl[0, 0] == pytest.approx(0.4102, abs=5e-5)
    assert limits.lcl[0, 0] == pytest.approx(0.0524, abs=5e-5)
    assert out(limits) == [15, 23]


def test_cans_without_the_samples_of_known_cause():
    """Montgomery (2013), section 7.2.1: samples 15 and 23 out, then pbar 301 / 1,400 and sample 21 beyond."""
    known = {15: "new batch of cardboard", 23: "inexperienced operator"}
    limits = chart(CHIPS, 50, chart="p", exclude=known)
    assert limits.centre[0, 0] == 301 / 1400
    assert limits.ucl[0, 0] == pytest.approx(0.3893, abs=5e-5)
    assert limits.lcl[0, 0] == pytest.approx(0.0407, abs=5e-5)
    assert out(limits) == [15, 21, 23]


def test_the_np_chart_says_the_same_in_counts():
    limits = chart(CHIPS, 50, chart="np")
    assert limits.centre[0, 0] == pytest.approx(11.5667, abs=5e-5)
    assert limits.ucl[0, 0] == pytest.approx(20.51, abs=5e-3)
    assert limits.lcl[0, 0] == pytest.approx(2.62, abs=5e-3)
    assert out(limits) == [15, 23]
    assert limits.points[0].tolist() == CHIPS


@beside
def test_circuit_boards():
    """Montgomery (2013), example 7.3: cbar 516 / 26 = 19.85, 33.22 and 6.48; boards 6 and 20 out."""
    boards = read("qcc_circuit", "x")[0][:26]
    limits = chart(boards, chart="c")
    assert limits.centre[0, 0] == pytest.approx(19.85, abs=5e-3)
    assert limits.ucl[0, 0] == pytest.approx(33.22, abs=1.5e-2), "19.85 + 3 sqrt(19.85) = 33.216"
    assert limits.lcl[0, 0] == pytest.approx(6.48, abs=5e-3)
    assert out(limits) == [6, 20]
    revised = chart(boards, chart="c", exclude={6: "inspection error", 20: "temperature of the wave solder"})
    assert revised.centre[0, 0] == pytest.approx(19.67, abs=5e-3)
    assert revised.ucl[0, 0] == pytest.approx(32.97, abs=1e-2)
    assert revised.lcl[0, 0] == pytest.approx(6.36, abs=1e-2)


@beside
def test_computers():
    """Montgomery (2013), the u chart: 193 defects on 20 samples of five, 1.93, 3.79 and 0.07."""
    x, size = read("qcc_pcmanufact", "x", "size")
    limits = chart(x, size, chart="u")
    assert limits.centre[0, 0] == 1.93
    assert limits.ucl[0, 0] == pytest.approx(3.79, abs=5e-3)
    assert limits.lcl[0, 0] == pytest.approx(0.07, abs=5e-3)
    assert out(limits) == []


@beside
def test_dyed_cloth_has_limits_of_its_own_for_every_roll():
    """Montgomery (2013), the u chart with varying size: 153 defects on 107.5 units, 1.42."""
    x, size = read("qcc_dyedcloth", "x", "size")
    limits = chart(x, size, chart="u")
    assert limits.centre[0, 0] == pytest.approx(1.42, abs=5e-3)
    expected = [1.4233 + 3.0 * math.sqrt(1.4233 / n) for n in size]
    assert limits.ucl[0] == pytest.approx(expected, abs=1e-3)
    assert out(limits) == []


def test_laney_by_hand():
    """Denominators that are squares leave nothing irrational but sqrt(p q) and d2.

    p = 30/100, 80/400, 10/100, 120/400 about 240 / 1000; with roots 10, 20, 10, 20 the scores times sqrt(p q)
    are 0.6, -0.8, -1.4, 1.2, their steps 1.4, 0.6, 2.6 with the mean 23 / 15.
    """
    top, of = [30, 80, 10, 120], [100, 400, 100, 400]
    limits = chart(top, of, chart="p_prime")
    unit = 23 / 15 * INVERSE_D2  # sigma_z sqrt(p q)
    assert limits.centre[0].tolist() == [0.24] * 4
    assert limits.sigma[0] == pytest.approx([unit / 10, unit / 20, unit / 10, unit / 20], rel=1e-14)
    assert limits.phase_sigma[0] == pytest.approx(unit / math.sqrt(0.24 * 0.76), rel=1e-14)
    rates = chart(top, of, chart="u_prime")
    assert rates.sigma[0] == pytest.approx(limits.sigma[0], rel=1e-14), "sqrt(p q) and sqrt(u) cancel"
    assert rates.phase_sigma[0] == pytest.approx(unit / math.sqrt(0.24), rel=1e-14)


def test_taylor_by_hand():
    """Denominators 9 and 16 in turn: sqrt(1/9 + 1/16) = 5/12.

    x = 2, 1, 3, 5/2 about (18 + 16 + 27 + 40) / 50; steps 1, 2, 1/2 over 5/12 have the mean 14/5.
    """
    limits = chart([18, 16, 27, 40], [9, 16, 9, 16], chart="i_prime", width=2.5)
    sigma = math.sqrt(math.pi / 2.0) * 14 / 5
    assert limits.centre[0].tolist() == [2.02] * 4
    assert limits.phase_sigma[0] == pytest.approx(sigma, rel=1e-14)
    assert limits.sigma[0] == pytest.approx([sigma / 3, sigma / 4, sigma / 3, sigma / 4], rel=1e-14)
    assert limits.ucl[0] == pytest.approx(2.02 + 2.5 * limits.sigma[0], rel=1e-14)


def test_the_other_spreads_of_taylor_by_hand():
    asked = {"chart": "i_prime", "min_observed": 4}
    top, of = [18, 16, 27, 40], [9, 16, 9, 16]
    median = chart(top, of, sigma="median_range", **asked).phase_sigma[0]
    assert median == pytest.approx(Fraction(12, 5) / 0.6744897501960817, rel=1e-14)
    x = [Fraction(a, b) for a, b in zip(top, of, strict=True)]
    square = sum((b * (a - Fraction(101, 50)) ** 2 for a, b in zip(x, of, strict=True)), Fraction(0)) / 3
    c4 = math.sqrt(2.0 / 3.0) * math.gamma(2.0) / math.gamma(1.5)
    assert chart(top, of, sigma="sd", **asked).phase_sigma[0] == pytest.approx(
        math.sqrt(square) / c4, rel=1e-14
    )
    printed = chart(top, of, constants="textbook", **asked).phase_sigma[0]
    assert printed == pytest.approx(math.sqrt(2.0) / 1.128 * 14 / 5, rel=1e-14)


def test_g_by_hand():
    """Mean 4: sigma = sqrt(20); (4/5)^29 = .00155 and (4/5)^30 = .00124, so 29 is the exact limit."""
    gaps = [4, 0, 9, 3, 4]
    limits = chart(gaps, chart="g")
    assert limits.centre[0, 0] == 4.0
    assert limits.ucl[0, 0] == pytest.approx(4.0 + 3.0 * math.sqrt(20.0), rel=1e-15)
    assert limits.lcl[0, 0] == 0.0
    exact = chart(gaps, chart="g", limits="exact")
    assert (exact.ucl[0, 0], exact.lcl[0, 0]) == (29.0, 0.0)


def test_t_by_hand():
    """y = 1, 2, 3, 2 for times 1, 2^3.6, 3^3.6, 2^3.6: mean 2, steps of 1."""
    times = [1.0, 2.0**3.6, 3.0**3.6, 2.0**3.6]
    limits = chart(times, chart="t", width=1.5)
    assert limits.centre[0, 0] == pytest.approx(2.0**3.6, rel=1e-14)
    assert limits.ucl[0, 0] == pytest.approx((2.0 + 1.5 * INVERSE_D2) ** 3.6, rel=1e-14)
    assert limits.lcl[0, 0] == pytest.approx((2.0 - 1.5 * INVERSE_D2) ** 3.6, rel=1e-14)
    assert limits.phase_sigma[0] == pytest.approx(INVERSE_D2, rel=1e-14)
    assert chart(times, chart="t").lcl[0, 0] == 0.0
