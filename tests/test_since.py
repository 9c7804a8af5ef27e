"""What is new, gone and revised since the paper before; what is hidden does not come out by it."""

from __future__ import annotations

import io

import numpy as np
import pytest

import spc
from tests.papers import MONTHS, row, sample_card, scored


def test_since_says_what_is_new_and_what_has_gone():
    june, july = sample_card("2024-06"), sample_card()
    table = spc.since(july, june).to_frame().set_index("measure")
    before, now = (card.to_frame().set_index("measure") for card in (june, july))
    for name, said in table.iterrows():
        parts = {side: set() for side in ("High", "Low")}
        for frame, add in ((now, True), (before, False)):
            words = frame.loc[name, "exceptions"]
            for side, held in parts.items():
                if words.endswith(side):
                    found = set(words.removesuffix(f"-Month {side}").split(", "))
                    parts[side] = (held | found) if add else held - found
        new = [f"{', '.join(w for w in ('One', 'Two', 'Three', 'Eight') if w in held)}-Month {side}"
               for side, held in parts.items() if held]  # fmt: skip
        assert said["new"] == "; ".join(new)
        assert (said["new"] != "") == said["since"].startswith("new: ")
        weights = [frame.loc[name, "weighting"] for frame in (before, now)]
        assert ("weighting" in said["since"]) == (weights[0] != weights[1])
        trends = [frame.loc[name, "trend"] for frame in (before, now)]
        assert ("trend" in said["since"]) == (trends[0] != trends[1])
    assert (table["new"] != "").any()
    assert (table["gone"] != "").any()
    assert spc.since(july, july).words.tolist() == [""] * 57


def test_revised_figures_are_told_where_they_print_otherwise():
    values = np.full((2, MONTHS), 50.0)
    before = scored(values[:, :-1])
    values[0, [5, 9]] = 60.0, 50.2  # 50.2 prints as 50
    values[0, 7] = np.nan
    found = spc.since(scored(values), before)
    assert found.revised[0] == ("Jan-2022 50 → 60", "Mar-2022 50 → none")
    assert found.words.tolist()[1] == ""
    assert found.to_frame()["revised"].tolist() == [2, 0]


def test_series_that_come_and_go_are_told():
    values = np.full((3, MONTHS), 50.0)
    before = scored(values[:, :-1], measure=["a", "b", "gone"])
    now = scored(values, measure=["new", "b", "a"])
    table = spc.since(now, before).to_frame()
    assert table["measure"].tolist() == ["new", "b", "a", "gone"]
    assert table["since"].tolist() == ["not on the page before", "", "", "not on the page any more"]
    card = spc.publish(now, before=before)
    assert card.beside[0].heading == "Since Jun-2024"
    assert card.note == "On the page of Jun-2024, but not on this one: gone"


def test_hidden_figures_do_not_come_out_as_revisions():
    values = np.full(MONTHS, 20.0)
    before = scored(values[:-1])
    values[[5, 9]] = 3.0, 40.0
    card = spc.publish(scored(values), before=before, suppress_below=5)
    assert card.beside[0].texts[0].endswith("revised: May-2022 20 → 40")
    then = values[:-1].copy()
    values[5] = 30.0
    card = spc.publish(scored(values), before=scored(then), suppress_below=5)
    assert "revised" not in card.beside[0].texts[0]


@pytest.mark.parametrize("order", ["later", "rules", "keys"])
def test_papers_that_cannot_be_compared_are_refused(order: str):
    july = sample_card()
    sample = spc.samples.load("wiltshire_2024")
    other = {
        "later": lambda: sample_card("2024-06"),
        "rules": lambda: spc.scorecard(sample.panel, measures=sample.measures, rules="western_electric"),
        "keys": lambda: scored([[1.0] * MONTHS], ward=["x"]),
    }[order]()
    now, before = (other, july) if order == "later" else (july, other)
    with pytest.raises(spc.ChoiceError, match="`before` "):
        spc.since(now, before)


def test_a_measure_whose_month_lies_before_the_calendar_is_no_trouble():
    card = scored([[3.0, 4.0, 2.0]], spc.Measure("m", lag=5))
    shown = spc.publish(card, suppress_below=5)
    shown.to_excel(io.BytesIO())
    assert row(shown) == ["", "", "", ""]
