"""Two families in rank(method="shrunken"): weighed as their twin says, and what clusters and outliers get."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

import spc
from spc.comparators import posterior
from spc.comparators.mixtures import FEWEST, chance_of_other
from spc.comparators.posterior import families_of
from tests.reference import families
from tests.test_rank import units

#: Totals and sizes of eight units, most of them in the lower of two clusters that chance blurs; for means
#: precision times mean, and precision.
EIGHT = {
    "poisson": (
        [9.0, 22.0, 12.0, 14.0, 11.0, 18.0, 60.0, 27.0],
        [10.0, 20.0, 10.0, 15.0, 10.0, 10.0, 20.0, 10.0],
    ),
    "normal": ([0.1, -0.6, 1.2, 0.0, 0.4, 8.2, 1.7, 3.4], [1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 1.0, 1.0]),
}
MUS = {"poisson": 0.5 * np.exp(0.1 * np.arange(27)), "normal": np.arange(-2.5, 6.1, 0.3)}


def about(middle: float, count: int) -> list[float]:
    """Give counts as far from their mean as chance takes them, evenly laid out."""
    law = NormalDist(middle, middle**0.5)
    return [law.inv_cdf((i + 0.5) / count) for i in range(count)]


@pytest.mark.parametrize("law", EIGHT)
def test_two_families_are_weighed_as_the_twin_says(law: str) -> None:
    total, of = EIGHT[law]
    chance, figures, second = families.mixed(law, total, of, MUS[law].tolist())
    found = families_of(law, np.array(total), np.array(of))
    two = found.share > 0.0
    assert found.weight[two].sum() == pytest.approx(chance, abs=0.05)
    for n, d, figure, part in zip(total, of, figures, second, strict=True):
        other = chance_of_other(law, n, d, found)
        assert (other[~two] == 0.0).all()
        assert (found.weight * other)[two].sum() / found.weight[two].sum() == pytest.approx(part, abs=0.05)
        mean = found.mu + other * (found.other - found.mu)
        own = (found.weight * (n + mean * found.size) / (d + found.size)).sum()
        assert own == pytest.approx(figure, rel=0.03, abs=0.03)


@pytest.mark.parametrize("kind", ["rate", "proportion", "mean"])
def test_places_within_a_cluster_are_known_for_what_they_are(kind: str, monkeypatch: Any) -> None:
    """Twelve at 800 and twelve at 1,200, no further apart than chance: any place of one's own twelve."""
    panel = units(about(800.0, 12) + about(1_200.0, 12), [10_000] * 24)
    asked: dict[str, Any] = {"window": 1, "kind": kind, "sigma": 0.3 if kind == "mean" else None}
    found = spc.rank(panel, n_draws=1_000, **asked)
    assert (found.lower[:12] >= 13).all() and (found.upper[12:] <= 12).all()
    assert (found.upper - found.lower).mean() > 10.0
    monkeypatch.setattr(posterior, "FEWEST", 25)
    one = spc.rank(panel, n_draws=1_000, **asked)
    assert (one.upper - one.lower).mean() < 9.5


def test_one_that_stands_apart_is_no_measure_of_the_others() -> None:
    """Nineteen units no further apart than chance, and one twice as high: it is first, they are all over."""
    panel = units([*about(300.0, 19), 600.0], [1_000] * 20)
    found = spc.rank(panel, window=1, n_draws=1_000)
    assert found.words[-1] == "rank 1 of 20, clear of the others"
    assert (found.upper - found.lower)[:-1].mean() > 15.0


def test_when_there_is_one_family() -> None:
    """As normal figures lie, two have less than half of the evidence; few units have no second."""
    total = np.array([1_000.0 + 200.0 * NormalDist().inv_cdf((i + 0.5) / 40) for i in range(40)])
    found = families_of("poisson", total, np.full(40, 1_000.0))
    assert 0.0 < found.weight[found.share > 0.0].sum() < 0.4
    apart = np.array(about(300.0, 8) + about(400.0, 8))
    by_people, by_thousands = (families_of("poisson", apart, np.full(16, of)) for of in (2.0**20, 2.0**10))
    np.testing.assert_allclose(by_people.weight, by_thousands.weight, rtol=1e-6, atol=1e-12)
    few = families_of("poisson", total[: FEWEST - 1], np.full(FEWEST - 1, 1_000.0))
    assert (few.share == 0.0).all() and (few.mu == few.other).all()


@pytest.mark.parametrize("law", ["poisson", "binomial"])
@pytest.mark.parametrize(
    ("total", "of"),
    [
        ([0] * 9, [10] * 9),
        ([10] * 9, [10] * 9),
        ([0] * 4 + [10] * 4, [10] * 8),
        ([0] * 8 + [1e6], [10] * 8 + [1e6]),
        ([1e15, 1.1e15, 9e14] * 3, [1e16] * 9),
        ([1e-90, 2e-90] * 4, [1.0, 1e90] * 4),
        ([1] * 4 + [1e12] * 4, [1e12] * 8),
    ],
)
def test_odd_counts_have_families(law: str, total: list[float], of: list[float]) -> None:
    n, d = np.array(total, float), np.array(of, float)
    found = families_of(law, n, d)
    assert np.isfinite(found.height).all() and found.weight.sum() == pytest.approx(1.0)
    chance = chance_of_other(law, float(n[0]), float(d[0]), found)
    assert ((chance >= 0.0) & (chance <= 1.0)).all()
