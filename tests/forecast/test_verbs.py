"""The verbs of spc.forecast: one for each row of METHODS; what they ask, and what all of them keep to."""

from __future__ import annotations

import inspect
import pickle
import pkgutil
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spc
from spc.chart_kinds import Setting
from spc.forecast import METHODS
from spc.forecast.history import Answer, History
from spc.forecast.simple import naive
from spc.results.statuses import STATUSES
from tests.panels import START, Matrix, fewer, make

every_method = pytest.mark.parametrize("name", METHODS)
#: Without the one that takes seconds a series, which test_plain_months tries on one.
quick_method = pytest.mark.parametrize("name", [name for name in METHODS if name != "arima"])
#: Methods of other packages are slow, and are tried on fewer series.
FEW = {"stl", "arima"}


def ask(name: str, panel: spc.Panel, **asked: Any) -> spc.Forecast:
    found: spc.Forecast = getattr(spc.forecast, name)(panel, **asked)
    return found


def monthly(n: int = 6, months: int = 48, seed: int = 7) -> Matrix:
    """Months with a level, a slope, a season and noise; whole numbers in every second series."""
    rng = np.random.default_rng(seed)
    t = np.arange(months)
    season = 1.0 + 0.2 * np.sin(2.0 * np.pi * t / 12.0)
    values = (40.0 + 0.3 * t) * season + rng.normal(0.0, 3.0, (n, months))
    values[::2] = np.round(values[::2])
    return np.maximum(np.round(values, 2), 0.0)


def panel_of(values: Any, start: str | None = START, **more: Any) -> spc.Panel:
    return spc.Panel.from_numpy(values, start=start, **more)


def sound(found: spc.Forecast) -> None:
    """What holds of every forecast: shapes, order of the limits, NaN together with a reason."""
    n, horizon = found.panel.n_series, found.horizon
    for name in ("mean", "lower", "upper"):
        assert getattr(found, name).shape == (n, horizon)
        assert not np.isinf(getattr(found, name)).any(), name
    assert found.fitted.shape == (n, found.panel.n_periods)
    assert found.used.shape == found.status.shape == found.ends.shape == (n,)
    made = found.used != ""
    assert set(found.used[made]) <= set(METHODS)
    np.testing.assert_array_equal(np.isfinite(found.mean).all(axis=1), made)
    np.testing.assert_array_equal(np.isnan(found.mean).all(axis=1), ~made)
    words = np.array(STATUSES, dtype=object)[found.status]
    assert set(words[made]) <= {"ok", "short history"} and set(words[~made]) <= {"no data", "refused"}
    asked = [found.method, METHODS[found.method].rare]
    np.testing.assert_array_equal(words[made] == "ok", np.isin(found.used[made].tolist(), asked))
    limited = ~np.isnan(found.lower)
    np.testing.assert_array_equal(limited, ~np.isnan(found.upper))
    assert (found.lower[limited] <= found.upper[limited]).all()
    later = np.arange(found.panel.n_periods) > found.ends[:, None]
    assert np.isnan(found.fitted[later]).all()
    rows = found.to_frame()
    assert len(rows) == n * horizon


def alike(one: spc.Forecast, other: spc.Forecast) -> None:
    for name in ("mean", "lower", "upper"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
    assert one.used.tolist() == other.used.tolist() and one.status.tolist() == other.status.tolist()


def test_a_verb_for_every_row_and_no_more() -> None:
    verbs = {
        name
        for name in spc.forecast.__all__
        if inspect.isfunction(getattr(spc.forecast, name))
        and getattr(spc.forecast, name).__module__ == "spc.forecast.verbs"
    }
    assert verbs == set(METHODS)
    assert all(row.name == name for name, row in METHODS.items())


@every_method
def test_all_verbs_are_asked_alike(name: str) -> None:
    signature = inspect.signature(getattr(spc.forecast, name))
    defaults = {
        key: each.default for key, each in signature.parameters.items() if key not in ("panel", "options")
    }
    own = {"calibrate": "frozen"} if name == "auto" else {}
    assert defaults == {"horizon": 12, "level": 95.0, "as_at": None, "bounds": None, "days": None} | own
    assert f">>> spc.forecast.{name}(" in (getattr(spc.forecast, name).__doc__ or "")


@every_method
def test_no_file_takes_the_place_of_a_verb(name: str) -> None:
    """A module spc.forecast.x, loaded late, would stand where the verb x stood."""
    assert callable(getattr(spc.forecast, name))
    assert name not in {module.name for module in pkgutil.iter_modules(spc.forecast.__path__)}


@every_method
def test_plain_months(name: str) -> None:
    values = monthly(1 if name in FEW else fewer(6, 3))
    found = ask(name, panel_of(values), horizon=14, level=80)
    sound(found)
    assert (found.method, found.level, found.horizon) == (name, 80.0, 14)
    assert (found.used == name).sum() >= len(values) // 2
    assert (np.abs(found.mean - 50.0) < 50.0).all()
    assert (found.lower <= found.mean).all() and (found.mean <= found.upper).all()
    wider = found.at(99)
    assert (wider.upper > found.upper).any() and (wider.upper >= found.upper).all()
    assert (wider.lower <= found.lower).all()


ODD: dict[str, Any] = {
    "no series": np.zeros((0, 30)),
    "no months": np.zeros((2, 0)),
    "nothing at all": np.zeros((0, 0)),
    "one month": [[3.0], [0.0], [np.nan], [-2.0]],
    "two months": [[3.0, 4.0], [0.0, 0.0], [np.nan, 1.0], [5.0, np.nan]],
    "all missing": np.full((2, 40), np.nan),
    "constants": np.repeat([[0.0], [0.1], [7.0], [-3.0], [1e300], [1e-300]], 40, axis=1),
    "sizes": np.outer([1e300, 1e-300, 1e16, -1e16], monthly(1)[0]),
    "years of zeros": np.where(np.arange(48) % 17 == 3, 2.0, 0.0)[None],
    "the last is missing": np.where(np.arange(48) > 40, np.nan, monthly(2)),
    "every second": np.where(np.arange(48) % 2 == 1, np.nan, monthly(2)),
    "a few": np.where(np.isin(np.arange(60), (0, 30, 59)), 4.0, np.nan)[None],
    "a huge month": np.where(np.arange(48) == 20, 1e16, monthly(2)),
}


@quick_method
@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("start", [START, None])
def test_odd_panels_raise_nothing(name: str, kind: str, start: str | None) -> None:
    values = np.asarray(ODD[kind], float)
    keys = {"series": [str(s) for s in range(len(values))]}
    start_at = None if start is None else pd.Period(start).year * 12 + pd.Period(start).month - 1
    panel = spc.Panel(values, {name: np.array(k, object) for name, k in keys.items()}, start_at)
    found = ask(name, panel, horizon=3)
    sound(found)
    observed = ~np.isnan(values)
    np.testing.assert_array_equal(
        found.used != "", observed.any(axis=1) if values.size else np.zeros(len(values))
    )


@quick_method
@pytest.mark.parametrize("maker", ["rates", "mixed", "low_counts", "ragged", "signed"])
def test_made_panels(name: str, maker: str) -> None:
    found = ask(name, make(maker, 31, n=3 if name in FEW else fewer(12, 4)).panel(), horizon=5)
    sound(found)


@quick_method
def test_the_future_is_not_known(name: str) -> None:
    values = monthly(2 if name in FEW else fewer(6, 2), 60)
    values[1, 40:50] = np.nan
    panel = panel_of(values)
    month = panel.months[47]
    expected = ask(name, panel.until(month))
    alike(ask(name, panel, as_at=month), expected)
    values[:, 48:] = -1e9
    found = ask(name, panel_of(values), as_at=month)
    alike(found, expected)
    assert np.isnan(found.fitted[:, 48:]).all()
    assert found.fitted[:, :48].tobytes() == expected.fitted.tobytes()


@quick_method
def test_a_month_of_its_own_for_each_series(name: str) -> None:
    panel = panel_of(monthly(3, 48))
    months = [panel.months[t] for t in (47, 30, 41)]
    found = ask(name, panel, as_at=months, horizon=4)
    sound(found)
    assert found.ends.tolist() == [47, 30, 41]
    for s, month in enumerate(months):
        alone = ask(name, panel.select([s]), as_at=month, horizon=4)
        assert found.mean[s].tobytes() == alone.mean[0].tobytes()
        assert found.upper[s].tobytes() == alone.upper[0].tobytes()
        assert found.fitted[s].tobytes() == alone.fitted[0].tobytes()
    rows = found.to_frame()
    first = rows[rows["step"] == 1]["month"].astype(str).tolist()
    assert first == ["2024-01", "2022-08", "2023-07"]


def test_fitted_stands_at_the_months_it_is_about() -> None:
    found = spc.forecast.naive(
        panel_of([[3.0, 5.0, np.nan, 4.0], [1.0, 2.0, 3.0, 4.0]]), as_at=["2020-04", "2020-03"]
    )
    np.testing.assert_array_equal(found.fitted, [[np.nan, 3, 5, 5], [np.nan, 1, 2, np.nan]])
    np.testing.assert_array_equal(found.errors, [[np.nan, 2, np.nan, -1], [np.nan, 1, 1, np.nan]])


def probed(monkeypatch: pytest.MonkeyPatch, options: dict[str, Setting] | None = None) -> list[History]:
    seen: list[History] = []

    def fit(history: History) -> Answer:
        seen.append(history)
        return naive(history)

    row = replace(METHODS["naive"], fit=fit, options=options or {})
    monkeypatch.setitem(METHODS, "naive", row)
    return seen


def test_what_a_method_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calendar month of the first column, counts, and months that end together."""
    seen = probed(monkeypatch)
    of = [[np.nan] * 5, [2.0] * 5, [np.nan] * 5, [np.nan] * 5]
    values = [[1.0, 0.0, 3.0, 9.0, -1.0], [2.0, 4.0, 6.0, 8.0, 2.0], [1.5, 2.0, 3.0, 4.0, 5.0], [-1.0] * 5]
    panel = panel_of(values, "2020-11", of=of)
    spc.forecast.naive(panel, as_at=["2021-02", "2021-01", "2020-12", "2021-03"], horizon=7)
    (told,) = seen
    np.testing.assert_array_equal(
        told.values,
        [[np.nan, 1, 0, 3, 9], [np.nan, np.nan, 1, 2, 3], [np.nan, np.nan, np.nan, 1.5, 2], [-1] * 5],
    )
    assert told.january.tolist() == [9, 8, 7, 10]  # October, September, August, November
    assert told.counts.tolist() == [True, False, False, False]
    assert told.horizon == 7
    spc.forecast.naive(panel_of(values, None))
    assert seen[1].january.tolist() == [-1] * 4


def test_options_are_checked_and_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = {"pace": Setting(0.5, 0.0, 1.0), "kind": Setting("a", words=("a", "b"))}
    seen = probed(monkeypatch, setting)
    panel = panel_of([[1.0, 2.0]])
    spc.forecast.naive(panel)
    spc.forecast.naive(panel, pace=1, kind="b")
    assert [dict(told.options) for told in seen] == [{"pace": 0.5, "kind": "a"}, {"pace": 1.0, "kind": "b"}]
    with pytest.raises(spc.ChoiceError, match="`pace` must be a number from 0 to 1, got 2"):
        spc.forecast.naive(panel, pace=2)
    with pytest.raises(spc.ChoiceError, match="`kind` must be one of 'a', 'b'"):
        spc.forecast.naive(panel, kind="c")
    with pytest.raises(
        spc.ChoiceError, match=r"`speed` is no argument .* 'naive', which has 'pace', 'kind'\."
    ):
        spc.forecast.naive(panel, speed=2)


def test_stand_ins_are_told_their_own_options(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = probed(monkeypatch, {"pace": Setting(0.25)})
    row = replace(
        METHODS["naive"], name="longer", least=9, stands_in="naive", options={"reach": Setting(2.0)}
    )
    monkeypatch.setitem(METHODS, "longer", row)
    from spc.forecast.asking import forecast

    found = forecast(panel_of([[1.0, 2.0]]), "longer", 2, 95, None, None, None, {"reach": 3.0})
    assert dict(seen[0].options) == {"pace": 0.25, "reach": 3.0}
    assert found.used.tolist() == ["naive"] and STATUSES[found.status[0]] == "short history"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"horizon": 0}, "`horizon` must be a whole number from 1 to 120, got 0"),
        ({"horizon": 121}, "`horizon` must be a whole number from 1 to 120, got 121"),
        ({"horizon": 2.5}, "`horizon` must be a whole number"),
        ({"level": 100}, "`level` must be from 50 to below 100 percent, got 100"),
        ({"level": 0.95}, "`level` must be from 50 to below 100 percent, got 0.95"),
        ({"level": 0}, "`level` must be"),
        ({"level": "95"}, "`level` must be"),
        ({"level": True}, "`level` must be"),
        ({"as_at": "2031-01"}, "`as_at` must be a month from"),
        ({"as_at": ["2020-01"]}, "`as_at` must be one month, or one for each of the 2 series"),
        ({"bounds": (5, 5)}, r"`bounds` must be a pair \(low, high\)"),
        ({"bounds": (0, float("inf"))}, "`bounds` must be a pair"),
        ({"bounds": "0..100"}, "`bounds` must be a pair"),
        ({"bounds": [[0, 1]] * 3}, "`bounds` must be a pair"),
        (
            {"pace": 2},
            "`pace` is no argument of a forecast, nor an option of 'naive', which has none of its own",
        ),
    ],
)
def test_mistakes(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(spc.ChoiceError, match=sentence):
        spc.forecast.naive(panel_of([[1.0, 2.0, 4.0]] * 2), **asked)


def test_a_frame_is_no_panel() -> None:
    with pytest.raises(spc.ChoiceError, match="`panel` must be a Panel, got DataFrame"):
        spc.forecast.naive(panel_of([[1.0]]).to_frame())


def test_bounds() -> None:
    values = [[1.0, 9.0, 2.0, 8.0], [-1.0, 9.0, 2.0, 8.0], [95.0, 60.0, 99.0, 98.0]]
    panel = panel_of(values)
    free = spc.forecast.naive(panel, bounds=(None, None))
    assert (free.lower[:, 0] < 0).tolist() == [True, True, False]
    usual = spc.forecast.naive(panel)
    assert usual.lower[0].tolist() == [0.0] * 12 and (usual.lower[1] < 0).all()
    np.testing.assert_array_equal(usual.lower[1], free.lower[1])
    assert (usual.lower[2] == np.maximum(free.lower[2], 0.0)).all()
    shares = spc.forecast.naive(panel, bounds=(0, 100))
    assert (shares.upper[2] == 100.0).all() and (shares.lower >= 0.0).all()
    own = spc.forecast.naive(panel, bounds=[[0, 5], [np.nan, np.nan], [np.nan, 90]])
    assert own.mean[:, 0].tolist() == [5.0, 8.0, 90.0]
    np.testing.assert_array_equal(own.lower[1], free.lower[1])
    # a figure below 0 that is not yet known does not loosen the bound
    later = panel_of([[1.0, 9.0, 2.0, 8.0, -50.0]])
    assert spc.forecast.naive(later, as_at="2020-04").lower[0].tolist() == [0.0] * 12


def test_refused_series_stand_there_by_name() -> None:
    panel = replace(panel_of([[1.0, 2.0], [3.0, 4.0]]), refused=np.array([False, True]))
    found = spc.forecast.naive(panel, horizon=2)
    sound(found)
    assert [STATUSES[code] for code in found.status] == ["ok", "refused"]
    assert found.to_frame()["status"].tolist() == ["ok", "ok", "refused", "refused"]


def test_denominators() -> None:
    """Rates are forecast as they are plotted; a denominator of 0 is no month."""
    panel = panel_of([[1.0, 2.0, 3.0]], of=[[10.0, 10.0, 0.0]])
    found = spc.forecast.naive(panel, horizon=1)
    assert found.mean.tolist() == [[0.2]]


def test_rows_of_a_plain_order() -> None:
    found = spc.forecast.naive(panel_of([[1.0, 2.0, 4.0], [1.0, 2.0, np.nan]], None), as_at=[3, 2], horizon=2)
    rows = found.to_frame()
    assert rows["month"].tolist() == [4, 5, 3, 4]
    assert rows["step"].tolist() == [1, 2, 1, 2]
    assert rows["mean"].tolist() == [4.0, 4.0, 2.0, 2.0]


def test_it_shows_and_pickles() -> None:
    found = spc.forecast.naive(panel_of([[1.0, 2.0, 4.0]] * 3), horizon=2)
    assert repr(found) == "Forecast(3 series, naive, 2 months ahead)"
    alike(pickle.loads(pickle.dumps(found)), found)
