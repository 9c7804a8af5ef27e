"""Surveys: intervals, changes, pooled windows, rolling figures, quarters."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

import spc
from spc.results.surveys import SURVEY_STATUSES
from tests.panels import fewer
from tests.reference import surveys as twin

PAGE = Path(__file__).parents[1] / "docs" / "surveys.md"
NAN = np.nan


def pair(x: float, n: float, x0: float, n0: float) -> spc.Panel:
    """Make a year of which the first and the last month were asked."""
    values, of = np.full((2, 13), NAN)
    values[[0, 12]], of[[0, 12]] = (x0, x), (n0, n)
    return spc.Panel.from_numpy(values, start="2023-07", of=of)


def one(panel: spc.Panel, **asked: Any) -> dict[str, Any]:
    """Ask about the only series."""
    row = spc.survey(panel, **asked).to_frame().iloc[0]
    return {name: row[name] for name in row.index}


@pytest.mark.parametrize(
    ("x", "n", "wilson", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_intervals_are_those_printed(x: int, n: int, wilson: Any, exact: Any):
    """Newcombe (1998), Statistics in Medicine 17, 857-872, table I: methods 3 and 5."""
    panel = spc.Panel.from_numpy([x], start="2024-07", of=[n])
    for method, (lower, upper) in (("wilson", wilson), ("clopper_pearson", exact)):
        found = spc.survey(panel, window=1, method=method)
        assert (round(found.lower[0] / 100, 4), round(found.upper[0] / 100, 4)) == (lower, upper)


@pytest.mark.parametrize(
    ("counts", "lower", "upper"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0000),
        ((10, 10, 0, 10), 0.6075, 1.0000),
    ],
)
def test_changes_are_those_printed(counts: tuple[int, ...], lower: float, upper: float):
    """Newcombe (1998), Statistics in Medicine 17, 873-890, table II: method 10."""
    found = spc.survey(pair(*counts), window=1)
    assert round(found.change_lower[0] / 100, 4) == lower
    assert round(found.change_upper[0] / 100, 4) == upper


def test_everything_agrees_with_statsmodels():
    rng = np.random.default_rng(7)
    n, n0 = rng.integers(2, 3000, (2, 200))
    x, x0 = rng.binomial(n, rng.beta(2, 1, 200)), rng.binomial(n0, rng.beta(2, 1, 200))
    values, of = np.full((2, 200, 13), NAN)
    values[:, 12], values[:, 0], of[:, 12], of[:, 0] = x, x0, n, n0
    panel = spc.Panel.from_numpy(values, start="2023-07", of=of)
    for level in (90, 95, 99):
        for ours, theirs in (("wilson", "wilson"), ("clopper_pearson", "beta")):
            found = spc.survey(panel, window=1, method=ours, level=level)
            ends = np.array(proportion_confint(x, n, alpha=1 - level / 100, method=theirs))
            np.testing.assert_allclose([found.lower / 100, found.upper / 100], ends, rtol=1e-9, atol=1e-12)
            gap = [
                confint_proportions_2indep(*row, method="newcomb", compare="diff", alpha=1 - level / 100)
                for row in zip(x, n, x0, n0, strict=True)
            ]
            np.testing.assert_allclose(
                np.stack([found.change_lower, found.change_upper], 1) / 100, gap, rtol=1e-9, atol=1e-12
            )
            np.testing.assert_allclose(found.margin, (found.upper - found.lower) / 2, rtol=1e-12)
    tests = [proportions_ztest([a, c], [b, d]) for a, b, c, d in zip(x, n, x0, n0, strict=True)]
    z, p = np.array(tests).T
    np.testing.assert_allclose(found.z, z, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.p, p, rtol=1e-8, atol=1e-300)


@given(n=st.integers(1, 60), n0=st.integers(1, 60), data=st.data())
def test_intervals_equal_their_definitions(n: int, n0: int, data: st.DataObject):
    x, x0 = data.draw(st.integers(0, n)), data.draw(st.integers(0, n0))
    found = one(pair(x, n, x0, n0), window=1)
    assert (found["lower"] / 100, found["upper"] / 100) == pytest.approx(twin.wilson(x / n, n, 95), abs=1e-9)
    ends = twin.newcombe(x / n, n, x0 / n0, n0, 95)
    assert (found["change_lower"] / 100, found["change_upper"] / 100) == pytest.approx(ends, abs=1e-8)
    assert 0 <= found["lower"] <= found["estimate"] <= found["upper"] <= 100
    assert found["change_lower"] <= found["change"] <= found["change_upper"]
    sign = {"higher": found["change_lower"] > 0, "lower": found["change_upper"] < 0}
    assert sign.get(found["verdict"], found["change_lower"] <= 0 <= found["change_upper"])


@pytest.mark.parametrize(("x", "n"), [(0, 7), (1, 7), (3, 7), (7, 7), (12, 40), (39, 40)])
def test_exact_intervals_are_those_of_binomial_sums(x: int, n: int):
    panel = spc.Panel.from_numpy([x], start="2024-07", of=[n])
    found = one(panel, window=1, method="clopper_pearson", level=90)
    assert (found["lower"] / 100, found["upper"] / 100) == pytest.approx(
        twin.clopper_pearson(x, n, 90), abs=1e-12
    )


def test_noise_is_news_at_the_level_asked():
    """Newcombe's interval leaves 0 out in 5% of series without a change, give or take 3 standard errors."""
    n_series = fewer(10_000, 2_000)
    rng = np.random.default_rng(20)
    values, of = np.full((2, n_series, 13), NAN)
    values[:, [0, 12]], of[:, [0, 12]] = rng.binomial(400, 0.7, (n_series, 2)), 400
    found = spc.survey(spc.Panel.from_numpy(values, start="2023-07", of=of), window=1)
    share = np.mean(found.verdict != "no clear change")
    assert abs(share - 0.05) < 3 * np.sqrt(0.05 * 0.95 / n_series) + 0.003  # counts are whole: not exactly 5%


def test_windows_pool_months_and_never_average_shares():
    values = [[50] * 12 + [1] * 6 + [90] * 6]
    of = [[100] * 12 + [1] * 6 + [100] * 6]
    found = one(spc.Panel.from_numpy(values, start="2022-08", of=of))
    assert (found["respondents"], found["to"]) == (606.0, "2024-07")
    assert found["estimate"] == pytest.approx(100 * 546 / 606, rel=1e-15)
    assert found["change"] == pytest.approx(100 * (546 / 606 - 0.5), rel=1e-14)


def test_a_month_with_one_part_missing_leaves_both_sums():
    of = [[100] * 11 + [NAN]]
    found = one(spc.Panel.from_numpy([[50] * 12], start="2023-08", of=of))
    assert (found["respondents"], found["estimate"]) == (1100.0, 50.0)
    of[0][3] = NAN
    values = [[50] * 3 + [NAN] + [50] * 8]
    found = one(spc.Panel.from_numpy(values, start="2023-08", of=of))
    assert (found["status"], np.isnan(found["estimate"])) == ("incomplete window", True)


ROLLING = [spc.Measure("Satisfied", kind="rolling12", improvement="high")]


def rolling(of: Any = None, measure: str = "Satisfied") -> spc.Panel:
    figures = np.full((1, 24), NAN)
    figures[0, [11, 23]] = 75.0, 82.5
    return spc.Panel.from_numpy(
        np.full((1, 24), NAN), start="2022-08", of=of, given={12: figures}, keys={"measure": [measure]}
    )


@pytest.mark.parametrize("measures", [ROLLING, None])
def test_rolling_figures_need_their_sample_size(measures: Any):
    full = one(spc.Panel.from_numpy([[60] * 12 + [66] * 12], start="2022-08", of=[[80] * 24]))
    column = np.full((1, 24), NAN)
    column[0, [11, 23]] = 960
    for panel, of in ((rolling(column), None), (rolling(), 960), (rolling(), [960]), (rolling(), column)):
        found = one(panel, measures=measures, of=of)
        for name in ("estimate", "lower", "upper", "change", "change_lower", "change_upper", "z", "p"):
            assert found[name] == pytest.approx(full[name], rel=1e-12), name
        assert (found["respondents"], found["status"]) == (960, "ok")
    bare = spc.survey(rolling(), measures=measures)
    assert (bare.status[0], bare.estimate[0], bare.change[0].round(9)) == ("no sample size", 82.5, 7.5)
    assert np.isnan([bare.lower[0], bare.change_lower[0], bare.p[0]]).all()
    assert bare.words[0] == "82.5% (no sample size)."
    assert spc.survey(rolling(), measures=measures, window=3, of=960).words[0].startswith("No estimate")


def test_a_lag_moves_the_window():
    values, of = [[50] * 24 + [99]], [[100] * 25]
    panel = spc.Panel.from_numpy(values, start="2022-07", of=of, keys={"measure": ["Satisfied"]})
    late = [spc.Measure("Satisfied", kind="proportion", lag=1)]
    found, now = one(panel, measures=late), one(panel)
    assert (found["to"], found["estimate"], found["change"]) == ("2024-06", 50.0, 0.0)
    assert (now["to"], now["estimate"]) == ("2024-07", pytest.approx(100 * 649 / 1200))
    early = spc.survey(panel, measures=late, as_at="2022-07")
    assert (early.months[0], early.status[0]) == ("", "incomplete window")


def quarters(last: int = 24) -> spc.Panel:
    values, of = np.full((2, 1, 24), NAN)
    values[0, 2:last:3], of[0, 2:last:3] = 60, 80
    return spc.Panel.from_numpy(values, start="2022-08", of=of)


def test_quarterly_surveys_end_with_their_latest_quarter():
    found = one(quarters(), every=3, as_at="2024-06")
    assert (found["to"], found["respondents"], found["estimate"]) == ("2024-04", 320.0, 75.0)
    assert one(quarters(), every=3, window=3, as_at="2024-07")["respondents"] == 80.0


def test_quarters_are_not_taken_for_a_year_of_months():
    assert one(quarters(), window=12)["status"] == "incomplete window"
    mixed = spc.Panel.from_numpy([[60.0] * 24], start="2022-08", of=[[80.0] * 24])
    assert one(mixed, every=3)["status"] == "irregular months"
    assert one(mixed, every=3, as_at="2022-08", window=3)["status"] == "ok", "one month is one quarter"
    with pytest.raises(spc.ChoiceError, match="`window` must be a multiple of `every`"):
        spc.survey(mixed, every=3, window=4)


def test_design_effects_and_finite_populations_change_the_effective_size():
    panel = pair(60, 100, 50, 100)
    half = spc.survey(pair(30, 50, 25, 50), window=1)
    wide = spc.survey(panel, window=1, deff=2)
    for name in ("estimate", "lower", "upper", "change_lower", "change_upper", "z", "p"):
        assert getattr(wide, name) == pytest.approx(getattr(half, name), rel=1e-14), name
    assert wide.respondents[0] == 100
    # n (N - 1) / (N - n) = 100 * 400 / 301 * ... : 199 people less one over 199 - 100 doubles the sample
    twice = spc.survey(pair(120, 200, 100, 200), window=1)
    small = spc.survey(panel, window=1, population=199)
    for name in ("lower", "upper", "change_lower", "change_upper", "p"):
        assert getattr(small, name) == pytest.approx(getattr(twice, name), rel=1e-14), name
    for method in ("wilson", "clopper_pearson"):
        census = spc.survey(panel, window=1, population=100, method=method)
        assert (census.lower[0], census.upper[0], census.margin[0]) == (60.0, 60.0, 0.0)
        assert (census.change_lower[0], census.verdict[0]) == (pytest.approx(10.0), "higher")
        assert np.isnan(census.p[0])


def test_every_series_has_a_status():
    values = np.array([[5.0], [29], [0], [7], [-1], [20], [40], [3], [40]])
    of = np.array([[5.0], [30], [0], [6], [50], [NAN], [50], [NAN], [41]])
    values = np.concatenate([values, values], axis=1)
    of = np.concatenate([of, of], axis=1)
    of[8, 0], values[8, 0] = 10, 5
    panel = spc.Panel.from_numpy(values, start="2024-06", of=of, keys={"measure": list("abcdefghi")})
    measures = [spc.Measure("h", kind="count")]
    found = spc.survey(panel, measures=measures + [spc.Measure(n, kind="rate") for n in "abcdefgi"],
                       window=1, population=[NAN] * 6 + [45, NAN, NAN])  # fmt: skip
    assert found.status.tolist() == [
        *("fewer than 30", "ok", "nobody asked", "more than were asked", "negative value"),
        *("no sample size", "more asked than there are", "not a proportion", "ok"),
    ]
    assert np.isfinite(found.lower).tolist() == [True, True, False, False, False, False, False, False, True]
    assert found.words[2] == "No estimate: nobody asked."
    assert found.words[0] == "100.0% (56.6% to 100.0%, 5 asked), fewer than 30."
    assert spc.survey(panel, least=5, window=1).status[0] == "ok"
    assert repr(found) == "Survey(9 series, window 1, 0 clear changes, 1 with fewer than 30 asked)"


def test_months_that_do_not_say_how_many_were_asked_are_not_incomplete():
    panel = spc.Panel.from_numpy([[60.0] * 12, [NAN] * 12], start="2023-08")
    found = spc.survey(panel, window=12)
    assert found.status.tolist() == ["no sample size", "incomplete window"]
    assert found.words[0] == "No estimate: no sample size."
    mixed = spc.Panel.from_numpy([[60.0] * 12] * 2, start="2023-08", of=[[80.0] * 12, [NAN] * 12])
    assert spc.survey(mixed).status.tolist() == ["ok", "no sample size"]


def test_a_small_sample_a_year_before_is_flagged_too():
    assert one(pair(40, 50, 10, 20), window=1)["status"] == "the year before fewer than 30"


def test_refused_series_say_so():
    report = spc.survey(
        spc.Panel(np.full((1, 13), NAN), {"measure": ["a"]}, 24288, refused=np.array([True])), window=1
    )
    assert report.status.tolist() == ["refused"]


def test_sentences():
    up = spc.survey(pair(90, 100, 50, 100), window=1).words[0]
    assert up == (
        "90.0% (82.6% to 94.5%, 100 asked), up 40.0% points on the year before: 27.8% points to 50.6% points."
    )
    down = spc.survey(pair(50, 100, 90, 100), window=1).words[0]
    assert "down 40.0% points on the year before: -50.6% points to -27.8% points." in down
    same = spc.survey(pair(52, 100, 50, 100), window=1).words[0]
    assert "no clear change (2.0% points) on the year before: -11.6% points to 15.5% points." in same


def test_what_is_at_fault_is_said():
    panel = pair(5, 10, 4, 10)
    for asked, said in (
        ({"window": 13}, "`window` must be a whole number from 1 to 12"),
        ({"method": "wald"}, "`method` must be one of 'wilson', 'clopper_pearson'"),
        *(
            ({"level": level}, "`level` must be from 50 to below 100 percent, got")
            for level in (100, 101, 0.95, -1, "95", NAN, None)
        ),
        ({"deff": 0}, "`deff` must be a number above 0"),
        ({"population": [1, 2]}, "`population` must be a number above 0, or one for each of 1 series"),
        ({"of": "many"}, "`of` must be a number of respondents"),
        ({"of": -1}, "`of` must be a number of respondents"),
    ):
        with pytest.raises(spc.ChoiceError, match=said):
            spc.survey(panel, **asked)
    with pytest.raises(spc.ChoiceError, match="`panel` must be a Panel"):
        spc.survey(panel.to_frame())


def test_the_page_runs_and_explains_every_status():
    failed, tried = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert failed == 0 and tried > 5
    text = PAGE.read_text(encoding="utf-8")
    assert [word for word in SURVEY_STATUSES if f"| {word}" not in text] == []
