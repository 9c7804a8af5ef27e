"""Warnings: each one where it is due, and only there; lag-1 autocorrelation; limits widened for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spc
from spc.results import limit_warnings

WINDOW = spc.Window(36, first=24)
NOISE = np.random.default_rng(3).normal(50.0, 4.0, (400, 48))
CALM = NOISE[1]


def warned(values: Any, **options: Any) -> str:
    panel = spc.Panel.from_numpy(np.array(values, dtype=float), start="2020-01", of=options.pop("of", None))
    words = spc.limits(panel, **options).warnings
    assert len(words) == 1
    return str(words[0])


def changed(at: int, value: float, months: int = 48) -> np.ndarray[Any, Any]:
    row = CALM[:months].copy()
    row[at] = value
    return row


def ar(phi: float, shape: tuple[int, int], seed: int) -> np.ndarray[Any, Any]:
    """Normal AR(1) series with variance 1."""
    random = np.random.default_rng(seed)
    months = random.normal(size=shape)
    for t in range(1, shape[1]):
        months[:, t] = phi * months[:, t - 1] + np.sqrt(1.0 - phi * phi) * months[:, t]
    return months


def test_codes_and_words_say_the_same() -> None:
    rows = [CALM, changed(47, 9e4), changed(47, np.nan), changed(3, np.nan)]
    limits = spc.limits(spc.Panel.from_numpy(rows, start="2020-01"), baseline=WINDOW)
    assert limits.warning_code.dtype == np.uint8
    assert limits.warning_code.tolist() == [0, 2, 4, 0]
    assert limits.warnings.tolist() == ["", "jump", "ends early", ""]
    every = limit_warnings.warning_words(np.array([31]))[0]
    assert every == "autocorrelation, jump, ends early, step nearby, screened"


def test_lag_1_rests_on_the_baseline_alone() -> None:
    panel = spc.Panel.from_numpy(NOISE, start="2020-01")
    limits = spc.limits(panel, baseline=WINDOW)
    base = NOISE[:, 12:36] - NOISE[:, 12:36].mean(axis=1, keepdims=True)
    expected = (base[:, 1:] * base[:, :-1]).sum(axis=1) / (base * base).sum(axis=1)
    np.testing.assert_allclose(limits.lag1, expected, rtol=1e-10, atol=1e-14)


def test_lag_1_across_a_gap_and_where_it_is_not_known() -> None:
    rows = [[1, 2, 4, np.nan, 9, 4], [5] * 6, [1, 2] + [np.nan] * 4, [0.1] * 6, [np.nan] * 6]
    panel = spc.Panel.from_numpy(rows, start="2020-01")
    found = spc.limits(panel, min_observed=2).lag1
    # about the mean 4: -3 -2 0 . 5 0; products 6 + 0 + 0 over squares 9 + 4 + 25
    assert found[0] == pytest.approx(6.0 / 38.0)
    assert np.isnan(found[1:]).all()
    known = spc.limits(panel, min_observed=2, exclude={"2020-02": "a strike"}).lag1
    # about the mean 4.5 of 1 . 4 . 9 4: -3.5 . -0.5 . 4.5 -0.5
    assert known[0] == pytest.approx(-2.25 / (12.25 + 0.25 + 20.25 + 0.25))


def test_autocorrelation_is_rarely_seen_in_noise_and_mostly_where_it_is() -> None:
    shape = (2_000, 24)
    share = {}
    for phi in (0.0, 0.7, -0.7):
        limits = spc.limits(spc.Panel.from_numpy(ar(phi, shape, seed=8), start="2020-01"))
        share[phi] = float((limits.warning_code & 1).mean())
    assert share[0.0] < 0.05  # 3.5% at 24 months, since the band is a large sample's
    assert share[0.7] > 0.7 and share[-0.7] > 0.8


@pytest.mark.parametrize(
    ("value", "expected"),
    [(4800.0, ""), (4900.0, "jump"), (0.49, ""), (0.48, "jump"), (-4900.0, "jump"), (50.0, "")],
)
@pytest.mark.parametrize("at", [13, 30, 47])
def test_a_jump_is_a_hundred_times_or_a_hundredth_of_the_others(value: float, expected: str, at: int) -> None:
    """The median of the other months is 48.5 to 48.7; any month with limits may be the one."""
    assert warned(changed(at, value), baseline=WINDOW).replace("autocorrelation, ", "") == expected


def test_a_jump_before_the_window_or_with_a_known_cause_is_none() -> None:
    assert warned(changed(5, 9e4), baseline=WINDOW) == ""
    assert warned(changed(30, 9e4), exclude={"2022-07": "typed twice"}) == ""
    assert warned([1.0, 2.0, 1.0, 900.0, np.nan], min_observed=3, as_at="2020-04") == "jump"
    assert warned([1.0, 2.0, 900.0], min_observed=3) == ""  # two others do not say what is usual


def test_a_count_of_none_is_read_as_one() -> None:
    counts = np.random.default_rng(2).poisson(2.0, 36).astype(float)
    assert 0.0 in counts and warned(counts) == ""
    assert warned([*counts, 150.0], as_at="2022-12") == ""
    assert warned([*counts, 250.0]) == "jump"
    assert warned([0.0] * 30 + [99.0]) == "" and warned([0.0] * 30 + [100.0]) == "jump"
    assert warned([120.0, 130.0] * 6 + [0.0], baseline=12).endswith("jump")
    assert "jump" not in warned([0.31, 0.33] * 6 + [0.0])  # nothing is a hundredth of a decimal's zero


def test_a_ratio_of_none_is_read_as_one_event() -> None:
    top = np.array([[3.0, 5.0] * 12 + [0.0]])
    assert "jump" not in warned(top, of=np.full((1, 25), 40.0))
    assert "jump" in warned(100.0 * top, of=np.full((1, 25), 4000.0))


def test_ending_early_is_told_from_having_no_data() -> None:
    rows = [CALM, changed(47, np.nan), [*CALM[:30], *[np.nan] * 18], [np.nan] * 48]
    panel = spc.Panel.from_numpy(rows, start="2020-01")
    assert (spc.limits(panel).warning_code & 4).tolist() == [0, 4, 4, 0]
    # at a month of their own all that have begun are there
    assert (spc.limits(panel, as_at="2022-06").warning_code & 4).tolist() == [0, 0, 0, 0]
    assert (spc.limits(panel, as_at=["2023-12", "2023-11", "2022-06", "2023-12"]).warning_code & 4).max() == 0


def test_a_step_is_near_for_24_months() -> None:
    panel = spc.Panel.from_numpy(CALM[None], start="2020-01")
    phase = spc.phases_at(panel, ["2021-07"])
    for as_at, near in (("2021-06", ""), ("2022-06", "step nearby"), ("2023-05", "step nearby")):
        assert spc.limits(panel, phase=phase, as_at=as_at, min_observed=6).warnings[0] == near
    assert spc.limits(panel, phase=phase, as_at="2023-06").warnings[0] == ""
    for window, near in (
        (WINDOW, ""),
        (spc.Window(18, first=12), "step nearby"),
    ):  # the first has no limits yet
        limits = spc.limits(panel, phase=phase, as_at="2022-10", baseline=window, min_observed=6)
        assert limits.warnings[0] == near


def test_the_first_month_of_a_series_or_of_a_window_is_no_step() -> None:
    late = [np.nan] * 30 + [*CALM[30:]]
    panel = spc.Panel.from_numpy([late, CALM], start="2020-01")
    phase = spc.phases_at(panel, ["2021-07"])
    limits = spc.limits(panel, phase=phase, baseline=spc.Window(18, first=12), min_observed=6)
    assert (limits.warning_code & 8).tolist() == [0, 0]


def test_screened_is_said_where_ranges_were_left_out() -> None:
    spike = changed(20, 120.0)
    assert warned(spike, screen="ranges") == "screened"
    assert warned(spike) == ""
    assert warned(np.tile([1.0, 2.0, 4.0], 16), screen="ranges").replace("autocorrelation", "") == ""
    assert "screened" not in warned(spike, screen="ranges", sigma=4.0)
    assert "screened" not in warned(spike, screen="ranges", sigma="sd")
    assert warned(spike, screen="ranges", sigma="median_range") == "screened"
    assert "screened" in warned(changed(20, 1e6), screen="ranges", chart="t")
    assert warned(spike, screen="ranges", chart="i_prime", of=np.full((1, 48), 10.0)) == "screened"


def test_a_season_is_no_autocorrelation_where_the_chart_has_taken_it_out() -> None:
    months = np.arange(48)
    season = 50.0 + 10.0 * np.sin(2.0 * np.pi * months / 12.0)
    values = season + np.random.default_rng(2).normal(0.0, 1.0, (200, 48))
    panel = spc.Panel.from_numpy(values, start="2020-01")
    said = {}
    for chart in ("xmr", "seasonal_xmr"):
        warned_of = spc.limits(panel, chart=chart, baseline=36).warnings
        said[chart] = np.mean(["autocorrelation" in word for word in warned_of])
    assert said["xmr"] == 1.0 and said["seasonal_xmr"] < 0.15


def test_what_is_said_of_a_series_does_not_depend_on_the_others() -> None:
    rows = np.concatenate([NOISE[:20], NOISE[20:40] * 1e3])
    rows[::3, 40] *= 500.0
    rows[::4, 44:] = np.nan
    panel = spc.Panel.from_numpy(rows, start="2020-01")
    together = spc.limits(panel, baseline=WINDOW, screen="ranges")
    assert len(set(together.warnings.tolist())) > 3
    for s in range(0, 40, 7):
        alone = spc.limits(panel.select([s]), baseline=WINDOW, screen="ranges")
        assert alone.warnings[0] == together.warnings[s]
        assert alone.lag1.tobytes() == together.lag1[s : s + 1].tobytes()


@pytest.mark.parametrize("months", [24, 36])
@pytest.mark.parametrize("phi", [0.3, 0.5])
def test_widened_limits_keep_one_month_where_phi_known_has_it(phi: float, months: int) -> None:
    """Percent of months beyond: ignore 2.5 and 5.5, widen 0.77 and 1.01, phi known 0.92 and 0.95 (24)."""
    values = ar(phi, (6_000, months + 12), seed=21)
    panel = spc.Panel.from_numpy(values, start="2015-01")

    def beyond(stretch: float = 1.0, **options: Any) -> float:
        limits = spc.limits(panel, baseline=months, **options)
        reach = stretch * (limits.ucl - limits.centre)
        return float((np.abs(values - limits.centre) > reach)[:, months:].mean())

    known = beyond(stretch=1.0 / np.sqrt(1.0 - phi))
    assert beyond() > 2.0 * known
    assert 0.6 * known < beyond(autocorrelation="widen") < 1.3 * known
    assert beyond(sigma="sd", autocorrelation="widen") < beyond(sigma="sd")


def test_widening_leaves_series_alone_whose_neighbours_are_unlike() -> None:
    panel = spc.Panel.from_numpy([5.0, 7.0] * 15, start="2020-01")
    plain, wide = spc.limits(panel), spc.limits(panel, autocorrelation="widen")
    assert wide.sigma.tobytes() == plain.sigma.tobytes()
