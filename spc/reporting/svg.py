"""Trend lines for the rows of a page: SVG of some 600 bytes, drawn without a plotting library."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from spc.portrait import Mark, Portrait, Stretch

__all__ = [
    "Frame",
    "band_path",
    "frame_of",
    "line_path",
    "mark_paths",
    "number",
    "sparkline",
    "steps_path",
]

#: Size of a trend line in px, and the room around it for marks.
WIDTH, HEIGHT, ROOM = 186, 34, 5.0
#: Letter of a judgement in the style sheet: colour; the side has its shape.
INKS = {"better": "g", "worse": "w", "no direction": "n"}


@dataclass(frozen=True)
class Frame:
    """Where months and values fall on a drawing.

    Positions first .. last (half open) of the panel lie between `left` and `right`, values low .. high
    between `bottom` and `top`, all in px.
    """

    first: int
    last: int
    low: float
    high: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def step(self) -> float:
        """Distance of two months."""
        return (self.right - self.left) / max(self.last - self.first - 1, 1)

    def x(self, t: float) -> float:
        """Return where a month stands."""
        return self.left + (t - self.first) * self.step

    def y(self, value: float) -> float:
        """Return where a value stands; off the scale it stands on the edge."""
        part = (value - self.low) / (self.high - self.low)
        return self.bottom - min(max(part, 0.0), 1.0) * (self.bottom - self.top)

    def inside(self, stretch: Stretch) -> tuple[float, float] | None:
        """Return where a stretch begins and ends, half a month beyond its months; None outside."""
        first, last = max(stretch.first, self.first), min(stretch.last, self.last)
        if first >= last:
            return None
        return max(self.x(first - 0.5), self.left), min(self.x(last - 0.5), self.right)


def frame_of(
    one: Portrait, first: int, last: int, box: tuple[float, float, float, float], extra: Iterable[float] = ()
) -> Frame:
    """Return the frame that holds all values and limits of the months; `box` is left, right, top, bottom."""
    seen = [float(v) for v in one.points[first:last] if math.isfinite(v)]
    for more in (one.below, one.values if one.values_behind else None):
        if more is not None:
            seen += [float(v) for v in more[first:last] if math.isfinite(v)]
    for stretch in one.stretches:
        begin, end = max(stretch.first, first), min(stretch.last, last)
        if begin < end:
            drawn = [stretch.centre, stretch.ucl, stretch.lcl]
            if stretch.lines is not None:
                held = (stretch.lines.centre, stretch.lines.upper, stretch.lines.lower)
                drawn = [float(v) for line in held for v in line[begin:end]]
            seen += [v for v in drawn if not math.isnan(v)]
    seen += [v for v in extra if not math.isnan(v)]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    if not high - low > 1e-9 * max(abs(low), abs(high)):  # a constant lies in the middle
        reach = 0.5 * abs(high) or 1.0
        low, high = low - reach, high + reach
    return Frame(first, last, low, high, *box)


def sparkline(one: Portrait, first: int, last: int) -> str:
    """Draw the trend line of a row.

    Parameters
    ----------
    one : Portrait
    first, last : int
        Positions of the months, half open; the same for all rows of a page.

    Returns
    -------
    str
        An `<svg>` whose inks the style sheet of the page knows; a band between the limits, a dashed centre
        line, triangles at exceptions (up for High, down for Low) among the months that are judged, a dot at
        the last month, gaps as gaps; an upright where something is known to have changed or limits begin
        afresh.
    """
    frame = frame_of(one, first, last, (ROOM, WIDTH - ROOM, ROOM, HEIGHT - ROOM))
    parts = [*_band(one, frame)]
    begun = {rebase.at for rebase in one.rebases}
    for kind, places in (("st", [t for t, _ in one.steps if t not in begun]), ("rb", sorted(begun))):
        drawn = "".join(f"M{number(frame.x(t - 0.5))} 1V{HEIGHT - 1}" for t in places if first < t < last)
        if drawn:
            parts.append(f'<path class="{kind}" d="{drawn}"/>')
    for points in (one.points, one.below):
        line = "" if points is None else line_path(points, frame, one.breaks)
        if line:
            parts.append(f'<path class="l" d="{line}"/>')
    parts += mark_paths([m for m in one.marks if first <= m.at < last and m.judged], one, frame, 2.9)
    end = _last_observed(one, first, last)
    if end is not None and end not in one.marked:
        parts.append(
            f'<circle class="e" cx="{number(frame.x(end))}" cy="{number(frame.y(float(one.points[end])))}" '
            'r="2.4"/>'
        )
    return (
        f'<svg class="sl" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{summary(one, first, last)}">'
        f"{''.join(parts)}</svg>"
    )


def _band(one: Portrait, frame: Frame) -> list[str]:
    parts = []
    for stretch in one.stretches:
        ends = frame.inside(stretch)
        if ends is None:
            continue
        if stretch.lines is not None:
            band = band_path(stretch, frame, 3.0)
            parts += [f'<path class="b" d="{band}"/>'] if band else []
            parts += [f'<path class="c" d="{steps_path(stretch.lines.centre, stretch, frame)}"/>']
            continue
        wide = number(ends[1] - ends[0])
        top = frame.top - 3 if math.isnan(stretch.ucl) else frame.y(stretch.ucl)
        low = frame.bottom + 3 if math.isnan(stretch.lcl) else frame.y(stretch.lcl)
        if not (math.isnan(stretch.ucl) and math.isnan(stretch.lcl)):
            parts.append(
                f'<rect class="b" x="{number(ends[0])}" y="{number(top)}" width="{wide}" '
                f'height="{number(max(low - top, 0.5))}"/>'
            )
        parts.append(f'<path class="c" d="M{number(ends[0])} {number(frame.y(stretch.centre))}h{wide}"/>')
    return parts


def steps_path(line: Sequence[float] | np.ndarray, stretch: Stretch, frame: Frame) -> str:
    """Return a line that differs from month to month, level over each month; "" where it is not drawn."""
    words, held = "", math.nan
    for t in range(max(stretch.first, frame.first), min(stretch.last, frame.last)):
        value = float(line[t])
        left, right = max(frame.x(t - 0.5), frame.left), min(frame.x(t + 0.5), frame.right)
        if not math.isnan(value):
            if math.isnan(held):
                words += f"M{number(left)} {number(frame.y(value))}"
            elif value != held:
                words += f"V{number(frame.y(value))}"
            words += f"H{number(right)}"
        held = value
    return words


def band_path(stretch: Stretch, frame: Frame, beyond: float = 0.0) -> str:
    """Return the band between limits that differ from month to month, one block a month.

    Where a limit is not drawn the band ends `beyond` the edge of the drawing; months without any have none.
    """
    words = ""
    if stretch.lines is None:
        return words
    for t in range(max(stretch.first, frame.first), min(stretch.last, frame.last)):
        upper, lower = float(stretch.lines.upper[t]), float(stretch.lines.lower[t])
        if math.isnan(upper) and math.isnan(lower):
            continue
        left, right = max(frame.x(t - 0.5), frame.left), min(frame.x(t + 0.5), frame.right)
        top = frame.top - beyond if math.isnan(upper) else frame.y(upper)
        low = frame.bottom + beyond if math.isnan(lower) else frame.y(lower)
        words += f"M{number(left)} {number(top)}H{number(right)}V{number(low)}H{number(left)}z"
    return words


def line_path(values: Sequence[float] | np.ndarray, frame: Frame, breaks: Sequence[int] = ()) -> str:
    """Return the path through the observed months; a month alone between gaps becomes a short dash.

    At `breaks` the line begins afresh: an average or a sum there knows nothing of the months before.
    """
    runs: list[list[str]] = [[]]
    for t in range(frame.first, frame.last):
        value = float(values[t])
        if math.isnan(value) or t in breaks:
            runs.append([])
        if not math.isnan(value):
            runs[-1].append(f"{number(frame.x(t))} {number(frame.y(value))}")
    words: list[str] = [f"M{' '.join(run)}" + ("h.01" if len(run) == 1 else "") for run in runs if run]
    return "".join(words)


def mark_paths(marks: Sequence[Mark], one: Portrait, frame: Frame, size: float) -> list[str]:
    """Draw exceptions, one path for each ink: triangles up for High and down for Low, pale in a baseline.

    A rule without a side has a diamond. Of two marks at one point High stands above it, and Low below.
    """
    inks: dict[str, str] = {}
    sides = Counter((mark.at, one.below is not None and mark.side == "Low") for mark in marks)
    for mark in marks:
        lower = one.below is not None and mark.side == "Low"
        value = float(one.below[mark.at] if lower and one.below is not None else one.points[mark.at])
        if math.isnan(value):
            continue
        turn = {"High": -1.0, "Low": 1.0}.get(mark.side, 0.0)
        aside = 1.3 * size if sides[mark.at, lower] > 1 else 0.0
        x, y = number(frame.x(mark.at)), number(frame.y(value) + (turn or -1.0) * size + turn * aside)
        shape = f"M{x} {y}l{number(size)} {number(-turn * 1.7 * size)}h{number(-2 * size)}z"
        if not turn:  # a rule without a side: a diamond
            wide = number(size)
            shape = f"M{x} {y}l{wide} {wide}l-{wide} {wide}l-{wide}-{wide}z"
        ink = INKS[mark.judgement] + ("" if mark.judged else " p")
        inks[ink] = inks.get(ink, "") + shape
    return [f'<path class="k {ink}" d="{shapes}"/>' for ink, shapes in inks.items()]


def _last_observed(one: Portrait, first: int, last: int) -> int | None:
    observed = np.flatnonzero(np.isfinite(one.points[first:last]))
    return first + int(observed[-1]) if len(observed) else None


def summary(one: Portrait, first: int, last: int) -> str:
    """Say what a trend line shows, for people who do not see it; holds no name, so nothing to escape."""
    observed = [t for t in range(first, last) if math.isfinite(one.values[t])]
    what = "Rolling 12-month figures" if one.rolling else "Monthly figures"
    if not observed:
        return "No figures."
    high = max(observed, key=lambda t: float(one.values[t]))
    low = min(observed, key=lambda t: float(one.values[t]))
    said = (
        f"{what} {one.month(observed[0])} to {one.month(observed[-1])}: lowest {_at(one, low)}, "
        f"highest {_at(one, high)}, last {one.text(float(one.values[observed[-1]]))}."
    )
    marks = [mark for mark in one.marks if first <= mark.at < last and mark.judged]
    sides = [(side, sum(mark.side == side for mark in marks)) for side in ("High", "Low")]
    flagged = " and ".join(f"{n} {side.lower()}" for side, n in sides if n)
    return f"{said} Months judged to be exceptions: {flagged}." if flagged else said


def _at(one: Portrait, t: int) -> str:
    return f"{one.text(float(one.values[t]))} in {one.month(t)}"


def number(value: float) -> str:
    """Print a coordinate with one decimal at the most."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")
