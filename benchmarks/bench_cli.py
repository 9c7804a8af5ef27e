"""The command line from end to end, each round a process of its own: seconds, and the peak memory in MB.

What is wanted of the wards after the first run: under 5 s and 600 MB.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
WARDS = ROOT.parent / "shared" / "data" / "mps_ward_2023-04_2026-03_wide.csv.gz"
SAMPLES = ROOT / "spc" / "samples"
SAMPLE = [str(SAMPLES / "wiltshire_2024.csv"), "--measures", str(SAMPLES / "wiltshire_2024.toml")]

RUNS = {
    "python, nothing else": ["-c", "pass"],
    "help": ["-m", "spc", "--help"],
    "57 measures": ["-m", "spc", "scorecard", *SAMPLE, "--out", "a.csv"],
    "17,170 wards, xmr": [
        *("-m", "spc", "scorecard", str(WARDS), "--as-at", "2026-03", "--chart", "xmr", "--top", "50"),
        *("--out", "wards.csv", "--out", "wards.parquet"),
    ],
    "17,170 wards, auto": ["-m", "spc", "scorecard", str(WARDS), "--as-at", "2026-03", "--out", "wards.csv"],
    "17,170 wards, check": ["-m", "spc", "check", str(WARDS), "--clean", "clean.csv"],
    "17,170 wards, check to parquet": ["-m", "spc", "check", str(WARDS), "--clean", "clean.parquet"],
}


def peak_of(command: list[str], folder: Path) -> int:
    """Run a command and return its peak memory in MB."""
    run = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    _, status, usage = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0
    return usage.ru_maxrss // (1024 * 1024 if sys.platform == "darwin" else 1024)


@pytest.mark.benchmark(group="command line")
@pytest.mark.skipif(not hasattr(os, "wait4"), reason="memory is asked of POSIX")
@pytest.mark.parametrize("name", RUNS)
def test_command(benchmark: Any, tmp_path: Path, name: str) -> None:
    if str(WARDS) in RUNS[name] and not WARDS.exists():
        pytest.skip("no folder of real data beside the project")
    command = [sys.executable, *RUNS[name]]
    peaks: list[int] = []
    benchmark.pedantic(lambda: peaks.append(peak_of(command, tmp_path)), rounds=5, warmup_rounds=1)
    benchmark.extra_info["peak MB"] = max(peaks)
    print(f"\n{name}: {max(peaks)} MB")
