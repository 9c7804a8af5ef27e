"""The small_count chart: critical totals against scipy, masks against the twin, noise against SPEC 7."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import betabinom, binom

import spc
from spc.kernels.small_counts import NEVER_HIGH, NEVER_LOW, critical_totals
from tests.panels import fewer
from tests.reference import small_count as twin
from tests.reference.rules import opcc

WINDOW = spc.Window(36, first=24)
#: SPEC 7: One, Two, Three, Eight.
CHANCES = (0.00135, 0.000518, 0.0040, 0.0039)


def poisson(mean: float, n: int, seed: int, shift: float = 1.0) -> spc.Panel:
    """36 months of noise; the last eight are shifted."""
    rng = np.random.default_rng(seed)
    means = np.full(36, mean)
    means[28:] *= shift
    return spc.Panel.from_numpy(rng.poisson(means, (n, 36)).astype(float), start="2021-08")


def flagged(panel: spc.Panel, chart: str) -> float:
    found = spc.exceptions(spc.limits(panel, chart=chart, baseline=WINDOW))
    return float((found.at != 0).mean())


def test_chances_of_the_rows():
    assert [rule.chance for rule in spc.RULES["opcc"]] == pytest.approx(CHANCES, rel=0.016)
    for row, rule in zip(
        spc.RULES["western_electric"][1:3], (opcc(two=(2, 3))[1], opcc(three=(4, 5))[2]), strict=True
    ):
        assert row.chance == pytest.approx(twin.own_chance(rule), rel=1e-12)


@pytest.mark.parametrize("months", [12, 24, 60])
def test_critical_totals_are_the_first_to_fire(months: int):
    events = np.array([0.0, 1, 2, 3, 5, 8, 12, 24, 60, 119, 700, 5_000, 60_000])
    span, chance = np.array([1, 2, 3, 8, 15]), np.array([*CHANCES, 1e-9])
    high, low = (np.empty((len(events), len(span)), np.int64) for _ in range(2))
    never = np.full(len(events), np.inf)
    critical_totals(events, np.full(len(events), months), never, span, chance, high, low)
    for (p, base), (r, m) in ((a, b) for a in enumerate(events) for b in enumerate(span)):
        share = m / (m + months)
        top, bottom = high[p, r], low[p, r]
        assert binom.sf(top - 1, top + base, share) <= chance[r] < binom.sf(top - 2, top - 1 + base, share)
        assert bottom == NEVER_LOW or binom.cdf(bottom, bottom + base, share) <= chance[r]
        assert binom.cdf(bottom + 1, bottom + 1 + base, share) > chance[r]


def test_without_a_baseline_nothing_fires():
    high, low = np.zeros((1, 1), np.int64), np.zeros((1, 1), np.int64)
    none = np.array([np.nan]), np.array([0]), np.array([np.inf])
    critical_totals(*none, np.array([1]), np.array([0.5]), high, low)
    assert (high[0, 0], low[0, 0]) == (NEVER_HIGH, NEVER_LOW)


@pytest.mark.parametrize("mean", [0.05, 0.5, 2.0, 4.5])
@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_masks_are_those_of_the_twin(mean: float, gaps: float):
    rng = np.random.default_rng(int(100 * mean))
    n = fewer(60, 12)
    values = rng.poisson(mean * rng.choice([1.0, 1.0, 3.0], (n, 1)), (n, 40)).astype(float)
    values[rng.random(values.shape) < gaps] = np.nan
    panel = spc.Panel.from_numpy(values, start="2021-04")
    limits = spc.limits(panel, chart="small_count", baseline=WINDOW)
    found = spc.exceptions(limits)
    for s in range(n):
        if limits.status[s] != "ok":
            continue
        months = [None if np.isnan(value) else value for value in values[s]]
        base = int(limits.base_first[s]), int(limits.base_last[s])
        expected = [twin.bits(opcc(), months, base, t) for t in range(40)]
        assert found.mask[s].tolist() == expected, values[s].tolist()


def test_lines_are_the_smallest_counts_that_fire():
    panel = poisson(2.0, 50, seed=3)
    limits = spc.limits(panel, chart="small_count", baseline=WINDOW)
    for s in range(panel.n_series):
        total = panel.values[s, :24].sum()
        above, below = limits.ucl[s, -1], limits.lcl[s, -1]
        chance = twin.own_chance(opcc()[0])
        assert twin.fires(above, 1, total, 24, chance)[0]
        assert not twin.fires(above - 1, 1, total, 24, chance)[0]
        assert np.isnan(below) or twin.fires(below, 1, total, 24, chance)[1]
    assert np.isnan(limits.sigma).all()
    np.testing.assert_array_equal(limits.centre[:, -1], panel.values[:, :24].mean(axis=1))


def test_auto_takes_rare_counts_alone():
    rng = np.random.default_rng(5)
    rare, common = rng.poisson(1.0, 36), rng.poisson(50.0, 36)
    halves, below_zero = rare + 0.5, rare.copy()
    below_zero[3] = -1
    panel = spc.Panel.from_numpy(np.array([rare, common, halves, below_zero]), start="2021-08")
    limits = spc.limits(panel, chart="auto", baseline=WINDOW)
    assert limits.phase_small.tolist() == [True, False, False, False]
    by_xmr = spc.exceptions(spc.limits(panel, baseline=WINDOW))
    np.testing.assert_array_equal(spc.exceptions(limits).mask[1:], by_xmr.mask[1:])
    forced = spc.limits(panel, chart="small_count", baseline=WINDOW)
    assert forced.status.tolist() == ["ok", "ok", "no counts", "no counts"]


def test_rates_keep_xmr():
    panel = spc.Panel.from_numpy(np.ones((1, 36)), start="2021-08", of=np.arange(36.0)[None, :] + 2)
    assert not spc.limits(panel, chart="auto", baseline=WINDOW).phase_small.any()


def test_a_baseline_that_leaves_nothing_to_judge():
    panel = poisson(1.0, 3, seed=1)
    with pytest.raises(spc.ChoiceError, match="leave some"):
        spc.limits(panel, chart="small_count")
    for baseline in ("all", 36, ("2021-08", "2024-07")):
        assert set(spc.limits(panel, chart="auto", baseline=baseline).status) == {"nothing to judge"}
    assert set(spc.limits(panel, chart="auto", baseline=24, as_at="2023-07").status) == {"nothing to judge"}


def test_high_and_low_never_mix():
    months = [4, 5, 4, 5] * 6 + [45, 4, 4, 4, 4, 4, 0, 0]
    found = spc.exceptions(
        spc.limits(spc.Panel.from_numpy(months, start="2021-08"), chart="auto", baseline=24)
    )
    assert found.words[0] == "Two, Three-Month Low"
    rng = np.random.default_rng(9)
    wild = rng.poisson(rng.gamma(0.3, 8.0, (fewer(400, 20), 40))).astype(float)
    found = spc.exceptions(
        spc.limits(spc.Panel.from_numpy(wild, start="2021-04"), chart="small_count", baseline=24)
    )
    assert (found.mask != 0).any()
    assert not ((found.mask & 0x55555555 != 0) & (found.mask & 0xAAAAAAAA != 0)).any()


def test_a_later_month_changes_nothing():
    months = [1, 2, 1, 2] * 6 + [12, 1, 1, 1, 1, 1]
    short = spc.exceptions(
        spc.limits(spc.Panel.from_numpy(months, start="2020-01"), chart="auto", baseline=24)
    )
    for late in (-1, 0.5, np.nan, 99):
        panel = spc.Panel.from_numpy([*months, late], start="2020-01")
        longer = spc.exceptions(spc.limits(panel, chart="auto", baseline=24))
        np.testing.assert_array_equal(longer.mask[:, :-1], short.mask)


def test_members_are_the_months_of_the_total():
    months = [1, 2, 1, 2] * 6 + [1, 1, 9, 9]
    found = spc.exceptions(
        spc.limits(spc.Panel.from_numpy(months, start="2020-01"), chart="auto", baseline=24)
    )
    two = 1 << 2
    assert found.mask[0, -1] & two
    assert (found.members[0] & two != 0).nonzero()[0].tolist()[-2:] == [26, 27]


def test_all_zero_is_no_silence():
    values = np.zeros((1, 36))
    values[0, -1] = 3
    panel = spc.Panel.from_numpy(values, start="2021-08")
    assert spc.limits(panel, baseline=WINDOW).status[0] == "no variation"
    assert "One-Month" in spc.exceptions(spc.limits(panel, chart="auto", baseline=WINDOW)).words[0].replace(
        "One, ", "One-Month, "
    )


@pytest.mark.skipif(fewer(1, 0) == 0, reason="30,000 series want compiled kernels")
@pytest.mark.parametrize(
    ("mean", "most"), [(0.1, 0.003), (0.2, 0.004), (0.5, 0.006), (1.0, 0.009), (3.0, 0.012), (5.0, 0.015)]
)
def test_noise_stays_quiet(mean: float, most: float):
    """SPEC 7: 0.1 / 0.2 / 0.4 / 0.6 / 0.9 / 1.2% at these means; 32 months, so that 24 + 8 are judged."""
    noise = poisson(mean, 30_000, seed=int(10 * mean))
    panel = spc.Panel.from_numpy(noise.values[:, :32], start="2021-08")
    found = spc.exceptions(spc.limits(panel, chart="small_count", baseline=24))
    assert (found.at != 0).mean() <= most


@pytest.mark.skipif(fewer(1, 0) == 0, reason="10,000 series want compiled kernels")
@pytest.mark.parametrize(("mean", "least"), [(1.0, 0.25), (2.0, 0.56), (3.0, 0.78), (5.0, 0.95)])
def test_a_doubling_is_found(mean: float, least: float):
    """SPEC 7: 27 / 59 / 81 / 97% over eight months, more than XmR from mean 2 on."""
    rng = np.random.default_rng(int(mean))
    means = np.r_[np.full(24, mean), np.full(8, 2 * mean)]
    panel = spc.Panel.from_numpy(rng.poisson(means, (10_000, 32)).astype(float), start="2021-08")
    found = spc.exceptions(spc.limits(panel, chart="small_count", baseline=24))
    power = (found.at & 0x55 != 0).mean()  # High alone
    assert power >= least
    if mean >= 2.0:
        by_xmr = spc.exceptions(spc.limits(panel, baseline=24))
        assert power > (by_xmr.at & 0x55 != 0).mean()


@pytest.mark.parametrize("shape", [0.3, 2.0, 40.0])
def test_overdispersed_totals_are_the_first_to_fire(shape: float):
    """Given the sum, negative binomial months share it as the beta-binomial does."""
    months, events = 24, np.array([0.0, 1, 3, 8, 24, 119, 700])
    span, chance = np.array([1, 2, 3, 8]), np.array(CHANCES)
    high, low = (np.empty((len(events), len(span)), np.int64) for _ in range(2))
    shapes = np.full(len(events), shape)
    critical_totals(events, np.full(len(events), months), shapes, span, chance, high, low)
    for (p, base), (r, m) in ((a, b) for a in enumerate(events) for b in enumerate(span)):
        top, bottom, ours, theirs = int(high[p, r]), int(low[p, r]), m * shape, months * shape
        assert betabinom.sf(top - 1, int(top + base), ours, theirs) <= chance[r] * (1 + 1e-9)
        assert betabinom.sf(top - 2, int(top - 1 + base), ours, theirs) > chance[r] * (1 - 1e-9)
        if bottom != NEVER_LOW:
            assert betabinom.cdf(bottom, int(bottom + base), ours, theirs) <= chance[r] * (1 + 1e-9)
        if base:
            assert betabinom.cdf(bottom + 1, int(bottom + 1 + base), ours, theirs) > chance[r] * (1 - 1e-9)


def test_a_large_shape_is_no_overdispersion():
    span, chance = np.array([1, 2, 3, 8]), np.array(CHANCES)
    events, months = np.array([0.0, 5, 60, 300]), np.full(4, 24)
    found = [np.empty((4, 4), np.int64) for _ in range(4)]
    critical_totals(events, months, np.full(4, np.inf), span, chance, *found[:2])
    critical_totals(events, months, np.full(4, 1e12), span, chance, *found[2:])
    assert (found[0] == found[2]).all() and (found[1] == found[3]).all()


def clumped(mean: float, dispersion: float, n: int, seed: int) -> spc.Panel:
    """32 months of negative binomial noise."""
    shape = mean / (dispersion - 1.0)
    values = np.random.default_rng(seed).negative_binomial(shape, shape / (shape + mean), (n, 32))
    return spc.Panel.from_numpy(values.astype(float), start="2021-08")


@pytest.mark.skipif(fewer(1, 0) == 0, reason="thousands of series")
@pytest.mark.parametrize(("mean", "plain"), [(1.0, 0.025), (3.0, 0.034), (5.0, 0.038)])
def test_overdispersed_noise_is_quiet_again(mean: float, plain: float):
    """SPEC 7: variance / mean 1.4 makes it 2.5-3.7%; the option at most 1.9%, and Poisson stays as it is."""
    panel = clumped(mean, 1.4, 20_000, seed=int(mean))
    rates = {}
    for overdispersed in (False, True):
        limits = spc.limits(panel, chart="small_count", baseline=24, overdispersed=overdispersed)
        rates[overdispersed] = float((spc.exceptions(limits).at != 0).mean())
    assert rates[False] == pytest.approx(plain, abs=0.006)
    assert rates[True] <= 0.019
    noise = poisson(mean, 5_000, seed=3)
    options = {"chart": "small_count", "baseline": WINDOW}
    old, new = (spc.exceptions(spc.limits(noise, **options, overdispersed=o)).at for o in (False, True))
    assert np.count_nonzero(old != new) <= 20


def test_overdispersion_is_shrunk_over_the_panel():
    """One clumped series among many quiet ones is drawn towards them; alone it is taken at its word."""
    many, clump = poisson(2.0, 400, seed=8).values, clumped(2.0, 4.0, 1, seed=2).values
    together = np.concatenate([many[:, :32], clump])
    panels = [spc.Panel.from_numpy(values, start="2021-08") for values in (together, clump)]
    options = {"chart": "small_count", "baseline": 24, "overdispersed": True}
    among, alone = (spc.limits(panel, **options) for panel in panels)
    assert alone.phase_shape[0] < among.phase_shape[-1]
    assert np.isinf(spc.limits(panels[0], chart="small_count", baseline=24).phase_shape).all()


def test_overdispersed_is_yes_or_no():
    with pytest.raises(spc.ChoiceError, match="`overdispersed` must be True or False, got 'yes'"):
        spc.limits(poisson(1.0, 1, 1), chart="auto", baseline=24, overdispersed="yes")
    with pytest.raises(spc.ChoiceError, match="`overdispersed` is no argument of limits"):
        spc.limits(poisson(1.0, 1, 1), chart="xmr", baseline=24, overdispersed=True)
