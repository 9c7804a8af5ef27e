"""What is published gives nothing away; remarks and the paper before stand beside the rows."""

from __future__ import annotations

import csv
import doctest
import io
import itertools
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

import spc
from spc.covers import MARK
from spc.inert import csv_text
from spc.kernels.zones import UNJUDGED
from spc.printed import scorecard_columns
from spc.tables import write_table

START = "2021-08"
MONTHS = 36


def scored(values: Any, *measures: spc.Measure, of: Any = None, **keys: Any) -> Any:
    rows = np.atleast_2d(np.asarray(values, float))
    names = keys or {"measure": [row.name for row in measures] or [f"m{i}" for i in range(len(rows))]}
    panel = spc.Panel.from_numpy(rows, start=START, of=of, keys=names)
    return spc.scorecard(panel, measures=spc.Catalogue(measures) if measures else None)


def sample_card(until: str = "2024-07") -> Any:
    sample = spc.samples.load("wiltshire_2024")
    return spc.scorecard(sample.panel.until(until), measures=sample.measures)


def row(card: Any, s: int = 0) -> list[str]:
    return card.to_frame()[["month", "m3", "m12", "change"]].values.tolist()[s]


def pages(card: Any) -> dict[str, Any]:
    """Print everything that can be made of a scorecard."""
    book = io.BytesIO()
    card.to_excel(book)
    return {
        "words": card.to_frame().to_csv(),
        "numbers": card.to_frame(form="numbers").to_csv(),
        "text": card.to_text(width=200),
        "2022": str(scorecard_columns(card, form="2022")),
        "excel": book.getvalue(),
        "html": card.to_html(),
        "panel": card.panel.to_frame().to_csv(),
        "limits": card.limits.to_frame().to_csv(),
        "exceptions": card.exceptions.to_frame().to_csv(),
        "trend": card.trend.to_frame().to_csv(),
        "comparison": card.comparison.to_frame().to_csv(),
    }


# what is small


def test_a_small_month_is_hidden_and_prints_its_mark_everywhere():
    values = np.full(MONTHS, 20.0)
    values[[-1, -2, -14]] = 3.0, 4.0, 2.0
    card = spc.publish(scored(values), suppress_below=5)
    assert row(card)[0] == MARK
    assert row(card)[2] != MARK
    assert MARK in card.to_text()
    assert np.isnan(card.panel.values[0, [-1, -2, -14]]).all()
    assert np.isnan(card.limits.centre).all()
    for name in ("phase_centre", "phase_sigma", "phase_upper", "phase_lower", "phase_total"):
        assert np.isnan(getattr(card.limits, name)).all(), name
    assert np.isnan([getattr(card.trend, name) for name in ("slope", "r", "t", "p")]).all()
    assert (card.exceptions.zones == UNJUDGED).all()
    assert "Counts from 1 to 4" in card.note
    assert card.status.tolist() == ["ok"]


@pytest.mark.parametrize(("zeros", "hidden"), [("shown", False), ("hidden", True)])
def test_zero_is_shown_or_hidden(zeros: str, hidden: bool):
    values = np.full(MONTHS, 9.0)
    values[-1] = 0.0
    card = spc.publish(scored(values), suppress_below=5, zeros=zeros)
    assert (row(card)[0] == MARK) == hidden
    assert ("Counts from 0 to 4" in card.note) == hidden


RATIOS = {
    "numerator": ("rate", 3.0, 50.0, True),
    "denominator": ("rate", 0.0, 3.0, True),
    "the rest of a proportion": ("proportion", 48.0, 50.0, True),
    "the rest of a rate": ("rate", 48.0, 50.0, False),
    "cases of a duration": ("duration", 900.0, 3.0, True),
    "seconds of a duration": ("duration", 4.0, 30.0, False),
    "large": ("rate", 20.0, 50.0, False),
}


@pytest.mark.parametrize(("kind", "value", "of", "hidden"), RATIOS.values(), ids=RATIOS)
def test_a_ratio_is_hidden_where_it_rests_on_a_small_number(kind: str, value: float, of: float, hidden: bool):
    top, base = np.full(MONTHS, 25.0), np.full(MONTHS, 50.0)
    top[-1], base[-1] = value, of
    card = scored(top, spc.Measure("m", kind=kind), of=[base])
    assert (row(spc.publish(card, suppress_below=5))[0] == MARK) == hidden


def test_times_stocks_in_days_and_ready_figures_are_no_counts_of_people():
    values = np.full((3, MONTHS), 3.0)
    rows = (
        spc.Measure("days", unit="days"),
        spc.Measure("time", kind="duration"),
        spc.Measure("rate", kind="rate"),
    )
    card = spc.publish(scored(values, *rows), suppress_below=5)
    assert not card.cover.hidden_row.any()
    assert "came ready" in card.note


def test_words_are_those_of_the_true_figures():
    true = scored(np.random.default_rng(3).poisson(6.0, (200, MONTHS)))
    shown = spc.publish(true, suppress_below=5, round_to=5)
    for name in ("trend", "exceptions", "weighting", "status"):
        assert shown.to_frame()[name].tolist() == true.to_frame()[name].tolist()
    assert (true.to_frame()["exceptions"] != "").any()


def test_nothing_asked_is_nothing_changed():
    card = sample_card()
    assert spc.publish(card).to_frame().equals(card.to_frame())
    assert spc.publish(card).to_frame(form="numbers").equals(card.to_frame(form="numbers"))


def test_without_complementary_only_small_figures_are_hidden():
    values = np.full(MONTHS, 20.0)
    values[-1] = 3.0
    for word, hidden in (("none", 1), ("row", 2)):
        card = spc.publish(scored(values), suppress_below=5, complementary=word)
        assert int(card.cover.months.sum()) == hidden


# what could be worked out


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
@pytest.mark.parametrize("seed", range(6))
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


# rounding


def test_counts_are_rounded_each_on_its_own_and_rates_follow_their_parts():
    top, base = np.full(MONTHS, 13.0), np.full(MONTHS, 52.0)
    rows = (spc.Measure("count"), spc.Measure("rate", kind="rate"))
    values = np.stack([np.full(MONTHS, 12.5), top])
    of = np.stack([np.full(MONTHS, np.nan), base])
    card = spc.publish(scored(values, *rows, of=of), round_to=5)
    assert row(card)[:3] == ["15", "40", "150"]
    assert row(card, 1)[:3] == ["30.0%", f"{100 * 40 / 155:.1f}%", f"{100 * 155 / 625:.1f}%"]
    assert set(card.panel.values[0]) == {15.0}
    assert "rounded to the nearest 5" in card.note


def test_changes_are_those_of_the_rounded_figures():
    values = np.concatenate([np.full(24, 100.0), np.full(12, 108.0)])
    card = spc.publish(scored(values, spc.Measure("m", improvement="low")), round_to=100)
    assert row(card)[2:] == ["1,300", "8.3%"]
    assert card.comparison.judgement[0, 2] == "worse"


def test_every_printed_count_of_the_sample_is_a_multiple():
    card = spc.publish(sample_card(), round_to=5)
    for s, measure in enumerate(card.measures):
        if measure.kind in ("count", "stock") and measure.unit == "number":
            assert all(int(text.replace(",", "")) % 5 == 0 for text in row(card, s)[:3])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"suppress_below": 1}, "`suppress_below` must be a whole number from 2"),
        ({"round_to": 2.5}, "`round_to` must be a whole number from 2"),
        ({"zeros": "maybe"}, "`zeros` must be one of 'shown', 'hidden'"),
        ({"complementary": "all"}, "`complementary` must be one of 'row', 'none'"),
        ({"suppress_below": 5, "totals": {"area": "X"}}, "`totals` names area = 'X', which no series has"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], sentence: str):
    with pytest.raises(spc.ChoiceError, match=sentence):
        spc.publish(scored([[9.0] * MONTHS]), **options)


def test_a_published_scorecard_is_not_hidden_twice():
    card = spc.publish(scored([[9.0] * MONTHS]), suppress_below=5)
    with pytest.raises(spc.ChoiceError, match="published before"):
        spc.publish(card, round_to=5)


# remarks

TOML = """
[[comment]]
measure = "DA Risk Level: High"
month = "2024-07"
author = "J. Doe"
text = "New risk form."

[[comment]]
measure = "ASB"
month = "Jun-24"
until = "2024-08"
text = "School holidays"

[[acknowledged]]
measure = "Abandonment Rate: All CRIB"
month = "2024-01"
until = "2024-12"
side = "high"
text = "new operating model"
"""


def test_remarks_stand_from_their_month_to_their_last(tmp_path: Path):
    (tmp_path / "remarks.toml").write_text(TOML, encoding="utf-8")
    remarks = spc.Remarks.from_toml(tmp_path / "remarks.toml")
    standing = {
        month: [remark.series["measure"] for remark in remarks if remark.stands(month)]
        for month in ("2023-12", "2024-06", "2024-07", "2024-09", "2025-01")
    }
    risk, asb, crib = (remark.series["measure"] for remark in remarks)
    assert standing == {
        "2023-12": [],
        "2024-06": [asb, crib],
        "2024-07": [risk, asb, crib],
        "2024-09": [crib],
        "2025-01": [],
    }


def test_remarks_read_back_from_csv_as_they_were(tmp_path: Path):
    hostile = ["=1+1", "'=1", "a,b", 'a"b', "@x", "-1", "ordinary"]
    rows = [
        spc.Remark({"area": area, "measure": "m"}, month="2024-07", text=text, author="=me", until="2024-09")
        for area, text in itertools.pairwise(hostile)
    ]
    rows.append(spc.Remark({"measure": "m"}, month="2024-07", text="known", kind="acknowledged", side="low"))
    spc.Remarks(rows).to_csv(tmp_path / "remarks.csv")
    assert spc.Remarks.from_csv(tmp_path / "remarks.csv") == spc.Remarks(rows)
    for cells in csv.reader(io.StringIO((tmp_path / "remarks.csv").read_text(encoding="utf-8"))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_comments_say_who_and_when_and_known_exceptions_stand_beside_them():
    rows = [
        spc.Remark({"measure": "Abandonment Rate: All CRIB"}, month="2024-01", until="2024-12", side="high",
                   kind="acknowledged", text="new operating model."),
        spc.Remark({"measure": "Call Offer Demand: CCH"}, month="2024-07", kind="acknowledged", side="high",
                   text="a surge"),
        spc.Remark({"measure": "Crime Volume: RASSO"}, month="2024-07", kind="acknowledged", text="none"),
        spc.Remark({"measure": "Volume of ASB"}, month="2024-06", until="2024-07", author="J. Doe",
                   text="Hot."),
        spc.Remark({"measure": "Volume of ASB"}, month="2024-07", author="J. Doe", text="Dry."),
    ]  # fmt: skip
    card = spc.publish(sample_card(), remarks=spc.Remarks(rows))
    table = card.to_frame().set_index("measure")
    known = table["acknowledged"]
    assert known["Abandonment Rate: All CRIB"] == "known (High): new operating model, until Dec-2024"
    assert (known != "").sum() == int(card.acknowledged.sum()) == 1
    assert table["comment"]["Volume of ASB"] == "Hot. (J. Doe, Jun-2024); Dry. (J. Doe)"
    assert table["weighting"].equals(sample_card().to_frame().set_index("measure")["weighting"])
    assert "    Known: known (High): new operating model" in card.to_text(width=150)


def test_known_rows_keep_their_weight_and_come_last_among_the_heaviest():
    known = spc.Remark(
        {"measure": "Response Rate: Priority"}, month="2024-07", kind="acknowledged", text="known"
    )
    card = spc.publish(sample_card(), remarks=spc.Remarks([known]))
    from spc.printed import heaviest

    rows = heaviest(card, None, range(card.panel.n_series))
    assert card.panel.name(rows[-1]) == "Response Rate: Priority"
    assert card.weights.weight[rows[-1]] == 25


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[remark]]\nmeasure = 'a'", "'remark' is not one of the tables"),
        ("[[comment]]\nmeasure = 'a'\nmonth = '2024-07'", "needs the keys of its series and a `text`"),
        ("[[comment]]\nmeasure = 'a'\nmonth = 'soon'\ntext = 'x'", "`month` must be a month"),
        ("[[comment]]\nmonth='2024-07'\nmeasure='a'\nuntil='2024-01'\ntext='x'", "must not lie before 2024"),
        ("[[acknowledged]]\nmonth = '2024-07'\nmeasure='a'\nside='up'\ntext='x'", "`side` must be one of"),
        ("[[comment", "is no TOML file"),
    ],
)  # fmt: skip
def test_a_side_file_that_cannot_be_meant_is_refused(text: str, sentence: str, tmp_path: Path):
    (tmp_path / "remarks.toml").write_text(text, encoding="utf-8")
    with pytest.raises(spc.InputError, match=sentence.replace("[", r"\[")):
        spc.Remarks.from_toml(tmp_path / "remarks.toml")


def test_a_remark_on_no_series_is_refused_in_its_month_alone():
    remark = spc.Remark({"measure": "Nowhere"}, month="2024-07", text="x")
    with pytest.raises(spc.InputError, match="measure = 'Nowhere', which no series has"):
        spc.publish(sample_card(), remarks=spc.Remarks([remark]))
    assert spc.publish(sample_card("2024-06"), remarks=spc.Remarks([remark])).beside == ()
    with pytest.raises(spc.InputError, match="names the key 'ward'"):
        spc.publish(
            sample_card(), remarks=spc.Remarks([spc.Remark({"ward": "x"}, month="2024-07", text="x")])
        )


# the paper before


def test_since_says_what_is_new_and_what_has_gone():
    june, july = sample_card("2024-06"), sample_card()
    table = spc.since(july, june).to_frame().set_index("measure")
    before, now = (card.to_frame().set_index("measure") for card in (june, july))
    for name, said in table.iterrows():
        parts = {side: set() for side in ("High", "Low")}
        for frame, add in ((now, True), (before, False)):
            words = frame.loc[name, "exceptions"]
            for side, held in parts.items():
                if words.endswith(side):
                    found = set(words.removesuffix(f"-Month {side}").split(", "))
                    parts[side] = (held | found) if add else held - found
        new = [f"{', '.join(w for w in ('One', 'Two', 'Three', 'Eight') if w in held)}-Month {side}"
               for side, held in parts.items() if held]  # fmt: skip
        assert said["new"] == "; ".join(new)
        assert (said["new"] != "") == said["since"].startswith("new: ")
        weights = [frame.loc[name, "weighting"] for frame in (before, now)]
        assert ("weighting" in said["since"]) == (weights[0] != weights[1])
        trends = [frame.loc[name, "trend"] for frame in (before, now)]
        assert ("trend" in said["since"]) == (trends[0] != trends[1])
    assert (table["new"] != "").any()
    assert (table["gone"] != "").any()
    assert spc.since(july, july).words.tolist() == [""] * 57


def test_revised_figures_are_told_where_they_print_otherwise():
    values = np.full((2, MONTHS), 50.0)
    before = scored(values[:, :-1])
    values[0, [5, 9]] = 60.0, 50.2  # 50.2 prints as 50
    values[0, 7] = np.nan
    found = spc.since(scored(values), before)
    assert found.revised[0] == ("Jan-2022 50 → 60", "Mar-2022 50 → none")
    assert found.words.tolist()[1] == ""
    assert found.to_frame()["revised"].tolist() == [2, 0]


def test_series_that_come_and_go_are_told():
    values = np.full((3, MONTHS), 50.0)
    before = scored(values[:, :-1], measure=["a", "b", "gone"])
    now = scored(values, measure=["new", "b", "a"])
    table = spc.since(now, before).to_frame()
    assert table["measure"].tolist() == ["new", "b", "a", "gone"]
    assert table["since"].tolist() == ["not on the page before", "", "", "not on the page any more"]
    card = spc.publish(now, before=before)
    assert card.beside[0].heading == "Since Jun-2024"
    assert card.note == "On the page of Jun-2024, but not on this one: gone"


def test_hidden_figures_do_not_come_out_as_revisions():
    values = np.full(MONTHS, 20.0)
    before = scored(values[:-1])
    values[[5, 9]] = 3.0, 40.0
    card = spc.publish(scored(values), before=before, suppress_below=5)
    assert card.beside[0].texts[0].endswith("revised: May-2022 20 → 40")
    then = values[:-1].copy()
    values[5] = 30.0
    card = spc.publish(scored(values), before=scored(then), suppress_below=5)
    assert "revised" not in card.beside[0].texts[0]


@pytest.mark.parametrize("order", ["later", "rules", "keys"])
def test_papers_that_cannot_be_compared_are_refused(order: str):
    july = sample_card()
    sample = spc.samples.load("wiltshire_2024")
    other = {
        "later": lambda: sample_card("2024-06"),
        "rules": lambda: spc.scorecard(sample.panel, measures=sample.measures, rules="western_electric"),
        "keys": lambda: scored([[1.0] * MONTHS], ward=["x"]),
    }[order]()
    now, before = (other, july) if order == "later" else (july, other)
    with pytest.raises(spc.ChoiceError, match="`before` "):
        spc.since(now, before)


def test_a_measure_whose_month_lies_before_the_calendar_is_no_trouble():
    card = scored([[3.0, 4.0, 2.0]], spc.Measure("m", lag=5))
    shown = spc.publish(card, suppress_below=5)
    shown.to_excel(io.BytesIO())
    assert row(shown) == ["", "", "", ""]


def test_the_documents_examples_run():
    for name in ("publishing.md", "excel.md"):
        page = Path(__file__).parents[1] / "docs" / name
        assert doctest.testfile(str(page), module_relative=False).failed == 0


def test_words_beside_the_page_are_inert_in_csv():
    remark = spc.Remark({"measure": "Volume of ASB"}, month="2024-07", text="=1+1")
    card = spc.publish(sample_card(), remarks=spc.Remarks([remark]))
    target = io.BytesIO()
    columns = scorecard_columns(card) | {extra.name: extra.texts for extra in card.beside}
    write_table(".csv", [columns], target)
    assert csv_text("=1+1").encode() in target.getvalue()
    assert b",=1+1" not in target.getvalue()


def test_a_rate_does_not_give_away_the_counts_that_it_rests_on():
    counts = [float(9 + t % 3) for t in range(36)]
    counts[20] = 4.0
    safe = [float(60 + t % 7) for t in range(36)]
    panel = spc.Panel.from_numpy(
        [counts, [6.0] * 36, safe, [30.0] * 36],
        start="2021-08",
        of=[[np.nan] * 36, counts, [np.nan] * 36, safe],
        keys={"measure": ["Drugs", "Drugs: positive", "Theft", "Theft: positive"]},
    )
    card = spc.publish(spc.scorecard(panel), suppress_below=5)
    assert np.isnan(card.panel.values[0, 20])
    assert np.isnan(card.panel.of[1]).all()
    assert np.isnan(card.comparison.current[1]).all()
    np.testing.assert_array_equal(card.panel.of[3], safe)


def test_remarks_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "remarks.toml"
    path.write_text(
        '[[comment]]\nmeasure = "ASB"\nmonth = "2024-07"\ntext = "new line"\n', encoding="utf-8-sig"
    )
    assert spc.Remarks.from_toml(path).rows[0].text == "new line"
