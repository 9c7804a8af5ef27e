"""Every chart in words and tables: sentences, the workbook's Limits, targets, what is published."""

from __future__ import annotations

import io
import re
from functools import cache

import numpy as np
import openpyxl
import pytest

import spc
from spc.explaining import explain
from spc.portrait import portrait
from spc.reporting.about import about
from spc.reporting.chart_svg import control_chart
from spc.reporting.svg import sparkline
from tests.reporting.chart_cards import CUT, EVERY, MONTHS, PLOTS, Drawing, card_of, panel_for, scale_of
from tests.reporting.markup import read

every_chart = pytest.mark.parametrize("chart", EVERY)
#: An agreed file names no denominators, gaps or members: these charts stand for all.
AGREED = ("xmr", "small_count", "p", "run", "cusum")


def said(values, rules="opcc", **options):
    """Return the sentences of one series on an XmR chart of all its months."""
    panel = spc.Panel.from_numpy([values], start="2021-08", keys={"measure": ["M"]})
    fields = {"chart": "xmr", **options}
    card = spc.scorecard(panel, rules=rules, measures=[spc.Measure("M", **fields)], baseline="all")
    return card, explain(card, 0)


def noise(n, seed=3):
    return np.random.default_rng(seed).normal(100.0, 5.0, n).round(1)


@every_chart
def test_a_page_has_every_chart_and_no_number_that_is_none(chart):
    card = card_of(chart)
    page = read(card.to_html())
    assert len([svg for svg in page.all("svg") if "cc" in svg.classes]) == 1
    assert not [svg for svg in re.findall(r"<svg.*?</svg>", card.to_html()) if "nan" in svg.lower()]
    assert "limits begin afresh" in page.text
    assert not re.search(r"\d,\d{3}\.\d%", page.text)
    for sentence in explain(card, 0):
        assert "nan" not in sentence.lower().split(), sentence


@every_chart
def test_titles_are_names(chart):
    title = spc.CHARTS[chart].title
    assert title != chart
    (fact,) = [text for name, text in about(card_of(chart), [0]).facts if name == "Chart"]
    assert fact.startswith(title)
    assert ("sigma" in fact) == (chart not in ("run", "cusum", "small_count"))
    if chart not in ("xmr", "small_count", "run"):
        (limits,) = [text for text in explain(card_of(chart), 0) if " are set by " in text]
        assert f"; {title}" in limits


@every_chart
def test_the_limits_of_the_month_are_told(chart):
    card, one = card_of(chart), portrait(card_of(chart), 0)
    if chart in ("small_count", "run"):
        return
    (text,) = [text for text in explain(card, 0) if " are set by " in text]
    scale = scale_of(chart)
    for name, line in (("upper limit", card.limits.ucl), ("lower limit", card.limits.lcl)):
        told = re.search(rf"{name} (-?[\d.,]+)(%?)", text)
        drawn = PLOTS[chart] == "sums" or 0.0 < line[0, one.end] < (1.0 if scale > 1.0 else np.inf)
        assert bool(told) == drawn
        if told:
            assert float(told[1].replace(",", "")) == pytest.approx(line[0, one.end] * scale, abs=0.06)
            assert bool(told[2]) == (scale == 100.0)


def test_the_low_of_a_cusum_reads_its_lower_sum():
    card = card_of("cusum")
    assert card.exceptions.words[0] == "One-Month Low"
    found = re.match(
        r"One-Month Low: the CUSUM of Jul-2024 \((-[\d.]+)\) is below the lower", explain(card, 0)[0]
    )
    assert float(found[1]) == pytest.approx(card.limits.months.below[0, -1], abs=0.5)
    assert card.limits.points[0, -1] >= 0.0


def test_an_np_chart_speaks_of_counts_and_the_row_of_percent():
    sentences = explain(card_of("np"), 0)
    count, line = card_of("np").panel.values[0, -1], card_of("np").limits.lcl[0, -1]
    assert sentences[0] == (
        f"One-Month Low: the count of Jul-2024 ({count:.0f}) is below the lower control limit of {line:.1f}."
    )
    assert "Target: 60.0%." in sentences


@pytest.mark.parametrize(("chart", "of_month"), [("p", False), ("run", False), ("np", True), ("u", False)])
def test_a_constant_centre_has_its_value(chart, of_month):
    (run,) = [text for text in explain(card_of(chart), 0) if text.startswith("Eight-Month Low")]
    assert run.endswith("the centre line of the month.") == of_month
    if not of_month:
        centre = card_of(chart).limits.centre[0, -1] * scale_of(chart)
        assert float(re.search(r"of ([\d.]+)%?\.$", run)[1]) == pytest.approx(centre, abs=0.06)


# rules without a line to be beyond


def test_alternating_months_are_counted_and_named():
    values = np.r_[noise(21), 100.0 + (-1.0) ** np.arange(15) * 4.0]
    card, sentences = said(values, "nelson")
    assert "Fourteen points alternating" in card.exceptions.words[0]
    assert (
        "Fourteen points alternating: 14 months from Jun-2023 to Jul-2024 go up and down in turn, between "
        "96 and 104." in sentences
    )


def test_months_within_a_sigma_have_its_lines():
    values = np.r_[noise(21) * 3 - 200, 100.0 + noise(15) / 50 - 2]
    card, sentences = said(values, "nelson")
    (text,) = [one for one in sentences if one.startswith("Fifteen within")]
    limits = card.limits
    low, high = limits.centre[0, -1] - limits.sigma[0, -1], limits.centre[0, -1] + limits.sigma[0, -1]
    found = re.search(r"15 months running, May-2023 to Jul-2024, lie within 1 sigma: (\S+) to (\S+)\.", text)
    assert float(found[1]) == pytest.approx(low, abs=0.5)
    assert float(found[2]) == pytest.approx(high, abs=0.5)


def test_lines_that_differ_are_not_given_as_one():
    panel = panel_for("p")
    steady = np.rint(0.45 * panel.of)
    steady[0, :45] = panel.values[0, :45]
    panel = spc.Panel.from_numpy(steady, of=panel.of, start="2019-08", keys={"measure": ["M"]})
    measure = spc.Measure("M", kind="proportion", chart="p")
    card = spc.scorecard(panel, measures=[measure], rules="nelson", baseline="all")
    (text,) = [one for one in explain(card, 0) if one.startswith("Fifteen within")]
    assert text.endswith("lie within 1 sigma of the centre line of each month.")


@pytest.mark.parametrize("rules", ["nelson", "minitab"])
def test_months_on_both_sides_are_counted_on_each(rules):
    values = np.r_[100 + noise(28) / 10 - 10, 100 + np.array([9, -9, 10, -11, 12, -9.5, 9, 10.0])]
    _, sentences = said(values, rules)
    (text,) = [one for one in sentences if one.startswith("Eight beyond 1 sigma")]
    assert "eight months running, Dec-2023 to Jul-2024, lie beyond 1 sigma: five above the 1-sigma" in text
    assert "and three below the 1-sigma" in text


def test_a_run_has_its_months_and_what_is_expected():
    values = np.r_[noise(24), np.full(12, 112.0) + np.arange(12) % 3]
    card, sentences = said(values, "anhoej")
    centre = card.limits.centre[0, 0]
    length = int(np.cumprod((values > centre)[::-1]).sum())
    crossed = int(np.count_nonzero(np.diff(values > centre)))
    assert length == 12  # log2(36), rounded, plus 3 is 8; the 5% point of 35 coins is 13
    assert sentences[0] == (
        "Unusually long run High: a run of 12 months above the centre line of 104, from Aug-2023 to "
        "Jul-2024; at most eight are expected of 36 months."
    )
    words = {8: "eight", 9: "nine", 10: "ten"}.get(crossed, str(crossed))
    assert sentences[1] == (
        f"Unusually few crossings: from Aug-2021 to Jul-2024 the months cross the centre line of 104 {words} "
        "times; 13 crossings at the least are expected of 36 months."
    )


def test_a_run_begins_with_its_phase_and_passes_over_gaps():
    values = np.r_[noise(24) + 90, noise(14), noise(14) + 12.0]
    values[45] = np.nan
    panel = spc.Panel.from_numpy([values], start="2021-08", keys={"measure": ["M"]})
    phase = spc.phases_at(panel, ["2023-08"], ["new system"])
    measure = spc.Measure("M", chart="xmr")
    card = spc.scorecard(panel, measures=[measure], rules="anhoej", phase=phase, baseline="all")
    assert "of 27 months" in explain(card, 0)[0]


@pytest.mark.parametrize("rules", sorted(spc.RULES))
def test_no_rule_recites_its_definition(rules):
    rows, found = {row.name: row for row in spc.RULES[rules]}, set()
    shapes = [
        np.r_[noise(24), noise(12) + 14],
        np.r_[noise(30), 100 + np.arange(6) * 3],
        np.r_[noise(33), 112.0, 103.0, 113.0],
        np.r_[noise(21), 100.0 + (-1.0) ** np.arange(15) * 4.0],
        np.r_[noise(21) * 3 - 200, noise(15) / 50 + 98],
        np.r_[100 + noise(28) / 10 - 10, 100 + np.array([9, -9, 10, -11, 12, -9.5, 9, 10.0])],
    ]
    for values in shapes:
        card, sentences = said(values, rules)
        for text in sentences[: int(card.exceptions.at[0]).bit_count()]:
            name = re.sub(r"( High| Low)?[:,].*", "", text)
            name = next(row for row in rows if text.startswith(row)) if name not in rows else name
            found.add(name)
            assert rows[name].words not in text
            assert "2024" in text or "judged on the exact figures" in text
            assert "exact figures" not in text, text
    assert found


def test_a_point_beyond_what_counts_is_not_counted():
    # 2 of 3 between 2 and 3 sigma: the month beyond 3 is no part of it
    rule = (spc.Rule("Two of three between", 2.0, 2, 3, side="confined", upto=3.0),)
    values = np.r_[np.tile([98.0, 102.0], 17), 109.5, 113.0, 109.0]
    card, sentences = said(values, rule)
    assert card.exceptions.words[0] == "Two of three between High"
    assert "May-2024" not in sentences[0]
    assert "113" not in sentences[0]
    assert sentences[0].endswith("none of them beyond the control limits.")


# phases and agreements


@every_chart
def test_new_limits_are_told_with_their_reason(chart):
    sentences = explain(card_of(chart), 0)
    assert "Limits begin afresh in Aug-2021: new system." in sentences
    assert "Known step at Aug-2022: a new form." in sentences


def test_a_reason_is_told_once():
    measure = spc.Measure("M", chart="xmr", steps=(spc.Step("2022-08", "a new form"),))
    card = spc.scorecard(panel_for("xmr"), measures=[measure], phase="steps", baseline=24)
    assert [text for text in explain(card, 0) if "a new form" in text] == [
        "Limits begin afresh in Aug-2022: a new form."
    ]


def test_a_phase_too_young_for_limits_is_told():
    panel = panel_for("xmr")
    phase = spc.phases_at(panel, ["2024-01"], ["moved"])
    sentences = explain(spc.scorecard(panel, phase=phase, baseline=24), 0)
    assert "A new phase begins in Jan-2024: moved." in sentences


@pytest.mark.filterwarnings("ignore:Sparkline Group extension")
@pytest.mark.parametrize("chart", AGREED)
@pytest.mark.parametrize("cut", [0, 40])
def test_agreed_limits_name_the_baseline_only_where_it_is_there(chart, cut, tmp_path):
    card, panel = card_of(chart, None), panel_for(chart)
    agreed = spc.save_limits(card.limits, tmp_path / "agreed.csv")
    of = None if panel.of is None else panel.of[:, cut:]
    keys = {"measure": ["M"]}
    panel = spc.Panel.from_numpy(panel.values[:, cut:], of=of, start=panel.months[cut], keys=keys)
    again = spc.scorecard(panel, agreed=agreed, measures=[card.measures[0]])
    base = "Aug-2019 to Jul-2021 (24 months)" if cut == 0 else "24 observed months"
    begun = {"small_count": "the agreed baseline, ", "run": "is the one agreed, from "}
    sentences = explain(again, 0)
    assert sum(f"{begun.get(chart, 'those agreed, from ')}{base}" in text for text in sentences) == 1
    assert not any("(0 months" in text for text in sentences)
    assert ('class="br"' in control_chart(portrait(again, 0), 0, MONTHS - cut)) == (cut == 0)
    row = limits_of(again)[0]
    assert (row["Baseline from"] is None) == (row["Baseline to"] is None) == (cut > 0)
    assert row["Months observed"] == 24


# the workbook


def limits_of(card):
    target = io.BytesIO()
    card.to_excel(target)
    rows = list(openpyxl.load_workbook(target)["Limits"].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


sheet_of = cache(lambda chart: limits_of(card_of(chart)))


@every_chart
@pytest.mark.filterwarnings("ignore:Sparkline Group extension")
def test_the_workbook_has_the_lines_of_the_month(chart):
    limits, rows = card_of(chart).limits, sheet_of(chart)
    assert [row["Reason"] for row in rows] == [None, "new system"]
    for row, end in zip(rows, (CUT - 1, MONTHS - 1), strict=True):
        for name, line in (("Centre", limits.centre), ("Sigma", limits.sigma), ("LCL", limits.lcl)):
            told = line[0, end]
            assert row[name] == (None if np.isnan(told) else pytest.approx(told, rel=1e-9))
        assert row["Centre"] is not None
        assert (row["UCL"] is None) == (chart == "run")
        told = row["Lines of"]
        assert (told is None) == (limits.months is None)
        assert told is None or f"{told:%Y-%m}" == limits.panel.months[end]
    assert chart != "cusum" or [row["Centre"] for row in rows] == [0, 0]


# targets


def test_the_target_of_an_np_chart_is_a_share_of_the_month():
    panel = panel_for("np")

    def assured(chart, target):
        measure = spc.Measure("M", kind="proportion", chart=chart, improvement="low", target=target)
        card = spc.scorecard(panel, measures=[measure], baseline=24)
        return card, card.assurance

    for target, word in ((90.0, "passes"), (45.0, "hit or miss"), (5.0, "fails")):
        card, found = assured("np", target)
        assert found.assurance[0] == assured("p", target)[1].assurance[0] == word
        assert np.allclose(found.targets[0], target / 100.0 * panel.of[0])
    (told,) = re.findall(r"target ([\d.]+%)", str(card.narrative()))
    assert told == "5.0%"


# what is published


@pytest.mark.parametrize("asked", [{"round_to": 5}, {"suppress_below": 25}])
@every_chart
def test_a_published_chart_draws_what_may_be_seen(chart, asked):
    shown = spc.publish(card_of(chart), **asked)
    one = portrait(shown, 0)
    seen = np.isfinite(shown.panel.observed[0])
    assert np.array_equal(np.isfinite(one.values), seen)
    assert seen.sum() >= 15
    drawn = Drawing(control_chart(one, 0, MONTHS)).paths("pt")
    assert 15 <= drawn[0].count("M") <= seen.sum()
    assert 'class="l"' in sparkline(one, 24, MONTHS)
    assert bool(one.breaks) == (spc.CHARTS[chart].memory and one.plotted is not None)
    for text in explain(shown, 0):
        assert "centre ," not in text
        assert "nan" not in text.split()
        assert "no limit that can be crossed" not in text
    if not one.stretches or np.isnan([one.stretch.ucl, one.stretch.lcl]).all():
        assert chart == "run" or any("imits are not shown" in text for text in explain(shown, 0))
        assert 'class="b"' not in sparkline(one, 24, MONTHS)
