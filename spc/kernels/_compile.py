"""The one room that owns compilation: signatures, cache, threads.

Two words: `@row` works on one series and stays inside its file, or stands in kernels/shared for several;
`@kernel` loops over the series from `first` to `last` and is the only thing Python calls.

Threads are Python's: a kernel releases the GIL, so plain threads run blocks of series side by side.
No `prange`: it costs 0.5-0.9 s of compilation a kernel, aborts when two threads enter, and dies after
a fork (docs/decisions/0003-threads.md). A block writes its own rows and nothing else, so the bits do
not depend on the number of threads.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import multiprocessing
import os
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import numba
import numpy as np

__all__ = ["KERNELS", "Kernel", "float_rows", "kernel", "row", "set_threads", "threads"]

#: Fewest series in one block: 512 x 120 months of float64 are 0.5 MB and take 0.1-1 ms.
BLOCK = 512
#: Most series in one block, so that Ctrl-C waits for tens of milliseconds and not for the end.
LARGEST_BLOCK = 16_384
#: Below this many bytes a second thread costs more than it brings (50 us a hand-over).
SERIAL_BELOW = 1_000_000

#: Where rows stand that several kernels call; an edit there must recompile those kernels.
SHARED = "spc.kernels.shared."

KERNELS: list[Kernel] = []

_lock = threading.Lock()
_pool: ThreadPoolExecutor | None = None
_threads: int | None = None
_said_uncached = False


def row(function: Callable[..., Any]) -> Any:
    """Compile a function on one series, for the kernels of its own file, or of all where it is in shared."""
    return numba.njit(error_model="numpy", nogil=True)(function)


def kernel(function: Callable[..., Any]) -> Kernel:
    """Make `function(first, last, values, ...)` an entry point that Python calls as `k(values, ...)`."""
    made = Kernel(function)
    KERNELS.append(made)
    return made


class Kernel:
    """A compiled loop over series, run in blocks on as many threads as are allowed.

    Parameters
    ----------
    function : callable
        `function(first, last, values, tables..., scalars..., outputs...)`; `values` has one row a
        series, outputs are fully written for the rows `first <= s < last`.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        self.python = function
        self.compiled = _compile_cached(function)
        self.ready = False
        self._lock = threading.Lock()

    def __call__(self, *arrays: Any) -> None:
        n_series = arrays[0].shape[0]
        if not self.ready:
            self._compile_once(arrays)
        workers = threads()
        if workers == 1 or n_series <= BLOCK or arrays[0].nbytes < SERIAL_BELOW:
            self.compiled(0, n_series, *arrays)
        else:
            self._run_in_blocks(n_series, arrays)

    def _compile_once(self, arrays: tuple[Any, ...]) -> None:
        """Compile for read-only inputs, which writeable arrays fit too, and for nothing else ever after.

        A Panel's arrays are read-only and fresh ones are not: left to itself numba compiles both. Now a
        stray dtype or layout is an error instead of a second, silent compilation of a second or so.
        """
        with self._lock:
            if not self.ready and hasattr(self.compiled, "compile"):
                names = list(inspect.signature(self.python).parameters)[2:]
                types = [_argument_type(name, array) for name, array in zip(names, arrays, strict=True)]
                self.compiled.compile((numba.int64, numba.int64, *types))
                self.compiled.disable_compile()
            self.ready = True

    def _run_in_blocks(self, n_series: int, arrays: tuple[Any, ...]) -> None:
        pool = _thread_pool()
        # four blocks a thread, so that a slow core does not hold the others up
        size = min(max(BLOCK, -(-n_series // (4 * threads()))), LARGEST_BLOCK)
        blocks = [
            pool.submit(self.compiled, first, min(first + size, n_series), *arrays)
            for first in range(0, n_series, size)
        ]
        try:
            wait(blocks)
        except BaseException:  # Ctrl-C: what has not begun never begins
            for block in blocks:
                block.cancel()
            raise
        for block in blocks:
            block.result()

    @property
    def signatures(self) -> list[Any]:
        """The signatures compiled so far: one, unless a caller slipped in another dtype or layout."""
        return list(getattr(self.compiled, "signatures", []))


def _argument_type(name: str, argument: Any) -> Any:
    kind = numba.typeof(argument)
    if isinstance(kind, numba.types.Array) and not name.startswith("out"):
        return kind.copy(readonly=True)
    return kind


def _stamp(function: Callable[..., Any]) -> None:
    """Name a kernel that needs shared rows after their sources: numba's cache looks at its own file alone.

    numba names a kernel's cache files by its `__qualname__`, so that after an edit in kernels/shared it finds
    none under the new name (docs/decisions/0020-shared-kernels.md).
    """
    homes = (str(getattr(thing, "__module__", "")) for thing in function.__globals__.values())
    if any(home.startswith(SHARED) for home in homes):
        function.__qualname__ += _shared_digest()


@functools.cache
def _shared_digest() -> str:
    """Return a digest of the sources in kernels/shared; "" without sources, where nothing can be edited."""
    try:
        sources = [path.read_bytes() for path in sorted(Path(__file__).with_name("shared").rglob("*.py"))]
    except OSError:
        return ""
    return f"-{hashlib.sha256(b''.join(sources)).hexdigest()[:12]}" if sources else ""


def _compile_cached(function: Callable[..., Any]) -> Any:
    global _said_uncached
    _stamp(function)
    options: dict[str, Any] = {"error_model": "numpy", "nogil": True}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # numba found no folder it may write to
        if not _said_uncached:
            _said_uncached = True
            warnings.warn(
                "spc cannot write numba's cache here, so every process compiles afresh; "
                "set NUMBA_CACHE_DIR to a folder that can be written.",
                RuntimeWarning,
                stacklevel=4,
            )
        return numba.njit(**options)(function)


def threads() -> int:
    """Return how many threads a kernel may use: `set_threads`, else SPC_THREADS, else our cores.

    A worker process takes one: those who started it share the cores out, and n workers of n threads each
    would stand in each other's way.
    """
    if _threads is not None:
        return _threads
    asked = os.environ.get("SPC_THREADS", "")
    if asked:
        if not (asked.isascii() and asked.isdigit() and int(asked) > 0):
            raise ValueError(f"SPC_THREADS must be a whole number from 1, got {asked!r}.")
        return int(asked)
    if multiprocessing.parent_process() is not None:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def set_threads(count: int | None) -> None:
    """Fix the number of threads in this process, from 1; `None` goes back to the default."""
    global _threads
    given: Any = count
    if count is not None and (isinstance(given, bool) or not isinstance(given, int) or given < 1):
        raise ValueError(f"`count` must be a whole number from 1, or None, got {count!r}.")
    with _lock:
        _threads = count
        _forget_pool()


def _thread_pool() -> ThreadPoolExecutor:
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(threads(), thread_name_prefix="spc-kernel")
        return _pool


def _forget_pool() -> None:
    global _pool
    _pool = None


def _after_fork() -> None:
    """Start afresh in a forked child, which inherits the pool and the lock but none of the threads."""
    global _lock
    _lock = threading.Lock()
    for made in KERNELS:
        made._lock = threading.Lock()
    _forget_pool()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def float_rows(array: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the one layout that kernels know: float64, C-contiguous, aligned (copied only if it is not)."""
    return np.require(array, np.float64, ["C", "A"])
