"""Names of series, the rules of reading, and problems: each speaks in one sentence."""

from __future__ import annotations

import pickle

import pytest

from spc.parsing import (
    READING_RULES,
    Problem,
    ReadingRule,
    parse_months,
    parse_numbers,
    refuse_series_name,
)

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
