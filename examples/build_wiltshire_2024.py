"""Construct 36 months behind each published row of July 2024, and write spc/samples/wiltshire_2024.csv.

The paper prints windows only: a month, 3 months, 12 months, a change, and words about the months behind
them. Here a seeded search finds whole numbers, month by month, from which every printed cell follows.
It shares no code with spc, so that the two check each other. Run it from anywhere:

    python examples/build_wiltshire_2024.py

How: the printed cells fix what four stretches of months add up to (July 2024; May and June; August 2023 to
April 2024; the twelve months before). The first twelve months are free. Each search starts from a draft:
smooth from year to year, with a season and noise. It moves events between months of one stretch, so that
sums stand, until the words come out too (limits, runs, trend) with room to spare, as near to the draft as
may be. Measures that share parts are searched together.
"""

import csv
import tomllib
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, pi, sqrt
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]

SAMPLES = Path(__file__).resolve().parent.parent / "spc" / "samples"
SEED = 202407
MONTHS, CHAINS, STEPS = 36, 24, 3_000
LAST, TWO, NINE, BEFORE, FIRST = slice(35, 36), slice(33, 35), slice(24, 33), slice(12, 24), slice(0, 12)
STRETCHES = (LAST, TWO, NINE, BEFORE)
D2 = 2 / sqrt(pi)
QUIET = 0.6  # strain that the quietest of the chains may cost more than the noisiest

# Rules One, Two, Three, Eight: months in a row, and the line in sigma that all of them lie beyond.
RULES = (("One", 1, 3.0), ("Two", 2, 2.0), ("Three", 3, 1.0), ("Eight", 8, 0.0))
ROOM = 0.06  # sigma between a month and a line that matters
# |r| over 36 months at p = .15 / .05 is .245 / .329; these keep clear: p = .18, .13, .06, .04.
R_NONE, R_WEAK, R_BELOW_STRONG, R_STRONG = 0.2286, 0.2572, 0.3165, 0.3439


@dataclass(frozen=True)
class Row:
    """A published measure as sums of parts: `top`, over `of` for rates and times."""

    measure: str
    top: str
    of: str = ""


@dataclass(frozen=True)
class Group:
    """Measures that share parts, searched together; `season` is the share by which July tops the year.

    `near` names two parts that should differ as little as the printed cells allow.
    """

    season: float
    rows: tuple[Row, ...]
    near: tuple[str, str] | None = None


def calls(line: str, season: float) -> tuple[Group, Group]:
    """Offered calls are answered, abandoned or lost otherwise; times to answer are over the answered."""
    offered = f"{line} answered + {line} abandoned + {line} lost"
    demand = Group(
        season,
        (
            Row(f"Call Offer Demand: {line}", offered),
            Row(f"Call Answered Volume: {line}", f"{line} answered"),
            Row(f"Abandonment Rate: {line}", f"{line} abandoned", offered),
        ),
    )
    times = Row(f"Average Time to Answer: {line}", f"{line} seconds to answer", f"{line} answered")
    return demand, Group(0.0, (times,))


def response(grade: str) -> tuple[Group, ...]:
    """Times and rates of a response grade, over its logs."""
    logs = f"{grade} logs"
    return (
        Group(0.04, (Row(f"Storm Log Volume: {grade}", logs),)),
        Group(0.0, (Row(f"Average Response Time: {grade}", f"{grade} response seconds", logs),)),
        Group(0.0, (Row(f"Average Time at Scene: {grade}", f"{grade} scene seconds", logs),)),
        Group(0.0, (Row(f"Median Response Time: {grade}", f"{grade} median"),)),
        Group(0.0, (Row(f"Response Rate: {grade}", f"{grade} in time", logs),)),
    )


def alone(measure: str, season: float = 0.0) -> Group:
    """A measure that shares nothing."""
    return Group(season, (Row(measure, measure),))


VWI, FAT_VWI = "Crime Volume: Violence With Injury", "FAT Outcome Rate: Violence With Injury"
VWI_PARTS = "vwi county + vwi swindon + vwi elsewhere"  # some 0.5% have no district
FAT_PARTS = "fat county + fat swindon + fat elsewhere"
ASB = "asb county + asb swindon + asb elsewhere"
O14 = "(Victim declines/withdraws/unable to support): DA"

GROUPS: tuple[Group, ...] = (
    *calls("All 999", 0.06),
    *calls("CCH", 0.02),
    *calls("All CRIB", 0.02),
    *response("Immediate"),
    *response("Priority"),
    Group(
        0.04,
        (
            Row(VWI, VWI_PARTS),
            Row(f"{VWI} - County", "vwi county"),
            Row(f"{VWI} - Swindon", "vwi swindon"),
            Row("FAT Outcome Volume: Violence With Injury", FAT_PARTS),
            Row(f"{FAT_VWI} - County", "fat county", "vwi county"),
            Row(f"{FAT_VWI} - Swindon", "fat swindon", "vwi swindon"),
            Row(FAT_VWI, FAT_PARTS, VWI_PARTS),
        ),
    ),
    Group(
        0.03,
        (
            Row("Crime Volume: DA", "da crimes"),
            Row("FAT Outcome Volume: DA", "da fat"),
            Row("FAT Outcome Rate: DA", "da fat", "da crimes"),
            Row("Arrest Rate: DA", "da arrests", "da crimes"),
            Row(f"Outcome 14 & 16 Volume {O14}", "da 14 & 16 volume"),
            Row(f"Outcome 14 & 16 Rate {O14}", "da 14 & 16 of rate", "da crimes"),
        ),
        near=("da 14 & 16 volume", "da 14 & 16 of rate"),
    ),
    alone("DA Risk Level: High"),
    alone("DA Risk Level: Medium", 0.03),
    alone("DA Risk Level: Standard", 0.03),
    alone("Repeat DA Suspects (Expanded)"),
    alone("Repeat DA Victims"),
    Group(
        0.02,
        (
            Row("Crime Volume: RASSO", "rasso crimes"),
            Row("FAT Outcome Volume: RASSO", "rasso fat"),
            Row("FAT Outcome Rate: RASSO", "rasso fat", "rasso crimes"),
        ),
    ),
    alone("Outstanding Suspects: RASSO"),
    alone("Time to Charge (Median): RASSO"),
    alone("Time to Summonsed / Postal Requisition (Median): RASSO"),
    Group(
        0.22,
        (
            Row("Volume of ASB", ASB),
            Row("Volume of ASB - County", "asb county"),
            Row("Volume of ASB - Swindon", "asb swindon"),
        ),
    ),
    Group(0.0, (Row("Percentage of ASB in Niche", "asb in niche", ASB),)),
    alone("Arrest Volume: Drink Driving Offences"),
    alone("Arrest Volume: Drug Driving Offences"),
)

# The year to July 2022 as the unit of the 12-month cell (counts: the year's sum), where the force's paper of
# August 2022 prints a figure near it or the words need another level than the year after; a start, no duty.
EARLY: dict[str, float] = {
    "Abandonment Rate: All 999": 1.1,
    "Abandonment Rate: CCH": 6.3,
    "Average Time to Answer: CCH": 55,
    "Call Offer Demand: CCH": 145_000,
    "Average Time to Answer: All CRIB": 420,
    "Average Response Time: Immediate": 716,
    "Average Response Time: Priority": 4700,
    "Response Rate: Immediate": 82.4,
    "Response Rate: Priority": 64.5,
    VWI: 6211,
    FAT_VWI: 12.6,
    "Crime Volume: DA": 7433,
    "Crime Volume: RASSO": 1540,
    "FAT Outcome Rate: RASSO": 7.3,
    "Outstanding Suspects: RASSO": 165,
    "Time to Charge (Median): RASSO": 256,
    "Volume of ASB - County": 9127,
    "Volume of ASB - Swindon": 4856,
    "Arrest Volume: Drink Driving Offences": 698,
    "Arrest Volume: Drug Driving Offences": 396,
}

# The year to July 2023 where the middle of what its own row allows would miss a cell of a row that shares it.
BEFORE_BY_HAND: dict[str, int] = {
    VWI: 6151,
    "Crime Volume: DA": 7359,
    f"Outcome 14 & 16 Volume {O14}": 4186,
}


# --- what is printed ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Printed:
    """A published row as numbers: month, 3 months, 12 months, change; and what its words ask for."""

    kind: str
    cells: tuple[Fraction, ...]
    change: Fraction
    change_unit: str
    exceptions: tuple[str, ...]
    side: int
    trend: tuple[float, float] | None


def number(text: str) -> Fraction:
    """Read 1,234 or 8.7% or -00:05:20."""
    bare = text.replace(",", "").replace("% points", "").replace("%", "")
    if ":" not in bare:
        return Fraction(bare)
    hours, minutes, seconds = (int(part) for part in bare.lstrip("-").split(":"))
    return Fraction((-1 if bare.startswith("-") else 1) * (hours * 3600 + minutes * 60 + seconds))


def trend_range(word: str, weighting: str, excepted: bool) -> tuple[float, float] | None:
    """Give the range of r that makes word and weight; exceptions leave the strength open."""
    if not weighting:
        return None
    if weighting == "0":
        return -R_NONE, R_NONE
    low = R_WEAK if excepted or weighting == "4" else R_STRONG
    high = R_BELOW_STRONG if weighting == "4" else 1.0
    return (low, high) if word == "Increasing" else (-high, -low)


def published() -> dict[str, Printed]:
    """Read the printed cells; surveys, which have no months, are left to `survey`."""
    with (SAMPLES / "wiltshire_2024.toml").open("rb") as file:
        kinds = {measure["name"]: measure["kind"] for measure in tomllib.load(file)["measure"]}
    rows = {}
    with (SAMPLES / "wiltshire_2024_published.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            words, _, side = line["exceptions"].partition("-Month ")
            names = tuple(words.split(", ")) if words else ()
            kind = kinds[line["measure"]]
            windows = ("m12",) if kind == "rolling12" else ("month", "m3", "m12")
            rows[line["measure"]] = Printed(
                kind,
                tuple(number(line[window]) for window in windows),
                number(line["change"]),
                line["change_unit"],
                names,
                {"High": 1, "Low": -1, "": 0}[side],
                trend_range(line["trend"], line["weighting"], bool(names)),
            )
    return rows


# --- what the stretches add up to --------------------------------------------------------------------------


def middle(low: Fraction, high: Fraction, cap: int | None) -> int:
    """Choose the whole number in the middle of a range of sums that all print alike."""
    inner = (high - low) / 20  # keep off the rounding ties where there is room
    first, last = ceil(low + inner), floor(high - inner)
    if first > last:
        first, last = floor(low) + 1, ceil(high) - 1
    if cap is not None:
        last = min(last, cap)
    if first > last:
        raise ValueError(f"no whole number from {float(low):.3f} to {float(high):.3f} (cap {cap})")
    return (first + last) // 2


def window_range(row: Printed, window: int, of: int | None) -> tuple[Fraction, Fraction]:
    """Give the numerators that print as the cell of a window of 1, 3 or 12 months."""
    shown = row.cells[(1, 3, 12).index(window)]
    if row.kind == "count":
        return shown - 1, shown + 1
    if of is None:  # stocks and medians: the mean of the months
        return (shown - Fraction(1, 2)) * window, (shown + Fraction(1, 2)) * window
    if row.kind == "duration":
        return (shown - Fraction(1, 2)) * of, (shown + Fraction(1, 2)) * of
    return (shown - Fraction(1, 20)) * of / 100, (shown + Fraction(1, 20)) * of / 100


def before_range(row: Printed, now: int, of: tuple[int, int] | None) -> tuple[Fraction, Fraction]:
    """Give the numerators of the year before that print as the change; `of` = (this year, year before)."""
    half = Fraction(1, 2) if row.change_unit == "seconds" else Fraction(1, 20)
    if row.change_unit == "percent":
        return now / (1 + (row.change + half) / 100), now / (1 + (row.change - half) / 100)
    if of is None:
        return now - 12 * (row.change + half), now - 12 * (row.change - half)
    scale = 1 if row.change_unit == "seconds" else 100
    level = Fraction(now, of[0])
    return (level - (row.change + half) / scale) * of[1], (level - (row.change - half) / scale) * of[1]


Totals = tuple[int, int, int, int]  # sums over 1, 3 and 12 months, and over the twelve months before


def row_totals(name: str, row: Printed, of: Totals | None, cap: Totals | None) -> Totals:
    """Choose the four sums of a row's numerator."""
    sums = []
    for i, window in enumerate((1, 3, 12)):
        low, high = window_range(row, window, None if of is None else of[i])
        sums.append(middle(low, high, None if cap is None else cap[i]))
    low, high = before_range(row, sums[2], None if of is None else (of[2], of[3]))
    before = BEFORE_BY_HAND.get(name) or middle(low, high, None if cap is None else cap[3])
    if not low < before < high:
        allowed = f"{float(low):.1f} to {float(high):.1f}"
        raise ValueError(f"{name}: the year before must lie in {allowed}, got {before}")
    return sums[0], sums[1], sums[2], before


def less(whole: Totals, parts: list[Totals]) -> Totals:
    """Take parts from a whole."""
    m, m3, m12, before = (value - sum(part[i] for part in parts) for i, value in enumerate(whole))
    return m, m3, m12, before


def names(expression: str) -> list[str]:
    """Split 'a + b' into its parts."""
    return expression.split(" + ") if expression else []


def added(expression: str, done: dict[str, Array]) -> Array:
    """Add up those parts of 'a + b' whose months are known already."""
    return sum((done[part] for part in names(expression) if part in done), np.zeros(MONTHS))


def group_totals(group: Group, printed: dict[str, Printed], known: dict[str, Totals]) -> dict[str, Totals]:
    """Fix the sums of every part: wholes, then parts within what their whole leaves, then the rest."""
    sums = dict(known)
    for row in group.rows:
        if row.top in sums:
            continue
        cap = None
        for whole in group.rows:
            parts = names(whole.top)
            if row.top != whole.top and row.top in parts:
                cap = less(sums[whole.top], [sums[part] for part in parts if part in sums])
        of = sums[row.of] if row.of else None
        sums[row.top] = row_totals(row.measure, printed[row.measure], of, cap)
    for row in group.rows:
        for part in names(row.top):
            if part not in sums:
                others = [sums[other] for other in names(row.top) if other in sums]
                sums[part] = less(sums[row.top], others)
    return sums


# --- the words, computed on many candidates at once --------------------------------------------------------

WINDOWS = np.array([[float(end - 12 < j <= end) for j in range(MONTHS)] for end in range(11, MONTHS)])
PULL = (np.arange(25) - 12.0) / float(((np.arange(25) - 12.0) ** 2).sum())


def trend_r(top: Array, of: Array) -> Array:
    """Give r of the rolling 12 month line, its sign the word's and its size the strength."""
    windows = of @ WINDOWS.T
    weights = (PULL / windows) @ WINDOWS
    level = top.sum(-1, keepdims=True) / of.sum(-1, keepdims=True)
    stray = top - level * of
    spread = (weights**2 * of).sum(-1) * (stray**2 / of).sum(-1)
    found: Array = (weights * stray).sum(-1) / np.sqrt(np.maximum(spread, 1e-300))
    return found


def last_eight(plotted: Array) -> Array:
    """Give the last eight months in sigma from the centre; the first 24 months set both."""
    base = plotted[..., :24]
    sigma = np.abs(np.diff(base)).mean(-1, keepdims=True) / D2
    z: Array = (plotted[..., 28:] - base.mean(-1, keepdims=True)) / np.maximum(sigma, 1e-9)
    return z


def over(excess: Array) -> Array:
    """Count only what is too much."""
    return np.maximum(excess, 0.0)


@dataclass(frozen=True)
class Task:
    """A group ready for search: coefficients of its parts in each row, and what each row must meet."""

    parts: list[str]
    top: Array  # (rows, parts)
    of: Array  # (rows, parts)
    of_fixed: Array  # (rows, 36), the denominators already known, or 1
    asked: Array  # (rows, 8): 1 where a rule must hold, -1 where it must not, 0 where nothing is printed
    r_low: Array
    r_high: Array
    season: Array  # (rows, 36)
    slack: Array  # (rows,): the share by which a month may leave its year before it costs
    early: Array  # (rows,): the plotted level wished for in the first year
    noise: Array  # (parts,): the usual noise of a month, in events
    near: tuple[int, int] | None

    def plotted(self, x: Array) -> tuple[Array, Array]:
        """Give numerators and denominators of every row: (chains, rows, 36) each."""
        return self.top @ x, self.of @ x + self.of_fixed

    def unmet(self, x: Array) -> Array:
        """Add up how far each candidate is from its printed words, margins included."""
        top, of = self.plotted(x)
        z = last_eight(top / of)
        depth = [(side * z[..., 8 - k :]).min(-1) - line for _, k, line in RULES for side in (1, -1)]
        words = over(ROOM - self.asked * np.stack(depth, -1)) * np.abs(self.asked)
        r = trend_r(top, of)
        trends = over(self.r_low - r) + over(r - self.r_high)
        empty = over(1.0 - of).sum((-1, -2)) + over(-x).sum((-1, -2))
        total: Array = words.sum((-1, -2)) + 20 * trends.sum(-1) + empty
        return total

    def strain(self, x: Array, draft: Array) -> Array:
        """Add up what looks made up: steps from the draft, months far from their year, an odd first year."""
        top, of = self.plotted(x)
        plotted = top / of
        years = plotted.reshape(*plotted.shape[:-1], 3, 12)
        level = years.mean(-1, keepdims=True)
        share = years / np.maximum(level, 1e-9) / self.season.reshape(-1, 3, 12) - 1.0
        stray = over(np.abs(share) - self.slack[:, None, None]) ** 2
        first = over(np.abs(level[..., 0, 0] / self.early - 1.0) - 0.05)
        moved = ((x - draft) / self.noise[:, None]) ** 2
        total: Array = moved.mean(-1).sum(-1) + 40 * stray.sum((-1, -2, -3)) + 4 * first.sum(-1)
        if self.near is not None:
            a, b = (x[:, i] for i in self.near)
            total = total + 10 * (np.abs(a - b) / np.maximum(a, 1.0)).mean(-1)
        return total

    def cost(self, x: Array, draft: Array) -> Array:
        """Weigh both; rounded, so that the last bits of a sum on another machine decide nothing."""
        found: Array = np.round(60 * self.unmet(x) + self.strain(x, draft), 7)
        return found


# --- search ------------------------------------------------------------------------------------------------


def season_curve(share: float) -> Array:
    """Give a year's wave around 1 that tops in July; the months run from August to July."""
    wave: Array = 1.0 + share * np.cos(2 * pi * (np.arange(MONTHS) % 12 - 11) / 12)
    return wave


def asked_of(row: Printed) -> list[int]:
    """Turn the printed words into what each rule must do on each side, High before Low."""
    if row.trend is None:
        return [0] * 8
    wanted = [(rule, row.side) for rule in row.exceptions]
    return [1 if (rule, side) in wanted else -1 for rule, _, _ in RULES for side in (1, -1)]


def wished_early(row: Row, printed: Printed, sums: dict[str, Totals]) -> float:
    """Give the level of the first year in plotted units: as noted in EARLY, else that of the year after."""
    before = sums[row.top][3] / (sums[row.of][3] if row.of else 12)
    if row.measure not in EARLY:
        return before
    scale = {"count": 12, "rate": 100, "proportion": 100}.get(printed.kind, 1)
    return EARLY[row.measure] / scale


def task_of(
    group: Group, printed: dict[str, Printed], sums: dict[str, Totals], done: dict[str, Array]
) -> Task:
    """Lay a group out as arrays."""
    parts = sorted({part for row in group.rows for part in names(row.top)})
    here = [(row, printed[row.measure]) for row in group.rows]
    fixed = [added(row.of, done) if row.of else np.ones(MONTHS) for row, _ in here]
    ranges = [found.trend or (-1.0, 1.0) for _, found in here]
    events = {row.top: found.kind in ("count", "rate", "proportion") for row, found in here}
    size = {key: sums[key][2] / 12 if events.get(key, True) else 1e9 for key in (*parts, *events)}
    return Task(
        parts,
        np.array([[float(part in names(row.top)) for part in parts] for row, _ in here]),
        np.array([[float(part in names(row.of)) for part in parts] for row, _ in here]),
        np.array(fixed),
        np.array([asked_of(found) for _, found in here], dtype=np.float64),
        np.array([low for low, _ in ranges]),
        np.array([high for _, high in ranges]),
        np.array([season_curve(0.0 if row.of else group.season) for row, _ in here]),
        np.array([max(0.1, 1.8 / sqrt(size[row.top])) for row, _ in here]),
        np.array([wished_early(row, found, sums) for row, found in here]),
        np.array([max(1.0, sums[part][2] / 12 * usual_noise(size[part])) for part in parts]),
        None if group.near is None else (parts.index(group.near[0]), parts.index(group.near[1])),
    )


def spread(total: int, shape: Array) -> Array:
    """Share a whole number out in proportion to a shape, largest remainders first."""
    exact = shape * (total / shape.sum())
    shares: Array = np.floor(exact)
    order = np.argsort(shares - exact, kind="stable")
    shares[order[: total - int(shares.sum())]] += 1
    return shares


def usual_noise(events: float) -> float:
    """Give a month's relative noise: 2% and the chance in its number of events."""
    return sqrt(0.02**2 + 0.7 / max(events, 1.0))


def smooth_path(levels: tuple[float, float, float, float]) -> Array:
    """Run a smooth curve through the levels of first year, year before, nine months and last three."""
    stretches = (FIRST, BEFORE, NINE, slice(33, 36))
    path = np.zeros(MONTHS)
    for _ in range(30):
        padded = np.concatenate([path[:1], path[:1], path, path[-1:], path[-1:]])
        path = sum((padded[i : i + MONTHS] for i in range(5)), np.zeros(MONTHS)) / 5
        for stretch, level in zip(stretches, levels, strict=True):
            path[stretch] += level - path[stretch].mean()
    return np.maximum(path, 0.2 * min(levels))


def draft(sums: Totals, first: int, base: Array, noise: float, rng: np.random.Generator) -> Array:
    """Draw 36 months of one part with the sums asked for; `base` is its season or what it is a share of."""
    m, m3, m12, before = sums
    totals = (first, before, m12 - m3, m3)
    bases = (base[FIRST].sum(), base[BEFORE].sum(), base[NINE].sum(), base[33:].sum())
    levels = [total / float(below) for total, below in zip(totals, bases, strict=True)]
    path = smooth_path((levels[0], levels[1], levels[2], levels[3]))
    drawn = base * path * np.maximum(1 + 1.73 * noise * (rng.random((4, MONTHS)).sum(0) - 2.0), 0.2)
    months = np.zeros(MONTHS)
    for stretch, total in zip((*STRETCHES, FIRST), (m, m3 - m, m12 - m3, before, first), strict=True):
        months[stretch] = spread(total, drawn[stretch])
    return months


def drafts(
    group: Group, task: Task, sums: dict[str, Totals], done: dict[str, Array], rng: np.random.Generator
) -> Array:
    """Draft every part for every chain, with more or less noise and various levels of the first year."""
    x = np.zeros((CHAINS, len(task.parts), MONTHS))
    rows = {row.top: (i, row) for i, row in reversed(list(enumerate(group.rows)))}
    for k, part in enumerate(task.parts):
        base, first = season_curve(group.season), float(sums[part][3])
        if part in rows:
            i, row = rows[part]
            first = float(task.early[i]) * (sums[row.of][3] if row.of else 12)
            if row.of and names(row.of)[0] in done:
                base = added(row.of, done)
                first = float(task.early[i] * base[FIRST].sum())
        relative = float(task.noise[k]) / (sums[part][2] / 12)
        for chain in range(CHAINS):
            level = first * (1 + 0.3 * (rng.random() - 0.5))
            noise = relative * (0.5 + 1.3 * chain / CHAINS)
            x[chain, k] = draft(sums[part], int(level), base, noise, rng)
    if task.near is not None:
        x[:, task.near[1]] = x[:, task.near[0]]
    return x


def move_pairs() -> np.ndarray[Any, np.dtype[np.int64]]:
    """List the moves: between two months of a stretch, or (column 36) in and out of the first year."""
    pairs = [(i, MONTHS) for i in range(12) for _ in range(16)]
    pairs += [(i, j) for i in range(12, 24) for j in range(12, 24) if i != j]
    pairs += [(i, j) for i in range(24, 33) for j in range(24, 33) if i != j]
    pairs += [(33, 34)] * 8
    return np.array(pairs)


def search(task: Task, drafted: Array, rng: np.random.Generator) -> Array:
    """Move events between months, at first even where it costs a little; give the best chain."""
    x = drafted.copy()
    chains, k, _ = x.shape
    every, pairs = np.arange(chains), move_pairs()
    steps = STEPS * (1 + k)
    reach = 3 * task.noise
    cost = task.cost(x, drafted)
    for step in range(steps):
        part = rng.integers(0, k, chains)
        pair = pairs[rng.integers(0, len(pairs), chains)]
        size = np.ceil(reach[part] * rng.random(chains) ** 3) * (2 * rng.integers(0, 2, chains) - 1)
        moved = np.concatenate([x, np.zeros((chains, k, 1))], axis=2)
        moved[every, part, pair[:, 0]] += size
        moved[every, part, pair[:, 1]] -= size
        moved = moved[:, :, :MONTHS]
        tried = task.cost(moved, drafted)
        heat = 0.2 * (1 - min(1.0, 1.5 * step / steps)) ** 2
        taken = tried <= cost + heat * rng.random(chains) ** 2
        x[taken], cost[taken] = moved[taken], tried[taken]
    best = int((cost + QUIET * every / chains).argmin())
    unmet = float(task.unmet(x)[best])
    print(f"  unmet {unmet:.4f}, strain {float(task.strain(x, drafted)[best]):.3f}, chain {best}")
    found: Array = x[best]
    return found


# --- windows that no month can give ------------------------------------------------------------------------


def wobble(x: Array, window: int, kept: tuple[int, ...], rng: np.random.Generator) -> list[int | None]:
    """Give window medians: near the mean of the monthly medians, never outside them, exact at `kept`."""
    given: list[int | None] = [None] * (window - 1)
    for end in range(window - 1, MONTHS):
        inside = x[end - window + 1 : end + 1]
        drawn = float(inside.mean()) * (1 + 0.015 * (rng.random() - 0.5) * (end not in kept))
        given.append(floor(min(max(drawn, inside.min()), inside.max()) + 0.5))
    return given


def survey(row: Printed, rng: np.random.Generator) -> list[str]:
    """Give 25 rolling satisfaction rates in percent, through the printed one and last year's."""
    now = row.cells[0]
    ends = [now - row.change * Fraction(3, 5), now - row.change, now]
    path = [0.0] * 25
    for k in range(25):
        i, along = (0, k / 12) if k < 12 else (1, (k - 12) / 12)
        path[k] = float(ends[i]) * (1 - along) + float(ends[i + 1]) * along
        if k not in (12, 24):
            path[k] += 1.2 * (rng.random() - 0.5)
    return [""] * 11 + [f"{percent:.2f}" for percent in path]


# --- writing -----------------------------------------------------------------------------------------------


def months() -> list[str]:
    """Name the months, 2021-08 to 2024-07."""
    return [f"{2021 + (7 + i) // 12}-{(7 + i) % 12 + 1:02d}" for i in range(MONTHS)]


def lines_of(row: Row, printed: Printed, done: dict[str, Array], rng: np.random.Generator) -> list[list[str]]:
    """Lay one measure out, a line per month."""
    top, of = added(row.top, done), added(row.of, done)
    short: list[int | None] = [None] * MONTHS
    long = short
    if printed.kind == "median":
        short, long = wobble(top, 3, (35,), rng), wobble(top, 12, (23, 35), rng)
    shown = ["" if cell is None else str(cell) for cell in (*short, *long)]
    return [
        [row.measure, month, f"{top[i]:.0f}", f"{of[i]:.0f}" if row.of else "", shown[i], shown[MONTHS + i]]
        for i, month in enumerate(months())
    ]


def build() -> dict[str, list[list[str]]]:
    """Search every group in turn; a group may stand on the parts of those before it."""
    printed, done, sums = published(), dict[str, Array](), dict[str, Totals]()
    lines: dict[str, list[list[str]]] = {}
    for i, group in enumerate(GROUPS):
        rng = np.random.Generator(np.random.PCG64([SEED, i]))
        print(", ".join(row.measure for row in group.rows))
        sums = group_totals(group, printed, sums)
        task = task_of(group, printed, sums, done)
        found = search(task, drafts(group, task, sums, done, rng), rng)
        done |= dict(zip(task.parts, found, strict=True))
        for row in group.rows:
            lines[row.measure] = lines_of(row, printed[row.measure], done, rng)
    rng = np.random.Generator(np.random.PCG64([SEED, len(GROUPS)]))
    for name, cells in printed.items():
        if cells.kind == "rolling12":
            given = survey(cells, rng)
            lines[name] = [[name, month, "", "", "", given[i]] for i, month in enumerate(months())]
    return {name: lines[name] for name in printed}


def main() -> None:
    """Write the months in the order of the paper."""
    lines = build()
    with (SAMPLES / "wiltshire_2024.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["measure", "month", "value", "of", "given_3", "given_12"])
        for measure in lines.values():
            out.writerows(measure)


if __name__ == "__main__":
    main()
