"""Choices that are numbers, pinned on both sides; and numbers that stand twice because numba wants them."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

import spc
from spc import arrays, ties
from spc.kernels import families, shifts, zones

MONTHS = [float(t % 3) for t in range(36)]


def rows(*series: list[float]) -> spc.Panel:
    names = [f"m{s}" for s in range(len(series))]
    return spc.Panel.from_numpy(list(series), start="2021-08", keys={"measure": names})


def test_constants_of_the_kernels_are_those_of_the_rooms():
    assert zones.TIE == ties.TIE
    assert zones.EXACT == families.EXACT == shifts.EXACT == arrays.WHOLE_LIMIT


def test_rare_is_under_five_a_month():
    under, five = [5.0] * 23 + [4.0] + [5.0] * 12, [5.0] * 36
    limits = spc.limits(rows(under, five), chart="auto", baseline=24)
    assert limits.phase_small.tolist() == [True, False]


@pytest.mark.parametrize(("kind", "small"), [("count", True), ("stock", False), ("median", False)])
def test_auto_is_for_counts(kind: str, small: bool):
    card = spc.scorecard(rows(MONTHS), measures=[spc.Measure("m0", kind=kind)])
    assert card.limits.phase_small.tolist() == [small]


def test_small_count_asked_of_everything_is_for_counts_alone():
    measures = [spc.Measure("m0", kind="duration"), spc.Measure("m1")]
    card = spc.scorecard(rows(MONTHS, MONTHS), measures=measures, chart="small_count")
    assert card.limits.phase_small.tolist() == [False, True]


def test_long_names_keep_their_ends():
    names = [
        f"E05009371 / De Beauvoir / Hackney / {kind}"
        for kind in ("Burglary in a dwelling", "Theft from shops")
    ]
    panel = spc.Panel.from_numpy([MONTHS, MONTHS], start="2021-08", keys={"measure": names})
    text = spc.scorecard(panel).to_text(width=100)
    assert "dwelling " in text
    assert "shops " in text


def test_the_catalogue_has_the_word_under_auto():
    measures = [spc.Measure("m0", chart="xmr"), spc.Measure("m1")]
    assert spc.scorecard(rows(MONTHS, MONTHS), measures=measures).limits.phase_small.tolist() == [False, True]
    assert not spc.scorecard(rows(MONTHS, MONTHS), measures=measures, chart="xmr").limits.phase_small.any()


def test_what_is_older_than_first_is_not_used_nor_is_what_was_given_for_it():
    given = {12: [[80.0] * 36]}
    panel = spc.Panel.from_numpy([MONTHS], start="2021-08", given=given, keys={"measure": ["m"]})
    card = spc.scorecard(panel, measures=[spc.Measure("m", kind="median", unit="number", first="2023-08")])
    assert np.isnan(card.panel.values[0, :24]).all()
    assert np.isnan(card.panel.given[12][0, :24]).all()
    assert card.comparison.previous[0, 2] != 80.0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_starts_threads_of_its_own():
    panel = spc.Panel.from_numpy(np.random.default_rng(1).normal(size=(4_000, 60)), start="2019-08")
    spc.set_threads(2)
    try:
        expected = spc.limits(panel).centre[:, -1].sum()
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            os._exit(0 if spc.limits(panel).centre[:, -1].sum() == expected else 1)
        assert os.waitpid(child, 0)[1] == 0
    finally:
        spc.set_threads(None)


def test_the_console_has_a_heading_for_each_group():
    sample = spc.samples.load("wiltshire_2024")
    text = spc.scorecard(sample.panel, measures=sample.measures).to_text(width=150).splitlines()
    groups = list(dict.fromkeys(measure.group for measure in sample.measures))
    assert len(groups) == 11
    assert [line for line in text if line in groups] == groups
    few = spc.scorecard(sample.panel, measures=sample.measures).to_text(width=150, top=1)
    assert "Response Rate: Priority" in few
    assert "The 1 heaviest of 57 series." in few
