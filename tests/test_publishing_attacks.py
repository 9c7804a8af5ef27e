"""What is hidden cannot be worked out: by linear programmes over all that is printed, or by papers alike."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

import spc
from spc.covers import MARK
from tests.papers import MONTHS, START, pages, row, scored


def told(card: Any) -> Iterator[tuple[list[tuple[int, int]], float]]:
    """Give the sums that a paper shows: months that add up to 3 or 12 months, of this year or last."""
    n_series, n_periods = card.panel.values.shape
    spans = [(1, 3, 0), (1, 3, 12), (2, 12, 0), (2, 12, 12)]
    for s, (k, length, back) in itertools.product(range(n_series), spans):
        total = (card.comparison.previous if back else card.comparison.current)[s, k]
        if np.isfinite(total):
            yield [(s, t) for t in range(n_periods - back - length, n_periods - back)], total


def feasible(
    card: Any, members: dict[int, list[int]], low: float = 1.0
) -> Iterator[tuple[int, int, float, float]]:
    """Attack: the least and the most that each hidden month may be, given all figures that the paper shows.

    The attacker knows the months shown, 3 and 12 months of this year and last, that the areas add up to the
    total, and that what is hidden is at least `low`.
    """
    shape = card.panel.values.shape
    lines, totals = [], []
    for cells, total in told(card):
        line = np.zeros(shape)
        line[tuple(zip(*cells, strict=True))] = 1.0
        lines.append(line.reshape(-1))
        totals.append(total)
    for (whole, areas), t in itertools.product(members.items(), range(shape[1])):
        line = np.zeros(shape)
        line[whole, t], line[areas, t] = -1.0, 1.0
        lines.append(line.reshape(-1))
        totals.append(0.0)
    bounds = [(low, None) if np.isnan(v) else (v, v) for v in card.panel.values.reshape(-1).tolist()]
    for s, t in np.argwhere(card.cover.months).tolist():
        goal = np.zeros(shape)
        goal[s, t] = 1.0
        least, most = (
            linprog(sign * goal.reshape(-1), A_eq=np.array(lines), b_eq=totals, bounds=bounds)
            for sign in (1, -1)
        )
        assert least.status == 0, least.message
        assert most.status in (0, 3), most.message
        yield s, t, float(least.fun), float("inf") if most.status == 3 else float(-most.fun)


@pytest.mark.parametrize(("zeros", "low"), [("shown", 1.0), ("hidden", 0.0)])
@pytest.mark.parametrize("seed", range(8))
def test_no_small_month_can_be_worked_out_within_its_row(seed: int, zeros: str, low: float):
    rng = np.random.default_rng(seed)
    values = rng.poisson(rng.choice([1.0, 3.0, 6.0, 9.0], size=(2, 1)), (2, MONTHS)).astype(float)
    true = scored(values)
    card = spc.publish(true, suppress_below=5, zeros=zeros)
    attacked = 0
    for s, t, least, most in feasible(card, {}, low):
        if low <= values[s, t] < 5.0:
            attacked += 1
            assert least <= low + 1e-6, (s, t, least, most)
            assert most >= 4.0 - 1e-6, (s, t, least, most)
    assert attacked


def test_three_hidden_months_take_a_fourth_with_them_where_their_sum_tells_them():
    values = np.full(MONTHS, 20.0)
    values[-3:] = 1.0
    card = spc.publish(scored(values), suppress_below=5)
    assert row(card)[:3] == [MARK, MARK, str(9 * 20 + 3)]
    assert all(most >= 4.0 for _, _, _, most in feasible(card, {}))


def test_ready_windows_do_not_tell_what_the_months_hide():
    values = np.full((1, MONTHS), 20.0)
    values[0, -2] = 3.0
    panel = spc.Panel.from_numpy(values, start=START, given={12: np.full((1, MONTHS), 223.0)})
    card = spc.publish(spc.scorecard(panel), suppress_below=5)
    assert np.isnan(card.panel.given[12]).all()


def test_the_attack_finds_what_is_not_protected():
    values = np.full(MONTHS, 20.0)
    values[-2] = 3.0
    card = spc.publish(scored(values), suppress_below=5, complementary="none")
    ((_, _, least, most),) = feasible(card, {})
    assert (round(least), round(most)) == (3, 3)


def areas(parts: Any) -> tuple[Any, Any]:
    """Give the values of a county and its three areas, and their scorecard."""
    values = np.concatenate([parts.sum(axis=0, keepdims=True), parts])
    keys = {"area": ["County", "A", "B", "C"], "measure": ["m"] * 4}
    return values, spc.scorecard(spc.Panel.from_numpy(values, start=START, keys=keys))


def ways_round() -> dict[str, Any]:
    """Give areas whose one small month could be worked out by a way round."""
    three, twelve = (np.full((3, 26), 20.0) for _ in range(2))
    county = np.tile([[20.0], [10.0], [40.0]], 26)
    three[:, -3:] = [[3.0, 0.0, 0.0], [7.0, 7.0, 7.0], [6.0, 9.0, 9.0]]
    twelve[:, -12:] = np.array([[0.0], [7.0], [9.0]])
    twelve[:, -6] = 3.0, 7.0, 6.0
    county[:, -6] = 3.0, 0.0, 0.0
    county[:, -7] = 25.0, 12.0, 30.0
    return {
        "3 months of B are the sum of its months": three,
        "12 months of B are the sum of its months": twelve,
        "a month of the county is the sum of its areas": county,
    }


@pytest.mark.parametrize("parts", ways_round().values(), ids=ways_round())
def test_what_is_hidden_cannot_be_added_up_from_what_is_shown(parts: Any):
    values, true = areas(parts)
    card = spc.publish(true, suppress_below=5, totals={"area": "County"})
    found = [(least, most) for s, t, least, most in feasible(card, {0: [1, 2, 3]}) if 0 < values[s, t] < 5]
    assert found
    assert all(least <= 1.0 + 1e-6 and most >= 4.0 - 1e-6 for least, most in found)


@pytest.mark.parametrize("usual", [(5.0, 6.0, 4.0), (2.0, 1.5, 3.0)])
@pytest.mark.parametrize("seed", range(4))
def test_areas_that_are_small_throughout_leave_more_than_one_answer(seed: int, usual: tuple[float, ...]):
    rng = np.random.default_rng(seed)
    values, true = areas(rng.poisson(np.array(usual)[:, None], (3, 26)).astype(float))
    card = spc.publish(true, suppress_below=5, totals={"area": "County"})
    found = [(least, most) for s, t, least, most in feasible(card, {0: [1, 2, 3]}) if 0 < values[s, t] < 5]
    assert len(found) > 20
    assert all(most - least >= 1.0 - 1e-6 for least, most in found)


@pytest.mark.parametrize("seed", range(4))
def test_no_small_month_can_be_worked_out_from_the_total_of_the_areas(seed: int):
    rng = np.random.default_rng(seed)
    values, true = areas(rng.poisson(np.array([[12.0], [30.0], [7.0]]), (3, 26)).astype(float))
    for totals, safe in (({"area": "County"}, True), (None, False)):
        card = spc.publish(true, suppress_below=5, totals=totals)
        found = [
            (least, most) for s, t, least, most in feasible(card, {0: [1, 2, 3]}) if 0 < values[s, t] < 5
        ]
        assert found
        assert all(least <= 1.0 + 1e-6 and most >= 4.0 - 1e-6 for least, most in found) == safe


@pytest.mark.parametrize("round_to", [None, 5])
def test_papers_that_differ_in_hidden_figures_alone_are_the_same_to_the_last_byte(round_to: int | None):
    values = np.random.default_rng(0).poisson(30.0, MONTHS).astype(float)
    values[[-5, -9, -16, -18]] = 2.0, 4.0, 1.0, 4.0
    other = values.copy()
    other[[-5, -9, -16, -18]] = 3.0, 3.0, 2.0, 3.0
    one, two = scored(values), scored(other)
    assert one.to_frame(form="numbers")["p"][0] != two.to_frame(form="numbers")["p"][0]
    assert one.exceptions.words.tolist() == two.exceptions.words.tolist()
    first, second = (spc.publish(card, suppress_below=5, round_to=round_to) for card in (one, two))
    assert first.cover.months.sum() == 4
    made = pages(first)
    for name, page in pages(second).items():
        assert page == made[name], name


def arrays(thing: Any, path: str = "card") -> Iterator[tuple[str, Any]]:
    if isinstance(thing, np.ndarray):
        yield path, thing
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from arrays(getattr(thing, field.name), f"{path}.{field.name}")
        for name, held in vars(thing).items():
            if name not in {field.name for field in fields(thing)}:
                yield from arrays(held, f"{path}.{name}")
    elif isinstance(thing, dict):
        for key, held in thing.items():
            yield from arrays(held, f"{path}[{key}]")


def test_a_published_scorecard_holds_no_hidden_number():
    values = np.random.default_rng(0).poisson(300.0, MONTHS) + 0.0
    true = scored(values, spc.Measure("m", kind="stock"))
    values[[-5, -9]] = 3.25, 2.75  # figures that nothing else can be
    true = scored(values, spc.Measure("m", kind="stock"))
    held = {name for name, cells in arrays(true) if cells.dtype.kind == "f" and (cells == 3.25).any()}
    assert held
    shown = spc.publish(true, suppress_below=5)
    for name, cells in arrays(shown):
        if cells.dtype.kind == "f":
            assert not np.isin(cells, [3.25, 2.75]).any(), name
