"""The lines of a phase as exact fractions, for the few months that lie too close to one of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from statistics import median

import numpy as np

from spc.array_types import Floats, Ints
from spc.arrays import WHOLE_LIMIT
from spc.chart_kinds import CHARTS
from spc.charts.constants import MEDIAN_RANGE
from spc.charts.whole_centres import RATIOS
from spc.results import Limits
from spc.ties import PI, ExactLines, exact_row

__all__ = ["EXACT", "exact_fractions", "exact_lines"]

Exactly = list[Fraction | None]
#: Choices under which centre and sigma are the plain means of months and moving ranges.
PLAIN = {
    "centre": "mean",
    "sigma": "mean_range",
    "gaps": "break",
    "screen": "none",
    "autocorrelation": "ignore",
}
#: (1 / d2) squared.
INVERSE_D2_SQUARED = {"exact": PI / 4, "textbook": 1 / Fraction(1128, 1000) ** 2}


def exact_lines(limits: Limits, s: int, p: int, months: Ints) -> ExactLines | None:
    """Return the lines of phase `p` of series `s` on paper, or None where the chart has no such lines.

    Parameters
    ----------
    limits : Limits
    s, p : int
        A series and one of its phases.
    months : (k,) int64
        Columns of the phase: fractions cost 20 us a month, and few months lie close to a line.
    """
    name = list(CHARTS)[int(limits.phase_chart[p])]
    return EXACT[name](limits, s, p, months) if name in EXACT else None


def exact_fractions(limits: Limits, s: int, p: int) -> tuple[Fraction | None, Fraction | None]:
    """Return the centre of a phase on paper, and the mean or median range behind its sigma.

    None where the chart has no exact lines, or where the number itself, as it prints, is all there is.
    """
    name = list(CHARTS)[int(limits.phase_chart[p])]
    if name not in EXACT or np.isnan(limits.phase_centre[p]):
        return None, None
    if name in RATIOS:
        return _exact_ratio(limits, s, p), None
    quick = _whole_fractions(limits, s, p) if name == "xmr" else None
    if quick is not None:
        return quick
    base = _baseline(limits, s, p)
    known = [value for value in base if value is not None]
    if name == "run":
        return _exact_middle(limits, p, known), None
    return _exact_centre(limits, p, known), _exact_range(limits, p, base, known)


def _whole_fractions(limits: Limits, s: int, p: int) -> tuple[Fraction, Fraction] | None:
    """Return the same of plain XmR limits whose months are whole numbers of units, 20 times as fast."""
    choices, scale, count = limits.choices, float(limits.phase_scale[p]), int(limits.phase_count[p])
    known = [choices[name] for name in ("known_centre", "known_sigma") if choices.get(name) is not None]
    told = "known_fractions" in choices or any(not np.isnan(numbers[p]) for numbers in known)
    other = any(choices.get(name, word) != word for name, word in PLAIN.items())
    if told or other or limits.panel.is_ratio[s] or not scale > 0.0:
        return None
    inside = slice(int(limits.base_first[p]), int(limits.base_last[p]))
    row = limits.panel.observed[s, inside]
    if limits.excluded is not None:
        row = np.where(limits.excluded[s, inside], np.nan, row)
    units = np.rint(row * scale)
    seen = ~np.isnan(row)
    steps = np.abs(np.diff(units))
    known_steps = steps[~np.isnan(steps)]
    exact = (units[seen] / scale == row[seen]).all() and np.abs(units[seen]).sum() < WHOLE_LIMIT / 2
    if not exact or len(known_steps) == 0 or int(seen.sum()) != count:
        return None
    unit = int(scale)
    return (
        Fraction(int(units[seen].sum()), unit * count),
        Fraction(int(known_steps.sum()), unit * len(known_steps)),
    )


def _parts(limits: Limits, s: int, months: Ints) -> tuple[Floats, Floats | None]:
    values, of = limits.panel.parts(s)
    return values[months], None if of is None else of[months]


def _baseline(limits: Limits, s: int, p: int) -> Exactly:
    """Return the months of the baseline, barred ones as None."""
    inside = slice(int(limits.base_first[p]), int(limits.base_last[p]))
    values, of = limits.panel.parts(s)
    row = exact_row(values[inside], None if of is None else of[inside])
    if limits.excluded is None:
        return row
    return [None if out else value for value, out in zip(row, limits.excluded[s, inside], strict=True)]


def _xmr(limits: Limits, s: int, p: int, months: Ints) -> ExactLines | None:
    values = exact_row(*_parts(limits, s, months))
    base = _baseline(limits, s, p)
    known = [value for value in base if value is not None]
    centre = _exact_centre(limits, p, known)
    square = _exact_spread(limits, p, base, known)
    if centre is None or square is None or square == 0:
        return None
    n = len(values)
    return ExactLines(months.tolist(), values, [centre] * n, [square] * n)


def _told(limits: Limits, p: int, part: int) -> Fraction | None:
    """Return the centre (part 0) or the range (1) as the agreed limits tell it, as a fraction."""
    told = limits.choices.get("known_fractions")
    return Fraction(told[p, part]) if told is not None and told[p, part] else None


def _exact_centre(limits: Limits, p: int, known: list[Fraction]) -> Fraction | None:
    """Return the centre on paper: the number that was agreed, or the mean or median of the decimals."""
    told = _told(limits, p, 0)
    if told is not None:
        return told
    agreed = limits.choices.get("known_centre")
    if agreed is not None and not np.isnan(agreed[p]):
        return Fraction(repr(float(agreed[p])))
    if not known:
        return None
    if limits.choices.get("centre") == "median":
        return Fraction(median(known))
    return sum(known, Fraction(0)) / len(known)


def _exact_spread(limits: Limits, p: int, base: Exactly, known: list[Fraction]) -> Fraction | None:
    """Return sigma squared on paper; irrational factors to 16 digits: no decimal lies on such a line.

    A sigma that is no mean or median range (known, sd, screened, widened) is the decimal that it prints as.
    """
    middle = _exact_range(limits, p, base, known)
    if middle is None:
        sigma = float(limits.phase_sigma[p])
        return None if np.isnan(sigma) else Fraction(repr(sigma)) ** 2
    if limits.choices.get("sigma") == "median_range":
        return (middle / Fraction(MEDIAN_RANGE[limits.constants])) ** 2
    return middle**2 * INVERSE_D2_SQUARED[limits.constants]


def _exact_range(limits: Limits, p: int, base: Exactly, known: list[Fraction]) -> Fraction | None:
    """Return the mean or median range on paper, None where sigma is not made of it."""
    choices = limits.choices
    told, agreed = _told(limits, p, 1), choices.get("known_sigma")
    if told is not None or (agreed is not None and not np.isnan(agreed[p])):
        return told
    plain = choices.get("screen", "none") == "none" and choices.get("autocorrelation", "ignore") == "ignore"
    if not plain or choices.get("sigma") == "sd":
        return None
    if choices.get("gaps") == "bridge":
        base = list(known)
    ranges = [abs(b - a) for a, b in pairwise(base) if a is not None and b is not None]
    if not ranges:
        return None
    if choices.get("sigma") == "median_range":
        return Fraction(median(ranges))
    return sum(ranges, Fraction(0)) / len(ranges)


def _run(limits: Limits, s: int, p: int, months: Ints) -> ExactLines | None:
    """Only the centre is asked for, so any sigma will do."""
    values = exact_row(*_parts(limits, s, months))
    known = [value for value in _baseline(limits, s, p) if value is not None]
    centre = _exact_middle(limits, p, known)
    if centre is None:
        return None
    n = len(values)
    return ExactLines(months.tolist(), values, [centre] * n, [Fraction(0)] * n)


def _exact_middle(limits: Limits, p: int, known: list[Fraction]) -> Fraction | None:
    """Return the centre of a run chart on paper."""
    told, agreed = _told(limits, p, 0), limits.choices.get("known_centre")
    if told is not None:
        return told
    if agreed is not None and not np.isnan(agreed[p]):
        return Fraction(repr(float(agreed[p])))
    if not known:
        return None
    if limits.choices.get("options", {}).get("run", {}).get("middle") == "mean":
        return sum(known, Fraction(0)) / len(known)
    return Fraction(median(known))


def _option(limits: Limits, name: str, option: str) -> object:
    return limits.choices.get("options", {}).get(name, {}).get(option)


def _exact_ratio(limits: Limits, s: int, p: int) -> Fraction | None:
    """Return the sum of numerators over the sum of denominators of the baseline, or the number agreed."""
    told, agreed = _told(limits, p, 0), limits.choices.get("known_centre")
    if told is not None:
        return told
    if agreed is not None and not np.isnan(agreed[p]):
        return Fraction(repr(float(agreed[p])))
    values, of = limits.panel.parts(s)
    inside = slice(int(limits.base_first[p]), int(limits.base_last[p]))
    seen = [value is not None for value in _baseline(limits, s, p)]
    top = [
        value
        for value, kept in zip(exact_row(values[inside], None), seen, strict=True)
        if kept and value is not None
    ]
    ones = [Fraction(1)] * len(seen) if of is None else exact_row(of[inside], None)
    below = [base for base, kept in zip(ones, seen, strict=True) if kept and base is not None]
    return sum(top, Fraction(0)) / sum(below, Fraction(0)) if below else None


def _shares(limits: Limits, s: int, p: int, months: Ints) -> ExactLines | None:
    """Of p and np: sigma^2 = P (1 - P) / n is rational, so that every line is told as a square."""
    return _by_month(limits, s, p, months, lambda rate: rate * (1 - rate))


def _rates(limits: Limits, s: int, p: int, months: Ints) -> ExactLines | None:
    """Of c and u: sigma^2 = U / n."""
    return _by_month(limits, s, p, months, lambda rate: rate)


def _by_month(
    limits: Limits, s: int, p: int, months: Ints, variance: Callable[[Fraction], Fraction]
) -> ExactLines | None:
    """Return lines that follow the denominators; none where the limits are counts, compared as they are."""
    name = list(CHARTS)[int(limits.phase_chart[p])]
    if _option(limits, name, "limits") != "sigma":
        return None
    centre = _exact_ratio(limits, s, p)
    if centre is None or variance(centre) == 0:
        return None
    top, of = _parts(limits, s, months)
    points, agreed = exact_row(top, of), limits.choices.get("known_sigma")
    n = [Fraction(1)] * len(points) if of is None else exact_row(of, None)
    square = variance(centre)
    if agreed is not None and not np.isnan(agreed[p]):
        square = Fraction(repr(float(agreed[p]))) ** 2
    lines: list[Exactly] = [
        [value if value is not None and base else None for value, base in zip(row, n, strict=True)]
        for row in (points, [centre] * len(n))
    ]
    squares = [square / base if base else None for base in n]
    if name == "np":
        lines = [
            [value * base if value is not None and base else None for value, base in zip(row, n, strict=True)]
            for row in lines
        ]
        squares = [square * base if base else None for base in n]
    return ExactLines(months.tolist(), lines[0], lines[1], squares)


#: Charts whose lines can be told on paper; on the others a month as good as on a line is not beyond it.
EXACT = {"xmr": _xmr, "run": _run, "p": _shares, "np": _shares, "c": _rates, "u": _rates}
