"""Stable shifts of one series, from the definition in docs/phases.md.

The road is another one than the kernel's: each month becomes a letter (`+` above the centre, `-` below, `0`
on it, `.` not observed), and runs are found by regular expressions in the text of the months.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tests.reference.exact import sign
from tests.reference.limits import NO_VARIATION, OK, SHORT, XmR, first_observed, fit

NO_DATA, NOT_JUDGED = "no data", "nothing to judge"
LETTERS = {1: "+", 0: "0", -1: "-"}


@dataclass(frozen=True)
class Step:
    """One line of the log; months are columns, `until` is not included.

    `known` is the month at whose end the step could be said; `settled` that no later month can change it.
    """

    kind: str
    cause: str
    candidate: int
    side: int
    known: int
    settled: bool
    old: XmR
    until: int | None = None
    used: int = 0
    new: XmR | None = None
    back: int | None = None


@dataclass
class Log:
    """The steps of one series, its status, and the columns at which the accepted phases begin."""

    status: str
    steps: list[Step] = field(default_factory=list)

    @property
    def accepted(self) -> list[int]:
        """Where new phases begin."""
        return [step.candidate for step in self.steps if step.kind == "accepted"]


def as_good_as_on(x: Fraction, chart: XmR, base: Sequence[Fraction | None]) -> bool:
    """Say whether a month lies within 1e-9 of the centre and is no decimal like those that set it."""
    assert chart.centre is not None
    near = Fraction(1, 10**9) * max(abs(x), abs(chart.centre), Fraction(chart.sigma))
    if abs(x - chart.centre) > near:
        return False
    known = [number for number in base if number is not None]
    fitting = [10**d for d in range(7) if all((number * 10**d).denominator == 1 for number in known)]
    plain = bool(fitting) and sum(map(abs, known)) * fitting[0] < 10**15
    return not plain or (x * fitting[0]).denominator != 1


def letters(observed: Sequence[Fraction | None], chart: XmR, months: int) -> str:
    """Write each month as the side of the centre on which it lies."""
    assert chart.centre is not None
    base = observed[chart.start : chart.start + months]
    found = []
    for x in observed:
        on = x is not None and as_good_as_on(x, chart, base)
        found.append("." if x is None else "0" if on else LETTERS[sign(x - chart.centre)])
    return "".join(found)


def stable_shifts(
    observed: Sequence[Fraction | None],
    months: int = 21,
    least: int = 12,
    run: int = 8,
    smallest: float = 0.0,
) -> Log:
    """Give the log of one series; `observed` ends at the month reported on."""
    begin = first_observed(observed)
    if begin is None:
        return Log(NO_DATA)
    end = len(observed)

    def fitted(start: int) -> XmR:
        return fit(observed, (start, end), range(start, min(start + months, end)), least, False)

    current = fitted(begin)
    if current.status in (SHORT, NO_VARIATION):
        return Log(current.status)
    if begin + months >= end:
        return Log(NOT_JUDGED)
    log, search, settled = Log(OK), begin + months, True
    while True:
        text = letters(observed, current, months)
        found = re.compile(rf"\+{{{run}}}|-{{{run}}}").search(text, search)
        if found is None:
            return log
        c = found.start()
        side = 1 if found.group()[0] == "+" else -1
        told = max([step.known for step in log.steps] + [c + run - 1])
        log.steps.append(Step("opened", "", c, side, told, settled, current))
        verdict = judged(observed, current, fitted(c), c, side, months, least, run, smallest)
        settled = settled and verdict.settled
        until = min(c + months, end)
        known = max(told, verdict.known)
        used = sum(x is not None for x in observed[c:until])
        new = verdict.new if verdict.new.centre is not None else None
        step = Step(
            verdict.kind, verdict.cause, c, side, known, settled, current, until, used, new, verdict.back
        )
        log.steps.append(step)
        if verdict.kind == "pending":
            return log
        if verdict.kind == "accepted":
            current, search = verdict.new, c + months
        elif verdict.cause == "back":
            assert verdict.back is not None
            search = verdict.back
        elif verdict.cause == "level":
            whole_run = re.compile(rf"\{LETTERS[side]}+").match(text, c)
            assert whole_run is not None
            search = min(whole_run.end(), c + months)
        else:
            search = c + months


@dataclass(frozen=True)
class Verdict:
    """What becomes of a candidate."""

    kind: str
    cause: str
    known: int
    settled: bool
    new: XmR
    back: int | None = None


def judged(
    observed: Sequence[Fraction | None],
    old: XmR,
    new: XmR,
    c: int,
    side: int,
    months: int,
    least: int,
    run: int,
    smallest: float,
) -> Verdict:
    """Judge the candidate that begins at column c."""
    last = len(observed) - 1
    whole = c + months - 1 <= last
    known = c + months - 1 if whole else last
    used = [x for x in observed[c : c + months] if x is not None]
    if len(used) < least:
        return Verdict("rejected" if whole else "pending", "few", known, whole, new)
    if new.status != OK:
        return Verdict("rejected", "flat", known, whole, new)
    assert new.centre is not None and old.centre is not None
    other = re.escape(LETTERS[-side])
    text = letters(observed, new, months)
    after = c + run  # the eight months that opened the candidate are no way back
    found = re.compile(f"{other}{{{run}}}").search(text, after)
    if found is not None and found.start() < c + months:
        known = max(known, found.end() - 1) if whole else last
        return Verdict("rejected", "back", known, whole, new, found.start())
    if whole:
        # a run of the other side that crosses the end of the fitting months is waited for
        crossing = re.compile(f"{other}+$").search(text[: c + months], after)
        if crossing is not None:
            stretch = re.compile(f"{other}+").match(text, crossing.start())
            assert stretch is not None
            known, whole = (stretch.end(), True) if stretch.end() <= last else (last, False)
    wrong = old.side(new.centre, smallest) != side  # strictly beyond so many old sigma, on the run's side
    return Verdict("rejected" if wrong else "accepted", "level" if wrong else "", known, whole, new)
