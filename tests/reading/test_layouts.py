"""Published layouts as downloaded: releases of the London Datastore, folders of data.police.uk."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import spc
from spc.reading.street import OUTCOMES
from spc.wording import month_text

FIXTURES = Path(__file__).parents[1] / "fixtures"
HISTORICAL = FIXTURES / "london" / "MPS Ward Level Crime (Historical).csv"
RECENT = FIXTURES / "london" / "MPS Ward Level Crime (most recent 24 months).csv"
BOROUGHS = FIXTURES / "london" / "MPS Borough Level Crime (most recent 24 months).csv"
STREET = FIXTURES / "street"
SHARED = Path(__file__).parents[3] / "shared" / "data"


def cell(panel: spc.Panel, month: str, **keys: str) -> float:
    return float(panel.select(**keys).values[0, panel.position(month)])


def raw(path: Path, start: str, month: str) -> float:
    """A cell of a fixture, found by plain text."""
    heading, *rows = path.read_text(encoding="utf-8").splitlines()
    at = heading.split(",").index(month)
    return float(next(row for row in rows if row.startswith(start)).split(",")[at])


# ---------------------------------------------------------------- London


def test_a_ward_file_is_recognised_by_its_headings():
    panel = spc.read(HISTORICAL)
    assert panel.report.layout == "london_wards"
    assert list(panel.keys) == ["area", "ward", "borough", "major", "measure"]
    assert (panel.n_series, panel.months[0], panel.months[-1]) == (8, "2021-04", "2023-06")
    abbey = {"area": "E05014053", "measure": "ARSON"}
    assert cell(panel, "2022-05", **abbey) == raw(HISTORICAL, "E05014053,Abbey", "202205")
    assert panel.report.is_clean


def test_a_borough_file_is_recognised_by_its_headings():
    panel = spc.read(BOROUGHS)
    assert panel.report.layout == "london_boroughs"
    assert list(panel.keys) == ["major", "measure", "area"]
    assert panel.n_series == 9


def test_the_first_month_of_a_most_recent_file_is_kept_with_a_warning():
    for path in (RECENT, BOROUGHS):
        (problem,) = spc.read(path).report.problems
        assert (problem.rule, problem.raw, problem.month) == (
            "first month may be partial",
            "202304",
            "2023-04",
        )
        assert problem.severity == "warning"


@pytest.mark.parametrize("order", [1, -1])
def test_releases_are_spliced_by_name_whatever_their_order(order):
    panel = spc.read([HISTORICAL, RECENT][::order])
    assert (panel.n_series, panel.months[0], panel.months[-1]) == (9, "2021-04", "2025-03")
    damage = {"area": "E05009317", "measure": "CRIMINAL DAMAGE"}
    row = "E05009317,Bethnal Green East,Tower Hamlets,ARSON AND CRIMINAL DAMAGE,CRIMINAL DAMAGE"
    # the later release wins, apart from its first month, which was cut short
    assert cell(panel, "2023-05", **damage) == raw(RECENT, row, "202305")
    assert raw(RECENT, row, "202305") != raw(HISTORICAL, row, "202305")
    assert cell(panel, "2023-04", **damage) == raw(HISTORICAL, row, "202304")
    assert raw(RECENT, row, "202304") != raw(HISTORICAL, row, "202304")
    assert panel.report.problems == ()


def test_a_splice_accounts_for_every_cell():
    report = spc.read([HISTORICAL, RECENT]).report
    n_common = 7  # series in both files
    assert report.cells_in == 8 * 27 + 8 * 24
    # three months are in both files; the row that the later one leaves out loses the two after its first
    assert report.cells_superseded == n_common * 3 + 3
    assert report.cells_used == report.cells_in - report.cells_superseded
    # two cells were changed on purpose; the noughts of the row left out changed those that were not 0
    absent = [raw(HISTORICAL, "E05013570,Heathrow Villages,Aviation Security (SO18),THEFT", m)
              for m in ("202305", "202306")]  # fmt: skip
    assert report.cells_revised == 2 + sum(value != 0.0 for value in absent)


def test_a_row_left_out_is_nought_where_the_release_has_its_area_and_its_type():
    panel = spc.read([HISTORICAL, RECENT])
    bicycles = {"area": "E05013570", "measure": "BICYCLE THEFT"}
    assert cell(panel, "2025-03", **bicycles) == 0.0
    arson = {"area": "E05013570", "measure": "ARSON"}
    assert cell(panel, "2021-04", **arson) == 0.0
    assert panel.report.cells_filled == 24 + 24


def test_a_row_of_a_type_that_a_release_does_not_know_stays_missing(tmp_path):
    old = tmp_path / "old.csv"
    old.write_text(
        HISTORICAL.read_text(encoding="utf-8").replace("BICYCLE THEFT", "THEFT OF CYCLES"), "utf-8"
    )
    panel = spc.read([old, RECENT])
    renamed = {"area": "E05009317", "measure": "THEFT OF CYCLES"}
    assert np.isnan(cell(panel, "2025-03", **renamed))


def test_labels_are_those_of_the_later_release():
    panel = spc.read([HISTORICAL, RECENT])
    assert set(panel.select(area="E05014053").keys["ward"]) == {"Abbey Ward"}


def test_a_series_that_one_release_refuses_is_left_out_of_all(tmp_path):
    spoilt = tmp_path / "spoilt.csv"
    text = HISTORICAL.read_text(encoding="utf-8").splitlines()
    row = next(i for i, line in enumerate(text) if line.startswith("E05014053") and line.count("BICYCLE"))
    text[row] = ",".join([*text[row].split(",")[:-1], "<5"])
    spoilt.write_text("\n".join(text), "utf-8")
    panel, sound = spc.read([spoilt, RECENT]), spc.read([HISTORICAL, RECENT])
    assert panel.n_series == sound.n_series - 1
    (refused,) = panel.report.refused
    assert (refused.problem.raw, refused.problem.month, refused.problem.source) == (
        "<5",
        "2023-06",
        "spoilt.csv",
    )
    assert panel.report.cells_reported == 27 + 24
    rest = sound.select(~((sound.keys["area"] == "E05014053") & (sound.keys["measure"] == "BICYCLE THEFT")))
    assert panel.values.tobytes() == rest.values.tobytes()


def test_files_of_different_layouts_are_not_spliced():
    with pytest.raises(spc.InputError, match="not in the layout of the files beside it") as caught:
        spc.read([HISTORICAL, BOROUGHS])
    assert caught.value.problems[0].rule == "two layouts"


def test_frames_are_spliced_too():
    import pandas as pd

    old = pd.DataFrame({"measure": ["ASB"] * 2, "month": ["2024-05", "2024-06"], "value": [5, 6]})
    new = pd.DataFrame({"measure": ["ASB"] * 2, "month": ["2024-06", "2024-07"], "value": [7, 8]})
    panel = spc.read([new, old])
    assert panel.values.tolist() == [[5.0, 7.0, 8.0]]
    report = panel.report
    assert (report.cells_in, report.cells_used, report.cells_superseded, report.cells_revised) == (4, 3, 1, 1)


# ---------------------------------------------------------------- street


def street(by: str) -> spc.Panel:
    return spc.read(STREET, by=by)


def test_street_records_are_counted_by_lsoa():
    panel = street("lsoa")
    assert list(panel.keys) == ["force", "area", "lsoa", "measure"]
    burglary = panel.select(force="wiltshire", area="E01031914", measure="Burglary")
    # a month without a row is 0 where the force has a file, missing where it has none
    assert burglary.values[0].tolist()[:2] == [4.0, 2.0]
    assert np.isnan(burglary.values[0, 2])
    assert burglary.values[0, 3] == 1.0
    solved = panel.select(force="wiltshire", area="E01031914", measure="Burglary: positive outcomes")
    assert (solved.values[0, 0], solved.of[0, 0]) == (1.0, 4.0)
    assert bool(solved.is_ratio[0])
    assert not bool(burglary.is_ratio[0])


def test_street_records_are_counted_by_force():
    panel = street("force")
    asb = panel.select(area="wiltshire", measure="Anti-social behaviour")
    np.testing.assert_array_equal(asb.values[0], [4.0, 3.0, np.nan, 0.0])
    shops = panel.select(area="avon-and-somerset", measure="Shoplifting")
    np.testing.assert_array_equal(shops.values[0], [np.nan, 2.0, np.nan, np.nan])
    # anti-social behaviour has no outcomes, so no rate of them
    assert "Anti-social behaviour: positive outcomes" not in set(panel.keys["measure"])


@pytest.mark.parametrize("by", ["lsoa", "force"])
def test_every_record_is_counted_once(by):
    n_records = sum(len(path.read_text("utf-8").splitlines()) - 1 for path in STREET.glob("*/*.csv"))
    panel = street(by)
    assert panel.report.cells_in == panel.report.cells_used == n_records
    counts = panel.select(~panel.is_ratio)
    assert np.nansum(counts.values) == n_records


def test_records_without_a_place_are_counted_under_a_name():
    panel = street("lsoa").select(area="No location", measure="Drugs")
    np.testing.assert_array_equal(panel.values[0], [1.0, 0.0, np.nan, 0.0])


def test_an_unknown_outcome_is_told_and_not_counted_as_positive(tmp_path):
    shutil.copytree(STREET, tmp_path / "street")
    path = tmp_path / "street" / "2025-01" / "2025-01-wiltshire-street.csv"
    path.write_text(path.read_text("utf-8").replace("Awaiting court outcome", "Sent to Mars"), "utf-8")
    panel = spc.read(tmp_path / "street", by="force")
    (problem,) = panel.report.problems
    assert (problem.rule, problem.raw) == ("unknown outcome", "Sent to Mars")
    assert cell(panel, "2025-01", area="wiltshire", measure="Burglary: positive outcomes") == 0.0


def test_a_file_of_another_month_is_refused(tmp_path):
    shutil.copytree(STREET, tmp_path / "street")
    path = tmp_path / "street" / "2025-01" / "2025-01-wiltshire-street.csv"
    path.write_text(path.read_text("utf-8").replace("2025-01", "2025-03"), "utf-8")
    with pytest.raises(spc.InputError) as caught:
        spc.read(tmp_path / "street")
    assert [(p.rule, p.raw) for p in caught.value.problems] == [("month outside its file", "2025-03")]


def test_two_files_of_one_force_and_month_are_refused(tmp_path):
    shutil.copytree(STREET, tmp_path / "street")
    path = tmp_path / "street" / "2025-01" / "2025-01-wiltshire-street.csv"
    shutil.copy(path, tmp_path / "street" / path.name)
    with pytest.raises(spc.InputError) as caught:
        spc.read(tmp_path / "street")
    assert [p.rule for p in caught.value.problems] == ["two files of one month"]


def test_a_folder_without_street_files_is_refused(tmp_path):
    with pytest.raises(spc.InputError, match="no file named like 2024-07-wiltshire-street"):
        spc.read(tmp_path)


def test_a_path_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(spc.InputError, match=r"wards.csv cannot be opened"):
        spc.read(tmp_path / "wards.csv")


def test_records_without_a_crime_type_are_reported(tmp_path):
    shutil.copytree(STREET, tmp_path / "street")
    path = tmp_path / "street" / "2025-04" / "2025-04-wiltshire-street.csv"
    path.write_text(path.read_text("utf-8").replace(",Burglary,", ",,"), "utf-8")
    report = spc.read(tmp_path / "street").report
    assert [p.rule for p in report.problems] == ["series without a name"]
    assert report.cells_reported == 1


def test_the_table_of_outcomes_has_both_kinds():
    assert OUTCOMES["Local resolution"] and OUTCOMES["Awaiting court outcome"]
    assert not OUTCOMES["Unable to prosecute suspect"]
    assert not OUTCOMES[""]


# ---------------------------------------------------------------- the real thing, where it is at hand

needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the real data are not beside the repository")
WARDS = SHARED / "mps_ward_2023-04_2026-03_wide.csv.gz"


@needs_shared
def test_every_cell_of_the_real_wards_is_accounted_for():
    panel = spc.read(WARDS)
    assert (panel.n_series, panel.n_periods) == (17_170, 36)
    report = panel.report
    assert (report.cells_in, report.cells_used, report.problems) == (17_170 * 36, 17_170 * 36, ())
    long = spc.read(SHARED / "mps_ward_2023-04_2026-03.parquet")
    assert long.values.tobytes() == panel.values.tobytes()
    assert all((long.keys[name] == panel.keys[name]).all() for name in ("area", "major", "measure"))


@needs_shared
def test_real_releases_spliced_give_the_set_made_by_hand(tmp_path):
    import pandas as pd

    panel = spc.read(WARDS)
    now = pd.DataFrame(panel.values, columns=panel.months)
    place = {key: i for i, key in enumerate(zip(*panel.keys.values(), strict=True))}
    changes = pd.read_parquet(SHARED / "mps_ward_revisions.parquet")
    releases = {
        "2026-04": ("2024-04", "2026-03"),
        "2026-01": ("2024-01", "2025-12"),
        "2025-04": ("2023-04", "2025-03"),
    }
    paths = []
    for release, (first, last) in releases.items():
        named = pd.DataFrame({
            "WardCode": panel.keys["area"], "WardName": "x", "LookUp_BoroughName": "y",
            "MajorText": panel.keys["major"], "MinorText": panel.keys["measure"],
        })  # fmt: skip
        cells = now.loc[:, first:last].astype(int)
        cells.columns = [month.replace("-", "") for month in cells.columns]
        paths.append(tmp_path / f"{release}.csv")
        pd.concat([named, cells], axis=1).to_csv(paths[-1], index=False)
        for row in changes[changes["to"].str.startswith(release)].itertuples():
            now.loc[place[row.area, row.major, row.measure], row.month] = row.old
    spliced = spc.read(paths)
    assert spliced.months == panel.months
    order = np.argsort(
        [place[key] for key in zip(*(spliced.keys[k] for k in ("area", "major", "measure")), strict=True)]
    )
    assert spliced.values[order].tobytes() == panel.values.tobytes()
    assert spliced.report.cells_revised == len(changes)
    assert spliced.report.cells_superseded == 17_170 * (24 * 3 - 36)
    assert month_text(int(spliced.start)) == "2023-04"
