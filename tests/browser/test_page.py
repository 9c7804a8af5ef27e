"""The page as it is used: rows open, sort, filter; it prints; nothing is fetched, cut or run."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import spc
from spc.inert import visible
from tests.browser.questions import (
    ALL_NAMES,
    CHOOSE,
    CURSOR,
    CUT,
    DEAF,
    MONTHS,
    NAMES_SHOWN,
    OFF_SCREEN,
    OVERLAPPING,
    STRANGE,
    TALL_NAMES,
    TOLD,
    WRAPPED,
)
from tests.reporting.hostile import NAMES


def visit(browser: Any, page: Path, width: int = 1400) -> None:
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    look_at(browser, width)
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(page.as_uri())


def look_at(browser: Any, width: int) -> None:
    size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def all_of(browser: Any, selector: str) -> list[Any]:
    return list(browser.find_elements("css selector", selector))


def shown_names(browser: Any) -> list[str]:
    return list(browser.execute_script(NAMES_SHOWN))


def choose(browser: Any, control: str, value: str) -> None:
    browser.execute_async_script(CHOOSE, control, value)


def said(browser: Any) -> str:
    return str(browser.find_element("id", "said").text)


def open_row(browser: Any, k: int) -> Any:
    summary = all_of(browser, "tr.m summary")[k]
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", summary)
    summary.click()
    row = browser.execute_script(
        "return document.querySelectorAll('tr.m')[arguments[0]].nextElementSibling", k
    )
    wait_for_charts(browser)
    return row


def wait_for_charts(browser: Any) -> None:
    """Wait until the charts of all open rows listen: the page hears that a row was opened after the click."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, 20, 0.02).until(lambda browser: not browser.execute_script(DEAF))


def keys(browser: Any, *names: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    for name in names:
        ActionChains(browser).send_keys(getattr(Keys, name)).perform()


def complaints(browser: Any) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser")]


@pytest.mark.parametrize("name", ["2024", "2022", "roads", "hostile", "packed", "long"])
def test_nothing_is_fetched_and_nothing_fails(browser, pages, name):
    visit(browser, pages[name])
    for k in (0, 3):
        open_row(browser, k)
    choose(browser, "f-sort", "name")
    asked = set()
    for entry in browser.get_log("performance"):
        event = json.loads(entry["message"])["message"]
        if event["method"] == "Network.requestWillBeSent":
            asked.add(event["params"]["request"]["url"].partition(",")[0])
    assert asked <= {pages[name].as_uri(), "data:"}
    assert complaints(browser) == []


def test_a_row_opens_by_mouse_and_closes_again(browser, pages):
    visit(browser, pages["2024"])
    row = open_row(browser, 4)
    assert row.is_displayed()
    assert row.find_element("css selector", "svg.cc").size["height"] > 150
    assert "Limits are set by Aug-2021 to Jul-2023" in row.text
    open_row(browser, 4)
    assert not row.is_displayed()


def test_the_page_is_used_by_keyboard_alone(browser, pages):
    visit(browser, pages["2024"])
    path = []
    for _ in range(14):
        keys(browser, "TAB")
        path.append(
            browser.execute_script(
                "const a = document.activeElement; return a.id || a.className || a.tagName"
            )
        )
    first = path.index("SUMMARY")
    assert path[:5] == ["f-text", "f-group", "f-weight", "f-judged", "f-sort"]
    assert first > 5
    visit(browser, pages["2024"])
    keys(browser, *["TAB"] * (first + 1), "ENTER")
    wait_for_charts(browser)
    row = browser.execute_script("return document.querySelector('tr.m').nextElementSibling")
    assert row.is_displayed()
    keys(browser, "TAB")  # the weighting of the row, which tells its parts
    assert browser.execute_script(TOLD) == ["block", '"4 = 4 weak trend"']
    keys(browser, "ESCAPE")
    assert browser.execute_script(TOLD)[0] == "none"
    keys(browser, "TAB")  # the chart
    read = row.find_element("css selector", ".ro")
    assert read.text == "Jul-2024: 1.0%"
    keys(browser, "ARROW_LEFT")
    assert read.text.startswith("Jun-2024: ")
    keys(browser, "HOME")
    assert read.text.startswith("Aug-2021: ")
    assert browser.execute_script("return document.activeElement.getAttribute('aria-valuetext')") == read.text
    keys(browser, "TAB", "SPACE")  # the figures by month
    assert "Aug-2021" in row.find_element("css selector", ".mt table").text


def test_a_chart_tells_its_months_to_a_mouse(browser, pages):
    from selenium.webdriver.common.action_chains import ActionChains

    visit(browser, pages["2024"])
    row = open_row(browser, 4)
    ActionChains(browser).move_to_element(row.find_element("css selector", "svg.cc")).perform()
    month, _, value = row.find_element("css selector", ".ro").text.partition(": ")
    figures = dict(browser.execute_script(MONTHS, row))
    assert value.startswith(figures[month])


def test_rows_sort_and_come_back(browser, pages):
    visit(browser, pages["2024"])
    published = shown_names(browser)
    choose(browser, "f-sort", "weight")
    weights = [float(tr.get_attribute("data-w") or -1) for tr in all_of(browser, "tr.m")]
    assert weights == sorted(weights, reverse=True)
    assert said(browser) == "57 of 57 rows, sorted by weighting, heaviest first."
    assert all_of(browser, "th[aria-sort=descending]")[0].text.startswith("Exception")
    choose(browser, "f-sort", "name")
    assert [name[0] for name in shown_names(browser)] == sorted(name[0] for name in published)
    choose(browser, "f-sort", "fall")
    changes = [
        float(tr.get_attribute("data-c")) for tr in all_of(browser, "tr.m") if tr.get_attribute("data-c")
    ]
    assert changes == sorted(changes)
    choose(browser, "f-sort", "")
    assert shown_names(browser) == published
    assert all(group.is_displayed() for group in all_of(browser, "tr.g"))


def test_a_heading_sorts(browser, pages):
    visit(browser, pages["2024"])
    button = all_of(browser, "thead button")[-1]
    assert "weighting" in button.get_attribute("aria-label")
    button.click()
    assert shown_names(browser)[0] == "Response Rate: Priority"
    button.click()
    assert shown_names(browser)[0] == "Abandonment Rate: All 999"


def test_an_opened_row_moves_with_its_chart(browser, pages):
    visit(browser, pages["2024"])
    open_row(browser, 20)
    choose(browser, "f-sort", "weight")
    row = all_of(browser, "tr.m")[0]
    assert "Response Rate: Priority" in row.text
    assert "One-Month High: Jul-2024" in browser.execute_script(
        "return arguments[0].nextElementSibling.textContent", row
    )


@pytest.mark.parametrize(
    ("control", "value", "wanted"),
    [
        ("f-text", "swindon", lambda row: "Swindon" in row["measure"]),
        ("f-weight", "20", lambda row: row["weighting"] and int(row["weighting"]) >= 20),
        ("f-judged", "worse", lambda row: row["judged"] == "worse"),
        ("f-group", "3", lambda row: row["group"] == "Response (Immediate)"),
    ],
)
def test_rows_are_filtered(browser, pages, control, value, wanted):
    sample = spc.samples.load("wiltshire_2024")
    card = spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-07")
    words = card.to_frame().assign(
        judged=card.comparison.judgement[:, 2], group=[measure.group for measure in card.measures]
    )
    expected = [row["measure"] for row in words.to_dict("records") if wanted(row)]
    visit(browser, pages["2024"])
    choose(browser, control, value)
    assert shown_names(browser) == expected
    assert said(browser).startswith(f"{len(expected)} of 57 rows")
    all_of(browser, ".ctl button")[0].click()
    browser.execute_async_script("setTimeout(arguments[0], 60)")
    assert len(shown_names(browser)) == 57


def test_rows_open_without_javascript(browser, pages):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        visit(browser, pages["2024"])
        assert not browser.find_element("id", "controls").is_displayed()
        all_of(browser, "tr.m summary")[0].click()
        rows = all_of(browser, "tr.d")
        assert rows[0].is_displayed()
        assert "Why" in rows[0].text
        assert not rows[1].is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("name", ["2024", "2022", "roads", "notebook"])
def test_nothing_is_cut_or_overlaps(browser, pages, name):
    visit(browser, pages[name])
    for k in range(0, min(len(all_of(browser, "tr.m summary")), 60), 7):
        open_row(browser, k)
    for width in (1400, 1241, 1024):  # columns narrow at 1380 and at 1240
        look_at(browser, width)
        assert browser.execute_script(CUT) == [], width
        assert browser.execute_script(WRAPPED) == [], width
        assert browser.execute_script(OVERLAPPING) == [], width
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["roads", "hostile"])
def test_an_opened_row_stays_on_a_narrow_screen_while_the_table_scrolls(browser, pages, name):
    visit(browser, pages[name], 390)
    for k in (0, 2):
        open_row(browser, k)
    browser.execute_script("document.querySelectorAll('.mt').forEach(one => { one.open = true; })")
    for width in (390, 768):
        look_at(browser, width)
        for left in (0, 2_000):
            browser.execute_script("document.querySelector('.wrap').scrollLeft = arguments[0]", left)
            assert browser.execute_script(OFF_SCREEN) == [], (width, left)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_a_chart_on_a_phone_begins_at_its_last_month_and_follows_the_keys(browser, pages):
    visit(browser, pages["roads"], 390)
    open_row(browser, 0)
    browser.execute_script("document.querySelector('svg.cc').focus()")
    for key, month in ((None, "Dec-1984"), ("HOME", "Jan-1980"), ("END", "Dec-1984")):
        keys(browser, *([key] if key else []))
        left, read = browser.execute_script(CURSOR)
        assert read.startswith(f"{month}: ")
        assert 26 <= left <= 364  # inside the frame of the chart


@pytest.mark.parametrize("name", ["2024", "2022", "wide", "notebook"])
def test_names_have_room(browser, pages, name):
    visit(browser, pages[name])
    for width in (390, 1000, 1024, 1181, 1241, 1300, 1400):
        look_at(browser, width)
        assert browser.execute_script(TALL_NAMES, 36) == [], width
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["2024", "2022"])
def test_nothing_is_cut_on_paper(browser, pages, name):
    visit(browser, pages[name], 1054)  # A4 across, less its margins, at 96 px an inch
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert browser.execute_script(CUT) == []
    assert browser.execute_script(WRAPPED) == []
    assert browser.execute_script(OVERLAPPING) == []
    assert not browser.find_element("id", "controls").is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_it_prints_on_a4_with_headings_on_every_page(browser, pages, tmp_path):
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("No pdftotext here, so nobody has read the print: install poppler-utils.")
    visit(browser, pages["2024"])
    open_row(browser, 20)
    made = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    paper = tmp_path / "card.pdf"
    paper.write_bytes(base64.b64decode(made["data"]))
    text = subprocess.run(
        [reader, "-layout", str(paper), "-"], capture_output=True, text=True, check=True
    ).stdout
    sheets = [sheet for sheet in text.split("\f") if sheet.strip()]
    assert 2 <= len(sheets) <= 6
    for sheet in sheets[:-1]:
        assert "Measure" in sheet
        assert "weighting" in sheet
    sizes = subprocess.run(
        [shutil.which("pdfinfo") or "pdfinfo", str(paper)], capture_output=True, text=True, check=True
    ).stdout
    assert "A4" in sizes
    words = " ".join(text.split())
    card_names = shown_names(browser)
    assert [name for name in card_names if name.split()[0] not in words] == []
    assert "One-Month High: Jul-2024" in words


@pytest.mark.parametrize("name", ["hostile", "packed"])
def test_hostile_names_do_nothing(browser, pages, name):
    visit(browser, pages[name])
    for k in range(10):
        open_row(browser, k)
    choose(browser, "f-sort", "weight")
    choose(browser, "f-text", "<script>")
    choose(browser, "f-text", "")
    names = browser.execute_script(ALL_NAMES)
    assert sorted(names) == sorted(visible(one) for one in NAMES)
    assert browser.execute_script("return typeof window.hit") == "undefined"
    assert all_of(browser, STRANGE) == []
    assert len(all_of(browser, "form")) == 1
    assert len(all_of(browser, "script")) == (2 if name == "packed" else 1)
    assert complaints(browser) == []  # a dialog would have failed the calls before this one
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 1400


def test_a_long_page_lays_out_what_is_seen_and_more_on_the_way(browser, pages):
    visit(browser, pages["long"])
    first = len(shown_names(browser))
    assert first == 250
    browser.execute_script("window.scrollTo(0, document.body.scrollHeight)")
    browser.execute_async_script("setTimeout(arguments[0], 500)")
    assert len(shown_names(browser)) > first
    choose(browser, "f-text", "Ward 7 / ")
    assert len(shown_names(browser)) == 27
    row = open_row(browser, 27 * 7)
    assert row.find_element("css selector", "svg.cc").is_displayed()
    assert said(browser).startswith("27 of 1,000 rows")
