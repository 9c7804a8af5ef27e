"""A column to numbers: its unique texts are read once, those of the plainest form all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spc.array_types import Array
from spc.parsing import parse_numbers
from spc.reading.coded import Column

__all__ = ["ReadTexts", "is_of_numbers", "numbers_of", "read_texts"]


#: From this many unique texts on, the plain ones are read in bulk.
_MANY = 2_000
_GLANCE = 50
#: No sign but a minus, 15 digits, then decimals: exact in a float, or rounded to the nearest, by any reader.
_PLAIN = r"^-?\d{1,15}(\.\d{1,30})?$"
#: Columns with them may write decimals with a comma, so that a plain number has two meanings.
_CONTINENTAL = ("decimal comma", "points as thousands")
#: Words that make a column one of names, even where other cells look like numbers: "NA" beside "1E5".
_NAMES = ("not a number", "word for missing", "letters after the number", "true or false", "hexadecimal")


@dataclass(frozen=True, eq=False)
class ReadTexts:
    """What was understood of k unique texts: numbers (NaN = missing or refused), and who refused which."""

    values: Array
    refused: dict[int, str]


def read_texts(texts: Any, unit: str = "number", missing: Sequence[str] = ()) -> ReadTexts:
    """Read unique texts (an Arrow array) as `parse_numbers` does, many at once where they are plain."""
    if len(texts) >= _MANY:
        import pyarrow.compute as pc

        plain = pc.match_substring_regex(texts, _PLAIN).to_numpy(zero_copy_only=False)
        if missing:
            declared = {text.strip() for text in missing}
            plain &= ~pc.is_in(texts, _array(declared)).to_numpy(zero_copy_only=False)
        rest = np.flatnonzero(~plain)
        slow = _parsed(texts.take(rest).to_pylist(), unit, missing)
        if not set(slow.refused.values()) & set(_CONTINENTAL):
            values = np.empty(len(texts))
            values[plain] = pc.cast(texts.filter(plain), "float64").to_numpy() + 0.0
            values[rest] = slow.values
            return ReadTexts(values, {int(rest[i]): rule for i, rule in slow.refused.items()})
    return _parsed(texts.to_pylist(), unit, missing)


def _array(texts: set[str]) -> Any:
    import pyarrow as pa

    return pa.array(sorted(texts), pa.large_string())


def _parsed(texts: list[str], unit: str, missing: Sequence[str]) -> ReadTexts:
    read = parse_numbers(texts, unit=unit, missing=missing)
    refused = {int(i): str(read.rules[i]) for i in np.flatnonzero(read.refused)}
    return ReadTexts(read.values, refused)


def numbers_of(
    column: Column, units: Sequence[str], unit_code: Array | None, missing: Sequence[str] = ()
) -> tuple[Array, Array, Array]:
    """Read a column cell by cell.

    Parameters
    ----------
    column : Column
    units : sequence of str
        The units in use.
    unit_code : (n_cells,) int, optional
        Which of the units each cell has; None where there is only one.
    missing : sequence of str
        Texts that mean "not observed".

    Returns
    -------
    values : (n_cells,) float64
    bad : (k,) int
        The places of the refused cells.
    rules : (k,) object
        The rule that refused each of them.
    """
    if column.is_numbers:
        return _without_declared(column.numbers, missing), np.empty(0, np.int64), np.empty(0, object)
    read = [read_texts(column.texts, unit, missing) for unit in units]
    if unit_code is None:
        values = read[0].values[column.codes]
    else:
        values = np.stack([one.values for one in read])[unit_code, column.codes]
    if not any(one.refused for one in read):
        return values, np.empty(0, np.int64), np.empty(0, object)
    table = np.full((len(units), len(column.texts)), "", dtype=object)
    for row, one in zip(table, read, strict=True):
        row[list(one.refused)] = list(one.refused.values())
    is_bad = (table != "").astype(np.bool_)
    which: Array = np.zeros(len(column.codes), np.int64) if unit_code is None else unit_code
    bad = np.flatnonzero(is_bad[which, column.codes])
    return values, bad, table[which[bad], column.codes[bad]]


def _without_declared(numbers: Array, missing: Sequence[str]) -> Array:
    """Blank the numbers that were declared to mean "not observed": -999 in a column of numbers."""
    declared = parse_numbers(missing).values
    declared = declared[~np.isnan(declared)]
    return np.where(np.isin(numbers, declared), np.nan, numbers) if len(declared) else numbers


def is_of_numbers(column: Column) -> bool:
    """Whether a column holds numbers, whatever their unit and however some cells are spoilt."""
    if column.is_numbers:
        return True
    texts = column.texts.filter(_not_blank(column))
    if not len(texts):
        return False
    start = _parsed(texts.slice(0, _GLANCE).to_pylist(), "number", ()).refused
    if len(start) == min(_GLANCE, len(texts)) and set(start.values()) == {"not a number"}:
        return False  # names, without reading all 35,000 of them
    refused = read_texts(texts).refused
    foreign = sum(rule in _NAMES for rule in refused.values())
    sound = len(texts) - len(refused)
    timed = sum(rule in ("percent not allowed", "time not allowed") for rule in refused.values())
    return sound + timed > 0 and (not foreign or sound + timed >= 0.9 * len(texts))


def _not_blank(column: Column) -> Any:
    import pyarrow.compute as pc

    return pc.not_equal(pc.utf8_trim_whitespace(column.texts), "")
