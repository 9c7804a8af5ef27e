"""How often a trend is found where there is none: SPEC 4, issue 6, and the tables of docs/changes.md."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc
from spc.results.summaries import Trend
from tests.panels import JIT_OFF

Array = np.ndarray[Any, Any]
PAGE = (Path(__file__).parents[2] / "docs" / "changes.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.skipif(JIT_OFF, reason="20,000 series want compiled kernels")
N, MONTHS = 20_000, 36


def autocorrelated(phi: float) -> Array:
    noise = np.random.default_rng(4).normal(size=(N, MONTHS))
    for t in range(1, MONTHS):
        noise[:, t] = phi * noise[:, t - 1] + math.sqrt(1.0 - phi * phi) * noise[:, t]
    return 100.0 + 10.0 * noise


def seasons() -> Array:
    """A pattern of its own in every series, the same each year, as large as the noise."""
    rng = np.random.default_rng(5)
    return 10.0 * np.tile(rng.normal(size=(N, 12)), 3) + rng.normal(100.0, 10.0, (N, MONTHS))


#: As the page has them.
SERIES = {
    "independent, normal": lambda: autocorrelated(0.0),
    "independent, Poisson, mean 1": lambda: np.random.default_rng(6).poisson(1.0, (N, MONTHS)).astype(float),
    "independent, Poisson, mean 20": lambda: (
        np.random.default_rng(7).poisson(20.0, (N, MONTHS)).astype(float)
    ),
    "autocorrelation 0.3": lambda: autocorrelated(0.3),
    "autocorrelation 0.5": lambda: autocorrelated(0.5),
    "fixed seasons": seasons,
}


@cache
def trends(name: str, scorer: str) -> Trend:
    """Ask once; 20,000 series take a quarter of a second."""
    return spc.trend(spc.Panel.from_numpy(SERIES[name](), start="2021-08"), scorer=scorer)


def shares(strength: Array) -> tuple[float, float]:
    """Return the share of series that are called strong, and weak or strong."""
    return float((strength == 2).mean()), float((strength >= 1).mean())


def above(level: float) -> float:
    """Return a level and three standard errors."""
    return level + 3.0 * math.sqrt(level * (1.0 - level) / N)


@pytest.mark.parametrize("name", [name for name in SERIES if name.startswith("independent")])
@pytest.mark.parametrize("scorer", ["windows", "mann_kendall"])
def test_noise_is_strong_at_most_in_5_and_weak_or_strong_in_15_percent(name: str, scorer: str):
    strong, either = shares(trends(name, scorer).strength)
    assert 0.03 < strong <= above(0.05)
    assert 0.10 < either <= above(0.15)


def rows() -> dict[str, list[float]]:
    """Read the page's table: series, then percents by column."""
    lines = re.findall(r"^\| ((?:independent|auto|fixed)[^|]*) \|(.*)\|$", PAGE, re.MULTILINE)
    return {name: [float(cell) for cell in re.split(r"[|/]", cells)] for name, cells in lines}


@pytest.mark.parametrize("name", SERIES)
def test_the_page_says_what_is_measured(name: str):
    """Percent strong / weak or strong: `windows`, `mann_kendall`, `r2`, and the naive test."""
    found = [share for scorer in spc.SCORERS for share in shares(trends(name, scorer).strength)]
    found += shares(trends(name, "windows").naive_strength)
    assert rows()[name] == pytest.approx([100.0 * share for share in found], abs=0.75)


def test_a_naive_test_finds_a_trend_in_two_thirds_of_noise():
    found = trends("independent, normal", "windows")
    assert (found.naive_p <= 0.05).mean() == pytest.approx(0.66, abs=0.01)
    assert (found.p <= 0.05).mean() == pytest.approx(0.05, abs=0.004)
