"""Columns to the bytes of a CSV or Parquet table; the same columns give the same bytes, on every run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, BinaryIO

import numpy as np

from spc.inert import csv_text, visible

__all__ = ["TABLE_ENDINGS", "Columns", "write_table"]

#: Column name to its cells; a table too long for memory comes as several of these, one after the other.
Columns = Mapping[str, np.ndarray[Any, Any]]
TABLE_ENDINGS = (".csv", ".parquet")


def write_table(
    ending: str, parts: Iterable[Columns], target: BinaryIO, *, ours: Collection[str] = ()
) -> None:
    """Write columns as the table that the ending asks for.

    Parameters
    ----------
    ending : {".csv", ".parquet"}
    parts : iterable of mapping of str to (n,) array
        Numbers (NaN = empty) or texts; every part has the same columns.
    target : binary file
    ours : collection of str
        Columns of words that we print ourselves ("-20.6%"), where a leading minus is no formula. Every
        other text is made inert in CSV; Parquet runs nothing and keeps texts as they are.
    """
    write = {".csv": _write_csv, ".parquet": _write_parquet}[ending]
    write(parts, target, ours)


def _write_csv(parts: Iterable[Columns], target: BinaryIO, ours: Collection[str]) -> None:
    for number, columns in enumerate(parts):
        if number == 0:
            target.write(_row(map(_quoted, map(csv_text, columns))).encode())
        spelt = [_cells(cells, visible if name in ours else csv_text) for name, cells in columns.items()]
        target.write("".join(map(_row, zip(*spelt, strict=True))).encode())


def _row(cells: Iterable[str]) -> str:
    return ",".join(cells) + "\n"


def _cells(cells: np.ndarray[Any, Any], spell: Callable[[str], str]) -> list[str]:
    """Return the cells as they stand in a CSV; columns repeat themselves, so each value is spelt once."""
    if cells.dtype.kind in "fiub":
        values, places = np.unique(cells, return_inverse=True)
        return np.array([_number(value) for value in values.tolist()], dtype=object)[places].tolist()
    texts = _texts(cells)
    known = {text: _quoted(spell(text)) for text in set(texts)}
    return [known[text] for text in texts]


def _number(value: float) -> str:
    """Return the shortest text that reads back as this number: 12 for 12.0, nothing for NaN."""
    if value != value:
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if '"' in text or "," in text else text


def _write_parquet(parts: Iterable[Columns], target: BinaryIO, ours: Collection[str]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    writer = None
    for columns in parts:
        table = pa.table({name: _arrow(cells) for name, cells in columns.items()})
        writer = writer or parquet.ParquetWriter(target, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _arrow(cells: np.ndarray[Any, Any]) -> Any:
    import pyarrow as pa

    if cells.dtype.kind in "fiub":
        return pa.array(cells, from_pandas=True)
    return pa.array(_texts(cells), pa.string())


def _texts(cells: np.ndarray[Any, Any]) -> list[str]:
    """Return texts that UTF-8 can hold: half a surrogate pair is written out."""
    texts = [str(cell) for cell in cells.tolist()]
    known = {text: text.encode("utf-8", "backslashreplace").decode() for text in set(texts)}
    return [known[text] for text in texts]
