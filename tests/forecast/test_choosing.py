"""best(): the choice rests on the errors that stand beside it, and on enough of them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import spc
from spc.results.statuses import STATUSES
from tests.forecast.test_verbs import alike, monthly, panel_of
from tests.panels import make

NAMES = ("naive", "drift", "seasonal_naive")


def best(panel: spc.Panel, **asked: Any) -> Any:
    return spc.forecast.best(panel, **{"methods": NAMES, "default": "mean", "horizon": 3, **asked})


def shapes() -> spc.Panel:
    """A line, a season without a line, a level that jumps and stays."""
    t = np.arange(48)
    return panel_of([2.0 * t, 10.0 + 5.0 * (t % 12 == 3) + 3.0 * (t % 12 == 9), np.where(t < 20, 5.0, 40.0)])


def test_each_series_has_the_method_that_missed_it_least() -> None:
    found = best(shapes(), origins=8)
    assert found.chosen.tolist() == ["drift", "seasonal_naive", "naive"]
    assert found.used.tolist() == found.chosen.tolist()
    assert found.method == "best" and found.n_origins.tolist() == [8, 8, 8]
    np.testing.assert_allclose(found.mean[0], [96.0, 98.0, 100.0])
    np.testing.assert_allclose(found.mean[1], [10.0, 10.0, 10.0])
    assert found.error[1, 2] == 0.0 and found.error[1, 0] > 0.5
    assert found.error.argmin(axis=1).tolist() == [1, 2, 0]


def test_the_usual_methods() -> None:
    found = spc.forecast.best(panel_of(monthly(4)))
    assert found.backtest.methods == ("seasonal_naive", "theta", "auto") and found.horizon == 12
    assert set(found.chosen) <= set(found.backtest.methods)
    young = spc.forecast.best(panel_of(monthly(2, 10)))
    assert young.chosen.tolist() == ["auto"] * 2 and young.n_origins.tolist() == [0, 0]


def test_errors_are_those_of_the_backtest() -> None:
    panel = panel_of(monthly(5))
    found = best(panel, origins=4, step=2)
    past = spc.forecast.backtest(panel, methods=NAMES, horizon=3, origins=4, step=2)
    assert found.backtest.methods == NAMES
    assert found.backtest.mean.tobytes() == past.mean.tobytes()
    for m in range(3):
        missed = np.abs(past.actual - past.mean[m])
        np.testing.assert_allclose(found.error[:, m], missed.mean(axis=(0, 2)), rtol=1e-12)


def test_forecasts_are_those_of_the_methods_alone() -> None:
    panel = make("mixed", 12, n=10).panel()
    found = best(panel, origins=4, level=80)
    assert len(set(found.used)) >= 3
    for s, name in enumerate(found.chosen):
        alone = getattr(spc.forecast, name)(panel, horizon=3, level=80)
        for field in ("mean", "lower", "upper", "fitted"):
            assert getattr(found, field)[s].tobytes() == getattr(alone, field)[s].tobytes(), field
        assert (found.used[s], found.status[s]) == (alone.used[s], alone.status[s])
    wide = found.at(95)
    assert isinstance(wide, type(found))
    assert (wide.upper >= found.upper)[~np.isnan(found.upper)].all() and wide.level == 95.0
    assert wide.at(80).lower.tobytes() == found.lower.tobytes()


def test_a_tie_goes_to_the_first() -> None:
    constant = panel_of([[0.1] * 40, [1e9 / 3] * 40])
    assert best(constant).chosen.tolist() == ["naive", "naive"]
    assert (
        best(constant, methods=("seasonal_naive", "drift", "naive")).chosen.tolist() == ["seasonal_naive"] * 2
    )


def test_too_few_origins_take_the_default() -> None:
    values = monthly(4, 30)
    values[1, :25] = np.nan  # begins with the second origin of three
    values[2] = np.nan
    values[3, 26:28] = np.nan
    found = best(panel_of(values))
    assert found.n_origins.tolist() == [3, 2, 0, 3]
    assert found.chosen[1] == "mean" and found.chosen[2] == "mean" and found.chosen[0] in NAMES
    assert [STATUSES[code] for code in found.status[1:3]] == ["ok", "no data"]
    assert found.used[2] == ""
    assert np.isnan(found.error[2]).all() and not np.isnan(found.error[1]).any()
    assert best(panel_of(values), least=2).chosen[1] in NAMES
    assert best(panel_of(values), origins=2).chosen[1] in NAMES


def test_a_month_counts_for_all_methods_or_for_none() -> None:
    """Missing months are nobody's error."""
    values = monthly(1, 40)
    values[0, 38] = np.nan
    found = best(panel_of(values), origins=1, least=1)
    missed = np.abs(values[0, [37, 39]] - values[0, 36])
    assert found.error[0, 0] == pytest.approx(missed.mean())


def test_the_future_is_not_known() -> None:
    values = monthly(5, 60)
    panel = panel_of(values)
    month = panel.months[50]
    expected = best(panel.until(month))
    values[:, 51:] = 1e6
    alike(best(panel_of(values), as_at=month), expected)
    assert best(panel_of(values), as_at=month).error.tobytes() == expected.error.tobytes()


def test_series_do_not_know_each_other() -> None:
    panel = make("gaps", 3, n=9).panel()
    ends = [panel.months[t] for t in (40, 43, 30, 43, 43, 20, 43, 43, 12)]
    together = best(panel, as_at=ends, bounds=[[0.0, 90.0 + s] for s in range(9)])
    for s in range(9):
        alone = best(panel.select([s]), as_at=ends[s], bounds=(0.0, 90.0 + s))
        assert alone.mean[0].tobytes() == together.mean[s].tobytes()
        assert alone.upper[0].tobytes() == together.upper[s].tobytes()
        assert alone.chosen[0] == together.chosen[s]
    assert together.ends.tolist() == [40, 43, 30, 43, 43, 20, 43, 43, 12]


@pytest.mark.parametrize("start", [2020 * 12, None])
@pytest.mark.parametrize(
    "values",
    [
        np.zeros((0, 0)),
        np.zeros((0, 40)),
        np.zeros((2, 0)),
        np.full((2, 40), np.nan),
        [[3.0]],
        [[1e300] * 40],
    ],
    ids=["nothing", "no series", "no months", "all missing", "one month", "huge"],
)
def test_odd_panels(values: Any, start: int | None) -> None:
    cells = np.asarray(values, float)
    panel = spc.Panel(cells, {"series": np.array([str(s) for s in range(len(cells))], object)}, start)
    found = best(panel)
    assert len(found.to_frame()) == 3 * len(cells)
    assert found.mean.shape == (len(cells), 3) and found.error.shape == (len(cells), 3)
    usual = "naive" if cells.shape == (1, 40) else "mean"
    assert found.chosen.tolist() == [usual] * len(cells)


def test_refused_series_stay_refused() -> None:
    panel = replace(shapes(), refused=np.array([True, False, False]))
    found = best(panel)
    assert [STATUSES[code] for code in found.status] == ["refused", "ok", "ok"]
    assert np.isnan(found.mean[0]).all()


def test_it_shows_and_pickles() -> None:
    found = best(shapes())
    assert repr(found) == "Forecast(3 series, best, 3 months ahead)"
    alike(pickle.loads(pickle.dumps(found)), found)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"methods": "nave"}, "`methods` must be one of"),
        ({"default": "nave"}, "`default` must be one of"),
        ({"least": 4}, "`least` must be a whole number from 1 to 3, got 4"),
        ({"horizon": 0}, "`horizon` must be"),
        ({"bounds": [[1, 0]] * 3}, "`bounds` must be a pair"),
    ],
)
def test_mistakes(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(spc.ChoiceError, match=sentence):
        best(shapes(), **asked)
