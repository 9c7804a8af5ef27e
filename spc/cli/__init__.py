"""The command line: `spc scorecard`, `spc forecast`, `spc check`, `spc warm` (docs/command_line.md).

Nothing heavy is imported before the options are read, so that `spc --help` and a misspelt option answer
at once.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from importlib import import_module
from typing import TextIO

from spc.checks import ChoiceError, InputError
from spc.cli.complaining import told
from spc.cli.settings import Settings, as_options, parser, settings_of
from spc.cli.stopping import finish, stoppable
from spc.inert import visible
from spc.writing import OutputError
from spc.writing.locking import LockedError

__all__ = ["EXIT_CODES", "main"]

#: Exit code to its meaning (SPEC 13).
EXIT_CODES = {
    0: "done",
    1: "a fault of our own, with a traceback",
    2: "usage: an option or spc.toml is at fault; nothing was changed",
    3: "the input is refused; nothing was changed",
    4: "done, but some cells or series are refused and reported",
    5: "disk or memory; files that were there before are kept",
    6: "another run is writing the same file",
    130: "stopped by Ctrl-C",
    143: "stopped by SIGTERM",
}
REFUSALS: tuple[tuple[type[BaseException], int], ...] = (
    (ChoiceError, 2),
    (InputError, 3),
    (OutputError, 5),
    (MemoryError, 5),
    (LockedError, 6),
    (KeyboardInterrupt, 130),
)
#: Command to the function that carries it out, as `module:function`.
RUN_BY = {
    "scorecard": "spc.cli.commands:make_scorecard",
    "forecast": "spc.cli.forecasting:make_forecast",
    "check": "spc.cli.commands:check",
    "warm": "spc.cli.warming:warm_up",
}


def main(words: Sequence[str] | None = None) -> int:
    """Carry out one command and return its exit code.

    Parameters
    ----------
    words : sequence of str, optional
        The command line without its first word; by default that of this process, which then also ends
        within moments of Ctrl-C or SIGTERM.

    Returns
    -------
    int
        A key of `EXIT_CODES`.

    Examples
    --------
    >>> main(["scorecard"])
    2
    """
    with stoppable() if words is None else nullcontext(), warnings.catch_warnings():
        warnings.showwarning = _show_warning
        code, lines = _outcome(lambda: _run(sys.argv[1:] if words is None else words))
        finish()
        _complain(lines)
    return code


def _run(words: Sequence[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a Windows console may have no arrows
    try:
        settings = settings_of(words)
    except SystemExit:  # argparse has printed its help
        return 0
    if settings.command == "version":
        from importlib.metadata import version  # 25 ms, which `--help` need not wait for

        print(f"spc {version('opcc-spc')}")
        return 0
    if settings.command == "help":
        parser().print_help()
        return 2
    return _carry_out(settings)


def _carry_out(settings: Settings) -> int:
    module, function = RUN_BY[settings.command].split(":")
    done = getattr(import_module(module), function)(settings, _speaker(settings))
    _complain([visible(as_options(line)) for line in done.refused])
    try:
        for lines in done.page:
            print(lines)
        sys.stdout.flush()
    except BrokenPipeError:  # as in `spc scorecard ... | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as reason:
        raise OutputError(f"The console output was not written: {reason.strerror}.") from reason
    code: int = done.code
    return code


def _speaker(settings: Settings) -> Callable[[str], None]:
    began = time.monotonic()

    def say(what: str) -> None:
        if settings["progress"]:
            _complain([f"{time.monotonic() - began:6.1f} s  {what}"])

    return say


def _outcome(work: Callable[[], int]) -> tuple[int, list[str]]:
    """Return the exit code of the work, and what is to be said on stderr."""
    try:
        return work(), []
    except tuple(kind for kind, _ in REFUSALS) as refusal:
        code = next(code for kind, code in REFUSALS if isinstance(refusal, kind))
        lines = [visible(as_options(line)) for line in _lines(refusal)]
        return code, [traceback.format_exc(), *lines] if os.environ.get("SPC_TRACEBACK") else lines
    except Exception:  # noqa: BLE001 - whatever it is, it is ours, and the traceback is printed
        said = "This is a fault in spc, not in your data: please report the lines above to its authors."
        return 1, [traceback.format_exc().rstrip(), said]


def _sentence(refusal: BaseException) -> str:
    if isinstance(refusal, KeyboardInterrupt):
        return "spc: stopped; files that were there before are kept."
    if isinstance(refusal, MemoryError):
        return "The memory of this machine is not enough: close other programs, or split the input."
    return str(refusal)


def _lines(refusal: BaseException) -> list[str]:
    """Return the problems behind a refusal, as far as a console holds them, or its sentence."""
    return told(getattr(refusal, "problems", ())) or [_sentence(refusal)]


def _complain(lines: Sequence[str]) -> None:
    with suppress(OSError):  # where nobody listens the exit code says it
        for line in lines:
            print(line, file=sys.stderr, flush=True)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    _complain([f"Warning: {message}"])
