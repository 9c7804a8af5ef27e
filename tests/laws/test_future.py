"""The future does not change the past: what was said of a month stands when later months come in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spc
from tests.laws.verbs import FROZEN, QUICK, every_kind, same, sample

CUTS = (27, 33, 40)


@every_kind
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("baseline", FROZEN.values(), ids=FROZEN)
def test_frozen_limits_and_their_flags(baseline: Any, cut: int, maker: str) -> None:
    panel = sample(maker).panel()
    early = panel.until(panel.months[cut])
    now, then = (spc.limits(each, baseline=baseline) for each in (panel, early))
    # the first 24 months are frozen once there are 24
    keep = panel.first_observed + (24 if baseline == 24 else 0) <= cut
    for name in ("centre", "sigma", "ucl", "lcl"):
        np.testing.assert_array_equal(getattr(now, name)[keep, : cut + 1], getattr(then, name)[keep])
    for rules in ("opcc", "western_electric"):
        masks = [spc.exceptions(limits, rules=rules).mask for limits in (now, then)]
        assert (masks[0][keep, : cut + 1] == masks[1][keep]).all()


@every_kind
@pytest.mark.parametrize("cut", CUTS)
def test_as_at_is_the_panel_that_ends_there(cut: int, maker: str) -> None:
    """Whatever the baseline: at the month reported on, later months are unknown."""
    panel = sample(maker).panel()
    month = panel.months[cut]
    early = panel.until(month)
    for baseline in (*FROZEN.values(), "all", spc.Window(36, first=24)):
        now = spc.exceptions(spc.limits(panel, baseline=baseline, as_at=month))
        then = spc.exceptions(spc.limits(early, baseline=baseline))
        assert (now.mask[:, : cut + 1] == then.mask).all()
        assert not now.mask[:, cut + 1 :].any()
        assert (now.words == then.words).all()
        assert (now.limits.status == then.limits.status).all()
    trends = [spc.trend(panel, as_at=month), spc.trend(early)]
    assert (trends[0].words == trends[1].words).all()
    np.testing.assert_array_equal(trends[0].p, trends[1].p)
    tables = [spc.compare(panel, as_at=month), spc.compare(early)]
    np.testing.assert_array_equal(tables[0].change, tables[1].change)


@every_kind
@pytest.mark.parametrize("cut", CUTS)
def test_scorecards_of_the_past(cut: int, maker: str) -> None:
    panel = sample(maker).panel()
    month = panel.months[cut]
    for form in ("words", "numbers"):
        frames = [
            spc.scorecard(panel, as_at=month).to_frame(form=form),
            spc.scorecard(panel.until(month)).to_frame(form=form),
        ]
        columns = [{name: frame[name].to_numpy() for name in frame} for frame in frames]
        same(*columns)


@every_kind
@pytest.mark.parametrize("cut", [CUTS[0], CUTS[-1]])
def test_forecasts_of_the_past(cut: int, maker: str) -> None:
    panel = sample(maker).panel()
    month = panel.months[cut]
    for name in QUICK:
        verb = getattr(spc.forecast, name)
        now, then = verb(panel, as_at=month, horizon=3), verb(panel.until(month), horizon=3)
        for field in ("mean", "lower", "upper", "status"):
            assert getattr(now, field).tobytes() == getattr(then, field).tobytes(), (name, field)
        assert now.fitted[:, : cut + 1].tobytes() == then.fitted.tobytes(), name
        assert np.isnan(now.fitted[:, cut + 1 :]).all()
        assert (now.used == then.used).all()


@every_kind
def test_rolling_windows_look_back(maker: str) -> None:
    panel = sample(maker).panel()
    early = panel.until(panel.months[30])
    for roll in (spc.rolling.total, spc.rolling.mean):
        now, then = (roll(each, window=12, min_count=3).values for each in (panel, early))
        np.testing.assert_array_equal(now[:, :31], then)
