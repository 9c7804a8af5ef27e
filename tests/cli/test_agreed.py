"""Limits, phases, charts and words beside the page, as the command line asks for them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import spc
from spc.cli import main
from tests.cli.test_commands import AS_PUBLISHED, rows, wards

CATALOGUE = """
[[measure]]
name = "Crime"
{more}

[[measure]]
name = "Abandoned"
kind = "proportion"
improvement = "low"
target = 60.0

[[measure]]
name = "Officers"
kind = "stock"
"""
STEP = 'steps = [{ month = "2023-01", reason = "new recording system" }]'
MIXED = ["scorecard", "mixed.csv", "--measures", "mixed.toml"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def mixed(more: str = "", *, crime: int = 0, step: int = 0, season: int = 0) -> None:
    """Write 36 months of a count, a proportion with parts and a stock, and their catalogue."""
    lines = ["measure,month,numerator,denominator"]
    for t in range(36):
        month = f"{2021 + (7 + t) // 12}-{(7 + t) % 12 + 1:02d}"
        count = 120 + (7 * t) % 13 + season * (t % 12 in (0, 1, 2)) + crime
        lines.append(f"Crime,{month},{count + (step if t >= 17 else 0)},")
        lines.append(f"Abandoned,{month},{30 + (5 * t) % 11},{100 + (3 * t) % 17}")
        lines.append(f"Officers,{month},{70 + t % 3},")
    Path("mixed.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    Path("mixed.toml").write_text(CATALOGUE.format(more=more), encoding="utf-8")


def refusal(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int) -> str:
    """Return the one sentence of a run that fails and writes nothing."""
    before = sorted(Path().iterdir())
    capsys.readouterr()
    assert main(arguments) == code
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert sorted(Path().iterdir()) == before
    return said


# agreed limits


def test_saved_limits_give_the_same_page_and_hold_when_the_months_change(
    capsys: pytest.CaptureFixture[str],
) -> None:
    mixed()
    assert main([*MIXED, "--out", "one.csv", "--save-limits", "agreed.csv"]) == 0
    assert "agreed.csv: limits of 3 series to be agreed\n" in capsys.readouterr().out
    assert main([*MIXED, "--out", "two.csv", "--agreed", "agreed.csv"]) == 0
    assert Path("one.csv").read_bytes() == Path("two.csv").read_bytes()
    saved = Path("agreed.csv").read_bytes()
    assert [row["measure"] for row in rows("agreed.csv")] == ["Crime", "Abandoned", "Officers"]
    assert main([*MIXED, "--agreed", "agreed.csv", "--save-limits", "again.csv"]) == 0
    assert Path("again.csv").read_bytes() == saved
    mixed(crime=200)
    words = {}
    for name, asked in (("fresh.csv", []), ("held.csv", ["--agreed", "agreed.csv"])):
        assert main([*MIXED, "--out", name, *asked]) == 0
        words[name] = rows(name)[0]["exceptions"]
    assert "One" not in words["fresh.csv"]
    assert words["held.csv"].startswith("One")


@pytest.mark.parametrize(
    "beside", [["--baseline", "24"], ["--chart", "xmr"], ["--phases", "steps"]], ids=lambda given: given[0]
)
def test_agreed_limits_stand_alone(beside: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    mixed(STEP)
    assert main([*MIXED, "--save-limits", "agreed.csv"]) == 0
    said = refusal([*MIXED, "--agreed", "agreed.csv", *beside, "--out", "card.csv"], capsys, 2)
    assert f"`--agreed` holds the limits as they are, so `{beside[0]}` has nothing to say" in said


@pytest.mark.parametrize(
    ("name", "text", "code", "sentence"),
    [
        ("nothing.csv", None, 3, "nothing.csv cannot be read"),
        ("agreed.txt", "chart", 2, r"`--agreed` must end in \.csv"),
        ("page.csv", "measure,chart\nCrime,xmr\n", 3, r"page\.csv"),
        ("odd.csv", "measure,chart,first,observed,centre\nCrime,sundial,2021-08,24,5\n", 3, "sundial"),
    ],
)
def test_limits_that_cannot_be_read(
    name: str, text: str | None, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mixed()
    if text is not None:
        Path(name).write_text(text, encoding="utf-8")
    said = refusal([*MIXED, "--agreed", name, "--out", "card.csv"], capsys, code)
    assert re.search(sentence, said)


def test_limits_to_be_agreed_go_to_a_csv_file(capsys: pytest.CaptureFixture[str]) -> None:
    mixed()
    assert "`--save-limits` must end in .csv" in refusal([*MIXED, "--save-limits", "a.toml"], capsys, 2)


@pytest.mark.parametrize("option", ["--suppress-below", "--round-to"])
def test_true_limits_are_not_saved_beside_a_paper(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    mixed()
    said = refusal([*MIXED, option, "5", "--out", "card.csv", "--save-limits", "a.csv"], capsys, 2)
    assert f"which `{option}` is there to keep back" in said


def test_series_whose_limits_cannot_be_saved_are_left_out_and_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    mixed('chart = "seasonal_xmr"', season=90)
    assert main([*MIXED, "--save-limits", "agreed.csv"]) == 0
    said = capsys.readouterr().out
    assert "agreed.csv: limits of 2 series to be agreed; 1 left out, whose charts" in said
    assert said.rstrip().endswith("centre and a sigma: Crime")
    assert [row["measure"] for row in rows("agreed.csv")] == ["Abandoned", "Officers"]
    assert main([*MIXED, "--agreed", "agreed.csv", "--out", "card.csv"]) == 0
    assert [row["status"] for row in rows("card.csv")] == ["not agreed", "ok", "ok"]
    lines = Path("mixed.csv").read_text(encoding="utf-8").splitlines()
    kept = [line.removesuffix(",") for line in lines[1:] if line.startswith("Crime")]
    Path("crime.csv").write_text("\n".join(["measure,month,value", *kept]), encoding="utf-8")
    asked = ["scorecard", "crime.csv", "--chart", "seasonal_xmr", "--save-limits", "none.csv"]
    assert "every series that has any is on a chart that draws its lines from more" in refusal(
        asked, capsys, 2
    )


# phases, charts, words


def test_phases_begin_at_the_steps_of_the_catalogue() -> None:
    mixed(STEP, step=60)
    asked = [*MIXED, "--baseline", "14", "--columns", "exceptions", "warnings", "--out"]
    assert main([*asked, "whole.csv"]) == 0
    assert main([*asked, "steps.csv", "--phases", "steps"]) == 0
    whole, steps = rows("whole.csv"), rows("steps.csv")
    assert whole[0]["exceptions"].endswith("High")
    assert steps[0]["exceptions"] == ""
    assert "step nearby" in steps[0]["warnings"]
    assert whole[1:] == steps[1:]


def test_a_chart_for_parts_leaves_other_measures_on_xmr() -> None:
    mixed()
    assert main([*MIXED, "--chart", "p_prime", "--columns", "chart", "status", "--out", "card.csv"]) == 0
    assert [row["chart"] for row in rows("card.csv")] == ["XmR", spc.CHARTS["p_prime"].title, "XmR"]
    assert [row["status"] for row in rows("card.csv")] == ["ok"] * 3
    assert main([*MIXED, "--chart", "c", "--columns", "chart", "--out", "card.csv"]) == 0
    assert [row["chart"] for row in rows("card.csv")] == [spc.CHARTS["c"].title, "XmR", "XmR"]


def test_the_words_beside_the_page_are_those_of_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["variation", "assurance", "chart", "warnings"]
    mixed()
    assert main([*MIXED, "--columns", *names, "--out", "card.csv"]) == 0
    read = spc.read("mixed.csv", measures=spc.Catalogue.from_toml("mixed.toml"))
    card = spc.scorecard(read, measures=spc.Catalogue.from_toml("mixed.toml"))
    words = {"variation": card.assurance.variation, "assurance": card.assurance.assurance}
    words |= {"chart": card.charts, "warnings": card.limits.warnings}
    made = rows("card.csv")
    assert list(made[0]) == ["measure", *names]
    for s in np.flatnonzero(card.monthly):
        assert [made[s][name] for name in names] == [words[name][s] for name in names]
    assert made[1]["assurance"] == "passes"
    assert main([*AS_PUBLISHED, "--columns", *names]) == 0
    assert "special cause improving" in capsys.readouterr().out


def test_the_words_of_a_paper_are_true() -> None:
    lines = wards(Path("wards.csv")).read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].rsplit(",", 1)[0] + ",2"
    Path("wards.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    asked = ["scorecard", "wards.csv", "--columns", "month", "variation", "warnings", "--out"]
    assert main([*asked, "card.csv"]) == 0
    assert main([*asked, "paper.csv", "--suppress-below", "5"]) == 0
    true, paper = rows("card.csv"), rows("paper.csv")
    assert (true[0]["month"], paper[0]["month"]) == ("2", "[c]")
    assert [row["variation"] for row in paper] == [row["variation"] for row in true]
    assert paper[0]["warnings"] == ""
    assert [row["warnings"] for row in paper[1:]] == [row["warnings"] for row in true[1:]]
