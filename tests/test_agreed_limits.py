"""Agreed limits: saved, read back, and used on later months as they were, bit for bit."""

from __future__ import annotations

import csv
import doctest
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc
from spc.charts.agreed import FIELDS
from tests.panels import START, Sample, fewer, make

AGREED, LONGER = 34, 44
LINES = ("centre", "sigma", "ucl", "lcl")
#: Chart to the samples it can be drawn of; the rest have the statuses that say so.
ASKED: dict[str, tuple[str, ...]] = {
    "xmr": ("counts", "decimals", "signed", "rates", "mixed", "gaps", "ragged", "near_ties", "constants"),
    "auto": ("low_counts", "mixed", "ragged", "constants"),
    "small_count": ("low_counts", "gaps"),
    "run": ("counts", "rates", "constant_rates", "constants", "near_ties"),
    "mr": ("counts", "gaps", "constants"),
    "ewma": ("counts", "gaps"),
    "cusum": ("counts", "gaps"),
    "ma": ("decimals", "ragged"),
    "p": ("rates", "mixed"),
    "np": ("rates",),
    "c": ("low_counts",),
    "u": ("rates",),
    "p_prime": ("rates",),
    "u_prime": ("rates",),
    "i_prime": ("mixed",),
    "g": ("low_counts",),
}
CASES = [(chart, maker) for chart, makers in ASKED.items() for maker in makers]


def first_months(one: Sample, months: int) -> spc.Panel:
    of = None if one.of is None else one.of[:, :months]
    return spc.Panel.from_numpy(one.values[:, :months], start=START, of=of)


def same_bits(found: Any, expected: Any) -> None:
    assert np.ascontiguousarray(found).tobytes() == np.ascontiguousarray(expected).tobytes()


def round_trip(limits: Any, folder: Path) -> spc.Agreed:
    spc.save_limits(limits, folder / "agreed.csv")
    return spc.agreed(folder / "agreed.csv")


@pytest.mark.parametrize(("chart", "maker"), CASES)
def test_agreed_limits_are_those_of_the_day(chart: str, maker: str, tmp_path: Path) -> None:
    one = make(maker, seed=5, n=fewer(24, 10), months=LONGER)
    short, whole = first_months(one, AGREED), one.panel()
    then = spc.limits(short, chart=chart, baseline=24)
    agreed = round_trip(then, tmp_path)
    later = spc.limits(whole, agreed=agreed)
    assert np.isfinite(then.centre).any()
    for name in LINES:
        same_bits(getattr(later, name)[:, :AGREED], getattr(then, name))
    again, kept = spc.limits(short, agreed=agreed), np.isfinite(then.centre[:, -1])
    assert again.status[kept].tolist() == then.status[kept].tolist()
    flags, once = spc.exceptions(later).mask, spc.exceptions(then).mask
    assert (flags[:, :AGREED] == once).all()
    # a frozen baseline gives the same limits from all the months: what was agreed is no other kind of limit
    frozen = spc.limits(whole, chart=chart, baseline=24)
    drawn = np.isfinite(then.centre).any(axis=1) & (short.first_observed + 24 <= AGREED)
    for name in LINES:
        same_bits(getattr(later, name)[drawn], getattr(frozen, name)[drawn])
    assert (flags[drawn] == spc.exceptions(frozen).mask[drawn]).all()


@pytest.mark.parametrize("maker", ["counts", "decimals", "low_counts", "rates"])
@pytest.mark.parametrize(
    "asked",
    [
        {"sigma": "median_range"},
        {"sigma": "sd", "centre": "median"},
        {"screen": "ranges", "gaps": "bridge"},
        {"autocorrelation": "widen"},
        {"constants": "textbook", "width": 2.5},
        {"bounds": (0.0, None)},
        {"centre": 7.25, "sigma": 1.5},
        {"baseline": "all"},
        {"baseline": spc.Window(30, first=20)},
    ],
    ids=str,
)
def test_every_choice_comes_back(asked: Mapping[str, Any], maker: str, tmp_path: Path) -> None:
    one = make(maker, seed=6, n=fewer(12, 6), months=LONGER)
    short = first_months(one, AGREED)
    then = spc.limits(short, **{"baseline": 24, **asked})
    later = spc.limits(one.panel(), agreed=round_trip(then, tmp_path))
    for name in LINES:
        same_bits(getattr(later, name)[:, :AGREED], getattr(then, name))
    assert (spc.exceptions(later).mask[:, :AGREED] == spc.exceptions(then).mask).all()
    assert later.width == then.width and later.constants == then.constants
    assert np.isfinite(later.centre[:, -1]).any()


def test_ties_are_settled_as_on_the_day_though_the_baseline_is_gone(tmp_path: Path) -> None:
    """The mean of 1/6 and 1/2 is 1/3, which no float is; the file holds the fraction."""
    values, of = [[1.0, 1.0] * 12 + [1.0] * 12], [[6.0, 2.0] * 12 + [3.0] * 12]
    agreed = round_trip(
        spc.limits(spc.Panel.from_numpy(values, of=of, start="2020-01"), baseline=24), tmp_path
    )
    assert agreed.fractions[0, 0] == "1/3"
    late = spc.Panel.from_numpy([row[24:] for row in values], of=[row[24:] for row in of], start="2022-01")
    assert not spc.exceptions(spc.limits(late, agreed=agreed)).mask.any()
    agreed.fractions[0, 0] = ""  # without it a third is thought to lie beyond its own centre
    assert spc.exceptions(spc.limits(late, agreed=agreed)).mask.any()


def test_months_go_by_the_calendar_not_by_position(tmp_path: Path) -> None:
    months = [10.0, 12.0] * 12 + [11.0] * 6 + [30.0, 31.0]
    panel = spc.Panel.from_numpy([months], start="2020-01")
    agreed = round_trip(spc.limits(panel, baseline=24), tmp_path)
    expected = spc.exceptions(spc.limits(panel, agreed=agreed))
    earlier = spc.Panel.from_numpy([[99.0] * 5 + months], start="2019-08")
    found = spc.exceptions(spc.limits(earlier, agreed=agreed))
    assert np.isnan(found.limits.centre[0, :5]).all()
    assert (found.mask[:, 5:] == expected.mask).all() and not found.mask[:, :5].any()
    later = spc.Panel.from_numpy([months[26:]], start="2022-03")
    found = spc.exceptions(spc.limits(later, agreed=agreed))
    assert (found.mask == expected.mask[:, 26:]).all()
    assert found.words[0] == "One, Two-Month High"


def test_later_and_revised_months_change_no_line(tmp_path: Path) -> None:
    panel = make("counts", seed=8, n=6, months=AGREED).panel()
    agreed = round_trip(spc.limits(panel, baseline=24), tmp_path)
    revised = spc.Panel.from_numpy(panel.values * 3.0 + 1.0, start=START)
    once, now = spc.limits(panel, agreed=agreed), spc.limits(revised, agreed=agreed)
    for name in LINES:
        same_bits(getattr(now, name), getattr(once, name))


def test_phases_are_kept_with_their_reasons(tmp_path: Path) -> None:
    one = make("counts", seed=9, n=4, months=LONGER)
    short = first_months(one, 40)
    phases = spc.phases_at(short, ["2021-09", "2022-11"], ["new system", "=SUM(A1)"])
    then = spc.limits(short, phase=phases, min_observed=14)
    agreed = round_trip(then, tmp_path)
    assert agreed.reason.tolist()[:2] == ["", "new system"]
    later = spc.limits(one.panel(), agreed=agreed)
    for name in LINES:
        same_bits(getattr(later, name)[:, :40], getattr(then, name))
    assert later.phases.reason(1) == "new system"
    # the last phase is 6 months short: nothing was agreed for it
    assert np.isfinite(then.centre[:, 30]).all() and np.isnan(later.centre[:, 34:]).all()
    assert set(later.status) == {"not agreed"}


def test_rare_and_frequent_phases_of_one_series(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    months = np.concatenate([rng.poisson(40, 20), rng.poisson(1, 24)]).astype(float)
    panel = spc.Panel.from_numpy([months[:40]], start=START)
    phases = spc.phases_at(panel, ["2021-09"])
    then = spc.limits(panel, chart="auto", phase=phases, baseline=14)
    assert then.phase_small.tolist() == [False, True]
    later = spc.limits(spc.Panel.from_numpy([months], start=START), agreed=round_trip(then, tmp_path))
    assert later.phase_small.tolist() == [False, True]
    for name in LINES:
        same_bits(getattr(later, name)[:, :40], getattr(then, name))
    assert (spc.exceptions(later).mask[:, :40] == spc.exceptions(then).mask).all()


def test_what_was_no_count_stays_so_beside_rare_counts(tmp_path: Path) -> None:
    """Months below 0 average under 5 and add up in whole numbers, like the counts after them."""
    rng = np.random.default_rng(8)
    months = np.concatenate([rng.integers(-2, 4, 20), rng.poisson(1, 24)]).astype(float)
    panel = spc.Panel.from_numpy([months], start=START)
    then = spc.limits(panel, chart="auto", phase=spc.phases_at(panel, ["2021-09"]), baseline=14)
    later = spc.limits(panel, agreed=round_trip(then, tmp_path))
    assert later.phase_small.tolist() == then.phase_small.tolist() == [False, True]
    for name in LINES:
        same_bits(getattr(later, name), getattr(then, name))


def test_small_counts_that_set_their_own_limits_are_judged_afterwards(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    months = rng.poisson(1, 36).astype(float)
    then = spc.limits(spc.Panel.from_numpy([months], start=START), chart="auto")
    assert then.status.tolist() == ["nothing to judge"]
    agreed = round_trip(then, tmp_path)
    later = spc.limits(spc.Panel.from_numpy([[*months, 1.0, 9.0]], start=START), agreed=agreed)
    assert later.status.tolist() == ["ok"]
    assert spc.exceptions(later).words.tolist() == ["One, Two-Month High"]


def test_a_series_on_one_side_alone_is_told(tmp_path: Path) -> None:
    rows = make("counts", seed=3, n=3, months=36).values
    agreed = round_trip(spc.limits(spc.Panel.from_numpy(rows, start=START, keys=["a", "b", "c"])), tmp_path)
    panel = spc.Panel.from_numpy(rows, start=START, keys=["c", "new", "a"])
    limits = spc.limits(panel, agreed=agreed)
    assert limits.status.tolist() == ["ok", "not agreed", "ok"]
    assert agreed.absent(panel) == ("b",) == limits.choices["absent"]
    assert not spc.exceptions(limits).mask[1].any()
    with pytest.raises(spc.InputError, match=r"None of the series of agreed\.csv is in the panel"):
        spc.limits(spc.Panel.from_numpy(rows[:1], start=START, keys=["z"]), agreed=agreed)


def test_the_month_reported_on_may_be_any(tmp_path: Path) -> None:
    one = make("counts", seed=2, n=3, months=40)
    agreed = round_trip(spc.limits(one.panel(), baseline=24), tmp_path)
    early = spc.limits(one.panel(), agreed=agreed, as_at="2022-05")
    assert np.isfinite(early.centre[:, :29]).all() and np.isnan(early.centre[:, 29:]).all()
    later = spc.limits(spc.Panel.from_numpy(one.values[:, :3], start="2018-01"), agreed=agreed)
    assert set(later.status) == {"not agreed"}


NAMES = ["=1+1", "'=1+1", "@cmd", "-5", " +x", "tab\tname", "new\nline", 'quo"te, comma', "NA", "1E5", "É  "]


def test_names_are_inert_in_the_file_and_found_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    rows = rng.normal(100, 5, (len(NAMES), 30))
    keys = {"=area": ["x"] * len(NAMES), "chart": NAMES}
    panel = spc.Panel.from_numpy(rows, start=START, keys=keys)
    then = spc.limits(panel, baseline=24)
    agreed = round_trip(then, tmp_path)
    with (tmp_path / "agreed.csv").open(encoding="utf-8", newline="") as lines:
        cells = [cell for row in csv.reader(lines) for cell in row[:2]]
    assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@")]
    assert agreed.keys["chart_key"].tolist()[:5] == NAMES[:5]
    later = spc.limits(panel, agreed=agreed)
    same_bits(later.centre, then.centre)
    assert agreed.absent(panel) == ()
    with pytest.raises(spc.InputError, match="names its series by"):
        spc.limits(spc.Panel.from_numpy(rows, start=START, keys=NAMES), agreed=agreed)


def test_plain_observation_order(tmp_path: Path) -> None:
    one = make("counts", seed=1, n=2, months=30)
    agreed = round_trip(spc.limits(spc.Panel.from_numpy(one.values, start=None), baseline=24), tmp_path)
    assert agreed.to_frame()["first"].tolist() == ["1", "1"] and not agreed.calendar
    spc.limits(spc.Panel.from_numpy(one.values, start=None), agreed=agreed)
    with pytest.raises(spc.InputError, match="in plain order, and the panel is not"):
        spc.limits(one.panel(), agreed=agreed)


def test_other_arguments_are_refused_beside_it(tmp_path: Path) -> None:
    panel = make("counts", seed=1, n=2, months=30).panel()
    agreed = round_trip(spc.limits(panel, baseline=24), tmp_path)
    others: dict[str, Any] = {"baseline": 12, "width": 2.0, "centre": np.array([1.0, 2.0]), "middle": "mean"}
    for name, value in others.items():
        with pytest.raises(spc.ChoiceError, match=f"`{name}` was settled when the limits were agreed"):
            spc.limits(panel, agreed=agreed, **{name: value})
    spc.limits(panel, agreed=agreed, chart="xmr", width=3.0)  # as they are by default
    with pytest.raises(spc.ChoiceError, match="`agreed` must be an Agreed"):
        spc.limits(panel, agreed="agreed.csv")  # type: ignore[arg-type]


def test_times_between_events_come_back_to_the_last_digit(tmp_path: Path) -> None:
    """Lines of the t chart go through a power and back; the flags are the same."""
    times = np.random.default_rng(3).exponential(20.0, (8, 40))
    panel = spc.Panel.from_numpy(times, start=START)
    then = spc.limits(panel, chart="t", baseline=24)
    later = spc.limits(panel, agreed=round_trip(then, tmp_path))
    for name in ("centre", "ucl", "lcl"):
        np.testing.assert_allclose(getattr(later, name), getattr(then, name), rtol=1e-14, equal_nan=True)
    assert (spc.exceptions(later).mask == spc.exceptions(then).mask).all()


@pytest.mark.parametrize(
    ("chart", "options"), [("seasonal_xmr", {}), ("c", {"limits": "negative_binomial"})], ids=str
)
def test_lines_of_more_than_a_centre_and_a_sigma_are_refused(
    chart: str, options: dict[str, Any], tmp_path: Path
) -> None:
    months = np.random.default_rng(2).poisson(50 + 30 * np.sin(np.arange(48) / 12 * 2 * np.pi), (2, 48))
    panel = spc.Panel.from_numpy(months.astype(float), start=START)
    limits = spc.limits(panel, chart=chart, baseline=36, **options)
    with pytest.raises(
        spc.ChoiceError, match=rf"^0: the {chart} chart draws its lines from more than a centre"
    ):
        spc.save_limits(limits, tmp_path / "agreed.csv")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_agreed_is_not_written(tmp_path: Path) -> None:
    panel = make("counts", seed=1, n=2, months=30).panel()
    path = tmp_path / "agreed.csv"
    path.write_text("the old file")
    with pytest.raises(spc.ChoiceError, match="no series has any"):
        spc.save_limits(spc.limits(panel.until("2020-06")), path)
    with pytest.raises(spc.ChoiceError, match="`agreed_on` must be a day"):
        spc.save_limits(spc.limits(panel), path, agreed_on="30/04/2024")
    assert path.read_text() == "the old file"
    found = spc.save_limits(spc.limits(panel), path, agreed_on="2024-04-30")
    assert found.agreed_on.tolist() == ["2024-04-30"] * 2
    assert sorted(each.name for each in tmp_path.iterdir()) == ["agreed.csv"]


def test_the_bytes_are_the_same_every_time(tmp_path: Path) -> None:
    limits = spc.limits(make("decimals", seed=4, n=9, months=36).panel(), baseline=24)
    spc.save_limits(limits, tmp_path / "one.csv")
    again = spc.save_limits(limits, tmp_path / "two.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    spc.save_limits(spc.limits(limits.panel, agreed=again), tmp_path / "three.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "three.csv").read_bytes()


def test_a_file_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "agreed.csv"
    path.write_text("series,chart,first,observed,centre,sigma\n0,xmr,2020-01,24,10,2\n")
    limits = spc.limits(spc.Panel.from_numpy([[10.0] * 29 + [17.0]], start=START), agreed=spc.agreed(path))
    assert (limits.centre[0, -1], limits.ucl[0, -1], limits.lcl[0, -1]) == (10.0, 16.0, 4.0)
    assert spc.exceptions(limits).words.tolist() == ["One-Month High"]
    path.write_text("series,chart,first,observed,centre\n0,xmr,2020-01,24,10\n")
    with pytest.raises(
        spc.InputError, match="the xmr chart cannot be drawn from its row, which needs a sigma"
    ):
        spc.limits(limits.panel, agreed=spc.agreed(path))


def test_the_page_does_what_it_says(tmp_path: Path) -> None:
    page = Path(__file__).parents[1] / "docs" / "agreed_limits.md"
    found = doctest.testfile(str(page), module_relative=False, globs={"folder": tmp_path})
    assert found.failed == 0 and found.attempted > 6
    told = re.findall(r"^\| ([\w, ]+) \|", page.read_text(encoding="utf-8"), re.MULTILINE)[1:]
    assert [name for cell in told for name in cell.split(", ")] == list(FIELDS)


@pytest.mark.parametrize("chart", ["xbar_r", "xbar_s", "r", "s"])
def test_charts_of_subgroups(chart: str, tmp_path: Path) -> None:
    """What was agreed is the sigma of single observations; each month has its own size."""
    rng = np.random.default_rng(6)
    values = rng.normal(10.0, 1.0, (3, LONGER, 5))
    values[rng.random(values.shape) < 0.2] = np.nan
    then = spc.limits(spc.Panel.from_numpy(values[:, :AGREED], start=START), chart=chart, baseline=24)
    values[:, :24] += rng.normal(size=(3, 24, 5))  # the baseline is revised
    later = spc.limits(spc.Panel.from_numpy(values, start=START), agreed=round_trip(then, tmp_path))
    assert np.isfinite(later.ucl[:, -1]).all()
    for name in LINES:
        same_bits(getattr(later, name)[:, :AGREED], getattr(then, name))
    flags = spc.exceptions(later).mask[:, 31:AGREED]  # no window of eight reaches back to what was revised
    assert (flags == spc.exceptions(then).mask[:, 31:]).all()
