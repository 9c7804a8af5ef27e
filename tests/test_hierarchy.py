"""Areas: roll-ups by kind, gaps, contributions to a change, what drives an exception."""

from __future__ import annotations

import doctest
import math
import runpy
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spc
from spc.hierarchy.adding import ROLLS
from spc.hierarchy.families import Families
from spc.measures import KINDS
from spc.results import Exceptions
from spc.results.drivers import DOMINANCE, OUTCOMES
from tests.panels import JIT_OFF, Sample, fewer, make, recorded, samples
from tests.reference import hierarchy as twin
from tests.reference.series import Series

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
needs_shared = pytest.mark.skipif(JIT_OFF or not SHARED.exists(), reason="needs the shared data")

ODD = [0.1, 0.2, 0.3, 1.0, -1.0, 1e16, -1e16, 1e100, -1e100, 1e-100, 2.0**53, 1.0 + 2.0**-52, 3.0, -0.0]
numbers = st.one_of(st.sampled_from(ODD), st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-100))


def areas(values: Any, of: Any = None, names: Any = None, start: Any = "2022-07", **more: Any) -> spc.Panel:
    labels = names or [f"part {k}" for k in range(len(values))]
    return spc.Panel.from_numpy(values, start=start, of=of, keys={"area": labels}, **more)


def all_of(cells: Any) -> np.ndarray[Any, Any]:
    """Add all rows up by the kernel."""
    cells = np.asarray(cells, float)
    found = Families({"whole": np.array(["All"], object)}, np.zeros(len(cells), np.int64))
    return found.add(cells)[0]


# --- sums ----------------------------------------------------------------------------------------------


@given(st.lists(numbers, min_size=1, max_size=fewer(12, 8)))
def test_a_sum_is_the_float_nearest_to_the_true_sum(terms):
    found = float(all_of([[term] for term in terms])[0, 0])
    assert found == float(sum((Fraction(term) for term in terms), Fraction(0)))
    assert found == math.fsum(terms)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([1e16, 1.0, -1e16], 1.0),
        ([1e100, 1.0, -1e100, 1e-100], 1.0),
        ([2.0**53, 1.0, 2.0**-1000 * 0 + 1e-100], 2.0**53 + 2.0),  # a tie that the smallest term breaks
        ([2.0**53, 1.0], 2.0**53),  # a tie, to even
        ([2.0**53, -0.5, -1e-90], 2.0**53 - 1.0),
        ([0.1] * 10, 1.0),
        ([float("nan"), 2.5], 2.5),
        ([float("nan")], 0.0),
    ],
)
def test_sums_worked_out_by_hand(terms, expected):
    assert all_of([[term] for term in terms])[0, 0] == expected


@pytest.mark.parametrize("maker", ["counts", "decimals", "signed", "gaps", "rates", "mixed"])
def test_the_order_of_the_parts_changes_no_bit(maker):
    one = make(maker, 17, n=fewer(60, 12))
    if one.of is None:
        one = Sample(np.where(np.arange(len(one.values))[:, None] == 3, one.values * 1e15, one.values))
    elif maker == "mixed":
        one = one.rows(slice(1, None, 2))  # the ratios alone
    n = len(one.values)
    wholes = np.array([f"whole {k}" for k in np.arange(n) % 3])

    def sums(order: Any) -> dict[str, bytes]:
        names = [f"part {s}" for s in order]
        picked = one.rows(order)
        panel = areas(picked.values, of=picked.of, names=names)
        to = {name: wholes[s] for name, s in zip(names, order, strict=True)}
        found = spc.roll_up(panel, parents=to, missing="leave out")
        below = np.zeros((3, 1)) if found.of is None else found.of
        return {
            label: found.values[p].tobytes() + below[p].tobytes()
            for p, label in enumerate(found.keys["area"].tolist())
        }

    expected = sums(np.arange(n))
    assert len(set(expected.values())) == 3
    for seed in range(4):
        assert sums(np.random.default_rng(seed).permutation(n)) == expected


def test_twice_is_once():
    one = make("counts", 18, n=30)
    wards = areas(one.values)
    to_district = {f"part {k}": f"district {k % 5}" for k in range(30)}
    districts = spc.roll_up(wards, parents=to_district)
    force = spc.roll_up(districts, parents={f"district {k}": "Force" for k in range(5)})
    at_once = spc.roll_up(wards, parents=dict.fromkeys(to_district, "Force"))
    assert districts.n_series == 5
    assert force.values.tobytes() == at_once.values.tobytes()
    again = spc.roll_up(districts, parents={f"district {k}": f"district {k}" for k in range(5)})
    assert again.values.tobytes() == districts.values.tobytes()


# --- roll_up -------------------------------------------------------------------------------------------


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


# --- parts ---------------------------------------------------------------------------------------------


def test_the_published_gap_is_shown():
    # Wiltshire, 12 months to July 2024: violence with injury and anti-social behaviour, without a district
    keys = {"area": ["Force", "Districts"] * 2, "measure": ["VWI", "VWI", "ASB", "ASB"]}
    panel = spc.Panel.from_numpy([[5337], [5314], [10572], [10516]], start="2024-07", keys=keys)
    found = spc.parts(panel, whole="Force")
    assert found.gap[:, 0].tolist() == [23.0, 56.0]
    assert np.round(100 - 100 * found.share[:, 0], 1).tolist() == [0.4, 0.5]
    assert found.words[1] == "Districts makes 10,516 of 10,572 (99.5%); 56 lie in no part."
    table = found.to_frame()
    assert table["gap"].tolist() == [23.0, 56.0] and table["members"].tolist() == [1, 1]
    assert found.to_frame("parts")["share"].tolist() == [5314 / 5337, 10516 / 10572]


@pytest.mark.parametrize(
    ("whole", "a", "b", "words"),
    [
        (10, 4, 6, "a and b make 10 of 10: they add up."),
        (10, 4, 5, "a and b make 9 of 10 (90.0%); 1 lies in no part."),
        (10, 8, 5, "a and b make 13 of 10 (130.0%); 3 too many."),
        (100000, 50000, 49999, "a and b make 99,999 of 100,000 (nearly 100%); 1 lies in no part."),
        (0, 0, 2, "a and b make 2 of 0; 2 too many."),
        (0.3, 0.1, 0.2, "a and b make 0.3 of 0.3: they add up."),
        (np.nan, 4, 5, "The whole is not known."),
        (10, 4, np.nan, "The sum of its parts is not known (1 of 2 parts are observed)."),
    ],
)
def test_gaps_in_words(whole, a, b, words):
    panel = areas([[whole], [a], [b]], names=["Force", "a", "b"])
    assert spc.parts(panel, whole="Force").words[0] == words


def test_wholes_without_parts_and_parts_without_a_whole_are_kept():
    wholes = areas([[10, 20, 30], [7, 7, 7]], names=["N", "S"], start="2024-05")
    wards = areas([[4, 5], [6, 7], [1, 1]], names=["a", "b", "c"], start="2024-06")
    found = spc.parts(wards, whole=wholes, parents={"a": "N", "b": "N", "c": "W"})
    assert found.whole.keys["area"].tolist() == ["N", "S", "W"]
    np.testing.assert_array_equal(found.gap, [[10, 18], [np.nan] * 2, [np.nan] * 2])
    assert found.members.tolist() == [2, 0, 1]
    assert list(found.words) == [
        "a and b make 12 of 30 (40.0%); 18 lie in no part.",
        "No part of it is here.",
        "The whole is not known.",
    ]


def test_windows_of_gaps_and_ratios():
    panel = areas(
        [[10, 20, 30], [4, 9, 14]], of=[[100, 100, 200], [50, 50, 100]], names=["N", "a"], start="2024-05"
    )
    found = spc.parts(panel, whole="N", window=3)
    assert found.gap[0, 2] == 33 and found.gap_of[0, 2] == 200 and found.share_of[0, 2] == 0.5
    assert np.isnan(found.gap[0, :2]).all()
    stock = spc.parts(
        spc.Panel.from_numpy(
            [[10, 20, 30], [4, 9, 14]], start="2024-05", keys={"area": ["N", "a"], "measure": ["m", "m"]}
        ),
        whole="N",
        measures=[spc.Measure("m", kind="stock")],
        window=3,
    )
    assert (stock.whole.values[0, 2], stock.total.values[0, 2]) == (20.0, 9.0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"whole": "X"}, "No series has area = 'X'"),
        ({"whole": "a", "parts": ["a", "b"]}, "`parts` must not hold 'a', which is the whole"),
        ({"whole": "a", "parents": {}}, "`parents` and `by` go with a panel of wholes"),
        ({"whole": "a", "window": 0}, "`window` must be a whole number from 1"),
    ],
)
def test_mistakes_about_parts(options, words):
    with pytest.raises(spc.ChoiceError, match=words):
        spc.parts(areas([[1], [2]], names=["a", "b"]), **options)


def test_ratios_and_counts_are_no_whole_and_part():
    wholes, wards = areas([[10]], names=["N"], of=[[20]]), areas([[4]], names=["a"])
    with pytest.raises(spc.ChoiceError, match="a has no denominators, and its whole have"):
        spc.parts(wards, whole=wholes, parents={"a": "N"})


# --- contributions -------------------------------------------------------------------------------------


def year_apart(*rows: tuple[float, float], names: Any = None) -> spc.Panel:
    """Make parts with one value in the first 12 months and another in the 13th."""
    return areas([[before] * 12 + [now] for before, now in rows], names=names, start="2023-07")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(400, 520), (300, 330)], "a accounts for 120 of the 150 more, b 30."),
        ([(300, 270), (400, 280)], "b accounts for 120 of the 150 fewer, a 30."),
        ([(400, 580), (300, 270)], "150 more in all: a 180 more, b 30 fewer."),
        ([(400, 420), (300, 280)], "No change in all: a 20 more, b 20 fewer."),
        ([(400, 400), (300, 300)], "No change, in all or in any part."),
        ([(400, 419), (300, 300)], "a accounts for all of the 19 more."),
        ([(np.nan, 20), (300, 310)], "a (new) accounts for 20 of the 30 more, b 10."),
        (
            [(10, 110), (10, 60), (10, 20), (10, 15), (10, 12)],
            "a accounts for 100 of the 167 more, b 50, c 10, 2 others 7.",
        ),
        (
            [(10, 110), (10, 60), (10, 20), (10, 15), (50, 12)],
            "127 more in all: a 100 more, b 50 more, e 38 fewer, 2 others 15 more.",
        ),
    ],
)
def test_changes_in_words(rows, words):
    panel = year_apart(*rows, names=list("abcde")[: len(rows)])
    found = spc.contributions(panel, by=[], windows=1)
    assert found.words(most=3)[0] == words


def test_a_given_whole_leaves_a_rest():
    panel = year_apart((1000, 1160), (400, 520), (300, 330), names=["Force", "County", "Swindon"])
    found = spc.contributions(panel, whole="Force", windows=(1, 12))
    assert found.rest[0, 0] == 10.0
    assert np.round(found.share[:, 0], 4).tolist() == [0.75, 0.1875]
    assert found.words(1)[0] == (
        "County accounts for 120 of the 160 more, Swindon 30, what lies in no part 10."
    )
    assert found.words(12)[0] == "The change is not known: the earlier window is not complete."
    with pytest.raises(spc.ChoiceError, match="`window` must be one of"):
        found.words(3)


def test_shares_may_pass_one_and_are_none_without_a_change():
    found = spc.contributions(year_apart((400, 580), (300, 270)), by=[], windows=1)
    assert found.share[:, 0].tolist() == [1.2, -0.2]
    still = spc.contributions(year_apart((400, 420), (300, 280)), by=[], windows=1)
    assert np.isnan(still.share).all() and still.contribution[:, 0].tolist() == [20.0, -20.0]


def test_parts_that_appear_end_or_are_late():
    nan = np.nan
    old = [5.0] * 18
    ended = [5.0] * 10 + [nan] * 8  # silent for 8 months
    late = [5.0] * 17 + [nan]
    new = [nan] * 10 + [3.0] * 8
    names = ["old", "ended", "new"]
    found = spc.contributions(areas([old, ended, new], names=names), by=[], windows=(1, 3))
    states = found.to_frame().set_index(["area", "window"])["state"]
    assert states[("new", 1)] == "new" and states[("ended", 1)] == "ended" and states[("old", 3)] == "both"
    assert found.contribution.tolist() == [[0.0, 0.0], [-5.0, -15.0], [3.0, 9.0]]
    assert found.words(1)[0] == "2 fewer in all: ended (ended) 5 fewer, new (new) 3 more."
    waiting = spc.contributions(areas([old, late], names=["old", "late"]), by=[], windows=1)
    assert waiting.words(1)[0] == "The change is not known: the window is not complete."
    assert np.isnan(waiting.contribution[1, 0])
    absent_is_none = spc.contributions(areas([old, late]), by=[], windows=1, missing="leave out")
    assert absent_is_none.contribution[:, 0].tolist() == [0.0, -5.0]
    strict = spc.contributions(areas([old, ended, new]), by=[], windows=1, missing="missing")
    assert np.isnan(strict.whole_change[0, 0])


def test_a_part_that_is_not_known_goes_to_the_rest_of_a_given_whole():
    panel = areas(
        [[100.0] * 12 + [130.0], [40.0] * 12 + [60.0], [60.0] * 12 + [np.nan]], names=["Force", "a", "late"]
    )
    found = spc.contributions(panel, whole="Force", windows=1)
    assert found.rest[0, 0] == 10.0
    assert found.words(1)[0] == "a accounts for 20 of the 30 more, 10 not accounted for (late not known)."
    for late, whole, words in (
        (np.nan, 100.0, "No change in all; late not known."),
        (np.nan, 105.0, "5 more in all: 5 more not accounted for (late not known)."),
        (60.0, 105.0, "5 more in all: 5 more in no part."),
        (60.0, 100.0, "No change, in all or in any part."),
    ):
        rows = [[100.0] * 12 + [whole], [40.0] * 13, [60.0] * 12 + [late]]
        panel = areas(rows, names=["Force", "a", "late"])
        assert spc.contributions(panel, whole="Force", windows=1).words(1)[0] == words


def test_a_gap_with_parts_that_are_not_known_is_not_in_no_part():
    found = spc.parts(
        areas([[10], [4], [np.nan]], names=["Force", "a", "b"]), whole="Force", missing="leave out"
    )
    words = "a and b make 4 of 10 (40.0%); 6 not accounted for (1 of 2 parts are observed)."
    assert found.words[0] == words


def test_a_gap_shows_in_the_figures():
    panel = areas([[0.311], [0.31]], names=["Force", "a"])
    assert spc.parts(panel, whole="Force").words[0] == "a makes 0.310 of 0.311 (99.7%); 0.001 lie in no part."
    panel = year_apart((10.0, 28.0), (5.0, 5.01), names=["a", "b"])
    words = spc.contributions(panel, by=[], windows=1).words(1)[0]
    assert words == "a accounts for 18.00 of the 18.01 more, b 0.01."


def test_where_nobody_is_heard_of_nobody_is_new():
    quiet = [np.nan] * 5
    panel = areas([quiet + [4.0] * 9, quiet + [6.0] * 9, quiet + [11.0] * 9], names=["a", "b", "Force"])
    for options in ({"by": []}, {"whole": "Force"}):
        found = spc.contributions(panel, windows=1, against="2022-08", **options)
        assert np.isnan(found.whole_change[0, 0]) and np.isnan(found.contribution).all()
        assert set(found.to_frame()["state"]) == {"missing"}
    refused = areas([[4.0] * 14, [np.nan] * 14])
    refused = replace(refused, refused=np.array([False, True]))
    found = spc.contributions(refused, by=[], windows=1, missing="leave out")
    assert np.isnan(found.whole_change[0, 0]) and found.contribution[0, 0] == 0.0


def test_against_the_stretch_before_or_any_month():
    panel = areas([[1, 2, 3, 4, 5, 9], [1, 1, 1, 1, 1, 1]], start="2024-02", names=["a", "b"])
    before = spc.contributions(panel, by=[], windows=3, against="before")
    assert before.months == (("2024-07", "2024-04"),) and before.contribution[:, 0].tolist() == [12.0, 0.0]
    any_month = spc.contributions(panel, by=[], windows=1, against="2024-03")
    assert any_month.contribution[0, 0] == 7.0
    for wrong in ("last year", "2030-01"):
        with pytest.raises(spc.ChoiceError, match="`against` must be"):
            spc.contributions(panel, by=[], windows=1, against=wrong)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("length", [1, 3, 12])
def test_rate_and_mix_effects_are_their_twins_and_leave_nothing(seed, length):
    rng = np.random.default_rng([40, seed])
    n, months = 5, 26
    of = rng.integers(0, 40, (n, months)).astype(float)
    of[rng.integers(0, n), :] = 0.0 if seed % 2 else 7.0
    values = np.floor(of * rng.uniform(0, 1.2, (n, months)))
    found = spc.contributions(areas(values, of=of), by=[], windows=length)
    series = [Series(recorded(a), recorded(b)) for a, b in zip(values, of, strict=True)]
    expected = twin.contributions(series, length, months - 1, months - 13)
    for k, effects in enumerate(expected):
        assert found.rate_effect[k, 0] == pytest.approx(float(100 * effects.rate), abs=1e-12)
        assert found.mix_effect[k, 0] == pytest.approx(float(100 * effects.mix), abs=1e-12)
    change = float(100 * sum((one.both for one in expected), Fraction(0)))
    late, early = (slice(months - length - back, months - back) for back in (0, 12))
    rates = [Fraction(values[:, s].sum()) / Fraction(of[:, s].sum()) for s in (late, early)]
    assert change == pytest.approx(float(100 * (rates[0] - rates[1])), abs=1e-12)  # the twin leaves nothing
    assert found.whole_change[0, 0] == pytest.approx(change, abs=1e-12) and found.rest[0, 0] == 0.0


def test_counts_are_their_twins():
    one = make("counts", 41, n=8)
    found = spc.contributions(areas(one.values), by=[], windows=(1, 3, 12))
    last = one.values.shape[1] - 1
    for k, length in enumerate((1, 3, 12)):
        expected = twin.contributions(one.twins(), length, last, last - 12)
        assert found.contribution[:, k].tolist() == [float(effects.both) for effects in expected]


def test_mix_alone_and_rate_alone():
    # Two parts at 10% and 50%; only their weights change: 50/50 to 25/75.
    mix = areas(
        [[5] * 12 + [5], [25] * 12 + [75]], of=[[50] * 12 + [50], [50] * 12 + [150]], names=["a", "b"]
    )
    found = spc.contributions(mix, by=[], windows=1)
    np.testing.assert_allclose(found.rate_effect[:, 0], 0.0, atol=1e-12)
    # 30% to 40%; around their average of 35%: (10 - 35) x -0.25 and (50 - 35) x 0.25
    np.testing.assert_allclose(found.mix_effect[:, 0], [6.25, 3.75], rtol=1e-12)
    assert found.words(1)[0] == "Up 10.0 points: a 6.3 (rate 0.0, mix 6.3), b 3.8 (rate 0.0, mix 3.8)."
    rate = areas([[5] * 12 + [10], [25] * 12 + [25]], of=[[50] * 13] * 2, names=["a", "b"])
    only = spc.contributions(rate, by=[], windows=1)
    np.testing.assert_allclose(only.rate_effect[:, 0], [5.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(only.mix_effect[:, 0], 0.0, atol=1e-12)


def test_a_rate_with_a_given_whole_has_its_rest():
    top = [[60] * 12 + [70], [20] * 12 + [30], [30] * 12 + [30]]
    below = [[200] * 12 + [200], [80] * 12 + [80], [100] * 12 + [100]]
    panel = areas(top, of=below, names=["Force", "a", "b"])
    found = spc.contributions(panel, whole="Force", windows=1)
    np.testing.assert_allclose(found.contribution[:, 0], [5.0, 0.0], atol=1e-12)
    assert found.whole_change[0, 0] == pytest.approx(5.0) and found.rest[0, 0] == 0.0
    panel = areas([[60] * 12 + [80], *top[1:]], of=below, names=["Force", "a", "b"])
    assert spc.contributions(panel, whole="Force", windows=1).rest[0, 0] == pytest.approx(5.0)


def test_durations_are_told_in_time():
    keys = {"area": ["a", "b"], "measure": ["Answer", "Answer"]}
    panel = spc.Panel.from_numpy(
        [[600] * 12 + [1200], [600] * 13], of=[[10] * 13] * 2, start="2023-07", keys=keys
    )
    measures = [spc.Measure("Answer", kind="duration", improvement="low")]
    found = spc.contributions(panel, by="measure", measures=measures, windows=1)
    assert found.words()[0] == "Up 00:00:30: a 00:00:30 (rate 00:00:30, mix 00:00:00)."


@given(samples(max_series=5, max_months=20), st.sampled_from(["gaps", "missing", "leave out"]))
def test_contributions_and_rest_make_the_change_of_any_panel(one, missing):
    panel = one.panel()
    if len(set(panel.is_ratio.tolist())) > 1:
        panel = panel.select(panel.is_ratio)
    found = spc.contributions(panel, by=[], windows=(1, 3), against="before", missing=missing)
    assert all(found.words()) and len(found.to_frame()) == 2 * panel.n_series
    known = np.nansum(found.contribution, axis=0) + found.rest[0]
    size = np.nanmax(np.abs(np.concatenate([found.current, found.previous])), initial=1.0)
    there = ~np.isnan(found.whole_change[0])
    np.testing.assert_allclose(known[there], found.whole_change[0, there], atol=1e-11 * size)
    rolled = spc.roll_up(panel, by=[], missing=missing)
    gaps = spc.parts(panel, whole=rolled, missing=missing)
    assert (gaps.gap[~np.isnan(gaps.gap)] == 0.0).all() and gaps.words[0]
    judged = [spc.exceptions(spc.limits(each, min_observed=2)) for each in (rolled, panel)]
    traced = spc.driven_by(judged[0], parts=judged[1])
    assert bool(traced.words[0]) == bool(judged[0].at[0])
    assert len(traced.to_frame()) == int(traced.outcome[0] > 0)


def test_every_kind_says_how_it_adds_up():
    assert list(ROLLS) == list(KINDS)
    assert all(row.how or row.why for row in ROLLS.values())
    assert all(row.bare for row in ROLLS.values() if row.how == "ratio")


# --- driven_by -----------------------------------------------------------------------------------------


def force_and(*parts: tuple[float, ...], extra: float = 0.0, gaps: Any = ()) -> Exceptions:
    """Give 24 months of a small swing to each part, then the months given; the force is their sum."""
    length = len(parts[0])
    rows = [[20.0 + 2 * (t % 2) for t in range(24)] + [21.0 + step for step in part] for part in parts]
    force = np.sum(rows, axis=0)
    force[24:] += extra
    cells = np.array([force.tolist(), *rows])
    for k in gaps:
        cells[k + 1, -1] = np.nan
    names = ["Force", *list("abcdefgh")[: len(parts)]]
    assert cells.shape[1] == 24 + length
    return spc.exceptions(spc.limits(areas(cells, names=names), baseline=24))


@pytest.mark.parametrize(
    ("parts", "outcome", "words"),
    [
        ([(9,), (2,)], "one part", "driven by a (9 of the 11 above average, itself high); b as usual"),
        ([(-9,), (-2,)], "one part", "driven by a (9 of the 11 below average, itself low); b as usual"),
        (
            [(12,), (11,), (2,), (1,)],
            "two parts",
            "driven by a (12 of the 26 above average, itself high) and b (11, itself high); c and d as usual",
        ),
        (
            [(12,), (11,)],
            "spread",
            "spread over both parts, a (12 of the 23 above average, itself high) and b (11, itself high)",
        ),
        (
            [(8,), (8,), (8,), (8,)],
            "spread",
            "spread over 4 parts, most in a (8 of the 32 above average, itself high) and b (8, itself high); "
            "c and d high too",
        ),
        (
            [(30,), (-9,)],
            "one part",
            "driven by a (30 above average, the whole 21, itself high); b low",
        ),
        ([(0,), (0,)], "", ""),
    ],
)
def test_what_drives_an_exception(parts, outcome, words):
    found = spc.driven_by(force_and(*parts), whole="Force")
    assert found.words[0] == words
    assert OUTCOMES[int(found.outcome[0])] == outcome
    deviation = sum(part[0] for part in parts)
    if outcome:
        side = 1 if deviation > 0 else -1
        expected, named = twin.drivers(Fraction(deviation), [part[0] for part in parts], side)
        assert expected == outcome and found.ranked(0)[: len(named)] == named


def test_the_months_of_the_pattern_are_those_that_count():
    # Eight months above the centre: a is up in all of them, b in the last alone.
    found = spc.driven_by(force_and((1,) * 8, (0,) * 7 + (1,)), whole="Force")
    assert found.months.tolist() == [8]
    assert found.deviation.tolist() == [9.0] and found.contribution.tolist() == [8.0, 1.0]
    assert found.words[0].startswith("driven by a (8 of the 9 above average in 8 months, itself high); b as")


def test_what_lies_in_no_part_can_drive_too():
    found = spc.driven_by(force_and((1,), (0,), extra=20.0), whole="Force")
    assert found.words[0] == "driven by what lies in no part (20 of the 21 above average); a and b as usual"
    assert found.rest.tolist() == [20.0]


def test_unknown_parts_are_named():
    found = spc.driven_by(force_and((29,), (2,), (0,), gaps=[2]), whole="Force")
    assert found.words[0].endswith("b as usual; c not known")
    none = spc.driven_by(force_and((9,), (2,), gaps=[0, 1]), whole="Force")
    assert none.words[0] == "not traced: no part is known in the months of the pattern"


def test_a_panel_of_parts_takes_the_limits_of_the_whole():
    both = force_and((9,), (2,))
    wholes = spc.exceptions(spc.limits(both.panel.select(area="Force"), baseline=24))
    parts = both.panel.select(area=["a", "b"])
    to = dict.fromkeys("ab", "Force")
    found = spc.driven_by(wholes, parts=parts, parents=to)
    assert found.words[0] == "driven by a (9 of the 11 above average); b as usual"
    assert not found.judged
    handed_in = spc.exceptions(spc.limits(parts, baseline=24))
    told = spc.driven_by(wholes, parts=handed_in, parents=to)
    assert told.words[0] == "driven by a (9 of the 11 above average, itself high); b as usual"
    np.testing.assert_array_equal(told.contribution, found.contribution)
    other = spc.exceptions(spc.limits(parts, baseline=20))
    with pytest.raises(spc.ChoiceError, match="judged by one baseline, got 24 and 20"):
        spc.driven_by(wholes, parts=other, parents=to)
    with pytest.raises(spc.ChoiceError, match="`parts` must be the parts' Exceptions"):
        spc.driven_by(wholes)


def test_phases_of_the_whole_are_those_of_its_parts():
    rows = np.array([[20.0 + 2 * (t % 2) + (30 if t >= 24 else 0) for t in range(49)]] * 2)
    rows[0, -1] += 20
    wholes = areas(rows.sum(axis=0)[None, :], names=["Force"])
    lim = spc.limits(wholes, phase=spc.phases_at(wholes, ["2024-07"]), baseline=24)
    to = {"part 0": "Force", "part 1": "Force"}
    found = spc.driven_by(spc.exceptions(lim), parts=areas(rows), parents=to)
    assert found.words[0].startswith("driven by part 0 (")
    assert found.contribution[1] < 2.0  # the step of July 2024 is in its centre


def test_ratios_are_weighted_with_their_denominators():
    top = [[20.0 + 2 * (t % 2) for t in range(24)] + [60.0], [10.0 + (t % 2) for t in range(24)] + [11.0]]
    below = [[100.0] * 25, [100.0] * 25]
    panel = areas([np.sum(top, axis=0), *top], of=[[200.0] * 25, *below], names=["Force", "a", "b"])
    found = spc.driven_by(spc.exceptions(spc.limits(panel, baseline=24)), whole="Force")
    assert found.deviation[0] == pytest.approx(19.75)
    np.testing.assert_allclose(found.contribution, [19.5, 0.25])
    assert (
        found.words[0]
        == "driven by a (19.5 points of the 19.8 points above average, itself high); b as usual"
    )


def test_patterns_without_a_side_are_not_traced():
    quiet = [(0.1,) * 15, (0.0,) * 15]
    limits = force_and(*quiet).limits
    rule = (spc.Rule("Hugging", zone=1.0, needed=15, span=15, asks="within"),)
    found = spc.driven_by(spc.exceptions(limits, rules=rule), whole="Force")
    assert OUTCOMES[int(found.outcome[0])] == "no side" and "no side" in found.words[0]


def test_kinds_of_exceptions_and_measures_agree():
    keys = {"area": ["Force", "a"], "measure": ["m", "m"]}
    panel = spc.Panel.from_numpy([[9.0] * 30] * 2, of=[[10.0] * 30] * 2, start="2022-01", keys=keys)
    found = spc.exceptions(spc.limits(panel, baseline=24))
    assert spc.driven_by(found, whole="Force").words.tolist() == [""]
    with pytest.raises(spc.ChoiceError, match="Force / m was judged as a ratio, which `measures` says"):
        spc.driven_by(found, whole="Force", measures=[spc.Measure("m")])
    with pytest.raises(spc.ChoiceError, match="`measures` must be a Catalogue"):
        spc.driven_by(found, whole="Force", measures="m")  # type: ignore[arg-type]


def test_a_scorecard_traces_its_exceptions():
    both = force_and((9,), (2,)).panel
    keys = {"area": both.keys["area"], "measure": ["Calls"] * 3}
    panel = spc.Panel.from_numpy(both.values, start="2022-07", keys=keys)
    measures = [spc.Measure("Calls", improvement="low")]
    card = spc.scorecard(panel, measures=measures, baseline=24)
    found = spc.driven_by(card.exceptions, whole="Force", measures=measures)
    assert found.words[0] == "driven by a (9 of the 11 above average, itself high); b as usual"


def test_the_rule_is_data():
    assert [(row.parts, row.share) for row in DOMINANCE] == [(1, 0.6), (2, 0.8)]


# --- pages and real data -------------------------------------------------------------------------------


def test_the_examples_of_the_page_run():
    page = str(ROOT / "docs" / "areas.md")
    failed, tried = doctest.testfile(page, module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried >= 10 and failed == 0


def test_the_example_runs(capsys):
    runpy.run_path(str(ROOT / "examples" / "areas.py"), run_name="__main__")
    told = capsys.readouterr().out
    for words in ("lie in no part", "accounts for", "driven by County"):
        assert words in told


@needs_shared
def test_london_wards_beside_their_boroughs():
    import pandas as pd

    wards, boroughs = (
        spc.Panel.from_frame(pd.read_parquet(SHARED / name), series=["area", "measure"])
        for name in ("mps_ward_2023-04_2026-03.parquet", "mps_borough_2010-04_2025-12.parquet")
    )
    names = pd.read_csv(SHARED / "mps_ward_names.csv")
    parents = names[["WardCode", "borough"]]
    rolled = spc.roll_up(wards, parents=parents)
    assert (wards.n_series, rolled.n_series) == (17_170, 886)
    by_area = spc.roll_up(wards, parents=parents, by="area")
    assert by_area.values.tobytes() == spc.roll_up(rolled, by="area").values.tobytes()
    assert by_area.n_series == 33
    assert by_area.values.sum() == wards.values.sum()
    same = {name: name for name in names.borough}
    found = spc.parts(by_area, whole=spc.roll_up(boroughs, by="area"), parents=same)
    assert found.to_frame().shape[0] == 36 * found.whole.n_series
    p = found.whole.keys["area"].tolist().index("Barnet")
    early, late = found.share[p, 2], found.share[p, 24:33]
    assert 0.995 < early <= 1.001  # before the recording system changed, wards were complete
    assert (late > 0.94).all() and (late < 0.995).all()


@needs_shared
def test_wards_seldom_drive_a_borough_alone():
    import pandas as pd

    rows = pd.read_parquet(SHARED / "mps_ward_2023-04_2026-03.parquet")
    wards = spc.Panel.from_frame(rows, series=["area", "measure"])
    parents = pd.read_csv(SHARED / "mps_ward_names.csv")[["WardCode", "borough"]]

    def flagged(panel: spc.Panel) -> Exceptions:
        return spc.exceptions(spc.limits(panel, chart="auto", baseline=spc.Window(36, first=24)))

    found = spc.driven_by(flagged(spc.roll_up(wards, parents=parents)), parts=flagged(wards), parents=parents)
    outcome = np.bincount(found.outcome, minlength=len(OUTCOMES))
    assert 280 < outcome[1:].sum() < 360 and 5 < outcome[1:3].sum() < 40
    assert outcome[OUTCOMES.index("no side")] == 0
    told = found.outcome > 0
    np.testing.assert_allclose(
        found.rest[told] / found.deviation[told], 0.0, atol=1e-9
    )  # wards are the borough


@needs_shared
def test_wiltshire_lsoas_to_districts():
    import pandas as pd

    rows = pd.read_csv(SHARED / "policeuk_wiltshire_lsoa_month.csv.gz")
    rows = rows[rows["month"] >= "2025"].fillna({"area": "none"})
    panel = spc.Panel.from_frame(rows, series=["district", "area", "measure"])
    districts = spc.roll_up(panel, by=["district", "measure"], missing="leave out")
    assert sorted(set(districts.keys["district"])) == ["No location / outside", "Swindon", "Wiltshire"]
    assert np.nansum(districts.values) == np.nansum(panel.values) == rows["value"].sum()
    located = districts.select(district=["Swindon", "Wiltshire"])
    found = spc.parts(located, whole=spc.roll_up(districts, by="measure", missing="leave out"))
    total = np.nansum(found.gap) / np.nansum(found.whole.values)
    assert 0.0 < total < 0.02
    changes = spc.contributions(
        districts, by="measure", windows=1, against="before", key="district", missing="leave out"
    )
    known = ~np.isnan(changes.whole_change[:, 0])
    sums = np.bincount(changes.family, np.nan_to_num(changes.contribution[:, 0]), len(known))
    np.testing.assert_array_equal(sums[known], changes.whole_change[known, 0])
