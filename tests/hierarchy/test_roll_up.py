"""Roll-ups by kind: what adds up, how, and what is refused; parts that are missing or refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import spc
from spc.hierarchy.adding import ROLLS
from spc.measures import KINDS
from tests.hierarchy.areas import areas
from tests.panels import make
from tests.reference import hierarchy as twin


@pytest.mark.parametrize("missing", ["missing", "gaps", "leave out"])
@pytest.mark.parametrize("maker", ["counts", "decimals", "gaps", "ragged", "rates"])
def test_roll_up_is_its_twin(maker, missing):
    one = make(maker, 19, n=24)
    panel = areas(one.values, of=one.of)
    found = spc.roll_up(panel, parents={f"part {k}": str(k % 7) for k in range(24)}, missing=missing)
    assert found.keys["area"].tolist() == [str(k) for k in range(7)]
    known = 0
    for p in range(7):
        parts = one.rows(slice(p, None, 7)).twins()
        for t in range(panel.n_periods):
            expected = twin.rolled(parts, t, missing)
            below = 1.0 if found.of is None else found.of[p, t]
            if expected is None:
                assert np.isnan(found.values[p, t]) and (found.of is None or np.isnan(below))
            else:
                known += 1
                assert found.values[p, t] == expected[0]
                assert found.of is None or below == expected[1]
    assert known > 30 or (maker == "ragged" and missing == "missing")


def test_a_rate_is_a_ratio_of_sums_and_no_mean_of_rates():
    panel = areas([[1], [50]], of=[[100], [100]], names=["a", "b"])
    small = areas([[1], [50]], of=[[900], [100]], names=["a", "b"])
    assert spc.roll_up(panel, by=[]).observed[0, 0] == 51 / 200
    assert spc.roll_up(small, by=[]).observed[0, 0] == 51 / 1000
    assert spc.roll_up(small, by=[]).is_ratio.all()


def test_kinds_by_catalogue():
    panel = spc.Panel.from_numpy(
        [[3.0], [5.0], [7.0], [9.0]],
        start="2024-07",
        of=[[2.0], [2.0], [10.0], [20.0]],
        keys={"area": ["a", "b", "a", "b"], "measure": ["stock", "stock", "time", "time"]},
    )
    measures = [spc.Measure("stock", kind="stock"), spc.Measure("time", kind="duration")]
    found = spc.roll_up(panel, by="measure", measures=measures)
    assert found.is_ratio.tolist() == [False, True]
    assert found.observed[:, 0].tolist() == [8.0, 16.0 / 30.0]
    assert found.of is not None and found.of[0, 0] == 4.0  # a population beside a count is kept, and added


@pytest.mark.parametrize(
    ("measure", "of", "words"),
    [
        (spc.Measure("m", kind="median"), None, "a median of the whole is not known"),
        (spc.Measure("m", kind="rolling12"), None, "a survey of the whole is not known"),
        (spc.Measure("m", kind="rate"), None, "a mean of rates is no rate"),
        (spc.Measure("m", kind="proportion"), None, "it has no denominators"),
        (spc.Measure("m", kind="duration"), None, "it has no numbers of events"),
    ],
)
def test_what_does_not_add_up_is_refused_by_name(measure, of, words):
    keys = {"area": ["a", "b"], "measure": ["m", "m"]}
    panel = spc.Panel.from_numpy([[3.0], [5.0]], start="2024-07", of=of, keys=keys)
    with pytest.raises(spc.ChoiceError, match=f"a / m does not roll up: .*{words}"):
        spc.roll_up(panel, by="measure", measures=[measure])
    assert spc.roll_up(panel, by="measure").values.tolist() == [[8.0]]  # as counts they are


def test_given_windows_need_a_kind():
    panel = spc.Panel.from_numpy([[3.0], [5.0]], start="2024-07", given={12: [[4.0], [4.0]]}, keys=["a", "b"])
    with pytest.raises(spc.ChoiceError, match="a does not roll up: it came with window values"):
        spc.roll_up(panel, by=[])
    counted = spc.Panel.from_numpy(
        [[3.0], [5.0]],
        start="2024-07",
        given={12: [[4.0], [4.0]]},
        keys={"area": ["a", "b"], "measure": ["m", "m"]},
    )
    found = spc.roll_up(counted, by="measure", measures=[spc.Measure("m")])
    assert found.values.tolist() == [[8.0]] and not found.given


def test_means_of_several_observations_do_not_add_up():
    panel = spc.Panel.from_numpy([[[1.0, 2.0]]], start="2024-07")
    with pytest.raises(spc.ChoiceError, match="means of several observations"):
        spc.roll_up(panel, by=[])


def test_kinds_do_not_mix():
    keys = {"area": ["a", "a"], "measure": ["n", "r"]}
    panel = spc.Panel.from_numpy([[3.0], [5.0]], of=[[np.nan], [9.0]], start="2024-07", keys=keys)
    with pytest.raises(spc.ChoiceError, match=r"a would add a count in number .*\(a / n\) and a rate"):
        spc.roll_up(panel, by="area")
    assert spc.roll_up(panel, by="measure").n_series == 2


def test_missing_parts_by_policy():
    nan = np.nan
    panel = areas([[1, 1, 1, 1, 1], [nan, 10, nan, 10, nan]])
    for policy, expected in {
        "missing": [nan, 11, nan, 11, nan],
        "gaps": [1, 11, nan, 11, 1],
        "leave out": [1, 11, 1, 11, 1],
    }.items():
        found = spc.roll_up(panel, by=[], missing=policy).values[0]
        np.testing.assert_array_equal(found, expected, err_msg=policy)
    with pytest.raises(spc.ChoiceError, match="`missing` must be one of 'missing', 'gaps', 'leave out'"):
        spc.roll_up(panel, by=[], missing="skip")


def test_a_population_with_a_part_missing_is_missing():
    keys = {"area": ["a", "b"], "measure": ["m", "m"]}
    panel = spc.Panel.from_numpy(
        [[3.0, 1], [5.0, 1]], of=[[9.0, 9], [7.0, np.nan]], start="2024-06", keys=keys
    )
    found = spc.roll_up(panel, by="measure", measures=[spc.Measure("m")])
    assert found.of is not None
    np.testing.assert_array_equal(found.of, [[16.0, np.nan]])
    np.testing.assert_array_equal(found.values, [[8.0, 2.0]])


def test_a_refused_part_refuses_its_whole():
    panel = areas([[1.0, 2.0], [np.nan, np.nan], [5.0, 6.0]], names=["a", "b", "c"])
    panel = replace(panel, refused=np.array([False, True, False]))
    to = {"a": "North", "b": "North", "c": "South"}
    for policy, refused in {
        "missing": [True, False],
        "gaps": [True, False],
        "leave out": [False] * 2,
    }.items():
        found = spc.roll_up(panel, parents=to, missing=policy)
        assert found.refused.tolist() == refused, policy
        assert np.isnan(found.values[0]).all() == refused[0], policy
        np.testing.assert_array_equal(found.values[1], [5.0, 6.0])


def test_parents_as_a_frame_and_parts_that_stand_outside():
    import pandas as pd

    panel = areas([[1], [2], [4]], names=["a", "b", "c"])
    frame = pd.DataFrame({"ward": ["a", "b", "c", "d"], "borough": ["N", "N", None, "N"]})
    for parents in (frame, {"a": "N", "b": "N", "c": None}):
        found = spc.roll_up(panel, parents=parents)
        assert (found.keys["area"].tolist(), found.values.tolist()) == (["N"], [[3.0]])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "`by` must name the keys to keep"),
        ({"by": "ward"}, "`by` must be one of 'area'"),
        ({"parents": {"a": "N"}}, "no whole for area = 'b'"),
        ({"parents": {"a": "a", "b": "a"}}, "added to its own parts, 'b' among them"),
        ({"parents": 7}, "a mapping of part to whole"),
        ({"parents": {"a": "N", "b": "N"}, "key": "ward"}, "`key` must be one of 'area'"),
    ],
)
def test_mistakes(options, words):
    with pytest.raises(spc.ChoiceError, match=words):
        spc.roll_up(areas([[1], [2]], names=["a", "b"]), **options)


def test_two_wholes_for_one_part_are_refused():
    import pandas as pd

    frame = pd.DataFrame({"ward": ["a", "b", "a"], "borough": ["N", "N", "S"]})
    with pytest.raises(spc.ChoiceError, match="gives 'a' two wholes, 'N' and 'S'"):
        spc.roll_up(areas([[1], [2]], names=["a", "b"]), parents=frame)


def test_every_kind_says_how_it_adds_up():
    assert list(ROLLS) == list(KINDS)
    assert all(row.how or row.why for row in ROLLS.values())
    assert all(row.bare for row in ROLLS.values() if row.how == "ratio")
