"""Measures and catalogues: kinds, units, TOML and CSV, and what is refused."""

from __future__ import annotations

import pytest

import spc
import spc.wording
from spc.measures import KINDS

TOML = """
note = "a note for every page"

[[measure]]
name = "Abandonment Rate: 101"
kind = "rate"
unit = "percent"
improvement = "low"
group = "Priority 1"
target = { "2023-04" = 6.0, "2024-04" = 5.0 }
chart = "xmr"
lag = 1
first = "2022-06"
steps = [{ month = "2024-01", reason = "new operating model" }]
"""
CSV = """name,kind,improvement,target,lag,steps,group
Abandonment Rate: 101,rate,low,2024-01=6; 2024-04=5,1,2024-01 new operating model; 2024-03 new line,Priority 1
ASB,,,,,,
"""


def test_from_toml(tmp_path):
    path = tmp_path / "catalogue.toml"
    path.write_text(TOML, encoding="utf-8")
    catalogue = spc.Catalogue.from_toml(path)
    measure = catalogue["Abandonment Rate: 101"]
    assert (measure.kind, measure.improvement, measure.lag, measure.first) == ("rate", "low", 1, "2022-06")
    assert measure.target == {"2023-04": 6.0, "2024-04": 5.0}
    assert measure.steps == (spc.Step("2024-01", "new operating model"),)
    assert catalogue.note == "a note for every page"
    assert (len(catalogue), "ASB" in catalogue, catalogue.get("ASB")) == (1, False, None)


def test_from_csv(tmp_path):
    path = tmp_path / "catalogue.csv"
    path.write_text(CSV, encoding="utf-8")
    first, second = spc.Catalogue.from_csv(path)
    assert (first.target, first.lag, first.unit) == ({"2024-01": 6.0, "2024-04": 5.0}, 1, "percent")
    assert first.steps == (spc.Step("2024-01", "new operating model"), spc.Step("2024-03", "new line"))
    assert second == spc.Measure("ASB")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('kind = "ratio"', "`kind` must be one of 'count'.*got 'ratio'"),
        ('improvement = "up"', "`improvement` must be one of"),
        ('unit = "furlongs"', "`unit` must be one of"),
        ("lag = -1", "`lag` must be a whole number"),
        ('colour = "red"', "'colour' is not one of"),
        ('first = "last year"', "`first` must be a month"),
        ('target = "soon"', "`target` must be"),
        ('target = { "soon" = 1.0 }', "`target` must be a month"),
        ('steps = [{ month = "soon" }]', "`steps` must be a month"),
        ('steps = ["2024-01"]', "`steps` must be"),
    ],
)
def test_a_bad_row_is_named(tmp_path, line, sentence):
    path = tmp_path / "catalogue.toml"
    path.write_text(f'[[measure]]\nname = "ASB"\n{line}\n', encoding="utf-8")
    with pytest.raises(spc.InputError, match=rf"catalogue.toml, measure 1 \('ASB'\): .*{sentence}"):
        spc.Catalogue.from_toml(path)


def test_other_refusals(tmp_path):
    with pytest.raises(spc.InputError, match="names 'ASB' more than once"):
        spc.Catalogue((spc.Measure("ASB"), spc.Measure("ASB")))
    with pytest.raises(spc.ChoiceError, match="`name`"):
        spc.Measure(" ")
    path = tmp_path / "catalogue.toml"
    path.write_text("[[measure]\n", encoding="utf-8")
    with pytest.raises(spc.InputError, match=r"catalogue\.toml is no TOML file"):
        spc.Catalogue.from_toml(path)
    path = tmp_path / "catalogue.csv"
    path.write_text("name,target\nASB,soon\n", encoding="utf-8")
    with pytest.raises(spc.InputError, match=r"catalogue\.csv, measure 1.*'soon'"):
        spc.Catalogue.from_csv(path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_usual_unit(kind):
    assert spc.Measure("x", kind=kind).shown.name == KINDS[kind].unit


def test_decimals():
    price = spc.Measure("Petrol price", kind="stock", decimals=3)
    assert spc.wording.value_text(0.1024, price.shown) == "0.102"
    with pytest.raises(spc.ChoiceError, match="`decimals`"):
        spc.Measure("x", decimals=-1)


def test_what_does_not_add_up_is_no_count():
    assert spc.Measure("x", unit="percent").kind == "rate"
    assert spc.Measure("x", unit="hh:mm:ss").kind == "duration"
    assert spc.Measure("x").kind == spc.Measure("x", unit="days").kind == "count"
    for unit in ("percent", "hh:mm:ss"):
        with pytest.raises(spc.ChoiceError, match="a count adds up over months"):
            spc.Measure("x", kind="count", unit=unit)


def test_any_per():
    assert spc.Measure("x", kind="rate", unit="per_1000").shown.per == 1000.0


def panel(*, of=None, given=None, n=24):
    values = [[float(10 + t) for t in range(n)]]
    return spc.Panel.from_numpy(values, start="2022-08", of=of, given=given, keys={"measure": ["m"]})


def current(kind, panel, unit=""):
    catalogue = spc.Catalogue((spc.Measure("m", kind=kind, unit=unit),))
    return spc.compare(panel, measures=catalogue).current[0].tolist()


def test_windows_by_kind():
    tens = [[10.0] * 23 + [20.0]]
    assert current("count", panel()) == [33, 96, 330]
    assert current("stock", panel()) == [33, 32, 27.5]
    assert current("rate", panel(of=tens)) == pytest.approx([165.0, 240.0, 100 * 330 / 130])
    assert current("duration", panel(of=tens)) == pytest.approx([1.65, 2.4, 330 / 130])
    assert current("duration", panel()) == [33, 32, 27.5]  # without its parts: the mean of months
    given = {3: [[7.0] * 24], 12: [[9.0] * 24]}
    assert current("median", panel(given=given)) == [33, 7, 9]
    assert (
        current(
            "rolling12",
            spc.Panel.from_numpy(
                [[float("nan")] * 24], start="2022-08", given=given, keys={"measure": ["m"]}
            ),
        )[2]
        == 9
    )
    month, *windows = current("rate", panel())  # a bare rate is never averaged
    assert month == 33
    assert all(value != value for value in windows)


def test_lag_first_and_order():
    values = [[float(t) for t in range(36)], [float(t % 5) + 50 for t in range(36)]]
    both = spc.Panel.from_numpy(values, start="2021-08", keys={"measure": ["slow", "fast"]})
    catalogue = spc.Catalogue(
        (spc.Measure("fast", first="2023-08"), spc.Measure("slow", lag=2), spc.Measure("gone"))
    )
    card = spc.scorecard(both, measures=catalogue)
    rows = card.to_frame().set_index("measure")
    assert rows.index.tolist() == ["fast", "slow"]
    assert rows.loc["slow", "month"] == "33"
    assert rows.loc["fast", "status"] == "short history"
    assert card.absent == ("gone",)
    assert "Without data: gone." in card.to_text()


def test_a_refused_series_keeps_its_row():
    import pandas as pd

    months = pd.period_range("2021-08", periods=36, freq="M").astype(str).tolist()
    rows = pd.DataFrame(
        {
            "measure": ["good"] * 36 + ["bad"] * 36 + ["Total"] * 36,
            "month": months * 3,
            "value": ["7"] * 35 + ["9"] + ["<5"] + ["8"] * 71,
        }
    )
    panel = spc.read(rows)
    assert panel.keys["measure"].tolist() == ["good"]
    card = spc.scorecard(panel, measures=spc.Catalogue((spc.Measure("bad"), spc.Measure("good"))))
    frame = card.to_frame().set_index("measure")
    assert frame["status"].to_dict() == {"bad": "refused", "good": "no variation"}
    assert frame.loc["bad", ["month", "trend", "exceptions", "weighting"]].tolist() == [""] * 4
    assert spc.scorecard(panel.select([0])).panel.n_series == 1
