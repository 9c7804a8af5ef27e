"""Without a calendar there are observations: no sentence speaks of a month."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import spc
from spc.explaining import explain
from spc.telling import Facts, sentence

NAN = float("nan")
WAVE = [50.0, 54.0, 47.0, 51.0]
RARE = [0.0, 1.0, 0.0, 0.0, 2.0, 0.0]
SERIES = {
    "new": WAVE * 9 + [90, 90],
    "back": WAVE * 9 + [90, 50],
    "run": WAVE * 7 + [54.0] * 10,
    "after a run": WAVE * 6 + [80.0] * 13 + [20.0],
    "gap": WAVE * 8 + [NAN, NAN, 50, 52, NAN, 80],
    "empty": WAVE * 9 + [50, NAN],
    "rare": [*RARE * 6, 4, 5],
    "few": [NAN] * 30 + WAVE * 2,
    "constant": [5.0] * 38,
    "later": [5.0] * 30 + [5, 6, 4, 5] * 2,
    "ramp": np.arange(38.0) ** 2,
    "nothing": [NAN] * 38,
    "satisfaction": [NAN] * 38,
}
PRESETS = ("opcc", "nelson", "minitab", "nhs_2023", "anhoej")


def card_of(rules: str = "opcc", **options: Any) -> Any:
    given = np.full((len(SERIES), 38), NAN)
    given[-1] = np.linspace(80.0, 60.0, 38)
    panel = spc.Panel.from_numpy(
        np.array(list(SERIES.values()), float), start=None, keys=list(SERIES), given={12: given}
    )
    rows = [spc.Measure(name, improvement="low") for name in list(SERIES)[:-1]]
    rows.append(spc.Measure("satisfaction", kind="rolling12", improvement="high"))
    chart = "run" if rules == "anhoej" else "auto"
    return spc.scorecard(panel, measures=rows, rules=rules, chart=chart, **options)


def ours(text: str) -> str:
    """Leave out the names of rules, which are other people's: "One, Two-Month High"."""
    return re.sub(r"\w+-Month", "", text)


@pytest.mark.parametrize("rules", PRESETS)
def test_no_sentence_speaks_of_a_month_or_a_year(rules: str) -> None:
    card = card_of(rules)
    facts = Facts(card)
    told = [line for s in range(len(SERIES)) for line in (*explain(card, s), sentence(facts, s))]
    told += [str(card.narrative()), card.narrative().to_html(), card.summary().text]
    told += [card.summary(rule="trend").text, repr(card.narrative())]
    told += spc.records(card.panel, exceptions=spc.exceptions(card.limits)).words.ravel().tolist()
    for text in told:
        assert not re.search(r"[Mm]onth|[Yy]ear|a observation", ours(text)), text
    assert len(told) > 80


def test_the_month_reported_on_is_an_observation() -> None:
    card = card_of(as_at=37)
    found = card.narrative()
    assert found.title == "As at observation 37" and repr(found).startswith("Narrative(observation 37: ")
    assert repr(card).startswith("Scorecard(13 series as at observation 37, ")
    text = {bullet.name: bullet.text for bullet in found.bullets}
    assert text["back"].startswith("90 in observation 37, the highest on record (37 observations); One-Month")
    assert explain(card, 9)[0].startswith("The observations that set the limits do not vary at all")


def test_what_stood_before_is_an_observation() -> None:
    text = {bullet.name: bullet.text for bullet in card_of().narrative().bullets}
    assert "; no exception; One-Month High stood in observation 37; " in text["back"]
    assert "in the 12 observations to no. 38" in text["back"]
    assert "2nd observation in a row with exceptions on this side" in text["new"]
    assert "1st observation below average after 13 in a row above it" in text["after a run"]
    assert "on the 12 observations before (worse)" in text["satisfaction"]


def test_names_and_reasons_keep_their_months() -> None:
    """Only words of our own are turned: a rule may be called as its author likes."""
    rule = spc.Rule("last month", zone=3.0, needed=1, span=1)
    panel = spc.Panel.from_numpy([WAVE * 9 + [90.0]], start=None, keys=["ASB"])
    card = spc.scorecard(panel, rules=(rule,))
    assert explain(card, 0)[0] == "last month High: no. 37 (90) is above the upper control limit of 61.1."
    assert "last month High" in card.narrative().bullets[0].text


def test_with_a_calendar_months_are_months() -> None:
    panel = spc.Panel.from_numpy(np.array(list(SERIES.values()), float), start="2021-06", keys=list(SERIES))
    card = spc.scorecard(panel)
    text = " ".join(line for s in range(len(SERIES)) for line in explain(card, s)) + str(card.narrative())
    assert "observation" not in text and "no. " not in text
