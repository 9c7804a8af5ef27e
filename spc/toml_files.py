"""What a TOML file holds, for catalogues and remarks."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from spc.checks import InputError

__all__ = ["toml_content"]


def toml_content(path: str | Path) -> dict[str, Any]:
    """Return what a TOML file holds, with or without a byte order mark."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as reason:
        raise InputError(f"{Path(path).name} is no TOML file that can be read: {reason}.") from None
