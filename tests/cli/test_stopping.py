"""Ctrl-C and SIGTERM end a run with 130 and 143, SIGKILL leaves old or new; nothing is ever half."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.whole_runs import FILES, wards

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
ROOT = Path(__file__).parents[2]
STOPS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
#: A command that says "reading" and is then busy for ten minutes without a step of Python.
BUSY = (
    "import sys, time\nfrom spc.cli import commands\nfrom spc.cli import main\n"
    "commands.read = lambda *_, **__: time.sleep(600)\nsys.exit(main())\n"
)


def start(
    *words: str, cwd: Path, code: str = "from spc.cli import main; import sys; sys.exit(main())"
) -> Any:
    """Start a run and wait until it says that it is reading: from then on it knows how to stop."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.Popen(
        [sys.executable, "-c", code, *words, "--progress"],
        cwd=cwd,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stderr is not None
    assert "reading" in run.stderr.readline()
    return run


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two inputs, and the outputs of a run on the first."""
    made = tmp_path_factory.mktemp("earlier")
    wards(made / "old.csv", 0)
    wards(made / "new.csv", 1)
    start("scorecard", "old.csv", "--out", *FILES[:2], cwd=made).communicate()
    return made


@pytest.fixture
def folder(earlier: Path, tmp_path: Path) -> Path:
    """A folder with the outputs of an earlier run, and another input."""
    return shutil.copytree(earlier, tmp_path, dirs_exist_ok=True)


@pytest.mark.parametrize(("number", "code"), STOPS)
def test_a_busy_run_stops_at_once_and_sweeps_up(folder: Path, number: int, code: int):
    before = contents(folder)
    run = start("scorecard", "new.csv", "--out", *FILES[:2], cwd=folder, code=BUSY)
    run.send_signal(number)
    _, told = run.communicate(timeout=60)
    assert run.returncode == code
    assert told == "spc: stopped; files that were there before are kept.\n"
    assert contents(folder) == before
    assert sorted(os.listdir(folder)) == sorted([*FILES, "old.csv", "new.csv"])


@pytest.mark.parametrize(("number", "code"), STOPS)
def test_stopped_at_any_moment(folder: Path, number: int, code: int):
    old = contents(folder)
    draw = random.Random(number)
    seen = set()
    for _ in range(4):
        run = start("scorecard", "new.csv", "--out", *FILES[:2], cwd=folder)
        time.sleep(draw.uniform(0.0, 0.35))
        run.send_signal(number)
        run.communicate(timeout=60)
        seen.add(run.returncode)
        assert run.returncode in (0, code)
        assert sorted(os.listdir(folder)) == sorted([*FILES, "old.csv", "new.csv"])
        assert all(content in (old[name], content) for name, content in contents(folder).items())
    assert code in seen


def test_what_is_ignored_stays_ignored(folder: Path):
    """A run under nohup, or in the background of a script, is not for Ctrl-C."""
    ignoring = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    run = start(
        "check", "new.csv", cwd=folder, code=f"{ignoring}from spc.cli import main\nraise SystemExit(main())"
    )
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    assert run.returncode == 0


def test_two_runs_at_once(folder: Path):
    first = start("scorecard", "new.csv", "--out", *FILES[:2], cwd=folder, code=BUSY)
    second = subprocess.run(
        [sys.executable, "-m", "spc", "scorecard", "old.csv", "--out", "other.csv", "card.parquet"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    first.kill()
    first.communicate()
    assert second.returncode == 6
    assert f"card.parquet is being written by another run of spc (process {first.pid})" in second.stderr
    again = start("scorecard", "new.csv", "--out", *FILES[:2], cwd=folder)
    again.communicate()
    assert again.returncode == 0, "a lock ends with its owner"
    assert sorted(os.listdir(folder)) == sorted([*FILES, "old.csv", "new.csv"])


@pytest.mark.parametrize("moments", [30, pytest.param(200, marks=pytest.mark.long)])
def test_killed_at_many_moments_of_whole_runs(tmp_path: Path, moments: int):
    command = [sys.executable, "-m", "tests.cli.whole_runs", str(tmp_path), str(moments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.pop("mended"), "the next run leaves its files and nothing else"
    assert sum(found.values()) == moments
    assert not [text for text in found if "?" in text], found
    # how many runs were over before their moment came depends on what else the machine does
    assert sum(count for text, count in found.items() if text.startswith("killed")) > moments // 10, found


@pytest.mark.long
def test_killed_at_200_moments_of_processes(folder: Path):
    """Each a process of its own, imports and all; input and outputs alternate."""
    draw = random.Random(200)
    bodies = {"old.csv": contents(folder)}
    for name in ("new.csv", "old.csv"):
        start("scorecard", name, "--out", *FILES[:2], cwd=folder).communicate()
        bodies[name] = contents(folder)
    for trial in range(200):
        name = ("new.csv", "old.csv")[trial % 2]
        run = start("scorecard", name, "--out", *FILES[:2], cwd=folder)
        time.sleep(draw.uniform(0.0, 0.4))
        run.kill()
        run.communicate()
        for file, content in contents(folder).items():
            assert content in (bodies["old.csv"][file], bodies["new.csv"][file])
    start("scorecard", "old.csv", "--out", *FILES[:2], cwd=folder).communicate()
    assert contents(folder) == bodies["old.csv"]
    assert sorted(os.listdir(folder)) == sorted([*FILES, "old.csv", "new.csv"])
