"""Areas on the page, in the example, and in real data: London wards, Wiltshire's districts."""

from __future__ import annotations

import doctest
import runpy
from pathlib import Path

import numpy as np
import pytest

import spc
from spc.results import Exceptions
from spc.results.drivers import OUTCOMES
from tests.panels import JIT_OFF

ROOT = Path(__file__).parents[2]


SHARED = ROOT.parent / "shared" / "data"


needs_shared = pytest.mark.skipif(JIT_OFF or not SHARED.exists(), reason="needs the shared data")


def test_the_examples_of_the_page_run():
    page = str(ROOT / "docs" / "areas.md")
    failed, tried = doctest.testfile(page, module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried >= 10 and failed == 0


def test_the_example_runs(capsys):
    runpy.run_path(str(ROOT / "examples" / "areas.py"), run_name="__main__")
    told = capsys.readouterr().out
    for words in ("lie in no part", "accounts for", "driven by County"):
        assert words in told


@needs_shared
def test_london_wards_beside_their_boroughs():
    import pandas as pd

    wards, boroughs = (
        spc.Panel.from_frame(pd.read_parquet(SHARED / name), series=["area", "measure"])
        for name in ("mps_ward_2023-04_2026-03.parquet", "mps_borough_2010-04_2025-12.parquet")
    )
    names = pd.read_csv(SHARED / "mps_ward_names.csv")
    parents = names[["WardCode", "borough"]]
    rolled = spc.roll_up(wards, parents=parents)
    assert (wards.n_series, rolled.n_series) == (17_170, 886)
    by_area = spc.roll_up(wards, parents=parents, by="area")
    assert by_area.values.tobytes() == spc.roll_up(rolled, by="area").values.tobytes()
    assert by_area.n_series == 33
    assert by_area.values.sum() == wards.values.sum()
    same = {name: name for name in names.borough}
    found = spc.parts(by_area, whole=spc.roll_up(boroughs, by="area"), parents=same)
    assert found.to_frame().shape[0] == 36 * found.whole.n_series
    p = found.whole.keys["area"].tolist().index("Barnet")
    early, late = found.share[p, 2], found.share[p, 24:33]
    assert 0.995 < early <= 1.001  # before the recording system changed, wards were complete
    assert (late > 0.94).all() and (late < 0.995).all()


@needs_shared
def test_wards_seldom_drive_a_borough_alone():
    import pandas as pd

    rows = pd.read_parquet(SHARED / "mps_ward_2023-04_2026-03.parquet")
    wards = spc.Panel.from_frame(rows, series=["area", "measure"])
    parents = pd.read_csv(SHARED / "mps_ward_names.csv")[["WardCode", "borough"]]

    def flagged(panel: spc.Panel) -> Exceptions:
        return spc.exceptions(spc.limits(panel, chart="auto", baseline=spc.Window(36, first=24)))

    found = spc.driven_by(flagged(spc.roll_up(wards, parents=parents)), parts=flagged(wards), parents=parents)
    outcome = np.bincount(found.outcome, minlength=len(OUTCOMES))
    assert 280 < outcome[1:].sum() < 360 and 5 < outcome[1:3].sum() < 40
    assert outcome[OUTCOMES.index("no side")] == 0
    told = found.outcome > 0
    np.testing.assert_allclose(
        found.rest[told] / found.deviation[told], 0.0, atol=1e-9
    )  # wards are the borough


@needs_shared
def test_wiltshire_lsoas_to_districts():
    import pandas as pd

    rows = pd.read_csv(SHARED / "policeuk_wiltshire_lsoa_month.csv.gz")
    rows = rows[rows["month"] >= "2025"].fillna({"area": "none"})
    panel = spc.Panel.from_frame(rows, series=["district", "area", "measure"])
    districts = spc.roll_up(panel, by=["district", "measure"], missing="leave out")
    assert sorted(set(districts.keys["district"])) == ["No location / outside", "Swindon", "Wiltshire"]
    assert np.nansum(districts.values) == np.nansum(panel.values) == rows["value"].sum()
    located = districts.select(district=["Swindon", "Wiltshire"])
    found = spc.parts(located, whole=spc.roll_up(districts, by="measure", missing="leave out"))
    total = np.nansum(found.gap) / np.nansum(found.whole.values)
    assert 0.0 < total < 0.02
    changes = spc.contributions(
        districts, by="measure", windows=1, against="before", key="district", missing="leave out"
    )
    known = ~np.isnan(changes.whole_change[:, 0])
    sums = np.bincount(changes.family, np.nan_to_num(changes.contribution[:, 0]), len(known))
    np.testing.assert_array_equal(sums[known], changes.whole_change[known, 0])
