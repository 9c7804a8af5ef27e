"""The same answers with and without compilation: a module's `digest()`, asked in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.panels import JIT_OFF


def digest_the_other_way(module: str) -> str:
    """Return what `digest()` of a test module says where kernels run as they do not run here."""
    root = Path(__file__).parents[1]
    other = {**os.environ, "NUMBA_DISABLE_JIT": "0" if JIT_OFF else "1", "PYTHONPATH": str(root)}
    asked = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"from {module} import digest; print(digest())"],
        cwd=root,
        env=other,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    return asked.stdout.strip()
