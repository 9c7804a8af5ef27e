"""One run at a time: a lock file beside each output, freed by the system when its owner ends."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from spc.checks import SpcError

__all__ = ["LockedError", "acquire", "release"]


#: A link laid in the place of the lock file is not followed.
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


class LockedError(SpcError):
    """Another run is writing the same file."""


def acquire(lock: str, path: str) -> int:
    """Lock `path` by the lock file beside it, and return that file's descriptor.

    The lock belongs to the descriptor, so that it is free when the process ends, however it ends.

    Raises
    ------
    LockedError
        Another run holds it.
    OSError
        The lock file cannot be made.
    """
    while True:
        descriptor = os.open(lock, _FLAGS, 0o666)
        try:
            if not _lock(descriptor):
                owner = os.read(descriptor, 20).decode("ascii", "replace").strip()
                known = f" (process {owner})" if owner.isdigit() else ""
                raise LockedError(f"{path} is being written by another run of spc{known}: let it end first.")
            # its former owner may have removed it between our opening and our locking
            if _is_at(descriptor, lock):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, str(os.getpid()).encode())
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_at(descriptor: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, 1 << 30, os.SEEK_SET)  # far behind the number of the process, which is read
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def release(lock: str, descriptor: int) -> None:
    """Free a lock: remove the lock file while it is still ours; Windows removes none that is open."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.unlink(lock)
    os.close(descriptor)
    if sys.platform == "win32":
        with suppress(OSError):
            os.unlink(lock)
