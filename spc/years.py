"""year_to_date(): the financial year so far against the same months of the year before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spc.calendars import on_calendar
from spc.checks import whole
from spc.comparing import compare
from spc.measures import Assignment, Catalogue, Measure, measures_of
from spc.panel import Ends, Panel
from spc.results.years import YearToDate

__all__ = ["year_to_date"]

YEAR = 12
PARTS = ("current", "previous", "change", "relative", "arrow", "judgement")


def year_to_date(
    panel: Panel,
    *,
    measures: Catalogue | Sequence[Measure] | Assignment | None = None,
    as_at: Any = None,
    starts: int = 4,
) -> YearToDate:
    """Compare the year so far with the same months a year earlier.

    Parameters
    ----------
    panel : Panel
    measures : Catalogue, optional
        Kinds, units, preferred directions and lags, as for `compare`.
    as_at : month, or one month a series, optional
        The last month; by default the panel's last. A measure in arrears (`lag`) has its year up to that many
        months earlier, unless each series is given its month: in April, with a lag of 1, the whole year to
        March.
    starts : int
        The month in which a year begins: 4 for financial years, 1 for calendar years.

    Returns
    -------
    YearToDate
        `months`, `current`, `previous`, `change`, `relative`, `arrow`, `judgement`, each (n_series,).

    Raises
    ------
    ChoiceError
        A month out of range, a panel in plain order of observation.

    Notes
    -----
    The window of `compare` with the length of the year so far: counts are added, stocks averaged, ratios are
    ratios of sums; medians and surveys have none, unless ``given`` has that very length. A missing month
    leaves the year missing. 29 February is in one year and not in the other: see `per_day`.

    Examples
    --------
    >>> import spc
    >>> panel = spc.Panel.from_numpy([100] * 12 + [110] * 4, start="2023-04")
    >>> year = spc.year_to_date(panel)
    >>> print(year.months, year.current, year.previous, year.change)
    [4] [440.] [400.] [10.]
    """
    start = on_calendar(panel)
    starts = whole("starts", starts, 1, YEAR)
    rows = measures_of(panel, measures)
    ends = rows.ends(panel, as_at)
    months = (start + ends - (starts - 1)) % YEAR + 1
    lengths = sorted({int(length) for length in months}) or [YEAR]
    table = compare(panel, measures=rows, as_at=Ends(ends), windows=lengths)
    place = np.searchsorted(lengths, months)
    own = np.arange(panel.n_series), place
    return YearToDate(
        panel=panel,
        starts=starts,
        ends=ends,
        months=months,
        **{name: getattr(table, name)[own] for name in PARTS},
    )
