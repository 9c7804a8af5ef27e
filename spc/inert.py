"""Names that do nothing: what a spreadsheet would run or a terminal obey is shown instead."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["csv_text", "visible"]

#: What spreadsheets take for the beginning of a formula, also in full width, also behind blanks. Leading
#: apostrophes are passed over, so that "=1" and "'=1" do not come out as the same name.
_FORMULA = re.compile(r"['\s\ufeff\u200b]*[=+\-@＝＋－＠]")
#: Control characters, line and paragraph separators, halves of surrogate pairs.
_SHOWN = {"Cc", "Zl", "Zp", "Cs"}
#: They turn the direction of the text around, so that a name can pass for another.
_TURNING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    r"""Return the text with control characters written out.

    Examples
    --------
    >>> print(visible("Swindon\x1b[2J\nNorth"))
    Swindon\x1b[2J\nNorth
    """
    return text if text.isprintable() else "".join(map(_character, text))


def csv_text(text: str) -> str:
    """Return the text as a CSV cell that no spreadsheet takes for a formula.

    Examples
    --------
    >>> print(csv_text("=HYPERLINK(A1)"))
    '=HYPERLINK(A1)
    """
    return "'" + visible(text) if _FORMULA.match(text) else visible(text)


def _character(c: str) -> str:
    return repr(c)[1:-1] if unicodedata.category(c) in _SHOWN or c in _TURNING else c
