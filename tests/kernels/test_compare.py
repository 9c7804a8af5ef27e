"""compare(): windows by kind, change, arrow and judgement."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import spc
from tests.panels import Sample, fewer, make
from tests.reference.compare import Chance, Change, chance, compare

WINDOWS = (1, 3, 12)
ARROWS = {1: "▲", -1: "▼", 0: "—", 2: ""}
KINDS = {"count": "number", "stock": "number", "duration": "hh:mm:ss"}
DIRECTIONS = ("high", "low", "neither")


def close(found: float, expected: Fraction | None, size: float, what: str) -> None:
    if expected is None:
        assert math.isnan(found), what
    else:
        assert found == pytest.approx(float(expected), rel=1e-12, abs=1e-12 * size), what


def shown_change(twin: Change, unit: str, per: int) -> Fraction | None:
    """Give the change as the unit tells it: percent, points or seconds."""
    if unit in ("percent", "hh:mm:ss"):
        return None if twin.change is None else per * twin.change
    return None if twin.relative is None else 100 * twin.relative


def judgement(arrow: str, improvement: str) -> str:
    """Put a change in words."""
    if arrow in ("", "—"):
        return "little change" if arrow else ""
    if improvement == "neither":
        return "no direction"
    return "better" if (arrow == "▲") == (improvement == "high") else "worse"


def same_chance(found: Any, s: int, k: int, twin: Chance, what: str) -> None:
    """Compare what is said of chance with the twin; a figure that is None there is NaN here."""
    assert found.test[s, k].startswith(twin.test), what
    for name in ("p", "dispersion", "p_adjusted"):
        expected, number = getattr(twin, name), float(getattr(found, name)[s, k])
        if expected is None:
            assert math.isnan(number), (what, name)
        else:
            least = 1e-12 if name == "dispersion" else 1e-300  # 0 on paper is 1e-31 in binary
            assert number == pytest.approx(expected, rel=1e-7, abs=least), (what, name)
    if twin.p_adjusted is None or min(abs(twin.p_adjusted - edge) for edge in (0.01, 0.05)) > 1e-9:
        assert found.evidence[s, k] == twin.evidence, what


def check(sample: Sample, kind: str, unit: str, improvement: str, as_at: int | None = None) -> None:
    panel = sample.panel()
    names = spc.Catalogue(
        tuple(
            spc.Measure(name, kind=kind, unit=unit, improvement=improvement) for name in panel.keys["series"]
        )
    )
    last = panel.n_periods - 1 if as_at is None else as_at
    found = spc.compare(panel, measures=names, as_at=panel.months[last], windows=WINDOWS)
    for s, series in enumerate(sample.twins()):
        per = 100 if series.is_ratio and unit == "percent" else 1
        for k, window in enumerate(WINDOWS):
            twin, what = compare(series, kind, window, last), f"series {s}, {window} months"
            close(found.current[s, k], twin.current and per * twin.current, 0.0, what)
            close(found.previous[s, k], twin.previous and per * twin.previous, 0.0, what)
            size = max(abs(float(twin.current or 0)), abs(float(twin.previous or 0))) * per
            close(found.change[s, k], shown_change(twin, unit, per), size, what)
            assert ARROWS[int(found.arrow[s, k])] == twin.arrow(improvement), what
            assert found.judgement[s, k] == judgement(twin.arrow(improvement), improvement), what
            same_chance(found, s, k, chance(series, kind, window, last), what)


@pytest.mark.parametrize("improvement", DIRECTIONS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("maker", ["counts", "low_counts", "decimals", "gaps", "ragged", "constants"])
def test_plain_series(maker: str, kind: str, improvement: str) -> None:
    sample = make(maker, 41, n=fewer(24, 10))
    positive = Sample(np.abs(sample.values))
    check(positive, kind, KINDS[kind], improvement)
    check(positive, kind, KINDS[kind], improvement, as_at=30)


@pytest.mark.parametrize("improvement", DIRECTIONS)
@pytest.mark.parametrize(
    ("kind", "unit"), [("rate", "percent"), ("proportion", "percent"), ("duration", "hh:mm:ss")]
)
@pytest.mark.parametrize("maker", ["rates", "constant_rates"])
def test_ratios(maker: str, kind: str, unit: str, improvement: str) -> None:
    check(make(maker, 42, n=fewer(24, 10)), kind, unit, improvement)
    check(make(maker, 43, n=fewer(24, 10)), kind, unit, improvement, as_at=25)


@pytest.mark.parametrize("kind", ["median", "rolling12"])
def test_given_windows(kind: str) -> None:
    sample = make("medians", 44)
    if kind == "rolling12":
        sample = Sample(np.full(sample.values.shape, np.nan), None, {12: sample.given[12]})
    check(sample, kind, "hh:mm:ss" if kind == "median" else "percent", "low")


@pytest.mark.parametrize("as_at", [0, 5, 11, 12, 13])
def test_early_months(as_at: int) -> None:
    check(make("counts", 45, n=5), "count", "number", "low", as_at)
    check(make("rates", 45, n=5), "rate", "percent", "high", as_at)


@pytest.mark.parametrize("improvement", DIRECTIONS)
def test_five_percent_is_not_less_than_five_percent(improvement: str) -> None:
    """20 of 100 to 21 of 100 and their like: 5% exactly, whatever the floats say."""
    before = np.array([0.2, 2.0, 6.0, 40.0, 1.4, 0.06, 12.0])
    for factor in (1.05, 0.95):
        months = np.repeat(before[:, None], 24, axis=1)
        months[:, 12:] = np.round(before * factor, 4)[:, None]
        check(Sample(months), "stock", "number", improvement)
        check(Sample(np.round(months * 100, 2), np.full(months.shape, 100.0)), "rate", "percent", improvement)


def test_sums_that_are_equal_on_paper_do_not_differ() -> None:
    """0.1 + 0.2 + ... and 0.3 + 0 + ...: the same total, no arrow, no minus."""
    values = np.zeros((2, 24))
    values[0, :2], values[0, 12] = (0.1, 0.2), 0.3
    values[1, 0], values[1, 12:14] = 0.3, (0.1, 0.2)
    found = spc.compare(Sample(values).panel())
    assert found.change[:, 2].tolist() == [0.0, 0.0]
    assert found.arrow[:, 2].tolist() == [2, 2]
