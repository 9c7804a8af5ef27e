"""Exact limits of single counts: binomial, Poisson, negative binomial and geometric quantiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

import spc
from spc.kernels.attributes import ratios
from tests.test_attribute_charts import flags, panel

#: Chance beyond three sigma, on one side.
TAIL = 0.0013498980316300933


@pytest.mark.parametrize("limits", ["exact", "negative_binomial"])
@pytest.mark.parametrize("width", [3.0, 0.1])
def test_a_constant_count_never_lies_beyond_its_exact_limits(limits: str, width: float):
    counts = panel(np.full((1, 30), 5.0))
    found = spc.limits(counts, chart="c", limits=limits, width=width)
    assert not flags(found).any() and found.status.tolist() == ["ok"]
    if limits == "exact":
        found = spc.limits(counts, chart="g", limits=limits, width=width)
        assert not flags(found).any()
        parts = panel(np.full((1, 30), 5.0), np.full((1, 30), 40.0))
        for name in ("p", "np", "u"):
            assert not flags(spc.limits(parts, chart=name, limits=limits, width=width)).any()


CHANCES: dict[str, Callable[..., Any]] = {
    "p": lambda n, centre: stats.binom(n, centre),
    "np": lambda n, centre: stats.binom(n, centre),
    "u": lambda n, centre: stats.poisson(n * centre),
}


@pytest.mark.parametrize("name", CHANCES)
@pytest.mark.parametrize("width", [3.0, 1.5, 0.3])
def test_exact_limits_are_the_nearest_counts_with_the_normal_tail_beyond(name: str, width: float):
    rng = np.random.default_rng(11)
    of = rng.integers(1, 2000, (40, 12)).astype(float)
    centre = rng.uniform(0.0005, 0.9995, 40)
    limits = spc.limits(
        panel(np.floor(of * centre[:, None]), of), chart=name, centre=centre, limits="exact", width=width
    )
    scale = 1.0 if name == "np" else of
    upper, lower = limits.ucl * scale, limits.lcl * scale
    law, mean = CHANCES[name](of, centre[:, None]), of * centre[:, None]
    tail = stats.norm.sf(width)
    high, low = np.round(upper), np.round(lower)
    whole = np.abs(upper - high) < 1e-6
    assert whole.mean() > 0.8, "elsewhere the limit is the mean itself"
    assert np.allclose(upper[~whole], mean[~whole])
    assert (law.sf(np.floor(upper + 1e-6)) <= tail * (1 + 1e-9)).all()
    assert (law.cdf(np.ceil(lower - 1e-6) - 1.0) <= tail * (1 + 1e-9)).all()
    assert (law.sf(high - 1.0) > tail * (1 - 1e-9))[whole & (high > 0.0) & (high > mean)].all()
    assert (law.cdf(low) > tail * (1 - 1e-9))[np.abs(lower - low) < 1e-6].all()
    assert np.isnan(limits.sigma).all()


def test_exact_limits_hold_at_the_ends():
    top, of = np.tile([1.0, 0.0], (1, 10)), np.full((1, 20), 5.0)
    limits = spc.limits(panel(top, of), chart="p", limits="exact", centre=0.999)
    assert (limits.ucl == 1.0).all() and flags(limits).all()
    zero = spc.limits(panel(np.zeros((1, 20)), of), chart="p", limits="exact")
    assert zero.status.tolist() == ["no variation"] and (zero.ucl == 0.0).all()
    halves = spc.limits(panel(top, of + 0.5), chart="p", limits="exact", centre=0.2)
    assert halves.status.tolist() == ["no counts"], "half a case is no denominator of a proportion"


def test_exact_limits_flag_by_limits_and_centre_alone():
    counts = panel(np.array([[9.0] * 12 + [10.0] * 12 + [14.0] * 3 + [11.0] * 9]))
    exact = spc.limits(counts, chart="c", baseline=24, limits="exact")
    words = spc.exceptions(exact, rules="opcc")
    assert words.words.tolist() == ["Eight-Month High"]
    assert (words.mask & 0b111100).max() == 0, "no Two-Month, no Three-Month"


def test_negative_binomial_limits_of_an_overdispersed_count():
    row = np.array([[2.0, 30.0, 5.0, 17.0, 1.0, 25.0, 9.0, 14.0, 3.0, 11.0, 22.0, 6.0]])
    mean, variance = row.mean(), row.var(ddof=1)
    limits = spc.limits(panel(row), chart="c", limits="negative_binomial")
    r = mean * mean / (variance - mean)
    law = stats.nbinom(r, r / (r + mean))
    upper = limits.ucl[0, 0]
    assert law.sf(upper) <= TAIL < law.sf(upper - 1.0)
    assert upper > spc.limits(panel(row), chart="c", limits="exact").ucl[0, 0]
    rates = spc.limits(panel(row, np.full_like(row, 3.0)), chart="u", limits="negative_binomial")
    assert rates.ucl[0, 0] * 3.0 == pytest.approx(upper), "equal denominators change nothing"


def test_the_dispersion_of_rates_is_unbiased_whatever_the_denominators():
    rng = np.random.default_rng(17)
    of = np.tile(rng.uniform(0.2, 5.0, 24), (4000, 1))
    mean, k = 6.0 * of, 0.3
    top = rng.poisson(rng.gamma(1.0 / k, k, of.shape) * mean).astype(float)
    n = len(top)
    rate, flaw, found = np.empty(n), np.empty(n, np.int64), np.empty(n)
    phases = np.arange(n + 1), np.zeros(n, np.int64), np.full(n, 24)
    ratios(top, of, *phases, 1, rate, flaw, found)
    assert found.mean() == pytest.approx(k, abs=0.02), "standard error 0.003; the ratio itself leans by 0.01"
    assert (flaw == 2).all(), "counts, and no part of a whole"


def test_poisson_limits_where_there_is_no_overdispersion():
    even = panel(np.tile([9.0, 11.0], (1, 12)))
    plain, wide = (spc.limits(even, chart="c", limits=word) for word in ("exact", "negative_binomial"))
    assert np.array_equal(plain.ucl, wide.ucl)


def test_exact_limits_of_g_find_a_cluster():
    gaps = np.concatenate([np.full(20, 2000.0), [1.0]])
    gaps[:20:2] = 1500.0
    found = spc.limits(spc.Panel.from_numpy(gaps, start=None), chart="g", baseline=20, limits="exact")
    assert found.lcl[0, 0] == 2.0  # 1 - (1750/1751)^3 = .0017, ^2 = .0011
    assert flags(found)[0].tolist() == [0] * 20 + [2]
