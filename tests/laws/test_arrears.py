"""A law: a measure in arrears is reported on one month, whichever verb is asked."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spc
from spc.measures import measures_of
from spc.panel import Ends

LAG, N_PERIODS = 3, 36
MEASURES = ("slow", "fast")
AREAS = ("Force", "County", "Swindon")
#: The month of the paper, and the month of which the slow measure has its last figure there.
PAPER, FIGURE = "2024-07", "2024-04"


def panel(n_periods: int = N_PERIODS) -> spc.Panel:
    """Return the percentages 20 + t of the force, of 100 asked; the slow one lacks its last months."""
    force = 20.0 + np.arange(N_PERIODS)
    county = np.floor(force / 3)
    values = np.repeat([force, county, force - county], 2, axis=0)
    values[::2, N_PERIODS - LAG :] = np.nan
    of = np.repeat([[100.0], [50.0], [50.0]], 2, axis=0)
    keys = {"area": np.repeat(AREAS, 2), "measure": np.tile(MEASURES, 3)}
    cut = np.s_[:, :n_periods]
    whole = np.broadcast_to(of, values.shape)
    return spc.Panel.from_numpy(values[cut], start="2021-08", of=whole[cut], keys=keys)


def catalogue(lag: int = LAG) -> list[spc.Measure]:
    return [
        spc.Measure("slow", kind="proportion", improvement="high", lag=lag),
        spc.Measure("fast", kind="proportion", improvement="high"),
    ]


def _of_card(card: spc.Scorecard) -> Any:
    force = [card.panel.name(s) for s in range(card.panel.n_series)].index("Force / slow")
    return card.comparison.current[[force, force + len(AREAS)], 0]


def _said(found: Any) -> list[float]:
    """Read the force's numerator from the sentences: "County and Swindon make 52 of 52: they add up."."""
    texts = [re.search(r" of (\d+):", words) for words in found.words]
    return [float("nan") if text is None else float(text[1]) for text in texts]


@dataclass(frozen=True)
class Verb:
    """A verb that takes measures and a month, asked of single months where it can be.

    `figure` finds the percentages of the force in what it returns: of the slow measure, then of the fast one.
    """

    ask: Callable[..., Any]
    figure: Callable[[Any], Any]

    def __call__(self, given: spc.Panel, **asked: Any) -> Any:
        return np.asarray(self.figure(self.ask(given, **asked)), np.float64)


MONTH: dict[str, Any] = {"window": 1}
VERBS = {
    "compare": Verb(partial(spc.compare, windows=1), lambda found: found.current[:2, 0]),
    "contributions": Verb(
        partial(spc.contributions, whole="Force", windows=1), lambda found: found.whole_current[:, 0]
    ),
    "funnel": Verb(partial(spc.funnel, **MONTH), lambda found: found.value[:2]),
    "parts": Verb(partial(spc.parts, whole="Force"), _said),
    "rank": Verb(partial(spc.rank, n_draws=100, **MONTH), lambda found: found.value[:2]),
    "records": Verb(partial(spc.records, windows=1), lambda found: found.value[:2, 0]),
    "scorecard": Verb(spc.scorecard, _of_card),
    "survey": Verb(partial(spc.survey, **MONTH), lambda found: found.estimate[:2]),
    # a year that begins in April has one month in April
    "year_to_date": Verb(partial(spc.year_to_date, starts=4), lambda found: found.current[:2]),
}
every_verb = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
#: Verbs of which one month for all is asked, and none of each series.
OF_ALL = ("contributions", "parts", "scorecard")
each_month = pytest.mark.parametrize("name", sorted(set(VERBS) - set(OF_ALL)))


def test_the_table_names_every_verb_that_takes_measures_and_a_month():
    """Without this the law would not be asked of the next verb."""
    public = {name: getattr(spc, name) for name in spc.__all__}
    takes = {
        name
        for name, verb in public.items()
        if inspect.isfunction(verb) and {"measures", "as_at"} <= set(inspect.signature(verb).parameters)
    }
    assert takes == set(VERBS)


@every_verb
@pytest.mark.parametrize("as_at", [None, PAPER])
def test_a_measure_in_arrears_has_its_own_month_under_every_verb(verb: Verb, as_at: Any):
    slow, fast = verb(panel(), measures=catalogue(), as_at=as_at)
    assert slow == pytest.approx(20.0 + N_PERIODS - 1 - LAG, rel=1e-12)
    assert fast == verb(panel(), measures=catalogue(0), as_at=as_at)[1] > slow


@pytest.mark.parametrize("name", sorted(set(VERBS) - {"parts"}))
def test_all_that_is_told_of_it_is_what_was_told_in_its_month(name: str):
    """Rows of the slow measure, but for those of `parts`, which tells every month."""
    late = VERBS[name].ask(panel(), measures=catalogue()).to_frame()
    then = VERBS[name].ask(panel(N_PERIODS - LAG), measures=catalogue(0)).to_frame()
    key = "whole_measure" if name == "contributions" else "measure"
    slow, expected = (frame[frame[key] == "slow"].reset_index(drop=True) for frame in (late, then))
    assert len(slow) == (2 if name == "contributions" else len(AREAS))
    pd.testing.assert_frame_equal(slow, expected, check_exact=True)


@each_month
def test_a_month_of_each_series_is_that_of_its_figure(name: str):
    """It is taken as it is, as `limits` and `trend` take it, which know of no lag."""
    months = [FIGURE, PAPER] * len(AREAS)
    assert VERBS[name](panel(), measures=catalogue(), as_at=months)[0] == pytest.approx(
        20.0 + N_PERIODS - 1 - LAG, rel=1e-12
    )


@every_verb
def test_what_lies_before_the_data_is_not_known(verb: Verb):
    """A lag that leads out of the calendar ends in no month, and never in the last one."""
    found = np.asarray(verb(panel(), measures=catalogue(), as_at="2021-09"), np.float64)
    assert np.isnan(found[0]) and (np.isnan(found[1]) or found[1] == pytest.approx(21.0))


def test_a_month_before_the_calendar_is_no_month_whatever_the_lag():
    rows = measures_of(panel(), catalogue())
    assert rows.ends(panel(), "2021-08").tolist() == [-1, 0] * len(AREAS)
    assert rows.ends(panel()).tolist() == [N_PERIODS - 1 - LAG, N_PERIODS - 1] * len(AREAS)
    given = rows.ends(panel(), FIGURE)
    assert rows.ends(panel(), Ends(given)).tolist() == given.tolist()
