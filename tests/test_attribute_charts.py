"""Charts of counts, ratios and rare events: how they agree, what they refuse, where their limits lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spc

RATIOS = ("p", "np", "u", "p_prime", "u_prime", "i_prime")
BEYOND = [spc.Rule("Beyond", zone=3.0, needed=1, span=1)]
LINES = ("centre", "sigma", "ucl", "lcl")
NAN = np.nan


def panel(top: Any, of: Any = None) -> spc.Panel:
    return spc.Panel.from_numpy(top, start="2022-01", of=of)


def noise(seed: int = 5, n: int = 6, months: int = 36) -> tuple[Any, Any]:
    """Whole parts with denominators that vary."""
    rng = np.random.default_rng(seed)
    of = rng.integers(40, 400, (n, months)).astype(float)
    return rng.binomial(of.astype(int), 0.2).astype(float), of


def flags(limits: spc.Limits) -> Any:
    return spc.exceptions(limits, rules=BEYOND).mask


def test_i_prime_with_equal_denominators_is_the_xmr_chart():
    top, of = noise()
    same = panel(top, np.full_like(of, 25.0))
    for asked in ({}, {"sigma": "median_range"}, {"sigma": "sd"}, {"gaps": "bridge"}, {"screen": "ranges"}):
        mine, theirs = (spc.limits(same, chart=name, baseline=24, **asked) for name in ("i_prime", "xmr"))
        for line in LINES:
            assert getattr(mine, line) == pytest.approx(getattr(theirs, line), rel=1e-12), (asked, line)


def test_gaps_in_i_prime_break_a_step_or_are_bridged():
    top, of = noise(n=1)
    top[0, 3], of[0, 7] = NAN, 0.0
    whole = panel(top, np.where(of == 0.0, 0.0, 16.0))
    for gaps in ("break", "bridge"):
        mine, theirs = (spc.limits(whole, chart=name, gaps=gaps) for name in ("i_prime", "xmr"))
        assert mine.phase_sigma / 4.0 == pytest.approx(theirs.phase_sigma, rel=1e-12)


def test_p_prime_with_large_denominators_is_the_xmr_chart_of_proportions():
    rng = np.random.default_rng(3)
    of = 1e6 + rng.integers(0, 1000, (4, 36))
    share = np.clip(rng.normal(0.3, 0.02, of.shape), 0.0, 1.0)
    big = panel(np.round(share * of), of)
    laney, plain = spc.limits(big, chart="p_prime"), spc.limits(big)
    assert laney.ucl == pytest.approx(plain.ucl, rel=1e-3)
    assert spc.limits(big, chart="p").ucl.max() < 0.31, "the p chart of large denominators is too narrow"


@pytest.mark.parametrize(("laney", "plain"), [("p_prime", "p"), ("u_prime", "u")])
def test_laney_with_a_sigma_z_of_one_is_the_plain_chart(laney: str, plain: str):
    parts = panel(*noise())
    mine = spc.limits(parts, chart=laney, sigma=1.0, baseline=24)
    theirs = spc.limits(parts, chart=plain, baseline=24)
    for line in LINES:
        assert np.array_equal(getattr(mine, line), getattr(theirs, line), equal_nan=True)


def test_binomial_months_have_a_sigma_z_near_one():
    top, of = noise(n=200)
    found = spc.limits(panel(top, of), chart="p_prime").phase_sigma
    assert found.mean() == pytest.approx(1.0, abs=0.03), "200 series, sd of sigma_z about 0.13 each"


@pytest.mark.parametrize("laney", ["p_prime", "u_prime"])
def test_the_choices_of_sigma_bear_on_the_scores(laney: str):
    top, of = noise(n=2)
    same = panel(top, np.full_like(of, 400.0))
    plain = spc.limits(same, chart=laney)
    for asked in ({"sigma": "median_range"}, {"sigma": "sd"}, {"constants": "textbook"}):
        mine, individuals = spc.limits(same, chart=laney, **asked), spc.limits(same, **asked)
        assert mine.sigma == pytest.approx(individuals.sigma, rel=1e-10)
        assert not np.array_equal(mine.phase_sigma, plain.phase_sigma)


def test_every_month_has_the_limits_of_its_own_denominator():
    of = np.full((1, 36), 100.0)
    of[0, 30] = 1000.0
    top = of * 0.2
    top[0, 30] = 300.0
    for name in ("p", "u", "np"):
        limits = spc.limits(panel(top, of), chart=name, baseline=24)
        mask = flags(limits)[0]
        assert np.flatnonzero(mask).tolist() == [30]
        near = 290.0 if name == "np" else 0.3
        assert limits.ucl[0, 30] < (300.0 if name == "np" else near)
    # 0.3 of 100 lies inside the limits of 100
    top[0, 30], of[0, 30] = 30.0, 100.0
    assert not flags(spc.limits(panel(top, of), chart="p", baseline=24)).any()


def test_zones_follow_the_denominators():
    of = np.full((1, 32), 100.0)
    of[0, 24:] = 400.0
    top = of * 0.5
    top[0, 24:26] = 221.0  # 2.1 sigma of 400, 1.05 sigma of 100
    found = spc.exceptions(spc.limits(panel(top, of), chart="p", baseline=24), rules="opcc")
    assert np.flatnonzero(found.mask[0] & 4).tolist() == [25]


def test_months_without_a_denominator_are_not_observed():
    top, of = noise(n=1)
    of[0, 4], of[0, 9] = 0.0, NAN
    blank = top.copy()
    blank[0, [4, 9]] = NAN
    for name in RATIOS:
        holes = spc.limits(panel(top, of), chart=name)
        assert holes.phase_count[0] == 34
        assert np.isnan(holes.ucl[0, [4, 9]]).all() and np.isnan(holes.points[0, [4, 9]]).all()
        assert np.array_equal(holes.phase_centre, spc.limits(panel(blank, of), chart=name).phase_centre)
        if "limits" in spc.CHARTS[name].options:
            exact = spc.limits(panel(top, of), chart=name, limits="exact")
            assert np.isnan(exact.ucl[0, [4, 9]]).all() and np.isfinite(exact.ucl[0, :4]).all()


def test_statuses_leave_other_series_alone():
    top, of = noise(n=5)
    good = {name: spc.limits(panel(top[4:], of[4:]), chart=name) for name in RATIOS}
    of[0] = NAN  # no denominators
    top[1, 3] += 0.5  # a fraction
    top[2, 3] = -1.0
    top[3, 3] = of[3, 3] + 1.0  # more than there are
    expected = {
        "p": ["no denominator", "no counts", "no counts", "no counts", "ok"],
        "u": ["no denominator", "no counts", "no counts", "ok", "ok"],
        "i_prime": ["no denominator", "ok", "ok", "ok", "ok"],
    }
    for alike, kind in (("np", "p"), ("p_prime", "p"), ("u_prime", "u")):
        expected[alike] = expected[kind]
    for name in RATIOS:
        limits = spc.limits(panel(top, of), chart=name)
        assert limits.status.tolist() == expected[name], name
        stopped = limits.status != "ok"
        assert np.isnan(limits.ucl[stopped]).all() and not flags(limits)[stopped].any()
        assert np.array_equal(limits.ucl[4], good[name].ucl[0])


def test_charts_of_ratios_say_so_where_no_series_has_a_denominator():
    for name in RATIOS:
        assert spc.limits(panel([[3.0, 5.0] * 10]), chart=name).status.tolist() == ["no denominator"]


def test_statuses_of_counts_and_times():
    rows = np.tile([3.0, 5.0, 4.0, 6.0], (4, 6))
    rows[1, 2], rows[2, 2] = 4.5, -1.0
    assert spc.limits(panel(rows), chart="c").status.tolist() == ["ok", "no counts", "no counts", "ok"]
    assert spc.limits(panel(rows), chart="g").status.tolist() == ["ok", "no counts", "no counts", "ok"]
    assert spc.limits(panel(rows), chart="t").status.tolist() == ["ok", "ok", "negative value", "ok"]
    parts = panel(*noise(n=1))
    assert spc.limits(parts, chart="c").status.tolist() == ["no counts"], (
        "a series with denominators is for u"
    )
    assert spc.limits(panel(rows[:, :8]), chart="t").status.tolist() == ["short history"] * 4


def test_a_bad_month_after_the_baseline_changes_nothing_before_it():
    top, of = noise(n=1)
    before = spc.limits(panel(top, of), chart="p", baseline=24)
    top[0, 30] = of[0, 30] + 7.5
    after = spc.limits(panel(top, of), chart="p", baseline=24)
    assert after.status.tolist() == ["ok"] and np.array_equal(before.ucl, after.ucl)
    assert np.isnan(after.points[0, 30]) and not flags(after)[0, 30]  # more than all is no share: a gap
    told = spc.limits(panel(top, of), chart="p", baseline=24, as_at=panel(top, of).months[30])
    assert told.status.tolist() == ["no counts"]


@pytest.mark.parametrize(
    ("name", "month", "status"),
    [
        ("t", -4.0, "negative value"),
        ("c", -1.0, "no counts"),
        ("c", 2.5, "no counts"),
        ("g", -1.0, "no counts"),
    ],
)
def test_what_cannot_be_is_told_in_the_month_reported_on(name: str, month: float, status: str):
    row = np.tile([3.0, 5.0, 4.0, 6.0], 7)
    row[-1] = month
    limits = spc.limits(panel([row, np.abs(row)]), chart=name, baseline=24)
    assert limits.status.tolist() == [status, "no counts" if month == 2.5 else "ok"]
    assert np.isnan(limits.points[0, -1]) and not spc.exceptions(limits).mask[0].any()


@pytest.mark.parametrize("name", [*RATIOS, "c", "g", "t"])
def test_limits_on_a_bound_are_drawn_there_and_cannot_fire(name: str):
    top, of = noise(n=3)
    of[:] = 8.0
    top = np.minimum(top % 4, 8.0)
    data = panel(top, of) if name in RATIOS else panel(top)
    limits = spc.limits(data, chart=name, width=6.0)
    low, high = spc.CHARTS[name].bounds
    if low is not None:
        assert (limits.lcl >= low).all()
    if high is not None:
        assert (limits.ucl <= high).all()
    if name == "np":
        assert (limits.ucl <= of).all()
    assert not flags(limits).any()


def test_a_known_centre_is_used_and_refused_where_it_cannot_be():
    top, of = noise(n=2)
    parts = panel(top, of)
    for name in ("p", "u"):
        limits = spc.limits(parts, chart=name, centre=0.25)
        assert (limits.centre == 0.25).all()
        unit = 0.25 * 0.75 if name == "p" else 0.25
        assert limits.sigma == pytest.approx(np.sqrt(unit / of), rel=1e-15)
    assert spc.limits(parts, chart="np", centre=0.25).centre == pytest.approx(0.25 * of, rel=1e-15)
    for name in ("p", "np", "p_prime"):
        with pytest.raises(spc.ChoiceError, match=r"from 0 to 1, got 1\.5"):
            spc.limits(parts, chart=name, centre=1.5)
    for name in ("c", "g", "t"):
        with pytest.raises(spc.ChoiceError, match="`centre` of the"):
            spc.limits(panel(top), chart=name, centre=-1.0)


@pytest.mark.parametrize("name", ["p", "np", "u", "g"])
def test_a_known_sigma_is_refused_where_it_follows_from_the_centre(name: str):
    data = panel(noise(n=1)[0]) if name == "g" else panel(*noise(n=1))
    with pytest.raises(spc.ChoiceError, match=f"A known `sigma` says nothing to the chart {name!r}"):
        spc.limits(data, chart=name, sigma=1.0)


@pytest.mark.parametrize("name", [*RATIOS, "c", "g", "t"])
def test_agreed_numbers_give_the_same_lines_on_a_short_series(name: str):
    top, of = noise(n=3)
    data = panel(top, of) if name in RATIOS else panel(top)
    first = spc.limits(data, chart=name, baseline=24)
    again = {"centre": first.phase_centre, "sigma": first.phase_sigma}
    agreed = spc.limits(data, chart=name, baseline=2, **again)
    assert agreed.status.tolist() == ["ok"] * 3
    for line in LINES:
        assert getattr(agreed, line) == pytest.approx(getattr(first, line), rel=1e-14, nan_ok=True)


def test_excluded_months_set_no_limits_and_are_judged():
    top, of = noise(n=1)
    without = top.copy()
    without[0, 5] = NAN
    top[0, 5] = of[0, 5]
    for name in RATIOS:
        asked = {"chart": name, "exclude": {"2022-06": "wrong form"}}
        limits = spc.limits(panel(top, of), **asked)
        assert limits.phase_centre == spc.limits(panel(without, of), chart=name).phase_centre
        assert flags(limits)[0, 5] == 1


def test_ragged_series_have_the_limits_they_have_alone():
    top, of = noise(n=3)
    top[1, :9], of[1, :9] = NAN, NAN
    together = spc.limits(panel(top, of), chart="p_prime", baseline=20)
    alone = spc.limits(
        spc.Panel.from_numpy(top[1:2, 9:], start="2022-10", of=of[1:2, 9:]), chart="p_prime", baseline=20
    )
    assert np.array_equal(together.ucl[1, 9:], alone.ucl[0])
    assert np.isnan(together.ucl[1, :9]).all()


def test_phases_have_centres_of_their_own():
    top, of = noise(n=1)
    top[0, 18:] = np.floor(top[0, 18:] / 4.0)
    parts = panel(top, of)
    limits = spc.limits(parts, chart="u", phase=spc.phases_at(parts, ["2023-07"]))
    assert limits.phase_centre[0] == pytest.approx(top[0, :18].sum() / of[0, :18].sum(), rel=1e-15)
    assert limits.phase_centre[1] == pytest.approx(top[0, 18:].sum() / of[0, 18:].sum(), rel=1e-15)


def test_the_centre_is_the_ratio_of_sums_to_the_last_bits():
    top = np.array([[1e15, 1.0, 3.0] * 8])
    of = np.array([[1e15, 3.0, 7.0] * 8])
    limits = spc.limits(panel(top, of), chart="i_prime")
    assert limits.phase_centre[0] == (8e15 + 32.0) / (8e15 + 80.0)


@pytest.mark.parametrize("of", [1.0, 0.3, 7.0])
@pytest.mark.parametrize("name", [*RATIOS, "c", "g", "t"])
def test_a_constant_series_never_flags(name: str, of: float):
    whole = np.full((1, 40), of) if of != 0.3 else np.tile([0.3, 0.6, 0.9, 1.5], (1, 10))
    top = np.where(whole >= 1.0, 1.0, 0.0) if name in ("p", "np", "p_prime") else whole / 3.0
    if name in ("u", "u_prime"):
        top = np.round(whole / 0.3) if of == 0.3 else np.full_like(whole, 2.0)
    if name in ("p", "np", "p_prime"):
        whole = np.tile([3.0, 6.0, 9.0, 30.0], (1, 10))
        top = whole / 3.0
    data = panel(top, whole) if name in RATIOS else panel(np.full((1, 40), of))
    for width in (3.0, 0.05):
        for rules in ("opcc", "western_electric"):
            limits = spc.limits(data, chart=name, baseline=24, width=width)
            assert not spc.exceptions(limits, rules=rules).mask.any()


def on_line(name: str, at: float, of: float | None, centre: float) -> list[int]:
    """Judge a month that lies on the limit, and one a count further out, by an agreed centre."""
    top = np.array([[at, at + 1.0]])
    below = None if of is None else np.full_like(top, of)
    return flags(spc.limits(panel(top, below), chart=name, centre=centre))[0].tolist()


@pytest.mark.parametrize(
    ("name", "at", "of", "centre"),
    [
        ("p", 65.0, 100.0, 0.5),
        ("np", 65.0, 100.0, 0.5),
        ("p", 24.0, 50.0, 0.28),  # 0.28 + 3 sqrt(0.28 0.72 / 50) = 0.4705: 23 inside, 24 beyond
        ("c", 28.0, None, 16.0),
        ("u", 16.0, 10.0, 0.7),  # 0.7 + 3 sqrt(0.07) = 1.4937
        ("u", 56.0, 100.0, 0.36),
        ("u", 54.0, 100.0, 0.36),
    ],
)
def test_a_month_on_a_rational_limit_is_not_beyond_it(name: str, at: float, of: float | None, centre: float):
    n = 1.0 if of is None else of
    variance = n * centre * (1.0 - centre) if name in ("p", "np") else n * centre
    reach = n * centre + 3.0 * np.sqrt(variance)
    expected = [int(count > reach + 1e-9) for count in (at, at + 1.0)]
    assert on_line(name, at, of, centre) == expected


def test_g_with_a_median_draws_it_and_keeps_its_limits():
    gaps = spc.Panel.from_numpy([3, 0, 8, 2, 15, 1, 4, 0, 6, 2, 30, 5, 1], start=None)
    mean, median = (spc.limits(gaps, chart="g", middle=middle) for middle in ("mean", "median"))
    assert median.centre[0, 0] == 3.0 and mean.centre[0, 0] == pytest.approx(77 / 13)
    assert np.array_equal(mean.ucl, median.ucl)
    with pytest.raises(spc.ChoiceError, match="middle='mean'"):
        spc.limits(gaps, chart="g", middle="median", centre=4.0)


def test_t_is_judged_on_the_scale_of_its_root():
    rng = np.random.default_rng(23)
    times = rng.exponential(10.0, (5, 40))
    times[0, 35] = 900.0
    data = spc.Panel.from_numpy(times, start=None)
    root = spc.Panel.from_numpy(times ** (1.0 / 3.6), start=None)
    for asked in ({}, {"sigma": "median_range", "centre": "median"}, {"screen": "ranges", "gaps": "bridge"}):
        mine, theirs = (
            spc.limits(data, chart="t", baseline=30, **asked),
            spc.limits(root, baseline=30, **asked),
        )
        assert mine.ucl == pytest.approx(theirs.ucl**3.6, rel=1e-12)
        for rules in ("opcc", "western_electric"):
            judged = [spc.exceptions(each, rules=rules).mask for each in (mine, theirs)]
            assert np.array_equal(*judged)
        assert flags(mine)[0, 35] == 1
    assert mine.points[0].tolist() == times[0].tolist()


def test_a_rank_of_zero_days_and_missing_months_are_let_through():
    times = np.array([[0.0, 5.0, NAN, 3.0] * 6])
    limits = spc.limits(spc.Panel.from_numpy(times, start=None), chart="t", gaps="bridge")
    assert limits.status.tolist() == ["ok"] and limits.phase_count[0] == 18
    assert np.isfinite(limits.ucl).all()


def test_the_bits_do_not_depend_on_the_other_series():
    top, of = noise(n=20)
    of[3], top[4, 2] = NAN, -1.0
    order = np.random.default_rng(1).permutation(20)
    for name in RATIOS:
        for limits in ("sigma", "exact") if name in ("p", "np", "u") else ("",):
            asked = {"chart": name, "baseline": 24} | ({"limits": limits} if limits else {})
            all_of = spc.limits(panel(top, of), **asked)
            some = spc.limits(panel(top[order], of[order]), **asked)
            assert all_of.ucl[order].tobytes() == some.ucl.tobytes()


def test_charts_by_series_keep_to_their_own():
    top, of = noise(n=4)
    names = ["p", "u_prime", "i_prime", "xmr"]
    mixed = spc.limits(panel(top, of), chart=names, baseline=24)
    for s, name in enumerate(names):
        alone = spc.limits(panel(top[s : s + 1], of[s : s + 1]), chart=name, baseline=24)
        assert np.array_equal(mixed.ucl[s], alone.ucl[0]) and mixed.chart_of(s) == name


def test_neighbours_of_one_ratio_are_not_still_where_another_month_moves_the_centre() -> None:
    """3 of 3 and 7 of 7 lie 1.73 and 2.65 times as far from their rate as a month of one would."""
    values, of = [3, 7, np.nan, 4, np.nan, 5], [3, 7, 5, 8, 5, 6]
    panel = spc.Panel.from_numpy([values], start="2024-01", of=[of])
    limits = spc.limits(panel, chart="u_prime", min_observed=4)
    rate = 19 / 24
    step = (np.sqrt(7) - np.sqrt(3)) * (1 - rate) / np.sqrt(rate)
    assert limits.status.tolist() == ["ok"]
    np.testing.assert_allclose(limits.sigma[0, 0], step * np.sqrt(np.pi) / 2 * np.sqrt(rate / 3), rtol=1e-12)
    same = spc.Panel.from_numpy([[3, 7, np.nan, 4, np.nan, 5]], start="2024-01", of=[[6, 14, 5, 8, 5, 10]])
    assert spc.limits(same, chart="u_prime", min_observed=4).status.tolist() == ["no variation"]
