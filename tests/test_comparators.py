"""Funnels and ranks where data say little: unknown chance, few units, subgroups, populations held."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt, sqrt
from statistics import fmean, stdev
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spc
from tests.panels import JIT_OFF


def units(total: Any, of: Any = None, **keys: Any) -> spc.Panel:
    """Make a panel of one month, one row a unit."""
    total = np.asarray(total, float).reshape(-1, 1)
    below = None if of is None else np.asarray(of, float).reshape(-1, 1)
    keys = {"area": [f"unit {i}" for i in range(len(total))]} | keys
    return spc.Panel.from_numpy(total, start="2024-07", of=below, keys=keys)


def test_a_mean_whose_spread_is_unknown_has_a_rank_and_no_interval() -> None:
    """One month says nothing of the spread: no draw, where draws of NaN once gave "between 3 and 3"."""
    panel = units([30, 40, 50], [10, 10, 10])
    found = spc.rank(panel, window=1, kind="mean", n_draws=400)
    assert found.words.tolist() == ["rank 3 of 3", "rank 2 of 3", "rank 1 of 3"]
    assert np.isnan([found.lower, found.upper, found.expected]).all()
    told = spc.rank(panel, window=1, kind="mean", sigma=10.0, n_draws=400)
    assert (told.lower < told.upper).all()


def test_a_bootstrap_of_more_cases_than_integers_hold() -> None:
    panel = units([5, 60, 4, 90], [1e20, 1e20, 1e30, 100])
    found = spc.rank(panel, window=1, kind="proportion", method="bootstrap", n_draws=400)
    assert found.rank.tolist() == [3, 2, 4, 1]
    assert (found.lower == found.rank).all() and (found.upper == found.rank).all()


def test_the_tail_of_a_level_is_exact() -> None:
    """At 90% 50 of 1,000 draws may lie below: 0.5 (1 - 0.9) is a shade under 0.05 and allows 49."""
    from spc.comparators.ranking import _tail

    for level, share in ((50, 0.25), (80, 0.1), (90, 0.05), (95, 0.025), (99, 0.005)):
        assert _tail(level) * 1_000 == share * 1_000


@pytest.mark.parametrize("share", [30, 45])
def test_trimming_that_leaves_nobody_gives_no_limits(share: float) -> None:
    """One unit left has no spread: tau was 1,448,558 on a scale of square roots, or 0 with none left."""
    total = [150, 120, 60, 132, 138]
    for overdispersion in ("additive", "multiplicative"):
        options: dict[str, Any] = {"window": 1, "overdispersion": overdispersion, "winsorise": share}
        found = spc.funnel(units(total, [100] * 5), estimator="shmi", **options)
        assert found.status.tolist() == ["too few units"] * 5
        assert np.isnan(found.tau).all() and np.isnan(found.upper).all()
        other = spc.funnel(units(total, [100] * 5), estimator="spiegelhalter", **options)
        assert (other.status == "ok").all()


def test_one_unit_of_all_the_weight_does_not_drown_the_others() -> None:
    """Means of 10^18 and of ten observations: the weights in fractions; floats once gave 1 / 0."""
    total, of = [10**17, 1, 2, 3, 9, 3], [10**18, 10, 10, 10, 10, 10]
    panel = units(total, of)
    found = spc.funnel(
        panel, window=1, kind="mean", sigma=1.0, overdispersion="additive", estimator="plain", target=0.1
    )
    gaps = [Fraction(n, d) - Fraction(1, 10) for n, d in zip(total, of, strict=True)]
    q = sum(gap**2 * d for gap, d in zip(gaps, of, strict=True))
    tau2 = (q - 5) / (sum(of) - Fraction(sum(d * d for d in of), sum(of)))
    assert found.tau[0] == pytest.approx(sqrt(tau2), rel=1e-9) and 0.1 < found.tau[0] < 0.2


def test_moments_by_hand() -> None:
    """Target 4, s = 1, 1, 1/2, 1/2, 1/3, 1/3, z = 2, -1, 4, -2, 3, -6: Q = 70, w = 1, 1, 4, 4, 9, 9.

    tau^2 = (70 - 5) / (28 - 196 / 28) = 65 / 21; phi = 70 / 6.
    """
    of = np.array([1.0, 1, 4, 4, 9, 9])
    mean = 4 + np.array([2.0, -1, 4, -2, 3, -6]) / np.sqrt(of)
    asked: dict[str, Any] = {"window": 1, "kind": "mean", "sigma": 1.0, "target": 4.0, "estimator": "plain"}
    found = spc.funnel(units(mean * of, of), overdispersion="additive", **asked)
    assert found.tau[0] ** 2 == pytest.approx(65 / 21, rel=1e-12)
    wide = spc.funnel(units(mean * of, of), overdispersion="multiplicative", **asked)
    assert wide.phi[0] == pytest.approx(70 / 6, rel=1e-12)
    # winsorised at 20%: type 7 quantiles of the sorted z (-6, -2, -1, 2, 3, 4) lie at places 1 and 4
    cut = asked | {"estimator": "spiegelhalter", "winsorise": 20}
    wide = spc.funnel(units(mean * of, of), overdispersion="multiplicative", **cut)
    assert wide.phi[0] == pytest.approx((4 + 4 + 1 + 4 + 9 + 9) / 6, rel=1e-12)
    more = spc.funnel(units(mean * of, of), overdispersion="additive", **cut)
    assert more.tau[0] ** 2 == pytest.approx((31 - 5) / 21, rel=1e-12)


MEMBERS = np.array(
    [
        [[3.0, 5, 4, np.nan], [6, 2, 5, 3]],
        [[9.0, 8, np.nan, np.nan], [7, 9, 8, 8]],
        [[4.0, 4, 6, 5], [np.nan, np.nan, np.nan, 5]],
    ]
)


def test_several_observations_a_month_are_compared_as_means() -> None:
    """They were summed up month by month and ranked as Poisson counts; a funnel found no denominator."""
    panel = spc.Panel.from_numpy(MEMBERS, start="2024-06", keys={"area": list("abc")})
    found = spc.funnel(panel, window=2)
    each = [row[np.isfinite(row)].tolist() for row in MEMBERS]
    assert found.of.tolist() == [7, 6, 5] and set(found.kind) == {"mean"}
    np.testing.assert_allclose(found.value, [fmean(row) for row in each], rtol=1e-14)
    assert found.target[0] == pytest.approx(fmean(x for row in each for x in row), rel=1e-14)
    months = [cell[np.isfinite(cell)].tolist() for row in MEMBERS for cell in row]
    months = [cell for cell in months if len(cell) > 1]
    freedom = sum(len(cell) - 1 for cell in months)
    sigma = sqrt(sum((len(cell) - 1) * stdev(cell) ** 2 for cell in months) / freedom)
    assert found.sigma.tolist() == pytest.approx([sigma] * 3, rel=1e-12)
    assert found.panel is panel and spc.funnel_curve(found, points=3).of.tolist() == pytest.approx(
        [5, sqrt(35), 7]
    )
    one = spc.funnel(panel, window=1, as_at="2024-06")
    assert (one.status == "ok").all() and one.of.tolist() == [3, 2, 4]
    given = spc.funnel(panel, window=2, sigma=2.0)
    assert given.z[0] == pytest.approx((given.value[0] - given.target[0]) / 2.0 * sqrt(7), rel=1e-12)
    ranks = spc.rank(panel, window=2, n_draws=400)
    assert ranks.rank.tolist() == [3, 1, 2] and ranks.value.tolist() == found.value.tolist()
    assert (ranks.lower[1], ranks.upper[1]) == (1, 1) and np.isfinite(ranks.expected).all()
    for verb in (spc.funnel, spc.rank):
        with pytest.raises(
            spc.ChoiceError, match="`kind` of months with several observations must be 'mean'"
        ):
            verb(panel, kind="rate")


@pytest.mark.skipif(JIT_OFF, reason="simulation")
def test_coverage_of_means_of_subgroups() -> None:
    """4,000 units on target in 100 funnels, sigma from within the month: 5% and 0.2% as asked."""
    rng = np.random.default_rng(4)
    cells = 40.0 + 3.0 * rng.normal(size=(4_000, 1, 12))
    cells[rng.random(cells.shape) < 0.3] = np.nan
    keys: dict[str, Any] = {"area": range(4_000), "measure": np.repeat(np.arange(100), 40)}
    found = spc.funnel(spc.Panel.from_numpy(cells, start="2024-07", keys=keys), window=1)
    judged = found.p[found.status == "ok"]
    assert np.mean(judged < 0.05) == pytest.approx(0.05, abs=0.011)
    assert np.mean(judged < 0.002) < 0.005


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"among": {"unit 0": ["unit 1"]}}, "`among` must be one list of units here, got a mapping"),
        ({"among": []}, "`among` must name at least one unit"),
        ({"among": {}}, "`among` must name at least one unit"),
        ({"among": ["unit 0", ["unit 1"]]}, r"`among` must name units of the panel, got \['unit 1'\]"),
        ({"levels": (95, 95.0000001)}, "each once"),
        ({"target": True}, "`target` must be a number"),
        ({"target": "0.1"}, "`target` must be a number"),
        ({"per": float("inf")}, "`per` must be a number in the interval"),
    ],
    ids=str,
)
def test_what_funnels_refuse(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(spc.ChoiceError, match=sentence):
        spc.funnel(units([3, 5, 8], [40, 50, 60]), **{"window": 1, **asked})


def test_numbers_of_numpy_are_numbers() -> None:
    panel = units([3, 5, 8, 9, 4, 30], [40, 50, 60, 70, 30, 80])
    plain = spc.funnel(panel, window=1, levels=95, winsorise=10, overdispersion="additive")
    odd: list[Any] = [(np.array(95), np.int64(10)), (np.array([95.0]), np.float32(10))]
    for level, share in odd:
        found = spc.funnel(panel, window=1, levels=level, winsorise=share, overdispersion="additive")
        assert found.levels == (95.0,) and found.upper.tobytes() == plain.upper.tobytes()


@pytest.mark.parametrize(
    "among", [{}, [], {"unit 0": None}, {"unit 0": 5}, {"unit 0": [["unit 1"]]}], ids=str
)
def test_similar_units_that_rank_refuses(among: Any) -> None:
    with pytest.raises(spc.ChoiceError, match="`among` must name"):
        spc.rank(units([3, 5, 8], [40, 50, 60]), window=1, among=among)


def test_a_unit_without_similar_ones_is_alone_and_stops_nobody() -> None:
    among: dict[str, list[str]] = {"unit 0": [], "unit 1": ["unit 2"]}
    found = spc.rank(units([3, 5, 8], [40, 50, 60]), window=1, among=among, n_draws=400)
    assert found.status.tolist() == ["alone", "ok", "not compared"]


def test_no_curve_for_units_with_targets_of_their_own() -> None:
    panel = units([3, 5, 8], [40, 50, 60])
    for name in ("target", "sigma"):
        asked: dict[str, Any] = {"sigma": 1.0, name: [0.1, 0.2, 0.3]}
        found = spc.funnel(panel, window=1, kind="mean", **asked)
        with pytest.raises(spc.ChoiceError, match=f"share one `{name}`, got 3"):
            spc.funnel_curve(found)
    with pytest.raises(spc.ChoiceError, match="needs a unit that was judged, got none"):
        spc.funnel_curve(spc.funnel(units([0, 0], [5, 6]), window=1))


def counts(months: int, start: str, **more: Any) -> spc.Panel:
    keys = {"area": ["A", "B"], "measure": ["m", "m"]}
    return spc.Panel.from_numpy([[10.0] * months] * 2, start=start, keys=keys, **more)


@pytest.mark.parametrize(
    ("months", "start", "between", "people", "told"),
    [
        (24, "2020-01", "line", {"A": [2022], "B": [2022]}, ["of 2022, is held from the start."]),
        (24, "2022-07", "line", {"A": [2022, 2024], "B": [2022, 2024]}, []),
        (25, "2022-07", "line", {"A": [2022, 2024], "B": [2022, 2024]}, ["of 2024, is held to the end."]),
        (24, "2022-06", "line", {"A": [2022, 2024], "B": [2022, 2024]}, ["of 2022, is held from the start."]),
        (24, "2022-01", "step", {"A": [2022, 2023], "B": [2022, 2023]}, []),
        (25, "2022-01", "step", {"A": [2022, 2023], "B": [2022, 2023]}, ["of 2023, is held to the end."]),
        (25, "2021-12", "step", {"A": [2022, 2023], "B": [2022, 2023]}, ["of 2022, is held from the start."]),
        (
            36,
            "2022-07",
            "line",
            {"A": [2022, 2023], "B": [2022, 2024]},
            ["of 2023 to 2024, are held to the end."],
        ),
        (36, "2020-01", "step", {"A": [2020, 2022], "B": [2020, 2021, 2022]}, ["Where 2021 has no estimate"]),
    ],
)
def test_the_note_tells_every_year_that_was_held(
    months: int, start: str, between: str, people: dict[str, list[int]], told: list[str]
) -> None:
    """Before the first mid-year and after the last a line is held; of steps the calendar years count."""
    known = {(area, y): 1_000.0 + 24 * y for area, years in people.items() for y in years}
    rates = spc.per_population(counts(months, start), known, between=between)
    for sentence in told:
        assert sentence in rates.note
    words = ("held from the start", "held to the end", "has no estimate")
    assert sum(rates.note.count(word) for word in words) == len(told)


def test_a_panel_that_needs_no_population_is_told_nothing() -> None:
    panel = counts(3, "2022-01", of=[[5.0] * 3] * 2)
    assert spc.per_population(panel, {("A", 2022): 5}).note == ""
    assert "No area has a population." in spc.per_population(counts(3, "2022-01"), {("a", 2022): 5}).note


def test_years_and_people_beyond_numbers_are_refused() -> None:
    for known in ({("A", float("inf")): 5}, {("A", 2022): 10**400}):
        with pytest.raises(spc.InputError, match="`populations`, A"):
            spc.per_population(counts(3, "2022-01"), known)
    with pytest.raises(spc.ChoiceError, match="`per` must be a number in the interval"):
        spc.per_population(counts(3, "2022-01"), {("A", 2022): 5}, per=float("inf"))


@pytest.mark.parametrize("kind", ["rate", "proportion", "ratio", "mean"])
def test_the_past_and_the_neighbours_change_nothing(kind: str) -> None:
    """As at a month is the panel cut there; other measures beside it leave each funnel and rank alone."""
    rng = np.random.default_rng(8)
    of = rng.integers(100, 900, (20, 30)).astype(float)
    top = rng.binomial(of.astype(int), rng.uniform(0.05, 0.12, (20, 1))).astype(float)
    top[3, 5], of[4, 7] = np.nan, np.nan
    keys = {"area": [f"a{i % 10}" for i in range(20)], "measure": ["x"] * 10 + ["y"] * 10}
    panel = spc.Panel.from_numpy(top, start="2022-01", of=of, keys=keys)
    alone = panel.select(measure="y")
    for verb, asked in ((spc.funnel, {"overdispersion": "additive"}), (spc.rank, {"n_draws": 300})):
        options: dict[str, Any] = {"kind": kind, "window": 6, "min_count": 5, **asked}
        past = verb(panel, as_at="2023-03", **options).to_frame()
        pd.testing.assert_frame_equal(past, verb(panel.until("2023-03"), **options).to_frame())
        own = past[past["measure"] == "y"].reset_index(drop=True)
        pd.testing.assert_frame_equal(own, verb(alone, as_at="2023-03", **options).to_frame())
    assert isqrt(int(np.nansum(own["rank"]))) == 7  # 1 to 10 add up to 55
