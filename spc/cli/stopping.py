"""Ctrl-C and SIGTERM end a run within moments, whatever it is busy with.

Python hands a signal to the main thread between two steps of Python, and one step may be a CSV parser that
is busy for seconds. Here the signal wakes a thread of its own, which sweeps up unfinished files, says a
sentence and ends the process. Nothing finished is lost by that: files are put in place whole.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from spc.writing import abandon

__all__ = ["finish", "stoppable"]

#: 128 + number of the signal, as shells count.
STOPS = {signal.SIGINT: 130, signal.SIGTERM: 143}
#: Held by whoever ends the process, so that a run cannot report errors that its own end has caused.
_the_end = threading.Lock()


@contextmanager
def stoppable() -> Iterator[None]:
    """Watch for Ctrl-C and SIGTERM while the block runs, and ignore them afterwards.

    What comes after the block is Python's own end, a tenth of a second in which the outcome no longer
    changes. Only the main thread can watch.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    here, there = socket.socketpair()  # Windows wakes sockets alone, no pipes
    there.setblocking(False)
    for number in STOPS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup: it stays ignored
            signal.signal(number, lambda *_: None)
    woken = signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(here,), daemon=True, name="spc-stop").start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(woken)
        for number in STOPS:
            signal.signal(number, signal.SIG_IGN)
        there.send(b"\0")  # which is no signal: the watcher ends
        there.close()


def finish() -> None:
    """Wait for ever if a signal is already ending the process."""
    with _the_end:
        pass


def _watch(here: socket.socket) -> None:
    with here:
        while number := here.recv(1)[0]:
            if number in STOPS:
                _stop(number)


def _stop(number: int) -> None:
    _the_end.acquire()
    abandon()
    with suppress(OSError):
        os.write(2, b"spc: stopped; files that were there before are kept.\n")
    os._exit(STOPS[signal.Signals(number)])
