"""A scorecard on every chart, and what its drawings say when their coordinates are read back."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np

import spc
from spc.portrait import Portrait, portrait

MONTHS, CUT, STEP = 60, 24, 36
#: All that a scorecard can have: with denominators, several observations a month, gaps, or plain months.
EVERY = tuple(spc.CHARTS)
PLOTS = {name: spc.CHARTS[name].plots for name in EVERY}
TARGET = 60.0


def panel_for(chart: str) -> spc.Panel:
    """Return 60 months fit for a chart; the last twelve have fallen, and one stands out."""
    rng = np.random.default_rng(11)
    keys, needs = {"measure": ["M"]}, spc.CHARTS[chart].needs
    if "parts" in needs:
        of = rng.integers(60, 110, MONTHS)
        share = np.where(np.arange(MONTHS) < 48, 0.45, 0.28)
        top = rng.binomial(of, share).astype(float)
        return spc.Panel.from_numpy([top], of=[of.astype(float)], start="2019-08", keys=keys)
    if needs == "subgroups":
        values = rng.normal(100.0, 5.0, (1, MONTHS, 5))
        values[0, 48:] -= 6.0
        values[0, 51] = [40.0, 190.0, 90.0, 80.0, 120.0]
        return spc.Panel.from_numpy(values, start="2019-08", keys=keys)
    values = rng.poisson(40.0, MONTHS).astype(float)
    if chart in ("g", "t"):
        values = (rng.geometric(0.05, MONTHS) if chart == "g" else rng.exponential(30.0, MONTHS)) * 1.0
        values[51] = 500.0
    else:
        values[48:] -= 14.0
        values[51] += 90.0 if chart == "mr" else 60.0
    return spc.Panel.from_numpy([values], start="2019-08", keys=keys)


@cache
def card_of(chart: str, cut: int | None = CUT) -> Any:
    """Return its scorecard: a target of 60, a new system after two years, a known step after three."""
    panel = panel_for(chart)
    kind = "proportion" if "parts" in spc.CHARTS[chart].needs else "count"
    step = spc.Step("2022-08", "a new form")
    measure = spc.Measure("M", kind=kind, chart=chart, improvement="low", target=TARGET, steps=(step,))
    phase = None if cut is None else spc.phases_at(panel, [panel.months[cut]], ["new system"])
    card = spc.scorecard(panel, measures=spc.Catalogue([measure]), phase=phase, baseline=24)
    assert card.limits.chart_of(0) == chart  # or nothing below would be about this chart
    return card


def shown_of(chart: str) -> Portrait:
    return portrait(card_of(chart), 0)


def scale_of(chart: str) -> float:
    """Return what the numbers of `Limits` are multiplied by on the page."""
    return 100.0 if "parts" in spc.CHARTS[chart].needs and PLOTS[chart] != "counts" else 1.0


class Drawing:
    """A control chart read back: the scale from the texts of its axis, the months from its attributes."""

    def __init__(self, svg: str) -> None:
        self.svg = svg
        axis = re.search(r'<g class="ay">(.*?)</g>', svg)
        assert axis
        found = re.findall(r'y="([^"]*)">([^<]*)<', axis[1])
        self.texts = [text for _, text in found]
        places = np.array([float(y) - 4.0 for y, _ in found])
        values = np.array([float(text.rstrip("%").replace(",", "")) for _, text in found])
        self.slope, self.at_0 = np.polyfit(values, places, 1)
        self.left = float(re.search(r'data-x="([^"]*)"', svg)[1])  # type: ignore[index]
        self.step = float(re.search(r'data-dx="([^"]*)"', svg)[1])  # type: ignore[index]

    def y(self, value: Any) -> Any:
        return self.at_0 + self.slope * np.asarray(value)

    def month(self, x: float) -> float:
        return (x - self.left) / self.step

    def paths(self, kind: str) -> list[str]:
        return re.findall(rf'<path class="{kind}" d="([^"]*)"', self.svg)

    def curve(self, path: str) -> dict[int, float]:
        """Return the heights of a curve, or of dots, by month."""
        pairs = re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)
        return {round(self.month(float(x))): float(y) for x, y in pairs}

    def levels(self, path: str) -> dict[int, list[float]]:
        """Return the heights at which level lines stand, by month."""
        found: dict[int, list[float]] = {}
        x = y = 0.0
        for word, numbers in re.findall(r"([MHVh])([-\d. ]+)", path):
            given = [float(number) for number in numbers.split()]
            if word == "M":
                x, y = given
            elif word == "V":
                y = given[0]
            else:
                end = given[0] + (x if word == "h" else 0.0)
                for t in range(int(np.ceil(self.month(x) - 0.01)), int(self.month(end) + 0.01) + 1):
                    found.setdefault(t, []).append(y)
                x = end
        return found

    def marks(self) -> dict[tuple[int, str], tuple[float, str]]:
        """Return the centres and inks of the triangles, by month and side."""
        found = {}
        for ink, path in re.findall(r'<path class="k ([^"]*)" d="([^"]*)"', self.svg):
            for x, y, down in re.findall(r"M(-?[\d.]+) (-?[\d.]+)l\S+ (-?[\d.]+)h", path):
                side = "High" if float(down) > 0.0 else "Low"
                found[round(self.month(float(x))), side] = (
                    float(y) + (5.0 if side == "High" else -5.0),
                    ink,
                )
        return found
