"""One bad series never touches the others, and never disappears."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.laws.verbs import VERBS, Array, Verb, answers, every_verb, same, sample
from tests.panels import Sample


def outlier(row: Array) -> Array:
    poisoned = row.copy()
    poisoned[len(row) // 2] = 1e16
    return poisoned


POISONS: dict[str, Callable[[Array], Array]] = {
    "constant": lambda row: np.full(row.shape, 0.1),
    "nothing": lambda row: np.full(row.shape, np.nan),
    "outlier": outlier,
    "one month": lambda row: np.where(np.arange(len(row)) == 7, 3.0, np.nan),
    "huge": lambda row: np.full(row.shape, 1e100),
    "ties": lambda row: np.where(np.arange(len(row)) % 2 == 0, 10.0, 11.128),
}


@every_verb
@pytest.mark.parametrize("poison", POISONS)
@pytest.mark.parametrize("maker", ["counts", "decimals", "mixed"])
def test_others_are_bit_identical(maker: str, poison: str, verb: Verb) -> None:
    one = sample(maker)
    values = one.values.copy()
    bad = [0, len(values) // 2, len(values) - 1]
    for s in bad:
        values[s] = POISONS[poison](values[s])
    others = np.setdiff1d(np.arange(len(values)), bad)
    found, expected = verb(Sample(values, one.of).panel()), answers(verb, maker)
    assert {len(array) for array in found.values()} == {len(values)}
    same(
        {name: array[others] for name, array in found.items()},
        {name: array[others] for name, array in expected.items()},
    )


@pytest.mark.parametrize("maker", ["counts", "decimals"])
def test_poisoned_denominators(maker: str) -> None:
    """A series with denominators of 0 throughout, beside plain ones."""
    one = sample(maker)
    of = np.full(one.values.shape, np.nan)
    of[1] = 0.0
    others = np.setdiff1d(np.arange(len(of)), [1])
    for name, verb in VERBS.items():
        found, expected = verb(Sample(one.values, of).panel()), answers(verb, maker)
        if name == "rolling":
            found.pop("ratio", None)
        same({k: a[others] for k, a in found.items()}, {k: a[others] for k, a in expected.items()})
