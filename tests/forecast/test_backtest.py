"""backtest(): nothing of the future is known, and every figure is what the twin makes of the same months."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from statistics import fmean
from typing import Any

import numpy as np
import pytest

import spc
from spc.forecast import METHODS
from tests.forecast.test_verbs import FEW, monthly, panel_of, quick_method
from tests.panels import fewer, make, recorded
from tests.reference import judging as twin

MEASURES = ["smape", "mase", "rmsse", "msis", "coverage"]
TRIED = ("naive", "seasonal_naive", "theta")


def test_by_hand() -> None:
    """Last months 10 and 30 of 16; naive misses by 20 and 30, then by 10 (of what is known then)."""
    values = [[5.0] * 12 + [9.0, 10.0, 30.0, 40.0]]
    past = spc.forecast.backtest(panel_of(values), methods="naive", horizon=1, origins=2)
    assert past.origins.tolist() == [[13], [14]]
    assert past.actual.tolist() == [[[30.0]], [[40.0]]]
    assert past.mean.tolist() == [[[[10.0]], [[30.0]]]]
    row = past.to_frame().iloc[0]
    assert row["smape"] == pytest.approx((200 * 20 / 40 + 200 * 10 / 70) / 2)
    # yearly changes 4 and 5 at the first origin, 4, 5 and 25 at the second
    assert row["mase"] == pytest.approx((20 / 4.5 + 10 / (34 / 3)) / 2)
    assert row["rmsse"] == pytest.approx((20 / math.sqrt(17 / 13) + 10 / math.sqrt(417 / 14)) / 2)
    assert row["coverage"] == 50.0
    assert (row["forecasts"], row["unscored"], row["unscaled"]) == (2, 0, 0)


def twin_pairs(past: Any, panel: spc.Panel) -> dict[tuple[int, int, int], dict[str, float | None]]:
    """Judge every forecast from its own months, by the definitions."""
    n_methods, n_origins, n_series, _ = past.mean.shape
    found = {}
    for m in range(n_methods):
        for o in range(n_origins):
            for s in range(n_series):
                history = recorded(panel.observed[s, : past.origins[o, s] + 1])
                y = recorded(past.actual[o, s])
                f, low, high = (recorded(getattr(past, name)[m, o, s]) for name in ("mean", "lower", "upper"))
                found[m, o, s] = {
                    "smape": twin.smape(y, f),
                    "mase": twin.mase(y, f, history),
                    "rmsse": twin.rmsse(y, f, history),
                    "msis": twin.msis(y, low, high, history, past.level),
                    "coverage": twin.coverage(y, low, high),
                }
    return found


def average(numbers: list[float | None]) -> float:
    known = [number for number in numbers if number is not None]
    return fmean(known) if known else math.nan


@pytest.mark.parametrize("maker", ["counts", "rates", "ragged", "gaps", "constants"])
def test_figures_are_those_of_the_twin(maker: str) -> None:
    panel = make(maker, 91, n=9).panel()
    past = spc.forecast.backtest(panel, methods=("naive", "drift", "naive2"), horizon=4, step=5, level=80)
    each = twin_pairs(past, panel)
    _, n_origins, n_series, horizon = past.mean.shape
    by_method, by_series = past.to_frame(), past.to_frame(by="series")
    by_horizon = past.to_frame(by="horizon")
    for m, name in enumerate(past.methods):
        pairs = [each[m, o, s] for o in range(n_origins) for s in range(n_series)]
        theirs = [each[2, o, s] for o in range(n_origins) for s in range(n_series)]
        row = by_method.iloc[m]
        assert row["method"] == name
        for key in MEASURES:
            expected = average([pair[key] for pair in pairs])
            np.testing.assert_allclose(row[key], expected, rtol=1e-11, err_msg=key)
            for s in range(n_series):
                expected = average([each[m, o, s][key] for o in range(n_origins)])
                found = by_series.iloc[s * len(past.methods) + m]
                assert found["method"] == name
                np.testing.assert_allclose(found[key], expected, rtol=1e-11, err_msg=key)
        columns = [[one[key] for one in all_of] for all_of in (pairs, theirs) for key in ("smape", "mase")]
        expected_owa = twin.owa(columns[0], columns[1], columns[2], columns[3])
        np.testing.assert_allclose(row["owa"], np.nan if expected_owa is None else expected_owa, rtol=1e-11)
        scored = [pair for pair in pairs if pair["smape"] is not None]
        assert row["forecasts"] == len(scored)
        assert row["unscored"] == len(pairs) - len(scored)
        assert row["unscaled"] == sum(pair["mase"] is None for pair in scored)
        assert row["no_limits"] == sum(pair["coverage"] is None for pair in scored)
        for h in range(horizon):
            found = by_horizon.iloc[m * horizon + h]
            assert (found["method"], found["step"]) == (name, h + 1)
            missed = np.abs(past.actual[:, :, h] - past.mean[m, :, :, h])
            assert found["forecasts"] == np.count_nonzero(~np.isnan(missed))
            inside = (past.lower[m, :, :, h] <= past.actual[:, :, h]) & (
                past.actual[:, :, h] <= past.upper[m, :, :, h]
            )
            known = ~np.isnan(missed) & ~np.isnan(past.lower[m, :, :, h])
            share = 100.0 * inside[known].mean() if known.any() else np.nan
            np.testing.assert_allclose(found["coverage"], share, rtol=1e-12)


def test_the_yardstick_measures_itself() -> None:
    past = spc.forecast.backtest(panel_of(monthly(5)), methods=("naive2", "naive"))
    assert past.to_frame()["owa"].iloc[0] == 1.0 and past.to_frame()["owa"].iloc[1] > 0.5
    assert past.to_frame(by="horizon")["owa"].iloc[:12].tolist() == [1.0] * 12


@quick_method
def test_months_after_an_origin_change_nothing_of_its_forecasts(name: str) -> None:
    values = monthly(1 if name in FEW else fewer(5, 2), 50)
    asked: dict[str, Any] = {"methods": name, "horizon": 3, "origins": 3 if name not in FEW else 2, "step": 4}
    before = spc.forecast.backtest(panel_of(values), **asked)
    for o, origin in enumerate(before.origins[:, 0]):
        changed = values.copy()
        changed[:, origin + 1 :] = np.where(np.arange(49 - origin) % 2, np.nan, -1e6)
        after = spc.forecast.backtest(panel_of(changed), **asked)
        for field in ("mean", "lower", "upper"):
            assert getattr(after, field)[:, o].tobytes() == getattr(before, field)[:, o].tobytes(), field
        assert after.used[:, o].tolist() == before.used[:, o].tolist()
        assert after.actual[o].tobytes() != before.actual[o].tobytes()


@quick_method
def test_each_forecast_is_the_one_of_that_month(name: str) -> None:
    panel = panel_of(monthly(1 if name in FEW else fewer(5, 2), 40))
    past = spc.forecast.backtest(panel, methods=name, horizon=6, origins=["2022-01", "2022-10"], level=70)
    assert past.origins.tolist() == [[24] * panel.n_series, [33] * panel.n_series]
    for o, month in enumerate(("2022-01", "2022-10")):
        found = getattr(spc.forecast, name)(panel, horizon=6, as_at=month, level=70)
        assert past.mean[0, o].tobytes() == found.mean.tobytes()
        assert past.upper[0, o].tobytes() == found.upper.tobytes()
        assert past.used[0, o].tolist() == found.used.tolist()
        np.testing.assert_array_equal(past.actual[o], panel.values[:, 25 + 9 * o : 31 + 9 * o])


def test_origins_and_steps() -> None:
    panel = panel_of(monthly(2, 40))
    past = spc.forecast.backtest(panel, methods="naive", horizon=6, origins=4, step=3)
    assert past.origins[:, 0].tolist() == [24, 27, 30, 33]
    shorter = spc.forecast.backtest(panel, methods="naive", horizon=6, origins=2, as_at="2022-10")
    assert shorter.origins[:, 0].tolist() == [26, 27]
    # a late origin has fewer months after it; they are missing, not made up
    late = spc.forecast.backtest(panel, methods="naive", horizon=6, origins=["2023-01"])
    assert np.isnan(late.actual).sum() == 2 * 3
    cut = spc.forecast.backtest(panel, methods="naive", horizon=6, origins=["2022-07"], as_at="2022-10")
    assert np.isnan(cut.actual).sum() == 2 * 3
    assert late.to_frame()["forecasts"].tolist() == [2]


def test_a_month_of_its_own_for_each_series() -> None:
    panel = panel_of(monthly(2, 40))
    past = spc.forecast.backtest(panel, methods=TRIED, horizon=2, as_at=[panel.months[39], panel.months[30]])
    assert past.origins.tolist() == [[35, 26], [36, 27], [37, 28]]
    for s, end in ((0, 39), (1, 30)):
        alone = spc.forecast.backtest(panel.select([s]), methods=TRIED, horizon=2, as_at=panel.months[end])
        assert alone.mean[:, :, 0].tobytes() == past.mean[:, :, s].tobytes()
        for key, column in alone.figures["series"].items():
            np.testing.assert_array_equal(past.figures["series"][key][:, s], column[:, 0], err_msg=key)


def test_nothing_is_dropped_in_silence() -> None:
    """Too young at two origins, never observed, nothing after, constant, refused: counted where they are."""
    values = monthly(6, 40)
    values[1, :38] = np.nan
    values[2] = np.nan
    values[3, 34:] = np.nan
    values[4] = 7.0
    panel = replace(panel_of(values), refused=np.arange(6) == 5)
    past = spc.forecast.backtest(panel, methods=("naive", "seasonal_naive"), horizon=1, origins=3)
    rows = past.to_frame(by="series")
    rows = rows[rows["method"] == "seasonal_naive"].reset_index(drop=True)
    assert rows["forecasts"].tolist() == [3, 1, 0, 0, 3, 0]
    assert rows["unscored"].tolist() == [0, 2, 3, 3, 0, 3]
    assert rows["unscaled"].tolist() == [0, 1, 0, 0, 3, 0]
    assert rows["no_limits"].tolist() == [0, 1, 0, 0, 0, 0]
    assert rows["simpler"].tolist() == [0, 1, 0, 0, 0, 0]
    assert rows["smape"].isna().tolist() == [False, False, True, True, False, True]
    assert rows["mase"].isna().tolist() == [False, True, True, True, True, True]
    total = past.to_frame()
    assert (total["forecasts"] + total["unscored"]).tolist() == [18, 18]


def test_months_in_full() -> None:
    panel = panel_of(monthly(2, 30), keys={"area": ["a", "b"]})
    past = spc.forecast.backtest(panel, methods=TRIED, horizon=2, origins=2)
    rows = past.to_frame(by="month")
    assert len(rows) == 2 * 3 * 2 * 2
    one = rows[(rows["area"] == "b") & (rows["method"] == "theta") & (rows["origin"] == "2022-04")]
    assert one["step"].tolist() == [1, 2] and one["month"].tolist() == ["2022-05", "2022-06"]
    assert one["actual"].tolist() == panel.values[1, 28:].tolist()
    found = spc.forecast.theta(panel, horizon=2, as_at="2022-04")
    assert one["mean"].tolist() == found.mean[1].tolist()
    assert one["upper"].tolist() == found.upper[1].tolist()
    assert one["used"].tolist() == ["theta"] * 2
    plain = spc.forecast.backtest(
        panel_of(monthly(1, 30), None), methods="naive", horizon=2, origins=[27, 28]
    )
    assert plain.to_frame(by="month")["month"].tolist() == ["28", "29", "29", "30"]
    young = spc.forecast.backtest(panel_of(monthly(1, 3)), methods="naive", horizon=1, origins=3)
    assert young.to_frame(by="month")["month"].tolist() == ["", "2020-02", "2020-03"]


@pytest.mark.parametrize("start", ["2020-01", None])
@pytest.mark.parametrize(
    "values",
    [
        np.zeros((0, 0)),
        np.zeros((0, 40)),
        np.zeros((2, 0)),
        np.full((2, 40), np.nan),
        np.full((2, 40), 1e300),
    ],
    ids=["nothing", "no series", "no months", "all missing", "huge"],
)
def test_odd_panels(values: Any, start: str | None) -> None:
    keys = {"series": np.array([str(s) for s in range(len(values))], object)}
    panel = spc.Panel(values, keys, None if start is None else 2020 * 12)
    past = spc.forecast.backtest(panel, methods=TRIED)
    for by in ("method", "horizon", "series", "month"):
        past.to_frame(by=by)
    assert past.to_frame()["forecasts"].tolist() == [6 if "e+300" in str(values) else 0] * 3


def test_a_short_panel_is_told() -> None:
    with pytest.raises(spc.ChoiceError, match="1 months are known, and at least 13 are needed"):
        spc.forecast.backtest(panel_of([[3.0]]), methods="naive")
    past = spc.forecast.backtest(panel_of([[3.0, 4.0, 5.0]]), methods="naive", horizon=2)
    assert past.origins.tolist() == [[-1], [-1], [0]]
    assert past.to_frame()[["forecasts", "unscored"]].to_numpy().tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"methods": "nave"}, "`methods` must be one of 'naive'"),
        ({"methods": ["naive", 3]}, "`methods` must be one of"),
        ({"methods": []}, "`methods` must name at least one"),
        ({"origins": 0}, "`origins` must be a whole number"),
        ({"origins": []}, "`origins` must be a number, or months"),
        ({"origins": ["2020-06", "2031-01"]}, "`origins` must be a month from"),
        ({"origins": ["2023-04"]}, "`origins` must lie before the last month to compare with, got 2023-04"),
        ({"step": 0}, "`step` must be a whole number"),
        ({"horizon": 0}, "`horizon` must be"),
        ({"level": 100}, "`level` must be"),
    ],
)
def test_mistakes(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(spc.ChoiceError, match=sentence):
        spc.forecast.backtest(panel_of(monthly(2, 40)), **{"methods": "naive", **asked})
    with pytest.raises(spc.ChoiceError, match="`by` must be one of"):
        spc.forecast.backtest(panel_of(monthly(2, 40)), methods="naive").to_frame(by="year")


def test_methods_are_tried_once_and_it_shows() -> None:
    past = spc.forecast.backtest(panel_of(monthly(2, 40)), methods=["naive", "drift", "naive"], horizon=2)
    assert past.methods == ("naive", "drift")
    assert repr(past) == "Backtest(2 series, naive, drift; 3 origins x 2 months)"
    again = pickle.loads(pickle.dumps(past))
    assert again.to_frame(by="series").equals(past.to_frame(by="series"))


def test_order_and_company_do_not_matter() -> None:
    panel = make("mixed", 5, n=8).panel()
    order = np.random.default_rng(1).permutation(8)
    past, other = (spc.forecast.backtest(each, methods=TRIED) for each in (panel, panel.select(order)))
    for key, column in past.figures["series"].items():
        assert np.ascontiguousarray(column[:, order]).tobytes() == other.figures["series"][key].tobytes(), key


def test_the_usual_methods_are_there() -> None:
    assert {"seasonal_naive", "theta", "naive2"} <= set(METHODS)
