"""The bad inputs of tests/reading on the command line: the right code, a sentence, healthy series whole."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spc.cli import main
from spc.cli.settings import as_options
from spc.inert import visible
from spc.parsing import READING_RULES
from tests.reading.bad_inputs import BAD_INPUTS, MONTHS, SWINDON, BadInput, write

CODES = {"file": 3, "series": 4, "warned": 4, "read": 0}


def words(options: Mapping[str, Any]) -> list[str]:
    """Turn arguments of the library into options of the command line."""
    found = []
    for name, value in options.items():
        if name == "given":
            found += ["--given", *(f"{window}={column}" for window, column in value.items())]
        elif isinstance(value, str):
            found += [f"--{name}={value}"]
        else:
            found += [word for one in value for word in (f"--{name}={one}",)]
    return found


def swindon(path: Path) -> list[float]:
    """Return the healthy series as it was understood, over all months of the table."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if "Swindon" in row.values()]
    found = {row["month"]: float(row["value"]) if row["value"] else np.nan for row in rows}
    return [found[month] for month in MONTHS]


@pytest.mark.parametrize("case", BAD_INPUTS, ids=[case.name for case in BAD_INPUTS])
def test_a_bad_input_on_the_command_line(
    case: BadInput, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    source = write(case, tmp_path)
    command = ["check", str(source), *words(case.options)]
    if case.measures:
        Path("measures.toml").write_text(case.measures, encoding="utf-8")
        command += ["--measures", "measures.toml"]
    before = set(os.listdir())
    code = main([*command, "--clean", "clean.csv", "--problems", "problems.csv"])
    told = capsys.readouterr().err
    assert code == CODES[case.result], told
    assert "Traceback" not in told
    if case.result == "file":
        assert set(os.listdir()) == before
        assert as_options(visible(READING_RULES[case.rule].refused)) in told
        return
    assert np.array(swindon(Path("clean.csv"))).tobytes() == np.array(SWINDON).tobytes()
    with Path("problems.csv").open(encoding="utf-8", newline="") as lines:
        problems = [(row["rule"], row["month"]) for row in csv.DictReader(lines)]
    if case.result == "read":
        assert (told, problems) == ("", [])
    else:
        assert (case.rule, case.month) in problems
        assert as_options(visible(READING_RULES[case.rule].refused)) in told
        if case.result == "series" and case.month:
            assert f"{visible(case.series)}, {case.month}" in told
