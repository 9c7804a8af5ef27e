"""Every chart by name: the phases of one series with their status, lines, points and what is judged."""

from collections.abc import Callable, Mapping

from tests.reference import attributes, individuals, memory
from tests.reference.asked import Question, Stretch, stretches
from tests.reference.series import Series
from tests.reference.spots import Fitted

CHARTS: Mapping[str, Callable[[Series, Stretch, Question], Fitted]] = {
    "xmr": individuals.xmr,
    "mr": individuals.mr,
    "run": individuals.run,
    "t": individuals.t,
    "p": attributes.p,
    "np": attributes.np,
    "c": attributes.c,
    "u": attributes.u,
    "p_prime": attributes.p_prime,
    "u_prime": attributes.u_prime,
    "i_prime": attributes.i_prime,
    "g": attributes.g,
    "ewma": memory.ewma,
    "cusum": memory.cusum,
    "ma": memory.ma,
}


def chart(name: str, series: Series, asked: Question) -> list[Fitted]:
    """Give the phases of a series on a chart; none where nothing was ever observed."""
    return [CHARTS[name](series, stretch, asked) for stretch in stretches(series.observed, asked)]
