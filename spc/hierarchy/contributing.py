"""contributions(): what each part contributes to the change of its whole, in level or in rate and mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spc.array_types import Flags, Floats, Ints
from spc.checks import ChoiceError, choice, parcel, window_lengths
from spc.hierarchy.adding import MISSING, heard
from spc.hierarchy.arranging import Arranged, arranged, windows_of
from spc.measures import Catalogue, Measure
from spc.panel import Panel
from spc.reading.report import with_refused
from spc.results.hierarchy import STATES, Contributions
from spc.results.hierarchy_words import apart

__all__ = ["AGAINST", "contributions"]

#: With what a window is compared: the one that ends so many months before, 0 for its own length.
AGAINST = {"year": 12, "before": 0}
#: A part that is silent for so many months at the end has ended; a shorter silence is a late report.
ENDED = 3
BOTH, NEW, ENDING, UNKNOWN, NOTHING = range(len(STATES))


def contributions(
    panel: Panel,
    *,
    whole: str | Panel | None = None,
    parts: Sequence[str] | None = None,
    key: str | None = None,
    parents: Mapping[str, str | None] | Any = None,
    by: str | Sequence[str] | None = None,
    measures: Catalogue | Sequence[Measure] | None = None,
    as_at: Any = None,
    windows: Sequence[int] | int = (1, 3, 12),
    against: str | Any = "year",
    missing: str = "gaps",
) -> Contributions:
    """Tell which parts moved the whole, and by how much.

    Parameters
    ----------
    panel : Panel
        Holds the parts, and the whole too where that is a label.
    whole : str or Panel, optional
        As for `parts`; None takes the sum of the parts, by `parents` or `by` as for `roll_up`.
    parts, key, parents, measures
        As for `parts`.
    by : str or sequence of str, optional
        The keys that a whole keeps, where it is the sum of its parts.
    as_at : month, optional
        The last month of the windows; by default the panel's last. A measure in arrears (`lag`) ends that
        many months earlier.
    windows : sequence of int
        Lengths in months.
    against : "year", "before" or a month
        The stretch to compare with: the same one a year earlier, the one just before, or the one that ends
        with the given month (`lag` months before it, as for `as_at`).
    missing : {"gaps", "missing", "leave out"}
        As for `roll_up`: what is missing makes a part unknown but before it opens and after it ends; always;
        or never, and counts 0.

    Returns
    -------
    Contributions
        `contribution` and `share` (n_parts, n_windows), for ratios `rate_effect` and `mix_effect` too;
        `whole_change` and `rest` (n_wholes, n_windows), in the unit of the measure. `words()` tells them.

    Raises
    ------
    ChoiceError
        As `roll_up`; a month outside the panel.

    Notes
    -----
    Counts and stocks: a part contributes its own change; the share is signed and may pass 100%.

    Ratios (Kitagawa 1955, Journal of the American Statistical Association 50, 1168-1194): with numerators N_i
    and denominators D_i of the parts, N and D of the whole, r_i = N_i / D_i, s_i = D_i / D and the weights of
    both periods averaged (a bar),

        rate effect = mean s_i (r_i' - r_i)          mix effect = (mean r_i - mean R) (s_i' - s_i)

    where ' is the later period and mean R the average of the whole's two ratios. The two add up to the part's
    contribution, and those of all parts with the rest to the change of the whole, with nothing left over.
    Subtracting mean R moves no sum, since the shares add up to 1, and gives the sign its meaning: a part
    below the whole that gains weight pulls the whole down. A part without denominators in one period has its
    ratio of the other in both, so it works through its weight alone.

    What parts do not account for is the rest: what lies in no part, and parts that are not known. A part that
    begins after the earlier stretch counts 0 there ("new"); one that has been silent for 3 months and more at
    the end counts 0 since ("ended"); this holds for months in which the whole is observed (or, without a
    given whole, another part). Any other gap makes the part unknown, and a sum of parts with it; see
    `missing`. A part that has not begun by the as-at month is unknown too, but no sum waits for it: months
    after the as-at month are not looked at.

    Examples
    --------
    >>> import spc
    >>> areas = {"area": ["County", "Swindon"]}
    >>> panel = spc.Panel.from_numpy([[400] * 12 + [520], [300] * 12 + [330]], start="2023-07", keys=areas)
    >>> print(spc.contributions(panel, by=[], windows=1).words()[0])
    County accounts for 120 of the 150 more, Swindon 30.
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    choice("missing", missing, MISSING)
    lengths = window_lengths(windows)
    if not lengths:
        raise ChoiceError("`windows` must name at least one length in months, got none.")
    found = arranged(with_refused(panel), whole, parts, key, parents, by, measures)
    ends = found.measures.in_arrears(found.parts.position(as_at))
    pairs = [(ends, _before(found, ends, length, against)) for length in lengths]
    columns = [
        _one_window(found, missing, length, *pair) for length, pair in zip(lengths, pairs, strict=True)
    ]
    ratio, _ = found.ways()
    per = np.where(ratio, found.measures.each(lambda measure: measure.shown.per, float), 1.0)[:, None]
    cells: dict[str, Any] = {}
    for name in columns[0]:
        stacked = np.stack([column[name] for column in columns], axis=1)
        scale = per if name.startswith(("whole", "rest")) else per[found.code]
        cells[name] = stacked.astype(np.int8) if name == "state" else stacked * scale
    return Contributions(
        parts=found.parts,
        keys=found.families.keys,
        names=found.names,
        family=found.code,
        measures=found.measures,
        windows=lengths,
        ends=np.stack([np.stack(pair, axis=1) for pair in pairs], axis=1),
        is_ratio=ratio,
        summed=found.whole is None,
        **cells,
    )


def _before(found: Arranged, ends: Ints, length: int, against: Any) -> Ints:
    """Return the last month of each earlier stretch (n_wholes,); -1 where it lies before the calendar."""
    if isinstance(against, str) and against in AGAINST:
        return np.maximum(ends - (AGAINST[against] or length), -1)
    if isinstance(against, str) and not any(letter.isdigit() for letter in against):
        words = ", ".join(map(repr, AGAINST))
        raise ChoiceError(f"`against` must be one of {words}, or a month such as '2023-07', got {against!r}.")
    return found.measures.in_arrears(found.parts.position(against, "against"))


@dataclass(frozen=True, eq=False)
class _Sums:
    """Numerators and denominators of one stretch: of the parts, of the wholes, and of what is left."""

    top: Floats
    below: Floats
    whole_top: Floats
    whole_below: Floats


def _one_window(found: Arranged, missing: str, length: int, now: Ints, then: Ints) -> dict[str, Floats]:
    """Return every column of the result for one window, ratios as they come."""
    lives = _lives(found, missing, now[found.code], then[found.code])
    late, early = (_sums(found, lives, length, at) for at in (now, then))
    ratio, _ = found.ways()
    part_ratio = ratio[found.code]
    current, previous = (_value(sums.top, sums.below, part_ratio) for sums in (late, early))
    whole_now, whole_then = (_value(s.whole_top, s.whole_below, ratio) for s in (late, early))
    rate, mix = _kitagawa(found, late, early, whole_now, whole_then)
    level = apart(late.top, early.top)
    contribution = np.where(part_ratio, rate + mix, level)
    change = apart(whole_now, whole_then)
    known = found.families.add(contribution[:, None])[0][:, 0]
    rest = np.where(np.isnan(change), np.nan, _left(change, known, whole_now, whole_then))
    return {
        "current": current,
        "previous": previous,
        "contribution": contribution,
        "rate_effect": np.where(part_ratio, rate, np.nan),
        "mix_effect": np.where(part_ratio, mix, np.nan),
        "state": np.where(np.isnan(late.top + early.top), UNKNOWN, lives.state).astype(np.float64),
        "whole_current": whole_now,
        "whole_previous": whole_then,
        "whole_change": change,
        "rest": rest,
    }


def _left(change: Floats, known: Floats, now: Floats, then: Floats) -> Floats:
    """Return what is not accounted for, 0 where that is rounding alone."""
    left = change - known
    size = np.maximum(np.maximum(np.abs(now), np.abs(then)), np.abs(known))
    return np.where(np.abs(left) <= 1e-12 * size, 0.0, left)


@dataclass(frozen=True, eq=False)
class _Lives:
    """The parts with 0 where they do not exist, which of them a sum waits for, and how each stands."""

    filled: Panel
    needed: Flags
    state: Ints


def _lives(found: Arranged, missing: str, now: Ints, then: Ints) -> _Lives:
    """Return the lives of the parts as they were known in the later of each one's two months (n_parts,)."""
    panel, code = found.parts, found.code
    n_periods = panel.n_periods
    months = np.arange(n_periods)
    seen = heard(panel) & (months <= np.maximum(now, then)[:, None])
    begun: Flags = np.asarray(seen.any(axis=1))
    first = np.where(begun, seen.argmax(axis=1), n_periods)
    upto = seen & (months <= now[:, None])
    last = np.where(upto.any(axis=1), n_periods - 1 - upto[:, ::-1].argmax(axis=1), n_periods)
    ended = begun & (last + ENDED <= now)
    opened = begun & (first > then) & (then >= 0)
    away = {
        "gaps": begun[:, None] & ((months < first[:, None]) | (ended[:, None] & (months > last[:, None]))),
        "missing": np.zeros(seen.shape, bool),
        "leave out": ~seen,
    }[missing]
    counts = found.families.add(np.where(seen, 0.0, np.nan))[1]
    heard_of = np.asarray(counts > 0) if found.whole is None else heard(found.whole)
    away = away & heard_of[code] & ~panel.refused[:, None]
    values = np.where(away, 0.0, panel.values)
    of = None if panel.of is None else np.where(away & panel.is_ratio[:, None], 0.0, panel.of)
    return _Lives(
        filled=replace(panel, values=values, of=of, given={}, within=None),
        needed=begun | panel.refused if missing == "gaps" else np.ones(len(begun), bool),
        state=np.select([~begun | (opened & ended), opened, ended], [NOTHING, NEW, ENDING], BOTH),
    )


def _sums(found: Arranged, lives: _Lives, length: int, at: Ints) -> _Sums:
    """Return the sums of the stretch that ends in each family's column; NaN before the calendar."""
    _, mean = found.ways()
    top, below = _last_window(lives.filled, mean[found.code], at[found.code], length)
    if found.whole is not None:
        return _Sums(top, below, *_last_window(found.whole, mean, at, length))
    lacking = (np.isnan(top) & lives.needed).astype(np.float64)
    absent = found.families.add(lacking[:, None])[0][:, 0] > 0.0
    both, known = found.families.add(np.stack([top, below], axis=1))
    both[absent | (known[:, 0] == 0)] = np.nan
    return _Sums(top, below, both[:, 0], both[:, 1])


def _last_window(panel: Panel, mean: Flags, ends: Ints, length: int) -> tuple[Floats, Floats]:
    """Return numerators and denominators of the window that ends in each series' own column (n_series,)."""
    values = panel.aligned_cells(panel.values, ends, length)
    of = None if panel.of is None else panel.aligned_cells(panel.of, ends, length)
    cut = replace(panel, values=values, of=of, given={}, within=None)
    top, below = windows_of(cut, mean, length)
    return top[:, -1], below[:, -1]


def _value(top: Floats, below: Floats, ratio: Flags) -> Floats:
    """Return the plotted value of sums: the ratio where there is one."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(ratio, np.where(below == 0.0, np.nan, top / below), top)


def _kitagawa(
    found: Arranged, late: _Sums, early: _Sums, whole_now: Floats, whole_then: Floats
) -> tuple[Floats, Floats]:
    """Return rate and mix effect of each part; see the notes of `contributions`."""
    code, both_times = found.code, (late, early)
    bases = [np.where(sums.whole_below == 0.0, np.nan, sums.whole_below)[code] for sums in both_times]
    rates = [sums.top / np.where(sums.below == 0.0, np.nan, sums.below) for sums in both_times]
    shares = [sums.below / base for sums, base in zip(both_times, bases, strict=True)]
    parts = [sums.top / base for sums, base in zip(both_times, bases, strict=True)]
    unknown = np.isnan(late.top + late.below + early.top + early.below)
    average = ((whole_now + whole_then) / 2.0)[code]
    own = [np.where(np.isnan(rate), other, rate) for rate, other in (rates, rates[::-1])]
    middle = np.where(np.isnan(own[0]), average, (own[0] + own[1]) / 2.0)
    moved = shares[0] - shares[1]
    mix = (middle - average) * moved
    both = ~np.isnan(rates[0]) & ~np.isnan(rates[1])
    own_change = (shares[0] + shares[1]) / 2.0 * (rates[0] - rates[1])
    left = parts[0] - parts[1] - middle * moved  # 0, but for numerators without a denominator
    rate = np.where(both, own_change, left)
    return np.where(unknown, np.nan, rate), np.where(unknown, np.nan, mix)
