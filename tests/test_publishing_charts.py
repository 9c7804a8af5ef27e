"""Publishing on every chart, by every rule: nothing hidden comes out, and what is told is true."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc
from spc.printed import ASIDE, FORMS, scorecard_columns
from tests.papers import pages

START = "2021-08"
MONTHS = 36
#: Months that are hidden, before the last twelve and among them, and two ways to fill them with equal sums.
HIDDEN = (-5, -9, -16, -18)
FILLED = ((2.0, 4.0, 1.0, 4.0), (3.0, 3.0, 2.0, 3.0))
CUSUM_AND_AVERAGES = ("mr", "ewma", "cusum", "ma", "r", "s")
PARTS = ("p", "np", "u", "p_prime", "u_prime", "i_prime")
SUBGROUPS = ("xbar_r", "xbar_s", "r", "s")


def panel_for(chart: str, filled: Sequence[float] = (), *, extra: int = 0) -> spc.Panel:
    """Return one row of 36 months (and `extra` more) that suits a chart, small where `filled` says so."""
    rng = np.random.default_rng(4)
    values = rng.poisson(30.0, MONTHS).astype(float)
    of = rng.poisson(200.0, MONTHS).astype(float)
    values[list(HIDDEN[: len(filled)])] = filled
    values = np.append(values, [*filled[:1], 1.0, 4.0][:extra])  # later months, small and not alike
    of = np.append(of, of[:extra])
    if chart in SUBGROUPS:
        spread = np.array([-1.0, 0.0, 1.0]) * (1.0 + np.arange(MONTHS + extra) % 3)[:, None]
        if len(filled):
            spread[list(HIDDEN)] *= filled[0] / 4.0
        return spc.Panel.from_numpy([values[:, None] + spread], start=START, keys={"measure": ["m"]})
    return spc.Panel.from_numpy(
        [values], start=START, of=[of] if chart in PARTS else None, keys={"measure": ["m"]}
    )


def kind_for(chart: str, **more: Any) -> spc.Catalogue:
    kind = "rate" if chart in PARTS else "count"
    return spc.Catalogue([spc.Measure("m", kind=kind, chart=chart, **more)])


def leaves(thing: Any, path: str = "card") -> Iterator[tuple[str, Any]]:
    """Give every array, number and text that an object holds, what it has worked out so far among them."""
    if is_dataclass(thing) and not isinstance(thing, type):
        held = {field.name: getattr(thing, field.name) for field in fields(thing)} | vars(thing)
        for name, part in held.items():
            yield from leaves(part, f"{path}.{name}")
    elif isinstance(thing, dict):
        for name, part in thing.items():
            yield from leaves(part, f"{path}[{name}]")
    elif isinstance(thing, list | tuple):
        for place, part in enumerate(thing):
            yield from leaves(part, f"{path}[{place}]")
    elif thing is not None:
        yield path, thing


def differ(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray) and one.dtype.kind == "f":
        return not np.array_equal(one, two, equal_nan=True)
    return not np.array_equal(one, two) if isinstance(one, np.ndarray) else one != two


def assert_same(first: Any, second: Any, *, printed: bool) -> None:
    """Compare all that two cards hold, and all pages made of them."""
    made, again = (pages(card) if printed else {} for card in (first, second))
    for name, page in made.items():
        assert page == again[name], name
    held, others = dict(leaves(first)), dict(leaves(second))
    assert set(held) == set(others)
    assert [name for name, cells in held.items() if differ(cells, others[name])] == []


# papers that differ in hidden figures alone


def agreed_for(chart: str, folder: Path) -> spc.charts.agreed.Agreed:
    held = spc.limits(panel_for(chart), chart=chart, baseline=24)
    return spc.save_limits(held, folder / f"{chart}.csv")


def card_of(chart: str, way: str, filled: Sequence[float], folder: Path, **asked: Any) -> Any:
    panel = panel_for(chart, filled, extra=3 if way == "as_at" else 0)
    if way == "phase":
        asked |= {"phase": spc.phases_at(panel, ["2023-02"]), "baseline": 14}
    elif way == "agreed":
        asked |= {"agreed": agreed_for(chart, folder)}
    elif way == "as_at":
        asked |= {"as_at": "2024-07"}
    return spc.scorecard(panel, measures=kind_for(chart, improvement="low", target=40.0), **asked)


def with_words_of(card: Any, other: Any) -> Any:
    """Return the card with the exceptions of another: words are told, so they may not be what differs."""
    exceptions = replace(card.exceptions, mask=other.exceptions.mask)
    return replace(card, weights=replace(other.weights, exceptions=exceptions, trend=card.trend))


@pytest.mark.parametrize(
    ("way", "round_to"), [("plain", None), ("plain", 5), ("phase", None), ("agreed", 5), ("as_at", 5)]
)
@pytest.mark.parametrize("chart", [name for name in spc.CHARTS if name != "small_count"])
def test_papers_that_differ_in_hidden_figures_alone_are_the_same(
    chart: str, way: str, round_to: int | None, tmp_path: Path
) -> None:
    if way == "agreed" and chart in ("seasonal_xmr", "forecast"):
        pytest.skip("limits of month effects and of forecasts cannot be agreed")
    one, two = (card_of(chart, way, filled, tmp_path) for filled in FILLED)
    if (chart, way) != ("seasonal_xmr", "phase"):  # months that are too few for effects are an XmR chart's
        assert one.charts.tolist() == [spc.CHARTS[chart].title]
    assert differ(one.panel.values, two.panel.values)
    assert one.trend.words.tolist() == two.trend.words.tolist()
    two = with_words_of(two, one)
    first, second = (spc.publish(card, suppress_below=5, round_to=round_to) for card in (one, two))
    assert first.cover.months.sum() == len(HIDDEN)
    assert_same(first, second, printed=(way, round_to) == ("plain", None))


# the order of the months


def fillings(months: Sequence[float], **asked: Any) -> tuple[Any, Any, Any]:
    """Give the hidden months every filling with 1 to 4, behind the true one: months, cards and papers.

    Figures hidden in support keep their values, which leaves an attacker more than is counted here.
    """
    true = np.array(months, float)
    where = np.flatnonzero((true > 0.0) & (true < 5.0))
    ways = np.array(list(itertools.product((1.0, 2.0, 3.0, 4.0), repeat=len(where))))
    rows = np.tile(true, (len(ways) + 1, 1))
    rows[1:, where] = ways
    panel = spc.Panel.from_numpy(rows, start=START, keys={"no": range(len(rows))})
    card = spc.scorecard(panel, chart="xmr", **asked)
    return rows[:, where], card, spc.publish(card, suppress_below=5)


def consistent(paper: Any) -> Any:
    """Return which rows print what the first one prints: words, figures, weightings, months, exceptions."""
    words = scorecard_columns(paper, columns=[*FORMS["2024"], *ASIDE])
    tables = [np.array([[str(cell) for cell in words[name]] for name in words if name != "no"]).T]
    tables += [paper.exceptions.mask, paper.exceptions.members, paper.panel.values, paper.comparison.current]
    tables += [np.stack([np.nan_to_num(part, nan=-1.0) for part in paper.weights.parts.values()], axis=1)]
    same = np.ones(paper.panel.n_series, np.bool_)
    for table in tables:
        for one, row in enumerate(table):
            same[one] &= not differ(np.asarray(row), np.asarray(table[0]))
    return same


WIDE = [5.0, 31.0, 9.0, 27.0, 14.0, 22.0]
ORDERED = {
    "trend of five": ("power_bi", [1.0, 2.0, 3.0, 4.0, 5.0]),
    "falling": ("power_bi", [1.0, 30.0, 25.0, 4.0, 3.0, 2.0, 1.0]),
    "alternating": ((spc.Rule("Zigzag", asks="swing", needed=4, span=4),), [1.0, 3.0, 2.0, 4.0, 3.0]),
    "over a gap": ((spc.Rule("Up", asks="step", needed=4, span=4, gaps="bridge"),), [1, 2, 3, np.nan, 4, 5]),
    "past a tie": ((spc.Rule("Up", asks="step", needed=4, span=4, ties="skip"),), [1, 2, 3, 3, 4, 5]),
}


@pytest.mark.parametrize(("rules", "last"), ORDERED.values(), ids=ORDERED)
def test_the_order_of_hidden_months_is_not_told(rules: Any, last: list[float]) -> None:
    months = (WIDE * 6)[: MONTHS - len(last)] + last
    hidden, true, paper = fillings(months, rules=rules)
    assert true.exceptions.words[0] != ""
    assert paper.exceptions.words[0] == ""
    assert np.isnan(paper.weights.weight[0])
    left = hidden[1:][consistent(paper)[1:]]
    assert (left == hidden[0]).all(axis=1).any()
    assert all(len(set(column)) > 1 for column in left.T.tolist()), left


def rows_of(*months: Sequence[float], **asked: Any) -> Any:
    panel = spc.Panel.from_numpy(np.array(months, float), start=START)
    return spc.scorecard(panel, chart="xmr", **asked)


def test_an_order_of_months_that_are_shown_is_told() -> None:
    rising = [*(WIDE * 5), 20.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    before = [*rising[:-6], 2.0, *rising[-5:]]
    within = [*rising[:-5], 4.0, *rising[-4:]]
    true = rows_of(rising, before, within, rules="power_bi")
    paper = spc.publish(true, suppress_below=5)
    assert true.exceptions.words.tolist() == ["Trend of five points High"] * 3
    assert paper.exceptions.words.tolist() == ["Trend of five points High"] * 2 + [""]
    assert paper.cover.hidden_row.tolist() == [False, True, True]
    assert (paper.cover.untold != 0).tolist() == [False, False, True]
    assert "are not told where they would take in a hidden month" in paper.note
    assert "take in" not in spc.publish(rows_of(rising), suppress_below=5).note


def test_runs_and_crossings_are_not_told_where_any_month_is_hidden() -> None:
    steady = [20.0, 9.0] * 12 + [30.0] * 12
    small = [3.0, *steady[1:]]
    true = rows_of(steady, small, rules="anhoej")
    paper = spc.publish(true, suppress_below=5)
    assert true.exceptions.words[0] == true.exceptions.words[1] != ""
    assert paper.exceptions.words.tolist() == [true.exceptions.words[0], ""]
    assert not paper.exceptions.mask[1].any()


def test_the_weight_of_a_row_gives_no_untold_rule_away() -> None:
    rules = (spc.Rule("Up", asks="step", needed=4, span=4), *spc.RULES["opcc"])
    weighting = spc.Weighting("mine", {"Up": 7.0} | dict.fromkeys([r.name for r in rules[1:]], 2.0), 9, 5, 3)
    rise, fall = ([*(WIDE * 5), 14.0, *last] for last in ([1, 2, 3, 4, 5], [4, 3, 2, 1, 5]))
    true = rows_of(rise, fall, rules=rules, weighting=weighting)
    paper = spc.publish(true, suppress_below=5)
    assert true.weights.parts["Up"].tolist() == [7.0, 0.0]
    assert paper.to_frame()["weighting"].tolist() == ["", ""]
    for part in (paper.weights.weight, *paper.weights.parts.values()):
        assert np.isnan(part).all()
    small = spc.publish(spc.scorecard(true.panel, chart="ewma", rules=rules), suppress_below=5)
    assert not np.isnan(small.weights.weight).any()  # no such rule is asked of averages


def test_what_is_not_told_is_not_gone_since_the_paper_before() -> None:
    months = [*(WIDE * 5), 20.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    july = rows_of(months, rules="power_bi")
    august = rows_of([*months, 4.0], rules="power_bi")
    said = spc.publish(august, suppress_below=5, before=july).beside[0].texts[0]
    assert "gone: Trend of five points High" in spc.since(august, july).words[0]
    assert "Trend of five" not in said
    assert "weighting" not in said


# words


def words(card: Any) -> dict[str, list[str]]:
    return {name: column.tolist() for name, column in scorecard_columns(card, columns=[*ASIDE]).items()}


def test_words_of_a_hidden_row_are_true_and_say_no_more_than_may_be_told() -> None:
    values = np.array([60.0, 70.0] * 18)
    hidden = values.copy()
    hidden[-1] = 4.0
    empty = values.copy()
    empty[[-1, 3]] = np.nan, 3.0
    measures = [spc.Measure(name, improvement="high", target=10.0) for name in "abc"]
    panel = spc.Panel.from_numpy([values, hidden, empty], start=START, keys={"measure": list("abc")})
    true = spc.scorecard(panel, measures=spc.Catalogue(measures), chart="xmr")
    told, shown = words(true), words(spc.publish(true, suppress_below=5))
    assert told["assurance"] == ["passes", "passes", "passes"]
    assert shown["assurance"] == ["passes", "", ""]
    assert told["variation"] == shown["variation"] == ["common cause", "special cause concerning", ""]
    assert told["warnings"][1] != ""
    assert told["warnings"][2].endswith("ends early")
    assert shown["warnings"] == [told["warnings"][0], "", "ends early"]
    assert shown["chart"] == [spc.CHARTS["xmr"].title] * 3


def test_a_step_nearby_is_told_and_an_untold_pattern_is_no_common_cause() -> None:
    values = np.array([*(WIDE * 5), 20.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    panel = spc.Panel.from_numpy([values], start=START)
    phase = spc.phases_at(panel, ["2023-04"])
    true = spc.scorecard(panel, phase=phase, baseline=12, chart="xmr", rules="power_bi")
    told, shown = words(true), words(spc.publish(true, suppress_below=5))
    assert told["variation"] == ["special cause neutral"]
    assert shown["variation"] == [""]
    assert "step nearby" in told["warnings"][0]
    assert shown["warnings"] == ["step nearby"]


def test_words_of_a_rounded_row_are_those_of_its_true_limits() -> None:
    values = np.array([100.0, 102.0] * 18)
    measure = spc.Measure("m", improvement="high", target=95.0)
    panel = spc.Panel.from_numpy([values], start=START, keys={"measure": ["m"]})
    true = spc.scorecard(panel, measures=spc.Catalogue([measure]), chart="xmr")
    shown = spc.publish(true, round_to=50)
    assert float(shown.limits.lcl[0, -1]) == 100.0 > 95.0  # the rounded limit would pass
    assert float(true.limits.lcl[0, -1]) == pytest.approx(95.682, abs=1e-3)
    strict = replace(measure, target=96.0)
    true = spc.scorecard(panel, measures=spc.Catalogue([strict]), chart="xmr")
    shown = spc.publish(true, round_to=50)
    assert words(shown).pop("evidence") == ["not tested"]  # a p of true counts would tell them
    said, kept = words(true), words(shown)
    assert all(kept[name] == said[name] for name in said if name != "evidence")
    assert words(shown)["assurance"] == ["hit or miss"] == shown.assurance.assurance.tolist()
    assert "autocorrelation" in words(shown)["warnings"][0]


# what stays


VALUES = [name for name in spc.CHARTS if name not in CUSUM_AND_AVERAGES]


@pytest.mark.parametrize("chart", VALUES)
def test_charts_of_the_months_plot_the_rounded_months(chart: str) -> None:
    card = spc.publish(spc.scorecard(panel_for(chart), measures=kind_for(chart)), round_to=5)
    points = card.limits.points[0]
    rounded = card.panel.values if chart == "np" else card.panel.observed
    assert not np.isnan(points).any()
    assert points.tolist() == rounded[0].tolist()
    assert np.isin(card.panel.values % 5.0, 0.0).all()


@pytest.mark.parametrize("chart", VALUES)
def test_charts_of_the_months_plot_those_that_are_not_hidden(chart: str) -> None:
    true = spc.scorecard(panel_for(chart, FILLED[0]), measures=kind_for(chart))
    card = spc.publish(true, suppress_below=5)
    seen = ~card.cover.months[0]
    assert seen.sum() == MONTHS - len(HIDDEN)
    assert card.limits.points[0, seen].tolist() == true.limits.points[0, seen].tolist()
    assert np.isnan(card.limits.points[0, ~seen]).all()
    assert np.isnan([getattr(card.limits, name) for name in ("centre", "sigma", "ucl", "lcl")]).all()


@pytest.mark.parametrize("chart", CUSUM_AND_AVERAGES)
def test_averages_sums_and_spreads_are_left_out_and_the_months_stay(chart: str) -> None:
    card = spc.publish(spc.scorecard(panel_for(chart), measures=kind_for(chart)), round_to=5)
    assert np.isnan(card.limits.points).all()
    assert np.isnan(card.limits.ucl).all()
    assert not np.isnan(card.panel.values).any()
    assert card.limits.months.below is None or np.isnan(card.limits.months.below).all()


@pytest.mark.parametrize("chart", PARTS)
def test_limits_that_follow_the_denominators_do_not_tell_them(chart: str) -> None:
    true = spc.scorecard(panel_for(chart), measures=kind_for(chart))
    card = spc.publish(true, round_to=5)
    for name in ("sigma", "ucl", "lcl"):
        assert not np.isnan(getattr(true.limits, name)).all()
        assert np.isnan(getattr(card.limits, name)).all(), name
    centre = card.limits.centre[0]
    if chart == "np":  # n times the mean proportion
        assert np.isnan(centre).all()
    else:
        assert {f"{line:.3g}" for line in true.limits.centre[0]} == {f"{line:g}" for line in centre}


def test_lines_of_the_season_are_rounded_as_the_months_are() -> None:
    card = spc.publish(
        spc.scorecard(panel_for("seasonal_xmr"), measures=kind_for("seasonal_xmr")), round_to=5
    )
    for name in ("centre", "sigma", "ucl", "lcl"):
        lines = getattr(card.limits, name)
        assert not np.isnan(lines).all()
        assert np.isin(lines[~np.isnan(lines)] % 5.0, 0.0).all()


@pytest.mark.parametrize("options", [{"suppress_below": 5}, {"round_to": 5}], ids=str)
@pytest.mark.parametrize("chart", ["xmr", "p", "cusum", "seasonal_xmr"])
def test_months_after_the_one_reported_on_are_not_published(chart: str, options: dict[str, int]) -> None:
    card = spc.scorecard(panel_for(chart), measures=kind_for(chart, lag=2), as_at="2024-05")
    end = int(card.limits.ends[0])
    assert end == MONTHS - 5
    paper = spc.publish(card, **options)
    parts = [paper.panel.values, paper.limits.points]
    parts += [] if paper.panel.of is None else [paper.panel.of]
    for cells in parts:
        assert np.isnan(cells[:, end + 1 :]).all()
    assert not np.isnan(paper.panel.values[:, : end + 1]).any()


def test_a_row_that_is_neither_hidden_nor_rounded_keeps_its_chart() -> None:
    values = np.stack([panel_for("xmr", FILLED[0]).values[0], panel_for("xmr").values[0]])
    true = spc.scorecard(spc.Panel.from_numpy(values, start=START), chart="cusum")
    paper = spc.publish(true, suppress_below=5)
    for name in ("points", "below", "centre", "upper", "lower"):
        whole, shown = getattr(true.limits.months, name), getattr(paper.limits.months, name)
        assert np.isnan(shown[0]).all()
        assert np.array_equal(shown[1], whole[1], equal_nan=True)


def test_what_an_exception_says_of_a_hidden_month_is_as_the_document_has_it() -> None:
    quiet = np.zeros((4, MONTHS))
    quiet[:, 8], quiet[:, -1] = 5.0, [1.0, 2.0, 3.0, 4.0]
    true = spc.scorecard(spc.Panel.from_numpy(quiet, start=START))
    paper = spc.publish(true, suppress_below=5)
    assert paper.cover.months[:, -1].all()
    assert not paper.cover.months[:, :24].any()
    assert paper.exceptions.words.tolist() == ["", "", "", "One-Month High"]
    assert spc.publish(true, suppress_below=5, zeros="hidden").cover.months[:, :24].any(axis=1).all()


@pytest.mark.parametrize(
    ("policy", "last"),
    [({"gaps": "bridge"}, [6.0, 7.0, np.nan, 8.0, 9.0]), ({"ties": "skip"}, [6.0, 7.0, 7.0, 8.0, 9.0])],
    ids=str,
)
def test_a_pattern_that_passes_over_gaps_or_ties_reaches_further_back(
    policy: dict[str, str], last: list[float]
) -> None:
    rules = (spc.Rule("Up", asks="step", needed=4, span=4, **policy),)
    true = rows_of([*(WIDE * 5), 4.0, *last], rules=rules)
    paper = spc.publish(true, suppress_below=5)
    assert true.exceptions.words.tolist() == ["Up High"]
    assert paper.exceptions.words.tolist() == [""]


def test_what_was_found_on_the_way_to_the_limits_is_not_kept() -> None:
    true = rows_of(panel_for("xmr", FILLED[0]).values[0])
    found = replace(true.limits, phase_shape=np.array([2.5]), phase_screened=np.array([3]))
    exceptions = replace(true.exceptions, limits=found)
    card = replace(true, weights=replace(true.weights, exceptions=exceptions))
    paper = spc.publish(card, suppress_below=5)
    assert np.isnan(paper.limits.phase_shape).all()
    assert not paper.limits.phase_screened.any()
    assert paper.trend.naive_strength.tolist() == [-1]
