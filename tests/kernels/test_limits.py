"""limits(): centre, sigma and control limits of every month, and the status words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tests.kernels.cases import CASES, EVERY, Case, held
from tests.panels import Sample, fewer, make, samples
from tests.reference.limits import NO_DATA, NO_VARIATION, OK, SHORT, XmR

FIELDS = {"centre": 0.0, "ucl": 3.0, "lcl": -3.0}


def expected_status(charts: list[XmR], observed: Sequence[object], last: int) -> str:
    """The status is that of the phase which holds the month reported on, if that month has a value."""
    if not charts or charts[0].status == NO_DATA:
        return NO_DATA
    chart = held(charts, last)
    if chart is not None and chart.status in (OK, NO_VARIATION) and observed[last] is None:
        return "no value"
    return SHORT if chart is None else chart.status


def check(case: Case, sample: Sample) -> None:
    panel = sample.panel()
    limits = case.limits(panel)
    last = panel.n_periods - 1 if case.as_at is None else case.as_at
    matrices = {name: getattr(limits, name) for name in (*FIELDS, "sigma")}
    for s, (series, charts) in enumerate(zip(sample.twins(), case.twins(sample), strict=True)):
        assert limits.status[s] == expected_status(charts, series.observed, last), s
        for chart in charts:
            months = slice(chart.start, chart.stop)
            if chart.status not in (OK, NO_VARIATION):
                assert all(np.isnan(matrix[s, months]).all() for matrix in matrices.values()), s
                continue
            near: dict[str, Any] = {"rtol": 1e-14, "atol": 1e-14 * float(chart.size)}
            np.testing.assert_allclose(matrices["sigma"][s, months], float(chart.sigma), **near)
            for name, width in FIELDS.items():
                np.testing.assert_allclose(
                    matrices[name][s, months], chart.line(width), **near, err_msg=f"{name} {s}"
                )
        outside = [t for t in range(panel.n_periods) if held(charts, t) is None]
        assert all(np.isnan(matrix[s, outside]).all() for matrix in matrices.values()), s


@pytest.mark.parametrize("maker", EVERY)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_limits_are_those_of_the_twin(case: Case, maker: str) -> None:
    check(case, make(maker, seed=1, n=fewer(24, 12)))


@settings(max_examples=fewer(150, 30))
@given(samples())
def test_limits_of_anything(sample: Sample) -> None:
    for name in ("all", "few months", "window"):
        check(CASES[name], sample)


def test_sigma_of_a_constant_is_exactly_nought() -> None:
    for maker in ("constants", "constant_rates"):
        sample = make(maker, seed=2, n=42)
        limits = CASES["first 24"].limits(sample.panel())
        assert set(limits.status) <= {NO_VARIATION, "no value"}
        assert NO_VARIATION in limits.status
        assert not limits.sigma[np.isfinite(limits.sigma)].any()


@pytest.mark.parametrize("width", [1.0, 2.5, 3.09])
def test_width_moves_the_control_limits_alone(width: float) -> None:
    sample = make("counts", seed=3)
    case = Case("width", 24, 24)
    limits = Case("width", 24, 24, options={"width": width}).limits(sample.panel())
    for s, (chart,) in enumerate(case.twins(sample)):
        assert limits.ucl[s, 0] == pytest.approx(chart.line(width), rel=1e-14)
        assert limits.lcl[s, 0] == pytest.approx(chart.line(-width), rel=1e-13)
        assert limits.centre[s, 0] == pytest.approx(chart.line(0.0), rel=1e-15)
