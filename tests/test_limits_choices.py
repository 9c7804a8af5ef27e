"""The choices of limits(), each on months whose answer can be worked out by hand or in plain Python."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import spc
from spc.charts.constants import D2, D4, MEDIAN_RANGE, c4
from spc.rules import Rule
from tests.panels import START, fewer, make

WAVES = [10.0, 14.0, 11.0, 17.0, 9.0, 12.0, 18.0, 10.0, 15.0, 11.0, 13.0, 16.0] * 2
ONE = (Rule("One", zone=3.0, needed=1, span=1),)
GAP = math.nan


def limits(*months: Sequence[float], of: Any = None, **asked: Any) -> Any:
    return spc.limits(spc.Panel.from_numpy(list(months), start=START, of=of), **asked)


def sigma_of(months: Sequence[float], **asked: Any) -> float:
    return float(limits(months, **asked).phase_sigma[0])


def steps(months: Sequence[float]) -> list[float]:
    return [abs(b - a) for a, b in pairwise(months) if not math.isnan(b - a)]


# --- constants


def test_constants_to_twelve_digits() -> None:
    """Montgomery (2013) appendix VI has three digits; all constants to 50: tests/golden/test_constants.py."""
    assert D2["exact"] == pytest.approx(1.128379167096, abs=1e-12)  # 2 / sqrt(pi)
    assert D4["exact"] == pytest.approx(3.266531919289, abs=1e-12)  # 1 + 3 sqrt(pi / 2 - 1)
    # the upper quartile of the normal distribution, 0.67448975019608..., times the root of 2
    assert MEDIAN_RANGE["exact"] == pytest.approx(0.953872552409, abs=1e-12)
    typed = {2: 0.797884560803, 3: 0.886226925453, 10: 0.972659274122, 24: 0.989192674959, 36: 0.992883556389}
    for n, number in typed.items():
        assert float(c4(n)) == pytest.approx(number, abs=1e-12)
    assert (D2["textbook"], D4["textbook"], MEDIAN_RANGE["textbook"]) == (1.128, 3.267, 0.954)


def test_textbook_constants_make_the_printed_factors() -> None:
    """2.66 and 3.145 times the mean and the median range are three sigma; 3.267 the limit of the range."""
    mean, median = statistics.fmean(steps(WAVES)), statistics.median(steps(WAVES))
    assert 3.0 * sigma_of(WAVES, constants="textbook") / mean == pytest.approx(2.66, abs=5e-4)
    by_median = 3.0 * sigma_of(WAVES, constants="textbook", sigma="median_range") / median
    assert by_median == pytest.approx(3.145, abs=5e-4)
    ranges = limits(WAVES, chart="mr", constants="textbook")
    assert ranges.ucl[0, -1] == pytest.approx(3.267 * mean, rel=1e-14)
    assert limits(WAVES, chart="mr").ucl[0, -1] == pytest.approx(3.266531919289 * mean, rel=1e-12)


# --- centre and sigma


@pytest.mark.parametrize("word", ["mean", "median"])
def test_the_centre_is_the_mean_or_the_median_of_the_months(word: str) -> None:
    expected = {"mean": statistics.fmean(WAVES), "median": statistics.median(WAVES)}[word]
    assert limits(WAVES, centre=word).centre[0].tolist() == [expected] * 24
    rates = limits([1.0, 3.0] * 12, of=[[10.0, 10.0] * 12], centre=word)
    assert rates.centre[0, 0] == pytest.approx(0.2, rel=1e-15)


def test_sigma_in_its_three_ways() -> None:
    assert sigma_of(WAVES) == pytest.approx(
        statistics.fmean(steps(WAVES)) * math.sqrt(math.pi) / 2, rel=1e-14
    )
    by_median = statistics.median(steps(WAVES)) / (math.sqrt(2) * statistics.NormalDist().inv_cdf(0.75))
    assert sigma_of(WAVES, sigma="median_range") == pytest.approx(by_median, rel=1e-12)
    n = len(WAVES)
    unbiased = math.sqrt(2 / (n - 1)) * math.gamma(n / 2) / math.gamma((n - 1) / 2)
    assert sigma_of(WAVES, sigma="sd") == pytest.approx(statistics.stdev(WAVES) / unbiased, rel=1e-13)


def test_the_median_range_is_right_where_peers_divide_it_by_1_128() -> None:
    """Two public tools divide the median range by d2, the constant of the mean: 15% too little for noise."""
    noise = np.random.default_rng(11).normal(50.0, 4.0, (fewer(400, 60), 400))
    panel = spc.Panel.from_numpy(noise, start="1990-01")
    found = float(np.mean(spc.limits(panel, sigma="median_range").phase_sigma))
    assert found == pytest.approx(4.0, rel=0.01)
    peers = found * MEDIAN_RANGE["exact"] / D2["exact"]
    assert peers == pytest.approx(0.845 * 4.0, rel=0.01)


def test_a_median_range_of_nought_flags_nothing() -> None:
    """Most months alike: the median step is 0, so there is no spread by which to judge, and nothing fires."""
    months = [0.0, 0.0, 0.0, 0.0, 3.0] * 6
    found = limits(months, sigma="median_range")
    assert found.status.tolist() == ["no variation"]
    assert not spc.exceptions(found).mask.any()
    assert limits(months).phase_sigma[0] > 0.0


def test_sigma_wants_two_neighbours_and_sd_does_not() -> None:
    lonely = [10.0, GAP, 12.0, GAP, 11.0, GAP] * 6
    assert limits(lonely, as_at="2022-11").status.tolist() == ["short history"]
    assert limits(lonely, as_at="2022-11", gaps="bridge").status.tolist() == ["ok"]
    found = limits(lonely, as_at="2022-11", sigma="sd")
    assert found.status.tolist() == ["ok"]
    assert found.phase_sigma[0] == pytest.approx(statistics.stdev([10.0, 12.0, 11.0] * 6) / float(c4(18)))


# --- known numbers


def test_known_numbers_a_series_and_estimates_where_none_is_known() -> None:
    found = limits(WAVES, WAVES, WAVES, centre=[20.0, GAP, GAP], sigma=[1.5, 1.5, GAP])
    bare = limits(WAVES)
    assert found.phase_centre.tolist() == [20.0, bare.phase_centre[0], bare.phase_centre[0]]
    assert found.phase_sigma.tolist() == [1.5, 1.5, bare.phase_sigma[0]]
    assert found.ucl[0, 0] == 24.5 and found.lcl[0, 0] == 15.5


def test_known_numbers_need_no_history() -> None:
    found = limits([3.0, 9.0], centre=4.0, sigma=1.0)
    assert found.status.tolist() == ["ok"]
    assert spc.exceptions(found).words.tolist() == ["One-Month High"]
    assert limits([3.0, 9.0], centre=4.0).status.tolist() == ["short history"]
    assert limits([3.0, 9.0], sigma=1.0).status.tolist() == ["short history"]


def test_a_known_sigma_of_nought_is_no_variation() -> None:
    found = limits(WAVES, centre=10.0, sigma=0.0)
    assert found.status.tolist() == ["no variation"]
    assert not spc.exceptions(found).mask.any()


def test_known_numbers_are_compared_as_they_are_typed() -> None:
    """0.1 + 3 x 0.1 is 0.4 on paper, though not in floating point: a month of 0.4 lies on the limit."""
    months = [0.1] * 11 + [0.4, 0.1, 0.4000000000000001]
    found = spc.exceptions(limits(months, centre=0.1, sigma=0.1), rules=ONE)
    assert np.flatnonzero(found.mask[0]).tolist() == [13]


# --- screening


COLLAPSING = {
    "rare counts": [*[0.0] * 11, 1.0] * 3,
    "single step": [10.0] * 20 + [20.0] * 16,
    "near 100 percent": [100.0] * 7 + [99.0] + [100.0] * 20 + [98.0] + [100.0] * 7,
    "one spike among equals": [5.0] * 30 + [50.0] + [5.0] * 5,
}


@pytest.mark.parametrize("name", COLLAPSING)
def test_screening_never_takes_all_the_spread(name: str) -> None:
    """Four public tools screen by default, come to sigma 0 here and flag 24 of 24 months (SPEC 7)."""
    months = COLLAPSING[name]
    kept = [step for step in steps(months) if step <= D4["exact"] * statistics.fmean(steps(months))]
    assert sum(kept) == 0.0  # what the peers are left with
    found = limits(months, screen="ranges")
    assert found.status.tolist() == ["ok"]
    assert found.phase_sigma[0] == pytest.approx(limits(months).phase_sigma[0], rel=1e-15)
    assert found.phase_sigma[0] > 0.0


def test_screening_leaves_out_what_lies_beyond_the_limit_of_the_ranges() -> None:
    months = [*WAVES[:-1], 60.0]
    plain = steps(months)
    kept = [step for step in plain if step <= D4["exact"] * statistics.fmean(plain)]
    assert len(kept) == len(plain) - 1
    expected = statistics.fmean(kept) * math.sqrt(math.pi) / 2
    assert sigma_of(months, screen="ranges") == pytest.approx(expected, rel=1e-14)
    assert sigma_of(months) > sigma_of(months, screen="ranges")
    by_median = statistics.median(kept) / MEDIAN_RANGE["exact"]
    assert sigma_of(months, sigma="median_range", screen="ranges") == pytest.approx(by_median, rel=1e-14)


def test_screening_is_off_unless_asked_for() -> None:
    months = [*WAVES[:-1], 60.0]
    assert sigma_of(months) == sigma_of(months, screen="none")


def test_a_range_on_the_limit_is_not_beyond_it() -> None:
    """Nine ranges of 0.7 and one that is 3.267 times the mean of all ten."""
    limit = 3.267
    big = limit * 9 * 0.7 / (10 - limit)
    months = np.cumsum([0.0, *[0.7, -0.7] * 4, 0.7, big]).tolist()
    assert steps(months)[-1] == pytest.approx(limit * statistics.fmean(steps(months)), rel=1e-14)
    asked: dict[str, Any] = {"min_observed": 5, "constants": "textbook"}
    assert sigma_of(months, screen="ranges", **asked) == pytest.approx(sigma_of(months, **asked), rel=1e-15)
    beyond = [*months[:-1], months[-1] + 1e-6]
    assert sigma_of(beyond, screen="ranges", **asked) == pytest.approx(0.7 / 1.128, rel=1e-14)


def test_screening_removes_at_most_a_third() -> None:
    """Heavy tails of every kind: what is left is never 0, nor made of fewer than two thirds of the ranges."""
    rng = np.random.default_rng(7)
    shapes = [
        rng.poisson(rng.uniform(0.05, 3.0, (fewer(300, 40), 1)), (fewer(300, 40), 36)),
        rng.pareto(0.7, (fewer(300, 40), 36)),
        100.0 - np.floor(rng.exponential(0.4, (fewer(300, 40), 36))),
    ]
    for values in shapes:
        panel = spc.Panel.from_numpy(values.astype(float), start=START)
        screened, plain = spc.limits(panel, screen="ranges"), spc.limits(panel)
        varies = plain.phase_sigma > 0.0
        assert (screened.phase_sigma[varies] > 0.0).all() and varies.sum() > len(varies) // 3
        ranges = np.abs(np.diff(values.astype(float), axis=1))
        for s in np.flatnonzero(varies):
            kept = np.sort(ranges[s])[: math.ceil(2 * ranges.shape[1] / 3)]
            assert screened.phase_sigma[s] * D2["exact"] >= kept.mean() * (1 - 1e-12)
            assert screened.phase_sigma[s] <= plain.phase_sigma[s] * (1 + 1e-12)


# --- excluded months


def test_an_excluded_month_sets_no_limits_and_is_judged_all_the_same() -> None:
    months = [*WAVES[:10], 99.0, *WAVES[11:]]
    found = limits(months, exclude={"2020-11": "first lockdown"})
    without = [*months[:10], GAP, *months[11:]]
    expected = limits(without)
    assert found.phase_centre[0] == expected.phase_centre[0]
    assert found.phase_sigma[0] == expected.phase_sigma[0]
    assert found.phase_count.tolist() == [23]
    flags = spc.exceptions(found, rules=ONE).mask[0]
    assert np.flatnonzero(flags).tolist() == [10]
    assert found.excluded[0].tolist() == [t == 10 for t in range(24)]


@pytest.mark.parametrize("asked", [{"gaps": "bridge"}, {"sigma": "sd"}, {"sigma": "median_range"}], ids=str)
def test_every_estimator_leaves_excluded_months_out(asked: dict[str, Any]) -> None:
    months = [*WAVES[:10], 99.0, *WAVES[11:]]
    without = [*months[:10], GAP, *months[11:]]
    found = limits(months, exclude={"2020-11": "first lockdown"}, centre="median", **asked)
    expected = limits(without, centre="median", **asked)
    assert (found.phase_centre[0], found.phase_sigma[0]) == (
        expected.phase_centre[0],
        expected.phase_sigma[0],
    )


def test_exclusions_of_some_series() -> None:
    keys = {"area": ["North", "North", "South"], "measure": ["ASB", "Theft", "ASB"]}
    panel = spc.Panel.from_numpy([WAVES] * 3, start=START, keys=keys)
    rows = [
        spc.Exclusion("2020-02", "lost file", {"area": "North"}),
        spc.Exclusion("2020-03", "strike", {"measure": ["ASB"], "area": "South"}),
    ]
    found = spc.limits(panel, exclude=rows)
    assert np.argwhere(found.excluded).tolist() == [[0, 1], [1, 1], [2, 2]]
    assert found.phase_centre[0] == found.phase_centre[1] != found.phase_centre[2]


def test_too_many_exclusions_are_a_short_history() -> None:
    barred = {f"2020-{month:02d}": "system down" for month in range(1, 13)}
    assert limits(WAVES, exclude=barred).status.tolist() == ["ok"]
    assert limits(WAVES, exclude={**barred, "2021-01": "and still"}).status.tolist() == ["short history"]


# --- gaps


def test_a_gap_breaks_a_range_or_is_bridged() -> None:
    months = [10.0, 12.0, GAP, GAP, 18.0, 17.0] + [17.0, 16.0] * 6
    broken, bridged = steps(months), steps([month for month in months if not math.isnan(month)])
    assert len(bridged) == len(broken) + 1
    for gaps, ranges in (("break", broken), ("bridge", bridged)):
        expected = statistics.fmean(ranges) * math.sqrt(math.pi) / 2
        assert sigma_of(months, gaps=gaps) == pytest.approx(expected, rel=1e-14)
    drawn = limits(months, chart="mr", gaps="bridge").points[0, :6]
    np.testing.assert_array_equal(drawn, [GAP, 2.0, GAP, GAP, 6.0, 1.0])
    drawn = limits(months, chart="mr").points[0, :6]
    np.testing.assert_array_equal(drawn, [GAP, 2.0, GAP, GAP, GAP, 1.0])


def test_nothing_is_bridged_across_the_start_of_a_phase() -> None:
    panel = spc.Panel.from_numpy([[10.0, 12.0] * 6 + [GAP] + [50.0, 52.0] * 6], start=START)
    phases = spc.phases_at(panel, ["2021-01"])
    found = spc.limits(panel, phase=phases, gaps="bridge")
    assert found.phase_sigma.tolist() == [pytest.approx(math.sqrt(math.pi))] * 2
    assert np.isnan(spc.limits(panel, phase=phases, gaps="bridge", chart="mr").points[0, 13])


# --- autocorrelation


def test_limits_are_widened_where_neighbours_are_alike_and_nowhere_else() -> None:
    slow = [10.0 + 5.0 * math.sin(t / 4.0) + 0.3 * (-1) ** t for t in range(48)]
    assert sigma_of(slow, autocorrelation="widen") == pytest.approx(
        sigma_of(slow) / math.sqrt(0.1), rel=1e-12
    )
    assert sigma_of(WAVES, autocorrelation="widen") == sigma_of(WAVES)  # up and down: phi is below 0
    known = limits(slow, sigma=2.0, autocorrelation="widen")
    assert known.phase_sigma.tolist() == [2.0]


# --- how much


def test_min_observed() -> None:
    months = [*WAVES[:7], *[GAP] * 4, WAVES[0]]
    assert limits(months, min_observed=8).status.tolist() == ["ok"]
    assert limits(months, min_observed=9).status.tolist() == ["short history"]
    assert np.isnan(limits(months, min_observed=9).centre).all()


@pytest.mark.parametrize("width", [1.5, 2.0, 2.5, 3.5])
def test_a_rule_of_three_sigma_asks_for_the_control_limits(width: float) -> None:
    panel = make("counts", seed=12, n=20).panel()
    found = spc.limits(panel, baseline=24, width=width)
    np.testing.assert_allclose(found.ucl, found.centre + width * found.sigma, rtol=1e-14)
    np.testing.assert_array_equal(found.line(2.0), found.centre + 2.0 * found.sigma)
    three, two = Rule("Three", zone=3.0), Rule("Two", zone=2.0)
    flags = spc.exceptions(found, rules=(three, two)).mask
    with np.errstate(invalid="ignore"):
        beyond = (panel.observed > found.ucl) | (panel.observed < found.lcl)
        second = np.abs(panel.observed - found.centre) > 2.0 * found.sigma
    assert (((flags & 3) != 0) == beyond).all() and beyond.any()
    assert (((flags & 12) != 0) == second).all()  # the other zones stay where they are


# --- bounds


def test_charts_know_their_own_bounds() -> None:
    few = [0.0, 1.0, 2.0, 1.0] * 6
    assert limits(few).lcl[0, 0] < 0.0  # an individual may be anything
    assert limits(few, chart="c").lcl[0, 0] == 0.0
    most = limits([98.0, 99.0, 100.0] * 8, of=[[100.0] * 24], chart="p")
    assert most.ucl[0, 0] == 1.0 and 0.0 < most.lcl[0, 0] < 1.0


def test_bounds_that_are_given() -> None:
    few = [0.0, 1.0, 2.0, 1.0] * 6
    bare = limits(few)
    found = limits(few, bounds=(0.0, None))
    assert (found.lcl[0, 0], found.ucl[0, 0]) == (0.0, bare.ucl[0, 0])
    assert found.phase_sigma[0] == bare.phase_sigma[0]
    both = limits(few, few, bounds=np.array([[0.0, GAP], [GAP, 2.0]]))
    assert both.lcl[:, 0].tolist() == [0.0, bare.lcl[0, 0]]
    assert both.ucl[:, 0].tolist() == [bare.ucl[0, 0], 2.0]
    assert not spc.exceptions(found, rules=ONE).mask.any()


# --- what is refused


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"centre": "mode"}, "`centre` must be one of 'mean', 'median', got 'mode'"),
        ({"sigma": "range"}, "`sigma` must be one of 'mean_range', 'median_range', 'sd', got 'range'"),
        ({"sigma": -1.0}, "`sigma` must be one of .*, a number from 0, or one number for each of 1 series"),
        ({"centre": [1.0, 2.0]}, "`centre` must be one of .* one number for each of 1 series"),
        ({"centre": float("inf")}, "`centre` must be one of"),
        ({"centre": True}, "`centre` must be one of"),
        ({"gaps": "skip"}, "`gaps` must be one of 'break', 'bridge', got 'skip'"),
        ({"screen": True}, "`screen` must be one of 'none', 'ranges', got True"),
        ({"autocorrelation": "ar1"}, "`autocorrelation` must be one of 'ignore', 'widen', got 'ar1'"),
        ({"constants": "printed"}, "`constants` must be one of 'exact', 'textbook', got 'printed'"),
        ({"width": 0.0}, r"`width` must be a number in the interval \(0, "),
        ({"width": "3"}, r"`width` must be a number in the interval \(0, "),
        ({"min_observed": 1}, "`min_observed` must be a whole number from 2"),
        ({"min_observed": 12.5}, "`min_observed` must be a whole number"),
        ({"bounds": (1.0, 0.0)}, r"`bounds` must be a pair \(low, high\)"),
        ({"bounds": 0.0}, r"`bounds` must be a pair \(low, high\)"),
        ({"bounds": (0.0, float("inf"))}, r"`bounds` must be a pair \(low, high\)"),
        ({"exclude": {"2020-04": ""}}, "`reason` of the exclusion of 2020-04 must say why, got ''"),
        ({"exclude": {"2020-04": None}}, "`reason` of the exclusion of 2020-04 must say why, got None"),
        (
            {"exclude": {"2030-01": "later"}},
            "`exclude` must be a month from 2020-01 to 2021-12, got '2030-01'",
        ),
        ({"exclude": ["2020-04"]}, "`exclude` must map months to reasons"),
        ({"middle": "mean"}, "`middle` is no argument of limits.., nor an option of 'xmr', which has none"),
        ({"chart": "run", "middle": "mode"}, "`middle` must be one of 'median', 'mean', got 'mode'"),
        (
            {"chart": "run", "lam": 0.2},
            "`lam` is no argument of limits.., nor an option of 'run', which has 'middle'",
        ),
        ({"chart": "ewma", "lam": 2.0}, "`lam` must be a number from 0.001 to 1, got 2.0"),
        ({"chart": "i"}, "`chart` must be one of 'xmr', "),
    ],
    ids=str,
)
def test_what_is_refused_is_told_in_one_sentence(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(spc.ChoiceError, match=f"^{sentence}") as caught:
        limits(WAVES, **asked)
    told = str(caught.value)
    assert "\n" not in told and told.endswith(".") and ". " not in told


def test_an_exclusion_names_a_series_that_there_is() -> None:
    with pytest.raises(spc.ChoiceError, match="No series has series = 'x'"):
        limits(WAVES, exclude=[spc.Exclusion("2020-02", "lost file", {"series": "x"})])
    with pytest.raises(spc.ChoiceError, match="`area` is no key of this panel"):
        limits(WAVES, exclude=[spc.Exclusion("2020-02", "lost file", {"area": "x"})])
