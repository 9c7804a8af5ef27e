"""Charts whose points remember months before: EWMA, CUSUM, moving average.

Each point is worked out anew from all months of its phase, by the sum that defines it.
"""

from collections.abc import Sequence
from decimal import Decimal

from tests.reference.asked import Question, Stretch, around, bounded
from tests.reference.exact import SIXTY, root
from tests.reference.individuals import located, observed_in, plotted
from tests.reference.series import Series
from tests.reference.spots import NEAR, Fitted, Lines

ZERO, ONE = Decimal(0), Decimal(1)


def memory(
    status: str,
    stretch: Stretch,
    lines: dict[int, Lines],
    points: dict[int, Decimal],
    below: dict[int, Decimal] | None = None,
) -> Fitted:
    """Give a chart on which only the limits are asked about."""
    lower = below or {}
    spots = {t: lines[t].spot(point, NEAR, lower.get(t)) for t, point in points.items() if t in lines}
    return Fitted(status, stretch.start, stretch.stop, lines, points, lower, spots, "limits", True)


def upto(values: dict[int, Decimal], t: int) -> list[Decimal]:
    """List the observed months of the phase up to t, oldest first."""
    return [values[column] for column in sorted(values) if column <= t]


def weighted(values: Sequence[Decimal], centre: Decimal, lam: Decimal) -> Decimal:
    """Roberts (1959): sum lam (1 - lam)^j x_(n-j), and what is left of the weight on the centre."""
    found, weight = ZERO, ONE
    for value in reversed(values):
        found = SIXTY.add(found, lam * weight * value)
        weight = weight * (ONE - lam)
    return SIXTY.add(found, weight * centre)


def ewma(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Exponentially weighted mean of the observed months; its own sd at its own age, or at a great one."""
    status, centre, sigma = located(observed_in(series, stretch.base), asked)
    values = plotted(series, stretch)
    if centre is None or sigma is None:
        return memory(status, stretch, {}, {})
    lam = asked.number("lam", 0.2)
    points, lines = {}, {}
    for t in stretch.columns:
        past = upto(values, t)
        if t in values:
            points[t] = weighted(past, centre, lam)
        if asked.options.get("lines", "exact") == "asymptotic":
            share = SIXTY.divide(lam, 2 - lam)
        else:
            share, weight = ZERO, lam
            for _ in past:
                share, weight = share + weight * weight, weight * (ONE - lam)
        lines[t] = bounded(around(centre, SIXTY.multiply(sigma, root(share)), asked.reach), asked)
    return memory(status, stretch, lines, points)


def highest_tail(excesses: Sequence[Decimal], start: Decimal) -> Decimal:
    """Page (1954): a sum that restarts at 0 is the largest sum of the last months, whichever they are."""
    found = ZERO
    together = ZERO
    for excess in reversed(excesses):
        together = SIXTY.add(together, excess)
        found = max(found, together)
    return max(found, SIXTY.add(together, start))


def cusum(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Tabular CUSUM, both sides, in the unit of the data; limits at h sigma, a head start of part of h."""
    status, centre, sigma = located(observed_in(series, stretch.base), asked)
    values = plotted(series, stretch)
    if centre is None or sigma is None:
        return memory(status, stretch, {}, {})
    slack = SIXTY.multiply(asked.number("k", 0.5), sigma)
    limit = SIXTY.multiply(asked.number("h", 5.0), sigma)
    start = SIXTY.multiply(asked.number("head_start", 0.0), limit)
    again = asked.options.get("reset", "never") == "after signal"
    points, below = {}, {}
    past: list[Decimal] = []
    for t in sorted(values):
        past.append(values[t])
        high = highest_tail([value - centre - slack for value in past], start)
        low = highest_tail([centre - value - slack for value in past], start)
        points[t], below[t] = high, -low
        if again and max(high, low) > limit:
            past = []
    lines = dict.fromkeys(stretch.columns, Lines(ZERO, None, limit, -limit))
    return memory(status, stretch, lines, points, below)


def ma(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Means of the last `span` calendar months that are observed; sigma over the root of their number."""
    status, centre, sigma = located(observed_in(series, stretch.base), asked)
    values = plotted(series, stretch)
    if centre is None or sigma is None:
        return memory(status, stretch, {}, {})
    span = int(asked.number("span", 3))
    points, lines = {}, {}
    for t in stretch.columns:
        inside = [values[column] for column in range(t - span + 1, t + 1) if column in values]
        if t in values:
            points[t] = SIXTY.divide(sum(inside, ZERO), Decimal(len(inside)))
        lines[t] = Lines(centre)
        if inside:
            spread = SIXTY.divide(sigma, root(Decimal(len(inside))))
            lines[t] = bounded(around(centre, spread, asked.reach), asked)
    return memory(status, stretch, lines, points)
