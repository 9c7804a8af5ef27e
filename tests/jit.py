"""Questions to processes of their own: do kernels answer the same with and without compilation?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.panels import JIT_OFF


def digest_the_other_way(module: str) -> str:
    """Return what `digest()` of a test module says where kernels run as they do not run here."""
    root = Path(__file__).parents[1]
    code = f"from {module} import digest; print(digest())"
    return said_by(code, root, NUMBA_DISABLE_JIT="0" if JIT_OFF else "1")


def said_by(code: str, folder: Path, **settings: str) -> str:
    """Return what a new process prints that imports from a folder; a warning ends it."""
    asked = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **settings},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    return asked.stdout.strip()
