"""The embedded scorecard says what the published paper says, in all printed cells of all 57 rows."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

import pytest

import spc

CELLS = ("month", "m3", "m12", "change", "arrow", "trend", "exceptions", "weighting")
#: Rows in which the paper prints "%" behind percentage points (docs/samples.md).
PERCENT_FOR_POINTS = {
    "Abandonment Rate: All 999",
    "Abandonment Rate: All CRIB",
    "Arrest Rate: DA",
    "Outcome 14 & 16 Rate (Victim declines/withdraws/unable to support): DA",
    "Percentage of ASB in Niche",
}
SOURCE = Path(__file__).parents[2] / "shared" / "scorecards" / "scorecard_2024_jul.csv"


def published() -> list[dict[str, str]]:
    text = (files("spc.samples") / "wiltshire_2024_published.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="module")
def card() -> spc.scoring.Scorecard:
    sample = spc.samples.load("wiltshire_2024")
    return spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-07")


def test_every_printed_cell(card):
    made = card.to_frame().set_index("measure")
    rows = published()
    assert [row["measure"] for row in rows] == made.index.tolist()
    compared, wrong = 0, []
    for row in rows:
        for name in CELLS:
            expected = row[name]
            if name == "change" and row["measure"] in PERCENT_FOR_POINTS:
                assert expected.endswith("%")
                expected = expected.removesuffix("%") + "% points"
            if expected:
                compared += 1
                if made.loc[row["measure"], name] != expected:
                    wrong.append((row["measure"], name, made.loc[row["measure"], name], expected))
    assert not wrong
    assert (len(rows), compared) == (57, 358)


def test_rows_with_statistics_have_the_printed_exceptions_and_no_others(card):
    made = card.to_frame().set_index("measure")
    with_statistics = [row for row in published() if row["weighting"]]
    assert len(with_statistics) == 48
    for row in with_statistics:
        assert made.loc[row["measure"], "exceptions"] == row["exceptions"], row["measure"]


def test_surveys_have_neither_rules_nor_trend(card):
    made = card.to_frame()
    surveys = made[made["measure"].str.startswith("Victim Voice")]
    assert len(surveys) == 5
    assert set(surveys["month"]) == set(surveys["m3"]) == {"Rolling 12 Month Only"}
    assert set(surveys["trend"]) == set(surveys["exceptions"]) == set(surveys["weighting"]) == {""}
    assert set(surveys["status"]) == {"rolling 12 only"}


def test_the_note_goes_with_the_page(card):
    assert card.note == "monthly values constructed to reproduce the published figures"
    assert card.note[1:] in card.to_text(width=120)


@pytest.mark.skipif(not SOURCE.exists(), reason="the transcribed papers lie beside the project")
def test_the_embedded_copy_is_the_source():
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        source = list(csv.DictReader(lines))
    for ours, theirs in zip(published(), source, strict=True):
        assert ours["measure"] == theirs["measure"]
        assert ours["change"] == theirs["yoy_printed"]
        for name in ("month", "m3", "m12", "arrow", "trend", "exceptions", "weighting"):
            assert ours[name] == theirs[name], (ours["measure"], name)


def test_parts_that_rows_share_agree():
    panel = spc.samples.load("wiltshire_2024").panel
    row = {name: s for s, name in enumerate(panel.keys["measure"])}

    def months(name: str, part: str = "values"):
        return getattr(panel, part)[row[name]]

    for line in ("All 999", "CCH", "All CRIB"):
        answered, offered = months(f"Call Answered Volume: {line}"), months(f"Call Offer Demand: {line}")
        assert (answered + months(f"Abandonment Rate: {line}") <= offered).all()
        assert (months(f"Abandonment Rate: {line}", "of") == offered).all()
    for force in ("Crime Volume: Violence With Injury", "Volume of ASB"):
        assert (months(f"{force} - County") + months(f"{force} - Swindon") <= months(force)).all()
    for crime in ("Violence With Injury", "DA", "RASSO"):
        assert (months(f"FAT Outcome Rate: {crime}") == months(f"FAT Outcome Volume: {crime}")).all()
        assert (months(f"FAT Outcome Rate: {crime}", "of") == months(f"Crime Volume: {crime}")).all()
    assert 6_149 <= months("Crime Volume: Violence With Injury")[12:24].sum() <= 6_152
    assert (panel.values[panel.is_ratio] == panel.values[panel.is_ratio].round()).all()
