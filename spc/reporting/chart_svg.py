"""Control charts for the opened rows of a page: limits by phase, target, steps, flags, axes, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

import numpy as np

from spc.portrait import Portrait, Stretch, fine_text
from spc.reporting.svg import (
    Frame,
    band_path,
    frame_of,
    line_path,
    mark_paths,
    number,
    steps_path,
)
from spc.wording import MONTH_NAMES, Unit, value_text

__all__ = ["control_chart", "ticks"]

WIDTH, HEIGHT = 860, 300
#: Left, right, top and bottom of the plotting area; the right margin holds the names of the lines.
BOX = (74.0, 742.0, 34.0, 268.0)
#: Lines whose names would overlap are pushed apart by this.
LINE_HEIGHT = 14.0
#: Room of a letter of a reason: some are wider, most are not.
LETTER = 6.4
#: Steps between ticks that a clock has, in seconds.
CLOCK = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


def control_chart(one: Portrait, first: int, last: int) -> str:
    """Draw the control chart of a series.

    Parameters
    ----------
    one : Portrait
    first, last : int
        Positions of the months, half open.

    Returns
    -------
    str
        An `<svg>` with limits phase by phase, centre and target lines, known steps with their reasons,
        triangles at exceptions and an axis of months. Its inks are in the style sheet of the page.
    """
    frame = frame_of(one, first, last, BOX, one.goals[first:last].tolist())
    marks = ticks(frame.low, frame.high, one.drawn_unit)
    low, high = min(frame.low, marks[0]), max(frame.high, marks[-1])
    frame = Frame(first, last, low, high, *BOX)
    parts = [
        *_grid(one, frame, marks),
        *_months(one, frame),
        *_lines(one, frame),
        *_steps(one, frame),
        *_curves(one, frame),
        *_points(one, frame),
        *mark_paths([mark for mark in one.marks if first <= mark.at < last], one, frame, 5.0),
        *_names(one, frame),
    ]
    about = "Rolling 12-month figures" if one.rolling else "Control chart"
    label = escape(f"{about}, {one.month(first)} to {one.month(last - 1)}")
    return (
        f'<svg class="cc" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}" '
        f'data-first="{first}" data-x="{number(BOX[0])}" data-dx="{frame.step:.4f}">{"".join(parts)}</svg>'
    )


def ticks(low: float, high: float, unit: Unit) -> list[float]:
    """Return four to eight round values that span low .. high; two at the least, however small a duration."""
    rough = (high - low) / 5.0
    if unit.is_time and rough <= CLOCK[-1]:
        step = float(next(size for size in CLOCK if size >= rough))
    else:
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(m * power for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * power >= rough * 0.999)
    if 0.0 <= low < 0.25 * high:
        low = 0.0  # a scale that nearly reaches 0 may as well begin there
    count = math.ceil(round(high / step, 9)) - math.floor(round(low / step, 9)) + 1
    return [(math.floor(round(low / step, 9)) + k) * step for k in range(max(count, 2))]


def _grid(one: Portrait, frame: Frame, marks: list[float]) -> Iterator[str]:
    rules = "".join(f"M{number(frame.left)} {number(frame.y(v))}H{number(frame.right)}" for v in marks)
    yield f'<path class="gr" d="{rules}"/><g class="ay">'
    step = marks[1] - marks[0]
    unit = one.drawn_unit
    decimals = 0 if unit.is_time else max(0, -math.floor(math.log10(step * 1.0001)))
    if step * 10**decimals % 1 > 1e-6:
        decimals += 1
    for value in marks:
        text = value_text(value, _with_decimals(unit, decimals))
        yield f'<text x="{number(frame.left - 8)}" y="{number(frame.y(value) + 4)}">{escape(text)}</text>'
    yield "</g>"


def _with_decimals(unit: Unit, decimals: int) -> Unit:
    return Unit(unit.name, unit.per, min(decimals, 9), unit.suffix, unit.change, unit.is_time)


def _months(one: Portrait, frame: Frame) -> Iterator[str]:
    """Label half years, or every January, or every sixth observation."""
    start = one.start
    every = 12 if frame.last - frame.first > 66 else 6 if frame.last - frame.first > 18 else 3
    places = [t for t in range(frame.first, frame.last) if (t + (start or 0)) % every == 0]
    if places and len(places) > 1 and len(places) > 14:
        places = places[:: math.ceil(len(places) / 14)]
    end = min(one.end, frame.last - 1)
    if not places or frame.x(end) - frame.x(places[-1]) > 46.0:
        places.append(end)  # the month reported on
    marks = "".join(f"M{number(frame.x(t))} {number(frame.bottom)}v5" for t in places)
    yield f'<path class="ax" d="M{number(frame.left)} {number(frame.bottom)}H{number(frame.right)}{marks}"/>'
    yield '<g class="am">'
    for t in places:
        name = str(t + 1) if start is None else _short_month(start + t)
        yield f'<text x="{number(frame.x(t))}" y="{number(frame.bottom + 19)}">{name}</text>'
    yield "</g>"


def _short_month(ordinal: int) -> str:
    year, month = divmod(ordinal, 12)
    return f"{MONTH_NAMES[month]}-{year % 100:02d}"


def _lines(one: Portrait, frame: Frame) -> Iterator[str]:
    """Draw band, limits and centre of every phase, and the bracket over the months that set them."""
    for stretch in one.stretches:
        ends = frame.inside(stretch)
        if ends is None:
            continue
        if stretch.lines is not None:
            yield from _monthly_lines(stretch, frame)
            continue
        left, wide = number(ends[0]), number(ends[1] - ends[0])
        top = frame.top if math.isnan(stretch.ucl) else frame.y(stretch.ucl)
        low = frame.bottom if math.isnan(stretch.lcl) else frame.y(stretch.lcl)
        edges = [frame.y(v) for v in (stretch.ucl, stretch.lcl) if not math.isnan(v)]
        if edges:
            tall = number(low - top)
            yield f'<rect class="b" x="{left}" y="{number(top)}" width="{wide}" height="{tall}"/>'
        yield f'<path class="c" d="M{left} {number(frame.y(stretch.centre))}h{wide}"/>'
        if edges:
            drawn = "".join(f"M{left} {number(y)}h{wide}" for y in edges)
            yield f'<path class="li" d="{drawn}"/>'
        yield from _bracket(stretch, frame)
    target = _target_path(one, frame)
    if target:
        yield f'<path class="tg" d="{target}"/>'


def _monthly_lines(stretch: Stretch, frame: Frame) -> Iterator[str]:
    """Draw a stretch whose lines differ from month to month."""
    assert stretch.lines is not None
    held = stretch.lines
    band = band_path(stretch, frame)
    if band:
        yield f'<path class="b" d="{band}"/>'
    yield f'<path class="c" d="{steps_path(held.centre, stretch, frame)}"/>'
    edges = "".join(steps_path(line, stretch, frame) for line in (held.upper, held.lower))
    if edges:
        yield f'<path class="li" d="{edges}"/>'
    yield from _bracket(stretch, frame)


def _curves(one: Portrait, frame: Frame) -> Iterator[str]:
    """Draw what is judged; where that is not the value itself, the values faintly behind it."""
    if one.values_behind:
        yield f'<path class="fa" d="{line_path(one.values, frame)}"/>'
    yield f'<path class="l" d="{line_path(one.points, frame, one.breaks)}"/>'
    if one.below is not None:
        yield f'<path class="l" d="{line_path(one.below, frame, one.breaks)}"/>'


def _bracket(stretch: Stretch, frame: Frame) -> Iterator[str]:
    first, last = max(stretch.base_first, frame.first), min(stretch.base_last, frame.last)
    if (
        last - first < 2
        or not stretch.base_known
        or (stretch.base_last >= stretch.last and len(range(first, last)) < 12)
    ):
        return
    left, right, y = frame.x(first), frame.x(last - 1), frame.top - 12
    yield (
        f'<path class="br" d="M{number(left)} {number(y + 4)}v-4H{number(right)}v4"/>'
        f'<text class="bt" x="{number((left + right) / 2)}" y="{number(y - 4)}">'
        f"{'these months set the limits' if right - left > 160 else 'baseline'}</text>"
    )


def _target_path(one: Portrait, frame: Frame) -> str:
    words = ""
    before = math.nan
    for t in range(frame.first, frame.last):
        value = float(one.goals[t])
        left, right = max(frame.x(t - 0.5), frame.left), min(frame.x(t + 0.5), frame.right)
        if not math.isnan(value):
            if value != before:
                words += f"M{number(left)} {number(frame.y(value))}"
            words += f"H{number(right)}"
        before = value
    return words


def _steps(one: Portrait, frame: Frame) -> Iterator[str]:
    """Draw known steps and starts of phases, their reasons where they cover the fewest points."""
    taken: list[tuple[float, float, float]] = []
    for t, reason in one.uprights:
        if not frame.first < t < frame.last:
            continue
        x = frame.x(t - 0.5)
        yield f'<path class="st" d="M{number(x)} {number(frame.top)}V{number(frame.bottom)}"/>'
        if not reason:
            continue
        near_end = x > (frame.left + frame.right) / 2
        room = int(((x - frame.left) if near_end else (frame.right - x) - 10.0) / LETTER)
        said = reason if len(reason) <= room else f"{reason[: room - 1]}…"
        wide = len(said) * LETTER + 10.0
        left, right = (x - wide, x) if near_end else (x, x + wide)
        y = _free(one, frame, left, right, taken)
        taken.append((left, right, y))
        yield (
            f'<text class="sn{" r" if near_end else ""}" x="{number(x + (-5 if near_end else 5))}" '
            f'y="{number(y)}">{escape(said)}</text>'
        )


def _free(
    one: Portrait, frame: Frame, left: float, right: float, taken: list[tuple[float, float, float]]
) -> float:
    """Return at what height a text covers no other, and few points: low down for choice, else high up."""
    rows = [frame.bottom - 6.0 - k * LINE_HEIGHT for k in range(6)]
    rows += [frame.top + 12.0 + k * LINE_HEIGHT for k in range(6)]

    def covers(y: float) -> tuple[bool, int]:
        met = any(left < end and begin < right and abs(y - at) < LINE_HEIGHT for begin, end, at in taken)
        under = 0
        for points in (one.points,) if one.below is None else (one.points, one.below):
            for t in range(frame.first, frame.last):
                seen = math.isfinite(points[t]) and left <= frame.x(t) <= right
                under += seen and abs(frame.y(float(points[t])) - (y - 4.0)) < 0.75 * LINE_HEIGHT
        return met, under

    return min(rows, key=covers)


def _points(one: Portrait, frame: Frame) -> Iterator[str]:
    """Draw one dot a month, months without a value left out; the page's script reads places off the first."""
    for points in (one.points, one.below):
        if points is not None:
            seen = [t for t in range(frame.first, frame.last) if math.isfinite(points[t])]
            dots = "".join(f"M{number(frame.x(t))} {number(frame.y(float(points[t])))}h0" for t in seen)
            yield f'<path class="pt" d="{dots}"/>'


def _names(one: Portrait, frame: Frame) -> Iterator[str]:
    """Name the lines that hold at the end, at the right margin, pushed apart where they are close."""
    found: list[tuple[float, str, str]] = []
    stretch = one.stretch_at(min(one.end, frame.last - 1))
    if stretch is not None:
        found += [(frame.y(value), text, "ln") for value, text in _line_texts(one, stretch)]
    target = float(one.goals[min(one.end, frame.last - 1)])
    if not math.isnan(target):
        found.append((frame.y(target), f"target {fine_text(target, one.drawn_unit)}", "ln tn"))
    found.sort()
    places = _apart([y for y, _, _ in found], frame)
    for y, (_, text, kind) in zip(places, found, strict=True):
        yield f'<text class="{kind}" x="{number(frame.right + 8)}" y="{number(y + 4)}">{escape(text)}</text>'


def _line_texts(one: Portrait, stretch: Stretch) -> Iterator[tuple[float, str]]:
    upper, lower = ("fires from", "fires to") if stretch.small else ("upper", "lower")
    for name, value in ((upper, stretch.ucl), (stretch.middle, stretch.centre), (lower, stretch.lcl)):
        counted = stretch.small and name != stretch.middle  # whole counts, not lines
        if not math.isnan(value):
            unit = one.drawn_unit
            text = one.text(value) if counted else fine_text(value, unit, like=stretch.size)
            yield value, f"{name} {text}"


def _apart(places: list[float], frame: Frame) -> list[float]:
    """Push places, in order, at least a line height apart, and back inside the frame."""
    lows = np.array(places)
    for k in range(1, len(lows)):
        lows[k] = max(lows[k], lows[k - 1] + LINE_HEIGHT)
    over = max(float(lows[-1]) - frame.bottom, 0.0) if len(lows) else 0.0
    for k in range(len(lows) - 1, -1, -1):
        highest = frame.bottom if k == len(lows) - 1 else float(lows[k + 1]) - LINE_HEIGHT
        lows[k] = min(lows[k], highest) if over else lows[k]
    return [float(place) for place in lows]
