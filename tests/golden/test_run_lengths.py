"""Average run lengths by seeded simulation, against printed tables and their recomputation.

Each case simulates independent normal months about a known centre 0 with sigma 1, asks the charts and rules
as a user would, and counts the months to the first exception. Beside the printed value stands a recomputed
one with more digits (integral equations, Markov chains): the simulation must lie within four standard errors
of it, and the printed value within 0.5%.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import spc

#: The only rule that charts with memory are asked, and Western Electric's rows.
BEYOND = (spc.Rule("Beyond", zone=3.0, needed=1, span=1),)
WESTERN = spc.RULES["western_electric"]
#: Cells a panel: a chunk of series is judged at a time.
CELLS = 2_000_000


@dataclass(frozen=True)
class Case:
    """A chart, a shift in sigma, and the average run length: printed (where it is) and recomputed."""

    name: str
    chart: str
    shift: float
    exact: float
    printed: float | None = None
    rules: tuple[spc.Rule, ...] = BEYOND
    options: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name}, shift {self.shift:g}"

    def run_lengths(self, seed: int, series: int) -> np.ndarray[Any, Any]:
        """Simulate; every series is long enough to see its exception (within 16 average run lengths)."""
        months = max(60, round(16 * self.exact))
        found: list[np.ndarray[Any, Any]] = []
        random = np.random.default_rng(seed)
        chunk = max(1, CELLS // months)
        for begin in range(0, series, chunk):
            values = random.normal(self.shift, 1.0, (min(chunk, series - begin), months))
            panel = spc.Panel.from_numpy(values, start=None)
            limits = spc.limits(panel, chart=self.chart, centre=0.0, sigma=1.0, **self.options)
            flagged = spc.exceptions(limits, rules=self.rules).mask != 0
            assert flagged.any(axis=1).mean() > 0.999
            found.append(np.where(flagged.any(axis=1), flagged.argmax(axis=1) + 1, months))
        return np.concatenate(found)


def ewma(lam: float, width: float, lines: str) -> dict[str, Any]:
    return {"lam": lam, "width": width, "lines": lines}


def cusum(h: float, head_start: float = 0.0) -> dict[str, Any]:
    return {"k": 0.5, "h": h, "head_start": head_start}


SOON = (
    # Crowder (1987), Technometrics 29, 401-407, table 1
    Case("Crowder .5", "ewma", 1.0, 4.9064, 4.91, options=ewma(0.5, 2.0, "asymptotic")),
    Case("Crowder .05", "ewma", 1.0, 8.3755, 8.38, options=ewma(0.05, 2.0, "asymptotic")),
    Case("Crowder .5", "ewma", 0.0, 26.4519, 26.45, options=ewma(0.5, 2.0, "asymptotic")),
    # Lucas and Saccucci (1990), Technometrics 32, 1-12, table 3
    Case("Lucas and Saccucci .03", "ewma", 1.0, 12.5976, 12.6, options=ewma(0.03, 2.437, "asymptotic")),
    Case("Lucas and Saccucci .1", "ewma", 1.0, 10.330665, 10.3, options=ewma(0.1, 2.814, "asymptotic")),
    Case("Lucas and Saccucci .25", "ewma", 1.0, 11.135502, 11.1, options=ewma(0.25, 2.998, "asymptotic")),
    # exact lines: recomputed alone; Steiner (1999), Journal of Quality Technology 31, 75-86, table 2 (printed
    # from a simulation: up to 4% off)
    Case("exact .1", "ewma", 1.0, 8.157027, options=ewma(0.1, 2.814, "exact")),
    Case("exact .25", "ewma", 1.0, 10.380467, options=ewma(0.25, 2.998, "exact")),
    Case("exact .05", "ewma", 1.0, 9.2436, options=ewma(0.05, 3.0, "exact")),
    # Lucas and Crosier (1982), Technometrics 24, 199-205, table 1; h = 5 also in Montgomery (2013), table 9.3
    Case("Lucas and Crosier 4", "cusum", 1.0, 8.3831319, 8.38, options=cusum(4.0)),
    Case("Lucas and Crosier 4, head start", "cusum", 1.0, 5.2868862, 5.29, options=cusum(4.0, 0.5)),
    Case("Montgomery 5", "cusum", 1.0, 10.37597, 10.4, options=cusum(5.0)),
    Case("head start 5", "cusum", 1.0, 6.3468505, options=cusum(5.0, 0.5)),
    # Champ and Woodall (1987), Technometrics 29, 393-399, table 1
    Case("beyond 3", "xmr", 1.0, 43.894682, 43.89),
    Case("1 and 2", "xmr", 1.0, 20.005036, 20.01, WESTERN[:2]),
    Case("1 and 3", "xmr", 1.0, 12.664386, 12.66, (WESTERN[0], WESTERN[2])),
    Case("1 and 4", "xmr", 1.0, 14.578129, 14.58, (WESTERN[0], WESTERN[3])),
    Case("Western Electric", "xmr", 1.0, 9.22186, 9.22, WESTERN),
)
LATE = (
    Case("Lucas and Saccucci .03", "ewma", 0.0, 499.8592, 500.0, options=ewma(0.03, 2.437, "asymptotic")),
    Case("Lucas and Saccucci .1", "ewma", 0.0, 499.57955, 500.0, options=ewma(0.1, 2.814, "asymptotic")),
    Case("Lucas and Saccucci .25", "ewma", 0.0, 499.836, 500.0, options=ewma(0.25, 2.998, "asymptotic")),
    Case("exact .1", "ewma", 0.0, 486.42933, options=ewma(0.1, 2.814, "exact")),
    Case("exact .25", "ewma", 0.0, 495.91884, options=ewma(0.25, 2.998, "exact")),
    Case("Lucas and Crosier 4", "cusum", 0.0, 167.683789, 168.0, options=cusum(4.0)),
    Case("Lucas and Crosier 4, head start", "cusum", 0.0, 148.69565, 149.0, options=cusum(4.0, 0.5)),
    Case("Montgomery 5", "cusum", 0.0, 465.443506, 465.0, options=cusum(5.0)),
    Case("head start 5", "cusum", 0.0, 430.390839, options=cusum(5.0, 0.5)),
    Case("beyond 3", "xmr", 0.0, 370.398347, 370.4),
    Case("1 and 2", "xmr", 0.0, 225.438407, 225.44, WESTERN[:2]),
    Case("1 and 3", "xmr", 0.0, 166.054517, 166.05, (WESTERN[0], WESTERN[2])),
    Case("1 and 4", "xmr", 0.0, 152.730065, 152.73, (WESTERN[0], WESTERN[3])),
    Case("Western Electric", "xmr", 0.0, 91.750773, 91.75, WESTERN),
)


def assert_agrees(case: Case, lengths: np.ndarray[Any, Any]) -> None:
    error = lengths.std(ddof=1) / np.sqrt(len(lengths))
    assert abs(lengths.mean() - case.exact) < 4.0 * error, (lengths.mean(), error)
    # not so wide that anything would pass: a run length's sd is about its mean, and 1.12 of it where a
    # head start ends some at once
    assert error < 1.2 * case.exact / np.sqrt(len(lengths))


@pytest.mark.parametrize("case", SOON, ids=str)
def test_a_shift_is_found_as_soon_as_the_tables_say(case: Case) -> None:
    assert_agrees(case, case.run_lengths(seed=1987, series=4_000))


@pytest.mark.long
@pytest.mark.parametrize("case", [*LATE, *SOON], ids=str)
def test_false_alarms_are_as_far_apart_as_the_tables_say(case: Case) -> None:
    assert_agrees(case, case.run_lengths(seed=1990, series=10_000))


@pytest.mark.parametrize("case", [case for case in (*SOON, *LATE) if case.printed], ids=str)
def test_printed_and_recomputed_values_agree(case: Case) -> None:
    assert case.printed == pytest.approx(case.exact, rel=0.005)
