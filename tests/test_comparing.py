"""compare(): stretches, days, and what chance has to do with a change; the page docs/changes.md."""

from __future__ import annotations

import calendar
import doctest
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import spc
from spc.change_tests import (
    CHANGE_TESTS,
    EVIDENCE,
    UNTESTED,
    dispersed_p,
    dispersions,
    evidence_words,
    proportions_p,
    rates_p,
)
from spc.checks import ChoiceError
from spc.measures import KINDS
from tests.panels import JIT_OFF, fewer, make
from tests.reference.compare import chance, compare

BOROUGHS = Path(__file__).parents[2] / "shared" / "data" / "mps_borough_2010-04_2025-12.parquet"
PAGE = Path(__file__).parents[1] / "docs" / "changes.md"
Array = np.ndarray[Any, Any]


def columns(*numbers: Any) -> tuple[Array, ...]:
    return tuple(np.array(column, dtype=float) for column in zip(*numbers, strict=True))


def test_the_page_runs():
    blocks = re.findall(r"```pycon\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 4
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, PAGE.name, str(PAGE), 0)
    failed, tried = doctest.DocTestRunner().run(test)
    assert (failed, tried > 10) == (0, True)


# Counts and rates

COUNTS = [(0, 0), (0, 3), (0, 9), (1, 2), (2, 1), (20, 10), (456, 563), (43_256, 38_145), (120_106, 116_269)]


@pytest.mark.parametrize("share", [0.5, 29 / 57, 0.1, 0.999])
def test_two_counts_as_a_binomial_of_scipy(share: float):
    now, before = columns(*COUNTS)
    p, z = rates_p(now, np.full(now.shape, share), before, np.full(now.shape, 1.0 - share))
    for k, (one, other) in enumerate(COUNTS):
        of = stats.binom(one + other, share)
        assert p[k] == pytest.approx(min(1.0, 2.0 * min(of.cdf(one), of.sf(one - 1))), rel=1e-9), (one, other)
        if one + other:
            assert z[k] == pytest.approx((one - of.mean()) / of.std(), rel=1e-9)


def test_with_equal_stretches_doubling_is_minimum_likelihood():
    now, before = columns(*COUNTS)
    p, _ = rates_p(now, np.ones(now.shape), before, np.ones(now.shape))
    for k, (one, other) in enumerate(COUNTS):
        if one + other:
            assert p[k] == pytest.approx(stats.binomtest(one, one + other).pvalue, rel=1e-9)


def test_rates_are_counts_over_their_denominators():
    """30 of 100 crimes against 90 of 300, and 130 outcomes of 100 crimes: no share of anything."""
    p, _ = rates_p(*columns((30, 100, 90, 300), (130, 100, 90, 100)))
    assert p[0] == 1.0
    assert p[1] == pytest.approx(stats.binomtest(130, 220).pvalue, rel=1e-9)


# Proportions

TABLES = [
    (1, 8, 7, 9),
    (0, 5, 0, 7),
    (5, 5, 7, 7),
    (0, 3, 900, 1000),
    (2, 1000, 8, 1200),
    (3, 4, 40_000, 90_000),
]
LARGE = [(60, 100, 45, 100), (700, 1000, 2500, 3600), (5, 10, 5, 10), (500, 50_000, 620, 51_000)]


def test_small_tables_are_those_of_fisher():
    p, _ = proportions_p(*columns(*TABLES))
    for k, (now, of_now, before, of_before) in enumerate(TABLES):
        law = stats.hypergeom(of_now + of_before, now + before, of_now)
        expected = min(1.0, 2.0 * min(law.cdf(now), law.sf(now - 1)))
        assert p[k] == pytest.approx(expected, rel=1e-7), TABLES[k]


def test_large_tables_are_chi_squared_times_n_less_1_over_n():
    p, z = proportions_p(*columns(*LARGE))
    for k, (now, of_now, before, of_before) in enumerate(LARGE):
        table = [[now, of_now - now], [before, of_before - before]]
        n = of_now + of_before
        chi2 = stats.chi2_contingency(table, correction=False).statistic * (n - 1) / n
        assert z[k] ** 2 == pytest.approx(chi2, rel=1e-9, abs=1e-12)
        assert p[k] == pytest.approx(stats.chi2.sf(chi2, 1), rel=1e-9)


def test_five_expected_is_enough():
    p, _ = proportions_p(*columns((6, 10, 4, 10), (6, 10, 3, 10)))
    assert p[0] == pytest.approx(0.3833, abs=1e-4)  # by score
    assert p[1] == pytest.approx(stats.fisher_exact([[6, 4], [3, 7]]).pvalue, rel=1e-9)


# Dispersion and words


def test_dispersion_of_noise_is_one_and_of_clusters_theirs():
    rng = np.random.default_rng(13)
    size = (4_000, 24)
    ones = np.ones(size)
    for values, expected in (
        (rng.poisson(20.0, size), 1.0),
        (rng.negative_binomial(10.0, 1.0 / 3.0, size), 3.0),
        (rng.poisson(20.0, size) * 2.0, 2.0),
    ):
        found, freedom = dispersions(values.astype(float), ones, False)
        assert found.mean() == pytest.approx(expected, rel=0.03)
        # s steps are worth 2 s^2 / (3 s - 1) degrees of freedom: var = 2 / freedom of the square
        assert 2.0 / np.var(found / expected) == pytest.approx(freedom[0], rel=0.15)


def test_dispersion_of_rates_and_shares():
    rng = np.random.default_rng(14)
    of = rng.poisson(200.0, (4_000, 24)).astype(float)
    shares, events = rng.binomial(of.astype(int), 0.7).astype(float), rng.poisson(1.3 * of).astype(float)
    assert dispersions(shares, of, True)[0].mean() == pytest.approx(1.0, abs=0.02)
    assert dispersions(events, of, False)[0].mean() == pytest.approx(1.0, abs=0.02)
    assert dispersions(shares, of, False)[0].mean() == pytest.approx(0.3, abs=0.02)  # 1 - .7


def test_a_step_is_not_taken_for_chance():
    values = np.repeat([[20.0, 40.0]], 12, axis=1)
    values += np.tile([0.0, 3.0], 12)
    assert dispersions(values, np.ones_like(values), False)[0][0] < 1.0
    assert np.var(values) / np.mean(values) > 3.0


def test_short_and_empty_histories():
    short = np.full((3, 24), np.nan)
    short[0, :11], short[1, ::2], short[2, :12] = 4.0, 4.0, 0.0
    found, _ = dispersions(short, np.ones_like(short), False)
    assert np.isnan(found[:2]).all()  # eleven months; twelve with no neighbours
    assert found[2] == 1.0  # nothing happened: nothing to say


@pytest.mark.parametrize("dispersion", [0.3, 1.0, 2.5])
def test_p_adjusted_is_students(dispersion: float):
    p = np.array([1e-8, 0.001, 0.05, 0.4, 1.0])
    z = stats.norm.isf(p / 2.0)
    found = dispersed_p(p, z, np.full(5, dispersion), np.full(5, 15.6))
    expected = 2.0 * stats.t.sf(z / np.sqrt(max(dispersion, 1.0)), 15.6)
    assert found == pytest.approx(expected, rel=1e-9)
    assert (found >= p).all()


def test_a_p_beyond_floats_is_taken_from_z():
    """A million against two millions: p is 0, and with a variance 400 times as large it is 24 sigma away."""
    p, z = rates_p(*columns((2e6, 1, 1e6, 1)))
    assert p[0] == 0.0 and z[0] == pytest.approx(577.35, abs=0.01)
    found = dispersed_p(p, z, np.array([400.0]), np.array([15.6]))
    assert found[0] == pytest.approx(2.0 * stats.t.sf(577.35 / 20.0, 15.6), rel=1e-4)


def test_words_are_rows():
    assert [word for word, _ in EVIDENCE] == ["clear", "weak", "none"]
    words = evidence_words(np.array([0.0, 0.01, 0.0101, 0.05, 0.051, 1.0, np.nan]))
    assert words.tolist() == ["clear", "clear", "weak", "weak", "none", "none", "not tested"]
    assert set(CHANGE_TESTS) | set(UNTESTED) == set(KINDS)


# compare()


def test_100_percent_more_of_one_is_no_news():
    months = np.tile([[1.0, 0.0, 2.0, 1.0, 1.0, 1.0]], 6)
    rare = months.copy()
    rare[0, 35] = 2.0
    often = 100.0 * months[:, [0]] + np.tile([[0.0, 3.0, -2.0, 4.0, -3.0, 1.0]], 6)
    often[0, 35] = 2.0 * often[0, 23]
    found = spc.compare(spc.Panel.from_numpy(np.concatenate([rare, often]), start="2021-08"), windows=1)
    assert found.change[:, 0].tolist() == [100.0, 100.0]
    assert found.evidence[:, 0].tolist() == ["none", "clear"]
    assert found.p[0, 0] == 1.0


def test_a_first_case_has_no_percentage_and_still_a_test():
    months = np.zeros((1, 36))
    months[0, 35] = 10.0
    found = spc.compare(spc.Panel.from_numpy(months, start="2021-08"), windows=1)
    assert np.isnan(found.change[0, 0]) and found.arrow[0, 0] == 2
    assert found.p[0, 0] == pytest.approx(2.0 * 0.5**10)
    assert found.evidence[0, 0] == "clear"


@pytest.mark.parametrize("kind", ["count", "rate", "proportion"])
def test_the_stretch_before_is_that_of_the_twin(kind: str):
    sample = make("counts" if kind == "count" else "rates", 51, n=fewer(20, 8))
    names = range(len(sample.values))
    panel = sample.panel()
    catalogue = spc.Catalogue(tuple(spc.Measure(str(s), kind=kind) for s in panel.keys["series"]))
    windows = (1, 2, 5, 6, 18)
    found = spc.compare(panel, measures=catalogue, windows=windows, against="before")
    per = 1 if kind == "count" else 100
    last = panel.n_periods - 1
    for s, series in zip(names, sample.twins(), strict=True):
        for k, window in enumerate(windows):
            figures, said = (
                compare(series, kind, window, last, window),
                chance(series, kind, window, last, window),
            )
            for number, figure in ((found.current, figures.current), (found.previous, figures.previous)):
                expected = np.nan if figure is None else per * float(figure)
                assert number[s, k] == pytest.approx(expected, rel=1e-12, nan_ok=True)
            assert found.test[s, k].startswith(said.test)
            for name in ("p", "p_adjusted"):
                expected = np.nan if getattr(said, name) is None else getattr(said, name)
                assert getattr(found, name)[s, k] == pytest.approx(expected, rel=1e-7, nan_ok=True)


def test_against_before_and_year_agree_on_twelve_months():
    panel = make("counts", 52, n=6).panel()
    year, before = (spc.compare(panel, windows=12, against=against) for against in ("year", "before"))
    for name in ("current", "previous", "change", "p", "p_adjusted"):
        np.testing.assert_array_equal(getattr(year, name), getattr(before, name))


def test_per_day():
    """Counts over the days of their months; February 2024 has 29."""
    sample = make("counts", 53, n=5, months=60)
    panel = sample.panel()
    month = "2024-02"
    at = panel.position(month)
    found = spc.compare(panel, as_at=month, windows=(1, 3), days="per day")
    days = np.array([calendar.monthrange(int(m[:4]), int(m[5:]))[1] for m in panel.months], float)
    for k, window in enumerate((1, 3)):
        for back, figures in ((0, found.current), (12, found.previous)):
            cut = np.s_[at - back - window + 1 : at - back + 1]
            expected = sample.values[:, cut].sum(axis=1) / days[cut].sum()
            assert figures[:, k] == pytest.approx(expected, rel=1e-12)
    one, other = sample.values[:, at], sample.values[:, at - 12]
    law = stats.binom(one + other, 29.0 / 57.0)
    assert found.p[:, 0] == pytest.approx(np.minimum(1.0, 2.0 * np.minimum(law.cdf(one), law.sf(one - 1.0))))


def test_a_leap_day_is_no_change_per_day():
    panel = spc.Panel.from_numpy([[28.0 * 5] * 12 + [29.0 * 5]], start="2023-02")
    assert spc.compare(panel, windows=1).change[0, 0] == pytest.approx(100.0 / 28.0)
    assert spc.compare(panel, windows=1, days="per day").change[0, 0] == 0.0


def test_days_leave_rates_and_stocks_alone():
    sample = make("rates", 54, n=6)
    for kind in ("rate", "duration"):
        names = tuple(spc.Measure(str(s), kind=kind) for s in range(6))
        plain, daily = (
            spc.compare(sample.panel(), measures=names, days=days) for days in ("ignore", "per day")
        )
        np.testing.assert_array_equal(plain.current, daily.current)
        np.testing.assert_array_equal(plain.p, daily.p)
    stock = make("counts", 54, n=6)
    names = tuple(spc.Measure(str(s), kind="stock") for s in range(6))
    plain, daily = (spc.compare(stock.panel(), measures=names, days=days) for days in ("ignore", "per day"))
    np.testing.assert_array_equal(plain.current, daily.current)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("stock", "a stock: the same cases stand in it month after month"),
        ("duration", "a duration: how single cases spread is not known"),
        ("median", "a median: how single cases spread is not known"),
        ("rolling12", "a survey: how many were asked is not known"),
        ("rate", "the counts it rests on are not given"),
        ("proportion", "the counts it rests on are not given"),
    ],
)
def test_what_is_not_tested_says_why(kind: str, why: str):
    panel = spc.Panel.from_numpy([[7.0] * 35 + [9.0]], start="2021-08")
    found = spc.compare(panel, measures=[spc.Measure("0", kind=kind)], windows=(1, 12))
    assert np.isnan(found.p).all() and np.isnan(found.p_adjusted).all() and np.isnan(found.dispersion).all()
    assert set(found.evidence.ravel()) == {"not tested"}
    assert set(found.test.ravel()) == {why}


def test_other_reasons():
    months = np.full((4, 36), 7.0)
    months[0, 30], months[1, 35], months[2, 11] = 6.5, np.nan, -7.0
    found = spc.compare(spc.Panel.from_numpy(months, start="2021-08"), windows=(1, 12, 24))
    assert found.test[0].tolist() == ["two counts, exact", "no whole counts", "the two stretches overlap"]
    assert found.test[1].tolist()[:2] == ["no value", "no value"]
    assert found.evidence[1].tolist() == ["not tested"] * 3
    early = spc.compare(spc.Panel.from_numpy([7, 9] * 3, start="2024-02"), windows=(1, 3), against="before")
    assert early.test[0].tolist() == ["fewer than 12 months before"] * 2
    assert early.p[0].tolist() == pytest.approx([0.8036, 0.8854], abs=1e-4)
    assert np.isnan(early.p_adjusted).all()


def test_a_proportion_above_one_is_not_tested():
    panel = spc.Panel.from_numpy([[7.0] * 35 + [9.0]], of=[[8.0] * 36], start="2021-08")
    for kind, test in (("proportion", "no whole counts"), ("rate", "two rates, exact")):
        assert spc.compare(panel, measures=[spc.Measure("0", kind=kind)], windows=1).test[0, 0] == test


def test_refusals():
    panel = make("counts", 55, n=2).panel()
    with pytest.raises(ChoiceError, match="`windows` must be a whole number from 1 to 1200, got '12'"):
        spc.compare(panel, windows="12")  # type: ignore[arg-type]
    with pytest.raises(ChoiceError, match="`against` must be one of 'year', 'before', got 'last year'"):
        spc.compare(panel, against="last year")
    with pytest.raises(ChoiceError, match="`days` must be one of 'ignore', 'per day', got 'working'"):
        spc.compare(panel, days="working")
    with pytest.raises(ChoiceError, match="`days` must be 'ignore' where observations stand in plain order"):
        spc.compare(spc.Panel.from_numpy([1, 2, 3], start=None), days="per day")


def test_the_frame_has_a_row_a_series_and_the_test_beside_the_change():
    found = spc.compare(make("counts", 56, n=3).panel(), windows=(1, 6), against="before")
    frame = found.to_frame()
    assert len(frame) == 3
    for window in (1, 6):
        for name in ("current", "change", "arrow", "p", "p_adjusted", "dispersion", "evidence", "test"):
            assert (
                frame[f"{name}_{window}"].tolist()
                == getattr(found, name)[:, found.windows.index(window)].tolist()
            )
    assert repr(found) == "Comparison(3 series, windows (1, 6), against the stretch before)"


def test_a_published_scorecard_tells_no_p_of_hidden_rows():
    """The tests read every month, so rows with anything hidden or rounded say nothing."""
    rng = np.random.default_rng(57)
    values = np.concatenate([rng.poisson(2.0, (1, 36)), rng.poisson(90.0, (1, 36))]).astype(float)
    card = spc.scorecard(spc.Panel.from_numpy(values, start="2021-08"))
    shown = spc.publish(card, suppress_below=5).comparison
    for name in ("p", "p_adjusted", "dispersion"):
        assert np.isnan(getattr(shown, name)[0]).all()
        np.testing.assert_array_equal(getattr(shown, name)[1], getattr(card.comparison, name)[1])
    assert set(shown.test[0]) == {"not published"} and set(shown.evidence[0]) == {"not tested"}
    assert np.isnan(spc.publish(card, round_to=5).comparison.p).all()
    assert np.isnan(spc.publish(card, round_to=5).trend.naive_p).all()


# How often noise is news: the tables of the page

N = 20_000


def counts(mean: float, dispersion: float = 1.0, phi: float = 0.0) -> Array:
    """Make 36 months of this mean, their variance `dispersion` times it, neighbours alike where phi > 0."""
    rng = np.random.default_rng(6)
    if dispersion == 1.0:
        return rng.poisson(mean, (N, 36)).astype(float)
    if phi == 0.0:
        return rng.negative_binomial(mean / (dispersion - 1.0), 1.0 / dispersion, (N, 36)).astype(float)
    noise = rng.normal(size=(N, 36))
    for t in range(1, 36):
        noise[:, t] = phi * noise[:, t - 1] + np.sqrt(1.0 - phi * phi) * noise[:, t]
    spread = np.log(1.0 + (dispersion - 1.0) / mean)
    return rng.poisson(mean * np.exp(np.sqrt(spread) * noise - spread / 2.0)).astype(float)


NOISE = {
    "Poisson, mean 1": (1.0,),
    "Poisson, mean 5": (5.0,),
    "Poisson, mean 50": (50.0,),
    "dispersion 3, mean 5": (5.0, 3.0),
    "dispersion 3, mean 50": (50.0, 3.0),
    "dispersion 3, autocorrelation 0.3, mean 50": (50.0, 3.0, 0.3),
    "dispersion 3, autocorrelation 0.5, mean 50": (50.0, 3.0, 0.5),
}


@pytest.mark.skipif(JIT_OFF, reason="20,000 series want compiled kernels")
@pytest.mark.parametrize("name", NOISE)
def test_how_often_noise_is_news(name: str):
    """Independent months are called clear in at most 1% of series, clear or weak in at most 5%, plus 3 se."""
    found = spc.compare(spc.Panel.from_numpy(counts(*NOISE[name]), start="2021-08"))
    clear, either = found.evidence == "clear", np.isin(found.evidence, ["clear", "weak"])
    if "autocorrelation" not in name:
        for k in range(3):
            assert clear[:, k].mean() <= 0.01 + 3.0 * np.sqrt(0.01 * 0.99 / N)
            assert either[:, k].mean() <= 0.05 + 3.0 * np.sqrt(0.05 * 0.95 / N)
    percents = [
        100.0 * column.mean()
        for column in (np.abs(found.relative[:, 2]) >= 0.05, found.p[:, 2] <= 0.05, clear[:, 2], either[:, 2])
    ]
    (cells,) = re.findall(rf"^\| {name} \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [float(cell) for cell in cells.split("|")] == pytest.approx(percents, abs=1.0)


@pytest.mark.skipif(JIT_OFF, reason="20,000 series want compiled kernels")
@pytest.mark.parametrize(
    ("mean", "factor", "expected"), [(5.0, 2.0, 0.90), (1.0, 2.0, 0.11), (500.0, 1.1, 0.98)]
)
def test_what_is_found_after_twelve_months(mean: float, factor: float, expected: float):
    means = np.repeat([mean, mean * factor], [24, 12])
    values = np.random.default_rng(7).poisson(means, (N, 36)).astype(float)
    found = spc.compare(spc.Panel.from_numpy(values, start="2021-08"), windows=12)
    assert (found.evidence == "clear").mean() == pytest.approx(expected, abs=0.015)


@pytest.mark.skipif(not BOROUGHS.exists(), reason="the real data are not beside the repository")
def test_london_boroughs():
    panel = spc.read(BOROUGHS)
    found = spc.compare(panel, windows=12)
    mean = np.nanmean(panel.values[:, -24:], axis=1)
    for rows, expected in (
        ((mean >= 20.0) & (mean < 100.0), (1.7, 0.83, 0.53, 0.23)),
        (mean >= 100.0, (2.1, 0.70, 0.63, 0.29)),
    ):
        assert np.median(found.dispersion[rows]) == pytest.approx(expected[0], abs=0.05)
        shares = (np.abs(found.relative) >= 0.05, found.p <= 0.05, found.evidence == "clear")
        assert [share[rows].mean() for share in shares] == pytest.approx(expected[1:], abs=0.006)
