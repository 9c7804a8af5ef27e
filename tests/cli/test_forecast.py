"""`spc forecast` from end to end, in this process: files, console, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

import spc
from spc.cli import main
from spc.forecast import METHODS
from tests.cli.test_agreed import refusal
from tests.cli.test_commands import MONTHS, WILTSHIRE, rows, wards

COLUMNS = ["ward", "type", "month", "step", "mean", "lower", "upper", "method", "status"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ward_panel() -> spc.Panel:
    return spc.read("wards.csv")


def test_both_data_formats_hold_what_the_verb_says(capsys: pytest.CaptureFixture[str]):
    wards(Path("wards.csv"))
    asked = ["--method", "theta", "--horizon", "5", "--level", "80"]
    assert main(["forecast", "wards.csv", *asked, "--out", "next.csv", "next.parquet"]) == 0
    expected = spc.forecast.theta(ward_panel(), horizon=5, level=80)
    table = pyarrow.parquet.read_table("next.parquet")
    assert table.column_names == COLUMNS
    read = rows("next.csv")
    assert len(read) == table.num_rows == 20
    for name in ("mean", "lower", "upper"):
        numbers = getattr(expected, name).ravel()
        assert np.array([float(row[name]) for row in read]).tobytes() == numbers.tobytes(), name
        assert table.column(name).to_numpy().tobytes() == numbers.tobytes(), name
    assert [row["month"] for row in read][:6] == [
        "2024-01",
        "2024-02",
        "2024-03",
        "2024-04",
        "2024-05",
        "2024-01",
    ]
    assert [row["ward"] for row in read[::5]] == ["Abbey", "Bowerdean", "Cressex", "Downley"]
    assert {row["method"] for row in read} == {"theta"} and {row["status"] for row in read} == {"ok"}
    out = capsys.readouterr().out
    assert out.splitlines() == [f"next.{e}: 4 series, 5 months ahead by theta" for e in ("csv", "parquet")]


def test_the_manifest_says_how(capsys: pytest.CaptureFixture[str]):
    wards(Path("wards.csv"))
    assert (
        main(["forecast", "wards.csv", "--method", "naive", "--as-at", "2023-06", "--out", "next.csv"]) == 0
    )
    about = json.loads(Path("next.csv.manifest.json").read_text(encoding="utf-8"))
    assert about["command"] == "spc forecast"
    assert about["options"] == {"as-at": "2023-06", "method": "naive", "out": ["next.csv"]}
    assert (about["method"], about["horizon"], about["level"]) == ("naive", 12, 95.0)
    assert (about["rows"], about["columns"], about["months"]) == (48, COLUMNS, [MONTHS[0], MONTHS[-1]])
    assert rows("next.csv")[0]["month"] == "2023-07"
    again = Path("next.csv").read_bytes(), Path("next.csv.manifest.json").read_bytes()
    assert (
        main(["forecast", "wards.csv", "--method", "naive", "--as-at", "2023-06", "--out", "next.csv"]) == 0
    )
    assert again == (Path("next.csv").read_bytes(), Path("next.csv.manifest.json").read_bytes())


def test_a_table_here(capsys: pytest.CaptureFixture[str]):
    wards(Path("wards.csv"))
    assert main(["forecast", "wards.csv", "--method", "naive", "--horizon", "2", "--progress"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].split() == COLUMNS
    assert lines[2].split()[:5] == ["Abbey", "Burglary", "2024-01", "1", "60"]
    assert len(lines) == 2 + 8
    assert "forecasting" in said.err
    assert not list(Path().glob("*manifest*"))


def test_bounds():
    wards(Path("wards.csv"))
    words = ["forecast", "wards.csv", "--method", "naive", "--horizon", "3", "--out", "next.csv"]
    limits = {}
    for bounds in ("50..62", "..62", "55..", ""):
        assert main([*words, *([f"--bounds={bounds}"] if bounds else [])]) == 0
        limits[bounds] = np.array([(float(row["lower"]), float(row["upper"])) for row in rows("next.csv")])
    free = limits[""]
    assert free.min() < 50.0 and free.max() > 62.0
    np.testing.assert_array_equal(limits["50..62"], np.clip(free, 50.0, 62.0))
    np.testing.assert_array_equal(limits["..62"], np.minimum(free, 62.0))
    np.testing.assert_array_equal(limits["55.."], np.maximum(free, 55.0))


def test_days(capsys: pytest.CaptureFixture[str]):
    wards(Path("wards.csv"))
    words = ["forecast", "wards.csv", "--method", "naive", "--horizon", "2", "--out", "next.csv"]
    assert main([*words, "--days", "month"]) == 0
    expected = spc.forecast.naive(ward_panel(), horizon=2, days="month").mean
    np.testing.assert_allclose([float(row["mean"]) for row in rows("next.csv")], expected.ravel())
    np.testing.assert_allclose(expected[:, 1] / expected[:, 0], 29 / 31)  # February 2024
    about = json.loads(Path("next.csv.manifest.json").read_text(encoding="utf-8"))
    assert about["options"]["days"] == "month"
    assert capsys.readouterr().out.strip() == "next.csv: 4 series, 2 months ahead by naive"


def test_series_without_days_are_told(capsys: pytest.CaptureFixture[str]):
    lines = [
        "area,month,numerator,denominator",
        *(f"counts,{month},{30 + n % 5}," for n, month in enumerate(MONTHS)),
    ]
    lines += [f"shares,{month},{n % 7 + 1},90" for n, month in enumerate(MONTHS)]
    Path("two.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = ["forecast", "two.csv", "--method", "mean", "--out", "next.csv", "--days", "month"]
    assert main(words) == 0
    assert capsys.readouterr().out.strip() == (
        "next.csv: 2 series, 12 months ahead by mean, 1 as they are, without days"
    )
    Path("two.csv").write_text("\n".join([lines[0], *lines[37:]]) + "\n", encoding="utf-8")
    assert "every series is a ratio" in refusal(words, capsys, 2)


def test_cells_that_are_refused_end_with_4(capsys: pytest.CaptureFixture[str]):
    wards(Path("wards.csv"), Cressex="n0")
    assert main(["forecast", "wards.csv", "--method", "naive", "--out", "next.csv"]) == 4
    said = capsys.readouterr()
    assert "Cressex" in said.err and "'n0'" in said.err
    assert [row["ward"] for row in rows("next.csv")[::12]] == ["Abbey", "Bowerdean", "Downley"]
    assert said.out.strip() == "next.csv: 3 series, 12 months ahead by naive"
    assert main(["forecast", "wards.csv", "--method", "naive", "--strict"]) == 3


def test_short_histories_are_told(capsys: pytest.CaptureFixture[str]):
    lines = ["area,month,value", *(f"long,{month},{20 + n % 5}" for n, month in enumerate(MONTHS))]
    lines += [f"young,{month},7" for month in MONTHS[-3:]]
    Path("two.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["forecast", "two.csv", "--method", "seasonal_naive", "--out", "next.csv"]) == 0
    assert "2 series, 12 months ahead by seasonal_naive, 1 short history" in capsys.readouterr().out
    assert [(row["method"], row["status"]) for row in rows("next.csv")[::12]] == [
        ("seasonal_naive", "ok"),
        ("naive", "short history"),
    ]


def test_every_method_has_its_word(capsys: pytest.CaptureFixture[str]):
    lines = ["area,month,value", *(f"one,{month},{n % 3}" for n, month in enumerate(MONTHS[:5]))]
    Path("young.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in METHODS:
        assert main(["forecast", "young.csv", "--method", name, "--horizon", "1"]) == 0, name
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--method", "nave"], "`--method` must be one of 'naive', "),
        (["--horizon", "0"], "`--horizon` must be a whole number from 1 to 120, got 0."),
        (["--horizon", "x"], "`--horizon` must be a whole number from 1 to 120, got 'x'."),
        (["--level", "x"], "`--level` must be a number, got 'x'."),
        (["--level", "0.95"], "`--level` must be from 50 to below 100 percent, got 0.95."),
        (["--level", "100"], "`--level` must be from 50 to below 100 percent, got 100.0."),
        (["--bounds", "5"], "`--bounds` must be low..high, as 0..100 or 0.., got '5'."),
        (["--bounds", ".."], "`--bounds` must be low..high"),
        (["--bounds", "9..2"], "`--bounds` must be a pair (low, high)"),
        (["--days", "weekly"], "`--days` must be one of month, working, got 'weekly'."),
        (["--as-at", "2031-01"], "`--as-at` must be a month from 2021-01 to 2023-12, got '2031-01'."),
        (["--out", "next.html"], "`--out` must end in .csv, .parquet, got next.html."),
        (["--chart", "xmr"], "Unrecognized arguments: --chart xmr"),
    ],
)
def test_usage(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]):
    wards(Path("wards.csv"))
    usual = [] if "--method" in words else ["--method", "naive"]
    assert sentence in refusal(["forecast", "wards.csv", *usual, *words], capsys, 2)


def test_an_absent_input(capsys: pytest.CaptureFixture[str]):
    assert "absent.csv" in refusal(["forecast", "absent.csv", "--method", "naive"], capsys, 3)


def test_settings_may_stand_beside_the_input():
    wards(Path("wards.csv"))
    Path("spc.toml").write_text(
        'method = "naive"\nhorizon = 4\nlevel = 80\nbounds = "0..55"\nrules = "opcc"\nout = ["next.csv"]\n',
        encoding="utf-8",
    )
    assert main(["forecast", "wards.csv"]) == 0
    assert len(rows("next.csv")) == 16 and max(float(row["upper"]) for row in rows("next.csv")) == 55.0


def test_the_published_sample_is_forecast():
    assert main(["forecast", str(WILTSHIRE), "--out", "next.csv"]) == 0
    assert {row["status"] for row in rows("next.csv")} <= {"ok", "short history", "no data"}
