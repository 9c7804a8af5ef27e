"""The order of the series does not matter: no answer depends on the neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from tests.laws.verbs import Verb, every_kind, every_verb, same, sample


@every_verb
@every_kind
@pytest.mark.parametrize("seed", [1, 2])
def test_permuted_series_give_permuted_answers(seed: int, maker: str, verb: Verb) -> None:
    one = sample(maker)
    order = np.random.default_rng(seed).permutation(len(one.values))
    expected = verb(one.panel())
    same(verb(one.rows(order).panel()), {name: array[order] for name, array in expected.items()})
