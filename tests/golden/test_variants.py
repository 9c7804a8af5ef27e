"""Where tools of the field disagree, each variant has a name here; where one is wrong, we are shown right.

What other tools do is re-enacted in a few plain lines, from their documentation and published behaviour; the
series are ours.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import spc

Rows = list[float] | np.ndarray[Any, Any]


def fired(values: Rows, rules: Any, *, centre: float = 0.0, sigma: float = 1.0, **options: Any) -> list[str]:
    """Return what is said of the last month, under a known centre and sigma."""
    panel = spc.Panel.from_numpy([values], start=None)
    found = spc.exceptions(spc.limits(panel, centre=centre, sigma=sigma, **options), rules=rules)
    return found.words[0].split("; ") if found.words[0] else []


def flagged(values: Rows, rules: Any = "opcc", **options: Any) -> int:
    """Return how many months carry an exception."""
    limits = spc.limits(spc.Panel.from_numpy([values], start="2022-01"), **options)
    return int(np.count_nonzero(spc.exceptions(limits, rules=rules).mask))


class TestWhereToolsAreWrong:
    def test_screening_collapses_on_rare_counts(self) -> None:
        """Screened at 3.267 mean ranges (four public tools) sigma is 0, every month lies off the mean, and
        24 of 24 are flagged (SPEC 7)."""
        counts = np.zeros(24)
        counts[[5, 16]] = 1.0
        ranges = np.abs(np.diff(counts))
        kept = ranges[ranges <= 3.267 * ranges.mean()]
        assert kept.mean() == 0.0  # what is left of sigma
        assert np.count_nonzero(np.abs(counts - counts.mean()) > 0.0) == 24
        limits = spc.limits(spc.Panel.from_numpy([counts], start="2022-01"), screen="ranges")
        assert limits.sigma[0, 0] > 0.0
        # the two events themselves stand out on an XmR chart, and nothing else does
        assert flagged(counts, spc.RULES["opcc"][:1], screen="ranges") == 2
        assert flagged(counts, baseline=12, chart="small_count") == 0

    @pytest.mark.parametrize("repeated", [0.1, 0.7, 2.675])
    def test_a_floating_mean_lies_beside_its_months(self, repeated: float) -> None:
        """The mean of a constant in plain floats is another number, and all months lie on one side of it."""
        months = [repeated] * 36
        plain_mean = sum(months) / len(months)
        if repeated != 2.675:
            assert plain_mean != repeated
        assert flagged(months) == 0

    def test_two_of_three_across_the_sides(self) -> None:
        """Counting |z| > 2 takes one point above and one below for two of three."""
        months = [2.5, 0.1, -2.5]
        assert sum(abs(z) > 2.0 for z in months) == 2
        for rules in ("western_electric", "nelson", "minitab", "nhs_2023", "nhs_2019", "power_bi"):
            assert fired(months, rules) == []
        across = (spc.Rule("Two of three, any side", zone=2.0, needed=2, span=3, side="either"),)
        assert fired(months, across) == ["Two of three, any side"]

    def test_a_trend_of_negative_values(self) -> None:
        """A trend told by ratios of neighbours turns round below 0: -1, -2, -3 falls, and its ratios rise."""
        falling = [-1.0, -1.1, -1.2, -1.3, -1.4, -1.5, -1.6]
        assert all(later / before > 1.0 for before, later in pairwise(falling))
        trend = [row for row in spc.RULES["nhs_2023"] if row.asks == "step"]
        assert fired(falling, trend) == ["Trend of seven points Low"]
        assert fired([-value for value in falling], trend) == ["Trend of seven points High"]
        assert fired(falling[::-1], trend) == ["Trend of seven points High"]

    def test_limits_of_another_month(self) -> None:
        """A p chart's limits belong to the month: taken from the last month, or from the mean denominator,
        they flag the small month and miss the large one."""
        of = np.full(30, 400.0)
        top = np.full(30, 40.0) + np.tile([4.0, -4.0, 2.0, -2.0, 0.0], 6)
        of[10], top[10] = 25.0, 5.0  # 20% of 25: within its own limits
        of[20], top[20] = 10_000.0, 1_150.0  # 11.5% of 10,000: beyond its own
        panel = spc.Panel.from_numpy([top], start="2022-01", of=[of])
        limits = spc.limits(panel, chart="p", baseline=20)
        share, centre = top / of, limits.centre[0, 0]
        spread = np.sqrt(centre * (1.0 - centre) / np.median(of))
        assert np.flatnonzero(np.abs(share - centre) > 3.0 * spread).tolist() == [10]
        mask = spc.exceptions(limits, rules=spc.RULES["western_electric"][:1]).mask[0]
        assert np.flatnonzero(mask).tolist() == [20]
        assert limits.ucl[0, 10] > share[10] > limits.ucl[0, 9]
        assert limits.ucl[0, 20] < share[20] < limits.ucl[0, 19]

    def test_the_median_range_has_its_own_constant(self) -> None:
        """Over 1.128, which belongs to the mean range, sigma is 15% too small (SPEC 7: 3.145, not 2.66)."""
        values = np.random.default_rng(5).standard_normal((4_000, 25))
        panel = spc.Panel.from_numpy(values, start="2022-01")
        right = spc.limits(panel, sigma="median_range")
        assert np.mean(right.sigma[:, 0]) == pytest.approx(1.0, abs=0.02)
        ranges = np.median(np.abs(np.diff(values, axis=1)), axis=1)
        assert np.mean(ranges / 1.128) == pytest.approx(0.954 / 1.128, abs=0.02)
        reach = (right.ucl - right.centre)[:, 0] / ranges
        assert reach == pytest.approx(3.145, abs=0.0005)

    def test_the_mean_of_proportions_is_no_proportion(self) -> None:
        """One case of one is 100%: averaged with 10 of 1,000 it makes 51%, where 11 of 1,001 were meant."""
        panel = spc.Panel.from_numpy([[1.0, 10.0] * 6], start="2022-01", of=[[1.0, 1_000.0] * 6])
        assert spc.limits(panel, chart="p").centre[0, 0] == pytest.approx(11.0 / 1_001.0, rel=1e-15)

    def test_a_baseline_that_moves_with_the_last_month_unsays_what_was_said(self) -> None:
        """Limits from all months (the default of most tools) take a flag back when the level stays high."""
        months = np.array([10.0, 12.0] * 12 + [18.0] + [15.0, 17.0] * 8)
        assert flagged(months[:25], baseline="all") == 1
        early = spc.limits(spc.Panel.from_numpy([months], start="2022-01"), baseline="all")
        assert spc.exceptions(early, rules=spc.RULES["opcc"][:1]).mask[0, 24] == 0
        frozen = spc.limits(spc.Panel.from_numpy([months], start="2022-01"), baseline=24)
        assert spc.exceptions(frozen, rules=spc.RULES["opcc"][:1]).mask[0, 24] != 0


class TestVariantsOfTheRules:
    @pytest.mark.parametrize(
        ("rules", "months"),
        [
            *[(rules, 7) for rules in ("power_bi", "nhs_2023", "nhs_2019", "nhsr")],
            *[(rules, 8) for rules in ("western_electric", "wheeler", "opcc")],
            *[(rules, 9) for rules in ("nelson", "minitab")],
        ],
    )
    def test_months_on_one_side(self, rules: str, months: int) -> None:
        assert fired([0.5, 0.4] * 4 + [0.5, 0.4], rules)
        above = [-0.5] + [0.5, 0.4, 0.5, 0.4, 0.5, 0.4, 0.5, 0.4, 0.5]
        assert fired(above[: months + 1], rules)
        assert fired(above[:months], rules) == []

    @pytest.mark.parametrize(
        ("rules", "points"),
        [("power_bi", 5), ("nelson", 6), ("minitab", 7), ("nhs_2023", 7), ("nhs_2019", 7)],
    )
    def test_points_in_a_trend(self, rules: str, points: int) -> None:
        """A trend of six points has five steps (JMP); Minitab asks for six steps, so seven points."""
        rising = np.linspace(-0.9, 0.9, points)
        assert len(fired(rising, rules)) == 1
        assert fired(rising[1:], rules) == []

    @pytest.mark.parametrize(("rules", "points"), [("nelson", 14), ("minitab", 15)])
    def test_points_that_alternate(self, rules: str, points: int) -> None:
        up_and_down = np.array([0.2, -0.2] * 8)[:points]
        row = [row for row in spc.RULES[rules] if row.asks == "swing"]
        assert len(fired(up_and_down, row)) == 1
        assert fired(up_and_down[1:], row) == []

    def test_eight_beyond_one_sigma(self) -> None:
        """JMP wants months on both sides among the eight; Minitab does not."""
        above = [1.5, 1.2] * 4
        both = [1.5, -1.2] * 4
        said = {rules: [fired(months, rules) for months in (above, both)] for rules in ("nelson", "minitab")}
        beyond = {
            rules: [any("eight" in w.lower() for w in words) for words in pair]
            for rules, pair in said.items()
        }
        assert beyond == {"nelson": [False, True], "minitab": [True, True]}

    def test_two_of_three_and_the_third(self) -> None:
        """NHS England 2023: all three on the same side of the mean. Western Electric asks it nothing."""
        third_below, third_above = [2.5, -0.1, 2.5], [2.5, 0.1, 2.5]
        assert fired(third_above, "nhs_2023")
        assert fired(third_below, "nhs_2023") == []
        assert fired(third_below, "western_electric")

    def test_two_of_three_and_points_beyond_the_limits(self) -> None:
        """From 2023 on a point beyond 3 sigma counts among the two; in 2019 and in NHS-R it does not."""
        months = [3.5, 0.1, 2.5]
        assert fired(months, "nhs_2023")
        assert fired(months, "nhs_2019") == fired(months, "nhsr") == []

    def test_a_point_on_the_mean(self) -> None:
        """It breaks a run (NHS), is passed over (Anhoej; qicharts2), or counts for either side."""
        months = [-0.5, 0.5, 0.5, 0.5, 0.5, 0.0, 0.5, 0.5, 0.5]
        seven = {"needed": 7, "span": 7}
        assert fired(months, "nhs_2023") == []
        assert fired(months, (spc.Rule("Seven", **seven, ties="skip"),)) == ["Seven High"]
        eight = {"needed": 8, "span": 8}
        assert fired(months, (spc.Rule("Eight", **eight, ties="skip"),)) == []
        assert fired(months, (spc.Rule("Eight", **eight, ties="count"),)) == ["Eight High"]

    def test_the_length_of_a_run_that_depends_on_how_many_months_there_are(self) -> None:
        """Anhoej: longer than round(log2 n) + 3; the fixed six, seven or eight fires ever more often."""
        often = {}
        for months in (12, 24, 96):
            noise = np.random.default_rng(months).standard_normal((2_000, months))
            panel = spc.Panel.from_numpy(noise, start="2010-01")
            found = spc.run_tests(spc.limits(panel, chart="run"))
            ours = np.mean(found.longest_run > found.longest_run_max)
            seven = np.mean(found.longest_run >= 7)
            often[months] = (ours, seven)
        # the published limits keep the rate of noise about level, a fixed seven does not
        assert max(ours for ours, _ in often.values()) < 0.04
        assert often[12][1] < 0.01 and often[24][1] > 0.03 and often[96][1] > 0.4


class TestVariantsOfTheLimits:
    flow = (49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1)

    def limits(self, **options: Any) -> Any:
        return spc.limits(spc.Panel.from_numpy(self.flow, start=None), min_observed=10, **options)

    def test_constants_as_printed_or_exact(self) -> None:
        """1.128 and 2.66 (handbooks, qcc's table of three decimals) against 2 / sqrt(pi)."""
        assert self.limits(constants="textbook").ucl[0, 0] == pytest.approx(55.8041, abs=5e-5)
        assert self.limits().ucl[0, 0] == pytest.approx(50.81 + 3 * 1.8777777777777778 * np.sqrt(np.pi) / 2)

    def test_sigma_from_ranges_medians_or_the_sd(self) -> None:
        """The sd (spreadsheets, some NHS templates) takes a shift for spread; ranges do not."""
        step = np.array([10.0, 11.0] * 12 + [20.0, 21.0] * 12)
        panel = spc.Panel.from_numpy([step], start="2021-01")
        by_range, by_median, by_sd = (
            spc.limits(panel, sigma=word).sigma[0, 0] for word in ("mean_range", "median_range", "sd")
        )
        assert by_range < 1.1 and by_median < 1.1 and by_sd > 4.5

    def test_the_ewma_begins_narrow_or_as_it_ends(self) -> None:
        """NIST draws the limits that the EWMA comes to; Montgomery and qcc those of each month."""
        exact = self.limits(chart="ewma", lam=0.3)
        asymptotic = self.limits(chart="ewma", lam=0.3, lines="asymptotic")
        assert exact.ucl[0, 0] < exact.ucl[0, 5] < asymptotic.ucl[0, 5]
        assert np.ptp(asymptotic.ucl[0]) == 0.0
        assert exact.ucl[0, -1] == pytest.approx(asymptotic.ucl[0, -1], rel=1e-3)

    def test_the_middle_of_a_g_chart(self) -> None:
        """Benneyan draws the mean; qicharts2 the median, since half of all gaps should lie on either side."""
        gaps = np.array([3.0, 0.0, 12.0, 1.0, 7.0, 25.0, 2.0, 4.0, 0.0, 9.0, 5.0, 16.0])
        panel = spc.Panel.from_numpy([gaps], start=None)
        mean, median = (spc.limits(panel, chart="g", middle=word) for word in ("mean", "median"))
        assert mean.centre[0, 0] == gaps.mean() and median.centre[0, 0] == np.median(gaps)
        assert mean.ucl[0, 0] == median.ucl[0, 0]

    def test_limits_below_nothing(self) -> None:
        """A count's lower limit is cut at 0, not drawn at -2 (Excel templates)."""
        panel = spc.Panel.from_numpy([[3.0, 5.0, 4.0, 2.0, 6.0, 4.0] * 4], start="2022-01")
        assert spc.limits(panel, chart="c").lcl[0, 0] == 0.0
        assert spc.limits(panel).lcl[0, 0] < 0.0
        assert spc.limits(panel, bounds=(0.0, None)).lcl[0, 0] == 0.0

    def test_large_denominators(self) -> None:
        """A p chart flags everything once n is large; Laney's does not (SPEC 7)."""
        rng = np.random.default_rng(3)
        of = rng.integers(40_000, 60_000, (200, 36)).astype(float)
        top = np.round(of * (0.2 + 0.01 * rng.standard_normal(of.shape)))
        panel = spc.Panel.from_numpy(top, start="2022-01", of=of)
        many = {
            chart: np.count_nonzero(spc.exceptions(spc.limits(panel, chart=chart)).words != "")
            for chart in ("p", "p_prime", "xmr")
        }
        assert many["p"] > 100 and many["p_prime"] <= 16 and many["xmr"] <= 16
