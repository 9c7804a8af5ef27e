"""A misspelt name in a catalogue is told at the foot of every page; of one that fits nothing is."""

from __future__ import annotations

import io
import zipfile

import pytest

import spc
from spc.cli.cataloguing import lacking
from spc.uncatalogued import uncatalogued
from tests.reporting.markup import read

PANEL = spc.Panel.from_numpy(
    [[20.0 + t % 7 for t in range(36)]] * 2, start="2021-08", keys={"measure": ["Burglary", "ASB"]}
)
ASB, BURGLARY, MISSPELT = (spc.Measure(name, improvement="low") for name in ("ASB", "Burglary", "Burglery"))
SAID = (
    "The catalogue does not name 1 measure of the input, taken for a count or rate without a preferred "
    "direction: 'Burglary'; it names 'Burglery', which the input has not."
)


@pytest.fixture(scope="module")
def card():
    return spc.scorecard(PANEL, measures=[ASB, MISSPELT])


def test_every_foot_says_it(card):
    assert SAID in card.to_text(width=100).splitlines()
    assert SAID in [part.text for part in read(card.to_html()).all("p")]
    assert SAID in [part.text for part in read(card._repr_html_()).all("p")]
    card.to_excel(book := io.BytesIO())
    parts = zipfile.ZipFile(book)
    cells = "".join(parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name)
    assert "<t>Not in the catalogue</t>" in cells and f"<t>{SAID}</t>" in cells


def test_nothing_is_said_of_a_catalogue_that_fits_or_of_none():
    for measures in (None, [ASB, BURGLARY], [ASB, BURGLARY, MISSPELT]):
        card = spc.scorecard(PANEL, measures=measures)
        assert "catalogue" not in card.to_text()
        assert uncatalogued(card.panel, card.measures) == ""
    areas = spc.Panel.from_numpy([[1.0, 2.0]], start="2024-01", keys={"area": ["a"], "team": ["x"]})
    assert uncatalogued(areas, None) == uncatalogued(areas, spc.Catalogue([ASB])) == ""


def test_all_are_counted_and_as_many_named_as_a_line_holds():
    panel = spc.Panel.from_numpy(
        [[1.0]] * 25, start="2024-01", keys={"measure": [f"m{i}" for i in range(25)]}
    )
    said = uncatalogued(panel, spc.Catalogue([spc.Measure("m0")]), "names.toml")
    assert said.startswith("names.toml does not name 24 measures of the input, taken for counts or rates ")
    assert said.endswith("'m19', 'm20' and 4 more.")


def test_a_refused_series_is_neither_missed_nor_called_misspelt(tmp_path):
    source = tmp_path / "in.csv"
    rows = [f"{name},2024-0{month},{month}" for name in ("ASB", "Burglary") for month in (1, 2)]
    source.write_text("\n".join(["measure,month,value", *rows, "Burglary,2024-03,n/a"]), encoding="utf-8")
    panel = spc.read(source)
    assert panel.report.refused[0].name == "Burglary"
    card = spc.scorecard(panel, measures=[BURGLARY])
    assert uncatalogued(card.panel, card.measures).endswith("direction: 'ASB'.")
    (tmp_path / "names.toml").write_text('[[measure]]\nname = "Burglary"\n', encoding="utf-8")
    assert [line.rpartition(": ")[2] for line in lacking(tmp_path / "names.toml", panel)] == ["'ASB'."]
    alone = spc.scorecard(panel, measures=[ASB])
    assert uncatalogued(alone.panel, alone.measures) == ""
