"""Remarks stand beside their rows, from their month to their last, and are read and written safely."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

import pytest

import spc
from spc.inert import csv_text
from spc.printed import scorecard_columns
from spc.tables import write_table
from tests.papers import sample_card

TOML = """
[[comment]]
measure = "DA Risk Level: High"
month = "2024-07"
author = "J. Doe"
text = "New risk form."

[[comment]]
measure = "ASB"
month = "Jun-24"
until = "2024-08"
text = "School holidays"

[[acknowledged]]
measure = "Abandonment Rate: All CRIB"
month = "2024-01"
until = "2024-12"
side = "high"
text = "new operating model"
"""


def test_remarks_stand_from_their_month_to_their_last(tmp_path: Path):
    (tmp_path / "remarks.toml").write_text(TOML, encoding="utf-8")
    remarks = spc.Remarks.from_toml(tmp_path / "remarks.toml")
    standing = {
        month: [remark.series["measure"] for remark in remarks if remark.stands(month)]
        for month in ("2023-12", "2024-06", "2024-07", "2024-09", "2025-01")
    }
    risk, asb, crib = (remark.series["measure"] for remark in remarks)
    assert standing == {
        "2023-12": [],
        "2024-06": [asb, crib],
        "2024-07": [risk, asb, crib],
        "2024-09": [crib],
        "2025-01": [],
    }


def test_remarks_read_back_from_csv_as_they_were(tmp_path: Path):
    hostile = ["=1+1", "'=1", "a,b", 'a"b', "@x", "-1", "ordinary"]
    rows = [
        spc.Remark({"area": area, "measure": "m"}, month="2024-07", text=text, author="=me", until="2024-09")
        for area, text in itertools.pairwise(hostile)
    ]
    rows.append(spc.Remark({"measure": "m"}, month="2024-07", text="known", kind="acknowledged", side="low"))
    spc.Remarks(rows).to_csv(tmp_path / "remarks.csv")
    assert spc.Remarks.from_csv(tmp_path / "remarks.csv") == spc.Remarks(rows)
    for cells in csv.reader(io.StringIO((tmp_path / "remarks.csv").read_text(encoding="utf-8"))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_comments_say_who_and_when_and_known_exceptions_stand_beside_them():
    rows = [
        spc.Remark({"measure": "Abandonment Rate: All CRIB"}, month="2024-01", until="2024-12", side="high",
                   kind="acknowledged", text="new operating model."),
        spc.Remark({"measure": "Call Offer Demand: CCH"}, month="2024-07", kind="acknowledged", side="high",
                   text="a surge"),
        spc.Remark({"measure": "Crime Volume: RASSO"}, month="2024-07", kind="acknowledged", text="none"),
        spc.Remark({"measure": "Volume of ASB"}, month="2024-06", until="2024-07", author="J. Doe",
                   text="Hot."),
        spc.Remark({"measure": "Volume of ASB"}, month="2024-07", author="J. Doe", text="Dry."),
    ]  # fmt: skip
    card = spc.publish(sample_card(), remarks=spc.Remarks(rows))
    table = card.to_frame().set_index("measure")
    known = table["acknowledged"]
    assert known["Abandonment Rate: All CRIB"] == "known (High): new operating model, until Dec-2024"
    assert (known != "").sum() == int(card.acknowledged.sum()) == 1
    assert table["comment"]["Volume of ASB"] == "Hot. (J. Doe, Jun-2024); Dry. (J. Doe)"
    assert table["weighting"].equals(sample_card().to_frame().set_index("measure")["weighting"])
    assert "    Known: known (High): new operating model" in card.to_text(width=150)


def test_known_rows_keep_their_weight_and_come_last_among_the_heaviest():
    known = spc.Remark(
        {"measure": "Response Rate: Priority"}, month="2024-07", kind="acknowledged", text="known"
    )
    card = spc.publish(sample_card(), remarks=spc.Remarks([known]))
    from spc.printed import heaviest

    rows = heaviest(card, None, range(card.panel.n_series))
    assert card.panel.name(rows[-1]) == "Response Rate: Priority"
    assert card.weights.weight[rows[-1]] == 25


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[remark]]\nmeasure = 'a'", "'remark' is not one of the tables"),
        ("[[comment]]\nmeasure = 'a'\nmonth = '2024-07'", "needs the keys of its series and a `text`"),
        ("[[comment]]\nmeasure = 'a'\nmonth = 'soon'\ntext = 'x'", "`month` must be a month"),
        ("[[comment]]\nmonth='2024-07'\nmeasure='a'\nuntil='2024-01'\ntext='x'", "must not lie before 2024"),
        ("[[acknowledged]]\nmonth = '2024-07'\nmeasure='a'\nside='up'\ntext='x'", "`side` must be one of"),
        ("[[comment", "is no TOML file"),
    ],
)  # fmt: skip
def test_a_side_file_that_cannot_be_meant_is_refused(text: str, sentence: str, tmp_path: Path):
    (tmp_path / "remarks.toml").write_text(text, encoding="utf-8")
    with pytest.raises(spc.InputError, match=sentence.replace("[", r"\[")):
        spc.Remarks.from_toml(tmp_path / "remarks.toml")


def test_a_remark_on_no_series_is_refused_in_its_month_alone():
    remark = spc.Remark({"measure": "Nowhere"}, month="2024-07", text="x")
    with pytest.raises(spc.InputError, match="measure = 'Nowhere', which no series has"):
        spc.publish(sample_card(), remarks=spc.Remarks([remark]))
    assert spc.publish(sample_card("2024-06"), remarks=spc.Remarks([remark])).beside == ()
    with pytest.raises(spc.InputError, match="names the key 'ward'"):
        spc.publish(
            sample_card(), remarks=spc.Remarks([spc.Remark({"ward": "x"}, month="2024-07", text="x")])
        )


def test_remarks_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "remarks.toml"
    path.write_text(
        '[[comment]]\nmeasure = "ASB"\nmonth = "2024-07"\ntext = "new line"\n', encoding="utf-8-sig"
    )
    assert spc.Remarks.from_toml(path).rows[0].text == "new line"


def test_words_beside_the_page_are_inert_in_csv():
    remark = spc.Remark({"measure": "Volume of ASB"}, month="2024-07", text="=1+1")
    card = spc.publish(sample_card(), remarks=spc.Remarks([remark]))
    target = io.BytesIO()
    columns = scorecard_columns(card) | {extra.name: extra.texts for extra in card.beside}
    write_table(".csv", [columns], target)
    assert csv_text("=1+1").encode() in target.getvalue()
    assert b",=1+1" not in target.getvalue()
