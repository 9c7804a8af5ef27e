"""The trend of the rolling 12 months: its line by ordinary least squares, its strength on the months.

The slope comes from the rolling series itself. The weight w_j of a month is found by an impulse: what the
slope would be if that month alone had a numerator of 1, all denominators as they are. Then

    r = slope / sqrt( sum w_j^2 d_j * sum e_j^2 / d_j ),  e_j = n_j - R d_j,  R = sum n / sum d

since the slope of a series proportional to its denominators is 0. A month with one part alone leaves both
sums; one whose denominator is 0 moves the line and has no part in r.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import erfc, inf, nan, sqrt

from scipy import stats

from tests.reference.exact import SIXTY, decimal, exact, sign, total
from tests.reference.series import Series

NO_HISTORY, NONE, WEAK, STRONG = -1, 0, 1, 2


@dataclass(frozen=True)
class TrendTwin:
    """Slope per month of the rolling line, r, t, p, and the words' codes."""

    strength: int
    direction: int = 0
    slope: float = nan
    r: float = nan
    t: float = nan
    p: float = nan

    @property
    def word(self) -> str:
        """Give the printed word."""
        if self.strength == NO_HISTORY:
            return "not enough history"
        if self.strength == NONE or self.direction == 0:
            return "None / Stable"
        return "Increasing" if self.direction > 0 else "Decreasing"


def line_parts(series: Series, span: int) -> list[tuple[Fraction, Fraction] | None]:
    """Give what each of the last months adds to the two sums, None where nothing was heard of it."""
    months = zip(series.values, series.of or series.values, series.parts, strict=True)
    heard = [
        (Fraction(0), Fraction(0)) if pair is None and (top is not None or of is not None) else pair
        for top, of, pair in months
    ]
    return heard[max(0, len(heard) - span) :]


def complete_windows(parts: Sequence[tuple[Fraction, Fraction] | None], window: int) -> list[int]:
    """List the columns where a window without gaps, and with a denominator, ends."""
    found = []
    for end in range(window - 1, len(parts)):
        inside = [part for part in parts[end - window + 1 : end + 1] if part is not None]
        if len(inside) == window and total(below for _, below in inside) != 0:
            found.append(end)
    return found


def tested_months(
    parts: Sequence[tuple[Fraction, Fraction] | None], ends: Sequence[int], window: int
) -> list[int]:
    """List the months with a denominator that a complete window holds."""
    held = sorted({j for end in ends for j in range(end - window + 1, end + 1)})
    return [j for j in held if (pair := parts[j]) is not None and pair[1] != 0]


def line_coefficients(xs: Sequence[int]) -> list[Fraction]:
    """Give the numbers by which ordinary least squares multiplies each y to make the slope."""
    n = len(xs)
    centred = [n * x - sum(xs) for x in xs]
    return [Fraction(c * n, sum(c * c for c in centred)) for c in centred]


def ols_slope(xs: Sequence[int], ys: Sequence[Fraction]) -> Fraction:
    """Fit a straight line by least squares and give its slope."""
    return total(c * y for c, y in zip(line_coefficients(xs), ys, strict=True))


def rolling_line(
    ends: Sequence[int], tops: Sequence[Fraction], sums: Sequence[Fraction], window: int
) -> Fraction:
    """Give the slope of the ratio-of-sums series over the windows that end at `ends`."""
    ys = [total(tops[end - window + 1 : end + 1]) / below for end, below in zip(ends, sums, strict=True)]
    return ols_slope(ends, ys)


def impulses(ends: Sequence[int], months: int, sums: Sequence[Decimal], window: int) -> list[Decimal]:
    """Give, for each month, the slope of the rolling line if that month alone counted 1 and all others 0.

    The rolling series is then 1 / D_k in the windows that hold the month and 0 elsewhere.
    """
    slopes = [Decimal(0)] * months
    for c, below, end in zip(line_coefficients(ends), sums, ends, strict=True):
        step = SIXTY.divide(decimal(c), below)
        for j in range(end - window + 1, end + 1):
            slopes[j] = SIXTY.add(slopes[j], step)
    return slopes


def given_direction(given: Sequence[float | None], ends: Sequence[int], window: int) -> int | None:
    """Give the sign of the line through given rolling values, None where fewer than window + 1 are there."""
    points = [(end, number) for end in ends if (number := given[end]) is not None]
    if len(points) <= window:
        return None
    return sign(ols_slope([end for end, _ in points], [exact(number) for _, number in points]))


def student(r: float, months: int) -> tuple[float, float]:
    """Give t and its two-sided p for a correlation over that many months."""
    if abs(r) >= 1.0:
        return (inf if r > 0 else -inf), 0.0
    t = r * sqrt((months - 2) / (1.0 - r * r))
    return t, float(2.0 * stats.t.sf(abs(t), months - 2))


def grade(p: float, strong: float, weak: float) -> int:
    """Turn p into a strength."""
    return STRONG if p <= strong else WEAK if p <= weak else NONE


def trend(
    series: Series, window: int = 12, span: int = 36, strong: float = 0.05, weak: float = 0.15
) -> TrendTwin:
    """Judge the trend of a series that ends at the month reported on."""
    first = max(0, len(series.values) - span)
    parts, ends = cut_parts(series, window, span)
    held = tested_months(parts, ends, window)
    if len(held) < 2 * window:
        return TrendTwin(NO_HISTORY)
    tops = [pair[0] if pair is not None else Fraction(0) for pair in parts]
    bottoms = [pair[1] if pair is not None else Fraction(0) for pair in parts]
    found = _tested(ends, held, tops, bottoms, window, strong, weak)
    if window in series.given:
        given = given_direction(series.given[window][first:], ends, window)
        if given is not None and given != found.direction:
            return TrendTwin(NONE, found.direction, found.slope, found.r, found.t, found.p)
    return found


def _tested(
    ends: Sequence[int],
    held: Sequence[int],
    tops: Sequence[Fraction],
    bottoms: Sequence[Fraction],
    window: int,
    strong: float,
    weak: float,
) -> TrendTwin:
    if len({tops[j] / bottoms[j] for j in held}) == 1:
        return TrendTwin(NONE, 0, 0.0)
    sums = [total(bottoms[end - window + 1 : end + 1]) for end in ends]
    slope = rolling_line(ends, tops, sums, window)
    level = total(tops[j] for j in held) / total(bottoms[j] for j in held)
    w = impulses(ends, len(tops), [decimal(below) for below in sums], window)
    leverage = spread = Decimal(0)
    for j in held:
        d = decimal(bottoms[j])
        e = decimal(tops[j] - level * bottoms[j])
        leverage = SIXTY.fma(SIXTY.multiply(w[j], w[j]), d, leverage)
        spread = SIXTY.fma(SIXTY.divide(e, d), e, spread)
    rated = [top if of != 0 else Fraction(0) for top, of in zip(tops, bottoms, strict=True)]
    tested = rolling_line(ends, rated, sums, window)
    r = float(SIXTY.divide(decimal(tested), SIXTY.sqrt(SIXTY.multiply(leverage, spread))))
    t, p = student(r, len(held))
    return TrendTwin(grade(p, strong, weak), sign(slope), float(slope), r, t, p)


@dataclass(frozen=True)
class ScoreTwin:
    """A correlation, its test statistic and p; NaN where there are too few months."""

    r: float = nan
    t: float = nan
    p: float = nan


def cut_parts(
    series: Series, window: int, span: int
) -> tuple[list[tuple[Fraction, Fraction] | None], list[int]]:
    """Give the parts of the last `span` months, and where complete windows end."""
    parts = line_parts(series, span)
    return parts, complete_windows(parts, window)


def naive(series: Series, window: int = 12, span: int = 36) -> ScoreTwin:
    """Test the slope of the rolling line as if its points were independent; r squared is a fraction."""
    parts, ends = cut_parts(series, window, span)
    if len(ends) < 3:
        return ScoreTwin()
    held = [[pair for pair in parts[end - window + 1 : end + 1] if pair is not None] for end in ends]
    ys = [total(top for top, _ in pairs) / total(of for _, of in pairs) for pairs in held]
    if len(set(ys)) == 1:
        return ScoreTwin(0.0, 0.0, 1.0)
    x, y = Fraction(sum(ends), len(ends)), total(ys) / len(ys)
    across = total((end - x) * (point - y) for end, point in zip(ends, ys, strict=True))
    spread = total((end - x) ** 2 for end in ends) * total((point - y) ** 2 for point in ys)
    r = sign(across) * sqrt(across**2 / spread)
    t, p = student(r, len(ends))
    return ScoreTwin(r, t, p)


def mann_kendall(series: Series, window: int = 12, span: int = 36) -> ScoreTwin:
    """Look at every pair of months that stand in a complete window; ties as groups."""
    parts, ends = cut_parts(series, window, span)
    tested = tested_months(parts, ends, window)
    months = [pair[0] / pair[1] for j in tested if (pair := parts[j]) is not None]
    m = len(months)
    if m < 4:
        return ScoreTwin()
    s = sum(sign(late - early) for early, late in combinations(months, 2))
    groups = [months.count(month) for month in set(months)]
    if len(groups) == 1:
        return ScoreTwin(0.0, 0.0, 1.0)
    variance = Fraction(m * (m - 1) * (2 * m + 5) - sum(g * (g - 1) * (2 * g + 5) for g in groups), 18)
    pairs, tied = m * (m - 1) // 2, sum(g * (g - 1) // 2 for g in groups)
    z = (s - sign(s)) / sqrt(variance)
    return ScoreTwin(s / sqrt(pairs * (pairs - tied)), z, erfc(abs(z) / sqrt(2.0)))
