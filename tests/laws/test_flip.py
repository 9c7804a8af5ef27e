"""A chart turned upside down: high becomes low, increasing becomes decreasing, weights stay."""

from __future__ import annotations

import numpy as np
import pytest

from tests.laws.verbs import Array, answers, changed, exceptions, limits, same, sample, trend, weigh

KINDS = ["counts", "low_counts", "decimals", "rates", "gaps", "ragged", "signed", "near_ties"]
OTHER = {"Increasing": "Decreasing", "Decreasing": "Increasing"}


def upside_down(values: Array) -> Array:
    return 0.0 - values


def swapped(mask: Array) -> Array:
    """Exchange the even bits (High) and the odd bits (Low)."""
    return ((mask & np.uint32(0x55555555)) << np.uint32(1)) | ((mask & np.uint32(0xAAAAAAAA)) >> np.uint32(1))


def turned(word: str) -> str:
    return word.replace("High", "?").replace("Low", "High").replace("?", "Low")


@pytest.mark.parametrize("maker", KINDS)
def test_high_and_low_change_places(maker: str) -> None:
    one = sample(maker)
    old, new = answers(exceptions, maker), exceptions(changed(one, upside_down).panel())
    for name, array in old.items():
        if name.endswith("mask"):
            assert (new[name] == swapped(array)).all(), name
        elif "opcc" in name:
            assert new[name].tolist() == [turned(word) for word in array], name
    if maker != "ragged":  # few histories are long enough
        assert any(array.any() for name, array in old.items() if name.endswith("mask"))


@pytest.mark.parametrize("maker", KINDS)
def test_lines_change_sides(maker: str) -> None:
    one = sample(maker)
    old, new = answers(limits, maker), limits(changed(one, upside_down).panel())
    for name in {key.rsplit(" ", 1)[0] for key in old}:
        np.testing.assert_array_equal(new[f"{name} centre"], -old[f"{name} centre"])
        np.testing.assert_array_equal(new[f"{name} ucl"], -old[f"{name} lcl"])
        np.testing.assert_array_equal(new[f"{name} sigma"], old[f"{name} sigma"])
        assert (new[f"{name} status"] == old[f"{name} status"]).all()


@pytest.mark.parametrize("maker", KINDS)
def test_trends_turn_and_weights_stay(maker: str) -> None:
    one = sample(maker)
    other = changed(one, upside_down)
    old, new = answers(trend, maker), trend(other.panel())
    assert new["words"].tolist() == [OTHER.get(word, word) for word in old["words"]]
    np.testing.assert_array_equal(new["p"], old["p"])
    np.testing.assert_array_equal(new["r"], -old["r"])
    same(weigh(other.panel()), answers(weigh, maker))
