"""One source to one sheet: CSV, Excel, Parquet, frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spc.reading.coded import Sheet
from spc.reading.csv_files import csv_sheet
from spc.reading.frame_sheets import arrow_sheet, frame_sheet
from spc.reading.gates import opened, refuse, refuse_size

__all__ = ["sheet_of"]


def sheet_of(source: Any, sheet: str | None = None) -> Sheet:
    """Read a path or a frame into a sheet of columns; `sheet` names one of an Excel workbook."""
    if isinstance(source, str | Path):
        kind, data = opened(Path(source))
        if kind == "csv":
            return csv_sheet(data, Path(source).name)
        if kind == "excel":
            from spc.reading.workbooks import excel_sheet

            return excel_sheet(data, Path(source).name, sheet)
        return _parquet_sheet(data, Path(source).name)
    return frame_sheet(source)


def _parquet_sheet(data: bytes, source: str) -> Sheet:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        file = parquet.ParquetFile(pa.BufferReader(data))
        size = file.metadata.num_rows, file.metadata.num_columns
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        refuse("damaged file", source=source)
    refuse_size(*size, source)
    try:
        table = file.read()
        table.validate(full=True)
        names = table.column_names
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        refuse("damaged file", source=source)
    # An index that pandas stored under a name of its own making is no column of the table.
    kept = [name for name in names if not name.startswith("__index_level_")]
    return arrow_sheet(table.select(kept), source)
