"""rank() and per_population(): against their twins, and what they promise."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spc
from spc.kernels.ranks import rank_draws, rank_intervals
from tests.panels import JIT_OFF
from tests.reference import comparators as twin


def units(total: Any, of: Any = None, **keys: Any) -> spc.Panel:
    """Make a panel of one month, one row a unit."""
    total = np.asarray(total, float).reshape(-1, 1)
    below = None if of is None else np.asarray(of, float).reshape(-1, 1)
    keys = {"area": [f"unit {i}" for i in range(len(total))]} | keys
    return spc.Panel.from_numpy(total, start="2024-07", of=below, keys=keys)


FIELDS = ("rank", "tied", "among", "lower", "upper", "expected", "quartile", "words", "value", "status")


@pytest.mark.parametrize("seed", range(3))
def test_kernels_equal_the_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, 9, (60, 7)) / 4.0 if seed else rng.normal(size=(60, 7))
    ranks = np.empty(draws.shape, np.int64)
    rank_draws(draws, ranks)
    assert ranks.tolist() == [twin.ranks(row) for row in draws.tolist()]
    for tail in (0.025, 0.1, 0.0):
        lower, upper, mean = np.empty((3, 7))
        rank_intervals(np.arange(7), ranks, tail, lower, upper, mean)
        for unit in range(7):
            expected = twin.middle_ranks(draws.tolist(), unit, tail)
            assert (lower[unit], upper[unit]) == expected[:2] and mean[unit] == pytest.approx(expected[2])


def test_ranks_of_values_and_ties() -> None:
    """1/3 and 2/6 are one value; ties share the smallest place."""
    panel = units([1, 2, 5, 0, 1], [3, 6, 10, 9, 10])
    found = spc.rank(panel, window=1)
    assert found.rank.tolist() == [2, 2, 1, 5, 4]
    assert found.tied.tolist() == [True, True, False, False, False]
    assert found.words[0].startswith("joint rank 2 of 5, between ")
    assert spc.rank(panel, window=1, improvement="low").rank.tolist() == [3, 3, 5, 1, 2]
    assert found.quartile.tolist() == [2, 2, 1, 4, 4]
    tenths = spc.rank(units([0.1 + 0.2, 0.3, 0.4]), window=1)
    assert tenths.rank.tolist() == [2, 2, 1]


@pytest.mark.parametrize("kind", ["rate", "proportion", "ratio", "mean"])
@pytest.mark.parametrize("method", ["shrunken", "jeffreys", "bootstrap"])
def test_the_order_of_the_units_does_not_matter(method: str, kind: str) -> None:
    rng = np.random.default_rng(2)
    of = rng.integers(20, 400, 24).astype(float)
    panel = units(rng.binomial(of.astype(int), 0.1), of, measure=np.repeat(["a", "b"], 12))
    sigma = 3.0 if kind == "mean" else None
    options: dict[str, Any] = {"window": 1, "kind": kind, "method": method, "n_draws": 500, "sigma": sigma}
    first = spc.rank(panel, **options)
    order = rng.permutation(24)
    other = spc.rank(panel.select(order), **options)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(other, name), getattr(first, name)[order])
    try:
        for count in (1, 4):
            spc.set_threads(count)
            again = spc.rank(panel, **options)
            assert again.expected.tobytes() == first.expected.tobytes()
    finally:
        spc.set_threads(None)
    assert (spc.rank(panel, **options, seed=2).expected != first.expected).any()


def test_groups_do_not_know_each_other() -> None:
    rng = np.random.default_rng(5)
    panel = units(rng.poisson(30, 20), rng.integers(50, 90, 20), measure=np.repeat(["a", "b"], 10))
    both = spc.rank(panel, window=1, n_draws=400)
    for name in "ab":
        alone = spc.rank(panel.select(measure=name), window=1, n_draws=400)
        here = panel.keys["measure"] == name
        for field in FIELDS:
            np.testing.assert_array_equal(getattr(both, field)[here], getattr(alone, field))


def test_most_similar_forces() -> None:
    panel = units([10, 20, 30, 40, 50], [100] * 5)
    some = spc.rank(panel, window=1, among=["unit 1", "unit 3", "unit 4"], n_draws=400)
    assert some.among.tolist() == [0, 3, 0, 3, 3] and some.rank[[1, 3, 4]].tolist() == [3, 2, 1]
    assert some.status.tolist() == ["not compared", "ok", "not compared", "ok", "ok"]
    peers = {"unit 0": ["unit 1", "unit 2"], "unit 3": ["unit 4", "unit 0", "unit 1"]}
    each = spc.rank(panel, window=1, among=peers, n_draws=400)
    assert each.rank[[0, 3]].tolist() == [3, 2] and each.among.tolist() == [3, 0, 0, 4, 0]
    assert each.status.tolist() == ["ok", "not compared", "not compared", "ok", "not compared"]
    whole = spc.rank(panel, window=1, among=["unit 0", "unit 1", "unit 2"], n_draws=400)
    assert (each.lower[0], each.upper[0]) == (whole.lower[0], whole.upper[0])


def test_rates_are_told_in_the_unit_of_the_measure() -> None:
    """6.1 crimes per 1,000 people, as the funnel beside it says; the ranks are those of the bare ratios."""
    panel = units([61, 40, 55], [10_000] * 3, measure=["Crimes"] * 3)
    rates = [spc.Measure("Crimes", kind="rate", unit="per_1000", improvement="low")]
    found = spc.rank(panel, measures=rates, window=1, n_draws=400)
    assert found.value.tolist() == spc.funnel(panel, measures=rates, window=1).value.tolist()
    assert found.to_frame()["value"].tolist() == pytest.approx([6.1, 4.0, 5.5], rel=1e-12)
    plain = spc.rank(panel, window=1, improvement="low", n_draws=400)
    assert plain.value.tolist() == [0.0061, 0.004, 0.0055]
    assert plain.words.tolist() == found.words.tolist()
    assert spc.rank(panel, window=1, per=100, n_draws=400).value.tolist() == pytest.approx([0.61, 0.4, 0.55])
    asked: dict[str, Any] = {"window": 1, "kind": "mean", "n_draws": 400}
    told = spc.rank(panel, sigma=0.03, **asked)  # in the unit of the values
    np.testing.assert_array_equal(spc.rank(panel, sigma=30, per=1000, **asked).expected, told.expected)
    counts = [spc.Measure("Crimes", improvement="low")]
    assert spc.rank(units([3, 1]), measures=counts, window=1, per=1000, n_draws=400).value.tolist() == [3, 1]


def test_what_has_no_place_says_so() -> None:
    panel = units([3, np.nan, 5, 9], [10, 10, np.nan, 8])
    found = spc.rank(panel, window=1, kind="proportion", n_draws=400)
    assert found.status.tolist() == ["alone", "no data", "no denominator", "more than all"]
    assert found.among.sum() == 0
    counts = spc.rank(units([3, np.nan, 5, -2]), window=1, n_draws=400)
    assert counts.rank[[0, 2]].tolist() == [2, 1] and counts.status[1] == "no data"
    assert len(counts.to_frame()) == 4 and counts.words[1] == ""
    refused = spc.rank(units([3], [10]), window=1)
    assert refused.status.tolist() == ["alone"] and refused.words.tolist() == [""]


def test_stocks_and_medians_have_ranks_without_intervals() -> None:
    keys = {"area": ["a", "b", "c"], "measure": ["Open"] * 3}
    values = [[1.0, 3.0], [5.0, 1.0], [9.0, 9.0]]
    panel = spc.Panel.from_numpy(values, start="2024-06", keys=keys)
    found = spc.rank(panel, measures=[spc.Measure("Open", kind="stock", improvement="low")], window=2)
    assert found.value.tolist() == [2, 3, 9] and found.words[0] == "rank 1 of 3"
    given = spc.Panel.from_numpy(values, start="2024-06", given={12: values}, keys=keys)
    found = spc.rank(given, measures=[spc.Measure("Open", kind="median")])
    assert found.value.tolist() == [3, 1, 9] and found.rank.tolist() == [2, 3, 1]


@pytest.mark.skipif(JIT_OFF, reason="simulation")
def test_intervals_hold_the_true_rank() -> None:
    """400 panels of 20 rates spread by chance and in truth: intervals of 95% hold the true rank in 95%.

    The rates come from the wide prior that "jeffreys" has nearly, which is where the level is exact.
    """
    rng = np.random.default_rng(11)
    rates = rng.gamma(2.0, 50.0, (400, 20))
    panel = units(rng.poisson(rates), np.ones(8_000), measure=np.repeat(np.arange(400), 20))
    found = spc.rank(panel, window=1, n_draws=1_000)
    truth = np.array([twin.ranks(row) for row in rates.tolist()]).ravel()
    held = (found.lower <= truth) & (truth <= found.upper)
    assert held.mean() > 0.95 - 3 * sqrt(0.05 * 0.95 / 8_000)
    assert (found.upper - found.lower).mean() < 6


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"among": ["unit 9"]}, "`among` must name units of the panel, got 'unit 9'"),
        ({"among": {"unit 0": ["elsewhere"]}}, "got 'elsewhere'"),
        ({"level": 100}, "`level` must be from 50 to below 100"),
        ({"n_draws": 7}, "`n_draws` must be a whole number from 100"),
        ({"n_draws": 10_000_000, "among": None}, None),
        ({"method": "mcmc"}, "`method` must be one of 'shrunken', 'jeffreys', 'bootstrap'"),
        ({"seed": -1}, "`seed` must be a whole number"),
        ({"group": "force"}, "`group` must name keys"),
        ({"improvement": "best"}, "`improvement` must be one of"),
    ],
    ids=str,
)
def test_what_is_refused(asked: dict[str, Any], sentence: str | None) -> None:
    panel = units(range(1, 9), [100] * 8)
    with pytest.raises(spc.ChoiceError, match=sentence or "`n_draws` must be at most 6,250,000 for 8 units"):
        spc.rank(panel, **{"window": 1, **asked})


YEARS = {("Swindon", 2022): 231_900, ("Swindon", 2023): 235_657, ("County", 2022): 515_885}


def counts(months: int, start: str = "2022-01", **more: Any) -> spc.Panel:
    keys = {"area": ["Swindon", "County"], "measure": ["Burglary"] * 2}
    return spc.Panel.from_numpy([[10.0] * months, [20.0] * months], start=start, keys=keys, **more)


def line(month: int, low: int, high: int) -> Fraction:
    """Give the population in the middle of a month, `month` months after the first mid-year."""
    share = Fraction(2 * month + 1, 24)
    return low + (high - low) * min(max(share, Fraction(0)), Fraction(1))


def test_a_window_over_two_calendar_years() -> None:
    """Twelve months from October 2022: the mean of twelve monthly populations, in fractions."""
    rates = spc.per_population(counts(24), YEARS)
    found = spc.funnel(rates, as_at="2023-09", per=1000)
    low, high = YEARS["Swindon", 2022], YEARS["Swindon", 2023]
    people = sum(line(month, low, high) for month in range(3, 15)) / 12
    assert found.of[0] == pytest.approx(float(people), rel=1e-14)
    assert found.value[0] == pytest.approx(float(1000 * 120 / people), rel=1e-14)
    assert found.of[1] == pytest.approx(515_885, rel=1e-14)
    quarter = spc.funnel(rates, as_at="2023-09", window=3, per=1000)
    held = sum(line(month, low, high) for month in range(12, 15)) / 3
    assert quarter.value[0] == pytest.approx(float(1000 * 4 * 30 / held), rel=1e-14)


def test_a_step_at_new_year() -> None:
    rates = spc.per_population(counts(24), YEARS, between="step", per=1000)
    assert rates.of is not None
    assert (rates.of[0, :12] * 12_000).round(6).tolist() == [231_900] * 12
    assert (rates.of[0, 12:] * 12_000).round(6).tolist() == [235_657] * 12
    twelve = spc.rolling.ratio(rates).observed[0]
    assert twelve[17] == pytest.approx(120_000 / (231_900 / 2 + 235_657 / 2), rel=1e-12)
    assert spc.per_population(counts(24), YEARS).of[0, 11] != rates.of[0, 11] * 1000  # type: ignore[index]


def test_frames_of_populations_and_what_the_note_says() -> None:
    import polars as pl

    rows = [{"area": area, "year": year, "population": n} for (area, year), n in YEARS.items()]
    for frame in (pd.DataFrame(rows), pl.DataFrame(rows)):
        rates = spc.per_population(counts(24), frame)
        np.testing.assert_array_equal(rates.of, spc.per_population(counts(24), YEARS).of)
    assert "Populations of 2022 to 2023, on a line between mid-years." in rates.note
    assert "The latest estimates, of 2022 to 2023, are held to the end." in rates.note
    some = {key: n for key, n in YEARS.items() if key[0] == "Swindon"}
    bare = spc.per_population(counts(12), some)
    assert "No population for County." in bare.note
    assert spc.funnel(bare, target=1.0).status.tolist() == ["ok", "no denominator"]
    assert spc.scorecard(bare) is not None


def test_ratios_keep_their_denominators() -> None:
    panel = counts(12, of=[[50.0] * 12, [np.nan] * 12])
    rates = spc.per_population(panel, YEARS)
    assert rates.of is not None and (rates.of[0] == 50).all() and (rates.of[1] * 12 == 515_885).all()


@pytest.mark.parametrize(
    ("populations", "sentence"),
    [
        ({"Swindon": 5}, "`populations` must be by \\(area, year\\)"),
        ({("Swindon", 2022): -5}, "Swindon, 2022: -5 is no number of people above 0"),
        ({("Swindon", 2022): "many"}, "is no number of people"),
        ({("Swindon", "MMXX"): 5}, "Swindon: 'MMXX' is no year"),
        ({("Swindon", 2022): 5, ("Swindon", "2022"): 5}, "has Swindon, 2022 more than once"),
        (pd.DataFrame({"area": ["Swindon"]}), "a frame with a column 'year'"),
        (7, "`populations` must be a mapping"),
    ],
    ids=repr,
)
def test_populations_refused(populations: Any, sentence: str) -> None:
    with pytest.raises(spc.InputError, match=sentence):
        spc.per_population(counts(12), populations)


def test_populations_need_a_calendar() -> None:
    plain = spc.Panel.from_numpy([[1, 2]], start=None, keys={"area": ["Swindon"]})
    with pytest.raises(spc.ChoiceError, match="must have a calendar"):
        spc.per_population(plain, YEARS)
    with pytest.raises(spc.ChoiceError, match="`between` must be one of 'line', 'step'"):
        spc.per_population(counts(12), YEARS, between="spline")
