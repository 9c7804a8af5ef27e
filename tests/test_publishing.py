"""What is small is hidden everywhere, what is rounded is a multiple, and what makes no sense is refused."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc
from spc.covers import MARK
from spc.kernels.zones import UNJUDGED
from tests.papers import MONTHS, row, sample_card, scored

# what is small


def test_a_small_month_is_hidden_and_prints_its_mark_everywhere():
    values = np.full(MONTHS, 20.0)
    values[[-1, -2, -14]] = 3.0, 4.0, 2.0
    card = spc.publish(scored(values), suppress_below=5)
    assert row(card)[0] == MARK
    assert row(card)[2] != MARK
    assert MARK in card.to_text()
    assert np.isnan(card.panel.values[0, [-1, -2, -14]]).all()
    assert np.isnan(card.limits.centre).all()
    for name in ("phase_centre", "phase_sigma", "phase_upper", "phase_lower", "phase_total"):
        assert np.isnan(getattr(card.limits, name)).all(), name
    assert np.isnan([getattr(card.trend, name) for name in ("slope", "r", "t", "p")]).all()
    assert (card.exceptions.zones == UNJUDGED).all()
    assert "Counts from 1 to 4" in card.note
    assert card.status.tolist() == ["ok"]


@pytest.mark.parametrize(("zeros", "hidden"), [("shown", False), ("hidden", True)])
def test_zero_is_shown_or_hidden(zeros: str, hidden: bool):
    values = np.full(MONTHS, 9.0)
    values[-1] = 0.0
    card = spc.publish(scored(values), suppress_below=5, zeros=zeros)
    assert (row(card)[0] == MARK) == hidden
    assert ("Counts from 0 to 4" in card.note) == hidden


RATIOS = {
    "numerator": ("rate", 3.0, 50.0, True),
    "denominator": ("rate", 0.0, 3.0, True),
    "the rest of a proportion": ("proportion", 48.0, 50.0, True),
    "the rest of a rate": ("rate", 48.0, 50.0, False),
    "cases of a duration": ("duration", 900.0, 3.0, True),
    "seconds of a duration": ("duration", 4.0, 30.0, False),
    "large": ("rate", 20.0, 50.0, False),
}


@pytest.mark.parametrize(("kind", "value", "of", "hidden"), RATIOS.values(), ids=RATIOS)
def test_a_ratio_is_hidden_where_it_rests_on_a_small_number(kind: str, value: float, of: float, hidden: bool):
    top, base = np.full(MONTHS, 25.0), np.full(MONTHS, 50.0)
    top[-1], base[-1] = value, of
    card = scored(top, spc.Measure("m", kind=kind), of=[base])
    assert (row(spc.publish(card, suppress_below=5))[0] == MARK) == hidden


def test_times_stocks_in_days_and_ready_figures_are_no_counts_of_people():
    values = np.full((3, MONTHS), 3.0)
    rows = (
        spc.Measure("days", unit="days"),
        spc.Measure("time", kind="duration"),
        spc.Measure("rate", kind="rate"),
    )
    card = spc.publish(scored(values, *rows), suppress_below=5)
    assert not card.cover.hidden_row.any()
    assert "came ready" in card.note


def test_words_are_those_of_the_true_figures():
    true = scored(np.random.default_rng(3).poisson(6.0, (200, MONTHS)))
    shown = spc.publish(true, suppress_below=5, round_to=5)
    for name in ("trend", "exceptions", "weighting", "status"):
        assert shown.to_frame()[name].tolist() == true.to_frame()[name].tolist()
    assert (true.to_frame()["exceptions"] != "").any()


def test_nothing_asked_is_nothing_changed():
    card = sample_card()
    assert spc.publish(card).to_frame().equals(card.to_frame())
    assert spc.publish(card).to_frame(form="numbers").equals(card.to_frame(form="numbers"))


def test_without_complementary_only_small_figures_are_hidden():
    values = np.full(MONTHS, 20.0)
    values[-1] = 3.0
    for word, hidden in (("none", 1), ("row", 2)):
        card = spc.publish(scored(values), suppress_below=5, complementary=word)
        assert int(card.cover.months.sum()) == hidden


def test_a_rate_does_not_give_away_the_counts_that_it_rests_on():
    counts = [float(9 + t % 3) for t in range(36)]
    counts[20] = 4.0
    safe = [float(60 + t % 7) for t in range(36)]
    panel = spc.Panel.from_numpy(
        [counts, [6.0] * 36, safe, [30.0] * 36],
        start="2021-08",
        of=[[np.nan] * 36, counts, [np.nan] * 36, safe],
        keys={"measure": ["Drugs", "Drugs: positive", "Theft", "Theft: positive"]},
    )
    card = spc.publish(spc.scorecard(panel), suppress_below=5)
    assert np.isnan(card.panel.values[0, 20])
    assert np.isnan(card.panel.of[1]).all()
    assert np.isnan(card.comparison.current[1]).all()
    np.testing.assert_array_equal(card.panel.of[3], safe)


# rounding


def test_counts_are_rounded_each_on_its_own_and_rates_follow_their_parts():
    top, base = np.full(MONTHS, 13.0), np.full(MONTHS, 52.0)
    rows = (spc.Measure("count"), spc.Measure("rate", kind="rate"))
    values = np.stack([np.full(MONTHS, 12.5), top])
    of = np.stack([np.full(MONTHS, np.nan), base])
    card = spc.publish(scored(values, *rows, of=of), round_to=5)
    assert row(card)[:3] == ["15", "40", "150"]
    assert row(card, 1)[:3] == ["30.0%", f"{100 * 40 / 155:.1f}%", f"{100 * 155 / 625:.1f}%"]
    assert set(card.panel.values[0]) == {15.0}
    assert "rounded to the nearest 5" in card.note


def test_changes_are_those_of_the_rounded_figures():
    values = np.concatenate([np.full(24, 100.0), np.full(12, 108.0)])
    card = spc.publish(scored(values, spc.Measure("m", improvement="low")), round_to=100)
    assert row(card)[2:] == ["1,300", "8.3%"]
    assert card.comparison.judgement[0, 2] == "worse"


def test_every_printed_count_of_the_sample_is_a_multiple():
    card = spc.publish(sample_card(), round_to=5)
    for s, measure in enumerate(card.measures):
        if measure.kind in ("count", "stock") and measure.unit == "number":
            assert all(int(text.replace(",", "")) % 5 == 0 for text in row(card, s)[:3])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"suppress_below": 1}, "`suppress_below` must be a whole number from 2"),
        ({"round_to": 2.5}, "`round_to` must be a whole number from 2"),
        ({"zeros": "maybe"}, "`zeros` must be one of 'shown', 'hidden'"),
        ({"complementary": "all"}, "`complementary` must be one of 'row', 'none'"),
        ({"suppress_below": 5, "totals": {"area": "X"}}, "`totals` names area = 'X', which no series has"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], sentence: str):
    with pytest.raises(spc.ChoiceError, match=sentence):
        spc.publish(scored([[9.0] * MONTHS]), **options)


def test_a_published_scorecard_is_not_hidden_twice():
    card = spc.publish(scored([[9.0] * MONTHS]), suppress_below=5)
    with pytest.raises(spc.ChoiceError, match="published before"):
        spc.publish(card, round_to=5)


def test_the_documents_examples_run():
    for name in ("publishing.md", "excel.md"):
        page = Path(__file__).parents[1] / "docs" / name
        assert doctest.testfile(str(page), module_relative=False).failed == 0
