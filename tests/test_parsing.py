"""Text in, one meaning out, or the name of the rule that refused it."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spc.parsing import (
    READING_RULES,
    Problem,
    ReadingRule,
    parse_months,
    parse_numbers,
    refuse_series_name,
)

SHORT = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
LONG = ("January February March April May June July August September October November December").split()


def ordinal(year: int, month: int) -> int:
    return year * 12 + month - 1


JULY = ordinal(2024, 7)

# ---------------------------------------------------------------- months

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


# ---------------------------------------------------------------- numbers

READ_NUMBERS = [
    ("0", "number", 0.0),
    ("-0", "number", 0.0),
    ("0.0", "number", 0.0),
    ("0e999", "number", 0.0),
    ("5", "number", 5.0),
    ("+5", "number", 5.0),
    ("-5", "number", -5.0),
    ("−5", "number", -5.0),
    (" 5 ", "number", 5.0),
    ("5\u00a0", "number", 5.0),
    ("\t5\r", "number", 5.0),
    ("007", "number", 7.0),
    ("21.8", "number", 21.8),
    (".5", "number", 0.5),
    ("1,234", "number", 1234.0),
    ("-1,234", "number", -1234.0),
    ("1,234,567.25", "number", 1234567.25),
    ("999,999,999,999", "number", 999999999999.0),
    ("1e5", "number", 1e5),
    ("1.5E-07", "number", 1.5e-7),
    ("1e+16", "number", 1e16),
    ("1e100", "number", 1e100),
    ("1e-100", "number", 1e-100),
    ("9007199254740992", "number", 2.0**53),
    ("-9007199254740992", "number", -(2.0**53)),
    ("9007199254740994.0", "number", 9007199254740994.0),
    ("0" * 5000 + "1", "number", 1.0),
    ("21.8", "percent", 21.8),
    ("21.8%", "percent", 21.8),
    ("21.8 %", "percent", 21.8),
    ("-0.5%", "percent", -0.5),
    ("1,234%", "percent", 1234.0),
    ("0%", "percent", 0.0),
    ("00:12:57", "hh:mm:ss", 777.0),
    ("-00:00:03", "hh:mm:ss", -3.0),
    ("−00:00:03", "hh:mm:ss", -3.0),
    ("-00:00:00", "hh:mm:ss", 0.0),
    ("0:00:00", "hh:mm:ss", 0.0),
    ("24:00:00", "hh:mm:ss", 86400.0),
    ("123:59:59", "hh:mm:ss", 446399.0),
    ("00:00:00.1", "hh:mm:ss", 0.1),
    ("00:01:00.3", "hh:mm:ss", 60.3),
    ("777", "hh:mm:ss", 777.0),
    ("12", "days", 12.0),
    ("3.5", "per_1000", 3.5),
]


@pytest.mark.parametrize(("text", "unit", "value"), READ_NUMBERS)
def test_a_number_is_read(text, unit, value):
    read = parse_numbers([text], unit=unit)
    assert (read.values[0], read.rules[0], read.is_missing[0]) == (value, "", False)
    assert math.copysign(1, read.values[0]) == math.copysign(1, value)


REFUSED_NUMBERS = [
    *[(t, "suppressed value") for t in ("<5", "< 5", ">95", "<=5", "≤5", "≥ 10", "~10", "*", "**", "5+")],
    *[(t, "suppressed value") for t in ("c", "[c]", "[low]", "Suppressed")],
    *[(t, "range") for t in ("0-4", "1 - 4", "1–4", "1 to 4", "10-20")],
    *[(t, "spreadsheet error") for t in ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!")],
    *[(t, "spreadsheet error") for t in ("#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!")],
    *[(t, "spreadsheet error") for t in ("#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#######")],
    *[(t, "formula") for t in ("=A1", "=SUM(A1:A9)", "@A1")],
    *[(t, "dash") for t in ("-", "–", "—", "−", "--", "---")],
    *[
        (t, "word for missing")
        for t in ("n/a", "N/A", "NA", "na", "nan", "NaN", "null", "NULL", "None", "nil")
    ],
    *[(t, "word for missing") for t in ("n.a.", "..", "...", ":", "[x]", "[z]", "unknown", "TBC", "missing")],
    *[(t, "true or false") for t in ("TRUE", "False", "true", "yes", "No", "Y", "n")],
    *[(t, "infinity") for t in ("inf", "-inf", "+Inf", "Infinity", "-INFINITY", "∞", "-∞")],
    *[(t, "magnitude out of range") for t in ("1e400", "-1e400", "1e101", "1.1e100", "1e-101", "1e-400")],
    *[(t, "magnitude out of range") for t in ("1" * 102, "0." + "0" * 100 + "9", "1" * 5000)],
    *[(t, "integer beyond 2^53") for t in ("9007199254740993", "-9007199254740993", "1" + "0" * 20)],
    *[(t, "integer beyond 2^53") for t in ("9,007,199,254,740,993", "00009007199254740993")],
    *[(t, "decimal comma") for t in ("3,5", "-3,5", "0,123", ",5", "12,34", "1234,567", "1,2345")],
    *[(t, "points as thousands") for t in ("1.234,5", "1.234.567", "1.234.567,89")],
    *[(t, "spaces as thousands") for t in ("1 234", "1\u00a0234", "1\u2009234 567", "1'234", "1’234.5")],
    *[(t, "uneven thousands") for t in ("1,23,456", "1,234,56", "12,34,567.5")],
    *[(t, "accounting form") for t in ("(5)", "(1,234.50)", "5-", "5 -")],
    *[(t, "dash for a minus") for t in ("–5", "—5", "– 5", "–1,234.5")],
    *[(t, "two signs") for t in ("--5", "+-5", "-+5", "- -5", "−-5")],
    *[(t, "currency") for t in ("£5", "-£1,234", "5 €", "$1.50", "¥100")],
    *[(t, "percent not allowed") for t in ("21.8%", "21.8 %", "-5%", "1,234%")],
    *[(t, "time not allowed") for t in ("00:12:57", "12:57", "-00:00:03", "1:00:00.5")],
    *[(t, "date") for t in ("2024-07-01", "2024-07", "31/07/2024", "1/7/24", "Jul-24", "5-Jan", "May")],
    *[(t, "date") for t in ("2024-07-01T00:00:00", "1900-01-01 00:12:57", "July 2024")],
    *[(t, "fraction") for t in ("1/2", "3 / 10", "-1/2")],
    *[(t, "underscore") for t in ("1_000", "-1_000", "1__0", "1_0.5")],
    *[(t, "hexadecimal") for t in ("0x1F", "0X10", "0b101", "0o17", "0x1p3")],
    *[(t, "other digits") for t in ("٣", "１２", "5²", "½", "1½", "३.५")],
    *[(t, "hidden character") for t in ("12\u200b", "\ufeff12", "1\n2", "1\x002", "\u202e12")],
    *[(t, "quoted number") for t in ("'12", '"12"', "“12”")],
    *[
        (t, "letters after the number")
        for t in ("12 (p)", "12r", "12k", "1.2m", "3 days", "5*", "12 [note 1]")
    ],
    *[(t, "letters after the number") for t in ("1e", "1e5.5", "5 GBP")],
    *[(t, "not a number") for t in ("seven", "5.", "- 5", "1.2.3", ".", ",", "e5", "%", "1,", "12 34", "+")],
    *[(t, "not a number") for t in ("5;6", "1,,234", "x" * 10_000, "_1", "::")],
]


@pytest.mark.parametrize(("text", "rule"), REFUSED_NUMBERS)
def test_a_number_is_refused_by_name(text, rule):
    read = parse_numbers([text])
    assert (read.rules[0], read.is_missing[0]) == (rule, False)
    assert np.isnan(read.values[0])
    assert read.refused[0]


@pytest.mark.parametrize(
    ("text", "unit", "rule"),
    [
        ("12:57", "hh:mm:ss", "time of two parts"),
        ("-0:03", "hh:mm:ss", "time of two parts"),
        ("00:60:00", "hh:mm:ss", "no such time"),
        ("00:00:60", "hh:mm:ss", "no such time"),
        ("0:1:2", "hh:mm:ss", "no such time"),
        ("1:00:00:00", "hh:mm:ss", "no such time"),
        ("21.8%", "hh:mm:ss", "percent not allowed"),
        ("00:12:57", "percent", "time not allowed"),
        ("00:12:57", "days", "time not allowed"),
        ("21.8%", "per_1000", "percent not allowed"),
        ("21,8%", "percent", "decimal comma"),
        ("<5%", "percent", "suppressed value"),
        ("5%%", "percent", "not a number"),
        ("1e101%", "percent", "magnitude out of range"),
    ],
)
def test_the_unit_decides(text, unit, rule):
    assert parse_numbers([text], unit=unit).rules[0] == rule


@pytest.mark.parametrize("text", ["", " ", "\t", "\u00a0"])
def test_empty_is_missing(text):
    read = parse_numbers([text])
    assert (np.isnan(read.values[0]), read.rules[0], read.is_missing[0]) == (True, "", True)


@pytest.mark.parametrize("text", ["<5", "n/a", "-", "#DIV/0!", "-1", "1e400", "TRUE", "\u2212"])
def test_what_is_declared_missing_is_missing(text):
    read = parse_numbers([text, f" {text} ", "7"], missing=[text])
    assert read.is_missing.tolist() == [True, True, False]
    assert np.isnan(read.values[:2]).all()
    assert read.rules.tolist() == ["", "", ""]


def test_declared_missing_is_taken_letter_by_letter():
    assert parse_numbers(["N/A"], missing=["n/a"]).rules[0] == "word for missing"


@pytest.mark.parametrize(
    ("texts", "rules"),
    [
        (["1,234", "3,5"], ["thousands or decimals", "decimal comma"]),
        (["1.234", "1.234,5"], ["thousands or decimals", "points as thousands"]),
        (["1.234", "-1,234", "7", "3,5"], ["thousands or decimals"] * 2 + ["", "decimal comma"]),
        (["1,234", "3,5", "21.8"], ["", "decimal comma", ""]),
        (["1,234", "3,5", "1,234,567"], ["", "decimal comma", ""]),
        (["1,234", "3,5", "1,234.5"], ["", "decimal comma", ""]),
        (["1,234", "1.234"], ["", ""]),
        (["1234", "3,5"], ["", "decimal comma"]),
    ],
)
def test_a_continental_column_leaves_no_comma_with_two_meanings(texts, rules):
    read = parse_numbers(texts)
    assert read.rules.tolist() == rules
    assert np.isnan(read.values).tolist() == [rule != "" for rule in rules]


@given(st.floats(min_value=-1e100, max_value=1e100).filter(lambda x: x == 0 or abs(x) >= 1e-100))
def test_what_repr_prints_is_read_back(value):
    read = parse_numbers([repr(value)])
    assert (read.values[0], read.rules[0]) == (value, "")


@given(st.integers(-(2**53), 2**53))
def test_whole_numbers_are_read_back(value):
    assert parse_numbers([f"{value}", f"{value:,}"]).values.tolist() == [value, value]


@given(st.integers(0, 999_999), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999))
def test_durations_are_the_nearest_float(hours, minutes, seconds, thousandths):
    text = f"-{hours}:{minutes:02d}:{seconds:02d}.{thousandths:03d}"
    exact = Fraction(hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + thousandths, 1000)
    assert parse_numbers([text], unit="hh:mm:ss").values[0] == -float(exact)


@given(
    st.lists(st.text(st.characters() | st.sampled_from("0123456789.,-+eE%:/_ "), max_size=10)),
    st.sampled_from(["number", "percent", "hh:mm:ss"]),
)
def test_any_text_gets_a_number_a_rule_or_a_gap(texts, unit):
    read = parse_numbers(texts, unit=unit)
    read_or_not = (
        np.isfinite(read.values).astype(int),
        read.refused.astype(int),
        read.is_missing.astype(int),
    )
    assert (sum(read_or_not) == 1).all()
    assert set(read.rules) <= {"", *(n for n, row in READING_RULES.items() if row.reads == "number")}


@pytest.mark.parametrize("text", ["1_" * 99, "," * 200, "1," * 100, "9" * 10**6, " " * 10**6, "1." * 10**5])
def test_no_text_takes_for_ever(text):
    # A pattern that backtracks would hang here: no clock is read, the suite's patience is the limit.
    assert parse_numbers([text]).rules[0] != "" or not text.strip()
    assert parse_months([text]).rules[0] in ("not a month", "no month")


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["Total", "TOTAL", " totals ", "All", "all", "Grand total", "Grand  Totals"])
def test_totals_are_refused(name):
    assert refuse_series_name(name) == "total row"


@pytest.mark.parametrize("name", ["", " ", "\t", "\u00a0"])
def test_a_series_needs_a_name(name):
    assert refuse_series_name(name) == "series without a name"


@pytest.mark.parametrize("name", ["NA", "1E5", "All crime", "Total crime", "TRUE", "0", "nan", "Totalling"])
def test_names_stay_text(name):
    assert refuse_series_name(name) == ""


# ---------------------------------------------------------------- rules and problems


def _rules_met(row: ReadingRule) -> set[str]:
    if row.reads == "month":
        return set(parse_months(row.example).rules)
    if row.reads == "number":
        return set(parse_numbers(row.example, unit=row.unit).rules)
    return {refuse_series_name(text) for text in row.example}


#: Rules for one text or one column; those for tables and files are met in tests/reading.
OF_TEXTS = {name: row for name, row in READING_RULES.items() if row.reads in ("month", "number", "name")}


@pytest.mark.parametrize("name", sorted(OF_TEXTS))
def test_every_example_meets_its_own_rule(name):
    row = READING_RULES[name]
    assert row.name == name
    assert row.example
    assert name in _rules_met(row)


@pytest.mark.parametrize("name", sorted(READING_RULES))
def test_every_rule_is_one_sentence(name):
    sentence = READING_RULES[name].sentence
    assert sentence.endswith(".")
    assert ". " not in sentence
    assert "{raw}" not in sentence
    assert ": " in sentence


@pytest.mark.parametrize("name", sorted(n for n, row in OF_TEXTS.items() if row.scope == "file"))
def test_a_rule_of_file_scope_never_stands_alone(name):
    read = parse_months(READING_RULES[name].example)
    assert read.file_problem is not None
    assert set(read.rules) == {name}


@pytest.mark.parametrize("name", sorted(n for n, row in OF_TEXTS.items() if row.scope == "cell"))
def test_a_rule_of_cell_scope_refuses_no_file(name):
    row = READING_RULES[name]
    assert row.reads != "month" or parse_months(row.example).file_problem is None


def test_a_problem_speaks_in_one_sentence():
    problem = Problem.of("suppressed value", "<5", series="Swindon / Burglary", month="2024-03")
    assert problem.sentence == (
        "Swindon / Burglary, 2024-03: '<5' is not a number (suppressed value): "
        "give the number, leave the cell empty or declare it with missing=['<5']."
    )
    assert (problem.rule, problem.severity) == ("suppressed value", "error")


def test_a_problem_without_a_place():
    assert Problem.of("no such month", "2024-13", series="Calls").sentence == (
        "Calls: '2024-13' has no month from 1 to 12: correct the month."
    )
    assert Problem.of("dash", "-").sentence.startswith("A cell: '-' is a dash")


def test_a_problem_shows_what_a_terminal_would_obey():
    problem = Problem.of("not a number", "\x1b[2J" + "x" * 500, series="a\x1b[31m\nb")
    assert "\x1b" not in problem.sentence
    assert "\n" not in problem.sentence
    assert len(problem.sentence) < 400
    assert len(problem.raw) > 500


def test_a_raw_text_with_braces_stays_as_it_is():
    problem = Problem.of("not a number", "{raw}")
    assert problem.sentence.count("'{raw}'") == 2


def test_problems_and_readings_pickle():
    problem = Problem.of("date", "2024-07-01", series="Calls", month="2024-07")
    assert pickle.loads(pickle.dumps(problem)) == problem
    read = pickle.loads(pickle.dumps(parse_months(["2024-07", "Aug-24"])))
    assert read.file_problem.rule == "mixed month forms"
    assert pickle.loads(pickle.dumps(READING_RULES["date"])) == READING_RULES["date"]
