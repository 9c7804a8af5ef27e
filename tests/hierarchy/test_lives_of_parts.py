"""Parts that open, end, are late or have nothing to divide by: what moved the whole, on fractions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spc
from tests.hierarchy.areas import areas
from tests.panels import recorded
from tests.reference import lives as twin
from tests.reference.series import Series

NAN = np.nan
KINDS = {"count": False, "stock": False, "rate": True, "duration": True}


def odd_rows(rng: np.random.Generator, n: int, months: int) -> tuple[Any, Any]:
    """Give counts and denominators with holes, late beginnings, early ends and months without a case."""
    values = rng.integers(0, 50, (n, months)).astype(float)
    of = rng.integers(0, 9, (n, months)) * rng.integers(0, 2, (n, 1)) + rng.integers(0, 30, (n, 1)) * 1.0
    for cells in (values, of):
        cells[rng.random((n, months)) < rng.choice([0.0, 0.03])] = NAN
    for s in np.flatnonzero(rng.random(n) < 0.6):
        outside = (
            slice(0, rng.integers(0, months)) if rng.random() < 0.5 else slice(rng.integers(1, months), None)
        )
        values[s, outside] = of[s, outside] = NAN
    of[:, 0] = np.where(np.isnan(of).all(axis=1), 0.0, of[:, 0])  # else the series would be no ratio
    return values, of


@pytest.mark.parametrize("missing", ["gaps", "missing", "leave out"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_any_lives_are_their_twins_and_the_future_changes_nothing(kind: str, missing: str) -> None:
    told = 0
    for seed in range(12):
        rng = np.random.default_rng([51, seed])
        n, months, length = int(rng.integers(1, 5)), int(rng.choice([5, 14, 26])), int(rng.choice([1, 3]))
        values, of = odd_rows(rng, n + 1, months)
        own = rng.random() < 0.5  # a whole of its own, which parts need not make
        names = ["Force", *"abcd"[:n]] if own else list("abcd"[: n + 1])
        keys = {"area": names, "measure": ["m"] * (n + 1)}
        panel = spc.Panel.from_numpy(values, of=of if KINDS[kind] else None, start="2022-01", keys=keys)
        now = int(rng.integers(0, months))
        options: dict[str, Any] = {"whole": "Force"} if own else {"by": []}
        options |= {"windows": length, "against": "before", "missing": missing}
        options["measures"] = [spc.Measure("m", kind=kind, unit="number")]
        found = spc.contributions(panel, as_at=panel.months[now], **options)
        rows = [
            Series(recorded(a), recorded(b) if KINDS[kind] else None) for a, b in zip(values, of, strict=True)
        ]
        stretches = (now, max(now - length, -1), length)
        parts = rows[1:] if own else rows
        expected = twin.change(parts, rows[0] if own else None, missing, stretches, kind == "stock")
        alone = [found.whole_change[0, 0], found.rest[0, 0], *found.contribution[:, 0]]
        cells = twin.as_numbers([expected.whole, expected.rest, *expected.parts])
        np.testing.assert_allclose(alone, [NAN if x is None else x for x in cells], rtol=1e-9, atol=1e-9)
        if KINDS[kind]:
            both = np.array([(NAN, NAN) if one is None else one for one in expected.effects], np.float64)
            np.testing.assert_allclose(found.rate_effect[:, 0], both[:, 0], rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(found.mix_effect[:, 0], both[:, 1], rtol=1e-9, atol=1e-9)
        told += int(not np.isnan(alone[0]))
        then = spc.contributions(panel.until(panel.months[now]), **options)
        assert then.to_frame().equals(found.to_frame())
        assert then.words().tolist() == found.words().tolist()
    assert told


def test_a_sum_does_not_wait_for_a_part_that_has_not_begun() -> None:
    names = ["a", "b", "later"]
    rows = [[100.0] * 12 + [120.0, 130.0], [50.0] * 12 + [55.0, 55.0], [NAN] * 13 + [7.0]]
    panel = areas(rows, names=names)
    month = panel.months[12]
    found = spc.contributions(panel, by=[], windows=1, as_at=month)
    assert found.words()[0] == "a accounts for 20 of the 25 more, b 5; later not known."
    assert found.to_frame()["state"].tolist() == ["both", "both", "missing"]
    assert spc.contributions(panel.until(month), by=[], windows=1).words()[0] == found.words()[0]
    now = spc.contributions(panel, by=[], windows=1)
    assert now.words()[0] == "a accounts for 30 of the 42 more, later (new) 7, b 5."
    absent = spc.contributions(panel, by=[], windows=1, as_at=month, missing="leave out").to_frame()
    assert absent.set_index("area").loc["later", ["contribution", "state"]].tolist() == [0.0, "none"]
    strict = spc.contributions(panel, by=[], windows=1, as_at=month, missing="missing")
    assert np.isnan(strict.whole_change[0, 0])


def test_without_a_case_in_the_whole_no_part_has_an_effect() -> None:
    """Parts of a whole of nothing: no infinite effect, and no warning (warnings are errors here)."""
    top = [[3.0, 0.0], [2.0, 3.0], [1.0, 4.0]]
    panel = areas(top, of=[[8.0, 0.0], [4.0, 4.0], [4.0, 0.0]], names=["Force", "a", "b"])
    for month in ("before", panel.months[1]):
        found = spc.contributions(panel, whole="Force", windows=1, against=month)
        for cells in (found.contribution, found.rate_effect, found.mix_effect, found.rest):
            assert np.isnan(cells).all()
