"""Event rows by month, one dictionary entry a month, quantiles as fractions."""

from collections.abc import Sequence
from fractions import Fraction

from tests.reference.exact import total

Event = tuple[str, int, float]
Months = list[Fraction | None]


def quantile(records: Sequence[float], q: str) -> Fraction | None:
    """Give the record at place 1 + (n - 1) q in rising order, straight between its neighbours."""
    if not records:
        return None
    rising = sorted(map(Fraction, records))
    place = (len(rising) - 1) * Fraction(q)
    low = place.numerator // place.denominator
    beyond = rising[min(low + 1, len(rising) - 1)]
    return rising[low] + (place - low) * (beyond - rising[low])


def calendar(events: Sequence[Event]) -> range:
    """Give the months from the first event of all to the last."""
    months = [month for _, month, _ in events]
    return range(min(months), max(months) + 1)


def records(events: Sequence[Event], name: str, last: int, window: int) -> list[float]:
    """Give the values of one series in the `window` months that end with `last`."""
    return [value for who, month, value in events if who == name and last - window < month <= last]


def counts(events: Sequence[Event], name: str) -> list[int]:
    """Count the events of each month."""
    return [len(records(events, name, month, 1)) for month in calendar(events)]


def totals(events: Sequence[Event], name: str) -> list[Fraction]:
    """Add up the values of each month, as the doubles they are."""
    return [total(map(Fraction, records(events, name, month, 1))) for month in calendar(events)]


def quantiles(events: Sequence[Event], name: str, window: int, q: str) -> Months:
    """Give the quantile of each window that lies within the calendar."""
    months = calendar(events)
    return [
        quantile(records(events, name, month, window), q) if month - window >= months[0] - 1 else None
        for month in months
    ]
