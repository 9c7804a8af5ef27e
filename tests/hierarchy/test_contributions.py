"""Contributions of the parts to a change of the whole; rate and mix."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spc
from tests.hierarchy.areas import areas
from tests.panels import make, recorded, samples
from tests.reference import hierarchy as twin
from tests.reference.series import Series


def year_apart(*rows: tuple[float, float], names: Any = None) -> spc.Panel:
    """Make parts with one value in the first 12 months and another in the 13th."""
    return areas([[before] * 12 + [now] for before, now in rows], names=names, start="2023-07")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(400, 520), (300, 330)], "a accounts for 120 of the 150 more, b 30."),
        ([(300, 270), (400, 280)], "b accounts for 120 of the 150 fewer, a 30."),
        ([(400, 580), (300, 270)], "150 more in all: a 180 more, b 30 fewer."),
        ([(400, 420), (300, 280)], "No change in all: a 20 more, b 20 fewer."),
        ([(400, 400), (300, 300)], "No change, in all or in any part."),
        ([(400, 419), (300, 300)], "a accounts for all of the 19 more."),
        ([(np.nan, 20), (300, 310)], "a (new) accounts for 20 of the 30 more, b 10."),
        (
            [(10, 110), (10, 60), (10, 20), (10, 15), (10, 12)],
            "a accounts for 100 of the 167 more, b 50, c 10, 2 others 7.",
        ),
        (
            [(10, 110), (10, 60), (10, 20), (10, 15), (50, 12)],
            "127 more in all: a 100 more, b 50 more, e 38 fewer, 2 others 15 more.",
        ),
    ],
)
def test_changes_in_words(rows, words):
    panel = year_apart(*rows, names=list("abcde")[: len(rows)])
    found = spc.contributions(panel, by=[], windows=1)
    assert found.words(most=3)[0] == words


def test_a_given_whole_leaves_a_rest():
    panel = year_apart((1000, 1160), (400, 520), (300, 330), names=["Force", "County", "Swindon"])
    found = spc.contributions(panel, whole="Force", windows=(1, 12))
    assert found.rest[0, 0] == 10.0
    assert np.round(found.share[:, 0], 4).tolist() == [0.75, 0.1875]
    assert found.words(1)[0] == (
        "County accounts for 120 of the 160 more, Swindon 30, what lies in no part 10."
    )
    assert found.words(12)[0] == "The change is not known: the whole is not known in the earlier window."
    with pytest.raises(spc.ChoiceError, match="`window` must be one of"):
        found.words(3)


def test_shares_may_pass_one_and_are_none_without_a_change():
    found = spc.contributions(year_apart((400, 580), (300, 270)), by=[], windows=1)
    assert found.share[:, 0].tolist() == [1.2, -0.2]
    still = spc.contributions(year_apart((400, 420), (300, 280)), by=[], windows=1)
    assert np.isnan(still.share).all() and still.contribution[:, 0].tolist() == [20.0, -20.0]


def test_parts_that_appear_end_or_are_late():
    nan = np.nan
    old = [5.0] * 18
    ended = [5.0] * 10 + [nan] * 8  # silent for 8 months
    late = [5.0] * 17 + [nan]
    new = [nan] * 10 + [3.0] * 8
    names = ["old", "ended", "new"]
    found = spc.contributions(areas([old, ended, new], names=names), by=[], windows=(1, 3))
    states = found.to_frame().set_index(["area", "window"])["state"]
    assert states[("new", 1)] == "new" and states[("ended", 1)] == "ended" and states[("old", 3)] == "both"
    assert found.contribution.tolist() == [[0.0, 0.0], [-5.0, -15.0], [3.0, 9.0]]
    assert found.words(1)[0] == "2 fewer in all: ended (ended) 5 fewer, new (new) 3 more."
    waiting = spc.contributions(areas([old, late], names=["old", "late"]), by=[], windows=1)
    assert waiting.words(1)[0] == "The change is not known: the window is not complete (late not known)."
    assert np.isnan(waiting.contribution[1, 0])
    absent_is_none = spc.contributions(areas([old, late]), by=[], windows=1, missing="leave out")
    assert absent_is_none.contribution[:, 0].tolist() == [0.0, -5.0]
    strict = spc.contributions(areas([old, ended, new]), by=[], windows=1, missing="missing")
    assert np.isnan(strict.whole_change[0, 0])


def test_a_part_that_is_not_known_goes_to_the_rest_of_a_given_whole():
    panel = areas(
        [[100.0] * 12 + [130.0], [40.0] * 12 + [60.0], [60.0] * 12 + [np.nan]], names=["Force", "a", "late"]
    )
    found = spc.contributions(panel, whole="Force", windows=1)
    assert found.rest[0, 0] == 10.0
    assert found.words(1)[0] == "a accounts for 20 of the 30 more, 10 not accounted for (late not known)."
    for late, whole, words in (
        (np.nan, 100.0, "No change in all; late not known."),
        (np.nan, 105.0, "5 more in all: 5 more not accounted for (late not known)."),
        (60.0, 105.0, "5 more in all: 5 more in no part."),
        (60.0, 100.0, "No change, in all or in any part."),
    ):
        rows = [[100.0] * 12 + [whole], [40.0] * 13, [60.0] * 12 + [late]]
        panel = areas(rows, names=["Force", "a", "late"])
        assert spc.contributions(panel, whole="Force", windows=1).words(1)[0] == words


def test_a_gap_shows_in_the_figures():
    panel = areas([[0.311], [0.31]], names=["Force", "a"])
    assert spc.parts(panel, whole="Force").words[0] == "a makes 0.310 of 0.311 (99.7%); 0.001 lie in no part."
    panel = year_apart((10.0, 28.0), (5.0, 5.01), names=["a", "b"])
    words = spc.contributions(panel, by=[], windows=1).words(1)[0]
    assert words == "a accounts for 18.00 of the 18.01 more, b 0.01."


def test_where_nobody_is_heard_of_nobody_is_new():
    quiet = [np.nan] * 5
    panel = areas([quiet + [4.0] * 9, quiet + [6.0] * 9, quiet + [11.0] * 9], names=["a", "b", "Force"])
    for options in ({"by": []}, {"whole": "Force"}):
        found = spc.contributions(panel, windows=1, against="2022-08", **options)
        assert np.isnan(found.whole_change[0, 0]) and np.isnan(found.contribution).all()
        assert set(found.to_frame()["state"]) == {"missing"}
    refused = areas([[4.0] * 14, [np.nan] * 14])
    refused = replace(refused, refused=np.array([False, True]))
    found = spc.contributions(refused, by=[], windows=1, missing="leave out")
    assert np.isnan(found.whole_change[0, 0]) and found.contribution[0, 0] == 0.0


def test_each_whole_ends_with_the_month_of_its_measure():
    """A month to compare with is a paper's too: July's paper against March's is June against February."""
    values = [[1, 2, 4, 8, 16, np.nan], [10, 20, 40, 80, 160, 320]] * 2
    keys = {"area": ["a", "a", "b", "b"], "measure": ["late", "now"] * 2}
    panel = spc.Panel.from_numpy(values, start="2024-02", keys=keys)
    asked: Any = {"by": "measure", "measures": [spc.Measure("late", lag=1), spc.Measure("now")]}
    before = spc.contributions(panel, windows=(1, 2), against="before", **asked)
    assert before.months[:, 1].tolist() == [["2024-06", "2024-04"], ["2024-07", "2024-05"]]
    assert before.whole_change.tolist() == [[16.0, 36.0], [320.0, 720.0]]
    march = spc.contributions(panel, windows=1, against="2024-03", **asked)
    assert march.months[:, 0].tolist() == [["2024-06", "2024-02"], ["2024-07", "2024-03"]]
    assert march.whole_change[:, 0].tolist() == [30.0, 600.0]
    first = spc.contributions(panel, windows=1, as_at="2024-02", against="before", **asked)
    assert first.months[:, 0].tolist() == [["", ""], ["2024-02", ""]]
    assert first.whole_current[1, 0] == 20.0 and np.isnan(first.whole_current[0, 0])
    assert np.isnan(first.whole_change).all() and first.words()[0].startswith("The change is not known")


def test_against_the_stretch_before_or_any_month():
    panel = areas([[1, 2, 3, 4, 5, 9], [1, 1, 1, 1, 1, 1]], start="2024-02", names=["a", "b"])
    before = spc.contributions(panel, by=[], windows=3, against="before")
    assert before.months.tolist() == [[["2024-07", "2024-04"]]]
    assert before.contribution[:, 0].tolist() == [12.0, 0.0]
    any_month = spc.contributions(panel, by=[], windows=1, against="2024-03")
    assert any_month.contribution[0, 0] == 7.0
    for wrong in ("last year", "2030-01"):
        with pytest.raises(spc.ChoiceError, match="`against` must be"):
            spc.contributions(panel, by=[], windows=1, against=wrong)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("length", [1, 3, 12])
def test_rate_and_mix_effects_are_their_twins_and_leave_nothing(seed, length):
    rng = np.random.default_rng([40, seed])
    n, months = 5, 26
    of = rng.integers(0, 40, (n, months)).astype(float)
    of[rng.integers(0, n), :] = 0.0 if seed % 2 else 7.0
    values = np.floor(of * rng.uniform(0, 1.2, (n, months)))
    found = spc.contributions(areas(values, of=of), by=[], windows=length)
    series = [Series(recorded(a), recorded(b)) for a, b in zip(values, of, strict=True)]
    expected = twin.contributions(series, length, months - 1, months - 13)
    for k, effects in enumerate(expected):
        assert found.rate_effect[k, 0] == pytest.approx(float(100 * effects.rate), abs=1e-12)
        assert found.mix_effect[k, 0] == pytest.approx(float(100 * effects.mix), abs=1e-12)
    change = float(100 * sum((one.both for one in expected), Fraction(0)))
    late, early = (slice(months - length - back, months - back) for back in (0, 12))
    rates = [Fraction(values[:, s].sum()) / Fraction(of[:, s].sum()) for s in (late, early)]
    assert change == pytest.approx(float(100 * (rates[0] - rates[1])), abs=1e-12)  # the twin leaves nothing
    assert found.whole_change[0, 0] == pytest.approx(change, abs=1e-12) and found.rest[0, 0] == 0.0


def test_counts_are_their_twins():
    one = make("counts", 41, n=8)
    found = spc.contributions(areas(one.values), by=[], windows=(1, 3, 12))
    last = one.values.shape[1] - 1
    for k, length in enumerate((1, 3, 12)):
        expected = twin.contributions(one.twins(), length, last, last - 12)
        assert found.contribution[:, k].tolist() == [float(effects.both) for effects in expected]


def test_mix_alone_and_rate_alone():
    # Two parts at 10% and 50%; only their weights change: 50/50 to 25/75.
    mix = areas(
        [[5] * 12 + [5], [25] * 12 + [75]], of=[[50] * 12 + [50], [50] * 12 + [150]], names=["a", "b"]
    )
    found = spc.contributions(mix, by=[], windows=1)
    np.testing.assert_allclose(found.rate_effect[:, 0], 0.0, atol=1e-12)
    # 30% to 40%; around their average of 35%: (10 - 35) x -0.25 and (50 - 35) x 0.25
    np.testing.assert_allclose(found.mix_effect[:, 0], [6.25, 3.75], rtol=1e-12)
    assert found.words(1)[0] == "Up 10.0 points: a 6.3 (rate 0.0, mix 6.3), b 3.8 (rate 0.0, mix 3.8)."
    rate = areas([[5] * 12 + [10], [25] * 12 + [25]], of=[[50] * 13] * 2, names=["a", "b"])
    only = spc.contributions(rate, by=[], windows=1)
    np.testing.assert_allclose(only.rate_effect[:, 0], [5.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(only.mix_effect[:, 0], 0.0, atol=1e-12)


def test_a_rate_with_a_given_whole_has_its_rest():
    top = [[60] * 12 + [70], [20] * 12 + [30], [30] * 12 + [30]]
    below = [[200] * 12 + [200], [80] * 12 + [80], [100] * 12 + [100]]
    panel = areas(top, of=below, names=["Force", "a", "b"])
    found = spc.contributions(panel, whole="Force", windows=1)
    np.testing.assert_allclose(found.contribution[:, 0], [5.0, 0.0], atol=1e-12)
    assert found.whole_change[0, 0] == pytest.approx(5.0) and found.rest[0, 0] == 0.0
    panel = areas([[60] * 12 + [80], *top[1:]], of=below, names=["Force", "a", "b"])
    assert spc.contributions(panel, whole="Force", windows=1).rest[0, 0] == pytest.approx(5.0)


def test_durations_are_told_in_time():
    keys = {"area": ["a", "b"], "measure": ["Answer", "Answer"]}
    panel = spc.Panel.from_numpy(
        [[600] * 12 + [1200], [600] * 13], of=[[10] * 13] * 2, start="2023-07", keys=keys
    )
    measures = [spc.Measure("Answer", kind="duration", improvement="low")]
    found = spc.contributions(panel, by="measure", measures=measures, windows=1)
    assert found.words()[0] == "Up 00:00:30: a 00:00:30 (rate 00:00:30, mix 00:00:00)."


@given(samples(max_series=5, max_months=20), st.sampled_from(["gaps", "missing", "leave out"]))
def test_contributions_and_rest_make_the_change_of_any_panel(one, missing):
    panel = one.panel()
    if len(set(panel.is_ratio.tolist())) > 1:
        panel = panel.select(panel.is_ratio)
    found = spc.contributions(panel, by=[], windows=(1, 3), against="before", missing=missing)
    assert all(found.words()) and len(found.to_frame()) == 2 * panel.n_series
    known = np.nansum(found.contribution, axis=0) + found.rest[0]
    size = np.nanmax(np.abs(np.concatenate([found.current, found.previous])), initial=1.0)
    there = ~np.isnan(found.whole_change[0])
    np.testing.assert_allclose(known[there], found.whole_change[0, there], atol=1e-11 * size)
    rolled = spc.roll_up(panel, by=[], missing=missing)
    gaps = spc.parts(panel, whole=rolled, missing=missing)
    assert (gaps.gap[~np.isnan(gaps.gap)] == 0.0).all() and gaps.words[0]
    judged = [spc.exceptions(spc.limits(each, min_observed=2)) for each in (rolled, panel)]
    traced = spc.driven_by(judged[0], parts=judged[1])
    assert bool(traced.words[0]) == bool(judged[0].at[0])
    assert len(traced.to_frame()) == int(traced.outcome[0] > 0)
