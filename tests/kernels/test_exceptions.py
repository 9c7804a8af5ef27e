"""exceptions(): the mask of every month, bit by bit, and the printed words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import spc
from tests.kernels.cases import CASES, EVERY, Case
from tests.panels import Sample, fewer, make, samples
from tests.reference import rules as twin
from tests.reference.rules import ZoneRule


def as_rows(rules: list[ZoneRule]) -> tuple[spc.Rule, ...]:
    """Write the twin's rules as rows of the library."""
    return tuple(spc.Rule(f"{rule.name}-Month", zone=rule.zone, needed=rule.k, span=rule.m) for rule in rules)


OPTIONS = {
    "opcc": ("opcc", twin.opcc()),
    "western_electric": ("western_electric", twin.WESTERN_ELECTRIC),
    "options": (None, twin.opcc(two=(2, 3), three=(4, 5), eight=7)),
    "six": (None, twin.opcc(eight=6)),
    "nine": (None, [*twin.opcc(eight=9), ZoneRule("Half", 3, 4, 1.5), ZoneRule("Any", 1, 15, 0.0)]),
}


def check(case: Case, sample: Sample, rules: str = "opcc") -> None:
    asked, rows = OPTIONS[rules]
    panel = sample.panel()
    found = spc.exceptions(case.limits(panel), rules=asked or as_rows(rows))
    assert found.mask.shape == panel.values.shape
    assert found.mask.dtype == np.uint32
    last = panel.n_periods - 1 if case.as_at is None else case.as_at
    for s, (series, charts) in enumerate(zip(sample.twins(), case.twins(sample), strict=True)):
        expected = [twin.bits(rows, series.observed, charts, t) for t in range(panel.n_periods)]
        assert found.mask[s].tolist() == expected, f"series {s}: {sample.values[s].tolist()}"
        if rules == "opcc":
            assert found.words[s] == twin.label(twin.completed(rows, series.observed, charts, last))


@pytest.mark.parametrize("maker", EVERY)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_masks_are_those_of_the_twin(case: Case, maker: str) -> None:
    check(case, make(maker, seed=11, n=fewer(12, 6)))


@pytest.mark.parametrize("maker", ["counts", "low_counts", "rates", "near_ties", "gaps"])
@pytest.mark.parametrize("rules", OPTIONS)
def test_other_rows(rules: str, maker: str) -> None:
    for name in ("textbook", "phases"):
        check(CASES[name], make(maker, seed=12, n=fewer(10, 6)), rules)


@settings(max_examples=fewer(120, 25))
@given(samples())
def test_masks_of_anything(sample: Sample) -> None:
    for name in ("few months", "all", "window"):
        check(CASES[name], sample)


def test_the_panels_do_raise_flags() -> None:
    flagged = dict.fromkeys(EVERY, 0)
    for maker in EVERY:
        found = spc.exceptions(CASES["textbook"].limits(make(maker, seed=11, n=16).panel()))
        flagged[maker] = int(np.count_nonzero(found.mask))
    quiet = {maker for maker, months in flagged.items() if not months}
    assert quiet == {"constants", "constant_rates"}


def test_a_month_on_a_line_and_one_beside_it() -> None:
    """Textbook sigma 1: centre 10.564, so 13.564 is on the limit and its neighbours are not."""
    for last, expected in (
        (13.564, 0),
        (np.nextafter(13.564, 99), 1),
        (np.nextafter(13.564, 0), 0),
        (7.564, 0),
        (np.nextafter(7.564, 0), 2),
    ):
        panel = spc.Panel.from_numpy([10.0, 11.128] * 12 + [last], start="2022-01")
        limits = spc.limits(panel, baseline=24, constants="textbook")
        one = spc.exceptions(limits, rules=spc.RULES["opcc"][:1])
        assert one.mask[0, -1] == expected, last


@pytest.mark.parametrize("zone", [0.3, 0.7, 1.1, 1.5, 2.66, 3.0])
def test_a_zone_is_the_decimal_that_it_prints_as(zone: float) -> None:
    rule = spc.Rule("one", zone=zone, needed=1, span=1)
    on_the_line = round(10.564 + zone, 4)
    for last, expected in (
        (on_the_line, 0),
        (np.nextafter(on_the_line, 99), 1),
        (np.nextafter(on_the_line, 0), 0),
    ):
        panel = spc.Panel.from_numpy([10.0, 11.128] * 12 + [last], start="2022-01")
        limits = spc.limits(panel, baseline=24, constants="textbook")
        assert spc.exceptions(limits, rules=(rule,)).mask[0, -1] == expected, last


@pytest.mark.parametrize(
    ("baseline", "zone"),
    [([0.1, 0.2, -0.3] * 8, 0.0), ([46.284, 67.716] * 12, 3.0), ([-67.716, -46.284] * 12, 3.0)],
)
def test_a_month_on_a_line_at_nought(baseline: list[float], zone: float) -> None:
    """The line is 0 on paper and 1e-14 in floats: the months, not the line, say what is near."""
    panel = spc.Panel.from_numpy([[*baseline, 0.0]], start="2022-01")
    limits = spc.limits(panel, baseline=24, constants="textbook")
    assert spc.exceptions(limits, rules=(spc.Rule("one", zone=zone, needed=1, span=1),)).mask[0, -1] == 0
