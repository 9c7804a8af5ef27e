"""Printed X-bar, R and S charts, and a small example of unequal subgroups worked by hand."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

import spc

FOLDER = Path(__file__).parents[2].parent / "shared" / "golden" / "textbook"


def from_file(name: str, value: str) -> np.ndarray:
    """Read a table of one observation a row, which is not part of the project."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    groups: dict[int, list[float]] = {}
    with open(path, encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            groups.setdefault(int(line["sample"]), []).append(float(line[value]))
    cube = np.full((1, len(groups), max(map(len, groups.values()))), np.nan)
    for t, members in enumerate(groups.values()):
        cube[0, t, : len(members)] = members
    return cube


def lines(panel: spc.Panel, chart: str, **options: object) -> tuple[float, float, float]:
    found = spc.limits(panel, chart=chart, **options)  # type: ignore[arg-type]
    assert found.status[0] == "ok"
    return float(found.centre[0, 0]), float(found.ucl[0, 0]), float(found.lcl[0, 0])


def test_hard_bake():
    """Montgomery (2013), example 6.1: grand mean 1.5056, mean range 0.32521, 25 subgroups of 5."""
    panel = spc.Panel.from_numpy(np.ones((1, 2, 5)) * [[[1.0], [2.0]]], start=None)
    known = {"centre": 1.5056, "sigma": 0.32521 / 2.326, "constants": "textbook"}
    assert lines(panel, "xbar_r", **known) == pytest.approx((1.5056, 1.69325, 1.31795), abs=1e-4)
    del known["centre"]  # which is that of the means
    assert lines(panel, "r", **known) == pytest.approx((0.32521, 0.68749, 0.0), abs=3e-4)


def test_piston_rings_from_their_printed_spread():
    """Montgomery (2013), example 6.3: grand mean 74.001, mean sd 0.0094, limits 74.014, 73.988 and 0.0196."""
    panel = spc.Panel.from_numpy(np.ones((1, 2, 5)) * [[[1.0], [2.0]]], start=None)
    known = {"centre": 74.001, "sigma": 0.0094 / 0.94, "constants": "textbook"}
    assert lines(panel, "xbar_s", **known) == pytest.approx((74.001, 74.014, 73.988), abs=5e-4)
    del known["centre"]
    assert lines(panel, "s", **known) == pytest.approx((0.0094, 0.0196, 0.0), abs=5e-5)


def test_piston_rings_from_the_data():
    """Montgomery, table 6.3."""
    panel = spc.Panel.from_numpy(from_file("qicharts2_montgomery_tbl_06_03.csv", "obs"), start=None)
    assert lines(panel, "xbar_s") == pytest.approx((74.001, 74.0145, 73.988), abs=5e-4)
    assert lines(panel, "s") == pytest.approx((0.0094, 0.0196, 0.0), abs=5e-5)
    assert lines(panel, "r")[0] == pytest.approx(0.023, abs=5e-4)
    assert lines(panel, "r")[1] == pytest.approx(0.049, abs=5e-4)


def test_piston_rings_as_they_circulate():
    """Montgomery's earlier editions: mean 74.00118, limits 73.98805 and 74.0143 from the ranges."""
    cube = from_file("qcc_pistonrings.csv", "diameter")[:, :25]
    found = lines(spc.Panel.from_numpy(cube, start=None), "xbar_r")
    assert found == pytest.approx((74.00118, 74.0143, 73.98805), abs=6e-6)


def test_piston_rings_of_unequal_number():
    """Montgomery (2013), example 6.4 on table 6.4: weighted mean 74.001, pooled sd 0.0103."""
    panel = spc.Panel.from_numpy(from_file("qicharts2_montgomery_tbl_06_04.csv", "obs"), start=None)
    found = spc.limits(panel, chart="xbar_s", estimator="rmsdf")
    assert found.centre[0, 0] == pytest.approx(74.001, abs=5e-4)
    pooled = found.sigma[0] * np.sqrt(panel.within.count[0])  # type: ignore[union-attr]
    assert pooled == pytest.approx(np.full(25, 0.0103), abs=5e-5)
    # with c4 of the month's own n in place of that of 89, as printed: 74.015 and 73.986
    printed = found.centre[0, 0] + 1.427 * 0.0103
    assert found.ucl[0, 0] == pytest.approx(printed, abs=1.2e-3)


def test_unequal_subgroups_by_hand():
    """Three months of 2, 3 and 5: (4, 6), (1, 5, 6), (2, 3, 5, 7, 8)."""
    cube = np.full((1, 3, 5), np.nan)
    for t, members in enumerate([(4, 6), (1, 5, 6), (2, 3, 5, 7, 8)]):
        cube[0, t, : len(members)] = members
    panel = spc.Panel.from_numpy(cube, start=None)
    assert panel.values[0] == pytest.approx([5.0, 4.0, 5.0])
    # ranges 2, 5, 6; d2 = 2 / sqrt(pi), 3 / sqrt(pi), 2.325928947281; d3 of each as Harter (1960) prints it
    d2 = [2.0 / math.sqrt(math.pi), 3.0 / math.sqrt(math.pi), 2.325928947281]
    d3 = [0.852502466427, 0.888368004046, 0.864081941102]
    ratios = [2.0 / d2[0], 5.0 / d2[1], 6.0 / d2[2]]
    weights = [(a / b) ** 2 for a, b in zip(d2, d3, strict=True)]
    plain = sum(ratios) / 3.0
    least = sum(w * r for w, r in zip(weights, ratios, strict=True)) / sum(weights)
    # squared deviations 2, 14, 26 over 1, 2, 4 degrees of freedom
    sds = [math.sqrt(2.0), math.sqrt(7.0), math.sqrt(6.5)]
    c4 = [math.sqrt(2.0 / math.pi), math.sqrt(math.pi) / 2.0, 0.939985602987]
    swing = [c * c / (1.0 - c * c) for c in c4]
    by_sd = sum(s / c for s, c in zip(sds, c4, strict=True)) / 3.0
    by_weight = sum(w * s / c for w, s, c in zip(swing, sds, c4, strict=True)) / sum(swing)
    pooled = math.sqrt(42.0 / 7.0) / (math.sqrt(2.0 / 7.0) * math.gamma(4.0) / math.gamma(3.5))  # c4(8)
    wanted = {
        ("xbar_r", "uwave"): plain,
        ("xbar_r", "mvlue"): least,
        ("xbar_s", "uwave"): by_sd,
        ("xbar_s", "mvlue"): by_weight,
        ("xbar_s", "rmsdf"): pooled,
    }
    for (chart, estimator), sigma in wanted.items():
        found = spc.limits(panel, chart=chart, estimator=estimator, min_observed=3)
        assert found.centre[0] == pytest.approx([4.7] * 3, rel=1e-14)  # 47 / 10
        assert found.sigma[0] == pytest.approx(sigma / np.sqrt([2.0, 3.0, 5.0]), rel=1e-11)
        assert found.ucl[0] == pytest.approx(4.7 + 3.0 * sigma / np.sqrt([2.0, 3.0, 5.0]), rel=1e-11)
        assert found.lcl[0] == pytest.approx(
            4.7 - 3.0 * sigma / np.sqrt([2.0, 3.0, 5.0]), rel=1e-11, abs=1e-11
        )
    spread = spc.limits(panel, chart="r", min_observed=3)
    assert spread.points[0] == pytest.approx([2.0, 5.0, 6.0])
    assert spread.centre[0] == pytest.approx(plain * np.array(d2), rel=1e-11)
    assert spread.ucl[0] == pytest.approx(plain * (np.array(d2) + 3.0 * np.array(d3)), rel=1e-11)
    spread = spc.limits(panel, chart="s", estimator="rmsdf", min_observed=3)
    assert spread.points[0] == pytest.approx(sds)
    assert spread.centre[0] == pytest.approx(pooled * np.array(c4), rel=1e-11)
    reach = 3.0 * pooled * np.sqrt(1.0 - np.array(c4) ** 2)
    assert spread.ucl[0] == pytest.approx(pooled * np.array(c4) + reach, rel=1e-11)
