"""The table of refusals, structure: tables and files that are not read (SPEC 12)."""

from __future__ import annotations

from spc.parsing.refusal import ReadingRule

__all__ = ["FILE_ROWS", "TABLE_ROWS"]

# fmt: off
TABLE_ROWS = (
    ReadingRule(
        "duplicated month", "table", "stand in one month of one series",
        "keep one row, add the key column that tells them apart, or add weeks and days up to months first",
        ("5, 7",),
    ),
    ReadingRule(
        "duplicated series", "table", "name one series more than once",
        "keep one row, or add the key column that tells them apart", ("rows 2 and 9",),
    ),
    ReadingRule(
        "month far from the others", "table", "lies more than ten years from every other month",
        "correct the year, or leave the row out", ("1924-07",),
    ),
    ReadingRule(
        "negative denominator", "table", "is below nought where a denominator should stand",
        "correct the number, or leave the cell empty", ("-5",),
    ),
    ReadingRule(
        "names that look alike", "table", "differ in capitals, spaces or accents alone, and are two names",
        "write the name in one way if they are one", ("Swindon, SWINDON",), severity="warning",
    ),
    ReadingRule(
        "first month may be partial", "table", "is the first month of a most recent release, which may have "
        "been cut short, and no other release holds it",
        "give the release before it too, or read the month with care", ("202404",), severity="warning",
    ),
    ReadingRule(
        "unknown outcome", "table", "is no outcome category that is known, and was not counted as positive",
        "check whether the category is positive, and count it by hand if it is",
        ("Offender sent to Mars",), severity="warning",
    ),
    ReadingRule(
        "month outside its file", "table", "is not the month that the file is named after",
        "download the file again, or name it after its month", ("2024-08",), scope="file",
    ),
    ReadingRule(
        "too many months", "table", "is one of more than 5,000 different months",
        "check that the column of months is the right one", ("2024-07-01",), scope="file",
    ),
    ReadingRule(
        "no key column", "table", "are all the columns, and none of them names a series",
        "add a column of names, or name one with keys=", ("month, value",), scope="file",
    ),
    ReadingRule(
        "no month column", "table", "are all the columns, and neither one of them nor a heading is a month",
        "head the column of months \"month\", or name it with month=", ("area, when, value",), scope="file",
    ),
    ReadingRule(
        "no value column", "table", "are all the columns, and none of them is \"value\", or \"numerator\" "
        "beside \"denominator\"",
        "head the column of values \"value\", or name it with value=; where every column is a series, put "
        "them one below the other beside a column of their names", ("area, month, crimes",), scope="file",
    ),
    ReadingRule(
        "value or numerator", "table", "all claim to be the values",
        "name the one that is meant with value= (and of=), and the rest with ignore=",
        ("value, numerator",), scope="file",
    ),
    ReadingRule(
        "no such column", "table", "is no column of the file",
        "name a column as it is headed", ("vaule",), scope="file",
    ),
    ReadingRule(
        "column named twice", "table", "is a column with two parts to play",
        "name it once among keys=, month=, value=, of=, given= and ignore=", ("value",), scope="file",
    ),
    ReadingRule(
        "further numeric column", "table", "is a further column of numbers",
        "name it in ignore=[{raw}], or in keys= if it names series", ("population",), scope="file",
    ),
    ReadingRule(
        "year beside the month", "table", "is a column of years beside the months",
        "write year and month in one column, as 2024-07, or name it in ignore=[{raw}] where the months have "
        "their year", ("year",), scope="file",
    ),
    ReadingRule(
        "mostly empty column", "table", "is empty in most rows, and every column of text names series",
        "name it in ignore=[{raw}], name the columns that name series in keys=, or fill it in on every row, "
        "merged cells too", ("notes",), scope="file",
    ),
    ReadingRule(
        "months in rows and in headings", "table", "heads a month although the rows have months too",
        "give one or the other, or name the column in ignore=[{raw}]", ("2024-07",), scope="file",
    ),
    ReadingRule(
        "heading that is no month", "table", "heads a column beside the months, and is itself no one month",
        "head it with a month, or name it in ignore=[{raw}]", ("2024 Q3",), scope="file",
    ),
    ReadingRule(
        "one month headed twice", "table", "head one month", "keep one of the columns", ("Jul-24, July-24",),
        scope="file",
    ),
    ReadingRule(
        "two layouts", "table", "is not in the layout of the files beside it",
        "read files of different layouts one by one", ("boroughs.csv",), scope="file",
    ),
)

FILE_ROWS = (
    ReadingRule("no such file", "file", "cannot be opened", "check the path and the right to read it, "
                "and download what lies on the web", ("",), scope="file"),
    ReadingRule(
        "unknown ending", "file", "has no ending that is read",
        "save it as .csv, .csv.gz, .xlsx or .parquet, or unpack it", ("",), scope="file",
    ),
    ReadingRule(
        "other contents", "file", "holds something else than its ending says",
        "open it where it came from and save it anew as CSV, or correct the ending", ("",), scope="file",
    ),
    ReadingRule("empty file", "file", "is empty", "save it again with its rows", ("",), scope="file"),
    ReadingRule("no rows", "file", "has headings and no rows", "save it again with its rows", ("",),
                scope="file"),
    ReadingRule(
        "too large", "file", "is larger than is read in one piece",
        "split it by area and read the pieces as a list of paths", ("3,000,000,000 bytes",), scope="file",
    ),
    ReadingRule(
        "expands too far", "file", "grows to more than 200 times its packed size, as no table does",
        "unpack it by hand, look at it, and read what it holds", ("",), scope="file",
    ),
    ReadingRule(
        "damaged file", "file", "is damaged or cut short", "download or save it again", ("",), scope="file",
    ),
    ReadingRule(
        "not UTF-8", "file", "is not written in UTF-8", "save it from Excel as \"CSV UTF-8\"", ("Caf\\xe9",),
        scope="file",
    ),
    ReadingRule(
        "UTF-16", "file", "is written in UTF-16 or UTF-32, not in UTF-8",
        "save it from Excel as \"CSV UTF-8\", not as \"Unicode text\"", ("",), scope="file",
    ),
    ReadingRule(
        "NUL byte", "file", "holds a byte 0, which no text has",
        "download or save it again, it is damaged or no text", ("line 3",), scope="file",
    ),
    ReadingRule(
        "unbalanced quotes", "file", "has a quotation mark that is never closed",
        "close it, or write a mark inside a cell twice and the cell in quotation marks", ("line 7",),
        scope="file",
    ),
    ReadingRule(
        "stray quotation mark", "file", "has a quotation mark inside a cell",
        "write it twice and the cell in quotation marks", ("line 7: 5\" tube",), scope="file",
    ),
    ReadingRule(
        "line break in a cell", "file", "has a line break inside",
        "write the cell on one line, or close the quotation mark before it", ("Swindon\nBurglary",),
        scope="file",
    ),
    ReadingRule(
        "ragged row", "file", "has more or fewer cells than there are headings",
        "give every line as many cells as the headings, and leave out titles and notes around the table",
        ("Swindon,2024-07",), scope="file",
    ),
    ReadingRule(
        "other separator", "file", "is not parted by commas",
        "save it with commas between the cells", ("area;month;value",), scope="file",
    ),
    ReadingRule(
        "duplicated heading", "file", "heads more than one column", "give every column its own heading",
        ("value",), scope="file",
    ),
    ReadingRule(
        "column without a heading", "file", "stands in a column without a heading",
        "give every column its heading, and leave out titles above the headings and numbers of rows",
        ("Swindon",), scope="file",
    ),
    ReadingRule(
        "type that is no table's", "file", "is a column of a type that holds neither text nor numbers",
        "give it as text, numbers or dates, or leave it out", ("location: list<double>",), scope="file",
    ),
    ReadingRule(
        "no such sheet", "file", "is no sheet of the workbook", "name one as its tab is named with sheet=",
        ("Data",), scope="file",
    ),
    ReadingRule(
        "sheet without a table", "file", "is the first sheet and has no rows below headings",
        "name the sheet that holds the table with sheet=", ("Cover",), scope="file",
    ),
    ReadingRule(
        "folder without street files", "file", "has no file named like 2024-07-wiltshire-street.csv, "
        "in it or in folders by month",
        "unpack the archive of data.police.uk and give its folder, or give paths to files", ("",),
        scope="file",
    ),
    ReadingRule(
        "two files of one month", "file", "stand for one force and month", "keep one of the files",
        ("a/2024-07-wiltshire-street.csv, b/2024-07-wiltshire-street.csv",), scope="file",
    ),
)
# fmt: on
