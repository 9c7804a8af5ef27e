"""Laws of the door: order does not matter, every cell is accounted for, all formats say the same."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spc
from spc import samples
from spc.parsing import parse_numbers
from spc.reading import gates
from spc.reading.coded import clock_text
from spc.reading.numbers import read_texts
from tests.reading.bad_texts import BAD_MONTHS, BAD_VALUES


def long_frame(n_series: int = 7, n_months: int = 30, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    months = [f"{2022 + t // 12}-{t % 12 + 1:02d}" for t in range(n_months)]
    return pd.DataFrame(
        {
            "area": np.repeat([f"E0{s}" for s in range(n_series)], n_months),
            "measure": np.repeat([f"Type {s % 3}" for s in range(n_series)], n_months),
            "month": months * n_series,
            "value": rng.normal(20, 5, n_series * n_months).round(rng.integers(0, 12)),
        }
    )


def by_name(panel: spc.Panel) -> dict[str, bytes]:
    return {panel.name(s): panel.values[s].tobytes() for s in range(panel.n_series)}


def csv(tmp_path: Path, frame: pd.DataFrame, name: str = "input.csv") -> Path:
    frame.to_csv(tmp_path / name, index=False)
    return tmp_path / name


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_does_not_matter(tmp_path, seed):
    frame = long_frame(seed=seed)
    straight = spc.read(csv(tmp_path, frame))
    shuffled = spc.read(csv(tmp_path, frame.sample(frac=1.0, random_state=seed), "shuffled.csv"))
    assert straight.months == shuffled.months
    assert by_name(straight) == by_name(shuffled)


def test_all_formats_say_the_same(tmp_path):
    frame = long_frame()
    path = csv(tmp_path, frame)
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    frame.to_excel(tmp_path / "book.xlsx", index=False)
    frame.to_parquet(tmp_path / "file.parquet", index=False)
    wide = frame.pivot(index=["area", "measure"], columns="month", values="value")
    wide.reset_index().to_csv(tmp_path / "wide.csv", index=False)
    known = by_name(spc.Panel.from_frame(frame, series=["area", "measure"]))
    sources: dict[str, Any] = {
        "csv": path,
        "text": str(path),
        "gz": tmp_path / "packed.csv.gz",
        "excel": tmp_path / "book.xlsx",
        "parquet": tmp_path / "file.parquet",
        "wide": tmp_path / "wide.csv",
        "wide frame": wide,
        "pandas": frame,
        "categories": frame.astype({"area": "category", "month": "category"}),
        "periods": frame.assign(month=pd.PeriodIndex(frame["month"], freq="M")),
        "dates": frame.assign(month=pd.to_datetime(frame["month"])),
        "objects": frame.astype(object),
        "index": frame.set_index(["area", "measure"]),
        "nameless index": wide.rename_axis(index=[None, None]),
        "polars": pl.DataFrame(frame.to_dict("list")),
        "lazy": pl.DataFrame(frame.to_dict("list")).lazy(),
        "arrow": pa.Table.from_pandas(frame),
    }
    for name, source in sources.items():
        panel = spc.read(source)
        assert by_name(panel) == known, name
        assert panel.report.is_clean, name


def test_a_frame_is_left_as_it_was():
    frame = long_frame()
    before = frame.copy()
    spc.read(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("name", ["wiltshire_2024", "road_casualties"])
def test_what_to_frame_writes_is_read_without_a_word(name, tmp_path):
    panel = samples.load(name).panel
    again = spc.read(csv(tmp_path, panel.to_frame()))
    assert by_name(again) == by_name(panel)
    assert again.months == panel.months
    assert sorted(again.given) == sorted(panel.given)
    for window, cells in panel.given.items():
        np.testing.assert_array_equal(again.given[window], cells)
    if panel.of is not None:
        np.testing.assert_array_equal(again.of, panel.of)


# ---------------------------------------------------------------- conservation


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 5), st.integers(0, 17),
            st.sampled_from(["value", "month", "area", "twice", "gone"]),
            st.sampled_from(sorted(BAD_VALUES)), st.sampled_from(sorted(BAD_MONTHS)),
        ),
        max_size=25,
    )
)  # fmt: skip
def test_every_cell_is_accounted_for_whatever_is_spoilt(changes):
    frame = long_frame(6, 18).astype({"value": str})
    sound = by_name(spc.read(frame.drop(columns="measure")))
    cells = {(row.area, row.month): [row.area, row.month, row.value] for row in frame.itertuples()}
    places, spoilt, twins = list(cells), set(), []
    for s, t, what, value, month in changes:
        area, when = places[s * 18 + t]
        row = cells.get((area, when))
        if row is None:
            continue
        spoilt.add(area)
        if what == "value":
            row[2] = value
        elif what == "month":
            row[1] = month
        elif what == "area":
            row[0] = "Total"
        elif what == "twice":
            twins.append(list(row))
        else:
            del cells[area, when]
    rows = pd.DataFrame([*cells.values(), *twins], columns=["area", "month", "value"])
    if spoilt == set(frame["area"]):  # no sound series may be left
        return
    panel = spc.read(rows)
    report = panel.report
    assert report.cells_in == len(rows)
    assert report.cells_used == np.isfinite(panel.values).sum()
    out = {one.name for one in report.refused}
    assert not out & set(panel.keys["area"])
    assert set(panel.keys["area"]) | out >= set(rows["area"])
    read = by_name(panel)
    if panel.n_periods == 18:
        assert all(read[name] == sound[name] for name in set(sound) - spoilt)


def test_conservation_is_asserted_and_not_only_hoped_for():
    with pytest.raises(AssertionError, match="10 cells came in and 9 are accounted for"):
        spc.Report("long", ("area",), (), (), 10, 5, 3, 1)


def test_problems_are_told_in_the_order_of_the_file():
    rows = [["A", "2024-01", "<5"], ["B", "2024-01", "4"], ["A", "2024-02", "x"], ["A", "2024-13", "1"]]
    report = spc.read(pd.DataFrame(rows, columns=["area", "month", "value"])).report
    assert [problem.raw for problem in report.problems] == ["<5", "x", "2024-13"]
    (refused,) = report.refused
    assert (refused.name, refused.problem.raw, refused.n_problems) == ("A", "<5", 3)


def test_a_report_is_a_table_and_a_line():
    rows = [["A / B", "c", "2024-01", "<5"], ["B", "c", "2024-01", "4"]]
    report = spc.read(pd.DataFrame(rows, columns=["area", "rule", "month", "value"])).report
    assert repr(report) == "Report(2 cells in, 1 used, 1 reported, 1 problem, 1 series refused)"
    table = report.to_frame()
    assert list(table) == ["area", "rule_key", "month", "raw", "rule", "remedy", "severity"]
    assert table.iloc[0, :5].tolist() == ["A / B", "c", "2024-01", "<5", "suppressed value"]
    assert pickle.loads(pickle.dumps(report)) == report
    assert spc.read(long_frame()).report.to_frame().empty


def test_no_sound_series_refuses_the_source_with_all_problems():
    rows = pd.DataFrame([["A", "2024-01", "<5"], ["B", "2024-01", "x"]], columns=["area", "month", "value"])
    with pytest.raises(spc.InputError, match=r"1 more problem in `.problems`") as caught:
        spc.read(rows)
    assert [problem.series for problem in caught.value.problems] == ["A", "B"]
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


# ---------------------------------------------------------------- numbers in bulk


def bulk(texts: list[str], unit: str = "number", missing: tuple[str, ...] = ()) -> tuple[Any, Any]:
    read = read_texts(pa.array(texts, pa.large_string()), unit, missing)
    rules = np.full(len(texts), "", dtype=object)
    rules[list(read.refused)] = list(read.refused.values())
    return read.values, rules


@pytest.mark.parametrize("unit", ["number", "percent", "hh:mm:ss"])
def test_texts_read_in_bulk_are_those_read_one_by_one(unit):
    rng = np.random.default_rng(3)
    numbers = rng.normal(0, 1, 3_000) * 10.0 ** rng.integers(-8, 8, 3_000)
    texts = (
        [repr(float(x)) for x in numbers] + [str(int(x)) for x in numbers] + [f"{x:.30f}" for x in numbers]
    )
    texts += [*BAD_VALUES, "1,234", "-0", "007", "", "123456789012345678", "0." + "3" * 40, "5%", "00:01:00"]
    texts = list(
        dict.fromkeys(
            text for text in texts if BAD_VALUES.get(text) not in ("decimal comma", "points as thousands")
        )
    )
    values, rules = bulk(texts, unit, ("<5", "7"))
    slow = parse_numbers(texts, unit=unit, missing=("<5", "7"))
    assert values.tobytes() == slow.values.tobytes() or (rules == slow.rules).all()
    np.testing.assert_array_equal(values, slow.values)
    assert (rules == slow.rules).all()


def test_one_decimal_comma_makes_all_thousands_doubtful_in_bulk_too():
    texts = [str(i) for i in range(3_000)] + ["1.234", "3,5"]
    _, rules = bulk(texts)
    assert rules[-2:].tolist() == ["thousands or decimals", "decimal comma"]


# ---------------------------------------------------------------- limits


def test_limits_are_gates(tmp_path, monkeypatch):
    path = csv(tmp_path, long_frame())
    for limit, raw in (
        ("rows", "210 rows"),
        ("cells", "840 cells"),
        ("n_bytes", "bytes"),
        ("columns", "4 columns"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(gates.LIMITS, limit, 3)
            with pytest.raises(spc.InputError, match="larger than is read in one piece") as caught:
                spc.read(path)
            assert raw in caught.value.problems[0].raw


def test_arguments_are_checked():
    frame = long_frame()
    for wrong in (
        {"layout": "tall"},
        {"totals": "drop"},
        {"by": "ward"},
        {"missing": [5]},
        {"given": {0: "value"}},
    ):
        with pytest.raises(spc.ChoiceError):
            spc.read(frame, **wrong)
    with pytest.raises(spc.ChoiceError, match="`source` must be a path"):
        spc.read(42)
    with pytest.raises(spc.ChoiceError, match="empty list"):
        spc.read([])


def test_durations_of_pandas_are_times():
    frame = pd.DataFrame({"measure": "Calls", "month": ["2024-01", "2024-02"],
                          "value": pd.to_timedelta([777, 90.5], unit="s")})  # fmt: skip
    with pytest.raises(spc.InputError, match="'00:12:57' is a time"):
        spc.read(frame)
    times = spc.Catalogue([spc.Measure("Calls", kind="duration")])
    assert spc.read(frame, measures=times).values.tolist() == [[777.0, 90.5]]
    assert clock_text(-90_061) == "-25:01:01"


def test_single_precision_is_the_decimal_that_it_prints_as():
    frame = pd.DataFrame({"measure": "A", "month": ["2024-01"], "value": np.array([21.8], np.float32)})
    assert spc.read(frame).values[0, 0] == 21.8


def test_truth_is_no_number_even_beside_one():
    frame = pd.DataFrame(
        {"measure": ["A", "B"], "month": "2024-01", "value": pd.Series([1, True], dtype=object)}
    )
    report = spc.read(frame).report
    assert [(p.series, p.raw, p.rule) for p in report.problems] == [("B", "True", "true or false")]


def test_a_text_that_is_no_unicode_is_refused():
    frame = pd.DataFrame({"measure": pd.Series(["\ud800"], dtype=object), "month": "2024-01", "value": [1.0]})
    with pytest.raises(spc.InputError) as caught:
        spc.read(frame)
    assert caught.value.problems[0].rule == "not UTF-8"


def test_an_index_that_is_a_column_too_is_refused():
    frame = long_frame()
    frame.index = pd.Index(frame["area"], name="area")
    with pytest.raises(spc.InputError, match="'area' heads more than one column"):
        spc.read(frame)
