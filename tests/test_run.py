"""run.py sets up a bare machine, and says in one sentence what it cannot do."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).parents[1]


def test_old_pythons_can_read_it():
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    newer = (
        ast.JoinedStr,
        ast.AnnAssign,
        ast.NamedExpr,
        ast.Match,
        ast.AsyncFunctionDef,
        ast.Starred,
        ast.Nonlocal,
    )
    found = [node for node in ast.walk(tree) if isinstance(node, newer) and not _is_argument(node, tree)]
    assert not found, [f"line {node.lineno}: {type(node).__name__}" for node in found]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.arg) and node.annotation]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.cause]


def _is_argument(node: ast.AST, tree: ast.AST) -> bool:
    """Tell a starred argument of a call, which is as old as Python, from the newer starred items."""
    return any(isinstance(call, ast.Call) and node in call.args for call in ast.walk(tree))


def test_it_needs_the_standard_library_alone():
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= sys.stdlib_module_names


def test_an_old_python_is_told_so(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert run.main(["test"]) == 2
    said = capsys.readouterr().err
    assert "needs Python 3.11 or newer, and this is Python 3.9" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(("words", "code"), [([], 2), (["tests"], 2), (["--help"], 0)])
def test_usage(words, code, capsys):
    assert run.main(words) == code
    assert "python run.py COMMAND" in capsys.readouterr().err


def test_makefile_and_usage_offer_the_same():
    targets = re.search(r"^report .*(?=:$)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets is not None
    assert targets.group().split() == re.findall(r"^  (\S+)  ", run.USAGE, re.MULTILINE)


def test_every_step_runs_and_failures_are_named(monkeypatch, capfd):
    steps = [
        ("first", ["-c", "raise SystemExit(3)"], None),
        (
            "second",
            ["-c", "import os; print('colour', os.environ['COLOUR'])"],
            run.surroundings(COLOUR="red"),
        ),
    ]
    assert run.run_steps(sys.executable, steps) == 1
    said = capfd.readouterr().out
    assert "first: FAILED with exit code 3" in said
    assert "colour red" in said
    assert "Failed: first (exit code 3)" in said
    assert run.run_steps(sys.executable, steps[1:]) == 0


def test_a_step_beside_the_others_runs_while_they_do(tmp_path, capfd):
    """Each waits for a file of the other's: neither would end if it had to go first."""
    waits = (
        "import pathlib, sys, time; mine, theirs = map(pathlib.Path, sys.argv[1:3]); mine.touch()\n"
        "while not theirs.exists(): time.sleep(0.01)\n"
    )
    one, two = (str(tmp_path / name) for name in ("one", "two"))
    steps = [("first", ["-c", waits, one, two], None)]
    beside = ("second", ["-c", waits + "print('compiled')\nraise SystemExit(4)", two, one], None)
    assert run.run_steps(sys.executable, steps, beside) == 1
    said = capfd.readouterr().out
    assert "compiled\nsecond: FAILED with exit code 4" in said
    assert "Failed: second (exit code 4); 2 steps" in said
    assert run.run_steps(sys.executable, [], ("idle", ["-c", ""], None)) == 0


def test_kernels_are_compiled_once_before_the_suite_wants_them(monkeypatch, installed):
    ran = []
    monkeypatch.setattr(run, "run_steps", lambda python, steps, beside: ran.append((steps, beside)) or 0)
    for command in ("test", "test-all"):
        assert run.main([command]) == 0
    assert [beside[1] for _, beside in ran] == [["-m", "spc", "warm"]] * 2
    for steps, _ in ran:
        names = [step[0] for step in steps]
        assert names.index("kernels without JIT") < names.index("suite")
        assert steps[names.index("kernels without JIT")][2]["NUMBA_DISABLE_JIT"] == "1"


def test_a_missing_venv_names_the_system_package(monkeypatch, tmp_path):
    monkeypatch.setattr(run, "can_import", lambda name: name == "venv")
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    with pytest.raises(run.Refusal, match=re.escape(package)):
        run.make_environment(run.MAIN._replace(python=str(tmp_path / "absent")))


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """Two environments of whose installing only the words are kept."""
    calls = []
    for name in ("MAIN", "BENCH"):
        here = getattr(run, name)._replace(stamp=str(tmp_path / f"{name}.json"), python=sys.executable)
        monkeypatch.setattr(run, name, here)
    monkeypatch.setattr(run, "works", lambda place, words: True)
    monkeypatch.setattr(run, "make_environment", lambda place: None)
    monkeypatch.setattr(run, "install", lambda place, words: calls.append((place.name, words[1])))
    return calls


def test_set_up_installs_once_and_again_when_asked_for_more(installed):
    for extra in ("", "", "test", "test", "", "bench", "test"):
        run.set_up(run.MAIN, extra)
    assert installed == [(".venv", words) for words in (".", ".[test]", ".[bench]")]
    stamp = Path(run.MAIN.stamp)
    older = {**json.loads(stamp.read_text(encoding="utf-8")), "files": "older"}
    stamp.write_text(json.dumps(older), encoding="utf-8")
    run.set_up(run.MAIN, "test")
    assert installed[3:] == [(".venv", ".[test]")]


def test_benchmarks_have_an_environment_of_their_own(monkeypatch, installed):
    ran = []
    monkeypatch.setattr(run, "run_steps", lambda python, steps, *_: ran.append((python, steps[-1][1])) or 0)
    monkeypatch.setattr(run, "BENCH", run.BENCH._replace(python="the bench's Python"))
    assert run.main(["bench", "-k", "forecasts"]) == 0
    assert run.main(["test"]) == 0
    assert run.main(["bench"]) == 0
    assert installed == [(".venv-bench", ".[bench]"), (".venv", ".[test]")]
    assert [python for python, _ in ran] == ["the bench's Python", sys.executable, "the bench's Python"]
    assert ran[0][1][-2:] == ["-k", "forecasts"]
    assert "benchmarks" in ran[0][1]


def test_each_environment_is_renewed_for_its_own_pins(monkeypatch, installed):
    told = {"constraints.txt": "1", "constraints-bench.txt": "1"}
    monkeypatch.setattr(run, "digest", lambda *names: "".join(told.get(name, "") for name in names))
    both = ((run.MAIN, "test"), (run.BENCH, "bench"))
    for place, extra in both:
        run.set_up(place, extra)
    told["constraints-bench.txt"] = "2"
    for place, extra in both:
        run.set_up(place, extra)
    assert [name for name, _ in installed] == [".venv", ".venv-bench", ".venv-bench"]


def test_environments_are_not_committed():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {f"/{place.name}" for place in (run.MAIN, run.BENCH)} <= set(ignored)


def test_an_interrupted_install_leaves_no_stamp(monkeypatch, installed):
    stamp = Path(run.MAIN.stamp)
    stamp.write_text("{}", encoding="utf-8")

    def stopped(place, words):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "install", stopped)
    with pytest.raises(KeyboardInterrupt):
        run.set_up(run.MAIN, "test")
    assert not stamp.exists()
