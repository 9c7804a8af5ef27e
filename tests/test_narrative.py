"""The narrative and the executive summary: what each says, and that it says nothing else."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import spc
from spc.narrating import HEADINGS
from spc.rules import Rule
from spc.telling import Facts
from spc.telling import sentence as sentence_of

NAN = float("nan")
FLAT = [50, 54, 47, 51, 53, 49]


def card_of(rows: dict[str, Any], measures: dict[str, dict[str, Any]] | None = None, **options: Any) -> Any:
    """Make the scorecard of series that end in July 2024."""
    months = len(next(iter(rows.values())))
    first = 2024 * 12 + 6 - (months - 1)
    panel = spc.Panel.from_numpy(
        np.array(list(rows.values()), float),
        start=f"{first // 12}-{first % 12 + 1:02d}",
        keys=list(rows),
        **options,
    )
    catalogue = [
        spc.Measure(name, **({"improvement": "low"} if measures is None else measures[name])) for name in rows
    ]
    return spc.scorecard(panel, measures=catalogue)


def said(card: Any) -> tuple[str, str]:
    """Return heading and sentence of a scorecard of one row."""
    (bullet,) = card.narrative().bullets
    return bullet.heading, bullet.text


KINDS = {
    "new": (FLAT * 6 + [90], "Newly changed", "One-Month High (worse), new;"),
    "normal": (FLAT * 6 + [90, 50], "Back to normal", "no exception; One-Month High stood in Jun-2024;"),
    "persistent": (
        FLAT * 6 + [90, 91, 92, 93],
        "Persistent issues",
        "(worse), 4th month in a row with exceptions on this side",
    ),
    "standing": (
        FLAT * 6 + [90, 91],
        "Newly changed",
        "2nd month in a row with exceptions on this side (new: Two-Month High)",
    ),
    "positive": (FLAT * 6 + [10, 10, 10, 10], "Positives", "One, Two, Three-Month Low (better), 4th month"),
    "run": (FLAT * 6 + [54] * 8, "Persistent issues", "8th month in a row above average ("),
}


@pytest.mark.parametrize("kind", KINDS)
def test_headings_and_sentences(kind: str) -> None:
    months, heading, expected = KINDS[kind]
    found, text = said(card_of({"ASB": months}))
    assert found == heading and expected in text, text


def test_two_months_on_the_worse_side_are_negative() -> None:
    months = [50, 54, 47, 51] * 9 + [90, 90]
    rules = spc.RULES["opcc"][:1]
    panel = spc.Panel.from_numpy([months], start="2021-06", keys=["ASB"])
    card = spc.scorecard(panel, measures=[spc.Measure("ASB", improvement="low")], rules=rules)
    (bullet,) = card.narrative().bullets
    assert bullet.heading == "Negatives"
    assert "One-Month High (worse), 2nd month in a row" in bullet.text


def test_a_month_without_a_figure_is_stated() -> None:
    heading, text = said(card_of({"ASB": FLAT * 6 + [NAN, 90]}))
    assert heading == "Newly changed"
    assert "One-Month High (worse), new (Jun-2024 has no figure)" in text
    assert "the highest on record (37 months; 1 more has no figure)" in text


def test_nothing_is_back_to_normal_without_a_figure() -> None:
    found = card_of({"ASB": FLAT * 6 + [90, NAN]}).narrative()
    assert found.bullets == () and found.untold == {"no value": 1}
    assert str(found).splitlines()[-2:] == ["1 series: 0 told above, 1 no value.", "No value: ASB."]


def test_without_a_direction_nothing_is_better_or_worse() -> None:
    for months, expected in (
        (FLAT * 6 + [90], "One-Month High, new"),
        (FLAT * 6 + [90, 50], "no exception; One-Month High stood in Jun-2024"),
        (FLAT * 6 + [54] * 8, "(new: Eight-Month High); 8th month in a row above average"),
    ):
        heading, text = said(card_of({"Calls": months}, {"Calls": {"improvement": "neither"}}))
        assert heading == "Changed, no preferred direction"
        assert expected in text and not re.search("better|worse", text)


def test_rules_without_a_side_have_no_direction() -> None:
    rule = Rule("Quiet", zone=1.0, needed=10, span=10, asks="within")
    panel = spc.Panel.from_numpy([[40, 60] * 12 + [50, 51] * 6], start="2021-08", keys=["ASB"])
    card = spc.scorecard(panel, measures=[spc.Measure("ASB", improvement="low")], rules=[rule])
    heading, text = said(card)
    assert (
        heading == "Changed, no preferred direction" and "Quiet, 27th month in a row with exceptions;" in text
    )
    assert "(better)" not in text.split(";")[1] and "(worse)" not in text.split(";")[1]


def test_every_unit() -> None:
    months, wave = 40, np.tile([50.0, 54.0, 47.0, 51.0], 10)
    rate, time = wave.copy(), wave * 12
    rate[-1], time[-1] = 90.0, 5000.0
    rows = {"Rate": rate, "Answer": time, "Median": time, "Suspects": rate}
    of = np.full((4, months), NAN)
    of[0], of[1] = 100.0, 1.0
    measures = {
        "Rate": {"kind": "rate", "improvement": "high", "target": 60.0},
        "Answer": {"kind": "duration", "improvement": "low", "target": 600},
        "Median": {"kind": "median", "improvement": "low"},
        "Suspects": {"kind": "stock", "improvement": "low"},
    }
    card = card_of(rows, measures, of=of, given={12: np.array(list(rows.values()))})
    text = {bullet.name: bullet.text for bullet in card.narrative().bullets}
    assert text["Rate"].startswith(
        "90.0% in Jul-2024, the highest on record (40 months); One-Month High (better)"
    )
    assert (
        "in the 12 months to Jul-2024, up " in text["Rate"] and "% points on the year before" in text["Rate"]
    )
    assert text["Rate"].endswith("target 60.0% met (assurance: hit or miss).")
    assert text["Answer"].startswith("01:23:20 in Jul-2024, the highest on record")
    assert "target 00:10:00 not met" in text["Answer"]
    assert "01:23:20 in the 12 months to Jul-2024, up 01:" in text["Median"]
    assert " on average in the 12 months to Jul-2024" in text["Suspects"]


def test_measures_in_arrears_speak_of_their_own_month() -> None:
    panel = spc.Panel.from_numpy([FLAT * 6 + [90, NAN]], start="2021-06", keys=["Time to charge"])
    card = spc.scorecard(panel, measures=[spc.Measure("Time to charge", improvement="low", lag=1)])
    heading, text = said(card)
    assert heading == "Newly changed" and text.startswith("90 in Jun-2024") and "Jul-2024" not in text


def wiltshire() -> Any:
    sample = spc.samples.load("wiltshire_2024")
    return spc.scorecard(sample.panel, measures=sample.measures)


PINNED = {
    "Abandonment Rate: All CRIB": (
        "Persistent issues",
        "21.8% in Jul-2024, the lowest since Jul-2023; Eight-Month High (worse), 10th month in a row with "
        "exceptions on this side; Two, Three-Month High stood in Jun-2024 but not now; 13th month in a row "
        "above average (19.6%); 26.5% in the 12 months to Jul-2024, up 8.7% points on the year before "
        "(worse), the highest on record (25 windows); rolling 12 month trend increasing (strong).",
    ),
    "Crime Volume: DA": (
        "Positives",
        "532 in Jul-2024; 6,584 in the 12 months to Jul-2024, down 10.5% on the year before (better), "
        "the lowest on record (25 windows); rolling 12 month trend decreasing (strong).",
    ),
    "Volume of ASB": (
        "Back to normal",
        "1,102 in Jul-2024; no exception; Eight-Month Low stood in Jun-2024; 1st month above average after "
        "10 in a row below it (1,083); 10,572 in the 12 months to Jul-2024, down 14.9% on the year before "
        "(better), the lowest on record (25 windows); rolling 12 month trend decreasing (strong).",
    ),
}


def test_the_wiltshire_bullets() -> None:
    found = {bullet.name: (bullet.heading, bullet.text) for bullet in wiltshire().narrative().bullets}
    for name, expected in PINNED.items():
        assert found[name] == expected


def test_figures_are_those_of_the_page() -> None:
    card = wiltshire()
    words = card.to_frame()
    for bullet in card.narrative().bullets:
        row = words.loc[bullet.row]
        if card.monthly[bullet.row]:
            days = " days" if card.measures[bullet.row].unit == "days" else ""
            assert bullet.text.startswith(f"{row['month']}{days} in Jul-2024")
            assert row["exceptions"] in bullet.text
        assert f"{row['m12']} " in bullet.text
        assert row["change"].lstrip("-") in bullet.text
        assert ("up " if not row["change"].startswith("-") else "down ") + row["change"].lstrip(
            "-"
        ) in bullet.text


def test_nothing_but_what_the_data_show() -> None:
    text = str(wiltshire().narrative())
    assert not re.search(r"signific|because|due to|caused|driven|nan|None /|\binf\b", text, re.IGNORECASE)


def test_heaviest_first_and_each_row_once() -> None:
    found = wiltshire().narrative()
    rows = [bullet.row for bullet in found.bullets]
    assert len(rows) == len(set(rows)) and len(rows) + sum(found.untold.values()) == 57
    for heading in HEADINGS:
        weights = [bullet.weight for bullet in found.under(heading)]
        assert weights == sorted(weights, reverse=True)
    assert list(dict.fromkeys(bullet.heading for bullet in found.bullets)) == [
        heading for heading in HEADINGS if found.under(heading)
    ]


def test_top_counts_what_it_leaves_out() -> None:
    card = wiltshire()
    found, everything = card.narrative(top=2), card.narrative()
    for heading in HEADINGS:
        assert found.under(heading) == everything.under(heading)[:2]
        assert found.left_out.get(heading, 0) == max(len(everything.under(heading)) - 2, 0)
    assert "- and 14 more" in str(found)
    with pytest.raises(spc.ChoiceError, match="`top`"):
        card.narrative(top=0)


def test_every_row_with_an_exception_is_told() -> None:
    card = wiltshire()
    rows = {bullet.row for bullet in card.narrative().bullets}
    assert set(np.flatnonzero(card.exceptions.at).tolist()) <= rows


def test_hidden_figures_stay_hidden() -> None:
    rng = np.random.default_rng(66)
    rows = {f"ward {i}": rng.poisson(3.0, 36).astype(float) for i in range(30)}
    for months in list(rows.values())[:10]:
        months[-1] = 4.0
        months[-9:-1] = 30.0
    card = card_of(rows)
    shown = spc.publish(card, suppress_below=5)
    assert shown.cover is not None
    hidden = shown.cover.hidden_row
    found = shown.narrative()
    told = [bullet for bullet in found.bullets if hidden[bullet.row]]
    assert len(told) > 3
    from spc.explaining import explain

    for bullet in told:
        assert bullet.heading == "Figures hidden"
        assert bullet.text == explain(shown, bullet.row)[0]
        assert shown.exceptions.words[bullet.row]
    assert {bullet.row for bullet in found.under("Figures hidden")} == set(
        np.flatnonzero(hidden & (shown.exceptions.at != 0)).tolist()
    )


def test_hidden_changes_are_not_counted() -> None:
    card = card_of({"ASB": [9] * 24 + [0] * 11 + [2]})
    assert card.summary().behind("improving") == ("ASB",)
    assert spc.publish(card, suppress_below=5).summary().behind("not known") == ("ASB",)


def test_names_are_inert() -> None:
    name = "<b>*x*</b>\x1b[2J [a](http://e.x)"
    found = card_of({name: FLAT * 6 + [90]}).narrative()
    assert "\x1b" not in str(found) + found.to_markdown() + found.to_html()
    markdown = found.to_markdown()
    assert "<b>" not in markdown and "http:" not in markdown and r"\*x\*" in markdown and r"\[a\]" in markdown
    assert "<b>*x*" not in found.to_html() and "&lt;b&gt;" in found.to_html()
    assert found._repr_html_() == found.to_html()
    assert "<b>" not in card_of({name: FLAT * 6 + [90]}).summary().to_html()


def test_forms() -> None:
    found = wiltshire().narrative(top=1)
    lines = found.to_markdown().splitlines()
    assert lines[0] == "# As at Jul-2024" and lines[2] == "## Positives"
    assert lines[4].startswith("- **Percentage of ASB in Niche**: 40.8% in Jul-2024")
    assert lines[-1].startswith("Monthly values constructed")
    frame = found.to_frame()
    assert frame.columns.tolist() == ["measure", "heading", "group", "text", "weight"]
    assert frame.loc[0, "weight"] == 25
    assert repr(found).startswith("Narrative(Jul-2024: Positives 1; Negatives 1; ")


def test_an_empty_scorecard() -> None:
    found = card_of({"ASB": [5.0] * 36}).narrative()
    assert repr(found) == "Narrative(Jul-2024: nothing to tell)"
    assert found.to_frame().empty and found.to_markdown().startswith("# As at Jul-2024")


def test_other_rules_still_have_runs() -> None:
    sample = spc.samples.load("wiltshire_2024")
    card = spc.scorecard(sample.panel, measures=sample.measures, rules=spc.RULES["opcc"][:1])
    text = {bullet.name: bullet.text for bullet in card.narrative().bullets}
    assert "13th month in a row above average (19.6%)" in text["Abandonment Rate: All CRIB"]


def test_acknowledged_rows_come_last() -> None:
    rows = {"first": FLAT * 6 + [400], "second": FLAT * 6 + [90]}
    card = card_of(rows)
    known = spc.Remark({"series": "first"}, month="2024-07", kind="acknowledged", text="new system")
    shown = spc.publish(card, remarks=spc.Remarks([known]))
    assert [bullet.name for bullet in card.narrative().bullets] == ["first", "second"]
    found = shown.narrative().bullets
    assert [bullet.name for bullet in found] == ["second", "first"]
    assert found[1].text.endswith("; acknowledged.") and "acknowledged" not in found[0].text


def test_no_front_changes_a_sentence() -> None:
    months = FLAT * 6 + [90]
    plain, longer = (said(card_of({"ASB": row})) for row in (months, [NAN] * 5 + months))
    assert plain == longer


def sentence(card: Any, s: int = 0) -> str:
    """Return the sentence of a row, whether or not it stands under a heading."""
    return sentence_of(Facts(card), s).removesuffix(".")


def test_rounded_months_make_no_record_of_windows_and_meet_no_target() -> None:
    months = [14.0] * 12 + [10, 12] * 6 + [13.0] * 12  # 13 and 14 print as 15, and 156 of 168 as 180 of 180
    card = card_of({"ASB": months}, {"ASB": {"improvement": "low", "target": 14}})
    shown = spc.publish(card, round_to=5)
    assert "155 in the 12 months" in sentence(shown) and "on record" not in sentence(card)
    false = "the joint highest on record (25 windows; as high as in the 12 months to Jul-2022)"
    assert spc.records(shown.panel, windows=12).words[0, 0] == false
    assert "windows" not in sentence(shown)
    assert Facts(shown).records.side[0, 1] == 0
    assert "target 14 met" in sentence(card)
    assert "target 14" in sentence(shown) and "met" not in sentence(shown)


def test_noise_is_seldom_positive_or_negative() -> None:
    """docs/narrative.md: 2.6% of 3,000; it was 42% before evidence was asked for."""
    months = np.random.default_rng(607).poisson(5.0, (600, 36))
    card = card_of({str(i): row for i, row in enumerate(months)})
    found = card.narrative()
    rows = [bullet for h in ("Positives", "Negatives") for bullet in found.under(h)]
    assert 0 < len(rows) < 0.055 * 600
    for bullet in rows:
        evidence = card.comparison.evidence[bullet.row, 2]
        assert evidence != "none" or card.exceptions.at[bullet.row] or "in a row" in bullet.text


def test_what_is_not_tested_needs_a_strong_trend() -> None:
    """Noise with a record of 25 windows and 16% more on average than the year before."""
    months = np.random.default_rng(7).poisson(30.0, 36)
    card = card_of({"Suspects": months}, {"Suspects": {"kind": "stock", "improvement": "low"}})
    told = Facts(card)
    assert told.records.side[0, 1] == 1 and card.comparison.relative[0, 2] > 0.15
    assert card.comparison.evidence[0, 2] == "not tested" and card.trend.strength[0] < 2
    assert card.narrative().bullets == ()
    ramp = np.random.default_rng(13).poisson(np.linspace(40.0, 52.0, 36))
    card = card_of({"Suspects": ramp}, {"Suspects": {"kind": "stock", "improvement": "low"}})
    assert card.comparison.evidence[0, 2] == "not tested" and not card.exceptions.at[0]
    assert card.trend.strength[0] == 2 and said(card)[0] == "Negatives"


def test_quarters_are_dated_by_their_last_month_and_have_no_record() -> None:
    values = np.full((1, 40), NAN)
    values[0, 2::3] = [10, 20, 30, 40, 12, 22, 32, 42, 15, 25, 35, 45, 60]
    panel = spc.quarterly(spc.Panel.from_numpy(values, start="2021-01", keys=["Volunteers"]))
    rows = [spc.Measure("Volunteers", kind="rolling12", unit="number", improvement="high")]
    card = spc.scorecard(panel, measures=rows)
    text = sentence(card)
    assert text.startswith("165 in the 12 months to Mar-2024, up 48.6% on the year before (better)")
    assert "record" not in text and "Apr-2024" not in text
    assert spc.records(panel, measures=rows).words.tolist() == [["", "", ""]]


def test_a_small_rate_that_doubles_has_not_hardly_changed() -> None:
    top, of = np.array([[3.0] * 12 + [5.0, 6.0] * 6]), np.full((1, 24), 1e5)
    rate = {"Rate": {"kind": "rate", "improvement": "low"}}
    text = sentence(card_of({"Rate": top[0]}, rate, of=of))
    assert "up by less than 0.1% points on the year before (worse)" in text
    assert "hardly" not in text
    top[0, 12:] = [3.0] * 11 + [4.0]
    text = sentence(card_of({"Rate": top[0]}, rate, of=of))
    assert "hardly changed on the year before (little change)" in text


def test_months_that_vary_after_a_constant_baseline_are_shown() -> None:
    months = [5.0] * 24 + [5.0] * 8 + [6, 4, 5, 6]
    heading, text = said(card_of({"ASB": months}))
    assert heading == "Constant at first, varies since"
    assert "the months that set the limits do not vary at all, later ones do" in text
    assert "later" not in sentence(card_of({"ASB": [5.0] * 36}))


def test_patterns_of_small_counts_are_sums() -> None:
    months = [0, 1, 0, 0, 2, 0] * 6 + [4, 5, 3]
    first = 2024 * 12 + 6 - (len(months) - 1)
    panel = spc.Panel.from_numpy([months], start=f"{first // 12}-{first % 12 + 1:02d}", keys=["Homicide"])
    card = spc.scorecard(
        panel, measures=[spc.Measure("Homicide", improvement="low")], chart="auto", baseline=24
    )
    assert "Eight-Month High (two, three and eight months together; worse), " in said(card)[1]


def test_hidden_months_are_not_called_missing() -> None:
    months = [[9] * 30 + [3] + [9, 8, 7, 6, 12, 60]]
    card = card_of({"ASB": months[0]})
    shown = spc.publish(card, suppress_below=5)
    assert shown.cover is not None and shown.cover.hidden_row.all()
    assert "no figure" in spc.records(shown.panel, windows=1).words[0, 0]
    assert shown.narrative().records.words.tolist() == [["", ""]]


# what a reader would stumble over


def plain(months: Any, rules: Any = "opcc", **measure: Any) -> Any:
    """Make the scorecard of one count that ends in July 2024, by other rules."""
    first = 2024 * 12 + 6 - (len(months) - 1)
    panel = spc.Panel.from_numpy([months], start=f"{first // 12}-{first % 12 + 1:02d}", keys=["ASB"])
    rows = [spc.Measure("ASB", **({"improvement": "low"} | measure))]
    return spc.scorecard(panel, measures=rows, rules=rules)


def test_an_issue_does_not_persist_because_a_rule_without_a_side_does() -> None:
    """The months alternate for long; the One High is of this month."""
    found = said(plain([20, 30] * 17 + [20, 90], rules="nelson"))
    assert found[0] == "Newly changed"
    assert (
        "; One beyond 3 sigma High (worse), also Fourteen points alternating (new: One beyond 3" in found[1]
    )


def test_an_issue_does_not_persist_because_the_other_side_does() -> None:
    """Falling from far above: two steps down stand for three months, five of five above for one."""
    rules = (Rule("Five", zone=1.0, needed=5, span=5), Rule("Down", asks="step", needed=2, span=2))
    heading, text = said(plain([50, 54, 47, 51] * 9 + [100, 95, 90, 85, 80], rules))
    assert heading == "Newly changed"
    assert "; Five High and Down Low, 3rd month in a row with exceptions (new: Five High); " in text


def test_sides_are_told_apart() -> None:
    rules = (Rule("Far", zone=3.0), Rule("Off", zone=1.0, needed=2, span=2, side="either"))
    months = [50, 54, 47, 51] * 9 + [90, 10, 90]
    heading, text = said(plain(months, rules))
    assert heading == "Newly changed"
    assert "; Far High (worse), also Off (new: Far High); Far Low stood in Jun-2024 but not now; " in text
    heading, text = said(plain(months + [91], rules))
    assert "; Far High (worse), also Off, 2nd month in a row with exceptions on this side; " in text


def test_exceptions_are_listed_as_in_a_sentence() -> None:
    text = said(plain(FLAT * 6 + [49, 48, 90, 90], rules="western_electric"))[1]
    listed = "One beyond 3 sigma High and Two of three beyond 2 sigma High"
    assert f"; {listed} (worse), 2nd month in a row with exceptions on this side (new: Two of three" in text
    assert "High; " not in text.split(";")[1]


def test_the_month_before_is_judged_by_the_same_limits(tmp_path: Any) -> None:
    """What stood under limits that have ended is no earlier month of this exception."""
    panel = spc.Panel.from_numpy([FLAT * 6 + [90, 90]], start="2021-06", keys=["ASB"])
    path = tmp_path / "agreed.csv"
    spc.save_limits(spc.limits(panel.until("2024-05"), baseline=24), path)
    heads, row = path.read_text().splitlines()[:2]
    older = row.replace(",2021-06,,", ",2021-06,2024-06,", 1)
    path.write_text("\n".join([heads, older, row.replace(",2021-06,,", ",2024-07,,", 1), ""]))
    card = spc.scorecard(panel, measures=[spc.Measure("ASB", improvement="low")], agreed=spc.agreed(path))
    assert card.exceptions.mask[0, -2:].all()
    heading, text = said(card)
    assert heading == "Newly changed" and "; One-Month High (worse), new; " in text


def test_of_few_events_the_number_before_is_told() -> None:
    """100% of 1 to 2 is no news; nor is there a percentage of 0."""
    assert "2 in the 12 months to Jul-2024, up 100.0% from 1 in the year before (worse)" in sentence(
        plain([0] * 22 + [1] + [0] * 11 + [1, 1])
    )
    assert "1 in the 12 months to Jul-2024, from 0 in the year before" in sentence(plain([0] * 35 + [1]))
    assert "240 in the 12 months to Jul-2024, up 11.7% on the year before" in sentence(
        plain([17.5, 18.3] * 12 + [20] * 12)
    )


def test_values_have_their_unit() -> None:
    measures = {
        "Days": {"kind": "median", "unit": "days"},
        "Rate": {"kind": "rate", "unit": "per_1000", "target": 4.0},
        "Daily": {"kind": "rate", "unit": "per_1"},
    }
    top = np.array([[1.0] * 36, [5.0] * 36, [62.0] * 36])
    of = np.array([[NAN] * 36, [1000.0] * 36, [31.0] * 36])
    card = card_of(dict(zip(measures, top, strict=True)), measures, of=of, given={12: top * 2})
    assert [sentence(card, s).split(";")[0] for s in range(3)] == [
        "1 day in Jul-2024",
        "5.0 per 1,000 in Jul-2024",
        "2.0 in Jul-2024",
    ]
    assert "; 2 days in the 12 months to Jul-2024" in sentence(card, 0)
    assert sentence(card, 1).endswith(
        "; 5.0 per 1,000 in the 12 months to Jul-2024, unchanged on the year before; target 4.0"
    )


def test_a_target_that_is_missed_by_less_than_is_printed() -> None:
    rate = {"Rate": {"kind": "rate", "improvement": "high", "target": 5.0}}
    for top, expected in ((496.0, "target 5.0% not met (4.96%; assurance: "), (504.0, "target 5.0% met")):
        card = card_of({"Rate": [500.0, 505.0] * 18 + [top]}, rate, of=np.full((1, 37), 1e4))
        assert expected in sentence(card)


def test_a_value_is_never_beside_an_average_that_reads_the_same() -> None:
    rate = {"Rate": {"kind": "rate", "improvement": "low"}}
    top = [50.0, 52.0] * 12 + [53.0] * 12
    assert "13th month in a row above average (0.051%)" in sentence(
        card_of({"Rate": top}, rate, of=np.full((1, 36), 1e5))
    )


def test_rows_that_are_not_told_are_named() -> None:
    rows = {f"ward {i}": [NAN] * 30 + [5.0] * 6 for i in range(14)} | {"[a](http://e.x)": [NAN] * 36}
    found = card_of(rows).narrative()
    named = ", ".join(f"ward {i}" for i in range(12))
    assert found.notes == (
        "15 series: 0 told above, 1 no data, 14 short history.",
        "No data: [a](http://e.x).",
        f"Short history: {named} and 2 more.",
    )
    assert "http:" not in found.to_markdown() and "(http&#58;//e.x)" in found.to_markdown()
