"""Months: text in, one month out, or the name of the rule that refused it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spc.parsing import (
    READING_RULES,
    parse_months,
    parse_numbers,
)

SHORT = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
LONG = ("January February March April May June July August September October November December").split()


def ordinal(year: int, month: int) -> int:
    return year * 12 + month - 1


JULY = ordinal(2024, 7)

READ_MONTHS = [
    ("2024-07", "2024-07", 0),
    ("  2024-07 ", "2024-07", 0),
    ("\u00a02024-07", "2024-07", 0),
    ("202407", "202407", 0),
    ("2024-07-01", "2024-07-01", 1),
    ("2024-07-31", "2024-07-01", 31),
    ("2024-07-01T00:00:00", "2024-07-01", 1),
    ("2024-07-01 00:00", "2024-07-01", 1),
    ("2024-07-01 00:00:00", "2024-07-01", 1),
    ("2024-07-01 00:00:00.000", "2024-07-01", 1),
    ("2024-07-01T00:00:00.000000000", "2024-07-01", 1),
    ("2024-07-01T00:00:00Z", "2024-07-01", 1),
    ("2024-07-01 00:00:00+00:00", "2024-07-01", 1),
    ("31/07/2024", "31/07/2024", 31),
    ("1/7/2024", "31/07/2024", 1),
    ("31/07/2024 00:00:00", "31/07/2024", 31),
    ("31-07-2024", "31-07-2024", 31),
    ("31.07.2024", "31.07.2024", 31),
    ("07/2024", "07/2024", 0),
    ("7/2024", "07/2024", 0),
    ("2024/07/31", "2024/07/31", 31),
    ("20240731", "20240731", 31),
    ("Jul-24", "Jul-24", 0),
    ("JUL-24", "Jul-24", 0),
    ("jul-24", "Jul-24", 0),
    ("July-24", "Jul-24", 0),
    ("July 2024", "July 2024", 0),
    ("Jul 2024", "July 2024", 0),
    ("JULY 2024", "July 2024", 0),
    ("Jul-2024", "Jul-2024", 0),
    ("July-2024", "Jul-2024", 0),
    ("2024 JUL", "2024 Jul", 0),
    ("31 July 2024", "31 July 2024", 31),
    ("31-Jul-2024", "31-Jul-2024", 31),
    ("2024M07", "2024M07", 0),
    ("2024m07", "2024M07", 0),
]


@pytest.mark.parametrize(("text", "form", "day"), READ_MONTHS)
def test_a_month_is_read(text, form, day):
    read = parse_months([text])
    assert (read.ordinals[0], read.form, read.days[0], read.rules[0]) == (JULY, form, day, "")
    assert read.file_problem is None
    assert not read.refused[0]


REFUSED_MONTHS = [
    ("", "no month"),
    ("   ", "no month"),
    ("NaT", "no month"),
    ("nan", "no month"),
    ("None", "no month"),
    ("soon", "not a month"),
    ("2024-7", "not a month"),
    ("2024/07", "not a month"),
    ("2024-07-", "not a month"),
    ("-2024-07", "not a month"),
    ("2024-07 provisional", "not a month"),
    ("Juli 2024", "not a month"),
    ("July, 2024", "not a month"),
    ("07-01-2024-", "not a month"),
    ("٢٠٢٤-٠٧", "not a month"),
    ("2024−07", "not a month"),
    ("2024-07\u200b", "not a month"),
    ("2024-00", "no such month"),
    ("2024-13", "no such month"),
    ("202413", "no such month"),
    ("202400", "no such month"),
    ("13/2024", "no such month"),
    ("2024M13", "no such month"),
    ("2024-02-30", "no such day"),
    ("2023-02-29", "no such day"),
    ("29/02/1900", "no such day"),
    ("2024-07-00", "no such day"),
    ("00/07/2024", "no such day"),
    ("31/06/2024", "no such day"),
    ("0204-07", "year out of range"),
    ("1899-12", "year out of range"),
    ("2101-01", "year out of range"),
    ("9999-12-31", "year out of range"),
    ("July 1066", "year out of range"),
    ("072024", "year out of range"),
    ("31/07/24", "two-digit year"),
    ("31-07-24", "two-digit year"),
    ("07/24", "two-digit year"),
    ("Jul 24", "two-digit year"),
    ("Jul24", "two-digit year"),
    ("Jul'24", "two-digit year"),
    ("24-Jul", "two-digit year"),
    ("01-Jul-24", "two-digit year"),
    ("Jul-30", "two-digit year"),
    ("Jul-68", "two-digit year"),
    ("2024", "year without a month"),
    ("2024.0", "year without a month"),
    ("July", "month without a year"),
    ("Sept", "month without a year"),
    ("2024 Q3", "quarter"),
    ("Q3 2024", "quarter"),
    ("2024Q3", "quarter"),
    ("2024-Q3", "quarter"),
    ("2024-W07", "week"),
    ("w/c 1 July", "week"),
    ("Week 27", "week"),
    ("2012-13", "financial year"),
    ("2023/24", "financial year"),
    ("2023-2024", "financial year"),
    ("2099/00", "financial year"),
    ("2024-07-01 13:45", "time of day"),
    ("2024-06-30T23:00:00Z", "time of day"),
    ("2024-07-01T00:00:00+01:00", "time of day"),
    ("2024-07-01 00:00:00.001", "time of day"),
    ("31/07/2024 09:00", "time of day"),
    ("45474", "Excel serial number"),
    ("45474.0", "Excel serial number"),
    ("45474.5", "Excel serial number"),
    ("07/31/2024", "month-first dates"),
    ("07-31-2024", "month-first dates"),
]


@pytest.mark.parametrize(("text", "rule"), REFUSED_MONTHS)
def test_a_month_is_refused_by_name(text, rule):
    read = parse_months([text])
    assert (read.ordinals[0], read.rules[0]) == (-1, rule)
    assert read.refused[0]


@pytest.mark.parametrize(
    ("text", "year"), [("Jan-00", 2000), ("Jan-29", 2029), ("Jan-69", 1969), ("Jan-99", 1999)]
)
def test_two_digits_are_a_year_where_the_pivots_agree(text, year):
    assert parse_months([text]).ordinals[0] == ordinal(year, 1)


@pytest.mark.parametrize("names", [SHORT, LONG])
def test_every_english_month_name(names):
    read = parse_months([f"{name} 2024" for name in names])
    assert read.ordinals.tolist() == [ordinal(2024, m) for m in range(1, 13)]
    assert parse_months(["Sept 2024"]).ordinals[0] == ordinal(2024, 9)


def test_a_bad_cell_leaves_the_others():
    read = parse_months(["2024-06", "2024-13", "2024-07", "", "45474"])
    assert read.ordinals.tolist() == [ordinal(2024, 6), -1, JULY, -1, -1]
    assert read.rules.tolist() == ["", "no such month", "", "no month", "Excel serial number"]
    assert read.form == "2024-07"
    assert read.file_problem is None


REFUSED_COLUMNS = [
    (["2024-07", "Aug-24"], "mixed month forms"),
    (["2024-07", "202408"], "mixed month forms"),
    (["2024-07", "2024-08-01"], "mixed month forms"),
    (["2024-07-01", "31/08/2024"], "mixed month forms"),
    (["31/07/2024", "31-08-2024"], "mixed month forms"),
    (["Jul-24", "Aug-2024"], "mixed month forms"),
    (["Jul 2024", "Aug-2024", "2024-09"], "mixed month forms"),
    (["07/01/2024", "07/31/2024"], "month-first dates"),
    (["31/07/2024", "07/31/2024"], "month-first dates"),
    (["2024-07", "07/31/2024"], "month-first dates"),
    # twelve months as the United States write them are twelve days of January, read day first
    ([f"{m:02d}/01/2024" for m in range(1, 13)], "month-first dates"),
    (["01/01/2024", "02/01/2024"], "month-first dates"),
    (["2024-07-01", "2024-07-08"], "weekly rows"),
    (["01/07/2024", "08/07/2024", "15/07/2024", "22/07/2024", "29/07/2024", "05/08/2024"], "weekly rows"),
    (["2024-06-26", "2024-07-03", "2024-07-10"], "weekly rows"),
    (["2024-07-01", "2024-07-02", "2024-07-03"], "several days in a month"),
    (["2024-07-01", "2024-07-09", "2024-07-15"], "several days in a month"),
    (["2010-11", "2011-12"], "financial years"),
    (["2009-10", "2010-11", "2011-12"], "financial years"),
]


@pytest.mark.parametrize(("texts", "rule"), REFUSED_COLUMNS)
def test_a_bad_structure_refuses_the_column(texts, rule):
    read = parse_months(texts)
    assert set(read.rules) == {rule}
    assert set(read.ordinals) == {-1}
    assert read.file_problem is not None
    assert read.file_problem.rule == rule
    assert set(read.file_problem.raw.split(", ")) <= set(texts)
    assert READING_RULES[rule].scope == "file"


SOUND_COLUMNS = [
    ["01/01/2024", "01/02/2024", "01/03/2024"],
    ["01/04/2023", "01/04/2024"],
    ["31/01/2024", "29/02/2024", "31/03/2024"],
    ["31/03/2023", "28/03/2024"],
    ["2024-01-31", "2024-02-29", "2024-03-31"],
    ["2024-02-01", "2024-02-29"],  # a first and a last of one month, 28 days apart
    ["2024-07-01", "2024-07-31"],
    ["2024-01-01", "2024-01-29"],
    ["2024-07-01", "2024-08-01 00:00:00"],
    ["2011-12"],
    ["2011-12", "2012-01"],
    ["May 2024", "June 2024", "Jul 2024"],
]


@pytest.mark.parametrize("texts", SOUND_COLUMNS)
def test_a_sound_column_is_read(texts):
    read = parse_months(texts)
    assert not read.refused.any()
    assert read.file_problem is None


def test_mixed_forms_are_shown_one_of_each():
    read = parse_months(["2024-06", "2024-07", "Aug-24", "202409"])
    assert read.form == "mixed"
    assert read.file_problem.raw == "2024-06, Aug-24, 202409"
    assert read.file_problem.sentence.startswith("The file: '2024-06, Aug-24, 202409' write months in more")


def test_day_first_is_named():
    assert "day first" in parse_months(["07/31/2024"]).file_problem.sentence


def test_an_empty_column():
    read = parse_months([])
    assert (read.ordinals.size, read.form, read.file_problem) == (0, "", None)
    assert read.ordinals.dtype == np.int64
    assert parse_numbers([]).values.dtype == np.float64


FORMS = {
    "2024-07": lambda y, m: f"{y}-{m:02d}",
    "202407": lambda y, m: f"{y}{m:02d}",
    "2024-07-01": lambda y, m: f"{y}-{m:02d}-01",
    "2024/07/31": lambda y, m: f"{y}/{m:02d}/01",
    "20240731": lambda y, m: f"{y}{m:02d}01",
    "31/07/2024": lambda y, m: f"28/{m:02d}/{y}",
    "31-07-2024": lambda y, m: f"28-{m:02d}-{y}",
    "31.07.2024": lambda y, m: f"28.{m:02d}.{y}",
    "07/2024": lambda y, m: f"{m:02d}/{y}",
    "July 2024": lambda y, m: f"{LONG[m - 1]} {y}",
    "Jul-2024": lambda y, m: f"{SHORT[m - 1].upper()}-{y}",
    "2024 Jul": lambda y, m: f"{y} {SHORT[m - 1]}",
    "31 July 2024": lambda y, m: f"1 {LONG[m - 1]} {y}",
    "31-Jul-2024": lambda y, m: f"01-{SHORT[m - 1]}-{y}",
    "2024M07": lambda y, m: f"{y}M{m:02d}",
}


@given(
    form=st.sampled_from(sorted(FORMS)),
    start=st.integers(ordinal(1900, 1), ordinal(2100, 12) - 40),
    length=st.integers(1, 40),
)
def test_months_in_one_form_round_trip(form, start, length):
    months = [(o // 12, o % 12 + 1) for o in range(start, start + length)]
    read = parse_months([FORMS[form](y, m) for y, m in months])
    # 2011-12 alone may be December; a column of nothing else cannot arise from neighbouring months
    assert read.ordinals.tolist() == list(range(start, start + length))
    assert read.form == form


@given(st.lists(st.integers(ordinal(2000, 1), ordinal(2029, 12)), min_size=1, unique=True))
def test_spreadsheet_months_round_trip(ordinals):
    texts = [f"{SHORT[o % 12]}-{o // 12 % 100:02d}" for o in ordinals]
    assert parse_months(texts).ordinals.tolist() == ordinals


@given(st.lists(st.text(max_size=12)))
def test_any_text_gets_a_month_or_a_rule(texts):
    read = parse_months(texts)
    assert all((o >= 0) == (rule == "") for o, rule in zip(read.ordinals, read.rules, strict=True))
    assert set(read.rules) <= {"", *(n for n, row in READING_RULES.items() if row.reads == "month")}
