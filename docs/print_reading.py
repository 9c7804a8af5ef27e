"""Print docs/reading.md: its words are here, its tables come from the code."""

from __future__ import annotations

from pathlib import Path

from spc.parsing import READING_RULES, ReadingRule
from spc.reading.gates import ENDINGS, LIMITS
from spc.reading.layouts import LAYOUTS
from spc.reading.street import OUTCOMES

PAGE = Path(__file__).with_name("reading.md")

WORDS = """\
# Reading

<!-- Printed by docs/print_reading.py: change the words there, the tables in the code. -->

`spc.read` takes a file, a folder, a list of releases or a frame, and gives a `Panel` with a `report`.
Texts are read with one meaning or not at all: what is refused is named, with its series, its month, the text
that stood there and the way to mend it.

```python
>>> import pandas as pd, spc
>>> rows = pd.DataFrame({{"area": ["Swindon", "Swindon", "Salisbury", "Salisbury"],
...                      "month": ["2024-06", "2024-07", "2024-06", "2024-07"],
...                      "value": ["975", "1,102", "12", "<5"]}})
>>> panel = spc.read(rows)
>>> panel
Panel(1 series x 2 months, 2024-06 to 2024-07)
>>> panel.report
Report(4 cells in, 2 used, 2 reported, 1 problem, 1 series refused)
>>> print(panel.report.problems[0].sentence)
Salisbury, 2024-07: '<5' is not a number (suppressed value): give the number, leave the cell empty or \
declare it with missing=['<5'].
>>> spc.read(rows, missing=["<5"]).report
Report(4 cells in, 3 used, 1 missing, 0 problems)

```

## What is refused, and how much of it

* An empty cell is a missing month. It is no problem.
* A bad cell refuses its series. The series is left out of the panel and stands in `report.refused` with its
  first problem; all other series are read as if it were not there.
* A bad structure (columns, encoding, mixed forms of months, headings that stand twice) refuses the file:
  `InputError`, with every problem in `.problems`.
* A warning refuses nothing.
* `strict=True` raises at any problem.

Cells are counted: those that come in are used, missing, reported or (where releases overlap) superseded, and
the sum is asserted in every reading. `report.to_frame()` has one row per problem: the keys, month, raw, rule,
remedy, severity.

## How columns are found

| column | by default | or say |
|---|---|---|
| months | the column headed `month`, in any capitals; without one the file is wide: months are headings \
| `month="period"` |
| values | `value`; or `numerator` beside `denominator` | `value="crimes"` |
| denominators | `of`, or `denominator` beside `numerator` | `of="population"` |
| ready window values | `given_3`, `given_12` ..., as `Panel.to_frame` writes them \
| `given={{12: "rolling year"}}` |
| keys, which together name a series | every column of text that is not empty | `keys=["area", "measure"]` |

A further column of numbers refuses the file until it is named in `ignore=` or `keys=`: it may be the value
that was meant, or a code that names series. A column is one of numbers if all of its texts are numbers,
spoilt numbers such as `<5`, percentages or times, or nine in ten are. With `keys=`, other columns of text
are left unread. A column of text that most rows leave empty (notes, flags, merged cells) refuses the file
too, until it is named in one of the two or filled in. Series side by side, a column each, are put one below
the other first (`rows.melt(["area", "month"], var_name="measure")` in pandas). Spaces around headings and
names do not count. Names stay text: `NA`, `1E5`, `007`, `=1+1`.

A measure's unit decides which texts its series may hold: `21.8%` where [the catalogue](measures.md) says
"percent", `00:12:57` where it says "hh:mm:ss". Bare numbers are in the unit already. Excel cells are read as
Excel shows them: 0.218 under a percent format is `21.8%`.

Months are written in one form per column: 2024-07, 202407, 2024-07-01, 31/07/2024 (day first), Jul-24,
July 2024, 2024M07 and their kin; Period and datetime columns of frames.

## Files

{files}

Other sheets that are not hidden stand in `report.unread`, and the command line names them.

Limits, before anything is parsed: {n_bytes:,} bytes, {rows:,} rows, {columns:,} columns, {cells:,} cells, and
an expansion of {expansion} times the packed size once {expansion_from:,} bytes have come out.

## Published layouts

Recognised by their headings, exactly as downloaded; `layout=` insists on one.

{layouts}

Several releases are read as a list of paths and spliced by the names of their series:

* Where two hold a month, the later release wins: the one that reaches further, and of two that reach equally
  far the one given later. An empty cell does not win over a number. `report.cells_superseded` counts the
  cells that gave way and `cells_revised` those that the later release changed.
* The first month of a London file called "most recent" may have been cut short. Any other release that holds
  the month wins; if none does, the month is kept with a warning.
* A row that a London release leaves out is 0 for the months of the release, provided that the release has the
  area and the type; otherwise it is missing. `report.cells_filled` counts these noughts.
* A series that one release refuses is left out of all.

A folder of data.police.uk (`2024-07/2024-07-wiltshire-street.csv` ...) is counted by LSOA, or with
`by="force"` by force: the measures are each crime type, and "<type>: positive outcomes" as a rate of it. A
month without a record is 0 where the force has a file, and missing where it has none. Records without a place
are counted under "No location". Recent outcomes are immature: they grow for months.

`Last outcome category` counts as positive by the Home Office framework of crime outcomes (1 to 4 and 6 to 8:
charged or summonsed, cautions, taken into consideration, penalty notices, cannabis warnings, community
resolutions); what a court does later does not undo the charge.

{outcomes}

A category that is not in this table is told as a problem and not counted as positive.
"""

READS = {
    "month": "Months",
    "number": "Numbers",
    "name": "Names",
    "table": "Tables",
    "file": "Files",
}


def cell(text: str) -> str:
    """A text as a cell of a Markdown table, as code that shows what cannot be seen."""
    shown = text if text.isprintable() else repr(text)[1:-1]
    return f"`{shown}`".replace("|", "\\|") if shown else ""


def rule_row(rule: ReadingRule) -> str:
    """One rule as a row: its name, an example, what is wrong, how to mend it, what it refuses."""
    effect = "warning" if rule.severity == "warning" else {"cell": "series", "file": "file"}[rule.scope]
    if rule.name == "total row":
        effect = "series, as a warning"
    example = ", ".join(cell(text) for text in rule.example if text)
    remedy = rule.remedy.replace("{raw}", "...")
    unit = f" (unit {rule.unit})" if rule.unit != "number" else ""
    return f"| {rule.name} | {example}{unit} | {rule.refused} | {remedy} | {effect} |".replace(
        "<type>", "`<type>`"
    )


def rules() -> str:
    """Every rule, by what it reads."""
    parts = []
    for reads, title in READS.items():
        rows = [rule_row(rule) for rule in READING_RULES.values() if rule.reads == reads]
        heading = "| rule | example | what is wrong | how to mend it | refuses |\n|---|---|---|---|---|"
        parts.append(f"### {title}\n\n{heading}\n" + "\n".join(rows))
    return "\n\n".join(parts)


def render() -> str:
    """The page."""
    kinds = {
        kind: [f"`{end}`" for end, found in ENDINGS.items() if found == kind] for kind in ENDINGS.values()
    }
    notes = {
        "csv": "UTF-8, commas, one line of headings, as many cells in every line",
        "excel": "the first sheet that is not hidden, or `sheet=`; headings in the first row that is not "
        "empty",
        "parquet": "columns of text, numbers, dates, truth values",
    }
    files = "| ending | read as |\n|---|---|\n" + "\n".join(
        f"| {', '.join(ends)} | {notes[kind]} |" for kind, ends in kinds.items()
    )
    layouts = "| layout | headings, before the months | keys of the panel | spliced by |\n|---|---|---|---|\n"
    columns = [(one.name, one.headings, one.headings.values(), one.identity) for one in LAYOUTS.values()]
    layouts += "\n".join(
        f"| `{name}` | {' | '.join(', '.join(map(cell, texts)) for texts in lists)} |"
        for name, *lists in columns
    )
    outcomes = "| Last outcome category | positive |\n|---|---|\n" + "\n".join(
        f"| {text or '(empty)'} | {'yes' if is_positive else 'no'} |"
        for text, is_positive in OUTCOMES.items()
    )
    words = WORDS.format(
        files=files, layouts=layouts, outcomes=outcomes, n_bytes=LIMITS.n_bytes, rows=LIMITS.rows,
        columns=LIMITS.columns, cells=LIMITS.cells, expansion=LIMITS.expansion,
        expansion_from=LIMITS.expansion_from,
    )  # fmt: skip
    effects = "What a rule refuses: the series of the cell, the file, or nothing (a warning)."
    return f"{words}\n## Every rule\n\n{effects}\n\n{rules()}\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
