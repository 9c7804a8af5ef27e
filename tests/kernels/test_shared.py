"""An edit in kernels/shared recompiles every kernel that calls it, and no other: asked of fresh processes."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from spc.kernels import _compile
from tests.jit import said_by
from tests.panels import JIT_OFF

HERE = Path(_compile.__file__).parent

#: The row that is edited; a kernel that calls it through a row of its own file, and one that does without.
TIMES = "from spc.kernels._compile import row\n\n\n@row\ndef times(x):\n    return 2.0 * x\n"
SHARING = """
from spc.kernels._compile import kernel, row
from spc.kernels.shared.times import times


@row
def answer(values):
    return times(values[0])


@kernel
def sharing(first, last, values, out):
    for s in range(first, last):
        out[s] = answer(values[s])
"""
ALONE = """
from spc.kernels._compile import kernel


@kernel
def alone(first, last, values, out):
    for s in range(first, last):
        out[s] = values[s, 0]
"""
ASK = """
import numpy as np
from spc.kernels.alone import alone
from spc.kernels.sharing import sharing
for asked in (sharing, alone):
    out = np.empty(1)
    asked(np.full((1, 1), 7.0), out)
    print(out[0], sum(asked.compiled.stats.cache_hits.values()))
"""


@pytest.fixture
def little_house(tmp_path: Path) -> Path:
    """A house of nothing but `_compile`, a shared row and the two kernels."""
    kernels = tmp_path / "spc" / "kernels"
    (kernels / "shared").mkdir(parents=True)
    for folder in (kernels.parent, kernels, kernels / "shared"):
        (folder / "__init__.py").touch()
    shutil.copy(HERE / "_compile.py", kernels)
    for name, text in (("shared/times", TIMES), ("sharing", SHARING), ("alone", ALONE)):
        (kernels / f"{name}.py").write_text(text, encoding="utf-8")
    return tmp_path


def ask(folder: Path) -> list[list[float]]:
    """Return what `sharing` and `alone` answer to 7 in a new process, and how often the cache had them."""
    told = said_by(ASK, folder, NUMBA_CACHE_DIR=str(folder / "cache"))
    return [[float(number) for number in line.split()] for line in told.splitlines()]


@pytest.mark.skipif(JIT_OFF, reason="nothing is compiled, so nothing can be stale")
def test_an_edited_row_is_never_stale(little_house: Path) -> None:
    times = little_house / "spc" / "kernels" / "shared" / "times.py"
    assert ask(little_house) == [[14.0, 0], [7.0, 0]]
    times.write_text(TIMES.replace("2.0", "3.0"), encoding="utf-8")
    assert ask(little_house) == [[21.0, 0], [7.0, 1]]
    times.write_text(TIMES, encoding="utf-8")
    assert ask(little_house) == [[14.0, 1], [7.0, 1]]


def taken_from_shared() -> Iterator[tuple[str, str, str]]:
    """Find what each file of kernels takes from kernels/shared: its module, the one taken from, the name."""
    for path in sorted(HERE.rglob("*.py")):
        module = ".".join(("spc.kernels", *path.relative_to(HERE).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            home = getattr(node, "module", "") or ""
            if isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    if f"{home or alias.name}.".startswith(_compile.SHARED):
                        yield module, home, alias.name


def test_what_kernels_share_is_taken_row_by_row() -> None:
    """A module, or a constant alone, would leave nothing in its taker that tells where it comes from."""
    found = list(taken_from_shared())
    assert len(found) > 20
    for module, home, name in found:
        assert home, f"{module} imports all of {name}"
        assert getattr(import_module(home), name).__module__ == home, (
            f"{module} takes {name}, which is no row"
        )


def test_the_kernels_that_share_are_stamped_and_no_others() -> None:
    takers = {module for module, _, _ in taken_from_shared()}
    for module in takers:
        import_module(module)
    assert _compile._shared_digest()
    for made in _compile.KERNELS:
        stamped = made.python.__qualname__ == made.__name__ + _compile._shared_digest()
        assert stamped == (made.python.__module__ in takers), made.python.__qualname__


@pytest.mark.parametrize("place", ["no/such/folder/_compile.py", "packed.zip/_compile.py"])
def test_without_sources_there_is_no_stamp(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "packed.zip").touch()
    monkeypatch.setattr(_compile, "__file__", str(tmp_path / place))
    assert _compile._shared_digest.__wrapped__() == ""
