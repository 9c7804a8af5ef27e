"""What is said of a change is true: why it is not known, and of small ratios that they moved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spc
from tests.hierarchy.areas import areas

NAN = np.nan


@pytest.mark.parametrize(
    ("rows", "of", "options", "words"),
    [
        ([[5, NAN], [4, 4]], None, {"by": []}, "the window is not complete (a not known)"),
        ([[NAN, 5], [4, 4]], [[3, 3], [NAN, 3]], {"by": []}, "the earlier window is not complete"),
        (
            [[5, NAN]] * 5 + [[5, 5]],
            None,
            {"by": []},
            "the window is not complete (a, b, c and 2 others not known)",
        ),
        ([[0, 0], [0, 0]], [[5, 0], [4, 0]], {"by": []}, "there is nothing to divide by in the window"),
        (
            [[0, 0], [0, 0]],
            [[0, 5], [0, 4]],
            {"by": []},
            "there is nothing to divide by in the earlier window",
        ),
        ([[NAN, 9], [4, 4]], None, {"whole": "a"}, "the whole is not known in the earlier window"),
    ],
)
def test_why_a_change_is_not_known(rows: Any, of: Any, options: Any, words: str) -> None:
    panel = areas(rows, of=of, names=list("abcdef"[: len(rows)]))
    found = spc.contributions(panel, windows=1, against="before", missing="missing", **options)
    assert found.words()[0] == f"The change is not known: {words}."


def test_a_small_ratio_has_the_decimals_that_it_needs() -> None:
    panel = areas([[10, 13], [4, 4]], of=[[40_000] * 2, [90_000] * 2], names=["a", "b"])
    found = spc.contributions(panel, windows=1, against="before", by=[])
    assert found.words()[0] == "Up 0.002 points: a 0.002 (rate 0.002, mix 0.000)."


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([[NAN], [NAN]], "The whole and the sum of its parts are not known (its only part is not observed)."),
        ([[5], [NAN]], "The sum of its parts is not known (its only part is not observed)."),
        ([[5], [3], [NAN], [1]], "The sum of its parts is not known (2 of 3 parts are observed)."),
        ([[5], [NAN], [1]], "The sum of its parts is not known (1 of 2 parts is observed)."),
    ],
)
def test_one_is_and_many_are(rows: Any, words: str) -> None:
    panel = areas(rows, names=["Force", *"abc"][: len(rows)])
    assert spc.parts(panel, whole="Force").words[0] == words
