"""How the verbs run: inputs untouched, outputs fully written, the same bits whoever calls."""

from __future__ import annotations

import hashlib
import multiprocessing
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import spc
from spc.cli.warming import warm_calls
from spc.kernels import _compile
from tests.jit import digest_the_other_way
from tests.kernels.cases import CASES, EVERY
from tests.panels import JIT_OFF, Sample, fewer, make

Answers = dict[str, np.ndarray[Any, Any]]


#: A fit of every month by `auto` costs as much as all other charts together; it has tests of its own.
CHEAPLY: dict[str, dict[str, Any]] = {"forecast": {"known": "baseline", "method": "naive"}}

#: Charts whose rules are asked too: all of them, or one of each kind of zones where nothing is compiled.
FEW = {"xmr", "small_count", "cusum", "p_prime"}
RULED = FEW if JIT_OFF else {*spc.CHARTS}


def answers(panel: spc.Panel, ruled: Collection[str] = RULED) -> Answers:
    """Ask every verb, and keep all arrays."""
    found: Answers = {}
    for name in ("all", "window", "textbook"):
        limits = CASES[name].limits(panel)
        exceptions = spc.exceptions(limits)
        found |= {
            f"{name} {field}": getattr(limits, field)
            for field in ("centre", "sigma", "ucl", "lcl", "status_code")
        }
        found |= {f"{name} mask": exceptions.mask}
    rare = spc.limits(panel, chart="auto", baseline=24)
    found |= {f"rare {field}": getattr(rare, field) for field in ("centre", "ucl", "lcl", "status_code")}
    found |= {"rare mask": spc.exceptions(rare).mask}
    trend = spc.trend(panel)
    weights = spc.weigh(exceptions, trend=trend)
    table = spc.compare(panel)
    found |= {
        f"trend {field}": getattr(trend, field) for field in ("slope", "r", "t", "p", "strength", "direction")
    }
    found |= {
        f"compare {field}": getattr(table, field) for field in ("current", "previous", "change", "arrow")
    }
    found |= {f"weight {name}": part for name, part in weights.parts.items()}
    found |= {
        "weight": weights.weight,
        "total": spc.rolling.total(panel).values,
        "mean": spc.rolling.mean(panel).values,
        "shifts": np.diff(spc.phases(panel).offsets),
    }
    for name, chart in spc.CHARTS.items():
        if chart.needs != "subgroups":
            limits = spc.limits(panel, chart=name, baseline=24, **CHEAPLY.get(name, {}))
            found |= {
                f"{name} {field}": getattr(limits, field)
                for field in ("points", "centre", "sigma", "ucl", "lcl", "status_code")
            }
            if name in ruled:
                exceptions = spc.exceptions(limits, rules="nelson")
                found |= {f"{name} mask": exceptions.mask, f"{name} members": exceptions.members}
    return found


def assert_same_bits(found: Answers, expected: Answers) -> None:
    """Compare bytes, so that NaN equals NaN and -0 is not 0."""
    assert found.keys() == expected.keys()
    for name, array in found.items():
        assert array.dtype == expected[name].dtype, name
        assert array.tobytes() == expected[name].tobytes(), name


def rows(found: Answers, keep: Any) -> Answers:
    """Take the rows of some series."""
    return {name: np.ascontiguousarray(array[keep]) for name, array in found.items()}


@pytest.fixture(scope="module")
def everything() -> Sample:
    """Series of every kind of trouble, in one panel."""
    samples = [make(maker, 61, n=fewer(12, 4)) for maker in EVERY if maker != "medians"]
    of = [np.full(sample.values.shape, np.nan) if sample.of is None else sample.of for sample in samples]
    return Sample(np.concatenate([sample.values for sample in samples]), np.concatenate(of))


@pytest.fixture(scope="module")
def expected(everything: Sample) -> Answers:
    """What every test but the first asks for again, in another way."""
    return answers(everything.panel())


def test_inputs_are_untouched(everything: Sample) -> None:
    panel = everything.panel()
    assert everything.of is not None
    before = [everything.values.copy(), everything.of.copy(), panel.values.copy(), panel.observed.copy()]
    answers(panel)
    after = [everything.values, everything.of, panel.values, panel.observed]
    for old, new in zip(before, after, strict=True):
        assert old.tobytes() == new.tobytes()


def test_a_panel_does_not_share_memory_with_its_maker() -> None:
    values = np.ones((2, 30))
    panel = spc.Panel.from_numpy(values, start="2022-01")
    values[:] = 7.0
    assert (panel.values == 1.0).all()


@pytest.mark.parametrize("pattern", [np.nan, 1e300] if JIT_OFF else [np.nan, 0.0, -1.0, 1e300])
def test_outputs_are_fully_written(
    pattern: float, everything: Sample, expected: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever lies in fresh memory, the answers are the same."""
    plain = np.empty

    def filled(shape: Any, dtype: Any = float, **more: Any) -> np.ndarray[Any, Any]:
        array = plain(shape, dtype, **more)
        if array.dtype.kind == "f":
            array.fill(pattern)
        elif array.dtype.kind in "iu":
            array.fill(np.iinfo(array.dtype).max if pattern < 1.0 else 1)
        elif array.dtype.kind == "b":
            array.fill(pattern == 0.0)
        return array

    with monkeypatch.context() as patch:
        patch.setattr(np, "empty", filled)
        found = answers(everything.panel())
    assert_same_bits(found, expected)


@pytest.mark.parametrize("seed", range(fewer(3, 1)))
def test_the_order_of_series_does_not_matter(seed: int, everything: Sample, expected: Answers) -> None:
    order = np.random.default_rng(seed).permutation(len(everything.values))
    assert_same_bits(answers(everything.rows(order).panel()), rows(expected, order))


@pytest.mark.parametrize("size", [1, 7])
def test_chunks_give_the_same_as_the_whole(size: int, everything: Sample, expected: Answers) -> None:
    for first in range(0, len(everything.values), size * fewer(5, 11)):
        keep = slice(first, first + size)
        part = everything.rows(keep)
        assert part.of is not None
        bare = Sample(part.values) if np.isnan(part.of).all() else part
        assert_same_bits(answers(bare.panel()), rows(expected, keep))


def test_layout_and_dtype_of_the_input_do_not_matter() -> None:
    values = make("counts", 62, n=fewer(24, 4)).values
    expected = answers(spc.Panel.from_numpy(values, start="2020-01"))
    read_only = values.copy()
    read_only.flags.writeable = False
    padded = np.full((len(values) * 2, values.shape[1] * 2), np.nan)
    padded[::2, ::2] = values
    for other in (
        np.asfortranarray(values),
        read_only,
        padded[::2, ::2],
        values.astype(np.int32),
        values.tolist(),
    ):
        assert_same_bits(answers(spc.Panel.from_numpy(other, start="2020-01")), expected)


def test_threads_may_call_at_once(everything: Sample, expected: Answers) -> None:
    callers = fewer(4, 2)
    together = threading.Barrier(callers)

    def call() -> list[Answers]:
        together.wait()
        return [answers(everything.panel()) for _ in range(fewer(3, 1))]

    with ThreadPoolExecutor(callers) as pool:
        futures = [pool.submit(call) for _ in range(callers)]
        for future in futures:
            for found in future.result(timeout=300):
                assert_same_bits(found, expected)


def test_a_worker_process_takes_one_thread() -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(_compile.threads).result(timeout=300) == 1


def large(months: int = 48) -> Sample:
    """Enough series for several blocks and for more than 1 MB."""
    parts = [make(maker, 63, n=1500, months=months) for maker in ("counts", "decimals", "gaps")]
    return Sample(np.concatenate([part.values for part in parts]))


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Cut even small panels into blocks of three series, so that threads have something to share."""
    monkeypatch.setattr(_compile, "BLOCK", 3)
    monkeypatch.setattr(_compile, "SERIAL_BELOW", 0)
    yield
    _compile.set_threads(None)


@pytest.mark.parametrize("threads", [3] if JIT_OFF else [1, 2, 3, 8])
@pytest.mark.usefixtures("small_blocks")
def test_any_number_of_threads_gives_the_same_bits(
    threads: int, everything: Sample, expected: Answers
) -> None:
    _compile.set_threads(threads)
    assert_same_bits(answers(everything.panel()), expected)


@pytest.mark.usefixtures("small_blocks")
def test_threads_may_call_while_blocks_are_shared_out(everything: Sample, expected: Answers) -> None:
    _compile.set_threads(2)
    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(answers, everything.panel()) for _ in range(fewer(6, 2))]:
            assert_same_bits(future.result(timeout=300), expected)


@pytest.mark.skipif(JIT_OFF, reason="some thousand series take minutes when interpreted")
def test_thousands_of_series_in_blocks_and_in_one_go() -> None:
    panel = large().panel()
    assert panel.values.nbytes > _compile.SERIAL_BELOW
    assert panel.n_series > 2 * _compile.BLOCK
    found = []
    try:
        for threads in (1, 2):
            _compile.set_threads(threads)
            found.append(answers(panel))
    finally:
        _compile.set_threads(None)
    assert_same_bits(*found)


@pytest.mark.skipif(JIT_OFF, reason="a block at a time takes minutes when interpreted")
def test_a_series_is_the_same_alone_and_among_thousands() -> None:
    sample = large()
    expected = answers(sample.panel())
    for s in (0, 255, 256, 511, 512, 3000, len(sample.values) - 1):
        keep = slice(s, s + 1)
        assert_same_bits(answers(sample.rows(keep).panel()), rows(expected, keep))


@pytest.mark.skipif(JIT_OFF, reason="nothing is compiled")
def test_one_compiled_version_of_each_kernel(everything: Sample) -> None:
    for call in warm_calls():
        call()
    for sample in (everything, make("counts", 64), make("medians", 64), large()):
        answers(sample.panel())
        answers(Sample(np.asfortranarray(sample.values)).panel())
    assert len(_compile.KERNELS) >= 30
    for kernel in _compile.KERNELS:
        assert len(kernel.signatures) == 1, f"{kernel.__name__} was compiled for {kernel.signatures}"


def digest() -> str:
    """Give one number for the bits of every answer on a small panel of everything."""
    parts = [make(maker, 65, n=5) for maker in EVERY if maker != "medians"]
    of = [np.full(part.values.shape, np.nan) if part.of is None else part.of for part in parts]
    values = np.concatenate([part.values for part in parts])
    found = answers(Sample(values, np.concatenate(of)).panel(), FEW)
    bits = hashlib.sha256()
    for name in sorted(found):
        bits.update(found[name].tobytes())
    return bits.hexdigest()


@pytest.mark.skipif(JIT_OFF, reason="the same two runs are compared where kernels are compiled")
def test_the_same_bits_with_jit_on_and_off() -> None:
    assert digest_the_other_way("tests.kernels.test_structure") == digest()
