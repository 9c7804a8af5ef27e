"""funnel(): against its naive twin, its promises, its coverage, and the forces and providers beside us."""

from __future__ import annotations

import doctest
import pickle
from collections.abc import Callable
from math import ceil, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spc
from spc.results.comparators import Funnel
from tests.panels import JIT_OFF, fewer
from tests.reference import comparators as twin

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
#: Ways of the twin by the estimator's name.
WAYS = {
    "consistent": ("winsorised", True),
    "spiegelhalter": ("winsorised", False),
    "shmi": ("trimmed", False),
    "plain": ("nothing", False),
}


def units(total: Any, of: Any, measure: Any = None, start: str = "2024-07") -> spc.Panel:
    """Make a panel of one month, one row a unit; `measure` says which funnel it stands in."""
    total, of = (np.asarray(part, float).reshape(-1, 1) for part in (total, of))
    keys: dict[str, Any] = {"area": [f"unit {i}" for i in range(len(total))]}
    if measure is not None:
        keys["measure"] = measure
    return spc.Panel.from_numpy(total, start=start, of=of, keys=keys)


def made(kind: str, seed: int, n: int = 24, tau: float = 0.0) -> tuple[Any, Any]:
    """Make units of very different sizes, some without events."""
    rng = np.random.default_rng([seed, len(kind)])
    of = np.round(np.exp(rng.uniform(np.log(8), np.log(900), n)))
    share = np.clip(0.06 * np.exp(tau * rng.normal(size=n)), 0.0, 1.0)
    if kind == "proportion":
        return rng.binomial(of.astype(int), share).astype(float), of
    if kind == "mean":
        return of * (50 + 9 * tau * rng.normal(size=n) + 10 * rng.normal(size=n) / np.sqrt(of)), of
    return rng.poisson(share * of).astype(float), of


@pytest.mark.parametrize("kind", ["rate", "proportion", "ratio"])
@pytest.mark.parametrize("exact", ["tail", "midp", "spiegelhalter"])
def test_exact_limits_equal_the_twin(kind: str, exact: str) -> None:
    total, of = made(kind, 3, n=fewer(24, 6))
    total, of = (np.minimum(part, 200.0) for part in (total, of))
    of = np.round(of * (0.06 if kind == "ratio" else 1.0), 2)
    found = spc.funnel(units(total, of), window=1, kind=kind, exact=exact)
    assert (found.method == "exact").all()
    target = 1.0 if kind == "ratio" else total.sum() / of.sum()
    for s in range(len(of)):
        mean = target * of[s]
        most = int(of[s]) if kind == "proportion" else ceil(mean + 12 * sqrt(mean) + 30)
        term = twin.binomial(most, target) if kind == "proportion" else twin.poisson(mean)
        terms = [term(r) for r in range(most + 1)]
        for k, level in enumerate((95, 99.8)):
            lower, upper = twin.limits(terms, 0.5 - level / 200, exact)
            if kind == "proportion" and upper >= most:
                upper = np.nan
            np.testing.assert_allclose(
                [found.lower[s, k], found.upper[s, k]], [lower / of[s], upper / of[s]], rtol=1e-9
            )
        low, high = twin.tails(terms, int(total[s]), exact)
        tail = high if total[s] > mean else low
        assert found.p[s] == pytest.approx(min(1.0, 2 * tail), rel=1e-9)


@pytest.mark.parametrize("estimator", WAYS)
@pytest.mark.parametrize("kind", ["rate", "proportion", "ratio", "mean"])
def test_phi_and_tau_equal_the_twin(kind: str, estimator: str) -> None:
    total, of = made(kind, 5, n=fewer(24, 11), tau=0.6)
    of = of * 0.06 if kind == "ratio" else of
    options: dict[str, Any] = {"window": 1, "kind": kind, "estimator": estimator}
    if kind == "mean":
        options["sigma"] = 10.0
    target = 1.0 if kind == "ratio" else total.sum() / of.sum()
    scale: dict[str, Callable[[Any], Any]] = {
        "rate": np.sqrt,
        "proportion": lambda x: np.arcsin(np.sqrt(x)),
        "ratio": np.log,
        "mean": lambda x: x,
    }
    seen = np.where((total == 0) & (kind == "ratio"), 0.5, total) / of
    residual = scale[kind](seen) - scale[kind](target)
    error = {"ratio": of**-0.5, "mean": 10 * of**-0.5}.get(kind, 0.5 * of**-0.5)
    phi, tau = twin.spread(residual.tolist(), error.tolist(), 0.1, *WAYS[estimator])
    wide = spc.funnel(units(total, of), overdispersion="multiplicative", **options)
    np.testing.assert_allclose(wide.phi, max(1.0, phi), rtol=1e-8)
    more = spc.funnel(units(total, of), overdispersion="additive", **options)
    np.testing.assert_allclose(more.tau, tau, rtol=1e-8, atol=1e-12)
    assert tau > 0.0 and phi > 1.0
    np.testing.assert_allclose(wide.z, residual / error / np.sqrt(phi), rtol=1e-8)
    np.testing.assert_allclose(more.z, residual / np.sqrt(error**2 + tau**2), rtol=1e-8)


@pytest.mark.parametrize("exact", ["tail", "midp", "spiegelhalter", "none"])
@pytest.mark.parametrize("overdispersion", ["none", "multiplicative", "additive"])
@pytest.mark.parametrize("kind", ["rate", "proportion", "ratio", "mean"])
def test_words_p_and_lines_agree(kind: str, overdispersion: str, exact: str) -> None:
    """A unit is outside a level exactly where its value is beyond the line drawn, and p says the same."""
    total, of = made(kind, 8, n=60, tau=0.4)
    of = of * 0.06 if kind == "ratio" else of
    sigma = 10.0 if kind == "mean" else None
    found = spc.funnel(
        units(total, of), window=1, kind=kind, overdispersion=overdispersion, exact=exact, sigma=sigma
    )
    for k, level in enumerate(found.levels):
        above, below = found.value > found.upper[:, k], found.value < found.lower[:, k]
        np.testing.assert_array_equal(above | below, found.p < 1 - level / 100)
        np.testing.assert_array_equal(above, (found.p < 1 - level / 100) & (found.value > found.target))
    words = np.where(
        found.value > found.upper[:, 1],
        "above 99.8%",
        np.where(found.value > found.upper[:, 0], "above 95%", "no"),
    )
    np.testing.assert_array_equal(found.outside[words != "no"], words[words != "no"])
    assert (found.outside == "inside").any() and (overdispersion != "none" or (words != "no").any())


def test_limits_that_cannot_be_crossed_are_not_there() -> None:
    found = spc.funnel(units([0, 3, 2], [3, 40, 2]), window=1, kind="proportion", target=0.5)
    assert np.isnan(found.lower[0]).all() and np.isnan(found.upper[0]).all()
    assert found.lower[1, 0] > 0 and found.outside[1] == "below 99.8%"
    assert (found.outside[[0, 2]] == "inside").all()


def test_many_funnels_in_one_call_are_those_of_single_calls() -> None:
    total, of = made("rate", 2, n=60, tau=0.3)
    measure = np.array(["a", "b", "c"])[np.arange(60) % 3]
    panel = units(total, of, measure)
    together = spc.funnel(panel, window=1, overdispersion="additive")
    for name in "abc":
        alone = spc.funnel(panel.select(measure=name), window=1, overdispersion="additive")
        for field in ("target", "tau", "z", "p", "lower", "upper"):
            np.testing.assert_array_equal(getattr(together, field)[measure == name], getattr(alone, field))
    assert len(set(together.target)) == 3
    assert repr(together).startswith("Funnel(60 series in 3 funnels, ")


@pytest.mark.parametrize("overdispersion", ["none", "multiplicative", "additive"])
def test_the_order_of_the_units_does_not_matter(overdispersion: str) -> None:
    rng = np.random.default_rng(6)
    total, of = made("rate", 4, n=40, tau=0.3)
    panel = units(total + 0.1, of + 0.7, np.repeat(["a", "b"], 20))
    first = spc.funnel(panel, window=1, overdispersion=overdispersion)
    order = rng.permutation(40)
    other = spc.funnel(panel.select(order), window=1, overdispersion=overdispersion)
    for name in ("target", "phi", "tau", "z", "p", "lower", "upper", "outside", "status"):
        np.testing.assert_array_equal(getattr(other, name), getattr(first, name)[order])


def test_threads_do_not_matter() -> None:
    total, of = made("rate", 4, n=3_000, tau=0.3)
    panel = units(total, of, np.arange(3_000) % 300)
    try:
        spc.set_threads(1)
        one = spc.funnel(panel, window=1, overdispersion="additive")
        spc.set_threads(4)
        four = spc.funnel(panel, window=1, overdispersion="additive")
    finally:
        spc.set_threads(None)
    assert one.p.tobytes() == four.p.tobytes() and one.tau.tobytes() == four.tau.tobytes()


def test_windows_are_ratios_of_sums() -> None:
    """A month with one part missing leaves both sums; a whole window must be heard of."""
    values = [[1.0, 2.0, 4.0], [3.0, np.nan, 5.0], [np.nan, 2.0, 2.0], [6.0, 6.0, 6.0]]
    of = [[10.0, 20.0, 40.0], [10.0, 99.0, 10.0], [np.nan, 10.0, 10.0], [0.0, 0.0, 0.0]]
    panel = spc.Panel.from_numpy(values, start="2024-01", of=of, keys={"area": list("abcd")})
    found = spc.funnel(panel, window=3)
    assert found.status.tolist() == ["ok", "ok", "incomplete window", "no denominator"]
    assert found.total[:2].tolist() == [7.0, 8.0] and found.of[:2].tolist() == [70.0, 20.0]
    assert found.target[0] == 15.0 / 90.0 and np.isnan(found.target[2:]).all()
    assert spc.funnel(panel, window=3, min_count=2).status[2] == "ok"
    assert spc.funnel(panel, window=2, as_at="2024-02").total[0] == 3.0


def test_what_has_no_place_says_so_and_stops_nobody() -> None:
    total = [5, 6, 7, -1, 9, np.nan, 4]
    of = [50, 60, 70, 80, 8, 30, np.nan]
    panel = units(total, of)
    found = spc.funnel(panel, window=1, kind="proportion", among=[f"unit {i}" for i in (0, 1, 3, 4, 5, 6)])
    assert found.status.tolist() == [
        *("ok", "ok", "not compared", "negative value", "more than all", "no data", "no denominator")
    ]
    assert found.target[0] == 11 / 110 and (found.outside[2:] == "").all()
    assert len(found.to_frame()) == 7
    assert spc.funnel(units([0, 0], [5, 6]), window=1).status.tolist() == ["no variation"] * 2
    assert spc.funnel(units([3], [50]), window=1).status.tolist() == ["alone"]
    assert spc.funnel(units([3], [50]), window=1, target=0.1).status.tolist() == ["ok"]
    few = spc.funnel(units([3, 4], [50, 50]), window=1, overdispersion="additive")
    assert few.status.tolist() == ["too few units"] * 2 and np.isnan(few.upper).all()


def test_numbers_beyond_counting_end_nothing() -> None:
    panel = units([1e100, 3, 5, 1e16], [1e100, 10, 10, 1e18])
    for kind in ("rate", "proportion", "ratio"):
        found = spc.funnel(panel, window=1, kind=kind, target=0.5)
        assert found.method.tolist() == ["approximate", "exact", "exact", "approximate"]
        assert found.outside[[0, 3]].tolist() == ["above 99.8%", "below 99.8%"]


def test_one_bad_unit_under_a_given_target_leaves_the_others_alone() -> None:
    total, of = made("rate", 9)
    good = spc.funnel(units(total, of), window=1, target=0.06)
    total[3], of[5] = np.nan, 0.0
    bad = spc.funnel(units(total, of), window=1, target=0.06)
    others = np.setdiff1d(np.arange(len(of)), [3, 5])
    for name in ("z", "p", "lower", "upper"):
        np.testing.assert_array_equal(getattr(good, name)[others], getattr(bad, name)[others])


def test_a_catalogue_says_kind_unit_and_direction() -> None:
    panel = units([30, 10, 20], [100, 100, 100], ["Abandoned"] * 3)
    measure = spc.Measure("Abandoned", kind="proportion", improvement="low")
    found = spc.funnel(panel, measures=[measure], window=1)
    assert set(found.kind) == {"proportion"} and found.target[0] == 20.0 and found.value[0] == 30.0
    assert found.judgement.tolist() == ["worse", "better", ""]
    assert spc.funnel(panel, window=1).judgement.tolist() == ["no direction", "no direction", ""]
    assert spc.funnel(panel, window=1, improvement="high", kind="proportion").judgement[0] == "better"


def test_means_take_their_sigma_from_the_months_of_the_window() -> None:
    rng = np.random.default_rng(3)
    of = rng.integers(50, 400, (200, 12)).astype(float)
    mean = 600 + 120 * rng.normal(size=of.shape) / np.sqrt(of)
    panel = spc.Panel.from_numpy(mean * of, start="2023-08", of=of, keys={"area": range(200)})
    found = spc.funnel(panel, kind="mean")
    months = mean - (mean * of).sum(axis=1, keepdims=True) / of.sum(axis=1, keepdims=True)
    assert found.sigma[0] == pytest.approx(np.sqrt((of * months**2).sum() / (200 * 11)), rel=1e-9)
    # 2,200 degrees of freedom: a standard error of 1.5%
    assert found.sigma[0] == pytest.approx(120, rel=0.06)
    assert np.mean(found.p < 0.05) <= 0.05 + 3 * sqrt(0.05 * 0.95 / 200)
    assert (spc.funnel(panel, kind="mean", window=1).status == "no variation").all()


@pytest.mark.parametrize("tau", [0.0, 0.2])
def test_the_curve_runs_through_the_limits_of_the_units(tau: float) -> None:
    total, of = made("rate", 12, n=20, tau=tau)
    found = spc.funnel(units(total, of), window=1, per=1000, overdispersion="additive")
    curve = spc.funnel_curve(found, points=7)
    ends = [int(np.argmin(of)), int(np.argmax(of))]
    np.testing.assert_allclose(curve.upper[[0, -1]], found.upper[ends], rtol=1e-9)
    np.testing.assert_allclose(curve.lower[[0, -1]], found.lower[ends], rtol=1e-9)
    assert curve.target == found.target[0] and len(curve.to_frame()) == 7
    assert (np.diff(curve.upper, axis=0) < 0).all()


def test_a_funnel_travels() -> None:
    found = spc.funnel(units(*made("rate", 1)), window=1)
    again: Funnel = pickle.loads(pickle.dumps(found))
    pd.testing.assert_frame_equal(again.to_frame(), found.to_frame())


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"kind": "odds"}, "`kind` must be one of 'auto', 'rate'"),
        ({"levels": (95, 100)}, "`levels` must be a number in the interval"),
        ({"levels": (95, 95)}, "each once, got"),
        ({"levels": 20}, "`levels` must be percentages from 50"),
        ({"target": 0.0}, "`target` must be above 0"),
        ({"target": 1.5, "kind": "proportion"}, "below the whole"),
        ({"target": "pooled"}, "`target` must be a number, or one for each of 2 series"),
        ({"sigma": -1.0, "kind": "mean"}, "`sigma` must be above 0"),
        ({"transform": "arcsine"}, "`transform` of a rate must be 'square_root' or 'log' or 'none'"),
        ({"winsorise": 50}, "`winsorise` must be a percentage from 0 to 45"),
        ({"overdispersion": "both"}, "`overdispersion` must be one of"),
        ({"exact": True}, "`exact` must be one of"),
        ({"per": 0}, "`per` must be a number in the interval"),
        ({"group": "region"}, "`group` must name keys of the panel, area, got 'region'"),
        ({"among": ["unit 0", "unit 9"]}, "`among` must name units of the panel, got 'unit 9'"),
        ({"improvement": "up"}, "`improvement` must be one of"),
        ({"window": 0}, "`window` must be a whole number from 1"),
        ({"measures": "catalogue.toml"}, "`measures` must be a Catalogue"),
    ],
    ids=str,
)
def test_what_is_refused(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(spc.ChoiceError, match=sentence):
        spc.funnel(units([3, 5], [40, 50]), **{"window": 1, **asked})


def test_keys_that_do_not_say_what_the_units_are() -> None:
    keys = {"force": ["a", "a"], "ward": ["b", "c"]}
    panel = spc.Panel.from_numpy([[3], [5]], start="2024-07", of=[[40], [50]], keys=keys)
    with pytest.raises(spc.ChoiceError, match="`group` must say which of the keys force, ward"):
        spc.funnel(panel, window=1)
    assert spc.funnel(panel, window=1, group="ward").target[0] == 8 / 90
    assert spc.funnel(panel, window=1, group=["force", "ward"]).target[0] == 8 / 90
    assert set(spc.funnel(panel, window=1, group="force").status) == {"alone"}
    with pytest.raises(spc.ChoiceError, match="one funnel at a time, got 2"):
        spc.funnel_curve(spc.funnel(panel, window=1, group="force", target=0.1))


def drawn(seed: int, low: float, high: float, rate: float, tau: float, kind: str = "rate") -> spc.Panel:
    """Make 400 funnels of 40 units under one rate, or under rates that vary on the scale of the kind."""
    rng = np.random.default_rng(seed)
    of = np.round(np.exp(rng.uniform(np.log(low), np.log(high), (400, 40))))
    shifts = tau * rng.normal(size=of.shape)
    if kind == "proportion":
        share = np.sin(np.arcsin(np.sqrt(rate)) + shifts) ** 2
        total = rng.binomial(of.astype(int), share).astype(float)
    else:
        total = rng.poisson(of * np.maximum(np.sqrt(rate) + shifts, 0.0) ** 2).astype(float)
    return units(total, of, np.repeat(np.arange(400), 40))


@pytest.mark.skipif(JIT_OFF, reason="simulation")
@pytest.mark.parametrize("kind", ["rate", "proportion"])
@pytest.mark.parametrize("exact", ["tail", "midp"])
@pytest.mark.parametrize(("low", "high"), [(20, 2_000), pytest.param(2_000, 200_000, marks=pytest.mark.long)])
def test_units_on_target_fall_outside_as_seldom_as_stated(
    low: float, high: float, exact: str, kind: str
) -> None:
    found = spc.funnel(drawn(1, low, high, 0.05, 0.0, kind), window=1, kind=kind, exact=exact)
    judged = found.p[found.status == "ok"]
    for chance in (0.05, 0.002):
        share = np.mean(judged < chance)
        error = sqrt(chance * (1 - chance) / len(judged))
        assert share <= chance + 3 * error
        assert share >= (0.2 if exact == "tail" else 0.4) * chance


@pytest.mark.skipif(JIT_OFF, reason="simulation")
@pytest.mark.parametrize("kind", ["rate", "proportion"])
def test_under_random_effects_the_additive_limits_keep_their_level(kind: str) -> None:
    """With 40 units tau is not known exactly: 0.2% becomes 0.3%. SE 0.0017 and 0.0004."""
    found = spc.funnel(
        drawn(2, 400, 40_000, 0.05, 0.02, kind), window=1, kind=kind, overdispersion="additive"
    )
    assert np.mean(found.p < 0.05) == pytest.approx(0.05, abs=0.006)
    assert np.mean(found.p < 0.002) == pytest.approx(0.003, abs=0.0015)
    assert np.median(found.tau) == pytest.approx(0.02, rel=0.03)


@pytest.mark.skipif(JIT_OFF, reason="simulation")
@pytest.mark.parametrize(("estimator", "share"), [("consistent", 0.05), ("spiegelhalter", 0.11)])
def test_what_multiplicative_limits_keep(estimator: str, share: float) -> None:
    """Units of one size: the factor as published is 0.68 of the variance, so that 11% fall outside 95%."""
    panel = drawn(3, 5_000, 5_001, 0.05, 0.02)
    found = spc.funnel(panel, window=1, overdispersion="multiplicative", estimator=estimator)
    assert np.mean(found.p < 0.05) == pytest.approx(share, abs=0.008)


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared data")
def test_forces_of_england_and_wales() -> None:
    """Positive outcomes of closed burglaries: forces differ by far more than chance."""
    rows = pd.read_csv(SHARED / "policeuk_force_crime_type_month.csv.gz")
    panel = spc.Panel.from_frame(rows, series=["area", "measure"], value="positive", of="closed")
    plain = spc.funnel(panel, as_at="2025-08", window=6, kind="proportion", per=100)
    wide = spc.funnel(panel, as_at="2025-08", window=6, kind="proportion", per=100, overdispersion="additive")
    here = (panel.keys["measure"] == "Burglary") & (plain.status == "ok")
    assert here.sum() >= 35
    total, of = plain.total[here], plain.of[here]
    assert plain.target[here][0] == pytest.approx(100 * total.sum() / of.sum(), rel=1e-12)
    outside = [np.mean(each.p[here] < 0.002) for each in (plain, wide)]
    assert outside[0] > 0.25 and outside[1] < 0.06
    assert wide.tau[here][0] > 3 * np.median(0.5 / np.sqrt(of))


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared data")
def test_accident_and_emergency_departments() -> None:
    """Four-hour breaches of type 1 departments: without overdispersion nearly all are outside."""
    rows = pd.read_parquet(SHARED / "nhs_ae_breaches_2016-04_2019-03.parquet")
    rows = rows[rows["measure"].str.endswith("type 1")]
    panel = spc.Panel.from_frame(rows, series=["area", "measure"], value="numerator", of="denominator")
    plain = spc.funnel(panel, kind="proportion", improvement="low", per=100)
    wide = spc.funnel(panel, kind="proportion", improvement="low", per=100, overdispersion="additive")
    ok = plain.status == "ok"
    assert ok.sum() > 100
    assert np.mean(plain.p[ok] < 0.002) > 0.9
    assert np.mean(wide.p[ok] < 0.05) < 0.12 and np.mean(wide.p[ok] < 0.002) < 0.05
    u = wide.z[ok]
    assert np.mean(np.clip(u, *np.quantile(u, [0.1, 0.9])) ** 2) == pytest.approx(
        twin.remaining(0.1), rel=1e-6
    )


def test_the_page_runs() -> None:
    page = ROOT / "docs" / "comparators.md"
    found = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted > 10 and found.failed == 0


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared data")
def test_the_worked_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SHARED)
    page = ROOT / "docs" / "comparators_worked.md"
    found = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted > 15 and found.failed == 0
