"""Numbers: text in, one number out, or the name of the rule that refused it."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spc.parsing import (
    READING_RULES,
    parse_months,
    parse_numbers,
)

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
