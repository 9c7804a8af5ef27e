"""Wholes and their parts in sentences: gaps, contributions, what drives an exception."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from spc.array_types import Floats
from spc.measures import Measure
from spc.wording import listed, rounded, value_text

if TYPE_CHECKING:
    from spc.results.hierarchy import Contributions, Parts

__all__ = [
    "ON_PAPER",
    "a_few",
    "amount",
    "apart",
    "change_told",
    "gap_text",
    "is_whole",
    "part_text",
]

#: Figures are printed to 12 significant digits at the most.
ON_PAPER = 1e-12
#: How many parts a sentence names before it counts them.
NAMED = 3
#: The most decimals that are added so that a gap shows.
FINEST = 6
#: A part that is not known in one of the windows of a change: its place in `STATES`.
LACKING = 3


def apart(one: Floats, other: Floats) -> Floats:
    """Return the difference, 0 where the two are one figure on paper (0.1 + 0.2 and 0.3)."""
    with np.errstate(invalid="ignore"):
        gap = one - other
        gap[np.abs(gap) <= ON_PAPER * np.maximum(np.abs(one), np.abs(other))] = 0.0
    return gap


def is_whole(value: float) -> bool:
    """Whether a number prints as a whole one."""
    return abs(value - round(value)) <= 1e-9 * max(abs(value), 1.0)


def amount(value: float, measure: Measure, fine: bool | None = None, extra: int = 0) -> str:
    """Print the size of a difference in the unit of a measure: "120", "1.6 points", "00:02:10".

    `fine` says whether whole numbers get a decimal, as beside others that need one; by default as needed.
    `extra` is how many decimals more than usual.
    """
    unit = measure.shown
    size = abs(value)
    if unit.is_time:
        return value_text(size, unit)
    decimals = unit.decimals
    if unit.suffix == "" and decimals == 0 and (fine if fine is not None else not is_whole(size)):
        decimals = 1  # means of months, and of what is measured in parts of one
    return f"{rounded(size, decimals + extra):,}{' points' if unit.name == 'percent' else ''}"


def a_few(names: Sequence[str]) -> str:
    """Name a few parts, and count the others: "a, b, c and 2 others"."""
    more = len(names) - NAMED
    if more <= 0:
        return listed(names)
    return f"{', '.join(names[:NAMED])} and {more:,} other{'s' if more > 1 else ''}"


def part_text(names: Sequence[str]) -> str:
    """Name a few parts, or count many."""
    return listed(list(names)) if len(names) <= NAMED else f"The {len(names):,} parts"


def gap_text(found: Parts, p: int) -> str:
    """Say what the parts of whole p make of it in the as-at month."""
    t = int(found.ends[p])
    names = [str(found.names[i]) for i in np.flatnonzero(found.family == p)]
    if not names:
        return "No part of it is here."
    if t < 0:
        return "The month lies before the data begin."
    total, whole = float(found.total.values[p, t]), float(found.whole.values[p, t])
    unknown = [text for text, value in (("whole", whole), ("sum of its parts", total)) if value != value]
    if unknown:
        verb = "is" if len(unknown) == 1 else "are"
        return f"The {' and the '.join(unknown)} {verb} not known{_how_many(found, p)}."
    said = part_text(names)
    make = "makes" if len(names) == 1 else "make"
    gap = float(found.gap[p, t])
    extra = _needed(total, whole, gap) if gap != 0.0 else 0
    of = f"{_count(total, extra)} of {_count(whole, extra)}"
    share = f" ({_percent(total / whole)})" if whole != 0.0 else ""
    if gap == 0.0:
        return f"{said} {make} {of}: they add up{_how_many(found, p)}."
    verb = "lies" if abs(gap) == 1.0 else "lie"
    if int(found.observed[p, t]) != int(found.members[p]):
        where = "not accounted for"
    else:
        where = f"{verb} in no part"
    rest = f"{_count(gap, extra)} {where}" if gap > 0.0 else f"{_count(-gap, extra)} too many"
    return f"{said} {make} {of}{share}; {rest}{_how_many(found, p)}."


def _how_many(found: Parts, p: int) -> str:
    heard, members = int(found.observed[p, found.ends[p]]), int(found.members[p])
    if heard == members:
        return ""
    if members == 1:
        return " (its only part is not observed)"
    return f" ({heard:,} of {members:,} parts {'is' if heard == 1 else 'are'} observed)"


def _needed(total: float, whole: float, gap: float) -> int:
    """Return how many decimals more the two need so that the gap shows."""
    for extra in range(FINEST):
        texts = {_count(total, extra), _count(whole, extra)}
        if len(texts) == 2 and any(digit in _count(gap, extra) for digit in "123456789"):
            return extra
    return FINEST


def _count(value: float, extra: int = 0) -> str:
    """Print a numerator or a count: the parts of a ratio are numbers, whatever the ratio is shown in."""
    return f"{rounded(value, 0 if is_whole(value) else 1 + extra):,}"


def _percent(share: float) -> str:
    """Print a share; what is not all of it is never printed as 100.0%."""
    text = f"{rounded(100.0 * share, 1):,}%"
    return f"{'over' if share > 1.0 else 'nearly'} 100%" if text == "100.0%" and share != 1.0 else text


def change_told(found: Contributions, p: int, window: int, most: int) -> str:
    """Say what moved whole p, in order of contribution."""
    k, measure = found.windows.index(window), found.measures[p]
    total = float(found.whole_change[p, k])
    if total != total:
        return f"The change is not known: {_why_unknown(found, p, k)}."
    rows = found.ranked(p, window)
    known = [i for i in rows if found.contribution[i, k] == found.contribution[i, k]]
    moved = [i for i in known if found.contribution[i, k] != 0.0]
    unknown = [str(found.names[i]) for i in rows if i not in known]
    rest = float(found.rest[p, k])
    tail = f"; {part_text(unknown)} not known" if unknown else ""
    if total == 0.0 and not moved and rest == 0.0:
        return f"No change in all{tail}." if unknown else "No change, in all or in any part."
    against = [i for i in moved if found.contribution[i, k] * total <= 0.0]
    extra = _shown(found, p, k, moved) if found.is_ratio[p] else 0
    told = _each(found, moved, k, most, extra)
    if rest != 0.0:
        where = f"not accounted for ({tail[2:]})" if unknown else "in no part"
        told.append(f"{_signed(rest, measure, bool(found.is_ratio[p]), extra)} {where}")
        tail = ""  # said with the rest
    if total == 0.0:
        return f"No change in all: {', '.join(told)}{tail}."
    if found.is_ratio[p]:
        size = amount(total, measure, extra=extra)
        return f"{'Up' if total > 0.0 else 'Down'} {size}: {', '.join(told)}{tail}."
    if against or rest * total < 0.0 or not moved:
        return f"{_signed(total, measure, False)} in all: {', '.join(told)}{tail}."
    return f"{_accounts(found, moved, k, most, total, (rest, unknown), measure)}{tail}."


def _shown(found: Contributions, p: int, k: int, moved: list[int]) -> int:
    """Return how many decimals more a small ratio needs, so that its change and its first part are not 0."""
    values = [float(found.whole_change[p, k])] + [float(found.contribution[i, k]) for i in moved[:1]]
    values = [value for value in values if value != 0.0]
    for extra in range(FINEST):
        texts = [amount(value, found.measures[p], extra=extra) for value in values]
        if all(any(digit in text for digit in "123456789") for text in texts):
            return extra
    return FINEST


def _why_unknown(found: Contributions, p: int, k: int) -> str:
    """Say which window is not known, and for want of which parts, or of what to divide by."""
    early = not np.isnan(found.whole_current[p, k])
    window = "the earlier window" if early else "the window"
    if not found.summed:
        return f"the whole is not known in {window}"
    rows = np.flatnonzero(found.family == p)
    lacking = [str(found.names[i]) for i in rows if found.state[i, k] == LACKING]
    if not lacking:
        return f"there is nothing to divide by in {window}"
    return f"{window} is not complete{f' ({a_few(lacking)} not known)' if len(lacking) < len(rows) else ''}"


def _accounts(
    found: Contributions,
    moved: list[int],
    k: int,
    most: int,
    total: float,
    left: tuple[float, list[str]],
    measure: Measure,
) -> str:
    """Say who accounts for how much, where all went the same way; `left`: the rest, and who is not known."""
    rest, unknown = left
    word = "more" if total > 0.0 else "fewer"
    first, *others = moved
    value, extra = float(found.contribution[first, k]), 0
    every = not others and rest == 0.0
    while not every and extra < FINEST and _alike(value, total, measure, extra):
        extra += 1
    own, whole = _part(value, measure, extra), _part(total, measure, extra)
    own = "all" if every else "nearly all" if own == whole else own
    said = f"{_name(found, first, k)} accounts for {own} of the {whole} {word}"
    shown, hidden = others[: most - 1], others[most - 1 :]
    more = [f"{_name(found, i, k)} {_part(float(found.contribution[i, k]), measure, extra)}" for i in shown]
    if hidden:
        small = float(found.contribution[hidden, k].sum())
        more.append(f"{len(hidden):,} other{'s' if len(hidden) > 1 else ''} {_part(small, measure, extra)}")
    if rest != 0.0 and unknown:
        more.append(f"{_part(rest, measure, extra)} not accounted for ({part_text(unknown)} not known)")
    elif rest != 0.0:
        more.append(f"what lies in no part {_part(rest, measure, extra)}")
    return ", ".join([said, *more])


def _part(value: float, measure: Measure, extra: int) -> str:
    return amount(value, measure, True if extra else None, extra)


def _alike(one: float, other: float, measure: Measure, extra: int) -> bool:
    fine = True if extra else not (is_whole(one) and is_whole(other))
    return amount(one, measure, fine, extra) == amount(other, measure, fine, extra)


def _each(found: Contributions, moved: list[int], k: int, most: int, extra: int) -> list[str]:
    """Say of each part how far it went, the largest first; the many small ones together."""
    named = moved[:most]
    if len(moved) > most:  # who went furthest against the rest is named too
        named = [*moved[: most - 1], moved[-1]] if most > 1 else named
    told = [_one(found, i, k, extra) for i in named]
    hidden = [i for i in moved if i not in named]
    if hidden:
        measure = found.measures[int(found.family[hidden[0]])]
        left = float(found.contribution[hidden, k].sum())
        ratio = bool(found.is_ratio[found.family[hidden[0]]])
        told.append(
            f"{len(hidden):,} other{'s' if len(hidden) > 1 else ''} {_signed(left, measure, ratio, extra)}"
        )
    return told


def _one(found: Contributions, i: int, k: int, extra: int) -> str:
    p = int(found.family[i])
    measure, ratio = found.measures[p], bool(found.is_ratio[p])
    said = f"{_name(found, i, k)} {_signed(float(found.contribution[i, k]), measure, ratio, extra)}"
    if ratio:
        rate, mix = float(found.rate_effect[i, k]), float(found.mix_effect[i, k])
        said += f" (rate {_signed(rate, measure, True, extra)}, mix {_signed(mix, measure, True, extra)})"
    return said


def _name(found: Contributions, i: int, k: int) -> str:
    state = int(found.state[i, k])
    return f"{found.names[i]} ({('', 'new', 'ended')[state]})" if state in (1, 2) else str(found.names[i])


def _signed(value: float, measure: Measure, ratio: bool, extra: int = 0) -> str:
    """Print a difference with its direction: "120 more", and of ratios and times "1.6" and "-0.2"."""
    size = amount(value, measure, extra=extra).removesuffix(" points")
    if ratio or measure.shown.is_time:
        zero = not any(digit in size for digit in "123456789")
        return f"-{size}" if value < 0.0 and not zero else size
    return f"{size} {'more' if value >= 0.0 else 'fewer'}"
