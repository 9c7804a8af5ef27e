"""Gaps between a whole and its parts, in figures and in words."""

from __future__ import annotations

import numpy as np
import pytest

import spc
from tests.hierarchy.areas import areas


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
        (10, 4, np.nan, "The sum of its parts is not known (1 of 2 parts is observed)."),
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


def test_a_gap_with_parts_that_are_not_known_is_not_in_no_part():
    found = spc.parts(
        areas([[10], [4], [np.nan]], names=["Force", "a", "b"]), whole="Force", missing="leave out"
    )
    words = "a and b make 4 of 10 (40.0%); 6 not accounted for (1 of 2 parts is observed)."
    assert found.words[0] == words


def test_the_sentence_is_of_the_month_of_the_measure():
    panel = areas([[7, 9, np.nan], [3, 4, np.nan], [4, 4, np.nan]], start="2024-05", names=["F", "a", "b"])
    late = [spc.Measure("F", lag=1), spc.Measure("a", lag=1), spc.Measure("b", lag=1)]
    found = spc.parts(panel, whole="F", measures=late)
    assert found.words.tolist() == ["a and b make 8 of 9 (88.9%); 1 lies in no part."]
    before = spc.parts(panel, whole="F", measures=late, as_at="2024-05")
    assert before.ends.tolist() == [-1] and before.words[0] == "The month lies before the data begin."
