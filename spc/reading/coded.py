"""Columns as they come from a source: unique texts with a code per row, or numbers that need no reading.

The texts stay in Arrow, so that a column of two million cells makes no Python object per cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spc.array_types import Array

__all__ = [
    "Column",
    "Sheet",
    "cell_text",
    "clock_text",
    "column_of",
    "joined",
    "number_rows",
    "plain_column",
    "texts_column",
]


LAST_EXACT_INTEGER = 2**53
SMALLEST, LARGEST = 1e-100, 1e100


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a source.

    Parameters
    ----------
    name : str
        The heading, as it stands.
    codes : (n_rows,) int
        Which of the texts stands in each row; empty where the column came as numbers.
    texts : Arrow array of str, optional
        The texts, as good as unique, "" for an empty cell; None where the column came as numbers.
    numbers : (n_rows,) float64
        A column that came as numbers, every one of them sound; NaN = empty.
    """

    name: str
    codes: Array
    texts: Any
    numbers: Array

    @property
    def is_numbers(self) -> bool:
        """Whether the column came as numbers."""
        return self.texts is None

    def unique(self) -> list[str]:
        """Return the unique texts as Python strings."""
        return [str(text) for text in self.texts.to_pylist()]

    def text(self, row: int) -> str:
        """Return one cell as the text that stood there."""
        if not self.is_numbers:
            return str(self.texts[int(self.codes[row])].as_py())
        number = float(self.numbers[row])
        return "" if np.isnan(number) else cell_text(number)

    def take(self, rows: Array) -> Column:
        """Return some of the rows, by mask or by place."""
        if self.is_numbers:
            return replace(self, numbers=self.numbers[rows])
        return replace(self, codes=self.codes[rows])

    def is_blank(self) -> Array:
        """True where a cell is empty or holds spaces alone."""
        if self.is_numbers:
            return np.isnan(self.numbers)
        import pyarrow.compute as pc

        blank = pc.equal(pc.utf8_trim_whitespace(self.texts), "").to_numpy(zero_copy_only=False)
        taken: Array = blank[self.codes] if blank.any() else np.zeros(len(self.codes), np.bool_)
        return taken

    def as_texts(self) -> Column:
        """Return the column as texts, whatever it came as."""
        if not self.is_numbers:
            return self
        values, codes = np.unique(self.numbers, return_inverse=True)
        return texts_column(self.name, ["" if np.isnan(v) else cell_text(float(v)) for v in values], codes)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table of columns of equal length, the name of its source, and the sheets beside it (`unread`)."""

    source: str
    columns: Mapping[str, Column]
    n_rows: int
    unread: tuple[str, ...] = ()

    def take(self, rows: Array) -> Sheet:
        """Return some of the rows, by mask."""
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        return replace(self, columns=columns, n_rows=int(np.count_nonzero(rows)))

    def without_blank_rows(self) -> Sheet:
        """Return the sheet without the rows in which nothing stands, as Excel leaves them behind."""
        blank = np.ones(self.n_rows, np.bool_)
        for column in self.columns.values():
            blank &= column.is_blank()
            if not blank.any():
                return self
        return self.take(~blank)


def _numbers_column(name: str, numbers: Array) -> Column:
    return Column(name, np.empty(0, np.int32), None, numbers)


def texts_column(name: str, texts: Sequence[str], codes: Array | None = None) -> Column:
    """Return a column of Python strings; with `codes` the texts are the unique ones.

    Raises
    ------
    UnicodeEncodeError
        A text that is no Unicode (half of a surrogate pair).
    """
    import pyarrow as pa

    held = pa.array(texts, pa.large_string())
    return _coded(name, pa.chunked_array([held])) if codes is None else Column(name, codes, held, np.empty(0))


def column_of(name: str, cells: Any) -> Column | None:
    """Return an Arrow array of any type as a column; None for a type that holds neither text nor number."""
    import pyarrow as pa

    chunks = cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([cells])
    kind = chunks.type.value_type if pa.types.is_dictionary(chunks.type) else chunks.type
    if pa.types.is_null(kind):
        return texts_column(name, [""], np.zeros(len(chunks), np.int32))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _numbers(name, chunks, kind)
    if pa.types.is_duration(kind):
        return _durations(name, chunks)
    if pa.types.is_timestamp(kind) and kind.tz:
        chunks = _days_of_the_place(chunks)
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    is_time = pa.types.is_temporal(kind) and not pa.types.is_interval(kind)
    if is_text or is_time or pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
        return _coded(name, chunks)
    return None


def _days_of_the_place(chunks: Any) -> Any:
    """Return times with a zone as days, where all are midnight there (in a London summer 23:00 in UTC)."""
    import pyarrow.compute as pc

    local = pc.local_timestamp(chunks)
    return local if pc.all(pc.equal(local, pc.floor_temporal(local, unit="day"))).as_py() else chunks


def plain_column(name: str, chunks: Any) -> Column:
    """Return texts as they stand, one for each row: where nearly all differ, coding only costs time."""
    import pyarrow as pa

    texts = chunks.cast(pa.large_string()).combine_chunks()
    return Column(name, np.arange(len(texts)), texts, np.empty(0))


def _coded(name: str, chunks: Any) -> Column:
    """Unique texts and codes of a chunked array whose values can be written as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string_view(chunks.type):
        chunks = chunks.cast(pa.large_string())
    if not pa.types.is_dictionary(chunks.type):
        chunks = pc.dictionary_encode(chunks)
    chunks = chunks.unify_dictionaries()
    if not len(chunks):
        return texts_column(name, [""], np.empty(0, np.int32))
    texts = chunks.chunk(0).dictionary.cast(pa.large_string())
    indices = pa.concat_arrays([chunk.indices for chunk in chunks.chunks])
    if indices.null_count or texts.null_count:
        texts = pa.concat_arrays([pc.fill_null(texts, ""), pa.array([""], pa.large_string())])
        indices = pc.fill_null(indices.cast(pa.int32()), len(texts) - 1)
    return Column(name, indices.to_numpy(zero_copy_only=False), texts, np.empty(0))


def _numbers(name: str, chunks: Any, kind: Any) -> Column:
    """Numbers as float64 where every one is sound; else as texts, so that the rules for texts refuse them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(chunks.type):
        chunks = chunks.cast(kind)
    # A float32 is the decimal that it prints as: 21.8, not 21.799999237060547.
    if pa.types.is_float32(kind) or pa.types.is_float16(kind):
        chunks = chunks.cast(pa.float32()).cast(pa.string()).cast(pa.float64())
    numbers = pc.cast(chunks, pa.float64(), safe=False).to_numpy() + 0.0
    with np.errstate(invalid="ignore"):
        size = np.abs(numbers)
        bad = (size > (LAST_EXACT_INTEGER - 1 if pa.types.is_integer(kind) else LARGEST)).any()
        bad = bad or ((size < SMALLEST) & (size > 0.0)).any()
    if not bad:
        return _numbers_column(name, numbers)
    texts = chunks.cast(pa.string())
    return _coded(name, pc.if_else(pc.equal(texts, "nan"), pa.scalar(None, pa.string()), texts))


def _durations(name: str, chunks: Any) -> Column:
    import pyarrow as pa

    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[chunks.type.unit]
    column = _coded(name, chunks.cast(pa.int64()).cast(pa.string()))
    texts = [clock_text(int(text), per_second) if text else "" for text in column.unique()]
    return texts_column(name, texts, column.codes)


def clock_text(ticks: int, per_second: int = 1) -> str:
    """Return a duration as [-]hh:mm:ss, with its parts of a second if there are any."""
    seconds, part = divmod(abs(ticks), per_second)
    shown = f"{'-' if ticks < 0 else ''}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return shown if not part else f"{shown}.{str(per_second + part)[1:].rstrip('0')}"


def cell_text(cell: Any) -> str:
    """Return one Python value as the text that a CSV file would hold."""
    if isinstance(cell, bool | np.bool_):
        return str(bool(cell))
    if isinstance(cell, float):
        whole = abs(cell) < 1e15 and cell == int(cell)
        return str(int(cell)) if whole else repr(float(cell))
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        return clock_text(cell // dt.timedelta(microseconds=1), 10**6)
    return str(cell)


def joined(name: str, columns: Iterable[Column]) -> Column:
    """Return columns one below the other, as one column with one set of texts."""
    import pyarrow as pa

    parts = list(columns)
    if all(part.is_numbers for part in parts):
        return _numbers_column(name, np.concatenate([part.numbers for part in parts]))
    chunks = [
        pa.DictionaryArray.from_arrays(pa.array(part.codes, pa.int32()), part.texts)
        for part in (column.as_texts() for column in parts)
    ]
    return _coded(name, pa.chunked_array(chunks))


def number_rows(columns: Sequence[tuple[Array, int]]) -> tuple[Array, list[Array]]:
    """Number the distinct rows of code columns (codes, how many there are) by first appearance.

    Returns the number of each row, and for every column the codes of the distinct rows.
    """
    numbers: Array = np.zeros(len(columns[0][0]), np.int64)
    found: list[Array] = []
    for codes, size in columns:
        # numbered afresh after every column, so that the product stays small whatever the count of keys
        numbers, distinct = _numbered(numbers * size + codes)
        found = [earlier[distinct // size] for earlier in found]
        found.append(distinct % size)
    return numbers, found


def _numbered(codes: Array) -> tuple[Array, Array]:
    """Number whole numbers by first appearance; return the number of each, and what was numbered."""
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = pc.dictionary_encode(pa.array(codes, pa.int64()))
    return coded.indices.to_numpy().astype(np.int64), coded.dictionary.to_numpy()
