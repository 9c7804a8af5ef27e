"""Problems for a console: those of one kind are told once, by the first of them and their number."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `spc --help` imports this room, and not numpy
    from spc.parsing import Problem

__all__ = ["TOLD", "told"]

#: Lines of problems that a console holds.
TOLD = 20
#: Problems of one kind that are told one by one, where they are the file's: columns, headings, names.
OF_A_FILE = 3


def told(problems: Sequence[Problem], rest: str = "") -> list[str]:
    """Return a line for each kind of problem: the same rule, mended in the same way, whatever the series.

    Parameters
    ----------
    problems : sequence of Problem
        In the order of the file.
    rest : str
        The sentence that says where all of them are, where not every one is told.

    Examples
    --------
    >>> from spc.parsing import Problem
    >>> spoilt = [Problem.of("currency", f"£{i}", series="Calls", month=f"2024-0{i}") for i in (1, 2, 3)]
    >>> print(*told(spoilt))
    Calls, 2024-01: '£1' has a currency sign: write the amount alone (and 2 more like it).
    """
    kinds: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        kinds.setdefault((problem.source, problem.rule, problem.remedy), []).append(problem)
    # one by one: a spoilt column may have a million kinds, and a sentence takes its time
    lines = list(islice((line for alike in kinds.values() for line in _kind(alike)), TOLD))
    left = len(problems) - sum(count for _, count in lines)
    found = [line for line, _ in lines]
    if left:
        return [*found, f"and {left:,} more{f': {rest}' if rest else '.'}"]
    return [*found, rest] if rest and len(problems) > len(lines) else found


def _kind(alike: Sequence[Problem]) -> list[tuple[str, int]]:
    """Return the lines of problems that are alike, each with how many it tells."""
    first = alike[: 1 if alike[0].series else OF_A_FILE]
    lines = [(problem.sentence, 1) for problem in first]
    more = len(alike) - len(first)
    if more:
        n_series = len({problem.series for problem in alike})
        where = f"; {n_series:,} series in all" if n_series > 1 else ""
        lines[-1] = (f"{first[-1].sentence[:-1]} (and {more:,} more like it{where}).", 1 + more)
    return lines
