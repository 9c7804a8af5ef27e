"""The columns of a scorecard for some of its rows: the same words, and no others are made."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import spc
from spc import printed
from spc.printed import NUMBERS, WORDS, heaviest, in_words, scorecard_columns

#: On the paper 41 has hidden figures and 31 a hidden change; 56 has rolling 12 months only.
ROWS = [41, 3, 31, 56, 0]


@cache
def plain() -> Any:
    sample = spc.samples.load("wiltshire_2024")
    return spc.scorecard(sample.panel, measures=sample.measures, forecast="naive")


@cache
def paper() -> Any:
    """Return it with figures hidden and with words beside them."""
    sample = spc.samples.load("wiltshire_2024")
    before = spc.scorecard(sample.panel.until("2024-06"), measures=sample.measures)
    return spc.publish(plain(), suppress_below=30, before=before)


@pytest.mark.parametrize("make", [plain, paper])
def test_some_rows_say_what_they_say_among_all(make: Callable[[], Any]) -> None:
    card = make()
    asked = [*WORDS, *NUMBERS, *(column.name for column in card.beside)]
    whole, some = (scorecard_columns(card, columns=asked, rows=rows) for rows in (None, ROWS))
    assert list(some) == list(whole) == ["measure", *asked]
    for name, column in whole.items():
        np.testing.assert_array_equal(some[name], column[ROWS])
    words = card.to_frame().iloc[ROWS]
    assert {name: column.tolist() for name, column in in_words(card, ROWS).items()} == {
        name: words[name].tolist() for name in words if name != "measure"
    }


def test_rows_keep_their_marks_and_what_stands_beside_them() -> None:
    words = in_words(paper(), ROWS)
    assert words["month"].tolist() == ["[c]", "10,717", "40", "Rolling 12 Month Only", "1.0%"]
    assert [text != "" for text in words["since"]] == [True, False, False, False, True]
    assert scorecard_columns(paper(), columns=["month_change"], rows=[31])["month_change"] == ["[c]"]


@pytest.mark.parametrize("top", [1, 5])
def test_pages_of_the_heaviest_rows_spell_no_others(top: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(2).poisson(300.0, (40, 36)) + np.arange(40)[:, None] / 64.0
    card = spc.scorecard(spc.Panel.from_numpy(values, start="2021-08"))
    shown = set(card.comparison.current[heaviest(card, top)].ravel().tolist())
    spell, asked = printed.value_text, []
    monkeypatch.setattr(printed, "value_text", lambda value, unit: asked.append(value) or spell(value, unit))
    for make in (card.to_text, card.to_html):
        asked.clear()
        make(top=top)
        assert sorted(asked) == sorted(shown)


def test_columns_may_be_changed_and_the_scorecard_is_not() -> None:
    card = plain()
    before = card.to_frame(form="numbers")
    for column in scorecard_columns(card, columns=[*NUMBERS, "status"]).values():
        column[:] = column[0]
    assert card.to_frame(form="numbers").equals(before)
