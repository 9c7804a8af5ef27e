"""The table of refusals, texts: months, numbers and names that are not read (SPEC 12)."""

from __future__ import annotations

from spc.parsing.refusal import ReadingRule

__all__ = ["MONTH_ROWS", "NAME_ROWS", "NUMBER_ROWS"]

_GIVE = "give the number, leave the cell empty or declare it with missing=[{raw}]"
_DIGITS = "write the number with the digits 0 to 9 and a decimal point"

# fmt: off
MONTH_ROWS = (
    ReadingRule("no month", "month", "is no month",
                "give every row its month, as 2024-07, and leave out rows of notes", ("NaT",)),
    ReadingRule("not a month", "month", "is not a month", "write it as 2024-07", ("soon",)),
    ReadingRule("no such month", "month", "has no month from 1 to 12", "correct the month", ("2024-13",)),
    ReadingRule(
        "no such day", "month", "names a day that its month does not have",
        "correct the day, or write the month alone as 2024-02", ("2024-02-30",),
    ),
    ReadingRule(
        "year out of range", "month", "lies outside the years 1900 to 2100", "correct the year", ("0204-07",),
    ),
    ReadingRule(
        "two-digit year", "month", "can be read as more than one month, its year having two digits",
        "write the year with four digits, as 2024-07", ("31/07/24",),
    ),
    ReadingRule("year without a month", "month", "is a year", "give the month too, as 2024-07", ("2024",)),
    ReadingRule("month without a year", "month", "has no year", "give the year too, as 2024-07", ("July",)),
    ReadingRule(
        "quarter", "month", "is a quarter", "give one row per month; quarters are not split into months",
        ("2024 Q3",),
    ),
    ReadingRule(
        "week", "month", "is a week", "add the weeks up to months first, one row per month", ("2024-W07",),
    ),
    ReadingRule(
        "financial year", "month", "is a financial year", "give one row per month, as 2024-07", ("2012-13",),
    ),
    ReadingRule(
        "time of day", "month", "has a time of day or a time zone",
        "give the date alone, as the calendar of the place has it",
        ("2024-07-01 13:45",),
    ),
    ReadingRule(
        "Excel serial number", "month", "looks like Excel's count of days since 1900",
        "format the column as a date in Excel and save again, or write the month as 2024-07", ("45474",),
    ),
    ReadingRule(
        "month-first dates", "month", "shows the month before the day, and dates are read day first",
        "write dates day first, as 31/07/2024, or as 2024-07", ("07/31/2024",), scope="file",
    ),
    ReadingRule(
        "financial years", "month", "are financial years", "give one row per month, as 2024-07",
        ("2010-11", "2011-12"), scope="file",
    ),
    ReadingRule(
        "mixed month forms", "month", "write months in more than one form",
        "write every month of the column in one form, best as 2024-07", ("2024-07", "Aug-24"), scope="file",
    ),
    ReadingRule(
        "weekly rows", "month", "are weeks", "add the weeks up to months first, one row per month",
        ("2024-07-01", "2024-07-08"), scope="file",
    ),
    ReadingRule(
        "several days in a month", "month", "are several days of one month",
        "add the days up to months first, one row per month", ("2024-07-01", "2024-07-02", "2024-07-03"),
        scope="file",
    ),
)

NUMBER_ROWS = (
    ReadingRule("suppressed value", "number", "is not a number (suppressed value)", _GIVE, ("<5",)),
    ReadingRule("range", "number", "is a range, not one number", _GIVE, ("0-4",)),
    ReadingRule(
        "spreadsheet error", "number", "is a spreadsheet error or a cell too narrow to show its number",
        "mend the formula or widen the column and save again, leave the cell empty or declare it with "
        "missing=[{raw}]", ("#DIV/0!",),
    ),
    ReadingRule(
        "formula", "number", "is a formula, not its result",
        "save the sheet with values in place of formulas", ("=SUM(A1:A9)",),
    ),
    ReadingRule(
        "dash", "number", "is a dash, which may mean none, nought or not known",
        "write 0 or leave the cell empty, or declare it missing with missing=[{raw}]", ("-",),
    ),
    ReadingRule(
        "word for missing", "number", "is a word where a number should stand",
        "leave the cell empty or declare it with missing=[{raw}]", ("n/a",),
    ),
    ReadingRule("true or false", "number", "is true or false, not a number", "write 1 or 0", ("TRUE",)),
    ReadingRule("infinity", "number", "is infinite", _GIVE, ("inf",)),
    ReadingRule(
        "magnitude out of range", "number", "is larger than 1e100, or nearer to nought than 1e-100",
        "correct the number, or give it in another unit", ("1e400",),
    ),
    ReadingRule(
        "integer beyond 2^53", "number", "is a whole number beyond 9007199254740992, where counting stops "
        "being exact", "correct it if it is an identifier, or give it in thousands", ("9007199254740993",),
    ),
    ReadingRule("decimal comma", "number", "has a decimal comma", "write a decimal point, as 3.5", ("3,5",)),
    ReadingRule(
        "thousands or decimals", "number", "may be thousands or decimals, since the column also writes "
        "decimals with a comma and none with a point",
        "write the decimals of the column with a point", ("1,234", "3,5"),
    ),
    ReadingRule(
        "points as thousands", "number", "has points between thousands",
        "write 1234.5 or 1,234.5", ("1.234,5",),
    ),
    ReadingRule(
        "spaces as thousands", "number", "has spaces or apostrophes inside the number",
        "write 1234 or 1,234", ("1 234",),
    ),
    ReadingRule(
        "uneven thousands", "number", "has commas that do not part groups of three digits",
        "write 1234567 or 1,234,567", ("1,23,456",),
    ),
    ReadingRule(
        "accounting form", "number", "writes a negative number with brackets or with the sign behind",
        "write it with a minus in front, as -5", ("(5)",),
    ),
    ReadingRule(
        "dash for a minus", "number", "begins with a long dash, which is not a minus",
        "write it with a minus, as -5", ("–5",),
    ),
    ReadingRule("two signs", "number", "has two signs", "write one sign or none", ("--5",)),
    ReadingRule("currency", "number", "has a currency sign", "write the amount alone", ("£5",)),
    ReadingRule(
        "percent not allowed", "number", "is a percentage, which the measure's unit does not allow",
        'give the measure the unit "percent" in a catalogue (measures=), or give the number without the sign',
        ("21.8%",),
    ),
    ReadingRule(
        "time not allowed", "number", "is a time, which the measure's unit does not allow",
        'give the measure the unit "hh:mm:ss" in a catalogue (measures=), or give a number', ("00:12:57",),
    ),
    ReadingRule(
        "time of two parts", "number", "may be hours and minutes or minutes and seconds",
        "write all three parts, as 00:12:57", ("12:57",), unit="hh:mm:ss",
    ),
    ReadingRule(
        "no such time", "number", "is not a duration of hours, minutes and seconds below 60",
        "write it as 00:12:57", ("00:61:00",), unit="hh:mm:ss",
    ),
    ReadingRule(
        "date", "number", "is a date where a number should stand",
        "check that the columns have not moved and that Excel has not turned a number into a date",
        ("2024-07-01",),
    ),
    ReadingRule("fraction", "number", "is a fraction", "write it as a decimal, as 0.5", ("1/2",)),
    ReadingRule(
        "underscore", "number", "has an underscore between digits", "write 1000 or 1,000", ("1_000",),
    ),
    ReadingRule("hexadecimal", "number", "is a number in computer notation", _DIGITS, ("0x1F",)),
    ReadingRule("other digits", "number", "has digits other than 0 to 9", _DIGITS, ("5²",)),
    ReadingRule(
        "hidden character", "number", "holds a character that cannot be seen", "type the number anew",
        ("12\u200b",),
    ),
    ReadingRule("quoted number", "number", "has quotation marks", "write the number without them", ("'12",)),
    ReadingRule(
        "letters after the number", "number", "has letters or marks after the number",
        "write the number alone; notes and units belong in another column", ("12 (p)",),
    ),
    ReadingRule("not a number", "number", "is not a number", _GIVE, ("seven",)),
)

NAME_ROWS = (
    ReadingRule(
        "series without a name", "name", "is no name for a series",
        "fill in the key columns of the row, or name a column that names no series in ignore=", ("",),
    ),
    ReadingRule(
        "total row", "name", "is a total of other rows", "leave total rows out, or name the whole otherwise",
        ("Grand total",), severity="warning",
    ),
)
# fmt: on
