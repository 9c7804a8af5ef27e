"""Codes and numbers to the words and figures that are printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Any

import numpy as np

from spc.checks import ChoiceError

__all__ = [
    "ROLLING_ONLY",
    "TREND_WORDS",
    "Unit",
    "change_text",
    "counted",
    "difference_text",
    "exception_words",
    "in_periods",
    "listed",
    "month_name",
    "month_text",
    "moved_text",
    "period_name",
    "period_word",
    "quoted",
    "rounded",
    "spelt",
    "spoken_text",
    "unit_of",
    "value_text",
]

MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ROLLING_ONLY = "Rolling 12 Month Only"
NOT_ENOUGH = "not enough history"
STABLE = "None / Stable"
#: Direction to the word, where the trend is weak or strong.
TREND_WORDS = {1: "Increasing", -1: "Decreasing", 0: STABLE}


#: Names that a sentence holds before it counts the rest.
MOST_NAMES = 20
#: The door lets 1e-100 .. 1e100 in, so a change may have 202 digits; the usual 28 would not print them.
ROOM = Context(prec=512)


@dataclass(frozen=True)
class Unit:
    """How a number of this unit is printed, and how its change is told.

    `per` scales a ratio of parts for display (0.218 is shown as 21.8 percent); `change` is "percent"
    (relative), "points" (difference in the unit) or "time" (difference as [-]hh:mm:ss).
    """

    name: str
    per: float = 1.0
    decimals: int = 0
    suffix: str = ""
    change: str = "percent"
    is_time: bool = False


UNITS = {
    unit.name: unit
    for unit in (
        Unit("number"),
        Unit("percent", per=100.0, decimals=1, suffix="%", change="points"),
        Unit("hh:mm:ss", change="time", is_time=True),
        Unit("days"),
    )
}


def unit_of(name: str) -> Unit:
    """Return the unit of this name; `per_1000`, `per_10000` ... are made as asked for."""
    if name in UNITS:
        return UNITS[name]
    per = re.fullmatch(r"per_([1-9][0-9]*)", name)
    if per is None:
        raise ChoiceError(f"`unit` must be one of {', '.join(map(repr, UNITS))} or 'per_1000', got {name!r}.")
    return Unit(name, per=float(per[1]), decimals=1)


def rounded(value: float, decimals: int) -> Decimal:
    """Round half away from zero, on the decimal that the value stands for.

    A ratio that is 8.05 on paper is 8.049999999999999 in floating point; at 12 significant digits it is
    8.05 again and prints 8.1. (Python's own format rounds the binary number, and halves to even.)
    """
    return Decimal(f"{value:.12g}").quantize(_last_place(decimals), ROUND_HALF_UP, ROOM)


@cache
def _last_place(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def value_text(value: float, unit: Unit) -> str:
    """Print a value of this unit, already scaled: "10,610", "21.8%", "00:12:57"; "" where there is none."""
    if value != value:
        return ""
    if unit.is_time:
        return _time_text(value)
    figure = rounded(value, unit.decimals)
    return f"{abs(figure) if figure == 0 else figure:,}{unit.suffix}"


def change_text(change: float, unit: Unit, label: str | None = None) -> str:
    """Print a change as `compare` gives it: "-20.6%", "1.6% points", "-00:16:12"; no plus sign."""
    if change != change:
        return ""
    if unit.change == "time":
        return _time_text(change)
    suffix = label if label is not None else ("% points" if unit.change == "points" else "%")
    return f"{rounded(change, 1):,}{suffix}"


def spelt(
    values: np.ndarray[Any, np.dtype[np.float64]],
    codes: np.ndarray[Any, np.dtype[np.int64]],
    spell: Callable[[float, int], str],
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return `spell(value, code)` of every pair (n,), asked once for each distinct one: counts repeat.

    -0.0 and 0.0 are pairs of their own, because a change prints them as "-0.0%" and "0.0%".

    Examples
    --------
    >>> units = unit_of("percent"), unit_of("days")
    >>> values, codes = np.array([21.8, 4.0, 21.8]), np.array([0, 1, 0])
    >>> spelt(values, codes, lambda value, code: value_text(value, units[code])).tolist()
    ['21.8%', '4', '21.8%']
    """
    once = cache(lambda value, negative, code: spell(value, code))
    pairs = zip(values.tolist(), np.signbit(values).tolist(), codes.tolist(), strict=True)
    return np.array([once(*pair) for pair in pairs], dtype=object)


def spoken_text(value: float, unit: Unit) -> str:
    """Print a value with what it counts, for a sentence, which has no heading to say it.

    Examples
    --------
    >>> print(spoken_text(4.25, unit_of("per_1000")), "and", spoken_text(1.0, unit_of("days")))
    4.3 per 1,000 and 1 day
    """
    figure = value_text(value, unit)
    if not figure or unit.suffix:
        return figure
    if unit.name == "days":
        return f"{figure} day{'s' * (figure != '1')}"
    return f"{figure} per {unit.per:,.0f}" if unit.per > 1.0 else figure


def moved_text(change: float, unit: Unit, label: str | None = None, *, little: bool = False) -> str:
    """Say a change as `compare` gives it: "up 20.6%", "unchanged", and what the page prints as nothing.

    A small rate may be up by 85% and by less than the page can print: only where the change is `little`,
    relative to the year before, too, has it hardly changed.

    Examples
    --------
    >>> moved_text(-1.6, unit_of("percent")), moved_text(0.4, unit_of("hh:mm:ss"))
    ('down 1.6% points', 'up by less than 00:00:01')
    """
    if change == 0.0:
        return "unchanged"
    way, size = ("up" if change > 0.0 else "down"), abs(change)
    if any(figure in change_text(size, unit, "") for figure in "123456789"):
        return f"{way} {change_text(size, unit, label)}"
    least = 1.0 if unit.change == "time" else 0.1
    return "hardly changed" if little else f"{way} by less than {change_text(least, unit, label)}"


def difference_text(value: float, expected: float, unit: Unit) -> str:
    """Print a value against its forecast; both are of this unit, already scaled.

    What is told is the difference of the printed figures, so that a row adds up.

    Examples
    --------
    >>> print(difference_text(544.0, 499.6, unit_of("number")))
    44 above the forecast
    >>> print(difference_text(21.8, 31.62, unit_of("percent")))
    9.8 points below the forecast
    >>> print(difference_text(44.4, 43.6, unit_of("number")))
    as forecast
    """
    if value != value or expected != expected:
        return ""
    decimals = 0 if unit.is_time else unit.decimals
    apart = rounded(value, decimals) - rounded(expected, decimals)
    if apart == 0:
        return "as forecast"
    size = _time_text(float(abs(apart))) if unit.is_time else f"{abs(apart):,}"
    points = " points" if unit.change == "points" else ""
    return f"{size}{points} {'above' if apart > 0 else 'below'} the forecast"


def _time_text(seconds: float) -> str:
    whole = int(rounded(seconds, 0))
    minutes, second = divmod(abs(whole), 60)
    hours, minute = divmod(minutes, 60)
    return f"{'-' if whole < 0 else ''}{hours:02d}:{minute:02d}:{second:02d}"


def month_text(ordinal: int, form: str = "iso") -> str:
    """Print a month (year * 12 + month - 1) as "2024-07", or in the `short` form "Jul-2024"."""
    year, month = divmod(int(ordinal), 12)
    return f"{MONTH_NAMES[month]}-{year}" if form == "short" else f"{year:04d}-{month + 1:02d}"


def month_name(start: int | None, t: int) -> str:
    """Name a column of the panel shortly: "Jul-2024", or "no. 36" where there is no calendar."""
    return f"no. {t + 1}" if start is None else month_text(start + t, "short")


def period_name(start: int | None, t: int) -> str:
    """Name a column of the panel as a sentence does: "Jul-2024", or "observation 36"."""
    return f"observation {t + 1}" if start is None else month_text(start + t, "short")


def period_word(start: int | None) -> str:
    """Say what a column of the panel is: a "month", or an "observation" where there is no calendar."""
    return "observation" if start is None else "month"


def listed(texts: Sequence[str], joint: str = ", ") -> str:
    """Return texts as a sentence lists them: "a, b and c"."""
    return texts[0] if len(texts) == 1 else f"{joint.join(texts[:-1])} and {texts[-1]}"


def quoted(names: Sequence[str]) -> str:
    """Return names in quotes, as many as a sentence holds."""
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return ", ".join(map(repr, names[:MOST_NAMES])) + more


def counted(n: int, thing: str) -> str:
    """Count things: "1 month", "1,234 months"."""
    return f"{n:,} {thing}{'s' * (n != 1)}"


def in_periods(sentence: str, start: int | None) -> str:
    """Return words of our own about months as they read where there is no calendar, only an order.

    They must hold no name and no reason, which are other people's words.

    Examples
    --------
    >>> in_periods("2 in all, 0.08 a month", None)
    '2 in all, 0.08 an observation'
    """
    if start is not None:
        return sentence
    said = re.sub(r"\ba month\b", "an observation", sentence).replace("observed month", "observation")
    return said.replace("month", "observation")


def exception_words(mask: int, names: Sequence[str], sided: Sequence[bool] | None = None) -> str:
    """Print a mask of completed rules, names in order: "One, Two, Three, Eight-Month High".

    Bit 2i is rule i High, bit 2i + 1 rule i Low. Names that end in "-Month" are joined as the scorecards
    print them; where both sides occur (rules that allow it), High comes first. Rules that do not tell the
    sides apart (`sided` False; by default all do) stand last, by their name alone.
    """
    tells = [True] * len(names) if sided is None else sided
    parts = []
    for shift, side in ((0, "High"), (1, "Low")):
        found = [name for i, name in enumerate(names) if tells[i] and mask >> (2 * i + shift) & 1]
        if found and all(name.endswith("-Month") for name in found):
            words = [name.removesuffix("-Month") for name in found]
            parts.append(f"{', '.join(words)}-Month {side}")
        else:
            parts += [f"{name} {side}" for name in found]
    parts += [name for i, name in enumerate(names) if not tells[i] and mask >> (2 * i) & 1]
    return "; ".join(parts)
