"""Days of months: counted as the calendar says."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import numpy as np
import pytest

from spc.checks import ChoiceError
from spc.forecast.days import days_of

#: GOV.UK, bank holidays in England and Wales 2024, on weekdays.
CLOSED_2024 = {(1, 1), (3, 29), (4, 1), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)}


def month(year: int, number: int) -> int:
    return 12 * year + number - 1


def test_days_of_months() -> None:
    months = np.arange(month(1900, 1), month(2099, 12))
    expected = [calendar.monthrange(m // 12, m % 12 + 1)[1] for m in months.tolist()]
    assert days_of(months, "month").tolist() == expected
    # any order, any shape, one month, none
    assert days_of(np.array([[month(2024, 2)], [month(2023, 2)]]), "month").tolist() == [[29.0], [28.0]]
    assert days_of(month(2024, 4), "month") == 30.0
    assert days_of(np.empty((0, 3), np.int64), "month").shape == (0, 3)


def test_working_days_of_england() -> None:
    pytest.importorskip("holidays")
    expected = []
    for number in range(1, 13):
        days = [date(2024, number, 1) + timedelta(day) for day in range(calendar.monthrange(2024, number)[1])]
        expected.append(sum(day.weekday() < 5 and (day.month, day.day) not in CLOSED_2024 for day in days))
    assert days_of(month(2024, 1) + np.arange(12), "working").tolist() == expected
    # the coronation, 8 May 2023, which no other year has
    assert days_of([month(2023, 5)], "working").tolist() == [20.0]


def test_refusals() -> None:
    with pytest.raises(ChoiceError, match="days"):
        days_of([month(2024, 1)], "weekly")
