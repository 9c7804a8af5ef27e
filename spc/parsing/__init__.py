"""Text to months and numbers, strictly: one meaning out, or the name of the rule that refused it.

Readers take the *unique* texts of a column, so that plain Python per text costs nothing per cell.
"""

from __future__ import annotations

from spc.parsing.months import Months, parse_months
from spc.parsing.numbers import Numbers, parse_numbers, refuse_series_name
from spc.parsing.rules import READING_RULES, Problem, ReadingRule

__all__ = [
    "READING_RULES",
    "Months",
    "Numbers",
    "Problem",
    "ReadingRule",
    "parse_months",
    "parse_numbers",
    "refuse_series_name",
]
