"""Empty months in front change nothing: a history begins where it begins."""

from __future__ import annotations

import numpy as np
import pytest

from tests.laws.verbs import Verb, answers, every_kind, every_verb, in_front, same, sample


@every_verb
@every_kind
@pytest.mark.parametrize("months", [1, 13])
def test_empty_months_in_front_change_nothing(months: int, maker: str, verb: Verb) -> None:
    one = sample(maker)
    n_periods = one.values.shape[1]
    found = verb(in_front(one, months))
    cut = {}
    for name, array in found.items():
        wide = array.ndim == 2 and array.shape[1] == n_periods + months
        if wide:
            nothing = np.isnan(array[:, :months]) if array.dtype.kind == "f" else array[:, :months] == 0
            assert nothing.all(), name
        cut[name] = array[:, months:] if wide else array
    same(cut, answers(verb, maker))
