"""The month against its forecast: the columns `forecast` and `difference` of a scorecard, on every page."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc
from spc.cli import main
from spc.forecast.asking import forecast_at
from spc.forecast.methods import METHODS
from spc.printed import scorecard_columns
from spc.results.forecasts import Forecast
from spc.wording import difference_text, unit_of

Array = np.ndarray[Any, Any]
BOTH = ["forecast", "difference"]
#: Methods that fit one series after the other, in a statistical package.
SLOW = {name for name, method in METHODS.items() if method.fit.__module__.endswith(".single")}


def made(panel: spc.Panel, as_at: Any, horizon: int = 3, method: str = "naive") -> Forecast:
    """Return a forecast made elsewhere, from months up to `as_at`."""
    return forecast_at(panel, METHODS[method], panel.positions(as_at), horizon, 95.0, None, {})


def wards(n: int = 4) -> spc.Panel:
    values = np.random.default_rng(1).poisson(np.arange(10, 10 + 90 * n, 90)[:, None], (n, 40))
    return spc.Panel.from_numpy(values.astype(float), start="2021-04", keys=[f"ward {i}" for i in range(n)])


@pytest.fixture(scope="module")
def sample() -> Any:
    return spc.samples.load("wiltshire_2024")


@pytest.fixture(scope="module")
def card(sample: Any) -> Any:
    return spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-07", forecast="naive")


@pytest.mark.parametrize(
    ("value", "expected", "unit", "words"),
    [
        (544.0, 500.0, "number", "44 above the forecast"),
        (12_000.0, 13_271.4, "number", "1,271 below the forecast"),
        (44.4, 43.6, "number", "as forecast"),  # both print 44
        (44.6, 44.4, "number", "1 above the forecast"),  # 45 and 44
        (31.6, 21.8, "percent", "9.8 points above the forecast"),
        (8.05, 8.1, "percent", "as forecast"),
        (65.0, 190.2, "hh:mm:ss", "00:02:05 below the forecast"),
        (3.0, 4.0, "days", "1 below the forecast"),
        (2.25, 1.0, "per_1000", "1.3 above the forecast"),
        (-3.0, 2.0, "number", "5 below the forecast"),
        (np.nan, 2.0, "number", ""),
        (2.0, np.nan, "number", ""),
    ],
)
def test_a_value_against_its_forecast_in_words(value: float, expected: float, unit: str, words: str):
    assert difference_text(value, expected, unit_of(unit)) == words


def test_the_sample_against_the_month_before(sample: Any, card: Any):
    """June is the forecast of July: 9,919 against 10,610 calls; 00:00:12 against 00:00:11."""
    words = card.to_frame()
    assert words.columns.tolist()[-2:] == BOTH
    assert words.loc[2, ["month", *BOTH]].tolist() == ["10,610", "9,919", "691 above the forecast"]
    assert words.loc[1, ["month", *BOTH]].tolist() == ["00:00:11", "00:00:12", "00:00:01 below the forecast"]
    assert words.loc[0, ["month", *BOTH]].tolist() == ["1.0%", "1.4%", "0.4 points below the forecast"]
    june = spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-06").to_frame()
    monthly = np.flatnonzero(card.monthly)
    assert words["forecast"][monthly].tolist() == june["month"][monthly].tolist()
    numbers = card.to_frame(form="numbers")
    np.testing.assert_allclose(numbers["difference"], numbers["month"] - numbers["forecast"], equal_nan=True)
    assert (words["forecast"][~card.monthly] == "").all() and (words["difference"][~card.monthly] == "").all()


def test_without_a_forecast_there_are_no_such_columns(sample: Any):
    card = spc.scorecard(sample.panel, measures=sample.measures)
    assert not {*BOTH} & {*card.to_frame().columns, *card.to_frame(form="numbers").columns}
    assert not {*BOTH} & {*scorecard_columns(card)}
    assert "forecast" not in card.to_html().lower() and "forecast" not in card.to_text().lower()
    assert (scorecard_columns(card, columns=BOTH)["difference"] == "").all()


@pytest.mark.parametrize("method", [name for name in METHODS if name not in SLOW])
def test_the_month_itself_is_not_known(method: str):
    panel = wards()
    values = panel.values.copy()
    values[:, -1] = 5_000.0
    cards = [spc.scorecard(each, forecast=method) for each in (panel, replace(panel, values=values))]
    assert cards[0].expected is not None and not np.isnan(cards[0].expected).any()
    np.testing.assert_array_equal(cards[0].expected, cards[1].expected)


def test_measures_in_arrears_are_set_against_their_own_month():
    panel = spc.Panel.from_numpy([[*range(100, 140)]] * 2, start="2021-04", keys={"measure": ["A", "B"]})
    measures = spc.Catalogue([spc.Measure("A", kind="count"), spc.Measure("B", kind="count", lag=2)])
    words = spc.scorecard(panel, measures=measures, forecast="naive").to_frame()
    assert words[["month", "forecast"]].values.tolist() == [["139", "138"], ["137", "136"]]
    assert words["difference"].tolist() == ["1 above the forecast"] * 2


def test_before_a_series_begins_nothing_is_expected():
    values = np.full((3, 30), np.nan)
    values[0], values[1, 29] = 7.0, 5.0
    card = spc.scorecard(spc.Panel.from_numpy(values, start="2022-01"), forecast="mean")
    assert card.to_frame()["difference"].tolist() == ["as forecast", "", ""]
    first = spc.scorecard(spc.Panel.from_numpy(values, start="2022-01"), as_at="2022-01", forecast="mean")
    assert first.to_frame()["forecast"].tolist() == ["", "", ""]


def test_a_forecast_made_elsewhere_is_matched_by_name_and_month():
    panel = wards()
    turned = panel.select([2, 0, 3])
    early = made(turned, "2024-05")
    card = spc.scorecard(panel, as_at="2024-07", forecast=early)
    column = panel.position("2024-05")
    expected = np.where(np.arange(4) == 1, np.nan, panel.values[:, column])
    np.testing.assert_array_equal(card.expected, expected)
    longer = spc.Panel.from_numpy(
        np.concatenate([np.full((4, 12), 1.0), panel.values], axis=1), start="2020-04", keys=panel.keys
    )
    other = spc.scorecard(panel, as_at="2024-07", forecast=made(longer, "2024-06"))
    np.testing.assert_array_equal(other.expected, panel.values[:, column + 1])


def test_a_forecast_in_parts_is_scaled_as_the_page_is(sample: Any, card: Any):
    own = made(sample.panel, "2024-06")
    again = spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-07", forecast=own)
    np.testing.assert_array_equal(again.expected, card.expected)


@pytest.mark.parametrize(
    ("forecast", "said"),
    [
        (lambda panel: "nave", "`forecast` must be one of 'naive', .*got 'nave'"),
        (lambda panel: 3, "`forecast` must be a Forecast, got int"),
        (lambda panel: made(panel, "2024-07"), "`forecast` says nothing of the month reported on"),
        (lambda panel: made(panel, "2024-03"), "its horizon, which is 3, reach the month"),
        (
            lambda panel: made(spc.Panel.from_numpy(panel.values, start=None, keys=panel.keys), 40),
            "same keys on the same kind of months: it has 'series', no months, the panel 'series', months",
        ),
        (
            lambda panel: made(
                spc.Panel.from_numpy(panel.values, start="2021-04", keys={"ward": ["a", "b", "c", "d"]}), None
            ),
            "it has 'ward', months, the panel 'series', months",
        ),
    ],
    ids=["misspelt", "number", "knows the month", "too short", "no months", "other keys"],
)
def test_forecasts_that_say_nothing_are_refused(forecast: Any, said: str):
    panel = wards()
    with pytest.raises(spc.ChoiceError, match=said):
        spc.scorecard(panel, as_at="2024-07", forecast=forecast(panel))


def test_one_bad_series_leaves_the_others():
    panel = wards()
    values = panel.values.copy()
    values[1] = np.nan
    values[2, ::2] = 1e90
    words = [
        spc.scorecard(replace(panel, values=cells), forecast="theta").to_frame()[BOTH].values.tolist()
        for cells in (panel.values, values)
    ]
    assert words[0][0] == words[1][0] and words[0][3] == words[1][3]
    assert words[1][1] == ["", ""]


def test_pages_have_the_columns(card: Any):
    said = "691 above the forecast"
    assert said in card.to_text(width=240) and "Against forecast" in card.to_text()
    page = card.to_html()
    assert said in page and page.count(" the forecast") > 40
    assert said not in card.to_html(columns=["line", "month"])
    assert "above the forecast" in card.to_html(form="2022")
    card.to_excel(book := io.BytesIO())
    with zipfile.ZipFile(book) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")]
    assert said in "".join(texts)
    table = scorecard_columns(card)
    assert [name for name in table if name in BOTH] == BOTH


def test_a_paper_tells_no_forecast_of_rows_with_hidden_figures():
    """The forecast by the last month is the month before, to the last digit."""
    values = np.full((3, 40), 30.0) + np.arange(40) % 7
    values[1, -2] = 3.0
    panel = spc.Panel.from_numpy(values, start="2021-04")
    card = spc.scorecard(panel, forecast="naive")
    assert card.to_frame()["forecast"].tolist() == ["33", "3", "33"]
    hidden = spc.publish(card, suppress_below=5)
    assert hidden.to_frame()["forecast"].tolist() == ["33", "", "33"]
    assert np.isnan(hidden.expected[1]) and hidden.to_frame()["difference"][1] == ""
    rounded = spc.publish(card, round_to=10)
    assert rounded.to_frame()[["month", *BOTH]].values.tolist()[0] == ["30", "30", "as forecast"]
    assert rounded.expected.tolist() == [30.0, 0.0, 30.0]
    assert spc.publish(card, remarks=None).expected is card.expected


def test_rounded_ratios_have_no_forecast_told():
    of = np.full((1, 40), 300.0)
    top = 30.0 + np.arange(40.0)[None] % 7
    panel = spc.Panel.from_numpy(top, start="2021-04", of=of, keys={"measure": ["A"]})
    card = spc.scorecard(
        panel, measures=spc.Catalogue([spc.Measure("A", kind="proportion")]), forecast="naive"
    )
    assert card.to_frame()["forecast"].tolist() == ["11.0%"]
    assert spc.publish(card, round_to=5).to_frame()["forecast"].tolist() == [""]


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = Path(spc.samples.__file__).parent
    inputs = [str(source / "wiltshire_2024.csv"), "--measures", str(source / "wiltshire_2024.toml")]
    out = tmp_path / "card.csv"
    asked = ["scorecard", *inputs, "--as-at", "2024-07", "--forecast"]
    assert main([*asked, "naive", "--out", str(out)]) == 0
    heading = out.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert [name for name in heading if name in BOTH] == BOTH
    assert "691 above the forecast" in out.read_text(encoding="utf-8")
    assert main([*asked, "naive", "--columns", "month", "difference"]) == 0
    assert "691 above the forecast" in capsys.readouterr().out
    assert main([*asked, "nave"]) == 2
    assert "`--forecast` must be one of 'naive'" in capsys.readouterr().err
