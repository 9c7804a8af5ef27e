"""Windows of some months by kind of measure, against the same windows some months before.

Chance: the two counts of a change against every other way in which their sum could have fallen on the two
stretches, one by one; the dispersion in fractions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import comb, erfc, sqrt
from statistics import NormalDist

from scipy import stats

from tests.reference.exact import SIXTY, decimal, exact, mean, sign, total
from tests.reference.series import Series

RATES = ("rate", "proportion")
YEAR = 12


@dataclass(frozen=True)
class Change:
    """A window now and a year before; `change` and `relative` are None where there is nothing to compare."""

    current: Fraction | None
    previous: Fraction | None

    @property
    def change(self) -> Fraction | None:
        """Current less previous; none where the previous value is 0 or missing."""
        if self.current is None or self.previous is None or self.previous == 0:
            return None
        return self.current - self.previous

    @property
    def relative(self) -> Fraction | None:
        """The change as a share of the previous value."""
        change = self.change
        return None if change is None or self.previous is None else change / self.previous

    def arrow(self, improvement: str) -> str:
        """Give the symbol: an amber dash below 5% where a direction is preferred, else the sign's arrow."""
        change, relative = self.change, self.relative
        if change is None or relative is None:
            return ""
        if improvement != "neither" and abs(relative) < Fraction(5, 100):
            return "—"
        return {1: "▲", -1: "▼", 0: ""}[sign(change)]


def ratio_window(series: Series, first: int, t: int) -> Fraction | None:
    """Divide the sums over the months with both parts; a month with neither leaves the window missing."""
    assert series.of is not None
    if any(series.values[j] is None and series.of[j] is None for j in range(first, t + 1)):
        return None
    pairs = [pair for pair in series.parts[first : t + 1] if pair is not None]
    below = total(bottom for _, bottom in pairs)
    return total(top for top, _ in pairs) / below if pairs and below != 0 else None


def plain_window(series: Series, first: int, t: int, summed: bool) -> Fraction | None:
    """Add or average the months; one missing month leaves the window missing."""
    months = [None if number is None else exact(number) for number in series.values[first : t + 1]]
    there = [month for month in months if month is not None]
    if len(there) < len(months):
        return None
    return total(there) if summed else mean(there)


def window_value(series: Series, kind: str, window: int, t: int) -> Fraction | None:
    """Give the figure of the window of that many months ending at column t."""
    first = t - window + 1
    if first < 0:
        return None
    if kind in ("median", "rolling12") and (window > 1 or kind == "rolling12"):
        given = series.given[window][t] if window in series.given else None
        return None if given is None or (kind == "rolling12" and window != YEAR) else exact(given)
    if kind in RATES or (kind == "duration" and series.is_ratio):
        return ratio_window(series, first, t)
    return plain_window(series, first, t, summed=kind == "count")


def compare(series: Series, kind: str, window: int, t: int, back: int = YEAR) -> Change:
    """Set a window against the same one a year before, or `back` months before."""
    before = window_value(series, kind, window, t - back) if t >= back else None
    return Change(window_value(series, kind, window, t), before)


@dataclass(frozen=True)
class Chance:
    """What the test of a change says; None where it says nothing."""

    test: str
    p: float | None = None
    dispersion: float | None = None
    p_adjusted: float | None = None

    @property
    def evidence(self) -> str:
        """Put p_adjusted in a word."""
        if self.p_adjusted is None:
            return "not tested"
        return "clear" if self.p_adjusted <= 0.01 else "weak" if self.p_adjusted <= 0.05 else "none"


REASONS = {"stock": "a stock", "duration": "a duration", "median": "a median", "rolling12": "a survey"}
NAMES = {"count": "two counts, exact", "rate": "two rates, exact", "proportion": "two proportions"}


def doubled(pmf: Sequence[Decimal], at: int) -> float:
    """Double the smaller tail at `at` of probabilities that need not add up to 1."""
    total = sum(pmf, Decimal(0))
    tails = sum(pmf[: at + 1], Decimal(0)), sum(pmf[at:], Decimal(0))
    return min(1.0, 2.0 * float(min(tails) / total))


def binomial_p(now: int, of_now: Fraction, before: int, of_before: Fraction) -> float:
    """Walk through the binomial of `now` given the sum, from 0 on, in 60 digits."""
    odds, n = decimal(of_now / of_before), now + before
    pmf = [Decimal(1)]
    for k in range(n):
        pmf.append(SIXTY.divide(SIXTY.multiply(SIXTY.multiply(pmf[-1], odds), n - k), k + 1))
    return doubled(pmf, now)


def two_proportions_p(now: int, of_now: int, before: int, of_before: int) -> float:
    """Count the tables with these margins where a cell expects fewer than 5; else by score."""
    have, of = now + before, of_now + of_before
    if min(have, of - have) * min(of_now, of_before) < 5 * of:
        tables = [Decimal(comb(of_now, k) * comb(of_before, have - k)) for k in range(have + 1)]
        return doubled(tables, now)
    chi2 = Fraction(
        (of - 1) * (now * of_before - before * of_now) ** 2, have * (of - have) * of_now * of_before
    )
    return erfc(sqrt(chi2 / 2))


def dispersion_of(
    parts: Sequence[tuple[Fraction, Fraction] | None], share: bool
) -> tuple[float, float] | None:
    """Average the squared steps between neighbours, each over the variance that chance gives it."""
    there = [pair for pair in parts if pair is not None and pair[1] > 0]
    pairs = [
        (one, other)
        for one, other in pairwise(parts)
        if one is not None and other is not None and one[1] > 0 and other[1] > 0
    ]
    if len(there) < 12 or not pairs:
        return None
    freedom = 2 * len(pairs) ** 2 / (3 * len(pairs) - 1)
    level = total(n for n, _ in there) / total(d for _, d in there)
    variance = level * (1 - level) if share else level
    if variance <= 0:
        return 1.0, freedom
    steps = [(b[0] / b[1] - a[0] / a[1]) ** 2 / (1 / a[1] + 1 / b[1]) for a, b in pairs]
    return float(total(steps) / len(steps) / variance), freedom


def window_parts(series: Series, kind: str, window: int, t: int) -> tuple[Fraction, Fraction] | None:
    """Add up the two parts of a window of whole counts; None where they are none."""
    pairs = [pair for pair in series.parts[t - window + 1 : t + 1] if pair is not None]
    numbers = [top for top, _ in pairs] + [of for _, of in pairs if kind == "proportion"]
    if any(number < 0 or number.denominator > 1 for number in numbers):
        return None
    now, of = total(top for top, _ in pairs), total(of for _, of in pairs)
    return None if of <= 0 or max(now, of if kind == "proportion" else now) >= 2**53 else (now, of)


def chance(series: Series, kind: str, window: int, t: int, back: int = YEAR) -> Chance:
    """Test a change of counts, rates or proportions."""
    if back < window:
        return Chance("the two stretches overlap")
    if kind not in NAMES:
        return Chance(REASONS[kind])
    change = compare(series, kind, window, t, back)
    if change.current is None or change.previous is None:
        return Chance("no value")
    now, before = (window_parts(series, kind, window, end) for end in (t, t - back))
    if now is None or before is None or (kind == "proportion" and (now[0] > now[1] or before[0] > before[1])):
        return Chance("no whole counts")
    if kind == "proportion":
        p = two_proportions_p(int(now[0]), int(now[1]), int(before[0]), int(before[1]))
    else:
        p = binomial_p(int(now[0]), now[1], int(before[0]), before[1])
    last = t - window + 1
    found = dispersion_of(series.parts[max(0, last - 24) : max(0, last)], kind == "proportion")
    if found is None:
        return Chance("fewer than 12 months before", p)
    z = -NormalDist().inv_cdf(p / 2.0) / sqrt(max(found[0], 1.0))
    return Chance(NAMES[kind], p, found[0], max(p, float(2.0 * stats.t.sf(z, found[1]))))
