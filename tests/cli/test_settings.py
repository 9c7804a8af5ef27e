"""The command line and `spc.toml`: what is read, what is refused, which of the two wins."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spc.checks import ChoiceError
from spc.cli.settings import COMMANDS, OPTIONS, READERS, as_options, settings_of


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, so that no `spc.toml` is about."""
    monkeypatch.chdir(tmp_path)


def test_every_option_belongs_to_a_command():
    assert {command for option in OPTIONS.values() for command in option.commands} == set(READERS)
    assert set(READERS) < set(COMMANDS)
    for option in OPTIONS.values():
        assert option.switch != bool(option.shape), f"--{option.name} shows what it takes, a switch nothing"


def test_options_are_read():
    given = settings_of(
        "scorecard a.csv b.csv --keys ward type --keys year --top 5 --strict --out x.csv --out y.parquet "
        "--given 3=m3 12=m12 --missing - <5 --form 2022 --baseline 24".split()
    )
    assert given.inputs == (Path("a.csv"), Path("b.csv"))
    assert given["keys"] == ("ward", "type", "year")
    assert given["out"] == (Path("x.csv"), Path("y.parquet"))
    assert given["given"] == ((3, "m3"), (12, "m12"))
    assert given["missing"] == ("-", "<5")
    assert (given["top"], given["strict"], given["form"], given["baseline"]) == (5, True, "2022", 24)
    assert (given["progress"], given["ignore"], given["as-at"]) == (False, (), None)


def test_baselines_are_read():
    for text, read in [
        ("all", "all"),
        ("24", 24),
        ("36:24", (36, 24)),
        ("2021-08..2023-07", ("2021-08", "2023-07")),
    ]:
        assert settings_of(["scorecard", "a.csv", "--baseline", text])["baseline"] == read


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", None),
        ("scorecard", "required: INPUT"),
        ("score a.csv", "invalid choice: 'score'"),
        ("scorecard a.csv --outt x.csv", "Unrecognized arguments: --outt"),
        ("scorecard a.csv --o x.csv", "Unrecognized arguments: --o"),
        ("check a.csv --top 5", "Unrecognized arguments: --top"),
        ("scorecard a.csv --top", "expected one argument"),
        ("scorecard a.csv --top 0", "`--top` must be a whole number from 1"),
        ("scorecard a.csv --top ten", "`--top` must be a whole number from 1"),
        ("scorecard a.csv --top -5", "`--top` must be a whole number"),
        ("scorecard a.csv --form 2023", "`--form` must be one of 2024, 2022, got '2023'"),
        ("scorecard a.csv --baseline 36:", "`--baseline` must be all, 24, 36:24"),
        ("scorecard a.csv --baseline :24", "`--baseline` must be"),
        ("scorecard a.csv --baseline half", "`--baseline` must be"),
        ("scorecard a.csv --baseline ²", "`--baseline` must be"),
        ("scorecard a.csv --given given_12", "`--given` must be a window and its column"),
        ("warm a.csv", "Unrecognized arguments: a.csv"),
    ],
)
def test_what_is_refused(words: str, said: str | None):
    if said is None:
        assert settings_of(words.split()).command == "help"
        return
    with pytest.raises(ChoiceError) as refusal:
        settings_of(words.split())
    assert said in str(refusal.value)


def write(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "spc.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_spc_toml_fills_in_and_the_command_line_wins(tmp_path: Path):
    write(
        tmp_path,
        'as-at = "2024-07"\nbaseline = 24\ntop = 5\nkeys = ["ward"]\nstrict = true\nclean = "c.csv"\n',
    )
    given = settings_of(["scorecard", "a.csv", "--top", "7"])
    assert (given["as-at"], given["baseline"], given["top"]) == ("2024-07", 24, 7)
    assert (given["keys"], given["strict"], given.found) == (("ward",), True, Path("spc.toml"))
    assert "clean" not in (given.given or {}), "an option of another command is passed over"
    assert settings_of(["check", "a.csv"])["clean"] == Path("c.csv")


def test_the_file_beside_the_input_is_the_one(tmp_path: Path):
    write(tmp_path, "top = 1\n")
    beside = write(tmp_path / "data", 'top = 2\nmeasures = "catalogue.toml"\nout = ["x.csv"]\n')
    given = settings_of(["scorecard", os.path.join("data", "a.csv")])
    assert (given["top"], given.found) == (2, beside.relative_to(tmp_path))
    assert given["measures"] == Path("data", "catalogue.toml")
    assert given["out"] == (Path("data", "x.csv"),)
    assert settings_of(["scorecard", "data"])["top"] == 2, "beside means inside, for a folder"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tpo = 5\n", "'tpo' is not one of measures, keys"),
        ("[scorecard]\ntop = 5\n", "'scorecard' is not one of"),
        ("top = 5.0\n", "must be a text"),
        ("top = true\n", "must be a text"),
        ("top = [5]\n", "must be a text"),
        ('top = "five"\n', "must be a whole number"),
        ("top = 0\n", "must be a whole number"),
        ('strict = "yes"\n', "must be true or false"),
        ("keys = [1.5]\n", "a text, or a list of texts"),
        ("keys = [[1]]\n", "a text, or a list of texts"),
        ('form = "2023"\n', "must be one of 2024, 2022"),
        ('as-at = "2024-07"\nas_at = "2024-06"\n', "given twice"),
        ("top = \n", "cannot be read as TOML"),
        ('out = ["../x.csv"]\n', "written beside it"),
        ('out = ["/x.csv"]\n', "written beside it"),
        ('clean = "../x.csv"\n', "written beside it"),
    ],
)
def test_what_is_refused_in_spc_toml(tmp_path: Path, text: str, said: str):
    write(tmp_path, text)
    with pytest.raises(ChoiceError) as refusal:
        settings_of(["scorecard", "a.csv"])
    assert said in str(refusal.value)
    assert "spc.toml" in str(refusal.value)


def test_spc_toml_in_another_encoding(tmp_path: Path):
    (tmp_path / "spc.toml").write_bytes('value = "é"\n'.encode("latin-1"))
    with pytest.raises(ChoiceError, match="cannot be read as TOML"):
        settings_of(["check", "a.csv"])


def test_sentences_of_the_library_name_options():
    for sentence, said in [
        ("declare it with missing=['n/a'].", "declare it with --missing 'n/a'."),
        ("""declare it with missing=["'12"].""", """declare it with --missing "'12"."""),
        (
            "name it in ignore=['population'], or in keys= if",
            "name it in --ignore 'population', or in --keys if",
        ),
        ("`as_at` must be a month", "`--as-at` must be a month"),
        ("`chart` must be one of", "`--chart` must be one of"),
        ("a sentence without any", "a sentence without any"),
    ]:
        assert as_options(sentence) == said
