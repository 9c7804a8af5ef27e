"""Parts with a longer past than their whole are set against the average of the same months."""

from __future__ import annotations

import numpy as np

import spc
from tests.hierarchy.areas import areas


def test_what_lies_before_the_whole_sets_no_baseline() -> None:
    steady = [20.0, 21.0] * 12
    parts = areas(
        [[90.0] * 6 + steady + [30.0], [5.0] * 6 + steady + [21.0]], start="2022-01", names=["a", "b"]
    )
    force = areas([[*np.add(steady, steady), 51.0]], start="2022-07", names=["Force"])
    flagged = spc.exceptions(spc.limits(force, baseline=24))
    parents = dict.fromkeys("ab", "Force")
    found = spc.driven_by(flagged, parts=parts, parents=parents)
    assert found.words[0] == "driven by a (9.5 of the 10.0 above average); b as usual"
    assert found.contribution.tolist() == [9.5, 0.5] and found.rest.tolist() == [0.0]
    alike = spc.driven_by(flagged, parts=areas(parts.values[:, 6:], names=["a", "b"]), parents=parents)
    assert alike.contribution.tolist() == found.contribution.tolist()
