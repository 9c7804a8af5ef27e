"""Frames (pandas, polars, Arrow) to sheets of columns; none of their packages is imported for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from spc.checks import ChoiceError
from spc.parsing import Problem
from spc.reading.coded import Column, Sheet, cell_text, column_of, texts_column
from spc.reading.csv_files import sheet_of_columns
from spc.reading.gates import headings_of, refuse, refuse_all, refuse_size

__all__ = ["arrow_sheet", "frame_sheet"]


def frame_sheet(frame: Any) -> Sheet:
    """Return a frame as a sheet; an index with a name, or of texts, becomes columns."""
    import narwhals.stable.v2 as nw

    if not nw.dependencies.is_pandas_dataframe(frame):
        return arrow_sheet(_eager(frame).to_arrow(), "")
    if any(name is not None for name in frame.index.names) or str(frame.index.dtype) in ("object", "str"):
        named = [str(name) for name in frame.index.names if name is not None]
        headings_of([*named, *map(str, frame.columns)], "")
        frame = frame.reset_index()
    try:
        columns = [(str(name), _pandas_column(frame.iloc[:, i])) for i, name in enumerate(frame.columns)]
    except UnicodeEncodeError as reason:
        refuse("not UTF-8", str(reason.object)[:60].encode("ascii", "backslashreplace").decode())
    return _named(columns, len(frame), "")


def _pandas_column(cells: Any) -> Column | None:
    import pyarrow as pa

    name, kind = str(cells.name), str(cells.dtype)
    if kind.startswith("period"):
        texts = dict.fromkeys(cells)
        place = {period: i for i, period in enumerate(texts)}
        known = ["" if period is None or period != period else str(period) for period in texts]
        return texts_column(name, known, np.array([place[period] for period in cells], np.int64))
    try:
        if kind == "object":
            return column_of(name, pa.array(cells, pa.large_string(), from_pandas=True))
        return column_of(name, pa.array(cells, from_pandas=True))
    except (pa.ArrowTypeError, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        # Python holds 1, 1.0 and True to be equal; as texts they are three things.
        blank = cells.isna().to_numpy()
        return texts_column(name, ["" if b else cell_text(c) for c, b in zip(cells, blank, strict=True)])


def _eager(frame: Any) -> Any:
    import narwhals.stable.v2 as nw

    try:
        theirs = nw.from_native(frame)
    except TypeError:
        hint = ": write reset_index() first" if hasattr(frame, "reset_index") else ""  # a pandas Series
        raise ChoiceError(
            "`source` must be a path, a list of paths, a folder or a frame (pandas, polars, Arrow), "
            f"got {type(frame).__name__}{hint}."
        ) from None
    return theirs.collect() if isinstance(theirs, nw.LazyFrame) else theirs


def arrow_sheet(table: Any, source: str) -> Sheet:
    """Return an Arrow table as a sheet."""
    columns = [(name, column_of(name, table.column(i))) for i, name in enumerate(table.column_names)]
    return _named(columns, table.num_rows, source)


def _named(columns: list[tuple[str, Column | None]], n_rows: int, source: str) -> Sheet:
    refuse_size(n_rows, len(columns), source)
    headings = headings_of([name for name, _ in columns], source)
    strange = [name for name, column in columns if column is None]
    if strange:
        refuse_all([Problem.of("type that is no table's", name, source=source) for name in strange])
    if not n_rows:
        refuse("no rows", source=source)
    return sheet_of_columns(source, headings, [column for _, column in columns if column], n_rows)
