"""17,170 real ward series through one command, every word of every row as the slow twin has it.

Needs the folder of real data beside the project; where it is absent there is nothing to test.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet
import pytest

import spc
from spc.cli import main
from tests.reference.scorecard import Row
from tests.reference.series import Series

WARDS = Path(__file__).parents[2].parent / "shared" / "data" / "mps_ward_2023-04_2026-03_wide.csv.gz"
SERIES = 17_170
KEYS = ("area", "major", "measure")
#: Rows in one test, so that the twin's minutes are shared out.
SHARE = 10

pytestmark = pytest.mark.skipif(not WARDS.exists(), reason="no folder of real data beside the project")


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wards")
    out = [str(folder / "wards.csv"), str(folder / "wards.parquet")]
    words = ["scorecard", str(WARDS), "--as-at", "2026-03", "--chart", "xmr", "--top", "50"]
    assert main([*words, "--out", out[0], "--out", out[1]]) == 0
    return folder


def rows_in() -> Iterator[tuple[tuple[str, ...], Series]]:
    """Read the file by other means than the library's."""
    with gzip.open(WARDS, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            months = [cell for name, cell in row.items() if name not in KEYS]
            yield (
                tuple(row[name] for name in KEYS),
                Series([float(cell) if cell else None for cell in months]),
            )


def rows_out(folder: Path) -> list[dict[str, str]]:
    with (folder / "wards.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_series_has_its_row(scored: Path):
    keys = [key for key, _ in rows_in()]
    rows = rows_out(scored)
    assert len(rows) == SERIES
    assert [tuple(row[name] for name in KEYS) for row in rows] == keys
    assert {"exceptions", "weighting", "trend"} <= set(rows[0])


def test_the_two_files_say_the_same(scored: Path):
    table = pyarrow.parquet.read_table(scored / "wards.parquet")
    rows = rows_out(scored)
    assert table.num_rows == SERIES
    assert table.column_names == list(rows[0])
    for name in (*KEYS, "exceptions", "trend", "change"):
        assert table.column(name).to_pylist() == [row[name] for row in rows]
    assert table.column("weighting").to_pylist() == [float(row["weighting"]) for row in rows]


def test_the_manifest_counts_every_cell(scored: Path):
    about = json.loads((scored / "wards.csv.manifest.json").read_text(encoding="utf-8"))
    assert (about["rows"], about["problems"]) == (SERIES, 0)
    assert about["cells"]["in"] == about["cells"]["used"] == SERIES * 36


def differing(folder: Path, part: int, parts: int) -> list[str]:
    """Return the rows of one part in which a word is not the twin's."""
    found = []
    pairs = list(zip(rows_in(), rows_out(folder), strict=True))
    for (key, series), row in pairs[part::parts]:
        words = Row(series, spc.Measure(key[-1])).words()
        found += [
            f"{key} {name}: {row[name]!r}, twin {words[name]!r}" for name in words if row[name] != words[name]
        ]
    return found


def test_one_row_in_a_hundred_is_as_the_twin_has_it(scored: Path):
    assert differing(scored, 7, 100) == []


@pytest.mark.long
@pytest.mark.parametrize("part", range(SHARE))
def test_every_row_is_as_the_twin_has_it(scored: Path, part: int):
    assert differing(scored, part, SHARE) == []
