"""A public path is a promise: the names that users may rely on are those of tests/public_names.txt.

A line is `spc.limits` for a name in `spc.__all__`, or `spc.rolling.total` for a name in the `__all__` of
a module that is itself in `spc.__all__` or among the lines of the file.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import spc

LIST = Path(__file__).with_name("public_names.txt")


def promised() -> list[str]:
    return LIST.read_text(encoding="utf-8").split()


def offered(listed: list[str]) -> set[str]:
    """Return the public paths of the library as it is; a listed module counts when it can be imported."""
    names = {f"spc.{name}" for name in spc.__all__} | {name for name in listed if _module(name)}
    inside = set()
    for name in names:
        module = _module(name)
        if module is not None:
            assert hasattr(module, "__all__"), (
                f"{name} is public, so it needs an __all__ that says what it offers."
            )
            inside |= {f"{name}.{member}" for member in module.__all__}
    return names | inside


def _module(name: str) -> ModuleType | None:
    found: object = spc
    for part in name.split(".")[1:]:
        try:
            found = getattr(found, part)
        except AttributeError:
            try:
                found = importlib.import_module(name)
            except ModuleNotFoundError:
                return None
    return found if isinstance(found, ModuleType) and found is not spc else None


def test_public_names_are_those_listed():
    listed = promised()
    now = offered(listed)
    new, gone = sorted(now - set(listed)), sorted(set(listed) - now)
    assert not new, "Public, but promised to nobody; add to tests/public_names.txt:\n" + "\n".join(new)
    assert not gone, "Promised in tests/public_names.txt, but not there any more:\n" + "\n".join(gone)


def test_list_is_sorted_without_repeats():
    assert promised() == sorted(set(promised()))


def test_every_promise_can_be_kept():
    for name in promised():
        found: object = spc
        for part in name.split(".")[1:]:
            found = getattr(found, part, None) or importlib.import_module(name)
        assert getattr(found, "__doc__", None) is not None, f"{name} has nothing to say for itself."


def test_dir_shows_the_public_names():
    assert set(spc.__all__) <= set(dir(spc))
