"""Charts of individual values with all their choices: XmR, moving ranges, run chart, t."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from tests.reference.asked import Question, Stretch, around, bounded
from tests.reference.exact import SIXTY, decimal, exact, mean, median
from tests.reference.limits import NO_VARIATION, OK, SHORT
from tests.reference.series import Series
from tests.reference.spots import NEAR, SAME, Fitted, Lines
from tests.reference.spread import d2, moving_ranges, range_limit, screened, sigma

MIDDLES = {"mean": mean, "median": median}


def observed_in(series: Series, columns: tuple[int, ...]) -> dict[int, Fraction]:
    """Collect what is plotted in some months."""
    return {t: value for t in columns if (value := series.observed[t]) is not None}


def known(number: str | float) -> Decimal | None:
    """Give a number that was handed in, None for the name of a way to find it."""
    return None if isinstance(number, str) else decimal(exact(number))


def located(cells: dict[int, Fraction], asked: Question) -> tuple[str, Decimal | None, Decimal | None]:
    """Give status, centre and sigma of individual values."""
    centre, spread = known(asked.centre), known(asked.sigma)
    both = centre is not None and spread is not None
    if len(cells) < asked.min_observed and not both:
        return SHORT, None, None
    if spread is None and cells:
        assert isinstance(asked.sigma, str)
        choices = asked.gaps, asked.screen, asked.constants, asked.autocorrelation
        spread = sigma(cells, asked.sigma, *choices)
    if centre is None and cells:
        assert isinstance(asked.centre, str)
        centre = decimal(MIDDLES[asked.centre](list(cells.values())))
    if centre is None or spread is None:
        return SHORT, None, None
    return (OK if spread > 0 else NO_VARIATION), centre, spread


def plotted(series: Series, stretch: Stretch) -> dict[int, Decimal]:
    """Give the observed months of a phase."""
    return {t: decimal(value) for t in stretch.columns if (value := series.observed[t]) is not None}


def everywhere(
    status: str, stretch: Stretch, lines: Lines, points: dict[int, Decimal], slack: Decimal = SAME
) -> Fitted:
    """Give a chart with the same lines in all months."""
    return Fitted(
        status,
        stretch.start,
        stretch.stop,
        dict.fromkeys(stretch.columns, lines),
        points,
        {},
        {t: lines.spot(point, slack) for t, point in points.items()},
    )


def without_limits(status: str, stretch: Stretch, points: dict[int, Decimal], zones: str = "sigma") -> Fitted:
    """Give a chart without lines."""
    spots = {t: Lines().spot(point) for t, point in points.items()}
    return Fitted(status, stretch.start, stretch.stop, {}, points, {}, spots, zones)


def xmr(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Centre and sigma by the ways asked for; limits at `width` sigma."""
    status, centre, spread = located(observed_in(series, stretch.base), asked)
    points = plotted(series, stretch)
    if centre is None or spread is None:
        return without_limits(status, stretch, points)
    lines = around(centre, spread, asked.reach)
    # a limit at its bound is crossed by values alone that cannot be
    return everywhere(status, stretch, bounded(lines, asked), points)


def run(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """The median (or mean) of the baseline; no limits."""
    cells = list(observed_in(series, stretch.base).values())
    points = plotted(series, stretch)
    centre = known(asked.centre)
    if centre is None:
        if len(cells) < asked.min_observed or not cells:
            return without_limits(SHORT, stretch, points, "centre")
        centre = decimal(MIDDLES[str(asked.options.get("middle", "median"))](cells))
    status = OK if len(set(cells)) > 1 or not cells else NO_VARIATION
    fitted = everywhere(status, stretch, Lines(centre), points)
    return Fitted(status, stretch.start, stretch.stop, fitted.lines, points, {}, fitted.spots, "centre")


def mr(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Moving ranges; centre their mean, upper limit D4 times it, lower limit 0."""
    cells = observed_in(series, stretch.base)
    points = ranges_at(series, stretch, asked.gaps)
    spread = known(asked.sigma)
    ranges = moving_ranges(cells, asked.gaps)
    if asked.screen == "ranges":
        ranges = screened(ranges, asked.constants)
    if spread is not None:  # all there is to know of ranges; the centre of the months has no part in it
        centre = SIXTY.multiply(spread, d2(asked.constants))
    elif len(cells) >= asked.min_observed and ranges:
        centre = decimal(mean(ranges))
    else:
        return Fitted(SHORT, stretch.start, stretch.stop, {}, points, {}, {}, "limits", True)
    upper = SIXTY.multiply(range_limit(asked.constants, asked.reach), centre)
    lines = bounded(Lines(centre, None, upper, Decimal(0)), asked, low=0)
    status = OK if centre > 0 else NO_VARIATION
    return Fitted(
        status,
        stretch.start,
        stretch.stop,
        dict.fromkeys(stretch.columns, lines),
        points,
        {},
        {t: lines.spot(point, NEAR) for t, point in points.items()},
        "limits",
        True,
    )


def ranges_at(series: Series, stretch: Stretch, gaps: str) -> dict[int, Decimal]:
    """Plot each range at the later of its two months."""
    there = [t for t in stretch.columns if series.observed[t] is not None]
    found = {}
    for a, b in pairwise(there):
        first, second = series.observed[a], series.observed[b]
        if first is not None and second is not None and (gaps == "bridge" or b == a + 1):
            found[b] = decimal(abs(second - first))
    return found


# Nelson (1994), Journal of Quality Technology 26, 239-242: an exponential time to the power 1 / 3.6 is near
# enough to normal.
BEND = Decimal("3.6")


def t(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Times between events, judged as y = time ** (1 / 3.6) by an XmR chart, drawn in time."""
    bent = {c: bend(value) for c in stretch.columns if (value := series.observed[c]) is not None}
    cells = {c: Fraction(bent[c]) for c in stretch.base if c in bent}
    status, centre, spread = located(cells, asked)
    points = plotted(series, stretch)
    if centre is None or spread is None:
        return without_limits(status, stretch, points)
    lines = around(centre, spread, asked.reach)
    drawn = Lines(unbend(lines.centre), None, unbend(lines.upper), unbend(lines.lower))
    return Fitted(
        status,
        stretch.start,
        stretch.stop,
        dict.fromkeys(stretch.columns, drawn),
        points,
        {},
        {c: lines.spot(y, NEAR) for c, y in bent.items()},
    )


def bend(value: Fraction) -> Decimal:
    """Take the root of order 3.6."""
    return SIXTY.power(decimal(value), 1 / BEND) if value else Decimal(0)


def unbend(line: Decimal | None) -> Decimal | None:
    """Take a line back to times; what lies below 0 is 0."""
    if line is None:
        return None
    return SIXTY.power(line, BEND) if line > 0 else Decimal(0)
