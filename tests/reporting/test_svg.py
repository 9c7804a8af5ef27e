"""Trend lines and control charts: gaps, marks, bands, axes; read back from their coordinates."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import spc
from spc.portrait import distinct_texts, fine_text, portrait
from spc.reporting.chart_svg import control_chart, ticks
from spc.reporting.svg import frame_of, line_path, number, sparkline
from spc.wording import unit_of

NAN = math.nan


def one_of(values, **measure):
    panel = spc.Panel.from_numpy([values], start="2021-08", keys={"measure": ["M"]})
    return portrait(spc.scorecard(panel, measures=spc.Catalogue([spc.Measure("M", **measure)])), 0)


def noise(n=36, seed=3):
    return np.random.default_rng(seed).normal(100.0, 5.0, n).round(1)


def paths(svg: str, kind: str) -> list[str]:
    return re.findall(rf'<path class="{kind}" d="([^"]*)"', svg)


def test_a_gap_is_a_gap():
    values = noise()
    values[[5, 20, 22]] = NAN
    (line,) = paths(sparkline(one_of(values), 0, 36), "l")
    runs = line.split("M")[1:]
    assert [len(run.split()) // 2 for run in runs[:2]] == [5, 14]
    assert "h.01" in runs[2]  # the month alone between two gaps is still to be seen
    assert len(runs) == 4


def test_points_stand_where_their_values_are():
    values = noise()
    one = one_of(values)
    frame = frame_of(one, 0, 36, (0.0, 350.0, 0.0, 100.0))
    words = line_path(one.values, frame).removeprefix("M").split()
    drawn = np.array(words, float).reshape(36, 2)
    assert np.allclose(drawn[:, 0], np.arange(36) * 10.0, atol=0.05)
    back = frame.high - drawn[:, 1] / 100.0 * (frame.high - frame.low)
    assert np.allclose(back, values, atol=0.06 * (frame.high - frame.low) / 100.0)


def test_the_band_lies_between_the_limits():
    one = one_of(noise())
    frame = frame_of(one, 0, 36, (5.0, 181.0, 5.0, 29.0))
    (found,) = re.findall(
        r'<rect class="b" x="[^"]*" y="([^"]*)" width="[^"]*" height="([^"]*)"', sparkline(one, 0, 36)
    )
    top, height = map(float, found)
    assert top == pytest.approx(frame.y(one.stretch.ucl), abs=0.06)
    assert top + height == pytest.approx(frame.y(one.stretch.lcl), abs=0.11)


@pytest.mark.parametrize(
    ("side", "improvement", "ink"),
    [("High", "high", "g"), ("High", "low", "w"), ("Low", "high", "w"), ("Low", "neither", "n")],
)
def test_marks_have_colour_and_shape(side, improvement, ink):
    values = noise()
    values[30] = 200.0 if side == "High" else 1.0
    one = one_of(values, improvement=improvement)
    (mark,) = [mark for mark in one.marks if mark.at == 30]
    assert mark.side == side
    drawn = "".join(paths(sparkline(one, 0, 36), f"k {ink}"))
    frame = frame_of(one, 0, 36, (5.0, 181.0, 5.0, 29.0))
    shape = re.search(
        rf"M{re.escape(number(frame.x(30)))} \S+l\S+ (-?[\d.]+)h",
        drawn.replace("l", " l", 1).replace(" l", "l"),
    )
    assert shape, drawn
    assert (float(shape[1]) > 0) == (side == "High")  # the point of the triangle is drawn first


def test_months_that_set_the_limits_are_not_marked_on_the_line():
    values = noise()
    values[3] = 300.0
    one = one_of(values)
    assert one.marked[3].judged is False
    frame = frame_of(one, 0, 36, (5.0, 181.0, 5.0, 29.0))
    assert f"M{number(frame.x(3))} " not in "".join(paths(sparkline(one, 0, 36), "k n"))
    assert 'class="k n p"' in control_chart(one, 0, 36)


def test_a_series_without_limits_has_no_band():
    short = one_of(noise(10))
    assert 'class="b"' not in sparkline(short, 0, 10)
    assert 'class="b"' not in control_chart(short, 0, 10)


def test_a_limit_below_nought_is_not_drawn():
    values = np.random.default_rng(1).poisson(6.0, 36).astype(float)
    one = one_of(values)
    assert math.isnan(one.stretch.lcl)
    assert "lower" not in control_chart(one, 0, 36)


def test_the_chart_names_its_lines_and_steps():
    values = noise()
    one = one_of(values, target=103.0, steps=(spc.Step("2023-02", "a <new> model & more"),))
    chart = control_chart(one, 0, 36)
    assert "a &lt;new&gt; model &amp; more" in chart
    for name in ("upper", "centre", "lower", "target 103"):
        assert f">{name}" in chart
    assert len(paths(chart, "tg")) == 1
    assert "these months set the limits" in chart


def test_names_of_lines_do_not_overlap():
    one = one_of(100 + np.arange(36) % 2 * 0.001, target=100.0)
    places = [float(y) for y in re.findall(r'class="ln[^"]*" x="\S+" y="([^"]*)"', control_chart(one, 0, 36))]
    assert len(places) == 4
    assert min(np.diff(sorted(places))) >= 13.9


def test_phases_have_their_own_limits():
    values = np.concatenate([noise(20, 1), noise(20, 2) + 60])
    panel = spc.Panel.from_numpy([values], start="2021-08", keys={"measure": ["M"]})
    limits = spc.limits(panel, phase=spc.phases_at(panel, ["2023-04"]))
    card = spc.scorecard(panel)
    weights = spc.weigh(spc.exceptions(limits), trend=card.trend)
    one = portrait(spc.scoring.Scorecard(weights, card.trend, card.comparison, card.measures, card.as_at), 0)
    assert len(one.stretches) == 2
    assert control_chart(one, 0, 40).count('class="b"') == 2


@pytest.mark.parametrize(
    ("low", "high", "unit"),
    [
        (0, 1, "number"),
        (5.9, 9.6, "percent"),
        (37, 59, "hh:mm:ss"),
        (1e-7, 3e-7, "number"),
        (-40, 1e6, "number"),
        (3600, 9000, "hh:mm:ss"),
    ],
)
def test_ticks_are_round_and_span(low, high, unit):
    marks = ticks(low, high, unit_of(unit))
    steps = np.diff(marks)
    assert marks[0] <= low + 1e-12
    assert marks[-1] >= high * (1 - 1e-9)
    assert 3 <= len(marks) <= 9
    assert np.allclose(steps, steps[0])


def test_a_duration_too_small_for_a_clock_has_two_marks():
    assert len(ticks(1e-11, 3e-10, unit_of("hh:mm:ss"))) == 2


@pytest.mark.parametrize(
    "values", [[1e16] * 36, [1e-90] * 36, [0.0] * 36, [1e16, *[1.0] * 35], [-5.0, 5.0] * 18]
)
def test_extremes_stay_inside_the_drawing(values):
    one = one_of(np.array(values))
    for svg, height in ((sparkline(one, 0, 36), 34), (control_chart(one, 0, 36), 300)):
        assert "nan" not in svg
        assert "inf" not in svg
        numbers = [float(y) for y in re.findall(r' (-?\d+(?:\.\d+)?)(?=[ "h])', "".join(paths(svg, "l")))]
        assert all(0 <= y <= max(height, 760) for y in numbers)


def test_a_trend_line_is_light():
    assert len(sparkline(one_of(noise()), 0, 36)) < 900


def test_a_value_and_its_line_read_differently():
    percent = unit_of("percent")
    assert distinct_texts(63.44, 63.42, percent) == ("63.44%", "63.42%")
    assert distinct_texts(63.5, 60.1, percent) == ("63.5%", "60.1%")
    assert distinct_texts(12.31, 12.44, unit_of("hh:mm:ss")) == ("00:00:12.3", "00:00:12.4")


def test_times_carry_their_tenths():
    assert fine_text(59.96, unit_of("hh:mm:ss"), 1) == "00:01:00.0"
    assert fine_text(-3.25, unit_of("hh:mm:ss"), 1) == "-00:00:03.3"
