"""Bad inputs, texts: values, months, units and names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.reading.building import (
    BadInput,
    all_months,
    healthy,
    lines,
    long,
    packed,
    salisbury,
    wide,
    with_month,
    with_value,
)  # fmt: skip

#: Text of a value, and the rule that refuses it.
BAD_VALUES = {
    "<5": "suppressed value", "< 3": "suppressed value", ">10": "suppressed value", "~7": "suppressed value",
    "*": "suppressed value", "**": "suppressed value", "[c]": "suppressed value", "[low]": "suppressed value",
    "suppressed": "suppressed value", "10+": "suppressed value", "≤5": "suppressed value",
    "0-4": "range", "1 to 5": "range", "5–9": "range",
    "#DIV/0!": "spreadsheet error", "#N/A": "spreadsheet error", "#REF!": "spreadsheet error",
    "#VALUE!": "spreadsheet error", "#######": "spreadsheet error",
    "=SUM(A1:A9)": "formula", "=cmd|' /C calc'!A0": "formula", "@SUM(1)": "formula",
    "-": "dash", "–": "dash", "—": "dash", "--": "dash",
    "n/a": "word for missing", "NA": "word for missing", "NaN": "word for missing",
    "null": "word for missing", "None": "word for missing", "..": "word for missing",
    "[x]": "word for missing", "TBC": "word for missing",
    "TRUE": "true or false", "false": "true or false", "Yes": "true or false", "Y": "true or false",
    "inf": "infinity", "-Infinity": "infinity", "∞": "infinity",
    "1e400": "magnitude out of range", "-1e101": "magnitude out of range", "1e-101": "magnitude out of range",
    "9007199254740993": "integer beyond 2^53", "12345678901234567890": "integer beyond 2^53",
    "3,5": "decimal comma", ",5": "decimal comma", "1.234,5": "points as thousands",
    "1.234.567": "points as thousands", "1 234": "spaces as thousands", "1\u00a0234": "spaces as thousands",
    "1'234": "spaces as thousands", "1,23,456": "uneven thousands", "12,34": "decimal comma",
    "(5)": "accounting form", "5-": "accounting form", "–5": "dash for a minus", "--5": "two signs",
    "+-5": "two signs", "£5": "currency", "$1,000": "currency", "5€": "currency",
    "21.8%": "percent not allowed", "00:12:57": "time not allowed", "12:57": "time not allowed",
    "2024-07-01": "date", "Jul-24": "date", "01/07/2024": "date", "1/2": "fraction", "1_000": "underscore",
    "0x1F": "hexadecimal", "5²": "other digits", "٥": "other digits", "½": "other digits",
    "12\u200b": "hidden character", "\ufeff12": "hidden character", "'12": "quoted number",
    "12 (p)": "letters after the number", "5kg": "letters after the number",
    "12*": "letters after the number",
    "seven": "not a number", "1.2.3": "not a number", "5 6": "not a number", "?": "not a number",
    "<script>alert(1)</script>": "suppressed value", "x" * 5000: "not a number",
}  # fmt: skip

BAD_IN_WIDE = (
    "<5",
    "#DIV/0!",
    "-",
    "n/a",
    "TRUE",
    "inf",
    "1e400",
    "3,5",
    "21.8%",
    "00:12:57",
    "=1+1",
    "1 234",
)

#: Text of a month, and the rule that refuses it.
BAD_MONTHS = {
    "": "no month", "NaT": "no month", "n/a": "no month", "soon": "not a month", "2024-7": "not a month",
    "2025-01 (p)": "not a month", "2025-13": "no such month", "2025-00": "no such month",
    "2025": "year without a month", "2025.0": "year without a month", "July": "month without a year",
    "04": "month without a year",
    "2025 Q1": "quarter", "Q1 2025": "quarter", "2025-W07": "week", "w/c 6 January": "week",
    "2024/25": "financial year", "45658": "Excel serial number", "45658.5": "Excel serial number",
    "31/01/25": "two-digit year", "Jan 25": "two-digit year", "Jan-45": "two-digit year",
    "0204-07": "year out of range", "2204-07": "year out of range", "1899-12": "year out of range",
    "1924-07": "month far from the others", "2054-01": "month far from the others",
    "2025-02-30": "no such day", "2025-01-01 13:45": "time of day",
    "2025-01-01T00:00:00+01:00": "time of day",
}  # fmt: skip

#: Texts of a second form beside 2024-07, which refuse the file.
MIXED_MONTHS = ("202501", "Jan-25", "January 2025", "2025-01-31", "31/01/2025", "01/2025", "2025M01")

RATES = '[[measure]]\nname = "Salisbury"\nkind = "rate"\n\n[[measure]]\nname = "Swindon"\n'
TIMES = '[[measure]]\nname = "Salisbury"\nkind = "duration"\n\n[[measure]]\nname = "Swindon"\n'
DAYS = '[[measure]]\nname = "Salisbury"\nunit = "days"\n\n[[measure]]\nname = "Swindon"\n'

_MARCH = {"month": "2024-03"}


def short(text: str) -> str:
    return text if len(text) < 30 else f"{text[:20]}... of {len(text)}"


def _values() -> list[BadInput]:
    return [
        BadInput(f"value {short(text)}", with_value(text), "series", rule, text, month="2024-03")
        for text, rule in BAD_VALUES.items()
    ] + [
        BadInput(f"wide value {text}", wide(text), "series", BAD_VALUES.get(text, "formula"), text, **_MARCH)
        for text in BAD_IN_WIDE
    ]


def _months() -> list[BadInput]:
    return [
        BadInput(f"month {short(text)}", with_month(text), "series", rule, text)
        for text, rule in BAD_MONTHS.items()
    ] + [
        BadInput(f"month {text} beside others", with_month(text), "file", "mixed month forms", text)
        for text in MIXED_MONTHS
    ]


def _units() -> list[BadInput]:
    def case(name: str, text: str, rule: str, measures: str) -> BadInput:
        return BadInput(name, with_value(text), "series", rule, text, measures=measures, **_MARCH)

    def fine(name: str, text: str, value: float, measures: str) -> BadInput:
        return BadInput(name, with_value(text), "read", measures=measures, values={"2024-03": value})

    return [
        case("a percentage for a duration", "21.8%", "percent not allowed", TIMES),
        case("a percentage for days", "21.8%", "percent not allowed", DAYS),
        case("a time for a rate", "00:12:57", "time not allowed", RATES),
        case("a time for days", "00:12:57", "time not allowed", DAYS),
        case("a time of two parts", "12:57", "time of two parts", TIMES),
        case("a time with 61 minutes", "00:61:00", "no such time", TIMES),
        case("a time with 75 seconds", "00:12:75", "no such time", TIMES),
        case("two percent signs", "21.8%%", "not a number", RATES),
        case("a suppressed percentage", "<5%", "suppressed value", RATES),
        fine("a percentage for a rate", "21.8%", 21.8, RATES),
        fine("a bare number for a rate", "21.8", 21.8, RATES),
        fine("a time for a duration", "00:12:57", 777.0, TIMES),
        fine("a time of more than a day", "27:46:40", 100_000.0, TIMES),
        fine("a negative time", "-00:00:30", -30.0, TIMES),
        fine("a time with parts of a second", "00:00:00.1", 0.1, TIMES),
    ]


def _treated() -> list[BadInput]:
    """Odd inputs that have one documented meaning."""
    nan = np.nan
    forms = {
        "1,234": 1234.0, "-5": -5.0, "−5": -5.0, "+5": 5.0, " 5 ": 5.0, "1e3": 1000.0, "007": 7.0, ".5": 0.5,
        "0.30000000000000004": 0.30000000000000004, "9007199254740992": 2.0**53, "-0": 0.0, "": nan,
        "  ": nan,
    }  # fmt: skip
    cases = [
        BadInput(f"value {text!r} read", with_value(text), "read", values={"2024-03": value})
        for text, value in forms.items()
    ]
    cases += [
        BadInput(f"{text} declared missing", with_value(text), "read",
                 options={"missing": [text]}, values={"2024-03": nan})
        for text in ("<5", "n/a", "-", "#N/A", "TRUE")
    ]  # fmt: skip
    cases += [
        BadInput("a number declared missing", with_value("-999"), "read", options={"missing": ["-999"]},
                 values={"2024-03": nan}),
        BadInput("a gap of three months", long(*salisbury()[:6], *salisbury()[9:]), "read",
                 values={"2023-07": nan, "2023-09": nan, "2023-10": 9.0}),
        BadInput("a series that begins late", long(*salisbury()[20:]), "read",
                 values={"2023-01": nan, "2024-09": 20.0}),
        BadInput("rows in any order", lines(["area", "month", "value"], *salisbury()[::-1], *healthy()[::-1]),
                 "read", values={"2023-01": 0.0, "2024-12": 23.0}),
        BadInput("a byte order mark", b"\xef\xbb\xbf" + long(*salisbury()), "read", values={"2024-12": 23.0}),
        BadInput("lines as Windows ends them", long(*salisbury()).replace(b"\n", b"\r\n"), "read",
                 values={"2024-12": 23.0}),
        BadInput("lines as old Macs end them", long(*salisbury()).replace(b"\n", b"\r"), "read",
                 values={"2024-12": 23.0}),
        BadInput("no line end at the end", long(*salisbury()).rstrip(b"\n"), "read",
                 values={"2024-12": 23.0}),
        BadInput("blank lines", long(*salisbury(), ["", "", ""]) + b"\n\n", "read",
                 values={"2024-12": 23.0}),
        BadInput("headings in capitals", long(*salisbury(), heading=("Area", "MONTH", "Value")), "read",
                 values={"2024-12": 23.0}),
        BadInput("spaces around headings", long(*salisbury(), heading=(" area", "month ", " value ")), "read",
                 values={"2024-12": 23.0}),
        BadInput("an empty column", lines(["area", "month", "value", "notes"],
                 *([*row, ""] for row in [*healthy(), *salisbury()])), "read", values={"2024-12": 23.0}),
        BadInput("a column without heading and cells", lines(["area", "month", "value", ""],
                 *([*row, ""] for row in [*healthy(), *salisbury()])), "read", values={"2024-12": 23.0}),
        BadInput("two members of gzip", packed(long(*salisbury()[:12])) + packed(lines(*salisbury()[12:])),
                 "read", file="input.csv.gz", values={"2024-12": 23.0}),
    ]  # fmt: skip
    return cases


def _month_forms() -> list[BadInput]:
    """Other ways to write months, each in a whole column."""
    names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    fine: dict[str, Callable[[int, int], str]] = {
        "202407": lambda y, m: f"{y}{m:02d}",
        "2024-07-01": lambda y, m: f"{y}-{m:02d}-01",
        "28/07/2024": lambda y, m: f"28/{m:02d}/{y}",
        "Jul-24": lambda y, m: f"{names[m - 1]}-{y % 100}",
        "Jul 2024": lambda y, m: f"{names[m - 1]} {y}",
        "2024M07": lambda y, m: f"{y}M{m:02d}",
    }
    bad: dict[str, tuple[Callable[[int, int], str], str, str]] = {
        "months first": (lambda y, m: f"{m:02d}/28/{y}", "month-first dates", "01/28/2023"),
        "days that are months": (lambda y, m: f"{m:02d}/01/2024", "month-first dates", "01/01/2024"),
        "weeks": (lambda y, m: f"2024-01-{1 + 7 * (m % 4):02d}", "weekly rows", "2024-01-08"),
        "days": (lambda y, m: f"2024-01-{m + (y - 2023) * 12:02d}", "several days in a month", "2024-01-01"),
    }
    return [
        BadInput(f"months as {name}", all_months(form), "read", values={"2024-12": 23.0})
        for name, form in fine.items()
    ] + [
        BadInput(f"{name} for months", all_months(form), "file", rule, raw)
        for name, (form, rule, raw) in bad.items()
    ]


def _names() -> list[BadInput]:
    def named(name: str) -> bytes:
        return long(*([name, *row[1:]] for row in salisbury()))

    kept = (
        "NA", "1E5", "TRUE", "nan", "None", "007", "=1+1", "@cmd", "+44", "-5", "<b>bold</b>",
        "../../etc/passwd", "CON", "Côte d'Ivoire", "a,b", 'say "hi"', "警察", "🚓", "All crime",
        "x" * 3000, "a / b",
    )  # fmt: skip
    cases = [
        BadInput(f"a series called {short(name)}", named(name), "read", series=name, values={"2024-12": 23.0})
        for name in kept
    ]
    cases += [
        BadInput(f"a series called {name}", named(name), "series", "total row", name, series=name)
        for name in ("Total", "ALL", "Grand Total", "totals")
    ]
    cases += [
        BadInput("a total that is kept", named("Total"), "read", series="Total", options={"totals": "keep"},
                 values={"2024-12": 23.0}),
        BadInput("rows without a name", named(""), "series", "series without a name", "", series=""),
        BadInput("rows with a space for a name", named("  "), "series", "series without a name", "",
                 series=""),
        BadInput("a name with spaces around it", long(*salisbury()[:12], *([" Salisbury ", *row[1:]]
                 for row in salisbury()[12:])), "read", values={"2023-01": 0.0, "2024-12": 23.0}),
        BadInput("a name in capitals too", long(*salisbury(), *(["SALISBURY", *row[1:]]
                 for row in salisbury())), "warned", "names that look alike", "Salisbury, SALISBURY",
                 values={"2024-12": 23.0}),
        BadInput("a name with a hidden character", long(*salisbury(), *(["Salis\u200bbury", *row[1:]]
                 for row in salisbury())), "warned", "names that look alike", "Salisbury, Salis\u200bbury",
                 values={"2024-12": 23.0}),
    ]  # fmt: skip
    return cases


BAD_TEXTS = (*_values(), *_months(), *_month_forms(), *_units(), *_treated(), *_names())
