"""docs/methods is what docs/print_methods.py prints; its numbers are the library's, its examples run."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import spc

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(path.stem for path in (DOCS / "methods" / "words").glob("*.md"))
#: Pages that print rows of CHARTS.
OF_CHARTS = [
    *("individuals", "run", "p_np", "c_u", "laney", "rare_events", "small_counts", "memory", "subgroups"),
    *("seasonal", "forecast"),
]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PRINTER = load("print_methods")
WORKED = PRINTER.worked()
PLAIN = importlib.import_module("method_numbers.plain")


def text_of(name: str) -> str:
    return (DOCS / "methods" / f"{name}.md").read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """Return what can be linked to: headings as Git hosts write them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_up_to_date(name):
    assert text_of(name) == PRINTER.render(name), "Run docs/print_methods.py."


@pytest.mark.parametrize("name", PAGES)
def test_the_examples_run(name):
    failed, tried = doctest.testfile(
        str(DOCS / "methods" / f"{name}.md"), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert tried >= 4
    assert failed == 0


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name):
    found = re.findall(r"\]\(([^)\s]+)\)", text_of(name))
    for link in found:
        place, _, anchor = link.partition("#")
        page = (DOCS / "methods" / place).resolve()
        assert page.is_file(), link
        assert not anchor or anchor in anchors(page), link


@pytest.mark.parametrize("name", PAGES)
def test_lines_are_no_wider_than_elsewhere(name):
    rows = [line for line in text_of(name).splitlines() if not line.startswith(("|", "'", "    "))]
    assert [line for line in rows if len(line) > PRINTER.WIDTH] == []
    assert not re.search(r"\{\{|\}\}", text_of(name))


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ("index", "rules", "choices")])
def test_the_page_has_its_parts(name):
    text = text_of(name)
    for part in ("Source: ", "Worked example", "## Options", "## What it does not do", "## Variants"):
        assert part in text, part


def test_every_chart_and_every_rule_set_is_in_the_index():
    text = text_of("index")
    assert [entry.name for entry in PRINTER.CHARTS] == list(spc.CHARTS)
    assert all(f"- [`{name}`](" in text for name in (*spc.CHARTS, *spc.RULES))
    also = (
        "t2",
        "mewma",
        "capability",
        "assurance",
        "autocorrelation",
        "screening",
        "phases",
        "agreed limits",
    )
    assert all(f"- [{name}](" in text for name in also)


def test_every_chart_has_its_row_and_its_options_on_its_page():
    told = {entry.name: text_of(entry.place.partition(".")[0]) for entry in PRINTER.CHARTS}
    for name, chart in spc.CHARTS.items():
        assert f"| `{name}` | {chart.about} |" in told[name]
        for option in chart.options:
            assert f"| `{name}` | `{option}` |" in told[name]


def test_every_rule_set_has_its_rows():
    sections = dict(
        zip(*[iter(re.split(r"^## (.+)$", text_of("rules"), flags=re.MULTILINE)[1:])] * 2, strict=True)
    )
    for name, rows in spc.RULES.items():
        assert all(f"| {rule.name} | {rule.words} |" in sections[name] for rule in rows), name


def test_every_page_but_the_index_works_something_out():
    assert set(WORKED.WORKED) == set(PAGES) - {"index"}


def nudged(real: Callable[..., Any], share: float) -> Callable[..., Any]:
    """Return a verb whose lines (or flags) are not quite what the library has."""

    def verb(*given: Any, **asked: Any) -> Any:
        found = real(*given, **asked)
        if hasattr(found, "phase_upper"):
            months = found.months
            if months is not None:
                months = replace(months, centre=months.centre * share, upper=months.upper * share)
            lines = {name: getattr(found, name) * share for name in ("phase_centre", "phase_upper")}
            return replace(found, **lines, phase_sigma=found.phase_sigma * share, months=months)
        if hasattr(found, "parts"):
            return replace(found, points=found.points * share)
        return replace(found, mask=np.roll(found.mask, 1, axis=1))

    return verb


@pytest.mark.parametrize("name", WORKED.WORKED)
def test_the_build_stops_where_the_library_differs(name, monkeypatch):
    """A 1e-9 part of a line, or flags a month late, and the page is not printed."""
    verb = {"together": "together", "rules": "exceptions"}.get(name, "limits")
    monkeypatch.setattr(spc, verb, nudged(getattr(spc, verb), 1.0 + 1e-9))
    with pytest.raises(ArithmeticError, match=r"^The page has .* and the library "):
        PRINTER.render(name)


def test_what_counts_as_the_same():
    assert PLAIN.same(2.0, 2.0 + 1e-12) == 2.0
    for other in (2.0 + 1e-11, float("nan"), -2.0):
        with pytest.raises(ArithmeticError, match=r"^The page has 2\.0"):
            PLAIN.same(2.0, other)
    assert PLAIN.equal("High", "High") == "High"
    with pytest.raises(ArithmeticError):
        PLAIN.equal("High", "Low")


def test_numbers_and_rooms_must_fit():
    numbers = WORKED.WORKED["assurance"]()
    assert PRINTER.page("assurance", numbers) == text_of("assurance")
    with pytest.raises(ValueError, match="assurance has no room for idle"):
        PRINTER.page("assurance", {**numbers, "idle": 1.0})
    del numbers["centre"]
    with pytest.raises(KeyError, match="centre"):
        PRINTER.page("assurance", numbers)


def test_prose_is_broken_and_nothing_else():
    words = " ".join(["word"] * 40)
    table = "| " + words + " |"
    laid = PRINTER.laid_out(f"- {words}\n\n{table}\n\n    {words}\n")
    first, second, _, third, _, fourth = laid.rstrip("\n").split("\n")
    assert (
        len(first) <= PRINTER.WIDTH
        and second.startswith("  word")
        and f"{first} {second.strip()}" == f"- {words}"
    )
    assert (third, fourth) == (table, f"    {words}")
    with pytest.raises(ValueError, match="Markdown would see a list"):
        PRINTER.laid_out("word " * 23 + "wor - 3 sigma and more")
