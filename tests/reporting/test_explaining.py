"""explain(): the sentences agree with the numbers they speak of."""

from __future__ import annotations

import re

import numpy as np
import pytest

import spc
from spc.explaining import explain, parts_text
from tests.reporting.markup import read


@pytest.fixture(scope="module")
def card():
    sample = spc.samples.load("wiltshire_2024")
    return spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-07")


def row(card, name):
    return card.panel.measure_names.tolist().index(name)


def test_every_exception_has_its_sentence(card):
    for s in range(card.panel.n_series):
        words = str(card.exceptions.words[s])
        said = [one.partition(":")[0] for one in explain(card, s) if re.match(r"\w+-Month (High|Low):", one)]
        numbers = words.rpartition("-")[0].split(", ") if words else []
        assert said == [f"{number}-Month {words.split()[-1]}" for number in numbers]


def test_sentences_name_months_values_and_lines(card):
    said = explain(card, row(card, "Response Rate: Priority"))
    assert said[:4] == (
        "One-Month High: Jul-2024 (63.5%) is above the upper control limit of 63.4%.",
        "Two-Month High: Jun-2024 (65.0%) and Jul-2024 (63.5%) are both above the 2-sigma line of 62.4%.",
        "Three-Month High: May-2024 (65.7%), Jun-2024 (65.0%) and Jul-2024 (63.5%) are all above the 1-sigma "
        "line of 61.4%.",
        "Eight-Month High: Dec-2023 to Jul-2024, eight months running, are all above the centre line of "
        "60.4%.",
    )
    assert "Limits are set by Aug-2021 to Jul-2023 (24 months): centre 60.4%" in said[4]


def test_the_parts_add_up(card):
    for s in np.flatnonzero(card.monthly):
        total, _, parts = parts_text(card, int(s)).partition("=")
        if parts:
            assert sum(float(part.split()[0]) for part in parts.split("+")) == float(total)


def test_the_trend_has_its_p(card):
    for s in np.flatnonzero(card.monthly):
        (said,) = [one for one in explain(card, int(s)) if one.startswith("Trend:")]
        strength = int(card.trend.strength[s])
        assert ("weak" in said, "strong" in said) == (strength == 1, strength == 2)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([np.nan] * 36, "No figures up to the month"),
        ([5.0] * 14, "Too few months to set limits"),
        ([7.0] * 36, "do not vary at all"),
        ([7.0] * 30 + [9.0] * 6, "Later months do vary, first Feb-2024 (9) after a constant 7"),
        ([*[50.0, 52.0] * 17, 50.0, np.nan], "There is no figure for Jul-2024"),
        ([*[50.0, 52.0] * 10, np.nan, *[50.0, 52.0, 51.0] * 5], "Months without a figure: Apr-2023."),
        (
            [*[1.0, 2.0] * 17, 9.0, 15.0],
            "if nothing had changed, so many would come about once in 741 months",
        ),
    ],
)
def test_odd_series_are_told_in_words(values, said):
    card = spc.scorecard(spc.Panel.from_numpy([values], start="2021-08"))
    text = " ".join(explain(card, 0))
    assert said in text, text


def test_surveys_say_why_they_have_no_exceptions(card):
    said = explain(card, row(card, "Victim Voice: Overall Victim Satisfaction"))
    assert said[0].startswith("Only rolling 12-month figures are published")
    assert not [one for one in said if "Weighting" in one or "Limits" in one]


def test_rules_of_one_s_own_are_told():
    values = [*[50.0, 52.0, 51.0] * 11, 60.0, 51.0, 61.0]
    rules = (spc.Rule("Two of three", zone=2.0, needed=2, span=3),)
    card = spc.scorecard(spc.Panel.from_numpy([values], start="2021-08"), rules=rules)
    assert "two of the last three months" in explain(card, 0)[0]


def test_a_row_that_is_not_there_is_refused(card):
    with pytest.raises(spc.ChoiceError, match="`series` must be a whole number from 0 to 56"):
        explain(card, 57)


def test_a_row_is_told_by_number_name_or_keys():
    keys = {"area": ["Swindon", "Swindon"], "measure": ["ASB", "Burglary"]}
    card = spc.scorecard(
        spc.Panel.from_numpy([[5, 6] * 18, [5, 6] * 17 + [5, 60]], start="2021-08", keys=keys)
    )
    burglary = spc.explain(card, 1)
    assert burglary != spc.explain(card, 0)
    assert spc.explain(card, "Swindon / Burglary") == spc.explain(card, measure="Burglary") == burglary
    with pytest.raises(
        spc.ChoiceError, match=r"its keys \(area, measure\), got area='Swindon', which names 2"
    ):
        spc.explain(card, area="Swindon")


@pytest.mark.parametrize(
    "asked", [{"suppress_below": 40}, {"round_to": 5}, {"suppress_below": 6, "round_to": 10}]
)
def test_a_published_card_gives_nothing_hidden_away(card, asked):
    shown = spc.publish(card, **asked)
    page = shown.to_html()
    for s in range(shown.panel.n_series):
        text = " ".join(explain(shown, s))
        assert "nan" not in text.lower().split()
        if shown.cover.hidden_row[s]:
            assert "hidden because they are small" in text
            assert "Limits are set" not in text
    marks = sum("[c]" in td.text for td in read(page).all("td") if "num" in td.classes)
    assert marks == int(shown.cover.cells.sum())


def test_hidden_months_are_on_no_drawing():
    values = [float(v) for v in [30, 35, 2, 33] * 9]
    shown = spc.publish(spc.scorecard(spc.Panel.from_numpy([values], start="2021-08")), suppress_below=5)
    page = shown.to_html()
    hidden = int(shown.cover.months.sum())
    assert hidden >= 9
    assert page.count("<td>[c]") >= hidden
    assert "lowest 2 in" not in page


def changed(values, of=None, **measure):
    """Return what is said of the change on the year before."""
    panel = spc.Panel.from_numpy([values], start="2021-08", of=None if of is None else [of], keys=["A"])
    card = spc.scorecard(panel, measures=[spc.Measure("A", **({"improvement": "low"} | measure))])
    (said,) = [one for one in explain(card, 0) if one.startswith("Year on year: ")]
    return said.removeprefix("Year on year: ")


def test_the_change_is_said_as_the_narrative_says_it():
    year = "in the 12 months to Jul-"
    assert changed([10.0] * 24 + [11.0] * 12) == f"132 {year}2024, 120 {year}2023: up 10.0% (worse)."
    assert changed([8.0] * 24 + [5.0] * 12, kind="stock") == (
        f"5 on average {year}2024, 8 on average {year}2023: down 37.5% (better)."
    )
    assert changed([8.0] * 36) == f"96 {year}2024, 96 {year}2023: unchanged."
    assert changed([0.0] * 24 + [1.0] * 12) == f"12 {year}2024, 0 {year}2023."
    rates = {"of": [1e5] * 36, "kind": "rate"}
    assert changed([4.0] * 24 + [7.0] * 12, **rates).endswith(": up by less than 0.1% points (worse).")
    assert changed([4.0] * 35 + [4.1], **rates).endswith(": hardly changed (little change, less than 5%).")


def test_months_without_a_figure_are_listed_as_a_sentence_lists():
    values = [*[50.0, 52.0] * 9, *[np.nan, 50.0] * 6, *[50.0, 52.0] * 3]
    card = spc.scorecard(spc.Panel.from_numpy([values], start="2021-08"))
    assert explain(card, 0)[-1] == (
        "Months without a figure: Jun-2023, Aug-2023, Oct-2023, Dec-2023 and 2 more."
    )


def test_a_month_before_the_data_is_not_named() -> None:
    panel = spc.Panel.from_numpy([np.arange(40.0)], start="2021-04", keys={"measure": ["X"]})
    said = spc.explain(spc.scorecard(panel, measures=[spc.Measure("X", lag=99)]), 0)
    assert [line for line in said if "arrears" in line] == [
        "Reported so far in arrears that its month lies before the data begin."
    ]
