"""Files delivered whole (SPEC 13): a run leaves the complete old file or the complete new one.

Every file is written beside its place, flushed to the disk, read back and compared; only when all of them
are good are they moved into place, the manifest last. A lock file keeps two runs apart, and what a killed
run left lying about is swept up by the next one.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from spc.checks import ChoiceError, SpcError
from spc.writing.locking import acquire, release

__all__ = ["Delivery", "OutputError", "Written", "abandon", "sha256"]

#: One write to the disk.
CHUNK = 1 << 20
MANIFEST = ".manifest.json"
#: File systems allow names of 255 bytes; ours add a few to the name they stand beside.
LONGEST_NAME = 200
#: Files that would be left lying about if the process ended now.
_in_flight: set[str] = set()

_REMEDIES = {
    errno.ENOSPC: "the disk is full, so free some space",
    errno.EDQUOT: "the quota on this disk is used up, so free some space",
    errno.EFBIG: "it would be larger than a file may be here, so write it to another disk",
    errno.EROFS: "the disk can only be read, so write to another folder",
    errno.EACCES: "it may not be written, so close it in other programs or write to another folder",
    errno.EPERM: "it may not be written, so close it in other programs or write to another folder",
    errno.EIO: "the disk reports an error, so write to another disk",
    errno.ENAMETOOLONG: "its name is too long, so give a shorter one",
    errno.ENOLCK: "files cannot be locked there, so write to a folder of this machine",
    errno.EOPNOTSUPP: "files cannot be locked there, so write to a folder of this machine",
}


class OutputError(SpcError):
    """The disk refuses; what was there before is kept."""


@dataclass(frozen=True)
class Written:
    """A file as it was written: its name, its bytes and their SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class _Staged:
    place: str
    temp: str
    written: Written


class Delivery:
    """The files of one run: their places are checked and locked before any work is done.

    Parameters
    ----------
    outputs : sequence of path
        Where the files will stand.
    inputs : sequence of path
        Files that are read, which no output may overwrite.
    manifest : bool
        Whether `<first output>.manifest.json` is written too, by `publish`.

    Raises
    ------
    ChoiceError
        An output that is a folder, stands in no folder, is named twice or is also an input.
    LockedError
        When entered: another run is writing one of them.
    OutputError
        The disk refuses.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = Path(folder) / "page.txt"
    ...     with Delivery([page]) as delivery:
    ...         _ = delivery.stage(page, lambda target: target.write(b"whole"))
    ...         delivery.publish()
    ...     page.read_bytes()
    b'whole'
    """

    def __init__(
        self, outputs: Sequence[Path], *, inputs: Sequence[Path] = (), manifest: bool = False
    ) -> None:
        named = list(outputs)
        self.manifest = named[0].with_name(named[0].name + MANIFEST) if manifest and named else None
        if self.manifest is not None:
            named.append(self.manifest)
        self._places: dict[Path, str] = {}
        for path in named:
            place = _place(path)
            twins = [other for other, taken in self._places.items() if _same_file(place, taken)]
            if twins:
                raise ChoiceError(f"{path} and {twins[0]} are one file: name every output once.")
            for source in inputs:
                if _same_file(place, str(source)):
                    raise ChoiceError(f"{path} is also read: write to another file.")
            self._places[path] = place
        self._locks: dict[str, int] = {}
        self._staged: list[_Staged] = []

    def __enter__(self) -> Delivery:
        try:
            for path, place in sorted(self._places.items(), key=lambda pair: pair[1]):
                with _refusals(path):
                    lock = _beside(place, "spc-lock")
                    self._locks[lock] = acquire(lock, str(path))
                    _in_flight.add(lock)
                    with suppress(FileNotFoundError):
                        os.unlink(_beside(place, "spc-part"))
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for staged in self._staged:
            _remove(staged.temp)
        self._release()

    def stage(self, path: Path, write: Callable[[BinaryIO], object]) -> Written:
        """Write one file beside its place, and read it back.

        Parameters
        ----------
        path : Path
            One of the outputs, as it was given.
        write : callable
            Is handed a binary file and fills it.
        """
        place = self._places[path]
        temp = _beside(place, "spc-part")
        with _refusals(path):
            tally = _Tally(temp, _mode(place))
            try:
                with io.BufferedWriter(tally, CHUNK) as target:
                    write(target)
                    target.flush()
                    _flush_to_disk(tally.descriptor)
                if sha256(temp) != tally.digest.hexdigest():
                    raise OutputError(
                        f"{path} was not written: it reads back otherwise than it was written, so write to "
                        "another disk; what was there before is kept."
                    )
            except BaseException:
                tally.discard()
                raise
        written = Written(path.name, tally.size, tally.digest.hexdigest())
        self._staged.append(_Staged(place, temp, written))
        return written

    def publish(self, about: Mapping[str, Any] | None = None) -> None:
        """Move every staged file into its place, the manifest last.

        Parameters
        ----------
        about : mapping, optional
            What the manifest says besides the outputs.
        """
        files = list(self._staged)
        if self.manifest is not None:
            outputs = [vars(staged.written) for staged in files]
            text = json.dumps({**(about or {}), "outputs": outputs}, indent=2, ensure_ascii=False)
            self.stage(self.manifest, lambda target: target.write((text + "\n").encode()))
        _move(files)
        _move(self._staged[len(files) :])
        self._staged.clear()

    def _release(self) -> None:
        for lock, descriptor in self._locks.items():
            release(lock, descriptor)
            _in_flight.discard(lock)
        self._locks.clear()


def abandon() -> None:
    """Remove the unfinished files of this process, which is about to end."""
    for path in list(_in_flight):
        with suppress(OSError):
            os.unlink(path)


def sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file, as hexadecimal digits."""
    with open(path, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


class _Tally(io.RawIOBase):
    """A new file that keeps count and hash of the bytes handed to the disk."""

    def __init__(self, path: str, mode: int | None) -> None:
        super().__init__()
        self.path, self.size, self.digest = path, 0, hashlib.sha256()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        flags |= getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        _in_flight.add(path)
        self.descriptor = os.open(path, flags, 0o666)
        if mode is not None and hasattr(os, "fchmod"):
            os.fchmod(self.descriptor, mode)

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        count = os.write(self.descriptor, data)
        self.digest.update(memoryview(data)[:count])
        self.size += count
        return count

    def close(self) -> None:
        if not self.closed:
            super().close()
            os.close(self.descriptor)

    def discard(self) -> None:
        with suppress(OSError):
            self.close()
        _remove(self.path)


def _move(files: Sequence[_Staged]) -> None:
    moved: list[str] = []
    for staged in files:
        try:
            os.replace(staged.temp, staged.place)
        except OSError as reason:
            new = f" ({', '.join(moved)} had been replaced before)" if moved else ""
            raise _refusal(Path(staged.place), reason, new) from reason
        _in_flight.discard(staged.temp)
        moved.append(staged.written.name)
    for folder in dict.fromkeys(os.path.dirname(staged.place) for staged in files):
        with _refusals(Path(folder)):
            _flush_folder(folder)


def _place(path: Path) -> str:
    """Return where the file will really stand, links followed."""
    text = str(path)
    if "\0" in text:
        raise ChoiceError(f"The output {text!r} has a character that no file name can have.")
    place = os.path.realpath(text)
    if os.path.isdir(place):
        raise ChoiceError(f"The output {path} is a folder: name a file in it.")
    if os.path.exists(place) and not os.path.isfile(place):
        raise ChoiceError(f"The output {path} is a device, not a file: name a file.")
    if not os.path.isdir(os.path.dirname(place)):
        raise ChoiceError(f"There is no folder {path.parent} for {path.name}: make it first.")
    return place


def _same_file(place: str, other: str) -> bool:
    if os.path.normcase(place) == os.path.normcase(os.path.realpath(other)):
        return True
    try:
        return os.path.samefile(place, other)
    except OSError:
        return False


def _beside(place: str, ending: str) -> str:
    folder, name = os.path.split(place)
    if len(os.fsencode(name)) > LONGEST_NAME:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()
    return os.path.join(folder, f".{name}.{ending}")


def _mode(place: str) -> int | None:
    """Return the permissions of the file that will be replaced."""
    try:
        return stat.S_IMODE(os.stat(place).st_mode)
    except FileNotFoundError:
        return None


def _remove(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)
    _in_flight.discard(path)


def _flush_to_disk(descriptor: int) -> None:
    os.fsync(descriptor)
    # The reading back should come from the disk, not from memory.
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _flush_folder(folder: str) -> None:
    if sys.platform == "win32":
        return  # folders cannot be opened there
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as reason:
        raise _refusal(path, reason) from reason


def _refusal(path: Path, reason: OSError, more: str = "") -> OutputError:
    why = _REMEDIES.get(reason.errno or 0, f"{reason.strerror or reason}, so write to another place")
    return OutputError(f"{path} was not written: {why}; what was there before is kept{more}.")
