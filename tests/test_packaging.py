"""The wheel carries the whole package, and the constraints pin the whole environment."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: Files of pins, and the extras whose wishes they must meet.
PINNED = {"constraints.txt": ("test", "polars", "testing"), "constraints-bench.txt": ("bench", "polars")}


def pins_of(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_wheel_carries_every_file_of_the_package(built: Path):
    (wheel,) = built.glob("opcc_spc-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = [name for name in archive.namelist() if name.endswith("LICENSE")]
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "spc").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert carried == files
    assert "spc/py.typed" in carried
    assert len(licences) == 1


def test_source_archive_can_test_itself(built: Path):
    (source,) = built.glob("opcc_spc-*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "run.py", "Makefile", "tests/test_packaging.py", *PINNED} <= names
    assert not [name for name in names if name.startswith((".venv", "out/", ".git/"))]


@pytest.mark.parametrize("name", PINNED)
def test_constraints_are_bare_pins(name: str):
    shape = re.compile(
        r'[a-z0-9-]+==[0-9][0-9a-z.]*( ; (python_version|sys_platform) (==|<|>=) "[a-z0-9.]+")?'
    )
    odd = [line for line in pins_of(name) if not shape.fullmatch(line)]
    assert not odd, "A line is `name==version`, with a marker where it must be, and no place or hash."


def test_constraints_pin_all_that_the_tests_install():
    found = map(Requirement, pins_of("constraints.txt"))
    pins = {pin.name for pin in found if pin.marker is None or pin.marker.evaluate()}
    missing = sorted(installed_for("test") - pins)
    assert not missing, "constraints.txt has no pin for: " + ", ".join(missing)


@pytest.mark.parametrize("name", PINNED)
def test_pins_meet_what_the_project_asks_for(name: str):
    wanted = [Requirement(line) for line in PROJECT["dependencies"]]
    for extra in PINNED[name]:
        wanted += [Requirement(line) for line in PROJECT["optional-dependencies"][extra]]
    pins = list(map(Requirement, pins_of(name)))
    for want in wanted:
        versions = [str(pin.specifier)[2:] for pin in pins if pin.name == canonicalize_name(want.name)]
        assert versions or want.name == PROJECT["name"], f"{want.name} is not pinned"
        assert all(want.specifier.contains(version) for version in versions), f"{want} against {versions}"


def test_both_environments_differ_in_pandas_alone():
    ours, peers = (by_name(pins_of(name)) for name in PINNED)
    differ = {name for name in ours.keys() & peers.keys() if ours[name] != peers[name]}
    assert differ == {"pandas"}


def by_name(lines: list[str]) -> dict[str, list[str]]:
    """Return the lines of each distribution: one, or one for each Python."""
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(line.partition("==")[0], []).append(line)
    return found


def installed_for(extra: str) -> set[str]:
    """Return the distributions that this environment needs for the library with one of its extras."""
    todo = [(Requirement(line), "") for line in PROJECT["dependencies"]]
    todo += [(Requirement(line), "") for line in PROJECT["optional-dependencies"][extra]]
    seen: set[tuple[str, str]] = set()
    while todo:
        want, asked_by = todo.pop()
        if want.marker is not None and not want.marker.evaluate({"extra": asked_by}):
            continue
        name = canonicalize_name(want.name)
        for of_it in ["", *want.extras]:
            if (name, of_it) in seen:
                continue
            seen.add((name, of_it))
            if name == PROJECT["name"]:
                lines = PROJECT["optional-dependencies"].get(of_it, [])
            else:
                lines = metadata.requires(name) or []
            todo += [(Requirement(line), of_it) for line in lines]
    return {name for name, _ in seen} - {PROJECT["name"]}
