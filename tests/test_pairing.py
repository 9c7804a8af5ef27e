"""A month with one part missing leaves both sums: the one function, and the rooms that ask it."""

from __future__ import annotations

import ast
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc
from spc.pairing import heard_and_paired, row_sums, window_sums

ROOMS = Path(spc.__file__).parent
NAN = np.nan


def test_every_case_of_a_month() -> None:
    """Value there or not, denominator there or not, ratio or not: all eight, from the words of the rule."""
    for value, base, ratio in itertools.product((3.0, NAN), (9.0, NAN), (True, False)):
        heard, paired = heard_and_paired(np.array([[value]]), np.array([[base]]), np.array([ratio]))
        parts = [value, base] if ratio else [value]
        known = [part == part for part in parts]
        assert heard.tolist() == [[any(known)]] and paired.tolist() == [[all(known)]]


def test_without_denominators_the_value_alone_counts() -> None:
    values = np.array([[1.0, NAN], [0.0, 2.0]])
    for ratio in (True, False, np.array([True, False])):
        heard, paired = heard_and_paired(values, None, ratio)
        assert heard.tolist() == paired.tolist() == [[True, False], [True, True]]


def test_each_series_by_its_own_kind_and_inputs_untouched() -> None:
    values, of = np.array([[1.0, NAN, NAN]] * 2), np.array([[NAN, 5.0, NAN]] * 2)
    kept = values.copy(), of.copy()
    heard, paired = heard_and_paired(values, of, np.array([True, False]))
    assert heard.tolist() == [[True, True, False], [True, False, False]]
    assert paired.tolist() == [[False] * 3, [True, False, False]]
    np.testing.assert_array_equal(values, kept[0])
    np.testing.assert_array_equal(of, kept[1])
    assert heard_and_paired(np.empty((0, 4)), np.empty((0, 4)), np.empty(0, bool))[0].shape == (0, 4)


#: Months of a year: the second has no numerator, the third no denominator.
TOP = [5.0, NAN, 7.0, *[4.0] * 9]
BELOW = [50.0, 90.0, NAN, *[40.0] * 9]
BOTH = (5.0 + 36.0) / (50.0 + 360.0)


def year(top: Any = TOP, below: Any = BELOW, keys: Any = None) -> spc.Panel:
    keys = {"area": ["a"], "measure": ["m"]} if keys is None else keys
    return spc.Panel.from_numpy([top], start="2024-01", of=[below], keys=keys)


def test_all_rooms_leave_the_same_months_out() -> None:
    """5 + 9 x 4 of 50 + 9 x 40, wherever it is added up; with the odd months in it is not."""
    panel = year()
    share = pytest.approx(BOTH, rel=1e-14)
    assert spc.compare(panel, windows=(12,)).current[0, 0] / 100 == share
    assert spc.records(panel, windows=12).value[0, 0] / 100 == share
    assert spc.survey(panel, window=12).estimate[0] / 100 == share
    assert spc.funnel(panel, target=0.1).value[0] == share
    whole = spc.roll_up(panel, by="measure", missing="leave out")
    assert np.nansum(whole.values) / np.nansum(whole.of) == share  # type: ignore[arg-type]
    spread = [np.repeat([part], 3, axis=0).T.ravel() for part in (TOP[:4], BELOW[:4])]
    for cells in spread:
        cells[np.arange(12) % 3 != 2] = NAN
    quarters = spc.quarterly(year(*spread)).given[12][0, 11] / 100
    assert quarters == pytest.approx((5 + 4) / (50 + 40), rel=1e-14)


def test_nobody_pairs_months_by_hand() -> None:
    """The rooms that were made to ask this one do not compare two `isfinite` themselves again."""
    rooms = [
        ROOMS / f"{name}.py"
        for name in ("comparing", "recording", "calendars", "surveys", "rolling", "trending")
    ]
    rooms += [ROOMS / "comparators" / "grouping.py", *(ROOMS / "hierarchy").glob("*.py")]
    asked = 0
    for room in rooms:
        text = room.read_text(encoding="utf-8")
        asked += "heard_and_paired(" in text
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
                sides = [ast.unparse(side) for side in (node.left, node.right)]
                assert not all("isfinite(" in side for side in sides), f"{room.name}:{node.lineno}"
    assert asked == 9


def test_sums_of_windows_and_of_whole_rows() -> None:
    cells = np.array([[0.1, NAN, 0.2, 1e16], [1.0, 2.0, 3.0, 4.0]])[:, ::-1]
    assert not cells.flags.c_contiguous
    sums = window_sums(cells, 2, 1)
    assert sums.tolist() == [[1e16, 1e16, 0.2, 0.1], [4.0, 7.0, 5.0, 3.0]]
    assert np.array_equal(window_sums(cells, 2, 2)[0], [NAN, 1e16, NAN, NAN], equal_nan=True)
    complete = np.array([True, False])
    assert np.array_equal(row_sums(cells, complete), [1e16, NAN], equal_nan=True)
    assert row_sums(cells, ~complete, mean=True)[1] == 2.5
