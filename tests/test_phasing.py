"""Phases proposed by stable shifts, with a log of every step."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import spc
from tests.panels import JIT_OFF, MAKERS, fewer, make
from tests.reference.stable_shift import Step, stable_shifts

Array = np.ndarray[Any, Any]
ACCEPTED, REJECTED, PENDING = 1, 2, 3
KINDS = {"opened": 0, "accepted": ACCEPTED, "rejected": REJECTED, "pending": PENDING}
CAUSES = {"": 0, "few": 1, "flat": 2, "back": 3, "level": 4}
STATUS = {"ok", "no data", "short history", "no variation", "nothing to judge"}

#: 21 months about 10.5, which set limits.
CALM = [10.0, 11.0] * 10 + [10.0]
DRIVERS = "Drivers killed or seriously injured"


def one(months: list[float], **options: Any) -> spc.Proposals:
    return spc.phases(spc.Panel.from_numpy(months, start="2015-01"), **options)


def told(found: spc.Proposals) -> list[tuple[str, str, str]]:
    log = found.log
    return list(zip(log["kind"].tolist(), log["first"].tolist(), log["known"].tolist(), strict=True))


def steps_of(found: spc.Proposals, s: int) -> slice:
    return slice(int(found.offsets[s]), int(found.offsets[s + 1]))


def expected_codes(step: Step, months: int) -> list[int]:
    opened = step.kind == "opened"
    until = -1 if opened or step.until is None else step.until
    back = -1 if step.back is None else step.back
    return [
        *(KINDS[step.kind], CAUSES[step.cause], step.candidate, step.side, step.known, int(step.settled)),
        *(step.old.start, step.old.start + months, until, step.used, back),
    ]


OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "short": {"baseline": 12},
    "settled only": {"baseline": 18, "min_observed": 18, "run_length": 7},
    "large shifts": {"smallest_shift": 0.75, "run_length": 6},
}
#: Of each maker, for the twin: enough for every kind of step, every cause and every status.
SERIES = dict.fromkeys(MAKERS, 16) | {"low_counts": 40}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("maker", sorted(MAKERS))
def test_the_kernel_agrees_with_its_twin(maker: str, options: dict[str, Any]) -> None:
    sample = make(maker, 11, n=fewer(SERIES[maker], 6), months=110)
    panel = sample.panel()
    as_at = panel.months[101]
    found = spc.phases(panel, as_at=as_at, **options)
    months = options.get("baseline", 21)
    asked = (months, options.get("min_observed", 12), options.get("run_length", 8))
    for s, series in enumerate(sample.twins()):
        twin = stable_shifts(series.observed[:102], *asked, options.get("smallest_shift", 0.75))
        assert found.status[s] == twin.status
        rows = steps_of(found, s)
        assert found.codes[rows].tolist() == [expected_codes(step, months) for step in twin.steps]
        for step, lines in zip(twin.steps, found.lines[rows], strict=True):
            new = step.new if step.kind != "opened" else None
            old = (float(step.old.centre), float(step.old.sigma))  # type: ignore[arg-type]
            fitted = (np.nan, np.nan) if new is None else (float(new.centre), float(new.sigma))
            np.testing.assert_allclose(lines, [*old, *fitted], rtol=1e-12, atol=1e-12)


@pytest.mark.skipif(JIT_OFF, reason="walks 200 series of 110 months")
def test_the_twin_has_something_to_say() -> None:
    """The panels of the test above hold every kind of step and every cause, and every status."""
    kinds, causes, status = set(), set(), set()
    for maker in sorted(MAKERS):
        found = spc.phases(make(maker, 11, n=SERIES[maker], months=110).panel())
        kinds |= set(found.codes[:, 0].tolist())
        causes |= set(found.codes[:, 1].tolist())
        status |= set(found.status.tolist())
    assert kinds == {0, 1, 2, 3}
    assert causes == set(CAUSES.values())
    assert status == STATUS


def noisy(n: int, months: int, seed: int = 5) -> Array:
    return np.random.default_rng(seed).normal(100.0, 10.0, (n, months))


@pytest.mark.parametrize("maker", ["counts", "rates", "gaps", "decimals"])
def test_the_limits_of_the_applied_phases_are_those_of_the_log(maker: str) -> None:
    panel = make(maker, 12, n=fewer(60, 10), months=110).panel()
    found = spc.phases(panel)
    taken = found.codes[:, 0] == ACCEPTED
    assert taken.any()
    limits = spc.limits(panel, phase=found.apply(), baseline=found.baseline)
    later = np.ones(len(limits.phase_centre), bool)
    later[limits.phases.offsets[:-1]] = False
    assert limits.phases.first[later].tolist() == found.codes[taken, 2].tolist()
    assert limits.phase_centre[later].tobytes() == found.lines[taken, 2].tobytes()
    assert limits.phase_sigma[later].tobytes() == found.lines[taken, 3].tobytes()


def log_of(found: spc.Proposals, s: int, *, until: int) -> list[list[float]]:
    """What is settled of a series, as far as it could be said at the end of a month."""
    rows = steps_of(found, s)
    both = np.concatenate([found.codes[rows], np.nan_to_num(found.lines[rows], nan=-1.0)], axis=1)
    keep = (both[:, 5] == 1) & (both[:, 4] <= until)
    return both[keep].tolist()


@pytest.mark.parametrize("options", [{}, {"baseline": 12}, {"smallest_shift": 0.5}])
@pytest.mark.parametrize("maker", ["counts", "rates", "gaps", "low_counts"])
def test_what_is_settled_stays_and_was_known_in_its_month(maker: str, options: dict[str, Any]) -> None:
    """Proposals as at month t are, but for what is not settled, the log of the whole as far as month t."""
    panel = make(maker, 13, n=fewer(40, 16), months=110).panel()
    whole = spc.phases(panel, **options)
    assert whole.codes[:, 5].any()
    for t in range(20, 110, fewer(1, 17)):
        then = spc.phases(panel.until(panel.months[t]), **options)
        asked = spc.phases(panel, as_at=panel.months[t], **options)
        assert asked.codes.tobytes() == then.codes.tobytes()
        assert asked.lines.tobytes() == then.lines.tobytes()
        for s in range(panel.n_series):
            assert log_of(then, s, until=t) == log_of(whole, s, until=t)
            settled = then.codes[steps_of(then, s), 5]
            assert (np.diff(settled) <= 0).all()  # after the first open step all are open


def test_with_complete_fits_alone_no_accepted_phase_is_taken_back_but_by_a_run_across_its_end() -> None:
    panel = make("counts", 14, n=fewer(60, 5), months=110).panel()
    whole = set(spc.phases(panel, min_observed=21).accepted)
    for t in range(40, 110, fewer(3, 23)):
        then = spc.phases(panel, min_observed=21, as_at=panel.months[t])
        names = np.array(then.log["candidate"])[(then.codes[:, 0] == ACCEPTED) & (then.codes[:, 5] == 1)]
        assert set(names.tolist()) <= whole


def test_every_candidate_is_opened_and_comes_to_one_end() -> None:
    found = spc.phases(spc.Panel.from_numpy(noisy(fewer(400, 20), 160), start="2010-01"))
    for s in range(found.panel.n_series):
        codes = found.codes[steps_of(found, s)]
        assert (codes[0::2, 0] == 0).all() and (codes[1::2, 0] > 0).all()
        assert (codes[0::2, 2] == codes[1::2, 2]).all()
        assert (np.diff(codes[0::2, 2]) > 0).all()
        assert (np.diff(codes[:, 4]) >= 0).all()
        assert not (codes[:-1, 0] == PENDING).any()
    frame = found.to_frame()
    assert len(frame) == len(found.codes) and (frame["reason"].str.len() > 20).all()
    assert list(frame["series"]) == [str(s) for s in found.series]
    assert {"opened", "accepted", "rejected", "pending"} == set(frame["kind"])


def test_a_shift_that_lasts_is_accepted() -> None:
    found = one([*CALM, 10, 11, 11, 10, *[13.0, 14.0] * 12])
    # October 2018, the last month that sets the new limits, lies below their centre: a way back might begin
    assert told(found) == [("opened", "2017-02", "2017-09"), ("accepted", "2017-02", "2018-11")]
    step = found.to_frame().iloc[1]
    assert (step["old_first"], step["old_last"], step["fit_last"]) == ("2015-01", "2016-09", "2018-10")
    assert (step["run_last"], step["used"], step["settled"]) == ("2017-09", 21, True)
    assert step["old_centre"] == pytest.approx(220 / 21) and step["new_centre"] == pytest.approx(283 / 21)
    assert step["shift"] == pytest.approx((283 - 220) / 21 / (np.sqrt(np.pi) / 2))
    assert step["reason"] == (
        "2017-02 to 2018-10 (21 months) have the centre 13.48, 3.39 old sigma above the old one, and no 8 "
        "months in a row lead back."
    )
    assert found.log["reason"][0] == (
        "The 8 months from 2017-02 to 2017-09 lie above the centre 10.48 that was set by 2015-01 to 2016-09."
    )
    assert found.accepted == ("0, 2017-02",)


def test_a_shift_that_goes_back_is_rejected() -> None:
    found = one([*CALM, *[13.0, 14.0] * 5, *[10.0, 11.0] * 15])
    assert told(found) == [("opened", "2016-10", "2017-05"), ("rejected", "2016-10", "2018-06")]
    assert found.log["back"].tolist() == ["", "2017-08"]
    assert found.log["reason"][1] == (
        "The 8 months from 2017-08 to 2018-03 lie below the centre 11.90 of 2016-10 to 2018-06: the shift "
        "did not last."
    )
    assert found.apply().first.tolist() == [0]


def test_a_way_back_that_begins_inside_and_ends_outside_the_fitted_months_counts() -> None:
    months = [*CALM, *[13.0, 14.0] * 9, *[10.0, 11.0] * 9]
    found = one(months)
    assert told(found)[1] == ("rejected", "2016-10", "2018-11")
    assert one(months[:46]).log["settled"].tolist() == [True, False]
    assert one(months[:46]).log["kind"].tolist() == ["opened", "accepted"]


def test_a_further_rise_is_no_way_back() -> None:
    """The first eight months lie below the centre of a candidate that goes on rising."""
    found = one([*CALM, *[12.0] * 8, *[14.0, 15.0] * 10])
    assert told(found)[1][0] == "accepted"


def test_too_few_months_wait_and_twelve_are_accepted_until_later_ones_say_otherwise() -> None:
    months = [*CALM, *[13.0, 14.0] * 12]
    waits = one(months[:32])
    assert waits.log["kind"].tolist() == ["opened", "pending"]
    assert waits.log["reason"][1] == (
        "11 of at least 12 months are observed in 2016-10 to 2017-08: wait for more."
    )
    assert np.isnan(waits.log["new_centre"][1]) and waits.accepted == ()
    early = one(months[:33])
    assert early.log["settled"].tolist() == [True, False]
    assert early.log["reason"][1].endswith("Later months can still change this.")
    assert early.apply().first.tolist() == [0, 21]
    assert early.apply(which="settled").first.tolist() == [0]
    assert one(months[:33], min_observed=21).log["kind"].tolist() == ["opened", "pending"]
    assert one(months).log["settled"].all()


def test_months_without_variation_set_no_limits() -> None:
    found = one([*CALM, *[13.0] * 40])
    assert found.log["kind"].tolist() == ["opened", "rejected"] * 2
    assert found.log["reason"][1] == "2016-10 to 2018-06 do not vary, so that they set no limits."
    assert found.log["first"].tolist() == ["2016-10"] * 2 + ["2018-07"] * 2


def test_too_many_gaps_set_no_limits() -> None:
    found = one([*CALM, *[13.0, 14.0] * 4, *[np.nan] * 13, *[13.0, 14.0] * 3])
    assert found.log["kind"].tolist() == ["opened", "rejected"]
    assert found.log["reason"][1].startswith(
        "8 of at least 12 months are observed in 2016-10 to 2018-06: too"
    )


def test_a_centre_on_the_wrong_side_of_the_run_is_no_shift() -> None:
    found = one([*CALM, *[10.6] * 8, 10.0, 1.0, 12.0, 1.0, 12.0, 1.0, 12.0, 1.0, 12.0, 1.0, 12.0, 10.0, 12.0])
    assert found.log["kind"].tolist() == ["opened", "rejected"]
    assert found.log["reason"][1].endswith("not above the old one, against the run that opened it.")


def test_a_shift_may_be_asked_to_have_a_size() -> None:
    months = [*CALM, *[10.6, 11.4] * 20]
    assert one(months, smallest_shift=0).accepted == ("0, 2016-10",)
    small = one(months, smallest_shift=1.0)
    assert small.accepted == ()
    assert small.log["reason"][1].endswith("only 0.57 old sigma above the old one.")


@pytest.mark.parametrize("breaker", [np.nan, 10.5], ids=["gap", "tie"])
def test_a_gap_and_a_tie_break_the_run(breaker: float) -> None:
    calm = [10.0, 11.0] * 6  # the centre is 10.5 exactly
    run = [13.0, 14.0, 13.0, 14.0, breaker, 13.0, 14.0, 13.0]
    assert one([*calm, *run], baseline=12).log["kind"].tolist() == []
    run[4] = 13.0
    assert one([*calm, *run], baseline=12).log["kind"].tolist() == ["opened", "pending"]


def test_ties_are_settled_on_the_decimals() -> None:
    """The correctly rounded mean of these twelve floats is not 1.9, and 1.9 lies on it nevertheless."""
    calm = [1.6, 2.2, 1.6, 2.2, 1.9, 1.9] * 2
    assert float(sum(map(Fraction, calm)) / 12) > 1.9
    assert one([*calm, *[1.9] * 30], baseline=12).log["kind"].tolist() == []
    assert one([*calm, *[1.8] * 30], baseline=12).log["side"].tolist() == ["low"] * 4


def test_one_bad_series_never_stops_the_others() -> None:
    months = 60
    good = np.array([*CALM, *[13.0, 14.0] * 20])[:months]
    rows = np.tile(good, (7, 1))
    rows[0] = np.nan
    rows[1] = 0.1
    rows[2, :-15] = np.nan
    rows[3, :-8] = np.nan
    rows[4, 1:40:2] = np.nan
    rows[5, 5] = 1e99
    found = spc.phases(spc.Panel.from_numpy(rows, start="2015-01"))
    assert found.status.tolist() == [
        *("no data", "no variation", "nothing to judge", "short history", "short history", "ok", "ok")
    ]
    alone = one(good.tolist())
    assert found.codes[steps_of(found, 6)].tolist() == alone.codes.tolist() != []
    assert found.apply().first[-2:].tolist() == [0, 21]


def test_a_series_in_arrears_has_its_own_end() -> None:
    rows = np.tile(np.array([*CALM, *[13.0, 14.0] * 12]), (2, 1))
    panel = spc.Panel.from_numpy(rows, start="2015-01")
    found = spc.phases(panel, as_at=["2018-09", "2017-04"])
    assert [len(found.codes[steps_of(found, s)]) for s in range(2)] == [2, 0]
    assert found.status.tolist() == ["ok", "ok"]


def test_ratios_are_judged_as_ratios() -> None:
    of = np.array([100.0, 200.0] * 30)
    rates = np.array([*CALM, *[13.0, 14.0] * 20])[:60] / 100.0
    panel = spc.Panel.from_numpy([rates * of], of=[of], start="2015-01")
    found = spc.phases(panel)
    assert found.log["candidate"].tolist() == ["0, 2016-10"] * 2
    assert found.log["new_centre"][1] == pytest.approx(np.mean(rates[21:42]))


def test_scale_shift_and_sign_change_nothing() -> None:
    values = np.round(noisy(fewer(80, 30), 140), 1)
    values[::2, 60:] += 20.0

    def asked(cells: Array) -> Array:
        return spc.phases(spc.Panel.from_numpy(cells, start="2010-01")).codes

    codes = asked(values)
    assert (codes[:, 0] == ACCEPTED).any() and (codes[:, 0] == REJECTED).any()
    for other in (values * 1024.0, np.round(values * 10.0), np.round(values + 1000.0, 1)):
        assert (asked(other) == codes).all()
    upside_down = asked(-values)
    upside_down[:, 3] *= -1
    assert (upside_down == codes).all()


# What is found, measured ---------------------------------------------------------------------------


def share(found: spc.Proposals, taken: Array) -> float:
    return len(np.unique(found.series[taken])) / found.panel.n_series


@pytest.mark.skipif(JIT_OFF, reason="walks thousands of series")
@pytest.mark.parametrize(
    ("smallest", "months", "expected"),
    [(0.0, 60, 0.16), (0.0, 200, 0.59), (0.75, 200, 0.11), (1.0, 200, 0.035)],
)
def test_how_often_noise_is_re_based(smallest: float, months: int, expected: float) -> None:
    """The rates that docs/phases.md prints; their standard error is 0.008 at most."""
    panel = spc.Panel.from_numpy(noisy(4000, months), start="2010-01")
    found = spc.phases(panel, smallest_shift=smallest)
    assert share(found, found.codes[:, 0] == ACCEPTED) == pytest.approx(expected, abs=0.025)


@pytest.mark.skipif(JIT_OFF, reason="walks thousands of series")
@pytest.mark.parametrize("lasts", [10, 15, 18])
def test_most_high_plateaus_of_ten_to_eighteen_months_are_rejected(lasts: int) -> None:
    values = noisy(2000, 72)
    values[:, 30 : 30 + lasts] += 30.0
    found = spc.phases(spc.Panel.from_numpy(values, start="2015-01"))
    there = np.abs(found.codes[:, 2] - 30) <= 2
    assert share(found, there & (found.codes[:, 0] == REJECTED)) > 0.7
    assert share(found, there & (found.codes[:, 0] == ACCEPTED)) < 0.12


def change_point(months: Array, count: int = 1, least: int = 8) -> list[int]:
    """Where the oracle cuts: the exact search for the least sum of squares about piecewise means."""
    import ruptures

    search = ruptures.Dynp(model="l2", min_size=least, jump=1).fit(months.reshape(-1, 1))
    return [int(at) for at in search.predict(n_bkps=count)[:-1]]


@pytest.mark.skipif(JIT_OFF, reason="the oracle's own time is enough")
@pytest.mark.parametrize(
    ("size", "within", "most"), [(1.5, 6, 0.7), (2.0, 4, 0.75), (2.5, 4, 0.8), (3.0, 3, 0.8)]
)
def test_single_steps_are_found_where_the_oracle_finds_them(size: float, within: int, most: float) -> None:
    """A month or more too early where noise before the step lies on its side already."""
    rng = np.random.default_rng(int(size * 10))
    values = rng.normal(100.0, 10.0, (120, 72))
    values += (np.arange(72) >= rng.integers(30, 45, 120)[:, None]) * size * 10.0
    phases = spc.phases(spc.Panel.from_numpy(values, start="2015-01")).apply()
    near = 0
    for s, months in enumerate(values):
        starts = phases.first[phases.offsets[s] + 1 : phases.offsets[s + 1]]
        near += bool((np.abs(starts - change_point(months)[0]) <= within).any())
    assert near / len(values) >= most


ROAD = spc.samples.load("road_casualties")


def per_kilometre() -> spc.Panel:
    """Casualties per kilometre driven, a ratio: traffic and much of the season are out of it."""
    panel = ROAD.panel
    names = panel.keys["measure"].tolist()
    keep = ["Car drivers killed", DRIVERS]
    of = panel.values[names.index("Kilometres driven")]
    values = panel.values[[names.index(name) for name in keep]]
    return spc.Panel.from_numpy(values, of=np.tile(of, (2, 1)), start="1969-01", keys={"measure": keep})


def test_the_seat_belts_of_february_1983_per_kilometre() -> None:
    """Belts became compulsory on 31 January 1983 (Harvey and Durbin 1986)."""
    found = spc.phases(per_kilometre())
    assert {"Car drivers killed, 1983-02", f"{DRIVERS}, 1983-02"} <= set(found.accepted)
    both = spc.before_and_after(found).to_frame()
    assert (both["flags_after"] < 0.6 * both["flags_before"]).all()


def test_the_seat_belts_of_february_1983_in_the_counts() -> None:
    """January 1983 already lay below the centre, so that the run of the counts begins a month early."""
    panel = ROAD.panel.select(measure=DRIVERS)
    found = spc.phases(panel)
    assert f"{DRIVERS}, 1983-01" in found.accepted
    step = found.to_frame().query("kind == 'accepted' and first == '1983-01'").iloc[0]
    assert (step["side"], round(step["old_centre"]), round(step["new_centre"])) == ("low", 1546, 1277)
    assert panel.position("1983-02") in change_point(panel.observed[0], count=3, least=12)
