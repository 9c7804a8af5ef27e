"""A delivery leaves the old file or the new one, keeps others out, and says what the disk refuses."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spc.checks import ChoiceError
from spc.writing import Delivery, OutputError, sha256
from spc.writing.locking import LockedError

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals, forks and permissions of POSIX")


def deliver(*paths: Path, content: bytes = b"new", **options: Any) -> None:
    with Delivery(paths, **options) as delivery:
        for path in paths:
            delivery.stage(path, lambda target: target.write(content))
        delivery.publish({"command": "test"})


def refusing(number: int) -> Callable[..., Any]:
    def refuse(*_: object, **__: object) -> Any:
        raise OSError(number, os.strerror(number))

    return refuse


def test_files_and_manifest_are_whole_and_nothing_else_is_left(tmp_path: Path):
    first, second = tmp_path / "a.csv", tmp_path / "b.parquet"
    deliver(first, second, manifest=True)
    assert sorted(os.listdir(tmp_path)) == ["a.csv", "a.csv.manifest.json", "b.parquet"]
    about = json.loads((tmp_path / "a.csv.manifest.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(b"new").hexdigest()
    assert about == {
        "command": "test",
        "outputs": [{"name": name, "size": 3, "sha256": digest} for name in ("a.csv", "b.parquet")],
    }


def test_equal_runs_leave_equal_bytes(tmp_path: Path):
    path = tmp_path / "a.csv"
    hashes = []
    for _ in range(2):
        deliver(path, manifest=True)
        hashes.append([sha256(path), sha256(tmp_path / "a.csv.manifest.json")])
    assert hashes[0] == hashes[1]


def test_a_failure_in_the_work_keeps_the_old_file(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    def fail(target: Any) -> None:
        target.write(b"half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), Delivery([path]) as delivery:
        delivery.stage(path, fail)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.csv"]


def test_nothing_is_moved_before_publish(tmp_path: Path):
    path = tmp_path / "a.csv"
    with Delivery([path]) as delivery:
        delivery.stage(path, lambda target: target.write(b"new"))
        assert not path.exists()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, 9999])
@pytest.mark.parametrize("call", ["write", "fsync", "replace", "open"])
def test_what_the_disk_refuses_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, call, refusing(number))
        with pytest.raises(OutputError, match=r"a\.csv was not written: .*, so .* is kept\.$"):
            deliver(path, manifest=True)
    assert path.read_bytes() == b"old"
    deliver(path, manifest=True)
    assert sorted(os.listdir(tmp_path)) == ["a.csv", "a.csv.manifest.json"]


def test_a_refused_second_move_says_which_file_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    real = os.replace

    def replace(source: str, place: str) -> None:
        if place.endswith("b.csv"):
            raise PermissionError(errno.EACCES, "in use")
        real(source, place)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OutputError, match=r"b\.csv was not written: .*close it.*\(a\.csv had been replaced"):
        deliver(first, second, manifest=True)
    assert sorted(os.listdir(tmp_path)) == ["a.csv"]


def test_a_disk_that_lies_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data).replace(b"n", b"m")))
    with pytest.raises(OutputError, match="reads back otherwise"):
        deliver(path)
    assert path.read_bytes() == b"old"


@POSIX
def test_a_full_disk_of_the_real_kind(tmp_path: Path):
    """The kernel itself refuses: a limit on the size of files stands in for a full disk."""
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom spc.writing import Delivery, OutputError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\npath = Path(sys.argv[1])\n"
        "try:\n    with Delivery([path]) as d:\n        d.stage(path, lambda t: t.write(b'x' * 9000))\n"
        "        d.publish()\nexcept OutputError as reason:\n    print(reason)\n"
    )
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert "larger than a file may be here" in done.stdout
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.csv"]


@POSIX
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="may not be written"):
            deliver(tmp_path / "a.csv")
    finally:
        tmp_path.chmod(0o700)


def test_places_that_cannot_be(tmp_path: Path):
    here = tmp_path / "a.csv"
    (tmp_path / "folder.csv").mkdir()
    here.write_bytes(b"old")
    for paths, said in [
        ([tmp_path / "folder.csv"], "is a folder"),
        ([tmp_path / "nowhere" / "a.csv"], "no folder"),
        ([here, tmp_path / "." / "a.csv"], "are one file"),
        ([here, tmp_path / "folder.csv" / ".." / "a.csv"], "are one file"),
        ([Path("a\0.csv")], "no file name can have"),
    ]:
        with pytest.raises(ChoiceError, match=said):
            Delivery(paths)
    with pytest.raises(ChoiceError, match="is also read"):
        Delivery([here], inputs=[tmp_path / "folder.csv" / ".." / "a.csv"])
    assert here.read_bytes() == b"old"


@POSIX
def test_links_are_followed_and_told_apart(tmp_path: Path):
    target = tmp_path / "deep" / "target.csv"
    target.parent.mkdir()
    target.write_bytes(b"old")
    link, twin = tmp_path / "link.csv", tmp_path / "twin.csv"
    link.symlink_to(target)
    os.link(target, twin)
    with pytest.raises(ChoiceError, match="are one file"):
        Delivery([link, target])
    with pytest.raises(ChoiceError, match="is also read"):
        Delivery([link], inputs=[twin])
    deliver(link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    with pytest.raises(ChoiceError, match="device"):
        Delivery([Path("/dev/null")])


@POSIX
def test_permissions_are_those_of_the_old_file(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    path.chmod(0o640)
    deliver(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@POSIX
def test_a_link_laid_in_the_place_of_the_lock_is_not_followed(tmp_path: Path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / ".a.csv.spc-lock").symlink_to(victim)
    with pytest.raises(OutputError):
        deliver(tmp_path / "a.csv")
    (tmp_path / ".a.csv.spc-lock").unlink()
    (tmp_path / ".a.csv.spc-part").symlink_to(victim)
    deliver(tmp_path / "a.csv")
    assert victim.read_bytes() == b"precious"


def test_a_second_run_is_told_who_holds_the_file(tmp_path: Path):
    path = tmp_path / "a.csv"
    with Delivery([path]):
        with pytest.raises(LockedError, match=f"another run of spc \\(process {os.getpid()}\\)"):
            deliver(tmp_path / "b.csv", path)
        deliver(tmp_path / "b.csv")  # what the refused run had locked is free again
    deliver(path)
    assert sorted(os.listdir(tmp_path)) == ["a.csv", "b.csv"]


def test_names_as_long_as_they_may_be(tmp_path: Path):
    path = tmp_path / ("ä" * 120 + ".csv")
    deliver(path)
    assert os.listdir(tmp_path) == [path.name]
    with pytest.raises(OutputError, match="name is too long"):
        deliver(path, manifest=True)


def killed(*words: str) -> Any:
    command = [sys.executable, "-m", "tests.cli.killed", *words]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@POSIX
def test_killed_at_every_call():
    found = killed("every")
    steps = {"old old old", "new old old", "new new old", "new new new"}
    assert set(found["states"]) == steps, "data files first, the manifest last, each whole"
    assert found["trials"] > 140


@POSIX
def test_killed_at_random_moments():
    for _ in range(4):  # a busy machine may let all moments fall before and after the work
        found = killed("moments", "200")
        assert found["trials"] == 200
        assert not [text for text in found["states"] if "?" in text], found
        if len(found["states"]) > 2:
            return
    pytest.fail("the moments fell before and after the work alone")
