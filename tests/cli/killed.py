"""A process that makes deliveries and is killed in them: `python -m tests.cli.killed every|moments`.

It forks a child for each trial, so that a trial costs milliseconds. The child dies of SIGKILL, which no
code can catch, either before or after a given call of the operating system, or at a random moment. Then the
files are looked at, by their bytes. What was seen is printed as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from spc.writing import Delivery

NAMES = ("first.csv", "second.parquet")
FILES = (*NAMES, "first.csv.manifest.json")
CALLS = ("open", "write", "fsync", "ftruncate", "replace", "unlink", "close")
OLD, NEW = b"old", b"new"
SLICE = 700


def deliver(folder: Path, word: bytes, size: int = 4_000) -> None:
    """Write both files and the manifest, filled with the word."""
    with Delivery([folder / name for name in NAMES], manifest=True) as delivery:
        for name in NAMES:
            delivery.stage(folder / name, lambda target, name=name: target.write(word * size + name.encode()))
        delivery.publish({"word": word.decode()})


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def bodies(size: int = 4_000) -> dict[bytes, dict[str, bytes]]:
    """Return what a whole delivery of each word leaves behind."""
    found = {}
    for word in (OLD, NEW):
        with tempfile.TemporaryDirectory() as folder:
            deliver(Path(folder), word, size)
            found[word] = contents(Path(folder))
    return found


def state(folder: Path, whole: dict[bytes, dict[str, bytes]]) -> str:
    """Say of each file whether it is old, new, or neither ("?")."""
    words = []
    for name, body in contents(folder).items():
        words.append(next((word.decode() for word in whole if whole[word][name] == body), "?"))
    return " ".join(words)


def die_at(number: int, after: bool) -> None:
    """Arrange for this process to be killed at its n-th call; writes are cut short, as they may be."""
    count = 0

    def watched(call: Callable[..., Any], *given: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count == number and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        mine = count
        try:
            return call(*given, **named)
        finally:  # a call that fails is a moment too
            if mine == number:
                os.kill(os.getpid(), signal.SIGKILL)

    for name in CALLS:
        real = getattr(os, name)
        if name == "write":
            real = lambda descriptor, data, real=real: real(descriptor, bytes(data)[:SLICE])  # noqa: E731
        setattr(os, name, lambda *given, real=real, **named: watched(real, *given, **named))


def forked(work: Callable[[], None], kill_after: float | None = None) -> bool:
    """Run the work in a child and say whether it was killed; a child that fails by itself is an error."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:  # a forked child must not go on with its parent's work
            failed = sys.exc_info()[1]
            if failed is not None:
                os.write(2, f"{type(failed).__name__}: {failed}\n".encode())
            os._exit(failed is not None)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    if os.WEXITSTATUS(status):
        raise RuntimeError(f"the child failed by itself: {os.WEXITSTATUS(status)}")
    return False


def every_call(folder: Path) -> Iterator[str]:
    """Kill a delivery before and after each of its calls; yield what it left."""
    whole = bodies()
    for after in (False, True):
        number = 1
        while True:
            deliver(folder, OLD)

            def work(number: int = number, after: bool = after) -> None:
                die_at(number, after)
                deliver(folder, NEW)

            if not forked(work):
                break
            yield state(folder, whole)
            deliver(folder, NEW)
            if state(folder, whole) != "new new new" or sorted(os.listdir(folder)) != sorted(FILES):
                yield f"the next run did not mend it: {sorted(os.listdir(folder))}"
            number += 1


def moments(folder: Path, trials: int, seed: int) -> Iterator[str]:
    """Kill deliveries of some megabytes at random moments; yield what they left."""
    size = 400_000
    whole = bodies(size)
    deliver(folder, OLD, size)
    began = time.perf_counter()
    forked(lambda: deliver(folder, OLD, size))
    usual = time.perf_counter() - began
    draw = random.Random(seed)
    for trial in range(trials):
        word = (OLD, NEW)[trial % 2]
        forked(lambda word=word: deliver(folder, word, size), kill_after=draw.uniform(0.0, 1.2 * usual))
        yield state(folder, whole)


def main(words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if words[0] == "every":
            found = list(every_call(Path(folder)))
        else:
            found = list(moments(Path(folder), int(words[1]), seed=13))
    print(
        json.dumps({"trials": len(found), "states": {text: found.count(text) for text in sorted(set(found))}})
    )


if __name__ == "__main__":
    main(sys.argv[1:])
