"""Windows of 1, 3 and 12 months by kind of measure, against the same windows a year before."""

from dataclasses import dataclass
from fractions import Fraction

from tests.reference.exact import exact, mean, sign, total
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


def compare(series: Series, kind: str, window: int, t: int) -> Change:
    """Set a window against the same one a year before."""
    before = window_value(series, kind, window, t - YEAR) if t >= YEAR else None
    return Change(window_value(series, kind, window, t), before)
