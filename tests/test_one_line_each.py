"""What stands alone in a notebook's cell shows itself in one line, and counts what it knows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import spc

PANEL = spc.Panel.from_numpy(
    [[3.0, 5.0, 4.0, 6.0], [50.0, 52.0, 49.0, 51.0]], start="2024-01", keys={"area": ["a", "b"]}
)


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (
            lambda: spc.samples.load("wiltshire_2024"),
            "Sample(panel=Panel(57 series x 36 months, 2021-08 to 2024-07), measures=Catalogue(57 measures))",
        ),
        (lambda: spc.Catalogue([spc.Measure("x")]), "Catalogue(1 measure)"),
        (lambda: spc.phases_at(PANEL, ["2024-03"], series={"area": "b"}), "Phases(2 series, 3 phases)"),
    ],
)
def test_one_line(made: Callable[[], object], line: str):
    assert repr(made()) == line


def funnel(of: list[list[float]]) -> str:
    panel = spc.Panel.from_numpy([[30.0], [60.0], [20.0]], start="2024-01", of=of, keys={"area": list("abc")})
    return repr(spc.funnel(panel, group="area", window=1))


def test_a_funnel_counts_what_it_judged():
    assert funnel([[1000.0]] * 3) == "Funnel(3 series in 1 funnel, 2 outside 95%)"
    assert funnel([[1000.0], [1000.0], [np.nan]]) == "Funnel(2 of 3 series judged in 1 funnel, 2 outside 95%)"
    bare = spc.funnel(PANEL, group="area", window=1)
    assert repr(bare) == "Funnel(none of 2 series judged: no denominator)"
