"""Every bad input is refused by name or treated as documented, and the series beside it is untouched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spc
from spc.parsing import READING_RULES
from tests.reading.bad_inputs import BAD_INPUTS, MONTHS, SWINDON, BadInput, write

IDS = [case.name for case in BAD_INPUTS]


def read(case: BadInput, folder: Path, **more: Any) -> spc.Panel:
    measures = None
    if case.measures:
        (folder / "measures.toml").write_text(case.measures, encoding="utf-8")
        measures = spc.Catalogue.from_toml(folder / "measures.toml")
    return spc.read(write(case, folder), measures=measures, **{**case.options, **more})


def numbers(panel: spc.Panel, name: str) -> np.ndarray[Any, Any]:
    """The months of the table for one series, NaN where the panel has none."""
    row = list(panel.keys["area" if "area" in panel.keys else next(iter(panel.keys))]).index(name)
    held = dict(zip(panel.months, panel.values[row], strict=True))
    return np.array([held.get(month, np.nan) for month in MONTHS])


@pytest.mark.parametrize("case", BAD_INPUTS, ids=IDS)
def test_a_bad_input_comes_to_what_the_table_says(case, tmp_path):
    if case.result == "file":
        with pytest.raises(spc.InputError) as caught:
            read(case, tmp_path)
        found = [problem for problem in caught.value.problems if problem.rule == case.rule]
        assert found, [problem.sentence for problem in caught.value.problems]
        assert any(case.raw in problem.raw for problem in found), [problem.raw for problem in found]
        assert READING_RULES[case.rule].refused in str(caught.value)
        return
    panel = read(case, tmp_path)
    report = panel.report
    assert numbers(panel, "Swindon").tobytes() == np.array(SWINDON).tobytes()
    if case.result == "read":
        assert report.problems == ()
    if case.result in ("warned", "series"):
        place = (case.rule, case.raw, case.series if case.result == "series" else "", case.month)
        assert place in [(p.rule, p.raw, p.series, p.month) for p in report.problems]
    if case.result == "series":
        assert [one.name for one in report.refused] == [case.series]
        assert report.cells_reported > 0
        assert panel.n_series == 1
    else:
        series = numbers(panel, case.series)
        for month, value in case.values.items():
            np.testing.assert_array_equal(series[MONTHS.index(month)], value)


@pytest.mark.parametrize("case", [c for c in BAD_INPUTS if c.result in ("series", "warned")][::7])
def test_strict_raises_at_any_problem(case, tmp_path):
    lenient = read(case, tmp_path).report
    with pytest.raises(spc.InputError) as caught:
        read(case, tmp_path, strict=True)
    assert tuple(caught.value.problems) == lenient.problems
    assert str(caught.value).startswith(lenient.problems[0].sentence)


def test_the_table_is_long_enough_and_its_names_differ():
    assert len(BAD_INPUTS) >= 150
    assert len(set(IDS)) == len(IDS)
    assert sum(case.result in ("series", "file") for case in BAD_INPUTS) >= 150


#: Rules met elsewhere: by releases, by folders, by paths.
ELSEWHERE = {
    "first month may be partial", "unknown outcome", "month outside its file", "two layouts", "no such file",
    "folder without street files", "two files of one month", "thousands or decimals", "month-first dates",
}  # fmt: skip


def test_every_rule_has_a_bad_input():
    met = {case.rule for case in BAD_INPUTS} | ELSEWHERE
    assert set(READING_RULES) <= met, sorted(set(READING_RULES) - met)
