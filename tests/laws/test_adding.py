"""Another series beside them changes nothing: each is judged by itself."""

from __future__ import annotations

import numpy as np
import pytest

from tests.laws.verbs import Verb, answers, every_verb, same, sample
from tests.panels import Sample


@every_verb
@pytest.mark.parametrize("maker", ["counts", "decimals", "mixed", "gaps"])
def test_series_added_behind_change_nothing(maker: str, verb: Verb) -> None:
    one, other = sample(maker), sample(maker, seed=72)
    of = None
    if one.of is not None and other.of is not None:
        of = np.concatenate([one.of, other.of])
    more = Sample(np.concatenate([one.values, other.values]), of)
    n = len(one.values)
    same({name: array[:n] for name, array in verb(more.panel()).items()}, answers(verb, maker))
