"""Scorecards to publish, and everything that can be printed of them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

import spc
from spc.printed import scorecard_columns

START = "2021-08"
MONTHS = 36


def scored(values: Any, *measures: spc.Measure, of: Any = None, **keys: Any) -> Any:
    rows = np.atleast_2d(np.asarray(values, float))
    names = keys or {"measure": [row.name for row in measures] or [f"m{i}" for i in range(len(rows))]}
    panel = spc.Panel.from_numpy(rows, start=START, of=of, keys=names)
    return spc.scorecard(panel, measures=spc.Catalogue(measures) if measures else None)


def sample_card(until: str = "2024-07") -> Any:
    sample = spc.samples.load("wiltshire_2024")
    return spc.scorecard(sample.panel.until(until), measures=sample.measures)


def row(card: Any, s: int = 0) -> list[str]:
    return card.to_frame()[["month", "m3", "m12", "change"]].values.tolist()[s]


def pages(card: Any) -> dict[str, Any]:
    """Print everything that can be made of a scorecard."""
    book = io.BytesIO()
    card.to_excel(book)
    return {
        "words": card.to_frame().to_csv(),
        "numbers": card.to_frame(form="numbers").to_csv(),
        "text": card.to_text(width=200),
        "2022": str(scorecard_columns(card, form="2022")),
        "excel": book.getvalue(),
        "html": card.to_html(),
        "panel": card.panel.to_frame().to_csv(),
        "limits": card.limits.to_frame().to_csv(),
        "exceptions": card.exceptions.to_frame().to_csv(),
        "trend": card.trend.to_frame().to_csv(),
        "comparison": card.comparison.to_frame().to_csv(),
    }
