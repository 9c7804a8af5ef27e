"""Sigma of an individuals chart in all its ways, from the months that may set it."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from tests.reference.exact import PI, SIXTY, c4, decimal, mean, median, median_of_a_range, root, total

# Montgomery (2013), Introduction to Statistical Quality Control, appendix VI: n = 2. The median range's
# divisor as Wheeler (1993) prints it.
TEXTBOOK = {"d2": Fraction("1.128"), "D4": Fraction("3.267"), "median": Fraction("0.954")}

Cells = Mapping[int, Fraction]


def d2(constants: str) -> Decimal:
    """Give the mean range of two standard normal numbers."""
    if constants == "textbook":
        return decimal(TEXTBOOK["d2"])
    return SIXTY.divide(Decimal(2), root(decimal(PI)))


def range_limit(constants: str, width: Decimal = Decimal(3)) -> Decimal:
    """Give the upper limit of moving ranges over their mean: 1 + 3 d3 / d2, d3 / d2 = sqrt(pi / 2 - 1)."""
    if constants == "textbook":
        return SIXTY.fma(width, decimal((TEXTBOOK["D4"] - 1) / 3), Decimal(1))
    return SIXTY.fma(width, root(decimal(PI / 2 - 1)), Decimal(1))


def neighbours(cells: Cells, gaps: str) -> list[tuple[int, int]]:
    """Pair each month with the one before: the month before, or (bridge) the last one observed."""
    columns = sorted(cells)
    return [(a, b) for a, b in pairwise(columns) if gaps == "bridge" or b == a + 1]


def moving_ranges(cells: Cells, gaps: str) -> list[Fraction]:
    """Give the absolute steps between neighbours."""
    return [abs(cells[b] - cells[a]) for a, b in neighbours(cells, gaps)]


def screened(ranges: Sequence[Fraction], constants: str) -> list[Fraction]:
    """Leave out, once, what lies beyond the upper limit; all stay if over a third would go, or all but 0."""
    if not ranges:
        return []
    limit = SIXTY.multiply(range_limit(constants), decimal(mean(ranges)))
    kept = [step for step in ranges if decimal(step) <= limit]
    if 3 * (len(ranges) - len(kept)) > len(ranges) or not any(kept):
        return list(ranges)
    return kept


def of_mean(ranges: Sequence[Fraction], constants: str) -> Decimal:
    """Mean moving range over d2."""
    return SIXTY.divide(decimal(mean(ranges)), d2(constants))


def of_median(ranges: Sequence[Fraction], constants: str) -> Decimal:
    """Median moving range over its expectation's median."""
    below = decimal(TEXTBOOK["median"]) if constants == "textbook" else median_of_a_range()
    return SIXTY.divide(decimal(median(ranges)), below)


RANGED: Mapping[str, Callable[[Sequence[Fraction], str], Decimal]] = {
    "mean_range": of_mean,
    "median_range": of_median,
}


def of_sd(months: Sequence[Fraction]) -> Decimal:
    """Standard deviation (n - 1) over c4(n)."""
    middle = mean(months)
    variance = total((month - middle) ** 2 for month in months) / (len(months) - 1)
    return SIXTY.divide(root(decimal(variance)), c4(len(months)))


def lag_one(cells: Cells) -> Fraction | None:
    """Give the autocorrelation of months next to each other; None where the months do not vary."""
    middle = mean(list(cells.values()))
    below = total((month - middle) ** 2 for month in cells.values())
    if below == 0:
        return None
    return total((cells[a] - middle) * (cells[b] - middle) for a, b in neighbours(cells, "break")) / below


def alike(cells: Cells) -> Fraction:
    """Give phi: lag one with its bias of about -(1 + 4 phi) / n put right, between 0 and 0.9."""
    n = len(cells)
    r = lag_one(cells) if n >= 6 else None
    return Fraction(0) if r is None else max(Fraction(0), min(Fraction(9, 10), (n * r + 1) / (n - 4)))


def sigma(cells: Cells, how: str, gaps: str, screen: str, constants: str, widen: str) -> Decimal | None:
    """Give sigma, None where there are too few months for it."""
    if how == "sd":
        return of_sd(list(cells.values())) if len(cells) > 1 else None
    ranges = moving_ranges(cells, gaps)
    if screen == "ranges":
        ranges = screened(ranges, constants)
    if not ranges:
        return None
    found = RANGED[how](ranges, constants)
    return widened(found, cells, widen)


def widened(sigma: Decimal, cells: Cells, widen: str) -> Decimal:
    """Moving ranges of neighbours that are alike estimate sigma sqrt(1 - phi)."""
    if widen != "widen" or not cells:
        return sigma
    return SIXTY.divide(sigma, root(decimal(1 - alike(cells))))
