"""Small panels of areas, as the tests of roll-ups, gaps and drivers ask for them."""

from __future__ import annotations

from typing import Any

import spc


def areas(values: Any, of: Any = None, names: Any = None, start: Any = "2022-07", **more: Any) -> spc.Panel:
    labels = names or [f"part {k}" for k in range(len(values))]
    return spc.Panel.from_numpy(values, start=start, of=of, keys={"area": labels}, **more)
