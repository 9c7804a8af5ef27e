"""Charts of counts and of parts of wholes: p, np, c, u, Laney's p' and u', Taylor's I', g."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from tests.reference import probability as laws
from tests.reference.asked import Question, Stretch, around, bounded
from tests.reference.exact import SIXTY, decimal, exact, mean, median, root, total
from tests.reference.individuals import everywhere, observed_in, plotted, without_limits
from tests.reference.limits import NO_VARIATION, OK, SHORT
from tests.reference.probability import exact_limits
from tests.reference.series import Series
from tests.reference.spots import NEAR, SAME, Fitted, Lines
from tests.reference.spread import RANGED, neighbours, screened, sigma, widened

ONE = Decimal(1)
Part = tuple[Fraction, Fraction]


def parts_in(series: Series, columns: tuple[int, ...] | range) -> dict[int, Part]:
    """Collect numerators and denominators of the months that have a ratio."""
    return {t: pair for t in columns if (pair := series.parts[t]) is not None and pair[1] != 0}


def sizes(series: Series, stretch: Stretch) -> dict[int, Fraction]:
    """Give the denominators, also of months whose numerator is missing: their lines are known."""
    assert series.of is not None
    there = {t: series.of[t] for t in stretch.columns}
    return {t: exact(below) for t, below in there.items() if below is not None and below > 0}


def level(parts: dict[int, Part]) -> Fraction:
    """Divide the sum of the numerators by the sum of the denominators."""
    return total(top for top, _ in parts.values()) / total(below for _, below in parts.values())


def binomial(share: Fraction) -> Fraction:
    """Variance of one trial."""
    return share * (1 - share)


def poisson(rate: Fraction) -> Fraction:
    """Variance of a count in one unit."""
    return rate


def by_month(
    status: str,
    stretch: Stretch,
    lines: dict[int, Lines],
    points: dict[int, Decimal],
    slack: Decimal = SAME,
) -> Fitted:
    """Give a chart whose lines differ from month to month."""
    spots = {t: lines[t].spot(point, slack) for t, point in points.items() if t in lines}
    return Fitted(status, stretch.start, stretch.stop, lines, points, {}, spots)


def of_parts(
    series: Series,
    stretch: Stretch,
    asked: Question,
    variance: Callable[[Fraction], Fraction],
    high: int | None,
    counted: bool = False,
    laney: bool = False,
) -> Fitted:
    """Sigma of month t is the root of variance / of_t; `counted` plots the numerator instead of the ratio."""
    base, here = parts_in(series, stretch.base), parts_in(series, stretch.columns)
    points = {t: decimal(top if counted else top / below) for t, (top, below) in here.items()}
    given = not laney and not isinstance(asked.centre, str)
    if not given and (len(base) < asked.min_observed or not base):
        return without_limits(SHORT, stretch, points)
    share = level(base) if isinstance(asked.centre, str) else exact(asked.centre)
    one = variance(share)
    stretched = sigma_of_z(base, share, one, asked) if laney and one > 0 else ONE
    if stretched is None:
        return without_limits(SHORT, stretch, points)
    exactly = asked.options.get("limits", "sigma") != "sigma"
    lines = {}
    for t, below in sizes(series, stretch).items():
        if exactly and one > 0:
            law = laws.binomial(below, share) if variance is binomial else laws.poisson(share * below)
            lines[t] = bounded(counted_lines(law, share, below, counted, asked), asked)
            continue
        spread = SIXTY.multiply(root(decimal(one / below)), stretched)
        times = decimal(below) if counted else ONE
        drawn = around(SIXTY.multiply(decimal(share), times), SIXTY.multiply(spread, times), asked.reach)
        if exactly:
            drawn = replace(drawn, sigma=None)
        lines[t] = bounded(drawn, asked, low=0, high=None if high is None else high * times)
    status = OK if one > 0 and stretched > 0 else NO_VARIATION
    fitted = by_month(status, stretch, lines, points, NEAR if laney else SAME)
    return replace(fitted, zones="limits") if exactly else fitted


def counted_lines(law: laws.Law, share: Fraction, below: Fraction, counted: bool, asked: Question) -> Lines:
    """Give the exact limits of a count, or of the ratio that it makes."""
    unit = ONE if counted else decimal(below)
    low, high = exact_limits(law, asked.width)
    centre = decimal(share * below if counted else share)
    return Lines(centre, None, SIXTY.divide(high, unit), SIXTY.divide(low, unit))


def sigma_of_z(base: dict[int, Part], share: Fraction, one: Fraction, asked: Question) -> Decimal | None:
    """Laney (2002), Quality Engineering 14, 531-537: sigma of the z scores from their moving ranges."""
    z = {t: SIXTY.divide(decimal(a / b - share), root(decimal(one / b))) for t, (a, b) in base.items()}
    if len({a / b for a, b in base.values()}) == 1:
        return Decimal(0)  # one ratio throughout: the scores differ by their months' sizes alone
    scores = {t: Fraction(score) for t, score in z.items()}
    if not isinstance(asked.sigma, str):
        return decimal(exact(asked.sigma))
    return sigma(scores, asked.sigma, asked.gaps, asked.screen, asked.constants, asked.autocorrelation)


def p(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Proportions."""
    return of_parts(series, stretch, asked, binomial, 1)


def np(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Numbers of so many; their lines follow the denominators."""
    return of_parts(series, stretch, asked, binomial, 1, counted=True)


def u(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Counts by unit."""
    return of_parts(series, stretch, asked, poisson, None)


def p_prime(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Proportions whose spread is not binomial."""
    return of_parts(series, stretch, asked, binomial, 1, laney=True)


def u_prime(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Rates whose spread is not Poisson's."""
    return of_parts(series, stretch, asked, poisson, None, laney=True)


def i_prime(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Taylor (2017), the normalized individuals chart: each range over what the two months' sizes make of it.

    |x_a - x_b| / sqrt(1 / d_a + 1 / d_b) has the mean sigma sqrt(2 / pi); sigma is that of a month of size 1.
    """
    base, here = parts_in(series, stretch.base), parts_in(series, stretch.columns)
    points = {t: decimal(top / below) for t, (top, below) in here.items()}
    steps = []
    for a, b in neighbours(dict.fromkeys(base, Fraction(0)), asked.gaps):
        (x, m), (y, n) = base[a], base[b]
        steps.append(Fraction(SIXTY.divide(decimal(abs(x / m - y / n)), root(decimal(1 / m + 1 / n)))))
    if asked.screen == "ranges":
        steps = screened(steps, asked.constants)
    if len(base) < asked.min_observed or not steps:
        return without_limits(SHORT, stretch, points)
    assert isinstance(asked.sigma, str)
    one = RANGED[asked.sigma](steps, asked.constants) * root(Decimal(2))
    one = widened(one, {t: top / below for t, (top, below) in base.items()}, asked.autocorrelation)
    lines = {
        t: bounded(around(decimal(level(base)), SIXTY.divide(one, root(decimal(below))), asked.reach), asked)
        for t, below in sizes(series, stretch).items()
    }
    return by_month(OK if one > 0 else NO_VARIATION, stretch, lines, points, NEAR)


def c(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Counts: sigma is the root of their mean."""
    cells = list(observed_in(series, stretch.base).values())
    points = plotted(series, stretch)
    if isinstance(asked.centre, str) and (len(cells) < asked.min_observed or not cells):
        return without_limits(SHORT, stretch, points)
    centre = mean(cells) if isinstance(asked.centre, str) else exact(asked.centre)
    lines = bounded(around(decimal(centre), root(decimal(centre)), asked.reach), asked, low=0)
    status = OK if centre > 0 else NO_VARIATION
    kind = asked.options.get("limits", "sigma")
    if kind == "sigma":
        return everywhere(status, stretch, lines, points)
    if centre == 0:
        fitted = everywhere(status, stretch, replace(lines, sigma=None), points)
        return replace(fitted, zones="limits")
    spread = total((cell - centre) ** 2 for cell in cells) / (len(cells) - 1)
    law = laws.poisson(centre) if kind == "exact" else laws.negative_binomial(centre, spread)
    low, high = exact_limits(law, asked.width)
    fitted = everywhere(status, stretch, bounded(Lines(decimal(centre), None, high, low), asked), points)
    return replace(fitted, zones="limits")


def g(series: Series, stretch: Stretch, asked: Question) -> Fitted:
    """Numbers of cases between events, geometric: sigma = sqrt(mean (mean + 1)).

    Kaminsky, Benneyan, Davis and Burke (1992), Journal of Quality Technology 24, 63-69.
    """
    cells = list(observed_in(series, stretch.base).values())
    points = plotted(series, stretch)
    if len(cells) < asked.min_observed or not cells:
        return without_limits(SHORT, stretch, points)
    centre = mean(cells)
    lines = bounded(around(decimal(centre), root(decimal(centre * (centre + 1))), asked.reach), asked, low=0)
    if asked.options.get("limits") == "exact" and centre > 0:
        low, high = exact_limits(laws.geometric(centre), asked.width)
        lines = bounded(Lines(None, None, high, low), asked)
    middle = median(cells) if asked.options.get("middle") == "median" else centre
    lines = replace(lines, centre=decimal(middle), sigma=None)
    fitted = everywhere(OK if centre > 0 else NO_VARIATION, stretch, lines, points, NEAR)
    return replace(fitted, zones="limits")
