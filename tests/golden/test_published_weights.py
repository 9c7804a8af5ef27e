"""Published weights, 48 of 48 rows (SPEC 3), and the critical values of the trend test (SPEC 4)."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest

import spc
from tests.panels import JIT_OFF

PUBLISHED = files("spc.samples") / "wiltshire_2024_published.csv"
#: SPEC 4: months, then |r| at p = .15 and p = .05.
CRITICAL_R = [(24, 0.303, 0.404), (36, 0.245, 0.329), (60, 0.188, 0.254)]


def rows() -> list[dict[str, str]]:
    table = list(csv.DictReader(PUBLISHED.read_text(encoding="utf-8").splitlines()))
    return [row for row in table if row["weighting"]]


def test_the_words_explain_every_weight():
    weighting = spc.WEIGHTINGS["opcc"]
    assert len(rows()) == 48
    for row in rows():
        names = row["exceptions"].removesuffix(" High").removesuffix(" Low").removesuffix("-Month")
        found = [f"{name}-Month" for name in names.split(", ") if name]
        left = float(row["weighting"]) - sum(weighting.points[name] for name in found)
        allowed = {weighting.any_exception} if found else {weighting.none, weighting.weak, weighting.strong}
        assert left in allowed, row["measure"]


def test_the_heaviest_row_is_25():
    weighting = spc.WEIGHTINGS["opcc"]
    assert max(float(row["weighting"]) for row in rows()) == 25
    assert weighting.any_exception + sum(weighting.points.values()) == 25


@pytest.mark.parametrize(("months", "weak", "strong"), CRITICAL_R)
def test_critical_r(months: int, weak: float, strong: float):
    rng = np.random.default_rng(months)
    panel = spc.Panel.from_numpy(
        rng.normal(100.0, 10.0, (2_000 if not JIT_OFF else 60, months)), start="2019-01"
    )
    trend = spc.trend(panel, span=months)
    size = np.abs(trend.r)
    assert (trend.months == months).all()
    for code, edge in ((1, weak), (2, strong)):
        assert ((size >= edge + 5e-4) <= (trend.strength >= code)).all()
        assert ((size < edge - 5e-4) <= (trend.strength < code)).all()


@pytest.mark.skipif(JIT_OFF, reason="40,000 series want compiled kernels")
@pytest.mark.parametrize("noise", ["normal", "poisson", "negative binomial"])
def test_noise_is_called_strong_in_five_percent(noise: str):
    """SPEC 4 at 36 months: .050 / .150, .050 / .150, .049 / .151; the standard error is .001 / .002."""
    rng = np.random.default_rng(4)
    size = (40_000, 36)
    values = {
        "normal": lambda: rng.normal(100.0, 10.0, size),
        "poisson": lambda: rng.poisson(1.0, size).astype(float),
        "negative binomial": lambda: rng.negative_binomial(2.0, 0.1, size).astype(float),
    }[noise]()
    strength = spc.trend(spc.Panel.from_numpy(values, start="2021-08")).strength
    assert (strength == 2).mean() == pytest.approx(0.050, abs=0.004)
    assert (strength >= 1).mean() == pytest.approx(0.150, abs=0.006)


@pytest.mark.skipif(JIT_OFF, reason="40,000 series want compiled kernels")
def test_false_alarms_with_limits_from_24_months():
    """SPEC 11: an `opcc` flag at one month-end in 3.8% of series of independent normal noise."""
    rng = np.random.default_rng(11)
    panel = spc.Panel.from_numpy(rng.normal(100.0, 10.0, (40_000, 36)), start="2021-08")
    found = spc.exceptions(spc.limits(panel, baseline=spc.Window(36, first=24)))
    assert (found.at != 0).mean() == pytest.approx(0.038, abs=0.003)
