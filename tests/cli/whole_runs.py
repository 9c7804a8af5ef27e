"""Whole runs of `spc scorecard`, killed at random moments: `python -m tests.cli.whole_runs FOLDER TRIALS`.

The library is imported and its kernels are ready before children are forked, so that the moments fall on
reading, scoring and writing, and not on imports. Prints what was left, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

from spc.cli import main
from tests.cli.killed import forked

FILES = ("card.csv", "card.parquet", "card.csv.manifest.json")
SERIES = 2_000


def wards(path: Path, seed: int) -> None:
    """Write a wide file of many small series."""
    draw = random.Random(seed)
    months = ",".join(f"{2021 + m // 12}{m % 12 + 1:02d}" for m in range(36))
    lines = [f"ward,{months}"]
    lines += [f"ward {n}," + ",".join(str(draw.randrange(20)) for _ in range(36)) for n in range(SERIES)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def run(source: str) -> None:
    """Make the scorecard in silence."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if code := main(["scorecard", source, "--out", *FILES[:2]]):
        raise RuntimeError(f"exit code {code}")


def contents() -> tuple[bytes, ...]:
    return tuple(Path(name).read_bytes() for name in FILES)


def lasting(name: str) -> float:
    began = time.perf_counter()
    forked(lambda: run(name))
    return time.perf_counter() - began


def trials(count: int, seed: int) -> dict[str, int]:
    """Kill runs that turn the files of one input into those of another; count what is left."""
    whole = {}
    for number, name in enumerate(("a.csv", "b.csv")):
        wards(Path(name), number)
        forked(lambda name=name: run(name))
        whole[name] = contents()
    usual = min(lasting("b.csv") for _ in range(3))
    draw = random.Random(seed)
    found: dict[str, int] = {}
    for trial in range(count):
        name = ("a.csv", "b.csv")[trial % 2]
        # writing is the last tenth of a run: half of the moments fall about there
        moment = usual * (draw.uniform(0.0, 1.1) if trial % 4 < 2 else draw.uniform(0.8, 1.1))
        killed = forked(lambda name=name: run(name), kill_after=moment)
        pairs = [zip("ab", pair, strict=True) for pair in zip(*whole.values(), strict=True)]
        left = contents()
        words = [
            next((w for w, body in pair if body == now), "?") for pair, now in zip(pairs, left, strict=True)
        ]
        text = ("killed: " if killed else "done: ") + " ".join(words)
        found[text] = found.get(text, 0) + 1
    forked(lambda: run("a.csv"))
    found["mended"] = int(contents() == whole["a.csv"] and len(os.listdir()) == len(FILES) + 2)
    return found


if __name__ == "__main__":
    os.environ["SPC_THREADS"] = "1"  # threads do not live through a fork
    os.chdir(sys.argv[1])
    main(["warm"])
    found = trials(int(sys.argv[2]), seed=1303)
    print(json.dumps(found))
