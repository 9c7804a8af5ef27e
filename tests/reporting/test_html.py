"""The HTML page as text: what stands in it, what never does, and what it weighs."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import spc
from spc.inert import visible
from spc.reporting import html
from tests.reporting.hostile import NAMES, hostile_card
from tests.reporting.markup import Element, read, tags

FOLDER = Path(html.__file__).parent / "templates"


@pytest.fixture(scope="module")
def card() -> spc.scoring.Scorecard:
    sample = spc.samples.load("wiltshire_2024")
    return spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-07")


@pytest.fixture(scope="module")
def page(card) -> Element:
    return read(card.to_html())


def rows_of(page: Element) -> list[Element]:
    return [tr for tr in page.all("tr") if "m" in tr.classes]


def cell(row: Element, kind: str) -> Element:
    return next(td for td in row.all("td") if kind in td.classes)


def test_every_row_says_what_the_card_says(card, page):
    words = card.to_frame()
    rows = rows_of(page)
    assert len(rows) == len(words) == 57
    for row, said in zip(rows, words.to_dict("records"), strict=True):
        figures = [td.text for td in row.all("td") if "num" in td.classes]
        assert row.all("summary")[0].text == said["measure"]
        assert figures == [said["month"], said["m3"], said["m12"]]
        assert cell(row, "chg").text.split() == f"{said['change']} {said['arrow']}".split()
        assert cell(row, "exc").text == said["exceptions"]
        assert cell(row, "wt").text == said["weighting"]
        assert said["trend"] in [td.text for td in row.all("td") if "word" in td.classes]


def test_headings_name_the_months(page):
    headings = [" ".join(th.text.split()) for th in page.all("thead")[0].all("th")]
    assert headings == [
        "Measure",
        "Trend line (36 months)",
        "Jul-2024",
        "3 months to Jul-2024",
        "12 months to Jul-2024",
        "12 months to Jul-2023 vs 12 months to Jul-2024",
        "Rolling 12 month trend",
        "Statistical exceptions",
        "Exception weighting",
    ]


def test_rows_stand_under_their_groups(card, page):
    assert [tr.text.strip() for tr in page.all("tr") if "g" in tr.classes] == list(
        dict.fromkeys(measure.group for measure in card.measures)
    )


def test_an_arrow_has_its_words(card, page):
    for s, row in enumerate(rows_of(page)):
        judged = str(card.comparison.judgement[s, 2])
        (arrow,) = cell(row, "chg").all("i")
        assert arrow.attributes.get("aria-label", "") == judged.replace(
            "no direction", "no preferred direction"
        )


@pytest.mark.parametrize(
    ("weight", "shade"), [(4, None), (10, "s1"), (14, "s1"), (16, "s2"), (18, "s2"), (20, "s3")]
)
def test_weightings_have_three_shades(card, page, weight, shade):
    s = card.weights.weight.tolist().index(float(weight))
    found = cell(rows_of(page)[s], "wt").classes & {"s1", "s2", "s3"}
    assert found == ({shade} if shade else set())


def test_a_weighting_tells_its_parts(card, page):
    for s, row in enumerate(rows_of(page)):
        buttons = cell(row, "wt").all("button")
        if not card.monthly[s]:
            assert not buttons
            continue
        parts = buttons[0].attributes["aria-label"].partition("=")[2].split("+")
        points = [float(re.match(r"\s*(\d+)", part)[1]) for part in parts if part.strip()]
        assert sum(points) == card.weights.weight[s]


def test_the_2022_form_has_three_changes(card):
    page = read(card.to_html(form="2022"))
    headings = [" ".join(th.text.split()) for th in page.all("thead")[0].all("th")]
    assert headings[1:3] == ["Jul-2024", "Change on Jul-2023"]
    assert headings[-1] == "Change on 12 months to Jul-2023"
    for s, row in enumerate(rows_of(page)):
        changes = [td for td in row.all("td") if "chg" in td.classes]
        assert len(changes) == 3
        assert bool(changes[0].text.strip()) == bool(card.monthly[s])
    assert not page.all("table")[0].all("svg") or all(svg.within("td") for svg in page.all("svg"))


def test_columns_are_chosen_and_ordered(card):
    page = read(card.to_html(columns=["weighting", "m12", "change", "arrow", "trend_p", "line"]))
    headings = [" ".join(th.text.split()) for th in page.all("thead")[0].all("th")]
    assert headings[1:3] == ["Exception weighting", "12 months to Jul-2024"]
    assert len(headings) == 6  # the arrow stands in the column of its change
    with pytest.raises(spc.ChoiceError, match="`columns` must be some of line, month"):
        card.to_html(columns=["weight"])
    with pytest.raises(spc.ChoiceError, match="`form` must be one of '2024', '2022'"):
        card.to_html(form="2023")


def test_top_keeps_the_heaviest_and_counts_the_rest(card):
    page = read(card.to_html(top=5))
    weights = [float(row.attributes["data-w"]) for row in rows_of(page)]
    assert sorted(weights, reverse=True) == [25, 25, 23, 23, 20]
    footer = page.all("footer")[0].text
    assert "57 series in = 5 shown + 52 left out" in footer
    with pytest.raises(spc.ChoiceError, match="`top` must be a whole number"):
        card.to_html(top=0)


def test_the_footer_accounts_for_refused_series(tmp_path):
    rows = ["measure,month,value"]
    rows += [f"{name},{2022 + k // 12}-{k % 12 + 1:02d},{10 + k % 5}" for name in "AB" for k in range(36)]
    rows.append("C,2024-12,n/a")
    source = tmp_path / "in.csv"
    source.write_text("\n".join(rows), encoding="utf-8")
    page = read(spc.scorecard(spc.read(source)).to_html())
    footer = page.all("footer")[0].text
    assert "3 series in = 2 shown + 1 refused and reported" in footer
    assert "C: " in footer
    assert "refused" in cell(rows_of(page)[2], "exc").text


def test_the_footer_says_how_it_was_made(card, page):
    footer = " ".join(page.all("footer")[0].text.split())
    assert "Monthly values constructed to reproduce the published figures." in footer
    assert "57 series in = 57 shown" in footer
    assert "52 judged by limits, 5 rolling 12 only" in footer
    for fact in ("Jul-2024", "of the last 36 months the first 24", "opcc (One-Month", "XmR", "spc "):
        assert fact in footer


def test_comments_stand_with_their_measure(card):
    name = card.panel.name(4)
    page = read(card.to_html(comments={name: "Calls <b>moved</b> to the web."}))
    row = rows_of(page)[4]
    assert "Calls <b>moved</b> to the web." in row.all("th")[0].text
    assert tags(page)["b"] == tags(read(card.to_html()))["b"] + 1  # the word Comment, in the opened row
    with pytest.raises(spc.ChoiceError, match="`comments` must name series"):
        card.to_html(comments={"Nobody": "?"})


def test_the_same_card_gives_the_same_page(card, tmp_path):
    place, stream = tmp_path / "card.html", io.BytesIO()
    text = card.to_html(place)
    card.to_html(stream)
    assert place.read_bytes() == stream.getvalue() == text.encode()


def test_nothing_is_fetched(card):
    text = card.to_html()
    assert not re.search(r"https?:|//[a-z]|@import|url\(", text)
    assert "default-src 'none'" in text


def test_scripts_are_ours_alone(card):
    page = read(card.to_html())
    (script,) = page.all("script")
    policy = next(m.attributes["content"] for m in page.all("meta") if "http-equiv" in m.attributes)
    assert html._fingerprint(script.text) in policy


# names do nothing


def test_hostile_names_come_out_as_they_are():
    assert len(NAMES) >= 35
    card = hostile_card()
    page = read(card.to_html(title=NAMES[0], comments={NAMES[3]: NAMES[2]}))
    shown = sorted(row.all("summary")[0].text for row in rows_of(page))
    assert shown == sorted(visible(name) for name in NAMES)
    assert page.all("h1")[0].text == visible(NAMES[0])
    tame = spc.scorecard(
        spc.Panel.from_numpy(card.panel.values, start="2021-08", keys={"measure": range(len(NAMES))})
    )
    strange = set(tags(page)) - set(tags(read(tame.to_html(comments={"0": "x"})))) - {"small"}
    assert not strange
    assert tags(page)["script"] == 1
    assert tags(page)["form"] == 1
    assert not [
        one for one in page.all("tr") + page.all("td") for name in one.attributes if name.startswith("on")
    ]


def test_hostile_names_are_inert_in_a_packed_page(monkeypatch):
    monkeypatch.setattr(html, "DRAWN_AT_ONCE", 5)
    page = read(hostile_card().to_html())
    assert tags(page)["script"] == 2
    assert len(rows_of(page)) == len(NAMES)


def test_a_notebook_shows_hostile_names_as_text():
    table = read(hostile_card()._repr_html_())
    assert not table.all("script")
    assert visible(NAMES[0]) in table.text


@pytest.mark.parametrize("text", ["</script>", "<!--<script>", "a</b", "\u2028", '"'])
def test_json_cannot_leave_its_script(text):
    import json

    packed = html.json_text([text])
    assert "</" not in packed
    assert "<!" not in packed
    assert json.loads(packed) == [text]


# people who read with a keyboard, a screen reader, or weak eyes


def test_every_control_has_a_name(page):
    for control in page.all("input") + page.all("select"):
        assert control.within("label"), control.attributes
    for button in page.all("button"):
        assert button.text.strip() or button.attributes.get("aria-label")
    for drawing in page.all("svg"):
        assert drawing.attributes.get("aria-label") or drawing.attributes.get("aria-hidden") == "true"
    for th in page.all("table")[0].all("th"):
        assert th.attributes.get("scope") in ("col", "row", "rowgroup")
    assert page.all("html")[0].attributes["lang"] == "en-GB"


def test_headings_are_in_order(page):
    def levels(one: Element) -> list[int]:
        own = [int(one.tag[1])] if re.fullmatch(r"h[1-6]", one.tag) else []
        return own + [level for child in one.children for level in levels(child)]

    found = levels(page)
    assert found[0] == 1
    assert found.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(found))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def palette() -> dict[str, str]:
    return dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", (FOLDER / "card.css").read_text(encoding="utf-8")))


@pytest.mark.parametrize("ink", ["ink", "soft", "navy", "better", "worse", "amber", "plain"])
@pytest.mark.parametrize("paper", ["#ffffff", "#f6f8fb", "head"])
def test_inks_are_legible(ink, paper):
    inks = palette()
    assert contrast(inks[ink], inks.get(paper, paper)) >= 4.5


@pytest.mark.parametrize("shade", ["s1", "s2", "s3"])
def test_weightings_are_legible_on_their_shades(shade):
    assert contrast(palette()["ink"], palette()[shade]) >= 4.5


@pytest.mark.parametrize(
    "ink", re.findall(r"fill:(#[0-9a-f]{6})", (FOLDER / "page.css").read_text(encoding="utf-8"))
)
def test_chart_labels_are_legible(ink):
    assert contrast(ink, "#ffffff") >= 4.5


# weight


def test_17170_wards_with_the_heaviest_50_weigh_under_1_mb():
    rng = np.random.default_rng(17)
    values = rng.poisson(rng.gamma(0.5, 12.0, (17_170, 1)), (17_170, 36)).astype(float)
    keys = {
        "ward": [f"E0501{s // 27:04d}" for s in range(17_170)],
        "measure": [f"Type {s % 27}" for s in range(17_170)],
    }
    card = spc.scorecard(spc.Panel.from_numpy(values, start="2023-04", keys=keys))
    text = card.to_html(top=50)
    assert len(text.encode()) < 1_000_000
    assert "17,170 series in = 50 shown + 17,120 left out" in text
    assert len(card._repr_html_().encode()) < 300_000


def test_a_long_page_is_packed_and_the_rest_waits(monkeypatch):
    monkeypatch.setattr(html, "DRAWN_AT_ONCE", 10)
    values = np.random.default_rng(1).poisson(30.0, (25, 36)).astype(float)
    page = read(spc.scorecard(spc.Panel.from_numpy(values, start="2021-08")).to_html())
    rows = rows_of(page)
    assert [("later" in row.classes) for row in rows] == [False] * 10 + [True] * 15
    assert not [svg for svg in page.all("svg") if "cc" in svg.classes]
    assert page.all("noscript")


# odd panels


@pytest.mark.parametrize("months", [1, 2, 11, 13, 36, 70])
def test_any_length_of_history_has_a_page(months):
    values = np.arange(3.0 * months).reshape(3, months)
    values[1] = np.nan
    values[2] = 7.0
    page = read(spc.scorecard(spc.Panel.from_numpy(values, start="2020-01")).to_html())
    assert len(rows_of(page)) == 3
    assert "no data" in page.text


def test_plain_order_has_a_page():
    page = read(spc.scorecard(spc.Panel.from_numpy([[3.0, 4.0] * 20], start=None)).to_html())
    assert "no. 40" in page.text


def test_lag_and_target_are_said():
    values = np.tile(np.arange(36.0) % 7 + 20, (1, 1))
    measure = spc.Measure("Late", lag=2, target={"2021-08": 25.0, "2023-01": 22.0})
    panel = spc.Panel.from_numpy(values, start="2021-08", keys={"measure": ["Late"]})
    page = read(spc.scorecard(panel, measures=spc.Catalogue([measure])).to_html())
    assert "figures to May-2024" in page.text
    assert "Reported two months in arrears" in page.text
    assert "Target: 22" in page.text
