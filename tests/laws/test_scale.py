"""Another unit is another scale of the same chart: flags, words and weights stay."""

from __future__ import annotations

import numpy as np
import pytest

import spc
from tests.laws.verbs import (
    BASELINES,
    QUICK,
    answers,
    changed,
    close,
    exceptions,
    limits,
    same,
    sample,
    trend,
    weigh,
)

KINDS = ["counts", "low_counts", "decimals", "rates", "gaps", "ragged", "signed"]
TWOS = [2.0, 0.5, 1024.0]


@pytest.mark.parametrize("maker", KINDS)
@pytest.mark.parametrize("by", TWOS)
def test_powers_of_two_scale_every_bit(by: float, maker: str) -> None:
    one = sample(maker)
    other = changed(one, lambda values: values * by)
    old, new = answers(limits, maker), limits(other.panel())
    same(new, {name: array if array.dtype == object else array * by for name, array in old.items()})
    same(exceptions(other.panel()), answers(exceptions, maker))
    same(weigh(other.panel()), answers(weigh, maker))
    old, new = answers(trend, maker), trend(other.panel())
    same(new, {name: array * by if name == "slope" else array for name, array in old.items()})


@pytest.mark.parametrize("maker", KINDS)
@pytest.mark.parametrize("by", [10.0, 100.0])
def test_powers_of_ten_move_the_point_of_the_decimals(by: float, maker: str) -> None:
    one = sample(maker)
    other = changed(one, lambda values: np.round(values * by, 3))
    same(exceptions(other.panel()), answers(exceptions, maker))
    same(weigh(other.panel()), answers(weigh, maker))
    size = np.nan_to_num(np.abs(other.panel().observed)).max(axis=1, keepdims=True)
    for baseline in BASELINES.values():
        old, new = (spc.limits(each.panel(), baseline=baseline) for each in (one, other))
        for name in ("centre", "sigma", "ucl", "lcl"):
            close(getattr(new, name), getattr(old, name) * by, size)


@pytest.mark.parametrize("by", TWOS)
def test_both_parts_scaled_is_the_same_rate(by: float) -> None:
    one = sample("rates")
    assert one.of is not None
    other = spc.Panel.from_numpy(one.values * by, start="2020-01", of=one.of * by)
    same(exceptions(other), answers(exceptions, "rates"))
    same(limits(other), answers(limits, "rates"))
    assert (trend(other)["words"] == answers(trend, "rates")["words"]).all()


@pytest.mark.parametrize("maker", ["decimals", "gaps", "ragged", "signed"])
@pytest.mark.parametrize("by", [2.0, 1024.0, 0.1])
def test_forecasts_are_in_the_unit_of_their_months(by: float, maker: str) -> None:
    """To the last bit where bits are not rounded; else as closely as a search for parameters ends."""
    one = sample(maker)
    panel, other = one.panel(), changed(one, lambda values: values * by).panel()
    size = np.nan_to_num(np.abs(panel.values)).max(axis=1, keepdims=True)
    for name in QUICK:
        if maker == "gaps" and (name == "auto" or spc.forecast.METHODS[name].needs == "counts"):
            continue  # counts have no other unit: tenths are none, and chance is less to twice as many
        verb = getattr(spc.forecast, name)
        old, new = verb(panel, horizon=6), verb(other, horizon=6)
        assert (new.used == old.used).all() and (new.status == old.status).all(), name
        if by > 1.0:
            assert (new.mean / by).tobytes() == old.mean.tobytes(), name
        for field in ("mean", "lower", "upper", "fitted"):
            found, expected = getattr(new, field) / by, getattr(old, field)
            assert (np.isnan(found) == np.isnan(expected)).all()
            gap = np.abs(np.nan_to_num(found) - np.nan_to_num(expected))
            assert (gap <= (1e-12 if by > 1.0 else 1e-5) * size).all(), (name, field)
