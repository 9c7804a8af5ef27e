"""Make the scorecard, or run the tests, on a machine that has only Python: `python run.py report`.

Everything is set up on the way: an environment in `.venv` beside this file, and the packages in it. The
benchmarks have an environment of their own, `.venv-bench`: peers in it need an older pandas.
Standard library only. The syntax is that of old Pythons, so that they can read the sentence which
tells them that they are too old.
"""

from __future__ import print_function

import collections
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WINDOWS = os.name == "nt"

#: An environment: its folder beside this file, its Python, the note of what was installed, the pins.
Place = collections.namedtuple("Place", "name folder python stamp pins")


def place(name, pins):
    folder = os.path.join(HERE, name)
    python = os.path.join(folder, *(("Scripts", "python.exe") if WINDOWS else ("bin", "python")))
    return Place(name, folder, python, os.path.join(folder, "spc-installed.json"), pins)


MAIN = place(".venv", "constraints.txt")
BENCH = place(".venv-bench", "constraints-bench.txt")

USAGE = """python run.py COMMAND

  report      the July 2024 scorecard from embedded data, in out/
  test        lint, types and tests (ten minutes at most)
  test-all    the same with the long runs and bounds checks
  bench       the benchmarks

What follows the command is handed on: `report --out elsewhere`, `test -k limits`."""


class Refusal(Exception):
    """A sentence for the user; the set-up stops here."""


def main(words):
    commands = {"report": report, "test": test, "test-all": test_all, "bench": bench}
    if sys.version_info < (3, 11):
        print(too_old(), file=sys.stderr)
        return 2
    if not words or words[0] not in commands:
        print(USAGE, file=sys.stderr)
        return 0 if words in (["-h"], ["--help"]) else 2
    os.chdir(HERE)
    try:
        return commands[words[0]](words[1:])
    except Refusal as refusal:
        print("\n{}".format(refusal), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def too_old():
    return (
        "spc needs Python 3.11 or newer, and this is Python {}.{} ({}); "
        "use a newer one, as in `python3.11 run.py report` or `make report PYTHON=python3.11`."
    ).format(sys.version_info[0], sys.version_info[1], sys.executable)


# Commands


def report(rest):
    set_up(MAIN)
    print("report: examples/wiltshire_report.py")
    sys.stdout.flush()
    script = os.path.join("examples", "wiltshire_report.py")
    # The table has arrows, which a Windows pipe in its old code page cannot carry.
    command = [MAIN.python, script] + (rest or ["--out", "out"])
    return subprocess.call(command, env=surroundings(PYTHONUTF8="1"))


def test(rest):
    set_up(MAIN, "test")
    return run_steps(MAIN.python, lint_steps() + [plain_kernels_step(), suite_step(rest)], warming_step())


def test_all(rest):
    set_up(MAIN, "test")
    everything = ["-m", "long or not long"]
    # numba's cache does not note whether code was compiled with bounds checks, so they get their own.
    cache = os.path.join(MAIN.folder, "bounds-checked")
    checked = surroundings(NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=cache)
    bounds = ("kernels, bounds checked", pytest(["tests/kernels"] + everything), checked)
    steps = lint_steps() + [plain_kernels_step(), suite_step(everything + rest), bounds]
    return run_steps(MAIN.python, steps, warming_step())


def bench(rest):
    set_up(BENCH, "bench")
    return run_steps(BENCH.python, [("benchmarks", pytest(["benchmarks", "--benchmark-only"] + rest), None)])


def lint_steps():
    return [
        ("lint", ["-m", "ruff", "check", "--quiet", "."], None),
        ("format", ["-m", "ruff", "format", "--check", "--quiet", "."], None),
        ("types", ["-m", "mypy", "--no-error-summary"], None),
    ]


def warming_step():
    """Compile every kernel, once, beside the steps that want none compiled: two workers would do it twice."""
    return ("kernels", ["-m", "spc", "warm"], None)


def plain_kernels_step():
    """Run the kernels' tests with nothing compiled: before the suite, while the compiler still works."""
    return ("kernels without JIT", pytest(at_once() + ["tests/kernels"]), surroundings(NUMBA_DISABLE_JIT="1"))


def suite_step(rest):
    return ("suite", pytest(at_once() + rest), None)


def at_once():
    """Share the tests out: half of the list to each of two workers, and who is done takes from the other."""
    return ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "worksteal"]


def pytest(words):
    return ["-m", "pytest", "-q"] + words


def run_steps(python, steps, beside=None):
    """Run every step whatever the others do, so that one run shows all there is to mend.

    The step `beside` runs while the others do, on a core that they leave idle; it is told of at the end.
    """
    began = time.time()
    other = start_beside(python, beside) if beside else None
    codes = [(step[0], run_step(python, step)) for step in steps]
    if other:
        codes.append((beside[0], end_beside(other, beside[0])))
    took = "in {:.0f} s".format(time.time() - began)
    failed = ["{} (exit code {})".format(name, code) for name, code in codes if code]
    if failed:
        print("\nFailed: {}; {} steps {}.".format(", ".join(failed), len(codes), took))
        return 1
    print("\nGood: {}; {}.".format(", ".join(name for name, _ in codes), took))
    return 0


def run_step(python, step):
    name, words, env = step
    print("\n{}: python {}".format(name, subprocess.list2cmdline(words)))
    sys.stdout.flush()
    start = time.time()
    code = subprocess.call([python] + words, env=env)
    print("{}: {} in {:.1f} s".format(name, verdict(code), time.time() - start))
    return code


def start_beside(python, step):
    name, words, env = step
    print("\n{}: python {} (beside the other steps)".format(name, subprocess.list2cmdline(words)))
    sys.stdout.flush()
    return subprocess.Popen(
        [python] + words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )


def end_beside(process, name):
    said, _ = process.communicate()
    print("\n{}{}: {}".format(said, name, verdict(process.returncode)))
    return process.returncode


def verdict(code):
    return "good" if code == 0 else "FAILED with exit code {}".format(code)


# Setting up


def set_up(place, extra=""):
    """Make `place` and install into it what `extra` needs, unless that was done for these very files."""
    wanted = {"place": HERE, "files": digest("pyproject.toml", place.pins), "extras": [extra]}
    found = read_stamp(place)
    same = all(found.get(key) == wanted[key] for key in ("place", "files"))
    installed = works(place, ["-c", "import importlib.metadata as m; m.version('opcc-spc')"])
    if same and installed and (not extra or extra in found["extras"]):
        return
    start = time.time()
    if os.path.exists(place.stamp):
        os.remove(place.stamp)
    make_environment(place)
    wish = "[{}]".format(extra) if extra else ""
    print("installing spc{} in {} (a minute or two the first time)".format(wish, place.name))
    sys.stdout.flush()
    install(place, ["-e", "." + wish, "-c", place.pins])
    if same:
        wanted["extras"] += found["extras"]
    with open(place.stamp, "w") as file:
        json.dump(wanted, file)
    print("set-up: good in {:.1f} s".format(time.time() - start))


def make_environment(place):
    making = "making {}".format(place.name)
    if os.path.exists(place.python):
        if not works(place, ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]):
            raise Refusal(
                "The environment in {} is broken or older than Python 3.11; delete that folder.".format(
                    place.name
                )
            )
    elif can_import("ensurepip"):
        say_environment(making)
        call([sys.executable, "-m", "venv", place.folder], making)
    elif can_import("venv") and can_import("pip"):
        # Debian and Ubuntu take `ensurepip` out of Python; a pip that is there can fill a bare environment.
        say_environment(making)
        call([sys.executable, "-m", "venv", "--without-pip", place.folder], making)
    else:
        raise Refusal(no_venv())
    if not works(place, ["-m", "pip", "--version"]):
        add_pip(place)


def add_pip(place):
    if can_import("ensurepip"):
        call([place.python, "-m", "ensurepip", "--default-pip"], "adding pip to {}".format(place.name))
    elif subprocess.call([sys.executable, "-m", "pip", "--python", place.python, "install", "-qq", "pip"]):
        raise Refusal(no_venv())


def no_venv():
    version = "{}.{}".format(sys.version_info[0], sys.version_info[1])
    return (
        "Python {0} here cannot make environments: its `venv` or `ensurepip` is missing; "
        "on Debian and Ubuntu `sudo apt install python{0}-venv` brings both."
    ).format(version)


def say_environment(making):
    print("{} with Python {}.{}.{}".format(making, *sys.version_info[:3]))
    sys.stdout.flush()


def install(place, words):
    # Bytecode of 8,000 files takes a quarter of the time, and three of four are never imported.
    quick = ["-qq", "--disable-pip-version-check", "--no-compile"]
    call([place.python, "-m", "pip", "install"] + quick + words, "installing")


def call(command, doing):
    code = subprocess.call(command)
    if code:
        raise Refusal("While {}, `{}` ended with exit code {}.".format(doing, " ".join(command), code))


def works(place, words):
    """Tell whether the environment's Python exists and does this without complaint."""
    if not os.path.exists(place.python):
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.call([place.python] + words, **quiet) == 0


def can_import(name):
    code = "import {}".format(name)
    return (
        subprocess.call([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        == 0
    )


def digest(*names):
    import hashlib

    together = hashlib.sha256()
    for name in names:
        with open(os.path.join(HERE, name), "rb") as file:
            together.update(file.read())
    return together.hexdigest()


def read_stamp(place):
    try:
        with open(place.stamp) as file:
            return json.load(file)
    except (IOError, ValueError):
        return {}


def surroundings(**more):
    return dict(os.environ, **more)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
