"""Funnels and ranks against scipy, statsmodels, and data printed with their results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import spc

#: Open-heart surgery on children under one year, 1991-95, in twelve English centres: operations, deaths
#: within thirty days, and the percentage dying as printed. Bristol Royal Infirmary Inquiry; the numbers as in
#: Spiegelhalter (2019), The Art of Statistics, data of figure 2.5.
HEARTS = {
    "Bristol": (143, 41, 28.7),
    "Leicester": (187, 25, 13.4),
    "Leeds": (323, 24, 7.4),
    "Oxford": (122, 23, 18.9),
    "Guys": (164, 25, 15.2),
    "Liverpool": (405, 42, 10.4),
    "Southampton": (239, 24, 10.0),
    "Great Ormond St": (482, 53, 11.0),
    "Newcastle": (195, 26, 13.3),
    "Harefield": (177, 25, 14.1),
    "Birmingham": (581, 58, 10.0),
    "Brompton": (301, 31, 10.3),
}
#: Cardiac surgery on babies in twelve hospitals: Spiegelhalter et al. (1996), BUGS 0.5 Examples, volume 1,
#: "Surgical: institutional ranking".
SURGICAL = {
    "n": [47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360],
    "r": [0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24],
}


def units(total: Any, of: Any, names: Any = None) -> spc.Panel:
    """Make a panel of one month, one row a unit."""
    columns = (np.asarray(part, float)[:, None] for part in (total, of))
    values, below = columns
    return spc.Panel.from_numpy(
        values, start="2024-07", of=below, keys={"area": range(len(values)) if names is None else names}
    )


def hearts(**options: Any) -> Any:
    rows = np.array(list(HEARTS.values()))
    panel = units(rows[:, 1], rows[:, 0], list(HEARTS))
    return spc.funnel(panel, window=1, kind="proportion", per=100, **options)


def test_childrens_heart_surgery_as_printed() -> None:
    found = hearts(improvement="low")
    printed = np.array([row[2] for row in HEARTS.values()])
    np.testing.assert_array_equal(np.floor(found.value * 10 + 0.5) / 10, printed)
    assert found.target == pytest.approx(100 * 397 / 3319)
    told = dict(zip(HEARTS, found.outside, strict=True))
    assert told.pop("Bristol") == "above 99.8%"
    assert told.pop("Oxford") == "above 95%"
    assert told.pop("Leeds") == "below 95%"
    assert set(told.values()) == {"inside"}
    assert found.judgement[0] == "worse" and found.judgement[2] == "better"


def test_bristol_by_scipy() -> None:
    """41 or more of 143 by the pooled 397 of 3,319."""
    found = hearts()
    tail = stats.binomtest(41, 143, 397 / 3319, alternative="greater").pvalue
    assert found.p[0] == pytest.approx(2 * tail, rel=1e-10)
    z = (np.arcsin(np.sqrt(41 / 143)) - np.arcsin(np.sqrt(397 / 3319))) * 2 * np.sqrt(143)
    assert found.z[0] == pytest.approx(z, rel=1e-12)


@pytest.mark.parametrize("kind", ["proportion", "rate"])
@pytest.mark.parametrize("level", [95, 99.8])
def test_limits_of_the_appendix_from_quantiles_of_scipy(kind: str, level: float) -> None:
    """Spiegelhalter (2005), A.1.1: r = quantile, (r - (F(r) - p) / f(r)) / n."""
    of = np.array([20, 47, 148, 119, 810, 5_000])
    share = 0.07
    found = spc.funnel(
        units(np.round(of * share), of),
        window=1,
        kind=kind,
        target=share,
        exact="spiegelhalter",
        levels=level,
    )
    law = stats.binom(of, share) if kind == "proportion" else stats.poisson(of * share)
    for p, limit in ((0.5 - level / 200, found.lower[:, 0]), (0.5 + level / 200, found.upper[:, 0])):
        r = law.ppf(p)
        expected = (r - (law.cdf(r) - p) / law.pmf(r)) / of
        np.testing.assert_allclose(limit, np.where(expected > 0, expected, np.nan), rtol=1e-9)


@pytest.mark.parametrize(("exact", "own"), [("tail", 1.0), ("midp", 0.5)])
@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_p_values_of_scipy(kind: str, exact: str, own: float) -> None:
    of = np.repeat([30.0, 200.0, 4_000.0], 9)
    total = np.maximum(np.round(0.05 * of + np.tile(np.arange(-4, 5), 3) * np.sqrt(0.05 * of)), 0.0)
    found = spc.funnel(units(total, of), window=1, kind=kind, target=0.05, exact=exact)
    law = stats.binom(of, 0.05) if kind == "proportion" else stats.poisson(of * 0.05)
    high = law.sf(total) + own * law.pmf(total)
    low = law.cdf(total - 1) + own * law.pmf(total)
    expected = np.minimum(1.0, 2.0 * np.where(total > 0.05 * of, high, low))
    np.testing.assert_allclose(found.p, expected, rtol=1e-9)


def test_tails_of_statsmodels() -> None:
    from statsmodels.stats.proportion import binom_test
    from statsmodels.stats.rates import test_poisson as poisson_test

    found = spc.funnel(units([31, 8], [215, 211]), window=1, kind="proportion", target=0.08)
    for p, count, of, way in zip(found.p, (31, 8), (215, 211), ("larger", "smaller"), strict=True):
        assert p == pytest.approx(2 * binom_test(count, of, 0.08, alternative=way), rel=1e-10)
    found = spc.funnel(units([31, 8], [215, 211]), window=1, kind="rate", target=0.08)
    for p, count, of, way in zip(found.p, (31, 8), (215, 211), ("larger", "smaller"), strict=True):
        sided = poisson_test(count, of, value=0.08, method="exact-c", alternative=way).pvalue
        assert p == pytest.approx(2 * sided, rel=1e-10)


def test_square_root_z_of_statsmodels() -> None:
    """Its variance-stabilised test adds 3/8 to both counts; ours, after Spiegelhalter, does not."""
    from statsmodels.stats.rates import test_poisson as poisson_test

    target = 0.08 + 0.375 / np.array([215, 211])
    found = spc.funnel(units([31.375, 8.375], [215, 211]), window=1, target=target)
    for z, count, of in zip(found.z, (31, 8), (215, 211), strict=True):
        theirs = poisson_test(count, of, value=0.08, method="sqrt-a").statistic
        assert z == pytest.approx(theirs, rel=1e-9)


def means(seed: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    of = rng.integers(20, 2_000, 30).astype(float)
    return rng.normal(50.0, 3.0, 30) + rng.normal(size=30) * 10.0 / np.sqrt(of), of


@pytest.mark.parametrize("seed", range(3))
def test_tau_is_dersimonian_and_lairds(seed: int) -> None:
    """With the fixed-effects mean as target the moments are theirs."""
    from statsmodels.stats.meta_analysis import combine_effects

    mean, of = means(seed)
    theirs = combine_effects(mean, 100.0 / of, method_re="dl")
    found = spc.funnel(
        units(mean * of, of),
        window=1,
        kind="mean",
        sigma=10.0,
        overdispersion="additive",
        estimator="plain",
    )
    assert found.target[0] == pytest.approx(theirs.mean_effect_fe, rel=1e-12)
    assert found.tau[0] ** 2 == pytest.approx(theirs.tau2, rel=1e-9)
    assert found.target[0] == pytest.approx((mean * of).sum() / of.sum(), rel=1e-12)
    spread = spc.funnel(
        units(mean * of, of),
        window=1,
        kind="mean",
        sigma=10.0,
        overdispersion="multiplicative",
        estimator="plain",
    )
    assert spread.phi[0] == pytest.approx(theirs.q / 30, rel=1e-9)


def test_tau_iterated_is_paule_and_mandels() -> None:
    """With their mean for a target; they ask for n - 1 where a given target asks for n."""
    from statsmodels.stats.meta_analysis import combine_effects

    mean, of = means(4)
    found = spc.funnel(
        units(mean * of, of),
        window=1,
        kind="mean",
        sigma=10.0,
        overdispersion="additive",
        winsorise=0.0,
        target=50.0,
    )
    u = (mean - 50.0) / np.sqrt(100.0 / of + found.tau**2)
    assert (u**2).mean() == pytest.approx(1.0, rel=1e-9)
    theirs = combine_effects(mean, 100.0 / of, method_re="iterated", atol=1e-12)
    weights = 1.0 / (100.0 / of + theirs.tau2)
    again = ((mean - theirs.mean_effect_re) ** 2 * weights).sum()
    assert again == pytest.approx(29.0, rel=1e-6)
    assert found.tau[0] == pytest.approx(np.sqrt(theirs.tau2), rel=0.05)


def test_institutional_ranking_against_integrals() -> None:
    """The mean rank is 1 + the chances that others are better, each an integral over two posteriors."""
    from scipy.integrate import quad

    n, r = np.array(SURGICAL["n"]), np.array(SURGICAL["r"])
    found = spc.rank(
        units(r, n), window=1, kind="proportion", method="jeffreys", n_draws=40_000, improvement="low"
    )
    posterior = [stats.beta(a + 0.5, b - a + 0.5) for a, b in zip(r, n, strict=True)]
    expected = [
        1.0
        + sum(
            quad(lambda x, i=i, j=j: posterior[i].pdf(x) * posterior[j].cdf(x), 0, 0.5, limit=200)[0]
            for j in range(12)
            if j != i
        )
        for i in range(12)
    ]
    # the standard deviation of a rank is under 3 here, of its mean 3 / 200
    np.testing.assert_allclose(found.expected, expected, atol=4 * 3 / 200)
    assert found.rank.tolist() == [1, 11, 7, 3, 2, 5, 4, 12, 8, 9, 10, 6]
    assert found.words[7] == "rank 12 of 12, between 9 and 12"
    assert found.words[0] == "rank 1 of 12, between 1 and 3"
