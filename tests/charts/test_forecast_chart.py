"""The forecast chart: what each month's lines know, how wide they are, and what may be asked of them."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc
from spc.explaining import explain
from spc.forecast.methods import METHODS
from spc.portrait import portrait
from spc.reporting.chart_svg import control_chart
from tests.panels import JIT_OFF, START, make
from tests.reference.forecast_chart import Told, forecast_chart

Array = np.ndarray[Any, Any]
KNOWN = ("month_before", "baseline")


def chart(values: Any, baseline: Any = 24, **options: Any) -> Any:
    """Return the limits of a forecast chart by the last month, unless another method is asked for."""
    panel = values if isinstance(values, spc.Panel) else spc.Panel.from_numpy(values, start=START)
    return spc.limits(panel, chart="forecast", baseline=baseline, **{"method": "naive", **options})


def plain(row: Array) -> list[float | None]:
    return [None if value != value else float(value) for value in row]


def told(limits: Any, s: int, t: int) -> tuple[float, float, float]:
    return limits.centre[s, t], limits.lcl[s, t], limits.ucl[s, t]


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("maker", ["counts", "decimals", "gaps", "ragged", "signed"])
@pytest.mark.parametrize("width", [3.0, 2.0])
def test_lines_are_those_of_the_slow_twin(width: float, maker: str, known: str):
    one = make(maker, 7, n=12)
    limits = chart(one.panel(), known=known, width=width)
    for s, row in enumerate(one.values):
        first = int(np.argmax(~np.isnan(row))) if not np.isnan(row).all() else len(row)
        expected = forecast_chart(plain(row), known, (first, min(first + 24, len(row))), 12, width)
        lined = any(each is not None and each.upper is not None for each in expected)
        for t, each in enumerate(expected):
            want = each if each is not None and lined else Told(np.nan, None, None)
            line = [want.centre, *(np.nan if end is None else end for end in (want.lower, want.upper))]
            np.testing.assert_allclose(told(limits, s, t), line, rtol=1e-9, atol=1e-9, err_msg=f"{s} {t}")
        short = ("short history", "no data", "nothing to judge")
        assert limits.status[s] in (("ok", "no value") if lined else short)


def test_the_figures_of_a_short_example():
    """Months 4, 6, 4, 6: steps of 2, so the sd is 2, with 3 degrees of freedom; 2 sigma are 95.44997%.

    Student's distribution function with 3 degrees: 1/2 + (x / (1 + x^2) + arctan x) / pi, x = t / sqrt(3).
    """
    limits = chart([[4, 6, 4, 6, 9]], min_observed=4, width=2.0)
    assert limits.centre[0, 4] == 6.0
    x = (limits.ucl[0, 4] - 6.0) / 2.0 / math.sqrt(3.0)
    below = 0.5 + (x / (1.0 + x * x) + math.atan(x)) / math.pi
    assert 2.0 * below - 1.0 == pytest.approx(math.erf(math.sqrt(2.0)), abs=1e-12)
    assert limits.lcl[0, 4] == 0.0
    assert limits.sigma[0, 4] == pytest.approx((limits.ucl[0, 4] - 6.0) / 2.0, rel=1e-12)
    assert np.isnan(limits.centre[0, :4]).all()


def test_what_is_known_at_the_baselines_end_is_no_more_than_the_baseline():
    values = np.random.default_rng(2).poisson(40.0, (6, 48)).astype(float)
    limits = chart(values, known="baseline", baseline=(f"{START[:4]}-03", "2022-02"))
    moved = values.copy()
    moved[:, :2], moved[:, 26:] = 7.0, 900.0
    other = chart(moved, known="baseline", baseline=(f"{START[:4]}-03", "2022-02"))
    assert np.isnan(limits.centre[:, :26]).all()
    for name in ("centre", "sigma", "ucl", "lcl"):
        np.testing.assert_array_equal(getattr(limits, name), getattr(other, name))
    assert (limits.centre[:, 26:] == values[:, 25:26]).all()
    assert (np.diff(limits.ucl[:, 26:], axis=1) > 0.0).all()  # further ahead, less is known


def test_a_phase_forecasts_from_its_own_months():
    values = np.random.default_rng(3).normal(50.0, 5.0, (4, 60)).round(1)
    panel = spc.Panel.from_numpy(values, start=START)
    cut = spc.phases_at(panel, [panel.months[30]])
    limits = chart(panel, phase=cut, method="mean")
    alone = chart(spc.Panel.from_numpy(values[:, 30:], start=panel.months[30]), method="mean")
    for name in ("centre", "sigma", "ucl", "lcl"):
        np.testing.assert_array_equal(getattr(limits, name)[:, 30:], getattr(alone, name))
    assert np.isnan(limits.centre[:, 30:42]).all() and not np.isnan(limits.centre[:, 42:]).any()


def test_excluded_months_are_judged_but_not_known():
    values = np.random.default_rng(4).poisson(30.0, (3, 40)).astype(float)
    values[:, 35] = 300.0
    panel = spc.Panel.from_numpy(values, start=START)
    month = panel.months[35]
    without = values.copy()
    without[:, 35] = np.nan
    limits = chart(panel, exclude={month: "a flood"})
    gone = chart(without)
    for name in ("centre", "ucl", "lcl"):
        np.testing.assert_array_equal(getattr(limits, name), getattr(gone, name))
    assert (spc.exceptions(limits).mask[:, 35] & 1 == 1).all()
    assert (limits.centre[:, 36] == values[:, 34]).all()


def test_ratios_are_forecast_as_ratios_and_stay_above_0():
    rng = np.random.default_rng(5)
    of = rng.integers(50, 400, (4, 48)).astype(float)
    top = rng.binomial(of.astype(int), 0.02).astype(float)
    limits = chart(spc.Panel.from_numpy(top, start=START, of=of))
    assert (limits.centre[:, 24:] == (top / of)[:, 23:-1]).all()
    lower = limits.lcl[:, 24:]
    assert (lower >= 0.0).all() and (lower == 0.0).mean() > 0.9 and (limits.ucl[:, 24:] > 0.0).all()


def test_series_that_go_below_0_have_no_floor():
    values = np.random.default_rng(6).normal(0.0, 10.0, (4, 48))
    assert (chart(values).lcl[:, 24:] < -20.0).all()
    assert (chart(np.abs(values)).lcl[:, 24:] == 0.0).all()


def test_bounds_that_are_given_hold():
    values = np.full((1, 40), 0.95) + np.random.default_rng(7).normal(0.0, 0.02, (1, 40))
    values = np.minimum(values, 1.0)
    assert chart(values, bounds=(0.0, 1.0)).ucl[0, 30] == 1.0
    assert chart(values).ucl[0, 30] > 1.0


def test_status():
    months = np.random.default_rng(8).normal(50.0, 5.0, 48)
    rows = np.stack([months, np.full(48, 0.1), np.where(np.arange(48) < 37, np.nan, months)])
    rows = np.concatenate([rows, np.full((1, 48), np.nan), [np.append(months[:-1], np.nan)]])
    assert chart(rows).status.tolist() == ["ok", "no variation", "short history", "no data", "no value"]
    frozen = chart(rows, known="baseline")
    assert frozen.status.tolist() == ["ok", "no variation", "nothing to judge", "no data", "no value"][:2] + [
        "short history",
        "no data",
        "no value",
    ]
    assert chart(rows[:1], known="baseline", baseline="all").status.tolist() == ["nothing to judge"]
    assert np.isnan(chart(rows).centre[2]).all()


def test_a_constant_raises_nothing_and_a_change_of_one_is_no_limit_crossed():
    values = np.full((2, 40), 0.1)
    values[1, 39] = 0.3
    limits = chart(values, method="mean")
    assert limits.status.tolist() == ["no variation", "no variation"]
    assert not spc.exceptions(limits, rules="nelson").mask[0].any()
    assert np.isnan(limits.ucl).all()
    assert (limits.sigma[:, 12:] == 0.0).all()


def test_runs_are_asked_of_months_forecast_one_by_one_alone():
    """From one origin eight months lie on one side of it together in 9% of noise: they are not asked."""
    values = np.random.default_rng(9).normal(100.0, 10.0, (400, 36))
    eight = {}
    for known in KNOWN:
        exceptions = spc.exceptions(chart(values, known=known, method="mean"))
        names = [rule.name for rule in exceptions.rules]
        eight[known] = (exceptions.mask >> np.uint32(2 * names.index("Eight-Month")) & 3 != 0).any()
    assert eight == {"month_before": True, "baseline": False}


def test_exceptions_and_weights_stand_on_top():
    values = np.random.default_rng(10).poisson(40.0, (3, 48)).astype(float)
    values[1, 47] += 60.0
    exceptions = spc.exceptions(chart(values, method="mean"))
    assert exceptions.words.tolist() == ["", "One-Month High", ""]
    weights = spc.weigh(exceptions, trend=spc.trend(exceptions.limits.panel))
    assert weights.parts["One-Month"].tolist() == [0.0, weights.parts["One-Month"][1], 0.0]
    assert weights.parts["One-Month"][1] > 0.0


@pytest.mark.parametrize("method", ["naive", "seasonal_naive", "mean", "theta", "seasonal_regression"])
@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.skipif(JIT_OFF, reason="60 refits of 1,500 series want compiled kernels")
def test_noise_raises_as_little_as_promised(known: str, method: str):
    """Measured 0.0 to 0.9% of months (1,500 series, a year after 24, 36, 60 months, with season or without).

    Here 36 months, normal noise: standard error .06 points (12 x 800 months, neighbours not independent).
    """
    values = np.random.default_rng(11).normal(100.0, 10.0, (800, 48))
    limits = chart(values, baseline=spc.Window(48, first=36), known=known, method=method)
    share = float(((spc.exceptions(limits).mask[:, -12:] & 3) != 0).mean())
    assert share <= 0.006
    assert known == "baseline" or share >= 0.001


@pytest.mark.parametrize(
    ("method", "least"), [("mean", 0.72), ("theta", 0.66), ("seasonal_regression", 0.66)]
)
@pytest.mark.skipif(JIT_OFF, reason="60 refits of 800 series want compiled kernels")
def test_a_step_of_four_sigma_is_found(method: str, least: float):
    """Measured 78, 73 and 74% of 1,500 series after 36 months; by the month before alone 39%."""
    values = np.random.default_rng(12).normal(100.0, 10.0, (800, 48))
    values[:, -1] += 40.0
    found = {
        name: spc.exceptions(chart(values, baseline=spc.Window(48, first=36), method=name)).mask[:, -1] & 1
        for name in (method, "naive")
    }
    assert found[method].mean() >= least
    assert found["naive"].mean() == pytest.approx(0.39, abs=0.05)


def test_a_year_that_changed_is_found_from_the_baselines_end():
    values = np.random.default_rng(13).poisson(60.0, (200, 48)).astype(float)
    values[:, 36:] += 40.0
    both = {known: chart(values, baseline=36, known=known, method="mean") for known in KNOWN}
    last = {known: (spc.exceptions(limits).mask[:, -1] & 1).mean() for known, limits in both.items()}
    assert last["baseline"] > 0.95 and last["month_before"] < 0.4  # which has learnt from the year


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "nave"}, "`method` must be one of .*'naive'.*got 'nave'"),
        ({"known": "tomorrow"}, "`known` must be one of 'month_before', 'baseline', got 'tomorrow'"),
        ({"shrink": "none"}, "`shrink` is no argument of limits.*'forecast', which has 'known', 'method'"),
        ({"sigma": "sd"}, "`sigma` = 'sd' says nothing to the chart 'forecast'"),
        ({"centre": 40.0}, "A known `centre` says nothing to the chart 'forecast'"),
    ],
    ids=lambda case: next(iter(case)) if isinstance(case, dict) else "",
)
def test_choices_that_cannot_be_are_refused(options: dict[str, Any], said: str):
    with pytest.raises(spc.ChoiceError, match=said):
        chart(np.arange(48.0)[None] % 7, **options)


def test_the_usual_method_is_one_of_them():
    assert spc.CHARTS["forecast"].options["method"].default in METHODS
    limits = spc.limits(spc.Panel.from_numpy([np.arange(48.0) % 7], start=START), chart="forecast")
    assert limits.status.tolist() == ["ok"]


def test_it_cannot_be_agreed(tmp_path: Path):
    limits = chart(np.random.default_rng(14).poisson(30.0, (2, 48)).astype(float))
    with pytest.raises(spc.ChoiceError, match="the forecast chart draws its lines from more than a centre"):
        spc.save_limits(limits, tmp_path / "agreed.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_rooms_meet_when_the_chart_is_asked_for():
    code = (
        "import sys; from spc.charts import limits; from spc.panel import Panel\n"
        "assert not [name for name in sys.modules if name.startswith('spc.forecast')]\n"
        "panel = Panel.from_numpy([[3.0, 5.0] * 12], start='2024-01')\n"
        "print(limits(panel, chart='forecast', method='naive').centre[0, -1])\n"
        "assert 'spc.forecast.charting' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("3.0", "")


def test_the_page_says_what_the_limits_know():
    sample = spc.samples.load("wiltshire_2024")
    card = spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-07", chart="forecast")
    assert {card.limits.chart_of(s) for s in np.flatnonzero(card.monthly)} == {"forecast"}
    said = " ".join(explain(card, 2))
    assert "are set by the months before, from Aug-2021 on: expected" in said
    assert "forecast chart: what earlier months let expect" in said


@pytest.mark.parametrize("known", KNOWN)
def test_a_drawing_names_what_was_expected_and_no_baseline_that_set_nothing(known: str):
    """By the month before no month "sets the limits": there is no bracket, and all marks are judged."""
    values = np.random.default_rng(15).poisson(40.0, (1, 48)).astype(float)
    values[0, [30, 44]] += 60.0
    panel = spc.Panel.from_numpy(values, start=START)
    card = spc.scorecard(panel, chart="forecast", baseline=36)
    limits = spc.limits(panel, chart="forecast", baseline=36, known=known, method="mean")
    card = replace(card, weights=spc.weigh(spc.exceptions(limits), trend=spc.trend(panel)))
    one = portrait(card, 0)
    drawn = control_chart(one, 0, 48)
    assert ("these months set the limits" in drawn) == (known == "baseline")
    assert ">expected " in drawn and ">centre " not in drawn
    assert [(mark.at, mark.judged) for mark in one.marks if "One-Month High" in mark.words] == (
        [(30, True), (44, True)] if known == "month_before" else [(44, True)]
    )
