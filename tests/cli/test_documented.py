"""docs/command_line.md says what the parser does; `python -m tests.cli.test_documented` prints its tables."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import spc
from spc.cli import EXIT_CODES, main
from spc.cli.settings import COMMANDS, OPTIONS, parser, settings_of
from spc.printed import ASIDE, FORMS, NUMBERS

PAGE = Path(__file__).parents[2] / "docs" / "command_line.md"


def commands_table() -> list[str]:
    return [
        "| command | what it does |",
        "|---|---|",
        *(f"| `spc {name}` | {about} |" for name, about in COMMANDS.items()),
    ]


def options_table() -> list[str]:
    lines = ["| option | what it is | commands |", "|---|---|---|"]
    for option in OPTIONS.values():
        shape = f" {option.shape}" + (" ..." if option.many else "") if option.shape else ""
        lines.append(f"| `--{option.name}{shape}` | {option.about} | {', '.join(option.commands)} |")
    return lines


def codes_table() -> list[str]:
    return [
        "| code | meaning |",
        "|---|---|",
        *(f"| {code} | {about} |" for code, about in EXIT_CODES.items()),
    ]


def columns_table() -> list[str]:
    lines = ["| form | columns |", "|---|---|"]
    columns = {**FORMS, "numbers": NUMBERS, "on demand": ASIDE}
    return lines + [f"| {form} | {', '.join(f'`{name}`' for name in columns[form])} |" for form in columns]


TABLES = [commands_table, options_table, codes_table, columns_table]


@pytest.mark.parametrize("table", TABLES)
def test_the_page_has_the_table_as_the_code_prints_it(table):
    assert "\n".join(table()) in PAGE.read_text(encoding="utf-8")


def test_the_parser_has_the_options_of_the_table():
    for name in COMMANDS:
        (subparsers,) = [
            action for action in parser()._actions if hasattr(action, "choices") and action.choices
        ]
        flags = {flag for action in subparsers.choices[name]._actions for flag in action.option_strings}
        mine = {f"--{option.name}" for option in OPTIONS.values() if name in option.commands}
        assert flags - {"-h", "--help"} == mine


def examples() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("spc ")]


def test_the_examples_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    assert len(examples()) >= 8
    for line in examples():
        assert settings_of(shlex.split(line, comments=True)[1:]).command in COMMANDS


def test_the_settings_file_of_the_page_is_read_and_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    samples = Path(spc.samples.__file__).parent
    for name in ("wiltshire_2024.csv", "wiltshire_2024.toml"):
        (tmp_path / name).write_bytes((samples / name).read_bytes())
    Path("spc.toml").write_text(block.replace("catalogue.toml", "wiltshire_2024.toml"), encoding="utf-8")
    assert main(["scorecard", "wiltshire_2024.csv"]) == 0
    assert Path("card.csv").exists()


if __name__ == "__main__":
    for table in TABLES:
        print("\n".join(table()), end="\n\n")
