"""Narratives of rolling figures alone: listed, and tested where it is known how many were asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spc

NAN = float("nan")


def rolling_card(
    figures: dict[str, Any], asked: float | None = None, lag: int = 0, **measure: Any
) -> spc.Scorecard:
    """Make a scorecard of rolling figures alone, of 36 months to July 2024."""
    cells = np.array(list(figures.values()), float)
    panel = spc.Panel.from_numpy(
        np.full(cells.shape, NAN),
        start="2021-08",
        of=None if asked is None else np.full(cells.shape, asked),
        given={12: cells},
        keys=list(figures),
    )
    options = {"kind": "rolling12", "improvement": "high", "lag": lag} | measure
    return spc.scorecard(panel, measures=[spc.Measure(name, **options) for name in figures])


FALL, STEADY = np.linspace(80.0, 60.0, 36), np.linspace(70.0, 69.0, 36)


def bullet(card: spc.Scorecard) -> Any:
    (found,) = card.narrative().bullets
    return found


def test_every_rolling_figure_is_listed() -> None:
    card = rolling_card({"Ease of contact": FALL, "Follow up": STEADY, "Late": [*FALL[:35], NAN]}, target=75)
    found = card.narrative()
    told = {one.name: one.text for one in found.under("Rolling figures only")}
    assert told == {
        "Ease of contact": "60.0% in the 12 months to Jul-2024, down 6.9% points on the year before "
        "(worse), the lowest on record (36 windows); target 75.0% not met.",
        "Follow up": "69.0% in the 12 months to Jul-2024, down 0.3% points on the year before "
        "(little change), the lowest on record (36 windows); target 75.0% not met.",
    }
    assert found.untold == {"rolling 12 only": 1} and found.silent == {"rolling 12 only": (2,)}
    assert found.notes == ("3 series: 2 told above, 1 rolling 12 only.", "Rolling 12 only: Late.")


#: The change is that of 60.0% and 66.9% of so many: Newcombe's interval by hand in tests/test_surveys.py.
CASES = {
    "many asked": (
        FALL,
        1000,
        "high",
        "Negatives",
        "; clearly lower than the year before (95% interval of the change -11.0",
    ),
    "low is better": (
        FALL,
        1000,
        "low",
        "Positives",
        "; clearly lower than the year before (95% interval of the change -11.0",
    ),
    "no direction": (
        FALL,
        1000,
        "neither",
        "Changed, no preferred direction",
        "; clearly lower than the year before (95% ",
    ),
    "few asked": (
        FALL,
        100,
        "high",
        "Rolling figures only",
        "; no clear change (95% interval of the change -19.8",
    ),
    "clear and little": (
        STEADY,
        10**6,
        "high",
        "Rolling figures only",
        "(little change), the lowest on record (36 windows); clearly lower than",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_two_samples_of_known_size_are_compared(case: str) -> None:
    figures, asked, improvement, heading, expected = CASES[case]
    card = rolling_card({"Satisfaction": figures}, asked=asked, improvement=improvement)
    found = bullet(card)
    assert found.heading == heading and expected in found.text, found
    survey = spc.survey(card.panel, measures=card.measures)
    ends = " to ".join(f"{end[0]:.1f}% points" for end in (survey.change_lower, survey.change_upper))
    assert f"(95% interval of the change {ends}; {asked:,} asked, {asked:,} in the year before)" in found.text


def test_a_survey_in_arrears_is_compared_in_its_own_month() -> None:
    figures = [*np.linspace(9.0, 7.0, 34) ** 2, NAN, NAN]
    card = rolling_card({"Satisfaction": figures}, asked=1000, lag=2)
    found = bullet(card)
    survey = spc.survey(card.panel, measures=card.measures)
    assert found.heading == "Negatives" and survey.months[0] == "2024-05"
    assert found.text.startswith("49.0% in the 12 months to May-2024, down 10.7% points on the year before")
    assert (
        f"; clearly lower than the year before (95% interval of the change {survey.change_lower[0]:.1f}% "
        in (found.text)
    )


def test_a_published_card_does_not_say_how_many_were_asked() -> None:
    """They may be as few as those that it hides."""
    card = rolling_card({"Satisfaction": np.linspace(100.0, 0.0, 36)}, asked=4)
    assert "4 asked" in bullet(card).text
    shown = spc.publish(card, suppress_below=5)
    assert "; no clear change" in bullet(shown).text
    assert "asked" not in bullet(shown).text and "interval" not in bullet(shown).text


def test_medians_without_a_month_are_listed_too() -> None:
    """They are no survey, and their status is no data: without a heading nobody would see the figure."""
    card = rolling_card({"Time to charge": np.linspace(200.0, 300.0, 36)}, kind="median", unit="days")
    assert card.status.tolist() == ["no data"]
    found = bullet(card)
    assert found.heading == "Rolling figures only"
    assert found.text.startswith(
        "300 days in the 12 months to Jul-2024, up 12.9% on the year before (better)"
    )


def test_noise_of_samples_is_seldom_told() -> None:
    """Of 400 surveys without any change 5% would be called clear; 5% of change is asked for beside it."""
    rng = np.random.default_rng(608)
    shares = rng.binomial(800, 0.75, (400, 36)) / 8.0
    found = rolling_card({str(i): row for i, row in enumerate(shares)}, asked=800).narrative()
    assert len(found.bullets) == 400
    assert 0 < len(found.under("Positives")) + len(found.under("Negatives")) < 0.05 * 400 + 13
