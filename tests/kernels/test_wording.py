"""wording: the printed cells."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spc.wording import change_text, exception_words, spelt, unit_of, value_text
from tests.reference import wording as twin
from tests.reference.exact import exact

# numbers as they come out of divisions, and decimals that sit on a half
plain = st.one_of(
    st.integers(-(10**9), 10**9).map(lambda n: n / 1000),
    st.tuples(st.integers(-(10**5), 10**5), st.integers(1, 10**5)).map(lambda pair: 100 * pair[0] / pair[1]),
    st.integers(-(10**6), 10**6).map(lambda n: n + 0.5),
    st.integers(-(10**5), 10**5).map(lambda n: n / 10 + 0.05),
)


@given(plain)
def test_numbers(value: float) -> None:
    number = exact(value)
    assert value_text(abs(value), unit_of("number")) == twin.number(abs(number))
    assert value_text(abs(value), unit_of("days")) == twin.number(abs(number))
    assert value_text(abs(value), unit_of("percent")) == twin.percent(abs(number))
    assert value_text(abs(value), unit_of("per_1000")) == twin.number(abs(number), 1)


@given(plain)
def test_changes(value: float) -> None:
    number = exact(value)
    assert change_text(value, unit_of("number")) == twin.percent(number)
    assert change_text(value, unit_of("percent")) == twin.percent(number) + " points"
    assert change_text(value, unit_of("percent"), "%") == twin.percent(number)
    assert change_text(value, unit_of("hh:mm:ss")) == twin.clock(number)


@given(st.integers(0, 10**7).map(lambda n: n / 7))
def test_times(value: float) -> None:
    assert value_text(value, unit_of("hh:mm:ss")) == twin.clock(exact(value))


@pytest.mark.parametrize(
    ("top", "below", "printed"), [(161, 2000, "8.1%"), (1, 8, "12.5%"), (23, 80, "28.8%")]
)
def test_halves_of_ratios_go_away_from_nought(top: int, below: int, printed: str) -> None:
    assert value_text(100.0 * (top / below), unit_of("percent")) == printed
    assert twin.percent(Fraction(100 * top, below)) == printed


@pytest.mark.parametrize("value", [float("nan")])
def test_nothing_prints_nothing(value: float) -> None:
    assert value_text(value, unit_of("number")) == ""
    assert change_text(value, unit_of("percent")) == ""


UNITS = [unit_of(name) for name in ("number", "percent", "hh:mm:ss", "days", "per_1000")]
# the ends of what the door lets in, nothing, and noughts of both signs, which a change prints apart
edges = st.sampled_from([float("nan"), 0.0, -0.0, 0.05, -0.05, 8.049999999999999, 1e-100, -1e-100, 1e100])
cells = st.lists(st.tuples(plain | edges, st.integers(0, len(UNITS) - 1)), max_size=10)


@given(cells)
@example([(0.0, 0), (-0.0, 0)])
@settings(max_examples=40)
def test_many_are_spelt_as_each_would_be(found: list[tuple[float, int]]) -> None:
    twice = found + found[::-1]  # so that there are repeats
    values, codes = np.array([v for v, _ in twice]), np.array([c for _, c in twice], np.int64)
    for text in (value_text, change_text):
        told = spelt(values, codes, lambda value, code, text=text: text(value, UNITS[code]))
        assert told.dtype == object
        assert told.tolist() == [text(value, UNITS[code]) for value, code in twice]


def test_what_repeats_is_spelt_once() -> None:
    asked = []
    spelt(
        np.array([2.5, 1.0, 2.5, 2.5, 0.0, -0.0]),
        np.array([0, 0, 0, 1, 1, 1]),
        lambda *pair: asked.append(pair),
    )
    assert [(str(value), code) for value, code in asked] == [
        *(("2.5", 0), ("1.0", 0), ("2.5", 1)),
        *(("0.0", 1), ("-0.0", 1)),
    ]


NAMES = ["One-Month", "Two-Month", "Three-Month", "Eight-Month"]


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("which", range(16))
def test_labels(which: int, side: int) -> None:
    found = [(name, ("High", "Low")[side]) for i, name in enumerate(NAMES) if which >> i & 1]
    mask = sum(1 << (2 * i + side) for i in range(4) if which >> i & 1)
    short = [(name.removesuffix("-Month"), word) for name, word in found]
    from tests.reference.rules import label

    assert exception_words(mask, NAMES) == label(short)
