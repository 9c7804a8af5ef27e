"""The commands from end to end, in this process: files, console, exit codes."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest

import spc
from spc.cli import EXIT_CODES, commands, main
from spc.cli.warming import warm_calls
from spc.printed import FORMS, NUMBERS, WORDS
from spc.writing import Delivery, sha256

SAMPLES = Path(spc.samples.__file__).parent
WILTSHIRE = SAMPLES / "wiltshire_2024.csv"
MEASURES = SAMPLES / "wiltshire_2024.toml"
AS_PUBLISHED = ["scorecard", str(WILTSHIRE), "--measures", str(MEASURES), "--as-at", "2024-07"]
MONTHS = [f"{2021 + m // 12}-{m % 12 + 1:02d}" for m in range(36)]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def wards(path: Path, **changed: str) -> Path:
    """Write four wards of 36 months; `changed` puts a text in place of a ward's last cell."""
    lines = ["ward,type," + ",".join(MONTHS)]
    for n, ward in enumerate(("Abbey", "Bowerdean", "Cressex", "Downley")):
        cells = [str(20 + n + (7 * m + n) % 5) for m in range(35)] + [changed.get(ward, str(60 + n))]
        lines.append(f"{ward},Burglary," + ",".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rows(path: str | Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path(path).read_text(encoding="utf-8"))))


def test_the_published_scorecard_in_both_data_formats(capsys: pytest.CaptureFixture[str]):
    assert main([*AS_PUBLISHED, "--out", "card.csv", "card.parquet"]) == 0
    card = card_of_july()
    words, numbers = card.to_frame(), card.to_frame(form="numbers")
    table = pyarrow.parquet.read_table("card.parquet")
    assert table.column_names == ["measure", *FORMS["2024"], *[n for n in NUMBERS if n != "weighting"]]
    for name in ("measure", *FORMS["2024"]):
        if name != "weighting":
            assert table.column(name).to_pylist() == words[name].tolist(), name
            assert [row[name] for row in rows("card.csv")] == words[name].tolist(), name
    weighting = numbers["weighting"]
    assert table.column("weighting").to_pandas().equals(weighting)
    assert [row["weighting"] for row in rows("card.csv")] == words["weighting"].tolist()
    assert f"card.csv: {repr(card)[10:-1]}" in capsys.readouterr().out
    assert sorted(os.listdir()) == ["card.csv", "card.csv.manifest.json", "card.parquet"]


def test_the_manifest_says_what_the_outputs_were_made_from(tmp_path: Path):
    (tmp_path / "spc.toml").write_text('as-at = "2023-12"\n', encoding="utf-8")
    source = wards(tmp_path / "wards.csv")
    assert main(["scorecard", str(source), "--out", "card.csv", "--top", "2", "--progress"]) == 0
    about = json.loads(Path("card.csv.manifest.json").read_text(encoding="utf-8"))
    assert about["inputs"] == [{"name": name, "sha256": sha256(name)} for name in ("wards.csv", "spc.toml")]
    assert about["options"] == {"as-at": "2023-12", "out": ["card.csv"], "top": 2}
    assert about["rows"] == about["series"] == len(rows("card.csv")) == 4
    assert (about["as_at"], about["months"]) == ("2023-12", [MONTHS[0], MONTHS[-1]])
    assert about["cells"]["in"] == about["cells"]["used"] == 144
    assert about["versions"]["opcc-spc"] == spc.__version__
    assert about["outputs"] == [
        {"name": "card.csv", "size": Path("card.csv").stat().st_size, "sha256": sha256("card.csv")}
    ]


def test_equal_runs_give_equal_bytes_wherever_they_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        wards(Path("wards.csv"), Abbey="<5")
        assert main(["scorecard", "wards.csv", "--out", "a.csv", "b.parquet"]) == 4
        assert main(["check", "wards.csv", "--clean", "c.parquet", "--problems", "p.csv"]) == 4
        found.append({path.name: path.read_bytes() for path in Path().iterdir()})
    assert found[0] == found[1]
    assert len(found[0]) == 7


def test_a_bad_cell_refuses_its_series_and_leaves_the_others_as_they_are(
    capsys: pytest.CaptureFixture[str],
):
    wards(Path("good.csv"))
    wards(Path("bad.csv"), Bowerdean="<5")
    assert main(["scorecard", "good.csv", "--out", "good_card.csv"]) == 0
    capsys.readouterr()
    assert main(["scorecard", "bad.csv", "--out", "bad_card.csv"]) == 4
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert "Bowerdean" in told[0]
    assert "2023-12" in told[0]
    assert "--missing '<5'" in told[0]
    good = [row for row in rows("good_card.csv") if row["ward"] != "Bowerdean"]
    made = rows("bad_card.csv")
    assert [row for row in made if row["ward"] != "Bowerdean"] == good
    assert [row["status"] for row in made if row["ward"] == "Bowerdean"] == ["refused"]
    assert main(["scorecard", "bad.csv", "--out", "bad_card.csv", "--missing", "<5"]) == 0
    assert len(rows("bad_card.csv")) == 4


def test_many_problems_are_cut_short_on_the_console(capsys: pytest.CaptureFixture[str]):
    lines = ["ward,month,value"] + [f"w{n},2024-07,x{n}" for n in range(30)] + ["good,2024-07,1"]
    Path("many.csv").write_text("\n".join(lines), encoding="utf-8")
    assert main(["check", "many.csv", "--problems", "p.csv"]) == 4
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 21
    assert told[-1] == "and 10 more: `spc check --problems FILE` lists them all."
    assert len(rows("p.csv")) == 30
    assert set(rows("p.csv")[0]) == {"series", "month", "raw", "rule", "remedy", "severity", "sentence"}
    assert main(["check", "many.csv", "--strict"]) == 3
    assert len(capsys.readouterr().err.splitlines()) == 21


def test_problems_of_one_kind_are_told_once(capsys: pytest.CaptureFixture[str]):
    cells = [("£5", "£6"), ("£7", "<5"), ("8", "<9")]
    lines = [f"w{n},2024-0{m},{cell}" for n, pair in enumerate(cells) for m, cell in enumerate(pair, 1)]
    Path("kinds.csv").write_text("\n".join(["ward,month,value", *lines, "w,2024-01,1"]), encoding="utf-8")
    assert main(["check", "kinds.csv"]) == 4
    pounds, *others, where = capsys.readouterr().err.splitlines()
    assert pounds.startswith("w0, 2024-01: '£5'")
    assert pounds.endswith("amount alone (and 2 more like it; 2 series in all).")
    # what is missing under another text is mended in another way
    assert [line.rpartition(" ")[2] for line in others] == ["'<5'.", "'<9'."]
    assert where == "`spc check --problems FILE` lists them all."


def test_measures_that_the_catalogue_lacks_are_named(capsys: pytest.CaptureFixture[str]):
    Path("calls.csv").write_text("measure,month,value\nCalls,2024-01,1\nLogs,2024-01,2\n", encoding="utf-8")
    names = {"full": ("Calls", "Logs", "Visits"), "misspelt": ("Calls", "Lgos")}
    for file, measures in names.items():
        rows = "".join(f'[[measure]]\nname = "{name}"\n' for name in measures)
        Path(f"{file}.toml").write_text(rows, encoding="utf-8")
    assert main(["check", "calls.csv", "--measures", "full.toml"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["check", "calls.csv", "--measures", "misspelt.toml"]) == 0
    assert capsys.readouterr().err == (
        "misspelt.toml does not name 1 measure of the input, taken for a count or rate without a preferred "
        "direction: 'Logs'; it names 'Lgos', which the input has not.\n"
    )


def test_sheets_that_are_not_read_are_named(capsys: pytest.CaptureFixture[str]):
    book = openpyxl.Workbook()
    for page in (book.active, book.create_sheet("County")):
        page.append(["measure", "month", "value"])
        page.append(["Calls", "2024-01", 5])
    book.save("pack.xlsx")
    assert main(["check", "pack.xlsx"]) == 0
    assert capsys.readouterr().err == "Other sheets are not read: 'County'; name one with --sheet.\n"
    assert main(["check", "pack.xlsx", "--sheet", "County"]) == 0
    assert capsys.readouterr().err == ""


def test_strict_changes_nothing():
    wards(Path("bad.csv"), Abbey="n/a")
    Path("card.csv").write_bytes(b"old")
    assert main(["scorecard", "bad.csv", "--out", "card.csv", "--strict"]) == 3
    assert Path("card.csv").read_bytes() == b"old"
    assert sorted(os.listdir()) == ["bad.csv", "card.csv"]


def test_clean_cells_come_back_as_the_same_scorecard():
    for source, options in ((WILTSHIRE, ["--measures", str(MEASURES)]), (wards(Path("wards.csv")), [])):
        for ending in (".csv", ".parquet"):
            clean = f"clean{ending}"
            assert main(["check", str(source), *options, "--clean", clean]) == 0
            keys = ["--keys", "series"] if source == WILTSHIRE else []
            assert main(["scorecard", clean, *keys, "--out", "again.csv"]) == 0
            assert main(["scorecard", str(source), "--out", "first.csv"]) == 0
            again = Path("again.csv").read_text(encoding="utf-8").splitlines()
            first = Path("first.csv").read_text(encoding="utf-8").splitlines()
            assert again[1:] == first[1:]


def test_clean_names_the_only_key_series():
    Path("a.csv").write_text('ward,month,value\nNA,Jun-24,"1,234"\nNA,Jul-24,\n', encoding="utf-8")
    assert main(["check", "a.csv", "--clean", "clean.csv"]) == 0
    assert (
        Path("clean.csv").read_text(encoding="utf-8") == "series,month,value\nNA,2024-06,1234\nNA,2024-07,\n"
    )


def test_forms_and_columns(capsys: pytest.CaptureFixture[str]):
    assert main([*AS_PUBLISHED, "--form", "2022", "--out", "card.csv"]) == 0
    assert list(rows("card.csv")[0])[: 1 + len(FORMS["2022"])] == ["measure", *FORMS["2022"]]
    card = card_of_july()
    row = next(row for row in rows("card.csv") if row["measure"] == "Call Answered Volume: CCH")
    place = card.panel.keys["measure"].tolist().index("Call Answered Volume: CCH")
    change = 100.0 * (card.comparison.current[place, 0] / card.comparison.previous[place, 0] - 1.0)
    assert row["month_change"] == f"{change:.1f}%"
    assert row["m12_change"] == "-20.6%"
    capsys.readouterr()
    assert main([*AS_PUBLISHED, "--columns", "weighting", "m12_change", "trend_p", "--out", "card.csv"]) == 0
    assert list(rows("card.csv")[0]) == ["measure", "weighting", "m12_change", "trend_p"]
    assert main([*AS_PUBLISHED, "--columns", *WORDS, *NUMBERS]) == 0
    assert capsys.readouterr().out.split("\n")[1].split() == ["measure", *WORDS, *NUMBERS]
    assert main([*AS_PUBLISHED, "--columns", "colour"]) == 2
    assert "`--columns` must be some of line, month, m3" in capsys.readouterr().err


def card_of_july() -> Any:
    sample = spc.samples.load("wiltshire_2024")
    return spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-07")


def test_keys_with_the_names_of_columns_are_kept():
    Path("a.csv").write_text("status,trend,month,value\nopen,up,2024-07,3\n", encoding="utf-8")
    assert main(["scorecard", "a.csv", "--out", "card.csv"]) == 0
    (row,) = rows("card.csv")
    assert (row["status_key"], row["trend_key"]) == ("open", "up")
    assert (row["status"], row["trend"]) == ("short history", "not enough history")


def test_top_limits_the_console_and_never_the_files(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "220")  # names are cut to fit
    assert main([*AS_PUBLISHED, "--top", "3", "--out", "card.csv"]) == 0
    out = capsys.readouterr().out
    found = rows("card.csv")
    assert len(found) == 57
    weights = sorted((int(row["weighting"] or -1) for row in found), reverse=True)
    shown = [
        line.split()[-1]
        for line in out.splitlines()
        if line.startswith(tuple(row["measure"] for row in found))
    ]
    assert sorted(map(int, shown), reverse=True) == weights[:3]
    assert "The 3 heaviest of 57 series." in out
    assert "Without data" not in out


def test_without_out_the_table_is_printed_and_nothing_written(capsys: pytest.CaptureFixture[str]):
    assert main(AS_PUBLISHED) == 0
    assert card_of_july().to_text() in capsys.readouterr().out
    assert os.listdir() == []


def test_progress_is_said_on_stderr(capsys: pytest.CaptureFixture[str]):
    assert main([*AS_PUBLISHED, "--out", "card.csv", "--progress"]) == 0
    told = capsys.readouterr().err
    for what in ("reading", "57 series, 2021-08 to 2024-07", "scoring", "writing card.csv"):
        assert what in told
    assert main([*AS_PUBLISHED, "--out", "card.csv"]) == 0
    assert capsys.readouterr().err == ""


def test_names_are_inert_in_csv_whole_in_parquet_and_harmless_on_the_console(
    capsys: pytest.CaptureFixture[str],
):
    names = ["=cmd|' /C calc'!A0", "../../x", "<b>", "@x"]
    lines = ["ward,month,value"] + [f'"{name}",2024-07,3' for name in names]
    Path("a.csv").write_text("\n".join(lines), encoding="utf-8")
    assert main(["scorecard", "a.csv", "--out", "card.csv", "card.parquet"]) == 0
    assert [row["ward"] for row in rows("card.csv")] == ["'=cmd|' /C calc'!A0", "../../x", "<b>", "'@x"]
    assert pyarrow.parquet.read_table("card.parquet").column("ward").to_pylist() == names
    assert main(["scorecard", "a.csv"]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["scorecard", "absent.csv"], 3, "absent.csv cannot be read: No such file"),
        (["scorecard", "wards.csv", "--out", "card.txt"], 2, "`--out` must end in .csv, .parquet"),
        (["scorecard", "wards.csv", "--out", "card"], 2, "`--out` must end in"),
        (["scorecard", "wards.csv", "--out", "no/card.csv"], 2, "There is no folder no"),
        (["scorecard", "wards.csv", "--out", "folder.csv"], 2, "is a folder"),
        (["scorecard", "wards.csv", "--out", "wards.csv"], 2, "is also read"),
        (["scorecard", "wards.csv", "--out", "a.csv", "./a.csv"], 2, "are one file"),
        (["check", "wards.csv", "--clean", "a.csv", "--problems", "a.csv"], 2, "are one file"),
        (["check", "wards.csv", "--clean", "a.html"], 2, "`--clean` must end in .csv, .parquet"),
        (["scorecard", "wards.csv", "--as-at", "2019-01"], 2, "`--as-at` must be a month from 2021-01"),
        (["scorecard", "wards.csv", "--as-at", "soon"], 2, "`--as-at` must be a month such as"),
        (["scorecard", "wards.csv", "--rules", "opc"], 2, "`--rules` must be one of"),
        (["scorecard", "wards.csv", "--chart", "xbar"], 2, "`--chart` must be one of"),
        (
            ["scorecard", "wards.csv", "--baseline", "2019-01..2020-01"],
            2,
            "`--baseline` must be a month from",
        ),
        (["scorecard", "wards.csv", "--measures", "absent.toml"], 3, "absent.toml cannot be read"),
        (["scorecard", "wards.csv", "--measures", "wards.txt"], 2, "`--measures` must end in .toml, .csv"),
        (["scorecard", "wards.csv", "--measures", "broken.toml"], 3, "broken.toml is no TOML file"),
        (["scorecard", "folder.csv"], 3, "street"),
        (["scorecard"], 2, "INPUT"),
        (["scorecard", "empty.csv"], 3, "empty.csv"),
    ],
    ids=lambda part: "_".join(part) if isinstance(part, list) else None,
)
def test_one_sentence_and_the_right_code(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
):
    wards(Path("wards.csv"))
    Path("folder.csv").mkdir()
    Path("broken.toml").write_text("[[measure]\n", encoding="utf-8")
    Path("empty.csv").touch()
    before = sorted(os.listdir())
    assert main(words) == code
    out, told = capsys.readouterr()
    assert said in told
    assert len(told.splitlines()) == 1
    assert "Traceback" not in told
    assert out == ""
    assert sorted(os.listdir()) == before


def raising(reason: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise reason

    return fail


@pytest.mark.parametrize(
    ("reason", "code", "said"),
    [
        (MemoryError(), 5, "The memory of this machine is not enough"),
        (KeyboardInterrupt(), 130, "stopped"),
        (ZeroDivisionError("ours"), 1, "This is a fault in spc"),
        (AssertionError("cells"), 1, "This is a fault in spc"),
    ],
)
def test_what_goes_wrong_inside(
    reason: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    wards(Path("wards.csv"))
    Path("card.csv").write_bytes(b"old")
    monkeypatch.setattr(commands, "scorecard", raising(reason))
    assert main(["scorecard", "wards.csv", "--out", "card.csv"]) == code
    told = capsys.readouterr().err
    assert said in told
    assert ("Traceback" in told) == (code == 1)
    assert Path("card.csv").read_bytes() == b"old"
    assert sorted(os.listdir()) == ["card.csv", "wards.csv"]


def test_disk_lock_and_changing_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    wards(Path("wards.csv"))
    Path("card.csv").write_bytes(b"old")
    words = ["scorecard", "wards.csv", "--out", "card.csv"]
    with Delivery([Path("card.csv")]):
        assert main(words) == 6
    assert "another run of spc" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", raising(OSError(errno.ENOSPC, "full")))
        assert main(words) == 5
    assert "the disk is full" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr(commands, "sha256", lambda path: os.utime(path, (0, 0)))
        assert main(words) == 3
    assert "changed while it was read" in capsys.readouterr().err
    assert Path("card.csv").read_bytes() == b"old"


def test_the_traceback_is_there_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("SPC_TRACEBACK", "1")
    assert main(["check", "absent.csv"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_warm_reaches_every_kernel(capsys: pytest.CaptureFixture[str]):
    assert main(["warm"]) == 0
    assert "kernels are ready" in capsys.readouterr().out
    assert len(warm_calls()) > 3


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom spc.cli import main\n"
        "for words in ('--help', 'scorecard --help', 'scorecard', 'scorecard a --tpo'): main(words.split())\n"
        "heavy = {'numpy', 'pandas', 'numba', 'scipy', 'importlib.metadata'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version_help_and_module(capsys: pytest.CaptureFixture[str]):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"spc {spc.__version__}\n"
    assert main([]) == 2
    assert main(["--help"]) == 0
    assert "scorecard" in capsys.readouterr().out
    done = subprocess.run([sys.executable, "-m", "spc", "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert set(EXIT_CODES) == {0, 1, 2, 3, 4, 5, 6, 130, 143}


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_reader_that_has_seen_enough():
    command = f"'{sys.executable}' -m spc {' '.join(AS_PUBLISHED)} | head -1"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    full = f"'{sys.executable}' -m spc {' '.join(AS_PUBLISHED)} > /dev/full"
    if Path("/dev/full").exists():
        done = subprocess.run(["/bin/sh", "-c", full], capture_output=True, text=True, check=False)
        assert done.returncode == 5
        assert "No space left" in done.stderr


def test_a_paper_that_may_be_published(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lines = ["area,month,value"]
    for area, level in (("Abbey", 3), ("Alibon", 40)):
        lines += [
            f"{area},{2021 + (7 + t) // 12}-{(7 + t) % 12 + 1:02d},{level + 7 * t % 5}" for t in range(36)
        ]
    Path("small.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    Path("remarks.toml").write_text(
        '[[comment]]\narea = "Alibon"\nmonth = "2024-07"\ntext = "new line opened"\n', encoding="utf-8"
    )
    asked = ["scorecard", "small.csv", "--suppress-below", "5", "--remarks", "remarks.toml"]
    assert main([*asked, "--out", "paper.csv", "--columns", "line", "month", "m12", "comment"]) == 0
    with Path("paper.csv").open(encoding="utf-8", newline="") as made:
        small, large = csv.DictReader(made)
    assert (small["month"], large["month"]) == ("[c]", "40")
    assert (small["comment"], large["comment"]) == ("", "new line opened")
    assert "line" not in small
    capsys.readouterr()
    assert main([*asked, "--round-to", "10", "--top", "1"]) == 0
    assert "rounded to the nearest 10" in capsys.readouterr().out
    assert main(["scorecard", "small.csv", "--remarks", "nothing.toml"]) == 3
    assert main(["scorecard", "small.csv", "--suppress-below", "none"]) == 2
