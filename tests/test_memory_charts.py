"""EWMA, CUSUM and moving average: gaps, phases, choices, and what never fires."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spc

NOISE = np.random.default_rng(5).normal(50.0, 4.0, 48)
CHARTS = ("ewma", "cusum", "ma")
every_chart = pytest.mark.parametrize("chart", CHARTS)


def panel_of(*rows: Any) -> spc.Panel:
    return spc.Panel.from_numpy(np.array(rows, dtype=float), start="2020-01")


def statistics(limits: spc.results.Limits) -> np.ndarray[Any, Any]:
    """Stack both sums of a CUSUM, or twice the only statistic."""
    assert limits.months is not None
    below = limits.months.points if limits.months.below is None else limits.months.below
    return np.stack([limits.months.points, below])


@every_chart
def test_centre_sigma_and_status_are_those_of_xmr(chart: str) -> None:
    panel = panel_of(NOISE, np.full(48, 0.1), [*NOISE[:8], *[np.nan] * 40], [np.nan] * 48)
    for options in ({}, {"sigma": "median_range"}, {"sigma": "sd", "centre": "median"}, {"baseline": 24}):
        ours, plain = spc.limits(panel, chart=chart, **options), spc.limits(panel, **options)
        assert ours.status.tolist() == plain.status.tolist()
        np.testing.assert_array_equal(ours.phase_centre, plain.phase_centre)
        np.testing.assert_array_equal(ours.phase_sigma, plain.phase_sigma)
    assert plain.status.tolist() == ["ok", "no variation", "short history", "no data"]


@every_chart
def test_a_missing_month_has_no_point_and_leaves_the_statistic_as_it_was(chart: str) -> None:
    known: dict[str, Any] = {"chart": chart, "centre": 50.0, "sigma": 4.0}
    gap = np.insert(NOISE[:47], 20, np.nan)
    whole = statistics(spc.limits(panel_of(NOISE[:47]), **known))
    holed = statistics(spc.limits(panel_of(gap), **known))
    assert np.isnan(holed[:, 0, 20]).all() and not np.isnan(np.delete(holed, 20, axis=2)).any()
    assert (holed[:, 0, :20] == whole[:, 0, :20]).all()
    shared = slice(22, 47) if chart == "ma" else slice(20, 47)  # two windows of three hold the gap
    assert (holed[:, 0, 1:][:, shared] == whole[:, 0, shared]).all()


def test_a_gap_does_not_age_the_lines_of_an_ewma() -> None:
    gap = np.insert(NOISE[:20], 2, np.nan)
    limits = spc.limits(panel_of(gap), chart="ewma", centre=50.0, sigma=4.0)
    whole = spc.limits(panel_of(NOISE[:20]), chart="ewma", centre=50.0, sigma=4.0)
    assert (np.delete(limits.ucl, 2) == whole.ucl[0]).all()
    assert limits.ucl[0, 2] == limits.ucl[0, 1]


@every_chart
def test_every_phase_begins_afresh(chart: str) -> None:
    values = np.concatenate([NOISE[:24], 20.0 + NOISE[24:]])
    panel = panel_of(values)
    phased = spc.limits(panel, chart=chart, phase=spc.phases_at(panel, ["2022-01"]))
    alone = spc.limits(spc.Panel.from_numpy(values[24:], start="2022-01"), chart=chart)
    assert (statistics(phased)[:, :, 24:] == statistics(alone)).all()
    assert phased.months is not None and alone.months is not None
    assert (phased.months.upper[:, 24:] == alone.months.upper).all()


@every_chart
def test_what_is_known_of_other_series_and_of_the_future_changes_nothing(chart: str) -> None:
    panel = panel_of(NOISE, NOISE[::-1], np.full(48, 7.0))
    among = statistics(spc.limits(panel, chart=chart, baseline=24))
    alone = statistics(spc.limits(panel_of(NOISE), chart=chart, baseline=24))
    early = statistics(spc.limits(panel_of(NOISE[:40]), chart=chart, baseline=24))
    assert among[:, 0].tobytes() == alone[:, 0].tobytes()
    assert (alone[:, :, :40] == early).all()


@every_chart
@pytest.mark.parametrize("decimal", [0.1, 0.3, 1.1, 1e-7, 123456.7])
def test_a_constant_series_raises_nothing(chart: str, decimal: float) -> None:
    """Nor does one that is constant in its baseline alone: there is no sigma to judge by."""
    later = [decimal] * 24 + [decimal * 3.0] * 4
    panel = panel_of([decimal] * 28, later)
    limits = spc.limits(panel, chart=chart, baseline=24)
    assert limits.status.tolist() == ["no variation", "no variation"]
    assert not spc.exceptions(limits).mask.any()
    # known sigma: judged, and on the centre for ever
    assert not spc.exceptions(spc.limits(panel_of([decimal] * 28), chart=chart, sigma=1.0)).mask.any()


@every_chart
def test_a_lasting_shift_of_one_sigma_is_found_on_its_side(chart: str) -> None:
    """Months after month 24 lie 6 above or below: XmR has limits 12 away."""
    options: dict[str, Any] = {"span": 12} if chart == "ma" else {}
    moved = np.where(np.arange(48) < 24, 0.0, 6.0)
    wave = np.tile([3.0, -3.0, 2.0, -2.0], 12)
    panel = panel_of(50.0 + wave + moved, 50.0 + wave - moved)
    rules = (spc.Rule("Beyond", zone=3.0, needed=1, span=1),)
    limits = spc.limits(panel, chart=chart, centre=50.0, sigma=4.0, **options)
    mask = spc.exceptions(limits, rules=rules).mask
    assert (mask[:, :24] == 0).all()
    assert set(mask[0, 36:].tolist()) == {1} and set(mask[1, 36:].tolist()) == {2}
    assert not spc.exceptions(spc.limits(panel, centre=50.0, sigma=4.0), rules=rules).mask.any()


def test_width_moves_the_lines_of_means_and_not_those_of_sums() -> None:
    for chart in CHARTS:
        narrow, wide = (
            spc.limits(panel_of(NOISE), chart=chart, centre=50.0, sigma=4.0, width=width)
            for width in (1.0, 2.0)
        )
        ratio = (wide.ucl - wide.centre) / (narrow.ucl - narrow.centre)
        np.testing.assert_allclose(ratio, 1.0 if chart == "cusum" else 2.0, rtol=1e-12)


def test_all_weight_on_the_month_is_the_xmr_chart() -> None:
    limits, plain = spc.limits(panel_of(NOISE), chart="ewma", lam=1.0), spc.limits(panel_of(NOISE))
    np.testing.assert_allclose(limits.points, plain.points, rtol=1e-13)
    np.testing.assert_allclose(limits.ucl, plain.ucl, rtol=1e-13)


def test_bounds_of_the_values_clip_means_but_no_sums() -> None:
    panel = panel_of(np.abs(NOISE - 50.0))
    ewma = spc.limits(panel, chart="ewma", bounds=(0.0, None), width=9.0)
    assert (ewma.lcl == 0.0).all()
    cusum = spc.limits(panel, chart="cusum", bounds=(0.0, None))
    np.testing.assert_array_equal(cusum.lcl, -cusum.ucl)


def test_excluded_months_set_no_limits_but_are_remembered() -> None:
    spike = NOISE.copy()
    spike[10] = 500.0
    panel = panel_of(spike)
    for chart in CHARTS:
        limits = spc.limits(panel, chart=chart, exclude={"2020-11": "a count typed twice"})
        assert limits.phase_centre[0] == pytest.approx(np.delete(spike, 10).mean())
        assert limits.points[0, 10] > limits.ucl[0, 10]


@pytest.mark.parametrize(
    ("chart", "option"),
    [
        ("ewma", {"lam": 0.0}),
        ("ewma", {"lam": 1.1}),
        ("ewma", {"lines": "straight"}),
        ("ewma", {"span": 3}),
        ("cusum", {"k": -0.1}),
        ("cusum", {"head_start": 2}),
        ("cusum", {"reset": "always"}),
        ("ma", {"span": 1}),
        ("ma", {"span": 2.5}),
        ("ma", {"span": 61}),
    ],
)
def test_what_an_option_may_not_be(chart: str, option: dict[str, Any]) -> None:
    with pytest.raises(spc.ChoiceError, match=f"`{next(iter(option))}`"):
        spc.limits(panel_of(NOISE), chart=chart, **option)


def test_both_sums_may_be_beyond_at_once() -> None:
    """After a long fall the lower sum takes years to come back, while the upper one is soon beyond."""
    values = 50.0 + np.repeat([-8.0, 12.0], [12, 6])
    limits = spc.limits(panel_of(values), chart="cusum", centre=50.0, sigma=4.0)
    mask = spc.exceptions(limits, rules=(spc.Rule("Beyond", zone=3.0, needed=1, span=1),)).mask[0]
    # C- grows by 6 a month to 72 and falls by 14; C+ grows by 10 from month 13; the limit is 20
    assert mask.tolist() == [0, 0, 0, *[2] * 9, 2, 2, 3, 1, 1, 1]
