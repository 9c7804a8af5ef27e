"""Texts and names that Excel takes as they are: nothing runs, nothing links, nothing is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable

from spc.inert import visible

__all__ = ["cell_text", "quoted", "sheet_names"]

#: Longest text of a cell, and of a sheet's name in UTF-16 units.
LONGEST_TEXT, LONGEST_NAME = 32_767, 31
#: What XML cannot hold, besides the control characters that `visible` writes out.
_NO_CHARACTER = re.compile("[\ufffe\uffff]")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
#: Excel keeps this name for itself.
KEPT = ("history",)


def cell_text(text: str) -> str:
    r"""Return the text as a cell can hold it: control characters written out, cut at 32,767 characters.

    Examples
    --------
    >>> print(cell_text("=1+1\n\x07"))
    =1+1\n\x07
    """
    shown = _NO_CHARACTER.sub(lambda found: f"\\u{ord(found[0]):04x}", visible(text))
    if _units(shown) <= LONGEST_TEXT:
        return shown
    return f"{_cut(shown, LONGEST_TEXT - 1)}…"


def sheet_names(wanted: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    r"""Return names that sheets may have: 31 characters, none of ``[]:*?/\``, no two alike in any case.

    Examples
    --------
    >>> sheet_names(["Calls: 101/999", "calls- 101-999", "", "History"])
    ['Calls- 101-999', 'calls- 101-999 (2)', 'Measures', 'History (2)']
    """
    used = {name.casefold() for name in (*KEPT, *taken)}
    found = []
    for text in wanted:
        name = " ".join(_NOT_IN_NAMES.sub("-", cell_text(text)).split()).strip("' ") or "Measures"
        name = whole = _shortened(name, LONGEST_NAME)
        number = 1
        while name.casefold() in used:
            number += 1
            ending = f" ({number})"
            name = _shortened(whole, LONGEST_NAME - len(ending)) + ending
        used.add(name.casefold())
        found.append(name)
    return found


def _shortened(name: str, units: int) -> str:
    """Cut a name in its middle: "Communication Centre (999 Service)" keeps what tells it from others."""
    if _units(name) <= units:
        return name
    tail = "(" + name.rpartition("(")[2] if name.endswith(")") else ""
    if _units(tail) > units // 2:
        tail = ""
    return _cut(name, units - 1 - _units(tail)).rstrip("' ") + "…" + tail


def quoted(sheet: str) -> str:
    """Return a sheet's name as references have it.

    Examples
    --------
    >>> quoted("Swindon's calls")
    "'Swindon''s calls'"
    """
    return "'" + sheet.replace("'", "''") + "'"


def _units(text: str) -> int:
    return len(text) + sum(ord(c) > 0xFFFF for c in text)


def _cut(text: str, units: int) -> str:
    """Cut a text to so many UTF-16 units, which is what Excel counts."""
    text = text[:units]
    while _units(text) > units:
        text = text[:-1]
    return text
