"""The gates before a file is parsed: its size, what it expands to, its encoding, what it really is."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from spc.checks import InputError
from spc.parsing import Problem

__all__ = ["ENDINGS", "LIMITS", "Limits", "naming", "opened", "refuse", "refuse_all"]


@dataclass
class Limits:
    """What is read in one piece.

    20,000 series of 120 months are 70 MB of CSV; a wide file of all 35,000 LSOAs of England and Wales,
    14 types and 36 months is 60 MB and packs 15 to 30 times.
    """

    n_bytes: int = 2**30
    rows: int = 20_000_000
    columns: int = 4_096
    cells: int = 200_000_000
    expansion: int = 200
    #: Below this size a ratio says nothing: a small file of noughts is no bomb.
    expansion_from: int = 16 * 2**20


LIMITS = Limits()

ENDINGS = {".csv": "csv", ".csv.gz": "csv", ".xlsx": "excel", ".xlsm": "excel", ".parquet": "parquet"}

#: First bytes of what people rename to .csv.
_MARKS = (
    (b"PK\x03\x04", "zip"), (b"\xd0\xcf\x11\xe0", "xls"), (b"PAR1", "parquet"), (b"\x1f\x8b", "gz"),
    (b"%PDF", "pdf"), (b"{", "json"), (b"[{", "json"), (b"<", "html"), (b"BZh", "bz2"), (b"ARROW1", "arrow"),
)  # fmt: skip
_WANTED = {"excel": "zip", "parquet": "parquet"}
#: Columns or sheets that a sentence names.
_NAMED = 12
#: Packed bytes handed over at once, and what may come out of them: what is left over is copied each time.
_STEP, _MOST_OF_A_STEP = 2**14, 2**20


def refuse(rule: str, raw: str = "", source: str = "") -> NoReturn:
    """Refuse the file by one rule."""
    refuse_all([Problem.of(rule, raw, source=source)])


def refuse_all(problems: Sequence[Problem]) -> NoReturn:
    """Refuse the file, with every problem that was found; the sentence is the first one's."""
    more = len(problems) - 1
    rest = f" {more:,} more problem{'s' * (more > 1)} in `.problems`." if more else ""
    raise InputError(problems[0].sentence + rest, problems)


def naming(problem: Problem, names: Iterable[str]) -> Problem:
    """Return a problem whose remedy ends with the names that there are."""
    known = list(names)
    more = f" and {len(known) - _NAMED:,} more" if len(known) > _NAMED else ""
    return replace(problem, remedy=f"{problem.remedy}: {', '.join(map(repr, known[:_NAMED]))}{more}")


def opened(path: Path) -> tuple[str, bytes]:
    """Return the kind of a file ("csv", "excel", "parquet") and its bytes, unpacked if it was packed.

    Raises
    ------
    InputError
        The file cannot be opened, is too large, is packed too tightly, damaged, or something else than its
        ending says.
    """
    ending = "".join(path.suffixes[-2:]).lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    kind = ENDINGS.get(ending)
    if kind is None:
        refuse("unknown ending", source=path.name)
    try:
        if not path.is_file():  # a pipe would be waited for, without end
            refuse("no such file", source=str(path))
        size = path.stat().st_size
        if size > LIMITS.n_bytes:
            refuse("too large", f"{size:,} bytes", path.name)
        data = path.read_bytes()
    except OSError:
        refuse("no such file", source=str(path))
    if not data:
        refuse("empty file", source=path.name)
    if ending.endswith(".gz"):
        data = _unpacked(data, path.name)
    _refuse_other_contents(kind, data, path.name)
    return kind, data


def _unpacked(data: bytes, source: str) -> bytes:
    """Expand step by step, so that a bomb costs no more than what the limits allow."""
    if not data.startswith(b"\x1f\x8b"):
        refuse("other contents", source=source)
    view, at, out = memoryview(data), 0, bytearray()
    while at < len(data):
        stream: Any = zlib.decompressobj(wbits=31)
        while not stream.eof and at < len(data):
            chunk = view[at : at + _STEP]
            try:
                out += stream.decompress(chunk, _MOST_OF_A_STEP)
            except zlib.error:
                refuse("damaged file", source=source)
            at += len(chunk) - len(stream.unused_data if stream.eof else stream.unconsumed_tail)
            _refuse_expansion(len(out), at, source)
        out += stream.flush() if not stream.eof else b""
        if not stream.eof:
            refuse("damaged file", source=source)
        while at < len(data) and data[at] == 0:  # tape padding between members
            at += 1
    return bytes(out)


def _refuse_expansion(expanded: int, packed: int, source: str) -> None:
    if expanded > LIMITS.n_bytes:
        refuse("too large", f"{expanded:,} bytes", source)
    if expanded > LIMITS.expansion_from and expanded > LIMITS.expansion * max(packed, 1):
        refuse("expands too far", source=source)


def _refuse_other_contents(kind: str, data: bytes, source: str) -> None:
    head = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    found = next((name for mark, name in _MARKS if head.startswith(mark)), "text")
    if found != _WANTED.get(kind, "text"):
        refuse("other contents", source=source)


def refuse_size(rows: int, columns: int, source: str) -> None:
    """Refuse a table that is larger than is read in one piece."""
    if columns > LIMITS.columns:
        refuse("too large", f"{columns:,} columns", source)
    if rows > LIMITS.rows:
        refuse("too large", f"{rows:,} rows", source)
    if rows * columns > LIMITS.cells:
        refuse("too large", f"{rows * columns:,} cells", source)


def headings_of(names: Sequence[str], source: str) -> list[str]:
    """Return headings without the spaces around them; refuse one that stands twice."""
    stripped = [name.strip() for name in names]
    twice = [name for i, name in enumerate(stripped) if name and name in stripped[:i]]
    if twice:
        refuse_all([Problem.of("duplicated heading", name, source=source) for name in dict.fromkeys(twice)])
    return stripped
