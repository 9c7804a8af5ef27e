"""A headless Chromium for the module, and pages for it to open."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc
from spc.reporting import html
from tests.reporting.hostile import hostile_card

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
WHY_NOT = (
    "No headless Chromium here, so nobody has opened the page: install chromium and chromium-driver "
    "(Debian: apt-get install chromium chromium-driver), and selenium, and run this again."
)
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1400,1000",
)
#: More columns than a screen has room for.
WIDE = (
    *("line", "month", "m3", "m12", "month_change", "m3_change", "change"),
    *("trend", "trend_p", "exceptions", "weighting"),
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if CHROMIUM is None or DRIVER is None:
        pytest.skip(WHY_NOT)
    webdriver = pytest.importorskip("selenium.webdriver", reason=WHY_NOT)
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the pages that are opened, by name."""
    folder = tmp_path_factory.mktemp("pages")
    sample, roads = spc.samples.load("wiltshire_2024"), spc.samples.load("road_casualties")
    card = spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-07")
    made = {
        "2024": card.to_html(),
        "2022": card.to_html(form="2022"),
        "wide": card.to_html(columns=WIDE),
        "roads": spc.scorecard(roads.panel, measures=roads.measures).to_html(),
        "hostile": hostile_card().to_html(title="<img src=x onerror=window.hit=1>"),
        "notebook": f"<!DOCTYPE html><title>cell</title>{card._repr_html_()}",
        "long": many(1_000).to_html(),
    }
    usual, html.DRAWN_AT_ONCE = html.DRAWN_AT_ONCE, 10
    try:
        made["packed"] = hostile_card().to_html()
    finally:
        html.DRAWN_AT_ONCE = usual
    found = {}
    for name, text in made.items():
        found[name] = folder / f"{name}.html"
        found[name].write_bytes(text.encode())
    return found


def many(n_series: int) -> spc.scoring.Scorecard:  # type: ignore[name-defined]
    rng = np.random.default_rng(5)
    values = rng.poisson(rng.gamma(0.5, 20.0, (n_series, 1)), (n_series, 36)).astype(float)
    keys = {
        "area": [f"Ward {s // 27}" for s in range(n_series)],
        "measure": [f"Type {s % 27}" for s in range(n_series)],
    }
    return spc.scorecard(spc.Panel.from_numpy(values, start="2023-04", keys=keys))
