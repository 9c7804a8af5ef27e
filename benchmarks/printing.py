"""What the benchmarks print: tables, and under which circumstances they were taken."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import date
from importlib import metadata


def markdown(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table whose source can be read as it stands; all columns but the first stand on the right."""
    cells = [list(heads), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for first, *others in cells:
        padded = [text.rjust(width) for text, width in zip(others, widths[1:], strict=True)]
        lines.append("| " + " | ".join([first.ljust(widths[0]), *padded]) + " |")
    rule = ["-" * (widths[0] + 2)] + ["-" * (width + 1) + ":" for width in widths[1:]]
    return "\n".join([lines[0], "|" + "|".join(rule) + "|", *lines[1:]])


def circumstances(*names: str) -> str:
    """Say when, on what kind of machine and with which releases; nothing that names the machine."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("numpy", "numba", "pandas", *names))
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors shared with other work"
    return f"{date.today().isoformat()}; {machine}; Python {platform.python_version()}, {versions}."
