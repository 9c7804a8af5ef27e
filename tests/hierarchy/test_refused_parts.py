"""Parts that could not be read, or have no figure: no sum goes on without them, and none stops the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import spc
from tests.hierarchy.areas import areas

MONTHS = [f"2023-{month:02d}" for month in range(1, 13)] + ["2024-01"]
BLANK = [np.nan] * 13


def read(folder: Path, *, ratio: bool, bad: str = "c") -> spc.Panel:
    """Write three districts of which one has a cell that is no number, and read them."""
    lines = ["area,month,numerator,denominator" if ratio else "area,month,value"]
    for area, n, of in (("a", 5, 50), ("b", 6, 60), ("c", 4, 40)):
        for month in MONTHS:
            cell = "five" if (area, month) == (bad, "2023-04") else str(n)
            lines.append(f"{area},{month},{cell},{of}" if ratio else f"{area},{month},{cell}")
    path = folder / "districts.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return spc.read(str(path))


@pytest.mark.parametrize("ratio", [False, True])
def test_no_sum_goes_on_without_a_part_that_could_not_be_read(tmp_path: Path, ratio: bool) -> None:
    panel = read(tmp_path, ratio=ratio)
    assert panel.keys["area"].tolist() == ["a", "b"]  # `report` has the third
    for missing in ("missing", "gaps"):
        whole = spc.roll_up(panel, by=[], missing=missing)
        assert np.isnan(whole.values).all() and whole.refused.tolist() == [True]
    left_out = spc.roll_up(panel, by=[], missing="leave out")
    assert left_out.values[0].tolist() == [11.0] * 13 and left_out.refused.tolist() == [False]
    force = areas(
        [[15.0] * 12 + [20.0]], of=[[150.0] * 13] if ratio else None, names=["Force"], start="2023-01"
    )
    parents = dict.fromkeys("abc", "Force")
    beside = spc.parts(panel, whole=force, parents=parents, missing="leave out")
    assert beside.words[0].startswith("a, b and c make 11 of 20 (55.0%); 9 not accounted for (2 of 3 parts")
    moved = spc.contributions(panel, whole=force, parents=parents, windows=1)
    assert moved.to_frame().set_index("area")["state"].to_dict() == {"a": "both", "b": "both", "c": "missing"}
    assert "c not known" in moved.words()[0]
    summed = spc.contributions(panel, by=[], windows=1)
    assert np.isnan(summed.whole_change[0, 0])


def test_a_whole_that_could_not_be_read_is_not_known(tmp_path: Path) -> None:
    panel = read(tmp_path, ratio=True, bad="a")
    found = spc.parts(panel, whole="a")
    assert np.isnan(found.whole.values).all() and found.total.values[0].tolist() == [10.0] * 13


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_part_without_a_figure_is_what_its_siblings_are(place: int) -> None:
    """A row of nothing has no denominators to tell that it is a ratio: wherever it stands it stops nobody."""
    top, of, names = [[5.0] * 13, [6.0] * 13], [[50.0] * 13, [60.0] * 13], ["a", "b"]
    for rows, label in ((top, BLANK), (of, BLANK), (names, "blank")):
        rows.insert(place, label)  # type: ignore[arg-type]
    panel = areas(top, of=of, names=names)
    both = spc.roll_up(panel, by=[], missing="gaps")
    assert both.is_ratio.tolist() == [True] and both.observed[0].tolist() == [0.1] * 13
    assert np.isnan(spc.roll_up(panel, by=[]).values).all()
    found = spc.contributions(panel, by=[], windows=1, against="before")
    assert found.whole_change[0, 0] == 0.0 and found.words()[0] == "No change in all; blank not known."
    rows = [spc.Measure("a rate", kind="proportion")]
    named = spc.Panel.from_numpy(top, of=of, start="2022-07", keys={**panel.keys, "measure": ["a rate"] * 3})
    assert spc.roll_up(named, by="measure", measures=rows, missing="gaps").observed[0, 0] == 0.1


def test_a_whole_without_a_figure_is_what_its_parts_are() -> None:
    panel = areas([BLANK, [5.0] * 13], of=[BLANK, [50.0] * 13], names=["Force", "a"])
    assert spc.parts(panel, whole="Force").words[0] == "The whole is not known."
    turned = spc.parts(panel, whole="a")
    assert turned.words[0].startswith("The sum of its parts is not known")
    flagged = spc.exceptions(spc.limits(panel, min_observed=2))
    assert spc.driven_by(flagged, whole="Force").words.tolist() == [""]
