"""What the forecast benchmark prints is what the runs say: figures by hand, whole classes, no stale peers."""

from __future__ import annotations

import importlib.util
import platform
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from benchmarks import forecast_peers
from benchmarks.forecast_peers import Kept, Run
from benchmarks.forecast_scores import (
    class_coverage,
    classes,
    left_out,
    main_table,
    scores_of,
    speed,
    wanted_table,
)
from benchmarks.forecast_sets import Months
from benchmarks.printing import circumstances, markdown

ROOT = Path(__file__).parents[2]


def run(mean: float, half: float, seconds: float, n: int = 2) -> Run:
    """Forecast the same for every month."""
    cells = np.full((n, 2), mean)
    return Run(cells, cells - half, cells + half, seconds)


@pytest.fixture
def months() -> Months:
    """Two years of 10 and of 14 each: the scale is 4. The future is 12 and 20, and 12 and 12."""
    return Months(np.repeat([[10.0, 14.0]] * 2, 12, axis=1), np.array([[12.0, 20.0], [12.0, 12.0]]))


@pytest.fixture
def runs() -> dict[str, dict[str, Run]]:
    ours, simple = run(12.0, 1.0, 0.001), run(16.0, 4.0, 0.004)
    return {"m1": {"auto": ours, "Theta": replace(simple, seconds=0.03), "naive2": simple}}


def test_scores_by_hand(months, runs):
    score = scores_of({"m1": months}, runs)["m1"]["auto"]
    # Errors 0, 8, 0, 0 over 4; 200 * 8 / 32 = 50 in one month of four.
    assert score.mase == pytest.approx(0.5)
    assert score.smape == pytest.approx(12.5)
    # Errors of naive2: 4 in each month; 200 * 4 / 28 three times, 200 * 4 / 36 once.
    naive2 = (3 * 800 / 28 + 800 / 36) / 4
    assert score.owa == pytest.approx((12.5 / naive2 + 0.5 / 1.0) / 2)
    # Width 2 in four months, and 7 above the limits at 40 each.
    assert score.msis == pytest.approx((4 * 2 + 40 * 7) / 4 / 4)
    assert (score.coverage, score.first) == (75.0, 100.0)
    assert score.speed == pytest.approx(0.5)


def test_naive2_is_its_own_measure(months, runs):
    assert scores_of({"m1": months}, runs)["m1"]["naive2"].owa == 1.0


def test_tables_say_what_does_not_hold(months, runs):
    scores = scores_of({"m1": months}, runs)
    by_class = class_coverage({"m1": months}, runs)
    table = wanted_table(scores, by_class, [("start, s", "1 or less", "2.00", False)])
    verdicts = {row.split("|")[1].strip(): row.split("|")[4].strip() for row in table.split("\n")[2:]}
    assert verdicts["m1, OWA"] == "yes"
    assert verdicts["all: coverage"] == "NO"
    assert verdicts["start, s"] == "NO"
    ((_, _, found, holds),) = speed(scores)
    assert (found, holds) == ("middle 30; least 30.0 (m1)", True)
    assert main_table(scores).count("\n") == 4


def test_every_series_is_in_one_class_of_length_and_one_of_mean():
    lengths, means = [20, 24, 25, 36, 37, 59, 60, 90], [0.0, 4.9, 5.0, 50.0, 50.1, 1.0, 7.0, 99.0]
    history = np.full((8, 90), np.nan)
    for row, length, mean in zip(history, lengths, means, strict=True):
        row[-length:] = mean
    found = classes(Months(history, np.zeros((8, 1))))
    for word, counts in (("months", [2, 2, 2, 2]), ("mean", [3, 3, 2])):
        rows = np.array([rows for title, rows in found.items() if word in title])
        np.testing.assert_array_equal(rows.sum(axis=0), 1)
        assert rows.sum(axis=1).tolist() == counts


def test_series_without_a_scale_and_failures_are_named(runs):
    flat = Months(np.full((2, 24), 3.0), np.full((2, 2), 3.0))
    runs = {"m1": {**runs["m1"], "Theta": replace(runs["m1"]["Theta"], failed=7)}}
    said = left_out({"m1": flat}, runs)
    assert "2 of 2 in m1" in said
    assert "Theta 7 in m1" in said


def test_peers_are_kept_for_the_same_months_alone(monkeypatch, tmp_path, months):
    monkeypatch.setattr(forecast_peers, "metadata", SimpleNamespace(version=lambda name: "2.1"))
    made = []

    def fresh(name: str, asked: Months) -> Run:
        made.append(name)
        return run(float(len(made)), 1.0, 0.5)

    path = tmp_path / "kept.npz"
    first = Kept(path).run("Theta", months, fresh)
    again = Kept(path).run("Theta", months, fresh)
    assert made == ["Theta"]
    assert (first.kept, again.seconds) == ("", 0.5)
    assert len(again.kept) == 10
    np.testing.assert_array_equal(
        [again.mean, again.lower, again.upper], [first.mean, first.lower, first.upper]
    )
    Kept(path).run("AutoETS", months, fresh)
    Kept(path).run("Theta", Months(months.history + 1.0, months.future), fresh)
    forecast_peers.metadata.version = lambda name: "2.2"
    Kept(path).run("Theta", months, fresh)
    Kept(None).run("Theta", months, fresh)
    assert made == ["Theta", "AutoETS", "Theta", "Theta", "Theta"]


@pytest.fixture
def printer(monkeypatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("print_benchmarks", ROOT / "docs" / "print_benchmarks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up.
    monkeypatch.setitem(sys.modules, "print_benchmarks", module)
    spec.loader.exec_module(module)
    return module


def test_the_page_keeps_what_is_not_printed_anew(monkeypatch, tmp_path, printer):
    monkeypatch.setattr(printer, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(printer, "printed", lambda section, more: f"| {section.script} {more} |")
    printer.main(["windows"])
    assert "## Forecasts" not in printer.PAGE.read_text(encoding="utf-8")
    printer.main(["forecasts", "--sets", "m1"])
    page = printer.PAGE.read_text(encoding="utf-8")
    assert page.index("| bench_forecasts.py ['--sets', 'm1'] |") < page.index("| bench_windows.py [] |")
    with pytest.raises(SystemExit, match="forecasts, windows"):
        printer.main(["forecast"])


def test_the_page_has_the_printer_s_words(printer):
    page = printer.PAGE.read_text(encoding="utf-8")
    assert page == printer.render({name: printer.kept(page, name) for name in printer.SECTIONS})


def test_markdown_is_one_table():
    assert markdown(("a", "b"), [("one", "2")]) == "| a   | b |\n|-----|--:|\n| one | 2 |"


def test_circumstances_name_no_machine():
    said = circumstances()
    assert platform.node() not in said
    assert str(ROOT) not in said
    assert f"numpy {np.__version__}" in said
