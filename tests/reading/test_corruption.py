"""Files with bytes changed, lost, doubled and put in: refused in a sentence, or read, every cell counted."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import spc
from tests.reading.building import SALISBURY, SWINDON, long, packed, parquet, salisbury, wide, workbook

SOUND: dict[str, Callable[[], bytes]] = {
    "long.csv": lambda: long(*salisbury()),
    "wide.csv": lambda: wide(),
    "quoted.csv": lambda: long(*(['a "b", c', *row[1:]] for row in salisbury())),
    "packed.csv.gz": lambda: packed(long(*salisbury())),
    "book.xlsx": workbook(["Salisbury", "2024-03", 5], ["Salisbury", "2024-04", "=1+1"]),
    "file.parquet": parquet([*SWINDON, *map(float, SALISBURY)]),
}
PIECES = (
    b",", b'"', b"\n", b"\r", b"\0", b"\xff", b"=", b"-", b"<", b"1e999", b"2024-13", b"\xef\xbb\xbf", b";",
    b"nan", b"\xc3\x28", b"9" * 20, b"PK\x03\x04", b"\x1f\x8b",
)  # fmt: skip


def spoilt(sound: bytes, rng: random.Random) -> bytes:
    """Change a few places of a file."""
    data = bytearray(sound)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        way = rng.random()
        if way < 0.3:
            data[at : at + 1] = bytes([rng.randrange(256)])
        elif way < 0.5:
            del data[at : at + rng.randint(1, 30)]
        elif way < 0.8:
            data[at:at] = rng.choice(PIECES)
        else:
            start = rng.randrange(len(data) + 1)
            data[at:at] = data[start : start + rng.randint(1, 60)]
    return bytes(data)


def campaign(name: str, folder: Path, seeds: range) -> None:
    sound = SOUND[name]()
    for seed in seeds:
        path = folder / name
        path.write_bytes(spoilt(sound, random.Random(f"{name} {seed}")))
        try:
            panel = spc.read(path)
        except spc.InputError as refused:
            problems = refused.problems
            told = str(refused)
        else:
            problems, told = panel.report.problems, ""
            assert panel.report.cells_used == np.isfinite(panel.values).sum()
        assert problems or not told, (seed, told)
        assert "\n" not in told, seed


@pytest.mark.parametrize("name", SOUND)
def test_no_change_of_bytes_makes_an_error_of_ours(name, tmp_path):
    campaign(name, tmp_path, range(120))


@pytest.mark.long
@pytest.mark.parametrize("name", SOUND)
def test_no_change_of_bytes_makes_an_error_of_ours_for_long(name, tmp_path):
    campaign(name, tmp_path, range(1_000, 6_000))
