"""docs/forecasts.md: its examples run, and its table of methods is the one of the code."""

from __future__ import annotations

import doctest
import importlib.util
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "forecasts.md").read_text(encoding="utf-8")


def printer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("print_forecasts", DOCS / "print_forecasts.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_that_of_the_code() -> None:
    made = printer()
    assert made.table() in TEXT, "Run docs/print_forecasts.py."
    assert made.renewed(TEXT) == TEXT
    spoilt = TEXT.replace("the last observed month goes on", "the first observed month goes on")
    assert spoilt != TEXT and made.renewed(spoilt) == TEXT


def test_the_examples_run() -> None:
    failed, tried = doctest.testfile(
        str(DOCS / "forecasts.md"), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert tried >= 8
    assert failed == 0


def test_lines_are_no_wider_than_elsewhere() -> None:
    assert [line for line in TEXT.splitlines() if len(line) > 118 and not line.startswith("|")] == []
