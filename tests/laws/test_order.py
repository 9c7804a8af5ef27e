"""The order of the series does not matter: no answer depends on the neighbours."""

from __future__ import annotations

import numpy as np

from tests.laws.verbs import Verb, answers, every_kind, every_verb, same, sample


@every_verb
@every_kind
def test_permuted_series_give_permuted_answers(maker: str, verb: Verb) -> None:
    one = sample(maker)
    order = np.random.default_rng(1).permutation(len(one.values))
    expected = answers(verb, maker)
    same(verb(one.rows(order).panel()), {name: array[order] for name, array in expected.items()})
