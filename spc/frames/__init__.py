"""The door: frames (pandas, polars, Arrow) to columns of codes, months and numbers, and back.

pandas lives in this room and in no other. Nothing here loops over cells in Python: a column of text is
reduced to its unique texts first, and those are read one by one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spc.array_types import Array
from spc.arrays import WHOLE_LIMIT, first_refused
from spc.checks import ChoiceError, InputError
from spc.frames.months import month_column, month_ordinal, refuse_years
from spc.frames.tidy import tidy_months, tidy_series
from spc.parsing import READING_RULES, Problem, parse_months, parse_numbers
from spc.wording import month_text

__all__ = [
    "Table",
    "month_ordinal",
    "read_csv",
    "read_events",
    "read_long",
    "read_wide",
    "series_names",
    "tidy_months",
    "tidy_series",
]

TRUTH = "is a truth value, a number was expected."


@dataclass(frozen=True)
class Table:
    """What came through the door: names of the series, their first month, one matrix per column."""

    keys: dict[str, Array]
    start: int
    echo: str
    cells: dict[str, Array]


def read_long(frame: Any, series: Sequence[str], period: str, columns: Mapping[str, str | None]) -> Table:
    """Read one row per series and month (and `member`); `columns` maps our names to the frame's headings."""
    wanted = {ours: theirs for ours, theirs in columns.items() if theirs is not None}
    rows = _as_pandas(frame, [*series, period, *wanted.values()])
    codes, keys = _series_codes(rows, series)
    months, echo = month_column(rows[period], period)
    refuse_years(rows[period], period, months)
    start = int(months.min())
    shape = (len(next(iter(keys.values()))), int(months.max()) - start + 1)
    place = codes * shape[1] + (months - start)
    if "member" in wanted:
        names = [*series, wanted["member"]]
        return Table(keys, start, echo, _members(rows, wanted["value"], names, period, place, shape))
    _refuse_duplicates(rows, series, period, place, shape[0] * shape[1])
    cells = {}
    for ours, theirs in wanted.items():
        numbers = _number_column(rows, theirs, series, period, negative=ours != "of")
        matrix = np.full(shape[0] * shape[1], np.nan)
        matrix[place] = numbers
        cells[ours] = matrix.reshape(shape)
    return Table(keys, start, echo, cells)


def _members(
    rows: pd.DataFrame, value: str, names: Sequence[str], period: str, place: Array, shape: tuple[int, int]
) -> dict[str, Array]:
    """Return all numbers cell by cell, rising, and where each cell begins; `names` end in the member."""
    if names[-1] != period:
        codes, _ = _series_codes(rows, names[-1:])
        _refuse_duplicates(rows, names, period, pd.factorize(place * (codes.max() + 1) + codes)[0], len(rows))
    numbers = _number_column(rows, value, names, period)
    begins = np.append(0, np.cumsum(np.bincount(place, minlength=shape[0] * shape[1])))
    cells = np.arange(shape[0])[:, None] * shape[1] + np.arange(shape[1] + 1)
    return {"members": numbers[np.lexsort((numbers, place))], "begins": begins[cells]}


def read_wide(frame: Any, series: Sequence[str] | None) -> Table:
    """Read one row per series and one column per month."""
    rows = _as_pandas(frame)
    if isinstance(frame, pd.DataFrame) and not isinstance(rows.index, pd.RangeIndex):
        rows = rows.reset_index()
    dated, names = _dated_headings(rows, series)
    if not dated or not names:
        raise InputError(
            f"A wide frame needs key columns and months as headings, got {list(map(str, rows.columns))[:6]}."
        )
    if len(set(dated.values())) < len(dated):
        twice = next(m for m in dated.values() if list(dated.values()).count(m) > 1)
        raise InputError(f"Two columns are headed {month_text(twice)}: keep one.")
    codes, keys = _series_codes(rows, names)
    if len(codes) > len(next(iter(keys.values()))):
        row = int(np.flatnonzero(np.bincount(codes)[codes] > 1)[1])
        raise InputError(
            f"{_name(rows, names, row)} has more than one row: keep one, or add the key that differs."
        )
    start = min(dated.values())
    cells = np.full((len(rows), max(dated.values()) - start + 1), np.nan)
    for column, month in dated.items():
        cells[codes, month - start] = _number_column(rows, column, names, None)
    return Table(keys, start, "period", {"value": cells})


def read_events(frame: Any, series: Sequence[str], columns: Sequence[str], *, utc: bool) -> tuple[Any, ...]:
    """Read one row per event: the series of each, their names, and each of `columns` without its zone."""
    rows = _as_pandas(frame, [*series, *columns])
    bare = "tz_convert" if utc else "tz_localize"  # time passes in UTC, months are those of the clock
    zoned = rows[list(columns)].select_dtypes("datetimetz").columns
    cells = [getattr(rows[name].dt, bare)(None) if name in zoned else rows[name] for name in columns]
    return *_series_codes(rows, series), *(column.to_numpy() for column in cells)


def _dated_headings(rows: pd.DataFrame, series: Sequence[str] | None) -> tuple[dict[Any, int], list[Any]]:
    """Return the columns that are months, as ordinals, and the key columns."""
    names = [column for column in rows.columns if series is not None and column in series]
    others = [column for column in rows.columns if column not in names]
    read = parse_months([str(column) for column in others])
    if read.file_problem is not None:
        raise InputError(read.file_problem.sentence, [read.file_problem])
    dated = {}
    for column, month, rule in zip(others, read.ordinals, read.rules, strict=True):
        if not rule:
            dated[column] = int(month)
        elif series is None:
            names.append(column)
        else:
            raise InputError(
                f"The heading {column!r} is neither a month nor one of the keys "
                f"{', '.join(map(repr, series))}: name it in `series`, or drop the column."
            )
    return dated, names


def _as_pandas(frame: Any, columns: Sequence[str] | None = None) -> pd.DataFrame:
    if not isinstance(frame, pd.DataFrame):
        import narwhals.stable.v2 as nw

        try:
            theirs = nw.from_native(frame)
        except TypeError:
            raise ChoiceError(
                f"The input must be a frame (pandas, polars, Arrow), got {type(frame).__name__}."
            ) from None
        if isinstance(theirs, nw.LazyFrame):
            theirs = theirs.collect()
        frame = theirs.to_pandas()
    missing = [name for name in columns or [] if name not in frame.columns]
    if missing:
        mend = "; it is in the index: reset_index() first" if missing[0] in frame.index.names else ""
        raise InputError(
            f"There is no column {missing[0]!r}: the columns are {', '.join(map(str, frame.columns))}{mend}."
        )
    for name in columns or []:
        if isinstance(frame[name], pd.DataFrame):
            raise InputError(f"Two columns are headed {name!r}: keep one.")
    if frame.empty:
        raise InputError("The frame has no rows, so there is no series to read.")
    return frame


def _series_codes(rows: pd.DataFrame, series: Sequence[str]) -> tuple[Array, dict[str, Array]]:
    """Number the series in order of first appearance; return the code of each row and their names."""
    if not series:
        raise ChoiceError("`series` must name at least one key column.")
    combined, keys = np.zeros(len(rows), np.int64), {}
    for number, name in enumerate(series):
        codes, labels = pd.factorize(rows[name])
        if codes.min() < 0:
            row = int(np.argmin(codes))
            raise InputError(f"Row {row + 1} has no {name!r}: every row must name its series.")
        if number == 0:
            combined, keys = codes.astype(np.int64, copy=False), {name: _labels(labels)}
            continue
        # numbered afresh after every key, so that the product stays small whatever the count of keys
        combined, pairs = pd.factorize(combined * len(labels) + codes)
        keys = {known: texts[pairs // len(labels)] for known, texts in keys.items()}
        keys[name] = _labels(labels)[pairs % len(labels)]
    return combined, keys


def _labels(labels: Any) -> Array:
    """Return names as text; half a character (a lone surrogate) is no text that can be written."""
    texts = np.asarray(labels, dtype=object)
    if pd.api.types.infer_dtype(texts, skipna=False) != "string":
        texts = np.array([str(label) for label in texts], dtype=object)
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        broken = next(text for text in texts if any("\ud800" <= letter <= "\udfff" for letter in text))
        raise InputError(
            f"The name {broken!r} holds half a character, which cannot be written: mend it in the source."
        ) from None
    return texts


def _refuse_duplicates(
    rows: pd.DataFrame, series: Sequence[str], period: str, place: Array, size: int
) -> None:
    seen = np.zeros(size, np.bool_)
    seen[place] = True
    if int(np.count_nonzero(seen)) == len(place):
        return
    row = int(np.argmax(pd.Series(place).duplicated().to_numpy()))
    where = f"{_name(rows, series, row)}, {rows[period].iloc[row]}"
    twins = rows[period].iloc[np.flatnonzero(place == place[row])]
    if twins.nunique() > 1:
        dates = " and ".join(str(date) for date in twins.iloc[:2])
        raise InputError(f"{where}: {dates} lie in one month: add weeks or days up to months first.")
    raise InputError(f"{where} stands more than once: keep one row, or add the key that tells them apart.")


def _number_column(
    rows: pd.DataFrame, name: str, series: Sequence[str], period: str | None, *, negative: bool = True
) -> Array:
    """Return a column as float64, NaN where empty; refuse what is no plain number."""
    column = rows[name]
    kind = column.dtype

    def refuse(row: int, reason: str) -> InputError:
        raw = column.iloc[row]
        raw = raw.item() if isinstance(raw, np.generic) else raw
        return InputError(f"{_where(rows, series, period, name, row)}: {raw!r} {reason}")

    if pd.api.types.is_timedelta64_dtype(kind):
        return column.dt.total_seconds().to_numpy(np.float64)
    if pd.api.types.is_bool_dtype(kind):
        raise refuse(0, TRUTH)
    if pd.api.types.is_complex_dtype(kind):
        raise refuse(0, "is a complex number, which has no place on a chart.")
    if pd.api.types.is_numeric_dtype(kind) and not isinstance(kind, pd.CategoricalDtype):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        numbers = _texts_to_numbers(column, refuse)
    if pd.api.types.is_integer_dtype(kind):
        bad = np.flatnonzero((column.to_numpy(na_value=0) > WHOLE_LIMIT) | (numbers < -WHOLE_LIMIT))
        if len(bad):
            raise refuse(int(bad[0]), "is beyond 2**53, where digits are lost.")
    if not negative or not pd.api.types.is_integer_dtype(kind):
        found = first_refused(numbers[None, :], negative=negative)
        if found is not None:
            raise refuse(found[1], found[2])
    return numbers


def _texts_to_numbers(column: pd.Series[Any], refuse: Any) -> Array:
    if column.dtype == object:  # factorize takes True for 1
        for row, value in enumerate(column):
            if isinstance(value, bool | np.bool_):
                raise refuse(row, TRUTH)
    codes, values = pd.factorize(column)
    read = parse_numbers([str(value) for value in values])
    for code, rule in enumerate(read.rules):
        if rule:
            problem = Problem.of(rule, str(values[code]))
            option = " (with spc.read)" if re.search("missing=|unit", problem.remedy) else ""
            place = refuse(
                int(np.argmax(codes == code)), f"{READING_RULES[rule].refused}: {problem.remedy}{option}."
            )
            raise InputError(str(place), [problem])
    return np.append(read.values, np.nan)[codes]  # code -1 (empty) takes the NaN at the end


def _name(rows: pd.DataFrame, series: Sequence[str], row: int) -> str:
    return " / ".join(str(rows[name].iloc[row]) for name in series)


def _where(rows: pd.DataFrame, series: Sequence[str], period: str | None, column: Any, row: int) -> str:
    when = f"{rows[period].iloc[row]}, {column!r}" if period is not None else str(column)
    return f"{_name(rows, series, row)}, {when}"


def series_names(keys: Mapping[str, Sequence[Any]], n_series: int) -> dict[str, Array]:
    """Return the names of the series, key by key, as text; no two series may have the same."""
    labels = {}
    for key, column in keys.items():
        labels[key] = _labels([str(label) for label in column])
        if len(labels[key]) != n_series:
            raise InputError(f"`keys[{key!r}]` must name {n_series:,} series, got {len(labels[key]):,}.")
    seen = set()
    for name in zip(*labels.values(), strict=True):
        if name in seen:
            raise InputError(
                f"Two series are called {' / '.join(name)}: keep one, or add the key that differs."
            )
        seen.add(name)
    return labels


def read_csv(path: Any) -> pd.DataFrame:
    """Read a CSV file of our own making: names and months stay text, empty cells are missing."""
    head = pd.read_csv(path, nrows=0).columns
    text = {name: str for name in head if name in ("measure", "month")}
    return pd.read_csv(
        path, dtype=text, keep_default_na=False, na_values={name: [""] for name in head if name not in text}
    )
