"""What is told of each row of a scorecard: under which heading, and its sentence."""

from __future__ import annotations

from spc.telling.facts import Facts
from spc.telling.headings import HEADINGS, headings
from spc.telling.parts import sentence

__all__ = ["HEADINGS", "Facts", "headings", "sentence"]
