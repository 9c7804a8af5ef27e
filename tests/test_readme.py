"""What the README shows runs as it stands, and the commands that it names exist."""

from __future__ import annotations

import re
from pathlib import Path

import run

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
