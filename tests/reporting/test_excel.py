"""The workbook says what the page says, in real numbers, and nothing in it runs."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import warnings
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.utils.escape import unescape

import spc
from spc.inert import visible
from spc.reporting.excel_names import LONGEST_NAME, cell_text, sheet_names
from spc.wording import ROLLING_ONLY

OURS = ["Summary", "Data", "Parts", "Limits", "Exceptions", "Weights", "Method"]
#: Row of the first series on a page, as openpyxl counts.
FIRST = 4
HOSTILE = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1+1", "{=1+1}", "'=1", '"=1"', " =1", "\t=1"),
    *('=HYPERLINK("//evil.example","x")', "http://evil.example", "https://evil.example/?a=1", "ftp://x.example"),
    *("mailto:a@evil.example", "internal:Data!A1", "external:c:\\x.xlsx", "file:///x", "www.x.example"),
    *("12:30", "1E5", "007", "2024-07", "TRUE", "NA", "#DIV/0!", "_x0041_", "_x000D_", "a\nb", "a\x00b\x07c"),
    *("a\x1b[2Jb", "\ufffe\uffff", "]]><x>&amp;", "<script>x</script>", "a\u202eb", "'", "  padded  "),
    *("\U0001f693" * 20, "N" * 300, "&L&P", "C:\\..\\..\\x", "%s %n", "١٢٣", "History", "Data"),
)  # fmt: skip


def workbook(card: Any, **options: Any) -> bytes:
    target = io.BytesIO()
    card.to_excel(target, **options)
    return target.getvalue()


def opened(content: bytes) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparkline Group extension")  # openpyxl has none
        return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture(scope="module")
def card() -> Any:
    sample = spc.samples.load("wiltshire_2024")
    return spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-07")


@pytest.fixture(scope="module")
def content(card: Any) -> bytes:
    return workbook(card)


def hostile_card(**options: Any) -> Any:
    rng = np.random.default_rng(7)
    values = rng.poisson(40.0, (len(HOSTILE), 36)).astype(float)
    values[:, -1] = 90.0
    measures = [
        spc.Measure(name, group=HOSTILE[i // 6], change_label=name, improvement="low")
        for i, name in enumerate(HOSTILE)
    ]
    panel = spc.Panel.from_numpy(values, start="2021-08", keys={"measure": HOSTILE})
    return spc.scorecard(panel, measures=spc.Catalogue(measures, note="=1+1 a note"))


def displayed(cell: Any) -> str:
    """Print a cell as Excel does: on the decimal of 15 digits, halves away from zero."""
    value, shown = cell.value, cell.number_format
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if cell.is_date or shown == "[hh]:mm:ss":
        seconds = round(value.total_seconds()) if hasattr(value, "total_seconds") else round(value * 86400)
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    found = re.fullmatch(r'(?:#,##)?0(\.0+)?(%?)(?:"(.*)")?', shown)
    assert found is not None, shown
    number = Decimal(f"{value:.15g}") * (100 if found[2] else 1)
    places = Decimal(1).scaleb(-max(len(found[1] or ".") - 1, 0))
    return f"{number.quantize(places, ROUND_HALF_UP):,}{found[2]}{found[3] or ''}"


def pages(book: Any) -> list[Any]:
    return [sheet for sheet in book if sheet.title not in OURS]


def columns(sheet: Any, row: int = FIRST - 1) -> dict[str, int]:
    return {cell.value: cell.column for cell in sheet[row] if cell.value}


def test_every_printed_cell_stands_on_its_page_as_it_is_printed(card: Any, content: bytes):
    words = card.to_frame().set_index("measure")
    seen = 0
    for sheet in pages(opened(content)):
        place = columns(sheet)
        names = [name.replace("\n", " ") for name in place]
        assert names[:5] == ["Measure", "Trend line (36 months)", "Jul-2024", "3 months to Jul-2024",
                             "12 months to Jul-2024"]  # fmt: skip
        for row in sheet.iter_rows(min_row=FIRST):
            cells = [displayed(cell) for cell in row]
            said = words.loc[cells[0]]
            assert cells[2:6] == [said["month"], said["m3"], said["m12"], said["change"]], cells[0]
            assert cells[6].partition(" ")[0] == said["arrow"]
            assert cells[7:10] == [said["trend"], said["exceptions"], said["weighting"]]
            seen += 1
    assert seen == 57


def test_the_form_of_2022_prints_every_change(card: Any):
    sheet = opened(workbook(card, form="2022"))["Response (Priority)"]
    assert [displayed(cell) for cell in sheet[FIRST]] == [
        "Average Response Time: Priority",
        *("01:29:18", "-00:18:02", "▼ better", "01:23:40", "-00:26:10", "▼ better"),
        *("01:31:55", "-00:16:12", "▼ better"),
    ]


def test_figures_are_numbers_and_negative_durations_are_texts(content: bytes):
    sheet = opened(content)["Response (Priority)"]
    duration, rate, count = (sheet.cell(row, 3) for row in (4, 7, 8))
    assert duration.number_format == "[hh]:mm:ss"
    assert rate.value == pytest.approx(0.635, abs=0.001)
    assert rate.number_format == "#,##0.0%"
    assert (count.value, count.number_format) == (2131, "#,##0")
    assert sheet.cell(4, 6).value == "-00:16:12"
    points = sheet.cell(7, 6)
    assert points.data_type == "n"
    assert points.number_format == '#,##0.0"% points"'


def test_direction_is_told_in_words_and_colour_comes_on_top(card: Any, content: bytes):
    inks = {}
    for sheet in pages(opened(content)):
        for row in sheet.iter_rows(min_row=FIRST):
            arrow = row[6]
            inks.setdefault((arrow.value or "").partition(" ")[2], set()).add(
                arrow.font.color and arrow.font.color.rgb
            )
    judged = set(card.comparison.judgement[:, 2]) - {""}
    assert set(inks) - {""} == judged - {"no direction"}
    assert len({frozenset(ink) for ink in inks.values()}) == len(inks)


def test_weightings_are_shaded_from_stated_thresholds(content: bytes):
    book = opened(content)
    sheet = book["Domestic Abuse"]
    ((where, rules),) = ((str(area.sqref), area.rules) for area in sheet.conditional_formatting)
    assert where == "J4:J14"
    in_order = sorted(rules, key=lambda rule: rule.priority)
    assert [rule.formula for rule in in_order] == [["20"], ["16"], ["10"]]
    assert all(rule.operator == "greaterThanOrEqual" and rule.stopIfTrue for rule in rules)
    method = {row[0].value: row[1].value for row in book["Method"].iter_rows(min_row=3)}
    assert method["Shades"] == "Weighting of 10 or more, 16 or more, 20 or more."
    assert method["Series"] == "57 series in = 57 shown."
    assert method["Baseline"] == "of the last 36 months the first 24"


def test_pages_print_on_a4_and_keep_their_headings(content: bytes):
    for sheet in pages(opened(content)):
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in ((None, 0), (1, 0))
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$3:$3"
        assert sheet.freeze_panes == "B4"
        assert sheet.column_dimensions["A"].width >= min(max(len(c.value or "") for c in sheet["A"][3:]), 50)


def sparklines(content: bytes, number: int) -> list[tuple[str, str]]:
    text = zipfile.ZipFile(io.BytesIO(content)).read(f"xl/worksheets/sheet{number}.xml").decode()
    return re.findall(r"<xm:f>(.*?)</xm:f><xm:sqref>(.*?)</xm:sqref>", text)


def test_trend_lines_are_drawn_over_the_data_of_their_row(card: Any, content: bytes):
    book = opened(content)
    data = book["Data"]
    found = 0
    for sheet in pages(book):
        for source, place in sparklines(content, book.sheetnames.index(sheet.title) + 1):
            row = re.search(r"\d+", source)[0]
            assert source == f"'Data'!C{row}:AL{row}"
            assert sheet.cell(sheet[place].row, 1).value == data.cell(int(row), 1).value
            values = [data.cell(int(row), c).value for c in range(3, 39)]
            assert any(value is not None for value in values)
            found += 1
    assert found == 57
    text = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet2.xml").decode()
    assert 'displayEmptyCellsAs="gap"' in text
    assert 'markers="1"' in text


def test_the_data_are_the_months_as_plotted_with_gaps_as_gaps():
    values = np.array([[float(10 + t % 5) for t in range(40)]])
    values[0, [3, 20]] = np.nan
    panel = spc.Panel.from_numpy(values, start="2021-04")
    sheet = opened(workbook(spc.scorecard(panel, as_at="2024-05")))["Data"]
    heads = [cell.value for cell in sheet[1]]
    assert [f"{head:%Y-%m}" for head in heads[2:]] == list(panel.months[:38])
    assert [cell.value for cell in sheet[2][2:]] == [None if v != v else v for v in values[0, :38].tolist()]


def test_a_measure_in_arrears_ends_its_line_a_month_earlier():
    panel = spc.Panel.from_numpy(
        np.arange(80.0).reshape(2, 40), start="2021-04", keys={"measure": ["a", "b"]}
    )
    rows = spc.Catalogue([spc.Measure("a"), spc.Measure("b", lag=1)])
    content = workbook(spc.scorecard(panel, measures=rows))
    assert [source for source, _ in sparklines(content, 2)] == ["'Data'!G2:AP2", "'Data'!F3:AO3"]
    assert opened(content)["Data"].cell(3, 42).value is None


def test_parts_limits_exceptions_and_weights_are_those_of_the_library(card: Any, content: bytes):
    book = opened(content)
    parts = [[cell.value for cell in row] for row in book["Parts"].iter_rows(min_row=2)]
    assert len(parts) == 2 * int(card.panel.is_ratio.sum())
    s = int(np.flatnonzero(card.panel.is_ratio)[0])
    assert parts[0][2:] == card.panel.values[s].tolist()
    assert parts[1][2:] == card.panel.of[s].tolist()
    flagged = card.exceptions.to_frame()
    flagged = flagged[flagged["mask"] != 0]
    written = [[c.value for c in row] for row in book["Exceptions"].iter_rows(min_row=2)]
    assert [(row[0], f"{row[1]:%Y-%m}", row[3]) for row in written] == [
        (m, str(month), words)
        for m, month, words in flagged[["measure", "month", "exceptions"]].values.tolist()
    ]
    now = {row[0] for row in written if row[4] == "this month"}
    assert len(now) == int(np.count_nonzero(card.exceptions.at))
    weights = {row[0].value: row[1].value for row in book["Weights"].iter_rows(min_row=2)}
    assert weights["Response Rate: Priority"] == 25
    limits = {row[0].value: row for row in book["Limits"].iter_rows(min_row=2)}
    row = limits["Crime Volume: RASSO"]
    s = card.panel.keys["measure"].tolist().index("Crime Volume: RASSO")
    assert [cell.value for cell in row[8:12]] == pytest.approx(
        [getattr(card.limits, name)[s, -1] for name in ("centre", "sigma", "lcl", "ucl")]
    )
    assert (f"{row[5].value:%Y-%m}", f"{row[6].value:%Y-%m}", row[7].value) == ("2021-08", "2023-07", 24)


def test_the_summary_counts_and_links_to_where_rows_stand(card: Any, content: bytes):
    book = opened(content)
    sheet = book["Summary"]
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    groups = table[table.index(next(row for row in table if row[0] == "Group")) + 1 :][:11]
    assert sum(row[1] for row in groups) == 57
    assert sum(row[2] for row in groups) == int(np.count_nonzero(card.exceptions.at))
    links = [
        (cell.hyperlink.location, sheet.cell(cell.row, 1).value)
        for row in sheet
        for cell in row
        if cell.hyperlink
    ]
    assert len(links) == 11 + 15
    for location, said in links[11:]:
        name, at = re.fullmatch(r"'(.*)'!(\w+)", location).groups()
        assert book[name.replace("''", "'")][at].value == said
    heads = [row[1] for row in table if isinstance(row[1], int)][11:]
    assert heads == sorted(heads, reverse=True)


@pytest.mark.parametrize(
    "options", [{}, {"columns": ["line", "month", "change", "weighting"]}, {"form": "2022"}]
)
def test_hostile_names_are_plain_texts_wherever_they_stand(options: dict[str, Any]):
    content = workbook(hostile_card(), title="=1+1", **options)
    book = opened(content)
    links = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                if cell.hyperlink:
                    links += 1
                    assert sheet.title == "Summary"
                    assert cell.hyperlink.target is None
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "@")):
                    assert cell.data_type == "s"
                    assert cell.number_format == "@"
    assert links > 0
    # "_x000D_" is an escape to Excel, so it is written escaped, which openpyxl leaves as it is
    names = [unescape(cell.value) for sheet in pages(book) for cell in sheet["A"][FIRST - 1 :]]
    assert sorted(names) == sorted(cell_text(name) for name in HOSTILE)
    assert sorted(unescape(cell.value) for cell in book["Data"]["A"][1:]) == sorted(names)
    packed = zipfile.ZipFile(io.BytesIO(content))
    for part in packed.namelist():
        text = packed.read(part).decode("utf-8", "strict")
        assert "<f>" not in text.replace("<xm:f>", "")
        assert "externalLink" not in part
        assert 'TargetMode="External"' not in text


def test_cleaning_writes_control_characters_out_and_leaves_the_rest():
    for name in HOSTILE:
        if visible(name) == name and "\ufffe" not in name:
            assert cell_text(name) == name
    assert cell_text("a\x00b\x07c") == r"a\x00b\x07c"
    assert cell_text("\ufffe") == r"\ufffe"
    assert len(cell_text("x" * 40_000)) == 32_767


def test_names_of_sheets_are_names_that_excel_takes():
    names = sheet_names([*HOSTILE, *HOSTILE, "a" * 40, "A" * 40, "[x]:*?/\\y", ""], OURS)
    assert len({name.casefold() for name in [*names, *OURS, "History"]}) == len(names) + len(OURS) + 1
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= LONGEST_NAME
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.isprintable()


def test_the_same_scorecard_gives_the_same_bytes(card: Any, content: bytes, tmp_path: Path):
    card.to_excel(tmp_path / "card.xlsx")
    assert (tmp_path / "card.xlsx").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["card.xlsx"]


def test_top_keeps_the_heaviest_and_says_how_many_were_left_out(card: Any):
    book = opened(workbook(card, top=3))
    assert book["Data"].max_row == 4
    told = {cell.value for cell in book["Data"]["A"][1:]}
    assert told == {"Response Rate: Priority", "Percentage of ASB in Niche", "Repeat DA Suspects (Expanded)"}
    method = {row[0].value: row[1].value for row in book["Method"].iter_rows(min_row=3)}
    assert "54 left out" in method["Series"]


def test_many_groups_share_a_sheet():
    names = [f"m{i}" for i in range(60)]
    rows = spc.Catalogue([spc.Measure(name, group=f"g{name}") for name in names])
    panel = spc.Panel.from_numpy(np.ones((60, 30)), start="2022-01", keys={"measure": names})
    book = opened(workbook(spc.scorecard(panel, measures=rows)))
    assert [sheet.title for sheet in pages(book)] == ["Measures"]


@pytest.mark.parametrize("start", [None, "1900-01"])
def test_series_without_a_calendar_and_before_excels(start: str | None):
    panel = spc.Panel.from_numpy([[3.0, 5.0, 4.0] * 10], start=start)
    heads = [cell.value for cell in opened(workbook(spc.scorecard(panel)))["Data"][1]]
    assert heads[2:4] == ([1, 2] if start is None else ["1900-01", "1900-02"])


def test_what_excel_cannot_do_is_refused_in_a_sentence(card: Any, tmp_path: Path):
    with pytest.raises(spc.ChoiceError, match="`columns` must be some of line, month"):
        card.to_excel(tmp_path / "x.xlsx", columns=["mnoth"])
    with pytest.raises(spc.ChoiceError, match="`form` must be one of '2024', '2022'"):
        card.to_excel(tmp_path / "x.xlsx", form="2023")
    with pytest.raises(spc.ChoiceError, match="There is no folder"):
        card.to_excel(tmp_path / "none" / "x.xlsx")
    assert not list(tmp_path.iterdir())


def test_rolling_only_measures_say_so(content: bytes):
    sheet = opened(content)["Victim Voice"]
    assert [sheet.cell(FIRST, c).value for c in (3, 4)] == [ROLLING_ONLY] * 2
    assert sheet.cell(FIRST, 5).number_format == "#,##0.0%"


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed: nobody opened the file"
)
@pytest.mark.parametrize("make", ["sample", "hostile"])
def test_libreoffice_opens_it_and_finds_every_trend_line(make: str, card: Any, tmp_path: Path):
    one = card if make == "sample" else hostile_card()
    one.to_excel(tmp_path / "card.xlsx")
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        "fods",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "card.xlsx"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    assert "Error" not in done.stdout
    text = (tmp_path / "card.fods").read_text(encoding="utf-8")
    assert text.count("<calcext:sparkline ") == one.panel.n_series
    assert "table:formula=" not in text
    assert 'calcext:value-type="error"' not in text


def test_a_number_called_a_change_has_no_arrow_of_its_own() -> None:
    panel = spc.Panel.from_numpy([np.arange(2.0, 38.0)], start="2021-08")
    page = opened(workbook(spc.scorecard(panel), columns=["relative_change", "m3"])).worksheets[1]
    assert [cell.value for cell in page[FIRST - 1]][1:] == ["relative change", "3 months to Jul-2024"]
    assert page.cell(FIRST, 2).value == pytest.approx(31.5 / 19.5 - 1.0)


def test_a_refused_series_is_refused_and_not_told_by_its_year(tmp_path: Path) -> None:
    months = [f"2024-{month:02d}" for month in range(1, 7)]
    lines = [
        f"{name},{month},{'oops' if (name, t) == ('B', 3) else 10 + t}"
        for name in "AB"
        for t, month in enumerate(months)
    ]
    (tmp_path / "in.csv").write_text("\n".join(["measure,month,value", *lines]), encoding="utf-8")
    book = opened(workbook(spc.scorecard(spc.read(tmp_path / "in.csv"))))
    rows = [row for row in book["Measures"].iter_rows(values_only=True) if row[0] == "B"]
    assert ROLLING_ONLY not in rows[0]
    assert "refused" in rows[0]
