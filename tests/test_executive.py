"""The executive summary: what is counted, and the list behind each count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spc

NAN = float("nan")


def card_of(rows: dict[str, Any], **options: Any) -> Any:
    """Make the scorecard of series, lower the better, that end in July 2024."""
    months = len(next(iter(rows.values())))
    first = 2024 * 12 + 6 - (months - 1)
    start = {"start": f"{first // 12}-{first % 12 + 1:02d}"} | options
    panel = spc.Panel.from_numpy(np.array(list(rows.values()), float), keys=list(rows), **start)
    return spc.scorecard(panel, measures=[spc.Measure(name, improvement="low") for name in rows])


def wiltshire() -> Any:
    sample = spc.samples.load("wiltshire_2024")
    return spc.scorecard(sample.panel, measures=sample.measures)


def test_the_counts_add_up_and_name_their_measures() -> None:
    for rule in ("change", "trend"):
        found = wiltshire().summary(rule=rule)
        total = found.counts()
        assert sum(total.values()) == 57
        for name, count in total.items():
            assert count == len(found.behind(name)) == sum(found.counts(g)[name] for g in found.groups)
        frame = found.to_frame()
        assert frame["measures"].iloc[-1] == frame["measures"].iloc[:-1].sum() == 57
        assert found.to_frame("measures")["standing"].value_counts().to_dict() == {
            name: count for name, count in total.items() if count
        }


def test_the_wiltshire_summary() -> None:
    found = wiltshire().summary()
    assert found.sentence == (
        "Of 46 measures 23 are improving, 13 declining and 10 static; counted apart: 11 without a preferred "
        "direction."
    )
    assert repr(found).startswith("Summary(by change: 23 / 13 / 10 / 11 / 0 ")
    assert found.behind("declining", "Victim Voice") == ("Victim Voice: Overall Satisfaction - Hate Crimes",)
    assert "  1 declining: Victim Voice: Overall Satisfaction - Hate Crimes" in found.text
    assert "Rule: 12 months against the 12 months before" in str(found)


def test_the_summary_is_the_arrows() -> None:
    card = wiltshire()
    words, standing = card.to_frame(), card.summary().standing
    for s, measure in enumerate(card.measures):
        better = {"high": "▲", "low": "▼", "neither": ""}[measure.improvement]
        arrow = words["arrow"][s]
        if not better:
            assert standing[s] == "no direction"
        else:
            assert standing[s] == (
                "static" if arrow == "—" else "improving" if arrow == better else "declining"
            )


def test_the_rule_of_trends_is_the_words() -> None:
    card = wiltshire()
    standing = card.summary(rule="trend").standing
    up = {"Increasing": 1, "Decreasing": -1, "None / Stable": 0}
    for s, measure in enumerate(card.measures):
        if measure.improvement == "neither":
            continue
        word = str(card.to_frame()["trend"][s])
        sign = up.get(word, 9) * (1 if measure.improvement == "high" else -1)
        assert standing[s] == {1: "improving", -1: "declining", 0: "static"}.get(sign, "not known")


def test_what_is_not_known_is_named() -> None:
    card = card_of({"young": [NAN] * 30 + [5.0] * 6, "old": [5.0, 6.0] * 18})
    found = card.summary()
    assert found.behind("not known") == ("young",)
    assert found.sentence == ("1 measure is static; counted apart: 1 for which this is not known.")
    with pytest.raises(spc.ChoiceError, match="`rule`"):
        card.summary(rule="guess")
    with pytest.raises(spc.ChoiceError, match="`standing`"):
        found.behind("better")
    with pytest.raises(spc.ChoiceError, match="`group`"):
        found.behind("static", "none")


def test_nothing_known_is_no_count_of_noughts() -> None:
    found = card_of({"young": [5.0] * 6, "younger": [NAN] * 3 + [5.0] * 3}).summary()
    assert found.sentence == "No measure is counted; counted apart: 2 for which this is not known."


def test_in_plain_order_there_is_no_month() -> None:
    found = card_of({"ASB": [50.0] * 12 + [40.0] * 12}, start=None).summary()
    assert found.text.splitlines()[:2] == [
        "As at observation 24. 1 measure is improving.",
        "Rule: 12 observations against the 12 observations before, by the preferred direction; a change "
        "under 5% is static.",
    ]
