"""Phases that are applied: candidates by name, known dates, the steps of a catalogue."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import spc
from tests.panels import make
from tests.test_phasing import CALM, DRIVERS, ROAD, one

# Nothing is applied but what was asked for ---------------------------------------------------------


def shifted(n: int = 4) -> spc.Panel:
    rows = np.tile(np.array([*CALM, *[13.0, 14.0] * 12, *[16.0, 18.0] * 12]), (n, 1))
    return spc.Panel.from_numpy(rows, start="2015-01", keys={"area": list("abcd")[:n]})


def test_apply_takes_candidates_and_series_by_name() -> None:
    found = spc.phases(shifted())
    assert found.accepted[:2] == ("a, 2016-10", "a, 2018-09")
    assert np.diff(found.phases.offsets).tolist() == [3, 3, 3, 3]
    assert np.diff(found.apply(only={"area": ["b", "c"]}).offsets).tolist() == [1, 3, 3, 1]
    assert np.diff(found.apply(only=["a, 2018-09", "d, 2016-10"]).offsets).tolist() == [2, 1, 1, 2]
    assert np.diff(found.apply(only=np.array([True, False, False, False])).offsets).tolist() == [3, 1, 1, 1]
    assert np.diff(found.apply(only=[]).offsets).tolist() == [1, 1, 1, 1]
    phases = found.apply(only=["a, 2018-09"])
    assert phases.first.tolist() == [0, 44, 0, 0, 0]
    assert phases.reasons == ("", "stable shift: 8 months in a row above the centre", "", "", "")
    assert not any(character.isdigit() for character in phases.reasons[1].replace("8 months", ""))


def test_what_was_not_accepted_cannot_be_applied() -> None:
    found = one([*CALM, *[13.0, 14.0] * 5, *[10.0, 11.0] * 15])
    with pytest.raises(spc.ChoiceError, match="'0, 2016-10' is none"):
        found.apply(only=["0, 2016-10"])
    with pytest.raises(spc.ChoiceError, match="must be a list of names"):
        found.apply(only="0, 2016-10")
    with pytest.raises(spc.ChoiceError, match="`which`"):
        found.apply(which="all")
    with pytest.raises(spc.ChoiceError, match="no key"):
        found.apply(only={"ward": "Abbey"})


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"method": "cusum"}, "stable_shift"),
        ({"baseline": 11}, "baseline"),
        ({"min_observed": 22}, "min_observed"),
        ({"run_length": 4}, "run_length"),
        ({"smallest_shift": -1}, "smallest_shift"),
        ({"as_at": "2030-01"}, "as_at"),
    ],
)
def test_choices_are_checked(options: dict[str, Any], named: str) -> None:
    with pytest.raises(spc.ChoiceError, match=named):
        spc.phases(shifted(), **options)
    with pytest.raises(spc.ChoiceError, match="must be a Panel"):
        spc.phases("wards.csv")


def test_before_and_after_stand_side_by_side() -> None:
    found = spc.phases(shifted())
    both = spc.before_and_after(found)
    row = both.to_frame().iloc[0]
    assert (row["area"], row["phases"], row["status_before"], row["status_after"]) == ("a", 3, "ok", "ok")
    assert (row["flags_before"], row["flags_after"]) == (47, 0)
    assert (row["exceptions_before"], row["exceptions_after"]) == ("One, Two, Three, Eight-Month High", "")
    assert row["centre_before"] == pytest.approx(220 / 21)
    assert row["centre_after"] == found.log["new_centre"][3]
    assert row["sigma_before"] == pytest.approx(np.sqrt(np.pi) / 2)
    some = spc.before_and_after(found, phase=found.apply(only={"area": "b"}), rules="western_electric")
    assert some.to_frame()["phases"].tolist() == [1, 3, 1, 1]
    assert some.flags[1].tolist() == [47, 0, 47, 47]
    early = spc.before_and_after(spc.phases(shifted(), as_at="2017-09"))
    assert early.to_frame()["phases"].tolist() == [2] * 4
    assert not early.after.mask[:, 33:].any()


def test_proposals_survive_a_pickle() -> None:
    found = spc.phases(shifted())
    again = pickle.loads(pickle.dumps(found))
    assert again.accepted == found.accepted
    assert again.apply().reasons == found.apply().reasons
    assert repr(again) == "Proposals(stable_shift, 4 series: 8 accepted, 0 rejected, 0 pending)"


# Known dates ---------------------------------------------------------------------------------------


def test_phases_at_for_some_series() -> None:
    panel = shifted()
    phases = spc.phases_at(panel, ["2016-10"], ["new system"], series={"area": ["b", "d"]})
    assert np.diff(phases.offsets).tolist() == [1, 2, 1, 2]
    assert phases.reasons == ("", "", "new system", "", "", "new system")
    assert phases.first.tolist() == [0, 0, 21, 0, 0, 21]
    assert phases.last.tolist() == [69, 21, 69, 69, 21, 69]
    mask = np.array([False, True, False, True])
    assert spc.phases_at(panel, ["2016-10"], series=mask).first.tolist() == phases.first.tolist()
    assert spc.phases_at(panel, ["2016-10"], series=[3, 1]).first.tolist() == phases.first.tolist()
    with pytest.raises(spc.ChoiceError, match="'e'"):
        spc.phases_at(panel, ["2016-10"], series={"area": "e"})


def test_phases_begin_with_their_first_observed_month() -> None:
    rows = shifted(2).values.copy()
    rows[0, :3] = rows[0, 21:24] = np.nan
    rows[1] = np.nan
    phases = spc.phases_at(spc.Panel.from_numpy(rows, start="2015-01"), ["2016-10", "2018-10"])
    assert phases.first.tolist() == [3, 24, 45, 21, 45, 69]
    assert phases.last.tolist() == [21, 45, 69, 21, 45, 69]
    assert phases.reasons == ()


def test_phases_at_the_steps_of_a_catalogue() -> None:
    phases = spc.phases_at_steps(ROAD.panel, measures=ROAD.measures)
    at = ROAD.panel.position("1983-02")
    stepped = [bool(ROAD.measures[name].steps) for name in ROAD.panel.keys["measure"]]
    assert (np.diff(phases.offsets) - 1).tolist() == stepped
    assert phases.first[np.array(phases.reasons) != ""].tolist() == [at] * sum(stepped) != []
    assert phases.reason(1) == "front seat belts compulsory from 31 January 1983"
    some = ROAD.panel.select(measure=DRIVERS).until("1982-12")
    assert spc.phases_at_steps(some, measures=ROAD.measures).first.tolist() == [0]
    with pytest.raises(spc.ChoiceError, match="observation order"):
        spc.phases_at_steps(spc.Panel.from_numpy([1, 2], start=None), measures=ROAD.measures)


def test_two_steps_in_one_month_give_both_reasons() -> None:
    steps = [{"month": "2016-10", "reason": "new system"}, {"month": "2016-10", "reason": "new boundaries"}]
    measures = [spc.Measure("a", steps=steps), spc.Measure("b")]  # type: ignore[arg-type]
    panel = spc.Panel.from_numpy(shifted(2).values, start="2015-01", keys={"measure": ["b", "a"]})
    assert spc.phases_at_steps(panel, measures=measures).reasons == ("", "", "new system; new boundaries")


def test_phases_follow_their_series_into_another_order() -> None:
    panel = make("gaps", 15, n=12, months=70).panel()
    months = [panel.months[20], panel.months[45]]
    phases = spc.phases_at(panel, months, ["first", "second"], series=[1, 4, 7])
    order = np.random.default_rng(3).permutation(12)[:9]
    there = phases.select(order)
    expected = spc.limits(panel, phase=phases, baseline=20, min_observed=8)
    found = spc.limits(panel.select(order), phase=there, baseline=20, min_observed=8)
    np.testing.assert_array_equal(found.centre, expected.centre[order])
    np.testing.assert_array_equal(found.sigma, expected.sigma[order])
    for s, old in enumerate(order.tolist()):
        reasons = [there.reason(p) for p in range(int(there.offsets[s]), int(there.offsets[s + 1]))]
        assert reasons == (["", "first", "second"] if old in (1, 4, 7) else [""])


def test_phases_look_again_where_months_were_blanked() -> None:
    panel = shifted(2)
    phases = spc.phases_at(panel, ["2016-10"], ["new system"])
    cells = panel.values.copy()
    cells[:, :5] = cells[0, 21:23] = np.nan
    later = spc.Panel.from_numpy(cells, start="2015-01")
    assert phases.select([0, 1], later).first.tolist() == [5, 23, 5, 21]
    back = phases.select([0, 1], later).select([1, 0], panel)
    assert back.first.tolist() == [0, 21, 0, 21] and back.panel is panel
    with pytest.raises(spc.ChoiceError, match="the 2 chosen series"):
        phases.select([0, 1], panel.until("2016-10"))
    with pytest.raises(spc.ChoiceError, match="know no panel"):
        spc.Phases(phases.offsets, phases.first, phases.last).select([0])


def test_phases_survive_a_pickle_and_are_small() -> None:
    panel = spc.Panel.from_numpy(np.zeros((17_170, 36)), start="2023-04")
    phases = spc.phases_at(panel, ["2024-04"], ["new operating model"])
    alone = spc.Phases(phases.offsets, phases.first, phases.last, phases.reasons)
    text = pickle.dumps(alone)
    assert len(text) < 1_500_000
    again = pickle.loads(text)
    assert again.reasons == phases.reasons and again.reason(1) == "new operating model"


def test_a_window_keeps_the_reasons_in_their_places() -> None:
    panel = shifted(3)
    phases = spc.phases_at(panel, ["2016-10", "2018-10"], ["first", "second"], series={"area": ["a", "c"]})
    limits = spc.limits(panel, phase=phases, baseline=spc.Window(36, first=24), as_at="2019-12")
    assert [limits.phases.reason(p) for p in range(7)] == ["", "first", "second", "", "", "first", "second"]
