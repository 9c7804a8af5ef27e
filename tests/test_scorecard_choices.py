"""Scorecards with charts, phases and agreed limits of their own choosing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc
from spc.explaining import explain
from spc.printed import heaviest

RNG = np.random.default_rng(4)


def rates(n: int = 3, months: int = 36) -> spc.Panel:
    of = RNG.integers(300, 500, (n, months)).astype(float)
    keys = {"measure": [f"Rate {s}" for s in range(n)]}
    return spc.Panel.from_numpy(
        RNG.binomial(of.astype(int), 0.6).astype(float), start="2021-08", of=of, keys=keys
    )


def catalogue(panel: spc.Panel, **fields: Any) -> list[spc.Measure]:
    return [spc.Measure(name, **fields) for name in panel.keys["measure"]]


def test_an_np_chart_of_a_proportion_has_bounds_of_its_own() -> None:
    panel = rates()
    measures = catalogue(panel, kind="proportion", unit="percent")
    card = spc.scorecard(panel, measures=measures, chart="np")
    plain = spc.limits(panel, chart="np", baseline=spc.Window(36, first=24))
    np.testing.assert_array_equal(card.limits.ucl, plain.ucl)
    np.testing.assert_array_equal(card.limits.lcl, plain.lcl)
    assert (card.exceptions.mask == spc.exceptions(plain).mask).all()


@pytest.mark.parametrize("chart", [name for name in spc.CHARTS if spc.CHARTS[name].needs != "subgroups"])
def test_every_chart_judges_a_scorecard_as_it_judges_a_panel(chart: str) -> None:
    panel = rates(4)
    measures = catalogue(panel, kind="rate", unit="percent", chart=chart)
    card = spc.scorecard(panel, measures=measures)
    plain = spc.exceptions(spc.limits(panel, chart=chart, baseline=spc.Window(36, first=24)))
    assert (card.exceptions.mask == plain.mask).all()
    assert card.status.tolist() == plain.limits.status.tolist()


def test_a_chart_for_other_data_leaves_a_measure_on_its_own() -> None:
    """Rare counts stay on their exact chart: XmR would flag a third of them (SPEC 7)."""
    counts = RNG.poisson(0.2, (2_000, 36)).astype(float)
    panel = spc.Panel.from_numpy(counts, start="2021-08", keys={"measure": [f"c{s}" for s in range(2_000)]})
    card = spc.scorecard(panel, chart="p")
    assert set(card.charts) == {"small counts, exact"}
    assert np.count_nonzero(card.exceptions.at) < 20
    kept = spc.scorecard(panel.select([0, 1]), measures=catalogue(panel.select([0, 1]), chart="c"), chart="p")
    assert [kept.limits.chart_of(s) for s in (0, 1)] == ["c", "c"]


def test_phases_go_with_their_series() -> None:
    values = np.tile([10.0, 12.0], (2, 24)) + np.where(np.arange(48) >= 24, 20.0, 0.0)
    panel = spc.Panel.from_numpy(values, start="2021-01", keys={"measure": ["A", "B"]})
    phases = spc.phases_at(panel, ["2023-01"], ["new system"], series={"measure": "B"})
    for order in (["A", "B"], ["B", "A"]):
        measures = [spc.Measure(name) for name in order]
        card = spc.scorecard(panel, measures=measures, phase=phases, baseline=12)
        counts = dict(zip(card.panel.keys["measure"], np.diff(card.limits.phases.offsets), strict=True))
        assert counts == {"A": 1, "B": 2}
        words = dict(zip(card.panel.keys["measure"], card.exceptions.words, strict=True))
        assert words["B"] == "" and words["A"] != ""


def test_phases_of_other_series_are_refused() -> None:
    panel = spc.Panel.from_numpy(
        np.tile([10.0, 12.0], (2, 24)), start="2021-01", keys={"measure": ["A", "B"]}
    )
    turned = spc.phases_at(panel.select([1, 0]), ["2023-01"], series={"measure": "B"})
    alone = spc.phases_at(panel.select([0]), ["2023-01"])
    for phase in (turned, alone):
        with pytest.raises(spc.ChoiceError, match="`phase` must be made from the same panel"):
            spc.limits(panel, phase=phase)
        with pytest.raises(spc.ChoiceError, match="`phase` must be made from the same panel"):
            spc.scorecard(panel, phase=phase)


def test_the_steps_of_the_catalogue_may_begin_phases() -> None:
    sample = spc.samples.load("road_casualties")
    card = spc.scorecard(sample.panel, measures=sample.measures, phase="steps", baseline=21)
    assert {"", "front seat belts compulsory from 31 January 1983"} <= set(card.limits.phases.reasons)
    with pytest.raises(spc.ChoiceError, match="`phase` must be one of 'steps'"):
        spc.scorecard(sample.panel, phase="known")


def test_agreed_limits_leave_nothing_to_choose(tmp_path: Path) -> None:
    panel = rates()
    card = spc.scorecard(panel)
    agreed = spc.save_limits(card.limits, tmp_path / "agreed.csv")
    again = spc.scorecard(panel, agreed=agreed)
    assert again.to_frame().equals(card.to_frame())
    for asked in ({"chart": "p"}, {"baseline": 24}, {"phase": "steps"}):
        with pytest.raises(spc.ChoiceError, match="was settled when the limits were agreed"):
            spc.scorecard(panel, agreed=agreed, **asked)


def test_a_chart_of_a_scorecard_is_one_word() -> None:
    with pytest.raises(spc.ChoiceError, match="`chart` must be one of"):
        spc.scorecard(rates(), chart=["xmr"])  # type: ignore[arg-type]
    measure = replace(spc.Measure("a"), chart="xbar_r")
    assert measure.chart == "xbar_r"


def test_exceptions_without_points_come_before_quiet_rows() -> None:
    sample = spc.samples.load("wiltshire_2024")
    card = spc.scorecard(sample.panel, measures=sample.measures, rules="nhs_2023")
    first = heaviest(card, 6)
    assert (card.exceptions.at[first] != 0).all()
    assert explain(card, first[0])[-1:] and any(
        "No weighting: opcc" in text for text in explain(card, first[0])
    )
    plain = spc.scorecard(sample.panel, measures=sample.measures)
    weights = plain.weights.weight[heaviest(plain, 10)]
    assert (np.diff(weights) <= 0.0).all()
