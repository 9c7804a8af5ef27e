"""A file of agreed limits with some of its rows changed."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import spc


def edited(limits: Any, folder: Path, change: Callable[[list[dict[str, str]]], Any]) -> Path:
    """Save, change the rows, and write them again."""
    path = folder / "agreed.csv"
    spc.save_limits(limits, path)
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    rows = change(rows) or rows
    with path.open("w", encoding="utf-8", newline="") as lines:
        sheet = csv.DictWriter(lines, rows[0].keys(), lineterminator="\n")
        sheet.writeheader()
        sheet.writerows(rows)
    return path
