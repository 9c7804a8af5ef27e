"""exceptions(rules=...): rules of every kind against the twin, on panels that give each its chance."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import asdict
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spc
from tests.kernels.test_charts import CUTS, Asked, asked
from tests.panels import JIT_OFF, Sample, fewer, make, samples
from tests.reference.patterns import Row, marks
from tests.reference.presets import PRESETS

TIES, GAPS = ("break", "skip", "count"), ("break", "skip", "bridge")
ZONES = (0.0, 1.0, 1.5, 2.0, 3.0)


def as_rule(row: Row) -> spc.Rule:
    """Write the twin's row as one of the library."""
    fields = asdict(row)
    return spc.Rule(**{**fields, "upto": math.inf if row.upto is None else row.upto})


def beyond(draw: random.Random, name: str) -> Row:
    """Any row on points beyond a zone."""
    zone = draw.choice(ZONES)
    span = draw.choice([1, 2, 3, 3, 4, 5, 8, 15])
    side = draw.choice(["same", "same", "confined", "either", "both"])
    ties = draw.choice(TIES) if zone == 0.0 else "break"
    return Row(
        name,
        zone,
        draw.choice([span, span, draw.randint(1, span), max(1, span - 1)]),
        span,
        side="same" if (side, ties) == ("confined", "count") else side,
        upto=draw.choice([None, None, *(other for other in ZONES if other > zone)]),
        ties=ties,
        gaps=draw.choice(GAPS),
    )


def within(draw: random.Random, name: str) -> Row:
    """Any row on points that are not beyond a zone."""
    span = draw.choice([1, 4, 8, 15])
    needed = draw.choice([span, draw.randint(1, span)])
    return Row(name, draw.choice(ZONES[1:]), needed, span, asks="within", gaps=draw.choice(GAPS))


def steps(draw: random.Random, name: str) -> Row:
    """Any row on steps, up or down or in turn."""
    span = draw.randint(1, 7)
    return Row(
        name,
        needed=span,
        span=span,
        asks=draw.choice(["step", "swing"]),
        ties=draw.choice(TIES),
        gaps=draw.choice(GAPS),
    )


def over_all(draw: random.Random, name: str) -> Row:
    """Either of the two questions about the whole stretch; a missing month has no place to keep there."""
    return Row(name, asks=draw.choice(["run", "crossings"]), gaps=draw.choice(["break", "bridge"]))


def rows_of(seed: int, n: int = 16) -> tuple[Row, ...]:
    """Make a set of rows, most of them on zones."""
    draw = random.Random(seed)
    makers = [beyond, beyond, beyond, within, steps, steps, over_all]
    return tuple(draw.choice(makers)(draw, f"row {i}") for i in range(n))


def check(way: Asked, sample: Sample, rows: Sequence[Row], rules: Any = None) -> int:
    """Compare masks and members; give how many months completed something."""
    panel = sample.panel()
    found = spc.exceptions(way.limits(panel), rules=rules or tuple(map(as_rule, rows)))
    assert found.mask.dtype == np.uint32
    for s, phases in enumerate(way.twins(sample)):
        mask, members = marks(rows, phases, panel.n_periods)
        if found.mask[s].tolist() != mask or found.members[s].tolist() != members:
            pytest.fail(story(way, sample, s, rows, (found.mask[s], found.members[s]), (mask, members)))
    return int(np.count_nonzero(found.mask))


def story(way: Asked, sample: Sample, s: int, rows: Sequence[Row], found: Any, expected: Any) -> str:
    """Say which rows differ in which months."""
    said = [f"{way}, series {s}: {sample.values[s].tolist()}"]
    if sample.of is not None:
        said.append(f"of {sample.of[s].tolist()}")
    for name, ours, theirs in zip(("mask", "members"), found, expected, strict=True):
        for i, (row, bit) in enumerate(product(rows, (0, 1))):
            pairs = enumerate(zip(ours.tolist(), theirs, strict=True))
            months = [t for t, (a, b) in pairs if (a ^ b) >> i & 1]
            if months:
                extra = [t for t in months if int(ours[t]) >> i & 1]
                said.append(f"{name} bit {bit} of {row}: engine alone {extra}, in all {months}")
    return "\n".join(said)


WAYS = {
    "textbook": asked("xmr", baseline=24, constants="textbook"),
    "all": asked("xmr", min_observed=3),
    "phases": asked("xmr", cuts=CUTS, min_observed=5, constants="textbook"),
    "window": asked("xmr", window=True, width=2.5, constants="textbook"),
    "median": asked("xmr", centre="median", sigma="median_range", baseline=24),
    "run": asked("run", baseline=24),
    "known": asked("xmr", centre=10.564, sigma=1.0),
}
MAKERS = ["zones", "near_ties", "signed", "low_counts", "decimals", "gaps", "ragged", "constants", "rates"]
PARTS = [("p", "parts"), ("p", "tied_parts"), ("np", "tied_parts"), ("u", "units"), ("u_prime", "parts")]
OTHERS = [
    *PARTS,
    ("c", "square_counts"),
    ("g", "between"),
    ("t", "times"),
    ("i_prime", "units"),
    ("mr", "zones"),
]


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("preset", [name for name in PRESETS if name != "opcc"])
def test_presets(preset: str, maker: str) -> None:
    for name in ("textbook", "phases"):
        check(WAYS[name], make(maker, seed=41, n=fewer(3, 2)), PRESETS[preset], preset)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("way", WAYS)
def test_any_rows(way: str, maker: str, seed: int) -> None:
    rows = rows_of(100 + 2 * (list(WAYS).index(way) * len(MAKERS) + MAKERS.index(maker)) + seed)
    check(WAYS[way], make(maker, seed=seed, n=4 if maker == "ragged" else 2), rows)


@pytest.mark.parametrize(("chart", "maker"), OTHERS)
def test_any_rows_on_other_charts(chart: str, maker: str) -> None:
    seed = 2 * [one for one, _ in OTHERS].index(chart)
    check(asked(chart, baseline=24), make(maker, seed=seed, n=fewer(4, 2)), rows_of(seed + 400))
    short = asked(chart, cuts=CUTS, min_observed=5, width=2.0)
    check(short, make(maker, seed=seed + 1, n=fewer(4, 2)), rows_of(seed + 401))


@settings(max_examples=fewer(120, 25))
@given(samples(max_series=2, ratios=False), st.integers(0, 10**6))
def test_anything(sample: Sample, seed: int) -> None:
    check(asked("xmr", min_observed=3, constants="textbook"), sample, rows_of(seed, 8))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1060))
@pytest.mark.parametrize("maker", MAKERS)
def test_many_rows(maker: str, seed: int) -> None:
    for way in WAYS.values():
        check(way, make(maker, seed=seed, n=4, months=40 + seed % 40), rows_of(seed))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1060))
@pytest.mark.parametrize(("chart", "maker"), OTHERS)
def test_many_rows_on_other_charts(chart: str, maker: str, seed: int) -> None:
    for way in (asked(chart, baseline=24), asked(chart, cuts=CUTS, min_observed=5, width=2.0)):
        check(way, make(maker, seed=seed, n=4, months=40 + seed % 40), rows_of(seed))


@pytest.mark.skipif(JIT_OFF, reason="asks about the panel, not about kernels")
def test_every_preset_is_completed_somewhere() -> None:
    """A panel that never completes a rule tests nothing: each row must fire, on each of its sides."""
    sample = make("zones", seed=41, n=60)
    for name, rows in PRESETS.items():
        masks = [
            spc.exceptions(way.limits(sample.panel()), rules=name).mask
            for way in (WAYS["textbook"], asked("xmr", baseline=("2022-01", "2023-08"), constants="textbook"))
        ]
        fired = int(np.bitwise_or.reduce(np.concatenate(masks), axis=None))
        for i, row in enumerate(rows):
            for side in range(1 + row.two_sided):
                assert fired >> (2 * i + side) & 1, (row, side)
