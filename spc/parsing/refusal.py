"""The form of a refusal: its name, what is refused, how to mend it, an example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["ReadingRule", "Severity", "plain", "tell"]

Reads = Literal["month", "number", "name", "table", "file"]
Scope = Literal["cell", "file"]
Severity = Literal["error", "warning"]

# A sentence has to fit a console line or two; a cell may hold a whole pasted page.
_RAW_SHOWN = 60


@dataclass(frozen=True)
class ReadingRule:
    """One refusal.

    Parameters
    ----------
    name : str
        The name under which the refusal is reported.
    reads : {"month", "number", "name", "table", "file"}
        What it looks at: one text, the table that the texts make, or the file that holds them.
    refused : str
        What is refused, worded to follow the raw text: "is empty".
    remedy : str
        How to mend it; ``{raw}`` stands for the raw text in quotes.
    example : tuple of str
        Texts that, read together, meet this rule; one empty text where the file as a whole is meant.
    scope : {"cell", "file"}
        A bad cell refuses its series, a bad structure the file.
    severity : {"error", "warning"}
        A warning refuses nothing that a series misses.
    unit : str
        The unit under which the example is read.

    Examples
    --------
    >>> from spc.parsing import READING_RULES
    >>> print(READING_RULES["no such month"].sentence)
    '2024-13' has no month from 1 to 12: correct the month.
    """

    name: str
    reads: Reads
    refused: str
    remedy: str
    example: tuple[str, ...]
    scope: Scope = "cell"
    severity: Severity = "error"
    unit: str = "number"

    @property
    def sentence(self) -> str:
        """The rule as the reader of its example would see it, without a place."""
        raw = ", ".join(self.example)
        return tell("" if raw or self.reads != "file" else "The file", self, self.remedy, raw)


def tell(place: str, rule: ReadingRule, remedy: str, raw: str) -> str:
    """Place, raw text, refusal and remedy in one sentence."""
    if raw or rule.reads != "file":
        place = f"{place}: {quoted(raw)}" if place else quoted(raw)
    return f"{place} {rule.refused}: {remedy.replace('{raw}', quoted(raw))}."


def quoted(raw: str) -> str:
    """Return a text in quotes, cut where it is long, with what cannot be seen written out."""
    return repr(raw if len(raw) <= _RAW_SHOWN else raw[: _RAW_SHOWN - 1] + "…")


def plain(text: str) -> str:
    """Escape what a terminal would obey instead of print."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
