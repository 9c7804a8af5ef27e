"""Files of agreed limits that cannot be meant: each is refused in one sentence, with the row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import spc
from tests.agreed import edited
from tests.panels import START, make


def setting(row: int, **cells: str) -> Callable[[list[dict[str, str]]], None]:
    def change(rows: list[dict[str, str]]) -> None:
        rows[row].update(cells)

    return change


REFUSED: dict[str, tuple[Callable[[list[dict[str, str]]], Any], str]] = {
    "unknown chart": (setting(1, chart="xrm"), r"row 3 \(b\): `chart` must be one of 'xmr', .* got 'xrm'\."),
    "the same phase twice": (
        lambda rows: [*rows, rows[0]],
        r"row 5 \(a\): its months overlap those of row 2",
    ),
    "overlapping phases": (
        lambda rows: [*rows, {**rows[2], "first": "2019-01", "last": "2020-01"}],
        r"row 5 \(c\): its months overlap those of row 4",
    ),
    "two charts": (
        lambda rows: [
            *rows,
            {**rows[2], "chart": "run", "first": "2019-01", "last": "2019-12", "options": ""},
        ],
        r"row 4 \(c\): phases of one series must be on one chart, .* got run, xmr\.",
    ),
    "no number": (setting(0, centre="1,000"), r"row 2 \(a\): `centre` must be a number, got '1,000'\."),
    "not finite": (setting(0, centre="nan"), r"row 2 \(a\): `centre` must be a number, got 'nan'\."),
    "no centre": (setting(0, centre=""), r"row 2 \(a\): `centre` must be a number, got ''\."),
    "sigma below 0": (setting(0, sigma="-1"), r"row 2 \(a\): `sigma` must be a number from 0, got '-1'\."),
    "half a month": (setting(0, observed="1.5"), r"row 2 \(a\): `observed` must be a whole number from 0"),
    "no month": (setting(2, first="soon"), r"row 4 \(c\): `first` must be a month .* got 'soon'\."),
    "other months": (setting(2, first="12"), r"row 4 \(c\): `first` must be a month .* got '12'\."),
    "backwards": (setting(2, last="2019-12"), r"row 4 \(c\): its months are not in order"),
    "other width": (setting(2, width="2.5"), r"row 4 \(c\): `width`, `constants` and `options` differ"),
    "other choices": (
        setting(2, options='{"sigma": "sd"}'),
        r"row 4 \(c\): `width`, `constants` and `options` differ",
    ),
    "no JSON": (setting(1, options="sd"), r"row 3 \(b\): `options` must be a JSON object .* got 'sd'\."),
    "no option": (setting(1, options='{"h": 5}'), r"row 3 \(b\): `h` is no argument of limits\(\)"),
    "no choice": (
        setting(1, options='{"gaps": "skip"}'),
        r"row 3 \(b\): `gaps` must be one of 'break', 'bridge'",
    ),
    "no day": (setting(1, agreed_on="April"), r"row 3 \(b\): `agreed_on` must be a day such as '2024-04-30'"),
    "no fraction": (setting(1, centre_fraction="1/0"), r"row 3 \(b\): `centre_fraction` .* such as '631/24'"),
    "centre changed": (
        setting(1, centre="5.0", centre_fraction="14/3"),
        r"row 3 \(b\): `centre_fraction` 14/3 does not fit the number 5.0 beside it",
    ),
    "sigma changed": (
        setting(1, sigma="5.0"),
        r"row 3 \(b\): `range_fraction` .* does not fit the number 5.0",
    ),
    "no total": (
        setting(1, chart="small_count", sigma="", total="", options=""),
        r"row 3 \(b\): a small_count chart needs `total` a whole number from 0",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_reading_refuses_in_one_sentence_with_the_row(case: str, tmp_path: Path) -> None:
    change, sentence = REFUSED[case]
    panel = spc.Panel.from_numpy(make("counts", 3, n=3, months=30).values, start=START, keys=["a", "b", "c"])
    path = edited(spc.limits(panel, baseline=24), tmp_path, change)
    with pytest.raises(spc.InputError, match=rf"^agreed\.csv, {sentence}") as caught:
        spc.agreed(path)
    assert str(caught.value).count(". ") == 0 and "\n" not in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "agreed.csv"
    for content, sentence in (
        (b"", "must have the column 'chart'"),
        (b"series,chart,first,observed,centre\n", "has no rows"),
        (b"chart,first,observed,centre\nxmr,2020-01,24,5\n", "must have key columns"),
        (b"series,chart,first,observed,centre\na,xmr,2020-01\n", "row 2: the row has more or fewer cells"),
        (b'series,chart\n"a', "is no CSV file that can be read"),
        (b"series,chart\n\xff", "is no UTF-8 text"),
    ):
        path.write_bytes(content)
        with pytest.raises(spc.InputError, match=sentence):
            spc.agreed(path)
