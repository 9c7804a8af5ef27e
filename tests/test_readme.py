"""What the README and the pages that it sends to show runs as it stands, and what they name exists."""

from __future__ import annotations

import doctest
import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

import run
from spc.cli.settings import settings_of
from spc.measures import KINDS, Measure
from spc.results import STATUSES

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
DOCS = Path(__file__).parents[1] / "docs"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_notebook_lines_run():
    (block,) = blocks("python")
    names: dict[str, object] = {}
    exec(compile(block, "README.md", "exec"), names)
    assert names["card"].to_frame().shape[0] == names["panel"].n_series


def test_the_commands_exist():
    known = re.findall(r"^  (\S+)  ", run.USAGE, re.MULTILINE)
    named = re.findall(r"(?:make|run\.py) (\S+)", "\n".join(blocks("sh")))
    assert {"report", "test"} <= set(named) <= set(known)


def test_the_command_lines_are_understood():
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("spc ")]
    assert len(lines) >= 2
    for line in lines:
        command, *_ = words = shlex.split(line, comments=True)[1:]
        assert settings_of(words).command == command


def test_every_status_is_explained():
    page = (Path(__file__).parents[1] / "docs" / "numbers.md").read_text(encoding="utf-8")
    assert [status for status in STATUSES if status != "ok" and f"| {status} |" not in page] == []


def test_every_page_that_is_named_exists():
    root = Path(__file__).parents[1]
    named = re.findall(r"`((?:docs|examples)/[\w./]*|CHANGELOG\.md)`", README)
    named += re.findall(r"\]\(([\w./]+)\)", README)
    assert len(named) >= 8
    assert [path for path in named if not (root / path).exists()] == []


def test_the_page_of_measures_runs_and_has_every_field_and_kind(tmp_path):
    page = DOCS / "measures.md"
    text = page.read_text(encoding="utf-8")
    (toml,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "catalogue.toml").write_text(toml, encoding="utf-8")
    failed, tried = doctest.testfile(
        str(page),
        module_relative=False,
        globs={"folder": tmp_path},
        optionflags=doctest.NORMALIZE_WHITESPACE,
    )
    assert (failed, tried) == (0, 10)
    named = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert named == [*(one.name for one in fields(Measure)), *KINDS]


def test_the_lines_of_the_page_about_pages_run():
    (block,) = re.findall(r"```python\n(.*?)```", (DOCS / "page.md").read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(block, "page.md", "exec"), names)
    assert names["sentences"] and names["page"].startswith("<!DOCTYPE html>")


def test_the_examples_of_the_page_about_phases_run():
    failed, tried = doctest.testfile(str(DOCS / "phases.md"), module_relative=False)
    assert (failed, tried) == (0, 10)


def test_the_tables_that_the_page_of_adding_names_are_where_it_says():
    text = (DOCS / "adding.md").read_text(encoding="utf-8")
    rows = re.findall(r"`([A-Z]+)`,\s`(spc/[\w/]+\.py)`", text)
    assert len(rows) >= 9
    for name, path in rows:
        source = (DOCS.parent / path).read_text(encoding="utf-8")
        assert re.search(rf"^{name}\b.* = ", source, re.MULTILINE), (name, path)
    paths = re.findall(r"\b((?:spc|tests|docs)/[\w/.]*\w)", text)
    assert [path for path in paths if not (DOCS.parent / path).exists()] == []
