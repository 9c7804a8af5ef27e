"""Which parts drive an exception of the whole."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import spc
from spc.results import Exceptions
from spc.results.drivers import DOMINANCE, OUTCOMES
from tests.hierarchy.areas import areas
from tests.reference import hierarchy as twin


def force_and(*parts: tuple[float, ...], extra: float = 0.0, gaps: Any = ()) -> Exceptions:
    """Give 24 months of a small swing to each part, then the months given; the force is their sum."""
    length = len(parts[0])
    rows = [[20.0 + 2 * (t % 2) for t in range(24)] + [21.0 + step for step in part] for part in parts]
    force = np.sum(rows, axis=0)
    force[24:] += extra
    cells = np.array([force.tolist(), *rows])
    for k in gaps:
        cells[k + 1, -1] = np.nan
    names = ["Force", *list("abcdefgh")[: len(parts)]]
    assert cells.shape[1] == 24 + length
    return spc.exceptions(spc.limits(areas(cells, names=names), baseline=24))


@pytest.mark.parametrize(
    ("parts", "outcome", "words"),
    [
        ([(9,), (2,)], "one part", "driven by a (9 of the 11 above average, itself high); b as usual"),
        ([(-9,), (-2,)], "one part", "driven by a (9 of the 11 below average, itself low); b as usual"),
        (
            [(12,), (11,), (2,), (1,)],
            "two parts",
            "driven by a (12 of the 26 above average, itself high) and b (11, itself high); c and d as usual",
        ),
        (
            [(12,), (11,)],
            "spread",
            "spread over both parts, a (12 of the 23 above average, itself high) and b (11, itself high)",
        ),
        (
            [(8,), (8,), (8,), (8,)],
            "spread",
            "spread over 4 parts, the largest shares in a (8 of the 32 above average, itself high) and b (8, "
            "itself high); c and d high too",
        ),
        (
            [(30,), (-9,)],
            "one part",
            "driven by a (30 above average, more than the whole's 21, itself high); b low",
        ),
        ([(0,), (0,)], "", ""),
    ],
)
def test_what_drives_an_exception(parts, outcome, words):
    found = spc.driven_by(force_and(*parts), whole="Force")
    assert found.words[0] == words
    assert OUTCOMES[int(found.outcome[0])] == outcome
    deviation = sum(part[0] for part in parts)
    if outcome:
        side = 1 if deviation > 0 else -1
        expected, named = twin.drivers(Fraction(deviation), [part[0] for part in parts], side)
        assert expected == outcome and found.ranked(0)[: len(named)] == named


def test_the_months_of_the_pattern_are_those_that_count():
    # Eight months above the centre: a is up in all of them, b in the last alone.
    found = spc.driven_by(force_and((1,) * 8, (0,) * 7 + (1,)), whole="Force")
    assert found.months.tolist() == [8]
    assert found.deviation.tolist() == [9.0] and found.contribution.tolist() == [8.0, 1.0]
    assert found.words[0].startswith("driven by a (8 of the 9 above average in 8 months, itself high); b as")


def test_what_lies_in_no_part_can_drive_too():
    found = spc.driven_by(force_and((1,), (0,), extra=20.0), whole="Force")
    assert found.words[0] == "driven by what lies in no part (20 of the 21 above average); a and b as usual"
    assert found.rest.tolist() == [20.0]


def test_unknown_parts_are_named():
    found = spc.driven_by(force_and((29,), (2,), (0,), gaps=[2]), whole="Force")
    assert found.words[0].endswith("b as usual; c not known")
    none = spc.driven_by(force_and((9,), (2,), gaps=[0, 1]), whole="Force")
    assert none.words[0] == "not traced: no part is known in the months of the pattern"


def test_a_panel_of_parts_takes_the_limits_of_the_whole():
    both = force_and((9,), (2,))
    wholes = spc.exceptions(spc.limits(both.panel.select(area="Force"), baseline=24))
    parts = both.panel.select(area=["a", "b"])
    to = dict.fromkeys("ab", "Force")
    found = spc.driven_by(wholes, parts=parts, parents=to)
    assert found.words[0] == "driven by a (9 of the 11 above average); b as usual"
    assert not found.judged
    handed_in = spc.exceptions(spc.limits(parts, baseline=24))
    told = spc.driven_by(wholes, parts=handed_in, parents=to)
    assert told.words[0] == "driven by a (9 of the 11 above average, itself high); b as usual"
    np.testing.assert_array_equal(told.contribution, found.contribution)
    other = spc.exceptions(spc.limits(parts, baseline=20))
    with pytest.raises(spc.ChoiceError, match="judged by one baseline, got 24 and 20"):
        spc.driven_by(wholes, parts=other, parents=to)
    with pytest.raises(spc.ChoiceError, match="`parts` must be the parts' Exceptions"):
        spc.driven_by(wholes)


def test_phases_of_the_whole_are_those_of_its_parts():
    rows = np.array([[20.0 + 2 * (t % 2) + (30 if t >= 24 else 0) for t in range(49)]] * 2)
    rows[0, -1] += 20
    wholes = areas(rows.sum(axis=0)[None, :], names=["Force"])
    lim = spc.limits(wholes, phase=spc.phases_at(wholes, ["2024-07"]), baseline=24)
    to = {"part 0": "Force", "part 1": "Force"}
    found = spc.driven_by(spc.exceptions(lim), parts=areas(rows), parents=to)
    assert found.words[0].startswith("driven by part 0 (")
    assert found.contribution[1] < 2.0  # the step of July 2024 is in its centre


def test_ratios_are_weighted_with_their_denominators():
    top = [[20.0 + 2 * (t % 2) for t in range(24)] + [60.0], [10.0 + (t % 2) for t in range(24)] + [11.0]]
    below = [[100.0] * 25, [100.0] * 25]
    panel = areas([np.sum(top, axis=0), *top], of=[[200.0] * 25, *below], names=["Force", "a", "b"])
    found = spc.driven_by(spc.exceptions(spc.limits(panel, baseline=24)), whole="Force")
    assert found.deviation[0] == pytest.approx(19.75)
    np.testing.assert_allclose(found.contribution, [19.5, 0.25])
    assert (
        found.words[0]
        == "driven by a (19.5 points of the 19.8 points above average, itself high); b as usual"
    )


def test_patterns_without_a_side_are_not_traced():
    quiet = [(0.1,) * 15, (0.0,) * 15]
    limits = force_and(*quiet).limits
    rule = (spc.Rule("Hugging", zone=1.0, needed=15, span=15, asks="within"),)
    found = spc.driven_by(spc.exceptions(limits, rules=rule), whole="Force")
    assert OUTCOMES[int(found.outcome[0])] == "no side" and "no side" in found.words[0]


def test_kinds_of_exceptions_and_measures_agree():
    keys = {"area": ["Force", "a"], "measure": ["m", "m"]}
    panel = spc.Panel.from_numpy([[9.0] * 30] * 2, of=[[10.0] * 30] * 2, start="2022-01", keys=keys)
    found = spc.exceptions(spc.limits(panel, baseline=24))
    assert spc.driven_by(found, whole="Force").words.tolist() == [""]
    with pytest.raises(spc.ChoiceError, match="Force / m was judged as a ratio, which `measures` says"):
        spc.driven_by(found, whole="Force", measures=[spc.Measure("m")])
    with pytest.raises(spc.ChoiceError, match="`measures` must be a Catalogue"):
        spc.driven_by(found, whole="Force", measures="m")  # type: ignore[arg-type]


def test_a_scorecard_traces_its_exceptions():
    both = force_and((9,), (2,)).panel
    keys = {"area": both.keys["area"], "measure": ["Calls"] * 3}
    panel = spc.Panel.from_numpy(both.values, start="2022-07", keys=keys)
    measures = [spc.Measure("Calls", improvement="low")]
    card = spc.scorecard(panel, measures=measures, baseline=24)
    found = spc.driven_by(card.exceptions, whole="Force", measures=measures)
    assert found.words[0] == "driven by a (9 of the 11 above average, itself high); b as usual"


def test_the_rule_is_data():
    assert [(row.parts, row.share) for row in DOMINANCE] == [(1, 0.6), (2, 0.8)]
