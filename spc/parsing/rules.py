"""The table of refusals: what is not read, why, and how to mend it (SPEC 12); and the problems met."""

from __future__ import annotations

from dataclasses import dataclass

from spc.parsing.refusal import ReadingRule, Severity, plain, quoted, tell
from spc.parsing.refused_files import FILE_ROWS, TABLE_ROWS
from spc.parsing.refused_texts import MONTH_ROWS, NAME_ROWS, NUMBER_ROWS

__all__ = ["READING_RULES", "Problem", "ReadingRule"]

READING_RULES: dict[str, ReadingRule] = {
    row.name: row for row in MONTH_ROWS + NUMBER_ROWS + NAME_ROWS + TABLE_ROWS + FILE_ROWS
}


@dataclass(frozen=True)
class Problem:
    """One refusal met in the data: where it stands, what stood there, how to mend it.

    Parameters
    ----------
    series : str
        Name of the series ("Swindon / Burglary"); empty where the whole file is refused.
    month : str
        Month as "YYYY-MM"; empty where it is unknown.
    raw : str
        The text as it was found.
    rule : str
        A name in `READING_RULES`.
    remedy : str
        How to mend it, in words.
    severity : {"error", "warning"}
        As in `ReadingRule`.
    source : str
        Name of the file; empty where the data came as a frame.

    Examples
    --------
    >>> print(Problem.of("time not allowed", "00:12:57", series="Calls", month="2024-03").sentence)
    Calls, 2024-03: '00:12:57' is a time, which the measure's unit does not allow: give the measure the unit \
"hh:mm:ss" in a catalogue (measures=), or give a number.
    """

    series: str
    month: str
    raw: str
    rule: str
    remedy: str
    severity: Severity
    source: str = ""

    @classmethod
    def of(cls, rule: str, raw: str, *, series: str = "", month: str = "", source: str = "") -> Problem:
        """Build the problem that `rule` finds in `raw`, its remedy filled in."""
        row = READING_RULES[rule]
        remedy = row.remedy.replace("{raw}", quoted(raw))
        return cls(series, month, raw, rule, remedy, row.severity, source)

    @property
    def sentence(self) -> str:
        """Place, raw text, refusal and remedy in one sentence."""
        rule = READING_RULES[self.rule]
        place = ", ".join(plain(part) for part in (self.series, self.month) if part)
        if not place:
            of_a_cell = "A cell" if rule.reads in ("month", "number") else ""  # names tell of themselves
            place = plain(self.source) or ("The file" if rule.scope == "file" else of_a_cell)
        return tell(place, rule, self.remedy, self.raw)
