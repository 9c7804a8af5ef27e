"""Parts add up to the float nearest to their true sum, in any order and in any number of steps."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spc
from spc.hierarchy.families import Families
from tests.hierarchy.areas import areas
from tests.panels import Sample, fewer, make

ODD = [0.1, 0.2, 0.3, 1.0, -1.0, 1e16, -1e16, 1e100, -1e100, 1e-100, 2.0**53, 1.0 + 2.0**-52, 3.0, -0.0]


numbers = st.one_of(st.sampled_from(ODD), st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-100))


def all_of(cells: Any) -> np.ndarray[Any, Any]:
    """Add all rows up by the kernel."""
    cells = np.asarray(cells, float)
    found = Families({"whole": np.array(["All"], object)}, np.zeros(len(cells), np.int64))
    return found.add(cells)[0]


@given(st.lists(numbers, min_size=1, max_size=fewer(12, 8)))
def test_a_sum_is_the_float_nearest_to_the_true_sum(terms):
    found = float(all_of([[term] for term in terms])[0, 0])
    assert found == float(sum((Fraction(term) for term in terms), Fraction(0)))
    assert found == math.fsum(terms)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([1e16, 1.0, -1e16], 1.0),
        ([1e100, 1.0, -1e100, 1e-100], 1.0),
        ([2.0**53, 1.0, 2.0**-1000 * 0 + 1e-100], 2.0**53 + 2.0),  # a tie that the smallest term breaks
        ([2.0**53, 1.0], 2.0**53),  # a tie, to even
        ([2.0**53, -0.5, -1e-90], 2.0**53 - 1.0),
        ([0.1] * 10, 1.0),
        ([float("nan"), 2.5], 2.5),
        ([float("nan")], 0.0),
    ],
)
def test_sums_worked_out_by_hand(terms, expected):
    assert all_of([[term] for term in terms])[0, 0] == expected


@pytest.mark.parametrize("maker", ["counts", "decimals", "signed", "gaps", "rates", "mixed"])
def test_the_order_of_the_parts_changes_no_bit(maker):
    one = make(maker, 17, n=fewer(60, 12))
    if one.of is None:
        one = Sample(np.where(np.arange(len(one.values))[:, None] == 3, one.values * 1e15, one.values))
    elif maker == "mixed":
        one = one.rows(slice(1, None, 2))  # the ratios alone
    n = len(one.values)
    wholes = np.array([f"whole {k}" for k in np.arange(n) % 3])

    def sums(order: Any) -> dict[str, bytes]:
        names = [f"part {s}" for s in order]
        picked = one.rows(order)
        panel = areas(picked.values, of=picked.of, names=names)
        to = {name: wholes[s] for name, s in zip(names, order, strict=True)}
        found = spc.roll_up(panel, parents=to, missing="leave out")
        below = np.zeros((3, 1)) if found.of is None else found.of
        return {
            label: found.values[p].tobytes() + below[p].tobytes()
            for p, label in enumerate(found.keys["area"].tolist())
        }

    expected = sums(np.arange(n))
    assert len(set(expected.values())) == 3
    for seed in range(4):
        assert sums(np.random.default_rng(seed).permutation(n)) == expected


def test_twice_is_once():
    one = make("counts", 18, n=30)
    wards = areas(one.values)
    to_district = {f"part {k}": f"district {k % 5}" for k in range(30)}
    districts = spc.roll_up(wards, parents=to_district)
    force = spc.roll_up(districts, parents={f"district {k}": "Force" for k in range(5)})
    at_once = spc.roll_up(wards, parents=dict.fromkeys(to_district, "Force"))
    assert districts.n_series == 5
    assert force.values.tobytes() == at_once.values.tobytes()
    again = spc.roll_up(districts, parents={f"district {k}": f"district {k}" for k in range(5)})
    assert again.values.tobytes() == districts.values.tobytes()
