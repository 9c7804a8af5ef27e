"""Types of arrays, by what they hold; shapes stand in the docstrings."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Array", "Codes", "Flags", "Floats", "Ints", "Masks", "Words", "Zones"]

#: Of any kind.
Array = np.ndarray[Any, Any]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
#: Texts, as objects.
Words = np.ndarray[Any, np.dtype[np.object_]]
#: Small numbers that stand for words: statuses, verdicts.
Codes = np.ndarray[Any, np.dtype[np.int8]]
#: A bit for each rule and side.
Masks = np.ndarray[Any, np.dtype[np.uint32]]
#: A bit for each line and side.
Zones = np.ndarray[Any, np.dtype[np.uint16]]
