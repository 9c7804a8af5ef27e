"""Ranks in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import spc


def test_an_interval_of_one_place_is_clear_of_the_others() -> None:
    keys = {"area": ["low", "middle", "high", "higher"]}
    panel = spc.Panel.from_numpy([[80], [1200], [5000], [5100]], start="2024-07", of=[[1000]] * 4, keys=keys)
    found = spc.rank(panel, window=1)
    assert found.words.tolist() == [
        "rank 4 of 4, clear of the others",
        "rank 3 of 4, clear of the others",
        "rank 2 of 4, between 1 and 2",
        "rank 1 of 4, between 1 and 2",
    ]
    elsewhere = replace(found, lower=np.array([3.0, 3, 1, 1]), upper=np.array([3.0, 3, 2, 2]))
    assert elsewhere.words[0] == "rank 4 of 4, more likely 3"
    unknown = replace(found, lower=found.lower * np.nan)
    assert unknown.words[0] == "rank 4 of 4"
