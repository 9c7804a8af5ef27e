"""Published figures on rules: run lengths of sets of rules, limits of runs and crossings."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

import spc
from spc.results.patterns import run_tables
from tests.panels import JIT_OFF

#: Champ and Woodall (1987), Technometrics 29, 393-399, Table 1: average run lengths without and with a shift
#: of 1 sigma. Their rules: 1 beyond 3; 2 of 3 beyond 2; 4 of 5 beyond 1; 8 on one side.
RUN_LENGTHS = {
    "1": (370.40, 43.89),
    "12": (225.44, 20.01),
    "13": (166.05, 12.66),
    "14": (152.73, 14.58),
    "123": (132.89, 10.95),
    "1234": (91.75, 9.22),
}
SERIES, MONTHS = 4000, 1200


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(1987).standard_normal((SERIES, MONTHS))


@pytest.mark.skipif(JIT_OFF, reason="five million months take an hour when interpreted")
@pytest.mark.parametrize("shift", [0, 1])
@pytest.mark.parametrize("rules", RUN_LENGTHS)
def test_average_run_lengths(rules: str, shift: int, noise: np.ndarray) -> None:
    """Simulated, within four standard errors; runs that outlast the months go on at their last rate."""
    panel = spc.Panel.from_numpy(noise + float(shift), start=None)
    rows = tuple(spc.RULES["western_electric"][int(digit) - 1] for digit in rules)
    found = spc.exceptions(spc.limits(panel, centre=0.0, sigma=1.0), rules=rows).mask != 0
    first = np.where(found.any(axis=1), found.argmax(axis=1) + 1, MONTHS)
    late = (first > MONTHS // 2) & found.any(axis=1)
    survived = int((~found.any(axis=1)).sum())
    hazard = late.sum() / max(1, int((first[first > MONTHS // 2] - MONTHS // 2).sum()))
    length = (first.sum() + (survived / hazard if survived else 0.0)) / SERIES
    assert length == pytest.approx(RUN_LENGTHS[rules][shift], rel=4.0 / np.sqrt(SERIES))


#: Anhoej and Olesen (2014), PLoS ONE 9, e113825: useful points, longest run, fewest crossings.
LIMITS = {10: (6, 2), 13: (7, 3), 20: (7, 6), 24: (8, 8)}
#: Where round(log2 n) + 3 grows by one.
LONGER_FROM = {6: 6, 12: 7, 23: 8, 46: 9, 91: 10}


def test_limits_of_runs_and_crossings() -> None:
    longest, fewest = run_tables(400)
    assert {n: (longest[n], fewest[n]) for n in LIMITS} == LIMITS
    for n, run in LONGER_FROM.items():
        assert (longest[n - 1], longest[n]) == (run - 1, run)
    coins = np.arange(400)
    np.testing.assert_array_equal(fewest[1:], binom.ppf(0.05, coins, 0.5).clip(0))
