"""capability(): printed intervals, coverage by simulation, and odd series."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise

import numpy as np
import pytest

import spc
from spc.capabilities import _bissell, _by_chi_squared, _expected
from tests.panels import fewer


def one(*numbers: float) -> np.ndarray:
    return np.array(numbers, float)


def test_interval_of_cp_as_printed():
    """Montgomery (2013), example 8.4: n = 20, s = 1.75, limits 38 and 62: 2.29, 1.57 to 3.01."""
    cp = (62 - 38) / (6 * 1.75)
    assert cp == pytest.approx(2.29, abs=5e-3)
    assert _by_chi_squared(one(cp), one(19), 0.025)[0] == pytest.approx([1.57, 3.01], abs=6e-3)


def test_interval_of_cpk_by_its_formula():
    """Montgomery (2013), equation 8.21, at n = 20 and Cpk = 1.33."""
    reach = 1.959963984540054 * math.sqrt(1 / (9 * 20 * 1.33**2) + 1 / (2 * 19))
    found = _bissell(one(1.33), one(20), one(19), 0.025)[0]
    assert found == pytest.approx([1.33 * (1 - reach), 1.33 * (1 + reach)], rel=1e-12)


def test_hard_bake():
    """Montgomery (2013), example 6.1: sigma 0.1398, limits 1 and 2: Cp 1.192, about 350 in a million."""
    panel = spc.Panel.from_numpy(np.full((1, 25, 5), 1.5056) + [0, 0.1, -0.1, 0.2, -0.2], start=None)
    found = spc.capability(spc.limits(panel, chart="xbar_r", sigma=0.32521 / 2.326), lower=1, upper=2)
    assert found.index["cp"][0] == pytest.approx(1.192, abs=5e-4)
    assert found.ppm_within[0] == pytest.approx(350, abs=10)
    assert found.interval["cp"][0] == pytest.approx([1.192, 1.192], abs=5e-4)  # sigma is known


def test_two_sided_parts_in_a_million():
    """Three sigma on both sides leave 2,700 in a million; Montgomery (2013), table 8.3."""
    assert _expected(one(0), one(1), one(-3), one(3))[0] == pytest.approx(2700, abs=0.5)
    assert _expected(one(0), one(1), one(np.nan), one(3))[0] == pytest.approx(1350, abs=0.5)


def test_indices_by_hand():
    months = [10.0, 12, 11, 9, 10, 11, 8, 10, 12, 9, 10, 11]
    panel = spc.Panel.from_numpy(months, start="2024-01")
    found = spc.capability(spc.limits(panel), lower=4, upper=15, target=10)
    mean, sd = statistics.fmean(months), statistics.stdev(months)
    sigma = statistics.fmean([abs(b - a) for a, b in pairwise(months)]) * math.sqrt(math.pi) / 2
    wanted = {
        "cp": 11 / (6 * sigma),
        "cpk": (15 - mean) / (3 * sigma),
        "pp": 11 / (6 * sd),
        "ppk": (15 - mean) / (3 * sd),
        "cpm": 11 / (6 * math.sqrt(sd**2 + (mean - 10) ** 2)),
    }
    for name, number in wanted.items():
        assert found.index[name][0] == pytest.approx(number, rel=1e-12), name
    assert found.count[0] == 12 and found.in_control[0] and found.status[0] == "ok"


def test_subgroups_count_every_member():
    rng = np.random.default_rng(4)
    values = rng.normal(20.0, 2.0, (1, 24, 5))
    values[0, ::3, 3:] = np.nan
    panel = spc.Panel.from_numpy(values, start=None)
    found = spc.capability(spc.limits(panel, chart="xbar_s", estimator="rmsdf"), lower=12, upper=28)
    members = values[np.isfinite(values)]
    assert found.count[0] == len(members)
    assert found.mean[0] == pytest.approx(members.mean(), rel=1e-14)
    assert found.sd[0] == pytest.approx(members.std(ddof=1), rel=1e-13)
    assert found.freedom[0] == len(members) - 24


@pytest.mark.parametrize(
    ("chart", "choices"),
    [
        ("xmr", {"sigma": "mean_range"}),
        ("xmr", {"sigma": "median_range"}),
        ("xmr", {"sigma": "sd"}),
        ("xbar_r", {"estimator": "uwave"}),
        ("xbar_r", {"estimator": "mvlue"}),
        ("xbar_s", {"estimator": "mvlue"}),
        ("xbar_s", {"estimator": "rmsdf"}),
    ],
)
def test_intervals_cover(chart, choices):
    """Of 4,000 normal processes in control 95% of the intervals hold the truth, to within 1.5%."""
    n = fewer(4000, 0)
    if not n:
        pytest.skip("interpreted it takes minutes")
    rng = np.random.default_rng(29)
    values = rng.normal(10.0, 1.0, (n, 30) if chart == "xmr" else (n, 25, 4))
    if chart != "xmr":
        values[:, ::3, 2:] = np.nan
    panel = spc.Panel.from_numpy(values, start=None)
    found = spc.capability(spc.limits(panel, chart=chart, **choices), lower=6, upper=15)
    truth = {"cp": 1.5, "cpk": 4 / 3, "pp": 1.5, "ppk": 4 / 3, "cpm": 1.5 / math.sqrt(1.25)}
    for name, number in truth.items():
        ends = found.interval[name]
        assert ((ends[:, 0] <= number) & (number <= ends[:, 1])).mean() == pytest.approx(0.95, abs=0.015), (
            name
        )


def test_one_limit_alone():
    panel = spc.Panel.from_numpy(np.random.default_rng(1).normal(10, 1, (1, 30)), start=None)
    limits = spc.limits(panel)
    both = spc.capability(limits, lower=5, upper=14)
    above = spc.capability(limits, upper=14)
    assert above.index["cpk"][0] == both.index["cpk"][0]
    assert np.isnan([above.index[name][0] for name in ("cp", "pp", "cpm")]).all()
    assert above.ppm_overall[0] < both.ppm_overall[0]
    below = spc.capability(limits, lower=5)
    assert below.index["cpk"][0] > above.index["cpk"][0]


def test_an_exception_in_the_baseline_is_told():
    rng = np.random.default_rng(3)
    values = rng.normal(10.0, 1.0, (3, 36))
    values[1, 5] = 30.0  # in the baseline
    values[2, 30] = 30.0  # after it
    limits = spc.limits(spc.Panel.from_numpy(values, start=None), baseline=24)
    found = spc.capability(limits, lower=5, upper=15, rules=spc.RULES["western_electric"][:1])
    assert found.in_control.tolist() == [True, False, True]
    assert found.count.tolist() == [24.0] * 3


def test_excluded_months_are_no_observations():
    values = np.random.default_rng(3).normal(10.0, 1.0, (1, 30))
    values[0, 5] = 500.0
    panel = spc.Panel.from_numpy(values, start="2022-01")
    found = spc.capability(spc.limits(panel, exclude={"2022-06": "fire"}), lower=5, upper=15)
    assert found.count[0] == 29 and found.sd[0] < 2.0


def test_statuses():
    rng = np.random.default_rng(7)
    values = rng.normal(10.0, 1.0, (6, 30))
    values[1] = 4.0
    values[2, 5:] = np.nan
    values[3] = np.nan
    values[4, -1] = np.nan
    panel = spc.Panel.from_numpy(values, start="2022-01")
    upper = [14, 14, 14, 14, 14, np.nan]
    found = spc.capability(spc.limits(panel), upper=upper)
    assert found.status.tolist() == [
        "ok",
        "no variation",
        "short history",
        "no data",
        "ok",
        "no specification",
    ]
    assert np.isfinite(found.index["cpk"]).tolist() == [True, False, False, False, True, False]
    assert np.isnan(found.interval["cpk"][1]).all() and np.isnan(found.ppm_overall[[1, 2, 3, 5]]).all()
    alone = spc.capability(spc.limits(panel.select([0])), upper=14)
    assert found.interval["cpk"][:1].tobytes() == alone.interval["cpk"].tobytes()


def test_charts_without_a_sigma_of_single_values():
    values = np.random.default_rng(7).normal(10.0, 1.0, (1, 30, 4))
    panel = spc.Panel.from_numpy(values, start="2022-01")
    for chart in ("run", "mr", "s", "xmr"):  # xmr of means: their sigma is not that of the members
        found = spc.capability(spc.limits(panel, chart=chart), upper=14)
        assert found.status.tolist() == ["no sigma"] and np.isnan(found.index["cpk"]).all()


def test_frame():
    panel = spc.Panel.from_numpy(np.random.default_rng(7).normal(10.0, 1.0, (2, 30)), start=None)
    found = spc.capability(spc.limits(panel), lower=5, upper=15)
    rows = found.to_frame()
    assert list(rows)[:4] == ["series", "cp", "cp_lower", "cp_upper"] and len(rows) == 2
    assert repr(found).startswith("Capability(2 series, ")


REFUSED = {
    "none": ({}, "give at least one"),
    "order": ({"lower": 5, "upper": 5}, "`lower` must be below `upper`: 0 has 5 and 5"),
    "number": ({"lower": [1.0, 2.0, 3.0]}, "one for each of 2 series"),
    "text": ({"upper": "high"}, "`upper` must be a number"),
    "infinite": ({"upper": math.inf}, "`upper` must be a number"),
    "level": ({"upper": 3, "level": 100}, "`level` must be from 50 to below 100 percent, got 100"),
    "level over": ({"upper": 3, "level": 120}, "`level` must be from 50 to below 100 percent, got 120"),
    "level as a share": ({"upper": 3, "level": 0.95}, "from 50 to below 100 percent, got 0.95"),
    "rules": ({"upper": 3, "rules": "oopc"}, "`rules` must be one of"),
}


@pytest.mark.parametrize(("given", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(given, sentence):
    limits = spc.limits(spc.Panel.from_numpy(np.random.default_rng(7).normal(10.0, 1.0, (2, 30)), start=None))
    with pytest.raises(spc.ChoiceError, match=sentence):
        spc.capability(limits, **given)


def test_limits_are_asked_for():
    with pytest.raises(spc.ChoiceError, match=r"make one with spc\.limits\(panel\)"):
        spc.capability(spc.Panel.from_numpy([[1.0]], start=None), upper=3)  # type: ignore[arg-type]
