"""The guard of the house: reads syntax trees and lists what breaks the plan of the floors.

`breaches(sources)` takes `{module name: source text}`, so that it can be shown invented houses too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

#: Every room of spc/ and its floor. A new file finds its room here before it is written.
FLOORS = {
    "kernels": "0",
    "array_types": "1",
    "checks": "1",
    **dict.fromkeys(
        ["arrays", "frames", "pairing", "parsing", "rules", "threads", "ties", "toml_files", "wording"], "2"
    ),
    **dict.fromkeys(["events", "event_cells", "subgroups", "inert", "tables", "chart_kinds"], "2"),
    **dict.fromkeys(["panel", "measures", "targets", "one_series", "uncatalogued"], "3"),
    **dict.fromkeys(["baselines", "results", "reading", "ledger"], "4"),
    "writing": "4",
    "covers": "4",
    **dict.fromkeys(["change_tests", "trend_scorers"], "4"),
    **dict.fromkeys(["charts", "multivariate", "rolling", "forecast", "comparators", "run_lengths"], "5a"),
    **dict.fromkeys(
        ["detection", "weighting", "comparing", "trending", "phasing", "assuring", "hierarchy"], "5b"
    ),
    "agreeing": "5b",
    "recording": "5b",
    "capabilities": "6",
    "calendars": "3",
    "surveys": "5a",
    "years": "6",
    **dict.fromkeys(["executive", "foretelling", "telling"], "6"),
    **dict.fromkeys(["scoring", "replaying", "explaining", "narrating", "samples"], "6"),
    **dict.fromkeys(["portrait", "sentences", "stretches"], "6"),
    "publishing": "6",
    "rebasing": "6",
    **dict.fromkeys(["cli", "batching", "accessor", "reporting", "testing"], "7"),
    **dict.fromkeys(["__main__", "printed"], "7"),
    "": "8",  # the face, spc/__init__.py: it may point at every room, and no room may look at it
}
#: Floors where rooms do not even know their neighbours.
APART = {"5a", "5b"}
#: The kernels are everybody's, but the checks stand on nothing of ours.
ALONE = {"array_types", "checks"}

#: Packages that are declared in pyproject.toml, by the name under which they are imported.
GUESTS = {
    *("numpy", "scipy", "statsmodels", "pandas", "numba", "narwhals", "pyarrow", "polars", "openpyxl"),
    *("jinja2", "xlsxwriter", "matplotlib", "weasyprint", "holidays", "dask", "distributed", "hypothesis"),
    "tqdm",
}
#: They cost 0.1 to 2 s each, so they are imported by the function that needs them.
HEAVY = {
    *("scipy.stats", "statsmodels", "matplotlib", "dask", "distributed", "jinja2", "xlsxwriter", "pyarrow"),
    *("narwhals", "polars", "openpyxl", "weasyprint", "holidays", "tqdm"),
}
#: Guests with rooms of their own.
HOSTS = {"pandas": {"frames"}, "numba": {"kernels"}}
#: What a kernel may know; `_compile` alone takes threads, locks and warnings from the standard library.
KERNEL_GUESTS = {"numpy", "numba", "math", "typing", "__future__"}

#: Rows for all kernels; only here does `_compile` notice an edit in another file.
SHARED = "spc.kernels.shared."

BANNED_FILES = {"utils", "util", "helper", "helpers", "manager", "managers"}
BANNED_NAMES = {"df", "std", "utils", "helper", "manager"}
LONGEST_FUNCTION = 60
LONGEST_FILE = 400


@dataclass(frozen=True)
class Arrow:
    """One import: where it stands, what it takes, and when it happens."""

    module: str
    line: int
    target: str
    at_top: bool
    types_only: bool

    @property
    def where(self) -> str:
        return f"{self.module}:{self.line}"


def read_sources(folder: Path) -> dict[str, str]:
    """Return `{module name: source}` of a package folder; the package itself goes by its folder's name."""
    sources = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        sources[name] = path.read_text(encoding="utf-8")
    return sources


def breaches(sources: Mapping[str, str]) -> list[str]:
    """Return one sentence for each breach, with the module and line where it stands."""
    found = []
    arrows = []
    packages = {name for name in sources if any(other.startswith(name + ".") for other in sources)}
    for module, source in sources.items():
        tree = ast.parse(source)
        own = list(_arrows(module, tree, sources, module in packages))
        arrows += own
        found += _unplaced(module)
        found += [sentence for arrow in own for sentence in _judge(arrow)]
        found += _form(module, source, tree)
    return list(dict.fromkeys([*found, *_circles(arrows)]))


def room(module: str) -> str:
    """Return the room of a module of ours: `forecast` for `spc.forecast.ets`, "" for the face."""
    return module.partition(".")[2].partition(".")[0]


def _arrows(module: str, tree: ast.Module, sources: Mapping[str, str], is_package: bool) -> Iterator[Arrow]:
    for node, at_top, types_only in _walk(tree, at_top=True, types_only=False):
        for target in _targets(node, module, sources, is_package):
            yield Arrow(module, node.lineno, target, at_top, types_only)


def _walk(node: ast.AST, at_top: bool, types_only: bool) -> Iterator[tuple[ast.AST, bool, bool]]:
    for child in ast.iter_child_nodes(node):
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield child, at_top, types_only
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for part in child.body:
                yield part, at_top, True
                yield from _walk(part, at_top, True)
            for part in child.orelse:
                yield part, at_top, types_only
                yield from _walk(part, at_top, types_only)
        else:
            yield from _walk(child, at_top and not inside, types_only)


def _targets(node: ast.AST, module: str, sources: Mapping[str, str], is_package: bool) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        source = node.module or ""
        if node.level:
            parts = module.split(".")
            base = parts[: len(parts) - node.level + is_package]
            source = ".".join([*base, source] if source else base)
        for alias in node.names:
            full = f"{source}.{alias.name}"
            # `from spc import checks` takes a room, `from spc import limits` a name from the face.
            yield full if full in sources or source == "scipy" else source
    elif isinstance(node, ast.Call) and _imports_by_name(node):
        yield from (str(word.value) for word in node.args[:1] if isinstance(word, ast.Constant))


def _imports_by_name(call: ast.Call) -> bool:
    return ast.unparse(call.func).rpartition(".")[2] in ("import_module", "__import__")


def _judge(arrow: Arrow) -> Iterator[str]:
    ours = arrow.target == "spc" or arrow.target.startswith("spc.")
    yield from _judge_own(arrow) if ours else _judge_guest(arrow)


def _judge_own(arrow: Arrow) -> Iterator[str]:
    here, there = room(arrow.module), room(arrow.target)
    if here not in FLOORS or there not in FLOORS:
        return  # said once, of the file itself
    if here == "kernels":
        if arrow.target != "spc.kernels._compile" and not arrow.target.startswith(SHARED):
            yield f"{arrow.where} is a kernel and imports {arrow.target}; it may know _compile and shared."
    elif here in ALONE:
        yield f"{arrow.where} imports {arrow.target}; {here} stands on nothing of ours."
    elif here != there:
        low, high = FLOORS[here], FLOORS[there]
        if high > low:
            yield f"{arrow.where} is on floor {low} and imports {arrow.target} from floor {high}."
        elif high == low and low in APART:
            yield f"{arrow.where} imports its neighbour {arrow.target}; rooms on floor {low} stand apart."


def _judge_guest(arrow: Arrow) -> Iterator[str]:
    guest, here = arrow.target.partition(".")[0], room(arrow.module)
    if guest not in GUESTS and guest not in sys.stdlib_module_names:
        yield f"{arrow.where} imports {guest}, which is no declared dependency (GUESTS in tests/house.py)."
    if here == "kernels":
        in_compile = arrow.module == "spc.kernels._compile" and guest in sys.stdlib_module_names
        if guest not in KERNEL_GUESTS and arrow.target != "collections.abc" and not in_compile:
            yield f"{arrow.where} is a kernel and imports {arrow.target}; it may know numpy and numba."
    if arrow.types_only:
        return  # never runs: a signature may name what it takes
    if here not in HOSTS.get(guest, {here}):
        yield f"{arrow.where} imports {guest}, which belongs in {', '.join(sorted(HOSTS[guest]))} alone."
    if arrow.at_top and any(f"{arrow.target}.".startswith(f"{heavy}.") for heavy in HEAVY):
        yield f"{arrow.where} imports {arrow.target} when it is loaded; do so in the function that needs it."


def _unplaced(module: str) -> Iterator[str]:
    name = module.rpartition(".")[2]
    if name in BANNED_FILES:
        yield f"{module} says nothing by its name; name it after its one idea."
    if room(module) not in FLOORS:
        yield f"{module} is on no floor; give the room `{room(module)}` its floor in tests/house.py."


def _form(module: str, source: str, tree: ast.Module) -> Iterator[str]:
    length = len(source.splitlines())
    if length > LONGEST_FILE:
        yield f"{module} has {length} lines, more than {LONGEST_FILE}: usually two ideas."
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = _body_lines(node)
            if lines > LONGEST_FUNCTION:
                yield (
                    f"{module}:{node.lineno} {node.name} has {lines} lines, more than {LONGEST_FUNCTION}: "
                    "usually two ideas."
                )
        if _says_fastmath(node):
            yield f"{module}:{node.lineno} speaks of fastmath, which deletes NaN checks and changes bits."
        for name in _names_given(node):
            if name in BANNED_NAMES:
                yield f"{module}:{node.lineno} gives the name `{name}`, which the house does not use."


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        said = function.body[0]
        lines -= (said.end_lineno or said.lineno) - said.lineno + 1
    return lines


def _says_fastmath(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg == "fastmath"
    return isinstance(node, ast.Constant) and node.value == "fastmath"


def _names_given(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg


def _circles(arrows: list[Arrow]) -> Iterator[str]:
    """Find circles of modules that need one another, whenever the import happens; types do not count."""
    needs: dict[str, set[str]] = {}
    for arrow in arrows:
        if arrow.target.startswith("spc.") and not arrow.types_only and arrow.target != arrow.module:
            needs.setdefault(arrow.module, set()).add(arrow.target)
    done: set[str] = set()
    for start in sorted(needs):
        circle = _circle_from(start, needs, [], done)
        if circle:
            yield f"{' -> '.join(circle)} is a circle."


def _circle_from(
    module: str, needs: Mapping[str, set[str]], path: list[str], done: set[str]
) -> list[str] | None:
    if module in path:
        return [*path[path.index(module) :], module]
    if module in done:
        return None
    for target in sorted(needs.get(module, ())):
        circle = _circle_from(target, needs, [*path, module], done)
        if circle:
            return circle
    done.add(module)
    return None
