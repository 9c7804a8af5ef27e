"""Wholes and their parts: roll-ups, the gap between them, what moved a whole, what drives its exception."""

from __future__ import annotations

from spc.hierarchy.contributing import contributions
from spc.hierarchy.driving import driven_by
from spc.hierarchy.gaps import parts
from spc.hierarchy.rolling_up import roll_up

__all__ = ["contributions", "driven_by", "parts", "roll_up"]
