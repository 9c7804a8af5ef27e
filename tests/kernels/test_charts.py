"""limits(chart=...): the lines, points and status of every chart, and its masks, against the twins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spc
from tests.panels import JIT_OFF, Sample, fewer, make, samples
from tests.reference import limits as old
from tests.reference.asked import Question
from tests.reference.charts import chart as twin_chart
from tests.reference.limits import NO_DATA, NO_VARIATION, OK, SHORT
from tests.reference.patterns import marks
from tests.reference.presets import PRESETS
from tests.reference.spots import Fitted, Lines

FIELDS = ("centre", "sigma", "ucl", "lcl")


@dataclass(frozen=True)
class Asked:
    """One way of asking for a chart, for the library and for its twin."""

    chart: str
    question: Question = field(default_factory=Question)
    baseline: Any = None
    as_at: int | None = None

    def __str__(self) -> str:
        plain = Question()
        said = {name: value for name, value in vars(self.question).items() if value != getattr(plain, name)}
        return " ".join([self.chart, *(f"{name} {value}" for name, value in said.items())])

    def limits(self, panel: spc.Panel) -> spc.Limits:
        """Ask the library."""
        q = self.question
        cuts = [panel.months[cut] for cut in q.cuts]
        given: dict[str, Any] = {name: getattr(q, name) for name in PLAIN} | dict(q.options)
        if self.baseline is not None:
            given["baseline"] = self.baseline
        return spc.limits(
            panel,
            chart=self.chart,
            phase=spc.phases_at(panel, cuts) if cuts else None,
            as_at=None if self.as_at is None else panel.months[self.as_at],
            exclude={panel.months[t]: "a known cause" for t in q.excluded},
            bounds=None if q.bounds == (None, None) else q.bounds,
            **given,
        )

    def twins(self, sample: Sample) -> list[list[Fitted]]:
        """Ask the twin for the phases of every series."""
        all_of = sample.twins()
        if self.as_at is not None:
            all_of = [series.until(self.as_at) for series in all_of]
        return [twin_chart(self.chart, series, self.question) for series in all_of]


PLAIN = (
    *("baseline", "centre", "sigma", "gaps", "screen", "autocorrelation"),
    *("min_observed", "constants", "width"),
)
CUTS = (17, 31)
WORDS = {"centre", "sigma", "gaps", "screen", "autocorrelation"}


def asked(chart: str, window: bool = False, as_at: int | None = None, **question: Any) -> Asked:
    """Put a question; what the chart has of its own goes to its options."""
    unheeded = WORDS - {*spc.CHARTS[chart].takes}  # the library refuses words that say nothing to a chart
    question = {k: v for k, v in question.items() if k not in unheeded or not isinstance(v, str)}
    known = {name: question.pop(name) for name in list(question) if name in Question.__dataclass_fields__}
    base = spc.Window(36, first=24) if window else None
    if window:
        known["baseline"] = old.Window(36, 24)
    return Asked(chart, Question(**known, options=question), base, as_at)


def status_expected(phases: Sequence[Fitted], has_value: bool, last: int) -> str:
    """The status is that of the phase which holds the last month, if that month has a value."""
    if not phases:
        return NO_DATA
    phase = next((phase for phase in phases if phase.start <= last < phase.stop), None)
    if phase is None:
        return SHORT
    return "no value" if phase.status in (OK, NO_VARIATION) and not has_value else phase.status


def number(value: Any) -> float:
    """Turn a line that is not there into NaN."""
    return np.nan if value is None else float(value)


def drawn(phases: Sequence[Fitted], months: int) -> Mapping[str, Any]:
    """Lay the twin's lines and points out by month."""
    found = {name: np.full(months, np.nan) for name in (*FIELDS, "points")}
    for phase in phases:
        for t in range(phase.start, phase.stop):
            lines = phase.lines.get(t, Lines())
            for name, line in zip(FIELDS, (lines.centre, lines.sigma, lines.upper, lines.lower), strict=True):
                found[name][t] = number(line)
            found["points"][t] = number(phase.points.get(t))
    return found


def check(way: Asked, sample: Sample, rules: Sequence[str] = ("nelson",)) -> None:
    """Compare everything that can be seen of a chart."""
    panel = sample.panel()
    limits = way.limits(panel)
    found = {name: getattr(limits, name) for name in (*FIELDS, "points")}
    masks = {name: spc.exceptions(limits, rules=name) for name in rules}
    last = panel.n_periods - 1 if way.as_at is None else way.as_at
    for s, phases in enumerate(way.twins(sample)):
        where = f"{way} series {s}: {sample.values[s].tolist()}"
        if sample.of is not None:
            where += f" of {sample.of[s].tolist()}"
        has_value = not np.isnan(panel.observed[s, last])
        assert limits.status[s] == status_expected(phases, has_value, last), where
        expected = drawn(phases, panel.n_periods)
        size = np.nanmax(np.abs(np.append(panel.observed[s], 1e-300)))
        held = [t for phase in phases for t in range(phase.start, phase.stop)]
        for name, row in expected.items():
            at = held if name == "points" else slice(None)
            np.testing.assert_allclose(
                found[name][s][at], row[at], rtol=1e-12, atol=1e-12 * size, err_msg=f"{name} {where}"
            )
        for preset, exceptions in masks.items():
            mask, members = marks(PRESETS[preset], phases, panel.n_periods)
            assert exceptions.mask[s].tolist() == mask, f"{preset} {where}"
            assert exceptions.members[s].tolist() == members, f"members {preset} {where}"


XMR = [
    asked("xmr", sigma="median_range"),
    asked("xmr", sigma="median_range", constants="textbook", baseline=24),
    asked("xmr", sigma="sd", window=True),
    asked("xmr", centre="median", baseline=24),
    asked("xmr", centre="median", sigma="median_range", cuts=CUTS, min_observed=5),
    asked("xmr", gaps="bridge"),
    asked("xmr", screen="ranges"),
    asked("xmr", screen="ranges", sigma="median_range", gaps="bridge", min_observed=6),
    asked("xmr", autocorrelation="widen"),
    asked("xmr", autocorrelation="widen", gaps="bridge", screen="ranges", window=True),
    asked("xmr", centre=12.5, baseline=24),
    asked("xmr", centre=12.5, sigma=1.25, width=2.5),
    asked("xmr", sigma=1.25, min_observed=3),
    asked("xmr", excluded=frozenset({3, 4, 20}), baseline=24),
    asked("xmr", excluded=frozenset({0, 9}), gaps="bridge", sigma="sd"),
    asked("xmr", bounds=(0.0, 50.0), width=3.5, baseline=24),
]
XMR_MAKERS = ["low_counts", "gaps", "ragged", "rates", "zones"]
if not JIT_OFF:
    XMR_MAKERS += ["counts", "decimals", "constants", "waves"]
OTHERS = {
    "mr": XMR_MAKERS,
    "run": [*XMR_MAKERS, "mixed"],
    "c": ["counts", "low_counts", "square_counts", "gaps", "between"],
    "p": ["parts", "tied_parts"],
    "np": ["parts", "tied_parts"],
    "u": ["parts", "tied_parts", "units"],
    "p_prime": ["parts", "tied_parts"],
    "u_prime": ["parts", "tied_parts", "units"],
    "i_prime": ["parts", "tied_parts", "units", "rates", "constant_rates"],
    "g": ["between", "low_counts"],
    "t": ["times", "between"],
    "ewma": XMR_MAKERS,
    "cusum": XMR_MAKERS,
    "ma": XMR_MAKERS,
}
WAYS: Mapping[str, Any] = {
    "all": {},
    "24": {"baseline": 24},
    "window": {"window": True, "as_at": 40},
    "phases": {"cuts": CUTS, "min_observed": 5},
    "screened": {"screen": "ranges", "autocorrelation": "widen", "baseline": 30},
    "bridged": {"gaps": "bridge", "excluded": frozenset({2, 7, 8}), "constants": "textbook", "width": 2.0},
}
OWN = [
    *(asked("run", middle="mean", baseline=24), asked("run", centre=11.0)),
    asked("mr", sigma=2.0, width=2.0),
    *(
        asked("ewma", lam=0.4, lines="asymptotic"),
        asked("ewma", lam=1.0),
        asked("ewma", centre=11.0, sigma=2.0),
    ),
    *(
        asked("cusum", k=0.25, h=4.0, head_start=0.5, baseline=24),
        asked("cusum", k=0.0, h=2.5, head_start=1.0),
    ),
    asked("cusum", reset="after signal", head_start=0.5, h=2.0, baseline=24),
    asked("cusum", reset="after signal", h=2.0, centre=11.0, sigma=2.0),
    *(asked("g", middle="median"), asked("g", middle="median", baseline=24, width=2.0)),
    *(asked("ma", span=2, baseline=24), asked("ma", span=12, window=True)),
]


@pytest.mark.parametrize("maker", XMR_MAKERS)
@pytest.mark.parametrize("way", XMR, ids=str)
def test_choices_of_xmr(way: Asked, maker: str) -> None:
    check(way, make(maker, seed=31, n=fewer(4, 2)))


@pytest.mark.parametrize(
    ("chart", "maker"), [(chart, maker) for chart, all_of in OTHERS.items() for maker in all_of]
)
@pytest.mark.parametrize("way", WAYS)
def test_charts(chart: str, maker: str, way: str) -> None:
    check(asked(chart, **WAYS[way]), make(maker, seed=32, n=fewer(4, 2)), ("minitab", "nhs_2019"))


OWN += [asked("t", centre="median", sigma="median_range"), asked("t", sigma="sd", baseline=24)]
OWN += [asked(chart, limits="exact", **WAYS[way]) for chart in ("p", "np", "c", "u", "g") for way in WAYS]
OWN += [asked(chart, centre=0.25, baseline=24) for chart in ("p", "np", "u", "p_prime", "c")]
OWN += [asked(chart, sigma="median_range", gaps="bridge") for chart in ("p_prime", "u_prime", "i_prime")]
OWN += [asked("u_prime", sigma="sd"), asked("p_prime", sigma=1.5)]
OWN += [asked("c", limits="negative_binomial", **WAYS[way]) for way in WAYS]
OWN_MAKERS = {
    "g": ["between", "low_counts"],
    "c": ["low_counts", "between", "counts", "gaps"],
    "t": ["times", "between"],
    **{chart: ["parts", "tied_parts"] for chart in ("p", "np", "u", "p_prime", "u_prime", "i_prime")},
}


@pytest.mark.parametrize(
    ("way", "maker"),
    [
        (way, maker)
        for way in OWN
        for maker in OWN_MAKERS.get(way.chart, ["counts", "gaps", "waves", "zones"])
    ],
    ids=str,
)
def test_options_of_charts(way: Asked, maker: str) -> None:
    check(way, make(maker, seed=33, n=fewer(4, 2)), ("opcc", "anhoej"))


@st.composite
def wholes(draw: st.DrawFn) -> Sample:
    """Small panels of whole parts of wholes: gaps, nothing of nothing, all, none."""
    months = draw(st.integers(1, 40))
    pair = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda two: (min(two), max(two)))
    cell = st.one_of(
        st.just((np.nan, np.nan)), st.sampled_from(draw(st.lists(pair, min_size=1, max_size=5))), pair
    )
    cells = np.array(draw(st.lists(cell, min_size=months, max_size=months)), dtype=float)
    return Sample(np.ascontiguousarray(cells[None, :, 0]), np.ascontiguousarray(cells[None, :, 1]))


@settings(max_examples=fewer(100, 25))
@given(wholes(), st.sampled_from(["p", "np", "u", "i_prime"]))
def test_parts_of_anything(sample: Sample, chart: str) -> None:
    check(asked(chart, min_observed=4), sample, ("nelson",))


@settings(max_examples=fewer(100, 25))
@given(samples(max_series=1), st.sampled_from(["run", "mr", "ewma", "ma", "xmr"]))
def test_values_of_anything(sample: Sample, chart: str) -> None:
    check(asked(chart, min_observed=4), sample, ("nelson",))
