"""Subgroups: how they come in, what is kept of them, and how their charts treat odd months."""

from __future__ import annotations

import copy
import pickle
import statistics

import numpy as np
import pandas as pd
import polars as pl
import pytest

import spc
from tests.panels import fewer

CHARTS = ("xbar_r", "xbar_s", "r", "s")


def cube(n: int = 3, months: int = 30, most: int = 6, seed: int = 5) -> np.ndarray:
    """Members of unequal number, a month without any, a month of one."""
    rng = np.random.default_rng(seed)
    values = rng.normal(50.0, 4.0, (n, months, most)).round(1)
    sizes = rng.integers(2, most + 1, (n, months))
    values[np.arange(most) >= sizes[:, :, None]] = np.nan
    values[0, 4] = np.nan
    values[0, 7, 1:] = np.nan
    return values


def rows_of(values: np.ndarray, seed: int = 1) -> pd.DataFrame:
    """Give the same as a shuffled long frame, members numbered."""
    rows = [
        (f"series {s}", f"2021-{t + 1:02d}" if t < 12 else f"{2021 + t // 12}-{t % 12 + 1:02d}", j, value)
        for (s, t, j), value in np.ndenumerate(values)
        if not np.isnan(value)
    ]
    frame = pd.DataFrame(rows, columns=["measure", "month", "officer", "value"])
    return frame.sample(frac=1.0, random_state=seed)


def test_what_is_kept_of_a_month():
    values = cube()
    panel = spc.Panel.from_numpy(values, start="2021-01")
    assert panel.within is not None
    for s, t in np.ndindex(values.shape[:2]):
        members = [float(value) for value in values[s, t] if not np.isnan(value)]
        assert panel.within.count[s, t] == len(members)
        if not members:
            assert np.isnan(panel.values[s, t])
            continue
        assert panel.values[s, t] == pytest.approx(statistics.fmean(members), rel=1e-15)
        if len(members) < 2:
            assert np.isnan([panel.within.spread[s, t], panel.within.sd[s, t]]).all()
        else:
            assert panel.within.spread[s, t] == max(members) - min(members)
            assert panel.within.sd[s, t] == pytest.approx(statistics.stdev(members), rel=1e-14)


@pytest.mark.parametrize("member", ["officer", "month"])
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("convert", [lambda rows: rows, pl.from_pandas])
def test_a_frame_in_any_order_gives_the_bits_of_the_array(member, seed, convert):
    values = cube()
    frame = convert(rows_of(values, seed))
    panel = spc.Panel.from_frame(frame, subgroup=member).select(measure=["series 0", "series 1", "series 2"])
    order = [panel.keys["measure"].tolist().index(f"series {s}") for s in range(3)]
    direct = spc.Panel.from_numpy(values, start="2021-01")
    assert panel.start == direct.start
    for name in ("count", "spread", "sd"):
        np.testing.assert_array_equal(getattr(panel.within, name)[order], getattr(direct.within, name))
    np.testing.assert_array_equal(panel.values[order], direct.values)


def test_the_order_of_members_does_not_matter():
    values = cube()
    shuffled = values[:, :, ::-1]
    for name in ("count", "spread", "sd"):
        one, other = (getattr(spc.Panel.from_numpy(v, start=None).within, name) for v in (values, shuffled))
        np.testing.assert_array_equal(one, other)


def test_a_panel_takes_its_subgroups_along():
    panel = spc.Panel.from_numpy(cube(), start="2021-01")
    assert panel.until("2021-06").within.count.shape == (3, 6)
    np.testing.assert_array_equal(panel.select([2, 0]).within.sd, panel.within.sd[[2, 0]])
    again = pickle.loads(pickle.dumps(panel))
    assert not again.within.count.flags.writeable and not again.within.sd.flags.writeable
    np.testing.assert_array_equal(copy.deepcopy(panel).within.spread, panel.within.spread)
    assert spc.rolling.mean(panel, window=3).within is None


REFUSED = {
    "twice": (
        lambda: spc.Panel.from_frame(
            pd.concat([rows_of(cube()), rows_of(cube()).iloc[:1]]), subgroup="officer"
        ),
        "stands more than once",
    ),
    "no member name": (
        lambda: spc.Panel.from_frame(rows_of(cube()).assign(officer=None), subgroup="officer"),
        "has no 'officer'",
    ),
    "no such column": (
        lambda: spc.Panel.from_frame(rows_of(cube()), subgroup="clerk"),
        "no column 'clerk'",
    ),
    "denominators": (
        lambda: spc.Panel.from_frame(rows_of(cube()), subgroup="officer", of="value"),
        "`of` cannot go with subgroups",
    ),
    "denominators of an array": (
        lambda: spc.Panel.from_numpy(cube(), start=None, of=np.ones((3, 30))),
        "`of` cannot go with subgroups",
    ),
    "infinite": (
        lambda: spc.Panel.from_numpy(np.where(cube() > 58, np.inf, cube()), start=None),
        "is infinite",
    ),
    "no members": (lambda: spc.Panel.from_numpy(np.ones((1, 3, 0)), start=None), "at least one"),
    "no such estimator": (
        lambda: spc.limits(spc.Panel.from_numpy(cube(), start=None), chart="r", estimator="rmsdf"),
        "`estimator` must be one of 'uwave', 'mvlue'",
    ),
}


@pytest.mark.parametrize(("call", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(call, sentence):
    with pytest.raises(spc.SpcError, match=sentence):
        call()


def test_odd_months():
    """A month without members has no point and no limits; a month of one is plotted and sets no sigma."""
    values = cube()
    panel = spc.Panel.from_numpy(values, start="2021-01")
    means = spc.limits(panel, chart="xbar_s")
    assert np.isnan([means.points[0, 4], means.centre[0, 4], means.ucl[0, 4]]).all()
    sigma = means.sigma[0, 7]  # of a month of one
    assert means.points[0, 7] == values[0, 7, 0]
    np.testing.assert_allclose(
        means.sigma[0] * np.sqrt(panel.within.count[0]), np.where(panel.within.count[0] > 0, sigma, np.nan)
    )
    assert np.isnan([spc.limits(panel, chart=chart).points[0, 7] for chart in ("r", "s")]).all()
    other = values.copy()
    other[0, 7, 0] += 30.0  # moves the centre, not the sigma
    moved = spc.limits(spc.Panel.from_numpy(other, start="2021-01"), chart="xbar_s")
    assert moved.sigma[0, 7] == sigma
    total = panel.within.count[0].sum()
    assert moved.centre[0, 7] - means.centre[0, 7] == pytest.approx(30.0 / total, rel=1e-9)


def test_statuses():
    values = np.full((4, 24, 3), np.nan)
    values[0] = np.random.default_rng(0).normal(5.0, 1.0, (24, 3))
    values[1] = 0.1  # constant
    values[2, :, 0] = np.arange(24.0)  # never two in a month
    values[3, 20:] = [1.0, 2.0, 3.0]  # four months
    panel = spc.Panel.from_numpy(values, start="2023-01")
    for chart in CHARTS:
        limits = spc.limits(panel, chart=chart)
        assert limits.status.tolist() == ["ok", "no variation", "no subgroups", "short history"]
        assert not spc.exceptions(limits, rules="western_electric").mask[1:].any()
    assert spc.limits(panel, chart="r", sigma=1.0).status.tolist()[2:] == ["ok", "ok"]
    assert spc.limits(panel, chart="xbar_r", centre=2.0, sigma=1.0).status.tolist()[2:] == ["ok", "ok"]


@pytest.mark.parametrize("chart", CHARTS)
def test_a_panel_of_one_number_a_month_has_no_subgroups(chart):
    """It says so, and the charts of the other series stand."""
    panel = spc.Panel.from_numpy(np.random.default_rng(1).normal(5.0, 1.0, (2, 30)), start=None)
    mixed = spc.limits(panel, chart=[chart, "xmr"])
    assert mixed.status.tolist() == ["no subgroups", "ok"]
    assert np.isnan(mixed.ucl[0]).all()
    np.testing.assert_array_equal(mixed.ucl[1], spc.limits(panel).ucl[1])


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_constant_never_flags(tenths):
    values = np.full((1, 30, 4), tenths / 10.0)
    panel = spc.Panel.from_numpy(values, start=None)
    for chart in CHARTS:
        limits = spc.limits(panel, chart=chart)
        assert limits.status[0] == "no variation"
        assert not spc.exceptions(limits).mask.any()
    assert (spc.limits(panel, chart="xbar_r").centre == tenths / 10.0).all()


def test_baseline_and_exclusion():
    """Months outside the baseline, or excluded, set nothing."""
    values = cube()
    panel = spc.Panel.from_numpy(values, start="2021-01")
    wild = values.copy()
    wild[:, 24:] = 500.0 * np.arange(1.0, 7.0)
    wild[:, 10] = -500.0 * np.arange(1.0, 7.0)
    out = {"2021-11": "flood"}
    for chart in CHARTS:
        calm = spc.limits(panel, chart=chart, baseline=24, exclude=out)
        found = spc.limits(spc.Panel.from_numpy(wild, start="2021-01"), chart=chart, baseline=24, exclude=out)
        np.testing.assert_array_equal(found.centre[:, 11:20], calm.centre[:, 11:20])
        np.testing.assert_array_equal(found.ucl[:, 11:20], calm.ucl[:, 11:20])


def test_phases_have_limits_of_their_own():
    values = cube(months=48)
    values[:, 24:] = values[:, 24:] * 3.0
    panel = spc.Panel.from_numpy(values, start="2021-01")
    cut = spc.limits(panel, chart="xbar_s", phase=spc.phases_at(panel, ["2023-01"]))
    first = spc.limits(panel.until("2022-12"), chart="xbar_s")
    np.testing.assert_array_equal(cut.ucl[:, :24], first.ucl)
    assert (np.nanmax(cut.centre[:, :24]) < np.nanmin(cut.centre[:, 24:])).all()


def test_width_and_bounds():
    panel = spc.Panel.from_numpy(cube(), start="2021-01")
    for chart in CHARTS:
        three, two = (spc.limits(panel, chart=chart, width=width) for width in (3.0, 2.0))
        np.testing.assert_allclose(
            (two.ucl - two.centre) * 1.5, three.ucl - three.centre, rtol=1e-12, atol=1e-12
        )
    for chart in ("r", "s"):
        assert np.nanmin(spc.limits(panel, chart=chart).lcl) == 0.0


def test_equal_subgroups_make_all_estimators_alike_but_the_pooled_one():
    values = np.random.default_rng(3).normal(0.0, 1.0, (2, 30, 4))
    panel = spc.Panel.from_numpy(values, start=None)
    for chart in ("xbar_r", "xbar_s"):
        plain, weighted = (
            spc.limits(panel, chart=chart, estimator=word).sigma for word in ("uwave", "mvlue")
        )
        np.testing.assert_allclose(plain, weighted, rtol=1e-14)
    pooled = spc.limits(panel, chart="xbar_s", estimator="rmsdf").sigma
    assert (np.abs(pooled / plain - 1.0) > 1e-4).all()


@pytest.mark.parametrize("chart", CHARTS)
def test_a_month_is_judged_by_its_own_limits(chart):
    """Two months of the same mean and spread: the one of many members is out, the one of few is not."""
    rng = np.random.default_rng(8)
    values = np.full((1, 26, 40), np.nan)
    values[0, :24, :5] = rng.normal(100.0, 10.0, (24, 5))
    for t, size in ((24, 2), (25, 40)):
        members = rng.normal(0.0, 1.0, size)
        members = (members - members.mean()) / (np.ptp(members) if chart == "r" else members.std(ddof=1))
        values[0, t, :size] = 112.0 + members * (10.0 if chart in ("xbar_r", "xbar_s") else 16.0)
        if chart == "r":
            values[0, t, :size] = 100.0 + members * 15.0  # ordinary for two, far too little for forty
    limits = spc.limits(spc.Panel.from_numpy(values, start=None), chart=chart, baseline=24)
    beyond = (limits.points > limits.ucl) | (limits.points < limits.lcl)
    assert beyond[0, 24:].tolist() == [False, True]


@pytest.mark.parametrize("chart", CHARTS)
def test_laws(chart):
    """Order of series, a series more, scale, shift, sign."""
    values = cube()
    whole = spc.limits(spc.Panel.from_numpy(values, start="2021-01"), chart=chart)
    alone = spc.limits(spc.Panel.from_numpy(values[1:2], start="2021-01"), chart=chart)
    back = spc.limits(spc.Panel.from_numpy(values[::-1], start="2021-01"), chart=chart)
    for name in ("points", "centre", "ucl", "lcl"):
        one = getattr(whole, name)
        assert one[1:2].tobytes() == getattr(alone, name).tobytes()
        assert one.tobytes() == np.ascontiguousarray(getattr(back, name)[::-1]).tobytes()
    twice = spc.limits(spc.Panel.from_numpy(values * 2.0, start="2021-01"), chart=chart)
    np.testing.assert_array_equal(twice.ucl, 2.0 * whole.ucl)
    turned = spc.limits(spc.Panel.from_numpy(-values, start="2021-01"), chart=chart)
    sign, name = (1.0, "ucl") if chart in ("r", "s") else (-1.0, "lcl")
    np.testing.assert_allclose(turned.ucl, sign * getattr(whole, name), rtol=1e-13)


def test_sigma_is_unbiased_for_unequal_subgroups():
    """Mean of each estimator over many series of normal members, against 1, in four standard errors."""
    n = fewer(4000, 60)
    values = np.random.default_rng(11).normal(0.0, 1.0, (n, 12, 5))
    values[:, ::2, 2:] = np.nan
    panel = spc.Panel.from_numpy(values, start=None)
    for chart, words in (("xbar_r", ("uwave", "mvlue")), ("xbar_s", ("uwave", "mvlue", "rmsdf"))):
        for word in words:
            sigma = spc.limits(panel, chart=chart, estimator=word).sigma[:, 0] * np.sqrt(2.0)
            assert abs(sigma.mean() - 1.0) < 4.0 * sigma.std() / np.sqrt(n), (chart, word)
