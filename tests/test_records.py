"""Records and runs: against the twin, in words on small series, ties and gaps."""

from __future__ import annotations

import doctest
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import spc
from spc.results.records import CLAIMS
from tests.panels import MAKERS, Sample, make, samples
from tests.reference import records as twin
from tests.reference.claims import untrue
from tests.reference.series import Series

NAN = float("nan")
WINDOWS = (1, 3, 12)


def one(values: Any, **options: Any) -> Any:
    """Ask for the records of one series that ends in July 2024."""
    row = np.array(values, float)
    start = 2024 * 12 + 6 - (len(row) - 1)
    panel = spc.Panel.from_numpy(row[None], start=f"{start // 12}-{start % 12 + 1:02d}")
    return spc.records(panel, **options)


def words(values: Any, window: int = 1, **options: Any) -> str:
    return str(one(values, windows=window, **options).words[0, 0])


def compared(sample: Sample, end: int | None = None) -> int:
    """Compare every number with the twin; return how many stretches were compared."""
    panel = sample.panel()
    last = panel.n_periods - 1 if end is None else end
    found = spc.records(panel, as_at=panel.months[last], windows=WINDOWS)
    count = 0
    for s, series in enumerate(sample.twins()):
        for w, length in enumerate(WINDOWS):
            numbers = twin.windows(series, "ratio" if panel.is_ratio[s] else "sum", length)
            for h, side in enumerate((1, -1)):
                assert found.rank[s, w, h] == twin.place(numbers, last, side)
                for r, claim in enumerate(CLAIMS):
                    expected = twin.record(numbers, last, side, claim.rank)
                    names = ("since", "stretch", "missing", "ties")
                    assert tuple(int(getattr(found, name)[s, w, h, r]) for name in names) == (
                        expected.since,
                        expected.stretch,
                        expected.missing,
                        expected.ties,
                    ), (s, length, side, r)
                    count += 1
    return count


@pytest.mark.parametrize("maker", sorted(set(MAKERS) - {"medians"}))
def test_every_number_is_the_twins(maker: str) -> None:
    sample = make(maker, 606, n=16)
    assert compared(sample) == 16 * 3 * 2 * 3
    compared(sample, end=25)


@given(samples(max_months=30))
def test_small_panels_of_anything(sample: Sample) -> None:
    assert compared(sample) > 0


def test_the_twin_by_hand() -> None:
    numbers = [Fraction(n) for n in (9, 5, 7, 5, 6)]
    assert twin.record(numbers, 4, 1, 1) == twin.Record(2, 2, 0, 0)
    assert twin.record(numbers, 4, 1, 2) == twin.Record(0, 4, 0, 0)
    assert twin.record(numbers, 3, -1, 1) == twin.Record(-1, 4, 0, 1)
    assert twin.run([1, -1, -1, 1, 1, 1], 5) == (3, -2)
    assert twin.run([1, 0, -1], 2) == (-1, 0)
    assert twin.windows(Series([1.0, None, 3.0], [2.0, 4.0, 8.0]), "ratio", 3)[2] == Fraction(4, 10)


@pytest.mark.parametrize("maker", ["counts", "decimals", "gaps", "ragged", "constants", "near_ties"])
def test_runs_are_the_twins(maker: str) -> None:
    sample = make(maker, 607)
    panel = sample.panel()
    limits = spc.limits(panel)
    found = spc.records(panel, exceptions=spc.exceptions(limits))
    last = panel.n_periods - 1
    for s, series in enumerate(sample.twins()):
        numbers = [number for number in series.observed if number is not None]
        centre = sum(numbers, Fraction(0)) / max(len(numbers), 1)
        judged = limits.status[s] == "ok"
        sides = [0 if x is None or not judged else (x > centre) - (x < centre) for x in series.observed]
        assert (found.run[s], found.run_before[s]) == twin.run(sides, last), s


def test_a_run_of_small_counts_is_settled_on_the_total() -> None:
    months = [1, 0, 2, 1, 0, 2] * 4 + [1] + [2] * 9
    panel = spc.Panel.from_numpy(np.array([months], float), start="2021-10")
    limits = spc.limits(panel, chart="auto", baseline=24)
    found = spc.records(panel, exceptions=spc.exceptions(limits))
    assert limits.phase_small.all()
    assert found.run[0] == 9, "a count of 1 lies on the mean of 1 and breaks the run"
    assert found.run_words[0] == "9th month in a row above average"


def test_runs_do_not_pass_gaps_or_phases() -> None:
    months = [10.0, 20.0] * 12 + [30.0] * 10
    months[-4] = NAN
    assert one(months).run[0] == 0, "no exceptions, no runs"
    panel = spc.Panel.from_numpy(np.array([months]), start="2021-10")
    found = spc.records(panel, exceptions=spc.exceptions(spc.limits(panel, baseline=24)))
    assert found.run[0] == 3
    phases = spc.phases_at(panel, ["2024-06"])
    cut = spc.exceptions(spc.limits(panel, baseline=24, phase=phases, min_observed=2))
    assert abs(spc.records(panel, exceptions=cut).run[0]) <= 2


def test_an_average_of_months_above_its_centre_is_no_run_of_months() -> None:
    panel = spc.Panel.from_numpy([[12.0, 10.0] * 12 + [20.0] * 9], start="2021-10")
    for chart, run in (("xmr", 9), ("ewma", 0), ("mr", 0)):
        found = spc.exceptions(spc.limits(panel, chart=chart, baseline=24))
        assert spc.records(panel, exceptions=found).run[0] == run, chart


def test_runs_of_a_measure_in_arrears_are_about_the_limits_of_its_scorecard() -> None:
    rows = [[12.0, 10.0] * 12 + [20.0] * 9 + [NAN], [12.0, 10.0] * 12 + [20.0] * 10]
    panel = spc.Panel.from_numpy(rows, start="2021-10", keys={"measure": ["late", "now"]})
    late: Any = [spc.Measure("late", lag=1), spc.Measure("now")]
    card = spc.scorecard(panel, measures=late, baseline=24)
    assert spc.records(panel, measures=late, exceptions=card.exceptions).run.tolist() == [9, 10]
    told = "late: `exceptions` must be as at the same month, got Jul-2024 and not Jun-2024"
    with pytest.raises(spc.ChoiceError, match=told):
        spc.records(panel, measures=late, exceptions=spc.exceptions(spc.limits(panel)))


def test_exceptions_of_something_else_are_refused() -> None:
    panel = spc.Panel.from_numpy([[10.0, 12.0] * 12 + [20.0] * 9], start="2021-10")
    exceptions = spc.exceptions(spc.limits(panel))
    with pytest.raises(spc.ChoiceError, match="as at the same month"):
        spc.records(panel, as_at="2024-05", exceptions=exceptions)
    with pytest.raises(spc.ChoiceError, match="same panel"):
        spc.records(panel.until("2024-05"), exceptions=exceptions)
    bare = spc.exceptions(spc.limits(panel), rules=spc.RULES["opcc"][:1])
    with pytest.raises(spc.ChoiceError, match="rules='opcc'"):
        spc.records(panel, exceptions=bare)
    with pytest.raises(spc.ChoiceError, match="`windows`"):
        spc.records(panel, windows=())
    with pytest.raises(spc.ChoiceError, match="must be a Panel"):
        spc.records([1, 2, 3])  # type: ignore[arg-type]


WAVE = [50, 54, 47, 51, 53, 48]
SENTENCES = {
    "high since": ([70] + WAVE * 3 + [60], "the highest since Dec-2022"),
    "low since": ([10] + WAVE * 3 + [40], "the lowest since Dec-2022"),
    "on record": (WAVE * 3 + [60], "the highest on record (19 months)"),
    "second on record": (
        WAVE * 4 + [70, 60],
        "the second highest on record (26 months; only Jun-2024 was higher)",
    ),
    "second in years": (
        [90] + WAVE * 8 + [80] + WAVE[:5] + [60],
        "the second highest in 4 years (only Jan-2024 was higher)",
    ),
    "third": (
        [90] + WAVE * 5 + [20] + WAVE + [21, 22],
        "the third lowest on record (40 months; only Jun-2024 and Nov-2023 were lower)",
    ),
    "gap": (
        [70] + WAVE * 2 + [NAN, 50, NAN] + [60],
        "the highest since Mar-2023 (2 months between have no figure)",
    ),
    "one gap": (WAVE * 2 + [NAN, 60], "the highest on record (13 months; 1 more has no figure)"),
    "too short": ([70, *WAVE, 60], ""),
    "nothing": (WAVE * 3, ""),
    "no value": (WAVE * 3 + [NAN], ""),
    "constant": ([5.0] * 30, ""),
    "many ties": ([0, 3, 0, 2, 0] * 5 + [0], ""),
}


@pytest.mark.parametrize("kind", SENTENCES)
def test_sentences(kind: str) -> None:
    values, expected = SENTENCES[kind]
    assert words(values) == expected


def test_joint_records_are_stated() -> None:
    months = [70, *WAVE, 60, *WAVE, *WAVE, 60]
    found = one(months)
    assert found.words[0, 0] == f"the joint highest since {_month(20)} (as high as in {_month(13)})"
    assert found.short[0, 0] == "joint 20-month high"
    assert found.ties[0, 0, 0, 0] == 1 and found.rank[0, 0, 0] == 2


#: As at July 2024; of the months named one lies more than two, three or four whole years back.
SPANS = {
    "years": ([90] + WAVE * 8 + [80] + WAVE[:5] + [60], "in 4 years (only Jan-2024 was higher)"),
    "a tie before them": (
        [90, 60, *[30] * 28, 70, *[30] * 4, 60],
        "the joint second highest in 35 months (only Feb-2024 was higher; as high as in Sep-2021)",
    ),
    "a tie within": (
        [90, *[30] * 15, 60, *[30] * 13, 70, *[30] * 4, 60],
        "the joint second highest in 2 years (only Feb-2024 was higher; as high as in Dec-2022)",
    ),
    "two ties": (
        [60, *[30] * 12, 60, *[30] * 4, 60],
        "the joint highest on record (19 months; as high as in Feb-2024 and once before)",
    ),
    "gaps": (
        [90] + WAVE * 4 + [NAN] + WAVE[:3] + [70] + WAVE[:2] + [60],
        "the second highest in 32 months (only Apr-2024 was higher; 1 month between has no figure)",
    ),
    "windows": (WAVE * 4 + [60, 60, 60, 55], "(26 windows; only that to Jun-2024 was higher)"),
}


@pytest.mark.parametrize("kind", SPANS)
def test_years_are_whole_where_all_that_is_said_lies_in_them(kind: str) -> None:
    values, expected = SPANS[kind]
    assert words(values, window=3 if kind == "windows" else 1).endswith(expected)


#: Few different values, so that ties, seconds and thirds are common; gaps; rates; one month and none.
WORDED = ("low_counts", "decimals", "gaps", "ragged", "rates")


@pytest.mark.parametrize("maker", WORDED)
def test_every_word_of_a_record_is_true(maker: str) -> None:
    sample = make(maker, 6, n=24)
    told = 0
    for start in ("2020-01", None):
        panel = spc.Panel.from_numpy(sample.values, start=start, of=sample.of)
        for last in range(panel.n_periods - 3, panel.n_periods):
            at = panel.months[last] if start else last + 1
            said = spc.records(panel, as_at=at, windows=WINDOWS).words
            for s, series in enumerate(sample.twins()):
                for w in np.flatnonzero(said[s] != "").tolist():
                    numbers = twin.windows(series, "ratio" if panel.is_ratio[s] else "sum", WINDOWS[w])
                    assert untrue(said[s, w], numbers, last, panel.start) == [], said[s, w]
                    told += 1
    assert told > 30


def test_the_reader_of_claims_by_hand() -> None:
    numbers = [Fraction(n) for n in [9, *[1] * 24, 7, 5]]
    assert untrue("the second highest in 2 years (only no. 26 was higher)", numbers, 26, None) == []
    assert untrue("the second highest in 3 years (only no. 26 was higher)", numbers, 26, None) == [
        "reaches before the first figure",
        "place",
        "gaps unsaid",
        "others",
    ]
    assert untrue("the highest since no. 25", numbers, 26, None) == ["since", "place", "too few figures"]
    tied = [*numbers, Fraction(5)]
    assert untrue("the highest on record (28 months)", tied, 27, None) == [
        "place",
        "joint",
        "which were equal",
    ]


def _month(back: int) -> str:
    """Name the month so many before July 2024, by the calendar of the standard library."""
    from datetime import date

    year, month = divmod(2024 * 12 + 6 - back, 12)
    return date(year, month + 1, 1).strftime("%b-%Y")


def test_a_record_is_never_claimed_over_months_that_are_not_there() -> None:
    """A year of figures and two of gaps are no 36-month high."""
    found = one([50.0] + [NAN] * 24 + [48.0, 49.0] * 5 + [60.0])
    assert found.stretch[0, 0, 0, 0] == 36 and found.months[0, 0, 0, 0] == 12
    assert found.words[0, 0] == "the highest on record (12 months; 24 more have no figure)"
    assert found.short[0, 0] == "12-month high"


def test_ties_are_exact_on_decimals() -> None:
    """0.1 + 0.1 + 0.1 is 0.3, and 0.1 of 0.3 is 0.2 of 0.6, whatever floats say."""
    thirds = [0.1, 0.1, 0.1] + [0.05] * 12 + [0.0, 0.0, 0.3]
    found = one(thirds, windows=3)
    assert sum(thirds[:3]) != sum(thirds[-3:])
    assert found.ties[0, 0, 0, 0] == 1
    assert found.words[0, 0].startswith("the joint highest on record")
    many = [1 / 3, 1 / 7, 1 / 11] + [0.01] * 12 + [1 / 11, 1 / 3, 1 / 7]
    assert one(many, windows=3).ties[0, 0, 0, 0] == 1
    of = np.array([[0.3] + [1.0] * 12 + [0.6]])
    top = np.array([[0.1] + [0.2] * 12 + [0.2]])
    ratio = spc.records(spc.Panel.from_numpy(top, of=of, start="2023-06"), windows=1)
    assert ratio.ties[0, 0, 0, 0] == 1 and ratio.rank[0, 0, 0] == 1
    cancelled = [0.3, -0.1, -0.2] + [-1.0] * 12 + [0.0, 0.0, 0.0]
    assert one(cancelled, windows=3).ties[0, 0, 0, 0] == 1


def test_windows_are_named() -> None:
    months = [90, 90, 90, 30] + WAVE * 3 + [60, 60, 60]
    assert words(months, window=3) == f"the highest since the 3 months to {_month(21)}"
    found = one(WAVE * 6 + [60] * 3, windows=12)
    assert found.words[0, 0] == "the highest on record (28 windows)"
    assert found.short[0, 0] == "28-window high"


def test_kinds_have_windows_of_their_own() -> None:
    panel = spc.Panel.from_numpy(
        [[4.0] * 12 + [5.0] * 12, [60.0] * 24, [4.0] * 24],
        of=[[NAN] * 24, [10.0] * 12 + [5.0] * 12, [NAN] * 24],
        given={12: [[NAN] * 24, [NAN] * 24, [7.0] * 23 + [9.0]]},
        start="2022-08",
        keys=["suspects", "answer", "median"],
    )
    rows = [
        spc.Measure("suspects", kind="stock"),
        spc.Measure("answer", kind="duration"),
        spc.Measure("median", kind="median"),
    ]
    found = spc.records(panel, measures=rows, windows=(1, 12))
    table = spc.compare(panel, measures=rows, windows=(1, 12))
    np.testing.assert_array_equal(found.value, table.current)
    assert found.value.tolist() == [[5.0, 5.0], [12.0, 12.0], [4.0, 9.0]]
    assert found.rank[:, 1, 0].tolist() == [1, 1, 1]
    assert found.words[2, 1] == "the highest on record (24 windows)"


def test_in_plain_order_observations_are_named() -> None:
    panel = spc.Panel.from_numpy([[70.0, *WAVE, *WAVE, *WAVE, 60.0]], start=None)
    found = spc.records(panel, windows=(1, 3))
    assert found.words[0, 0] == "the highest since no. 1"
    assert found.short[0, 0] == "19-observation high"
    late = spc.Panel.from_numpy([[90.0, *WAVE * 5, 80.0, 60.0]], start=None)
    expected = "the second highest in 31 observations (only no. 32 was higher)"
    assert spc.records(late, windows=1).words[0, 0] in (expected, expected.replace("31", "32"))


def test_frames_and_repr() -> None:
    found = one([70] + WAVE * 3 + [60])
    frame = found.to_frame()
    assert frame.loc[0, "high_1"] == 19 and frame.loc[0, "high_rank_1"] == 2
    assert frame.loc[0, "record_1"] == "the highest since Dec-2022"
    assert frame.loc[0, "short_1"] == "19-month high"
    assert repr(found) == "Records(1 series, windows (1, 3, 12), 1 with a record)"
    empty = spc.records(spc.Panel.from_numpy(np.empty((0, 5)), start="2024-01"))
    assert len(empty.to_frame()) == 0 and empty.words.shape == (0, 3)


def test_the_wiltshire_records() -> None:
    """The paper: "Jul-24 saw the lowest monthly abandonment rate since Jul-23, of 21.8%"."""
    sample = spc.samples.load("wiltshire_2024")
    card = spc.scorecard(sample.panel, measures=sample.measures)
    found = spc.records(card.panel, measures=card.measures, exceptions=card.exceptions)
    names = [card.panel.name(s) for s in range(card.panel.n_series)]
    s = names.index("Abandonment Rate: All CRIB")
    assert found.words[s, 0] == "the lowest since Jul-2023"
    assert found.run_words[s] == "13th month in a row above average"
    np.testing.assert_allclose(found.value, card.comparison.current, rtol=1e-14)


def test_chance_of_a_record() -> None:
    """Of independent months the last is a 12-month high with chance 1/12 (docs); 3 standard errors."""
    months = np.random.default_rng(6).normal(size=(4000, 12))
    found = spc.records(spc.Panel.from_numpy(months, start="2023-08"), windows=1)
    share = float(np.mean(found.side[:, 0] == 1))
    assert abs(share - 1 / 12) < 3 * np.sqrt(11 / 144 / 4000)


def test_the_page_runs() -> None:
    page = Path(__file__).parents[1] / "docs" / "narrative.md"
    found = doctest.testfile(str(page), module_relative=False)
    assert found.failed == 0 and found.attempted > 5


def test_tables_of_many_millions_keep_their_digits() -> None:
    """By whole numbers: with both margins of 1e11 and 3 drawn, the chances are those of 3 tosses."""
    from spc.change_tests import proportions_p

    of = np.array([3.0, 4.0])
    half = np.array([5e10, 5e10])
    p, _ = proportions_p(np.array([3.0, 4.0]), of, half, np.array([1e11, 1e11]))
    np.testing.assert_allclose(p, [2 / 8, 2 / 16], rtol=1e-9)


def test_a_month_before_the_data_cannot_be_that_of_exceptions() -> None:
    panel = spc.Panel.from_numpy([np.arange(40.0)], start="2021-04", keys={"measure": ["X"]})
    exceptions = spc.exceptions(spc.limits(panel))
    with pytest.raises(spc.ChoiceError, match="X is reported on a month before the data begin"):
        spc.records(panel, measures=[spc.Measure("X", lag=99)], exceptions=exceptions)
