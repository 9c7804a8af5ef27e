"""What was printed: 134 arrow symbols, the 2022 form in full, and 18 trend words (SPEC 1, 4, 5).

`published_2022.csv` has the 62 rows of the paper of August 2022 as printed; the sample of 2024 has those of
July 2024. A printed figure and its printed change give the figure of the year before; both go in at the front
door, and the page must come out as it was printed. Colours, and so directions, are lost in the papers: every
measure with a symbol has one, and which does not matter for the symbol.
"""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

import spc
from spc.printed import scorecard_columns

FORM = Path(__file__).with_name("published_2022.csv")
PAPER = files("spc.samples") / "wiltshire_2024_published.csv"
WINDOWS = ("month", "m3", "m12")
DASH = "—"
#: Table 2 lost its 26 symbols when the paper was made.
LOST = "2"
#: Rounded figures that do not determine what they stand for: -0.4 points on 7.1% is 4.7 to 6.0% of what was
#: before, and the dash says that it was less than 5%; "-0.0" is a little below 0.
WITHIN = {
    ("FAT Outcome Rate: S&H", "m3"): (7.14, -0.36),
    ("Police Physical Attendance Rate - County", "m12"): (59.6, -0.04),
}
Row = dict[str, str]


def printed(path: str) -> list[Row]:
    return list(csv.DictReader(path.splitlines()))


def form() -> list[Row]:
    return printed(FORM.read_text(encoding="utf-8"))


def paper() -> list[Row]:
    return printed(PAPER.read_text(encoding="utf-8"))


def number(text: str) -> float:
    """Read "1,718", "-0.1% points" or "-00:00:21"."""
    figure = text.removesuffix(" points").removesuffix("%").replace(",", "")
    if ":" not in figure:
        return float(figure) if figure else np.nan
    hours, minutes, seconds = (int(part) for part in figure.lstrip("-").split(":"))
    return (-1.0 if figure.startswith("-") else 1.0) * (3600 * hours + 60 * minutes + seconds)


def year_before(figure: float, change: float, unit: str) -> float:
    """Turn a change back: percent of what was, points or seconds off it."""
    return figure - change if unit in ("percent", "hh:mm:ss") else figure / (1.0 + change / 100.0)


def page(rows: list[Row], figures: list[list[tuple[float, float]]], improvement: str) -> spc.Panel:
    """Put each figure and that of the year before in a panel of thirteen months, and make its scorecard."""
    cells = np.full((3, len(rows), 13), np.nan)
    for s, (row, windows) in enumerate(zip(rows, figures, strict=True)):
        for k, (figure, change) in enumerate(windows):
            cells[k, s, 12], cells[k, s, 0] = figure, year_before(figure, change, row["unit"])
    names = [row["measure"] for row in rows]
    panel = spc.Panel.from_numpy(
        cells[0], start="2021-08", given={3: cells[1], 12: cells[2]}, keys={"measure": names}
    )
    measures = [
        spc.Measure(row["measure"], kind="median", unit=row["unit"], improvement=improvement) for row in rows
    ]
    return spc.scorecard(panel, measures=spc.Catalogue(tuple(measures)))


def page_2022(improvement: str = "low") -> dict[str, np.ndarray]:
    rows = form()
    figures = [
        [
            WITHIN.get((row["measure"], window), (number(row[window]), number(row[f"{window}_change"])))
            for window in WINDOWS
        ]
        for row in rows
    ]
    return scorecard_columns(page(rows, figures, improvement), form="2022", numbers=False)


def test_the_paper_has_62_rows_and_117_symbols():
    rows = form()
    symbols = [row[f"{window}_arrow"] for row in rows for window in WINDOWS if row[f"{window}_arrow"]]
    assert (len(rows), len(symbols)) == (62, 117)
    assert sum(bool(row["arrow"]) for row in paper()) == 17
    assert set(symbols) == {"▲", "▼", DASH}


def test_the_2022_form_in_full():
    """Figures, changes and symbols of all rows, as printed."""
    columns, rows = page_2022(), form()
    assert columns["measure"].tolist() == [row["measure"] for row in rows]
    for window in WINDOWS:
        for name in (window, f"{window}_change"):
            assert columns[name].tolist() == [row[name] for row in rows], name


@pytest.mark.parametrize("improvement", ["low", "high"])
def test_117_symbols_of_2022(improvement: str):
    columns, found = page_2022(improvement), 0
    for s, row in enumerate(form()):
        for window in WINDOWS:
            symbol = row[f"{window}_arrow"]
            if row["table"] != LOST:
                assert columns[f"{window}_arrow"][s] == symbol, (row["measure"], window)
                found += bool(symbol)
    assert found == 117


def test_without_a_direction_there_is_no_dash():
    columns = page_2022("neither")
    assert DASH not in {symbol for window in WINDOWS for symbol in columns[f"{window}_arrow"]}


def test_17_symbols_of_2024():
    """Their changes print as well; five rows print "%" where the volumes prove points (SPEC 5)."""
    rows = [row for row in paper() if row["arrow"]]
    for row in rows:
        row["unit"] = {"points": "percent", "seconds": "hh:mm:ss"}.get(row["change_unit"], "number")
    figures = [[(np.nan, np.nan)] * 2 + [(number(row["m12"]), number(row["change"]))] for row in rows]
    columns = scorecard_columns(page(rows, figures, "low"), form="2022", numbers=False)
    assert columns["m12_arrow"].tolist() == [row["arrow"] for row in rows]
    assert [number(text) for text in columns["m12_change"]] == [number(row["change"]) for row in rows]


#: Measures of both papers: name in 2022, name in 2024.
BOTH = {
    "Abandonment Rate: 101": "Abandonment Rate: CCH",
    "Abandonment Rate: 999": "Abandonment Rate: All 999",
    "Average Time to Answer: 999": "Average Time to Answer: All 999",
    "Average Time to Answer: CRIB": "Average Time to Answer: All CRIB",
    "Time to Charge: RASSO": "Time to Charge (Median): RASSO",
}
#: The 2022 paper prints the mean of the months for these two, the 2024 paper their sum.
MEANS = ("FAT Outcome Volume: DA", "FAT Outcome Volume: RASSO")
SIGNS = {"Increasing": 1, "Decreasing": -1}


def rolling_values() -> list[tuple[Row, float, float, float]]:
    """Give the row of 2024, and the rolling 12 months of August 2022, July 2023 and July 2024, as printed."""
    later = {row["measure"]: row for row in paper()}
    found = []
    for row in form():
        now = later.get(BOTH.get(row["measure"], row["measure"]))
        if now is not None and now["weighting"] and row["m12"]:
            unit = {"points": "percent", "seconds": "hh:mm:ss"}.get(now["change_unit"], "number")
            last = number(now["m12"])
            before = year_before(last, number(now["change"]), unit)
            first = number(row["m12"]) * (12.0 if row["measure"] in MEANS else 1.0)
            found.append((now, first, before, last))
    return found


def test_the_signs_of_18_trend_words():
    """The words as the sign of `trend`'s line, its rolling figures straight between the printed ones.

    36 months end with July 2024; months 0 to 12 share August 2022's rolling figure, 13 to 23 bring it to that
    of July 2023, 24 to 35 to that of July 2024.
    """
    rows = [row for row in rolling_values() if row[0]["trend"] in SIGNS]
    assert (len(rolling_values()), len(rows)) == (20, 18)
    months = np.array([[a] * 13 + [(12.0 * b - a) / 11.0] * 11 + [c] * 12 for _, a, b, c in rows], np.float64)
    found = spc.trend(spc.Panel.from_numpy(months, start="2021-08"))
    words = [SIGNS[row["trend"]] for row, *_ in rows]
    assert np.sign(found.slope).tolist() == words
    by_year = [np.sign(c - b) for _, _, b, c in rows]
    assert sum(one == other for one, other in zip(by_year, words, strict=True)) == 12  # so not that sign


def test_r2_of_three_points_parts_16_of_17_rows_without_exceptions():
    """The thresholds of the scorer `r2`; the miss is the 999 abandonment rate, .97 with a trend part of 4."""
    scorer = spc.SCORERS["r2"]
    rows = [row for row in rolling_values() if not row[0]["exceptions"]]
    r = np.array([np.corrcoef([0.0, 11.0, 23.0], figures)[0, 1] for _, *figures in rows])
    grades = scorer.grade(spc.Score(r, r, r), scorer.strong, scorer.weak)
    missed = [
        row["measure"]
        for (row, *_), grade in zip(rows, grades, strict=True)
        if {0: 0.0, 1: 4.0, 2: 10.0}[int(grade)] != float(row["weighting"])
    ]
    assert (len(rows), missed) == (17, ["Abandonment Rate: All 999"])
