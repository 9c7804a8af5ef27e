"""Certified mean, sd and lag-1 autocorrelation of the nine NIST StRD univariate sets (public domain).

Five are files as published; PiDigits is not pi at digit 957, so it must never be generated. The NumAcc sets
are constructed and typed here by their rule. NIST certifies 15 digits, which is what is asked for: the
decimals of a baseline are taken as whole numbers, so even NumAcc3 and NumAcc4 keep them all, of which a
two-pass sd of the floats keeps 9 and 8.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc
from spc.charts.constants import c4
from spc.kernels.spread import spread

FOLDER = Path(__file__).parent / "nist_strd"


@dataclass(frozen=True)
class Certified:
    """A set and what NIST certifies of it."""

    name: str
    mean: float
    sd: float
    r1: float

    @property
    def months(self) -> np.ndarray[Any, Any]:
        """The data, in order."""
        if self.name in CONSTRUCTED:
            return np.array(CONSTRUCTED[self.name])
        with (FOLDER / f"{self.name}.csv").open(newline="") as file:
            return np.array([float(line["y"]) for line in csv.DictReader(file)])


#: A middle value, then a tenth below and a tenth above it in turn.
CONSTRUCTED = {
    "NumAcc1": [10000001.0, 10000003.0, 10000002.0],
    "NumAcc2": [1.2] + [1.1, 1.3] * 500,
    "NumAcc3": [1000000.2] + [1000000.1, 1000000.3] * 500,
    "NumAcc4": [10000000.2] + [10000000.1, 10000000.3] * 500,
}
SETS = (
    Certified("Lew", -177.435000000000, 277.332168044316, -0.307304800605679),
    Certified("Lottery", 518.958715596330, 291.699727470969, -0.120948622967393),
    Certified("Mavro", 2.00185600000000, 0.000429123454003053, 0.937989183438248),
    Certified("Michelso", 299.852400000000, 0.0790105478190518, 0.535199668621283),
    Certified("PiDigits", 4.53480000000000, 2.86733906028871, -0.00355099287237972),
    Certified("NumAcc1", 10000002.0, 1.0, -0.5),
    Certified("NumAcc2", 1.2, 0.1, -0.999),
    Certified("NumAcc3", 1000000.2, 0.1, -0.999),
    Certified("NumAcc4", 10000000.2, 0.1, -0.999),
)
every_set = pytest.mark.parametrize("one", SETS, ids=[one.name for one in SETS])


def digits(found: float, certified: float) -> float:
    """Give the number of digits that agree; 17 where all do."""
    gap = abs(found - certified) / abs(certified)
    return -math.log10(gap) if gap > 1e-17 else 17.0


def sd_of(months: np.ndarray[Any, Any]) -> float:
    """Ask the kernel that every chart's sd comes from."""
    none = [np.empty(1) for _ in range(3)]
    sd, screened = np.empty(1), np.empty(1, np.int64)
    phases = np.array([0, 1]), np.array([0]), np.array([len(months)])
    spread(months[None], *phases, 0, 0.0, *none, sd, screened)
    return float(sd[0])


@every_set
def test_the_mean_is_the_nearest_float(one: Certified) -> None:
    limits = spc.limits(spc.Panel.from_numpy(one.months, start=None), min_observed=3)
    assert digits(limits.centre[0, 0], one.mean) >= 15.0


@every_set
def test_the_sd(one: Certified) -> None:
    assert digits(sd_of(one.months), one.sd) >= 14.5
    limits = spc.limits(spc.Panel.from_numpy(one.months, start=None), min_observed=3, sigma="sd")
    found = limits.sigma[0, 0] * float(c4(len(one.months)))
    assert digits(found, one.sd) >= 14.0  # divided by c4 and multiplied again


@every_set
def test_the_lag_1_autocorrelation(one: Certified) -> None:
    limits = spc.limits(spc.Panel.from_numpy(one.months, start=None), min_observed=3)
    assert digits(limits.lag1[0], one.r1) >= 14.5


def test_floats_alone_lose_seven_digits() -> None:
    """What the same two passes give without whole numbers: the promise above is not an empty one."""
    kept = {one.name: digits(float(np.std(one.months, ddof=1)), one.sd) for one in SETS}
    assert 9.0 < kept["NumAcc3"] < 10.0
    assert 8.0 < kept["NumAcc4"] < 9.0
    assert min(kept[name] for name in ("Lew", "Lottery", "PiDigits", "NumAcc1")) >= 14.5
