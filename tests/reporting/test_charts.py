"""Every chart as it is drawn: curves, lines, marks, targets, uprights, read back from their coordinates."""

from __future__ import annotations

import re

import numpy as np
import pytest

import spc
from spc.portrait import portrait
from spc.reporting.chart_svg import control_chart
from spc.reporting.svg import frame_of, sparkline
from tests.reporting.chart_cards import (
    CUT,
    EVERY,
    MONTHS,
    PLOTS,
    STEP,
    TARGET,
    Drawing,
    card_of,
    panel_for,
    scale_of,
    shown_of,
)

every_chart = pytest.mark.parametrize("chart", EVERY)


def drawing(chart: str) -> Drawing:
    return Drawing(control_chart(shown_of(chart), 0, MONTHS))


@every_chart
def test_curves_and_dots_stand_where_their_points_are(chart):
    limits, drawn = card_of(chart).limits, drawing(chart)
    sums = [limits.points[0]]
    if chart == "cusum":
        sums.append(limits.months.below[0])
    assert len(drawn.paths("l")) == len(drawn.paths("pt")) == len(sums)
    for kind in ("l", "pt"):
        for path, points in zip(drawn.paths(kind), sums, strict=True):
            expected = {t: drawn.y(v * scale_of(chart)) for t, v in enumerate(points) if np.isfinite(v)}
            found = drawn.curve(path)
            assert found.keys() == expected.keys()
            assert len(found) >= 58
            assert all(abs(found[t] - expected[t]) < 0.3 for t in expected)


@every_chart
def test_lines_stand_where_limits_has_them(chart):
    limits, drawn, scale = card_of(chart).limits, drawing(chart), scale_of(chart)
    centre: dict[int, list[float]] = {}
    edges: dict[int, list[float]] = {}
    for kind, found in (("c", centre), ("li", edges)):
        for path in drawn.paths(kind):
            for t, heights in drawn.levels(path).items():
                found.setdefault(t, []).extend(heights)
    sums, most = PLOTS[chart] == "sums", 1.0 if scale > 1.0 else np.inf
    for t in range(MONTHS):
        lines = [limits.ucl[0, t], limits.lcl[0, t]]
        told = [v * scale for v in lines if np.isfinite(v) and (sums or v > 0.0) and v < most]
        assert np.allclose(sorted(edges.get(t, [])), sorted(drawn.y(told)), atol=0.3), (chart, t)
        middle = [v * scale for v in limits.centre[0, t : t + 1] if np.isfinite(v)]
        assert np.allclose(centre.get(t, []), drawn.y(middle), atol=0.3), (chart, t)
    assert len(centre) >= (36 if chart == "forecast" else 58)  # a year of each phase is not foretold
    assert (not edges) == (chart == "run")


def test_the_lower_line_of_a_cusum_is_drawn_below_nought():
    levels = drawing("cusum").levels("".join(drawing("cusum").paths("li")))
    assert all(len(set(levels[t])) == 2 for t in range(MONTHS))
    assert card_of("cusum").limits.lcl[0, -1] < 0.0


@every_chart
def test_marks_stand_at_their_months_and_points(chart):
    card, drawn = card_of(chart), drawing(chart)
    mask = card.exceptions.mask[0]
    found = drawn.marks()
    high, low = 0x55555555, 0xAAAAAAAA
    sided = {
        (t, side) for t in range(MONTHS) for side, bits in (("High", high), ("Low", low)) if mask[t] & bits
    }
    assert found.keys() == sided
    lower = card.limits.points if chart != "cusum" else card.limits.months.below
    for (t, side), (y, _) in found.items():
        points = lower if side == "Low" else card.limits.points
        moved = 6.6 if (t, "High") in found and (t, "Low") in found else 0.3
        assert abs(y - drawn.y(points[0, t] * scale_of(chart))) < moved
    assert sided, "nothing is marked, so nothing is tested"


def test_low_marks_of_a_cusum_lie_on_its_lower_sum():
    lows = [t for t, side in drawing("cusum").marks() if side == "Low"]
    assert lows
    assert all(card_of("cusum").limits.months.below[0, t] < 0.0 for t in lows)


@every_chart
def test_inks_agree_with_variation(chart):
    card = card_of(chart)
    codes = card.assurance.variation_code[0]
    words = {"g": 1, "w": 2, "n": 4}
    for (t, side), (_, ink) in drawing(chart).marks().items():
        assert codes[t] & words[ink[0]], (t, side, ink)
        assert (ink[0] == "n") == (PLOTS[chart] == "spreads")
        assert ink[0] == "n" or (ink[0] == "g") == (side == "Low")  # low is better


@every_chart
def test_only_averages_have_the_values_behind_them(chart):
    drawn = drawing(chart)
    behind = drawn.paths("fa")
    assert bool(behind) == (chart in ("ewma", "ma"))
    for path in behind:
        values = card_of(chart).panel.observed[0]
        assert np.allclose(list(drawn.curve(path).values()), drawn.y(values), atol=0.3)


@every_chart
def test_a_target_stands_only_on_the_scale_of_the_value(chart):
    drawn = drawing(chart)
    levels = drawn.levels("".join(drawn.paths("tg")))
    if PLOTS[chart] in ("spreads", "sums"):
        assert not levels
        assert "target" not in drawn.svg
        return
    goals = np.full(MONTHS, TARGET)
    if chart == "np":
        goals = 0.6 * card_of(chart).panel.of[0]
    assert all(np.allclose(levels[t], drawn.y(goals[t]), atol=0.3) for t in range(MONTHS))


@every_chart
def test_an_axis_is_in_the_unit_of_the_points(chart):
    texts = drawing(chart).texts
    assert all(text.endswith("%") for text in texts) == (scale_of(chart) == 100.0)
    points = card_of(chart).limits.plotted
    most = max(float(np.nanmax(np.abs(cells))) for cells in points.values()) * scale_of(chart)
    top = max(abs(float(text.rstrip("%").replace(",", ""))) for text in texts)
    assert top < 12.0 * most  # and not 100 times as much


@every_chart
def test_phases_and_steps_stand_upright_with_their_reasons(chart):
    drawn = drawing(chart)
    uprights = [drawn.month(float(x)) for x in re.findall(r'class="st" d="M([\d.]+) ', drawn.svg)]
    assert np.allclose(sorted(uprights), [CUT - 0.5, STEP - 0.5], atol=0.02)
    assert "new system<" in drawn.svg
    assert "a new form<" in drawn.svg
    line = sparkline(shown_of(chart), 12, MONTHS)
    assert [len(re.findall(rf'class="{kind}" d="M', line)) for kind in ("rb", "st")] == [1, 1]


def test_a_phase_that_begins_with_a_known_step_has_one_upright():
    card = spc.scorecard(panel_for("xmr"), measures=[measure()], phase="steps", baseline=24)
    one = portrait(card, 0)
    assert one.uprights == ((STEP, "a new form"),)
    assert control_chart(one, 0, MONTHS).count('class="st"') == 1
    assert 'class="st"' not in sparkline(one, 12, MONTHS)
    assert 'class="rb"' in sparkline(one, 12, MONTHS)


def measure(**fields):
    steps = (spc.Step("2022-08", "a new form"),)
    return spc.Measure("M", **{"chart": "xmr", "steps": steps, **fields})


def test_two_reasons_of_one_month_stand_at_one_upright():
    panel = panel_for("xmr")
    phase = spc.phases_at(panel, ["2022-08"], ["moved"])
    one = portrait(spc.scorecard(panel, measures=[measure()], phase=phase, baseline=24), 0)
    assert one.uprights == ((STEP, "a new form; moved"),)


def test_a_phase_before_the_window_is_no_new_beginning():
    panel = panel_for("xmr")
    phase = spc.phases_at(panel, ["2019-12"], ["long ago"])
    assert portrait(spc.scorecard(panel, measures=[measure()], phase=phase), 0).rebases == ()


def test_a_phase_without_a_figure_at_first_begins_where_it_was_cut():
    panel = panel_for("xmr")
    values = panel.values.copy()
    values[0, CUT : CUT + 2] = np.nan
    panel = spc.Panel.from_numpy(values, start="2019-08", keys={"measure": ["M"]})
    phase = spc.phases_at(panel, [panel.months[CUT]])
    one = portrait(spc.scorecard(panel, measures=[measure()], phase=phase, baseline=24), 0)
    assert [begun.at for begun in one.rebases] == [CUT]
    assert one.uprights[0] == (CUT, "new limits")


@every_chart
def test_curves_with_a_memory_do_not_join_phases(chart):
    for path in drawing(chart).paths("l"):
        ends = [round(drawing(chart).month(float(x))) for x in re.findall(r"M([\d.]+) ", path)]
        assert (CUT in ends or CUT + 1 in ends) == spc.CHARTS[chart].memory, ends


def test_marks_of_both_sides_stand_apart():
    values = np.r_[np.random.default_rng(2).normal(100, 5, 29).round(), 230, 225, 220, 215, 210, 205, 200]
    panel = spc.Panel.from_numpy([values], start="2021-08", keys={"measure": ["M"]})
    one = portrait(spc.scorecard(panel, measures=[spc.Measure("M", chart="xmr")], rules="nelson"), 0)
    drawn = Drawing(control_chart(one, 0, 36))
    found = drawn.marks()
    high, low = found[35, "High"][0], found[35, "Low"][0]
    at = drawn.y(200.0)
    assert high + 5.0 * 0.7 <= at + 0.3  # the base of each triangle stays on its own side of the point
    assert low - 5.0 * 0.7 >= at - 0.3
    assert (29, "Low") not in found
    assert abs(found[29, "High"][0] - drawn.y(230.0)) < 0.3  # alone it lies on its point


def test_reasons_keep_clear_of_each_other_and_of_the_names_of_lines():
    long = "W" * 90
    steps = tuple(spc.Step(month, long) for month in ("2021-01", "2021-02", "2021-04", "2022-06"))
    one = portrait(spc.scorecard(panel_for("xmr"), measures=[measure(steps=steps)]), 0)
    svg = control_chart(one, 0, MONTHS)
    boxes = []
    for kind, x, y, text in re.findall(r'class="sn( r)?" x="([^"]*)" y="([^"]*)">([^<]*)<', svg):
        wide = 6.0 * len(text)
        left = float(x) - wide if kind else float(x)
        assert left >= 74.0
        assert left + wide <= 742.0
        boxes.append((left, left + wide, float(y)))
    assert len(boxes) == 4
    for i, (left, right, y) in enumerate(boxes):
        for begin, end, other in boxes[:i]:
            assert right <= begin or end <= left or abs(y - other) >= 13.9


def test_a_reason_is_written_where_it_covers_few_points():
    values = np.r_[np.full(30, 10.0), np.full(30, 50.0)] + np.arange(60) % 2
    panel = spc.Panel.from_numpy([values], start="2019-08", keys={"measure": ["M"]})
    steps = (spc.Step("2019-10", "low down here"), spc.Step("2023-12", "high up here"))
    one = portrait(spc.scorecard(panel, measures=[measure(steps=steps, chart="run")]), 0)
    found = re.findall(r'class="sn[^"]*" x="[^"]*" y="([^"]*)">([^<]*)<', control_chart(one, 0, 60))
    heights = {text: float(y) for y, text in found}
    drawn = Drawing(control_chart(one, 0, 60))
    assert abs(heights["low down here"] - 4.0 - drawn.y(10.5)) > 8.0
    assert abs(heights["high up here"] - 4.0 - drawn.y(50.5)) > 8.0


@every_chart
def test_a_trend_line_has_every_curve_where_its_points_are(chart):
    one, limits = shown_of(chart), card_of(chart).limits
    frame = frame_of(one, 24, MONTHS, (5.0, 181.0, 5.0, 29.0))
    sums = [limits.points[0]] if chart != "cusum" else [limits.points[0], limits.months.below[0]]
    drawn = re.findall(r'<path class="l" d="([^"]*)"', sparkline(one, 24, MONTHS))
    assert len(drawn) == len(sums)
    for path, points in zip(drawn, sums, strict=True):
        pairs = [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]
        months = [t for t in range(24, MONTHS) if np.isfinite(points[t])]
        expected = [(frame.x(t), frame.y(points[t] * scale_of(chart))) for t in months]
        assert np.allclose(pairs, expected, atol=0.06)
