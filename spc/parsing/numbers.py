"""Text to numbers, strictly; and the names that no series may have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spc.parsing.months import MONTH_NAME

__all__ = ["Numbers", "parse_numbers", "refuse_series_name"]

LARGEST, SMALLEST = 1e100, 1e-100
LAST_EXACT_INTEGER = 2**53
# Longer texts are prose; the patterns below never see them.
_LONGEST_CELL = 200


@dataclass(frozen=True, eq=False)
class Numbers:
    """What `parse_numbers` understood, one entry per text.

    Attributes
    ----------
    values : ndarray of float64
        NaN where missing or refused.
    rules : ndarray of object
        Name of the rule that refused the text, "" where it was read or is missing.
    is_missing : ndarray of bool
        True where the text is empty or was declared missing.
    """

    values: npt.NDArray[np.float64]
    rules: npt.NDArray[np.object_]
    is_missing: npt.NDArray[np.bool_]

    @property
    def refused(self) -> npt.NDArray[np.bool_]:
        """True where a text was refused."""
        return np.asarray(self.rules != "", dtype=np.bool_)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII | re.IGNORECASE)


_PLAIN = re.compile(r"[+-]?(\d+(?:\.\d+)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", re.ASCII)
_TIME = re.compile(r"([+-]?)(\d{1,6}):(\d{2}):(\d{2})(\.\d+)?", re.ASCII)

# First match wins; every pattern must cover the whole text.
_NUMBER_REFUSALS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("spreadsheet error", _pattern(r"#.*")),
    ("formula", _pattern(r"[=@].*")),
    ("dash", re.compile(r"[-\u2010-\u2015\u2212]+")),
    ("date", _pattern(r"(19|20)\d{2}-\d{2}(-\d{2})?([T ].*)?|\d{1,2}/\d{1,2}/\d{2}(\d{2})?( .*)?"
                      rf"|(\d{{1,2}}[ -])?{MONTH_NAME}([ -]\d{{2,4}})?")),
    ("range", _pattern(r"[\d.,]+ *(-|\u2013|\u2014|to) *[\d.,]+")),
    ("hexadecimal", _pattern(r"[+-]?0[xbo][\da-f.]+(p[+-]?\d+)?")),
    ("letters after the number", _pattern(r"[+-]?\d[\d.,]* ?[a-z*†‡(\[].*")),
    ("suppressed value", re.compile(r"[<>≤≥~].*|\*+|\[?c\]?|\[low\]|\d+\+|suppressed", re.IGNORECASE)),
    ("word for missing", _pattern(r"n/?a\.?|n\.a\.?|nan|nat|nil|null|none|missing|unknown|tbc"
                                  r"|:|\.{2,}|\[[xzw]\]")),
    ("true or false", _pattern(r"true|false|yes|no|[yntf]")),
    ("infinity", re.compile(r"[+-]?(inf|infinity|∞)", re.IGNORECASE)),
    ("underscore", _pattern(r"[+-]?\d+_+\d[\d_.]*")),
    ("two signs", re.compile(r"[+-] ?[+-].*")),
    ("quoted number", re.compile("[\"'‘’“”].*")),
    ("accounting form", _pattern(r"\([\d.,]+\)|[\d.,]+ ?-")),
    ("percent not allowed", _pattern(r"[+-]?[\d.,]+ ?%")),
    ("fraction", _pattern(r"[+-]?\d+ ?/ ?\d+")),
    ("decimal comma", _pattern(r"[+-]?\d*,\d+")),
    ("points as thousands", _pattern(r"[+-]?\d{1,3}(\.\d{3})+,\d+|[+-]?\d{1,3}(\.\d{3}){2,}")),
    ("uneven thousands", _pattern(r"[+-]?\d+(,\d+)+(\.\d*)?")),
    ("spaces as thousands", re.compile(r"[+-]?\d{1,3}([ \u00a0\u2009\u202f'\u2019]\d{3})+([.,]\d+)?")),
    ("dash for a minus", re.compile(r"[\u2010-\u2015] ?[\d.,]+")),
)  # fmt: skip
_CLOCK_LIKE = re.compile(r"[+-]?\d+(:\d+)+(\.\d+)?", re.ASCII)


def parse_numbers(texts: Iterable[str], *, unit: str = "number", missing: Iterable[str] = ()) -> Numbers:
    """Read the unique texts of a value column.

    Plain decimals, thousands in groups of three (1,234), one sign, 1e5, and the minus U+2212 are read for
    every unit; "21.8%" gives 21.8 where the unit is "percent", and "00:12:57" gives 777 seconds where it is
    "hh:mm:ss" (hours may exceed 24). Bare numbers are taken to be in the unit already. Empty is missing.

    Parameters
    ----------
    texts : iterable of str, length k
        Unique texts; surrounding spaces do not matter.
    unit : str
        Unit of the measure.
    missing : iterable of str
        Texts that the user declares to mean "not observed"; they win over every other meaning.

    Returns
    -------
    Numbers
        Arrays of length k.

    Examples
    --------
    >>> parse_numbers(["1,234", "-5", ""]).values.tolist()
    [1234.0, -5.0, nan]
    >>> parse_numbers(["<5", "n/a"], missing=["n/a"]).rules.tolist()
    ['suppressed value', '']
    """
    raw = [text.strip() for text in texts]
    declared = {"", *(text.strip() for text in missing)}
    pairs = [(np.nan, "") if text in declared else _read_number(text, unit) for text in raw]
    values = np.array([value for value, _ in pairs], dtype=np.float64)
    rules = np.array([rule for _, rule in pairs], dtype=object)
    absent = np.array([text in declared for text in raw], dtype=np.bool_)
    doubtful = _doubtful(raw, rules, absent)
    values[doubtful], rules[doubtful] = np.nan, "thousands or decimals"
    return Numbers(values, rules, absent)


_TWO_MEANINGS = re.compile(r"[+\u2212-]?[1-9]\d{0,2}[.,]\d{3} ?%?", re.ASCII)


def _doubtful(
    raw: list[str], rules: npt.NDArray[np.object_], absent: npt.NDArray[np.bool_]
) -> npt.NDArray[np.intp]:
    """Places of 1,234 and 1.234 in a column with continental decimals and nothing that is only English."""
    if not np.any((rules == "decimal comma") | (rules == "points as thousands")):
        return np.empty(0, dtype=np.intp)
    read = np.flatnonzero((rules == "") & ~absent)
    doubtful = [i for i in read if _TWO_MEANINGS.fullmatch(raw[i])]
    clear = set(read) - set(doubtful)
    if any("." in raw[i] or "," in raw[i] for i in clear):
        return np.empty(0, dtype=np.intp)
    return np.array(doubtful, dtype=np.intp)


def _read_number(text: str, unit: str) -> tuple[float, str]:
    """Value and "", or NaN and the rule."""
    if text.startswith("\u2212"):
        text = "-" + text[1:]
    body = text[:-1].rstrip() if unit == "percent" and text.endswith("%") else text
    match = _PLAIN.fullmatch(body)
    if match is not None:
        return _in_range(body, match[1], match[2] or "")
    if _GROUPED.fullmatch(body) is not None:
        whole = body.replace(",", "")
        return _in_range(whole, whole.lstrip("+-"), "")
    if _CLOCK_LIKE.fullmatch(text) is not None:
        return _read_time(text, unit)
    if unit == "percent" and body.endswith("%"):
        return np.nan, "not a number"  # two signs of percent
    return np.nan, _refusal(body)


def _in_range(text: str, digits: str, exponent: str) -> tuple[float, str]:
    value = float(text)
    size = abs(value)
    # float() turns 1e-400 into 0 without a word; a nought is nought only if it has no other digit.
    if size > LARGEST or (size < SMALLEST and digits.strip("0.")):
        return np.nan, "magnitude out of range"
    # Fifteen digits are exact; the longer test runs for identifiers only.
    whole = len(digits) > 15 and not exponent and "." not in digits
    if whole and int(digits.lstrip("0") or "0") > LAST_EXACT_INTEGER:
        return np.nan, "integer beyond 2^53"
    return value + 0.0, ""  # -0 becomes 0


def _read_time(text: str, unit: str) -> tuple[float, str]:
    if unit != "hh:mm:ss":
        return np.nan, "time not allowed"
    match = _TIME.fullmatch(text)
    if match is None:
        return np.nan, "time of two parts" if text.count(":") == 1 else "no such time"
    sign, hours, minutes, seconds, part = match.groups()
    if int(minutes) > 59 or int(seconds) > 59:
        return np.nan, "no such time"
    # One conversion from decimal text, so that 00:00:00.1 is the float nearest to 0.1.
    whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return float(f"{sign}{whole}{part or ''}") + 0.0, ""


def _refusal(text: str) -> str:
    if len(text) > _LONGEST_CELL:
        return "not a number"
    if not text.isascii() or not text.isprintable() or "$" in text:
        kinds = {unicodedata.category(c) for c in text}
        if kinds & {"Cf", "Cc"}:
            return "hidden character"
        if "Sc" in kinds:
            return "currency"
        if any(c.isnumeric() and not c.isascii() for c in text):
            return "other digits"
    return next((rule for rule, pattern in _NUMBER_REFUSALS if pattern.fullmatch(text)), "not a number")


# ---------------------------------------------------------------- names

_TOTALS = frozenset({"total", "totals", "all", "grand total", "grand totals"})


def refuse_series_name(name: str) -> str:
    """Name of the rule that refuses a series called `name`, "" where it may stand.

    Examples
    --------
    >>> refuse_series_name(" Grand  total "), refuse_series_name("All crime"), refuse_series_name("NA")
    ('total row', '', '')
    """
    words = " ".join(name.split()).casefold()
    if not words:
        return "series without a name"
    return "total row" if words in _TOTALS else ""
