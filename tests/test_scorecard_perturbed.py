"""The data do not decide alone.

Five months of every row are perturbed in 200 seeded ways: engine and twin agree on every word and number.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

import spc
from tests.panels import Matrix, twins_of
from tests.reference.scorecard import Row

WORDS = ["measure", "month", "m3", "m12", "change", "arrow", "trend", "exceptions", "weighting"]
ARROWS = {1: "▲", -1: "▼", 0: "—", 2: ""}
#: Ways of one test: 200 in all, 40 of them in every run.
BATCH = 10
BATCHES = range(20)
EVERY_RUN = 4


@cache
def wiltshire() -> Any:
    """Load the published month once."""
    return spc.samples.load("wiltshire_2024")


def nudged(rng: np.random.Generator, cells: Matrix, at: np.ndarray[Any, Any], places: int = 0) -> Matrix:
    """Change some months of every row by 1 to 25 percent either way, to `places` decimals."""
    part = rng.uniform(0.01, 0.25, at.shape) * rng.choice([-1.0, 1.0], at.shape)
    rows = np.arange(len(cells))[:, None]
    found = cells.copy()
    found[rows, at] = np.round(cells[rows, at] * (1.0 + part), places)
    return found


def five_months(rng: np.random.Generator, shape: tuple[int, ...], seed: int) -> np.ndarray[Any, Any]:
    """Choose five months of every row; every second way they are of the last year, where they are judged."""
    first = shape[1] - 12 if seed % 2 else 0
    return np.array([rng.choice(np.arange(first, shape[1]), 5, replace=False) for _ in range(shape[0])])


def perturbed(panel: spc.Panel, seed: int) -> spc.Panel:
    """Perturb the numerators, the denominators or both, and the given windows."""
    rng = np.random.default_rng([2024, seed])
    at = five_months(rng, panel.values.shape, seed)
    values, of = panel.values, panel.of
    assert of is not None
    if seed % 3 != 1:
        values = nudged(rng, values, at)
    if seed % 3 != 0:
        of = np.maximum(nudged(rng, of, at), 1.0)
        values = np.where(panel.is_ratio[:, None], values, nudged(rng, values, at))
    given = {}
    for window, cells in panel.given.items():
        ends = np.tile([panel.n_periods - 1, panel.n_periods - 13], (len(cells), 1))
        given[window] = nudged(rng, cells, np.concatenate([at, ends], axis=1), places=1)
    return replace(panel, values=values, of=of, given=given)


def agree(found: float, expected: Fraction | float | None, size: float, what: str) -> None:
    """Compare to 1e-12 of the number, or of the numbers that it is a difference of."""
    if expected is None:
        assert math.isnan(found), what
    else:
        assert abs(found - float(expected)) <= 1e-12 * max(abs(float(expected)), size), (
            f"{what}: {found}, {expected}"
        )


def check_numbers(numbers: dict[str, Any], row: Row) -> None:
    """Compare the numbers behind one row."""
    name, figures = row.measure.name, row.figures()
    year = row.changes["m12"]
    scale = (
        100.0 if row.measure.unit != "hh:mm:ss" else max(float(year.current or 0), float(year.previous or 0))
    )
    for key, expected in figures.items():
        size = {"change": max(scale, 100.0), "relative": 1.0}.get(key, 0.0)
        agree(numbers[key], expected, size, f"{name} {key}")
    assert ARROWS[int(numbers["arrow"])] == year.arrow(row.measure.improvement), name
    if not row.monthly:
        assert math.isnan(numbers["weighting"]), name
        return
    line = row.line
    assert numbers["trend_strength"] == line.strength, name
    if line.strength > 0:
        assert numbers["trend_direction"] == line.direction, name
    if line.strength >= 0:
        agree(numbers["r"], line.r, 1.0, f"{name} r")
        agree(numbers["p"], line.p, 1.0, f"{name} p")
        agree(numbers["slope"], line.slope, abs(line.slope / line.r) if line.r else 1.0, f"{name} slope")
    agree(numbers["weighting"], row.weight, 0.0, f"{name} weighting")
    for part, points in row.parts().items():
        key = part if part == "trend" else f"{part}-Month"
        agree(numbers[f"weight_{key}"], points, 0.0, f"{name} {key}")
    bits = sum(
        1 << (2 * ["One", "Two", "Three", "Eight"].index(rule) + (side == "Low")) for rule, side in row.found
    )
    assert numbers["mask"] == bits, name
    assert numbers["status"] == row.chart.status, name


def compared(panel: spc.Panel) -> list[dict[str, str]]:
    """Make both scorecards of a panel, compare them, and give the words."""
    measures = wiltshire().measures
    card = spc.scorecard(panel, measures=measures)
    words = card.to_frame()[WORDS].to_dict("records")
    numbers = card.to_frame(form="numbers").to_dict("records")
    assert len(words) == panel.n_series
    for s, series in enumerate(twins_of(card.panel)):
        row = Row(series, measures[words[s]["measure"]])
        assert words[s] == row.words(), f"row {s}"
        check_numbers(numbers[s], row)
    return words


@cache
def published() -> list[dict[str, str]]:
    """Compare the scorecards of the months as they were published, once."""
    return compared(wiltshire().panel)


def test_the_published_month() -> None:
    words = published()
    assert len(words) == 57
    assert sum(bool(row["exceptions"]) for row in words) >= 18


@pytest.mark.parametrize(
    "batch",
    [batch if batch < EVERY_RUN else pytest.param(batch, marks=pytest.mark.long) for batch in BATCHES],
)
def test_perturbed_months(batch: int) -> None:
    before = {row["measure"]: row for row in published()}
    differing: Counter[str] = Counter()
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        for row in compared(perturbed(wiltshire().panel, seed)):
            differing.update(name for name in WORDS if row[name] != before[row["measure"]][name])
    # a perturbation that changes nothing would prove nothing
    for name in ("month", "m3", "m12", "change", "trend", "exceptions", "weighting"):
        assert differing[name] > 0, name


@pytest.mark.parametrize("month", ["2024-06", "2023-07", "2022-12", "2021-08"])
def test_earlier_months(month: str) -> None:
    """Shorter histories: words for what cannot be told yet."""
    compared(wiltshire().panel.until(month))
