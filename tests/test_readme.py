"""What the README shows runs as it stands, and the commands that it names exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import run
from spc.cli.settings import settings_of
from spc.results import STATUSES

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


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
