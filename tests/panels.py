"""Odd panels, seeded, and the edge between them and the slow twins.

Every generator takes a numpy Generator and a shape, and makes a `Sample` of one kind of trouble. Hypothesis
strategies make small ones that shrink.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

import spc
from tests.reference.series import Number, Series

START = "2020-01"
JIT_OFF = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")

Matrix = np.ndarray[Any, np.dtype[np.float64]]
Maker = Callable[[np.random.Generator, int, int], "Sample"]


def fewer(with_jit: int, without: int) -> int:
    """Give a number of cases: interpreted kernels are some hundred times slower."""
    return without if JIT_OFF else with_jit


@dataclass(frozen=True)
class Sample:
    """The arrays of a panel: `values`, `of` where there are ratios, `given` windows."""

    values: Matrix
    of: Matrix | None = None
    given: Mapping[int, Matrix] = field(default_factory=dict)

    def panel(self) -> spc.Panel:
        """Hand the arrays in at the front door."""
        return spc.Panel.from_numpy(self.values, start=START, of=self.of, given=dict(self.given))

    def twins(self) -> list[Series]:
        """Give the same series to the twins."""
        return twins(self.values, self.of, self.given)

    def rows(self, keep: Any) -> Sample:
        """Take some of the series, in the order asked for."""
        given = {window: cells[keep] for window, cells in self.given.items()}
        return Sample(self.values[keep], None if self.of is None else self.of[keep], given)


def recorded(row: Matrix) -> list[Number]:
    """Turn NaN into None."""
    return [None if number != number else float(number) for number in row]


def twins(values: Matrix, of: Matrix | None, given: Mapping[int, Matrix]) -> list[Series]:
    """Give one Series for each row; denominators and windows that are missing throughout are left out."""
    found = []
    for s, row in enumerate(values):
        bottoms = None if of is None or np.isnan(of[s]).all() else recorded(of[s])
        windows = {k: recorded(cells[s]) for k, cells in given.items() if not np.isnan(cells[s]).all()}
        found.append(Series(recorded(row), bottoms, windows))
    return found


def twins_of(panel: spc.Panel) -> list[Series]:
    """Read a panel back for the twins."""
    return twins(panel.values, panel.of, panel.given)


def counts(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Poisson counts of means 5 to 500, every third with a step."""
    means = np.exp(rng.uniform(np.log(5), np.log(500), (n, 1))) * np.ones(months)
    means[::3, months * 2 // 3 :] *= rng.uniform(0.6, 1.6, (len(means[::3]), 1))
    return Sample(rng.poisson(means).astype(float))


def low_counts(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Poisson counts of means 0.1 to 3: many ties, many series without variation."""
    return Sample(rng.poisson(rng.uniform(0.1, 3.0, (n, 1)), (n, months)).astype(float))


def decimals(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Numbers of one to three decimals; few different ones, so that they meet their own mean."""
    places = 1 + np.arange(n) % 3
    whole = rng.integers(1, 8, (n, months)) + rng.integers(0, 100, (n, 1)) * 10
    return Sample(
        np.array([np.round(row / 10.0**place, place) for row, place in zip(whole, places, strict=True)])
    )


def signed(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Decimals around 0, arranged in blocks that add up to exactly 0, so that the centre is 0."""
    half = np.round(rng.integers(0, 30, (n, months // 2 + 1)) / 10.0, 1)
    both = np.concatenate([half, -half], axis=1)
    return Sample(rng.permuted(both, axis=1)[:, :months] + 0.0)


def rates(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Parts of wholes, with denominators of 0 and months in which one part is missing."""
    of = rng.poisson(rng.uniform(2, 300, (n, 1)), (n, months)).astype(float)
    values = rng.binomial(of.astype(int), rng.uniform(0.05, 0.95, (n, 1))).astype(float)
    of[rng.random(of.shape) < 0.02] = np.nan
    values[rng.random(of.shape) < 0.02] = np.nan
    return Sample(values, of)


def mixed(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Ratios of decimals beside plain counts, as a scorecard has them."""
    base = rates(rng, n, months)
    assert base.of is not None
    values, of = base.values, base.of * np.round(rng.uniform(0.5, 2.0, (n, 1)), 1)
    values[::2] = counts(rng, len(values[::2]), months).values
    of[::2] = np.nan
    return Sample(values, np.round(of, 1))


def gaps(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Missing months, from few to most, and holes of a length."""
    values = counts(rng, n, months).values
    values[rng.random(values.shape) < rng.uniform(0.0, 0.6, (n, 1)) ** 2] = np.nan
    for s in range(0, n, 4):
        first = rng.integers(0, months)
        values[s, first : first + rng.integers(1, months)] = np.nan
    return Sample(values)


def ragged(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Histories of every length, from nothing at all and one month on; some end early."""
    values = decimals(rng, n, months).values
    for s in range(n):
        values[s, : months - s * months // n] = np.nan
        if s % 5 == 4:
            values[s, -int(rng.integers(1, 5)) :] = np.nan
    values[-1] = np.nan
    values[-2] = np.nan
    values[-2, rng.integers(0, months)] = 3.0
    return Sample(values)


CONSTANTS = (0.1, 0.2, 0.3, 0.7, 1.1, 2.675, 1e-9, 1 / 3, 123456.789, 0.0, 5.0, 1e16, -0.1, 33.3)


def constants(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Constant series of any decimal, some with gaps, some that vary after two thirds of their months."""
    values = np.tile(np.resize(np.array(CONSTANTS), n)[:, None], months)
    late = months * 2 // 3
    for s in range(n):
        if s // len(CONSTANTS) % 3 == 1:
            values[s, rng.random(months) < 0.1] = np.nan
        if s // len(CONSTANTS) % 3 == 2 and values[s, 0] < 1e15:
            values[s, late:] = np.round(values[s, late:] + rng.integers(0, 3, months - late), 3)
    return Sample(values)


def constant_rates(rng: np.random.Generator, n: int, months: int) -> Sample:
    """The same fraction every month from different parts: 1 of 3, 2 of 6, 0.1 of 0.3 ..."""
    times = rng.integers(1, 60, (n, months)).astype(float)
    top, below = rng.integers(1, 9, (n, 1)), rng.integers(1, 12, (n, 1))
    tenth = np.where(np.arange(n) % 2 == 0, 1.0, 10.0)[:, None]
    return Sample(np.round(times * top / tenth, 1), np.round(times * below / tenth, 1))


def near_ties(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Months on, and one unit in the last place beside, the lines of a baseline of 24 months.

    The baseline goes up and down by 1.128 (the textbook sigma is then 1), or by 1 (the exact sigma is then
    half the root of pi), around a centre of few decimals.
    """
    step = np.where(np.arange(n) % 2 == 0, 1.128, 1.0)
    sigma = np.where(np.arange(n) % 2 == 0, 1.0, np.sqrt(np.pi) / 2)
    low = np.round(rng.integers(0, 2000, n) / 10.0, 1)
    values = np.empty((n, months))
    values[:, 0::2] = low[:, None]
    values[:, 1::2] = np.round(low + step, 4)[:, None]
    centre = np.round(low + step / 2, 4)
    zone = rng.choice([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0], (n, months - 24))
    exactly = np.round(centre[:, None] + zone * sigma[:, None], 13)
    towards = rng.choice([-np.inf, 0.0, np.inf], zone.shape)
    values[:, 24:] = np.where(towards == 0.0, exactly, np.nextafter(exactly, towards))
    return Sample(values)


def outlier(rng: np.random.Generator, n: int, months: int) -> Sample:
    """One month of 1e16, or of its opposite, in decimals."""
    values = decimals(rng, n, months).values
    values[np.arange(n), rng.integers(0, months, n)] = 1e16 * rng.choice([-1, 1], n)
    return Sample(values)


def medians(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Monthly medians with given windows of 3 and 12 months, which may point another way, and have gaps."""
    slope = rng.choice([-1.0, 0.0, 1.0], (n, 1)) * np.arange(months)
    values = np.round(rng.uniform(500, 700, (n, months)) + 2 * slope, 0)
    other = rng.choice([-1.0, 1.0], (n, 1)) * np.arange(months)
    given = {
        3: np.round(600 + other + rng.uniform(-9, 9, (n, months)), 0),
        12: np.round(600 + other + rng.uniform(-9, 9, (n, months)), 0),
    }
    given[12][::3, : months * 2 // 3] = np.nan
    given[12][1::5] = np.nan
    values[2::4, rng.integers(0, months, 2)] = np.nan
    return Sample(values, None, given)


MAKERS: dict[str, Maker] = {
    "counts": counts,
    "low_counts": low_counts,
    "decimals": decimals,
    "signed": signed,
    "rates": rates,
    "mixed": mixed,
    "gaps": gaps,
    "ragged": ragged,
    "constants": constants,
    "constant_rates": constant_rates,
    "near_ties": near_ties,
    "outlier": outlier,
    "medians": medians,
}


def spoilt(rng: np.random.Generator, sample: Sample, share: float = 0.02) -> Sample:
    """Take out some numerators, some denominators, and in the second series all but a few."""
    assert sample.of is not None
    values, of = sample.values.copy(), sample.of.copy()
    values[rng.random(values.shape) < share] = np.nan
    of[rng.random(of.shape) < share] = np.nan
    values[1, rng.random(values.shape[1]) < 0.8] = np.nan
    return Sample(values, of)


def parts(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Whole parts of whole numbers of every size: none, all, clusters, steps; sizes of 0; gaps."""
    sizes = np.exp(rng.uniform(np.log(3), np.log(2000), (n, 1)))
    of = rng.poisson(sizes, (n, months)).astype(float)
    of[::4] = np.round(sizes[::4])
    share = rng.choice([0.0, 0.01, 0.1, 0.5, 0.9, 0.99, 1.0], (n, 1)) * np.ones(months)
    share[1::3] = rng.beta(20 * share[1::3] + 1e-9, 20 * (1 - share[1::3]) + 1e-9)
    share[2::5, months * 2 // 3 :] = rng.uniform(0.0, 1.0, (len(share[2::5]), 1))
    return spoilt(rng, Sample(rng.binomial(of.astype(int), share).astype(float), of))


def units(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Counts by unit: whole and decimal sizes, rates from 0 to 20, some with a spread of their own."""
    of = np.round(rng.uniform(0.5, 40.0, (n, 1)) * rng.uniform(0.5, 1.5, (n, months)), 1)
    of[::3] = np.ceil(of[::3])
    rate = rng.choice([0.0, 0.05, 0.5, 3.0, 20.0], (n, 1)) * np.ones(months)
    rate[1::3] *= rng.gamma(10.0, 0.1, rate[1::3].shape)
    rate[2::5, months * 2 // 3 :] *= 2.0
    return spoilt(rng, Sample(rng.poisson(rate * of).astype(float), of))


def tied_parts(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Half of 36 (limits at 9 and 27), half of 100 (35 and 65), a fifth of 64 (limits at 1/20 and 7/20).

    The baseline of 24 months holds the share exactly; later months lie on the lines at whole sigmas, and one
    part beside them.
    """
    sizes = np.array([36.0, 100.0, 64.0])[np.arange(n) % 3]
    share = np.array([0.5, 0.5, 0.2])[np.arange(n) % 3]
    of = np.repeat(sizes[:, None], months, axis=1)
    half = rng.integers(0, 4, (n, 12))
    middle = (sizes * share)[:, None]
    values = np.empty((n, months))
    values[:, 0:24:2], values[:, 1:24:2] = np.floor(middle) - half, np.ceil(middle) + half
    sigma = np.sqrt(sizes * share * (1.0 - share))[:, None]
    zone = rng.integers(-3, 4, (n, months - 24))
    values[:, 24:] = np.round(middle + zone * sigma) + rng.choice([-1, 0, 1], zone.shape, p=[0.1, 0.8, 0.1])
    of[2::3, :24] = values[2::3, :24] * 5.0
    return Sample(values, of)


def square_counts(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Counts whose baseline of 24 months has a square for its mean, so that all lines of c are whole."""
    root = rng.integers(1, 8, (n, 1))
    half = rng.integers(0, root**2 + 1, (n, 12))
    values = np.empty((n, months))
    values[:, 0:24:2], values[:, 1:24:2] = root**2 - half, root**2 + half
    zone = rng.integers(-3, 4, (n, months - 24))
    values[:, 24:] = np.maximum(
        root**2 + zone * root + rng.choice([-1, 0, 1], zone.shape, p=[0.1, 0.8, 0.1]), 0
    )
    return Sample(values)


def between(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Cases between events: geometric, many of 0, some after a step, some constant, some with gaps."""
    chance = rng.choice([0.02, 0.1, 0.5, 0.9], (n, 1)) * np.ones(months)
    chance[1::3, months * 2 // 3 :] = 0.01
    values = rng.geometric(chance).astype(float) - 1.0
    values[2::7] = rng.integers(0, 3, (len(values[2::7]), 1))
    values[3::4][rng.random(values[3::4].shape) < 0.1] = np.nan
    return Sample(values)


def times(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Days between events, to a tenth: exponential, some of 0, some constant, some with gaps."""
    mean = np.exp(rng.uniform(np.log(0.3), np.log(200), (n, 1))) * np.ones(months)
    mean[1::3, months * 2 // 3 :] *= rng.choice([0.05, 20.0])
    values = np.round(rng.exponential(mean), 1)
    values[2::7] = np.round(mean[2::7, :1], 1)
    values[3::4][rng.random(values[3::4].shape) < 0.1] = np.nan
    return Sample(values)


def waves(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Neighbours alike, or unlike: autoregression of first order with phi from -0.6 to 0.95, in tenths."""
    phi = rng.choice([-0.6, 0.0, 0.3, 0.6, 0.95], n)
    values = rng.normal(0.0, 1.0, (n, months))
    for t in range(1, months):
        values[:, t] += phi * values[:, t - 1]
    values = np.round(50 + 10 * values, 1)
    values[::4][rng.random(values[::4].shape) < 0.1] = np.nan
    return Sample(values)


def zones(rng: np.random.Generator, n: int, months: int) -> Sample:
    """Runs, trends, swings and jumps about a baseline of textbook sigma 1: every rule has its chance."""
    values = np.empty((n, months))
    values[:, 0:24:2], values[:, 1:24:2] = 10.0, 11.128
    for s in range(n):
        t = 24
        while t < months:
            stretch = pattern(rng)[: months - t]
            values[s, t : t + len(stretch)] = np.round(10.564 + stretch, 3)
            t += len(stretch)
    late = values[:, 24:]
    late[rng.random(late.shape) < 0.03] = np.nan
    return Sample(values)


def pattern(rng: np.random.Generator) -> Matrix:
    """Make some months, in sigma from the centre, of one of the shapes that rules look for; with ties."""
    months = int(rng.integers(3, 18))
    side = rng.choice([-1.0, 1.0])
    shape = rng.integers(0, 7)
    if shape == 0:  # on one side, some on the centre
        return side * rng.choice([0.0, 0.2, 0.9, 1.5, 2.5, 3.5], months, p=[0.1, 0.4, 0.2, 0.1, 0.1, 0.1])
    if shape == 1:  # rising or falling, sometimes level
        return side * (np.cumsum(rng.choice([0.0, 0.1, 0.3], months, p=[0.1, 0.5, 0.4])) - 1.0)
    if shape == 2:  # up and down
        return side * (-1.0) ** np.arange(months) * rng.choice([0.1, 0.5, 2.0], months)
    if shape == 3:  # close to the centre
        return rng.choice([-0.9, -0.5, 0.0, 0.4, 1.0], months)
    if shape == 4:  # on both sides, seldom in the middle
        return rng.choice([-2.5, -1.2, 0.5, 1.2, 2.2], months, p=[0.2, 0.3, 0.05, 0.3, 0.15])
    if shape == 5:  # on the lines
        return rng.choice([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0], months)
    return np.round(rng.normal(0.0, 1.5, months), 1)


#: Made for charts other than XmR; `MAKERS` stays as it is, since its order is part of the seeds.
CHART_MAKERS: dict[str, Maker] = {
    "parts": parts,
    "units": units,
    "tied_parts": tied_parts,
    "square_counts": square_counts,
    "between": between,
    "times": times,
    "waves": waves,
    "zones": zones,
}


def make(name: str, seed: int, n: int = 24, months: int = 44) -> Sample:
    """Make a sample by name; the same seed gives the same numbers."""
    if name in CHART_MAKERS:
        return CHART_MAKERS[name](
            np.random.default_rng([seed, 100 + list(CHART_MAKERS).index(name)]), n, months
        )
    return MAKERS[name](np.random.default_rng([seed, sorted(MAKERS).index(name)]), n, months)


def months_of() -> st.SearchStrategy[Number]:
    """One month: a count, a decimal that likes to tie, or nothing."""
    few = st.integers(-20, 20).map(lambda tenths: tenths / 10)
    return st.one_of(st.none(), st.integers(0, 6).map(float), few, st.integers(0, 10**6).map(float))


@st.composite
def samples(draw: st.DrawFn, max_series: int = 3, max_months: int = 45, ratios: bool = True) -> Sample:
    """Small panels of anything: gaps, ties, constants, one month, all missing, parts with 0 below."""
    n, months = draw(st.integers(1, max_series)), draw(st.integers(1, max_months))
    alphabet = draw(st.lists(months_of(), min_size=1, max_size=6))
    month = st.one_of(st.sampled_from(alphabet), months_of())
    row = st.lists(month, min_size=months, max_size=months)
    values = draw(st.lists(row, min_size=n, max_size=n))
    if not ratios or draw(st.booleans()):
        return Sample(np.array(values, dtype=float))
    below = st.lists(st.one_of(st.none(), st.integers(0, 9).map(float)), min_size=months, max_size=months)
    of = draw(st.lists(below, min_size=n, max_size=n))
    return Sample(np.array(values, dtype=float), np.array(of, dtype=float))
