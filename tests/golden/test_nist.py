"""Printed numbers of the NIST/SEMATECH e-Handbook of Statistical Methods (public domain)."""

from __future__ import annotations

import pytest

import spc

#: 6.3.2.2, "Individuals control charts": flow rates of ten batches.
FLOW_RATE = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def test_flow_rate_with_the_printed_constant():
    panel = spc.Panel.from_numpy(FLOW_RATE, start=None)
    limits = spc.limits(panel, min_observed=10, constants="textbook")
    assert limits.centre[0, 0] == pytest.approx(50.81, abs=5e-3)
    assert limits.sigma[0, 0] * 1.128 == pytest.approx(1.8778, abs=5e-5)
    assert limits.ucl[0, 0] == pytest.approx(55.8041, abs=5e-5)
    assert limits.lcl[0, 0] == pytest.approx(45.8159, abs=5e-5)


def test_the_exact_constant_differs_in_the_fourth_digit():
    panel = spc.Panel.from_numpy(FLOW_RATE, start=None)
    exact = spc.limits(panel, min_observed=10)
    assert exact.sigma[0, 0] == pytest.approx(1.8778 / 1.1283791670955126, abs=1e-4)


def test_ten_batches_are_a_short_history_unless_asked_for():
    panel = spc.Panel.from_numpy(FLOW_RATE, start=None)
    assert spc.limits(panel).status.tolist() == ["short history"]
