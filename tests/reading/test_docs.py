"""docs/reading.md is what the code prints, and its examples run."""

from __future__ import annotations

import doctest
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from spc.parsing import READING_RULES
from spc.reading.street import OUTCOMES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def printer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("print_reading", DOCS / "print_reading.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(printer):
    assert printer.PAGE.read_text(encoding="utf-8") == printer.render(), "Run docs/print_reading.py."


def test_the_page_has_every_rule_and_every_outcome(printer):
    page = printer.render()
    assert all(f"| {name} |" in page for name in READING_RULES)
    assert all(f"| {text} |" in page for text in OUTCOMES if text)
    rows = [line for line in page.split("## Every rule")[1].splitlines() if line.startswith("|")]
    assert {line.count("|") - line.count("\\|") for line in rows} == {6}


def test_the_examples_of_the_page_run():
    failed, tried = doctest.testfile(
        str(DOCS / "reading.md"), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert tried >= 6
    assert failed == 0
