"""weigh(): the weight and its parts."""

from __future__ import annotations

import math

import numpy as np
import pytest

import spc
from spc.rules import rule_set
from tests.kernels.cases import CASES, EVERY, held
from tests.panels import fewer, make
from tests.reference import rules as twin
from tests.reference import weigh as weigh_twin
from tests.reference.limits import NO_VARIATION, OK
from tests.reference.trend import trend


def test_points_are_given_to_rules_and_each_rule_has_a_name_of_its_own() -> None:
    known = {row.name for rows in spc.RULES.values() for row in rows}
    assert all(set(weighting.points) <= known for weighting in spc.WEIGHTINGS.values())
    for rows in spc.RULES.values():
        assert rule_set(tuple(rows)) == rows


@pytest.mark.parametrize("with_trend", [True, False])
@pytest.mark.parametrize("maker", [maker for maker in EVERY if maker not in ("constant_rates", "signed")])
def test_weights_are_those_of_the_twin(maker: str, with_trend: bool) -> None:
    sample, case = make(maker, 51, n=fewer(24, 10)), CASES["window"]
    panel = sample.panel()
    exceptions = spc.exceptions(case.limits(panel))
    found = spc.weigh(exceptions, trend=spc.trend(panel) if with_trend else None)
    last = panel.n_periods - 1
    for s, (series, charts) in enumerate(zip(sample.twins(), case.twins(sample), strict=True)):
        names = [name for name, _ in twin.completed(twin.opcc(), series.observed, charts, last)]
        strength = trend(series).strength if with_trend else None
        part = weigh_twin.trend_part(names, strength) if series.observed[last] is not None else None
        same(found.parts["trend"][s], part)
        chart = held(charts, last)
        if chart is None or chart.status not in (OK, NO_VARIATION) or series.observed[last] is None:
            same(found.weight[s], part)
            continue
        assert found.weight[s] == weigh_twin.weight(names, strength)
        for name, points in weigh_twin.PARTS.items():
            assert found.parts[f"{name}-Month"][s] == (points if name in names else 0)


def same(found: float, expected: int | None) -> None:
    assert math.isnan(found) if expected is None else found == expected


def test_no_series_is_lost() -> None:
    panel = make("ragged", 52).panel()
    frame = spc.weigh(spc.exceptions(CASES["window"].limits(panel)), trend=spc.trend(panel)).to_frame()
    assert len(frame) == panel.n_series
    assert np.isnan(frame["weight"].to_numpy()[-1])
